//! Refusals: what to say of a line, or a cell, that its rule does not read.
//!
//! The grammar tells where it stopped and what could have stood there. First the known mistakes are looked for, each
//! with its own message; what remains is told in general words.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::expected::{self, Expected};
use super::grammar::Rule;
use super::reader::Reader;
use super::slip::RESERVED;
use super::statement::is_short;
use super::token::{Kind, Token, span};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::source::Span;

/// Where a rule stopped.
struct Stop<'t, 'r> {
    reader: &'r Reader<'t>,
    rule: Rule,
    /// The tokens of the line or cell.
    tokens: &'t [Token],
    /// Which of them does not fit; their number when something is missing at the end.
    at: usize,
    /// Its text, mended; empty at the end.
    found: &'t str,
    /// Where it stands; at the end, the place after the last token.
    span: Span,
    /// What could have stood there.
    expected: Expected,
}

/// What to say of a place that a rule does not read.
pub(super) fn explain(reader: &Reader<'_>, rule: Rule, place: Span, error: &Error<Rule>) -> Diagnostic {
    let offset = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => u32::try_from(at).unwrap_or(u32::MAX),
    };
    let offset = place.start.saturating_add(offset);
    let tokens = reader.tokens_in(place);
    let at = tokens.partition_point(|token| token.span.end <= offset);
    let end = tokens.last().map_or(place.start, |token| token.span.end);
    let token = tokens.get(at);
    let positives = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        ErrorVariant::CustomError { .. } => &[],
    };
    let stop = Stop {
        reader,
        rule,
        tokens,
        at,
        found: reader.token_text(token),
        span: token.map_or(Span::new(end, end), |token| token.span),
        expected: Expected::new(positives),
    };
    const KNOWN: [fn(&Stop<'_, '_>) -> Option<Diagnostic>; 14] = [
        comparison_in_cell,
        range_in_cell,
        condition_in_cell,
        colon,
        capitals,
        reserved_name,
        parentheses,
        sign_apart,
        open_brace,
        text_without_quotes,
        date_wanted,
        word_of_others,
        misspelt,
        missing_operator,
    ];
    KNOWN.iter().find_map(|known| known(&stop)).unwrap_or_else(|| general(&stop))
}

impl<'t> Stop<'t, '_> {
    fn error(&self, code: Code, at: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.reader.place(at), message)
    }

    fn token(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn text(&self, at: usize) -> &'t str {
        self.reader.token_text(self.tokens.get(at))
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// From one token to another.
    fn span(&self, from: usize, to: usize) -> Option<Span> {
        Some(self.tokens.get(from)?.span.to(self.tokens.get(to)?.span))
    }

    fn is_cell(&self) -> bool {
        [Rule::condition_cell, Rule::tier_line, Rule::field_line].contains(&self.rule)
    }
}

/// `>= 3` in a cell.
fn comparison_in_cell(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if !stop.is_cell() {
        return None;
    }
    let signs: [(&[&str], &str); 12] = [
        (&[">="], "% or more"),
        (&["<="], "% or less"),
        (&[">"], "over %"),
        (&["<"], "under %"),
        (&["at", "least"], "% or more"),
        (&["at", "most"], "% or less"),
        (&["more", "than"], "over %"),
        (&["less", "than"], "under %"),
        (&["!="], "not %"),
        (&["="], "%"),
        (&["is", "not"], "not %"),
        (&["is"], "%"),
    ];
    // The sign may be what does not fit, or its first word may have been read as a value.
    let starts = [stop.at, stop.at.saturating_sub(1)];
    let (start, words, form) = starts.into_iter().find_map(|start| {
        let fits = |words: &[&str]| words.iter().enumerate().all(|(n, word)| stop.text(start + n) == *word);
        let signs = if stop.rule == Rule::condition_cell { signs.as_slice() } else { signs.get(..8)? };
        signs.iter().find(|(words, _)| fits(words)).map(|(words, form)| (start, words.len(), *form))
    })?;
    let sign = stop.span(start, start + words - 1)?;
    let written = stop.reader.mended(sign).trim();
    let found = stop.error(Code::E0120, sign, format!("`{written}` does not stand in a cell"));
    let value = start + words;
    let is_value = matches!(stop.kind(value), Some(Kind::Numeral | Kind::Date | Kind::Word | Kind::Text));
    let is_signed = matches!(stop.text(value), "-" | "+") && stop.kind(value + 1) == Some(Kind::Numeral);
    let last = if is_signed { value + 1 } else { value };
    let Some(value) = stop.span(value, last).filter(|_| is_value || is_signed) else {
        return Some(found.help("cells are written `3 or more`, `under 3`, `1 to 3`"));
    };
    let right = form.replace('%', stop.reader.mended(value).trim());
    let whole = stop.reader.place(sign.to(value));
    Some(found.fix(whole, right.clone(), format!("write `{right}`")))
}

/// `1 - 2`, `1 .. 2`, `between 1 and 2` in a cell.
fn range_in_cell(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if !stop.is_cell() {
        return None;
    }
    let (from, low, high) = match stop.found {
        "-" | "." | ":" if stop.at > 0 => {
            let high = (stop.at..stop.tokens.len()).find(|at| stop.kind(*at) == Some(Kind::Numeral))?;
            (stop.at - 1, stop.at - 1, high)
        }
        "between" if stop.text(stop.at + 2) == "and" => (stop.at, stop.at + 1, stop.at + 3),
        _ => return None,
    };
    let (low, high, whole) = (stop.span(low, low)?, stop.span(high, high)?, stop.span(from, high)?);
    let right = format!("{} to {}", stop.reader.mended(low).trim(), stop.reader.mended(high).trim());
    let code = if stop.found == "-" { Code::E0109 } else { Code::E0120 };
    let found = stop.error(code, whole, "a range is written with `to`");
    Some(found.fix(stop.reader.place(whole), right.clone(), format!("write `{right}`")))
}

/// `a or b`, `a and b` in a cell.
fn condition_in_cell(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if !stop.is_cell() {
        return None;
    }
    // `a or` was read as the beginning of `a or more`.
    let at =
        [stop.at, stop.at.saturating_sub(1)].into_iter().find(|at| matches!(stop.text(*at), "or" | "and"))?;
    let word = stop.text(at);
    let found =
        stop.error(Code::E0101, stop.span(at, at)?, format!("`{word}` does not join the values of a cell"));
    if word == "and" {
        return Some(
            found.help("a cell lists values, `a, b`; each condition on another value has its own column"),
        );
    }
    let before = stop.tokens.get(at.checked_sub(1)?)?.span.end;
    let place = Span::new(before, stop.tokens.get(at)?.span.end);
    Some(found.help("a cell lists values: `a, b`").fix(stop.reader.place(place), ",", "write a comma"))
}

/// `expect score: 780`.
fn colon(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if stop.found != ":" || stop.at == 0 {
        return None;
    }
    let found =
        stop.error(Code::E0112, stop.span, format!("no colon stands after `{}`", stop.text(stop.at - 1)));
    Some(found.fix(stop.reader.place(stop.span), "", "leave it out"))
}

/// `At Least 3`.
fn capitals(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    let lower = stop.found.to_ascii_lowercase();
    let is_keyword = expected::keywords().any(|word| word == lower);
    if stop.found == lower || !is_keyword || stop.kind(stop.at) != Some(Kind::Word) {
        return None;
    }
    let found = stop.error(Code::E0111, stop.span, format!("`{}` is written in small letters", stop.found));
    Some(found.fix(stop.reader.place(stop.span), lower.clone(), format!("write `{lower}`")))
}

/// `let score = 5`.
fn reserved_name(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if !RESERVED.contains(&stop.found) || !stop.expected.wants_name() {
        return None;
    }
    let word = stop.found;
    let found =
        stop.error(Code::E0121, stop.span, format!("`{word}` is a word of the language and names nothing"));
    Some(if stop.expected.has(Rule::category) || stop.expected.has(Rule::literal) {
        let quoted = format!("\"{word}\"");
        let title = format!("write `{quoted}`");
        found.help("a category or a text that is spelled so stands in quotes").fix(
            stop.reader.place(stop.span),
            quoted,
            title,
        )
    } else {
        found.help(format!(
            "choose another name; a data column called `{word}` is given by `column \"{word}\"`"
        ))
    })
}

/// A parenthesis without its other one.
fn parentheses(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    let mut open = Vec::new();
    for token in stop.tokens.iter().take(stop.at) {
        match stop.reader.token_text(Some(token)) {
            "(" => open.push(token),
            ")" => {
                open.pop();
            }
            _ => {}
        }
    }
    if stop.found == ")" && open.is_empty() {
        return Some(stop.error(Code::E0101, stop.span, "this `)` closes nothing"));
    }
    let last = open.last().filter(|_| stop.token().is_none() || stop.found == "{")?;
    let found = stop.error(Code::E0101, last.span, "this `(` is not closed");
    Some(found.help("write `)` where the part ends; a line goes on after a comma or an operator"))
}

/// `- 60`.
fn sign_apart(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    let number = stop.tokens.get(stop.at + 1)?;
    if !matches!(stop.found, "-" | "+") || number.kind != Kind::Numeral || stop.span.end == number.span.start
    {
        return None;
    }
    let right = format!("{}{}", stop.found, stop.text(stop.at + 1));
    let whole = stop.span.to(number.span);
    let found = stop.error(Code::E0109, whole, "a sign touches its number");
    Some(found.fix(stop.reader.place(whole), right.clone(), format!("write `{right}`")))
}

/// A head without `{`.
fn open_brace(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if stop.token().is_some() || !stop.expected.has(Rule::open) {
        return None;
    }
    let found = stop.error(Code::E0101, stop.span, "`{` is missing at the end of this line");
    Some(found.fix(stop.reader.place(stop.span), " {", "write `{` at the end of this line"))
}

/// `purpose consumer credit`.
fn text_without_quotes(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if !stop.expected.is_only(Rule::string) || stop.token().is_none() {
        return None;
    }
    let rest = stop.tokens.get(stop.at..).unwrap_or_default();
    let last = rest.iter().take_while(|token| !matches!(stop.reader.token_text(Some(token)), "{")).last()?;
    let whole = stop.span.to(last.span);
    let found = stop.error(Code::E0101, whole, "a text stands in quotes");
    let written = stop.reader.written(whole).trim();
    if written.contains(['"', '\n']) {
        return Some(found);
    }
    let title = format!("write `\"{written}\"`");
    Some(found.fix(stop.reader.place(whole), format!("\"{written}\""), title))
}

/// `from 2020`.
fn date_wanted(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if !stop.expected.is_only(Rule::date) || stop.token().is_none() {
        return None;
    }
    let found = stop.error(Code::E0101, stop.span, format!("`{}` is no date", stop.found));
    Some(found.help("a date is year, month, day: `2026-01-31`"))
}

/// `x in (a, b)`, `x greater than 5`.
fn word_of_others(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    const WORDS: [(&str, &str); 14] = [
        ("in", "is one of"),
        ("equals", "is"),
        ("greater", "more"),
        ("larger", "more"),
        ("bigger", "more"),
        ("higher", "more"),
        ("above", "over"),
        ("exceeds", "over"),
        ("smaller", "less"),
        ("fewer", "less"),
        ("lower", "less"),
        ("below", "under"),
        ("else", "otherwise"),
        ("but", "and"),
    ];
    let (_, right) = WORDS.iter().find(|(word, _)| *word == stop.found)?;
    if !stop.expected.has_operator() {
        return None;
    }
    let found = stop.error(Code::E0101, stop.span, format!("`{}` is not understood here", stop.found));
    Some(found.fix(stop.reader.place(stop.span), *right, format!("write `{right}`")))
}

/// `limitted to`, `at lest`.
fn misspelt(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    if stop.kind(stop.at) != Some(Kind::Word) || expected::keywords().any(|word| word == stop.found) {
        return None;
    }
    let words = stop.expected.words();
    if !is_short(stop.found) {
        return None;
    }
    let meant = suggest::closest(stop.found, words.iter().map(String::as_str))?;
    let found = stop.error(Code::E0101, stop.span, format!("`{}` is not understood here", stop.found));
    let place = stop.reader.place(stop.span);
    Some(found.help(format!("did you mean `{meant}`?")).fix(place, meant, format!("write `{meant}`")))
}

/// `a b` where `a + b` may be meant.
fn missing_operator(stop: &Stop<'_, '_>) -> Option<Diagnostic> {
    let is_operand = matches!(stop.kind(stop.at), Some(Kind::Word | Kind::Numeral | Kind::Text | Kind::Date))
        || stop.found == "(";
    if !is_operand || stop.at == 0 || !stop.expected.has_operator() || stop.found == "else" {
        return None;
    }
    let before = stop.text(stop.at - 1);
    let message = format!("`{}` does not follow `{before}`", stop.found);
    let found = stop.error(Code::E0101, stop.span, message);
    let others = stop.expected.said_besides_operators();
    Some(found.help(format!("between them stands an operator such as `is`, `at least` or `+`{others}")))
}

/// What is left: where it stopped and what could have stood there.
fn general(stop: &Stop<'_, '_>) -> Diagnostic {
    let cells = [Rule::heading_cell, Rule::condition_cell, Rule::points_cell, Rule::name_cell];
    let end = if cells.contains(&stop.rule) { "the end of the cell" } else { "the end of the line" };
    let said = stop.expected.said(end);
    let found = match stop.token() {
        Some(_) => {
            stop.error(Code::E0101, stop.span, format!("`{}` is not understood here", shown(stop.found)))
        }
        None => {
            let before = stop.tokens.last().map_or(span(0, 0), |token| token.span);
            let what = shown(stop.reader.token_text(stop.tokens.last()));
            stop.error(Code::E0101, before, format!("something is missing after `{what}`"))
        }
    };
    if said.is_empty() { found } else { found.label(format!("expected {said}")) }
}

/// A text short enough for a message.
fn shown(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
