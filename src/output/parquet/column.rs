//! A column of a row group while records are added, and how it becomes pages.

use super::coded::{Coded, CodedPage, Steps};
use super::decimals::Decimals;
use super::delta::{self, Size};
use super::page::{Chunk, Pages};
use super::types::Width;
use super::whole::Whole;
use super::{Kept, coded};
use crate::output::cells::{Cells, Texts};
use crate::output::sheet::{Column, Kind};
use parquet::basic::Encoding;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;
use std::io;

/// A column of a row group while records are added.
#[derive(Debug)]
pub(in crate::output) struct ColumnBuffer {
    column: ColumnDescPtr,
    held: Held,
}

#[derive(Debug)]
enum Held {
    /// Some of these names.
    Few(Coded<u8>, Vec<String>),
    /// Some of these names, too many for a byte.
    Many(Coded<u16>, Vec<String>),
    Truths(Coded<u8>),
    Steps(Coded<u16>, Steps, Width),
    Whole(Whole),
    Decimals(Decimals),
    Texts(TextBuffer),
}

/// Texts that are held as such.
#[derive(Debug, Default)]
struct TextBuffer {
    bytes: Vec<u8>,
    lengths: Vec<i64>,
    known: Vec<u8>,
}

impl ColumnBuffer {
    /// Of a column of the sheet.
    pub(in crate::output) fn new(of: &Column, column: ColumnDescPtr) -> Self {
        let held = match (&of.kind, of.width, of.steps) {
            (Kind::Name(names), _, _) if names.len() < usize::from(u8::MAX) => {
                Held::Few(Coded::new(names.len()), names.clone())
            }
            (Kind::Name(names), _, _) => Held::Many(Coded::new(names.len()), names.clone()),
            (Kind::Truth, _, _) => Held::Truths(Coded::new(2)),
            (Kind::Text, _, _) => Held::Texts(TextBuffer::default()),
            (Kind::Day, _, _) => Held::Whole(Whole::new(Size::Four, true, &of.name)),
            (Kind::Number, width, Some(steps)) => Held::Steps(Coded::new(steps.count), steps, width),
            (Kind::Number, Width::Whole32, None) => Held::Whole(Whole::new(Size::Four, false, &of.name)),
            (Kind::Number, Width::Whole64, None) => Held::Whole(Whole::new(Size::Eight, false, &of.name)),
            (Kind::Number, Width::Decimal(places), None) => Held::Decimals(Decimals::new(places)),
        };
        Self { column, held }
    }

    /// Adds the cells of a chunk.
    pub(in crate::output) fn add(&mut self, cells: Cells<'_>, kept: Kept<'_>) -> io::Result<()> {
        match &mut self.held {
            Held::Few(codes, _) | Held::Truths(codes) => codes.add_codes(cells, kept),
            Held::Many(codes, _) => codes.add_codes(cells, kept),
            Held::Steps(codes, steps, _) => match cells {
                Cells::Numbers(column) => return codes.add_steps(column, *steps, kept),
                Cells::Codes(_) | Cells::Texts(_) | Cells::Nothing => codes.add_codes(Cells::Nothing, kept),
            },
            Held::Whole(whole) => return whole.add(cells, kept),
            Held::Decimals(decimals) => decimals.add(cells, kept),
            Held::Texts(texts) => texts.add(cells, kept),
        }
        Ok(())
    }

    /// About how many bytes the records take up.
    pub(in crate::output) fn bytes(&self) -> usize {
        match &self.held {
            Held::Few(codes, _) | Held::Truths(codes) => codes.len(),
            Held::Many(codes, _) | Held::Steps(codes, _, _) => 2 * codes.len(),
            Held::Whole(whole) => 8 * whole.len(),
            Held::Decimals(decimals) => decimals.bytes(),
            Held::Texts(texts) => texts.bytes.len() + 9 * texts.known.len(),
        }
    }

    /// Takes the records that were added, of which there are so many, as a column of a row group.
    pub(in crate::output) fn take(&mut self, records: usize) -> io::Result<Chunk> {
        let mut pages = Pages::new();
        let nulls = |nulls: usize| Some(nulls as u64);
        let statistics = match &mut self.held {
            Held::Few(codes, names) => names_page(codes.page(), names, records, &mut pages)?,
            Held::Many(codes, names) => names_page(codes.page(), names, records, &mut pages)?,
            Held::Truths(codes) => {
                let (body, missing) = codes.truths();
                pages.data(body, records, Encoding::PLAIN)?;
                Statistics::boolean(None, None, None, nulls(missing), false)
            }
            Held::Steps(codes, steps, width) => {
                steps_page(codes.page(), *steps, *width, records, &mut pages)?
            }
            Held::Whole(whole) => {
                let page = whole.page();
                let encoding = match page.ends {
                    Some(_) => Encoding::DELTA_BINARY_PACKED,
                    None => Encoding::PLAIN,
                };
                pages.data(page.body, records, encoding)?;
                let ends = page.ends.map(|(low, high)| (low.into(), high.into()));
                number_statistics(whole.size(), ends, page.nulls)
            }
            Held::Decimals(decimals) => {
                let all = decimals.pages();
                if let Some((body, entries)) = all.dictionary {
                    pages.dictionary(body, entries)?;
                }
                for (body, records, encoding) in all.pages {
                    pages.data(body, records, encoding)?;
                }
                decimal_statistics(all.ends, all.nulls)
            }
            Held::Texts(texts) => {
                let missing = texts.known.len() - texts.lengths.len();
                texts.page(records, &mut pages)?;
                Statistics::byte_array(None, None, None, nulls(missing), false)
            }
        };
        pages.finish(&self.column, statistics)
    }
}

impl TextBuffer {
    fn add(&mut self, cells: Cells<'_>, kept: Kept<'_>) {
        let nothing = Texts::default();
        let texts = if let Cells::Texts(texts) = cells { texts } else { &nothing };
        for row in kept.rows() {
            let text = texts.get(row);
            self.known.push(u8::from(text.is_some()));
            if let Some(text) = text {
                self.bytes.extend_from_slice(text);
                self.lengths.push(text.len() as i64);
            }
        }
    }

    fn page(&mut self, records: usize, pages: &mut Pages) -> io::Result<()> {
        let mut body = coded::levels(&self.known, records);
        let mut encoding = Encoding::PLAIN;
        if !self.lengths.is_empty() {
            encoding = Encoding::DELTA_LENGTH_BYTE_ARRAY;
            delta::encode(&self.lengths, Size::Four, &mut body);
            body.append(&mut self.bytes);
        }
        self.lengths.clear();
        self.known.clear();
        pages.data(body, records, encoding)
    }
}

/// A dictionary and a page of positions in it; no dictionary where no record has a value.
fn dictionary_page(
    page: CodedPage,
    dictionary: Vec<u8>,
    records: usize,
    pages: &mut Pages,
) -> io::Result<()> {
    if page.used.is_empty() {
        return pages.data(page.body, records, Encoding::PLAIN);
    }
    pages.dictionary(dictionary, page.used.len())?;
    pages.data(page.body, records, Encoding::RLE_DICTIONARY)
}

fn names_page(
    page: CodedPage,
    names: &[String],
    records: usize,
    pages: &mut Pages,
) -> io::Result<Statistics> {
    let used: Vec<&str> = page.used.iter().filter_map(|code| names.get(*code)).map(String::as_str).collect();
    let mut dictionary = Vec::new();
    for name in &used {
        dictionary.extend_from_slice(&(name.len() as u32).to_le_bytes());
        dictionary.extend_from_slice(name.as_bytes());
    }
    let end = |name: Option<&&str>| name.map(|name| ByteArray::from(*name));
    let (least, most) = (end(used.iter().min()), end(used.iter().max()));
    let statistics = Statistics::byte_array(least, most, None, Some(page.nulls as u64), false);
    dictionary_page(page, dictionary, records, pages)?;
    Ok(statistics)
}

fn steps_page(
    page: CodedPage,
    steps: Steps,
    width: Width,
    records: usize,
    pages: &mut Pages,
) -> io::Result<Statistics> {
    let one = match width {
        Width::Whole32 | Width::Whole64 => 1_000_000_000,
        Width::Decimal(places) => 10_i128.pow(9 - places.min(9)),
    };
    let number = |code: &usize| (steps.low + *code as i128 * steps.step) / one;
    let mut dictionary = Vec::new();
    for number in page.used.iter().map(number) {
        match width {
            Width::Whole32 => dictionary.extend_from_slice(&(number as i32).to_le_bytes()),
            Width::Whole64 => dictionary.extend_from_slice(&(number as i64).to_le_bytes()),
            Width::Decimal(_) => dictionary.extend_from_slice(&number.to_be_bytes()),
        }
    }
    let ends = page.used.first().map(number).zip(page.used.last().map(number));
    let statistics = match width.size() {
        Some(size) => number_statistics(size, ends, page.nulls),
        None => decimal_statistics(ends, page.nulls),
    };
    dictionary_page(page, dictionary, records, pages)?;
    Ok(statistics)
}

fn number_statistics(size: Size, ends: Option<(i128, i128)>, nulls: usize) -> Statistics {
    let (least, most) = ends.unzip();
    let nulls = Some(nulls as u64);
    match size {
        Size::Four => Statistics::int32(least.map(|n| n as i32), most.map(|n| n as i32), None, nulls, false),
        Size::Eight => Statistics::int64(least.map(|n| n as i64), most.map(|n| n as i64), None, nulls, false),
    }
}

fn decimal_statistics(ends: Option<(i128, i128)>, nulls: usize) -> Statistics {
    let (least, most) = ends.unzip();
    let end = |end: Option<i128>| end.map(|n| FixedLenByteArray::from(n.to_be_bytes().to_vec()));
    Statistics::fixed_len_byte_array(end(least), end(most), None, Some(nulls as u64), false)
}
