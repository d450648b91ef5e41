//! Questions about a policy, answered for everybody: proved, refuted with records that show it, or undecided.

pub mod clause;
mod verdict;

pub use verdict::{Verdict, Witness};
