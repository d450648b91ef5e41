//! A policy as a sum of parts over axes: what each part gives in every cell, and how parts make a score.
//!
//! Policies add up. The points of a characteristic turn on one or two axes; points of different parts are summed, in
//! groups with weights and limits of their own (here *buckets*), then brought into the range, under overrides, rounded.
//! Parts that share an axis belong together: such a *component* has a cell for each combination of classes. Components
//! vary freely of one another as far as the axes go; axes worked out of the same fields are tied in ways that are not
//! looked at here. So what is said of all cells holds of all records, and what one cell shows is to be shown by a record.

use super::assembly::Assembly;
use super::axis::{Axes, AxisId};
use super::block::Block;
use super::node::{Node, TableNode};
use super::points::Points;
use super::possible::Possible;
use crate::decimal::Decimal;
use crate::policy::{Item, ItemBody, ItemId, ItemKind, Policy};
use crate::source::Place;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// What may hold of a record besides its points, a bit each: which overrides apply, that a row says `not scored`, that the
/// record does not take part.
pub(super) type Marks = u128;

/// A row says `not scored`.
pub(super) const NOT_SCORED: Marks = 1 << 127;
/// The record does not take part.
pub(super) const NO_PART: Marks = 1 << 126;
/// A row of the other version says `not scored`, where two are compared.
pub(super) const OTHER_NOT_SCORED: Marks = 1 << 125;
/// How many overrides have a bit.
const OVERRIDES: usize = 120;
/// How many cells are kept of blocks that were asked for.
const KEPT: usize = 2_000_000;

/// A policy taken apart.
#[derive(Debug, Clone)]
pub(super) struct Model<'p> {
    pub(super) policy: &'p Policy,
    pub(super) axes: Axes,
    pub(super) parts: Vec<Part>,
    /// Where points are summed, the score itself first; each stands after the one it goes into.
    pub(super) buckets: Vec<Bucket>,
    /// Parts that share axes, each with its cells.
    pub(super) components: Vec<Rc<Block>>,
    /// Blocks of some of a component's parts that were asked for, the latest first.
    blocks: RefCell<Vec<Rc<Block>>>,
    /// By part: everything that it can give.
    pub(super) hulls: Vec<Given>,
    /// The scores that can be, once they were asked for.
    pub(super) scores: OnceCell<Option<super::range::Scores>>,
}

/// How a difference in a bucket becomes one of the score: by the weights on the way, the nearest first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Factor<'m>(&'m [Decimal]);

impl Factor<'_> {
    /// At most so much of a difference is left. Products are rounded weight by weight, each of two sums for itself: so the
    /// weights are not multiplied with one another, and each may add a unit. What is not different stays so.
    pub(super) fn stretch(self, units: i128) -> i128 {
        if units == 0 {
            return 0;
        }
        self.0.iter().fold(units, |units, weight| {
            Points::of_units(0, units).weighted(Some(*weight)).width().saturating_add(1)
        })
    }
}

/// Something that gives points or marks.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) of: PartOf,
    pub(super) gives: Gives,
    /// The axes that it turns on, in order.
    pub(super) axes: Vec<AxisId>,
    /// Where its points go.
    pub(super) bucket: usize,
    /// The mark of a row that says `not scored`.
    pub(super) unscored: Marks,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartOf {
    Item(ItemId),
    Influence(u32),
    Override(usize),
    Participation,
}

/// How a part comes to what it gives.
#[derive(Debug, Clone)]
pub(super) enum Gives {
    /// Points by the row of a table.
    Table(TableNode, Option<Decimal>, Finish),
    /// Points by a formula.
    Formula { when: Option<Node>, points: Node, if_missing: Option<Decimal>, finish: Finish },
    /// The axis itself is the points.
    Axis(AxisId),
    /// A mark where a condition holds; for participation, where it does not.
    Mark { when: Node, if_missing: bool, mark: Marks, where_it_holds: bool },
}

impl Gives {
    /// Whether it asks whether something is missing that is worked out of axes, some of these among them.
    pub(super) fn asks_whether_missing(&self, of: &dyn Fn(AxisId) -> bool) -> bool {
        match self {
            Self::Table(table, ..) => table.asks_whether_missing(of),
            Self::Formula { when, points, .. } => {
                when.iter().chain([points]).any(|node| node.asks_whether_missing(of))
            }
            Self::Mark { when, .. } => when.asks_whether_missing(of),
            Self::Axis(_) => false,
        }
    }
}

/// The weight and limits of an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finish {
    weight: Option<Decimal>,
    limits: Option<(Decimal, Decimal)>,
}

/// A sum on its way to the score.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    /// The group whose it is.
    pub(super) of: Option<ItemId>,
    /// The bucket that it goes into.
    pub(super) into: usize,
    weight: Option<Decimal>,
    limits: Option<(Decimal, Decimal)>,
    /// Whether more of it is more of the score (1), less (-1), or nothing (0).
    pub(super) sign: i128,
    /// The sizes of all weights from here to the score, its own first.
    weights: Vec<Decimal>,
}

/// What a part gives in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) points: Points,
    /// The marks that may be set.
    pub(super) may: Marks,
    /// The marks that may be absent.
    pub(super) may_not: Marks,
}

impl Given {
    /// Both at once. A mark may be absent where neither sets it for sure.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            points: self.points.plus(other.points),
            may: self.may | other.may,
            may_not: (!self.may | self.may_not) & (!other.may | other.may_not),
        }
    }

    /// Either of the two.
    fn or(self, other: Self) -> Self {
        Self {
            points: self.points.or(other.points),
            may: self.may | other.may,
            may_not: self.may_not | other.may_not,
        }
    }
}

impl Finish {
    pub(super) fn of(item: &crate::policy::Item) -> Self {
        Self { weight: item.weight, limits: item.limits }
    }

    fn apply(self, points: Points) -> Points {
        points.weighted(self.weight).clamped(self.limits)
    }
}

impl Bucket {
    /// The score's own.
    pub(super) fn root() -> Self {
        Self { of: None, into: 0, weight: None, limits: None, sign: 1, weights: Vec::new() }
    }

    /// The one of a group, by the position of the bucket that it goes into.
    pub(super) fn of_group(id: ItemId, group: &Item, into: usize, outer: Option<&Self>) -> Self {
        let sign = outer.map_or(1, |outer| outer.sign);
        let sign = sign * group.weight.map_or(1, |weight| weight.units().signum());
        let weights = group.weight.iter().map(|weight| weight.abs());
        let weights = weights.chain(outer.into_iter().flat_map(|outer| outer.weights.iter().copied()));
        let weights = weights.collect();
        Self { of: Some(id), into, weight: group.weight, limits: group.limits, sign, weights }
    }

    /// What it is multiplied by.
    pub(super) fn weight(&self) -> Option<Decimal> {
        self.weight
    }

    /// What it is brought between.
    pub(super) fn limits(&self) -> Option<(Decimal, Decimal)> {
        self.limits
    }

    /// What becomes of a sum.
    pub(super) fn apply(&self, sum: Points) -> Points {
        sum.weighted(self.weight).clamped(self.limits)
    }
}

impl<'p> Model<'p> {
    /// Takes a policy apart.
    ///
    /// # Errors
    ///
    /// Why that is beyond what can be looked at.
    pub(super) fn of(policy: &'p Policy) -> Result<Self, String> {
        Self::taken_apart(policy, false)
    }

    /// Takes two versions apart that were laid into one policy: its second item is the other version.
    ///
    /// # Errors
    ///
    /// As [`Model::of`].
    pub(super) fn of_versions(policy: &'p Policy) -> Result<Self, String> {
        Self::taken_apart(policy, true)
    }

    fn taken_apart(policy: &'p Policy, versions: bool) -> Result<Self, String> {
        if policy.overrides.len() > OVERRIDES {
            return Err(format!("the policy has more than {OVERRIDES} overrides"));
        }
        let mut axes = Axes::new();
        // The first time finds what is tested; see `Compiler`.
        drop(Assembly::of(policy, versions, &mut axes));
        let Assembly { parts, buckets, .. } = Assembly::of(policy, versions, &mut axes);
        axes.classify();
        let (components, hulls, blocks, scores) =
            (Vec::new(), Vec::new(), RefCell::default(), OnceCell::new());
        let mut model = Self { policy, axes, parts, buckets, components, hulls, blocks, scores };
        model.hulls = model.parts.iter().map(|part| model.hull(part)).collect();
        model.components =
            model.together().into_iter().map(|group| Rc::new(Block::new(&model, group))).collect();
        model.narrow_influences();
        Ok(model)
    }

    /// Everything that a part can give.
    fn hull(&self, part: &Part) -> Given {
        if let Some(own) = super::block::own_cells(self, part) {
            let all = own.into_iter().flatten().reduce(Given::or);
            return all.unwrap_or(Given { points: Points::ZERO, may: 0, may_not: 0 });
        }
        // Too many cells to look at each: what the checker knows of it.
        let points = match part.of {
            PartOf::Item(id) => {
                let (low, high) = self.policy.item(id).bounds;
                Points::between(low, high)
            }
            PartOf::Influence(_) | PartOf::Override(_) | PartOf::Participation => Points::ZERO,
        };
        let mark = match &part.gives {
            Gives::Mark { mark, .. } => *mark,
            Gives::Table(..) => part.unscored,
            Gives::Formula { .. } | Gives::Axis(_) => self.unscored_by_events(part),
        };
        Given { points, may: mark, may_not: mark }
    }

    /// Whether more in a bucket is more of the score (1), less (-1) or nothing (0), and how much of a difference there is
    /// left of it at most.
    pub(super) fn leverage(&self, bucket: usize) -> (i128, Factor<'_>) {
        let bucket = self.bucket(bucket);
        (bucket.sign, Factor(&bucket.weights))
    }

    /// A part in words.
    pub(super) fn name(&self, at: usize) -> String {
        match self.part(at).of {
            PartOf::Item(id) => {
                let item = self.policy.item(id);
                let kind = match item.kind {
                    ItemKind::Characteristic => "characteristic",
                    ItemKind::Rule => "rule",
                    ItemKind::Group => "group",
                };
                format!("the {kind} `{}`", item.name)
            }
            PartOf::Influence(at) => {
                let name = self.policy.influences.get(at as usize).map_or("", |influence| &influence.name);
                format!("the influence `{name}`")
            }
            PartOf::Override(at) => {
                let name = self.policy.overrides.get(at).map_or("", |each| &each.name);
                format!("the override `{name}`")
            }
            PartOf::Participation => "participation".to_owned(),
        }
    }

    /// Where a part stands.
    pub(super) fn place(&self, at: usize) -> Option<Place> {
        let policy = self.policy;
        match self.part(at).of {
            PartOf::Item(id) => Some(policy.item(id).place),
            PartOf::Influence(at) => policy.influences.get(at as usize).map(|influence| influence.place),
            PartOf::Override(at) => policy.overrides.get(at).map(|each| each.place),
            PartOf::Participation => policy.participation.as_ref().map(|participation| participation.place),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "parts are known by their positions")]
    pub(super) fn part(&self, at: usize) -> &Part {
        &self.parts[at]
    }

    /// Some parts of one component with their cells, in order: the component, where they are all of it.
    pub(super) fn block_of(&self, parts: Vec<usize>) -> Rc<Block> {
        if let Some(component) = self.components.iter().find(|component| component.parts == parts) {
            return Rc::clone(component);
        }
        let mut known = self.blocks.borrow_mut();
        let at = known.iter().position(|block| block.parts == parts);
        let block = at.map_or_else(|| Rc::new(Block::new(self, parts)), |at| known.remove(at));
        known.insert(0, Rc::clone(&block));
        let mut cells = 0;
        known.retain(|block| {
            cells += block.len();
            cells <= KEPT
        });
        block
    }

    #[expect(clippy::indexing_slicing, reason = "buckets are known by their positions")]
    pub(super) fn bucket(&self, at: usize) -> &Bucket {
        &self.buckets[at]
    }

    /// Parts by the axes that they share.
    fn together(&self) -> Vec<Vec<usize>> {
        let mut home: Vec<Option<usize>> = vec![None; self.axes.list.len()];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            let mut touched: Vec<usize> =
                part.axes.iter().filter_map(|axis| *home.get(axis.index())?).collect();
            touched.sort_unstable();
            touched.dedup();
            let into = touched.first().copied().unwrap_or_else(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            let mut members = vec![at];
            for other in touched.iter().skip(1) {
                members.extend(groups.get_mut(*other).map(std::mem::take).unwrap_or_default());
                for slot in home.iter_mut().filter(|slot| **slot == Some(*other)) {
                    *slot = Some(into);
                }
            }
            for axis in &part.axes {
                if let Some(slot) = home.get_mut(axis.index()) {
                    *slot = Some(into);
                }
            }
            if let Some(group) = groups.get_mut(into) {
                group.extend(members);
                group.sort_unstable();
            }
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// What a part gives where each axis is as seen; `None` where no record can be there.
    pub(super) fn given<'c>(&self, part: &Part, cell: &'c dyn Fn(AxisId) -> &'c Possible) -> Option<Given> {
        let points = |points| Some(Given { points, may: 0, may_not: 0 });
        match &part.gives {
            Gives::Table(table, ..) => {
                let rows = table.candidates(cell);
                let given = rows.into_iter().filter_map(|row| self.given_by_row(part, row, cell));
                given.reduce(Given::or)
            }
            Gives::Formula { when, points: value, if_missing, finish } => {
                let applies = when.as_ref().map(|when| when.possible(cell));
                let (yes, no, undecided) = applies.map_or((true, false, false), |applies| {
                    let (yes, no) = applies.truths();
                    (yes, no, applies.missing)
                });
                let mut all: Option<Points> = None;
                let mut add = |points: Points| all = Some(all.map_or(points, |all| all.or(points)));
                if yes {
                    add(points_of(&value.possible(cell), *if_missing));
                }
                if no {
                    add(Points::ZERO);
                }
                if undecided {
                    add(Points::exactly(if_missing.unwrap_or(Decimal::ZERO)));
                }
                points(finish.apply(all?))
            }
            Gives::Axis(axis) => {
                let crate::data::Set::Ranges(ranges) = &cell(*axis).known else { return None };
                let (low, high) = (ranges.first()?.0, ranges.last()?.1);
                let (least, greatest) = crate::data::limits(crate::data::Type::Number);
                let end = |units: i128| Decimal::from_units(units);
                let points = Points::between(
                    if low <= least { None } else { end(low) },
                    if high >= greatest { None } else { end(high) },
                );
                let unscored = self.unscored_by_events(part);
                Some(Given { points, may: unscored, may_not: unscored })
            }
            Gives::Mark { when, if_missing, mark, where_it_holds } => {
                let of = when.possible(cell);
                let (yes, no) = of.truths();
                let holds = yes || (of.missing && *if_missing);
                let fails = no || (of.missing && !*if_missing);
                let (set, clear) = if *where_it_holds { (holds, fails) } else { (fails, holds) };
                (set || clear).then_some(Given {
                    points: Points::ZERO,
                    may: if set { *mark } else { 0 },
                    may_not: if clear { *mark } else { 0 },
                })
            }
        }
    }

    /// The mark of a per-event rule one of whose rows says `not scored`.
    fn unscored_by_events(&self, part: &Part) -> Marks {
        let PartOf::Item(id) = part.of else { return 0 };
        match &self.policy.item(id).body {
            ItemBody::Events(events) if events.can_unscore() => part.unscored,
            ItemBody::Events(_) | ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => 0,
        }
    }

    /// What the row of a part's table gives.
    pub(super) fn given_by_row<'c>(
        &self,
        part: &Part,
        row: usize,
        cell: &'c dyn Fn(AxisId) -> &'c Possible,
    ) -> Option<Given> {
        let Gives::Table(table, if_missing, finish) = &part.gives else { return None };
        let not_scored = Given { points: finish.apply(Points::ZERO), may: part.unscored, may_not: 0 };
        Some(table.rows.get(row)?.outcome.as_ref().map_or(not_scored, |outcome| Given {
            points: finish.apply(points_of(&outcome.possible(cell), *if_missing)),
            may: 0,
            may_not: part.unscored,
        }))
    }
}

/// The points that a value is; a missing one gives what stands for it.
pub(super) fn points_of(value: &Possible, if_missing: Option<Decimal>) -> Points {
    let known = match &value.known {
        crate::data::Set::Ranges(ranges) => ranges.first().zip(ranges.last()).map(|((low, _), (_, high))| {
            let (least, greatest) = crate::data::limits(crate::data::Type::Number);
            let end = |units: i128| Decimal::from_units(units);
            Points::between(
                if *low <= least { None } else { end(*low) },
                if *high >= greatest { None } else { end(*high) },
            )
        }),
        crate::data::Set::Codes(_) | crate::data::Set::Texts { .. } => None,
    };
    let missing = value.missing.then(|| Points::exactly(if_missing.unwrap_or(Decimal::ZERO)));
    match (known, missing) {
        (Some(known), Some(missing)) => known.or(missing),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Points::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_gone_through_one_after_the_other() {
        let weight = |text: &str| Decimal::parse(text).unwrap();
        let billion = Decimal::from_int(1_000_000_000).units();
        let small = [weight("0.00001"), weight("0.00001")];
        // 0.1 points, and a unit for what rounding may add, weight by weight.
        assert_eq!(Factor(&small).stretch(billion), weight("0.1").units() + 1);
        assert_eq!(Factor(&small).stretch(0), 0);
        // A unit of the inner sum is ten of the outer one.
        let both = [weight("0.5"), weight("10")];
        assert_eq!(Factor(&both).stretch(1), 21);
        assert_eq!(Factor(&[]).stretch(7), 7);
    }
}
