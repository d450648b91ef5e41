//! The corpora of the fuzz targets, run as ordinary tests; and bytes that nobody thought of.

#[path = "../../fuzz/checks/data.rs"]
mod data;
#[path = "../../fuzz/checks/parse.rs"]
mod parse;

use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// Runs a check over every file of a corpus, in the order of their names.
fn run<T>(target: &str, check: fn(&[u8]) -> T) -> Vec<(String, T)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "fuzz", "corpus", target].iter().collect();
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|file| (name(file), check(&fs::read(file).unwrap()))).collect()
}

#[test]
fn the_corpus_of_data_holds() {
    let good = run("data", data::check);
    let good = |file: &str| good.iter().find(|(name, _)| name == file).unwrap().1;
    assert_eq!((good("good.csv"), good("good.ndjson")), (Some(2), Some(2)));
    assert_eq!((good("header.csv"), good("empty.csv")), (Some(0), None));
    assert_eq!(good("quotes.csv"), Some(2));
}

#[test]
fn the_corpus_of_parse_holds() {
    assert!(!run("parse", parse::check).is_empty());
}

/// Lines of people, good ones and bad ones.
fn people() -> impl Strategy<Value = String> {
    let cell = |good: &'static str| prop_oneof![4 => Just(good.to_owned()), 1 => "[a-c0-9,\"\\n\\r -]{0,5}"];
    let row = ("[a-e]{0,2}", cell("1990-01-01"), cell("30"), cell(""), cell("own"), cell("b"), cell("yes"));
    let row = row.prop_map(|(id, born, age, income, home, open, ok)| {
        format!("{id},{born},{age},{income},{home},{open},{ok}\n")
    });
    prop::collection::vec(row, 0..12)
        .prop_map(|rows| format!("id,born,age,income,the home,open,ok\n{}", rows.concat()))
}

proptest! {
    #[test]
    fn any_rows_are_scored_or_set_aside(
        people in people(),
        children in prop::collection::vec(("[a-e]{1,2}", prop_oneof![Just("2025-01-01"), Just("2027-01-01"), Just("x")], "[0-2\"]{0,2}"), 0..8),
        pairs in prop::collection::vec(("[a-e]{0,2}", "[a-e]{0,2}"), 0..12),
        previous in prop::collection::vec(("[a-e]{1,2}", 300..850_i32), 0..4),
    ) {
        let children: Vec<_> = children.iter().map(|(of, date, amount)| format!("{of},{date},{amount}\n")).collect();
        let pairs: Vec<_> = pairs.iter().map(|(from, to)| format!("{from},{to}\n")).collect();
        let previous: Vec<_> = previous.iter().map(|(of, score)| format!("{of},{score}\n")).collect();
        let bytes = format!(
            "c{people}\0person,date,amount\n{}\0from,to\n{}\0id,score\n{}",
            children.concat(), pairs.concat(), previous.concat()
        );
        data::check(bytes.as_bytes());
    }
}
