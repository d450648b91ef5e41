//! What a group of levers can do to one record: each choice with its price and its points.

use super::group::{By, Candidates, Group};
use super::levels::Levels;
use super::lever::Lever;
use super::pairs::{Pairs, thinned};
use crate::audit::model::{Marks, Model, NO_PART, NOT_SCORED, PartOf};
use crate::data::{Records, Set, Subject, Value, value};
use crate::decimal::Decimal;
use crate::eval::{Outcome, Probe, Scorer, Status};
use crate::policy::Expr;

/// So many changed records of a group are run for one record.
const RUNS: usize = 50_000;

/// Of the values of each lever so many are combined beyond those.
const THIN: usize = 60;

/// A record and what it came to.
#[derive(Clone, Copy)]
pub(in crate::audit) struct Stand<'a> {
    pub(in crate::audit) records: &'a dyn Records,
    pub(in crate::audit) subject: &'a Subject<'a>,
    pub(in crate::audit) outcome: &'a Outcome,
}

/// A choice: values of a group's levers.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::audit) struct Choice {
    /// The price, in units of 1e-9.
    pub(in crate::audit) cost: i128,
    /// By bucket that is looked at: the points that it adds, in units.
    pub(in crate::audit) gain: Vec<i128>,
    /// The overrides of the group that apply.
    pub(in crate::audit) marks: Marks,
    /// The levers whose values change, by position in the group, and to what.
    pub(in crate::audit) set: Vec<(usize, Value)>,
}

/// What a group can do.
#[derive(Debug, Clone, Default)]
pub(in crate::audit) struct Choices {
    /// The first changes nothing.
    pub(in crate::audit) all: Vec<Choice>,
    /// All were looked at that cost less; `None` where none was left out.
    pub(in crate::audit) limit: Option<i128>,
}

/// What values of some levers cost, and the levers by position in the group.
type Picked = (i128, Vec<(usize, Value)>);

impl<'a> Stand<'a> {
    /// The value of a field.
    pub(in crate::audit) fn field(&self, lever: &Lever) -> Option<&'a Value> {
        self.subject.values.get(lever.field.index())
    }

    /// The value of an expression, were the record's values these.
    fn value(&self, model: &Model<'_>, values: &[Value], expr: &Expr) -> Option<Value> {
        let subject = with_values(self.subject, values);
        let (policy, records, outcome) = (model.policy, self.records, Some(self.outcome));
        Probe { policy, records, subject: &subject, outcome, definitions: &[] }.value(expr)
    }

    /// The overrides among some that apply, were the record's values these.
    pub(in crate::audit) fn marks(&self, model: &Model<'_>, values: &[Value], among: Marks) -> Marks {
        let overrides = model.policy.overrides.iter().enumerate().filter(|(at, _)| among & (1 << at) != 0);
        let applying = overrides.filter(|(_, each)| {
            let when = self.value(model, values, &each.when.when);
            when.and_then(|when| when.as_truth()).unwrap_or(each.when.if_missing)
        });
        applying.fold(0, |marks, (at, _)| marks | 1 << at)
    }

    /// What the record comes to with other values, while what others do to it stays as it is.
    pub(in crate::audit) fn run(&self, scorer: &Scorer<'_>, values: &[Value]) -> Option<Outcome> {
        let subject = with_values(self.subject, values);
        let own = scorer.own(self.records, &subject, &mut ()).ok()?;
        scorer.finish(self.records, &subject, own, self.outcome.influences.clone(), &mut ()).ok()
    }
}

/// The record with other values.
fn with_values<'b>(subject: &Subject<'b>, values: &'b [Value]) -> Subject<'b> {
    Subject { values, children: subject.children.clone(), linked: subject.linked.clone() }
}

impl Choices {
    /// What a group can do to a record. `buckets` are looked at; `None` where the record lies outside of what is known.
    pub(in crate::audit) fn of(
        model: &Model<'_>,
        scorer: &Scorer<'_>,
        group: &Group,
        stand: &Stand<'_>,
        buckets: &[usize],
    ) -> Option<Self> {
        match &group.by {
            By::Cells(component, positions) => {
                Self::by_cells(model, group, *component, positions, stand, buckets)
            }
            By::Runs(candidates) => Self::by_runs(model, scorer, group, candidates, stand, buckets),
        }
    }

    fn by_cells(
        model: &Model<'_>,
        group: &Group,
        component: usize,
        positions: &[usize],
        stand: &Stand<'_>,
        buckets: &[usize],
    ) -> Option<Self> {
        let block = model.components.get(component)?;
        let mut here = 0;
        for (position, id) in block.axes.iter().enumerate() {
            let axis = model.axes.get(*id);
            let class = match axis.field() {
                Some(field) => axis.class_of(stand.subject.values.get(field.index())?)?,
                None => axis.class_of(&stand.value(model, stand.subject.values, axis.expr()?)?)?,
            };
            here = block.moved(here, position, class);
        }
        let points = |cell: usize, bucket: usize| {
            let at = block.buckets.iter().position(|of| *of == bucket);
            at.and_then(|at| block.points(cell).get(at)?.single()).unwrap_or(0)
        };
        let mut all = vec![(here, 0_i128, Vec::new())];
        for (at, (lever, position)) in group.levers.iter().zip(positions).enumerate() {
            let axis = model.axes.get(*block.axes.get(*position)?);
            let now = stand.field(lever)?;
            let own = block.class(here, *position);
            let mut next = Vec::with_capacity(all.len() * axis.classes.len());
            for (class, set) in axis.classes.iter().enumerate() {
                let to = if class == own { Some(now.clone()) } else { lever.nearest(now, &set.known) };
                let Some(to) = to else { continue };
                let Some(steps) = lever.steps(now, &to) else { continue };
                for (cell, cost, set) in &all {
                    let mut set: Vec<(usize, Value)> = set.clone();
                    if class != own {
                        set.push((at, to.clone()));
                    }
                    let moved = block.moved(*cell, *position, class);
                    next.push((moved, lever.price(steps).saturating_add(*cost), set));
                }
            }
            all = next;
        }
        let choices = all.into_iter().filter_map(|(cell, cost, set)| {
            let marks = block.cell(cell)?.may;
            (marks & (NOT_SCORED | NO_PART) == 0).then(|| Choice {
                cost,
                gain: buckets
                    .iter()
                    .map(|bucket| points(cell, *bucket).saturating_sub(points(here, *bucket)))
                    .collect(),
                marks: marks & group.marks,
                set,
            })
        });
        Some(Self::sorted(choices.collect(), None))
    }

    fn by_runs(
        model: &Model<'_>,
        scorer: &Scorer<'_>,
        group: &Group,
        candidates: &[Candidates],
        stand: &Stand<'_>,
        buckets: &[usize],
    ) -> Option<Self> {
        let mut all: Vec<Picked> = vec![(0, Vec::new())];
        let mut limit: Option<i128> = None;
        for (at, (lever, candidates)) in group.levers.iter().zip(candidates).enumerate() {
            let now = stand.field(lever)?;
            let (values, cut) = candidates.values(model, scorer, lever, stand);
            let priced = values.into_iter().filter_map(|to| {
                let steps = lever.steps(now, &to).filter(|steps| *steps > 0)?;
                Some((lever.price(steps), Some((at, to))))
            });
            let mut own: Vec<(i128, Option<(usize, Value)>)> =
                [(0, None)].into_iter().chain(priced).collect();
            own.sort_by_key(|(cost, _)| *cost);
            let (next, beyond) = combined(&all, &own);
            limit = limit.into_iter().chain(cut).chain(beyond).min();
            all = next;
        }
        let before = sums(model, stand.outcome, buckets);
        let mut values = stand.subject.values.to_vec();
        let choices = all.into_iter().filter_map(|(cost, set)| {
            values.clone_from_slice(stand.subject.values);
            for (at, to) in &set {
                let field = group.levers.get(*at)?.field;
                *values.get_mut(field.index())? = to.clone();
            }
            let outcome = stand.run(scorer, &values)?;
            let after = sums(model, &outcome, buckets);
            let gain = after.iter().zip(&before).map(|(a, b)| a.saturating_sub(*b)).collect();
            (outcome.status == Status::Scored).then(|| Choice {
                cost,
                gain,
                marks: stand.marks(model, &values, group.marks),
                set,
            })
        });
        Some(Self::sorted(choices.collect(), limit))
    }

    /// The cheapest first, and of those the ones that change least.
    fn sorted(mut all: Vec<Choice>, limit: Option<i128>) -> Self {
        all.sort_by_key(|choice| (choice.cost, choice.set.len()));
        Self { all, limit }
    }
}

/// Sets of values with one more lever, the cheapest first, and the limit below which there are all. Of what stands beyond it
/// there are some.
fn combined(all: &[Picked], own: &[(i128, Option<(usize, Value)>)]) -> (Vec<Picked>, Option<i128>) {
    let pair = |at: usize, with: usize| {
        let ((cost, set), (more, value)) = (all.get(at)?, own.get(with)?);
        let set = set.iter().chain(value).cloned().collect();
        Some((cost.saturating_add(*more), set))
    };
    let mut pairs = Pairs::of(all.iter().map(|(cost, _)| *cost), own.iter().map(|(cost, _)| *cost));
    let mut next: Vec<Picked> =
        pairs.by_ref().take(RUNS).filter_map(|(_, at, with)| pair(at, with)).collect();
    let limit = pairs.next().map(|(cost, ..)| cost);
    if let Some(limit) = limit {
        let few = thinned(own.len(), THIN);
        let places = thinned(all.len(), THIN).flat_map(|at| few.clone().map(move |with| (at, with)));
        next.extend(places.filter_map(|(at, with)| pair(at, with)).filter(|(cost, _)| *cost >= limit));
        next.sort_by_key(|(cost, set)| (*cost, set.len()));
    }
    (next, limit)
}

/// The points of items by bucket, in units.
pub(in crate::audit) fn sums(model: &Model<'_>, outcome: &Outcome, buckets: &[usize]) -> Vec<i128> {
    let mut sums = vec![0_i128; buckets.len()];
    for part in &model.parts {
        let Some(sum) =
            buckets.iter().position(|bucket| *bucket == part.bucket).and_then(|at| sums.get_mut(at))
        else {
            continue;
        };
        let points = match part.of {
            PartOf::Item(id) => outcome.points.get(id.index()).copied(),
            PartOf::Influence(at) => outcome.influences.get(at as usize).copied(),
            PartOf::Override(_) | PartOf::Participation => None,
        };
        *sum = sum.saturating_add(points.unwrap_or(Decimal::ZERO).units());
    }
    sums
}

impl Candidates {
    /// The values worth trying from where a record stands, and the price below which there are all. Where nothing tells the
    /// values of a set apart: of each the one that the fewest steps lead to. Where more of it is always more of the score, or
    /// always less: for each number of steps the one that is farthest that way.
    fn values(
        &self,
        model: &Model<'_>,
        scorer: &Scorer<'_>,
        lever: &Lever,
        stand: &Stand<'_>,
    ) -> (Vec<Value>, Option<i128>) {
        let Some(now) = stand.field(lever) else { return (Vec::new(), None) };
        let mut values: Vec<Value> = Vec::new();
        let mut limit = None;
        for set in &self.classes {
            for piece in self.pieces(model, lever, stand, set) {
                values.extend(lever.nearest(now, &piece).filter(|value| value != now));
                if let (Some(way), Set::Ranges(ranges)) = (self.better, &piece) {
                    for range in ranges {
                        let levels = Levels { model, scorer, lever, stand, way, range: *range };
                        let (more, cut) = levels.all();
                        values.extend(more);
                        limit = limit.into_iter().chain(cut).min();
                    }
                }
            }
        }
        values.dedup();
        (values, limit)
    }

    /// A set cut where a quantity passes from one of its classes to the next.
    fn pieces(&self, model: &Model<'_>, lever: &Lever, stand: &Stand<'_>, set: &Set) -> Vec<Set> {
        let Set::Ranges(ranges) = set else { return vec![set.clone()] };
        let mut pieces: Vec<(i128, i128)> = ranges.clone();
        let one = crate::data::step(lever.kind);
        let mut values = stand.subject.values.to_vec();
        for id in &self.cut_by {
            let axis = model.axes.get(*id);
            let Some(expr) = axis.expr() else { continue };
            let mut class = |at: i128| -> Option<usize> {
                *values.get_mut(lever.field.index())? = value(at, lever.kind)?;
                axis.class_of(&stand.value(model, &values, expr)?)
            };
            let mut cut = Vec::new();
            for (low, high) in pieces {
                let mut from = low;
                loop {
                    let first = class(from);
                    if first == class(high) {
                        break;
                    }
                    // The last value of the class that `from` is in.
                    let (mut inside, mut outside) = (from, high);
                    let apart = |inside: i128, outside: i128| {
                        i128::try_from(outside.abs_diff(inside) / one.unsigned_abs() / 2).unwrap_or(0)
                    };
                    while apart(inside, outside) > 0 {
                        let middle = inside + apart(inside, outside) * one;
                        if class(middle) == first { inside = middle } else { outside = middle }
                    }
                    cut.push((from, inside));
                    from = outside;
                }
                cut.push((from, high));
            }
            pieces = cut;
        }
        pieces.into_iter().map(|range| Set::Ranges(vec![range])).collect()
    }
}
