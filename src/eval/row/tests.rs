//! The meaning of a score, point by point of the language's section "Exact meaning".

use super::super::sample::*;
use super::*;
use crate::data::{Set, Why};
use crate::policy::*;

const YES: Value = Value::YesNo(true);
const NO: Value = Value::YesNo(false);

fn field_a() -> Expr {
    Expr::Field(A)
}

/// Somebody without `ok`.
fn undecided() -> People {
    let mut people = People::default();
    people.add(num("1"), none(B), none(OK));
    people
}

// --- 1. Overflow -------------------------------------------------------------------------------------------------------

#[test]
fn a_number_too_large_rejects_the_record_and_says_where() {
    let large = "99999999999999999999999999999";
    let overflow = || calc(field_a(), Operator::Multiply, constant("10"));
    let people = People::one(large);
    let what = |policy: &Policy| people.score(policy).remove(0).unwrap_err().what;

    let mut by_definition = policy();
    by_definition.define("big", overflow());
    assert_eq!(what(&by_definition), "definition `big`");

    let mut by_rule = policy();
    by_rule.add(rule("late", Some(Expr::Constant(NO)), overflow(), None));
    assert_eq!(what(&by_rule), "rule `late`", "also where the condition is no: nothing is cut short");

    let mut by_weight = policy();
    by_weight.add_group(group("all", Some("2"), None), vec![gives("a", field_a())]);
    assert_eq!(what(&by_weight), "group `all`");

    let mut by_sum = policy();
    by_sum.add(gives("a", field_a()));
    by_sum.add(gives("b", field_a()));
    assert_eq!(what(&by_sum), "the sum of the points");

    let mut by_override = policy();
    by_override.overrides.push(overriding("never", at_least(overflow(), "0")));
    assert_eq!(what(&by_override), "override `never`");

    let mut by_benefit = policy();
    by_benefit.consequences.push(benefit("bikes", at_least(overflow(), "0")));
    assert_eq!(what(&by_benefit), "benefit `bikes`");

    let mut unmatched = policy();
    let rows =
        vec![row_giving(Some(("0", "0")), RowOutcome::Value(overflow())), row(Some(("1", large)), "5")];
    unmatched.add(characteristic("a", table(field_a(), rows)));
    assert_eq!(people.outcome(&unmatched).score, Some(n("5")), "of a table only the matched row gives");
}

#[test]
fn an_overflow_rejects_nobody_else() {
    let mut policy = policy();
    policy.add(gives("a", calc(field_a(), Operator::Multiply, constant("10"))));
    let mut people = People::one("99999999999999999999999999999");
    people.add(num("2"), none(B), none(OK));
    let outcomes = people.score(&policy);
    assert!(outcomes[0].is_err());
    assert_eq!(outcomes[1].as_ref().unwrap().score, Some(n("20")));
}

// --- 2. The score ------------------------------------------------------------------------------------------------------

#[test]
fn the_score_is_start_and_items_in_range_rounded_once() {
    for (a, start, range, round, score) in [
        ("10", "0", None, "1", "10"),
        ("10.4", "0.1", None, "1", "11"),
        ("10.4", "0.09", None, "1", "10"),
        ("-10.5", "0", None, "1", "-11"),
        ("0.345", "0", None, "0.01", "0.35"),
        ("900", "0", Some(("300", "850")), "1", "850"),
        ("-5", "0", Some(("300", "850")), "1", "300"),
        ("847", "0", Some(("300", "850")), "10", "850"),
        ("844.999999999", "0", Some(("300", "850")), "10", "840"),
    ] {
        let mut policy = policy();
        policy.start = n(start);
        policy.range = range.map(|(low, high)| (n(low), n(high)));
        policy.round = n(round);
        policy.add(gives("a", field_a()));
        let outcome = People::one(a).outcome(&policy);
        assert_eq!(outcome.score, Some(n(score)), "{a} from {start} in {range:?} to {round}");
        assert_eq!(outcome.points, [n(a)]);
    }
}

#[test]
fn groups_weigh_and_then_limit_inner_groups_first() {
    // (weight, limits) of the outer and of the inner group, points of its member and of a member of the outer group.
    for (outer, inner, x, y, sum) in [
        ((None, None), (None, None), "4", "6", "10"),
        ((None, None), (Some("0.5"), None), "4", "6", "8"),
        ((Some("0.5"), None), (None, None), "4", "6", "5"),
        ((Some("0.5"), Some(("-10", "10"))), (None, Some(("0", "100"))), "400", "6", "10"),
        ((Some("0.5"), None), (Some("2"), Some(("0", "10"))), "400", "6", "8"),
        ((Some("0.333333333"), None), (None, None), "0.000000001", "0", "0"),
        ((Some("0.5"), None), (None, None), "0.000000001", "0", "0.000000001"),
    ] {
        let mut policy = policy();
        let (outer_weight, outer_limits) = outer;
        let (inner_weight, inner_limits) = inner;
        let top = policy.add_group(
            group("outer", outer_weight, outer_limits),
            vec![group("inner", inner_weight, inner_limits), gives("y", constant(y))],
        );
        let ItemBody::Group(members) = policy.items[top.index()].body.clone() else { panic!() };
        policy.items.push(Item { group: Some(members[0]), ..gives("x", constant(x)) });
        let member = ItemId(policy.items.len() as u32 - 1);
        policy.items[members[0].index()].body = ItemBody::Group(vec![member]);
        assert_eq!(People::one("1").outcome(&policy).score, Some(n(sum)), "{outer:?} {inner:?} {x} {y}");
    }
}

#[test]
fn an_item_has_its_weight_before_its_limits() {
    let mut policy = policy();
    policy.add(gives("a", field_a()).weighing("2").limited("0", "10"));
    for (a, points) in [("4", "8"), ("6", "10"), ("-1", "0")] {
        assert_eq!(People::one(a).outcome(&policy).points, [n(points)], "{a}");
    }
}

#[test]
fn a_row_may_say_not_scored() {
    let mut policy = policy();
    let rows = vec![row(Some(("0", "9")), "5"), row_giving(None, RowOutcome::NotScored)];
    policy.add(characteristic("b", table(Expr::Field(B), rows)));
    policy.add_tiers(&[("all", None)]);
    assert_eq!(People::one("1").outcome(&policy).score, Some(n("5")));
    let outcome = undecided().outcome(&policy);
    assert_eq!((outcome.status, outcome.score, outcome.tier), (Status::NotScored, None, None));
    assert!(outcome.reasons.is_empty());
}

#[test]
fn a_rule_with_a_condition() {
    let with = |when: Expr, points: Expr, if_missing: &str| {
        let mut policy = policy();
        policy.add(rule("r", Some(when), points, Some(if_missing)));
        policy
    };
    let ok = || is_yes(Expr::Field(OK));
    for (ok_is, b_is, points) in [
        (YES, num("3"), "3"),
        (NO, num("3"), "0"),
        (none(OK), num("3"), "-7"),
        (YES, none(B), "-7"),
        (NO, none(B), "0"),
    ] {
        let mut people = People::default();
        people.add(num("1"), b_is.clone(), ok_is.clone());
        let (outcome, recording) = people.record(&with(ok(), Expr::Field(B), "-7"), 0);
        assert_eq!(outcome.points, [n(points)], "{ok_is:?} {b_is:?}");
        assert_eq!(recording.items[0].steps.missing.is_some(), points == "-7");
    }
}

#[test]
fn a_first_match_table_takes_the_first_row_that_fits() {
    let mut policy = policy();
    let rows = vec![row(Some(("0", "5")), "1"), row(Some(("3", "9")), "2"), row(None, "3")];
    let mut first = table(Expr::Field(B), rows);
    first.first_match = true;
    policy.add(characteristic("b", first));
    for (b, points) in [(num("4"), "1"), (num("6"), "2"), (none(B), "3")] {
        let mut people = People::default();
        people.add(num("1"), b.clone(), YES);
        assert_eq!(people.outcome(&policy).points, [n(points)], "{b:?}");
    }
}

#[test]
fn a_table_of_several_columns_and_a_definition_by_table() {
    let mut policy = policy();
    let two = Table {
        first_match: false,
        columns: vec![
            Column { subject: Expr::Field(OK), kind: crate::data::Type::YesNo, text: "ok".to_owned() },
            Column { subject: Expr::Field(B), kind: crate::data::Type::Number, text: "b".to_owned() },
        ],
        rows: [(true, false, "1"), (true, true, "2"), (false, false, "3"), (false, true, "4")]
            .into_iter()
            .map(|(ok, missing, gives)| {
                let mut row = row(Some(("0", "9")), gives);
                row.cells.insert(
                    0,
                    CellTest { known: Set::Codes(vec![u32::from(ok)]), missing: false, text: String::new() },
                );
                if missing {
                    row.cells[1] = CellTest {
                        known: Set::Ranges(Vec::new()),
                        missing: true,
                        text: "missing".to_owned(),
                    };
                }
                row
            })
            .collect(),
    };
    let id = policy.define("by_table", constant("0"));
    policy.definitions[id.index()].body = DefinitionBody::Table(two);
    policy.add(gives("d", Expr::Definition(id)));
    for (ok, b, points) in
        [(YES, num("1"), "1"), (YES, none(B), "2"), (NO, num("9"), "3"), (NO, none(B), "4")]
    {
        let mut people = People::default();
        people.add(num("1"), b, ok);
        let (outcome, recording) = people.record(&policy, 0);
        assert_eq!(outcome.score, Some(n(points)));
        let row = recording.definitions[0].matched.as_ref().unwrap().row.unwrap();
        assert_eq!((row + 1).to_string(), points);
    }
}

// --- 3. Overrides ------------------------------------------------------------------------------------------------------

struct Case {
    a: &'static str,
    floors: &'static [&'static str],
    caps: &'static [&'static str],
    score: &'static str,
    /// Which of floors, then caps, changed the result.
    changed: &'static [bool],
}

#[test]
fn floors_the_highest_then_caps_the_lowest() {
    for case in [
        Case { a: "600", floors: &[], caps: &[], score: "600", changed: &[] },
        Case { a: "600", floors: &["500"], caps: &["700"], score: "600", changed: &[false, false] },
        Case { a: "600", floors: &["650", "620"], caps: &[], score: "650", changed: &[true, false] },
        Case { a: "600", floors: &["620", "650"], caps: &[], score: "650", changed: &[false, true] },
        Case { a: "600", floors: &[], caps: &["580", "590"], score: "580", changed: &[true, false] },
        // A cap beats a floor.
        Case { a: "600", floors: &["700"], caps: &["500"], score: "500", changed: &[false, true] },
        Case { a: "600", floors: &["700"], caps: &["650"], score: "650", changed: &[true, true] },
        // Of equals the first in the file.
        Case { a: "600", floors: &["650", "650"], caps: &[], score: "650", changed: &[true, false] },
        Case { a: "600", floors: &["600"], caps: &["600"], score: "600", changed: &[false, false] },
    ] {
        let mut policy = policy();
        policy.add(gives("a", field_a()));
        for floor in case.floors {
            let score_at_least = Some(n(floor));
            policy.overrides.push(Override { score_at_least, ..overriding("floor", always()) });
        }
        for cap in case.caps {
            let score_at_most = Some(n(cap));
            policy.overrides.push(Override { score_at_most, ..overriding("cap", always()) });
        }
        let (outcome, recording) = People::one(case.a).record(&policy, 0);
        let shown = (case.a, case.floors, case.caps);
        assert_eq!(outcome.score, Some(n(case.score)), "{shown:?}");
        let changed: Vec<bool> = recording.overrides.iter().map(|seen| seen.changed).collect();
        assert_eq!(changed, case.changed, "{shown:?}");
        assert!(recording.overrides.iter().all(|seen| seen.applied));
        let moved = recording.overrides.iter().map(|seen| seen.lifted.checked_add(seen.lowered).unwrap());
        let sum = moved.fold(n(case.a), |sum, by| sum.checked_add(by).unwrap());
        assert_eq!(sum, n(case.score), "{shown:?}: what the overrides moved adds up");
    }
}

#[test]
fn tier_overrides_leave_the_score_alone_and_a_cap_beats_a_floor() {
    // Tiers: 0 the best. At most, at least, tier by the score, tier after, which changed it.
    for (at_most, at_least, score, tier, changed) in [
        (None, None, "700", 0, [false, false]),
        (Some(2), None, "700", 2, [true, false]),
        (Some(2), None, "100", 3, [false, false]),
        (None, Some(1), "100", 1, [false, true]),
        (None, Some(1), "700", 0, [false, false]),
        (Some(2), Some(1), "100", 2, [true, true]),
        (Some(2), Some(1), "700", 2, [true, false]),
        (Some(3), Some(1), "100", 3, [true, false]),
    ] {
        let mut policy = policy();
        policy.add(gives("a", field_a()));
        policy.add_tiers(&[("a", Some("700")), ("b", Some("500")), ("c", Some("300")), ("d", None)]);
        let (most, least) = (at_most.map(TierId), at_least.map(TierId));
        policy.overrides.push(Override { tier_at_most: most, ..overriding("most", always()) });
        policy.overrides.push(Override { tier_at_least: least, ..overriding("least", always()) });
        let (outcome, recording) = People::one(score).record(&policy, 0);
        let shown = (at_most, at_least, score);
        assert_eq!((outcome.score, outcome.tier), (Some(n(score)), Some(TierId(tier))), "{shown:?}");
        let seen = [recording.overrides[0].changed_tier, recording.overrides[1].changed_tier];
        // A floor that a cap undoes has changed nothing.
        assert_eq!(seen, changed, "{shown:?}");
    }
}

#[test]
fn not_scored_beats_all_and_an_undecided_condition_counts_as_it_says() {
    let mut policy = policy();
    policy.add(gives("a", field_a()).because(0).at_most("100"));
    let floor = Override { score_at_least: Some(n("50")), ..overriding("floor", always()) };
    let mut out = Override { not_scored: true, ..overriding("out", is_yes(Expr::Field(OK))) };
    out.reason = Some(ReasonId(2));
    policy.overrides = vec![floor, out];
    let scored = undecided().outcome(&policy);
    assert_eq!((scored.status, scored.score), (Status::Scored, Some(n("50"))));
    policy.overrides[1].when.if_missing = true;
    let outcome = undecided().outcome(&policy);
    assert_eq!((outcome.status, outcome.score), (Status::NotScored, None));
    assert_eq!(outcome.reasons, [crate::eval::GivenReason { reason: ReasonId(2), lost: None }]);
}

// --- 4. What is not yet known -----------------------------------------------------------------------------------------

#[test]
fn a_child_dated_after_today_is_not_yet_known() {
    let mut policy = policy();
    policy.add(per_purchase("buys", EventPoints::Each(constant("1")), &[]));
    let mut people = People::one("1");
    people.buys(day("2026-01-31"), num("1"), 0).buys(day("2026-02-01"), num("1"), 0).buys(
        none(DAY),
        num("1"),
        0,
    );
    assert_eq!(people.outcome(&policy).score, Some(n("2")), "today in, tomorrow out, without a day in");
}

// --- 8. and 9. Participation, benefits, penalties, decisions -----------------------------------------------------------

#[test]
fn participation_is_for_those_whose_condition_is_yes() {
    for (ok, if_missing, status) in [
        (YES, false, Status::Scored),
        (NO, true, Status::NotParticipating),
        (none(OK), false, Status::NotParticipating),
        (none(OK), true, Status::Scored),
    ] {
        let mut policy = policy();
        let needs = condition(is_yes(Expr::Field(OK)), if_missing);
        policy.participation = Some(Participation { needs, before: None, place: place() });
        policy.add_tiers(&[("all", None)]);
        let mut people = People::default();
        people.add(num("1"), num("1"), ok.clone());
        let outcome = people.outcome(&policy);
        assert_eq!(outcome.status, status, "{ok:?} {if_missing}");
        assert_eq!(outcome.score.is_some(), status == Status::Scored);
        assert_eq!(outcome.tier.is_some(), status == Status::Scored);
    }
}

#[test]
fn benefits_and_penalties_are_for_the_scored_unless_they_say_otherwise() {
    let mut policy = policy();
    policy.add(gives("a", field_a()));
    policy.add_tiers(&[("good", Some("5")), ("poor", None)]);
    let good = Expr::Test(Box::new(Expr::Tier), Set::Codes(vec![0]));
    policy.consequences = vec![
        benefit("good_tier", good),
        benefit("always", always()),
        Consequence { not_scored_applies: true, ..benefit("everybody", always()) },
        Consequence { penalty: true, ..benefit("low", at_least(Expr::Negate(Box::new(Expr::Score)), "-4")) },
    ];
    assert_eq!(People::one("6").outcome(&policy).consequences, [true, true, true, false]);
    assert_eq!(People::one("4").outcome(&policy).consequences, [false, true, true, true]);
    policy.overrides.push(Override { not_scored: true, ..overriding("out", always()) });
    assert_eq!(People::one("6").outcome(&policy).consequences, [false, false, true, false]);
}

#[test]
fn decisions_read_score_tier_points_and_earlier_decisions() {
    let mut policy = policy();
    let item = policy.add(gives("a", field_a()));
    policy.add_tiers(&[("good", Some("5")), ("poor", None)]);
    let value = |expr| RowOutcome::Value(expr);
    let decision = |name: &str, table: Table| Decision {
        name: name.to_owned(),
        title: name.to_owned(),
        kind: crate::data::Type::Number,
        table,
        sources: Vec::new(),
        notes: Vec::new(),
        place: place(),
    };
    let rows = vec![
        row_giving(Some(("-99", "4")), value(constant("0"))).because(3),
        row_giving(Some(("5", "99")), value(calc(Expr::PointsOf(item), Operator::Multiply, constant("100")))),
    ];
    policy.decisions.push(decision("amount", table(Expr::Score, rows)));
    let rows = vec![row(Some(("0", "0")), "-1"), row(Some(("1", "9999")), "1")];
    policy.decisions.push(decision("offer", table(Expr::Decision(DecisionId(0)), rows)));
    let answers = |a: &str| {
        let outcome = People::one(a).outcome(&policy);
        outcome.decisions.into_iter().map(|answer| (answer.value, answer.reason)).collect::<Vec<_>>()
    };
    assert_eq!(answers("6"), [(num("600"), None), (num("1"), None)]);
    assert_eq!(answers("4"), [(num("0"), Some(ReasonId(3))), (num("-1"), None)]);
    let mut out = policy.clone();
    out.overrides.push(Override { not_scored: true, ..overriding("out", always()) });
    assert!(People::one("6").outcome(&out).decisions.is_empty());
}

// --- Missing values and their causes ----------------------------------------------------------------------------------

#[test]
fn a_definition_keeps_why_it_is_missing() {
    let mut policy = policy();
    let share = policy.define("share", calc(field_a(), Operator::Divide, Expr::Field(B)));
    policy.define("more", calc(Expr::Definition(share), Operator::Add, constant("1")));
    for (b, why) in [(none(B), Why::Field(B)), (num("0"), Why::DivisionByZero)] {
        let mut people = People::default();
        people.add(num("1"), b, YES);
        let (_, recording) = people.record(&policy, 0);
        let values: Vec<Value> = recording.definitions.into_iter().map(|seen| seen.value).collect();
        assert_eq!(values, [Value::Missing(why), Value::Missing(why)]);
    }
}
