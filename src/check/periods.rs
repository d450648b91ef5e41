//! Dates of effect: what is in force on a day, and the days on which a policy has to be checked.
//!
//! Every `from`, `before` and history cuts time into periods, and so does every fixed date that a condition holds against
//! `today`, by itself or by a window that ends today. Inside a period only what moves with `today` from day to day changes.

use super::imports::Located;
use super::turns::Turns;
use crate::date::{Date, Unit as TimeUnit};
use crate::syntax::ast::{Clause, ClauseKind, History, Literal};

/// The days to check and to compare, on which conditions and tables by themselves are others: one in each such period, in
/// order, with the first day of the period (`None` for the first period).
pub(super) fn days_to_check(
    statements: &[Located<'_>],
    settings: &[(String, String)],
) -> Vec<(Date, Option<Date>)> {
    days_of(&Turns::of(statements, settings))
}

/// The days on which to ask what records a policy can tell apart: more of them, as it can hold days of records against one
/// another in many places.
pub(super) fn days_to_ask(
    statements: &[Located<'_>],
    settings: &[(String, String)],
) -> Vec<(Date, Option<Date>)> {
    days_of(&Turns::of(statements, settings).across_conditions())
}

fn days_of(turns: &Turns) -> Vec<(Date, Option<Date>)> {
    // Late enough that every fixed date lies in the past of every window.
    let longest = turns.windows.iter().map(|w| years(*w)).max().unwrap_or(0);
    let last = turns
        .dates
        .iter()
        .chain(&turns.starts)
        .max()
        .map(|d| d.ahead(longest.saturating_add(1), TimeUnit::Year))
        // A day of our time at least: what is counted up to today (an age) needs room to vary.
        .max(Date::from_ymd(2026, 1, 1));
    let mut days = Vec::new();
    let mut start = None;
    for turn in &turns.starts {
        days.push((turn.plus_days(-1), start));
        start = Some(*turn);
    }
    if let Some(last) = last {
        days.push((last, start));
    }
    days
}

/// A day long after all others, when what is counted up to today has grown as large as it ever matters: a row or a cell
/// that some record can reach then is not dead.
pub(super) fn day_far_off(statements: &[Located<'_>], settings: &[(String, String)]) -> Option<Date> {
    days_to_check(statements, settings).last().map(|(day, _)| day.ahead(150, TimeUnit::Year))
}

/// A window's length in whole years, rounded up.
fn years((count, unit): (u32, TimeUnit)) -> u32 {
    match unit {
        TimeUnit::Day => count / 365 + 1,
        TimeUnit::Month => count / 12 + 1,
        TimeUnit::Year => count,
    }
}

/// Whether a block with these clauses is in force on a day.
pub(super) fn in_force(clauses: &[Clause], today: Date) -> bool {
    let (from, before) = effect(clauses);
    from.is_none_or(|d| d <= today) && before.is_none_or(|d| today < d)
}

/// The dates of effect of a block: from this day on, and out of force from that day on.
pub(super) fn effect(clauses: &[Clause]) -> (Option<Date>, Option<Date>) {
    let mut from = None;
    let mut before = None;
    for clause in clauses {
        if let ClauseKind::From(d) = &clause.kind {
            from = Some(d.value);
        }
        if let ClauseKind::Before(d) = &clause.kind {
            before = Some(d.value);
        }
    }
    (from, before)
}

/// The value of a history on a day: the first step that has not ended. `None` when all have ended.
pub(super) fn value_on(history: &History, today: Date) -> Option<&Literal> {
    history.steps.iter().find(|s| s.before.as_ref().is_none_or(|d| today < d.value)).map(|s| &s.value)
}
