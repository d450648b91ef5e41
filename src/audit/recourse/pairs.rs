//! Pairs of two lists, the cheapest first, as many as are asked for: no pair is made before its turn.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Pairs of two lists of prices that rise, by their positions.
pub(super) struct Pairs {
    first: Vec<i128>,
    second: Vec<i128>,
    /// By price: the next pair of each of the first that was begun.
    next: BinaryHeap<Reverse<(i128, usize, usize)>>,
}

impl Pairs {
    pub(super) fn of(first: impl IntoIterator<Item = i128>, second: impl IntoIterator<Item = i128>) -> Self {
        let (first, second) = (first.into_iter().collect(), second.into_iter().collect());
        let mut pairs = Self { first, second, next: BinaryHeap::new() };
        pairs.begin(0, 0);
        pairs
    }

    fn begin(&mut self, at: usize, with: usize) {
        if let (Some(one), Some(two)) = (self.first.get(at), self.second.get(with)) {
            self.next.push(Reverse((one.saturating_add(*two), at, with)));
        }
    }
}

impl Iterator for Pairs {
    /// The price of both, and where they stand.
    type Item = (i128, usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((cost, at, with)) = self.next.pop()?;
        self.begin(at, with + 1);
        if with == 0 {
            self.begin(at + 1, 0);
        }
        Some((cost, at, with))
    }
}

/// So many positions of a list at most, as far apart as may be, the first and the last among them.
pub(super) fn thinned(long: usize, most: usize) -> impl Iterator<Item = usize> + Clone {
    let many = long.min(most);
    (0..many).map(move |at| if many < 2 { 0 } else { at * (long - 1) / (many - 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_comes_once_and_none_before_a_cheaper_one() {
        let (first, second) = ([0, 1, 1, 7], [0, 3, 4]);
        let all: Vec<_> = Pairs::of(first, second).collect();
        assert!(all.is_sorted_by_key(|(cost, ..)| *cost), "{all:?}");
        let mut places: Vec<_> = all.iter().map(|(_, at, with)| (*at, *with)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!((all.len(), places.len()), (12, 12));
        assert!(all.iter().all(|(cost, at, with)| *cost == first[*at] + second[*with]));
        assert_eq!(Pairs::of([], [1]).count(), 0);
    }

    #[test]
    fn a_thinned_list_keeps_its_ends() {
        assert_eq!(thinned(11, 3).collect::<Vec<_>>(), [0, 5, 10]);
        assert_eq!(thinned(3, 10).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(thinned(5, 1).collect::<Vec<_>>(), [0]);
        assert_eq!(thinned(0, 4).count(), 0);
    }
}
