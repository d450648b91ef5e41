//! What holds of any text that is formatted: it says the same afterwards, stays the same the second time, and its lines
//! are the lines that it had.
//!
//! Bytes that begin with `0` are the text itself; where it has mistakes, the lines that they stand in are blanked, so that
//! more of what is tried can be read. Others are choices, from which a text of the language is made in a wild layout. The
//! modules that make it are those of the ordinary test (`tests/it/fmt.rs`), which runs the corpus too.

use super::choices::Choices;
use super::{generated, untidy};
use glassbox::format::{Refusal, format};
use glassbox::source::{FileId, Source};
use glassbox::syntax::parse;

/// How often lines with mistakes are blanked before a text is given up.
const ATTEMPTS: usize = 6;

/// Formats the text that the bytes make; whether it could be read.
pub(crate) fn check(bytes: &[u8]) -> bool {
    match bytes.split_first() {
        Some((b'0', text)) => check_text(&readable(String::from_utf8_lossy(text).into_owned())),
        Some((_, bytes)) => {
            let numbers = bytes.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                [high] => u16::from(*high) << 8,
                _ => 0,
            });
            let mut choices = Choices::new(numbers.collect());
            let text = generated::text(&mut choices);
            check_text(&untidy::untidy(&mut choices, &text, true)) | check_text(&text)
        }
        None => check_text(""),
    }
}

fn check_text(text: &str) -> bool {
    let once = match format(FileId::new(0), text) {
        Ok(once) => once,
        Err(Refusal::Wrong(diagnostics)) => {
            assert!(!diagnostics.is_empty(), "refused without a reason");
            return false;
        }
        Err(Refusal::Changed) => panic!("another meaning:\n{text}"),
    };
    let twice = format(FileId::new(0), &once);
    assert!(twice.is_ok_and(|twice| twice == once), "another text the second time:\n{once}");
    let filled = |text: &str| text.lines().map(|line| !is_blank(line)).collect::<Vec<_>>();
    let (old, new) = (filled(text), filled(&once));
    assert!(old.starts_with(&new), "other lines:\n{text}\n{once}");
    assert!(old.iter().skip(new.len()).all(|is_filled| !is_filled), "lines are gone:\n{text}\n{once}");
    true
}

/// Whether a line has nothing but what is no token.
fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\t', '\r', '\u{FEFF}']).is_empty()
}

/// The text with blank lines in the place of those that have mistakes.
fn readable(mut text: String) -> String {
    for _ in 0..ATTEMPTS {
        let (_, diagnostics) = parse(FileId::new(0), &text);
        if diagnostics.is_empty() {
            break;
        }
        let source = Source::new("text", text.as_str());
        let mut lines: Vec<&str> = text.split('\n').collect();
        for place in diagnostics.iter().filter_map(|diagnostic| diagnostic.place) {
            let (line, _) = source.line_column(place.span.start);
            if let Some(line) = lines.get_mut(line - 1) {
                *line = "";
            }
        }
        text = lines.join("\n");
    }
    text
}
