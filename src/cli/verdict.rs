//! A case judged: what its policy gives the record, against what the case expects.

use super::blame::blame;
use super::explain::faults;
use crate::data::{self, Records, Type, Value};
use crate::decimal::Decimal;
use crate::eval::{self, Outcome, Recording, Scorer, Settled, Status};
use crate::explain::{self, Explanation};
use crate::policy::{Case, Expectation, ExpectedStatus, Policy, ReasonId, TierId};
use crate::source::{Place, Sources};
use std::sync::Arc;

/// How a case went.
pub(super) struct Verdict {
    /// Its title.
    pub(super) title: String,
    /// Where it stands.
    pub(super) place: Place,
    /// Where the policy gives something else than the case expects; none, and the case holds.
    pub(super) differences: Vec<Difference>,
    /// Which rows or rules would make the difference; may be empty.
    pub(super) blame: Vec<String>,
    /// How the record comes to its result, where something differs and it has one.
    pub(super) explanation: Option<Explanation>,
}

/// One expectation that is not met.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    /// What it is about: `score`, ``points of `age` ``.
    pub(super) what: String,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) place: Place,
}

/// The record that a case speaks of, after the run.
enum Result<'a> {
    Run { outcome: &'a Outcome, recording: &'a Recording },
    Rejected { why: String },
}

/// Runs a case.
pub(super) fn judge(policy: &Policy, case: &Case, sources: &Sources) -> Verdict {
    let previous = (case.previous_of, case.previous.as_slice());
    let loaded = data::join_rows(&policy.schema, policy.today, &case.records, &case.pairs, previous);
    let population = &loaded.population;
    // A case's record stands in the line of its position.
    let line = case
        .records
        .iter()
        .zip(1..)
        .find(|((kind, _), _)| *kind == policy.schema.scored)
        .map(|(_, line)| line);
    let position = (0..population.count()).find(|position| Some(population.line(*position)) == line);

    let scorer = Scorer::new(policy);
    let settled = Settled::of(&scorer, population);
    let mut recording = Recording::new();
    let ran = position.and_then(|at| eval::score_one(&scorer, population, &settled, at, &mut recording));
    let result = match &ran {
        Some(Ok(outcome)) => Result::Run { outcome, recording: &recording },
        Some(Err(overflow)) => Result::Rejected { why: overflow.to_string() },
        None => {
            let reject = loaded.rejects.set_aside.iter().find(|reject| Some(reject.line) == line);
            Result::Rejected { why: reject.map_or_else(|| "the record is not there".to_owned(), faults) }
        }
    };
    let judged = case.expectations.iter().filter_map(|(expectation, place)| {
        let (what, expected, found) = compare(policy, expectation, &result)?;
        Some(Difference { what, expected, found, place: *place })
    });
    let differences: Vec<Difference> = judged.collect();

    let (mut why, mut explanation) = (Vec::new(), None);
    if let (false, Result::Run { outcome, recording }, Some(position)) =
        (differences.is_empty(), &result, position)
    {
        why = blame(policy, case, outcome, recording);
        explanation = population
            .subject(position)
            .and_then(|subject| explain::explain(policy, sources, &subject, recording, outcome).ok());
    }
    Verdict { title: case.title.clone(), place: case.place, differences, blame: why, explanation }
}

/// What is compared, what was expected and what was found, where the two differ.
fn compare(
    policy: &Policy,
    expectation: &Expectation,
    result: &Result<'_>,
) -> Option<(String, String, String)> {
    let (outcome, recording) = match result {
        Result::Run { outcome, recording } => (*outcome, *recording),
        Result::Rejected { why } => {
            let rejected = matches!(expectation, Expectation::Status(ExpectedStatus::Rejected));
            let (what, expected) = expected(policy, expectation);
            return (!rejected).then(|| (what, expected, format!("rejected ({why})")));
        }
    };
    let found = match expectation {
        Expectation::Score(_) => {
            outcome.score.map_or_else(|| outcome.status.name().to_owned(), |n| n.to_string())
        }
        Expectation::Tier(_) => match outcome.tier {
            Some(tier) => tier_name(policy, tier),
            None => "no tier".to_owned(),
        },
        Expectation::Status(_) => outcome.status.name().to_owned(),
        Expectation::Reasons(_) => {
            codes(policy, &outcome.reasons.iter().map(|given| given.reason).collect::<Vec<_>>())
        }
        Expectation::PointsOf(id, _) => points(outcome, outcome.points.get(id.index())),
        Expectation::PointsOfInfluence(at, _) => points(outcome, outcome.influences.get(*at as usize)),
        Expectation::Decision(id, _) => {
            let kind = policy.decisions.get(id.index()).map(|decision| decision.kind);
            let answer = outcome.decisions.get(id.index()).map(|answer| &answer.value);
            kind.zip(answer)
                .map_or_else(|| "no answer".to_owned(), |(kind, value)| describe(policy, kind, value))
        }
        Expectation::Definition(id, _) => {
            let kind = policy.definition(*id).kind;
            let seen = recording.definition(*id).map(|seen| &seen.value);
            seen.map_or_else(|| "not worked out".to_owned(), |value| describe(policy, kind, value))
        }
        Expectation::Consequence(at, _) => {
            held(outcome.consequences.get(*at as usize).copied().unwrap_or(false)).to_owned()
        }
    };
    let (what, expected) = expected(policy, expectation);
    (expected != found).then_some((what, expected, found))
}

/// What an expectation is about, and what it expects, in the words in which the result is put too.
fn expected(policy: &Policy, expectation: &Expectation) -> (String, String) {
    match expectation {
        Expectation::Score(score) => ("score".to_owned(), score.to_string()),
        Expectation::Tier(tier) => ("tier".to_owned(), tier_name(policy, *tier)),
        Expectation::Status(status) => ("status".to_owned(), expected_status(*status).to_owned()),
        Expectation::Reasons(reasons) => ("reasons".to_owned(), codes(policy, reasons)),
        Expectation::PointsOf(id, points) => {
            (format!("points of `{}`", policy.item(*id).name), points.to_string())
        }
        Expectation::PointsOfInfluence(at, points) => {
            let name = policy.influences.get(*at as usize).map_or("", |influence| &influence.name);
            (format!("points of `{name}`"), points.to_string())
        }
        Expectation::Decision(id, value) => match policy.decisions.get(id.index()) {
            Some(decision) => {
                (format!("decision `{}`", decision.name), describe(policy, decision.kind, value))
            }
            None => (String::new(), String::new()),
        },
        Expectation::Definition(id, value) => {
            let definition = policy.definition(*id);
            (format!("`{}`", definition.name), describe(policy, definition.kind, value))
        }
        Expectation::Consequence(at, expected) => match policy.consequences.get(*at as usize) {
            Some(consequence) => {
                let kind = if consequence.penalty { "penalty" } else { "benefit" };
                (format!("{kind} `{}`", consequence.name), held(*expected).to_owned())
            }
            None => (String::new(), String::new()),
        },
    }
}

fn expected_status(status: ExpectedStatus) -> &'static str {
    match status {
        ExpectedStatus::Scored => Status::Scored.name(),
        ExpectedStatus::NotScored => Status::NotScored.name(),
        ExpectedStatus::NotParticipating => Status::NotParticipating.name(),
        ExpectedStatus::Rejected => "rejected",
    }
}

fn held(held: bool) -> &'static str {
    if held { "held" } else { "not held" }
}

fn tier_name(policy: &Policy, tier: TierId) -> String {
    policy.tiers.get(tier.index()).map_or_else(|| "no tier".to_owned(), |tier| tier.name.clone())
}

fn codes(policy: &Policy, reasons: &[ReasonId]) -> String {
    match reasons {
        [] => "none".to_owned(),
        reasons => reasons.iter().map(|id| policy.reason(*id).code.as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// Points are given to scored records only.
fn points(outcome: &Outcome, points: Option<&Decimal>) -> String {
    match points.filter(|_| outcome.status == Status::Scored) {
        Some(points) => points.to_string(),
        None => outcome.status.name().to_owned(),
    }
}

/// A value in an author's words, without saying why it is missing.
fn describe(policy: &Policy, kind: Type, value: &Value) -> String {
    let names: Vec<Arc<str>> = match kind {
        Type::Category(id) => policy.schema.category(id).names.clone(),
        Type::Tier => policy.tiers.iter().map(|tier| Arc::from(tier.name.as_str())).collect(),
        Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => Vec::new(),
    };
    if value.is_missing() { "missing".to_owned() } else { value.describe(&names) }
}
