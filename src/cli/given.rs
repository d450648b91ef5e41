//! What records are given otherwise than before (answers of decisions, benefits and penalties, reasons), for people and for
//! programs.

use super::moved::clean;
use super::report::{DIM, grouped, plural};
use crate::impact::Impact;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::io::{self, Write};

/// So many changes of a kind are told.
const TOLD: usize = 6;

/// Says who is given something else; nothing where all are given what they were.
pub(super) fn say_given(impact: &Impact, to: &mut dyn Write) -> io::Result<()> {
    let none = "no answer";
    let answers = impact.decisions.iter().flat_map(|decision| {
        decision.migrations.iter().map(|(from, to, count)| {
            let (from, to) = (from.as_deref().unwrap_or(none), to.as_deref().unwrap_or(none));
            (*count, format!("{}: {from} → {to}  {}", decision.title, grouped(*count)))
        })
    });
    say_most(answers.collect(), "answer", to)?;
    let ways = |gained: usize, lost: usize| {
        let ways = [(gained, "given to"), (lost, "taken from")].into_iter().filter(|(count, _)| *count > 0);
        ways.map(|(count, way)| format!("{way} {}", grouped(count))).collect::<Vec<_>>().join(", ")
    };
    let held = impact.consequences.iter().filter(|each| each.gained + each.lost > 0).map(|each| {
        let kind = if each.penalty { "penalty" } else { "benefit" };
        (each.gained + each.lost, format!("{kind} {}: {}", each.title, ways(each.gained, each.lost)))
    });
    say_most(held.collect(), "consequence", to)?;
    let reasons = impact.reasons.iter().filter(|reason| reason.gained + reason.lost > 0).map(|reason| {
        let told = ways(reason.gained, reason.lost);
        (reason.gained + reason.lost, format!("reason {} {}: {told}", reason.code, reason.text))
    });
    say_most(reasons.collect(), "reason", to)
}

/// Lines, those of most records first.
fn say_most(mut lines: Vec<(usize, String)>, noun: &str, to: &mut dyn Write) -> io::Result<()> {
    lines.sort_by_key(|(count, _)| Reverse(*count));
    for (_, line) in lines.iter().take(TOLD) {
        writeln!(to, "  {}", clean(line))?;
    }
    match lines.len().saturating_sub(TOLD) {
        0 => Ok(()),
        more => writeln!(to, "  {DIM}and {}{DIM:#}", plural(more, &format!("more {noun}"))),
    }
}

/// Who is given which reason.
pub(super) fn reasons(impact: &Impact) -> Vec<Value> {
    let reasons = impact.reasons.iter().map(|it| {
        json!({ "reason": it.code, "before": it.before, "after": it.after, "gained": it.gained, "lost": it.lost })
    });
    reasons.collect()
}

/// Who holds which benefit, and suffers which penalty.
pub(super) fn consequences(impact: &Impact) -> Vec<Value> {
    let held = impact.consequences.iter().map(|it| {
        let kind = if it.penalty { "penalty" } else { "benefit" };
        json!({ "name": it.name, "kind": kind, "before": it.before, "after": it.after, "gained": it.gained, "lost": it.lost })
    });
    held.collect()
}

/// The decisions whose answers changed for somebody.
pub(super) fn decisions(impact: &Impact) -> Vec<Value> {
    let decisions = impact.decisions.iter().map(|decision| {
        let ways = decision.migrations.iter();
        let ways = ways.map(|(from, to, count)| json!({ "from": from, "to": to, "records": count }));
        json!({ "decision": decision.name, "migrations": ways.collect::<Vec<_>>() })
    });
    decisions.collect()
}
