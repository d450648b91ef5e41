//! On which grid the sums of groups lie, and so whether a weight's products are rounded at all.

use super::block::own_cells;
use super::model::{Gives, Model, Part, PartOf};
use super::points::Points;
use crate::data::Value;
use crate::decimal::Decimal;
use crate::policy::{EventPoints, Events, Expr, ItemBody, RowOutcome};

impl Model<'_> {
    /// Whether no product of the sum of a bucket with its weight needs rounding, as far as is known.
    pub(super) fn is_exact(&self, bucket: usize) -> bool {
        let weight = self.bucket(bucket).weight();
        weight.is_none_or(|weight| self.grid(bucket).is_some_and(|grid| weighted(grid, weight).is_some()))
    }

    /// So many units that every sum of a bucket is a multiple of them, before its weight and limits; 0 where it is always 0.
    /// `None` where that is not known.
    fn grid(&self, bucket: usize) -> Option<i128> {
        let parts = self.parts.iter().filter(|part| part.bucket == bucket);
        let of_parts =
            parts.map(|part| self.grid_of_part(part)).try_fold(0, |all, one| Some(divisor(all, one?)));
        (bucket + 1..self.buckets.len()).filter(|inner| self.bucket(*inner).into == bucket).fold(
            of_parts,
            |all, inner| {
                let of = self.bucket(inner);
                Some(divisor(all?, finished(self.grid(inner)?, of.weight(), of.limits())?))
            },
        )
    }

    fn grid_of_part(&self, part: &Part) -> Option<i128> {
        match (&part.gives, part.of) {
            (Gives::Mark { .. }, _) => Some(0),
            (Gives::Axis(_), PartOf::Item(id)) => {
                let item = self.policy.item(id);
                let ItemBody::Events(events) = &item.body else { return None };
                finished(of_events(events)?, item.weight, item.limits)
            }
            (Gives::Axis(_), _) => None,
            (Gives::Table(..) | Gives::Formula { .. }, _) => {
                let cells = own_cells(self, part)?;
                let points = cells.into_iter().flatten().map(|given| given.points);
                points.map(Points::single).try_fold(0, |all, one| Some(divisor(all, one?)))
            }
        }
    }
}

/// The grid of what events give together, where they give plain numbers.
fn of_events(events: &Events) -> Option<i128> {
    let number = |expr: &Expr| {
        if let Expr::Constant(Value::Number(number)) = expr { Some(number.units()) } else { None }
    };
    let each = match &events.points {
        EventPoints::Each(points) => number(points)?,
        EventPoints::Table(table) => table.rows.iter().try_fold(0, |all, row| match &row.outcome {
            RowOutcome::Value(points) => Some(divisor(all, number(points)?)),
            RowOutcome::NotScored => Some(all),
        })?,
    };
    let more = events.if_missing.into_iter().chain(events.caps.iter().map(|cap| cap.most));
    Some(more.fold(each, |all, more| divisor(all, more.units())))
}

/// The grid behind a weight and limits.
fn finished(grid: i128, weight: Option<Decimal>, limits: Option<(Decimal, Decimal)>) -> Option<i128> {
    let grid = weight.map_or(Some(grid), |weight| weighted(grid, weight))?;
    Some(limits.map_or(grid, |(low, high)| divisor(divisor(grid, low.units()), high.units())))
}

/// The grid times a weight, where every product lies on it without being rounded.
fn weighted(grid: i128, weight: Decimal) -> Option<i128> {
    let product = grid.checked_mul(weight.units())?;
    (product % Decimal::ONE.units() == 0).then_some(product / Decimal::ONE.units())
}

/// The greatest number that divides both; the other one, where one is 0.
pub(super) fn divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.saturating_abs(), b.saturating_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_exact_where_the_grid_is_coarse_enough() {
        let number = |text: &str| Decimal::parse(text).unwrap();
        let tenth = number("0.1").units();
        assert_eq!(divisor(number("0.5").units(), number("-0.3").units()), tenth);
        assert_eq!(divisor(0, -3), 3);
        assert_eq!(weighted(tenth, number("-0.5")), Some(number("-0.05").units()));
        assert_eq!(weighted(1, number("0.5")), None);
        assert_eq!(weighted(2, number("0.5")), Some(1));
        let limits = Some((number("-0.25"), number("7")));
        assert_eq!(finished(tenth, Some(number("3")), limits), Some(number("0.05").units()));
    }
}
