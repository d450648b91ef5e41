//! Charters as files: what is wrong with them, and the names that nobody knows.

use super::*;
use crate::check::{self, Unit};
use crate::date::Date;
use proptest::prelude::*;

fn policy(lines: &str) -> Policy {
    let text = format!(
        "policy small {{\n  scores person\n  start 0\n}}\ntag payment \"Bills\"\nrecord person {{\n  id text key\n  late integer 0 to 3 tagged payment\n}}\n{lines}"
    );
    let ruleset = check::check(Unit::of_text("small.score", &text).0).ruleset.unwrap();
    ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap()
}

fn codes(text: &str) -> Vec<&'static str> {
    read(FileId::new(0), text).1.iter().map(|one| one.code.name()).collect()
}

#[test]
fn a_charter_says_something() {
    assert_eq!(codes(""), ["E0601"]);
    assert_eq!(codes("# nothing\n"), ["E0601"]);
    assert_eq!(codes("charter c {\n  owner \"Somebody\"\n}\n"), ["E0601"]);
    // What could not be read was said.
    assert_eq!(codes("charter c {\n  requires every field tagged\n}\n"), ["E0102"]);
    assert_eq!(codes("charter c {\n  require every field taged\n}\n"), ["E0602"]);
}

#[test]
fn nothing_stands_twice() {
    let block = "charter c {\n  owner \"A\"\n  owner \"B\"\n  require every field tagged\n  require  every  field tagged\n}\n";
    assert_eq!(codes(block), ["E0219", "E0219"]);
    assert_eq!(codes(&"charter c {\n  require every field tagged\n}\n".repeat(2)), ["E0208"]);
}

#[test]
fn a_charter_keeps_what_its_lines_say() {
    let (charters, found) = read(
        FileId::new(0),
        "charter c \"A charter\" {\n  source \"One\"\n  source \"Two\"\n  owner \"Somebody\"\n  note \"Why\"\n  require every field tagged\n}\n",
    );
    assert!(found.is_empty());
    let [charter] = charters.as_slice() else { panic!("{charters:?}") };
    assert_eq!((charter.name.as_str(), charter.title.as_str()), ("c", "A charter"));
    assert_eq!(charter.sources, ["One", "Two"]);
    assert_eq!(
        (charter.owner.as_deref(), charter.notes.as_slice()),
        (Some("Somebody"), &["Why".to_owned()][..])
    );
    assert_eq!(charter.clauses[0].text, "require every field tagged");
}

#[test]
fn names_that_nobody_has_are_told() {
    let charter = |clause: &str| {
        let (charters, found) = read(FileId::new(0), &format!("charter c {{\n  {clause}\n}}\n"));
        assert!(found.is_empty(), "{clause}: {found:?}");
        charters.into_iter().next().unwrap()
    };
    let (small, other) = (policy(""), policy("tag opinion \"Said\"\nlink friends from person to person\n"));
    let said = |clause: &str, policies: &[&Policy]| -> Vec<String> {
        let found = charter(clause).unknown_names(policies);
        found.iter().map(|one| format!("{} / {}", one.message, one.help.join(" "))).collect()
    };
    assert_eq!(said("forbid payment to influence score", &[&small]), [""; 0]);
    assert_eq!(said("forbid opinion to influence score", &[&small, &other]), [""; 0]);
    assert_eq!(
        said("forbid paymnet to influence score", &[&small]),
        ["`small` has no tag, record, link or field `paymnet` / did you mean `payment`?"]
    );
    assert_eq!(
        said("forbid opinon to influence score", &[&small, &other]),
        ["none of the policies has a tag, record, link or field `opinon` / did you mean `opinion`?"]
    );
    // A field is named with its record.
    assert_eq!(
        said("forbid late to influence score", &[&small]),
        ["`small` has no tag, record, link or field `late` / did you mean `person.late`?"]
    );
    assert_eq!(
        said("require score never rises with person.lat", &[&small]),
        ["`small` has no field `person.lat` / did you mean `person.late`?"]
    );
    assert_eq!(said("require one more of freinds never lowers score", &[&small, &other]).len(), 1);
}

#[test]
fn one_clause_is_asked_by_its_text() {
    let read = |text: &str| {
        let found = read_clause(FileId::new(0), text);
        found
            .map(|asked| asked.text)
            .map_err(|found| found.iter().map(|one| one.code.name()).collect::<Vec<_>>())
    };
    assert_eq!(read("require  every field tagged").as_deref(), Ok("require every field tagged"));
    assert_eq!(read("owner \"Somebody\""), Err(vec!["E0101"]));
    assert_eq!(read("require every field tagged\nrequire every field tagged"), Err(vec!["E0101"]));
    assert_eq!(read("demand every field tagged"), Err(vec!["E0102"]));
    assert_eq!(read(""), Err(vec![]));
}

/// Words that charters are made of, and others.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "charter",
        "require",
        "forbid",
        "limit",
        "owner",
        "source",
        "{",
        "}",
        "\n",
        ",",
        "score",
        "tier",
        "good",
        "opinion",
        "person.late",
        "friends.score",
        "to",
        "influence",
        "never",
        "rises",
        "with",
        "35%",
        "7 years",
        "62",
        "or",
        "more",
        "\"text\"",
        "2026-01-31",
        "#",
        "(",
        ")",
        "|",
        ".",
        "every",
        "rule",
        "has",
        "reason",
        "of",
        "range",
        "and",
        "is",
        "\"",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\PC{0,3}", 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(words in prop::collection::vec(word(), 0..60)) {
        let text = words.join(" ");
        let (charters, found) = read(FileId::new(0), &text);
        prop_assert!(!charters.is_empty() || !found.is_empty(), "{text:?}");
        let _ = read_clause(FileId::new(0), &text);
        // What was understood is understood again as it prints.
        for clause in charters.iter().flat_map(|charter| &charter.clauses) {
            let again = read_clause(FileId::new(0), &clause.text);
            prop_assert_eq!(again.map(|again| again.text).ok(), Some(clause.text.clone()));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(text in "\\PC{0,200}") {
        let (charters, found) = read(FileId::new(0), &text);
        prop_assert!(!charters.is_empty() || !found.is_empty());
    }
}
