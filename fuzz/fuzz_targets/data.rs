//! Any bytes as the data of a run.
#![no_main]

#[path = "../checks/data.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check::check(bytes);
});
