use super::*;
use crate::data::Value;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::eval::{Status, score_all};
use crate::policy::Policy;

/// A policy on a day.
fn policy(text: &str) -> Policy {
    let (unit, _) = crate::check::Unit::of_text("one.score", text);
    let checked = crate::check::check(unit);
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
    checked.ruleset.unwrap().on(Date::parse("2026-01-31").unwrap(), &[]).unwrap()
}

const LOAN: &str = r#"
policy loan "Loan" {
  scores  person
  range   0 to 1000
  start   500
}

record person {
  id      text  key
  age     integer 18 to 120
  home    one of (own as "O", rent as "R" or anything else)  optional
  owes    money 0 or more
  earns   money 0 or more  optional
  since   date up to today  optional
  member  yes/no  optional
}

let share = owes / earns

reason R1 "Age"
reason R2 "Debts"
reason R3 "Home"

characteristic age "Age" {
  reason  R1
  | age        | points |
  | under 25   |      0 |
  | 25 or more |    +20 |
}

characteristic debts "Debts" {
  reason  R2
  | share          | points |
  | under 30%      |    +50 |
  | 30% to 60%     |    +10 |
  | over 60%       |    -20 |
  | missing        |      0 |
}

characteristic home "Home" {
  reason  R3
  | home      | points |
  | own       |    +20 |
  | rent      |     +7 |
  | otherwise |      0 |
  | missing   |     +7 |
}

rule member "Members" {
  when        member and since before 5 years ago
  points      +5
  if missing  0
  reason      R1
}

override deep "In deep debt" {
  when    owes over 1_000_000
  score   at most 100
  reason  R2
}

tiers {
  good  "Good"  520 or more
  fair  "Fair"  under 520
}

decision answer "Answer" one of (yes_please, no_thanks) {
  | tier | gives      |
  | good | yes_please |
  | fair | no_thanks  |
}

benefit card "Card" {
  when     score at least 550
  context  shops
}
"#;

fn set_all(scorer: &Scorer, record: &mut Record) {
    let home = scorer.field("home").unwrap();
    record.set_named("id", "p1").unwrap();
    record.set_named("age", 24_u8).unwrap();
    record.set(home, scorer.category(home, "R")).unwrap();
    record.set_named("owes", 3333.335).unwrap();
    record.set_named("earns", Decimal::from_int(10_000)).unwrap();
    record.set_named("since", Date::parse("2015-05-05").unwrap()).unwrap();
    record.set_named("member", true).unwrap();
}

#[test]
fn typed_values_come_to_a_score_with_reasons() {
    let policy = policy(LOAN);
    let scorer = Scorer::new(&policy);
    let (mut record, mut sheet) = (scorer.record(), scorer.sheet());
    set_all(&scorer, &mut record);
    let outcome = scorer.score_into(&record, &mut sheet).unwrap().clone();
    assert_eq!(outcome.status, Status::Scored);
    // 500, 0 for age, 10 for 33%, 7 for rent, 5 for membership.
    assert_eq!(outcome.score, Some(Decimal::from_int(522)));
    let reasons: Vec<_> = outcome
        .reasons
        .iter()
        .map(|r| (&*policy.reason(r.reason).code, r.lost.unwrap().to_string()))
        .collect();
    assert_eq!(reasons, [("R2", "40".to_owned()), ("R1", "20".to_owned()), ("R3", "13".to_owned())]);
    assert_eq!(outcome.decisions[0].value, Value::Category(0));
    assert_eq!(outcome.consequences, [false]);
    assert_eq!(scorer.score(&record), Ok(outcome.clone()));
    assert_eq!(scorer.by_reference(&record), Ok(outcome));
}

#[test]
fn an_override_that_applies_is_the_references_affair() {
    let policy = policy(LOAN);
    let scorer = Scorer::new(&policy);
    let (mut record, mut sheet) = (scorer.record(), scorer.sheet());
    set_all(&scorer, &mut record);
    record.set_named("owes", 2_000_000).unwrap();
    let outcome = scorer.score_into(&record, &mut sheet).unwrap();
    assert_eq!(outcome.score, Some(Decimal::from_int(100)));
    assert_eq!(&*policy.reason(outcome.reasons[0].reason).code, "R2");
    // The next one is worked out on the same sheet.
    record.set_named("owes", 0).unwrap();
    assert_eq!(scorer.score_into(&record, &mut sheet).unwrap().score, Some(Decimal::from_int(562)));
    assert_eq!(sheet.outcome().consequences, [true]);
}

#[test]
fn what_a_field_cannot_hold_is_said_where_it_is_given() {
    let scorer = Scorer::new(&policy(LOAN));
    let mut record = scorer.record();
    let mut said = |name: &str, given: Given<'_>| record.set_named(name, given).unwrap_err().to_string();
    assert_eq!(said("age", 17.into()), "`age` cannot be `17`: outside its domain, `18 to 120`");
    assert_eq!(said("age", 20.5.into()), "`age` cannot be `20.5`: not a whole number");
    assert_eq!(said("age", f64::NAN.into()), "`age` cannot be `NaN`: not a number that fits");
    assert_eq!(said("age", true.into()), "`age` cannot be `yes`: the field is a whole number");
    assert_eq!(said("age", Given::Missing), "`age` cannot be empty: missing, and not optional");
    assert_eq!(said("member", "perhaps".into()), "`member` cannot be `perhaps`: neither yes nor no");
    assert_eq!(
        said("since", Date::parse("2026-02-01").unwrap().into()),
        "`since` cannot be `2026-02-01`: outside its domain, `up to today`"
    );
    assert_eq!(said("hight", 1.into()), "`hight` cannot be `1`: `person` has no such field");
    // A bad value is not kept.
    assert_eq!(scorer.score(&record).unwrap_err().to_string(), "`age` is missing, and not optional");
}

#[test]
fn texts_are_read_as_the_cells_of_a_file() {
    let scorer = Scorer::new(&policy(LOAN));
    let mut record = scorer.record();
    for (name, text) in [
        ("id", "p1"),
        ("age", "24"),
        ("home", "R"),
        ("owes", "3333.335"),
        ("earns", "1e4"),
        ("member", "TRUE"),
    ] {
        record.set_named(name, text).unwrap();
    }
    record.set_named("since", "2015-05-05").unwrap();
    let mut typed = scorer.record();
    set_all(&scorer, &mut typed);
    assert_eq!(scorer.score(&record), scorer.score(&typed));
    record.set_named("home", "a boat").unwrap();
    assert_eq!(scorer.score(&record).unwrap().score, Some(Decimal::from_int(515)));
    record.set_named("home", "").unwrap();
    assert_eq!(scorer.score(&record), scorer.score(&typed), "nothing known gives what rent gives");
}

#[test]
fn a_record_of_another_policy_is_refused() {
    let (one, other) = (Scorer::new(&policy(LOAN)), Scorer::new(&policy(LOAN)));
    assert_eq!(one.score(&other.record()), Err(ScoreError::OtherPolicy));
}

#[test]
fn many_threads_share_one() {
    fn shared<T: Send + Sync>(_: &T) {}
    let scorer = Scorer::new(&policy(LOAN));
    shared(&scorer);
    shared(&scorer.record());
    shared(&scorer.sheet());
    let scores: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut record = scorer.record();
                    set_all(&scorer, &mut record);
                    scorer.score(&record).unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(scores.windows(2).all(|pair| pair[0] == pair[1]));
}

const SHOP: &str = r#"
policy shop "Shop" {
  scores  person
  start   100
}

record person {
  id  text  key
}

record purchase belongs to person by buyer {
  buyer   text
  day     date
  amount  money 0 or more
}

reason R1 "Spending"

rule spending "Spending" {
  points  -0.1 * amount(sum(purchase.amount where purchase.day within 30 days)) limited to -50 to 0
  reason  R1
}
"#;

#[test]
fn children_come_along() {
    let policy = policy(SHOP);
    let scorer = Scorer::new(&policy);
    assert!(!scorer.is_direct());
    let purchase = scorer.child("purchase").unwrap();
    let [day, amount] = ["day", "amount"].map(|name| scorer.field_of(purchase, name).unwrap());
    let mut record = scorer.record();
    record.set_named("id", "p1").unwrap();
    let mut child = scorer.child_record(purchase);
    for (bought, spent) in [("2026-01-30", 100), ("2026-01-02", 20), ("2025-01-30", 900), ("2026-02-01", 7)] {
        child.clear();
        child.set(day, bought).unwrap();
        child.set(amount, spent).unwrap();
        record.add(&child).unwrap();
    }
    let outcome = scorer.score(&record).unwrap();
    assert_eq!(outcome.score, Some(Decimal::from_int(88)));
    child.clear();
    assert_eq!(
        record.add(&child).unwrap_err().to_string(),
        "`day` cannot be empty: missing, and not optional"
    );
    assert!(record.clone().add(&record).is_err(), "a person is nobody's child");
    record.clear();
    assert_eq!(
        scorer.score(&record).unwrap().score,
        Some(Decimal::from_int(100)),
        "nobody's purchases are left"
    );
}

#[test]
fn nobody_else_is_there() {
    let policy = policy(
        r#"
policy friends "Friends" {
  scores  person
  range   0 to 100
  start   50
}

record person {
  id  text  key
}

link friends from person to person

influence friends "Friends" {
  average  of friends.score
  against  60
  weight   0.5
}
"#,
    );
    let scorer = Scorer::new(&policy);
    let outcome = scorer.score(&scorer.record()).unwrap();
    assert_eq!((outcome.score, outcome.influences), (Some(Decimal::from_int(50)), vec![Decimal::ZERO]));
    let records = crate::data::join_rows(
        &policy.schema,
        policy.today,
        &[(policy.schema.scored, vec![Value::Text("a".into())])],
        &[],
        (None, &[]),
    );
    assert_eq!(score_all(&policy, &records.population)[0].as_ref().unwrap().score, outcome.score);
}
