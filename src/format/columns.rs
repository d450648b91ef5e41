//! How wide columns are: of tables, and of lines below each other.

use super::outline::{Entry, Outline, Shape};
use super::spelling::Spelling;
use super::written::Written;
use crate::source::Span;
use crate::syntax::ast::{ColumnKind, ExpressionKind, Outcome, Table};
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Condition columns, and comments behind lines that follow one another, are padded to a multiple of this.
const STEP: usize = 4;

/// The least multiple of the step that is wide enough.
pub(super) fn stepped(width: usize) -> usize {
    width.next_multiple_of(STEP)
}

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Blanks.
pub(super) fn blanks(count: usize) -> String {
    " ".repeat(count)
}

/// A text with blanks after it.
fn left(text: &str, wide: usize) -> String {
    format!("{text}{}", blanks(wide.saturating_sub(width(text))))
}

/// The tables of a text, row by row.
pub(super) struct Grid {
    columns: Vec<ColumnLayout>,
}

/// A column of a table.
#[derive(Clone, Copy)]
struct ColumnLayout {
    width: usize,
    /// Numbers stand below each other by their last digit.
    is_right: bool,
    /// What stands in it is free text, which stays as it is.
    is_raw: bool,
}

impl Grid {
    /// The columns of a table, of which these are the heading and the rows, as tokens.
    pub(super) fn new(
        table: &Table,
        rows: &[(Range<usize>, bool)],
        written: &Written<'_>,
        spelling: &Spelling<'_>,
    ) -> Self {
        let conditions =
            table.conditions.iter().map(|_| ColumnLayout { width: 0, is_right: false, is_raw: false });
        let outcomes = (0..).zip(&table.outcomes).map(|(number, column)| ColumnLayout {
            width: 0,
            is_right: is_right(table, number, column.kind),
            is_raw: matches!(column.kind, ColumnKind::Source | ColumnKind::Note),
        });
        let mut grid = Self { columns: conditions.chain(outcomes).collect() };
        for (tokens, is_heading) in rows {
            let cells = grid.cells(tokens.clone(), *is_heading, written, spelling);
            for (column, cell) in grid.columns.iter_mut().zip(cells) {
                column.width = column.width.max(width(&cell));
            }
        }
        for column in grid.columns.iter_mut().take(table.conditions.len()) {
            column.width = stepped(column.width);
        }
        grid
    }

    /// A row with its bars.
    pub(super) fn row(
        &self,
        tokens: Range<usize>,
        is_heading: bool,
        written: &Written<'_>,
        spelling: &Spelling<'_>,
    ) -> String {
        let mut row = String::from("|");
        let cells = self.cells(tokens, is_heading, written, spelling);
        for (column, cell) in self.columns.iter().zip(cells) {
            let free = blanks(column.width.saturating_sub(width(&cell)));
            row.push_str(&match column.is_right {
                true => format!(" {free}{cell} |"),
                false => format!(" {cell}{free} |"),
            });
        }
        row
    }

    /// The cells of a row.
    fn cells(
        &self,
        tokens: Range<usize>,
        is_heading: bool,
        written: &Written<'_>,
        spelling: &Spelling<'_>,
    ) -> Vec<String> {
        let mut cells = Vec::new();
        let mut start = None;
        for at in tokens {
            if written.token(at) != "|" {
                continue;
            }
            if let Some(start) = start {
                let is_raw = self.columns.get(cells.len()).is_some_and(|column| column.is_raw);
                let first = written.tokens.get(start..at).and_then(<[Span]>::first);
                let last = at.checked_sub(1).and_then(|last| written.tokens.get(last));
                cells.push(match (first, last, is_raw && !is_heading) {
                    (Some(first), Some(last), true) => written.slice(first.to(*last)).to_owned(),
                    (_, _, _) => spelling.line(start..at),
                });
            }
            start = Some(at + 1);
        }
        cells
    }
}

/// Whether a column of results stands to the right: points do, unless one of them has a history, which is a sentence; what
/// a table gives does if there is nothing but numbers.
fn is_right(table: &Table, number: usize, kind: ColumnKind) -> bool {
    let mut cells = table.rows.iter().filter_map(|row| row.outcomes.get(number));
    match kind {
        ColumnKind::Points | ColumnKind::PointsEach | ColumnKind::Baseline => {
            !cells.any(|cell| matches!(cell, Outcome::History(_)))
        }
        ColumnKind::Gives => cells.all(|cell| match cell {
            Outcome::Expression(value) => matches!(value.kind, ExpressionKind::Number(_)),
            Outcome::Empty(_) => true,
            Outcome::History(_)
            | Outcome::NotScored(_)
            | Outcome::Reason(_)
            | Outcome::Text(_)
            | Outcome::Broken(_) => false,
        }),
        ColumnKind::Reason | ColumnKind::Source | ColumnKind::Note | ColumnKind::Broken => false,
    }
}

/// Lines whose parts stand below each other: those of one kind with no blank line between them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    section: usize,
    kind: &'static str,
}

/// The widths of the parts of lines that are no rows.
pub(super) struct Parts {
    widths: BTreeMap<Run, Vec<usize>>,
}

/// The first line of an entry, as it is laid out.
pub(super) struct Laid {
    pub(super) text: String,
    /// Where what the line says begins, for the lines that go on with it.
    pub(super) hang: usize,
}

impl Parts {
    /// The widths for all entries, each with its section and the tokens of its first line.
    pub(super) fn new(
        outline: &Outline<'_>,
        sections: &[usize],
        firsts: &[Range<usize>],
        written: &Written<'_>,
        spelling: &Spelling<'_>,
    ) -> Self {
        let mut parts = Self { widths: BTreeMap::new() };
        for ((entry, section), tokens) in outline.entries.iter().zip(sections).zip(firsts) {
            let Some((run, _)) = run(entry, *section) else { continue };
            let split = split(entry, tokens.clone(), written);
            let known = parts.widths.entry(run).or_default();
            // The last part is as wide as it is.
            for (number, part) in split.iter().enumerate().take(split.len().saturating_sub(1)) {
                let wide = width(&spelling.line(part.clone()));
                match known.get_mut(number) {
                    Some(known) => *known = (*known).max(wide),
                    None => known.push(wide),
                }
            }
        }
        parts
    }

    /// An entry's first line without its indentation.
    pub(super) fn first_line(
        &self,
        entry: &Entry,
        section: usize,
        tokens: Range<usize>,
        written: &Written<'_>,
        spelling: &Spelling<'_>,
    ) -> Laid {
        let Some((run, apart)) = run(entry, section) else {
            return Laid { text: spelling.line(tokens), hang: 0 };
        };
        let widths = self.widths.get(&run).map(Vec::as_slice).unwrap_or_default();
        let parts = split(entry, tokens, written);
        let mut text = String::new();
        let mut start = 0;
        for (number, part) in parts.iter().enumerate() {
            start = width(&text);
            let part = spelling.line(part.clone());
            match widths.get(number).filter(|_| number + 1 < parts.len()) {
                // A part that no line of the run has takes no place.
                Some(0) => {}
                Some(wide) => text.push_str(&(left(&part, *wide) + &blanks(apart))),
                None => text.push_str(&part),
            }
        }
        text.truncate(text.trim_end().len());
        Laid { text, hang: start }
    }
}

/// What an entry stands in line with, and how many blanks stand between its parts.
fn run(entry: &Entry, section: usize) -> Option<(Run, usize)> {
    let (kind, apart) = match entry.shape {
        Shape::Plain | Shape::Sentence | Shape::Row { .. } => return None,
        Shape::Named(word) => (word, 1),
        Shape::Clause(_) | Shape::Given => ("clause", 2),
        Shape::Field => ("field", 2),
        Shape::Tier => ("tier", 2),
    };
    Some((Run { section, kind }, apart))
}

/// The parts of an entry's first line.
fn split(entry: &Entry, tokens: Range<usize>, written: &Written<'_>) -> Vec<Range<usize>> {
    let Range { start, end } = tokens.clone();
    let at = |count: usize| (start + count).min(end);
    match entry.shape {
        Shape::Plain | Shape::Sentence | Shape::Row { .. } => vec![tokens],
        Shape::Named(_) => vec![start..at(2), at(2)..end],
        Shape::Clause(words) => vec![start..at(words), at(words)..end],
        Shape::Given | Shape::Field => vec![start..at(1), at(1)..end],
        Shape::Tier => {
            let label = if written.token(start + 1).starts_with('"') { 2 } else { 1 };
            vec![start..at(1), at(1)..at(label), at(label)..end]
        }
    }
}
