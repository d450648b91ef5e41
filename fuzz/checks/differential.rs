//! Any bytes as choices: the policy and the records that they make come to the same through every interpreter.
//!
//! The modules are those of the ordinary test, which also runs the corpus (`tests/it/differential.rs`).

#[path = "../../tests/it/differential/case.rs"]
mod case;
#[path = "../../tests/it/choices.rs"]
mod choices;
#[path = "../../tests/it/differential/columns.rs"]
mod columns;
#[path = "../../tests/it/differential/compare.rs"]
mod compare;
#[path = "../../tests/it/differential/policy.rs"]
mod policy;
#[path = "../../tests/it/differential/records.rs"]
mod records;
#[path = "../../tests/it/differential/single.rs"]
mod single;

/// Makes a case of the bytes, and runs it.
pub(crate) fn check(bytes: &[u8]) {
    if let Err(said) = case::run(case::choices_of(bytes)) {
        panic!("{said}");
    }
}
