//! Codes from which something follows: classes of derived values, several codes together, rows of tables.

use super::arithmetic::clamp_narrow;
use super::class::{ClassOf, Classes, Thresholds};
use super::evaluate::View;
use super::lane::{Codes, CodesRef, Lane, Pool};
use super::node::{Derived, Index, NO_ROW};

impl View<'_> {
    /// The row of each record; the number of rows or more where none fits.
    pub(super) fn rows_of(&self, index: &Index, row_of: &[u16], pool: &mut Pool, over: &mut [u8]) -> Codes {
        let mut rows = pool.codes(self.given.rows, usize::from(NO_ROW) + 1);
        self.with_index(index, pool, over, |codes| {
            if let Codes::Broad(rows) = &mut rows {
                for (row, slot) in rows.iter_mut().enumerate() {
                    *slot = row_of.get(usize::from(codes.get(row))).copied().unwrap_or(NO_ROW);
                }
            }
        });
        rows
    }

    /// The codes of an index, handed to somebody.
    pub(super) fn with_index<T>(
        &self,
        index: &Index,
        pool: &mut Pool,
        over: &mut [u8],
        take: impl FnOnce(CodesRef<'_>) -> T,
    ) -> T {
        match index {
            Index::Slot(slot, _) => take(self.codes_of(*slot)),
            Index::Truth(truth) => {
                let truths = self.truth(truth, pool, over);
                let taken = take(CodesRef::Narrow(&truths));
                pool.keep_bytes(truths);
                taken
            }
            Index::Constant | Index::Value(_) | Index::Mixed(_) | Index::Search { .. } => {
                let mut codes = pool.codes(self.given.rows, index.count());
                self.index(index, &mut codes, pool, over);
                let taken = take(codes.as_ref());
                pool.keep_codes(codes);
                taken
            }
        }
    }

    fn index(&self, index: &Index, out: &mut Codes, pool: &mut Pool, over: &mut [u8]) {
        match index {
            // Already 0.
            Index::Constant => {}
            Index::Slot(..) | Index::Truth(_) => {
                self.with_index(index, pool, over, |codes| {
                    (0..self.given.rows).for_each(|row| out.set(row, codes.get(row)))
                });
            }
            Index::Value(derived) => self.classify(derived, out, pool, over),
            Index::Mixed(parts) => {
                for (part, count) in parts {
                    let count = *count as u16;
                    self.with_index(part, pool, over, |codes| mix(out, codes, count));
                }
            }
            Index::Search { columns, rows } => self.search(columns, *rows, out, pool, over),
        }
    }

    fn search(
        &self,
        columns: &[(Index, Vec<Vec<u64>>)],
        rows: usize,
        out: &mut Codes,
        pool: &mut Pool,
        over: &mut [u8],
    ) {
        let words = rows.div_ceil(64).max(1);
        let mut left = vec![u64::MAX; words * self.given.rows];
        for (index, masks) in columns {
            self.with_index(index, pool, over, |codes| {
                for (row, left) in left.chunks_exact_mut(words).enumerate() {
                    match masks.get(usize::from(codes.get(row))) {
                        Some(mask) => left.iter_mut().zip(mask).for_each(|(a, b)| *a &= b),
                        None => left.fill(0),
                    }
                }
            });
        }
        for (row, left) in left.chunks_exact(words).enumerate() {
            let word = left.iter().position(|word| *word != 0);
            let found = word.and_then(|at| Some(at * 64 + left.get(at)?.trailing_zeros() as usize));
            out.set(row, found.unwrap_or(rows).min(rows) as u16);
        }
    }

    /// The classes of a derived value.
    pub(super) fn classify(&self, derived: &Derived, out: &mut Codes, pool: &mut Pool, over: &mut [u8]) {
        let lane = self.number(&derived.value, pool, over);
        out.reset(self.given.rows, derived.classes.count());
        match &derived.classes.of {
            ClassOf::Order(thresholds) => classify_order(&lane, thresholds, out),
            ClassOf::Codes(_) | ClassOf::Texts(_) => {
                for row in 0..self.given.rows {
                    let class = lane
                        .get(row)
                        .map_or(derived.classes.missing(), |units| self.class(&derived.classes, units));
                    out.set(row, class);
                }
            }
        }
        for (row, _) in lane.missing.iter().enumerate().filter(|(_, missing)| **missing != 0) {
            out.set(row, derived.classes.missing());
        }
        pool.keep(lane);
    }

    fn class(&self, classes: &Classes, units: i128) -> u16 {
        match &classes.of {
            ClassOf::Order(thresholds) => thresholds.class(units).unwrap_or(classes.bad()),
            ClassOf::Codes(codes) => {
                let class = usize::try_from(units).ok().and_then(|code| codes.get(code));
                class.copied().unwrap_or(classes.bad())
            }
            ClassOf::Texts(texts) => {
                let text = usize::try_from(units).ok().and_then(|place| self.given.texts.get(place));
                text.and_then(|text| texts.class(text)).unwrap_or(classes.bad())
            }
        }
    }
}

/// One more part of a mixed index.
fn mix(out: &mut Codes, codes: CodesRef<'_>, count: u16) {
    match (out, codes) {
        (Codes::Narrow(out), CodesRef::Narrow(codes)) => {
            out.iter_mut()
                .zip(codes)
                .for_each(|(out, code)| *out = out.wrapping_mul(count as u8).wrapping_add(*code));
        }
        (Codes::Broad(out), CodesRef::Narrow(codes)) => {
            out.iter_mut().zip(codes).for_each(|(out, code)| *out = *out * count + u16::from(*code));
        }
        (Codes::Broad(out), CodesRef::Broad(codes)) => {
            out.iter_mut().zip(codes).for_each(|(out, code)| *out = *out * count + code);
        }
        // A mixed index has at least as many codes as each of its parts.
        (Codes::Narrow(_), CodesRef::Broad(_)) => {}
    }
}

/// How many thresholds each number has reached.
pub(super) fn classify_order(lane: &Lane, thresholds: &Thresholds, out: &mut Codes) {
    if lane.is_wide {
        for (row, x) in lane.wide.iter().enumerate() {
            out.set(row, thresholds.starts.partition_point(|start| start <= x) as u16);
        }
        return;
    }
    let unit = i128::from(lane.unit);
    for start in &thresholds.starts {
        // A threshold past all narrow numbers is reached by none, nor is one after it.
        let Ok(start) = clamp_narrow(-(-start).div_euclid(unit)) else { break };
        match out {
            Codes::Narrow(out) => {
                // There are no more thresholds than codes.
                let reached = |x: &i64| u8::from(*x >= start);
                out.iter_mut().zip(&lane.narrow).for_each(|(out, x)| *out = out.wrapping_add(reached(x)));
            }
            Codes::Broad(out) => {
                let reached = |x: &i64| u16::from(*x >= start);
                out.iter_mut().zip(&lane.narrow).for_each(|(out, x)| *out = out.wrapping_add(reached(x)));
            }
        }
    }
}
