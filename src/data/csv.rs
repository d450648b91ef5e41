//! CSV: records are found by a scan that knows quotes, the good ones decoded by arrow-csv.
//!
//! The decoder alone would stop at the first bad record and counts records, not lines. The scan in front of it sets
//! bad records aside and knows the line of each, quoted line ends included. What is taken for CSV: commas, quotes `"`
//! doubled inside quotes, line feeds with or without carriage return, UTF-8 with or without a mark at its start; empty
//! lines are no records.

use super::table::RECORD_BYTES;
use super::table::{CHUNK_BYTES, CHUNK_RECORDS, Chunk, ReadError, RecordPlace, Unreadable};
use super::window::{Window, line_end, without_return};
use arrow_array::RecordBatch;
use arrow_csv::reader::Decoder;
use arrow_schema::{DataType, Field, Schema};
use std::io::Read;
use std::sync::Arc;

/// Reads CSV as columns of text.
pub(super) struct CsvReader {
    window: Window,
    /// How many columns the line of names has.
    width: usize,
    /// Where each wanted column stands in the file.
    wanted: Vec<Option<usize>>,
    others: Vec<String>,
    decoder: Decoder,
    /// What the decoder is given first: a line of names, so that it looks for a byte order mark there and not in the
    /// first record, where it would be a part of the text.
    head: Vec<u8>,
    number: u64,
}

impl CsvReader {
    /// Reads the line of names.
    pub(super) fn new(input: Box<dyn Read>, wanted: &[String]) -> Result<Self, ReadError> {
        let mut window = Window::new(input)?;
        let names = read_names(&mut window)?;
        let mut places = Vec::with_capacity(wanted.len());
        for name in wanted {
            let mut found = names.iter().enumerate().filter(|(_, other)| *other == name).map(|(at, _)| at);
            places.push(found.next());
            if found.next().is_some() {
                return Err(ReadError::Doubled(name.clone()));
            }
        }
        let others =
            names.iter().filter(|name| !wanted.contains(name) && !name.is_empty()).cloned().collect();
        let decoder = decoder(&names, &places);
        let head = format!("{}\n", vec![r#""""#; names.len()].join(",")).into_bytes();
        Ok(Self { window, width: names.len(), wanted: places, others, decoder, head, number: 0 })
    }

    pub(super) fn present(&self) -> Vec<bool> {
        self.wanted.iter().map(Option::is_some).collect()
    }

    pub(super) fn others(&self) -> &[String] {
        &self.others
    }

    /// The decoder gives the wanted columns that exist, in the order in which they are wanted.
    pub(super) fn columns(&self) -> Vec<Option<usize>> {
        let mut next = 0..;
        self.wanted.iter().map(|place| place.and_then(|_| next.next())).collect()
    }

    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        let mut text = std::mem::take(&mut self.head);
        let (mut places, mut unreadable) = (Vec::new(), Vec::new());
        while places.len() < CHUNK_RECORDS && unreadable.len() < CHUNK_RECORDS && text.len() < CHUNK_BYTES {
            let Some((line, found)) = next_record(&mut self.window)? else { break };
            self.number += 1;
            let place = RecordPlace { line, number: self.number };
            match self.admit(&found) {
                Ok(record) => {
                    text.extend_from_slice(record);
                    text.push(b'\n');
                    places.push(place);
                }
                Err(reason) => {
                    let cells = self.cells(found.text());
                    unreadable.push(Unreadable { place, reason, cells });
                }
            }
        }
        if places.is_empty() && unreadable.is_empty() {
            return Ok(None);
        }
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            match self.decoder.decode(rest)? {
                0 => break,
                used => rest = rest.get(used..).unwrap_or_default(),
            }
        }
        let batch = match self.decoder.flush()? {
            Some(batch) => batch,
            None => RecordBatch::new_empty(Arc::new(Schema::empty())),
        };
        if batch.num_rows() != places.len() {
            return Err(ReadError::Miscounted { found: places.len(), decoded: batch.num_rows() });
        }
        Ok(Some(Chunk { batch, places, unreadable }))
    }

    /// The record's bytes, if arrow can decode them; otherwise why not.
    fn admit<'r>(&self, found: &'r Found) -> Result<&'r [u8], String> {
        match found {
            Found::Broken { reason, .. } => Err((*reason).to_owned()),
            Found::Record { text, cells } => {
                if *cells != self.width {
                    return Err(format!("{cells} cells, where the line of names has {}", self.width));
                }
                match std::str::from_utf8(text) {
                    Ok(_) => Ok(text),
                    Err(_) => Err("its text is not UTF-8".to_owned()),
                }
            }
        }
    }

    fn cells(&self, record: &[u8]) -> Vec<Option<String>> {
        let cells = split_cells(record);
        let cell =
            |at: &Option<usize>| at.and_then(|at| cells.get(at)).filter(|cell| !cell.is_empty()).cloned();
        self.wanted.iter().map(cell).collect()
    }
}

/// A decoder of all columns as text that gives the wanted ones.
fn decoder(names: &[String], wanted: &[Option<usize>]) -> Decoder {
    let fields: Vec<_> = names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    let format = arrow_csv::reader::Format::default().with_header(true).with_terminator(b'\n');
    arrow_csv::ReaderBuilder::new(Arc::new(Schema::new(fields)))
        .with_format(format)
        .with_batch_size(CHUNK_RECORDS)
        .with_projection(wanted.iter().copied().flatten().collect())
        .build_decoder()
}

fn read_names(window: &mut Window) -> Result<Vec<String>, ReadError> {
    match next_record(window)? {
        None => Err(ReadError::Empty),
        Some((_, Found::Broken { reason, .. })) => Err(ReadError::Header(reason.to_owned())),
        Some((_, Found::Record { text, .. })) => match std::str::from_utf8(&text) {
            Ok(_) => Ok(split_cells(&text)),
            Err(_) => Err(ReadError::Header("its text is not UTF-8; save the file as UTF-8".to_owned())),
        },
    }
}

/// A record as the scan finds it.
enum Found {
    /// With balanced quotes: its bytes without the line end, and how many cells it has.
    Record { text: Vec<u8>, cells: usize },
    /// Its first line, and what is wrong with it. Reading goes on in the next line.
    Broken { text: Vec<u8>, reason: &'static str },
}

impl Found {
    fn text(&self) -> &[u8] {
        match self {
            Self::Record { text, .. } | Self::Broken { text, .. } => text,
        }
    }
}

/// Takes the next record out of the window, with the line in which it starts; `None` at the end of the file.
fn next_record(window: &mut Window) -> std::io::Result<Option<(u64, Found)>> {
    const TOO_LONG: &str = "longer than 1 MiB";
    loop {
        let line = window.line();
        let found = match scan(window.bytes(), window.ended()) {
            Scan::More if window.bytes().len() > RECORD_BYTES => {
                // No end in sight: a quote that was left open, unless the first line alone is that long.
                let first = line_end(window.bytes()).and_then(|end| window.bytes().get(..end));
                let (text, reason) = match first {
                    Some(first) => (first.to_vec(), UNCLOSED),
                    None => (Vec::new(), TOO_LONG),
                };
                window.pass_line()?;
                Found::Broken { text, reason }
            }
            Scan::More => {
                window.more()?;
                continue;
            }
            Scan::Blank(length) => {
                window.pass(length);
                continue;
            }
            Scan::End => return Ok(None),
            Scan::Record { length, cells } => {
                let bytes = window.bytes().get(..length).unwrap_or_default();
                let text = without_return(bytes.strip_suffix(b"\n").unwrap_or(bytes)).to_vec();
                window.pass(length);
                if length > RECORD_BYTES {
                    Found::Broken { text: Vec::new(), reason: TOO_LONG }
                } else {
                    Found::Record { text, cells }
                }
            }
            Scan::Broken(reason) => {
                let bytes = window.bytes();
                let end = line_end(bytes).unwrap_or(bytes.len());
                let text = without_return(bytes.get(..end).unwrap_or_default()).to_vec();
                window.pass_line()?;
                Found::Broken { text, reason }
            }
        };
        return Ok(Some((line, found)));
    }
}

const UNCLOSED: &str = "a quote that is never closed";
const AFTER_QUOTE: &str = "text behind a closing quote";

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
enum Scan {
    /// It cannot be told before more is read.
    More,
    /// Nothing.
    End,
    /// An empty line of this many bytes.
    Blank(usize),
    /// A record of this many bytes, line end included.
    Record { length: usize, cells: usize },
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

fn scan(bytes: &[u8], ended: bool) -> Scan {
    let mut at = At::Start;
    let mut cells = 1;
    for (place, byte) in bytes.iter().enumerate() {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) => At::Quoted,
            (_, b'\n') => {
                let line = without_return(bytes.get(..place).unwrap_or_default());
                let length = place + 1;
                return if line.is_empty() { Scan::Blank(length) } else { Scan::Record { length, cells } };
            }
            (At::Start | At::Plain | At::Quote, b',') => {
                cells += 1;
                At::Start
            }
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
            [_, ..] => Scan::Record { length: bytes.len(), cells },
        },
    }
}

/// The cells of one record. Of a broken one, what a reader who never gives up would see.
fn split_cells(record: &[u8]) -> Vec<String> {
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
    use super::super::table::{Format, TableReader};
    use super::super::test_schema::read_all;
    use super::*;
    use proptest::prelude::*;

    fn open(text: &[u8], wanted: &[&str]) -> Result<TableReader, ReadError> {
        let wanted: Vec<_> = wanted.iter().map(|name| (*name).to_owned()).collect();
        TableReader::new(Box::new(std::io::Cursor::new(text.to_vec())), Format::Csv, &wanted)
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
        assert!(matches!(open(b"", &["id"]), Err(ReadError::Empty)));
        assert!(matches!(open(b"\n\n", &["id"]), Err(ReadError::Empty)));
        assert!(matches!(open(b"id,id\n1,2\n", &["id"]), Err(ReadError::Doubled(name)) if name == "id"));
        assert!(matches!(open(b"i\xFFd\n", &["id"]), Err(ReadError::Header(_))));
        assert!(matches!(open(b"\"id\n", &["id"]), Err(ReadError::Header(_))));
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
