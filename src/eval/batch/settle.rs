//! Scores that settle, of a whole population at once: the sweeps of `eval::influence`, by all threads, with its results to
//! the last digit.
//!
//! What everybody comes to by themselves is gathered chunk by chunk ([`Everybody`]). All sweeps but the last are done
//! here ([`Settling`]), each from one list of scores into another, so that neither threads nor order matter. The last is
//! the scoring itself, which is handed the points ([`Settling::fill`]).

use super::chunk::Chunk;
use super::influence::{NO_SCORE, Narrow, Scores, Spare, TOO_LARGE};
use super::lane::Lane;
use super::network::Network;
use super::own::{Own, ScoreBounds};
use super::plan::Plan;
use super::scored::Standing;
use crate::data::Links;
use crate::decimal::Decimal;
use crate::eval::influence::points_of;
use crate::policy::{Influence, Policy};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What everybody comes to by themselves, gathered from any thread and in any order.
#[derive(Debug)]
pub struct Everybody {
    policy: Arc<Policy>,
    slots: usize,
    noted: Mutex<Vec<Noted>>,
}

/// What records in a row come to.
#[derive(Debug)]
struct Noted {
    first: usize,
    total: Lane,
    standings: Vec<Standing>,
    bounds: Vec<ScoreBounds>,
}

/// A population whose scores settle.
#[derive(Debug)]
pub struct Settling<'n> {
    policy: Arc<Policy>,
    network: &'n Network,
    /// Sweeps still to be done, the scoring not counted.
    left: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Everything that can happen fits into 64 bits.
    Narrow(Box<NarrowState>),
    /// By the reference's own arithmetic.
    Wide(Box<WideState>),
}

/// Scores in units of 1e-9.
#[derive(Debug)]
struct NarrowState {
    /// By influence.
    influences: Vec<Narrow>,
    /// By slot: what a record comes to by itself and by what never changes; [`NO_SCORE`] where it is not scored.
    own: Vec<i64>,
    /// By slot: its score in the sweep before. Empty where nobody asks.
    scores: Vec<i64>,
    /// The next sweep's.
    next: Vec<i64>,
    range: (i64, i64),
    /// By slot, rising.
    bounds: Vec<ScoreBounds>,
}

#[derive(Debug)]
struct WideState {
    /// By slot; absent where a record is set aside.
    nodes: Vec<Option<Node>>,
    /// By slot: its score in the sweep before. Empty where nobody asks.
    scores: Vec<Option<Decimal>>,
    /// 1 where a sum did not fit in some sweep.
    rejected: Vec<u8>,
    /// By slot, rising.
    bounds: Vec<ScoreBounds>,
}

/// A record as the sweeps know it.
#[derive(Debug, Clone, Copy)]
struct Node {
    total: Decimal,
    scored: bool,
}

/// So many slots are one piece of work.
const BLOCK: usize = 4096;

impl Everybody {
    /// Of so many records.
    pub fn new(plan: &Plan, slots: usize) -> Self {
        Self { policy: Arc::clone(&plan.policy), slots, noted: Mutex::default() }
    }

    /// Whether anybody asks for it: otherwise nothing needs to be noted.
    pub fn is_asked(&self) -> bool {
        self.policy.sweeps > 0 && self.policy.influences.iter().any(|influence| influence.settled)
    }

    /// Notes what the records from a slot on come to. Each is noted once.
    pub fn note(&self, first_slot: usize, own: &Own) {
        let mut total = Lane::default();
        total.copy(&own.total);
        let noted = Noted {
            first: first_slot,
            total,
            standings: own.standings.clone(),
            bounds: own
                .bounds
                .iter()
                .map(|each| ScoreBounds { row: first_slot + each.row, ..*each })
                .collect(),
        };
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).push(noted);
    }

    /// Once everybody was noted: the scores that others see before any influence.
    pub fn settle(self, network: &Network) -> Settling<'_> {
        let asked = self.is_asked();
        let mut noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !asked {
            noted.clear();
        }
        noted.sort_unstable_by_key(|noted| noted.first);
        let slots = if asked { self.slots } else { 0 };
        let policy = self.policy;
        let mut bounds: Vec<ScoreBounds> = Vec::new();
        noted.iter_mut().for_each(|noted| bounds.append(&mut noted.bounds));
        let left = if asked { policy.sweeps - 1 } else { 0 };
        let state = match narrow_of(&policy, network, &noted, &bounds) {
            Some((influences, range)) => {
                let own = NarrowState::own(&policy, network, &influences, slots, noted);
                State::Narrow(Box::new(NarrowState::new(influences, range, own, bounds)))
            }
            None => State::Wide(Box::new(WideState::new(&policy, network, slots, noted, bounds))),
        };
        Settling { policy, network, left, state }
    }
}

/// The influences and the range, if nothing that can happen on the way is too large for 64 bits.
fn narrow_of(
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

impl NarrowState {
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
            own.par_chunks_mut(BLOCK).enumerate().for_each_init(Spare::default, |spare, (at, own)| {
                narrow.add_points(links, at * BLOCK, scores.narrow(), spare, own);
            });
        }
        own
    }

    fn new(influences: Vec<Narrow>, range: (i64, i64), own: Vec<i64>, bounds: Vec<ScoreBounds>) -> Self {
        let mut state = Self { influences, scores: Vec::new(), next: own.clone(), own, range, bounds };
        let (next, seen) = (std::mem::take(&mut state.next), &state);
        let mut scores = next;
        scores.par_chunks_mut(BLOCK).enumerate().for_each(|(at, scores)| seen.bring_in(at * BLOCK, scores));
        state.next = vec![NO_SCORE; scores.len()];
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

    /// One sweep; whether any score changed.
    fn sweep(&mut self, settled: &[(usize, &Links)]) -> bool {
        let mut next = std::mem::take(&mut self.next);
        let changed = AtomicBool::new(false);
        let state = &*self;
        let settled: Vec<(&Narrow, &Links)> =
            settled.iter().filter_map(|(at, links)| Some((state.influences.get(*at)?, *links))).collect();
        next.par_chunks_mut(BLOCK).enumerate().for_each_init(Spare::default, |spare, (at, next)| {
            let first = at * BLOCK;
            next.iter_mut().zip(state.own.iter().skip(first)).for_each(|(next, own)| *next = *own);
            for (narrow, links) in &settled {
                narrow.add_points(links, first, &state.scores, spare, next);
            }
            state.bring_in(first, next);
            if state.scores.get(first..first + next.len()) != Some(&*next) {
                changed.store(true, Ordering::Relaxed);
            }
        });
        self.next = std::mem::replace(&mut self.scores, next);
        changed.into_inner()
    }
}

impl WideState {
    fn new(
        policy: &Policy,
        network: &Network,
        slots: usize,
        noted: Vec<Noted>,
        bounds: Vec<ScoreBounds>,
    ) -> Self {
        let mut nodes = vec![None; slots];
        for noted in noted {
            for (row, standing) in noted.standings.iter().enumerate() {
                let total = Decimal::from_units(noted.total.units(row));
                if let (Some(status), Some(slot), Some(total)) =
                    (standing.status(), nodes.get_mut(noted.first + row), total)
                {
                    *slot = Some(Node { total, scored: status == crate::eval::Status::Scored });
                }
            }
        }
        let mut state = Self { nodes, scores: vec![None; slots], rejected: vec![0; slots], bounds };
        // Who is too large by what never changes has no score at all; the scoring itself says so.
        let fixed = |slot: usize| {
            policy
                .influences
                .iter()
                .filter(|influence| !influence.settled)
                .try_for_each(|influence| state.points(policy, network, influence, slot).map(|_| ()))
        };
        let gone: Vec<usize> = (0..slots).into_par_iter().filter(|slot| fixed(*slot).is_none()).collect();
        for slot in gone {
            if let Some(node) = state.nodes.get_mut(slot) {
                *node = None;
            }
        }
        state.sweep_with(policy, network, false);
        state
    }

    /// The points of an influence on a record; `None` where they are too large.
    fn points(
        &self,
        policy: &Policy,
        network: &Network,
        influence: &Influence,
        slot: usize,
    ) -> Option<Decimal> {
        let members = network.links_of(influence.link).map_or(&[][..], |links| links.of(slot));
        let scores: Vec<Decimal> = if influence.settled {
            members.iter().filter_map(|m| self.scores.get(*m as usize).copied().flatten()).collect()
        } else {
            let previous = network.previous_of(policy, influence.link);
            members.iter().filter_map(|m| previous?.get(*m as usize)).collect()
        };
        points_of(influence, members.len(), scores).ok().map(|seen| seen.points)
    }

    /// The score that others see; `Err` where a sum is too large.
    fn score(
        &self,
        policy: &Policy,
        network: &Network,
        slot: usize,
        influenced: bool,
    ) -> Result<Option<Decimal>, ()> {
        let Some(node) = self.nodes.get(slot).copied().flatten() else { return Ok(None) };
        let mut sum = Some(node.total);
        for influence in &policy.influences {
            let counts = influenced || !influence.settled;
            let points =
                if counts { self.points(policy, network, influence, slot).ok_or(())? } else { Decimal::ZERO };
            sum = sum.and_then(|sum| sum.checked_add(points));
        }
        if !node.scored {
            return Ok(None);
        }
        let sum = sum.ok_or(())?;
        let in_range = policy.range.map_or(sum, |(low, high)| sum.max(low).min(high)).units();
        let bounds = self.bounds.binary_search_by_key(&slot, |each| each.row);
        let bounds = bounds.ok().and_then(|at| self.bounds.get(at));
        Ok(Decimal::from_units(bounds.map_or(in_range, |each| each.apply(in_range))))
    }

    /// One sweep; whether any score changed.
    fn sweep_with(&mut self, policy: &Policy, network: &Network, influenced: bool) -> bool {
        let state = &*self;
        let next: Vec<Result<Option<Decimal>, ()>> = (0..state.nodes.len())
            .into_par_iter()
            .map(|slot| match state.rejected.get(slot) {
                Some(0) => state.score(policy, network, slot, influenced),
                Some(_) | None => Ok(None),
            })
            .collect();
        let mut changed = false;
        for ((next, score), rejected) in next.into_iter().zip(&mut self.scores).zip(&mut self.rejected) {
            if next.is_err() {
                *rejected = 1;
            }
            let next = next.ok().flatten();
            changed |= *score != next;
            *score = next;
        }
        changed
    }
}

impl Settling<'_> {
    /// Sweeps still to be done before the scoring, if the scores do not come to rest sooner.
    pub fn left(&self) -> u32 {
        self.left
    }

    /// One sweep, by the threads of the pool that this runs in.
    pub fn sweep(&mut self) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let (policy, network) = (&self.policy, self.network);
        let changed = match &mut self.state {
            State::Narrow(state) => {
                let settled = policy.influences.iter().enumerate().filter(|(_, influence)| influence.settled);
                let settled: Vec<_> =
                    settled.filter_map(|(at, i)| Some((at, network.links_of(i.link)?))).collect();
                state.sweep(&settled)
            }
            State::Wide(state) => state.sweep_with(policy, network, true),
        };
        if !changed {
            // From here on nothing would ever change.
            self.left = 0;
        }
    }

    /// All sweeps that are left.
    pub fn finish(&mut self) {
        while self.left > 0 {
            self.sweep();
        }
    }

    /// Hands the records of a chunk, the first of which has a slot, the points of their influences.
    pub fn fill(&self, first_slot: usize, chunk: &mut Chunk) {
        let rows = chunk.rows();
        chunk.influences.resize_with(self.policy.influences.len(), Lane::default);
        for ((at, influence), lane) in self.policy.influences.iter().enumerate().zip(&mut chunk.influences) {
            lane.reset(rows);
            match &self.state {
                State::Narrow(state) => {
                    let scores = if influence.settled {
                        Some(state.scores.as_slice())
                    } else {
                        self.network.previous_of(&self.policy, influence.link).map(Scores::narrow)
                    };
                    let (Some(narrow), Some(links), Some(scores)) =
                        (state.influences.get(at), self.network.links_of(influence.link), scores)
                    else {
                        continue;
                    };
                    narrow.add_points(links, first_slot, scores, &mut Spare::default(), &mut lane.narrow);
                }
                State::Wide(state) => {
                    lane.widen();
                    chunk.too_large.resize(rows, 0);
                    for (row, too_large) in chunk.too_large.iter_mut().enumerate() {
                        let slot = first_slot + row;
                        let points = state.points(&self.policy, self.network, influence, slot);
                        let rejected = state.rejected.get(slot).is_some_and(|rejected| *rejected != 0);
                        *too_large |= u8::from(rejected || points.is_none());
                        lane.set_wide(row, Some(points.unwrap_or_default().units()));
                    }
                }
            }
        }
    }
}
