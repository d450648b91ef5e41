//! A search for what makes a draft satisfy wishes: changes that are tried, judged by the interpreter, and taken back.

use super::draft::{Draft, Person, Who, missing};
use super::natural::choices;
use super::possible::Possible;
use super::{Frozen, Maker};
use crate::data::{FieldId, RecordId, Type, Value, links};
use crate::decimal::Decimal;
use crate::eval::{self, EventRecord, Outcome, Probe, Settled};
use crate::policy::{Expr, Over};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// What is done with a draft that satisfies a part of what is sought; it says whether the whole is satisfied. Where it is
/// not, the next draft is tried.
pub(super) type Then<'t, 'm, 'p> = &'t mut (dyn FnMut(&mut Quest<'m, 'p>) -> bool + 't);

/// What an expression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct About {
    /// The record whose fields it reads.
    pub(super) subject: Who,
    /// The child or linked record that it reads besides.
    pub(super) event: Option<Who>,
}

/// A search among drafts.
pub(super) struct Quest<'m, 'p> {
    pub(super) maker: &'m Maker<'p>,
    pub(super) draft: Draft<'p>,
    frozen: &'m Frozen,
    /// Of fields of the scored record: what wishes leave of their domains.
    pub(super) narrowed: BTreeMap<FieldId, Possible>,
    /// How many persons were there before the search.
    base: usize,
    /// How many values may still be worked out.
    pub(super) left: usize,
    /// How many times a value may be chosen that nothing asks for.
    pub(super) free: u32,
    /// The one record that may be changed, where only one may.
    pub(super) only: Option<Who>,
    /// Whether expressions may read what the record comes to.
    pub(super) with_outcome: bool,
    /// What the record came to in states of the draft, the latest last.
    outcomes: VecDeque<(u64, Option<Rc<Outcome>>)>,
    /// Everybody's scores in a state of the draft.
    settled: Option<(u64, Rc<Settled>)>,
}

/// In how many states the outcome is kept.
const KEPT: usize = 16;

impl About {
    pub(super) fn person(at: usize) -> Self {
        Self { subject: Who::Person(at), event: None }
    }

    pub(super) fn with(self, event: Who) -> Self {
        Self { event: Some(event), ..self }
    }
}

impl<'m, 'p> Quest<'m, 'p> {
    pub(super) fn new(maker: &'m Maker<'p>, draft: Draft<'p>, frozen: &'m Frozen, left: usize) -> Self {
        let base = draft.count_persons();
        Self {
            maker,
            draft,
            frozen,
            narrowed: BTreeMap::new(),
            base,
            left,
            free: 0,
            only: None,
            with_outcome: false,
            outcomes: VecDeque::new(),
            settled: None,
        }
    }

    /// The value of an expression; `None` where a number does not fit.
    pub(super) fn value(&mut self, about: About, expr: &Expr) -> Option<Value> {
        if let Expr::Field(field) = expr {
            self.left = self.left.saturating_sub(1);
            return self.draft.values(about.subject).get(field.index()).cloned();
        }
        self.spend(about.subject);
        let outcome = if self.with_outcome && reads_outcome(expr) { self.outcome() } else { None };
        let subject = self.draft.subject_of(about.subject);
        let policy = self.maker.policy;
        let outcome = outcome.as_deref();
        let mut probe = Probe { policy, records: &self.draft, subject: &subject, outcome, definitions: &[] };
        let of_scored = self.draft.kind(about.subject) == policy.schema.scored;
        let once = self.maker.entangled && of_scored;
        let definitions = if once { probe.definitions()? } else { Vec::new() };
        probe.definitions = &definitions;
        match about.event {
            None => probe.value(expr),
            Some(Who::Person(at)) => {
                probe.event_value(EventRecord::Linked(self.draft.linked_record(at)?), expr)
            }
            Some(child) => probe.event_value(EventRecord::Child(self.draft.values(child)), expr),
        }
    }

    /// The number that an expression gives, where it gives one.
    pub(super) fn number(&mut self, about: About, expr: &Expr) -> Option<Decimal> {
        self.value(about, expr).and_then(|value| value.as_number())
    }

    /// Whether an expression has one of these values.
    pub(super) fn fits(&mut self, about: About, expr: &Expr, wanted: &Possible) -> bool {
        self.value(about, expr).is_some_and(|value| wanted.contains(&value))
    }

    /// Whether a condition lets an event in.
    pub(super) fn lets_in(&mut self, about: About, filter: Option<&Expr>) -> bool {
        filter.is_none_or(|filter| self.value(about, filter).is_some_and(|v| v.as_truth() == Some(true)))
    }

    /// What the scored record comes to.
    pub(super) fn outcome(&mut self) -> Option<Rc<Outcome>> {
        self.spend_on_all();
        let state = self.draft.state();
        if let Some((_, outcome)) = self.outcomes.iter().rev().find(|(of, _)| *of == state) {
            return outcome.clone();
        }
        let settled = self.settled();
        let outcome = eval::score_one(&self.maker.scorer, &self.draft, &settled, 0, &mut ());
        let outcome = outcome.and_then(Result::ok).map(Rc::new);
        if self.outcomes.len() >= KEPT {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back((state, outcome.clone()));
        outcome
    }

    /// The scores that everybody's influence reads.
    pub(super) fn settled(&mut self) -> Rc<Settled> {
        let state = self.draft.state();
        if let Some((of, settled)) = &self.settled
            && *of == state
        {
            return Rc::clone(settled);
        }
        // Where nobody is linked to anybody, nobody's are read.
        let settled = match self.draft.has_no_pairs() {
            true => Settled::default(),
            false => Settled::of(&self.maker.scorer, &self.draft),
        };
        let settled = Rc::new(settled);
        self.settled = Some((state, Rc::clone(&settled)));
        settled
    }

    /// Counts what it takes to work something out about a record and what belongs to it.
    pub(super) fn spend(&mut self, who: Who) {
        self.left = self.left.saturating_sub(1 + self.draft.count_children(who) / 8);
    }

    /// Counts what it takes to score everybody.
    pub(super) fn spend_on_all(&mut self) {
        let persons = self.draft.count_persons();
        let children: usize = (0..persons).map(|at| self.draft.count_children(Who::Person(at))).sum();
        let items = self.maker.policy.items.len() / 4 + 1;
        self.left = self.left.saturating_sub(persons * items + children / 2);
    }

    /// Tries something with a part of what may still be worked out.
    pub(super) fn within(&mut self, part: usize, attempt: impl FnOnce(&mut Self) -> bool) -> bool {
        let kept = self.left - self.left.min(part);
        self.left -= kept;
        let found = attempt(self);
        self.left += kept;
        found
    }

    /// Makes a change and goes on; takes it back where that leads nowhere.
    pub(super) fn attempt(&mut self, change: impl FnOnce(&mut Self) -> bool, then: Then<'_, 'm, 'p>) -> bool {
        if self.left == 0 {
            return false;
        }
        let mark = self.draft.mark();
        if change(self) && then(self) {
            return true;
        }
        self.draft.undo(mark);
        false
    }

    /// Whether a record may be changed.
    pub(super) fn may_change(&self, who: Who) -> bool {
        if self.only.is_some_and(|only| !is_of(who, only)) {
            return false;
        }
        match who {
            Who::Person(0) => true,
            Who::Child(0, kind, _) => !self.frozen.children.contains(&kind),
            Who::Person(at) | Who::Child(at, _, _) => {
                let by = |link| self.draft.linked(0, link).contains(&at);
                at >= self.base || !self.frozen.links.iter().any(|link| by(*link))
            }
        }
    }

    /// Whether events of a person may come and go.
    pub(super) fn may_add(&self, person: usize, over: Over) -> bool {
        if self.only.is_some_and(|only| !is_of(Who::Person(person), only)) {
            return false;
        }
        match over {
            _ if person > 0 => true,
            Over::Child(kind) => !self.frozen.children.contains(&kind),
            Over::Link(link) => !self.frozen.links.contains(&link),
        }
    }

    /// Gives a field values that are wanted, one after the other.
    pub(super) fn seek_field(
        &mut self,
        who: Who,
        id: FieldId,
        wanted: &Possible,
        then: Then<'_, 'm, 'p>,
    ) -> bool {
        let kind = self.draft.kind(who);
        let record = self.draft.schema().record(kind);
        let is_parent = record.parent.is_some_and(|(_, by)| by == id);
        let frozen = who == Who::Person(0) && self.frozen.fields.contains(&id);
        let Some(field) = record.fields.get(id.index()) else { return false };
        if frozen || is_parent || !self.may_change(who) {
            return false;
        }
        let domain = Possible { known: field.domain.clone(), missing: field.optional };
        let mut allowed = domain.and(wanted);
        if let Some(narrowed) = self.narrowed.get(&id).filter(|_| who == Who::Person(0)) {
            allowed = allowed.and(narrowed);
        }
        let now = self.draft.values(who).get(id.index()).cloned();
        for value in self.maker.values_of(kind, id, &allowed) {
            let taken = record.key == Some(id) && self.draft.has_key(kind, &value);
            if taken || now.as_ref() == Some(&value) {
                continue;
            }
            let set = |quest: &mut Self| {
                quest.draft.set(who, id, value.clone());
                true
            };
            if self.attempt(set, then) {
                return true;
            }
        }
        let empty = |quest: &mut Self| {
            quest.draft.set(who, id, missing(id));
            true
        };
        allowed.missing && now.is_some_and(|now| !now.is_missing()) && self.attempt(empty, then)
    }

    /// The events of a person that are known and that a condition lets in.
    pub(super) fn members(&mut self, person: usize, over: Over, filter: Option<&Expr>) -> Vec<Who> {
        let mut members = self.draft.events(person, over);
        members.retain(|who| {
            self.draft.is_known(*who) && self.lets_in(About::person(person).with(*who), filter)
        });
        members
    }

    /// Adds a plain child, or a plain person whom a link leads to.
    pub(super) fn add(&mut self, person: usize, over: Over) -> Option<Who> {
        if !self.may_add(person, over) {
            return None;
        }
        match over {
            Over::Child(kind) => {
                let values = self.maker.plain_values(kind);
                let values = self.with_fresh_key(kind, values)?;
                self.draft.add_child(person, kind, values)
            }
            Over::Link(link) => {
                let (_, _, kind) = links(self.draft.schema()).find(|(id, _, _)| *id == link)?;
                let values = self.maker.plain_values(kind);
                self.add_person(person, over, Person { kind, values, children: Vec::new(), previous: None })
            }
        }
    }

    /// Adds a person, with a key of their own, whom a link leads to.
    pub(super) fn add_person(&mut self, of: usize, over: Over, mut person: Person) -> Option<Who> {
        let Over::Link(link) = over else { return None };
        if !self.may_add(of, over) {
            return None;
        }
        person.values = self.with_fresh_key(person.kind, person.values)?;
        self.draft.add_linked(of, link, person)
    }

    /// Adds another event like one.
    pub(super) fn add_like(&mut self, person: usize, over: Over, like: Who) -> Option<Who> {
        match (like, over) {
            (Who::Child(_, kind, _), Over::Child(_)) => {
                let values = self.draft.values(like).to_vec();
                let values = self.with_fresh_key(kind, values)?;
                self.may_add(person, over).then(|| self.draft.add_child(person, kind, values))?
            }
            (Who::Person(at), Over::Link(_)) => {
                let like = self.draft.person(at)?.clone();
                self.add_person(person, over, like)
            }
            (Who::Child(..), Over::Link(_)) | (Who::Person(_), Over::Child(_)) => None,
        }
    }

    fn with_fresh_key(&self, kind: RecordId, mut values: Vec<Value>) -> Option<Vec<Value>> {
        let record = self.draft.schema().record(kind);
        if let Some(key) = record.key {
            let field = record.fields.get(key.index())?;
            let fresh = |value: &Value| field.domain.contains(value) && !self.draft.has_key(kind, value);
            let numbers = || (1..2_000_i64).map(|n| Value::Number(Decimal::from_int(n)));
            let key_value = match field.kind {
                Type::Text => {
                    let letters = ('b'..='z').map(|letter| letter.to_string());
                    let numbered = (1..2_000).map(|n| format!("p{n}"));
                    let mut texts = letters.chain(numbered).map(|text| Value::Text(Arc::from(text.as_str())));
                    texts.find(fresh)
                }
                Type::Number | Type::Integer | Type::Money => {
                    numbers().find(fresh).or_else(|| self.any_fresh(kind, key, &fresh))
                }
                Type::Date | Type::YesNo | Type::Category(_) | Type::Tier => {
                    self.any_fresh(kind, key, &fresh)
                }
            };
            *values.get_mut(key.index())? = key_value?;
        }
        Some(values)
    }

    fn any_fresh(&self, kind: RecordId, key: FieldId, fresh: &impl Fn(&Value) -> bool) -> Option<Value> {
        let domain = &self.draft.schema().record(kind).fields.get(key.index())?.domain;
        self.maker.values_of(kind, key, &Possible::known(domain.clone())).into_iter().find(fresh)
    }
}

impl Maker<'_> {
    /// Values of a field among some, the most natural first: those that read well, then those at the edges of what the
    /// policy tests.
    pub(super) fn values_of(&self, kind: RecordId, id: FieldId, allowed: &Possible) -> Vec<Value> {
        let Some(field) = self.policy.schema.record(kind).fields.get(id.index()) else { return Vec::new() };
        let mut values = choices(&allowed.known, field.kind, self.policy.today);
        let mut edges = self.edges.borrow_mut();
        let edges = edges.entry((kind, id)).or_insert_with(|| self.alternatives.edges(kind, id));
        for edge in edges.iter().filter(|edge| allowed.known.contains(edge)) {
            if !values.contains(edge) {
                values.push(edge.clone());
            }
        }
        values
    }
}

/// Whether an expression reads what a record comes to. Definitions do not: they come before.
fn reads_outcome(expr: &Expr) -> bool {
    let is_outcome = matches!(
        expr,
        Expr::Score | Expr::Tier | Expr::PointsOf(_) | Expr::PointsOfInfluence(_) | Expr::Decision(_)
    );
    is_outcome || expr.operands().any(reads_outcome)
}

/// Whether a record is another, or belongs to it.
fn is_of(who: Who, whose: Who) -> bool {
    match (who, whose) {
        (Who::Child(of, _, _), Who::Person(at)) => of == at,
        (_, _) => who == whose,
    }
}
