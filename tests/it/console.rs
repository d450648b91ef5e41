//! What the documentation shows of the program is what the program prints: every block `console` in README.md, docs/*.md
//! and the pages of the packs is run, line by line.
//!
//! A line that begins with `$ ` is given to a shell, in a folder that holds a copy of `rules` and every block of the page
//! that the reader was told to save (`<!-- file: NAME -->`). The lines below it are what it prints, stdout and stderr as they
//! come; a line `…` stands for lines that are not shown. The hash of a policy is not compared.

#![cfg(unix)]

use super::page::{Block, blocks, handbook, root};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

#[test]
fn every_console_of_the_documentation_shows_what_is_printed() {
    let mut wrong = String::new();
    for page in handbook() {
        let blocks = blocks(&page);
        if !blocks.iter().any(|block| block.kind == "console") {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("rules"), &folder.path().join("rules"));
        for block in &blocks {
            if let Some(file) = &block.file {
                std::fs::write(folder.path().join(file), &block.text).unwrap();
            }
            if block.kind == "console" {
                run_block(block, folder.path(), &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn run_block(block: &Block, folder: &Path, wrong: &mut String) {
    let mut lines = block.text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            panic!("{}: a console begins with `$ `, not with `{line}`", block.place)
        };
        let mut shown = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
            shown.push(without_hash(line));
        }
        let printed = run(command, folder);
        while shown.last().is_some_and(String::is_empty) {
            shown.pop();
        }
        let printed: Vec<String> =
            printed.trim_end().lines().map(|line| without_hash(line.trim_end())).collect();
        if !shows(&shown, &printed) {
            write!(wrong, "{}: `{command}` prints\n{}\n", block.place, printed.join("\n")).unwrap();
        }
    }
}

/// What a command prints, stdout and stderr together.
fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_glassbox")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1; {command}")]).current_dir(folder).env("PATH", path);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE", "COLUMNS"] {
        shell.env_remove(variable);
    }
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

/// Whether the lines shown are those printed, `…` standing for any number of them.
fn shows(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=printed.len()).any(|skipped| shows(rest, &printed[skipped..]))
        }
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(line, others)| line == first && shows(rest, others))
        }
    }
}

/// A line with the policy's hash, short or long, hidden: it changes with every comment in a policy.
fn without_hash(line: &str) -> String {
    let is_hash = |word: &str| {
        matches!(word.len(), 12 | 64)
            && word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    };
    let words = line.split(' ').map(|word| if is_hash(word) { "[hash]" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            std::fs::copy(&path, &copied).unwrap();
        }
    }
}

#[test]
fn a_dash_of_lines_may_be_left_out() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(shows(&lines("a\n…\nd"), &lines("a\nb\nc\nd")));
    assert!(shows(&lines("a\n…"), &lines("a")));
    assert!(!shows(&lines("a\n…\nd"), &lines("a\nb\nc")));
    assert!(!shows(&lines("a"), &lines("a\nb")));
}
