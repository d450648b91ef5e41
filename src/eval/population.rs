//! Everybody's outcome, and one record's among everybody.

use super::expr::{Scope, TooLarge};
use super::influence::Settled;
use super::row::{Scorer, in_the_sum};
use super::trace::Trace;
use super::{Outcome, Overflow};
use crate::data::{Records, Value, Why};
use crate::policy::{Definition, DefinitionId, Policy};

/// Scores all records; the outcomes stand in their order.
pub fn score_all(policy: &Policy, records: &dyn Records) -> Vec<Result<Outcome, Overflow>> {
    let scorer = Scorer::new(policy);
    let settled = Settled::of(&scorer, records);
    (0..records.count())
        .filter_map(|position| score_one(&scorer, records, &settled, position, &mut ()))
        .collect()
}

/// What is observed of all records beside the score: by what is observed, then by record. It is made of definitions of the
/// scored record as they would stand behind the policy's own. What is too large on the way is missing.
pub fn observe_all(policy: &Policy, observed: &[Definition], records: &dyn Records) -> Vec<Vec<Value>> {
    let mut policy = policy.clone();
    let own = policy.definitions.len();
    policy.definitions.extend_from_slice(observed);
    let of = |id: DefinitionId, position: usize| {
        let subject = records.subject(position)?;
        let scope =
            Scope { policy: &policy, records, subject: &subject, definitions: &[], event: None, after: None };
        scope.definition(id).ok()
    };
    let ids = (0..).map(DefinitionId).zip(&policy.definitions).skip(own).map(|(id, _)| id);
    let missing = Value::Missing(Why::Undecided);
    ids.map(|id| (0..records.count()).map(|at| of(id, at).unwrap_or_else(|| missing.clone())).collect())
        .collect()
}

/// Scores the record at a position among all, telling a trace of every step. `None` past the end.
///
/// `settled` is [`Settled::of`] the same records; an empty one will do where no influence reads settled scores.
pub fn score_one<T: Trace>(
    scorer: &Scorer<'_>,
    records: &dyn Records,
    settled: &Settled,
    position: usize,
    trace: &mut T,
) -> Option<Result<Outcome, Overflow>> {
    let subject = records.subject(position)?;
    if settled.rejected(position) {
        return Some(Err(in_the_sum()));
    }
    let own = match scorer.own(records, &subject, trace) {
        Ok(own) => own,
        Err(overflow) => return Some(Err(overflow)),
    };
    let mut influences = Vec::with_capacity(scorer.policy().influences.len());
    for (place, influence) in scorer.policy().influences.iter().enumerate() {
        match settled.points(influence, &subject) {
            Ok(seen) => {
                trace.influence(place, &seen);
                influences.push(seen.points);
            }
            Err(TooLarge) => return Some(Err(Overflow { what: format!("influence `{}`", influence.name) })),
        }
    }
    Some(scorer.finish(records, &subject, own, influences, trace))
}
