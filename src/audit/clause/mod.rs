//! Clauses of charters: what each says, and how it is answered.

mod desk;

pub use desk::{AdverseImpact, Benchmark, Desk, Input, Pass, Screen, Share, Target, Way};
