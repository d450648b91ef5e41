//! Points that rise and fall along ordered bands: at one edge, more of the same turns from better to worse.
//!
//! Looked at are the rows of a table that differ in one ordered column only, each with one band and a plain number of
//! points. The direction is the one in which more points are given than taken. A row with a note is explained.

use super::context::{Look, alike_but_for, cells, counts_upwards, is_explained, points, signed, tables};
use crate::data::Set;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Column, Item, Row};

/// A row with one band.
#[derive(Clone, Copy)]
struct Band<'p> {
    low: i128,
    high: i128,
    points: Decimal,
    row: &'p Row,
}

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    for (item, table) in
        tables(policy).filter(|(item, table)| !table.first_match && counts_upwards(policy, item))
    {
        for (at, column) in table.columns.iter().enumerate().filter(|(_, column)| column.kind.is_ordered()) {
            for rows in alike_but_for(table, at) {
                if let Some(bands) = bands(&rows, at)
                    && let Some(found) = against_the_trend(item, column, &bands)
                {
                    look.report(found);
                }
            }
        }
    }
}

/// The rows as bands in rising order; none where one has another form, or where they meet.
fn bands<'p>(rows: &[&'p Row], column: usize) -> Option<Vec<Band<'p>>> {
    let mut bands = Vec::new();
    for &row in rows {
        let cell = row.cells.get(column)?;
        let Set::Ranges(ranges) = &cell.known else { return None };
        match (ranges.as_slice(), points(row)) {
            ([], _) => {}
            ([(low, high)], Some(points)) => bands.push(Band { low: *low, high: *high, points, row }),
            (_, _) => return None,
        }
    }
    bands.sort_by_key(|band| band.low);
    bands.is_sorted_by(|a, b| a.high < b.low).then_some(bands)
}

/// The turn that is largest, with the two rows on its sides; the others are pointed to.
fn against_the_trend(item: &Item, column: &Column, bands: &[Band<'_>]) -> Option<Diagnostic> {
    let pairs = bands.iter().zip(bands.iter().skip(1));
    let steps: Vec<(Band<'_>, Band<'_>, Decimal)> =
        pairs.filter_map(|(a, b)| Some((*a, *b, b.points.checked_sub(a.points)?))).collect();
    let sum = |rising: bool| {
        let steps = steps.iter().map(|(.., step)| *step);
        let steps = steps.filter(|step| (*step > Decimal::ZERO) == rising);
        steps.fold(Decimal::ZERO, |sum, step| sum.checked_add(step.abs()).unwrap_or(Decimal::MAX))
    };
    let rises = sum(true) >= sum(false);
    let mut turns: Vec<_> = steps
        .into_iter()
        .filter(|(.., step)| !step.is_zero() && (*step > Decimal::ZERO) != rises)
        .filter(|(a, b, _)| !is_explained(a.row) && !is_explained(b.row))
        .collect();
    turns.sort_by_key(|(.., step)| std::cmp::Reverse(step.abs()));
    let ((before, after, _), others) = turns.split_first()?;
    let trend = if rises { "rise" } else { "fall" };
    let message = format!(
        "the points of `{}` {trend} with `{}`, but go from {} to {} here",
        item.name,
        column.text,
        signed(before.points),
        signed(after.points),
    );
    let found = Diagnostic::warning(Code::W0501, after.row.place, message)
        .label(format!("`{}` gives {}", cells(after.row), signed(after.points)))
        .also(before.row.place, format!("`{}` gives {}", cells(before.row), signed(before.points)))
        .help("mend the row that is wrong, or say in a `note` of one of the two rows why it is right")
        .about(&item.name);
    Some(
        others
            .iter()
            .fold(found, |found, (_, after, _)| found.also(after.row.place, "and here they turn, too")),
    )
}
