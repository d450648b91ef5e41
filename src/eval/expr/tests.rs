//! Expressions: arithmetic, logic, missing values, aggregates.

use super::super::sample::*;
use super::*;
use crate::data::Set;
use crate::function::AggregateKind;
use crate::policy::{Aggregate, Policy};
use std::sync::Arc;

const YES: Value = Value::YesNo(true);
const NO: Value = Value::YesNo(false);

/// The value of an expression for the first of some people.
fn worth(people: &People, expr: Expr) -> Result<Value, TooLarge> {
    worth_in(&policy(), people, &expr)
}

fn worth_in(policy: &Policy, people: &People, expr: &Expr) -> Result<Value, TooLarge> {
    let subject = people.subject(0).unwrap();
    let scope =
        Scope { policy, records: people, subject: &subject, definitions: &[], event: None, after: None };
    scope.value(expr)
}

fn a_b(a: Value, b: Value) -> People {
    let mut people = People::default();
    people.add(a, b, none(OK));
    people
}

#[test]
fn sums_are_exact_and_products_and_quotients_are_rounded_at_once() {
    use Operator::{Add, Divide, Multiply, Subtract};
    for (a, operator, b, result) in [
        ("0.1", Add, "0.2", "0.3"),
        ("99999999999999999999999999999", Subtract, "99999999999999999999999999998.999999999", "0.000000001"),
        ("0.000000001", Multiply, "0.5", "0.000000001"),
        ("-0.000000001", Multiply, "0.5", "-0.000000001"),
        ("0.000000001", Multiply, "0.4", "0"),
        ("1", Divide, "3", "0.333333333"),
        ("2", Divide, "3", "0.666666667"),
        ("-2", Divide, "3", "-0.666666667"),
        ("2.5", Multiply, "1.5", "3.75"),
    ] {
        let expr = calc(Expr::Field(A), operator, Expr::Field(B));
        assert_eq!(worth(&a_b(num(a), num(b)), expr), Ok(num(result)), "{a} {operator:?} {b}");
    }
    // Left to right: (1 / 3) * 3 is not 1.
    let third = calc(constant("1"), Divide, constant("3"));
    let people = a_b(num("0"), num("0"));
    assert_eq!(worth(&people, calc(third, Multiply, constant("3"))), Ok(num("0.999999999")));
}

#[test]
fn a_division_by_zero_is_missing_and_keeps_its_cause() {
    let expr = calc(Expr::Field(A), Operator::Divide, Expr::Field(B));
    assert_eq!(worth(&a_b(num("1"), num("0")), expr.clone()), Ok(Value::Missing(Why::DivisionByZero)));
    assert_eq!(worth(&a_b(num("0"), num("0")), expr.clone()), Ok(Value::Missing(Why::DivisionByZero)));
    let more = calc(expr.clone(), Operator::Add, constant("1"));
    assert_eq!(worth(&a_b(num("1"), num("0")), more), Ok(Value::Missing(Why::DivisionByZero)));
    // The first cause, left to right.
    assert_eq!(worth(&a_b(none(A), none(B)), expr.clone()), Ok(none(A)));
    assert_eq!(worth(&a_b(num("1"), none(B)), expr), Ok(none(B)));
}

#[test]
fn nothing_passes_over_an_overflow() {
    let large = || constant("99999999999999999999999999999");
    let overflow = || calc(large(), Operator::Add, large());
    let boxed = || Box::new(overflow());
    let people = a_b(num("1"), none(B));
    for expr in [
        overflow(),
        calc(large(), Operator::Multiply, constant("2")),
        calc(large(), Operator::Divide, constant("0.5")),
        Expr::Otherwise(boxed(), Box::new(constant("1"))),
        Expr::Otherwise(Box::new(constant("1")), boxed()),
        Expr::IsMissing(boxed()),
        Expr::And(vec![Expr::Constant(NO), at_least(overflow(), "1")]),
        Expr::Or(vec![at_least(overflow(), "1"), Expr::Constant(YES)]),
    ] {
        assert_eq!(worth(&people, expr.clone()), Err(TooLarge), "{expr:?}");
    }
}

#[test]
fn logic_is_three_valued() {
    let m = || none(OK);
    let people = a_b(num("1"), none(B));
    for (left, right, and, or) in [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (NO, NO, NO, NO),
        (YES, m(), m(), YES),
        (NO, m(), NO, m()),
        (m(), m(), m(), m()),
    ] {
        for (left, right) in [(left.clone(), right.clone()), (right.clone(), left.clone())] {
            let parts = vec![Expr::Constant(left.clone()), Expr::Constant(right.clone())];
            assert_eq!(worth(&people, Expr::And(parts.clone())), Ok(and.clone()), "{left:?} and {right:?}");
            assert_eq!(worth(&people, Expr::Or(parts)), Ok(or.clone()), "{left:?} or {right:?}");
        }
    }
    for (inner, not) in [(YES, NO), (NO, YES), (m(), m())] {
        assert_eq!(worth(&people, Expr::Not(Box::new(Expr::Constant(inner)))), Ok(not));
    }
}

#[test]
fn missing_is_passed_on_until_it_is_dealt_with() {
    let people = a_b(num("1"), none(B));
    let b = || Box::new(Expr::Field(B));
    assert_eq!(worth(&people, at_least(Expr::Field(B), "0")), Ok(none(B)));
    assert_eq!(worth(&people, Expr::Compare(Comparison::Less, b(), Box::new(Expr::Field(A)))), Ok(none(B)));
    assert_eq!(worth(&people, Expr::Negate(b())), Ok(none(B)));
    assert_eq!(worth(&people, Expr::IsMissing(b())), Ok(YES));
    assert_eq!(worth(&people, Expr::IsMissing(Box::new(Expr::Field(A)))), Ok(NO));
    assert_eq!(worth(&people, Expr::Otherwise(b(), Box::new(constant("7")))), Ok(num("7")));
    assert_eq!(worth(&people, Expr::Otherwise(Box::new(Expr::Field(A)), b())), Ok(num("1")));
}

#[test]
fn comparisons_of_numbers_days_and_texts() {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let people = a_b(num("1"), num("1"));
    let text = |t: &str| Value::Text(Arc::from(t));
    for (left, comparison, right, result) in [
        (num("1"), Less, num("1.000000001"), true),
        (num("1"), Less, num("1"), false),
        (num("1"), LessOrEqual, num("1"), true),
        (num("1"), Greater, num("1"), false),
        (num("1"), GreaterOrEqual, num("1"), true),
        (day("2026-01-31"), Less, day("2026-02-01"), true),
        (day("2026-01-31"), Equal, day("2026-01-31"), true),
        (text("a"), Equal, text("A"), false),
        (text("a"), NotEqual, text("A"), true),
        (Value::Category(1), Equal, Value::Category(1), true),
    ] {
        let sides = [left.clone(), right.clone()].map(|side| Box::new(Expr::Constant(side)));
        let [l, r] = sides;
        let expr = Expr::Compare(comparison, l, r);
        assert_eq!(worth(&people, expr), Ok(Value::YesNo(result)), "{left:?} {comparison:?} {right:?}");
    }
}

fn over_purchases(kind: AggregateKind, value: Option<Expr>, filter: Option<Expr>) -> Expr {
    Expr::Aggregate(Box::new(Aggregate { kind, over: Over::Child(PURCHASE), value, filter }))
}

#[test]
fn aggregates_over_children_known_today() {
    use AggregateKind::{Average, Count, Highest, Latest, Lowest, Sum};
    let amount = || Some(Expr::EventField(AMOUNT));
    let mut people = a_b(num("1"), num("1"));
    let nothing = Value::Missing(Why::OverNothing);
    for (kind, value, result) in [
        (Count, None, num("0")),
        (Sum, amount(), num("0")),
        (Average, amount(), nothing.clone()),
        (Lowest, amount(), nothing.clone()),
        (Highest, amount(), nothing.clone()),
        (Latest, Some(Expr::EventField(DAY)), nothing.clone()),
    ] {
        assert_eq!(worth(&people, over_purchases(kind, value, None)), Ok(result), "{kind:?} over nothing");
    }
    people.buys(day("2026-01-31"), num("1"), 0).buys(day("2025-01-01"), num("2"), 1);
    people.buys(none(DAY), num("2"), 1).buys(day("2026-02-01"), num("1000"), 1);
    let games = || Some(Expr::Test(Box::new(Expr::EventField(KIND)), Set::Codes(vec![1])));
    for (kind, value, filter, result) in [
        (Count, None, None, num("3")),
        (Count, None, games(), num("2")),
        (Sum, amount(), None, num("5")),
        (Sum, amount(), games(), num("4")),
        (Average, amount(), None, num("1.666666667")),
        (Lowest, amount(), None, num("1")),
        (Highest, amount(), None, num("2")),
        (Latest, Some(Expr::EventField(DAY)), None, Value::Missing(Why::Member(DAY))),
        (
            Latest,
            Some(Expr::Otherwise(
                Box::new(Expr::EventField(DAY)),
                Box::new(Expr::Constant(day("2001-01-01"))),
            )),
            None,
            day("2026-01-31"),
        ),
    ] {
        let expr = over_purchases(kind, value, filter.clone());
        assert_eq!(worth(&people, expr), Ok(result), "{kind:?} {filter:?}");
    }
    people.buys(day("2026-01-01"), none(AMOUNT), 2);
    let missing = Ok(Value::Missing(Why::Member(AMOUNT)));
    for kind in [Sum, Average, Lowest, Highest] {
        assert_eq!(worth(&people, over_purchases(kind, amount(), None)), missing, "{kind:?}");
        let known = worth(&people, over_purchases(kind, amount(), games()));
        assert!(!known.unwrap().is_missing(), "{kind:?} does not see what the filter leaves out");
    }
    assert_eq!(worth(&people, over_purchases(Count, None, None)), Ok(num("4")));
}

#[test]
fn definitions_of_events_see_the_event_as_their_own_record() {
    let mut policy = policy();
    let double = calc(Expr::Field(AMOUNT), Operator::Add, Expr::Field(AMOUNT));
    let double = policy.define_of(PURCHASE, "double", double);
    // How many purchases a person made, asked of friends.
    let count = policy.define("count", over_purchases(AggregateKind::Count, None, None));
    let mut people = a_b(num("1"), num("1"));
    people.buys(day("2026-01-01"), num("3"), 0).add(num("2"), num("2"), none(OK));
    people.buys(day("2026-01-01"), num("4"), 0).buys(day("2026-01-02"), num("5"), 0);
    people.friends[0] = vec![1];
    let sum = |over, id| {
        let value = Some(Expr::EventDefinition(id));
        Expr::Aggregate(Box::new(Aggregate { kind: AggregateKind::Sum, over, value, filter: None }))
    };
    assert_eq!(worth_in(&policy, &people, &sum(Over::Child(PURCHASE), double)), Ok(num("6")));
    assert_eq!(worth_in(&policy, &people, &sum(Over::Link(FRIENDS), count)), Ok(num("2")));
    people.purchases[0][0][2] = none(AMOUNT);
    assert_eq!(
        worth_in(&policy, &people, &sum(Over::Child(PURCHASE), double)),
        Ok(Value::Missing(Why::Member(AMOUNT)))
    );
}
