//! Columns whose values are read as the cells of a text file are.

use super::chunk::{Column, Texts};
use super::class::ClassOf;
use super::compile::FieldPlan;
use super::digits;
use super::lane::{Lane, ONE};
use super::native::{NativeThresholds, reach_integer};
use super::words::Words;
use crate::data::{Field, Schema, Type, Value, read_cell};
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, GenericStringArray, OffsetSizeTrait, StringArray, StringViewArray};
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
            DataType::Utf8View => self.cells(array.as_string_view(), &mut to),
            DataType::LargeUtf8 => self.cells(array.as_string::<i64>(), &mut to),
            DataType::Int8 => self.cells(&written::<Int8Type>(array), &mut to),
            DataType::Int16 => self.cells(&written::<Int16Type>(array), &mut to),
            DataType::Int32 => self.cells(&written::<Int32Type>(array), &mut to),
            DataType::Int64 => self.cells(&written::<Int64Type>(array), &mut to),
            DataType::UInt8 => self.cells(&written::<UInt8Type>(array), &mut to),
            DataType::UInt16 => self.cells(&written::<UInt16Type>(array), &mut to),
            DataType::UInt32 => self.cells(&written::<UInt32Type>(array), &mut to),
            DataType::UInt64 => self.cells(&written::<UInt64Type>(array), &mut to),
            // `Utf8`, the last of them.
            _ => self.cells(array.as_string::<i32>(), &mut to),
        }
    }

    fn cells(&self, cells: &impl Cells, to: &mut To<'_>) {
        if self.missing.is_empty() {
            self.known_cells(cells, |text| text.filter(|text| !text.is_empty()), to);
        } else {
            let missing = |text: &[u8]| self.missing.iter().any(|missing| missing.as_bytes() == text);
            self.known_cells(cells, |text| text.filter(|text| !text.is_empty() && !missing(text)), to);
        }
    }

    /// Reads cells; `known` takes the missing ones away.
    fn known_cells(
        &self,
        cells: &impl Cells,
        known: impl for<'t> Fn(Option<&'t [u8]>) -> Option<&'t [u8]>,
        to: &mut To<'_>,
    ) {
        let bad = to.plan.classes.bad();
        match &self.how {
            How::Numbers(thresholds, whole) => {
                let mut lane = NumberLane::new(&mut to.column.values, to.plan.value);
                cells.each(|row, text| {
                    let Some(text) = known(text) else {
                        to.column.codes.set(row, to.absent);
                        lane.missing(row);
                        return;
                    };
                    let read = digits::number(text).and_then(|(digits, places)| {
                        Some((digits, places, digits.checked_mul(digits::power(9 - places))?))
                    });
                    let class = match read {
                        Some((digits, places, units)) => {
                            lane.put(row, digits, places);
                            if *whole && units % ONE != 0 { bad } else { class_of(thresholds, units, bad) }
                        }
                        None => {
                            let value = self.value(text);
                            let units = match &value {
                                Some(Value::Number(number)) => Some(number.units()),
                                Some(_) | None => None,
                            };
                            lane.put_units(row, units);
                            value.map_or(bad, |value| to.plan.classes.class(&value))
                        }
                    };
                    to.column.codes.set(row, class);
                });
            }
            How::Days(thresholds) => cells.each(|row, text| {
                let day = known(text).map(digits::day);
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
            }),
            How::Words(words) => {
                cells.each(|row, text| {
                    let class = match known(text) {
                        None => to.absent,
                        Some(text) => words.get(text).unwrap_or_else(|| self.class(text, to.plan)),
                    };
                    to.column.codes.set(row, class);
                });
                if to.plan.value {
                    to.column.values.missing.fill(1);
                }
            }
            How::Texts => cells.each(|row, text| {
                let text = known(text).map(|text| std::str::from_utf8(text).unwrap_or_default());
                let class = match (text, &to.plan.classes.of) {
                    (Some(text), ClassOf::Texts(classes)) => classes.class(text).unwrap_or(bad),
                    (Some(_), ClassOf::Order(_) | ClassOf::Codes(_)) => bad,
                    (None, _) => to.absent,
                };
                to.column.codes.set(row, class);
                if to.plan.value {
                    to.column.values.put(row, text.map(|text| to.texts.number(text) as i128));
                }
            }),
            How::Each => cells.each(|row, text| self.one(row, known(text), to)),
        }
    }

    /// The value that a text is, read the slow way.
    fn value(&self, text: &[u8]) -> Option<Value> {
        read_cell(&self.schema, &self.field, std::str::from_utf8(text).ok()?).ok()
    }

    fn class(&self, text: &[u8], plan: &FieldPlan) -> u16 {
        self.value(text).map_or(plan.classes.bad(), |value| plan.classes.class(&value))
    }

    fn one(&self, row: usize, text: Option<&[u8]>, to: &mut To<'_>) {
        let classes = &to.plan.classes;
        let value = text.map(|text| self.value(text));
        let class = match &value {
            None => to.absent,
            Some(Some(value)) => classes.class(value),
            Some(None) => classes.bad(),
        };
        to.column.codes.set(row, class);
        if to.plan.value {
            let units = match value.flatten() {
                Some(Value::Number(n)) => Some(n.units()),
                Some(Value::Date(d)) => Some(d.days().into()),
                Some(Value::Text(text)) => Some(to.texts.number(&text) as i128),
                Some(Value::Missing(_) | Value::YesNo(_) | Value::Category(_)) | None => None,
            };
            to.column.values.put(row, units);
        }
    }
}

/// Columns of texts.
trait Cells {
    /// Goes through the cells, by row; `None` where there is none.
    fn each(&self, cell: impl FnMut(usize, Option<&[u8]>));
}

impl Cells for StringViewArray {
    fn each(&self, mut cell: impl FnMut(usize, Option<&[u8]>)) {
        let nulls = self.nulls().filter(|nulls| nulls.null_count() > 0);
        for (row, view) in self.views().iter().enumerate() {
            let (length, bytes) = (*view as u32 as usize, view.to_le_bytes());
            let text = match bytes.get(4..4 + length) {
                Some(text) => text,
                None => self.value(row).as_bytes(),
            };
            let is_there = nulls.is_none_or(|nulls| nulls.is_valid(row));
            cell(row, is_there.then_some(text));
        }
    }
}

impl<O: OffsetSizeTrait> Cells for GenericStringArray<O> {
    fn each(&self, mut cell: impl FnMut(usize, Option<&[u8]>)) {
        self.iter().enumerate().for_each(|(row, text)| cell(row, text.map(str::as_bytes)));
    }
}

/// Whole numbers as they are written.
fn written<T: ArrowPrimitiveType<Native: Display>>(array: &ArrayRef) -> StringArray {
    let array = array.as_primitive::<T>();
    let mut texts = StringBuilder::with_capacity(array.len(), array.len() * 8);
    for value in array {
        match value {
            Some(value) => {
                // Writing to a text does not fail.
                let _ = write!(texts, "{value}");
                texts.append_value("");
            }
            None => texts.append_null(),
        }
    }
    texts.finish()
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
                if kind == Type::Date {
                    Self::Days(thresholds)
                } else {
                    Self::Numbers(thresholds, kind == Type::Integer)
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
