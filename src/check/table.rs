//! Tables: cells become tests, outcomes expressions, and every case must have its row.

use super::context::Context;
use super::coverage::{Axis, Finding as Cover, cover};
use super::definition::Facts;
use super::expression::{Cause, Env, Given, Typed, UNBOUNDED, both, describe_causes, joint_type};
use crate::data::{Set, Type, Value};
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{CellTest, Column, Row, RowOutcome, Table};
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
        let columns: Vec<Typed> = table.conditions.iter().map(|c| self.expression(env, c)).collect();
        for column in &columns {
            if column.kind.is_some() && column.as_constant().is_some() {
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
                    None => kind = Some(new),
                    Some(old) => match join(old, new) {
                        Some(joined) => kind = Some(joined),
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
            let mut named = Set::empty(kind);
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
                named = named.union(&lowered.known, kind);
                tests.push(CellTest {
                    known: lowered.known,
                    missing: lowered.missing,
                    text: self.text(file, cell.span),
                });
            }
            if let Some((row, span)) = otherwise {
                let rest = universe.difference(&named, kind);
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

    /// Reports gaps, overlaps and dead rows.
    fn cover(&mut self, file: FileId, table: &ast::Table, columns: &[Typed], cells: &[Vec<CellTest>]) {
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
                    // Values outside the domain were reported with the cell; what is left is `missing`.
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

    /// Lowers a row's outcomes, the cells being known to hold.
    fn row(
        &mut self,
        env: &Env,
        row: &ast::Row,
        gives: Gives,
        table: &ast::Table,
        cells: Vec<CellTest>,
    ) -> Option<(Row, RowFacts, Option<Type>)> {
        let (typed, not_scored) = self.outcome(env, row, gives, &table.outcomes);
        let mut lowered = Row {
            cells,
            outcome: RowOutcome::NotScored,
            reason: None,
            baseline: None,
            source: String::new(),
            note: String::new(),
            place: Place::new(env.file, row.span),
        };
        for (outcome, column) in row.outcomes.iter().zip(&table.outcomes) {
            match (outcome, column.kind) {
                (Outcome::Reason(name), ColumnKind::Reason) => lowered.reason = self.reason(env.file, name),
                (Outcome::History(h), ColumnKind::Baseline) => {
                    self.check_history(env.file, h);
                    let literal = super::periods::value_on(h, self.today).cloned();
                    lowered.baseline = literal.and_then(|l| self.number(env.file, &l));
                }
                (Outcome::Expression(e), ColumnKind::Baseline) => {
                    lowered.baseline = self.constant_number(env, e);
                }
                (Outcome::Text(t), ColumnKind::Source) => lowered.source = t.text.clone(),
                (Outcome::Text(t), ColumnKind::Note) => lowered.note = t.text.clone(),
                _other => {}
            }
        }
        let (typed, place) = match (typed, not_scored) {
            (_, Some(span)) => (None, Place::new(env.file, span)),
            (Some(typed), None) => {
                let place = Place::new(env.file, typed.span);
                (Some(typed), place)
            }
            (None, None) => return None,
        };
        let mut facts = RowFacts { bounds: None, causes: Vec::new(), place };
        let mut kind = None;
        if let Some(typed) = typed {
            typed.kind?;
            kind = typed.kind;
            facts.bounds = Some(typed.bounds);
            facts.causes = typed.causes;
            lowered.outcome = RowOutcome::Value(typed.expr);
        }
        Some((lowered, facts, kind))
    }

    /// What a row gives, or where it says `not scored`; neither after a report.
    fn outcome(
        &mut self,
        env: &Env,
        row: &ast::Row,
        gives: Gives,
        columns: &[ast::Column],
    ) -> (Option<Typed>, Option<Span>) {
        let wanted = |kind: ColumnKind| match gives {
            Gives::Points => kind == ColumnKind::Points,
            Gives::PointsEach => kind == ColumnKind::PointsEach,
            Gives::Value | Gives::Answer(_) => kind == ColumnKind::Gives,
        };
        let Some((outcome, _)) = row.outcomes.iter().zip(columns).find(|(_, c)| wanted(c.kind)) else {
            return (None, None);
        };
        let kind = match gives {
            Gives::Points | Gives::PointsEach => Some(Type::Number),
            Gives::Value => None,
            Gives::Answer(kind) => Some(kind),
        };
        match outcome {
            Outcome::Empty(span) => {
                let what =
                    if matches!(gives, Gives::Points | Gives::PointsEach) { "points" } else { "value" };
                self.report(
                    Diagnostic::error(
                        Code::E0218,
                        Place::new(env.file, *span),
                        format!("this row gives no {what}"),
                    )
                    .help("write what it gives; nothing at all is `0`"),
                );
                (None, None)
            }
            Outcome::NotScored(span) => {
                if gives != Gives::Points {
                    self.error(
                        Code::E0220,
                        env.file,
                        *span,
                        "`not scored` is for the points of a record, not here",
                    );
                    return (None, None);
                }
                (None, Some(*span))
            }
            Outcome::History(h) => {
                self.check_history(env.file, h);
                // Every value of the history is checked, whichever holds today.
                let mut today = None;
                let held = super::periods::value_on(h, self.today).map(ast::Literal::span);
                for step in &h.steps {
                    let kind = kind.or_else(|| Self::literal_type(&step.value)).unwrap_or(Type::Number);
                    if let Some(value) = self.literal(env.file, &step.value, kind)
                        && held.is_some_and(|s| s.same_place(&step.value.span()))
                    {
                        today = Some(Typed::constant(value, kind, step.value.span()));
                    }
                }
                (today, None)
            }
            Outcome::Expression(e) => {
                let typed = match kind {
                    Some(kind @ (Type::Category(_) | Type::Tier | Type::Text)) => {
                        let beside =
                            Typed::sure(crate::policy::Expr::Constant(Value::YesNo(true)), kind, e.span);
                        self.expression_like(env, e, &beside)
                    }
                    Some(_) | None => self.expression(env, e),
                };
                let (Some(kind), Some(found)) = (kind, typed.kind) else { return (Some(typed), None) };
                if fits(kind, found, typed.literal) {
                    let kind = if found.is_numeric() && kind.is_numeric() { Some(kind) } else { Some(found) };
                    return (Some(Typed { kind, ..typed }), None);
                }
                let mut diagnostic = Diagnostic::error(
                    Code::E0209,
                    Place::new(env.file, e.span),
                    format!("expected {}, found {}", self.type_name(kind), self.type_name(found)),
                );
                if found == Type::Money {
                    diagnostic = diagnostic.help("`amount(x)` is the number of an amount of money");
                }
                self.report(diagnostic);
                (None, None)
            }
            Outcome::Reason(_) | Outcome::Text(_) | Outcome::Broken(_) => (None, None),
        }
    }

    /// An expression that must be a number known beforehand.
    pub(super) fn constant_number(&mut self, env: &Env, e: &ast::Expression) -> Option<Decimal> {
        let typed = self.expression(env, e);
        typed.kind?;
        let number = typed.as_constant().and_then(Value::as_number);
        if number.is_none() {
            let text = self.text(env.file, e.span);
            self.error(Code::E0209, env.file, e.span, format!("expected a number, found `{text}`"));
        }
        number
    }
}

/// Whether a value of one type may stand where another is wanted.
pub(super) fn fits(wanted: Type, found: Type, literal: bool) -> bool {
    wanted == found
        || (wanted == Type::Number && found == Type::Integer)
        || (literal && wanted == Type::Money && found.is_numeric())
}

fn join(old: Type, new: Type) -> Option<Type> {
    let plain = |kind| Typed::sure(crate::policy::Expr::Constant(Value::YesNo(true)), kind, Span::NONE);
    joint_type(&plain(old), old, &plain(new), new)
}
