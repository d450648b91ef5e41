//! The parser on the language files of `tests/cases` and `rules`: the syntax mistakes that they mark (`# error: E0101`
//! on the line, `# error-next:` and `# error-above:` beside it, `# error-file:` for the whole), all and no other.

use std::path::{Path, PathBuf};

use glassbox::diagnostic::render;
use glassbox::source::{FileId, Source, Sources};
use glassbox::syntax;

/// Every `.score` file below a folder, in order.
fn score_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(score_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "score") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The marked syntax mistakes of a text, by line (0 for the file).
fn marked(text: &str) -> Vec<(usize, String)> {
    let mut marked = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let marks = [("", number), ("-next", number + 1), ("-above", number - 1), ("-file", 0)];
        for (mark, number) in marks {
            let codes =
                line.split_once(&format!("# error{mark}: ")).map(|(_, codes)| codes).unwrap_or_default();
            let codes = codes.split_whitespace().filter(|code| code.starts_with("E01"));
            marked.extend(codes.map(|code| (number, code.to_owned())));
        }
    }
    marked.sort();
    marked
}

/// The syntax mistakes that the parser finds, by line (0 for the file).
fn found(text: &str) -> Vec<(usize, String)> {
    let (_, diagnostics) = syntax::parse(FileId::new(0), text);
    let source = Source::new("test", text);
    let mut found: Vec<(usize, String)> = diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.place.expect("a syntax mistake has a place");
            let line = source.line_column(place.span.start).0;
            let line = if diagnostic.code.name() == "E0100" { 0 } else { line };
            (line, diagnostic.code.name().to_owned())
        })
        .filter(|(_, code)| code.starts_with("E01"))
        .collect();
    found.sort();
    found
}

#[test]
fn every_marked_mistake_is_found_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = score_files(&root.join("tests/cases"));
    files.extend(score_files(&root.join("rules")));
    assert!(files.len() > 50, "only {} files", files.len());
    let mut wrong = Vec::new();
    for path in files {
        // What is no UTF-8 is refused before it reaches the parser.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (marked, found) = (marked(&text), found(&text));
        if marked != found {
            let path = path.strip_prefix(root).unwrap().display();
            wrong.push(format!("{path}: marked {marked:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What an author is shown for the slips that people make, reviewed as a whole.
#[test]
fn messages_are_as_reviewed() {
    for name in ["slips", "braces"] {
        let path = format!("fuzz/corpus/parse/{name}.score");
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        let mut sources = Sources::new();
        let file = sources.add(path, text.as_str());
        let (_, diagnostics) = syntax::parse(file, &text);
        insta::assert_snapshot!(format!("syntax_{name}"), render::human(&diagnostics, &sources, false));
    }
}
