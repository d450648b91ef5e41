//! What can be changed of a record: declared fields, in which direction, in steps of which size, at which price.

use crate::data::{Change, FieldId, Schema, Set, Type, Value, step, value};
use crate::decimal::Decimal;

/// A hundredth, in units of 1e-9: amounts are shown to the cent where that is possible.
const CENT: i128 = 10_000_000;

/// A field that can be changed.
#[derive(Debug, Clone)]
pub(in crate::audit) struct Lever {
    pub(in crate::audit) field: FieldId,
    pub(in crate::audit) kind: Type,
    /// The known values that a good record may hold.
    pub(in crate::audit) domain: Set,
    /// It can only grow, and what that takes is time: it has no price.
    pub(in crate::audit) only_up: bool,
    /// What a step costs; 0 where there is no price.
    pub(in crate::audit) each: Decimal,
    /// The size of a step, in the units of [`Set::Ranges`].
    step: i128,
}

impl Lever {
    /// The fields of the scored record that can be changed at a price, and those that only grow.
    pub(in crate::audit) fn all(schema: &Schema) -> (Vec<Self>, Vec<Self>) {
        let fields = schema.scored().fields.iter().zip(0..);
        let levers = fields.filter_map(|(field, at)| {
            let (each, size, only_up) = match field.change.as_ref()? {
                Change::Immutable => return None,
                Change::OnlyUp => (Decimal::ZERO, None, true),
                Change::Controllable { cost, step, .. } => (*cost, *step, false),
            };
            let least = step(field.kind);
            let size = size.map_or(least, |size| match field.kind {
                // A part of a day is a day.
                Type::Date => (size.units() + Decimal::ONE.units() - 1) / Decimal::ONE.units(),
                Type::Number | Type::Integer | Type::Money => size.units(),
                Type::Text | Type::YesNo | Type::Category(_) | Type::Tier => 1,
            });
            Some(Self {
                field: FieldId(at),
                kind: field.kind,
                domain: field.domain.clone(),
                only_up,
                each,
                step: size.max(1),
            })
        });
        levers.partition(|lever| !lever.only_up)
    }

    /// How many steps lead from one value to another: a step that was begun counts; of values without an order any change
    /// is one. `None` where nothing leads there.
    pub(in crate::audit) fn steps(&self, from: &Value, to: &Value) -> Option<i128> {
        if from == to {
            return Some(0);
        }
        if from.is_missing() || to.is_missing() {
            return None;
        }
        match (units(from), units(to)) {
            (Some(from), Some(to)) if self.only_up && to < from => None,
            (Some(from), Some(to)) => Some(self.over(from.abs_diff(to))),
            (None, _) | (_, None) => Some(1),
        }
    }

    /// How many steps a distance takes.
    pub(in crate::audit) fn over(&self, distance: u128) -> i128 {
        // A step is at least a unit, and no distance is twice as long as the greatest number.
        i128::try_from(distance.div_ceil(self.step.unsigned_abs().max(1))).unwrap_or(i128::MAX)
    }

    /// The value of an order that is farthest up, or down, of those that so many steps lead to and that are no farther than
    /// an end.
    pub(in crate::audit) fn farthest(&self, from: i128, steps: i128, end: i128) -> i128 {
        let far = steps.saturating_mul(self.step);
        let one = step(self.kind);
        let reached = if end < from { from.saturating_sub(far) } else { from.saturating_add(far) };
        // A step may lead between two values.
        let whole = |distance: i128| distance / one * one;
        if end < from {
            reached.checked_sub(from).map_or(end, |distance| (from + whole(distance)).max(end))
        } else {
            reached.checked_sub(from).map_or(end, |distance| (from + whole(distance)).min(end))
        }
    }

    /// What steps cost, in units of 1e-9; as much as there is where that does not fit.
    pub(in crate::audit) fn price(&self, steps: i128) -> i128 {
        self.each.units().saturating_mul(steps)
    }

    /// The member of a set that the fewest steps lead to; `None` where none does.
    pub(in crate::audit) fn nearest(&self, now: &Value, set: &Set) -> Option<Value> {
        if now.is_missing() {
            return None;
        }
        if set.contains(now) {
            return Some(now.clone());
        }
        let (Some(from), Set::Ranges(ranges)) = (units(now), set) else {
            return set.sample(self.kind);
        };
        let ends = ranges.iter().map(|(low, high)| (from.clamp(*low, *high), *low, *high));
        let reached = ends.filter(|(to, ..)| !self.only_up || *to >= from);
        let (to, low, high) = reached.min_by_key(|(to, ..)| to.abs_diff(from))?;
        value(self.rounder(from, to, (low, high)), self.kind)
    }

    /// A value in whole cents beside the nearest, where it takes no more steps.
    fn rounder(&self, from: i128, to: i128, (low, high): (i128, i128)) -> i128 {
        if !matches!(self.kind, Type::Number | Type::Money) {
            return to;
        }
        let cents = if to < from { to - to.rem_euclid(CENT) } else { to + (-to).rem_euclid(CENT) };
        let same = self.over(cents.abs_diff(from)) == self.over(to.abs_diff(from));
        if (low..=high).contains(&cents) && same { cents } else { to }
    }

    /// How many values there are; `None` where they are no numbers of steps, or more than can be counted.
    pub(in crate::audit) fn count(&self) -> Option<i128> {
        let Set::Ranges(ranges) = &self.domain else { return None };
        let one = step(self.kind);
        ranges.iter().try_fold(0_i128, |sum, (low, high)| {
            sum.checked_add((high.checked_sub(*low)? / one).checked_add(1)?)
        })
    }

    /// Every value, where they can be listed: of an order each, of categories all.
    pub(in crate::audit) fn every(&self) -> Vec<Set> {
        match &self.domain {
            Set::Ranges(ranges) => {
                let one = step(self.kind);
                let values = ranges
                    .iter()
                    .flat_map(|(low, high)| (0..=(high - low) / one).map(move |n| low + n * one));
                values.map(|units| Set::Ranges(vec![(units, units)])).collect()
            }
            Set::Codes(codes) => codes.iter().map(|code| Set::of_codes([*code])).collect(),
            Set::Texts { .. } => vec![self.domain.clone()],
        }
    }
}

/// A value of an ordered type in the units of [`Set::Ranges`].
pub(in crate::audit) fn units(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => Some(number.units()),
        Value::Date(day) => Some(day.days().into()),
        Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
    }
}
