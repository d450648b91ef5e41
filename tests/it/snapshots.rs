//! `glassbox snapshot`, what `glassbox test` says of scores that are no longer so, and `glassbox review`.

use super::command::{folder_with_shop, glassbox, glassbox_in, stdout};
use insta_cmd::assert_cmd_snapshot;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// A folder with a copy of the small pack `shop`.
struct Shop(TempDir);

impl Shop {
    fn new() -> Self {
        let shop = Self(folder_with_shop());
        shop.edit(
            "glassbox.toml",
            "[data.purchase]",
            "[snapshot]\nexplain = [\"c1\", \"c,5\"]\n\n[data.purchase]",
        );
        // So that it has a score.
        shop.edit("customers.csv", "c1,2022-05-05,0,own,Ida", "c0,2022-05-05,0,own,Ida");
        shop
    }

    fn run(&self, arguments: &str) -> Command {
        glassbox_in(self.0.path(), arguments.split_whitespace())
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join("shop").join(file)).unwrap()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "`{from}` is not in {file}");
        fs::write(self.0.path().join("shop").join(file), text.replace(from, to)).unwrap();
    }

    /// With a snapshot.
    fn kept() -> Self {
        let shop = Self::new();
        stdout(shop.run("snapshot shop"));
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

#[test]
fn help() {
    assert_cmd_snapshot!("help_snapshot", glassbox(["snapshot", "--help"]));
    assert_cmd_snapshot!("help_review", glassbox(["review", "--help"]));
}

#[test]
fn what_is_kept() {
    let shop = Shop::new();
    redacted(|| {
        assert_cmd_snapshot!("kept", shop.run("snapshot shop"));
        insta::assert_snapshot!("kept_file", shop.read("snapshots/shop.csv"));
        insta::assert_snapshot!("kept_explanation", shop.read("snapshots/shop/c%2C5.txt"));
        assert_cmd_snapshot!("kept_again", shop.run("snapshot shop"));
        assert_cmd_snapshot!("kept_and_compared", shop.run("test shop"));
    });
}

#[test]
fn who_moved_and_through_which_line() {
    let shop = Shop::kept();
    let before = shop.read("snapshots/shop.csv");
    shop.edit("shop.score", "| 2 or more | -200      | R01    |", "| 2 or more | -150      | R01    |");
    shop.edit("shop.score", "points  +10 each", "points  +12 each");
    shop.edit("shop.score", "expect  score 690", "expect  score 692");
    shop.edit("shop.score", "expect  points of purchases 10", "expect  points of purchases 12");
    redacted(|| {
        assert_cmd_snapshot!("moved", shop.run("test shop"));
        assert_cmd_snapshot!("moved_json", shop.run("test shop --format json"));
        assert_cmd_snapshot!("moved_refused", shop.run("snapshot shop"));
    });
    assert_eq!(shop.read("snapshots/shop.csv"), before, "nothing is overwritten unasked");
    redacted(|| assert_cmd_snapshot!("moved_accepted", shop.run("snapshot shop --accept")));
    assert_ne!(shop.read("snapshots/shop.csv"), before);
    stdout(shop.run("test shop"));
}

/// An answer, a benefit and a penalty are part of what a record comes to, also where its score is what it was.
#[test]
fn who_is_given_something_else() {
    let shop = Shop::new();
    let held = "\nbenefit parking \"Free parking\" {\n  when     score at least 600\n  context  transport\n  grantor  \"The shop\"\n}\n\
                \npenalty deposit \"Pays a deposit\" {\n  when     score less than 400\n  context  credit\n  basis    \"House rules\"\n}\n";
    shop.edit("shop.score", "\ncase \"an old", &format!("{held}\ncase \"an old"));
    redacted(|| assert_cmd_snapshot!("given_kept", shop.run("snapshot shop")));
    let before = shop.read("snapshots/shop.csv");
    redacted(|| insta::assert_snapshot!("given_kept_file", before.as_str()));
    shop.edit("shop.score", "| silver | yes   |        |", "| silver | no    |        |");
    shop.edit("shop.score", "score at least 600", "score at least 690");
    shop.edit("shop.score", "score less than 400", "score less than 500");
    redacted(|| {
        assert_cmd_snapshot!("given_otherwise", shop.run("test shop"));
        assert_cmd_snapshot!("given_otherwise_json", shop.run("test shop --format json"));
        assert_cmd_snapshot!("given_otherwise_refused", shop.run("snapshot shop"));
    });
    assert_eq!(shop.read("snapshots/shop.csv"), before, "nothing is overwritten unasked");
    stdout(shop.run("snapshot shop --accept"));
    stdout(shop.run("test shop"));
}

/// A file of the form before decisions, benefits and penalties were kept.
#[test]
fn a_snapshot_of_the_first_form() {
    let shop = Shop::kept();
    let kept = shop.read("snapshots/shop.csv");
    let old: String = kept
        .replace("# glassbox snapshot 2:", "# glassbox snapshot 1:")
        .lines()
        .map(|line| {
            let quoted = line.replace("\"c,5\"", "c;5");
            let cells: Vec<&str> = quoted.split(',').collect();
            // Benefits, penalties and the one decision stand behind the reasons.
            let cells: Vec<&str> = cells
                .iter()
                .enumerate()
                .filter(|(at, _)| !(5..8).contains(at))
                .map(|(_, cell)| *cell)
                .collect();
            cells.join(",").replace("c;5", "\"c,5\"") + "\n"
        })
        .collect();
    fs::write(shop.0.path().join("shop/snapshots/shop.csv"), &old).unwrap();
    redacted(|| {
        assert_cmd_snapshot!("first_form", shop.run("test shop"));
        assert_cmd_snapshot!("first_form_kept_again", shop.run("snapshot shop"));
    });
    assert_eq!(shop.read("snapshots/shop.csv"), kept);
    // What it has is compared.
    fs::write(shop.0.path().join("shop/snapshots/shop.csv"), old.replace("c3,scored,580", "c3,scored,590"))
        .unwrap();
    redacted(|| assert_cmd_snapshot!("first_form_differs", shop.run("test shop")));
}

#[test]
fn a_comment_and_a_line_moved_are_no_difference() {
    let shop = Shop::kept();
    shop.edit("shop.score", "param open_bill", "# a comment\n\nparam open_bill");
    stdout(shop.run("test shop"));
}

#[test]
fn data_that_changed_is_told_as_such() {
    let shop = Shop::kept();
    shop.edit("customers.csv", "c2,2025-11-30,1,rent,Bo\n", "");
    shop.edit(
        "customers.csv",
        "c7,2022-05-05,0,boat,Gus",
        "c7,2022-05-05,0,own,Gus\nc71,2022-05-05,NA,rent,Jo",
    );
    shop.edit("purchases.csv", "c2,2026-01-30,7\n", "");
    redacted(|| assert_cmd_snapshot!("data_changed", shop.run("test shop")));
}

#[test]
fn an_item_that_is_new_or_gone_is_named() {
    let shop = Shop::kept();
    shop.edit("shop.score", "characteristic since \"Time", "characteristic loyalty \"Time");
    shop.edit("shop.score", "|  +80 |", "|  +70 |");
    redacted(|| assert_cmd_snapshot!("item_renamed", shop.run("snapshot shop")));
}

#[test]
fn what_cannot_be_compared() {
    assert_cmd_snapshot!("review_of_nothing", Shop::new().run("review shop"));
    let shop = Shop::kept();
    assert_cmd_snapshot!("review_without_terminal", shop.run("review shop"));
    let good = shop.read("snapshots/shop.csv");
    fs::write(shop.0.path().join("shop/snapshots/shop.csv"), good.replace(",scored,", ",scored,x")).unwrap();
    assert_cmd_snapshot!("snapshot_malformed", shop.run("test shop"));
    shop.edit("glassbox.toml", "\"c,5\"", "\"nobody\"");
    fs::write(shop.0.path().join("shop/snapshots/shop.csv"), good).unwrap();
    assert_cmd_snapshot!("snapshot_of_nobody", shop.run("snapshot shop"));
    shop.edit("glassbox.toml", "as_of    = \"2026-01-31\"\n", "");
    assert_cmd_snapshot!("snapshot_without_day", shop.run("snapshot shop"));
    shop.edit("glassbox.toml", "explain", "explained");
    assert_cmd_snapshot!("snapshot_unknown_entry", shop.run("snapshot shop"));
}

#[test]
fn the_packs_have_the_scores_that_were_kept() {
    for pack in ["german_credit", "payments", "city"] {
        let said = stdout(glassbox(["test", &format!("rules/{pack}")]));
        assert!(said.contains(&format!("✓ rules/{pack}/snapshots/{pack}.csv: no record differs")), "{said}");
    }
}

/// The kept scores of the real card are those of its README.
#[test]
fn kept_scores_are_those_of_the_card() {
    let kept = fs::read_to_string("rules/german_credit/snapshots/german_credit.csv").unwrap();
    let scores: Vec<i64> =
        kept.lines().skip(2).map(|line| line.split(',').nth(2).unwrap().parse().unwrap()).collect();
    assert_eq!((scores.len(), scores.iter().min(), scores.iter().max()), (1000, Some(&193), Some(&718)));
}
