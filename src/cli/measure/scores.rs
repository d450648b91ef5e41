//! How scores and tiers lie, told.

use super::super::histogram::{bands, bar};
use super::super::report::grouped;
use super::super::summary::middle;
use super::impact::percent;
use super::{Align, Part, Section, Table};
use crate::eval::Status;
use crate::explain::Amount;
use crate::policy::Policy;
use crate::run::Tally;
use serde_json::{Value, json};

/// The scores and tiers of all records.
pub(super) fn part(policy: &Policy, tally: &Tally) -> Part {
    let mut sections = Vec::new();
    let counts = tally.scores().numbers();
    let scored = tally.with(Status::Scored);
    let step = tally.scores().step();
    let mut value = json!({ "least": null, "median": null, "greatest": null, "within": null });
    if let Some((least, greatest)) = tally.scores().ends() {
        let median = middle(&counts);
        let about = if step.units() == 1 { String::new() } else { format!("within {step} of ") };
        let bands = bands(&counts, policy.round);
        let tallest = bands.iter().map(|band| band.count).max().unwrap_or(0);
        let rows = bands.iter().map(|band| {
            let drawn = bar(band.count, tallest);
            vec![band.label.clone(), grouped(band.count), percent(band.count, scored), drawn]
        });
        let heads =
            [("score", Align::Right), ("records", Align::Right), ("", Align::Right), ("", Align::Left)];
        sections.push(Section {
            title: "Scores".to_owned(),
            notes: vec![format!("least {least}, median {about}{median}, greatest {greatest}")],
            table: Some(Table { heads: heads.to_vec(), rows: rows.collect() }),
            remarks: Vec::new(),
        });
        value = json!({
            "least": Amount(least),
            "median": Amount(median),
            "greatest": Amount(greatest),
            "within": (step.units() > 1).then_some(Amount(step)),
        });
    }
    if !policy.tiers.is_empty() && scored > 0 {
        let tiers = policy.tiers.iter().zip(tally.tiers());
        let rows =
            tiers.map(|(tier, count)| vec![tier.label.clone(), grouped(count), percent(*count, scored)]);
        let heads = [("tier", Align::Left), ("records", Align::Right), ("", Align::Right)];
        sections.push(Section {
            title: "Tiers".to_owned(),
            notes: Vec::new(),
            table: Some(Table { heads: heads.to_vec(), rows: rows.collect() }),
            remarks: Vec::new(),
        });
    }
    let tiers: Vec<Value> = policy
        .tiers
        .iter()
        .zip(tally.tiers())
        .map(|(tier, count)| json!({ "name": tier.name, "label": tier.label, "records": count }))
        .collect();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("tiers".to_owned(), Value::Array(tiers));
    }
    Part { sections, key: "scores", value, limit: None }
}
