//! Columns whose values are read as the cells of a text file are.

use super::chunk::{Column, Texts};
use super::class::ClassOf;
use super::compile::FieldPlan;
use super::digits;
use super::lane::{Lane, ONE};
use super::native::{NativeThresholds, reach_integer};
use super::words::Words;
use crate::data::{Field, Schema, Type, Value, read_cell};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use std::fmt::{Display, Write as _};
use std::sync::Arc;

/// How the spelt values of a field are read.
#[derive(Debug, Clone)]
pub(super) struct Spelt {
    schema: Arc<Schema>,
    field: Field,
    how: How,
    /// Spellings that mean missing, besides the empty one.
    missing: Vec<String>,
}

/// The short way for what is mostly written.
#[derive(Debug, Clone)]
enum How {
    /// The thresholds in units; whether only whole numbers are good.
    Numbers(NativeThresholds<i64>, bool),
    /// The thresholds in days.
    Days(NativeThresholds<i64>),
    /// Categories, yes and no.
    Words(Words),
    Texts,
    /// There is none.
    Each,
}

impl Spelt {
    /// Of a field.
    pub(super) fn new(schema: &Arc<Schema>, field: &Field, plan: &FieldPlan) -> Self {
        let how = How::new(schema, field, plan);
        Self { schema: Arc::clone(schema), field: field.clone(), how, missing: Vec::new() }
    }

    /// Takes these spellings for missing too.
    pub(super) fn set_missing(&mut self, spellings: &[String]) {
        self.missing = spellings.to_vec();
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a reader is made for one of these types")]
    /// Reads an array of texts, or of whole numbers that stand for what they look like.
    pub(super) fn read(
        &self,
        array: &ArrayRef,
        absent: u16,
        plan: &FieldPlan,
        column: &mut Column,
        texts: &mut Texts,
    ) {
        if plan.value {
            column.values.reset(array.len());
        }
        let mut to = To { absent, plan, column, texts };
        match array.data_type() {
            DataType::Utf8View => self.cells(array.as_string_view().iter(), &mut to),
            DataType::LargeUtf8 => self.cells(array.as_string::<i64>().iter(), &mut to),
            DataType::Int8 => self.integers::<Int8Type>(array, &mut to),
            DataType::Int16 => self.integers::<Int16Type>(array, &mut to),
            DataType::Int32 => self.integers::<Int32Type>(array, &mut to),
            DataType::Int64 => self.integers::<Int64Type>(array, &mut to),
            DataType::UInt8 => self.integers::<UInt8Type>(array, &mut to),
            DataType::UInt16 => self.integers::<UInt16Type>(array, &mut to),
            DataType::UInt32 => self.integers::<UInt32Type>(array, &mut to),
            DataType::UInt64 => self.integers::<UInt64Type>(array, &mut to),
            // `Utf8`, the last of them.
            _ => self.cells(array.as_string::<i32>().iter(), &mut to),
        }
    }

    fn integers<T: ArrowPrimitiveType<Native: Display>>(&self, array: &ArrayRef, to: &mut To<'_>) {
        let array = array.as_primitive::<T>();
        let mut all = String::new();
        let mut ends = Vec::with_capacity(array.len());
        for value in array {
            if let Some(value) = value {
                // Writing to a text does not fail.
                let _ = write!(all, "{value}");
            }
            ends.push(all.len());
        }
        let mut start = 0;
        let texts = ends.iter().map(|end| {
            let text = all.get(start..*end);
            start = *end;
            text
        });
        self.cells(texts, to);
    }

    fn cells<'c>(&self, cells: impl Iterator<Item = Option<&'c str>>, to: &mut To<'_>) {
        if self.missing.is_empty() {
            self.known_cells(cells.map(|text| text.filter(|text| !text.is_empty())), to);
        } else {
            let known = |text: &&str| !text.is_empty() && !self.missing.iter().any(|missing| missing == text);
            self.known_cells(cells.map(|text| text.filter(known)), to);
        }
    }

    fn known_cells<'c>(&self, cells: impl Iterator<Item = Option<&'c str>>, to: &mut To<'_>) {
        match &self.how {
            How::Numbers(thresholds, whole) => {
                let mut lane = NumberLane::new(&mut to.column.values, to.plan.value);
                let bad = to.plan.classes.bad();
                for (row, text) in cells.enumerate() {
                    let Some(text) = text else {
                        to.column.codes.set(row, to.absent);
                        lane.missing(row);
                        continue;
                    };
                    let read = digits::number(text.as_bytes());
                    let units =
                        read.and_then(|(digits, places)| digits.checked_mul(digits::power(9 - places)));
                    let class = match (units, read) {
                        (Some(units), Some((digits, places))) => {
                            lane.put(row, digits, places);
                            if *whole && units % ONE != 0 { bad } else { class_of(thresholds, units, bad) }
                        }
                        (_, _) => {
                            let value = read_cell(&self.schema, &self.field, text);
                            lane.put_units(
                                row,
                                match &value {
                                    Ok(Value::Number(number)) => Some(number.units()),
                                    Ok(_) | Err(_) => None,
                                },
                            );
                            value.map_or(bad, |value| to.plan.classes.class(&value))
                        }
                    };
                    to.column.codes.set(row, class);
                }
            }
            How::Days(thresholds) => {
                let bad = to.plan.classes.bad();
                for (row, text) in cells.enumerate() {
                    let day = text.map(|text| digits::day(text.as_bytes()));
                    let class = match day {
                        None => to.absent,
                        Some(Some(day)) => class_of(thresholds, day, bad),
                        // Of another shape, or in no calendar.
                        Some(None) => bad,
                    };
                    to.column.codes.set(row, class);
                    if to.plan.value {
                        to.column.values.put(row, day.flatten().map(i128::from));
                    }
                }
            }
            How::Words(words) => {
                for (row, text) in cells.enumerate() {
                    let class = match text {
                        None => to.absent,
                        Some(text) => words.get(text.as_bytes()).unwrap_or_else(|| {
                            let value = read_cell(&self.schema, &self.field, text);
                            value.map_or(to.plan.classes.bad(), |value| to.plan.classes.class(&value))
                        }),
                    };
                    to.column.codes.set(row, class);
                }
                if to.plan.value {
                    to.column.values.missing.fill(1);
                }
            }
            How::Texts => {
                for (row, text) in cells.enumerate() {
                    let class = match (text, &to.plan.classes.of) {
                        (Some(text), ClassOf::Texts(classes)) => {
                            classes.class(text).unwrap_or(to.plan.classes.bad())
                        }
                        (Some(_), ClassOf::Order(_) | ClassOf::Codes(_)) => to.plan.classes.bad(),
                        (None, _) => to.absent,
                    };
                    to.column.codes.set(row, class);
                    if to.plan.value {
                        to.column.values.put(row, text.map(|text| to.texts.number(text) as i128));
                    }
                }
            }
            How::Each => cells.enumerate().for_each(|(row, text)| self.one(row, text, to)),
        }
    }

    fn one(&self, row: usize, text: Option<&str>, to: &mut To<'_>) {
        let classes = &to.plan.classes;
        let value = text.map(|text| read_cell(&self.schema, &self.field, text));
        let class = match &value {
            None => to.absent,
            Some(Ok(value)) => classes.class(value),
            Some(Err(_)) => classes.bad(),
        };
        to.column.codes.set(row, class);
        if to.plan.value {
            let units = match value {
                Some(Ok(Value::Number(n))) => Some(n.units()),
                Some(Ok(Value::Date(d))) => Some(d.days().into()),
                Some(Ok(Value::Text(text))) => Some(to.texts.number(&text) as i128),
                Some(Ok(Value::Missing(_) | Value::YesNo(_) | Value::Category(_)) | Err(_)) | None => None,
            };
            to.column.values.put(row, units);
        }
    }
}

/// What the values of a column become.
struct To<'t> {
    /// The class where there is no value.
    absent: u16,
    plan: &'t FieldPlan,
    column: &'t mut Column,
    texts: &'t mut Texts,
}

impl How {
    fn new(schema: &Schema, field: &Field, plan: &FieldPlan) -> Self {
        let classes = &plan.classes;
        match (&classes.of, field.kind) {
            (ClassOf::Order(of), _) if !of.gaps.is_empty() => Self::Each,
            (ClassOf::Order(of), kind) => {
                let thresholds = NativeThresholds::new(of, |target| reach_integer(target, 1));
                match kind {
                    Type::Date => Self::Days(thresholds),
                    kind => Self::Numbers(thresholds, kind == Type::Integer),
                }
            }
            (ClassOf::Codes(_), Type::Category(id)) => {
                let spellings = schema.category(id).spellings.iter().map(|spelling| &**spelling);
                let class = |code: u32| classes.class(&Value::Category(code));
                Self::Words(Words::new(spellings.zip((0..).map(class))))
            }
            (ClassOf::Codes(_), Type::YesNo) => {
                let words =
                    [("true", "false"), ("yes", "no"), ("1", "0"), ("TRUE", "FALSE"), ("True", "False")];
                let [no, yes] = [false, true].map(|truth| classes.class(&Value::YesNo(truth)));
                Self::Words(Words::new(words.into_iter().flat_map(|(t, f)| [(t, yes), (f, no)])))
            }
            (ClassOf::Texts(_), _) => Self::Texts,
            (ClassOf::Codes(_), _) => Self::Each,
        }
    }
}

fn class_of(thresholds: &NativeThresholds<i64>, x: i64, bad: u16) -> u16 {
    const FEW: usize = 24;
    if !thresholds.is_good(x) {
        return bad;
    }
    let starts = &thresholds.starts;
    if starts.len() <= FEW {
        starts.iter().map(|start| u16::from(x >= *start)).sum()
    } else {
        starts.partition_point(|start| *start <= x) as u16
    }
}

/// The numbers of a column, which may not be needed, counted in the coarsest unit that holds them.
struct NumberLane<'l> {
    lane: Option<&'l mut Lane>,
    /// How many decimals the unit has.
    places: u32,
}

impl<'l> NumberLane<'l> {
    fn new(lane: &'l mut Lane, needed: bool) -> Self {
        if needed {
            lane.unit = ONE;
        }
        Self { lane: needed.then_some(lane), places: 0 }
    }

    fn missing(&mut self, row: usize) {
        if let Some(missing) = self.lane.as_mut().and_then(|lane| lane.missing.get_mut(row)) {
            *missing = 1;
        }
    }

    fn put(&mut self, row: usize, digits: i64, places: u32) {
        let Some(lane) = &mut self.lane else { return };
        if places > self.places {
            lane.refine(digits::power(9 - places));
            self.places = places;
        }
        let narrow = digits.checked_mul(digits::power(self.places - places));
        match (narrow, lane.narrow.get_mut(row)) {
            (Some(narrow), Some(slot)) if !lane.is_wide => *slot = narrow,
            _ => lane.put(row, Some(i128::from(digits) * i128::from(digits::power(9 - places)))),
        }
    }

    fn put_units(&mut self, row: usize, units: Option<i128>) {
        let Some(lane) = &mut self.lane else { return };
        lane.put(row, units);
        // The unit may be a finer one now.
        if !lane.is_wide {
            self.places = (0..=9).find(|places| digits::power(9 - places) <= lane.unit).unwrap_or(9);
        }
    }
}
