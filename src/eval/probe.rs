//! Any expression of a policy, worked out once more for a record that was evaluated: what parts of a condition were.

use super::Outcome;
use super::expr::{After, Scope};
use crate::data::{Records, Subject, Value};
use crate::policy::{Expr, Over, Policy};

/// A record that was evaluated, and its outcome.
pub struct Probe<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Everybody.
    pub records: &'a dyn Records,
    /// The record.
    pub subject: &'a Subject<'a>,
    /// What it came to.
    pub outcome: &'a Outcome,
}

impl Probe<'_> {
    /// The value of an expression about the record; `None` where a number does not fit.
    pub fn value(&self, expr: &Expr) -> Option<Value> {
        self.scope().value(expr).ok()
    }

    /// The value of an expression about each of the record's events that are known on the policy's day.
    pub fn event_values(&self, over: Over, expr: &Expr) -> Vec<Value> {
        let scope = self.scope();
        let events = (0..scope.event_count(over)).filter_map(|position| scope.event(over, position));
        events.filter_map(|event| scope.about(event).value(expr).ok()).collect()
    }

    fn scope(&self) -> Scope<'_> {
        let Outcome { score, tier, points, influences, decisions, .. } = self.outcome;
        let after = score.map(|_| After { score: *score, tier: *tier, points, influences, decisions });
        Scope {
            policy: self.policy,
            records: self.records,
            subject: self.subject,
            definitions: &[],
            event: None,
            after,
        }
    }
}
