//! Which way a value goes where one field grows.

use super::compiler::Compiler;
use super::read::{Read, Reader};
use crate::data::FieldId;
use crate::decimal::Decimal;
use crate::policy::{DefinitionBody, Expr, Operator};

/// Which way a value goes where a field grows from one known value to another, all else the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slope {
    /// It stays, or the field is not read.
    Flat,
    /// It grows or stays.
    Up,
    /// It falls or stays.
    Down,
    /// Either.
    Unknown,
}

impl Slope {
    /// The other way.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
            Self::Flat | Self::Unknown => self,
        }
    }

    /// Of something that grows with both.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Flat, one) | (one, Self::Flat) => one,
            (Self::Up, Self::Up) => Self::Up,
            (Self::Down, Self::Down) => Self::Down,
            (Self::Up | Self::Down | Self::Unknown, _) => Self::Unknown,
        }
    }

    /// Of something that grows with it times a number between bounds.
    fn times(self, low: Option<Decimal>, high: Option<Decimal>) -> Self {
        if self == Self::Flat {
            Self::Flat
        } else if low.is_some_and(|low| low >= Decimal::ZERO) {
            self
        } else if high.is_some_and(|high| high <= Decimal::ZERO) {
            self.turned()
        } else {
            Self::Unknown
        }
    }
}

impl Compiler<'_, '_> {
    /// Which way an expression about the record goes with one of its fields.
    pub(super) fn slope(&self, expr: &Expr, field: FieldId) -> Slope {
        if !self.reads(expr, field) {
            return Slope::Flat;
        }
        let of = |expr: &Expr| self.slope(expr, field);
        match expr {
            Expr::Field(_) => Slope::Up,
            Expr::Definition(id) => match &self.policy.definition(*id).body {
                DefinitionBody::Expr(body) => of(body),
                DefinitionBody::Table(_) => Slope::Unknown,
            },
            Expr::Negate(inner) => of(inner).turned(),
            Expr::Arithmetic(Operator::Add, a, b) => of(a).with(of(b)),
            Expr::Arithmetic(Operator::Subtract, a, b) => of(a).with(of(b).turned()),
            Expr::Arithmetic(Operator::Multiply, a, b) => {
                let (of_a, of_b) = (self.bounds(a, self.over), self.bounds(b, self.over));
                of(a).times(of_b.low, of_b.high).with(of(b).times(of_a.low, of_a.high))
            }
            Expr::Arithmetic(Operator::Divide, a, b) => {
                let (of_a, of_b) = (self.bounds(a, self.over), self.bounds(b, self.over));
                let above = of(a).times(of_b.low, of_b.high);
                // A divisor that keeps its sign: the larger it is, the nearer the quotient is to 0.
                let keeps = of_b.low.is_some_and(|low| low >= Decimal::ZERO)
                    || of_b.high.is_some_and(|high| high <= Decimal::ZERO);
                let below = if self.reads(b, field) {
                    if keeps { of(b).turned().times(of_a.low, of_a.high) } else { Slope::Unknown }
                } else {
                    Slope::Flat
                };
                above.with(below)
            }
            Expr::Call(function, arguments) => match (function.name, arguments.as_slice()) {
                ("min" | "max", all) => all.iter().map(of).fold(Slope::Flat, Slope::with),
                ("round" | "amount", [first, rest @ ..])
                    if rest.iter().all(|each| !self.reads(each, field)) =>
                {
                    of(first)
                }
                ("years_between" | "months_between" | "days_between", [from, to]) => {
                    of(from).turned().with(of(to))
                }
                _ => Slope::Unknown,
            },
            Expr::Constant(_)
            | Expr::EventField(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Test(..)
            | Expr::Compare(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Otherwise(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => Slope::Unknown,
        }
    }

    /// Whether an expression can become missing, or known, where a field goes from one known value to another.
    pub(super) fn can_vanish(&self, expr: &Expr, field: FieldId) -> bool {
        if !self.reads(expr, field) {
            return false;
        }
        match expr {
            Expr::Field(_) => false,
            Expr::Definition(id) => match &self.policy.definition(*id).body {
                DefinitionBody::Expr(body) => self.can_vanish(body, field),
                DefinitionBody::Table(_) => true,
            },
            Expr::Negate(inner) => self.can_vanish(inner, field),
            Expr::Arithmetic(operator, a, b) => {
                let zero = self.bounds(b, self.over).contains(Decimal::ZERO);
                (*operator == Operator::Divide && self.reads(b, field) && zero)
                    || self.can_vanish(a, field)
                    || self.can_vanish(b, field)
            }
            Expr::Call(function, arguments) => {
                let can = matches!(
                    function.body,
                    crate::function::FunctionBody::Scalar { may_be_missing: true, .. }
                );
                can || arguments.iter().any(|each| self.can_vanish(each, field))
            }
            Expr::Compare(_, a, b) => self.can_vanish(a, field) || self.can_vanish(b, field),
            Expr::Constant(_)
            | Expr::EventField(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Test(..)
            | Expr::IsMissing(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Otherwise(..)
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => true,
        }
    }

    fn reads(&self, expr: &Expr, field: FieldId) -> bool {
        Reader::of(self.policy, expr, self.over).contains(&Read::Field(field))
    }
}
