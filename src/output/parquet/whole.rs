//! Columns of whole numbers and days.

use super::super::cells::{Cells, is_known};
use super::Kept;
use super::coded::levels;
use super::delta::{Size, encode};
use crate::eval::batch::{Column, Numbers};
use std::io;

/// Units in one.
const ONE: i64 = 1_000_000_000;

/// Whole numbers of some records.
#[derive(Debug)]
pub(super) struct Whole {
    size: Size,
    /// Units in one: days are counted in ones.
    one: i64,
    name: String,
    numbers: Vec<i64>,
    /// 1 for records that have one; empty while all have.
    known: Vec<u8>,
    records: usize,
}

/// A page of whole numbers.
pub(super) struct WholePage {
    pub(super) body: Vec<u8>,
    pub(super) ends: Option<(i64, i64)>,
    pub(super) nulls: usize,
}

impl Whole {
    pub(super) fn new(size: Size, days: bool, name: &str) -> Self {
        let one = if days { 1 } else { ONE };
        Self { size, one, name: name.to_owned(), numbers: Vec::new(), known: Vec::new(), records: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.records
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn add(&mut self, cells: Cells<'_>, kept: Kept<'_>) -> io::Result<()> {
        let Cells::Numbers(column) = cells else {
            self.note(kept, |_| false);
            return Ok(());
        };
        let missing = !column.missing.iter().all(|missing| *missing == 0);
        match (column.numbers, kept) {
            (Numbers::Narrow { values, unit }, Kept::All(_)) if unit == self.one && !missing => {
                if self.size == Size::Four && values.iter().any(|n| i32::try_from(*n).is_err()) {
                    return self.each(column, kept);
                }
                self.numbers.extend_from_slice(values);
                self.note(kept, |_| true);
                Ok(())
            }
            (Numbers::Narrow { .. } | Numbers::Wide(_), Kept::All(_) | Kept::Some(_)) => {
                self.each(column, kept)
            }
        }
    }

    fn each(&mut self, column: Column<'_>, kept: Kept<'_>) -> io::Result<()> {
        for row in kept.rows().filter(|row| is_known(column.missing, *row)) {
            let units = super::super::cells::units_at(column.numbers, row);
            let number = units / i128::from(self.one);
            let fits = match self.size {
                Size::Four => i32::try_from(number).is_ok(),
                Size::Eight => i64::try_from(number).is_ok(),
            };
            if !fits || units % i128::from(self.one) != 0 {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "{number} in the column `{}` is too large for a Parquet column of whole numbers: write \
                         CSV (`--format csv`), or declare the field as a text",
                        self.name
                    ),
                ));
            }
            self.numbers.push(number as i64);
        }
        self.note(kept, |row| is_known(column.missing, row));
        Ok(())
    }

    /// Notes which records have a number.
    fn note(&mut self, kept: Kept<'_>, known: impl Fn(usize) -> bool) {
        let all = kept.rows().all(&known);
        if !(all && self.known.is_empty()) {
            self.known.resize(self.records, 1);
            self.known.extend(kept.rows().map(|row| u8::from(known(row))));
        }
        self.records += kept.count();
    }

    pub(super) fn page(&mut self) -> WholePage {
        let mut body = levels(&self.known, self.records);
        let nulls = self.records - self.numbers.len();
        let ends = self.numbers.iter().copied().min().zip(self.numbers.iter().copied().max());
        if !self.numbers.is_empty() {
            encode(&self.numbers, self.size, &mut body);
        }
        self.numbers.clear();
        self.known.clear();
        self.records = 0;
        WholePage { body, ends, nulls }
    }
}
