//! One value of an Arrow column as a value of a field: by the same rules as the interpreter of columns reads whole columns.

use super::{Schema, Type, Value, cell};
use crate::date::Date;
use crate::decimal::Decimal;
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};
use std::borrow::Cow;

/// A value as it stands in a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given<'c> {
    /// Read as a cell of a text file is.
    Text(Cow<'c, str>),
    /// So many times ten to the power of minus `scale`.
    Scaled(i128, i8),
    /// The shortest decimal that reads back as this.
    Double(f64),
    /// A day since 1970.
    Day(i64),
    Truth(bool),
}

/// Whether a field can be filled from a column of a type.
pub(super) fn can_fill(kind: Type, column: &DataType) -> bool {
    match (column, kind) {
        (DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, _) => true,
        (DataType::Dictionary(_, values), _) => can_fill(kind, values),
        (DataType::Boolean, Type::YesNo) => true,
        (DataType::Date32 | DataType::Date64 | DataType::Timestamp(..), Type::Date) => true,
        (DataType::Float32 | DataType::Float64, Type::Number | Type::Integer | Type::Money) => true,
        (
            DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale),
            Type::Number | Type::Integer | Type::Money,
        ) => (-29..=if kind == Type::Integer { 38 } else { 47 }).contains(scale),
        (column, Type::Date) if column.is_integer() => false,
        (column, _) => column.is_integer(),
    }
}

/// What a column that fills a field may hold, in words.
pub(super) fn fitting(kind: Type) -> &'static str {
    match kind {
        Type::Number | Type::Money | Type::Integer => "integers, decimals, floating point or text",
        Type::Date => "dates, timestamps or text",
        Type::YesNo => "booleans, integers or text",
        Type::Text | Type::Category(_) | Type::Tier => "text or integers",
    }
}

/// What stands in a row of a column; `None` where it is null, or of a type that fills no field.
#[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and most fill no field")]
pub(super) fn given(column: &dyn Array, row: usize) -> Option<Given<'_>> {
    if row >= column.len() || column.is_null(row) {
        return None;
    }
    macro_rules! whole {
        ($kind:ty) => {
            Given::Scaled(i128::from(column.as_primitive::<$kind>().value(row)), 0)
        };
    }
    macro_rules! instant {
        ($kind:ty, $unit:expr) => {
            Given::Day(column.as_primitive::<$kind>().value(row).div_euclid(per_day($unit)))
        };
    }
    Some(match column.data_type() {
        DataType::Utf8 => Given::Text(column.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => Given::Text(column.as_string::<i64>().value(row).into()),
        DataType::Utf8View => Given::Text(column.as_string_view().value(row).into()),
        DataType::Boolean => Given::Truth(column.as_boolean().value(row)),
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::UInt64 => whole!(UInt64Type),
        DataType::Decimal32(_, scale) => Given::Scaled(steps::<Decimal32Type>(column, row), *scale),
        DataType::Decimal64(_, scale) => Given::Scaled(steps::<Decimal64Type>(column, row), *scale),
        DataType::Decimal128(_, scale) => Given::Scaled(steps::<Decimal128Type>(column, row), *scale),
        DataType::Float32 => {
            let single = column.as_primitive::<Float32Type>().value(row);
            // Written as a single is: with as few digits as tell it from other singles.
            Given::Double(format!("{single:e}").parse().unwrap_or(f64::NAN))
        }
        DataType::Float64 => Given::Double(column.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => Given::Day(column.as_primitive::<Date32Type>().value(row).into()),
        DataType::Date64 => instant!(Date64Type, TimeUnit::Millisecond),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => instant!(TimestampSecondType, *unit),
            TimeUnit::Millisecond => instant!(TimestampMillisecondType, *unit),
            TimeUnit::Microsecond => instant!(TimestampMicrosecondType, *unit),
            TimeUnit::Nanosecond => instant!(TimestampNanosecondType, *unit),
        },
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            let Some(Given::Scaled(key, _)) = given(dictionary.keys(), row) else { return None };
            return given(dictionary.values(), usize::try_from(key).ok()?);
        }
        _ => return None,
    })
}

fn steps<T: ArrowPrimitiveType<Native: Into<i128>>>(column: &dyn Array, row: usize) -> i128 {
    column.as_primitive::<T>().value(row).into()
}

/// How many of a unit of time a day has.
pub(crate) fn per_day(unit: TimeUnit) -> i64 {
    const SECONDS: i64 = 86_400;
    match unit {
        TimeUnit::Second => SECONDS,
        TimeUnit::Millisecond => SECONDS * 1_000,
        TimeUnit::Microsecond => SECONDS * 1_000_000,
        TimeUnit::Nanosecond => SECONDS * 1_000_000_000,
    }
}

impl Given<'_> {
    /// The known value of a type that it is, or why it is none.
    pub(super) fn read(&self, schema: &Schema, kind: Type) -> Result<Value, String> {
        match (self, kind) {
            (Self::Text(text), _) => cell::read_as(schema, kind, text),
            (Self::Truth(truth), Type::YesNo) => Ok(Value::YesNo(*truth)),
            (Self::Day(day), Type::Date) => {
                let date = i32::try_from(*day).ok().and_then(Date::from_days);
                date.map(Value::Date).ok_or_else(|| "not a day of the calendar".to_owned())
            }
            (Self::Double(double), Type::Number | Type::Money | Type::Integer) => {
                let why = if double.is_finite() { "too large" } else { "not a number" };
                let number = Decimal::from_f64(*double).ok_or(why)?;
                whole(kind, number)
            }
            (Self::Scaled(steps, scale), Type::Number | Type::Money | Type::Integer) => {
                whole(kind, exact(*steps, *scale)?)
            }
            // A whole number stands for what it looks like: a text, a category, yes or no.
            (Self::Scaled(..), Type::Text | Type::Category(_) | Type::YesNo) => {
                cell::read_as(schema, kind, &self.shown())
            }
            (Self::Truth(_) | Self::Day(_) | Self::Double(_) | Self::Scaled(..), _) => {
                Err("of a type that cannot be read".to_owned())
            }
        }
    }

    /// As it is shown to people.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Truth(truth) => truth.to_string(),
            Self::Double(double) => double.to_string(),
            Self::Day(day) => {
                let date = i32::try_from(*day).ok().and_then(Date::from_days);
                date.map_or_else(|| format!("day {day}"), |date| date.to_string())
            }
            Self::Scaled(steps, scale) => scaled(*steps, *scale),
        }
    }
}

/// What stands in a row of a column that holds no texts: units of a number, a day, 0 or 1; `None` where it is none of
/// these, or no number that fits.
pub(crate) fn exact_value(column: &dyn Array, row: usize) -> Option<i128> {
    match given(column, row)? {
        Given::Text(_) => None,
        Given::Truth(truth) => Some(i128::from(truth)),
        Given::Day(day) => Some(day.into()),
        Given::Double(double) => Decimal::from_f64(double).map(Decimal::units),
        Given::Scaled(steps, scale) => exact(steps, scale).ok().map(Decimal::units),
    }
}

fn whole(kind: Type, number: Decimal) -> Result<Value, String> {
    if kind == Type::Integer && !number.is_integer() {
        return Err("not a whole number".to_owned());
    }
    Ok(Value::Number(number))
}

/// The number of so many steps of ten to the power of minus `scale`.
fn exact(steps: i128, scale: i8) -> Result<Decimal, String> {
    const PLACES: i32 = 9;
    let places = PLACES - i32::from(scale);
    let power = 10_i128.checked_pow(places.unsigned_abs());
    let units = match power {
        Some(power) if places >= 0 => steps.checked_mul(power),
        Some(power) if steps % power == 0 => Some(steps / power),
        None if places >= 0 && steps != 0 => None,
        None if steps == 0 => Some(0),
        Some(_) | None => return Err("more than 9 decimals".to_owned()),
    };
    units.and_then(Decimal::from_units).ok_or_else(|| "too large".to_owned())
}

/// So many steps of ten to the power of minus `scale`, in digits.
fn scaled(steps: i128, scale: i8) -> String {
    let digits = steps.unsigned_abs().to_string();
    let sign = if steps < 0 { "-" } else { "" };
    let places = usize::from(scale.unsigned_abs());
    if scale <= 0 {
        return if steps == 0 { digits } else { format!("{sign}{digits}{}", "0".repeat(places)) };
    }
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}
