//! What it costs not to be scored: whether people can choose that, and whether a penalty holds of those who do.

use super::Audit;
use super::ask::refuted;
use super::axis::Axis;
use super::condition::ConditionCells;
use super::desk::summed;
use super::model::Model;
use super::read::Read;
use super::verdict::Verdict;
use crate::cases::{Possible, Trial, Wish};
use crate::data::{Change, FieldId};
use crate::eval::Status;
use std::collections::BTreeMap;

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
        let choice = self.choice();
        summed(penalties.into_iter().map(|at| self.penalty_of_opting_out(model, at, &choice)))
    }

    fn penalty_of_opting_out(&self, model: &Model<'_>, at: usize, choice: &Choice) -> Verdict {
        let Some(penalty) = self.policy.consequences.get(at) else { return Verdict::proved("") };
        let held = |trial: &Trial<'_>| trial.outcome.consequences.get(at).copied().unwrap_or(false);
        let mut wishes = vec![Wish::holds(&penalty.when.when)];
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
    fn choice(&self) -> Choice {
        let Some(participation) = &self.policy.participation else {
            return Choice::Nobody("nobody can choose not to be scored, and");
        };
        let Some(cells) = ConditionCells::of(self.policy, &participation.needs) else {
            return Choice::Unknown;
        };
        if (0..cells.len()).all(|cell| !cells.truths(cell).1) {
            return Choice::Nobody("everybody takes part, and");
        }
        let schema = &self.policy.schema;
        let change = |field: FieldId| &schema.field(schema.scored, field).change;
        let fixed = |axis: &Axis| {
            axis.reads.iter().all(|read| match read {
                Read::Field(field) => {
                    schema.scored().key == Some(*field) || *change(*field) == Some(Change::Immutable)
                }
                Read::Children(_)
                | Read::ChildField(..)
                | Read::Link(_)
                | Read::PeerField(..)
                | Read::PeerScores(_) => false,
            })
        };
        if cells.axes.iter().all(fixed) {
            return Choice::Nobody("whether somebody takes part is not in their hands, and");
        }
        // Along fields that are nothing but themselves every cell holds a record. What only grows is no way back.
        let free = |axis: &Axis| {
            axis.field().is_some_and(|field| {
                let mut others = cells.axes.iter().filter(|other| other.field() != Some(field));
                schema.scored().key != Some(field)
                    && !matches!(change(field), Some(Change::Immutable | Change::OnlyUp))
                    && !others.any(|other| other.reads.contains(&Read::Field(field)))
            })
        };
        let stays: Vec<usize> = (0..cells.axes.len())
            .filter(|position| cells.axes.get(*position).is_some_and(|axis| !free(axis)))
            .collect();
        let mut ways_out: BTreeMap<Vec<usize>, bool> = BTreeMap::new();
        for cell in 0..cells.len() {
            let of: Vec<usize> = stays.iter().map(|position| cells.class(cell, *position)).collect();
            *ways_out.entry(of).or_default() |= !cells.truths(cell).0;
        }
        if ways_out.values().all(|out| *out) { Choice::Everybody } else { Choice::Unknown }
    }
}
