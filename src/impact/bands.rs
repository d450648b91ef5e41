//! Bands of equal width whose ends are round numbers.

use crate::decimal::Decimal;

/// About as many bands are made.
const BANDS: i128 = 12;
/// One in units of [`Decimal`].
const ONE: i128 = 1_000_000_000;

/// At most 13 bands of equal width over some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands {
    step: i128,
    /// The first band, counted in steps from 0.
    first: i128,
    many: usize,
    /// Whether a band holds one number only.
    single: bool,
}

impl Bands {
    /// Over the numbers from `least` to `most`, between which there are steps of `round`; `None` where they are too far apart
    /// for an end of a band to be a number.
    #[must_use]
    pub fn over(least: Decimal, most: Decimal, round: Decimal) -> Option<Self> {
        let (least, most, round) = (least.units(), most.units(), round.units());
        let step = step(most.checked_sub(least)? / BANDS + 1, round)?;
        let (first, last) = (least.div_euclid(step), most.div_euclid(step));
        // The ends of the first band and of the last.
        Decimal::from_units(first.checked_mul(step)?)?;
        Decimal::from_units(last.checked_add(1)?.checked_mul(step)?)?;
        let many = usize::try_from(last.checked_sub(first)?.checked_add(1)?).ok()?;
        Some(Self { step, first, many, single: step == round })
    }

    /// How many there are.
    #[must_use]
    pub fn many(&self) -> usize {
        self.many
    }

    /// The band of a number, from 0.
    #[must_use]
    pub fn of(&self, number: Decimal) -> usize {
        usize::try_from(number.units().div_euclid(self.step) - self.first).unwrap_or(0)
    }

    /// A band in the words of a policy: `550 to under 600`.
    #[must_use]
    pub fn label(&self, band: usize) -> String {
        let end = |more: i128| {
            let at = self
                .first
                .checked_add(band as i128)
                .and_then(|at| at.checked_add(more)?.checked_mul(self.step));
            at.and_then(Decimal::from_units).unwrap_or_default()
        };
        if self.single { end(0).to_string() } else { format!("{} to under {}", end(0), end(1)) }
    }
}

/// The least of 1, 2, 5, 10, 20, 50 … that is at least `wanted`, starting at the step between numbers.
fn step(wanted: i128, round: i128) -> Option<i128> {
    let round = round.max(1);
    // Steps are counted in tens of whole numbers where numbers are whole, else in tens of the step itself.
    let unit = if ONE % round == 0 && wanted >= ONE { ONE } else { round };
    let mut tens = unit;
    loop {
        for step in [tens, 2 * tens, 5 * tens] {
            if step >= wanted && step % round == 0 {
                return Some(step);
            }
        }
        tens = tens.checked_mul(10).filter(|tens| *tens < i128::MAX / 10)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_too_far_apart_have_no_bands() {
        assert_eq!(Bands::over(Decimal::MIN, Decimal::MAX, Decimal::ONE), None);
        let far = Decimal::MAX.checked_div(Decimal::from_int(3)).unwrap();
        let bands = Bands::over(-far, far, Decimal::ONE);
        // Whatever bands there are, each of their ends is a number.
        for bands in
            bands.into_iter().chain(Bands::over(Decimal::from_int(-7), Decimal::from_int(93), Decimal::ONE))
        {
            assert!((2..=13).contains(&bands.many()));
            let labels: Vec<_> = (0..bands.many()).map(|band| bands.label(band)).collect();
            assert_eq!(labels.iter().filter(|label| label.starts_with("0 to")).count(), 1, "{labels:?}");
        }
    }
}
