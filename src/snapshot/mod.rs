//! Snapshots: the scored output of a pack's sample data as it was accepted, kept beside the policy, and how today's differs.
//!
//! Beside `payments.score` stand `snapshots/payments.csv`, a record a line, and `snapshots/payments/KEY.txt`, the
//! explanations of the records that `glassbox.toml` names. Besides its score each record keeps the points of every
//! characteristic, rule and influence, so that whatever moved a score can be named without the policy of that time.

mod compare;
mod file;
mod store;
mod take;
#[cfg(test)]
mod tests;

pub use compare::{Change, Difference, Moved, Reworded, Through, compare};
pub use file::Malformed;
pub use store::{Stored, Unstored, explained_at, path_of, read, write};
pub use take::{KEPT, take};

use crate::decimal::Decimal;
use std::collections::BTreeMap;

/// The scored output of a policy's data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// What it is of.
    pub head: Head,
    /// What gives points, in the order of the policy.
    pub items: Vec<String>,
    /// The records by key.
    pub rows: BTreeMap<Key, Row>,
    /// The explanations by key, without colours.
    pub explained: BTreeMap<String, String>,
    /// Where each item of a record got its points, by key: `FILE:LINE`. Of a snapshot just taken only.
    pub places: BTreeMap<Key, Vec<String>>,
}

/// What a snapshot is of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The policy's name.
    pub policy: String,
    /// Its hash.
    pub hash: String,
    /// The day.
    pub as_of: String,
    /// How many records the data has, of which the snapshot keeps the rows.
    pub records: usize,
}

/// The key of a record, as the data writes it: numbers in the order of numbers, before texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(pub String);

/// What a record came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// `scored`, `not scored`, `not participating` or `set aside`.
    pub status: String,
    /// The score.
    pub score: Option<Decimal>,
    /// The tier; empty where there is none.
    pub tier: String,
    /// The reason codes, with blanks between them.
    pub reasons: String,
    /// By item: its points; absent where the record has no score.
    pub points: Vec<Option<Decimal>>,
}

impl Key {
    fn order(&self) -> (bool, Option<Decimal>, &str) {
        let number = Decimal::parse(&self.0).ok();
        (number.is_none(), number, &self.0)
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
