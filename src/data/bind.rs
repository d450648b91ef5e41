//! Columns to fields: which column fills which field, and each record's cells as values, with what is wrong with them.

use super::column::{self, Given};
use super::findings::unfit;
use super::table::{Block, Table, Unreadable, Wanted};
use super::{DataFile, Fault, Field, FieldId, RecordId, Schema, Type, Value, Why, cell};
use crate::diagnostic::Diagnostic;
use arrow_schema::DataType;
use std::sync::Arc;

/// A record with its values, good or bad.
#[derive(Debug, Clone)]
pub struct Row {
    /// The file it stands in, as shown to people.
    pub file: Arc<str>,
    /// The line in which it starts, from 1. In a file without lines, the how many-th record of the file it is.
    pub line: u64,
    /// One for each field; missing where the cell is bad.
    pub values: Vec<Value>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// How the records of one kind are made of the columns of one table.
pub struct Binding<'s> {
    schema: &'s Schema,
    record: RecordId,
    from: &'s DataFile,
    sources: Vec<Source>,
    wanted: Vec<Wanted>,
    /// By field: the values that mean missing, where a column holds no texts.
    missing: Vec<Vec<Value>>,
}

/// Where a field's values come from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// A wanted column, by position.
    Column(usize),
    /// The number of the record in the file.
    RowNumber,
}

impl<'s> Binding<'s> {
    /// Each field by the file's own column for it, or else the field's.
    pub fn new(schema: &'s Schema, record: RecordId, from: &'s DataFile) -> Self {
        let mut wanted = Vec::new();
        let source = |field: &Field| {
            if from.row_number.as_ref() == Some(&field.name) {
                return Source::RowNumber;
            }
            let column = from.column(&field.name, &field.column).to_owned();
            wanted.push(Wanted { field: field.name.clone(), column, optional: field.optional });
            Source::Column(wanted.len() - 1)
        };
        let fields = &schema.record(record).fields;
        let sources = fields.iter().map(source).collect();
        let read = |field: &Field| {
            let values = from.missing.iter().filter_map(|text| cell::read(schema, field, text).ok());
            values.collect()
        };
        let missing = fields.iter().map(read).collect();
        Self { schema, record, from, sources, wanted, missing }
    }

    /// The columns that are asked for.
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// By field: which column of a table's blocks fills it, and its type; `None` where there is none.
    pub fn columns(&self, table: &Table) -> Vec<Option<(usize, DataType)>> {
        let column = |source: &Source| match source {
            Source::Column(at) => Some((*at, table.types().get(*at)?.clone()?)),
            Source::RowNumber => Some((table.row_number()?, DataType::Int64)),
        };
        self.sources.iter().map(column).collect()
    }

    /// By position among the wanted ones, the column that fills a field; `None` where the number of the record does.
    pub fn column_of(&self, field: FieldId) -> Option<usize> {
        match self.sources.get(field.index())? {
            Source::Column(at) => Some(*at),
            Source::RowNumber => None,
        }
    }

    /// The fields that cannot be filled from the type of their column, each told with how to mend it.
    pub fn unfit(&self, table: &Table) -> Vec<Diagnostic> {
        let fields = &self.schema.record(self.record).fields;
        let columns = self.columns(table);
        let told = |(at, field): (usize, &Field)| {
            let (_, found) = columns.get(at)?.as_ref()?;
            let Some(Source::Column(wanted)) = self.sources.get(at) else { return None };
            unfit(self.from, self.wanted.get(*wanted)?, field.kind, found)
        };
        fields.iter().enumerate().filter_map(told).collect()
    }

    /// A readable record of a block.
    pub fn row(&self, block: &Block, row: usize) -> Row {
        let place = block.place(row);
        let given = |at: usize| block.batch.columns().get(at).and_then(|column| column::given(column, row));
        self.make(block.file(), place.line, place.number, given)
    }

    /// A record that cannot be read, with what could be made out to tell whose it is.
    pub fn unreadable(&self, block: &Block, bad: &Unreadable) -> Row {
        let given = |at: usize| Some(Given::Text(bad.cells.get(at)?.as_deref()?.into()));
        let mut row = self.make(block.file(), bad.place.line, bad.place.number, given);
        let (file, reason) = (Arc::clone(block.file()), bad.reason.clone());
        row.faults = vec![Fault { file, line: bad.place.line, field: None, value: None, reason }];
        row
    }

    fn make<'c>(
        &self,
        file: &Arc<str>,
        line: u64,
        number: u64,
        given: impl Fn(usize) -> Option<Given<'c>>,
    ) -> Row {
        let fields = &self.schema.record(self.record).fields;
        let (values, faults) = (Vec::with_capacity(fields.len()), Vec::new());
        let mut row = Row { file: Arc::clone(file), line, values, faults };
        for (at, ((field, source), codes)) in fields.iter().zip(&self.sources).zip(&self.missing).enumerate()
        {
            let missing = Value::Missing(Why::Field(FieldId(at as u32)));
            let given = match source {
                Source::Column(column) => given(*column),
                Source::RowNumber => Some(Given::Scaled(number.into(), 0)),
            };
            // Text, and what stands for text, is missing by its spelling; other values by what they are.
            let given = given.filter(|given| match (given, source, field.kind) {
                (Given::Text(text), Source::Column(_), _) => !self.from.means_missing(text),
                (Given::Scaled(..), Source::Column(_), Type::Text | Type::Category(_) | Type::YesNo) => {
                    !self.from.means_missing(&given.shown())
                }
                (_, _, _) => true,
            });
            let result = given.as_ref().map_or(Ok(missing.clone()), |given| {
                match given.read(self.schema, field.kind) {
                    Ok(value) if is_missing(given, source, field.kind, codes, &value) => Ok(missing.clone()),
                    result => result,
                }
            });
            let checked = result.and_then(|value| match fault_of(field, &value) {
                None => Ok(value),
                Some(reason) => Err(reason),
            });
            row.values.push(checked.unwrap_or_else(|reason| {
                row.faults.push(Fault {
                    file: Arc::clone(file),
                    line,
                    field: Some(field.name.clone()),
                    value: given.as_ref().map(Given::shown),
                    reason,
                });
                missing
            }));
        }
        row
    }
}

/// Whether a value of a column that holds no texts is one that means missing.
fn is_missing(given: &Given<'_>, source: &Source, kind: Type, codes: &[Value], value: &Value) -> bool {
    match (given, source) {
        (Given::Text(_), _) | (_, Source::RowNumber) => false,
        (Given::Scaled(..), _) if !kind.is_numeric() => false,
        (Given::Scaled(..) | Given::Double(_) | Given::Day(_) | Given::Truth(_), Source::Column(_)) => {
            codes.contains(value)
        }
    }
}

/// Why a field may not hold a value; `None` when it may.
pub(crate) fn fault_of(field: &Field, value: &Value) -> Option<String> {
    match value {
        Value::Missing(_) if field.optional => None,
        Value::Missing(_) => Some("missing, and not optional".to_owned()),
        Value::Number(_) | Value::Date(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => {
            cell::outside(field, value)
        }
    }
}
