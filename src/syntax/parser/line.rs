//! Lines: which tokens make one statement.
//!
//! A statement ends with its line, but goes on after an operator, a comma or `(`, inside parentheses, and where the
//! next line starts with `and`, `or`, `otherwise`, `where`, an operator or `)`.

use super::statement::is_statement_word;
use super::token::{Token, slice};
use crate::source::Span;

/// A statement's tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// What the line does to blocks.
    pub(super) kind: LineKind,
    /// Its tokens; never empty.
    pub(super) tokens: &'t [Token],
    /// From its first to its last token.
    pub(super) span: Span,
}

/// What a line does to blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// It ends in `{`.
    Opens,
    /// It is, or begins with, `}`.
    Closes,
    /// It begins with `|`.
    Row,
    /// Neither.
    Plain,
}

/// How many lines are searched for the `)` of a line that does not go on by itself.
const PARENTHESIS_REACH: usize = 100;

/// Signs after and before which a line goes on; the programmers' ones so that their slip is one mistake, not two.
const JOINING_SIGNS: [&str; 16] =
    ["+", "-", "*", "/", "=", "<", ">", "<=", ">=", "!=", "==", "=>", "=<", "<>", "&&", "**"];

/// Joins the tokens of a text into its statements.
pub(super) fn cut<'t>(text: &str, tokens: &'t [Token]) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        let (found, after) = rest.split_at(length_of_statement(text, rest));
        rest = after;
        let (Some(first), Some(last)) = (found.first(), found.last()) else { break };
        let kind = match (slice(text, first.span), slice(text, last.span)) {
            ("|", _) => LineKind::Row,
            ("}", _) => LineKind::Closes,
            (_, "{") => LineKind::Opens,
            _ => LineKind::Plain,
        };
        lines.push(Line { kind, tokens: found, span: first.span.to(last.span) });
    }
    lines
}

/// How many of the tokens make the first statement; at least one.
fn length_of_statement(text: &str, tokens: &[Token]) -> usize {
    let is_given = first_text(text, tokens) == "given";
    let waits = first_text(text, tokens) == "for";
    let mut length = 0;
    let (mut parentheses, mut braces) = (0_i64, 0_i64);
    loop {
        let line = physical(tokens.get(length..).unwrap_or_default());
        for token in line {
            match slice(text, token.span) {
                "(" => parentheses += 1,
                ")" => parentheses -= 1,
                "{" => braces += 1,
                "}" => braces -= 1,
                _ => {}
            }
        }
        length += line.len();
        let next = physical(tokens.get(length..).unwrap_or_default());
        let (Some(last), Some(start)) = (line.last(), next.first()) else { return length.max(1) };
        let (last, start) = (slice(text, last.span), slice(text, start.span));
        if matches!(start, "|") || first_text(text, tokens) == "|" {
            return length;
        }
        if is_given && braces > 0 {
            let field = next.get(1).is_some_and(|second| slice(text, second.span) == ":");
            if field || start == "}" {
                continue;
            }
        }
        if matches!(start, "}") || matches!(last, "{" | "}") {
            return length;
        }
        let goes_on = joins_next(last)
            || joins_previous(start)
            || start == "where" && (waits || parentheses > 0)
            || parentheses > 0 && closes_soon(text, tokens.get(length..).unwrap_or_default(), parentheses);
        if !goes_on {
            return length;
        }
    }
}

/// The tokens of the first line of the text.
fn physical(tokens: &[Token]) -> &[Token] {
    let others = tokens.iter().skip(1).take_while(|token| !token.first).count();
    tokens.get(..(others + 1).min(tokens.len())).unwrap_or_default()
}

fn first_text<'t>(text: &'t str, tokens: &[Token]) -> &'t str {
    tokens.first().map(|token| slice(text, token.span)).unwrap_or_default()
}

/// Whether the line goes on after this, its last token.
fn joins_next(last: &str) -> bool {
    JOINING_SIGNS.contains(&last)
        || matches!(last, "," | "(" | "and" | "or" | "not" | "otherwise" | "is" | "between")
}

/// Whether the line before goes on with this, the first token of a line.
fn joins_previous(start: &str) -> bool {
    JOINING_SIGNS.contains(&start) || matches!(start, ")" | "," | "and" | "or" | "otherwise")
}

/// Whether open parentheses are closed by one of the next lines, before anything that begins another statement.
fn closes_soon(text: &str, mut tokens: &[Token], mut open: i64) -> bool {
    for _ in 0..PARENTHESIS_REACH {
        let line = physical(tokens);
        for token in line {
            match slice(text, token.span) {
                "(" => open += 1,
                ")" => open -= 1,
                _ => {}
            }
            if open == 0 {
                return true;
            }
        }
        tokens = tokens.get(line.len()..).unwrap_or_default();
        let start = first_text(text, tokens);
        let ends = line.last().is_some_and(|token| slice(text, token.span) == "{");
        if ends || matches!(start, "" | "|" | "}") || is_statement_word(start) {
            return false;
        }
    }
    false
}
