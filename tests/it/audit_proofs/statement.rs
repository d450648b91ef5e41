//! What each question says of records, straight from what [`Desk`] says it asks.
//!
//! Nothing here knows how the audit core comes to an answer: records are changed in nothing but what is asked about, run
//! through the reference interpreter, and compared.
//!
//! [`Desk`]: glassbox::audit::clause::Desk

use super::super::choices::Choices;
use super::pairs::{some_row, with};
use super::people::World;
use super::question::Question;
use super::ways;
use glassbox::audit::clause::{Benchmark, Input, Share, Target, Way};
use glassbox::cases::{Goal, Looked, Target as Reach, Trial, goals};
use glassbox::data::{FieldId, RecordId, Value, Why};
use glassbox::decimal::Decimal;
use glassbox::eval::Status;
use glassbox::policy::{EventPoints, Events, ItemBody, ItemId, Policy, Reads};

/// The difference of the ends that scores were shown to have, where both ends are exact.
pub(super) type Range = Option<Decimal>;

impl Question {
    /// Draws records that the question speaks of; what they say against it, if they do.
    pub(super) fn attempt(&self, world: &World<'_>, range: Range, choices: &mut Choices) -> Option<String> {
        let case = world.case(choices);
        let base = world.drawn(&case)?;
        if let Self::Missing(of, never, than) = self {
            return missing(world, &base, (of, *never, *than), choices);
        }
        if let Some(said) = self.breaks_alone(world, &base) {
            return Some(shown(world, &said, &[&base]));
        }
        let (first, second) = self.pair(world, &base, choices)?;
        let said = self.breaks(world, range, &first, &second)?;
        Some(shown(world, &said, &[&first, &second]))
    }

    /// How far apart the scores of two drawn records are that the question speaks of, and the two.
    pub(super) fn apart(&self, world: &World<'_>, choices: &mut Choices) -> Option<(Decimal, String)> {
        let base = world.drawn(&world.case(choices))?;
        let (first, second) = self.pair(world, &base, choices)?;
        let (one, other) = first.outcome.score.zip(second.outcome.score)?;
        let apart = one.checked_sub(other)?.abs();
        Some((apart, shown(world, &format!("{one} and {other}"), &[&first, &second])))
    }

    /// What two records say against the answer "it holds".
    pub(super) fn breaks(
        &self,
        world: &World<'_>,
        range: Range,
        first: &Trial<'_>,
        second: &Trial<'_>,
    ) -> Option<String> {
        let (a, b) = (&first.outcome, &second.outcome);
        let scores = || a.score.zip(b.score);
        let went = |never: Way| {
            let (a, b) = scores()?;
            let broken = if never == Way::Rises { b > a } else { b < a };
            broken.then(|| format!("the score goes from {a} to {b}"))
        };
        let apart = |most: Decimal| {
            let (a, b) = scores()?;
            (a.checked_sub(b)?.abs() > most).then(|| format!("the scores {a} and {b} are further apart"))
        };
        match self {
            Self::Flow(_, target) => {
                let same = match target {
                    Target::Score => a.score == b.score,
                    Target::Tier => a.tier == b.tier,
                    Target::Decision(id) => {
                        let of = |o: &glassbox::eval::Outcome| {
                            o.decisions.get(id.index()).map(|d| d.value.clone())
                        };
                        of(a) == of(b)
                    }
                    Target::Consequence(at) => {
                        a.consequences.get(*at as usize) == b.consequences.get(*at as usize)
                    }
                };
                (!same).then(|| format!("{target:?} is another: {:?} and {:?}", a.score, b.score))
            }
            Self::Monotone(_, never) | Self::Shift(_, never) | Self::OneMore(_, never) => went(*never),
            Self::Missing(_, never, Benchmark::WorstKnown | Benchmark::BestKnown) => went(*never),
            Self::OneMoreAtMost(_, most) | Self::Step(_, most) => apart(*most),
            Self::NeverBelow(..) | Self::Forgotten(..) => went(Way::Falls),
            Self::Share(of, most) => {
                let allowed = range?.checked_mul(*most)?;
                match of {
                    Share::Inputs(_) => apart(allowed),
                    Share::Item(id) => {
                        let apart = a.points[id.index()].checked_sub(b.points[id.index()])?.abs();
                        let swing = let_through(world, world.policy.item(*id).group, apart)?;
                        (swing.min(range?) > allowed).then(|| format!("its points are {swing} apart"))
                    }
                    Share::Influences => {
                        let sum = |all: &[Decimal]| {
                            all.iter().try_fold(Decimal::ZERO, |sum, each| sum.checked_add(*each))
                        };
                        let swing = sum(&a.influences)?.checked_sub(sum(&b.influences)?)?.abs();
                        (swing.min(range?) > allowed).then(|| format!("influences are {swing} apart"))
                    }
                }
            }
            Self::RepeatedGain(_) => self.breaks_alone(world, second),
            Self::HasReasons => without_reason(world, first, second),
            Self::Missing(_, _, Benchmark::Neutral)
            | Self::OptingOut
            | Self::WaysUp
            | Self::Dead
            | Self::ReasonsAtMost(_) => None,
        }
    }

    /// What a record by itself says against the answer "it holds".
    pub(super) fn breaks_alone(&self, world: &World<'_>, trial: &Trial<'_>) -> Option<String> {
        let policy = world.policy;
        match self {
            Self::OptingOut => {
                let out = no_choice(policy) || trial.outcome.status == Status::NotParticipating;
                let held = policy.consequences.iter().zip(&trial.outcome.consequences);
                let held =
                    held.filter(|(each, held)| each.penalty && **held).map(|(each, _)| &each.name).next();
                held.filter(|_| out).map(|name| format!("the penalty {name} is suffered"))
            }
            Self::RepeatedGain(Some(most)) => policy.items.iter().enumerate().find_map(|(at, item)| {
                let ItemBody::Events(_) = item.body else { return None };
                let gain = brought(world, item.group, trial.outcome.points[at])?;
                (gain > *most).then(|| format!("{} brings {gain} points", item.name))
            }),
            Self::WaysUp if ways::leads_up(world, trial) == Some(false) => {
                Some("nothing that they control, nor time, leads to the top".to_owned())
            }
            Self::ReasonsAtMost(most) => {
                let told = trial.outcome.reasons.len();
                (told > *most as usize).then(|| format!("{told} reasons are told"))
            }
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
            | Self::WaysUp
            | Self::HasReasons
            | Self::Dead => None,
        }
    }
}

/// Whether the text leaves nobody a choice to take no part: there is no participation, or it turns on nothing but fields
/// that are declared immutable.
fn no_choice(policy: &Policy) -> bool {
    let Some(participation) = &policy.participation else { return true };
    let reads = Reads::of_condition(policy, &participation.needs.when);
    let fixed = |(kind, field): &(RecordId, FieldId)| {
        *kind == policy.schema.scored
            && policy.schema.field(*kind, *field).change == Some(glassbox::data::Change::Immutable)
    };
    reads.records.is_empty() && reads.links.is_empty() && reads.fields.iter().all(fixed)
}

/// An item that brings one of two people less than the other, where neither it nor its row has a reason.
fn without_reason(world: &World<'_>, first: &Trial<'_>, second: &Trial<'_>) -> Option<String> {
    let goals = goals(world.policy);
    world.policy.items.iter().enumerate().find_map(|(at, item)| {
        let brings = |trial: &Trial<'_>| brought(world, item.group, trial.outcome.points[at]);
        let (a, b) = (brings(first)?, brings(second)?);
        let events = matches!(item.body, ItemBody::Events(_));
        let less = if events { b < a && b < Decimal::ZERO } else { b < a };
        let table = match &item.body {
            ItemBody::Table { table, .. } => table,
            ItemBody::Events(Events { points: EventPoints::Table(table), .. }) => table,
            ItemBody::Events(_) | ItemBody::Formula(_) | ItemBody::Group(_) => return None,
        };
        let row = |goal: &&Goal| {
            matches!(goal.target, Reach::Row(Looked::Item(id), _) if id.index() == at) && goal.reached(second)
        };
        let silent = goals.iter().filter(row).all(|goal| {
            let Reach::Row(_, row) = goal.target else { return false };
            table.rows[row].reason.is_none()
        });
        (less && item.reason.is_none() && silent)
            .then(|| format!("{} brings {b} instead of {a}, for no reason", item.name))
    })
}

/// What points bring in the end: what the groups that they stand in let through, lost where their weights are negative.
fn brought(world: &World<'_>, group: Option<ItemId>, points: Decimal) -> Option<Decimal> {
    let through = let_through(world, group, points.abs())?;
    let mut gained = points >= Decimal::ZERO;
    let mut of = group;
    while let Some(group) = of {
        let group = world.policy.item(group);
        gained ^= group.weight.is_some_and(|weight| weight < Decimal::ZERO);
        of = group.group;
    }
    Some(if gained { through } else { -through })
}

/// What a difference of points comes to in the end: by the weights of the groups, and at most what their limits leave.
fn let_through(world: &World<'_>, group: Option<ItemId>, apart: Decimal) -> Option<Decimal> {
    let Some(group) = group else { return Some(apart) };
    let group = world.policy.item(group);
    let apart = group.weight.map_or(Some(apart), |weight| apart.checked_mul(weight.abs()))?;
    let apart = match group.limits {
        Some((low, high)) => apart.min(high.checked_sub(low)?),
        None => apart,
    };
    let_through(world, group.group, apart)
}

/// A value missing against known values, all else the same.
fn missing(
    world: &World<'_>,
    base: &Trial<'_>,
    (of, never, than): (&[Input], Way, Benchmark),
    choices: &mut Choices,
) -> Option<String> {
    let schema = &world.policy.schema;
    let fields: Vec<(RecordId, FieldId)> = super::question::fields(world)
        .into_iter()
        .filter(|(record, field)| {
            schema.field(*record, *field).optional
                && (of.is_empty() || of.contains(&Input::Field(*record, *field)))
        })
        .collect();
    if fields.is_empty() {
        return None;
    }
    let (record, field) = choices.one(&fields);
    let mut case = base.case.clone();
    let mut row = some_row(&case, record, schema.scored, choices)?;
    if than == Benchmark::Neutral && record != schema.scored {
        if !schema.children().any(|kind| kind == record) {
            return None;
        }
        // What a rule gives is what the one event does.
        let (kept, _) = (case.records[row].clone(), case.records.retain(|(kind, _)| *kind != record));
        case.records.push(kept);
        row = case.records.len() - 1;
    }
    let without = world.drawn(&with(&case, row, field, &Value::Missing(Why::Field(field))))?;
    let all = world.all_known(record, field);
    let exhaustive = all.is_some();
    let values = all.unwrap_or_else(|| (0..12).map(|_| world.known(choices, record, field)).collect());
    let known: Vec<Trial<'_>> =
        values.iter().filter_map(|value| world.drawn(&with(&case, row, field, value))).collect();
    if than == Benchmark::Neutral {
        return neutral(world, &without, &known, never);
    }
    let score = without.outcome.score?;
    let scored = || known.iter().filter(|trial| trial.outcome.score.is_some());
    let against = if than == Benchmark::WorstKnown {
        scored().min_by_key(|trial| trial.outcome.score)?
    } else {
        scored().max_by_key(|trial| trial.outcome.score)?
    };
    let other = against.outcome.score?;
    let broken = if never == Way::Rises { score > other } else { score < other };
    // One value further down, or up, would do for the answer to be another.
    let settled = exhaustive || (than == Benchmark::WorstKnown) == (never == Way::Rises);
    (broken && settled).then(|| {
        let name = &schema.field(record, field).name;
        shown(world, &format!("{name} missing gives {score} against {other}"), &[against, &without])
    })
}

/// Points where a field is missing, of everything whose points change with the field.
fn neutral(world: &World<'_>, without: &Trial<'_>, known: &[Trial<'_>], never: Way) -> Option<String> {
    world.policy.items.iter().enumerate().find_map(|(at, item)| {
        if matches!(item.body, ItemBody::Group(_)) {
            return None;
        }
        let points = without.outcome.points[at];
        let other = known.iter().find(|known| known.outcome.points[at] != points)?;
        let gives = brought(world, item.group, points)?;
        let broken = if never == Way::Rises { gives > Decimal::ZERO } else { gives < Decimal::ZERO };
        broken.then(|| {
            shown(world, &format!("{} gives {gives} where it is missing", item.name), &[other, without])
        })
    })
}

/// What records say, and the records.
fn shown(world: &World<'_>, said: &str, trials: &[&Trial<'_>]) -> String {
    let blocks: Vec<String> = trials
        .iter()
        .map(|trial| {
            let confirmed = world.maker.confirmed(&trial.case, "shown").unwrap_or_else(|| trial.case.clone());
            format!(
                "{}# points {:?}, influences {:?}\n",
                world.maker.text(&confirmed),
                trial.outcome.points,
                trial.outcome.influences
            )
        })
        .collect();
    format!("{said}\n{}", blocks.join(""))
}
