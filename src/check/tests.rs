//! Whole policies through the checker: what is accepted, and what is said of what is not.

use super::{Unit, check};
use crate::date::Date;
use crate::diagnostic::{Diagnostic, render};

/// All diagnostics of a text, one line each: `LINE: CODE message`.
fn said(text: &str) -> Vec<String> {
    let (unit, mut diagnostics) = Unit::of_text("t.score", text);
    let sources = unit.sources.clone();
    let checked = check(unit);
    diagnostics.extend(checked.diagnostics);
    render::short(&diagnostics, &sources)
        .lines()
        .map(|l| l.trim_start_matches("t.score:").to_owned())
        .collect()
}

const SMALL: &str = "\
policy p {
  scores person
  start  0
}
record person {
  id   text key
  age  integer 0 to 120
  home one of (own, rent, other) optional
}
";

#[test]
fn the_first_example_of_the_language_holds() {
    let text = include_str!("../../tests/cases/language/payments.score");
    assert_eq!(said(text), Vec::<String>::new());
    let (unit, _) = Unit::of_text("payments.score", text);
    let ruleset = check(unit).ruleset.unwrap();
    let policy = ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap();
    assert_eq!(policy.items.len(), 4);
    assert_eq!(policy.item(crate::policy::ItemId(2)).reference.to_string(), "40");
    assert_eq!(policy.item(crate::policy::ItemId(3)).bounds.0.unwrap().to_string(), "-40");
    assert_eq!(ruleset.cases().len(), 1);
    let (_, case) = ruleset.case(0).map_err(|e: Vec<Diagnostic>| format!("{e:?}")).unwrap();
    assert_eq!(case.expectations.len(), 2);
}

#[test]
fn a_gap_an_overlap_and_a_missing_row_are_told_apart() {
    let gap = format!(
        "{SMALL}characteristic a {{\n  | age | points |\n  | under 20 | 1 |\n  | over 20 | 2 |\n}}\n"
    );
    assert_eq!(said(&gap), ["11:3: error[E0205]: no row takes `age` 20"]);
    let overlap = format!(
        "{SMALL}characteristic a {{\n  | age | points |\n  | 0 to 20 | 1 |\n  | 20 or more | 2 |\n}}\n"
    );
    assert_eq!(said(&overlap), ["13:3: error[E0206]: two rows take `age` 20"]);
    let missing =
        format!("{SMALL}characteristic a {{\n  | home | points |\n  | own | 1 |\n  | not own | 2 |\n}}\n");
    assert_eq!(
        said(&missing),
        ["11:5: error[E0204]: `home` may be missing, and this table has no row for it"]
    );
}

#[test]
fn a_decision_whose_answer_may_be_missing_is_an_error() {
    let text = format!("{SMALL}decision a yes/no {{\n  | score | gives |\n  | any | home is own |\n}}\n");
    assert_eq!(
        said(&text),
        ["12:11: error[E0204]: this answer may be missing, and a decision always gives one"]
    );
}

#[test]
fn what_is_known_of_one_child_says_nothing_of_another() {
    // Both amounts are the second field of their records.
    let text = format!(
        "{SMALL}record buy belongs to person by person {{
  person text
  amount number optional
}}
record ask belongs to person by person {{
  person text
  size number optional
}}
let total = sum(ask.size)
rule r {{
  points count(buy where buy.amount is known and total over 3)
}}
"
    );
    assert_eq!(
        said(&text),
        [
            "20:26: error[E0204]: `buy.amount is known and total over 3` may be undecided, and a `where` must decide"
        ]
    );
}

#[test]
fn a_child_dated_later_may_be_met_through_a_link() {
    let text = format!(
        "{SMALL}record shop {{
  id text key
}}
record sale belongs to shop by shop {{
  id   text key
  shop text
  date date
}}
link likes from person to sale
rule r {{
  for each likes
  | likes.date          | points each |
  | within 10 years     | 1           |
  | before 10 years ago | 2           |
}}
"
    );
    assert_eq!(said(&text), ["21:3: error[E0205]: no row takes `likes.date` 2026-01-02"]);
}

#[test]
fn a_cell_that_leaves_no_value_is_an_error() {
    let text = format!(
        "{SMALL}list odd = (1.5, 2)
characteristic a first match {{
  | home           | points |
  | own, missing   | 1      |
  | not own, rent, other | 2      |
  | any            | 3      |
}}
rule b {{
  when   age is one of odd
  points 1
}}
"
    );
    assert_eq!(
        said(&text),
        [
            "10:13: error[E0212]: `1.5` is not a whole number",
            "14:5: error[E0207]: `not own, rent, other` leaves no value, so no record can reach this row"
        ]
    );
}

#[test]
fn a_condition_of_an_or_counts_where_the_others_are_no() {
    let text = format!(
        "{}let share = age / pay
override o {{
  when       pay is 0 or share over 1
  score at most 3
}}
override p {{
  when       not (pay is 0) and share over 1
  score at most 4
}}
override q {{
  when       pay is 5 or share over 1
  score at most 5
}}
",
        SMALL.replace("  home", "  pay  number -10 to 10\n  home")
    );
    assert_eq!(
        said(&text),
        [
            "21:14: error[E0204]: `pay is 5 or share over 1` may be undecided, and nothing says what holds then"
        ]
    );
}

#[test]
fn two_values_that_nobody_declared_are_not_compared() {
    let text = format!(
        "{}rule r {{
  when       home is there
  points     1
}}
",
        SMALL.replace(
            "other) optional",
            "other or anything else)\n  there one of (own, rent, other or anything else)"
        )
    );
    assert_eq!(
        said(&text),
        [
            "12:14: error[E0209]: values that are not declared are all alike here, so two of them cannot be compared"
        ]
    );
}
