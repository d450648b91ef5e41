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
        /// The largest swing as a share of the range of scores, in percent.
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
    /// What the audit says; `width` is that of the range of scores.
    pub(super) fn of(audit: &Audit<'_>, effect: swing::Effect, width: Option<Decimal>) -> Self {
        match effect {
            swing::Effect::None { because } => Self::None { because },
            swing::Effect::Undecided { because, bound } => Self::Undecided { because, bound },
            swing::Effect::Some { swing, decides } => {
                let share = swing.shown.as_ref().and_then(|(points, _)| percent(*points, width));
                Self::Some {
                    bound: swing.bound,
                    shown: swing.shown.map(|(points, witness)| (points, Shown::of(audit, &witness))),
                    decides: decides.map(|witness| Shown::of(audit, &witness)),
                    share,
                }
            }
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

/// A share in percent, to a tenth; a range without end has none.
pub(super) fn percent(points: Decimal, width: Option<Decimal>) -> Option<Decimal> {
    let width = width.filter(|width| !width.is_zero())?;
    let share = points.checked_mul(Decimal::from_int(100))?.checked_div(width)?;
    share.round_to(Decimal::from_units(100_000_000)?)
}
