//! Records as Arrow columns: each column in a type drawn from those that hold all its values exactly.

use super::choices::Choices;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Date64Builder, Decimal128Builder, Float32Builder, Float64Builder,
    Int8Builder, Int16Builder, Int32Builder, Int64Builder, LargeStringBuilder, StringBuilder,
    StringViewBuilder, TimestampMicrosecondBuilder, TimestampSecondBuilder, UInt8Builder, UInt16Builder,
    UInt32Builder, UInt64Builder,
};
use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, PrimitiveArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field as Column, Schema as Columns};
use glassbox::data::{Field, RecordId, Schema, Type, Value};
use glassbox::decimal::Decimal;
use std::sync::Arc;

/// The records of a kind as a batch.
pub(super) fn draw(
    choices: &mut Choices,
    schema: &Schema,
    kind: RecordId,
    rows: &[Vec<Value>],
) -> RecordBatch {
    let mut arrays: Vec<ArrayRef> = Vec::new();
    let mut columns = Vec::new();
    for (at, field) in schema.record(kind).fields.iter().enumerate() {
        let values: Vec<&Value> = rows.iter().map(|row| &row[at]).collect();
        if field.optional && values.iter().all(|value| value.is_missing()) && choices.chance(30) {
            continue;
        }
        let array = column(choices, schema, field, &values);
        columns.push(Column::new(&field.column, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Columns::new(columns)), arrays, &options).unwrap()
}

fn column(choices: &mut Choices, schema: &Schema, field: &Field, values: &[&Value]) -> ArrayRef {
    // A dictionary holds each value once, and perhaps values that no record has.
    if choices.chance(30) {
        let mut distinct: Vec<&Value> = Vec::new();
        for value in values.iter().filter(|value| !value.is_missing()) {
            if !distinct.contains(value) {
                distinct.push(value);
            }
        }
        if distinct.len() < 100 {
            let keys = values.iter().map(|value| distinct.iter().position(|known| known == value));
            let keys: Vec<Option<usize>> = keys.collect();
            let entries = plain(choices, schema, field, &distinct);
            return match choices.below(3) {
                0 => {
                    let keys: PrimitiveArray<Int32Type> =
                        keys.iter().map(|key| key.map(|key| key as i32)).collect();
                    Arc::new(DictionaryArray::new(keys, entries))
                }
                1 => {
                    let keys: PrimitiveArray<Int8Type> =
                        keys.iter().map(|key| key.map(|key| key as i8)).collect();
                    Arc::new(DictionaryArray::new(keys, entries))
                }
                _ => {
                    let keys: PrimitiveArray<UInt16Type> =
                        keys.iter().map(|key| key.map(|key| key as u16)).collect();
                    Arc::new(DictionaryArray::new(keys, entries))
                }
            };
        }
    }
    plain(choices, schema, field, values)
}

fn plain(choices: &mut Choices, schema: &Schema, field: &Field, values: &[&Value]) -> ArrayRef {
    if !values.is_empty() && values.iter().all(|value| value.is_missing()) && choices.chance(20) {
        return arrow_array::new_null_array(&DataType::Null, values.len());
    }
    match field.kind {
        Type::Number | Type::Integer | Type::Money => numbers(choices, schema, field, values),
        Type::Date => dates(choices, schema, field, values),
        Type::YesNo if choices.chance(70) => {
            let mut builder = BooleanBuilder::new();
            values.iter().for_each(|value| builder.append_option(value.as_truth()));
            Arc::new(builder.finish())
        }
        Type::YesNo if choices.chance(40) => {
            let mut builder = Int8Builder::new();
            values.iter().for_each(|value| builder.append_option(value.as_truth().map(i8::from)));
            Arc::new(builder.finish())
        }
        Type::Text | Type::YesNo | Type::Category(_) | Type::Tier => texts(choices, schema, field, values),
    }
}

/// Values as the data spells them, in one of the three types of texts.
fn texts(choices: &mut Choices, schema: &Schema, field: &Field, values: &[&Value]) -> ArrayRef {
    let spelt = values.iter().map(|value| match value {
        // An empty text is missing too.
        Value::Missing(_) => choices.chance(20).then(String::new),
        Value::Number(_) | Value::Date(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => {
            Some(schema.spell(field.kind, value))
        }
    });
    let spelt: Vec<Option<String>> = spelt.collect();
    macro_rules! build {
        ($builder:expr) => {{
            let mut builder = $builder;
            spelt.iter().for_each(|text| builder.append_option(text.as_deref()));
            Arc::new(builder.finish())
        }};
    }
    match choices.below(3) {
        0 => build!(StringBuilder::new()),
        1 => build!(LargeStringBuilder::new()),
        _ => build!(StringViewBuilder::new()),
    }
}

fn dates(choices: &mut Choices, schema: &Schema, field: &Field, values: &[&Value]) -> ArrayRef {
    let days: Vec<Option<i64>> =
        values.iter().map(|value| value.as_date().map(|date| date.days().into())).collect();
    let second = choices.between(0, 86_399);
    match choices.below(5) {
        0 => {
            let mut builder = Date32Builder::new();
            days.iter().for_each(|day| builder.append_option(day.map(|day| day as i32)));
            Arc::new(builder.finish())
        }
        1 => {
            let mut builder = Date64Builder::new();
            days.iter().for_each(|day| builder.append_option(day.map(|day| day * 86_400_000)));
            Arc::new(builder.finish())
        }
        2 => {
            let mut builder = TimestampSecondBuilder::new();
            days.iter().for_each(|day| builder.append_option(day.map(|day| day * 86_400 + second)));
            Arc::new(builder.finish())
        }
        3 => {
            let mut builder = TimestampMicrosecondBuilder::new();
            days.iter()
                .for_each(|day| builder.append_option(day.map(|day| (day * 86_400 + second) * 1_000_000)));
            Arc::new(builder.finish())
        }
        _ => texts(choices, schema, field, values),
    }
}

fn numbers(choices: &mut Choices, schema: &Schema, field: &Field, values: &[&Value]) -> ArrayRef {
    let numbers: Vec<Option<Decimal>> = values.iter().map(|value| value.as_number()).collect();
    let one = Decimal::ONE.units();
    let fits = |low: i128, high: i128| {
        numbers.iter().flatten().all(|n| n.is_integer() && (low..=high).contains(&(n.units() / one)))
    };
    macro_rules! integers {
        ($builder:expr, $kind:ty) => {
            if fits(i128::from(<$kind>::MIN), i128::from(<$kind>::MAX)) {
                let mut builder = $builder;
                numbers.iter().for_each(|n| builder.append_option(n.map(|n| (n.units() / one) as $kind)));
                return Arc::new(builder.finish());
            }
        };
    }
    match choices.below(14) {
        0 => integers!(Int8Builder::new(), i8),
        1 => integers!(Int16Builder::new(), i16),
        2 => integers!(Int32Builder::new(), i32),
        3 => integers!(Int64Builder::new(), i64),
        4 => integers!(UInt8Builder::new(), u8),
        5 => integers!(UInt16Builder::new(), u16),
        6 => integers!(UInt32Builder::new(), u32),
        7 => integers!(UInt64Builder::new(), u64),
        8 | 9 => {
            let double = |n: &Decimal| n.to_string().parse::<f64>().unwrap();
            if numbers.iter().flatten().all(|n| Decimal::from_f64(double(n)) == Some(*n)) {
                let mut builder = Float64Builder::new();
                numbers.iter().for_each(|n| builder.append_option(n.as_ref().map(double)));
                return Arc::new(builder.finish());
            }
        }
        10 => {
            let single = |n: &Decimal| n.to_string().parse::<f32>().unwrap();
            // The shortest decimal that reads back as the same single, as a decimal.
            let back = |x: f32| Decimal::parse(&format!("{x}")).ok();
            if numbers.iter().flatten().all(|n| back(single(n)) == Some(*n)) {
                let mut builder = Float32Builder::new();
                numbers.iter().for_each(|n| builder.append_option(n.as_ref().map(single)));
                return Arc::new(builder.finish());
            }
        }
        11 | 12 => {
            let scale = choices.one(&[9_i8, 2, 0, 4, 10, 18, -2]);
            let steps = |n: &Decimal| -> Option<i128> {
                let (up, down) = (
                    10_i128.pow(u32::from(scale.max(9).unsigned_abs()) - 9),
                    10_i128.pow((9 - scale.min(9)) as u32),
                );
                if n.units() % down != 0 { None } else { (n.units() / down).checked_mul(up) }
            };
            let most = 10_i128.pow(38);
            if numbers.iter().flatten().all(|n| steps(n).is_some_and(|steps| steps.abs() < most)) {
                let mut builder = Decimal128Builder::new().with_precision_and_scale(38, scale).unwrap();
                numbers.iter().for_each(|n| builder.append_option(n.as_ref().and_then(steps)));
                return Arc::new(builder.finish());
            }
        }
        _ => {}
    }
    texts(choices, schema, field, values)
}
