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
| 130 | interrupted by Ctrl-C, or asked to end |
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

/// What stands behind the options is laid out by hand, and must fit where the program breaks lines: a line that is broken
/// again reads badly.
#[test]
fn no_line_of_a_help_is_broken_again() {
    const WIDTH: usize = 100;
    let mut files = vec![root().join("src/cli")];
    let (mut wide, mut texts) = (String::new(), 0);
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = (1..).zip(text.lines());
        while lines.any(|(_, line)| line == "const EXAMPLES: &str = \"\\") {
            texts += 1;
            for (number, line) in lines.by_ref() {
                let shown = line.trim_end_matches("\";").replace("\\\"", "\"");
                if shown.chars().count() > WIDTH {
                    writeln!(wide, "{}:{number}: {shown}", path.display()).unwrap();
                }
                if line.ends_with("\";") {
                    break;
                }
            }
        }
    }
    assert!(texts > 15, "{texts} texts were found");
    assert!(wide.is_empty(), "wider than {WIDTH}:\n{wide}");
}

/// Every code with which the program ends is in the help and in the reference.
#[test]
fn every_exit_code_is_listed() {
    let help = stdout(glassbox(["--help"]));
    for code in ["0", "1", "2", "3", "4", "130"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{code}  "))), "{code}");
        assert!(BEGINNING.contains(&format!("\n| {code} | ")), "{code}");
    }
}
