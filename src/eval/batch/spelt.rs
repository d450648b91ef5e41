//! Columns whose values are read as the cells of a text file are.

use super::chunk::{Column, Texts};
use super::compile::FieldPlan;
use crate::data::{Field, Schema, Type, Value, read_cell};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use std::collections::HashMap;
use std::sync::Arc;

/// How the spelt values of a field are read.
#[derive(Debug, Clone)]
pub(super) struct Spelt {
    schema: Arc<Schema>,
    field: Field,
    /// Categories by their spelling, where the field holds categories.
    categories: HashMap<Arc<str>, u32>,
}

impl Spelt {
    /// Of a field.
    pub(super) fn new(schema: &Arc<Schema>, field: &Field) -> Self {
        let mut categories = HashMap::new();
        if let Type::Category(id) = field.kind {
            for (spelling, code) in schema.category(id).spellings.iter().zip(0..) {
                categories.entry(Arc::clone(spelling)).or_insert(code);
            }
        }
        Self { schema: Arc::clone(schema), field: field.clone(), categories }
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
        let mut one = |row: usize, text: Option<&str>| self.one(row, text, absent, plan, column, texts);
        macro_rules! texts {
            ($values:expr) => {
                $values.iter().enumerate().for_each(|(row, text)| one(row, text))
            };
        }
        macro_rules! integers {
            ($kind:ty) => {
                for (row, value) in array.as_primitive::<$kind>().iter().enumerate() {
                    one(row, value.map(|value| value.to_string()).as_deref());
                }
            };
        }
        match array.data_type() {
            DataType::LargeUtf8 => texts!(array.as_string::<i64>()),
            DataType::Utf8View => texts!(array.as_string_view()),
            DataType::Int8 => integers!(Int8Type),
            DataType::Int16 => integers!(Int16Type),
            DataType::Int32 => integers!(Int32Type),
            DataType::Int64 => integers!(Int64Type),
            DataType::UInt8 => integers!(UInt8Type),
            DataType::UInt16 => integers!(UInt16Type),
            DataType::UInt32 => integers!(UInt32Type),
            DataType::UInt64 => integers!(UInt64Type),
            // `Utf8`, the last of them.
            _ => texts!(array.as_string::<i32>()),
        }
    }

    fn one(
        &self,
        row: usize,
        text: Option<&str>,
        absent: u16,
        plan: &FieldPlan,
        column: &mut Column,
        texts: &mut Texts,
    ) {
        let classes = &plan.classes;
        let value = text.filter(|text| !text.is_empty()).map(|text| match self.categories.get(text) {
            Some(code) => Ok(Value::Category(*code)),
            None => read_cell(&self.schema, &self.field, text),
        });
        let class = match &value {
            None => absent,
            Some(Ok(value)) => classes.class(value),
            Some(Err(_)) => classes.bad(),
        };
        column.codes.set(row, class);
        if plan.value {
            let units = match value {
                Some(Ok(Value::Number(n))) => Some(n.units()),
                Some(Ok(Value::Date(d))) => Some(d.days().into()),
                Some(Ok(Value::Text(text))) => Some(texts.number(&text) as i128),
                Some(Ok(Value::Missing(_) | Value::YesNo(_) | Value::Category(_)) | Err(_)) | None => None,
            };
            column.values.put(row, units);
        }
    }
}
