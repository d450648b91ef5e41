//! The built-in functions, in one table: names, types, documentation, runnable examples, implementation.
//!
//! Adding a function is one entry; the checker, completion, docs and the differential test's generator read the table.

use crate::data::{Type, Value};
use crate::decimal::Decimal;

/// A built-in function.
pub struct Function {
    /// Its name in policies.
    pub name: &'static str,
    /// How it is called: `min(a, b, …)`.
    pub usage: &'static str,
    /// What it does, for authors: one to three sentences.
    pub doc: &'static str,
    /// Expressions and what they give, run by a test: `("years_between(2000-05-01, 2026-04-30)", "25")`.
    pub examples: &'static [(&'static str, &'static str)],
    /// The least and greatest number of arguments.
    pub arguments: (usize, usize),
    /// The type of the result for argument types; otherwise what is wrong, in an author's words.
    pub result: fn(&[Type]) -> Result<Type, String>,
    /// What it is: a function of values, or an aggregate over child or linked records.
    pub body: FunctionBody,
}

/// What a function does.
pub enum FunctionBody {
    /// A function of values.
    Scalar {
        /// The result; missing (with the first cause) where an argument is, unless the function's doc says otherwise.
        apply: fn(&[Value]) -> Value,
        /// Bounds of the result for bounds of the arguments (sound; exact where each occurs once).
        bounds: fn(&[Bounds]) -> Bounds,
        /// Whether the result can be missing though no argument is.
        may_be_missing: bool,
    },
    /// An aggregate; the interpreter runs it.
    Aggregate(AggregateKind),
}

/// The least and greatest number (or day, in days since 1970-01-01) that a value can be; `None` is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The least.
    pub low: Option<Decimal>,
    /// The greatest.
    pub high: Option<Decimal>,
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
