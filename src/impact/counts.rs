//! How many of many numbers are which, in memory that does not grow with how many there are.

use crate::decimal::Decimal;
use crate::eval::batch::Numbers;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// How often which number occurs, in units of [`Decimal`]. Counts of parts add up, in any order, to those of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// By how many steps of `step` are in it, rounded down.
    counts: FxHashMap<i128, u64>,
    /// In units of 1e-9; 1 as long as numbers are told apart exactly.
    step: i128,
    /// The least and the greatest, in units.
    ends: Option<(i128, i128)>,
}

/// More different numbers than this are not told apart: their step grows tenfold until there are fewer.
const DIFFERENT: usize = 50_000;

impl Default for Counts {
    fn default() -> Self {
        Self { counts: FxHashMap::default(), step: 1, ends: None }
    }
}

impl Counts {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    /// The least and the greatest; absent where there are none.
    #[must_use]
    pub fn ends(&self) -> Option<(Decimal, Decimal)> {
        let (least, greatest) = self.ends?;
        Some((Decimal::from_units(least)?, Decimal::from_units(greatest)?))
    }

    /// The numbers, rising, with how often each occurs. Where there are very many different ones they are told apart by
    /// [`Counts::step`] only, and stand for themselves and what lies less than a step above them.
    #[must_use]
    pub fn numbers(&self) -> BTreeMap<Decimal, u64> {
        let of = |at: &i128| at.checked_mul(self.step).and_then(Decimal::from_units).unwrap_or_default();
        let counts: BTreeMap<i128, u64> = self.counts.iter().map(|(at, count)| (*at, *count)).collect();
        counts.iter().map(|(at, count)| (of(at), *count)).collect()
    }

    /// What numbers are told apart by; 0.000000001 is exactly.
    #[must_use]
    pub fn step(&self) -> Decimal {
        Decimal::from_units(self.step).unwrap_or_default()
    }

    /// Adds a number that occurs so often.
    pub fn add(&mut self, units: i128, many: u64) {
        self.ends = Some(self.ends.map_or((units, units), |(low, high)| (low.min(units), high.max(units))));
        *self.counts.entry(units.div_euclid(self.step)).or_insert(0) += many;
        self.coarsen();
    }

    /// Adds the numbers of the records that count.
    pub fn add_numbers(&mut self, numbers: Numbers<'_>, counts: impl Fn(usize) -> bool + Copy) {
        match numbers {
            Numbers::Narrow { values, unit } => {
                self.add_narrow(values.iter().zip(0..).filter(|(_, row)| counts(*row)), unit);
            }
            Numbers::Wide(values) => {
                for (value, _) in values.iter().zip(0..).filter(|(_, row)| counts(*row)) {
                    self.add(*value, 1);
                }
            }
        }
    }

    /// Adds numbers that occur once each, each times `unit`; those that are close together are counted in a list first.
    pub fn add_narrow<'n>(&mut self, values: impl Iterator<Item = (&'n i64, usize)> + Clone, unit: i64) {
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

    /// Adds those of another part.
    pub fn merge(&mut self, other: &Self) {
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

    fn scores(parts: &[&[i128]]) -> Counts {
        let mut whole = Counts::default();
        for part in parts {
            let mut scores = Counts::default();
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
        let mut scores = Counts::default();
        let values = [550, 551, 550, 9_000_000];
        scores.add_narrow(values.iter().zip(0..), 1_000_000_000);
        scores.add_narrow(values.iter().take(3).zip(0..), 1_000_000_000);
        assert_eq!(scores.step, 1);
        assert_eq!(scores.counts.get(&550_000_000_000), Some(&4));
        assert_eq!(scores.ends, Some((550_000_000_000, 9_000_000_000_000_000)));
    }
}
