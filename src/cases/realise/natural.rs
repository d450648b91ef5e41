//! Values of a set that read naturally: round numbers, plain dates, then those at its ends.

use super::possible::Range;
use crate::data::{Set, Type, Value, limits, step};
use crate::date::{Date, Unit};
use crate::decimal::Decimal;
use std::sync::Arc;

const ONE: i128 = 1_000_000_000;
const HUNDREDTH: i128 = ONE / 100;
/// How many ranges of a set are looked at.
const RANGES: usize = 8;
/// Sizes that amounts and counts commonly have.
const SIZES: [i128; 13] = [1_000, 10, 100, 1, 10_000, 2, 5, 3, 20, 50, 100_000, 1_000_000, 0];

/// Members of a set, the most natural first, each once.
pub(super) fn choices(set: &Set, kind: Type, today: Date) -> Vec<Value> {
    let mut found = match set {
        Set::Ranges(ranges) if kind == Type::Date => {
            let days = nearest(ranges, i128::from(today.days()));
            let days = days.into_iter().flat_map(|range| days_of(range, today));
            days.filter_map(|day| Date::from_days(i32::try_from(day).ok()?)).map(Value::Date).collect()
        }
        Set::Ranges(ranges) => {
            let numbers = nearest(ranges, 0).into_iter().flat_map(|range| numbers_of(range, kind));
            numbers.filter_map(Decimal::from_units).map(Value::Number).collect()
        }
        Set::Codes(codes) if kind == Type::YesNo => {
            codes.iter().map(|code| Value::YesNo(*code != 0)).collect()
        }
        Set::Codes(codes) => codes.iter().map(|code| Value::Category(*code)).collect(),
        Set::Texts { values, except: false } => values.iter().cloned().map(Value::Text).collect(),
        Set::Texts { except: true, .. } => {
            ["a", "b", "another text", "something else"].map(|text| Value::Text(Arc::from(text))).to_vec()
        }
    };
    let mut distinct: Vec<Value> = Vec::with_capacity(found.len());
    found.retain(|value| set.contains(value));
    for value in found {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

/// The ranges nearest to a number.
fn nearest(ranges: &[Range], to: i128) -> Vec<Range> {
    let mut ranges = ranges.to_vec();
    if ranges.len() > RANGES {
        ranges.sort_by_key(|(low, high)| low.saturating_sub(to).max(to.saturating_sub(*high)).max(0));
        ranges.truncate(RANGES);
    }
    ranges
}

/// Numbers of a range, in billionths.
fn numbers_of((low, high): Range, kind: Type) -> Vec<i128> {
    let (least, greatest) = limits(kind);
    let finest = step(kind);
    let mut numbers = Vec::new();
    let (open_below, open_above) = (low <= least, high >= greatest);
    match (open_below, open_above) {
        (false, false) => {
            numbers.extend(roundest(low, high, finest));
            // Away from 0, which divides nothing.
            numbers.extend(roundest(low.max(finest), high, finest).filter(|_| low <= 0));
        }
        (false, true) if low > 0 => numbers.extend(roundest(low, low.saturating_mul(10), finest)),
        (true, false) if high < 0 => numbers.extend(roundest(high.saturating_mul(10), high, finest)),
        (_, _) => {}
    }
    let inside = |n: &i128| low <= *n && *n <= high;
    numbers.extend(SIZES.iter().map(|n| n * ONE).filter(inside));
    for end in [low, high] {
        if end > least && end < greatest {
            let unit = if kind == Type::Integer { ONE } else { HUNDREDTH };
            let near = end.div_euclid(unit) * unit;
            numbers.extend([near, near + unit, end].into_iter().filter(inside));
        }
    }
    if open_below {
        numbers.extend(SIZES.iter().map(|n| -n * ONE).filter(inside));
    }
    if kind == Type::Integer {
        numbers.retain(|n| n % ONE == 0);
    }
    numbers
}

/// The number between two that has the fewest digits; of several one in the middle.
fn roundest(low: i128, high: i128, finest: i128) -> impl Iterator<Item = i128> {
    let mut power = finest;
    // An end may be the least number that there is, whose size is none.
    let size = low.unsigned_abs().max(high.unsigned_abs());
    while power.unsigned_abs() < size && power < i128::MAX / 20 {
        power *= 10;
    }
    let mut found = None;
    while found.is_none() && power >= finest && low <= high {
        for times in [5, 2, 1] {
            let grain = power * times / 10 / finest * finest;
            if grain == 0 {
                continue;
            }
            let first = low.div_euclid(grain) + i128::from(low.rem_euclid(grain) != 0);
            let last = high.div_euclid(grain);
            if first <= last {
                found = Some((first + last.saturating_sub(first) / 2) * grain);
                break;
            }
        }
        power /= 10;
    }
    found.or((low <= high && (low % finest == 0)).then_some(low)).into_iter()
}

/// Days of a range: a first of January, a first of a month, one in the middle, the ends, and some that lie back a while.
fn days_of((low, high): Range, today: Date) -> Vec<i128> {
    let (least, greatest) = limits(Type::Date);
    let inside = |day: &i128| low <= *day && *day <= high;
    let count = |day: Date| i128::from(day.days());
    let mut days = Vec::new();
    if low > least && high < greatest {
        let middle = Date::from_days(i32::try_from(low + (high - low) / 2).unwrap_or(0)).unwrap_or(today);
        let starts = [
            middle.year_start(),
            middle.ahead(1, Unit::Year).year_start(),
            middle.month_start(),
            middle.ahead(1, Unit::Month).month_start(),
            middle,
        ];
        days.extend(starts.into_iter().map(count).filter(inside));
    } else if high < greatest && high < count(today) {
        // Only an end: a year and many before it.
        if let Some(end) = i32::try_from(high).ok().and_then(Date::from_days) {
            let starts = [end.ago(1, Unit::Year).year_start(), end.ago(20, Unit::Year).year_start()];
            days.extend(starts.into_iter().map(count).filter(inside));
        }
    } else {
        let back = [(30, Unit::Day), (1, Unit::Year), (5, Unit::Year), (10, Unit::Year), (40, Unit::Year)];
        days.extend(back.iter().map(|(many, unit)| count(today.ago(*many, *unit))).filter(inside));
        days.extend([count(today)].into_iter().filter(inside));
    }
    days.extend([high, low].into_iter().filter(|end| *end > least && *end < greatest));
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn first(low: &str, high: &str, kind: Type) -> String {
        let end = |text: &str| Decimal::parse(text).ok().map(|n| (n, true));
        choices(&Set::from_interval(end(low), end(high), kind), kind, Date::parse("2026-01-31").unwrap())
            .first()
            .map_or_else(String::new, |value| value.describe(&[]))
    }

    #[test]
    fn numbers_are_round() {
        for (low, high, expected) in [
            ("3000", "4999.999999999", "4000"),
            ("0.3", "0.499999999", "0.4"),
            ("26", "34", "30"),
            ("17", "17", "17"),
            ("0.010000001", "99.99", "50"),
            ("1000", "", "5000"),
            ("-110", "-31", "-100"),
        ] {
            assert_eq!(first(low, high, Type::Number), expected, "{low} to {high}");
        }
        assert_eq!(first("2", "3", Type::Integer), "2");
    }

    #[test]
    fn days_are_plain() {
        let today = Date::parse("2026-01-31").unwrap();
        let day = |text: &str| Date::parse(text).unwrap();
        let set = Set::from_days(Some((day("2016-02-01"), true)), Some((day("2021-01-31"), true)));
        assert_eq!(choices(&set, Type::Date, today)[0], Value::Date(day("2018-01-01")));
        let set = Set::from_days(None, Some((today, true)));
        assert_eq!(choices(&set, Type::Date, today)[0], Value::Date(day("2026-01-01")));
    }

    #[test]
    fn ranges_up_to_the_least_and_the_greatest_number_have_a_round_one() {
        let found = |low, high| roundest(low, high, 1).next();
        assert_eq!(found(i128::MIN, i128::MIN), Some(i128::MIN));
        assert_eq!(found(i128::MAX, i128::MAX), Some(i128::MAX));
        assert!(found(i128::MIN, i128::MAX).is_some());
        assert_eq!(found(-37, 84), Some(0));
        assert_eq!(found(37, 84), Some(50));
        assert_eq!(found(-84, -37), Some(-50));
    }

    proptest! {
        #[test]
        fn whatever_has_members_has_choices(low in -50_000..50_000_i128, size in 0..50_000_i128, scale in 0..9_u32) {
            let scale = 10_i128.pow(scale);
            let today = Date::parse("2026-01-31").unwrap();
            for kind in [Type::Number, Type::Money, Type::Date] {
                let range = if kind == Type::Date { (low, low + size) } else { (low * scale, (low + size) * scale) };
                let set = Set::Ranges(vec![range]);
                let found = choices(&set, kind, today);
                prop_assert!(!found.is_empty());
                prop_assert!(found.iter().all(|value| set.contains(value)));
            }
            let (low, high) = (Decimal::from_units(low * scale).unwrap(), Decimal::from_units((low + size) * scale).unwrap());
            let set = Set::from_interval(Some((low, true)), Some((high, true)), Type::Integer);
            prop_assert_eq!(choices(&set, Type::Integer, today).is_empty(), set.is_empty());
        }
    }
}
