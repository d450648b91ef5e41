//! New packs: from nothing, or from a file, to a policy that checks, scores and holds its cases.

use super::command::{glassbox_in, stdout};
use super::page::root;
use glassbox::format::format;
use glassbox::source::FileId;
use insta_cmd::assert_cmd_snapshot;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Snapshots with one day in the place of today.
fn redacted(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b20\d\d-\d\d-\d\d\b", "[day]");
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[hash]");
    settings.bind(test);
}

fn run(folder: &TempDir, arguments: &str) -> std::process::Command {
    glassbox_in(folder.path(), arguments.split_whitespace())
}

fn read(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).unwrap()
}

/// Everything in a folder, hidden things too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A pack is without a warning, laid out, and its cases hold.
fn is_sound(folder: &TempDir, pack: &str, policy: &str) {
    assert_eq!(stdout(run(folder, &format!("check {pack} --deny-warnings"))), "");
    assert!(stdout(run(folder, &format!("test {pack}"))).starts_with('✓'));
    let text = read(folder, &format!("{pack}/{policy}"));
    assert_eq!(format(FileId::new(0), &text).unwrap(), text);
}

/// A folder with a file in it.
fn with(file: &str, bytes: impl AsRef<[u8]>) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(file), bytes).unwrap();
    folder
}

#[test]
fn a_pack_from_nothing() {
    let folder = TempDir::new().unwrap();
    redacted(|| {
        assert_cmd_snapshot!("new", run(&folder, "new small-loans"));
        assert_cmd_snapshot!("new_test", run(&folder, "test small-loans"));
        assert_cmd_snapshot!("new_score", run(&folder, "score small-loans"));
    });
    assert_eq!(names(folder.path()), ["small-loans"]);
    assert_eq!(
        names(&folder.path().join("small-loans")),
        ["README.md", "glassbox.toml", "people.csv", "small_loans.score"]
    );
    is_sound(&folder, "small-loans", "small_loans.score");
    insta::assert_snapshot!("new_readme", read(&folder, "small-loans/README.md"));
}

/// The path of an author who has nothing but the file.
#[test]
fn a_pack_from_the_german_credit_data() {
    let folder = TempDir::new().unwrap();
    let data = root().join("rules/german_credit/germancredit.csv");
    fs::copy(data, folder.path().join("germancredit.csv")).unwrap();
    redacted(|| {
        assert_cmd_snapshot!(
            "new_german",
            run(&folder, "new german --from germancredit.csv --record applicant")
        );
        assert_cmd_snapshot!("new_german_check", run(&folder, "check german --deny-warnings"));
        assert_cmd_snapshot!("new_german_test", run(&folder, "test german"));
        insta::assert_snapshot!("new_german_policy", read(&folder, "german/german.score"));
        insta::assert_snapshot!("new_german_manifest", read(&folder, "german/glassbox.toml"));
    });
    is_sound(&folder, "german", "german.score");
    let output = run(&folder, "score german").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1,000 records read: 1,000 scored, 0 not scored, 0 rejected"), "{said}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1001);
    assert!(stdout(run(&folder, "explain german 1")).contains("R0"));
}

#[test]
fn nothing_is_overwritten_and_nothing_left_behind() {
    let folder = with("people.csv", "id,a\n1,2\n");
    fs::create_dir(folder.path().join("there")).unwrap();
    fs::write(folder.path().join("empty.csv"), "id,a\n").unwrap();
    fs::write(folder.path().join("twice.csv"), "a,a\n1,2\n").unwrap();
    fs::write(folder.path().join("notes.txt"), "id,a\n1,2\n").unwrap();
    for (name, arguments) in [
        ("new_exists", "new there"),
        ("new_exists_file", "new people.csv"),
        ("new_no_data", "new made --from nobody.csv"),
        ("new_no_format", "new made --from notes.txt"),
        ("new_no_records", "new made --from empty.csv"),
        ("new_column_twice", "new made --from twice.csv"),
        ("new_record_name", "new made --from people.csv --record 1st"),
        ("new_record_reserved", "new made --from people.csv --record score"),
        ("new_record_alone", "new made --record person"),
        ("new_no_name", "new .."),
    ] {
        assert_cmd_snapshot!(name, run(&folder, arguments));
    }
    assert_eq!(names(folder.path()), ["empty.csv", "notes.txt", "people.csv", "there", "twice.csv"]);
    assert_eq!(names(&folder.path().join("there")), Vec::<String>::new());
}

/// Everything that columns can be, badly named, with marks for what is missing.
const MIXED: &str = "\
Kunden-Nr,Alter (Jahre),score,Wohnung,income,since,Geburt,flag,paid,note,,zip,share,empty
K-1,31,5,Miete,\"1.200,50\",2019-05-01,01.05.1980,yes,1,first,x,01067,0.25,
K-2,NA,4,Eigentum,\"900,00\",2020-06-30,31.12.1975,no,0,a \"\"b\"\" \\ c,y,20095,0.5,
K-3,45,5,Miete,\"2.000,00\",-,15.08.1991,Yes,1,,z,01067,1,
K-4,28,3,< 2 Zimmer,\"750,25\",2024-02-29,02.02.2000,no,0,fourth,w,50667,0,
K-5,NA,5,Eigentum,\"100,00\",2021-01-01,03.03.1955,no,1,fifth,v,80331,0.125,
K-6,52,4,< 2 Zimmer,\"80,10\",2022-01-01,04.04.1966,yes,1,sixth,u,04109,0.75,
";

#[test]
fn types_names_and_missing_values_are_inferred() {
    let folder = with("Kunden Liste.csv", MIXED.replace("a \"\"b\"\" \\ c", "\"a \"\"b\"\" \\ c\""));
    let command = || glassbox_in(folder.path(), ["new", "kunden", "--from", "Kunden Liste.csv"]);
    redacted(|| {
        assert_cmd_snapshot!("new_mixed", command());
        insta::assert_snapshot!("new_mixed_policy", read(&folder, "kunden/kunden.score"));
        insta::assert_snapshot!("new_mixed_manifest", read(&folder, "kunden/glassbox.toml"));
    });
    is_sound(&folder, "kunden", "kunden.score");
    let output = run(&folder, "score kunden").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The same records in other formats come to the same policy, but for the file's name.
#[test]
fn other_formats_are_read_too() {
    let rows = [
        "{\"id\":\"a\",\"n\":1.5,\"home\":\"own\"}",
        "{\"id\":\"b\",\"n\":2.25,\"home\":null}",
        "{\"id\":\"c\",\"n\":3,\"home\":\"own\"}",
    ];
    let folder = with("people.ndjson", rows.join("\n"));
    fs::write(folder.path().join("people.csv"), "id,n,home\na,1.5,own\nb,2.25,\nc,3,own\n").unwrap();
    stdout(run(&folder, "new lines --from people.ndjson"));
    stdout(run(&folder, "new cells --from people.csv"));
    is_sound(&folder, "lines", "lines.score");
    let same = |text: String| {
        text.replace("lines", "?")
            .replace("cells", "?")
            .replace(".ndjson", ".csv")
            .replace("Lines", "?")
            .replace("Cells", "?")
    };
    assert_eq!(same(read(&folder, "lines/lines.score")), same(read(&folder, "cells/cells.score")));
    // Scores as Parquet, read back as data.
    stdout(run(&folder, "score lines --out scores.parquet --quiet"));
    stdout(run(&folder, "new again --from scores.parquet"));
    is_sound(&folder, "again", "again.score");
    assert!(stdout(run(&folder, "score again --quiet")).lines().count() == 4);
}

/// What a sheet is that was saved as spreadsheets save it elsewhere, and what has nothing plain in it.
#[test]
fn data_that_cannot_be_read_are_told_with_the_reason() {
    let folder = with("de.csv", "betrag;alter\n1,5;20\n2,5;30\n");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("semi.csv", "id;x\n1;2\n2;3\n");
    write("tab.csv", "id\tx\n1\t2\n");
    write("nested.ndjson", "\n{\"id\":\"a\",\"x\":{\"y\":1}}\n{\"id\":\"b\",\"x\":{\"y\":2}}\n");
    write("short.csv", "id,x\n1\n");
    for (name, file) in [
        ("new_semicolons_and_commas", "de.csv"),
        ("new_semicolons", "semi.csv"),
        ("new_tabs", "tab.csv"),
        ("new_nested", "nested.ndjson"),
        ("new_short", "short.csv"),
    ] {
        assert_cmd_snapshot!(name, run(&folder, &format!("new made --from {file}")));
    }
    write("some.csv", "id,x\na,1\nb\nc,2\nd\n");
    redacted(|| assert_cmd_snapshot!("new_some_unreadable", run(&folder, "new made --from some.csv")));
    is_sound(&folder, "made", "made.score");
}

#[test]
fn a_pack_is_made_of_one_file() {
    let folder = TempDir::new().unwrap();
    for place in ["parts", "d.csv"] {
        fs::create_dir(folder.path().join(place)).unwrap();
        fs::write(folder.path().join(place).join("a.csv"), "id,x\n1,2\n").unwrap();
    }
    for (name, from) in
        [("new_pattern", "parts/*.csv"), ("new_folder", "d.csv"), ("new_no_pattern", "none/*.csv")]
    {
        assert_cmd_snapshot!(name, run(&folder, &format!("new made --from {from}")));
    }
    // A file may be called so.
    fs::write(folder.path().join("a[1]*.csv"), "id,x\n1,2\n2,3\n").unwrap();
    stdout(run(&folder, "new made --from a[1]*.csv"));
    assert_eq!(stdout(run(&folder, "score made --quiet")).lines().count(), 3);
    assert_eq!(names(folder.path()), ["a[1]*.csv", "d.csv", "made", "parts"]);
}

/// Small files: tiers that a score can reach, no row that nobody has.
#[test]
fn a_pack_of_few_values_is_without_a_warning() {
    for text in [
        "id,x\n1,2\n2,3\n",
        "id,flag\n1,yes\n2,yes\n3,yes\n",
        "id,flag\n1,yes\n2,no\n",
        "id,flag,x\n1,yes,1\n2,no,7\n3,,8\n",
        "id,a,b\n1,x,1\n2,y,2\n3,x,1\n4,y,3\n",
        "id\n1\n2\n",
        "x\n1\n1\n1\n",
    ] {
        let folder = with("data.csv", text);
        stdout(run(&folder, "new made --from data.csv"));
        is_sound(&folder, "made", "made.score");
        let records = text.lines().count();
        assert_eq!(stdout(run(&folder, "score made --quiet")).lines().count(), records, "{text}");
    }
}

/// What the lints see in the author's own columns is said at once, and is no reason to refuse the pack.
#[test]
fn names_of_columns_that_look_alike_are_told() {
    let folder = with("data.csv", "id,balance,balances\n1,1,5\n2,2,6\n3,1,7\n");
    redacted(|| assert_cmd_snapshot!("new_alike", run(&folder, "new made --from data.csv")));
}

/// Commands that can be typed as they stand.
#[test]
fn a_name_with_a_blank_is_quoted_for_the_shell() {
    let folder = TempDir::new().unwrap();
    let output = glassbox_in(folder.path(), ["new", "a b"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("  glassbox check 'a b'  is anything wrong?\n"), "{said}");
    let readme = read(&folder, "a b/README.md");
    assert!(readme.contains("glassbox explain 'a b' ann "), "{readme}");
}

mod any_file {
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => (0..6i32).prop_map(|n| n.to_string()),
            2 => (-3000..3000i32).prop_map(|n| format!("{}.{}", n / 10, n.unsigned_abs() % 10)),
            2 => prop::sample::select(vec!["yes", "no", "own", "rent", "NA", "-", "", "?", "007"]).prop_map(str::to_owned),
            1 => prop::sample::select(vec!["2020-01-31", "2031-02-01", "31.01.2020", "True", "< 5", "\"1,5\"", "ä b"])
                .prop_map(str::to_owned),
        ]
    }

    fn table() -> impl Strategy<Value = String> {
        (1..5usize, 1..12usize).prop_flat_map(|(columns, rows)| {
            prop::collection::vec(prop::collection::vec(cell(), columns), rows).prop_map(move |rows| {
                let names = ["k", "alpha", "home", "since", "zone"];
                let line = |cells: Vec<String>| match cells.as_slice() {
                    [only] if only.is_empty() => "\"\"\n".to_owned(),
                    cells => cells.join(",") + "\n",
                };
                let head = names.iter().take(columns).map(|name| (*name).to_owned()).collect();
                line(head) + &rows.into_iter().map(line).collect::<String>()
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn gives_a_pack_without_a_warning(text in table()) {
            let folder = with("data.csv", &text);
            let output = run(&folder, "new made --from data.csv").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            prop_assert!(output.status.success() && !said.contains("set aside"), "{text}\n{said}");
            let output = run(&folder, "check made --deny-warnings").output().unwrap();
            prop_assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stdout));
            let output = run(&folder, "score made --quiet").output().unwrap();
            prop_assert_eq!(output.status.code(), Some(0), "{}", text);
        }
    }
}
