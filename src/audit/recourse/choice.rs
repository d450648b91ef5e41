//! What a group of levers can do to one record: each choice with its price and its points.

use super::group::{By, Candidates, Group};
use super::lever::Lever;
use crate::audit::model::{Marks, Model, NO_PART, NOT_SCORED, PartOf};
use crate::data::{Records, Set, Subject, Value, value};
use crate::decimal::Decimal;
use crate::eval::{Outcome, Probe, Scorer, Status};
use crate::policy::Expr;

/// So many changed records of a group are run for one record.
const RUNS: usize = 20_000;

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
    /// There are more than were looked at.
    pub(in crate::audit) cut_short: bool,
}

impl<'a> Stand<'a> {
    /// The value of a field.
    pub(in crate::audit) fn field(&self, lever: &Lever) -> Option<&'a Value> {
        self.subject.values.get(lever.field.index())
    }

    /// The value of an expression, were the record's values these.
    fn value(&self, model: &Model<'_>, values: &[Value], expr: &Expr) -> Option<Value> {
        let subject = with_values(self.subject, values);
        let (policy, records, outcome) = (model.policy, self.records, Some(self.outcome));
        Probe { policy, records, subject: &subject, outcome }.value(expr)
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
                gain: buckets.iter().map(|bucket| points(cell, *bucket) - points(here, *bucket)).collect(),
                marks: marks & group.marks,
                set,
            })
        });
        Some(Self::sorted(choices.collect(), false))
    }

    fn by_runs(
        model: &Model<'_>,
        scorer: &Scorer<'_>,
        group: &Group,
        candidates: &[Candidates],
        stand: &Stand<'_>,
        buckets: &[usize],
    ) -> Option<Self> {
        let mut all: Vec<(i128, Vec<(usize, Value)>)> = vec![(0, Vec::new())];
        let mut cut_short = false;
        for (at, (lever, candidates)) in group.levers.iter().zip(candidates).enumerate() {
            let now = stand.field(lever)?;
            let mut next = all.clone();
            for to in candidates.values(model, lever, stand) {
                let Some(steps) = lever.steps(now, &to).filter(|steps| *steps > 0) else { continue };
                for (cost, set) in &all {
                    let mut set = set.clone();
                    set.push((at, to.clone()));
                    next.push((lever.price(steps).saturating_add(*cost), set));
                }
            }
            next.sort_by_key(|(cost, set)| (*cost, set.len()));
            cut_short |= next.len() > RUNS;
            next.truncate(RUNS);
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
            let gain = sums(model, &outcome, buckets).iter().zip(&before).map(|(a, b)| a - b).collect();
            (outcome.status == Status::Scored).then(|| Choice {
                cost,
                gain,
                marks: stand.marks(model, &values, group.marks),
                set,
            })
        });
        Some(Self::sorted(choices.collect(), cut_short))
    }

    /// The cheapest first, and of those the ones that change least.
    fn sorted(mut all: Vec<Choice>, cut_short: bool) -> Self {
        all.sort_by_key(|choice| (choice.cost, choice.set.len()));
        Self { all, cut_short }
    }
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
        *sum += points.unwrap_or(Decimal::ZERO).units();
    }
    sums
}

impl Candidates {
    /// The values worth trying from where a record stands: of each set the one that the fewest steps lead to.
    fn values(&self, model: &Model<'_>, lever: &Lever, stand: &Stand<'_>) -> Vec<Value> {
        let Some(now) = stand.field(lever) else { return Vec::new() };
        let mut values: Vec<Value> = Vec::new();
        for set in &self.classes {
            for piece in self.pieces(model, lever, stand, set) {
                values.extend(lever.nearest(now, &piece).filter(|value| value != now));
            }
        }
        values.dedup();
        values
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
                    while outside - inside > one {
                        let middle = inside + (outside - inside) / one / 2 * one;
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
