//! CSV: the cells of a run of records.

use super::block::{Block, Places, RecordPlace, Unreadable};
use super::columns::TextColumns;
use super::csv::split_cells;
use super::text::{Reading, Run, without_return};
use crate::diagnostic::plural;
use arrow_schema::ArrowError;
use memchr::memchr;
use std::sync::Arc;

/// Which of a file's columns are read.
pub(super) struct Layout {
    /// How many columns the line of names has.
    width: usize,
    /// For each column of the file, which column of text it becomes.
    columns: Vec<Option<usize>>,
    /// How many of them there are.
    count: usize,
    /// For each wanted column where it stands in the file.
    places: Vec<Option<usize>>,
}

impl Layout {
    /// Of so many columns, of which those at `places` are wanted.
    pub(super) fn new(width: usize, places: &[Option<usize>]) -> Self {
        let mut columns = vec![None; width];
        let mut count = 0;
        for place in places.iter().flatten() {
            if let Some(column @ None) = columns.get_mut(*place) {
                *column = Some(count);
                count += 1;
            }
        }
        Self { width, columns, count, places: places.to_vec() }
    }

    pub(super) fn present(&self) -> Vec<bool> {
        self.places.iter().map(Option::is_some).collect()
    }

    /// By wanted column, which column of text it is.
    fn wanted(&self) -> impl Iterator<Item = Option<usize>> {
        self.places.iter().map(|place| place.and_then(|place| self.columns.get(place).copied().flatten()))
    }
}

/// A run of records with what is wanted of them.
pub(super) struct CsvRun {
    layout: Arc<Layout>,
    pub(super) run: Reading,
}

impl CsvRun {
    pub(super) fn new(run: Run, layout: Arc<Layout>) -> Self {
        Self { layout, run: Reading::new(run) }
    }

    /// The next records, at most so many; `None` at the end. `before` is how many records of the table are before the file.
    pub(super) fn next_block(
        &mut self,
        file: &Arc<str>,
        before: u64,
        most: usize,
        row_number: bool,
    ) -> Option<Result<Block, ArrowError>> {
        let source = self.run.source();
        let bytes = source.as_slice();
        let first = before + self.run.number;
        let mut columns = TextColumns::new(self.layout.count, most);
        let mut places = Places::new(RecordPlace { line: self.run.line, number: first + 1 });
        let mut unreadable = Vec::new();
        while columns.rows() + unreadable.len() < most {
            let start = self.run.at;
            if let Some(broken) = self.run.broken.as_slice().first().filter(|broken| broken.at == start) {
                let (length, reason) = (broken.length, broken.reason);
                self.run.broken.next();
                let place = self.run.count(self.run.line, before);
                let text = bytes.get(start..start + length).unwrap_or_default();
                unreadable.push(self.unreadable(place, reason.to_owned(), text));
                self.run.line += u64::from(text.ends_with(b"\n"));
                self.run.at += length;
                continue;
            }
            if start >= bytes.len() {
                break;
            }
            let found = self.record(bytes, &mut columns);
            let record = bytes.get(start..self.run.at).unwrap_or_default();
            if matches!(record, b"\n" | b"\r\n" | b"\r") {
                self.run.line += 1;
                columns.undo();
                continue;
            }
            let place = self.run.count(self.run.line, before);
            self.run.line += found.lines;
            let reason = if found.cells != self.layout.width {
                Some(format!(
                    "{}, where the line of names has {}",
                    plural(found.cells, "cell"),
                    self.layout.width
                ))
            } else if !self.run.is_utf8 && std::str::from_utf8(record).is_err() {
                Some("its text is not UTF-8".to_owned())
            } else {
                None
            };
            match reason {
                None => {
                    places.push(columns.rows(), place);
                    columns.end();
                }
                Some(reason) => {
                    columns.undo();
                    unreadable.push(self.unreadable(place, reason, record));
                }
            }
        }
        if columns.rows() == 0 && unreadable.is_empty() {
            return None;
        }
        let rows = columns.rows();
        Some(columns.finish(&source).and_then(|arrays| {
            let wanted = self.layout.wanted().map(|at| at.and_then(|at| arrays.get(at).cloned()));
            Block::new(file, first, rows, wanted, places, unreadable, row_number)
        }))
    }

    /// Adds the cells of the record at `at`, and goes behind it.
    fn record(&mut self, bytes: &[u8], columns: &mut TextColumns) -> Found {
        let mut found = Found { cells: 0, lines: 1 };
        loop {
            let rest = bytes.get(self.run.at..).unwrap_or_default();
            let column = self.layout.columns.get(found.cells).copied().flatten();
            found.cells += 1;
            let (length, last) = if rest.first() == Some(&b'"') {
                let quoted = Quoted::read(rest);
                found.lines += memchr::memchr_iter(b'\n', quoted.inside).count() as u64;
                if let Some(column) = column {
                    if quoted.doubled {
                        columns.push_own(column, &undoubled(quoted.inside));
                    } else {
                        columns.push(column, bytes, self.run.at + 1, self.run.at + 1 + quoted.inside.len());
                    }
                }
                (quoted.length, quoted.last)
            } else {
                let length = plain_length(rest);
                let last = rest.get(length) != Some(&b',');
                if let Some(column) = column {
                    let returns = last && length > 0 && rest.get(length - 1) == Some(&b'\r');
                    columns.push(column, bytes, self.run.at, self.run.at + length - usize::from(returns));
                }
                (length + 1, last)
            };
            self.run.at = (self.run.at + length).min(bytes.len());
            if last {
                return found;
            }
        }
    }

    fn unreadable(&self, place: RecordPlace, reason: String, record: &[u8]) -> Unreadable {
        let cells = match record {
            [] => Vec::new(),
            record => split_cells(without_return(record.strip_suffix(b"\n").unwrap_or(record))),
        };
        let cell =
            |at: &Option<usize>| at.and_then(|at| cells.get(at)).filter(|cell| !cell.is_empty()).cloned();
        Unreadable { place, reason, cells: self.layout.places.iter().map(cell).collect() }
    }
}

/// How many bytes there are before a comma or a line feed. Cells are short: eight bytes are looked at together, and no
/// more is set up.
fn plain_length(bytes: &[u8]) -> usize {
    let comma = u64::from_ne_bytes([b','; 8]);
    let feed = u64::from_ne_bytes([b'\n'; 8]);
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ comma) | zero_bytes(word ^ feed);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b',' | b'\n')).unwrap_or(rest.len())
}

/// The high bit of each byte that is zero. Above the first of them, a borrow may set others.
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080
}

/// What a record turned out to be.
struct Found {
    cells: usize,
    /// How many lines it takes.
    lines: u64,
}

/// A cell in quotes, of a record whose quotes fit.
struct Quoted<'b> {
    inside: &'b [u8],
    /// Whether there are doubled quotes in it.
    doubled: bool,
    /// How many bytes it takes, with the separator or line end behind it.
    length: usize,
    /// Whether the record ends with it.
    last: bool,
}

impl<'b> Quoted<'b> {
    fn read(bytes: &'b [u8]) -> Self {
        let mut doubled = false;
        let mut end = 1;
        loop {
            let rest = bytes.get(end..).unwrap_or_default();
            end += memchr(b'"', rest).unwrap_or(rest.len());
            if bytes.get(end + 1) != Some(&b'"') {
                break;
            }
            doubled = true;
            end += 2;
        }
        let inside = bytes.get(1..end).unwrap_or_default();
        let behind = bytes.get(end + 1..).unwrap_or_default();
        let (more, last) = match behind {
            [b',', ..] => (1, false),
            [b'\r', b'\n', ..] => (2, true),
            [_, ..] => (1, true),
            [] => (0, true),
        };
        Self { inside, doubled, length: end + 1 + more, last }
    }
}

/// A text with each doubled quote once.
fn undoubled(text: &[u8]) -> Vec<u8> {
    let mut once = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(quote) = memchr(b'"', rest) {
        once.extend_from_slice(rest.get(..=quote).unwrap_or_default());
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    once.extend_from_slice(rest);
    once
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_cell_ends_at_the_first_comma_or_line_feed(bytes in prop::collection::vec(prop::sample::select(b"ab,\n-.+\x0B\x09\xAC\x8A".to_vec()), 0..40)) {
            let slow = bytes.iter().position(|byte| matches!(byte, b',' | b'\n')).unwrap_or(bytes.len());
            prop_assert_eq!(plain_length(&bytes), slow);
        }
    }
}
