//! The documentation is executed: every block of the language in README.md, docs/*.md and docs/errors/*.md is read and
//! checked, and its cases are run. What stands after the three backticks says how:
//!
//! - `score`: a whole policy (a `policy` block and a record), or else statements without the policy around them. Those
//!   are checked together with `tests/cases/docs/prelude.score`, of which the statements are left out that the block makes
//!   itself. Neither may have a mistake or a warning, and the cases hold;
//! - `score,error E0204`: the same, and it must give that code and no other.
//!
//! On a page of `docs/errors`, what stands under `## Example` must give the page's code, and what stands under
//! `## How to mend it` no error.

use super::command::glassbox_in;
use super::page::{Block, blocks, handbook, pages, root};
use glassbox::check::{self, Unit};
use glassbox::date::Date;
use glassbox::diagnostic::{Code, Diagnostic};
use glassbox::lint;
use std::fmt::Write as _;

/// What is said of a whole text.
fn check_whole(place: &str, text: &str) -> Vec<Diagnostic> {
    let (unit, mut diagnostics) = Unit::of_text(place, text);
    diagnostics.extend(check::check(unit).diagnostics);
    diagnostics
}

/// What the lints say of a whole text on 2026-01-31; nothing where it has an error.
fn lint_whole(place: &str, text: &str) -> Vec<Diagnostic> {
    let Some(ruleset) = check::check(Unit::of_text(place, text).0).ruleset else { return Vec::new() };
    let policy = ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap();
    lint::run(&lint::Question { ruleset: &ruleset, policy: &policy, settings: &[], hits: None })
}

/// Whether a block is a policy by itself.
fn is_whole(block: &Block) -> bool {
    let own = statements(&block.text);
    own.iter().any(|(key, _)| key == "policy") && own.iter().any(|(key, _)| key.starts_with("record "))
}

/// What is said of a block: of all of it where it is a policy by itself, else of its own lines where the rest of a policy
/// stands before it.
fn check_block(block: &Block) -> Vec<Diagnostic> {
    say_of_block(block, &check_whole)
}

/// The same by the checker or by the lints.
fn say_of_block(block: &Block, say: &dyn Fn(&str, &str) -> Vec<Diagnostic>) -> Vec<Diagnostic> {
    if is_whole(block) {
        return say(&block.place, &block.text);
    }
    let before = before(block);
    let mut diagnostics = say(&block.place, &format!("{before}{}", block.text));
    diagnostics.retain(|one| one.place.is_none_or(|place| place.span.start as usize >= before.len()));
    diagnostics
}

/// What stands before a block that is no policy by itself.
fn before(block: &Block) -> String {
    let own = statements(&block.text);
    let prelude = std::fs::read_to_string(root().join("tests/cases/docs/prelude.score")).unwrap();
    let kept = statements(&prelude).into_iter().filter(|(key, _)| !own.iter().any(|(other, _)| other == key));
    kept.filter(|(key, _)| !key.starts_with("case ")).map(|(_, text)| text).collect()
}

/// What is said of the cases of a block that do not hold; empty where all do. A block that shows another scored record has
/// nothing of the prelude to run by.
fn failing_cases(block: &Block) -> String {
    let own = statements(&block.text);
    let has = |wanted: &str| own.iter().any(|(key, _)| key.starts_with(wanted));
    if !has("case ") || (has("record person") && !is_whole(block)) {
        return String::new();
    }
    let before = if is_whole(block) { String::new() } else { before(block) };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("block.score"), format!("{before}{}", block.text)).unwrap();
    let output = glassbox_in(folder.path(), ["test", "block.score"]).output().unwrap();
    if output.status.success() {
        return String::new();
    }
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The statements of a text: what each declares (`reason R01`), and its lines.
fn statements(text: &str) -> Vec<(String, String)> {
    let mut statements: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_lowercase());
        match statements.last_mut() {
            Some((_, lines)) if !begins => writeln!(lines, "{line}").unwrap(),
            _ => statements.push((declares(line), format!("{line}\n"))),
        }
    }
    statements
}

/// What a statement declares; those that share a name space share their first word.
fn declares(line: &str) -> String {
    let mut words =
        line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let (word, name) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    match word {
        "policy" | "tiers" | "participation" => word.to_owned(),
        "let" | "param" => format!("value {name}"),
        "characteristic" | "rule" | "group" | "decision" => format!("item {name}"),
        _ => format!("{word} {name}"),
    }
}

/// The diagnostics in one line each.
fn short(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("    {}: {}\n", one.code, one.message)).collect()
}

#[test]
fn every_block_of_the_documentation_is_right() {
    let mut wrong = String::new();
    for block in handbook().iter().flat_map(|page| blocks(page)).filter(Block::is_of_the_language) {
        let found = check_block(&block);
        let right = match block.kind.strip_prefix("score,error ") {
            Some(code) => !found.is_empty() && found.iter().all(|one| one.code.name() == code.trim()),
            None => {
                assert_eq!(block.kind, "score", "{}", block.place);
                found.is_empty()
            }
        };
        if !right {
            write!(wrong, "{} (`{}`):\n{}", block.place, block.kind, short(&found)).unwrap();
        } else if block.kind == "score" {
            let failing = failing_cases(&block);
            if !failing.is_empty() {
                write!(wrong, "{}:\n{failing}", block.place).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_pages_of_the_codes_show_the_mistake_and_its_mending() {
    let mut wrong = String::new();
    for page in pages("docs/errors") {
        let code = Code::find(&page.file_stem().unwrap().to_string_lossy()).unwrap();
        for block in blocks(&page).into_iter().filter(Block::is_of_the_language) {
            let mut found = check_block(&block);
            if code.name().starts_with("W05") {
                found.extend(say_of_block(&block, &lint_whole));
            }
            let right = match block.heading.as_str() {
                "## Example" => found.iter().any(|one| one.code == code),
                "## How to mend it" => !found.iter().any(|one| one.is_error() || one.code == code),
                heading => panic!("{}: a block under `{heading}`", block.place),
            };
            if !right && !needs_files(code) {
                write!(wrong, "{} under `{}`:\n{}", block.place, block.heading, short(&found)).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Mistakes that need more than the text of a page: its bytes, other files, data, the command line; those of charters, whose
/// blocks `tests/it/charters.rs` reads.
fn needs_files(code: Code) -> bool {
    let others = ["E04", "E06", "W06"];
    code == Code::E0100
        || code == lint::NEEDS_DATA
        || others.iter().any(|begin| code.name().starts_with(begin))
}

#[test]
fn the_prelude_is_without_errors() {
    let text = std::fs::read_to_string(root().join("tests/cases/docs/prelude.score")).unwrap();
    let found = check_whole("prelude.score", &text);
    assert!(!found.iter().any(Diagnostic::is_error), "{}", short(&found));
}
