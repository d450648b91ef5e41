//! A walk through an expression and everything that it reads by way of definitions.

use crate::function::AggregateKind;
use crate::policy::{
    Aggregate, DefinitionBody, DefinitionId, EventPoints, Expr, Item, ItemBody, Over, Policy, RowOutcome,
    Table,
};
use std::collections::BTreeSet;

/// Told of every part of an expression, and of the events that it is about where it is about any.
pub(super) type Told<'a> = &'a mut dyn FnMut(&Expr, Option<Over>);

/// A walk that enters each definition once.
pub(super) struct Visit<'p> {
    policy: &'p Policy,
    entered: BTreeSet<(u32, Option<Over>)>,
}

impl<'p> Visit<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        Self { policy, entered: BTreeSet::new() }
    }

    /// A walk that tells of definitions that are read, and enters none.
    pub(super) fn outside_definitions(policy: &'p Policy) -> Self {
        let all = (0..policy.definitions.len() as u32).map(|id| (id, None));
        Self { policy, entered: all.collect() }
    }

    /// The body of a definition.
    pub(super) fn body(&mut self, id: DefinitionId, told: Told<'_>) {
        match &self.policy.definition(id).body {
            DefinitionBody::Expr(expr) => self.expr(expr, None, told),
            DefinitionBody::Table(table) => self.table(table, None, told),
        }
    }

    /// An expression, every part of it, and the definitions that it reads.
    pub(super) fn expr(&mut self, expr: &Expr, over: Option<Over>, told: Told<'_>) {
        told(expr, over);
        match expr {
            Expr::Definition(id) => self.definition(id.0, None, told),
            Expr::EventDefinition(id) => self.definition(id.0, over, told),
            Expr::Negate(_)
            | Expr::Test(..)
            | Expr::IsMissing(_)
            | Expr::Not(_)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::Otherwise(..)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Call(..) => expr.operands().for_each(|each| self.expr(each, over, told)),
            Expr::Aggregate(aggregate) => {
                expr.operands().for_each(|each| self.expr(each, Some(aggregate.over), told));
            }
            Expr::PointsOf(id) => self.item(self.policy.item(*id), told),
            Expr::Decision(id) => {
                if let Some(decision) = self.policy.decisions.get(id.index()) {
                    self.table(&decision.table, None, told);
                }
            }
            Expr::Constant(_)
            | Expr::Field(_)
            | Expr::EventField(_)
            | Expr::PreviousScore
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOfInfluence(_) => {}
        }
    }

    /// What gives the points of an item.
    pub(super) fn item(&mut self, item: &Item, told: Told<'_>) {
        match &item.body {
            ItemBody::Table { table, .. } => self.table(table, None, told),
            ItemBody::Formula(formula) => {
                formula.when.iter().chain([&formula.points]).for_each(|each| self.expr(each, None, told));
            }
            ItemBody::Events(events) => {
                told(&Expr::Aggregate(Box::new(every(events.over))), None);
                let over = Some(events.over);
                events.filter.iter().for_each(|filter| self.expr(filter, over, told));
                match &events.points {
                    EventPoints::Each(points) => self.expr(points, over, told),
                    EventPoints::Table(table) => self.table(table, over, told),
                }
            }
            ItemBody::Group(members) => {
                members.iter().for_each(|member| self.item(self.policy.item(*member), told));
            }
        }
    }

    /// The columns of a table and what its rows give. A column is told of with what its cells test.
    pub(super) fn table(&mut self, table: &Table, over: Option<Over>, told: Told<'_>) {
        for (at, column) in table.columns.iter().enumerate() {
            self.expr(&column.subject, over, told);
            for cell in table.rows.iter().filter_map(|row| row.cells.get(at)) {
                told(&Expr::Test(Box::new(column.subject.clone()), cell.known.clone()), over);
            }
        }
        for row in &table.rows {
            if let RowOutcome::Value(value) = &row.outcome {
                self.expr(value, over, told);
            }
        }
    }

    /// Everything in a policy that is about the scored record.
    pub(super) fn policy(&mut self, told: Told<'_>) {
        let policy = self.policy;
        policy.roots.iter().for_each(|root| self.item(policy.item(*root), told));
        policy.participation.iter().for_each(|each| self.expr(&each.needs.when, None, told));
        policy.overrides.iter().for_each(|each| self.expr(&each.when.when, None, told));
        policy.decisions.iter().for_each(|each| self.table(&each.table, None, told));
        policy.consequences.iter().for_each(|each| self.expr(&each.when.when, None, told));
    }

    fn definition(&mut self, id: u32, over: Option<Over>, told: Told<'_>) {
        if !self.entered.insert((id, over)) {
            return;
        }
        let Some(definition) = self.policy.definitions.get(id as usize) else { return };
        // The fields of an event's definition are fields of the event.
        let told: Told<'_> = &mut |expr, inner| match (expr, over) {
            (Expr::Field(field), Some(_)) => told(&Expr::EventField(*field), over),
            (Expr::Test(tested, set), Some(_)) if matches!(**tested, Expr::Field(_)) => {
                if let Expr::Field(field) = **tested {
                    told(&Expr::Test(Box::new(Expr::EventField(field)), set.clone()), over);
                }
            }
            _ => told(expr, inner),
        };
        match &definition.body {
            DefinitionBody::Expr(expr) => self.expr(expr, None, told),
            DefinitionBody::Table(table) => self.table(table, None, told),
        }
    }
}

/// How many events there are: what a rule for each of them reads at least.
fn every(over: Over) -> Aggregate {
    Aggregate { kind: AggregateKind::Count, over, value: None, filter: None }
}
