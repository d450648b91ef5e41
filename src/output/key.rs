//! Keys on their way out: from a column of the input, or values, to one form for each type.

use super::cells::{Cells, NOTHING, Texts};
use crate::data::{Field, Schema, Type, Value, read_cell};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::eval::batch::{CodesRef, Column, Numbers};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use std::borrow::Cow;
use std::sync::Arc;

/// The keys of some records.
#[derive(Debug, Clone, Copy)]
pub enum Keys<'a> {
    /// A column of the input, of any type that the key's field can be read from.
    Column(&'a ArrayRef),
    /// Values of the key's field.
    Values(&'a [&'a Value]),
}

/// How keys are read.
#[derive(Debug, Clone)]
pub(super) struct KeyReader {
    schema: Arc<Schema>,
}

/// Keys in the form of their type.
#[derive(Debug, Default)]
pub(super) struct KeyBuffer {
    narrow: Vec<i64>,
    wide: Vec<i128>,
    missing: Vec<u8>,
    codes: Vec<u16>,
    texts: Texts,
    held: Held,
}

/// Which of the buffers hold the keys.
#[derive(Debug, Clone, Copy, Default)]
enum Held {
    #[default]
    Nothing,
    /// `narrow`, each so many units.
    Narrow(i64),
    Wide,
    Codes,
    Texts,
}

/// Units in one.
const ONE: i64 = 1_000_000_000;

impl KeyReader {
    /// For the key of the scored record.
    pub(super) fn new(schema: &Schema) -> Self {
        Self { schema: Arc::new(schema.clone()) }
    }

    /// The key's field.
    pub(super) fn field(&self) -> Option<&Field> {
        Some(self.schema.field(self.schema.scored, self.schema.scored().key?))
    }

    /// Reads keys.
    pub(super) fn read(&self, keys: Keys<'_>, to: &mut KeyBuffer) {
        to.clear();
        let Some(field) = self.field() else { return };
        match keys {
            Keys::Column(array) => self.column(field, array, to),
            Keys::Values(values) => self.values(field.kind, values, to),
        }
    }

    fn column(&self, field: &Field, array: &ArrayRef, to: &mut KeyBuffer) {
        match field.kind {
            Type::Number | Type::Integer | Type::Money => numbers(array, to),
            Type::Date => {
                to.held = Held::Narrow(1);
                days(array).into_iter().for_each(|day| to.push_day(day));
            }
            Type::YesNo => {
                to.held = Held::Codes;
                let truth = |text: Option<Cow<'_, str>>| match read_cell(&self.schema, field, &text?) {
                    Ok(Value::YesNo(truth)) => Some(truth),
                    Ok(_) | Err(_) => None,
                };
                texts(array).into_iter().for_each(|text| to.push_truth(truth(text)));
            }
            Type::Text => plain_texts(array, to),
            Type::Category(_) | Type::Tier => {
                to.held = Held::Texts;
                for text in texts(array) {
                    let value = text.and_then(|text| read_cell(&self.schema, field, &text).ok());
                    let spelt = value.map(|value| self.schema.spell(field.kind, &value));
                    to.texts.push(spelt.as_deref().map(str::as_bytes));
                }
            }
        }
    }

    fn values(&self, kind: Type, values: &[&Value], to: &mut KeyBuffer) {
        match kind {
            Type::Number | Type::Integer | Type::Money => {
                to.numbers(values.iter().map(|value| value.as_number().map(Decimal::units)));
            }
            Type::Date => {
                to.held = Held::Narrow(1);
                values.iter().for_each(|value| to.push_day(value.as_date().map(Date::days)));
            }
            Type::YesNo => {
                to.held = Held::Codes;
                values.iter().for_each(|value| to.push_truth(value.as_truth()));
            }
            Type::Text | Type::Category(_) | Type::Tier => {
                to.held = Held::Texts;
                for value in values {
                    let spelt = (!value.is_missing()).then(|| self.schema.spell(kind, value));
                    to.texts.push(spelt.as_deref().map(str::as_bytes));
                }
            }
        }
    }
}

impl KeyBuffer {
    fn clear(&mut self) {
        self.narrow.clear();
        self.wide.clear();
        self.missing.clear();
        self.codes.clear();
        self.texts.clear();
        self.held = Held::Nothing;
    }

    /// The keys.
    pub(super) fn cells(&self) -> Cells<'_> {
        let numbers = match self.held {
            Held::Nothing => return Cells::Nothing,
            Held::Codes => return Cells::Codes(CodesRef::Broad(&self.codes)),
            Held::Texts => return Cells::Texts(&self.texts),
            Held::Narrow(unit) => Numbers::Narrow { values: &self.narrow, unit },
            Held::Wide => Numbers::Wide(&self.wide),
        };
        Cells::Numbers(Column { numbers, missing: &self.missing })
    }

    fn push_day(&mut self, day: Option<i32>) {
        self.narrow.push(day.unwrap_or_default().into());
        self.missing.push(u8::from(day.is_none()));
    }

    fn push_truth(&mut self, truth: Option<bool>) {
        self.codes.push(truth.map_or(NOTHING, u16::from));
    }

    /// Numbers in units, held as whole numbers if they all are.
    fn numbers(&mut self, units: impl Iterator<Item = Option<i128>>) {
        let mut whole = true;
        for units in units {
            let known = units.unwrap_or_default();
            let narrow = i64::try_from(known / i128::from(ONE));
            whole &= known % i128::from(ONE) == 0 && narrow.is_ok();
            self.wide.push(known);
            self.narrow.push(narrow.unwrap_or_default());
            self.missing.push(u8::from(units.is_none()));
        }
        self.held = if whole { Held::Narrow(ONE) } else { Held::Wide };
    }

    /// Whole numbers of a type that 64 bits hold.
    fn whole<T: ArrowPrimitiveType>(&mut self, array: &ArrayRef)
    where
        T::Native: Into<i64>,
    {
        let array = array.as_primitive::<T>();
        self.held = Held::Narrow(ONE);
        self.narrow.extend(array.values().iter().map(|n| -> i64 { (*n).into() }));
        if let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) {
            self.missing.extend(nulls.iter().map(|known| u8::from(!known)));
        }
    }
}

/// Texts as they are.
#[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and most are no plain texts")]
fn plain_texts(array: &ArrayRef, to: &mut KeyBuffer) {
    to.held = Held::Texts;
    let mut push = |text: Option<&str>| to.texts.push(text.map(str::as_bytes));
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(push),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(push),
        DataType::Utf8View => array.as_string_view().iter().for_each(push),
        _ => texts(array).iter().for_each(|text| push(text.as_deref())),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and few of them hold numbers")]
fn numbers(array: &ArrayRef, to: &mut KeyBuffer) {
    match array.data_type() {
        DataType::Int8 => to.whole::<Int8Type>(array),
        DataType::Int16 => to.whole::<Int16Type>(array),
        DataType::Int32 => to.whole::<Int32Type>(array),
        DataType::Int64 => to.whole::<Int64Type>(array),
        DataType::UInt8 => to.whole::<UInt8Type>(array),
        DataType::UInt16 => to.whole::<UInt16Type>(array),
        DataType::UInt32 => to.whole::<UInt32Type>(array),
        _ => to.numbers(units(array).into_iter()),
    }
}

/// Numbers in units, of any type that holds numbers.
#[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and few of them hold numbers")]
fn units(array: &ArrayRef) -> Vec<Option<i128>> {
    let parsed = |text: &str| -> Option<i128> {
        let short = text.len() <= 18 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match short {
            true => text.parse::<i64>().ok().map(|n| i128::from(n) * i128::from(ONE)),
            false => Decimal::parse(text).ok().map(Decimal::units),
        }
    };
    match array.data_type() {
        DataType::UInt64 => map::<UInt64Type, _>(array, |n| Some(i128::from(n) * i128::from(ONE))),
        DataType::Float32 => map::<Float32Type, _>(array, |n| {
            // As it is written, which is shorter than the double of the same value.
            n.to_string().parse().ok().and_then(Decimal::from_f64).map(Decimal::units)
        }),
        DataType::Float64 => map::<Float64Type, _>(array, |n| Decimal::from_f64(n).map(Decimal::units)),
        DataType::Decimal32(_, scale) => map::<Decimal32Type, _>(array, |n| scaled(n.into(), *scale)),
        DataType::Decimal64(_, scale) => map::<Decimal64Type, _>(array, |n| scaled(n.into(), *scale)),
        DataType::Decimal128(_, scale) => map::<Decimal128Type, _>(array, |n| scaled(n, *scale)),
        DataType::Utf8 => array.as_string::<i32>().iter().map(|text| text.and_then(parsed)).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().map(|text| text.and_then(parsed)).collect(),
        DataType::Utf8View => array.as_string_view().iter().map(|text| text.and_then(parsed)).collect(),
        DataType::Dictionary(_, _) => of_dictionary(array, units),
        _ => {
            let mut buffer = KeyBuffer::default();
            if array.data_type().is_integer() {
                numbers(array, &mut buffer);
            }
            let whole = |row: usize| buffer.narrow.get(row).map(|n| i128::from(*n) * i128::from(ONE));
            (0..array.len()).map(|row| whole(row).filter(|_| array.is_valid(row))).collect()
        }
    }
}

/// A decimal of so many places in units; those beyond the ninth are zeros.
fn scaled(number: i128, places: i8) -> Option<i128> {
    let ten = |exponent: i32| u32::try_from(exponent).ok().and_then(|exponent| 10_i128.checked_pow(exponent));
    let places = i32::from(places);
    if places <= 9 { number.checked_mul(ten(9 - places)?) } else { Some(number / ten(places - 9)?) }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and few of them hold days")]
fn days(array: &ArrayRef) -> Vec<Option<i32>> {
    let day = |instant: i64, per_day: i64| i32::try_from(instant.div_euclid(per_day)).ok();
    match array.data_type() {
        DataType::Date32 => map::<Date32Type, _>(array, Some),
        DataType::Date64 => map::<Date64Type, _>(array, |n| day(n, 86_400_000)),
        DataType::Timestamp(TimeUnit::Second, _) => map::<TimestampSecondType, _>(array, |n| day(n, 86_400)),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            map::<TimestampMillisecondType, _>(array, |n| day(n, 86_400_000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            map::<TimestampMicrosecondType, _>(array, |n| day(n, 86_400_000_000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            map::<TimestampNanosecondType, _>(array, |n| day(n, 86_400_000_000_000))
        }
        DataType::Dictionary(_, _) => of_dictionary(array, days),
        _ => {
            let day = |text: Option<Cow<'_, str>>| Date::parse(&text?).ok().map(Date::days);
            texts(array).into_iter().map(day).collect()
        }
    }
}

/// Texts, and what is as good as a text: whole numbers and truth values.
#[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and few of them hold texts")]
fn texts(array: &ArrayRef) -> Vec<Option<Cow<'_, str>>> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().map(|text| text.map(Cow::Borrowed)).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().map(|text| text.map(Cow::Borrowed)).collect(),
        DataType::Utf8View => array.as_string_view().iter().map(|text| text.map(Cow::Borrowed)).collect(),
        DataType::Boolean => {
            let word = |truth: bool| Cow::Borrowed(if truth { "yes" } else { "no" });
            array.as_boolean().iter().map(|truth| truth.map(word)).collect()
        }
        DataType::Dictionary(_, _) => of_dictionary(array, texts),
        _ => {
            let number = |units: i128| Decimal::from_units(units).map(|n| Cow::Owned(n.to_string()));
            units(array).into_iter().map(|units| units.and_then(number)).collect()
        }
    }
}

fn map<T: ArrowPrimitiveType, X>(array: &ArrayRef, of: impl Fn(T::Native) -> Option<X>) -> Vec<Option<X>> {
    array.as_primitive::<T>().iter().map(|n| n.and_then(&of)).collect()
}

/// What the entries of a dictionary are, for each record.
fn of_dictionary<'a, X: Clone>(
    array: &'a ArrayRef,
    of: impl Fn(&'a ArrayRef) -> Vec<Option<X>>,
) -> Vec<Option<X>> {
    let dictionary = array.as_any_dictionary();
    if dictionary.values().is_empty() {
        return vec![None; array.len()];
    }
    let entries = of(dictionary.values());
    let keys = dictionary.normalized_keys();
    let entry = |(row, key): (usize, &usize)| {
        entries.get(*key).filter(|_| dictionary.keys().is_valid(row)).cloned().flatten()
    };
    keys.iter().enumerate().map(entry).collect()
}
