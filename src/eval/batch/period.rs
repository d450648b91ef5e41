//! Points of events that are summed by period, under caps.

use super::take::{NO_CODE, period_of};
use crate::decimal::Decimal;
use crate::policy::{Cap, CapPeriod};

/// The points that a rule gives some scored records, until they are summed.
#[derive(Debug, Default)]
pub(super) struct Periods {
    events: Vec<PeriodEvent>,
    /// How many there were when they were last put together.
    together: usize,
    /// What they came to: by record, code.
    pub(super) folded: Vec<Folded>,
    /// Records whose points are too large, rising.
    pub(super) over: Vec<u32>,
    /// Whether a sum that fits may have been too large on the way, in some order.
    pub(super) unsure: bool,
}

/// Points of one scored record in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PeriodEvent {
    /// The record's position in its shard.
    pub(super) record: u32,
    /// The first day of the shortest period that is capped.
    pub(super) day: i32,
    /// The position of the reason among the rule's codes.
    pub(super) code: u16,
    /// Units.
    pub(super) points: i128,
}

/// What the caps leave of a record's points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) record: u32,
    /// 0 for all points; one after the position of a code for what is lost under it alone.
    pub(super) of: u32,
    /// Units.
    pub(super) units: i128,
}

/// So few events are left as they are.
const FEW: usize = 4096;

impl Periods {
    /// Adds points.
    pub(super) fn add(&mut self, events: &[PeriodEvent]) {
        self.events.extend_from_slice(events);
        if self.events.len() > FEW && self.events.len() / 2 > self.together {
            self.put_together();
            self.together = self.events.len();
        }
    }

    /// Sorts the events, and makes one of those of a record, period and code that all gain or all lose.
    fn put_together(&mut self) {
        self.events.sort_unstable_by_key(|e| (e.record, e.day, e.code, e.points < 0));
        self.events.dedup_by(|next, kept| {
            let same = (next.record, next.day, next.code) == (kept.record, kept.day, kept.code)
                && (next.points < 0) == (kept.points < 0);
            let sum = if same { kept.points.checked_add(next.points) } else { None };
            if let Some(sum) = sum {
                kept.points = sum;
            }
            sum.is_some()
        });
    }

    /// Sums what there is under the caps, for all events and for those that lose under each of so many codes.
    pub(super) fn fold(&mut self, caps: &[Cap], codes: usize) {
        self.put_together();
        let events = std::mem::take(&mut self.events);
        let mut sums = Vec::new();
        for all in events.chunk_by(|a, b| a.record == b.record) {
            let Some(record) = all.first().map(|event| event.record) else { continue };
            let size = all.iter().fold(0_u128, |size, e| size.saturating_add(e.points.unsigned_abs()));
            if Decimal::from_units(i128::try_from(size).unwrap_or(i128::MAX)).is_none() {
                // Of one sign, or so much of one that it is too large in every order; else who knows.
                let sum = exact_sum(all);
                if sum.and_then(Decimal::from_units).is_none() {
                    self.over.push(record);
                } else {
                    self.unsure = true;
                }
                continue;
            }
            let mut push = |of: u32, units: i128| {
                if units != 0 {
                    self.folded.push(Folded { record, of, units });
                }
            };
            push(0, capped(caps, all.iter(), &mut sums));
            for code in 0..codes as u16 {
                let losing = all.iter().filter(|event| event.code == code && event.points < 0);
                push(u32::from(code) + 1, capped(caps, losing, &mut sums));
            }
        }
        debug_assert!(codes < usize::from(NO_CODE), "a code has a position");
    }
}

/// The sum, if it fits 128 bits.
fn exact_sum(events: &[PeriodEvent]) -> Option<i128> {
    const HALF: i128 = 10_i128.pow(19);
    let high: i128 = events.iter().map(|event| event.points / HALF).sum();
    let low: i128 = events.iter().map(|event| event.points % HALF).sum();
    (high + low / HALF).checked_mul(HALF)?.checked_add(low % HALF)
}

/// Sums points by period and brings each sum to between `-most` and `most`, one cap after the other, shortest period first.
/// The events come by day, so that those of a period stand together. No sum is too large.
fn capped<'e>(
    caps: &[Cap],
    events: impl Iterator<Item = &'e PeriodEvent>,
    sums: &mut Vec<(i32, i128)>,
) -> i128 {
    sums.clear();
    sums.extend(events.map(|event| (event.day, event.points)));
    for cap in caps {
        let most = cap.most.units();
        sums.iter_mut().for_each(|(day, _)| *day = period(cap.period, *day));
        sums.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        sums.iter_mut().for_each(|(_, sum)| *sum = (*sum).max(-most).min(most));
    }
    sums.iter().map(|(_, sum)| sum).sum()
}

/// The period of a day; records without one share a period of their own.
fn period(period: CapPeriod, day: i32) -> i32 {
    if day == super::take::NO_DAY { day } else { period_of(period, day) }
}
