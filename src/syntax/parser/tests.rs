//! Tests of the parser: its trees, its recovery, and what it does with texts that nobody would write.
#![expect(clippy::wildcard_enum_match_arm, reason = "a test wants one form and stops at any other")]

mod hostile;
mod recovery;
mod trees;

use super::parse;
use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::syntax::ast;

/// Reads a text without mistakes.
fn tree(text: &str) -> ast::File {
    let (file, diagnostics) = parse(FileId::new(0), text);
    assert_eq!(said(text, &diagnostics), Vec::<String>::new(), "{text}");
    file
}

/// Each mistake of a text as `LINE CODE \`the text at its place\``.
fn mistakes(text: &str) -> Vec<String> {
    let (_, diagnostics) = parse(FileId::new(0), text);
    said(text, &diagnostics)
}

fn said(text: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |offset: usize| text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
    let said = diagnostics.iter().map(|diagnostic| {
        let span = diagnostic.place.unwrap().span;
        let (start, end) = (span.start as usize, span.end as usize);
        format!("{} {} `{}`", line(start), diagnostic.code.name(), text.get(start..end).unwrap())
    });
    said.collect()
}

/// The examples of the language's description.
const EXAMPLES: [&str; 3] = [
    include_str!("../../../fuzz/corpus/parse/payments.score"),
    include_str!("../../../fuzz/corpus/parse/points.score"),
    include_str!("../../../fuzz/corpus/parse/people.score"),
];
