//! Ids of the old version as ids of the policy that holds both.

use crate::policy::{
    Definition, DefinitionBody, DefinitionId, EventPoints, Expr, Item, ItemBody, ItemId, RowOutcome, Table,
};

/// Old ids as ids of the joined policy.
pub(super) struct Renumber<'a> {
    pub(super) definitions: &'a [DefinitionId],
    pub(super) items: u32,
}

impl Renumber<'_> {
    pub(super) fn definition(&self, definition: &mut Definition) {
        match &mut definition.body {
            DefinitionBody::Expr(expr) => self.expr(expr),
            DefinitionBody::Table(table) => self.table(table),
        }
    }

    pub(super) fn item(&self, item: &mut Item) {
        item.group = item.group.map(|group| ItemId(group.0 + self.items));
        match &mut item.body {
            ItemBody::Table { table, .. } => self.table(table),
            ItemBody::Formula(formula) => {
                formula.when.iter_mut().for_each(|when| self.expr(when));
                self.expr(&mut formula.points);
            }
            ItemBody::Events(events) => {
                events.filter.iter_mut().for_each(|filter| self.expr(filter));
                match &mut events.points {
                    EventPoints::Each(points) => self.expr(points),
                    EventPoints::Table(table) => self.table(table),
                }
            }
            ItemBody::Group(members) => {
                members.iter_mut().for_each(|member| *member = ItemId(member.0 + self.items));
            }
        }
    }

    fn table(&self, table: &mut Table) {
        table.columns.iter_mut().for_each(|column| self.expr(&mut column.subject));
        for row in &mut table.rows {
            if let RowOutcome::Value(value) = &mut row.outcome {
                self.expr(value);
            }
        }
    }

    pub(super) fn expr(&self, expr: &mut Expr) {
        if let Expr::Definition(id) | Expr::EventDefinition(id) = expr
            && let Some(moved) = self.definitions.get(id.index())
        {
            *id = *moved;
        }
        expr.operands_mut().for_each(|each| self.expr(each));
    }
}

pub(super) fn shift_reasons(item: &mut Item, by: u32) {
    let moved = |reason: &mut Option<crate::policy::ReasonId>| {
        *reason = reason.map(|reason| crate::policy::ReasonId(reason.0 + by));
    };
    moved(&mut item.reason);
    let table = match &mut item.body {
        ItemBody::Table { table, .. } => Some(table),
        ItemBody::Events(events) => match &mut events.points {
            EventPoints::Table(table) => Some(table),
            EventPoints::Each(_) => None,
        },
        ItemBody::Formula(_) | ItemBody::Group(_) => None,
    };
    table.into_iter().flat_map(|table| &mut table.rows).for_each(|row| moved(&mut row.reason));
}
