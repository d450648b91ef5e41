//! From a value that an expression is to have to values of what it reads: each operation turned round.

use super::possible::Possible;
use super::quest::{About, Quest, Then};
use crate::data::{Set, Value};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::function::FunctionBody;
use crate::policy::{CellTest, Comparison, DefinitionBody, DefinitionId, Expr, Operator, RowOutcome, Table};

/// An expression and the values that it is to have.
pub(super) type Aim<'e> = (About, &'e Expr, Possible);

/// What one of two must be, the other having a value.
type Solved<'f> = &'f dyn Fn(&Value) -> Possible;

impl<'m, 'p> Quest<'m, 'p> {
    /// Drafts in which an expression has one of these values: the draft as it is, if so, then others.
    pub(super) fn seek(
        &mut self,
        about: About,
        expr: &Expr,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        if self.left == 0 || wanted.is_empty() {
            return false;
        }
        if self.fits(about, expr, wanted) && then(self) {
            return true;
        }
        let then = &mut |quest: &mut Self| quest.fits(about, expr, wanted) && then(quest);
        match expr {
            Expr::Constant(_) => false,
            Expr::Field(id) => self.seek_field(about.subject, *id, wanted, then),
            Expr::EventField(id) => {
                about.event.is_some_and(|event| self.seek_field(event, *id, wanted, then))
            }
            Expr::Definition(id) => self.definition(About { event: None, ..about }, *id, wanted, then),
            Expr::EventDefinition(id) => about.event.is_some_and(|event| {
                self.definition(About { subject: event, event: None }, *id, wanted, then)
            }),
            Expr::PreviousScore => self.previous_score(about, wanted, then),
            Expr::Negate(inner) => self.seek(about, inner, &wanted.negated(), then),
            Expr::Arithmetic(operator, left, right) => {
                self.arithmetic(about, *operator, (left, right), wanted, then)
            }
            Expr::Test(inner, set) => {
                let (yes, no) = wanted.truths();
                let inside = Possible { known: set.clone(), missing: wanted.missing };
                let outside = Possible::others(set);
                (yes && self.seek(about, inner, &inside.if_known(), then))
                    || (no && self.seek(about, inner, &outside, then))
                    || (wanted.missing && self.seek(about, inner, &Possible::only_missing(set), then))
            }
            Expr::Compare(comparison, left, right) => {
                self.comparison(about, *comparison, (left, right), wanted, then)
            }
            Expr::IsMissing(inner) => {
                let (yes, no) = wanted.truths();
                let of_any =
                    [Set::Ranges(Vec::new()), Set::Codes(Vec::new()), Set::empty(crate::data::Type::Text)];
                (yes && self.seek(about, inner, &Possible::only_missing(&Set::Ranges(Vec::new())), then))
                    || (no
                        && of_any.iter().any(|like| self.seek(about, inner, &Possible::any_like(like), then)))
            }
            Expr::And(parts) => self.logic(about, parts, false, wanted, then),
            Expr::Or(parts) => self.logic(about, parts, true, wanted, then),
            Expr::Not(inner) => {
                let (yes, no) = wanted.truths();
                let codes = [(no, 1), (yes, 0)].into_iter().filter(|(is, _)| *is).map(|(_, code)| code);
                let inverted = Possible { known: Set::of_codes(codes), missing: wanted.missing };
                self.seek(about, inner, &inverted, then)
            }
            Expr::Otherwise(first, second) => {
                let none = Possible::only_missing(&wanted.known);
                self.seek(about, first, &wanted.if_known(), then)
                    || self.seek_all(&[(about, first, none), (about, second, wanted.clone())], then)
            }
            Expr::Call(function, arguments) => {
                matches!(function.body, FunctionBody::Scalar { .. })
                    && self.call(about, function.name, arguments, wanted, then)
            }
            Expr::Aggregate(aggregate) => self.aggregate(about, aggregate, wanted, then),
            Expr::Score | Expr::Tier => self.score(expr, wanted, then),
            Expr::PointsOf(id) => self.seek_points(0, *id, &wanted.if_known(), then),
            Expr::PointsOfInfluence(at) => self.seek_influence(*at as usize, &wanted.if_known(), then),
            Expr::Decision(id) => self
                .maker
                .policy
                .decisions
                .get(id.index())
                .is_some_and(|decision| self.table(about, &decision.table, wanted, then)),
        }
    }

    /// Drafts in which several expressions have the values that they are to have, as far as one does not undo another:
    /// whoever asks looks at them all once more.
    pub(super) fn seek_all(&mut self, aims: &[Aim<'_>], then: Then<'_, 'm, 'p>) -> bool {
        match aims {
            [] => then(self),
            [(about, expr, wanted), rest @ ..] => {
                self.seek(*about, expr, wanted, &mut |quest| quest.seek_all(rest, then))
            }
        }
    }

    /// Drafts in which a table gives one of these values.
    pub(super) fn table(
        &mut self,
        about: About,
        table: &Table,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        table.rows.iter().any(|row| {
            let RowOutcome::Value(outcome) = &row.outcome else { return false };
            if matches!(outcome, Expr::Constant(value) if !wanted.contains(value)) {
                return false;
            }
            let mut aims = cells(about, table, &row.cells);
            aims.push((about, outcome, wanted.clone()));
            self.seek_all(&aims, then)
        })
    }

    /// The row of a table that fits.
    pub(super) fn row_of(&mut self, about: About, table: &Table) -> Option<usize> {
        let seen = table.columns.iter().map(|column| self.value(about, &column.subject));
        let seen = seen.collect::<Option<Vec<Value>>>()?;
        table.rows.iter().position(|row| row.cells.iter().zip(&seen).all(|(cell, value)| cell.fits(value)))
    }

    fn definition(
        &mut self,
        about: About,
        id: DefinitionId,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        if self.maker.is_entangled(id) && about == About::person(0) {
            return self.halve(&Expr::Definition(id), wanted, then);
        }
        match &self.maker.policy.definition(id).body {
            DefinitionBody::Expr(expr) => self.seek(about, expr, wanted, then),
            DefinitionBody::Table(table) => self.table(about, table, wanted, then),
        }
    }

    fn previous_score(&mut self, about: About, wanted: &Possible, then: Then<'_, 'm, 'p>) -> bool {
        let Some(super::draft::Who::Person(at)) = about.event else { return false };
        if !self.may_change(super::draft::Who::Person(at)) {
            return false;
        }
        let today = self.maker.policy.today;
        let scores = super::natural::choices(&wanted.known, crate::data::Type::Number, today);
        scores.iter().filter_map(Value::as_number).any(|score| {
            let set = |quest: &mut Self| {
                quest.draft.set_previous(at, score);
                true
            };
            self.attempt(set, then)
        })
    }

    fn arithmetic(
        &mut self,
        about: About,
        operator: Operator,
        (left, right): (&Expr, &Expr),
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let known = wanted.if_known();
        let left_for = |right: &Value| {
            right.as_number().map_or_else(
                || Possible::ranges_of([]),
                |b| match operator {
                    Operator::Add => known.less(b),
                    Operator::Subtract => known.more(b),
                    Operator::Multiply => known.over(b),
                    Operator::Divide => known.times(b),
                },
            )
        };
        let right_for = |left: &Value| {
            left.as_number().map_or_else(
                || Possible::ranges_of([]),
                |a| match operator {
                    Operator::Add => known.less(a),
                    Operator::Subtract => known.negated().more(a),
                    Operator::Multiply => known.over(a),
                    Operator::Divide => known.dividing(a),
                },
            )
        };
        if !known.is_empty() && self.two(about, (left, right), (&left_for, &right_for), then) {
            return true;
        }
        if !wanted.missing {
            return false;
        }
        let none = Possible::only_missing(&wanted.known);
        (operator == Operator::Divide
            && self.seek(about, right, &Possible::value(&Value::Number(Decimal::ZERO)), then))
            || self.seek(about, left, &none, then)
            || self.seek(about, right, &none, then)
    }

    /// Solves for one of two, the other being what it is; then with the other at values that nothing asks for.
    fn two(
        &mut self,
        about: About,
        (left, right): (&Expr, &Expr),
        (left_for, right_for): (Solved<'_>, Solved<'_>),
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let sides = [(left, right, left_for), (right, left, right_for)];
        for (solved, other, solved_for) in sides {
            if let Some(value) = self.value(about, other).filter(|value| !value.is_missing())
                && self.seek(about, solved, &solved_for(&value), then)
            {
                return true;
            }
        }
        if self.free == 0 {
            return false;
        }
        self.free -= 1;
        let found = sides.into_iter().any(|(solved, other, solved_for)| {
            let likes =
                [Set::Ranges(Vec::new()), Set::Codes(Vec::new()), Set::empty(crate::data::Type::Text)];
            likes.iter().any(|like| {
                self.seek(about, other, &Possible::any_like(like), &mut |quest| {
                    let value = quest.value(about, other);
                    value.is_some_and(|value| quest.seek(about, solved, &solved_for(&value), then))
                })
            })
        });
        self.free += 1;
        found
    }

    fn comparison(
        &mut self,
        about: About,
        comparison: Comparison,
        (left, right): (&Expr, &Expr),
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let (yes, no) = wanted.truths();
        for (_, truth) in [(yes, true), (no, false)].into_iter().filter(|(asked, _)| *asked) {
            let holding = if truth { comparison } else { opposite(comparison) };
            let left_for = |right: &Value| standing(holding, right);
            let right_for = |left: &Value| standing(mirrored(holding), left);
            if self.two(about, (left, right), (&left_for, &right_for), then) {
                return true;
            }
        }
        let none = Possible::only_missing(&Set::Ranges(Vec::new()));
        wanted.missing && (self.seek(about, left, &none, then) || self.seek(about, right, &none, then))
    }

    /// `and` (decided by any no), `or` (decided by any yes).
    fn logic(
        &mut self,
        about: About,
        parts: &[Expr],
        decisive: bool,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let (yes, no) = wanted.truths();
        let (decided, undecisive) = if decisive { (yes, no) } else { (no, yes) };
        if undecisive {
            let aims: Vec<Aim<'_>> =
                parts.iter().map(|part| (about, part, Possible::truth(!decisive))).collect();
            if self.seek_all(&aims, then) {
                return true;
            }
        }
        if decided && parts.iter().any(|part| self.seek(about, part, &Possible::truth(decisive), then)) {
            return true;
        }
        wanted.missing
            && (0..parts.len()).any(|at| {
                let of = |(other, part)| {
                    let mut wanted = Possible::truth(!decisive);
                    wanted.missing = true;
                    let none = Possible::only_missing(&wanted.known);
                    (about, part, if other == at { none } else { wanted })
                };
                let aims: Vec<Aim<'_>> = parts.iter().enumerate().map(of).collect();
                self.seek_all(&aims, then)
            })
    }

    fn call(
        &mut self,
        about: About,
        name: &str,
        arguments: &[Expr],
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let none = Possible::only_missing(&wanted.known);
        if wanted.missing && arguments.iter().any(|argument| self.seek(about, argument, &none, then)) {
            return true;
        }
        let known = wanted.if_known();
        if known.is_empty() {
            return false;
        }
        match (name, arguments) {
            ("min" | "max", _) => {
                (0..arguments.len()).any(|at| self.extreme(about, name == "min", arguments, at, &known, then))
            }
            ("abs", [of]) => {
                let either =
                    Possible::ranges_of(known.ranges().iter().chain(known.negated().ranges()).copied());
                self.seek(about, of, &either, then)
            }
            ("round", [of, ..]) => {
                let step = arguments.get(1).map_or(Some(Decimal::ONE), |step| self.number(about, step));
                let half = step.map_or(0, |step| step.abs().units() / 2);
                let near = known.ranges().iter().map(|(low, high)| (low - half, high + half));
                let near = Possible::ranges_of(near);
                self.seek(about, of, &known, then) || self.seek(about, of, &near, then)
            }
            ("amount", [of]) => self.seek(about, of, &known, then),
            ("years_between", [from, to]) => self.between(about, (from, to), Unit::Year, &known, then),
            ("months_between", [from, to]) => self.between(about, (from, to), Unit::Month, &known, then),
            ("days_between", [from, to]) => self.between(about, (from, to), Unit::Day, &known, then),
            ("starts_with", [text, start]) => {
                let (yes, _) = known.truths();
                let start = self.value(about, start).filter(|start| yes && !start.is_missing());
                let all = Possible::any_like(&Set::empty(crate::data::Type::Text));
                start.is_some_and(|start| self.seek(about, text, &Possible::value(&start), then))
                    || self.seek(about, text, &all, then)
            }
            (_, _) => false,
        }
    }

    /// `min` or `max` by one of its arguments; the others stay out of its way.
    fn extreme(
        &mut self,
        about: About,
        least: bool,
        arguments: &[Expr],
        at: usize,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let Some(argument) = arguments.get(at) else { return false };
        self.seek(about, argument, wanted, &mut |quest| {
            if then(quest) {
                return true;
            }
            let Some(value) = quest.value(about, argument) else { return false };
            let comparison = if least { Comparison::GreaterOrEqual } else { Comparison::LessOrEqual };
            let others = arguments.iter().enumerate().filter(|(other, _)| *other != at);
            let aims: Vec<Aim<'_>> =
                others.map(|(_, other)| (about, other, standing(comparison, &value))).collect();
            quest.seek_all(&aims, then)
        })
    }

    /// Days, months or years counted between two days.
    fn between(
        &mut self,
        about: About,
        days: (&Expr, &Expr),
        unit: Unit,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let none = || Possible::ranges_of([]);
        let from_for = |to: &Value| to.as_date().map_or_else(none, |to| wanted.days_before(to, unit));
        // As many from the second to the first, but for the sign.
        let to_for =
            |from: &Value| from.as_date().map_or_else(none, |from| wanted.negated().days_before(from, unit));
        self.two(about, days, (&from_for, &to_for), then)
    }
}

/// What the cells of a row ask for.
pub(super) fn cells<'e>(about: About, table: &'e Table, cells: &[CellTest]) -> Vec<Aim<'e>> {
    let of = |(column, cell): (&'e crate::policy::Column, &CellTest)| {
        (about, &column.subject, Possible { known: cell.known.clone(), missing: cell.missing })
    };
    table.columns.iter().zip(cells).map(of).collect()
}

/// The values that stand so to another: those `x` for which `x < other`, and so on.
fn standing(comparison: Comparison, other: &Value) -> Possible {
    let exactly = Possible::value(other);
    let Some(at) = super::super::alternatives::units_of(other) else {
        let code = if let Value::Category(code) = other { *code } else { 0 };
        let codes = |codes: std::ops::Range<u32>| Possible::known(Set::Codes(codes.collect()));
        return match (comparison, other) {
            (Comparison::Equal, _) => exactly,
            (Comparison::NotEqual, _) => Possible::others(&exactly.known),
            (Comparison::Less, Value::Category(_)) => codes(0..code),
            (Comparison::LessOrEqual, Value::Category(_)) => codes(0..code + 1),
            (Comparison::Greater, Value::Category(_)) => codes(code + 1..1_000),
            (Comparison::GreaterOrEqual, Value::Category(_)) => codes(code..1_000),
            (_, _) => Possible::ranges_of([]),
        };
    };
    let (least, greatest) = crate::data::limits(crate::data::Type::Number);
    match comparison {
        Comparison::Equal => exactly,
        Comparison::NotEqual => Possible::others(&exactly.known),
        Comparison::Less => Possible::range((least, at - 1)),
        Comparison::LessOrEqual => Possible::range((least, at)),
        Comparison::Greater => Possible::range((at + 1, greatest)),
        Comparison::GreaterOrEqual => Possible::range((at, greatest)),
    }
}

/// What holds where a comparison does not.
fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

/// The same said from the other side.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::Equal,
        Comparison::NotEqual => Comparison::NotEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}
