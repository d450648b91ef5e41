//! A few words by which values are spelt, each with a class, found by one look.

use rustc_hash::FxHashMap;

/// Words and their classes.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// Those of up to 16 bytes, each where its hash says.
    slots: Vec<Slot>,
    factor: u64,
    /// How far a hash is shifted to be a place among the slots.
    shift: u32,
    /// The others.
    long: FxHashMap<Box<[u8]>, u16>,
}

/// A word of up to 16 bytes as two numbers, its length, and its class. A free slot has length 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot {
    key: (u64, u64),
    length: usize,
    class: u16,
}

impl Words {
    /// Of words and their classes; of a word that is given again, the first counts.
    pub(super) fn new<'w>(words: impl Iterator<Item = (&'w str, u16)>) -> Self {
        let mut short: Vec<Slot> = Vec::new();
        let mut long = FxHashMap::default();
        for (word, class) in words {
            let word = word.as_bytes();
            let Some(key) = key(word) else {
                long.entry(Box::from(word)).or_insert(class);
                continue;
            };
            let slot = Slot { key, length: word.len(), class };
            if !short.iter().any(|other| (other.key, other.length) == (key, slot.length)) {
                short.push(slot);
            }
        }
        Self::place(&short, long)
    }

    /// Looks for a factor by which no two words fall into one slot.
    fn place(short: &[Slot], mut long: FxHashMap<Box<[u8]>, u16>) -> Self {
        const TRIES: u64 = 64;
        const MOST_BITS: u32 = 14;
        let least = (short.len().max(1) * 2).next_power_of_two().trailing_zeros();
        for bits in least..=MOST_BITS.max(least) {
            for attempt in 1..=TRIES {
                let factor = attempt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                let shift = u64::BITS - bits;
                let mut words = Self { slots: vec![Slot::default(); 1 << bits], factor, shift, long };
                if short.iter().all(|word| words.put(*word)) {
                    return words;
                }
                long = words.long;
            }
        }
        // Never with words that people make; then each stands among the long ones.
        let text = |slot: &Slot| {
            let (first, last) = (slot.key.0.to_le_bytes(), slot.key.1.to_le_bytes());
            text_of(first, last, slot.length)
        };
        long.extend(short.iter().map(|slot| (text(slot).into_boxed_slice(), slot.class)));
        Self { slots: vec![Slot::default()], factor: 0, shift: u64::BITS - 1, long }
    }

    fn put(&mut self, word: Slot) -> bool {
        let at = self.place_of(word.key, word.length);
        match self.slots.get_mut(at) {
            Some(slot) if slot.length == 0 => {
                *slot = word;
                true
            }
            Some(_) | None => false,
        }
    }

    fn place_of(&self, (first, last): (u64, u64), length: usize) -> usize {
        let mixed = first ^ last.rotate_left(29) ^ (length as u64) << 57;
        (mixed.wrapping_mul(self.factor) >> self.shift) as usize
    }

    /// The class of a word.
    pub(super) fn get(&self, word: &[u8]) -> Option<u16> {
        if let Some(key) = key(word) {
            let slot = self.slots.get(self.place_of(key, word.len()))?;
            if slot.key == key && slot.length == word.len() {
                return Some(slot.class);
            }
        }
        if self.long.is_empty() { None } else { self.long.get(word).copied() }
    }
}

/// What tells texts of one length up to 16 bytes apart: their first bytes and their last, which may overlap.
fn key(text: &[u8]) -> Option<(u64, u64)> {
    match text {
        [] => None,
        [a] => Some((u64::from(*a), 0)),
        [a, b] => Some((u64::from(*a) | u64::from(*b) << 8, 0)),
        [a, b, c] => Some((u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16, 0)),
        text if text.len() > 16 => None,
        text => match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(first), Some(last)) => Some((u64::from_le_bytes(*first), u64::from_le_bytes(*last))),
            _ => {
                let (first, last) = (text.first_chunk::<4>()?, text.last_chunk::<4>()?);
                Some((u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into()))
            }
        },
    }
}

/// The text that a key was made of.
fn text_of(first: [u8; 8], last: [u8; 8], length: usize) -> Vec<u8> {
    let half = if length >= 8 { 8 } else { 4.min(length) };
    let mut text: Vec<u8> = first.iter().take(half).copied().collect();
    let behind = length - text.len();
    text.extend(last.iter().take(half).skip(half - behind));
    text
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
            }
        }

        #[test]
        fn a_key_holds_its_text(text in "[a-z]{1,16}") {
            let (first, last) = key(text.as_bytes()).unwrap();
            prop_assert_eq!(text_of(first.to_le_bytes(), last.to_le_bytes(), text.len()), text.as_bytes());
        }
    }
}
