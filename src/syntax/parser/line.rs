//! Lines: which tokens make one statement.
//!
//! A statement ends with its line, but goes on after an operator, a comma or `(`, inside parentheses, and where the
//! next line starts with `and`, `or`, `otherwise`, `where`, an operator or `)`.

use super::MAX_NESTING;
use super::charter::CHARTER;
use super::clause::is_clause_word;
use super::slip::Slip;
use super::statement::is_statement_word;
use super::token::{Kind, Token, slice, trimmed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};

/// A statement's tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// What the line does to blocks.
    pub(super) kind: LineKind,
    /// Its tokens; never empty.
    pub(super) tokens: &'t [Token],
    /// From its first to its last token.
    pub(super) span: Span,
    /// How many blanks stand before it; `None` when it shares a line with what stands before it.
    pub(super) indent: Option<usize>,
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
const PARENTHESIS_REACH: usize = 40;

/// Signs after and before which a line goes on; the programmers' ones so that their slip is one mistake, not two.
const JOINING_SIGNS: [&str; 14] =
    ["+", "-", "*", "/", "=", "<", ">", "<=", ">=", "!=", "==", "&&", "**", "^"];

/// The statements of a text.
pub(super) struct Lines<'t> {
    /// In order.
    pub(super) lines: Vec<Line<'t>>,
    /// Braces that share a line with something else, and what is nested too deep to be read.
    pub(super) slips: Vec<Slip>,
}

/// Joins the tokens of a text, which has been mended, into its statements.
pub(super) fn cut<'t>(file: FileId, text: &str, tokens: &'t [Token]) -> Lines<'t> {
    let mut found = Lines { lines: Vec::new(), slips: Vec::new() };
    let mut rest = tokens;
    while !rest.is_empty() {
        let (statement, after) = rest.split_at(length_of_statement(text, rest));
        rest = after;
        if let Some(deep) = too_deep(text, statement) {
            let place = Place::new(file, deep.span);
            let message = format!("this is nested more than {MAX_NESTING} deep");
            let diagnostic =
                Diagnostic::error(Code::E0116, place, message).help("give parts of it a name with `let`");
            found.slips.push(Slip { span: deep.span, diagnostic });
        }
        found.add(file, text, statement);
    }
    found
}

impl<'t> Lines<'t> {
    /// Adds a statement. Where braces share its line with something else, each part is a line of its own.
    fn add(&mut self, file: FileId, text: &str, statement: &'t [Token]) {
        let is_row = matches!(first_text(text, statement), "|") || last_text(text, statement) == "|";
        if is_row || first_text(text, statement) == "given" {
            let kind = match (is_row, last_text(text, statement)) {
                (true, _) => LineKind::Row,
                (false, "{") => LineKind::Opens,
                (false, _) => LineKind::Plain,
            };
            self.push(text, kind, statement);
            return;
        }
        let parts = statement.chunk_by(|this, next| {
            !matches!(trimmed(text, this.span), "{" | "}") && trimmed(text, next.span) != "}"
        });
        // A `{` alone on the next line belongs to its head.
        let brace_apart = statement.last().is_some_and(|last| last.first && trimmed(text, last.span) == "{")
            && statement.len() > 1;
        let mut count = 0;
        for part in parts {
            count += 1;
            let kind = match (first_text(text, part), last_text(text, part)) {
                ("}", _) => LineKind::Closes,
                (_, "{") => LineKind::Opens,
                _ => LineKind::Plain,
            };
            self.push(text, kind, part);
            if count == 2 || brace_apart && count == 1 {
                self.shared_line(file, text, if brace_apart { statement.last() } else { part.first() });
            }
        }
    }

    fn push(&mut self, text: &str, kind: LineKind, tokens: &'t [Token]) {
        if let (Some(first), Some(last)) = (tokens.first(), tokens.last()) {
            let before = slice(text, Span::new(0, first.span.start));
            let blanks = || before.bytes().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let indent = first.first.then(blanks);
            self.lines.push(Line { kind, tokens, span: first.span.to(last.span), indent });
        }
    }

    fn shared_line(&mut self, file: FileId, text: &str, token: Option<&Token>) {
        let Some(token) = token else { return };
        let place = Place::new(file, token.span);
        let written = trimmed(text, token.span);
        let message = match written {
            "{" => "`{` stands at the end of the line that it belongs to".to_owned(),
            "}" => "`}` stands alone on its line".to_owned(),
            _ => "each line of a block stands on its own line".to_owned(),
        };
        self.slips
            .push(Slip { span: token.span, diagnostic: Diagnostic::error(Code::E0101, place, message) });
    }
}

/// The first token that is nested too deep, by parentheses or by one `not` after the other.
fn too_deep<'t>(text: &str, tokens: &'t [Token]) -> Option<&'t Token> {
    let (mut open, mut denials) = (0_usize, 0_usize);
    tokens.iter().find(|token| {
        let written = trimmed(text, token.span);
        match written {
            "(" | "[" => open += 1,
            ")" | "]" => open = open.saturating_sub(1),
            _ => {}
        }
        denials = if written == "not" { denials + 1 } else { 0 };
        open > MAX_NESTING || denials > MAX_NESTING
    })
}

/// How many of the tokens make the first statement; at least one.
fn length_of_statement(text: &str, tokens: &[Token]) -> usize {
    let start_of_all = first_text(text, tokens);
    let is_given = start_of_all == "given";
    let is_loop = start_of_all == "for";
    let mut length = 0;
    let (mut parentheses, mut braces) = (0_i64, 0_i64);
    loop {
        let line = physical(tokens.get(length..).unwrap_or_default());
        for token in line {
            match trimmed(text, token.span) {
                "(" => parentheses += 1,
                ")" => parentheses -= 1,
                "{" => braces += 1,
                "}" => braces -= 1,
                _ => {}
            }
        }
        length += line.len();
        let rest = tokens.get(length..).unwrap_or_default();
        let next = physical(rest);
        let (last, start) = (last_text(text, line), first_text(text, next));
        if start.is_empty() || start == "|" || start_of_all == "|" || last == "|" {
            return length.max(1);
        }
        if is_given && braces > 0 {
            let is_field = next.get(1).is_some_and(|second| trimmed(text, second.span) == ":");
            if is_field || !is_clause_word(start) && !is_statement_word(start) {
                continue;
            }
            return length;
        }
        if matches!(last, "{" | "}") || start == "}" || looks_like_statement(text, next) {
            return length;
        }
        let goes_on = joins_next(last)
            || joins_previous(start)
            || start == "{" && next.len() == 1
            || start == "where" && (is_loop || parentheses > 0)
            || parentheses > 0 && closes_soon(text, rest, parentheses);
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

fn last_text<'t>(text: &'t str, tokens: &[Token]) -> &'t str {
    tokens.last().map(|token| trimmed(text, token.span)).unwrap_or_default()
}

fn first_text<'t>(text: &'t str, tokens: &[Token]) -> &'t str {
    tokens.first().map(|token| trimmed(text, token.span)).unwrap_or_default()
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

/// Whether a line is, by its shape, the first of a statement.
pub(super) fn looks_like_statement(text: &str, line: &[Token]) -> bool {
    let has = |at: usize, kind: Kind| line.get(at).is_some_and(|token| token.kind == kind);
    let defines = || line.iter().any(|token| trimmed(text, token.span) == "=");
    let word = first_text(text, line);
    match word {
        "let" | "list" if defines() => true,
        "tag" | "reason" | "param" => has(1, Kind::Word) && has(2, Kind::Text),
        "use" | "link" => has(1, Kind::Word) && line.len() > 3,
        _ => (is_statement_word(word) || word == CHARTER) && last_text(text, line) == "{",
    }
}

/// Whether open parentheses are closed by one of the next lines, before anything that begins another statement.
fn closes_soon(text: &str, mut tokens: &[Token], mut open: i64) -> bool {
    for _ in 0..PARENTHESIS_REACH {
        let line = physical(tokens);
        for token in line {
            match trimmed(text, token.span) {
                "(" => open += 1,
                ")" => open -= 1,
                _ => {}
            }
            if open == 0 {
                return true;
            }
        }
        tokens = tokens.get(line.len()..).unwrap_or_default();
        let ends = last_text(text, line) == "{";
        if ends
            || matches!(first_text(text, tokens), "" | "|" | "}")
            || looks_like_statement(text, physical(tokens))
        {
            return false;
        }
    }
    false
}
