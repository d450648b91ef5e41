//! Functions of dates.

use super::{Bounds, Function, FunctionBody, MISTYPED, cause, listed};
use crate::data::{Type, Value};
use crate::date::{self, Date};
use crate::decimal::Decimal;

pub(super) const YEARS_BETWEEN: Function = Function {
    name: "years_between",
    usage: "years_between(from, to)",
    doc: "Whole years completed from one date to another, as an age is told; negative where the second is earlier. Who \
          was born on 29 February is a year older on 1 March of a common year.",
    examples: &[
        ("years_between(2000-05-01, 2026-04-30)", "25"),
        ("years_between(2000-05-01, 2026-05-01)", "26"),
        ("years_between(2026-05-01, 2000-05-01)", "-26"),
    ],
    arguments: (2, 2),
    result: |kinds| two_dates("years_between", kinds),
    body: FunctionBody::Scalar {
        apply: |values| between(values, date::years_between),
        bounds: |of| between_bounds(of, date::years_between),
        may_be_missing: false,
    },
};

pub(super) const MONTHS_BETWEEN: Function = Function {
    name: "months_between",
    usage: "months_between(from, to)",
    doc: "Whole months completed from one date to another; negative where the second is earlier. A month is complete \
          when its day of the month is reached.",
    examples: &[
        ("months_between(2026-01-31, 2026-02-28)", "0"),
        ("months_between(2026-01-31, 2026-03-01)", "1"),
    ],
    arguments: (2, 2),
    result: |kinds| two_dates("months_between", kinds),
    body: FunctionBody::Scalar {
        apply: |values| between(values, date::months_between),
        bounds: |of| between_bounds(of, date::months_between),
        may_be_missing: false,
    },
};

pub(super) const DAYS_BETWEEN: Function = Function {
    name: "days_between",
    usage: "days_between(from, to)",
    doc: "Days from one date to another; negative where the second is earlier.",
    examples: &[
        ("days_between(2026-01-01, 2026-01-31)", "30"),
        ("days_between(2024-03-01, 2024-02-28)", "-2"),
    ],
    arguments: (2, 2),
    result: |kinds| two_dates("days_between", kinds),
    body: FunctionBody::Scalar {
        apply: |values| between(values, date::days_between),
        bounds: |of| between_bounds(of, date::days_between),
        may_be_missing: false,
    },
};

fn two_dates(name: &str, kinds: &[Type]) -> Result<Type, String> {
    if let [Type::Date, Type::Date] = kinds {
        Ok(Type::Integer)
    } else {
        Err(format!("`{name}` takes two dates, not {}", listed(kinds)))
    }
}

fn between(values: &[Value], count: fn(Date, Date) -> i64) -> Value {
    match (cause(values), values) {
        (Some(why), _) => Value::Missing(why),
        (None, [Value::Date(from), Value::Date(to)]) => Value::Number(Decimal::from_int(count(*from, *to))),
        (None, _) => MISTYPED,
    }
}

/// The counts rise with the second date and fall with the first, so the ends give the ends.
fn between_bounds(of: &[Bounds], count: fn(Date, Date) -> i64) -> Bounds {
    let [from, to, ..] = of else { return Bounds::UNBOUNDED };
    let ((from_first, from_last), (to_first, to_last)) = (from.days(), to.days());
    Bounds {
        low: Some(Decimal::from_int(count(from_last, to_first))),
        high: Some(Decimal::from_int(count(from_first, to_last))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day() -> impl Strategy<Value = Date> {
        (10_000..11_000_i32).prop_map(|days| Date::from_days(days).unwrap())
    }

    proptest! {
        #[test]
        fn counts_lie_within_bounds(mut from in [day(), day(), day()], mut to in [day(), day(), day()]) {
            from.sort();
            to.sort();
            let days = |d: &[Date; 3]| Bounds::of_value(&Value::Date(d[0])).unwrap().union(Bounds::of_value(&Value::Date(d[2])).unwrap());
            for function in [&YEARS_BETWEEN, &MONTHS_BETWEEN, &DAYS_BETWEEN] {
                let FunctionBody::Scalar { apply, bounds, .. } = &function.body else { panic!() };
                let count = apply(&[Value::Date(from[1]), Value::Date(to[1])]).as_number().unwrap();
                prop_assert!(bounds(&[days(&from), days(&to)]).contains(count));
            }
        }
    }

    #[test]
    fn dates_without_bounds_are_those_of_the_calendar() {
        let bounds = between_bounds(&[Bounds::UNBOUNDED; 2], date::years_between);
        let expected = [-9998, 9998].map(|n| Some(Decimal::from_int(n)));
        assert_eq!([bounds.low, bounds.high], expected);
    }
}
