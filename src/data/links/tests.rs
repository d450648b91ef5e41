//! Links from pairs, against sets of pairs.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const NOBODY: u32 = LinksBuilder::NOBODY;

/// Everything at once, in blocks of `block` pairs.
fn build(slots: usize, pairing: Pairing, pairs: &[(u32, u32)], block: usize) -> (Links, PairCounts) {
    build_keeping(slots, pairing, pairs, block, |_| true)
}

fn build_keeping(
    slots: usize,
    pairing: Pairing,
    pairs: &[(u32, u32)],
    block: usize,
    keep: impl Fn(u32) -> bool + Sync,
) -> (Links, PairCounts) {
    let builder = LinksBuilder::new(slots, pairing);
    let mut scratch = PairScratch::default();
    for block in pairs.chunks(block) {
        let (from, to): (Vec<u32>, Vec<u32>) = block.iter().copied().unzip();
        builder.add(&mut scratch, &from, &to);
    }
    builder.finish(&keep, &keep)
}

#[test]
fn each_pair_counts_once_and_none_with_itself() {
    let pairs = [(1, 2), (0, 2), (1, 2), (1, 0), (2, 2), (NOBODY, 1), (1, NOBODY), (0, 2)];
    let (links, counts) = build(4, Pairing::OneKind, &pairs, 3);
    assert_eq!(
        (0..5).map(|slot| links.of(slot).to_vec()).collect::<Vec<_>>(),
        [vec![2], vec![0, 2], vec![], vec![], vec![]]
    );
    assert_eq!(counts, PairCounts { kept: 3, repeated: 2, selfs: 1, nobodys: 2, set_aside: 0 });
    let (links, counts) = build(4, Pairing::TwoKinds, &pairs, 3);
    assert_eq!(links.of(2), [2], "the slots are of two kinds");
    assert_eq!(counts.selfs, 0);
}

#[test]
fn a_pair_that_counts_both_ways_is_one() {
    let pairs = [(1, 2), (2, 1), (0, 3), (3, 0), (3, 1), (1, 2)];
    let keep = |slot| slot != 0;
    let (links, counts) = build_keeping(4, Pairing::BothWays, &pairs, 2, keep);
    assert_eq!([links.of(0), links.of(1), links.of(2), links.of(3)], [&[][..], &[2, 3], &[1], &[1]]);
    assert_eq!(counts, PairCounts { kept: 2, repeated: 2, selfs: 0, nobodys: 0, set_aside: 2 });
}

#[test]
fn shards_end_where_they_should() {
    let last = 2 * SHARD as u32;
    let pairs = [(last, 0), (SHARD as u32, last), (SHARD as u32 - 1, 7), (0, last), (last + 1, 0)];
    let (links, counts) = build(last as usize + 1, Pairing::OneKind, &pairs, 9);
    assert_eq!(links.of(last as usize), [0]);
    assert_eq!(links.of(SHARD), [last]);
    assert_eq!(links.of(SHARD - 1), [7]);
    assert_eq!(links.of(0), [last]);
    assert_eq!((counts.kept, counts.nobodys), (4, 1));
}

#[test]
fn many_threads_come_to_the_same() {
    let pairs: Vec<(u32, u32)> = (0..300_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) % 100_000, n.wrapping_mul(40_503) % 90_000))
        .collect();
    let alone = build(100_000, Pairing::BothWays, &pairs, 1000);
    let builder = LinksBuilder::new(100_000, Pairing::BothWays);
    std::thread::scope(|scope| {
        for part in pairs.rchunks(70_001) {
            let builder = &builder;
            scope.spawn(move || {
                let (from, to): (Vec<u32>, Vec<u32>) = part.iter().copied().unzip();
                builder.add(&mut PairScratch::default(), &from, &to);
            });
        }
    });
    assert_eq!(builder.finish(|_| true, |_| true), alone);
}

proptest! {
    #[test]
    fn rows_are_those_of_sets(
        pairs in prop::collection::vec((0_u32..12, 0_u32..12), 0..120),
        both_ways in any::<bool>(),
        aside in prop::collection::btree_set(0_u32..12, 0..4),
        block in 1_usize..40,
    ) {
        let pairing = if both_ways { Pairing::BothWays } else { Pairing::OneKind };
        let (links, counts) = build_keeping(12, pairing, &pairs, block, |slot| !aside.contains(&slot));
        let apart: Vec<_> = pairs.iter().filter(|(from, to)| from != to).collect();
        let good: Vec<(u32, u32)> = apart
            .iter()
            .filter(|(from, to)| !aside.contains(from) && !aside.contains(to))
            .map(|(from, to)| if both_ways && to < from { (*to, *from) } else { (*from, *to) })
            .collect();
        let set: BTreeSet<(u32, u32)> = good.iter().copied().collect();
        let mut rows = set.clone();
        if both_ways {
            rows.extend(set.iter().map(|(from, to)| (*to, *from)));
        }
        for slot in 0..12_u32 {
            let members: Vec<u32> = rows.iter().filter(|(from, _)| *from == slot).map(|(_, to)| *to).collect();
            prop_assert_eq!(links.of(slot as usize), members.as_slice());
        }
        prop_assert_eq!(counts, PairCounts {
            kept: set.len(),
            repeated: good.len() - set.len(),
            selfs: pairs.len() - apart.len(),
            nobodys: 0,
            set_aside: apart.len() - good.len(),
        });
    }
}
