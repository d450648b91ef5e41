//! What gives points, changes a score or follows from one reads: fields, records, links, also through definitions.

use super::{
    DecisionId, DefinitionBody, DefinitionId, EventPoints, Expr, Item, ItemBody, ItemId, Over, Policy,
    RowOutcome, Table,
};
use crate::data::{FieldId, LinkId, RecordId};
use std::collections::BTreeSet;

/// What something reads by its text; whether it makes a difference is another question.
#[derive(Debug, Clone)]
pub struct Reads<'p> {
    policy: &'p Policy,
    definitions: BTreeSet<DefinitionId>,
    /// Fields of records of any kind.
    pub fields: BTreeSet<(RecordId, FieldId)>,
    /// Child records that are gone through: that there are some is information.
    pub records: BTreeSet<RecordId>,
    /// Links that are followed.
    pub links: BTreeSet<LinkId>,
    /// Links to records of which something is read: a field or a score, and not only that they are there.
    pub looked_into: BTreeSet<LinkId>,
    /// Links to records whose previous scores are read.
    pub scores: BTreeSet<LinkId>,
    /// Results of the record itself.
    pub results: BTreeSet<ResultRead>,
}

impl<'p> Reads<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            definitions: BTreeSet::new(),
            fields: BTreeSet::new(),
            records: BTreeSet::new(),
            links: BTreeSet::new(),
            looked_into: BTreeSet::new(),
            scores: BTreeSet::new(),
            results: BTreeSet::new(),
        }
    }

    /// What an item reads; the members of a group are items of their own.
    pub fn of_item(policy: &'p Policy, item: &Item) -> Self {
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
    pub fn of_condition(policy: &'p Policy, when: &Expr) -> Self {
        let mut reads = Self::new(policy);
        reads.expr(when, policy.schema.scored, None);
        reads
    }

    /// What a table over the scored record reads.
    pub fn of_table(policy: &'p Policy, table: &Table) -> Self {
        let mut reads = Self::new(policy);
        reads.table(table, policy.schema.scored, None);
        reads
    }

    /// What a definition reads; its fields are those of the kind of record that it is of.
    pub fn of_definition(policy: &'p Policy, id: DefinitionId) -> Self {
        let mut reads = Self::new(policy);
        reads.definition(id);
        reads
    }

    /// Notes what is gone through.
    fn over(&mut self, over: Over) -> Over {
        match over {
            Over::Child(kind) => self.records.insert(kind),
            Over::Link(link) => self.links.insert(link),
        };
        over
    }

    /// Notes that something of the events is read.
    fn look_into(&mut self, event: Option<Over>) {
        if let Some(Over::Link(link)) = event {
            self.looked_into.insert(link);
        }
    }

    fn table(&mut self, table: &Table, home: RecordId, event: Option<Over>) {
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

    /// `home` is the kind of the record that fields are of, `event` what events are gone through.
    fn expr(&mut self, expr: &Expr, home: RecordId, event: Option<Over>) {
        match expr {
            Expr::Field(field) => {
                self.fields.insert((home, *field));
            }
            Expr::EventField(field) => {
                self.look_into(event);
                let field = event.map(|event| (event.kind(&self.policy.schema), *field));
                self.fields.extend(field);
            }
            Expr::Definition(id) => self.definition(*id),
            Expr::EventDefinition(id) => {
                self.look_into(event);
                self.definition(*id);
            }
            Expr::Negate(_)
            | Expr::Test(..)
            | Expr::IsMissing(_)
            | Expr::Not(_)
            | Expr::Arithmetic(..)
            | Expr::Compare(..)
            | Expr::Otherwise(..)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Call(..) => expr.operands().for_each(|part| self.expr(part, home, event)),
            Expr::Aggregate(aggregate) => {
                let over = Some(self.over(aggregate.over));
                expr.operands().for_each(|part| self.expr(part, home, over));
            }
            Expr::PreviousScore => {
                self.look_into(event);
                if let Some(Over::Link(link)) = event {
                    self.scores.insert(link);
                }
            }
            Expr::Score => self.result(ResultRead::Score),
            Expr::Tier => self.result(ResultRead::Tier),
            Expr::PointsOf(item) => self.result(ResultRead::Item(*item)),
            Expr::PointsOfInfluence(position) => self.result(ResultRead::Influence(*position)),
            Expr::Decision(decision) => self.result(ResultRead::Decision(*decision)),
            Expr::Constant(_) => {}
        }
    }

    fn result(&mut self, outcome: ResultRead) {
        self.results.insert(outcome);
    }
}

/// A result of a record that what follows from the score may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResultRead {
    /// The score.
    Score,
    /// The tier.
    Tier,
    /// The points of an item.
    Item(ItemId),
    /// The points of an influence, by position.
    Influence(u32),
    /// What a decision gives.
    Decision(DecisionId),
}
