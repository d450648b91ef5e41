//! What independent summands add up to, with how many ways there are to each sum: the convolution of their distributions.
//!
//! As the interpreter has it: summands go into buckets, a bucket is multiplied by its group's weight and brought between its
//! limits before it goes into the next one. A bucket is closed as soon as nothing more can come into it, and groups that
//! nothing ties are worked out each by itself, so that few sums are open at a time.

use super::model::{Marks, Model, NO_PART, NOT_SCORED};
use crate::decimal::Decimal;
use num_bigint::BigUint;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many states are kept apart.
const STATES: usize = 100_000;
/// How many pairs of states are added up in one step.
const PAIRS: usize = 4_000_000;

/// Marks, and the sum of each bucket. Whoever is not scored has no sums.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    pub(super) marks: Marks,
    pub(super) sums: Vec<Decimal>,
}

/// How many ways there are to each state.
pub(super) type Ways = BTreeMap<State, BigUint>;

/// What some parts of the policy add, whatever all others add.
#[derive(Debug, Clone)]
pub(super) struct Summand {
    /// The buckets that their points go into.
    pub(super) buckets: BTreeSet<usize>,
    pub(super) ways: Ways,
}

/// Top-level groups with their summands, between which nothing is tied.
#[derive(Debug, Default)]
struct Family {
    tops: BTreeSet<usize>,
    summands: Vec<Summand>,
}

impl State {
    /// No points, no marks.
    pub(super) fn zero(model: &Model<'_>) -> Self {
        Self { marks: 0, sums: vec![Decimal::ZERO; model.buckets.len()] }
    }

    /// Adds points to a bucket; `None` where they do not fit.
    pub(super) fn give(&mut self, bucket: usize, points: Decimal) -> Option<()> {
        let sum = self.sums.get_mut(bucket)?;
        *sum = sum.checked_add(points)?;
        Some(())
    }

    /// Both together.
    fn plus(&self, other: &Self) -> Option<Self> {
        let sums =
            self.sums.iter().zip(&other.sums).map(|(a, b)| a.checked_add(*b)).collect::<Option<_>>()?;
        Some(Self { marks: self.marks | other.marks, sums })
    }

    /// Of whoever is not scored, only why.
    pub(super) fn settled(mut self, model: &Model<'_>) -> Self {
        if !model.is_scored(self.marks) {
            self.marks = if self.marks & NO_PART != 0 { NO_PART } else { NOT_SCORED };
            self.sums.fill(Decimal::ZERO);
        }
        self
    }

    /// Multiplies a bucket, brings it between its limits and adds it to the one that it goes into.
    fn closed(mut self, model: &Model<'_>, bucket: usize) -> Option<Self> {
        let of = model.bucket(bucket);
        let sum = std::mem::take(self.sums.get_mut(bucket)?);
        let weighted = of.weight().map_or(Some(sum), |weight| sum.checked_mul(weight))?;
        let points = of.limits().map_or(weighted, |(low, high)| weighted.max(low).min(high));
        self.give(of.into, points)?;
        Some(self.settled(model))
    }
}

/// Adds up summands: the states that are left have sums of the score itself alone.
///
/// # Errors
///
/// Why that cannot be done exactly.
pub(super) fn convolve(model: &Model<'_>, summands: Vec<Summand>) -> Result<Ways, String> {
    fits(model, &summands)?;
    let tops = (1..model.buckets.len()).filter(|bucket| model.bucket(*bucket).into == 0);
    let mut families: Vec<Family> =
        tops.map(|top| Family { tops: BTreeSet::from([top]), summands: Vec::new() }).collect();
    let mut outside = Vec::new();
    for summand in summands {
        let tops: BTreeSet<usize> = summand.buckets.iter().filter_map(|bucket| top(model, *bucket)).collect();
        if tops.is_empty() {
            outside.push(summand.ways);
            continue;
        }
        let mut joined = Family::default();
        for family in families.extract_if(.., |family| !family.tops.is_disjoint(&tops)) {
            joined.tops.extend(family.tops);
            joined.summands.extend(family.summands);
        }
        joined.summands.push(summand);
        families.push(joined);
    }
    let mut ways = nothing(model);
    for family in families {
        ways = crossed(model, &ways, &family.sum(model)?)?;
    }
    outside.iter().try_fold(ways, |ways, summand| crossed(model, &ways, summand))
}

impl Family {
    /// All summands of the family, its buckets closed.
    fn sum(mut self, model: &Model<'_>) -> Result<Ways, String> {
        // The innermost first: then their buckets close early.
        self.summands.sort_by_key(|summand| Reverse(summand.buckets.last().copied()));
        let inside = (1..model.buckets.len())
            .filter(|bucket| top(model, *bucket).is_some_and(|top| self.tops.contains(&top)));
        let mut open: Vec<usize> = inside.collect();
        let mut ways = nothing(model);
        let mut rest = self.summands.as_slice();
        loop {
            let more = |bucket: usize| rest.iter().any(|summand| summand.reaches(model, bucket));
            // Members stand after their group.
            let closing: Vec<usize> = open.iter().rev().copied().filter(|bucket| !more(*bucket)).collect();
            open.retain(|bucket| !closing.contains(bucket));
            for bucket in closing {
                ways = closed(model, ways, bucket)?;
            }
            let Some((next, others)) = rest.split_first() else { return Ok(ways) };
            ways = crossed(model, &ways, &next.ways)?;
            rest = others;
        }
    }
}

impl Summand {
    /// Whether points of it come into a bucket, also through others.
    fn reaches(&self, model: &Model<'_>, bucket: usize) -> bool {
        self.buckets.iter().any(|own| up(model, *own).any(|at| at == bucket))
    }
}

/// A bucket and those that it goes into, the score itself left out.
fn up<'m>(model: &'m Model<'_>, bucket: usize) -> impl Iterator<Item = usize> + 'm {
    let up = std::iter::successors(Some(bucket), |at| Some(model.bucket(*at).into));
    up.take_while(|at| *at != 0)
}

/// The outermost group that a bucket is in.
fn top(model: &Model<'_>, bucket: usize) -> Option<usize> {
    up(model, bucket).last()
}

/// One way to nothing at all.
fn nothing(model: &Model<'_>) -> Ways {
    BTreeMap::from([(State::zero(model), BigUint::from(1_u8))])
}

fn closed(model: &Model<'_>, ways: Ways, bucket: usize) -> Result<Ways, String> {
    let mut done = Ways::new();
    for (state, times) in ways {
        *done.entry(state.closed(model, bucket).ok_or_else(too_large)?).or_default() += times;
    }
    Ok(done)
}

/// Every state of one side with every one of the other.
fn crossed(model: &Model<'_>, one: &Ways, other: &Ways) -> Result<Ways, String> {
    let too_many = || format!("there are more than {STATES} different sums on the way to the score");
    if one.len().saturating_mul(other.len()) > PAIRS {
        return Err(format!("there are more than {PAIRS} pairs of sums to be added on the way to the score"));
    }
    let mut both = Ways::new();
    for (a, times) in one {
        for (b, of_b) in other {
            let state = a.plus(b).ok_or_else(too_large)?.settled(model);
            *both.entry(state).or_default() += times * of_b;
        }
        if both.len() > STATES {
            return Err(too_many());
        }
    }
    Ok(both)
}

/// Whether no sum on the way is too large, in whatever order it is added up.
fn fits(model: &Model<'_>, summands: &[Summand]) -> Result<(), String> {
    for bucket in 0..model.buckets.len() {
        let size =
            |ways: &Ways| ways.keys().filter_map(|state| state.sums.get(bucket)).map(|sum| sum.abs()).max();
        let start = if bucket == 0 { model.policy.start.abs() } else { Decimal::ZERO };
        let sizes = summands.iter().filter_map(|summand| size(&summand.ways));
        sizes.into_iter().try_fold(start, Decimal::checked_add).ok_or_else(too_large)?;
    }
    Ok(())
}

pub(super) fn too_large() -> String {
    "a sum of points may be too large".to_owned()
}
