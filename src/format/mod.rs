//! The one canonical layout of a policy's text.
//!
//! The formatter keeps lines: the n-th line of a text becomes the n-th line of the result. It joins, splits and reorders
//! nothing, so that a change of one decision stays a change of few lines. What it mends is
//!
//! - indentation, and the blanks between words;
//! - columns: of tables, of the lines of a block, of fields, tiers and tags, and of comments behind lines. The condition
//!   columns of a table are padded in steps of four, so that most edits change one row and not all of them;
//! - spelling: words for comparison signs (`>=` is `at least`), one word where several mean the same (`is over` is
//!   `more than`).
//!
//! [`format()`] reads its own result again before anybody sees it: the syntax tree must be the same, and so must the
//! comments. The way of a text: `written` cuts it into lines of tokens, `outline` says from the syntax tree what each
//! line is, `spelling` which words change, `columns` how wide the columns are, and `layout` puts the lines together.

mod columns;
mod layout;
mod outline;
mod spelling;
mod written;

use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::syntax::{comments, parse, parse_charter};

/// Why a text is left as it is.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// It has mistakes of syntax: these.
    Wrong(Vec<Diagnostic>),
    /// The result would not say the same. That is a mistake of the formatter, not of the text's author.
    Changed,
}

/// The text in its canonical layout. Line ends stay as they are: a text whose first line ends in a carriage return has one
/// at every line's end.
///
/// # Errors
///
/// The text cannot be read, or the result would mean something else.
pub fn format(file: FileId, text: &str) -> Result<String, Refusal> {
    format_by(parse, layout::lay_out, file, text)
}

/// The text of a file of charters in its canonical layout, as [`format()`] lays out a policy's.
///
/// # Errors
///
/// As [`format()`].
pub fn format_charter(file: FileId, text: &str) -> Result<String, Refusal> {
    format_by(parse_charter, layout::lay_out_charters, file, text)
}

fn format_by<T: PartialEq>(
    parse: fn(FileId, &str) -> (T, Vec<Diagnostic>),
    lay_out: fn(&str, &T) -> String,
    file: FileId,
    text: &str,
) -> Result<String, Refusal> {
    let (tree, diagnostics) = parse(file, text);
    if !diagnostics.is_empty() {
        return Err(Refusal::Wrong(diagnostics));
    }
    let formatted = lay_out(text, &tree);
    let (again, diagnostics) = parse(file, &formatted);
    let words = |text: &str| -> Vec<String> { comments(text).into_iter().map(|(_, words)| words).collect() };
    if diagnostics.is_empty() && again == tree && words(&formatted) == words(text) {
        Ok(formatted)
    } else {
        Err(Refusal::Changed)
    }
}

#[cfg(test)]
mod tests;
