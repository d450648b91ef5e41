//! Policies that use the language as its reference shows it: they are without mistakes, and their cases, worked out by
//! hand, hold.

use crate::command::{glassbox, stdout};

#[test]
fn the_examples_of_the_language_run_with_the_results_written_there() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/language");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| format!("tests/cases/language/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|path| path.ends_with(".score"))
        .collect();
    files.sort();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(stdout(glassbox(["check", &file, "--deny-warnings"])), "", "{file}");
        let cases = stdout(glassbox(["test", &file]));
        assert!(cases.lines().count() > 0, "{file} brings no case");
    }
}
