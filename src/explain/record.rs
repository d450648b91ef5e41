//! The explanation of a record among others, from the start.

use super::{Explanation, explain};
use crate::data::Records;
use crate::eval::{Recording, Scorer, Settled, score_one};
use crate::policy::Policy;
use crate::source::Sources;

/// Explains records of a population.
pub struct Explainer<'a> {
    policy: &'a Policy,
    sources: &'a Sources,
    records: &'a dyn Records,
    scorer: Scorer<'a>,
    settled: Settled,
}

impl<'a> Explainer<'a> {
    /// For a population, whose scores are settled here where they influence one another.
    pub fn new(policy: &'a Policy, sources: &'a Sources, records: &'a dyn Records) -> Self {
        let scorer = Scorer::new(policy);
        let settled = Settled::of(&scorer, records);
        Self { policy, sources, records, scorer, settled }
    }

    /// The explanation of the record at a position.
    ///
    /// # Errors
    ///
    /// Why it has none, in words.
    pub fn explain(&self, position: usize) -> Result<Explanation, String> {
        let mut recording = Recording::new();
        let outcome = score_one(&self.scorer, self.records, &self.settled, position, &mut recording);
        let (Some(subject), Some(outcome)) = (self.records.subject(position), outcome) else {
            return Err("it is not there".to_owned());
        };
        let outcome = outcome.map_err(|overflow| overflow.to_string())?;
        explain(self.policy, self.sources, &subject, &recording, &outcome)
            .map_err(|mismatch| mismatch.to_string())
    }
}
