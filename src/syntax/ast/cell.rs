//! Tables and their cells.

use super::{Expression, History, Literal, Name, Text, Window};
use crate::source::Span;

/// A table: a header row and rows, each on its own line.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// `first match` stands after the title: overlap is permitted and the first row that fits is taken.
    pub first_match: bool,
    /// The columns that hold conditions, in order.
    pub conditions: Vec<Expression>,
    /// The columns that hold outcomes, in order.
    pub outcomes: Vec<Column>,
    /// The rows in order.
    pub rows: Vec<Row>,
    /// The header row.
    pub span: Span,
}

/// An outcome column's heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Which it is.
    pub kind: ColumnKind,
    /// Where the heading stands.
    pub span: Span,
}

/// The outcome columns that a table may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// `points`
    Points,
    /// `points each`
    PointsEach,
    /// `gives`
    Gives,
    /// `reason`
    Reason,
    /// `baseline`
    Baseline,
    /// `source`
    Source,
    /// `note`
    Note,
    /// A heading that could not be read, or that is none of these, which has been said.
    Broken,
}

/// One row of a table. `conditions` and `outcomes` have as many entries as the table has columns of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One cell for each condition column.
    pub conditions: Vec<Cell>,
    /// One cell for each outcome column.
    pub outcomes: Vec<Outcome>,
    /// The row, first bar to last bar.
    pub span: Span,
}

/// A condition cell: a list of parts, any of which may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// `not a, b`: none of the parts (missing is never included).
    pub negated: bool,
    /// The parts. Empty only where the cell could not be read or the row is too short to have it, which has been
    /// said: it may stand for any values.
    pub parts: Vec<CellPart>,
    /// From the first to the last token of the cell.
    pub span: Span,
}

/// One part of a condition cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellPart {
    /// One value, a list's name or a parameter's name.
    Value(Literal),
    /// `A to B`, both in.
    To(Literal, Literal),
    /// `A to under B` (numbers), `A to before B` (dates): B out.
    ToUnder(Literal, Literal),
    /// `over A to B`: A out, B in.
    OverTo(Literal, Literal),
    /// `over A to under B`: both out.
    OverToUnder(Literal, Literal),
    /// `under B`; for dates `before B`.
    Under(Literal),
    /// `B or less`; for dates `on or before B`, and `up to B` in domains.
    AtMost(Literal),
    /// `A or more`; for dates `on or after A`, and `A or later` in domains.
    AtLeast(Literal),
    /// `over A`; for dates `after A`.
    Over(Literal),
    /// `within 90 days`.
    Within(Window),
    /// `before 90 days ago`.
    BeforeAgo(Window),
    /// `any`, `known`: every known value.
    Any(Span),
    /// `missing`.
    Missing(Span),
    /// `otherwise`: every known value of a one-column table that no other row names.
    Otherwise(Span),
    /// `good or better` (tiers).
    OrBetter(Name),
    /// `good or worse` (tiers).
    OrWorse(Name),
}

/// An outcome cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing stands in the cell.
    Empty(Span),
    /// A value with its history (a single number is an expression).
    History(History),
    /// An expression: points, or what a definition or decision gives.
    Expression(Expression),
    /// `not scored`.
    NotScored(Span),
    /// A reason code.
    Reason(Name),
    /// A source or a note: the cell's text, quoted or bare.
    Text(Text),
    /// The cell is there but could not be read, or the row is too short to have it, which has been said.
    Broken(Span),
}
