//! Texts that nobody would write: each gives a tree and mistakes, in time that grows with its length only.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{MAX_FILE_BYTES, MAX_MISTAKES, comments, parse};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::FileId;

/// Far more than any of these texts needs, and far less than a time that grows with the square of the length.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a text, holding its mistakes to places inside it.
fn survive(text: &str) -> Vec<Diagnostic> {
    let start = Instant::now();
    let (_, diagnostics) = parse(FileId::new(0), text);
    assert!(start.elapsed() < PATIENCE, "took {:?} for {} bytes", start.elapsed(), text.len());
    for diagnostic in &diagnostics {
        let fix = diagnostic.fix.iter().map(|fix| fix.place);
        let labels = diagnostic.labels.iter().map(|label| label.place);
        for place in diagnostic.place.into_iter().chain(fix).chain(labels) {
            let (start, end) = (place.span.start as usize, place.span.end as usize);
            assert!(
                text.get(start..end).is_some(),
                "{} at {start}..{end} of {text:?}",
                diagnostic.code.name()
            );
        }
        assert!(
            !diagnostic.message.is_empty() && !diagnostic.message.contains('\n'),
            "{}",
            diagnostic.message
        );
    }
    comments(text);
    diagnostics
}

fn has(diagnostics: &[Diagnostic], code: Code) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.code == code)
}

/// A text of about a megabyte that repeats a piece.
fn megabyte_of(piece: &str) -> String {
    piece.repeat((MAX_FILE_BYTES - 1000) / piece.len())
}

#[test]
fn what_is_no_text_is_refused() {
    assert!(has(&survive(&"# a comment\n".repeat(200_000)), Code::E0100));
    assert!(has(&survive("policy a {\n\0\n}"), Code::E0100));
    assert!(survive("").is_empty());
    assert!(survive("\u{FEFF}").is_empty());
    assert!(survive("\u{FEFF}tag a \"b\"\r\n\r\n\ttag\tb\t\"c\"\r\n").is_empty());
}

#[test]
fn nesting_is_limited() {
    let depth = 10_000;
    let parentheses = format!("let x = {}1{}\n", "(".repeat(depth), ")".repeat(depth));
    assert!(has(&survive(&parentheses), Code::E0116));
    assert!(has(&survive(&format!("let x = {}1\n", "(".repeat(100_000))), Code::E0116));
    assert!(has(&survive(&format!("let x = {}a\n", "not ".repeat(20_000))), Code::E0116));
    assert!(has(&survive(&format!("let x = {}a\n", "f(".repeat(20_000))), Code::E0116));
    assert!(has(&survive(&format!("let x = 1{}\n", " + 1".repeat(20_000))), Code::E0116));
    assert!(has(&survive(&format!("let x = 1{}\n", " otherwise 1".repeat(10_000))), Code::E0116));
    assert!(has(&survive(&format!("let x = a{}\n", " is b".repeat(10_000))), Code::E0122));
    survive(&format!("let x = {}1\n", "-".repeat(20_000)));
    let inside = format!("let x = {}1 + 2{}\n", "(".repeat(60), ") * 3".repeat(60));
    assert!(survive(&inside).is_empty());
    let sum = format!("let x = 1{}\n", " + 1".repeat(200));
    assert!(survive(&sum).is_empty());
    let conditions = format!("let x = a is 1{}\n", " or a is 2".repeat(5_000));
    assert!(survive(&conditions).is_empty());
}

#[test]
fn blocks_are_limited() {
    assert!(has(&survive(&"group a {".repeat(100_000)), Code::E0116));
    assert!(has(&survive(&"group a {\n".repeat(20_000)), Code::E0103));
    let groups = format!("{}{}", "group a {\n".repeat(5000), "}\n".repeat(5000));
    assert!(has(&survive(&groups), Code::E0116));
    let groups = format!("{}{}", "group a {\n".repeat(64), "}\n".repeat(64));
    assert!(survive(&groups).is_empty());
    assert!(has(&survive(&"{".repeat(100_000)), Code::E0101));
    assert!(has(&survive(&"}".repeat(20_000)), Code::E0104));
    survive(&"rule a {".repeat(20_000));
    survive(&"{}".repeat(20_000));
    survive(&"given a {\n".repeat(10_000));
}

#[test]
fn long_lines_are_read_in_linear_time() {
    for piece in [
        "a",
        " ",
        "1",
        "\"",
        "'",
        "|",
        "| ",
        "a ",
        "1,",
        "(",
        ")",
        "a, ",
        "1 to 2, ",
        "-",
        "- ",
        "a-",
        "=",
        "# ",
        ".",
        "…",
        "−",
        "\u{A0}",
        "ä",
        "“",
        "a.b ",
        "not",
        "+ ",
        ",\n",
        "(\n",
        "(a\n",
        "and\n",
        "a and\n",
        "|\n",
        "| a |\n",
        "let x = (\n",
        "let x = (a\n",
        "given {\n a: 1\n",
        "a: 1,\n",
        "}\n",
        "{\n",
        "rule a {}\n",
        "rule a\n",
        "\r",
        "\r\n",
        "\n",
        "//",
        "\\",
        "\"\\",
        "0.",
        "1e9 ",
        "2026-01-31 ",
        "1.1.2000 ",
        "`",
        "&& ",
        "||",
        "e\u{301}",
        "%",
    ] {
        let text = piece.repeat(10_000 / piece.len());
        survive(&format!("{text}\nlet x = {text}"));
    }
    survive(&megabyte_of(super::EXAMPLES[0]));
    survive(&format!("list x = ({}a)", megabyte_of("a, ")));
}

#[test]
fn mistakes_are_not_gathered_without_end() {
    assert_eq!(survive(&"$ ".repeat(20_000)).len(), MAX_MISTAKES + 1);
    assert_eq!(survive(&"rule a {\n  points ?\n  what\n}\n".repeat(2_000)).len(), MAX_MISTAKES + 1);
}

/// Pieces of the language and of what is not.
const PIECES: [&str; 110] = [
    "policy",
    "tag",
    "record",
    "list",
    "let",
    "reason",
    "param",
    "characteristic",
    "rule",
    "group",
    "override",
    "tiers",
    "decision",
    "link",
    "influence",
    "participation",
    "benefit",
    "penalty",
    "use",
    "case",
    "scores",
    "range",
    "start",
    "points",
    "reasons",
    "baseline",
    "weight",
    "limited",
    "to",
    "from",
    "before",
    "when",
    "if",
    "missing",
    "applies",
    "for",
    "each",
    "where",
    "no",
    "more",
    "than",
    "a",
    "day",
    "score",
    "tier",
    "at",
    "most",
    "least",
    "not",
    "scored",
    "average",
    "of",
    "against",
    "reads",
    "settled",
    "as",
    "given",
    "expect",
    "and",
    "or",
    "is",
    "between",
    "otherwise",
    "any",
    "known",
    "yes",
    "today",
    "within",
    "12",
    "days",
    "ago",
    "better",
    "integer",
    "money",
    "text",
    "key",
    "optional",
    "one",
    "first match",
    "gives",
    "note",
    "note",
    "{",
    "}",
    "{\n",
    "\n}\n",
    "(",
    ")",
    ",",
    "|",
    "| ",
    " |\n",
    "=",
    "+",
    "-",
    "*",
    "/",
    ">=",
    "<",
    ".",
    ":",
    "\"label\"",
    "\"",
    "-3.5",
    "35%",
    "1,000",
    "2026-01-31",
    "2026-13-99",
    "x",
    "é–“",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survive(&text);
    }

    #[test]
    fn any_soup_of_words_is_survived(
        pieces in prop::collection::vec((prop::sample::select(&PIECES[..]), prop::sample::select(&[" ", " ", "", "\n"][..])), 0..120)
    ) {
        let text: String = pieces.iter().flat_map(|(piece, gap)| [*piece, *gap]).collect();
        survive(&text);
    }

    #[test]
    fn any_change_of_an_example_is_survived(
        example in prop::sample::select(&super::EXAMPLES[..]),
        changes in prop::collection::vec((0.0..1.0_f64, 0..12_usize, prop::sample::select(&PIECES[..])), 1..6)
    ) {
        let mut text = example.to_owned();
        for (place, length, piece) in changes {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let start = boundary((place * text.len() as f64) as usize);
            let end = boundary(start + length).max(start);
            text.replace_range(start..end, piece);
        }
        survive(&text);
    }
}
