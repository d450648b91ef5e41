//! Values as an explanation shows them: numbers with all their digits, categories and tiers by name.

use crate::data::{Type, Value};
use crate::decimal::Decimal;
use crate::policy::Policy;
use serde::{Serialize, Serializer};
use std::fmt;

/// A number that is written with all its digits: in JSON as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub Decimal);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Digits, one point and a sign: a decimal is always a number of JSON.
        serde_json::Number::from_string_unchecked(self.0.to_string()).serialize(serializer)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A value as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Not known: `null` in JSON.
    Missing,
    /// A number.
    Number(Amount),
    /// Yes or no: `true` or `false` in JSON.
    YesNo(bool),
    /// A text, a date, or the name of a category or tier.
    Text(String),
    /// One set of named values for each event.
    Events(Vec<Named>),
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_none(),
            Self::Number(number) => number.serialize(serializer),
            Self::YesNo(b) => serializer.serialize_bool(*b),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Events(events) => serializer.collect_seq(events),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Number(number) => write!(f, "{number}"),
            Self::YesNo(true) => f.write_str("yes"),
            Self::YesNo(false) => f.write_str("no"),
            Self::Text(text) => f.write_str(text),
            Self::Events(events) => write!(f, "{}", events.len()),
        }
    }
}

/// Values by name, in order, each name once: an object in JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named(pub Vec<(String, Shown)>);

impl Named {
    /// Adds a value, unless there is one of that name.
    pub(super) fn add(&mut self, name: &str, value: Shown) {
        if self.get(name).is_none() {
            self.0.push((name.to_owned(), value));
        }
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Shown> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A value of a type as it is shown.
pub(crate) fn shown(policy: &Policy, kind: Type, value: &Value) -> Shown {
    match value {
        Value::Missing(_) => Shown::Missing,
        Value::Number(number) => Shown::Number(Amount(*number)),
        Value::YesNo(b) => Shown::YesNo(*b),
        Value::Date(date) => Shown::Text(date.to_string()),
        Value::Text(text) => Shown::Text(text.to_string()),
        Value::Category(code) => Shown::Text(match kind {
            Type::Category(id) => policy.schema.category(id).name(*code).to_owned(),
            Type::Tier => {
                policy.tiers.get(*code as usize).map_or_else(|| code.to_string(), |tier| tier.name.clone())
            }
            Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => {
                code.to_string()
            }
        }),
    }
}

/// Points with their sign; zero has none.
pub(super) fn signed(points: Decimal) -> String {
    if points.is_zero() { points.to_string() } else { format!("{points:+}") }
}
