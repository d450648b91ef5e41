//! Numbers and days as they are mostly written, read digit by digit. What is written otherwise is left to the slow way.

/// A plain number of up to 18 digits: all its digits as a whole number, and how many of them stand behind the point (at
/// most 9).
pub(super) fn number(text: &[u8]) -> Option<(i64, u32)> {
    const MOST: usize = 19;
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > MOST {
        return None;
    }
    let mut all = 0_i64;
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            // At most 19 digits: what does not fit has 19 of them, and is left to the slow way.
            all = all.wrapping_mul(10).wrapping_add(i64::from(digit));
        } else if *byte == b'.' && point.is_none() && at > 0 {
            point = Some(at);
        } else {
            return None;
        }
    }
    let places = match point {
        None if digits.len() == MOST => return None,
        None => 0,
        Some(point) => digits.len() - point - 1,
    };
    if point.is_some() && !(1..=9).contains(&places) {
        return None;
    }
    Some((if negative { -all } else { all }, places as u32))
}

/// A power of ten up to the ninth.
pub(super) fn power(of: u32) -> i64 {
    const POWERS: [i64; 10] =
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    POWERS.get(of as usize).copied().unwrap_or(1)
}

/// The day of a text of the shape `YYYY-MM-DD`, since 1970-01-01.
pub(super) fn day(text: &[u8]) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let digit = |byte: u8| i64::from(byte.wrapping_sub(b'0'));
    let parts = [y1, y2, y3, y4, m1, m2, d1, d2].map(digit);
    if parts.iter().any(|digit| *digit > 9) {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2] = parts;
    let (year, month, day) = (y1 * 1000 + y2 * 100 + y3 * 10 + y4, m1 * 10 + m2, d1 * 10 + d2);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if year == 0 || !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March end with the leap day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let in_year = (153 * month + 2) / 5 + day - 1;
    let before = 365 * year + year / 4 - year / 100 + year / 400;
    // Days from 0000-03-01 to 1970-01-01.
    Some(before + in_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use crate::decimal::Decimal;
    use proptest::prelude::*;

    fn units(text: &str) -> Option<i128> {
        number(text.as_bytes()).map(|(digits, places)| i128::from(digits) * i128::from(power(9 - places)))
    }

    #[test]
    fn common_numbers_are_read_and_odd_ones_left() {
        for text in ["0", "-0", "7", "007", "-12.50", "0.123456789", "999999999999999999", "1.00"] {
            assert_eq!(units(text), Some(Decimal::parse(text).unwrap().units()), "{text}");
        }
        for text in
            ["", "-", ".5", "5.", "1e3", "+1", " 1", "1.2.3", "0.1234567890", "9999999999999999999", "1,5"]
        {
            assert_eq!(units(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_is_read_as_the_calendar_has_it() {
        for days in Date::MIN.days()..=Date::MAX.days() {
            let date = Date::from_days(days).unwrap();
            if days % 7 == 0 || date.month() == 2 {
                assert_eq!(day(date.to_string().as_bytes()), Some(i64::from(days)));
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_slow_way_reads(text in "-?[0-9.e+]{0,22}|[0-9]{1,20}(\\.[0-9]{0,11})?") {
            if let Some(units) = units(&text) {
                prop_assert_eq!(Decimal::parse(&text).map(Decimal::units), Ok(units));
            }
        }

        #[test]
        fn no_other_text_is_a_day(text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9]|[0-9-]{10}") {
            prop_assert_eq!(day(text.as_bytes()), Date::parse(&text).ok().map(|date| i64::from(date.days())));
        }
    }
}
