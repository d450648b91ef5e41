//! The formatter: everything there is in the language, in every layout; what it does to diffs; and the command.

#[path = "differential/choices.rs"]
mod choices;
#[path = "fmt/edits.rs"]
mod edits;
#[path = "fmt/generated.rs"]
mod generated;
#[path = "fmt/untidy.rs"]
mod untidy;

use super::command::{glassbox, glassbox_in, stdout};
use super::page::{blocks, handbook, pages, root};
use choices::Choices;
use glassbox::format::{Refusal, format};
use glassbox::source::FileId;
use glassbox::syntax::{comments, parse};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Every `.score` file below a folder, in order.
fn score_files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|end| end == "score") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}

/// Every policy in packs and cases, and every block of the documentation, with a name.
fn texts() -> Vec<(String, String)> {
    let folders = ["rules", "benches/packs", "tests/cases", "fuzz/corpus"];
    let files = folders.into_iter().flat_map(score_files);
    let mut texts: Vec<(String, String)> = files
        .filter_map(|path| Some((path.display().to_string(), fs::read_to_string(&path).ok()?)))
        .collect();
    let pages = handbook().into_iter().chain(pages("docs/errors"));
    for block in pages.flat_map(|page| blocks(&page)).filter(|block| block.is_of_the_language()) {
        texts.push((block.place, block.text));
    }
    texts
}

fn formatted(text: &str) -> Option<String> {
    match format(FileId::new(0), text) {
        Ok(formatted) => Some(formatted),
        Err(Refusal::Wrong(diagnostics)) => {
            assert!(!diagnostics.is_empty());
            None
        }
        Err(Refusal::Changed) => panic!("another meaning:\n{text}"),
    }
}

fn words(text: &str) -> Vec<String> {
    comments(text).into_iter().map(|(_, words)| words).collect()
}

/// What holds of every text that can be formatted.
fn holds(name: &str, text: &str) -> Option<String> {
    let once = formatted(text)?;
    assert_eq!(formatted(&once).as_ref(), Some(&once), "{name}: another text the second time");
    let (before, _) = parse(FileId::new(0), text);
    let (after, diagnostics) = parse(FileId::new(0), &once);
    assert!(diagnostics.is_empty() && before == after, "{name}: not the same:\n{once}");
    assert_eq!(words(text), words(&once), "{name}: other comments");
    // Lines stay lines: the n-th is the n-th.
    let filled = |text: &str| text.lines().map(|line| !line.trim().is_empty()).collect::<Vec<_>>();
    let (old, new) = (filled(text), filled(&once));
    assert_eq!(old[..new.len()], new[..], "{name}: other lines");
    assert!(old[new.len()..].iter().all(|is_filled| !is_filled), "{name}: lines are gone");
    assert!(once.lines().all(|line| line.trim_end() == line), "{name}: blanks at the end of a line");
    assert!(once.is_empty() || once.ends_with('\n') && !once.ends_with("\n\n"), "{name}: its end");
    Some(once)
}

#[test]
fn packs_cases_and_documentation_stay_the_same_the_second_time() {
    let texts = texts();
    let formatted = texts.iter().filter(|(name, text)| holds(name, text).is_some()).count();
    assert!(texts.len() > 350 && formatted > 300, "{formatted} of {} texts", texts.len());
}

#[test]
fn the_packs_are_formatted() {
    for path in score_files("rules").into_iter().chain(score_files("benches/packs")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(formatted(&text).as_ref() == Some(&text), "run `glassbox fmt {}`", path.display());
    }
}

/// Whatever blanks stand in a text, its layout is the same; and comments, blank lines and new lines keep its meaning.
#[test]
fn the_layout_of_packs_and_cases_does_not_depend_on_how_they_were_written() {
    let mut numbers = (1_u64..).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u16);
    let mut untidied = 0;
    for (name, text) in texts() {
        let Some(once) = formatted(&text) else { continue };
        let mut choices = Choices::new(numbers.by_ref().take(4 * text.len()).collect());
        let (plain, wild) =
            (untidy::untidy(&mut choices, &text, false), untidy::untidy(&mut choices, &text, true));
        assert_eq!(formatted(&plain).as_ref(), Some(&once), "{name}:\n{plain}");
        untidied += usize::from(holds(&name, &wild).is_some());
    }
    assert!(untidied > 250, "{untidied} texts could be read in another layout");
}

#[test]
fn any_text_of_the_language_keeps_its_meaning() {
    let cases = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..Config::default()
    });
    let read = std::cell::Cell::new((0_u32, 0_u32));
    let choices = prop::collection::vec(any::<u16>(), 0..1500);
    let result = runner.run(&choices, |choices| {
        let mut choices = Choices::new(choices);
        let text = generated::text(&mut choices);
        let Some(once) = holds("generated", &text) else { return Ok(()) };
        let plain = untidy::untidy(&mut choices, &text, false);
        prop_assert_eq!(holds("untidy", &plain).as_ref(), Some(&once), "{}", plain);
        let wild = holds("wild", &untidy::untidy(&mut choices, &text, true)).is_some();
        let (all, wilds) = read.get();
        read.set((all + 1, wilds + u32::from(wild)));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (all, wild) = read.get();
    assert!(
        all > cases / 3 && wild > all / 3,
        "{all} of {cases} texts could be read, {wild} in a wild layout"
    );
}

/// One decision of an author changes few lines, and not the table around it.
#[test]
fn edits_touch_few_lines() {
    let mut edits: Vec<edits::Edit> = Vec::new();
    for path in score_files("rules").into_iter().chain(score_files("benches/packs")) {
        let found = edits::of(&fs::read_to_string(&path).unwrap());
        edits.extend(found);
    }
    let mut report = String::new();
    for kind in ["points", "cut-off", "band"] {
        let mut lines: Vec<usize> =
            edits.iter().filter(|edit| edit.kind == kind).map(|edit| edit.changed_lines()).collect();
        lines.sort();
        let few = lines.iter().filter(|lines| (1..=5).contains(*lines)).count();
        let most = lines.last().copied().unwrap_or(0);
        report += &format!("{kind}: {few} of {} touch 1 to 5 lines, the most is {most}\n", lines.len());
        assert!(lines.len() > 50 && few * 100 >= lines.len() * 95, "{report}");
    }
    let _ = write!(std::io::stderr(), "{report}");
}
