//! What `glassbox audit --ask` says of a clause: in later periods of effect, of data, and of nothing.

use super::command::glassbox;
use std::fs;
use tempfile::TempDir;

const PERSON: &str = "policy p {\n  scores person\n  start 0\n}\nrecord person {\n  id text key\n  x yes/no\n  opened date up to today\n}\n";

/// The exit code and what is said of a clause and a policy with these lines, on 27 November 2026.
fn asked(lines: &str, clause: &str) -> (i32, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("p.score");
    fs::write(&file, format!("{PERSON}{lines}\n")).unwrap();
    let arguments = ["audit", file.to_str().unwrap(), "--as-of", "2026-11-27", "--ask", clause];
    let output = glassbox(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_a_fixed_date_begins_is_asked_too() {
    let rule = |when: &str| format!("rule later {{\n  when {when} and x\n  points -40\n}}");
    let due = "let due {\n  | opened | gives |\n  | before 2000-01-01 | 2027-01-01 |\n  | otherwise | 2029-01-01 |\n}\n";
    for (lines, when, from) in [
        ("", "today is one of (2027-01-01, 2028-06-01)", "2027-01-01"),
        ("list feasts = (2027-01-01, 2028-06-01)\n", "today is one of feasts", "2027-01-01"),
        ("param start 2027-01-01\n", "start within 3 months", "2027-01-01"),
        ("", "2026-10-31 before 1 month ago", "2026-12-01"),
        (due, "due before today", "2027-01-02"),
        ("", "opened after 2027-01-01", "2027-01-02"),
        ("", "opened after 2027-01-01 and opened before 30 days ago", "2027-02-02"),
    ] {
        let (code, said) = asked(&format!("{lines}{}", rule(when)), "forbid person.x to influence score");
        assert_eq!(code, 1, "{when}: {said}");
        assert!(said.contains(&format!("Refuted: from {from} on: ")), "{when}: {said}");
    }
    // What lies behind it is over.
    let (code, said) = asked(&rule("today is one of (2026-01-01)"), "forbid person.x to influence score");
    assert_eq!(code, 0, "{said}");
}

#[test]
fn the_head_says_first_how_the_clauses_stand() {
    let (_, said) = asked("rule r {\n  when x\n  points 1\n}", "forbid person.x to influence score");
    let head: Vec<&str> = said.lines().skip(2).take(2).collect();
    assert_eq!(head[0], "Clauses: 0 proved, 1 refuted, 0 undecided");
    assert!(head[1].starts_with("Proved for every person"), "{said}");
}

#[test]
fn a_screen_of_data_is_called_no_proof() {
    let clause = "require adverse impact of score 470 or more by applicant.age under 25 at least 0.8";
    let arguments = ["audit", "rules/german_credit", "--as-of", "2026-01-31", "--data", "--ask", clause];
    let output = glassbox(arguments).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().nth(2), Some("Clauses: 1 does not hold in the data"));
    assert!(said.contains("\nNo proof: adverse impact is screened in the data"), "{said}");
    assert!(said.contains("\n  Does not hold in the data: in these 1,000 records"), "{said}");
    assert!(!said.contains("Proved") && !said.contains("refuted"), "{said}");
}

#[test]
fn what_names_nothing_holds_of_nothing() {
    let (code, said) = asked("rule r {\n  when x\n  points 1\n}", "forbid opinion to influence score");
    assert_eq!(code, 0, "{said}");
    assert_eq!(said.lines().nth(2), Some("Clauses: 1 holds of nothing"));
    assert!(
        said.contains("Holds of nothing: the policy has no tag, record, link or field `opinion`"),
        "{said}"
    );
    assert!(!said.to_lowercase().contains("proved"), "{said}");
}

#[test]
fn without_data_nothing_is_said_to_be_screened() {
    let clause = "require adverse impact of score 1 or more by person.x at least 0.8";
    let (code, said) = asked("rule r {\n  when x\n  points 1\n}", clause);
    assert_eq!(code, 4, "{said}");
    assert_eq!(said.lines().nth(2), Some("Clauses: 0 proved, 0 refuted, 1 undecided"));
    assert!(!said.contains("screened in the data"), "{said}");
}
