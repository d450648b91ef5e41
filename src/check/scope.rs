//! The names that the statements in force declare, each once.

use super::context::Context;
use super::imports::Located;
use crate::data::{FieldId, LinkId, RecordId};
use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{DecisionId, ItemId, ReasonId, TierId};
use crate::source::{FileId, Place};
use crate::syntax::ast::{LetBlock, ListLine, Name, ParamLine, Statement};
use std::collections::BTreeMap;

/// Everything that a name can stand for, by name space.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// Bare names in expressions: fields of the scored record, its definitions, parameters.
    pub values: BTreeMap<String, (ValueName, Place)>,
    /// Definitions of other records, by record kind and name.
    pub of_records: BTreeMap<(RecordId, String), (usize, Place)>,
    /// All lets, in source order.
    pub lets: Vec<(FileId, &'a LetBlock)>,
    /// All parameters, in source order.
    pub params: Vec<(FileId, &'a ParamLine)>,
    /// Lists.
    pub lists: BTreeMap<String, (FileId, &'a ListLine)>,
    /// Reason codes.
    pub reasons: BTreeMap<String, (ReasonId, Place)>,
    /// Record kinds and links.
    pub kinds: BTreeMap<String, (KindName, Place)>,
    /// Characteristics, rules, groups, influences, decisions; filled as they are lowered.
    pub points: BTreeMap<String, (PointsName, Place)>,
    /// Decisions that stand in the policy, lowered or not, so that points that would read one can be told why not.
    pub decisions: Vec<&'a str>,
    /// Tiers, best first.
    pub tiers: Vec<(String, TierId)>,
}

/// What a bare name in an expression can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueName {
    /// A field of the scored record.
    Field(FieldId),
    /// A definition, by its position among the lets.
    Let(usize),
    /// A parameter, by its position.
    Param(usize),
}

/// What the first part of a dotted name can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KindName {
    /// A record kind.
    Record(RecordId),
    /// A link.
    Link(LinkId),
}

/// What gives points, or decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PointsName {
    /// A characteristic, rule or group.
    Item(ItemId),
    /// An influence, by position.
    Influence(u32),
    /// A decision.
    Decision(DecisionId),
}

impl<'a> Context<'a> {
    /// Declares fields of the scored record, lets, parameters and lists. Records and links were declared with the schema.
    pub(super) fn declare_values(&mut self) {
        let scored = self.schema.scored;
        let fields: Vec<(String, Place)> = self
            .schema
            .records
            .get(scored.index())
            .map(|r| r.fields.iter().map(|f| (f.name.clone(), f.place)).collect())
            .unwrap_or_default();
        for (i, (name, place)) in fields.into_iter().enumerate() {
            // A field given twice was reported with its record.
            self.names.values.entry(name).or_insert((ValueName::Field(FieldId(i as u32)), place));
        }
        for located in self.statements {
            match located.statement {
                Statement::Let(block) => self.declare_let(*located, block),
                Statement::Param(line) => {
                    self.names.params.push((located.file, line));
                    let at = self.names.params.len() - 1;
                    self.declare_value(located.file, &line.name, ValueName::Param(at));
                }
                Statement::List(line) => {
                    if let Some((file, first)) = self.names.lists.get(&line.name.text) {
                        let first = Place::new(*file, first.name.span);
                        self.twice(Place::new(located.file, line.name.span), "list", &line.name.text, first);
                    } else {
                        self.names.lists.insert(line.name.text.clone(), (located.file, line));
                    }
                }
                Statement::Decision(d) => self.names.decisions.push(&d.name.text),
                Statement::Policy(_)
                | Statement::Tag(_)
                | Statement::Record(_)
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
    }

    fn declare_let(&mut self, located: Located<'a>, block: &'a LetBlock) {
        self.names.lets.push((located.file, block));
        let at = self.names.lets.len() - 1;
        let place = Place::new(located.file, block.name.span);
        let record = match &block.of {
            None => self.schema.scored,
            Some(of) => match self.names.kinds.get(&of.text) {
                Some((KindName::Record(id), _)) => *id,
                Some((KindName::Link(_), _)) | None => {
                    let names = self.record_names();
                    self.unknown(Code::E0202, located.file, of, "record", names.iter().map(String::as_str));
                    // Still a definition, so that what reads it is not reported too.
                    self.schema.scored
                }
            },
        };
        if record == self.schema.scored {
            self.declare_value(located.file, &block.name, ValueName::Let(at));
            return;
        }
        let key = (record, block.name.text.clone());
        let field = self
            .schema
            .records
            .get(record.index())
            .and_then(|r| r.fields.iter().find(|f| f.name == block.name.text))
            .map(|f| f.place);
        if let Some(first) = self.names.of_records.get(&key).map(|(_, p)| *p).or(field) {
            self.twice(place, "name", &block.name.text, first);
        } else {
            self.names.of_records.insert(key, (at, place));
        }
    }

    fn declare_value(&mut self, file: FileId, name: &Name, value: ValueName) {
        let place = Place::new(file, name.span);
        if let Some((_, first)) = self.names.values.get(&name.text) {
            let first = *first;
            self.twice(place, "name", &name.text, first);
        } else {
            self.names.values.insert(name.text.clone(), (value, place));
        }
    }

    /// Declares something that gives points or decides; a second one of the name in force on the same day is an error.
    pub(super) fn declare_points(&mut self, file: FileId, name: &Name, value: PointsName, dated: bool) {
        let place = Place::new(file, name.span);
        if let Some((_, first)) = self.names.points.get(&name.text) {
            let first = *first;
            if dated {
                self.report(
                    Diagnostic::error(
                        Code::E0225,
                        place,
                        format!("`{}` is in force twice on the same day", name.text),
                    )
                    .also(first, "also in force from here")
                    .help(
                        "end the first with `before D` on the day on which the second starts with `from D`",
                    ),
                );
            } else {
                self.twice(place, "name", &name.text, first);
            }
        } else {
            self.names.points.insert(name.text.clone(), (value, place));
        }
    }

    /// Reports a name given twice.
    pub(super) fn twice(&mut self, place: Place, what: &str, name: &str, first: Place) {
        self.report(
            Diagnostic::error(Code::E0208, place, format!("the {what} `{name}` is given twice"))
                .also(first, "first given here")
                .help("give one of them another name"),
        );
    }

    /// Reports an unknown name, with the one that was probably meant.
    pub(super) fn unknown<'n>(
        &mut self,
        code: Code,
        file: FileId,
        name: &Name,
        what: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) {
        if name.is_broken() {
            return;
        }
        let names: Vec<&str> = names.into_iter().collect();
        let mut diagnostic = Diagnostic::error(
            code,
            Place::new(file, name.span),
            format!("there is no {what} `{}`", name.text),
        );
        if let Some(advice) = did_you_mean(&name.text, names.iter().copied()) {
            diagnostic = diagnostic.help(advice);
        } else if !names.is_empty() && names.len() <= 12 {
            let listed: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
            diagnostic = diagnostic.help(format!("there is {}", listed.join(", ")));
        }
        self.report(diagnostic);
    }

    /// The names of all record kinds.
    pub(super) fn record_names(&self) -> Vec<String> {
        self.schema.records.iter().map(|r| r.name.clone()).collect()
    }

    /// A reason by its code; an unknown one is reported.
    pub(super) fn reason(&mut self, file: FileId, name: &Name) -> Option<ReasonId> {
        if name.is_broken() {
            return None;
        }
        if let Some((id, _)) = self.names.reasons.get(&name.text) {
            let id = *id;
            self.mark(super::context::Use::Reason, &name.text);
            return Some(id);
        }
        let codes: Vec<String> = self.reasons.iter().map(|r| r.code.clone()).collect();
        let mut diagnostic = Diagnostic::error(
            Code::E0203,
            Place::new(file, name.span),
            format!("there is no reason `{}`", name.text),
        );
        if let Some(advice) = did_you_mean(&name.text, codes.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(advice);
        }
        self.report(
            diagnostic.help(format!("declare it: `reason {} \"what the person is told\"`", name.text)),
        );
        None
    }

    /// A tier by its name; an unknown one is reported.
    pub(super) fn tier(&mut self, file: FileId, name: &Name) -> Option<TierId> {
        if let Some((_, id)) = self.names.tiers.iter().find(|(n, _)| *n == name.text) {
            return Some(*id);
        }
        let names: Vec<String> = self.names.tiers.iter().map(|(n, _)| n.clone()).collect();
        self.unknown(Code::E0203, file, name, "tier", names.iter().map(String::as_str));
        None
    }
}
