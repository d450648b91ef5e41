//! The formatter: everything there is in the language, in every layout; what it does to diffs; and the command.

#[path = "../../fuzz/checks/format.rs"]
mod check;
#[path = "fmt/edits.rs"]
mod edits;
#[path = "fmt/generated.rs"]
mod generated;
#[path = "fmt/untidy.rs"]
mod untidy;

use super::choices::{self, Choices};
use super::command::glassbox_in;
use super::page::{blocks, handbook, pages, root};
use glassbox::format::{Refusal, format};
use glassbox::source::FileId;
use glassbox::syntax::{comments, parse};
use insta_cmd::assert_cmd_snapshot;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
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
fn the_packs_are_formatted() {
    for path in score_files("rules").into_iter().chain(score_files("benches/packs")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(formatted(&text).as_ref() == Some(&text), "run `glassbox fmt {}`", path.display());
    }
}

/// The layout is the same the second time, and whatever blanks stood in the text before; comments, blank lines and new
/// lines that are put in keep its meaning.
#[test]
fn packs_cases_and_documentation_have_one_layout() {
    let mut numbers = (1_u64..).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u16);
    let (mut read, mut untidied) = (0, 0);
    let texts = texts();
    for (name, text) in &texts {
        let Some(once) = holds(name, text) else { continue };
        read += 1;
        // One or the other, by turns: to read all of them in every layout takes long.
        let mut choices = Choices::new(numbers.by_ref().take(4 * text.len()).collect());
        let other = untidy::untidy(&mut choices, text, read % 2 == 0);
        match read % 2 == 0 {
            true => untidied += usize::from(holds(name, &other).is_some()),
            false => assert_eq!(formatted(&other).as_ref(), Some(&once), "{name}:\n{other}"),
        }
    }
    assert!(texts.len() > 350 && read > 280, "{read} of {} texts", texts.len());
    assert!(untidied > 120, "{untidied} texts could be read in another layout");
}

#[test]
fn any_text_of_the_language_keeps_its_meaning() {
    let cases = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64);
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
        let (before, _) = parse(FileId::new(0), &text);
        let (after, diagnostics) = parse(FileId::new(0), &once);
        prop_assert!(diagnostics.is_empty() && before == after, "not the same:\n{text}\n{once}");
        let plain = untidy::untidy(&mut choices, &text, false);
        let tidied = holds("untidy", &plain);
        prop_assert_eq!(tidied.as_ref(), Some(&once), "{}", plain);
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

#[test]
fn the_corpus_of_format_holds() {
    let mut files: Vec<_> =
        fs::read_dir(root().join("fuzz/corpus/format")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = files.iter().filter(|file| check::check(&fs::read(file).unwrap())).count();
    assert!(read > 20, "{read} of {} could be read", files.len());
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

/// A folder with two policies, one laid out well, one not.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    fs::create_dir(folder.path().join(".hidden")).unwrap();
    fs::write(folder.path().join("good.score"), "tag a \"b\"\n").unwrap();
    fs::write(folder.path().join("inner/untidy.score"), UNTIDY).unwrap();
    fs::write(folder.path().join(".hidden/untidy.score"), UNTIDY).unwrap();
    fs::write(folder.path().join("notes.txt"), "tag  a \"b\"\n").unwrap();
    folder
}

const UNTIDY: &str = "rule late \"Late\" {\n when late >= 3   # often\n points -5\n   reason R01\n}\n";
const TIDY: &str =
    "rule late \"Late\" {\n  when    late at least 3  # often\n  points  -5\n  reason  R01\n}\n";

#[test]
fn files_are_formatted_in_their_place() {
    let folder = folder();
    let file = folder.path().join("inner/untidy.score");
    assert_cmd_snapshot!("fmt_check", glassbox_in(folder.path(), ["fmt", "--check"]));
    assert_cmd_snapshot!("fmt_diff", glassbox_in(folder.path(), ["fmt", "--diff", "inner"]));
    assert_eq!(fs::read_to_string(&file).unwrap(), UNTIDY);
    assert_cmd_snapshot!("fmt_folder", glassbox_in(folder.path(), ["fmt"]));
    assert_eq!(fs::read_to_string(&file).unwrap(), TIDY);
    assert_cmd_snapshot!(
        "fmt_again",
        glassbox_in(folder.path(), ["fmt", ".", "good.score", "inner/untidy.score"])
    );
    assert_cmd_snapshot!("fmt_check_fine", glassbox_in(folder.path(), ["fmt", "--check", "--diff"]));
    assert_eq!(fs::read_to_string(folder.path().join(".hidden/untidy.score")).unwrap(), UNTIDY);
    assert_eq!(fs::read_dir(folder.path().join("inner")).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_formatted_is_left_alone_and_the_others_are_not() {
    let folder = folder();
    let broken = "tag  a \"b\"\nrule x {\n  when\n";
    fs::write(folder.path().join("broken.score"), broken).unwrap();
    fs::write(folder.path().join("latin.score"), b"tag a \"\xe4\"\n").unwrap();
    assert_cmd_snapshot!("fmt_broken", glassbox_in(folder.path(), ["fmt", "."]));
    assert_eq!(fs::read_to_string(folder.path().join("broken.score")).unwrap(), broken);
    assert_eq!(fs::read_to_string(folder.path().join("inner/untidy.score")).unwrap(), TIDY);
    assert_cmd_snapshot!("fmt_no_such_path", glassbox_in(folder.path(), ["fmt", "god.score", "notes.txt"]));
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_cmd_snapshot!("fmt_nothing", glassbox_in(folder.path(), ["fmt", "empty"]));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder();
    let run = |arguments: &[&str], text: &str| {
        let mut command = glassbox_in(folder.path(), arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(run(&["fmt", "-"], UNTIDY), (Some(0), TIDY.to_owned(), String::new()));
    assert_eq!(run(&["fmt", "-"], TIDY), (Some(0), TIDY.to_owned(), String::new()));
    let (code, out, said) = run(&["fmt", "-", "--check"], UNTIDY);
    assert_eq!((code, out.as_str(), said.as_str()), (Some(1), "", "1 file would be changed\n"));
    let (code, out, said) = run(&["fmt", "-"], "rule x {\n");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(said.starts_with("error[E0103]: this block is not closed\n --> -:1:8\n"), "{said}");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder();
    let (file, link) = (folder.path().join("inner/untidy.score"), folder.path().join("link.score"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    assert!(glassbox_in(folder.path(), ["fmt", "link.score"]).status().unwrap().success());
    assert_eq!(fs::read_to_string(&file).unwrap(), TIDY);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn differences_are_coloured_for_those_who_ask() {
    let folder = folder();
    let print = |colour| {
        let output = glassbox_in(folder.path(), ["fmt", "--diff", "--color", colour]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(print("always").contains("\u{1b}[31m- when late >= 3"));
    assert!(!print("auto").contains('\u{1b}'));
}

/// A file that cannot be written stops nobody; one that may not be written is not.
#[test]
fn what_may_not_be_written_is_left_alone_and_the_others_are_not() {
    let folder = folder();
    let (first, last) = (folder.path().join("first.score"), folder.path().join("last.score"));
    fs::write(&first, UNTIDY).unwrap();
    fs::write(&last, UNTIDY).unwrap();
    let mut permissions = fs::metadata(&first).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&first, permissions).unwrap();
    let output = glassbox_in(folder.path(), ["fmt"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot write `first.score`: it is read-only\n"), "{said}");
    assert!(said.ends_with("2 files changed, 1 file unchanged, 1 file could not be formatted\n"), "{said}");
    let read = |path| fs::read_to_string(path).unwrap();
    assert_eq!((read(&first), read(&last)), (UNTIDY.to_owned(), TIDY.to_owned()));
}

/// Only who is root may give a file away, and only then is there anything to keep.
#[cfg(unix)]
#[test]
fn the_owner_stays() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = folder();
    let file = folder.path().join("inner/untidy.score");
    let is_given = chown(&file, Some(4711), Some(4712)).is_ok();
    let owner = |about: fs::Metadata| (about.uid(), about.gid());
    let before = owner(fs::metadata(&file).unwrap());
    assert_eq!(is_given, before == (4711, 4712));
    assert!(glassbox_in(folder.path(), ["fmt"]).status().unwrap().success());
    assert_eq!(fs::read_to_string(&file).unwrap(), TIDY);
    assert_eq!(owner(fs::metadata(&file).unwrap()), before);
}

/// One wide cell makes each row as wide: the result may be too long to be read again.
#[test]
fn a_result_that_is_too_long_is_said_to_be() {
    let wide = "x".repeat(3000);
    let rows: String = (0..500).map(|at| format!("| {at} |\t1 |\n")).collect();
    let text = format!(
        "rule late \"Late\" {{\n  points 1\n}}\n\ncharacteristic a \"A\" {{\n| a | points |\n{rows}| \"{wide}\" | 1 |\n}}\n"
    );
    let folder = folder();
    fs::write(folder.path().join("wide.score"), &text).unwrap();
    let output = glassbox_in(folder.path(), ["fmt", "wide.score"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("error[E0100]: in its canonical layout this file would have "), "{said}");
    assert!(said.contains(" --> wide.score:6:1\n") && !said.contains("bug"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("wide.score")).unwrap(), text);
}

/// Nobody writes to it: whoever opened it would wait for ever.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_file() {
    let folder = folder();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(folder.path().join("pipe.score"))
            .status()
            .unwrap()
            .success()
    );
    for command in ["fmt", "check"] {
        let mut child = glassbox_in(folder.path(), [command, "pipe.score"])
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let start = std::time::Instant::now();
        while child.try_wait().unwrap().is_none() {
            if start.elapsed().as_secs() > 10 {
                child.kill().unwrap();
                panic!("`{command}` waits");
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let output = child.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("cannot read `pipe.score`: it is not a file"), "{said}");
    }
}

#[test]
fn line_ends_that_differ_are_shown() {
    let folder = folder();
    fs::write(folder.path().join("ends.score"), "tag a \"b\"\ntag c \"d\"\r\n").unwrap();
    let output = glassbox_in(folder.path(), ["fmt", "--diff", "ends.score"]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.ends_with("\n tag a \"b\"\n-tag c \"d\"␍\n+tag c \"d\"\n"), "{shown}");
    // Where they stay there is nothing to show.
    fs::write(folder.path().join("ends.score"), "tag a  \"b\"\r\n").unwrap();
    let output = glassbox_in(folder.path(), ["fmt", "--diff", "ends.score"]).output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains('␍'));
}
