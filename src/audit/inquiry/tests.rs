use crate::audit::clause::{Benchmark, Desk, Input, Share, Way};
use crate::audit::{Audit, Effect, Verdict};
use crate::check::{self, Unit};
use crate::data::{FieldId, LinkId, RecordId};
use crate::decimal::Decimal;
use crate::policy::Policy;

fn policy(text: &str) -> Policy {
    let (unit, mut diagnostics) = Unit::of_text("p.score", text);
    let checked = check::check(unit);
    diagnostics.extend(checked.diagnostics);
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    ruleset.on(crate::date::Date::parse("2026-01-31").unwrap(), &[]).unwrap()
}

fn own(at: u32) -> Input {
    Input::Field(RecordId(0), FieldId(at))
}

fn case(name: &str) -> String {
    let path = format!("{}/tests/cases/audit/{name}.score", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// One point of `x` leads from -0.5, which is -1, to 0.5, which is 1.
#[test]
fn halves_are_rounded_away_from_zero_on_both_sides_of_it() {
    let policy = policy(&case("across_zero"));
    let audit = Audit::of(&policy);
    let step = |most: i64| audit.step(&[own(1)], Decimal::from_int(most));
    assert!(matches!(step(1), Verdict::Refuted { .. }), "{:?}", step(1));
    assert!(matches!(step(2), Verdict::Proved { .. }), "{:?}", step(2));
    let Effect::Some { swing, .. } = audit.effect(&[own(1)]) else { panic!("{:?}", audit.effect(&[own(1)])) };
    assert_eq!(swing.bound, Some(Decimal::from_int(2)));
    assert!(swing.is_exact(), "{swing:?}");
    let cliff = audit.cliff(FieldId(1)).unwrap();
    assert_eq!(cliff.shown.0, Decimal::from_int(2));
}

#[test]
fn on_one_side_of_zero_a_step_is_no_further() {
    let text = case("across_zero").replace("-100 to 100", "0 to 100").replace("-0.5", "20.5");
    let policy = policy(&text);
    let audit = Audit::of(&policy);
    assert!(matches!(audit.step(&[own(1)], Decimal::ONE), Verdict::Proved { .. }));
}

/// 10 points by one more friend lead from -5, which is -10 in tens, to 5, which is 10.
#[test]
fn one_more_friend_is_rounded_across_zero_too() {
    let policy = policy(&case("across_zero_by_tens"));
    let audit = Audit::of(&policy);
    let more = |most: i64| audit.one_more_at_most(LinkId(0), Decimal::from_int(most));
    assert!(!matches!(more(10), Verdict::Proved { .. }), "{:?}", more(10));
    assert!(matches!(more(20), Verdict::Proved { .. }), "{:?}", more(20));
}

/// A friend whose `y` is 9 has no score to settle with any more.
#[test]
fn what_takes_friends_out_of_scoring_moves_the_score() {
    let policy = policy(&case("friends_without_a_score"));
    let audit = Audit::of(&policy);
    for verdict in [
        audit.shift(&[own(2)], Way::Rises),
        audit.shift(&[own(2)], Way::Falls),
        audit.share(&Share::Inputs(vec![own(2)]), Decimal::ZERO),
        // One step of a friend's `y`.
        audit.step(&[own(2)], Decimal::ZERO),
    ] {
        assert!(!matches!(verdict, Verdict::Proved { .. }), "{verdict:?}");
    }
    if let Effect::Some { swing, .. } = audit.effect(&[own(2)]) {
        assert_ne!(swing.bound, Some(Decimal::ZERO));
    }
    // Where nobody loses it, friends are as they were.
    let text = case("friends_without_a_score").replace("  not scored\n", "  tier at most low\n");
    let policy = self::policy(&text);
    let audit = Audit::of(&policy);
    let share = audit.share(&Share::Inputs(vec![own(2)]), Decimal::ZERO);
    assert!(matches!(share, Verdict::Proved { .. }), "{share:?}");
    let step = audit.step(&[own(2)], Decimal::ZERO);
    assert!(matches!(step, Verdict::Proved { .. }), "{step:?}");
}

/// One's own points come back by friends: 10 of them are more than 10 in the end.
#[test]
fn what_comes_back_by_friends_is_in_the_bound() {
    let text = r#"
policy p "P" {
  scores  person
  start   0
  round   to 0.1
}
record person {
  id  text  key
  x   integer 0 to 1
}
link friends between person and person
rule r "R" {
  points 10 * x
}
influence friends "Friends" {
  average  of friends.score
  against  0
  weight   0.5
  reads    settled scores
}
"#;
    let policy = policy(text);
    let audit = Audit::of(&policy);
    let Effect::Some { swing, .. } = audit.effect(&[own(1)]) else { panic!("{:?}", audit.effect(&[own(1)])) };
    // Everybody's ten points: 20 with all of their echo.
    assert!(swing.bound.is_none_or(|bound| bound >= Decimal::from_int(20)), "{swing:?}");
    // One step is one's own, 13.3 with its echo, or a friend's, of which less than half arrives.
    let step = |most: i64| audit.step(&[own(1)], Decimal::from_int(most));
    assert!(matches!(step(14), Verdict::Proved { .. }), "{:?}", step(14));
    assert!(!matches!(step(13), Verdict::Proved { .. }), "{:?}", step(13));
}

/// A friend's missing value makes their score what it is, and one's own goes with it: or against it.
#[test]
fn what_friends_keep_back_counts_by_their_scores() {
    let text = |weight: &str| {
        format!(
            "policy p {{\n scores person\n start 0\n}}\nrecord person {{\n id text key\n x integer 0 to 1 optional\n}}\n\
             link friends between person and person\n\
             characteristic c {{\n | x | points |\n | 0 | 10 |\n | 1 | 20 |\n | missing | 0 |\n}}\n\
             influence friends {{\n average of friends.score\n against 0\n weight {weight}\n reads settled scores\n}}\n"
        )
    };
    let better = |weight: &str| {
        let policy = policy(&text(weight));
        Audit::of(&policy).missing(&[own(1)], Way::Rises, Benchmark::WorstKnown)
    };
    assert!(matches!(better("0.3"), Verdict::Proved { .. }), "{:?}", better("0.3"));
    // The friend who keeps it back has less, and one's own score is more by that.
    assert!(matches!(better("-0.3"), Verdict::Refuted { .. }), "{:?}", better("-0.3"));
}
