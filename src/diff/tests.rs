//! Pairs of policies, and what is told of them.

use super::same::same_meaning;
use super::*;
use crate::check::{Ruleset, Unit, check};
use crate::date::Date;
use std::fmt::Write as _;

const SHOP: &str = include_str!("../../tests/cases/cli/shop/shop.score");
/// Groups, parameters with a history, links, influence, participation, consequences.
const CLUB: &str = r#"policy club "Club" {
  scores   member
  range    0 to 1000
  start    500
  reasons  up to 3 by points lost
  owner    "Board"
}

tag habit "What people do"

record member "Member" {
  id       text  key
  age      integer 0 to 120  "Age"
  joined   yes/no
  savings  money 0 or more  optional  "Savings"  tagged habit
  kind     one of (plain, gold, other)
}

record visit belongs to member by member {
  member  text
  date    date
  what    one of (swim, sauna, bar)
}

link friends from member to member

list tiring "Tiring" = (swim, sauna)

let rich "Well off" = savings at least 1000
let level "Level" {
  | kind         | gives |
  | plain, other | 0     |
  | gold         | 1     |
}

param late_penalty "Penalty" -60 before 2027-01-01, then -40

reason R1 "Too few visits"
reason R2 "Too young"
reason R3 "Friends"

characteristic age "Age" {
  reason  R2
  | age        | points                         |
  | under 18   | -30 before 2027-01-01, then -20 |
  | 18 to 40   | +10                            |
  | 41 to 60   | +20                            |
  | over 60    | +5                             |
}

group conduct "Conduct" weight 50% limited to -100 to +100 {
  rule visits "Visits" {
    for each visit where visit.date within 12 months
    | visit.what      | points each |
    | tiring          |          +3 |
    | bar             |          -2 |
    no more than 5 a day
    no more than 60 in total
    reason  R1
  }

  rule penalty "Penalty" {
    when        savings is 0
    points      late_penalty
    if missing  0
  }
}

influence friends "Friends" {
  average     of friends.score
  against     500
  weight      0.3
  limited to  -90 to +90
  reads       settled scores
  reason      R3
}

participation {
  needs   joined is yes
  before  2030-01-01
}

override gold "Gold members" {
  when   kind is gold
  score  at least 600
}

tiers {
  good  "Good"  500 or more
  poor  "Poor"  under 500
}

benefit drinks "Free drinks" {
  when     tier is good
  context  leisure
  from     2026-01-01
}
"#;

fn ruleset(text: &str) -> Option<Ruleset> {
    let (unit, _) = Unit::of_text("p.score", text);
    check(unit).ruleset
}

fn good(text: &str) -> Ruleset {
    let (unit, wrong) = Unit::of_text("p.score", text);
    let checked = check(unit);
    checked.ruleset.unwrap_or_else(|| panic!("{wrong:?} {:?}\n{text}", checked.diagnostics))
}

fn today() -> Date {
    Date::parse("2026-01-31").unwrap()
}

fn compared(old: &Ruleset, new: &Ruleset) -> Comparison {
    let version = |ruleset| Version { ruleset, settings: &[] };
    compare(version(old), version(new), today()).unwrap()
}

fn told(comparison: &Comparison) -> String {
    let mut text = format!("{:?}\n", comparison.meaning);
    for timed in &comparison.changes {
        let change = &timed.change;
        write!(text, "  {} {} {}", change.became.word(), change.part.word(), change.name).unwrap();
        if let Became::Renamed { from } = &change.became {
            write!(text, " (was {from})").unwrap();
        }
        for span in &timed.holds {
            write!(text, ", {span}").unwrap();
        }
        text.push('\n');
        for detail in &change.details {
            let (old, new) = (detail.old.as_deref().unwrap_or("-"), detail.new.as_deref().unwrap_or("-"));
            let words = if detail.words { " (words)" } else { "" };
            writeln!(text, "    {} {}: {old} => {new}{words}", detail.how.word(), detail.label).unwrap();
        }
    }
    for case in &comparison.cases {
        writeln!(text, "  {} case {}", case.became.word(), case.title).unwrap();
    }
    text
}

/// Edits of a policy, each a list of texts and what stands in their place.
type Edits<'e> = &'e [&'e [(&'e str, &'e str)]];

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not there");
        text.replace(from, to)
    })
}

fn all(text: &str, edits: Edits<'_>) -> String {
    let old = good(text);
    let mut all = String::new();
    for edits in edits {
        let comparison = compared(&old, &good(&edited(text, edits)));
        for (from, to) in *edits {
            writeln!(all, "{from:?} => {to:?}").unwrap();
        }
        writeln!(all, "{}", told(&comparison)).unwrap();
    }
    all
}

#[test]
fn what_is_told_of_a_shop() {
    let edits: Edits<'_> = &[
        &[("# A small policy", "# A policy")],
        &[("| 0         | +100      |        |", "| 0 | +100 | |")],
        &[("unpaid at least 10", "not (unpaid less than 10)")],
        &[("| +100 ", "| +90 ")],
        &[("| -200      | R01 ", "| -200      | R02 ")],
        &[(
            "  | 2 or more | -200      | R01    |\n",
            "  | 2 to 4 | -200 | R01 |\n  | 5 or more | -250 | R01 |\n",
        )],
        &[(
            "| 1         | open_bill | R01    |\n  | 2 or more",
            "| 1 to 3 | open_bill | R01 |\n  | 4 or more",
        )],
        &[(
            "  | 0         | +100      |        |\n  | 1         | open_bill | R01    |\n",
            "  | 0 to 1 | +60 | R01 |\n",
        )],
        &[
            ("within 12 months   |", "within 24 months   |"),
            ("before 12 months ago |", "before 24 months ago |"),
        ],
        &[("open_bill \"Points for each unpaid bill\" -60", "open_bill \"Points for each unpaid bill\" -50")],
        &[("integer  0 to 20", "integer  0 to 30")],
        &[("home    one of (own, rent, other)", "home    one of (own, rent, parents, other)")],
        &[("no more than 50 in total", "no more than 60 in total\n  no more than 20 a month")],
        &[("gold    \"Gold\"    680", "gold    \"Gold\"    700"), ("500 to under 680", "500 to under 700")],
        &[("reason R03 \"Few purchases in the last year\"", "reason R03 \"Few purchases\"")],
        &[("version  \"3\"", "version  \"4\"")],
        &[("  not scored\n", "  score at most 100\n")],
        &[("characteristic since \"", "characteristic customer_since \"")],
        &[("characteristic unpaid \"Unpaid bills\" {", "characteristic unpaid \"Bills\" {")],
        &[("expect  score 500\n", "expect  score 500\n  expect  tier silver\n")],
        &[("| silver | yes   |        |", "| silver | no    | R01    |")],
        &[("R04", "R05")],
        &[("start    500", "start    510")],
    ];
    insta::assert_snapshot!("shop", all(SHOP, edits));
}

#[test]
fn what_is_told_of_a_club() {
    let edits: Edits<'_> = &[
        &[("-30 before 2027-01-01, then -20", "-30 before 2027-01-01, then -25")],
        &[("-60 before 2027-01-01, then -40", "-70 before 2028-01-01, then -40")],
        &[("from     2026-01-01", "from     2026-06-01")],
        &[("savings at least 1000", "savings at least 2000")],
        &[
            ("list tiring \"Tiring\" = (swim, sauna)", "list tiring \"Tiring\" = (swim)"),
            ("| bar   ", "| bar, sauna "),
        ],
        &[("let rich", "let wealthy")],
        &[("record visit", "record call"), ("visit.", "call."), ("each visit", "each call")],
        &[("savings", "deposits")],
        &[("weight 50%", "weight 40%")],
        &[("weight      0.3", "weight      0.2")],
        &[("average     of", "median      of")],
        &[("before  2030-01-01", "before  2029-01-01")],
        &[("score  at least 600", "score  at least 650")],
        &[("  kind     one of", "  region   text  optional\n  kind     one of")],
        &[("tagged habit\n", "\n")],
        &[("tag habit \"What people do\"", "tag habit \"Habits\"")],
        &[
            ("| 18 to 40   | +10                            |\n", "| 18 to 40 | +12 |\n"),
            ("benefit drinks", "penalty drinks"),
        ],
        &[(
            "| 18 to 40   | +10                            |\n  | 41 to 60   | +20                            |\n",
            "| 18 to 25 | +10 |\n  | 26 to 50 | +15 |\n  | 51 to 60 | +20 |\n",
        )],
        &[
            ("  | age        | points ", "  | age        | points "),
            ("under 18  ", "under 21  "),
            ("18 to 40", "21 to 40"),
        ],
        &[("owner    \"Board\"", "owner    \"Committee\"")],
        &[(
            "reason R1 \"Too few visits\"\nreason R2 \"Too young\"",
            "reason R2 \"Too young\"\nreason R1 \"Too few visits\"",
        )],
    ];
    insta::assert_snapshot!("club", all(CLUB, edits));
}

/// Every number and every text in quotes of a policy, made another one: whatever then means something else is told, and not as
/// a mere order of declarations.
#[test]
fn nothing_is_missed() {
    let packs = ["payments/payments", "city/city", "sesame/rumoured", "german_credit/german_credit"];
    let texts = packs.map(|pack| {
        let path = format!("{}/rules/{pack}.score", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    });
    let (mut tried, mut told) = (0, 0);
    for text in [SHOP, CLUB].into_iter().chain(texts.iter().map(String::as_str)) {
        // The cases would refuse most edits, and stand last.
        let text = text.split("\ncase \"").next().unwrap();
        let Some(old) = ruleset(text) else { continue };
        let before = old.on(today(), &[]).unwrap();
        // Of the packs every third, as each is checked in full.
        let step = if text.len() > 5_000 { 3 } else { 1 };
        for edit in edits_of(text).into_iter().step_by(step) {
            let Some(new) = ruleset(&edit) else { continue };
            let after = new.on(today(), &[]).unwrap();
            tried += 1;
            let found = changes(&before, &after);
            if same_meaning(&before, &after) {
                assert!(found.is_empty(), "{found:#?}\n{edit}");
                continue;
            }
            told += 1;
            assert!(found.iter().any(|change| change.part != Part::Order), "{found:#?}\n{edit}");
        }
    }
    assert!(tried > 200 && told > 200, "{tried} edits, {told} of which mean something");
}

/// A text with one of its numbers, or of its texts in quotes, made another one.
fn edits_of(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut edits = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut add = |new: String| {
            let others = |range: &[&str]| range.concat();
            edits.push(format!("{}{new}{}", others(&lines[..at]), others(&lines[at + 1..])));
        };
        let code: Vec<char> = line.chars().take_while(|c| *c != '#').collect();
        let is_word = |at: usize| code.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_');
        let text = |range: &[char]| range.iter().collect::<String>();
        for from in 0..code.len() {
            let starts =
                code[from].is_ascii_digit() && (from == 0 || !(is_word(from - 1) || code[from - 1] == '.'));
            let end = from + code[from..].iter().take_while(|c| c.is_ascii_digit()).count();
            if starts && !is_word(end) && code.get(end) != Some(&'-') {
                let number: u64 = text(&code[from..end]).parse().unwrap();
                add(format!("{}{}{}\n", text(&code[..from]), number + 1, text(&code[end..]).trim_end()));
            }
        }
        if let Some(end) = code.iter().rposition(|c| *c == '"') {
            add(format!("{} it{}\n", text(&code[..end]), text(&code[end..]).trim_end()));
        }
    }
    edits
}

/// What stands for a missing value is part of the meaning, in every period.
#[test]
fn what_stands_for_a_missing_value_is_told() {
    let policy = "policy p \"P\" {\n  scores person\n  start 100\n}\nrecord person {\n  id text key\n  savings integer 0 to 9 optional\n}\n\
        param bonus 1 before 2027-01-01, then 2\n\
        let sv = savings otherwise 0\n\
        rule s \"S\" {\n  points 0.1 * savings\n  if missing 0\n}\n\
        rule v \"V\" {\n  points sv\n}\n\
        characteristic t \"T\" {\n  | savings | points |\n  | known | savings |\n  | missing | 1 * savings |\n  if missing 5\n}\n\
        override o \"O\" {\n  when savings over 5\n  score at most 50\n  if missing does not apply\n}\n";
    let old = good(policy);
    for (from, to, part) in [
        ("  if missing 0\n", "  if missing 50\n", Part::Rule),
        ("otherwise 0", "otherwise 500", Part::Definition),
        ("  if missing 5\n", "  if missing 9\n", Part::Characteristic),
        ("if missing does not apply", "if missing applies", Part::Override),
    ] {
        let text = edited(policy, &[(from, to)]);
        let comparison = compared(&old, &good(&text));
        assert_eq!(comparison.meaning, Meaning::Changed, "{from}");
        let parts: Vec<Part> = comparison.changes.iter().map(|timed| timed.change.part).collect();
        assert_eq!(parts, [part], "{}", told(&comparison));
        assert!(comparison.changes[0].holds.is_empty(), "{}", told(&comparison));
        // Beside a change of one period it is told of all periods still.
        let comparison = compared(&old, &good(&edited(&text, &[("then 2", "then 3")])));
        let change = comparison.changes.iter().find(|timed| timed.change.part == part).unwrap();
        assert!(change.holds.is_empty(), "{}", told(&comparison));
    }
}

#[test]
fn spans_of_time_are_words() {
    let day = |text: &str| Date::parse(text).ok();
    let span = |from: &str, before: &str| Span { from: day(from), before: day(before) }.to_string();
    assert_eq!(span("", ""), "always");
    assert_eq!(span("2027-01-01", ""), "from 2027-01-01 on");
    assert_eq!(span("", "2027-01-01"), "before 2027-01-01");
    assert_eq!(span("2027-01-01", "2028-01-01"), "from 2027-01-01 to before 2028-01-01");
}
