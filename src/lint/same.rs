//! Whether two policies mean the same, however they are written.

use crate::policy::{Condition, DefinitionBody, EventPoints, Expr, ItemBody, Policy, RowOutcome, Table};

/// Whether two policies of one day mean the same to every record: all is equal but the words, and but care for missing
/// values, which the checker has found to be never needed. Points, bounds and what losses are counted from are compared.
#[must_use]
pub fn same_meaning(a: &Policy, b: &Policy) -> bool {
    plain(a) == plain(b)
}

/// The policy without its words and without care for missing values.
fn plain(policy: &Policy) -> Policy {
    let mut plain = policy.without_words();
    for definition in &mut plain.definitions {
        match &mut definition.body {
            DefinitionBody::Expr(e) => expr(e),
            DefinitionBody::Table(t) => table(t),
        }
    }
    for item in &mut plain.items {
        match &mut item.body {
            ItemBody::Table { table: t, if_missing } => {
                table(t);
                *if_missing = None;
            }
            ItemBody::Formula(formula) => {
                formula.when.iter_mut().for_each(expr);
                expr(&mut formula.points);
                formula.if_missing = None;
            }
            ItemBody::Events(events) => {
                events.filter.iter_mut().for_each(expr);
                events.if_missing = None;
                match &mut events.points {
                    EventPoints::Each(e) => expr(e),
                    EventPoints::Table(t) => table(t),
                }
            }
            ItemBody::Group(_) => {}
        }
    }
    plain.participation.iter_mut().for_each(|participation| condition(&mut participation.needs));
    plain.overrides.iter_mut().for_each(|each| condition(&mut each.when));
    plain.decisions.iter_mut().for_each(|decision| table(&mut decision.table));
    plain.consequences.iter_mut().for_each(|each| condition(&mut each.when));
    plain
}

fn condition(condition: &mut Condition) {
    expr(&mut condition.when);
    condition.if_missing = false;
}

fn table(table: &mut Table) {
    table.columns.iter_mut().for_each(|column| expr(&mut column.subject));
    for row in &mut table.rows {
        match &mut row.outcome {
            RowOutcome::Value(value) => expr(value),
            RowOutcome::NotScored => {}
        }
    }
}

fn expr(e: &mut Expr) {
    if let Expr::Otherwise(first, _) = e {
        let first = std::mem::replace(&mut **first, Expr::Score);
        *e = first;
        expr(e);
        return;
    }
    e.operands_mut().for_each(expr);
}
