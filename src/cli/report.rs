//! Diagnostics on their way out.

use crate::diagnostic::{Diagnostic, Severity, render, sort};
pub(super) use crate::diagnostic::{grouped, plural};
use crate::source::Sources;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// How an error is marked.
pub(super) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// How a warning is marked.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// How a help is marked.
pub(super) const HELP: Style = AnsiColor::BrightCyan.on_default().bold();
/// How what is well is marked.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Headings.
pub(super) const HEADING: Style = Style::new().bold();
/// What stands back.
pub(super) const DIM: Style = Style::new().dimmed();

/// Prints diagnostics for people, in order and each once.
pub(super) fn human(to: &mut dyn Write, diagnostics: &[Diagnostic], sources: &Sources) -> io::Result<()> {
    let mut diagnostics = diagnostics.to_vec();
    sort(&mut diagnostics);
    // Whether the escapes stay is the stream's affair.
    to.write_all(render::human(&diagnostics, sources, true).as_bytes())
}

/// Prints diagnostics for people, with a last line that counts them and says where to read on.
pub(super) fn explain(to: &mut dyn Write, diagnostics: &[Diagnostic], sources: &Sources) -> io::Result<()> {
    human(to, diagnostics, sources)?;
    let found = Count::of(diagnostics);
    if found.errors > 0 {
        writeln!(to, "{ERROR}{found}{ERROR:#}")?;
        more(to, diagnostics)?;
    }
    Ok(())
}

/// Where to read more about the first error.
pub(super) fn more(to: &mut dyn Write, diagnostics: &[Diagnostic]) -> io::Result<()> {
    match diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
        Some(first) => writeln!(to, "{DIM}more: glassbox explain-error {}{DIM:#}", first.code),
        None => Ok(()),
    }
}

/// Says a warning about the run itself on stderr.
pub(super) fn warn(what: &str) -> io::Result<()> {
    writeln!(anstream::stderr(), "{WARNING}warning{WARNING:#}: {what}")
}

/// Says something about the run itself on stderr that is no warning.
pub(super) fn note(what: &str) -> io::Result<()> {
    writeln!(anstream::stderr(), "{DIM}{what}{DIM:#}")
}

/// How many errors and warnings there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) errors: usize,
    pub(super) warnings: usize,
}

impl Count {
    /// Counts.
    pub(super) fn of(diagnostics: &[Diagnostic]) -> Self {
        let many = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
        Self { errors: many(Severity::Error), warnings: many(Severity::Warning) }
    }

    /// These and more.
    pub(super) fn add(&mut self, more: Self) {
        self.errors += more.errors;
        self.warnings += more.warnings;
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let errors = plural(self.errors, "error");
        let warnings = plural(self.warnings, "warning");
        match (self.errors, self.warnings) {
            (0, 0) => f.write_str("no mistakes found"),
            (_, 0) => f.write_str(&errors),
            (0, _) => f.write_str(&warnings),
            (_, _) => write!(f, "{errors}, {warnings}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn counts_are_words() {
        let count = |errors, warnings| Count { errors, warnings }.to_string();
        assert_eq!(count(0, 0), "no mistakes found");
        assert_eq!(count(1, 0), "1 error");
        assert_eq!(count(0, 2), "2 warnings");
        assert_eq!(count(2, 1), "2 errors, 1 warning");
    }
}
