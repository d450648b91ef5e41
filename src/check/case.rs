//! Cases: records given and results expected, against the policy of the case's day.

use super::case_table::CaseTable;
use super::context::Context;
use super::scope::{KindName, PointsName, ValueName};
use crate::data::{FieldId, LinkId, RecordId, Type, Value, Why};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Case, Consequence, DecisionId, Expectation, ExpectedStatus};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{self, Assignment, CaseBlock, CaseClauseKind, Literal, Name};

/// A case that is asked for.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// A `case` block of a file.
    Block(FileId, &'a CaseBlock),
    /// A row of a table.
    Row(&'a CaseTable<'a>, usize),
}

/// The day of a case and the parameters that it sets.
pub(super) fn day_and_settings(
    block: &CaseBlock,
    text: impl Fn(Span) -> String,
) -> (Option<Date>, Vec<(String, String)>) {
    let mut day = None;
    let mut settings = Vec::new();
    for clause in &block.clauses {
        match &clause.kind {
            CaseClauseKind::AsOf(d) => day = Some(d.value),
            CaseClauseKind::Set(name, literal) => {
                let value = match literal {
                    Literal::Text(t) => t.text.clone(),
                    Literal::Number(n) => n.value.to_string(),
                    Literal::Date(_)
                    | Literal::YesNo(..)
                    | Literal::Today(_)
                    | Literal::Missing(_)
                    | Literal::Name(_) => text(literal.span()),
                };
                settings.push((name.text.clone(), value));
            }
            CaseClauseKind::Given(..) | CaseClauseKind::Expect(_) | CaseClauseKind::Broken(_) => {}
        }
    }
    (day, settings)
}

/// What the lowered policy says beyond the names: needed to lower expectations.
pub(super) struct Lowered<'p> {
    /// Its benefits and penalties in force.
    pub consequences: &'p [Consequence],
}

impl Context<'_> {
    /// Lowers what is asked for; `None` after a report.
    pub(super) fn asked(&mut self, asked: Asked<'_>, policy: &Lowered<'_>) -> Option<Case> {
        match asked {
            Asked::Block(file, block) => self.case(file, block, policy),
            Asked::Row(table, row) => self.case_row(table, row),
        }
    }

    /// Lowers a case; `None` after a report.
    pub(super) fn case(&mut self, file: FileId, block: &CaseBlock, policy: &Lowered<'_>) -> Option<Case> {
        let before = self.found.len();
        let broken = block.clauses.iter().any(|c| matches!(c.kind, CaseClauseKind::Broken(_)));
        let mut case = Case {
            title: block.title.text.clone(),
            records: Vec::new(),
            pairs: Vec::new(),
            previous_of: None,
            previous: Vec::new(),
            expectations: Vec::new(),
            place: Place::new(file, block.span),
        };
        let mut set_by: Vec<Vec<FieldId>> = Vec::new();
        for clause in &block.clauses {
            if let CaseClauseKind::Given(name, values) = &clause.kind {
                self.given(file, name, values, clause.span, &mut case, &mut set_by);
            }
        }
        let subject = case.records.iter().position(|(r, _)| *r == self.schema.scored);
        if subject.is_none() && !broken && self.found.len() == before {
            let scored = self
                .schema
                .records
                .get(self.schema.scored.index())
                .map_or("", |r| r.name.as_str())
                .to_owned();
            self.report(
                Diagnostic::error(Code::E0314, case.place, format!("the case gives no `{scored}` to score"))
                    .help(format!("add a line `given {scored} {{ … }}`")),
            );
        }
        self.fill_parents(&mut case, &set_by);
        let mut expects = false;
        for clause in &block.clauses {
            if let CaseClauseKind::Expect(expectation) = &clause.kind {
                expects = true;
                if let Some(lowered) = self.expectation(file, expectation, clause.span, policy) {
                    case.expectations.push((lowered, Place::new(file, clause.span)));
                }
            }
        }
        if !expects && !broken {
            self.report(
                Diagnostic::error(
                    Code::E0314,
                    case.place,
                    format!("the case \"{}\" expects nothing", case.title),
                )
                .help("add a line such as `expect score 640`"),
            );
        }
        if broken || self.found.iter().skip(before).any(|f| f.diagnostic.is_error()) {
            None
        } else {
            Some(case)
        }
    }

    fn given(
        &mut self,
        file: FileId,
        name: &Name,
        values: &[Assignment],
        span: Span,
        case: &mut Case,
        set_by: &mut Vec<Vec<FieldId>>,
    ) {
        if name.is_broken() {
            return;
        }
        if name.text == "previous" && !self.names.kinds.contains_key("previous") {
            self.given_previous(file, values, span, case);
            return;
        }
        match self.names.kinds.get(&name.text).map(|(k, _)| *k) {
            Some(KindName::Record(id)) => {
                if let Some((row, set)) = self.given_record(file, id, name, values, span) {
                    case.records.push((id, row));
                    set_by.push(set);
                }
            }
            Some(KindName::Link(id)) => self.given_pair(file, id, values, span, case),
            None => {
                let mut names = self.record_names();
                names.extend(self.schema.links.iter().map(|l| l.name.clone()));
                names.push("previous".to_owned());
                self.unknown(Code::E0314, file, name, "record or link", names.iter().map(String::as_str));
            }
        }
    }

    fn given_record(
        &mut self,
        file: FileId,
        id: RecordId,
        name: &Name,
        values: &[Assignment],
        span: Span,
    ) -> Option<(Vec<Value>, Vec<FieldId>)> {
        let record = self.schema.records.get(id.index())?.clone();
        let mut row: Vec<Value> =
            (0..record.fields.len() as u32).map(|i| Value::Missing(Why::Field(FieldId(i)))).collect();
        let mut set: Vec<FieldId> = Vec::new();
        let mut broken = false;
        for assignment in values {
            let Some(at) = record.fields.iter().position(|f| f.name == assignment.field.text) else {
                let names: Vec<String> = record.fields.iter().map(|f| f.name.clone()).collect();
                let what = format!("field of `{}` named", name.text);
                self.unknown(Code::E0314, file, &assignment.field, &what, names.iter().map(String::as_str));
                broken = true;
                continue;
            };
            let field = FieldId(at as u32);
            if set.contains(&field) {
                self.error(
                    Code::E0314,
                    file,
                    assignment.field.span,
                    format!("`{}` is given twice", assignment.field.text),
                );
                continue;
            }
            set.push(field);
            let (Some(found), false) = (record.fields.get(at), self.broken_fields.contains(&(id, field)))
            else {
                continue;
            };
            if matches!(assignment.value, Literal::Missing(_)) {
                continue;
            }
            match self.given_value(file, found, &assignment.value) {
                Some(value) => {
                    if let Some(slot) = row.get_mut(at) {
                        *slot = value;
                    }
                }
                None => broken = true,
            }
        }
        if broken || values.iter().any(|a| a.field.is_broken()) {
            return None;
        }
        let parent = record.parent.map(|(_, by)| by);
        for (at, field) in record.fields.iter().enumerate() {
            let id = FieldId(at as u32);
            let given = row.get(at).is_some_and(|v| !v.is_missing());
            if !given && !field.optional && Some(id) != parent {
                self.report(
                    Diagnostic::error(
                        Code::E0314,
                        Place::new(file, span),
                        format!("the case does not give `{}`, which is never missing", field.name),
                    )
                    .help(format!("add `{}: …`, or declare the field `optional`", field.name)),
                );
                return None;
            }
        }
        Some((row, set))
    }

    /// A value of a case: a category may also be an unseen one, in quotes, where those are admitted.
    fn given_value(&mut self, file: FileId, field: &crate::data::Field, literal: &Literal) -> Option<Value> {
        if let (Type::Category(id), Literal::Text(text)) = (field.kind, literal)
            && let Some(categories) = self.schema.categories.get(id.index())
            && categories.open
            && categories.code(&text.text).is_none()
        {
            return Some(Value::Category(categories.names.len() as u32));
        }
        let value = self.literal(file, literal, field.kind)?;
        let whole = field.kind != Type::Integer || value.as_number().is_none_or(Decimal::is_integer);
        if !whole || !field.domain.contains(&value) {
            let domain = field.domain.describe(field.kind, &self.names_of(field.kind));
            let message = format!("`{}` cannot be {}", field.name, self.text(file, literal.span()));
            self.report(
                Diagnostic::error(Code::E0314, Place::new(file, literal.span()), message)
                    .help(format!("it is declared as {} of {domain}", self.type_name(field.kind))),
            );
            return None;
        }
        Some(value)
    }

    fn given_pair(&mut self, file: FileId, id: LinkId, values: &[Assignment], span: Span, case: &mut Case) {
        let Some(link) = self.schema.links.get(id.index()).cloned() else { return };
        let mut ends = Vec::new();
        for (word, record) in [("from", link.from), ("to", link.to)] {
            let Some(assignment) = values.iter().find(|a| a.field.text == word) else {
                self.report(
                    Diagnostic::error(
                        Code::E0314,
                        Place::new(file, span),
                        format!("a pair of `{}` has no `{word}`", link.name),
                    )
                    .help(format!("write `given {} {{ from: KEY, to: KEY }}`", link.name)),
                );
                return;
            };
            ends.extend(self.key_value(file, record, &assignment.value));
        }
        if let Some(other) =
            values.iter().find(|a| a.field.text != "from" && a.field.text != "to" && !a.field.is_broken())
        {
            self.error(
                Code::E0314,
                file,
                other.field.span,
                format!("a pair has `from` and `to`, not `{}`", other.field.text),
            );
        }
        if let [from, to] = ends.as_slice() {
            case.pairs.push((id, from.clone(), to.clone()));
        }
    }

    fn given_previous(&mut self, file: FileId, values: &[Assignment], span: Span, case: &mut Case) {
        let linked = self
            .previous_links
            .iter()
            .next()
            .and_then(|id| self.schema.links.get(*id as usize))
            .map_or(self.schema.scored, |l| l.to);
        // The key may say by its name of which records the score is.
        let named = values.iter().find_map(|v| match self.names.kinds.get(&v.field.text) {
            Some((KindName::Record(id), _)) => Some(*id),
            Some((KindName::Link(_), _)) | None => None,
        });
        let linked = named.unwrap_or(linked);
        case.previous_of = Some(linked);
        let mut key = None;
        let mut score = None;
        for assignment in values {
            if assignment.field.text == "score" {
                score = self.number(file, &assignment.value);
            } else if !assignment.field.is_broken() {
                key = self.key_value(file, linked, &assignment.value);
            }
        }
        match (key, score) {
            (Some(key), Some(score)) => case.previous.push((key, score)),
            _incomplete => self.report(
                Diagnostic::error(Code::E0314, Place::new(file, span), "a previous score is a key and a score")
                    .help("write `given previous { person: \"p2\", score: 640 }`, with the record's own name and key"),
            ),
        }
    }

    fn key_value(&mut self, file: FileId, record: RecordId, literal: &Literal) -> Option<Value> {
        let kind = self
            .schema
            .records
            .get(record.index())
            .and_then(|r| r.key.and_then(|k| r.fields.get(k.index())))
            .map(|f| f.kind)?;
        self.literal(file, literal, kind)
    }

    /// A child that does not name its parent belongs to the record that is scored.
    fn fill_parents(&mut self, case: &mut Case, set_by: &[Vec<FieldId>]) {
        let scored = self.schema.scored;
        let key = self.schema.records.get(scored.index()).and_then(|r| r.key);
        let subject = case
            .records
            .iter()
            .find(|(r, _)| *r == scored)
            .and_then(|(_, row)| row.get(key?.index()).cloned());
        for ((record, row), set) in case.records.iter_mut().zip(set_by) {
            let parent = self.schema.records.get(record.index()).and_then(|r| r.parent);
            if let Some((parent, by)) = parent
                && parent == scored
                && !set.contains(&by)
                && let (Some(slot), Some(subject)) = (row.get_mut(by.index()), &subject)
            {
                *slot = subject.clone();
            }
        }
    }

    fn expectation(
        &mut self,
        file: FileId,
        expectation: &ast::Expectation,
        span: Span,
        policy: &Lowered<'_>,
    ) -> Option<Expectation> {
        match expectation {
            ast::Expectation::Score(n) => Some(Expectation::Score(n.value)),
            ast::Expectation::Tier(name) => self.tier(file, name).map(Expectation::Tier),
            ast::Expectation::Status(status) => Some(Expectation::Status(match status {
                ast::ExpectedStatus::Scored => ExpectedStatus::Scored,
                ast::ExpectedStatus::NotScored => ExpectedStatus::NotScored,
                ast::ExpectedStatus::NotParticipating => ExpectedStatus::NotParticipating,
                ast::ExpectedStatus::Rejected => ExpectedStatus::Rejected,
            })),
            ast::Expectation::Reasons(names) => {
                let ids: Vec<_> = names.iter().map(|n| self.reason(file, n)).collect();
                ids.into_iter().collect::<Option<Vec<_>>>().map(Expectation::Reasons)
            }
            ast::Expectation::PointsOf(name, n) => match self.names.points.get(&name.text).map(|(p, _)| *p) {
                Some(PointsName::Item(id)) => Some(Expectation::PointsOf(id, n.value)),
                Some(PointsName::Influence(at)) => Some(Expectation::PointsOfInfluence(at, n.value)),
                Some(PointsName::Decision(_)) | None => {
                    self.unknown_of_case(
                        file,
                        name,
                        "characteristic, rule, group or influence in force on this day",
                    );
                    None
                }
            },
            ast::Expectation::Value(name, literal) => self.expected_value(file, name, literal),
            ast::Expectation::Benefit(name, held) | ast::Expectation::Penalty(name, held) => {
                let penalty = matches!(expectation, ast::Expectation::Penalty(..));
                let at = policy.consequences.iter().position(|c| c.name == name.text && c.penalty == penalty);
                if let Some(at) = at {
                    return Some(Expectation::Consequence(at as u32, *held));
                }
                if !held && self.consequence_exists(&name.text, penalty) {
                    // Not in force on this day, so nobody has it: the expectation holds whatever the record.
                    return None;
                }
                let what = if penalty { "penalty" } else { "benefit" };
                let names: Vec<String> = policy
                    .consequences
                    .iter()
                    .filter(|c| c.penalty == penalty)
                    .map(|c| c.name.clone())
                    .collect();
                let _ = span;
                self.unknown(
                    Code::E0203,
                    file,
                    name,
                    &format!("{what} in force on this day named"),
                    names.iter().map(String::as_str),
                );
                None
            }
        }
    }

    fn consequence_exists(&self, name: &str, penalty: bool) -> bool {
        self.statements.iter().any(|l| matches!(l.statement, ast::Statement::Consequence(c) if c.name.text == name && c.penalty == penalty))
    }

    fn expected_value(&mut self, file: FileId, name: &Name, literal: &Literal) -> Option<Expectation> {
        if let Some((PointsName::Decision(id), _)) = self.names.points.get(&name.text) {
            let id: DecisionId = *id;
            let kind = self.decision_kinds.get(id.index()).copied().flatten()?;
            let value = self.expected_literal(file, literal, kind)?;
            return Some(Expectation::Decision(id, value));
        }
        if let Some((ValueName::Let(at), _)) = self.names.values.get(&name.text) {
            let at = *at;
            let id = self.definition(at, file, name.span)?;
            let kind = self.facts_of(id).and_then(|f| f.kind)?;
            let value = self.expected_literal(file, literal, kind)?;
            return Some(Expectation::Definition(id, value));
        }
        self.unknown_of_case(file, name, "decision or definition");
        None
    }

    fn expected_literal(&mut self, file: FileId, literal: &Literal, kind: Type) -> Option<Value> {
        if matches!(literal, Literal::Missing(_)) {
            return Some(Value::Missing(Why::Undecided));
        }
        self.literal(file, literal, kind)
    }

    fn unknown_of_case(&mut self, file: FileId, name: &Name, what: &str) {
        let mut names: Vec<String> = self.names.points.keys().cloned().collect();
        names.extend(self.names.lets.iter().map(|(_, l)| l.name.text.clone()));
        self.unknown(Code::E0203, file, name, what, names.iter().map(String::as_str));
    }
}
