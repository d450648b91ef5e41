//! The form of an output: its format and how it is packed, as asked for or by the ending of the file's name.

use clap::ValueEnum;
use std::path::Path;

/// The form in which scores are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated, with a heading
    Csv,
    /// A JSON object a line
    Ndjson,
    /// A drawn table, for people
    Table,
    /// Columns, for programs
    Parquet,
}

/// How a text is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Packing {
    /// Not at all.
    #[default]
    None,
    /// As gzip does.
    Gzip,
    /// As zstd does.
    Zstd,
}

/// A format, and how it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The format.
    pub format: Format,
    /// How it is packed; never for Parquet, which packs its own parts.
    pub packing: Packing,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        Self { format, packing: Packing::None }
    }
}

impl Form {
    /// The form of a file: the format asked for, else by the ending of its name (`.csv`, `.ndjson`, `.jsonl`, `.parquet`),
    /// else CSV. A text is packed where `.gz` or `.zst` stands at the end.
    ///
    /// # Errors
    ///
    /// A Parquet file that is to be packed: in words, with what to do instead.
    pub fn of(asked: Option<Format>, path: Option<&Path>) -> Result<Self, String> {
        let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy().to_lowercase());
        let name = name.as_deref().unwrap_or_default();
        let (name, packing) = match (name.strip_suffix(".gz"), name.strip_suffix(".zst")) {
            (Some(inner), _) => (inner, Packing::Gzip),
            (None, Some(inner)) => (inner, Packing::Zstd),
            (None, None) => (name, Packing::None),
        };
        let by_name = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("ndjson" | "jsonl") => Format::Ndjson,
            Some("parquet") => Format::Parquet,
            Some(_) | None => Format::Csv,
        };
        let format = asked.unwrap_or(by_name);
        if format == Format::Parquet && packing != Packing::None {
            return Err("a Parquet file is packed inside and not as a whole: let its name end in `.parquet`"
                .to_owned());
        }
        Ok(Self { format, packing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_where_nothing_is_asked_for() {
        let of = |path: &str| Form::of(None, Some(Path::new(path)));
        let plain = |format| Ok(Form { format, packing: Packing::None });
        assert_eq!(of("a/scores.csv"), plain(Format::Csv));
        assert_eq!(of("scores"), plain(Format::Csv));
        assert_eq!(of("-"), plain(Format::Csv));
        assert_eq!(of("a.parquet/scores.JSONL"), plain(Format::Ndjson));
        assert_eq!(of("scores.parquet"), plain(Format::Parquet));
        assert_eq!(of("scores.csv.gz"), Ok(Form { format: Format::Csv, packing: Packing::Gzip }));
        assert_eq!(of("scores.ndjson.zst"), Ok(Form { format: Format::Ndjson, packing: Packing::Zstd }));
        assert!(of("scores.parquet.gz").is_err());
    }

    #[test]
    fn what_is_asked_for_decides() {
        let of = |format, path: &str| Form::of(Some(format), Some(Path::new(path)));
        assert_eq!(of(Format::Table, "scores.csv"), Ok(Form::from(Format::Table)));
        assert_eq!(
            of(Format::Ndjson, "scores.csv.gz"),
            Ok(Form { format: Format::Ndjson, packing: Packing::Gzip })
        );
        assert_eq!(Form::of(None, None), Ok(Form::from(Format::Csv)));
    }
}
