//! Charters: blocks of clauses, each a sentence of words and values that the parser does not understand itself.

use super::{DateLiteral, Name, Number, Text};
use crate::source::{FileId, Span};
use std::fmt;

/// A `.charter` file.
#[derive(Debug, Clone, PartialEq)]
pub struct CharterFile {
    /// Which source the spans of this tree point into.
    pub file: FileId,
    /// Its charters, in source order.
    pub charters: Vec<CharterBlock>,
}

/// `charter NAME "Title" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct CharterBlock {
    /// Its name.
    pub name: Name,
    /// Its title, if any.
    pub title: Option<Text>,
    /// Its lines, in order.
    pub lines: Vec<CharterLine>,
    /// The head line.
    pub span: Span,
}

/// A line of a charter.
#[derive(Debug, Clone, PartialEq)]
pub struct CharterLine {
    /// What the line says.
    pub kind: CharterLineKind,
    /// The whole line.
    pub span: Span,
}

/// The lines that a charter may have.
#[derive(Debug, Clone, PartialEq)]
pub enum CharterLineKind {
    /// `source "…"`
    Source(Text),
    /// `owner "…"`
    Owner(Text),
    /// `note "…"`
    Note(Text),
    /// `require …`, `forbid …`, `limit …`
    Clause(CharterClause),
    /// A line that could not be read, by its first word (with empty text where it has none).
    Broken(Name),
}

/// A clause: its words and values, `require`, `forbid` or `limit` first. Written out, it is the clause with one blank
/// between its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct CharterClause {
    /// Its parts, in order; never empty.
    pub parts: Vec<ClausePart>,
    /// From its first to its last part.
    pub span: Span,
}

/// A word or a value of a clause.
#[derive(Debug, Clone, PartialEq)]
pub enum ClausePart {
    /// A word: of the clause itself, or a name.
    Word(Name),
    /// A dotted name: `person.late_24m`, `friends.score`.
    Dotted(Name, Name),
    /// A number.
    Number(Number),
    /// A date.
    Date(DateLiteral),
    /// A quoted text.
    Text(Text),
    /// A comma.
    Comma(Span),
}

impl ClausePart {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Word(word) => word.span,
            Self::Dotted(of, name) => of.span.to(name.span),
            Self::Number(number) => number.span,
            Self::Date(date) => date.span,
            Self::Text(text) => text.span,
            Self::Comma(span) => *span,
        }
    }
}

impl fmt::Display for ClausePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(&word.text),
            Self::Dotted(of, name) => write!(f, "{}.{}", of.text, name.text),
            Self::Number(number) => f.write_str(&number.text),
            Self::Date(date) => write!(f, "{}", date.value),
            Self::Text(text) => write!(f, "\"{}\"", text.text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Comma(_) => f.write_str(","),
        }
    }
}

impl fmt::Display for CharterClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            let touches = at == 0 || matches!(part, ClausePart::Comma(_));
            write!(f, "{}{part}", if touches { "" } else { " " })?;
        }
        Ok(())
    }
}
