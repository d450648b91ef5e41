//! Sets of known values: domains, table cells, tests. Exact, and closed under union, intersection and difference.

use super::{Type, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A set of known values of one type.
///
/// Every ordered type is discrete (a number is a whole multiple of 1e-9, a date a whole number of days), so an open
/// bound is the closed bound one step further in, and a set is a list of closed intervals. Operations that make new ends
/// take the type, which says how large a step is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Set {
    /// Numbers in units of 1e-9, or dates in days since 1970-01-01: disjoint closed intervals, rising, never touching.
    /// The sets of an integer type hold intervals whose ends are whole numbers; between `2` and `3` lies nothing that
    /// an integer could be (a number with a fraction is not asked for).
    Ranges(Vec<(i128, i128)>),
    /// Categories and tiers by code, yes/no as 1 and 0: rising, each once.
    Codes(Vec<u32>),
    /// Texts: exactly these, or all but these.
    Texts {
        /// The texts named.
        values: BTreeSet<Arc<str>>,
        /// All texts but `values`.
        except: bool,
    },
}

impl Set {
    /// Whether a known value lies in the set; `false` for a missing one and for a value of another type.
    pub fn contains(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Ranges(ranges), Value::Number(n)) => in_ranges(ranges, n.units()),
            (Self::Ranges(ranges), Value::Date(d)) => in_ranges(ranges, i128::from(d.days())),
            (Self::Codes(codes), Value::Category(code)) => codes.binary_search(code).is_ok(),
            (Self::Codes(codes), Value::YesNo(b)) => codes.binary_search(&u32::from(*b)).is_ok(),
            (Self::Texts { values, except }, Value::Text(text)) => values.contains(text) != *except,
            (Self::Ranges(_) | Self::Codes(_) | Self::Texts { .. }, _) => false,
        }
    }

    /// The set without members.
    pub fn empty(kind: Type) -> Self {
        match kind {
            Type::Number | Type::Integer | Type::Money | Type::Date => Self::Ranges(Vec::new()),
            Type::YesNo | Type::Category(_) | Type::Tier => Self::Codes(Vec::new()),
            Type::Text => Self::Texts { values: BTreeSet::new(), except: false },
        }
    }

    /// The set of all values of a type. `codes` is how many categories or tiers there are ([`CategoryType::codes`]
    /// counts "anything else"); it is not read for other types.
    ///
    /// [`CategoryType::codes`]: super::CategoryType::codes
    pub fn universe(kind: Type, codes: u32) -> Self {
        match kind {
            Type::Number | Type::Integer | Type::Money | Type::Date => Self::Ranges(vec![limits(kind)]),
            Type::YesNo => Self::Codes(vec![0, 1]),
            Type::Category(_) | Type::Tier => Self::Codes((0..codes).collect()),
            Type::Text => Self::Texts { values: BTreeSet::new(), except: true },
        }
    }

    /// The numbers from `low` to `high`, `None` being without bound; each bound with whether it is itself inside. For an
    /// integer type the whole numbers among them.
    pub fn from_interval(low: Option<(Decimal, bool)>, high: Option<(Decimal, bool)>, kind: Type) -> Self {
        let (least, greatest) = limits(kind);
        let low = low.map_or(least, |(n, inside)| n.units() + i128::from(!inside));
        let high = high.map_or(greatest, |(n, inside)| n.units() - i128::from(!inside));
        Self::Ranges(normal(vec![(low.max(least), high.min(greatest))], step(kind)))
    }

    /// The days from `low` to `high`, `None` being without bound; each bound with whether it is itself inside.
    pub fn from_days(low: Option<(Date, bool)>, high: Option<(Date, bool)>) -> Self {
        let (least, greatest) = limits(Type::Date);
        let low = low.map_or(least, |(d, inside)| i128::from(d.days()) + i128::from(!inside));
        let high = high.map_or(greatest, |(d, inside)| i128::from(d.days()) - i128::from(!inside));
        Self::Ranges(normal(vec![(low, high)], 1))
    }

    /// The set of these values. Left out are missing values, values of another type, and numbers with a fraction where
    /// the type is integer.
    pub fn of<'a>(kind: Type, values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut set = Self::empty(kind);
        for value in values {
            match (&mut set, value) {
                (Self::Ranges(ranges), Value::Number(n)) if kind.is_numeric() => {
                    ranges.push((n.units(), n.units()));
                }
                (Self::Ranges(ranges), Value::Date(d)) if kind == Type::Date => {
                    ranges.push((d.days().into(), d.days().into()));
                }
                (Self::Codes(codes), Value::Category(code)) if kind != Type::YesNo => codes.push(*code),
                (Self::Codes(codes), Value::YesNo(b)) if kind == Type::YesNo => codes.push(u32::from(*b)),
                (Self::Texts { values, .. }, Value::Text(text)) => {
                    values.insert(Arc::clone(text));
                }
                (Self::Ranges(_) | Self::Codes(_) | Self::Texts { .. }, _) => {}
            }
        }
        set.in_order(kind)
    }

    /// The set of these categories or tiers.
    pub fn of_codes(codes: impl IntoIterator<Item = u32>) -> Self {
        let mut codes: Vec<u32> = codes.into_iter().collect();
        codes.sort_unstable();
        codes.dedup();
        Self::Codes(codes)
    }

    /// Whether the set has no members.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Ranges(ranges) => ranges.is_empty(),
            Self::Codes(codes) => codes.is_empty(),
            Self::Texts { values, except } => values.is_empty() && !except,
        }
    }

    /// What lies in either set, both of the type `kind`.
    #[must_use]
    pub fn union(&self, other: &Self, kind: Type) -> Self {
        match (self, other) {
            (Self::Ranges(a), Self::Ranges(b)) => {
                Self::Ranges(normal(a.iter().chain(b).copied().collect(), step(kind)))
            }
            (Self::Codes(a), Self::Codes(b)) => Self::of_codes(a.iter().chain(b).copied()),
            (Self::Texts { values: a, except: ea }, Self::Texts { values: b, except: eb }) => {
                let (values, except) = match (ea, eb) {
                    (false, false) => (a | b, false),
                    (true, false) => (a - b, true),
                    (false, true) => (b - a, true),
                    (true, true) => (a & b, true),
                };
                Self::Texts { values, except }
            }
            (Self::Ranges(_) | Self::Codes(_) | Self::Texts { .. }, _) => self.clone(),
        }
    }

    /// What lies in both sets.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Ranges(a), Self::Ranges(b)) => Self::Ranges(intersect(a, b)),
            (Self::Codes(a), Self::Codes(b)) => {
                Self::Codes(a.iter().copied().filter(|code| b.binary_search(code).is_ok()).collect())
            }
            (Self::Texts { values: a, except: ea }, Self::Texts { values: b, except: eb }) => {
                let (values, except) = match (ea, eb) {
                    (false, false) => (a & b, false),
                    (true, false) => (b - a, false),
                    (false, true) => (a - b, false),
                    (true, true) => (a | b, true),
                };
                Self::Texts { values, except }
            }
            (Self::Ranges(_), _) => Self::Ranges(Vec::new()),
            (Self::Codes(_), _) => Self::Codes(Vec::new()),
            (Self::Texts { .. }, _) => Self::Texts { values: BTreeSet::new(), except: false },
        }
    }

    /// What lies in this set and not in the other, both of the type `kind`. The complement of a set within a domain is
    /// `domain.difference(&set, kind)`.
    #[must_use]
    pub fn difference(&self, other: &Self, kind: Type) -> Self {
        match (self, other) {
            (Self::Ranges(a), Self::Ranges(b)) => Self::Ranges(difference(a, b, step(kind))),
            (Self::Codes(a), Self::Codes(b)) => {
                Self::Codes(a.iter().copied().filter(|code| b.binary_search(code).is_err()).collect())
            }
            (Self::Texts { .. }, Self::Texts { values, except }) => {
                self.intersect(&Self::Texts { values: values.clone(), except: !except })
            }
            (Self::Ranges(_) | Self::Codes(_) | Self::Texts { .. }, _) => self.clone(),
        }
    }

    /// Whether every member of this set lies in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.intersect(other) == *self
    }

    /// Whether no member of this set lies in the other.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersect(other).is_empty()
    }

    /// The least member of an ordered type, which is the type's own least where the set has no lower bound.
    pub fn least(&self, kind: Type) -> Option<Value> {
        let Self::Ranges(ranges) = self else { return None };
        ranges.first().and_then(|(low, _)| value(*low, kind))
    }

    /// The greatest member of an ordered type, which is the type's own greatest where the set has no upper bound.
    pub fn greatest(&self, kind: Type) -> Option<Value> {
        let Self::Ranges(ranges) = self else { return None };
        ranges.last().and_then(|(_, high)| value(*high, kind))
    }

    /// Restores the order of what was pushed at the end.
    fn in_order(self, kind: Type) -> Self {
        match self {
            Self::Ranges(ranges) => Self::Ranges(normal(ranges, step(kind))),
            Self::Codes(codes) => Self::of_codes(codes),
            Self::Texts { .. } => self,
        }
    }
}

/// The distance from a value to the next, in the units of [`Set::Ranges`].
pub(crate) fn step(kind: Type) -> i128 {
    if kind == Type::Integer { Decimal::ONE.units() } else { 1 }
}

/// The least and the greatest value of an ordered type, in the units of [`Set::Ranges`].
pub(crate) fn limits(kind: Type) -> (i128, i128) {
    if kind == Type::Date {
        return (Date::MIN.days().into(), Date::MAX.days().into());
    }
    let greatest = Decimal::MAX.units() / step(kind) * step(kind);
    (-greatest, greatest)
}

/// The value of an ordered type from the units of [`Set::Ranges`].
pub(crate) fn value(units: i128, kind: Type) -> Option<Value> {
    if kind == Type::Date {
        return Date::from_days(i32::try_from(units).ok()?).map(Value::Date);
    }
    Decimal::from_units(units).map(Value::Number)
}

fn in_ranges(ranges: &[(i128, i128)], x: i128) -> bool {
    let after = ranges.partition_point(|(low, _)| *low <= x);
    after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|(_, high)| x <= *high)
}

/// Intervals in order, with ends on whole steps (rounded inward), none empty, those that meet or touch joined.
fn normal(ranges: Vec<(i128, i128)>, step: i128) -> Vec<(i128, i128)> {
    let inward = |(low, high): (i128, i128)| match step {
        1 => (low, high),
        _ => (low + (-low).rem_euclid(step), high - high.rem_euclid(step)),
    };
    let mut whole: Vec<(i128, i128)> =
        ranges.into_iter().map(inward).filter(|(low, high)| low <= high).collect();
    whole.sort_unstable();
    let mut joined: Vec<(i128, i128)> = Vec::with_capacity(whole.len());
    for (low, high) in whole {
        match joined.last_mut() {
            Some(last) if low <= last.1 + step => last.1 = last.1.max(high),
            Some(_) | None => joined.push((low, high)),
        }
    }
    joined
}

/// The intersection of two lists in order. Where both never touch themselves, neither does the result.
fn intersect(a: &[(i128, i128)], b: &[(i128, i128)]) -> Vec<(i128, i128)> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut both = Vec::new();
    while let (Some(x), Some(y)) = (a.peek().copied(), b.peek().copied()) {
        let (low, high) = (x.0.max(y.0), x.1.min(y.1));
        if low <= high {
            both.push((low, high));
        }
        if x.1 <= y.1 {
            a.next();
        } else {
            b.next();
        }
    }
    both
}

/// What of `a` is not in `b`: the new ends lie one step outside `b`.
fn difference(a: &[(i128, i128)], b: &[(i128, i128)], step: i128) -> Vec<(i128, i128)> {
    let mut left = Vec::new();
    for &(low, high) in a {
        let mut from = low;
        let first = b.partition_point(|(_, end)| *end < low);
        for &(start, end) in b.iter().skip(first).take_while(|(start, _)| *start <= high) {
            if from < start {
                left.push((from, start - step));
            }
            from = from.max(end + step);
        }
        if from <= high {
            left.push((from, high));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The members among the small values that the model knows.
    fn members(set: &Set, kind: Type) -> Vec<i128> {
        small(kind).filter(|x| set.contains(&value(*x, kind).unwrap())).collect()
    }

    fn small(kind: Type) -> impl Iterator<Item = i128> {
        (-12..=12).map(move |x| x * step(kind))
    }

    fn kinds() -> impl Strategy<Value = Type> {
        prop::sample::select(vec![Type::Number, Type::Integer, Type::Money, Type::Date])
    }

    fn ranges() -> impl Strategy<Value = Vec<(i128, i128)>> {
        prop::collection::vec(
            (-12..=12_i128, 0..6_i128).prop_map(|(low, size)| (low, (low + size).min(12))),
            0..5,
        )
    }

    fn set(kind: Type, ranges: &[(i128, i128)]) -> Set {
        Set::Ranges(normal(
            ranges.iter().map(|(a, b)| (a * step(kind), b * step(kind))).collect(),
            step(kind),
        ))
    }

    fn texts() -> impl Strategy<Value = Set> {
        (prop::collection::btree_set(prop::sample::select(vec!["a", "b", "c", "d"]), 0..4), any::<bool>())
            .prop_map(|(values, except)| Set::Texts {
                values: values.into_iter().map(Arc::from).collect(),
                except,
            })
    }

    fn check_laws<T>(
        a: &Set,
        b: &Set,
        kind: Type,
        all: impl Iterator<Item = T>,
        to_value: impl Fn(T) -> Value,
    ) {
        let (union, both, less) = (a.union(b, kind), a.intersect(b), a.difference(b, kind));
        let mut subset = true;
        let mut empty = true;
        for value in all.map(to_value) {
            let (in_a, in_b) = (a.contains(&value), b.contains(&value));
            assert_eq!(union.contains(&value), in_a || in_b);
            assert_eq!(both.contains(&value), in_a && in_b);
            assert_eq!(less.contains(&value), in_a && !in_b);
            subset &= !in_a || in_b;
            empty &= !in_a;
        }
        assert_eq!(a.is_subset(b), subset);
        assert_eq!(a.is_empty(), empty);
        assert_eq!(a.is_disjoint(b), both.is_empty());
        // One set, one representation: what makes equality and `is_subset` right.
        assert_eq!(less.union(&both, kind), *a);
    }

    proptest! {
        #[test]
        fn ranges_behave_as_sets(kind in kinds(), a in ranges(), b in ranges()) {
            let (a, b) = (set(kind, &a), set(kind, &b));
            check_laws(&a, &b, kind, small(kind), |x| value(x, kind).unwrap());
            let members = members(&a, kind);
            prop_assert_eq!(a.least(kind), members.first().map(|x| value(*x, kind).unwrap()));
            prop_assert_eq!(a.greatest(kind), members.last().map(|x| value(*x, kind).unwrap()));
            let values: Vec<Value> = members.iter().map(|x| value(*x, kind).unwrap()).collect();
            prop_assert_eq!(Set::of(kind, &values), a);
        }

        #[test]
        fn texts_behave_as_sets(a in texts(), b in texts()) {
            // `z` stands for all the texts that nobody names.
            check_laws(&a, &b, Type::Text, ["a", "b", "c", "d", "z"].into_iter(), |t| Value::Text(t.into()));
        }

        #[test]
        fn codes_behave_as_sets(a in prop::collection::btree_set(0..6_u32, 0..6), b in prop::collection::btree_set(0..6_u32, 0..6)) {
            check_laws(&Set::of_codes(a), &Set::of_codes(b), Type::Tier, 0..6, Value::Category);
        }

        #[test]
        fn intervals_hold_what_lies_between(kind in kinds(), low in -8..8_i128, high in -8..8_i128, low_in: bool, high_in: bool) {
            let inside = |x: i128| (low < x || (low_in && low == x)) && (x < high || (high_in && x == high));
            // Halves, so that ends of an integer type may lie between two members.
            let half = Decimal::ONE.units() / 2;
            let number = |x: i128| Decimal::from_units(x * half).unwrap();
            if kind == Type::Date {
                let day = |x: i128| Date::from_days(x as i32).unwrap();
                let set = Set::from_days(Some((day(low), low_in)), Some((day(high), high_in)));
                for x in -10..10 {
                    prop_assert_eq!(set.contains(&Value::Date(day(x))), inside(x));
                }
            } else {
                let set = Set::from_interval(Some((number(low), low_in)), Some((number(high), high_in)), kind);
                for x in -10..10 {
                    if kind != Type::Integer || x % 2 == 0 {
                        prop_assert_eq!(set.contains(&Value::Number(number(x))), inside(x));
                    }
                }
            }
        }
    }

    #[test]
    fn between_two_and_three_lies_no_integer() {
        let range = |a, b| {
            Set::from_interval(
                Some((Decimal::from_int(a), true)),
                Some((Decimal::from_int(b), true)),
                Type::Integer,
            )
        };
        assert_eq!(range(0, 2).union(&range(3, 5), Type::Integer), range(0, 5));
        let rest = range(0, 5).difference(&range(0, 2), Type::Integer);
        assert_eq!(rest, range(3, 5));
        assert!(rest.difference(&range(3, 5), Type::Integer).is_empty());
    }

    #[test]
    fn the_universe_holds_the_ends_of_its_type() {
        for kind in [Type::Number, Type::Integer, Type::Money, Type::Date] {
            let all = Set::universe(kind, 0);
            assert!(all.contains(&all.least(kind).unwrap()));
            assert!(all.contains(&all.greatest(kind).unwrap()));
            assert_eq!(all.union(&all, kind), all);
            assert!(all.difference(&all, kind).is_empty());
        }
        assert!(Set::universe(Type::Number, 0).contains(&Value::Number(Decimal::MAX)));
        assert_eq!(Set::universe(Type::YesNo, 0), Set::Codes(vec![0, 1]));
        assert_eq!(Set::universe(Type::Tier, 3), Set::Codes(vec![0, 1, 2]));
    }

    #[test]
    fn an_open_bound_at_the_end_of_the_type_leaves_nothing() {
        assert!(Set::from_interval(Some((Decimal::MAX, false)), None, Type::Number).is_empty());
        assert!(Set::from_days(None, Some((Date::MIN, false))).is_empty());
    }
}
