//! An audit as one JSON object: `docs/schemas/audit.json` says what stands where.

use super::Audited;
use super::clauses::Clause;
use super::expected;
use crate::audit::report::{
    Answer, Claim, Consequent, Direction, Effect, End, Giver, Input, Range, Report, Scope, Shown, Step,
    Tagged,
};
use crate::decimal::Decimal;
use crate::explain::Amount;
use crate::source::{Place, Sources};
use serde_json::{Value, json};

/// The name and version of the shape.
const SCHEMA: &str = "glassbox.audit/1";

/// Everything that was worked out.
pub(super) fn json(audited: &[Audited]) -> serde_json::Result<String> {
    let policies: Vec<Value> = audited.iter().map(policy).collect();
    Ok(serde_json::to_string_pretty(&json!({ "schema": SCHEMA, "policies": policies }))? + "\n")
}

fn policy(audited: &Audited) -> Value {
    let Audited { scope, sources, report, expected, clauses, .. } = audited;
    json!({
        "scope": scope_of(scope),
        "report": report.as_ref().map(|report| report_of(report, sources)),
        "expected": expected.as_ref().map(expected::json),
        "clauses": clauses.iter().map(|each| clause(each, sources)).collect::<Vec<_>>(),
    })
}

/// What answers are of.
pub(in crate::cli) fn scope_of(scope: &Scope) -> Value {
    json!({
        "policy": scope.policy,
        "title": scope.title,
        "version": scope.version,
        "hash": &*scope.hash,
        "as_of": scope.day.to_string(),
        "record": scope.record,
    })
}

fn clause(clause: &Clause, sources: &Sources) -> Value {
    let Clause { charter, text, place, answer, vacuous, of_data } = clause;
    json!({
        "charter": charter,
        "clause": text,
        "place": charter.is_some().then(|| place_of(*place, sources)),
        "vacuous": vacuous,
        "of_data": of_data,
        "answer": answer_of(answer, sources),
    })
}

fn report_of(report: &Report, sources: &Sources) -> Value {
    let claims = |claims: &[Claim]| claims.iter().map(|claim| claim_of(claim, sources)).collect::<Vec<_>>();
    let tiers = report
        .tiers
        .iter()
        .map(|(tier, range)| json!({ "tier": tier, "scores": range.as_ref().map(range_of) }));
    let undecided = report.undecided();
    let undecided =
        undecided.into_iter().map(|(about, because)| json!({ "about": about, "because": because }));
    json!({
        "scores": report.range.as_ref().ok().map(range_of),
        "tiers": tiers.collect::<Vec<_>>(),
        "points": report.givers.iter().map(|giver| giver_of(giver, sources)).collect::<Vec<_>>(),
        "inputs": report.inputs.iter().map(input_of).collect::<Vec<_>>(),
        "tags": report.tags.iter().map(tag_of).collect::<Vec<_>>(),
        "directions": report.directions.iter().map(|each| direction_of(each, sources)).collect::<Vec<_>>(),
        "cliffs": report.cliffs.iter().map(step_of).collect::<Vec<_>>(),
        "missing": claims(&report.missing),
        "repeatable_gains": claims(&report.gains),
        "links": claims(&report.links),
        "out_of_reach": answer_of(&report.dead, sources),
        "consequences": report.consequences.iter().map(|each| consequence_of(each, sources)).collect::<Vec<_>>(),
        "undecided": undecided.collect::<Vec<_>>(),
    })
}

fn range_of(range: &Range) -> Value {
    json!({ "least": range.least.as_ref().map(end_of), "greatest": range.greatest.as_ref().map(end_of) })
}

fn end_of(end: &End) -> Value {
    json!({
        "bound": Amount(end.bound),
        "exact": end.is_exact(),
        "shown": end.shown.as_ref().map(|(number, shown)| number_shown(*number, shown)),
    })
}

fn number_shown(number: Decimal, shown: &Shown) -> Value {
    json!({ "number": Amount(number), "shows": shown.shows, "cases": shown.cases })
}

fn shown_of(shown: &Shown) -> Value {
    json!({ "shows": shown.shows, "cases": shown.cases })
}

fn giver_of(giver: &Giver, sources: &Sources) -> Value {
    json!({
        "name": giver.name,
        "title": giver.title,
        "kind": giver.kind.word(),
        "depth": giver.depth,
        "points": range_of(&giver.points),
        "share_percent": giver.share.map(Amount),
        "place": place_of(giver.place, sources),
    })
}

fn input_of(input: &Input) -> Value {
    let effect = match &input.effect {
        Effect::None { because } => json!({ "effect": "none", "because": because }),
        Effect::Some { bound, shown, decides, share } => json!({
            "effect": "shown",
            "bound": bound.map(Amount),
            "shown": shown.as_ref().map(|(points, by)| number_shown(*points, by)),
            "decides_whether_scored": decides.as_ref().map(shown_of),
            "share_percent": share.map(Amount),
        }),
        Effect::Undecided { because, bound } => {
            json!({ "effect": "undecided", "because": because, "bound": bound.map(Amount) })
        }
    };
    json!({ "name": input.name, "kind": input.kind.word(), "tags": input.tags, "on_score": effect })
}

fn tag_of(tagged: &Tagged) -> Value {
    let Tagged { tag, label, moving, idle } = tagged;
    json!({ "tag": tag, "label": label, "may_change_score": moving, "cannot": idle })
}

fn direction_of(direction: &Direction, sources: &Sources) -> Value {
    json!({
        "name": direction.name,
        "never_falls": answer_of(&direction.falls.answer, sources),
        "never_rises": answer_of(&direction.rises.answer, sources),
    })
}

fn step_of(step: &Step) -> Value {
    json!({
        "name": step.name,
        "of": step.of,
        "from": step.bands.0,
        "to": step.bands.1,
        "largest": step.largest,
        "shown": number_shown(step.points, &step.shown),
    })
}

fn claim_of(claim: &Claim, sources: &Sources) -> Value {
    json!({ "about": claim.about, "claim": claim.claim, "answer": answer_of(&claim.answer, sources) })
}

/// An answer with its records.
pub(in crate::cli) fn answer_of(answer: &Answer, sources: &Sources) -> Value {
    json!({
        "standing": answer.standing.word(),
        "because": answer.because,
        "witnesses": answer.shown.iter().map(shown_of).collect::<Vec<_>>(),
        "places": answer.places.iter().map(|place| place_of(*place, sources)).collect::<Vec<_>>(),
    })
}

fn consequence_of(each: &Consequent, sources: &Sources) -> Value {
    let day = |day: Option<crate::date::Date>| day.map(|day| day.to_string());
    json!({
        "kind": if each.penalty { "penalty" } else { "benefit" },
        "name": each.name,
        "title": each.title,
        "when": each.when,
        "context": each.context,
        "grantor": each.grantor,
        "basis": each.basis,
        "announced": day(each.announced),
        "from": day(each.from),
        "before": day(each.before),
        "rests_on": each.rests_on,
        "place": place_of(each.place, sources),
    })
}

/// A file with line and column.
pub(in crate::cli) fn place_of(place: Place, sources: &Sources) -> Value {
    sources
        .position(place)
        .map_or(Value::Null, |at| json!({ "file": at.path, "line": at.line, "column": at.column }))
}
