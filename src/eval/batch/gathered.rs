//! What was gathered of children, filled in beside the scored records.

use super::arithmetic::divide_rounding;
use super::chunk::{Aggregated, Chunk, Counted};
use super::event::{AggregatePlan, EventPlan, RulePlan};
use super::lane::Lane;
use super::layout::{Channel, Group, Keeps, Place};
use super::period::Folded;
use super::shard::{Held, Shard};
use super::take::{END, MISSING};
use crate::decimal::Decimal;
use crate::function::AggregateKind;
use std::ops::Range;
use std::sync::Arc;

/// What was gathered of the children of one kind for each scored record.
#[derive(Debug)]
pub struct Gathered {
    plan: Arc<EventPlan>,
    shards: Vec<Shard>,
    shift: u32,
    unsure: bool,
}

/// A run of scored records in one shard.
struct Run<'g> {
    shard: &'g Shard,
    /// The first, and how many.
    first: usize,
    count: usize,
    /// Where they stand in the chunk.
    start: usize,
}

impl Gathered {
    pub(super) fn new(plan: Arc<EventPlan>, shards: Vec<Shard>, shift: u32) -> Self {
        let unsure = shards.iter().any(|shard| shard.is_unsure(&plan.layout));
        Self { plan, shards, shift, unsure }
    }

    /// Whether it depends on the order of the children if a sum on the way is too large. Only the reference interpreter,
    /// which goes through them in their order, can tell.
    pub fn unsure(&self) -> bool {
        self.unsure
    }

    /// Fills in what the children of consecutive scored records come to. `chunk` holds those records.
    pub fn fill(&self, slots: Range<usize>, chunk: &mut Chunk) {
        for (owner, aggregate) in self.plan.aggregates.iter().enumerate() {
            let all = &mut chunk.aggregates;
            all.resize_with(all.len().max(aggregate.at + 1), Aggregated::default);
            if let Some(slot) = all.get_mut(aggregate.at) {
                self.aggregate(owner, aggregate, &slots, slot);
            }
        }
        for (own, rule) in self.plan.rules.iter().enumerate() {
            let all = &mut chunk.events;
            all.resize_with(all.len().max(rule.at + 1), Counted::default);
            if let Some(slot) = all.get_mut(rule.at) {
                self.rule(own, rule, &slots, slot);
            }
        }
    }

    fn runs(&self, slots: &Range<usize>) -> impl Iterator<Item = Run<'_>> {
        let (slots, size) = (slots.clone(), 1_usize << self.shift);
        let first = slots.start / size;
        self.shards.iter().enumerate().skip(first).map_while(move |(at, shard)| {
            let (start, end) = (slots.start.max(at * size), slots.end.min((at + 1) * size));
            (start < end).then(|| Run {
                shard,
                first: start - at * size,
                count: end - start,
                start: start - slots.start,
            })
        })
    }

    fn channel(&self, place: Place) -> Option<(&Group, &Channel)> {
        let group = self.plan.layout.groups.get(place.group)?;
        Some((group, group.channels.get(place.channel)?))
    }

    fn held(&self, shard: &Shard, place: Place, record: usize) -> Held {
        self.channel(place).map_or(Held::Nothing, |(group, channel)| {
            shard.held(place.group, place.channel, group, channel, record as u32)
        })
    }

    fn aggregate(&self, owner: usize, plan: &AggregatePlan, slots: &Range<usize>, out: &mut Aggregated) {
        out.lane.reset(slots.len());
        out.over.clear();
        out.lane.unit = lane_unit(plan);
        for run in self.runs(slots) {
            if !self.plain(plan, &run, &mut out.lane) {
                for (record, row) in (run.first..run.first + run.count).zip(run.start..) {
                    let value = match self.value(plan, run.shard, record) {
                        Held::Nothing | Held::Missing => None,
                        Held::Units(units) => Some(units),
                        Held::TooLarge => {
                            mark(&mut out.over, row, slots.len());
                            None
                        }
                    };
                    out.lane.put(row, value);
                }
            }
            if !run.shard.none_over() {
                for (record, row) in (run.first..run.first + run.count).zip(run.start..) {
                    if run.shard.is_over(owner as u32, record as u32) {
                        mark(&mut out.over, row, slots.len());
                    }
                }
            }
        }
    }

    /// Fills the records of a run whose numbers all fit; says whether that was so.
    fn plain(&self, plan: &AggregatePlan, run: &Run<'_>, lane: &mut Lane) -> bool {
        if lane.is_wide || lane.unit != lane_unit(plan) {
            return false;
        }
        let Lane { narrow, missing, .. } = lane;
        let rows = narrow.iter_mut().zip(missing).skip(run.start).take(run.count);
        let channel = |place: Option<Place>| {
            let place = place?;
            let (group, channel) = self.channel(place)?;
            Some((place.group, group, channel))
        };
        let count = channel(plan.count);
        let counts = count.and_then(|(at, group, channel)| {
            let (counts, stride) = run.shard.short(at, group)?;
            Some(counts.iter().skip(run.first * stride + channel.offset).step_by(stride))
        });
        if plan.kind == AggregateKind::Count {
            let Some(counts) = counts else { return false };
            rows.zip(counts).for_each(|((n, _), count)| *n = i64::from(*count));
            return true;
        }
        let Some((at, group, kept)) = channel(plan.kept) else { return false };
        match kept.keeps {
            Keeps::Count => false,
            Keeps::Sum { unit, .. } => {
                let Some((sums, stride)) = run.shard.long(at, group) else { return false };
                let sums = sums.iter().skip(run.first * stride + kept.offset).step_by(stride);
                match (plan.kind, counts) {
                    (AggregateKind::Average, Some(counts)) => {
                        if unit != 1 {
                            return false;
                        }
                        for (((n, m), sum), count) in rows.zip(sums).zip(counts) {
                            let known = *sum != MISSING && *count > 0;
                            *m = u8::from(!known);
                            *n = if known { divide_rounding(*sum, i64::from(*count)) } else { 0 };
                        }
                    }
                    (_, _) => {
                        for ((n, m), sum) in rows.zip(sums) {
                            *m = u8::from(*sum == MISSING);
                            *n = *sum;
                        }
                    }
                }
                true
            }
            Keeps::Least { short: false, .. } | Keeps::Greatest { short: false, .. } => {
                let Some((all, stride)) = run.shard.long(at, group) else { return false };
                let all = all.iter().skip(run.first * stride + kept.offset).step_by(stride);
                for ((n, m), kept) in rows.zip(all) {
                    *m = u8::from(*kept == MISSING || *kept == END);
                    *n = *kept;
                }
                true
            }
            Keeps::Least { short: true, .. } | Keeps::Greatest { short: true, .. } => {
                let Some((all, stride)) = run.shard.short(at, group) else { return false };
                let all = all.iter().skip(run.first * stride + kept.offset).step_by(stride);
                for ((n, m), kept) in rows.zip(all) {
                    *m = u8::from(*kept == i32::MIN || *kept == i32::MAX);
                    *n = i64::from(*kept);
                }
                true
            }
        }
    }

    /// What an aggregate comes to for a record.
    fn value(&self, plan: &AggregatePlan, shard: &Shard, record: usize) -> Held {
        let held =
            |place: Option<Place>| place.map_or(Held::Nothing, |place| self.held(shard, place, record));
        let one = i128::from(super::lane::ONE);
        match plan.kind {
            AggregateKind::Count => match held(plan.count) {
                Held::Units(count) => Held::Units(count * one),
                other @ (Held::Nothing | Held::Missing | Held::TooLarge) => other,
            },
            AggregateKind::Average => {
                let count = match held(plan.count) {
                    Held::Units(count) => count,
                    Held::Nothing | Held::Missing | Held::TooLarge => 0,
                };
                match held(plan.kept) {
                    Held::Units(_) if count == 0 => Held::Nothing,
                    Held::Units(sum) => {
                        let (sum, count) = (Decimal::from_units(sum), Decimal::from_units(count * one));
                        let mean = sum.zip(count).and_then(|(sum, count)| sum.checked_div(count));
                        mean.map_or(Held::TooLarge, |mean| Held::Units(mean.units()))
                    }
                    other @ (Held::Nothing | Held::Missing | Held::TooLarge) => other,
                }
            }
            AggregateKind::Sum | AggregateKind::Lowest | AggregateKind::Highest | AggregateKind::Latest => {
                held(plan.kept)
            }
        }
    }

    fn rule(&self, own: usize, plan: &RulePlan, slots: &Range<usize>, out: &mut Counted) {
        let rows = slots.len();
        out.capped.reset(rows);
        out.lost.resize_with(plan.codes.len(), Lane::default);
        out.lost.iter_mut().for_each(|lane| lane.reset(rows));
        out.over.clear();
        out.not_scored.clear();
        let owner = (self.plan.aggregates.len() + own) as u32;
        // Where points are not summed by period, all caps are of all events.
        let cap = |units: i128| {
            plan.caps.iter().map(|cap| cap.most.units()).fold(units, |left, most| left.max(-most).min(most))
        };
        for run in self.runs(slots) {
            let records = || (run.first..run.first + run.count).zip(run.start..);
            if let Some(sum) = plan.sum {
                for (record, row) in records() {
                    match self.held(run.shard, sum, record) {
                        Held::Units(units) => out.capped.put(row, Some(cap(units))),
                        Held::TooLarge => mark(&mut out.over, row, rows),
                        Held::Nothing | Held::Missing => {}
                    }
                    for (lane, lost) in out.lost.iter_mut().zip(&plan.lost) {
                        if let Held::Units(units) = self.held(run.shard, *lost, record)
                            && units != 0
                        {
                            lane.put(row, Some(cap(units)));
                        }
                    }
                }
            } else if let Some(periods) = run.shard.periods.get(own) {
                let end = run.first + run.count;
                let start = periods.folded.partition_point(|folded| (folded.record as usize) < run.first);
                let theirs = periods.folded.iter().skip(start).take_while(|f| (f.record as usize) < end);
                for Folded { record, of, units } in theirs {
                    let row = run.start + *record as usize - run.first;
                    let lane = match of.checked_sub(1) {
                        None => Some(&mut out.capped),
                        Some(code) => out.lost.get_mut(code as usize),
                    };
                    lane.into_iter().for_each(|lane| lane.put(row, Some(*units)));
                }
                let over =
                    periods.over.iter().filter(|record| (run.first..end).contains(&(**record as usize)));
                over.for_each(|record| mark(&mut out.over, run.start + *record as usize - run.first, rows));
            }
            for (record, row) in records() {
                if run.shard.is_over(owner, record as u32) {
                    mark(&mut out.over, row, rows);
                }
                let said = plan.not_scored.map(|place| self.held(run.shard, place, record));
                if let Some(Held::Units(1..)) = said {
                    mark(&mut out.not_scored, row, rows);
                }
            }
        }
    }
}

/// What the values of an aggregate are counted in.
fn lane_unit(plan: &AggregatePlan) -> i64 {
    match plan.kind {
        AggregateKind::Count => super::lane::ONE,
        AggregateKind::Average => 1,
        AggregateKind::Sum | AggregateKind::Lowest | AggregateKind::Highest | AggregateKind::Latest => {
            plan.unit
        }
    }
}

/// Sets a mark, in a list that stays empty while there is none.
fn mark(marks: &mut Vec<u8>, row: usize, rows: usize) {
    if marks.is_empty() {
        marks.resize(rows, 0);
    }
    if let Some(mark) = marks.get_mut(row) {
        *mark = 1;
    }
}
