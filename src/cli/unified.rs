//! The difference of two texts, as `diff -u` shows it.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use std::io::{self, Write};

/// Lines that go.
const OLD: Style = AnsiColor::Red.on_default();
/// Lines that come.
const NEW: Style = AnsiColor::Green.on_default();
/// Where in the text.
const PLACE: Style = AnsiColor::Cyan.on_default();
/// The names of the texts.
const NAME: Style = Style::new().bold();

/// A carriage return at the end of a line, where some lines have one and others have none.
const RETURN: &str = "␍";

/// Prints what changes between two texts of a name, with three lines around each change; nothing if they are the same. Where
/// the texts end their lines in other ways, that is shown.
pub(super) fn print(to: &mut dyn Write, name: &str, old: &str, new: &str) -> io::Result<()> {
    let diff = TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    let hunks: Vec<_> = unified.context_radius(3).iter_hunks().collect();
    if hunks.is_empty() {
        return Ok(());
    }
    let mark = if line_ends(old) == line_ends(new) { "" } else { RETURN };
    writeln!(to, "{NAME}--- {name}{NAME:#}")?;
    writeln!(to, "{NAME}+++ {name}{NAME:#}")?;
    for hunk in hunks {
        writeln!(to, "{PLACE}{}{PLACE:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let end = if change.value().ends_with("\r\n") { mark } else { "" };
            match change.tag() {
                ChangeTag::Equal => writeln!(to, " {line}")?,
                ChangeTag::Delete => writeln!(to, "{OLD}-{line}{end}{OLD:#}")?,
                ChangeTag::Insert => writeln!(to, "{NEW}+{line}{end}{NEW:#}")?,
            }
            if change.missing_newline() {
                writeln!(to, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

/// Whether lines end with a carriage return, and whether they end without one.
fn line_ends(text: &str) -> (bool, bool) {
    let mut ends = (false, false);
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        match line.ends_with("\r\n") {
            true => ends.0 = true,
            false => ends.1 = true,
        }
    }
    ends
}
