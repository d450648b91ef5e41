//! A small CSV file held whole, each cell with its place in the text: for the tables that people keep beside a policy, whose
//! mistakes are shown where they stand.

use super::csv::{Scan, scan, split_cells};
use super::text::without_return;
use std::ops::Range;

/// A table with a line of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The names of the columns.
    pub names: Vec<SheetCell>,
    /// The records, empty lines left out.
    pub rows: Vec<SheetRow>,
}

/// A cell: its text without quotes, and the bytes of the file that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetCell {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub bytes: Range<usize>,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Its cells.
    pub cells: Vec<SheetCell>,
    /// Where it stands, without its line end.
    pub bytes: Range<usize>,
    /// Why its cells are not to be relied on, if so.
    pub fault: Option<&'static str>,
}

impl Sheet {
    /// Reads a text by the rules of CSV data; `None` where there is not even a line of names.
    pub fn read(text: &str) -> Option<Self> {
        let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut records = Vec::new();
        loop {
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            let (length, fault) = match scan(rest, true) {
                Scan::End | Scan::More => break,
                Scan::Blank(length) => {
                    at += length;
                    continue;
                }
                Scan::Record(length) => (length, None),
                Scan::Broken(fault) => (
                    rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1),
                    Some(fault),
                ),
            };
            let record = rest.get(..length).unwrap_or_default();
            let record = without_return(record.strip_suffix(b"\n").unwrap_or(record));
            records.push(SheetRow { cells: cells(record, at), bytes: at..at + record.len(), fault });
            at += length;
        }
        let mut records = records.into_iter();
        let names = records.next()?.cells;
        Some(Self { names, rows: records.collect() })
    }
}

/// The cells of a record that starts at a byte of the file.
fn cells(record: &[u8], start: usize) -> Vec<SheetCell> {
    let mut ends = Vec::new();
    let mut quoted = false;
    for (at, byte) in record.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => ends.push(at),
            _ => {}
        }
    }
    ends.push(record.len());
    let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
    let places = starts.zip(&ends).map(|(from, to)| start + from..start + to);
    split_cells(record).into_iter().zip(places).map(|(text, bytes)| SheetCell { text, bytes }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_know_where_they_stand() {
        let text = "\u{feff}id,note\r\n\na,\"x, \"\"y\"\"\nz\"\r\nb,\n";
        let sheet = Sheet::read(text).unwrap();
        let shown = |cell: &SheetCell| (cell.text.clone(), text.get(cell.bytes.clone()).unwrap().to_owned());
        assert_eq!(sheet.names.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>(), ["id", "note"]);
        let [first, second] = sheet.rows.as_slice() else { panic!("two rows") };
        assert_eq!(
            first.cells.iter().map(shown).collect::<Vec<_>>(),
            [("a".into(), "a".into()), ("x, \"y\"\nz".into(), "\"x, \"\"y\"\"\nz\"".into())]
        );
        assert_eq!(
            second.cells.iter().map(shown).collect::<Vec<_>>(),
            [("b".into(), "b".into()), ("".into(), "".into())]
        );
    }

    #[test]
    fn a_broken_row_is_told_and_costs_its_line() {
        let sheet = Sheet::read("a,b\n\"1\"x,2\n3,4").unwrap();
        assert_eq!(sheet.rows.iter().map(|row| row.fault.is_some()).collect::<Vec<_>>(), [true, false]);
        assert_eq!(Sheet::read("\n\n"), None);
    }
}
