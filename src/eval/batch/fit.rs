//! Which nodes cannot come to a number that is too large.

use super::node::{Index, Number, Truth};

impl Number {
    /// Whether the number fits, whatever the record.
    pub(super) fn fits(&self) -> bool {
        match self {
            Self::Constant(_) | Self::Field(_) | Self::ByClass(..) | Self::Previous => true,
            // What is kept in a register was let in there by its own.
            Self::Register(_) => true,
            Self::Negate(inner) | Self::Abs(inner) => inner.fits(),
            Self::Otherwise(a, b) | Self::Between(_, a, b) => a.fits() && b.fits(),
            Self::Extreme(_, all) => all.iter().all(Self::fits),
            Self::OfTruth(truth) => truth.fits(),
            Self::Table(choice) => choice.index.fits() && choice.gives.iter().all(Self::fits),
            Self::Arithmetic(..)
            | Self::Round(..)
            | Self::Call(..)
            | Self::Aggregate(_)
            | Self::Score
            | Self::Points(_)
            | Self::Influence(_)
            | Self::Decision(_) => false,
        }
    }
}

impl Truth {
    /// Whether all numbers in it fit, whatever the record.
    pub(super) fn fits(&self) -> bool {
        match self {
            Self::Constant(_) | Self::ByClass(..) | Self::Register(_) => true,
            Self::Within(number, _)
            | Self::IsMissing(number)
            | Self::Texts(number, ..)
            | Self::OfNumber(number) => number.fits(),
            Self::Mapped(inner, _) => inner.fits(),
            Self::Compare(_, a, b) | Self::StartsWith(a, b) => a.fits() && b.fits(),
            Self::And(all) | Self::Or(all) => all.iter().all(Self::fits),
            Self::Otherwise(a, b) => a.fits() && b.fits(),
        }
    }
}

impl Index {
    /// Whether all numbers in it fit, whatever the record.
    pub(super) fn fits(&self) -> bool {
        match self {
            Self::Constant | Self::Slot(..) => true,
            Self::Truth(truth) => truth.fits(),
            Self::Value(derived) => derived.value.fits(),
            Self::Mixed(parts) => parts.iter().all(|(part, _)| part.fits()),
            Self::Search { columns, .. } => columns.iter().all(|(index, _)| index.fits()),
        }
    }
}
