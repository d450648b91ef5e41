//! The first walk over a policy: what each field and each derived value is tested by, and which values are used as such.

use super::class::Tests;
use super::scope::Scope;
use crate::data::{FieldId, Set, Type, Value};
use crate::policy::{
    Aggregate, CapPeriod, DefinitionBody, EventPoints, Events, Expr, ItemBody, Policy, RowOutcome, Table,
};
use std::sync::Arc;

/// What is known of one kind of record after the first walk.
#[derive(Debug, Default)]
pub(super) struct Gathered<'p> {
    /// By field.
    pub(super) fields: Vec<FieldUse>,
    /// Values that are tested and are no fields.
    pub(super) derived: Vec<Tested<'p>>,
}

/// How a field is used.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldUse {
    /// What it is tested by.
    pub(super) tests: Tests,
    /// Whether its value itself is used.
    pub(super) value: bool,
}

/// A derived value that is tested.
#[derive(Debug)]
pub(super) struct Tested<'p> {
    /// The value, and in which scope it is read.
    pub(super) value: &'p Expr,
    pub(super) scope: Scope,
    /// Its type.
    pub(super) kind: Type,
    /// What it is tested by.
    pub(super) tests: Tests,
}

/// A walk.
pub(super) struct Gather<'p> {
    policy: &'p Policy,
    /// What was found so far.
    pub(super) found: Gathered<'p>,
}

impl<'p> Gather<'p> {
    /// Over the fields of a kind of record.
    pub(super) fn new(policy: &'p Policy, fields: usize) -> Self {
        let found = Gathered { fields: vec![FieldUse::default(); fields], derived: Vec::new() };
        Self { policy, found }
    }

    /// Everything of a policy that is about the scored record itself.
    pub(super) fn subject(&mut self) {
        let policy = self.policy;
        let scope = Scope::subject(policy);
        self.definitions();
        for item in &policy.items {
            match &item.body {
                ItemBody::Table { table, .. } => self.table(table, scope),
                ItemBody::Formula(formula) => {
                    formula.when.iter().for_each(|when| self.expr(when, scope));
                    self.expr(&formula.points, scope);
                }
                ItemBody::Events(_) | ItemBody::Group(_) => {}
            }
        }
        let conditions = policy.participation.iter().map(|p| &p.needs);
        let conditions = conditions.chain(policy.overrides.iter().map(|o| &o.when));
        for condition in conditions.chain(policy.consequences.iter().map(|c| &c.when)) {
            self.expr(&condition.when, scope);
        }
        for decision in &policy.decisions {
            self.table(&decision.table, scope);
        }
    }

    /// What is asked of the records of a kind: an aggregate's filter and value.
    pub(super) fn aggregate(&mut self, aggregate: &'p Aggregate, scope: Scope) {
        aggregate.filter.iter().chain(&aggregate.value).for_each(|expr| self.expr(expr, scope));
    }

    /// What a per-event rule asks of the records of a kind.
    pub(super) fn events(&mut self, events: &'p Events, scope: Scope) {
        events.filter.iter().for_each(|filter| self.expr(filter, scope));
        match &events.points {
            EventPoints::Each(expr) => self.expr(expr, scope),
            EventPoints::Table(table) => self.table(table, scope),
        }
        let by_day = events.caps.iter().any(|cap| cap.period != CapPeriod::Total);
        if let Some(used) =
            events.date.filter(|_| by_day).and_then(|date| self.found.fields.get_mut(date.index()))
        {
            used.value = true;
        }
    }

    /// A field that is told apart by a set.
    pub(super) fn told_by(&mut self, field: FieldId, set: &Set) {
        if let Some(used) = self.found.fields.get_mut(field.index()) {
            add(&mut used.tests, set);
        }
    }

    /// The definitions of the scored record.
    pub(super) fn definitions(&mut self) {
        let policy = self.policy;
        for definition in policy.definitions.iter().filter(|d| d.of == policy.schema.scored) {
            self.body(&definition.body, Scope::subject(policy));
        }
    }

    fn body(&mut self, body: &'p DefinitionBody, scope: Scope) {
        match body {
            DefinitionBody::Expr(expr) => self.expr(expr, scope),
            DefinitionBody::Table(table) => self.table(table, scope),
        }
    }

    /// A table.
    pub(super) fn table(&mut self, table: &'p Table, scope: Scope) {
        for (at, column) in table.columns.iter().enumerate() {
            for row in &table.rows {
                if let Some(cell) = row.cells.get(at) {
                    self.test(&column.subject, &cell.known, scope);
                }
            }
            self.tested(&column.subject, scope);
        }
        for row in &table.rows {
            if let RowOutcome::Value(expr) = &row.outcome {
                self.expr(expr, scope);
            }
        }
    }

    /// A test of a value by a set.
    fn test(&mut self, value: &'p Expr, set: &Set, scope: Scope) {
        if let Some(field) = scope.field(value) {
            if let Some(used) = self.found.fields.get_mut(field) {
                add(&mut used.tests, set);
            }
            return;
        }
        let known =
            self.found.derived.iter_mut().find(|tested| tested.scope == scope && tested.value == value);
        match known {
            Some(tested) => add(&mut tested.tests, set),
            None => {
                let kind = scope.kind(self.policy, value);
                let mut tests = Tests::default();
                add(&mut tests, set);
                self.found.derived.push(Tested { value, scope, kind, tests });
            }
        }
    }

    /// A value that is tested: a field's class is enough.
    fn tested(&mut self, value: &'p Expr, scope: Scope) {
        if scope.field(value).is_none() {
            self.expr(value, scope);
        }
    }

    /// An expression whose value is used.
    pub(super) fn expr(&mut self, expr: &'p Expr, scope: Scope) {
        if let Some(field) = scope.field(expr) {
            if let Some(used) = self.found.fields.get_mut(field) {
                used.value = true;
                used.tests.each = true;
            }
            return;
        }
        match expr {
            Expr::Test(value, set) => {
                self.test(value, set, scope);
                self.tested(value, scope);
            }
            Expr::IsMissing(value) => self.tested(value, scope),
            Expr::Negate(inner) | Expr::Not(inner) => self.expr(inner, scope),
            Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::Otherwise(a, b) => {
                self.expr(a, scope);
                self.expr(b, scope);
            }
            Expr::And(all) | Expr::Or(all) => all.iter().for_each(|part| self.expr(part, scope)),
            Expr::Call(function, arguments) => {
                if let ("starts_with", [text, Expr::Constant(Value::Text(beginning))]) =
                    (function.name, arguments.as_slice())
                    && let Some(used) = scope.field(text).and_then(|field| self.found.fields.get_mut(field))
                {
                    used.tests.beginnings.insert(Arc::clone(beginning));
                    return;
                }
                arguments.iter().for_each(|argument| self.expr(argument, scope));
            }
            Expr::Definition(id) | Expr::EventDefinition(id) if scope.definition(expr).is_some() => {
                // Those of the scored record are walked over in any case.
                let definition = self.policy.definition(*id);
                if definition.of != self.policy.schema.scored {
                    self.body(&definition.body, scope.inside());
                }
            }
            Expr::Constant(_)
            | Expr::Field(_)
            | Expr::EventField(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Aggregate(_)
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => {}
        }
    }
}

fn add(tests: &mut Tests, set: &Set) {
    if !tests.sets.contains(set) {
        tests.sets.push(set.clone());
    }
}
