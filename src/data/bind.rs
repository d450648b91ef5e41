//! Columns to fields: which column fills which field, and each record's cells as values, with what is wrong with them.

use super::load::Wanted;
use super::table::{Chunk, DataFile, RecordPlace, Unreadable, text_at};
use super::{Fault, Field, FieldId, RecordId, Schema, Value, Why, cell};
use arrow_array::StringArray;
use std::sync::Arc;

/// A record with its values, good or bad.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The line in which it starts, from 1.
    pub(super) line: u64,
    /// One for each field; missing where the cell is bad.
    pub(super) values: Vec<Value>,
    /// What is wrong with it.
    pub(super) faults: Vec<Fault>,
}

/// How the records of one kind are made of the columns of one file.
pub(super) struct Binding<'s> {
    schema: &'s Schema,
    record: RecordId,
    file: Arc<str>,
    from: &'s DataFile,
    sources: Vec<Source>,
    wanted: Vec<Wanted>,
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
    pub(super) fn new(schema: &'s Schema, record: RecordId, from: &'s DataFile) -> Self {
        let mut wanted = Vec::new();
        let source = |field: &Field| {
            if from.row_number.as_ref() == Some(&field.name) {
                return Source::RowNumber;
            }
            let column = from.column(&field.name, &field.column).to_owned();
            wanted.push(Wanted { field: field.name.clone(), column, optional: field.optional });
            Source::Column(wanted.len() - 1)
        };
        let sources = schema.record(record).fields.iter().map(source).collect();
        Self { schema, record, file: Arc::from(from.shown.as_str()), from, sources, wanted }
    }

    /// The columns that are asked for.
    pub(super) fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// Adds a chunk's records in the order of the file. `columns` says which column of the chunk holds each wanted one.
    pub(super) fn add(&self, chunk: &Chunk, columns: &[Option<usize>], rows: &mut Vec<Row>) {
        let texts = chunk.texts();
        let text = |at: &Option<usize>| at.and_then(|at| texts.get(at).copied().flatten());
        let columns: Vec<Option<&StringArray>> = columns.iter().map(text).collect();
        let mut bad = chunk.unreadable.iter().peekable();
        for (row, place) in chunk.places.iter().enumerate() {
            while let Some(bad) = bad.next_if(|bad| bad.place.number < place.number) {
                rows.push(self.unreadable(bad));
            }
            let cells =
                |at: usize| columns.get(at).copied().flatten().and_then(|column| text_at(column, row));
            rows.push(self.row(*place, cells));
        }
        rows.extend(bad.map(|bad| self.unreadable(bad)));
    }

    fn row<'c>(&self, place: RecordPlace, cells: impl Fn(usize) -> Option<&'c str>) -> Row {
        let fields = &self.schema.record(self.record).fields;
        let mut row = Row { line: place.line, values: Vec::with_capacity(fields.len()), faults: Vec::new() };
        for (at, (field, source)) in fields.iter().zip(&self.sources).enumerate() {
            let missing = Value::Missing(Why::Field(FieldId(at as u32)));
            let number;
            let text = match source {
                Source::Column(column) => cells(*column).filter(|text| !self.from.means_missing(text)),
                Source::RowNumber => {
                    number = place.number.to_string();
                    Some(number.as_str())
                }
            };
            let result = text.map_or(Ok(missing.clone()), |text| cell::read(self.schema, field, text));
            let checked = result.and_then(|value| match fault_of(field, &value) {
                None => Ok(value),
                Some(reason) => Err(reason),
            });
            row.values.push(checked.unwrap_or_else(|reason| {
                row.faults.push(Fault {
                    file: Arc::clone(&self.file),
                    line: place.line,
                    field: Some(field.name.clone()),
                    value: text.map(str::to_owned),
                    reason,
                });
                missing
            }));
        }
        row
    }

    /// A record that cannot be read, with what could be made out to tell whose it is.
    fn unreadable(&self, bad: &Unreadable) -> Row {
        let mut row = self.row(bad.place, |at| bad.cells.get(at)?.as_deref());
        let (file, reason) = (Arc::clone(&self.file), bad.reason.clone());
        row.faults = vec![Fault { file, line: bad.place.line, field: None, value: None, reason }];
        row
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
