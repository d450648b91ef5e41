//! How often each row of a policy's tables was taken by the records of a population, as the reference interpreter goes.

use crate::data::{Records, Value};
use crate::eval::{self, Answer, EventSeen, Match, Scorer, Settled, Trace};
use crate::policy::{DecisionId, DefinitionId, ItemId, Policy};
use std::collections::BTreeMap;

/// A table of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// Of a definition of the scored record.
    Definition(DefinitionId),
    /// Of a characteristic or rule.
    Item(ItemId),
    /// Of a decision.
    Decision(DecisionId),
}

/// How often rows were taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// How many records were looked at.
    pub records: usize,
    /// By table and row.
    taken: BTreeMap<(Owner, usize), u64>,
}

impl Hits {
    /// Scores every record and counts the rows.
    pub fn of(policy: &Policy, records: &dyn Records) -> Self {
        let scorer = Scorer::new(policy);
        let settled = Settled::of(&scorer, records);
        let mut hits = Self { records: records.count(), ..Self::default() };
        for position in 0..records.count() {
            // A record whose numbers do not fit has taken rows all the same.
            drop(eval::score_one(&scorer, records, &settled, position, &mut hits));
        }
        hits
    }

    /// How often a row was taken.
    pub(super) fn of_row(&self, owner: Owner, row: usize) -> u64 {
        self.taken.get(&(owner, row)).copied().unwrap_or(0)
    }

    fn add(&mut self, owner: Owner, matched: Option<&Match>) {
        if let Some(row) = matched.and_then(|matched| matched.row) {
            *self.taken.entry((owner, row)).or_default() += 1;
        }
    }
}

impl Trace for Hits {
    fn definition(&mut self, id: DefinitionId, _value: &Value, matched: Option<&Match>) {
        self.add(Owner::Definition(id), matched);
    }

    fn row(&mut self, id: ItemId, matched: &Match, _points: Option<&Value>) {
        self.add(Owner::Item(id), Some(matched));
    }

    fn event(&mut self, id: ItemId, event: &EventSeen) {
        self.add(Owner::Item(id), event.matched.as_ref());
    }

    fn decision(&mut self, id: DecisionId, matched: &Match, _answer: &Answer) {
        self.add(Owner::Decision(id), Some(matched));
    }
}
