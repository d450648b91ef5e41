//! Missing as the best row: whoever leaves something out gets as many points as the best answer, or more.

use super::context::{Look, alike_but_for, counts_upwards, is_explained, points, signed, tables};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Column, Item, Row};

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    for (item, table) in
        tables(policy).filter(|(item, table)| !table.first_match && counts_upwards(policy, item))
    {
        for (at, column) in table.columns.iter().enumerate() {
            for rows in alike_but_for(table, at) {
                if let Some(found) = best(item, column, at, &rows) {
                    look.report(found);
                }
            }
        }
    }
}

fn best(item: &Item, column: &Column, at: usize, rows: &[&Row]) -> Option<Diagnostic> {
    let missing = rows.iter().find(|row| row.cells.get(at).is_some_and(|cell| cell.missing))?;
    let given = points(missing)?;
    // Of a row whose points are no plain number nothing is known.
    let all = rows.iter().map(|row| Some((points(row)?, *row))).collect::<Option<Vec<_>>>()?;
    let known = all.iter().filter(|(_, row)| row.cells.get(at).is_some_and(|cell| !cell.known.is_empty()));
    let (most, best) = known.max_by_key(|(points, _)| *points)?;
    let worse = all.iter().any(|(points, _)| *points < given);
    if given < *most || !worse || is_explained(missing) {
        return None;
    }
    let message = format!(
        "`{}` gives the most points, {}, where `{}` is missing",
        item.name,
        signed(given),
        column.text
    );
    let found = Diagnostic::warning(Code::W0502, missing.place, message)
        .help("whoever leaves it out gains by it: give what is missing fewer points, or say in a `note` of the row why not")
        .about(&item.name);
    Some(if std::ptr::eq(*best, *missing) {
        found
    } else {
        found.also(best.place, format!("the most that a known value gives: {}", signed(*most)))
    })
}
