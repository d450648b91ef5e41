//! Blocks: the policy's head, what gives points, and what follows from a score.

use super::{Cell, DateLiteral, Expression, FieldType, Literal, Name, Number, Table, Text};
use crate::source::Span;

/// `policy NAME "Title" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyBlock {
    /// The policy's name.
    pub name: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// The lines of the block, in order.
    pub clauses: Vec<PolicyClause>,
    /// The head line.
    pub span: Span,
}

/// A line of the `policy` block.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyClause {
    /// What the line says.
    pub kind: PolicyClauseKind,
    /// The whole line.
    pub span: Span,
}

/// The lines that a `policy` block may have.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyClauseKind {
    /// `scores RECORD`
    Scores(Name),
    /// `range A to B`
    Range(Literal, Literal),
    /// `start N`
    Start(Literal),
    /// `round to N`
    Round(Literal),
    /// `reasons up to N by …`
    Reasons(Number, ReasonOrder),
    /// `purpose "…"`
    Purpose(Text),
    /// `origin WORD`
    Origin(Name),
    /// `owner "…"`
    Owner(Text),
    /// `source "…"`
    Source(Text),
    /// `version "…"`
    Version(Text),
    /// A line that could not be read, by its first word (with empty text where it has none).
    Broken(Name),
}

/// How reasons are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonOrder {
    /// `by points lost`
    PointsLost,
    /// `by points below baseline`
    BelowBaseline,
    /// `by points above baseline`
    AboveBaseline,
}

/// What gives points.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Which of the three it is.
    pub kind: ItemKind,
    /// Its name.
    pub name: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// The lines of the block but its table and members, in order (a group's head clauses `weight` and
    /// `limited to` come first).
    pub clauses: Vec<Clause>,
    /// The table, if it has one.
    pub table: Option<Table>,
    /// The members of a group, in order.
    pub members: Vec<Item>,
    /// The head line.
    pub span: Span,
}

/// The three kinds of block that give points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// `characteristic`
    Characteristic,
    /// `rule`
    Rule,
    /// `group`
    Group,
}

/// A line in a block that gives points, overrides, decides or follows from a score. One type for all of them: which
/// lines a block may have is for the checker to say, in one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What the line says.
    pub kind: ClauseKind,
    /// The whole line.
    pub span: Span,
}

/// The lines that blocks may have.
#[derive(Debug, Clone, PartialEq)]
pub enum ClauseKind {
    /// `reason R`
    Reason(Name),
    /// `baseline N`
    Baseline(Literal),
    /// `source "…"`
    Source(Text),
    /// `note "…"`
    Note(Text),
    /// `weight W` (in a group, an item or an influence)
    Weight(Literal),
    /// `limited to A to B`
    Limited(Literal, Literal),
    /// `from D`
    From(DateLiteral),
    /// `before D`
    Before(DateLiteral),
    /// `when COND`
    When(Expression),
    /// `needs COND`
    Needs(Expression),
    /// `points EXPR`
    Points(Expression),
    /// `points N before D, then M`
    PointsHistory(super::History),
    /// `points EXPR each`
    PointsEach(Expression),
    /// `if missing N`
    IfMissing(Literal),
    /// `if missing applies`
    IfMissingApplies,
    /// `if missing does not apply`
    IfMissingDoesNotApply,
    /// `for each CHILD [where COND]`
    ForEach(Name, Option<Expression>),
    /// `no more than N a day | a month | a year | in total`
    NoMoreThan(Literal, CapPeriod),
    /// `score at most N`
    ScoreAtMost(Literal),
    /// `score at least N`
    ScoreAtLeast(Literal),
    /// `tier at most T`
    TierAtMost(Name),
    /// `tier at least T`
    TierAtLeast(Name),
    /// `not scored`
    NotScored,
    /// `not scored applies`
    NotScoredApplies,
    /// `context WORD` or `context "…"`
    Context(Literal),
    /// `grantor "…"`
    Grantor(Text),
    /// `basis "…"`
    Basis(Text),
    /// `announced D`
    Announced(DateLiteral),
    /// `average of LINK.score` and its like
    Statistic(Statistic, Name, Name),
    /// `against N`
    Against(Literal),
    /// `smoothing N`
    Smoothing(Literal),
    /// `reads settled scores` (true) or `reads previous scores` (false)
    ReadsSettled(bool),
    /// A line that could not be read, by its first word (with empty text where it has none).
    Broken(Name),
}

/// The span of a cap on the size of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapPeriod {
    /// `a day`
    Day,
    /// `a month`
    Month,
    /// `a year`
    Year,
    /// `in total`
    Total,
}

/// What an influence reads from the linked scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The mean.
    Average,
    /// The middle value, or the mean of the two middle ones.
    Median,
    /// The least.
    Lowest,
    /// The greatest.
    Highest,
}

/// `override NAME { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct OverrideBlock {
    /// Its name.
    pub name: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// The lines, in order.
    pub clauses: Vec<Clause>,
    /// The head line.
    pub span: Span,
}

/// `tiers { … }`, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct TiersBlock {
    /// `from` and `before`, from the head or as lines.
    pub clauses: Vec<Clause>,
    /// The tiers in order, best first.
    pub tiers: Vec<TierLine>,
    /// The head line.
    pub span: Span,
}

/// `NAME ["Label"] CELL`.
#[derive(Debug, Clone, PartialEq)]
pub struct TierLine {
    /// The tier's name.
    pub name: Name,
    /// Its label, if any.
    pub label: Option<Text>,
    /// The scores that have it.
    pub scores: Cell,
    /// The whole line.
    pub span: Span,
}

/// `decision NAME ["Title"] TYPE [first match] { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionBlock {
    /// Its name.
    pub name: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// What it gives.
    pub kind: FieldType,
    /// The lines but the table.
    pub clauses: Vec<Clause>,
    /// The table, absent only when none was written.
    pub table: Option<Table>,
    /// The head line.
    pub span: Span,
}

/// `influence LINK ["Title"] { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct InfluenceBlock {
    /// The link, which is the influence's name too.
    pub link: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// The lines, in order.
    pub clauses: Vec<Clause>,
    /// The head line.
    pub span: Span,
}

/// `participation { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticipationBlock {
    /// The lines, in order.
    pub clauses: Vec<Clause>,
    /// The head line.
    pub span: Span,
}

/// `benefit NAME ["Title"] { … }` or `penalty …`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsequenceBlock {
    /// A penalty, not a benefit.
    pub penalty: bool,
    /// Its name.
    pub name: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// The lines, in order.
    pub clauses: Vec<Clause>,
    /// The head line.
    pub span: Span,
}
