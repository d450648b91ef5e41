//! How many reasons somebody can be told.

use super::Audit;
use super::ask::refuted;
use super::model::{Gives, PartOf};
use super::verdict::{Verdict, Witness};
use crate::cases::{Amount, Frozen, Trial, Wish};
use crate::policy::Policy;

impl<'p> Audit<'p> {
    /// Whether nobody is told more reasons than these: a record is looked for that is, from one to the next that is told
    /// more.
    pub(super) fn nobody_is_told_more(&self, most: u32) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let witnesses = self.witnesses(model);
        let told = |trial: &Trial<'_>| trial.outcome.reasons.len();
        let wishes = self.wishes_to_be_told();
        let mut furthest = 0;
        for base in 0..witnesses.bases.len() {
            let Some(mut best) = witnesses.made(base, &[]) else { continue };
            for wish in &wishes {
                let made = self.maker.made(&best.case, std::slice::from_ref(wish), &Frozen::default());
                // As many reasons, and one wish more: the next may add to it.
                if let Some(made) = made.filter(|made| told(made) >= told(&best)) {
                    best = made;
                }
            }
            furthest = furthest.max(told(&best));
            if u32::try_from(told(&best)).is_ok_and(|count| count > most) {
                let shows = format!("{} reasons are told", told(&best));
                if let Some(case) = self.maker.confirmed(&best.case, &shows) {
                    let places = self.policy.reasons.iter().map(|reason| reason.place).collect();
                    return refuted(Witness { shows, cases: vec![case], differ_in: Vec::new() }, places);
                }
            }
        }
        Verdict::undecided(format!(
            "reasons are given up to {}; no record was found that is told more than {furthest}",
            self.policy.reasons_shown.up_to
        ))
    }

    /// What may tell a reason: few points of each part for the score, each override and each penalty.
    fn wishes_to_be_told(&self) -> Vec<Wish> {
        let Ok(model) = &self.model else { return Vec::new() };
        let parts = model.parts.iter().filter_map(|part| {
            let (sign, _) = model.leverage(part.bucket);
            let amount = if sign >= 0 { Amount::Least } else { Amount::Most };
            match (&part.gives, part.of) {
                (_, PartOf::Item(id)) => Some(Wish::Points(id, amount)),
                (_, PartOf::Influence(at)) => Some(Wish::Influence(at, amount)),
                (Gives::Mark { .. }, PartOf::Override(at)) => holds_of_override(self.policy, at),
                (_, PartOf::Override(_) | PartOf::Participation) => None,
            }
        });
        let penalties = self.policy.consequences.iter().filter(|each| each.reason.is_some());
        parts.chain(penalties.map(|each| Wish::holds(&each.when.when))).collect()
    }
}

fn holds_of_override(policy: &Policy, at: usize) -> Option<Wish> {
    let each = policy.overrides.get(at).filter(|each| each.reason.is_some())?;
    Some(Wish::holds(&each.when.when))
}
