//! The loops over a column's values: classes by thresholds, and numbers in units.

use super::chunk::Column;
use super::compile::FieldPlan;
use super::lane::{Codes, Lane};
use super::native::Native;
use arrow_buffer::{BooleanBuffer, NullBuffer};

/// The same class for all.
pub(super) fn fill(column: &mut Column, plan: &FieldPlan, class: u16, rows: usize) {
    (0..rows).for_each(|row| column.codes.set(row, class));
    if plan.value {
        column.values.fill(rows, None);
    }
}

/// How many thresholds each value has reached. There are at most 256 classes, so that no count is too large.
pub(super) fn reached<T: Native>(values: &[T], starts: &[T], codes: &mut [u8]) {
    // Four thresholds at a time, so that each value is fetched less often.
    let (fours, rest) = starts.as_chunks::<4>();
    for [a, b, c, d] in fours {
        for (code, x) in codes.iter_mut().zip(values) {
            let front = u8::from(*x >= *a).wrapping_add(u8::from(*x >= *b));
            let back = u8::from(*x >= *c).wrapping_add(u8::from(*x >= *d));
            *code = code.wrapping_add(front).wrapping_add(back);
        }
    }
    for start in rest {
        for (code, x) in codes.iter_mut().zip(values) {
            *code = code.wrapping_add(u8::from(*x >= *start));
        }
    }
}

/// One class for what is false and one for what is true.
pub(super) fn truths(values: &BooleanBuffer, no: u16, yes: u16, codes: &mut Codes) {
    let Codes::Narrow(codes) = codes else {
        return (0..values.len()).for_each(|row| codes.set(row, if values.value(row) { yes } else { no }));
    };
    let chunks = values.bit_chunks();
    for (codes, truths) in codes.chunks_mut(64).zip(chunks.iter().chain([chunks.remainder_bits()])) {
        for (code, bit) in codes.iter_mut().zip(0..) {
            *code = if truths >> bit & 1 == 1 { yes as u8 } else { no as u8 };
        }
    }
}

/// The class of what is absent where there is null.
pub(super) fn absent_where_null(codes: &mut Codes, nulls: Option<&NullBuffer>, absent: u16) {
    let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else { return };
    match codes {
        Codes::Narrow(codes) => {
            let absent = absent as u8;
            for_nulls(nulls, |row| {
                if let Some(code) = codes.get_mut(row) {
                    *code = absent;
                }
            });
        }
        Codes::Broad(_) => for_nulls(nulls, |row| codes.set(row, absent)),
    }
}

/// Nothing where there is null.
pub(super) fn missing_where_null(lane: &mut Lane, nulls: Option<&NullBuffer>) {
    let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else { return };
    for_nulls(nulls, |row| {
        if let Some(missing) = lane.missing.get_mut(row) {
            *missing = 1;
        }
    });
}

/// Calls with the place of each null, 64 records at a time.
fn for_nulls(nulls: &NullBuffer, mut at: impl FnMut(usize)) {
    let chunks = nulls.inner().bit_chunks();
    let rest = chunks.remainder_len();
    let last = (rest > 0).then(|| chunks.remainder_bits() | u64::MAX << rest);
    for (first, known) in (0..).step_by(64).zip(chunks.iter().chain(last)) {
        let mut absent = !known;
        while absent != 0 {
            at(first + absent.trailing_zeros() as usize);
            absent &= absent - 1;
        }
    }
}

/// Numbers that are whole times of so many units.
pub(super) fn numbers(lane: &mut Lane, numbers: impl Iterator<Item = i128> + Clone, unit: i128) {
    let mut fits = true;
    for (slot, number) in lane.narrow.iter_mut().zip(numbers.clone()) {
        let narrow = number as i64;
        fits &= i128::from(narrow) == number;
        *slot = narrow;
    }
    if !fits {
        lane.is_wide = true;
        lane.wide.clear();
        lane.wide.extend(numbers.map(|number| number.saturating_mul(unit)));
    }
}

/// Days, where values are needed.
pub(super) fn days<T: Copy>(
    values: &[T],
    nulls: Option<&NullBuffer>,
    plan: &FieldPlan,
    column: &mut Column,
    day: impl Fn(T) -> i64,
) {
    if plan.value {
        let lane = &mut column.values;
        lane.reset(values.len());
        lane.narrow.iter_mut().zip(values).for_each(|(slot, x)| *slot = day(*x));
        missing_where_null(lane, nulls);
    }
}

/// What the entries of a dictionary come to, by the key of each record.
pub(super) fn of_entries(
    entries: &Column,
    keys: impl ExactSizeIterator<Item = usize> + Clone,
    value: bool,
    column: &mut Column,
) {
    match (&mut column.codes, &entries.codes) {
        (Codes::Narrow(codes), Codes::Narrow(classes)) if classes.len() <= 256 => {
            let mut class_of = [0_u8; 256];
            class_of.iter_mut().zip(classes).for_each(|(slot, class)| *slot = *class);
            for (code, key) in codes.iter_mut().zip(keys.clone()) {
                *code = class_of.get(key & 0xff).copied().unwrap_or_default();
            }
        }
        (Codes::Narrow(codes), Codes::Narrow(classes)) => {
            for (code, key) in codes.iter_mut().zip(keys.clone()) {
                *code = classes.get(key).copied().unwrap_or_default();
            }
        }
        (codes, classes) => {
            keys.clone().enumerate().for_each(|(row, key)| codes.set(row, classes.as_ref().get(key)));
        }
    }
    if !value {
        return;
    }
    let (lane, entries) = (&mut column.values, &entries.values);
    lane.reset(keys.len());
    (lane.unit, lane.is_wide) = (entries.unit, entries.is_wide);
    for (slot, key) in lane.missing.iter_mut().zip(keys.clone()) {
        *slot = entries.missing.get(key).copied().unwrap_or_default();
    }
    if entries.is_wide {
        lane.wide.extend(keys.map(|key| entries.wide.get(key).copied().unwrap_or_default()));
    } else {
        for (slot, key) in lane.narrow.iter_mut().zip(keys) {
            *slot = entries.narrow.get(key).copied().unwrap_or_default();
        }
    }
}
