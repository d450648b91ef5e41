use super::super::{Chunk, Gathering, Plan, Scored, Scratch, Standing, Wanted};
use crate::data::{Schema, Set, Value};
use crate::eval::sample::*;
use crate::eval::{Outcome, Status};
use crate::function::AggregateKind;
use crate::policy::*;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use proptest::prelude::*;
use std::sync::Arc;

/// Records as columns of texts.
fn batch(schema: &Schema, kind: crate::data::RecordId, rows: &[Vec<Value>]) -> RecordBatch {
    let fields = schema.record(kind).fields.iter().enumerate();
    let columns = fields.map(|(at, field)| {
        let spelt =
            rows.iter().map(|row| (!row[at].is_missing()).then(|| schema.spell(field.kind, &row[at])));
        (field.column.clone(), Arc::new(spelt.collect::<StringArray>()) as ArrayRef)
    });
    RecordBatch::try_from_iter(columns).unwrap()
}

/// What columns come to, the purchases fed in pieces of so many and in either direction; nothing where that depends on
/// their order.
fn columns(
    policy: &Policy,
    people: &People,
    piece: usize,
    back: bool,
) -> Option<Vec<(Standing, Option<Outcome>)>> {
    let plan = Plan::new(policy);
    assert_eq!(plan.fallbacks(), [] as [String; 0]);
    let [child] = plan.children() else { panic!("one kind of children") };
    let mut purchases: Vec<(u32, Vec<Value>)> =
        (0..).zip(&people.purchases).flat_map(|(at, all)| all.iter().map(move |p| (at, p.clone()))).collect();
    if back {
        purchases.reverse();
    }
    let gathering = Gathering::new(child, people.values.len());
    let mut hands = [gathering.local(), gathering.local()];
    let mut chunk = Chunk::default();
    for (turn, purchases) in purchases.chunks(piece).enumerate() {
        let (slots, rows): (Vec<u32>, Vec<Vec<Value>>) = purchases.iter().cloned().unzip();
        let batch = batch(&policy.schema, PURCHASE, &rows);
        child.bind_by_name(&batch.schema()).unwrap().read(&batch, &mut chunk);
        gathering.add(&mut hands[turn % 2], &chunk, &slots);
    }
    hands.into_iter().for_each(|hand| gathering.flush(hand));
    let gathered = gathering.finish();
    if gathered.unsure() {
        return None;
    }
    let batch = batch(&policy.schema, policy.schema.scored, &people.values);
    plan.bind_by_name(&batch.schema()).unwrap().read(&batch, &mut chunk);
    gathered.fill(0..people.values.len(), &mut chunk);
    let (mut scratch, mut scored) = (Scratch::default(), Scored::default());
    plan.run(&chunk, Wanted { points: true, lost: true }, &mut scratch, &mut scored);
    Some((0..people.values.len()).map(|row| (scored.standings()[row], scored.outcome(row, &[]))).collect())
}

/// What single records come to.
fn singly(policy: &Policy, people: &People) -> Vec<(Standing, Option<Outcome>)> {
    let standing = |outcome: &Outcome| match outcome.status {
        Status::Scored => Standing::Scored,
        Status::NotScored => Standing::NotScored,
        Status::NotParticipating => Standing::NotParticipating,
    };
    let all = people.score(policy).into_iter();
    all.map(|outcome| outcome.map_or((Standing::TooLarge, None), |o| (standing(&o), Some(o)))).collect()
}

/// Both say the same, in whatever order; what they say.
fn same(policy: &Policy, people: &People) -> Vec<Standing> {
    let expected = singly(policy, people);
    for (piece, back) in [(1, false), (2, true), (1000, false), (1000, true)] {
        assert_eq!(columns(policy, people, piece, back).as_ref(), Some(&expected), "{piece} {back}");
    }
    expected.into_iter().map(|(standing, _)| standing).collect()
}

fn aggregate(kind: AggregateKind, value: Option<Expr>, filter: Option<Expr>) -> Expr {
    Expr::Aggregate(Box::new(Aggregate { kind, over: Over::Child(PURCHASE), value, filter }))
}

const NUMERIC: [AggregateKind; 4] =
    [AggregateKind::Sum, AggregateKind::Average, AggregateKind::Lowest, AggregateKind::Highest];

/// A rule of each function of numbers over the purchases, and of the count.
fn all_aggregates(filter: Option<Expr>) -> Policy {
    let mut policy = policy();
    policy.add(gives("count", aggregate(AggregateKind::Count, None, filter.clone())));
    for (at, kind) in NUMERIC.into_iter().enumerate() {
        let value = aggregate(kind, Some(Expr::EventField(AMOUNT)), filter.clone());
        policy.add(rule(&format!("rule{at}"), None, value, Some("7")));
    }
    policy
}

/// One for each kind of aggregate, so that what is too large for one does not hide the others.
fn one_aggregate(kind: AggregateKind) -> Policy {
    let mut policy = policy();
    policy.add(rule("only", None, aggregate(kind, Some(Expr::EventField(AMOUNT)), None), Some("7")));
    policy
}

fn buyer(amounts: &[&str]) -> People {
    let mut people = People::one("1");
    buys(&mut people, amounts);
    people
}

fn buys(people: &mut People, amounts: &[&str]) {
    for amount in amounts {
        let amount = if amount.is_empty() { none(AMOUNT) } else { num(amount) };
        people.buys(day("2026-01-01"), amount, 1);
    }
}

const MOST: &str = "99999999999999999999999999999.999999999";
const LEAST: &str = "-99999999999999999999999999999.999999999";
/// The ends of 64 bits in units.
const WORDS: [&str; 6] = [
    "9223372036.854775807",
    "9223372036.854775806",
    "9223372036.854775808",
    "-9223372036.854775807",
    "-9223372036.854775808",
    "-9223372036.854775809",
];

#[test]
fn numbers_at_the_ends_of_what_fits() {
    for kind in NUMERIC {
        let policy = one_aggregate(kind);
        for amounts in [
            &[MOST, MOST, LEAST, LEAST, "-7"][..],
            &[MOST, "0.000000001"],
            &[MOST, MOST, MOST],
            &[LEAST, "-1", "2"],
            &[WORDS[0], WORDS[0], "-1"],
            &[WORDS[4], WORDS[4], "1"],
            &WORDS,
            &[WORDS[0]],
            &[WORDS[4]],
            &[WORDS[3], "-0.000000001"],
            &["1", "", MOST],
            &[""],
            &[],
        ] {
            same(&policy, &buyer(amounts));
        }
    }
    assert_eq!(same(&one_aggregate(AggregateKind::Sum), &buyer(&[MOST, "1"])), [Standing::TooLarge]);
    assert_eq!(same(&one_aggregate(AggregateKind::Highest), &buyer(&[MOST, "1"])), [Standing::Scored]);
}

#[test]
fn a_number_too_large_counts_where_it_is_asked_for() {
    let square = || calc(Expr::EventField(AMOUNT), Operator::Multiply, Expr::EventField(AMOUNT));
    let games = || Expr::Test(Box::new(Expr::EventField(KIND)), Set::Codes(vec![1]));
    let food = || Expr::Test(Box::new(Expr::EventField(KIND)), Set::Codes(vec![0]));
    let huge = buyer(&["1000000000000000", "1"]);
    // In a filter, also of a record that it would not let in; in a value only of a record that is let in.
    let with = |value: Option<Expr>, filter: Option<Expr>| {
        let mut policy = policy();
        let kind = if value.is_some() { AggregateKind::Sum } else { AggregateKind::Count };
        policy.add(rule("x", None, aggregate(kind, value, filter), Some("0")));
        policy
    };
    assert_eq!(same(&with(None, Some(at_least(square(), "1"))), &huge), [Standing::TooLarge]);
    assert_eq!(same(&with(Some(square()), Some(games())), &huge), [Standing::TooLarge]);
    assert_eq!(same(&with(Some(square()), Some(food())), &huge), [Standing::Scored]);
    let both = Expr::And(vec![at_least(square(), "1"), food()]);
    assert_eq!(same(&with(None, Some(both)), &huge), [Standing::TooLarge]);
    // A definition of the child that is too large counts for whoever reads it.
    let mut policy = policy();
    let squared = policy.define_of(
        PURCHASE,
        "squared",
        calc(Expr::Field(AMOUNT), Operator::Multiply, Expr::Field(AMOUNT)),
    );
    let rows = vec![
        row_giving(Some(("0", "4")), RowOutcome::Value(aggregate(AggregateKind::Count, None, None))),
        row_giving(
            Some(("5", "9")),
            RowOutcome::Value(aggregate(AggregateKind::Sum, Some(Expr::EventDefinition(squared)), None)),
        ),
    ];
    policy.add(characteristic("x", table(Expr::Field(A), rows)));
    let mut people = huge;
    people.add(num("5"), num("0"), none(OK));
    buys(&mut people, &["1000000000000000"]);
    people.add(num("5"), num("0"), none(OK));
    buys(&mut people, &["10"]);
    assert_eq!(same(&policy, &people), [Standing::Scored, Standing::TooLarge, Standing::Scored]);
}

#[test]
fn more_than_one_group_holds() {
    let mut policy = policy();
    for at in 0..45 {
        let low = at.to_string();
        let filter = || Some(at_least(Expr::EventField(AMOUNT), &low));
        policy.add(gives(&format!("count{at}"), aggregate(AggregateKind::Count, None, filter())));
        let value = calc(Expr::EventField(AMOUNT), Operator::Add, constant(&low));
        let sum = aggregate(AggregateKind::Sum, Some(value), filter());
        policy.add(rule(&format!("sum{at}"), None, sum, Some("1")));
    }
    let mut people = buyer(&["0", "1", "20.5", "44", "50"]);
    people.add(num("1"), num("1"), none(OK)).add(num("2"), num("2"), none(OK));
    buys(&mut people, &["7", "", MOST]);
    same(&policy, &people);
}

#[test]
fn a_row_that_says_not_scored_and_points_that_are_missing() {
    let rows = vec![
        row(Some(("0", "4")), "3"),
        row(Some(("5", "9")), "-6").because(2),
        row_giving(Some(("10", "99")), RowOutcome::NotScored),
        row_giving(None, RowOutcome::Value(Expr::EventField(AMOUNT))).because(1),
    ];
    for caps in [&[][..], &[(CapPeriod::Total, "7")], &[(CapPeriod::Day, "5")], &[(CapPeriod::Year, "4")]] {
        let mut policy = policy();
        let events = EventPoints::Table(table(Expr::EventField(AMOUNT), rows.clone()));
        policy.add(per_purchase("x", events, caps).because(0).weighing("0.5"));
        let ItemBody::Events(events) = &mut policy.items[0].body else { panic!() };
        events.if_missing = Some(n("-2"));
        let mut people = buyer(&["1", "6", "6", ""]);
        people.add(num("1"), num("1"), none(OK));
        buys(&mut people, &["1", "10", "20"]);
        people.add(num("1"), num("1"), none(OK));
        buys(&mut people, &["2"]);
        assert_eq!(same(&policy, &people), [Standing::Scored, Standing::NotScored, Standing::Scored]);
    }
}

#[test]
fn whether_points_fit_may_depend_on_their_order() {
    let amounts = || EventPoints::Each(Expr::EventField(AMOUNT));
    for caps in [&[][..], &[(CapPeriod::Total, "100")], &[(CapPeriod::Month, "5")]] {
        let mut policy = policy();
        policy.add(per_purchase("x", amounts(), caps).because(0));
        // Too large whatever the order.
        assert_eq!(same(&policy, &buyer(&[MOST, MOST])), [Standing::TooLarge]);
        assert_eq!(same(&policy, &buyer(&[MOST, MOST, "-1"])), [Standing::TooLarge]);
        assert_eq!(same(&policy, &buyer(&["5", LEAST, "-6"])), [Standing::TooLarge]);
        // Fits whatever the order.
        assert_eq!(
            same(&policy, &buyer(&["90000000000000000000000000000", "-1", WORDS[4]])),
            [Standing::Scored]
        );
        assert_eq!(same(&policy, &buyer(&WORDS)), [Standing::Scored]);
        // Fits in one order, and not in another.
        assert_eq!(columns(&policy, &buyer(&[MOST, LEAST, "1"]), 1, false), None);
        assert_eq!(columns(&policy, &buyer(&[MOST, "1", LEAST]), 1, true), None);
    }
}

#[test]
fn purchases_of_tomorrow_are_not_known_whatever_is_wrong_with_them() {
    let mut policy = all_aggregates(None);
    policy.add(per_purchase("x", EventPoints::Each(Expr::EventField(AMOUNT)), &[]));
    let mut people = buyer(&["1"]);
    people.buys(day("2026-02-01"), num("5"), 1).buys(none(DAY), num("20"), 1);
    same(&policy, &people);
    let plan = Plan::new(&policy);
    let child = &plan.children()[0];
    let row = |date: Value, kind: &str| {
        let mut row = vec![Value::Text("p1".into()), date, num("1"), Value::Category(0)];
        if kind == "no good" {
            row[3] = Value::Category(7);
        }
        row
    };
    let rows =
        [row(day("2026-01-31"), ""), row(day("2026-02-01"), "no good"), row(day("2026-01-31"), "no good")];
    let spelt = |row: &[Value]| {
        [1, 3].map(|at| match &row[at] {
            Value::Category(7) => "nothing known".to_owned(),
            Value::Category(_) => "food".to_owned(),
            value @ (Value::Missing(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::YesNo(_)
            | Value::Text(_)) => policy.schema.spell(crate::data::Type::Date, value),
        })
    };
    let column = |at: usize| {
        Arc::new(rows.iter().map(|r| Some(spelt(r)[at].clone())).collect::<StringArray>()) as ArrayRef
    };
    let batch = RecordBatch::try_from_iter([("date", column(0)), ("kind", column(1))]).unwrap();
    let mut chunk = Chunk::default();
    child.bind_by_name(&batch.schema()).unwrap().read(&batch, &mut chunk);
    assert_eq!(
        [0, 1, 2].map(|row| (chunk.is_bad(row), child.is_known(&chunk, row))),
        [(false, true), (true, false), (true, true)]
    );
}

/// Numbers of all sizes, so that some sums fit 64 bits, some 128, and some neither.
fn amount() -> impl Strategy<Value = Value> {
    let units = prop_oneof![
        4 => (-50_i128..50).prop_map(|n| n * 1_000_000_000),
        2 => -3_i128..3,
        2 => (-2_i128..2).prop_map(|n| i128::from(i64::MAX) + n),
        2 => (-2_i128..2).prop_map(|n| i128::from(i64::MIN) + n),
        1 => Just(10_i128.pow(37) * 6),
        1 => Just(-10_i128.pow(37) * 6),
    ];
    units.prop_map(|units| Value::Number(crate::decimal::Decimal::from_units(units).unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn in_any_order_the_same(
        purchases in prop::collection::vec((0_usize..4, amount(), 0_i64..800, 0_u32..3, 0_u8..9), 0..30),
        (day_cap, month_cap, year_cap, total) in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        piece in 1_usize..8,
    ) {
        let mut people = People::default();
        for of in 0..4 {
            people.add(num("1"), num("2"), none(OK));
            for (_, amount, ago, kind, missing) in purchases.iter().filter(|(whose, ..)| *whose == of) {
                let date = Value::Date(policy().today.plus_days(-ago));
                let amount = if *missing == 0 { none(AMOUNT) } else { amount.clone() };
                people.buys(if *missing == 1 { none(DAY) } else { date }, amount, *kind);
            }
        }
        let games = || Expr::Test(Box::new(Expr::EventField(KIND)), Set::Codes(vec![1]));
        for kind in NUMERIC {
            same(&one_aggregate(kind), &people);
        }
        same(&all_aggregates(Some(games())), &people);
        let caps: Vec<(CapPeriod, &str)> = [
            (day_cap, CapPeriod::Day, "30"),
            (month_cap, CapPeriod::Month, "40"),
            (year_cap, CapPeriod::Year, "55.5"),
            (total, CapPeriod::Total, "70"),
        ]
        .into_iter()
        .filter_map(|(there, period, most)| there.then_some((period, most)))
        .collect();
        let mut with_caps = policy();
        let rows = vec![
            row_giving(Some((LEAST, "0")), RowOutcome::Value(Expr::EventField(AMOUNT))).because(1),
            row_giving(Some(("0.000000001", "20")), RowOutcome::Value(calc(constant("0"), Operator::Subtract, Expr::EventField(AMOUNT)))).because(2),
            row_giving(Some(("20.000000001", MOST)), RowOutcome::Value(Expr::EventField(AMOUNT))),
            row_giving(None, RowOutcome::Value(Expr::EventField(AMOUNT))).because(3),
        ];
        let points = EventPoints::Table(table(Expr::EventField(AMOUNT), rows));
        with_caps.add(per_purchase("x", points, &caps).because(0).weighing("0.3").limited("-1000", "1000"));
        let found = columns(&with_caps, &people, piece, false);
        prop_assert!(found.is_none() || found == Some(singly(&with_caps, &people)), "{:?}", found);
        prop_assert_eq!(columns(&with_caps, &people, 3, true), found);
    }
}
