//! By how much two cells may break a rule: by their points alone where both have the same marks, else by what range and
//! overrides make of them, over all that others can add.
//!
//! Many cells give the same, and many sets of marks hold a score to the same: what two kinds of cells come to is worked out
//! once.

use super::block::{Block, Cell, Kinds};
use super::inquiry::{FAR, Rule};
use super::model::{Gives, Marks, Model};
use super::points::Points;
use super::settle::{Hold, Span, rise_and_fall};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How many sets of marks are told apart.
const MARKS: usize = 256;
/// Of how many kinds of cells all pairs are kept once they are known.
const KEPT: usize = 1024;
/// How many times range and overrides are looked at in one block.
const LOOKS: usize = 40_000_000;

/// Everybody else: what the parts that are not compared can add up to, and what their marks hold a score to.
pub(super) struct Rest {
    pub(super) sums: Vec<Points>,
    /// Each way that lets a score be; `None` where there are too many.
    pub(super) holds: Option<Vec<Hold>>,
}

/// Pairs of the cells of a block, under a rule.
pub(super) struct Pairs<'m, 'p> {
    model: &'m Model<'p>,
    pub(super) block: &'m Block,
    pub(super) rest: Rest,
    kinds: &'m Kinds,
    rule: Rule,
    /// What the rest adds up to.
    total: Points,
    /// By the marks of kinds: what they hold a score to, each once; `None` where there are too many.
    holds: Vec<Option<Vec<Hold>>>,
    /// By the marks of two kinds.
    spans: BTreeMap<(u32, u32), Rc<Spans>>,
    /// By pair of kinds: 0 where it is not known yet, -1 where nothing breaks the rule, else the gap and 1.
    gaps: Vec<i128>,
    left: usize,
}

/// Where scores can lie that two sets of marks are held to.
enum Spans {
    /// One of the two may have no score and the other have one, and that breaks the rule; or there are too many.
    Broken,
    /// Each two at once.
    Each(Vec<(Span, Span)>),
}

impl<'m, 'p> Pairs<'m, 'p> {
    pub(super) fn of(model: &'m Model<'p>, block: &'m Block, rule: Rule) -> Self {
        let (rest, kinds) = (model.rest(block), block.kinds());
        let total = model.total(&rest.sums);
        let holds = kinds.marks.iter().map(|cell| model.holds(cell)).collect();
        let (spans, gaps) = (BTreeMap::new(), Vec::new());
        Self { model, block, rest, kinds, rule, total, holds, spans, gaps, left: LOOKS }
    }

    /// Keeps what is known of each two kinds, where many pairs are asked for.
    pub(super) fn kept(mut self) -> Self {
        let count = self.kinds.firsts.len();
        if count <= KEPT {
            self.gaps = vec![0; count * count];
        }
        self
    }

    /// Whether more was asked for than is looked at.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// The kind of a cell; `None` where no record can be there.
    pub(super) fn kind(&self, cell: usize) -> Option<usize> {
        self.kinds.of_cell(cell)
    }

    /// By how much two cells may break the rule; `None` where they do not, or no record can be in one of them.
    pub(super) fn gap(&mut self, from: usize, to: usize) -> Option<i128> {
        let (from, to) = (self.kinds.of_cell(from)?, self.kinds.of_cell(to)?);
        let at = from * self.kinds.firsts.len() + to;
        match self.gaps.get(at) {
            Some(0) | None => {}
            Some(-1) => return None,
            Some(gap) => return Some(gap - 1),
        }
        if self.left == 0 {
            return None;
        }
        let found = self.find(from, to);
        if let Some(known) = self.gaps.get_mut(at) {
            *known = found.map_or(-1, |gap| gap.saturating_add(1));
        }
        found
    }

    fn find(&mut self, from: usize, to: usize) -> Option<i128> {
        let kinds = self.kinds;
        let (one, two) = (*kinds.marked.get(from)?, *kinds.marked.get(to)?);
        let (from, to) = (*kinds.firsts.get(from)?, *kinds.firsts.get(to)?);
        self.left = self.left.saturating_sub(1);
        if one == two && kinds.marks.get(one as usize).is_some_and(Cell::is_sure) {
            return self.differ(from, to);
        }
        let spans = self.spans(one, two);
        let Spans::Each(spans) = &*spans else { return Some(FAR) };
        self.left = self.left.saturating_sub(spans.len());
        self.differ_by_marks(spans, from, to)
    }

    /// The same marks on both: points alone.
    fn differ(&self, from: usize, to: usize) -> Option<i128> {
        let (mut up, mut down, mut exact) = (0_i128, 0_i128, true);
        let pairs = self.block.buckets.iter().zip(self.block.points(from)).zip(self.block.points(to));
        for ((bucket, first), second) in pairs {
            let (sign, factor) = self.model.leverage(*bucket);
            if sign == 0 {
                continue;
            }
            exact &= first.single().is_some() && second.single() == first.single();
            let (rise, fall) =
                (second.high().saturating_sub(first.low()), first.high().saturating_sub(second.low()));
            let (rise, fall) = if sign > 0 { (rise, fall) } else { (fall, rise) };
            up = up.saturating_add(factor.stretch(rise.max(0)));
            down = down.saturating_add(factor.stretch(fall.max(0)));
        }
        match self.rule {
            Rule::Same => (!exact).then_some(up.max(down)),
            Rule::NeverRises => (up > 0).then_some(up),
            Rule::NeverFalls => (down > 0).then_some(down),
            Rule::Within(_) => (up.max(down) > 0).then_some(up.max(down)),
        }
    }

    /// No two of some cells are further apart than this by their points, where all have the same sure marks; `None` where
    /// they have not.
    pub(super) fn hull(&self, cells: &[usize]) -> Option<i128> {
        let mut marked = cells.iter().map(|cell| Some(*self.kinds.marked.get(self.kind(*cell)?)?));
        let first = marked.next()??;
        let sure = self.kinds.marks.get(first as usize).is_some_and(Cell::is_sure);
        if !sure || marked.any(|other| other != Some(first)) {
            return None;
        }
        let buckets = self.block.buckets.iter().enumerate();
        let widths = buckets.map(|(at, bucket)| {
            let points = cells.iter().filter_map(|cell| self.block.points(*cell).get(at).copied());
            let width = points.reduce(Points::or).unwrap_or(Points::ZERO);
            let (sign, factor) = self.model.leverage(*bucket);
            // As far as two cells are apart, which may be further than is known.
            let width = width.high().saturating_sub(width.low());
            if sign == 0 { 0 } else { factor.stretch(width) }
        });
        Some(widths.fold(0, i128::saturating_add))
    }

    /// Different marks, or marks that are not sure: range and overrides are looked at, over all that others can add.
    fn differ_by_marks(&self, spans: &[(Span, Span)], from: usize, to: usize) -> Option<i128> {
        // Other buckets than the score's own are limited for themselves: then both ends are taken apart.
        let alone = self.block.buckets.iter().all(|bucket| *bucket == 0);
        let points = |cell: usize| {
            let points = self.block.points(cell);
            if alone {
                return points.first().copied().unwrap_or(Points::ZERO);
            }
            let mut sums = self.rest.sums.clone();
            for (bucket, points) in self.block.buckets.iter().zip(points) {
                if let Some(sum) = sums.get_mut(*bucket) {
                    *sum = sum.plus(*points);
                }
            }
            self.model.total(&sums)
        };
        let (first, second) = (points(from), points(to));
        let round = self.model.policy.round;
        let gaps = spans.iter().map(|(one, two)| {
            let (up, down) = if alone {
                rise_and_fall(self.total, (*one, first), (*two, second))
            } else {
                let (a, b) = (one.levels(first).rounded(round), two.levels(second).rounded(round));
                (b.high().saturating_sub(a.low()).max(0), a.high().saturating_sub(b.low()).max(0))
            };
            match self.rule {
                Rule::Same | Rule::Within(_) => up.max(down),
                Rule::NeverRises => up,
                Rule::NeverFalls => down,
            }
        });
        gaps.max().filter(|gap| *gap > 0)
    }

    fn spans(&mut self, one: u32, two: u32) -> Rc<Spans> {
        if let Some(known) = self.spans.get(&(one, two)) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.find_spans(one, two));
        self.spans.insert((one, two), Rc::clone(&found));
        found
    }

    fn find_spans(&self, one: u32, two: u32) -> Spans {
        let of = |marks: u32| self.holds.get(marks as usize).and_then(Option::as_ref);
        let (Some(others), Some(first), Some(second)) = (&self.rest.holds, of(one), of(two)) else {
            return Spans::Broken;
        };
        let mut spans = BTreeSet::new();
        for other in others {
            for one in first {
                for two in second {
                    let (one, two) = (one.and(*other), two.and(*other));
                    match (one.scored, two.scored) {
                        (true, true) => {
                            spans.insert((self.model.span(one), self.model.span(two)));
                        }
                        (true, false) | (false, true) if self.rule == Rule::Same => return Spans::Broken,
                        (_, _) => {}
                    }
                }
            }
        }
        Spans::Each(spans.into_iter().collect())
    }
}

impl Model<'_> {
    /// What the parts that are not in a block can do.
    pub(super) fn rest(&self, block: &Block) -> Rest {
        let mut sums = vec![Points::ZERO; self.buckets.len()];
        let mut marks: Option<BTreeSet<Marks>> = Some([0].into_iter().collect());
        for (at, (part, hull)) in self.parts.iter().zip(&self.hulls).enumerate() {
            if block.parts.contains(&at) {
                continue;
            }
            if let Some(sum) = sums.get_mut(part.bucket) {
                *sum = sum.plus(hull.points);
            }
            // What does not let a score be is the same for both, and then there is nothing to compare.
            if let (Gives::Mark { .. }, true) = (&part.gives, hull.may != 0) {
                marks = marks.and_then(|marks| {
                    let without = if hull.may_not & hull.may != 0 { marks.clone() } else { BTreeSet::new() };
                    let all: BTreeSet<Marks> =
                        marks.into_iter().map(|mark| mark | hull.may).chain(without).collect();
                    (all.len() <= MARKS).then_some(all)
                });
            }
        }
        let holds = marks.map(|marks| {
            let holds = marks.into_iter().map(|marks| self.hold(marks)).filter(|hold| hold.scored);
            holds.collect::<BTreeSet<Hold>>().into_iter().collect()
        });
        Rest { sums, holds }
    }

    /// What the marks of a cell may hold a score to, each once; `None` where there are too many sets of them.
    fn holds(&self, cell: &Cell) -> Option<Vec<Hold>> {
        let holds: BTreeSet<Hold> = cell.patterns()?.into_iter().map(|marks| self.hold(marks)).collect();
        Some(holds.into_iter().collect())
    }

    /// Whether for each of some cells of a block there is a first cell, with a score wherever the second has one, from which
    /// to the second no rule is broken.
    pub(super) fn have_anchors(
        &self,
        block: &Block,
        seconds: &[usize],
        firsts: &[usize],
        rule: Rule,
    ) -> bool {
        let mut pairs = Pairs::of(self, block, rule);
        let scored = |at: usize, second: usize| {
            let (Some(first), Some(second)) = (block.cell(at), block.cell(second)) else { return false };
            let alike = first == second && first.is_sure();
            let patterns = first.patterns();
            alike || patterns.is_some_and(|all| all.iter().all(|marks| self.is_scored(*marks)))
        };
        seconds.iter().all(|second| {
            let mut anchors = |first: &usize| scored(*first, *second) && pairs.gap(*first, *second).is_none();
            firsts.iter().any(&mut anchors) && !pairs.is_exhausted()
        })
    }
}
