//! Expressions and tables of a policy, typed and resolved.

use super::{DecisionId, DefinitionId, ItemId, ReasonId};
use crate::data::{FieldId, LinkId, RecordId, Schema, Set, Type, Value};
use crate::decimal::Decimal;
use crate::function::{AggregateKind, Function};
use crate::source::Place;

/// An expression over one record (the subject), and inside an aggregate or a per-event rule over one event: a child
/// record, or a linked record. Evaluation is total; nothing is short-circuited.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A literal, a parameter's value, or `today`.
    Constant(Value),
    /// A field of the subject.
    Field(FieldId),
    /// A field of the event.
    EventField(FieldId),
    /// A definition of the subject.
    Definition(DefinitionId),
    /// A definition of the event (its record kind is the event's).
    EventDefinition(DefinitionId),
    /// The previously published score of the linked record (the event).
    PreviousScore,
    /// `-x`.
    Negate(Box<Expr>),
    /// Sums and differences are exact; products and quotients are rounded to 9 places at once, half away from zero; a
    /// division by zero is missing.
    Arithmetic(Operator, Box<Expr>, Box<Expr>),
    /// Whether a known value lies in a set; missing where the value is.
    Test(Box<Expr>, Set),
    /// A comparison of two values of one type; missing where one is.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Whether the value is missing: never missing itself.
    IsMissing(Box<Expr>),
    /// Three-valued: `no` if any is no, else missing if any is missing.
    And(Vec<Expr>),
    /// Three-valued: `yes` if any is yes, else missing if any is missing.
    Or(Vec<Expr>),
    /// Three-valued.
    Not(Box<Expr>),
    /// The second where the first is missing.
    Otherwise(Box<Expr>, Box<Expr>),
    /// A built-in function of values.
    Call(&'static Function, Vec<Expr>),
    /// A built-in function over child or linked records.
    Aggregate(Box<Aggregate>),
    /// The rounded score; missing where the record is not scored.
    Score,
    /// The tier, as a category by position; missing where the record is not scored.
    Tier,
    /// The points that an item gave (after its weight and limits, before its group's).
    PointsOf(ItemId),
    /// The points that an influence gave, by position in `Policy::influences`.
    PointsOfInfluence(u32),
    /// What an earlier decision gave.
    Decision(DecisionId),
}

impl Expr {
    /// The expressions that it is made of directly, in their order; of an aggregate those about its events, the value first.
    pub fn operands(&self) -> impl Iterator<Item = &Self> {
        let none = &[];
        let (first, second, all): (Option<&Self>, Option<&Self>, &[Self]) = match self {
            Self::Constant(_)
            | Self::Field(_)
            | Self::EventField(_)
            | Self::Definition(_)
            | Self::EventDefinition(_)
            | Self::PreviousScore
            | Self::Score
            | Self::Tier
            | Self::PointsOf(_)
            | Self::PointsOfInfluence(_)
            | Self::Decision(_) => (None, None, none),
            Self::Negate(inner) | Self::Test(inner, _) | Self::IsMissing(inner) | Self::Not(inner) => {
                (Some(inner), None, none)
            }
            Self::Arithmetic(_, a, b) | Self::Compare(_, a, b) | Self::Otherwise(a, b) => {
                (Some(a), Some(b), none)
            }
            Self::And(all) | Self::Or(all) | Self::Call(_, all) => (None, None, all),
            Self::Aggregate(aggregate) => {
                let Aggregate { value, filter, .. } = &**aggregate;
                (value.as_ref(), filter.as_ref(), none)
            }
        };
        first.into_iter().chain(second).chain(all)
    }

    /// The same, to be changed.
    pub fn operands_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let none = &mut [];
        let (first, second, all): (Option<&mut Self>, Option<&mut Self>, &mut [Self]) = match self {
            Self::Constant(_)
            | Self::Field(_)
            | Self::EventField(_)
            | Self::Definition(_)
            | Self::EventDefinition(_)
            | Self::PreviousScore
            | Self::Score
            | Self::Tier
            | Self::PointsOf(_)
            | Self::PointsOfInfluence(_)
            | Self::Decision(_) => (None, None, none),
            Self::Negate(inner) | Self::Test(inner, _) | Self::IsMissing(inner) | Self::Not(inner) => {
                (Some(inner), None, none)
            }
            Self::Arithmetic(_, a, b) | Self::Compare(_, a, b) | Self::Otherwise(a, b) => {
                (Some(a), Some(b), none)
            }
            Self::And(all) | Self::Or(all) | Self::Call(_, all) => (None, None, all),
            Self::Aggregate(aggregate) => {
                let Aggregate { value, filter, .. } = &mut **aggregate;
                (value.as_mut(), filter.as_mut(), none)
            }
        };
        first.into_iter().chain(second).chain(all)
    }
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`; also date + days is not in the language.
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A comparison of two values neither of which is constant (constants make a [`Expr::Test`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same value.
    Equal,
    /// Another value.
    NotEqual,
    /// Left is less.
    Less,
    /// Left is less or the same.
    LessOrEqual,
    /// Left is greater.
    Greater,
    /// Left is greater or the same.
    GreaterOrEqual,
}

/// The records that an aggregate or a per-event rule runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over {
    /// The subject's children of this kind.
    Child(RecordId),
    /// The records that this link leads to.
    Link(LinkId),
}

impl Over {
    /// Of which kind the records are.
    pub fn kind(self, schema: &Schema) -> RecordId {
        match self {
            Self::Child(kind) => kind,
            Self::Link(link) => schema.link(link).to,
        }
    }
}

/// A function over many records.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which one.
    pub kind: AggregateKind,
    /// Over which records. Those dated later than the run's day are left out.
    pub over: Over,
    /// The value aggregated; absent for `count`.
    pub value: Option<Expr>,
    /// Only records for which this is yes. Never missing.
    pub filter: Option<Expr>,
}

/// A table: the first row (without `first match`: the only row) whose every cell fits gives the outcome. There always is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Whether rows may overlap.
    pub first_match: bool,
    /// The condition columns.
    pub columns: Vec<Column>,
    /// The rows, in source order.
    pub rows: Vec<Row>,
}

/// A condition column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The value tested.
    pub subject: Expr,
    /// Its type.
    pub kind: Type,
    /// The heading as written.
    pub text: String,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One test for each column.
    pub cells: Vec<CellTest>,
    /// What the row gives.
    pub outcome: RowOutcome,
    /// The row's own reason (the table's where it has none; `None` where neither has).
    pub reason: Option<ReasonId>,
    /// The row's own baseline.
    pub baseline: Option<Decimal>,
    /// The row's source, empty where it has none.
    pub source: String,
    /// The row's note, empty where it has none.
    pub note: String,
    /// Where it stands.
    pub place: Place,
}

/// A condition cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellTest {
    /// The known values that fit (`otherwise` and `not` are resolved; within the column's domain).
    pub known: Set,
    /// Whether a missing value fits.
    pub missing: bool,
    /// The cell as written.
    pub text: String,
}

impl CellTest {
    /// Whether a value fits.
    pub fn fits(&self, value: &Value) -> bool {
        if value.is_missing() { self.missing } else { self.known.contains(value) }
    }
}

/// What a row gives.
#[derive(Debug, Clone, PartialEq)]
pub enum RowOutcome {
    /// Points, or the value of a definition or decision.
    Value(Expr),
    /// The record is not scored.
    NotScored,
}
