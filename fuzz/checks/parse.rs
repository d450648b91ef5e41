//! What holds of any bytes that are given as a policy: they are read or refused, and every mistake can be shown.

use glassbox::diagnostic::render;
use glassbox::source::Sources;

/// Parses the bytes and renders what is wrong with them.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut sources = Sources::new();
    let file = sources.add("policy.score", text.as_ref());
    let (tree, diagnostics) = glassbox::syntax::parse(file, &text);
    assert_eq!(tree.file, file);
    let shown = [render::human(&diagnostics, &sources, false), render::short(&diagnostics, &sources)];
    assert!(diagnostics.is_empty() || shown.iter().all(|shown| !shown.is_empty()));
    for diagnostic in &diagnostics {
        let place = diagnostic.place.expect("a mistake in a text has a place");
        assert!(place.span.start <= place.span.end && place.span.end as usize <= text.len());
    }
}
