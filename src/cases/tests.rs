use super::alternatives::Alternatives;
use super::*;
use crate::check::{self, Ruleset, Unit};
use crate::data::{FieldId, Value};
use crate::eval::Scorer;
use crate::policy::{Case, Policy};
use crate::source::Sources;
use std::sync::Arc;

const POLICY: &str = r#"
policy p "P" {
  scores  person
  start   100
  range   0 to 500
}
record person {
  id      text  key
  born    date up to today
  income  money 0 or more  optional
  debt    money 0 or more
  kind    one of (a, b, c)
  bad     yes/no  optional
}
record late belongs to person by person {
  person  text
  date    date
  days    integer 1 to 365
}
reason R01 "One"
let age = years_between(born, today)
let share = debt / income
characteristic age "Age" {
  reason  R01
  | age          | points |
  | under 30     |      0 |
  | 30 or more   |    +50 |
}
characteristic share "Share" {
  reason  R01
  | share           | points |
  | under 20%       |    +40 |
  | 20% to under 50%|    +20 |
  | 50% or more     |      0 |
  | missing         |     -5 |
}
characteristic kind "Kind" first match {
  reason  R01
  | kind | income         | points |
  | a    | any, missing   |      0 |
  | a, b | over 1_000     |    +10 |
  | any  | any, missing   |     +5 |
}
rule late "Late" {
  for each late where late.days at least 30
  points  -10 each, no more than 15 in total
  reason  R01
}
rule poor "Poor" {
  when        income under 500 and (kind is b or bad)
  if missing  0
  points      -20
  reason      R01
}
tiers {
  best  "Best"  200 or more
  rest  "Rest"  under 200
}
"#;

fn ruleset(text: &str) -> Ruleset {
    let (unit, mut diagnostics) = Unit::of_text("p.score", text);
    let checked = check::check(unit);
    diagnostics.extend(checked.diagnostics);
    checked.ruleset.unwrap_or_else(|| panic!("{diagnostics:#?}"))
}

fn with_cases(cases: &str) -> (Ruleset, Vec<(Arc<Policy>, Case)>) {
    let ruleset = ruleset(&format!("{POLICY}{cases}"));
    let positions: Vec<usize> = (0..ruleset.cases().len()).collect();
    let cases = ruleset.some_cases(&positions).unwrap();
    (ruleset, cases)
}

const ONE: &str = r#"
case "one" {
  as of   2026-01-31
  given   person { id: "x", born: 1990-01-01, income: 1000, debt: 100, kind: a }
  expect  status scored
}
"#;

fn covered<'p>(cases: &'p [(Arc<Policy>, Case)], sources: &Sources) -> (Coverage<'p>, Vec<Trial<'p>>) {
    let trials: Vec<Trial<'p>> =
        cases.iter().filter_map(|(policy, case)| Trial::run(&Scorer::new(policy), case)).collect();
    (Coverage::of(&trials, &[], sources), trials)
}

/// What was not reached: the line, what of it, and why.
fn told(coverage: &Coverage<'_>) -> Vec<String> {
    let of = |one: &Uncovered<'_>| {
        let what = if one.label.is_empty() { &one.text } else { &one.label };
        format!("{what} -- {}", one.why)
    };
    coverage.files.iter().flat_map(|file| &file.uncovered).map(of).collect()
}

#[test]
fn what_no_case_reached_is_told_with_why() {
    let (ruleset, cases) = with_cases(ONE);
    let (coverage, _) = covered(&cases, ruleset.sources());
    insta::assert_snapshot!(told(&coverage).join("\n"));
    let total = coverage.total();
    assert_eq!((total.reached, total.all, total.percent()), (7, 23, 30));
}

#[test]
fn suggested_cases_reach_the_rest() {
    let (ruleset, cases) = with_cases(ONE);
    let (coverage, trials) = covered(&cases, ruleset.sources());
    let uncovered: Vec<&Uncovered<'_>> = coverage.files.iter().flat_map(|file| &file.uncovered).collect();
    let suggestions = suggest(&uncovered, &trials);
    let reached: std::collections::BTreeSet<usize> =
        suggestions.iter().flat_map(|suggestion| suggestion.reaches.clone()).collect();
    let left: Vec<&str> = (0..uncovered.len())
        .filter(|at| !reached.contains(at))
        .map(|at| uncovered[at].text.as_str())
        .collect();
    assert_eq!(left, Vec::<&str>::new());
    // Written down and read again, they do what was said of them.
    let texts: String = suggestions.iter().map(|suggestion| suggestion.text.as_str()).collect();
    let (ruleset, cases) = with_cases(&format!("{ONE}{texts}"));
    let (coverage, _) = covered(&cases, ruleset.sources());
    assert_eq!(told(&coverage), Vec::<String>::new());
}

#[test]
fn what_nothing_can_reach_is_never_suggested() {
    // Nobody has more than 100 + 50 + 40 + 10 points.
    let (ruleset, cases) = with_cases(ONE);
    let (coverage, trials) = covered(&cases, ruleset.sources());
    let best = coverage.files[0].uncovered.iter().find(|one| one.text.starts_with("best")).unwrap();
    let mut goal = best.goal.clone();
    goal.target = Target::Tier(crate::policy::TierId(7));
    let impossible = Uncovered { goal, ..best.clone() };
    assert_eq!(suggest(&[&impossible], &trials), []);
}

#[test]
fn participation_that_is_never_open_is_the_reason() {
    let text = POLICY.replace(
        "characteristic age",
        "participation {\n  needs  bad is yes\n  if missing  does not apply\n}\ncharacteristic age",
    );
    let ruleset =
        ruleset(&format!("{text}{ONE}").replace("expect  status scored", "expect  status not participating"));
    let cases = ruleset.some_cases(&[0]).unwrap();
    let (coverage, _) = covered(&cases, ruleset.sources());
    let why = told(&coverage);
    assert!(why.iter().any(|why| why == "| under 30     |      0 | -- no case reached it: the participation condition was never true (1 case)"), "{why:#?}");
}

#[test]
fn a_field_has_both_sides_of_every_edge() {
    let ruleset = ruleset(POLICY);
    let policy = ruleset.on(crate::date::Date::parse("2026-01-31").unwrap(), &[]).unwrap();
    let alternatives = Alternatives::of(&policy);
    let shown = |field: u32| -> Vec<String> {
        alternatives
            .edges(policy.schema.scored, FieldId(field))
            .iter()
            .map(|value| value.describe(&[]))
            .collect()
    };
    assert_eq!(shown(2), ["0", "499.99", "500", "1000", "1000.01", "missing"]);
    assert_eq!(shown(5), ["no", "yes", "missing"]);
    let late = policy.schema.children().next().unwrap();
    let days: Vec<Value> = alternatives.edges(late, FieldId(2));
    assert_eq!(days.iter().map(|value| value.describe(&[])).collect::<Vec<_>>(), ["1", "29", "30", "365"]);
}

#[test]
fn edges_of_what_is_worked_out_are_found_to_the_unit() {
    let (_, cases) = with_cases(ONE);
    let [(policy, case)] = cases.as_slice() else { panic!("one case") };
    let edges = edges(policy, std::slice::from_ref(case)).unwrap();
    let titles: Vec<&str> = edges.csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    // Thirty years before 2026-01-31, and the day after.
    for title in [
        "born 1996-01-31",
        "born 1996-02-01",
        "debt 199.99",
        "debt 200",
        "debt 499.99",
        "debt 500",
        "income 200",
        "income 200.01",
        "kind c",
        "bad missing",
    ] {
        assert!(titles.contains(&title), "{title}: {titles:?}");
    }
    assert_eq!(edges.cases, titles.len());
    assert_eq!(edges, super::edges(policy, std::slice::from_ref(case)).unwrap());
}
