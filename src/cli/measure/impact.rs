//! Adverse impact, told.

use super::super::Stop;
use super::super::report::grouped;
use super::{Align, Kept, Part, Remark, Section, Table, significant, statistic, too_many};
use crate::decimal::Decimal;
use crate::explain::Amount;
use crate::measure::{AdverseImpact, Interval, Measures, Rate, Screen, Selection};
use crate::policy::Policy;
use serde_json::{Value, json};

/// The screens of all selections and groupings. `least_size` is the size of groups that are judged, `limit` the ratio that
/// they must have.
pub(super) fn part(
    policy: &Policy,
    measures: &Measures,
    by: &[&str],
    (least_size, limit): (u64, Option<Decimal>),
) -> Result<Part, Stop> {
    let mut part = Part { sections: Vec::new(), key: "adverse_impact", value: Value::Null, limit: None };
    let mut values = Vec::new();
    for (impact, by) in measures.impacts.iter().zip(by.iter().cycle()) {
        if impact.counts().too_many() {
            return Err(too_many(by));
        }
        let screen = impact.screen(policy, least_size);
        let holds = limit.and_then(|limit| screen.holds(limit));
        part.limit = part.limit.max(limit.map(|_| Kept::of(holds)));
        part.sections.push(section(policy, impact, by, &screen, limit));
        values.push(value(policy, impact, by, &screen, (limit, holds)));
    }
    if let Some(last) = part.sections.last_mut() {
        last.remarks.push(Remark::Note(format!(
            "rate: selected of scored; ratio: to the highest rate of a group with {} or more scored records",
            grouped(least_size)
        )));
        last.remarks.push(Remark::Note(
            "interval: 95%, Katz, on the logarithm of the ratio; p: Fisher's exact test, two-sided"
                .to_owned(),
        ));
        last.remarks.push(Remark::Note(
            "a screen (four-fifths rule, 29 CFR 1607.4(D)), never a test of compliance".to_owned(),
        ));
    }
    part.value = Value::Array(values);
    Ok(part)
}

fn section(
    policy: &Policy,
    impact: &AdverseImpact,
    by: &str,
    screen: &Screen,
    limit: Option<Decimal>,
) -> Section {
    let heads = [
        ("group", Align::Left),
        ("scored", Align::Right),
        ("selected", Align::Right),
        ("rate", Align::Right),
        ("ratio", Align::Right),
        ("95% interval", Align::Right),
        ("p", Align::Right),
        ("", Align::Left),
    ];
    let rows = screen.groups.iter().enumerate().map(|(at, rate)| {
        let reference = screen.reference == Some(at);
        vec![
            rate.name.clone(),
            grouped(rate.counts.scored),
            grouped(rate.counts.selected),
            percent(rate.counts.selected, rate.counts.scored),
            rate.ratio.map_or_else(dash, |ratio| two_places(ratio.rounded(2))),
            rate.interval.map_or_else(|| if reference { String::new() } else { dash() }, between),
            rate.p_value.map_or_else(String::new, probability),
            remarks(rate, reference, screen, limit),
        ]
    });
    let table = Table { heads: heads.to_vec(), rows: rows.collect() };
    let mut remarks = Vec::new();
    if screen.reference.is_none() {
        remarks.push(Remark::Warning("nobody is selected: there is no ratio".to_owned()));
    }
    if let Some(limit) = limit {
        remarks.push(judged(screen, limit));
    }
    remarks.extend(without_score(screen).map(Remark::Note));
    let title = format!("Adverse impact at {}, by `{by}`", selected(policy, impact.selection()));
    Section { title, notes: Vec::new(), table: Some(table), remarks }
}

/// What there is to say of a group beside its numbers.
fn remarks(rate: &Rate, reference: bool, screen: &Screen, limit: Option<Decimal>) -> String {
    let mut words = Vec::new();
    if reference {
        words.push("compared with".to_owned());
    }
    if let (Some(limit), Some(ratio), true) = (limit, rate.ratio, rate.judged)
        && !ratio.at_least(limit)
    {
        words.push(format!("below {limit}"));
    }
    if !rate.judged && rate.counts.scored < screen.least_size {
        words.push("too few to judge".to_owned());
    } else if rate.small_numbers {
        words.push("small numbers".to_owned());
    }
    words.join(", ")
}

/// Whether the limit holds.
fn judged(screen: &Screen, limit: Decimal) -> Remark {
    let Some((rate, ratio)) = screen.worst() else {
        return Remark::Warning(format!("nothing to compare: no limit of {limit} can be held or broken"));
    };
    // Rounded, a ratio just below the limit could look like it.
    let ratio_told = match ratio.at_least(limit) == (ratio.rounded(2) >= limit) {
        true => two_places(ratio.rounded(2)),
        false => ratio.rounded(9).to_string(),
    };
    match ratio.at_least(limit) {
        true => {
            Remark::Good(format!("no ratio is below {limit}; the least is {ratio_told}, of `{}`", rate.name))
        }
        false => Remark::Bad(format!("`{}` has a ratio of {ratio_told}, below {limit}", rate.name)),
    }
}

/// Who is not in the rates, and what the least ratio were if they counted as not selected.
fn without_score(screen: &Screen) -> Option<String> {
    let counts = || screen.groups.iter().map(|rate| rate.counts);
    let without: u64 = counts().map(|counts| counts.not_scored + counts.not_participating).sum();
    if without == 0 {
        return None;
    }
    let others = screen.groups.iter().enumerate();
    let others = others.filter(|(at, rate)| Some(*at) != screen.reference && rate.judged);
    let least = others.filter_map(|(_, rate)| rate.ratio_of_all).min();
    let were = least.map_or_else(String::new, |ratio| {
        format!("; counted as not selected, the least ratio would be {}", two_places(ratio.rounded(2)))
    });
    Some(format!(
        "{} without a score are not in the rates{were}",
        super::super::report::plural(without, "record")
    ))
}

/// Who is selected, in words.
fn selected(policy: &Policy, selection: Selection) -> String {
    match selection {
        Selection::CutOff(least) => format!("a score of {least} or more"),
        Selection::Tier(tier) => {
            let name = policy.tiers.get(tier.index()).map_or("", |tier| tier.name.as_str());
            if tier.index() == 0 { format!("tier `{name}`") } else { format!("tier `{name}` or better") }
        }
    }
}

fn value(
    policy: &Policy,
    impact: &AdverseImpact,
    by: &str,
    screen: &Screen,
    (limit, holds): (Option<Decimal>, Option<bool>),
) -> Value {
    let groups = screen.groups.iter().enumerate().map(|(at, rate)| {
        let counts = rate.counts;
        json!({
            "group": rate.name,
            "scored": counts.scored,
            "selected": counts.selected,
            "not_scored": counts.not_scored,
            "not_participating": counts.not_participating,
            "rate": (counts.scored > 0).then(|| statistic(counts.selected as f64 / counts.scored as f64)),
            "ratio": rate.ratio.map(|ratio| Amount(ratio.rounded(6))),
            "interval": rate.interval.map(|one| json!({ "low": statistic(one.low), "high": statistic(one.high) })),
            "p_value": rate.p_value.map(significant),
            "ratio_of_all": rate.ratio_of_all.map(|ratio| Amount(ratio.rounded(6))),
            "reference": screen.reference == Some(at),
            "judged": rate.judged,
            "small_numbers": rate.small_numbers,
        })
    });
    let (cut_off, tier) = match impact.selection() {
        Selection::CutOff(least) => (Some(Amount(least)), None),
        Selection::Tier(tier) => (None, policy.tiers.get(tier.index()).map(|tier| tier.name.as_str())),
    };
    json!({
        "by": by,
        "cut_off": cut_off,
        "tier": tier,
        "least_size": screen.least_size,
        "at_least": limit.map(Amount),
        "holds": holds,
        "least_ratio": screen.worst().map(|(_, ratio)| Amount(ratio.rounded(6))),
        "groups": groups.collect::<Vec<_>>(),
    })
}

/// A share in percent with one decimal, rounded half up.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole));
    match (part * 1000 + whole / 2).checked_div(whole) {
        Some(thousandths) => format!("{}.{}%", thousandths / 10, thousandths % 10),
        None => dash(),
    }
}

fn two_places(number: Decimal) -> String {
    let hundredths = number.units() / 10_000_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn between(interval: Interval) -> String {
    format!("{:.2} to {:.2}", interval.low, interval.high)
}

fn probability(p: f64) -> String {
    if p < 0.0001 { "<0.0001".to_owned() } else { format!("{p:.4}") }
}

fn dash() -> String {
    "–".to_owned()
}
