//! Functions over the child records or linked records of one record.

use super::number::extreme;
use super::{AggregateKind, Bounds, Function, FunctionBody, MISTYPED, cause, fitting, listed};
use crate::data::{Type, Value, Why};
use crate::decimal::Decimal;

pub(super) const COUNT: Function = Function {
    name: "count",
    usage: "count(records where …)",
    doc: "How many child or linked records there are, or how many for which the condition is yes. Over none it is 0.",
    examples: &[
        ("count(purchase)", "3"),
        ("count(purchase where purchase.category is games)", "2"),
        ("count(purchase where purchase.date before 2020-01-01)", "0"),
    ],
    arguments: (1, 1),
    result: |_| Ok(Type::Integer),
    body: FunctionBody::Aggregate(AggregateKind::Count),
};

pub(super) const SUM: Function = Function {
    name: "sum",
    usage: "sum(records.field where …)",
    doc: "The exact sum of a number or an amount of money over child or linked records. Over none it is 0; missing where \
          one of the numbers is.",
    examples: &[
        ("sum(purchase.amount)", "125.5"),
        ("sum(purchase.amount where purchase.category is games)", "100"),
    ],
    arguments: (1, 1),
    result: |kinds| numbers("sum", kinds),
    body: FunctionBody::Aggregate(AggregateKind::Sum),
};

pub(super) const AVERAGE: Function = Function {
    name: "average",
    usage: "average(records.field where …)",
    doc: "The mean of a number or an amount of money over child or linked records, rounded to 9 places. Missing over none, \
          and where one of the numbers is.",
    examples: &[
        ("average(purchase.amount where purchase.category is games)", "50"),
        ("average(purchase.amount)", "41.833333333"),
        ("average(purchase.amount where purchase.category is rent)", "missing"),
    ],
    arguments: (1, 1),
    result: |kinds| {
        let kind = numbers("average", kinds)?;
        Ok(if kind == Type::Integer { Type::Number } else { kind })
    },
    body: FunctionBody::Aggregate(AggregateKind::Average),
};

pub(super) const LOWEST: Function = Function {
    name: "lowest",
    usage: "lowest(records.field where …)",
    doc: "The least number or amount of money, or the earliest date, over child or linked records. Missing over none, and \
          where one of the values is.",
    examples: &[("lowest(purchase.amount)", "25.5"), ("lowest(purchase.date)", "2026-01-05")],
    arguments: (1, 1),
    result: |kinds| ordered("lowest", kinds),
    body: FunctionBody::Aggregate(AggregateKind::Lowest),
};

pub(super) const HIGHEST: Function = Function {
    name: "highest",
    usage: "highest(records.field where …)",
    doc: "The greatest number or amount of money, or the latest date, over child or linked records. Missing over none, and \
          where one of the values is.",
    examples: &[
        ("highest(purchase.amount)", "60"),
        ("highest(purchase.amount where purchase.category is food)", "25.5"),
    ],
    arguments: (1, 1),
    result: |kinds| ordered("highest", kinds),
    body: FunctionBody::Aggregate(AggregateKind::Highest),
};

pub(super) const LATEST: Function = Function {
    name: "latest",
    usage: "latest(records.date where …)",
    doc: "The latest date over child or linked records. Missing over none, and where one of the dates is.",
    examples: &[
        ("latest(purchase.date)", "2026-01-28"),
        ("latest(purchase.date where purchase.category is rent)", "missing"),
    ],
    arguments: (1, 1),
    result: |kinds| match kinds {
        [Type::Date] => Ok(Type::Date),
        _ => Err(format!("`latest` takes dates, not {}", listed(kinds))),
    },
    body: FunctionBody::Aggregate(AggregateKind::Latest),
};

fn numbers(name: &str, kinds: &[Type]) -> Result<Type, String> {
    match kinds {
        [kind] if kind.is_numeric() => Ok(*kind),
        _ => Err(format!("`{name}` takes numbers or amounts of money, not {}", listed(kinds))),
    }
}

fn ordered(name: &str, kinds: &[Type]) -> Result<Type, String> {
    match kinds {
        [kind] if kind.is_ordered() => Ok(*kind),
        _ => Err(format!("`{name}` takes numbers, amounts of money or dates, not {}", listed(kinds))),
    }
}

impl AggregateKind {
    /// The result over the values of the records taken, in their order. For `count` one value a record, of any kind.
    pub fn apply(self, values: &[Value]) -> Value {
        if self == Self::Count {
            return i64::try_from(values.len())
                .map_or(Value::Missing(Why::Overflow), |n| Value::Number(Decimal::from_int(n)));
        }
        if let Some(why) = cause(values) {
            return Value::Missing(why);
        }
        if values.is_empty() && self.is_missing_over_none() {
            return Value::Missing(Why::OverNothing);
        }
        match self {
            Self::Count | Self::Sum => sum(values).map_or(MISTYPED, fitting),
            Self::Average => sum(values).map_or(MISTYPED, |sum| {
                let count = i64::try_from(values.len()).ok().map(Decimal::from_int);
                fitting(sum.zip(count).and_then(|(sum, count)| sum.checked_div(count)))
            }),
            Self::Lowest => extreme(values, |new, best| new < best),
            Self::Highest | Self::Latest => extreme(values, |new, best| new > best),
        }
    }

    /// Whether the result over no records is missing (else it is 0).
    pub fn is_missing_over_none(self) -> bool {
        match self {
            Self::Count | Self::Sum => false,
            Self::Average | Self::Lowest | Self::Highest | Self::Latest => true,
        }
    }

    /// Bounds of the result over any number of records for bounds of each value ([`Bounds::UNBOUNDED`] for `count`).
    pub fn bounds(self, of: Bounds) -> Bounds {
        match self {
            Self::Count => Bounds { low: Some(Decimal::ZERO), high: None },
            Self::Sum => Bounds {
                low: of.low.filter(|low| *low >= Decimal::ZERO).map(|_| Decimal::ZERO),
                high: of.high.filter(|high| *high <= Decimal::ZERO).map(|_| Decimal::ZERO),
            },
            Self::Average | Self::Lowest | Self::Highest | Self::Latest => of,
        }
    }
}

/// The exact sum, whatever the order; `Some(None)` where it is too large, `None` where a value is not a number.
fn sum(values: &[Value]) -> Option<Option<Decimal>> {
    // Two halves, so that no sum on the way is too large.
    const HALF: i128 = 10_i128.pow(19);
    let (mut high, mut low) = (0_i128, 0_i128);
    for value in values {
        let units = value.as_number()?.units();
        high += units / HALF;
        low += units % HALF;
    }
    let high = high + low / HALF;
    let units = high.checked_mul(HALF).and_then(|units| units.checked_add(low % HALF));
    Some(units.and_then(Decimal::from_units))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::FieldId;
    use crate::date::Date;
    use proptest::prelude::*;

    const ALL: [AggregateKind; 6] = [
        AggregateKind::Count,
        AggregateKind::Sum,
        AggregateKind::Average,
        AggregateKind::Lowest,
        AggregateKind::Highest,
        AggregateKind::Latest,
    ];

    fn number(text: &str) -> Value {
        Value::Number(text.parse().unwrap())
    }

    #[test]
    fn over_none_sum_and_count_are_zero_and_the_others_missing() {
        let missing = Value::Missing(Why::OverNothing);
        let expected = [number("0"), number("0"), missing.clone(), missing.clone(), missing.clone(), missing];
        assert_eq!(ALL.map(|kind| kind.apply(&[])), expected);
    }

    #[test]
    fn over_numbers() {
        let values = [number("40"), number("25.5"), number("60")];
        let expected = ["3", "125.5", "41.833333333", "25.5", "60", "60"].map(number);
        assert_eq!(ALL.map(|kind| kind.apply(&values)), expected);
    }

    #[test]
    fn over_dates() {
        let dates = ["2026-01-28", "2026-01-05"].map(|text| Value::Date(Date::parse(text).unwrap()));
        assert_eq!(AggregateKind::Lowest.apply(&dates), dates[1]);
        assert_eq!(AggregateKind::Highest.apply(&dates), dates[0]);
        assert_eq!(AggregateKind::Latest.apply(&dates), dates[0]);
    }

    #[test]
    fn a_missing_member_makes_all_but_the_count_missing() {
        let missing = Value::Missing(Why::Member(FieldId(2)));
        for kind in ALL {
            let result = kind.apply(&[number("1"), missing.clone()]);
            assert_eq!(result, if kind == AggregateKind::Count { number("2") } else { missing.clone() });
        }
    }

    #[test]
    fn a_sum_is_too_large_only_at_its_end() {
        let (most, least) = (Value::Number(Decimal::MAX), Value::Number(Decimal::MIN));
        let over = [most.clone(), most.clone(), most.clone()];
        assert_eq!(AggregateKind::Sum.apply(&over), Value::Missing(Why::Overflow));
        assert_eq!(AggregateKind::Average.apply(&over), Value::Missing(Why::Overflow));
        let back = [most.clone(), most.clone(), least.clone(), least, number("-7")];
        assert_eq!(AggregateKind::Sum.apply(&back), number("-7"));
    }

    proptest! {
        #[test]
        fn results_lie_within_bounds(units in prop::collection::vec(-900..900_i64, 1..6)) {
            let values: Vec<Value> = units.iter().map(|u| Value::Number(Decimal::from_units((*u).into()).unwrap())).collect();
            let one = values.iter().filter_map(Bounds::of_value).reduce(Bounds::union).unwrap();
            for kind in ALL {
                prop_assert!(kind.bounds(one).contains(kind.apply(&values).as_number().unwrap()), "{:?}", kind);
            }
            let sum: i64 = units.iter().sum();
            prop_assert_eq!(AggregateKind::Sum.apply(&values), Value::Number(Decimal::from_units(sum.into()).unwrap()));
        }
    }
}
