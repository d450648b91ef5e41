//! A run of records as Arrow columns, and where each of them stands.

use arrow_array::{ArrayRef, Int64Array, NullArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, Field, Schema};
use std::sync::Arc;

/// A run of records of one file.
#[derive(Debug)]
pub struct Block {
    /// The readable records: a column for each wanted one, in their order; where the file has no such column, one of type
    /// Null. Behind them the number of the record over the whole table, from 1, if the table was asked for it.
    pub batch: RecordBatch,
    /// The others.
    pub unreadable: Vec<Unreadable>,
    file: Arc<str>,
    first: u64,
    places: Places,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// The line of its file in which it starts, from 1. In a file without lines, the how many-th record of the file it is.
    pub line: u64,
    /// The how many-th record of the table it is, from 1, those that cannot be read counted.
    pub number: u64,
}

/// A record that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands.
    pub place: RecordPlace,
    /// Why.
    pub reason: String,
    /// What could be made out all the same, by wanted column, to tell whose record it is. Not to be relied on for more.
    pub cells: Vec<Option<String>>,
}

/// The places of the readable records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Places {
    /// One line each, from here on.
    Run(RecordPlace),
    /// Each by itself.
    Each(Vec<RecordPlace>),
}

impl Places {
    /// For records from here on.
    pub(super) fn new(first: RecordPlace) -> Self {
        Self::Run(first)
    }

    /// Notes where the next record stands, of which there are `count` before.
    pub(super) fn push(&mut self, count: usize, place: RecordPlace) {
        match self {
            Self::Run(first) if count == 0 => *first = place,
            Self::Run(_) if self.get(count) == place => {}
            Self::Run(_) => {
                let mut each: Vec<_> = (0..count).map(|row| self.get(row)).collect();
                each.push(place);
                *self = Self::Each(each);
            }
            Self::Each(each) => each.push(place),
        }
    }

    fn get(&self, row: usize) -> RecordPlace {
        match self {
            Self::Run(first) => {
                RecordPlace { line: first.line + row as u64, number: first.number + row as u64 }
            }
            Self::Each(each) => each.get(row).copied().unwrap_or(RecordPlace { line: 0, number: 0 }),
        }
    }
}

impl Block {
    /// Of columns, by wanted one; `rows` each.
    pub(super) fn new(
        file: &Arc<str>,
        first: u64,
        rows: usize,
        columns: impl IntoIterator<Item = Option<ArrayRef>>,
        places: Places,
        unreadable: Vec<Unreadable>,
        row_number: bool,
    ) -> Result<Self, ArrowError> {
        let absent = || Arc::new(NullArray::new(rows)) as ArrayRef;
        let mut columns: Vec<ArrayRef> =
            columns.into_iter().map(|column| column.unwrap_or_else(absent)).collect();
        if row_number {
            let numbers = (0..rows).map(|row| places.get(row).number.cast_signed());
            columns.push(Arc::new(Int64Array::from_iter_values(numbers)));
        }
        let fields: Vec<_> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| Field::new(at.to_string(), column.data_type().clone(), true))
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
        Ok(Self { batch, unreadable, file: Arc::clone(file), first, places })
    }

    /// How many records are before this block in the table.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The file, as shown to people.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Where a readable record stands.
    pub fn place(&self, row: usize) -> RecordPlace {
        self.places.get(row)
    }

    /// How many records there are, those that cannot be read counted.
    pub fn records(&self) -> usize {
        self.batch.num_rows() + self.unreadable.len()
    }

    /// The block cut up so that the readable records of each part follow one another. A record that cannot be read stands
    /// in the part of those before it, or in the first.
    pub fn in_runs(self) -> Vec<Self> {
        let rows = self.batch.num_rows();
        let mut bad = self.unreadable.iter().cloned().peekable();
        let mut runs = Vec::new();
        let (mut start, mut first) = (0, self.first);
        for row in 1..=rows {
            if row < rows && self.place(row).number == self.place(row - 1).number + 1 {
                continue;
            }
            let end = if row < rows { self.place(row).number } else { u64::MAX };
            let mut unreadable = Vec::new();
            while let Some(bad) = bad.next_if(|bad| bad.place.number < end) {
                unreadable.push(bad);
            }
            let each = (start..row).map(|row| self.place(row)).collect();
            runs.push(Self {
                batch: self.batch.slice(start, row - start),
                unreadable,
                file: Arc::clone(&self.file),
                first,
                places: Places::Each(each),
            });
            start = row;
            first = end.saturating_sub(1);
        }
        if rows == 0 { vec![self] } else { runs }
    }

    /// All records in the order of the file: the row of a readable one, or what is wrong with another.
    pub fn in_order(&self) -> impl Iterator<Item = Result<usize, &Unreadable>> {
        let mut bad = self.unreadable.iter().peekable();
        let mut row = 0;
        std::iter::from_fn(move || {
            let next = (row < self.batch.num_rows()).then(|| self.place(row).number);
            if let Some(bad) = bad.next_if(|bad| next.is_none_or(|next| bad.place.number < next)) {
                return Some(Err(bad));
            }
            next.map(|_| {
                row += 1;
                Ok(row - 1)
            })
        })
    }
}
