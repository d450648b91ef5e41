//! What goes out is what came in, in every format; Parquet is read back by the library that everybody reads it with.

use super::*;
use crate::check::{Unit, check};
use crate::data::{KeyReader, Keys, Value, Why};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::eval::batch::{Scored, Standing};
use crate::eval::{Answer, GivenReason, Outcome, Status};
use crate::policy::{Policy, ReasonId, TierId};
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::statistics::Statistics;
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::*;
use arrow_schema::DataType;
use proptest::prelude::*;
use std::io::{Read, Write as _};
use std::sync::Arc;

/// A policy whose scored record has a key of a type, with decisions of every type, and two items.
fn policy(key: &str, head: &str) -> Policy {
    let text = format!(
        r#"policy p "A title" {{
  scores thing
  start 0
  {head}
  reasons up to 3 by points lost
  version "2.1"
}}
record thing {{
  id {key} key
  x number 0 to 50
  y number optional
}}
tiers {{
  good "Good" 50 or more
  bad "Bad" under 50
}}
reason R1 "One"
reason R2 "Two"
rule a {{
  points x
  reason R1
}}
rule b {{
  points 0 - x
  reason R2
}}
rule c {{
  points y otherwise 0
}}
decision status "Its name is taken" one of ("go, now", "say no", other) {{
  | tier | gives |
  | any  | other |
}}
decision amount number {{
  | tier | gives |
  | any  | 1 |
}}
decision count integer {{
  | tier | gives |
  | any  | 1 |
}}
decision fine yes/no {{
  | tier | gives |
  | any  | yes |
}}
decision since date {{
  | tier | gives |
  | any  | 2026-01-31 |
}}
decision words text {{
  | tier | gives |
  | any  | "a" |
}}
"#
    );
    let (unit, diagnostics) = Unit::of_text("p.score", &text);
    let sources = unit.sources.clone();
    let checked = check(unit);
    let said =
        || crate::diagnostic::render::short(&[&diagnostics[..], &checked.diagnostics].concat(), &sources);
    let ruleset = checked.ruleset.as_ref().unwrap_or_else(|| panic!("{}", said()));
    ruleset.on(Date::from_ymd(2026, 1, 31).unwrap(), &[]).unwrap()
}

const RANGE: &str = "range 0 to 100\n round to 1";

fn n(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn outcome(score: Option<&str>, tier: Option<u32>, reasons: &[u32], answers: &[Value]) -> Outcome {
    let status = if score.is_some() { Status::Scored } else { Status::NotScored };
    Outcome {
        status,
        score: score.map(n),
        tier: tier.map(TierId),
        reasons: reasons.iter().map(|r| GivenReason { reason: ReasonId(*r), lost: None }).collect(),
        points: vec![n("1.5"), n("-2"), n("0.000000001")],
        influences: vec![],
        decisions: answers.iter().map(|value| Answer { value: value.clone(), reason: None }).collect(),
        consequences: vec![],
    }
}

/// Answers of every type.
fn answers(seed: u64) -> Vec<Value> {
    let missing = |value: Value, every: u64| {
        if seed.is_multiple_of(every) { Value::Missing(Why::Undecided) } else { value }
    };
    vec![
        missing(Value::Category((seed % 4) as u32), 5),
        missing(Value::Number(Decimal::from_units(i128::from(seed) * 77_777 - 5_000_000_000).unwrap()), 7),
        missing(
            Value::Number(if seed.is_multiple_of(13) {
                n("99999999999999999999999999999")
            } else {
                Decimal::from_int(seed as i64)
            }),
            3,
        ),
        missing(Value::YesNo(seed.is_multiple_of(2)), 4),
        missing(Value::Date(Date::from_days(seed as i32 * 100 - 5_000).unwrap()), 6),
        missing(Value::Text(Arc::from(format!("text, {seed}"))), 9),
    ]
}

/// The keys of a column.
fn read(policy: &Policy, column: &ArrayRef) -> Keys {
    let schema = &policy.schema;
    let field = schema.field(schema.scored, schema.scored().key.unwrap());
    let mut keys = Keys::default();
    KeyReader::new(schema, field, &[]).read(column, &mut keys);
    keys
}

/// Everything in one output: pieces of chunks of keys and records.
fn written(policy: &Policy, form: Form, contributions: bool, pieces: &[Vec<(ArrayRef, Scored)>]) -> Vec<u8> {
    let key = pieces.iter().flatten().next().map(|(keys, _)| keys.data_type().clone());
    let sheet = Sheet::new(policy, key.as_ref(), contributions);
    let mut writer = Writer::new(&sheet, form, &About::new(policy), Vec::new()).unwrap();
    let mut encoder = Encoder::new(&sheet, form).unwrap();
    for piece in pieces {
        for (keys, scored) in piece {
            encoder.add(&read(policy, keys), scored).unwrap();
        }
        writer.write(encoder.take().unwrap()).unwrap();
    }
    writer.finish().unwrap()
}

fn text(policy: &Policy, format: Format, pieces: &[Vec<(ArrayRef, Scored)>]) -> String {
    String::from_utf8(written(policy, format.into(), false, pieces)).unwrap()
}

fn file(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// The cells of a Parquet file as a CSV has them.
fn read_back(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file(bytes)).unwrap();
    let names = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = Vec::new();
    for batch in reader.with_batch_size(100).build().unwrap() {
        let batch = batch.unwrap();
        let columns: Vec<Vec<String>> = batch.columns().iter().map(cells).collect();
        rows.extend(
            (0..batch.num_rows()).map(|row| columns.iter().map(|column| column[row].clone()).collect()),
        );
    }
    (names, rows)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "an output has few types of Arrow's many")]
fn cells(column: &ArrayRef) -> Vec<String> {
    let cell = |row: usize| match column.data_type() {
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => (if column.as_boolean().value(row) { "yes" } else { "no" }).to_owned(),
        DataType::Date32 => {
            Date::from_days(column.as_primitive::<Date32Type>().value(row)).unwrap().to_string()
        }
        DataType::Decimal128(38, places) => {
            let units = column.as_primitive::<Decimal128Type>().value(row);
            Decimal::from_units(units * 10_i128.pow(9 - *places as u32)).unwrap().to_string()
        }
        other => panic!("{other}"),
    };
    (0..column.len()).map(|row| if column.is_null(row) { String::new() } else { cell(row) }).collect()
}

/// The cells of a CSV.
fn parse(text: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = std::str::from_utf8(text).unwrap().chars().peekable();
    while let Some(c) = chars.next() {
        let last = rows.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                last.last_mut().unwrap().push(chars.next().unwrap())
            }
            '"' => quoted = !quoted,
            ',' if !quoted => last.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            c => last.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(rows.pop().unwrap(), [""]);
    (rows.remove(0), rows)
}

fn ints(keys: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(keys))
}

/// Three records: a full one, one that is set aside, one that is not scored.
fn three(policy: &Policy) -> Scored {
    let full = outcome(Some("50"), Some(0), &[1, 0], &answers(1));
    let unscored = outcome(None, None, &[0], &[]);
    Scored::of_outcomes(policy, [Ok(&full), Err(Standing::TooLarge), Ok(&unscored)])
}

#[test]
fn lines_of_text() {
    let policy = policy("integer", RANGE);
    let pieces = [vec![(ints([7, 8, 9]), three(&policy))]];
    assert_eq!(
        text(&policy, Format::Csv, &pieces),
        "id,score,tier,status,reason_1,reason_2,reason_3,status_2,amount,count,fine,since,words\n\
         7,50,good,scored,R2,R1,,say no,-4.999922223,1,no,1956-08-02,\"text, 1\"\n\
         9,,,not scored,R1,,,,,,,,\n"
    );
    assert_eq!(
        text(&policy, Format::Ndjson, &pieces).lines().next().unwrap(),
        "{\"id\":7,\"score\":50,\"tier\":\"good\",\"status\":\"scored\",\"reason_1\":\"R2\",\"reason_2\":\"R1\",\
         \"reason_3\":null,\"status_2\":\"say no\",\"amount\":-4.999922223,\"count\":1,\"fine\":false,\
         \"since\":\"1956-08-02\",\"words\":\"text, 1\"}"
    );
    let table = text(&policy, Format::Table, &pieces);
    assert_eq!(table.lines().count(), 6);
    assert!(table.contains("│  7      50   good "), "{table}");
    let with_points = written(&policy, Format::Csv.into(), true, &pieces);
    let (names, rows) = parse(&with_points);
    assert_eq!(names[13..], ["points_a", "points_b", "points_c"]);
    assert_eq!(rows[0][13..], ["1.5", "-2", "0.000000001"]);
    assert_eq!(rows[1][13..], ["", "", ""]);
}

#[test]
fn packed_texts_unpack() {
    let policy = policy("integer", RANGE);
    let pieces = [vec![(ints([7, 8, 9]), three(&policy))], vec![], vec![(ints([1, 2, 3]), three(&policy))]];
    for pieces in [&pieces[..], &[]] {
        for format in [Format::Csv, Format::Ndjson, Format::Table] {
            let plain = written(&policy, format.into(), false, pieces);
            let mut unpacked = Vec::new();
            let packed = written(&policy, Form { format, packing: Packing::Gzip }, false, pieces);
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain);
            let packed = written(&policy, Form { format, packing: Packing::Zstd }, false, pieces);
            assert_eq!(zstd::decode_all(&packed[..]).unwrap(), plain);
        }
    }
}

/// The keys as CSV and Parquet have them, and the type in Parquet.
fn keys(kind: &str, column: ArrayRef) -> (Vec<String>, ::parquet::basic::Type) {
    let policy = policy(kind, RANGE);
    let full = outcome(Some("50"), Some(0), &[], &answers(1));
    let pieces = [vec![(Arc::clone(&column), Scored::of_outcomes(&policy, vec![Ok(&full); column.len()]))]];
    let first =
        |(_, rows): (Vec<String>, Vec<Vec<String>>)| rows.into_iter().map(|row| row[0].clone()).collect();
    let csv: Vec<String> = first(parse(&written(&policy, Format::Csv.into(), false, &pieces)));
    let parquet = written(&policy, Format::Parquet.into(), false, &pieces);
    let reader = SerializedFileReader::new(file(&parquet)).unwrap();
    let physical = reader.metadata().file_metadata().schema_descr().column(0).physical_type();
    assert_eq!(csv, first(read_back(&parquet)), "{kind} {}", column.data_type());
    (csv, physical)
}

#[test]
fn keys_of_every_type() {
    use ::parquet::basic::Type as Physical;
    let both = |column: ArrayRef| (keys("integer", Arc::clone(&column)), keys("number", column));
    let said = |list: &[&str], physical| (list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>(), physical);
    let same = |list: &[&str], physical| (said(list, physical), said(list, physical));
    assert_eq!(
        both(Arc::new(Int32Array::from(vec![Some(-7), None, Some(12)]))),
        same(&["-7", "", "12"], Physical::INT32)
    );
    assert_eq!(both(Arc::new(UInt32Array::from(vec![u32::MAX]))), same(&["4294967295"], Physical::INT64));
    assert_eq!(
        both(ints([i64::MIN, i64::MAX, 0])),
        same(&["-9223372036854775808", "9223372036854775807", "0"], Physical::INT64)
    );
    assert_eq!(both(Arc::new(UInt64Array::from(vec![Some(5), None]))), same(&["5", ""], Physical::INT64));
    let decimals = Decimal128Array::from(vec![1200, -300]).with_precision_and_scale(20, 2).unwrap();
    assert_eq!(keys("integer", Arc::new(decimals.clone())), said(&["12", "-3"], Physical::INT64));
    assert_eq!(keys("number", Arc::new(decimals)), said(&["12", "-3"], Physical::FIXED_LEN_BYTE_ARRAY));
    let fine = Decimal128Array::from(vec![15_000_000_000_000]).with_precision_and_scale(20, 13).unwrap();
    assert_eq!(keys("number", Arc::new(fine)), said(&["1.5"], Physical::FIXED_LEN_BYTE_ARRAY));
    assert_eq!(
        keys("number", Arc::new(Float64Array::from(vec![0.1]))),
        said(&["0.1"], Physical::FIXED_LEN_BYTE_ARRAY)
    );
    assert_eq!(
        keys("number", Arc::new(Float32Array::from(vec![0.1]))),
        said(&["0.1"], Physical::FIXED_LEN_BYTE_ARRAY)
    );
    assert_eq!(
        keys("integer", Arc::new(StringArray::from(vec!["007", "5.0", "-3"]))),
        said(&["7", "5", "-3"], Physical::INT64)
    );
    let dictionary: DictionaryArray<Int32Type> =
        [Some("b"), None, Some("a"), Some("b")].into_iter().collect();
    assert_eq!(keys("text", Arc::new(dictionary)), said(&["b", "", "a", "b"], Physical::BYTE_ARRAY));
    assert_eq!(
        keys("text", Arc::new(StringViewArray::from(vec!["a,b", ""]))),
        said(&["a,b", ""], Physical::BYTE_ARRAY)
    );
    assert_eq!(keys("text", Arc::new(LargeStringArray::from(vec!["ü"]))), said(&["ü"], Physical::BYTE_ARRAY));
    assert_eq!(keys("text", ints([12])), said(&["12"], Physical::BYTE_ARRAY));
    assert_eq!(
        keys("date", Arc::new(Date32Array::from(vec![0, -1]))),
        said(&["1970-01-01", "1969-12-31"], Physical::INT32)
    );
    assert_eq!(
        keys("date", Arc::new(TimestampMillisecondArray::from(vec![-1]))),
        said(&["1969-12-31"], Physical::INT32)
    );
    assert_eq!(
        keys("date", Arc::new(StringArray::from(vec!["2026-01-31"]))),
        said(&["2026-01-31"], Physical::INT32)
    );
    assert_eq!(
        keys("yes/no", Arc::new(StringArray::from(vec!["TRUE", "0"]))),
        said(&["yes", "no"], Physical::BOOLEAN)
    );
    assert_eq!(keys("yes/no", Arc::new(BooleanArray::from(vec![true]))), said(&["yes"], Physical::BOOLEAN));
    assert_eq!(
        keys("one of (a, b)", Arc::new(StringArray::from(vec!["b"]))),
        said(&["b"], Physical::BYTE_ARRAY)
    );
}

#[test]
fn keys_as_values() {
    let policy = policy("text", RANGE);
    let sheet = Sheet::new(&policy, None, false);
    let mut encoder = Encoder::new(&sheet, Format::Csv.into()).unwrap();
    let (a, none) = (Value::Text(Arc::from("a")), Value::Missing(Why::Undecided));
    let mut keys = Keys::default();
    [&a, &none, &none].into_iter().for_each(|value| keys.push_value(value));
    encoder.add(&keys, &three(&policy)).unwrap();
    assert_eq!((encoder.records(), encoder.bytes() > 20), (2, true));
    let mut writer = Writer::new(&sheet, Format::Csv.into(), &About::new(&policy), Vec::new()).unwrap();
    writer.write(encoder.take().unwrap()).unwrap();
    let (_, rows) = parse(&writer.finish().unwrap());
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["a", ""]);
}

#[test]
fn a_key_that_does_not_fit_is_said() {
    let policy = policy("integer", RANGE);
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["99999999999999999999", "1", "2"]));
    let sheet = Sheet::new(&policy, Some(keys.data_type()), false);
    let mut encoder = Encoder::new(&sheet, Format::Parquet.into()).unwrap();
    let error = encoder.add(&read(&policy, &keys), &three(&policy)).unwrap_err().to_string();
    assert!(error.starts_with("99999999999999999999 in the column `id` is too large"), "{error}");
}

#[test]
fn nothing_at_all() {
    let policy = policy("integer", RANGE);
    assert_eq!(text(&policy, Format::Ndjson, &[]), "");
    assert_eq!(text(&policy, Format::Csv, &[]).lines().count(), 1);
    for pieces in [vec![], vec![vec![]], vec![vec![(ints([]), Scored::of_outcomes(&policy, []))]]] {
        let bytes = written(&policy, Format::Parquet.into(), true, &pieces);
        let (names, rows) = read_back(&bytes);
        assert_eq!((names.len(), rows.len()), (16, 0));
    }
}

#[test]
fn the_footer_says_what_is_in_the_file() {
    let policy = policy("integer", RANGE);
    let pieces = [vec![(ints([7, 8, 9]), three(&policy))], vec![(ints([1, 2, 3]), three(&policy))]];
    let bytes = written(&policy, Format::Parquet.into(), true, &pieces);
    assert_eq!(bytes, written(&policy, Format::Parquet.into(), true, &pieces));
    let reader = SerializedFileReader::new(file(&bytes)).unwrap();
    let about = reader.metadata().file_metadata();
    let entries = about.key_value_metadata().unwrap().iter();
    let entries: Vec<_> = entries.map(|e| (e.key.as_str(), e.value.as_deref().unwrap())).collect();
    assert_eq!(
        entries[..3],
        [("glassbox.policy", "p"), ("glassbox.title", "A title"), ("glassbox.version", "2.1")]
    );
    assert_eq!((entries[3].0, entries[3].1.len()), ("glassbox.hash", 64));
    assert_eq!(
        entries[4..],
        [
            ("glassbox.as_of", "2026-01-31"),
            ("glassbox.program", concat!("glassbox ", env!("CARGO_PKG_VERSION")))
        ]
    );
    assert_eq!((about.num_rows(), reader.metadata().num_row_groups()), (4, 2));

    let group = reader.metadata().row_group(1);
    let of = |name: &str| {
        let column = group.columns().iter().find(|column| column.column_path().string() == name).unwrap();
        column.statistics().unwrap().clone()
    };
    let Statistics::Int64(key) = of("id") else { panic!() };
    assert_eq!((key.min_opt(), key.max_opt(), key.null_count_opt()), (Some(&1), Some(&3), Some(0)));
    let Statistics::Int32(score) = of("score") else { panic!() };
    assert_eq!((score.min_opt(), score.max_opt(), score.null_count_opt()), (Some(&50), Some(&50), Some(1)));
    let reasons = of("reason_1");
    assert_eq!((reasons.min_bytes_opt(), reasons.max_bytes_opt()), (Some(&b"R1"[..]), Some(&b"R2"[..])));
    let none = of("reason_3");
    assert_eq!((none.min_bytes_opt(), none.null_count_opt()), (None, Some(2)));
    let points = of("points_b");
    assert_eq!(points.min_bytes_opt(), Some(&(-2_000_000_000_i128).to_be_bytes()[..]));
}

#[test]
fn scores_are_as_wide_as_they_must_be() {
    let type_of = |head: &str| {
        let sheet = Sheet::new(&policy("integer", head), None, false);
        let descriptor = super::parquet::descriptor(&sheet).unwrap();
        let column = descriptor.column(1);
        (column.physical_type(), column.type_scale())
    };
    use ::parquet::basic::Type as Physical;
    assert_eq!(type_of(RANGE), (Physical::INT32, -1));
    assert_eq!(type_of("range 0 to 100000000000\n round to 1000"), (Physical::INT64, -1));
    assert_eq!(type_of("range 0 to 100\n round to 0.25"), (Physical::FIXED_LEN_BYTE_ARRAY, 2));
    // The sum of two unbounded numbers.
    assert_eq!(type_of("round to 10"), (Physical::FIXED_LEN_BYTE_ARRAY, 0));
    assert_eq!(type_of("round to 0.000001"), (Physical::FIXED_LEN_BYTE_ARRAY, 6));
}

#[test]
fn very_many_different_scores() {
    let policy = policy("integer", "round to 0.000001");
    let outcomes: Vec<Outcome> = (0..40_000)
        .map(|at: i128| {
            let score = Decimal::from_units((at * 7_919 % 36_007 - 18_000) * 1_000).unwrap().to_string();
            outcome(Some(&score).filter(|_| at % 11 != 0).map(String::as_str), None, &[], &[])
        })
        .collect();
    let chunk = |c: &[Outcome]| (ints(0..c.len() as i64), Scored::of_outcomes(&policy, c.iter().map(Ok)));
    // A row group that a dictionary is enough for, and one in which it is not.
    let pieces = [&outcomes[..9_000], &outcomes[..]].map(|piece| piece.chunks(7_000).map(chunk).collect());
    let csv = parse(&written(&policy, Format::Csv.into(), false, &pieces));
    let parquet = read_back(&written(&policy, Format::Parquet.into(), false, &pieces));
    assert!(csv == parquet);
    assert_eq!(csv.1.len(), 49_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn parquet_holds_what_the_csv_says(
        seed in any::<u64>(),
        pieces in prop::collection::vec(prop::collection::vec(0..150_usize, 0..4), 0..4),
        nulls in 0..4_u64,
        head in 0..4_usize,
    ) {
        let (head, scale) = [
            (RANGE, 1_000_000_000), ("range -5 to 90\n round to 0.25", 250_000_000),
            ("range 0 to 900000\n round to 1", 1_000_000_000), ("round to 0.001", 1_000_000),
        ][head];
        let policy = policy("integer", head);
        let mut state = seed | 1;
        let mut below = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % most
        };
        let mut key = 0;
        let pieces: Vec<Vec<(ArrayRef, Scored)>> = pieces
            .iter()
            .map(|chunks| chunks.iter().map(|count| {
                let same = below(3) == 0;
                let fixed = below(1_000);
                let outcomes: Vec<Result<Outcome, Standing>> = (0..*count).map(|_| {
                    let seed = if same { fixed } else { below(1_000) };
                    match below(4 + nulls) {
                        4 => Err(Standing::Bad),
                        5 => Ok(outcome(None, None, &[0][..(seed % 2) as usize], &[])),
                        _ => {
                            let score = Decimal::from_units(i128::from(seed % 90) * scale).unwrap().to_string();
                            let reasons = [(seed % 2) as u32, 1 - (seed % 2) as u32];
                            let shown = if nulls == 0 { 2 } else { (seed % 3) as usize };
                            Ok(outcome(Some(&score), (seed % 3 < 2).then_some((seed % 2) as u32), &reasons[..shown], &answers(seed)))
                        }
                    }
                }).collect();
                key += 17 * below(100) as i64;
                let keys = ints((0..*count as i64).map(|at| key - at * at));
                let scored = Scored::of_outcomes(&policy, outcomes.iter().map(|o| o.as_ref().map_err(|s| *s)));
                (keys, scored)
            }).collect())
            .collect();
        let csv = parse(&written(&policy, Format::Csv.into(), true, &pieces));
        let parquet = read_back(&written(&policy, Format::Parquet.into(), true, &pieces));
        prop_assert_eq!((&csv.0, csv.1.len()), (&parquet.0, parquet.1.len()));
        for (csv, parquet) in csv.1.iter().zip(&parquet.1) {
            prop_assert_eq!(csv, parquet);
        }
    }
}
