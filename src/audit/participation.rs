//! What it costs not to be scored: whether people can choose that, and whether a penalty holds of those who do.

use super::Audit;
use super::ask::refuted;
use super::axis::AxisId;
use super::block::Block;
use super::desk::summed;
use super::model::{Model, NO_PART, PartOf};
use super::read::Read;
use super::verdict::Verdict;
use crate::cases::{Possible, Trial, Wish};
use crate::data::Change;
use crate::eval::Status;

/// Whether whoever takes part can choose not to.
enum Choice {
    /// Everybody can, by fields of their own that are not declared immutable: proved.
    Everybody,
    /// Nobody can: proved; with why.
    Nobody(&'static str),
    /// Neither is known.
    Unknown,
}

impl Audit<'_> {
    /// Whether whoever takes no part suffers nothing for it.
    pub(super) fn opting_out_costs_nothing(&self) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let penalties: Vec<usize> = self
            .policy
            .consequences
            .iter()
            .enumerate()
            .filter(|(_, each)| each.penalty)
            .map(|(at, _)| at)
            .collect();
        if penalties.is_empty() {
            return Verdict::proved("there is no penalty on this day");
        }
        let choice = self.choice(model);
        summed(penalties.into_iter().map(|at| self.penalty_of_opting_out(model, at, &choice)))
    }

    fn penalty_of_opting_out(&self, model: &Model<'_>, at: usize, choice: &Choice) -> Verdict {
        let Some(penalty) = self.policy.consequences.get(at) else { return Verdict::proved("") };
        let held = |trial: &Trial<'_>| trial.outcome.consequences.get(at).copied().unwrap_or(false);
        let mut wishes = vec![Wish::Expr { of: penalty.when.when.clone(), within: Possible::truth(true) }];
        let why = match (choice, &self.policy.participation) {
            (Choice::Nobody(why), _) => *why,
            (Choice::Everybody, _) if !penalty.not_scored_applies => {
                return Verdict::proved(
                    "whoever takes part can choose not to, and no penalty holds of those who are not scored",
                );
            }
            (Choice::Unknown, _) if !penalty.not_scored_applies => {
                return Verdict::undecided(format!(
                    "whether everybody who takes part can choose not to is not known, and `{}` holds of those who are scored",
                    penalty.name
                ));
            }
            (Choice::Everybody | Choice::Unknown, participation) => {
                let needs = participation.iter().map(|each| each.needs.when.clone());
                wishes.splice(0..0, needs.map(|of| Wish::Expr { of, within: Possible::truth(false) }));
                "without taking part,"
            }
        };
        let witness = self.witnesses(model).one(&wishes, |trial| {
            let out = match choice {
                Choice::Nobody(_) => true,
                Choice::Everybody | Choice::Unknown => trial.outcome.status == Status::NotParticipating,
            };
            (held(trial) && out).then(|| format!("{why} the penalty `{}` is suffered", penalty.name))
        });
        match witness {
            Some(witness) => refuted(witness, vec![penalty.place]),
            None => {
                Verdict::undecided(format!("no record was found that suffers the penalty `{}`", penalty.name))
            }
        }
    }

    /// Whether whoever takes part can choose not to, all else the same.
    fn choice(&self, model: &Model<'_>) -> Choice {
        let Some(at) = (0..model.parts.len()).find(|at| model.part(*at).of == PartOf::Participation) else {
            return Choice::Nobody("nobody can choose not to be scored, and");
        };
        let block = Block::new(model, vec![at]);
        if block.is_too_large() {
            return Choice::Unknown;
        }
        let cells = || (0..block.len()).filter_map(|cell| Some((cell, block.cell(cell)?)));
        if cells().all(|(_, cell)| cell.may & NO_PART == 0) {
            return Choice::Nobody("everybody takes part, and");
        }
        let fixed = |axis: &AxisId| {
            model.axes.get(*axis).reads.iter().all(|read| match read {
                Read::Field(field) => {
                    let of = self.policy.schema.field(self.policy.schema.scored, *field);
                    of.change == Some(Change::Immutable)
                }
                Read::Children(_)
                | Read::ChildField(..)
                | Read::Link(_)
                | Read::PeerField(..)
                | Read::PeerScores(_) => false,
            })
        };
        if block.axes.iter().all(fixed) {
            return Choice::Nobody("whether somebody takes part is not in their hands, and");
        }
        // Along fields that are nothing but themselves every cell holds a record.
        let free: Vec<usize> = (0..block.axes.len())
            .filter(|position| {
                let axis = block.axes.get(*position).map(|axis| model.axes.get(*axis));
                axis.and_then(|axis| axis.field()).is_some_and(|field| {
                    let of = self.policy.schema.field(self.policy.schema.scored, field);
                    // What only grows is no way back.
                    !matches!(of.change, Some(Change::Immutable | Change::OnlyUp))
                        && !block.axes.iter().any(|other| {
                            let other = model.axes.get(*other);
                            other.field() != Some(field) && other.reads.contains(&Read::Field(field))
                        })
                })
            })
            .collect();
        let everybody = block.planes(&free).all(|plane| {
            plane.is_empty()
                || plane.iter().any(|cell| {
                    block
                        .cell(*cell)
                        .is_some_and(|cell| cell.may & NO_PART != 0 && cell.may_not & NO_PART == 0)
                })
        });
        if everybody && !free.is_empty() { Choice::Everybody } else { Choice::Unknown }
    }
}
