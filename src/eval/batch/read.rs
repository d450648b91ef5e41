//! One column of Arrow values: to classes, and to exact values where those are needed.

use super::chunk::{Column, Entries, Texts};
use super::class::{ClassOf, Thresholds};
use super::compile::FieldPlan;
use super::kernel::{
    absent_where_null, days, fill, missing_where_null, numbers, of_entries, reached, truths,
};
use super::lane::{Codes, ONE};
use super::native::{
    Native, NativeThresholds, as_written, reach_double, reach_fine, reach_integer, reach_single,
    units_of_double,
};
use super::spelt::Spelt;
use crate::data::{Field, Schema, Type, Value, exact_value, per_day, read_cell};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the values of a column are read.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    form: Form,
    /// Numbers in units, days, or truth values that mean missing, where the column holds no texts.
    missing: Vec<i128>,
    /// The class where there is no value.
    pub(super) absent: u16,
}

/// What a column holds, and what of it is good.
#[derive(Debug, Clone)]
enum Form {
    Nothing,
    Int8(NativeThresholds<i8>),
    Int16(NativeThresholds<i16>),
    Int32(NativeThresholds<i32>),
    Int64(NativeThresholds<i64>),
    UInt8(NativeThresholds<u8>),
    UInt16(NativeThresholds<u16>),
    UInt32(NativeThresholds<u32>),
    UInt64(NativeThresholds<u64>),
    Float32(NativeThresholds<f32>, bool),
    Float64(NativeThresholds<f64>, bool),
    Decimal32(NativeThresholds<i32>, Scale),
    Decimal64(NativeThresholds<i64>, Scale),
    Decimal128(NativeThresholds<i128>, Scale),
    Date32(NativeThresholds<i32>),
    Date64(NativeThresholds<i64>),
    Timestamp(NativeThresholds<i64>, TimeUnit),
    /// The classes of no and yes.
    Boolean([u16; 2]),
    Spelt(Box<Spelt>),
    /// Keys of values that are read first, by a reader with a number of its own.
    Dictionary(Box<Reader>, u64),
}

/// How a column of decimals counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scale {
    /// Units in one step of the column, where a step is a unit or more.
    unit: i128,
    /// Steps in a unit, where a step is less.
    per_unit: i128,
    /// Good numbers are whole times of so many steps.
    whole: i128,
}

/// Units in one.
const WHOLE: i128 = ONE as i128;

impl Reader {
    /// For a field and a column's type; `None` where the one cannot hold the other.
    pub(super) fn new(
        schema: &Arc<Schema>,
        field: &Field,
        plan: &FieldPlan,
        kind: &DataType,
    ) -> Option<Self> {
        let classes = &plan.classes;
        let absent = if field.optional { classes.missing() } else { classes.bad() };
        Some(Self { form: Form::new(schema, field, plan, kind)?, missing: Vec::new(), absent })
    }

    /// Takes values that are spelt so for missing too.
    pub(super) fn set_missing(&mut self, schema: &Schema, field: &Field, spellings: &[String]) {
        match &mut self.form {
            Form::Spelt(spelt) => spelt.set_missing(spellings),
            Form::Dictionary(of, number) => {
                of.set_missing(schema, field, spellings);
                *number = next_number();
            }
            Form::Nothing
            | Form::Int8(_)
            | Form::Int16(_)
            | Form::Int32(_)
            | Form::Int64(_)
            | Form::UInt8(_)
            | Form::UInt16(_)
            | Form::UInt32(_)
            | Form::UInt64(_)
            | Form::Float32(..)
            | Form::Float64(..)
            | Form::Decimal32(..)
            | Form::Decimal64(..)
            | Form::Decimal128(..)
            | Form::Date32(_)
            | Form::Date64(_)
            | Form::Timestamp(..)
            | Form::Boolean(_) => {
                let values = spellings.iter().filter_map(|text| read_cell(schema, field, text).ok());
                self.missing = values.filter_map(|value| comparable(&value)).collect();
            }
        }
    }

    /// Puts nothing where a value means missing.
    fn take_missing(&self, array: &ArrayRef, plan: &FieldPlan, column: &mut Column) {
        for row in 0..array.len() {
            if exact_value(array, row).is_some_and(|value| self.missing.contains(&value)) {
                column.codes.set(row, self.absent);
                if let (true, Some(missing)) = (plan.value, column.values.missing.get_mut(row)) {
                    *missing = 1;
                }
            }
        }
    }

    /// Reads an array: the classes, whose buffer has been reset, and the values where they are needed.
    pub(super) fn read(&self, array: &ArrayRef, plan: &FieldPlan, column: &mut Column, texts: &mut Texts) {
        let bad = plan.classes.bad();
        match &self.form {
            Form::Nothing => fill(column, plan, self.absent, array.len()),
            Form::Int8(of) => self.whole::<Int8Type>(array, of, plan, column),
            Form::Int16(of) => self.whole::<Int16Type>(array, of, plan, column),
            Form::Int32(of) => self.whole::<Int32Type>(array, of, plan, column),
            Form::Int64(of) => self.whole::<Int64Type>(array, of, plan, column),
            Form::UInt8(of) => self.whole::<UInt8Type>(array, of, plan, column),
            Form::UInt16(of) => self.whole::<UInt16Type>(array, of, plan, column),
            Form::UInt32(of) => self.whole::<UInt32Type>(array, of, plan, column),
            Form::UInt64(of) => self.whole::<UInt64Type>(array, of, plan, column),
            Form::Float32(of, whole) => {
                let values = array.as_primitive::<Float32Type>().values();
                let units = |x: f32| units_of_double(as_written(x));
                self.float(values, array.nulls(), of, *whole, units, plan, column);
            }
            Form::Float64(of, whole) => {
                let values = array.as_primitive::<Float64Type>().values();
                self.float(values, array.nulls(), of, *whole, units_of_double, plan, column);
            }
            Form::Decimal32(of, scale) => self.decimal::<Decimal32Type>(array, of, *scale, plan, column),
            Form::Decimal64(of, scale) => self.decimal::<Decimal64Type>(array, of, *scale, plan, column),
            Form::Decimal128(of, scale) => self.decimal::<Decimal128Type>(array, of, *scale, plan, column),
            Form::Date32(of) => {
                let values = array.as_primitive::<Date32Type>().values();
                self.order(values, array.nulls(), of, bad, &mut column.codes);
                days(values, array.nulls(), plan, column, i64::from);
            }
            Form::Date64(of) => {
                let values = array.as_primitive::<Date64Type>().values();
                self.instants(values, array.nulls(), of, TimeUnit::Millisecond, plan, column);
            }
            Form::Timestamp(of, unit) => {
                let values = match unit {
                    TimeUnit::Second => array.as_primitive::<TimestampSecondType>().values(),
                    TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().values(),
                    TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().values(),
                    TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().values(),
                };
                self.instants(values, array.nulls(), of, *unit, plan, column);
            }
            Form::Boolean([no, yes]) => {
                let array = array.as_boolean();
                truths(array.values(), *no, *yes, &mut column.codes);
                absent_where_null(&mut column.codes, array.nulls(), self.absent);
            }
            Form::Spelt(spelt) => spelt.read(array, self.absent, plan, column, texts),
            Form::Dictionary(of, number) => self.dictionary((of, *number), array, plan, column, texts),
        }
        if !self.missing.is_empty() {
            self.take_missing(array, plan, column);
        }
    }

    /// Classes of ordered native values.
    fn order<T: Native>(
        &self,
        values: &[T],
        nulls: Option<&NullBuffer>,
        of: &NativeThresholds<T>,
        bad: u16,
        codes: &mut Codes,
    ) {
        match codes {
            Codes::Narrow(codes) => reached(values, &of.starts, codes),
            Codes::Broad(codes) => {
                for (code, x) in codes.iter_mut().zip(values) {
                    *code = of.starts.partition_point(|start| *x >= *start) as u16;
                }
            }
        }
        if !of.are_good(values) {
            for (row, _) in values.iter().enumerate().filter(|(_, x)| !of.is_good(**x)) {
                codes.set(row, bad);
            }
        }
        absent_where_null(codes, nulls, self.absent);
    }

    fn whole<T: ArrowPrimitiveType>(
        &self,
        array: &ArrayRef,
        of: &NativeThresholds<T::Native>,
        plan: &FieldPlan,
        column: &mut Column,
    ) where
        T::Native: Native + Into<i128>,
    {
        let values = array.as_primitive::<T>().values();
        self.order(values, array.nulls(), of, plan.classes.bad(), &mut column.codes);
        if plan.value {
            let lane = &mut column.values;
            lane.reset(values.len());
            lane.unit = ONE;
            numbers(lane, values.iter().map(|x| (*x).into()), WHOLE);
            missing_where_null(lane, array.nulls());
        }
    }

    #[expect(clippy::too_many_arguments, reason = "two callers that differ in one type")]
    fn float<T: Native>(
        &self,
        values: &[T],
        nulls: Option<&NullBuffer>,
        of: &NativeThresholds<T>,
        whole: bool,
        units: impl Fn(T) -> Option<i128>,
        plan: &FieldPlan,
        column: &mut Column,
    ) {
        let bad = plan.classes.bad();
        self.order(values, nulls, of, bad, &mut column.codes);
        let known = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
        if whole {
            for (row, x) in values.iter().enumerate() {
                if known(row) && units(*x).is_none_or(|units| units % WHOLE != 0) {
                    column.codes.set(row, bad);
                }
            }
        }
        if plan.value {
            let lane = &mut column.values;
            lane.reset(values.len());
            numbers(lane, values.iter().map(|x| units(*x).unwrap_or_default()), 1);
            missing_where_null(lane, nulls);
        }
    }

    fn decimal<T: ArrowPrimitiveType>(
        &self,
        array: &ArrayRef,
        of: &NativeThresholds<T::Native>,
        scale: Scale,
        plan: &FieldPlan,
        column: &mut Column,
    ) where
        T::Native: Native + Into<i128>,
    {
        let values = array.as_primitive::<T>().values();
        let (nulls, bad) = (array.nulls(), plan.classes.bad());
        self.order(values, nulls, of, bad, &mut column.codes);
        let steps = || values.iter().map(|x| -> i128 { (*x).into() });
        if scale.whole > 1 {
            let known = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
            for (row, _) in steps().enumerate().filter(|(_, steps)| steps % scale.whole != 0) {
                if known(row) {
                    column.codes.set(row, bad);
                }
            }
        }
        if plan.value {
            let lane = &mut column.values;
            lane.reset(values.len());
            match i64::try_from(scale.unit) {
                Ok(unit) if unit <= ONE && scale.per_unit == 1 => {
                    lane.unit = unit;
                    numbers(lane, steps(), scale.unit);
                }
                Ok(_) | Err(_) => {
                    let units = steps().map(|steps| steps.saturating_mul(scale.unit) / scale.per_unit);
                    numbers(lane, units, 1);
                }
            }
            missing_where_null(lane, nulls);
        }
    }

    fn instants(
        &self,
        values: &[i64],
        nulls: Option<&NullBuffer>,
        of: &NativeThresholds<i64>,
        unit: TimeUnit,
        plan: &FieldPlan,
        column: &mut Column,
    ) {
        self.order(values, nulls, of, plan.classes.bad(), &mut column.codes);
        days(values, nulls, plan, column, |x| x.div_euclid(per_day(unit)));
    }

    fn dictionary(
        &self,
        (of, number): (&Reader, u64),
        array: &ArrayRef,
        plan: &FieldPlan,
        column: &mut Column,
        texts: &mut Texts,
    ) {
        let array = array.as_any_dictionary();
        let values = array.values();
        if values.is_empty() {
            return fill(column, plan, self.absent, array.len());
        }
        // A dictionary is that of many chunks. Where values are texts their numbers hold for one chunk only.
        let lasts = !(plan.value && matches!(plan.classes.of, ClassOf::Texts(_)));
        let known = column.entries.take();
        let known =
            known.filter(|entries| lasts && entries.reader == number && Arc::ptr_eq(&entries.of, values));
        let entries = known.unwrap_or_else(|| {
            let mut entries = Column::default();
            entries.codes.reset(values.len(), plan.classes.count());
            of.read(values, plan, &mut entries, texts);
            Box::new(Entries { of: Arc::clone(values), reader: number, column: entries })
        });
        let nulls = array.keys().logical_nulls();
        match array.keys().as_primitive_opt::<Int32Type>() {
            // What stands where a key is null does not matter: those records get another class below.
            Some(keys) => {
                let keys = keys.values().iter().map(|key| key.cast_unsigned() as usize);
                of_entries(&entries.column, keys, plan.value, column);
            }
            None => of_entries(&entries.column, array.normalized_keys().into_iter(), plan.value, column),
        }
        column.entries = Some(entries);
        absent_where_null(&mut column.codes, nulls.as_ref(), self.absent);
        if plan.value {
            missing_where_null(&mut column.values, nulls.as_ref());
        }
    }
}

impl Form {
    fn new(schema: &Arc<Schema>, field: &Field, plan: &FieldPlan, kind: &DataType) -> Option<Self> {
        let classes = &plan.classes;
        let spelt = || Some(Self::Spelt(Box::new(Spelt::new(schema, field, plan))));
        Some(match (kind, &classes.of) {
            (DataType::Null, _) => Self::Nothing,
            (DataType::Dictionary(_, values), _) => {
                Self::Dictionary(Box::new(Reader::new(schema, field, plan, values)?), next_number())
            }
            (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, _) => spelt()?,
            (DataType::Boolean, ClassOf::Codes(_)) if field.kind == Type::YesNo => {
                let class = |b| classes.class(&Value::YesNo(b));
                Self::Boolean([class(false), class(true)])
            }
            (kind, ClassOf::Codes(_) | ClassOf::Texts(_)) if kind.is_integer() => spelt()?,
            (_, ClassOf::Codes(_) | ClassOf::Texts(_)) => return None,
            (kind, ClassOf::Order(of)) if field.kind == Type::Date => Self::days(kind, of)?,
            (kind, ClassOf::Order(of)) => Self::numbers(kind, of, field.kind == Type::Integer)?,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and most are no days")]
    fn days(kind: &DataType, of: &Thresholds) -> Option<Self> {
        let instants =
            |unit: TimeUnit| NativeThresholds::new(of, |day| reach_fine(day, i128::from(per_day(unit))));
        Some(match kind {
            DataType::Date32 => Self::Date32(NativeThresholds::new(of, |day| reach_integer(day, 1))),
            DataType::Date64 => Self::Date64(instants(TimeUnit::Millisecond)),
            DataType::Timestamp(unit, _) => Self::Timestamp(instants(*unit), *unit),
            _ => return None,
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "Arrow has many types, and most are no numbers")]
    fn numbers(kind: &DataType, of: &Thresholds, whole: bool) -> Option<Self> {
        Some(match kind {
            DataType::Int8 => Self::Int8(integers(of)),
            DataType::Int16 => Self::Int16(integers(of)),
            DataType::Int32 => Self::Int32(integers(of)),
            DataType::Int64 => Self::Int64(integers(of)),
            DataType::UInt8 => Self::UInt8(integers(of)),
            DataType::UInt16 => Self::UInt16(integers(of)),
            DataType::UInt32 => Self::UInt32(integers(of)),
            DataType::UInt64 => Self::UInt64(integers(of)),
            DataType::Float32 => Self::Float32(NativeThresholds::new(of, reach_single), whole),
            DataType::Float64 => Self::Float64(NativeThresholds::new(of, reach_double), whole),
            DataType::Decimal32(_, scale) => {
                let scale = Scale::new(*scale, whole)?;
                Self::Decimal32(scale.thresholds(of), scale)
            }
            DataType::Decimal64(_, scale) => {
                let scale = Scale::new(*scale, whole)?;
                Self::Decimal64(scale.thresholds(of), scale)
            }
            DataType::Decimal128(_, scale) => {
                let scale = Scale::new(*scale, whole)?;
                Self::Decimal128(scale.thresholds(of), scale)
            }
            _ => return None,
        })
    }
}

/// A number that no other reader of entries has, so that what one has read is not taken for what another would.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What is compared of a value.
fn comparable(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => Some(number.units()),
        Value::Date(date) => Some(date.days().into()),
        Value::YesNo(truth) => Some(i128::from(*truth)),
        Value::Missing(_) | Value::Text(_) | Value::Category(_) => None,
    }
}

fn integers<T: Native + TryFrom<i128>>(of: &Thresholds) -> NativeThresholds<T> {
    NativeThresholds::new(of, |target| reach_integer(target, WHOLE))
}

impl Scale {
    fn new(places: i8, whole: bool) -> Option<Self> {
        let ten = |exponent: i32| u32::try_from(exponent).ok().and_then(|e| 10_i128.checked_pow(e));
        let places = i32::from(places);
        let (unit, per_unit) = if places <= 9 { (ten(9 - places)?, 1) } else { (1, ten(places - 9)?) };
        let whole = if whole && places > 0 { ten(places)? } else { per_unit };
        Some(Self { unit, per_unit, whole })
    }

    fn thresholds<T: Native + TryFrom<i128>>(self, of: &Thresholds) -> NativeThresholds<T> {
        NativeThresholds::new(of, |target| {
            if self.per_unit == 1 {
                reach_integer(target, self.unit)
            } else {
                reach_fine(target, self.per_unit)
            }
        })
    }
}
