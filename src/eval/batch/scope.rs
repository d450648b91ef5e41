//! Whose fields and definitions an expression means.

use crate::data::{RecordId, Type, Value};
use crate::function::AggregateKind;
use crate::policy::{DefinitionId, Expr, Over, Policy};

/// What an expression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope {
    /// The kind of record that the columns are of.
    pub(super) record: RecordId,
    /// By which words it means that record's fields.
    pub(super) mode: Mode,
}

/// By which words an expression means a record's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// About the scored record: plain fields are its own.
    Subject,
    /// About an event: the event's fields are its own, plain fields those of the record that it belongs to.
    Event,
    /// A definition of a child or linked record: all fields are its own.
    Own,
}

impl Scope {
    /// About the scored record.
    pub(super) fn subject(policy: &Policy) -> Self {
        Self { record: policy.schema.scored, mode: Mode::Subject }
    }

    /// About events of a kind.
    pub(super) fn event(record: RecordId) -> Self {
        Self { record, mode: Mode::Event }
    }

    /// Inside a definition of the kind.
    pub(super) fn inside(self) -> Self {
        Self { mode: Mode::Own, ..self }
    }

    /// The field of the record that the columns are of, if the expression is one.
    pub(super) fn field(self, expr: &Expr) -> Option<usize> {
        match (self.mode, expr) {
            (Mode::Subject | Mode::Own, Expr::Field(field))
            | (Mode::Event | Mode::Own, Expr::EventField(field)) => Some(field.index()),
            (_, _) => None,
        }
    }

    /// The definition of the record that the columns are of, if the expression is one.
    pub(super) fn definition(self, expr: &Expr) -> Option<DefinitionId> {
        match (self.mode, expr) {
            (Mode::Subject | Mode::Own, Expr::Definition(id))
            | (Mode::Event | Mode::Own, Expr::EventDefinition(id)) => Some(*id),
            (_, _) => None,
        }
    }

    /// Whether the values of an expression are whole numbers.
    fn is_whole(self, policy: &Policy, expr: &Expr) -> bool {
        if let Expr::Constant(Value::Number(n)) = expr {
            return n.is_integer();
        }
        self.kind(policy, expr) == Type::Integer
    }

    /// The type of an expression's value.
    pub(super) fn kind(self, policy: &Policy, expr: &Expr) -> Type {
        let field_kind = |record: RecordId, field: usize| {
            policy.schema.record(record).fields.get(field).map_or(Type::Number, |field| field.kind)
        };
        match expr {
            Expr::Constant(value) => kind_of(value),
            Expr::Field(field) if self.mode == Mode::Event => field_kind(policy.schema.scored, field.index()),
            Expr::Field(field) | Expr::EventField(field) => field_kind(self.record, field.index()),
            Expr::Definition(id) | Expr::EventDefinition(id) => policy.definition(*id).kind,
            Expr::Negate(inner) => self.kind(policy, inner),
            Expr::Arithmetic(..)
            | Expr::PreviousScore
            | Expr::Score
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_) => Type::Number,
            Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_) => Type::YesNo,
            Expr::Otherwise(first, second) if matches!(**first, Expr::Constant(Value::Missing(_))) => {
                self.kind(policy, second)
            }
            Expr::Otherwise(first, second) => {
                let kind = self.kind(policy, first);
                // Whole numbers only if what stands for a missing one is whole too.
                if kind == Type::Integer && !self.is_whole(policy, second) { Type::Number } else { kind }
            }
            Expr::Call(function, arguments) => {
                let kinds: Vec<Type> = arguments.iter().map(|a| self.kind(policy, a)).collect();
                (function.result)(&kinds).unwrap_or(Type::Number)
            }
            Expr::Aggregate(aggregate) => match (aggregate.kind, &aggregate.value) {
                (AggregateKind::Count, _) | (_, None) => Type::Integer,
                (AggregateKind::Latest, _) => Type::Date,
                // Of whole numbers too.
                (AggregateKind::Average, Some(_)) => Type::Number,
                (AggregateKind::Sum | AggregateKind::Lowest | AggregateKind::Highest, Some(value)) => {
                    Self::event(record_of(policy, aggregate.over)).kind(policy, value)
                }
            },
            Expr::Tier => Type::Tier,
            Expr::Decision(id) => policy.decisions.get(id.index()).map_or(Type::Number, |d| d.kind),
        }
    }
}

/// The kind of the events.
pub(super) fn record_of(policy: &Policy, over: Over) -> RecordId {
    match over {
        Over::Child(child) => child,
        Over::Link(link) => {
            let link = policy.schema.link(link);
            // A symmetric link may stand the other way round.
            if link.from != policy.schema.scored && link.to == policy.schema.scored {
                link.from
            } else {
                link.to
            }
        }
    }
}

fn kind_of(value: &Value) -> Type {
    match value {
        Value::Missing(_) | Value::Number(_) => Type::Number,
        Value::Date(_) => Type::Date,
        Value::YesNo(_) => Type::YesNo,
        Value::Text(_) => Type::Text,
        // Where it is of another type, that makes no difference: both are codes.
        Value::Category(_) => Type::Tier,
    }
}
