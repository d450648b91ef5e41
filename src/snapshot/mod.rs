//! Snapshots: the scored output of a pack's sample data as it was accepted, kept beside the policy, and how today's differs.
//!
//! Beside `payments.score` stand `snapshots/payments.csv`, a record a line, and `snapshots/payments/KEY.txt`, the
//! explanations of the records that `glassbox.toml` names. Besides its score each record keeps what it was given (answers of
//! decisions, benefits, penalties), and the points of every characteristic, rule and influence, so that whatever moved a score
//! can be named without the policy of that time.

mod compare;
mod file;
mod given;
mod store;
mod take;
#[cfg(test)]
mod tests;

pub use compare::{Change, Difference, Moved, Reworded, Through, compare};
pub use file::Malformed;
pub use given::{AnswerShift, Answered, Given, Held, HeldShift};
pub use store::{Stored, Unstored, explained_at, path_of, read, write};
pub use take::{KEPT, take};

use crate::decimal::Decimal;
use std::collections::BTreeMap;

/// The scored output of a policy's data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// What it is of.
    pub head: Head,
    /// The decisions, in the order of the policy.
    pub decisions: Vec<String>,
    /// What gives points, in the order of the policy.
    pub items: Vec<String>,
    /// The records by key.
    pub rows: BTreeMap<Key, Row>,
    /// The explanations by key, without colours.
    pub explained: BTreeMap<String, String>,
    /// Where a record got what it was given, by key. Of a snapshot just taken only.
    pub places: BTreeMap<Key, Places>,
    /// Whether it lacks decisions, benefits and penalties: the first form of the file did not keep them.
    pub scores_only: bool,
}

/// Where a record got what it was given: `FILE:LINE`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// By decision: its answer.
    pub answers: Vec<String>,
    /// By item: its points.
    pub items: Vec<String>,
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
    /// The benefits that it holds, with blanks between them.
    pub benefits: String,
    /// The penalties that it suffers, likewise.
    pub penalties: String,
    /// By decision: its answer; empty where there is none.
    pub answers: Vec<String>,
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
