//! Two proportions beside each other: their ratio, exactly; an interval for it; the probability of a difference by chance.

use crate::decimal::Decimal;
use std::cmp::Ordering;

/// The ratio of two proportions, `selected / of` over `selected / of`, exactly.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    over: u128,
    under: u128,
}

/// An interval that holds what is estimated with a confidence of 95%.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// What a normal variable stays between, on both sides, with a probability of 95%.
const Z: f64 = 1.959_963_984_540_054;

impl Ratio {
    /// Of one proportion to another; `None` where the other is zero or has nobody in it.
    pub fn new((selected, of): (u64, u64), (other_selected, other_of): (u64, u64)) -> Option<Self> {
        let over = u128::from(selected) * u128::from(other_of);
        let under = u128::from(of) * u128::from(other_selected);
        (under > 0 && other_of > 0).then_some(Self { over, under })
    }

    /// Whether it is at least a number, without rounding.
    pub fn at_least(self, limit: Decimal) -> bool {
        limit <= Decimal::ZERO
            || self >= Self { over: limit.units().unsigned_abs(), under: Decimal::ONE.units().unsigned_abs() }
    }

    /// Rounded to so many places (at most nine), half up.
    pub fn rounded(self, places: u32) -> Decimal {
        let scale = 10_u128.pow(places.min(9));
        let step = Decimal::from_units(Decimal::ONE.units() / scale.cast_signed()).unwrap_or(Decimal::ONE);
        let twice = self.over.checked_mul(2 * scale).and_then(|over| over.checked_add(self.under));
        let steps = twice.zip(self.under.checked_mul(2)).and_then(|(over, under)| over.checked_div(under));
        let exact = steps.and_then(|steps| i128::try_from(steps).ok()?.checked_mul(step.units()));
        // Of more people than there are.
        let nearly = || Decimal::from_f64(self.over as f64 / self.under as f64)?.round_to(step);
        exact.and_then(Decimal::from_units).or_else(nearly).unwrap_or(Decimal::MAX)
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = ((self.over, self.under), (other.over, other.under));
        // By whole parts, then by what is left, upside down: no product is needed, so none can be too large.
        loop {
            let whole = |(over, under): (u128, u128)| over.checked_div(under).unwrap_or(u128::MAX);
            let order = whole(a).cmp(&whole(b));
            let rest = |(over, under): (u128, u128)| over.checked_rem(under).unwrap_or(0);
            match (order, rest(a), rest(b)) {
                (Ordering::Equal, 0, 0) => return Ordering::Equal,
                (Ordering::Equal, 0, _) => return Ordering::Less,
                (Ordering::Equal, _, 0) => return Ordering::Greater,
                (Ordering::Equal, left, right) => (a, b) = ((b.1, right), (a.1, left)),
                (order, ..) => return order,
            }
        }
    }
}

/// A 95% interval for the ratio of two proportions: Katz's, on the logarithm of the ratio (D. Katz, J. Baptista, S. P. Azen and
/// M. C. Pike, *Obtaining confidence intervals for the risk ratio in cohort studies*, Biometrics 34, 1978).
///
/// Where nobody is selected in the first group, a half is added to each count (S. D. Walter, *The distribution of Levin's
/// measure of attributable risk*, Biometrika 62, 1975), and the lower end is 0. `None` where nobody is selected in the second,
/// or everybody in both: then nothing is known of how the ratio varies.
pub fn ratio_interval(
    (selected, of): (u64, u64),
    (other_selected, other_of): (u64, u64),
) -> Option<Interval> {
    let all = selected >= of && other_selected >= other_of;
    if of == 0 || other_of == 0 || other_selected == 0 || all {
        return None;
    }
    let half = if selected == 0 { 0.5 } else { 0.0 };
    let [a, n, b, m] = [selected, of, other_selected, other_of].map(|count| count as f64 + half);
    let ratio = (a / n) / (b / m);
    let deviation = (1.0 / a - 1.0 / n + 1.0 / b - 1.0 / m).max(0.0).sqrt();
    let factor = (Z * deviation).exp();
    let low = if selected == 0 { 0.0 } else { ratio / factor };
    let interval = Interval { low, high: ratio * factor };
    (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
}

/// Fisher's exact test, two-sided: the probability, were selection independent of the group, of a table that is at most as
/// probable as this one. `None` where a group is empty. (Tables whose probabilities differ by less than a ten-millionth count
/// as equally probable, as in R.)
pub fn fisher((selected, of): (u64, u64), (other_selected, other_of): (u64, u64)) -> Option<f64> {
    if of == 0 || other_of == 0 {
        return None;
    }
    let (all, chosen) = (of.checked_add(other_of)?, selected.checked_add(other_selected)?);
    let (least, most) = (chosen.saturating_sub(other_of), chosen.min(of));
    // From the most probable table outwards, each by its ratio to the one before: nothing can be too large.
    let middle = (u128::from(chosen) + 1) * (u128::from(of) + 1) / (u128::from(all) + 2);
    let middle = u64::try_from(middle).ok()?.clamp(least, most);
    // How much more probable `k + 1` selected of the first group are than `k`.
    let up = |k: u64| {
        let [of, other_of, chosen, k] = [of, other_of, chosen, k].map(|count| count as f64);
        (of - k) * (chosen - k) / ((k + 1.0) * (other_of - chosen + k + 1.0))
    };
    let mut weights = vec![(middle, 1.0)];
    let mut weight = 1.0;
    for k in middle..most {
        weight *= up(k);
        if weight < NOTHING {
            break;
        }
        weights.push((k + 1, weight));
    }
    weight = 1.0;
    for k in (least..middle).rev() {
        weight /= up(k);
        if weight < NOTHING {
            break;
        }
        weights.push((k, weight));
    }
    let observed = weights.iter().find(|(k, _)| *k == selected).map_or(0.0, |(_, weight)| *weight);
    // Smallest first, so that little is lost in the sums.
    let mut all: Vec<f64> = weights.into_iter().map(|(_, weight)| weight).collect();
    all.sort_by(f64::total_cmp);
    let limit = observed * (1.0 + 1e-7);
    let extreme: f64 = all.iter().filter(|weight| **weight <= limit).sum();
    let total: f64 = all.iter().sum();
    Some((extreme / total).clamp(0.0, 1.0))
}

/// What is less probable than this beside the most probable table is left out.
const NOTHING: f64 = 1e-290;
