//! What was missing, why, and what that did.

use super::reads::{Reads, name_of};
use super::shown::{shown, signed};
use crate::data::{Subject, Value, Why};
use crate::decimal::Decimal;
use crate::eval::{BodySeen, ItemSeen, Outcome, Recording, Status};
use crate::policy::{DefinitionId, Expr, Item, ItemBody, ItemKind, Policy, Table};
use serde::Serialize;

/// Something that was missing where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The field, definition, column or condition.
    pub name: String,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// Why it is missing.
    pub why: String,
    /// What everything that reads it came to.
    pub did: Vec<Effect>,
}

/// What something that reads a missing value came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The definition, item, override, decision, benefit or penalty.
    pub name: String,
    /// Its title (the name where it has none).
    pub title: String,
    /// Which of these it is.
    pub kind: &'static str,
    /// What it came to, in words.
    pub effect: String,
}

/// Everything missing that was read, in the order in which it was met.
pub(super) fn gaps(
    policy: &Policy,
    subject: &Subject<'_>,
    recording: &Recording,
    outcome: &Outcome,
) -> Vec<Gap> {
    let mut finder = Finder { policy, subject, recording, gaps: Vec::new() };
    finder.participation();
    if outcome.status != Status::NotParticipating {
        finder.definitions();
        recording.items.iter().for_each(|seen| finder.item(seen, outcome.status));
        finder.overrides();
        finder.decisions();
    }
    finder.consequences(outcome);
    finder.gaps
}

struct Finder<'a> {
    policy: &'a Policy,
    subject: &'a Subject<'a>,
    recording: &'a Recording,
    gaps: Vec<Gap>,
}

impl Finder<'_> {
    fn participation(&mut self) {
        if let (Some(participation), Some((needs, takes_part))) =
            (&self.policy.participation, &self.recording.participation)
        {
            let effect = if *takes_part { "takes part" } else { "does not take part" };
            let effect = Effect::new("participation", "Participation", "participation", effect.to_owned());
            let text = &participation.needs.text;
            self.condition(&participation.needs.when, text, needs, &effect);
        }
    }

    /// Definitions that are known although they read something missing. Those that are missing show in what reads them.
    fn definitions(&mut self) {
        for seen in self.recording.definitions.iter().filter(|seen| !seen.value.is_missing()) {
            let definition = self.policy.definition(seen.id);
            let title = definition.label.as_ref().unwrap_or(&definition.name);
            let value = shown(self.policy, definition.kind, &seen.value);
            let effect = Effect::new(&definition.name, title, "definition", format!("is {value}"));
            self.read(&Reads::of_definition(self.policy, seen.id), &[], &effect);
        }
    }

    fn item(&mut self, seen: &ItemSeen, status: Status) {
        let item = self.policy.item(seen.id);
        let kind = match item.kind {
            ItemKind::Characteristic => "characteristic",
            ItemKind::Rule => "rule",
            ItemKind::Group => return,
        };
        let effect = match (&seen.body, status) {
            (BodySeen::Row(_, true), _) => "not scored".to_owned(),
            (_, Status::Scored) if seen.steps.missing.is_some() => {
                format!("{}, if missing", points(seen.steps.points))
            }
            (_, Status::Scored) => points(seen.steps.points),
            (_, Status::NotScored | Status::NotParticipating) => return,
        };
        let effect = Effect::new(&item.name, &item.title, kind, effect);
        let seen_missing = match (&item.body, &seen.body) {
            (ItemBody::Table { table, .. }, BodySeen::Row(matched, _)) => columns(table, &matched.seen),
            (ItemBody::Formula(formula), BodySeen::Formula(when, given)) => {
                let when = when.as_ref().map(|when| (formula.when_text.as_str(), when));
                when.into_iter().chain([(formula.points_text.as_str(), given)]).filter_map(missing).collect()
            }
            (ItemBody::Events(_), BodySeen::Events(..)) => return self.events(item, seen, &effect),
            // The recording is of this policy: bodies are of one kind.
            (_, _) => Vec::new(),
        };
        self.read(&Reads::of_item(self.policy, item), &seen_missing, &effect);
    }

    /// Events whose points stayed missing.
    fn events(&mut self, item: &Item, seen: &ItemSeen, effect: &Effect) {
        let reads = Reads::of_item(self.policy, item);
        self.read(&reads, &[], effect);
        let (ItemBody::Events(rule), BodySeen::Events(events, _)) = (&item.body, &seen.body) else { return };
        let over = name_of(self.policy, rule.over);
        let mut whys: Vec<(Why, usize)> = Vec::new();
        for why in events.iter().filter_map(|event| event.missing) {
            match whys.iter_mut().find(|(known, _)| *known == why) {
                Some((_, times)) => *times += 1,
                None => whys.push((why, 1)),
            }
        }
        for (why, times) in whys {
            let each = points(rule.if_missing.unwrap_or_default());
            let effect =
                Effect { effect: format!("{times} of {over} with {each}, if missing"), ..effect.clone() };
            self.note(self.name_member(&reads, why).unwrap_or_else(|| over.to_owned()), None, why, &effect);
        }
    }

    fn overrides(&mut self) {
        for (each, seen) in self.policy.overrides.iter().zip(&self.recording.overrides) {
            let effect = if seen.applied { "applies" } else { "does not apply" };
            let effect = Effect::new(&each.name, &each.title, "override", effect.to_owned());
            self.condition(&each.when.when, &each.when.text, &seen.when, &effect);
        }
    }

    fn decisions(&mut self) {
        for (id, matched, answer) in &self.recording.decisions {
            let Some(decision) = self.policy.decisions.get(id.index()) else { continue };
            let value = shown(self.policy, decision.kind, &answer.value);
            let effect = Effect::new(&decision.name, &decision.title, "decision", format!("is {value}"));
            let reads = Reads::of_table(self.policy, &decision.table);
            self.read(&reads, &columns(&decision.table, &matched.seen), &effect);
        }
    }

    /// Benefits and penalties, unless the record is not asked for lack of a score.
    fn consequences(&mut self, outcome: &Outcome) {
        let scored = outcome.status == Status::Scored;
        for (each, (when, held)) in self.policy.consequences.iter().zip(&self.recording.consequences) {
            if scored || each.not_scored_applies {
                let effect = if *held { "applies" } else { "does not apply" };
                let kind = if each.penalty { "penalty" } else { "benefit" };
                let effect = Effect::new(&each.name, &each.title, kind, effect.to_owned());
                self.condition(&each.when.when, &each.when.text, when, &effect);
            }
        }
    }

    fn condition(&mut self, when: &Expr, text: &str, value: &Value, effect: &Effect) {
        let seen: Vec<(&str, Why)> = missing((text, value)).into_iter().collect();
        self.read(&Reads::of(self.policy, when), &seen, effect);
    }

    /// Notes an effect under everything missing that something reads: fields; definitions that are missing of
    /// themselves; and what it `saw` missing where no field or definition is the cause.
    fn read(&mut self, reads: &Reads, saw: &[(&str, Why)], effect: &Effect) {
        let policy = self.policy;
        for id in &reads.fields {
            let value = self.subject.values.get(id.index());
            if let (Some(field), Some(Value::Missing(why))) =
                (policy.schema.scored().fields.get(id.index()), value)
            {
                self.note(field.name.clone(), field.label.clone(), *why, effect);
            }
        }
        for id in &reads.definitions {
            if let Some(why) = self.own_cause(*id) {
                let definition = policy.definition(*id);
                let member = self.name_member(&Reads::of_definition(policy, *id), why);
                let (name, label) = match member {
                    Some(member) => (member, None),
                    None => (definition.name.clone(), definition.label.clone()),
                };
                self.note(name, label, why, effect);
            }
        }
        for (text, why) in saw {
            let known = matches!(why, Why::Field(_))
                || reads
                    .definitions
                    .iter()
                    .any(|id| self.why(*id).is_some_and(|of_definition| of_definition == *why));
            if !known {
                let name = self.name_member(reads, *why).unwrap_or_else(|| (*text).to_owned());
                self.note(name, None, *why, effect);
            }
        }
    }

    /// Why a definition is missing, where neither a field nor another definition is the cause.
    fn own_cause(&self, id: DefinitionId) -> Option<Why> {
        let why = self.why(id).filter(|why| !matches!(why, Why::Field(_)))?;
        let inner = Reads::of_definition(self.policy, id).definitions;
        (!inner.iter().any(|inner| self.why(*inner) == Some(why))).then_some(why)
    }

    fn why(&self, id: DefinitionId) -> Option<Why> {
        match self.recording.definition(id)?.value {
            Value::Missing(why) => Some(why),
            Value::Number(_) | Value::Date(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
        }
    }

    /// The field of an event that is missing, as the policy writes it: `purchase.amount`.
    fn name_member(&self, reads: &Reads, why: Why) -> Option<String> {
        let Why::Member(id) = why else { return None };
        let (over, _) = reads.event_fields.iter().find(|(_, field)| *field == id)?;
        let field =
            self.policy.schema.record(super::reads::kind_of(self.policy, *over)).fields.get(id.index())?;
        Some(format!("{}.{}", name_of(self.policy, *over), field.name))
    }

    fn note(&mut self, name: String, label: Option<String>, why: Why, effect: &Effect) {
        let known = self.gaps.iter().position(|gap| gap.name == name);
        let gap = match known.and_then(|at| self.gaps.get_mut(at)) {
            Some(gap) => gap,
            None => {
                let why = match why {
                    Why::Field(_) | Why::Member(_) => "not in the data",
                    Why::DivisionByZero => "a division by zero",
                    Why::OverNothing => "there is nothing to take it over",
                    Why::Overflow => "a number is too large",
                    Why::NotScored => "there is no score",
                    Why::Undecided => "undecided",
                };
                self.gaps.push(Gap { name, label, why: why.to_owned(), did: vec![effect.clone()] });
                return;
            }
        };
        if !gap.did.contains(effect) {
            gap.did.push(effect.clone());
        }
    }
}

impl Effect {
    fn new(name: &str, title: &str, kind: &'static str, effect: String) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), kind, effect }
    }
}

fn points(points: Decimal) -> String {
    format!("{} points", signed(points))
}

/// The columns that saw something missing.
fn columns<'t>(table: &'t Table, seen: &[Value]) -> Vec<(&'t str, Why)> {
    table.columns.iter().map(|column| column.text.as_str()).zip(seen).filter_map(missing).collect()
}

fn missing<'t>((text, value): (&'t str, &Value)) -> Option<(&'t str, Why)> {
    match value {
        Value::Missing(why) => Some((text, *why)),
        Value::Number(_) | Value::Date(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
    }
}
