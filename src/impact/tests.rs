use super::*;
use crate::check::{Unit, check};
use crate::data::{Keys, Records, Value, join_rows};
use crate::date::Date;
use crate::eval::batch::{Scored, Standing};
use crate::eval::score_all;
use crate::explain::Explainer;
use crate::policy::Policy;
use crate::source::Sources;

/// A policy whose rows for the young and the others give these points, with tiers from these scores on.
fn policy(young: i32, others: i32, tiers: &[(&str, i32)]) -> (Policy, Sources) {
    let mut text = format!(
        "policy p \"P\" {{\n  scores person\n  start 100\n  range 0 to 200\n}}\nrecord person {{\n  id text key\n  age integer 0 to 120\n}}\n\
         characteristic age \"Age\" {{\n  | age | points |\n  | under 25 | {young} |\n  | 25 or more | {others} |\n}}\ntiers {{\n"
    );
    let mut under = String::new();
    for (name, from) in tiers {
        text +=
            &format!("  {name} \"{name}\" {from} {}\n", if under.is_empty() { "or more" } else { &under });
        under = format!("to under {from}");
    }
    text += "}\n";
    let (unit, _) = Unit::of_text("p.score", &text);
    let checked = check(unit);
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:?}\n{text}", checked.diagnostics));
    let policy = ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap();
    (policy, ruleset.sources().clone())
}

fn people(policy: &Policy, ages: &[(&str, i64)]) -> crate::data::Population {
    let row = |(id, age): &(&str, i64)| {
        (policy.schema.scored, vec![Value::Text((*id).into()), Value::Number(Decimal::from_int(*age))])
    };
    let rows: Vec<_> = ages.iter().map(row).collect();
    join_rows(&policy.schema, policy.today, &rows, &[], (None, &[])).population
}

fn scores(policy: &Policy, ages: &[(&str, i64)]) -> Scores {
    let population = people(policy, ages);
    let outcomes = score_all(policy, &population);
    let scored =
        Scored::of_outcomes(policy, outcomes.iter().map(|it| it.as_ref().map_err(|_| Standing::TooLarge)));
    let mut keys = Keys::default();
    (0..population.count()).for_each(|at| keys.push_value(population.key(at).unwrap()));
    let mut scores = Scores::new(policy);
    scores.add(&keys, &scored);
    scores
}

const PEOPLE: [(&str, i64); 5] = [("a", 20), ("b", 30), ("c", 22), ("d", 40), ("e", 25)];
const TIERS: [(&str, i32); 2] = [("good", 110), ("poor", 0)];

#[test]
fn what_moved_is_counted() {
    let (old, new) = (policy(0, 20, &TIERS).0, policy(30, 5, &TIERS).0);
    let impact = Impact::between(&scores(&old, &PEOPLE), &scores(&new, &PEOPLE), 3);
    assert_eq!((impact.compared, impact.up, impact.down, impact.moved()), (5, 2, 3, 5));
    assert_eq!((impact.most_up, impact.most_down), (Decimal::from_int(30), Decimal::from_int(15)));
    // The two who rose first, in the order of the data, then the first of those who fell.
    assert_eq!(impact.movers.iter().map(|mover| mover.new).collect::<Vec<_>>(), [0, 2, 1]);
    let tier = |at: usize| {
        let TierShift { before, after, gained, lost, .. } = impact.tiers[at];
        (before, after, gained, lost)
    };
    assert_eq!((tier(0), tier(1)), ((3, 2, 2, 3), (2, 3, 3, 2)));
    let migration = |from, to, count| Migration { from: Some(from), to: Some(to), count };
    assert_eq!(impact.migrations, [migration(0, 1, 3), migration(1, 0, 2)]);
    assert!(!impact.is_none());
}

#[test]
fn nothing_moves_between_equals() {
    let (policy, _) = policy(0, 20, &TIERS);
    let impact = Impact::between(&scores(&policy, &PEOPLE), &scores(&policy, &PEOPLE), 3);
    assert!(impact.is_none());
    assert_eq!((impact.compared, impact.movers.len()), (5, 0));
}

#[test]
fn records_are_known_by_their_keys() {
    let (policy, _) = policy(0, 20, &TIERS);
    let now = [("d", 40), ("x", 50), ("b", 20), ("a", 20)];
    let (old, new) = (scores(&policy, &PEOPLE), scores(&policy, &now));
    let impact = Impact::between(&old, &new, 3);
    assert_eq!((impact.compared, impact.added, impact.removed), (3, 1, 2));
    assert_eq!((impact.up, impact.down), (0, 1));
    let mover = impact.movers[0];
    assert_eq!((old.key(mover.old), new.key(mover.new)), (Value::Text("b".into()), Value::Text("b".into())));
    assert_eq!(mover.by(), Decimal::from_int(-20));
}

#[test]
fn a_record_is_compared_with_one_other() {
    let (policy, _) = policy(0, 20, &TIERS);
    let now = [("a", 20), ("a", 30), ("b", 30)];
    let (old, new) = (scores(&policy, &[("b", 30), ("a", 20)]), scores(&policy, &now));
    let impact = Impact::between(&old, &new, 3);
    assert_eq!((impact.compared, impact.added, impact.removed, impact.moved()), (2, 1, 0, 0));
    let back = Impact::between(&new, &old, 3);
    assert_eq!((back.compared, back.added, back.removed), (2, 0, 1));
}

#[test]
fn tiers_may_come_and_go() {
    let (old, new) = (policy(0, 20, &TIERS).0, policy(0, 20, &[("best", 120), ("poor", 0)]).0);
    let impact = Impact::between(&scores(&old, &PEOPLE), &scores(&new, &PEOPLE), 3);
    let names: Vec<_> = impact.tiers.iter().map(|tier| (&*tier.name, tier.before, tier.after)).collect();
    assert_eq!(names, [("best", 0, 3), ("poor", 2, 2), ("good", 3, 0)]);
    assert_eq!(impact.migrations, [Migration { from: Some(2), to: Some(0), count: 3 }]);
    assert_eq!(impact.moved(), 0);
}

#[test]
fn the_line_that_moved_a_score_is_found() {
    let ((old, old_sources), (new, new_sources)) = (policy(0, 20, &TIERS), policy(-5, 150, &TIERS));
    let (was, is) = (people(&old, &PEOPLE), people(&new, &PEOPLE));
    let explain = |policy: &Policy, sources: &Sources, records: &dyn Records, at: usize| {
        Explainer::new(policy, sources, records).explain(at).unwrap()
    };
    let of = |at| causes(&explain(&old, &old_sources, &was, at), &explain(&new, &new_sources, &is, at));
    let a = of(0);
    assert_eq!(a.len(), 1);
    assert_eq!(
        (&*a[0].name, a[0].before, a[0].after),
        ("age", Some(Decimal::ZERO), Some(Decimal::from_int(-5)))
    );
    assert_eq!((a[0].file.as_deref(), a[0].line, &*a[0].says), (Some("p.score"), Some(12), "age: under 25"));
    // 130 more from the row, 50 of which the range cuts off.
    let b = of(1);
    assert_eq!(
        b.iter().map(|cause| (cause.kind, cause.by().to_string())).collect::<Vec<_>>(),
        [("characteristic", "130".to_owned()), ("range", "-50".to_owned())]
    );
}
