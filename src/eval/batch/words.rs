//! A few words by which values are spelt, each with a class, found by one look.

use rustc_hash::FxHashMap;

/// Words and their classes.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// Those of up to 12 bytes, each where its hash says.
    slots: Vec<Slot>,
    factor: u64,
    /// How far a hash is shifted to be a place among the slots.
    shift: u32,
    /// The others.
    long: FxHashMap<Box<[u8]>, u16>,
}

/// A word as Arrow's views have it, its length and then its bytes, and its class. A free slot has length 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot {
    view: u128,
    class: u16,
}

impl Words {
    /// Of words and their classes; of a word that is given again, the first counts.
    pub(super) fn new<'w>(words: impl Iterator<Item = (&'w str, u16)>) -> Self {
        let mut short: Vec<Slot> = Vec::new();
        let mut long = FxHashMap::default();
        for (word, class) in words {
            match view(word.as_bytes()) {
                Some(view) if short.iter().all(|other| other.view != view) => {
                    short.push(Slot { view, class })
                }
                Some(_) => {}
                None => {
                    long.entry(Box::from(word.as_bytes())).or_insert(class);
                }
            }
        }
        Self::place(&short, long)
    }

    /// Looks for a factor by which no two words fall into one slot.
    fn place(short: &[Slot], long: FxHashMap<Box<[u8]>, u16>) -> Self {
        const TRIES: u64 = 64;
        const MOST_BITS: u32 = 14;
        let least = (short.len().max(1) * 2).next_power_of_two().trailing_zeros();
        let mut words = Self { slots: Vec::new(), factor: 0, shift: 0, long };
        for bits in least..=MOST_BITS.max(least) {
            for attempt in 1..=TRIES {
                words.factor = attempt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                words.shift = u64::BITS - bits;
                words.slots = vec![Slot::default(); 1 << bits];
                if short.iter().all(|word| words.put(*word)) {
                    return words;
                }
            }
        }
        // Hardly ever, and only with very many words: then each stands among the long ones.
        words.slots = vec![Slot::default(); 1 << MOST_BITS.max(least)];
        for Slot { view, class } in short {
            let (length, bytes) = (*view as u32 as usize, view.to_le_bytes());
            words.long.insert(Box::from(bytes.get(4..4 + length).unwrap_or_default()), *class);
        }
        words
    }

    fn put(&mut self, word: Slot) -> bool {
        let at = self.place_of(word.view);
        match self.slots.get_mut(at) {
            Some(slot) if slot.view == 0 => {
                *slot = word;
                true
            }
            Some(_) | None => false,
        }
    }

    fn place_of(&self, view: u128) -> usize {
        let mixed = view as u64 ^ ((view >> 64) as u64).rotate_left(29);
        (mixed.wrapping_mul(self.factor) >> self.shift) as usize
    }

    /// The class of a word that is not empty.
    pub(super) fn get(&self, word: &[u8]) -> Option<u16> {
        match view(word).and_then(|view| self.get_view(view)) {
            None if !self.long.is_empty() => self.long.get(word).copied(),
            found => found,
        }
    }

    /// The class of a word of up to 12 bytes that is not empty, given as Arrow's views have it; `None` also for one that
    /// stands among the long ones.
    pub(super) fn get_view(&self, view: u128) -> Option<u16> {
        self.slots.get(self.place_of(view)).filter(|slot| slot.view == view).map(|slot| slot.class)
    }
}

/// A text of up to 12 bytes as Arrow's views have it.
fn view(text: &[u8]) -> Option<u128> {
    let mut bytes = [0; 16];
    let (length, inside) = bytes.split_first_chunk_mut::<4>()?;
    inside.get_mut(..text.len())?.copy_from_slice(text);
    *length = (text.len() as u32).to_le_bytes();
    Some(u128::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn words_are_found_and_no_others(words in prop::collection::vec("[ab]{0,4}|[a-c]{3,20}", 0..40), other in "[a-c]{0,20}") {
            let classes: Vec<_> = words.iter().map(String::as_str).zip(0..).collect();
            let found = Words::new(classes.iter().copied());
            let mut first = HashMap::new();
            classes.iter().for_each(|(word, class)| { first.entry(*word).or_insert(*class); });
            for word in words.iter().map(String::as_str).chain([other.as_str()]).filter(|word| !word.is_empty()) {
                prop_assert_eq!(found.get(word.as_bytes()), first.get(word).copied());
                if let Some(view) = view(word.as_bytes()) {
                    prop_assert_eq!(found.get_view(view), first.get(word).copied());
                }
            }
        }
    }
}
