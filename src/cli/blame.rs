//! Which row or rule makes the difference between the score that a case expects and the one it has.

use crate::data::Value;
use crate::decimal::Decimal;
use crate::eval::{BodySeen, Outcome, Recording};
use crate::policy::{Case, Expectation, Expr, Item, ItemBody, ItemId, Policy, RowOutcome, Table};

/// More candidates than these say nothing.
const AT_MOST: usize = 3;

/// The changes of one row or rule each that would give the expected score: where there are few they are worth a look. Only
/// points that add up as they are (outside groups, without weight and limits) are considered, and only where neither the
/// range nor an override had a part in the score.
pub(super) fn blame(policy: &Policy, case: &Case, outcome: &Outcome, recording: &Recording) -> Vec<String> {
    let wanted = case.expectations.iter().find_map(|(expectation, _)| match expectation {
        Expectation::Score(score) => Some(*score),
        Expectation::Tier(_)
        | Expectation::Status(_)
        | Expectation::Reasons(_)
        | Expectation::PointsOf(..)
        | Expectation::PointsOfInfluence(..)
        | Expectation::Decision(..)
        | Expectation::Definition(..)
        | Expectation::Consequence(..) => None,
    });
    let untouched = recording.total.is_some_and(|(sum, in_range)| sum == in_range)
        && !recording.overrides.iter().any(|seen| seen.changed);
    let gap = wanted.zip(outcome.score).and_then(|(wanted, score)| wanted.checked_sub(score));
    let Some(gap) = gap.filter(|gap| untouched && !gap.is_zero()) else { return Vec::new() };

    let plain = |item: &Item| item.group.is_none() && item.weight.is_none() && item.limits.is_none();
    let items = (0..).map(ItemId).zip(&policy.items).filter(|(_, item)| plain(item));
    let found: Vec<String> = items
        .flat_map(|(id, item)| {
            let given = outcome.points.get(id.index()).copied().unwrap_or_default();
            candidates(item, given, gap, recording.item(id).map(|seen| &seen.body))
        })
        .collect();
    if found.len() > AT_MOST { Vec::new() } else { found }
}

/// What in one item would close the gap.
fn candidates(item: &Item, given: Decimal, gap: Decimal, seen: Option<&BodySeen>) -> Vec<String> {
    let name = &item.name;
    match &item.body {
        ItemBody::Table { table, .. } => {
            let row = seen.and_then(|seen| match seen {
                BodySeen::Row(matched, _) => matched.row,
                BodySeen::Formula(..) | BodySeen::Events(..) | BodySeen::Group => None,
            });
            let would = |points: &Decimal| points.checked_sub(given) == Some(gap);
            let rows = table.rows.iter().enumerate().filter(|(at, _)| Some(*at) != row);
            rows.filter_map(|(_, row)| constant(&row.outcome).filter(would).map(|points| (row, points)))
                .map(|(row, points)| {
                    let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
                    let was =
                        matched(table, seen).map_or_else(String::new, |was| format!(" instead of `{was}`"));
                    format!(
                        "`{name}` would close the gap of {gap} with row `{}` ({points}){was}",
                        cells.join(" | ")
                    )
                })
                .collect()
        }
        ItemBody::Formula(_) | ItemBody::Events(_) if given.checked_neg() == Some(gap) => {
            vec![format!("`{name}` is the gap: it gives {given}")]
        }
        ItemBody::Formula(_) | ItemBody::Events(_) | ItemBody::Group(_) => Vec::new(),
    }
}

/// The cells of the row that matched.
fn matched(table: &Table, seen: Option<&BodySeen>) -> Option<String> {
    match seen? {
        BodySeen::Row(matched, _) => {
            let cells = &matched.row_of(table)?.cells;
            Some(cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" | "))
        }
        BodySeen::Formula(..) | BodySeen::Events(..) | BodySeen::Group => None,
    }
}

/// The points of a row that are a number.
fn constant(outcome: &RowOutcome) -> Option<Decimal> {
    match outcome {
        RowOutcome::Value(Expr::Constant(Value::Number(number))) => Some(*number),
        RowOutcome::Value(_) | RowOutcome::NotScored => None,
    }
}
