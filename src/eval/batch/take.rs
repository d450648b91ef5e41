//! A chunk of children or linked records through what is asked of them: which conditions each fulfils, and what it measures.

use super::chunk::Chunk;
use super::evaluate::{Given, View, Worked, mark_where, run_steps};
use super::event::{EventPlan, PointsPlan, RulePlan};
use super::lane::{Codes, CodesRef, Lane, Pool, YES};
use super::layout::{Condition, Group, Measured};
use super::node::NO_ROW;
use crate::date::Date;
use crate::policy::{CapPeriod, ReasonId};

/// What the records of a chunk come to. Buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// 1 for records that count at all.
    pub(super) live: Vec<u8>,
    /// By group: for each record the bits of the conditions that it fulfils.
    pub(super) bits: Vec<Vec<u32>>,
    /// By value: for each record the number in the value's units; [`MISSING`] where it is missing.
    pub(super) words: Vec<Vec<i64>>,
    /// Numbers that are no words: record, value, units.
    pub(super) large: Vec<(usize, usize, i128)>,
    /// Records in which a number is too large, and whose number: aggregates come before rules.
    pub(super) over: Vec<(usize, usize)>,
    /// By rule: the points of records that are summed by period.
    pub(super) dated: Vec<Vec<Dated>>,
    pool: Pool,
    worked: Worked,
    marks: Vec<u8>,
}

/// A number that is missing.
pub(super) const MISSING: i64 = i64::MIN;
/// Past every word.
pub(super) const END: i64 = i64::MAX;

/// Points of a record in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) row: usize,
    /// The first day of the shortest period that is capped; [`NO_DAY`] where the record has none.
    pub(super) day: i32,
    /// Units.
    pub(super) points: i128,
    /// The position of its reason among the rule's codes; [`NO_CODE`] where it has none.
    pub(super) code: u16,
}

/// No day.
pub(super) const NO_DAY: i32 = i32::MIN;
/// No code.
pub(super) const NO_CODE: u16 = u16::MAX;

/// What a rule gives: points by record, and the row of each.
struct Points<'r> {
    rule: usize,
    let_in: Vec<u8>,
    points: Lane,
    rows: Option<Codes>,
    plan: &'r RulePlan,
}

impl Taken {
    /// Works out what the records of a chunk come to. `live` says which count: those that are good and somebody's.
    pub(super) fn take(&mut self, plan: &EventPlan, chunk: &Chunk, live: impl Fn(usize) -> bool) {
        let rows = chunk.rows();
        let Self { live: alive, bits, words, large, over, dated, pool, worked, marks } = self;
        alive.clear();
        alive.extend((0..rows).map(|row| u8::from(live(row))));
        if chunk.any_bad {
            alive.iter_mut().zip(&chunk.bad).for_each(|(live, bad)| *live &= bad ^ 1);
        }
        large.clear();
        over.clear();
        worked.reset(&plan.program);
        let given = Given {
            rows,
            fields: &chunk.columns,
            texts: &chunk.texts.all,
            aggregates: &chunk.aggregates,
            previous: (chunk.previous.rows() == rows).then_some(&chunk.previous),
            ..Given::default()
        };
        marks.clear();
        marks.resize(rows, 0);
        // No number in them can be too large.
        run_steps(&plan.steps, &plan.program, given, worked, pool, marks);
        let view = View { given, worked };
        if let Some((field, known)) = &plan.known
            && known.contains(&0)
        {
            let mut theirs = pool.bytes(0, 0);
            view.codes_of(super::node::Slot::Field(*field)).look_up(known, &mut theirs);
            alive.iter_mut().zip(&theirs).for_each(|(live, known)| *live &= known);
            pool.keep_bytes(theirs);
        }

        bits.resize_with(plan.layout.groups.len(), Vec::new);
        for (group, bits) in plan.layout.groups.iter().zip(&mut *bits) {
            by_class(group, &view, alive, bits);
        }
        for (at, condition) in plan.layout.conditions.iter().enumerate() {
            let Condition::Filter(truth) = condition else { continue };
            let asked =
                plan.layout.groups.iter().any(|group| group.worked_out.iter().any(|(_, of)| *of == at));
            // Points by period stand in no group; what is too large in their filter is noted all the same.
            let by_period = || plan.rules.iter().any(|rule| rule.in_periods() && rule.filter == at);
            if asked || (!truth.fits() && by_period()) {
                marks.fill(0);
                let truths = view.truth(truth, pool, marks);
                stay_where(plan, bits, at, |row| truths.get(row) == Some(&YES));
                pool.keep_bytes(truths);
                if marks.contains(&1) {
                    let owners: Vec<usize> = plan.owners(|filter| filter == at).collect();
                    note(over, marks, |row| alive.get(row) == Some(&1), &owners);
                }
            }
        }

        words.resize_with(plan.layout.values.len(), Vec::new);
        for (at, value) in plan.layout.values.iter().enumerate() {
            let Measured::Number(number, unit) = value else { continue };
            marks.fill(0);
            let lane = view.number(number, pool, marks);
            if let Some(words) = words.get_mut(at) {
                to_words(&lane, *unit, words, |row, units| {
                    if alive.get(row) == Some(&1) {
                        large.push((row, at, units));
                    }
                });
            }
            pool.keep(lane);
            if marks.contains(&1) {
                for (owner, aggregate) in plan.aggregates.iter().enumerate() {
                    let place = aggregate.kept.filter(|_| aggregate.value == Some(at));
                    let bit = place.and_then(|place| {
                        let group = plan.layout.groups.get(place.group)?;
                        Some((bits.get(place.group)?, group.channels.get(place.channel)?.bit))
                    });
                    if let Some((bits, bit)) = bit {
                        let counts = |row: usize| bits.get(row).is_some_and(|bits| bits >> bit & 1 == 1);
                        note(over, marks, counts, &[owner]);
                    }
                }
            }
        }

        dated.resize_with(plan.rules.len(), Vec::new);
        for (rule, rule_plan) in plan.rules.iter().enumerate() {
            marks.fill(0);
            let owner = plan.aggregates.len() + rule;
            let points = Points::of(rule, rule_plan, plan, &view, (alive, pool, marks));
            note(over, marks, |row| points.let_in.get(row) == Some(&1), &[owner]);
            if rule_plan.in_periods() {
                if let Some(dated) = dated.get_mut(rule) {
                    points.by_period(chunk, dated);
                }
            } else if let Some(words) = words.get_mut(rule_plan.value) {
                to_words(&points.points, 1, words, |row, units| {
                    if points.let_in.get(row) == Some(&1) {
                        large.push((row, rule_plan.value, units));
                    }
                });
            }
            points.fulfil(plan, bits);
            pool.keep(points.points);
            pool.keep_bytes(points.let_in);
            if let Some(rows) = points.rows {
                pool.keep_codes(rows);
            }
        }
    }
}

impl Taken {
    /// The value of a record in units; `None` where it is missing.
    pub(super) fn units(&self, plan: &EventPlan, row: usize, value: usize) -> Option<i128> {
        let large = self.large.iter().find(|(at, of, _)| (*at, *of) == (row, value));
        if let Some((_, _, units)) = large {
            return Some(*units);
        }
        let unit = plan.layout.values.get(value).map_or(1, Measured::unit);
        let word = self.words.get(value).and_then(|words| words.get(row)).filter(|word| **word != MISSING)?;
        Some(i128::from(*word) * i128::from(unit))
    }
}

impl EventPlan {
    /// The aggregates, then the rules, whose filter is at a position.
    fn owners(&self, is: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
        let filters = self.aggregates.iter().map(|a| a.filter).chain(self.rules.iter().map(|r| r.filter));
        filters.enumerate().filter(move |(_, filter)| is(*filter)).map(|(owner, _)| owner)
    }
}

impl<'r> Points<'r> {
    fn of(
        rule: usize,
        plan: &'r RulePlan,
        events: &EventPlan,
        view: &View<'_>,
        (alive, pool, marks): (&[u8], &mut Pool, &mut [u8]),
    ) -> Self {
        let rows = view.given.rows;
        // A filter whose numbers are too large was noted where it was worked out.
        let mut spare = pool.bytes(rows, 0);
        let mut let_in = match events.layout.conditions.get(plan.filter) {
            Some(Condition::Filter(truth)) => view.truth(truth, pool, &mut spare),
            Some(Condition::Losing(..) | Condition::NotScored(_)) | None => pool.bytes(rows, YES),
        };
        spare.fill(0);
        for (let_in, alive) in let_in.iter_mut().zip(alive) {
            *let_in = u8::from(*let_in == YES) & alive;
        }
        let (mut points, codes) = match &plan.points {
            PointsPlan::Each(number, _) => (view.number(number, pool, &mut spare), None),
            PointsPlan::Table(choice, _) => {
                let rows = view.rows_of(&choice.index, &choice.row_of, pool, &mut spare);
                (view.given(&rows, &choice.gives, pool, &mut spare), Some(rows))
            }
        };
        mark_where(marks, &spare, |row| let_in.get(row) == Some(&1));
        pool.keep_bytes(spare);
        let mut stand_in = pool.filled(rows, Some(plan.if_missing.units()));
        points.or_else(&mut stand_in);
        pool.keep(stand_in);
        Self { rule, let_in, points, rows: codes, plan }
    }

    /// The position of a record's row.
    fn row_of(&self, row: usize) -> u16 {
        self.rows.as_ref().map_or(NO_ROW, |rows| rows.as_ref().get(row))
    }

    /// For each row of the table the position of its reason among the codes; one after the last for no row.
    fn codes(&self) -> Vec<u16> {
        let place = |reason: Option<ReasonId>| {
            let place = self.plan.codes.iter().position(|code| Some(*code) == reason);
            place.map_or(NO_CODE, |place| place as u16)
        };
        match &self.plan.points {
            PointsPlan::Each(_, reason) => vec![place(*reason)],
            PointsPlan::Table(_, rows) => rows.iter().map(|row| place(row.reason)).chain([NO_CODE]).collect(),
        }
    }

    /// The bits of the rule's own conditions.
    fn fulfil(&self, plan: &EventPlan, bits: &mut [Vec<u32>]) {
        let codes = self.codes();
        let last = codes.len().saturating_sub(1);
        let code_of = |row: usize| codes.get(usize::from(self.row_of(row)).min(last)).copied();
        let let_in = |row: usize| self.let_in.get(row) == Some(&1);
        for (at, condition) in plan.layout.conditions.iter().enumerate() {
            match condition {
                Condition::Losing(rule, code) if *rule == self.rule => {
                    let code = *code as u16;
                    stay_where(plan, bits, at, |row| {
                        let_in(row) && code_of(row) == Some(code) && self.points.units(row) < 0
                    });
                }
                Condition::NotScored(rule) if *rule == self.rule => {
                    let PointsPlan::Table(_, rows) = &self.plan.points else { continue };
                    stay_where(plan, bits, at, |row| {
                        let said = rows.get(usize::from(self.row_of(row)));
                        let_in(row) && said.is_some_and(|row| row.not_scored)
                    });
                }
                Condition::Filter(_) | Condition::Losing(..) | Condition::NotScored(_) => {}
            }
        }
    }

    /// The points of the records that are let in, with their periods. None is as good as 0.
    fn by_period(&self, chunk: &Chunk, dated: &mut Vec<Dated>) {
        dated.clear();
        let days = self.plan.dated.and_then(|field| chunk.columns.get(field)).map(|column| &column.values);
        let shortest = self.plan.caps.first().map_or(CapPeriod::Total, |cap| cap.period);
        let codes = self.codes();
        let last = codes.len().saturating_sub(1);
        for row in self.let_in.iter().enumerate().filter(|(_, let_in)| **let_in == 1).map(|(row, _)| row) {
            let points = self.points.units(row);
            if points == 0 {
                continue;
            }
            let day = days.and_then(|days| days.get(row)).and_then(|day| i32::try_from(day).ok());
            let day = day.map_or(NO_DAY, |day| period_of(shortest, day));
            let code = codes.get(usize::from(self.row_of(row)).min(last)).copied().unwrap_or(NO_CODE);
            dated.push(Dated { row, day, points, code });
        }
    }
}

/// The first day of the period that a day falls in; [`NO_DAY`] in total.
pub(super) fn period_of(period: CapPeriod, day: i32) -> i32 {
    let start = |start: fn(Date) -> Date| Date::from_days(day).map_or(NO_DAY, |day| start(day).days());
    match period {
        CapPeriod::Day => day,
        CapPeriod::Month => start(Date::month_start),
        CapPeriod::Year => start(Date::year_start),
        CapPeriod::Total => NO_DAY,
    }
}

/// The bits that classes leave.
fn by_class(group: &Group, view: &View<'_>, alive: &[u8], bits: &mut Vec<u32>) {
    bits.clear();
    bits.extend(alive.iter().map(|live| if *live == 1 { group.possible } else { 0 }));
    for (slot, stays) in &group.by_class {
        match view.codes_of(*slot) {
            CodesRef::Narrow(codes) => {
                let mut table = [0_u32; 256];
                table.iter_mut().zip(stays).for_each(|(slot, stays)| *slot = *stays);
                for (bits, code) in bits.iter_mut().zip(codes) {
                    *bits &= table.get(usize::from(*code)).copied().unwrap_or_default();
                }
            }
            CodesRef::Broad(codes) => {
                for (bits, code) in bits.iter_mut().zip(codes) {
                    *bits &= stays.get(usize::from(*code)).copied().unwrap_or_default();
                }
            }
        }
    }
}

/// Takes the bit of a condition away where it does not hold, in every group that asks for it.
fn stay_where(plan: &EventPlan, bits: &mut [Vec<u32>], condition: usize, holds: impl Fn(usize) -> bool) {
    for (group, bits) in plan.layout.groups.iter().zip(bits) {
        for (bit, _) in group.worked_out.iter().filter(|(_, of)| *of == condition) {
            for (row, bits) in bits.iter_mut().enumerate() {
                *bits &= !(u32::from(!holds(row)) << bit);
            }
        }
    }
}

/// Notes in which of the records that count a number was too large, and whose.
fn note(over: &mut Vec<(usize, usize)>, marks: &[u8], counts: impl Fn(usize) -> bool, owners: &[usize]) {
    for (row, _) in marks.iter().enumerate().filter(|(row, mark)| **mark != 0 && counts(*row)) {
        over.extend(owners.iter().map(|owner| (row, *owner)));
    }
}

/// A lane as words that are counted in `unit`. Numbers that are none go to `large`.
fn to_words(lane: &Lane, unit: i64, words: &mut Vec<i64>, mut large: impl FnMut(usize, i128)) {
    words.clear();
    let factor = if lane.is_wide || lane.unit < unit { 0 } else { lane.unit / unit };
    let most = if factor > 0 { (END - 1) / factor } else { 0 };
    let fits = factor > 0 && lane.narrow.iter().fold(true, |fits, n| fits & (*n <= most) & (*n >= -most));
    if fits {
        words.extend(lane.narrow.iter().map(|n| n * factor));
    } else {
        for row in 0..lane.rows() {
            let Some(units) = lane.get(row) else {
                words.push(MISSING);
                continue;
            };
            let word = i64::try_from(units / i128::from(unit)).ok();
            let word = word.filter(|word| units % i128::from(unit) == 0 && *word != MISSING && *word != END);
            words.push(word.unwrap_or(0));
            if word.is_none() {
                large(row, units);
            }
        }
    }
    for (word, missing) in words.iter_mut().zip(&lane.missing) {
        if *missing != 0 {
            *word = MISSING;
        }
    }
}
