//! Dates of effect: what is in force on a day, and the days on which a policy has to be checked.
//!
//! Every `from`, `before` and history cuts time into periods, and so does a fixed date that a condition compares `today`
//! with. Inside a period only windows that move with `today` change; a table whose column holds both windows and fixed
//! dates is checked on both sides of each day on which the two change places.

use super::imports::Located;
use crate::date::{Date, Unit as TimeUnit};
use crate::syntax::ast::{
    Cell, CellPart, Clause, ClauseKind, Expression, ExpressionKind, History, Item, LetBody, Literal, Outcome,
    Predicate, Statement, Table, Window,
};
use std::collections::{BTreeMap, BTreeSet};

/// The days to check: one in each period, in order, with the first day of the period (`None` for the first period).
pub(super) fn days_to_check(statements: &[Located<'_>]) -> Vec<(Date, Option<Date>)> {
    let mut found = Found { named: named(statements), ..Found::default() };
    for located in statements {
        found.statement(located.statement);
    }
    let mut starts: BTreeSet<Date> = found.cuts.clone();
    for (window, date) in &found.crossings {
        // The window's edge passes the fixed date about here; the days around it are each checked.
        let near = date.ahead(window.0, window.1);
        starts.extend((-2..=2).map(|n| near.plus_days(n)));
    }
    // Late enough that every fixed date lies in the past of every window.
    let longest = found.windows.iter().map(|w| years(*w)).max().unwrap_or(0);
    let last = found
        .dates
        .iter()
        .chain(&starts)
        .max()
        .map(|d| d.ahead(longest.saturating_add(1), TimeUnit::Year))
        // A day of our time at least: what is counted up to today (an age) needs room to vary.
        .max(Date::from_ymd(2026, 1, 1));
    let mut days = Vec::new();
    let mut start = None;
    for cut in &starts {
        days.push((cut.plus_days(-1), start));
        start = Some(*cut);
    }
    if let Some(last) = last {
        days.push((last, start));
    }
    days
}

/// A day long after all others, when what is counted up to today has grown as large as it ever matters: a row or a cell
/// that some record can reach then is not dead.
pub(super) fn day_far_off(statements: &[Located<'_>]) -> Option<Date> {
    days_to_check(statements).last().map(|(day, _)| day.ahead(150, TimeUnit::Year))
}

/// A window's length in whole years, rounded up.
fn years((count, unit): (u32, TimeUnit)) -> u32 {
    match unit {
        TimeUnit::Day => count / 365 + 1,
        TimeUnit::Month => count / 12 + 1,
        TimeUnit::Year => count,
    }
}

/// Whether a block with these clauses is in force on a day.
pub(super) fn in_force(clauses: &[Clause], today: Date) -> bool {
    let (from, before) = effect(clauses);
    from.is_none_or(|d| d <= today) && before.is_none_or(|d| today < d)
}

/// The dates of effect of a block: from this day on, and out of force from that day on.
pub(super) fn effect(clauses: &[Clause]) -> (Option<Date>, Option<Date>) {
    let mut from = None;
    let mut before = None;
    for clause in clauses {
        if let ClauseKind::From(d) = &clause.kind {
            from = Some(d.value);
        }
        if let ClauseKind::Before(d) = &clause.kind {
            before = Some(d.value);
        }
    }
    (from, before)
}

/// The value of a history on a day: the first step that has not ended. `None` when all have ended.
pub(super) fn value_on(history: &History, today: Date) -> Option<&Literal> {
    history.steps.iter().find(|s| s.before.as_ref().is_none_or(|d| today < d.value)).map(|s| &s.value)
}

/// The dates that a name may stand for, and whether it may stand for `today`: definitions and parameters, also by way of
/// one another.
fn named(statements: &[Located<'_>]) -> BTreeMap<String, Compared> {
    let mut named: BTreeMap<String, Compared> = BTreeMap::new();
    // As far as names lead: each round goes one name further.
    for _ in 0..=statements.len().min(NAMES) {
        let mut next = named.clone();
        for located in statements {
            if let Statement::Let(block) = located.statement
                && let LetBody::Expression(expression) = &block.body
            {
                next.entry(block.name.text.clone()).or_default().add(expression, &named);
            } else if let Statement::Param(line) = located.statement {
                let of = next.entry(line.name.text.clone()).or_default();
                line.value.steps.iter().for_each(|step| of.literal(&step.value));
            }
        }
        if next == named {
            break;
        }
        named = next;
    }
    named
}

/// How long chains of names are followed.
const NAMES: usize = 32;

/// What one side of a comparison is made of.
#[derive(Debug, Clone, Default, PartialEq)]
struct Compared {
    today: bool,
    dates: BTreeSet<Date>,
}

impl Compared {
    fn literal(&mut self, literal: &Literal) {
        if let Literal::Date(date) = literal {
            self.dates.insert(date.value);
        }
        self.today |= matches!(literal, Literal::Today(_));
    }

    /// What stands in an expression, whatever is made of it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all others the operands are looked at")]
    fn add(&mut self, expression: &Expression, named: &BTreeMap<String, Self>) {
        match &expression.kind {
            ExpressionKind::Date(date) => drop(self.dates.insert(date.value)),
            ExpressionKind::Today => self.today = true,
            ExpressionKind::Name(name) => {
                if let Some(of) = named.get(&name.text) {
                    self.today |= of.today;
                    self.dates.extend(&of.dates);
                }
            }
            _ => operands(expression).into_iter().for_each(|each| self.add(each, named)),
        }
    }
}

/// The expressions on the other side of a predicate.
fn sides(predicate: &Predicate) -> Vec<&Expression> {
    match predicate {
        Predicate::Is(side)
        | Predicate::IsNot(side)
        | Predicate::AtLeast(side)
        | Predicate::AtMost(side)
        | Predicate::MoreThan(side)
        | Predicate::LessThan(side)
        | Predicate::Before(side)
        | Predicate::After(side)
        | Predicate::OnOrAfter(side)
        | Predicate::OnOrBefore(side) => vec![side],
        Predicate::Between(low, high) => vec![low, high],
        Predicate::OneOf(_)
        | Predicate::NotOneOf(_)
        | Predicate::OneOfList(_)
        | Predicate::NotOneOfList(_)
        | Predicate::Missing
        | Predicate::Known
        | Predicate::Within(_)
        | Predicate::BeforeAgo(_)
        | Predicate::OrBetter(_)
        | Predicate::OrWorse(_) => Vec::new(),
    }
}

/// The expressions right inside another.
fn operands(expression: &Expression) -> Vec<&Expression> {
    match &expression.kind {
        ExpressionKind::Negate(inner) | ExpressionKind::Not(inner) | ExpressionKind::Parentheses(inner) => {
            vec![inner]
        }
        ExpressionKind::Arithmetic(_, left, right) | ExpressionKind::Otherwise(left, right) => {
            vec![left, right]
        }
        ExpressionKind::And(all) | ExpressionKind::Or(all) => all.iter().collect(),
        ExpressionKind::Call { arguments, filter, .. } => arguments.iter().chain(filter.as_deref()).collect(),
        ExpressionKind::Predicate(left, predicate) => {
            std::iter::once(&**left).chain(sides(predicate)).collect()
        }
        ExpressionKind::Number(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Date(_)
        | ExpressionKind::YesNo(_)
        | ExpressionKind::Today
        | ExpressionKind::Score
        | ExpressionKind::Tier
        | ExpressionKind::PointsOf(_)
        | ExpressionKind::Name(_)
        | ExpressionKind::Path(..)
        | ExpressionKind::Broken => Vec::new(),
    }
}

#[derive(Default)]
struct Found {
    named: BTreeMap<String, Compared>,
    cuts: BTreeSet<Date>,
    dates: BTreeSet<Date>,
    windows: BTreeSet<(u32, TimeUnit)>,
    crossings: BTreeSet<((u32, TimeUnit), Date)>,
}

impl Found {
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
                LetBody::Expression(e) => self.expression(e),
            },
            Statement::Record(r) => {
                for field in &r.fields {
                    if let Some(domain) = &field.domain {
                        self.part(&domain.part);
                    }
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
                self.cuts.insert(d.value);
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

    /// What a condition compares `today` with cuts time in two: on that day, and the day after.
    fn expression(&mut self, expression: &Expression) {
        if let ExpressionKind::Predicate(..) = &expression.kind {
            let mut compared = Compared::default();
            compared.add(expression, &self.named);
            if compared.today {
                self.cuts.extend(compared.dates.iter().flat_map(|day| [*day, day.plus_days(1)]));
            }
        }
        operands(expression).into_iter().for_each(|each| self.expression(each));
    }

    fn history(&mut self, history: &History) {
        self.cuts.extend(history.steps.iter().filter_map(|s| s.before.as_ref()).map(|d| d.value));
    }

    fn table(&mut self, table: &Table) {
        for (column, subject) in table.conditions.iter().enumerate() {
            self.expression(subject);
            let cells: Vec<&Cell> = table.rows.iter().filter_map(|r| r.conditions.get(column)).collect();
            let mut own = Self::default();
            cells.iter().flat_map(|c| &c.parts).for_each(|p| own.part(p));
            let mut compared = Compared::default();
            compared.add(subject, &self.named);
            if compared.today {
                self.cuts.extend(own.dates.iter().flat_map(|day| [*day, day.plus_days(1)]));
            }
            for window in &own.windows {
                self.crossings.extend(own.dates.iter().map(|d| (*window, *d)));
            }
            self.dates.extend(own.dates);
            self.windows.extend(own.windows);
        }
        for outcome in table.rows.iter().flat_map(|r| &r.outcomes) {
            if let Outcome::History(h) = outcome {
                self.history(h);
            }
        }
    }

    fn part(&mut self, part: &CellPart) {
        match part {
            CellPart::Value(a)
            | CellPart::Under(a)
            | CellPart::AtMost(a)
            | CellPart::AtLeast(a)
            | CellPart::Over(a) => self.literal(a),
            CellPart::To(a, b)
            | CellPart::ToUnder(a, b)
            | CellPart::OverTo(a, b)
            | CellPart::OverToUnder(a, b) => {
                self.literal(a);
                self.literal(b);
            }
            CellPart::Within(w) | CellPart::BeforeAgo(w) => self.window(w),
            CellPart::Any(_)
            | CellPart::Missing(_)
            | CellPart::Otherwise(_)
            | CellPart::OrBetter(_)
            | CellPart::OrWorse(_) => {}
        }
    }

    fn literal(&mut self, literal: &Literal) {
        if let Literal::Date(d) = literal {
            self.dates.insert(d.value);
        }
    }

    fn window(&mut self, window: &Window) {
        if let Literal::Number(n) = &window.count
            && let Ok(count) = u32::try_from(n.value.units() / crate::decimal::Decimal::ONE.units())
        {
            self.windows.insert((count, window.unit));
        }
    }
}
