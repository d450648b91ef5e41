//! The points of an influence in 64 bits, where everything that can happen fits. The numbers are those of the reference,
//! `eval::influence`, to the last digit.

use crate::decimal::Decimal;
use crate::policy::{Influence, Statistic};

/// Stands where there is no score.
pub(super) const NO_SCORE: i64 = i64::MIN;
/// No number that is met may be as large as this, so that two of them can be added.
pub(super) const TOO_LARGE: i128 = 1 << 62;

/// Scores by slot, as linked records are asked for them.
#[derive(Debug, Clone)]
pub(super) enum Scores {
    /// In units; [`NO_SCORE`] where there is none.
    Narrow(Vec<i64>),
    /// Where some do not fit.
    Wide(Vec<Option<Decimal>>),
}

impl Scores {
    /// In units, where all fit.
    pub(super) fn narrow(&self) -> &[i64] {
        match self {
            Self::Narrow(scores) => scores,
            Self::Wide(_) => &[],
        }
    }

    /// The score at a slot.
    pub(super) fn get(&self, slot: usize) -> Option<Decimal> {
        match self {
            Self::Narrow(scores) => {
                let units = scores.get(slot).filter(|units| **units != NO_SCORE)?;
                Decimal::from_units((*units).into())
            }
            Self::Wide(scores) => scores.get(slot).copied().flatten(),
        }
    }
}

/// An influence whose points fit, whatever scores are read up to a certain size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Narrow {
    statistic: Statistic,
    against: i64,
    smoothing: i64,
    /// The weight as a fraction in its lowest terms.
    times: i64,
    by: i64,
    /// Whether a distance times `times` fits.
    product_fits: bool,
    limits: (i64, i64),
    /// So many scores can be summed in 64 bits.
    block: usize,
}

impl Narrow {
    /// Of an influence that reads scores of a size up to `largest`; with the greatest size of its points. `None` where
    /// something may not fit.
    pub(super) fn new(influence: &Influence, largest: i128) -> Option<(Self, i128)> {
        let against = influence.against.units();
        let statistic = largest.max(against.abs());
        let distance = statistic.checked_add(against.abs()).filter(|distance| *distance < TOO_LARGE)?;
        let weight = influence.weight.units();
        let one = Decimal::ONE.units();
        // One more, for rounding.
        let raw = (weight.abs().checked_mul(distance)? / one + 1).max(0);
        if raw >= TOO_LARGE {
            return None;
        }
        let (low, high) = influence.limits.map_or((-raw, raw), |(low, high)| (low.units(), high.units()));
        let ends = [-raw, raw].map(|end| end.max(low).min(high).abs());
        let most = ends.into_iter().max().unwrap_or(raw);
        if most >= TOO_LARGE {
            return None;
        }
        let common = common_divisor(weight.abs(), one);
        let times = i64::try_from(weight / common).ok()?;
        let narrow = |limit: i128| limit.max(-TOO_LARGE).min(TOO_LARGE) as i64;
        let narrow = Self {
            statistic: influence.statistic,
            against: i64::try_from(against).ok()?,
            smoothing: influence.smoothing.into(),
            times,
            by: i64::try_from(one / common).ok()?,
            product_fits: i128::from(times).abs().checked_mul(distance)? < TOO_LARGE,
            limits: (narrow(low), narrow(high)),
            block: usize::try_from(i128::from(i64::MAX) / largest.max(1)).unwrap_or(usize::MAX),
        };
        Some((narrow, most))
    }

    /// The points that linked records give. `spare` is room to work in.
    #[inline]
    pub(super) fn points(&self, members: &[u32], scores: &[i64], spare: &mut Vec<i64>) -> i64 {
        let statistic = match self.statistic {
            Statistic::Average => self.average(members, scores),
            Statistic::Median => self.median(members, scores, spare),
            Statistic::Lowest => {
                let least = known(members, scores).min();
                least.map(|least| if self.smoothing > 0 { least.min(self.against) } else { least })
            }
            Statistic::Highest => {
                let greatest = known(members, scores).max();
                greatest.map(|most| if self.smoothing > 0 { most.max(self.against) } else { most })
            }
        };
        // Nobody with a score changes nothing, whatever the limits are.
        let Some(statistic) = statistic else { return 0 };
        let distance = statistic - self.against;
        let raw = if self.product_fits {
            divide(distance * self.times, self.by)
        } else {
            divide_wide(i128::from(distance) * i128::from(self.times), self.by.into())
        };
        raw.max(self.limits.0).min(self.limits.1)
    }

    fn average(&self, members: &[u32], scores: &[i64]) -> Option<i64> {
        if members.len() > self.block {
            let (mut sum, mut count) = (0_i128, 0);
            for part in members.chunks(self.block.max(1)) {
                let (part, known) = sum_of(part, scores);
                sum += i128::from(part);
                count += known;
            }
            return self.mean(sum, count);
        }
        let (sum, count) = sum_of(members, scores);
        if self.smoothing > 0 {
            return self.mean(sum.into(), count);
        }
        match count {
            0 => None,
            1 => Some(sum),
            _ => Some(divide(sum, count)),
        }
    }

    fn mean(&self, sum: i128, count: i64) -> Option<i64> {
        if count == 0 {
            return None;
        }
        let sum = sum + i128::from(self.against) * i128::from(self.smoothing);
        let members = count + self.smoothing;
        Some(i64::try_from(sum).map_or_else(|_| divide_wide(sum, members.into()), |sum| divide(sum, members)))
    }

    /// The middle of the scores and the copies of `against`, without writing the copies out.
    fn median(&self, members: &[u32], scores: &[i64], spare: &mut Vec<i64>) -> Option<i64> {
        spare.clear();
        spare.extend(known(members, scores));
        if spare.is_empty() {
            return None;
        }
        spare.sort_unstable();
        let copies = usize::try_from(self.smoothing).ok()?;
        let below = spare.partition_point(|score| *score < self.against);
        let at = |position: usize| {
            if position < below {
                spare.get(position).copied()
            } else if position < below + copies {
                Some(self.against)
            } else {
                spare.get(position - copies).copied()
            }
        };
        let count = spare.len() + copies;
        let upper = at(count / 2)?;
        if count % 2 == 1 {
            return Some(upper);
        }
        Some(divide(at(count / 2 - 1)? + upper, 2))
    }
}

/// The scores of those who have one.
fn known<'a>(members: &'a [u32], scores: &'a [i64]) -> impl Iterator<Item = i64> + 'a {
    let score = |member: &u32| scores.get(*member as usize).copied().filter(|score| *score != NO_SCORE);
    members.iter().filter_map(score)
}

/// The sum of the scores of those who have one, and how many these are. So few that it fits.
#[inline]
fn sum_of(members: &[u32], scores: &[i64]) -> (i64, i64) {
    let (mut sum, mut count) = (0_i64, 0_i64);
    for member in members {
        let score = scores.get(*member as usize).copied().unwrap_or(NO_SCORE);
        let known = score != NO_SCORE;
        sum = sum.wrapping_add(if known { score } else { 0 });
        count = count.wrapping_add(i64::from(known));
    }
    (sum, count)
}

/// The nearest whole number, half away from zero. The divisor is greater than zero.
#[inline]
fn divide(number: i64, divisor: i64) -> i64 {
    let (quotient, rest) = (number.wrapping_div(divisor), number.wrapping_rem(divisor).abs());
    if rest < divisor - rest { quotient } else { quotient + number.signum() }
}

fn divide_wide(number: i128, divisor: i128) -> i64 {
    let (quotient, rest) = (number.wrapping_div(divisor), number.wrapping_rem(divisor).abs());
    let nearest = if rest < divisor - rest { quotient } else { quotient + number.signum() };
    // It is smaller than `TOO_LARGE`.
    nearest as i64
}

fn common_divisor(a: i128, b: i128) -> i128 {
    if a == 0 { b } else { common_divisor(b % a, a) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::LinkId;
    use crate::eval::influence::points_of;
    use crate::source::{FileId, Place, Span};
    use proptest::prelude::*;

    fn influence(statistic: Statistic) -> Influence {
        Influence {
            link: LinkId(0),
            name: String::new(),
            title: String::new(),
            statistic,
            against: Decimal::ZERO,
            weight: Decimal::ZERO,
            smoothing: 0,
            limits: None,
            settled: true,
            reason: None,
            sources: Vec::new(),
            notes: Vec::new(),
            place: Place::new(FileId(0), Span::new(0, 0)),
        }
    }

    fn units(units: i64) -> Decimal {
        Decimal::from_units(units.into()).unwrap()
    }

    /// Numbers of every size, small and round ones among them.
    fn sizes() -> impl Strategy<Value = i64> {
        (any::<i64>(), 3_u32..64, 0..3_u8).prop_map(|(n, shift, kind)| {
            let n = n >> shift;
            if kind == 0 { n - n % 1_000_000_000 } else { n }
        })
    }

    proptest! {
        #[test]
        fn points_are_those_of_the_reference(
            statistic in prop::sample::select(vec![
                Statistic::Average, Statistic::Median, Statistic::Lowest, Statistic::Highest,
            ]),
            against in sizes(),
            weight in sizes(),
            smoothing in 0_u32..4,
            limits in prop::option::of((sizes(), sizes())),
            scores in prop::collection::vec(prop::option::weighted(0.8, sizes()), 0..9),
        ) {
            let mut influence = influence(statistic);
            (influence.against, influence.weight, influence.smoothing) = (units(against), units(weight), smoothing);
            influence.limits = limits.map(|(a, b)| (units(a.min(b)), units(a.max(b))));
            let known: Vec<Decimal> = scores.iter().flatten().map(|score| units(*score)).collect();
            let largest = scores.iter().flatten().map(|score| i128::from(*score).abs()).max().unwrap_or(0);
            let Some((narrow, most)) = Narrow::new(&influence, largest) else { return Ok(()) };
            let expected = points_of(&influence, scores.len(), known).unwrap().points.units();
            let all: Vec<i64> = scores.iter().map(|score| score.unwrap_or(NO_SCORE)).collect();
            let members: Vec<u32> = (0..all.len() as u32).collect();
            let found = narrow.points(&members, &all, &mut Vec::new());
            prop_assert_eq!(i128::from(found), expected);
            prop_assert!(expected.abs() <= most);
        }
    }
}
