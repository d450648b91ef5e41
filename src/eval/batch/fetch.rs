//! The sums of linked records' scores, of everybody at once.
//!
//! A sweep reads a score for every link of a population. In the order of the records that ask, each score is somewhere else
//! in memory, and the processor waits for most of them. So links are sorted once, before the first sweep: records in a row
//! that ask are taken together, and their links stand in the order of the scores. Scores then stream past, and the sums
//! that they are added to stay in the cache. Sums of whole numbers do not depend on the order.

use super::divisor::Divisor;
use super::influence::Narrow;
use crate::data::Links;
use rayon::prelude::*;

/// Which scores are fetched, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fetches {
    shards: Vec<Shard>,
    /// By count.
    divisors: Vec<Divisor>,
}

/// Records in a row that ask.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shard {
    /// Where the fetches of each region of scores begin, then where those of the last end.
    begins: Vec<usize>,
    /// The record in the shard, and the score in the region.
    fetches: Vec<(u16, u16)>,
    /// By record: how many scores it is given.
    counts: Vec<u32>,
}

/// So many scores are a region: 16 bits say which is meant.
const REGION: usize = 1 << 16;
/// Scores next to each other, whose order does not matter: their place in a row of the cache's lines.
const NEIGHBOURS: usize = 1 << 6;
/// The most records of a shard. Their sums take half a megabyte.
const MOST_ROWS: usize = 1 << 16;
/// The fewest: a small population's shards are all threads' work.
const FEWEST_ROWS: usize = 1 << 10;

/// So many counts have a divisor of their own.
const MOST_DIVISORS: i64 = 1 << 12;

impl Fetches {
    /// So many of a population's records that ask make a shard.
    pub(super) fn rows_of(slots: usize) -> usize {
        (slots / 64).next_power_of_two().clamp(FEWEST_ROWS, MOST_ROWS)
    }

    /// Of the links of so many records, where `is_known` says which members have a score. `None` where somebody is given
    /// so many scores that a sum of them might not fit, and where a shard has more links than 32 bits count.
    pub(super) fn new(
        links: &Links,
        slots: usize,
        narrow: &Narrow,
        is_known: impl Fn(usize) -> bool + Sync,
    ) -> Option<Self> {
        let rows = Self::rows_of(slots);
        let firsts: Vec<usize> = (0..slots).step_by(rows).collect();
        let shards: Vec<Shard> = firsts
            .into_par_iter()
            .map(|first| Shard::new(links, first..slots.min(first + rows), &is_known))
            .collect::<Option<_>>()?;
        let most = shards.iter().flat_map(|shard| &shard.counts).max().copied().unwrap_or(0);
        let divisors = (0..=i64::from(most).min(MOST_DIVISORS)).map(Divisor::new).collect();
        narrow.sum_fits(most as usize).then_some(Self { shards, divisors })
    }

    /// How many shards there are.
    pub(super) fn shards(&self) -> usize {
        self.shards.len()
    }

    /// How many scores each record of a shard is given.
    pub(super) fn counts(&self, shard: usize) -> &[u32] {
        self.shards.get(shard).map_or(&[], |shard| &shard.counts)
    }

    /// What divides by each count that most records have, from none on.
    pub(super) fn divisors(&self) -> &[Divisor] {
        &self.divisors
    }

    /// Adds to the sums of a shard's records what stands, slot by slot, for the scores that they are given.
    pub(super) fn add<T: Copy + Into<i64>>(&self, shard: usize, values: &[T], sums: &mut [i64]) {
        let Some(shard) = self.shards.get(shard) else { return };
        for (bounds, values) in shard.begins.windows(2).zip(values.chunks(REGION)) {
            let [begin, end] = bounds else { continue };
            for (row, place) in shard.fetches.get(*begin..*end).unwrap_or(&[]) {
                let (sum, value) = (sums.get_mut(usize::from(*row)), values.get(usize::from(*place)));
                if let (Some(sum), Some(value)) = (sum, value) {
                    // It fits: `sum_fits` was asked.
                    *sum = sum.wrapping_add((*value).into());
                }
            }
        }
    }
}

impl Shard {
    fn new(links: &Links, slots: std::ops::Range<usize>, is_known: &impl Fn(usize) -> bool) -> Option<Self> {
        // Counted by neighbourhood, then put where they belong: each begin moves on to where the next one was.
        let mut begins: Vec<u32> = Vec::new();
        each_row(links, slots.clone(), |_, members| {
            for member in members {
                let neighbourhood = *member as usize / NEIGHBOURS;
                if neighbourhood >= begins.len() {
                    begins.resize(neighbourhood + 1, 0);
                }
                if let Some(begin) = begins.get_mut(neighbourhood) {
                    *begin += 1;
                }
            }
        });
        let mut total = 0_u32;
        for begin in &mut begins {
            let count = std::mem::replace(begin, total);
            total = total.checked_add(count)?;
        }
        let mut fetches = vec![(0, 0); total as usize];
        let regions = begins.iter().step_by(REGION / NEIGHBOURS).map(|begin| *begin as usize);
        let regions: Vec<usize> = regions.chain([fetches.len()]).collect();
        each_row(links, slots.clone(), |row, members| {
            for member in members {
                let Some(begin) = begins.get_mut(*member as usize / NEIGHBOURS) else { continue };
                if let Some(fetch) = fetches.get_mut(*begin as usize) {
                    *fetch = (row as u16, *member as u16);
                }
                *begin += 1;
            }
        });
        let mut shard = Self { begins: regions, fetches, counts: vec![0; slots.len()] };
        shard.keep(is_known);
        Some(shard)
    }

    /// Keeps what is fetched of records that have a score, and counts it: in the order of the scores, as they are fetched.
    fn keep(&mut self, is_known: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for region in 0..self.begins.len().saturating_sub(1) {
            let (Some(begin), Some(end)) = (self.begins.get(region), self.begins.get(region + 1)) else {
                break;
            };
            let fetched = *begin..*end;
            self.begins.iter_mut().skip(region).take(1).for_each(|begin| *begin = kept);
            for at in fetched {
                let Some((row, place)) = self.fetches.get(at).copied() else { break };
                if is_known(region * REGION + usize::from(place)) {
                    if let (Some(fetch), Some(count)) =
                        (self.fetches.get_mut(kept), self.counts.get_mut(usize::from(row)))
                    {
                        *fetch = (row, place);
                        *count += 1;
                    }
                    kept += 1;
                }
            }
        }
        self.begins.iter_mut().rev().take(1).for_each(|end| *end = kept);
        self.fetches.truncate(kept);
    }
}

/// Each record of some slots, by its row among them, and whom it is linked to.
fn each_row(links: &Links, slots: std::ops::Range<usize>, mut row: impl FnMut(usize, &[u32])) {
    let mut done = 0;
    while done < slots.len() {
        let (starts, members) = links.rows(slots.start + done, slots.len() - done);
        for bounds in starts.windows(2) {
            if let [start, end] = bounds {
                row(done, members.get(*start..*end).unwrap_or(&[]));
            }
            done += 1;
        }
        if starts.len() < 2 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{LinksBuilder, PairScratch, Pairing};
    use crate::eval::sample;
    use proptest::prelude::*;

    /// Over regions and shards, the ends of both among them.
    const SLOTS: u32 = 2 * REGION as u32 + 5000;

    /// An influence by the mean of scores up to a size.
    fn reading(largest: i128) -> Narrow {
        Narrow::new(&sample::influence("0.5"), largest).unwrap().0
    }

    #[test]
    fn sums_that_might_not_fit_are_not_begun() {
        let builder = LinksBuilder::new(9, Pairing::OneKind);
        builder.add(&mut PairScratch::default(), &[0; 8], &[1, 2, 3, 4, 5, 6, 7, 8]);
        let (links, _) = builder.finish(|_| true, |_| true);
        let fits = |eighths: i128, known: usize| {
            let narrow = reading(i128::from(i64::MAX) * eighths / 64);
            Fetches::new(&links, 9, &narrow, |slot| slot <= known).is_some()
        };
        assert!(fits(8, 8));
        assert!(!fits(9, 8));
        assert!(fits(9, 7));
    }

    fn slot() -> impl Strategy<Value = u32> {
        let edges = [0, 1, 4095, 4096, 65_535, 65_536, 131_071, 131_072, SLOTS - 1];
        prop_oneof![0..SLOTS, prop::sample::select(edges.to_vec())]
    }

    proptest! {
        #[test]
        fn sums_are_those_of_each_record(
            pairs in prop::collection::vec((slot(), slot()), 0..400),
            unknown in prop::collection::hash_set(slot(), 0..40),
        ) {
            let builder = LinksBuilder::new(SLOTS as usize, Pairing::OneKind);
            let (from, to): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
            builder.add(&mut PairScratch::default(), &from, &to);
            let (links, _) = builder.finish(|_| true, |_| true);
            let narrow = reading(1 << 31);
            let is_known = |slot: usize| !unknown.contains(&(slot as u32));
            let slots = SLOTS as usize;
            let rows = Fetches::rows_of(slots);
            prop_assert!(rows < slots);
            let values: Vec<i32> = (0..SLOTS as i32).map(|slot| slot.wrapping_mul(2_654_435) - 77).collect();
            let fetches = Fetches::new(&links, slots, &narrow, is_known).unwrap();
            for (shard, first) in (0..slots).step_by(rows).enumerate() {
                let mut sums = vec![0; rows.min(slots - first)];
                fetches.add(shard, &values, &mut sums);
                let counts = fetches.counts(shard);
                prop_assert_eq!(sums.len(), counts.len());
                for (row, (sum, count)) in sums.into_iter().zip(counts).enumerate() {
                    let known: Vec<usize> =
                        links.of(first + row).iter().map(|m| *m as usize).filter(|m| is_known(*m)).collect();
                    prop_assert_eq!(known.len(), *count as usize);
                    prop_assert_eq!(known.into_iter().map(|m| i64::from(values[m])).sum::<i64>(), sum);
                }
            }
            prop_assert_eq!(fetches.shards(), slots.div_ceil(rows));
        }
    }
}
