//! The days on which time turns: those that dates of effect and histories name, and those on which `today` or a window
//! that ends today passes a fixed date that a condition holds against it.

use super::imports::Located;
use super::made_of::{MadeOf, Names, operands};
use crate::date::{Date, Unit};
use crate::syntax::ast::{
    Clause, ClauseKind, Expression, ExpressionKind, History, Item, LetBody, Outcome, Statement, Table,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is found in a policy's statements.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// The first days of periods.
    pub starts: BTreeSet<Date>,
    /// The fixed dates in cells and domains.
    pub dates: BTreeSet<Date>,
    /// The windows in cells and domains.
    pub windows: BTreeSet<(u32, Unit)>,
    names: Names,
    /// What each date field is compared with, in whatever places: what one condition leaves of its days another may take
    /// away.
    fields: BTreeMap<String, MadeOf>,
}

impl Turns {
    /// Those of each condition and each table of a policy by itself, some of its parameters set from outside.
    pub(super) fn of(statements: &[Located<'_>], settings: &[(String, String)]) -> Self {
        let mut turns = Self { names: Names::of(statements, settings), ..Self::default() };
        statements.iter().for_each(|located| turns.statement(located.statement));
        turns
    }

    /// Those too of all conditions and tables on the same date field together, and of days that no record can have yet.
    pub(super) fn across_conditions(mut self) -> Self {
        for mut together in std::mem::take(&mut self.fields).into_values() {
            together.today |= together.up_to_today;
            self.pass(&together);
        }
        self
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Item(item) => self.item(item),
            Statement::Override(o) => self.clauses(&o.clauses),
            Statement::Tiers(t) => self.clauses(&t.clauses),
            Statement::Decision(d) => {
                self.clauses(&d.clauses);
                d.table.iter().for_each(|t| self.table(t));
            }
            Statement::Influence(i) => self.clauses(&i.clauses),
            Statement::Participation(p) => self.clauses(&p.clauses),
            Statement::Consequence(c) => self.clauses(&c.clauses),
            Statement::Param(p) => self.history(&p.value),
            Statement::Let(l) => match &l.body {
                LetBody::Table(t) => self.table(t),
                LetBody::Expression(e) => drop(self.expression(e)),
            },
            Statement::Record(r) => {
                for domain in r.fields.iter().filter_map(|field| field.domain.as_ref()) {
                    let of = self.names.part(&domain.part);
                    self.in_cells(&of);
                }
            }
            Statement::Policy(_)
            | Statement::Tag(_)
            | Statement::Link(_)
            | Statement::List(_)
            | Statement::Reason(_)
            | Statement::Use(_)
            | Statement::Case(_)
            | Statement::Cases(_) => {}
        }
    }

    fn item(&mut self, item: &Item) {
        self.clauses(&item.clauses);
        item.table.iter().for_each(|t| self.table(t));
        item.members.iter().for_each(|m| self.item(m));
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            if let ClauseKind::From(d) | ClauseKind::Before(d) = &clause.kind {
                self.starts.insert(d.value);
            }
            if let ClauseKind::PointsHistory(h) = &clause.kind {
                self.history(h);
            }
            if let ClauseKind::When(e)
            | ClauseKind::Needs(e)
            | ClauseKind::Points(e)
            | ClauseKind::PointsEach(e)
            | ClauseKind::ForEach(_, Some(e)) = &clause.kind
            {
                self.expression(e);
            }
        }
    }

    /// Looks through an expression from the inside out; what it is made of.
    fn expression(&mut self, expression: &Expression) -> MadeOf {
        let inside = operands(expression).into_iter().map(|each| self.expression(each));
        let mut of = MadeOf::all(inside);
        of.add(&self.names.own(expression));
        // What counts from a fixed date, or takes the later of two, compares as well as what is said to.
        let counts = matches!(expression.kind, ExpressionKind::Call { .. } | ExpressionKind::Arithmetic(..));
        if matches!(expression.kind, ExpressionKind::Predicate(..)) || (counts && !of.dates.is_empty()) {
            self.compared(&of);
        }
        of
    }

    fn history(&mut self, history: &History) {
        self.starts.extend(history.steps.iter().filter_map(|s| s.before.as_ref()).map(|d| d.value));
    }

    fn table(&mut self, table: &Table) {
        for (column, subject) in table.conditions.iter().enumerate() {
            let cells = table.rows.iter().filter_map(|row| row.conditions.get(column));
            let mut of = MadeOf::all(cells.map(|cell| self.names.cell(cell)));
            self.in_cells(&of);
            of.add(&self.expression(subject));
            self.compared(&of);
        }
        for outcome in table.rows.iter().flat_map(|row| &row.outcomes) {
            match outcome {
                Outcome::History(history) => self.history(history),
                Outcome::Expression(expression) => drop(self.expression(expression)),
                Outcome::Empty(_)
                | Outcome::NotScored(_)
                | Outcome::Reason(_)
                | Outcome::Text(_)
                | Outcome::Broken(_) => {}
            }
        }
    }

    fn in_cells(&mut self, of: &MadeOf) {
        self.dates.extend(&of.dates);
        self.windows.extend(&of.windows);
    }

    /// Notes what one condition, or one column of a table, holds against each other.
    fn compared(&mut self, of: &MadeOf) {
        self.pass(of);
        for field in &of.fields {
            self.fields.entry(field.clone()).or_default().add(of);
        }
    }

    /// The days on which `today`, or a window's edge, passes a fixed date: they come from before it to on it, and go on.
    fn pass(&mut self, of: &MadeOf) {
        if of.today || !of.windows.is_empty() {
            // A field has days between the two: whether there are any turns a day sooner or later.
            let around = if of.fields.is_empty() { 0..=1 } else { -1..=2 };
            self.starts.extend(of.dates.iter().flat_map(|date| around.clone().map(|n| date.plus_days(n))));
        }
        for window in &of.windows {
            let days = of.dates.iter().flat_map(|date| (0..=2).map(|n| date.plus_days(n)));
            self.starts.extend(days.filter_map(|day| begins_on(*window, day)));
        }
    }
}

/// The first day on which a window that ends on it begins on a certain day, or later.
fn begins_on((count, unit): (u32, Unit), day: Date) -> Option<Date> {
    let near = day.ahead(count, unit);
    // One more where the month is too short for the day.
    [near, near.plus_days(1)].into_iter().find(|today| today.ago(count, unit) >= day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_on_a_day_when_its_unit_has_passed() {
        let first = |count, unit, day: &str| begins_on((count, unit), Date::parse(day).unwrap());
        assert_eq!(first(90, Unit::Day, "2026-01-01"), Date::parse("2026-04-01").ok());
        assert_eq!(first(1, Unit::Month, "2026-01-28"), Date::parse("2026-02-28").ok());
        // 28 February is the last day of its month, and still a month after 28 January only.
        assert_eq!(first(1, Unit::Month, "2026-01-31"), Date::parse("2026-03-01").ok());
        assert_eq!(first(1, Unit::Year, "2024-02-29"), Date::parse("2025-03-01").ok());
        // The calendar ends before that.
        assert_eq!(first(u32::MAX, Unit::Year, "2026-01-01"), None);
    }

    #[test]
    fn no_day_before_it_begins_the_window_there() {
        for start in 0..800 {
            let day = Date::from_ymd(2023, 12, 1).unwrap().plus_days(start);
            for window in
                [(0, Unit::Day), (45, Unit::Day), (1, Unit::Month), (3, Unit::Month), (2, Unit::Year)]
            {
                let first = begins_on(window, day).unwrap();
                assert!(first.ago(window.0, window.1) >= day);
                assert!(first.plus_days(-1).ago(window.0, window.1) < day, "{window:?} {day}");
            }
        }
    }
}
