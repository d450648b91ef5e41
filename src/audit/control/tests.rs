use super::*;
use crate::audit::clause::Desk;
use crate::check::{self, Unit};
use crate::policy::Policy;

const SHOP: &str = r#"
policy p "P" {
  scores  person
  range   0 to 200
  start   50
  round   to 1
}
record person {
  id    text  key
  late  integer 0 to 9  controllable by person at 3 per step
  debt  money 0 or more  controllable by person at 2 per 100
  kind  one of (a, b, c)
}
characteristic late "Late" {
  | late      | points |
  | 0         | 60     |
  | 1 to 3    | 20     |
  | 4 or more | 0      |
}
characteristic debt "Debt" {
  | debt            | points |
  | under 500       | 10     |
  | 500 or more     | 0      |
}
characteristic kind "Kind" {
  | kind | points |
  | a    | 50     |
  | b    | 20     |
  | c    | 0      |
}
tiers {
  top   120 or more
  good  90 to under 120
  poor  under 90
}
"#;

fn policy(text: &str) -> Policy {
    let (unit, mut diagnostics) = Unit::of_text("p.score", text);
    let checked = check::check(unit);
    diagnostics.extend(checked.diagnostics);
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    ruleset.on(crate::date::Date::parse("2026-01-31").unwrap(), &[]).unwrap()
}

fn into(policy: &Policy, from: Option<u32>, to: u32, at_least: i64) -> Verdict {
    Audit::of(policy).gaming(from.map(TierId), TierId(to), Decimal::from_int(at_least))
}

#[test]
fn what_costs_less_than_the_cheapest_step_is_proved() {
    let policy = policy(SHOP);
    let verdict = into(&policy, None, 1, 2);
    assert!(matches!(&verdict, Verdict::Proved { because } if because.contains("costs 2")), "{verdict:?}");
}

#[test]
fn a_cheap_way_is_shown_by_two_records_that_were_run() {
    let policy = policy(SHOP);
    let Verdict::Refuted { witnesses, because, .. } = into(&policy, None, 0, 9) else {
        panic!("{:?}", into(&policy, None, 0, 9))
    };
    let audit = Audit::of(&policy);
    let [witness] = witnesses.as_slice() else { panic!("{witnesses:?}") };
    let tiers: Vec<Option<TierId>> =
        witness.cases.iter().map(|case| audit.maker().run(case).unwrap().outcome.tier).collect();
    assert!(tiers[0] > tiers[1] && tiers[1] == Some(TierId(0)), "{tiers:?} {because}");
    assert!(!witness.differ_in.is_empty());
}

#[test]
fn totals_that_are_not_near_enough_prove_it_too() {
    // Less than 3 is one step of debt, 10 points.
    let text =
        SHOP.replace("top   120 or more", "top   165 or more").replace("90 to under 120", "90 to under 165");
    let policy = policy(&text);
    let verdict = into(&policy, None, 0, 3);
    // 50 + 60 + 50 + 10 = 170 is in, 160 is without the 10: one step of debt buys it.
    assert!(matches!(verdict, Verdict::Refuted { .. }), "{verdict:?}");
    let text =
        SHOP.replace("top   120 or more", "top   151 or more").replace("90 to under 120", "90 to under 151");
    let policy = self::policy(&text);
    // 160 and 170 are in; the next below is 140, and 10 more are not enough.
    let verdict = into(&policy, None, 0, 3);
    assert!(
        matches!(&verdict, Verdict::Proved { because } if because.contains("10 points at most")),
        "{verdict:?}"
    );
}

#[test]
fn without_prices_nothing_is_bought() {
    let text = SHOP
        .replace("controllable by person at 3 per step", "only up")
        .replace("controllable by person at 2 per 100", "");
    let policy = policy(&text);
    assert!(matches!(into(&policy, None, 0, 1_000), Verdict::Proved { .. }));
}

#[test]
fn somebody_at_their_best_below_the_top_refutes_ways_up() {
    let policy = policy(SHOP);
    // 50 + 60 + 10 is 120 whatever the kind is: everyone can reach the top.
    assert!(matches!(Audit::of(&policy).ways_up(), Verdict::Proved { .. }));
    let text =
        SHOP.replace("top   120 or more", "top   130 or more").replace("90 to under 120", "90 to under 130");
    let policy = self::policy(&text);
    let audit = Audit::of(&policy);
    let Verdict::Refuted { witnesses, .. } = audit.ways_up() else { panic!("{:?}", audit.ways_up()) };
    let trial = audit.maker().run(&witnesses[0].cases[0]).unwrap();
    assert_eq!(trial.outcome.score, Some(Decimal::from_int(120)));
}

#[test]
fn what_is_missing_is_no_way_up() {
    let text = SHOP
        .replace("late  integer 0 to 9", "late  integer 0 to 9  optional")
        .replace("  | 0         | 60     |", "  | 0         | 60     |\n  | missing   | 0      |");
    let policy = policy(&text);
    let audit = Audit::of(&policy);
    let Verdict::Refuted { witnesses, .. } = audit.ways_up() else { panic!("{:?}", audit.ways_up()) };
    let trial = audit.maker().run(&witnesses[0].cases[0]).unwrap();
    assert!(trial.outcome.score < Some(Decimal::from_int(120)));
}

#[test]
fn what_only_grows_is_a_way_up_until_it_is_grown() {
    let text = SHOP.replace(
        "late  integer 0 to 9  controllable by person at 3 per step",
        "late  integer 0 to 9  only up",
    );
    let policy = policy(&text);
    // More late bills is worse: who has none has no way to more points but the debt.
    assert!(matches!(Audit::of(&policy).ways_up(), Verdict::Refuted { .. }));
}

#[test]
fn to_have_no_score_is_no_way_up() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/audit/way_to_no_score.score");
    let text = std::fs::read_to_string(path).unwrap();
    // Five `x` lead out of scoring; below that, nothing leads away from -20.
    let policy = self::policy(&text);
    assert!(!matches!(Audit::of(&policy).ways_up(), Verdict::Proved { .. }));
    // Where they lead to the top, they do.
    let policy = self::policy(&text.replace("not scored", "0"));
    assert!(matches!(Audit::of(&policy).ways_up(), Verdict::Proved { .. }));
}

#[test]
fn what_friends_read_of_one_may_come_back_cheaper() {
    let circle = r#"
link friends between person and person
rule circle "Circle" {
  points  20 * count(friends where friends.mood) limited to 0 to 40
}
influence friends "Friends" {
  average     of friends.score
  against     0
  weight      0.4
  limited to  0 to 90
  reads       settled scores
}
tiers {"#;
    let text = SHOP.replace("tiers {", circle).replace(
        "  kind  one of (a, b, c)\n",
        "  kind  one of (a, b, c)\n  mood  yes/no  controllable by person at 1 per step\n",
    );
    // Nothing of one's own is cheaper than 2; but a better mood lifts friends, and they lift back.
    let policy = policy(&text);
    assert!(!matches!(into(&policy, None, 0, 2), Verdict::Proved { .. }));
}
