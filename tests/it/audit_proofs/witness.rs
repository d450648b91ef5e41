//! What must hold of the records of a refutation: complete and valid, run again to what they expect, differing in nothing
//! but what was asked about, and really breaking the rule; and still all of that after they were printed and read.

use super::super::differential::case::checked_ruleset;
use super::pairs::{linked, other_end, own_key, reads_others};
use super::people::{World, ids};
use super::question::Question;
use super::statement::Range;
use glassbox::audit::Witness;
use glassbox::audit::clause::{Benchmark, Input, Share};
use glassbox::cases::{Goal, Target, Trial, goals};
use glassbox::data::{RecordId, Value, join_rows};
use glassbox::eval::Status;
use glassbox::policy::{Case, Expectation, ExpectedStatus, Policy};
use glassbox::source::Place;

impl Question {
    /// What is wrong with a witness.
    pub(super) fn fault(
        &self,
        world: &World<'_>,
        range: Range,
        text: &str,
        witness: &Witness,
    ) -> Result<(), String> {
        let trials: Vec<Trial<'_>> =
            witness.cases.iter().map(|case| ran(world.policy, case)).collect::<Result<_, _>>()?;
        for case in &witness.cases {
            read_again(world, text, case)?;
        }
        match (self, trials.as_slice()) {
            (Self::Missing(_, _, Benchmark::Neutral), [one]) => {
                // By a group's weight it may go the other way in the end.
                let breaks = one.outcome.points.iter().any(|points| !points.is_zero());
                if breaks { Ok(()) } else { Err("nothing gives points".to_owned()) }
            }
            // Too many changes to run each.
            (Self::WaysUp, [one]) if super::ways::leads_up(world, one).is_none() => Ok(()),
            (_, [one]) => self
                .breaks_alone(world, one)
                .map(|_| ())
                .ok_or_else(|| "the record does not break it".to_owned()),
            (Self::RepeatedGain(None), [_, _]) => Ok(()),
            (_, [first, second]) => {
                self.may_differ_so(world, &first.case, &second.case)?;
                let shows = match self {
                    // Without the exact range nobody knows what is a share of it.
                    Self::Share(..) if range.is_none() => true,
                    Self::Flow(..)
                    | Self::Monotone(..)
                    | Self::Shift(..)
                    | Self::OneMore(..)
                    | Self::OneMoreAtMost(..)
                    | Self::Share(..)
                    | Self::Missing(..)
                    | Self::NeverBelow(..)
                    | Self::Forgotten(..)
                    | Self::RepeatedGain(_)
                    | Self::Step(..)
                    | Self::OptingOut
                    | Self::WaysUp
                    | Self::HasReasons
                    | Self::ReasonsAtMost(_)
                    | Self::Dead => self.breaks(world, range, first, second).is_some(),
                };
                if shows { Ok(()) } else { Err("the records do not break it".to_owned()) }
            }
            (_, trials) => Err(format!("{} records", trials.len())),
        }
    }

    /// What two records differ in besides what is asked about.
    fn may_differ_so(&self, world: &World<'_>, first: &Case, second: &Case) -> Result<(), String> {
        let inputs: Vec<Input> = match self {
            Self::Flow(from, _) | Self::Shift(from, _) | Self::Share(Share::Inputs(from), _) => from.clone(),
            Self::Monotone((record, field), _) | Self::NeverBelow((record, field), _) => {
                vec![Input::Field(*record, *field)]
            }
            Self::OneMore(link, _) | Self::OneMoreAtMost(link, _) => {
                let count = |case: &Case| linked(world, case, *link).len();
                if count(first) + 1 != count(second) {
                    return Err("not one pair more".to_owned());
                }
                vec![Input::Link(*link)]
            }
            Self::Missing(..) | Self::Step(..) => {
                let mut differ: Vec<(RecordId, u32)> = Vec::new();
                for ((kind, one), (_, two)) in first.records.iter().zip(&second.records) {
                    let fields =
                        ids(one.len()).filter(|at| other_value(&one[*at as usize], &two[*at as usize]));
                    differ.extend(fields.map(|at| (*kind, at)));
                }
                if differ.len() != 1 || first.records.len() != second.records.len() {
                    return Err(format!("{} fields differ", differ.len()));
                }
                let (kind, field) = differ[0];
                let input = Input::Field(kind, glassbox::data::FieldId(field));
                if let Self::Step(of, _) | Self::Missing(of, ..) = self
                    && !of.is_empty()
                    && !of.contains(&input)
                {
                    return Err("another field differs".to_owned());
                }
                vec![input]
            }
            Self::Forgotten(kinds, _) => kinds.iter().map(|kind| Input::Record(*kind)).collect(),
            Self::Share(Share::Item(_) | Share::Influences, _)
            | Self::RepeatedGain(_)
            | Self::OptingOut
            | Self::WaysUp
            | Self::HasReasons
            | Self::ReasonsAtMost(_)
            | Self::Dead => return Ok(()),
        };
        differ_in(world, &inputs, first, second)
    }

    /// What is wrong with a refutation that names places only: a record that reaches one of them.
    pub(super) fn reaches(&self, trial: &Trial<'_>, places: &[Place]) -> bool {
        *self == Self::Dead
            && goals(trial.policy).iter().any(|goal| {
                let row = matches!(goal.part, glassbox::cases::Part::Row | glassbox::cases::Part::Rule);
                let named = places.iter().any(|place| place.same_place(&goal.place));
                row && named && goal.reached(trial) && matters(goal, trial)
            })
    }
}

/// Whether what a record reaches changes its result: an override that sets what the score is anyway does not.
fn matters(goal: &Goal, trial: &Trial<'_>) -> bool {
    let Target::Override(at) = goal.target else { return true };
    let mut without = trial.policy.clone();
    without.overrides.remove(at);
    let of = |trial: &Trial<'_>| (trial.outcome.score, trial.outcome.tier, trial.outcome.status);
    let other = Trial::run(&glassbox::eval::Scorer::new(&without), &trial.case);
    other.is_none_or(|other| of(&other) != of(trial))
}

/// A case that was run, if everything in it is good and comes to what it expects.
fn ran<'p>(policy: &'p Policy, case: &Case) -> Result<Trial<'p>, String> {
    let previous = (case.previous_of, case.previous.as_slice());
    let loaded = join_rows(&policy.schema, policy.today, &case.records, &case.pairs, previous);
    let bad: Vec<_> = loaded.rejects.set_aside.iter().chain(&loaded.rejects.ignored).collect();
    if !bad.is_empty() {
        return Err(format!("rejected: {bad:?}\n{case:?}"));
    }
    let scorer = glassbox::eval::Scorer::new(policy);
    let trial = Trial::run(&scorer, case).ok_or("it cannot be run")?;
    if case.expectations.is_empty() {
        return Err("nothing is expected".to_owned());
    }
    for (expectation, _) in &case.expectations {
        let outcome = &trial.outcome;
        let holds = match expectation {
            Expectation::Score(score) => outcome.score == Some(*score),
            Expectation::Tier(tier) => outcome.tier == Some(*tier),
            Expectation::Status(status) => {
                *status
                    == match outcome.status {
                        Status::Scored => ExpectedStatus::Scored,
                        Status::NotScored => ExpectedStatus::NotScored,
                        Status::NotParticipating => ExpectedStatus::NotParticipating,
                    }
            }
            Expectation::Reasons(reasons) => {
                reasons.iter().eq(outcome.reasons.iter().map(|given| &given.reason))
            }
            Expectation::Consequence(at, held) => outcome.consequences.get(*at as usize) == Some(held),
            Expectation::PointsOf(id, points) => outcome.points.get(id.index()) == Some(points),
            Expectation::PointsOfInfluence(at, points) => {
                outcome.influences.get(*at as usize) == Some(points)
            }
            Expectation::Decision(id, value) => {
                outcome.decisions.get(id.index()).is_some_and(|answer| answer.value == *value)
            }
            Expectation::Definition(..) => true,
        };
        if !holds {
            return Err(format!("{expectation:?} does not hold: {outcome:?}"));
        }
    }
    Ok(trial)
}

/// Prints a case into the policy, and runs what is read of it.
fn read_again(world: &World<'_>, text: &str, case: &Case) -> Result<(), String> {
    let printed = world.maker.text(case);
    let ruleset =
        checked_ruleset(&format!("{text}\n{printed}")).map_err(|said| format!("{said}\n{printed}"))?;
    let (policy, read) = ruleset.case(0).map_err(|said| format!("{said:?}\n{printed}"))?;
    ran(&policy, &read).map(|_| ()).map_err(|said| format!("{said}\nread again from\n{printed}"))
}

fn other_value(a: &Value, b: &Value) -> bool {
    a != b && !(a.is_missing() && b.is_missing())
}

/// Whether two cases differ in nothing but some inputs of the first record.
fn differ_in(world: &World<'_>, inputs: &[Input], first: &Case, second: &Case) -> Result<(), String> {
    let schema = &world.policy.schema;
    let free_field = |kind: RecordId, at: usize| {
        inputs
            .iter()
            .any(|input| matches!(input, Input::Field(of, field) if *of == kind && field.index() == at))
    };
    let link_free = inputs.iter().any(|input| matches!(input, Input::Link(_)));
    let score_free = inputs.iter().any(|input| matches!(input, Input::LinkedScore(_)));
    let rows = |case: &Case, kind: RecordId| -> Vec<Vec<Value>> {
        let masked = |row: &Vec<Value>| {
            row.iter()
                .enumerate()
                .map(|(at, value)| {
                    let missing = Value::Missing(glassbox::data::Why::OverNothing);
                    if free_field(kind, at) || value.is_missing() { missing } else { value.clone() }
                })
                .collect()
        };
        let mut rows: Vec<Vec<Value>> =
            case.records.iter().filter(|(of, _)| *of == kind).map(|(_, row)| masked(row)).collect();
        rows.sort_by_cached_key(|row| format!("{row:?}"));
        rows
    };
    let own = |case: &Case| {
        let row: Vec<Value> = case.records[0].1.clone();
        row
    };
    for (at, (a, b)) in own(first).iter().zip(&own(second)).enumerate() {
        if other_value(a, b) && !free_field(schema.scored, at) {
            return Err(format!("the field {at} differs"));
        }
    }
    for kind in ids(schema.records.len()).map(RecordId) {
        if inputs.contains(&Input::Record(kind)) {
            continue;
        }
        let (mut one, mut two) = (rows(first, kind), rows(second, kind));
        if one == two {
            continue;
        }
        // New people, whom a new pair may lead to; others as they were.
        one.retain(|row| !two.contains(row));
        two.retain(|row| !rows(first, kind).contains(row));
        let key = schema.record(kind).key;
        let known = |row: &Vec<Value>, case: &Case| {
            key.is_some_and(|key| {
                case.records.iter().any(|(of, other)| *of == kind && other[key.index()] == row[key.index()])
            })
        };
        let only_new = one.iter().all(|row| !known(row, second)) && two.iter().all(|row| !known(row, first));
        if link_free && only_new {
            continue;
        }
        // What others are like may settle their scores, where nothing else reads them.
        if !score_free || reads_others(world) {
            return Err(format!("records of the kind {} differ", schema.record(kind).name));
        }
    }
    let me = own_key(world, first);
    let pairs = |case: &Case| -> Vec<String> {
        let kept = case.pairs.iter().filter(|(link, from, to)| {
            let mine = *from == me || *to == me;
            !(inputs.contains(&Input::Link(*link)) && mine) && (!(link_free || score_free) || mine)
        });
        let mut pairs: Vec<String> = kept.map(|pair| format!("{pair:?}")).collect();
        pairs.sort();
        pairs.dedup();
        pairs
    };
    if pairs(first) != pairs(second) {
        return Err("other pairs differ".to_owned());
    }
    // Previous scores of those who are in both.
    if !score_free {
        let of = |case: &Case, key: &Value| {
            case.previous.iter().find(|(of, _)| of == key).map(|(_, score)| *score)
        };
        for (link, _, _) in glassbox::data::links(schema) {
            let kind = other_end(world, link);
            let Some(key) = schema.record(kind).key else { continue };
            for (of_kind, row) in &first.records {
                let there =
                    second.records.iter().any(|(k, r)| k == of_kind && r[key.index()] == row[key.index()]);
                if *of_kind == kind
                    && there
                    && first.previous_of == Some(kind)
                    && of(first, &row[key.index()]) != of(second, &row[key.index()])
                {
                    return Err("a previous score differs".to_owned());
                }
            }
        }
    }
    Ok(())
}
