//! Exponential, logarithm and the normal distribution's quantiles from the four operations and the square root alone.
//!
//! The standard library's differ in their last digits from one system to the next; IEEE 754 says exactly what these give.

#![expect(clippy::excessive_precision, reason = "published coefficients are left as they were published")]

use std::f64::consts::{LN_2, SQRT_2};

/// e to the power of `x`.
pub(super) fn exp(x: f64) -> f64 {
    if x > 709.0 {
        return f64::MAX;
    }
    if x < -700.0 {
        return 0.0;
    }
    let halvings = (x / LN_2 + if x < 0.0 { -0.5 } else { 0.5 }) as i64;
    let rest = x - halvings as f64 * LN_2;
    // The series of e^rest, |rest| <= ln(2)/2, from its last term.
    let series = (1..=20).rev().fold(1.0, |sum, n| 1.0 + sum * rest / f64::from(n));
    let scale = f64::from_bits(((halvings + 1023) as u64) << 52);
    series * scale
}

/// The natural logarithm of a positive number.
pub(super) fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut power = ((bits >> 52) & 0x7FF) as i64 - 1023;
    let mut part = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
    if part > SQRT_2 {
        part *= 0.5;
        power += 1;
    }
    // ln(part) = 2 artanh(s).
    let s = (part - 1.0) / (part + 1.0);
    let square = s * s;
    let series = (0..20).rev().fold(0.0, |sum, n| sum * square + 1.0 / f64::from(2 * n + 1));
    power as f64 * LN_2 + 2.0 * s * series
}

/// What the standard normal distribution stays below with a probability of `p` (0 < p < 1): Acklam's approximation, whose
/// relative error is below 1.15e-9.
pub(super) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e+01,
        2.209460984245205e+02,
        -2.759285104469687e+02,
        1.383577518672690e+02,
        -3.066479806614716e+01,
        2.506628277459239e+00,
    ];
    const B: [f64; 6] = [
        -5.447609879822406e+01,
        1.615858368580409e+02,
        -1.556989798598866e+02,
        6.680131188771972e+01,
        -1.328068155288572e+01,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784894002430293e-03,
        -3.223964580411365e-01,
        -2.400758277161838e+00,
        -2.549732539343734e+00,
        4.374664141464968e+00,
        2.938163982698783e+00,
    ];
    const D: [f64; 5] =
        [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1.0];
    const TAIL: f64 = 0.02425;
    let polynomial = |by: &[f64], x: f64| by.iter().fold(0.0, |sum, c| sum * x + c);
    if p < TAIL {
        let q = (-2.0 * ln(p)).sqrt();
        return polynomial(&C, q) / polynomial(&D, q);
    }
    if p > 1.0 - TAIL {
        return -normal_quantile(1.0 - p);
    }
    let q = p - 0.5;
    let r = q * q;
    polynomial(&A, r) * q / polynomial(&B, r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_system_but_for_the_last_digits() {
        for at in -6000..7000 {
            let x = f64::from(at) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "exp({x})");
            let y = x.exp();
            assert!((ln(y) - y.ln()).abs() < 1e-12 * x.abs().max(1.0), "ln({y})");
        }
    }

    #[test]
    fn quantiles_of_the_normal_distribution() {
        for (p, x) in [
            (0.5, 0.0),
            (0.975, 1.959_963_985),
            (0.001, -3.090_232_306),
            (0.84, 0.994_457_883),
            (1e-6, -4.753_424_309),
        ] {
            assert!((normal_quantile(p) - x).abs() < 1e-7, "{p}: {}", normal_quantile(p));
        }
    }
}
