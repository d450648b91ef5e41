//! What expressions and tables become: nodes over lanes and classes.

use super::class::Classes;
use crate::data::Type;
use crate::date::Unit;
use crate::function::Function;
use crate::policy::{Comparison, Operator};

/// Where the class of something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// Of a field, by position.
    Field(usize),
    /// Of a derived value, by position in [`super::compile::Program::derived`].
    Derived(usize),
    /// Of the tier: its position, and one after the last where there is none.
    Tier,
}

/// A number, a day, the code of a category, or the number of a text, of each record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    /// The same for all; `None` is missing.
    Constant(Option<i128>),
    /// A field's value.
    Field(usize),
    /// By the class of something.
    ByClass(Slot, Vec<Option<i128>>),
    /// What was worked out before, by register.
    Register(usize),
    Negate(Box<Number>),
    Arithmetic(Operator, Box<Number>, Box<Number>),
    /// The second where the first is missing.
    Otherwise(Box<Number>, Box<Number>),
    /// The least, or else the greatest.
    Extreme(bool, Vec<Number>),
    Abs(Box<Number>),
    /// To the nearest multiple of the second.
    Round(Box<Number>, Box<Number>),
    /// Whole units from one day to another.
    Between(Unit, Box<Number>, Box<Number>),
    /// 1 for yes, 0 for no.
    OfTruth(Box<Truth>),
    /// By the row of a table.
    Table(Box<Choice>),
    /// Any other function, called record by record with values of these types.
    Call(&'static Function, Vec<(Number, Type)>),
    /// An aggregate over children or linked records, by position.
    Aggregate(usize),
    /// The previously published score.
    Previous,
    /// The rounded score.
    Score,
    /// The points of an item, by position.
    Points(usize),
    /// The points of an influence, by position.
    Influence(usize),
    /// The answer of a decision, by position.
    Decision(usize),
}

/// Yes, no or undecided, of each record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Truth {
    /// The same for all.
    Constant(u8),
    /// By the class of something.
    ByClass(Slot, Vec<u8>),
    /// What was worked out before, by register.
    Register(usize),
    /// Whether a number lies in one of these closed intervals.
    Within(Box<Number>, Vec<(i128, i128)>),
    /// What a truth becomes: where it is no, undecided, yes.
    Mapped(Box<Truth>, [u8; 3]),
    Compare(Comparison, Box<Number>, Box<Number>),
    /// Whether a number is missing.
    IsMissing(Box<Number>),
    /// The least of all.
    And(Vec<Truth>),
    /// The greatest of all.
    Or(Vec<Truth>),
    /// The second where the first is undecided.
    Otherwise(Box<Truth>, Box<Truth>),
    /// Whether a text begins with another.
    StartsWith(Box<Number>, Box<Number>),
    /// Whether a text is one of some (or, with `true`, none of them).
    Texts(Box<Number>, Vec<String>, bool),
    /// Yes for 1, no for 0.
    OfNumber(Box<Number>),
}

/// Which row of a table fits each record, and what it gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    /// Codes that tell the row.
    pub(super) index: Index,
    /// The row of each code; `NO_ROW` where there is none.
    pub(super) row_of: Vec<u16>,
    /// What each row gives.
    pub(super) gives: Vec<Number>,
}

/// No row fits: only records that are set aside have that.
pub(super) const NO_ROW: u16 = u16::MAX;

/// Codes from which something follows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Index {
    /// The same for all: 0.
    Constant,
    /// The class of something.
    Slot(Slot, usize),
    /// No, undecided, yes.
    Truth(Box<Truth>),
    /// The class of a value that only this one asks for.
    Value(Box<Derived>),
    /// Several together: the first counts most. With how many codes each has.
    Mixed(Vec<(Index, usize)>),
    /// The first row whose bit is set for each of several codes; `rows` where there is none.
    Search { columns: Vec<(Index, Vec<Vec<u64>>)>, rows: usize },
}

impl Index {
    /// How many codes there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Constant => 1,
            Self::Slot(_, count) => *count,
            Self::Truth(_) => 3,
            Self::Value(derived) => derived.classes.count(),
            Self::Mixed(parts) => parts.iter().map(|(_, count)| count).product(),
            Self::Search { rows, .. } => rows + 1,
        }
    }
}

/// A derived value that is classified: what it is, and by what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Derived {
    /// The value.
    pub(super) value: Number,
    /// Its classes.
    pub(super) classes: Classes,
}

/// Something worked out for all records, in this order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// A number into a register.
    Number(usize, Number),
    /// A truth into a register.
    Truth(usize, Truth),
    /// The class of a derived value.
    Classify(usize),
}
