//! Which records of a kind are good, by slot.

use crate::eval::batch::Chunk;

/// A bit for each record.
#[derive(Debug, Default)]
pub(super) struct Good {
    words: Vec<u64>,
}

impl Good {
    /// None of so many.
    pub(super) fn new(slots: usize) -> Self {
        Self { words: vec![0; slots.div_ceil(64)] }
    }

    /// Notes which of the records of a chunk are good, the first of which has a slot.
    pub(super) fn note(&mut self, first: usize, flags: &[bool]) {
        for (slot, _) in (first..).zip(flags).filter(|(_, good)| **good) {
            if let Some(word) = self.words.get_mut(slot / 64) {
                *word |= 1 << (slot % 64);
            }
        }
    }

    /// Whether a record is good.
    pub(super) fn is_good(&self, slot: u32) -> bool {
        self.words.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }
}

/// Which records of a chunk are good.
pub(super) fn good_in(chunk: &Chunk) -> Vec<bool> {
    (0..chunk.rows()).map(|row| !chunk.is_bad(row)).collect()
}
