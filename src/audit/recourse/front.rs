//! The choices of all groups put together: a knapsack with one choice from each, solved exactly.
//!
//! Of all ways to combine choices only those are kept that no other way beats in both price and points. What is left at the
//! end, run through groups' limits, range, overrides and rounding, is the table that proves an answer: it holds, for each
//! price, the best that can be had for it. Where there are too many ways, all are looked at that cost less than a limit, and
//! of the others some: what is found among those is a way, and no proof that there is none for less.

use super::choice::{Choice, Choices};
use super::pairs::{Pairs, thinned};
use crate::audit::model::{Marks, Model};
use crate::audit::points::Points;
use crate::decimal::Decimal;
use crate::policy::{Policy, TierId};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many combinations are looked at in all.
const LOOKS: usize = 1_000_000;

/// Of each list so many are combined beyond those.
const THIN: usize = 150;

/// All that can be had.
#[derive(Debug, Clone, Default)]
pub(in crate::audit) struct Front {
    /// What each group can do.
    pub(in crate::audit) groups: Vec<Choices>,
    /// What no other way beats, cheapest first.
    pub(in crate::audit) reached: Vec<Reached>,
    /// Every combination was looked at that costs less; `None` where all were.
    pub(in crate::audit) limit: Option<i128>,
    /// What no combination goes beyond, also of those that were not looked at, where that is known.
    pub(in crate::audit) ceiling: Option<(Decimal, Option<TierId>)>,
    /// By group: of each combination of it with the groups before, what it is made of.
    made_of: Vec<Vec<(usize, usize)>>,
}

/// A combination and what it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::audit) struct Reached {
    /// The price, in units of 1e-9.
    pub(in crate::audit) cost: i128,
    pub(in crate::audit) score: Decimal,
    pub(in crate::audit) tier: Option<TierId>,
    /// The overrides that apply.
    pub(in crate::audit) marks: Marks,
    /// Which combination of all groups.
    at: usize,
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
    /// The combination of the groups before, and the choice.
    of: (usize, usize),
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
        let settled = |marks: Marks, gain: &[i128]| {
            let mut sums = base.sums.clone();
            for ((bucket, gain), turn) in buckets.iter().zip(gain).zip(&turns) {
                let sum = sums.get_mut(*bucket)?;
                *sum = sum.checked_add(gain.checked_mul(*turn)?)?;
            }
            settled(model, marks, &sums)
        };
        let mut limit = groups.iter().filter_map(|group| group.limit).min();
        let mut most = (limit.is_none() && masks == 0).then(|| vec![0_i128; buckets.len()]);
        let mut mixes = vec![Mix { cost: 0, gain: vec![0; buckets.len()], marks: 0, of: (0, 0) }];
        let looks = LOOKS / groups.len().max(1);
        let mut made_of = Vec::with_capacity(groups.len());
        for group in &groups {
            let turned = turned(group, &turns);
            for (at, sum) in most.iter_mut().flatten().enumerate() {
                let best = turned.iter().filter_map(|mix| mix.gain.get(at)).max();
                *sum = sum.saturating_add(best.copied().unwrap_or(0));
            }
            let (own, first) = unbeaten(turned, looks);
            let (next, second) = combined(&mixes, &own, looks);
            limit = limit.into_iter().chain(first).chain(second).min();
            made_of.push(next.iter().map(|mix| mix.of).collect());
            mixes = next;
        }
        let reached = mixes.iter().enumerate().filter_map(|(at, mix)| {
            let marks = (base.marks & !masks) | mix.marks;
            let (score, tier) = settled(marks, &mix.gain)?;
            Some(Reached { cost: mix.cost, score, tier, marks, at })
        });
        let mut reached: Vec<Reached> = reached.collect();
        reached.sort_by_key(|reached| (reached.cost, Reverse(reached.score), reached.at));
        let ceiling = most.and_then(|gain| settled(base.marks, &gain));
        Self { groups, reached, limit, ceiling, made_of }
    }

    /// The cheapest that satisfies, of those that were looked at.
    pub(in crate::audit) fn cheapest(&self, satisfies: impl Fn(&Reached) -> bool) -> Option<&Reached> {
        self.reached.iter().find(|reached| satisfies(reached))
    }

    /// Whether no combination for less than a price was left out; without a price, none at all.
    pub(in crate::audit) fn is_complete_below(&self, cost: Option<i128>) -> bool {
        self.limit.is_none_or(|limit| cost.is_some_and(|cost| cost <= limit))
    }

    /// By group: the choice that a combination is made of.
    pub(in crate::audit) fn picks(&self, reached: &Reached) -> Vec<usize> {
        let mut at = reached.at;
        let mut picks: Vec<usize> = Vec::with_capacity(self.made_of.len());
        for made_of in self.made_of.iter().rev() {
            let (before, pick) = made_of.get(at).copied().unwrap_or_default();
            picks.push(pick);
            at = before;
        }
        picks.reverse();
        picks
    }
}

impl Mix {
    fn with(&self, at: usize, more: &Self) -> Self {
        Self {
            cost: self.cost.saturating_add(more.cost),
            gain: self.gain.iter().zip(&more.gain).map(|(a, b)| a.saturating_add(*b)).collect(),
            marks: self.marks | more.marks,
            of: (at, more.of.1),
        }
    }
}

/// The choices of a group, the cheapest first.
fn turned(group: &Choices, turns: &[i128]) -> Vec<Mix> {
    let gain = |choice: &Choice| {
        choice.gain.iter().zip(turns).map(|(gain, turn)| gain.saturating_mul(*turn)).collect()
    };
    let mixes = group.all.iter().enumerate().map(|(at, choice)| Mix {
        cost: choice.cost,
        gain: gain(choice),
        marks: choice.marks,
        of: (0, at),
    });
    mixes.collect()
}

/// Those of a list, the cheapest first, that no other of it beats, and the limit below which all were looked at.
fn unbeaten(mixes: Vec<Mix>, most: usize) -> (Vec<Mix>, Option<i128>) {
    let mut kept = Kept::default();
    let mut rest: &[Mix] = &mixes;
    let mut limit = None;
    for same in mixes.chunk_by(|a, b| a.cost == b.cost) {
        if kept.looks > most {
            limit = same.first().map(|mix| mix.cost);
            break;
        }
        kept.take(same.to_vec());
        rest = rest.get(same.len()..).unwrap_or_default();
    }
    if limit.is_some() {
        kept.take(thinned(rest.len(), THIN).filter_map(|at| rest.get(at).cloned()).collect());
    }
    (kept.mixes, limit)
}

/// Combinations of two lists that no other beats, and the limit below which all were looked at.
fn combined(mixes: &[Mix], own: &[Mix], most: usize) -> (Vec<Mix>, Option<i128>) {
    let pair = |at: usize, with: usize| Some(mixes.get(at)?.with(at, own.get(with)?));
    let cost = |mix: &Mix| mix.cost;
    let mut kept = Kept::default();
    let mut same: Vec<Mix> = Vec::new();
    let mut limit = None;
    let mut looks = 0;
    for (cost, at, with) in Pairs::of(mixes.iter().map(cost), own.iter().map(cost)) {
        if same.last().is_some_and(|mix| mix.cost < cost) {
            kept.take(std::mem::take(&mut same));
        }
        looks += 1;
        if looks + kept.looks > most {
            limit = Some(cost);
            break;
        }
        same.extend(pair(at, with));
    }
    kept.take(same);
    if let Some(limit) = limit {
        let few = thinned(own.len(), THIN);
        let pairs = thinned(mixes.len(), THIN).flat_map(|at| few.clone().map(move |with| (at, with)));
        let more = pairs.filter_map(|(at, with)| pair(at, with)).filter(|mix| mix.cost >= limit);
        kept.take(more.collect());
    }
    (kept.mixes, limit)
}

/// What is kept: whatever is not beaten by something that costs no more, brings about the same overrides, and gives at least
/// as much everywhere.
#[derive(Default)]
struct Kept {
    mixes: Vec<Mix>,
    shelves: BTreeMap<Marks, Shelf>,
    /// How much was compared beyond one look each.
    looks: usize,
}

/// Gains of what costs no more than anything still to come.
#[derive(Default)]
struct Shelf {
    /// Where one bucket is looked at: the most.
    most: Option<i128>,
    /// Where two are: for each gain of the first, rising, the most of the second, falling.
    stairs: BTreeMap<i128, i128>,
    /// Where it is another number of them.
    all: Vec<Vec<i128>>,
}

impl Kept {
    /// Takes mixes in that cost no less than those before.
    fn take(&mut self, mut mixes: Vec<Mix>) {
        let sum = |mix: &Mix| mix.gain.iter().fold(0_i128, |sum, gain| sum.saturating_add(*gain));
        mixes.sort_by_cached_key(|mix| (mix.cost, Reverse(sum(mix)), mix.of));
        for mix in mixes {
            let shelf = self.shelves.entry(mix.marks).or_default();
            self.looks += shelf.all.len() / 8;
            if shelf.admits(&mix.gain) {
                self.mixes.push(mix);
            }
        }
    }
}

impl Shelf {
    /// Puts a gain on it, unless one is there already that is at least as much everywhere.
    fn admits(&mut self, gain: &[i128]) -> bool {
        match gain {
            [one] => {
                let more = self.most.is_none_or(|most| *one > most);
                self.most = self.most.max(Some(*one));
                more
            }
            [one, two] => {
                if self.stairs.range(one..).next().is_some_and(|(_, most)| most >= two) {
                    return false;
                }
                let last = |stairs: &BTreeMap<i128, i128>| {
                    stairs.range(..=one).next_back().filter(|(_, most)| *most <= two).map(|(first, _)| *first)
                };
                while let Some(first) = last(&self.stairs) {
                    self.stairs.remove(&first);
                }
                self.stairs.insert(*one, *two);
                true
            }
            gain => {
                // The last is the likeliest to be more.
                let beaten = self.all.iter().rev().any(|other| other.iter().zip(gain).all(|(a, b)| a >= b));
                if !beaten {
                    self.all.push(gain.to_vec());
                }
                !beaten
            }
        }
    }
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
