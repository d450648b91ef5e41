//! What values are made of as far as days go: the fixed dates, `today`, the windows and the date fields that stand in an
//! expression, or behind a name in it.

use super::imports::Located;
use crate::date::{Date, Unit};
use crate::decimal::Decimal;
use crate::syntax::ast::{
    Cell, CellPart, Expression, ExpressionKind, FieldType, LetBody, Literal, Outcome, Predicate, RecordBlock,
    Statement, Table, Window,
};
use std::collections::{BTreeMap, BTreeSet};

/// What an expression, a comparison or a name is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MadeOf {
    /// Whether it moves with the day.
    pub today: bool,
    /// Whether a date field is part of it that never lies beyond today.
    pub up_to_today: bool,
    /// The fixed dates.
    pub dates: BTreeSet<Date>,
    /// The windows that end today.
    pub windows: BTreeSet<(u32, Unit)>,
    /// The date fields. Fields of one name are not told apart: that begins periods too many, never too few.
    pub fields: BTreeSet<String>,
    /// The whole numbers, as lengths of windows.
    counts: BTreeSet<u32>,
}

/// What each name of a policy may stand for: definitions, decisions, parameters, lists and date fields.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, MadeOf>);

impl Names {
    /// The names of a policy, some of its parameters set from outside.
    pub(super) fn of(statements: &[Located<'_>], settings: &[(String, String)]) -> Self {
        let mut names = Self::default();
        // As far as names lead: each round goes one name further, until nothing is new.
        loop {
            let mut next = names.0.clone();
            for located in statements {
                names.define(located.statement, &mut next);
            }
            if next == names.0 {
                break;
            }
            names.0 = next;
        }
        for (name, text) in settings {
            let of = names.0.entry(name.clone()).or_default();
            of.dates.extend(Date::parse(text));
            of.counts.extend(Decimal::parse(text).ok().and_then(count));
        }
        names
    }

    /// What a statement's name stands for, as far as other names are known.
    fn define(&self, statement: &Statement, into: &mut BTreeMap<String, MadeOf>) {
        let mut named = |name: &str, of: MadeOf| into.entry(name.to_owned()).or_default().add(&of);
        match statement {
            Statement::Let(block) => match &block.body {
                LetBody::Expression(expression) => named(&block.name.text, self.expression(expression)),
                LetBody::Table(table) => named(&block.name.text, self.outcomes(table)),
            },
            Statement::Decision(block) => {
                block.table.iter().for_each(|table| named(&block.name.text, self.outcomes(table)));
            }
            Statement::Param(line) => {
                let steps = line.value.steps.iter();
                steps.for_each(|step| named(&line.name.text, self.literal(&step.value)));
            }
            Statement::List(line) => {
                line.values.iter().for_each(|value| named(&line.name.text, self.literal(value)));
            }
            Statement::Record(block) => {
                let dates = block.fields.iter().filter(|field| matches!(field.kind, FieldType::Date(_)));
                for field in dates {
                    let up_to_today = dated_child(block)
                        || field.domain.as_ref().is_some_and(|domain| self.part(&domain.part).today);
                    let fields = BTreeSet::from([field.name.text.clone()]);
                    named(&field.name.text, MadeOf { up_to_today, fields, ..MadeOf::default() });
                }
            }
            Statement::Policy(_)
            | Statement::Tag(_)
            | Statement::Link(_)
            | Statement::Reason(_)
            | Statement::Item(_)
            | Statement::Override(_)
            | Statement::Tiers(_)
            | Statement::Influence(_)
            | Statement::Participation(_)
            | Statement::Consequence(_)
            | Statement::Use(_)
            | Statement::Case(_)
            | Statement::Cases(_) => {}
        }
    }

    fn name(&self, name: &str) -> MadeOf {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// What stands in an expression, whatever is made of it.
    fn expression(&self, expression: &Expression) -> MadeOf {
        let mut of = self.own(expression);
        operands(expression).into_iter().for_each(|each| of.add(&self.expression(each)));
        of
    }

    /// What stands in an expression, but not in its operands.
    pub(super) fn own(&self, expression: &Expression) -> MadeOf {
        match &expression.kind {
            ExpressionKind::Date(date) => MadeOf::date(date.value),
            ExpressionKind::Today => MadeOf::today(),
            ExpressionKind::Name(name) | ExpressionKind::Path(_, name) => self.name(&name.text),
            ExpressionKind::Predicate(_, predicate) => self.named_by(predicate),
            ExpressionKind::Number(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::YesNo(_)
            | ExpressionKind::Score
            | ExpressionKind::Tier
            | ExpressionKind::PointsOf(_)
            | ExpressionKind::Negate(_)
            | ExpressionKind::Arithmetic(..)
            | ExpressionKind::And(_)
            | ExpressionKind::Or(_)
            | ExpressionKind::Not(_)
            | ExpressionKind::Otherwise(..)
            | ExpressionKind::Call { .. }
            | ExpressionKind::Parentheses(_)
            | ExpressionKind::Broken => MadeOf::default(),
        }
    }

    /// What a predicate says without an expression: windows, and values in a list.
    fn named_by(&self, predicate: &Predicate) -> MadeOf {
        match predicate {
            Predicate::OneOf(values) | Predicate::NotOneOf(values) => {
                MadeOf::all(values.iter().map(|value| self.literal(value)))
            }
            Predicate::OneOfList(name) | Predicate::NotOneOfList(name) => self.name(&name.text),
            Predicate::Within(window) | Predicate::BeforeAgo(window) => self.window(window),
            Predicate::Is(_)
            | Predicate::IsNot(_)
            | Predicate::AtLeast(_)
            | Predicate::AtMost(_)
            | Predicate::MoreThan(_)
            | Predicate::LessThan(_)
            | Predicate::Between(..)
            | Predicate::Missing
            | Predicate::Known
            | Predicate::Before(_)
            | Predicate::After(_)
            | Predicate::OnOrAfter(_)
            | Predicate::OnOrBefore(_)
            | Predicate::OrBetter(_)
            | Predicate::OrWorse(_) => MadeOf::default(),
        }
    }

    /// What a cell's parts name.
    pub(super) fn cell(&self, cell: &Cell) -> MadeOf {
        MadeOf::all(cell.parts.iter().map(|part| self.part(part)))
    }

    /// What a part of a cell, or a domain, names.
    pub(super) fn part(&self, part: &CellPart) -> MadeOf {
        match part {
            CellPart::Value(a)
            | CellPart::Under(a)
            | CellPart::AtMost(a)
            | CellPart::AtLeast(a)
            | CellPart::Over(a) => self.literal(a),
            CellPart::To(a, b)
            | CellPart::ToUnder(a, b)
            | CellPart::OverTo(a, b)
            | CellPart::OverToUnder(a, b) => MadeOf::all([self.literal(a), self.literal(b)]),
            CellPart::Within(window) | CellPart::BeforeAgo(window) => self.window(window),
            CellPart::Any(_)
            | CellPart::Missing(_)
            | CellPart::Otherwise(_)
            | CellPart::OrBetter(_)
            | CellPart::OrWorse(_) => MadeOf::default(),
        }
    }

    /// What a table gives.
    fn outcomes(&self, table: &Table) -> MadeOf {
        MadeOf::all(table.rows.iter().flat_map(|row| &row.outcomes).map(|outcome| match outcome {
            Outcome::Expression(expression) => self.expression(expression),
            Outcome::History(history) => {
                MadeOf::all(history.steps.iter().map(|step| self.literal(&step.value)))
            }
            Outcome::Empty(_)
            | Outcome::NotScored(_)
            | Outcome::Reason(_)
            | Outcome::Text(_)
            | Outcome::Broken(_) => MadeOf::default(),
        }))
    }

    fn literal(&self, literal: &Literal) -> MadeOf {
        match literal {
            Literal::Date(date) => MadeOf::date(date.value),
            Literal::Today(_) => MadeOf::today(),
            Literal::Number(number) => {
                MadeOf { counts: count(number.value).into_iter().collect(), ..MadeOf::default() }
            }
            Literal::Name(name) => self.name(&name.text),
            Literal::Text(_) | Literal::YesNo(..) | Literal::Missing(_) => MadeOf::default(),
        }
    }

    fn window(&self, window: &Window) -> MadeOf {
        let counts = self.literal(&window.count).counts;
        let windows = counts.into_iter().map(|count| (count, window.unit)).collect();
        MadeOf { windows, ..MadeOf::default() }
    }
}

impl MadeOf {
    fn date(date: Date) -> Self {
        Self { dates: BTreeSet::from([date]), ..Self::default() }
    }

    fn today() -> Self {
        Self { today: true, ..Self::default() }
    }

    /// Several together.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), |mut all, part| {
            all.add(&part);
            all
        })
    }

    /// Together with another.
    pub(super) fn add(&mut self, other: &Self) {
        self.today |= other.today;
        self.up_to_today |= other.up_to_today;
        self.dates.extend(&other.dates);
        self.windows.extend(&other.windows);
        self.fields.extend(other.fields.iter().cloned());
        self.counts.extend(&other.counts);
    }
}

/// Whether records of this kind are left out while their date lies in the future.
fn dated_child(block: &RecordBlock) -> bool {
    block.belongs.is_some()
}

/// A number as the length of a window.
fn count(number: Decimal) -> Option<u32> {
    u32::try_from(number.units() / Decimal::ONE.units()).ok()
}

/// The expressions right inside another.
pub(super) fn operands(expression: &Expression) -> Vec<&Expression> {
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
