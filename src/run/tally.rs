//! What a run came to, counted: statuses, tiers, reasons, and how the scores lie.

use crate::decimal::Decimal;
use crate::eval::Status;
use crate::eval::batch::{Numbers, Scored, Standing};
use crate::policy::Policy;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Counts over scored records. Those of parts of a population add up, in any order, to those of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// With a score; not scored; not participating.
    statuses: [u64; 3],
    /// By tier.
    tiers: Vec<u64>,
    /// By reason: how many records are given it.
    reasons: Vec<u64>,
    scores: Scores,
}

/// How many records have which score.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scores {
    /// By how many steps of `step` are in it, rounded down.
    counts: FxHashMap<i128, u64>,
    /// In units of 1e-9; 1 as long as scores are told apart exactly.
    step: i128,
    /// The least and the greatest, in units.
    ends: Option<(i128, i128)>,
}

/// More different scores than this are not told apart: their step grows tenfold until there are fewer. So a run's memory
/// does not grow with its records.
const DIFFERENT: usize = 50_000;

impl Tally {
    /// Of nobody.
    pub fn new(policy: &Policy) -> Self {
        Self { tiers: vec![0; policy.tiers.len()], reasons: vec![0; policy.reasons.len()], ..Self::default() }
    }

    /// Adds the records of a chunk.
    pub fn add(&mut self, scored: &Scored) {
        for standing in scored.standings() {
            if let Some(count) = standing.status().and_then(|status| self.statuses.get_mut(place(status))) {
                *count += 1;
            }
        }
        let has_score = |row: usize| scored.standings().get(row) == Some(&Standing::Scored);
        let rows = 0..scored.rows();
        if !self.tiers.is_empty() {
            for row in rows.clone() {
                if let Some(tier) = scored.tier(row).and_then(|tier| self.tiers.get_mut(tier.index())) {
                    *tier += 1;
                }
            }
        }
        for at in 0..scored.reason_places() {
            for (reason, _) in scored.reasons_at(at).iter().zip(0..).filter(|(_, row)| has_score(*row)) {
                if let Some(count) = self.reasons.get_mut(usize::from(*reason)) {
                    *count += 1;
                }
            }
        }
        match scored.scores() {
            Numbers::Narrow { values, unit } => {
                self.scores.add_narrow(values.iter().zip(rows).filter(|(_, row)| has_score(*row)), unit);
            }
            Numbers::Wide(values) => {
                for (value, _) in values.iter().zip(rows).filter(|(_, row)| has_score(*row)) {
                    self.scores.add(*value, 1);
                }
            }
        }
    }

    /// Adds what others came to.
    pub fn merge(&mut self, other: &Self) {
        let add =
            |all: &mut [u64], more: &[u64]| all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
        add(&mut self.statuses, &other.statuses);
        add(&mut self.tiers, &other.tiers);
        add(&mut self.reasons, &other.reasons);
        self.scores.merge(&other.scores);
    }

    /// How many records have a status.
    pub fn with(&self, status: Status) -> u64 {
        self.statuses.get(place(status)).copied().unwrap_or(0)
    }

    /// By tier, how many records are in it.
    pub fn tiers(&self) -> &[u64] {
        &self.tiers
    }

    /// By reason, how many records are given it.
    pub fn reasons(&self) -> &[u64] {
        &self.reasons
    }

    /// The least and the greatest score; absent where nobody has one.
    pub fn ends(&self) -> Option<(Decimal, Decimal)> {
        let (least, greatest) = self.scores.ends?;
        Some((Decimal::from_units(least)?, Decimal::from_units(greatest)?))
    }

    /// Scores, rising, with how many records have each. Where there are very many different ones they are told apart by
    /// [`Tally::step`] only, and stand for themselves and what lies less than a step above them.
    pub fn scores(&self) -> BTreeMap<Decimal, u64> {
        let Scores { counts, step, .. } = &self.scores;
        let of = |at: &i128| at.checked_mul(*step).and_then(Decimal::from_units).unwrap_or_default();
        let counts: BTreeMap<i128, u64> = counts.iter().map(|(at, count)| (*at, *count)).collect();
        counts.iter().map(|(at, count)| (of(at), *count)).collect()
    }

    /// What scores are told apart by; 0.000000001 is exactly.
    pub fn step(&self) -> Decimal {
        Decimal::from_units(self.scores.step).unwrap_or_default()
    }
}

fn place(status: Status) -> usize {
    match status {
        Status::Scored => 0,
        Status::NotScored => 1,
        Status::NotParticipating => 2,
    }
}

impl Default for Scores {
    fn default() -> Self {
        Self { counts: FxHashMap::default(), step: 1, ends: None }
    }
}

impl Scores {
    fn add(&mut self, units: i128, many: u64) {
        self.ends = Some(self.ends.map_or((units, units), |(low, high)| (low.min(units), high.max(units))));
        *self.counts.entry(units.div_euclid(self.step)).or_insert(0) += many;
        self.coarsen();
    }

    /// Numbers that are close together are counted in a list first.
    fn add_narrow<'n>(&mut self, values: impl Iterator<Item = (&'n i64, usize)> + Clone, unit: i64) {
        const CLOSE: u64 = 4096;
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for (value, _) in values.clone() {
            (least, most) = (least.min(*value), most.max(*value));
        }
        if least > most {
            return;
        }
        let units = |value: i64| i128::from(value) * i128::from(unit);
        if most.abs_diff(least) >= CLOSE {
            values.for_each(|(value, _)| self.add(units(*value), 1));
            return;
        }
        let mut counts = vec![0_u64; most.abs_diff(least) as usize + 1];
        for (value, _) in values {
            if let Some(count) = counts.get_mut(value.abs_diff(least) as usize) {
                *count += 1;
            }
        }
        for (count, at) in counts.into_iter().zip(0..).filter(|(count, _)| *count > 0) {
            self.add(units(least + at), count);
        }
    }

    fn merge(&mut self, other: &Self) {
        let Some((low, high)) = other.ends else { return };
        self.coarsen_to(other.step);
        let mut counts: Vec<(i128, u64)> = Vec::with_capacity(other.counts.len());
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (at, count) in &other.counts {
            counts.push((at * other.step, *count));
        }
        for (units, count) in counts {
            *self.counts.entry(units.div_euclid(self.step)).or_insert(0) += count;
        }
        self.ends = Some(self.ends.map_or((low, high), |(least, most)| (least.min(low), most.max(high))));
        self.coarsen();
    }

    fn coarsen(&mut self) {
        while self.counts.len() > DIFFERENT {
            let Some(step) = self.step.checked_mul(10) else { return };
            self.coarsen_to(step);
        }
    }

    fn coarsen_to(&mut self, step: i128) {
        if step <= self.step {
            return;
        }
        let factor = step / self.step;
        let mut counts = FxHashMap::default();
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (at, count) in &self.counts {
            *counts.entry(at.div_euclid(factor)).or_insert(0) += count;
        }
        (self.counts, self.step) = (counts, step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(parts: &[&[i128]]) -> Scores {
        let mut whole = Scores::default();
        for part in parts {
            let mut scores = Scores::default();
            part.iter().for_each(|units| scores.add(*units, 1));
            whole.merge(&scores);
        }
        whole
    }

    #[test]
    fn parts_add_up_in_any_order_and_however_they_are_cut() {
        let all: Vec<i128> = (0..120_000).map(|n| (n * 7_919 - 400_000) * 13).collect();
        let whole = scores(&[&all]);
        assert!(whole.step > 1);
        assert_eq!(whole.counts.values().sum::<u64>(), 120_000);
        let (front, back) = all.split_at(70_000);
        assert_eq!(scores(&[front, back]), whole);
        assert_eq!(scores(&[back, front]), whole);
        let thirds: Vec<&[i128]> = all.chunks(40_000).collect();
        assert_eq!(scores(&thirds), whole);
    }

    #[test]
    fn few_scores_are_told_apart_exactly() {
        let mut scores = Scores::default();
        let values = [550, 551, 550, 9_000_000];
        scores.add_narrow(values.iter().zip(0..), 1_000_000_000);
        scores.add_narrow(values.iter().take(3).zip(0..), 1_000_000_000);
        assert_eq!(scores.step, 1);
        assert_eq!(scores.counts.get(&550_000_000_000), Some(&4));
        assert_eq!(scores.ends, Some((550_000_000_000, 9_000_000_000_000_000)));
    }
}
