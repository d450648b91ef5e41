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

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{BodySeen, Status};
    use super::*;
    use crate::data::Set;
    use crate::policy::{Expr, ItemBody, Policy};
    use proptest::prelude::*;

    fn with(points: EventPoints, caps: &[(CapPeriod, &str)]) -> Policy {
        let mut policy = policy();
        policy.add(per_purchase("buys", points, caps));
        policy
    }

    fn amounts() -> EventPoints {
        EventPoints::Each(Expr::EventField(AMOUNT))
    }

    fn buyer(purchases: &[(&str, &str)]) -> People {
        let mut people = People::one("1");
        for (date, amount) in purchases {
            people.buys(if date.is_empty() { none(DAY) } else { day(date) }, num(amount), 1);
        }
        people
    }

    #[test]
    fn caps_limit_the_size_of_the_sum_of_each_period() {
        use CapPeriod::{Day, Month, Total, Year};
        let year = [("2025-12-31", "4"), ("2026-01-01", "4"), ("2026-01-01", "4"), ("2026-01-30", "4")];
        for (caps, purchases, points) in [
            (&[][..], &year[..], "16"),
            (&[(Total, "10")], &year, "10"),
            (&[(Day, "5")], &year, "13"),
            (&[(Month, "9")], &year, "13"),
            (&[(Year, "11")], &year, "15"),
            (&[(Day, "5"), (Month, "8")], &year, "12"),
            (&[(Day, "5"), (Total, "12")], &year, "12"),
            (&[(Total, "0")], &year, "0"),
            // The size, whichever its sign; gains and losses of one period are summed before.
            (&[(Total, "10")], &[("2026-01-01", "-40")], "-10"),
            (&[(Day, "5")], &[("2026-01-01", "-40"), ("2026-01-01", "38")], "-2"),
            (&[(Day, "5")], &[("2026-01-01", "-40"), ("2026-01-02", "38")], "0"),
            // Without a day: one period of their own.
            (&[(Day, "5")], &[("", "4"), ("", "4"), ("2026-01-02", "4")], "9"),
        ] {
            let outcome = buyer(purchases).outcome(&with(amounts(), caps));
            assert_eq!(outcome.score, Some(n(points)), "{caps:?} {purchases:?}");
        }
    }

    #[test]
    fn a_trace_sees_each_event_and_what_the_caps_left() {
        let policy = with(amounts(), &[(CapPeriod::Day, "5"), (CapPeriod::Total, "7")]);
        let (_, recording) =
            buyer(&[("2026-01-01", "4"), ("2026-01-01", "4"), ("2026-01-02", "3")]).record(&policy, 0);
        let BodySeen::Events(events, capped) = &recording.items[0].body else { panic!() };
        let points: Vec<Decimal> = events.iter().map(|event| event.points).collect();
        assert_eq!(points, [n("4"), n("4"), n("3")]);
        let seen: Vec<_> = capped.iter().map(|c| (c.cap.period, c.from, c.sum, c.left)).collect();
        let first = Date::parse("2026-01-01").ok();
        assert_eq!(seen, [(CapPeriod::Day, first, n("8"), n("5")), (CapPeriod::Total, None, n("8"), n("7"))]);
        let steps = recording.items[0].steps;
        assert_eq!((steps.raw, steps.capped, steps.points), (n("11"), n("7"), n("7")));
    }

    #[test]
    fn a_filter_a_table_and_points_that_are_missing() {
        let mut by_amount = table(
            Expr::EventField(AMOUNT),
            vec![
                row(Some(("0", "9")), "1"),
                row_giving(Some(("10", "99")), RowOutcome::Value(Expr::EventField(AMOUNT))),
                row_giving(None, RowOutcome::Value(Expr::EventField(AMOUNT))),
            ],
        );
        by_amount.columns[0].text = "amount".to_owned();
        let mut policy = with(EventPoints::Table(by_amount), &[]);
        let ItemBody::Events(events) = &mut policy.items[0].body else { panic!() };
        events.filter = Some(Expr::Test(Box::new(Expr::EventField(KIND)), Set::Codes(vec![1])));
        events.if_missing = Some(n("-7"));
        let mut people = buyer(&[("2026-01-01", "5"), ("2026-01-01", "20")]);
        people.buys(day("2026-01-01"), crate::data::Value::Missing(crate::data::Why::Field(AMOUNT)), 1);
        people.buys(day("2026-01-01"), num("50"), 0);
        let (outcome, recording) = people.record(&policy, 0);
        assert_eq!(outcome.score, Some(n("14")));
        let BodySeen::Events(events, _) = &recording.items[0].body else { panic!() };
        let seen: Vec<_> =
            events.iter().map(|e| (e.position, e.matched.as_ref().unwrap().row, e.missing)).collect();
        let why = crate::data::Why::Member(AMOUNT);
        assert_eq!(seen, [(0, Some(0), None), (1, Some(1), None), (2, Some(2), Some(why))]);
    }

    #[test]
    fn an_event_may_say_not_scored() {
        let rows = vec![row(Some(("0", "9")), "1"), row_giving(Some(("10", "99")), RowOutcome::NotScored)];
        let policy = with(EventPoints::Table(table(Expr::EventField(AMOUNT), rows)), &[]);
        assert_eq!(buyer(&[("2026-01-01", "5")]).outcome(&policy).status, Status::Scored);
        let refused = buyer(&[("2026-01-01", "5"), ("2026-01-01", "10")]);
        assert_eq!(refused.outcome(&policy).status, Status::NotScored);
    }

    #[test]
    fn rules_over_links_count_linked_records() {
        let mut policy = with(EventPoints::Each(Expr::EventField(A)), &[(CapPeriod::Total, "10")]);
        let ItemBody::Events(events) = &mut policy.items[0].body else { panic!() };
        events.over = crate::policy::Over::Link(FRIENDS);
        events.date = None;
        let mut people = People::one("1");
        people.add(num("3"), num("0"), num("0")).add(num("4"), num("0"), num("0"));
        people.friends[0] = vec![1, 2];
        assert_eq!(people.outcome(&policy).score, Some(n("7")));
    }

    proptest! {
        #[test]
        fn the_order_of_events_does_not_matter(
            events in proptest::collection::vec((0_i64..90, -50_i64..50), 0..12),
            most in (1_i64..40, 1_i64..60, 1_i64..99),
        ) {
            let most = [most.0, most.1, most.2].map(|n| n.to_string());
            let caps = [(CapPeriod::Day, &*most[0]), (CapPeriod::Month, &*most[1]), (CapPeriod::Total, &*most[2])];
            let policy = with(amounts(), &caps);
            let buyer = |events: &mut dyn Iterator<Item = &(i64, i64)>| {
                let mut people = People::one("1");
                for (ago, points) in events {
                    let date = policy.today.plus_days(-ago);
                    people.buys(crate::data::Value::Date(date), num(&points.to_string()), 0);
                }
                people.outcome(&policy).score.unwrap()
            };
            let score = buyer(&mut events.iter());
            prop_assert_eq!(score, buyer(&mut events.iter().rev()));
            prop_assert!(score.abs() <= n(&most[2]));
        }
    }
}
