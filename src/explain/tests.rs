//! What an explanation shows, and that it always sums.

use super::*;
use crate::data::Value;
use crate::eval::sample::*;
use crate::policy::*;

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
