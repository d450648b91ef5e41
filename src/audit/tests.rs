//! Clauses answered by records: what was once said wrongly, each in a small policy.

use super::clause::{Answer, Subject};
use super::report::Report;
use super::{Audit, Verdict, read_clause};
use crate::check::{self, Unit};
use crate::date::Date;
use crate::policy::Policy;
use crate::source::FileId;

/// A policy that scores people with these fields from 0 to 1000.
fn people(fields: &str, lines: &str) -> Policy {
    policy(&format!(
        "policy p {{\n  scores person\n  range 0 to 1000\n  start 500\n  reasons up to 6 by points lost\n}}\n\
         record person {{\n  id text key\n{fields}\n}}\n{lines}\n"
    ))
}

fn policy(text: &str) -> Policy {
    let (unit, mut diagnostics) = Unit::of_text("test.score", text);
    let checked = check::check(unit);
    diagnostics.extend(checked.diagnostics);
    let wrong: Vec<_> = diagnostics.iter().filter(|one| one.is_error()).map(|one| &one.message).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    checked.ruleset.unwrap().on(Date::parse("2026-01-01").unwrap(), &[]).unwrap()
}

fn answer(policy: &Policy, clause: &str) -> Verdict {
    let audit = Audit::of(policy);
    let asked = read_clause(FileId::new(7), clause).unwrap();
    match asked.answer(&Subject { policy, others: &[], desk: &audit, screen: None }) {
        Answer::Given(verdict) => verdict,
        Answer::Vacuous(because) => Verdict::proved(because),
        Answer::Misfit(misfits) => panic!("{clause}: {misfits:?}"),
    }
}

/// The answer in a word.
fn word(policy: &Policy, clause: &str) -> &'static str {
    match answer(policy, clause) {
        Verdict::Proved { .. } => "proved",
        Verdict::Refuted { .. } => "refuted",
        Verdict::Undecided { .. } => "undecided",
    }
}

fn deeds() -> Policy {
    people(
        "",
        "record deed belongs to person by person {\n person text\n fine integer 0 to 100 optional\n kind one of (x, y)\n}\n\
         rule deeds {\n for each deed\n | deed.fine | points each |\n | under 50 | 0 |\n | 50 or more | -80 |\n | missing | +30 |\n no more than 300 in total\n}",
    )
}

#[test]
fn steps_of_children_are_looked_at() {
    let deeds = deeds();
    assert_eq!(word(&deeds, "limit one step of deed.fine to 10 points"), "refuted");
    assert_eq!(word(&deeds, "limit one step of any field to 60 points"), "refuted");
    // From known to missing: 110 points.
    assert_eq!(word(&deeds, "limit one step of deed.fine to 109 points"), "refuted");
    assert_eq!(word(&deeds, "limit one step of deed.fine to 110 points"), "proved");
    assert_eq!(word(&deeds, "limit one step of deed.kind to 1 points"), "proved");
}

#[test]
fn steps_of_friends_are_looked_at() {
    let friends = people(
        "  age integer 18 to 100",
        "link friends between person and person\n\
         override o {\n when (lowest(friends.age) under 20 otherwise no)\n score at most 400\n}",
    );
    assert_ne!(word(&friends, "limit one step of person.age to 1 points"), "proved");
    let Verdict::Proved { because } = answer(&friends, "require score never rises with person.age") else {
        panic!("one's own age is not read")
    };
    assert_eq!(
        because,
        "nothing that gives points, and no override, reads the record's own `person.age`; that of others, which the \
         override `o` reads, is not asked about"
    );
}

#[test]
fn values_of_children_may_be_missing() {
    let deeds = deeds();
    assert_eq!(word(&deeds, "require missing of deed.fine never better than neutral"), "refuted");
    assert_eq!(word(&deeds, "require missing of deed.fine never worse than neutral"), "proved");
    assert_eq!(word(&deeds, "require missing of deed never better than the best known"), "undecided");
    assert_eq!(word(&deeds, "require missing of deed.fine never better than the worst known"), "refuted");
    assert_eq!(word(&deeds, "require missing of deed.fine never worse than the worst known"), "proved");
    assert_eq!(word(&deeds, "require missing of deed.kind never better than neutral"), "proved");
    let highest = people(
        "  n integer 0 to 10",
        "record deed belongs to person by person {\n person text\n fine number 0 to 10 optional\n}\n\
         rule f {\n points -3 * highest(deed.fine) limited to -30 to 0\n if missing +40\n}",
    );
    assert_ne!(word(&highest, "require missing of deed.fine never better than neutral"), "proved");
}

#[test]
fn what_holds_of_nobody_is_dead() {
    let dead = |lines: &str| people("  n integer 0 to 5\n  m integer 0 to 5", lines);
    let clause = "require no dead rows or rules";
    for line in [
        "rule never {\n when n at least 3 and n at most 2\n points 50\n}",
        "rule twice {\n when n at least 3 and n is 1\n points -50\n}",
        "rule past {\n when today before 2020-01-01 and n is 1\n points 5\n}",
        "penalty q {\n when n at least 3 and n at most 2\n}",
        "penalty q {\n when score under 400\n}",
        "override idle {\n when n is 1\n score at most 1000\n}",
    ] {
        assert_eq!(word(&dead(line), clause), "refuted", "{line}");
    }
    // A cell that no record is in: neither proved nor refuted.
    let tied = dead("rule tied {\n when m at least 1 and n + m at most 0\n points 40\n}");
    assert_eq!(word(&tied, clause), "undecided");
    let alive = dead(
        "characteristic n {\n | n | points |\n | 0 | 0 |\n | 1 or more | 40 |\n}\n\
         rule m {\n when m at least 1\n points -10\n}\noverride cap {\n when m is 5\n score at most 300\n}\npenalty q {\n when m is 4\n}",
    );
    assert_eq!(word(&alive, clause), "proved", "{:?}", answer(&alive, clause));
}

#[test]
fn opting_out_takes_a_choice() {
    let policy = |needs: &str, fields: &str| {
        people(
            fields,
            &format!("participation {{\n needs {needs}\n}}\npenalty p1 {{\n when score under 600\n}}"),
        )
    };
    let clause = "require opting out costs nothing";
    let late = "  late integer 0 to 24";
    assert_eq!(word(&policy("late at least 0", late), clause), "refuted");
    assert_eq!(word(&policy("late at least 1", late), clause), "proved");
    let born = "  born date up to today immutable\n  consents yes/no";
    assert_eq!(word(&policy("born before 30 years ago", born), clause), "refuted");
    assert_eq!(word(&policy("consents", born), clause), "proved");
    // Who was born early enough takes part whatever they say.
    assert_eq!(word(&policy("consents or born before 1930-01-01", born), clause), "undecided");
}

#[test]
fn shares_are_of_the_range_that_records_show() {
    let rules: String = (1..7)
        .map(|k| format!("rule c{k} {{\n when m at least {k} and n + m at most 0\n points 40\n}}\n"))
        .collect();
    let policy = people(
        "  n integer 0 to 10\n  m integer 0 to 10",
        &format!("characteristic a {{\n | n | points |\n | 0 | 0 |\n | 1 or more | 40 |\n}}\n{rules}"),
    );
    let audit = Audit::of(&policy);
    let report = Report::of(&audit);
    let a = report.givers.iter().find(|giver| giver.name == "a").unwrap();
    assert_eq!(a.share.unwrap().to_string(), "100");
    let told = answer(&policy, "limit any characteristic or rule to 50% of range");
    assert!(matches!(told, Verdict::Undecided { .. }), "{told:?}");
    assert!(told.because().contains("100%"), "{told:?}");
}

#[test]
fn a_range_holds_every_record_that_is_shown() {
    let policy = people(
        "  n integer 0 to 20\n  m integer 0 to 10 optional\n  d number 0 to 10 optional",
        "let r = n / m\n\
         characteristic c1 {\n limited to -30 to +30\n | n | m | points |\n | 0 to 5 | any | 50 |\n | 6 or more | 0 to 10 | -5 |\n | any | missing | 3 |\n}\n\
         characteristic c2 first match {\n | r | d | points |\n | under 1 | any, missing | 20 |\n | any | 0 to under 5 | 10 |\n | any | any | -10 |\n | missing | any | 4 |\n | any, missing | missing | -2 |\n}\n\
         group g weight -50% limited to -20 to +20 {\n rule f {\n points 2.5 * max(n, m) - abs(n - 10) limited to -40 to +40\n if missing 5\n }\n}",
    );
    let audit = Audit::of(&policy);
    let report = Report::of(&audit);
    let range = report.range.unwrap();
    let shown = |end: &Option<super::report::End>| end.as_ref().and_then(|end| end.shown.as_ref()).unwrap().0;
    let (least, greatest) = (shown(&range.least), shown(&range.greatest));
    for input in &report.inputs {
        let super::report::Effect::Some { shown: Some((points, _)), .. } = &input.effect else { continue };
        assert!(
            *points <= greatest.checked_sub(least).unwrap(),
            "{}: {points} in {least} to {greatest}",
            input.name
        );
    }
}

#[test]
fn reasons_are_counted_of_records() {
    let rows = "reason R1 \"1\"\nreason R2 \"2\"\nreason R3 \"3\"\nreason R4 \"4\"\n\
        characteristic n {\n | n | points | reason |\n | 0 | 9 | R1 |\n | 1 | 6 | R2 |\n | 2 or more | 3 | R3 |\n}\n\
        characteristic m {\n | m | points | reason |\n | 0 | 9 | R4 |\n | 1 or more | 6 | R4 |\n}";
    let policy = people("  n integer 0 to 5\n  m integer 0 to 5", rows);
    assert_eq!(word(&policy, "limit reasons to 2"), "proved");
    assert_eq!(word(&policy, "limit reasons to 1"), "refuted");
}

#[test]
fn the_same_records_are_shown_once() {
    let policy = people(
        "  view one of (a, b)",
        "tag opinion \"o\"\ncharacteristic view {\n | view | points |\n | a | 0 |\n | b | 10 |\n}",
    );
    let verdict = answer(&policy, "forbid person.view to raise score");
    let Verdict::Refuted { witnesses, .. } = verdict.clone().and(verdict) else { panic!() };
    assert_eq!(witnesses.len(), 1);
}

#[test]
fn what_is_never_capped_is_shown_by_few_events() {
    let policy = people(
        "",
        "record deed belongs to person by person {\n person text\n}\nrule deeds {\n for each deed\n points 5 each\n}",
    );
    let Verdict::Refuted { witnesses, .. } = answer(&policy, "require repeated gains capped") else {
        panic!()
    };
    let records: usize = witnesses.iter().flat_map(|one| &one.cases).map(|case| case.records.len()).sum();
    assert!(records < 10, "{records} records");
}
