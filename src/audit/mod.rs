//! Questions about a policy, answered for everybody: proved, refuted with records that show it, or undecided.

mod axis;
mod block;
pub mod clause;
mod model;
mod node;
mod points;
mod possible;
mod read;
mod verdict;

pub use possible::Possible;
pub use read::Read;
pub use verdict::{Verdict, Witness};
