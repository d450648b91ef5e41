//! The interpreters: from a [`crate::policy::Policy`] and records to scores.

mod outcome;

pub use outcome::*;
