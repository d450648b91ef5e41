//! Per-event rules: points for each child or linked record, summed under caps.

use super::expr::{Scope, TooLarge, UNDECIDED, day_of};
use super::trace::{Capped, EventSeen, Trace};
use crate::data::Value;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::{Cap, CapPeriod, EventPoints, Events, ItemId, ReasonId, RowOutcome};
use std::collections::BTreeMap;

/// What a per-event rule came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Counted {
    /// The sum before caps.
    pub(super) raw: Decimal,
    /// The sum after caps.
    pub(super) capped: Decimal,
    /// Whether the row of an event says `not scored`.
    pub(super) not_scored: bool,
    /// The events that gave points.
    events: Vec<Given>,
}

/// The points of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Given {
    day: Option<Date>,
    points: Decimal,
    reason: Option<ReasonId>,
}

impl Scope<'_> {
    /// Goes through the events of a rule.
    pub(super) fn count<T: Trace>(
        &self,
        id: ItemId,
        events: &Events,
        trace: &mut T,
    ) -> Result<Counted, TooLarge> {
        let own_reason = self.policy.item(id).reason;
        trace.events(id);
        let mut counted = Counted::default();
        for position in 0..self.event_count(events.over) {
            let Some(event) = self.event(events.over, position) else { continue };
            let scope = self.about(event);
            if !scope.lets_in(events.filter.as_ref())? {
                continue;
            }
            let (matched, points, reason) = match &events.points {
                EventPoints::Each(expr) => (None, scope.value(expr)?, own_reason),
                EventPoints::Table(table) => {
                    let matched = scope.look_up(table)?;
                    let row = matched.row_of(table);
                    let points = match row.map(|row| &row.outcome) {
                        Some(RowOutcome::Value(expr)) => scope.value(expr)?,
                        Some(RowOutcome::NotScored) => {
                            counted.not_scored = true;
                            Value::Number(Decimal::ZERO)
                        }
                        None => UNDECIDED,
                    };
                    let reason = row.and_then(|row| row.reason).or(own_reason);
                    (Some(matched), points, reason)
                }
            };
            let (points, missing) = match points {
                Value::Number(points) => (points, None),
                Value::Missing(why) => (events.if_missing.unwrap_or_default(), Some(why)),
                Value::Date(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => {
                    (Decimal::ZERO, None)
                }
            };
            let day = day_of(event.values, events.date);
            trace.event(id, &EventSeen { position, date: day, matched, points, missing });
            counted.raw = counted.raw.checked_add(points).ok_or(TooLarge)?;
            counted.events.push(Given { day, points, reason });
        }
        let all = counted.events.iter().map(|given| (given.day, given.points));
        counted.capped = apply_caps(&events.caps, all, |capped| trace.cap(id, capped))?;
        Ok(counted)
    }
}

impl Counted {
    /// What the caps leave of the events alone that lose points under one code: 0 or less.
    pub(super) fn lost_under(&self, reason: ReasonId, caps: &[Cap]) -> Result<Decimal, TooLarge> {
        let losing =
            self.events.iter().filter(|given| given.reason == Some(reason) && given.points < Decimal::ZERO);
        apply_caps(caps, losing.map(|given| (given.day, given.points)), |_| ())
    }
}

/// Sums points by period and brings each sum to between `-most` and `most`, one cap after the other, shortest period first:
/// a month is the sum of what its days are left with. Events without a date share one period of their own. The order of the
/// events does not matter.
fn apply_caps(
    caps: &[Cap],
    events: impl Iterator<Item = (Option<Date>, Decimal)>,
    mut lowered: impl FnMut(&Capped),
) -> Result<Decimal, TooLarge> {
    let mut sums: Vec<(Option<Date>, Decimal)> = events.collect();
    for cap in caps {
        let mut periods: BTreeMap<Option<Date>, Decimal> = BTreeMap::new();
        for (day, points) in sums {
            let sum = periods.entry(period_of(cap.period, day)).or_default();
            *sum = sum.checked_add(points).ok_or(TooLarge)?;
        }
        sums = Vec::with_capacity(periods.len());
        for (from, sum) in periods {
            let left = sum.max(-cap.most).min(cap.most);
            if left != sum {
                lowered(&Capped { cap: *cap, from, sum, left });
            }
            sums.push((from, left));
        }
    }
    sums.into_iter().try_fold(Decimal::ZERO, |sum, (_, points)| sum.checked_add(points)).ok_or(TooLarge)
}

/// The first day of the period that a day falls in; `None` in total, and for events without a date.
fn period_of(period: CapPeriod, day: Option<Date>) -> Option<Date> {
    match period {
        CapPeriod::Day => day,
        CapPeriod::Month => day.map(Date::month_start),
        CapPeriod::Year => day.map(Date::year_start),
        CapPeriod::Total => None,
    }
}
