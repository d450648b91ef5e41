//! Parquet: only the wanted columns, row groups in parts, strings as dictionaries where the file has them so.

use super::block::{Block, Places, RecordPlace};
use super::error::Cause;
use super::input::{Random, Source};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    RowSelection, RowSelector,
};
use parquet::basic::{Encoding, Type as Physical};
use parquet::file::metadata::ColumnChunkMetaData;
use std::sync::Arc;

/// Row groups of more records than this are read in parts.
const PART_RECORDS: usize = 1 << 18;
/// A part ends where a block ends, if that has the usual size. (It must not end elsewhere where blocks have another: parts
/// become row groups of Parquet files that are written, and those are to be the same.)
const PART_STEP: usize = 8_192;
/// Dictionaries of more bytes than this are no gain: they would be looked through for every few records.
const DICTIONARY_BYTES: i64 = 1 << 16;

/// A file whose end has been read.
#[derive(Clone)]
pub(super) struct ParquetFile {
    input: Random,
    metadata: ArrowReaderMetadata,
    /// For each wanted column where it stands in the file.
    places: Vec<Option<usize>>,
    others: Vec<String>,
    /// By wanted column: what it holds, all kinds of texts being one.
    holds: Vec<Option<DataType>>,
    /// By wanted column: the type in which it is read fastest.
    fast: Vec<Option<DataType>>,
}

impl ParquetFile {
    /// Reads the end of a file.
    pub(super) fn open(source: &Source, wanted: &[&str]) -> Result<Self, Cause> {
        Self::new(source.open()?, wanted)
    }

    /// Reads the end of a file.
    pub(super) fn new(input: Random, wanted: &[&str]) -> Result<Self, Cause> {
        let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new())?;
        let schema = Arc::clone(metadata.schema());
        let mut places = Vec::with_capacity(wanted.len());
        for name in wanted {
            let mut found = schema.fields().iter().enumerate().filter(|(_, field)| field.name() == name);
            places.push(found.next().map(|(at, _)| at));
            if found.next().is_some() {
                return Err(Cause::Doubled((*name).to_owned()));
            }
        }
        let others = schema.fields().iter().map(|field| field.name());
        let others = others.filter(|name| !wanted.contains(&name.as_str()) && !name.is_empty());
        let others = others.cloned().collect();
        let mut file = Self { input, metadata, places, others, holds: Vec::new(), fast: Vec::new() };
        let kind = |place: &Option<usize>| Some(schema.fields().get((*place)?)?.data_type());
        let one = |kind: &DataType| if is_text(kind) { DataType::Utf8View } else { kind.clone() };
        file.holds = file.places.iter().map(|place| kind(place).map(one)).collect();
        file.fast = file.places.iter().map(|place| Some(file.fast_type((*place)?, kind(place)?))).collect();
        Ok(file)
    }

    /// By wanted column: what it holds, all kinds of texts being one.
    pub(super) fn holds(&self) -> &[Option<DataType>] {
        &self.holds
    }

    /// By wanted column: the type in which it is read fastest.
    pub(super) fn fast(&self) -> &[Option<DataType>] {
        &self.fast
    }

    /// The same file, to be read in some types.
    pub(super) fn read_as(mut self, types: &[Option<DataType>]) -> Result<Self, Cause> {
        let schema = self.metadata.schema();
        let mut fields: Vec<Arc<Field>> = schema.fields().iter().map(Arc::clone).collect();
        for (place, kind) in self.places.iter().zip(types) {
            let field = place.and_then(|place| fields.get_mut(place));
            if let (Some(field), Some(kind)) = (field, kind) {
                *field = Arc::new(field.as_ref().clone().with_data_type(kind.clone()));
            }
        }
        if fields.iter().ne(schema.fields().iter()) {
            let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
            let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
            self.metadata = ArrowReaderMetadata::try_new(Arc::clone(self.metadata.metadata()), options)?;
        }
        Ok(self)
    }

    /// The type that a column of the file is read in fastest, and holds the same.
    fn fast_type(&self, root: usize, kind: &DataType) -> DataType {
        let Some(leaf) = self.leaf(root) else { return kind.clone() };
        if let DataType::Decimal128(precision, scale) = kind
            && *precision <= 18
        {
            let physical = self.metadata.parquet_schema().column(leaf).physical_type();
            let narrow = matches!(physical, Physical::INT32 | Physical::INT64);
            return if narrow { DataType::Decimal64(*precision, *scale) } else { kind.clone() };
        }
        if !is_text(kind) {
            return kind.clone();
        }
        let groups = self.metadata.metadata().row_groups();
        let small = !groups.is_empty()
            && groups.iter().all(|group| group.columns().get(leaf).is_some_and(has_small_dictionary));
        if small {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        } else {
            DataType::Utf8View
        }
    }

    /// Where the column of a top-level field that is no group stands among all leaves.
    fn leaf(&self, root: usize) -> Option<usize> {
        let schema = self.metadata.parquet_schema();
        let mut leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == root);
        let leaf = leaves.next()?;
        (leaves.next().is_none() && schema.get_column_root(leaf).is_primitive()).then_some(leaf)
    }

    /// By wanted column: the type in which it is read.
    pub(super) fn types(&self) -> Vec<Option<DataType>> {
        let fields = self.metadata.schema().fields();
        let kind = |place: &Option<usize>| Some(fields.get((*place)?)?.data_type().clone());
        self.places.iter().map(kind).collect()
    }

    /// The names of the other columns.
    pub(super) fn others(&self) -> &[String] {
        &self.others
    }

    /// How many records it has.
    pub(super) fn records(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows().try_into().unwrap_or_default()
    }
}

/// Whether a column holds texts.
#[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and few are texts")]
fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether all of a column chunk's values are in a dictionary, and that is small.
fn has_small_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    let all = chunk.page_encoding_stats_mask().is_some_and(|mask| {
        mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY)
    });
    let size = chunk.dictionary_page_offset().map(|start| chunk.data_page_offset() - start);
    all && size.is_some_and(|size| (0..=DICTIONARY_BYTES).contains(&size))
}

/// A file cut into parts of row groups.
pub(super) struct ParquetTable {
    file: Arc<ParquetFile>,
    group: usize,
    /// How many records of the row group are behind us.
    passed: usize,
    records: u64,
}

impl ParquetTable {
    pub(super) fn new(file: ParquetFile) -> Self {
        Self { file: Arc::new(file), group: 0, passed: 0, records: 0 }
    }

    pub(super) fn file(&self) -> &ParquetFile {
        &self.file
    }

    /// The next part; `None` at the end.
    pub(super) fn next_run(&mut self) -> Option<ParquetRun> {
        loop {
            let group = self.file.metadata.metadata().row_groups().get(self.group)?;
            let all = usize::try_from(group.num_rows()).unwrap_or_default();
            if self.passed >= all {
                self.group += 1;
                self.passed = 0;
                continue;
            }
            // Parts of about one size.
            let parts = all.div_ceil(PART_RECORDS);
            let part = all.div_ceil(parts).next_multiple_of(PART_STEP);
            let records = part.min(all - self.passed);
            let size = group.compressed_size().try_into().unwrap_or(0_u64);
            let run = ParquetRun {
                file: Arc::clone(&self.file),
                group: self.group,
                skip: self.passed,
                whole: records == all,
                size: size.saturating_mul(records as u64) / all as u64,
                records: records as u64,
                first: self.records,
                passed: 0,
                reader: None,
            };
            self.passed += records;
            self.records += records as u64;
            return Some(run);
        }
    }
}

/// A part of a row group, of which `passed` records were read.
pub(super) struct ParquetRun {
    file: Arc<ParquetFile>,
    group: usize,
    /// How many records of the row group are before it.
    skip: usize,
    whole: bool,
    /// How many bytes it has in the file, all columns counted.
    pub(super) size: u64,
    /// How many records it has.
    pub(super) records: u64,
    /// How many records of its file are before it.
    pub(super) first: u64,
    passed: u64,
    reader: Option<ParquetRecordBatchReader>,
}

impl ParquetRun {
    /// The next records, at most so many; `None` at the end. `before` is how many records of the table are before the file.
    pub(super) fn next_block(
        &mut self,
        file: &Arc<str>,
        before: u64,
        most: usize,
        row_number: bool,
    ) -> Option<Result<Block, Cause>> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => match self.start(most) {
                Ok(reader) => reader,
                Err(error) => return Some(Err(error)),
            },
        };
        let batch = match reader.next() {
            Some(Ok(batch)) => batch,
            Some(Err(error)) => return Some(Err(error.into())),
            None if self.passed < self.records => {
                let missing = self.records - self.passed;
                let error = format!("{missing} records that it speaks of are not there");
                self.passed = self.records;
                return Some(Err(Cause::Parquet(parquet::errors::ParquetError::EOF(error))));
            }
            None => return None,
        };
        self.reader = Some(reader);
        let first = self.first + self.passed;
        self.passed += batch.num_rows() as u64;
        let place = RecordPlace { line: first + 1, number: before + first + 1 };
        Some(self.block(&batch, file, place, row_number).map_err(Cause::from))
    }

    fn start(&self, block_records: usize) -> Result<ParquetRecordBatchReader, Cause> {
        let ParquetFile { input, metadata, places, .. } = &*self.file;
        let roots = places.iter().copied().flatten();
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(input.clone(), metadata.clone())
            .with_batch_size(block_records)
            .with_row_groups(vec![self.group])
            .with_projection(ProjectionMask::roots(metadata.parquet_schema(), roots));
        if !self.whole {
            let records = usize::try_from(self.records).unwrap_or(usize::MAX);
            let selectors = vec![RowSelector::skip(self.skip), RowSelector::select(records)];
            builder = builder.with_row_selection(RowSelection::from(selectors));
        }
        Ok(builder.build()?)
    }

    fn block(
        &self,
        batch: &RecordBatch,
        file: &Arc<str>,
        place: RecordPlace,
        row_number: bool,
    ) -> Result<Block, ArrowError> {
        // The decoder gives the columns in the order of the file.
        let places = &self.file.places;
        let column = |place: &Option<usize>| -> Option<ArrayRef> {
            let place = (*place)?;
            let mut before: Vec<_> = places.iter().flatten().filter(|other| **other < place).collect();
            before.sort_unstable();
            before.dedup();
            batch.columns().get(before.len()).cloned()
        };
        let columns: Vec<_> = places.iter().map(column).collect();
        let rows = batch.num_rows();
        Block::new(file, place.number - 1, rows, columns, Places::new(place), Vec::new(), row_number)
    }
}
