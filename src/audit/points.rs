//! What points can be: from a least to a greatest number, either of them perhaps without end.

use crate::decimal::Decimal;

/// Beyond every number that fits, and far from the ends of the type that holds it.
const FAR: i128 = i128::MAX / 8;

/// From a least to a greatest number of points, in units of 1e-9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Points {
    low: i128,
    high: i128,
}

impl Points {
    /// No points.
    pub(super) const ZERO: Self = Self { low: 0, high: 0 };
    /// Any number of points.
    pub(super) const ANY: Self = Self { low: -FAR, high: FAR };

    /// Exactly these.
    pub(super) fn exactly(points: Decimal) -> Self {
        Self { low: points.units(), high: points.units() }
    }

    /// From one number to another; an end that is absent is without limit.
    pub(super) fn between(low: Option<Decimal>, high: Option<Decimal>) -> Self {
        Self { low: low.map_or(-FAR, Decimal::units), high: high.map_or(FAR, Decimal::units) }
    }

    /// From units of 1e-9 to others.
    pub(super) fn of_units(low: i128, high: i128) -> Self {
        Self { low: low.clamp(-FAR, FAR), high: high.clamp(-FAR, FAR) }
    }

    /// The least, in units; far below everything where there is none.
    pub(super) fn low(self) -> i128 {
        self.low
    }

    /// The greatest, in units; far above everything where there is none.
    pub(super) fn high(self) -> i128 {
        self.high
    }

    /// The least, where there is one.
    pub(super) fn least(self) -> Option<Decimal> {
        Decimal::from_units(self.low).filter(|_| self.low > -FAR)
    }

    /// The greatest, where there is one.
    pub(super) fn greatest(self) -> Option<Decimal> {
        Decimal::from_units(self.high).filter(|_| self.high < FAR)
    }

    /// The only number there is.
    pub(super) fn single(self) -> Option<i128> {
        (self.low == self.high).then_some(self.low)
    }

    /// From the least to the greatest, in units.
    pub(super) fn width(self) -> i128 {
        self.high.saturating_sub(self.low).min(FAR)
    }

    /// Whether the distance has no end.
    pub(super) fn is_far(units: i128) -> bool {
        units >= FAR || units <= -FAR
    }

    /// Both added up.
    #[must_use]
    pub(super) fn plus(self, other: Self) -> Self {
        let end = |a: i128, b: i128| {
            if a <= -FAR || b <= -FAR {
                -FAR
            } else if a >= FAR || b >= FAR {
                FAR
            } else {
                (a + b).clamp(-FAR, FAR)
            }
        };
        Self { low: end(self.low, other.low), high: end(self.high, other.high) }
    }

    /// Either of the two.
    #[must_use]
    pub(super) fn or(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// Brought between limits.
    #[must_use]
    pub(super) fn clamped(self, limits: Option<(Decimal, Decimal)>) -> Self {
        let Some((low, high)) = limits else { return self };
        let end = |n: i128| n.max(low.units()).min(high.units());
        Self { low: end(self.low), high: end(self.high) }
    }

    /// Multiplied by a weight, rounded as products are.
    #[must_use]
    pub(super) fn weighted(self, weight: Option<Decimal>) -> Self {
        let Some(weight) = weight else { return self };
        let end = |n: i128| {
            let product =
                Decimal::from_units(n).filter(|_| !Self::is_far(n)).and_then(|n| n.checked_mul(weight));
            product.map_or(FAR * n.signum() * weight.units().signum(), Decimal::units)
        };
        let (a, b) = (end(self.low), end(self.high));
        Self { low: a.min(b), high: a.max(b) }
    }

    /// With the other sign.
    #[must_use]
    pub(super) fn negative(self) -> Self {
        Self { low: -self.high, high: -self.low }
    }

    /// Rounded to a step, as scores are.
    #[must_use]
    pub(super) fn rounded(self, step: Decimal) -> Self {
        let end = |n: i128| {
            let number = Decimal::from_units(n).filter(|_| !Self::is_far(n));
            number.and_then(|n| n.round_to(step)).map_or(n, Decimal::units)
        };
        Self { low: end(self.low), high: end(self.high) }
    }
}
