//! From a value that an aggregate is to have to children or linked records that give it.

use super::draft::Who;
use super::events::PEOPLE;
use super::possible::{Possible, Range};
use super::quest::{About, Quest, Then};
use super::seek::Aim;
use crate::data::{Type, Value, limits};
use crate::decimal::Decimal;
use crate::function::AggregateKind;
use crate::policy::{Aggregate, Expr, Over};

/// The most events that are made for one wish.
pub(super) const MOST: usize = 400;
/// How many events may share what one cannot carry.
const SHARES: [i64; 9] = [1, 2, 3, 5, 10, 20, 50, 100, 400];
/// How many counts are tried, and how many ways to come to each.
const COUNTS: usize = 6;

impl<'m, 'p> Quest<'m, 'p> {
    /// Drafts in which an aggregate has one of these values.
    pub(super) fn aggregate(
        &mut self,
        about: About,
        aggregate: &Aggregate,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let Who::Person(person) = about.subject else { return false };
        let members = self.members(person, aggregate.over, aggregate.filter.as_ref());
        let Some(of) = &aggregate.value else {
            return self.counted(person, aggregate, &members, wanted, then);
        };
        let known = wanted.if_known();
        let event = |who: &Who| About::person(person).with(*who);
        if wanted.missing {
            let none = Possible::only_missing(&wanted.known);
            let nothing = |quest: &mut Self| quest.remove_all(person, aggregate.over, &members);
            if self.attempt(nothing, then)
                || members.iter().any(|who| self.seek(event(who), of, &none, then))
                || self.one_more(person, aggregate, Some((of, &none)), then)
            {
                return true;
            }
        }
        if known.is_empty() {
            return false;
        }
        match aggregate.kind {
            AggregateKind::Count => false,
            AggregateKind::Sum => self.summed(person, aggregate, of, &members, &known, then),
            AggregateKind::Average => {
                let all: Vec<Aim<'_>> = members.iter().map(|who| (event(who), of, known.clone())).collect();
                let sum = self.sum_of(person, of, &members);
                let more = Decimal::from_int(members.len() as i64 + 1);
                let one = sum.map(|sum| known.over_mean(more).less(sum));
                one.is_some_and(|one| self.one_more(person, aggregate, Some((of, &one)), then))
                    || (!all.is_empty() && self.seek_all(&all, then))
                    || self.afresh(person, aggregate, &members, Some((of, &known)), then)
            }
            AggregateKind::Lowest | AggregateKind::Highest | AggregateKind::Latest => {
                if self.one_more(person, aggregate, Some((of, &known)), then) {
                    return true;
                }
                let lowest = aggregate.kind == AggregateKind::Lowest;
                let beside = beside(&known, lowest);
                let by_one = (0..members.len().min(COUNTS)).any(|at| {
                    let of_each = members.iter().enumerate().map(|(other, who)| {
                        (event(who), of, if other == at { known.clone() } else { beside.clone() })
                    });
                    let aims: Vec<Aim<'_>> = of_each.collect();
                    self.seek_all(&aims, then)
                });
                by_one || self.afresh(person, aggregate, &members, Some((of, &known)), then)
            }
        }
    }

    /// Adds an event that a filter lets in, with a value where one is wanted.
    fn one_more(
        &mut self,
        person: usize,
        aggregate: &Aggregate,
        value: Option<(&Expr, &Possible)>,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        if value.is_some_and(|(_, wanted)| wanted.is_empty()) {
            return false;
        }
        let mut added = None;
        let mark = self.draft.mark();
        if let Some(who) = self.add(person, aggregate.over) {
            added = Some(who);
        }
        let found = added.is_some_and(|who| {
            let about = About::person(person).with(who);
            let mut aims: Vec<Aim<'_>> = Vec::new();
            aims.extend(aggregate.filter.as_ref().map(|filter| (about, filter, Possible::truth(true))));
            aims.extend(value.map(|(of, wanted)| (about, of, wanted.clone())));
            self.seek_all(&aims, then)
        });
        if !found {
            self.draft.undo(mark);
        }
        found
    }

    /// Without the members that there are, with one new.
    fn afresh(
        &mut self,
        person: usize,
        aggregate: &Aggregate,
        members: &[Who],
        value: Option<(&Expr, &Possible)>,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let nothing = |quest: &mut Self| quest.remove_all(person, aggregate.over, members);
        self.attempt(nothing, &mut |quest| quest.one_more(person, aggregate, value, then))
    }

    /// Removes events; whether there were any, and all of them could go.
    pub(super) fn remove_all(&mut self, person: usize, over: Over, members: &[Who]) -> bool {
        if members.is_empty() || !self.may_add(person, over) {
            return false;
        }
        // From the last on, so that positions stay what they are.
        for who in members.iter().rev() {
            self.draft.remove(person, over, *who);
        }
        true
    }

    fn counted(
        &mut self,
        person: usize,
        aggregate: &Aggregate,
        members: &[Who],
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        counts(wanted, members.len()).into_iter().any(|count| match count.checked_sub(members.len()) {
            Some(more) => self.grown(person, aggregate, more, then),
            None => self.shrunk(person, aggregate, members, members.len() - count, then),
        })
    }

    /// With so many more members: those that are none yet become some, and others are added.
    fn grown(&mut self, person: usize, aggregate: &Aggregate, more: usize, then: Then<'_, 'm, 'p>) -> bool {
        let over = aggregate.over;
        if self.one_more(person, aggregate, None, &mut |quest| {
            let Some(like) = quest.draft.events(person, over).last().copied() else { return false };
            quest.repeated(person, aggregate, like, more.saturating_sub(1), then)
        }) {
            return true;
        }
        let Some(filter) = &aggregate.filter else { return false };
        let members = self.members(person, over, Some(filter));
        let others: Vec<Who> =
            self.draft.events(person, over).into_iter().filter(|who| !members.contains(who)).collect();
        let turned = others.len().min(more);
        if turned == 0 {
            return false;
        }
        let about = About::person(person);
        (1..=turned).rev().take(COUNTS).any(|turned| {
            let some = others.iter().take(turned);
            let aims: Vec<Aim<'_>> =
                some.map(|who| (about.with(*who), filter, Possible::truth(true))).collect();
            let rest = more - turned;
            self.seek_all(&aims, &mut |quest| {
                if rest == 0 {
                    return then(quest);
                }
                quest.one_more(person, aggregate, None, &mut |quest| {
                    let Some(like) = quest.draft.events(person, over).last().copied() else { return false };
                    quest.repeated(person, aggregate, like, rest - 1, then)
                })
            })
        })
    }

    /// With so many more events like one: on days before it where they may be, else on the same.
    fn repeated(
        &mut self,
        person: usize,
        aggregate: &Aggregate,
        like: Who,
        more: usize,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        if more == 0 {
            return then(self);
        }
        if more > if matches!(like, Who::Person(_)) { PEOPLE } else { MOST } {
            return false;
        }
        let dated = if let Who::Child(_, kind, _) = like {
            self.draft.schema().record(kind).dated.filter(|dated| {
                self.draft.values(like).get(dated.index()).is_some_and(|value| !value.is_missing())
            })
        } else {
            None
        };
        let spread = |quest: &mut Self| {
            let Some(dated) = dated else { return false };
            let day = quest.draft.values(like).get(dated.index()).and_then(Value::as_date);
            let Some(day) = day else { return false };
            (1..=more).all(|back| {
                let Some(who) = quest.add_like(person, aggregate.over, like) else { return false };
                quest.draft.set(who, dated, Value::Date(day.plus_days(-(back as i64))));
                quest.is_valid(who, dated)
                    && quest.lets_in(About::person(person).with(who), aggregate.filter.as_ref())
            })
        };
        let same =
            |quest: &mut Self| (0..more).all(|_| quest.add_like(person, aggregate.over, like).is_some());
        self.attempt(spread, then) || self.attempt(same, then)
    }

    /// With so many members fewer.
    fn shrunk(
        &mut self,
        person: usize,
        aggregate: &Aggregate,
        members: &[Who],
        fewer: usize,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let last = members.get(members.len() - fewer..).unwrap_or_default();
        let first = members.get(..fewer).unwrap_or_default();
        for some in [last, first] {
            if self.attempt(|quest| quest.remove_all(person, aggregate.over, some), then) {
                return true;
            }
        }
        let Some(filter) = &aggregate.filter else { return false };
        let about = About::person(person);
        let aims: Vec<Aim<'_>> =
            last.iter().map(|who| (about.with(*who), filter, Possible::truth(false))).collect();
        self.seek_all(&aims, then)
    }

    fn summed(
        &mut self,
        person: usize,
        aggregate: &Aggregate,
        of: &Expr,
        members: &[Who],
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        if let Some(sum) = self.sum_of(person, of, members) {
            for who in members.iter().take(COUNTS) {
                let about = About::person(person).with(*who);
                let own = self.number(about, of).unwrap_or_default();
                let Some(rest) = sum.checked_sub(own) else { continue };
                if self.seek(about, of, &wanted.less(rest), then) {
                    return true;
                }
            }
            if self.shared(person, aggregate, of, &wanted.less(sum), then) {
                return true;
            }
        }
        let nothing = |quest: &mut Self| quest.remove_all(person, aggregate.over, members);
        self.attempt(nothing, &mut |quest| then(quest) || quest.shared(person, aggregate, of, wanted, then))
    }

    /// One more event, or several alike, whose values together are one of these.
    fn shared(
        &mut self,
        person: usize,
        aggregate: &Aggregate,
        of: &Expr,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        SHARES.iter().any(|many| {
            let each = wanted.over(Decimal::from_int(*many));
            let more = *many as usize - 1;
            self.one_more(person, aggregate, Some((of, &each)), &mut |quest| {
                let like = quest.draft.events(person, aggregate.over).last().copied();
                like.is_some_and(|like| quest.repeated(person, aggregate, like, more, then))
            })
        })
    }

    fn sum_of(&mut self, person: usize, of: &Expr, members: &[Who]) -> Option<Decimal> {
        members.iter().try_fold(Decimal::ZERO, |sum, who| {
            sum.checked_add(self.number(About::person(person).with(*who), of)?)
        })
    }

    /// Whether the value of a field lies in its domain.
    pub(super) fn is_valid(&self, who: Who, field: crate::data::FieldId) -> bool {
        let declared = self.draft.schema().field(self.draft.kind(who), field);
        let value = self.draft.values(who).get(field.index());
        value.is_some_and(|value| crate::data::fault_of(declared, value).is_none())
    }
}

impl Possible {
    /// What a sum of so many must be for their mean to be one of these: half a billionth either way is rounded.
    fn over_mean(&self, many: Decimal) -> Self {
        self.times(many)
    }
}

/// What the others may be where one is the lowest, or the highest.
fn beside(wanted: &Possible, lowest: bool) -> Possible {
    let (least, greatest) = limits(Type::Number);
    let ends = wanted.ranges().first().zip(wanted.ranges().last());
    ends.map_or_else(
        || Possible::ranges_of([]),
        |((low, _), (_, high))| Possible::range(if lowest { (*low, greatest) } else { (least, *high) }),
    )
}

/// Numbers of events among some, the nearest to how many there are first.
fn counts(wanted: &Possible, now: usize) -> Vec<usize> {
    let one = Decimal::ONE.units();
    let of = |(low, high): &Range| {
        let (low, high) = (-(-low).div_euclid(one), high.div_euclid(one));
        // Between two fractions there may be no whole number.
        let near = if low <= high { vec![low, low + 1, low + 2, high, now as i128] } else { Vec::new() };
        near.into_iter().map(move |n| n.clamp(low, high))
    };
    let all = wanted.ranges().iter().filter(|(_, high)| *high >= 0).flat_map(of);
    let mut counts: Vec<usize> = all
        .filter_map(|n| usize::try_from(n.max(0)).ok())
        .filter(|n| *n <= now + MOST && wanted.contains(&Value::Number(Decimal::from_int(*n as i64))))
        .collect();
    counts.sort_unstable();
    counts.dedup();
    counts.sort_by_key(|count| count.abs_diff(now));
    counts.truncate(COUNTS);
    counts
}
