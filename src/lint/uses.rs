//! Where numbers, dates and names stand in a statement, and what each is there for.

use super::context::Look;
use crate::date::{Date, Unit};
use crate::decimal::Decimal;
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{
    CapPeriod, Cell, CellPart, Clause, ClauseKind, ColumnKind, Expression, ExpressionKind, History, Item,
    LetBody, Literal, Outcome, Predicate, Statement, Table, Window,
};

/// What a number is there for. Two numbers with the same role say the same kind of thing of the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Points that are given.
    Points,
    /// An end of `limited to`.
    Limit,
    /// `no more than N` of a period.
    Cap(CapPeriod),
    /// A weight.
    Weight,
    /// What this (as written) is compared with.
    Compared(String),
    /// The length of a window into the past of this (as written).
    Window(String, Unit),
    /// Part of a calculation, or anything else.
    Other,
}

/// What stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What<'a> {
    /// A name.
    Name(&'a str),
    /// A number.
    Number(Decimal),
    /// A date.
    Date(Date),
}

/// A number, a date or a name of a statement.
#[derive(Debug, Clone)]
pub(super) struct Use<'a> {
    /// What it is there for.
    pub(super) role: Role,
    /// What it is.
    pub(super) what: What<'a>,
    /// Where it stands.
    pub(super) place: Place,
}

/// The numbers, dates and names of a statement that gives points or says what follows; none of declarations and cases.
pub(super) fn of<'a>(look: &Look<'_>, file: FileId, statement: &'a Statement) -> Vec<Use<'a>> {
    let mut walk = Walk { look, file, uses: Vec::new() };
    match statement {
        Statement::Let(definition) => match &definition.body {
            LetBody::Expression(e) => walk.expression(e, &Role::Other),
            LetBody::Table(table) => walk.table(table),
        },
        Statement::Item(item) => walk.item(item),
        Statement::Override(block) => walk.clauses(&block.clauses),
        Statement::Tiers(block) => {
            block.tiers.iter().for_each(|tier| walk.cell(&tier.scores, "score"));
        }
        Statement::Decision(block) => {
            walk.clauses(&block.clauses);
            block.table.iter().for_each(|table| walk.table(table));
        }
        Statement::Influence(block) => walk.clauses(&block.clauses),
        Statement::Participation(block) => walk.clauses(&block.clauses),
        Statement::Consequence(block) => walk.clauses(&block.clauses),
        Statement::Policy(_)
        | Statement::Tag(_)
        | Statement::Record(_)
        | Statement::Link(_)
        | Statement::List(_)
        | Statement::Reason(_)
        | Statement::Param(_)
        | Statement::Use(_)
        | Statement::Case(_)
        | Statement::Cases(_) => {}
    }
    walk.uses
}

/// The names that a statement speaks of.
pub(super) fn names(look: &Look<'_>, file: FileId, statement: &Statement) -> Vec<String> {
    let names = of(look, file, statement).into_iter();
    names
        .filter_map(|one| if let What::Name(name) = one.what { Some(name.to_owned()) } else { None })
        .collect()
}

struct Walk<'l, 'a> {
    look: &'l Look<'l>,
    file: FileId,
    uses: Vec<Use<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn add(&mut self, what: What<'a>, span: Span, role: &Role) {
        self.uses.push(Use { role: role.clone(), what, place: Place::new(self.file, span) });
    }

    fn item(&mut self, item: &'a Item) {
        self.clauses(&item.clauses);
        item.table.iter().for_each(|table| self.table(table));
        item.members.iter().for_each(|member| self.item(member));
    }

    fn clauses(&mut self, clauses: &'a [Clause]) {
        for clause in clauses {
            match &clause.kind {
                ClauseKind::When(e) | ClauseKind::Needs(e) => self.expression(e, &Role::Other),
                ClauseKind::ForEach(_, filter) => {
                    filter.iter().for_each(|e| self.expression(e, &Role::Other))
                }
                ClauseKind::Points(e) | ClauseKind::PointsEach(e) => self.expression(e, &Role::Points),
                ClauseKind::IfMissing(l) => self.literal(l, &Role::Points),
                ClauseKind::Weight(l) => self.literal(l, &Role::Weight),
                ClauseKind::Limited(a, b) => {
                    self.literal(a, &Role::Limit);
                    self.literal(b, &Role::Limit);
                }
                ClauseKind::NoMoreThan(l, period) => self.literal(l, &Role::Cap(*period)),
                ClauseKind::ScoreAtMost(l) | ClauseKind::ScoreAtLeast(l) => {
                    self.literal(l, &Role::Compared("score".to_owned()));
                }
                ClauseKind::Baseline(l) | ClauseKind::Against(l) | ClauseKind::Smoothing(l) => {
                    self.literal(l, &Role::Other);
                }
                ClauseKind::PointsHistory(history) => self.history(history),
                ClauseKind::Reason(_)
                | ClauseKind::Source(_)
                | ClauseKind::Note(_)
                | ClauseKind::From(_)
                | ClauseKind::Before(_)
                | ClauseKind::IfMissingApplies
                | ClauseKind::IfMissingDoesNotApply
                | ClauseKind::TierAtMost(_)
                | ClauseKind::TierAtLeast(_)
                | ClauseKind::NotScored
                | ClauseKind::NotScoredApplies
                | ClauseKind::Context(_)
                | ClauseKind::Grantor(_)
                | ClauseKind::Basis(_)
                | ClauseKind::Announced(_)
                | ClauseKind::Statistic(..)
                | ClauseKind::ReadsSettled(_)
                | ClauseKind::Broken(_) => {}
            }
        }
    }

    fn table(&mut self, table: &'a Table) {
        for (at, heading) in table.conditions.iter().enumerate() {
            self.expression(heading, &Role::Other);
            let subject = self.look.text(self.file, heading.span);
            table
                .rows
                .iter()
                .filter_map(|row| row.conditions.get(at))
                .for_each(|cell| self.cell(cell, &subject));
        }
        for (outcome, column) in table.rows.iter().flat_map(|row| row.outcomes.iter().zip(&table.outcomes)) {
            let points = matches!(column.kind, ColumnKind::Points | ColumnKind::PointsEach);
            let role = if points { Role::Points } else { Role::Other };
            match outcome {
                Outcome::Expression(e) => self.expression(e, &role),
                Outcome::History(history) => self.history(history),
                Outcome::Empty(_)
                | Outcome::NotScored(_)
                | Outcome::Reason(_)
                | Outcome::Text(_)
                | Outcome::Broken(_) => {}
            }
        }
    }

    /// Of a history the names only: its numbers belong to its dates.
    fn history(&mut self, history: &'a History) {
        for step in &history.steps {
            if let Literal::Name(name) = &step.value {
                self.add(What::Name(&name.text), name.span, &Role::Other);
            }
        }
    }

    fn cell(&mut self, cell: &'a Cell, subject: &str) {
        let role = Role::Compared(subject.to_owned());
        for part in &cell.parts {
            match part {
                CellPart::Value(a)
                | CellPart::Under(a)
                | CellPart::AtMost(a)
                | CellPart::AtLeast(a)
                | CellPart::Over(a) => self.literal(a, &role),
                CellPart::To(a, b)
                | CellPart::ToUnder(a, b)
                | CellPart::OverTo(a, b)
                | CellPart::OverToUnder(a, b) => {
                    self.literal(a, &role);
                    self.literal(b, &role);
                }
                CellPart::Within(window) | CellPart::BeforeAgo(window) => self.window(window, subject),
                CellPart::Any(_)
                | CellPart::Missing(_)
                | CellPart::Otherwise(_)
                | CellPart::OrBetter(_)
                | CellPart::OrWorse(_) => {}
            }
        }
    }

    fn window(&mut self, window: &'a Window, subject: &str) {
        self.literal(&window.count, &Role::Window(subject.to_owned(), window.unit));
    }

    fn literal(&mut self, literal: &'a Literal, role: &Role) {
        match literal {
            Literal::Number(number) => self.add(What::Number(number.value), number.span, role),
            Literal::Date(date) => self.add(What::Date(date.value), date.span, role),
            Literal::Name(name) => self.add(What::Name(&name.text), name.span, role),
            Literal::Text(_) | Literal::YesNo(..) | Literal::Today(_) | Literal::Missing(_) => {}
        }
    }

    fn expression(&mut self, e: &'a Expression, role: &Role) {
        match &e.kind {
            ExpressionKind::Number(number) => self.add(What::Number(number.value), number.span, role),
            ExpressionKind::Date(date) => self.add(What::Date(date.value), date.span, role),
            ExpressionKind::Name(name) => self.add(What::Name(&name.text), name.span, role),
            ExpressionKind::Path(_, field) => self.add(What::Name(&field.text), field.span, &Role::Other),
            ExpressionKind::Parentheses(inner) => self.expression(inner, role),
            ExpressionKind::Otherwise(a, b) => {
                self.expression(a, role);
                self.expression(b, role);
            }
            ExpressionKind::Negate(inner) | ExpressionKind::Not(inner) => {
                self.expression(inner, &Role::Other)
            }
            ExpressionKind::Arithmetic(_, a, b) => {
                self.expression(a, &Role::Other);
                self.expression(b, &Role::Other);
            }
            ExpressionKind::And(all) | ExpressionKind::Or(all) => {
                all.iter().for_each(|part| self.expression(part, &Role::Other));
            }
            ExpressionKind::Predicate(subject, predicate) => {
                self.expression(subject, &Role::Other);
                let subject = self.look.text(self.file, subject.span);
                self.predicate(predicate, &subject);
            }
            ExpressionKind::Call { arguments, filter, .. } => {
                arguments
                    .iter()
                    .chain(filter.as_deref())
                    .for_each(|part| self.expression(part, &Role::Other));
            }
            ExpressionKind::Text(_)
            | ExpressionKind::YesNo(_)
            | ExpressionKind::Today
            | ExpressionKind::Score
            | ExpressionKind::Tier
            | ExpressionKind::PointsOf(_)
            | ExpressionKind::Broken => {}
        }
    }

    fn predicate(&mut self, predicate: &'a Predicate, subject: &str) {
        let role = Role::Compared(subject.to_owned());
        match predicate {
            Predicate::Is(a)
            | Predicate::IsNot(a)
            | Predicate::AtLeast(a)
            | Predicate::AtMost(a)
            | Predicate::MoreThan(a)
            | Predicate::LessThan(a)
            | Predicate::Before(a)
            | Predicate::After(a)
            | Predicate::OnOrAfter(a)
            | Predicate::OnOrBefore(a) => self.expression(a, &role),
            Predicate::Between(a, b) => {
                self.expression(a, &role);
                self.expression(b, &role);
            }
            Predicate::OneOf(values) | Predicate::NotOneOf(values) => {
                values.iter().for_each(|value| self.literal(value, &role));
            }
            Predicate::Within(window) | Predicate::BeforeAgo(window) => self.window(window, subject),
            Predicate::OneOfList(_)
            | Predicate::NotOneOfList(_)
            | Predicate::Missing
            | Predicate::Known
            | Predicate::OrBetter(_)
            | Predicate::OrWorse(_) => {}
        }
    }
}
