//! Which totals the points of a policy can add up to, one by one, and cells that add up to one of them.
//!
//! Exact where every component gives a few plain numbers: then a total that is not found is one that nobody can have.

use super::block::Block;
use super::model::{Marks, Model};
use super::points::Points;
use std::collections::BTreeMap;

/// How many totals are kept apart.
const TOTALS: usize = 40_000;

/// The totals of a bucket, step by step.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    steps: Vec<Step>,
    /// Every total, rising.
    pub(super) totals: Vec<i128>,
    /// Whether there are no others.
    pub(super) exact: bool,
}

/// One component, or one group, and the totals before it.
#[derive(Debug, Clone)]
struct Step {
    before: Vec<i128>,
    options: BTreeMap<i128, Choice>,
}

/// What gives a number of points.
#[derive(Debug, Clone)]
enum Choice {
    /// A cell of a component.
    Cell(usize, usize),
    /// A total of a group's bucket, before its weight and limits.
    Bucket(usize, i128),
}

/// A cell of a component, and the points that it is to give.
pub(super) type Chosen = (usize, usize, i128);

impl Model<'_> {
    /// The totals of a bucket among cells whose marks are among some; `None` where they are too many, or a component gives
    /// to several buckets at once.
    pub(super) fn sums(&self, bucket: usize, marks: Marks) -> Option<Sums> {
        let mut sums = Sums { steps: Vec::new(), totals: vec![0], exact: true };
        for (at, block) in self.components.iter().enumerate() {
            if !block.buckets.contains(&bucket) {
                continue;
            }
            if block.is_too_large() || block.buckets.len() > 1 {
                return None;
            }
            let (options, exact) = options(at, block, marks)?;
            sums.exact &= exact;
            sums.step(options)?;
        }
        for inner in (bucket + 1)..self.buckets.len() {
            if self.bucket(inner).into != bucket {
                continue;
            }
            let of = self.sums(inner, marks)?;
            sums.exact &= of.exact;
            let mut options = BTreeMap::new();
            for total in &of.totals {
                let done = self.bucket(inner).apply(Points::of_units(*total, *total));
                options.entry(done.single()?).or_insert(Choice::Bucket(inner, *total));
            }
            sums.step(options)?;
        }
        Some(sums)
    }

    /// Cells that add up to a total of a bucket.
    pub(super) fn cells_of(&self, bucket: usize, marks: Marks, total: i128) -> Option<Vec<Chosen>> {
        let sums = self.sums(bucket, marks)?;
        let mut left = total;
        let mut chosen = Vec::new();
        for step in sums.steps.iter().rev() {
            let (points, choice) = step
                .options
                .iter()
                .find(|(points, _)| step.before.binary_search(&(left - **points)).is_ok())?;
            left -= points;
            match choice {
                Choice::Cell(component, cell) => chosen.push((*component, *cell, *points)),
                Choice::Bucket(inner, total) => chosen.extend(self.cells_of(*inner, marks, *total)?),
            }
        }
        (left == 0).then_some(chosen)
    }
}

impl Sums {
    fn step(&mut self, options: BTreeMap<i128, Choice>) -> Option<()> {
        if self.totals.len().saturating_mul(options.len()) > TOTALS * 64 {
            return None;
        }
        let mut next: Vec<i128> = self
            .totals
            .iter()
            .flat_map(|total| options.keys().map(move |points| total.saturating_add(*points)))
            .collect();
        next.sort_unstable();
        next.dedup();
        if next.len() > TOTALS {
            return None;
        }
        let before = std::mem::replace(&mut self.totals, next);
        self.steps.push(Step { before, options });
        Some(())
    }
}

/// What a component can give, each with a cell; and whether that is all.
fn options(at: usize, block: &Block, marks: Marks) -> Option<(BTreeMap<i128, Choice>, bool)> {
    let mut options = BTreeMap::new();
    let mut exact = true;
    for cell in 0..block.len() {
        let Some(known) = block.cell(cell) else { continue };
        // What is set for sure must be among the marks.
        if known.may & !known.may_not & !marks != 0 {
            continue;
        }
        let points = block.points(cell).first().copied().unwrap_or(Points::ZERO);
        exact &= points.single().is_some();
        for end in [points.low(), points.high()].into_iter().filter(|end| !Points::is_far(*end)) {
            options.entry(end).or_insert(Choice::Cell(at, cell));
        }
        if points.low() < 0 && points.high() > 0 {
            options.entry(0).or_insert(Choice::Cell(at, cell));
        }
    }
    (!options.is_empty()).then_some((options, exact))
}
