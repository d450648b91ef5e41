//! Findings on their way to programs: diagnostics with their places as lines and columns, free of the texts they speak of,
//! and a writer for each format.

mod github;
mod json;
mod junit;
mod sarif;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{Place, Sources};
use serde::Serialize;

pub(super) use github::github;
pub(super) use json::json;
pub(super) use junit::junit;
pub(super) use sarif::sarif;

/// What a check found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The policies that were checked, by their files.
    pub(super) policies: Vec<String>,
    /// The files that were read, in order, each once.
    pub(super) files: Vec<String>,
    /// Everything found, in the order of the policies.
    pub(super) all: Vec<Finding>,
    /// How many records of each policy's data were looked at, for those that have some.
    pub(super) records: Vec<(String, usize)>,
    /// Whether warnings fail the check.
    pub(super) deny_warnings: bool,
}

/// A diagnostic with its places resolved.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) code: Code,
    pub(super) severity: Severity,
    pub(super) message: String,
    /// Where; absent where it is about no text.
    pub(super) region: Option<Region>,
    /// What is said under the place; may be empty.
    pub(super) label: String,
    pub(super) labels: Vec<(Region, String)>,
    pub(super) help: Vec<String>,
    pub(super) fix: Option<Fix>,
    pub(super) about: Option<String>,
    /// The policy (by its file) that was being checked.
    pub(super) policy: String,
}

/// Part of a file: lines and columns from 1, columns in characters, the end left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Region {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

/// An edit.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Fix {
    pub(super) title: String,
    #[serde(flatten)]
    pub(super) region: Region,
    pub(super) replacement: String,
}

impl Finding {
    /// Resolves a diagnostic of a policy.
    pub(super) fn new(diagnostic: &Diagnostic, sources: &Sources, policy: &str) -> Self {
        let shown = |place: Place| {
            let source = sources.get(place.file)?;
            region(sources, place, source.shown(place.span))
        };
        let fix = diagnostic.fix.as_ref().and_then(|fix| {
            let whole = sources.get(fix.place.file)?.whole(fix.place.span);
            let region = region(sources, fix.place, whole)?;
            Some(Fix { title: fix.title.clone(), region, replacement: fix.replacement.clone() })
        });
        let labels = diagnostic.labels.iter();
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            region: diagnostic.place.and_then(shown),
            label: diagnostic.label.clone(),
            labels: labels.filter_map(|label| Some((shown(label.place)?, label.text.clone()))).collect(),
            help: diagnostic.help.clone(),
            fix,
            about: diagnostic.about.clone(),
            policy: plain(policy).to_owned(),
        }
    }

    /// What is said under the place, and the help, a line each.
    fn details(&self) -> impl Iterator<Item = String> {
        let label = Some(self.label.clone()).filter(|label| !label.is_empty());
        let help = self.help.iter().map(|help| format!("help: {help}"));
        let fix = self.fix.iter().map(|fix| format!("help: {}", fix.title));
        label.into_iter().chain(help).chain(fix)
    }
}

fn region(sources: &Sources, place: Place, bytes: std::ops::Range<usize>) -> Option<Region> {
    let source = sources.get(place.file)?;
    let at = |byte: usize| source.line_column(u32::try_from(byte).unwrap_or(u32::MAX));
    let ((line, column), (end_line, end_column)) = (at(bytes.start), at(bytes.end));
    Some(Region { file: plain(&source.path).to_owned(), line, column, end_line, end_column })
}

/// A path as programs compare it: without `./` before it.
pub(super) fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

#[cfg(test)]
pub(super) fn sample() -> Findings {
    use crate::source::{FileId, Span};
    let mut sources = Sources::new();
    sources.add("rules/täst card.score", "let ü = 1,000\nlet b = ü\n");
    let at = |start, end| Place::new(FileId::new(0), Span::new(start, end));
    let error = Diagnostic::error(Code::E0106, at(9, 14), "a number has no comma, 100%: `1,000`")
        .label("here")
        .also(at(15, 18), "and\nhere")
        .fix(at(9, 14), "1_000", "write `1_000`");
    let warning =
        Diagnostic::warning(Code::W0302, at(19, 20), "nothing uses `b`").help("take it away").about("b");
    let general = Diagnostic::general(Code::E0403, "cannot read `x`");
    let all = [error, warning, general];
    Findings {
        policies: vec!["rules/täst card.score".to_owned()],
        files: vec!["rules/täst card.score".to_owned(), "rules/fine.score".to_owned()],
        all: all.iter().map(|one| Finding::new(one, &sources, "rules/täst card.score")).collect(),
        records: vec![("rules/täst card.score".to_owned(), 12)],
        deny_warnings: false,
    }
}
