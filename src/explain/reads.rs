//! What an expression reads: fields and definitions, also through the definitions that it names.

use crate::data::{FieldId, RecordId};
use crate::policy::{
    DefinitionBody, DefinitionId, EventPoints, Events, Expr, Item, ItemBody, Over, Policy, RowOutcome, Table,
};

/// What something reads, each once, in the order in which it is met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// Definitions of the record that are named, before the fields that they read.
    pub(super) definitions: Vec<DefinitionId>,
    /// Fields of the record, those read by its definitions included.
    pub(super) fields: Vec<FieldId>,
    /// Fields of events.
    pub(super) event_fields: Vec<(Over, FieldId)>,
}

impl Reads {
    /// What an expression outside of any event reads.
    pub(super) fn of(policy: &Policy, expr: &Expr) -> Self {
        let mut reads = Self::default();
        reads.expr(policy, expr, None);
        reads
    }

    /// What an item reads; the members of a group are items of their own.
    pub(super) fn of_item(policy: &Policy, item: &Item) -> Self {
        let mut reads = Self::default();
        match &item.body {
            ItemBody::Table { table, .. } => reads.table(policy, table, None),
            ItemBody::Formula(formula) => {
                formula.when.iter().for_each(|when| reads.expr(policy, when, None));
                reads.expr(policy, &formula.points, None);
            }
            ItemBody::Events(events) => reads.events(policy, events),
            ItemBody::Group(_) => {}
        }
        reads
    }

    /// What a table reads.
    pub(super) fn of_table(policy: &Policy, table: &Table) -> Self {
        let mut reads = Self::default();
        reads.table(policy, table, None);
        reads
    }

    /// What a definition reads itself, itself left out.
    pub(super) fn of_definition(policy: &Policy, id: DefinitionId) -> Self {
        let mut reads = Self::default();
        reads.body(policy, &policy.definition(id).body);
        reads
    }

    fn events(&mut self, policy: &Policy, events: &Events) {
        let over = Some(events.over);
        events.filter.iter().for_each(|filter| self.expr(policy, filter, over));
        match &events.points {
            EventPoints::Each(expr) => self.expr(policy, expr, over),
            EventPoints::Table(table) => self.table(policy, table, over),
        }
    }

    fn table(&mut self, policy: &Policy, table: &Table, over: Option<Over>) {
        table.columns.iter().for_each(|column| self.expr(policy, &column.subject, over));
        for row in &table.rows {
            match &row.outcome {
                RowOutcome::Value(expr) => self.expr(policy, expr, over),
                RowOutcome::NotScored => {}
            }
        }
    }

    fn body(&mut self, policy: &Policy, body: &DefinitionBody) {
        match body {
            DefinitionBody::Expr(expr) => self.expr(policy, expr, None),
            DefinitionBody::Table(table) => self.table(policy, table, None),
        }
    }

    fn expr(&mut self, policy: &Policy, expr: &Expr, over: Option<Over>) {
        match expr {
            Expr::Field(field) => add(&mut self.fields, *field),
            Expr::EventField(field) => {
                over.into_iter().for_each(|over| add(&mut self.event_fields, (over, *field)));
            }
            Expr::Definition(id) => {
                if !self.definitions.contains(id) {
                    self.definitions.push(*id);
                    self.body(policy, &policy.definition(*id).body);
                }
            }
            Expr::EventDefinition(id) => {
                // What is a field of the record there is a field of the event here.
                let inner = Self::of_definition(policy, *id);
                let fields =
                    over.into_iter().flat_map(|over| inner.fields.iter().map(move |field| (over, *field)));
                fields.for_each(|field| add(&mut self.event_fields, field));
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
            | Expr::Call(..) => expr.operands().for_each(|part| self.expr(policy, part, over)),
            Expr::Aggregate(aggregate) => {
                let over = Some(aggregate.over);
                aggregate
                    .filter
                    .iter()
                    .chain(&aggregate.value)
                    .for_each(|part| self.expr(policy, part, over));
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

/// The kind of the records that a rule or an aggregate runs over.
pub(super) fn kind_of(policy: &Policy, over: Over) -> RecordId {
    match over {
        Over::Child(kind) => kind,
        Over::Link(link) => policy.schema.link(link).to,
    }
}

/// The name by which a policy speaks of the events of a rule or an aggregate.
pub(super) fn name_of(policy: &Policy, over: Over) -> &str {
    match over {
        Over::Child(kind) => &policy.schema.record(kind).name,
        Over::Link(link) => &policy.schema.link(link).name,
    }
}

fn add<X: PartialEq>(list: &mut Vec<X>, item: X) {
    if !list.contains(&item) {
        list.push(item);
    }
}
