//! Tables: cells become tests, outcomes expressions, and every case must have its row.

use super::context::Context;
use super::definition::Facts;
use super::typed::{Cause, Env, Given, Typed, UNBOUNDED, both, joint_type};
use crate::data::{Set, Type, Value};
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{CellTest, Column, Table};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{self, ColumnKind, Outcome};

/// What a table's rows give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// `points`
    Points,
    /// `points each`
    PointsEach,
    /// `gives` of a definition, whose type the rows tell.
    Value,
    /// `gives` of a decision, which may give reasons.
    Answer(Type),
}

/// A table with what is known of its rows.
pub(super) struct LoweredTable {
    /// The table.
    pub table: Table,
    /// Facts of each row, as many as the table has.
    pub rows: Vec<RowFacts>,
    /// The type of the outcomes; `None` where none could be understood.
    pub kind: Option<Type>,
}

/// What is known of a row.
#[derive(Debug, Clone)]
pub(super) struct RowFacts {
    /// Bounds of what it gives; `None` for `not scored`.
    pub bounds: Option<Bounds>,
    /// Why what it gives may be missing.
    pub causes: Vec<Cause>,
    /// Whether what it gives is a bare number or a parameter, which takes the unit of the others.
    pub bare: bool,
    /// Where its outcome stands.
    pub place: Place,
}

impl Context<'_> {
    /// Lowers the table of a definition.
    pub(super) fn value_table(&mut self, env: &Env, table: &ast::Table) -> Option<(Table, Facts)> {
        let lowered = self.table(env, table, Gives::Value)?;
        let facts = Facts {
            kind: lowered.kind,
            causes: lowered.rows.iter().fold(Vec::new(), |all, r| both(all, &r.causes)),
            bounds: lowered.rows.iter().filter_map(|r| r.bounds).reduce(Bounds::union).unwrap_or(UNBOUNDED),
        };
        Some((lowered.table, facts))
    }

    /// Lowers a table; `None` where it could not be understood.
    pub(super) fn table(&mut self, env: &Env, table: &ast::Table, gives: Gives) -> Option<LoweredTable> {
        let headed = self.headings(env.file, table, gives);
        let columns: Vec<Typed> = table.conditions.iter().map(|c| self.column(env, c)).collect();
        for column in &columns {
            if column.kind.is_some() && column.as_constant().is_some() && column.literal {
                let text = self.text(env.file, column.span);
                self.error(
                    Code::E0209,
                    env.file,
                    column.span,
                    format!("`{text}` is the same for every record, so there is nothing to tell apart"),
                );
            }
        }
        let Some(cells) = self.cells(env.file, table, &columns) else {
            // The outcomes are still looked at, for mistakes of their own.
            for row in &table.rows {
                self.outcome(env, row, gives, &table.outcomes);
            }
            return None;
        };
        // A row that could not be read whole may have meant other cases.
        let whole = !table.rows.iter().flat_map(|r| &r.outcomes).any(|o| matches!(o, Outcome::Broken(_)));
        if whole {
            self.cover(env.file, table, &columns, &cells);
        }
        let mut rows = Vec::new();
        let mut facts = Vec::new();
        let mut kind: Option<Type> = if let Gives::Answer(t) = gives { Some(t) } else { None };
        // Whether all rows so far give bare numbers, which take the unit of the others.
        let mut bare = true;
        for (row, tests) in table.rows.iter().zip(cells) {
            let given = columns.iter().zip(&tests).map(|(column, test)| Given {
                expr: column.expr.clone(),
                known: !test.missing,
                inside: Some(test.known.clone()),
            });
            let env = env.given(given);
            let (lowered, fact, row_kind) = self.row(&env, row, gives, table, tests)?;
            if let (Gives::Value, Some(new)) = (gives, row_kind) {
                match kind {
                    None => (kind, bare) = (Some(new), fact.bare),
                    Some(old) => match join((old, bare), (new, fact.bare)) {
                        Some(joined) => (kind, bare) = (Some(joined), bare && fact.bare),
                        None => {
                            let message = format!(
                                "expected {} as in the rows above, found {}",
                                self.type_name(old),
                                self.type_name(new)
                            );
                            self.report(Diagnostic::error(Code::E0209, fact.place, message));
                            return None;
                        }
                    },
                }
            }
            rows.push(lowered);
            facts.push(fact);
        }
        if !headed {
            return None;
        }
        if table.rows.is_empty() {
            self.report(Diagnostic::error(
                Code::E0205,
                Place::new(env.file, table.span),
                "this table has no rows",
            ));
            return None;
        }
        let columns = columns
            .into_iter()
            .map(|c| Some(Column { text: self.text(env.file, c.span), kind: c.kind?, subject: c.expr }))
            .collect::<Option<Vec<Column>>>()?;
        Some(LoweredTable {
            table: Table { first_match: table.first_match, columns, rows },
            rows: facts,
            kind,
        })
    }

    /// What a column tests. A parameter may be set to any other value: rows are needed for all of them.
    fn column(&mut self, env: &Env, written: &ast::Expression) -> Typed {
        let typed = self.expression(env, written);
        match (&written.kind, typed.kind) {
            (ast::ExpressionKind::Name(_), Some(kind)) if typed.as_constant().is_some() => {
                Typed { literal: false, bounds: UNBOUNDED, domain: Some(self.universe(kind)), ..typed }
            }
            (_, _) => typed,
        }
    }

    /// Whether the outcome columns are those that the table must and may have.
    fn headings(&mut self, file: FileId, table: &ast::Table, gives: Gives) -> bool {
        let (wanted, name) = match gives {
            Gives::Points => (ColumnKind::Points, "points"),
            Gives::PointsEach => (ColumnKind::PointsEach, "points each"),
            Gives::Value | Gives::Answer(_) => (ColumnKind::Gives, "gives"),
        };
        let mut broken = false;
        let mut found = false;
        for (i, column) in table.outcomes.iter().enumerate() {
            broken |= column.kind == ColumnKind::Broken;
            let fits = match column.kind {
                ColumnKind::Points | ColumnKind::PointsEach | ColumnKind::Gives => column.kind == wanted,
                ColumnKind::Reason => !matches!(gives, Gives::Value),
                ColumnKind::Baseline => gives == Gives::Points,
                ColumnKind::Source | ColumnKind::Note | ColumnKind::Broken => true,
            };
            found |= column.kind == wanted;
            if !fits {
                broken = true;
                let text = self.text(file, column.span);
                let mut diagnostic = Diagnostic::error(
                    Code::E0221,
                    Place::new(file, column.span),
                    format!("a column `{text}` does not belong in this table"),
                );
                if matches!(column.kind, ColumnKind::Points | ColumnKind::PointsEach | ColumnKind::Gives) {
                    diagnostic = diagnostic.help(match gives {
                        Gives::PointsEach => "a rule with `for each` has a column `points each`".to_owned(),
                        Gives::Points if column.kind == ColumnKind::PointsEach => {
                            "`points each` needs a line `for each RECORD` above the table".to_owned()
                        }
                        Gives::Points | Gives::Value | Gives::Answer(_) => {
                            format!("it is called `{name}` here")
                        }
                    });
                }
                self.report(diagnostic);
            } else if column.kind != ColumnKind::Broken
                && table.outcomes.iter().take(i).any(|c| c.kind == column.kind)
            {
                broken = true;
                let text = self.text(file, column.span);
                self.error(Code::E0221, file, column.span, format!("the column `{text}` is there twice"));
            }
        }
        if !found && !broken {
            self.report(
                Diagnostic::error(
                    Code::E0218,
                    Place::new(file, table.span),
                    format!("this table has no column `{name}`"),
                )
                .help(format!("add it as the last condition's neighbour: `| … | {name} |`")),
            );
        }
        found && !broken
    }

    /// The tests of every row; `None` where a column or a cell could not be understood.
    fn cells(&mut self, file: FileId, table: &ast::Table, columns: &[Typed]) -> Option<Vec<Vec<CellTest>>> {
        let mut broken = columns.iter().any(|c| c.kind.is_none());
        let mut rows: Vec<Vec<CellTest>> = table.rows.iter().map(|_| Vec::new()).collect();
        for (at, column) in columns.iter().enumerate() {
            let Some(kind) = column.kind else { continue };
            self.check_units(file, table, at, kind);
            let universe = self.universe_of(column, kind);
            let mut otherwise: Option<(usize, Span)> = None;
            for (i, (row, tests)) in table.rows.iter().zip(&mut rows).enumerate() {
                let Some(cell) = row.conditions.get(at) else {
                    broken = true;
                    continue;
                };
                let lowered = self.cell(file, cell, kind, &universe);
                broken |= lowered.broken;
                if let Some(span) = lowered.otherwise {
                    broken |= !self.otherwise_fits(file, table, cell, span, otherwise);
                    otherwise = otherwise.or(Some((i, span)));
                }
                tests.push(CellTest {
                    known: lowered.known,
                    missing: lowered.missing,
                    text: self.text(file, cell.span),
                });
            }
            if let Some((row, span)) = otherwise {
                let named = rows.iter().filter_map(|tests| tests.get(at));
                let rest = named.fold(universe, |rest, test| rest.difference(&test.known, kind));
                if rest.is_empty() && !broken {
                    let place = Place::new(file, span);
                    self.report_if_every_day(
                        place,
                        Diagnostic::error(
                            Code::E0207,
                            place,
                            "the other rows name every value, so nothing is left for `otherwise`",
                        )
                        .help("take this row away, or list the value that you mean to keep"),
                    );
                    self.checked(place);
                } else {
                    self.checked(Place::new(file, span));
                }
                if let Some(test) = rows.get_mut(row).and_then(|tests| tests.get_mut(at)) {
                    test.known = rest;
                }
            }
        }
        if broken { None } else { Some(rows) }
    }

    fn otherwise_fits(
        &mut self,
        file: FileId,
        table: &ast::Table,
        cell: &ast::Cell,
        span: Span,
        before: Option<(usize, Span)>,
    ) -> bool {
        let place = Place::new(file, span);
        if table.conditions.len() > 1 {
            self.report(
                Diagnostic::error(Code::E0224, place, "`otherwise` is for tables of one condition column")
                    .help("in a table of several columns write what it means: `any`, or `not a, b`"),
            );
            return false;
        }
        if cell.negated
            || cell
                .parts
                .iter()
                .any(|p| !matches!(p, ast::CellPart::Otherwise(_) | ast::CellPart::Missing(_)))
        {
            self.report(Diagnostic::error(
                Code::E0224,
                place,
                "`otherwise` stands alone: it is every known value that no other row names",
            ));
            return false;
        }
        if let Some((_, first)) = before {
            self.report(
                Diagnostic::error(Code::E0224, place, "a table has one `otherwise`")
                    .also(Place::new(file, first), "it is here"),
            );
            return false;
        }
        true
    }

    /// Windows in days and in months in one column have no order of their own: on some days one is longer, on others
    /// the other.
    fn check_units(&mut self, file: FileId, table: &ast::Table, at: usize, kind: Type) {
        if kind != Type::Date {
            return;
        }
        let mut days: Vec<(u32, Span)> = Vec::new();
        let mut months: Vec<(u32, Span)> = Vec::new();
        let windows =
            table.rows.iter().filter_map(|r| r.conditions.get(at)).flat_map(|c| &c.parts).filter_map(|p| {
                if let ast::CellPart::Within(w) | ast::CellPart::BeforeAgo(w) = p { Some(w) } else { None }
            });
        for window in windows {
            let ast::Literal::Number(n) = &window.count else { continue };
            let Ok(count) = u32::try_from(n.value.units() / Decimal::ONE.units()) else { continue };
            match window.unit {
                crate::date::Unit::Day => days.push((count, window.span)),
                crate::date::Unit::Month => months.push((count, window.span)),
                crate::date::Unit::Year => months.push((count.saturating_mul(12), window.span)),
            }
        }
        for (count, span) in &days {
            // A month has 28 to 31 days, twelve of them 365 or 366.
            let near = months.iter().find(|(m, _)| {
                let m = u64::from(*m);
                (m * 28..=m * 31).contains(&u64::from(*count))
            });
            if let Some((_, other)) = near {
                let (first, second) =
                    if other.start < span.start { (*other, *span) } else { (*span, *other) };
                self.report(
                    Diagnostic::error(
                        Code::E0226,
                        Place::new(file, second),
                        "days and months in one column: on some days one is longer, on others the other",
                    )
                    .also(Place::new(file, first), "counted in another unit here")
                    .help("write both in days, or both in months or years"),
                );
                return;
            }
        }
    }

    /// The known values that a column can have.
    pub(super) fn universe_of(&self, column: &Typed, kind: Type) -> Set {
        if let Some(domain) = &column.domain {
            return domain.clone();
        }
        if !kind.is_ordered() {
            return self.universe(kind);
        }
        column.bounds.to_set(kind)
    }
}

/// Whether a value of one type may stand where another is wanted.
pub(super) fn fits(wanted: Type, found: Type, literal: bool) -> bool {
    wanted == found
        || (wanted == Type::Number && found == Type::Integer)
        || (literal && wanted == Type::Money && found.is_numeric())
}

/// The type of two rows' values, each with whether it is a bare number.
fn join((old, old_bare): (Type, bool), (new, new_bare): (Type, bool)) -> Option<Type> {
    let plain = |kind, literal| {
        let value = crate::policy::Expr::Constant(Value::YesNo(true));
        Typed { literal, ..Typed::sure(value, kind, Span::NONE) }
    };
    joint_type(&plain(old, old_bare), old, &plain(new, new_bare), new)
}
