//! The sums of both versions side by side, and what changed in them cell by cell.

use super::super::axis::AxisId;
use super::super::block::Block;
use super::super::model::{Marks, Model, NOT_SCORED};
use super::super::points::Points;
use crate::decimal::Decimal;
use std::collections::BTreeMap;

/// So many cells of a sort are told.
const FEW: usize = 8;

/// The mark of a row of the old version that says `not scored`.
pub(super) const OLD_NOT_SCORED: Marks = super::super::model::OTHER_NOT_SCORED;

/// A sum that both versions have: the bucket of either.
pub(super) struct Side {
    new: usize,
    old: usize,
    pub(super) into: usize,
    pub(super) weight: Option<Decimal>,
    pub(super) limited: bool,
}

/// The buckets of both versions, matched.
pub(super) fn sides(model: &Model<'_>) -> Result<Vec<Side>, String> {
    // Bucket 1 is the new version, the next one that goes into 0 the old one.
    let roots: Vec<usize> = (1..model.buckets.len()).filter(|at| model.bucket(*at).into == 0).collect();
    let [new, old] = roots.as_slice() else {
        return Err("the versions could not be laid side by side".to_owned());
    };
    let mut sides = vec![Side { new: *new, old: *old, into: 0, weight: None, limited: false }];
    let mut at = 0;
    while let Some(side) = sides.get(at) {
        let inner = |of: usize| -> Vec<usize> {
            (of + 1..model.buckets.len()).filter(|inner| model.bucket(*inner).into == of).collect()
        };
        let (of_new, of_old) = (inner(side.new), inner(side.old));
        if of_new.len() != of_old.len() {
            return Err("groups with weights or limits came or went: what they do together is not compared"
                .to_owned());
        }
        for (new, old) in of_new.into_iter().zip(of_old) {
            let (a, b) = (model.bucket(new), model.bucket(old));
            let name = |of: &super::super::model::Bucket| of.of.map(|id| model.policy.item(id).name.clone());
            if name(a) != name(b) {
                return Err(
                    "groups with weights or limits came or went: what they do together is not compared"
                        .to_owned(),
                );
            }
            if a.weight() != b.weight() || a.limits() != b.limits() {
                return Err(
                    "the weight or the limits of a group changed: what its members give is not compared"
                        .to_owned(),
                );
            }
            let (weight, limited) = (a.weight(), a.limits().is_some());
            sides.push(Side { new, old, into: at, weight, limited });
        }
        at += 1;
    }
    Ok(sides)
}

/// By pair of buckets: each cell's change, new less old.
pub(super) fn changes(sides: &[Side], block: &Block) -> Vec<Vec<(usize, Points)>> {
    let of = |cell: usize, bucket: usize| {
        let at = block.buckets.binary_search(&bucket).ok();
        at.and_then(|at| block.points(cell).get(at).copied()).unwrap_or(Points::ZERO)
    };
    // Who is not scored by one of the versions has no change.
    let scored = |cell: &usize| {
        block.cell(*cell).is_some_and(|known| known.may & !known.may_not & (NOT_SCORED | OLD_NOT_SCORED) == 0)
    };
    let cells: Vec<usize> = (0..block.len()).filter(scored).collect();
    let change = |side: &Side, cell: usize| of(cell, side.new).plus(of(cell, side.old).negative());
    sides.iter().map(|side| cells.iter().map(|cell| (*cell, change(side, *cell))).collect()).collect()
}

/// The cell with the largest change, up or down.
pub(super) fn furthest(block: &Block, changes: &[Vec<(usize, Points)>], up: bool) -> Vec<(AxisId, usize)> {
    let mut worth: BTreeMap<usize, i128> = BTreeMap::new();
    for (cell, points) in changes.iter().flatten() {
        let by = if up { points.high() } else { -points.low() };
        let sum = worth.entry(*cell).or_default();
        *sum = sum.saturating_add(by);
    }
    let best = worth.into_iter().max_by_key(|(_, by)| *by);
    let Some((cell, _)) = best.filter(|(_, by)| *by > 0) else { return Vec::new() };
    classes(block, cell)
}

/// Cells in which one version gives no score and the other may give one: a few of them.
pub(super) fn unscored_by_one(block: &Block) -> Vec<Vec<(AxisId, usize)>> {
    let differs = |cell: &usize| {
        block.cell(*cell).is_some_and(|cell| {
            let unsure = cell.may & cell.may_not & (OLD_NOT_SCORED | NOT_SCORED) != 0;
            unsure || (cell.may & OLD_NOT_SCORED == 0) != (cell.may & NOT_SCORED == 0)
        })
    };
    (0..block.len()).filter(differs).take(FEW).map(|cell| classes(block, cell)).collect()
}

/// A cell by the classes of its axes.
fn classes(block: &Block, cell: usize) -> Vec<(AxisId, usize)> {
    block.axes.iter().enumerate().map(|(at, axis)| (*axis, block.class(cell, at))).collect()
}
