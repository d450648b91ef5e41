//! Policies without their words: without what stands in them as written, for people to read.

use super::{Condition, Definition, DefinitionBody, EventPoints, ItemBody, Policy, Table};
use std::sync::Arc;

impl Policy {
    /// The same to every record, with nothing in it as written and no hash. Names, titles and notes stay.
    #[must_use]
    pub fn without_words(&self) -> Self {
        let mut bare = self.clone();
        bare.hash = Arc::from("");
        bare.definitions.iter_mut().for_each(Definition::clear_words);
        bare.items.iter_mut().for_each(|item| item.body.clear_words());
        bare.participation.iter_mut().for_each(|participation| participation.needs.clear_words());
        bare.overrides.iter_mut().for_each(|each| each.when.clear_words());
        bare.tiers.iter_mut().for_each(|tier| tier.text.clear());
        bare.decisions.iter_mut().for_each(|decision| decision.table.clear_words());
        bare.consequences.iter_mut().for_each(|each| each.when.clear_words());
        bare
    }
}

impl Definition {
    /// Takes away what is there as written.
    pub fn clear_words(&mut self) {
        self.text.clear();
        if let DefinitionBody::Table(table) = &mut self.body {
            table.clear_words();
        }
    }
}

impl ItemBody {
    /// Takes away what is there as written.
    pub fn clear_words(&mut self) {
        match self {
            Self::Table { table, .. } => table.clear_words(),
            Self::Formula(formula) => {
                formula.when_text.clear();
                formula.points_text.clear();
            }
            Self::Events(events) => {
                events.filter_text.clear();
                if let EventPoints::Table(table) = &mut events.points {
                    table.clear_words();
                }
            }
            Self::Group(_) => {}
        }
    }
}

impl Condition {
    /// Takes away what is there as written.
    pub fn clear_words(&mut self) {
        self.text.clear();
    }
}

impl Table {
    /// Takes away what is there as written; what rows give, and the notes on them, stay.
    pub fn clear_words(&mut self) {
        self.columns.iter_mut().for_each(|column| column.text.clear());
        self.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| cell.text.clear());
    }
}
