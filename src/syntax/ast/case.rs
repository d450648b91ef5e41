//! Cases: records given and results expected.

use super::{DateLiteral, Literal, Name, Number, Text};
use crate::source::Span;

/// `case "title" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseBlock {
    /// What the case shows.
    pub title: Text,
    /// The lines, in order.
    pub clauses: Vec<CaseClause>,
    /// The head line.
    pub span: Span,
}

/// `cases from "path" as of D`: a table of cases in a file, a case a row.
#[derive(Debug, Clone, PartialEq)]
pub struct CasesLine {
    /// The file, relative to this one.
    pub path: Text,
    /// The day of the cases that name none themselves.
    pub as_of: Option<DateLiteral>,
    /// The whole statement.
    pub span: Span,
}

/// A line of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseClause {
    /// What the line says.
    pub kind: CaseClauseKind,
    /// The whole line.
    pub span: Span,
}

/// The lines that a case may have.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseClauseKind {
    /// `as of D`
    AsOf(DateLiteral),
    /// `set PARAM VALUE`
    Set(Name, Literal),
    /// `given RECORD { field: value, … }`; also for a link (`from`, `to`) and `previous` (`person`, `score`)
    Given(Name, Vec<Assignment>),
    /// `expect …`
    Expect(Expectation),
    /// A line that could not be read, by its first word (with empty text where it has none).
    Broken(Name),
}

/// `field: value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The field.
    pub field: Name,
    /// Its value.
    pub value: Literal,
}

/// What a case expects.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// `expect score N`
    Score(Number),
    /// `expect tier T`
    Tier(Name),
    /// `expect status scored | not scored | not participating | rejected`
    Status(ExpectedStatus),
    /// `expect reasons A, B`: all of them, in order; `expect no reasons` is empty
    Reasons(Vec<Name>),
    /// `expect points of NAME N`
    PointsOf(Name, Number),
    /// `expect NAME is VALUE`: a decision or a definition
    Value(Name, Literal),
    /// `expect [no] benefit NAME`
    Benefit(Name, bool),
    /// `expect [no] penalty NAME`
    Penalty(Name, bool),
}

/// The statuses that a case can expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedStatus {
    /// The record has a score.
    Scored,
    /// A rule or override said `not scored`.
    NotScored,
    /// Participation is open and the record does not take part.
    NotParticipating,
    /// The record breaks its schema or overflows.
    Rejected,
}
