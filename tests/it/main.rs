//! The integration tests: one binary, one module a subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that finds something else than it expects is to stop"
)]

mod answers;
mod audit;
mod audit_proofs;
mod bench_packs;
mod charters;
mod choices;
mod cli;
mod command;
mod console;
mod corpora;
mod diagnostics;
mod diff;
mod differential;
mod docs;
mod fmt;
mod foreign;
mod german_credit;
mod json_schema;
mod language;
mod layers;
mod links;
mod lint;
mod measure;
mod new;
mod packs;
mod page;
mod policy_tests;
mod readers;
mod recourse;
mod reference;
mod reload;
mod snapshots;
mod syntax;
mod synth;
mod verdicts;
mod watch;

/// A file in this folder that is no module of this binary would never run.
#[test]
fn every_file_is_declared() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let main = std::fs::read_to_string(format!("{here}/main.rs")).unwrap();
    let declared = |name: &str| main.lines().any(|line| line.trim() == format!("mod {name};"));
    let mut forgotten: Vec<String> = std::fs::read_dir(here)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| name != "main" && !declared(name))
        .collect();
    forgotten.sort();
    assert!(forgotten.is_empty(), "not declared in tests/it/main.rs: {forgotten:?}");
}
