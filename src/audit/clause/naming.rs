//! Whether rules single out values of a field: one merchant, one topic.

use super::desk::Input;
use super::input::{declared, describe_all};
use crate::audit::Verdict;
use crate::data::{FieldId, RecordId, Set, Type};
use crate::policy::{DefinitionBody, EventPoints, Expr, ItemBody, Policy, Row, RowOutcome, Table};
use crate::source::Place;

/// Whether no table, condition or formula names a value of one of these fields.
pub(super) fn names_no_value(policy: &Policy, of: &[Input]) -> Verdict {
    let mut naming = Naming { policy, of, place: None, found: Vec::new() };
    naming.look();
    let Naming { found, .. } = naming;
    let Some((first, _)) = found.first() else {
        return Verdict::proved(format!("no rule names a value of {}", describe_all(policy, of)));
    };
    let because = match found.len() {
        1 => format!("a rule names a value of {}", describe_all(policy, [first])),
        times => format!("rules name values of {} {times} times", describe_all(policy, [first])),
    };
    let mut places: Vec<Place> = found.iter().filter_map(|(_, place)| *place).collect();
    places.push(declared(policy, *first));
    Verdict::refuted_at(because, places)
}

/// Looks for values that are named.
struct Naming<'p> {
    policy: &'p Policy,
    of: &'p [Input],
    /// Where the block in hand stands.
    place: Option<Place>,
    found: Vec<(Input, Option<Place>)>,
}

impl Naming<'_> {
    fn look(&mut self) {
        let policy = self.policy;
        let home = policy.schema.scored;
        for definition in &policy.definitions {
            self.place = Some(definition.place);
            match &definition.body {
                DefinitionBody::Expr(e) => self.expr(e, definition.of, None),
                DefinitionBody::Table(table) => self.table(table, definition.of, None),
            }
        }
        for item in &policy.items {
            self.place = Some(item.place);
            match &item.body {
                ItemBody::Table { table, .. } => self.table(table, home, None),
                ItemBody::Formula(formula) => {
                    formula.when.iter().for_each(|when| self.expr(when, home, None));
                    self.expr(&formula.points, home, None);
                }
                ItemBody::Events(events) => {
                    let over = Some(events.over.kind(&policy.schema));
                    events.filter.iter().for_each(|filter| self.expr(filter, home, over));
                    match &events.points {
                        EventPoints::Each(points) => self.expr(points, home, over),
                        EventPoints::Table(table) => self.table(table, home, over),
                    }
                }
                ItemBody::Group(_) => {}
            }
        }
        if let Some(participation) = &policy.participation {
            self.place = Some(participation.place);
            self.expr(&participation.needs.when, home, None);
        }
        for each in &policy.overrides {
            self.place = Some(each.place);
            self.expr(&each.when.when, home, None);
        }
        for each in &policy.decisions {
            self.place = Some(each.place);
            self.table(&each.table, home, None);
        }
        for each in &policy.consequences {
            self.place = Some(each.place);
            self.expr(&each.when.when, home, None);
        }
    }

    fn table(&mut self, table: &Table, home: RecordId, event: Option<RecordId>) {
        for (at, column) in table.columns.iter().enumerate() {
            if let Some(field) = self.field(&column.subject, home, event) {
                let policy = self.policy;
                let names = |row: &&Row| {
                    row.cells.get(at).is_some_and(|cell| !is_everything(policy, field, &cell.known))
                };
                table.rows.iter().filter(names).for_each(|row| self.note(Some(field), Some(row.place)));
            }
            self.expr(&column.subject, home, event);
        }
        for row in &table.rows {
            if let RowOutcome::Value(value) = &row.outcome {
                self.expr(value, home, event);
            }
        }
    }

    /// The field that an expression is, if it is one of those in question and a test of it singles out values.
    fn field(&self, expr: &Expr, home: RecordId, event: Option<RecordId>) -> Option<(RecordId, FieldId)> {
        let own = if let Expr::Field(field) = expr { Some((home, *field)) } else { None };
        let field = own.or(if let Expr::EventField(field) = expr { Some((event?, *field)) } else { None })?;
        let asked = self.of.contains(&Input::Field(field.0, field.1));
        (asked && singles_out(self.policy, field)).then_some(field)
    }

    /// Notes that a value of a field is named in the block in hand.
    fn note(&mut self, field: Option<(RecordId, FieldId)>, place: Option<Place>) {
        self.found.extend(field.map(|(kind, field)| (Input::Field(kind, field), place)));
    }

    fn expr(&mut self, expr: &Expr, home: RecordId, event: Option<RecordId>) {
        match expr {
            Expr::Test(inner, set) => {
                let field = self.field(inner, home, event);
                self.note(field.filter(|field| !is_everything(self.policy, *field, set)), self.place);
                self.expr(inner, home, event);
            }
            Expr::Compare(_, a, b) => {
                for (one, other) in [(a, b), (b, a)] {
                    let field = self.field(one, home, event).filter(|_| matches!(**other, Expr::Constant(_)));
                    self.note(field, self.place);
                }
                self.expr(a, home, event);
                self.expr(b, home, event);
            }
            Expr::Call(_, all) => {
                let names = all.iter().any(|one| matches!(one, Expr::Constant(_)));
                for one in all {
                    let field = self.field(one, home, event).filter(|_| names);
                    self.note(field, self.place);
                    self.expr(one, home, event);
                }
            }
            Expr::Negate(inner) | Expr::IsMissing(inner) | Expr::Not(inner) => self.expr(inner, home, event),
            Expr::Arithmetic(_, a, b) | Expr::Otherwise(a, b) => {
                self.expr(a, home, event);
                self.expr(b, home, event);
            }
            Expr::And(all) | Expr::Or(all) => all.iter().for_each(|one| self.expr(one, home, event)),
            Expr::Aggregate(aggregate) => {
                let over = Some(aggregate.over.kind(&self.policy.schema));
                aggregate.filter.iter().chain(&aggregate.value).for_each(|one| self.expr(one, home, over));
            }
            Expr::Constant(_)
            | Expr::Field(_)
            | Expr::EventField(_)
            | Expr::Definition(_)
            | Expr::EventDefinition(_)
            | Expr::PreviousScore
            | Expr::Score
            | Expr::Tier
            | Expr::PointsOf(_)
            | Expr::PointsOfInfluence(_)
            | Expr::Decision(_) => {}
        }
    }
}

/// Whether a test of a field singles out values: of texts, categories and yes/no, not of what has an order.
fn singles_out(policy: &Policy, (kind, field): (RecordId, FieldId)) -> bool {
    match policy.schema.field(kind, field).kind {
        Type::Text | Type::YesNo | Type::Category(_) | Type::Tier => true,
        Type::Number | Type::Integer | Type::Money | Type::Date => false,
    }
}

/// Whether a test takes in every value that a field can have.
fn is_everything(policy: &Policy, (kind, field): (RecordId, FieldId), set: &Set) -> bool {
    policy.schema.field(kind, field).domain.is_subset(set)
}
