//! Expressions, values and sets of a policy in words and by names: two of them mean the same where these are equal, whatever
//! ids their policies gave to what they speak of.

use crate::data::{LinkId, RecordId, Set, Type, Value};
use crate::policy::{
    Aggregate, Comparison, DecisionId, DefinitionId, Expr, ItemId, Operator, Over, Policy, ReasonId, TierId,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is called by another name in the new policy: the old name, by what kind of thing it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Renames(BTreeMap<(Space, String), String>);

/// A name space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Space {
    /// Kinds of records.
    Record,
    /// Fields, as `record.field`.
    Field,
    Link,
    Tag,
    Param,
    Reason,
    /// Definitions.
    Let,
    /// Characteristics, rules and groups.
    Item,
    Influence,
    Override,
    Tier,
    Decision,
    Consequence,
    /// The policy itself, of which there is one.
    Policy,
}

impl Renames {
    /// Notes a name; whether it is news.
    pub(super) fn note(&mut self, space: Space, old: &str, new: &str) -> bool {
        self.0.insert((space, old.to_owned()), new.to_owned()).is_none()
    }

    /// What something is called in the new policy.
    pub(super) fn of<'n>(&'n self, space: Space, name: &'n str) -> &'n str {
        self.0.get(&(space, name.to_owned())).map_or(name, String::as_str)
    }
}

/// Spells what a policy holds.
#[derive(Clone, Copy)]
pub(super) struct Speller<'p> {
    pub(super) policy: &'p Policy,
    pub(super) renames: &'p Renames,
}

/// What an expression is about, beside the scored record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope {
    /// The kind of the event's record.
    pub(super) event: Option<RecordId>,
    /// The type that a constant has.
    pub(super) kind: Option<Type>,
}

impl Scope {
    /// Of the scored record alone.
    pub(super) const OWN: Self = Self { event: None, kind: None };

    fn of(self, kind: Option<Type>) -> Self {
        Self { kind: kind.or(self.kind), ..self }
    }
}

impl<'p> Speller<'p> {
    /// An expression.
    pub(super) fn expr(self, e: &Expr, scope: Scope) -> String {
        let inner = |e: &Expr| self.operand(e, scope);
        let all = |all: &[Expr], word: &str| {
            all.iter().map(|e| self.operand(e, scope)).collect::<Vec<_>>().join(&format!(" {word} "))
        };
        match e {
            Expr::Constant(value) => self.value(value, scope.kind),
            Expr::Field(field) => self.field(self.policy.schema.scored, field.index()),
            Expr::EventField(field) => match scope.event {
                Some(kind) => format!("{}.{}", self.record(kind), self.field(kind, field.index())),
                None => format!("event field {}", field.index()),
            },
            Expr::Definition(id) => self.definition(*id).to_owned(),
            Expr::EventDefinition(id) => {
                format!(
                    "{} of the {}",
                    self.definition(*id),
                    scope.event.map_or("event", |kind| self.record(kind))
                )
            }
            Expr::PreviousScore => "previous score".to_owned(),
            Expr::Negate(e) => format!("-{}", inner(e)),
            Expr::Arithmetic(operator, a, b) => {
                let sign = match operator {
                    Operator::Add => '+',
                    Operator::Subtract => '-',
                    Operator::Multiply => '*',
                    Operator::Divide => '/',
                };
                format!("{} {sign} {}", inner(a), inner(b))
            }
            Expr::Test(e, set) => {
                let kind = self.kind(e, scope);
                format!("{} is {}", inner(e), self.set(set, kind))
            }
            Expr::Compare(comparison, a, b) => {
                let word = match comparison {
                    Comparison::Equal => "is",
                    Comparison::NotEqual => "is not",
                    Comparison::Less => "less than",
                    Comparison::LessOrEqual => "at most",
                    Comparison::Greater => "more than",
                    Comparison::GreaterOrEqual => "at least",
                };
                let kind = self.kind(a, scope).or_else(|| self.kind(b, scope));
                let side = |e: &Expr| self.operand(e, scope.of(kind));
                format!("{} {word} {}", side(a), side(b))
            }
            Expr::IsMissing(e) => format!("{} is missing", inner(e)),
            Expr::And(parts) => all(parts, "and"),
            Expr::Or(parts) => all(parts, "or"),
            Expr::Not(e) => format!("not {}", inner(e)),
            Expr::Otherwise(a, b) => {
                let kind = self.kind(a, scope);
                format!("{} otherwise {}", inner(a), self.operand(b, scope.of(kind)))
            }
            Expr::Call(function, arguments) => {
                let arguments: Vec<_> = arguments.iter().map(|e| self.expr(e, scope)).collect();
                format!("{}({})", function.name, arguments.join(", "))
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Score => "score".to_owned(),
            Expr::Tier => "tier".to_owned(),
            Expr::PointsOf(item) => format!("points of {}", self.item(*item)),
            Expr::PointsOfInfluence(at) => {
                let influence = self.policy.influences.get(*at as usize);
                format!("points of {}", influence.map_or("", |influence| &influence.name))
            }
            Expr::Decision(id) => self.decision(*id).to_owned(),
        }
    }

    /// An expression inside another one: in parentheses where it has parts of its own.
    fn operand(self, e: &Expr, scope: Scope) -> String {
        let text = self.expr(e, scope);
        match e {
            Expr::Arithmetic(..)
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Otherwise(..)
            | Expr::IsMissing(_) => format!("({text})"),
            Expr::Constant(_)
            | Expr::Field(_)
            | Expr::EventField(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Negate(_)
            | Expr::Not(_)
            | Expr::Call(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => text,
        }
    }

    fn aggregate(self, aggregate: &Aggregate) -> String {
        let Aggregate { kind, over, value, filter } = aggregate;
        let event = self.kind_of(*over);
        let scope = Scope { event, kind: None };
        let name = crate::function::all().iter().find_map(|function| match &function.body {
            crate::function::FunctionBody::Aggregate(of) if of == kind => Some(function.name),
            crate::function::FunctionBody::Aggregate(_) | crate::function::FunctionBody::Scalar { .. } => {
                None
            }
        });
        let what = value.as_ref().map_or_else(|| self.over(*over), |value| self.expr(value, scope));
        let filter = filter.as_ref().map(|filter| format!(" where {}", self.expr(filter, scope)));
        let over = if value.is_some() { format!(" over {}", self.over(*over)) } else { String::new() };
        format!("{}({what}{over}{})", name.unwrap_or_default(), filter.unwrap_or_default())
    }

    /// The kind of the records that something runs over.
    pub(super) fn kind_of(self, over: Over) -> Option<RecordId> {
        let schema = &self.policy.schema;
        match over {
            Over::Child(kind) => Some(kind),
            Over::Link(link) => {
                let link = schema.links.get(link.index())?;
                Some(if link.from == schema.scored { link.to } else { link.from })
            }
        }
    }

    /// What something runs over.
    pub(super) fn over(self, over: Over) -> String {
        match over {
            Over::Child(kind) => self.record(kind).to_owned(),
            Over::Link(link) => self.link(link).to_owned(),
        }
    }

    /// The type of an expression, where it has one that matters to how constants are spelt.
    fn kind(self, e: &Expr, scope: Scope) -> Option<Type> {
        let schema = &self.policy.schema;
        let field = |kind: RecordId, at: usize| {
            schema.records.get(kind.index()).and_then(|record| record.fields.get(at)).map(|field| field.kind)
        };
        match e {
            Expr::Field(at) => field(schema.scored, at.index()),
            Expr::EventField(at) => scope.event.and_then(|kind| field(kind, at.index())),
            Expr::Definition(id) | Expr::EventDefinition(id) => {
                self.policy.definitions.get(id.index()).map(|definition| definition.kind)
            }
            Expr::Otherwise(a, b) => self.kind(a, scope).or_else(|| self.kind(b, scope)),
            Expr::Tier => Some(Type::Tier),
            Expr::Decision(id) => self.policy.decisions.get(id.index()).map(|decision| decision.kind),
            Expr::Constant(Value::Date(_)) => Some(Type::Date),
            Expr::Constant(Value::YesNo(_))
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_) => Some(Type::YesNo),
            Expr::Aggregate(aggregate) => {
                let event = self.kind_of(aggregate.over);
                let value = aggregate.value.as_ref();
                value.map_or(Some(Type::Integer), |value| self.kind(value, Scope { event, kind: None }))
            }
            Expr::Negate(e) => self.kind(e, scope),
            Expr::Score | Expr::PreviousScore | Expr::PointsOf(_) | Expr::PointsOfInfluence(_) => {
                Some(Type::Number)
            }
            Expr::Constant(Value::Text(_)) => Some(Type::Text),
            Expr::Arithmetic(_, a, b) => self.kind(a, scope).or_else(|| self.kind(b, scope)),
            Expr::Call(_, arguments) => arguments.iter().find_map(|e| self.kind(e, scope)).map(|kind| {
                // What dates come to is a number of days, months or years.
                if kind == Type::Date { Type::Integer } else { kind }
            }),
            Expr::Constant(Value::Number(_) | Value::Missing(_) | Value::Category(_)) => None,
        }
    }

    /// A value of a type.
    pub(super) fn value(self, value: &Value, kind: Option<Type>) -> String {
        match (value, kind) {
            // Without its type it has no name; another number is another category.
            (Value::Category(code), None) => format!("category {code}"),
            (_, kind) => value.describe(&kind.map_or_else(Vec::new, |kind| self.names(kind))),
        }
    }

    /// A set of values of a type.
    pub(super) fn set(self, set: &Set, kind: Option<Type>) -> String {
        let guessed = if matches!(set, Set::Texts { .. }) { Type::Text } else { Type::Number };
        let kind = kind.unwrap_or(guessed);
        set.describe(kind, &self.names(kind))
    }

    /// The names of the categories or tiers of a type, by code.
    pub(super) fn names(self, kind: Type) -> Vec<Arc<str>> {
        match kind {
            Type::Category(id) => {
                self.policy.schema.categories.get(id.index()).map_or_else(Vec::new, |of| of.names.clone())
            }
            Type::Tier => {
                let tiers = self.policy.tiers.iter();
                tiers.map(|tier| Arc::from(self.renames.of(Space::Tier, &tier.name))).collect()
            }
            Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => Vec::new(),
        }
    }

    /// A kind of record.
    pub(super) fn record(self, kind: RecordId) -> &'p str {
        let record = self.policy.schema.records.get(kind.index());
        record.map_or("", |record| self.renames.of(Space::Record, &record.name))
    }

    /// A field of a kind of record.
    pub(super) fn field(self, kind: RecordId, at: usize) -> String {
        let field = self.policy.schema.records.get(kind.index()).and_then(|record| record.fields.get(at));
        let name = field.map_or("", |field| field.name.as_str());
        let known = format!("{}.{name}", self.record(kind));
        let renamed = self.renames.of(Space::Field, &known);
        renamed.rsplit_once('.').map_or(name, |(_, name)| name).to_owned()
    }

    /// A link.
    pub(super) fn link(self, link: LinkId) -> &'p str {
        let link = self.policy.schema.links.get(link.index());
        link.map_or("", |link| self.renames.of(Space::Link, &link.name))
    }

    fn definition(self, id: DefinitionId) -> &'p str {
        let definition = self.policy.definitions.get(id.index());
        definition.map_or("", |definition| self.renames.of(Space::Let, &definition.name))
    }

    /// A characteristic, rule or group.
    pub(super) fn item(self, id: ItemId) -> &'p str {
        self.policy.items.get(id.index()).map_or("", |item| self.renames.of(Space::Item, &item.name))
    }

    fn decision(self, id: DecisionId) -> &'p str {
        let decision = self.policy.decisions.get(id.index());
        decision.map_or("", |decision| self.renames.of(Space::Decision, &decision.name))
    }

    /// A reason.
    pub(super) fn reason(self, id: ReasonId) -> &'p str {
        self.policy.reasons.get(id.index()).map_or("", |reason| self.renames.of(Space::Reason, &reason.code))
    }

    /// A tier.
    pub(super) fn tier(self, id: TierId) -> &'p str {
        self.policy.tiers.get(id.index()).map_or("", |tier| self.renames.of(Space::Tier, &tier.name))
    }
}
