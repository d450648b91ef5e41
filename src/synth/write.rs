//! Tables to files: blocks are made on several threads and written in their order.

use super::lines;
use super::parquet::{self, ROW_GROUP, RowGroup};
use super::table::Table;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::mpsc::{Receiver, sync_channel};

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
    /// A thread that makes blocks is gone.
    #[error("a thread ended before its time")]
    Thread,
}

impl From<::parquet::errors::ParquetError> for SynthError {
    /// What went wrong with the file comes out as that.
    fn from(error: ::parquet::errors::ParquetError) -> Self {
        match error {
            ::parquet::errors::ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(error) => Self::Io(*error),
                Err(inner) => Self::Parquet(::parquet::errors::ParquetError::External(inner)),
            },
            other => Self::Parquet(other),
        }
    }
}

/// Rows of a piece of a text file.
const PIECE: u64 = 10_000;

impl Table {
    /// Writes the table; `watch` is told how many more rows were written, and says whether to go on. Gives the file back,
    /// and how many rows it has.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or `watch` said stop.
    pub fn write<W: Write + Send>(
        &self,
        form: Form,
        threads: usize,
        mut to: W,
        mut watch: impl FnMut(u64) -> bool,
    ) -> Result<(W, u64), SynthError> {
        let mut total = 0;
        let mut seen = |rows: u64| {
            total += rows;
            if watch(rows) { Ok(()) } else { Err(SynthError::Stopped) }
        };
        let to = match form {
            Form::Parquet => {
                let (mut file, encoder) = parquet::start(self, to)?;
                let pieces = self.pieces(ROW_GROUP);
                let make = |number: u64| {
                    encoder.row_group(self, number as usize, self.blocks_of_piece(number, pieces))
                };
                in_order(self.piece_count(pieces), threads, make, |group: Result<RowGroup, SynthError>| {
                    let group = group?;
                    let rows = group.rows;
                    if rows > 0 {
                        file.add(group)?;
                    }
                    seen(rows)
                })?;
                file.finish()?
            }
            Form::Csv | Form::NdJson => {
                if form == Form::Csv {
                    to.write_all(&lines::csv_header(self))?;
                }
                let pieces = self.pieces(PIECE);
                let make = |number: u64| {
                    let (mut bytes, mut rows) = (Vec::with_capacity(1 << 20), 0);
                    for block in self.blocks_of_piece(number, pieces) {
                        let block = self.block(block);
                        rows += block.rows as u64;
                        match form {
                            Form::Csv => lines::csv(self, &block, &mut bytes),
                            Form::Parquet | Form::NdJson => lines::ndjson(self, &block, &mut bytes),
                        }
                    }
                    (bytes, rows)
                };
                in_order(self.piece_count(pieces), threads, make, |(bytes, rows): (Vec<u8>, u64)| {
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

    /// How many blocks a piece of about so many rows has.
    fn pieces(&self, rows: u64) -> u64 {
        self.rows.blocks_of(rows)
    }

    fn piece_count(&self, blocks: u64) -> u64 {
        self.rows.blocks().div_ceil(blocks)
    }

    fn blocks_of_piece(&self, number: u64, blocks: u64) -> Range<u64> {
        number * blocks..((number + 1) * blocks).min(self.rows.blocks())
    }
}

/// Makes pieces on several threads and hands them over in their order. Each thread makes every so-many-th piece and is one
/// piece ahead at most, so that few are ever held.
fn in_order<T: Send>(
    pieces: u64,
    threads: usize,
    make: impl Fn(u64) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), SynthError>,
) -> Result<(), SynthError> {
    let threads = threads.max(1) as u64;
    if threads == 1 {
        return (0..pieces).try_for_each(|piece| take(make(piece)));
    }
    std::thread::scope(|scope| {
        let receivers: Vec<Receiver<T>> = (0..threads.min(pieces))
            .map(|first| {
                let (sender, receiver) = sync_channel(1);
                let make = &make;
                scope.spawn(move || {
                    let mut piece = first;
                    // Nobody takes any more once something went wrong.
                    while piece < pieces && sender.send(make(piece)).is_ok() {
                        piece += threads;
                    }
                });
                receiver
            })
            .collect();
        for piece in 0..pieces {
            let receiver = receivers.get((piece % threads) as usize).ok_or(SynthError::Thread)?;
            take(receiver.recv().map_err(|_| SynthError::Thread)?)?;
        }
        Ok(())
    })
}
