//! The built-in functions, in one table: names, types, documentation, runnable examples, implementation.
//!
//! Adding a function is one entry; the checker, completion, docs and the differential test's generator read the table.

mod aggregate;
mod bounds;
mod date;
mod number;
mod reference;
mod text;

pub use bounds::Bounds;
pub use reference::{EXAMPLE_RECORDS, reference};

use crate::data::{Type, Value, Why};

/// Every built-in function, in the order of the reference page.
pub fn all() -> &'static [Function] {
    &FUNCTIONS
}

/// The function of this name.
pub fn find(name: &str) -> Option<&'static Function> {
    all().iter().find(|function| function.name == name)
}

static FUNCTIONS: [Function; 15] = [
    number::MIN,
    number::MAX,
    number::ABS,
    number::ROUND,
    number::AMOUNT,
    date::YEARS_BETWEEN,
    date::MONTHS_BETWEEN,
    date::DAYS_BETWEEN,
    text::STARTS_WITH,
    aggregate::COUNT,
    aggregate::SUM,
    aggregate::AVERAGE,
    aggregate::LOWEST,
    aggregate::HIGHEST,
    aggregate::LATEST,
];

/// A built-in function.
pub struct Function {
    /// Its name in policies.
    pub name: &'static str,
    /// How it is called: `min(a, b, …)`.
    pub usage: &'static str,
    /// What it does, for authors: one to three sentences.
    pub doc: &'static str,
    /// Expressions and what they give, run by a test: `("years_between(2000-05-01, 2026-04-30)", "25")`. Those of
    /// aggregates speak of [`EXAMPLE_RECORDS`].
    pub examples: &'static [(&'static str, &'static str)],
    /// The least and greatest number of arguments, as written between the parentheses (without the `where`).
    pub arguments: (usize, usize),
    /// The type of the result for argument types, as many as `arguments` allows; otherwise what is wrong, in an author's
    /// words. A bare number has taken the type of the other arguments before. What `count` counts has no type, so its
    /// argument types are not read.
    pub result: fn(&[Type]) -> Result<Type, String>,
    /// What it is: a function of values, or an aggregate over child or linked records.
    pub body: FunctionBody,
}

/// What a function does.
pub enum FunctionBody {
    /// A function of values.
    Scalar {
        /// The result; missing where an argument is, with the cause that [`cause`] gives.
        apply: fn(&[Value]) -> Value,
        /// Bounds of the result for bounds of the arguments (sound; exact where each occurs once).
        bounds: fn(&[Bounds]) -> Bounds,
        /// Whether the result can be missing though no argument is (a number too large aside).
        may_be_missing: bool,
    },
    /// An aggregate: see [`AggregateKind::apply`] and [`AggregateKind::bounds`].
    Aggregate(AggregateKind),
}

/// The aggregates. Sum and count over nothing are 0, the others are missing; a missing member makes all but `count`
/// missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateKind {
    /// How many.
    Count,
    /// The exact sum.
    Sum,
    /// The mean, rounded to 9 places.
    Average,
    /// The least number or earliest date.
    Lowest,
    /// The greatest number or latest date.
    Highest,
    /// The latest date.
    Latest,
}

/// Why a result is missing because some of these values are: a number too large before all else (it rejects the
/// record), else the first cause. `None` where none is missing.
pub fn cause<'a>(values: impl IntoIterator<Item = &'a Value>) -> Option<Why> {
    let mut first = None;
    for value in values {
        if let Value::Missing(why) = value {
            if *why == Why::Overflow {
                return Some(Why::Overflow);
            }
            first = first.or(Some(*why));
        }
    }
    first
}

/// The value of a computation that fails only by a number too large.
fn fitting(number: Option<crate::decimal::Decimal>) -> Value {
    number.map_or(Value::Missing(Why::Overflow), Value::Number)
}

/// What values of the wrong types give. Checked policies have none.
const MISTYPED: Value = Value::Missing(Why::Undecided);

/// A list in words: `a number and a date`.
fn listed(kinds: &[Type]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in kinds.iter().map(|kind| kind.describe()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Functions are the same when they have the same name: the table holds each once.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use crate::decimal::Decimal;
    use std::collections::BTreeSet;

    /// A literal of the language, as the examples of functions of values use them.
    pub(super) fn literal(text: &str) -> Value {
        let text = text.trim();
        match text {
            "yes" => Value::YesNo(true),
            "no" => Value::YesNo(false),
            _ => match (text.strip_prefix('"'), Date::parse(text)) {
                (Some(rest), _) => Value::Text(rest.strip_suffix('"').expect("a closing quote").into()),
                (None, Ok(date)) => Value::Date(date),
                (None, Err(_)) => Value::Number(text.parse().expect(text)),
            },
        }
    }

    #[test]
    fn examples_of_functions_of_values_hold() {
        for function in all() {
            let FunctionBody::Scalar { apply, bounds, .. } = &function.body else { continue };
            for (call, expected) in function.examples {
                let Some(arguments) = call.strip_prefix(function.name).and_then(|c| c.strip_prefix('('))
                else {
                    panic!("{call}: not a call of {}", function.name)
                };
                let arguments = arguments.strip_suffix(')').expect(call).split(", ");
                // The field of the example records.
                let arguments: Vec<Value> =
                    arguments.map(|a| literal(if a == "savings" { "1250.5" } else { a })).collect();
                assert!((function.arguments.0..=function.arguments.1).contains(&arguments.len()), "{call}");
                let result = apply(&arguments);
                assert_eq!(result, literal(expected), "{call}");
                if let Some(result) = Bounds::of_value(&result) {
                    let exact: Vec<Bounds> = arguments.iter().filter_map(Bounds::of_value).collect();
                    assert_eq!(bounds(&exact), result, "bounds of {call}");
                }
            }
        }
    }

    #[test]
    fn every_entry_is_complete() {
        let names: BTreeSet<&str> = all().iter().map(|function| function.name).collect();
        assert_eq!(names.len(), all().len(), "a name stands twice");
        for function in all() {
            assert!(function.usage.starts_with(&format!("{}(", function.name)), "{}", function.name);
            assert!(function.doc.ends_with('.') && !function.examples.is_empty(), "{}", function.name);
            assert_eq!(find(function.name), Some(function));
        }
        assert_eq!(find("sine"), None);
    }

    #[test]
    fn a_missing_argument_makes_the_result_missing_with_its_cause() {
        let field = Value::Missing(Why::Field(crate::data::FieldId(3)));
        let (zero, huge) = (Value::Missing(Why::DivisionByZero), Value::Missing(Why::Overflow));
        for function in all() {
            let FunctionBody::Scalar { apply, .. } = &function.body else { continue };
            let few = function.arguments.0;
            let known = literal(function.examples[0].1);
            let first = std::iter::once(field.clone()).chain(std::iter::repeat_n(zero.clone(), few - 1));
            assert_eq!(apply(&first.collect::<Vec<_>>()), field, "{}", function.name);
            if few > 1 {
                assert_eq!(apply(&[known, zero.clone()]), zero, "{}", function.name);
                assert_eq!(apply(&[zero.clone(), huge.clone()]), huge, "{}", function.name);
            }
        }
    }

    #[test]
    fn types_of_results() {
        use Type::{Date as Day, Integer, Money, Number, Text, YesNo};
        let result = |name: &str, kinds: &[Type]| (find(name).expect(name).result)(kinds);
        for (name, kinds, expected) in [
            ("min", &[Money, Money][..], Money),
            ("max", &[Integer, Number, Integer], Number),
            ("max", &[Integer, Integer], Integer),
            ("min", &[Day, Day], Day),
            ("abs", &[Integer], Integer),
            ("round", &[Number], Integer),
            ("round", &[Number, Integer], Number),
            ("round", &[Integer, Number], Number),
            ("round", &[Integer, Integer], Integer),
            ("round", &[Money], Money),
            ("round", &[Money, Number], Money),
            ("round", &[Money, Money], Money),
            ("amount", &[Money], Number),
            ("years_between", &[Day, Day], Integer),
            ("starts_with", &[Text, Text], YesNo),
            ("count", &[], Integer),
            ("sum", &[Money], Money),
            ("average", &[Integer], Number),
            ("average", &[Money], Money),
            ("lowest", &[Day], Day),
            ("highest", &[Integer], Integer),
            ("latest", &[Day], Day),
        ] {
            assert_eq!(result(name, kinds), Ok(expected), "{name} {kinds:?}");
        }
        for (name, kinds, expected) in [
            (
                "min",
                &[Money, Number][..],
                "`min` takes numbers, amounts of money or dates, all of one kind, not an amount of money and a number",
            ),
            (
                "max",
                &[Text, Text],
                "`max` takes numbers, amounts of money or dates, all of one kind, not a text",
            ),
            ("abs", &[Day], "`abs` takes a number or an amount of money, not a date"),
            (
                "round",
                &[Number, Money],
                "`round` takes an amount of money as its step only when it rounds one",
            ),
            ("amount", &[Number], "`amount` takes an amount of money, not a number"),
            ("days_between", &[Day, Number], "`days_between` takes two dates, not a date and a number"),
            ("starts_with", &[Text, YesNo], "`starts_with` takes two texts, not a text and yes or no"),
            ("sum", &[Text], "`sum` takes numbers or amounts of money, not a text"),
            ("lowest", &[YesNo], "`lowest` takes numbers, amounts of money or dates, not yes or no"),
            ("latest", &[Integer], "`latest` takes dates, not a whole number"),
        ] {
            assert_eq!(result(name, kinds), Err(expected.to_owned()), "{name} {kinds:?}");
        }
    }

    #[test]
    fn a_number_too_large_is_an_overflow() {
        let FunctionBody::Scalar { apply, .. } = &find("round").expect("round").body else { panic!() };
        let values = [Decimal::MAX, Decimal::from_int(10)].map(Value::Number);
        assert_eq!(apply(&values), Value::Missing(Why::Overflow));
    }
}
