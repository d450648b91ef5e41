//! Functions of numbers and amounts of money (`min` and `max` also of dates).

use super::{Bounds, Function, FunctionBody, MISTYPED, cause, fitting, listed};
use crate::data::{Type, Value};
use crate::decimal::Decimal;

pub(super) const MIN: Function = Function {
    name: "min",
    usage: "min(a, b, …)",
    doc: "The least of several numbers, several amounts of money, or the earliest of several dates. Missing where any of \
          them is.",
    examples: &[
        ("min(3, 5)", "3"),
        ("min(2, -1.5, 4)", "-1.5"),
        ("min(2026-01-31, 2025-12-01)", "2025-12-01"),
    ],
    arguments: (2, usize::MAX),
    result: |kinds| one_kind("min", kinds),
    body: FunctionBody::Scalar {
        apply: |values| extreme(values, |new, best| new < best),
        bounds: |of| Bounds::reduce(of, Bounds::min),
        may_be_missing: false,
    },
};

pub(super) const MAX: Function = Function {
    name: "max",
    usage: "max(a, b, …)",
    doc: "The greatest of several numbers, several amounts of money, or the latest of several dates. Missing where any \
          of them is.",
    examples: &[("max(3, 5)", "5"), ("max(0, -20)", "0")],
    arguments: (2, usize::MAX),
    result: |kinds| one_kind("max", kinds),
    body: FunctionBody::Scalar {
        apply: |values| extreme(values, |new, best| new > best),
        bounds: |of| Bounds::reduce(of, Bounds::max),
        may_be_missing: false,
    },
};

pub(super) const ABS: Function = Function {
    name: "abs",
    usage: "abs(x)",
    doc: "The size of a number or an amount of money, without its sign.",
    examples: &[("abs(-3.5)", "3.5"), ("abs(7)", "7")],
    arguments: (1, 1),
    result: |kinds| match kinds {
        [kind] if kind.is_numeric() => Ok(*kind),
        _ => Err(format!("`abs` takes a number or an amount of money, not {}", listed(kinds))),
    },
    body: FunctionBody::Scalar {
        apply: |values| number_of(values, |n| Some(n.abs())),
        bounds: |of| Bounds::reduce(of, |a, _| a).abs(),
        may_be_missing: false,
    },
};

pub(super) const ROUND: Function = Function {
    name: "round",
    usage: "round(x) or round(x, step)",
    doc: "The nearest whole number, or the nearest multiple of the step; a half is rounded away from zero. A step of 0 \
          leaves the number as it is. An amount of money stays one.",
    examples: &[
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(1234, 50)", "1250"),
        ("round(0.3333, 0.01)", "0.33"),
    ],
    arguments: (1, 2),
    result: |kinds| match kinds {
        [Type::Money] | [Type::Money, Type::Number | Type::Integer | Type::Money] => Ok(Type::Money),
        [Type::Number | Type::Integer] | [Type::Integer, Type::Integer] => Ok(Type::Integer),
        [Type::Number, Type::Number | Type::Integer] | [Type::Integer, Type::Number] => Ok(Type::Number),
        [Type::Number | Type::Integer, Type::Money] => {
            Err("`round` takes an amount of money as its step only when it rounds one".to_owned())
        }
        _ => Err(format!("`round` takes a number or an amount of money, and a step, not {}", listed(kinds))),
    },
    body: FunctionBody::Scalar { apply: round, bounds: round_bounds, may_be_missing: false },
};

pub(super) const AMOUNT: Function = Function {
    name: "amount",
    usage: "amount(money)",
    doc: "The number of units in an amount of money, so that it can be multiplied and give points.",
    examples: &[("amount(savings)", "1250.5")],
    arguments: (1, 1),
    result: |kinds| match kinds {
        [Type::Money] => Ok(Type::Number),
        _ => Err(format!("`amount` takes an amount of money, not {}", listed(kinds))),
    },
    body: FunctionBody::Scalar {
        apply: |values| number_of(values, Some),
        bounds: |of| Bounds::reduce(of, |a, _| a),
        may_be_missing: false,
    },
};

/// The common type of arguments that are compared.
fn one_kind(name: &str, kinds: &[Type]) -> Result<Type, String> {
    let all = |kind: Type| kinds.iter().all(|k| *k == kind);
    if all(Type::Integer) {
        Ok(Type::Integer)
    } else if kinds.iter().all(|k| matches!(k, Type::Integer | Type::Number)) {
        Ok(Type::Number)
    } else if all(Type::Money) {
        Ok(Type::Money)
    } else if all(Type::Date) {
        Ok(Type::Date)
    } else {
        Err(format!(
            "`{name}` takes numbers, amounts of money or dates, all of one kind, not {}",
            listed(kinds)
        ))
    }
}

/// The number or date that is `better` than all others.
pub(super) fn extreme(values: &[Value], better: fn(i128, i128) -> bool) -> Value {
    if let Some(why) = cause(values) {
        return Value::Missing(why);
    }
    let mut best: Option<(i128, &Value)> = None;
    for value in values {
        let place = match value {
            Value::Number(n) => n.units(),
            Value::Date(d) => d.days().into(),
            Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => return MISTYPED,
        };
        if best.is_none_or(|(so_far, _)| better(place, so_far)) {
            best = Some((place, value));
        }
    }
    best.map_or(MISTYPED, |(_, value)| value.clone())
}

/// A function of one number that fails only by a number too large.
fn number_of(values: &[Value], apply: impl Fn(Decimal) -> Option<Decimal>) -> Value {
    match (cause(values), values) {
        (Some(why), _) => Value::Missing(why),
        (None, [Value::Number(n)]) => fitting(apply(*n)),
        (None, _) => MISTYPED,
    }
}

fn round(values: &[Value]) -> Value {
    match (cause(values), values) {
        (Some(why), _) => Value::Missing(why),
        (None, [Value::Number(n)]) => fitting(n.round_to(Decimal::ONE)),
        (None, [Value::Number(n), Value::Number(step)]) if step.is_zero() => Value::Number(*n),
        (None, [Value::Number(n), Value::Number(step)]) => fitting(n.round_to(*step)),
        (None, _) => MISTYPED,
    }
}

fn round_bounds(of: &[Bounds]) -> Bounds {
    let (x, step) = match of {
        [] => return Bounds::UNBOUNDED,
        [x] => (*x, Bounds::exactly(Decimal::ONE)),
        [x, step, ..] => (*x, *step),
    };
    match (step.low, step.high) {
        (Some(step), Some(same)) if step == same => {
            let round = |n: Decimal| if step.is_zero() { Some(n) } else { n.round_to(step) };
            Bounds { low: x.low.and_then(round), high: x.high.and_then(round) }
        }
        // Rounding moves a number by less than the largest step.
        (Some(_), Some(_)) | (None, _) | (_, None) => {
            let size = step.abs();
            x + Bounds { low: size.high.map(|n| -n), high: size.high }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal() -> impl Strategy<Value = Decimal> {
        (-40..40_i64).prop_map(|n| Decimal::from_units(i128::from(n) * 250_000_000).unwrap())
    }

    fn check(function: &Function, points: &[(Decimal, Decimal)]) {
        let FunctionBody::Scalar { apply, bounds, .. } = &function.body else { panic!() };
        let of: Vec<Bounds> =
            points.iter().map(|(a, b)| Bounds { low: Some(*a.min(b)), high: Some(*a.max(b)) }).collect();
        // Every choice of one end for each argument.
        for choice in 0..1 << points.len() {
            let values: Vec<Value> = points
                .iter()
                .enumerate()
                .map(|(i, (a, b))| Value::Number(if choice >> i & 1 == 0 { *a } else { *b }))
                .collect();
            assert!(bounds(&of).contains(apply(&values).as_number().unwrap()), "{function:?} {values:?}");
        }
    }

    proptest! {
        #[test]
        fn results_lie_within_bounds(a in decimal(), b in decimal(), c in decimal(), d in decimal()) {
            check(&MIN, &[(a, b), (c, d)]);
            check(&MAX, &[(a, b), (c, d)]);
            check(&ABS, &[(a, b)]);
            check(&AMOUNT, &[(a, b)]);
            check(&ROUND, &[(a, b)]);
            check(&ROUND, &[(a, b), (c, d)]);
            check(&ROUND, &[(a, b), (c, c)]);
        }
    }

    #[test]
    fn a_step_of_zero_leaves_the_number() {
        let values = [Decimal::from_units(1_234).unwrap(), Decimal::ZERO].map(Value::Number);
        assert_eq!(round(&values), values[0]);
    }

    #[test]
    fn a_limit_on_one_side_is_enough() {
        let (low, open) = (Bounds::exactly(Decimal::ONE), Bounds::UNBOUNDED);
        assert_eq!(low.min(open), Bounds { low: None, high: Some(Decimal::ONE) });
        assert_eq!(low.max(open), Bounds { low: Some(Decimal::ONE), high: None });
    }
}
