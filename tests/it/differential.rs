//! The interpreters against each other: random policies over random records, in random Arrow types, must come to the same,
//! bit for bit.
//!
//! `GLASSBOX_CASES=20000 cargo test --release --test it differential` runs as many cases as it says; a few hundred are the
//! default. A failing case shrinks, as policy and records are made from one list of choices. `cargo +nightly fuzz run
//! differential` looks for lists that nobody thought of.

pub(super) mod case;
mod columns;
mod compare;
pub(super) mod network;
pub(super) mod policy;
pub(super) mod records;
mod single;

use super::choices;
use super::command::{glassbox_in, stdout};
use case::Ran;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::io::Write;

/// What all cases together were.
#[derive(Debug, Default)]
struct Counts {
    accepted: u32,
    refused: Vec<String>,
    records: usize,
    children: usize,
    unsure: u32,
}

#[test]
fn columns_come_to_what_single_records_come_to() {
    let cases = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 600,
        ..Config::default()
    });
    let counts = std::cell::RefCell::new(Counts::default());
    let choices = prop::collection::vec(any::<u16>(), 0..2400);
    let result = runner.run(&choices, |choices| {
        let mut counts = counts.borrow_mut();
        match case::run(choices).map_err(TestCaseError::fail)? {
            Ran::Refused(said) => counts.refused.push(said),
            Ran::Compared { records, children, unsure } => {
                counts.accepted += 1;
                counts.records += records;
                counts.children += children;
                counts.unsure += u32::from(unsure);
            }
        }
        Ok(())
    });
    let Counts { accepted, refused, records, children, unsure } = counts.into_inner();
    if let Err(error) = result {
        panic!("{error}");
    }
    let share = f64::from(accepted) / f64::from(cases);
    let _ = writeln!(
        std::io::stderr(),
        "{accepted} policies, {records} records, {children} children: the same; {unsure} depend on the order"
    );
    assert!(share > 0.6, "only {accepted} of {cases} policies were fit to run: {:?}", refused.first());
    assert!(records > accepted as usize, "too few records: {records}");
}

#[test]
fn the_corpus_of_choices_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/differential");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        case::run(case::choices_of(&bytes)).unwrap_or_else(|said| panic!("{}: {said}", file.display()));
    }
}

/// The scores that the command writes of people and their deeds.
fn scores_of(policy: &str, people: &str, deeds: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("p.score", policy), ("person.csv", people), ("deed.csv", deeds)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let arguments =
        "score p.score --data person=person.csv --data deed=deed.csv --as-of 2026-01-31 --format csv --quiet";
    let text = stdout(glassbox_in(folder.path(), arguments.split(' ')));
    text.lines().skip(1).filter_map(|line| line.split(',').nth(1)).map(str::to_owned).collect()
}

/// A condition of an event may be a field of the record that it belongs to, yes or no by itself.
#[test]
fn events_are_chosen_by_a_yes_or_no_of_whose_they_are() {
    let scores = scores_of(
        "policy p \"P\" {\n  scores person\n  start 500\n}\nrecord person {\n  id text key\n  f yes/no\n}\n\
         record deed belongs to person by person {\n  person text\n  date date\n}\n\
         rule some \"Some\" {\n  for each deed where f\n  points 2 each\n}\n\
         rule others \"Others\" {\n  for each deed where not f\n  points 3 each\n}\n\
         rule late \"Late\" {\n  points 10 * count(deed where f)\n}\n",
        "id,f\na,yes\nb,no\n",
        "person,date\na,2026-01-01\na,2026-01-02\nb,2026-01-03\n",
    );
    assert_eq!(scores, ["524", "503"]);
}

/// The mean of whole numbers, and what is taken for a missing one, need not be whole.
#[test]
fn what_is_made_of_whole_numbers_need_not_be_whole() {
    let scores = scores_of(
        "policy p \"P\" {\n  scores person\n  start 0\n}\nrecord person {\n  id text key\n  late integer optional\n}\n\
         record deed belongs to person by person {\n  person text\n  n integer\n}\n\
         characteristic mean \"Mean\" first match {\n  | average(deed.n) | points |\n  | over 33.3 | 100 |\n  | any, missing | 200 |\n}\n\
         characteristic given \"Given\" first match {\n  | late otherwise 2.5 | points |\n  | over 2.2 | 10 |\n  | any | 20 |\n}\n\
         characteristic whole \"Whole\" first match {\n  | late otherwise 2 | points |\n  | over 2 | 1 |\n  | any | 2 |\n}\n",
        "id,late\na,\nb,2\nc,3\n",
        "person,n\na,15\na,52\nb,15\nb,51\nc,1\n",
    );
    assert_eq!(scores, ["112", "222", "211"]);
}
