//! What is said of a table that leaves a case open, takes one twice, or has a row that nobody reaches.

use super::context::Context;
use super::coverage::{Axis, Finding as Cover, cover};
use super::typed::{Typed, describe_causes};
use crate::data::Value;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::CellTest;
use crate::source::{FileId, Place};
use crate::syntax::ast::{self, ColumnKind};

impl Context<'_> {
    /// Reports gaps, overlaps and dead rows.
    pub(super) fn cover(
        &mut self,
        file: FileId,
        table: &ast::Table,
        columns: &[Typed],
        cells: &[Vec<CellTest>],
    ) {
        let place = Place::new(file, table.span);
        self.checked(place);
        let Some(axes) = columns
            .iter()
            .map(|c| {
                c.kind.map(|kind| Axis {
                    kind,
                    universe: self.universe_of(c, kind),
                    may_be_missing: c.may_be_missing(),
                })
            })
            .collect::<Option<Vec<Axis>>>()
        else {
            return;
        };
        let rows: Vec<&[CellTest]> = cells.iter().map(Vec::as_slice).collect();
        let row_place = |i: usize| table.rows.get(i).map_or(place, |r| Place::new(file, r.span));
        let mut gaps: Vec<Vec<Option<Value>>> = Vec::new();
        for finding in cover(&axes, &rows, table.first_match) {
            match finding {
                Cover::Gap { witness, .. } => gaps.push(witness),
                Cover::Overlap { first, second, witness } => {
                    let case = self.case_words(file, columns, &axes, &witness);
                    self.report(
                        Diagnostic::error(Code::E0206, row_place(second), format!("two rows take {case}"))
                            .also(row_place(first), "this row takes it too")
                            .help("narrow one of them, or write `first match` after the title if the first row is to win"),
                    );
                }
                Cover::Dead { row, because } => {
                    let mut diagnostic =
                        Diagnostic::error(Code::E0207, row_place(row), "no record can reach this row");
                    diagnostic = match because {
                        Some(other) => diagnostic.also(row_place(other), "this row takes all its cases"),
                        None => diagnostic.help("the rows above take all its cases"),
                    };
                    self.report_if_every_day(place, diagnostic.help("take it away, or move it up"));
                }
                Cover::CellOutside { row, column } => {
                    // Values outside the domain were reported with the cell; what is left is `not` and `missing`.
                    let negated = table.rows.get(row).and_then(|r| r.conditions.get(column));
                    if let Some(cell) = negated.filter(|c| c.negated) {
                        let text = self.text(file, cell.span);
                        self.report_if_every_day(
                            Place::new(file, cell.span),
                            Diagnostic::error(
                                Code::E0207,
                                Place::new(file, cell.span),
                                format!("`{text}` leaves no value, so no record can reach this row"),
                            )
                            .help("take the row away"),
                        );
                        continue;
                    }
                    let missing = cells
                        .get(row)
                        .and_then(|r| r.get(column))
                        .is_some_and(|c| c.missing && c.known.is_empty());
                    if missing {
                        let text = columns.get(column).map(|c| self.text(file, c.span)).unwrap_or_default();
                        let span = table
                            .rows
                            .get(row)
                            .and_then(|r| r.conditions.get(column))
                            .map_or(table.span, |c| c.span);
                        self.report(
                            Diagnostic::error(
                                Code::E0207,
                                Place::new(file, span),
                                format!("`{text}` is never missing, so no record can reach this row"),
                            )
                            .help("take the row away; or declare the field `optional` if it may be missing"),
                        );
                    }
                }
                Cover::TooLarge => {
                    self.error(
                        Code::E0205,
                        file,
                        table.span,
                        "this table has too many columns and rows to be checked: split it",
                    );
                }
            }
        }
        self.gaps(file, table, columns, &axes, cells, &gaps);
    }

    fn gaps(
        &mut self,
        file: FileId,
        table: &ast::Table,
        columns: &[Typed],
        axes: &[Axis],
        cells: &[Vec<CellTest>],
        gaps: &[Vec<Option<Value>>],
    ) {
        // A column whose missing no row takes at all is one mistake, whatever the other columns say.
        let mut said: Vec<usize> = Vec::new();
        let mut values = Vec::new();
        for witness in gaps {
            let unhandled = witness.iter().enumerate().find(|(at, v)| {
                v.is_none() && !cells.iter().any(|row| row.get(*at).is_some_and(|c| c.missing))
            });
            match unhandled {
                Some((at, _)) if said.contains(&at) => {}
                Some((at, _)) => {
                    said.push(at);
                    self.missing_gap(file, table, columns, at);
                }
                None => values.push(witness),
            }
        }
        let Some(first) = values.first() else { return };
        let case = self.case_words(file, columns, axes, first);
        let mut diagnostic =
            Diagnostic::error(Code::E0205, Place::new(file, table.span), format!("no row takes {case}"));
        for other in values.iter().skip(1).take(2) {
            let case = self.case_words(file, columns, axes, other);
            diagnostic = diagnostic.help(format!("nor {case}"));
        }
        self.report(
            diagnostic
                .help("widen a row, or add one; in a table of one column a row `otherwise` takes the rest"),
        );
    }

    fn missing_gap(&mut self, file: FileId, table: &ast::Table, columns: &[Typed], at: usize) {
        let Some(column) = columns.get(at) else { return };
        let text = self.text(file, column.span);
        let message = format!("`{text}` may be missing, and this table has no row for it");
        let reason = table.outcomes.iter().any(|c| c.kind == ColumnKind::Reason);
        let conditions: Vec<&str> =
            (0..columns.len()).map(|i| if i == at { "missing" } else { "any" }).collect();
        let outcomes: Vec<&str> = table
            .outcomes
            .iter()
            .map(|c| match c.kind {
                ColumnKind::Points | ColumnKind::PointsEach => "0",
                ColumnKind::Gives => "…",
                ColumnKind::Reason => "",
                ColumnKind::Baseline | ColumnKind::Source | ColumnKind::Note | ColumnKind::Broken => "",
            })
            .collect();
        let mut row = String::from("|");
        for cell in conditions.iter().chain(&outcomes) {
            row.push_str(&if cell.is_empty() { "  |".to_owned() } else { format!(" {cell} |") });
        }
        let mut diagnostic = Diagnostic::error(Code::E0204, Place::new(file, column.span), message)
            .label(format!("missing when {}", describe_causes(&column.causes)))
            .help(format!("add a row: `{row}`"));
        if reason {
            diagnostic = diagnostic.help("a reason of its own tells the person that nothing was on file");
        }
        self.report(diagnostic);
    }

    /// A case in words: "`home` own with `age` 36".
    fn case_words(
        &self,
        file: FileId,
        columns: &[Typed],
        axes: &[Axis],
        witness: &[Option<Value>],
    ) -> String {
        let parts: Vec<String> = columns
            .iter()
            .zip(axes)
            .zip(witness)
            .map(|((column, axis), value)| {
                let names = self.names_of(axis.kind);
                let value = value.as_ref().map_or_else(|| "missing".to_owned(), |v| v.describe(&names));
                format!("`{}` {value}", self.text(file, column.span))
            })
            .collect();
        parts.join(" with ")
    }
}
