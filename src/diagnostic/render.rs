//! Diagnostics as text: for people, for editors that read a line each, and as JSON.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

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
    let report = |diagnostic: &Diagnostic| {
        let groups = groups(diagnostic, sources);
        if diagnostic.place.is_some() {
            return renderer.render(&groups) + "\n\n";
        }
        // Drawn as one, a report without source would have an empty margin between message and help.
        let parts: Vec<_> = groups.iter().map(|group| renderer.render(std::slice::from_ref(group))).collect();
        parts.join("\n") + "\n\n"
    };
    diagnostics.iter().map(report).collect()
}

/// One line each: `FILE:LINE:COLUMN: error[CODE]: MESSAGE`; without the position when there is no place.
#[must_use]
pub fn short(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let line = |diagnostic: &Diagnostic| {
        let position = diagnostic.place.and_then(|place| sources.position(place));
        let position =
            position.map_or(String::new(), |at| format!("{}:{}:{}: ", at.path, at.line, at.column));
        let Diagnostic { severity, code, message, .. } = diagnostic;
        format!("{}{severity}[{code}]: {}\n", clean(&position), clean(message).replace('\n', " "))
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
            Snippet::source(part.text.clone())
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
    let snippet = Snippet::source(part.text.clone())
        .line_start(part.line)
        .path(clean(&source.path))
        .patch(Patch::new(part.range(&range), clean(replacement)));
    Some(Group::with_title(Level::HELP.secondary_title(clean(title))).element(snippet))
}

/// Whole lines of a source: what there is to draw, so that drawing one mistake does not walk a long file.
struct Part<'a> {
    text: Cow<'a, str>,
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
        let text = without_c1(source.text.get(start..end).unwrap_or_default());
        Self { text, line, offset: start }
    }

    fn range(&self, range: &Range<usize>) -> Range<usize> {
        range.start.saturating_sub(self.offset)..range.end.saturating_sub(self.offset)
    }
}

/// A text in which control characters are made visible, so that no data can steer a terminal.
fn clean(text: &str) -> String {
    normalize_untrusted_str(&without_c1(text))
}

/// A text of the same length with `¿` for each C1 control character. Some terminals obey them (U+009B starts an
/// escape), and annotate-snippets, which makes the other control characters visible, lets these through.
fn without_c1(text: &str) -> Cow<'_, str> {
    const C1: RangeInclusive<char> = '\u{80}'..='\u{9f}';
    if text.contains(|c| C1.contains(&c)) {
        Cow::Owned(text.replace(|c| C1.contains(&c), "¿"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Span;

    const CARD: &str = "\
characteristic card_use \"Card use\" {
  reason  R02
  | utilisation       | points | reason |
  | under 10%         |    +80 |        |
}
let x = 1,000
";

    /// Two files: a tidy one, and one with tabs, CRLF line ends and letters of several bytes and columns.
    fn sources() -> Sources {
        let mut sources = Sources::new();
        sources.add("payments.score", CARD);
        sources.add("shared.score", "let utilisation = balance / limit\r\n\tlet 名前 = ü - 3\r\n");
        sources
    }

    /// The place of the first `text` in a file.
    fn place(sources: &Sources, file: u32, text: &str) -> Place {
        let file = FileId::new(file);
        let start = sources.get(file).unwrap().text.find(text).unwrap() as u32;
        Place::new(file, Span::new(start, start + text.len() as u32))
    }

    fn plain(diagnostic: Diagnostic) -> String {
        human(&[diagnostic], &sources(), false)
    }

    #[test]
    fn people_see_the_line_the_label_and_the_help() {
        let at = place(&sources(), 0, "utilisation");
        let diagnostic = Diagnostic::error(
            Code::E0204,
            at,
            "`utilisation` may be missing, and this table has no row for it",
        )
        .label("missing when `limit` is missing or 0")
        .help("add a row: `| missing | 0 | R90 |`");
        assert_snapshot!(plain(diagnostic), @r#"
        error[E0204]: `utilisation` may be missing, and this table has no row for it
         --> payments.score:3:5
          |
        3 |   | utilisation       | points | reason |
          |     ^^^^^^^^^^^ missing when `limit` is missing or 0
          |
        help: add a row: `| missing | 0 | R90 |`
        "#);
    }

    #[test]
    fn labels_may_be_in_other_lines_and_files() {
        let sources = sources();
        let diagnostic =
            Diagnostic::warning(Code::W0302, place(&sources, 0, "utilisation"), "two places and a file")
                .label("here")
                .also(place(&sources, 0, "R02"), "above")
                .also(place(&sources, 1, "limit"), "elsewhere");
        assert_snapshot!(plain(diagnostic), @r#"
        warning[W0302]: two places and a file
         --> payments.score:3:5
          |
        2 |   reason  R02
          |           --- above
        3 |   | utilisation       | points | reason |
          |     ^^^^^^^^^^^ here
          |
         ::: shared.score:1:29
          |
        1 | let utilisation = balance / limit
          |                             ----- elsewhere
        "#);
    }

    #[test]
    fn a_fix_shows_the_line_before_and_after() {
        let at = place(&sources(), 0, "1,000");
        let diagnostic =
            Diagnostic::error(Code::E0106, at, "a number has no comma").fix(at, "1_000", "write `1_000`");
        assert_snapshot!(plain(diagnostic), @r#"
        error[E0106]: a number has no comma
         --> payments.score:6:9
          |
        6 | let x = 1,000
          |         ^^^^^
          |
        help: write `1_000`
          |
        6 - let x = 1,000
        6 + let x = 1_000
          |
        "#);
    }

    #[test]
    fn tabs_line_ends_and_wide_letters_keep_the_underline_in_place() {
        let at = place(&sources(), 1, "ü");
        let diagnostic =
            Diagnostic::error(Code::E0108, at, "a letter").label("this one").fix(at, "u", "write `u`");
        assert_snapshot!(plain(diagnostic), @r#"
        error[E0108]: a letter
         --> shared.score:2:11
          |
        2 |     let 名前 = ü - 3
          |                ^ this one
          |
        help: write `u`
          |
        2 -     let 名前 = ü - 3
        2 +     let 名前 = u - 3
          |
        "#);
    }

    #[test]
    fn what_is_past_the_end_points_to_the_end_of_the_last_line() {
        let at = Place::new(FileId::new(0), Span::new(9_000, 9_001));
        let diagnostic =
            Diagnostic::error(Code::E0103, at, "a block is not closed").fix(at, "}\n", "close it");
        assert_snapshot!(plain(diagnostic), @r#"
        error[E0103]: a block is not closed
         --> payments.score:6:14
          |
        6 | let x = 1,000
          |              ^
          |
        help: close it
          |
        7 + }
          |
        "#);
    }

    #[test]
    fn a_block_is_drawn_from_its_first_to_its_last_line() {
        let at = place(&sources(), 0, "  reason  R02\n  | utilisation       | points | reason |\n");
        assert_snapshot!(plain(Diagnostic::error(Code::E0220, at, "not here")), @r#"
        error[E0220]: not here
         --> payments.score:2:1
          |
        2 | /   reason  R02
        3 | |   | utilisation       | points | reason |
          | |_________________________________________^
        "#);
    }

    #[test]
    fn without_a_place_there_is_message_and_help() {
        let diagnostic =
            Diagnostic::general(Code::E0407, "no data for `person`").help("name a file").help("or two");
        assert_snapshot!(plain(diagnostic), @r#"
        error[E0407]: no data for `person`
        help: name a file
        help: or two
        "#);
    }

    #[test]
    fn colours_only_when_asked_for() {
        let diagnostics =
            [Diagnostic::error(Code::E0106, place(&sources(), 0, "1,000"), "a number has no comma")];
        let coloured = human(&diagnostics, &sources(), true);
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            human(&diagnostics, &sources(), false)
        );
    }

    #[test]
    fn control_characters_of_users_never_reach_a_terminal() {
        let mut sources = Sources::new();
        let file = sources.add("a\u{1b}[2J.score", "let \u{1b}[31m \u{9b}31m \u{202e} = 1\n");
        let at = Place::new(file, Span::new(0, 3));
        let hostile = "\u{1b}[31m \u{9b}31m \u{7f} \u{202e}";
        let diagnostic = Diagnostic::error(Code::E0101, at, hostile)
            .label(hostile)
            .help(hostile)
            .fix(at, hostile, hostile);
        let text =
            human(std::slice::from_ref(&diagnostic), &sources, false) + &short(&[diagnostic], &sources);
        let unsafe_characters: Vec<char> =
            text.chars().filter(|&c| (c.is_control() && c != '\n') || c == '\u{202e}').collect();
        assert_eq!(unsafe_characters, []);
    }

    #[test]
    fn short_is_one_line_each() {
        let diagnostics = [
            Diagnostic::error(Code::E0106, place(&sources(), 0, "1,000"), "a number has no comma"),
            Diagnostic::warning(Code::W0302, place(&sources(), 1, "= ü"), "nothing uses `名前`"),
            Diagnostic::general(Code::E0407, "no data for `person`"),
        ];
        assert_snapshot!(short(&diagnostics, &sources()), @r#"
        payments.score:6:9: error[E0106]: a number has no comma
        shared.score:2:9: warning[W0302]: nothing uses `名前`
        error[E0407]: no data for `person`
        "#);
    }

    #[test]
    fn json_is_one_object_a_line() {
        let sources = sources();
        let at = place(&sources, 0, "1,000");
        let diagnostics = [
            Diagnostic::error(Code::E0106, at, "a number has no comma")
                .label("here")
                .also(place(&sources, 1, "ü"), "there")
                .help("first")
                .help("second")
                .fix(at, "1_000", "write `1_000`"),
            Diagnostic::general(Code::W0302, "nothing uses `x`"),
        ];
        assert_snapshot!(json(&diagnostics, &sources), @r#"
        {"code":"E0106","severity":"error","message":"a number has no comma","file":"payments.score","line":6,"column":9,"help":"first\nsecond","labels":[{"file":"payments.score","line":6,"column":9,"message":"here"},{"file":"shared.score","line":2,"column":11,"message":"there"}],"fix":{"title":"write `1_000`","file":"payments.score","line":6,"column":9,"end_line":6,"end_column":14,"replacement":"1_000"}}
        {"code":"W0302","severity":"warning","message":"nothing uses `x`","file":null,"line":null,"column":null,"help":null,"labels":[]}
        "#);
    }

    fn any_place() -> impl Strategy<Value = Place> {
        (0_u32..3, 0_u32..40, 0_u32..40)
            .prop_map(|(file, start, end)| Place::new(FileId::new(file), Span::new(start, end)))
    }

    proptest! {
        /// Any offsets, upside down, inside a letter, past the end or in no file, can be drawn.
        #[test]
        fn any_span_of_any_text_is_drawn(
            first in "[a |\\t\\r\\nü名\u{301}\u{9b}😀]{0,24}",
            second in "[a{}\\n\\r]{0,24}",
            places in prop::collection::vec(any_place(), 1..5),
            replacement in "[ab\\nü]{0,5}",
        ) {
            let mut sources = Sources::new();
            sources.add("first", first);
            sources.add("second", second);
            let mut diagnostic = Diagnostic::error(Code::E0101, places[0], "message").label("label");
            for &place in &places[1..] {
                diagnostic = diagnostic.also(place, "other");
            }
            diagnostic = diagnostic.fix(places[0], replacement, "fix");
            let diagnostics = [diagnostic];
            let drawn = human(&diagnostics, &sources, false);
            prop_assert!(drawn.starts_with("error[E0101]: message\n"));
            if let Some(at) = sources.position(places[0]) {
                let header = format!("--> {}:{}:{}\n", at.path, at.line, at.column);
                prop_assert!(drawn.contains(&header), "{header} in\n{drawn}");
            }
            prop_assert_eq!(short(&diagnostics, &sources).lines().count(), 1);
            prop_assert_eq!(json(&diagnostics, &sources).lines().count(), 1);
        }
    }
}
