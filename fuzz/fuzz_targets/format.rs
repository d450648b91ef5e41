//! Any text, or any choices from which one is made, through the formatter.
#![no_main]
#![allow(dead_code)]

#[path = "../checks/format.rs"]
mod check;
#[path = "../../tests/it/choices.rs"]
mod choices;
#[path = "../../tests/it/fmt/generated.rs"]
mod generated;
#[path = "../../tests/it/fmt/untidy.rs"]
mod untidy;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check::check(bytes);
});
