//! Which reasons a record is given, and in what order.

use super::GivenReason;
use crate::decimal::Decimal;
use crate::policy::{EventPoints, ItemBody, ItemId, Policy, RankedBy, ReasonId, Table};
use std::cmp::Reverse;

/// What is known of a policy's reasons before any record is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// By item: the codes that its table or itself may give, each once.
    codes: Vec<Vec<ReasonId>>,
    /// By reason: when it is first mentioned by an item or an influence.
    first_mention: Vec<usize>,
}

impl Plan {
    pub(super) fn new(policy: &Policy) -> Self {
        let mut plan = Self {
            codes: vec![Vec::new(); policy.items.len()],
            first_mention: vec![usize::MAX; policy.reasons.len()],
        };
        let mut mentioned = Vec::new();
        for root in &policy.roots {
            plan.visit(policy, *root, &mut mentioned);
        }
        mentioned.extend(policy.influences.iter().filter_map(|influence| influence.reason));
        for (place, reason) in mentioned.into_iter().enumerate() {
            if let Some(first) = plan.first_mention.get_mut(reason.index()) {
                *first = place.min(*first);
            }
        }
        plan
    }

    /// The codes that an item's own table or the item itself may give.
    pub(super) fn codes(&self, id: ItemId) -> &[ReasonId] {
        self.codes.get(id.index()).map_or(&[], Vec::as_slice)
    }

    fn visit(&mut self, policy: &Policy, id: ItemId, mentioned: &mut Vec<ReasonId>) {
        let item = policy.item(id);
        let mut codes: Vec<ReasonId> = Vec::new();
        let mut add = |reason: Option<ReasonId>| {
            if let Some(reason) = reason.filter(|reason| !codes.contains(reason)) {
                codes.push(reason);
            }
        };
        match &item.body {
            ItemBody::Table { table, .. } => reasons_of(table).for_each(|reason| add(reason.or(item.reason))),
            ItemBody::Formula(_) => add(item.reason),
            ItemBody::Events(events) => match &events.points {
                EventPoints::Each(_) => add(item.reason),
                EventPoints::Table(table) => reasons_of(table).for_each(|reason| add(reason.or(item.reason))),
            },
            ItemBody::Group(members) => {
                for member in members {
                    self.visit(policy, *member, mentioned);
                }
            }
        }
        mentioned.extend(item.reason);
        mentioned.extend(&codes);
        if let Some(slot) = self.codes.get_mut(id.index()) {
            *slot = codes;
        }
    }

    fn first_mention(&self, reason: ReasonId) -> usize {
        self.first_mention.get(reason.index()).copied().unwrap_or(usize::MAX)
    }
}

fn reasons_of(table: &Table) -> impl Iterator<Item = Option<ReasonId>> {
    table.rows.iter().map(|row| row.reason)
}

/// Ranks what counts under each reason. `overriding` are the reasons of overrides that changed the result; they come first.
///
/// By points lost: a code's losses are added (none is negative), codes that lose nothing are left out, ties stand in the
/// order in which the policy first mentions the codes. By a baseline, as JPMML-Evaluator runs PMML: distances are added
/// with their signs, codes below zero are left out and codes at zero kept, ties stand in the order in which this record
/// met the codes. `None` where a sum does not fit.
pub(super) fn rank(
    policy: &Policy,
    plan: &Plan,
    overriding: &[ReasonId],
    losses: &[(ReasonId, Decimal)],
) -> Option<Vec<GivenReason>> {
    let mut sums: Vec<(ReasonId, Decimal)> = Vec::new();
    for (reason, loss) in losses {
        match sums.iter_mut().find(|(code, _)| code == reason) {
            Some((_, sum)) => *sum = sum.checked_add(*loss)?,
            None => sums.push((*reason, *loss)),
        }
    }
    match policy.reasons_shown.by {
        RankedBy::PointsLost => {
            sums.retain(|(_, sum)| *sum > Decimal::ZERO);
            sums.sort_by_key(|(reason, sum)| (Reverse(*sum), plan.first_mention(*reason)));
        }
        RankedBy::BelowBaseline | RankedBy::AboveBaseline => {
            sums.retain(|(_, sum)| *sum >= Decimal::ZERO);
            sums.sort_by_key(|(_, sum)| Reverse(*sum));
        }
    }
    let mut given: Vec<GivenReason> = Vec::new();
    for reason in overriding {
        if !given.iter().any(|g| g.reason == *reason) {
            let lost = sums.iter().find(|(code, _)| code == reason).map(|(_, sum)| *sum);
            given.push(GivenReason { reason: *reason, lost });
        }
    }
    let first_ones = given.len();
    for (reason, sum) in sums {
        if !given.iter().take(first_ones).any(|g| g.reason == reason) {
            given.push(GivenReason { reason, lost: Some(sum) });
        }
    }
    given.truncate(policy.reasons_shown.up_to as usize);
    Some(given)
}
