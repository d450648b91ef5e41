//! Division of many numbers by the same one, rounded half away from zero: by a multiplication, which takes a fraction of the
//! time.

/// What is divided by: greater than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Divisor {
    by: u64,
    /// 2^64 parts of one, as many as there are in `1 / by`, rounded down.
    reciprocal: u64,
}

impl Divisor {
    /// Of a number greater than zero.
    pub(super) fn new(by: i64) -> Self {
        let by = by.max(1).unsigned_abs();
        // By one, one part is lost: it is among what is corrected.
        Self { by, reciprocal: u64::try_from((1_u128 << 64) / u128::from(by)).unwrap_or(u64::MAX) }
    }

    /// The nearest whole number, half away from zero.
    #[inline]
    pub(super) fn divide(self, number: i64) -> i64 {
        let size = number.unsigned_abs();
        // At most one too small, as less than one part was rounded away of each of the fewer than 2^64 that are counted.
        let below = ((u128::from(size) * u128::from(self.reciprocal)) >> 64) as u64;
        let rest = size.wrapping_sub(below.wrapping_mul(self.by));
        let (quotient, rest) =
            if rest >= self.by { (below.wrapping_add(1), rest.wrapping_sub(self.by)) } else { (below, rest) };
        let nearest = quotient.wrapping_add(u64::from(rest >= self.by.wrapping_sub(rest))) as i64;
        if number < 0 { nearest.wrapping_neg() } else { nearest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quotients_are_those_of_long_division(
            number in any::<i64>(), shift in 0_u32..64, by in 1_i64..i64::MAX, less in 0_u32..63, near in -2_i64..3,
        ) {
            let by = (by >> less).max(1);
            // Numbers of every size, and those where a quotient turns to the next.
            let halves = (number >> shift).wrapping_mul(by).wrapping_add(near);
            for number in [number >> shift, halves, halves.wrapping_add(by / 2), i64::MIN, i64::MAX, 0] {
                let (number, wide) = (i128::from(number), i128::from(by));
                let twice = number.abs() * 2 + wide;
                let expected = number.signum() * twice.div_euclid(wide * 2);
                prop_assert_eq!(i128::from(Divisor::new(by).divide(number as i64)) , expected as i64 as i128);
            }
        }
    }
}
