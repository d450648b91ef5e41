//! Values of records and expressions, and their types.

use super::CategoryTypeId;
use super::FieldId;
use crate::date::Date;
use crate::decimal::Decimal;
use std::sync::Arc;

/// A value: known, or missing with the cause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Not known, and why.
    Missing(Why),
    /// A number, an integer or an amount of money; its unit is the type's affair.
    Number(Decimal),
    /// A day.
    Date(Date),
    /// Yes or no.
    YesNo(bool),
    /// A text.
    Text(Arc<str>),
    /// A category: its position in its `one of (…)`; the number of members means "anything else".
    Category(u32),
}

impl Value {
    /// Whether the value is missing.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    /// The number, where it is one.
    pub fn as_number(&self) -> Option<Decimal> {
        if let Self::Number(n) = self { Some(*n) } else { None }
    }

    /// The day, where it is one.
    pub fn as_date(&self) -> Option<Date> {
        if let Self::Date(d) = self { Some(*d) } else { None }
    }

    /// Three-valued truth: `None` where missing (or not a truth value).
    pub fn as_truth(&self) -> Option<bool> {
        if let Self::YesNo(b) = self { Some(*b) } else { None }
    }
}

/// Why a value is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// This field of the record is empty in the data.
    Field(FieldId),
    /// A field of a child record or of a linked record is empty in the data.
    Member(FieldId),
    /// A division by zero.
    DivisionByZero,
    /// An average, lowest, highest or latest over nothing.
    OverNothing,
    /// A number too large for 29 digits before the point. The record is rejected.
    Overflow,
    /// The record, or the linked record, has no score.
    NotScored,
    /// A condition over missing values that stays undecided.
    Undecided,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// An exact decimal with nine places.
    Number,
    /// A whole number.
    Integer,
    /// An amount of money.
    Money,
    /// A text.
    Text,
    /// Yes or no.
    YesNo,
    /// A day.
    Date,
    /// One of the categories of this type.
    Category(CategoryTypeId),
    /// A tier of the policy.
    Tier,
}

impl Type {
    /// Whether values of this type are [`Value::Number`].
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Integer | Self::Money)
    }

    /// Whether values of this type have an order.
    pub fn is_ordered(self) -> bool {
        self.is_numeric() || self == Self::Date
    }
}
