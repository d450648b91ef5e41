//! Scores that settle, by the reference's own arithmetic: of any size, more slowly.

use super::super::network::Network;
use super::super::own::ScoreBounds;
use super::Noted;
use crate::decimal::Decimal;
use crate::eval::influence::points_of;
use crate::policy::{Influence, Policy};
use rayon::prelude::*;

/// Scores of any size.
#[derive(Debug)]
pub(super) struct WideState {
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

impl WideState {
    pub(super) fn new(
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

    /// Whether a sum of the record's did not fit in some sweep.
    pub(super) fn is_rejected(&self, slot: usize) -> bool {
        self.rejected.get(slot).is_some_and(|rejected| *rejected != 0)
    }

    /// The points of an influence on a record; `None` where they are too large.
    pub(super) fn points(
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
    pub(super) fn sweep_with(&mut self, policy: &Policy, network: &Network, influenced: bool) -> bool {
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
