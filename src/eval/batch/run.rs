//! A chunk of records through a plan: points, sum, range, overrides, rounding, tiers, reasons, decisions, consequences.

use super::arithmetic::{calculate, negate, round};
use super::chunk::Chunk;
use super::evaluate::{After, Given, View, Worked, mark_where, run_steps};
use super::lane::{Lane, Pool};
use super::overrule::{Overruled, overruled};
use super::plan::{Plan, holds};
use super::rank::Ranking;
use super::scored::{DecisionColumn, ObservedColumn, Scored, Standing, Wanted};
use super::walk::{Distance, Loss, NONE, Walk};
use crate::data::Type;
use crate::decimal::Decimal;
use crate::policy::{Influence, Operator, RankedBy};

/// What a run works with: buffers that are used again.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) pool: Pool,
    pub(super) worked: Worked,
    pub(super) over: Vec<u8>,
    pub(super) not_scored: Vec<u8>,
    marks: Vec<u8>,
    pub(super) top: Vec<Vec<u8>>,
    points: Vec<Lane>,
    decisions: Vec<Lane>,
}

/// What records come to by themselves, before influences, range and overrides.
pub(super) struct Opening {
    /// The sum of start and all items.
    pub(super) total: Lane,
    pub(super) overruled: Vec<Overruled>,
    pub(super) losses: Vec<Loss>,
    pub(super) distances: Vec<Distance>,
    /// Whether losses were looked at: then those by influences have to be, too.
    losing: bool,
}

impl Plan {
    /// Scores the records of a chunk.
    pub fn run(&self, chunk: &Chunk, wanted: Wanted, scratch: &mut Scratch, out: &mut Scored) {
        let rows = chunk.rows();
        let Scratch { pool, worked, over, not_scored, marks, top, points, decisions } = scratch;
        let given = self.start(chunk, worked, pool, over);
        let view = View { given, worked };
        let keep_points = wanted.points || self.points_asked;
        points.resize_with(if keep_points { self.items.len() } else { 0 }, Lane::default);
        let keyed = self.reasons.keys.is_some();
        top.resize_with(if keyed { self.places() } else { 0 }, Vec::new);
        // By a baseline, influences take no part.
        let reason_of =
            |influence: &Influence| influence.reason.filter(|_| self.reasons.by == RankedBy::PointsLost);
        let influences = || self.policy.influences.iter().zip(&chunk.influences);
        // Influences so large that what is lost may not fit: it must be looked at.
        let wide = influences().any(|(influence, points)| points.is_wide && reason_of(influence).is_some());
        let walk = Walk {
            plan: self,
            view,
            pool: &mut *pool,
            over: &mut *over,
            not_scored: &mut *not_scored,
            points: keep_points.then_some(points),
            losing: wide || (!keyed && self.reasons.up_to > 0),
            wide: false,
            losses: Vec::new(),
            distances: Vec::new(),
        };
        let Opening { mut total, mut overruled, mut losses, distances, losing } =
            self.open(walk, top, &mut out.standings);

        // The score.
        for (influence, given) in influences() {
            let mut points = pool.copy(given);
            calculate(Operator::Add, &mut total, &mut points, over);
            match reason_of(influence).filter(|_| losing) {
                Some(reason) => losses.push(Loss { reason, lost: lost_from_nothing(points, given) }),
                None => pool.keep(points),
            }
        }
        if let Some((low, high)) = self.policy.range {
            total.clamp(low, high);
        }
        overruled.iter_mut().for_each(|each| each.settle(self, &mut total));
        marks.clear();
        marks.resize(rows, 0);
        round_to(&mut total, self.policy.round, pool, marks);
        let scored = |standings: &[Standing], row: usize| standings.get(row) == Some(&Standing::Scored);
        mark_where(over, marks, |row| scored(&out.standings, row));
        for (missing, standing) in total.missing.iter_mut().zip(&out.standings) {
            *missing = u8::from(*standing != Standing::Scored);
        }
        pool.keep(std::mem::replace(&mut out.score, total));

        // The tier.
        out.tiers = self.policy.tiers.len() as u16;
        self.tiers.classify(&out.score, &mut out.tier);
        overruled.iter_mut().for_each(|each| each.tier(self, &mut out.tier));

        self.decide(chunk, given, worked, (points, decisions), (pool, over, marks), out);
        self.observe(View { given, worked }, pool, marks, out);
        let mut overriding = Vec::new();
        for each in &overruled {
            let standing = out.standings.get(each.row).copied().unwrap_or_default();
            overriding.extend(each.reasons(self, standing).map(|reason| (each.row, reason)));
        }
        Ranking { plan: self, losses, distances, top, overriding }.run(wanted.lost, pool, over, out);

        stand_where(&mut out.standings, over, Standing::TooLarge);
        if chunk.any_bad {
            stand_where(&mut out.standings, &chunk.bad, Standing::Bad);
        }
        if wanted.points {
            std::mem::swap(&mut out.points, points);
        } else {
            out.points.clear();
        }
        out.influences.clone_from(&chunk.influences);
        out.set_aside();
    }

    /// Works out what is worked out first; gives what all the rest reads.
    pub(super) fn start<'c>(
        &self,
        chunk: &'c Chunk,
        worked: &mut Worked,
        pool: &mut Pool,
        over: &mut Vec<u8>,
    ) -> Given<'c> {
        over.clear();
        over.extend_from_slice(&chunk.too_large);
        over.resize(chunk.rows(), 0);
        worked.reset(&self.program);
        let given = Given {
            rows: chunk.rows(),
            fields: &chunk.columns,
            texts: &chunk.texts.all,
            aggregates: &chunk.aggregates,
            events: &chunk.events,
            previous: None,
            after: None,
        };
        run_steps(&self.own, &self.program, given, worked, pool, over);
        given
    }

    /// What records come to by themselves, and who is scored.
    pub(super) fn open(
        &self,
        mut walk: Walk<'_>,
        top: &mut [Vec<u8>],
        standings: &mut Vec<Standing>,
    ) -> Opening {
        let rows = walk.view.given.rows;
        walk.not_scored.clear();
        walk.not_scored.resize(rows, 0);
        walk.losing |= !self.tame;
        let mut total = self.total(&mut walk, top);
        if walk.wide && !walk.losing {
            // Numbers so large that what is lost may not fit: it must be looked at.
            walk.losing = true;
            walk.pool.keep(total);
            total = self.total(&mut walk, top);
        }
        let Walk { view, pool, over, not_scored, losses, distances, losing, .. } = walk;

        let overruled = overruled(self, &view, pool, over);
        for each in overruled.iter().filter(|each| each.not_scored(self)) {
            if let Some(slot) = not_scored.get_mut(each.row) {
                *slot = 1;
            }
        }
        standings.clear();
        standings.resize(rows, Standing::Scored);
        stand_where(standings, not_scored, Standing::NotScored);
        if let Some(needs) = &self.participation {
            let truths = view.truth(&needs.when, pool, over);
            for (standing, truth) in standings.iter_mut().zip(&truths) {
                if !holds(needs, *truth) {
                    *standing = Standing::NotParticipating;
                }
            }
            pool.keep_bytes(truths);
        }
        Opening { total, overruled, losses, distances, losing }
    }

    /// The sum of start and all items. `top` becomes the greatest keys, where losses have keys.
    fn total(&self, walk: &mut Walk<'_>, top: &mut [Vec<u8>]) -> Lane {
        walk.losses.clear();
        walk.distances.clear();
        let mut total = self.sum.run(&walk.view, walk.pool, walk.over, top);
        let mut marks = walk.pool.bytes(total.rows(), 0);
        for root in self.policy.roots.iter().map(|id| id.index()) {
            let swept = self.sum.sweeps(root);
            if !swept || walk.losing || walk.points.is_some() {
                let mut points = walk.item(root);
                if !swept {
                    calculate(Operator::Add, &mut total, &mut points, &mut marks);
                }
                walk.pool.keep(points);
            }
        }
        walk.pool.keep_bytes(marks);
        if total.is_wide {
            // Whether each sum on the way fits depends on the order.
            let (losses, distances) = (std::mem::take(&mut walk.losses), std::mem::take(&mut walk.distances));
            walk.pool.keep(total);
            total = walk.pool.filled(walk.view.given.rows, Some(self.policy.start.units()));
            for root in &self.policy.roots {
                let mut points = walk.item(root.index());
                calculate(Operator::Add, &mut total, &mut points, walk.over);
                walk.pool.keep(points);
            }
            (walk.losses, walk.distances) = (losses, distances);
        }
        total
    }

    /// Decisions, benefits and penalties.
    fn decide(
        &self,
        chunk: &Chunk,
        given: Given<'_>,
        worked: &Worked,
        (points, decisions): (&[Lane], &mut Vec<Lane>),
        (pool, over, marks): (&mut Pool, &mut [u8], &mut [u8]),
        out: &mut Scored,
    ) {
        let Scored { standings, score, tier, decisions: columns, consequences, .. } = out;
        let scored = |row: usize| standings.get(row) == Some(&Standing::Scored);
        decisions.clear();
        columns.resize_with(self.decisions.len(), DecisionColumn::default);
        let after = After { score, tier, points, influences: &chunk.influences, decisions: &[] };
        let kinds = self.policy.decisions.iter().map(|decision| decision.kind);
        for ((plan, kind), column) in self.decisions.iter().zip(kinds).zip(columns) {
            let after = After { decisions, ..after };
            let view = View { given: Given { after: Some(after), ..given }, worked };
            marks.fill(0);
            let rows = view.rows_of(&plan.index, &plan.row_of, pool, marks);
            let mut values = view.given(&rows, &plan.gives, pool, marks);
            mark_where(over, marks, scored);
            column.reasons.clear();
            column.reasons.extend((0..given.rows).map(|row| {
                let reason = plan.reasons.get(usize::from(rows.as_ref().get(row))).copied().flatten();
                reason.map_or(NONE, |reason| reason.0 as u16)
            }));
            for (row, missing) in values.missing.iter_mut().enumerate() {
                *missing |= u8::from(!scored(row));
            }
            column.values.copy(&values);
            column.texts.clear();
            if kind == Type::Text {
                column.texts.extend_from_slice(given.texts);
            }
            pool.keep_codes(rows);
            decisions.push(values);
        }
        let view = View { given: Given { after: Some(After { decisions, ..after }), ..given }, worked };
        consequences.resize_with(self.consequences.len(), Vec::new);
        let all = self.consequences.iter().zip(&self.policy.consequences);
        for ((plan, consequence), held) in all.zip(consequences) {
            let truths = view.truth(&plan.when, pool, over);
            held.clear();
            held.extend(truths.iter().enumerate().map(|(row, truth)| {
                u8::from(holds(plan, *truth) && (scored(row) || consequence.not_scored_applies))
            }));
            pool.keep_bytes(truths);
        }
        decisions.drain(..).for_each(|lane| pool.keep(lane));
    }

    /// What is observed of all records, scored or not. What is too large on the way is missing, and changes no standing.
    fn observe(&self, view: View<'_>, pool: &mut Pool, marks: &mut [u8], out: &mut Scored) {
        out.observed.resize_with(self.observed.len(), ObservedColumn::default);
        for ((node, kind), column) in self.observed.iter().zip(&mut out.observed) {
            marks.fill(0);
            let mut lane = view.number(node, pool, marks);
            lane.missing.iter_mut().zip(&*marks).for_each(|(missing, mark)| *missing |= mark);
            column.values.copy(&lane);
            pool.keep(lane);
            column.texts.clear();
            if *kind == Type::Text {
                column.texts.extend_from_slice(view.given.texts);
            }
        }
    }

    /// How many places for reasons there are.
    pub(super) fn places(&self) -> usize {
        self.reasons.up_to.min(self.policy.reasons.len())
    }
}

pub(super) fn stand_where(standings: &mut [Standing], marks: &[u8], standing: Standing) {
    for (slot, _) in standings.iter_mut().zip(marks).filter(|(_, mark)| **mark != 0) {
        *slot = standing;
    }
}

/// Points lost by an influence: it has nothing to give at most, so they are counted from 0.
fn lost_from_nothing(mut spare: Lane, points: &Lane) -> Lane {
    spare.copy(points);
    negate(&mut spare);
    spare.clamp(Decimal::ZERO, Decimal::MAX);
    spare
}

/// Rounds to multiples of a step, if the numbers are not such already.
fn round_to(lane: &mut Lane, step: Decimal, pool: &mut Pool, over: &mut [u8]) {
    if !lane.is_wide && i128::from(lane.unit) % step.units() == 0 {
        return;
    }
    let steps = pool.filled(lane.rows(), Some(step.units()));
    round(lane, &steps, over);
    pool.keep(steps);
}
