//! Parts of a policy without their words, so that those of two versions can be held equal.

use crate::data::{RecordId, Type};
use crate::decimal::Decimal;
use crate::policy::{Condition, Definition, DefinitionBody, EventPoints, Expr, Item, ItemBody, Table};

/// A definition without its words.
pub(super) fn bare_definition(definition: &Definition) -> (RecordId, Type, DefinitionBody) {
    let mut bare = definition.clone();
    bare.clear_words();
    if let DefinitionBody::Table(table) = &mut bare.body {
        drop_notes(table);
    }
    (bare.of, bare.kind, bare.body)
}

/// What an item gives, without its words.
pub(super) fn bare_item(item: &Item) -> (ItemBody, Option<Decimal>, Option<(Decimal, Decimal)>) {
    let mut body = item.body.clone();
    body.clear_words();
    match &mut body {
        ItemBody::Table { table, .. } => drop_notes(table),
        ItemBody::Events(events) => {
            if let EventPoints::Table(table) = &mut events.points {
                drop_notes(table);
            }
        }
        ItemBody::Formula(_) | ItemBody::Group(_) => {}
    }
    (body, item.weight, item.limits)
}

/// Takes away what rows say of what they give.
fn drop_notes(table: &mut Table) {
    for row in &mut table.rows {
        row.reason = None;
        row.baseline = None;
        row.source.clear();
        row.note.clear();
    }
}

pub(super) fn bare_condition(condition: &Condition) -> (Expr, bool) {
    (condition.when.clone(), condition.if_missing)
}
