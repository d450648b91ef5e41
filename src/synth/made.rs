//! How one column of a table is made.

use super::bits::{Bits, Chance, Seed, below};
use super::column::{Column, Kept, Values};
use super::draw::Draw;
use super::key::Key;
use super::ordered::Ordered;
use super::texts::{self, Texts};

/// A column's recipe.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// The column's name in the files.
    pub(super) name: String,
    pub(super) kept: Kept,
    /// Whether values may be missing.
    pub(super) optional: bool,
    pub(super) missing: Chance,
    pub(super) seed: Seed,
    pub(super) source: Source,
}

/// Where the values of a column come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Keys of the records that one of the block's lists of numbers names.
    Key { list: usize, key: Key },
    /// Numbers or dates.
    Ordered(Ordered),
    /// Numbers: another column's times a drawn one.
    Times(Times),
    /// Dates after another column's.
    After(After),
    /// Yes or no.
    Truth(Chance),
    /// Texts of a list. With a habit, so often it is the one that the record's parent has a liking for.
    Listed { draw: Draw, habit: Chance },
    /// Invented texts.
    Words,
}

/// A number times a drawn one.
#[derive(Debug, Clone)]
pub(super) struct Times {
    /// The position of the other column.
    pub(super) of: usize,
    pub(super) of_decimals: u32,
    pub(super) factor: Ordered,
    pub(super) decimals: u32,
    /// The ends of what may come, in smallest units.
    pub(super) ends: (i128, i128),
}

/// A date after another.
#[derive(Debug, Clone)]
pub(super) struct After {
    /// The position of the other column.
    pub(super) of: usize,
    /// How many days after it; none for any day up to the last.
    pub(super) days: Option<Draw>,
    /// The ends of what may come.
    pub(super) ends: (i32, i32),
}

/// First names, to make texts of.
const WORDS: [&str; 16] = [
    "Ana", "Bo", "Carmen", "Dmitri", "Eve", "Farid", "Greta", "Hiro", "Ines", "Jamal", "Kira", "Luca", "Mei",
    "Nadia", "Omar", "Petra",
];

impl Made {
    /// The column that this one is made from, if any.
    pub(super) fn needs(&self) -> Option<usize> {
        match &self.source {
            Source::Times(times) => Some(times.of),
            Source::After(after) => Some(after.of),
            Source::Key { .. }
            | Source::Ordered(_)
            | Source::Truth(_)
            | Source::Listed { .. }
            | Source::Words => None,
        }
    }

    /// The values of a block with so many rows. `lists` are the numbers of the records behind the rows, `other` is the
    /// column that this one needs.
    pub(super) fn column(
        &self,
        block: u64,
        rows: usize,
        lists: &[Vec<u64>],
        other: Option<&Column>,
    ) -> Column {
        let mut bits = self.seed.stream(block);
        let mut present = self.missing.is_possible().then(|| {
            let mut bits = self.seed.named("missing").stream(block);
            (0..rows).map(|_| !self.missing.happens(bits.next())).collect::<Vec<bool>>()
        });
        let values = match &self.source {
            Source::Key { list, key } => key.values(lists.get(*list).map_or(&[], Vec::as_slice)),
            Source::Ordered(ordered) => self.ordered(ordered, &mut bits, rows),
            Source::Times(times) => self.times(times, &mut bits, rows, other),
            Source::After(after) => Values::Days(after.days(&mut bits, rows, other)),
            Source::Truth(chance) => Values::Truths((0..rows).map(|_| chance.happens(bits.next())).collect()),
            Source::Listed { draw, habit } if habit.is_possible() => {
                let parents: &[u64] = lists.get(1).map_or(&[], Vec::as_slice);
                Values::Listed(self.by_habit(draw, *habit, &mut bits, parents))
            }
            Source::Listed { draw, .. } => {
                Values::Listed((0..rows).map(|_| draw.of(bits.next()) as i32).collect())
            }
            Source::Words => Values::Texts(words(&mut bits, rows)),
        };
        // What is worked out from a missing value is missing too.
        if let (true, Some(others)) = (self.optional, other.and_then(|other| other.present.as_ref())) {
            let own = present.get_or_insert_with(|| vec![true; rows]);
            own.iter_mut().zip(others).for_each(|(own, other)| *own &= *other);
        }
        Column { values, present }
    }

    /// Entries of a list, one for each parent: so often the one that it has a liking for.
    fn by_habit(&self, draw: &Draw, habit: Chance, bits: &mut Bits, parents: &[u64]) -> Vec<i32> {
        let likings = self.seed.named("habit");
        let mut entry = |parent: &u64| {
            let (again, any) = (habit.happens(bits.next()), bits.next());
            draw.of(if again { likings.at(*parent) } else { any }) as i32
        };
        parents.iter().map(&mut entry).collect()
    }

    fn ordered(&self, ordered: &Ordered, bits: &mut Bits, rows: usize) -> Values {
        match (&self.kept, &ordered.draw) {
            (Kept::Date, draw) => {
                Values::Days((0..rows).map(|_| ordered.value(draw.of(bits.next())) as i32).collect())
            }
            (Kept::Wide { .. }, draw) => {
                Values::Wide((0..rows).map(|_| ordered.value(draw.of(bits.next()))).collect())
            }
            // The match stands outside the loop: each kind of draw has a loop of its own.
            (_, Draw::Curve(curve)) if ordered.taken.is_empty() => {
                let base = ordered.base as i64;
                Values::Short((0..rows).map(|_| base.wrapping_add(curve.of(bits.next()))).collect())
            }
            (_, draw) => {
                Values::Short((0..rows).map(|_| ordered.value(draw.of(bits.next())) as i64).collect())
            }
        }
    }

    fn times(&self, times: &Times, bits: &mut Bits, rows: usize, other: Option<&Column>) -> Values {
        let of = |row: usize| match other {
            Some(other) if !other.is_missing(row) => match &other.values {
                Values::Short(values) => values.get(row).map_or(0, |value| i128::from(*value)),
                Values::Wide(values) => values.get(row).copied().unwrap_or(0),
                Values::Days(_) | Values::Truths(_) | Values::Listed(_) | Values::Texts(_) => 0,
            },
            Some(_) | None => 0,
        };
        let product =
            |row: usize, bits: u64| times.product(of(row), times.factor.value(times.factor.draw.of(bits)));
        if matches!(self.kept, Kept::Wide { .. }) {
            Values::Wide((0..rows).map(|row| product(row, bits.next())).collect())
        } else {
            Values::Short((0..rows).map(|row| product(row, bits.next()) as i64).collect())
        }
    }
}

impl Times {
    /// A product, rounded to the column's decimals and kept between its ends.
    fn product(&self, one: i128, factor: i128) -> i128 {
        let digits = self.of_decimals + self.factor.decimals;
        let product = one.saturating_mul(factor);
        let rounded = if digits >= self.decimals {
            let scale = 10_i128.pow(digits - self.decimals);
            product.saturating_add(scale / 2).div_euclid(scale)
        } else {
            product.saturating_mul(10_i128.pow(self.decimals - digits))
        };
        rounded.clamp(self.ends.0, self.ends.1)
    }
}

impl After {
    fn days(&self, bits: &mut Bits, rows: usize, other: Option<&Column>) -> Vec<i32> {
        let (first, last) = self.ends;
        let day = |row: usize| {
            let from = match other {
                Some(Column { values: Values::Days(days), .. }) => days.get(row).copied().unwrap_or(first),
                Some(_) | None => first,
            };
            let from = from.clamp(first, last);
            let days = match &self.days {
                Some(draw) => draw.of(bits.next()).clamp(0, i64::from(last) - i64::from(from)),
                None => below(bits.next(), (i64::from(last) - i64::from(from)) as u64 + 1) as i64,
            };
            (i64::from(from) + days) as i32
        };
        (0..rows).map(day).collect()
    }
}

fn words(bits: &mut Bits, rows: usize) -> Texts {
    let mut texts = Texts::with_capacity(rows);
    for _ in 0..rows {
        let bits = bits.next();
        texts.push(|to| {
            let word = WORDS.get((bits >> 60) as usize).copied().unwrap_or_default();
            to.extend_from_slice(word.as_bytes());
            to.push(b' ');
            texts::number(to, bits & 0xFF_FFFF, 1);
        });
    }
    texts
}
