//! Scores as lines of text: comma-separated values (RFC 4180, lines end with a line feed), and JSON, an object a line, with
//! the columns of the CSV, nothing as `null`, and numbers with all their digits.

use super::cells::{Cells, is_known, units_at};
use super::number;
use super::sheet::{Column, Kind, Sheet};
use crate::date::Date;
use crate::eval::batch::{Column as Values, Numbers};
use std::io;

/// What the lines look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Comma-separated.
    Csv,
    /// JSON.
    Json,
    /// Bare cells, for a table to be drawn.
    Bare,
}

/// How the cells of a column are written.
#[derive(Debug)]
pub(super) struct Cell {
    style: Style,
    /// What stands before each.
    before: Vec<u8>,
    /// By code: what stands before it, and the name.
    names: Vec<Vec<u8>>,
    /// What stands before it, and nothing.
    nothing: Vec<u8>,
    day: bool,
}

/// Units in one.
const ONE: i64 = 1_000_000_000;

impl Cell {
    /// The cells of each column of a sheet.
    pub(super) fn of_sheet(sheet: &Sheet, style: Style) -> Vec<Self> {
        sheet.columns.iter().enumerate().map(|(at, column)| Self::new(column, at == 0, style)).collect()
    }

    fn new(column: &Column, first: bool, style: Style) -> Self {
        let mut before = Vec::new();
        match style {
            Style::Csv if first => {}
            Style::Csv => before.push(b','),
            Style::Json => {
                before.push(if first { b'{' } else { b',' });
                json_text(column.name.as_bytes(), &mut before);
                before.push(b':');
            }
            Style::Bare => {}
        }
        let with = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut cell = before.clone();
            write(&mut cell);
            cell
        };
        let names = match &column.kind {
            Kind::Name(names) => {
                names.iter().map(|name| with(&|cell| text(name.as_bytes(), style, cell))).collect()
            }
            Kind::Truth => [("no", "false"), ("yes", "true")]
                .map(|(word, json)| {
                    let word = if style == Style::Json { json } else { word };
                    with(&|cell| cell.extend_from_slice(word.as_bytes()))
                })
                .to_vec(),
            Kind::Number | Kind::Day | Kind::Text => Vec::new(),
        };
        let nothing = with(&|cell| {
            if style == Style::Json {
                cell.extend_from_slice(b"null");
            }
        });
        Self { style, before, names, nothing, day: column.kind == Kind::Day }
    }

    /// Adds the cell of a record.
    #[inline]
    pub(super) fn write(&self, cells: Cells<'_>, row: usize, to: &mut Vec<u8>) {
        match cells {
            Cells::Codes(codes) => {
                let name = self.names.get(usize::from(codes.get(row)));
                to.extend_from_slice(name.unwrap_or(&self.nothing));
            }
            Cells::Numbers(values) if is_known(values.missing, row) => self.number(values, row, to),
            Cells::Texts(texts) => match texts.get(row) {
                Some(known) => {
                    to.extend_from_slice(&self.before);
                    text(known, self.style, to);
                }
                None => to.extend_from_slice(&self.nothing),
            },
            Cells::Numbers(_) | Cells::Nothing => to.extend_from_slice(&self.nothing),
        }
    }

    fn number(&self, values: Values<'_>, row: usize, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.before);
        if self.day {
            let day = i32::try_from(units_at(values.numbers, row)).ok().and_then(Date::from_days);
            return text(day.map_or_else(String::new, |day| day.to_string()).as_bytes(), self.style, to);
        }
        match values.numbers {
            Numbers::Narrow { values, unit: ONE } => {
                number::whole(values.get(row).copied().unwrap_or_default(), to);
            }
            numbers @ (Numbers::Narrow { .. } | Numbers::Wide(_)) => {
                number::units(units_at(numbers, row), to)
            }
        }
    }
}

/// The heading of a CSV.
pub(super) fn heading<'n>(names: impl Iterator<Item = &'n str>) -> Vec<u8> {
    let mut line = Vec::new();
    for (at, name) in names.enumerate() {
        if at > 0 {
            line.push(b',');
        }
        text(name.as_bytes(), Style::Csv, &mut line);
    }
    line.push(b'\n');
    line
}

/// What ends a line.
pub(super) fn line_end(style: Style) -> &'static [u8] {
    match style {
        Style::Csv => b"\n",
        Style::Json => b"}\n",
        Style::Bare => b"",
    }
}

fn text(text: &[u8], style: Style, to: &mut Vec<u8>) {
    match style {
        Style::Csv => csv_text(text, to),
        Style::Json => json_text(text, to),
        Style::Bare => to.extend_from_slice(text),
    }
}

/// Adds a cell of a CSV: in quotes where it must be.
pub(crate) fn csv_text(text: &[u8], to: &mut Vec<u8>) {
    if !text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        return to.extend_from_slice(text);
    }
    to.push(b'"');
    for byte in text {
        if *byte == b'"' {
            to.push(b'"');
        }
        to.push(*byte);
    }
    to.push(b'"');
}

/// Adds a string of JSON.
pub(crate) fn json_text(text: &[u8], to: &mut Vec<u8>) {
    if !text.iter().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        to.push(b'"');
        to.extend_from_slice(text);
        return to.push(b'"');
    }
    let written: Result<(), io::Error> =
        serde_json::to_writer(to, &String::from_utf8_lossy(text)).map_err(Into::into);
    // A text can always be written into memory.
    debug_assert!(written.is_ok());
}

#[cfg(test)]
mod tests {
    use super::{Style, heading, text};

    fn written(plain: &str, style: Style) -> String {
        let mut out = Vec::new();
        text(plain.as_bytes(), style, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_would_break_a_cell_is_quoted() {
        for (plain, quoted) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("two\rlines", "\"two\rlines\""),
        ] {
            assert_eq!(written(plain, Style::Csv), quoted);
        }
        assert_eq!(heading(["id", "a,b"].into_iter()), b"id,\"a,b\"\n");
    }

    #[test]
    fn texts_are_those_of_json() {
        for plain in ["", "plain", "a \"b\"\n", "back\\slash", "\u{0}\u{1f}\u{7f}\u{2028}", "ü\t"] {
            assert_eq!(written(plain, Style::Json), serde_json::to_string(plain).unwrap());
        }
    }
}
