//! What inputs do to a score, as it is told.

use super::Shown;
use crate::audit::{Audit, swing};
use crate::decimal::Decimal;

/// What inputs do to the score of records that differ in nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing, for anybody: proved.
    None {
        /// Why.
        because: String,
    },
    /// They change it: shown by records.
    Some {
        /// No two records are further apart: proved. Absent where no such end is known.
        bound: Option<Decimal>,
        /// The furthest that two records were found to be apart, and the two. Absent where all that was found is that one
        /// has a score and the other has none.
        shown: Option<(Decimal, Shown)>,
        /// Records of which one has a score and the other has none, where that is all that was found.
        decides: Option<Shown>,
        /// The swing that was shown as a share of the range of scores, in percent. Absent where the range is not known
        /// exactly.
        share: Option<Decimal>,
    },
    /// Neither was found.
    Undecided {
        /// What stands in the way.
        because: String,
        /// No two records are further apart: proved. Absent where no such end is known.
        bound: Option<Decimal>,
    },
}

impl Effect {
    /// What the audit says, without a share yet.
    pub(super) fn of(audit: &Audit<'_>, effect: swing::Effect) -> Self {
        match effect {
            swing::Effect::None { because } => Self::None { because },
            swing::Effect::Undecided { because, bound } => Self::Undecided { because, bound },
            swing::Effect::Some { swing, decides } => Self::Some {
                bound: swing.bound,
                shown: swing.shown.map(|(points, witness)| (points, Shown::of(audit, &witness))),
                decides: decides.map(|witness| Shown::of(audit, &witness)),
                share: None,
            },
        }
    }

    /// Says which share of the range of scores was shown; `width` is that of the range, where it is known exactly.
    pub(super) fn take_share_of(&mut self, width: Option<Decimal>) {
        if let Self::Some { shown, share, .. } = self {
            *share = shown.as_ref().and_then(|(points, _)| percent(*points, width));
        }
    }

    /// Whether there is none: proved.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None { .. })
    }

    /// The points that were shown.
    pub fn points(&self) -> Option<Decimal> {
        match self {
            Self::Some { shown, .. } => shown.as_ref().map(|(points, _)| *points),
            Self::None { .. } => Some(Decimal::ZERO),
            Self::Undecided { .. } => None,
        }
    }
}

/// No more than so many percent, to a tenth upwards: `width` is a width that the range was shown to have.
pub(super) fn percent_at_most(points: Decimal, width: Option<Decimal>) -> Option<Decimal> {
    let width = width.filter(|width| !width.is_zero())?;
    let (hundred, tenth) = (Decimal::from_int(100), Decimal::from_units(100_000_000)?);
    let share = points.checked_mul(hundred)?.checked_div(width)?;
    let near = share.round_to(tenth)?;
    // Quotients are rounded too: whoever is not sure to be above gets a tenth more.
    let up = if near.checked_mul(width)? >= points.checked_mul(hundred)? {
        near
    } else {
        near.checked_add(tenth)?
    };
    Some(up.min(hundred))
}

/// A share in percent, to a tenth; a range without end has none.
pub(super) fn percent(points: Decimal, width: Option<Decimal>) -> Option<Decimal> {
    let width = width.filter(|width| !width.is_zero())?;
    let share = points.checked_mul(Decimal::from_int(100))?.checked_div(width)?;
    share.round_to(Decimal::from_units(100_000_000)?)
}
