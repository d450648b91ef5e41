//! Diagnostics as text: for people, for editors that read a line each, and as JSON.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet, normalize_untrusted_str,
};
use serde_json::{Value, json};

use super::{Diagnostic, Fix, Severity};
use crate::source::{FileId, Place, Source, Sources};

/// The report for people: message, lines of source with what is wrong underlined, help and fix. Colours (ANSI
/// escapes) only when asked for; the text is the same without them.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    diagnostics.iter().map(|diagnostic| renderer.render(&groups(diagnostic, sources)) + "\n\n").collect()
}

/// One line each: `FILE:LINE:COLUMN: error[CODE]: MESSAGE`; without the position when there is no place.
#[must_use]
pub fn short(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let line = |diagnostic: &Diagnostic| {
        let position = diagnostic.place.and_then(|place| sources.position(place));
        let position =
            position.map_or(String::new(), |at| format!("{}:{}:{}: ", at.path, at.line, at.column));
        let Diagnostic { severity, code, message, .. } = diagnostic;
        format!("{}{severity}[{code}]: {}\n", clean(&position), clean(message))
    };
    diagnostics.iter().map(line).collect()
}

/// One JSON object a line: `code`, `severity`, `message`, `file`, `line`, `column`, `help` (a text of one line
/// each, or null), `labels` (the one under the primary place first) and, when there is one, `fix`. Without a place,
/// `file`, `line` and `column` are null.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| format!("{}\n", object(diagnostic, sources))).collect()
}

fn object(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let position = diagnostic.place.and_then(|place| sources.position(place));
    let primary =
        diagnostic.place.filter(|_| !diagnostic.label.is_empty()).map(|place| (place, &diagnostic.label));
    let others = diagnostic.labels.iter().map(|label| (label.place, &label.text));
    let labels = primary.into_iter().chain(others).filter_map(|(place, text)| {
        let at = sources.position(place)?;
        Some(json!({ "file": at.path, "line": at.line, "column": at.column, "message": text }))
    });
    let mut object = json!({
        "code": diagnostic.code.name(),
        "severity": diagnostic.severity.to_string(),
        "message": diagnostic.message,
        "file": position.map(|at| at.path),
        "line": position.map(|at| at.line),
        "column": position.map(|at| at.column),
        "help": (!diagnostic.help.is_empty()).then(|| diagnostic.help.join("\n")),
        "labels": labels.collect::<Vec<_>>(),
    });
    if let (Some(fix), Some(fields)) = (&diagnostic.fix, object.as_object_mut())
        && let Some(edit) = edit(fix, sources)
    {
        fields.insert("fix".to_owned(), edit);
    }
    object
}

/// A fix for programs: what it does, and the text from one line and column up to (not including) another.
fn edit(fix: &Fix, sources: &Sources) -> Option<Value> {
    let source = sources.get(fix.place.file)?;
    let (line, column) = source.line_column(fix.place.span.start);
    let (end_line, end_column) = source.line_column(fix.place.span.end.max(fix.place.span.start));
    Some(json!({
        "title": fix.title,
        "file": source.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "replacement": fix.replacement,
    }))
}

/// One diagnostic in the shape that annotate-snippets draws: the mistake, then each help, then the fix.
fn groups<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(clean(&diagnostic.message)).id(diagnostic.code.name());
    let main = Group::with_title(title).elements(snippets(diagnostic, sources));
    let help = diagnostic.help.iter().map(|help| Group::with_title(Level::HELP.secondary_title(clean(help))));
    let fix = diagnostic.fix.as_ref().and_then(|fix| suggestion(fix, sources));
    std::iter::once(main).chain(help).chain(fix).collect()
}

/// A snippet for each file that is spoken of, that of the primary place first.
fn snippets<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Snippet<'a, Annotation<'a>>> {
    let primary = diagnostic.place.map(|place| (AnnotationKind::Primary, place, diagnostic.label.as_str()));
    let others =
        diagnostic.labels.iter().map(|label| (AnnotationKind::Context, label.place, label.text.as_str()));
    let marks: Vec<_> = primary.into_iter().chain(others).collect();

    let mut files: Vec<FileId> = Vec::new();
    for (_, place, _) in &marks {
        if !files.contains(&place.file) {
            files.push(place.file);
        }
    }
    let snippet = |file: FileId| {
        let source = sources.get(file)?;
        let marks: Vec<_> = marks
            .iter()
            .filter(|(_, place, _)| place.file == file)
            .map(|(kind, place, text)| (*kind, source.shown(place.span), *text))
            .collect();
        let start = marks.iter().map(|(_, range, _)| range.start).min()?;
        let end = marks.iter().map(|(_, range, _)| range.end).max()?;
        let part = Part::around(source, start..end);
        let annotations = marks.into_iter().map(|(kind, range, text)| {
            kind.span(part.range(&range)).label((!text.is_empty()).then(|| clean(text)))
        });
        Some(
            Snippet::source(part.text)
                .line_start(part.line)
                .path(clean(&source.path))
                .annotations(annotations.collect::<Vec<_>>()),
        )
    };
    files.into_iter().filter_map(snippet).collect()
}

/// A fix drawn as the lines before and after it.
fn suggestion<'a>(fix: &'a Fix, sources: &'a Sources) -> Option<Group<'a>> {
    let Fix { place: Place { file, span }, replacement, title } = fix;
    let source = sources.get(*file)?;
    let range = source.whole(*span);
    let part = Part::around(source, range.clone());
    let snippet = Snippet::source(part.text)
        .line_start(part.line)
        .path(clean(&source.path))
        .patch(Patch::new(part.range(&range), replacement.as_str()));
    Some(Group::with_title(Level::HELP.secondary_title(clean(title))).element(snippet))
}

/// Whole lines of a source: what there is to draw, so that drawing one mistake does not walk a long file.
struct Part<'a> {
    text: &'a str,
    line: usize,
    offset: usize,
}

impl<'a> Part<'a> {
    fn around(source: &'a Source, range: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (line, _) = source.line_column(offset(range.start));
        let (last, _) = source.line_column(offset(range.end));
        let start = source.line_start(line).unwrap_or(0);
        let end = source.line_start(last + 1).unwrap_or(source.text.len());
        Self { text: source.text.get(start..end).unwrap_or_default(), line, offset: start }
    }

    fn range(&self, range: &Range<usize>) -> Range<usize> {
        range.start.saturating_sub(self.offset)..range.end.saturating_sub(self.offset)
    }
}

/// A text in which control characters are made visible, so that no data can steer a terminal.
fn clean(text: &str) -> String {
    normalize_untrusted_str(text)
}
