//! Division that rounds, and the 256 bits in which products and quotients are exact.

/// `numerator / denominator` to the nearest whole number, half away from zero; `None` for a denominator of zero.
pub(super) fn divide_rounding(numerator: i128, denominator: i128) -> Option<i128> {
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator.checked_rem(denominator)?.unsigned_abs();
    if rest < denominator.unsigned_abs() - rest {
        return Some(quotient);
    }
    quotient.checked_add(if (numerator < 0) == (denominator < 0) { 1 } else { -1 })
}

/// An unsigned number of 256 bits: what a product of two `u128` may need.
pub(super) struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// The whole product of `a` and `b`, by halves of 64 bits.
    pub(super) fn product(a: u128, b: u128) -> Self {
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
    pub(super) fn divide_rounding(&self, divisor: u128) -> Option<u128> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (numerator, denominator, expected) in [
            (7, 2, Some(4)),
            (-7, 2, Some(-4)),
            (7, -2, Some(-4)),
            (-7, -2, Some(4)),
            (10, 4, Some(3)),
            (9, 4, Some(2)),
            (0, -3, Some(0)),
            (1, 0, None),
            (i128::MAX, 1, Some(i128::MAX)),
            (i128::MIN, -1, None),
        ] {
            assert_eq!(divide_rounding(numerator, denominator), expected, "{numerator} / {denominator}");
        }
    }

    #[test]
    fn quotients_past_128_bits_are_none() {
        assert_eq!(Wide::product(u128::MAX, u128::MAX).divide_rounding(u128::MAX >> 1), None);
        assert_eq!(Wide { high: 0, low: u128::MAX }.divide_rounding(1), Some(u128::MAX));
        assert_eq!(Wide { high: 0, low: 1 }.divide_rounding(0), None);
    }

    proptest! {
        #[test]
        fn a_product_divided_by_one_side_is_the_other(a in any::<u128>(), b in 1..=u128::MAX >> 1) {
            prop_assert_eq!(Wide::product(a, b).divide_rounding(b), Some(a));
            prop_assert_eq!(Wide::product(b, a).divide_rounding(b), Some(a));
        }

        #[test]
        fn small_quotients_are_those_of_128_bits(a in any::<u64>(), b in any::<u64>(), c in 1..=u64::MAX) {
            let product = u128::from(a) * u128::from(b);
            let (quotient, rest) = (product / u128::from(c), product % u128::from(c));
            let expected = if rest * 2 >= u128::from(c) { quotient + 1 } else { quotient };
            prop_assert_eq!(Wide::product(u128::from(a), u128::from(b)).divide_rounding(u128::from(c)), Some(expected));
        }
    }
}
