//! The command line: what it prints on stdout and stderr and how it ends, run in a folder of its own.

use super::command::{folder_with_shop, glassbox_in, stdout};
use insta_cmd::assert_cmd_snapshot;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with a copy of the small pack `shop`.
struct Shop(TempDir);

impl Shop {
    fn new() -> Self {
        Self(folder_with_shop())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &str) -> Command {
        glassbox_in(self.path(), arguments.split_whitespace())
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).unwrap();
    }

    /// Replaces a text in a file; it must be there.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "`{from}` is not in {file}");
        self.write(file, &text.replace(from, to));
    }

    /// With sound records only.
    fn mended() -> Self {
        let shop = Self::new();
        let lines = shop.read("shop/customers.csv");
        let sound: String = lines.lines().take(6).map(|line| format!("{line}\n")).collect();
        shop.write("shop/customers.csv", &sound);
        shop.edit("shop/purchases.csv", "c9,2026-01-30,7\n", "");
        shop
    }
}

/// Snapshots without the hash, which changes with every comment in the policy.
fn redacted(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[hash]");
    settings.add_filter(r"\b[0-9a-f]{64}\b", "[hash]");
    settings.bind(test);
}

/// Runs the shop with each line of arguments and snapshots it under its name.
fn snapshots(shop: &Shop, runs: &[(&str, &str)]) {
    redacted(|| {
        for (name, arguments) in runs {
            assert_cmd_snapshot!(*name, shop.run(arguments));
        }
    });
}

#[test]
fn help() {
    snapshots(
        &Shop::new(),
        &[
            ("help", "--help"),
            ("help_new", "new --help"),
            ("help_check", "check --help"),
            ("help_audit", "audit --help"),
            ("help_fields", "fields --help"),
            ("help_score", "score --help"),
            ("help_explain", "explain --help"),
            ("help_test", "test --help"),
            ("help_watch", "watch --help"),
            ("help_fmt", "fmt --help"),
            ("help_synth", "synth --help"),
            ("help_explain_error", "explain-error --help"),
            ("no_command", ""),
            ("no_such_option", "score shop --colour"),
        ],
    );
}

#[test]
fn score() {
    snapshots(
        &Shop::mended(),
        &[
            ("score_csv", "score shop"),
            ("score_ndjson", "score shop --format ndjson --quiet"),
            ("score_table", "score shop --format table --quiet"),
            ("score_contributions", "score shop --contributions --quiet"),
            ("score_policy_file", "score shop/shop.score --quiet"),
            ("score_as_of", "score shop --as-of 2020-01-31"),
            ("score_set", "score shop --set open_bill=-10"),
        ],
    );
}

#[test]
fn records_that_are_set_aside() {
    let shop = Shop::new();
    snapshots(&shop, &[("score_rejects", "score shop --rejects rejects.ndjson --out scores.csv")]);
    insta::assert_snapshot!("score_rejects_scores", shop.read("scores.csv"));
    insta::assert_snapshot!("score_rejects_file", shop.read("rejects.ndjson"));
    let names: Vec<_> = fs::read_dir(shop.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "something else was left behind: {names:?}");
    snapshots(
        &shop,
        &[("score_rejects_quiet", "score shop --quiet"), ("explain_set_aside", "explain shop c6")],
    );
}

#[test]
fn what_cannot_be_run() {
    let shop = Shop::mended();
    shop.write("people.csv", "id,since,unpaid\nc1,2019-03-01,0\n");
    shop.write("odd.txt", "");
    snapshots(
        &shop,
        &[
            ("score_no_pack", "score shopp"),
            ("score_bad_date", "score shop --as-of 31.1.2026"),
            ("score_unknown_param", "score shop --set open_bil=-10"),
            ("score_param_that_does_not_fit", "score shop --set open_bill=many"),
            ("score_set_without_value", "score shop --set open_bill"),
            ("score_unknown_data", "score shop --data customr=people.csv"),
            ("score_missing_column", "score shop --data customer=people.csv"),
            ("score_no_such_file", "score shop --data customer=nobody.csv"),
            ("score_unknown_format", "score shop --data customer=odd.txt"),
            ("score_out_in_no_folder", "score shop --quiet --out nowhere/scores.csv"),
        ],
    );
    assert!(!shop.path().join("nowhere").exists());
}

#[test]
fn a_wrong_manifest() {
    let shop = Shop::mended();
    shop.edit("shop/glassbox.toml", "[data.customer]", "[data.custmer]");
    shop.edit("shop/glassbox.toml", "missing =", "mising =");
    snapshots(&shop, &[("manifest_unknown_key", "score shop")]);
    let shop = Shop::mended();
    shop.edit("shop/glassbox.toml", "[\"shop.score\"]", "[\"shop.score\"");
    snapshots(&shop, &[("manifest_not_toml", "check shop")]);
    let shop = Shop::mended();
    shop.edit("shop/glassbox.toml", "[data.purchase]\nfile = \"purchases.csv\"\n", "");
    snapshots(&shop, &[("data_not_supplied", "score shop")]);
}

#[test]
fn check() {
    let shop = Shop::new();
    snapshots(&shop, &[("check_fine", "check shop"), ("check_no_such_path", "check nowhere")]);
    shop.edit(
        "shop/shop.score",
        "reason R01 \"Bills are unpaid\"",
        "reason R01 \"Bills are unpaid\"\nreason R05 \"Unused\"",
    );
    snapshots(
        &shop,
        &[("check_warning", "check shop"), ("check_deny_warnings", "check shop/shop.score --deny-warnings")],
    );
    shop.edit("shop/shop.score", "  | missing   | 0         | R04    |\n", "");
    shop.edit("shop/shop.score", "when        unpaid", "when        unpad");
    snapshots(
        &shop,
        &[
            ("check_wrong", "check shop"),
            ("check_short", "check shop --format short"),
            ("check_json", "check shop --format json"),
            ("check_twice", "check shop shop/shop.score --format short"),
            ("score_wrong", "score shop"),
        ],
    );
}

#[test]
fn explain() {
    let shop = Shop::mended();
    snapshots(
        &shop,
        &[
            ("explain_text", "explain shop c2"),
            ("explain_json", "explain shop c2 --format json"),
            ("explain_missing", "explain shop c3"),
            ("explain_not_scored", "explain shop c4"),
            ("explain_unknown_key", "explain shop c22"),
            ("explain_misspelt_key", "explain shop C,5"),
        ],
    );
}

#[test]
fn cases() {
    let shop = Shop::new();
    snapshots(
        &shop,
        &[
            ("test_holds", "test shop"),
            ("test_filter", "test shop --filter unpaid"),
            ("test_filter_nothing", "test shop --filter nobody"),
        ],
    );
    shop.edit("shop/shop.score", "expect  score 690", "expect  score 610");
    shop.edit("shop/shop.score", "expect  tier gold", "expect  tier silver");
    shop.edit("shop/shop.score", "expect  status not scored", "expect  score 300\n  expect  reasons R01");
    snapshots(&shop, &[("test_differs", "test shop"), ("test_json", "test shop --format json")]);
}

#[test]
fn explain_error() {
    snapshots(
        &Shop::new(),
        &[
            ("explain_error_page", "explain-error e0204"),
            ("explain_error_unknown", "explain-error E0240"),
            ("explain_error_list", "explain-error"),
        ],
    );
}

#[test]
fn a_pack_without_a_day_uses_the_clock_and_says_so() {
    let shop = Shop::mended();
    shop.edit("shop/glassbox.toml", "as_of    = \"2026-01-31\"\n", "");
    let output = shop.run("score shop").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let day = said.lines().find_map(|line| line.strip_prefix("as of ")).unwrap();
    let (day, clock) = day.split_once(' ').unwrap();
    assert!(glassbox::date::Date::parse(day).is_ok(), "{day}");
    assert_eq!(clock, "(today, by this computer's clock)");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let shop = Shop::mended();
    // Enough rows that they cannot all stand in the pipe.
    let rows: String = (0..20_000).map(|n| format!("x{n},2019-03-01,0,own,\n")).collect();
    shop.write("shop/customers.csv", &format!("id,since,unpaid,home,nickname\n{rows}"));
    shop.write("shop/purchases.csv", "customer,date,amount\n");
    let mut child = shop.run("score shop").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn an_output_file_is_replaced_as_a_whole_or_not_at_all() {
    let shop = Shop::mended();
    shop.write("scores.csv", "yesterday's");
    stdout(shop.run("score shop --quiet --out scores.csv"));
    assert!(shop.read("scores.csv").starts_with("id,score,"));
    shop.write("scores.csv", "yesterday's");
    let wrong = shop.run("score shop --quiet --out scores.csv --set open_bill=many").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(shop.read("scores.csv"), "yesterday's");
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let shop = Shop::mended();
    let escapes = |text: &str| text.contains('\u{1b}');
    assert!(!escapes(&stdout(shop.run("explain shop c1"))));
    assert!(escapes(&stdout(shop.run("explain shop c1 --color always"))));
    assert!(!escapes(&stdout(shop.run("explain shop c1 --color never"))));
    let mut command = shop.run("explain shop c1");
    command.env("NO_COLOR", "1");
    assert!(!escapes(&stdout(command)));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let shop = Shop::mended();
    let run = |more: &str| stdout(shop.run(&format!("score shop --contributions --quiet {more}")));
    for format in ["csv", "ndjson", "parquet"] {
        let bytes = |more: &str| {
            run(&format!("--out scores.{format} {more}"));
            fs::read(shop.path().join(format!("scores.{format}"))).unwrap()
        };
        let once = bytes("");
        for how in
            ["", "--threads 1", "--threads 2 --batch-size 1", "--threads 8 --batch-size 2", "--batch-size 7"]
        {
            assert_eq!(bytes(how), once, "{format} {how}");
        }
    }
}

#[test]
fn the_name_of_the_file_says_its_form() {
    let shop = Shop::mended();
    let run = |out: &str| stdout(shop.run(&format!("score shop --quiet {out}")));
    let csv = run("");
    assert_eq!(run("--out -"), csv);
    for (file, magic) in [
        ("scores.parquet", &b"PAR1"[..]),
        ("scores.csv.gz", b"\x1f\x8b"),
        ("scores.ndjson.zst", b"\x28\xb5\x2f\xfd"),
    ] {
        run(&format!("--out {file}"));
        assert!(fs::read(shop.path().join(file)).unwrap().starts_with(magic), "{file}");
    }
    run("--out scores.jsonl");
    assert_eq!(shop.read("scores.jsonl"), run("--format ndjson"));
    run("--out scores.parquet --format csv");
    assert_eq!(shop.read("scores.parquet"), csv);
    let refused = shop.run("score shop --out scores.parquet.gz").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("let its name end in `.parquet`"));
    assert!(!shop.path().join("scores.parquet.gz").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let shop = Shop::mended();
    for format in ["csv", "ndjson", "table", "parquet"] {
        let ended =
            shop.run(&format!("score shop --quiet --format {format} --out /dev/full")).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{format}");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(said, "error: cannot write `/dev/full`: No space left on device (os error 28)\n");
    }
}
