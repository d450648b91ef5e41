//! What characteristics give on average, over all scored records or over those at or just above a cut-off: the baselines
//! that reasons are measured from.
//!
//! The Official Interpretations of Regulation B (12 CFR 1002, Supplement I, to 1002.9(b)(2), paragraph 5) name both ways: by
//! how far an applicant's score fell below the average for each factor of applicants whose total was at or slightly above the
//! minimum passing score, or of all applicants.

use crate::decimal::Decimal;
use crate::eval::batch::{Numbers, Scored, Standing};
use crate::policy::Policy;

/// Over whom an average is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Over {
    /// Only those with this score or a greater one.
    pub at_or_above: Option<Decimal>,
    /// Only those whose score is at most so much above it.
    pub within: Option<Decimal>,
}

/// Sums of the points of each characteristic, rule and group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Averages {
    over: Over,
    records: u64,
    /// By item, in units; `None` where the sum is too large.
    sums: Vec<Option<i128>>,
}

impl Over {
    /// Whether a score counts.
    pub fn counts(self, score: Decimal) -> bool {
        let Some(least) = self.at_or_above else { return true };
        let most = self.within.map(|within| least.checked_add(within).unwrap_or(Decimal::MAX));
        score >= least && most.is_none_or(|most| score <= most)
    }
}

impl Averages {
    /// Of nobody yet.
    pub fn new(policy: &Policy, over: Over) -> Self {
        Self { over, records: 0, sums: vec![Some(0); policy.items.len()] }
    }

    /// Nobody, asked the same.
    pub(super) fn empty(&self) -> Self {
        Self { over: self.over, records: 0, sums: vec![Some(0); self.sums.len()] }
    }

    /// Over whom.
    pub fn over(&self) -> Over {
        self.over
    }

    /// Over how many.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Adds the records of a chunk, whose points were wanted.
    pub fn add(&mut self, scored: &Scored) {
        let counts: Vec<usize> = (0..scored.rows())
            .filter(|row| scored.standings().get(*row) == Some(&Standing::Scored))
            .filter(|row| scored.score(*row).is_some_and(|score| self.over.counts(score)))
            .collect();
        self.records += counts.len() as u64;
        for (item, sum) in self.sums.iter_mut().enumerate() {
            let Some(column) = scored.points_column(item) else { continue };
            let more = counts.iter().try_fold(0_i128, |sum, row| {
                sum.checked_add(match column.numbers {
                    Numbers::Narrow { values, unit } => i128::from(*values.get(*row)?) * i128::from(unit),
                    Numbers::Wide(values) => *values.get(*row)?,
                })
            });
            *sum = sum.zip(more).and_then(|(sum, more)| sum.checked_add(more));
        }
    }

    /// Adds what others came to.
    pub fn merge(&mut self, other: &Self) {
        self.records += other.records;
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            *sum = sum.zip(*more).and_then(|(sum, more)| sum.checked_add(more));
        }
    }

    /// The average points of an item, by its position: a quotient as the language has it, rounded to nine places, half away
    /// from zero. `None` over nobody, and where the sum is too large.
    pub fn of(&self, item: usize) -> Option<Decimal> {
        let sum = self.sums.get(item).copied().flatten().and_then(Decimal::from_units)?;
        sum.checked_div(Decimal::from_int(i64::try_from(self.records).ok()?))
    }
}
