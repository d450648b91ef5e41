//! What a run came to, counted: statuses, tiers, reasons, and how the scores lie.

use crate::eval::Status;
use crate::eval::batch::{CodesRef, Scored, Standing};
use crate::impact::Counts;
use crate::policy::Policy;

/// Counts over scored records. Those of parts of a population add up, in any order, to those of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// With a score; not scored; not participating.
    statuses: [u64; 3],
    /// By tier.
    tiers: Vec<u64>,
    /// By reason: how many records are given it.
    reasons: Vec<u64>,
    scores: Counts,
}

impl Tally {
    /// Of nobody.
    pub fn new(policy: &Policy) -> Self {
        Self { tiers: vec![0; policy.tiers.len()], reasons: vec![0; policy.reasons.len()], ..Self::default() }
    }

    /// Adds the records of a chunk.
    pub fn add(&mut self, scored: &Scored) {
        let standings = scored.standings();
        let all = standings.iter().all(|standing| *standing == Standing::Scored);
        let has_score = |row: usize| all || standings.get(row) == Some(&Standing::Scored);
        for standing in standings {
            if let Some(count) = standing.status().and_then(|status| self.statuses.get_mut(place(status))) {
                *count += 1;
            }
        }
        match scored.tier_codes() {
            CodesRef::Narrow(codes) => count(codes, &mut self.tiers),
            CodesRef::Broad(codes) => count(codes, &mut self.tiers),
        }
        for reasons in (0..scored.reason_places()).map(|at| scored.reasons_at(at)) {
            if all {
                count(reasons, &mut self.reasons);
                continue;
            }
            for (reason, _) in reasons.iter().zip(0..).filter(|(_, row)| has_score(*row)) {
                if let Some(count) = self.reasons.get_mut(usize::from(*reason)) {
                    *count += 1;
                }
            }
        }
        self.scores.add_numbers(scored.scores(), has_score);
    }

    /// Adds what others came to.
    pub fn merge(&mut self, other: &Self) {
        let add =
            |all: &mut [u64], more: &[u64]| all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
        add(&mut self.statuses, &other.statuses);
        add(&mut self.tiers, &other.tiers);
        add(&mut self.reasons, &other.reasons);
        self.scores.merge(&other.scores);
    }

    /// How many records have a status.
    pub fn with(&self, status: Status) -> u64 {
        self.statuses.get(place(status)).copied().unwrap_or(0)
    }

    /// By tier, how many records are in it.
    pub fn tiers(&self) -> &[u64] {
        &self.tiers
    }

    /// By reason, how many records are given it.
    pub fn reasons(&self) -> &[u64] {
        &self.reasons
    }

    /// How the scores lie.
    pub fn scores(&self) -> &Counts {
        &self.scores
    }
}

/// Adds how often each code stands in a list; codes past the end are none. Neighbours are counted apart, as a code that
/// stands twice in a row would wait for its own count.
fn count<C: Copy + Into<usize>>(codes: &[C], counts: &mut [u64]) {
    let mut apart = vec![[0_u64; 4]; counts.len()];
    for neighbours in codes.chunks(4) {
        for (at, code) in neighbours.iter().enumerate() {
            if let Some(count) = apart.get_mut((*code).into()).and_then(|apart| apart.get_mut(at)) {
                *count += 1;
            }
        }
    }
    counts.iter_mut().zip(apart).for_each(|(count, apart)| *count += apart.iter().sum::<u64>());
}

fn place(status: Status) -> usize {
    match status {
        Status::Scored => 0,
        Status::NotScored => 1,
        Status::NotParticipating => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn codes_are_counted_and_what_is_none_is_not() {
        let mut counts = [10, 0, 0];
        count(&[2_u16, 2, 2, 0, u16::MAX, 2, 3, 1, 2], &mut counts);
        assert_eq!(counts, [11, 1, 5]);
        count(&[] as &[u8], &mut counts);
        count(&[0_u8], &mut []);
        assert_eq!(counts, [11, 1, 5]);
    }
}
