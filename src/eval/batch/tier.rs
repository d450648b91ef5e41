//! The tier of a score.

use super::class::{ClassOf, Classes, Tests, Thresholds};
use super::index::classify_order;
use super::lane::{Codes, Lane};
use crate::data::Type;
use crate::policy::Policy;

/// Which tier a score has: the classes that tell tiers apart, and the tier of each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TierPlan {
    thresholds: Option<Thresholds>,
    /// The tier of each class; how many tiers there are where it has none.
    of: Vec<u16>,
    tiers: u16,
}

impl TierPlan {
    /// Of a policy.
    pub(super) fn new(policy: &Policy) -> Self {
        let tiers = policy.tiers.len() as u16;
        let sets = policy.tiers.iter().map(|tier| tier.scores.clone()).collect();
        let classes = Classes::of_derived(Type::Number, 0, &Tests { sets, ..Tests::default() });
        let Some(classes) = classes else { return Self { thresholds: None, of: Vec::new(), tiers } };
        let mut of = vec![tiers; usize::from(classes.known)];
        // The first that fits.
        for (position, tier) in policy.tiers.iter().enumerate().rev() {
            let inside = classes.within(&tier.scores);
            of.iter_mut()
                .zip(inside)
                .filter(|(_, inside)| *inside)
                .for_each(|(slot, _)| *slot = position as u16);
        }
        let thresholds = match classes.of {
            ClassOf::Order(thresholds) => Some(thresholds),
            ClassOf::Codes(_) | ClassOf::Texts(_) => None,
        };
        Self { thresholds, of, tiers }
    }

    /// The tiers of scores; how many tiers there are where there is none. There is one code more, for the bad class that
    /// look-ups over tiers leave room for.
    pub(super) fn classify(&self, scores: &Lane, out: &mut Codes) {
        out.reset(scores.rows(), self.of.len().max(usize::from(self.tiers) + 2));
        if let Some(thresholds) = &self.thresholds {
            classify_order(scores, thresholds, out);
        }
        let mut list = [0_u8; 256];
        match out {
            Codes::Narrow(codes) => {
                list.iter_mut().zip(&self.of).for_each(|(slot, tier)| *slot = *tier as u8);
                for code in codes.iter_mut() {
                    *code = list.get(usize::from(*code)).copied().unwrap_or_default();
                }
            }
            Codes::Broad(codes) => {
                for code in codes.iter_mut() {
                    *code = self.of.get(usize::from(*code)).copied().unwrap_or(self.tiers);
                }
            }
        }
        for (row, _) in scores.missing.iter().enumerate().filter(|(_, missing)| **missing != 0) {
            out.set(row, self.tiers);
        }
    }
}
