//! What the two interpreters read from a column: values record by record, and classes and numbers in columns. Whatever the
//! type of the column, they must agree on what is good, what is missing, and what the number is.

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal32Array, Decimal64Array, Decimal128Array,
    DictionaryArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    LargeStringArray, NullArray, RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use glassbox::check::{Unit, check};
use glassbox::data::{Binding, DataFile, Format, Table, Value};
use glassbox::date::Date;
use glassbox::decimal::Decimal;
use glassbox::eval::batch::{Chunk, Plan, Scored, Scratch, Standing, Wanted};
use glassbox::policy::Policy;
use parquet::arrow::ArrowWriter;
use std::sync::Arc;

/// A field of each type.
const FIELDS: [&str; 7] = [
    "number -1000 to 1000",
    "money 0 or more",
    "integer -5 to 300",
    "date 0001-01-02 or later",
    "yes/no",
    "one of (own, rent as \"to let\", one as \"1\")",
    "text",
];

/// A policy whose score tells what `x` is: 500 and the number, or 8277 where it is missing.
fn policy(field: &str) -> Policy {
    let is_number = ["number", "money", "integer"].iter().any(|kind| field.starts_with(kind));
    let rule = if is_number { "points x\n  if missing 7777" } else { "when x is missing\n  points 7777" };
    let text = format!(
        "policy p {{\n  scores person\n  start 500\n}}\nrecord person {{\n  id integer key\n  x {field} optional\n}}\n\
         rule a {{\n  {rule}\n}}\n"
    );
    let (unit, _) = Unit::of_text("p.score", &text);
    let checked = check(unit);
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:?}\n{text}", checked.diagnostics));
    ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap()
}

/// What columns hold, by type.
fn columns() -> Vec<(&'static str, ArrayRef)> {
    let texts = vec![
        Some("1"),
        Some("0"),
        Some(""),
        None,
        Some("NA"),
        Some("-9999"),
        Some("-9999.0"),
        Some("7.0"),
        Some("7.5"),
        Some("1e2"),
        Some("+3"),
        Some("0.1234567890"),
        Some("0.12345678901"),
        Some("99999999999999999999"),
        Some("1001"),
        Some("-0"),
        Some("2024-02-29"),
        Some("2023-02-29"),
        Some("0000-01-01"),
        Some("yes"),
        Some("No"),
        Some("TRUE"),
        Some("tRue"),
        Some("own"),
        Some("to let"),
        Some("rent"),
        Some("own "),
        Some("a longer text than fits in a view"),
        Some("-"),
        Some("."),
        Some("5."),
        Some(".5"),
        Some("1,5"),
        Some("9999-12-31"),
        Some("-1000"),
        Some("1000.000000001"),
    ];
    let halves = vec![
        Some(0.1),
        Some(-0.0),
        None,
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(-9999.0),
        Some(7.0),
        Some(7.5),
        Some(1e300),
        Some(1e-300),
        Some(4.9e-10),
        Some(5e-10),
        Some(1000.0),
        Some(1000.0000000004),
        Some(1000.0000000006),
        Some(-1000.0),
        Some(300.0),
        Some(1.0 / 3.0),
    ];
    let singles = halves.iter().map(|x| x.map(|x| x as f32)).collect::<Vec<_>>();
    let wholes = vec![Some(0), Some(1), None, Some(-1), Some(100), Some(101), Some(127), Some(-5), Some(-6)];
    let wide = vec![
        Some(0_i64),
        Some(1),
        None,
        Some(-9999),
        Some(1000),
        Some(1001),
        Some(i64::MAX),
        Some(i64::MIN),
        Some(300),
    ];
    let steps = vec![
        Some(0_i32),
        Some(150),
        None,
        Some(-999_900),
        Some(100_000),
        Some(100_001),
        Some(700),
        Some(i32::MAX),
    ];
    let days = vec![
        Some(0),
        Some(-1),
        None,
        Some(19_782),
        Some(2_932_896),
        Some(2_932_897),
        Some(-719_162),
        Some(-719_163),
        Some(i32::MAX),
    ];
    let instants = |of_day: i64| {
        days.iter().map(move |day| day.map(|day| i64::from(day) * of_day + 1)).collect::<Vec<Option<i64>>>()
    };
    // Nanoseconds reach no further than some centuries.
    let near = |of_day: i64| {
        vec![Some(0), Some(-1), Some(of_day - 1), None, Some(of_day * 19_782), Some(-of_day * 365)]
    };
    let unsigned = wholes.iter().map(|x| x.and_then(|x: i32| u8::try_from(x).ok())).collect::<Vec<_>>();
    let coded: DictionaryArray<Int32Type> = texts.iter().copied().collect();
    vec![
        ("utf8", Arc::new(StringArray::from(texts.clone())) as ArrayRef),
        ("large utf8", Arc::new(LargeStringArray::from(texts.clone()))),
        ("utf8 view", Arc::new(StringViewArray::from(texts))),
        ("dictionary", Arc::new(coded)),
        ("double", Arc::new(Float64Array::from(halves))),
        ("single", Arc::new(Float32Array::from(singles))),
        ("int8", Arc::new(wholes.iter().map(|x| x.map(|x| x as i8)).collect::<Int8Array>())),
        ("int16", Arc::new(wholes.iter().map(|x| x.map(|x| x as i16)).collect::<Int16Array>())),
        ("int32", Arc::new(Int32Array::from(wholes))),
        ("int64", Arc::new(Int64Array::from(wide.clone()))),
        ("uint8", Arc::new(UInt8Array::from(unsigned.clone()))),
        ("uint16", Arc::new(unsigned.iter().map(|x| x.map(u16::from)).collect::<UInt16Array>())),
        ("uint32", Arc::new(unsigned.iter().map(|x| x.map(u32::from)).collect::<UInt32Array>())),
        ("uint64", Arc::new(wide.iter().map(|x| x.map(i64::cast_unsigned)).collect::<UInt64Array>())),
        ("decimal32", Arc::new(Decimal32Array::from(steps.clone()).with_precision_and_scale(9, 2).unwrap())),
        (
            "decimal64",
            Arc::new(
                steps
                    .iter()
                    .map(|x| x.map(i64::from))
                    .collect::<Decimal64Array>()
                    .with_precision_and_scale(18, 2)
                    .unwrap(),
            ),
        ),
        (
            "decimal128",
            Arc::new(
                steps
                    .iter()
                    .map(|x| x.map(i128::from))
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale(38, 2)
                    .unwrap(),
            ),
        ),
        (
            "fine",
            Arc::new(
                Decimal128Array::from(vec![
                    Some(0_i128),
                    Some(10_i128.pow(12)),
                    Some(1),
                    None,
                    Some(7 * 10_i128.pow(12) + 5),
                    Some(-10_i128.pow(15)),
                ])
                .with_precision_and_scale(38, 12)
                .unwrap(),
            ),
        ),
        (
            "coarse",
            Arc::new(
                Decimal128Array::from(vec![
                    Some(0_i128),
                    Some(1),
                    Some(10),
                    None,
                    Some(i128::from(i64::MAX)),
                    Some(-1),
                ])
                .with_precision_and_scale(38, -2)
                .unwrap(),
            ),
        ),
        ("date32", Arc::new(Date32Array::from(days.clone()))),
        ("date64", Arc::new(Date64Array::from(instants(86_400_000)))),
        ("seconds", Arc::new(TimestampSecondArray::from(instants(86_400)))),
        ("milliseconds", Arc::new(TimestampMillisecondArray::from(instants(86_400_000)))),
        ("microseconds", Arc::new(TimestampMicrosecondArray::from(near(86_400_000_000)))),
        ("nanoseconds", Arc::new(TimestampNanosecondArray::from(near(86_400_000_000_000)))),
        ("boolean", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("null", Arc::new(NullArray::new(3))),
    ]
}

#[test]
fn values_are_read_alike_one_by_one_and_in_columns() {
    let folder = tempfile::tempdir().unwrap();
    let mut read = 0;
    for (name, column) in columns() {
        let path = folder.path().join(format!("{name}.parquet"));
        let batch = RecordBatch::try_from_iter_with_nullable([("x", column, true)]).unwrap();
        let mut writer =
            ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        for field in FIELDS {
            for missing in [&[][..], &["NA", "-9999", "0", "2024-02-29", "no"]] {
                let file = DataFile {
                    path: path.clone(),
                    shown: name.to_owned(),
                    format: Format::Parquet,
                    columns: Vec::new(),
                    missing: missing.iter().map(|text| (*text).to_owned()).collect(),
                    row_number: Some("id".to_owned()),
                    place: None,
                };
                read += compare(&policy(field), &file, field);
            }
        }
    }
    assert!(read > 2_000, "only {read} values were compared");
}

/// Compares what is read of a file's records; how many there are, none where the column cannot hold the field.
fn compare(policy: &Policy, file: &DataFile, field: &str) -> usize {
    let plan = Plan::new(policy);
    let binding = Binding::new(&policy.schema, policy.schema.scored, file);
    let mut table = Table::open(file, binding.wanted(), 5).unwrap();
    let columns = plan.bind(&binding.columns(&table));
    let unfit = binding.unfit(&table);
    assert_eq!(columns.is_err(), !unfit.is_empty(), "{}: {field}: {columns:?} {unfit:?}", file.shown);
    let Ok(columns) = columns else { return 0 };
    let columns =
        columns.with_missing(&policy.schema, policy.schema.scored, &file.missing, table.row_number());
    let (mut chunk, mut scratch, mut scored) = (Chunk::default(), Scratch::default(), Scored::default());
    let mut read = 0;
    while let Some(piece) = table.next_piece().unwrap() {
        for block in piece.blocks() {
            let block = block.unwrap();
            columns.read(&block.batch, &mut chunk);
            plan.run(&chunk, Wanted::default(), &mut scratch, &mut scored);
            for row in 0..block.batch.num_rows() {
                let one = binding.row(&block, row);
                let at =
                    format!("{} as {field}, {:?}: record {}: {one:?}", file.shown, file.missing, one.line);
                assert_eq!(scored.standings()[row] == Standing::Bad, !one.faults.is_empty(), "{at}");
                if one.faults.is_empty() {
                    let points = match &one.values[1] {
                        Value::Missing(_) => Decimal::from_int(7777),
                        Value::Number(number) => *number,
                        Value::Date(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => {
                            Decimal::ZERO
                        }
                    };
                    assert_eq!(scored.score(row), Decimal::from_int(500).checked_add(points), "{at}");
                }
                read += 1;
            }
        }
    }
    read
}
