//! The choices of all groups put together: a knapsack with one choice from each, solved exactly.
//!
//! Of all ways to combine choices only those are kept that no other way beats in both price and points. What is left at the
//! end, run through groups' limits, range, overrides and rounding, is the table that proves an answer: it holds, for each
//! price, the best that can be had for it.

use super::choice::{Choice, Choices};
use crate::audit::model::{Marks, Model};
use crate::audit::points::Points;
use crate::decimal::Decimal;
use crate::policy::{Policy, TierId};

/// So many combinations are kept.
const KEPT: usize = 20_000;

/// All that can be had.
#[derive(Debug, Clone, Default)]
pub(in crate::audit) struct Front {
    /// What each group can do.
    pub(in crate::audit) groups: Vec<Choices>,
    /// What no other way beats, cheapest first.
    pub(in crate::audit) reached: Vec<Reached>,
    /// There were too many combinations to keep.
    pub(in crate::audit) cut_short: bool,
}

/// A combination and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::audit) struct Reached {
    /// The price, in units of 1e-9.
    pub(in crate::audit) cost: i128,
    pub(in crate::audit) score: Decimal,
    pub(in crate::audit) tier: Option<TierId>,
    /// By group: the choice.
    pub(in crate::audit) picks: Vec<usize>,
}

/// Where a record stands before any change.
#[derive(Debug, Clone)]
pub(in crate::audit) struct Base {
    /// By bucket: the sum, in units.
    pub(in crate::audit) sums: Vec<i128>,
    /// The overrides that apply.
    pub(in crate::audit) marks: Marks,
}

#[derive(Debug, Clone)]
struct Mix {
    cost: i128,
    /// By bucket that is looked at, turned so that more is more of the score.
    gain: Vec<i128>,
    marks: Marks,
    picks: Vec<usize>,
}

impl Front {
    /// Everything that some groups can do to a record. `masks` are the overrides of all of them.
    pub(in crate::audit) fn of(
        model: &Model<'_>,
        groups: Vec<Choices>,
        base: &Base,
        buckets: &[usize],
        masks: Marks,
    ) -> Self {
        let turns: Vec<i128> = buckets.iter().map(|bucket| model.bucket(*bucket).sign).collect();
        let turned = |gain: &[i128]| gain.iter().zip(&turns).map(|(gain, turn)| gain * turn).collect();
        let mut cut_short = groups.iter().any(|group| group.cut_short);
        let start = Mix { cost: 0, gain: vec![0; buckets.len()], marks: 0, picks: Vec::new() };
        let mut mixes = vec![start];
        for group in &groups {
            let own: Vec<Mix> =
                group.all.iter().enumerate().map(|(at, choice)| Mix::of(at, choice, &turned)).collect();
            let own = pruned(own);
            let mut next = Vec::with_capacity(mixes.len() * own.len());
            for mix in &mixes {
                next.extend(own.iter().map(|choice| mix.with(choice)));
            }
            mixes = pruned(next);
            if mixes.len() > KEPT {
                mixes.sort_by_key(|mix| mix.cost);
                mixes.truncate(KEPT);
                cut_short = true;
            }
        }
        let reached = mixes.into_iter().filter_map(|mix| {
            let mut sums = base.sums.clone();
            for ((bucket, gain), turn) in buckets.iter().zip(&mix.gain).zip(&turns) {
                *sums.get_mut(*bucket)? += gain * turn;
            }
            let marks = (base.marks & !masks) | mix.marks;
            let (score, tier) = settled(model, marks, &sums)?;
            Some(Reached { cost: mix.cost, score, tier, picks: mix.picks })
        });
        let mut reached: Vec<Reached> = reached.collect();
        reached.sort_by(|a, b| {
            a.cost.cmp(&b.cost).then(b.score.cmp(&a.score)).then_with(|| a.picks.cmp(&b.picks))
        });
        Self { groups, reached, cut_short }
    }

    /// The cheapest that satisfies.
    pub(in crate::audit) fn cheapest(&self, satisfies: impl Fn(&Reached) -> bool) -> Option<&Reached> {
        self.reached.iter().find(|reached| satisfies(reached))
    }
}

impl Mix {
    fn of(at: usize, choice: &Choice, turned: &impl Fn(&[i128]) -> Vec<i128>) -> Self {
        Self { cost: choice.cost, gain: turned(&choice.gain), marks: choice.marks, picks: vec![at] }
    }

    fn with(&self, more: &Self) -> Self {
        Self {
            cost: self.cost.saturating_add(more.cost),
            gain: self.gain.iter().zip(&more.gain).map(|(a, b)| a + b).collect(),
            marks: self.marks | more.marks,
            picks: self.picks.iter().chain(&more.picks).copied().collect(),
        }
    }

    /// Whether it is at least as good as another in every respect, and brings about the same overrides.
    fn beats(&self, other: &Self) -> bool {
        let mut gains = self.gain.iter().zip(&other.gain);
        self.marks == other.marks && self.cost <= other.cost && gains.all(|(a, b)| a >= b)
    }
}

/// Those that no other beats.
fn pruned(mut mixes: Vec<Mix>) -> Vec<Mix> {
    // Whatever beats another stands before it.
    mixes.sort_by(|a, b| {
        let by_gain = b.gain.iter().sum::<i128>().cmp(&a.gain.iter().sum::<i128>());
        a.cost.cmp(&b.cost).then(by_gain).then_with(|| a.picks.cmp(&b.picks))
    });
    let mut kept: Vec<Mix> = Vec::with_capacity(mixes.len());
    for mix in mixes {
        // The last kept is the likeliest to beat the next.
        if !kept.iter().rev().any(|other| other.beats(&mix)) {
            kept.push(mix);
        }
    }
    kept
}

/// The score and the tier of exact sums by bucket, under overrides.
pub(in crate::audit) fn settled(
    model: &Model<'_>,
    marks: Marks,
    sums: &[i128],
) -> Option<(Decimal, Option<TierId>)> {
    let sums: Vec<Points> = sums.iter().map(|units| Points::of_units(*units, *units)).collect();
    let score = Decimal::from_units(model.settle(marks, model.total(&sums))?.single()?)?;
    Some((score, tier(model.policy, marks, score)))
}

/// The tier of a score, under overrides: the best one has the least number.
pub(in crate::audit) fn tier(policy: &Policy, marks: Marks, score: Decimal) -> Option<TierId> {
    let applying = || policy.overrides.iter().enumerate().filter(|(at, _)| marks & (1 << at) != 0);
    let floor = applying().filter_map(|(_, each)| each.tier_at_least).min();
    let cap = applying().filter_map(|(_, each)| each.tier_at_most).max();
    let tier = policy.tier_of(score)?;
    let lifted = floor.map_or(tier, |floor| tier.min(floor));
    Some(cap.map_or(lifted, |cap| lifted.max(cap)))
}
