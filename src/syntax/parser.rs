//! The parser: a file's text to its syntax tree and everything that is wrong with its lines.
//!
//! The way of a text: [`token`] cuts it into words, numbers and signs, [`slip`] names those that are well formed
//! nowhere and mends them where it is plain what was meant; [`line`] joins the tokens into statements; [`block`] walks the statements, head by head and clause by
//! clause; the grammar (`grammar/score.pest`) reads each of them by its own rule, and the builders make the tree. Files of
//! charters go the same way (`grammar/charter.pest`, [`charter`]).
//! Reading never stops at a mistake: each costs its line, which still declares its name.
//! Nothing of pest leaves this module.

mod block;
mod case;
mod cell;
mod charter;
mod clause;
mod expected;
mod expression;
mod grammar;
mod line;
mod literal;
mod notation;
mod reader;
mod refusal;
mod schema;
mod slip;
mod statement;
mod table;
mod token;

use crate::diagnostic::{Code, Diagnostic, sort};
use crate::source::{FileId, Place, Span};

pub use notation::{is_reserved, name_like};

use super::ast;

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// How deep blocks and parentheses may be nested.
pub const MAX_NESTING: usize = 64;

/// How many mistakes of a file are told.
const MAX_MISTAKES: usize = 1000;

/// Reads a file: its tree, as far as it could be read, and every mistake in it, in the order of the text.
///
/// A text that is no policy at all (too large, or with NUL bytes) gives an empty tree and `E0100`.
pub fn parse(file: FileId, text: &str) -> (ast::File, Vec<Diagnostic>) {
    let (statements, diagnostics) = read(file, text, block::read_file);
    (ast::File { file, statements }, diagnostics)
}

/// Reads a file of charters, as [`parse`] reads one of policies.
pub fn parse_charter(file: FileId, text: &str) -> (ast::CharterFile, Vec<Diagnostic>) {
    let (charters, diagnostics) = read(file, text, charter::read_file);
    (ast::CharterFile { file, charters }, diagnostics)
}

/// Reads a text that is one clause of a charter: `require score never rises with person.late_24m`. `None` where it is
/// none; then there is a mistake, unless the text is empty.
pub fn parse_clause(file: FileId, text: &str) -> (Option<ast::CharterClause>, Vec<Diagnostic>) {
    read(file, text, charter::read_clause_alone)
}

/// Reads a text by a walk over its statements; nothing and `E0100` where it is none.
fn read<T: Default>(
    file: FileId,
    text: &str,
    walk: fn(&mut reader::Reader<'_>) -> T,
) -> (T, Vec<Diagnostic>) {
    if let Some(refusal) = refusal(file, text) {
        return (T::default(), vec![refusal]);
    }
    let mut scan = token::scan(file, text);
    let found = line::cut(file, &scan.clean, &scan.tokens);
    let mut slips = std::mem::take(&mut scan.slips);
    slips.extend(found.slips);
    slips.sort_by_key(|slip| slip.span.start);
    let mut reader = reader::Reader::new(file, text, &scan, &found.lines, &slips);
    let read = walk(&mut reader);
    let mut diagnostics = reader.into_diagnostics();
    sort(&mut diagnostics);
    if let Some(next) = diagnostics.get(MAX_MISTAKES).and_then(|diagnostic| diagnostic.place) {
        diagnostics.truncate(MAX_MISTAKES);
        let message = format!("this file has more mistakes than the {MAX_MISTAKES} that are told");
        diagnostics.push(Diagnostic::error(Code::E0101, next, message));
    }
    (read, diagnostics)
}

/// Every comment of a text with its place, `#` included, line end and blanks before it not, in order.
pub fn comments(text: &str) -> Vec<(Span, String)> {
    token::comments(text)
}

/// A piece of a text: blanks and line ends are none.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// Where it stands.
    pub span: Span,
    /// Whether it is a comment, `#` included; else it is a text in quotes, a number, a word or a sign.
    pub is_comment: bool,
}

/// Every piece of a text in order, as it was written. A byte order mark before the first is none.
pub fn pieces(text: &str) -> Vec<Piece> {
    token::pieces(text)
}

/// Why a text is not read at all, if so.
fn refusal(file: FileId, text: &str) -> Option<Diagnostic> {
    let at = |start: usize, end: usize| Place::new(file, token::span(start, end));
    if text.len() > MAX_FILE_BYTES {
        let message = format!("this file has more than the {MAX_FILE_BYTES} bytes that a policy may have");
        return Some(
            Diagnostic::error(Code::E0100, at(0, 0), message)
                .help("share definitions between files with `use`, and keep data out of policies"),
        );
    }
    let nul = text.find('\0')?;
    Some(
        Diagnostic::error(Code::E0100, at(nul, nul + 1), "this file has a NUL byte: it is no text")
            .help("save it as plain text in UTF-8"),
    )
}

#[cfg(test)]
mod tests;
