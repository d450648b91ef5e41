//! Declarations: tags, records with their fields and domains, links, lists, reasons, parameters.

use super::{CellPart, DateLiteral, Expression, Literal, Name, Number, Table, Text};
use crate::source::Span;

/// `tag NAME "Label"`.
#[derive(Debug, Clone, PartialEq)]
pub struct TagLine {
    /// The tag.
    pub name: Name,
    /// What it means.
    pub label: Text,
    /// The whole statement.
    pub span: Span,
}

/// `reason CODE "text"`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReasonLine {
    /// The reason code.
    pub code: Name,
    /// What the scored person is told.
    pub text: Text,
    /// The whole statement.
    pub span: Span,
}

/// `list NAME ["Title"] = (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ListLine {
    /// The list's name.
    pub name: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// Its members. Empty only where they could not be read.
    pub values: Vec<Literal>,
    /// The whole statement.
    pub span: Span,
}

/// `record NAME ["Label"] [belongs to PARENT by FIELD] [tagged …] { fields }`.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordBlock {
    /// The record kind.
    pub name: Name,
    /// Its label, if any.
    pub label: Option<Text>,
    /// The parent record and the field of this record that holds the parent's key.
    pub belongs: Option<Belongs>,
    /// Tags of the record itself (that it exists is information).
    pub tags: Vec<Name>,
    /// The fields in order.
    pub fields: Vec<FieldLine>,
    /// The head line.
    pub span: Span,
}

/// `belongs to PARENT by FIELD`.
#[derive(Debug, Clone, PartialEq)]
pub struct Belongs {
    /// The parent record kind.
    pub parent: Name,
    /// The child's field that holds the parent's key.
    pub by: Name,
}

/// `NAME TYPE [DOMAIN] [key | optional] ["Label"] [column "…"] [tagged …] [change clause]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldLine {
    /// The field's name.
    pub name: Name,
    /// Its type.
    pub kind: FieldType,
    /// The written domain, if any (never for `one of`, whose members are the domain).
    pub domain: Option<Domain>,
    /// Where `key` stands, if it does.
    pub key: Option<Span>,
    /// Where `optional` stands, if it does.
    pub optional: Option<Span>,
    /// The label, if any.
    pub label: Option<Text>,
    /// The name of the data's column, where it differs from the field's.
    pub column: Option<Text>,
    /// Tags.
    pub tags: Vec<Name>,
    /// Whether and how the person can change it.
    pub change: Option<Change>,
    /// Where it is said once more, if it is.
    pub changes_again: Option<Span>,
    /// The whole line.
    pub span: Span,
}

/// A field's type as written.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// `number`
    Number(Span),
    /// `integer`
    Integer(Span),
    /// `money`
    Money(Span),
    /// `text`
    Text(Span),
    /// `yes/no`
    YesNo(Span),
    /// `date`
    Date(Span),
    /// `one of (…)`
    OneOf(Categories),
    /// The type, or the domain after it, could not be read, which has been said. It fits everywhere.
    Broken(Span),
}

impl FieldType {
    /// Where the type stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Number(s)
            | Self::Integer(s)
            | Self::Money(s)
            | Self::Text(s)
            | Self::YesNo(s)
            | Self::Date(s)
            | Self::Broken(s) => *s,
            Self::OneOf(c) => c.span,
        }
    }
}

/// `one of (a, b as "data spelling" [or anything else])`.
#[derive(Debug, Clone, PartialEq)]
pub struct Categories {
    /// The members in order.
    pub members: Vec<Category>,
    /// Where `or anything else` stands, if it does.
    pub open: Option<Span>,
    /// The whole type.
    pub span: Span,
}

/// One member of `one of (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// The category's name (a bare name or a quoted text).
    pub name: CategoryName,
    /// The data's spelling, where it differs.
    pub spelling: Option<Text>,
    /// The whole member.
    pub span: Span,
}

/// A category as written: bare or quoted. Both spell the same category.
#[derive(Debug, Clone, PartialEq)]
pub enum CategoryName {
    /// A bare name.
    Bare(Name),
    /// A quoted text.
    Quoted(Text),
}

impl CategoryName {
    /// The category's spelling.
    pub fn text(&self) -> &str {
        match self {
            Self::Bare(n) => &n.text,
            Self::Quoted(t) => &t.text,
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Bare(n) => n.span,
            Self::Quoted(t) => t.span,
        }
    }
}

/// A field's domain: one interval, in the words of cells (`0 to 24`, `0 or more`, `up to today`).
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// The interval. `up to today` is [`CellPart::AtMost`] with `today`; `D or later` is [`CellPart::AtLeast`].
    pub part: CellPart,
    /// The whole domain.
    pub span: Span,
}

/// Whether a person can change a field, and at what cost.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// `immutable`
    Immutable(Span),
    /// `only up`: it can grow but not fall
    OnlyUp(Span),
    /// `controllable by person at COST per STEP`
    Controllable {
        /// Who can change it (`person`).
        by: Name,
        /// The cost of one step.
        cost: Number,
        /// The size of a step (`step` is the smallest step of the type).
        step: Option<Number>,
        /// The whole clause.
        span: Span,
    },
}

/// `link NAME from A to B`, or `link NAME between A and B`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkLine {
    /// The link's name.
    pub name: Name,
    /// Its label, if any.
    pub label: Option<Text>,
    /// The record kind that the link starts from.
    pub from: Name,
    /// The record kind that it leads to.
    pub to: Name,
    /// `between`: each pair counts both ways.
    pub symmetric: bool,
    /// Tags of the link itself.
    pub tags: Vec<Name>,
    /// The whole statement.
    pub span: Span,
}

/// `let NAME [of RECORD] ["Label"] = EXPR` or `let NAME … [first match] { table }`.
#[derive(Debug, Clone, PartialEq)]
pub struct LetBlock {
    /// The defined name.
    pub name: Name,
    /// The record kind it belongs to, where it is not the scored one.
    pub of: Option<Name>,
    /// Its label, if any.
    pub label: Option<Text>,
    /// What it stands for.
    pub body: LetBody,
    /// The statement's head.
    pub span: Span,
}

/// The body of a definition.
#[derive(Debug, Clone, PartialEq)]
pub enum LetBody {
    /// By expression.
    Expression(Expression),
    /// By a table with a `gives` column.
    Table(Table),
}

/// `param NAME ["Label"] VALUE [history]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamLine {
    /// The parameter's name.
    pub name: Name,
    /// Its label, if any.
    pub label: Option<Text>,
    /// Its value over time.
    pub value: History,
    /// The whole statement.
    pub span: Span,
}

/// `V1 before D1, then V2 before D2, then V3`: values over time, the first from the beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The steps in the order written. Only the last may have no end. Empty only where they could not be read.
    pub steps: Vec<HistoryStep>,
    /// The whole history.
    pub span: Span,
}

/// One value of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryStep {
    /// The value.
    pub value: Literal,
    /// The day from which it no longer holds (that day out).
    pub before: Option<DateLiteral>,
}
