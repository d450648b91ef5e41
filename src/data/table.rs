//! Tables in files: one file or several as one, in any format, as blocks of Arrow columns.
//!
//! A [`Table`] hands out [`Piece`]s in the order of the records, which costs little; to read a piece's [`Block`]s is the
//! costly part, and can be done on any thread. A record that cannot be read at all does not stop the others.

mod block;
mod columns;
mod csv;
mod csv_cells;
mod error;
mod guard;
mod input;
mod json_cells;
mod json_line;
mod keys;
mod ndjson;
mod pages;
mod parquet;
mod sheet;
mod text;

pub use self::block::{Block, RecordPlace, Unreadable};
pub use self::csv::separator_help;
pub use self::error::{Cause, ReadError};
pub use self::guard::is_decoding;
pub(crate) use self::input::is_pattern;
pub use self::sheet::{Sheet, SheetCell, SheetRow};

use self::csv::CsvTable;
use self::csv_cells::CsvRun;
use self::input::{Random, Source};
use self::json_line::Names;
use self::keys::Keys;
use self::ndjson::{NdJsonRun, NdJsonTable};
use self::parquet::{ParquetFile, ParquetRun, ParquetTable};
use super::{DataFile, Format};
use arrow_schema::DataType;
use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A column that a field asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The field.
    pub field: String,
    /// The column's name.
    pub column: String,
    /// Whether the file may be without it.
    pub optional: bool,
}

/// An opened table.
pub struct Table {
    wanted: Vec<Wanted>,
    block_records: usize,
    row_number: bool,
    types: Vec<Option<DataType>>,
    size: Size,
    /// The file that is being read, and those behind it.
    reader: Reader,
    shown: Arc<str>,
    rest: VecDeque<Source>,
    /// How many records are in the files before.
    before: u64,
    /// How many were handed out.
    records: u64,
    names: Arc<Names>,
    keys: Arc<Mutex<Keys>>,
    others: Vec<String>,
    first: Arc<str>,
}

/// How large a table is, as far as it can be told beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// In bytes, as the files are on the disk.
    pub bytes: Option<u64>,
    /// In records.
    pub records: Option<u64>,
}

/// What can be said of a table's columns when it has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Whether the table has each wanted column. A table of a format without a heading that has no records is taken to
    /// have them.
    pub present: Vec<bool>,
    /// Its other columns, in the order in which they were met.
    pub others: Vec<String>,
}

enum Reader {
    Csv(Box<CsvTable>),
    NdJson(Box<NdJsonTable>),
    Parquet(Box<ParquetTable>),
}

/// A run of records that is not decoded yet.
pub struct Piece {
    run: Run,
    file: Arc<str>,
    before: u64,
    block_records: usize,
    row_number: bool,
}

enum Run {
    Csv(CsvRun),
    NdJson(NdJsonRun),
    Parquet(ParquetRun),
}

/// The blocks of a piece, each decoded when it is asked for.
pub struct Blocks {
    piece: Option<Piece>,
}

/// The format of the data behind a path (a file, a folder, a pattern, `-`), as the names of files say; `None` where a name
/// says nothing.
///
/// # Errors
///
/// A folder that cannot be read, no file, files of several formats.
pub fn format_of(path: &Path) -> Result<Option<Format>, Cause> {
    input::format(path)
}

/// The files behind a path of data: itself, those of a folder, or those that fit a pattern, in the order of their names.
/// None where a folder or a pattern has none.
pub fn files_behind(path: &Path) -> Vec<PathBuf> {
    input::behind(path)
}

impl Table {
    /// Opens a table for some of its columns, to be read in blocks of at most so many records.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, a line of names that cannot be understood, a wanted column that is there twice, files
    /// that do not make one table. That a wanted column is absent is no error here: see [`Table::types`] and
    /// [`Table::finish`].
    pub fn open(file: &DataFile, wanted: &[Wanted], block_records: usize) -> Result<Self, ReadError> {
        let whole: Arc<str> = file.name();
        let sources = Source::all(file).map_err(|cause| cause.of(&whole))?;
        let bytes = sources.iter().map(Source::size).sum();
        let mut rest: VecDeque<_> = sources.into();
        let Some(first) = rest.pop_front() else {
            return Err(Cause::NoFile("there is no file".to_owned()).of(&whole));
        };
        let opened = Opening { wanted, names: Arc::new(Names::new(&names(wanted))) };
        let (reader, records) = match file.format {
            Format::Csv | Format::NdJson => {
                let text = first.text().map_err(Cause::from);
                let reader = text.and_then(|text| opened.text(text, file.format));
                (reader.map_err(|cause| cause.of(&first.shown))?, None)
            }
            Format::Parquet => {
                let (file, records) = opened.parquet_files(&first, &rest)?;
                (Reader::Parquet(Box::new(ParquetTable::new(file))), Some(records))
            }
        };
        let mut table = Self::new(file, opened, block_records, reader, Arc::clone(&first.shown));
        table.size = Size { bytes, records };
        table.rest = rest;
        Ok(table)
    }

    /// The same of bytes that come from elsewhere.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn of_stream(
        file: &DataFile,
        mut stream: Box<dyn Read + Send>,
        wanted: &[Wanted],
        block_records: usize,
    ) -> Result<Self, ReadError> {
        let shown: Arc<str> = file.name();
        let opened = Opening { wanted, names: Arc::new(Names::new(&names(wanted))) };
        let reader = match file.format {
            Format::Csv | Format::NdJson => opened.text(stream, file.format),
            Format::Parquet => {
                let copy = Random::copy(&mut stream).map_err(|error| Cause::Io(error).of(&shown))?;
                opened.parquet(ParquetFile::new(copy, &names(wanted)), None)
            }
        };
        let reader = reader.map_err(|cause| cause.of(&shown))?;
        Ok(Self::new(file, opened, block_records, reader, shown))
    }

    fn new(
        file: &DataFile,
        opening: Opening<'_>,
        block_records: usize,
        reader: Reader,
        shown: Arc<str>,
    ) -> Self {
        let records = match &reader {
            Reader::Parquet(table) => Some(table.file().records()),
            Reader::Csv(_) | Reader::NdJson(_) => None,
        };
        Self {
            wanted: opening.wanted.to_vec(),
            block_records: block_records.max(1),
            row_number: file.row_number.is_some(),
            types: reader.types(opening.wanted.len()),
            size: Size { bytes: None, records },
            others: reader.others(),
            reader,
            first: Arc::clone(&shown),
            shown,
            rest: VecDeque::new(),
            before: 0,
            records: 0,
            names: opening.names,
            keys: Arc::default(),
        }
    }

    /// The columns that were asked for.
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// By wanted column: the type that it has in every block; `None` where the table has no such column. What keys NDJSON
    /// has can be told at its end only; before, each is taken to be there.
    pub fn types(&self) -> &[Option<DataType>] {
        &self.types
    }

    /// Which column of a block holds the number of the record, if the table was asked for it. It is of type Int64.
    pub fn row_number(&self) -> Option<usize> {
        self.row_number.then_some(self.wanted.len())
    }

    /// How large the table is.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The next records, not decoded; `None` at the end.
    ///
    /// # Errors
    ///
    /// What the disk says, or a file that does not go with the ones before it.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, ReadError> {
        loop {
            let run = match &mut self.reader {
                Reader::Csv(table) => table.next_run().map(|run| run.map(Run::Csv)),
                Reader::NdJson(table) => table.next_run(&self.keys).map(|run| run.map(Run::NdJson)),
                Reader::Parquet(table) => Ok(table.next_run().map(Run::Parquet)),
            };
            if let Some(run) = run.map_err(|error| Cause::Io(error).of(&self.shown))? {
                let (file, before) = (Arc::clone(&self.shown), self.before);
                let (block_records, row_number) = (self.block_records, self.row_number);
                let piece = Piece { run, file, before, block_records, row_number };
                self.records += piece.records();
                return Ok(Some(piece));
            }
            let Some(next) = self.rest.pop_front() else { return Ok(None) };
            self.reader = self.next_file(&next).map_err(|cause| cause.of(&next.shown))?;
            self.shown = next.shown;
            self.before = self.records;
        }
    }

    /// What can be said of the table's columns. All pieces must have been read.
    pub fn finish(self) -> Columns {
        let Reader::NdJson(_) = self.reader else {
            return Columns {
                present: self.types.iter().map(Option::is_some).collect(),
                others: self.others,
            };
        };
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let present = self.names.wanted().map(|at| keys.records == 0 || keys.met(at));
        Columns { present: present.collect(), others: keys.others() }
    }

    fn next_file(&self, source: &Source) -> Result<Reader, Cause> {
        let opening = Opening { wanted: &self.wanted, names: Arc::clone(&self.names) };
        match self.reader {
            Reader::Parquet(_) => {
                opening.parquet(ParquetFile::open(source, &names(&self.wanted)), Some(&self.types))
            }
            Reader::NdJson(_) => opening.text(source.text()?, Format::NdJson),
            Reader::Csv(_) => {
                let reader = opening.text(source.text()?, Format::Csv)?;
                same_columns(&self.wanted, &reader.types(self.wanted.len()), &self.types, &self.first)?;
                Ok(reader)
            }
        }
    }
}

/// Checks that a file has the columns of another.
fn same_columns(
    wanted: &[Wanted],
    here: &[Option<DataType>],
    there: &[Option<DataType>],
    other: &Arc<str>,
) -> Result<(), Cause> {
    let told = |kind: &Option<DataType>| match kind {
        None => "not there".to_owned(),
        Some(DataType::Utf8View) => "text".to_owned(),
        Some(kind) => kind.to_string(),
    };
    match wanted.iter().zip(here).zip(there).find(|((_, here), there)| here != there) {
        None => Ok(()),
        Some(((wanted, here), there)) => Err(Cause::Unlike {
            column: wanted.column.clone(),
            here: told(here),
            there: told(there),
            other: other.to_string(),
        }),
    }
}

/// What is needed to open a file of a table.
struct Opening<'w> {
    wanted: &'w [Wanted],
    names: Arc<Names>,
}

impl Opening<'_> {
    fn text(&self, input: Box<dyn Read + Send>, format: Format) -> Result<Reader, Cause> {
        Ok(match format {
            Format::NdJson => Reader::NdJson(Box::new(NdJsonTable::new(input, Arc::clone(&self.names))?)),
            Format::Csv | Format::Parquet => {
                Reader::Csv(Box::new(CsvTable::new(input, &names(self.wanted))?))
            }
        })
    }

    /// A Parquet file, to be read in some types, or else in those in which it is read fastest.
    fn parquet(
        &self,
        file: Result<ParquetFile, Cause>,
        types: Option<&[Option<DataType>]>,
    ) -> Result<Reader, Cause> {
        let file = file?;
        let fast = file.fast().to_vec();
        Ok(Reader::Parquet(Box::new(ParquetTable::new(file.read_as(types.unwrap_or(&fast))?))))
    }

    /// The first of several Parquet files, to be read in types in which all of them can be, and how many records they have.
    fn parquet_files(
        &self,
        first: &Source,
        rest: &VecDeque<Source>,
    ) -> Result<(ParquetFile, u64), ReadError> {
        let names = names(self.wanted);
        let file = ParquetFile::open(first, &names).map_err(|cause| cause.of(&first.shown))?;
        let mut types = file.fast().to_vec();
        let mut records = file.records();
        for source in rest {
            let of = |cause: Cause| cause.of(&source.shown);
            let other = ParquetFile::open(source, &names).map_err(of)?;
            same_columns(self.wanted, other.holds(), file.holds(), &first.shown).map_err(of)?;
            records += other.records();
            for ((kind, fast), holds) in types.iter_mut().zip(other.fast()).zip(file.holds()) {
                if kind != fast {
                    kind.clone_from(holds);
                }
            }
        }
        Ok((file.read_as(&types).map_err(|cause| cause.of(&first.shown))?, records))
    }
}

impl Reader {
    fn types(&self, wanted: usize) -> Vec<Option<DataType>> {
        match self {
            Self::Csv(table) => {
                table.present().iter().map(|present| present.then_some(DataType::Utf8View)).collect()
            }
            Self::NdJson(_) => vec![Some(DataType::Utf8View); wanted],
            Self::Parquet(table) => table.file().types(),
        }
    }

    fn others(&self) -> Vec<String> {
        match self {
            Self::Csv(table) => table.others().to_vec(),
            Self::NdJson(_) => Vec::new(),
            Self::Parquet(table) => table.file().others().to_vec(),
        }
    }
}

impl Piece {
    /// How many records are before it in the table.
    pub fn first(&self) -> u64 {
        self.before
            + match &self.run {
                Run::Csv(run) => run.run.first,
                Run::NdJson(run) => run.run.first,
                Run::Parquet(run) => run.first,
            }
    }

    /// How many records it has, those that cannot be read counted.
    pub fn records(&self) -> u64 {
        match &self.run {
            Run::Csv(run) => run.run.records,
            Run::NdJson(run) => run.run.records,
            Run::Parquet(run) => run.records,
        }
    }

    /// How many bytes of the file it takes.
    pub fn bytes(&self) -> u64 {
        match &self.run {
            Run::Csv(run) => run.run.bytes.len() as u64,
            Run::NdJson(run) => run.run.bytes.len() as u64,
            Run::Parquet(run) => run.size,
        }
    }

    /// The file, as shown to people.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Its records, block by block.
    pub fn blocks(self) -> Blocks {
        Blocks { piece: Some(self) }
    }
}

impl Iterator for Blocks {
    type Item = Result<Block, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Piece { run, file, before, block_records, row_number } = self.piece.as_mut()?;
        let (before, most, row_number) = (*before, *block_records, *row_number);
        let block = match run {
            Run::Csv(run) => run.next_block(file, before, most, row_number).map(|b| b.map_err(Cause::from)),
            Run::NdJson(run) => {
                run.next_block(file, before, most, row_number).map(|b| b.map_err(Cause::from))
            }
            Run::Parquet(run) => run.next_block(file, before, most, row_number),
        };
        let block = block.map(|block| block.map_err(|cause| cause.of(file)));
        if !matches!(block, Some(Ok(_))) {
            self.piece = None;
        }
        block
    }
}

fn names(wanted: &[Wanted]) -> Vec<&str> {
    wanted.iter().map(|wanted| wanted.column.as_str()).collect()
}

#[cfg(test)]
pub(super) use self::tests::{data_file, read_all, table_of};

#[cfg(test)]
mod tests;
