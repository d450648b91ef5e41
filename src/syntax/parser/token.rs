//! Tokens: texts in quotes, comments, numbers, words and signs of a whole file, before anything is understood.

use pest::Parser;

use super::grammar::{Grammar, Rule};
use super::slip::{self, Around, Slip, Tokens};
use super::{MAX_MISTAKES, Piece};
use crate::source::{FileId, Span};

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
    /// The tokens in order. One that was mended with a longer form reaches over the blanks after it.
    pub(super) tokens: Vec<Token>,
    /// What the grammar's rules read: the text with blanks for its comments and with its slips mended, each offset as
    /// it was.
    pub(super) clean: String,
    /// What was not well formed, in order.
    pub(super) slips: Vec<Slip>,
}

/// Cuts a text into tokens and mends those that are not well formed.
pub(super) fn scan(file: FileId, text: &str) -> Scan {
    let found = cut(text);
    let tokens = Tokens::new(file, text, &found);
    let mut scan = Scan { tokens: Vec::new(), clean: String::with_capacity(text.len()), slips: Vec::new() };
    let mut around = Around { row: false, given: false };
    let mut skips = false;
    for (at, token) in found.iter().enumerate() {
        if token.first {
            around.row = is_row(&tokens, at);
            skips = false;
        }
        if skips {
            continue;
        }
        around.given = match tokens.text_of(at) {
            "given" if token.first => true,
            "}" => false,
            _ => around.given,
        };
        let finding = slip::examine(&tokens, at, around);
        skips = finding.as_ref().is_some_and(|finding| finding.ends_line);
        let mended = finding.as_ref().and_then(|finding| finding.mended.as_deref());
        if scan.slips.len() <= MAX_MISTAKES {
            scan.slips.extend(finding.as_ref().and_then(|finding| finding.slip.clone()));
        }
        if !skips {
            scan.push(text, *token, mended, found.get(at + 1));
        }
    }
    pad(&mut scan.clean, text, text.len());
    scan
}

impl Scan {
    /// Adds a token, in its mended form where there is one that fits between the tokens around it.
    fn push(&mut self, text: &str, token: Token, mended: Option<&str>, next: Option<&Token>) {
        let (start, end) = (offset(token.span.start), offset(token.span.end));
        pad(&mut self.clean, text, start);
        let blanks = text.get(end..).unwrap_or_default().bytes().take_while(u8::is_ascii_whitespace).count();
        // A sign that ends something needs no blank before it, anything else keeps one.
        let ends = next.is_none_or(|next| matches!(slice(text, next.span), "|" | ")" | "," | "}"));
        let free = if ends { blanks } else { blanks.saturating_sub(1) };
        let fitting = mended.filter(|mended| mended.trim_end().len() <= end - start + free);
        // What touches its neighbours keeps touching: a minus its number, a record its field.
        let touches_next = next.is_some_and(|next| next.span.start == token.span.end);
        let touches_last = !self.clean.ends_with(char::is_whitespace);
        match fitting {
            Some(mended) if touches_next && !touches_last => {
                let mended = mended.trim_end();
                pad(&mut self.clean, text, end - mended.len().min(end - start));
                self.clean.push_str(mended);
            }
            Some(mended) => self.clean.push_str(mended.trim_end()),
            None => self.clean.push_str(slice(text, token.span)),
        }
        pad(&mut self.clean, text, end);
        self.tokens.push(Token { span: span(start, self.clean.len()), ..token });
    }
}

/// Whether the line that begins with a token is a row of a table: it begins or ends with `|`.
fn is_row(tokens: &Tokens<'_>, at: usize) -> bool {
    let rest = tokens.tokens.get(at..).unwrap_or_default();
    let length = 1 + rest.iter().skip(1).take_while(|token| !token.first).count();
    tokens.text_of(at) == "|" || tokens.text_of(at + length - 1) == "|"
}

/// The tokens of a text as they stand there. A byte order mark before the first is none.
fn cut(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut end = 0;
    for pair in pairs(text) {
        let at = pair.as_span();
        let Found::Token(kind) = kind(pair.as_rule()) else { continue };
        if is_byte_order_mark(kind, at) {
            continue;
        }
        let between = text.as_bytes().get(end..at.start()).unwrap_or_default();
        let first = tokens.is_empty() || between.contains(&b'\n');
        tokens.push(Token { kind, span: span(at.start(), at.end()), first });
        end = at.end();
    }
    tokens
}

/// Every comment of a text, without a carriage return at its end.
pub(super) fn comments(text: &str) -> Vec<(Span, String)> {
    let comments = pieces(text).into_iter().filter(|piece| piece.is_comment);
    comments.map(|comment| (comment.span, slice(text, comment.span).to_owned())).collect()
}

/// Every piece of a text as it stands there, comments without a carriage return at their end.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for pair in pairs(text) {
        let at = pair.as_span();
        match kind(pair.as_rule()) {
            Found::Comment => {
                let end = at.start() + at.as_str().trim_end().len();
                pieces.push(Piece { span: span(at.start(), end), is_comment: true });
            }
            Found::Token(found) if is_byte_order_mark(found, at) => {}
            Found::Token(_) => pieces.push(Piece { span: span(at.start(), at.end()), is_comment: false }),
        }
    }
    pieces
}

/// Whether a token is the mark that some editors write before the first letter of a file.
fn is_byte_order_mark(kind: Kind, at: pest::Span<'_>) -> bool {
    kind == Kind::Odd && at.start() == 0 && at.as_str() == "\u{FEFF}"
}

/// A span of byte offsets. Files are far smaller than what a span can hold.
pub(super) fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}

/// The text of a span.
pub(super) fn slice(text: &str, span: Span) -> &str {
    text.get(offset(span.start)..offset(span.end)).unwrap_or_default()
}

/// The text of a token without the blanks that mending it may have left.
pub(super) fn trimmed(text: &str, span: Span) -> &str {
    slice(text, span).trim()
}

/// A byte offset as an index.
fn offset(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// What the rule `tokens` finds.
enum Found {
    Comment,
    Token(Kind),
}

fn kind(rule: Rule) -> Found {
    const KINDS: [(Rule, Kind); 10] = [
        (Rule::bar, Kind::Sign),
        (Rule::foreign_word, Kind::Word),
        (Rule::string, Kind::Text),
        (Rule::numeral, Kind::Numeral),
        (Rule::spelled_date, Kind::Date),
        (Rule::word, Kind::Word),
        (Rule::sign, Kind::Sign),
        (Rule::open_string, Kind::OpenText),
        (Rule::curly_string, Kind::CurlyText),
        (Rule::single_string, Kind::SingleText),
    ];
    if rule == Rule::comment {
        Found::Comment
    } else {
        Found::Token(KINDS.iter().find(|(of, _)| *of == rule).map_or(Kind::Odd, |(_, kind)| *kind))
    }
}

/// The pieces of a text. The rule fits every text, so that there is no error to speak of.
fn pairs(text: &str) -> impl Iterator<Item = pest::iterators::Pair<'_, Rule>> {
    let all = Grammar::parse(Rule::tokens, text).ok().and_then(|mut found| found.next());
    all.into_iter().flat_map(|all| all.into_inner()).filter(|pair| pair.as_rule() != Rule::EOI)
}

/// Fills the clean text with blanks up to a length; line ends stay.
fn pad(clean: &mut String, text: &str, length: usize) {
    let covered = text.as_bytes().get(clean.len()..length).unwrap_or_default();
    clean.extend(covered.iter().map(|byte| if *byte == b'\n' { '\n' } else { ' ' }));
}
