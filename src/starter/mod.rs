//! New packs: texts that check, score and hold their cases, for an author to start from.
//!
//! Without data it is a sample that is the same for everybody. With data, `inferred` says what the columns are, `draft`
//! writes a policy for them, and [`Pack`] goes to the disk whole or not at all.

mod draft;
mod inferred;
mod name;
mod pack;

pub use pack::{Data, Pack, Staged, StartError};
