//! What holds of any bytes that are given as a policy or as charters: they are read or refused, and every mistake can be
//! shown.

use glassbox::diagnostic::{Diagnostic, render};
use glassbox::source::Sources;

/// Parses the bytes, as a policy and as charters, and renders what is wrong with them.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut sources = Sources::new();
    let file = sources.add("policy.score", text.as_ref());
    let (tree, diagnostics) = glassbox::syntax::parse(file, &text);
    assert_eq!(tree.file, file);
    shown(&diagnostics, &sources, &text);
    let (charters, diagnostics) = glassbox::audit::read_charters(file, &text);
    assert!(!charters.is_empty() || !diagnostics.is_empty());
    shown(&diagnostics, &sources, &text);
}

/// Every mistake can be shown, and stands inside the text.
fn shown(diagnostics: &[Diagnostic], sources: &Sources, text: &str) {
    let shown = [render::human(diagnostics, sources, false), render::short(diagnostics, sources)];
    assert!(diagnostics.is_empty() || shown.iter().all(|shown| !shown.is_empty()));
    for diagnostic in diagnostics {
        let place = diagnostic.place.expect("a mistake in a text has a place");
        assert!(place.span.start <= place.span.end && place.span.end as usize <= text.len());
    }
}
