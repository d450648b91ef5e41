//! The syntax tree of a `.score` file: what was written, with names still names.
//!
//! Equality ignores positions (see [`Span`]), so two trees are equal when they say the same. Written forms that
//! carry no meaning but that the formatter must keep (a number's digits, parentheses) are part of the tree.

mod block;
mod case;
mod cell;
mod charter;
mod expression;
mod schema;

pub use block::*;
pub use case::*;
pub use cell::*;
pub use charter::*;
pub use expression::*;
pub use schema::*;

use crate::date::Date;
use crate::source::{FileId, Span};

/// One source file: its statements in the order in which they were written.
///
/// A line that could not be read still declares its name, and leaves a mark where its meaning would stand (the
/// variants called `Broken`, an empty list, an empty name or text), so that nobody complains of the same mistake
/// twice. Only a line without a readable statement word is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Which source the spans of this tree point into.
    pub file: FileId,
    /// The statements, in source order.
    pub statements: Vec<Statement>,
}

/// A top-level statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `policy NAME "Title" { … }`
    Policy(PolicyBlock),
    /// `tag NAME "Label"`
    Tag(TagLine),
    /// `record NAME { … }`
    Record(RecordBlock),
    /// `link NAME from A to B`
    Link(LinkLine),
    /// `list NAME = (…)`
    List(ListLine),
    /// `let NAME = EXPR` or `let NAME { table }`
    Let(LetBlock),
    /// `reason CODE "text"`
    Reason(ReasonLine),
    /// `param NAME VALUE`
    Param(ParamLine),
    /// `characteristic`, `rule` or `group`
    Item(Item),
    /// `override NAME { … }`
    Override(OverrideBlock),
    /// `tiers { … }`
    Tiers(TiersBlock),
    /// `decision NAME … { … }`
    Decision(DecisionBlock),
    /// `influence LINK { … }`
    Influence(InfluenceBlock),
    /// `participation { … }`
    Participation(ParticipationBlock),
    /// `benefit NAME { … }` or `penalty NAME { … }`
    Consequence(ConsequenceBlock),
    /// `use a, b from "path"`
    Use(UseLine),
    /// `case "title" { … }`
    Case(CaseBlock),
    /// `cases from "path"`
    Cases(CasesLine),
}

/// A name as written, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name's letters. Empty only where the name could not be read.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// Whether a name stands, or should stand, here that could not be read; nothing more is to be said of it.
    pub fn is_broken(&self) -> bool {
        self.text.is_empty()
    }
}

/// A quoted string with escapes resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The characters between the quotes, escapes resolved.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A number as written: `-3.5`, `1_000`, `35%`. The checker reads its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The written form, sign and percent sign included.
    pub text: String,
    /// Its exact value (`35%` is 0.35).
    pub value: crate::decimal::Decimal,
    /// Where it stands.
    pub span: Span,
}

/// A date as written, known to exist in the calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct DateLiteral {
    /// The day.
    pub value: Date,
    /// Where it stands.
    pub span: Span,
}

/// A literal value or a name that stands for one (a category or a parameter; the checker decides).
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A number.
    Number(Number),
    /// A quoted text or category.
    Text(Text),
    /// A date.
    Date(DateLiteral),
    /// `yes` or `no`.
    YesNo(bool, Span),
    /// `today`.
    Today(Span),
    /// `missing` (in record literals and expectations only).
    Missing(Span),
    /// A category, parameter, or list, by name.
    Name(Name),
}

impl Literal {
    /// Where the literal stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Number(n) => n.span,
            Self::Text(t) => t.span,
            Self::Date(d) => d.span,
            Self::YesNo(_, span) | Self::Today(span) | Self::Missing(span) => *span,
            Self::Name(n) => n.span,
        }
    }
}

/// `use a, b from "path"`.
#[derive(Debug, Clone, PartialEq)]
pub struct UseLine {
    /// The names taken.
    pub names: Vec<Name>,
    /// The file they come from, relative to this one.
    pub path: Text,
    /// The whole statement.
    pub span: Span,
}
