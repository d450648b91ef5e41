//! The scores that the points of a policy can add up to: as sums of what each item can give, never too few.
//!
//! Items are taken to vary by themselves. Where an item gives a few plain numbers these are kept apart; else it gives
//! anything between its bounds.

use super::context::points;
use crate::data::{Set, Value};
use crate::decimal::Decimal;
use crate::policy::{Expr, Item, ItemBody, Policy, RowOutcome};

/// Beyond every number that fits.
const FAR: i128 = i128::MAX / 4;
/// How many intervals are kept apart.
const MOST: usize = 20_000;

/// Numbers in units of 1e-9: disjoint closed intervals, rising.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spread(Vec<(i128, i128)>);

/// The scores that can be given, before and after overrides, in steps of the policy's rounding.
pub(super) fn scores(policy: &Policy) -> Spread {
    let start = Spread::one(policy.start);
    let items = policy.roots.iter().map(|root| of_item(policy, policy.item(*root)));
    let influences = policy.influences.iter().map(|influence| {
        Spread::between(influence.limits.map_or((None, None), |(low, high)| (Some(low), Some(high))))
    });
    let sum = items.chain(influences).fold(start, |sum, part| sum.plus(&part));
    let within = match policy.range {
        Some((low, high)) => sum.clamped(low, high),
        None => sum,
    };
    let set = policy.overrides.iter().flat_map(|o| o.score_at_most.into_iter().chain(o.score_at_least));
    let all = Spread(within.0.into_iter().chain(set.map(|score| (score.units(), score.units()))).collect())
        .normal();
    all.in_steps(policy.round)
}

impl Spread {
    /// Whether some score of a set of numbers is among these scores; both counted in steps of `round`.
    pub(super) fn meets(&self, set: &Set, round: Decimal) -> bool {
        let Set::Ranges(ranges) = set else { return true };
        let step = round.units();
        ranges.iter().any(|(low, high)| {
            let low = low.div_euclid(step) + i128::from(low.rem_euclid(step) != 0);
            let high = high.div_euclid(step);
            self.0.iter().any(|(from, to)| low.max(*from) <= high.min(*to))
        })
    }

    /// Whether all of these scores lie in a set of numbers.
    pub(super) fn lies_in(&self, set: &Set, round: Decimal) -> bool {
        let Set::Ranges(ranges) = set else { return false };
        let step = round.units();
        self.0.iter().all(|(from, to)| {
            ranges
                .iter()
                .any(|(low, high)| *low <= from.saturating_mul(step) && to.saturating_mul(step) <= *high)
        })
    }

    /// The greatest score below a number and the least above another, where there are such.
    pub(super) fn around(
        &self,
        low: Decimal,
        high: Decimal,
        round: Decimal,
    ) -> (Option<Decimal>, Option<Decimal>) {
        let step = round.units();
        let number = |steps: i128| Decimal::from_units(steps.checked_mul(step)?);
        let below = self.0.iter().map(|(_, to)| *to).filter(|to| to.saturating_mul(step) < low.units()).max();
        let above = self
            .0
            .iter()
            .map(|(from, _)| *from)
            .filter(|from| from.saturating_mul(step) > high.units())
            .min();
        (below.and_then(number), above.and_then(number))
    }

    /// The least and the greatest score; absent where there is no end.
    pub(super) fn ends(&self, round: Decimal) -> (Option<Decimal>, Option<Decimal>) {
        let number = |steps: i128| Decimal::from_units(steps.checked_mul(round.units())?);
        (self.0.first().and_then(|(low, _)| number(*low)), self.0.last().and_then(|(_, high)| number(*high)))
    }

    fn one(number: Decimal) -> Self {
        Self(vec![(number.units(), number.units())])
    }

    fn between((low, high): (Option<Decimal>, Option<Decimal>)) -> Self {
        Self(vec![(low.map_or(-FAR, Decimal::units), high.map_or(FAR, Decimal::units))])
    }

    /// In order, what meets joined; where there are too many, all in one.
    fn normal(self) -> Self {
        let mut parts = self.0;
        parts.sort_unstable();
        let mut joined: Vec<(i128, i128)> = Vec::with_capacity(parts.len());
        for (low, high) in parts {
            match joined.last_mut() {
                Some((_, end)) if low <= end.saturating_add(1) => *end = high.max(*end),
                Some(_) | None => joined.push((low, high)),
            }
        }
        match (joined.first(), joined.last()) {
            (Some((low, _)), Some((_, high))) if joined.len() > MOST => Self(vec![(*low, *high)]),
            (_, _) => Self(joined),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        if self.0.len().saturating_mul(other.0.len()) > MOST * 50 {
            return self.hull().plus(&other.hull());
        }
        let far = |n: i128| n.clamp(-FAR, FAR);
        let sums = self.0.iter().flat_map(|(a, b)| {
            other.0.iter().map(move |(c, d)| (far(a.saturating_add(*c)), far(b.saturating_add(*d))))
        });
        Self(sums.collect()).normal()
    }

    fn hull(&self) -> Self {
        let ends = self.0.first().zip(self.0.last()).map(|((low, _), (_, high))| (*low, *high));
        Self(ends.into_iter().collect())
    }

    fn weighted(self, weight: Option<Decimal>) -> Self {
        let Some(weight) = weight else { return self };
        let end = |n: i128| {
            let product =
                Decimal::from_units(n).filter(|_| n.abs() < FAR).and_then(|n| n.checked_mul(weight));
            product.map_or(FAR * n.signum() * weight.units().signum(), Decimal::units)
        };
        let parts = self.0.into_iter().map(|(low, high)| (end(low), end(high)));
        Self(parts.map(|(a, b)| (a.min(b), a.max(b))).collect()).normal()
    }

    fn clamped(self, low: Decimal, high: Decimal) -> Self {
        let end = |n: i128| n.max(low.units()).min(high.units());
        Self(self.0.into_iter().map(|(a, b)| (end(a), end(b))).collect()).normal()
    }

    fn in_steps(self, round: Decimal) -> Self {
        let steps = |n: i128| {
            let rounded = Decimal::from_units(n).and_then(|n| n.round_to(round));
            rounded.map_or(n, Decimal::units) / round.units()
        };
        Self(self.0.into_iter().map(|(low, high)| (steps(low), steps(high))).collect()).normal()
    }
}

/// What an item can give, after its weight and limits.
fn of_item(policy: &Policy, item: &Item) -> Spread {
    let plain = match &item.body {
        ItemBody::Table { table, if_missing: _ } => {
            let given = table.rows.iter().filter(|row| row.outcome != RowOutcome::NotScored);
            given.map(|row| Some(Spread::one(points(row)?))).collect::<Option<Vec<_>>>()
        }
        ItemBody::Formula(formula) => {
            if let Expr::Constant(Value::Number(points)) = &formula.points {
                let idle = formula.when.as_ref().map(|_| Decimal::ZERO);
                Some(
                    [Some(*points), idle, formula.if_missing]
                        .into_iter()
                        .flatten()
                        .map(Spread::one)
                        .collect(),
                )
            } else {
                None
            }
        }
        ItemBody::Group(members) => {
            let members = members.iter().map(|member| of_item(policy, policy.item(*member)));
            Some(vec![members.fold(Spread::one(Decimal::ZERO), |sum, part| sum.plus(&part))])
        }
        ItemBody::Events(_) => None,
    };
    let Some(parts) = plain else { return Spread::between(item.bounds) };
    let all = Spread(parts.into_iter().flat_map(|part| part.0).collect()).normal().weighted(item.weight);
    match item.limits {
        Some((low, high)) => all.clamped(low, high),
        None => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(parts: &[(i64, i64)]) -> Spread {
        let units = |n: i64| Decimal::from_int(n).units();
        Spread(parts.iter().map(|(low, high)| (units(*low), units(*high))).collect())
    }

    #[test]
    fn sums_are_those_of_any_two() {
        let sum = spread(&[(0, 0), (100, 100)]).plus(&spread(&[(-1, 1), (7, 7)]));
        assert_eq!(sum, spread(&[(-1, 1), (7, 7), (99, 101), (107, 107)]));
        let half =
            sum.weighted(Decimal::parse("-2").ok()).clamped(Decimal::from_int(-203), Decimal::from_int(0));
        assert_eq!(half, spread(&[(-203, -203), (-202, -198), (-14, -14), (-2, 0)]));
    }

    #[test]
    fn what_has_no_end_stays_without() {
        let all = Spread::between((None, Some(Decimal::ONE)));
        let sum = all.plus(&all).weighted(Decimal::parse("-1").ok());
        assert_eq!(sum.0, [(Decimal::from_int(-2).units(), FAR)]);
        let steps = sum.in_steps(Decimal::ONE);
        assert!(
            steps.meets(&Set::Ranges(vec![(Decimal::from_int(1_000_000).units(), i128::MAX)]), Decimal::ONE)
        );
        assert!(!steps.meets(&Set::Ranges(vec![(i128::MIN, Decimal::from_int(-3).units())]), Decimal::ONE));
    }

    #[test]
    fn neighbours_of_a_hole_are_told() {
        let scores = spread(&[(300, 300), (500, 520), (700, 700)]).in_steps(Decimal::ONE);
        let n = Decimal::from_int;
        assert_eq!(scores.around(n(550), n(600), Decimal::ONE), (Some(n(520)), Some(n(700))));
        assert_eq!(scores.around(n(100), n(200), Decimal::ONE), (None, Some(n(300))));
    }
}
