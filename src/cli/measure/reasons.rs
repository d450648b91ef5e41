//! How often reasons are given, told.

use super::super::Stop;
use super::super::report::{grouped, plural};
use super::impact::percent;
use super::{Align, Part, Remark, Section, Table, too_many};
use crate::measure::{Grouping, Measures, ReasonCounts};
use crate::policy::Policy;
use serde_json::{Value, json};

/// The reasons of all groupings.
pub(super) fn part(policy: &Policy, measures: &Measures, by: &[&str]) -> Result<Part, Stop> {
    let (mut sections, mut values) = (Vec::new(), Vec::new());
    for (at, reasons) in measures.reasons.iter().enumerate() {
        let by = by.get(at).copied().filter(|_| reasons.grouping() != Grouping::Everybody);
        if reasons.too_many() {
            return Err(too_many(by.unwrap_or_default()));
        }
        let mut groups = Vec::new();
        for (group, counts) in reasons.counted() {
            let name = reasons.grouping().name(group, policy);
            let title = match by {
                Some(by) => format!("Reasons, `{by}`: {name}"),
                None => "Reasons".to_owned(),
            };
            sections.push(section(policy, title, counts));
            groups.push(value(policy, &name, counts));
        }
        values.push(json!({ "by": by, "groups": groups }));
    }
    Ok(Part { sections, key: "reasons", value: Value::Array(values), limit: None })
}

fn section(policy: &Policy, title: String, counts: &ReasonCounts) -> Section {
    let heads = [
        ("reason", Align::Left),
        ("first", Align::Right),
        ("", Align::Right),
        ("at all", Align::Right),
        ("", Align::Right),
        ("", Align::Left),
    ];
    let mut ranked: Vec<(usize, u64, u64)> = (0..policy.reasons.len())
        .map(|at| (at, of(&counts.first, at), of(&counts.given, at)))
        .filter(|(.., given)| *given > 0)
        .collect();
    // Stable: equally frequent reasons stay in the order of the file.
    ranked.sort_by_key(|(_, first, given)| std::cmp::Reverse((*first, *given)));
    let rows = ranked.into_iter().filter_map(|(at, first, given)| {
        let reason = policy.reasons.get(at)?;
        Some(vec![
            reason.code.clone(),
            grouped(first),
            percent(first, counts.scored),
            grouped(given),
            percent(given, counts.scored),
            reason.text.clone(),
        ])
    });
    let rows: Vec<_> = rows.collect();
    let without =
        format!("{} scored, {} without a reason", plural(counts.scored, "record"), grouped(counts.none));
    let table = Some(Table { heads: heads.to_vec(), rows }).filter(|table| !table.rows.is_empty());
    Section { title, notes: Vec::new(), table, remarks: vec![Remark::Note(without)] }
}

fn value(policy: &Policy, group: &str, counts: &ReasonCounts) -> Value {
    let reasons = policy.reasons.iter().enumerate().map(|(at, reason)| {
        json!({
            "code": reason.code,
            "text": reason.text,
            "first": of(&counts.first, at),
            "given": of(&counts.given, at),
        })
    });
    json!({
        "group": group,
        "scored": counts.scored,
        "without": counts.none,
        "reasons": reasons.collect::<Vec<_>>(),
    })
}

fn of(counts: &[u64], at: usize) -> u64 {
    counts.get(at).copied().unwrap_or(0)
}
