//! Columns of text that are built cell by cell, most of them pointing into the text that they were read from.

use arrow_array::builder::make_view;
use arrow_array::{ArrayRef, StringViewArray};
use arrow_buffer::Buffer;
use arrow_schema::ArrowError;
use std::sync::Arc;

/// Columns that grow side by side.
pub(super) struct TextColumns {
    views: Vec<Vec<u128>>,
    /// Texts that do not stand in the source as they are.
    own: Vec<u8>,
    rows: usize,
}

/// Which of the two texts a view points into.
const SOURCE: u32 = 0;
const OWN: u32 = 1;

/// An empty cell.
const EMPTY: u128 = 0;

impl TextColumns {
    /// So many columns without a record, with room for `records`.
    pub(super) fn new(columns: usize, records: usize) -> Self {
        let views = (0..columns).map(|_| Vec::with_capacity(records)).collect();
        Self { views, own: Vec::new(), rows: 0 }
    }

    /// How many records there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a cell of the next record: what stands in the source from one place to another.
    pub(super) fn push(&mut self, column: usize, source: &[u8], from: usize, to: usize) {
        if let Some(views) = self.views.get_mut(column) {
            views.push(view(source, from, to));
        }
    }

    /// Adds an empty cell of the next record.
    pub(super) fn push_empty(&mut self, column: usize) {
        if let Some(views) = self.views.get_mut(column) {
            views.push(EMPTY);
        }
    }

    /// Adds a cell of the next record that stands nowhere.
    pub(super) fn push_own(&mut self, column: usize, cell: &[u8]) {
        if let Some(views) = self.views.get_mut(column) {
            views.push(make_view(cell, OWN, self.own.len() as u32));
            self.own.extend_from_slice(cell);
        }
    }

    /// Ends the record, of which each column must have been given a cell.
    pub(super) fn end(&mut self) {
        self.rows += 1;
    }

    /// Forgets what was given of the next record.
    pub(super) fn undo(&mut self) {
        self.views.iter_mut().for_each(|views| views.truncate(self.rows));
    }

    /// The columns, in texts whose source is the one given.
    pub(super) fn finish(self, source: &Buffer) -> Result<Vec<ArrayRef>, ArrowError> {
        let buffers: Arc<[Buffer]> = Arc::from([source.clone(), Buffer::from_vec(self.own)]);
        let column = |views: Vec<u128>| {
            let array = StringViewArray::try_new(views.into(), Arc::clone(&buffers), None)?;
            Ok(Arc::new(array) as ArrayRef)
        };
        self.views.into_iter().map(column).collect()
    }
}

/// The view of what stands in the source from one place to another.
fn view(source: &[u8], from: usize, to: usize) -> u128 {
    /// Texts of so many bytes stand in the view itself, behind their length.
    const INSIDE: usize = 12;
    let length = to.saturating_sub(from);
    match source.get(from..).and_then(|rest| rest.first_chunk::<16>()) {
        Some(bytes) if length <= INSIDE => {
            // More bytes than are needed, and then those taken away that are too many: no length is a case of its own.
            let inside = u128::from_le_bytes(*bytes) & !(u128::MAX << (8 * length));
            inside << 32 | length as u128
        }
        Some(_) | None => make_view(source.get(from..to).unwrap_or_default(), SOURCE, from as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_those_of_arrow() {
        let source: Vec<u8> = (0..40).collect();
        for from in 0..=source.len() {
            for to in from..=source.len() {
                assert_eq!(view(&source, from, to), make_view(&source[from..to], SOURCE, from as u32));
            }
        }
    }
}
