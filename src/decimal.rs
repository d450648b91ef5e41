//! Exact decimal numbers with nine places: every number of the language.
//!
//! A [`Decimal`] is a whole number of billionths in an `i128`, one-to-one with Arrow's `Decimal128(38, 9)`.
//! Sums are exact. A product or a quotient is computed exactly in 256 bits and then rounded once, half away
//! from zero, to nine places. Nothing wraps and nothing saturates: what does not fit is `None`.

mod wide;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use wide::{Wide, divide_rounding};

/// Units in one: ten to the number of places.
const UNITS_PER_ONE: i128 = 1_000_000_000;
/// Digits after the point.
const PLACES: i64 = 9;
/// The first size that does not fit any more (38 digits are what Arrow's `Decimal128` holds).
const LIMIT: i128 = 10_i128.pow(38);

/// An exact decimal number: a count of billionths (`1e-9`), always smaller in size than `10^38` of them.
///
/// The value `0.35` is `350_000_000` units. There is one zero, and equal values have equal units, so the
/// derived order and hash are those of the numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

/// Why a text is not a [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// The text is not a number in the plain notation (`-12.50`, `+3`, `1e3`).
    #[error("not a number")]
    NotANumber,
    /// More than nine digits after the point that are not zero.
    #[error("more than 9 decimals")]
    TooPrecise,
    /// The size is `10^29` or more.
    #[error("too large")]
    TooLarge,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(UNITS_PER_ONE);
    /// The largest number: `10^29` less one unit.
    pub const MAX: Self = Self(LIMIT - 1);
    /// The smallest number, [`Decimal::MAX`] with a minus.
    pub const MIN: Self = Self(1 - LIMIT);

    /// The number that is `units` billionths; `None` when it does not fit.
    #[must_use]
    pub const fn from_units(units: i128) -> Option<Self> {
        if units > -LIMIT && units < LIMIT { Some(Self(units)) } else { None }
    }

    /// How many billionths the number is.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// A whole number; every `i64` fits.
    #[must_use]
    pub const fn from_int(value: i64) -> Self {
        Self(value as i128 * UNITS_PER_ONE)
    }

    /// The exact sum.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::from_units)
    }

    /// The exact difference.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::from_units)
    }

    /// The product, rounded to nine places, half away from zero.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        if let Some(product) = self.0.checked_mul(other.0) {
            return Self::from_units(divide_rounding(product, UNITS_PER_ONE)?);
        }
        let size = Wide::product(self.0.unsigned_abs(), other.0.unsigned_abs())
            .divide_rounding(UNITS_PER_ONE.unsigned_abs())?;
        Self::from_size(size, (self.0 < 0) != (other.0 < 0))
    }

    /// The quotient, rounded to nine places, half away from zero; `None` when `other` is zero.
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        if let Some(widened) = self.0.checked_mul(UNITS_PER_ONE) {
            return Self::from_units(divide_rounding(widened, other.0)?);
        }
        let size = Wide::product(self.0.unsigned_abs(), UNITS_PER_ONE.unsigned_abs())
            .divide_rounding(other.0.unsigned_abs())?;
        Self::from_size(size, (self.0 < 0) != (other.0 < 0))
    }

    /// The number with its sign turned; always fits, an `Option` only to read like its siblings.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Some(-self)
    }

    /// The number without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Whether the number is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether the number has no digits after the point.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        self.0 % UNITS_PER_ONE == 0
    }

    /// Whether the number is a whole number of times `step`; only zero is a multiple of zero.
    #[must_use]
    pub const fn is_multiple_of(self, step: Self) -> bool {
        if step.0 == 0 { self.0 == 0 } else { self.0 % step.0 == 0 }
    }

    /// The nearest multiple of `step` (its sign does not matter), half away from zero; `None` when `step` is
    /// zero or the multiple does not fit.
    #[must_use]
    pub fn round_to(self, step: Self) -> Option<Self> {
        let times = divide_rounding(self.0, step.0)?;
        times.checked_mul(step.0).and_then(Self::from_units)
    }

    /// Reads a number as it stands in data: `-12.50`, `+3`, `1e3`, `1E-2`. The value is taken exactly.
    ///
    /// # Errors
    ///
    /// Blanks, separators, a point without digits on both sides and words are [`DecimalError::NotANumber`];
    /// digits past the ninth place that are not zero are [`DecimalError::TooPrecise`].
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        Written::parse(text).ok_or(DecimalError::NotANumber)?.exact()
    }

    /// The number that a double is written as: the shortest decimal that reads back as the same double, rounded
    /// to nine places, half away from zero. `None` for infinities, "not a number" and what does not fit.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        // `{:e}` prints the shortest digits that read back as the same double.
        Written::parse(&format!("{value:e}"))?.rounded().ok()
    }

    /// The number of a size and a sign, when it fits.
    fn from_size(size: u128, negative: bool) -> Option<Self> {
        let units = i128::try_from(size).ok()?;
        Self::from_units(if negative { -units } else { units })
    }
}

impl std::ops::Neg for Decimal {
    type Output = Self;

    /// Never fails: the range is symmetric.
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        Self::parse(text)
    }
}

/// Plain digits without trailing zeros: `-3.5`, `0.35`, `1000`. Width, fill and `{:+}` work as for integers.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.unsigned_abs() / UNITS_PER_ONE.unsigned_abs();
        let part = self.0.unsigned_abs() % UNITS_PER_ONE.unsigned_abs();
        let digits = if part == 0 {
            whole.to_string()
        } else {
            format!("{whole}.{part:09}").trim_end_matches('0').to_owned()
        };
        f.pad_integral(self.0 >= 0, "", &digits)
    }
}

/// As [`Display`](fmt::Display), so that a failing test shows the number and not its units.
impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A number as it was written: its parts, not yet put together.
struct Written<'a> {
    negative: bool,
    whole: &'a str,
    part: &'a str,
    exponent: i64,
}

impl<'a> Written<'a> {
    /// `[sign] digits [. digits] [e [sign] digits]`, and nothing else.
    fn parse(text: &'a str) -> Option<Self> {
        let (negative, text) = split_sign(text);
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            None => (text, 0),
            Some((mantissa, exponent)) => {
                let (down, digits) = split_sign(exponent);
                // Past this size the sign of the exponent alone decides.
                let size = digits_only(digits)?
                    .parse::<i64>()
                    .map_or(i64::from(i32::MAX), |n| n.min(i64::from(i32::MAX)));
                (mantissa, if down { -size } else { size })
            }
        };
        let (whole, part) = match mantissa.split_once('.') {
            None => (mantissa, ""),
            Some((whole, part)) => (whole, digits_only(part)?),
        };
        Some(Self { negative, whole: digits_only(whole)?, part, exponent })
    }

    /// The value, which must need no more than nine places.
    fn exact(&self) -> Result<Decimal, DecimalError> {
        self.value(false)
    }

    /// The value, rounded half away from zero to nine places.
    fn rounded(&self) -> Result<Decimal, DecimalError> {
        self.value(true)
    }

    fn value(&self, round: bool) -> Result<Decimal, DecimalError> {
        // The place of the first digit, counted in units: a digit at place `p` stands for `10^p` units.
        let mut place =
            i64::try_from(self.whole.len()).map_err(|_| DecimalError::TooLarge)? - 1 + PLACES + self.exponent;
        let mut size = 0_i128;
        for digit in self.whole.bytes().chain(self.part.bytes()).map(|byte| i128::from(byte - b'0')) {
            if place >= 0 {
                size = size
                    .checked_mul(10)
                    .and_then(|size| size.checked_add(digit))
                    .ok_or(DecimalError::TooLarge)?;
            } else if !round {
                if digit > 0 {
                    return Err(DecimalError::TooPrecise);
                }
            } else if place == -1 && digit >= 5 {
                size = size.checked_add(1).ok_or(DecimalError::TooLarge)?;
            }
            place -= 1;
        }
        // Zeros that the exponent stands for.
        if place >= 0 && size > 0 {
            size = u32::try_from(place + 1)
                .ok()
                .and_then(|zeros| 10_i128.checked_pow(zeros))
                .and_then(|scale| size.checked_mul(scale))
                .ok_or(DecimalError::TooLarge)?;
        }
        Decimal::from_units(if self.negative { -size } else { size }).ok_or(DecimalError::TooLarge)
    }
}

/// Whether a text starts with a minus, and the text after its sign.
fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The text itself when it is one digit or more, and nothing else.
fn digits_only(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::{Decimal as Oracle, RoundingStrategy::MidpointAwayFromZero};

    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn data_is_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("-12.50", Ok("-12.5")),
            ("+3", Ok("3")),
            ("1e3", Ok("1000")),
            ("1E-2", Ok("0.01")),
            ("-0", Ok("0")),
            ("007", Ok("7")),
            ("0.123456789", Ok("0.123456789")),
            ("0.12345678900", Ok("0.123456789")),
            ("12.5e-8", Ok("0.000000125")),
            ("0e999999999999999999999", Ok("0")),
            ("0.0000000001", Err(DecimalError::TooPrecise)),
            ("1e-10", Err(DecimalError::TooPrecise)),
            ("1e-99999999999999999999", Err(DecimalError::TooPrecise)),
            ("99999999999999999999999999999.999999999", Ok("99999999999999999999999999999.999999999")),
            ("100000000000000000000000000000", Err(DecimalError::TooLarge)),
            ("1e29", Err(DecimalError::TooLarge)),
            ("-1e999999999999999999999", Err(DecimalError::TooLarge)),
        ] {
            assert_eq!(Decimal::parse(text).map(|n| n.to_string()), expected.map(str::to_owned), "{text}");
        }
        for text in [
            "", "-", "+-1", " 1", "1 ", "1,000", "1_000", ".5", "5.", "1e", "1e1.5", "e3", "NaN", "inf", "٣",
            "1.2.3",
        ] {
            assert_eq!(Decimal::parse(text), Err(DecimalError::NotANumber), "{text}");
        }
    }

    #[test]
    fn numbers_are_shown_plainly() {
        assert_eq!(d("-3.500").to_string(), "-3.5");
        assert_eq!(d("0.35").to_string(), "0.35");
        assert_eq!(Decimal::from_int(1000).to_string(), "1000");
        assert_eq!(Decimal::MIN.to_string(), "-99999999999999999999999999999.999999999");
        assert_eq!(format!("{:+}|{:>6}|{:<4}|", d("40"), d("-0.5"), d("7")), "+40|  -0.5|7   |");
    }

    #[test]
    fn products_and_quotients_round_half_away_from_zero() {
        assert_eq!(d("0.00001").checked_mul(d("0.00005")), Some(d("0.000000001")));
        assert_eq!(d("-0.00001").checked_mul(d("0.00005")), Some(d("-0.000000001")));
        assert_eq!(d("0.00001").checked_mul(d("0.00004")), Some(Decimal::ZERO));
        assert_eq!(d("2").checked_div(d("3")), Some(d("0.666666667")));
        assert_eq!(d("-1").checked_div(d("3")), Some(d("-0.333333333")));
        assert_eq!(d("0.000000001").checked_div(d("-2")), Some(d("-0.000000001")));
        assert_eq!(d("1").checked_div(Decimal::ZERO), None);
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(Decimal::MAX.checked_add(d("0.000000001")), None);
        assert_eq!(Decimal::MIN.checked_sub(Decimal::MAX), None);
        assert_eq!(Decimal::MAX.checked_mul(d("1.000000001")), None);
        assert_eq!(Decimal::MAX.checked_mul(Decimal::MAX), None);
        assert_eq!(Decimal::MAX.checked_div(d("0.999999999")), None);
        assert_eq!(Decimal::MAX.checked_div(d("0.000000001")), None);
        assert_eq!(Decimal::MAX.checked_div(Decimal::ZERO), None);
        assert_eq!(Decimal::from_units(10_i128.pow(38)), None);
        assert_eq!(Decimal::MAX.checked_mul(Decimal::ONE), Some(Decimal::MAX));
        assert_eq!(Decimal::MIN.checked_div(Decimal::MIN), Some(Decimal::ONE));
        assert_eq!(Decimal::MIN.checked_neg(), Some(Decimal::MAX));
    }

    #[test]
    fn rounding_goes_to_the_nearest_multiple() {
        for (number, step, expected) in [
            ("612.5", "1", Some("613")),
            ("-612.5", "1", Some("-613")),
            ("612", "5", Some("610")),
            ("612.5", "5", Some("615")),
            ("0.125", "0.25", Some("0.25")),
            ("0.1", "-0.25", Some("0")),
            ("7", "0", None),
            ("99999999999999999999999999999.5", "1", None),
            ("99999999999999999999999999999.4", "1", Some("99999999999999999999999999999")),
        ] {
            assert_eq!(d(number).round_to(d(step)), expected.map(d), "{number} to {step}");
        }
        assert!(d("0.75").is_multiple_of(d("0.25")) && !d("0.8").is_multiple_of(d("0.25")));
        assert!(Decimal::ZERO.is_multiple_of(Decimal::ZERO) && !Decimal::ONE.is_multiple_of(Decimal::ZERO));
        assert!(d("-3").is_integer() && !d("0.000000001").is_integer());
    }

    #[test]
    fn a_double_is_the_number_it_is_written_as() {
        for (double, expected) in [
            (0.1, Some("0.1")),
            (-0.0, Some("0")),
            (0.1 + 0.2, Some("0.3")),
            (1e28, Some("10000000000000000000000000000")),
            (2.5e-9, Some("0.000000003")),
            (-2.5e-9, Some("-0.000000003")),
            (5e-324, Some("0")),
            (1e29, None),
            (f64::MAX, None),
            (f64::NAN, None),
            (f64::NEG_INFINITY, None),
        ] {
            assert_eq!(Decimal::from_f64(double), expected.map(d), "{double}");
        }
    }

    /// The same number in `rust_decimal`, which holds 96 bits.
    fn oracle(number: Decimal) -> Oracle {
        Oracle::from_i128_with_scale(number.units(), 9)
    }

    fn expect(number: Oracle) -> Decimal {
        d(&number.round_dp_with_strategy(9, MidpointAwayFromZero).to_string())
    }

    /// Numbers of every size up to `bits` bits of units, with small and round ones among them.
    fn numbers(bits: u32) -> impl Strategy<Value = Decimal> {
        (any::<i128>(), 128 - bits..128, 0..3_u8).prop_map(|(units, shift, kind)| {
            let units = units >> shift;
            let units = if kind == 0 { units - units % UNITS_PER_ONE } else { units };
            Decimal::from_units(units).unwrap()
        })
    }

    fn divisors(bits: u32) -> impl Strategy<Value = Decimal> {
        numbers(bits).prop_map(|number| if number.is_zero() { Decimal::ONE } else { number })
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_oracle(a in numbers(90), b in numbers(90)) {
            prop_assert_eq!(a.checked_add(b), Some(expect(oracle(a) + oracle(b))));
            prop_assert_eq!(a.checked_sub(b), Some(expect(oracle(a) - oracle(b))));
            prop_assert_eq!(a.cmp(&b), oracle(a).cmp(&oracle(b)));
        }

        #[test]
        fn products_are_those_of_the_oracle(a in numbers(48), b in numbers(48)) {
            prop_assert_eq!(a.checked_mul(b), Some(expect(oracle(a) * oracle(b))));
        }

        /// 28 digits of the oracle's quotient tell on which side of a half the true one lies, for this size.
        #[test]
        fn quotients_are_those_of_the_oracle(a in numbers(55), b in divisors(55)) {
            prop_assert_eq!(a.checked_div(b), Some(expect(oracle(a) / oracle(b))));
        }

        /// With the whole part of `a` multiplied apart (exact, and of the same sign), 128 bits are enough.
        #[test]
        fn large_products_agree_with_the_long_way(a in numbers(126), b in numbers(90)) {
            let (whole, rest) = (a.units() / UNITS_PER_ONE, a.units() % UNITS_PER_ONE);
            let expected = whole
                .checked_mul(b.units())
                .and_then(|high| high.checked_add(divide_rounding(rest * b.units(), UNITS_PER_ONE)?))
                .and_then(Decimal::from_units);
            prop_assert_eq!(a.checked_mul(b), expected);
            prop_assert_eq!(b.checked_mul(a), expected);
        }

        #[test]
        fn large_quotients_agree_with_the_long_way(a in numbers(126), b in divisors(96)) {
            let (whole, rest) = (a.units() / b.units(), a.units() % b.units());
            let expected = whole
                .checked_mul(UNITS_PER_ONE)
                .and_then(|high| high.checked_add(divide_rounding(rest * UNITS_PER_ONE, b.units())?))
                .and_then(Decimal::from_units);
            prop_assert_eq!(a.checked_div(b), expected);
        }

        #[test]
        fn rounding_is_that_of_the_oracle(a in numbers(90), places in 0..9_u32) {
            let step = Decimal::from_units(10_i128.pow(9 - places)).unwrap();
            let expected = expect(oracle(a).round_dp_with_strategy(places, MidpointAwayFromZero));
            prop_assert_eq!(a.round_to(step), Some(expected));
        }

        #[test]
        fn what_is_shown_reads_back(a in numbers(126)) {
            let shown = a.to_string();
            prop_assert_eq!(Decimal::parse(&shown), Ok(a));
            prop_assert!(!shown.contains('.') || !shown.ends_with(['0', '.']));
        }

        #[test]
        fn doubles_are_those_of_the_oracle(mantissa in -(1_i64 << 53)..1 << 53, power in -60..20_i32) {
            let double = mantissa as f64 * f64::from(power).exp2();
            // The oracle cannot hold more than 28 places, which only matters far below the ninth.
            let expected = Oracle::from_str_exact(&double.to_string())
                .or_else(|_| format!("{double:.28}").parse())
                .ok();
            prop_assume!(expected.is_some());
            prop_assert_eq!(Decimal::from_f64(double), expected.map(expect));
        }
    }
}
