//! Texts that say the same in a layout that nobody would choose.

use super::choices::Choices;
use glassbox::syntax::{Piece, pieces};

/// The text with other blanks between its words and at the start of its lines. With `lines`, also with comments, with blank
/// lines, and with new lines where a statement can go on.
pub(crate) fn untidy(choices: &mut Choices, text: &str, lines: bool) -> String {
    let mut out = String::new();
    let mut pieces = pieces(text).into_iter().peekable();
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let mut words = Vec::new();
        while let Some(piece) = pieces.next_if(|piece| (piece.span.start as usize) < end) {
            words.push(piece);
        }
        let is_row = words.first().is_some_and(|word| of(text, word) == "|");
        blanks(choices, &mut out, 0);
        for (at, word) in words.iter().enumerate() {
            out.push_str(of(text, word));
            let Some(next) = words.get(at + 1) else { continue };
            let between = &text[word.span.end as usize..next.span.start as usize];
            gap(choices, &mut out, (of(text, word), between, of(text, next)), is_row, lines);
        }
        if lines && !words.iter().any(|word| word.is_comment) && choices.chance(15) {
            out.push_str(choices.one(&["  # a comment", "# \"x", " #| not a row |", "\t## } {"]));
        }
        out.push_str(if choices.chance(20) { "  \n" } else { "\n" });
        if lines && choices.chance(10) {
            out.push_str(choices.one(&["\n", "   \n\n", "      # alone\n", "# alone, at the left\n"]));
        }
    }
    out
}

fn of<'t>(text: &'t str, piece: &Piece) -> &'t str {
    &text[piece.span.start as usize..piece.span.end as usize]
}

/// Signs that need no blanks around them.
const CLOSE: [&str; 12] = ["*", "/", "=", "!=", "<", ">", "<=", ">=", "(", ")", ",", ":"];
/// Words after which a statement goes on in the next line.
const JOINING: [&str; 14] =
    [",", "(", "+", "-", "*", "/", "=", "<", ">", "<=", ">=", "and", "or", "otherwise"];

fn gap(
    c: &mut Choices,
    out: &mut String,
    (last, between, next): (&str, &str, &str),
    is_row: bool,
    lines: bool,
) {
    let touches = between.is_empty();
    if next.starts_with('#') {
        return blanks(c, out, 0);
    }
    if is_row {
        // What stands between bars may be free text.
        return if last == "|" || next == "|" { blanks(c, out, 0) } else { out.push_str(between) };
    }
    let is_sign = |word: &str| matches!(word, "+" | "-");
    let is_close = (CLOSE.contains(&last) || CLOSE.contains(&next)) && !is_sign(last) && !is_sign(next);
    if touches && !matches!(last, "(" | ",") && !matches!(next, ")" | ",") {
        return;
    }
    if lines && JOINING.contains(&last) && !touches && c.chance(12) {
        out.push_str(c.one(&["\n", " # here\n", "\n\n", "\n# between\n"]));
        return blanks(c, out, 0);
    }
    // `0,100` would be one number, and none that is well written.
    let figures = |text: &str, at: fn(&str) -> Option<char>| at(text).is_some_and(|c| c.is_ascii_digit());
    let numbers = out.strip_suffix(',').is_some_and(|before| figures(before, |text| text.chars().last()))
        && figures(next, |text| text.chars().next());
    blanks(c, out, usize::from(!is_close && !touches || numbers));
}

/// At least so many blanks.
fn blanks(c: &mut Choices, out: &mut String, least: usize) {
    let more = if c.chance(30) { c.below(5) } else { 0 };
    out.push_str(&" ".repeat(least + more));
    if c.chance(2) {
        out.push('\t');
    }
}
