//! Parquet: only the wanted columns, row groups in parts, columns as dictionaries where the file has them so.

use super::block::{Block, Places, RecordPlace};
use super::error::Cause;
use super::guard::guarded;
use super::input::{Random, Source};
use super::pages::{self, PageColumn};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
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
    /// By wanted column: the type in which it is read.
    types: Vec<Option<DataType>>,
    /// By wanted column: which leaf of the file's schema it is, if its pages are read here.
    leaves: Vec<Option<usize>>,
    /// The others, by place in the file, in order.
    decoded: Vec<usize>,
}

impl ParquetFile {
    /// Reads the end of a file.
    pub(super) fn open(source: &Source, wanted: &[&str]) -> Result<Self, Cause> {
        Self::new(source.open()?, wanted)
    }

    /// Reads the end of a file.
    pub(super) fn new(input: Random, wanted: &[&str]) -> Result<Self, Cause> {
        let metadata = guarded(|| Ok(ArrowReaderMetadata::load(&input, ArrowReaderOptions::new())?))?;
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
        let (none, count) = (Vec::new, places.len());
        let mut file = Self {
            input,
            metadata,
            places,
            others,
            holds: none(),
            fast: none(),
            types: none(),
            leaves: vec![None; count],
            decoded: Vec::new(),
        };
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
        self.types = types.to_vec();
        self.leaves =
            self.places.iter().zip(types).map(|(place, kind)| self.page_leaf(*place, kind)).collect();
        for ((place, kind), leaf) in self.places.iter().zip(types).zip(&self.leaves) {
            let Some(place) = place.filter(|_| leaf.is_none()) else { continue };
            self.decoded.push(place);
            let field = fields.get_mut(place);
            if let (Some(field), Some(kind)) = (field, kind) {
                *field = Arc::new(field.as_ref().clone().with_data_type(kind.clone()));
            }
        }
        self.decoded.sort_unstable();
        self.decoded.dedup();
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
        let groups = self.metadata.metadata().row_groups();
        let small = !groups.is_empty()
            && groups.iter().all(|group| group.columns().get(leaf).is_some_and(has_small_dictionary));
        let dictionary = |values: DataType| DataType::Dictionary(Box::new(DataType::Int32), Box::new(values));
        if is_text(kind) {
            return if small { dictionary(DataType::Utf8) } else { DataType::Utf8View };
        }
        let kind = self.narrow_type(leaf, kind);
        let of_entries = dictionary(kind.clone());
        if small && pages::reads(groups, leaf, &of_entries) { of_entries } else { kind }
    }

    /// The narrowest type that holds the same.
    fn narrow_type(&self, leaf: usize, kind: &DataType) -> DataType {
        if let DataType::Decimal128(precision, scale) = kind
            && *precision <= 18
            && matches!(
                self.metadata.parquet_schema().column(leaf).physical_type(),
                Physical::INT32 | Physical::INT64
            )
        {
            return DataType::Decimal64(*precision, *scale);
        }
        kind.clone()
    }

    /// The leaf of a column whose pages are read here.
    fn page_leaf(&self, place: Option<usize>, kind: &Option<DataType>) -> Option<usize> {
        let leaf = self.leaf(place?)?;
        pages::reads(self.metadata.metadata().row_groups(), leaf, kind.as_ref()?).then_some(leaf)
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
        self.types.clone()
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
                readers: None,
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
    readers: Option<Readers>,
}

/// The readers of a part of a row group.
struct Readers {
    /// By wanted column, those whose pages are read here.
    pages: Vec<Option<PageColumn>>,
    /// Of the others, if there are any.
    decoder: Option<ParquetRecordBatchReader>,
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
        let rows = (self.records - self.passed).min(most as u64) as usize;
        if rows == 0 {
            return None;
        }
        let columns = guarded(|| self.columns(rows, most));
        let first = self.first + self.passed;
        // Behind what cannot be decoded nothing can be relied on.
        self.passed = if columns.is_ok() { self.passed + rows as u64 } else { self.records };
        Some(columns.and_then(|columns| {
            let place = RecordPlace { line: first + 1, number: before + first + 1 };
            let (first, places) = (place.number - 1, Places::new(place));
            Ok(Block::new(file, first, rows, columns, places, Vec::new(), row_number)?)
        }))
    }

    /// The wanted columns of the next records.
    fn columns(&mut self, rows: usize, most: usize) -> Result<Vec<Option<ArrayRef>>, Cause> {
        let mut readers = match self.readers.take() {
            Some(readers) => readers,
            None => self.start(most)?,
        };
        let batch = match &mut readers.decoder {
            Some(decoder) => decoder.next().transpose()?,
            None => None,
        };
        if let (Some(_), have) = (&readers.decoder, batch.as_ref().map_or(0, RecordBatch::num_rows))
            && have < rows
        {
            let error = format!("{} records that it speaks of are not there", rows - have);
            return Err(Cause::Parquet(parquet::errors::ParquetError::EOF(error)));
        }
        // The decoder gives its columns in the order of the file.
        let ParquetFile { places, decoded, .. } = &*self.file;
        let mut columns = Vec::with_capacity(places.len());
        for (place, page) in places.iter().zip(&mut readers.pages) {
            columns.push(match (place, page) {
                (Some(_), Some(page)) => Some(page.read(rows)?),
                (Some(place), None) => {
                    let at = decoded.binary_search(place).ok();
                    at.and_then(|at| batch.as_ref()?.columns().get(at).cloned())
                }
                (None, _) => None,
            });
        }
        self.readers = Some(readers);
        Ok(columns)
    }

    fn start(&self, block_records: usize) -> Result<Readers, Cause> {
        let ParquetFile { input, metadata, types, leaves, decoded, .. } = &*self.file;
        let mut pages = Vec::with_capacity(types.len());
        let group = metadata.metadata().row_group(self.group);
        for (kind, leaf) in types.iter().zip(leaves) {
            let page = kind.as_ref().zip(*leaf);
            let page = page.map(|(kind, leaf)| PageColumn::open(input, group, leaf, kind, self.skip));
            pages.push(page.transpose()?);
        }
        if decoded.is_empty() {
            return Ok(Readers { pages, decoder: None });
        }
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(input.clone(), metadata.clone())
            .with_batch_size(block_records)
            .with_row_groups(vec![self.group])
            .with_projection(ProjectionMask::roots(metadata.parquet_schema(), decoded.iter().copied()));
        if !self.whole {
            let records = usize::try_from(self.records).unwrap_or(usize::MAX);
            let selectors = vec![RowSelector::skip(self.skip), RowSelector::select(records)];
            builder = builder.with_row_selection(RowSelection::from(selectors));
        }
        Ok(Readers { pages, decoder: Some(builder.build()?) })
    }
}
