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

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::{MAX_FILE_BYTES, comments, parse, parse_charter};
use std::cmp::Reverse;

/// Why a text is left as it is.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// It has mistakes of syntax, or would be longer than a text may be: these.
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
    if formatted.len() > MAX_FILE_BYTES {
        return Err(Refusal::Wrong(vec![too_long(file, text, &formatted)]));
    }
    let (again, diagnostics) = parse(file, &formatted);
    let words = |text: &str| -> Vec<String> { comments(text).into_iter().map(|(_, words)| words).collect() };
    if diagnostics.is_empty() && again == tree && words(&formatted) == words(text) {
        Ok(formatted)
    } else {
        Err(Refusal::Changed)
    }
}

/// That the canonical layout is longer than a text may be, at the first of its widest lines: as wide are all rows of a table.
fn too_long(file: FileId, text: &str, formatted: &str) -> Diagnostic {
    let lines = formatted.lines().enumerate();
    let (widest, line) = lines.max_by_key(|(at, line)| (line.len(), Reverse(*at))).unwrap_or_default();
    let start: usize = text.split_inclusive('\n').take(widest).map(str::len).sum();
    let written = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let start = start + written.len() - written.trim_start().len();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let place = Place::new(file, Span::new(offset(start), offset(start + written.trim().len())));
    let message = format!(
        "in its canonical layout this file would have {} bytes, more than the {MAX_FILE_BYTES} that a policy may have",
        formatted.len()
    );
    Diagnostic::error(Code::E0100, place, message)
        .label(format!("this line would be {} bytes wide, and so would be all rows of a table", line.len()))
        .help("shorten what makes it so wide: a name for the values (`list`, `let`), or another file for a part of it")
}

#[cfg(test)]
mod tests;
