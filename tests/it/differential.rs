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
