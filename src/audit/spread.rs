//! The most that scores can be apart where nothing but what is asked about differs.

use super::apart::Rest;
use super::block::{Block, Cell};
use super::inquiry::FAR;
use super::model::{Gives, Marks, Model};
use super::points::Points;
use super::read::Read;
use super::settle::{Hold, rise_and_fall};
use std::collections::{BTreeMap, BTreeSet};

/// A block, and what it takes to say how far apart scores of its cells are.
pub(super) struct Spread<'m, 'p> {
    model: &'m Model<'p>,
    block: &'m Block,
    rest: &'m Rest,
    /// By the marks of kinds: the sets of marks that may be set.
    patterns: Vec<Option<Vec<Marks>>>,
    /// What is said where it is not known.
    whole: i128,
}

impl Model<'_> {
    /// The most that two scores can be apart where nothing but what is asked about differs, in units.
    pub(super) fn spread(&self, asked: &BTreeSet<Read>, keeps: &dyn Fn(usize) -> bool) -> i128 {
        let whole = self.scores().map_or(0, |(scores, _)| scores.width());
        let whole = if Points::is_far(whole) { FAR } else { whole };
        if self.takes_others_in_or_out(asked) || self.is_read_by_others(asked) {
            return whole;
        }
        let mut all = 0_i128;
        for component in &self.components {
            let parts = component.parts.iter().copied();
            let parts = parts.filter(|at| self.is_touched(self.part(*at), asked) && !keeps(*at));
            let parts: Vec<usize> = parts.collect();
            if parts.is_empty() {
                continue;
            }
            let block = self.block_of(parts);
            let along: Vec<usize> = (0..block.axes.len())
                .filter(|position| {
                    let axis = block.axes.get(*position).map(|axis| self.axes.get(*axis));
                    axis.is_some_and(|axis| axis.reads_any(asked))
                })
                .collect();
            let own = if block.is_too_large() {
                self.spread_of_parts(&block.parts, whole)
            } else {
                let rest = self.rest(&block);
                let spread = Spread::of(self, &block, &rest, whole);
                block.planes(&along).map(|plane| spread.of_plane(&plane)).max().unwrap_or(0)
            };
            all = all.saturating_add(own.min(FAR));
        }
        self.rounded_up(self.echoed_by_others(all, asked)).min(whole)
    }

    /// Of parts by themselves, where they have too many cells together.
    fn spread_of_parts(&self, parts: &[usize], whole: i128) -> i128 {
        let of = |at: &usize| match (&self.part(*at).gives, self.hulls.get(*at)) {
            (Gives::Mark { .. }, _) | (_, None) => whole,
            (_, Some(hull)) if hull.may != 0 => whole,
            (_, Some(hull)) => self.stretched(self.part(*at).bucket, hull.points.width()),
        };
        parts.iter().map(of).fold(0, i128::saturating_add)
    }

    /// What is left of a difference in a bucket.
    pub(super) fn stretched(&self, bucket: usize, units: i128) -> i128 {
        let (sign, factor) = self.leverage(bucket);
        match (sign, Points::is_far(units)) {
            (0, _) => 0,
            (_, true) => FAR,
            (_, false) => factor.stretch(units),
        }
    }
}

impl<'m, 'p> Spread<'m, 'p> {
    pub(super) fn of(model: &'m Model<'p>, block: &'m Block, rest: &'m Rest, whole: i128) -> Self {
        let patterns = block.kinds().marks.iter().map(Cell::patterns).collect();
        Self { model, block, rest, patterns, whole }
    }

    /// Among cells between which records can move.
    pub(super) fn of_plane(&self, plane: &[usize]) -> i128 {
        let Some(hulls) = self.hulls(plane) else { return self.whole };
        if hulls.len() <= 1 {
            let hull = hulls.iter().flat_map(|(_, points)| points).zip(&self.block.buckets);
            return hull
                .map(|(points, bucket)| self.model.stretched(*bucket, points.width()))
                .fold(0, i128::saturating_add);
        }
        let Some(others) = &self.rest.holds else { return self.whole };
        // Marks that hold a score to the same are looked at together.
        let mut by_hold: BTreeMap<Hold, Vec<Points>> = BTreeMap::new();
        for (marks, points) in hulls {
            let hold = self.model.hold(marks);
            by_hold.entry(hold).and_modify(|all| join(all, &points)).or_insert(points);
        }
        if self.block.buckets.iter().any(|bucket| *bucket != 0) {
            return self.of_groups(others, &by_hold);
        }
        let total = self.model.total(&self.rest.sums);
        let mut most = 0;
        for (one, first) in &by_hold {
            for (two, second) in by_hold.range(one..) {
                let points = |hull: &[Points]| hull.first().copied().unwrap_or(Points::ZERO);
                for other in others {
                    let span = |of: &Hold| self.model.span(of.and(*other));
                    let (up, down) =
                        rise_and_fall(total, (span(one), points(first)), (span(two), points(second)));
                    most = most.max(up).max(down);
                }
            }
        }
        most
    }

    /// What cells give under each set of marks that lets a score be: whoever has none is not compared. `None` where the sets
    /// are too many.
    fn hulls(&self, plane: &[usize]) -> Option<Vec<(Marks, Vec<Points>)>> {
        let kinds = self.block.kinds();
        let mut hulls: Vec<(Marks, Vec<Points>)> = Vec::new();
        for cell in plane {
            let marked = kinds.of_cell(*cell).and_then(|kind| kinds.marked.get(kind));
            let patterns = marked.and_then(|marked| self.patterns.get(*marked as usize)?.as_ref())?;
            let points = self.block.points(*cell);
            for marks in patterns {
                match hulls.iter_mut().find(|(known, _)| known == marks) {
                    Some((_, hull)) => join(hull, points),
                    None => hulls.push((*marks, points.to_vec())),
                }
            }
        }
        hulls.retain(|(marks, _)| self.model.is_scored(*marks));
        Some(hulls)
    }

    /// The same where points are summed in groups: whatever they come to, by no more than this do they move the total.
    fn of_groups(&self, others: &[Hold], hulls: &BTreeMap<Hold, Vec<Points>>) -> i128 {
        let mut sums = self.rest.sums.clone();
        let mut wide = 0_i128;
        for (at, bucket) in self.block.buckets.iter().enumerate() {
            let all = hulls.values().filter_map(|hull| hull.get(at)).copied().reduce(Points::or);
            let all = all.unwrap_or(Points::ZERO);
            wide = wide.saturating_add(self.model.stretched(*bucket, all.width()));
            if let Some(sum) = sums.get_mut(*bucket) {
                *sum = sum.plus(all);
            }
        }
        if wide >= FAR {
            return self.whole;
        }
        let (total, moved) = (self.model.total(&sums), Points::of_units(-wide, wide));
        let mut most = 0;
        for one in hulls.keys() {
            for two in hulls.keys() {
                for other in others {
                    let span = |of: &Hold| self.model.span(of.and(*other));
                    let (up, down) = rise_and_fall(total, (span(one), Points::ZERO), (span(two), moved));
                    most = most.max(up).max(down);
                }
            }
        }
        most
    }
}

/// Everything that either gives, bucket by bucket.
fn join(all: &mut [Points], more: &[Points]) {
    all.iter_mut().zip(more).for_each(|(all, one)| *all = all.or(*one));
}
