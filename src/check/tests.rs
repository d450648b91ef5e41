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
