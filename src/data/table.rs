//! A table in a file: which file, and its records as columns of text, chunk by chunk.
//!
//! Each format has a reader of its own. A record that cannot be read at all does not stop it: the reader says what is
//! wrong with it and goes on behind it.

use super::csv::CsvReader;
use super::ndjson::NdJsonReader;
use crate::source::Place;
use arrow_array::{Array, RecordBatch, StringArray};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The file that holds the records of a kind, or the pairs of a link, and how it is read.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path as shown to people.
    pub shown: String,
    /// Its format.
    pub format: Format,
    /// Fields whose column has another name here: the field, the column. They go before the field's own `column`.
    pub columns: Vec<(String, String)>,
    /// Spellings that mean missing, besides the empty one. They go before the field's type: a category spelt so is
    /// missing.
    pub missing: Vec<String>,
    /// The field that holds the number of the record in the file (1, 2, 3, …, bad records counted) and has no column.
    pub row_number: Option<String>,
    /// Where the manifest speaks of the file, if it does.
    pub place: Option<Place>,
}

/// The format of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, in UTF-8, with a line of names first.
    Csv,
    /// One JSON object a line.
    NdJson,
}

impl DataFile {
    /// The column of a field: as the file is said to call it, or else its own name for it.
    pub(super) fn column<'a>(&'a self, field: &str, own: &'a str) -> &'a str {
        self.columns.iter().find(|(name, _)| name == field).map_or(own, |(_, column)| column)
    }

    /// Whether a cell is missing.
    pub(super) fn means_missing(&self, text: &str) -> bool {
        text.is_empty() || self.missing.iter().any(|code| code == text)
    }
}

impl Format {
    /// The format that a file's name ends in: `.csv`, `.ndjson` or `.jsonl`.
    pub fn of(path: &Path) -> Option<Self> {
        let end = path.extension()?.to_str()?.to_ascii_lowercase();
        match end.as_str() {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::NdJson),
            _ => None,
        }
    }
}

/// A run of records.
pub(super) struct Chunk {
    /// The readable records, as columns of text; an empty cell is null.
    pub(super) batch: RecordBatch,
    /// Where each of them starts.
    pub(super) places: Vec<RecordPlace>,
    /// The others.
    pub(super) unreadable: Vec<Unreadable>,
}

/// Where a record stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordPlace {
    /// The line in which it starts, from 1.
    pub(super) line: u64,
    /// The how many-th record it is, from 1, those that cannot be read counted.
    pub(super) number: u64,
}

/// A record that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) place: RecordPlace,
    /// Why.
    pub(super) reason: String,
    /// What could be made out all the same, by wanted column, to tell whose record it is. Not to be relied on for more.
    pub(super) cells: Vec<Option<String>>,
}

/// Why a file cannot be read as a table.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
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
    /// The decoder behind the readers refused what they had let pass.
    #[error("{0}")]
    Decode(#[from] arrow_schema::ArrowError),
    /// The decoder sees other records than the reader.
    #[error("{found} records were found but {decoded} decoded")]
    Miscounted {
        /// By the reader.
        found: usize,
        /// By the decoder.
        decoded: usize,
    },
}

/// At most this many records make a chunk.
pub(super) const CHUNK_RECORDS: usize = 4096;
/// A chunk ends with the record that takes it over this many bytes.
pub(super) const CHUNK_BYTES: usize = 4 << 20;
/// A record of more bytes than this cannot be read; a quote open for longer counts as never closed.
pub(super) const RECORD_BYTES: usize = 1 << 20;

/// A reader of any format.
pub(super) enum TableReader {
    Csv(Box<CsvReader>),
    NdJson(Box<NdJsonReader>),
}

impl TableReader {
    /// Starts to read; `wanted` are the columns that are asked for.
    pub(super) fn new(input: Box<dyn Read>, format: Format, wanted: &[String]) -> Result<Self, ReadError> {
        Ok(match format {
            Format::Csv => Self::Csv(Box::new(CsvReader::new(input, wanted)?)),
            Format::NdJson => Self::NdJson(Box::new(NdJsonReader::new(input, wanted)?)),
        })
    }

    /// The next records; `None` at the end.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        match self {
            Self::Csv(reader) => reader.next_chunk(),
            Self::NdJson(reader) => reader.next_chunk(),
        }
    }

    /// Whether the file has each wanted column. Only at the end of the file is this certain.
    pub(super) fn present(&self) -> Vec<bool> {
        match self {
            Self::Csv(reader) => reader.present(),
            Self::NdJson(reader) => reader.present(),
        }
    }

    /// The file's other columns, in the order in which they were met. Only at the end of the file are they all.
    pub(super) fn others(&self) -> &[String] {
        match self {
            Self::Csv(reader) => reader.others(),
            Self::NdJson(reader) => reader.others(),
        }
    }

    /// Which column of a chunk holds each wanted one.
    pub(super) fn columns(&self) -> Vec<Option<usize>> {
        match self {
            Self::Csv(reader) => reader.columns(),
            Self::NdJson(reader) => reader.columns(),
        }
    }
}

impl Chunk {
    /// The chunk's text columns.
    pub(super) fn texts(&self) -> Vec<Option<&StringArray>> {
        self.batch.columns().iter().map(|column| column.as_any().downcast_ref()).collect()
    }
}

/// The text of a cell; `None` where it is null.
pub(super) fn text_at(column: &StringArray, row: usize) -> Option<&str> {
    (row < column.len() && column.is_valid(row)).then(|| column.value(row))
}
