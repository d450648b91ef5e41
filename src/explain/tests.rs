//! What an explanation shows, and that it always sums.

#[path = "../../tests/it/json_schema.rs"]
mod json_schema;

use super::*;
use crate::data::Value;
use crate::eval::sample::*;
use crate::policy::*;
use json_schema::breaches;
use proptest::prelude::*;

/// Ten lines of ten bytes.
fn sources() -> Sources {
    let mut sources = Sources::new();
    sources.add("sample.score", "123456789\n".repeat(10));
    sources
}

fn explained(people: &People, policy: &Policy) -> Explanation {
    use crate::data::Records as _;
    let (outcome, recording) = people.record(policy, 0);
    explain(policy, &sources(), &people.subject(0).unwrap(), &recording, &outcome).unwrap()
}

/// A policy with everything that can move a score.
fn rich() -> Policy {
    let mut policy = policy();
    policy.version = Some("3".to_owned());
    policy.start = n("500");
    policy.round = n("1");
    policy.range = Some((n("300"), n("700")));
    let share = policy.define("share", calc(Expr::Field(A), Operator::Divide, Expr::Field(B)));
    let rows = vec![row(Some(("0", "0.5")), "80"), row(Some(("0.500000001", "9")), "-20"), row(None, "0")];
    let mut by_share = table(Expr::Definition(share), rows);
    by_share.columns[0].text = "share".to_owned();
    policy.add(characteristic("use", by_share).because(0).at_most("80"));
    let each = EventPoints::Each(constant("-5"));
    let buys = per_purchase("buys", each, &[(CapPeriod::Total, "12")]).because(1);
    let saves = gives("saves", Expr::Field(A)).limited("0", "10").at_most("10");
    policy.add_group(group("conduct", Some("0.35"), Some(("-3", "3"))), vec![buys, saves.because(2)]);
    policy.influences.push(Influence { reason: Some(ReasonId(3)), ..influence("0.1") });
    policy.influences[0].against = n("600");
    policy.sweeps = 3;
    let mut no_proof = overriding("no_proof", Expr::Not(Box::new(is_yes(Expr::Field(OK)))));
    no_proof.score_at_most = Some(n("480"));
    no_proof.reason = Some(ReasonId(1));
    policy.overrides.push(no_proof);
    policy.add_tiers(&[("good", Some("550")), ("fair", Some("490")), ("poor", None)]);
    let gives = |text: &str| RowOutcome::Value(Expr::Constant(Value::Text(text.into())));
    let rows = vec![
        row_giving(Some(("0", "500")), gives("refer")),
        row_giving(Some(("501", "999")), gives("accept")),
    ];
    let mut by_score = table(Expr::Score, rows);
    by_score.columns[0].text = "score".to_owned();
    policy.decisions.push(Decision {
        name: "routing".to_owned(),
        title: "Routing".to_owned(),
        kind: crate::data::Type::Text,
        table: by_score,
        sources: Vec::new(),
        notes: Vec::new(),
        place: line(6),
    });
    let mut bikes = benefit("bikes", at_least(Expr::Score, "400"));
    bikes.grantor = Some("City bike scheme".to_owned());
    bikes.context = Some("transport".to_owned());
    policy.consequences.push(bikes);
    let mut ban = benefit("ban", at_least(Expr::Field(B), "100"));
    ban.penalty = true;
    ban.when.if_missing = true;
    policy.consequences.push(ban);
    policy
}

/// Somebody with purchases and a friend.
fn somebody(a: Value, b: Value, ok: Value) -> People {
    let mut people = People::default();
    people.add(a, b, ok).buys(day("2026-01-01"), num("10"), 0).buys(day("2026-01-02"), num("20"), 1);
    people.buys(day("2026-01-03"), num("30"), 1).add(num("3"), num("4"), Value::YesNo(true));
    people.friends[0] = vec![1];
    people
}

#[test]
fn a_score_in_full() {
    let people = somebody(num("2"), num("7"), Value::YesNo(true));
    insta::assert_snapshot!(text(&explained(&people, &rich()), false));
}

#[test]
fn what_is_missing_and_an_override() {
    let people = somebody(num("2"), none(B), Value::YesNo(false));
    insta::assert_snapshot!(text(&explained(&people, &rich()), false));
}

#[test]
fn a_division_by_zero_and_an_undecided_condition() {
    let mut policy = rich();
    policy.overrides[0].when.if_missing = true;
    policy.overrides[0].when.when = is_yes(Expr::Field(crate::eval::sample::OK));
    policy.add(rule("asks", Some(is_yes(Expr::Field(OK))), constant("4"), Some("-1")).because(1));
    let filled = policy.define("filled", Expr::Otherwise(Box::new(Expr::Field(B)), Box::new(constant("9"))));
    policy.add(gives("fills", Expr::Definition(filled)));
    let people = somebody(num("2"), num("0"), none(OK));
    let explanation = explained(&people, &policy);
    let gaps: Vec<(String, String, Vec<String>)> = explanation
        .missing
        .iter()
        .map(|gap| {
            let did =
                gap.did.iter().map(|did| format!("{} {}: {}", did.kind, did.name, did.effect)).collect();
            (gap.name.clone(), gap.why.clone(), did)
        })
        .collect();
    let gap = |name: &str, why: &str, did: &[&str]| {
        (name.to_owned(), why.to_owned(), did.iter().map(|did| (*did).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        gaps,
        [
            gap("share", "a division by zero", &["characteristic use: 0 points"]),
            gap("ok", "not in the data", &["rule asks: -1 points, if missing", "override no_proof: applies"]),
        ]
    );
    // A definition that fills in for a missing field says so.
    let people = somebody(num("2"), none(B), Value::YesNo(true));
    let gaps = explained(&people, &policy).missing;
    assert_eq!(gaps[0].name, "b");
    let did: Vec<(&str, &str)> =
        gaps[0].did.iter().map(|did| (did.name.as_str(), did.effect.as_str())).collect();
    assert_eq!(did, [("filled", "is 9"), ("use", "0 points"), ("fills", "+9 points"), ("ban", "applies")]);
}

#[test]
fn a_missing_value_of_an_event_is_named_with_its_record() {
    let mut policy = policy();
    policy.add(per_purchase("buys", EventPoints::Each(Expr::EventField(AMOUNT)), &[]));
    let ItemBody::Events(events) = &mut policy.items[0].body else { panic!() };
    events.if_missing = Some(n("-2"));
    let mut people = People::one("1");
    people.buys(day("2026-01-01"), none(AMOUNT), 0).buys(day("2026-01-01"), num("5"), 0);
    let gaps = explained(&people, &policy).missing;
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].name.as_str(), gaps[0].why.as_str()), ("purchase.amount", "not in the data"));
    assert_eq!(gaps[0].did[0].effect, "1 of purchase with -2 points, if missing");
}

#[test]
fn who_is_not_scored_is_told_what_said_so() {
    let mut policy = rich();
    let rows = vec![row(Some(("0", "9")), "5"), row_giving(None, RowOutcome::NotScored)];
    policy.add(characteristic("proof", table(Expr::Field(B), rows)));
    let people = somebody(num("2"), none(B), Value::YesNo(true));
    let explanation = explained(&people, &policy);
    assert_eq!(
        (explanation.status, explanation.score, explanation.next_tier.clone()),
        ("not scored", None, None)
    );
    let names: Vec<&str> = explanation.contributions.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["proof"]);
    assert!(explanation.adjustments.is_empty());
    insta::assert_snapshot!(text(&explanation, false));

    let mut closed = rich();
    let needs = condition(Expr::Constant(Value::YesNo(false)), false);
    closed.participation = Some(Participation { needs, before: None, place: place() });
    let explanation = explained(&people, &closed);
    assert_eq!(explanation.status, "not participating");
    assert!(explanation.contributions.is_empty() && explanation.adjustments.is_empty());
}

#[test]
fn the_next_tier_is_as_far_as_rounding_makes_it() {
    // Least scores of the tiers, rounding, score, the next tier and the points to it.
    for (least, round, a, next) in [
        ("700", "1", "650", Some("50")),
        ("700", "1", "700", None),
        ("700", "10", "650", Some("50")),
        ("695", "10", "650", Some("50")),
        ("650.000000001", "1", "650", Some("1")),
    ] {
        let mut policy = policy();
        policy.round = n(round);
        policy.add(gives("a", Expr::Field(A)));
        policy.add_tiers(&[("top", Some(least)), ("low", None)]);
        let explanation = explained(&People::one(a), &policy);
        let points = explanation.next_tier.map(|next| next.points.to_string());
        assert_eq!(points.as_deref(), next, "{a} to {least} by {round}");
    }
    let mut policy = policy();
    policy.add(gives("a", Expr::Field(A)));
    policy.add_tiers(&[("top", Some("700")), ("low", None)]);
    policy.overrides.push(Override { tier_at_most: Some(TierId(1)), ..overriding("held", always()) });
    let held = explained(&People::one("800"), &policy);
    assert_eq!((held.tier.as_deref(), held.next_tier), (Some("low"), None), "more points would not help");
}

#[test]
fn an_override_that_changes_nothing_is_listed_as_such() {
    let mut policy = policy();
    policy.add(gives("a", Expr::Field(A)));
    policy.overrides.push(Override { score_at_most: Some(n("900")), ..overriding("cap", always()) });
    policy
        .overrides
        .push(Override { score_at_most: Some(n("1")), ..overriding("not", is_yes(constant("0"))) });
    let lines = explained(&People::one("800"), &policy).adjustments;
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].name.as_str(), lines[0].kind, lines[0].points.0), ("cap", "override", n("0")));
    assert_eq!(lines[0].text, "score at most 900, because something is so; changes nothing");
}

#[test]
fn an_explanation_that_does_not_sum_is_a_defect() {
    let people = People::one("800");
    let mut policy = policy();
    policy.add(gives("a", Expr::Field(A)));
    let (mut outcome, recording) = people.record(&policy, 0);
    outcome.score = Some(n("799"));
    let subject = crate::data::Records::subject(&people, 0).unwrap();
    let mismatch = explain(&policy, &sources(), &subject, &recording, &outcome).unwrap_err();
    assert_eq!(
        mismatch.to_string(),
        "the explanation of `p1` sums to 800, but the score is 799: a defect of glassbox, please report it"
    );
}

#[test]
fn colours_only_where_asked() {
    let people = somebody(num("2"), num("7"), Value::YesNo(true));
    let explanation = explained(&people, &rich());
    let (plain, coloured) = (text(&explanation, false), text(&explanation, true));
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    assert!(plain.lines().all(|line| !line.ends_with(' ')));
}

#[test]
fn json_as_its_schema_says() {
    let schema = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/explanation.json"));
    let schema: Json = serde_json::from_str(schema).unwrap();
    let people = somebody(num("2"), none(B), Value::YesNo(false));
    let written = json(&explained(&people, &rich()));
    insta::assert_snapshot!(written);
    let value: Json = serde_json::from_str(&written).unwrap();
    for key in ["contributions", "adjustments", "reasons", "decisions", "benefits", "penalties", "missing"] {
        assert!(!value[key].as_array().unwrap().is_empty(), "{key} is not tried");
    }
    assert_eq!(breaches(&schema, &schema, &value), Vec::<String>::new());
    let people = somebody(num("2"), num("7"), Value::YesNo(true));
    let value: Json = serde_json::from_str(&json(&explained(&people, &policy()))).unwrap();
    assert_eq!(breaches(&schema, &schema, &value), Vec::<String>::new());
    let broken: Json = serde_json::from_str(&written.replace("\"reason\"", "\"cause\"")).unwrap();
    assert!(!breaches(&schema, &schema, &broken).is_empty(), "the test sees a wrong name");
}

type Json = serde_json::Value;

proptest! {
    /// Whatever weighs, limits, caps, influences, overrides and rounds: the lines sum, or `explain` would say so.
    #[test]
    fn every_explanation_sums(
        values in proptest::collection::vec(-1_000_000_000_000_i128..1_000_000_000_000, 8),
        weights in proptest::collection::vec(-2_000_000_000_i128..2_000_000_000, 3),
        limits in proptest::collection::vec(0_i64..900, 4),
        cap in 0_i64..900,
        influence_weight in -900_i64..900,
        (floor, roof, round) in (-900_i64..900, -900_i64..900, 1_i128..3_000_000_000),
        range in proptest::option::of(0_i64..900),
        ok in proptest::option::of(any::<bool>()),
    ) {
        let number = |units: i128| Value::Number(Decimal::from_units(units).unwrap());
        let decimal = |units: i128| Decimal::from_units(units).unwrap();
        let span = |most: i64| Some((Decimal::from_int(-most), Decimal::from_int(most)));
        let mut policy = policy();
        policy.start = decimal(values[0]);
        policy.round = decimal(round);
        policy.range = range.and_then(span);
        let product = calc(Expr::Field(A), Operator::Multiply, Expr::Field(B));
        let mut inner = rule("inner", Some(is_yes(Expr::Field(OK))), product, Some("-3")).because(0);
        (inner.weight, inner.limits) = (Some(decimal(weights[0])), span(limits[0]));
        let caps = [(CapPeriod::Day, "30.5"), (CapPeriod::Total, &*cap.to_string())];
        let mut buys = per_purchase("buys", EventPoints::Each(Expr::EventField(AMOUNT)), &caps).because(1);
        buys.limits = span(limits[1]);
        let mut all = group("all", None, None);
        (all.weight, all.limits) = (Some(decimal(weights[1])), span(limits[2]));
        policy.add_group(all, vec![inner, buys]);
        policy.add(gives("plain", Expr::Field(A)).because(2));
        let mut influence = influence(&format!("{influence_weight}e-3"));
        influence.limits = span(limits[3]);
        policy.influences.push(influence);
        policy.sweeps = 4;
        let floor = Override { score_at_least: Some(Decimal::from_int(floor)), ..overriding("floor", always()) };
        let mut roof = Override { score_at_most: Some(Decimal::from_int(roof)), ..overriding("roof", is_yes(Expr::Field(OK))) };
        roof.when.if_missing = true;
        policy.overrides = vec![floor, roof];
        let mut people = People::default();
        let answer = ok.map_or(none(OK), Value::YesNo);
        people.add(number(values[1]), number(values[2]), answer);
        for (value, date) in values[3..6].iter().zip(["2026-01-01", "2026-01-01", "2025-07-01"]) {
            people.buys(day(date), number(*value), 0);
        }
        people.add(number(values[6]), number(values[7]), Value::YesNo(true));
        people.friends = vec![vec![1], vec![0]];
        let explanation = explained(&people, &policy);
        prop_assert!(explanation.score.is_some());
        // Item by item: a contribution and its adjustments are the points of the item.
        let (outcome, _) = people.record(&policy, 0);
        for (id, item) in policy.items.iter().enumerate().filter(|(_, item)| item.kind != ItemKind::Group) {
            let of_item = explanation.contributions.iter().filter(|line| line.name == item.name).map(|line| line.points.0);
            let changes = explanation.adjustments.iter().filter(|line| line.name == item.name).map(|line| line.points.0);
            let sum = of_item.chain(changes).fold(Decimal::ZERO, |sum, points| sum.checked_add(points).unwrap());
            prop_assert_eq!(sum, outcome.points[id]);
        }
    }
}
