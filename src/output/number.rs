//! Numbers as digits, without allocating.

/// Units in one.
const ONE: u128 = 1_000_000_000;

/// The most digits that a number of units has, with point and sign.
const MOST: usize = 48;

/// Adds a whole number.
pub(super) fn whole(number: i64, to: &mut Vec<u8>) {
    let mut digits = Digits::new();
    digits.small(number.unsigned_abs());
    digits.finish(number < 0, to);
}

/// Adds a number of units of 1e-9: plain digits without zeros at the end, as [`crate::decimal::Decimal`] is shown.
pub(super) fn units(units: i128, to: &mut Vec<u8>) {
    let size = units.unsigned_abs();
    let mut digits = Digits::new();
    let (number, part) = match u64::try_from(size) {
        Ok(small) => (u128::from(small / ONE as u64), small % ONE as u64),
        Err(_) => (size / ONE, (size % ONE) as u64),
    };
    if part > 0 {
        digits.part(part);
    }
    match u64::try_from(number) {
        Ok(small) => digits.small(small),
        Err(_) => digits.large(number),
    }
    digits.finish(units < 0, to);
}

/// Digits, the last first.
struct Digits {
    bytes: [u8; MOST],
    start: usize,
}

impl Digits {
    fn new() -> Self {
        Self { bytes: [0; MOST], start: MOST }
    }

    fn push(&mut self, byte: u8) {
        self.start -= 1;
        if let Some(slot) = self.bytes.get_mut(self.start) {
            *slot = byte;
        }
    }

    fn small(&mut self, mut number: u64) {
        loop {
            self.push(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                return;
            }
        }
    }

    fn large(&mut self, mut number: u128) {
        while number > 0 {
            self.push(b'0' + (number % 10) as u8);
            number /= 10;
        }
    }

    /// The nine places, without zeros at the end, and the point.
    fn part(&mut self, mut part: u64) {
        let mut places = 9;
        while part.is_multiple_of(10) {
            part /= 10;
            places -= 1;
        }
        for _ in 0..places {
            self.push(b'0' + (part % 10) as u8);
            part /= 10;
        }
        self.push(b'.');
    }

    fn finish(mut self, negative: bool, to: &mut Vec<u8>) {
        if negative {
            self.push(b'-');
        }
        to.extend_from_slice(self.bytes.get(self.start..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use crate::decimal::Decimal;
    use proptest::prelude::*;

    fn shown(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_ends() {
        for number in [0, 7, -7, i64::MAX, i64::MIN] {
            assert_eq!(shown(|out| super::whole(number, out)), number.to_string());
        }
        for number in [Decimal::MIN, Decimal::MAX, Decimal::ZERO] {
            assert_eq!(shown(|out| super::units(number.units(), out)), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn digits_are_those_of_the_number(units in any::<i128>(), shift in 2..128_u32, zeros in 0..12_u32) {
            let units = units >> shift;
            let units = units - units % 10_i128.pow(zeros);
            if let Some(number) = Decimal::from_units(units) {
                prop_assert_eq!(shown(|out| super::units(units, out)), number.to_string());
            }
        }
    }
}
