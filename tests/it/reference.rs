//! The reference of the command line, `docs/cli.md`, is what the program says of itself.

use super::command::{glassbox, stdout};
use super::page::root;
use std::fmt::Write as _;

const COMMANDS: [&str; 17] = [
    "new",
    "check",
    "audit",
    "fields",
    "score",
    "explain",
    "test",
    "testdata",
    "snapshot",
    "review",
    "diff",
    "fmt",
    "watch",
    "measure",
    "baseline",
    "synth",
    "explain-error",
];

const BEGINNING: &str = "\
# The command line

This page is made from what the program says of itself; `GLASSBOX_BLESS=1 cargo test` writes it again.

A *pack* is a folder with a `glassbox.toml` ([data files](data.md)). Data goes to stdout, words go to stderr, so that
`glassbox score PACK > scores.csv` writes a clean file. A closed pipe (`… | head`) is no error.

| exit code | |
|---|---|
| 0 | fine |
| 1 | a policy is wrong, a case differs, a limit is broken, or a clause is refuted |
| 2 | the command or a file cannot be used |
| 3 | the run went to its end, and records were set aside or left out |
| 4 | a clause is undecided |
";

fn reference() -> String {
    let mut page = BEGINNING.to_owned();
    let help = stdout(glassbox(["--help"]));
    write!(page, "\n## `glassbox`\n\n```text\n{}\n```\n", help.trim_end()).unwrap();
    for command in COMMANDS {
        let help = stdout(glassbox([command, "--help"]));
        write!(page, "\n## `glassbox {command}`\n\n```text\n{}\n```\n", help.trim_end()).unwrap();
    }
    page.lines().fold(String::new(), |page, line| page + line.trim_end() + "\n")
}

#[test]
fn the_reference_is_up_to_date() {
    let path = root().join("docs/cli.md");
    if std::env::var_os("GLASSBOX_BLESS").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(page, reference(), "docs/cli.md is old: run GLASSBOX_BLESS=1 cargo test");
}

#[test]
fn every_command_is_described() {
    let help = stdout(glassbox(["--help"]));
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    let described: Vec<&str> = names.into_iter().filter(|name| *name != "help").collect();
    assert_eq!(described, COMMANDS);
}
