//! Whether two policies are the same but for their words.

use crate::policy::{Condition, DefinitionBody, EventPoints, ItemBody, Policy, Table};
use std::sync::Arc;

/// Whether two policies of one day mean the same to every record, in whatever words they are written. What stands for a
/// missing value is no word: `lint::same_meaning` leaves it out, where the checker has found that nobody needs it.
#[must_use]
pub(super) fn same_meaning(a: &Policy, b: &Policy) -> bool {
    wordless(a) == wordless(b)
}

fn wordless(policy: &Policy) -> Policy {
    let mut bare = policy.clone();
    bare.hash = Arc::from("");
    for definition in &mut bare.definitions {
        definition.text.clear();
        if let DefinitionBody::Table(of) = &mut definition.body {
            table(of);
        }
    }
    for item in &mut bare.items {
        match &mut item.body {
            ItemBody::Table { table: of, .. } => table(of),
            ItemBody::Formula(formula) => {
                formula.when_text.clear();
                formula.points_text.clear();
            }
            ItemBody::Events(events) => {
                events.filter_text.clear();
                if let EventPoints::Table(of) = &mut events.points {
                    table(of);
                }
            }
            ItemBody::Group(_) => {}
        }
    }
    bare.participation.iter_mut().for_each(|participation| condition(&mut participation.needs));
    bare.overrides.iter_mut().for_each(|each| condition(&mut each.when));
    bare.tiers.iter_mut().for_each(|tier| tier.text.clear());
    bare.decisions.iter_mut().for_each(|decision| table(&mut decision.table));
    bare.consequences.iter_mut().for_each(|each| condition(&mut each.when));
    bare
}

fn condition(condition: &mut Condition) {
    condition.text.clear();
}

fn table(table: &mut Table) {
    table.columns.iter_mut().for_each(|column| column.text.clear());
    table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| cell.text.clear());
}
