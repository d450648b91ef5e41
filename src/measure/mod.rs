//! What a policy does to a population, counted: who is selected, how scores and characteristics lie, which reasons are given,
//! what characteristics give on average.
//!
//! [`Measures`] are the questions of a run with what was counted so far. They take scored records chunk by chunk, on any
//! thread; those of parts of a population merge, in any order, to those of the whole, and keep counts and not records. What
//! the counts come to is worked out once, at the end: [`Screen`], [`Shift`], [`ReasonCounts`], [`Averages`].
//!
//! The name is that of the field: *measure* is the step of the NIST AI Risk Management Framework in which a system's effects
//! are counted and tracked, as against proving what it can do at all, which is `audit`'s.

mod adverse;
mod answers;
mod averages;
mod characteristics;
mod groups;
mod measures;
mod proportion;
mod reasons;
mod stability;
#[cfg(test)]
mod tests;

pub use adverse::{AdverseImpact, Counts, DEFAULT_LEAST_SIZE, Rate, Screen, Selection};
pub use answers::Scores;
pub use averages::{Averages, Over};
pub use characteristics::{Characteristics, Lines, Observed};
pub use groups::{ByGroup, Counted, Group, Grouping, MOST_GROUPS, of_field};
pub use measures::Measures;
pub use proportion::{Interval, Ratio, fisher, ratio_interval};
pub use reasons::ReasonCounts;
pub use stability::{
    Bin, Degree, Filled, MODERATE, SMALL, ScoreBins, Shift, characteristic_shift, score_shift,
};
