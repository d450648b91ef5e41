//! Exact arithmetic over lanes: in 64 bits while everything fits, else record by record with [`Decimal`], which is the
//! reference's own arithmetic. A record in which a number does not fit is marked in `over`.

use super::lane::{Lane, NO, ONE, UNDECIDED, YES, align};
use crate::date::{self, Date, Unit};
use crate::decimal::Decimal;
use crate::policy::{Comparison, Operator};

/// `a` becomes what the operator makes of both.
pub(super) fn calculate(operator: Operator, a: &mut Lane, b: &mut Lane, over: &mut [u8]) {
    join_missing(a, b);
    match operator {
        Operator::Add | Operator::Subtract => add(a, b, operator == Operator::Subtract, over),
        Operator::Multiply => multiply(a, b, over),
        Operator::Divide => divide(a, b, over),
    }
}

/// Missing in either is missing in `a`.
fn join_missing(a: &mut Lane, b: &Lane) {
    a.missing.iter_mut().zip(&b.missing).for_each(|(a, b)| *a |= b);
}

fn add(a: &mut Lane, b: &mut Lane, subtract: bool, over: &mut [u8]) {
    align(a, b);
    if !a.is_wide {
        let mut too_large = 0_i64;
        for (x, y) in a.narrow.iter_mut().zip(&b.narrow) {
            // The sign of a sum that does not fit is neither's; of a difference, not the first's.
            if subtract {
                let difference = x.wrapping_sub(*y);
                too_large |= (*x ^ *y) & (*x ^ difference);
                *x = difference;
            } else {
                let sum = x.wrapping_add(*y);
                too_large |= (*x ^ sum) & (*y ^ sum);
                *x = sum;
            }
        }
        if too_large >= 0 {
            return;
        }
        for (x, y) in a.narrow.iter_mut().zip(&b.narrow) {
            *x = if subtract { x.wrapping_add(*y) } else { x.wrapping_sub(*y) };
        }
        a.widen();
        b.widen();
    }
    wide(a, b, over, |x, y| if subtract { x.checked_sub(y) } else { x.checked_add(y) });
}

/// Record by record; `None` is a number that does not fit.
fn wide(a: &mut Lane, b: &Lane, over: &mut [u8], apply: impl Fn(Decimal, Decimal) -> Option<Decimal>) {
    for row in 0..a.rows() {
        if let (Some(x), Some(y)) = (a.get(row), b.get(row)) {
            let result = Decimal::from_units(x).zip(Decimal::from_units(y)).and_then(|(x, y)| apply(x, y));
            set_or_mark(a, row, result, over);
        }
    }
}

fn set_or_mark(lane: &mut Lane, row: usize, value: Option<Decimal>, over: &mut [u8]) {
    if value.is_none()
        && let Some(mark) = over.get_mut(row)
    {
        *mark = 1;
    }
    lane.set_wide(row, value.map(Decimal::units));
}

fn multiply(a: &mut Lane, b: &mut Lane, over: &mut [u8]) {
    if !a.is_wide && !b.is_wide {
        // Both units are powers of ten up to 1e9, so their product is one up to 1e18.
        let scale = a.unit * b.unit;
        let (unit, divisor) = if scale >= ONE { (scale / ONE, 1) } else { (1, ONE / scale) };
        let product = |x: i64, y: i64| -> Option<i64> {
            let product = i128::from(x) * i128::from(y);
            if divisor == 1 {
                return i64::try_from(product).ok();
            }
            match i64::try_from(product) {
                Ok(product) => Some(divide_rounding(product, divisor)),
                Err(_) => i64::try_from(divide_rounding_wide(product, i128::from(divisor))).ok(),
            }
        };
        if replace_all(a, b, product) {
            a.unit = unit;
            return;
        }
    }
    a.widen();
    b.widen();
    wide(a, b, over, Decimal::checked_mul);
}

/// Replaces every known value, if all results fit; otherwise none.
fn replace_all(a: &mut Lane, b: &Lane, apply: impl Fn(i64, i64) -> Option<i64>) -> bool {
    let mut results = Vec::new();
    let known = a.narrow.iter().zip(&b.narrow).zip(&a.missing);
    for ((x, y), missing) in known {
        let result = if *missing != 0 { Some(0) } else { apply(*x, *y) };
        match result {
            Some(result) => results.push(result),
            None => return false,
        }
    }
    a.narrow = results;
    true
}

fn divide(a: &mut Lane, b: &mut Lane, over: &mut [u8]) {
    // A division by zero is missing.
    for row in 0..a.rows() {
        if b.units(row) == 0
            && let Some(missing) = a.missing.get_mut(row)
        {
            *missing = 1;
        }
    }
    if !a.is_wide && !b.is_wide {
        // Both units are powers of ten up to 1e9: the factor is one from 1 to 1e18.
        let factor = a.unit * ONE / b.unit;
        let quotient = |x: i64, y: i64| -> Option<i64> {
            match x.checked_mul(factor) {
                Some(widened) => Some(divide_rounding(widened, y)),
                None => {
                    let widened = i128::from(x) * i128::from(factor);
                    i64::try_from(divide_rounding_wide(widened, i128::from(y))).ok()
                }
            }
        };
        if replace_all(a, b, quotient) {
            a.unit = 1;
            return;
        }
    }
    a.widen();
    b.widen();
    wide(a, b, over, Decimal::checked_div);
}

/// The nearest whole number, half away from zero. The divisor is not zero, and not -1 where the number is the least.
#[inline]
pub(super) fn divide_rounding(number: i64, divisor: i64) -> i64 {
    let (quotient, rest) = (number.wrapping_div(divisor), number.wrapping_rem(divisor).unsigned_abs());
    if rest < divisor.unsigned_abs() - rest {
        return quotient;
    }
    quotient + if (number < 0) == (divisor < 0) { 1 } else { -1 }
}

/// As [`divide_rounding`], of wider numbers.
pub(super) fn divide_rounding_wide(number: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (number.wrapping_div(divisor), number.wrapping_rem(divisor).unsigned_abs());
    if rest < divisor.unsigned_abs() - rest {
        return quotient;
    }
    quotient + if (number < 0) == (divisor < 0) { 1 } else { -1 }
}

/// `-x`.
pub(super) fn negate(lane: &mut Lane) {
    if !lane.is_wide && lane.narrow.contains(&i64::MIN) {
        lane.widen();
    }
    if lane.is_wide {
        lane.wide.iter_mut().for_each(|n| *n = -*n);
    } else {
        lane.narrow.iter_mut().for_each(|n| *n = -*n);
    }
}

/// The size, without the sign.
pub(super) fn absolute(lane: &mut Lane) {
    if !lane.is_wide && lane.narrow.contains(&i64::MIN) {
        lane.widen();
    }
    if lane.is_wide {
        lane.wide.iter_mut().for_each(|n| *n = n.abs());
    } else {
        lane.narrow.iter_mut().for_each(|n| *n = n.abs());
    }
}

/// `a` becomes the lesser, or the greater, of both.
pub(super) fn extreme(least: bool, a: &mut Lane, b: &mut Lane) {
    join_missing(a, b);
    align(a, b);
    if a.is_wide {
        a.wide
            .iter_mut()
            .zip(&b.wide)
            .for_each(|(a, b)| *a = if least { (*a).min(*b) } else { (*a).max(*b) });
    } else {
        a.narrow
            .iter_mut()
            .zip(&b.narrow)
            .for_each(|(a, b)| *a = if least { (*a).min(*b) } else { (*a).max(*b) });
    }
}

/// `a` becomes the nearest multiple of the step in `b`; a step of 0 leaves it.
pub(super) fn round(a: &mut Lane, b: &Lane, over: &mut [u8]) {
    join_missing(a, b);
    let narrow = !a.is_wide;
    a.widen();
    wide(a, b, over, |x, step| if step.is_zero() { Some(x) } else { x.round_to(step) });
    if narrow {
        shrink(a);
    }
}

/// Goes back to narrow numbers, if all fit.
pub(super) fn shrink(lane: &mut Lane) {
    lane.forget_missing();
    if lane.is_wide {
        let mut narrow = std::mem::take(&mut lane.narrow);
        narrow.clear();
        let fits = lane.wide.iter().all(|n| {
            i64::try_from(*n).is_ok_and(|n| {
                narrow.push(n);
                true
            })
        });
        lane.narrow = narrow;
        if fits {
            (lane.is_wide, lane.unit) = (false, 1);
        }
    }
}

/// Multiplies by a constant.
pub(super) fn weigh(lane: &mut Lane, weight: Decimal, scratch: &mut Lane, over: &mut [u8]) {
    scratch.fill(lane.rows(), Some(weight.units()));
    multiply(lane, scratch, over);
}

/// `a` becomes the whole units from the day in `a` to the day in `b`.
pub(super) fn between(unit: Unit, a: &mut Lane, b: &mut Lane) {
    join_missing(a, b);
    a.refine(1);
    b.refine(1);
    let count = |from: i64, to: i64| -> i64 {
        if unit == Unit::Day {
            return to.wrapping_sub(from);
        }
        let day = |days: i64| i32::try_from(days).ok().and_then(Date::from_days);
        match (day(from), day(to), unit) {
            (Some(from), Some(to), Unit::Month) => date::months_between(from, to),
            (Some(from), Some(to), Unit::Year | Unit::Day) => date::years_between(from, to),
            (None, _, _) | (_, None, _) => 0,
        }
    };
    for ((from, to), missing) in a.narrow.iter_mut().zip(&b.narrow).zip(&a.missing) {
        *from = if *missing != 0 { 0 } else { count(*from, *to) };
    }
    a.unit = ONE;
}

/// A comparison of each with each.
pub(super) fn compare(comparison: Comparison, a: &mut Lane, b: &mut Lane, out: &mut Vec<u8>) {
    align(a, b);
    out.clear();
    if a.is_wide {
        compare_slices(comparison, &a.wide, &b.wide, out);
    } else {
        compare_slices(comparison, &a.narrow, &b.narrow, out);
    }
    undecided_where_missing(out, &a.missing);
    undecided_where_missing(out, &b.missing);
}

fn compare_slices<T: Ord>(comparison: Comparison, a: &[T], b: &[T], out: &mut Vec<u8>) {
    let both = a.iter().zip(b);
    let truth = |b: bool| if b { YES } else { NO };
    match comparison {
        Comparison::Equal => out.extend(both.map(|(a, b)| truth(a == b))),
        Comparison::NotEqual => out.extend(both.map(|(a, b)| truth(a != b))),
        Comparison::Less => out.extend(both.map(|(a, b)| truth(a < b))),
        Comparison::LessOrEqual => out.extend(both.map(|(a, b)| truth(a <= b))),
        Comparison::Greater => out.extend(both.map(|(a, b)| truth(a > b))),
        Comparison::GreaterOrEqual => out.extend(both.map(|(a, b)| truth(a >= b))),
    }
}

/// A truth over a missing value is undecided.
pub(super) fn undecided_where_missing(truths: &mut [u8], missing: &[u8]) {
    for (truth, missing) in truths.iter_mut().zip(missing) {
        if *missing != 0 {
            *truth = UNDECIDED;
        }
    }
}

/// Whether each lies in one of some closed intervals.
pub(super) fn within(lane: &Lane, ranges: &[(i128, i128)], out: &mut Vec<u8>) {
    out.clear();
    out.resize(lane.rows(), NO);
    if lane.is_wide {
        for (truth, x) in out.iter_mut().zip(&lane.wide) {
            if ranges.iter().any(|(low, high)| (low..=high).contains(&x)) {
                *truth = YES;
            }
        }
    } else {
        let unit = i128::from(lane.unit);
        for (low, high) in ranges {
            // The bounds as narrow numbers, rounded inward: a bound past all of them is never, or always, reached.
            let low = clamp_narrow(-(-low).div_euclid(unit));
            let (Ok(low), high) = (low, high.div_euclid(unit)) else { continue };
            if high < i128::from(i64::MIN) {
                continue;
            }
            let high = i64::try_from(high).unwrap_or(i64::MAX);
            for (truth, x) in out.iter_mut().zip(&lane.narrow) {
                if *x >= low && *x <= high {
                    *truth = YES;
                }
            }
        }
    }
    undecided_where_missing(out, &lane.missing);
}

/// A bound as a narrow number; an error where no narrow number reaches it.
pub(super) fn clamp_narrow(low: i128) -> Result<i64, ()> {
    if low > i128::from(i64::MAX) { Err(()) } else { Ok(i64::try_from(low).unwrap_or(i64::MIN)) }
}
