//! The scores that anybody can have, and those of each tier.

use super::Shown;
use crate::audit::{Audit, Witness, range};
use crate::decimal::Decimal;
use crate::policy::TierId;

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

/// How wide the range of scores is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Widths {
    /// No wider than this: proved.
    pub(super) most: Option<Decimal>,
    /// At least so wide: records show it.
    pub(super) shown: Option<Decimal>,
    /// Where both are the same.
    pub(super) exact: Option<Decimal>,
}

impl Widths {
    /// Of what can be reached.
    pub(super) fn of(reach: &range::Reach) -> Self {
        let ends = || reach.least.as_ref().zip(reach.greatest.as_ref());
        let most = ends().and_then(|(least, greatest)| greatest.bound.checked_sub(least.bound));
        let shown = ends()
            .and_then(|(least, greatest)| greatest.shown.as_ref()?.0.checked_sub(least.shown.as_ref()?.0));
        Self { most, shown, exact: most.filter(|most| shown == Some(*most)) }
    }
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

/// The labels of the tiers, each with its scores. Where the range of everybody ends in a tier, so does that of the tier.
pub(super) fn tiers(
    audit: &Audit<'_>,
    tiers: Vec<range::TierReach>,
    everybody: Option<&range::Reach>,
) -> Vec<(String, Option<Range>)> {
    let told = tiers.into_iter().filter_map(|of| {
        let tier = audit.policy().tiers.get(of.tier.index())?;
        let reach = of.reach.map(|reach| {
            let mut reach = audit.widened(reach, Some(of.tier));
            let closer = |end: &mut Option<range::End>, all: Option<&range::End>| {
                if let (Some(end), Some(all)) = (end, all)
                    && !end.is_exact()
                    && all.is_exact()
                    && all.bound == end.bound
                    && all.shown.as_ref().is_some_and(|(_, witness)| is_in(audit, witness, of.tier))
                {
                    end.shown.clone_from(&all.shown);
                }
            };
            closer(&mut reach.least, everybody.and_then(|all| all.least.as_ref()));
            closer(&mut reach.greatest, everybody.and_then(|all| all.greatest.as_ref()));
            Range::of(audit, &reach)
        });
        Some((tier.label.clone(), reach))
    });
    told.collect()
}

/// Whether the record of a witness is in a tier.
fn is_in(audit: &Audit<'_>, witness: &Witness, tier: TierId) -> bool {
    let trial = witness.cases.first().and_then(|case| audit.maker().run(case));
    trial.is_some_and(|trial| trial.outcome.tier == Some(tier))
}
