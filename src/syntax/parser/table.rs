//! Builders of tables: a heading and rows, cell by cell.

use super::cell::{broken_cell, cell};
use super::expression::{broken, only_expression};
use super::grammar::Rule;
use super::line::Line;
use super::literal::{first_name, history, unquote};
use super::reader::Reader;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Cell, Column, ColumnKind, Outcome, Row, Table, Text};

/// A table while its rows come in.
pub(super) struct TableRows {
    first_match: bool,
    table: Option<Table>,
}

impl TableRows {
    pub(super) fn new(first_match: bool) -> Self {
        Self { first_match, table: None }
    }

    /// Adds a line that begins with `|`: the first is the heading.
    pub(super) fn add<'t>(&mut self, reader: &mut Reader<'t>, line: &Line<'t>) {
        match &mut self.table {
            None => self.table = Some(heading(reader, line, self.first_match)),
            Some(table) => {
                let row = row(reader, line, table);
                table.rows.push(row);
            }
        }
    }

    pub(super) fn finish(self) -> Option<Table> {
        self.table
    }
}

/// The words that head outcome columns.
const OUTCOMES: [(&str, ColumnKind); 7] = [
    ("points", ColumnKind::Points),
    ("points each", ColumnKind::PointsEach),
    ("gives", ColumnKind::Gives),
    ("reason", ColumnKind::Reason),
    ("baseline", ColumnKind::Baseline),
    ("source", ColumnKind::Source),
    ("note", ColumnKind::Note),
];

/// The cells of a row: what stands between two bars, blanks left out; an empty cell is an empty place before its bar.
fn cells(reader: &Reader<'_>, line: &Line<'_>) -> Vec<Span> {
    let mut cells = Vec::new();
    let mut inside: Option<Span> = None;
    for token in line.tokens.iter().skip(1) {
        if reader.token_text(Some(token)) == "|" {
            cells.push(inside.take().unwrap_or(Span::new(token.span.start, token.span.start)));
        } else {
            inside = Some(inside.map_or(token.span, |before| before.to(token.span)));
        }
    }
    cells.extend(inside);
    cells
}

fn heading<'t>(reader: &mut Reader<'t>, line: &Line<'t>, first_match: bool) -> Table {
    let mut table = Table {
        first_match,
        conditions: Vec::new(),
        outcomes: Vec::new(),
        rows: Vec::new(),
        span: line.span,
    };
    for span in cells(reader, line) {
        let words: Vec<&str> = reader.mended(span).split_whitespace().collect();
        let words = words.join(" ");
        if let Some((_, kind)) = OUTCOMES.iter().find(|(name, _)| *name == words) {
            table.outcomes.push(Column { kind: *kind, span });
        } else if table.outcomes.is_empty() {
            let heading = reader.read(Rule::heading_cell, span);
            table.conditions.push(match heading {
                Some(node) => only_expression(reader, &node),
                None => broken(span),
            });
        } else {
            table.outcomes.push(Column { kind: ColumnKind::Broken, span });
        }
    }
    table
}

fn row<'t>(reader: &mut Reader<'t>, line: &Line<'t>, table: &Table) -> Row {
    let cells = cells(reader, line);
    let expected = table.conditions.len() + table.outcomes.len();
    if cells.len() != expected {
        let message = format!("this row has {} cells, the heading {expected}", cells.len());
        let diagnostic = Diagnostic::error(Code::E0114, reader.place(line.span), message)
            .also(reader.place(table.span), "the heading");
        reader.keep(diagnostic);
    }
    let mut cells = cells.into_iter();
    let end = Span::new(line.span.end, line.span.end);
    let conditions = table.conditions.iter().map(|_| match cells.next() {
        Some(span) => condition(reader, span),
        None => broken_cell(end),
    });
    let conditions = conditions.collect();
    let outcomes = table.outcomes.iter().map(|column| match cells.next() {
        Some(span) => outcome(reader, span, column.kind),
        None => Outcome::Broken(end),
    });
    let outcomes = outcomes.collect();
    Row { conditions, outcomes, span: line.span }
}

fn condition(reader: &mut Reader<'_>, span: Span) -> Cell {
    if span.start == span.end {
        reader.error(Code::E0119, span, "a condition is empty");
        return broken_cell(span);
    }
    let node = reader.read(Rule::condition_cell, span).and_then(|node| node.child(Rule::cell));
    match node {
        Some(node) => cell(reader, &node),
        None => broken_cell(span),
    }
}

fn outcome(reader: &mut Reader<'_>, span: Span, kind: ColumnKind) -> Outcome {
    if span.start == span.end {
        return Outcome::Empty(span);
    }
    match kind {
        ColumnKind::Points | ColumnKind::PointsEach | ColumnKind::Gives | ColumnKind::Baseline => {
            points(reader, span)
        }
        ColumnKind::Reason => match reader.read(Rule::name_cell, span) {
            Some(node) => Outcome::Reason(first_name(&node)),
            None => Outcome::Broken(span),
        },
        ColumnKind::Source | ColumnKind::Note => {
            let written = reader.written(span);
            let is_quoted = written.len() > 1 && written.starts_with('"') && written.ends_with('"');
            let text = if is_quoted { unquote(reader, written, span) } else { written.to_owned() };
            Outcome::Text(Text { text, span })
        }
        ColumnKind::Broken => Outcome::Broken(span),
    }
}

fn points(reader: &mut Reader<'_>, span: Span) -> Outcome {
    let Some(node) = reader.read(Rule::points_cell, span) else { return Outcome::Broken(span) };
    if node.has(Rule::not_scored) {
        return Outcome::NotScored(span);
    }
    match node.child(Rule::dated_history) {
        Some(dated) => Outcome::History(history(reader, &dated)),
        None => Outcome::Expression(only_expression(reader, &node)),
    }
}
