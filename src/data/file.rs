//! Which file holds a table, and how it is read.

use crate::source::Place;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that holds the records of a kind, or the pairs of a link, and how it is read.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Where it is: a file, a folder of files, a pattern with `*`, or `-` for the standard input.
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
    /// Apache Parquet.
    Parquet,
}

/// How a text file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

/// The path that means the standard input.
pub(super) const STDIN: &str = "-";

impl DataFile {
    /// Its path as shown to people, to be kept with what is told of it.
    pub fn name(&self) -> Arc<str> {
        Arc::from(self.shown.as_str())
    }

    /// The column of a field: as the file is said to call it, or else its own name for it.
    pub(super) fn column<'a>(&'a self, field: &str, own: &'a str) -> &'a str {
        self.columns.iter().find(|(name, _)| name == field).map_or(own, |(_, column)| column)
    }

    /// Whether it is the standard input, which there is only one of.
    pub fn is_standard_input(&self) -> bool {
        self.path == Path::new(STDIN)
    }

    /// Whether a cell is missing.
    pub(super) fn means_missing(&self, text: &str) -> bool {
        text.is_empty() || self.missing.iter().any(|code| code == text)
    }
}

impl Format {
    /// The format that a file's name ends in: `.csv`, `.ndjson` or `.jsonl`, also with `.gz` or `.zst` behind it, or
    /// `.parquet`.
    pub fn of(path: &Path) -> Option<Self> {
        match Compression::of(path) {
            None => Self::of_ending(path),
            // Parquet compresses by itself.
            Some(_) => {
                Self::of_ending(Path::new(path.file_stem()?)).filter(|format| *format != Self::Parquet)
            }
        }
    }

    fn of_ending(path: &Path) -> Option<Self> {
        Self::named(path.extension()?.to_str()?)
    }

    /// The format of a name without a dot: `csv`, `ndjson`, `jsonl` or `parquet`.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::NdJson),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::NdJson => "NDJSON",
            Self::Parquet => "Parquet",
        }
    }
}

impl Compression {
    /// By the end of a file's name.
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }
}
