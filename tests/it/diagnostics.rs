//! Broken policies and charters: each file of `tests/cases/diagnostics` says in comments which mistake is expected on which line, and
//! exactly these are reported. What is printed for people is a snapshot beside the source.
//!
//! A comment at the end of the line: `# error: E0204` (or `# warning: W0302`); several codes are separated by commas. Where a
//! comment cannot stand there: `# error-next: E0105` on the line before, `# error-above: E0103` on the line after, and
//! `# error-file: E0100` for a mistake that is on no line.

use glassbox::audit::read_charters;
use glassbox::diagnostic::{Code, Diagnostic, render};
use glassbox::project::{self, TextFile};
use glassbox::source::Sources;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A mistake in a file on a line, 0 for none: what is expected and what is found, comparable.
pub(crate) type Mistake = (String, usize, String, String);

/// Named from the project's folder, where tests run, so that no message holds a path of this machine.
const FOLDER: &str = "tests/cases/diagnostics";

/// The broken policies, in order. Those in folders below are parts that others use.
fn cases() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "score" || extension == "charter")
        })
        .collect();
    files.sort();
    files
}

/// What the comments of a file expect, in order.
pub(crate) fn expected(path: &str) -> Vec<Mistake> {
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let mut mistakes = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        for severity in ["error", "warning"] {
            for (suffix, line) in [("", line), ("-next", line + 1), ("-above", line - 1), ("-file", 0)] {
                if let Some((_, codes)) = text.split_once(&format!("# {severity}{suffix}: ")) {
                    let mistake =
                        |code: &str| (path.to_owned(), line, severity.to_owned(), code.trim().to_owned());
                    mistakes.extend(codes.split(',').map(mistake));
                }
            }
        }
    }
    mistakes.sort();
    mistakes
}

/// What the program finds, in order, and the texts it speaks of.
fn found(path: &Path) -> (Sources, Vec<Diagnostic>) {
    if project::is_charter(path) {
        let read = TextFile::read(path).unwrap();
        let (_, diagnostics) = read_charters(read.file, read.text());
        return (read.sources, diagnostics);
    }
    match project::open(path) {
        Ok(mut project) => {
            let diagnostics = project.check().diagnostics;
            (project.unit.sources, diagnostics)
        }
        Err(broken) => (broken.sources, broken.diagnostics),
    }
}

/// A diagnostic as a mistake. That a file cannot be read as text is on no line.
pub(crate) fn mistake(diagnostic: &Diagnostic, path: &Path, sources: &Sources) -> Mistake {
    let place = diagnostic.place.and_then(|place| sources.position(place));
    let line = place.filter(|_| diagnostic.code != Code::E0100).map_or(0, |position| position.line);
    let file = place.map_or_else(|| path.to_string_lossy().into_owned(), |position| position.path.to_owned());
    (file, line, diagnostic.severity.to_string(), diagnostic.code.to_string())
}

#[test]
fn each_broken_policy_gives_its_mistakes_and_no_others() {
    let mut differ = String::new();
    for path in cases() {
        let (sources, diagnostics) = found(&path);
        let used =
            sources.iter().map(|(_, source)| source.path.clone()).filter(|used| Path::new(used) != path);
        let mut expected: Vec<Mistake> = expected(&path.to_string_lossy());
        expected.extend(used.flat_map(|path| super::diagnostics::expected(&path)));
        assert!(!expected.is_empty(), "{} expects nothing", path.display());
        expected.sort();
        let mut seen: Vec<Mistake> = diagnostics.iter().map(|one| mistake(one, &path, &sources)).collect();
        seen.sort();
        if seen != expected {
            let name = path.file_name().unwrap().to_string_lossy();
            differ += &format!(
                "\n== {name}\nexpected {expected:?}\nfound    {seen:?}\n{}",
                render::human(&diagnostics, &sources, false)
            );
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

#[test]
fn what_is_said_of_broken_policies() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../cases/diagnostics/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for path in cases() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let source = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).replace('\0', "␀");
        let (sources, diagnostics) = found(&path);
        let said = render::human(&diagnostics, &sources, false);
        insta::assert_snapshot!(name, format!("{source}\n{}\n{said}", "-".repeat(72)));
    }
}

#[test]
fn every_code_of_a_policy_is_provoked() {
    let provoked: BTreeSet<String> = cases()
        .iter()
        .flat_map(|path| {
            let parts = found(path).0.iter().map(|(_, source)| source.path.clone()).collect::<Vec<_>>();
            parts.into_iter().chain([path.to_string_lossy().into_owned()])
        })
        .flat_map(|path| expected(&path))
        .map(|(.., code)| code)
        .collect();
    let known: BTreeSet<&str> = Code::all().iter().map(|code| code.name()).collect();
    let unknown: Vec<_> = provoked.iter().filter(|code| !known.contains(code.as_str())).collect();
    assert!(unknown.is_empty(), "not in the register: {unknown:?}");
    // Mistakes of the manifest, the command line and data files: tests/it/cli.rs provokes them.
    // Lints, and what the manifest says of them: tests/it/lint.rs. What charters are to policies: tests/it/charters.rs.
    let elsewhere =
        ["E0405", "E0406", "E0407", "E0408", "E0409", "E0603", "E0604", "W0401", "W0601", "W0602"];
    let missing: Vec<_> = known
        .into_iter()
        .filter(|code| !provoked.contains(*code) && !elsewhere.contains(code) && !code.starts_with("W05"))
        .collect();
    assert!(missing.is_empty(), "no file in tests/cases/diagnostics provokes {missing:?}");
}
