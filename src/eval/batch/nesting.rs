//! How deep aggregates stand in each other: one over linked records may read definitions of theirs that aggregate in turn.

use crate::data::RecordId;
use crate::policy::{
    Aggregate, DefinitionBody, DefinitionId, EventPoints, Events, Expr, Over, Policy, RowOutcome, Table,
};

/// What aggregates something reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Nesting {
    /// How many aggregates over links stand in each other.
    pub(super) depth: usize,
    /// Whether there are any aggregates inside.
    pub(super) reads: bool,
}

impl Nesting {
    /// Of an aggregate.
    pub(super) fn of_aggregate(policy: &Policy, aggregate: &Aggregate) -> Self {
        let all = aggregate.value.iter().chain(&aggregate.filter);
        Self::over(policy, aggregate.over, all.map(|expr| inside(policy, expr)))
    }

    /// Of a per-event rule.
    pub(super) fn of_events(policy: &Policy, events: &Events) -> Self {
        let points = match &events.points {
            EventPoints::Each(expr) => inside(policy, expr),
            EventPoints::Table(table) => of_table(policy, table),
        };
        let filter = events.filter.iter().map(|filter| inside(policy, filter));
        Self::over(policy, events.over, filter.chain([points]))
    }

    fn over(policy: &Policy, over: Over, inside: impl Iterator<Item = Self>) -> Self {
        let inside = inside.fold(Self::default(), Self::with);
        let linked = matches!(over, Over::Link(_));
        // Only the scored kind has records to aggregate over.
        let own = super::scope::record_of(policy, over) == policy.schema.scored;
        Self { depth: inside.depth + usize::from(linked), reads: inside.reads && own }
    }

    fn with(self, other: Self) -> Self {
        Self { depth: self.depth.max(other.depth), reads: self.reads || other.reads }
    }
}

/// What aggregates an expression reads through definitions of the scored kind.
fn inside(policy: &Policy, expr: &Expr) -> Nesting {
    let all = |parts: &[Expr]| {
        parts.iter().map(|part| inside(policy, part)).fold(Nesting::default(), Nesting::with)
    };
    match expr {
        Expr::Definition(id) | Expr::EventDefinition(id) => of_definition(policy, *id, policy.schema.scored),
        Expr::Aggregate(aggregate) => Nesting { reads: true, ..Nesting::of_aggregate(policy, aggregate) },
        Expr::Negate(inner) | Expr::Test(inner, _) | Expr::IsMissing(inner) | Expr::Not(inner) => {
            inside(policy, inner)
        }
        Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::Otherwise(a, b) => {
            inside(policy, a).with(inside(policy, b))
        }
        Expr::And(parts) | Expr::Or(parts) | Expr::Call(_, parts) => all(parts),
        Expr::Constant(_)
        | Expr::Field(_)
        | Expr::EventField(_)
        | Expr::PreviousScore
        | Expr::Score
        | Expr::Tier
        | Expr::PointsOf(_)
        | Expr::PointsOfInfluence(_)
        | Expr::Decision(_) => Nesting::default(),
    }
}

fn of_definition(policy: &Policy, id: DefinitionId, scored: RecordId) -> Nesting {
    let definition = policy.definition(id);
    match &definition.body {
        _ if definition.of != scored => Nesting::default(),
        DefinitionBody::Expr(expr) => inside(policy, expr),
        DefinitionBody::Table(table) => of_table(policy, table),
    }
}

fn of_table(policy: &Policy, table: &Table) -> Nesting {
    let columns = table.columns.iter().map(|column| inside(policy, &column.subject));
    let rows = table.rows.iter().map(|row| match &row.outcome {
        RowOutcome::Value(expr) => inside(policy, expr),
        RowOutcome::NotScored => Nesting::default(),
    });
    columns.chain(rows).fold(Nesting::default(), Nesting::with)
}
