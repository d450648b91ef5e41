//! Which cells of a block are compared: pairs between which a record can move where what is asked about changes.

use super::apart::Pairs;
use super::axis::{Axis, AxisId};
use super::block::Block;
use super::inquiry::{FAR, Rule};
use super::model::{Marks, Model};
use super::points::Points;
use super::slope::Slope;
use super::spread::Spread;
use crate::data::FieldId;
use std::collections::BTreeMap;

/// Which cells are compared. What is not asked about stays the same.
pub(super) enum Moves<'q> {
    /// Any two.
    Any,
    /// Neighbours along each axis, in the direction in which what is asked about grows. For each axis: which way it goes
    /// with it, and whether it can become missing.
    Growing(Grows<'q>),
    /// From every cell in which all axes asked about have a class that fits, to every one in which none has a class that
    /// does not fit the second.
    From(Fits<'q>, Fits<'q>),
    /// Where a field is an axis and nothing else reads it, neighbours along it where it is ordered, any two where it is not,
    /// known and missing. Where other axes are worked out of it, any two: one step may take those past several classes.
    Steps(FieldId),
}

/// Which way an axis goes with what is asked about, and whether it can become missing.
pub(super) type Grows<'q> = &'q dyn Fn(AxisId, &Axis) -> (Slope, bool);
/// Whether a class of an axis fits.
pub(super) type Fits<'q> = &'q dyn Fn(AxisId, &Axis, usize) -> bool;

/// How many suspects are kept of a block.
const SUSPECTS: usize = 12;
/// How many kinds of cells of a plane are compared each with each.
const KINDS: usize = 120;
/// How many pairs of cells are compared each with each.
const PAIRS: usize = 4_000_000;

/// What came of comparing the cells of a block.
#[derive(Debug, Clone, Default)]
pub(super) struct Compared {
    /// Pairs of cells that may break the rule, the widest apart first.
    pub(super) found: Vec<(i128, usize, usize)>,
    /// No two are further apart, where all were compared.
    pub(super) worst: i128,
    /// Whether not all were.
    pub(super) is_part: bool,
}

/// A comparison under way.
struct Search<'m, 'p> {
    model: &'m Model<'p>,
    pairs: Pairs<'m, 'p>,
    rule: Rule,
    compared: Compared,
    /// The cells of a plane by kind, kept for its room.
    kinds: Vec<(usize, usize)>,
}

impl Model<'_> {
    /// Compares the cells of a block that differ along some of its axes.
    pub(super) fn compare(&self, block: &Block, along: &[usize], moves: &Moves<'_>, rule: Rule) -> Compared {
        let pairs = Pairs::of(self, block, rule).kept();
        let (compared, kinds) = (Compared::default(), Vec::new());
        let mut search = Search { model: self, pairs, rule, compared, kinds };
        match moves {
            Moves::Any => search.any(along),
            Moves::Growing(slope)
                if self.may_be_unscored(block) || (along.len() > 1 && !block.is_whole()) =>
            {
                search.growing_freely(along, *slope);
            }
            Moves::Growing(slope) => search.growing(along, *slope),
            Moves::From(first, second) => search.between(along, *first, *second),
            Moves::Steps(field) if along.iter().any(|position| !self.is_field(block, *position, *field)) => {
                for plane in block.planes(along) {
                    let all = search.each_two(&plane);
                    search.compared.is_part |= !all;
                }
            }
            Moves::Steps(_) => search.steps(along),
        }
        search.compared.is_part |= search.pairs.is_exhausted();
        search.compared
    }

    /// Whether an axis of a block is a field of the record, and nothing else.
    fn is_field(&self, block: &Block, position: usize, field: FieldId) -> bool {
        block.axes.get(position).is_some_and(|axis| self.axes.get(*axis).field() == Some(field))
    }

    /// Whether a record in one of the cells of a block can be without a score.
    fn may_be_unscored(&self, block: &Block) -> bool {
        block.kinds().marks.iter().any(|cell| {
            cell.patterns().is_none_or(|patterns| patterns.iter().any(|marks| !self.is_scored(*marks)))
        })
    }
}

impl<'m> Search<'m, '_> {
    fn block(&self) -> &'m Block {
        self.pairs.block
    }

    /// Looks at a pair of cells.
    fn note(&mut self, from: usize, to: usize) {
        let Some(gap) = self.pairs.gap(from, to) else { return };
        let Compared { found, worst, .. } = &mut self.compared;
        *worst = gap.max(*worst);
        if found.len() < SUSPECTS || found.last().is_some_and(|(least, ..)| *least < gap) {
            let at = found.partition_point(|(other, ..)| *other >= gap);
            found.insert(at, (gap, from, to));
            found.truncate(SUSPECTS);
        }
    }

    /// Whether pairs that are no further apart than this change nothing any more.
    fn is_beaten(&self, gap: i128) -> bool {
        let found = &self.compared.found;
        found.len() == SUSPECTS && found.last().is_some_and(|(least, ..)| gap <= *least)
    }

    fn any(&mut self, along: &[usize]) {
        let mut beyond = 0;
        for plane in self.block().planes(along) {
            if self.each_two(&plane) {
                continue;
            }
            // Not each with each; but how far apart any two can be at most is known.
            let spread = match self.rule {
                Rule::Within(_) => {
                    Spread::of(self.model, self.block(), &self.pairs.rest, FAR).of_plane(&plane)
                }
                Rule::Same | Rule::NeverRises | Rule::NeverFalls => FAR,
            };
            if spread < FAR {
                beyond = spread.max(beyond);
            } else {
                self.compared.is_part = true;
            }
        }
        self.compared.worst = beyond.max(self.compared.worst);
    }

    /// From one cell to another there may be no way of cells that all have a score: each with each.
    fn growing_freely(&mut self, along: &[usize], slope: Grows<'_>) {
        let (model, block) = (self.model, self.block());
        let ways: Vec<(usize, Way)> = along
            .iter()
            .filter_map(|position| {
                let axis = *block.axes.get(*position)?;
                let of = model.axes.get(axis);
                let (slope, vanishes) = slope(axis, of);
                let missing = of.classes.iter().position(|class| class.missing);
                Some((*position, Way { slope, vanishes, missing }))
            })
            .collect();
        let mut left = PAIRS;
        for plane in block.planes(along) {
            left = left.saturating_sub(plane.len().saturating_mul(plane.len()));
            if left == 0 {
                self.compared.is_part = true;
                break;
            }
            let classes = |cell: &usize| -> Vec<usize> {
                ways.iter().map(|(position, _)| block.class(*cell, *position)).collect()
            };
            let plane: Vec<(usize, Vec<usize>)> = plane.iter().map(|cell| (*cell, classes(cell))).collect();
            for (from, first) in &plane {
                for (to, second) in &plane {
                    let classes = first.iter().zip(second);
                    if ways.iter().zip(classes).all(|((_, way), (from, to))| way.leads(*from, *to)) {
                        self.note(*from, *to);
                    }
                }
            }
        }
    }

    /// Neighbours: what holds from each to the next holds all the way.
    fn growing(&mut self, along: &[usize], slope: Grows<'_>) {
        let (model, block) = (self.model, self.block());
        for position in along {
            let Some(axis) = block.axes.get(*position) else { continue };
            let of = model.axes.get(*axis);
            let (slope, vanishes) = slope(*axis, of);
            let missing = of.classes.iter().position(|class| class.missing);
            for line in block.planes(&[*position]) {
                let is_missing = |cell: &usize| Some(block.class(*cell, *position)) == missing;
                let known: Vec<usize> = line.iter().copied().filter(|cell| !is_missing(cell)).collect();
                // A cell by itself is compared with itself: its points may not be one number.
                known.iter().for_each(|cell| self.note(*cell, *cell));
                for pair in known.windows(2) {
                    let [low, high] = pair else { continue };
                    if matches!(slope, Slope::Up | Slope::Unknown) {
                        self.note(*low, *high);
                    }
                    if matches!(slope, Slope::Down | Slope::Unknown) {
                        self.note(*high, *low);
                    }
                }
                if vanishes && let Some(none) = line.iter().find(|cell| is_missing(cell)) {
                    for cell in &known {
                        self.note(*cell, *none);
                        self.note(*none, *cell);
                    }
                }
            }
        }
    }

    fn between(&mut self, along: &[usize], first: Fits<'_>, second: Fits<'_>) {
        let (model, block) = (self.model, self.block());
        let all = |cell: usize, fits: Fits<'_>| {
            along.iter().all(|position| {
                block
                    .axes
                    .get(*position)
                    .is_some_and(|axis| fits(*axis, model.axes.get(*axis), block.class(cell, *position)))
            })
        };
        for plane in block.planes(along) {
            let from: Vec<usize> = plane.iter().copied().filter(|cell| all(*cell, first)).collect();
            for to in plane.iter().filter(|cell| all(**cell, second)) {
                from.iter().for_each(|from| self.note(*from, *to));
            }
        }
    }

    fn steps(&mut self, along: &[usize]) {
        let (model, block) = (self.model, self.block());
        for position in along {
            let Some(axis) = block.axes.get(*position) else { continue };
            let ordered = model.axes.get(*axis).kind.is_ordered();
            let missing = model.axes.get(*axis).classes.iter().position(|class| class.missing);
            for line in block.planes(&[*position]) {
                let (none, known): (Vec<usize>, Vec<usize>) =
                    line.into_iter().partition(|cell| Some(block.class(*cell, *position)) == missing);
                if ordered {
                    known.iter().for_each(|cell| self.note(*cell, *cell));
                    for pair in known.windows(2) {
                        if let [low, high] = pair {
                            self.note(*low, *high);
                        }
                    }
                } else {
                    let all = self.each_two(&known);
                    self.compared.is_part |= !all;
                }
                for none in none {
                    known.iter().for_each(|cell| self.note(none, *cell));
                }
            }
        }
    }

    /// Compares any two cells of a plane, one of each kind that gives the same; of many kinds those at the ends. Whether that
    /// is all.
    fn each_two(&mut self, plane: &[usize]) -> bool {
        let block = self.block();
        if self.compared.found.len() == SUSPECTS
            && self.pairs.hull(plane).is_some_and(|gap| self.is_beaten(gap))
            && block.buckets.len() == 1
        {
            return true;
        }
        let mut kinds = std::mem::take(&mut self.kinds);
        kinds.clear();
        kinds.extend(plane.iter().filter_map(|cell| Some((self.pairs.kind(*cell)?, *cell))));
        kinds.sort_by_key(|(kind, _)| *kind);
        kinds.dedup_by_key(|(kind, _)| *kind);
        let mut cells: Vec<usize> = kinds.iter().map(|(_, cell)| *cell).collect();
        self.kinds = kinds;
        let mut all = true;
        if cells.len() > KINDS {
            // Of each set of marks, those with the least and the most: of one sum nothing else is further apart.
            all = block.buckets.len() == 1;
            cells = ends(block, &cells);
        }
        for from in &cells {
            for to in &cells {
                self.note(*from, *to);
            }
        }
        all
    }
}

/// Of each set of marks, the cells with the least and the most in each bucket.
fn ends(block: &Block, cells: &[usize]) -> Vec<usize> {
    let mut ends: BTreeMap<(usize, Marks, Marks), [usize; 2]> = BTreeMap::new();
    for at in cells.iter().copied() {
        let Some(cell) = block.cell(at) else { continue };
        for bucket in 0..block.buckets.len() {
            let points = |at: usize| block.points(at).get(bucket).copied().unwrap_or(Points::ZERO);
            let [least, most] = ends.entry((bucket, cell.may, cell.may_not)).or_insert([at, at]);
            if points(at).low() < points(*least).low() {
                *least = at;
            }
            if points(at).high() > points(*most).high() {
                *most = at;
            }
        }
    }
    let mut cells: Vec<usize> = ends.into_values().flatten().collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// How records move along an axis as a field grows: which way it goes, whether it can become missing, and the class that is
/// missing.
#[derive(Debug, Clone, Copy)]
struct Way {
    slope: Slope,
    vanishes: bool,
    missing: Option<usize>,
}

impl Way {
    fn leads(self, from: usize, to: usize) -> bool {
        if from == to {
            return true;
        }
        if Some(from) == self.missing || Some(to) == self.missing {
            return self.vanishes;
        }
        match self.slope {
            Slope::Flat => false,
            Slope::Up => from < to,
            Slope::Down => to < from,
            Slope::Unknown => true,
        }
    }
}
