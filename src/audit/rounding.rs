//! What rounding makes of the distance between two scores.
//!
//! Halves are rounded away from zero. On one side of zero a distance grows to the next whole step at most; but around zero
//! lies a step in which nothing reaches either neighbour, and numbers from both sides of it can be carried one step
//! further apart than they were: from 2.5 to -2.5 are five steps of 1, from 3 to -3 six.

use crate::data::Type;
use crate::decimal::Decimal;
use crate::policy::{EventPoints, Expr, Item, ItemBody, Operator, Policy, RowOutcome, Table};

/// The most that rounding two numbers to a step can make of a distance, in units; `across` is asked only where it matters:
/// whether one may lie below zero and the other above, and neither need be a whole number of steps.
pub(super) fn rounded_apart(units: i128, step: Decimal, across: impl FnOnce() -> bool) -> i128 {
    let step = step.units();
    let Some(up) = units.checked_add(step - 1).map(|up| up.div_euclid(step) * step) else { return units };
    if units > 0 && up == units && across() { up.saturating_add(step) } else { up }
}

/// Whether scores that are not rounded yet may lie on both sides of zero, and between steps.
pub(super) fn may_cross_zero(policies: &[&Policy]) -> bool {
    let below = |policy: &&Policy| ends(policy).0 < Decimal::ZERO;
    let above = |policy: &&Policy| ends(policy).1 > Decimal::ZERO;
    policies.iter().any(below)
        && policies.iter().any(above)
        && !policies.iter().all(|policy| is_in_steps(policy))
}

/// The least and the greatest score before overrides and rounding.
fn ends(policy: &Policy) -> (Decimal, Decimal) {
    // What others add is not known better than by the range.
    let all = || policy.range.unwrap_or((Decimal::MIN, Decimal::MAX));
    if policy.influences.is_empty() { policy.reachable } else { all() }
}

/// Whether all that a score is made of is a whole number of the steps that it is rounded to.
fn is_in_steps(policy: &Policy) -> bool {
    let step = policy.round;
    let is_whole = |number: &Decimal| number.is_multiple_of(step);
    let both = |(low, high): &(Decimal, Decimal)| is_whole(low) && is_whole(high);
    let of_item = |item: &Item| {
        let weighted = item.weight.is_none_or(Decimal::is_integer);
        weighted && item.limits.iter().all(both) && Steps { policy, step }.body(&item.body)
    };
    let set = policy.overrides.iter().flat_map(|each| each.score_at_most.iter().chain(&each.score_at_least));
    policy.influences.is_empty()
        && is_whole(&policy.start)
        && policy.range.iter().all(both)
        && set.into_iter().all(is_whole)
        && policy.items.iter().all(of_item)
}

/// Looks for numbers that are no whole number of steps.
struct Steps<'p> {
    policy: &'p Policy,
    step: Decimal,
}

impl Steps<'_> {
    fn body(&self, body: &ItemBody) -> bool {
        let if_missing = |points: &Option<Decimal>| points.is_none_or(|points| self.has(points));
        match body {
            ItemBody::Table { table, if_missing: points } => self.table(table) && if_missing(points),
            ItemBody::Formula(formula) => self.expr(&formula.points) && if_missing(&formula.if_missing),
            ItemBody::Events(events) => {
                let points = match &events.points {
                    EventPoints::Each(points) => self.expr(points),
                    EventPoints::Table(table) => self.table(table),
                };
                points && if_missing(&events.if_missing) && events.caps.iter().all(|cap| self.has(cap.most))
            }
            ItemBody::Group(_) => true,
        }
    }

    fn has(&self, number: Decimal) -> bool {
        number.is_multiple_of(self.step)
    }

    fn table(&self, table: &Table) -> bool {
        table.rows.iter().all(|row| match &row.outcome {
            RowOutcome::Value(points) => self.expr(points),
            RowOutcome::NotScored => true,
        })
    }

    /// Whether an expression is always so many steps, where that is easily seen.
    fn expr(&self, expr: &Expr) -> bool {
        if let Expr::Constant(value) = expr {
            return value.as_number().is_some_and(|number| self.has(number));
        }
        if let Expr::Negate(of) = expr {
            return self.expr(of);
        }
        if let Expr::Arithmetic(operator, a, b) = expr {
            return match operator {
                Operator::Add | Operator::Subtract => self.expr(a) && self.expr(b),
                Operator::Multiply => {
                    (self.expr(a) && self.is_integer(b)) || (self.is_integer(a) && self.expr(b))
                }
                Operator::Divide => false,
            };
        }
        self.step == Decimal::ONE && self.is_integer(expr)
    }

    /// Whether an expression is a constant or a field that is always a whole number.
    fn is_integer(&self, expr: &Expr) -> bool {
        let schema = &self.policy.schema;
        if let Expr::Field(field) = expr {
            return schema.field(schema.scored, *field).kind == Type::Integer;
        }
        matches!(expr, Expr::Constant(value) if value.as_number().is_some_and(Decimal::is_integer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_numbers_are_rounded_further_apart() {
        for step in [1, 2, 3, 5] {
            let step = Decimal::from_units(step).unwrap();
            let rounded = |units: i128| Decimal::from_units(units).unwrap().round_to(step).unwrap().units();
            for distance in 0..=12 {
                let most =
                    |from: i128| (from..=20).map(|low| rounded(low + distance) - rounded(low)).max().unwrap();
                let bound = |across: bool| rounded_apart(distance, step, || across);
                assert!(most(0) <= bound(false), "{distance} in steps of {step}");
                assert!(most(-20) <= bound(true), "{distance} in steps of {step}");
            }
        }
        let one = Decimal::from_int(1);
        let half = |halves: i128| halves * one.units() / 2;
        assert_eq!(rounded_apart(half(10), one, || true), half(12));
        assert_eq!(rounded_apart(half(9), one, || true), half(10));
        assert_eq!(rounded_apart(0, one, || true), 0);
    }
}
