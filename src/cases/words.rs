//! Parts of a condition in words, for what has no text of its own.

use crate::data::{FieldId, RecordId, Set, Type};
use crate::function::AggregateKind;
use crate::policy::{Aggregate, Comparison, Expr, Operator, Over, Policy};
use std::sync::Arc;

/// Writes expressions of a policy, about its record or about events.
#[derive(Clone, Copy)]
pub(super) struct Words<'p> {
    pub(super) policy: &'p Policy,
    /// The events that expressions are about.
    pub(super) over: Option<Over>,
}

impl Words<'_> {
    /// An expression, close to how an author would write it.
    pub(super) fn expr(self, expr: &Expr) -> String {
        let two = |left: &Expr, word: &str, right: &Expr| {
            format!("{} {word} {}", self.expr(left), self.expr(right))
        };
        let all = |parts: &[Expr], word: &str| {
            parts.iter().map(|part| self.expr(part)).collect::<Vec<_>>().join(word)
        };
        match expr {
            Expr::Constant(value) => value.describe(&[]),
            Expr::Field(field) => self.field(self.policy.schema.scored, *field),
            Expr::EventField(field) => match self.over {
                Some(over) => format!("{}.{}", self.over_name(over), self.field(self.kind(over), *field)),
                None => String::new(),
            },
            Expr::Definition(id) => self.policy.definition(*id).name.clone(),
            Expr::EventDefinition(id) => match self.over {
                Some(over) => format!("{}.{}", self.over_name(over), self.policy.definition(*id).name),
                None => self.policy.definition(*id).name.clone(),
            },
            Expr::PreviousScore => "the previous score".to_owned(),
            Expr::Negate(inner) => format!("-{}", self.expr(inner)),
            Expr::Arithmetic(operator, left, right) => {
                let word = match operator {
                    Operator::Add => "+",
                    Operator::Subtract => "-",
                    Operator::Multiply => "*",
                    Operator::Divide => "/",
                };
                two(left, word, right)
            }
            Expr::Test(inner, set) => format!("{} is {}", self.expr(inner), self.set(inner, set)),
            Expr::Compare(comparison, left, right) => {
                let word = match comparison {
                    Comparison::Equal => "is",
                    Comparison::NotEqual => "is not",
                    Comparison::Less => "under",
                    Comparison::LessOrEqual => "at most",
                    Comparison::Greater => "over",
                    Comparison::GreaterOrEqual => "at least",
                };
                two(left, word, right)
            }
            Expr::IsMissing(inner) => format!("{} is missing", self.expr(inner)),
            Expr::And(parts) => all(parts, " and "),
            Expr::Or(parts) => all(parts, " or "),
            Expr::Not(inner) => format!("not {}", self.expr(inner)),
            Expr::Otherwise(first, second) => two(first, "otherwise", second),
            Expr::Call(function, arguments) => format!("{}({})", function.name, all(arguments, ", ")),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Score => "score".to_owned(),
            Expr::Tier => "tier".to_owned(),
            Expr::PointsOf(id) => format!("points of {}", self.policy.item(*id).name),
            Expr::PointsOfInfluence(at) => {
                let influence = self.policy.influences.get(*at as usize);
                format!("points of {}", influence.map_or("", |influence| &influence.name))
            }
            Expr::Decision(id) => self
                .policy
                .decisions
                .get(id.index())
                .map_or_else(String::new, |decision| decision.name.clone()),
        }
    }

    /// A set of values that an expression is tested for.
    fn set(self, tested: &Expr, set: &Set) -> String {
        let kind = self.kind_of(tested).unwrap_or(match set {
            Set::Ranges(_) => Type::Number,
            Set::Codes(_) => Type::YesNo,
            Set::Texts { .. } => Type::Text,
        });
        set.describe(kind, &self.names(kind))
    }

    /// The names of the values of a type.
    pub(super) fn names(self, kind: Type) -> Vec<Arc<str>> {
        match kind {
            Type::Category(id) => self.policy.schema.category(id).names.clone(),
            Type::Tier => self.policy.tiers.iter().map(|tier| Arc::from(tier.name.as_str())).collect(),
            Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => Vec::new(),
        }
    }

    /// The type of an expression, where it is told by what it names.
    fn kind_of(self, expr: &Expr) -> Option<Type> {
        let fields = |kind: RecordId| &self.policy.schema.record(kind).fields;
        match expr {
            Expr::Field(field) => {
                fields(self.policy.schema.scored).get(field.index()).map(|field| field.kind)
            }
            Expr::EventField(field) => {
                self.over.and_then(|over| fields(self.kind(over)).get(field.index()).map(|field| field.kind))
            }
            Expr::Definition(id) | Expr::EventDefinition(id) => Some(self.policy.definition(*id).kind),
            Expr::Decision(id) => self.policy.decisions.get(id.index()).map(|decision| decision.kind),
            Expr::Tier => Some(Type::Tier),
            Expr::Negate(inner) => self.kind_of(inner),
            Expr::Otherwise(first, _) => self.kind_of(first),
            Expr::Aggregate(aggregate) => match aggregate.kind {
                AggregateKind::Count => Some(Type::Integer),
                AggregateKind::Latest => Some(Type::Date),
                AggregateKind::Sum | AggregateKind::Average => Some(Type::Number),
                AggregateKind::Lowest | AggregateKind::Highest => {
                    let about = Words { over: Some(aggregate.over), ..self };
                    aggregate.value.as_ref().and_then(|value| about.kind_of(value))
                }
            },
            Expr::Constant(_)
            | Expr::PreviousScore
            | Expr::Arithmetic(..)
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Call(..)
            | Expr::Score
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_) => None,
        }
    }

    fn aggregate(self, aggregate: &Aggregate) -> String {
        let name = match aggregate.kind {
            AggregateKind::Count => "count",
            AggregateKind::Sum => "sum",
            AggregateKind::Average => "average",
            AggregateKind::Lowest => "lowest",
            AggregateKind::Highest => "highest",
            AggregateKind::Latest => "latest",
        };
        let about = Words { over: Some(aggregate.over), ..self };
        let value = aggregate
            .value
            .as_ref()
            .map_or_else(|| self.over_name(aggregate.over), |value| about.expr(value));
        match &aggregate.filter {
            Some(filter) => format!("{name}({value} where {})", about.expr(filter)),
            None => format!("{name}({value})"),
        }
    }

    fn field(self, kind: RecordId, field: FieldId) -> String {
        self.policy
            .schema
            .record(kind)
            .fields
            .get(field.index())
            .map_or_else(String::new, |field| field.name.clone())
    }

    /// The kind of record that events are.
    fn kind(self, over: Over) -> RecordId {
        match over {
            Over::Child(kind) => kind,
            Over::Link(link) => {
                let link = self.policy.schema.link(link);
                if link.from == self.policy.schema.scored { link.to } else { link.from }
            }
        }
    }

    /// What events are called.
    pub(super) fn over_name(self, over: Over) -> String {
        match over {
            Over::Child(kind) => self.policy.schema.record(kind).name.clone(),
            Over::Link(link) => self.policy.schema.link(link).name.clone(),
        }
    }
}
