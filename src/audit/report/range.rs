//! The scores that anybody can have, and those of each tier.

use super::Shown;
use crate::audit::{Audit, range};
use crate::decimal::Decimal;

/// From the least to the greatest. An end that is absent is without limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub least: Option<End>,
    /// The greatest.
    pub greatest: Option<End>,
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Nothing lies beyond: proved.
    pub bound: Decimal,
    /// The furthest that a record was found for, and the record.
    pub shown: Option<(Decimal, Shown)>,
}

impl Range {
    /// Of what can be reached.
    pub(super) fn of(audit: &Audit<'_>, reach: &range::Reach) -> Self {
        let end = |end: &range::End| End {
            bound: end.bound,
            shown: end.shown.as_ref().map(|(score, witness)| (*score, Shown::of(audit, witness))),
        };
        Self { least: reach.least.as_ref().map(end), greatest: reach.greatest.as_ref().map(end) }
    }
}

impl End {
    /// Whether a record reaches the bound.
    pub fn is_exact(&self) -> bool {
        self.shown.as_ref().is_some_and(|(score, _)| *score == self.bound)
    }
}

/// The labels of the tiers, each with its scores.
pub(super) fn tiers(audit: &Audit<'_>) -> Vec<(String, Option<Range>)> {
    let tiers = audit.tiers().into_iter();
    let told = tiers.filter_map(|of| {
        let tier = audit.policy().tiers.get(of.tier.index())?;
        Some((tier.label.clone(), of.reach.map(|reach| Range::of(audit, &reach))))
    });
    told.collect()
}
