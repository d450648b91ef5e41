//! Questions about a policy, answered for everybody: proved, refuted with records that show it, or undecided.

mod apply;
mod charter;
pub mod clause;
mod verdict;

pub use apply::{Answered, Report, apply};
pub use charter::{Charter, read as read_charters, read_clause};
pub use verdict::{Verdict, Witness};
