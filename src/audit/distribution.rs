//! How many have which score and which tier, exactly, and the shares that this comes to.

use crate::decimal::Decimal;
use crate::eval::{Outcome, Status};
use crate::policy::TierId;
use num_bigint::{BigInt, BigUint, Sign};
use std::collections::BTreeMap;
use std::ops::Bound;

/// Counts of scores. They may be of people, or of combinations of values, which are soon more than there are atoms: hence whole
/// numbers without an end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distribution {
    /// All of them.
    total: BigUint,
    /// Those with each score.
    scores: BTreeMap<Decimal, BigUint>,
    /// Those with a score, by tier; without one where the policy has none.
    tiers: BTreeMap<Option<TierId>, BigUint>,
    /// Those to whom a row or an override says `not scored`.
    not_scored: BigUint,
    /// Those who do not take part.
    not_participating: BigUint,
}

/// A score and its tier.
pub(super) type Scored = (Decimal, Option<TierId>);

impl Distribution {
    /// Counts what the interpreter said.
    pub fn of_outcomes<'o>(outcomes: impl IntoIterator<Item = &'o Outcome>) -> Self {
        let mut counted = Self::default();
        let one = BigUint::from(1_u8);
        for outcome in outcomes {
            counted.add(outcome.status, outcome.score.map(|score| (score, outcome.tier)), &one);
        }
        counted
    }

    /// Counts somebody with a status, and with a score and a tier where that is scored, so many times.
    pub(super) fn add(&mut self, status: Status, scored: Option<Scored>, times: &BigUint) {
        self.total += times;
        match (status, scored) {
            (Status::Scored, Some((score, tier))) => {
                *self.scores.entry(score).or_default() += times;
                *self.tiers.entry(tier).or_default() += times;
            }
            (Status::NotParticipating, _) => self.not_participating += times,
            (Status::Scored | Status::NotScored, _) => self.not_scored += times,
        }
    }

    /// How many there are.
    pub fn total(&self) -> &BigUint {
        &self.total
    }

    /// How many have each score, rising.
    pub fn scores(&self) -> &BTreeMap<Decimal, BigUint> {
        &self.scores
    }

    /// How many with a score are in a tier, or in none.
    pub fn in_tier(&self, tier: Option<TierId>) -> BigUint {
        self.tiers.get(&tier).cloned().unwrap_or_default()
    }

    /// How many have a score of at least so much.
    pub fn at_least(&self, score: Decimal) -> BigUint {
        self.scores.range((Bound::Included(score), Bound::Unbounded)).map(|(_, ways)| ways).sum()
    }

    /// How many have a score.
    pub fn scored(&self) -> BigUint {
        self.scores.values().sum()
    }

    /// To how many a row or an override says `not scored`.
    pub fn not_scored(&self) -> &BigUint {
        &self.not_scored
    }

    /// How many do not take part.
    pub fn not_participating(&self) -> &BigUint {
        &self.not_participating
    }

    /// The mean of the scores, rounded to nine places, half away from zero; `None` where nobody has one.
    pub fn mean(&self) -> Option<Decimal> {
        let weighed =
            |(score, ways): (&Decimal, &BigUint)| BigInt::from(score.units()) * BigInt::from(ways.clone());
        let sum: BigInt = self.scores.iter().map(weighed).sum();
        let (sign, size) = sum.into_parts();
        let size = i128::try_from(rounded(&size, &self.scored())?).ok()?;
        Decimal::from_units(if sign == Sign::Minus { -size } else { size })
    }

    /// How many of a hundred some are, rounded to so many places, at most nine, half up; `None` where nobody was counted.
    pub fn percent(&self, some: &BigUint, places: u32) -> Option<Decimal> {
        let places = places.min(9);
        let size = i128::try_from(rounded(&(some * 100_u8 * 10_u64.pow(places)), &self.total)?).ok()?;
        Decimal::from_units(size.checked_mul(10_i128.pow(9 - places))?)
    }
}

/// A quotient, rounded half up.
fn rounded(dividend: &BigUint, divisor: &BigUint) -> Option<BigUint> {
    if *divisor == BigUint::ZERO {
        return None;
    }
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    Some(if rest * 2_u8 >= *divisor { quotient + 1_u8 } else { quotient })
}
