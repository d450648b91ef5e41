//! Stability, told.

use super::super::report::{grouped, plural};
use super::impact::percent;
use super::{Align, Kept, Part, Remark, Section, Table, statistic};
use crate::decimal::Decimal;
use crate::explain::Amount;
use crate::measure::{Degree, Filled, Measures, ScoreBins, Shift, characteristic_shift, score_shift};
use crate::policy::Policy;
use crate::run::Finished;
use serde_json::{Value, json};

/// What is asked.
pub(super) struct Asked {
    pub(super) bins: ScoreBins,
    /// The greatest index that anything may have.
    pub(super) at_most: Option<Decimal>,
    /// Whether all bins are told.
    pub(super) verbose: bool,
}

/// The shift of something.
struct Of {
    /// Its name; empty for the score.
    name: String,
    title: String,
    shift: Shift,
}

/// The shifts from the first of two files to the second.
pub(super) fn part(
    policy: &Policy,
    [(of_expected, expected), (of_actual, actual)]: [(&Finished, &Measures); 2],
    compared_with: &[(String, String)],
    asked: &Asked,
) -> Part {
    let score = score_shift(policy, asked.bins, of_expected.tally.scores(), of_actual.tally.scores());
    let mut all = vec![Of { name: String::new(), title: "Score".to_owned(), shift: score }];
    if let (Some(expected), Some(actual)) = (&expected.characteristics, &actual.characteristics) {
        let both = expected.all().zip(actual.all());
        all.extend(both.map(|((observed, expected), (_, actual))| Of {
            name: observed.name.clone(),
            title: observed.title.clone(),
            shift: characteristic_shift(expected, actual),
        }));
    }
    let holds = asked.at_most.map(|most| holds(&all, most));
    let mut sections = vec![overview(&all, compared_with, asked)];
    let told = all.iter().filter(|of| asked.verbose || of.name.is_empty());
    sections.extend(told.map(|of| bins(of, asked.bins)));
    let files: Vec<Value> =
        compared_with.iter().map(|(name, file)| json!({ "name": name, "file": file })).collect();
    let value = json!({
        "expected": { "files": files, "read": of_expected.read },
        "score_bins": match asked.bins { ScoreBins::Deciles => "deciles", ScoreBins::Tiers => "tiers" },
        "at_most": asked.at_most.map(Amount),
        "holds": holds.flatten(),
        "score": all.first().map(value),
        "characteristics": all.iter().skip(1).map(value).collect::<Vec<_>>(),
    });
    Part { sections, key: "stability", value, limit: holds.map(Kept::of) }
}

/// Whether no index is greater than a limit; `None` where there is something without an index and nothing that is above.
fn holds(all: &[Of], most: Decimal) -> Option<bool> {
    let above = all.iter().any(|of| of.shift.index.is_some_and(|index| exceeds(index, most)));
    let known = all.iter().all(|of| of.shift.index.is_some());
    if above { Some(false) } else { known.then_some(true) }
}

/// Whether an index is greater than a limit.
fn exceeds(index: f64, limit: Decimal) -> bool {
    // Both as they are told: to six places.
    let step = Decimal::from_units(1000).unwrap_or(Decimal::ONE);
    let index = Decimal::from_f64(index).and_then(|index| index.round_to(step));
    index.is_none_or(|index| index > limit)
}

fn overview(all: &[Of], compared_with: &[(String, String)], asked: &Asked) -> Section {
    let heads = [
        ("", Align::Left),
        ("index", Align::Right),
        ("by chance", Align::Right),
        ("bins", Align::Right),
        ("", Align::Left),
    ];
    let rows = all.iter().map(|of| {
        let Shift { bins, index, by_chance, .. } = &of.shift;
        let three =
            |number: &Option<f64>| number.map_or_else(|| "–".to_owned(), |number| format!("{number:.3}"));
        let mut words: Vec<String> = Vec::new();
        words.extend(
            of.shift.degree().filter(|degree| *degree != Degree::None).map(|degree| degree.name().to_owned()),
        );
        for filled in [Filled::New, Filled::Gone] {
            let many = bins.iter().filter(|bin| bin.filled == Some(filled)).count();
            if many > 0 {
                words.push(format!("{} {}", grouped(many), filled.name()));
            }
        }
        vec![of.title.clone(), three(index), three(by_chance), grouped(bins.len()), words.join(", ")]
    });
    let table = Table { heads: heads.to_vec(), rows: rows.collect() };
    let mut remarks = Vec::new();
    let records = all.first().map_or((0, 0), |of| of.shift.records);
    if records.0 == 0 || records.1 == 0 {
        remarks.push(Remark::Warning("one of the files has no scored record: there is no index".to_owned()));
    }
    if let Some(most) = asked.at_most {
        let above: Vec<&str> = all
            .iter()
            .filter(|of| of.shift.index.is_some_and(|index| exceeds(index, most)))
            .map(|of| of.title.as_str())
            .collect();
        remarks.push(match above.as_slice() {
            [] if holds(all, most).is_none() => {
                Remark::Warning(format!("nothing to compare: no limit of {most} can be held or broken"))
            }
            [] => Remark::Good(format!("no index is above {most}")),
            above => Remark::Bad(format!("above {most}: {}", above.join(", "))),
        });
    }
    let filled: usize = all.iter().map(|of| of.shift.filled()).sum();
    if filled > 0 {
        remarks.push(Remark::Note(
            "new, gone: bins that are empty in one of the files, where they count as half a record"
                .to_owned(),
        ));
    }
    remarks.push(Remark::Note(
        "index: sum of (actual − expected) × ln(actual / expected); below 0.1 no shift, from 0.25 on a large one, by convention"
            .to_owned(),
    ));
    remarks.push(Remark::Note("by chance: what two samples of one population give on average".to_owned()));
    let files: Vec<String> = compared_with.iter().map(|(name, file)| format!("`{name}` of {file}")).collect();
    let (expected, actual) = (plural(records.0, "record"), plural(records.1, "record"));
    Section {
        title: "Stability".to_owned(),
        notes: vec![format!("expected: {}, {expected} scored; actual: {actual} scored", files.join(", "))],
        table: Some(table),
        remarks,
    }
}

fn bins(of: &Of, by: ScoreBins) -> Section {
    let heads = [
        ("bin", Align::Left),
        ("expected", Align::Right),
        ("", Align::Right),
        ("actual", Align::Right),
        ("", Align::Right),
        ("adds", Align::Right),
        ("", Align::Left),
    ];
    let (n, m) = of.shift.records;
    let rows = of.shift.bins.iter().map(|bin| {
        vec![
            bin.label.clone(),
            grouped(bin.expected),
            percent(bin.expected, n),
            grouped(bin.actual),
            percent(bin.actual, m),
            format!("{:.4}", bin.adds),
            bin.filled.map_or("", Filled::name).to_owned(),
        ]
    });
    let by = match (of.name.is_empty(), by) {
        (true, ScoreBins::Deciles) => ", by deciles of what was expected",
        (true, ScoreBins::Tiers) => ", by tiers",
        (false, _) => "",
    };
    let title = format!("Stability: {}{by}", of.title);
    let table = Table { heads: heads.to_vec(), rows: rows.collect() };
    Section { title, notes: Vec::new(), table: Some(table), remarks: Vec::new() }
}

fn value(of: &Of) -> Value {
    let bins = of.shift.bins.iter().map(|bin| {
        json!({
            "bin": bin.label,
            "expected": bin.expected,
            "actual": bin.actual,
            "adds": statistic(bin.adds),
            "empty": bin.filled.map(Filled::name),
        })
    });
    let mut value = json!({
        "name": of.name,
        "title": of.title,
        "index": of.shift.index.map(statistic),
        "degree": of.shift.degree().map(Degree::name),
        "by_chance": of.shift.by_chance.map(statistic),
        "expected": of.shift.records.0,
        "actual": of.shift.records.1,
        "bins": bins.collect::<Vec<_>>(),
    });
    if of.name.is_empty()
        && let Some(fields) = value.as_object_mut()
    {
        fields.shift_remove("name");
        fields.shift_remove("title");
    }
    value
}
