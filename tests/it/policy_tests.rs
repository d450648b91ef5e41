//! `glassbox test` and `glassbox testdata`: tables of cases, coverage, suggested cases, and what build servers read.

use super::command::{folder_with_shop, glassbox, glassbox_in, stdout};
use insta_cmd::assert_cmd_snapshot;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A folder with a copy of the small pack `shop`.
struct Shop(TempDir);

impl Shop {
    fn new() -> Self {
        Self(folder_with_shop())
    }

    fn run(&self, arguments: &str) -> Command {
        glassbox_in(self.0.path(), arguments.split_whitespace())
    }

    /// Adds lines to the policy.
    fn add(&self, text: &str) {
        let path = self.0.path().join("shop/shop.score");
        let before = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{before}\n{text}")).unwrap();
    }

    /// With a table of cases.
    fn with_table(line: &str, table: &str) -> Self {
        let shop = Self::new();
        shop.add(line);
        shop.write_table(table);
        shop
    }

    fn write_table(&self, table: &str) {
        fs::create_dir_all(self.0.path().join("shop/cases")).unwrap();
        fs::write(self.0.path().join("shop/cases/edges.csv"), table).unwrap();
    }
}

/// Snapshots without the hash, which changes with every comment in the policy.
fn redacted(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[hash]");
    settings.add_filter(r"\b[0-9a-f]{64}\b", "[hash]");
    settings.bind(test);
}

const LINE: &str = "cases from \"cases/edges.csv\" as of 2026-01-31\n";

#[test]
fn help() {
    assert_cmd_snapshot!(glassbox(["testdata", "--help"]));
}

#[test]
fn a_table_of_cases_is_run() {
    let table = "case,since,unpaid,home,expect_score,expect_tier,expect_reasons,expect_status\n\
                 nothing to say against it,2020-01-01,0,own,680,gold,R03,\n\
                 ,2020-01-01,1,own,520,silver,R01 R03,scored\n\
                 far too many,2020-01-01,10,own,,,R01,not scored\n\
                 wrong on purpose,2020-01-01,,own,581,gold,none,\n";
    let shop = Shop::with_table(LINE, table);
    redacted(|| assert_cmd_snapshot!(shop.run("test shop")));
}

/// One changed cell makes many cases differ: three are explained, of the others it is told what differs.
#[test]
fn of_many_cases_that_differ_three_are_explained() {
    let rows = (0..9).map(|n| format!("late {n},202{n}-01-01,2,own,681,gold,\n")).collect::<String>();
    let rows = rows.replace("2026-01-01", "2020-06-01").replace("2027-01-01", "2020-07-01");
    let rows = rows.replace("2028-01-01", "2020-08-01");
    let shop = Shop::with_table(
        LINE,
        &format!("case,since,unpaid,home,expect_score,expect_tier,expect_reasons\n{rows}"),
    );
    redacted(|| {
        assert_cmd_snapshot!("many_differ", shop.run("test shop"));
        assert_cmd_snapshot!(
            "many_differ_one",
            glassbox_in(shop.0.path(), ["test", "shop", "--filter", "late 7"])
        );
    });
}

#[test]
fn a_cell_that_does_not_fit_is_told_where_it_stands() {
    let table = "case,since,unpaid,home,expect_score,expect_tier,expect_reasons,expect_status\n\
                 no date,2020-13-01,0,own,680,gold,R01,scored\n\
                 outside,2020-01-01,21,own,680,gold,R01,scored\n\
                 no such category,2020-01-01,0,owned,680,gold,R01,scored\n\
                 never missing,,0,own,680,gold,R01,scored\n\
                 no such tier and reason,2020-01-01,0,own,680,golden,R1,scored\n\
                 no status,2020-01-01,0,own,many,gold,R01,fine\n\
                 expects nothing,2020-01-01,0,own,,,,\n\
                 too few,2020-01-01,0\n\
                 one\n\
                 \"quoted\"badly,2020-01-01,0,own,680,gold,R01,scored\n\
                 \"over\ntwo lines\",2020-01-01,x,own,680,gold,R01,scored\n";
    assert_cmd_snapshot!(Shop::with_table(LINE, table).run("check shop"));
}

#[test]
fn columns_are_fields() {
    let table = "case,sinse,unpaid,unpaid,home,purchase.amount,expect_later\na,2020-01-01,0,0,own,1,yes\n";
    assert_cmd_snapshot!("columns_unknown", Shop::with_table(LINE, table).run("check shop"));
    let table = "case,since,expect_score\na,2020-01-01,680\nb,2020-01-01,680\n";
    assert_cmd_snapshot!("columns_absent", Shop::with_table(LINE, table).run("check shop"));
}

#[test]
fn a_table_must_be_there_and_have_a_day() {
    let table = "since,home,expect_score\n2020-01-01,own,580\n2021-01-01,own,580\n";
    let no_day = Shop::with_table("cases from \"cases/edges.csv\"\n", table);
    assert_cmd_snapshot!("table_without_day", no_day.run("check shop"));
    no_day.write_table("as_of,since,home,expect_score\n31.1.2026,2020-01-01,own,580\n");
    assert_cmd_snapshot!("table_with_odd_day", no_day.run("check shop"));
    no_day.write_table("");
    assert_cmd_snapshot!("table_empty", no_day.run("check shop"));
    no_day.write_table("as_of,since,home,expect_score\n");
    assert_cmd_snapshot!("table_without_rows", no_day.run("check shop"));
    fs::remove_file(no_day.0.path().join("shop/cases/edges.csv")).unwrap();
    assert_cmd_snapshot!("table_absent", no_day.run("check shop"));
    let outside = Shop::new();
    outside.add("cases from \"../edges.csv\" as of 2026-01-31\ncases form \"cases/edges.csv\"\n");
    assert_cmd_snapshot!("table_outside", outside.run("check shop"));
}

#[test]
fn coverage() {
    let shop = Shop::new();
    redacted(|| {
        assert_cmd_snapshot!("coverage", shop.run("test shop --coverage"));
        assert_cmd_snapshot!("coverage_json", shop.run("test shop --coverage --format json"));
        assert_cmd_snapshot!("suggest", shop.run("test shop --suggest"));
        assert_cmd_snapshot!("threshold_missed", shop.run("test shop --threshold 90"));
        assert_cmd_snapshot!("threshold_met", shop.run("test shop --threshold 50"));
        assert_cmd_snapshot!("threshold_odd", shop.run("test shop --threshold 101"));
        assert_cmd_snapshot!("junit", shop.run("test shop --threshold 90 --format junit"));
    });
}

#[test]
fn what_differs_is_a_failure_for_build_servers() {
    let shop = Shop::new();
    shop.add(
        "case \"less <than> it should\" {\n  as of   2026-01-31\n  given   customer { id: \"a\", since: 2020-01-01, home: \
         own }\n  expect  score 1\n  expect  tier gold\n}\n",
    );
    redacted(|| assert_cmd_snapshot!("junit_differs", shop.run("test shop --format junit --filter <than>")));
}

#[test]
fn suggested_cases_made_of_rows_are_whole_cases() {
    let table = "since,unpaid,home,expect_score\n2020-01-01,0,own,680\n";
    let shop = Shop::with_table(LINE, table);
    let said = stdout(shop.run("test shop --suggest"));
    let suggested: Vec<&str> = said.lines().skip_while(|line| !line.ends_with("and holds")).skip(1).collect();
    assert!(suggested.iter().any(|line| line.starts_with("case \"line ")), "{said}");
    shop.add(&suggested.join("\n"));
    stdout(shop.run("test shop --threshold 100"));
}

#[test]
fn a_sheet_saved_with_semicolons_is_told() {
    let table = "case;since;home;expect_score\na;2020-01-01;own;680\n";
    assert_cmd_snapshot!("columns_by_semicolons", Shop::with_table(LINE, table).run("check shop"));
}

/// The cases that are suggested for a policy, with the policy's own.
fn with_suggestions(pack: &str) -> (TempDir, String) {
    let said = stdout(glassbox(["test", pack, "--suggest"]));
    let suggested: String = said
        .lines()
        .skip_while(|line| !line.ends_with("and holds"))
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect();
    let suggested = suggested.split("✓").next().unwrap_or_default().to_owned();
    let folder = TempDir::new().unwrap();
    let (path, copy) = (Path::new(pack), folder.path().join("pack"));
    fs::create_dir_all(copy.join("cases")).unwrap();
    for entry in fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
    {
        fs::copy(&entry, copy.join(entry.file_name().unwrap())).unwrap();
    }
    let name = format!("{}.score", path.file_name().unwrap().to_str().unwrap());
    let policy = copy.join(&name);
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, format!("{text}\n{suggested}")).unwrap();
    (folder, format!("pack/{name}"))
}

#[test]
fn suggested_cases_of_the_packs_hold_and_reach_everything() {
    for pack in ["rules/german_credit", "rules/city"] {
        let (folder, policy) = with_suggestions(pack);
        let said = stdout(glassbox_in(folder.path(), ["test", &policy, "--threshold", "100"]));
        assert!(said.contains("✓ line "), "{said}");
    }
}

#[test]
fn the_cases_of_payments_reach_every_line_and_branch() {
    stdout(glassbox(["test", "rules/payments", "--threshold", "100"]));
}

/// The titles of a table of cases.
fn titles(csv: &str) -> Vec<String> {
    csv.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

#[test]
fn testdata_has_both_sides_of_every_edge_and_holds() {
    let csv = stdout(glassbox(["testdata", "rules/german_credit"]));
    assert_eq!(csv, stdout(glassbox(["testdata", "rules/german_credit"])));
    let titles = titles(&csv);
    let duration: Vec<&str> = titles.iter().filter_map(|title| title.strip_prefix("duration ")).collect();
    assert_eq!(duration, ["1", "7", "8", "15", "16", "33", "34", "43", "44", "120"]);
    for title in ["savings under_500", "credit_amount 9199.99", "credit_amount 9200", "housing free"] {
        assert!(titles.iter().any(|other| other == title), "{title}");
    }
    for pack in ["german_credit", "city", "sesame"] {
        let folder = TempDir::new().unwrap();
        let copy = folder.path().join("rules");
        super::console::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &copy);
        stdout(glassbox_in(&copy, ["testdata", pack, "--out", &format!("{pack}/edges.csv")]));
        let policy =
            copy.join(pack).join(if pack == "sesame" { "rumoured" } else { pack }).with_extension("score");
        let text = fs::read_to_string(&policy).unwrap();
        fs::write(&policy, format!("{text}\ncases from \"edges.csv\"\n")).unwrap();
        let said = stdout(glassbox_in(&copy, ["test".as_ref(), policy.as_os_str()]));
        assert!(said.contains("✓ the base record\n"), "{said}");
    }
}

#[test]
fn testdata_of_the_shop() {
    assert_cmd_snapshot!(Shop::new().run("testdata shop"));
}

#[test]
fn testdata_says_what_cases_do_not_know() {
    let shop = Shop::new();
    shop.add("param many \"How many unpaid bills are many\" 3\n\nrule dunned \"Many bills\" {\n  when    unpaid at least many\n  points  -5\n  if missing 0\n  reason  R01\n}\n");
    let path = shop.0.path().join("shop/glassbox.toml");
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{manifest}\n[params]\nmany = 4\n")).unwrap();
    let output = shop.run("testdata shop --out edges.csv").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{said}");
    assert!(said.contains("`many` is set in glassbox.toml, which cases do not know"), "{said}");
    assert_eq!(
        fs::read_to_string(shop.0.path().join("edges.csv")).unwrap(),
        stdout(shop.run("testdata shop"))
    );
    // Without a parameter there is nothing to say.
    fs::write(&path, manifest).unwrap();
    let said = String::from_utf8(shop.run("testdata shop").output().unwrap().stderr).unwrap();
    assert!(!said.contains("glassbox.toml"), "{said}");
}

/// A table with two columns of one name could not be read again.
#[test]
fn fields_that_are_called_like_the_columns_of_cases_are_refused() {
    let shop = Shop::new();
    let path = shop.0.path().join("shop/shop.score");
    let text = fs::read_to_string(&path).unwrap();
    let with = |fields: &str| text.replacen("  unpaid ", &format!("  {fields}\n  unpaid "), 1);
    fs::write(&path, with("case  integer  optional\n  as_of  date  optional")).unwrap();
    assert_cmd_snapshot!("testdata_fields", shop.run("testdata shop"));
    fs::write(&path, with("case_number  integer  optional  column \"case\"")).unwrap();
    assert!(stdout(shop.run("testdata shop")).starts_with("case,as_of,"));
}

/// In a table of cases a category has the policy's name, so that this is what a mistake is told by.
#[test]
fn a_category_that_is_none_is_told_with_the_names_of_the_policy() {
    let table = "since,unpaid,home,expect_score\n2020-01-01,0,Own,680\n2020-01-01,0,A1,680\n";
    let shop = Shop::with_table(LINE, table);
    let path = shop.0.path().join("shop/shop.score");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("one of (own, rent,", "one of (own as \"A1\", rent as \"A2\",", 1))
        .unwrap();
    let output = shop.run("check shop --format short").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said,
        "shop/cases/edges.csv:2:14: error[E0314]: `home` cannot be `Own`: not one of `own`, `rent`, `other`; did you mean `own`?\n"
    );
}

#[test]
fn a_filter_that_no_case_fits_is_a_mistake() {
    assert_cmd_snapshot!("filter_fits_none", Shop::new().run("test shop --filter zzz"));
    // A policy without cases is none.
    let shop = Shop::new();
    let path = shop.0.path().join("shop/shop.score");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.split("\ncase ").next().unwrap()).unwrap();
    let output = shop.run("test shop").output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b"no case\n"[..]));
}
