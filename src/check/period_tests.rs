//! Which days begin a period: what a policy holds against `today`, in whatever words.

use super::Unit;
use crate::date::Date;

/// The first days of the periods of a policy with these lines that begin after 2026-01-01.
fn firsts(lines: &str, settings: &[(&str, &str)]) -> Vec<String> {
    let text = format!(
        "policy p {{\n scores person\n start 0\n}}\nrecord person {{\n id text key\n sex one of (f, m)\n born date\n \
         opened date up to today\n}}\nrecord deed belongs to person by person {{\n person text\n on date\n}}\n{lines}\n"
    );
    let (unit, found) = Unit::of_text("test.score", &text);
    assert!(found.is_empty(), "{lines}: {found:?}");
    let checked = super::check(unit);
    let Some(ruleset) = checked.ruleset else { panic!("{lines}: {:?}", checked.diagnostics) };
    let settings: Vec<_> =
        settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let after = Date::parse("2026-01-01").unwrap();
    let firsts = ruleset.days_to_ask_after(after, &settings).into_iter().filter_map(|(_, first)| first);
    firsts.filter(|first| *first > after).map(|first| first.to_string()).collect()
}

fn rule(when: &str) -> String {
    format!("rule later {{\n when {when} and sex is f\n points -40\n}}")
}

/// That a rule with this condition, and these lines before it, begins periods on exactly these days.
#[track_caller]
fn begins(lines: &str, when: &str, days: &[&str]) {
    assert_eq!(firsts(&format!("{lines}\n{}", rule(when)), &[]), days, "{lines} {when}");
}

const DAY: [&str; 2] = ["2027-01-01", "2027-01-02"];

#[test]
fn today_against_a_fixed_date() {
    begins("", "today on or after 2027-01-01", &DAY);
    begins("", "2027-01-01 before today", &DAY);
    begins("let start = 2027-01-01", "today on or after start", &DAY);
    begins("let begun = today on or after 2027-01-01", "begun", &DAY);
    begins("param start 2027-01-01", "today is start", &DAY);
    begins(
        "let start = 2027-01-01",
        "today between person.start and 2027-01-02",
        &["2027-01-01", "2027-01-02", "2027-01-03"],
    );
    // A date that `today` is not compared with begins nothing.
    begins("", "born before 2027-01-01", &[]);
}

#[test]
fn today_in_a_list_of_days() {
    let days = ["2027-01-01", "2027-01-02", "2028-01-01", "2028-01-02"];
    begins("", "today is one of (2027-01-01, 2028-01-01)", &days);
    begins("", "today is not one of (2027-01-01, 2028-01-01)", &days);
    begins("list feasts = (2027-01-01, 2028-01-01)", "today is one of feasts", &days);
    begins("list feasts = (2027-01-01, 2028-01-01)", "today is not one of feasts", &days);
    begins("list feasts = (2027-01-01, 2028-01-01)\nlet now = today", "now is one of feasts", &days);
    begins("param a 2027-01-01\nparam b 2028-01-01", "today is one of (a, b)", &days);
    begins("", "2027-01-01 is one of (today)", &DAY);
}

#[test]
fn a_window_of_a_fixed_date() {
    // From the day itself to 90 days later; a third turn for what stands between the window and the date.
    let days = ["2027-01-01", "2027-01-02", "2027-04-01", "2027-04-02", "2027-04-03"];
    begins("", "2027-01-01 within 90 days", &days);
    begins("", "2027-01-01 before 90 days ago", &days);
    begins("let start = 2027-01-01", "start within 90 days", &days);
    begins("param start 2027-01-01\nparam long 90", "start within long days", &days);
    let table = |cells: &str| format!("characteristic c {{\n {cells}\n}}");
    let cells = "| start | points |\n | within 90 days | 1 |\n | otherwise | 0 |";
    begins(&format!("let start = 2027-01-01\n{}", table(cells)), "sex is f", &days);
}

#[test]
fn tables_read_and_give_days() {
    let table = |name: &str, cells: &str| format!("let {name} {{\n {cells}\n}}");
    let given = "| sex | gives |\n | f | 2027-01-01 |\n | m | 2028-01-01 |";
    let days = ["2027-01-01", "2027-01-02", "2028-01-01", "2028-01-02"];
    begins(&table("due", given), "due before today", &days);
    let read = "| now | gives |\n | before 2027-01-01 | no |\n | 2027-01-01 or later | yes |";
    begins(&format!("let now = today\n{}", table("due", read)), "due", &DAY);
    let turned = "| start | gives |\n | before today | yes |\n | today or later | no |";
    begins(&format!("let start = 2027-01-01\n{}", table("due", turned)), "due", &DAY);
    let named = "| now | gives |\n | before start | no |\n | start or later | yes |";
    begins(&format!("let now = today\nparam start 2027-01-01\n{}", table("due", named)), "due", &DAY);
    let outcome = "| sex | gives |\n | f | today after 2027-01-01 |\n | m | no |";
    begins(&table("due", outcome), "due", &DAY);
}

#[test]
fn a_field_between_today_and_a_fixed_date() {
    let around = ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"];
    // No record was opened later than today.
    begins("", "opened on or after 2027-01-01", &around);
    // Nor is a deed known before its day.
    begins("", "count(deed where deed.on after 2027-01-01) >= 2", &around);
    begins("", "born before 2027-01-01 and born after today", &around);
    let windows =
        ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03", "2027-04-01", "2027-04-02", "2027-04-03"];
    begins("", "born within 90 days and born on or after 2027-01-01", &windows);
}

#[test]
fn a_parameter_set_from_outside() {
    let lines = format!("param start 2020-01-01\n{}", rule("today after start"));
    assert_eq!(firsts(&lines, &[]), Vec::<String>::new());
    assert_eq!(firsts(&lines, &[("start", "2027-01-01")]), DAY);
}

#[test]
fn what_counts_from_a_fixed_date_begins_there() {
    begins("", "max(0, days_between(2027-01-01, today)) >= 3", &DAY);
    let rule = "rule r {\n points max(0, days_between(2027-01-01, opened))\n}";
    assert_eq!(firsts(rule, &[]), ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"]);
    // An age has no fixed date.
    begins("let age = years_between(born, today)", "age >= 3", &[]);
}

#[test]
fn names_are_followed_as_far_as_they_lead() {
    let names = (1..60).map(|at| format!("let d{at} = d{}\n", at - 1));
    let lines: String = std::iter::once("let d0 = 2027-01-01\n".to_owned()).chain(names).collect();
    begins(&lines, "today on or after d59", &DAY);
}

/// A table is checked on the days of its own cells; conditions on the same field are held together only for what is asked, and
/// that no record is of a later day than today.
#[test]
fn what_records_can_be_is_no_day_to_check() {
    let text = "policy p {\n scores person\n start 0\n}\nrecord person {\n id text key\n opened date up to today\n}\n\
                rule r {\n when opened within 90 days\n points 1\n}\n\
                rule s {\n when opened before 2020-01-01\n points 1\n}\n";
    let (unit, _) = Unit::of_text("test.score", text);
    let mut ignored = Vec::new();
    let statements = super::imports::merge(&unit, &mut ignored);
    assert_eq!(super::periods::days_to_check(&statements, &[]).len(), 1);
    assert_eq!(super::periods::days_to_ask(&statements, &[]).len(), 8);
}
