//! Which events come to a sum, and on which days they keep out of the way of caps.

use super::possible::Range;
use crate::data::{Type, limits};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::{Cap, CapPeriod, Events};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many sums are looked at for a choice of events.
const SUMS: usize = 4_000;

/// What the caps of a rule leave of the points of events on days.
pub(super) struct Calendar {
    caps: Vec<Cap>,
    /// By cap and period: the sum that comes to the cap.
    sums: Vec<BTreeMap<Option<Date>, Decimal>>,
    /// The days that events were put on.
    pub(super) used: BTreeSet<Date>,
}

impl Calendar {
    pub(super) fn new(events: &Events) -> Self {
        Self {
            caps: events.caps.clone(),
            sums: vec![BTreeMap::new(); events.caps.len()],
            used: BTreeSet::new(),
        }
    }

    /// What would be left of the points of one more event on a day; where that is nothing, the next earlier day on which
    /// something might be (none where a cap in total is reached). Unless caps may take from points, all of them must be.
    pub(super) fn gain(
        &self,
        day: Option<Date>,
        points: Decimal,
        under_caps: bool,
    ) -> Result<Decimal, Option<Date>> {
        let mut gain = points;
        for (cap, sums) in self.caps.iter().zip(&self.sums) {
            let left = Self::left(*cap, sums, day, gain);
            if left.is_zero() || (!under_caps && left != gain && cap.period != CapPeriod::Total) {
                let period = day.and_then(|day| start_of(cap.period, day));
                return Err(period.map(|start| start.plus_days(-1)));
            }
            gain = left;
        }
        Ok(gain)
    }

    /// Counts an event in.
    pub(super) fn add(&mut self, day: Option<Date>, points: Decimal) {
        self.used.extend(day);
        let mut gain = points;
        for (cap, sums) in self.caps.iter().zip(&mut self.sums) {
            let left = Self::left(*cap, sums, day, gain);
            let sum = sums.entry(day.and_then(|day| start_of(cap.period, day))).or_default();
            *sum = sum.checked_add(gain).unwrap_or(*sum);
            gain = left;
        }
    }

    fn left(cap: Cap, sums: &BTreeMap<Option<Date>, Decimal>, day: Option<Date>, more: Decimal) -> Decimal {
        let sum = sums.get(&day.and_then(|day| start_of(cap.period, day))).copied().unwrap_or_default();
        let clamp = |n: Decimal| n.max(-cap.most).min(cap.most);
        let after = sum.checked_add(more).and_then(|after| clamp(after).checked_sub(clamp(sum)));
        after.unwrap_or_default()
    }
}

/// The first day of a period; `None` in total.
fn start_of(period: CapPeriod, day: Date) -> Option<Date> {
    match period {
        CapPeriod::Day => Some(day),
        CapPeriod::Month => Some(day.month_start()),
        CapPeriod::Year => Some(day.year_start()),
        CapPeriod::Total => None,
    }
}

/// How many of which coins (by position) come to a sum in a range, as few as may be.
pub(super) fn coins_for(coins: &[i128], (low, high): Range, most: usize) -> Option<Vec<(usize, usize)>> {
    let largest = coins.iter().map(|coin| coin.abs()).max().filter(|largest| *largest > 0)?;
    let (least, greatest) = limits(Type::Number);
    let near_low = if low <= least { high.min(0) } else { low };
    let near_high = if high >= greatest { low.max(0) } else { high };
    let floor = near_low.min(0).saturating_sub(largest);
    let ceiling = near_high.max(0).saturating_add(largest);
    let mut from: BTreeMap<i128, (i128, usize, usize)> = BTreeMap::new();
    let mut seen = BTreeSet::from([0]);
    let mut queue = VecDeque::from([(0_i128, 0_usize)]);
    let mut found = (low <= 0 && 0 <= high).then_some(0);
    while let Some((sum, depth)) = queue.pop_front().filter(|_| found.is_none() && seen.len() < SUMS) {
        if depth >= most {
            continue;
        }
        for (at, coin) in coins.iter().enumerate().filter(|(_, coin)| **coin != 0) {
            let next = sum.saturating_add(*coin);
            if next < floor || next > ceiling || !seen.insert(next) {
                continue;
            }
            from.insert(next, (sum, at, depth + 1));
            if low <= next && next <= high {
                found = Some(next);
                break;
            }
            queue.push_back((next, depth + 1));
        }
    }
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut at = found?;
    while let Some((before, coin, _)) = from.get(&at).filter(|_| at != 0) {
        *counts.entry(*coin).or_default() += 1;
        at = *before;
    }
    Some(counts.into_iter().collect())
}
