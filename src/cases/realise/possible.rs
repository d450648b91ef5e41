//! Values that something may have, and what its parts must be for it to have them.

use crate::data::{Set, Type, Value, limits};
use crate::date::{Date, Unit};
use crate::decimal::Decimal;

/// Values of one type that something may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possible {
    /// The known ones.
    pub known: Set,
    /// Whether it may be missing.
    pub missing: bool,
}

/// A range of numbers in billionths, or of days.
pub(super) type Range = (i128, i128);

impl Possible {
    /// These known values, not a missing one.
    pub fn known(known: Set) -> Self {
        Self { known, missing: false }
    }

    /// Yes or no.
    pub fn truth(truth: bool) -> Self {
        Self::known(Set::Codes(vec![u32::from(truth)]))
    }

    /// Whether a value is one of them.
    pub fn contains(&self, value: &Value) -> bool {
        if value.is_missing() { self.missing } else { self.known.contains(value) }
    }

    /// Only a missing value, of the type that other values have.
    pub(super) fn only_missing(like: &Set) -> Self {
        let known = match like {
            Set::Ranges(_) => Set::Ranges(Vec::new()),
            Set::Codes(_) => Set::Codes(Vec::new()),
            Set::Texts { .. } => Set::empty(Type::Text),
        };
        Self { known, missing: true }
    }

    /// One value.
    pub(crate) fn value(value: &Value) -> Self {
        match value {
            Value::Number(n) => Self::range((n.units(), n.units())),
            Value::Date(day) => Self::range((day.days().into(), day.days().into())),
            Value::YesNo(truth) => Self::truth(*truth),
            Value::Category(code) => Self::known(Set::Codes(vec![*code])),
            Value::Text(_) => Self::known(Set::of(Type::Text, [value])),
            Value::Missing(_) => Self::only_missing(&Set::Ranges(Vec::new())),
        }
    }

    /// A range of numbers or days.
    pub(super) fn range(range: Range) -> Self {
        Self::ranges_of([range])
    }

    /// Several ranges of numbers or days.
    pub(super) fn ranges_of(ranges: impl IntoIterator<Item = Range>) -> Self {
        let whole =
            |(low, high): Range| Set::Ranges(if low <= high { vec![(low, high)] } else { Vec::new() });
        let all = ranges.into_iter().map(whole);
        Self::known(all.fold(Set::Ranges(Vec::new()), |all, one| all.union(&one, Type::Number)))
    }

    /// Any known number.
    pub(super) fn any_number() -> Self {
        Self::range(limits(Type::Number))
    }

    /// Any known value of the kind that these are of.
    pub(super) fn any_like(set: &Set) -> Self {
        match set {
            Set::Ranges(_) => Self::any_number(),
            Set::Codes(_) => Self::known(Set::Codes((0..1_000).collect())),
            Set::Texts { .. } => Self::known(Set::universe(Type::Text, 0)),
        }
    }

    /// The known values that are none of these, of a type of which `codes` categories are known.
    pub(super) fn others(set: &Set) -> Self {
        Self::known(match set {
            Set::Ranges(_) => Self::any_number().known.difference(set, Type::Number),
            Set::Codes(_) => Self::any_like(set).known.difference(set, Type::Tier),
            Set::Texts { .. } => Set::universe(Type::Text, 0).difference(set, Type::Text),
        })
    }

    /// The ranges of numbers or days.
    pub(super) fn ranges(&self) -> &[Range] {
        match &self.known {
            Set::Ranges(ranges) => ranges,
            Set::Codes(_) | Set::Texts { .. } => &[],
        }
    }

    /// Whether yes, and whether no, is among them.
    pub(crate) fn truths(&self) -> (bool, bool) {
        (self.known.contains(&Value::YesNo(true)), self.known.contains(&Value::YesNo(false)))
    }

    /// Without a missing value.
    pub(super) fn if_known(&self) -> Self {
        Self::known(self.known.clone())
    }

    /// What is in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self { known: self.known.intersect(&other.known), missing: self.missing && other.missing }
    }

    /// Whether a number in a range is among them.
    pub(super) fn meets(&self, (low, high): Range) -> bool {
        self.ranges().iter().any(|(from, to)| *from <= high && low <= *to)
    }

    /// What a number must be to be one of these once it is rounded to a step.
    pub(super) fn before_rounding(&self, step: Decimal) -> Self {
        let (step, half) = (step.units(), step.units() / 2);
        let (least, greatest) = limits(Type::Number);
        let of = |(low, high): &Range| {
            let first = if *low <= least { least } else { -(-low).div_euclid(step) * step - half };
            let last = if *high >= greatest { greatest } else { high.div_euclid(step) * step + half };
            (first, last)
        };
        if step == 0 { self.if_known() } else { Self::ranges_of(self.ranges().iter().map(of)) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.missing
    }

    /// What `x` must be for `-x` to be one of these.
    pub(super) fn negated(&self) -> Self {
        Self { missing: self.missing, ..Self::ranges_of(self.ranges().iter().map(|(l, h)| (-h, -l))) }
    }

    /// What `x` must be for `x + by` to be one of these.
    pub(super) fn less(&self, by: Decimal) -> Self {
        self.each(|end| end.saturating_sub(by.units()))
    }

    /// What `x` must be for `x - by` to be one of these.
    pub(super) fn more(&self, by: Decimal) -> Self {
        self.each(|end| end.saturating_add(by.units()))
    }

    /// What `x` must be for `x * by` to be one of these; any number where that does not matter.
    pub(super) fn over(&self, by: Decimal) -> Self {
        if by.is_zero() {
            let zero = self.known.contains(&Value::Number(Decimal::ZERO));
            return if zero { Self::any_number() } else { Self::ranges_of([]) };
        }
        self.scaled(|end| end.checked_div(by), by < Decimal::ZERO)
    }

    /// What `x` must be for `x / by` to be one of these.
    pub(super) fn times(&self, by: Decimal) -> Self {
        if by.is_zero() {
            return Self::ranges_of([]);
        }
        self.scaled(|end| end.checked_mul(by), by < Decimal::ZERO)
    }

    /// What `x` must be for `of / x` to be one of these.
    pub(super) fn dividing(&self, of: Decimal) -> Self {
        if of < Decimal::ZERO {
            return self.negated().dividing(-of);
        }
        let (least, greatest) = limits(Type::Number);
        if of.is_zero() {
            let zero = self.known.contains(&Value::Number(Decimal::ZERO));
            return Self::ranges_of(if zero { vec![(least, -1), (1, greatest)] } else { Vec::new() });
        }
        let over =
            |end: i128| Decimal::from_units(end).and_then(|end| of.checked_div(end)).map(Decimal::units);
        let mut parts = Vec::new();
        for (low, high) in self.ranges() {
            if *high > 0 {
                let far = if *low > 0 { over(*low).unwrap_or(greatest) } else { greatest };
                parts.push((over(*high).unwrap_or(greatest).max(1), far));
            }
            if *low < 0 {
                let far = if *high < 0 { over(*high).unwrap_or(least) } else { least };
                parts.push((far, over(*low).unwrap_or(least).min(-1)));
            }
        }
        Self::ranges_of(parts)
    }

    /// What a number must be to be one of these once it is brought between limits.
    pub(super) fn before_limits(&self, limits_to: Option<(Decimal, Decimal)>) -> Self {
        let Some((low, high)) = limits_to else { return self.if_known() };
        let (least, greatest) = limits(Type::Number);
        let inside = self.known.intersect(&Set::Ranges(vec![(low.units(), high.units())]));
        let mut whole = Self::known(inside);
        if self.known.contains(&Value::Number(low)) {
            whole.known = whole.known.union(&Set::Ranges(vec![(least, low.units())]), Type::Number);
        }
        if self.known.contains(&Value::Number(high)) {
            whole.known = whole.known.union(&Set::Ranges(vec![(high.units(), greatest)]), Type::Number);
        }
        whole
    }

    /// The days from which so many units are counted to `to`. Numbers of days are days, of months and years completed.
    pub(super) fn days_before(&self, to: Date, unit: Unit) -> Self {
        let count = |units: i128| u32::try_from(units / Decimal::ONE.units()).unwrap_or(u32::MAX / 16);
        let mut parts: Vec<Range> = Vec::new();
        let days = |day: Date| i128::from(day.days());
        for (low, high) in self.ranges() {
            let one = Decimal::ONE.units();
            let (low, high) = (-(-low).div_euclid(one) * one, high.div_euclid(one) * one);
            if high >= 0 && low <= high {
                let first = to.ago(count(high).saturating_add(1), unit).plus_days(1);
                let last = if low <= 0 { to } else { to.ago(count(low), unit) };
                parts.push((days(first), days(last)));
            }
            if low <= 0 && low <= high {
                let first = if high >= 0 { to } else { to.ahead(count(-high), unit) };
                let last = to.ahead(count(-low).saturating_add(1), unit).plus_days(-1);
                parts.push((days(first), days(last)));
            }
        }
        Self::ranges_of(parts)
    }

    fn each(&self, moved: impl Fn(i128) -> i128) -> Self {
        let (least, greatest) = limits(Type::Number);
        let end =
            |end: i128| if end <= least || end >= greatest { end } else { moved(end).clamp(least, greatest) };
        Self::ranges_of(self.ranges().iter().map(|(low, high)| (end(*low), end(*high))))
    }

    fn scaled(&self, scale: impl Fn(Decimal) -> Option<Decimal>, flipped: bool) -> Self {
        let (least, greatest) = limits(Type::Number);
        let end = |units: i128, open: bool| {
            let up = (units > 0) != flipped;
            let scaled = Decimal::from_units(units).filter(|_| !open).and_then(&scale).map(Decimal::units);
            scaled.unwrap_or(if up { greatest } else { least })
        };
        // Numbers go on below the least and above the greatest; from the other side each is a number like others.
        Self::ranges_of(self.ranges().iter().map(|(low, high)| {
            let (low, high) = (end(*low, *low <= least), end(*high, *high >= greatest));
            if flipped { (high, low) } else { (low, high) }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Small numbers, halves among them, and the ends of all numbers.
    fn number() -> impl Strategy<Value = Decimal> {
        let half = Decimal::ONE.units() / 2;
        let small = (-40..=40_i128).prop_map(move |n| Decimal::from_units(n * half).unwrap());
        prop_oneof![8 => small, 1 => Just(Decimal::MAX), 1 => Just(Decimal::MIN)]
    }

    fn wanted() -> impl Strategy<Value = Possible> {
        prop::collection::vec((number(), number()), 1..3).prop_map(|ranges| {
            Possible::ranges_of(ranges.iter().map(|(a, b)| (a.min(b).units(), a.max(b).units())))
        })
    }

    proptest! {
        /// Whatever is turned round gives what was wanted, and nothing that gives it is left out.
        #[test]
        fn turned_round_and_back(wanted in wanted(), x in number(), by in number()) {
            let is = |n: Option<Decimal>| n.map(|n| wanted.contains(&Value::Number(n)));
            let among = |possible: Possible| possible.contains(&Value::Number(x));
            let far = |n: Decimal| n == Decimal::MAX || n == Decimal::MIN;
            prop_assume!(!far(x));
            if let Some(sum) = is(x.checked_add(by).filter(|_| !far(by))) {
                prop_assert_eq!(among(wanted.less(by)), sum);
            }
            if let Some(rest) = is(x.checked_sub(by).filter(|_| !far(by))) {
                prop_assert_eq!(among(wanted.more(by)), rest);
            }
            prop_assert_eq!(among(wanted.negated()), is(Some(-x)) == Some(true));
            // What is rounded may lie a billionth off an end.
            let near = |possible: &Possible| {
                let units = x.units();
                possible.ranges().iter().any(|(low, high)| low - 1 <= units && units <= high + 1)
            };
            if let Some(true) = is(x.checked_mul(by)) {
                prop_assert!(near(&wanted.over(by)) || by.is_zero());
            }
            if let (Some(true), false) = (is(x.checked_div(by)), by.is_zero()) {
                prop_assert!(by.abs() > Decimal::from_int(1_000) || near(&wanted.times(by)));
            }
            if let (Some(true), false) = (is(by.checked_div(x)), x.is_zero()) {
                prop_assert!(far(by) || near(&wanted.dividing(by)));
            }
            let limits = (by.min(x), by.max(x));
            let limited = x.max(limits.0).min(limits.1);
            prop_assert_eq!(among(wanted.before_limits(Some(limits))), is(Some(limited)) == Some(true));
            if let Some(rounded) = x.round_to(Decimal::ONE) {
                prop_assert!(is(Some(rounded)) != Some(true) || among(wanted.before_rounding(Decimal::ONE)));
            }
        }

        #[test]
        fn days_are_counted_back(low in -40..40_i64, size in 0..20_i64, from in -20_000..20_000_i32, to in -20_000..20_000_i32) {
            let (from, to) = (Date::from_days(from).unwrap(), Date::from_days(to).unwrap());
            let wanted = Possible::range((Decimal::from_int(low).units(), Decimal::from_int(low + size).units()));
            for (unit, count) in [
                (Unit::Day, crate::date::days_between(from, to)),
                (Unit::Month, crate::date::months_between(from, to)),
                (Unit::Year, crate::date::years_between(from, to)),
            ] {
                if (low..=low + size).contains(&count) {
                    prop_assert!(wanted.days_before(to, unit).contains(&Value::Date(from)), "{unit:?} {count}");
                }
            }
        }
    }
}
