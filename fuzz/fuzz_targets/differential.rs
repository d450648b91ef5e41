//! Any bytes as choices for a policy and its records.
#![no_main]

#[path = "../checks/differential.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
