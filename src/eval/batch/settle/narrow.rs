//! Scores that settle, in 64 bits: where everything that can happen fits.

use super::super::fetch::Fetches;
use super::super::influence::{NO_SCORE, Narrow, Scores, Spare, TOO_LARGE};
use super::super::network::Network;
use super::super::own::ScoreBounds;
use super::super::scored::Standing;
use super::Noted;
use crate::data::Links;
use crate::decimal::Decimal;
use crate::policy::{Influence, Policy};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Scores in units of 1e-9.
#[derive(Debug)]
pub(super) struct NarrowState<'n> {
    /// By influence.
    influences: Vec<Narrow>,
    settled: Vec<Settled<'n>>,
    /// By slot: what a record comes to by itself and by what never changes; [`NO_SCORE`] where it is not scored.
    own: Vec<i64>,
    /// By slot: its score in the sweep before. Empty where nobody asks.
    scores: Vec<i64>,
    /// The next sweep's.
    next: Vec<i64>,
    /// By slot: by how much its score moved in the sweep before.
    moved: Vec<i32>,
    /// The next sweep's.
    next_moved: Vec<i32>,
    /// Whether all of that fits.
    moves_fit: bool,
    range: (i64, i64),
    /// By slot, rising.
    bounds: Vec<ScoreBounds>,
}

/// An influence by scores that settle.
#[derive(Debug)]
struct Settled<'n> {
    /// Which of the influences it is.
    influence: usize,
    narrow: Narrow,
    links: &'n Links,
    /// Where the mean counts, for which the order of scores is all the same.
    fetches: Option<Fetches>,
    /// By shard of the fetches: the sums that each record was given in the sweep before. One thread has each at a time.
    sums: Vec<Mutex<Vec<i64>>>,
    /// By slot: the points of the scoring, once the last sweep before it is done. Empty where they are worked out there.
    points: Vec<i64>,
}

/// What a sweep reads of the one before.
#[derive(Debug, Clone, Copy)]
struct Seen<'s> {
    scores: &'s [i64],
    /// By how much each moved: half as much to read. Absent where that does not fit, and before the first sweep.
    moved: Option<&'s [i32]>,
}

/// The influences and the range, if nothing that can happen on the way is too large for 64 bits.
pub(super) fn narrow_of(
    policy: &Policy,
    network: &Network,
    noted: &[Noted],
    bounds: &[ScoreBounds],
) -> Option<(Vec<Narrow>, (i64, i64))> {
    let previous = network.previous.as_ref().map_or(Some(0), |previous| previous.largest())?;
    let size = |noted: &Noted| {
        let scored =
            noted.standings.iter().enumerate().filter(|(_, standing)| **standing == Standing::Scored);
        scored.map(|(row, _)| noted.total.units(row).abs()).max().unwrap_or(0)
    };
    let mut base = noted.par_iter().map(size).max().unwrap_or(0);
    let fixed = policy.influences.iter().filter(|influence| !influence.settled);
    for influence in fixed {
        base = base.checked_add(Narrow::new(influence, previous)?.1)?;
    }
    let overruled = bounds.iter().flat_map(|each| [each.floor, each.cap]).flatten().map(i128::abs);
    let overruled = overruled.max().unwrap_or(0);
    let seen = |sum: i128| {
        let in_range = policy.range.map_or(sum, |(low, high)| {
            let ends = [-sum, sum].map(|end| end.max(low.units()).min(high.units()).abs());
            ends.into_iter().max().unwrap_or(sum)
        });
        in_range.max(overruled)
    };
    let settled: Vec<&Influence> = policy.influences.iter().filter(|influence| influence.settled).collect();
    let mut largest = seen(base);
    for _ in 0..policy.sweeps {
        let mut sum = base;
        for influence in &settled {
            sum = sum.checked_add(Narrow::new(influence, largest)?.1)?;
        }
        if sum >= TOO_LARGE {
            return None;
        }
        let next = largest.max(seen(sum));
        if next == largest {
            break;
        }
        largest = next;
    }
    if largest >= TOO_LARGE {
        return None;
    }
    let all = policy.influences.iter().map(|influence| {
        let read = if influence.settled { largest } else { previous };
        Narrow::new(influence, read).map(|(narrow, _)| narrow)
    });
    let narrow = |end: Decimal| end.units().clamp(-TOO_LARGE, TOO_LARGE) as i64;
    let range = policy.range.map_or((i64::MIN + 1, i64::MAX), |(low, high)| (narrow(low), narrow(high)));
    Some((all.collect::<Option<_>>()?, range))
}

impl<'n> NarrowState<'n> {
    /// What records come to by themselves and by what never changes.
    fn own(
        policy: &Policy,
        network: &Network,
        influences: &[Narrow],
        slots: usize,
        noted: Vec<Noted>,
    ) -> Vec<i64> {
        let mut own = vec![NO_SCORE; slots];
        for noted in noted {
            for (row, standing) in noted.standings.iter().enumerate() {
                if let (Standing::Scored, Some(slot)) = (standing, own.get_mut(noted.first + row)) {
                    *slot = noted.total.units(row) as i64;
                }
            }
        }
        for (influence, narrow) in policy.influences.iter().zip(influences).filter(|(i, _)| !i.settled) {
            let links = network.links_of(influence.link);
            let (Some(links), Some(scores)) = (links, network.previous_of(policy, influence.link)) else {
                continue;
            };
            let rows = Fetches::rows_of(slots);
            own.par_chunks_mut(rows).enumerate().for_each_init(Spare::default, |spare, (at, own)| {
                narrow.add_points(links, at * rows, scores.narrow(), spare, own);
            });
        }
        own
    }

    /// Before any sweep: the scores that others see are what everybody comes to without those of others.
    pub(super) fn new(
        policy: &Policy,
        network: &'n Network,
        (influences, range): (Vec<Narrow>, (i64, i64)),
        slots: usize,
        noted: Vec<Noted>,
        bounds: Vec<ScoreBounds>,
    ) -> Self {
        let own = Self::own(policy, network, &influences, slots, noted);
        let is_known = |slot: usize| own.get(slot).is_some_and(|own| *own != NO_SCORE);
        let settled = policy.influences.iter().zip(&influences).enumerate().filter(|(_, (i, _))| i.settled);
        let settled = settled.filter_map(|(at, (influence, narrow))| {
            let links = network.links_of(influence.link)?;
            let fetches = narrow.is_average().then(|| Fetches::new(links, slots, narrow, is_known)).flatten();
            let mut sums = Vec::new();
            sums.resize_with(fetches.as_ref().map_or(0, Fetches::shards), Mutex::default);
            Some(Settled { influence: at, narrow: narrow.clone(), links, fetches, sums, points: Vec::new() })
        });
        let settled = settled.collect();
        let (scores, next) = (own.clone(), vec![NO_SCORE; own.len()]);
        let (moved, next_moved) = (vec![0; own.len()], vec![0; own.len()]);
        let mut state = Self {
            influences,
            settled,
            own,
            scores,
            next,
            moved,
            next_moved,
            moves_fit: false,
            range,
            bounds,
        };
        let (mut scores, seen) = (std::mem::take(&mut state.scores), &state);
        let rows = Fetches::rows_of(scores.len());
        scores.par_chunks_mut(rows).enumerate().for_each(|(at, scores)| seen.bring_in(at * rows, scores));
        state.scores = scores;
        state
    }

    /// Brings the scores from a slot on into the range, and between the floors and caps of overrides.
    fn bring_in(&self, first: usize, scores: &mut [i64]) {
        let (low, high) = self.range;
        for score in scores.iter_mut().filter(|score| **score != NO_SCORE) {
            *score = (*score).max(low).min(high);
        }
        let start = self.bounds.partition_point(|each| each.row < first);
        for each in self.bounds.iter().skip(start) {
            let Some(score) = each.row.checked_sub(first).and_then(|row| scores.get_mut(row)) else { break };
            if *score != NO_SCORE {
                *score = each.apply((*score).into()) as i64;
            }
        }
    }

    /// What the sweep before left.
    fn seen(&self) -> Seen<'_> {
        Seen { scores: &self.scores, moved: self.moves_fit.then_some(self.moved.as_slice()) }
    }

    /// One sweep; whether any score changed.
    pub(super) fn sweep(&mut self) -> bool {
        let (mut next, mut moved) = (std::mem::take(&mut self.next), std::mem::take(&mut self.next_moved));
        let (changed, too_far) = (AtomicBool::new(false), AtomicBool::new(false));
        let state = &*self;
        let rows = Fetches::rows_of(next.len());
        let shards = next.par_chunks_mut(rows).zip(moved.par_chunks_mut(rows)).enumerate();
        shards.for_each_init(Spare::default, |spare, (shard, (next, moved))| {
            let first = shard * rows;
            next.iter_mut().zip(state.own.iter().skip(first)).for_each(|(next, own)| *next = *own);
            for settled in &state.settled {
                settled.add_points(shard, first, state.seen(), spare, next);
            }
            state.bring_in(first, next);
            let (mut any, mut far) = (0, 0);
            for ((next, moved), score) in next.iter().zip(moved).zip(state.scores.iter().skip(first)) {
                // Who has no score never has one.
                let distance = next.wrapping_sub(*score);
                *moved = distance as i32;
                any |= distance;
                far |= distance ^ i64::from(*moved);
            }
            if any != 0 {
                changed.store(true, Ordering::Relaxed);
            }
            if far != 0 {
                too_far.store(true, Ordering::Relaxed);
            }
        });
        self.next = std::mem::replace(&mut self.scores, next);
        self.next_moved = std::mem::replace(&mut self.moved, moved);
        self.moves_fit = !too_far.into_inner();
        changed.into_inner()
    }

    /// After the last sweep: works out the points that the scoring is handed, where that is quicker at once.
    pub(super) fn end(&mut self) {
        let rows = Fetches::rows_of(self.scores.len());
        let state = &*self;
        let points = |settled: &Settled<'_>| {
            let mut points = vec![0; if settled.fetches.is_some() { state.scores.len() } else { 0 }];
            points.par_chunks_mut(rows).enumerate().for_each_init(
                Spare::default,
                |spare, (shard, points)| {
                    settled.add_points(shard, shard * rows, state.seen(), spare, points);
                },
            );
            points
        };
        let points: Vec<_> = state.settled.iter().map(points).collect();
        for (settled, points) in self.settled.iter_mut().zip(points) {
            settled.points = points;
        }
    }

    /// The points of an influence on the records from a slot on.
    pub(super) fn points(
        &self,
        policy: &Policy,
        network: &Network,
        (at, influence): (usize, &Influence),
        first_slot: usize,
        numbers: &mut [i64],
    ) {
        let settled = self.settled.iter().find(|settled| settled.influence == at);
        if let Some(settled) = settled.filter(|settled| !settled.points.is_empty()) {
            let points = settled.points.iter().skip(first_slot);
            numbers.iter_mut().zip(points).for_each(|(number, points)| *number = *points);
            return;
        }
        let scores = if influence.settled {
            Some(self.scores.as_slice())
        } else {
            network.previous_of(policy, influence.link).map(Scores::narrow)
        };
        let (narrow, links) = (self.influences.get(at), network.links_of(influence.link));
        if let (Some(narrow), Some(links), Some(scores)) = (narrow, links, scores) {
            narrow.add_points(links, first_slot, scores, &mut Spare::default(), numbers);
        }
    }
}

impl Settled<'_> {
    /// Adds the points on the records of a shard, the first of which has a slot, to numbers. Each sweep asks once.
    fn add_points(&self, shard: usize, first: usize, seen: Seen<'_>, spare: &mut Spare, numbers: &mut [i64]) {
        let (Some(fetches), Some(sums)) = (&self.fetches, self.sums.get(shard)) else {
            return self.narrow.add_points(self.links, first, seen.scores, spare, numbers);
        };
        // Nothing panics while it holds sums.
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.moved.filter(|_| !sums.is_empty()) {
            Some(moved) => fetches.add(shard, moved, &mut sums),
            None => {
                sums.clear();
                sums.resize(numbers.len(), 0);
                fetches.add(shard, seen.scores, &mut sums);
            }
        }
        self.narrow.add_points_of_means(&sums, fetches.counts(shard), fetches.divisors(), numbers);
    }
}
