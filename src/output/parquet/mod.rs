//! Scores as Parquet: a piece is a row group, whose columns are encoded on the thread that scored it.
//!
//! The columns of scores hold few different values, known as small codes. Their dictionaries and packed codes are written
//! directly; a writer that takes values would have to find out what is known.

mod coded;
mod column;
mod decimals;
mod delta;
mod file;
mod hybrid;
mod page;
mod types;
mod whole;

pub(super) use coded::Steps;
pub(super) use column::ColumnBuffer;
pub(super) use file::File;
pub(super) use page::Chunk;
pub(super) use types::{Width, descriptor, key_width, score_steps, score_width};

/// Which records of a chunk are written: those that are set aside are not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept<'a> {
    /// All, so many.
    All(usize),
    /// These, rising.
    Some(&'a [usize]),
}

impl<'a> Kept<'a> {
    /// How many.
    pub(super) fn count(self) -> usize {
        match self {
            Self::All(count) => count,
            Self::Some(rows) => rows.len(),
        }
    }

    /// Which.
    pub(super) fn rows(self) -> impl Iterator<Item = usize> + Clone + 'a {
        let (all, some) = match self {
            Self::All(count) => (0..count, &[][..]),
            Self::Some(rows) => (0..0, rows),
        };
        all.chain(some.iter().copied())
    }
}
