//! Keys: which value the record of a number has as its key.

use super::column::{Kept, Listed, Values};
use super::ordered::ceiling;
use super::shape::Fault;
use super::texts::{self, Texts};
use crate::data::{Field, Schema, Set, Type, limits};
use crate::date::Date;
use crate::decimal::Decimal;
use std::sync::Arc;

/// Keys of records by their number, from 0.
#[derive(Debug, Clone)]
pub(super) enum Key {
    /// A text: a prefix, and the number from 1.
    Text { prefix: Arc<str>, digits: usize },
    /// The whole numbers from `first`, without those that are taken.
    Whole { first: i64, taken: Arc<[i64]>, wide: bool },
    /// The days from one on.
    Days { first: i32, taken: Arc<[i64]> },
    /// The members of a list.
    Listed(Arc<Listed>),
    /// `no`, then `yes`.
    Truth,
}

/// What the keys of a kind are made for.
pub(super) struct KeyWish<'a> {
    pub(super) count: u64,
    pub(super) prefix: String,
    pub(super) digits: usize,
    pub(super) missing: &'a [String],
    pub(super) today: Date,
    /// The numbers of the rows of the file are the keys: no column holds them.
    pub(super) row_number: bool,
}

impl Key {
    /// The keys of a kind's records.
    pub(super) fn new(schema: &Schema, field: &Field, wish: KeyWish<'_>) -> Result<Self, Fault> {
        let count = i128::from(wish.count);
        let too_few = |there: i128| {
            Err(Fault::of_schema(format!(
                "{count} records need as many keys, and `{}` can have {} only",
                field.name,
                there.max(0)
            )))
        };
        match field.kind {
            Type::Text if wish.row_number => Ok(Self::Text { prefix: "".into(), digits: 1 }),
            Type::Text => Ok(Self::Text { prefix: wish.prefix.into(), digits: wish.digits }),
            Type::Number | Type::Integer | Type::Money => {
                let unit = Decimal::ONE.units();
                let Set::Ranges(ranges) = &field.domain else { return too_few(0) };
                let (type_least, type_greatest) = limits(field.kind);
                let least = ranges.first().map_or(type_least, |(least, _)| *least);
                let greatest = ranges.last().map_or(type_greatest, |(_, greatest)| *greatest);
                let (low, high) = (ceiling(least, unit), greatest.div_euclid(unit));
                let first = if low <= 1 && 1 <= high { 1 } else { low };
                let number = |text: &String| {
                    let units = Decimal::parse(text).ok()?.units();
                    (units % unit == 0).then_some(units / unit)
                };
                let taken = if wish.row_number {
                    Arc::default()
                } else {
                    taken(wish.missing.iter().filter_map(number), first)
                };
                let room = high - first + 1 - taken.len() as i128;
                // The last key is a number of 64 bits too.
                match i64::try_from(first + count + taken.len() as i128).and(i64::try_from(first)) {
                    Ok(first) if room >= count => {
                        Ok(Self::Whole { first, taken, wide: field.kind != Type::Integer })
                    }
                    Ok(_) | Err(_) => too_few(room),
                }
            }
            Type::Date => {
                let Set::Ranges(ranges) = &field.domain else { return too_few(0) };
                let (type_least, _) = limits(Type::Date);
                let least = ranges.first().map_or(type_least, |(least, _)| *least);
                let greatest = ranges.last().map_or(0, |(_, greatest)| *greatest);
                let today = i128::from(wish.today.days());
                let first = if least > type_least { least } else { today.min(greatest) - count + 1 };
                let first = first.max(type_least);
                let day = |text: &String| Date::parse(text).ok().map(|day| i128::from(day.days()));
                let taken = taken(wish.missing.iter().filter_map(day), first);
                let room = greatest - first + 1 - taken.len() as i128;
                match i32::try_from(first) {
                    Ok(first) if room >= count => Ok(Self::Days { first, taken }),
                    Ok(_) | Err(_) => too_few(room),
                }
            }
            Type::Category(id) => {
                let category = schema.category(id);
                let may = |text: &&Arc<str>| !wish.missing.iter().any(|code| **code == ***text);
                let texts: Vec<Arc<str>> = category.spellings.iter().filter(may).cloned().collect();
                let there = texts.len() as i128;
                if there < count { too_few(there) } else { Ok(Self::Listed(Arc::new(Listed::new(texts)))) }
            }
            Type::YesNo if count > 2 => too_few(2),
            Type::YesNo => Ok(Self::Truth),
            Type::Tier => too_few(0),
        }
    }

    /// How a column of keys is kept; `last` is the number of the last record.
    pub(super) fn kept(&self, last: u64) -> Kept {
        match self {
            Self::Text { .. } => Kept::Text,
            Self::Whole { first, taken, wide: false } => {
                let greatest = i128::from(*first) + i128::from(last) + taken.len() as i128;
                Kept::numbers(0, true, (i128::from(*first), greatest))
            }
            Self::Whole { wide: true, .. } => Kept::Short { decimals: 0 },
            Self::Days { .. } => Kept::Date,
            Self::Listed(listed) => Kept::Listed(Arc::clone(listed)),
            Self::Truth => Kept::Truth,
        }
    }

    /// The keys of records by their numbers.
    pub(super) fn values(&self, numbers: &[u64]) -> Values {
        match self {
            Self::Text { prefix, digits } => {
                let mut keys = Texts::with_capacity(numbers.len());
                for number in numbers {
                    keys.push(|to| {
                        to.extend_from_slice(prefix.as_bytes());
                        texts::number(to, number + 1, *digits);
                    });
                }
                Values::Texts(keys)
            }
            Self::Whole { first, taken, .. } => {
                Values::Short(numbers.iter().map(|number| beside(*first + *number as i64, taken)).collect())
            }
            Self::Days { first, taken } => {
                let day = |number: &u64| beside(i64::from(*first) + *number as i64, taken) as i32;
                Values::Days(numbers.iter().map(day).collect())
            }
            Self::Listed(_) => Values::Listed(numbers.iter().map(|number| *number as i32).collect()),
            Self::Truth => Values::Truths(numbers.iter().map(|number| *number > 0).collect()),
        }
    }
}

/// The spellings of "missing" that are keys from the first on, rising.
fn taken(values: impl Iterator<Item = i128>, first: i128) -> Arc<[i64]> {
    let mut taken: Vec<i64> =
        values.filter(|value| *value >= first).filter_map(|value| i64::try_from(value).ok()).collect();
    taken.sort_unstable();
    taken.dedup();
    taken.into()
}

/// A key, moved up by one for each taken one that it passes.
fn beside(value: i64, taken: &[i64]) -> i64 {
    taken.iter().fold(value, |value, taken| if *taken <= value { value + 1 } else { value })
}
