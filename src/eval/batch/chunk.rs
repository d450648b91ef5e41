//! The columns of some records, decoded: classes of their fields, and values where those are needed.

use super::compile::Program;
use super::lane::{Codes, Lane};
use arrow_array::ArrayRef;
use std::collections::HashMap;
use std::sync::Arc;

/// Some records of one kind as columns: what [`super::Plan::run`] reads. Made by [`super::Binding`] from Arrow arrays.
#[derive(Debug, Default)]
pub struct Chunk {
    /// How many records there are.
    pub(super) rows: usize,
    /// By field.
    pub(super) columns: Vec<Column>,
    /// 1 for records that are no good: a value outside its domain, or absent where it must not be.
    pub(super) bad: Vec<u8>,
    /// Whether there are any.
    pub(super) any_bad: bool,
    /// The texts that numbers of texts mean.
    pub(super) texts: Texts,
    /// Aggregates of the records, by position.
    pub(super) aggregates: Vec<Aggregated>,
    /// What per-event rules come to, by position.
    pub(super) events: Vec<Counted>,
    /// 1 for records in whose influences a number was too large. Empty where there are none.
    pub(super) too_large: Vec<u8>,
    /// The previously published scores of the records, where somebody asks for them.
    pub(super) previous: Lane,
    /// The points of influences, by position.
    pub(super) influences: Vec<Lane>,
}

/// A field of some records.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// The classes.
    pub(super) codes: Codes,
    /// The values, where they are needed.
    pub(super) values: Lane,
    /// The same of the entries of the dictionary that was met last.
    pub(super) entries: Option<Box<Entries>>,
}

/// The entries of a dictionary.
#[derive(Debug)]
pub(super) struct Entries {
    /// The dictionary, by which it is known again.
    pub(super) of: ArrayRef,
    /// The number of the reader that read them.
    pub(super) reader: u64,
    /// What they come to.
    pub(super) column: Column,
}

/// An aggregate of some records.
#[derive(Debug, Default)]
pub(super) struct Aggregated {
    /// Its values.
    pub(super) lane: Lane,
    /// 1 where a number was too large on the way; empty where none was.
    pub(super) over: Vec<u8>,
}

/// What a per-event rule comes to for some records.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// The points that the caps leave.
    pub(super) capped: Lane,
    /// By code that the rule may lose points under: what the caps leave of those alone, 0 or less.
    pub(super) lost: Vec<Lane>,
    /// 1 where the row of an event says `not scored`; empty where none does.
    pub(super) not_scored: Vec<u8>,
    /// 1 where a number was too large on the way; empty where none was.
    pub(super) over: Vec<u8>,
}

/// Texts by number.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// By number.
    pub(super) all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize>,
}

impl Chunk {
    /// How many records there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether a record is no good: a value outside its domain, or absent where it must not be.
    pub fn is_bad(&self, row: usize) -> bool {
        self.any_bad && self.bad.get(row).is_some_and(|bad| *bad != 0)
    }

    /// Whether any record is no good.
    pub fn has_bad(&self) -> bool {
        self.any_bad
    }

    /// Makes a record one that is no good, for what its columns do not tell: a key that is given again, a child that is no
    /// good.
    pub fn set_aside(&mut self, row: usize) {
        if let Some(bad) = self.bad.get_mut(row) {
            *bad = 1;
            self.any_bad = true;
        }
    }

    /// Makes room for records.
    pub(super) fn reset(&mut self, program: &Program, rows: usize) {
        self.rows = rows;
        self.columns.resize_with(program.fields.len(), Column::default);
        self.bad.clear();
        self.bad.resize(rows, 0);
        self.any_bad = false;
        self.too_large.clear();
        self.texts.reset(&program.texts);
    }

    /// Notes which records are no good, once all columns are filled.
    pub(super) fn find_bad(&mut self, program: &Program) {
        for (column, field) in self.columns.iter().zip(&program.fields) {
            let first_bad = field.classes.bad();
            match &column.codes {
                Codes::Narrow(codes) => {
                    let first_bad = first_bad as u8;
                    if codes.iter().fold(0, |most, code| most.max(*code)) >= first_bad {
                        self.any_bad = true;
                        self.bad
                            .iter_mut()
                            .zip(codes)
                            .for_each(|(bad, code)| *bad |= u8::from(*code >= first_bad));
                    }
                }
                Codes::Broad(codes) => {
                    if codes.iter().any(|code| *code >= first_bad) {
                        self.any_bad = true;
                        self.bad
                            .iter_mut()
                            .zip(codes)
                            .for_each(|(bad, code)| *bad |= u8::from(*code >= first_bad));
                    }
                }
            }
        }
    }
}

impl Texts {
    /// Only the texts that expressions hold.
    pub(super) fn reset(&mut self, seeds: &[Arc<str>]) {
        if self.all.len() != seeds.len() {
            self.all.clear();
            self.numbers.clear();
            for seed in seeds {
                self.number(seed);
            }
        }
    }

    /// The number of a text.
    pub(super) fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = Arc::from(text);
        self.all.push(Arc::clone(&text));
        self.numbers.insert(text, self.all.len() - 1);
        self.all.len() - 1
    }
}
