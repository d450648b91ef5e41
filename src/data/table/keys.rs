//! Which keys the objects of a file have: the columns of a format that names none beforehand.

use std::collections::BTreeMap;

/// The keys that were met in what was read of a table so far, in any order and on any thread.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// By distinct wanted name.
    met: Vec<bool>,
    /// The others, with the record in which each was first met and its place there.
    others: BTreeMap<String, (u64, usize)>,
    /// How many readable records there were.
    pub(super) records: u64,
}

/// The keys that were met in one run of records.
#[derive(Debug)]
pub(super) struct Met {
    wanted: Vec<bool>,
    others: BTreeMap<String, (u64, usize)>,
    /// How many readable records there were.
    pub(super) records: u64,
}

impl Met {
    /// None of so many wanted ones.
    pub(super) fn new(wanted: usize) -> Self {
        Self { wanted: vec![false; wanted], others: BTreeMap::new(), records: 0 }
    }

    /// Notes that a wanted key was met.
    pub(super) fn wanted(&mut self, at: usize) {
        if let Some(met) = self.wanted.get_mut(at) {
            *met = true;
        }
    }

    /// Notes that another key was met, in a record.
    pub(super) fn other(&mut self, key: &str, record: u64) {
        if !self.others.contains_key(key) {
            self.others.insert(key.to_owned(), (record, self.others.len()));
        }
    }
}

impl Keys {
    /// Adds what was met in a run, which starts anew.
    pub(super) fn add(&mut self, met: &mut Met) {
        self.records += std::mem::take(&mut met.records);
        if self.met.len() < met.wanted.len() {
            self.met.resize(met.wanted.len(), false);
        }
        self.met.iter_mut().zip(&met.wanted).for_each(|(all, met)| *all |= met);
        for (key, place) in &met.others {
            match self.others.get_mut(key) {
                Some(first) => *first = (*first).min(*place),
                None => {
                    self.others.insert(key.clone(), *place);
                }
            }
        }
    }

    /// Whether a wanted key was met.
    pub(super) fn met(&self, at: usize) -> bool {
        self.met.get(at).copied().unwrap_or(false)
    }

    /// The other keys, in the order in which they were met.
    pub(super) fn others(&self) -> Vec<String> {
        let mut others: Vec<_> = self.others.iter().map(|(key, place)| (*place, key)).collect();
        others.sort();
        others.into_iter().map(|(_, key)| key.clone()).collect()
    }
}
