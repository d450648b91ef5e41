//! The points of items that are no mere look-ups, and what they lose under which reason.

use super::arithmetic::{calculate, negate, shrink, weigh};
use super::evaluate::{View, mark_where};
use super::item::{Body, FormulaPlan, ItemPlan, Outcome, RowPlan, Rows};
use super::lane::{CodesRef, Lane, NO, Pool, UNDECIDED, unit_of};
use super::plan::Plan;
use crate::decimal::Decimal;
use crate::policy::{Operator, RankedBy, ReasonId};

/// A walk through the items of a policy, for all records of a chunk at once.
pub(super) struct Walk<'r> {
    pub(super) plan: &'r Plan,
    pub(super) view: View<'r>,
    pub(super) pool: &'r mut Pool,
    /// 1 where a number did not fit.
    pub(super) over: &'r mut [u8],
    /// 1 where a row said `not scored`.
    pub(super) not_scored: &'r mut Vec<u8>,
    /// By item: its points, where they are to be kept.
    pub(super) points: Option<&'r mut Vec<Lane>>,
    /// Whether losses are worked out.
    pub(super) losing: bool,
    /// Whether numbers past 64 bits were met.
    pub(super) wide: bool,
    /// Points lost, in the order of the walk.
    pub(super) losses: Vec<Loss>,
    /// Distances from baselines, in the order of the walk.
    pub(super) distances: Vec<Distance>,
}

/// Points lost under a reason, by record.
pub(super) struct Loss {
    pub(super) reason: ReasonId,
    pub(super) lost: Lane,
}

/// The distance of points from a baseline, by record, and under which reason.
pub(super) struct Distance {
    /// The position of the reason; [`NONE`] where the record meets none here.
    pub(super) reasons: Vec<u16>,
    pub(super) distance: Lane,
}

/// No reason.
pub(super) const NONE: u16 = u16::MAX;

impl Walk<'_> {
    /// The points of an item and of everything in it.
    pub(super) fn item(&mut self, at: usize) -> Lane {
        let plan = self.plan;
        let Some(item) = plan.items.get(at) else { return self.pool.lane(self.view.given.rows) };
        let first_loss = self.losses.len();
        let points = match &item.body {
            Body::LookUp(index, outcomes) => self.look_up(index, outcomes),
            Body::Rows(rows) => self.rows(at, item, rows),
            Body::Formula(formula) => {
                let points = self.formula(formula);
                let row = RowPlan { not_scored: false, reason: item.reason, baseline: item.baseline };
                self.same_row(item, points, row)
            }
            Body::Events(position) => self.events(at, item, *position),
            Body::Group(members) => {
                let mut sum = self.pool.filled(self.view.given.rows, Some(0));
                for member in members {
                    let mut points = self.item(*member);
                    calculate(Operator::Add, &mut sum, &mut points, self.over);
                    self.pool.keep(points);
                }
                let points = self.weighed(item, sum);
                self.group_losses(item, &points, first_loss);
                points
            }
        };
        self.wide |= points.is_wide;
        if let Some(slot) = self.points.as_mut().and_then(|points| points.get_mut(at)) {
            slot.copy(&points);
        }
        points
    }

    /// Points by code, with losses by code.
    fn look_up(&mut self, index: &super::node::Index, outcomes: &[Outcome]) -> Lane {
        let rows = self.view.given.rows;
        let mut lane = self.pool.lane(rows);
        let (losing, by) = (self.losing, self.plan.reasons.by);
        let mut losses = Vec::new();
        let mut distances = None;
        let (view, pool, over, not_scored) =
            (self.view, &mut *self.pool, &mut *self.over, &mut *self.not_scored);
        let mut marks = pool.bytes(rows, 0);
        let mut spare = Vec::new();
        view.with_index(index, pool, over, |codes| {
            by_code(codes, outcomes.iter().map(|o| o.points.map(Decimal::units)), &mut lane);
            mark(codes, outcomes, |outcome| outcome.not_scored, not_scored, &mut spare);
            let too_large =
                |o: &Outcome| o.points.is_none() || o.loss.is_some_and(|(_, lost)| lost.is_none());
            mark(codes, outcomes, too_large, &mut marks, &mut spare);
            if !losing {
                return;
            }
            let lost = |o: &Outcome, reason: ReasonId| {
                o.loss.filter(|(r, _)| *r == reason).and_then(|(_, lost)| lost).unwrap_or_default().units()
            };
            match by {
                RankedBy::PointsLost => {
                    for reason in reasons_of(outcomes) {
                        if outcomes.iter().any(|o| lost(o, reason) > 0) {
                            let mut lane = Lane::default();
                            lane.reset(rows);
                            by_code(codes, outcomes.iter().map(|o| Some(lost(o, reason))), &mut lane);
                            losses.push(Loss { reason, lost: lane });
                        }
                    }
                }
                RankedBy::BelowBaseline | RankedBy::AboveBaseline => {
                    if outcomes.iter().any(|o| o.loss.is_some()) {
                        let list: Vec<u16> = outcomes
                            .iter()
                            .map(|o| o.loss.map_or(NONE, |(reason, _)| reason.0 as u16))
                            .collect();
                        let mut reasons = Vec::new();
                        codes.look_up(&list, &mut reasons);
                        let mut distance = Lane::default();
                        distance.reset(rows);
                        let of = |o: &Outcome| o.loss.and_then(|(_, lost)| lost).unwrap_or_default().units();
                        by_code(codes, outcomes.iter().map(|o| Some(of(o))), &mut distance);
                        distances = Some(Distance { reasons, distance });
                    }
                }
            }
        });
        over.iter_mut().zip(&marks).for_each(|(over, mark)| *over |= mark);
        pool.keep_bytes(marks);
        self.losses.extend(losses);
        self.distances.extend(distances);
        lane
    }

    /// Points by the row of a table.
    fn rows(&mut self, at: usize, item: &ItemPlan, table: &Rows) -> Lane {
        let choice = &table.choice;
        let rows = self.view.rows_of(&choice.index, &choice.row_of, self.pool, self.over);
        let mut points = self.view.given(&rows, &choice.gives, self.pool, self.over);
        let mut stand_in = self.pool.filled(self.view.given.rows, Some(table.if_missing.units()));
        points.or_else(&mut stand_in);
        self.pool.keep(stand_in);
        let row = |at: usize| table.rows.get(usize::from(rows.as_ref().get(at)));
        if table.rows.iter().any(|row| row.not_scored) {
            for (at, slot) in self.not_scored.iter_mut().enumerate() {
                *slot |= u8::from(row(at).is_some_and(|row| row.not_scored));
            }
        }
        // A record that no row fits is set aside.
        let points = self.weighed(item, points);
        if self.losing {
            match self.plan.reasons.by {
                RankedBy::PointsLost => {
                    let lost = self.lost(item, &points, |at| row(at).is_some_and(|row| row.reason.is_some()));
                    for reason in self.plan.reasons.codes(at) {
                        let mut lost = self.pool.copy(&lost);
                        clear_where(&mut lost, |at| row(at).is_none_or(|row| row.reason != Some(*reason)));
                        self.losses.push(Loss { reason: *reason, lost });
                    }
                    self.pool.keep(lost);
                }
                RankedBy::BelowBaseline | RankedBy::AboveBaseline => self.distance(&points, row),
            }
        }
        self.pool.keep_codes(rows);
        points
    }

    fn formula(&mut self, formula: &FormulaPlan) -> Lane {
        let rows = self.view.given.rows;
        let when = formula.when.as_ref().map(|when| self.view.truth(when, self.pool, self.over));
        let mut points = self.view.number(&formula.points, self.pool, self.over);
        let mut stand_in = self.pool.filled(rows, Some(formula.if_missing.units()));
        points.or_else(&mut stand_in);
        if let Some(when) = when {
            let at = |row: usize, truth: u8| when.get(row) == Some(&truth);
            points.choose(&mut stand_in, |row| at(row, UNDECIDED));
            let mut nothing = self.pool.filled(rows, Some(0));
            points.choose(&mut nothing, |row| at(row, NO));
            self.pool.keep(nothing);
            self.pool.keep_bytes(when);
        }
        self.pool.keep(stand_in);
        points
    }

    /// Points for events, and what those events alone lose that lose under a code. They are counted from 0.
    fn events(&mut self, at: usize, item: &ItemPlan, position: usize) -> Lane {
        let Some(counted) = self.view.given.events.get(position) else {
            return self.pool.lane(self.view.given.rows);
        };
        self.over.iter_mut().zip(&counted.over).for_each(|(over, mark)| *over |= mark);
        self.not_scored.iter_mut().zip(&counted.not_scored).for_each(|(slot, said)| *slot |= said);
        self.wide |= counted.lost.iter().any(|lost| lost.is_wide);
        let capped = self.pool.copy(&counted.capped);
        let points = self.weighed(item, capped);
        if self.losing {
            match self.plan.reasons.by {
                RankedBy::PointsLost => {
                    for (reason, lost) in self.plan.reasons.codes(at).iter().zip(&counted.lost) {
                        let lost = self.pool.copy(lost);
                        let mut lost = self.weighed(item, lost);
                        negate(&mut lost);
                        lost.clamp(Decimal::ZERO, Decimal::MAX);
                        self.losses.push(Loss { reason: *reason, lost });
                    }
                }
                RankedBy::BelowBaseline | RankedBy::AboveBaseline => {
                    let row = RowPlan { not_scored: false, reason: item.reason, baseline: item.baseline };
                    self.distance(&points, |_| Some(&row));
                }
            }
        }
        points
    }

    /// Points after weight and limits, where all records have the same row.
    fn same_row(&mut self, item: &ItemPlan, points: Lane, row: RowPlan) -> Lane {
        let points = self.weighed(item, points);
        if self.losing {
            match (self.plan.reasons.by, row.reason) {
                (RankedBy::PointsLost, Some(reason)) => {
                    let lost = self.lost(item, &points, |_| true);
                    self.losses.push(Loss { reason, lost });
                }
                (RankedBy::PointsLost, None) => {}
                (RankedBy::BelowBaseline | RankedBy::AboveBaseline, _) => {
                    self.distance(&points, |_| Some(&row))
                }
            }
        }
        points
    }

    /// Points times the weight, brought between the limits.
    fn weighed(&mut self, item: &ItemPlan, mut points: Lane) -> Lane {
        if let Some(weight) = item.weight {
            let mut scratch = self.pool.lane(0);
            weigh(&mut points, weight, &mut scratch, self.over);
            self.pool.keep(scratch);
        }
        if let Some((low, high)) = item.limits {
            points.clamp(low, high);
        }
        points
    }

    /// Points lost: what the item could have given at most, less what it gave. It must fit where it counts.
    fn lost(&mut self, item: &ItemPlan, points: &Lane, counts: impl Fn(usize) -> bool) -> Lane {
        let rows = self.view.given.rows;
        let mut lost = self.pool.filled(rows, Some(item.reference.units()));
        let mut points = self.pool.copy(points);
        let mut marks = self.pool.bytes(rows, 0);
        calculate(Operator::Subtract, &mut lost, &mut points, &mut marks);
        mark_where(self.over, &marks, counts);
        lost.clamp(Decimal::ZERO, Decimal::MAX);
        self.pool.keep_bytes(marks);
        self.pool.keep(points);
        lost
    }

    /// What the members of a group lose counts with its weight, and at most as much as it loses itself. By a baseline, a
    /// group is measured like any item.
    fn group_losses(&mut self, item: &ItemPlan, points: &Lane, first_loss: usize) {
        if !self.losing {
            return;
        }
        match self.plan.reasons.by {
            RankedBy::PointsLost => {
                let most = self.lost(item, points, |_| true);
                let mut losses = std::mem::take(&mut self.losses);
                for loss in losses.iter_mut().skip(first_loss) {
                    if let Some(weight) = item.weight {
                        let mut scratch = self.pool.lane(0);
                        weigh(&mut loss.lost, weight, &mut scratch, self.over);
                        self.pool.keep(scratch);
                        loss.lost.clamp(Decimal::ZERO, Decimal::MAX);
                    }
                    let mut most = self.pool.copy(&most);
                    super::arithmetic::extreme(true, &mut loss.lost, &mut most);
                    self.pool.keep(most);
                }
                self.losses = losses;
                self.pool.keep(most);
            }
            RankedBy::BelowBaseline | RankedBy::AboveBaseline => {
                let row = RowPlan { not_scored: false, reason: item.reason, baseline: item.baseline };
                self.distance(points, |_| Some(&row));
            }
        }
    }

    /// How far points are from the baseline of each record's row.
    fn distance<'x>(&mut self, points: &Lane, row: impl Fn(usize) -> Option<&'x RowPlan>) {
        let rows = self.view.given.rows;
        let mut reasons = vec![NONE; rows];
        let mut baselines = self.pool.lane(rows);
        baselines.widen();
        let mut any = false;
        for (at, slot) in reasons.iter_mut().enumerate() {
            let found = row(at).and_then(|row| row.reason.zip(row.baseline));
            if let Some((reason, baseline)) = found {
                *slot = reason.0 as u16;
                any = true;
                baselines.set_wide(at, Some(baseline.units()));
            } else {
                // Nothing is measured, so that nothing can be too large.
                baselines.set_wide(at, None);
            }
        }
        if any {
            shrink(&mut baselines);
            let mut points = self.pool.copy(points);
            let below = self.plan.reasons.by == RankedBy::BelowBaseline;
            let (mut distance, other) = if below {
                calculate(Operator::Subtract, &mut baselines, &mut points, self.over);
                (baselines, points)
            } else {
                calculate(Operator::Subtract, &mut points, &mut baselines, self.over);
                (points, baselines)
            };
            distance.forget_missing();
            self.pool.keep(other);
            self.distances.push(Distance { reasons, distance });
        } else {
            self.pool.keep(baselines);
        }
    }
}

/// The codes that outcomes count under, each once.
fn reasons_of(outcomes: &[Outcome]) -> Vec<ReasonId> {
    let mut reasons = Vec::new();
    for (reason, _) in outcomes.iter().filter_map(|outcome| outcome.loss) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

/// A lane by code.
fn by_code(codes: CodesRef<'_>, units: impl Iterator<Item = Option<i128>>, lane: &mut Lane) {
    let units: Vec<i128> = units.map(Option::unwrap_or_default).collect();
    let unit = unit_of(units.iter().copied());
    let narrow: Option<Vec<i64>> = units.iter().map(|n| i64::try_from(n / i128::from(unit)).ok()).collect();
    match narrow {
        Some(narrow) => {
            lane.unit = unit;
            codes.look_up(&narrow, &mut lane.narrow);
        }
        None => {
            lane.is_wide = true;
            codes.look_up(&units, &mut lane.wide);
        }
    }
}

/// Marks the records whose outcome is so, if any outcome is.
fn mark(
    codes: CodesRef<'_>,
    outcomes: &[Outcome],
    is_so: impl Fn(&Outcome) -> bool,
    marks: &mut [u8],
    spare: &mut Vec<u8>,
) {
    let list: Vec<u8> = outcomes.iter().map(|outcome| u8::from(is_so(outcome))).collect();
    if list.contains(&1) {
        codes.look_up(&list, spare);
        marks.iter_mut().zip(spare).for_each(|(mark, new)| *mark |= *new);
    }
}

/// 0 where it says so.
fn clear_where(lane: &mut Lane, cleared: impl Fn(usize) -> bool) {
    for row in 0..lane.rows() {
        if cleared(row) {
            let wide = lane.is_wide;
            if let Some(slot) = if wide { None } else { lane.narrow.get_mut(row) } {
                *slot = 0;
            } else if let Some(slot) = lane.wide.get_mut(row) {
                *slot = 0;
            }
        }
    }
}
