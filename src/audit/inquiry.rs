//! The one way in which all questions about everybody are asked: cells are compared that differ only in what is asked
//! about, and whatever could break the rule is a *suspect*.
//!
//! No suspects is a proof: cells hold every record, and what is compared is never too narrow. A suspect is no refutation:
//! a record that shows it has to be made up and run (`witness`).

use super::axis::AxisId;
use super::block::Block;
use super::model::Model;
use super::moves::Compared;
use super::read::Read;
use super::rounding::{may_cross_zero, rounded_apart};
use std::collections::BTreeSet;

pub(super) use super::moves::Moves;

/// What must hold of the scores of two records, the first in one cell, the second in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// They are the same, and both or neither have one.
    Same,
    /// The second is not above the first, if both have one.
    NeverRises,
    /// The second is not below the first, if both have one.
    NeverFalls,
    /// They are at most so far apart, in units, if both have one.
    Within(i128),
}

/// Two cells that may break the rule.
#[derive(Debug, Clone)]
pub(super) struct Suspect {
    /// The classes of the first record, along all axes of the block.
    pub(super) from: Vec<(AxisId, usize)>,
    /// The classes of the second record, along the axes asked about.
    pub(super) to: Vec<(AxisId, usize)>,
    /// By how many points, as far as is known.
    pub(super) gap: i128,
    /// The parts that differ.
    pub(super) parts: Vec<usize>,
}

/// What came of an inquiry.
#[derive(Debug, Clone, Default)]
pub(super) struct Findings {
    /// Cells that may break the rule, the widest apart first.
    pub(super) suspects: Vec<Suspect>,
    /// What could not be looked at.
    pub(super) unknown: Vec<String>,
    /// How many parts read what is asked about.
    pub(super) parts: usize,
    /// How many cells were compared.
    pub(super) cells: usize,
}

/// Further than anything that is asked for.
pub(super) const FAR: i128 = i128::MAX / 16;

impl Model<'_> {
    /// Compares cells that differ along axes that read something of `asked`. Parts of which it is known otherwise that they
    /// keep the rule by themselves are left out.
    pub(super) fn inquire(
        &self,
        asked: &BTreeSet<Read>,
        moves: &Moves<'_>,
        rule: Rule,
        keeps: &dyn Fn(usize) -> bool,
    ) -> Findings {
        let touched = |axis: AxisId| self.axes.get(axis).reads_any(asked);
        let mut findings = Findings { unknown: self.unknown_by_others(asked, rule), ..Findings::default() };
        // What several components change adds up.
        let mut far = 0_i128;
        for component in &self.components {
            let parts = component.parts.iter().copied();
            let parts: Vec<usize> = parts.filter(|at| self.is_touched(self.part(*at), asked)).collect();
            findings.parts += parts.len();
            let parts: Vec<usize> = parts.into_iter().filter(|at| !keeps(*at)).collect();
            if parts.is_empty() {
                continue;
            }
            let block = self.block_of(parts);
            if block.is_too_large() {
                findings.unknown.push(format!(
                    "{} turn on too many combinations of values to look at each",
                    self.names(&block.parts)
                ));
                continue;
            }
            findings.cells += block.len();
            let along: Vec<usize> = block
                .axes
                .iter()
                .enumerate()
                .filter(|(_, axis)| touched(**axis))
                .map(|(position, _)| position)
                .collect();
            let compared = self.compare(&block, &along, moves, rule);
            if compared.is_part {
                findings.unknown.push(format!(
                    "{} turn on too many values to compare each two",
                    self.names(&block.parts)
                ));
            }
            far = far.saturating_add(compared.worst);
            findings.suspects.extend(suspects(&block, &along, &compared));
        }
        findings.suspects.sort_by_key(|suspect| std::cmp::Reverse(suspect.gap));
        if let Rule::Within(most) = rule {
            if self.rounded_up(self.echoed_by_others(far, asked)) <= most {
                findings.suspects.clear();
            } else if findings.suspects.is_empty() {
                findings.unknown.push("it turns on too many values to compare each two".to_owned());
            }
        }
        findings
    }

    /// The most that rounding can make of a difference.
    pub(super) fn rounded_up(&self, units: i128) -> i128 {
        let crosses = || self.scores().is_some_and(|(scores, _)| scores.low() < 0 && scores.high() > 0);
        rounded_apart(units, self.policy.round, || may_cross_zero(&[self.policy]) && crosses())
    }

    /// Parts in words.
    pub(super) fn names(&self, parts: &[usize]) -> String {
        let mut names: Vec<String> = parts.iter().map(|at| self.name(*at)).collect();
        let last = names.pop().unwrap_or_default();
        if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
    }
}

/// The pairs of cells that were found, as suspects.
fn suspects<'c>(
    block: &'c Block,
    along: &'c [usize],
    compared: &'c Compared,
) -> impl Iterator<Item = Suspect> + use<'c> {
    let every: Vec<usize> = (0..block.axes.len()).collect();
    compared.found.iter().map(move |(gap, from, to)| {
        let classes = |cell: usize, positions: &[usize]| -> Vec<(AxisId, usize)> {
            let axes = positions.iter().filter_map(|position| Some((*block.axes.get(*position)?, *position)));
            axes.map(|(axis, position)| (axis, block.class(cell, position))).collect()
        };
        Suspect {
            from: classes(*from, &every),
            to: classes(*to, along),
            gap: *gap,
            parts: block.parts.clone(),
        }
    })
}

#[cfg(test)]
mod tests;
