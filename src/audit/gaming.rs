//! Who of a population could buy their way up, and for how much; what a bought friend is worth; whether scores bunch just
//! above a cut-off.
//!
//! Records are taken in one at a time and only counted: what is kept grows with the number of different prices, gains and
//! scores, not with the number of records.

use super::grid::divisor;
use super::recourse::{Planner, Price};
use crate::data::{Records, Set, Type};
use crate::decimal::Decimal;
use crate::eval::{Outcome, Scorer, Settled, score_one};
use crate::policy::{Policy, TierId};
use std::collections::BTreeMap;

/// What a population could do to its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaming {
    /// Records with a score.
    pub scored: u64,
    /// Records without.
    pub not_scored: u64,
    /// Records that could not be scored, and why of the first.
    pub unknown: (u64, Option<String>),
    /// Why some of what is told of prices may not be so: of the first of which it is not proved.
    pub inexact: Option<String>,
    /// The tiers but the worst, best first.
    pub tiers: Vec<IntoTier>,
    /// What a bought friend is worth, by influence.
    pub friends: Vec<BoughtFriend>,
    /// The cut-offs of the tiers but the worst, best first, where enough scores can lie on both sides.
    pub bunching: Vec<Bunching>,
    /// Tiers at whose cut-offs that is not so: scores lie too far apart, or it is too near an end of the range.
    pub not_compared: Vec<TierId>,
}

/// The way into a tier, or a better one.
#[derive(Debug, Clone, PartialEq)]
pub struct IntoTier {
    /// Which.
    pub tier: TierId,
    /// Records below it.
    pub below: u64,
    /// The least prices of those that can buy their way in, as far as they were found.
    pub prices: Spread,
    /// Those of which it is proved that no change of what has a price brings them in.
    pub no_way: u64,
    /// Those of which neither is known, and why of the first.
    pub undecided: (u64, Option<String>),
}

/// What one more linked record with the top score is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct BoughtFriend {
    /// The influence, by its position in the policy.
    pub influence: u32,
    /// The score of the bought friend: the top of the range.
    pub with: Decimal,
    /// The points that the scores gain.
    pub gains: Spread,
}

/// Scores just above a cut-off against scores just below.
#[derive(Debug, Clone, PartialEq)]
pub struct Bunching {
    /// The tier that begins there.
    pub tier: TierId,
    /// The least score of it.
    pub cut: Decimal,
    /// How far is looked to either side: as many scores can lie on one as on the other.
    pub width: Decimal,
    /// Scores from the cut-off on.
    pub above: u64,
    /// Scores below it.
    pub below: u64,
}

impl Bunching {
    /// How many times as many are above; `None` where none is below.
    pub fn ratio(&self) -> Option<f64> {
        (self.below > 0).then(|| self.above as f64 / self.below as f64)
    }

    /// The difference of both counts in standard deviations, if each record were on either side by a fair coin: a screen
    /// for a jump of the density (after McCrary 2008, who fits the density on both sides; here it is taken as level so
    /// close to the cut-off). `None` where there are no records.
    pub fn z(&self) -> Option<f64> {
        let all = (self.above + self.below) as f64;
        (all > 0.0).then(|| (self.above as f64 - self.below as f64) / all.sqrt())
    }
}

/// Numbers, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spread {
    counts: BTreeMap<Decimal, u64>,
}

impl Spread {
    fn add(&mut self, number: Decimal) {
        *self.counts.entry(number).or_insert(0) += 1;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The least.
    pub fn least(&self) -> Option<Decimal> {
        self.counts.keys().next().copied()
    }

    /// The greatest.
    pub fn greatest(&self) -> Option<Decimal> {
        self.counts.keys().next_back().copied()
    }

    /// The middle one; of an even number the lesser of the two in the middle.
    pub fn median(&self) -> Option<Decimal> {
        let middle = self.count().checked_sub(1)? / 2;
        let mut so_far = 0;
        let mut counts = self.counts.iter();
        counts.find_map(|(number, count)| {
            so_far += count;
            (so_far > middle).then_some(*number)
        })
    }

    /// Whether all are whole numbers.
    pub fn is_whole(&self) -> bool {
        self.counts.keys().all(|number| number.is_integer())
    }

    /// How many lie in each of some intervals of equal width, from the least to the greatest: the first number of each,
    /// where it ends (which is in the next), and the count. Whole numbers have intervals of whole width.
    pub fn histogram(&self, bins: u32) -> Vec<(Decimal, Decimal, u64)> {
        let (Some(least), Some(greatest)) = (self.least(), self.greatest()) else { return Vec::new() };
        let grain = if self.is_whole() { Decimal::ONE.units() } else { 1 };
        let span = greatest.units().saturating_sub(least.units()).saturating_add(grain);
        let bins = i128::from(bins.max(1));
        let width = (span / bins).saturating_add(grain - 1) / grain * grain;
        let width = if width.saturating_mul(bins) < span { width + grain } else { width.max(grain) };
        let mut found: Vec<(Decimal, Decimal, u64)> = Vec::new();
        let mut from = least.units();
        while from <= greatest.units() {
            let (Some(low), Some(high)) = (Decimal::from_units(from), Decimal::from_units(from + width))
            else {
                break;
            };
            found.push((low, high, self.counts.range(low..high).map(|(_, count)| count).sum()));
            from += width;
        }
        found
    }
}

/// Takes records in.
pub struct Tally<'a, 'p> {
    planner: &'a Planner<'p>,
    scorer: Scorer<'p>,
    records: &'a dyn Records,
    settled: Settled,
    top: Decimal,
    scores: BTreeMap<Decimal, u64>,
    gaming: Gaming,
}

/// What a population could do to its scores.
pub fn gaming(planner: &Planner<'_>, records: &dyn Records) -> Gaming {
    let mut tally = Tally::new(planner, records);
    (0..records.count()).for_each(|position| tally.take(position));
    tally.finish()
}

impl<'a, 'p> Tally<'a, 'p> {
    /// With no record taken in yet.
    pub fn new(planner: &'a Planner<'p>, records: &'a dyn Records) -> Self {
        let policy = planner.policy();
        let scorer = Scorer::new(policy);
        let settled = Settled::of(&scorer, records);
        let (_, top) = policy.range.unwrap_or(policy.reachable);
        let tiers = (0..policy.tiers.len().saturating_sub(1) as u32).map(TierId);
        let into = tiers.map(|tier| IntoTier {
            tier,
            below: 0,
            prices: Spread::default(),
            no_way: 0,
            undecided: (0, None),
        });
        let friends = (0..policy.influences.len() as u32).map(|influence| BoughtFriend {
            influence,
            with: top,
            gains: Spread::default(),
        });
        let gaming = Gaming {
            scored: 0,
            not_scored: 0,
            unknown: (0, None),
            inexact: None,
            tiers: into.collect(),
            friends: friends.collect(),
            bunching: Vec::new(),
            not_compared: Vec::new(),
        };
        Self { planner, scorer, records, settled, top, scores: BTreeMap::new(), gaming }
    }

    /// Takes the record at a position in.
    pub fn take(&mut self, position: usize) {
        let outcome = score_one(&self.scorer, self.records, &self.settled, position, &mut ());
        let (Some(Ok(outcome)), Some(subject)) = (outcome, self.records.subject(position)) else {
            self.gaming.unknown.0 += 1;
            self.gaming.unknown.1.get_or_insert_with(|| "a number does not fit".to_owned());
            return;
        };
        let Some(score) = outcome.score else {
            self.gaming.not_scored += 1;
            return;
        };
        self.gaming.scored += 1;
        *self.scores.entry(score).or_insert(0) += 1;
        let better = outcome.tier.map_or(0, TierId::index);
        let prices = self.planner.prices(self.records, &subject, &outcome);
        let prices = prices.unwrap_or_else(|why| vec![Price::Undecided(why); better]);
        for (into, price) in self.gaming.tiers.iter_mut().zip(prices) {
            into.below += 1;
            match price {
                Price::Least(cost) => into.prices.add(cost),
                Price::AtMost(cost, why) => {
                    into.prices.add(cost);
                    self.gaming.inexact.get_or_insert(why);
                }
                Price::NoWay => into.no_way += 1,
                Price::Undecided(why) => {
                    into.undecided.0 += 1;
                    into.undecided.1.get_or_insert_with(|| why.clone());
                    self.gaming.inexact.get_or_insert(why);
                }
            }
        }
        for at in 0..self.gaming.friends.len() {
            let gain = self.gain(at, &subject, &outcome, score);
            if let (Some(gain), Some(friend)) = (gain, self.gaming.friends.get_mut(at)) {
                friend.gains.add(gain);
            }
        }
    }

    /// What one more friend with the top score brings a record.
    fn gain(
        &self,
        at: usize,
        subject: &crate::data::Subject<'_>,
        outcome: &Outcome,
        score: Decimal,
    ) -> Option<Decimal> {
        let influence = self.planner.policy().influences.get(at)?;
        let mut influences = outcome.influences.clone();
        *influences.get_mut(at)? = self.settled.with_one_more(influence, subject, self.top)?;
        let own = self.scorer.own(self.records, subject, &mut ()).ok()?;
        let then = self.scorer.finish(self.records, subject, own, influences, &mut ()).ok()?;
        then.score?.checked_sub(score)
    }

    /// What was counted.
    pub fn finish(mut self) -> Gaming {
        let policy = self.planner.policy();
        for into in &self.gaming.tiers {
            match bunching(policy, &self.scores, into.tier) {
                Some(Some(found)) => self.gaming.bunching.push(found),
                Some(None) => self.gaming.not_compared.push(into.tier),
                None => {}
            }
        }
        self.gaming
    }
}

/// Scores on both sides of a tier's least score: `None` where it has none, and nothing within where too few can lie there.
///
/// Compared are as many scores that can be on one side as on the other. Those that can be lie as far apart as all that were
/// seen do, those aside that overrides set; the ends of the range, where scores pile up that would be beyond, are left out.
fn bunching(policy: &Policy, scores: &BTreeMap<Decimal, u64>, tier: TierId) -> Option<Option<Bunching>> {
    let Set::Ranges(ranges) = &policy.tiers.get(tier.index())?.scores else { return None };
    let (low, _) = *ranges.first()?;
    let (least, _) = crate::data::limits(Type::Number);
    let cut = Decimal::from_units(low).filter(|_| low > least)?;
    Some(around(policy, scores, tier, cut))
}

fn around(policy: &Policy, scores: &BTreeMap<Decimal, u64>, tier: TierId, cut: Decimal) -> Option<Bunching> {
    let set = policy.overrides.iter().flat_map(|each| [each.score_at_least, each.score_at_most]);
    let ends = policy.range.into_iter().flat_map(|(low, high)| [Some(low), Some(high)]);
    let held: Vec<Decimal> = set.chain(ends).flatten().collect();
    let mut free = scores.keys().filter(|score| !held.contains(score)).map(|score| score.units());
    let first = free.next()?;
    let apart = free.fold(0, |apart, score| divisor(apart, score.saturating_sub(first)));
    if apart == 0 {
        return None;
    }
    // How far one would look, were all scores possible; a little farther where they lie apart, but not much.
    let width = width(policy);
    let wanted = match width / apart {
        many @ (0 | 1) if apart.saturating_mul(2) > width.saturating_mul(5) => many,
        0 | 1 => 2,
        many => many,
    };
    // The least score that can be from the cut-off on.
    let above = cut.units().checked_add(first.checked_sub(cut.units())?.rem_euclid(apart))?;
    let inside = |score: i128| {
        Decimal::from_units(score).is_some_and(|score| match policy.range {
            Some((low, high)) => low < score && score < high,
            None => policy.reachable.0 <= score && score <= policy.reachable.1,
        })
    };
    let can_be =
        |steps: i128| steps.checked_mul(apart).and_then(|far| above.checked_add(far)).is_some_and(inside);
    // Both sides are intervals: what lies between two scores that can be, can be.
    let (mut most, mut none) = (0, wanted + 1);
    while none - most > 1 {
        let many = most + (none - most) / 2;
        if can_be(many - 1) && can_be(-many) { most = many } else { none = many }
    }
    if most < 2 {
        return None;
    }
    let at = |steps: i128| Decimal::from_units(above + steps * apart);
    let count = |from: Decimal, to: Decimal| scores.range(from..=to).map(|(_, count)| count).sum();
    Some(Bunching {
        tier,
        cut,
        width: Decimal::from_units(most * apart)?,
        above: count(at(0)?, at(most - 1)?),
        below: count(at(-most)?, at(-1)?),
    })
}

/// How far is looked to either side of a cut-off, in units: a hundredth of the range, in whole steps of the rounding;
/// without a range ten of them.
fn width(policy: &Policy) -> i128 {
    let step = policy.round.units().max(1);
    let units = match policy.range {
        Some((low, high)) => high.units().saturating_sub(low.units()) / 100,
        None => step.saturating_mul(10),
    };
    (units.saturating_add(step - 1) / step).max(1).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(numbers: &[i64]) -> Spread {
        let mut spread = Spread::default();
        numbers.iter().for_each(|n| spread.add(Decimal::from_int(*n)));
        spread
    }

    #[test]
    fn middles_and_ends() {
        let of = spread(&[9, 3, 3, 12]);
        let told = [of.least(), of.median(), of.greatest()].map(|n| n.unwrap().to_string());
        assert_eq!(told, ["3", "3", "12"]);
        assert_eq!(spread(&[]).median(), None);
    }

    #[test]
    fn every_number_is_in_one_bin() {
        for numbers in [&[3, 3, 4][..], &[0, 100], &[5], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]] {
            let of = spread(numbers);
            let histogram = of.histogram(5);
            assert!(histogram.len() <= 5, "{histogram:?}");
            assert_eq!(histogram.iter().map(|(_, _, count)| count).sum::<u64>(), of.count(), "{histogram:?}");
        }
    }

    #[test]
    fn a_jump_is_seen() {
        let cut = Decimal::from_int(600);
        let of = |above, below| Bunching { tier: TierId(0), cut, width: Decimal::ONE, above, below };
        assert_eq!(of(75, 25).z(), Some(5.0));
        assert_eq!(of(50, 50).z(), Some(0.0));
        assert_eq!(of(3, 0).ratio(), None);
    }
}
