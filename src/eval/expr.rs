//! The value of an expression: total, exact, three-valued, nothing cut short.

use super::{Answer, Match};
use crate::data::{FieldId, Linked, Records, Subject, Value, Why};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::function::FunctionBody;
use crate::policy::{
    Aggregate, Comparison, DefinitionBody, DefinitionId, Expr, Operator, Over, Policy, RowOutcome, TierId,
};
use std::cmp::Ordering;

/// A number does not fit: whatever it was for, the record is rejected. Not a [`Value`], so that nothing (an `otherwise`, an
/// `is missing`) can pass over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// What an expression can see.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The policy.
    pub(super) policy: &'a Policy,
    /// Everybody, for the definitions of linked records.
    pub(super) records: &'a dyn Records,
    /// The record that the expression is about.
    pub(super) subject: &'a Subject<'a>,
    /// The subject's definitions that are worked out already; others are worked out where they are asked for.
    pub(super) definitions: &'a [Option<Value>],
    /// The child or linked record that a filter, an aggregated value or a per-event rule is about.
    pub(super) event: Option<Event<'a>>,
    /// What is known once there is a score.
    pub(super) after: Option<After<'a>>,
}

/// A child or linked record.
#[derive(Clone, Copy)]
pub(super) struct Event<'a> {
    /// Its values.
    pub(super) values: &'a [Value],
    /// The linked record; absent for a child.
    pub(super) linked: Option<Linked<'a>>,
}

/// What decisions, benefits and penalties may read besides the record.
#[derive(Clone, Copy)]
pub(super) struct After<'a> {
    /// The rounded score.
    pub(super) score: Option<Decimal>,
    /// The tier.
    pub(super) tier: Option<TierId>,
    /// The points of items.
    pub(super) points: &'a [Decimal],
    /// The points of influences.
    pub(super) influences: &'a [Decimal],
    /// The answers so far.
    pub(super) decisions: &'a [Answer],
}

impl<'a> Scope<'a> {
    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Result<Value, TooLarge> {
        Ok(match expr {
            Expr::Constant(value) => value.clone(),
            Expr::Field(field) => field_of(self.subject.values, *field),
            Expr::EventField(field) => {
                self.event.map_or(UNDECIDED, |event| of_member(field_of(event.values, *field)))
            }
            Expr::Definition(id) => match self.definitions.get(id.index()) {
                Some(Some(value)) => value.clone(),
                Some(None) | None => self.definition(*id)?,
            },
            Expr::EventDefinition(id) => match self.event {
                Some(event) => of_member(self.event_definition(event, *id)?),
                None => UNDECIDED,
            },
            Expr::PreviousScore => {
                number_or_not_scored(self.event.and_then(|e| e.linked).and_then(|l| l.previous))
            }
            Expr::Negate(inner) => {
                let value = self.value(inner)?;
                value.as_number().map_or(value, |n| Value::Number(-n))
            }
            Expr::Arithmetic(operator, left, right) => {
                calculate(*operator, self.value(left)?, self.value(right)?)?
            }
            Expr::Test(inner, set) => {
                let value = self.value(inner)?;
                if value.is_missing() { value } else { Value::YesNo(set.contains(&value)) }
            }
            Expr::Compare(comparison, left, right) => {
                compare(*comparison, self.value(left)?, self.value(right)?)
            }
            Expr::IsMissing(inner) => Value::YesNo(self.value(inner)?.is_missing()),
            Expr::And(all) => self.decide(all, false)?,
            Expr::Or(all) => self.decide(all, true)?,
            Expr::Not(inner) => {
                let value = self.value(inner)?;
                value.as_truth().map_or(value, |b| Value::YesNo(!b))
            }
            Expr::Otherwise(first, second) => {
                let (first, second) = (self.value(first)?, self.value(second)?);
                if first.is_missing() { second } else { first }
            }
            Expr::Call(function, arguments) => {
                let arguments = arguments.iter().map(|a| self.value(a)).collect::<Result<Vec<_>, _>>()?;
                match &function.body {
                    FunctionBody::Scalar { apply, .. } => apply(&arguments),
                    FunctionBody::Aggregate(_) => UNDECIDED,
                }
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate)?,
            Expr::Score => number_or_not_scored(self.after.and_then(|a| a.score)),
            Expr::Tier => match self.after.and_then(|a| a.tier) {
                Some(tier) => Value::Category(tier.0),
                None => Value::Missing(Why::NotScored),
            },
            Expr::PointsOf(id) => {
                number_or_not_scored(self.after.and_then(|a| a.points.get(id.index()).copied()))
            }
            Expr::PointsOfInfluence(position) => {
                let position = *position as usize;
                number_or_not_scored(self.after.and_then(|a| a.influences.get(position).copied()))
            }
            Expr::Decision(id) => match self.after.and_then(|a| a.decisions.get(id.index())) {
                Some(answer) => answer.value.clone(),
                None => Value::Missing(Why::NotScored),
            },
        })
        .and_then(fits)
    }

    /// The value of a definition of the subject, worked out here and now.
    pub(super) fn definition(&self, id: DefinitionId) -> Result<Value, TooLarge> {
        Ok(self.definition_seen(id)?.0)
    }

    /// The value of a definition, and the row that gave it.
    pub(super) fn definition_seen(&self, id: DefinitionId) -> Result<(Value, Option<Match>), TooLarge> {
        match &self.policy.definition(id).body {
            DefinitionBody::Expr(expr) => Ok((self.value(expr)?, None)),
            DefinitionBody::Table(table) => {
                let matched = self.look_up(table)?;
                let value = match matched.row_of(table).map(|row| &row.outcome) {
                    Some(RowOutcome::Value(expr)) => self.value(expr)?,
                    Some(RowOutcome::NotScored) | None => UNDECIDED,
                };
                Ok((value, Some(matched)))
            }
        }
    }

    /// The same scope, about an event.
    pub(super) fn about(&self, event: Event<'a>) -> Self {
        Self { event: Some(event), ..*self }
    }

    /// How many children or linked records there are, those not yet known included.
    pub(super) fn event_count(&self, over: Over) -> usize {
        match over {
            Over::Child(kind) => self.subject.children(kind).len(),
            Over::Link(link) => self.subject.linked(link).len(),
        }
    }

    /// The child or linked record at a position; `None` for a child dated later than today, which is not yet known.
    pub(super) fn event(&self, over: Over, position: usize) -> Option<Event<'a>> {
        match over {
            Over::Child(kind) => {
                let values = *self.subject.children(kind).get(position)?;
                let dated = self.policy.schema.record(kind).dated;
                let day = dated.and_then(|field| values.get(field.index())).and_then(Value::as_date);
                let known = day.is_none_or(|day| day <= self.policy.today);
                known.then_some(Event { values, linked: None })
            }
            Over::Link(link) => {
                let linked = *self.subject.linked(link).get(position)?;
                Some(Event { values: linked.values, linked: Some(linked) })
            }
        }
    }

    /// Whether a filter lets the scope's event in.
    pub(super) fn lets_in(&self, filter: Option<&Expr>) -> Result<bool, TooLarge> {
        filter.map_or(Ok(true), |filter| Ok(self.value(filter)?.as_truth() == Some(true)))
    }

    /// A definition of a child or linked record. A linked record of the scored kind has children and links of its own.
    fn event_definition(&self, event: Event<'a>, id: DefinitionId) -> Result<Value, TooLarge> {
        let linked =
            event.linked.and_then(|l| l.position).and_then(|position| self.records.subject(position));
        let subject = linked.unwrap_or_else(|| Subject { values: event.values, ..Subject::default() });
        Scope { subject: &subject, definitions: &[], event: None, after: None, ..*self }.definition(id)
    }

    /// `and` (decided by any no) or `or` (decided by any yes): every part is evaluated; undecided where none decides and one
    /// is missing.
    fn decide(&self, parts: &[Expr], decisive: bool) -> Result<Value, TooLarge> {
        let mut decided = false;
        let mut missing = None;
        for part in parts {
            match self.value(part)? {
                Value::YesNo(b) => decided |= b == decisive,
                Value::Missing(why) => missing = missing.or(Some(why)),
                Value::Number(_) | Value::Date(_) | Value::Text(_) | Value::Category(_) => {
                    missing = missing.or(Some(Why::Undecided));
                }
            }
        }
        Ok(match missing {
            _ if decided => Value::YesNo(decisive),
            Some(why) => Value::Missing(why),
            None => Value::YesNo(!decisive),
        })
    }

    /// An aggregate over children or linked records. Every member is evaluated, also after a missing one.
    fn aggregate(&self, aggregate: &Aggregate) -> Result<Value, TooLarge> {
        let mut values = Vec::new();
        for position in 0..self.event_count(aggregate.over) {
            let Some(event) = self.event(aggregate.over, position) else { continue };
            let scope = self.about(event);
            if scope.lets_in(aggregate.filter.as_ref())? {
                // `count` has no value to take, only records.
                let value =
                    aggregate.value.as_ref().map_or(Ok(Value::YesNo(true)), |expr| scope.value(expr))?;
                values.push(value);
            }
        }
        Ok(aggregate.kind.apply(&values))
    }
}

/// What an expression is that the checker would not have let through.
pub(super) const UNDECIDED: Value = Value::Missing(Why::Undecided);

/// A field's value.
fn field_of(values: &[Value], field: FieldId) -> Value {
    values.get(field.index()).cloned().unwrap_or(Value::Missing(Why::Field(field)))
}

/// A value of an event: what is missing there is missing in a member.
fn of_member(value: Value) -> Value {
    if let Value::Missing(Why::Field(field)) = value { Value::Missing(Why::Member(field)) } else { value }
}

/// A function tells of an overflow by a value; here it becomes what nothing passes over.
fn fits(value: Value) -> Result<Value, TooLarge> {
    if value == Value::Missing(Why::Overflow) { Err(TooLarge) } else { Ok(value) }
}

fn number_or_not_scored(number: Option<Decimal>) -> Value {
    number.map_or(Value::Missing(Why::NotScored), Value::Number)
}

/// The first cause of two values of which one is missing.
fn first_cause(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Missing(why), _) | (_, Value::Missing(why)) => Value::Missing(*why),
        (_, _) => UNDECIDED,
    }
}

fn calculate(operator: Operator, left: Value, right: Value) -> Result<Value, TooLarge> {
    let (Value::Number(a), Value::Number(b)) = (&left, &right) else { return Ok(first_cause(&left, &right)) };
    let result = match operator {
        Operator::Add => a.checked_add(*b),
        Operator::Subtract => a.checked_sub(*b),
        Operator::Multiply => a.checked_mul(*b),
        Operator::Divide if b.is_zero() => return Ok(Value::Missing(Why::DivisionByZero)),
        Operator::Divide => a.checked_div(*b),
    };
    result.map(Value::Number).ok_or(TooLarge)
}

fn compare(comparison: Comparison, left: Value, right: Value) -> Value {
    if left.is_missing() || right.is_missing() {
        return first_cause(&left, &right);
    }
    let order = ordered(&left, &right);
    Value::YesNo(match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => order.is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order.is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    })
}

/// The order of two numbers, days, or codes (a tier's code rises as it gets worse).
fn ordered(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Category(a), Value::Category(b)) => Some(a.cmp(b)),
        (_, _) => None,
    }
}

/// The day of an event, by the field that dates it.
pub(super) fn day_of(values: &[Value], date: Option<FieldId>) -> Option<Date> {
    date.and_then(|field| values.get(field.index())).and_then(Value::as_date)
}

#[cfg(test)]
mod tests;
