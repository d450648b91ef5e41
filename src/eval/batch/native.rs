//! Thresholds moved into a column's own type, exactly: a native value has reached the native threshold if and only if the
//! number or day that it stands for has reached the policy's.

use super::class::Thresholds;
use crate::decimal::Decimal;

/// A type in which a column holds numbers or days.
pub(super) trait Native: Copy + PartialOrd {
    /// The least value of the type.
    const LEAST: Self;
}

macro_rules! natives {
    ($($name:ty),*) => { $(impl Native for $name { const LEAST: Self = <$name>::MIN; })* };
}
natives!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

impl Native for f64 {
    const LEAST: Self = Self::NEG_INFINITY;
}

impl Native for f32 {
    const LEAST: Self = Self::NEG_INFINITY;
}

/// The thresholds of a field in a native type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NativeThresholds<T> {
    /// The least native value that is good; absent where none is.
    pub(super) least: Option<T>,
    /// The first native value past the good ones; absent where there is none.
    pub(super) end: Option<T>,
    /// Where classes begin. One that no native value reaches is left out, as are all after it.
    pub(super) starts: Vec<T>,
}

impl<T: Native> NativeThresholds<T> {
    /// Moves thresholds. `reach` gives the least native value that stands for at least so many units or days; `None` where
    /// none does.
    pub(super) fn new(thresholds: &Thresholds, reach: impl Fn(i128) -> Option<T>) -> Self {
        let (least, greatest) = thresholds.within;
        Self {
            least: reach(least),
            end: greatest.checked_add(1).and_then(&reach),
            starts: thresholds.starts.iter().map_while(|start| reach(*start)).collect(),
        }
    }

    /// Whether a native value is good.
    pub(super) fn is_good(&self, x: T) -> bool {
        self.least.is_some_and(|least| x >= least) && self.end.is_none_or(|end| x < end)
    }

    /// Whether native values are good, all of them.
    pub(super) fn are_good(&self, values: &[T]) -> bool {
        // Without a branch for each value, so that many are compared at once.
        match (self.least, self.end) {
            (None, _) => values.is_empty(),
            (Some(least), None) => values.iter().fold(true, |good, x| good & (*x >= least)),
            (Some(least), Some(end)) => {
                values.iter().fold(true, |good, x| good & (*x >= least) & (*x < end))
            }
        }
    }
}

/// The least whole number of times `unit` that is at least `target`, in an integer type.
pub(super) fn reach_integer<T: Native + TryFrom<i128>>(target: i128, unit: i128) -> Option<T> {
    let least = -(-target).div_euclid(unit);
    match T::try_from(least) {
        Ok(least) => Some(least),
        Err(_) if least < 0 => Some(T::LEAST),
        Err(_) => None,
    }
}

/// The same where a native value is so small a part of a unit that `per_unit` of them make one.
pub(super) fn reach_fine<T: Native + TryFrom<i128>>(target: i128, per_unit: i128) -> Option<T> {
    match target.checked_mul(per_unit) {
        Some(least) => reach_integer(least, 1),
        None if target < 0 => Some(T::LEAST),
        None => None,
    }
}

/// The least double that stands for at least so many units. Doubles stand for the shortest decimal that reads back as the
/// same double, rounded to nine places, so a greater double never stands for less.
pub(super) fn reach_double(target: i128) -> Option<f64> {
    let at_least = |key: i64| units_or_end(double_of(key)) >= target;
    least_key(key_of(f64::NEG_INFINITY), key_of(f64::INFINITY), at_least).map(double_of)
}

/// The same for single precision.
pub(super) fn reach_single(target: i128) -> Option<f32> {
    let at_least = |key: i64| units_or_end(as_written(single_of(key as i32))) >= target;
    let (low, high) = (single_key(f32::NEG_INFINITY), single_key(f32::INFINITY));
    least_key(i64::from(low), i64::from(high), at_least).map(|key| single_of(key as i32))
}

/// The double that is written as a single is.
pub(super) fn as_written(x: f32) -> f64 {
    if x.is_finite() { format!("{x:e}").parse().unwrap_or(f64::NAN) } else { f64::from(x) }
}

/// Units, or the end of all numbers where it does not fit.
fn units_or_end(x: f64) -> i128 {
    match Decimal::from_f64(x) {
        Some(number) => number.units(),
        None if x < 0.0 => i128::MIN,
        None => i128::MAX,
    }
}

/// The least key for which something that never turns false again is true.
fn least_key(low: i64, high: i64, holds: impl Fn(i64) -> bool) -> Option<i64> {
    if !holds(high) {
        return None;
    }
    let (mut low, mut high) = (low, high);
    while low < high {
        // Rounded down, also below zero, so that it is never `high`.
        let middle = (low & high) + ((low ^ high) >> 1);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

/// Keys of doubles, in the order of the doubles.
fn key_of(x: f64) -> i64 {
    let bits = x.to_bits().cast_signed();
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

fn double_of(key: i64) -> f64 {
    let bits = key ^ (((key >> 63).cast_unsigned()) >> 1).cast_signed();
    f64::from_bits(bits.cast_unsigned())
}

fn single_key(x: f32) -> i32 {
    let bits = x.to_bits().cast_signed();
    bits ^ (((bits >> 31).cast_unsigned()) >> 1).cast_signed()
}

fn single_of(key: i32) -> f32 {
    let bits = key ^ (((key >> 31).cast_unsigned()) >> 1).cast_signed();
    f32::from_bits(bits.cast_unsigned())
}

/// The units that a double stands for. Doubles of up to 15 digits are told without writing them out.
pub(super) fn units_of_double(x: f64) -> Option<i128> {
    const EXACT: f64 = 1e15;
    let scaled = (x * 1e9).round();
    // Decimals of up to 15 digits are told apart by doubles: the one that reads back as `x` is what `x` is written as.
    if scaled.abs() < EXACT && scaled / 1e9 == x {
        return Some(scaled as i128);
    }
    Decimal::from_f64(x).map(Decimal::units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> i128 {
        Decimal::parse(text).unwrap().units()
    }

    #[test]
    fn whole_numbers_reach_the_next_whole_number() {
        let one = Decimal::ONE.units();
        assert_eq!(reach_integer::<i32>(decimal("2.5"), one), Some(3));
        assert_eq!(reach_integer::<i32>(decimal("-2.5"), one), Some(-2));
        assert_eq!(reach_integer::<i8>(decimal("127"), one), Some(127));
        assert_eq!(reach_integer::<i8>(decimal("127.000000001"), one), None);
        assert_eq!(reach_integer::<i8>(decimal("-1000"), one), Some(i8::MIN));
        assert_eq!(reach_integer::<u8>(decimal("-1"), one), Some(0));
        assert_eq!(reach_fine::<i64>(Decimal::MAX.units(), 1000), None);
        assert_eq!(reach_fine::<i64>(Decimal::MIN.units(), 1000), Some(i64::MIN));
    }

    #[test]
    fn a_tenth_is_reached_by_the_least_double_that_rounds_to_it() {
        // The least double that nine places round up to a tenth; a tenth itself is well above it.
        assert_eq!(reach_double(decimal("0.1")), Some(0.0999999995));
        assert!(0.1 >= reach_double(decimal("0.1")).unwrap());
        assert_eq!(
            Decimal::from_f64(0.0999999995_f64.next_down()),
            Decimal::from_units(decimal("0.099999999"))
        );
        // Half a unit is rounded away from zero.
        assert_eq!(reach_double(1), Some(5e-10));
        assert_eq!(reach_double(0), Some((-5e-10_f64).next_up()));
        assert_eq!(reach_double(Decimal::MAX.units() + 1), Some(1e29));
    }

    proptest! {
        #[test]
        fn doubles_reach_a_threshold_when_their_numbers_do(x in any::<f64>(), near in -20_000_000_000_i64..20_000_000_000, ulps in -3_i64..4) {
            let near_x = near as f64 / 1e9;
            let moved = double_of(key_of(near_x) + ulps);
            for (x, target) in [(x, i128::from(near)), (moved, i128::from(near))] {
                let Some(number) = Decimal::from_f64(x) else { continue };
                let least = reach_double(target).unwrap();
                prop_assert_eq!(x >= least, number.units() >= target, "{} {}", x, target);
                prop_assert_eq!(units_of_double(x), Some(number.units()));
            }
            let single = near_x as f32;
            if let Some(number) = Decimal::from_f64(as_written(single)) {
                let least = reach_single(i128::from(near)).unwrap();
                prop_assert_eq!(single >= least, number.units() >= i128::from(near));
            }
        }

        #[test]
        fn doubles_are_told_without_writing_them_out(digits in -999_999_999_999_999_i64..999_999_999_999_999, places in 0_i32..12) {
            let x = digits as f64 / 10_f64.powi(places);
            prop_assert_eq!(units_of_double(x), Decimal::from_f64(x).map(Decimal::units));
        }
    }
}
