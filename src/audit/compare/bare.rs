//! Parts of a policy without their words, so that those of two versions can be held equal.

use crate::decimal::Decimal;
use crate::policy::{Condition, Definition, DefinitionBody, EventPoints, Expr, Item, ItemBody, Table};

/// A definition without its words.
pub(super) fn bare_definition(
    definition: &Definition,
) -> (crate::data::RecordId, crate::data::Type, DefinitionBody) {
    let body = match &definition.body {
        DefinitionBody::Expr(expr) => DefinitionBody::Expr(expr.clone()),
        DefinitionBody::Table(table) => DefinitionBody::Table(bare_table(table)),
    };
    (definition.of, definition.kind, body)
}

/// What an item gives, without its words.
pub(super) fn bare_item(item: &Item) -> (ItemBody, Option<Decimal>, Option<(Decimal, Decimal)>) {
    let body = match &item.body {
        ItemBody::Table { table, if_missing } => {
            ItemBody::Table { table: bare_table(table), if_missing: *if_missing }
        }
        ItemBody::Formula(formula) => {
            let mut formula = formula.clone();
            formula.when_text.clear();
            formula.points_text.clear();
            ItemBody::Formula(formula)
        }
        ItemBody::Events(events) => {
            let mut events = events.clone();
            events.filter_text.clear();
            if let EventPoints::Table(table) = &events.points {
                events.points = EventPoints::Table(bare_table(table));
            }
            ItemBody::Events(events)
        }
        ItemBody::Group(members) => ItemBody::Group(members.clone()),
    };
    (body, item.weight, item.limits)
}

fn bare_table(table: &Table) -> Table {
    let mut table = table.clone();
    table.columns.iter_mut().for_each(|column| column.text.clear());
    for row in &mut table.rows {
        row.cells.iter_mut().for_each(|cell| cell.text.clear());
        row.reason = None;
        row.baseline = None;
        row.source.clear();
        row.note.clear();
    }
    table
}

pub(super) fn bare_condition(condition: &Condition) -> (Expr, bool) {
    (condition.when.clone(), condition.if_missing)
}
