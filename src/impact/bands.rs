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
    /// Over the numbers from `least` to `most`, between which there are steps of `round`.
    #[must_use]
    pub fn over(least: Decimal, most: Decimal, round: Decimal) -> Self {
        let (least, most, round) = (least.units(), most.units(), round.units());
        let step = step((most - least) / BANDS + 1, round);
        let first = least.div_euclid(step);
        let many = usize::try_from(most.div_euclid(step) - first + 1).unwrap_or(1);
        Self { step, first, many, single: step == round }
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
            let at = (self.first + band as i128 + more) * self.step;
            Decimal::from_units(at).unwrap_or_default()
        };
        if self.single { end(0).to_string() } else { format!("{} to under {}", end(0), end(1)) }
    }
}

/// The least of 1, 2, 5, 10, 20, 50 … that is at least `wanted`, starting at the step between numbers.
fn step(wanted: i128, round: i128) -> i128 {
    let round = round.max(1);
    // Steps are counted in tens of whole numbers where numbers are whole, else in tens of the step itself.
    let unit = if ONE % round == 0 && wanted >= ONE { ONE } else { round };
    let mut tens = unit;
    loop {
        for step in [tens, 2 * tens, 5 * tens] {
            if step >= wanted && step % round == 0 {
                return step;
            }
        }
        match tens.checked_mul(10).filter(|tens| *tens < i128::MAX / 10) {
            Some(next) => tens = next,
            None => return tens,
        }
    }
}
