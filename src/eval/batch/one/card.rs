//! A record on a card: look-ups, their sum and the greatest losses, then what follows from the score.

use super::super::Plan;
use super::super::item::{Body, ItemPlan};
use super::super::lane::{NO, YES};
use super::super::node::Step;
use super::super::table::value;
use super::node::{After, Desk};
use super::record::Record;
use super::sheet::{Sheet, Working};
use crate::decimal::Decimal;
use crate::eval::items::limit;
use crate::eval::reasons::rank;
use crate::eval::{Answer, GivenReason, Outcome, Status};
use crate::policy::{Policy, RankedBy, ReasonId};

/// What serves single records of a policy that is mostly look-ups.
#[derive(Debug, Clone)]
pub(super) struct Card {
    /// Top-level items that are not swept.
    rest: Vec<usize>,
    /// Whether the greatest losses are told by their keys, met while summing; else losses are listed and ranked.
    by_key: bool,
}

/// This record is for the reference interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Elsewhere;

/// Past so many units nothing is worked out here, so that no sum can be too large.
const LIMIT: u128 = i64::MAX as u128;

impl Card {
    /// Of a plan; `None` where it has to do with other records, or with losses that have to be worked out.
    pub(super) fn new(plan: &Plan) -> Option<Self> {
        let policy = &*plan.policy;
        let alone = policy.schema.children().next().is_none() && policy.schema.links.is_empty();
        let by_key = plan.reasons.keys.is_some();
        let small = policy.start.units().unsigned_abs() <= LIMIT;
        if !plan.fallbacks().is_empty() || !alone || !plan.tame || !small {
            return None;
        }
        if !by_key
            && plan.reasons.up_to > 0
            && !plan.items.iter().enumerate().all(|(at, item)| is_listed(plan, at, item))
        {
            return None;
        }
        let swept = |at: &usize| by_key && plan.sum.sweeps(*at);
        let rest = policy.roots.iter().map(|root| root.index()).filter(|at| !swept(at)).collect();
        Some(Self { rest, by_key })
    }

    /// Scores a record. After an error the sheet holds nothing of use.
    pub(super) fn score(&self, plan: &Plan, record: &Record, sheet: &mut Sheet) -> Result<(), Elsewhere> {
        let Sheet { outcome, working, top, losses } = sheet;
        let policy = &*plan.policy;
        work_out(plan, record, working)?;
        let desk = Desk { record, working, after: None };

        outcome.points.clear();
        outcome.points.resize(plan.items.len(), Decimal::ZERO);
        losses.clear();
        let mut total = policy.start.units();
        if self.by_key {
            total += sweep(plan, &desk, &mut outcome.points, top)?;
        }
        let mut walk = Walk { plan, desk, points: &mut outcome.points, losses };
        for root in &self.rest {
            total += walk.item(*root)?.units();
        }

        if let Some(needs) = &plan.participation
            && !desk.holds(needs)?
        {
            return Err(Elsewhere);
        }
        for asked in &plan.overrides {
            if desk.holds(asked)? {
                return Err(Elsewhere);
            }
        }

        let score = settle(policy, total)?;
        let tier = policy.tier_of(score);
        let position = tier.map_or(policy.tiers.len(), |tier| tier.index()) as u16;
        outcome.status = Status::Scored;
        outcome.score = Some(score);
        outcome.tier = tier;
        outcome.influences.clear();
        conclude(plan, record, working, (score, position), outcome)?;

        if self.by_key {
            outcome.reasons.clear();
            let known = plan.reasons.keys.iter().flat_map(|keys| {
                top.iter().map_while(|key| keys.losses.get(usize::from(*key).checked_sub(1)?))
            });
            outcome
                .reasons
                .extend(known.map(|(reason, lost)| GivenReason { reason: *reason, lost: Some(*lost) }));
        } else {
            outcome.reasons = rank(policy, plan.reasons.codes_by_item(), &[], losses).ok_or(Elsewhere)?;
        }
        Ok(())
    }
}

/// Whether all that an item loses is known beforehand, and nothing reduces it.
fn is_listed(plan: &Plan, at: usize, item: &ItemPlan) -> bool {
    let grouped = plan.policy.items.get(at).is_some_and(|item| item.group.is_some());
    match &item.body {
        Body::LookUp(_, outcomes) => !grouped || outcomes.iter().all(|outcome| outcome.loss.is_none()),
        Body::Rows(rows) => rows.rows.iter().all(|row| row.reason.is_none()),
        Body::Formula(_) => item.reason.is_none(),
        Body::Group(_) => item.reason.is_none() || plan.reasons.by == RankedBy::PointsLost,
        Body::Events(_) => false,
    }
}

/// What is worked out first.
fn work_out(plan: &Plan, record: &Record, working: &mut Working) -> Result<(), Elsewhere> {
    for step in &plan.own {
        let desk = Desk { record, working, after: None };
        match step {
            Step::Number(register, node) => {
                let number = desk.number(node)?;
                *working.numbers.get_mut(*register).ok_or(Elsewhere)? = number;
            }
            Step::Truth(register, node) => {
                let truth = desk.truth(node)?;
                *working.truths.get_mut(*register).ok_or(Elsewhere)? = truth;
            }
            Step::Classify(place) => {
                let class = desk.classify(plan.program.derived.get(*place).ok_or(Elsewhere)?)?;
                *working.derived.get_mut(*place).ok_or(Elsewhere)? = class;
            }
        }
    }
    Ok(())
}

/// The sum of what is swept, in units, and the keys of the greatest losses.
fn sweep(plan: &Plan, desk: &Desk<'_>, points: &mut [Decimal], top: &mut [u8]) -> Result<i128, Elsewhere> {
    top.fill(0);
    let unit = i128::from(plan.sum.unit);
    let mut sum = 0_i64;
    for look_up in &plan.sum.look_ups {
        let entry = look_up.table.get(desk.index(&look_up.index)?).copied().ok_or(Elsewhere)?;
        let steps = i64::from(entry.cast_signed() >> 8);
        sum += steps;
        if let Some((slot, points)) =
            points.get_mut(look_up.item).zip(Decimal::from_units(i128::from(steps) * unit))
        {
            *slot = points;
        }
        let mut key = entry as u8;
        if top.last().is_some_and(|least| key > *least) {
            // Sinks to its place; what it passes moves down, and the least falls out.
            for place in top.iter_mut() {
                if key > *place {
                    std::mem::swap(place, &mut key);
                }
            }
        }
    }
    Ok(i128::from(sum) * unit)
}

/// The points of items one by one, with what is lost under reasons.
struct Walk<'w> {
    plan: &'w Plan,
    desk: Desk<'w>,
    points: &'w mut [Decimal],
    losses: &'w mut Vec<(ReasonId, Decimal)>,
}

impl Walk<'_> {
    fn item(&mut self, at: usize) -> Result<Decimal, Elsewhere> {
        let plan = self.plan;
        let item = plan.items.get(at).ok_or(Elsewhere)?;
        let points = match &item.body {
            Body::LookUp(index, outcomes) => {
                let outcome = outcomes.get(self.desk.index(index)?).ok_or(Elsewhere)?;
                if outcome.not_scored {
                    return Err(Elsewhere);
                }
                if let Some((reason, lost)) = outcome.loss {
                    self.losses.push((reason, lost.ok_or(Elsewhere)?));
                }
                outcome.points.ok_or(Elsewhere)?
            }
            Body::Rows(rows) => {
                let choice = &rows.choice;
                let row = usize::from(*choice.row_of.get(self.desk.index(&choice.index)?).ok_or(Elsewhere)?);
                if rows.rows.get(row).is_none_or(|row| row.not_scored) {
                    return Err(Elsewhere);
                }
                let given = self.desk.number(choice.gives.get(row).ok_or(Elsewhere)?)?;
                weighed(item, known(given, rows.if_missing)?)?
            }
            Body::Formula(formula) => {
                let when = formula.when.as_ref().map(|when| self.desk.truth(when)).transpose()?;
                let given = known(self.desk.number(&formula.points)?, formula.if_missing)?;
                let points = match when {
                    None | Some(YES) => given,
                    Some(NO) => Decimal::ZERO,
                    Some(_) => formula.if_missing,
                };
                weighed(item, points)?
            }
            Body::Group(members) => {
                let mut sum = Decimal::ZERO;
                for member in members {
                    sum = sum.checked_add(self.item(*member)?).ok_or(Elsewhere)?;
                }
                weighed(item, sum)?
            }
            Body::Events(_) => return Err(Elsewhere),
        };
        if points.units().unsigned_abs() > LIMIT {
            return Err(Elsewhere);
        }
        *self.points.get_mut(at).ok_or(Elsewhere)? = points;
        Ok(points)
    }
}

fn known(units: Option<i128>, if_missing: Decimal) -> Result<Decimal, Elsewhere> {
    units.map_or(Ok(if_missing), |units| Decimal::from_units(units).ok_or(Elsewhere))
}

/// Points times the weight, brought between the limits.
fn weighed(item: &ItemPlan, points: Decimal) -> Result<Decimal, Elsewhere> {
    let weighted = match item.weight {
        Some(weight) => points.checked_mul(weight).ok_or(Elsewhere)?,
        None => points,
    };
    Ok(limit(weighted, item.limits))
}

/// The score: the sum in the range, rounded.
fn settle(policy: &Policy, total: i128) -> Result<Decimal, Elsewhere> {
    let total = limit(Decimal::from_units(total).ok_or(Elsewhere)?, policy.range);
    let (units, step) = (total.units(), policy.round.units());
    let is_rounded = match (i64::try_from(units), i64::try_from(step)) {
        (Ok(units), Ok(step)) => units.checked_rem(step) == Some(0),
        (_, _) => false,
    };
    if is_rounded { Ok(total) } else { total.round_to(policy.round).ok_or(Elsewhere) }
}

/// Decisions, benefits and penalties.
fn conclude(
    plan: &Plan,
    record: &Record,
    working: &mut Working,
    (score, tier): (Decimal, u16),
    outcome: &mut Outcome,
) -> Result<(), Elsewhere> {
    let Outcome { points, decisions, consequences, .. } = outcome;
    let after = Some(After { score: score.units(), tier, points });
    working.answers.clear();
    decisions.clear();
    for (decision, described) in plan.decisions.iter().zip(&plan.policy.decisions) {
        let desk = Desk { record, working, after };
        let row = usize::from(*decision.row_of.get(desk.index(&decision.index)?).ok_or(Elsewhere)?);
        // Why an answer is missing is told by the reference.
        let units = desk.number(decision.gives.get(row).ok_or(Elsewhere)?)?.ok_or(Elsewhere)?;
        let reason = decision.reasons.get(row).copied().flatten();
        decisions.push(Answer { value: value(Some(units), described.kind), reason });
        working.answers.push(Some(units));
    }
    let desk = Desk { record, working, after };
    consequences.clear();
    for asked in &plan.consequences {
        consequences.push(desk.holds(asked)?);
    }
    Ok(())
}
