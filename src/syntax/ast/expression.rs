//! Values and conditions: one tree for both, as one flat grammar rule reads both.

use super::{DateLiteral, Literal, Name, Number, Text};
use crate::date::Unit;
use crate::source::Span;

/// A value or a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// From its first to its last token.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// A number.
    Number(Number),
    /// A quoted text.
    Text(Text),
    /// A date.
    Date(DateLiteral),
    /// `yes` or `no`.
    YesNo(bool),
    /// `today`.
    Today,
    /// `score`, after the score is known.
    Score,
    /// `tier`, after the score is known.
    Tier,
    /// `points of NAME`, after the score is known.
    PointsOf(Name),
    /// A bare name: a field of the scored record, a definition, a parameter, or (beside a category) a category.
    Name(Name),
    /// `record.field`.
    Path(Name, Name),
    /// `-x`, the sign touching.
    Negate(Box<Expression>),
    /// `l + r` and its like.
    Arithmetic(Operator, Box<Expression>, Box<Expression>),
    /// `l and r and …`, two or more.
    And(Vec<Expression>),
    /// `l or r or …`, two or more.
    Or(Vec<Expression>),
    /// `not x`.
    Not(Box<Expression>),
    /// `x otherwise y`: y where x is missing.
    Otherwise(Box<Expression>, Box<Expression>),
    /// A comparison or another predicate over a value.
    Predicate(Box<Expression>, Predicate),
    /// A function, `name(a, b)`, or an aggregate, `name(a where c)`.
    Call {
        /// The function's name.
        function: Name,
        /// Its arguments.
        arguments: Vec<Expression>,
        /// The filter of an aggregate.
        filter: Option<Box<Expression>>,
    },
    /// `(x)`: kept, so that the formatter gives back what was written.
    Parentheses(Box<Expression>),
    /// Something was written here that could not be read, which has been said. It fits everywhere.
    Broken,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// What is said of a value. The written spelling of a comparison (`>=`, `is at least`, `at least`) is not kept:
/// the formatter writes the words.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// `is V`, `= V`
    Is(Box<Expression>),
    /// `is not V`, `!= V`
    IsNot(Box<Expression>),
    /// `at least V`, `>=`
    AtLeast(Box<Expression>),
    /// `at most V`, `<=`
    AtMost(Box<Expression>),
    /// `more than V`, `over V`, `>`
    MoreThan(Box<Expression>),
    /// `less than V`, `under V`, `<`
    LessThan(Box<Expression>),
    /// `between A and B`, both in
    Between(Box<Expression>, Box<Expression>),
    /// `is one of (a, b)`
    OneOf(Vec<Literal>),
    /// `is not one of (a, b)`
    NotOneOf(Vec<Literal>),
    /// `is one of LIST`
    OneOfList(Name),
    /// `is not one of LIST`
    NotOneOfList(Name),
    /// `is missing`
    Missing,
    /// `is known`
    Known,
    /// `within N days`: from N days ago, that day in, to today
    Within(Window),
    /// `before N days ago`: the complement of `within` in the past
    BeforeAgo(Window),
    /// `before D`, that day out
    Before(Box<Expression>),
    /// `after D`, that day out
    After(Box<Expression>),
    /// `on or after D`
    OnOrAfter(Box<Expression>),
    /// `on or before D`
    OnOrBefore(Box<Expression>),
    /// `is T or better` (tiers)
    OrBetter(Name),
    /// `is T or worse` (tiers)
    OrWorse(Name),
}

/// A length of time: `90 days`.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// How many units: a whole number, or a parameter's name.
    pub count: Literal,
    /// Days, months or years.
    pub unit: Unit,
    /// The whole window.
    pub span: Span,
}
