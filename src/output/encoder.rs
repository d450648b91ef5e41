//! Scored records to pieces of an output: the part of the work that every thread does for itself.

use super::cells::Cells;
use super::form::{Form, Format, Packing};
use super::parquet::{Chunk, ColumnBuffer, Kept, descriptor};
use super::sheet::{Buffers, Sheet};
use super::text::{Cell, Style, line_end};
use crate::data::Keys;
use crate::eval::batch::{Scored, Standing};
use std::io::{self, Write};

/// Turns scored records into pieces of an output. One for each thread; its buffers are used again.
#[derive(Debug)]
pub struct Encoder<'s> {
    sheet: &'s Sheet,
    packing: Packing,
    buffers: Buffers,
    records: usize,
    body: Body,
}

/// A piece of an output: the records that were added since the last one.
#[derive(Debug)]
pub struct Encoded {
    pub(super) records: usize,
    pub(super) piece: Piece,
}

/// A piece in its format.
#[derive(Debug)]
pub(super) enum Piece {
    /// Bytes that are written as they are.
    Bytes(Vec<u8>),
    /// Rows of a table to be drawn.
    Rows(Vec<Vec<String>>),
    /// The columns of a row group.
    Columns(Vec<Chunk>),
}

/// Records in a row group.
const GROUP: usize = 245_760;
/// Bytes in a piece of text.
const TEXT: usize = 1 << 20;

#[derive(Debug)]
enum Body {
    Lines { style: Style, cells: Vec<Cell>, text: Vec<u8> },
    Rows { cells: Vec<Cell>, rows: Vec<Vec<String>> },
    Columns { columns: Vec<ColumnBuffer>, kept: Vec<usize> },
}

impl<'s> Encoder<'s> {
    /// Writes the columns of a sheet.
    ///
    /// # Errors
    ///
    /// The format has no such columns.
    pub fn new(sheet: &'s Sheet, form: Form) -> io::Result<Self> {
        let lines = |style| Body::Lines { style, cells: Cell::of_sheet(sheet, style), text: Vec::new() };
        let body = match form.format {
            Format::Csv => lines(Style::Csv),
            Format::Ndjson => lines(Style::Json),
            Format::Table => Body::Rows { cells: Cell::of_sheet(sheet, Style::Bare), rows: Vec::new() },
            Format::Parquet => {
                let descriptor = descriptor(sheet)?;
                let columns = sheet.columns.iter().zip(descriptor.columns());
                let columns =
                    columns.map(|(column, descriptor)| ColumnBuffer::new(column, descriptor.clone()));
                Body::Columns { columns: columns.collect(), kept: Vec::new() }
            }
        };
        Ok(Self { sheet, packing: form.packing, buffers: Buffers::default(), records: 0, body })
    }

    /// Adds records, in the order of the input. Those that are set aside are left out.
    ///
    /// # Errors
    ///
    /// A key that the format cannot hold.
    pub fn add(&mut self, keys: &Keys, scored: &Scored) -> io::Result<()> {
        self.sheet.fill(keys, scored, &mut self.buffers);
        let columns: Vec<Cells<'_>> = (0..self.sheet.columns.len())
            .map(|position| self.sheet.cells(position, scored, &self.buffers))
            .collect();
        let standings = scored.standings().iter().enumerate();
        let is_kept = |standing: &Standing| standing.status().is_some();
        let kept_rows = standings.filter(|(_, standing)| is_kept(standing)).map(|(row, _)| row);
        match &mut self.body {
            Body::Lines { style, cells, text } => {
                let end = line_end(*style);
                for row in kept_rows {
                    for (cell, column) in cells.iter().zip(&columns) {
                        cell.write(*column, row, text);
                    }
                    text.extend_from_slice(end);
                    self.records += 1;
                }
            }
            Body::Rows { cells, rows } => {
                for row in kept_rows {
                    rows.push(
                        cells.iter().zip(&columns).map(|(cell, column)| bare(cell, *column, row)).collect(),
                    );
                    self.records += 1;
                }
            }
            Body::Columns { columns: buffers, kept } => {
                let all = scored.standings().iter().all(is_kept);
                kept.clear();
                if !all {
                    kept.extend(kept_rows);
                }
                let kept = if all { Kept::All(scored.rows()) } else { Kept::Some(kept) };
                for (buffer, cells) in buffers.iter_mut().zip(&columns) {
                    buffer.add(*cells, kept)?;
                }
                self.records += kept.count();
            }
        }
        Ok(())
    }

    /// How many records were added since the last piece.
    pub fn records(&self) -> usize {
        self.records
    }

    /// About how many bytes they take up.
    pub fn bytes(&self) -> usize {
        match &self.body {
            Body::Lines { text, .. } => text.len(),
            Body::Rows { rows, .. } => rows.len(),
            Body::Columns { columns, .. } => columns.iter().map(ColumnBuffer::bytes).sum(),
        }
    }

    /// Whether the records make a piece of the usual size: a row group, or so much text that it is worth writing.
    pub fn is_full(&self) -> bool {
        match &self.body {
            Body::Columns { .. } => self.records >= GROUP,
            Body::Lines { .. } | Body::Rows { .. } => self.bytes() >= TEXT,
        }
    }

    /// Takes the records that were added since the last piece.
    ///
    /// # Errors
    ///
    /// They could not be packed.
    pub fn take(&mut self) -> io::Result<Encoded> {
        let records = std::mem::take(&mut self.records);
        let piece = match &mut self.body {
            Body::Lines { text, .. } => {
                let room = text.capacity();
                let text = std::mem::replace(text, Vec::with_capacity(room));
                Piece::Bytes(pack(text, self.packing)?)
            }
            Body::Rows { rows, .. } => Piece::Rows(std::mem::take(rows)),
            Body::Columns { columns, .. } => {
                let chunks = columns.iter_mut().map(|column| column.take(records));
                Piece::Columns(chunks.collect::<io::Result<_>>()?)
            }
        };
        Ok(Encoded { records, piece })
    }
}

impl Encoded {
    /// How many records it holds.
    pub fn records(&self) -> usize {
        self.records
    }
}

fn bare(cell: &Cell, column: Cells<'_>, row: usize) -> String {
    let mut text = Vec::new();
    cell.write(column, row, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// A text as a packed stream of its own: such streams one after the other unpack to one text.
pub(super) fn pack(text: Vec<u8>, packing: Packing) -> io::Result<Vec<u8>> {
    match packing {
        _ if text.is_empty() => Ok(text),
        Packing::None => Ok(text),
        Packing::Gzip => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            packed.write_all(&text)?;
            packed.finish()
        }
        Packing::Zstd => zstd::bulk::compress(&text, zstd::DEFAULT_COMPRESSION_LEVEL),
    }
}
