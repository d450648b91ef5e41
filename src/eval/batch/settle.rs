//! Scores that settle, of a whole population at once: the sweeps of `eval::influence`, by all threads, with its results to
//! the last digit.
//!
//! What everybody comes to by themselves is gathered chunk by chunk ([`Everybody`]). All sweeps but the last are done
//! here ([`Settling`]), each from one list of scores into another, so that neither threads nor order matter. The last is
//! the scoring itself, which is handed the points ([`Settling::fill`]).

use super::chunk::Chunk;
use super::lane::Lane;
use super::network::Network;
use super::own::{Own, ScoreBounds};
use super::plan::Plan;
use super::scored::Standing;
use crate::policy::Policy;
use narrow::{NarrowState, narrow_of};
use std::sync::{Arc, Mutex, PoisonError};
use wide::WideState;

mod narrow;
mod wide;

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
    state: State<'n>,
}

#[derive(Debug)]
enum State<'n> {
    /// Everything that can happen fits into 64 bits.
    Narrow(Box<NarrowState<'n>>),
    /// By the reference's own arithmetic.
    Wide(Box<WideState>),
}

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
            Some(fitting) => {
                let state = NarrowState::new(&policy, network, fitting, slots, noted, bounds);
                State::Narrow(Box::new(state))
            }
            None => State::Wide(Box::new(WideState::new(&policy, network, slots, noted, bounds))),
        };
        Settling { policy, network, left, state }
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
            State::Narrow(state) => state.sweep(),
            State::Wide(state) => state.sweep_with(policy, network, true),
        };
        if !changed {
            // From here on nothing would ever change.
            self.left = 0;
        }
        if let (0, State::Narrow(state)) = (self.left, &mut self.state) {
            state.end();
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
                    let influence = (at, influence);
                    state.points(&self.policy, self.network, influence, first_slot, &mut lane.narrow);
                }
                State::Wide(state) => {
                    lane.widen();
                    chunk.too_large.resize(rows, 0);
                    for (row, too_large) in chunk.too_large.iter_mut().enumerate() {
                        let slot = first_slot + row;
                        let points = state.points(&self.policy, self.network, influence, slot);
                        let rejected = state.is_rejected(slot);
                        *too_large |= u8::from(rejected || points.is_none());
                        lane.set_wide(row, Some(points.unwrap_or_default().units()));
                    }
                }
            }
        }
    }
}
