//! How often reasons are given: first, and at all.

use super::groups::Counted;
use crate::eval::batch::{Scored, Standing};

/// The reasons of a group of scored records, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReasonCounts {
    /// Records with a score.
    pub scored: u64,
    /// Those that are given no reason.
    pub none: u64,
    /// By reason: to how many it is given first.
    pub first: Vec<u64>,
    /// By reason: to how many it is given at all.
    pub given: Vec<u64>,
}

impl ReasonCounts {
    /// Adds a record, if it has a score.
    pub(super) fn add(&mut self, scored: &Scored, row: usize, reasons: usize) {
        if scored.standings().get(row) != Some(&Standing::Scored) {
            return;
        }
        self.scored += 1;
        self.first.resize(reasons, 0);
        self.given.resize(reasons, 0);
        let mut any = false;
        for (place, reason) in scored.reasons(row).enumerate() {
            any = true;
            let count =
                |counts: &mut [u64]| counts.iter_mut().skip(reason.index()).take(1).for_each(|n| *n += 1);
            count(&mut self.given);
            if place == 0 {
                count(&mut self.first);
            }
        }
        self.none += u64::from(!any);
    }
}

impl Counted for ReasonCounts {
    fn merge(&mut self, other: &Self) {
        self.scored += other.scored;
        self.none += other.none;
        for (all, more) in [(&mut self.first, &other.first), (&mut self.given, &other.given)] {
            all.resize(all.len().max(more.len()), 0);
            all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
        }
    }
}
