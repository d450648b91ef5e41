//! The cheapest way to a better score: which declared fields to change, and to what.
//!
//! A [`Planner`] knows a policy's levers. For a record it works out what each group of levers can do (`choice`), puts the
//! choices together so that for each price the best is known (`front`), and reads the answer off that table: the cheapest
//! set of changes that reaches an aim with the proof that nothing cheaper does, or the certificate that none does. A field
//! that only grows has no price: what it can do is told apart, as a matter of time. Children, links, and what others' scores
//! do to a record stay as they are. What is not proved (there are too many changes, or what lies between two values is not
//! known) is said to be undecided.

pub(super) mod choice;
pub(super) mod front;
pub(super) mod group;
mod levels;
pub(super) mod lever;
mod pairs;
mod shown;
#[cfg(test)]
mod tests;

use super::Audit;
use super::model::{Marks, Model};
use crate::data::{FieldId, Records, Subject, Value};
use crate::decimal::Decimal;
use crate::eval::{Outcome, Scorer};
use crate::policy::{Policy, TierId};
use choice::{Choices, Stand, sums};
use front::{Base, Front, Reached};
use group::Group;
use lever::Lever;

/// What is to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// A tier, or a better one.
    Tier(TierId),
    /// A score, or a higher one.
    Score(Decimal),
}

/// The answer for a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Recourse {
    /// What was to be reached.
    pub aim: Aim,
    /// The cheapest set of changes that was found. It was applied to the record and run.
    pub way: Option<Way>,
    /// Nothing cheaper reaches the aim (or, where there is no way, nothing does); else why that is not known.
    pub proof: Result<(), String>,
    /// For each price at which more can be had than for any below: the best score. The first is the score as it stands. Where
    /// not every change could be looked at, it ends with the price up to which all were.
    pub best: Vec<Best>,
    /// Where it does not hold every price: a score that nothing goes beyond, if one is known.
    pub ceiling: Option<Decimal>,
    /// Fields that only grow, of which one alone reaches the aim with the least growth that does.
    pub by_time: Vec<FieldChange>,
    /// Whether any field that can be changed at a price can move the score.
    pub has_levers: bool,
}

/// The best that can be had for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Best {
    /// The price.
    pub cost: Decimal,
    /// The score.
    pub score: Decimal,
    /// The override that keeps its tier below that of the score, by position in the policy.
    pub held_by: Option<usize>,
}

/// The least price of a tier for a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Price {
    /// It is proved that nothing less is enough.
    Least(Decimal),
    /// Whether less is enough is undecided, for this reason.
    AtMost(Decimal, String),
    /// It is proved that there is no way.
    NoWay,
    /// Whether there is one is undecided, or what it costs cannot be told, for this reason.
    Undecided(String),
}

/// A set of changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The changes, in the order of the fields.
    pub changes: Vec<FieldChange>,
    /// What they cost together.
    pub cost: Decimal,
    /// The score that they lead to.
    pub score: Decimal,
    /// The tier.
    pub tier: Option<TierId>,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Which.
    pub field: FieldId,
    /// Its value.
    pub from: Value,
    /// The value that it is to have.
    pub to: Value,
    /// How many steps that is.
    pub steps: i128,
    /// What a step costs; `None` where there is no price, only time.
    pub each: Option<Decimal>,
}

/// Why a price is not told.
const BEYOND: &str = "what was found costs more than a number can hold";

/// Finds the cheapest ways of records of a policy. Made once a policy.
pub struct Planner<'a> {
    model: &'a Model<'a>,
    scorer: Scorer<'a>,
    levers: Levers,
    /// Fields that only grow, each for itself.
    by_time: Vec<Levers>,
}

/// Groups of levers, with what they act on.
#[derive(Debug, Clone)]
pub(super) struct Levers {
    pub(super) groups: Vec<Group>,
    pub(super) buckets: Vec<usize>,
    pub(super) marks: Marks,
    pub(super) inexact: Option<String>,
}

impl Levers {
    pub(super) fn of(model: &Model<'_>, levers: &[Lever]) -> Self {
        let groups = Group::all(model, levers);
        let moves = |bucket: &usize| model.bucket(*bucket).sign != 0;
        let mut buckets: Vec<usize> =
            groups.iter().flat_map(|group| group.buckets.iter().copied()).filter(moves).collect();
        buckets.sort_unstable();
        buckets.dedup();
        let marks = groups.iter().fold(0, |marks, group| marks | group.marks);
        let inexact = groups.iter().find_map(|group| group.inexact.clone());
        Self { groups, buckets, marks, inexact }
    }

    /// The levers whose values change in a combination, and to what.
    fn picked<'f>(
        &'f self,
        front: &'f Front,
        reached: &'f Reached,
    ) -> impl Iterator<Item = (&'f Lever, &'f Value)> {
        let picked = self.groups.iter().zip(&front.groups).zip(front.picks(reached));
        picked.flat_map(|((group, choices), pick)| {
            let set = choices.all.get(pick).map_or(&[][..], |choice| &choice.set);
            set.iter().filter_map(|(lever, to)| Some((group.levers.get(*lever)?, to)))
        })
    }
}

impl<'p> Audit<'p> {
    /// What finds the cheapest ways of records.
    ///
    /// # Errors
    ///
    /// Why the policy could not be taken apart.
    pub fn planner(&self) -> Result<Planner<'_>, String> {
        self.model.as_ref().map(Planner::of).map_err(Clone::clone)
    }
}

impl<'a> Planner<'a> {
    pub(super) fn of(model: &'a Model<'a>) -> Self {
        let (priced, timed) = Lever::all(&model.policy.schema);
        Self {
            model,
            scorer: Scorer::new(model.policy),
            levers: Levers::of(model, &priced),
            by_time: timed.iter().map(|lever| Levers::of(model, std::slice::from_ref(lever))).collect(),
        }
    }

    /// The policy.
    pub fn policy(&self) -> &'a Policy {
        self.model.policy
    }

    /// Whether an aim is reached by a score and a tier.
    pub fn reaches(aim: Aim, score: Decimal, tier: Option<TierId>) -> bool {
        match aim {
            Aim::Tier(aim) => tier.is_some_and(|tier| tier <= aim),
            Aim::Score(aim) => score >= aim,
        }
    }

    /// The next better tier of an outcome.
    pub fn next_tier(outcome: &Outcome) -> Option<TierId> {
        outcome.tier?.0.checked_sub(1).map(TierId)
    }

    /// The cheapest way of a record to an aim. `outcome` is what the record came to among `records`.
    ///
    /// # Errors
    ///
    /// Why nothing can be said of the record.
    pub fn cheapest(
        &self,
        records: &dyn Records,
        subject: &Subject<'_>,
        outcome: &Outcome,
        aim: Aim,
    ) -> Result<Recourse, String> {
        let stand = Stand { records, subject, outcome };
        let front = self.front(&stand, &self.levers)?;
        let satisfies = |reached: &Reached| Self::reaches(aim, reached.score, reached.tier);
        let found = front.cheapest(satisfies);
        let mut proof = self.proof(&front, aim, found);
        // What costs more than can be told is no way to tell, and none for less is known.
        let told = found.filter(|reached| Decimal::from_units(reached.cost).is_some());
        if found.is_some() && told.is_none() {
            proof = Err(BEYOND.to_owned());
        }
        let way = match told {
            Some(reached) => Some(self.confirmed(&stand, &self.levers, &front, reached, aim)?),
            None => None,
        };
        let by_time = self.by_time.iter().filter_map(|levers| self.alone(&stand, levers, aim));
        Ok(Recourse {
            aim,
            way,
            proof,
            best: best(self.policy(), &front),
            ceiling: front.limit.and(front.ceiling).map(|(score, _)| score),
            by_time: by_time.collect(),
            has_levers: !self.levers.groups.is_empty(),
        })
    }

    /// The least price of each tier that is better than the record's own, the best tier first.
    ///
    /// # Errors
    ///
    /// Why nothing can be said of the record.
    pub fn prices(
        &self,
        records: &dyn Records,
        subject: &Subject<'_>,
        outcome: &Outcome,
    ) -> Result<Vec<Price>, String> {
        let Some(tier) = outcome.tier else { return Ok(Vec::new()) };
        let front = self.front(&Stand { records, subject, outcome }, &self.levers)?;
        let price = |tier: u32| {
            let aim = Aim::Tier(TierId(tier));
            let found = front.cheapest(|reached| Self::reaches(aim, reached.score, reached.tier));
            match (found.map(|reached| Decimal::from_units(reached.cost)), self.proof(&front, aim, found)) {
                (Some(Some(cost)), Ok(())) => Price::Least(cost),
                (Some(Some(cost)), Err(why)) => Price::AtMost(cost, why),
                (Some(None), _) => Price::Undecided(BEYOND.to_owned()),
                (None, Ok(())) => Price::NoWay,
                (None, Err(why)) => Price::Undecided(why),
            }
        };
        Ok((0..tier.0).map(price).collect())
    }

    /// Whether nothing for less reaches an aim than what was found; where nothing was, whether nothing does. Else why that is
    /// not known.
    fn proof(&self, front: &Front, aim: Aim, found: Option<&Reached>) -> Result<(), String> {
        if let Some(why) = &self.levers.inexact {
            return Err(why.clone());
        }
        let out_of_reach = || front.ceiling.is_some_and(|(score, tier)| !Self::reaches(aim, score, tier));
        if front.is_complete_below(found.map(|reached| reached.cost)) || (found.is_none() && out_of_reach()) {
            return Ok(());
        }
        let below = front.limit.and_then(Decimal::from_units).filter(|limit| !limit.is_zero());
        let below = below.map_or_else(String::new, |limit| format!("; none for less than {limit} does"));
        Err(format!("there are too many combinations of changes to look at all{below}"))
    }

    /// The values that lead to the best score that levers can bring a record to.
    pub(super) fn best_of(&self, stand: &Stand<'_>, levers: &Levers) -> Option<Vec<(FieldId, Value)>> {
        let front = self.front(stand, levers).ok()?;
        let best =
            front.reached.iter().max_by_key(|reached| (reached.score, std::cmp::Reverse(reached.cost)))?;
        Some(levers.picked(&front, best).map(|(lever, to)| (lever.field, to.clone())).collect())
    }

    /// Whether levers for sure bring a record to no better score.
    pub(super) fn is_at_best(&self, stand: &Stand<'_>, levers: &Levers) -> bool {
        self.front(stand, levers).is_ok_and(|front| {
            let better = |reached: &Reached| Some(reached.score) > stand.outcome.score;
            levers.inexact.is_none() && front.limit.is_none() && !front.reached.iter().any(better)
        })
    }

    /// Everything that levers can do to a record.
    fn front(&self, stand: &Stand<'_>, levers: &Levers) -> Result<Front, String> {
        let Some(score) = stand.outcome.score else {
            return Err("the record has no score, and so no way from one to a better one".to_owned());
        };
        let model = self.model;
        let every: Vec<usize> = (0..model.buckets.len()).collect();
        let sums = sums(model, stand.outcome, &every);
        let all = (1_u128 << model.policy.overrides.len()) - 1;
        let base = Base { sums, marks: stand.marks(model, stand.subject.values, all) };
        if front::settled(model, base.marks, &base.sums) != Some((score, stand.outcome.tier)) {
            return Err("its points, summed once more, do not give its score".to_owned());
        }
        let groups = levers.groups.iter().map(|group| {
            Choices::of(model, &self.scorer, group, stand, &levers.buckets)
                .ok_or_else(|| "a value of the record lies outside of what the policy allows".to_owned())
        });
        let groups = groups.collect::<Result<Vec<_>, _>>()?;
        Ok(Front::of(model, groups, &base, &levers.buckets, levers.marks))
    }

    /// A combination as a way, applied to the record and run.
    fn confirmed(
        &self,
        stand: &Stand<'_>,
        levers: &Levers,
        front: &Front,
        reached: &Reached,
        aim: Aim,
    ) -> Result<Way, String> {
        let changes = levers.picked(front, reached).filter_map(|(lever, to)| {
            let from = stand.field(lever)?.clone();
            let each = (!lever.only_up).then_some(lever.each);
            let steps = lever.steps(&from, to)?;
            Some(FieldChange { field: lever.field, from, to: to.clone(), steps, each })
        });
        let mut changes: Vec<FieldChange> = changes.collect();
        changes.sort_by_key(|change| change.field);
        let mut values = stand.subject.values.to_vec();
        for change in &changes {
            if let Some(value) = values.get_mut(change.field.index()) {
                *value = change.to.clone();
            }
        }
        let run = stand.run(&self.scorer, &values);
        let (score, tier) = run.map_or((None, None), |run| (run.score, run.tier));
        let (Some(score), Some(cost)) = (score, Decimal::from_units(reached.cost)) else {
            return Err("the changed record could not be scored".to_owned());
        };
        if !Self::reaches(aim, score, tier) || score != reached.score || tier != reached.tier {
            return Err(format!(
                "the changes that were worked out lead to {score} instead of {}: a defect of glassbox, please report it",
                reached.score
            ));
        }
        Ok(Way { changes, cost, score, tier })
    }

    /// The least growth of one field that reaches an aim by itself.
    fn alone(&self, stand: &Stand<'_>, levers: &Levers, aim: Aim) -> Option<FieldChange> {
        let front = self.front(stand, levers).ok()?;
        // All are free of charge here: the least growth is looked for among all choices.
        let choices = front.groups.first()?;
        let lever = levers.groups.first()?.levers.first()?;
        let from = stand.field(lever)?;
        let mut values = stand.subject.values.to_vec();
        let mut all: Vec<(i128, &Value)> = choices
            .all
            .iter()
            .filter_map(|choice| choice.set.first())
            .filter_map(|(_, to)| Some((lever.steps(from, to)?, to)))
            .collect();
        all.sort_by_key(|(steps, _)| *steps);
        let (steps, to) = all.into_iter().find(|(_, to)| {
            if let Some(value) = values.get_mut(lever.field.index()) {
                *value = (*to).clone();
            }
            let run = stand.run(&self.scorer, &values);
            run.is_some_and(|run| run.score.is_some_and(|score| Self::reaches(aim, score, run.tier)))
        })?;
        Some(FieldChange { field: lever.field, from: from.clone(), to: to.clone(), steps, each: None })
    }
}

/// For each price at which more can be had: the best score, as far as all was looked at.
fn best(policy: &Policy, front: &Front) -> Vec<Best> {
    let mut best: Vec<Best> = Vec::new();
    let looked_at = |reached: &&Reached| front.limit.is_none_or(|limit| reached.cost < limit);
    for reached in front.reached.iter().take_while(looked_at) {
        let more = best.last().is_none_or(|best| reached.score > best.score);
        if let (true, Some(cost)) = (more, Decimal::from_units(reached.cost)) {
            best.push(Best { cost, score: reached.score, held_by: held_by(policy, reached) });
        }
    }
    best
}

/// The override that keeps the tier of a combination below that of its score.
fn held_by(policy: &Policy, reached: &Reached) -> Option<usize> {
    let by_score = policy.tier_of(reached.score)?;
    let applying = policy.overrides.iter().enumerate().filter(|(at, _)| reached.marks & (1 << at) != 0);
    let caps = applying.filter_map(|(at, each)| Some((at, each.tier_at_most?)));
    let (at, _) =
        caps.filter(|(_, cap)| *cap > by_score).max_by_key(|(at, cap)| (*cap, std::cmp::Reverse(*at)))?;
    Some(at)
}
