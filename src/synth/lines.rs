//! Blocks as lines of text: CSV and NDJSON, as the readers take them.

use super::column::{Column, Kept, Values};
use super::table::{Block, Table};
use super::texts::number;
use crate::output::{csv_text, json_text};

/// The first line of a CSV file.
pub(super) fn csv_header(table: &Table) -> Vec<u8> {
    let mut line = Vec::new();
    for (at, made) in table.columns.iter().enumerate() {
        if at > 0 {
            line.push(b',');
        }
        csv_text(made.name.as_bytes(), &mut line);
    }
    line.push(b'\n');
    line
}

/// A block as CSV.
pub(super) fn csv(table: &Table, block: &Block, to: &mut Vec<u8>) {
    let columns: Vec<(&Column, &Kept)> =
        block.columns.iter().zip(table.columns.iter().map(|made| &made.kept)).collect();
    for row in 0..block.rows {
        for (at, (column, kept)) in columns.iter().enumerate() {
            if at > 0 {
                to.push(b',');
            }
            if !column.is_missing(row) {
                csv_cell(to, column, kept, row);
            } else if columns.len() == 1 {
                // An empty line would be no record.
                to.extend_from_slice(b"\"\"");
            }
        }
        to.push(b'\n');
    }
}

/// A block as NDJSON: an object a line, without what is missing.
pub(super) fn ndjson(table: &Table, block: &Block, to: &mut Vec<u8>) {
    let members: Vec<Member<'_>> = block
        .columns
        .iter()
        .zip(&table.columns)
        .map(|(column, made)| Member::new(column, &made.kept, &made.name, block.rows))
        .collect();
    for row in 0..block.rows {
        let start = to.len();
        for member in members.iter().filter(|member| !member.column.is_missing(row)) {
            member.write(to, row);
        }
        // Each has a comma before it; what stands before the first opens the object.
        match to.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => to.push(b'{'),
        }
        to.extend_from_slice(b"}\n");
    }
}

/// A column as members of objects.
struct Member<'a> {
    column: &'a Column,
    kept: &'a Kept,
    /// `,"name":`
    name: Vec<u8>,
    /// Where there are few values: each with the name before it, by its code (no is 0, yes is 1).
    whole: Vec<Vec<u8>>,
}

impl<'a> Member<'a> {
    fn new(column: &'a Column, kept: &'a Kept, written: &str, rows: usize) -> Self {
        let mut name = vec![b','];
        json_text(written.as_bytes(), &mut name);
        name.push(b':');
        let with_name = |value: &[u8]| [&name, value].concat();
        let whole = match (&column.values, kept) {
            (Values::Truths(_), _) => vec![with_name(b"false"), with_name(b"true")],
            (Values::Listed(_), Kept::Listed(listed)) if listed.json.len() <= rows => {
                listed.json.iter().map(|text| with_name(text)).collect()
            }
            _ => Vec::new(),
        };
        Self { column, kept, name, whole }
    }

    /// Writes the value of a row, which is there, with the name before it.
    #[inline]
    fn write(&self, to: &mut Vec<u8>, row: usize) {
        let code = match &self.column.values {
            Values::Truths(truths) => truths.get(row).map(|truth| usize::from(*truth)),
            Values::Listed(codes) => codes.get(row).map(|code| *code as usize),
            Values::Short(_) | Values::Wide(_) | Values::Days(_) | Values::Texts(_) => None,
        };
        match code.and_then(|code| self.whole.get(code)) {
            Some(whole) => to.extend_from_slice(whole),
            None => {
                to.extend_from_slice(&self.name);
                json_cell(to, self.column, self.kept, row);
            }
        }
    }
}

#[inline]
fn csv_cell(to: &mut Vec<u8>, column: &Column, kept: &Kept, row: usize) {
    match (&column.values, kept) {
        (Values::Truths(truths), _) => {
            to.extend_from_slice(if truths.get(row) == Some(&true) { b"yes" } else { b"no" });
        }
        (Values::Days(days), _) => day(to, days.get(row).copied().unwrap_or(0)),
        (Values::Listed(codes), Kept::Listed(listed)) => {
            let code = codes.get(row).copied().unwrap_or(0);
            to.extend_from_slice(listed.csv.get(code as usize).map_or(&[], |text| text));
        }
        (Values::Texts(texts), _) => csv_text(texts.get(row), to),
        _ => plain_number(to, column, kept, row),
    }
}

#[inline]
fn json_cell(to: &mut Vec<u8>, column: &Column, kept: &Kept, row: usize) {
    match (&column.values, kept) {
        (Values::Truths(truths), _) => {
            to.extend_from_slice(if truths.get(row) == Some(&true) { b"true" } else { b"false" });
        }
        (Values::Days(days), _) => {
            to.push(b'"');
            day(to, days.get(row).copied().unwrap_or(0));
            to.push(b'"');
        }
        (Values::Listed(codes), Kept::Listed(listed)) => {
            let code = codes.get(row).copied().unwrap_or(0);
            to.extend_from_slice(listed.json.get(code as usize).map_or(&[], |text| text));
        }
        (Values::Texts(texts), _) => json_text(texts.get(row), to),
        _ => plain_number(to, column, kept, row),
    }
}

/// A number in plain digits, without zeros at the end of what is behind the point.
#[inline]
fn plain_number(to: &mut Vec<u8>, column: &Column, kept: &Kept, row: usize) {
    match &column.values {
        Values::Short(values) => {
            let value = values.get(row).copied().unwrap_or(0);
            if value < 0 {
                to.push(b'-');
            }
            decimal(to, value.unsigned_abs(), kept.decimals() as usize);
        }
        Values::Wide(values) => {
            let value = values.get(row).copied().unwrap_or(0);
            if value < 0 {
                to.push(b'-');
            }
            let per_one = 10_u128.pow(kept.decimals());
            to.extend_from_slice((value.unsigned_abs() / per_one).to_string().as_bytes());
            fraction(to, (value.unsigned_abs() % per_one) as u64, kept.decimals() as usize);
        }
        Values::Listed(codes) => number(to, codes.get(row).copied().unwrap_or(0) as u64, 1),
        Values::Days(_) | Values::Truths(_) | Values::Texts(_) => {}
    }
}

#[inline]
fn decimal(to: &mut Vec<u8>, value: u64, decimals: usize) {
    if decimals == 0 {
        return number(to, value, 1);
    }
    let per_one = 10_u64.pow(decimals as u32);
    number(to, value / per_one, 1);
    fraction(to, value % per_one, decimals);
}

fn fraction(to: &mut Vec<u8>, part: u64, decimals: usize) {
    if part == 0 {
        return;
    }
    to.push(b'.');
    number(to, part, decimals);
    while to.last() == Some(&b'0') {
        to.pop();
    }
}

/// A day as `2026-01-31` (after Hinnant, *chrono-compatible low-level date algorithms*).
#[inline]
pub(super) fn day(to: &mut Vec<u8>, days: i32) {
    let days = i64::from(days) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let digit = |value: i64, by: i64| b'0' + (value / by % 10) as u8;
    to.extend_from_slice(&[
        digit(year, 1000),
        digit(year, 100),
        digit(year, 10),
        digit(year, 1),
        b'-',
        digit(month, 10),
        digit(month, 1),
        b'-',
        digit(day, 10),
        digit(day, 1),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;

    #[test]
    fn days_are_those_of_the_calendar() {
        for days in (Date::MIN.days()..=Date::MAX.days()).step_by(13).chain([
            Date::MIN.days(),
            Date::MAX.days(),
            0,
            -1,
        ]) {
            let mut text = Vec::new();
            day(&mut text, days);
            assert_eq!(String::from_utf8(text).unwrap(), Date::from_days(days).unwrap().to_string());
        }
    }

    #[test]
    fn numbers_are_plain() {
        for (value, decimals, written) in [
            (0, 0, "0"),
            (17, 0, "17"),
            (1250, 2, "12.5"),
            (5, 2, "0.05"),
            (100, 2, "1"),
            (0, 4, "0"),
            (u64::MAX, 9, "18446744073.709551615"),
        ] {
            let mut text = Vec::new();
            decimal(&mut text, value, decimals);
            assert_eq!(String::from_utf8(text).unwrap(), written);
        }
    }
}
