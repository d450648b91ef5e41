//! The sheet on which one record after the other is worked out.

use super::super::Plan;
use crate::decimal::Decimal;
use crate::eval::Outcome;
use crate::policy::ReasonId;

/// Where a record is worked out, and the outcome of the last one. Its room is used again for the next.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub(super) outcome: Outcome,
    pub(super) working: Working,
    /// The keys of the greatest losses, the greatest first.
    pub(super) top: Vec<u8>,
    /// What counts under reasons, where that has no keys.
    pub(super) losses: Vec<(ReasonId, Decimal)>,
}

/// What is worked out on the way.
#[derive(Debug, Clone)]
pub(super) struct Working {
    /// By register: numbers, days and codes in units.
    pub(super) numbers: Vec<Option<i128>>,
    /// By register.
    pub(super) truths: Vec<u8>,
    /// The classes of derived values.
    pub(super) derived: Vec<u16>,
    /// The answers of decisions in units.
    pub(super) answers: Vec<Option<i128>>,
}

impl Sheet {
    pub(super) fn new(plan: &Plan) -> Self {
        let program = &plan.program;
        let working = Working {
            numbers: vec![None; program.numbers],
            truths: vec![0; program.truths],
            derived: vec![0; program.derived.len()],
            answers: Vec::with_capacity(plan.decisions.len()),
        };
        Self { outcome: Outcome::default(), working, top: vec![0; plan.places()], losses: Vec::new() }
    }

    /// The outcome of the record that was scored last.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}
