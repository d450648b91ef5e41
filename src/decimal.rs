//! Exact decimal numbers with nine places: every number of the language.
//!
//! A [`Decimal`] is a whole number of billionths in an `i128`, one-to-one with Arrow's `Decimal128(38, 9)`.
//! Sums are exact. A product or a quotient is computed exactly in 256 bits and then rounded once, half away
//! from zero, to nine places. Nothing wraps and nothing saturates: what does not fit is `None`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

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

/// `numerator / denominator` to the nearest whole number, half away from zero; `None` for a denominator of zero.
fn divide_rounding(numerator: i128, denominator: i128) -> Option<i128> {
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator.checked_rem(denominator)?.unsigned_abs();
    if rest < denominator.unsigned_abs() - rest {
        return Some(quotient);
    }
    quotient.checked_add(if (numerator < 0) == (denominator < 0) { 1 } else { -1 })
}

/// An unsigned number of 256 bits: what a product of two `u128` may need.
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// The whole product of `a` and `b`, by halves of 64 bits.
    fn product(a: u128, b: u128) -> Self {
        const HALF: u128 = u64::MAX as u128;
        let (a_high, a_low) = (a >> 64, a & HALF);
        let (b_high, b_low) = (b >> 64, b & HALF);
        let low = a_low * b_low;
        // Each cross product is at most (2^64 - 1)^2, which leaves room for one more 64-bit half.
        let cross = a_high * b_low + (low >> 64);
        let middle = a_low * b_high + (cross & HALF);
        Self { high: a_high * b_high + (cross >> 64) + (middle >> 64), low: (middle << 64) | (low & HALF) }
    }

    /// The quotient to the nearest whole number, half up; `None` for a divisor of zero and for a quotient of more
    /// than 128 bits. The divisor must be below `2^127`, which every size of a [`Decimal`] is.
    fn divide_rounding(&self, divisor: u128) -> Option<u128> {
        if self.high >= divisor {
            return None;
        }
        let mut rest = self.high;
        let mut quotient = 0_u128;
        for bit in (0..128).rev() {
            rest = (rest << 1) | ((self.low >> bit) & 1);
            quotient <<= 1;
            if rest >= divisor {
                rest -= divisor;
                quotient |= 1;
            }
        }
        if rest >= divisor - rest { quotient.checked_add(1) } else { Some(quotient) }
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
                if digit > 0 {
                    size = u32::try_from(place)
                        .ok()
                        .and_then(|place| 10_i128.checked_pow(place))
                        .and_then(|unit| unit.checked_mul(digit))
                        .and_then(|more| size.checked_add(more))
                        .ok_or(DecimalError::TooLarge)?;
                }
            } else if !round {
                if digit > 0 {
                    return Err(DecimalError::TooPrecise);
                }
            } else if place == -1 && digit >= 5 {
                size = size.checked_add(1).ok_or(DecimalError::TooLarge)?;
            }
            place -= 1;
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
