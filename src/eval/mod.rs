//! The interpreters: from a [`crate::policy::Policy`] and records to scores.
//!
//! [`score_all`] scores a population; [`score_one`] one record of it, with a [`Recording`] of how.

pub mod batch;
mod events;
mod expr;
mod influence;
mod items;
mod outcome;
mod population;
mod probe;
mod reasons;
mod row;
#[cfg(test)]
pub(crate) mod sample;
mod table;
mod trace;

pub use influence::Settled;
pub use outcome::*;
pub use population::{observe_all, score_all, score_one};
pub use probe::{EventRecord, Probe};
pub use row::{Own, Scorer};
pub use trace::*;
