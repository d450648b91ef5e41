//! The points of an influence in 64 bits, where everything that can happen fits. The numbers are those of the reference,
//! `eval::influence`, to the last digit.

use super::arithmetic::{divide_rounding, divide_rounding_wide};
use super::divisor::Divisor;
use crate::data::Links;
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

/// Room to work in.
#[derive(Debug, Default)]
pub(super) struct Spare {
    fetched: Vec<i64>,
    sorted: Vec<i64>,
}

/// The scores of so many rows are fetched at a time: they stay close to the processor.
const ROWS: usize = 256;

/// An influence whose points fit, whatever scores are read up to a certain size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Narrow {
    statistic: Statistic,
    against: i64,
    smoothing: i64,
    /// The weight as a fraction in its lowest terms.
    times: i64,
    by: i64,
    divisor: Divisor,
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
        let by = i64::try_from(one / common).ok()?;
        let narrow = |limit: i128| limit.clamp(-TOO_LARGE, TOO_LARGE) as i64;
        let narrow = Self {
            statistic: influence.statistic,
            against: i64::try_from(against).ok()?,
            smoothing: influence.smoothing.into(),
            times,
            by,
            divisor: Divisor::new(by),
            product_fits: i128::from(times).abs().checked_mul(distance)? < TOO_LARGE,
            limits: (narrow(low), narrow(high)),
            block: usize::try_from(i128::from(i64::MAX) / largest.max(1)).unwrap_or(usize::MAX),
        };
        Some((narrow, most))
    }

    /// Adds to the numbers of the slots from one on the points that linked records give; to none that is [`NO_SCORE`].
    ///
    /// All scores of some rows are fetched before the first is used: so the processor waits for many at a time.
    pub(super) fn add_points(
        &self,
        links: &Links,
        first: usize,
        scores: &[i64],
        spare: &mut Spare,
        numbers: &mut [i64],
    ) {
        let mut done = 0;
        while done < numbers.len() {
            let (starts, members) = links.rows(first + done, ROWS.min(numbers.len() - done));
            let (Some(begin), Some(end)) = (starts.first(), starts.last()) else { break };
            if starts.len() < 2 {
                break;
            }
            let score = |member: &u32| scores.get(*member as usize).copied().unwrap_or(NO_SCORE);
            spare.fetched.clear();
            spare.fetched.extend(members.get(*begin..*end).unwrap_or(&[]).iter().map(score));
            for (bounds, number) in starts.windows(2).zip(numbers.iter_mut().skip(done)) {
                let [start, end] = bounds else { continue };
                let row = spare.fetched.get(start - begin..end - begin).unwrap_or(&[]);
                if *number != NO_SCORE {
                    *number += self.points(row, &mut spare.sorted);
                }
            }
            done += starts.len() - 1;
        }
    }

    /// Whether it is the mean of the scores that counts.
    pub(super) fn is_average(&self) -> bool {
        self.statistic == Statistic::Average
    }

    /// Whether so many scores can be summed in 64 bits.
    pub(super) fn sum_fits(&self, scores: usize) -> bool {
        scores <= self.block
    }

    /// Adds to numbers the points that means give: of sums of scores, and how many these are. To none that is [`NO_SCORE`].
    /// Each sum fits ([`Narrow::sum_fits`]). `divisors` are those of the smaller counts.
    pub(super) fn add_points_of_means(
        &self,
        sums: &[i64],
        counts: &[u32],
        divisors: &[Divisor],
        numbers: &mut [i64],
    ) {
        for ((sum, count), number) in sums.iter().zip(counts).zip(numbers) {
            if *number == NO_SCORE || *count == 0 {
                continue;
            }
            let mean = if self.smoothing > 0 {
                self.mean((*sum).into(), (*count).into())
            } else {
                let known = divisors.get(*count as usize);
                Some(known.map_or_else(|| divide_rounding(*sum, (*count).into()), |by| by.divide(*sum)))
            };
            *number += self.points_of(mean);
        }
    }

    /// The points that scores give. `sorted` is room to work in.
    #[inline]
    fn points(&self, scores: &[i64], sorted: &mut Vec<i64>) -> i64 {
        let statistic = match self.statistic {
            Statistic::Average => self.average(scores),
            Statistic::Median => self.median(scores, sorted),
            Statistic::Lowest => {
                let least = known(scores).min();
                least.map(|least| if self.smoothing > 0 { least.min(self.against) } else { least })
            }
            Statistic::Highest => {
                let greatest = known(scores).max();
                greatest.map(|most| if self.smoothing > 0 { most.max(self.against) } else { most })
            }
        };
        self.points_of(statistic)
    }

    /// The points that a statistic gives.
    #[inline]
    fn points_of(&self, statistic: Option<i64>) -> i64 {
        // Nobody with a score changes nothing, whatever the limits are.
        let Some(statistic) = statistic else { return 0 };
        let distance = statistic - self.against;
        let raw = if self.product_fits {
            self.divisor.divide(distance * self.times)
        } else {
            // It is smaller than `TOO_LARGE`.
            divide_rounding_wide(i128::from(distance) * i128::from(self.times), self.by.into()) as i64
        };
        raw.max(self.limits.0).min(self.limits.1)
    }

    #[inline]
    fn average(&self, scores: &[i64]) -> Option<i64> {
        if scores.len() > self.block {
            let (mut sum, mut count) = (0_i128, 0);
            for part in scores.chunks(self.block.max(1)) {
                let (part, known) = sum_of(part);
                sum += i128::from(part);
                count += known;
            }
            return self.mean(sum, count);
        }
        let (sum, count) = sum_of(scores);
        if self.smoothing > 0 {
            return self.mean(sum.into(), count);
        }
        match count {
            0 => None,
            1 => Some(sum),
            _ => Some(divide_rounding(sum, count)),
        }
    }

    fn mean(&self, sum: i128, count: i64) -> Option<i64> {
        if count == 0 {
            return None;
        }
        let sum = sum + i128::from(self.against) * i128::from(self.smoothing);
        let members = count + self.smoothing;
        let wide = |_| divide_rounding_wide(sum, members.into()) as i64;
        Some(i64::try_from(sum).map_or_else(wide, |sum| divide_rounding(sum, members)))
    }

    /// The middle of the scores and the copies of `against`, without writing the copies out.
    fn median(&self, scores: &[i64], sorted: &mut Vec<i64>) -> Option<i64> {
        sorted.clear();
        sorted.extend(known(scores));
        if sorted.is_empty() {
            return None;
        }
        sorted.sort_unstable();
        let copies = usize::try_from(self.smoothing).ok()?;
        let below = sorted.partition_point(|score| *score < self.against);
        let at = |position: usize| {
            if position < below {
                sorted.get(position).copied()
            } else if position < below + copies {
                Some(self.against)
            } else {
                sorted.get(position - copies).copied()
            }
        };
        let count = sorted.len() + copies;
        let upper = at(count / 2)?;
        if count % 2 == 1 {
            return Some(upper);
        }
        Some(divide_rounding(at(count / 2 - 1)? + upper, 2))
    }
}

/// The scores of those who have one.
fn known(scores: &[i64]) -> impl Iterator<Item = i64> + '_ {
    scores.iter().copied().filter(|score| *score != NO_SCORE)
}

/// The sum of the scores of those who have one, and how many these are. So few that it fits.
#[inline]
fn sum_of(scores: &[i64]) -> (i64, i64) {
    let (mut sum, mut count) = (0_i64, 0_i64);
    for score in scores {
        let known = *score != NO_SCORE;
        sum = sum.wrapping_add(if known { *score } else { 0 });
        count = count.wrapping_add(i64::from(known));
    }
    (sum, count)
}

fn common_divisor(a: i128, b: i128) -> i128 {
    if a == 0 { b } else { common_divisor(b % a, a) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::influence::points_of;
    use crate::eval::sample;
    use proptest::prelude::*;

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
            let mut influence = sample::influence("0");
            influence.statistic = statistic;
            (influence.against, influence.weight, influence.smoothing) = (units(against), units(weight), smoothing);
            influence.limits = limits.map(|(a, b)| (units(a.min(b)), units(a.max(b))));
            let known: Vec<Decimal> = scores.iter().flatten().map(|score| units(*score)).collect();
            let largest = scores.iter().flatten().map(|score| i128::from(*score).abs()).max().unwrap_or(0);
            let Some((narrow, most)) = Narrow::new(&influence, largest) else { return Ok(()) };
            let expected = points_of(&influence, scores.len(), known).unwrap().points.units();
            let all: Vec<i64> = scores.iter().map(|score| score.unwrap_or(NO_SCORE)).collect();
            let found = narrow.points(&all, &mut Vec::new());
            prop_assert_eq!(i128::from(found), expected);
            prop_assert!(expected.abs() <= most);
        }
    }
}
