//! The inputs of a policy, what each does to the score, and which are tagged how.

use super::Effect;
use crate::audit::{Audit, clause};
use crate::data::{FieldId, LinkId, RecordId};
use crate::policy::Policy;

/// Something that a record brings with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its name: `person.age`, `late_payment`, `friends`, `friends.score`.
    pub name: String,
    /// What it is.
    pub kind: InputKind,
    /// The names of its tags, those of its record included.
    pub tags: Vec<String>,
    /// What it does.
    pub effect: Effect,
    asked: clause::Input,
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// A field of the scored record.
    Field,
    /// A field of other records.
    OtherField,
    /// That there are records of a kind, and how many.
    Records,
    /// That there are pairs of a link, and whom they lead to.
    Link,
    /// The scores of the records that a link leads to.
    Scores,
}

/// The inputs of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// The tag's name; nothing for inputs without one.
    pub tag: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// Its inputs that were not proved to leave the score as it is.
    pub moving: Vec<String>,
    /// Its inputs that were.
    pub idle: Vec<String>,
}

impl InputKind {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::OtherField => "field of other records",
            Self::Records => "records",
            Self::Link => "link",
            Self::Scores => "scores of others",
        }
    }
}

impl Input {
    /// What the audit asks about.
    pub(super) fn asked(&self) -> clause::Input {
        self.asked
    }

    /// Whether it is this field.
    pub(super) fn is_field(&self, record: RecordId, field: FieldId) -> bool {
        self.asked == clause::Input::Field(record, field)
    }
}

/// Every input of a policy: fields of the scored record, then of other kinds, then links. Keys and what says whose a record
/// is are none: who somebody is does not vary.
pub(super) fn listed(policy: &Policy) -> Vec<(String, InputKind, clause::Input)> {
    let schema = &policy.schema;
    let mut all = Vec::new();
    let scored_first = std::iter::once(schema.scored);
    let others = (0..schema.records.len() as u32).map(RecordId).filter(|id| *id != schema.scored);
    for id in scored_first.chain(others) {
        let record = schema.record(id);
        let is_own = id == schema.scored;
        if record.parent.is_some_and(|(parent, _)| parent == schema.scored) {
            all.push((record.name.clone(), InputKind::Records, clause::Input::Record(id)));
        }
        for (field, at) in record.fields.iter().zip(0..) {
            let field_id = FieldId(at);
            let names = record.key == Some(field_id) || record.parent.is_some_and(|(_, by)| by == field_id);
            if !names {
                let kind = if is_own { InputKind::Field } else { InputKind::OtherField };
                let name = format!("{}.{}", record.name, field.name);
                all.push((name, kind, clause::Input::Field(id, field_id)));
            }
        }
    }
    for (link, at) in schema.links.iter().zip(0..).filter(|(link, _)| link.from == schema.scored) {
        all.push((link.name.clone(), InputKind::Link, clause::Input::Link(LinkId(at))));
        let is_read = policy.influences.iter().any(|influence| influence.link == LinkId(at));
        if is_read {
            let name = format!("{}.score", link.name);
            all.push((name, InputKind::Scores, clause::Input::LinkedScore(LinkId(at))));
        }
    }
    all
}

/// Every input with what it does.
pub(super) fn inputs(audit: &Audit<'_>) -> Vec<Input> {
    let policy = audit.policy();
    let all = listed(policy).into_iter().map(|(name, kind, asked)| Input {
        name,
        kind,
        tags: tags(policy, asked),
        effect: Effect::of(audit, audit.effect(&[asked])),
        asked,
    });
    all.collect()
}

/// The names of the tags of an input.
pub(super) fn tags(policy: &Policy, input: clause::Input) -> Vec<String> {
    let schema = &policy.schema;
    let ids = match input {
        clause::Input::Field(record, field) => {
            [schema.record(record).tags.as_slice(), &schema.field(record, field).tags].concat()
        }
        clause::Input::Record(record) => schema.record(record).tags.clone(),
        clause::Input::Link(link) | clause::Input::LinkedScore(link) => schema.link(link).tags.clone(),
    };
    let mut names: Vec<String> = Vec::new();
    for tag in ids.iter().filter_map(|id| schema.tags.get(id.index())) {
        if !names.contains(&tag.name) {
            names.push(tag.name.clone());
        }
    }
    names
}

/// Inputs by tag, in the order of the policy, those without one last.
pub(super) fn tagged(policy: &Policy, inputs: &[Input]) -> Vec<Tagged> {
    let of = |fits: &dyn Fn(&Input) -> bool, idle: bool| -> Vec<String> {
        let some = inputs.iter().filter(|input| fits(input) && input.effect.is_none() == idle);
        some.map(|input| input.name.clone()).collect()
    };
    let mut all: Vec<Tagged> = policy
        .schema
        .tags
        .iter()
        .map(|tag| {
            let fits = |input: &Input| input.tags.contains(&tag.name);
            let (tag, label) = (Some(tag.name.clone()), Some(tag.label.clone()));
            Tagged { tag, label, moving: of(&fits, false), idle: of(&fits, true) }
        })
        .collect();
    let none = |input: &Input| input.tags.is_empty();
    all.push(Tagged { tag: None, label: None, moving: of(&none, false), idle: of(&none, true) });
    all.retain(|tagged| !tagged.moving.is_empty() || !tagged.idle.is_empty());
    all
}
