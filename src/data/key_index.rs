//! Keys of whole tables: which slot (the place of a readable record in its table, from 0) has which key, and which keys
//! are given more than once.

use super::keys::{Key, Keys};
use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};
use std::collections::BTreeMap;
use std::hash::Hasher;

/// Nobody's slot.
pub const NOBODY: u32 = u32::MAX;

/// The keys of a whole table.
#[derive(Debug, Default)]
pub struct KeyIndex {
    slots: u32,
    whole: WholeIndex,
    texts: TextIndex,
    /// Every slot whose key is given more than once, with the slots of the first and second record that has it.
    repeated: BTreeMap<u32, (u32, u32)>,
}

/// Slots by whole number.
#[derive(Debug, Default)]
enum WholeIndex {
    #[default]
    Nothing,
    /// Slot s has the key `first + s`, up to so many slots.
    Counting { first: i64, many: u32 },
    /// By distance from the least key.
    Direct { least: i64, slots: Vec<u32> },
    /// By key.
    Sparse(FxHashMap<i64, u32>),
}

/// Slots by text.
#[derive(Debug, Default)]
struct TextIndex {
    table: HashTable<(u32, u32)>,
    /// All texts, and where each begins and ends.
    texts: String,
    ends: Vec<(usize, usize)>,
}

/// An index in the making: keys in the order of their slots.
#[derive(Debug, Default)]
pub struct KeyIndexBuilder {
    slots: u32,
    /// As long as all keys count up from the first.
    counting: Option<i64>,
    /// Once they do not: by slot; slots without one hold [`NO_WHOLE`].
    whole: Vec<i64>,
    any_whole: bool,
    texts: TextIndex,
    repeated: BTreeMap<u32, (u32, u32)>,
}

/// What stands for no key among whole ones; a record with this key is kept by its text.
const NO_WHOLE: i64 = i64::MIN;
/// A direct table may have so many places for each key.
const SPARSE: u64 = 4;

impl KeyIndexBuilder {
    /// Adds the keys of the next slots.
    pub fn add(&mut self, keys: &Keys) {
        if let (Some(whole), Some(first), true) = (keys.as_whole(), self.counting, self.whole.is_empty()) {
            let next = first.checked_add(i64::from(self.slots));
            if next.is_some_and(|next| count_up(next, whole)) {
                self.slots += whole.len() as u32;
                return;
            }
        }
        for key in keys.iter() {
            self.push(key);
        }
    }

    /// How many slots there are so far.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    fn push(&mut self, key: Key<'_>) {
        let slot = self.slots;
        self.slots += 1;
        let counts = match (key, self.counting) {
            (Key::Whole(n), Some(first)) if self.whole.is_empty() => {
                first.checked_add(i64::from(slot)) == Some(n)
            }
            (Key::Whole(n), None) if slot == 0 && n != NO_WHOLE => {
                self.counting = Some(n);
                true
            }
            (_, _) => false,
        };
        if counts {
            return;
        }
        if let Some(first) = self.counting.take() {
            self.any_whole = true;
            self.whole.extend((0..i64::from(slot)).map(|at| first + at));
        }
        match key {
            Key::Whole(n) if n != NO_WHOLE => {
                self.any_whole = true;
                self.whole.resize(slot as usize, NO_WHOLE);
                self.whole.push(n);
            }
            Key::Whole(n) => self.text(slot, &n.to_string()),
            Key::Text(text) => self.text(slot, text),
            Key::None => {}
        }
    }

    fn text(&mut self, slot: u32, text: &str) {
        if let Some(first) = self.texts.insert(slot, text) {
            repeat(&mut self.repeated, first, slot);
        }
    }

    /// The index.
    pub fn finish(self) -> KeyIndex {
        let mut repeated = self.repeated;
        let whole = match self.counting {
            Some(first) => WholeIndex::Counting { first, many: self.slots },
            None if !self.any_whole => WholeIndex::Nothing,
            None => index(&self.whole, &mut repeated),
        };
        KeyIndex { slots: self.slots, whole, texts: self.texts, repeated }
    }
}

fn index(keys: &[i64], repeated: &mut BTreeMap<u32, (u32, u32)>) -> WholeIndex {
    let known = || keys.iter().copied().filter(|key| *key != NO_WHOLE);
    let (Some(least), Some(greatest)) = (known().min(), known().max()) else { return WholeIndex::Nothing };
    let by_slot = || (0_u32..).zip(keys.iter().copied()).filter(|(_, key)| *key != NO_WHOLE);
    match usize::try_from(greatest.abs_diff(least)) {
        Ok(width) if (width as u64) < (keys.len() as u64).saturating_mul(SPARSE) => {
            let mut slots = vec![NOBODY; width + 1];
            for (slot, key) in by_slot() {
                if let Some(place) = slots.get_mut(key.abs_diff(least) as usize) {
                    if *place == NOBODY {
                        *place = slot;
                    } else {
                        repeat(repeated, *place, slot);
                    }
                }
            }
            WholeIndex::Direct { least, slots }
        }
        Ok(_) | Err(_) => {
            let mut slots = FxHashMap::with_capacity_and_hasher(keys.len(), rustc_hash::FxBuildHasher);
            for (slot, key) in by_slot() {
                let first = *slots.entry(key).or_insert(slot);
                if first != slot {
                    repeat(repeated, first, slot);
                }
            }
            WholeIndex::Sparse(slots)
        }
    }
}

/// Whether numbers count up from one.
fn count_up(first: i64, numbers: &[i64]) -> bool {
    let last = i64::try_from(numbers.len()).ok().and_then(|many| first.checked_add(many));
    last.is_some() && (0_i64..).zip(numbers).fold(true, |all, (at, n)| all & (first.wrapping_add(at) == *n))
}

/// Notes that a slot has the key of one before it.
fn repeat(repeated: &mut BTreeMap<u32, (u32, u32)>, first: u32, slot: u32) {
    let (_, second) = *repeated.entry(first).or_insert((first, slot));
    repeated.insert(slot, (first, second));
}

impl TextIndex {
    /// Adds a text; the slot that has it already, if one has.
    fn insert(&mut self, slot: u32, text: &str) -> Option<u32> {
        let hash = hash(text);
        if let Some(known) = self.find_hashed(hash, text) {
            return Some(known);
        }
        let start = self.texts.len();
        self.texts.push_str(text);
        self.ends.push((start, self.texts.len()));
        let Self { table, texts, ends } = self;
        let place = (ends.len() - 1) as u32;
        table.insert_unique(hash, (place, slot), |(place, _)| rehash(texts, ends, *place));
        None
    }

    fn find_hashed(&self, hash: u64, text: &str) -> Option<u32> {
        let same = |(place, _): &(u32, u32)| text_at(&self.texts, &self.ends, *place) == text;
        self.table.find(hash, same).map(|(_, slot)| *slot)
    }
}

fn text_at<'t>(texts: &'t str, ends: &[(usize, usize)], place: u32) -> &'t str {
    ends.get(place as usize).and_then(|(start, end)| texts.get(*start..*end)).unwrap_or_default()
}

fn rehash(texts: &str, ends: &[(usize, usize)], place: u32) -> u64 {
    hash(text_at(texts, ends, place))
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl KeyIndex {
    /// The slot of a key: the first, where several records have it.
    pub fn slot(&self, key: Key<'_>) -> Option<u32> {
        match key {
            Key::None => None,
            Key::Whole(NO_WHOLE) => {
                let text = NO_WHOLE.to_string();
                self.texts.find_hashed(hash(&text), &text)
            }
            Key::Whole(n) => self.whole.slot(n),
            Key::Text(text) => self.texts.find_hashed(hash(text), text),
        }
    }

    /// The slots of keys, [`NOBODY`] where there is none.
    pub fn slots_of(&self, keys: &Keys, slots: &mut Vec<u32>) {
        slots.clear();
        match keys.as_whole().filter(|_| self.texts.ends.is_empty()) {
            Some(whole) => self.whole.slots_of(whole, slots),
            None => slots.extend(keys.iter().map(|key| self.slot(key).unwrap_or(NOBODY))),
        }
    }

    /// How many slots there are, those without a key counted.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// The slots whose key is given more than once, rising, each with the first and the second slot that has it.
    pub fn repeated(&self) -> &BTreeMap<u32, (u32, u32)> {
        &self.repeated
    }
}

impl WholeIndex {
    /// Adds the slots of keys, [`NOBODY`] where there is none.
    fn slots_of(&self, keys: &[i64], to: &mut Vec<u32>) {
        // No index reaches past the greatest number: what wraps is too far from the first.
        let distance = |key: &i64, first: &i64| key.wrapping_sub(*first) as u64;
        match self {
            Self::Nothing => to.resize(to.len() + keys.len(), NOBODY),
            Self::Counting { first, many } => to.extend(keys.iter().map(|key| {
                let slot = distance(key, first);
                if slot < u64::from(*many) { slot as u32 } else { NOBODY }
            })),
            Self::Direct { least, slots } => to.extend(keys.iter().map(|key| {
                let place = usize::try_from(distance(key, least)).unwrap_or(usize::MAX);
                slots.get(place).copied().unwrap_or(NOBODY)
            })),
            Self::Sparse(slots) => {
                to.extend(keys.iter().map(|key| slots.get(key).copied().unwrap_or(NOBODY)));
            }
        }
    }

    fn slot(&self, key: i64) -> Option<u32> {
        match self {
            Self::Nothing => None,
            Self::Counting { first, many } => {
                let slot = u32::try_from(key.checked_sub(*first)?).ok()?;
                (slot < *many).then_some(slot)
            }
            Self::Direct { least, slots } => {
                let place = usize::try_from(key.checked_sub(*least)?).ok()?;
                slots.get(place).copied().filter(|slot| *slot != NOBODY)
            }
            Self::Sparse(slots) => slots.get(&key).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn index_of(keys: &[Key<'_>]) -> KeyIndex {
        let mut builder = KeyIndexBuilder::default();
        for part in keys.chunks(3) {
            let mut some = Keys::default();
            part.iter().for_each(|key| some.push(*key));
            builder.add(&some);
        }
        builder.finish()
    }

    /// Every key is found where it first stands, and every repetition is known.
    fn holds(keys: &[Key<'_>]) {
        let index = index_of(keys);
        let mut by_key: HashMap<String, Vec<u32>> = HashMap::new();
        for (slot, key) in (0..).zip(keys) {
            if *key != Key::None {
                by_key.entry(format!("{key:?}")).or_default().push(slot);
            }
        }
        let mut repeated = BTreeMap::new();
        for (slot, key) in (0..).zip(keys) {
            let Some(all) = by_key.get(&format!("{key:?}")) else {
                assert_eq!(index.slot(*key), None);
                continue;
            };
            assert_eq!(index.slot(*key), Some(all[0]), "{key:?}");
            if all.len() > 1 {
                repeated.insert(slot, (all[0], all[1]));
            }
        }
        assert_eq!(index.repeated(), &repeated);
        assert_eq!(index.slots() as usize, keys.len());
        // Many at once as one by one, whole numbers by themselves and mixed with others, those next to known ones too.
        for asked in
            [keys, &keys.iter().copied().filter(|key| matches!(key, Key::Whole(_))).collect::<Vec<_>>()]
        {
            let mut some = Keys::default();
            for key in asked {
                some.push(*key);
                if let Key::Whole(n) = key {
                    some.push(Key::Whole(n.wrapping_add(1)));
                    some.push(Key::Whole(n.wrapping_sub(1)));
                }
            }
            let mut slots = Vec::new();
            index.slots_of(&some, &mut slots);
            let one_by_one: Vec<u32> = some.iter().map(|key| index.slot(key).unwrap_or(NOBODY)).collect();
            assert_eq!(slots, one_by_one);
            assert_eq!(some.len(), slots.len());
            assert!((0..some.len()).map(|at| some.get(at)).eq(some.iter()));
        }
    }

    #[test]
    fn keys_that_count_up_need_no_table() {
        let keys: Vec<Key<'_>> = (7..1000).map(Key::Whole).collect();
        holds(&keys);
        let index = index_of(&keys);
        assert!(matches!(index.whole, WholeIndex::Counting { first: 7, many: 993 }));
        assert_eq!([index.slot(Key::Whole(6)), index.slot(Key::Whole(1000))], [None, None]);
        assert_eq!(index.slot(Key::Whole(i64::MIN)), None);
    }

    #[test]
    fn keys_of_every_kind_are_told_apart() {
        use Key::{None, Text, Whole};
        holds(&[]);
        holds(&[None, Whole(3)]);
        holds(&[Whole(1), Whole(2), Whole(2), Text("2"), Text(""), None, Text("2"), Whole(1), Whole(2)]);
        holds(&[Whole(i64::MAX), Whole(i64::MIN), Whole(i64::MIN), Whole(0)]);
        holds(&[Whole(i64::MIN), Whole(i64::MIN + 1)]);
        holds(&[Whole(i64::MAX - 1), Whole(i64::MAX), Whole(i64::MAX)]);
    }

    proptest! {
        #[test]
        fn every_key_is_found(keys in proptest::collection::vec((0_u8..4, -9_i64..9), 0..60), spread in 1_i64..1_000_000) {
            let texts: Vec<String> = keys.iter().map(|(_, n)| format!("k{n}")).collect();
            let keys: Vec<Key<'_>> = keys.iter().zip(&texts).map(|((kind, n), text)| match kind {
                0 => Key::None,
                1 => Key::Text(text),
                _ => Key::Whole(n * spread),
            }).collect();
            holds(&keys);
        }
    }
}
