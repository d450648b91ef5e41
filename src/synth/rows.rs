//! Which records a block of a table holds, and whom they belong to or are linked with.

use super::draw::Counts;
use super::pairs::Pairs;
use std::ops::Range;

/// Rows of a block of records of their own.
const BLOCK: u64 = 10_000;

/// Where the rows of a table come from.
#[derive(Debug, Clone)]
pub(super) enum Rows {
    /// Records of their own.
    Own { count: u64 },
    /// Records that belong to others, so many to each.
    Children { parents: u64, counts: Counts, parents_per_block: u64, before: Option<Vec<u64>> },
    /// Pairs.
    Pairs { pairs: Pairs, sources_per_block: u64 },
}

/// The numbers of the records behind the rows of a block: of the records themselves (or of the first ends of pairs), and
/// of those that they belong to (or of the second ends).
pub(super) struct Numbers {
    pub(super) rows: usize,
    pub(super) lists: [Vec<u64>; 2],
}

impl Rows {
    /// Records that belong to others. Where they have keys of their own they are counted beforehand.
    pub(super) fn children(parents: u64, counts: Counts, keyed: bool) -> Self {
        let parents_per_block = per_block(counts.draw.mean());
        let mut before = None;
        if keyed {
            let mut sum = 0;
            let mut sums = vec![0];
            for block in 0..parents.div_ceil(parents_per_block) {
                sum += range(block, parents_per_block, parents).map(|parent| counts.of(parent)).sum::<u64>();
                sums.push(sum);
            }
            before = Some(sums);
        }
        Self::Children { parents, counts, parents_per_block, before }
    }

    /// Pairs.
    pub(super) fn pairs(pairs: Pairs) -> Self {
        let sources_per_block = per_block(pairs.counts.draw.mean());
        Self::Pairs { pairs, sources_per_block }
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> u64 {
        match self {
            Self::Own { count } => count.div_ceil(BLOCK),
            Self::Children { parents, parents_per_block, .. } => parents.div_ceil(*parents_per_block),
            Self::Pairs { pairs, sources_per_block } => pairs.sources.div_ceil(*sources_per_block),
        }
    }

    /// How many blocks have about so many rows.
    pub(super) fn blocks_of(&self, rows: u64) -> u64 {
        let mean = match self {
            Self::Own { .. } => 1.0,
            Self::Children { counts, .. } => counts.draw.mean(),
            Self::Pairs { pairs, .. } => pairs.counts.draw.mean(),
        };
        let in_block = match self {
            Self::Own { .. } => BLOCK,
            Self::Children { parents_per_block, .. } => (*parents_per_block as f64 * mean) as u64,
            Self::Pairs { sources_per_block, .. } => (*sources_per_block as f64 * mean) as u64,
        };
        (rows / in_block.max(1)).clamp(1, 1 << 20)
    }

    /// How many records there are in all, where that is known.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Own { count } => Some(*count),
            Self::Children { before, .. } => before.as_ref().and_then(|before| before.last()).copied(),
            Self::Pairs { .. } => None,
        }
    }

    /// About how many records there are in all.
    pub(super) fn expected(&self) -> u64 {
        match self {
            Self::Own { count } => *count,
            Self::Children { parents, counts, .. } => (*parents as f64 * counts.draw.mean()) as u64,
            Self::Pairs { pairs, .. } => (pairs.sources as f64 * pairs.counts.draw.mean()) as u64,
        }
    }

    /// The numbers behind a block's rows.
    pub(super) fn numbers(&self, block: u64) -> Numbers {
        match self {
            Self::Own { count } => {
                let numbers: Vec<u64> = range(block, BLOCK, *count).collect();
                Numbers { rows: numbers.len(), lists: [numbers, Vec::new()] }
            }
            Self::Children { parents, counts, parents_per_block, before } => {
                let mut of = Vec::with_capacity(BLOCK as usize);
                for parent in range(block, *parents_per_block, *parents) {
                    of.extend((0..counts.of(parent)).map(|_| parent));
                }
                let own = before.as_ref().and_then(|before| before.get(block as usize).copied());
                let own = own.map_or_else(Vec::new, |first| (first..first + of.len() as u64).collect());
                Numbers { rows: of.len(), lists: [own, of] }
            }
            Self::Pairs { pairs, sources_per_block } => {
                let mut lists = [Vec::with_capacity(BLOCK as usize), Vec::with_capacity(BLOCK as usize)];
                for source in range(block, *sources_per_block, pairs.sources) {
                    pairs.add(source, &mut lists);
                }
                let [from, _] = &lists;
                Numbers { rows: from.len(), lists }
            }
        }
    }
}

/// So many records that they have about a block of others.
fn per_block(mean: f64) -> u64 {
    ((BLOCK as f64 / mean.max(0.001)) as u64).clamp(1, BLOCK)
}

fn range(block: u64, of: u64, count: u64) -> Range<u64> {
    (block * of).min(count)..((block + 1) * of).min(count)
}
