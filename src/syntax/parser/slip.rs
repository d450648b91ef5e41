//! Slips: tokens that are well formed nowhere, each with its own message and, where it is plain what was meant, the
//! right form in its place, so that the rest of its line can be read.

use rustc_hash::FxHashMap;
use std::cell::OnceCell;

use super::notation;
use super::token::{Kind, Token, slice};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};

/// A mistake found before anything is read. Lines that hold one and cannot be read are not complained of again.
#[derive(Clone)]
pub(super) struct Slip {
    /// Where it stands.
    pub(super) span: Span,
    /// What there is to say.
    pub(super) diagnostic: Diagnostic,
}

/// What is wrong with a token.
pub(super) struct Finding {
    /// What there is to say; `None` where the token before has said it.
    pub(super) slip: Option<Slip>,
    /// What the token should have been, where that is plain.
    pub(super) mended: Option<String>,
    /// The rest of the line is a comment in the manner of programmers.
    pub(super) ends_line: bool,
}

/// The words with one reading, which name nothing.
pub(super) const RESERVED: [&str; 15] = [
    "and",
    "or",
    "not",
    "is",
    "between",
    "otherwise",
    "missing",
    "known",
    "any",
    "yes",
    "no",
    "today",
    "score",
    "tier",
    "points",
];

/// The tokens of a file and what is known of them.
pub(super) struct Tokens<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    /// How often each word stands in the file: counted when a slip asks for it.
    counts: OnceCell<FxHashMap<&'t str, usize>>,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(file: FileId, text: &'t str, tokens: &'t [Token]) -> Self {
        Self { file, text, tokens, counts: OnceCell::new() }
    }

    /// How often a word stands in the file.
    fn count(&self, word: &str) -> usize {
        let counts = self.counts.get_or_init(|| {
            let mut counts = FxHashMap::default();
            for token in self.tokens.iter().filter(|token| token.kind == Kind::Word) {
                *counts.entry(slice(self.text, token.span)).or_insert(0) += 1;
            }
            counts
        });
        counts.get(word).copied().unwrap_or(0)
    }

    pub(super) fn text_of(&self, at: usize) -> &'t str {
        self.tokens.get(at).map(|token| slice(self.text, token.span)).unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Whether the token touches the one before it.
    fn touches_previous(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        matches!((before, self.tokens.get(at)), (Some(a), Some(b)) if a.span.end == b.span.start)
    }

    /// Whether the token is the first of its line.
    fn is_first(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|token| token.first)
    }

    /// A finding about the tokens from one to another.
    fn finding(&self, code: Code, from: usize, to: usize, message: impl Into<String>) -> Builder {
        let start = self.tokens.get(from).map_or(Span::NONE, |token| token.span);
        let span = self.tokens.get(to).map_or(start, |token| start.to(token.span));
        let place = Place::new(self.file, span);
        Builder { place, diagnostic: Diagnostic::error(code, place, message), mended: None, ends_line: false }
    }
}

/// A finding while it is made.
struct Builder {
    place: Place,
    diagnostic: Diagnostic,
    mended: Option<String>,
    ends_line: bool,
}

impl Builder {
    fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.help(help);
        self
    }

    /// The right form, for the author and in place of the token.
    fn write(self, right: impl Into<String>) -> Self {
        let right = right.into();
        self.fix(right.clone()).mend(right)
    }

    /// The right form, for the author only.
    fn fix(mut self, right: impl Into<String>) -> Self {
        let right = right.into();
        let title = if right.trim().is_empty() {
            "leave it out".to_owned()
        } else {
            format!("write `{}`", right.trim())
        };
        self.diagnostic = self.diagnostic.fix(self.place, right, title);
        self
    }

    /// The right form, in place of the token only.
    fn mend(mut self, right: impl Into<String>) -> Self {
        self.mended = Some(right.into());
        self
    }

    fn done(self) -> Option<Finding> {
        let slip = Slip { span: self.place.span, diagnostic: self.diagnostic };
        Some(Finding { slip: Some(slip), mended: self.mended, ends_line: self.ends_line })
    }
}

/// What surrounds a token.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// Its line is a row of a table.
    pub(super) row: bool,
    /// It stands in the braces of a record that is given to a case.
    pub(super) given: bool,
}

/// What is wrong with a token, if anything.
pub(super) fn examine(tokens: &Tokens<'_>, at: usize, around: Around) -> Option<Finding> {
    let text = tokens.text_of(at);
    match tokens.kind(at)? {
        Kind::Text => None,
        Kind::Numeral => numeral(tokens, at, text),
        Kind::Date => date(tokens, at, text),
        Kind::Word => word(tokens, at, text, around),
        Kind::Sign => sign(tokens, at, text, around),
        Kind::OpenText => open_text(tokens, at, text),
        Kind::CurlyText => {
            let quotes = ['“', '”', '„', '‟', '«', '»', '"'];
            let inside = text.trim_matches(quotes);
            tokens
                .finding(Code::E0107, at, at, "a text stands in straight quotes")
                .write(format!("\"{inside}\""))
                .done()
        }
        Kind::SingleText => {
            let inside = text.trim_matches(['\'', '‘', '’']);
            let found = tokens.finding(Code::E0107, at, at, "a text stands in double quotes");
            if inside.contains('"') { found.done() } else { found.write(format!("\"{inside}\"")).done() }
        }
        Kind::Odd => odd(tokens, at, text),
    }
}

fn numeral(tokens: &Tokens<'_>, at: usize, text: &str) -> Option<Finding> {
    if notation::is_plain(text) {
        return None;
    }
    let before = at.checked_sub(1).filter(|_| tokens.touches_previous(at));
    let before_text = before.map(|before| tokens.text_of(before)).unwrap_or_default();
    if before_text == "-" && hyphen_joins_words(tokens, at - 1) {
        return None;
    }
    if before_text == "." && text.starts_with('.') {
        return tokens.finding(Code::E0110, at - 1, at, "a range has words").help("write `1 to 5`").done();
    }
    let Some(right) = notation::plain(text) else {
        return tokens
            .finding(Code::E0106, at, at, format!("`{text}` is neither a number nor a name"))
            .help("a name begins with a letter; numbers are written `12`, `-3.5`, `1_000`, `35%`")
            .done();
    };
    let mut found = tokens.finding(Code::E0106, at, at, format!("`{text}` is not how a number is written"));
    if text.contains(',') {
        found = found.help("for a list of numbers, write a blank after each comma");
    }
    found.write(right).done()
}

fn date(tokens: &Tokens<'_>, at: usize, text: &str) -> Option<Finding> {
    let date = notation::date(text)?;
    let found = match date.problem {
        notation::DateProblem::None => return None,
        notation::DateProblem::Impossible(why) => tokens
            .finding(Code::E0117, at, at, format!("the calendar has no day `{text}`"))
            .help(why)
            .mend(date.nearest),
        notation::DateProblem::Unpadded => tokens
            .finding(Code::E0109, at, at, format!("`{text}` is neither a date nor a difference"))
            .help("a date has two digits for month and day; a difference has blanks around its `-`")
            .write(date.nearest),
        notation::DateProblem::Otherwise { certain } => {
            let found = tokens
                .finding(Code::E0117, at, at, format!("`{text}` is not how a date is written"))
                .help("a date is year, month, day: `2026-01-31`");
            if certain { found.write(date.nearest) } else { found.mend(date.nearest) }
        }
    };
    found.done()
}

fn word(tokens: &Tokens<'_>, at: usize, text: &str, around: Around) -> Option<Finding> {
    if !text.is_ascii() {
        return foreign_word(tokens, at, text);
    }
    let lower = text.to_ascii_lowercase();
    if text != lower && (RESERVED.contains(&lower.as_str()) || leads_clause(tokens, at, &lower, around)) {
        let found = tokens.finding(Code::E0111, at, at, format!("`{text}` is written in small letters"));
        return found
            .help(format!("a category or a text that is spelled so stands in quotes: `\"{text}\"`"))
            .write(lower)
            .done();
    }
    if text.starts_with('_') {
        let found =
            tokens.finding(Code::E0108, at, at, format!("the name `{text}` does not begin with a letter"));
        let right = text.trim_start_matches('_').to_owned();
        return match right.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            true => found.write(right).done(),
            false => found.done(),
        };
    }
    None
}

/// Whether a word in capitals is the first of a statement or clause: after a name follows something else.
fn leads_clause(tokens: &Tokens<'_>, at: usize, lower: &str, around: Around) -> bool {
    let known = super::statement::is_statement_word(lower) || super::clause::is_clause_word(lower);
    let next = if tokens.is_first(at + 1) { "" } else { tokens.text_of(at + 1) };
    let names =
        ["", ",", ":", ")", "|", "=", "as", "number", "integer", "money", "text", "yes", "date", "one"];
    known && tokens.is_first(at) && !around.given && !names.contains(&next)
}

fn foreign_word(tokens: &Tokens<'_>, at: usize, text: &str) -> Option<Finding> {
    let plain = notation::ascii_name(text);
    let found = match text.chars().find(|letter| notation::look_alike(*letter).is_some()) {
        Some(letter) if plain.certain => {
            let like = notation::look_alike(letter).unwrap_or(letter);
            let message = format!("`{text}` has a letter that only looks like `{like}`");
            tokens.finding(Code::E0108, at, at, message)
        }
        Some(_) | None => tokens
            .finding(Code::E0108, at, at, format!("the name `{text}` has letters other than `a` to `z`"))
            .help("labels in quotes may have any letters; a data column with this name is given by `column \"…\"`"),
    };
    if plain.certain { found.write(plain.name).done() } else { found.mend(plain.name).done() }
}

fn open_text(tokens: &Tokens<'_>, at: usize, text: &str) -> Option<Finding> {
    let found = tokens.finding(Code::E0105, at, at, "this text has no closing quote on its line");
    let curly = ['“', '”', '„', '‟'];
    let inside: String =
        text.chars().skip(1).map(|letter| if curly.contains(&letter) { ' ' } else { letter }).collect();
    if text.contains(curly) {
        let right = format!("\"{}\"", inside.trim());
        return found.help("curly quotes do not close a text").write(right).done();
    }
    // The closing quote takes the place of the last letter when nothing else is free.
    let mut mended = format!("\"{}", inside.trim_end_matches('\\'));
    if mended.len() > 1 {
        mended.pop();
    }
    mended.push('"');
    let mut finding = found.done()?;
    if let Some(slip) = &mut finding.slip {
        let place = Place::new(tokens.file, Span::new(slip.span.end, slip.span.end));
        slip.diagnostic = slip.diagnostic.clone().fix(place, "\"", "close it here");
    }
    finding.mended = Some(mended);
    Some(finding)
}

fn odd(tokens: &Tokens<'_>, at: usize, text: &str) -> Option<Finding> {
    let first = text.chars().next()?;
    let mended: String = text.chars().map(|letter| notation::plain_sign(letter).unwrap_or(" ")).collect();
    let found = match notation::plain_sign(first) {
        Some(" ") => {
            let message = "this is not a plain blank";
            tokens
                .finding(Code::E0107, at, at, message)
                .help("it looks like one, but is another character")
                .write(mended)
        }
        Some(plain) => {
            let dash_of_range = matches!(first, '–' | '—' | '−' | '‐' | '‑')
                && text.chars().nth(1).is_none()
                && tokens.touches_previous(at)
                && at.checked_sub(1).is_some_and(|before| tokens.kind(before) == Some(Kind::Numeral));
            let found = tokens.finding(Code::E0107, at, at, format!("`{text}` is not the plain `{plain}`"));
            match dash_of_range {
                true => found
                    .help("a range is written `1 to 2`, a difference with blanks around `-`")
                    .mend(mended),
                false => found.write(mended),
            }
        }
        None if first.is_control() => {
            let message = format!("a control character (U+{:04X}) stands here", u32::from(first));
            tokens.finding(Code::E0107, at, at, message).write(mended)
        }
        None => {
            let shown: String = text.chars().take(8).collect();
            let found = tokens.finding(Code::E0107, at, at, format!("`{shown}` means nothing here"));
            found.help("amounts are plain numbers; texts stand in quotes").mend(mended)
        }
    };
    found.done()
}

fn sign(tokens: &Tokens<'_>, at: usize, text: &str, around: Around) -> Option<Finding> {
    let operator = |message: &str| tokens.finding(Code::E0110, at, at, message.to_owned());
    let nothing = || tokens.finding(Code::E0101, at, at, format!("`{text}` means nothing here"));
    match text {
        "-" => hyphen(tokens, at, around),
        ":" if !around.given && !tokens.is_first(at) => colon(tokens, at),
        "|" if !around.row => bar(tokens, at),
        "==" => operator("`is` says that two values are the same")
            .fix(words_for(tokens, at, "is"))
            .mend("=")
            .done(),
        "=>" => operator("`=>` is no comparison").fix(words_for(tokens, at, "at least")).mend(">=").done(),
        "=<" => operator("`=<` is no comparison").fix(words_for(tokens, at, "at most")).mend("<=").done(),
        "<>" => operator("`<>` is no comparison").fix(words_for(tokens, at, "is not")).mend("!=").done(),
        ":=" => operator("a definition has a plain `=`").write("=").done(),
        "&&" | "&" => {
            operator("conditions are joined by a word").fix(words_for(tokens, at, "and")).mend("and").done()
        }
        "!" => operator("a condition is denied by a word").fix("not ").mend("not ").done(),
        "**" | "^" => operator("there are no powers").help("multiply, as in `x * x`").done(),
        "//" | "/*" if !around.row => {
            let mut found = operator("a comment begins with `#`").fix("#");
            found.ends_line = true;
            found.done()
        }
        "*/" => operator("a comment begins with `#` and ends with its line").fix("").mend(" ").done(),
        ";" => operator("a statement ends with its line").fix("").mend(" ").done(),
        "[" => operator("lists and parts of a calculation stand in parentheses").write("(").done(),
        "]" => operator("lists and parts of a calculation stand in parentheses").write(")").done(),
        "$" => nothing().help("amounts are plain numbers").fix("").mend(" ").done(),
        "%" => nothing().help("a percentage is a number with `%` right after it: `35%`").mend(" ").done(),
        "`" | "'" => {
            nothing().help("names stand without quotes, texts in double ones").fix("").mend(" ").done()
        }
        "@" | "~" | "?" | "\\" => nothing().mend(" ").done(),
        _ => None,
    }
}

/// A word in place of a sign, with blanks where the sign has none.
fn words_for(tokens: &Tokens<'_>, at: usize, word: &str) -> String {
    let before = if tokens.touches_previous(at) { " " } else { "" };
    let after = if tokens.touches_previous(at + 1) { " " } else { "" };
    format!("{before}{word}{after}")
}

/// `points: 3` at the start of a line.
fn colon(tokens: &Tokens<'_>, at: usize) -> Option<Finding> {
    let before = at.checked_sub(1)?;
    let leads = tokens.is_first(before) && tokens.kind(before) == Some(Kind::Word);
    if !leads || tokens.is_first(at + 1) {
        return None;
    }
    let message = format!("no colon stands after `{}`", tokens.text_of(before));
    tokens.finding(Code::E0112, at, at, message).fix("").mend(" ").done()
}

/// `|` or `||` outside of tables.
fn bar(tokens: &Tokens<'_>, at: usize) -> Option<Finding> {
    if tokens.touches_previous(at) && at.checked_sub(1).is_some_and(|before| tokens.text_of(before) == "|") {
        return Some(Finding { slip: None, mended: Some("r".to_owned()), ends_line: false });
    }
    if tokens.touches_previous(at + 1) && tokens.text_of(at + 1) == "|" {
        let found = tokens.finding(Code::E0110, at, at + 1, "conditions are joined by a word");
        return found.fix("or").mend("o").done();
    }
    let found = tokens.finding(Code::E0110, at, at, "`|` stands only in the rows of tables");
    found.help("a row begins with `|`; in a condition, write `or`").mend(" ").done()
}

/// `late-24m`, `1-2`.
fn hyphen(tokens: &Tokens<'_>, at: usize, around: Around) -> Option<Finding> {
    if !tokens.touches_previous(at) || !tokens.touches_previous(at + 1) {
        return None;
    }
    let before = at.checked_sub(1)?;
    if around.row && (tokens.kind(before), tokens.kind(at + 1)) == (Some(Kind::Numeral), Some(Kind::Numeral))
    {
        let (low, high) = (tokens.text_of(before), tokens.text_of(at + 1));
        let message = format!("`{low}-{high}` is neither a range nor a difference");
        let found = tokens.finding(Code::E0109, before, at + 1, message);
        return found
            .help(format!("a difference has blanks: `{low} - {high}`"))
            .fix(format!("{low} to {high}"))
            .done();
    }
    if !hyphen_joins_words(tokens, at) {
        return None;
    }
    let is_later = at >= 2 && tokens.text_of(at - 2) == "-" && hyphen_joins_words(tokens, at - 2);
    if is_later {
        return Some(Finding { slip: None, mended: Some("_".to_owned()), ends_line: false });
    }
    let mut end = at + 1;
    while tokens.text_of(end + 1) == "-" && hyphen_joins_words(tokens, end + 1) {
        end += 2;
    }
    let written: String = (before..=end).map(|index| tokens.text_of(index)).collect();
    let message = format!("the name `{written}` has a hyphen");
    let found = tokens.finding(Code::E0109, before, end, message);
    found.help("a difference has blanks around its `-`").fix(written.replace('-', "_")).mend("_").done()
}

/// Whether the hyphen at `at` makes one name of the words around it, rather than a difference: when that name is
/// known, when what follows is no number, or when neither part stands anywhere else in the file.
fn hyphen_joins_words(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    if !tokens.touches_previous(at)
        || !tokens.touches_previous(at + 1)
        || tokens.kind(before) != Some(Kind::Word)
    {
        return false;
    }
    let (left, right) = (tokens.text_of(before), tokens.text_of(at + 1));
    let count = |word| tokens.count(word);
    let joined = format!("{left}_{right}");
    match tokens.kind(at + 1) {
        Some(Kind::Word) => count(&joined) > 0 || count(left) < 2 || count(right) < 2,
        Some(Kind::Numeral) => count(&joined) > 0 || !notation::is_plain(right),
        Some(
            Kind::Text
            | Kind::Date
            | Kind::Sign
            | Kind::OpenText
            | Kind::CurlyText
            | Kind::SingleText
            | Kind::Odd,
        )
        | None => false,
    }
}
