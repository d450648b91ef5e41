//! Overrides: which apply to whom, what they make of scores and tiers, and whose reasons come first.

use super::evaluate::View;
use super::lane::{Codes, Lane, Pool};
use super::plan::{Plan, holds};
use super::scored::Standing;
use crate::policy::{Override, ReasonId, TierId};

/// A record that overrides apply to.
#[derive(Debug, Clone, Default)]
pub(super) struct Overruled {
    pub(super) row: usize,
    /// By override: whether it applies.
    applies: Vec<bool>,
    /// The score in the range, after floors, and after caps, in units.
    in_range: i128,
    floored: i128,
    settled: i128,
    /// The tier by the score.
    by_score: Option<TierId>,
}

/// A bound that holds of all that apply, and the override that it is by.
type Bound<X> = Option<(usize, X)>;

/// The records of a chunk that overrides apply to, in their order.
pub(super) fn overruled(plan: &Plan, view: &View<'_>, pool: &mut Pool, over: &mut [u8]) -> Vec<Overruled> {
    let mut truths = Vec::with_capacity(plan.overrides.len());
    for asked in &plan.overrides {
        let mut truth = view.truth(&asked.when, pool, over);
        truth.iter_mut().for_each(|truth| *truth = u8::from(holds(asked, *truth)));
        truths.push(truth);
    }
    let mut found = Vec::new();
    for row in 0..view.given.rows {
        let applies = |truth: &Vec<u8>| truth.get(row) == Some(&1);
        if truths.iter().any(applies) {
            found.push(Overruled {
                row,
                applies: truths.iter().map(applies).collect(),
                ..Overruled::default()
            });
        }
    }
    truths.into_iter().for_each(|truth| pool.keep_bytes(truth));
    found
}

impl Overruled {
    /// Whether one of them says `not scored`.
    pub(super) fn not_scored(&self, plan: &Plan) -> bool {
        self.applying(plan).any(|(_, each)| each.not_scored)
    }

    /// The floor and the cap of the score that hold, in units.
    pub(super) fn bounds(&self, plan: &Plan) -> (Option<i128>, Option<i128>) {
        (self.floor(plan).map(|(_, floor)| floor), self.cap(plan).map(|(_, cap)| cap))
    }

    /// Brings the score between floors and caps.
    pub(super) fn settle(&mut self, plan: &Plan, scores: &mut Lane) {
        self.in_range = scores.units(self.row);
        self.floored = self.floor(plan).map_or(self.in_range, |(_, floor)| self.in_range.max(floor));
        self.settled = self.cap(plan).map_or(self.floored, |(_, cap)| self.floored.min(cap));
        if self.settled != self.in_range {
            scores.put(self.row, Some(self.settled));
        }
    }

    /// Brings the tier between floors and caps.
    pub(super) fn tier(&mut self, plan: &Plan, tiers: &mut Codes) {
        let code = tiers.as_ref().get(self.row);
        if usize::from(code) >= plan.policy.tiers.len() {
            return;
        }
        let tier = TierId(code.into());
        self.by_score = Some(tier);
        let after = capped(floored(tier, self.tier_floor(plan)), self.tier_cap(plan));
        tiers.set(self.row, after.0 as u16);
    }

    /// The reasons of the overrides that changed the result.
    pub(super) fn reasons<'a>(
        &'a self,
        plan: &'a Plan,
        standing: Standing,
    ) -> impl Iterator<Item = ReasonId> + 'a {
        self.applying(plan)
            .filter(move |(at, each)| self.changed(plan, *at, each, standing))
            .filter_map(|(_, o)| o.reason)
    }

    fn changed(&self, plan: &Plan, at: usize, each: &Override, standing: Standing) -> bool {
        match standing {
            Standing::Scored => {
                let cap = self.cap(plan);
                let unlifted = cap.map_or(self.in_range, |(_, cap)| self.in_range.min(cap));
                let (by_floor, by_cap) = (by(self.floor(plan), at), by(cap, at));
                let tiers = self.by_score.is_some_and(|tier| {
                    let (floor, cap) = (self.tier_floor(plan), self.tier_cap(plan));
                    let after = capped(floored(tier, floor), cap);
                    (by(floor, at) && after != capped(tier, cap))
                        || (by(cap, at) && after != floored(tier, floor))
                });
                (by_floor && self.settled != unlifted) || (by_cap && self.settled != self.floored) || tiers
            }
            Standing::NotScored => each.not_scored,
            Standing::NotParticipating | Standing::Bad | Standing::TooLarge => false,
        }
    }

    fn applying<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (usize, &'a Override)> {
        plan.policy
            .overrides
            .iter()
            .enumerate()
            .zip(&self.applies)
            .filter(|(_, applies)| **applies)
            .map(|(o, _)| o)
    }

    fn floor(&self, plan: &Plan) -> Bound<i128> {
        let floors = self.applying(plan).filter_map(|(at, o)| Some((at, o.score_at_least?.units())));
        floors.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    fn cap(&self, plan: &Plan) -> Bound<i128> {
        let caps = self.applying(plan).filter_map(|(at, o)| Some((at, o.score_at_most?.units())));
        caps.reduce(|best, next| if next.1 < best.1 { next } else { best })
    }

    /// The best tier has the least number.
    fn tier_floor(&self, plan: &Plan) -> Bound<TierId> {
        let floors = self.applying(plan).filter_map(|(at, o)| Some((at, o.tier_at_least?)));
        floors.reduce(|best, next| if next.1 < best.1 { next } else { best })
    }

    fn tier_cap(&self, plan: &Plan) -> Bound<TierId> {
        let caps = self.applying(plan).filter_map(|(at, o)| Some((at, o.tier_at_most?)));
        caps.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }
}

fn floored(tier: TierId, floor: Bound<TierId>) -> TierId {
    floor.map_or(tier, |(_, floor)| tier.min(floor))
}

fn capped(tier: TierId, cap: Bound<TierId>) -> TierId {
    cap.map_or(tier, |(_, cap)| tier.max(cap))
}

fn by<X>(bound: Bound<X>, at: usize) -> bool {
    bound.is_some_and(|(by, _)| by == at)
}
