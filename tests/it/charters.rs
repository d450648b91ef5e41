//! Charters as a user has them: applied by a pack, checked, laid out, noticed while a pack is watched; those that are shipped;
//! and those of the documentation.

use super::command::{folder_with_shop, glassbox, glassbox_in, stdout};
use super::page::{blocks, handbook, pages, root};
use glassbox::audit::clause::{self, groups};
use glassbox::audit::{read_charters, read_clause};
use glassbox::date::Date;
use glassbox::engine::{Engine, Options, Reload};
use glassbox::format::{Refusal, format_charter};
use glassbox::source::FileId;
use glassbox::syntax::{comments, parse_charter};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The shop with a charter that it applies.
fn shop_with(charter: &str) -> tempfile::TempDir {
    let folder = folder_with_shop();
    let manifest = folder.path().join("shop/glassbox.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("charters = [\"../norms/fair.charter\"]\n{text}")).unwrap();
    fs::create_dir(folder.path().join("norms")).unwrap();
    write(folder.path(), charter);
    folder
}

fn write(folder: &Path, charter: &str) {
    fs::write(folder.join("norms/fair.charter"), charter).unwrap();
}

fn charter(clauses: &str) -> String {
    format!("charter fair \"Fair\" {{\n{clauses}\n}}\n")
}

/// What `check` says of the shop in short form, and its exit code.
fn checked(folder: &Path) -> (String, i32) {
    let output = glassbox_in(folder, ["check", "shop", "--format", "short"]).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

#[test]
fn a_pack_applies_charters_from_beside_it() {
    let folder = shop_with(&charter("  require  score never rises with customer.late_payments"));
    let (said, _) = checked(folder.path());
    assert!(!said.contains("E04"), "{said}");
    for (clause, wanted) in [
        (
            "  require  every feild tagged",
            "norms/fair.charter:2:18: error[E0602]: `feild` is not understood here",
        ),
        (
            "  require  score never rises with customer.id",
            "norms/fair.charter:2:35: error[E0603]: `customer.id` has no order",
        ),
        (
            "  forbid   opinion to influence score",
            "norms/fair.charter:2:12: warning[W0601]: `shop` has no tag",
        ),
    ] {
        write(folder.path(), &charter(clause));
        let (said, code) = checked(folder.path());
        assert!(said.contains(wanted), "{said}");
        assert_eq!(code, i32::from(wanted.contains("error")), "{said}");
    }
    // Who scores must not go on with a charter that nobody understands.
    write(folder.path(), &charter("  require  every feild tagged"));
    let output = glassbox_in(folder.path(), ["score", "shop"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("E0602"));
}

#[test]
fn a_warning_of_an_unknown_name_is_an_affair_of_the_lints() {
    let folder = shop_with(&charter("  forbid   opinion to influence score"));
    let manifest = folder.path().join("shop/glassbox.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let with =
        |line: &str| fs::write(&manifest, text.replace("[lints]", &format!("[lints]\n{line}"))).unwrap();
    with("charter-unknown-name = { except = [\"opinion\"] }");
    assert!(!checked(folder.path()).0.contains("W0601"));
    with("charter-unknown-name = \"deny\"");
    assert_eq!(checked(folder.path()).1, 1);
}

#[test]
fn what_the_manifest_says_of_charters_can_be_wrong() {
    let folder = shop_with(&charter("  require  every rule has owner"));
    let manifest = folder.path().join("shop/glassbox.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    for (listed, wanted) in [
        (
            "\"fair.score\"",
            "error[E0405]: `fair.score` is no charter: the file of a charter ends in `.charter`",
        ),
        ("\"none.charter\"", "error[E0403]: cannot read the charter `shop/none.charter`"),
        ("\"../norms/fair.charter\", \"../norms/fair.charter\"", "is listed twice"),
    ] {
        fs::write(&manifest, text.replace("\"../norms/fair.charter\"", listed)).unwrap();
        let (said, code) = checked(folder.path());
        assert!(said.contains(wanted) && code != 0, "{said}");
    }
}

#[test]
fn a_charter_is_checked_and_laid_out_by_itself() {
    let folder = shop_with("charter fair {\nrequire every   field tagged # all\n  owner \"Somebody\"\n}");
    let path = "norms/fair.charter";
    assert_eq!(stdout(glassbox_in(folder.path(), ["check", path])), "");
    assert_eq!(stdout(glassbox_in(folder.path(), ["check", "norms"])), "");
    assert_eq!(glassbox_in(folder.path(), ["fmt", "--check", path]).output().unwrap().status.code(), Some(1));
    stdout(glassbox_in(folder.path(), ["fmt", "norms"]));
    assert_eq!(
        fs::read_to_string(folder.path().join(path)).unwrap(),
        "charter fair {\n  require  every field tagged  # all\n  owner    \"Somebody\"\n}\n"
    );
    let output = glassbox_in(folder.path(), ["score", path]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("it is a charter"), "{output:?}");
    write(folder.path(), "charter fair {\n  require  nothing\n}\n");
    assert_eq!(glassbox_in(folder.path(), ["check", path]).output().unwrap().status.code(), Some(1));
}

#[test]
fn a_reload_sees_charters() {
    let folder = shop_with(&charter("  require  every rule has owner"));
    let engine =
        Engine::open(folder.path().join("shop"), Options::on(Date::parse("2026-01-31").unwrap())).unwrap();
    assert!(
        engine.intake().texts().any(|path| path.ends_with("norms/fair.charter")),
        "{:?}",
        engine.intake()
    );
    assert!(matches!(engine.reload(), Reload::Unchanged(_)));
    write(folder.path(), &charter("  require  every rule has ower"));
    let Reload::Rejected { refusal, .. } = engine.reload() else { panic!("it is wrong") };
    assert!(refusal.to_string().contains("error[E0602]: `ower` is not understood here"), "{refusal}");
    write(
        folder.path(),
        &charter("  require  every rule has owner\n  require  explanations sum to the score"),
    );
    assert!(matches!(engine.reload(), Reload::Swapped { .. }));
    fs::remove_file(folder.path().join("norms/fair.charter")).unwrap();
    assert!(matches!(engine.reload(), Reload::Rejected { .. }));
}

/// The charters that are shipped.
fn shipped() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("rules/charters"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "charter"))
        .collect();
    files.sort();
    files
}

#[test]
fn the_shipped_charters_are_without_mistakes_and_laid_out() {
    assert_eq!(shipped().len(), 3);
    assert_eq!(stdout(glassbox(["check", "rules/charters"])), "");
    stdout(glassbox(["fmt", "--check", "rules/charters"]));
    for path in shipped() {
        let (charters, _) = read_charters(FileId::new(0), &fs::read_to_string(&path).unwrap());
        let [charter] = charters.as_slice() else { panic!("{}", path.display()) };
        assert_eq!(Some(charter.name.as_str()), path.file_stem().and_then(|stem| stem.to_str()));
        assert!(charter.owner.is_some() && !charter.sources.is_empty(), "{}", charter.name);
    }
}

#[test]
fn every_block_of_the_documentation_is_a_charter() {
    let mut wrong = String::new();
    let mut clauses = 0;
    for block in handbook().into_iter().chain(pages("docs/errors")).flat_map(|page| blocks(&page)) {
        let found: Vec<&str> = match block.kind.split_once(',') {
            None if block.kind == "charter" => {
                read_charters(FileId::new(0), &block.text).1.iter().map(|one| one.code.name()).collect()
            }
            Some(("charter", "clause")) => {
                clauses += block.text.lines().count();
                let refused = block.text.lines().filter(|line| read_clause(FileId::new(0), line).is_err());
                refused.map(|_| "E0602").collect()
            }
            Some(("charter", error)) => {
                let wanted = error.strip_prefix("error ").unwrap();
                let found = read_charters(FileId::new(0), &block.text).1;
                assert_eq!(
                    found.iter().map(|one| one.code.name()).collect::<Vec<_>>(),
                    [wanted],
                    "{}",
                    block.place
                );
                continue;
            }
            Some(_) | None => continue,
        };
        if !found.is_empty() {
            writeln!(wrong, "{}: {found:?}", block.place).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert_eq!(clauses, clause::all().map(|pattern| pattern.examples.len()).sum::<usize>());
}

/// A charter in any layout: clauses of the table, each with any blanks between its words.
fn untidy() -> impl Strategy<Value = String> {
    let examples: Vec<&'static str> = groups()
        .iter()
        .flat_map(|group| group.patterns)
        .flat_map(|pattern| pattern.examples)
        .copied()
        .collect();
    let blank = prop::sample::select(vec![" ", "  ", "\t", "   "]);
    let line =
        (prop::sample::select(examples), blank, prop::sample::select(vec!["", " # why", "   # why not"]));
    let other = prop::sample::select(vec!["", "# alone", "source \"A  text\"", "note  \"Ü\""]);
    let line = prop_oneof![
        4 => line.prop_map(|(example, blank, comment)| format!("{}{comment}", example.replace(' ', blank))),
        1 => other.prop_map(str::to_owned),
    ];
    (prop::collection::vec((line, 0..4_usize), 1..8), prop::bool::ANY).prop_map(|(lines, dos)| {
        let lines: String =
            lines.into_iter().map(|(line, indent)| format!("{}{line}\n", " ".repeat(indent))).collect();
        let text = format!("charter  each \"Each\"{{\n{lines}}}\n");
        if dos { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #[test]
    fn what_is_laid_out_says_the_same_and_stays_so(text in untidy()) {
        let once = match format_charter(FileId::new(0), &text) {
            Ok(once) => once,
            Err(Refusal::Wrong(found)) => return Err(TestCaseError::fail(format!("{text}\n{found:?}"))),
            Err(Refusal::Changed) => return Err(TestCaseError::fail(format!("another meaning:\n{text}"))),
        };
        prop_assert_eq!(format_charter(FileId::new(0), &once).ok(), Some(once.clone()));
        prop_assert_eq!(parse_charter(FileId::new(0), &once).0, parse_charter(FileId::new(0), &text).0);
        prop_assert_eq!(comments(&once).len(), comments(&text).len());
        prop_assert_eq!(once.lines().count(), text.lines().count());
    }
}
