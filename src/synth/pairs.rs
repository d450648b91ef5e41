//! Pairs of linked records by preferential attachment: whoever is known is got to know.
//!
//! Every pair of a record either leads to anybody, or copies where a pair of an earlier record first led (Kumar and
//! others, 2000). A record that many pairs lead to is copied the more often, so the number of pairs that lead to a record
//! has a power law: pairs that copy with the probability `c` give it the exponent `1 + 1 / c`. As each choice comes from a
//! hash of the numbers of record and pair, a copied choice is worked out again when it is needed: nothing is kept, and
//! any block of pairs can be made without the ones before it.

use super::bits::{Chance, Seed, below, mix};
use super::draw::Counts;

/// How often a pair that would lead to the record itself, or where another already leads, is chosen anew.
const TRIES: u64 = 16;

/// The pairs of a link.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    /// How many records pairs start from.
    pub(super) sources: u64,
    /// How many they may lead to.
    pub(super) targets: u64,
    /// Whether both are of one kind, so that a record could meet itself.
    pub(super) same: bool,
    /// Whether a pair counts both ways: then it comes once, from one of its ends.
    pub(super) symmetric: bool,
    /// How many pairs a record begins.
    pub(super) counts: Counts,
    /// How likely a pair leads to anybody.
    pub(super) anybody: Chance,
    /// How likely a pair comes twice.
    pub(super) repeats: Chance,
    pub(super) seed: Seed,
}

impl Pairs {
    /// The share of pairs that lead to anybody, for a power law with this exponent (above 2).
    pub(super) fn anybody(exponent: f64) -> Chance {
        Chance::of(1.0 - 1.0 / (exponent - 1.0))
    }

    /// Adds the pairs that a record begins.
    pub(super) fn add(&self, source: u64, lists: &mut [Vec<u64>; 2]) {
        let mut near = Vec::new();
        let mut far = Vec::new();
        self.targets_of(source, &mut near);
        for (slot, target) in (0..).zip(&near) {
            if self.symmetric && *target < source {
                far.clear();
                self.targets_of(*target, &mut far);
                if far.contains(&source) {
                    continue;
                }
            }
            let again = self.repeats.is_possible()
                && self.repeats.happens(mix(self.seed.at_both(source, slot).wrapping_add(1)));
            let [from, to] = lists;
            for _ in 0..=u8::from(again) {
                from.push(source);
                to.push(*target);
            }
        }
    }

    /// Whom the pairs that a record begins lead to: each once, and not the record itself.
    fn targets_of(&self, source: u64, targets: &mut Vec<u64>) {
        let there = self.targets.saturating_sub(u64::from(self.same));
        let count = self.counts.of(source).min(there);
        for slot in 0..count {
            let good = |target: &u64| (!self.same || *target != source) && !targets.contains(target);
            // Where preference leads to the same few again and again, anybody will do.
            let liked = (0..TRIES).map(|again| self.choice(source, slot, again)).find(good);
            let anybody = || (0..TRIES).map(|again| self.somebody(source, slot, again)).find(good);
            if let Some(target) = liked.or_else(anybody) {
                targets.push(target);
            }
        }
    }

    /// Where a pair leads at a try; earlier records are copied in what they tried first.
    fn choice(&self, source: u64, slot: u64, again: u64) -> u64 {
        let (mut source, mut slot) = (source, slot);
        let mut bits = mix(self.seed.at_both(source, slot).wrapping_add(again << 32));
        loop {
            if source == 0 || self.anybody.happens(bits) {
                return below(mix(bits.wrapping_add(1)), self.targets);
            }
            let earlier = below(mix(bits.wrapping_add(2)), source);
            match self.counts.of(earlier) {
                // It began no pair: another one.
                0 => bits = mix(bits.wrapping_add(3)),
                count => {
                    slot = below(mix(bits.wrapping_add(4)), count);
                    source = earlier;
                    bits = mix(self.seed.at_both(source, slot));
                }
            }
        }
    }

    fn somebody(&self, source: u64, slot: u64, again: u64) -> u64 {
        below(mix(self.seed.at_both(source, slot).wrapping_sub(again + 1)), self.targets)
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Choice, Draw};
    use super::*;
    use std::collections::BTreeSet;

    fn pairs(sources: u64, mean: i64, symmetric: bool) -> Pairs {
        let seed = Seed::new(1);
        let counts = Counts {
            draw: Draw::Choice(Choice::new([(0, 1.0), (mean, 1.0), (2 * mean, 1.0)]).unwrap()),
            seed: seed.named("counts"),
        };
        let anybody = Pairs::anybody(2.5);
        Pairs {
            sources,
            targets: sources,
            same: true,
            symmetric,
            counts,
            anybody,
            repeats: Chance::NEVER,
            seed,
        }
    }

    fn all(pairs: &Pairs) -> Vec<(u64, u64)> {
        let mut lists = [Vec::new(), Vec::new()];
        (0..pairs.sources).for_each(|source| pairs.add(source, &mut lists));
        lists[0].iter().copied().zip(lists[1].iter().copied()).collect()
    }

    #[test]
    fn nobody_meets_themselves_or_another_twice() {
        for symmetric in [false, true] {
            for sources in [1, 2, 5, 3000] {
                let all = all(&pairs(sources, 4, symmetric));
                let once = |&(from, to): &(u64, u64)| {
                    assert_ne!(from, to);
                    assert!(from < sources && to < sources);
                    if symmetric { (from.min(to), from.max(to)) } else { (from, to) }
                };
                assert_eq!(all.iter().map(once).collect::<BTreeSet<_>>().len(), all.len());
            }
        }
    }

    #[test]
    fn a_few_are_known_to_very_many() {
        let sources = 40_000;
        let mut known = vec![0_u32; sources as usize];
        let all = all(&pairs(sources, 4, false));
        assert!(all.len() as f64 > 0.98 * 4.0 * sources as f64, "{}", all.len());
        all.iter().for_each(|(_, to)| known[*to as usize] += 1);
        let above = |n: u32| known.iter().filter(|count| **count >= n).count() as f64;
        // With the exponent 2.5, ten times as many pairs are 10^1.5 = 32 times as rare.
        let fall = above(20) / above(200);
        assert!((12.0..80.0).contains(&fall), "{fall}");
        assert!(above(300) >= 1.0, "{:?}", known.iter().max());
    }

    #[test]
    fn repeats_come_only_when_asked_for() {
        let mut asked = pairs(2000, 3, false);
        let without = all(&asked).len();
        asked.repeats = Chance::of(0.5);
        let with = all(&asked).len();
        assert!((1.4..1.6).contains(&(with as f64 / without as f64)));
    }
}
