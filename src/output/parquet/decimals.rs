//! Columns of decimals: a dictionary while there are few different ones, then as they are.

use super::super::cells::{Cells, is_known};
use super::Kept;
use super::coded::levels;
use super::hybrid::{encode, width_for};
use crate::eval::batch::{Column, Numbers};
use parquet::basic::Encoding;
use rustc_hash::FxHashMap;

/// The most different numbers in a dictionary.
const MOST: usize = 1 << 15;
/// How far apart numbers of a chunk may be for their codes to be looked up by position.
const NEAR: usize = 4_096;
/// No code yet.
const UNKNOWN: u16 = u16::MAX;

/// Decimals of some records.
#[derive(Debug)]
pub(super) struct Decimals {
    /// Units in the last place of the column's type.
    step: i128,
    codes: Vec<u16>,
    entries: Vec<i128>,
    code_of: FxHashMap<i128, u16>,
    /// The codes of a chunk's numbers, by position.
    near: Vec<u16>,
    /// 1 for records that have a number, of those in the dictionary and then of the others.
    known: [Vec<u8>; 2],
    /// The others' numbers.
    plain: Vec<u8>,
    full: bool,
    ends: Option<(i128, i128)>,
}

/// The pages of a column.
pub(super) struct DecimalPages {
    /// The dictionary and how many entries it has.
    pub(super) dictionary: Option<(Vec<u8>, usize)>,
    /// The pages, with their number of records.
    pub(super) pages: Vec<(Vec<u8>, usize, Encoding)>,
    pub(super) ends: Option<(i128, i128)>,
    pub(super) nulls: usize,
}

impl Decimals {
    /// Of so many places, up to 9.
    pub(super) fn new(places: u32) -> Self {
        Self {
            step: 10_i128.pow(9 - places.min(9)),
            codes: Vec::new(),
            entries: Vec::new(),
            code_of: FxHashMap::default(),
            near: Vec::new(),
            known: [Vec::new(), Vec::new()],
            plain: Vec::new(),
            full: false,
            ends: None,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        2 * self.codes.len() + self.plain.len()
    }

    pub(super) fn add(&mut self, cells: Cells<'_>, kept: Kept<'_>) {
        let Cells::Numbers(column) = cells else {
            self.part().extend(std::iter::repeat_n(0, kept.count()));
            return;
        };
        // Once full, a dictionary stays so to the end of the row group; a chunk is not divided.
        self.full |= self.entries.len() + kept.count() > MOST && self.too_many(column, kept);
        self.part().extend(kept.rows().map(|row| u8::from(is_known(column.missing, row))));
        let known = kept.rows().filter(|row| is_known(column.missing, *row));
        match column.numbers {
            Numbers::Narrow { values, unit } if !self.full => {
                let value = |row: usize| values.get(row).copied().unwrap_or_default();
                let ends = known.clone().map(value).fold(None, widen);
                let Some((least, most)) = ends else { return };
                let span = usize::try_from(most.abs_diff(least)).ok().filter(|span| *span < NEAR);
                self.near.clear();
                self.near.resize(span.map_or(0, |span| span + 1), UNKNOWN);
                for row in known {
                    let n = value(row);
                    let at = n.abs_diff(least) as usize;
                    let code = match self.near.get(at) {
                        Some(code) if *code != UNKNOWN => *code,
                        Some(_) | None => {
                            let code = self.code(i128::from(n) * i128::from(unit));
                            if let Some(slot) = self.near.get_mut(at) {
                                *slot = code;
                            }
                            code
                        }
                    };
                    self.codes.push(code);
                }
            }
            numbers @ (Numbers::Narrow { .. } | Numbers::Wide(_)) => {
                for row in known {
                    let units = super::super::cells::units_at(numbers, row);
                    if self.full {
                        let steps = units / self.step;
                        self.ends = widen(self.ends, steps);
                        self.plain.extend_from_slice(&steps.to_be_bytes());
                    } else {
                        let code = self.code(units);
                        self.codes.push(code);
                    }
                }
            }
        }
    }

    /// Which records have a number, of the part that is being filled.
    fn part(&mut self) -> &mut Vec<u8> {
        let [coded, plain] = &mut self.known;
        if self.full { plain } else { coded }
    }

    /// Whether the dictionary cannot hold what a chunk adds.
    fn too_many(&self, column: Column<'_>, kept: Kept<'_>) -> bool {
        let units = kept
            .rows()
            .filter(|row| is_known(column.missing, *row))
            .map(|row| super::super::cells::units_at(column.numbers, row));
        let mut new: Vec<i128> = units.filter(|units| !self.code_of.contains_key(units)).collect();
        new.sort_unstable();
        new.dedup();
        self.entries.len() + new.len() > MOST
    }

    fn code(&mut self, units: i128) -> u16 {
        let Self { code_of, entries, .. } = self;
        *code_of.entry(units).or_insert_with(|| {
            entries.push(units);
            (entries.len() - 1) as u16
        })
    }

    pub(super) fn pages(&mut self) -> DecimalPages {
        let [coded, plain] = std::mem::take(&mut self.known);
        let records = coded.len() + plain.len();
        let nulls = records - self.codes.len() - self.plain.len() / 16;
        let mut ends = self.ends.take();
        let mut pages = Vec::new();
        let mut dictionary = None;
        if !self.codes.is_empty() {
            let steps = self.entries.iter().map(|units| units / self.step);
            ends = steps.clone().fold(ends, widen);
            dictionary = Some((steps.flat_map(i128::to_be_bytes).collect(), self.entries.len()));
        }
        if !coded.is_empty() {
            let mut body = levels(&coded, coded.len());
            let mut encoding = Encoding::PLAIN;
            if !self.codes.is_empty() {
                encoding = Encoding::RLE_DICTIONARY;
                let width = width_for(self.entries.len() - 1);
                body.push(width as u8);
                encode(&self.codes, width, &mut body);
            }
            pages.push((body, coded.len(), encoding));
        }
        if !plain.is_empty() || records == 0 {
            let mut body = levels(&plain, plain.len());
            body.append(&mut self.plain);
            pages.push((body, plain.len(), Encoding::PLAIN));
        }
        self.codes.clear();
        self.entries.clear();
        self.code_of.clear();
        self.full = false;
        DecimalPages { dictionary, pages, ends, nulls }
    }
}

/// The least and the greatest, with one more.
fn widen<N: Ord + Copy>(ends: Option<(N, N)>, number: N) -> Option<(N, N)> {
    Some(ends.map_or((number, number), |(least, most)| (least.min(number), most.max(number))))
}
