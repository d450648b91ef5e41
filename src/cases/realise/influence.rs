//! From points that an influence is to give to people whose scores give them.

use super::draft::{Draft, Person, Who};
use super::natural::choices;
use super::possible::{Possible, Range};
use super::quest::{About, Quest, Then};
use super::{Frozen, Maker};
use crate::data::{LinkId, Type, Value, links};
use crate::decimal::Decimal;
use crate::eval::Probe;
use crate::policy::{Influence, Over, Statistic};
use std::cell::Cell;

/// How many people are tried.
const MANY: [usize; 7] = [1, 2, 3, 5, 8, 13, 21];
/// How many values may be worked out for a person with a score of their own.
const EFFORT: usize = 20_000;
/// How often a score is put right where the people influence one another.
const TIMES: usize = 5;

impl<'m, 'p> Quest<'m, 'p> {
    /// The points of an influence.
    pub(super) fn influence(&mut self, at: usize) -> Option<Decimal> {
        self.spend_on_all();
        let maker = self.maker;
        let settled = self.settled();
        let subject = self.draft.subject_of(Who::Person(0));
        let probe = Probe {
            policy: maker.policy,
            records: &self.draft,
            subject: &subject,
            outcome: None,
            definitions: &[],
        };
        probe.influence(&settled, at).map(|seen| seen.points)
    }

    pub(super) fn influenced(&mut self, at: usize, wanted: &Possible) -> bool {
        self.influence(at).is_some_and(|points| wanted.contains(&Value::Number(points)))
    }

    /// Drafts in which an influence gives such points.
    pub(super) fn seek_influence(&mut self, at: usize, wanted: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        if self.left == 0 || wanted.is_empty() {
            return false;
        }
        if self.influenced(at, wanted) && then(self) {
            return true;
        }
        let Some(influence) = self.maker.policy.influences.get(at) else { return false };
        let then = &mut |quest: &mut Self| quest.influenced(at, wanted) && then(quest);
        let over = Over::Link(influence.link);
        let all = self.draft.events(0, over);
        if self.attempt(|quest| quest.remove_all(0, over, &all), then) {
            return true;
        }
        let statistic = wanted.before_limits(influence.limits).over(influence.weight).more(influence.against);
        MANY.iter().any(|many| {
            let each = scores_of(influence, &statistic, *many);
            each.ranges().iter().any(|range| self.people_with(at, influence, *many, *range, wanted, then))
        })
    }

    /// Drives an influence up or down; whether it moved.
    pub(super) fn push_influence(&mut self, at: usize, up: bool, guard: Then<'_, 'm, 'p>) -> bool {
        let Some(influence) = self.maker.policy.influences.get(at) else { return false };
        let Some(first) = self.influence(at) else { return false };
        let over = Over::Link(influence.link);
        let high = (influence.weight >= Decimal::ZERO) == up;
        let Some(person) = self.maker.friend(influence, high) else { return false };
        let mut best = first;
        for clear in [true, false] {
            for many in MANY {
                let mark = self.draft.mark();
                let all = self.draft.events(0, over);
                let cleared = !clear || all.is_empty() || self.remove_all(0, over, &all);
                let added = cleared && (0..many).all(|_| self.add_person(0, over, person.clone()).is_some());
                let now =
                    self.influence(at).filter(|now| added && if up { *now > best } else { *now < best });
                match now {
                    Some(now) if guard(self) => best = now,
                    Some(_) | None => {
                        self.draft.undo(mark);
                        break;
                    }
                }
            }
        }
        // In place of those who are there, whose number somebody asked for.
        let mark = self.draft.mark();
        for who in self.draft.events(0, over) {
            if let Who::Person(one) = who
                && self.may_change(who)
            {
                self.draft.replace(one, person.clone());
            }
        }
        let now = self.influence(at).filter(|now| if up { *now > best } else { *now < best });
        match now {
            Some(now) if guard(self) => best = now,
            Some(_) | None => self.draft.undo(mark),
        }
        best != first
    }

    /// So many people with scores in a range, in place of those who are there or beside them.
    fn people_with(
        &mut self,
        at: usize,
        influence: &Influence,
        many: usize,
        range: Range,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let over = Over::Link(influence.link);
        let mut range = range;
        for _ in 0..TIMES {
            let Some(person) = self.maker.friend_with(influence, range) else { return false };
            let all = self.draft.events(0, over);
            let replaced = |quest: &mut Self| {
                let mut changed = !all.is_empty();
                for who in &all {
                    changed &= quest.may_change(*who);
                    if let (Who::Person(one), true) = (who, changed) {
                        quest.draft.replace(*one, person.clone());
                    }
                }
                changed
            };
            if all.len() == many && self.attempt(replaced, then) {
                return true;
            }
            let off = Cell::new(None);
            let added = |quest: &mut Self| {
                let cleared = all.is_empty() || quest.remove_all(0, over, &all);
                let added = cleared && (0..many).all(|_| quest.add_person(0, over, person.clone()).is_some());
                off.set(quest.influence(at));
                added
            };
            if self.attempt(added, then) {
                return true;
            }
            let beside = |quest: &mut Self| {
                !all.is_empty() && (0..many).all(|_| quest.add_person(0, over, person.clone()).is_some())
            };
            if self.attempt(beside, then) {
                return true;
            }
            // They are influenced themselves: by as much as they are off, the other way.
            let Some(moved) = off.get().and_then(|points| correction(influence, points, wanted, many)) else {
                return false;
            };
            range = (range.0.saturating_add(moved), range.1.saturating_add(moved));
        }
        false
    }
}

impl<'p> Maker<'p> {
    /// Somebody with a score, or a previous score, as high or as low as was found.
    fn friend(&self, influence: &Influence, high: bool) -> Option<Person> {
        if !influence.settled {
            let reach = self.policy.range.unwrap_or_else(|| {
                let far = Decimal::from_int(1_000);
                (
                    influence.against.checked_sub(far).unwrap_or_default(),
                    influence.against.checked_add(far).unwrap_or_default(),
                )
            });
            let mut person = self.stranger(influence)?;
            person.previous = Some(if high { reach.1 } else { reach.0 });
            return Some(person);
        }
        if let Some(person) = self.friends.borrow().get(&high) {
            return person.clone();
        }
        let others = self.without_others();
        let mut quest = self.alone(&others)?;
        let best = Cell::new(quest.score_alone());
        let moves = |score: Option<Decimal>, from: Option<Decimal>| match (score, from) {
            (Some(score), Some(from)) => {
                if high {
                    score >= from
                } else {
                    score <= from
                }
            }
            (score, None) => score.is_some(),
            (None, Some(_)) => false,
        };
        for root in &self.policy.roots {
            quest.push(0, *root, high, &mut |quest| {
                let score = quest.score_alone();
                let good = moves(score, best.get());
                if good {
                    best.set(score);
                }
                good
            });
        }
        let person = best.get().and_then(|_| quest.draft.person(0).cloned());
        self.friends.borrow_mut().insert(high, person.clone());
        person
    }

    /// Somebody with a score, or a previous score, in a range.
    fn friend_with(&self, influence: &Influence, range: Range) -> Option<Person> {
        let wanted = Possible::range(range);
        if !influence.settled {
            let mut person = self.stranger(influence)?;
            let within = self.policy.range.map(|(low, high)| Possible::range((low.units(), high.units())));
            let near = within.map(|within| wanted.and(&within)).filter(|near| !near.is_empty());
            let scores = choices(&near.unwrap_or(wanted).known, Type::Number, self.policy.today);
            person.previous = scores.iter().find_map(Value::as_number);
            return person.previous.map(|_| person);
        }
        let score = |person: &Person| {
            let others = self.without_others();
            let mut quest = self.alone(&others)?;
            quest.draft.replace(0, person.clone());
            quest.score_alone()
        };
        for high in [true, false] {
            let Some(person) = self.friend(influence, high) else { continue };
            let Some(reached) = score(&person) else { continue };
            if wanted.contains(&Value::Number(reached)) {
                return Some(person);
            }
            // Nobody has a score beyond.
            if if high { reached.units() < range.0 } else { reached.units() > range.1 } {
                return None;
            }
        }
        let others = self.without_others();
        let mut quest = self.alone(&others)?;
        let reached = quest.seek_score(&wanted, &mut |quest| {
            quest.score_alone().is_some_and(|score| wanted.contains(&Value::Number(score)))
        });
        reached.then(|| quest.draft.person(0).cloned())?
    }

    /// Nobody else can be brought in: whom a person leads to is not part of the person.
    fn without_others(&self) -> Frozen {
        let links = 0..self.policy.schema.links.len() as u32;
        Frozen { links: links.map(LinkId).collect(), ..Frozen::default() }
    }

    /// A plain person at the other end of an influence's link.
    fn stranger(&self, influence: &Influence) -> Option<Person> {
        let schema = &self.policy.schema;
        let (_, _, kind) = links(schema).find(|(id, _, _)| *id == influence.link)?;
        Some(Person { kind, values: self.plain_values(kind), children: Vec::new(), previous: None })
    }

    /// A search about somebody alone who takes part.
    fn alone<'m>(&'m self, frozen: &'m Frozen) -> Option<Quest<'m, 'p>> {
        let draft = Draft::of(&self.policy.schema, self.policy.today, &self.plain());
        let mut quest = Quest::new(self, draft, frozen, EFFORT);
        if let Some(participation) = &self.policy.participation {
            let yes = Possible::truth(true);
            if !quest.seek(About::person(0), &participation.needs.when, &yes, &mut |_| true) {
                return None;
            }
        }
        Some(quest)
    }
}

impl Quest<'_, '_> {
    /// The score of the first person without anybody's influence.
    fn score_alone(&mut self) -> Option<Decimal> {
        self.left = self.left.saturating_sub(1);
        let subject = self.draft.subject_of(Who::Person(0));
        let own = self.maker.scorer.own(&self.draft, &subject, &mut ()).ok()?;
        own.alone(self.maker.policy)
    }
}

/// What the score of each of so many people must be for a statistic over them to be as wanted.
fn scores_of(influence: &Influence, statistic: &Possible, many: usize) -> Possible {
    let (copies, many) = (Decimal::from_int(influence.smoothing.into()), Decimal::from_int(many as i64));
    match influence.statistic {
        Statistic::Average => {
            let all = copies.checked_add(many).unwrap_or(many);
            let imagined = copies.checked_mul(influence.against).unwrap_or_default();
            statistic.times(all).less(imagined).over(many)
        }
        Statistic::Median | Statistic::Lowest | Statistic::Highest => statistic.clone(),
    }
}

/// By how much the scores of so many people must move for the points to become what is wanted.
fn correction(influence: &Influence, points: Decimal, wanted: &Possible, many: usize) -> Option<i128> {
    let nearest = wanted.ranges().iter().min_by_key(|(low, high)| {
        low.saturating_sub(points.units()).max(points.units().saturating_sub(*high)).max(0)
    })?;
    let target = Decimal::from_units(points.units().clamp(nearest.0, nearest.1))?;
    let off = target.checked_sub(points)?.checked_div(influence.weight)?;
    let share = Decimal::from_int(many as i64 + i64::from(influence.smoothing));
    let moved = off.checked_mul(share)?.checked_div(Decimal::from_int(many as i64))?;
    (!moved.is_zero()).then_some(moved.units())
}
