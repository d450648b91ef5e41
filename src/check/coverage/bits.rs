//! A set of small numbers: the rows of a table, or the atoms of a column.

/// A set of numbers below a size fixed when it is made. Sets that meet in an operation have the same size.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    /// No number.
    pub(super) fn empty(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)].into())
    }

    /// Every number below the size.
    pub(super) fn full(size: usize) -> Self {
        Self::of(size, |_| true)
    }

    /// The numbers below the size of which `holds` is true.
    pub(super) fn of(size: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut bits = Self::empty(size);
        for number in (0..size).filter(|number| holds(*number)) {
            bits.insert(number);
        }
        bits
    }

    /// Adds a number.
    pub(super) fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Whether a number is in.
    pub(super) fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Whether no number is in.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many numbers are in.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The numbers in, rising.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let lowest = rest.trailing_zeros();
                // Taking the lowest one away; there is none once `rest` is zero.
                rest &= rest.checked_sub(1)?;
                Some(at * 64 + lowest as usize)
            })
        })
    }

    /// What is in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// Leaves only what is in the other too.
    pub(super) fn keep(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a &= b;
        }
    }

    /// Adds what is in the other.
    pub(super) fn add(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a |= b;
        }
    }

    /// Takes away every number above this one.
    pub(super) fn cut_after(&mut self, number: usize) {
        for (at, word) in self.0.iter_mut().enumerate() {
            if at > number / 64 {
                *word = 0;
            } else if at == number / 64 {
                *word &= u64::MAX >> (63 - number % 64);
            }
        }
    }

    /// Whether all of this is in the other.
    pub(super) fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn bits_behave_as_sets() {
        let numbers = |step: usize| (0..130).filter(move |n| n % step == 0);
        let (twos, threes) = (Bits::of(130, |n| n % 2 == 0), Bits::of(130, |n| n % 3 == 0));
        assert!(twos.iter().eq(numbers(2)));
        assert!(twos.and(&threes).iter().eq(numbers(6)));
        let mut both = twos.clone();
        both.add(&threes);
        let model: BTreeSet<usize> = numbers(2).chain(numbers(3)).collect();
        assert!(both.iter().eq(model.iter().copied()));
        assert_eq!(both.count(), model.len());
        both.keep(&threes);
        assert_eq!(both, threes);
        assert!(twos.and(&threes).is_subset(&twos) && !twos.is_subset(&threes));
        for last in [0, 63, 64, 128] {
            let mut cut = Bits::full(130);
            cut.cut_after(last);
            assert!(cut.iter().eq(0..=last));
        }
        assert!(Bits::empty(130).is_empty() && !Bits::full(130).is_empty() && !twos.contains(129));
    }
}
