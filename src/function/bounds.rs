//! Interval arithmetic: how small and how large a value can be.

use crate::data::{Set, Type, Value, limits};
use crate::date::Date;
use crate::decimal::Decimal;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The least and greatest number (or day, in days since 1970-01-01) that a value can be; `None` is unbounded.
///
/// Operations are sound: whatever the operands are within their bounds, a result that is not missing is within the
/// bounds of the result. They are exact where each operand is met once. Yes/no, texts and categories have no bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The least.
    pub low: Option<Decimal>,
    /// The greatest.
    pub high: Option<Decimal>,
}

impl Bounds {
    /// Any number.
    pub const UNBOUNDED: Self = Self { low: None, high: None };

    /// One number.
    pub fn exactly(n: Decimal) -> Self {
        Self { low: Some(n), high: Some(n) }
    }

    /// From `low` to `high`.
    pub fn between(low: Decimal, high: Decimal) -> Self {
        Self { low: Some(low), high: Some(high) }
    }

    /// The bounds of the members of a set; unbounded where it reaches the end of its type, or is empty.
    pub fn of_set(set: &Set, kind: Type) -> Self {
        let (least, greatest) = limits(kind);
        let end = |value: Option<Value>, limit: i128| match value {
            Some(Value::Number(n)) if n.units() != limit => Some(n),
            Some(Value::Date(d)) if i128::from(d.days()) != limit => Some(Decimal::from_int(d.days().into())),
            Some(
                Value::Number(_)
                | Value::Date(_)
                | Value::Missing(_)
                | Value::YesNo(_)
                | Value::Text(_)
                | Value::Category(_),
            )
            | None => None,
        };
        Self { low: end(set.least(kind), least), high: end(set.greatest(kind), greatest) }
    }

    /// The bounds of one value; `None` for what has no order.
    pub fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Number(n) => Some(Self::exactly(*n)),
            Value::Date(d) => Some(Self::exactly(Decimal::from_int(d.days().into()))),
            Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
        }
    }

    /// All values of an ordered type within the bounds.
    pub fn to_set(self, kind: Type) -> Set {
        if kind == Type::Date {
            let (first, last) = self.days();
            return Set::from_days(Some((first, true)), Some((last, true)));
        }
        let end = |n: Option<Decimal>| n.map(|n| (n, true));
        Set::from_interval(end(self.low), end(self.high), kind)
    }

    /// The first and last day, where the bounds are those of dates.
    pub fn days(self) -> (Date, Date) {
        let day = |n: Option<Decimal>, end: Date| {
            let days = n.and_then(|n| i32::try_from(n.units() / Decimal::ONE.units()).ok());
            days.and_then(Date::from_days).unwrap_or(end)
        };
        (day(self.low, Date::MIN), day(self.high, Date::MAX))
    }

    /// Whether a number lies within.
    pub fn contains(self, n: Decimal) -> bool {
        self.low.is_none_or(|low| low <= n) && self.high.is_none_or(|high| n <= high)
    }

    /// The distance from least to greatest.
    pub fn width(self) -> Option<Decimal> {
        self.high?.checked_sub(self.low?)
    }

    /// What can be either: from the lower of the two leasts to the higher of the two greatests.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
        }
    }

    /// The bounds of `x` after `limited to`: a number outside becomes the limit it passed.
    #[must_use]
    pub fn clamp(self, low: Option<Decimal>, high: Option<Decimal>) -> Self {
        let raised = low.map_or(self, |low| self.max(Self::exactly(low)));
        high.map_or(raised, |high| raised.min(Self::exactly(high)))
    }

    /// The bounds of the lesser of two.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self {
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: match (self.high, other.high) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, None) | (None, one) => one,
            },
        }
    }

    /// The bounds of the greater of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        -(-self).min(-other)
    }

    /// The bounds of the size.
    #[must_use]
    pub fn abs(self) -> Self {
        let either = self.max(-self);
        let least = if self.contains(Decimal::ZERO) {
            Some(Decimal::ZERO)
        } else if self.low.is_some_and(|low| low > Decimal::ZERO) {
            self.low
        } else {
            self.high.map(|n| -n)
        };
        Self { low: least, high: either.high }
    }

    /// The bounds of many values together, by an operation on two; unbounded where there are none.
    pub(super) fn reduce(of: &[Self], together: fn(Self, Self) -> Self) -> Self {
        of.iter().copied().reduce(together).unwrap_or(Self::UNBOUNDED)
    }

    /// The bounds of an operation whose extremes lie where both operands are at an end.
    fn corners(self, other: Self, apply: fn(End, End) -> End) -> Self {
        let ends = |b: Self| [b.low.map_or(End::Below, End::At), b.high.map_or(End::Above, End::At)];
        let (a, b) = (ends(self), ends(other));
        let corners = a.iter().flat_map(|a| b.iter().map(|b| apply(*a, *b)));
        let low = corners.clone().min().and_then(End::number);
        let high = corners.max().and_then(End::number);
        Self { low, high }
    }
}

/// The bounds of `-x`.
impl Neg for Bounds {
    type Output = Self;

    fn neg(self) -> Self {
        Self { low: self.high.map(|n| -n), high: self.low.map(|n| -n) }
    }
}

/// The bounds of `a + b`.
impl Add for Bounds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let add = |a: Option<Decimal>, b: Option<Decimal>| a?.checked_add(b?);
        Self { low: add(self.low, other.low), high: add(self.high, other.high) }
    }
}

/// The bounds of `a - b`.
impl Sub for Bounds {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

/// The bounds of `a * b`, rounded as products are.
impl Mul for Bounds {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.corners(other, End::times)
    }
}

/// The bounds of `a / b` where `b` is not zero, rounded as quotients are.
impl Div for Bounds {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        // Numbers are whole multiples of 1e-9, so that is the least size of a divisor.
        let least = Decimal::from_units(1).unwrap_or(Decimal::ONE);
        let above = Self { low: Some(other.low.map_or(least, |low| low.max(least))), high: other.high };
        let below = Self { low: other.low, high: Some(other.high.map_or(-least, |high| high.min(-least))) };
        let quotients =
            [above, below].into_iter().filter(|part| part.low.is_none_or(|low| part.contains(low)));
        quotients.map(|part| self.corners(part, End::over)).reduce(Self::union).unwrap_or(Self::UNBOUNDED)
    }
}

/// An end of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Below,
    At(Decimal),
    Above,
}

impl End {
    fn number(self) -> Option<Decimal> {
        if let Self::At(n) = self { Some(n) } else { None }
    }

    /// -1, 0 or 1.
    fn sign(self) -> i128 {
        match self {
            Self::Below => -1,
            Self::At(n) => n.units().signum(),
            Self::Above => 1,
        }
    }

    fn unbounded(sign: i128) -> Self {
        if sign < 0 { Self::Below } else { Self::Above }
    }

    fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::At(a), Self::At(b)) => {
                a.checked_mul(b).map_or(Self::unbounded(self.sign() * other.sign()), Self::At)
            }
            (Self::Below | Self::Above, _) | (_, Self::Below | Self::Above) => {
                let sign = self.sign() * other.sign();
                if sign == 0 { Self::At(Decimal::ZERO) } else { Self::unbounded(sign) }
            }
        }
    }

    /// The divisor is not zero. By a divisor without bound the quotient comes near to zero.
    fn over(self, other: Self) -> Self {
        match (self, other) {
            (_, Self::Below | Self::Above) => Self::At(Decimal::ZERO),
            (Self::At(a), Self::At(b)) => {
                a.checked_div(b).map_or(Self::unbounded(self.sign() * other.sign()), Self::At)
            }
            (Self::Below | Self::Above, Self::At(_)) => Self::unbounded(self.sign() * other.sign()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers on both sides of zero, a few of them as small as numbers get.
    fn number() -> impl Strategy<Value = Decimal> {
        let units = prop_oneof![-3..=3_i128, (-20..=20_i128).prop_map(|n| n * 500_000_000)];
        units.prop_map(|units| Decimal::from_units(units).unwrap())
    }

    /// Bounds, perhaps open, and a number within.
    fn bounded() -> impl Strategy<Value = (Bounds, Decimal)> {
        ([number(), number(), number()], any::<bool>(), any::<bool>()).prop_map(|(mut n, low, high)| {
            n.sort();
            (Bounds { low: low.then_some(n[0]), high: high.then_some(n[2]) }, n[1])
        })
    }

    /// A whole interval of a few steps, so that exactness can be tried by brute force.
    fn short() -> impl Strategy<Value = (i64, i64)> {
        (-4..4_i64, 0..4_i64).prop_map(|(low, size)| (low, low + size))
    }

    fn whole((low, high): (i64, i64)) -> Bounds {
        Bounds::between(Decimal::from_int(low), Decimal::from_int(high))
    }

    proptest! {
        #[test]
        fn results_lie_within((a, x) in bounded(), (b, y) in bounded(), low in number(), high in number()) {
            prop_assert!(a.contains(x) && a.union(b).contains(x) && a.union(b).contains(y));
            prop_assert!((-a).contains(-x) && a.abs().contains(x.abs()));
            prop_assert!((a + b).contains(x.checked_add(y).unwrap()));
            prop_assert!((a - b).contains(x.checked_sub(y).unwrap()));
            prop_assert!((a * b).contains(x.checked_mul(y).unwrap()));
            if !y.is_zero() {
                prop_assert!((a / b).contains(x.checked_div(y).unwrap()));
            }
            prop_assert!(a.min(b).contains(x.min(y)) && a.max(b).contains(x.max(y)));
            let (low, high) = (low.min(high), low.max(high));
            prop_assert!(a.clamp(Some(low), Some(high)).contains(x.clamp(low, high)));
            prop_assert!(a.clamp(None, Some(high)).contains(x.min(high)));
        }

        #[test]
        fn bounds_are_reached(x in short(), y in short()) {
            type Op = (fn(Bounds, Bounds) -> Bounds, fn(Decimal, Decimal) -> Option<Decimal>);
            let operations: [Op; 5] = [
                (Bounds::add, Decimal::checked_add),
                (Bounds::sub, Decimal::checked_sub),
                (Bounds::mul, Decimal::checked_mul),
                (Bounds::min, |a, b| Some(a.min(b))),
                (Bounds::max, |a, b| Some(a.max(b))),
            ];
            for (bounds, apply) in operations {
                let ends = [x.0, x.1].into_iter().flat_map(|a| [y.0, y.1].map(|b| (a, b)));
                let results: Vec<Decimal> =
                    ends.map(|(a, b)| apply(Decimal::from_int(a), Decimal::from_int(b)).unwrap()).collect();
                let expected = Bounds { low: results.iter().min().copied(), high: results.iter().max().copied() };
                prop_assert_eq!(bounds(whole(x), whole(y)), expected);
            }
            let sizes = (x.0..=x.1).map(|n| Decimal::from_int(n.abs()));
            let expected = Bounds { low: sizes.clone().min(), high: sizes.max() };
            prop_assert_eq!(whole(x).abs(), expected);
        }

        #[test]
        fn sets_and_bounds_agree(x in short()) {
            for kind in [Type::Number, Type::Integer, Type::Money, Type::Date] {
                prop_assert_eq!(Bounds::of_set(&whole(x).to_set(kind), kind), whole(x));
            }
        }
    }

    #[test]
    fn a_divisor_is_never_smaller_than_a_unit() {
        let one = Bounds::exactly(Decimal::ONE);
        let billion = Decimal::from_int(1_000_000_000);
        assert_eq!(one / whole((0, 4)), Bounds::between("0.25".parse().unwrap(), billion));
        assert_eq!(one / whole((-4, 4)), Bounds::between(-billion, billion));
        assert_eq!(one / Bounds { low: Some(Decimal::ONE), high: None }, whole((0, 1)));
        assert_eq!(one / whole((0, 0)), Bounds::UNBOUNDED);
    }

    #[test]
    fn what_is_unbounded_stays_so() {
        for kind in [Type::Number, Type::Integer, Type::Date] {
            assert_eq!(Bounds::of_set(&Set::universe(kind, 0), kind), Bounds::UNBOUNDED);
            assert_eq!(Bounds::UNBOUNDED.to_set(kind), Set::universe(kind, 0));
        }
        let up = Bounds { low: Some(Decimal::ONE), high: None };
        assert_eq!(up * up, up);
        assert_eq!(up * Bounds::exactly(Decimal::ZERO), whole((0, 0)));
        assert_eq!(Bounds::exactly(Decimal::MAX) + up, Bounds::UNBOUNDED);
        assert_eq!(whole((2, 5)).width(), Some(Decimal::from_int(3)));
        assert_eq!(up.width(), None);
    }
}
