//! Everybody's outcome, and one record's among everybody.

use super::expr::TooLarge;
use super::influence::Settled;
use super::row::{Scorer, in_the_sum};
use super::trace::Trace;
use super::{Outcome, Overflow};
use crate::data::Records;
use crate::policy::Policy;

/// Scores all records; the outcomes stand in their order.
pub fn score_all(policy: &Policy, records: &dyn Records) -> Vec<Result<Outcome, Overflow>> {
    let scorer = Scorer::new(policy);
    let settled = Settled::of(&scorer, records);
    (0..records.count())
        .filter_map(|position| score_one(&scorer, records, &settled, position, &mut ()))
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
