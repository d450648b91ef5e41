//! Nodes over the columns of a chunk.

use super::arithmetic::{
    absolute, between, calculate, compare, extreme, negate, round, shrink, undecided_where_missing, within,
};
use super::chunk::{Aggregated, Column, Counted};
use super::compile::Program;
use super::fold::truth_of;
use super::lane::{Codes, CodesRef, Lane, NO, Pool, UNDECIDED, YES};
use super::node::{Choice, Number, Slot, Step, Truth};
use super::table::value;
use crate::data::{Type, Value, Why};
use crate::function::{Function, FunctionBody};
use std::sync::Arc;

/// What nodes read.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// What is given.
    pub(super) given: Given<'a>,
    /// What was worked out so far.
    pub(super) worked: &'a Worked,
}

/// What nodes are given to read.
#[derive(Clone, Copy, Default)]
pub(super) struct Given<'a> {
    /// How many records there are.
    pub(super) rows: usize,
    /// By field.
    pub(super) fields: &'a [Column],
    /// The texts that numbers of texts mean.
    pub(super) texts: &'a [Arc<str>],
    /// Aggregates of the records, by position.
    pub(super) aggregates: &'a [Aggregated],
    /// What per-event rules come to, by position.
    pub(super) events: &'a [Counted],
    /// The previously published scores of the records.
    pub(super) previous: Option<&'a Lane>,
    /// What is known once there are scores.
    pub(super) after: Option<After<'a>>,
}

/// What is known once there are scores.
#[derive(Clone, Copy)]
pub(super) struct After<'a> {
    /// The rounded score.
    pub(super) score: &'a Lane,
    /// The tier: its position, one after the last where there is none.
    pub(super) tier: &'a Codes,
    /// The points of items, those that are asked for.
    pub(super) points: &'a [Lane],
    /// The points of influences.
    pub(super) influences: &'a [Lane],
    /// The answers so far.
    pub(super) decisions: &'a [Lane],
}

/// What steps have worked out.
#[derive(Debug, Default)]
pub(super) struct Worked {
    numbers: Vec<Lane>,
    truths: Vec<Vec<u8>>,
    derived: Vec<Codes>,
}

impl Worked {
    /// Makes room for what a program works out.
    pub(super) fn reset(&mut self, program: &Program) {
        self.numbers.resize_with(program.numbers, Lane::default);
        self.truths.resize_with(program.truths, Vec::new);
        self.derived.resize_with(program.derived.len(), Codes::default);
    }
}

/// Works steps out in their order. Records in which a number does not fit are marked in `over`.
pub(super) fn run_steps(
    steps: &[Step],
    program: &Program,
    given: Given<'_>,
    worked: &mut Worked,
    pool: &mut Pool,
    over: &mut [u8],
) {
    for step in steps {
        match step {
            Step::Number(register, node) => {
                let lane = View { given, worked }.number(node, pool, over);
                if let Some(slot) = worked.numbers.get_mut(*register) {
                    pool.keep(std::mem::replace(slot, lane));
                }
            }
            Step::Truth(register, node) => {
                let truths = View { given, worked }.truth(node, pool, over);
                if let Some(slot) = worked.truths.get_mut(*register) {
                    pool.keep_bytes(std::mem::replace(slot, truths));
                }
            }
            Step::Classify(place) => {
                let Some(derived) = program.derived.get(*place) else { continue };
                let mut codes = pool.codes(given.rows, derived.classes.count());
                View { given, worked }.classify(derived, &mut codes, pool, over);
                if let Some(slot) = worked.derived.get_mut(*place) {
                    pool.keep_codes(std::mem::replace(slot, codes));
                }
            }
        }
    }
}

impl View<'_> {
    /// The numbers of a node. Records in which a number does not fit are marked in `over`.
    pub(super) fn number(&self, node: &Number, pool: &mut Pool, over: &mut [u8]) -> Lane {
        let missing = |pool: &mut Pool| pool.filled(self.given.rows, None);
        let copy = |lane: Option<&Lane>, pool: &mut Pool| lane.map(|lane| pool.copy(lane));
        match node {
            Number::Constant(value) => pool.filled(self.given.rows, *value),
            Number::Field(field) => {
                let lane = self.given.fields.get(*field).map(|column| &column.values);
                copy(lane, pool).unwrap_or_else(|| missing(pool))
            }
            Number::ByClass(slot, of) => self.by_class(*slot, of, pool),
            Number::Register(register) => {
                copy(self.worked.numbers.get(*register), pool).unwrap_or_else(|| missing(pool))
            }
            Number::Negate(inner) => {
                let mut lane = self.number(inner, pool, over);
                negate(&mut lane);
                lane
            }
            Number::Abs(inner) => {
                let mut lane = self.number(inner, pool, over);
                absolute(&mut lane);
                lane
            }
            Number::Arithmetic(operator, left, right) => {
                self.both(left, right, pool, over, |a, b, over| calculate(*operator, a, b, over))
            }
            Number::Otherwise(first, second) => self.both(first, second, pool, over, |a, b, _| a.or_else(b)),
            Number::Round(x, step) => self.both(x, step, pool, over, |a, b, over| round(a, b, over)),
            Number::Between(unit, from, to) => {
                self.both(from, to, pool, over, |a, b, _| between(*unit, a, b))
            }
            Number::Extreme(least, all) => {
                let mut best: Option<Lane> = None;
                for node in all {
                    let mut lane = self.number(node, pool, over);
                    if let Some(best) = &mut best {
                        extreme(*least, best, &mut lane);
                        pool.keep(lane);
                    } else {
                        best = Some(lane);
                    }
                }
                best.unwrap_or_else(|| missing(pool))
            }
            Number::OfTruth(truth) => {
                let truths = self.truth(truth, pool, over);
                let mut lane = pool.lane(self.given.rows);
                for ((n, m), truth) in lane.narrow.iter_mut().zip(&mut lane.missing).zip(&truths) {
                    *n = i64::from(*truth == YES);
                    *m = u8::from(*truth == UNDECIDED);
                }
                pool.keep_bytes(truths);
                lane
            }
            Number::Table(choice) => self.choice(choice, pool, over),
            Number::Call(function, arguments) => self.call(function, arguments, pool, over),
            Number::Aggregate(position) => {
                let aggregated = self.given.aggregates.get(*position);
                if let Some(aggregated) = aggregated {
                    over.iter_mut().zip(&aggregated.over).for_each(|(over, mark)| *over |= mark);
                }
                copy(aggregated.map(|aggregated| &aggregated.lane), pool).unwrap_or_else(|| missing(pool))
            }
            Number::Previous => copy(self.given.previous, pool).unwrap_or_else(|| missing(pool)),
            Number::Score => {
                copy(self.given.after.map(|after| after.score), pool).unwrap_or_else(|| missing(pool))
            }
            Number::Points(item) => copy(self.given.after.and_then(|a| a.points.get(*item)), pool)
                .unwrap_or_else(|| missing(pool)),
            Number::Influence(position) => {
                copy(self.given.after.and_then(|a| a.influences.get(*position)), pool)
                    .unwrap_or_else(|| missing(pool))
            }
            Number::Decision(position) => {
                copy(self.given.after.and_then(|a| a.decisions.get(*position)), pool)
                    .unwrap_or_else(|| missing(pool))
            }
        }
    }

    fn both(
        &self,
        left: &Number,
        right: &Number,
        pool: &mut Pool,
        over: &mut [u8],
        apply: impl Fn(&mut Lane, &mut Lane, &mut [u8]),
    ) -> Lane {
        let (mut a, mut b) = (self.number(left, pool, over), self.number(right, pool, over));
        apply(&mut a, &mut b, over);
        pool.keep(b);
        a
    }

    /// A number by the class of something.
    fn by_class(&self, slot: Slot, of: &[Option<i128>], pool: &mut Pool) -> Lane {
        let mut lane = pool.lane(self.given.rows);
        let codes = self.codes_of(slot);
        let unit = super::lane::unit_of(of.iter().flatten().copied());
        let missing: Vec<u8> = of.iter().map(|value| u8::from(value.is_none())).collect();
        let narrow: Option<Vec<i64>> =
            of.iter().map(|value| i64::try_from(value.unwrap_or_default() / i128::from(unit)).ok()).collect();
        codes.look_up(&missing, &mut lane.missing);
        match narrow {
            Some(narrow) => {
                codes.look_up(&narrow, &mut lane.narrow);
                lane.unit = unit;
            }
            None => {
                lane.is_wide = true;
                let wide: Vec<i128> = of.iter().map(|value| value.unwrap_or_default()).collect();
                codes.look_up(&wide, &mut lane.wide);
            }
        }
        lane
    }

    /// The classes of something.
    pub(super) fn codes_of(&self, slot: Slot) -> CodesRef<'_> {
        let codes = match slot {
            Slot::Field(field) => self.given.fields.get(field).map(|column| &column.codes),
            Slot::Derived(derived) => self.worked.derived.get(derived),
            Slot::Tier => self.given.after.map(|after| after.tier),
        };
        codes.map_or(CodesRef::Narrow(&[]), Codes::as_ref)
    }

    fn call(
        &self,
        function: &'static Function,
        arguments: &[(Number, Type)],
        pool: &mut Pool,
        over: &mut [u8],
    ) -> Lane {
        let lanes: Vec<(Lane, Type)> =
            arguments.iter().map(|(node, kind)| (self.number(node, pool, over), *kind)).collect();
        let mut lane = pool.lane(self.given.rows);
        lane.widen();
        let mut values = Vec::with_capacity(lanes.len());
        for row in 0..self.given.rows {
            values.clear();
            values.extend(lanes.iter().map(|(lane, kind)| self.value(lane.get(row), *kind)));
            let given = match &function.body {
                FunctionBody::Scalar { apply, .. } => apply(&values),
                FunctionBody::Aggregate(_) => Value::Missing(Why::Undecided),
            };
            if given == Value::Missing(Why::Overflow)
                && let Some(mark) = over.get_mut(row)
            {
                *mark = 1;
            }
            lane.set_wide(row, units(&given));
        }
        shrink(&mut lane);
        lanes.into_iter().for_each(|(lane, _)| pool.keep(lane));
        lane
    }

    /// A value of a type.
    pub(super) fn value(&self, units: Option<i128>, kind: Type) -> Value {
        if kind != Type::Text {
            return value(units, kind);
        }
        let text = units.and_then(|units| self.given.texts.get(usize::try_from(units).ok()?));
        text.map_or(Value::Missing(Why::Undecided), |text| Value::Text(Arc::clone(text)))
    }

    /// What a table gives, by the row that fits each record.
    fn choice(&self, choice: &Choice, pool: &mut Pool, over: &mut [u8]) -> Lane {
        let rows = self.rows_of(&choice.index, &choice.row_of, pool, over);
        let lane = self.given(&rows, &choice.gives, pool, over);
        pool.keep_codes(rows);
        lane
    }

    /// What each record's row gives. Only for the records of a row must its numbers fit.
    pub(super) fn given(&self, rows: &Codes, gives: &[Number], pool: &mut Pool, over: &mut [u8]) -> Lane {
        // Rows that give the same to all come from one list.
        let constants: Vec<Option<i128>> = gives
            .iter()
            .map(|gives| if let Number::Constant(value) = gives { *value } else { None })
            .collect();
        let mut list: Vec<Option<i128>> = constants;
        list.push(None);
        let unit = super::lane::unit_of(list.iter().flatten().copied());
        let mut lane = pool.lane(self.given.rows);
        let missing: Vec<u8> = list.iter().map(|value| u8::from(value.is_none())).collect();
        let at = |row: usize| usize::from(rows.as_ref().get(row)).min(list.len() - 1);
        let narrow: Option<Vec<i64>> = list
            .iter()
            .map(|value| i64::try_from(value.unwrap_or_default() / i128::from(unit)).ok())
            .collect();
        for (row, slot) in lane.missing.iter_mut().enumerate() {
            *slot = missing.get(at(row)).copied().unwrap_or(1);
        }
        if let Some(narrow) = narrow {
            lane.unit = unit;
            for (row, slot) in lane.narrow.iter_mut().enumerate() {
                *slot = narrow.get(at(row)).copied().unwrap_or_default();
            }
        } else {
            lane.widen();
            for (row, slot) in lane.wide.iter_mut().enumerate() {
                *slot = list.get(at(row)).copied().flatten().unwrap_or_default();
            }
        }
        for (place, gives) in (0_u16..).zip(gives) {
            if matches!(gives, Number::Constant(_))
                || !(0..self.given.rows).any(|row| rows.as_ref().get(row) == place)
            {
                continue;
            }
            let mut marks = pool.bytes(self.given.rows, 0);
            let mut theirs = self.number(gives, pool, &mut marks);
            let chosen = |row: usize| rows.as_ref().get(row) == place;
            lane.choose(&mut theirs, chosen);
            mark_where(over, &marks, chosen);
            pool.keep(theirs);
            pool.keep_bytes(marks);
        }
        lane
    }

    /// The truths of a node.
    pub(super) fn truth(&self, node: &Truth, pool: &mut Pool, over: &mut [u8]) -> Vec<u8> {
        let mut out = pool.bytes(self.given.rows, UNDECIDED);
        match node {
            Truth::Constant(truth) => out.fill(*truth),
            Truth::ByClass(slot, of) => by_class(self.codes_of(*slot), of, &mut out),
            Truth::Register(register) => {
                if let Some(truths) = self.worked.truths.get(*register) {
                    out.clone_from(truths);
                }
            }
            Truth::Within(number, ranges) => {
                let lane = self.number(number, pool, over);
                within(&lane, ranges, &mut out);
                pool.keep(lane);
            }
            Truth::Mapped(inner, to) => {
                let inner = self.truth(inner, pool, over);
                for (out, truth) in out.iter_mut().zip(&inner) {
                    *out = to.get(usize::from(*truth)).copied().unwrap_or(UNDECIDED);
                }
                pool.keep_bytes(inner);
            }
            Truth::Compare(comparison, left, right) => {
                let (mut a, mut b) = (self.number(left, pool, over), self.number(right, pool, over));
                compare(*comparison, &mut a, &mut b, &mut out);
                pool.keep(a);
                pool.keep(b);
            }
            Truth::IsMissing(number) => {
                let lane = self.number(number, pool, over);
                for (out, missing) in out.iter_mut().zip(&lane.missing) {
                    *out = truth_of(*missing != 0);
                }
                pool.keep(lane);
            }
            Truth::And(parts) => self.together(parts, &mut out, YES, u8::min, pool, over),
            Truth::Or(parts) => self.together(parts, &mut out, NO, u8::max, pool, over),
            Truth::Otherwise(first, second) => {
                let (first, second) = (self.truth(first, pool, over), self.truth(second, pool, over));
                for (out, (first, second)) in out.iter_mut().zip(first.iter().zip(&second)) {
                    *out = if *first == UNDECIDED { *second } else { *first };
                }
                pool.keep_bytes(first);
                pool.keep_bytes(second);
            }
            Truth::StartsWith(text, beginning) => {
                let (a, b) = (self.number(text, pool, over), self.number(beginning, pool, over));
                for (row, out) in out.iter_mut().enumerate() {
                    if let (Some(text), Some(beginning)) = (self.text(a.get(row)), self.text(b.get(row))) {
                        *out = truth_of(text.starts_with(beginning));
                    }
                }
                pool.keep(a);
                pool.keep(b);
            }
            Truth::Texts(number, texts, except) => {
                let lane = self.number(number, pool, over);
                for (row, out) in out.iter_mut().enumerate() {
                    if let Some(text) = self.text(lane.get(row)) {
                        *out = truth_of(texts.iter().any(|known| known == text) != *except);
                    }
                }
                pool.keep(lane);
            }
            Truth::OfNumber(number) => {
                let lane = self.number(number, pool, over);
                for (row, out) in out.iter_mut().enumerate() {
                    *out = truth_of(lane.units(row) == 1);
                }
                undecided_where_missing(&mut out, &lane.missing);
                pool.keep(lane);
            }
        }
        out
    }

    fn together(
        &self,
        parts: &[Truth],
        out: &mut [u8],
        neutral: u8,
        join: impl Fn(u8, u8) -> u8,
        pool: &mut Pool,
        over: &mut [u8],
    ) {
        out.fill(neutral);
        for part in parts {
            let truths = self.truth(part, pool, over);
            out.iter_mut().zip(&truths).for_each(|(out, truth)| *out = join(*out, *truth));
            pool.keep_bytes(truths);
        }
    }

    fn text(&self, units: Option<i128>) -> Option<&str> {
        self.given.texts.get(usize::try_from(units?).ok()?).map(|text| &**text)
    }
}

/// What some units stand for, back as units.
pub(super) fn units(value: &Value) -> Option<i128> {
    match value {
        Value::Number(n) => Some(n.units()),
        Value::Date(d) => Some(d.days().into()),
        Value::YesNo(b) => Some(i128::from(*b)),
        Value::Category(code) => Some(i128::from(*code)),
        Value::Missing(_) | Value::Text(_) => None,
    }
}

/// Marks the records that are chosen.
pub(super) fn mark_where(over: &mut [u8], marks: &[u8], chosen: impl Fn(usize) -> bool) {
    for (row, (over, mark)) in over.iter_mut().zip(marks).enumerate() {
        if *mark != 0 && chosen(row) {
            *over = 1;
        }
    }
}

/// Truths by class. Where yes is a run of classes, that is a comparison and no look-up.
fn by_class(codes: CodesRef<'_>, of: &[u8], out: &mut Vec<u8>) {
    if let (CodesRef::Narrow(codes), Some((first, last, missing))) = (codes, run_of(of)) {
        for (out, code) in out.iter_mut().zip(codes) {
            let undecided = if *code >= missing { UNDECIDED } else { NO };
            *out = if *code >= first && *code <= last { YES } else { undecided };
        }
        return;
    }
    codes.look_up(of, out);
}

/// The run of classes that are yes, and from where on classes are undecided, if there is nothing else.
fn run_of(of: &[u8]) -> Option<(u8, u8, u8)> {
    let first = of.iter().position(|truth| *truth == YES)?;
    let last = of.iter().rposition(|truth| *truth == YES)?;
    let missing = of.iter().position(|truth| *truth == UNDECIDED).unwrap_or(of.len());
    let whole = of.iter().enumerate().all(|(class, truth)| {
        *truth
            == if (first..=last).contains(&class) {
                YES
            } else if class >= missing {
                UNDECIDED
            } else {
                NO
            }
    });
    if !whole {
        return None;
    }
    Some((u8::try_from(first).ok()?, u8::try_from(last).ok()?, u8::try_from(missing).ok()?))
}
