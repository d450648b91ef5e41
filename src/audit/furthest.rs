//! The least and the greatest scores of records that were run, whatever for: a range must not be told narrower than what
//! is shown elsewhere.

use super::Audit;
use super::child::with_value;
use super::range::{End, Reach};
use super::verdict::Witness;
use crate::cases::Trial;
use crate::data::FieldId;
use crate::decimal::Decimal;
use crate::policy::{Case, TierId};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How many records are run to come nearer to an end.
const RUNS: usize = 600;
/// How often each field is changed.
const ROUNDS: usize = 3;

/// A score, and the record that has it.
type Scored = Option<(Decimal, Case)>;

/// The records with the least and the greatest score: of everybody, and of each tier.
#[derive(Default)]
pub(super) struct Furthest(RefCell<BTreeMap<Option<TierId>, [Scored; 2]>>);

impl Furthest {
    /// Takes a record that was run into account.
    pub(super) fn note(&self, trial: &Trial<'_>) {
        let Some(score) = trial.outcome.score else { return };
        let mut all = self.0.borrow_mut();
        for of in [None].into_iter().chain(trial.outcome.tier.map(Some)) {
            let [least, greatest] = all.entry(of).or_default();
            if least.as_ref().is_none_or(|(known, _)| score < *known) {
                *least = Some((score, trial.case.clone()));
            }
            if greatest.as_ref().is_none_or(|(known, _)| score > *known) {
                *greatest = Some((score, trial.case.clone()));
            }
        }
    }

    fn of(&self, tier: Option<TierId>, most: bool) -> Scored {
        let all = self.0.borrow();
        let [least, greatest] = all.get(&tier)?;
        if most { greatest.clone() } else { least.clone() }
    }
}

impl<'p> Audit<'p> {
    /// What can be reached, of everybody or of a tier, with the furthest records that were run for any question.
    pub(super) fn widened(&self, mut reach: Reach, tier: Option<TierId>) -> Reach {
        for (end, most) in [(&mut reach.least, false), (&mut reach.greatest, true)] {
            let Some(end) = end.as_mut().filter(|end| !end.is_exact()) else { continue };
            if let Some(shown) = self.further(end, tier, most) {
                end.shown = Some(shown);
            }
        }
        reach
    }

    fn further(&self, end: &End, tier: Option<TierId>, most: bool) -> Option<(Decimal, Witness)> {
        let (score, case) = self.made.furthest.of(tier, most)?;
        let known = end.shown.as_ref().map(|(known, _)| *known);
        if known.is_some_and(|known| if most { score <= known } else { score >= known }) {
            return None;
        }
        let which = if most { "greatest" } else { "least" };
        let shows = format!("a score of {score}: the {which} that a record was found for");
        let case = self.maker.confirmed(&case, &shows)?;
        Some((score, Witness { shows, cases: vec![case], differ_in: Vec::new() }))
    }

    /// From a record to one with a greater score, or a lesser one, a field of its own at a time.
    pub(super) fn climbed(&self, from: Trial<'p>, most: bool) -> Trial<'p> {
        let schema = &self.policy.schema;
        let Some(row) = from.case.records.iter().position(|(kind, _)| *kind == schema.scored) else {
            return from;
        };
        let fields = (0..schema.scored().fields.len() as u32).map(FieldId);
        let fields: Vec<FieldId> = fields.filter(|field| schema.scored().key != Some(*field)).collect();
        let (mut best, mut left) = (from, RUNS);
        for _ in 0..ROUNDS {
            let before = best.outcome.score;
            for field in &fields {
                for value in self.maker.values(schema.scored, *field) {
                    if left == 0 {
                        return best;
                    }
                    left -= 1;
                    let Some(trial) = self.maker.run(&with_value(&best.case, row, *field, &value)) else {
                        continue;
                    };
                    let further = match (trial.outcome.score, best.outcome.score) {
                        (Some(score), Some(best)) => {
                            if most {
                                score > best
                            } else {
                                score < best
                            }
                        }
                        _ => false,
                    };
                    if further {
                        best = trial;
                    }
                }
            }
            if best.outcome.score == before {
                break;
            }
        }
        best
    }
}
