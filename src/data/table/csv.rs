//! CSV: where records begin and end.
//!
//! What is taken for CSV: commas, quotes `"` doubled inside quotes, line feeds with or without carriage return, UTF-8 with
//! or without a mark at its start; empty lines are no records. A record whose quotes do not fit costs its first line only,
//! and reading goes on in the next.

use super::csv_cells::{CsvRun, Layout};
use super::error::Cause;
use super::text::{Broken, Cut, RECORD_BYTES, TOO_LONG, Text, without_return};
use memchr::{memchr, memchr_iter};
use std::io::Read;
use std::sync::Arc;

/// Cuts CSV into runs of records.
pub(super) struct CsvTable {
    text: Text,
    layout: Arc<Layout>,
    others: Vec<String>,
}

impl CsvTable {
    /// Reads the line of names.
    pub(super) fn new(input: Box<dyn Read + Send>, wanted: &[&str]) -> Result<Self, Cause> {
        let mut text = Text::new(input)?;
        let names = read_names(&mut text)?;
        let mut places = Vec::with_capacity(wanted.len());
        for name in wanted {
            let mut found = names.iter().enumerate().filter(|(_, other)| other == name).map(|(at, _)| at);
            places.push(found.next());
            if found.next().is_some() {
                return Err(Cause::Doubled((*name).to_owned()));
            }
        }
        let others = names.iter().filter(|name| !wanted.contains(&name.as_str()) && !name.is_empty());
        let others = others.cloned().collect();
        Ok(Self { text, layout: Arc::new(Layout::new(names.len(), &places)), others })
    }

    /// Whether the file has each wanted column.
    pub(super) fn present(&self) -> Vec<bool> {
        self.layout.present()
    }

    /// The names of the other columns.
    pub(super) fn others(&self) -> &[String] {
        &self.others
    }

    /// The next records; `None` at the end.
    pub(super) fn next_run(&mut self) -> std::io::Result<Option<CsvRun>> {
        let run = self.text.next_run(cut)?;
        Ok(run.map(|run| CsvRun::new(run, Arc::clone(&self.layout))))
    }
}

/// What to say of a column whose name holds a sign that separates columns elsewhere: the sheet was saved with that.
pub fn separator_help(column: &str) -> Option<String> {
    let (_, separators) =
        [(';', "semicolons"), ('\t', "tabs")].into_iter().find(|(sign, _)| column.contains(*sign))?;
    Some(format!("columns are separated by commas, not by {separators}: save the sheet as CSV with commas"))
}

fn read_names(text: &mut Text) -> Result<Vec<String>, Cause> {
    loop {
        match scan(head(text.bytes()), is_whole(text)) {
            Scan::More => match text.bytes().len() {
                0..RECORD_BYTES => text.fill()?,
                _ => return Err(Cause::Header(TOO_LONG.to_owned())),
            },
            Scan::Blank(length) => text.pass(length, 1),
            Scan::End => return Err(Cause::Empty),
            Scan::Broken(reason) => return Err(Cause::Header(reason.to_owned())),
            Scan::Record(length) => {
                let record = text.bytes().get(..length).unwrap_or_default();
                let lines = memchr_iter(b'\n', record).count() as u64;
                let line = without_return(record.strip_suffix(b"\n").unwrap_or(record));
                let names = match std::str::from_utf8(line) {
                    Ok(_) => split_cells(line),
                    Err(_) => {
                        let reason = "its text is not UTF-8; save the file as UTF-8";
                        return Err(Cause::Header(reason.to_owned()));
                    }
                };
                text.pass(length, lines);
                return Ok(names);
            }
        }
    }
}

/// As much as a record may be long.
fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..RECORD_BYTES).unwrap_or(bytes)
}

fn is_whole(text: &Text) -> bool {
    text.ended() && text.bytes().len() <= RECORD_BYTES
}

/// Finds the whole records at the start of some bytes; `ended` says that nothing comes behind them.
fn cut(bytes: &[u8], ended: bool) -> Cut {
    let mut cut = Cut::default();
    let mut quote = 0;
    loop {
        if quote < cut.length || cut.length == 0 {
            let rest = bytes.get(cut.length..).unwrap_or_default();
            quote = memchr(b'"', rest).map_or(bytes.len(), |at| cut.length + at);
        }
        if !plain_lines(bytes, quote, &mut cut) {
            return cut;
        }
        let rest = bytes.get(cut.length..).unwrap_or_default();
        let near = head(rest);
        match scan(near, ended && near.len() == rest.len()) {
            Scan::End => return cut,
            Scan::Blank(length) => {
                cut.length += length;
                cut.lines += 1;
            }
            Scan::Record(length) => {
                let record = near.get(..length).unwrap_or_default();
                cut.lines += memchr_iter(b'\n', record).count() as u64;
                cut.records += 1;
                cut.length += length;
            }
            Scan::More if near.len() < RECORD_BYTES => return cut,
            // No end in sight: a quote that was left open, unless the first line alone is that long.
            Scan::More => {
                if !cut.broken_line(near, UNCLOSED, false) {
                    return cut;
                }
            }
            Scan::Broken(reason) => {
                let whole = near.len() == rest.len();
                if whole && !ended && near.len() < RECORD_BYTES && memchr(b'\n', near).is_none() {
                    return cut;
                }
                if !cut.broken_line(near, reason, ended && whole) {
                    return cut;
                }
            }
        }
    }
}

/// Takes the lines before the first quote; `false` where one of them is too long.
fn plain_lines(bytes: &[u8], quote: usize, cut: &mut Cut) -> bool {
    let start = cut.length;
    let plain = bytes.get(start..quote).unwrap_or_default();
    for end in memchr_iter(b'\n', plain) {
        let end = start + end;
        let length = end - cut.length;
        if length >= RECORD_BYTES {
            cut.too_long();
            return false;
        }
        let blank = length == 0 || (length == 1 && bytes.get(cut.length) == Some(&b'\r'));
        cut.records += u64::from(!blank);
        cut.lines += 1;
        cut.length = end + 1;
    }
    true
}

impl Cut {
    /// Takes the first line of a broken record; `false` where that is too long, and must be passed over.
    fn broken_line(&mut self, near: &[u8], reason: &'static str, whole: bool) -> bool {
        let length = match memchr(b'\n', near) {
            Some(end) => {
                self.lines += 1;
                end + 1
            }
            None if whole => near.len(),
            None => {
                self.too_long();
                return false;
            }
        };
        self.broken.push(Broken { at: self.length, length, reason });
        self.records += 1;
        self.length += length;
        true
    }

    /// Ends before a line that is too long.
    pub(super) fn too_long(&mut self) {
        self.broken.push(Broken { at: self.length, length: 0, reason: TOO_LONG });
        self.records += 1;
        self.skips = true;
    }
}

const UNCLOSED: &str = "a quote that is never closed";
const AFTER_QUOTE: &str = "text behind a closing quote";

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// It cannot be told before more is read.
    More,
    /// Nothing.
    End,
    /// An empty line of this many bytes.
    Blank(usize),
    /// A record of this many bytes, line end included.
    Record(usize),
    /// A record whose quotes do not fit.
    Broken(&'static str),
}

/// Where in a cell the scan is.
#[derive(Clone, Copy)]
enum At {
    Start,
    Plain,
    Quoted,
    /// Behind a quote inside quotes: the end of the cell, or the first half of a doubled one.
    Quote,
    /// Behind a closing quote and a carriage return: only the line end may follow.
    Return,
}

/// Looks for the end of the record that some bytes start with; `ended` says that nothing comes behind them.
pub(super) fn scan(bytes: &[u8], ended: bool) -> Scan {
    let mut at = At::Start;
    for (place, byte) in bytes.iter().enumerate() {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) => At::Quoted,
            (_, b'\n') => {
                let line = without_return(bytes.get(..place).unwrap_or_default());
                let length = place + 1;
                return if line.is_empty() { Scan::Blank(length) } else { Scan::Record(length) };
            }
            (At::Start | At::Plain | At::Quote, b',') => At::Start,
            (At::Start | At::Quote, b'"') => At::Quoted,
            (At::Quote, b'\r') => At::Return,
            (At::Quote | At::Return, _) => return Scan::Broken(AFTER_QUOTE),
            (At::Start | At::Plain, _) => At::Plain,
        };
    }
    match at {
        _ if !ended => Scan::More,
        At::Quoted => Scan::Broken(UNCLOSED),
        At::Start | At::Plain | At::Quote | At::Return => match without_return(bytes) {
            [] if bytes.is_empty() => Scan::End,
            [] => Scan::Blank(bytes.len()),
            [_, ..] => Scan::Record(bytes.len()),
        },
    }
}

/// The cells of one record. Of a broken one, what a reader who never gives up would see.
pub(super) fn split_cells(record: &[u8]) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = Vec::new();
    let mut at = At::Start;
    for byte in record {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Quote,
            (At::Start, b'"') => At::Quoted,
            (At::Start | At::Plain | At::Quote | At::Return, b',') => {
                cells.push(String::from_utf8_lossy(&std::mem::take(&mut cell)).into_owned());
                At::Start
            }
            (At::Quoted, _) | (At::Quote, b'"') => {
                cell.push(*byte);
                At::Quoted
            }
            (At::Start | At::Plain | At::Quote | At::Return, _) => {
                cell.push(*byte);
                At::Plain
            }
        };
    }
    cells.push(String::from_utf8_lossy(&cell).into_owned());
    cells
}

#[cfg(test)]
mod tests {
    use super::super::{Table, read_all, table_of};
    use super::*;
    use crate::data::Format;
    use proptest::prelude::*;

    fn open(text: &[u8], wanted: &[&str]) -> Result<Table, Cause> {
        table_of(text, Format::Csv, wanted)
    }

    fn read(text: &[u8]) -> Vec<String> {
        read_all(open(text, &["id", "age", "note"]).unwrap())
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        assert_eq!(read(b"age,extra,id\n7,x,a\n,y,b\n"), ["2: a|7|-", "3: b|-|-", "others: extra"]);
    }

    #[test]
    fn line_ends_marks_and_empty_lines_are_no_text() {
        let text = b"\xEF\xBB\xBF\"id\",age,note\r\n\r\na,1,x\r\n\nb,2,\"y\"\r\nc,3,";
        assert_eq!(read(text), ["3: a|1|x", "5: b|2|y", "6: c|3|-", "others: "]);
    }

    #[test]
    fn a_record_over_several_lines_starts_in_the_first() {
        let text = b"id,age,note\na,1,\"two\nlines, \"\"quoted\"\"\"\nb,2,5\" pipe\n";
        assert_eq!(read(text), ["2: a|1|two\\nlines, \"quoted\"", "4: b|2|5\" pipe", "others: "]);
    }

    #[test]
    fn a_bad_record_is_set_aside_and_the_rest_go_on() {
        let text = b"id,age,note\na,1\nb,2,x,y\nc,3,\"z\"z\nd,4,\xFF\ne,5,ok\n";
        assert_eq!(
            read(text),
            [
                "2: 2 cells, where the line of names has 3 (a|1|-)",
                "3: 4 cells, where the line of names has 3 (b|2|x)",
                "4: text behind a closing quote (c|3|zz)",
                "5: its text is not UTF-8 (d|4|\u{FFFD})",
                "6: e|5|ok",
                "others: "
            ]
        );
    }

    #[test]
    fn an_unclosed_quote_costs_its_own_line_only() {
        let text = b"id,age,note\na,1,\"open\nb,2,x\nc,3,\"y\"\nd,4,\"open too\ne,5,z\n";
        assert_eq!(
            read(text),
            [
                "2: text behind a closing quote (a|1|open)",
                "3: b|2|x",
                "4: c|3|y",
                "5: a quote that is never closed (d|4|open too)",
                "6: e|5|z",
                "others: "
            ]
        );
        // Also when the end of the file is far away.
        let mut long = b"id,age,note\na,1,\"open\n".to_vec();
        let rows = (RECORD_BYTES / 4) + 10;
        long.extend("b,,\n".repeat(rows).bytes());
        let found = read(&long);
        assert_eq!(found.len(), rows + 2);
        assert_eq!(found.first().unwrap(), "2: a quote that is never closed (a|1|open)");
        assert_eq!(found.get(rows).unwrap(), &format!("{}: b|-|-", rows + 2));
    }

    #[test]
    fn a_record_that_is_too_long_is_passed_over() {
        let text = format!("id,age,note\na,1,{}\nb,2,x\n", "x".repeat(3 << 20));
        assert_eq!(read(text.as_bytes()), ["2: longer than 1 MiB (-|-|-)", "3: b|2|x", "others: "]);
    }

    #[test]
    fn a_table_needs_a_line_of_clear_names() {
        assert!(matches!(open(b"", &["id"]), Err(Cause::Empty)));
        assert!(matches!(open(b"\n\n", &["id"]), Err(Cause::Empty)));
        assert!(matches!(open(b"id,id\n1,2\n", &["id"]), Err(Cause::Doubled(name)) if name == "id"));
        assert!(matches!(open(b"i\xFFd\n", &["id"]), Err(Cause::Header(_))));
        assert!(matches!(open(b"\"id\n", &["id"]), Err(Cause::Header(_))));
        assert!(open(b"id,x,x\n", &["id"]).is_ok(), "a doubled name that nobody wants does no harm");
    }

    #[test]
    fn a_column_may_be_wanted_twice() {
        assert_eq!(read_all(open(b"id,x\na,1\n", &["x", "x"]).unwrap()), ["2: 1|1", "others: id"]);
    }

    /// A cell as a careful program writes it.
    fn quoted(cell: &str) -> String {
        format!("\"{}\"", cell.replace('"', "\"\""))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in prop::collection::vec(prop::collection::vec("[a-b\",\\r\\n \u{feff}\u{1F600}']{0,6}", 3), 0..20),
            returns in any::<bool>(),
            last in any::<bool>(),
        ) {
            let end = if returns { "\r\n" } else { "\n" };
            let mut text = format!("id,age,note{end}");
            let mut expected = Vec::new();
            let mut line = 2;
            for row in &rows {
                text.push_str(&row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","));
                text.push_str(end);
                let cells: Vec<_> = row.iter().map(|cell| match cell.as_str() {
                    "" => "-".to_owned(),
                    cell => cell.replace('\n', "\\n"),
                }).collect();
                expected.push(format!("{line}: {}", cells.join("|")));
                line += 1 + row.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
            }
            expected.push("others: ".to_owned());
            if !last && !rows.is_empty() {
                text.truncate(text.len() - end.len());
            }
            prop_assert_eq!(read(text.as_bytes()), expected);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(prop::sample::select(b"a,\"\r\n\xFF\xC3{".to_vec()), 0..200)) {
            let mut text = b"id,age,note\n".to_vec();
            text.extend(&bytes);
            let found = read(&text);
            prop_assert!(found.len() <= bytes.len() + 2);
        }
    }
}
