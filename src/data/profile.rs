//! What is in a table, column by column: the facts that a schema can be inferred from.

use super::column::{Given, given};
use super::{DataFile, ReadError, Table, Wanted};
use crate::date::Date;
use crate::decimal::Decimal;
use std::collections::{BTreeMap, HashSet};

/// What is in a table.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// How many records could be read.
    pub records: u64,
    /// How many could not.
    pub unreadable: u64,
    /// The first of them: the line in which it begins, and why it cannot be read.
    pub first_unreadable: Option<(u64, String)>,
    /// Its columns in their order.
    pub columns: Vec<ColumnProfile>,
}

/// What is in a column.
#[derive(Debug, Clone)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// How many cells have a value, marks included.
    pub filled: u64,
    /// How many have none.
    pub empty: u64,
    /// How many cells hold each of [`MARKS`] and [`WEAK_MARKS`], which are no values for what follows.
    pub marks: BTreeMap<&'static str, u64>,
    /// The values with the number of cells that hold each, in the order in which they were met; `None` if there are more
    /// than [`MAX_VALUES`].
    pub values: Option<Vec<(String, u64)>>,
    /// No value is there twice.
    pub is_unique: bool,
    /// The values that are plain numbers.
    pub numbers: Numbers,
    /// The values that are days, written like 2026-01-31.
    pub dates: Dates,
    /// How many values look like days in another notation.
    pub foreign_dates: u64,
    /// How many values are numbers with a decimal comma.
    pub comma_numbers: u64,
    /// What stands in the first record that could be read.
    pub first: Option<String>,
}

/// The numbers in a column.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// How many values are numbers that can be read.
    pub count: u64,
    /// How many of them are whole.
    pub whole: u64,
    /// The least and the greatest.
    pub ends: Option<(Decimal, Decimal)>,
    /// How many digits there are after the point, at most.
    pub places: usize,
    /// The first of them, in order; as many as [`MAX_SAMPLE`].
    pub sample: Vec<Decimal>,
}

/// The days in a column.
#[derive(Debug, Clone, Default)]
pub struct Dates {
    /// How many values are days.
    pub count: u64,
    /// The first and the last.
    pub ends: Option<(Date, Date)>,
}

/// What files write where a value is missing, whatever the column holds.
pub const MARKS: [&str; 9] = ["NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "?"];

/// What they write there in columns of numbers and days; elsewhere it may be a value like others.
pub const WEAK_MARKS: [&str; 4] = ["-", ".", "--", "None"];

/// How many different values are told apart.
pub const MAX_VALUES: usize = 200;

/// How many numbers of a column are kept.
pub const MAX_SAMPLE: usize = 100_000;

/// How many records are decoded at once.
const BLOCK: usize = 4096;

impl Profile {
    /// Reads a table once for the names of its columns, and once for what is in them.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is no table, or has a column twice.
    pub fn read(file: &DataFile) -> Result<Self, ReadError> {
        let mut names = Table::open(file, &[], BLOCK)?;
        while let Some(piece) = names.next_piece()? {
            for block in piece.blocks() {
                block?;
            }
        }
        let wanted = |name: String| Wanted { field: name.clone(), column: name, optional: true };
        let wanted: Vec<Wanted> = names.finish().others.into_iter().map(wanted).collect();
        let mut columns: Vec<Reading> = wanted.iter().map(|column| Reading::new(&column.column)).collect();
        let mut profile = Self::default();
        let mut table = Table::open(file, &wanted, BLOCK)?;
        while let Some(piece) = table.next_piece()? {
            for block in piece.blocks() {
                let block = block?;
                profile.records += block.batch.num_rows() as u64;
                profile.unreadable += block.unreadable.len() as u64;
                if profile.first_unreadable.is_none() {
                    let first = block.unreadable.first();
                    profile.first_unreadable = first.map(|first| (first.place.line, first.reason.clone()));
                }
                for (column, array) in columns.iter_mut().zip(block.batch.columns()) {
                    for row in 0..block.batch.num_rows() {
                        column.take(given(array.as_ref(), row).map(|given| text(&given)));
                    }
                }
            }
        }
        profile.columns = columns.into_iter().map(|reading| reading.column).collect();
        Ok(profile)
    }
}

/// A cell as a text file would have it.
fn text(given: &Given<'_>) -> String {
    match given {
        Given::Truth(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Given::Double(double) => {
            Decimal::from_f64(*double).map_or_else(|| double.to_string(), |number| number.to_string())
        }
        Given::Text(_) | Given::Scaled(..) | Given::Day(_) => given.shown(),
    }
}

/// A column while it is read.
struct Reading {
    column: ColumnProfile,
    /// Every value so far, as long as none was there twice.
    met: HashSet<Box<str>>,
    is_first: bool,
    /// Where each value stands in the list.
    places: BTreeMap<String, usize>,
}

impl Reading {
    fn new(name: &str) -> Self {
        let column = ColumnProfile {
            name: name.to_owned(),
            filled: 0,
            empty: 0,
            marks: BTreeMap::new(),
            values: Some(Vec::new()),
            is_unique: true,
            numbers: Numbers::default(),
            dates: Dates::default(),
            foreign_dates: 0,
            comma_numbers: 0,
            first: None,
        };
        Self { column, met: HashSet::new(), is_first: true, places: BTreeMap::new() }
    }

    fn take(&mut self, cell: Option<String>) {
        let cell = cell.filter(|cell| !cell.is_empty());
        if std::mem::take(&mut self.is_first) {
            self.column.first.clone_from(&cell);
        }
        let Some(cell) = cell else {
            self.column.empty += 1;
            return;
        };
        self.column.filled += 1;
        if let Some(mark) = MARKS.iter().chain(&WEAK_MARKS).find(|mark| **mark == cell) {
            *self.column.marks.entry(mark).or_default() += 1;
            return;
        }
        self.column.numbers.take(&cell);
        self.column.dates.take(&cell);
        self.column.foreign_dates += u64::from(is_foreign_date(&cell));
        self.column.comma_numbers += u64::from(has_decimal_comma(&cell));
        if self.column.is_unique && !self.met.insert(cell.as_str().into()) {
            self.column.is_unique = false;
            self.met = HashSet::new();
        }
        self.count(cell);
    }

    /// Counts a value among the others, while there are few.
    fn count(&mut self, cell: String) {
        let Some(values) = &mut self.column.values else { return };
        let place = self.places.get(&cell).copied().unwrap_or(values.len());
        match values.get_mut(place) {
            Some((_, count)) => *count += 1,
            None if place < MAX_VALUES => {
                self.places.insert(cell.clone(), place);
                values.push((cell, 1));
            }
            None => {
                self.column.values = None;
                self.places = BTreeMap::new();
            }
        }
    }
}

impl Numbers {
    fn take(&mut self, text: &str) {
        let digits = text.trim_start_matches('-');
        // Codes such as 007 are no numbers: they are not the same as 7.
        let is_code =
            digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") || text.starts_with('+');
        let Some(number) = Decimal::parse(text).ok().filter(|_| !is_code) else { return };
        self.count += 1;
        self.whole += u64::from(number.is_integer());
        self.ends = Some(
            self.ends.map_or((number, number), |(least, greatest)| (least.min(number), greatest.max(number))),
        );
        let shown = number.to_string();
        self.places = self.places.max(shown.split_once('.').map_or(0, |(_, places)| places.len()));
        if self.sample.len() < MAX_SAMPLE {
            self.sample.push(number);
        }
    }
}

impl Dates {
    fn take(&mut self, text: &str) {
        let Ok(day) = Date::parse(text) else { return };
        self.count += 1;
        self.ends = Some(self.ends.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
    }
}

/// `31.01.2026`, `01/31/2026`, `2026/01/31`, `2026-01-31T10:00:00`
fn is_foreign_date(text: &str) -> bool {
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['.', '/', '-']).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = |part: &str| part.len() == 4;
    parts.len() == 3
        && parts.iter().all(is_number)
        && (parts.first().is_some_and(|part| is_year(part)) || parts.last().is_some_and(|part| is_year(part)))
        && Date::parse(text).is_err()
}

/// `1,5`, `1.234,50`
fn has_decimal_comma(text: &str) -> bool {
    let Some((whole, places)) = text.split_once(',') else { return false };
    let digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    digits(whole.trim_start_matches('-')) && digits(places) && !places.contains('.')
}

impl ColumnProfile {
    /// How many values it has, if these marks mean missing.
    pub fn known(&self, marks: &[&'static str]) -> u64 {
        self.filled - self.missing_marks(marks).map(|(_, count)| count).sum::<u64>()
    }

    /// The marks among these that it has, with their numbers.
    pub fn missing_marks<'a>(
        &'a self,
        marks: &'a [&'static str],
    ) -> impl Iterator<Item = (&'static str, u64)> + 'a {
        let has = self.marks.iter().filter(|(mark, _)| marks.contains(mark));
        has.map(|(mark, count)| (*mark, *count))
    }

    /// How many cells hold marks of any kind.
    fn marked(&self) -> u64 {
        self.marks.values().sum()
    }

    /// Whether everything in it but marks is a number.
    pub fn is_of_numbers(&self) -> bool {
        self.numbers.count > 0 && self.numbers.count == self.filled - self.marked()
    }

    /// Whether everything in it but marks is a day.
    pub fn is_of_dates(&self) -> bool {
        self.dates.count > 0 && self.dates.count == self.filled - self.marked()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    fn profile(text: &'static str) -> Profile {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, text).unwrap();
        let shown = "people.csv".to_owned();
        let (columns, missing) = (Vec::new(), Vec::new());
        let file =
            DataFile { path, shown, format: Format::Csv, columns, missing, row_number: None, place: None };
        Profile::read(&file).unwrap()
    }

    #[test]
    fn columns_are_told_apart() {
        let found = profile(
            "id,n,code,day,foreign,comma\na,1,007,2020-01-31,31.01.2020,\"1,5\"\nb,NA,012,2021-02-01,1/2/2021,\"1.234,50\"\nc,-2.50,007,,-,7\n",
        );
        let [id, n, code, day, foreign, comma] = found.columns.as_slice() else { panic!("{found:?}") };
        assert_eq!((found.records, found.unreadable), (3, 0));
        assert!(id.is_unique && !id.is_of_numbers() && id.first.as_deref() == Some("a"));
        assert!(n.is_of_numbers() && n.marks[&"NA"] == 1 && n.known(&["NA"]) == 2 && n.known(&[]) == 3);
        assert_eq!((n.numbers.whole, n.numbers.places), (1, 1));
        assert!(!code.is_of_numbers() && !code.is_unique);
        assert_eq!(code.values.as_deref(), Some(&[("007".to_owned(), 2), ("012".to_owned(), 1)][..]));
        assert!(day.is_of_dates() && day.empty == 1);
        assert_eq!((foreign.foreign_dates, foreign.marks[&"-"]), (2, 1));
        assert_eq!(comma.comma_numbers, 2);
    }

    #[test]
    fn many_values_are_not_counted_one_by_one() {
        let rows: String = (0..=MAX_VALUES).map(|n| format!("{n},{}\n", n % 2)).collect();
        let text: &'static str = Box::leak(format!("a,b\n{rows}").into_boxed_str());
        let found = profile(text);
        assert!(found.columns[0].values.is_none() && found.columns[0].is_unique);
        assert_eq!(found.columns[1].values.as_ref().unwrap().len(), 2);
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let found = profile("a,b\n1,2\n1\n3,4\n");
        assert_eq!((found.records, found.unreadable), (2, 1));
        assert_eq!(found.first_unreadable.map(|(line, _)| line), Some(3));
    }
}
