//! From points that a per-event rule is to give to events that give them: which ones, how many, and on which days.

use super::aggregate::MOST;
use super::draft::{Person, Who};
use super::possible::{Possible, Range};
use super::quest::{About, Quest, Then};
use super::seek::{Aim, cells};
use crate::data::{FieldId, Type, Value, limits};
use crate::date::{Date, Unit};
use crate::decimal::Decimal;
use crate::policy::{Cap, CapPeriod, EventPoints, Events, Expr, ItemId, Over, RowOutcome};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many linked records are made for one wish.
pub(super) const PEOPLE: usize = 40;
/// How many sums are looked at for a choice of events.
const SUMS: usize = 4_000;
/// Points that one event of a formula is tried to give.
const SIZES: [i64; 5] = [1_000, 100, 10, 5, 1];
/// How far back events are put.
const YEARS: u32 = 20;
/// How many events that follow from nothing but a wish for as many points as possible are enough, where no range says it.
const ENOUGH: i64 = 40;

/// An event of a rule, to be given again and again.
#[derive(Debug, Clone)]
pub(super) struct Template {
    event: Made,
    points: Decimal,
    /// The latest day on which it gives these points, where it has one.
    day: Option<Date>,
}

#[derive(Debug, Clone)]
enum Made {
    Child(Vec<Value>),
    Person(Person),
}

impl<'m, 'p> Quest<'m, 'p> {
    /// Drafts in which a per-event rule comes to such points before its weight and limits.
    pub(super) fn seek_events(
        &mut self,
        person: usize,
        id: ItemId,
        events: &Events,
        raw: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let now = self.capped(person, id);
        let counted = self.counted_events(person, id, events);
        let mut ranges: Vec<Range> = raw.ranges().to_vec();
        let from = now.map_or(0, Decimal::units);
        ranges.sort_by_key(|(low, high)| (low - from).max(from - high).max(0));
        // Fewer of them.
        if !counted.is_empty() {
            let last =
                (1..=counted.len()).map(|many| counted.get(counted.len() - many..).unwrap_or_default());
            let each = counted.iter().take(PEOPLE).map(std::slice::from_ref);
            for some in each.chain(last.take(MOST)) {
                if self.attempt(|quest| quest.remove_all(person, events.over, some), then) {
                    return true;
                }
            }
        }
        for range in ranges {
            let beside =
                now.map(|now| (range.0.saturating_sub(now.units()), range.1.saturating_sub(now.units())));
            if beside.is_some_and(|range| self.composed(person, id, events, range, then)) {
                return true;
            }
            let nothing = |quest: &mut Self| quest.remove_all(person, events.over, &counted);
            if self.attempt(nothing, &mut |quest| quest.composed(person, id, events, range, then)) {
                return true;
            }
        }
        self.one_event(person, events, raw, then)
    }

    /// Drives a per-event rule as far as it goes, or far enough; what it came to where it moved.
    pub(super) fn push_events(
        &mut self,
        person: usize,
        id: ItemId,
        events: &Events,
        up: bool,
        guard: Then<'_, 'm, 'p>,
    ) -> Option<Decimal> {
        let item = self.maker.policy.item(id);
        let first = self.points(person, id)?;
        let raw_up = if item.weight.is_some_and(|weight| weight < Decimal::ZERO) { !up } else { up };
        let counted = self.counted_events(person, id, events);
        let mut best = first;
        // Without what goes the other way, then with what goes this way.
        let mut against = counted;
        against.retain(|who| {
            let points = self.event_points(person, events, *who).unwrap_or_default();
            if raw_up { points < Decimal::ZERO } else { points > Decimal::ZERO }
        });
        let better = &mut |quest: &mut Self| {
            quest.points(person, id).is_some_and(|n| if up { n > first } else { n < first }) && guard(quest)
        };
        if self.attempt(|quest| quest.remove_all(person, events.over, &against), better) {
            best = self.points(person, id).unwrap_or(best);
        }
        let mut templates = self.templates(person, id, events);
        templates.retain(|template| {
            if raw_up { template.points > Decimal::ZERO } else { template.points < Decimal::ZERO }
        });
        templates.sort_by_key(|template| std::cmp::Reverse(template.points.abs()));
        for template in templates.iter().take(3) {
            let mark = self.draft.mark();
            let enough = self.enough(template.points);
            self.placed(person, events, template, enough, true, &mut Calendar::new(events));
            let now = self.points(person, id);
            match now.filter(|now| if up { *now > best } else { *now < best }) {
                Some(now) if guard(self) => best = now,
                Some(_) | None => self.draft.undo(mark),
            }
        }
        (best != first).then_some(best)
    }

    /// So many points that they cross the range, the size of one event in mind.
    pub(super) fn enough(&self, of_one: Decimal) -> Decimal {
        let policy = self.maker.policy;
        let across = policy.range.and_then(|(low, high)| high.checked_sub(low));
        let many = || of_one.abs().max(Decimal::ONE).checked_mul(Decimal::from_int(ENOUGH));
        let enough = across.or_else(many);
        let enough = enough.unwrap_or(Decimal::ONE);
        if of_one < Decimal::ZERO { -enough } else { enough }
    }

    /// What the events come to after their caps.
    fn capped(&mut self, person: usize, id: ItemId) -> Option<Decimal> {
        self.glance(person, id).and_then(|(_, glance)| glance.steps).map(|steps| steps.capped)
    }

    /// The events that a rule counts.
    fn counted_events(&mut self, person: usize, id: ItemId, events: &Events) -> Vec<Who> {
        let all = self.draft.events(person, events.over);
        let seen = self.glance(person, id).map(|(_, glance)| glance.events).unwrap_or_default();
        seen.iter().filter_map(|event| all.get(event.position).copied()).collect()
    }

    /// Adds events of the templates that together give points in a range.
    fn composed(
        &mut self,
        person: usize,
        id: ItemId,
        events: &Events,
        range: Range,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let templates = self.templates(person, id, events);
        let most = if matches!(events.over, Over::Link(_)) { PEOPLE } else { MOST };
        // The sum before a cap in total is as good as the cap.
        let total =
            events.caps.iter().find(|cap| cap.period == CapPeriod::Total).map(|cap| (-cap.most, cap.most));
        let wide = Possible::range(range).before_limits(total);
        for (low, high) in wide.ranges() {
            let coins: Vec<i128> = templates.iter().map(|template| template.points.units()).collect();
            let Some(plan) = coins_for(&coins, (*low, *high), most) else { continue };
            let together = |quest: &mut Self| {
                let mut calendar = Calendar::new(events);
                plan.iter().all(|(at, many)| {
                    templates.get(*at).is_some_and(|template| {
                        let all = template.points.checked_mul(Decimal::from_int(*many as i64));
                        all.is_some_and(|all| {
                            quest.placed(person, events, template, all, false, &mut calendar)
                        })
                    })
                })
            };
            if self.attempt(together, then) {
                return true;
            }
        }
        // Caps on the way: as many of one sort as it takes.
        let up = range.0 > 0;
        let target = Decimal::from_units(if up { range.0 } else { range.1 });
        let target = target.filter(|target| !target.is_zero() && (range.0 > 0 || range.1 < 0));
        target.is_some_and(|target| {
            let same_way =
                templates.iter().filter(|t| (t.points > Decimal::ZERO) == up && !t.points.is_zero());
            same_way.take(4).any(|template| {
                let all = |quest: &mut Self| {
                    quest.placed(person, events, template, target, true, &mut Calendar::new(events))
                };
                self.attempt(all, then)
            })
        })
    }

    /// Puts events like one on days until they come to so many points; whether they do. Where caps may take from them, more
    /// are put than would be needed without.
    fn placed(
        &mut self,
        person: usize,
        events: &Events,
        template: &Template,
        target: Decimal,
        under_caps: bool,
        calendar: &mut Calendar,
    ) -> bool {
        let most = if matches!(template.event, Made::Person(_)) { PEOPLE } else { MOST };
        let dated = self.dated(events);
        let mut sum = Decimal::ZERO;
        let reached = |sum: Decimal| if target < Decimal::ZERO { sum <= target } else { sum >= target };
        let mut many = 0;
        for pass in 0..=most {
            let before = many;
            let mut day = template.day.or_else(|| dated.map(|_| self.maker.policy.today));
            let first = day.map(|day| day.ago(YEARS, Unit::Year));
            while !reached(sum) && many < most && self.left > 0 && day >= first {
                // Each on a day of its own, as long as there are such.
                if let Some(used) = day.filter(|day| pass == 0 && calendar.used.contains(day)) {
                    day = Some(used.plus_days(-1));
                    continue;
                }
                match calendar.gain(day, template.points, under_caps) {
                    Ok(gain) => {
                        if !self.place(person, events, template, day) {
                            break;
                        }
                        calendar.add(day, template.points);
                        let Some(more) = sum.checked_add(gain) else { return false };
                        sum = more;
                        many += 1;
                        day = day.map(|day| day.plus_days(-1));
                    }
                    Err(Some(earlier)) => day = Some(earlier),
                    Err(None) => break,
                }
            }
            if reached(sum) || many >= most || (many == before && pass > 0) {
                break;
            }
        }
        reached(sum)
    }

    /// Adds one event like a template on a day, if it gives the template's points there.
    fn place(&mut self, person: usize, events: &Events, template: &Template, day: Option<Date>) -> bool {
        let mark = self.draft.mark();
        let added = match &template.event {
            Made::Child(values) => {
                let who = self.add(person, events.over);
                if let Some(who) = who {
                    let key = self.draft.schema().record(self.draft.kind(who)).key;
                    for (at, value) in (0..).zip(values) {
                        if Some(FieldId(at)) != key {
                            self.draft.set(who, FieldId(at), value.clone());
                        }
                    }
                    if let Some((day, dated)) = day.zip(self.dated(events)) {
                        self.draft.set(who, dated, Value::Date(day));
                    }
                }
                who
            }
            Made::Person(like) => self.add_person(person, events.over, like.clone()),
        };
        let good = added.is_some_and(|who| {
            let valid = self.dated(events).is_none_or(|dated| self.is_valid(who, dated));
            valid && self.event_points(person, events, who) == Some(template.points)
        });
        if !good {
            self.draft.undo(mark);
        }
        good
    }

    /// The field that events are put on days by.
    fn dated(&self, events: &Events) -> Option<FieldId> {
        let Over::Child(kind) = events.over else { return None };
        events.date.or(self.draft.schema().record(kind).dated)
    }

    /// The points of one event, before caps; `None` where the rule does not count it.
    fn event_points(&mut self, person: usize, events: &Events, who: Who) -> Option<Decimal> {
        let about = About::person(person).with(who);
        if !self.draft.is_known(who) || !self.lets_in(about, events.filter.as_ref()) {
            return None;
        }
        let points = match &events.points {
            EventPoints::Each(points) => self.value(about, points)?,
            EventPoints::Table(table) => {
                let row = self.row_of(about, table)?;
                match table.rows.get(row).map(|row| &row.outcome) {
                    Some(RowOutcome::Value(points)) => self.value(about, points)?,
                    Some(RowOutcome::NotScored) | None => return None,
                }
            }
        };
        points.as_number().or(events.if_missing)
    }

    /// An event of each sort that a rule tells apart.
    fn templates(&mut self, person: usize, id: ItemId, events: &Events) -> Vec<Template> {
        if let Some(templates) = self.maker.templates.borrow().get(&id) {
            return templates.clone();
        }
        let sorts: Vec<(Vec<Aim<'_>>, &Expr)> = match &events.points {
            EventPoints::Each(points) => vec![(Vec::new(), points)],
            EventPoints::Table(table) => {
                let of = |row: &'_ crate::policy::Row| row.cells.clone();
                let rows = table.rows.iter().filter_map(|row| match &row.outcome {
                    RowOutcome::Value(points) => {
                        Some((cells(About::person(person), table, &of(row)), points))
                    }
                    RowOutcome::NotScored => None,
                });
                rows.collect()
            }
        };
        let (least, greatest) = limits(Type::Number);
        let one = Decimal::ONE.units();
        let mut templates: Vec<Template> = Vec::new();
        for (aims, points) in sorts {
            let sizes: Vec<Possible> = if matches!(points, Expr::Constant(_)) {
                vec![Possible::any_number()]
            } else {
                let up = SIZES.iter().map(|n| Possible::range((i128::from(*n) * one, greatest)));
                up.chain(SIZES.iter().map(|n| Possible::range((least, -i128::from(*n) * one)))).collect()
            };
            for size in sizes {
                let found = self.template(person, events, &aims, points, &size);
                templates.extend(
                    found.filter(|new| templates.iter().all(|t| t.points != new.points || t.day != new.day)),
                );
            }
        }
        templates.sort_by_key(|template| std::cmp::Reverse(template.points.abs()));
        if !templates.is_empty() {
            self.maker.templates.borrow_mut().insert(id, templates.clone());
        }
        templates
    }

    fn template(
        &mut self,
        person: usize,
        events: &Events,
        aims: &[Aim<'_>],
        points: &Expr,
        size: &Possible,
    ) -> Option<Template> {
        let mark = self.draft.mark();
        let who = self.add(person, events.over)?;
        let about = About::person(person).with(who);
        let mut all: Vec<Aim<'_>> = Vec::new();
        all.extend(events.filter.as_ref().map(|filter| (about, filter, Possible::truth(true))));
        all.extend(aims.iter().map(|(_, expr, wanted)| (about, *expr, wanted.clone())));
        all.push((about, points, size.clone()));
        let before = self.only.replace(who);
        let mut found = None;
        self.seek_all(&all, &mut |quest| {
            let points = quest.event_points(person, events, who);
            found = points.filter(|points| size.contains(&Value::Number(*points)));
            found.is_some()
        });
        self.only = before;
        let template = found.map(|points| {
            let day = self.latest_day(person, events, who, points);
            let event = match who {
                Who::Child(..) => Made::Child(self.draft.values(who).to_vec()),
                Who::Person(at) => Made::Person(self.draft.person(at).cloned().unwrap_or_else(|| Person {
                    kind: self.draft.schema().scored,
                    values: Vec::new(),
                    children: Vec::new(),
                    previous: None,
                })),
            };
            Template { event, points, day }
        });
        self.draft.undo(mark);
        template
    }

    /// The latest day on which an event gives the same points.
    fn latest_day(&mut self, person: usize, events: &Events, who: Who, points: Decimal) -> Option<Date> {
        let dated = self.dated(events)?;
        let own = self.draft.values(who).get(dated.index()).and_then(Value::as_date)?;
        let today = self.maker.policy.today;
        let mut holds = |day: Date| {
            let mark = self.draft.mark();
            self.draft.set(who, dated, Value::Date(day));
            let holds = self.is_valid(who, dated) && self.event_points(person, events, who) == Some(points);
            self.draft.undo(mark);
            holds
        };
        if holds(today) {
            return Some(today);
        }
        let (mut good, mut bad) = (own.days(), today.days());
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            match Date::from_days(middle) {
                Some(day) if holds(day) => good = middle,
                Some(_) | None => bad = middle,
            }
        }
        Date::from_days(good)
    }

    /// One more event that makes up for what is missing, or several alike, searched for directly.
    fn one_event(&mut self, person: usize, events: &Events, raw: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let EventPoints::Each(points) = &events.points else {
            return self.row_event(person, events, raw, then);
        };
        let mark = self.draft.mark();
        let Some(who) = self.add(person, events.over) else { return false };
        let about = About::person(person).with(who);
        let mut aims: Vec<Aim<'_>> = Vec::new();
        aims.extend(events.filter.as_ref().map(|filter| (about, filter, Possible::truth(true))));
        aims.push((about, points, raw.clone()));
        let found = self.seek_all(&aims, then);
        if !found {
            self.draft.undo(mark);
        }
        found
    }

    fn row_event(&mut self, person: usize, events: &Events, raw: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let EventPoints::Table(table) = &events.points else { return false };
        let mark = self.draft.mark();
        let Some(who) = self.add(person, events.over) else { return false };
        let about = About::person(person).with(who);
        let found = table.rows.iter().any(|row| {
            let RowOutcome::Value(points) = &row.outcome else { return false };
            let mut aims: Vec<Aim<'_>> = Vec::new();
            aims.extend(events.filter.as_ref().map(|filter| (about, filter, Possible::truth(true))));
            aims.extend(cells(about, table, &row.cells));
            aims.push((about, points, raw.clone()));
            self.seek_all(&aims, then)
        });
        if !found {
            self.draft.undo(mark);
        }
        found
    }
}

/// What the caps of a rule leave of the points of events on days.
struct Calendar {
    caps: Vec<Cap>,
    /// By cap and period: the sum that comes to the cap.
    sums: Vec<BTreeMap<Option<Date>, Decimal>>,
    /// The days that events were put on.
    used: BTreeSet<Date>,
}

impl Calendar {
    fn new(events: &Events) -> Self {
        Self {
            caps: events.caps.clone(),
            sums: vec![BTreeMap::new(); events.caps.len()],
            used: BTreeSet::new(),
        }
    }

    /// What would be left of the points of one more event on a day; where that is nothing, the next earlier day on which
    /// something might be (none where a cap in total is reached). Unless caps may take from points, all of them must be.
    fn gain(&self, day: Option<Date>, points: Decimal, under_caps: bool) -> Result<Decimal, Option<Date>> {
        let mut gain = points;
        for (cap, sums) in self.caps.iter().zip(&self.sums) {
            let left = Self::left(*cap, sums, day, gain);
            if left.is_zero() || (!under_caps && left != gain && cap.period != CapPeriod::Total) {
                let period = day.and_then(|day| start_of(cap.period, day));
                return Err(period.map(|start| start.plus_days(-1)));
            }
            gain = left;
        }
        Ok(gain)
    }

    /// Counts an event in.
    fn add(&mut self, day: Option<Date>, points: Decimal) {
        self.used.extend(day);
        let mut gain = points;
        for (cap, sums) in self.caps.iter().zip(&mut self.sums) {
            let left = Self::left(*cap, sums, day, gain);
            let sum = sums.entry(day.and_then(|day| start_of(cap.period, day))).or_default();
            *sum = sum.checked_add(gain).unwrap_or(*sum);
            gain = left;
        }
    }

    fn left(cap: Cap, sums: &BTreeMap<Option<Date>, Decimal>, day: Option<Date>, more: Decimal) -> Decimal {
        let sum = sums.get(&day.and_then(|day| start_of(cap.period, day))).copied().unwrap_or_default();
        let clamp = |n: Decimal| n.max(-cap.most).min(cap.most);
        let after = sum.checked_add(more).and_then(|after| clamp(after).checked_sub(clamp(sum)));
        after.unwrap_or_default()
    }
}

/// The first day of a period; `None` in total.
fn start_of(period: CapPeriod, day: Date) -> Option<Date> {
    match period {
        CapPeriod::Day => Some(day),
        CapPeriod::Month => Some(day.month_start()),
        CapPeriod::Year => Some(day.year_start()),
        CapPeriod::Total => None,
    }
}

/// How many of which coins (by position) come to a sum in a range, as few as may be.
fn coins_for(coins: &[i128], (low, high): Range, most: usize) -> Option<Vec<(usize, usize)>> {
    let largest = coins.iter().map(|coin| coin.abs()).max().filter(|largest| *largest > 0)?;
    let (least, greatest) = limits(Type::Number);
    let near_low = if low <= least { high.min(0) } else { low };
    let near_high = if high >= greatest { low.max(0) } else { high };
    let floor = near_low.min(0) - largest;
    let ceiling = near_high.max(0) + largest;
    let mut from: BTreeMap<i128, (i128, usize, usize)> = BTreeMap::new();
    let mut seen = BTreeSet::from([0]);
    let mut queue = VecDeque::from([(0_i128, 0_usize)]);
    let mut found = (low <= 0 && 0 <= high).then_some(0);
    while let Some((sum, depth)) = queue.pop_front().filter(|_| found.is_none() && seen.len() < SUMS) {
        if depth >= most {
            continue;
        }
        for (at, coin) in coins.iter().enumerate().filter(|(_, coin)| **coin != 0) {
            let next = sum + coin;
            if next < floor || next > ceiling || !seen.insert(next) {
                continue;
            }
            from.insert(next, (sum, at, depth + 1));
            if low <= next && next <= high {
                found = Some(next);
                break;
            }
            queue.push_back((next, depth + 1));
        }
    }
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut at = found?;
    while let Some((before, coin, _)) = from.get(&at).filter(|_| at != 0) {
        *counts.entry(*coin).or_default() += 1;
        at = *before;
    }
    Some(counts.into_iter().collect())
}
