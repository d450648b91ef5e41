//! Builders of tables: a heading and rows, cell by cell.

use super::cell::{broken_cell, cell};
use super::expression::{broken, only_expression};
use super::grammar::Rule;
use super::line::Line;
use super::literal::{first_name, history, unquote};
use super::reader::Reader;
use super::statement::is_short;
use super::token::Token;
use crate::diagnostic::{Code, Diagnostic, suggest};
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

/// What stands between two bars.
#[derive(Clone, Copy)]
struct Place {
    /// From the first to the last token; for an empty cell, all that is between the bars.
    span: Span,
    /// Nothing stands in it.
    empty: bool,
}

/// A row's cells, and the place after the last token when the last `|` is missing.
struct Cells {
    places: Vec<Place>,
    open_end: bool,
}

fn cells(reader: &mut Reader<'_>, line: &Line<'_>) -> Cells {
    let is_bar = |token: &Token| reader.token_text(Some(token)) == "|";
    let mut tokens = line.tokens.iter().peekable();
    let mut start = line.span.start;
    let mut begins = true;
    match tokens.next_if(|token| is_bar(token)) {
        Some(bar) => start = bar.span.end,
        None => begins = false,
    }
    let mut places = Vec::new();
    let mut inside: Option<Span> = None;
    for token in tokens {
        if is_bar(token) {
            let empty = Span::new(start, token.span.start);
            places.push(Place { span: inside.unwrap_or(empty), empty: inside.is_none() });
            inside = None;
            start = token.span.end;
        } else {
            inside = Some(inside.map_or(token.span, |before| before.to(token.span)));
        }
    }
    places.extend(inside.map(|span| Place { span, empty: false }));
    if !begins {
        let at = reader.place(Span::new(line.span.start, line.span.start));
        reader.keep(Diagnostic::error(Code::E0113, at, "a row of a table begins with `|`").fix(
            at,
            "| ",
            "write `|` first",
        ));
    }
    Cells { places, open_end: inside.is_some() }
}

fn heading<'t>(reader: &mut Reader<'t>, line: &Line<'t>, first_match: bool) -> Table {
    let mut table = Table {
        first_match,
        conditions: Vec::new(),
        outcomes: Vec::new(),
        rows: Vec::new(),
        span: line.span,
    };
    let found = cells(reader, line);
    if found.open_end {
        last_bar(reader, line);
    }
    let words = |reader: &Reader<'t>, place: &Place| {
        let words: Vec<&str> = reader.mended(place.span).split_whitespace().collect();
        words.join(" ")
    };
    let is_result = |word: &str| matches!(word, "points" | "points each" | "gives");
    let has_result = found.places.iter().any(|place| is_result(&words(reader, place)));
    for place in found.places {
        let heading = words(reader, &place);
        if let Some((_, kind)) = OUTCOMES.iter().find(|(name, _)| *name == heading) {
            table.outcomes.push(Column { kind: *kind, span: place.span });
            continue;
        }
        // Among the conditions anything may stand, if results are named after them.
        let conditions = table.outcomes.is_empty();
        let meant = if conditions && has_result { None } else { closest_outcome(&heading) };
        let misspelt = meant.filter(|(name, _)| !has_result && is_result(name));
        if conditions && misspelt.is_none() {
            table.conditions.push(match place.empty {
                true => {
                    reader.error(Code::E0119, place.span, "a column has no heading");
                    broken(place.span)
                }
                false => match reader.read(Rule::heading_cell, place.span) {
                    Some(node) => only_expression(reader, &node),
                    None => broken(place.span),
                },
            });
            continue;
        }
        let at = reader.place(place.span);
        let mut diagnostic =
            Diagnostic::error(Code::E0221, at, format!("`{heading}` heads no column of results"));
        diagnostic = match meant {
            Some((name, _)) => diagnostic.help(format!("did you mean `{name}`?")).fix(at, *name, format!("write `{name}`")),
            None => diagnostic.help(
                "columns with conditions stand first, then `points` or `gives`, `reason`, `baseline`, `source`, `note`",
            ),
        };
        reader.keep(diagnostic);
        let kind = misspelt.or(meant).map_or(ColumnKind::Broken, |(_, kind)| *kind);
        table.outcomes.push(Column { kind, span: place.span });
    }
    table
}

/// The heading of results that was meant, if one is close.
fn closest_outcome(heading: &str) -> Option<&'static (&'static str, ColumnKind)> {
    let names = OUTCOMES.iter().map(|(name, _)| *name);
    let meant = if is_short(heading) { suggest::closest(heading, names) } else { None }?;
    OUTCOMES.iter().find(|(name, _)| *name == meant)
}

fn row<'t>(reader: &mut Reader<'t>, line: &Line<'t>, table: &Table) -> Row {
    let found = cells(reader, line);
    let expected = table.conditions.len() + table.outcomes.len();
    let count = found.places.len();
    match found.places.last().filter(|_| found.open_end) {
        Some(_) if count <= expected => last_bar(reader, line),
        Some(last) if count == expected + 1 => {
            let at = reader.place(last.span);
            reader.keep(
                Diagnostic::error(Code::E0113, at, "a row ends with its last `|`")
                    .help("a comment begins with `#`; a remark may stand in a column `note`"),
            );
        }
        Some(_) | None => {}
    }
    if count != expected && !(found.open_end && count == expected + 1) {
        let cells = |count: usize| if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
        let message = format!("this row has {}, its heading {}", cells(count), cells(expected));
        let diagnostic = Diagnostic::error(Code::E0114, reader.place(line.span), message)
            .also(reader.place(table.span), "the heading");
        reader.keep(diagnostic);
    }
    let end = Span::new(line.span.end, line.span.end);
    let mut places = found.places.into_iter();
    let mut conditions = Vec::with_capacity(table.conditions.len());
    for _ in &table.conditions {
        conditions.push(match places.next() {
            Some(place) => condition(reader, place),
            None => broken_cell(end),
        });
    }
    let mut outcomes = Vec::with_capacity(table.outcomes.len());
    for column in &table.outcomes {
        outcomes.push(match places.next() {
            Some(place) => outcome(reader, place, column.kind),
            None => Outcome::Broken(end),
        });
    }
    Row { conditions, outcomes, span: line.span }
}

/// The last `|` of a row is missing.
fn last_bar(reader: &mut Reader<'_>, line: &Line<'_>) {
    let at = reader.place(Span::new(line.span.end, line.span.end));
    reader.keep(Diagnostic::error(Code::E0113, at, "a row ends with `|`").fix(
        at,
        " |",
        "write `|` at the end of the row",
    ));
}

fn condition(reader: &mut Reader<'_>, place: Place) -> Cell {
    let span = place.span;
    if place.empty {
        let at = reader.place(span);
        let diagnostic = Diagnostic::error(Code::E0119, at, "a condition is empty")
            .help("`any` stands for every known value; where the value may be missing, write `any, missing`");
        reader.keep(diagnostic.fix(at, " any ", "write `any`"));
        return broken_cell(span);
    }
    let node = reader.read(Rule::condition_cell, span).and_then(|node| node.child(Rule::cell));
    match node {
        Some(node) => cell(reader, &node),
        None => broken_cell(span),
    }
}

fn outcome(reader: &mut Reader<'_>, place: Place, kind: ColumnKind) -> Outcome {
    let span = place.span;
    if place.empty {
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
            reader.allow_anything(span);
            let written = reader.written(span).trim();
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
