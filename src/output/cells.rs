//! The cells of a column, for a chunk of records: as the interpreter holds them, or brought into that form.

use crate::eval::batch::{CodesRef, Column, Numbers};

/// The cells of a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cells<'a> {
    /// Numbers in units of 1e-9; days in ones.
    Numbers(Column<'a>),
    /// Positions in a list of names; beyond its end where there is nothing.
    Codes(CodesRef<'a>),
    /// Texts.
    Texts(&'a Texts),
    /// Nothing for any record.
    Nothing,
}

/// Texts one after the other.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// 1 for those that are missing.
    missing: Vec<u8>,
}

/// The code where there is nothing.
pub(super) const NOTHING: u16 = u16::MAX;

impl Texts {
    /// None at all.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.missing.clear();
    }

    /// Adds one.
    pub(super) fn push(&mut self, text: Option<&[u8]>) {
        self.bytes.extend_from_slice(text.unwrap_or_default());
        self.ends.push(self.bytes.len());
        self.missing.push(u8::from(text.is_none()));
    }

    /// One; `None` where it is missing.
    pub(super) fn get(&self, row: usize) -> Option<&[u8]> {
        if self.missing.get(row) != Some(&0) {
            return None;
        }
        let start = row.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.bytes.get(start..*self.ends.get(row)?)
    }
}

/// Whether a record has a value.
pub(super) fn is_known(missing: &[u8], row: usize) -> bool {
    missing.get(row).is_none_or(|missing| *missing == 0)
}

/// Codes from numbers that are counted in ones (categories, truth values).
pub(super) fn codes_of(column: Column<'_>, codes: &mut Vec<u16>) {
    codes.clear();
    match column.numbers {
        Numbers::Narrow { values, unit } => {
            codes.extend(values.iter().map(|n| u16::try_from(*n * unit).unwrap_or(NOTHING)));
        }
        Numbers::Wide(values) => codes.extend(values.iter().map(|n| u16::try_from(*n).unwrap_or(NOTHING))),
    }
    for (code, _) in codes.iter_mut().zip(column.missing).filter(|(_, missing)| **missing != 0) {
        *code = NOTHING;
    }
}

/// A number in units.
pub(super) fn units_at(numbers: Numbers<'_>, row: usize) -> i128 {
    match numbers {
        Numbers::Narrow { values, unit } => {
            i128::from(values.get(row).copied().unwrap_or_default()) * i128::from(unit)
        }
        Numbers::Wide(values) => values.get(row).copied().unwrap_or_default(),
    }
}
