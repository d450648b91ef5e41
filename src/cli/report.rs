//! Diagnostics on their way out.

use crate::diagnostic::{Diagnostic, Severity, render, sort};
use crate::source::Sources;
use anstyle::{AnsiColor, Style};
use std::fmt::Display;
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

/// `1 error`, `2 errors`.
pub(super) fn plural(count: impl Display, noun: &str) -> String {
    let count = grouped(count);
    let s = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{s}")
}

/// A count with a comma between thousands, for people.
pub(super) fn grouped(count: impl Display) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Count, grouped, plural};

    #[test]
    fn counts_are_words() {
        let count = |errors, warnings| Count { errors, warnings }.to_string();
        assert_eq!(count(0, 0), "no mistakes found");
        assert_eq!(count(1, 0), "1 error");
        assert_eq!(count(0, 2), "2 warnings");
        assert_eq!(count(2, 1), "2 errors, 1 warning");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(plural(1_000, "record"), "1,000 records");
    }
}
