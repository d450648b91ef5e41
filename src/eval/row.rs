//! The reference interpreter: one record at a time, every step told to a [`Trace`].
//!
//! A record is evaluated in two parts. What is its *own* (definitions, items, the conditions of participation and
//! overrides) needs nobody else's score. The rest follows once the influences of others are known: the sum, range,
//! overrides, rounding, tier, decisions, benefits and penalties, reasons.
//!
//! Evaluation is total. Everything that is in force is evaluated in full, nothing is cut short; of a table only the matched
//! row gives. The one thing that stops it is a number that does not fit: then the record is rejected.

use super::expr::{After, Scope, TooLarge};
use super::items::{Walk, limit};
use super::reasons::{Plan, rank};
use super::trace::{OverrideSeen, Trace};
use super::{Answer, Outcome, Overflow, Status};
use crate::data::{Records, Subject, Value};
use crate::decimal::Decimal;
use crate::policy::{Condition, DecisionId, DefinitionId, Policy, RankedBy, ReasonId, RowOutcome, TierId};
use std::borrow::Cow;

/// A policy made ready for scoring.
#[derive(Debug, Clone)]
pub struct Scorer<'p> {
    policy: &'p Policy,
    plan: Cow<'p, Plan>,
}

/// What a record comes to by itself, before the influence of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// By definition: its value; absent for definitions of other kinds of records.
    definitions: Vec<Option<Value>>,
    /// By item: its points.
    points: Vec<Decimal>,
    /// What counts under reasons.
    losses: Vec<(ReasonId, Decimal)>,
    /// Start and the points of all items.
    sum: Decimal,
    /// Whether it is scored.
    status: Status,
    /// By override: its condition, and whether it applies.
    overrides: Vec<(Value, bool)>,
    /// The floor and the cap that apply to its score, with the override that each is by.
    bounds: Bounds<Decimal>,
    /// The same for its tier, the best tier the highest.
    tier_bounds: Bounds<TierId>,
}

/// The floor and the cap that hold of all that apply, and which override each is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds<X> {
    floor: Option<(usize, X)>,
    cap: Option<(usize, X)>,
}

/// A score on its way through range and overrides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Settling {
    /// Start, items and influences.
    sum: Decimal,
    /// Brought into the range.
    in_range: Decimal,
    /// After floors.
    floored: Decimal,
    /// After caps: the settled score, not rounded yet.
    settled: Decimal,
}

impl<'p> Scorer<'p> {
    /// Makes a policy ready.
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy, plan: Cow::Owned(Plan::new(policy)) }
    }

    /// With what is known of the policy's reasons already.
    pub(super) fn with(policy: &'p Policy, plan: &'p Plan) -> Self {
        Self { policy, plan: Cow::Borrowed(plan) }
    }

    /// The policy.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// What is known of its reasons.
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What a record comes to by itself. `records` is everybody, for the definitions of linked records.
    ///
    /// # Errors
    ///
    /// A number that does not fit.
    pub fn own<T: Trace>(
        &self,
        records: &dyn Records,
        subject: &Subject<'_>,
        trace: &mut T,
    ) -> Result<Own, Overflow> {
        let policy = self.policy;
        let mut definitions = Vec::with_capacity(policy.definitions.len());
        for (definition, position) in policy.definitions.iter().zip(0..) {
            let id = DefinitionId(position);
            if definition.of != policy.schema.scored {
                definitions.push(None);
                continue;
            }
            let scope =
                Scope { policy, records, subject, definitions: &definitions, event: None, after: None };
            let (value, matched) =
                scope.definition_seen(id).map_err(|e| e.inside("definition", &definition.name))?;
            trace.definition(id, &value, matched.as_ref());
            definitions.push(Some(value));
        }
        let scope = Scope { policy, records, subject, definitions: &definitions, event: None, after: None };

        let takes_part = match &policy.participation {
            None => true,
            Some(participation) => {
                let needs = scope
                    .value(&participation.needs.when)
                    .map_err(|_| Overflow { what: "the condition of participation".to_owned() })?;
                let takes_part = holds(&participation.needs, &needs);
                trace.participation(&needs, takes_part);
                takes_part
            }
        };

        let mut walk = Walk {
            scope,
            plan: &self.plan,
            points: vec![Decimal::ZERO; policy.items.len()],
            losses: Vec::new(),
            not_scored: false,
            trace,
        };
        let mut sum = policy.start;
        for root in &policy.roots {
            sum = sum.checked_add(walk.item(*root)?).ok_or_else(in_the_sum)?;
        }
        let Walk { points, losses, not_scored, .. } = walk;

        let mut overrides = Vec::with_capacity(policy.overrides.len());
        for each in &policy.overrides {
            let when = scope.value(&each.when.when).map_err(|e| e.inside("override", &each.name))?;
            let applies = holds(&each.when, &when);
            overrides.push((when, applies));
        }
        let not_scored = not_scored
            || policy
                .overrides
                .iter()
                .zip(&overrides)
                .any(|(each, (_, applies))| *applies && each.not_scored);
        let status = match (takes_part, not_scored) {
            (false, _) => Status::NotParticipating,
            (true, true) => Status::NotScored,
            (true, false) => Status::Scored,
        };
        let applying = || {
            let all = policy.overrides.iter().zip(&overrides).enumerate();
            all.filter(|(_, (_, (_, applies)))| *applies).map(|(position, (each, _))| (position, each))
        };
        let bounds = Bounds {
            floor: first_best(applying().filter_map(|(i, o)| Some((i, o.score_at_least?))), |a, b| a > b),
            cap: first_best(applying().filter_map(|(i, o)| Some((i, o.score_at_most?))), |a, b| a < b),
        };
        // The best tier has the least number.
        let tier_bounds = Bounds {
            floor: first_best(applying().filter_map(|(i, o)| Some((i, o.tier_at_least?))), |a, b| a < b),
            cap: first_best(applying().filter_map(|(i, o)| Some((i, o.tier_at_most?))), |a, b| a > b),
        };
        Ok(Own { definitions, points, losses, sum, status, overrides, bounds, tier_bounds })
    }

    /// The outcome of a record, given the points of each influence (none where the policy has none).
    ///
    /// # Errors
    ///
    /// A number that does not fit.
    pub fn finish<T: Trace>(
        &self,
        records: &dyn Records,
        subject: &Subject<'_>,
        own: Own,
        influences: Vec<Decimal>,
        trace: &mut T,
    ) -> Result<Outcome, Overflow> {
        let policy = self.policy;
        let settling = own.settling(policy, &influences).map_err(|TooLarge| in_the_sum())?;
        let score = match own.status {
            Status::Scored => Some(settling.settled.round_to(policy.round).ok_or_else(in_the_sum)?),
            Status::NotScored | Status::NotParticipating => None,
        };
        if score.is_some() {
            trace.total(settling.sum, settling.in_range);
        }
        let by_score = score.and_then(|score| policy.tier_of(score));
        let tier = by_score.map(|tier| own.tier_bounds.apply_to_tier(tier));
        let overriding = self.tell_overrides(&own, &settling, by_score, trace);
        trace.status(own.status, score.map(|score| (settling.settled, score)));
        trace.tier(by_score, tier);

        let definitions = &own.definitions;
        let scope = Scope { policy, records, subject, definitions, event: None, after: None };
        let decisions = match own.status {
            Status::Scored => {
                let after =
                    After { score, tier, points: &own.points, influences: &influences, decisions: &[] };
                self.decide(&scope, after, trace)?
            }
            Status::NotScored | Status::NotParticipating => Vec::new(),
        };
        let after =
            After { score, tier, points: &own.points, influences: &influences, decisions: &decisions };
        let scope = Scope { after: Some(after), ..scope };
        let mut consequences = Vec::with_capacity(policy.consequences.len());
        for (position, each) in policy.consequences.iter().enumerate() {
            let kind = if each.penalty { "penalty" } else { "benefit" };
            let when = scope.value(&each.when.when).map_err(|e| e.inside(kind, &each.name))?;
            let held = holds(&each.when, &when) && (score.is_some() || each.not_scored_applies);
            trace.consequence(position, &when, held);
            consequences.push(held);
        }

        let mut losses = own.losses;
        match own.status {
            Status::Scored => self.lose_by_influence(&influences, &mut losses),
            Status::NotScored | Status::NotParticipating => losses.clear(),
        }
        let reasons = rank(policy, &self.plan, &overriding, &losses)
            .ok_or_else(|| Overflow { what: "the points lost under a reason".to_owned() })?;
        Ok(Outcome {
            status: own.status,
            score,
            tier,
            reasons,
            points: own.points,
            influences,
            decisions,
            consequences,
        })
    }

    /// Tells of every override, and gives the reasons of those that changed the result.
    fn tell_overrides<T: Trace>(
        &self,
        own: &Own,
        settling: &Settling,
        by_score: Option<TierId>,
        trace: &mut T,
    ) -> Vec<ReasonId> {
        let mut reasons = Vec::new();
        let overrides = self.policy.overrides.iter().zip(&own.overrides).enumerate();
        for (position, (each, (when, applied))) in overrides {
            let mut seen = OverrideSeen {
                when: when.clone(),
                applied: *applied,
                changed: false,
                lifted: Decimal::ZERO,
                lowered: Decimal::ZERO,
                changed_tier: false,
            };
            match own.status {
                Status::Scored => {
                    if by(own.bounds.floor, position) {
                        seen.lifted = difference(settling.floored, settling.in_range);
                        seen.changed |= settling.settled != own.bounds.capped(settling.in_range);
                    }
                    if by(own.bounds.cap, position) {
                        seen.lowered = difference(settling.settled, settling.floored);
                        seen.changed |= settling.settled != settling.floored;
                    }
                    if let Some(tier) = by_score {
                        let after = own.tier_bounds.apply_to_tier(tier);
                        let unlifted = own.tier_bounds.capped_tier(tier);
                        let uncapped = own.tier_bounds.floored_tier(tier);
                        seen.changed_tier = (by(own.tier_bounds.floor, position) && after != unlifted)
                            || (by(own.tier_bounds.cap, position) && after != uncapped);
                        seen.changed |= seen.changed_tier;
                    }
                }
                Status::NotScored => seen.changed = *applied && each.not_scored,
                Status::NotParticipating => {}
            }
            trace.override_seen(position, &seen);
            if seen.changed {
                reasons.extend(each.reason);
            }
        }
        reasons
    }

    /// The answers of all decisions, in their order.
    fn decide<T: Trace>(
        &self,
        scope: &Scope<'_>,
        after: After<'_>,
        trace: &mut T,
    ) -> Result<Vec<Answer>, Overflow> {
        let mut answers: Vec<Answer> = Vec::with_capacity(self.policy.decisions.len());
        for (decision, position) in self.policy.decisions.iter().zip(0..) {
            let scope = Scope { after: Some(After { decisions: &answers, ..after }), ..*scope };
            let answer = scope.look_up(&decision.table).and_then(|matched| {
                let row = matched.row_of(&decision.table);
                let value = match row.map(|row| &row.outcome) {
                    Some(RowOutcome::Value(expr)) => scope.value(expr)?,
                    Some(RowOutcome::NotScored) | None => super::expr::UNDECIDED,
                };
                let answer = Answer { value, reason: row.and_then(|row| row.reason) };
                trace.decision(DecisionId(position), &matched, &answer);
                Ok(answer)
            });
            answers.push(answer.map_err(|e| e.inside("decision", &decision.name))?);
        }
        Ok(answers)
    }

    /// Points lost by influences, counted from 0. They have no baseline.
    fn lose_by_influence(&self, influences: &[Decimal], losses: &mut Vec<(ReasonId, Decimal)>) {
        match self.policy.reasons_shown.by {
            RankedBy::PointsLost => {
                let all = self.policy.influences.iter().zip(influences);
                losses.extend(all.filter_map(|(influence, points)| {
                    Some((influence.reason?, (-*points).max(Decimal::ZERO)))
                }));
            }
            RankedBy::BelowBaseline | RankedBy::AboveBaseline => {}
        }
    }
}

impl Own {
    /// Whether the record is scored.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The score that the record has without the influence of others.
    pub fn alone(&self, policy: &Policy) -> Option<Decimal> {
        self.settled(policy, &[]).ok().flatten()
    }

    /// Start and the points of all items, before the range and whatever overrides the score.
    pub fn sum(&self) -> Decimal {
        self.sum
    }

    /// The score that others see, given the points of each influence: after range and score overrides, before rounding.
    /// `None` where the record is not scored.
    pub(super) fn settled(
        &self,
        policy: &Policy,
        influences: &[Decimal],
    ) -> Result<Option<Decimal>, TooLarge> {
        match self.status {
            Status::Scored => Ok(Some(self.settling(policy, influences)?.settled)),
            Status::NotScored | Status::NotParticipating => Ok(None),
        }
    }

    fn settling(&self, policy: &Policy, influences: &[Decimal]) -> Result<Settling, TooLarge> {
        let all = influences.iter().try_fold(self.sum, |sum, points| sum.checked_add(*points));
        let sum = all.ok_or(TooLarge)?;
        let in_range = limit(sum, policy.range);
        let floored = self.bounds.floored(in_range);
        Ok(Settling { sum, in_range, floored, settled: self.bounds.capped(floored) })
    }
}

impl Bounds<Decimal> {
    fn floored(&self, score: Decimal) -> Decimal {
        self.floor.map_or(score, |(_, floor)| score.max(floor))
    }

    fn capped(&self, score: Decimal) -> Decimal {
        self.cap.map_or(score, |(_, cap)| score.min(cap))
    }
}

impl Bounds<TierId> {
    fn floored_tier(&self, tier: TierId) -> TierId {
        self.floor.map_or(tier, |(_, floor)| tier.min(floor))
    }

    fn capped_tier(&self, tier: TierId) -> TierId {
        self.cap.map_or(tier, |(_, cap)| tier.max(cap))
    }

    fn apply_to_tier(&self, tier: TierId) -> TierId {
        self.capped_tier(self.floored_tier(tier))
    }
}

impl TooLarge {
    /// Where it happened.
    fn inside(self, kind: &str, name: &str) -> Overflow {
        Overflow { what: format!("{kind} `{name}`") }
    }
}

pub(super) fn in_the_sum() -> Overflow {
    Overflow { what: "the sum of the points".to_owned() }
}

/// Whether a condition holds, given its value.
fn holds(condition: &Condition, value: &Value) -> bool {
    value.as_truth().unwrap_or(condition.if_missing)
}

/// Of some bounds the one that holds: the first that none is better than.
fn first_best<X: Copy>(
    bounds: impl Iterator<Item = (usize, X)>,
    better: impl Fn(&X, &X) -> bool,
) -> Option<(usize, X)> {
    bounds.reduce(|best, next| if better(&next.1, &best.1) { next } else { best })
}

/// Whether a bound is by the override at a position.
fn by<X>(bound: Option<(usize, X)>, position: usize) -> bool {
    bound.is_some_and(|(by, _)| by == position)
}

/// A difference for show of two scores that both fit.
fn difference(a: Decimal, b: Decimal) -> Decimal {
    a.checked_sub(b).unwrap_or_default()
}

#[cfg(test)]
mod tests;
