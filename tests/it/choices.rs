//! Choices made from a list of numbers: where the list ends, the first of all options is chosen. So a shorter list, or one of
//! smaller numbers, makes something simpler.

/// Choices still to be made.
#[derive(Debug)]
pub(super) struct Choices {
    numbers: Vec<u16>,
    at: usize,
}

impl Choices {
    pub(super) fn new(numbers: Vec<u16>) -> Self {
        Self { numbers, at: 0 }
    }

    /// A number below `options`.
    pub(super) fn below(&mut self, options: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) * options / 65_536
    }

    /// A number from `low` to `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(usize::try_from(high - low + 1).unwrap()) as i64
    }

    /// Yes in so many of a hundred cases; no where the choices have ended.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of some.
    pub(super) fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}
