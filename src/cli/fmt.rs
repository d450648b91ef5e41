//! `glassbox fmt`: policies in their canonical layout.

use super::report::{self, ERROR, GOOD, HELP, WARNING, plural};
use super::{Exit, Stop, UNUSABLE, unified};
use crate::diagnostic::Diagnostic;
use crate::format::{Refusal, format, format_charter};
use crate::project::{AtomicFile, Broken, TextFile, is_charter, rule_files};
use crate::source::Sources;
use clap::Args;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  glassbox fmt                                       all policies and charters below this folder
  glassbox fmt loan.score                            one file
  glassbox fmt --check rules                         change nothing; exit code 1 if anything would
  glassbox fmt --diff loan.score                     change nothing; show what would change
  glassbox fmt - < loan.score                        from stdin to stdout, for editors

Lines stay lines: none is joined, split or moved, and comments stay where they are. What changes is
indentation, columns, and spelling: `>=` becomes `at least`. A file that has mistakes of syntax is
left as it is.";

/// Lay policies and charters out in the one canonical way
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Fmt {
    /// Files of policies and charters, folders with such, or `-` for a policy on stdin [default: this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Write nothing; say which files would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,

    /// Write nothing; print what would change, and exit with 1 if anything would
    #[arg(long)]
    diff: bool,
}

/// How many files there were.
#[derive(Default)]
struct Count {
    changed: usize,
    unchanged: usize,
    left: usize,
}

/// The name of the standard input.
const STDIN: &str = "-";

impl Fmt {
    /// Formats every path.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let mut count = Count::default();
        let mut seen = BTreeSet::new();
        let mut reads_stdin = false;
        for path in self.targets() {
            if path == Path::new(STDIN) {
                if !std::mem::replace(&mut reads_stdin, true) {
                    self.stdin(&mut count)?;
                }
                continue;
            }
            match rule_files(path) {
                Ok(files) => {
                    if files.is_empty() {
                        let path = path.display();
                        writeln!(
                            anstream::stderr(),
                            "{WARNING}warning{WARNING:#}: no policy and no charter in `{path}`"
                        )?;
                    }
                    for file in files {
                        if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
                            self.file(&file, &mut count)?;
                        }
                    }
                }
                Err(broken) => count.leave(&broken.diagnostics, &broken.sources)?,
            }
        }
        if !reads_stdin || self.check || count.left > 0 {
            self.summary(&count)?;
        }
        if count.left > 0 {
            return Err(Stop::Said(UNUSABLE));
        }
        let differs = count.changed > 0 && (self.check || self.diff);
        Ok(if differs { Exit::Wrong } else { Exit::Fine })
    }

    fn targets(&self) -> Vec<&Path> {
        match self.paths.as_slice() {
            [] => vec![Path::new(".")],
            paths => paths.iter().map(PathBuf::as_path).collect(),
        }
    }

    /// The standard input, to stdout.
    fn stdin(&self, count: &mut Count) -> Result<(), Stop> {
        let Some((read, formatted)) =
            formatted(TextFile::take(STDIN, &mut io::stdin().lock()), false, count)?
        else {
            return Ok(());
        };
        count.add(formatted != read.text());
        if self.diff {
            unified::print(&mut anstream::stdout().lock(), STDIN, read.text(), &formatted)?;
        } else if !self.check {
            io::stdout().lock().write_all(formatted.as_bytes())?;
        }
        Ok(())
    }

    fn file(&self, path: &Path, count: &mut Count) -> Result<(), Stop> {
        let Some((read, formatted)) = formatted(TextFile::read(path), is_charter(path), count)? else {
            return Ok(());
        };
        if formatted == read.text() {
            count.add(false);
            return Ok(());
        }
        let shown = path.display();
        if self.diff {
            unified::print(&mut anstream::stdout().lock(), &shown.to_string(), read.text(), &formatted)?;
        }
        if self.check {
            writeln!(anstream::stderr(), "would change `{shown}`")?;
        } else if !self.diff
            && let Err(error) = AtomicFile::replace(path, read.text().as_bytes(), formatted.as_bytes())
        {
            count.left += 1;
            writeln!(anstream::stderr(), "{ERROR}error{ERROR:#}: cannot write `{shown}`: {error}")?;
            return Ok(());
        }
        count.add(true);
        Ok(())
    }

    fn summary(&self, count: &Count) -> io::Result<()> {
        let mut stderr = anstream::stderr();
        let Count { changed, unchanged, left } = *count;
        let would = if self.check || self.diff { "would be changed" } else { "changed" };
        let mut parts = Vec::new();
        if changed > 0 {
            parts.push(format!("{} {would}", plural(changed, "file")));
        }
        if unchanged > 0 || changed + left == 0 {
            parts.push(format!("{} unchanged", plural(unchanged, "file")));
        }
        if left > 0 {
            parts.push(format!("{} could not be formatted", plural(left, "file")));
        }
        let style = match () {
            () if left > 0 => ERROR,
            () if changed > 0 && (self.check || self.diff) => WARNING,
            () => GOOD,
        };
        writeln!(stderr, "{style}{}{style:#}", parts.join(", "))
    }
}

impl Count {
    fn add(&mut self, differs: bool) {
        match differs {
            true => self.changed += 1,
            false => self.unchanged += 1,
        }
    }

    /// A file is left as it is, and why.
    fn leave(&mut self, why: &[Diagnostic], sources: &Sources) -> io::Result<()> {
        self.left += 1;
        report::human(&mut anstream::stderr(), why, sources)
    }
}

/// A text and its canonical layout; `None` where it is left as it is, which is said.
fn formatted(
    read: Result<TextFile, Broken>,
    charter: bool,
    count: &mut Count,
) -> io::Result<Option<(TextFile, String)>> {
    let read = match read {
        Ok(read) => read,
        Err(broken) => {
            count.leave(&broken.diagnostics, &broken.sources)?;
            return Ok(None);
        }
    };
    let format = if charter { format_charter } else { format };
    match format(read.file, read.text()) {
        Ok(formatted) => Ok(Some((read, formatted))),
        Err(Refusal::Wrong(diagnostics)) => {
            count.leave(&diagnostics, &read.sources)?;
            Ok(None)
        }
        Err(Refusal::Changed) => {
            count.left += 1;
            let name = read.sources.get(read.file).map(|source| source.path.as_str()).unwrap_or_default();
            let mut stderr = anstream::stderr();
            writeln!(stderr, "glassbox has a bug: in its canonical layout `{name}` would not say the same")?;
            writeln!(stderr, "{HELP}nothing was written{HELP:#}; please report it with the file")?;
            Ok(None)
        }
    }
}
