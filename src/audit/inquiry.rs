//! The one way in which all questions about everybody are asked: cells are compared that differ only in what is asked
//! about, and whatever could break the rule is a *suspect*.
//!
//! No suspects is a proof: cells hold every record, and what is compared is never too narrow. A suspect is no refutation:
//! a record that shows it has to be made up and run (`witness`).

use super::axis::{Axis, AxisId};
use super::block::{Block, Cell};
use super::model::{Gives, Marks, Model};
use super::points::Points;
use super::read::Read;
use super::rounding::{may_cross_zero, rounded_apart};
use super::slope::Slope;
use crate::data::FieldId;
use crate::decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

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

/// Which cells are compared. What is not asked about stays the same.
pub(super) enum Moves<'q> {
    /// Any two.
    Any,
    /// Neighbours along each axis, in the direction in which what is asked about grows. For each axis: which way it goes
    /// with it, and whether it can become missing.
    Growing(&'q dyn Fn(AxisId, &Axis) -> (Slope, bool)),
    /// From every cell in which all axes asked about have a class that fits, to every one in which none has a class that
    /// does not fit the second.
    From(&'q dyn Fn(AxisId, &Axis, usize) -> bool, &'q dyn Fn(AxisId, &Axis, usize) -> bool),
    /// Where a field is an axis and nothing else reads it, neighbours along it where it is ordered, any two where it is not,
    /// known and missing. Where other axes are worked out of it, any two: one step may take those past several classes.
    Steps(FieldId),
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

/// How many suspects are kept of a block.
const SUSPECTS: usize = 12;
/// Further than anything that is asked for.
pub(super) const FAR: i128 = i128::MAX / 16;
/// How many kinds of cells of a plane are compared each with each.
const KINDS: usize = 120;
/// How many pairs of cells are compared each with each.
const PAIRS: usize = 4_000_000;

/// Everybody else: what the parts that are not compared can add up to, and the marks that they can set.
pub(super) struct Rest {
    pub(super) sums: Vec<Points>,
    pub(super) marks: Option<Vec<Marks>>,
}

/// How many sets of marks are told apart.
const MARKS: usize = 256;

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
        let touched = |axis: AxisId| self.axes.get(axis).reads.iter().any(|read| asked.contains(read));
        let mut findings = Findings::default();
        // What several components change adds up.
        let mut widest: Vec<i128> = Vec::new();
        if !matches!(rule, Rule::Same | Rule::Within(_)) && self.is_turned_by_others(asked) {
            findings.unknown.push(
                "scores of others settle with a negative weight, and what is asked about changes theirs too"
                    .to_owned(),
            );
        }
        if self.is_read_by_others(asked) {
            findings.unknown.push("others' scores turn on it too, and settle with one's own".to_owned());
        }
        for component in &self.components {
            let parts = component.parts.iter().copied();
            let parts: Vec<usize> =
                parts.filter(|at| self.part(*at).axes.iter().any(|axis| touched(*axis))).collect();
            findings.parts += parts.len();
            let parts: Vec<usize> = parts.into_iter().filter(|at| !keeps(*at)).collect();
            if parts.is_empty() {
                continue;
            }
            let sub;
            let block = if parts.len() == component.parts.len() {
                component
            } else {
                sub = Block::new(self, parts);
                &sub
            };
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
            widest.push(self.compare(block, &along, moves, rule, &mut findings));
        }
        findings.suspects.sort_by_key(|suspect| std::cmp::Reverse(suspect.gap));
        if let Rule::Within(most) = rule {
            let far = widest.into_iter().fold(0, i128::saturating_add);
            if self.rounded_up(self.echoed(far, matches!(moves, Moves::Steps(_)))) <= most {
                findings.suspects.clear();
            } else if findings.suspects.is_empty() {
                findings.unknown.push("it turns on too many values to compare each two".to_owned());
            }
        }
        findings
    }

    fn compare(
        &self,
        block: &Block,
        along: &[usize],
        moves: &Moves<'_>,
        rule: Rule,
        findings: &mut Findings,
    ) -> i128 {
        let rest = self.rest(block);
        let mut found: Vec<(i128, usize, usize)> = Vec::new();
        let mut all_known = true;
        let (mut worst, mut beyond) = (0, 0);
        let mut note = |from: usize, to: usize| {
            if let Some(gap) = self.breaks(block, &rest, from, to, rule) {
                worst = worst.max(gap);
                if found.len() < SUSPECTS || found.last().is_some_and(|(least, ..)| *least < gap) {
                    found.push((gap, from, to));
                    found.sort_by_key(|(gap, ..)| std::cmp::Reverse(*gap));
                    found.truncate(SUSPECTS);
                }
            }
        };
        match moves {
            Moves::Any => {
                for plane in block.planes(along) {
                    if any_two(block, &plane, &mut note) {
                        continue;
                    }
                    // Not each with each; but how far apart any two can be at most is known.
                    match (rule, self.spread_of_plane(block, &rest, &plane, FAR)) {
                        (Rule::Within(_), spread) if spread < FAR => beyond = beyond.max(spread),
                        (_, _) => all_known = false,
                    }
                }
            }
            Moves::Growing(slope)
                if self.may_be_unscored(block) || (along.len() > 1 && !block.is_whole()) =>
            {
                // From one cell to another there may be no way of cells that all have a score.
                let ways: Vec<(usize, Slope, bool, Option<usize>)> = along
                    .iter()
                    .filter_map(|position| {
                        let axis = *block.axes.get(*position)?;
                        let of = self.axes.get(axis);
                        let (slope, vanishes) = slope(axis, of);
                        Some((*position, slope, vanishes, of.classes.iter().position(|class| class.missing)))
                    })
                    .collect();
                let mut left = PAIRS;
                for plane in block.planes(along) {
                    left = left.saturating_sub(plane.len().saturating_mul(plane.len()));
                    if left == 0 {
                        all_known = false;
                        break;
                    }
                    for from in &plane {
                        for to in &plane {
                            if ways.iter().all(|way| goes(block, *from, *to, *way)) {
                                note(*from, *to);
                            }
                        }
                    }
                }
            }
            Moves::Growing(slope) => {
                for position in along {
                    let Some(axis) = block.axes.get(*position) else { continue };
                    let of = self.axes.get(*axis);
                    let (slope, vanishes) = slope(*axis, of);
                    let missing = of.classes.iter().position(|class| class.missing);
                    for line in block.planes(&[*position]) {
                        let is_missing = |cell: &usize| Some(block.class(*cell, *position)) == missing;
                        let known: Vec<usize> =
                            line.iter().copied().filter(|cell| !is_missing(cell)).collect();
                        // A cell by itself is compared with itself: its points may not be one number.
                        known.iter().for_each(|cell| note(*cell, *cell));
                        for pair in known.windows(2) {
                            let [low, high] = pair else { continue };
                            if matches!(slope, Slope::Up | Slope::Unknown) {
                                note(*low, *high);
                            }
                            if matches!(slope, Slope::Down | Slope::Unknown) {
                                note(*high, *low);
                            }
                        }
                        if vanishes && let Some(none) = line.iter().find(|cell| is_missing(cell)) {
                            for cell in &known {
                                note(*cell, *none);
                                note(*none, *cell);
                            }
                        }
                    }
                }
            }
            Moves::From(first, second) => {
                let all = |cell: usize, fits: &dyn Fn(AxisId, &Axis, usize) -> bool| {
                    along.iter().all(|position| {
                        block.axes.get(*position).is_some_and(|axis| {
                            fits(*axis, self.axes.get(*axis), block.class(cell, *position))
                        })
                    })
                };
                for plane in block.planes(along) {
                    let from: Vec<usize> = plane.iter().copied().filter(|cell| all(*cell, *first)).collect();
                    for to in plane.iter().filter(|cell| all(**cell, *second)) {
                        from.iter().for_each(|from| note(*from, *to));
                    }
                }
            }
            Moves::Steps(field) if along.iter().any(|position| !self.is_field(block, *position, *field)) => {
                for plane in block.planes(along) {
                    all_known &= any_two(block, &plane, &mut note);
                }
            }
            Moves::Steps(_) => {
                for position in along {
                    let Some(axis) = block.axes.get(*position) else { continue };
                    let ordered = self.axes.get(*axis).kind.is_ordered();
                    let missing = self.axes.get(*axis).classes.iter().position(|class| class.missing);
                    for line in block.planes(&[*position]) {
                        let (none, known): (Vec<usize>, Vec<usize>) =
                            line.into_iter().partition(|cell| Some(block.class(*cell, *position)) == missing);
                        if ordered {
                            known.iter().for_each(|cell| note(*cell, *cell));
                            for pair in known.windows(2) {
                                if let [low, high] = pair {
                                    note(*low, *high);
                                }
                            }
                        } else {
                            all_known &= any_two(block, &known, &mut note);
                        }
                        for none in none {
                            known.iter().for_each(|cell| note(none, *cell));
                        }
                    }
                }
            }
        }
        if !all_known {
            findings
                .unknown
                .push(format!("{} turn on too many values to compare each two", self.names(&block.parts)));
        }
        let classes = |cell: usize, positions: &[usize]| -> Vec<(AxisId, usize)> {
            let axes = positions.iter().filter_map(|position| Some((*block.axes.get(*position)?, *position)));
            axes.map(|(axis, position)| (axis, block.class(cell, position))).collect()
        };
        let every: Vec<usize> = (0..block.axes.len()).collect();
        findings.suspects.extend(found.into_iter().map(|(gap, from, to)| Suspect {
            from: classes(from, &every),
            to: classes(to, along),
            gap,
            parts: block.parts.clone(),
        }));
        worst.max(beyond)
    }

    /// Whether an axis of a block is a field of the record, and nothing else.
    fn is_field(&self, block: &Block, position: usize, field: FieldId) -> bool {
        block.axes.get(position).is_some_and(|axis| self.axes.get(*axis).field() == Some(field))
    }

    /// Whether a record in one of the cells of a block can be without a score.
    fn may_be_unscored(&self, block: &Block) -> bool {
        (0..block.len()).filter_map(|at| block.cell(at)).any(|cell| {
            cell.patterns().is_none_or(|patterns| patterns.iter().any(|marks| !self.is_scored(*marks)))
        })
    }

    /// Whether what is asked about also changes the scores of others, who settle with one's own by a negative weight: then
    /// what adds to everybody's points may take from one's score.
    pub(super) fn is_turned_by_others(&self, asked: &BTreeSet<Read>) -> bool {
        let schema = &self.policy.schema;
        let theirs = asked.iter().any(|read| match read {
            Read::Link(_) => true,
            Read::PeerField(link, _) => schema.link(*link).to != schema.scored,
            Read::Field(_) | Read::Children(_) | Read::ChildField(..) | Read::PeerScores(_) => false,
        });
        let mut influences = self.policy.influences.iter();
        theirs && influences.any(|influence| influence.settled && influence.weight < Decimal::ZERO)
    }

    /// Whether one's own field, asked about as one's own alone, is also read by those who know one, and their scores come back
    /// to one's own.
    fn is_read_by_others(&self, asked: &BTreeSet<Read>) -> bool {
        let schema = &self.policy.schema;
        let mut influences = self.policy.influences.iter();
        if !influences.any(|influence| influence.settled && !influence.weight.is_zero()) {
            return false;
        }
        let all = self.axes.list.iter().flat_map(|axis| &axis.reads);
        all.into_iter().any(|read| match read {
            Read::PeerField(link, field) => {
                schema.link(*link).to == schema.scored
                    && asked.contains(&Read::Field(*field))
                    && !asked.contains(read)
            }
            Read::Field(_)
            | Read::Link(_)
            | Read::Children(_)
            | Read::ChildField(..)
            | Read::PeerScores(_) => false,
        })
    }

    /// What a difference of a record's points comes to where scores of others settle with it: it moves theirs, and they move
    /// it. The sizes of the weights are less than 1 together, `c`: at most 1 / (1 - c²) of it is there in the end; where
    /// everybody's points may differ (not `alone`), 1 / (1 - c).
    pub(super) fn echoed(&self, units: i128, alone: bool) -> i128 {
        const ROUNDINGS: i128 = 1_000;
        let settled = self.policy.influences.iter().filter(|influence| influence.settled);
        let sizes = settled.map(|influence| influence.weight.abs());
        let Some(all) = sizes.reduce(|a, b| a.checked_add(b).unwrap_or(Decimal::MAX)) else { return units };
        if all.is_zero() || units == 0 || Points::is_far(units) {
            return units;
        }
        let back = if alone { all.checked_mul(all).unwrap_or(all) } else { all };
        let kept = Decimal::ONE.units().saturating_sub(back.units());
        if kept <= 0 {
            return i128::MAX / 16;
        }
        let echoed = units.checked_mul(Decimal::ONE.units()).map(|units| units / kept);
        echoed.map_or(i128::MAX / 16, |units| units.saturating_add(ROUNDINGS))
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
        let rest = self.rest(block);
        let scored = |at: usize, second: usize| {
            let (Some(first), Some(second)) = (block.cell(at), block.cell(second)) else { return false };
            let alike = first == second && first.may & first.may_not == 0;
            let patterns = first.patterns();
            alike || patterns.is_some_and(|all| all.iter().all(|marks| self.is_scored(*marks)))
        };
        seconds.iter().all(|second| {
            let anchors = |first: &usize| {
                scored(*first, *second) && self.breaks(block, &rest, *first, *second, rule).is_none()
            };
            firsts.iter().any(anchors)
        })
    }

    /// By how much two cells may break a rule; `None` where they do not.
    fn breaks(&self, block: &Block, rest: &Rest, from: usize, to: usize, rule: Rule) -> Option<i128> {
        let (first, second) = (block.cell(from)?, block.cell(to)?);
        let same_marks = |cell: &Cell| cell.may & cell.may_not == 0;
        if same_marks(first) && same_marks(second) && first.may == second.may {
            return self.differ(block, from, to, rule);
        }
        self.differ_by_marks(block, rest, (from, first), (to, second), rule)
    }

    /// The same marks on both: points alone.
    fn differ(&self, block: &Block, from: usize, to: usize, rule: Rule) -> Option<i128> {
        let (mut up, mut down, mut exact) = (0_i128, 0_i128, true);
        let pairs = block.buckets.iter().zip(block.points(from)).zip(block.points(to));
        for ((bucket, first), second) in pairs {
            let (sign, factor) = self.leverage(*bucket);
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
        match rule {
            Rule::Same => (!exact).then_some(up.max(down)),
            Rule::NeverRises => (up > 0).then_some(up),
            Rule::NeverFalls => (down > 0).then_some(down),
            Rule::Within(_) => (up.max(down) > 0).then_some(up.max(down)),
        }
    }

    /// The most that rounding can make of a difference.
    pub(super) fn rounded_up(&self, units: i128) -> i128 {
        rounded_apart(units, self.policy.round, || may_cross_zero(&[self.policy]))
    }

    /// Different marks, or marks that are not sure: range and overrides are looked at, over all that others can add.
    fn differ_by_marks(
        &self,
        block: &Block,
        rest: &Rest,
        (from, first): (usize, &Cell),
        (to, second): (usize, &Cell),
        rule: Rule,
    ) -> Option<i128> {
        let Some(others) = &rest.marks else { return Some(FAR) };
        let (Some(marks_first), Some(marks_second)) = (first.patterns(), second.patterns()) else {
            return Some(FAR);
        };
        // Other buckets than the score's own are limited for themselves: then both ends are taken apart.
        let alone = block.buckets.iter().all(|bucket| *bucket == 0);
        let points = |cell: usize| block.points(cell).first().copied().unwrap_or(Points::ZERO);
        let mut worst: Option<i128> = None;
        for (one, two) in marks_first.iter().flat_map(|one| marks_second.iter().map(move |two| (*one, *two)))
        {
            for others in others {
                let (one, two) = (one | others, two | others);
                match (self.is_scored(one), self.is_scored(two)) {
                    (true, true) => {}
                    (false, false) => continue,
                    (true, false) | (false, true) => {
                        if rule == Rule::Same {
                            return Some(FAR);
                        }
                        continue;
                    }
                }
                let (up, down) = if alone {
                    self.spread_of(self.total(&rest.sums), (one, points(from)), (two, points(to)))
                } else {
                    let score = |marks, cell: usize| {
                        let mut sums = rest.sums.clone();
                        for (bucket, points) in block.buckets.iter().zip(block.points(cell)) {
                            if let Some(sum) = sums.get_mut(*bucket) {
                                *sum = sum.plus(*points);
                            }
                        }
                        self.settle(marks, self.total(&sums))
                    };
                    let (a, b) = (score(one, from)?, score(two, to)?);
                    (b.high().saturating_sub(a.low()).max(0), a.high().saturating_sub(b.low()).max(0))
                };
                let gap = match rule {
                    Rule::Same | Rule::Within(_) => up.max(down),
                    Rule::NeverRises => up,
                    Rule::NeverFalls => down,
                };
                if gap > 0 {
                    worst = Some(worst.map_or(gap, |worst| worst.max(gap)));
                }
            }
        }
        worst
    }

    /// The most that the second rises above the first, and falls below it, over all that others can add up to: two lines
    /// with a floor and a cap each differ most at an end or where one of them bends.
    pub(super) fn spread_of(
        &self,
        others: Points,
        first: (Marks, Points),
        second: (Marks, Points),
    ) -> (i128, i128) {
        let ends = |(marks, points): (Marks, Points)| [(marks, points.low()), (marks, points.high())];
        let bends: Vec<i128> = self.bends(first.0 | second.0);
        let (mut up, mut down) = (0_i128, 0_i128);
        for a in ends(first) {
            for b in ends(second) {
                let at = bends.iter().flat_map(|bend| [bend - a.1, bend - b.1]);
                // Beyond the last bend of both, where others have no end.
                let beyond =
                    bends.iter().map(|bend| bend.abs()).max().unwrap_or(0) + a.1.abs() + b.1.abs() + 1;
                let at = at
                    .chain([others.low(), others.high()])
                    .chain([0, beyond, -beyond].map(|sum| sum.clamp(others.low(), others.high())))
                    .chain(bends.iter().flat_map(|bend| [bend - a.1 - 1, bend - b.1 + 1]));
                for sum in at.filter(|sum| *sum >= others.low() && *sum <= others.high()) {
                    let level = |(marks, points): (Marks, i128)| {
                        self.level(marks, Points::of_units(sum, sum).plus(Points::of_units(points, points)))
                            .low()
                    };
                    let difference = level(b).saturating_sub(level(a));
                    up = up.max(difference);
                    down = down.max(-difference);
                }
            }
        }
        (up, down)
    }

    /// The scores at which range and overrides bend the line.
    fn bends(&self, marks: Marks) -> Vec<i128> {
        let range = self.policy.range.into_iter().flat_map(|(low, high)| [low, high]);
        let applying = self.policy.overrides.iter().enumerate().filter(|(at, _)| marks & (1 << at) != 0);
        let set = applying.flat_map(|(_, each)| each.score_at_least.into_iter().chain(each.score_at_most));
        range.chain(set).map(Decimal::units).collect()
    }

    /// What the parts that are not in a block can do.
    pub(super) fn rest(&self, block: &Block) -> Rest {
        let mut sums = vec![Points::ZERO; self.buckets.len()];
        let mut marks: Option<BTreeSet<Marks>> = Some([0].into_iter().collect());
        for (at, part) in self.parts.iter().enumerate() {
            if block.parts.contains(&at) {
                continue;
            }
            if let (Some(sum), Some(hull)) = (sums.get_mut(part.bucket), self.hulls.get(at)) {
                *sum = sum.plus(hull.points);
            }
            let Some(hull) = self.hulls.get(at) else { continue };
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
        Rest { sums, marks: marks.map(|marks| marks.into_iter().collect()) }
    }

    /// Parts in words.
    pub(super) fn names(&self, parts: &[usize]) -> String {
        let mut names: Vec<String> = parts.iter().map(|at| self.name(*at)).collect();
        let last = names.pop().unwrap_or_default();
        if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
    }
}

/// Whether a move from one cell to another goes along an axis as a field grows: the position of the axis, which way it goes,
/// whether it can become missing, and the class that is missing.
fn goes(
    block: &Block,
    from: usize,
    to: usize,
    (position, slope, vanishes, missing): (usize, Slope, bool, Option<usize>),
) -> bool {
    let (from, to) = (block.class(from, position), block.class(to, position));
    if from == to {
        return true;
    }
    if Some(from) == missing || Some(to) == missing {
        return vanishes;
    }
    match slope {
        Slope::Flat => false,
        Slope::Up => from < to,
        Slope::Down => to < from,
        Slope::Unknown => true,
    }
}

/// Compares any two cells of a plane, one of each kind that gives the same; of many kinds those at the ends. Whether that
/// is all.
fn any_two(block: &Block, plane: &[usize], note: &mut dyn FnMut(usize, usize)) -> bool {
    let mut kinds: BTreeMap<(Marks, Marks, Vec<Points>), usize> = BTreeMap::new();
    for at in plane {
        let Some(cell) = block.cell(*at) else { continue };
        kinds.entry((cell.may, cell.may_not, block.points(*at).to_vec())).or_insert(*at);
    }
    let mut cells: Vec<usize> = kinds.values().copied().collect();
    let mut all = true;
    if cells.len() > KINDS {
        // Of each set of marks, those with the least and the most: of one sum nothing else is further apart.
        all = block.buckets.len() == 1;
        let mut ends: BTreeMap<(usize, Marks, Marks), [usize; 2]> = BTreeMap::new();
        for at in cells {
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
        cells = ends.into_values().flatten().collect();
        cells.sort_unstable();
        cells.dedup();
    }
    for from in &cells {
        for to in &cells {
            note(*from, *to);
        }
    }
    all
}
