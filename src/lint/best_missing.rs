//! Missing as the best row: whoever leaves something out does as well as with the best answer, or better.

use super::context::{Look, alike_but_for, counts_upwards, is_explained, points, signed, tables};
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Column, Item, RankedBy, Row};

pub(super) fn find(look: &mut Look<'_>) {
    let policy = look.policy;
    // Who is told of points above a baseline is told of what is bad: the score counts a risk.
    let best = match policy.reasons_shown.by {
        RankedBy::PointsLost | RankedBy::BelowBaseline => Best::Most,
        RankedBy::AboveBaseline => Best::Fewest,
    };
    for (item, table) in
        tables(policy).filter(|(item, table)| !table.first_match && counts_upwards(policy, item))
    {
        for (at, column) in table.columns.iter().enumerate() {
            for rows in alike_but_for(table, at) {
                if let Some(found) = best.missing(item, column, at, &rows) {
                    look.report(found);
                }
            }
        }
    }
}

/// Which points are the best.
#[derive(Debug, Clone, Copy)]
enum Best {
    Most,
    Fewest,
}

impl Best {
    /// How good points are.
    fn worth(self, points: Decimal) -> i128 {
        match self {
            Self::Most => points.units(),
            Self::Fewest => -points.units(),
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Most => ("most", "fewer"),
            Self::Fewest => ("fewest", "more"),
        }
    }

    /// A row for what is missing that is as good as the best known one, or better.
    fn missing(self, item: &Item, column: &Column, at: usize, rows: &[&Row]) -> Option<Diagnostic> {
        let missing = rows.iter().find(|row| row.cells.get(at).is_some_and(|cell| cell.missing))?;
        let given = points(missing)?;
        // Of a row whose points are no plain number nothing is known.
        let all = rows.iter().map(|row| Some((points(row)?, *row))).collect::<Option<Vec<_>>>()?;
        let known =
            all.iter().filter(|(_, row)| row.cells.get(at).is_some_and(|cell| !cell.known.is_empty()));
        let (most, best) = known.max_by_key(|(points, _)| self.worth(*points))?;
        let worse = all.iter().any(|(points, _)| self.worth(*points) < self.worth(given));
        if self.worth(given) < self.worth(*most) || !worse || is_explained(missing) {
            return None;
        }
        let (word, other) = self.words();
        let message = format!(
            "`{}` gives the {word} points, {}, where `{}` is missing",
            item.name,
            signed(given),
            column.text
        );
        let found = Diagnostic::warning(Code::W0502, missing.place, message)
            .help(format!(
                "whoever leaves it out gains by it: give what is missing {other} points, or say in a `note` of the row why not"
            ))
            .about(&item.name);
        Some(if std::ptr::eq(*best, *missing) {
            found
        } else {
            found.also(best.place, format!("the {word} that a known value gives: {}", signed(*most)))
        })
    }
}
