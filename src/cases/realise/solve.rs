//! Wishes, met one after the other: those that read something in common together, each kept while the next is met.

use super::draft::Who;
use super::possible::Possible;
use super::quest::{About, Quest, Then};
use super::{Amount, Wish};
use crate::cases::alternatives::{of_units, units_of};
use crate::cases::visit::Visit;
use crate::data::{FieldId, LinkId, RecordId, Set, Type, Value};
use crate::decimal::Decimal;
use crate::policy::{Expr, ItemId, Over, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// How many values may be worked out for wishes that read something in common, in one order.
const EFFORT: usize = 5_000;
/// How many for one wish about what everything comes to.
const LATE: usize = 12_000;
/// How many values are chosen that nothing asks for, and in how many orders wishes are then met.
const ORDERS: [(u32, usize); 3] = [(0, 3), (1, 2), (2, 1)];
/// How many wishes are met together, each taking back what the others did.
const TOGETHER: usize = 8;
/// How many fields are solved for by halving.
const HALVED: usize = 6;

/// A wish to be met by changing the record.
#[derive(Debug, Clone)]
enum Task<'w> {
    Value(&'w Expr, Possible),
    Points(ItemId, Possible),
    Push(ItemId, bool),
    Influence(usize, Possible),
    PushInfluence(usize, bool),
}

/// Something that a wish reads of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Field(FieldId),
    Children(RecordId),
    Link(LinkId),
}

/// A task and what it reads.
#[derive(Debug)]
struct Reading<'w> {
    task: Task<'w>,
    parts: BTreeSet<Part>,
    /// Whether it reads what the whole record comes to.
    whole: bool,
}

impl<'m, 'p> Quest<'m, 'p> {
    /// Changes the draft so that wishes hold; whether they do.
    pub(super) fn satisfy(&mut self, wishes: &[Wish]) -> bool {
        if !self.complete() {
            return false;
        }
        let mut tasks: Vec<Task<'_>> = Vec::new();
        for wish in wishes {
            match wish {
                Wish::Field(id, value) => self.narrow(*id, &exactly(value)),
                Wish::Expr { of, within } => self.take(of, within, &mut tasks),
                Wish::Points(id, amount) => tasks.push(match amount.wanted() {
                    Some(wanted) => Task::Points(*id, wanted),
                    None => Task::Push(*id, *amount == Amount::Most),
                }),
                Wish::Influence(at, amount) => tasks.push(match amount.wanted() {
                    Some(wanted) => Task::Influence(*at as usize, wanted),
                    None => Task::PushInfluence(*at as usize, *amount == Amount::Most),
                }),
            }
        }
        let own = Who::Person(0);
        for (id, possible) in self.narrowed.clone() {
            let now = self.draft.values(own).get(id.index());
            let fits = now.is_some_and(|now| possible.contains(now));
            if !fits && !self.seek_field(own, id, &possible, &mut |_| true) {
                return false;
            }
        }
        let policy = self.maker.policy;
        let mut readings: Vec<Reading<'_>> =
            tasks.into_iter().map(|task| Reading::of(task, policy)).collect();
        readings.sort_by_key(Reading::order);
        let groups = components(&readings);
        let exact = groups.iter().all(|group| {
            let tasks: Vec<&Task<'_>> =
                group.iter().filter(|reading| reading.is_exact()).map(|reading| &reading.task).collect();
            self.solve(&tasks)
        });
        exact && self.late(&readings) && {
            self.drive(&readings, &groups);
            true
        }
    }

    /// Gives the record a key if it has none: a `case` block cannot be without.
    fn complete(&mut self) -> bool {
        let schema = self.draft.schema();
        let own = Who::Person(0);
        let Some(key) = schema.scored().key else { return true };
        if self.draft.values(own).get(key.index()).is_some_and(Value::is_missing) {
            let plain = self.maker.plain_values(schema.scored);
            let Some(value) = plain.get(key.index()) else { return false };
            self.draft.set(own, key, value.clone());
        }
        self.draft.person(0).is_some()
    }

    /// Takes a wish about an expression as it is, or as what it leaves of a field's domain.
    fn take<'w>(&mut self, of: &'w Expr, within: &Possible, tasks: &mut Vec<Task<'w>>) {
        let only_yes = !within.missing && within.truths() == (true, false);
        if let Expr::Field(id) = of {
            self.narrow(*id, within);
        } else if let (Expr::Test(inner, set), true) = (of, only_yes) {
            self.take(inner, &Possible::known(set.clone()), tasks);
        } else if let (Expr::And(parts), true) = (of, only_yes) {
            parts.iter().for_each(|part| self.take(part, within, tasks));
        } else {
            // Asked twice of the same, both have to be met by one value.
            let same = tasks.iter_mut().find_map(|task| match task {
                Task::Value(other, wanted) if *other == of => Some(wanted),
                Task::Value(..) | Task::Points(..) | Task::Push(..) => None,
                Task::Influence(..) | Task::PushInfluence(..) => None,
            });
            match same {
                Some(wanted) => *wanted = wanted.and(within),
                None => tasks.push(Task::Value(of, within.clone())),
            }
        }
    }

    fn narrow(&mut self, id: FieldId, to: &Possible) {
        let narrowed = self.narrowed.get(&id).map_or_else(|| to.clone(), |before| before.and(to));
        self.narrowed.insert(id, narrowed);
    }

    /// Meets wishes that read something in common: in their order, then with the one first that could not be met, then all
    /// together.
    fn solve(&mut self, tasks: &[&Task<'_>]) -> bool {
        let mut order: Vec<&Task<'_>> = tasks.to_vec();
        let all = self.left;
        for (free, orders) in ORDERS {
            self.free = free;
            for _ in 0..orders {
                self.left = EFFORT.min(all);
                let mark = self.draft.mark();
                match self.in_order(&order) {
                    Ok(()) => {
                        self.left = all;
                        return true;
                    }
                    Err(failed) => {
                        self.draft.undo(mark);
                        if failed == 0 {
                            break;
                        }
                        let task = order.remove(failed);
                        order.insert(0, task);
                    }
                }
            }
        }
        let mark = self.draft.mark();
        self.left = EFFORT.min(all);
        self.free = 1;
        let found = (2..=TOGETHER).contains(&order.len()) && self.together(&order, &order);
        if !found {
            self.draft.undo(mark);
        }
        self.left = all;
        found
    }

    /// Meets one after the other, those before it staying met; which one could not be.
    fn in_order(&mut self, tasks: &[&Task<'_>]) -> Result<(), usize> {
        for (at, task) in tasks.iter().enumerate() {
            let before = tasks.get(..at).unwrap_or_default();
            if !self.meet(task, &mut |quest| before.iter().all(|task| quest.meets(task))) {
                return Err(at);
            }
        }
        Ok(())
    }

    /// Meets wishes so that any may be met in another way where the next cannot be.
    fn together(&mut self, rest: &[&Task<'_>], all: &[&Task<'_>]) -> bool {
        match rest {
            [] => all.iter().all(|task| self.meets(task)),
            [first, rest @ ..] => self.meet(first, &mut |quest| quest.together(rest, all)),
        }
    }

    /// Wishes about what everything together comes to, all others being met.
    fn late(&mut self, readings: &[Reading<'_>]) -> bool {
        let mut tasks: Vec<&Reading<'_>> = readings.iter().filter(|reading| reading.is_exact()).collect();
        for reading in readings.iter().filter(|reading| reading.whole && !reading.is_driven()) {
            let found = [0, 1].into_iter().any(|free| {
                self.free = free;
                self.within(LATE, |quest| {
                    quest.meet_whole(reading, &mut |quest| tasks.iter().all(|task| quest.still(task)))
                })
            });
            if !found {
                return false;
            }
            tasks.push(reading);
        }
        true
    }

    /// Drives what is to give as much or as little as it can, what is met staying met.
    fn drive(&mut self, readings: &[Reading<'_>], groups: &[Vec<&Reading<'_>>]) {
        let late: Vec<&Reading<'_>> =
            readings.iter().filter(|reading| reading.whole && !reading.is_driven()).collect();
        self.free = 1;
        for group in groups {
            let mut floors: Vec<(&Task<'_>, Decimal)> = Vec::new();
            for reading in group.iter().filter(|reading| reading.is_driven()) {
                let met = &mut |quest: &mut Self| {
                    group
                        .iter()
                        .filter(|reading| reading.is_exact())
                        .all(|reading| quest.meets(&reading.task))
                        && floors.iter().all(|(task, floor)| quest.is_as_far(task, *floor))
                        && late.iter().all(|reading| quest.still(reading))
                };
                self.within(EFFORT, |quest| quest.meet(&reading.task, met));
                floors.extend(self.reached(&reading.task).map(|reached| (&reading.task, reached)));
            }
        }
        for reading in readings.iter().filter(|reading| reading.whole && reading.is_driven()) {
            let met = &mut |quest: &mut Self| {
                let exact = readings.iter().filter(|reading| !reading.is_driven());
                exact.into_iter().all(|reading| quest.still(reading))
            };
            self.within(EFFORT, |quest| quest.meet(&reading.task, met));
        }
    }

    /// Drafts in which a wish is met that may be about what the record comes to.
    fn meet_whole(&mut self, reading: &Reading<'_>, then: Then<'_, 'm, 'p>) -> bool {
        let before = std::mem::replace(&mut self.with_outcome, reading.reads_outcome());
        let found = self.meet(&reading.task, then);
        self.with_outcome = before;
        found
    }

    /// Whether a wish is still met, be it about what the record comes to or not.
    fn still(&mut self, reading: &Reading<'_>) -> bool {
        let before = std::mem::replace(&mut self.with_outcome, reading.reads_outcome());
        let met = self.meets(&reading.task);
        self.with_outcome = before;
        met
    }

    /// Whether a wish is met. One for as much as possible always is.
    fn meets(&mut self, task: &Task<'_>) -> bool {
        match task {
            Task::Value(expr, wanted) => self.fits(About::person(0), expr, wanted),
            Task::Points(id, wanted) => self.gives(0, *id, wanted),
            Task::Influence(at, wanted) => self.influenced(*at, wanted),
            Task::Push(..) | Task::PushInfluence(..) => true,
        }
    }

    /// Drafts in which a wish is met.
    fn meet(&mut self, task: &Task<'_>, then: Then<'_, 'm, 'p>) -> bool {
        match task {
            Task::Value(expr, wanted) => {
                self.seek(About::person(0), expr, wanted, then) || self.halve(expr, wanted, then)
            }
            Task::Points(id, wanted) => self.seek_points(0, *id, wanted, then),
            Task::Influence(at, wanted) => self.seek_influence(*at, wanted, then),
            Task::Push(id, up) => {
                self.push(0, *id, *up, then);
                then(self)
            }
            Task::PushInfluence(at, up) => {
                self.push_influence(*at, *up, then);
                then(self)
            }
        }
    }

    /// How far something was driven.
    fn reached(&mut self, task: &Task<'_>) -> Option<Decimal> {
        match task {
            Task::Push(id, _) => self.points(0, *id),
            Task::PushInfluence(at, _) => self.influence(*at),
            Task::Value(..) | Task::Points(..) | Task::Influence(..) => None,
        }
    }

    fn is_as_far(&mut self, task: &Task<'_>, reached: Decimal) -> bool {
        let up = matches!(task, Task::Push(_, true) | Task::PushInfluence(_, true));
        let now = self.reached(task);
        now.is_some_and(|now| if up { now >= reached } else { now <= reached })
    }

    /// Where nothing can be turned round: one field at values of its own, and halfway between two of them of which one
    /// gives too little and the other too much.
    pub(super) fn halve(&mut self, expr: &Expr, wanted: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let parts = Reading::of(Task::Value(expr, wanted.clone()), self.maker.policy).parts;
        let scored = self.draft.schema().scored;
        let fields = parts.into_iter().filter_map(|part| match part {
            Part::Field(id) => Some(id),
            Part::Children(_) | Part::Link(_) => None,
        });
        let fields: Vec<FieldId> = fields.take(HALVED).collect();
        fields.into_iter().any(|id| {
            let field = self.draft.schema().field(scored, id);
            let domain = self.narrowed.get(&id).map_or_else(
                || Possible::known(field.domain.clone()),
                |narrowed| narrowed.and(&Possible::known(field.domain.clone())),
            );
            let kind = field.kind;
            let mut tried: Vec<(i128, i128)> = Vec::new();
            let values = self.maker.values_of(scored, id, &domain);
            for value in values {
                if self.halved(id, &value, expr, wanted, &mut tried, then) {
                    return true;
                }
            }
            tried.sort_unstable();
            for range in wanted.ranges().iter().take(HALVED) {
                let between = tried.windows(2).find_map(|two| match two {
                    [(a, x), (b, y)] if (*x < range.0) != (*y < range.0) => Some((*a, *b, *x < range.0)),
                    _ => None,
                });
                let Some((mut low, mut high, rising)) = between else { continue };
                let unit = crate::data::step(kind);
                while high.saturating_sub(low) > unit {
                    let middle = (low / 2 + high / 2).div_euclid(unit) * unit;
                    let middle = middle.clamp(low + unit, high);
                    let mut seen = Vec::new();
                    let Some(value) = of_units(middle, kind) else { break };
                    if self.halved(id, &value, expr, wanted, &mut seen, then) {
                        return true;
                    }
                    match seen.first() {
                        Some((_, result)) if (*result < range.0) == rising => low = middle,
                        Some(_) => high = middle,
                        None => break,
                    }
                    if high.saturating_sub(low) <= unit {
                        break;
                    }
                }
            }
            false
        })
    }

    /// One field at one value; what it came to is noted.
    fn halved(
        &mut self,
        id: FieldId,
        value: &Value,
        expr: &Expr,
        wanted: &Possible,
        noted: &mut Vec<(i128, i128)>,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let own = Who::Person(0);
        let mut seen = None;
        let found = self.seek_field(own, id, &exactly(value), &mut |quest| {
            let result = quest.value(About::person(0), expr);
            seen = result.as_ref().and_then(units_of);
            result.is_some_and(|result| wanted.contains(&result)) && then(quest)
        });
        noted.extend(units_of(value).zip(seen));
        found
    }
}

impl<'w> Reading<'w> {
    fn of(task: Task<'w>, policy: &Policy) -> Self {
        let mut parts = BTreeSet::new();
        let mut whole = false;
        let mut visit = Visit::new(policy);
        let told = &mut |expr: &Expr, over: Option<Over>| {
            whole |= matches!(
                expr,
                Expr::Score | Expr::Tier | Expr::PointsOf(_) | Expr::PointsOfInfluence(_) | Expr::Decision(_)
            );
            parts.extend(match (expr, over) {
                (Expr::Field(id), _) => Some(Part::Field(*id)),
                (Expr::EventField(_), Some(over)) => Some(part_of(over)),
                (Expr::Aggregate(aggregate), _) => Some(part_of(aggregate.over)),
                _ => None,
            });
        };
        match &task {
            Task::Value(expr, _) => visit.expr(expr, None, told),
            Task::Points(id, _) | Task::Push(id, _) => visit.item(policy.item(*id), told),
            Task::Influence(..) | Task::PushInfluence(..) => whole = true,
        }
        Self { task, parts, whole }
    }

    /// What needs least goes first.
    fn order(&self) -> usize {
        self.parts.len()
    }

    /// Whether it asks for as much or as little as there can be.
    fn is_driven(&self) -> bool {
        matches!(self.task, Task::Push(..) | Task::PushInfluence(..))
    }

    /// Whether it is met or not by what it reads itself.
    fn is_exact(&self) -> bool {
        !self.whole && !self.is_driven()
    }

    fn reads_outcome(&self) -> bool {
        self.whole && matches!(self.task, Task::Value(..))
    }
}

fn part_of(over: Over) -> Part {
    match over {
        Over::Child(kind) => Part::Children(kind),
        Over::Link(link) => Part::Link(link),
    }
}

/// Readings of something in common, directly or by way of others, in their order; without those of the whole.
fn components<'r, 'w>(readings: &'r [Reading<'w>]) -> Vec<Vec<&'r Reading<'w>>> {
    let mut group: Vec<usize> = (0..readings.len()).collect();
    fn root(group: &[usize], mut at: usize) -> usize {
        while let Some(up) = group.get(at).filter(|up| **up != at) {
            at = *up;
        }
        at
    }
    let mut first: BTreeMap<Part, usize> = BTreeMap::new();
    for (at, reading) in readings.iter().enumerate().filter(|(_, reading)| !reading.whole) {
        for part in &reading.parts {
            let other = root(&group, *first.entry(*part).or_insert(at));
            let own = root(&group, at);
            // The earlier one stands for both.
            if let Some(slot) = group.get_mut(own.max(other)) {
                *slot = own.min(other);
            }
        }
    }
    let mut components: BTreeMap<usize, Vec<&Reading<'w>>> = BTreeMap::new();
    for (at, reading) in readings.iter().enumerate().filter(|(_, reading)| !reading.whole) {
        components.entry(root(&group, at)).or_default().push(reading);
    }
    components.into_values().collect()
}

/// This value, missing included.
fn exactly(value: &Value) -> Possible {
    if value.is_missing() {
        Possible { known: Set::empty(Type::Number), missing: true }
    } else {
        Possible::value(value)
    }
}
