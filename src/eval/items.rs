//! Characteristics, rules and groups: from a record to points, and to the points lost under each reason.

use super::Overflow;
use super::expr::{Scope, TooLarge};
use super::reasons::Plan;
use super::trace::{Steps, Trace};
use crate::data::{Value, Why};
use crate::decimal::Decimal;
use crate::policy::{Formula, Item, ItemBody, ItemId, ItemKind, RankedBy, ReasonId, RowOutcome};

/// A walk through the items of a policy for one record.
pub(super) struct Walk<'a, T> {
    /// What expressions see: the record and its definitions.
    pub(super) scope: Scope<'a>,
    /// What is known of the policy's reasons.
    pub(super) plan: &'a Plan,
    /// Points by item.
    pub(super) points: Vec<Decimal>,
    /// What counts under a reason, in the order of the walk: points lost, or the distance from the baseline.
    pub(super) losses: Vec<(ReasonId, Decimal)>,
    /// Whether a row said `not scored`.
    pub(super) not_scored: bool,
    /// Told of everything.
    pub(super) trace: &'a mut T,
}

/// What the body of an item came to.
struct Body {
    raw: Decimal,
    capped: Decimal,
    reason: Option<ReasonId>,
    baseline: Option<Decimal>,
    missing: Option<Why>,
}

impl<T: Trace> Walk<'_, T> {
    /// The points of an item and of everything in it.
    pub(super) fn item(&mut self, id: ItemId) -> Result<Decimal, Overflow> {
        let item = self.scope.policy.item(id);
        let first_loss = self.losses.len();
        let mut counted = None;
        let body = match &item.body {
            ItemBody::Group(members) => {
                let mut sum = Decimal::ZERO;
                for member in members {
                    sum = sum.checked_add(self.item(*member)?).ok_or_else(|| overflow_in(item))?;
                }
                Ok(Body::of(item, sum))
            }
            ItemBody::Table { table, if_missing } => self.scope.look_up(table).and_then(|matched| {
                let row = matched.row_of(table);
                let points = match row.map(|row| &row.outcome) {
                    Some(RowOutcome::Value(expr)) => Some(self.scope.value(expr)?),
                    Some(RowOutcome::NotScored) => None,
                    None => Some(Value::Missing(Why::Undecided)),
                };
                self.trace.row(id, &matched, points.as_ref());
                self.not_scored |= points.is_none();
                let (points, missing) = known(points.unwrap_or(NOTHING), *if_missing);
                let mut body = Body::of(item, points);
                body.reason = row.and_then(|row| row.reason).or(item.reason);
                body.baseline = row.and_then(|row| row.baseline).or(item.baseline);
                body.missing = missing;
                Ok(body)
            }),
            ItemBody::Formula(formula) => self.formula(id, formula).map(|(points, missing)| {
                let mut body = Body::of(item, points);
                body.missing = missing;
                body
            }),
            ItemBody::Events(events) => self.scope.count(id, events, self.trace).map(|events| {
                self.not_scored |= events.not_scored;
                let mut body = Body::of(item, events.raw);
                body.capped = events.capped;
                counted = Some(events);
                body
            }),
        };
        let body = body.map_err(|TooLarge| overflow_in(item))?;
        let weighted = weigh(body.capped, item.weight).map_err(|TooLarge| overflow_in(item))?;
        let points = limit(weighted, item.limits);
        let missing = body.missing;
        self.trace.item(id, &Steps { raw: body.raw, capped: body.capped, weighted, points, missing });
        if let Some(slot) = self.points.get_mut(id.index()) {
            *slot = points;
        }
        let losses = match self.scope.policy.reasons_shown.by {
            RankedBy::PointsLost => match (&item.body, &counted) {
                (ItemBody::Group(_), _) => self.reduce_to_group(item, points, first_loss),
                (ItemBody::Events(events), Some(counted)) => {
                    self.plan.codes(id).iter().try_for_each(|code| {
                        let lost = counted.lost_under(*code, &events.caps)?;
                        let lost = limit(weigh(lost, item.weight)?, item.limits);
                        self.losses.push((*code, (-lost).max(Decimal::ZERO)));
                        Ok(())
                    })
                }
                (ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Events(_), _) => {
                    self.lose(body.reason, item, points)
                }
            },
            RankedBy::BelowBaseline => self.measure(&body, |baseline| baseline.checked_sub(points)),
            RankedBy::AboveBaseline => self.measure(&body, |baseline| points.checked_sub(baseline)),
        };
        losses.map_err(|TooLarge| overflow_in(item))?;
        Ok(points)
    }

    /// A rule's points: 0 where its condition is no, `if missing` where it is undecided or the points are missing. The
    /// points are worked out in any case.
    fn formula(&mut self, id: ItemId, formula: &Formula) -> Result<(Decimal, Option<Why>), TooLarge> {
        let when = formula.when.as_ref().map(|when| self.scope.value(when)).transpose()?;
        let points = self.scope.value(&formula.points)?;
        self.trace.formula(id, when.as_ref(), &points);
        Ok(match when {
            Some(Value::YesNo(false)) => (Decimal::ZERO, None),
            Some(Value::Missing(why)) => (formula.if_missing.unwrap_or_default(), Some(why)),
            Some(_) | None => known(points, formula.if_missing),
        })
    }

    /// Points lost by an item that is no group: what it could have given at most, less what it gave.
    fn lose(&mut self, reason: Option<ReasonId>, item: &Item, points: Decimal) -> Result<(), TooLarge> {
        if let Some(reason) = reason {
            let lost = item.reference.checked_sub(points).ok_or(TooLarge)?;
            self.losses.push((reason, lost.max(Decimal::ZERO)));
        }
        Ok(())
    }

    /// What the members of a group lose counts with the group's weight, and each loss at most as much as the group loses.
    fn reduce_to_group(&mut self, group: &Item, points: Decimal, first_loss: usize) -> Result<(), TooLarge> {
        let most = group.reference.checked_sub(points).ok_or(TooLarge)?.max(Decimal::ZERO);
        for (_, loss) in self.losses.iter_mut().skip(first_loss) {
            *loss = weigh(*loss, group.weight)?.max(Decimal::ZERO).min(most);
        }
        Ok(())
    }

    /// The distance of an item's points from its baseline, sign kept. Items without a reason or a baseline take no part.
    fn measure(
        &mut self,
        body: &Body,
        distance: impl FnOnce(Decimal) -> Option<Decimal>,
    ) -> Result<(), TooLarge> {
        if let (Some(reason), Some(baseline)) = (body.reason, body.baseline) {
            self.losses.push((reason, distance(baseline).ok_or(TooLarge)?));
        }
        Ok(())
    }
}

impl Body {
    /// Points with the reason and the baseline of the item.
    fn of(item: &Item, points: Decimal) -> Self {
        Self { raw: points, capped: points, reason: item.reason, baseline: item.baseline, missing: None }
    }
}

const NOTHING: Value = Value::Number(Decimal::ZERO);

/// Points, or what stands in for them, and why it had to.
fn known(points: Value, if_missing: Option<Decimal>) -> (Decimal, Option<Why>) {
    match points {
        Value::Number(points) => (points, None),
        Value::Missing(why) => (if_missing.unwrap_or_default(), Some(why)),
        Value::Date(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => (Decimal::ZERO, None),
    }
}

fn weigh(points: Decimal, weight: Option<Decimal>) -> Result<Decimal, TooLarge> {
    weight.map_or(Ok(points), |weight| points.checked_mul(weight).ok_or(TooLarge))
}

/// Brings points between limits.
pub(super) fn limit(points: Decimal, limits: Option<(Decimal, Decimal)>) -> Decimal {
    limits.map_or(points, |(low, high)| points.max(low).min(high))
}

fn overflow_in(item: &Item) -> Overflow {
    let kind = match item.kind {
        ItemKind::Characteristic => "characteristic",
        ItemKind::Rule => "rule",
        ItemKind::Group => "group",
    };
    Overflow { what: format!("{kind} `{}`", item.name) }
}
