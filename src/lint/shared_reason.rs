//! A reason that stands for a gain in one place and for a loss in another.
//!
//! With reasons by points lost, a row that loses nothing never tells its reason; the same code on a row that loses says
//! that one of the two is a slip. With reasons by baseline, distances under one code are added with their signs, and a gain
//! really hides a loss; there it is told of any two items that share the code.

use super::context::{Look, points, signed};
use crate::data::Value;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{EventPoints, Expr, Item, ItemBody, Policy, RankedBy, ReasonId};
use crate::source::Place;

/// A place where points are given under a reason.
struct Given {
    reason: ReasonId,
    /// Which item, by position.
    item: usize,
    points: Decimal,
    /// Whether the reason is the row's own.
    own: bool,
    /// Whether nothing can be lost here.
    best: bool,
    /// What the points are compared with, by baseline.
    baseline: Option<Decimal>,
    place: Place,
}

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    let given: Vec<Given> = policy.items.iter().enumerate().flat_map(|(at, item)| given(at, item)).collect();
    for at in 0..policy.reasons.len() {
        let reason = ReasonId(at as u32);
        let here: Vec<&Given> = given.iter().filter(|one| one.reason == reason).collect();
        let found = match policy.reasons_shown.by {
            RankedBy::PointsLost => told_of_a_gain(policy, reason, &here),
            RankedBy::BelowBaseline | RankedBy::AboveBaseline => netted(policy, reason, &here),
        };
        if let Some(found) = found {
            look.report(found);
        }
    }
}

/// What an item gives under its reasons, where it gives a plain number.
fn given(at: usize, item: &Item) -> Vec<Given> {
    let rows = |rows: &[crate::policy::Row], events: bool| {
        let most = rows.iter().filter_map(points).max();
        let whole = rows.iter().all(|row| points(row).is_some());
        rows.iter()
            .filter_map(|row| {
                let points = points(row)?;
                Some(Given {
                    reason: row.reason.or(item.reason)?,
                    item: at,
                    points,
                    own: row.reason.is_some(),
                    best: if events { points > Decimal::ZERO } else { whole && Some(points) == most },
                    baseline: row.baseline.or(item.baseline),
                    place: row.place,
                })
            })
            .collect()
    };
    let one = |expr: &Expr| match (expr, item.reason) {
        (Expr::Constant(Value::Number(points)), Some(reason)) => vec![Given {
            reason,
            item: at,
            points: *points,
            own: false,
            best: false,
            baseline: item.baseline,
            place: item.place,
        }],
        (_, _) => Vec::new(),
    };
    match &item.body {
        ItemBody::Table { table, .. } => rows(&table.rows, false),
        ItemBody::Formula(formula) => one(&formula.points),
        ItemBody::Events(events) => match &events.points {
            EventPoints::Each(each) => one(each),
            EventPoints::Table(table) => rows(&table.rows, true),
        },
        ItemBody::Group(_) => Vec::new(),
    }
}

/// A row with a reason of its own that gives points and loses none, and one that takes points under the same code.
fn told_of_a_gain(policy: &Policy, reason: ReasonId, given: &[&Given]) -> Option<Diagnostic> {
    let gain = given.iter().find(|one| one.own && one.best && one.points > Decimal::ZERO)?;
    let loss = given.iter().find(|one| one.points < Decimal::ZERO)?;
    let code = &policy.reason(reason).code;
    let message = format!("the reason `{code}` stands for a gain here, and for a loss elsewhere");
    Some(
        Diagnostic::warning(Code::W0503, gain.place, message)
            .label(format!("gives {}, and loses nothing: the reason is never told here", signed(gain.points)))
            .also(loss.place, format!("gives {}", signed(loss.points)))
            .help("leave the cell empty where points are gained, or name a reason of its own")
            .about(code),
    )
}

/// Two items under one code, one above its baseline and one below it.
fn netted(policy: &Policy, reason: ReasonId, given: &[&Given]) -> Option<Diagnostic> {
    let below = |one: &Given| one.baseline.is_some_and(|baseline| one.points < baseline);
    let above = |one: &Given| one.baseline.is_some_and(|baseline| one.points > baseline);
    let (loss, gain) = given.iter().filter(|one| below(one)).find_map(|loss| {
        let gain = given.iter().find(|gain| above(gain) && gain.item != loss.item)?;
        Some((loss, gain))
    })?;
    let code = &policy.reason(reason).code;
    let message = format!("under the reason `{code}` a gain can hide a loss");
    Some(
        Diagnostic::warning(Code::W0503, loss.place, message)
            .label(format!("gives {}, below its baseline", signed(loss.points)))
            .also(gain.place, format!("gives {}, above its baseline", signed(gain.points)))
            .help("distances from the baseline are added by code: give each of the two a reason of its own")
            .about(code),
    )
}
