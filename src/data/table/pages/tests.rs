//! What is read from pages is what the reader of the parquet crate reads.

use super::super::guard::guarded;
use super::*;
use arrow_array::builder::StringBuilder;
use arrow_array::{
    Array, BooleanArray, Date32Array, Decimal64Array, Decimal128Array, Float64Array, Int32Array, Int64Array,
    RecordBatch,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use proptest::prelude::*;

/// How a file is written.
#[derive(Debug, Clone)]
struct Written {
    rows: usize,
    page_rows: usize,
    dictionary: bool,
    dictionary_bytes: usize,
    second_version: bool,
    compression: Compression,
    /// Of a hundred, and how many different values there are.
    absent: u32,
    different: u32,
    seed: u32,
}

fn ways() -> impl Strategy<Value = Written> {
    let compression = prop::sample::select(vec![
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
    ]);
    let absent = prop::sample::select(vec![0_u32, 8, 50, 100]);
    let different = prop::sample::select(vec![1_u32, 2, 9, 300, 100_000]);
    let how = (any::<bool>(), any::<bool>(), compression, prop::sample::select(vec![8_usize, 200, 1 << 20]));
    (0_usize..700, 1_usize..300, how, absent, different, any::<u32>()).prop_map(
        |(
            rows,
            page_rows,
            (dictionary, second_version, compression, dictionary_bytes),
            absent,
            different,
            seed,
        )| Written {
            rows,
            page_rows,
            dictionary,
            dictionary_bytes,
            second_version,
            compression,
            absent,
            different,
            seed,
        },
    )
}

/// Columns of every kind that is read here: the last two are never absent.
fn columns(how: &Written) -> RecordBatch {
    let mut state = u64::from(how.seed);
    let mut next = move |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(below)) as u32
    };
    let values: Vec<Option<u32>> =
        (0..how.rows).map(|_| (next(100) >= how.absent).then(|| next(how.different))).collect();
    let known: Vec<u32> = values.iter().map(|value| value.unwrap_or(7)).collect();
    let mut texts = StringBuilder::new();
    values.iter().for_each(|value| texts.append_option(value.map(|value| format!("text {value} ä"))));
    let signed = |value: &u32| i64::from(*value) * 3_000_017 - 1_000_000_007;
    let each = |value: &Option<u32>| value.as_ref().map(signed);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("int32", Arc::new(Int32Array::from_iter(values.iter().map(|v| v.map(|v| v as i32 - 50))))),
        ("date", Arc::new(Date32Array::from_iter(values.iter().map(|v| v.map(|v| v as i32))))),
        ("int64", Arc::new(Int64Array::from_iter(values.iter().map(each)))),
        ("double", Arc::new(Float64Array::from_iter(values.iter().map(|v| v.map(|v| f64::from(v) / 7.0))))),
        (
            "small",
            Arc::new(
                Decimal128Array::from_iter(values.iter().map(|v| v.map(i128::from)))
                    .with_precision_and_scale(9, 2)
                    .unwrap(),
            ),
        ),
        (
            "money",
            Arc::new(
                Decimal64Array::from_iter(values.iter().map(each)).with_precision_and_scale(18, 2).unwrap(),
            ),
        ),
        ("truth", Arc::new(BooleanArray::from_iter(values.iter().map(|v| v.map(|v| v % 3 == 1))))),
        ("text", Arc::new(texts.finish())),
        ("known", Arc::new(Int64Array::from_iter_values(known.iter().map(signed)))),
        ("day", Arc::new(Date32Array::from_iter_values(known.iter().map(|v| *v as i32)))),
    ];
    let nullable = |name: &str| !matches!(name, "known" | "day");
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, nullable(name))),
    )
    .unwrap()
}

fn file(how: &Written, batch: &RecordBatch) -> Random {
    let version = if how.second_version { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
    let properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(how.compression)
        .set_dictionary_enabled(how.dictionary)
        .set_dictionary_page_size_limit(how.dictionary_bytes)
        .set_data_page_row_count_limit(how.page_rows)
        .set_write_batch_size(how.page_rows)
        .set_statistics_enabled(EnabledStatistics::None)
        // The second version has encodings of its own, which are not read here.
        .set_encoding(Encoding::PLAIN)
        .set_column_encoding(
            "truth".into(),
            if how.second_version { Encoding::RLE } else { Encoding::PLAIN },
        );
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.build())).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    Random::copy(&mut bytes.as_slice()).unwrap()
}

/// The types in which a column can be asked for.
fn asked(kind: &DataType) -> Vec<DataType> {
    let plain = if let DataType::Decimal128(precision, scale) = kind {
        DataType::Decimal64(*precision, *scale)
    } else {
        kind.clone()
    };
    if plain == DataType::Boolean {
        return vec![plain];
    }
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(plain.clone()));
    vec![plain, dictionary]
}

proptest! {
    #[test]
    fn pages_hold_what_the_other_reader_reads(
        how in ways(),
        skip in 0_usize..400,
        steps in prop::collection::vec(1_usize..250, 1..8),
    ) {
        let batch = columns(&how);
        let input = file(&how, &batch);
        let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).unwrap();
        let groups = metadata.metadata().row_groups();
        let Some(group) = groups.first() else { return Ok(()) };
        let skip = skip.min(how.rows);
        for (leaf, column) in batch.columns().iter().enumerate() {
            for kind in asked(column.data_type()) {
                if kind == DataType::Utf8 {
                    prop_assert!(!reads(groups, leaf, &kind), "texts are read here in dictionaries only");
                    continue;
                }
                prop_assert!(reads(groups, leaf, &kind), "{kind}: {:?}", group.column(leaf));
                let all_in_dictionary = group.column(leaf).page_encoding_stats_mask().is_some_and(|mask| {
                    mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY)
                });
                if matches!(kind, DataType::Dictionary(..)) && !all_in_dictionary {
                    continue;
                }
                let mut pages = PageColumn::open(&input, group, leaf, &kind, skip).unwrap();
                let (mut at, mut steps) = (skip, steps.iter().cycle());
                while at < how.rows {
                    let step = (*steps.next().unwrap()).min(how.rows - at);
                    let read = pages.read(step).unwrap();
                    prop_assert_eq!(read.data_type(), &kind);
                    prop_assert_eq!(read.len(), step);
                    for row in 0..step {
                        let (here, there) = (text(&read, row), text(column, at + row));
                        prop_assert_eq!(here, there, "{} {}", &kind, at + row);
                    }
                    at += step;
                }
                prop_assert!(pages.read(1).is_err(), "there are no more");
            }
        }
    }

    /// Whatever stands in a damaged file: an error, or other values.
    #[test]
    fn damage_is_no_crash(how in ways(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let batch = columns(&how);
        let input = file(&how, &batch);
        let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).unwrap();
        let Some(group) = metadata.metadata().row_groups().first() else { return Ok(()) };
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut parquet::file::reader::ChunkReader::get_read(&input, 0).unwrap(), &mut bytes).unwrap();
        let end = batch.num_columns();
        let end = group.column(end - 1).byte_range();
        let place = 4 + at.index((end.0 + end.1) as usize - 4);
        bytes[place] = byte;
        let input = Random::copy(&mut bytes.as_slice()).unwrap();
        for (leaf, column) in batch.columns().iter().enumerate() {
            for kind in asked(column.data_type()) {
                // The headers of pages are read by the crate.
                if let Ok(mut pages) = guarded(|| PageColumn::open(&input, group, leaf, &kind, 3)) {
                    while let Ok(read) = guarded(|| pages.read(100)) {
                        prop_assert_eq!(read.len(), 100);
                    }
                }
            }
        }
    }
}

/// A value in words.
fn text(column: &ArrayRef, row: usize) -> Option<String> {
    crate::data::column::given(column, row).map(|given| format!("{given:?}"))
}

#[test]
fn a_file_is_read_in_dictionaries_and_in_parts() {
    let how = Written {
        rows: 1000,
        page_rows: 90,
        dictionary: true,
        dictionary_bytes: 1 << 20,
        second_version: false,
        compression: Compression::SNAPPY,
        absent: 8,
        different: 9,
        seed: 1,
    };
    let batch = columns(&how);
    let input = file(&how, &batch);
    let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let opened = super::super::parquet::ParquetFile::new(input.clone(), &names).unwrap();
    for kind in opened.fast().iter().flatten() {
        assert!(matches!(kind, DataType::Dictionary(..) | DataType::Boolean), "{kind}");
    }
    let all = ParquetRecordBatchReaderBuilder::try_new(input).unwrap().with_batch_size(2000).build().unwrap();
    let all: Vec<RecordBatch> = all.map(Result::unwrap).collect();
    assert_eq!(all.first().unwrap(), &batch);
}
