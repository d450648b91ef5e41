//! A record that is being made, with its children and the people around it. Every change can be taken back.

use crate::data::{FieldId, LinkId, Linked, RecordId, Records, Schema, Subject, Value, Why, links};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::policy::{Case, Over};

/// A scored or linked record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub(super) kind: RecordId,
    pub(super) values: Vec<Value>,
    /// By kind of child (`RecordId`): its children. May be shorter than the list of kinds.
    pub(super) children: Vec<Vec<Vec<Value>>>,
    /// Its previously published score.
    pub(super) previous: Option<Decimal>,
}

/// A record of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// The person at a position; the scored record of the case is the first.
    Person(usize),
    /// A child of a person: its kind, and its position among the children of the kind.
    Child(usize, RecordId, usize),
}

/// The record that a case is about (the first person) and everybody around it.
#[derive(Debug, Clone)]
pub(super) struct Draft<'p> {
    schema: &'p Schema,
    today: Date,
    persons: Vec<Person>,
    pairs: Vec<Pair>,
    /// What takes each change back, and the state before it.
    trail: Vec<(Change, u64)>,
    state: u64,
    /// How many states there were.
    states: u64,
}

/// A pair of a link, by the positions of its ends.
type Pair = (LinkId, usize, usize);

/// What takes a change back.
#[derive(Debug, Clone)]
enum Change {
    Value(Who, FieldId, Value),
    Added(usize, RecordId),
    Removed(usize, RecordId, usize, Vec<Value>),
    Person,
    Replaced(usize, Person),
    Paired,
    Unpaired(usize, Pair),
}

impl<'p> Draft<'p> {
    /// The records of a case. Children and pairs of nobody are left out.
    pub(super) fn of(schema: &'p Schema, today: Date, case: &Case) -> Self {
        let (persons, pairs, trail) = (Vec::new(), Vec::new(), Vec::new());
        let mut draft = Self { schema, today, persons, pairs, trail, state: 0, states: 0 };
        let is_child = |kind: RecordId| schema.children().any(|child| child == kind);
        let own = case.records.iter().position(|(kind, _)| *kind == schema.scored);
        let others = (0..case.records.len()).filter(|at| Some(*at) != own);
        for at in own.into_iter().chain(others) {
            let Some((kind, values)) = case.records.get(at).filter(|(kind, _)| !is_child(*kind)) else {
                continue;
            };
            let mut person =
                Person { kind: *kind, values: values.clone(), children: Vec::new(), previous: None };
            let of_kind = case.previous_of.is_none_or(|of| of == *kind);
            person.previous = draft
                .key_of(&person)
                .filter(|_| of_kind)
                .and_then(|key| case.previous.iter().find(|(of, _)| of == key).map(|(_, score)| *score));
            draft.persons.push(person);
        }
        let is_lone = draft.persons.iter().filter(|person| person.kind == schema.scored).count() == 1;
        for (kind, values) in case.records.iter().filter(|(kind, _)| is_child(*kind)) {
            let by = schema.record(*kind).parent.and_then(|(_, by)| values.get(by.index()));
            let of = match by {
                Some(key) if !key.is_missing() => draft.position(schema.scored, key),
                Some(_) | None => is_lone.then_some(0),
            };
            if let Some(person) = of.and_then(|of| draft.persons.get_mut(of)) {
                person.children_of_mut(*kind).push(values.clone());
            }
        }
        for (link, from, to) in &case.pairs {
            let kinds = schema.link(*link);
            let ends = draft.position(kinds.from, from).zip(draft.position(kinds.to, to));
            draft.pairs.extend(ends.map(|(from, to)| (*link, from, to)));
        }
        draft
    }

    /// The draft as a case made from another. Whoever nothing leads to any more is left out.
    pub(super) fn case(&self, base: &Case) -> Case {
        let mut kept = vec![0];
        let mut at = 0;
        while let Some(person) = kept.get(at).copied() {
            at += 1;
            for (_, from, to) in &self.pairs {
                let other = if *from == person {
                    *to
                } else if *to == person {
                    *from
                } else {
                    continue;
                };
                if !kept.contains(&other) {
                    kept.push(other);
                }
            }
        }
        kept.sort_unstable();
        let mut case = Case { records: Vec::new(), pairs: Vec::new(), previous: Vec::new(), ..base.clone() };
        let mut previous_of = base.previous_of;
        let persons = || kept.iter().filter_map(|at| self.persons.get(*at));
        for person in persons() {
            case.records.push((person.kind, person.values.clone()));
            if let (Some(key), Some(score)) = (self.key_of(person), person.previous) {
                case.previous.push((key.clone(), score));
                previous_of = Some(person.kind);
            }
        }
        case.previous_of = if case.previous.is_empty() { base.previous_of } else { previous_of };
        for person in persons() {
            let key = self.key_of(person);
            for (kind, rows) in (0..).map(RecordId).zip(&person.children) {
                let by = self.schema.records.get(kind.index()).and_then(|record| record.parent);
                case.records.extend(rows.iter().map(|row| {
                    let mut row = row.clone();
                    if let (Some(slot), Some(key)) = (by.and_then(|(_, by)| row.get_mut(by.index())), key) {
                        *slot = key.clone();
                    }
                    (kind, row)
                }));
            }
        }
        for (link, from, to) in self.pairs.iter().filter(|(_, from, _)| kept.contains(from)) {
            let key = |at: &usize| self.persons.get(*at).and_then(|person| self.key_of(person)).cloned();
            case.pairs.extend(key(from).zip(key(to)).map(|(from, to)| (*link, from, to)));
        }
        case
    }

    pub(super) fn schema(&self) -> &'p Schema {
        self.schema
    }

    /// A person.
    pub(super) fn person(&self, at: usize) -> Option<&Person> {
        self.persons.get(at)
    }

    /// The values of a record.
    pub(super) fn values(&self, who: Who) -> &[Value] {
        let values = match who {
            Who::Person(at) => self.persons.get(at).map(|person| &person.values),
            Who::Child(of, kind, at) => {
                self.persons.get(of).and_then(|person| person.children.get(kind.index())?.get(at))
            }
        };
        values.map_or(&[], Vec::as_slice)
    }

    /// The kind of a record.
    pub(super) fn kind(&self, who: Who) -> RecordId {
        match who {
            Who::Person(at) => self.persons.get(at).map_or(self.schema.scored, |person| person.kind),
            Who::Child(_, kind, _) => kind,
        }
    }

    /// The children of a person, or those that a link leads to; also those that are not yet known.
    pub(super) fn events(&self, person: usize, over: Over) -> Vec<Who> {
        match over {
            Over::Child(kind) => {
                let rows = self.persons.get(person).and_then(|person| person.children.get(kind.index()));
                (0..rows.map_or(0, Vec::len)).map(|at| Who::Child(person, kind, at)).collect()
            }
            Over::Link(link) => self.linked(person, link).into_iter().map(Who::Person).collect(),
        }
    }

    /// Whether a child is known on the day: not dated later.
    pub(super) fn is_known(&self, who: Who) -> bool {
        let Who::Child(_, kind, _) = who else { return true };
        let dated = self.schema.record(kind).dated;
        let day = dated.and_then(|dated| self.values(who).get(dated.index())).and_then(Value::as_date);
        day.is_none_or(|day| day <= self.today)
    }

    /// The record with its children and links, as the interpreter reads it.
    pub(super) fn subject_of(&self, who: Who) -> Subject<'_> {
        let Who::Person(at) = who else {
            return Subject { values: self.values(who), ..Subject::default() };
        };
        let Some(person) = self.persons.get(at) else { return Subject::default() };
        let children = person.children.iter().map(|rows| rows.iter().map(Vec::as_slice).collect()).collect();
        let mut linked = Vec::new();
        if !self.pairs.is_empty() && person.kind == self.schema.scored {
            let count = self.schema.links.len() as u32;
            let of = |link| self.linked(at, link).into_iter().filter_map(|at| self.linked_record(at));
            linked = (0..count).map(|link| of(LinkId(link)).collect()).collect();
        }
        Subject { values: &person.values, children, linked }
    }

    /// A person as a record that a link leads to.
    pub(super) fn linked_record(&self, at: usize) -> Option<Linked<'_>> {
        let person = self.persons.get(at)?;
        let is_scored = |person: &&Person| person.kind == self.schema.scored;
        let before = || self.persons.iter().take(at).filter(is_scored).count();
        let position = (person.kind == self.schema.scored).then(before);
        Some(Linked { values: &person.values, position, previous: person.previous })
    }

    /// Those that a link leads to from a person, each once.
    pub(super) fn linked(&self, person: usize, link: LinkId) -> Vec<usize> {
        let Some((_, swapped, _)) = links(self.schema).find(|(of, _, _)| *of == link) else {
            return Vec::new();
        };
        let kinds = self.schema.link(link);
        let both_ways = kinds.symmetric && kinds.from == kinds.to;
        let mut others = Vec::new();
        for (_, from, to) in self.pairs.iter().filter(|(of, _, _)| *of == link) {
            let other = match (*from == person, *to == person) {
                (true, false) if !swapped || both_ways => *to,
                (false, true) if swapped || both_ways => *from,
                _ => continue,
            };
            if !others.contains(&other) {
                others.push(other);
            }
        }
        others
    }

    /// How many children a person has.
    pub(super) fn count_children(&self, who: Who) -> usize {
        let Who::Person(at) = who else { return 0 };
        self.persons.get(at).map_or(0, |person| person.children.iter().map(Vec::len).sum())
    }

    /// How many persons there are.
    pub(super) fn count_persons(&self) -> usize {
        self.persons.len()
    }

    /// Where the draft stands now, for [`Self::undo`].
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Takes back everything since a mark.
    pub(super) fn undo(&mut self, mark: usize) {
        while self.trail.len() > mark {
            let Some((change, state)) = self.trail.pop() else { return };
            self.take_back(change);
            self.state = state;
        }
    }

    /// The number of the state that the draft is in: whatever was worked out in a state holds when it is back in it.
    pub(super) fn state(&self) -> u64 {
        self.state
    }

    /// Whether nothing leads from anybody to anybody else.
    pub(super) fn has_no_pairs(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Keeps what takes a change back, which leads to a state that never was.
    fn note(&mut self, change: Change) {
        self.trail.push((change, self.state));
        self.states += 1;
        self.state = self.states;
    }

    /// Gives a field another value.
    pub(super) fn set(&mut self, who: Who, field: FieldId, value: Value) {
        if let Some(slot) = self.values_mut(who).and_then(|values| values.get_mut(field.index())) {
            let before = std::mem::replace(slot, value);
            self.note(Change::Value(who, field, before));
        }
    }

    /// Adds a child.
    pub(super) fn add_child(&mut self, of: usize, kind: RecordId, values: Vec<Value>) -> Option<Who> {
        let rows = self.persons.get_mut(of)?.children_of_mut(kind);
        rows.push(values);
        let at = rows.len() - 1;
        self.note(Change::Added(of, kind));
        Some(Who::Child(of, kind, at))
    }

    /// Adds a person whom a link leads to from another.
    pub(super) fn add_linked(&mut self, of: usize, link: LinkId, person: Person) -> Option<Who> {
        let (_, swapped, _) = links(self.schema).find(|(id, _, _)| *id == link)?;
        let at = self.persons.len();
        self.persons.push(person);
        self.note(Change::Person);
        self.pairs.push(if swapped { (link, at, of) } else { (link, of, at) });
        self.note(Change::Paired);
        Some(Who::Person(at))
    }

    /// Puts other values, children and another previous score in the place of a person's. The key stays.
    pub(super) fn replace(&mut self, at: usize, mut person: Person) {
        let key = self.schema.record(person.kind).key;
        let Some(slot) = self.persons.get_mut(at) else { return };
        if let Some(key) = key
            && let (Some(new), Some(old)) = (person.values.get_mut(key.index()), slot.values.get(key.index()))
        {
            new.clone_from(old);
        }
        let before = std::mem::replace(slot, person);
        self.note(Change::Replaced(at, before));
    }

    /// Gives a person another previous score.
    pub(super) fn set_previous(&mut self, at: usize, score: Decimal) {
        if let Some(person) = self.persons.get(at) {
            let person = Person { previous: Some(score), ..person.clone() };
            self.replace(at, person);
        }
    }

    /// Removes a child, or the pairs of a link between a person and another.
    pub(super) fn remove(&mut self, of: usize, over: Over, who: Who) {
        match (who, over) {
            (Who::Child(of, kind, at), _) => {
                let rows = self.persons.get_mut(of).and_then(|person| person.children.get_mut(kind.index()));
                if let Some(rows) = rows.filter(|rows| at < rows.len()) {
                    let row = rows.remove(at);
                    self.note(Change::Removed(of, kind, at, row));
                }
            }
            (Who::Person(other), Over::Link(link)) => {
                let between = |pair: &Pair| {
                    pair.0 == link && [(pair.1, pair.2), (pair.2, pair.1)].contains(&(of, other))
                };
                while let Some(at) = self.pairs.iter().position(between) {
                    let pair = self.pairs.remove(at);
                    self.note(Change::Unpaired(at, pair));
                }
            }
            (Who::Person(_), Over::Child(_)) => {}
        }
    }

    /// Whether a key is another record's already.
    pub(super) fn has_key(&self, kind: RecordId, key: &Value) -> bool {
        let Some(field) = self.schema.record(kind).key else { return false };
        let is = |values: &Vec<Value>| values.get(field.index()) == Some(key);
        let persons = self.persons.iter();
        persons.clone().any(|person| person.kind == kind && is(&person.values))
            || persons.flat_map(|person| person.children.get(kind.index())).flatten().any(is)
    }

    fn key_of<'a>(&self, person: &'a Person) -> Option<&'a Value> {
        self.schema.record(person.kind).key.and_then(|key| person.values.get(key.index()))
    }

    fn position(&self, kind: RecordId, key: &Value) -> Option<usize> {
        self.persons.iter().position(|person| person.kind == kind && self.key_of(person) == Some(key))
    }

    fn values_mut(&mut self, who: Who) -> Option<&mut Vec<Value>> {
        match who {
            Who::Person(at) => self.persons.get_mut(at).map(|person| &mut person.values),
            Who::Child(of, kind, at) => self.persons.get_mut(of)?.children.get_mut(kind.index())?.get_mut(at),
        }
    }

    fn take_back(&mut self, change: Change) {
        match change {
            Change::Value(who, field, before) => {
                if let Some(slot) = self.values_mut(who).and_then(|values| values.get_mut(field.index())) {
                    *slot = before;
                }
            }
            Change::Added(of, kind) => {
                self.persons.get_mut(of).and_then(|person| person.children_of_mut(kind).pop());
            }
            Change::Removed(of, kind, at, row) => {
                if let Some(person) = self.persons.get_mut(of) {
                    person.children_of_mut(kind).insert(at, row);
                }
            }
            Change::Person => {
                self.persons.pop();
            }
            Change::Replaced(at, before) => {
                if let Some(slot) = self.persons.get_mut(at) {
                    *slot = before;
                }
            }
            Change::Paired => {
                self.pairs.pop();
            }
            Change::Unpaired(at, pair) => self.pairs.insert(at, pair),
        }
    }
}

impl Person {
    fn children_of_mut(&mut self, kind: RecordId) -> &mut Vec<Vec<Value>> {
        if self.children.len() <= kind.index() {
            self.children.resize(kind.index() + 1, Vec::new());
        }
        // Just made long enough.
        #[expect(clippy::indexing_slicing, reason = "made long enough above")]
        &mut self.children[kind.index()]
    }
}

impl Records for Draft<'_> {
    fn count(&self) -> usize {
        self.persons.iter().filter(|person| person.kind == self.schema.scored).count()
    }

    fn subject(&self, position: usize) -> Option<Subject<'_>> {
        let mut scored = self.persons.iter().enumerate().filter(|(_, p)| p.kind == self.schema.scored);
        scored.nth(position).map(|(at, _)| self.subject_of(Who::Person(at)))
    }
}

/// A missing value of a field.
pub(super) fn missing(field: FieldId) -> Value {
    Value::Missing(Why::Field(field))
}
