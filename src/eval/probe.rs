//! Any part of a policy, worked out by itself for a record: what parts of a condition were, what one item gives.

use super::expr::{After, Event, Scope};
use super::items::Walk;
use super::row::Scorer;
use super::trace::{InfluenceSeen, Trace};
use super::{Outcome, Settled};
use crate::data::{Linked, Records, Subject, Value};
use crate::decimal::Decimal;
use crate::policy::{Expr, ItemId, Over, Policy};

/// A record, and its outcome where it was evaluated.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Everybody.
    pub records: &'a dyn Records,
    /// The record.
    pub subject: &'a Subject<'a>,
    /// What it came to; without it there is no score, no points and no decision to be read.
    pub outcome: Option<&'a Outcome>,
}

/// One of the records that an expression may be about besides the record itself.
#[derive(Clone, Copy)]
pub enum EventRecord<'a> {
    /// The values of a child.
    Child(&'a [Value]),
    /// A record that a link leads to.
    Linked(Linked<'a>),
}

impl<'a> Probe<'a> {
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

    /// The value of an expression about the record and one of its children or linked records; `None` where a number does
    /// not fit.
    pub fn event_value(&self, event: EventRecord<'a>, expr: &Expr) -> Option<Value> {
        let event = match event {
            EventRecord::Child(values) => Event { values, linked: None },
            EventRecord::Linked(linked) => Event { values: linked.values, linked: Some(linked) },
        };
        self.scope().about(event).value(expr).ok()
    }

    /// The points of an item, after its weight and limits; `None` where a number does not fit.
    pub fn points<T: Trace>(&self, scorer: &Scorer<'_>, id: ItemId, trace: &mut T) -> Option<Decimal> {
        let mut walk = Walk {
            scope: self.scope(),
            plan: scorer.plan(),
            points: Vec::new(),
            losses: Vec::new(),
            not_scored: false,
            trace,
        };
        walk.item(id).ok()
    }

    /// What an influence gives, by its position, the scores of everybody being settled.
    pub fn influence(&self, settled: &Settled, position: usize) -> Option<InfluenceSeen> {
        settled.points(self.policy.influences.get(position)?, self.subject).ok()
    }

    fn scope(&self) -> Scope<'a> {
        let after = self.outcome.and_then(|outcome| {
            let Outcome { score, tier, points, influences, decisions, .. } = outcome;
            score.map(|_| After { score: *score, tier: *tier, points, influences, decisions })
        });
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
