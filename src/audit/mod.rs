//! Questions about a policy, answered for everybody: proved, refuted with records that show it, or undecided.

mod verdict;

pub use verdict::{Verdict, Witness};
