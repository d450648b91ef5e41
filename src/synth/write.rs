//! Tables to files: blocks are made on several threads and written in their order.

use super::lines;
use super::parquet::{self, ROW_GROUP};
use super::table::Table;
use crate::data::Size;
use crate::run::{Progress, in_order};
use std::io::{self, Write};
use std::ops::Range;

/// The form of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Columns.
    Parquet,
    /// Comma-separated.
    Csv,
    /// A JSON object a line.
    NdJson,
}

impl Form {
    /// What the names of its files end in.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::NdJson => "ndjson",
        }
    }
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The file.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Arrow refused what was made.
    #[error("{0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// Parquet did.
    #[error("{0}")]
    Parquet(::parquet::errors::ParquetError),
    /// Whoever watches said stop.
    #[error("stopped")]
    Stopped,
}

impl From<::parquet::errors::ParquetError> for SynthError {
    /// What went wrong with the file comes out as that.
    fn from(error: ::parquet::errors::ParquetError) -> Self {
        let ::parquet::errors::ParquetError::External(inner) = error else { return Self::Parquet(error) };
        match inner.downcast::<io::Error>() {
            Ok(error) => Self::Io(*error),
            Err(inner) => Self::Parquet(::parquet::errors::ParquetError::External(inner)),
        }
    }
}

/// Rows of a piece of a text file.
const PIECE: u64 = 10_000;

impl Table {
    /// Writes the table and gives the file back, with the number of its rows. How far it is, in rows, is told to
    /// `progress`.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or whoever watches said stop.
    pub fn write<W: Write + Send>(
        &self,
        form: Form,
        threads: usize,
        mut to: W,
        progress: &Progress,
    ) -> Result<(W, u64), SynthError> {
        progress.begin(
            format!("making `{}`", self.name),
            Size { bytes: Some(self.rows_expected()), records: None },
        );
        let mut total = 0;
        let mut seen = |rows: u64| {
            total += rows;
            progress.add(rows, rows);
            if progress.stopped() { Err(SynthError::Stopped) } else { Ok(()) }
        };
        let to = match form {
            Form::Parquet => {
                let (mut file, encoder) = parquet::start(self, to)?;
                let pieces = self.pieces(ROW_GROUP);
                let make = |(): &mut (), (number, blocks)| encoder.row_group(self, number, blocks);
                in_order(
                    threads,
                    pieces,
                    || (),
                    make,
                    |group| {
                        let rows = group.rows;
                        if rows > 0 {
                            file.add(group)?;
                        }
                        seen(rows)
                    },
                )?;
                file.finish()?
            }
            Form::Csv | Form::NdJson => {
                if form == Form::Csv {
                    to.write_all(&lines::csv_header(self))?;
                }
                let make = |bytes: &mut Vec<u8>, (_, blocks): (usize, Range<u64>)| {
                    let mut rows = 0;
                    for block in blocks {
                        let block = self.block(block);
                        rows += block.rows as u64;
                        match form {
                            Form::Csv => lines::csv(self, &block, bytes),
                            Form::Parquet | Form::NdJson => lines::ndjson(self, &block, bytes),
                        }
                    }
                    // The next piece is about as long.
                    let room = bytes.len() + bytes.len() / 8;
                    Ok::<_, SynthError>((std::mem::replace(bytes, Vec::with_capacity(room)), rows))
                };
                in_order(threads, self.pieces(PIECE), Vec::new, make, |(bytes, rows)| {
                    to.write_all(&bytes)?;
                    seen(rows)
                })?;
                to
            }
        };
        Ok((to, total))
    }

    /// About how many rows there will be.
    pub fn rows_expected(&self) -> u64 {
        self.rows.expected()
    }

    /// Numbered runs of blocks with about so many rows.
    fn pieces(
        &self,
        rows: u64,
    ) -> impl FnMut() -> Result<Option<(usize, Range<u64>)>, SynthError> + Send + use<> {
        let (all, each) = (self.rows.blocks(), self.rows.blocks_of(rows));
        let mut pieces =
            (0..all.div_ceil(each)).map(move |piece| piece * each..((piece + 1) * each).min(all)).enumerate();
        move || Ok(pieces.next())
    }
}
