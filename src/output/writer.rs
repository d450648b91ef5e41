//! Pieces of an output into a file, in the order of the input.

use super::about::About;
use super::encoder::{Encoded, Piece, pack};
use super::form::{Form, Format, Packing};
use super::parquet::File;
use super::sheet::Sheet;
use super::table::Headings;
use super::text::heading;
use std::io::{self, Write};

/// Writes the pieces of an output.
#[derive(Debug)]
pub struct Writer<W: Write + Send> {
    packing: Packing,
    to: Out<W>,
}

#[derive(Debug)]
enum Out<W: Write + Send> {
    Lines { to: W, written: bool },
    Table { to: W, headings: Headings, rows: Vec<Vec<String>> },
    Parquet(File<W>),
}

impl<W: Write + Send> Writer<W> {
    /// Begins an output.
    ///
    /// # Errors
    ///
    /// The heading could not be written.
    pub fn new(sheet: &Sheet, form: Form, about: &About, mut to: W) -> io::Result<Self> {
        let to = match form.format {
            Format::Csv => {
                to.write_all(&pack(heading(sheet.names()), form.packing)?)?;
                Out::Lines { to, written: true }
            }
            Format::Ndjson => Out::Lines { to, written: false },
            Format::Table => Out::Table { to, headings: Headings::of_sheet(sheet), rows: Vec::new() },
            Format::Parquet => Out::Parquet(File::new(sheet, about, to)?),
        };
        Ok(Self { packing: form.packing, to })
    }

    /// Writes the next piece.
    ///
    /// # Errors
    ///
    /// It could not be written.
    pub fn write(&mut self, encoded: Encoded) -> io::Result<()> {
        match (&mut self.to, encoded.piece) {
            (Out::Lines { to, written }, Piece::Bytes(bytes)) => {
                *written |= !bytes.is_empty();
                to.write_all(&bytes)
            }
            (Out::Table { rows, .. }, Piece::Rows(more)) => {
                rows.extend(more);
                Ok(())
            }
            (Out::Parquet(file), Piece::Columns(chunks)) => file.group(encoded.records, chunks),
            (
                Out::Lines { .. } | Out::Table { .. } | Out::Parquet(_),
                Piece::Bytes(_) | Piece::Rows(_) | Piece::Columns(_),
            ) => Err(io::Error::other("a piece of another format")),
        }
    }

    /// Ends the output and gives back what it was written to.
    ///
    /// # Errors
    ///
    /// Its end could not be written.
    pub fn finish(self) -> io::Result<W> {
        let mut to = match self.to {
            Out::Lines { mut to, written } => {
                if !written {
                    to.write_all(&empty(self.packing)?)?;
                }
                to
            }
            Out::Table { to, headings, rows } => {
                let mut text = Vec::new();
                headings.draw(&rows, &mut text)?;
                let mut to = to;
                to.write_all(&pack(text, self.packing)?)?;
                to
            }
            Out::Parquet(file) => file.finish()?,
        };
        to.flush()?;
        Ok(to)
    }
}

/// No text at all, packed: a packed file is never empty.
fn empty(packing: Packing) -> io::Result<Vec<u8>> {
    match packing {
        Packing::None => Ok(Vec::new()),
        Packing::Gzip => flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default()).finish(),
        Packing::Zstd => zstd::bulk::compress(&[], zstd::DEFAULT_COMPRESSION_LEVEL),
    }
}
