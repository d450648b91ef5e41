//! The questions of a run, with what was counted so far.

use super::adverse::{AdverseImpact, Selection};
use super::averages::{Averages, Over};
use super::characteristics::Characteristics;
use super::groups::{ByGroup, Grouping};
use super::reasons::ReasonCounts;
use crate::eval::batch::Scored;
use crate::policy::{Definition, Policy};

/// Questions about a population, with what was counted so far.
///
/// What they need to know of a record beside its score is [`Measures::observed`]: whoever scores has it worked out, and
/// points too where [`Measures::wants_points`].
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    observed: Vec<Definition>,
    reasons_known: usize,
    /// Who is selected.
    pub impacts: Vec<AdverseImpact>,
    /// Which reasons are given.
    pub reasons: Vec<ByGroup<ReasonCounts>>,
    /// How records lie in characteristics.
    pub characteristics: Option<Characteristics>,
    /// What characteristics give on average.
    pub averages: Option<Averages>,
}

impl Measures {
    /// No question yet.
    pub fn new(policy: &Policy) -> Self {
        Self {
            observed: Vec::new(),
            reasons_known: policy.reasons.len(),
            impacts: Vec::new(),
            reasons: Vec::new(),
            characteristics: None,
            averages: None,
        }
    }

    /// Records are to be told apart by the value of a definition of the scored record (see
    /// [`Ruleset::observe`](crate::check::Ruleset::observe)).
    pub fn group_by(&mut self, definition: Definition) -> Grouping {
        let kind = definition.kind;
        self.observed.push(definition);
        Grouping::Observed(self.observed.len() - 1, kind)
    }

    /// Who is selected, group by group?
    pub fn ask_impact(&mut self, selection: Selection, grouping: Grouping) {
        self.impacts.push(AdverseImpact::new(selection, grouping));
    }

    /// Which reasons are given, group by group?
    pub fn ask_reasons(&mut self, grouping: Grouping) {
        self.reasons.push(ByGroup::new(grouping));
    }

    /// How do records lie in each characteristic?
    pub fn ask_characteristics(&mut self, policy: &Policy) {
        self.characteristics = Some(Characteristics::new(policy, &mut self.observed));
    }

    /// What does each characteristic give on average?
    pub fn ask_averages(&mut self, policy: &Policy, over: Over) {
        self.averages = Some(Averages::new(policy, over));
    }

    /// What is to be observed of each record beside its score.
    pub fn observed(&self) -> &[Definition] {
        &self.observed
    }

    /// Whether the points of items are needed.
    pub fn wants_points(&self) -> bool {
        self.characteristics.is_some() || self.averages.is_some()
    }

    /// The same questions, of nobody.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self {
            observed: self.observed.clone(),
            reasons_known: self.reasons_known,
            impacts: self.impacts.iter().map(AdverseImpact::empty).collect(),
            reasons: self.reasons.iter().map(|by| ByGroup::new(by.grouping())).collect(),
            characteristics: self.characteristics.as_ref().map(Characteristics::empty),
            averages: self.averages.as_ref().map(Averages::empty),
        }
    }

    /// Adds the records of a chunk.
    pub fn add(&mut self, scored: &Scored) {
        self.impacts.iter_mut().for_each(|impact| impact.add(scored));
        for by in &mut self.reasons {
            by.add(scored, |counts, row| counts.add(scored, row, self.reasons_known));
        }
        self.characteristics.iter_mut().for_each(|all| all.add(scored));
        self.averages.iter_mut().for_each(|averages| averages.add(scored));
    }

    /// Adds what others came to who were asked the same.
    pub fn merge(&mut self, other: &Self) {
        self.impacts.iter_mut().zip(&other.impacts).for_each(|(all, more)| all.merge(more));
        self.reasons.iter_mut().zip(&other.reasons).for_each(|(all, more)| all.merge(more));
        let both = self.characteristics.as_mut().zip(other.characteristics.as_ref());
        both.into_iter().for_each(|(all, more)| all.merge(more));
        let both = self.averages.as_mut().zip(other.averages.as_ref());
        both.into_iter().for_each(|(all, more)| all.merge(more));
    }
}
