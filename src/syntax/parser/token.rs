//! Tokens: texts in quotes, comments, numbers, words and signs of a whole file, before anything is understood.

use pest::Parser;

use super::grammar::{Grammar, Rule};
use crate::source::Span;

/// A piece of the text. Blanks, line ends and comments are none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it stands.
    pub(super) span: Span,
    /// Whether it is the first of its line.
    pub(super) first: bool,
}

/// What a token is. Those after `Sign` are well formed nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text in straight quotes.
    Text,
    /// A number, well formed or not.
    Numeral,
    /// Something that is meant as a date, well formed or not.
    Date,
    /// A word, with whatever letters.
    Word,
    /// A sign of ASCII.
    Sign,
    /// A text whose quote is not closed on its line.
    OpenText,
    /// A text in curly quotes.
    CurlyText,
    /// A text in single quotes.
    SingleText,
    /// Signs outside ASCII.
    Odd,
}

/// A file in tokens.
pub(super) struct Scan {
    /// The tokens in order.
    pub(super) tokens: Vec<Token>,
    /// The text with blanks for its comments, each offset as it was: what the grammar's rules read.
    pub(super) clean: String,
}

/// Cuts a text into tokens.
pub(super) fn scan(text: &str) -> Scan {
    let mut tokens = Vec::new();
    let mut clean = String::with_capacity(text.len());
    let mut first = true;
    for pair in pairs(text) {
        let at = pair.as_span();
        pad(&mut clean, at.start());
        let kind = match kind(pair.as_rule()) {
            Piece::LineEnd => {
                clean.push('\n');
                first = true;
                continue;
            }
            Piece::Comment => continue,
            Piece::Token(kind) => kind,
        };
        clean.push_str(at.as_str());
        tokens.push(Token { kind, span: span(at.start(), at.end()), first });
        first = false;
    }
    pad(&mut clean, text.len());
    Scan { tokens, clean }
}

/// Every comment of a text, without a carriage return at its end.
pub(super) fn comments(text: &str) -> Vec<(Span, String)> {
    pairs(text)
        .filter(|pair| pair.as_rule() == Rule::comment)
        .map(|pair| {
            let start = pair.as_span().start();
            let comment = pair.as_str().trim_end();
            (span(start, start + comment.len()), comment.to_owned())
        })
        .collect()
}

/// A span of byte offsets. Files are far smaller than what a span can hold.
pub(super) fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}

/// The text of a span.
pub(super) fn slice(text: &str, span: Span) -> &str {
    let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    text.get(offset(span.start)..offset(span.end)).unwrap_or_default()
}

/// What the rule `tokens` finds.
enum Piece {
    LineEnd,
    Comment,
    Token(Kind),
}

fn kind(rule: Rule) -> Piece {
    const KINDS: [(Rule, Kind); 8] = [
        (Rule::string, Kind::Text),
        (Rule::numeral, Kind::Numeral),
        (Rule::spelled_date, Kind::Date),
        (Rule::word, Kind::Word),
        (Rule::sign, Kind::Sign),
        (Rule::open_string, Kind::OpenText),
        (Rule::curly_string, Kind::CurlyText),
        (Rule::single_string, Kind::SingleText),
    ];
    if rule == Rule::newline {
        Piece::LineEnd
    } else if rule == Rule::comment {
        Piece::Comment
    } else {
        Piece::Token(KINDS.iter().find(|(of, _)| *of == rule).map_or(Kind::Odd, |(_, kind)| *kind))
    }
}

/// The pieces of a text. The rule fits every text, so that there is no error to speak of.
fn pairs(text: &str) -> impl Iterator<Item = pest::iterators::Pair<'_, Rule>> {
    let all = Grammar::parse(Rule::tokens, text).ok().and_then(|mut found| found.next());
    all.into_iter().flat_map(|all| all.into_inner()).filter(|pair| pair.as_rule() != Rule::EOI)
}

/// Fills a text with blanks up to a length.
fn pad(text: &mut String, length: usize) {
    text.extend(std::iter::repeat_n(' ', length.saturating_sub(text.len())));
}
