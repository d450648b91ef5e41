//! What gives points or changes a score reads: fields, records, links, also through definitions.

use crate::data::{FieldId, LinkId, RecordId};
use crate::policy::{
    DefinitionBody, DefinitionId, EventPoints, Expr, Item, ItemBody, Over, Policy, RowOutcome, Table,
};
use std::collections::BTreeSet;

/// What something reads.
pub(super) struct Reads<'p> {
    policy: &'p Policy,
    definitions: BTreeSet<DefinitionId>,
    /// Fields of records of any kind.
    pub(super) fields: BTreeSet<(RecordId, FieldId)>,
    /// Child records that are gone through: that there are some is information.
    pub(super) records: BTreeSet<RecordId>,
    /// Links that are followed.
    pub(super) links: BTreeSet<LinkId>,
}

impl<'p> Reads<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            definitions: BTreeSet::new(),
            fields: BTreeSet::new(),
            records: BTreeSet::new(),
            links: BTreeSet::new(),
        }
    }

    /// What an item reads; the members of a group are items of their own.
    pub(super) fn of_item(policy: &'p Policy, item: &Item) -> Self {
        let mut reads = Self::new(policy);
        let home = policy.schema.scored;
        match &item.body {
            ItemBody::Table { table, .. } => reads.table(table, home, None),
            ItemBody::Formula(formula) => {
                formula.when.iter().for_each(|when| reads.expr(when, home, None));
                reads.expr(&formula.points, home, None);
            }
            ItemBody::Events(events) => {
                let over = Some(reads.over(events.over));
                events.filter.iter().for_each(|filter| reads.expr(filter, home, over));
                match &events.points {
                    EventPoints::Each(each) => reads.expr(each, home, over),
                    EventPoints::Table(table) => reads.table(table, home, over),
                }
            }
            ItemBody::Group(_) => {}
        }
        reads
    }

    /// What a condition over the scored record reads.
    pub(super) fn of_condition(policy: &'p Policy, when: &Expr) -> Self {
        let mut reads = Self::new(policy);
        reads.expr(when, policy.schema.scored, None);
        reads
    }

    /// Notes what is gone through, and tells of which kind its records are.
    fn over(&mut self, over: Over) -> RecordId {
        match over {
            Over::Child(kind) => {
                self.records.insert(kind);
                kind
            }
            Over::Link(link) => {
                self.links.insert(link);
                self.policy.schema.link(link).to
            }
        }
    }

    fn table(&mut self, table: &Table, home: RecordId, event: Option<RecordId>) {
        table.columns.iter().for_each(|column| self.expr(&column.subject, home, event));
        for row in &table.rows {
            if let RowOutcome::Value(value) = &row.outcome {
                self.expr(value, home, event);
            }
        }
    }

    fn definition(&mut self, id: DefinitionId) {
        if self.definitions.insert(id) {
            let policy = self.policy;
            let definition = policy.definition(id);
            match &definition.body {
                DefinitionBody::Expr(e) => self.expr(e, definition.of, None),
                DefinitionBody::Table(table) => self.table(table, definition.of, None),
            }
        }
    }

    /// `home` is the kind of the record that fields are of, `event` that of the event.
    fn expr(&mut self, expr: &Expr, home: RecordId, event: Option<RecordId>) {
        match expr {
            Expr::Field(field) => {
                self.fields.insert((home, *field));
            }
            Expr::EventField(field) => self.fields.extend(event.map(|event| (event, *field))),
            Expr::Definition(id) | Expr::EventDefinition(id) => self.definition(*id),
            Expr::Negate(inner) | Expr::Test(inner, _) | Expr::IsMissing(inner) | Expr::Not(inner) => {
                self.expr(inner, home, event);
            }
            Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::Otherwise(a, b) => {
                self.expr(a, home, event);
                self.expr(b, home, event);
            }
            Expr::And(all) | Expr::Or(all) | Expr::Call(_, all) => {
                all.iter().for_each(|part| self.expr(part, home, event));
            }
            Expr::Aggregate(aggregate) => {
                let over = Some(self.over(aggregate.over));
                let parts = aggregate.filter.iter().chain(&aggregate.value);
                parts.for_each(|part| self.expr(part, home, over));
            }
            Expr::Constant(_)
            | Expr::PreviousScore
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => {}
        }
    }
}
