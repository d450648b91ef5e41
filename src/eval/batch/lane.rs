//! Values of many records side by side: exact numbers as narrow as they come, truth values, codes.

use crate::decimal::Decimal;

/// Three-valued truth, ordered so that `and` is the lesser and `or` the greater.
pub(super) const NO: u8 = 0;
/// Neither yes nor no.
pub(super) const UNDECIDED: u8 = 1;
/// Yes.
pub(super) const YES: u8 = 2;

/// One exact value for each record: a number, a day, the code of a category, the number of a text.
///
/// A known value is `narrow * unit` where all of them fit so, else `wide`. Numbers are counted in units of 1e-9, and `unit`
/// is a power of ten up to one: cents are counted as cents. Days and codes have unit 1. A record whose value is missing has
/// any number there.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lane {
    /// The values, if they all fit.
    pub(super) narrow: Vec<i64>,
    /// The values in units, otherwise.
    pub(super) wide: Vec<i128>,
    /// Whether `wide` holds the values.
    pub(super) is_wide: bool,
    /// What `narrow` is counted in.
    pub(super) unit: i64,
    /// 1 where the value is missing.
    pub(super) missing: Vec<u8>,
}

/// One, in units.
pub(super) const ONE: i64 = 1_000_000_000;

impl Lane {
    /// So many records, all 0.
    pub(super) fn reset(&mut self, rows: usize) {
        self.narrow.clear();
        self.wide.clear();
        self.is_wide = false;
        self.unit = 1;
        self.missing.clear();
        self.missing.resize(rows, 0);
        self.narrow.resize(rows, 0);
    }

    /// Fills all records with one value.
    pub(super) fn fill(&mut self, rows: usize, value: Option<i128>) {
        self.reset(rows);
        let Some(value) = value else {
            self.missing.fill(1);
            return;
        };
        let (narrow, unit) = narrowest(value);
        match narrow {
            Some(narrow) => {
                self.unit = unit;
                self.narrow.fill(narrow);
            }
            None => {
                self.widen();
                self.wide.fill(value);
            }
        }
    }

    /// How many records there are.
    pub(super) fn rows(&self) -> usize {
        self.missing.len()
    }

    /// The value of a record in units; `None` where it is missing.
    pub(super) fn get(&self, row: usize) -> Option<i128> {
        if self.missing.get(row) != Some(&0) { None } else { Some(self.units(row)) }
    }

    /// The value of a record in units, whatever it is where the value is missing.
    pub(super) fn units(&self, row: usize) -> i128 {
        if self.is_wide {
            self.wide.get(row).copied().unwrap_or_default()
        } else {
            i128::from(self.narrow.get(row).copied().unwrap_or_default()) * i128::from(self.unit)
        }
    }

    /// Sets the value of a record of a wide lane.
    pub(super) fn set_wide(&mut self, row: usize, value: Option<i128>) {
        if let Some((slot, missing)) = self.wide.get_mut(row).zip(self.missing.get_mut(row)) {
            *slot = value.unwrap_or_default();
            *missing = u8::from(value.is_none());
        }
    }

    /// Sets the value of a record, whatever it is counted in.
    pub(super) fn put(&mut self, row: usize, value: Option<i128>) {
        if !self.is_wide {
            let known = value.unwrap_or_default();
            if known % i128::from(self.unit) != 0 {
                self.refine(unit_of([known]).min(self.unit));
            }
            let unit = i128::from(self.unit);
            let narrow = if known % unit == 0 { i64::try_from(known / unit).ok() } else { None };
            match (self.is_wide, narrow) {
                (false, Some(narrow)) => {
                    if let Some((slot, missing)) = self.narrow.get_mut(row).zip(self.missing.get_mut(row)) {
                        (*slot, *missing) = (narrow, u8::from(value.is_none()));
                    }
                    return;
                }
                (_, _) => self.widen(),
            }
        }
        self.set_wide(row, value);
    }

    /// Makes room for numbers of any size.
    pub(super) fn widen(&mut self) {
        if !self.is_wide {
            let unit = i128::from(self.unit);
            self.wide.clear();
            self.wide.extend(self.narrow.iter().map(|n| i128::from(*n) * unit));
            self.is_wide = true;
        }
    }

    /// Counts in a finer unit, if it is coarser and the numbers fit; widens if they do not.
    pub(super) fn refine(&mut self, unit: i64) {
        if self.is_wide || self.unit <= unit {
            return;
        }
        let factor = self.unit / unit;
        let most = i64::MAX / factor;
        if self.narrow.iter().all(|n| n.unsigned_abs() <= most.unsigned_abs()) {
            self.narrow.iter_mut().for_each(|n| *n *= factor);
            self.unit = unit;
        } else if self.missing.iter().any(|m| *m != 0) {
            // What stands where a value is missing must not widen the others.
            self.forget_missing();
            if self.narrow.iter().all(|n| n.unsigned_abs() <= most.unsigned_abs()) {
                self.refine(unit);
            } else {
                self.widen();
            }
        } else {
            self.widen();
        }
    }

    /// Puts 0 where a value is missing.
    pub(super) fn forget_missing(&mut self) {
        if self.is_wide {
            self.wide.iter_mut().zip(&self.missing).filter(|(_, m)| **m != 0).for_each(|(n, _)| *n = 0);
        } else {
            self.narrow.iter_mut().zip(&self.missing).for_each(|(n, m)| {
                if *m != 0 {
                    *n = 0;
                }
            });
        }
    }

    /// Becomes a copy of another.
    pub(super) fn copy(&mut self, of: &Self) {
        self.is_wide = of.is_wide;
        self.unit = of.unit;
        self.narrow.clone_from(&of.narrow);
        self.wide.clone_from(&of.wide);
        self.missing.clone_from(&of.missing);
    }

    /// Takes the other's values where this one's are missing.
    pub(super) fn or_else(&mut self, other: &mut Self) {
        align(self, other);
        if self.is_wide {
            for row in 0..self.rows() {
                if self.get(row).is_none() {
                    self.set_wide(row, other.get(row));
                }
            }
            return;
        }
        let theirs = other.narrow.iter().zip(&other.missing);
        for ((n, m), (theirs, missing)) in self.narrow.iter_mut().zip(&mut self.missing).zip(theirs) {
            if *m != 0 {
                (*n, *m) = (*theirs, *missing);
            }
        }
    }

    /// Takes the other's values where `chosen` says so.
    pub(super) fn choose(&mut self, other: &mut Self, chosen: impl Fn(usize) -> bool) {
        align(self, other);
        for row in (0..self.rows()).filter(|row| chosen(*row)) {
            if self.is_wide {
                self.set_wide(row, other.get(row));
            } else if let (Some(n), Some(theirs)) = (self.narrow.get_mut(row), other.narrow.get(row)) {
                *n = *theirs;
                if let (Some(m), Some(missing)) = (self.missing.get_mut(row), other.missing.get(row)) {
                    *m = *missing;
                }
            }
        }
    }

    /// Brings every value between two numbers.
    pub(super) fn clamp(&mut self, low: Decimal, high: Decimal) {
        let (low, high) = (low.units(), high.units());
        // A bound that no narrow number reaches needs no finer unit.
        let most = i128::from(i64::MAX) * i128::from(self.unit);
        let near = [low, high].into_iter().filter(|bound| bound.abs() <= most);
        self.refine(unit_of(near).min(self.unit));
        let most = i128::from(i64::MAX) * i128::from(self.unit);
        if !self.is_wide && low <= most && high >= -most {
            let unit = i128::from(self.unit);
            let low = i64::try_from(low / unit).unwrap_or(i64::MIN);
            let high = i64::try_from(high / unit).unwrap_or(i64::MAX);
            // `max` before `min`, as `clamp` of an empty range would panic.
            self.narrow.iter_mut().for_each(|n| *n = (*n).max(low).min(high));
            return;
        }
        self.widen();
        self.wide.iter_mut().for_each(|n| *n = (*n).max(low).min(high));
    }
}

/// Brings two lanes to one way of counting.
pub(super) fn align(a: &mut Lane, b: &mut Lane) {
    if !a.is_wide && !b.is_wide && a.unit != b.unit {
        let unit = a.unit.min(b.unit);
        a.refine(unit);
        b.refine(unit);
    }
    if a.is_wide || b.is_wide {
        a.widen();
        b.widen();
    }
}

/// The greatest power of ten, up to one, that all of some numbers are whole times of.
pub(super) fn unit_of(numbers: impl IntoIterator<Item = i128>) -> i64 {
    let mut unit = ONE;
    for number in numbers {
        while number % i128::from(unit) != 0 {
            unit /= 10;
        }
    }
    unit
}

/// A number as a narrow one and its unit; `None` where it does not fit.
pub(super) fn narrowest(value: i128) -> (Option<i64>, i64) {
    let unit = unit_of([value]);
    (i64::try_from(value / i128::from(unit)).ok(), unit)
}

/// Codes of many records: of classes, rows, truth values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Codes {
    /// Where there are at most 256.
    Narrow(Vec<u8>),
    /// Otherwise.
    Broad(Vec<u16>),
}

/// Codes of many records, to be read.
#[derive(Debug, Clone, Copy)]
pub enum CodesRef<'a> {
    /// Where there are at most 256 different ones.
    Narrow(&'a [u8]),
    /// Otherwise.
    Broad(&'a [u16]),
}

impl Default for Codes {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl Codes {
    /// Codes 0 for so many records, with room for `count` different ones.
    pub(super) fn reset(&mut self, rows: usize, count: usize) {
        let broad = count > 256;
        match self {
            Self::Narrow(codes) if !broad => {
                codes.clear();
                codes.resize(rows, 0);
            }
            Self::Broad(codes) if broad => {
                codes.clear();
                codes.resize(rows, 0);
            }
            Self::Narrow(_) | Self::Broad(_) => {
                *self = if broad { Self::Broad(vec![0; rows]) } else { Self::Narrow(vec![0; rows]) };
            }
        }
    }

    /// To read.
    pub(super) fn as_ref(&self) -> CodesRef<'_> {
        match self {
            Self::Narrow(codes) => CodesRef::Narrow(codes),
            Self::Broad(codes) => CodesRef::Broad(codes),
        }
    }

    /// Sets the code of a record.
    pub(super) fn set(&mut self, row: usize, code: u16) {
        match self {
            Self::Narrow(codes) => {
                if let Some(slot) = codes.get_mut(row) {
                    *slot = code as u8;
                }
            }
            Self::Broad(codes) => {
                if let Some(slot) = codes.get_mut(row) {
                    *slot = code;
                }
            }
        }
    }
}

impl CodesRef<'_> {
    /// The code of a record; 0 past the end.
    pub fn get(self, row: usize) -> u16 {
        match self {
            Self::Narrow(codes) => codes.get(row).copied().map_or(0, u16::from),
            Self::Broad(codes) => codes.get(row).copied().unwrap_or_default(),
        }
    }

    /// What a list holds at each record's code.
    pub(super) fn look_up<T: Copy + Default>(self, list: &[T], out: &mut Vec<T>) {
        out.clear();
        match self {
            Self::Narrow(codes) => {
                let mut table = [T::default(); 256];
                table.iter_mut().zip(list).for_each(|(slot, value)| *slot = *value);
                out.extend(
                    codes.iter().map(|code| table.get(usize::from(*code)).copied().unwrap_or_default()),
                );
            }
            Self::Broad(codes) => {
                out.extend(
                    codes.iter().map(|code| list.get(usize::from(*code)).copied().unwrap_or_default()),
                );
            }
        }
    }
}

/// Buffers that were used and can be used again.
#[derive(Debug, Default)]
pub(super) struct Pool {
    lanes: Vec<Lane>,
    bytes: Vec<Vec<u8>>,
    codes: Vec<Codes>,
}

impl Pool {
    /// A lane of zeros.
    pub(super) fn lane(&mut self, rows: usize) -> Lane {
        let mut lane = self.lanes.pop().unwrap_or_default();
        lane.reset(rows);
        lane
    }

    /// A lane that holds one value.
    pub(super) fn filled(&mut self, rows: usize, value: Option<i128>) -> Lane {
        let mut lane = self.lanes.pop().unwrap_or_default();
        lane.fill(rows, value);
        lane
    }

    /// A copy of a lane.
    pub(super) fn copy(&mut self, of: &Lane) -> Lane {
        let mut lane = self.lanes.pop().unwrap_or_default();
        lane.copy(of);
        lane
    }

    /// Bytes of one value.
    pub(super) fn bytes(&mut self, rows: usize, value: u8) -> Vec<u8> {
        let mut bytes = self.bytes.pop().unwrap_or_default();
        bytes.clear();
        bytes.resize(rows, value);
        bytes
    }

    /// Codes 0.
    pub(super) fn codes(&mut self, rows: usize, count: usize) -> Codes {
        let mut codes = self.codes.pop().unwrap_or_default();
        codes.reset(rows, count);
        codes
    }

    /// Takes a lane back.
    pub(super) fn keep(&mut self, lane: Lane) {
        self.lanes.push(lane);
    }

    /// Takes bytes back.
    pub(super) fn keep_bytes(&mut self, bytes: Vec<u8>) {
        self.bytes.push(bytes);
    }

    /// Takes codes back.
    pub(super) fn keep_codes(&mut self, codes: Codes) {
        self.codes.push(codes);
    }
}
