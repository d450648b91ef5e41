//! Definitions: lowered on demand, each after those it reads, with what is known of its value.

use super::context::Context;
use super::scope::{KindName, ValueName};
use super::typed::{Cause, Env, Phase};
use crate::data::{RecordId, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Bounds;
use crate::policy::{Definition, DefinitionBody, DefinitionId, Over};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{LetBlock, LetBody};

/// How far definitions may read forward through each other.
const DEEPEST: usize = 64;

/// A let that was looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known {
    /// It is a definition.
    Lowered(DefinitionId),
    /// It could not be understood, which has been said.
    Broken,
}

/// What is known of a definition's value.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// Its type; `None` where it could not be understood.
    pub kind: Option<Type>,
    /// Why it may be missing.
    pub causes: Vec<Cause>,
    /// Its bounds.
    pub bounds: Bounds,
}

impl Context<'_> {
    /// Lowers all lets, in source order.
    pub(super) fn lower_lets(&mut self) {
        for at in 0..self.names.lets.len() {
            let Some((file, block)) = self.names.lets.get(at).copied() else { continue };
            // A let that was given twice is not looked at.
            if self.declared(at) {
                let _broken_was_reported = self.definition(at, file, block.name.span);
            }
        }
    }

    fn declared(&self, at: usize) -> bool {
        self.names.values.values().any(|(v, _)| *v == ValueName::Let(at))
            || self.names.of_records.values().any(|(i, _)| *i == at)
    }

    /// The definition of a let, lowered now if it was not; `None` where it could not be understood.
    pub(super) fn definition(&mut self, at: usize, file: FileId, from: Span) -> Option<DefinitionId> {
        match self.known.get(&at) {
            Some(Known::Lowered(id)) => return Some(*id),
            Some(Known::Broken) => return None,
            None => {}
        }
        if let Some(start) = self.open_lets.iter().position(|open| *open == at) {
            self.circle(start);
            return None;
        }
        if self.open_lets.len() >= DEEPEST {
            self.error(
                Code::E0116,
                file,
                from,
                "definitions read each other too deep: put those that are read above those that read them",
            );
            return None;
        }
        let (let_file, block) = self.names.lets.get(at).copied()?;
        self.open_lets.push(at);
        let known = self.lower_let(let_file, block);
        self.open_lets.pop();
        // A circle through this let was reported and marks it while it was open.
        let known = match self.known.get(&at) {
            Some(already) => *already,
            None => known,
        };
        self.known.insert(at, known);
        match known {
            Known::Lowered(id) => Some(id),
            Known::Broken => None,
        }
    }

    fn circle(&mut self, start: usize) {
        let members: Vec<usize> = self.open_lets.iter().skip(start).copied().collect();
        for member in &members {
            self.known.insert(*member, Known::Broken);
        }
        let lets: Vec<(FileId, &LetBlock)> =
            members.iter().filter_map(|i| self.names.lets.get(*i)).copied().collect();
        let Some((file, first)) = lets.first() else { return };
        let names: Vec<String> = lets.iter().map(|(_, l)| format!("`{}`", l.name.text)).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} is defined by itself"),
            many => format!(
                "definitions go in a circle: {}, which reads `{}` again",
                many.join(" reads "),
                first.name.text
            ),
        };
        let mut diagnostic = Diagnostic::error(Code::E0213, Place::new(*file, first.name.span), message);
        for (file, other) in lets.iter().skip(1) {
            diagnostic = diagnostic.also(Place::new(*file, other.name.span), "part of the circle");
        }
        self.report(
            diagnostic
                .help("a definition reads only fields, parameters and other definitions that do not read it"),
        );
    }

    fn lower_let(&mut self, file: FileId, block: &LetBlock) -> Known {
        let of = self.record_of(block);
        let env = self.env_of(file, of);
        let (body, facts, text) = match &block.body {
            LetBody::Expression(e) => {
                let typed = self.expression(&env, e);
                let text = self.text(file, e.span);
                let facts = Facts { kind: typed.kind, causes: typed.causes, bounds: typed.bounds };
                (DefinitionBody::Expr(typed.expr), facts, text)
            }
            LetBody::Table(table) => {
                let Some((table, facts)) = self.value_table(&env, table) else {
                    return Known::Broken;
                };
                (DefinitionBody::Table(table), facts, String::new())
            }
        };
        let Some(kind) = facts.kind else { return Known::Broken };
        let id = DefinitionId(self.definitions.len() as u32);
        self.definitions.push(Definition {
            name: block.name.text.clone(),
            label: block.label.as_ref().map(|l| l.text.clone()),
            of,
            kind,
            body,
            may_be_missing: !facts.causes.is_empty(),
            place: Place::new(file, block.span),
            text,
        });
        self.facts.push(facts);
        Known::Lowered(id)
    }

    fn record_of(&self, block: &LetBlock) -> RecordId {
        match block.of.as_ref().and_then(|of| self.names.kinds.get(&of.text)) {
            Some((KindName::Record(id), _)) => *id,
            Some((KindName::Link(_), _)) | None => self.schema.scored,
        }
    }

    /// What a definition of a record can read: of the scored record everything, of another its own fields.
    fn env_of(&self, file: FileId, of: RecordId) -> Env {
        let points = Env::points(file);
        if of == self.schema.scored {
            return points;
        }
        let link = self.schema.links.iter().position(|l| l.to == of && l.from == self.schema.scored);
        let child = self.schema.children().any(|c| c == of);
        let event = match (child, link) {
            (true, _) | (false, None) => Over::Child(of),
            (false, Some(i)) => Over::Link(crate::data::LinkId(i as u32)),
        };
        Env { subject: false, event: Some(event), phase: Phase::Points, ..points }
    }
}
