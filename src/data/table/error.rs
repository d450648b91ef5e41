//! Why a table cannot be read.

use crate::data::{DataFile, Format};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use std::sync::Arc;

/// Why a file cannot be read as a table.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {file}: {cause}")]
pub struct ReadError {
    /// The file, as shown to people.
    pub file: Arc<str>,
    /// Why.
    pub cause: Cause,
}

/// Why a file cannot be read as a table.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The outside world's fault.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// There is not even a line of names.
    #[error("it is empty: not even a line of column names")]
    Empty,
    /// The line of names cannot be read.
    #[error("its line of column names cannot be read: {0}")]
    Header(String),
    /// A column that is wanted is there twice.
    #[error("its column `{0}` is there more than once")]
    Doubled(String),
    /// It is damaged, or no Parquet file.
    #[error("it is damaged, or no Parquet file: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Its data cannot be decoded.
    #[error("its data cannot be decoded: {0}")]
    Decode(#[from] arrow_schema::ArrowError),
    /// A folder or a pattern without a file.
    #[error("{0}")]
    NoFile(String),
    /// Files that are read as one table are of several formats.
    #[error("it holds files of several formats: {} in {}, {} in {}", .0.0.name(), .0.1, .1.0.name(), .1.1)]
    Formats((Format, String), (Format, String)),
    /// The files of one table do not have the same columns.
    #[error(
        "`{column}` is {here} here, but {there} in {other}: the files of one table must have the same columns"
    )]
    Unlike {
        /// The column.
        column: String,
        /// What it is in this file.
        here: String,
        /// What it is in the other.
        there: String,
        /// The first file.
        other: String,
    },
}

impl Cause {
    /// Of a file.
    pub(super) fn of(self, file: &Arc<str>) -> ReadError {
        ReadError { file: Arc::clone(file), cause: self }
    }
}

impl ReadError {
    /// What the disk says of a file.
    pub(crate) fn io(file: &DataFile, error: std::io::Error) -> Self {
        Cause::Io(error).of(&file.name())
    }

    /// The mistake as users see it; `place` is where the file is named.
    pub fn diagnostic(&self, place: Option<Place>) -> Diagnostic {
        let (code, message) = match &self.cause {
            Cause::Doubled(name) => {
                (Code::E0408, format!("the column `{name}` is in {} more than once", self.file))
            }
            Cause::Io(_)
            | Cause::Empty
            | Cause::Header(_)
            | Cause::Parquet(_)
            | Cause::Decode(_)
            | Cause::NoFile(_)
            | Cause::Formats(..)
            | Cause::Unlike { .. } => (Code::E0409, self.to_string()),
        };
        match place {
            Some(place) => Diagnostic::error(code, place, message),
            None => Diagnostic::general(code, message),
        }
    }
}
