//! Calendar days, without clock or time zone, for the years 0001 to 9999.
//!
//! A [`Date`] is a number of days since 1970-01-01, one-to-one with Arrow's `Date32`. The calendar is jiff's
//! (Gregorian, also before 1582). *Today* is not known here: it is the `--as-of` of a run and comes from above.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use thiserror::Error;

/// Days from 1970-01-01 back to 0001-01-01.
const FIRST: i32 = -719_162;
/// Days from 1970-01-01 to 9999-12-31.
const LAST: i32 = 2_932_896;
/// The day that counts as zero.
const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// A calendar day from 0001-01-01 to 9999-12-31: days since 1970-01-01, earlier ones negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// What windows such as `within 90 days` count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// One day.
    Day,
    /// One calendar month: keeps the day of the month, clamped to the month's end.
    Month,
    /// Twelve calendar months.
    Year,
}

/// Why a text is not a [`Date`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// The text is not written `YYYY-MM-DD`.
    #[error("not a date written as YYYY-MM-DD")]
    NotADate,
    /// The text is written like a date, but the calendar has no such day.
    #[error("no such day in the calendar")]
    NoSuchDay,
}

impl Date {
    /// 0001-01-01, the first day there is.
    pub const MIN: Self = Self(FIRST);
    /// 9999-12-31, the last day there is.
    pub const MAX: Self = Self(LAST);

    /// The day of a year, month (1 to 12) and day of the month (from 1); `None` when there is no such day.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        let date =
            civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        date.ok().map(Self::from_civil)
    }

    /// The day that is `days` after 1970-01-01 (before it, when negative); `None` outside the calendar.
    #[must_use]
    pub fn from_days(days: i32) -> Option<Self> {
        (FIRST..=LAST).contains(&days).then_some(Self(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> i32 {
        i32::from(self.civil().year())
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.civil().month().unsigned_abs()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        self.civil().day().unsigned_abs()
    }

    /// The day `days` later (earlier, when negative); the ends of the calendar are never passed.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let moved = i64::from(self.0).saturating_add(days).clamp(i64::from(FIRST), i64::from(LAST));
        // The clamp has brought it into `i32`.
        i32::try_from(moved).map_or(self, Self)
    }

    /// The day `count` units earlier; months and years keep the day, clamped to the month's end. The first day
    /// of the calendar is never passed.
    #[must_use]
    pub fn ago(self, count: u32, unit: Unit) -> Self {
        match unit {
            Unit::Day => self.plus_days(-i64::from(count)),
            Unit::Month => self.plus_months(-i64::from(count)),
            Unit::Year => self.plus_months(-12 * i64::from(count)),
        }
    }

    /// The day `count` units later, by the same rule as [`Date::ago`].
    #[must_use]
    pub fn ahead(self, count: u32, unit: Unit) -> Self {
        match unit {
            Unit::Day => self.plus_days(i64::from(count)),
            Unit::Month => self.plus_months(i64::from(count)),
            Unit::Year => self.plus_months(12 * i64::from(count)),
        }
    }

    /// The first day of the month.
    #[must_use]
    pub fn month_start(self) -> Self {
        Self::from_civil(self.civil().first_of_month())
    }

    /// The first day of the year.
    #[must_use]
    pub fn year_start(self) -> Self {
        Self::from_civil(self.civil().first_of_year())
    }

    /// Reads `YYYY-MM-DD`, and no other notation.
    ///
    /// # Errors
    ///
    /// [`DateError::NotADate`] for another shape, [`DateError::NoSuchDay`] for `2026-02-30` or year 0000.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return Err(DateError::NotADate);
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_i32, |number, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| number * 10 + i32::from(digit - b'0'))
                    .ok_or(DateError::NotADate)
            })
        };
        let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
        let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else {
            return Err(DateError::NoSuchDay);
        };
        Self::from_ymd(year, month, day).ok_or(DateError::NoSuchDay)
    }

    /// Moves by calendar months, the day clamped to the month's end, the ends of the calendar never passed.
    fn plus_months(self, months: i64) -> Self {
        let date = self.civil();
        let target = i64::from(date.year()) * 12 + i64::from(date.month() - 1) + months;
        let (year, month) = (target.div_euclid(12), target.rem_euclid(12) + 1);
        let first = match (i32::try_from(year), u8::try_from(month)) {
            (Ok(year), Ok(month)) => Self::from_ymd(year, month, 1),
            (Err(_), _) | (_, Err(_)) => None,
        };
        match first {
            None if months < 0 => Self::MIN,
            None => Self::MAX,
            Some(first) => {
                let last = first.civil().days_in_month();
                first.plus_days(i64::from(date.day().min(last)) - 1)
            }
        }
    }

    fn civil(self) -> civil::Date {
        EPOCH.saturating_add(jiff::SignedDuration::from_hours(i64::from(self.0) * 24))
    }

    /// The day of a civil date, which must be in the years 0001 to 9999.
    fn from_civil(date: civil::Date) -> Self {
        let days = date.duration_since(EPOCH).as_hours() / 24;
        Self(i32::try_from(days).map_or(LAST, |days| days.clamp(FIRST, LAST)))
    }
}

/// Days from `a` to `b`; negative when `b` is earlier.
#[must_use]
pub fn days_between(a: Date, b: Date) -> i64 {
    i64::from(b.0) - i64::from(a.0)
}

/// Whole months completed from `a` to `b`; negative (and by the same count) when `b` is earlier.
///
/// A month is complete when its day of the month is reached: from 31 January none is complete on 28 February,
/// one is on 1 March. This is the count by which `within N months` is decided, see [`Date::ago`].
#[must_use]
pub fn months_between(a: Date, b: Date) -> i64 {
    if b < a {
        return -months_between(b, a);
    }
    let (a, b) = (a.civil(), b.civil());
    let months =
        12 * (i64::from(b.year()) - i64::from(a.year())) + i64::from(b.month()) - i64::from(a.month());
    if b.day() < a.day() { months - 1 } else { months }
}

/// Whole years completed from `a` to `b`, as an age is told; negative (and by the same count) when `b` is earlier.
///
/// Who was born on 29 February is a year older on 1 March of a common year.
#[must_use]
pub fn years_between(a: Date, b: Date) -> i64 {
    months_between(a, b) / 12
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse(text)
    }
}

/// `YYYY-MM-DD`; a width pads it as text.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.civil();
        f.pad(&format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
    }
}

/// As [`Display`](fmt::Display), so that a failing test shows the day and not its number.
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn only_one_notation_is_read() {
        assert_eq!(date("1970-01-01").days(), 0);
        assert_eq!(date("2026-01-31").days(), 20_484);
        assert_eq!(Date::parse("0001-01-01"), Ok(Date::MIN));
        assert_eq!(Date::parse("9999-12-31"), Ok(Date::MAX));
        for text in
            ["2026-02-30", "2026-13-01", "2026-00-10", "2026-01-00", "2023-02-29", "0000-01-01", "2026-01-99"]
        {
            assert_eq!(Date::parse(text), Err(DateError::NoSuchDay), "{text}");
        }
        for text in [
            "",
            "2026-1-31",
            "26-01-31",
            "2026/01/31",
            "20260131",
            "2026-01-31 ",
            "-026-01-31",
            "2026-01-3١",
            "31-01-2026",
        ] {
            assert_eq!(Date::parse(text), Err(DateError::NotADate), "{text}");
        }
    }

    #[test]
    fn months_and_years_keep_the_day_clamped_to_the_end() {
        for (from, count, unit, expected) in [
            ("2026-03-31", 1, Unit::Month, "2026-02-28"),
            ("2024-03-31", 1, Unit::Month, "2024-02-29"),
            ("2024-02-29", 1, Unit::Year, "2023-02-28"),
            ("2024-02-29", 4, Unit::Year, "2020-02-29"),
            ("2026-01-15", 13, Unit::Month, "2024-12-15"),
            ("2026-03-01", 1, Unit::Day, "2026-02-28"),
            ("2026-01-31", 0, Unit::Year, "2026-01-31"),
            ("2026-01-31", u32::MAX, Unit::Day, "0001-01-01"),
            ("2026-01-31", u32::MAX, Unit::Month, "0001-01-01"),
            ("2026-01-31", u32::MAX, Unit::Year, "0001-01-01"),
        ] {
            assert_eq!(date(from).ago(count, unit), date(expected), "{count} {unit:?} before {from}");
        }
        assert_eq!(date("2026-01-31").ahead(1, Unit::Month), date("2026-02-28"));
        assert_eq!(date("2026-01-31").ahead(1, Unit::Day), date("2026-02-01"));
        assert_eq!(date("2024-02-29").ahead(1, Unit::Year), date("2025-02-28"));
        assert_eq!(date("2026-01-31").ahead(u32::MAX, Unit::Year), Date::MAX);
        assert_eq!(Date::MAX.plus_days(1), Date::MAX);
        assert_eq!(Date::MIN.plus_days(i64::MIN), Date::MIN);
    }

    #[test]
    fn ages_are_completed_years() {
        for (from, to, years, months) in [
            ("1980-05-01", "2026-04-30", 45, 551),
            ("1980-05-01", "2026-05-01", 46, 552),
            ("2000-02-29", "2001-02-28", 0, 11),
            ("2000-02-29", "2001-03-01", 1, 12),
            ("2026-01-31", "2026-02-28", 0, 0),
            ("2026-02-28", "2026-03-31", 0, 1),
            ("2026-05-01", "1980-05-02", -45, -551),
        ] {
            assert_eq!(years_between(date(from), date(to)), years, "years {from} to {to}");
            assert_eq!(months_between(date(from), date(to)), months, "months {from} to {to}");
        }
        assert_eq!(days_between(date("2024-02-28"), date("2024-03-01")), 2);
        assert_eq!(days_between(Date::MAX, Date::MIN), -3_652_058);
    }

    #[test]
    fn days_outside_the_calendar_are_none() {
        assert_eq!(Date::from_days(Date::MIN.days() - 1), None);
        assert_eq!(Date::from_days(Date::MAX.days() + 1), None);
        assert_eq!(Date::from_ymd(10_000, 1, 1), None);
        assert_eq!(Date::from_ymd(2026, 1, 200), None);
    }

    /// Days since 1970-01-01 by counting leap days, without jiff.
    fn days_by_counting(year: i32, month: u8, day: u8) -> i32 {
        let before = year - 1;
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let of_year: i32 = lengths.iter().take(usize::from(month) - 1).sum();
        before * 365 + before / 4 - before / 100 + before / 400 + of_year + i32::from(day) - 1 - 719_162
    }

    fn dates() -> impl Strategy<Value = Date> {
        (FIRST..=LAST).prop_map(Date)
    }

    /// Two dates some years apart, month ends and leap days more often than by chance.
    fn pairs() -> impl Strategy<Value = (Date, Date)> {
        let near_month_end = (1990..2030_i32, 1..=12_u8, -3..3_i64)
            .prop_map(|(year, month, shift)| Date::from_ymd(year, month, 1).unwrap().plus_days(shift));
        let one = prop_oneof![near_month_end.boxed(), dates().boxed()];
        (one.clone(), one)
    }

    proptest! {
        #[test]
        fn a_day_is_its_year_month_and_day(date in dates()) {
            let (year, month, day) = (date.year(), date.month(), date.day());
            prop_assert_eq!(days_by_counting(year, month, day), date.days());
            prop_assert_eq!(Date::from_ymd(year, month, day), Some(date));
            prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
            prop_assert_eq!(Some(date.month_start()), Date::from_ymd(year, month, 1));
            prop_assert_eq!(Some(date.year_start()), Date::from_ymd(year, 1, 1));
        }

        #[test]
        fn windows_are_those_of_jiff(date in dates(), months in 0..30_000_u32) {
            let back = date.civil().checked_sub(i64::from(months).months());
            let expected = back.ok().filter(|back| back.year() >= 1).map_or(Date::MIN, Date::from_civil);
            prop_assert_eq!(date.ago(months, Unit::Month), expected);
            let on = date.civil().checked_add(i64::from(months).months()).map_or(Date::MAX, Date::from_civil);
            prop_assert_eq!(date.ahead(months, Unit::Month), on);
        }

        /// `within N months` and `months_between` can never disagree.
        #[test]
        fn completed_months_are_those_of_windows((a, b) in pairs()) {
            let (a, b) = (a.min(b), a.max(b));
            let months = months_between(a, b);
            let count = u32::try_from(months).unwrap();
            prop_assert!(b.ago(count, Unit::Month) >= a);
            let more = b.ago(count + 1, Unit::Month);
            prop_assert!(more < a || more == Date::MIN);
            prop_assert_eq!(years_between(a, b), months / 12);
            prop_assert_eq!(months_between(b, a), -months);
            prop_assert_eq!(years_between(b, a), -(months / 12));
        }

        #[test]
        fn days_between_and_plus_days_are_inverse((a, b) in pairs()) {
            prop_assert_eq!(a.plus_days(days_between(a, b)), b);
        }
    }
}
