//! Arrow columns to the fields of a record: which column fills which field, and how its values are read.

use super::chunk::Chunk;
use super::compile::Program;
use super::read::Reader;
use crate::data::{Field, RecordId, RecordType, Schema};
use arrow_array::RecordBatch;
use arrow_schema::DataType;
use std::sync::Arc;

/// How the fields of one kind of record are filled from Arrow columns of known types.
///
/// A field takes integers and decimals of any width, floating point (the shortest decimal that reads back as the same
/// number, rounded to nine places), dates and timestamps (their day), booleans, texts (read as cells of a CSV file are),
/// plain or dictionary-encoded. Null, and an empty text, is missing.
#[derive(Debug, Clone)]
pub struct Binding {
    pub(super) program: Arc<Program>,
    readers: Vec<Option<(usize, Reader)>>,
}

/// Why a column cannot fill a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// A field that is not optional has no column.
    #[error("there is no column for `{field}`")]
    NoColumn {
        /// The field.
        field: String,
    },
    /// A column's type cannot hold the field's values.
    #[error("the column of `{field}` holds {found}, which cannot be {wanted}")]
    WrongType {
        /// The field.
        field: String,
        /// What the column holds, as Arrow calls it.
        found: String,
        /// What the field is, in an author's words.
        wanted: &'static str,
    },
}

/// Which column of a table each field of a kind of record has, by name.
pub(super) fn columns_of(
    record: &RecordType,
    schema: &arrow_schema::Schema,
) -> Vec<Option<(usize, DataType)>> {
    let column = |field: &Field| {
        let (position, column) = schema.column_with_name(&field.column)?;
        Some((position, column.data_type().clone()))
    };
    record.fields.iter().map(column).collect()
}

impl Binding {
    /// Binds the fields of a kind of record to columns of these types: for each field, the column's position and type, or
    /// nothing where there is none.
    ///
    /// # Errors
    ///
    /// The first field whose column is absent or of a type that cannot hold it.
    pub(super) fn new(
        schema: &Schema,
        record: RecordId,
        program: &Arc<Program>,
        columns: &[Option<(usize, DataType)>],
    ) -> Result<Self, BindError> {
        let schema = Arc::new(schema.clone());
        let fields = schema.record(record).fields.iter().zip(&program.fields).enumerate();
        let mut readers = Vec::with_capacity(program.fields.len());
        for (at, (field, plan)) in fields {
            let Some((column, kind)) = columns.get(at).and_then(Option::as_ref) else {
                if !field.optional {
                    return Err(BindError::NoColumn { field: field.name.clone() });
                }
                readers.push(None);
                continue;
            };
            let reader = Reader::new(&schema, field, plan, kind).ok_or_else(|| BindError::WrongType {
                field: field.name.clone(),
                found: kind.to_string(),
                wanted: field.kind.describe(),
            })?;
            readers.push(Some((*column, reader)));
        }
        Ok(Self { program: Arc::clone(program), readers })
    }

    /// Takes values that are spelt so for missing too, besides the empty text. In columns that hold no texts, numbers, days
    /// and truth values are missing that such a text stands for. The column at `except` is left as it is.
    #[must_use]
    pub fn with_missing(
        mut self,
        schema: &Schema,
        record: RecordId,
        spellings: &[String],
        except: Option<usize>,
    ) -> Self {
        for (field, reader) in schema.record(record).fields.iter().zip(&mut self.readers) {
            if let Some((at, reader)) = reader.as_mut().filter(|_| !spellings.is_empty())
                && Some(*at) != except
            {
                reader.set_missing(schema, field, spellings);
            }
        }
        self
    }

    /// Decodes the records of a batch into a chunk, whose buffers are used again.
    pub fn read(&self, batch: &RecordBatch, chunk: &mut Chunk) {
        let program = &*self.program;
        let rows = batch.num_rows();
        chunk.reset(program, rows);
        let Chunk { columns, texts, .. } = chunk;
        for ((plan, reader), column) in program.fields.iter().zip(&self.readers).zip(columns) {
            column.codes.reset(rows, plan.classes.count());
            let array = reader.as_ref().and_then(|(at, reader)| Some((batch.columns().get(*at)?, reader)));
            match array {
                Some((array, reader)) => reader.read(array, plan, column, texts),
                None => {
                    (0..rows).for_each(|row| column.codes.set(row, plan.classes.missing()));
                    if plan.value {
                        column.values.fill(rows, None);
                    }
                }
            }
        }
        chunk.find_bad(program);
    }
}
