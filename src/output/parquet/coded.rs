//! Columns with few values: codes of one or two bytes on their way, a dictionary of those in use and small numbers in the
//! file.

use super::super::cells::{Cells, NOTHING, is_known};
use super::Kept;
use super::hybrid::{Code, encode, pack, width_for};
use crate::eval::batch::{CodesRef, Column, Numbers};
use std::io;

/// Codes of some records.
#[derive(Debug)]
pub(super) struct Coded<C> {
    codes: Vec<C>,
    /// Whether a code is in use, by code.
    seen: Vec<bool>,
}

/// A page of codes and which of them are in use, rising: the page counts in positions of that list.
pub(super) struct CodedPage {
    pub(super) body: Vec<u8>,
    pub(super) used: Vec<usize>,
    pub(super) nulls: usize,
}

/// Scores within bounds, as codes: steps from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::output) struct Steps {
    /// The least, in units.
    pub(in crate::output) low: i128,
    /// In units.
    pub(in crate::output) step: i128,
    /// How many there are.
    pub(in crate::output) count: usize,
}

impl<C: Code> Coded<C> {
    /// For so many different codes.
    pub(super) fn new(count: usize) -> Self {
        Self { codes: Vec::new(), seen: vec![false; count] }
    }

    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// Adds the codes of records; what is past the end of the names is nothing.
    pub(super) fn add_codes(&mut self, cells: Cells<'_>, kept: Kept<'_>) {
        let count = self.seen.len();
        let start = self.codes.len();
        match cells {
            Cells::Codes(CodesRef::Narrow(codes)) => {
                self.extend(codes, kept, |code| code_of(code.into(), count))
            }
            Cells::Codes(CodesRef::Broad(codes)) => {
                self.extend(codes, kept, |code| code_of(code.into(), count))
            }
            Cells::Numbers(_) | Cells::Texts(_) | Cells::Nothing => {
                self.codes.extend(std::iter::repeat_n(C::NOTHING, kept.count()));
            }
        }
        self.see(start);
    }

    /// Adds numbers as steps.
    pub(super) fn add_steps(&mut self, column: Column<'_>, steps: Steps, kept: Kept<'_>) -> io::Result<()> {
        let start = self.codes.len();
        let Steps { low, step, count } = steps;
        match column.numbers {
            Numbers::Narrow { values, unit }
                if low % i128::from(unit) == 0 && step % i128::from(unit) == 0 =>
            {
                let (low, step) = ((low / i128::from(unit)) as i64, (step / i128::from(unit)) as i64);
                if step == 1 {
                    self.extend(values, kept, |n| code_of(n.wrapping_sub(low) as usize, count));
                } else {
                    // Whole times of the step, and few: exact as doubles.
                    let per_step = 1.0 / step as f64;
                    self.extend(values, kept, |n| {
                        code_of((n.wrapping_sub(low) as f64 * per_step).round() as i64 as usize, count)
                    });
                }
            }
            Numbers::Narrow { values, unit } => self.extend(values, kept, |n| {
                code_of(
                    usize::try_from((i128::from(n) * i128::from(unit) - low) / step).unwrap_or(count),
                    count,
                )
            }),
            Numbers::Wide(values) => {
                self.extend(values, kept, |n| {
                    code_of(usize::try_from((n - low) / step).unwrap_or(count), count)
                });
            }
        }
        let added = self.codes.get_mut(start..).unwrap_or_default();
        let mut outside = false;
        match kept {
            Kept::All(_) if column.missing.len() == added.len() => {
                for (code, missing) in added.iter_mut().zip(column.missing) {
                    outside |= *code == C::NOTHING && *missing == 0;
                    if *missing != 0 {
                        *code = C::NOTHING;
                    }
                }
            }
            Kept::All(_) | Kept::Some(_) => {
                for (code, row) in added.iter_mut().zip(kept.rows()) {
                    let known = is_known(column.missing, row);
                    outside |= *code == C::NOTHING && known;
                    if !known {
                        *code = C::NOTHING;
                    }
                }
            }
        }
        self.see(start);
        // Neither range nor overrides let a score go there.
        if outside { Err(io::Error::other("a score is outside of the policy's own bounds")) } else { Ok(()) }
    }

    fn extend<T: Copy>(&mut self, values: &[T], kept: Kept<'_>, code: impl Fn(T) -> C) {
        match kept {
            Kept::All(_) => self.codes.extend(values.iter().map(|value| code(*value))),
            Kept::Some(rows) => {
                let at = |row: &usize| values.get(*row).map_or(C::NOTHING, |value| code(*value));
                self.codes.extend(rows.iter().map(at));
            }
        }
    }

    fn see(&mut self, start: usize) {
        for code in self.codes.get(start..).unwrap_or_default() {
            let code: usize = (*code).into();
            if let Some(seen) = self.seen.get_mut(code) {
                *seen = true;
            }
        }
    }

    /// The page of the codes: which records have one, and positions among those in use.
    pub(super) fn page(&mut self) -> CodedPage {
        let used: Vec<usize> =
            self.seen.iter().enumerate().filter(|(_, seen)| **seen).map(|(code, _)| code).collect();
        let (mut body, nulls) = self.levels();
        if used.last().is_some_and(|last| last + 1 != used.len()) {
            let mut place = vec![C::NOTHING; self.seen.len()];
            for (position, code) in used.iter().enumerate() {
                if let Some(slot) = place.get_mut(*code) {
                    *slot = C::of(position);
                }
            }
            for code in &mut self.codes {
                let at: usize = (*code).into();
                *code = place.get(at).copied().unwrap_or(C::NOTHING);
            }
        }
        if !used.is_empty() {
            let width = width_for(used.len() - 1);
            body.push(width as u8);
            encode(&self.codes, width, &mut body);
        }
        self.clear();
        CodedPage { body, used, nulls }
    }

    /// The page of truth values, which need no dictionary.
    pub(super) fn truths(&mut self) -> (Vec<u8>, usize) {
        let (mut body, nulls) = self.levels();
        pack(&self.codes, 1, &mut body);
        self.clear();
        (body, nulls)
    }

    fn clear(&mut self) {
        self.codes.clear();
        self.seen.fill(false);
    }

    /// Which records have a code, and how many have none; those are taken out.
    fn levels(&mut self) -> (Vec<u8>, usize) {
        let records = self.codes.len();
        let nulls = self.codes.iter().fold(0, |nulls, code| nulls + usize::from(*code == C::NOTHING));
        if nulls == 0 {
            return (levels(&[], records), 0);
        }
        let known: Vec<u8> = self.codes.iter().map(|code| u8::from(*code != C::NOTHING)).collect();
        let mut kept = 0;
        for at in 0..records {
            let code = self.codes.get(at).copied().unwrap_or(C::NOTHING);
            if let Some(slot) = self.codes.get_mut(kept) {
                *slot = code;
            }
            kept += usize::from(code != C::NOTHING);
        }
        self.codes.truncate(kept);
        (levels(&known, records), nulls)
    }
}

/// The definition levels of a page: 1 for records that have a value. All have one where nothing is said.
pub(super) fn levels(known: &[u8], records: usize) -> Vec<u8> {
    let mut body = vec![0; 4];
    if known.is_empty() && records > 0 {
        super::hybrid::count(records << 1, &mut body);
        body.push(1);
    } else {
        encode(known, 1, &mut body);
    }
    let size = (body.len() - 4) as u32;
    body.iter_mut().zip(size.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
    body
}

#[inline]
fn code_of<C: Code>(code: usize, count: usize) -> C {
    debug_assert!(count <= usize::from(NOTHING));
    if code < count { C::of(code) } else { C::NOTHING }
}
