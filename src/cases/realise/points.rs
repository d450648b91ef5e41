//! From points that an item is to give to what gives them; and scores, as sums of points.

use super::possible::{Possible, Range};
use super::quest::{About, Quest, Then};
use super::seek::{Aim, cells};
use crate::data::{Set, Type, Value, limits};
use crate::decimal::Decimal;
use crate::eval::{EventSeen, Match, Probe, Steps, Trace};
use crate::policy::{Condition, Expr, Formula, Item, ItemBody, ItemId, Override, RowOutcome, Table};

/// Steps by which a formula is driven up or down where nothing says how far it goes.
const STEPS: [i64; 6] = [100_000, 10_000, 1_000, 100, 10, 1];
/// How often a step of one size is taken.
const TIMES: usize = 10;

/// What is seen of one item.
#[derive(Debug, Default)]
pub(super) struct Glance {
    /// Whether its own row says `not scored`.
    not_scored: bool,
    /// The events that it counted, where it counts any.
    pub(super) events: Vec<EventSeen>,
    /// How it came to its points.
    pub(super) steps: Option<Steps>,
}

impl Trace for Glance {
    fn row(&mut self, _id: ItemId, _matched: &Match, points: Option<&Value>) {
        self.not_scored |= points.is_none();
    }

    fn event(&mut self, _id: ItemId, event: &EventSeen) {
        self.events.push(event.clone());
    }

    fn item(&mut self, _id: ItemId, steps: &Steps) {
        self.steps = Some(*steps);
    }
}

impl<'m, 'p> Quest<'m, 'p> {
    /// The points of an item; `None` where a row of it says `not scored`, or a number does not fit.
    pub(super) fn points(&mut self, person: usize, id: ItemId) -> Option<Decimal> {
        self.glance(person, id).and_then(|(points, glance)| (!glance.not_scored).then_some(points))
    }

    pub(super) fn glance(&mut self, person: usize, id: ItemId) -> Option<(Decimal, Glance)> {
        self.spend(super::draft::Who::Person(person));
        let subject = self.draft.subject_of(super::draft::Who::Person(person));
        let maker = self.maker;
        let mut probe = Probe {
            policy: maker.policy,
            records: &self.draft,
            subject: &subject,
            outcome: None,
            definitions: &[],
        };
        let definitions = if maker.entangled { probe.definitions()? } else { Vec::new() };
        probe.definitions = &definitions;
        let mut glance = Glance::default();
        let points = probe.points(&maker.scorer, id, &mut glance)?;
        Some((points, glance))
    }

    pub(super) fn gives(&mut self, person: usize, id: ItemId, wanted: &Possible) -> bool {
        self.points(person, id).is_some_and(|points| wanted.contains(&Value::Number(points)))
    }

    /// Drafts in which an item gives such points.
    pub(super) fn seek_points(
        &mut self,
        person: usize,
        id: ItemId,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let item = self.maker.policy.item(id);
        let (least, greatest) = limits(Type::Number);
        let bounds =
            (item.bounds.0.map_or(least, Decimal::units), item.bounds.1.map_or(greatest, Decimal::units));
        if self.left == 0 || !wanted.meets(bounds) {
            return false;
        }
        if self.gives(person, id, wanted) && then(self) {
            return true;
        }
        let then = &mut |quest: &mut Self| quest.gives(person, id, wanted) && then(quest);
        let weighed = wanted.before_limits(item.limits);
        let raw = item.weight.map_or_else(|| weighed.clone(), |weight| weighed.over(weight));
        let about = About::person(person);
        match &item.body {
            ItemBody::Table { table, if_missing } => self.row_giving(about, table, *if_missing, &raw, then),
            ItemBody::Formula(formula) => self.formula(about, formula, &raw, then),
            ItemBody::Group(members) => self.seek_sum(person, members, &raw, then),
            ItemBody::Events(events) => self.seek_events(person, id, events, &raw, then),
        }
    }

    fn row_giving(
        &mut self,
        about: About,
        table: &Table,
        if_missing: Option<Decimal>,
        raw: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        table.rows.iter().any(|row| {
            let RowOutcome::Value(points) = &row.outcome else { return false };
            let mut aims = cells(about, table, &row.cells);
            if let Expr::Constant(points) = points {
                return raw.contains(points) && self.seek_all(&aims, then);
            }
            aims.push((about, points, raw.if_known()));
            if self.seek_all(&aims, then) {
                return true;
            }
            let stands_in = if_missing.is_some_and(|points| raw.contains(&Value::Number(points)));
            aims.pop();
            aims.push((about, points, Possible::only_missing(&raw.known)));
            stands_in && self.seek_all(&aims, then)
        })
    }

    fn formula(&mut self, about: About, formula: &Formula, raw: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let applies: Vec<Aim<'_>> =
            formula.when.iter().map(|when| (about, when, Possible::truth(true))).collect();
        let mut aims = applies.clone();
        let is_constant = matches!(formula.points, Expr::Constant(_));
        let fits = !matches!(&formula.points, Expr::Constant(points) if !raw.contains(points));
        if !is_constant {
            aims.push((about, &formula.points, raw.if_known()));
        }
        if fits && self.seek_all(&aims, then) {
            return true;
        }
        if let Some(when) = &formula.when
            && raw.contains(&Value::Number(Decimal::ZERO))
            && self.seek(about, when, &Possible::truth(false), then)
        {
            return true;
        }
        if !formula.if_missing.is_some_and(|points| raw.contains(&Value::Number(points))) {
            return false;
        }
        let none = Possible::only_missing(&Set::Ranges(Vec::new()));
        let mut aims = applies;
        aims.push((about, &formula.points, none.clone()));
        self.seek_all(&aims, then)
            || formula.when.as_ref().is_some_and(|when| self.seek(about, when, &none, then))
    }

    /// Drafts in which items together give such points: one of them makes up for the rest, or each goes as far as it can
    /// until one does.
    pub(super) fn seek_sum(
        &mut self,
        person: usize,
        members: &[ItemId],
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        if !wanted.meets(self.reach(members)) {
            return false;
        }
        let mark = self.draft.mark();
        // What says `not scored` gives no points at all.
        for member in members {
            if self.points(person, *member).is_none()
                && !self.seek_points(person, *member, &Possible::any_number(), &mut |_| true)
            {
                self.draft.undo(mark);
                return false;
            }
        }
        let Some(sum) = self.sum(person, members) else { return false };
        if wanted.contains(&Value::Number(sum)) && then(self) {
            return true;
        }
        if self.by_one(person, members, wanted, then) {
            return true;
        }
        let up = wanted.ranges().first().is_some_and(|(low, _)| sum.units() < *low);
        for member in members {
            let before = self.draft.mark();
            if !self.push(person, *member, up, &mut |_| true) {
                continue;
            }
            let Some(now) = self.sum(person, members) else {
                self.draft.undo(before);
                continue;
            };
            if wanted.contains(&Value::Number(now)) && then(self) {
                return true;
            }
            if self.by_one(person, members, wanted, then) {
                return true;
            }
            // Too far: the others have to do without it.
            let passed = wanted
                .ranges()
                .iter()
                .any(|(low, high)| if up { now.units() > *high } else { now.units() < *low });
            if passed {
                self.draft.undo(before);
            }
        }
        self.draft.undo(mark);
        false
    }

    fn by_one(
        &mut self,
        person: usize,
        members: &[ItemId],
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let Some(sum) = self.sum(person, members) else { return false };
        members.iter().any(|member| {
            let own = self.points(person, *member);
            let rest = own.and_then(|own| sum.checked_sub(own));
            rest.is_some_and(|rest| {
                self.seek_points(person, *member, &wanted.less(rest), &mut |quest| {
                    let sum = quest.sum(person, members);
                    sum.is_some_and(|sum| wanted.contains(&Value::Number(sum))) && then(quest)
                })
            })
        })
    }

    /// The least and the most that items together can give.
    fn reach(&self, members: &[ItemId]) -> Range {
        let (least, greatest) = limits(Type::Number);
        members.iter().fold((0, 0), |(low, high), member| {
            let (from, to) = self.maker.policy.item(*member).bounds;
            let end = |end: Option<Decimal>, open: i128| end.map_or(open, Decimal::units);
            let sum = |a: i128, b: i128| a.saturating_add(b).clamp(least, greatest);
            (sum(low, end(from, least)), sum(high, end(to, greatest)))
        })
    }

    /// The points of items together.
    fn sum(&mut self, person: usize, members: &[ItemId]) -> Option<Decimal> {
        members.iter().try_fold(Decimal::ZERO, |sum, member| sum.checked_add(self.points(person, *member)?))
    }

    /// Drives an item up or down as far as is found to be possible while a condition holds; whether it moved.
    pub(super) fn push(&mut self, person: usize, id: ItemId, up: bool, guard: Then<'_, 'm, 'p>) -> bool {
        let Some(first) = self.points(person, id) else { return self.scored_row(person, id, up, guard) };
        let item = self.maker.policy.item(id);
        let mut best = first;
        match &item.body {
            ItemBody::Group(members) => {
                let up = if item.weight.is_some_and(|weight| weight < Decimal::ZERO) { !up } else { up };
                for member in members {
                    self.push(person, *member, up, guard);
                }
                best = self.points(person, id).unwrap_or(best);
            }
            ItemBody::Events(events) => {
                if let Some(reached) = self.push_events(person, id, events, up, guard) {
                    best = reached;
                }
            }
            ItemBody::Table { .. } | ItemBody::Formula(_) => {
                for target in targets(item, up) {
                    let further = if up { target > best } else { target < best };
                    if further && self.seek_points(person, id, &beyond(target, up), guard) {
                        best = self.points(person, id).unwrap_or(best);
                        break;
                    }
                }
                if !is_constant(item) {
                    best = self.gallop(person, id, up, best, guard);
                }
            }
        }
        if up { best > first } else { best < first }
    }

    /// Where a row says `not scored`: any other.
    fn scored_row(&mut self, person: usize, id: ItemId, up: bool, guard: Then<'_, 'm, 'p>) -> bool {
        let item = self.maker.policy.item(id);
        targets(item, up).into_iter().any(|target| self.seek_points(person, id, &beyond(target, up), guard))
            || self.seek_points(person, id, &Possible::any_number(), guard)
    }

    fn gallop(
        &mut self,
        person: usize,
        id: ItemId,
        up: bool,
        from: Decimal,
        guard: Then<'_, 'm, 'p>,
    ) -> Decimal {
        let mut best = from;
        let enough = self.enough(Decimal::ONE);
        let far = |best: Decimal| best.checked_sub(from).is_none_or(|gone| gone.abs() >= enough);
        for step in STEPS.into_iter().filter(|step| Decimal::from_int(*step) <= enough) {
            for _ in 0..TIMES {
                let step = Decimal::from_int(if up { step } else { -step });
                let target = best.checked_add(step).filter(|_| !far(best));
                let Some(target) = target else { break };
                if !self.seek_points(person, id, &beyond(target, up), guard) {
                    break;
                }
                best = self.points(person, id).unwrap_or(best);
            }
        }
        best
    }

    /// Drafts in which the score, or the tier, is one of these.
    pub(super) fn score(&mut self, expr: &Expr, wanted: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let policy = self.maker.policy;
        let scores = match (expr, &wanted.known) {
            (Expr::Tier, Set::Codes(codes)) => {
                let tiers = codes.iter().filter_map(|code| policy.tiers.get(*code as usize));
                let all = tiers.map(|tier| tier.scores.clone());
                all.fold(Set::Ranges(Vec::new()), |all, set| all.union(&set, Type::Number))
            }
            (_, known) => known.clone(),
        };
        (wanted.missing && self.unscored(then)) || self.seek_score(&Possible::known(scores), then)
    }

    /// Drafts in which there is no score: nobody takes part, an override says so, or a row.
    fn unscored(&mut self, then: Then<'_, 'm, 'p>) -> bool {
        let policy = self.maker.policy;
        let about = About::person(0);
        let out = |condition: &Condition, truth: bool| Possible {
            missing: condition.if_missing == truth,
            ..Possible::truth(truth)
        };
        if let Some(each) = &policy.participation
            && self.seek(about, &each.needs.when, &out(&each.needs, false), then)
        {
            return true;
        }
        let mut overrides = policy.overrides.iter().filter(|each| each.not_scored);
        if overrides.any(|each| self.seek(about, &each.when.when, &out(&each.when, true), then)) {
            return true;
        }
        policy.items.iter().any(|item| {
            let ItemBody::Table { table, .. } = &item.body else { return false };
            let mut rows = table.rows.iter().filter(|row| row.outcome == RowOutcome::NotScored);
            rows.any(|row| self.seek_all(&cells(about, table, &row.cells), then))
        })
    }

    /// Drafts in which the score is one of these: as the record stands, then without whatever stands in the way.
    pub(super) fn seek_score(&mut self, wanted: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let policy = self.maker.policy;
        let wanted = wanted.before_rounding(policy.round).before_limits(policy.range);
        let half = self.left / 2;
        let is_scored = self.outcome().is_some_and(|outcome| outcome.score.is_some());
        if is_scored && self.within(half, |quest| quest.by_points(&wanted, then)) {
            return true;
        }
        // Without what stands in the way.
        let touching = policy
            .overrides
            .iter()
            .filter(|each| each.not_scored || each.score_at_least.is_some() || each.score_at_most.is_some());
        let aims: Vec<Aim<'_>> = self.taking_part(touching);
        (!is_scored || !aims.is_empty()) && self.seek_all(&aims, &mut |quest| quest.by_points(&wanted, then))
    }

    /// Lets the record take part and be scored, if it can be.
    pub(super) fn take_part(&mut self) {
        let policy = self.maker.policy;
        let aims = self.taking_part(policy.overrides.iter().filter(|each| each.not_scored));
        let mark = self.draft.mark();
        let rows = |quest: &mut Self| {
            policy.roots.iter().all(|root| {
                quest.points(0, *root).is_some()
                    || quest.seek_points(0, *root, &Possible::any_number(), &mut |_| true)
            })
        };
        if !self.seek_all(&aims, &mut |quest| rows(quest)) {
            self.draft.undo(mark);
        }
    }

    /// That participation's condition holds, and no condition of some overrides.
    fn taking_part(&self, touching: impl Iterator<Item = &'p Override>) -> Vec<Aim<'p>> {
        let about = About::person(0);
        let participation = self.maker.policy.participation.iter();
        let aims = participation.map(|each| (about, &each.needs.when, Possible::truth(true)));
        aims.chain(touching.map(|each| {
            (about, &each.when.when, Possible { missing: !each.when.if_missing, ..Possible::truth(false) })
        }))
        .collect()
    }

    /// Drafts in which everything together comes to such a sum: by the points of items, else with the help of others.
    fn by_points(&mut self, wanted: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let policy = self.maker.policy;
        let alone = |quest: &mut Self, then: Then<'_, 'm, 'p>| {
            let outcome = quest.outcome();
            let influences = outcome.as_deref().into_iter().flat_map(|outcome| &outcome.influences);
            let others = influences.fold(policy.start, |sum, points| sum.checked_add(*points).unwrap_or(sum));
            quest.seek_sum(0, &policy.roots, &wanted.less(others), then)
        };
        if alone(self, then) {
            return true;
        }
        let sum = self.sum(0, &policy.roots).and_then(|sum| sum.checked_add(policy.start));
        let up = sum.zip(wanted.ranges().first()).is_some_and(|(sum, (low, _))| sum.units() < *low);
        (0..policy.influences.len()).any(|at| {
            let mark = self.draft.mark();
            let found = self.push_influence(at, up, &mut |_| true) && alone(self, then);
            if !found {
                self.draft.undo(mark);
            }
            found
        })
    }
}

/// Points from a number on.
pub(super) fn beyond(target: Decimal, up: bool) -> Possible {
    let (least, greatest) = limits(Type::Number);
    Possible::range(if up { (target.units(), greatest) } else { (least, target.units()) })
}

/// Whether all that an item can give is written down in it.
fn is_constant(item: &Item) -> bool {
    let constant = |expr: &Expr| matches!(expr, Expr::Constant(_));
    match &item.body {
        ItemBody::Table { table, .. } => table.rows.iter().all(|row| match &row.outcome {
            RowOutcome::Value(points) => constant(points),
            RowOutcome::NotScored => true,
        }),
        ItemBody::Formula(formula) => constant(&formula.points),
        ItemBody::Events(_) | ItemBody::Group(_) => false,
    }
}

/// What an item may come to at its best, by what is written down: the end of what it can give, then its constants, the
/// best first.
fn targets(item: &Item, up: bool) -> Vec<Decimal> {
    let mut raw: Vec<Decimal> = Vec::new();
    match &item.body {
        ItemBody::Table { table, if_missing } => {
            let rows = table.rows.iter().filter_map(|row| match &row.outcome {
                RowOutcome::Value(Expr::Constant(points)) => points.as_number(),
                RowOutcome::Value(_) | RowOutcome::NotScored => None,
            });
            raw.extend(rows.chain(*if_missing));
        }
        ItemBody::Formula(formula) => {
            if let Expr::Constant(points) = &formula.points {
                raw.extend(points.as_number());
            }
            raw.extend(formula.if_missing);
            raw.extend(formula.when.as_ref().map(|_| Decimal::ZERO));
        }
        ItemBody::Events(_) | ItemBody::Group(_) => {}
    }
    let weighed = raw.into_iter().filter_map(|points| {
        let weighed = item.weight.map_or(Some(points), |weight| points.checked_mul(weight))?;
        Some(item.limits.map_or(weighed, |(low, high)| weighed.max(low).min(high)))
    });
    let end = if up { item.bounds.1 } else { item.bounds.0 };
    let mut targets: Vec<Decimal> = weighed.chain(end).collect();
    targets.sort_unstable();
    if up {
        targets.reverse();
    }
    targets.dedup();
    targets
}
