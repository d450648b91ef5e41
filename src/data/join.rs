//! Joining: rows of every kind, pairs and previous scores become a [`Population`], and what is bad is set aside.
//!
//! Whatever order the files have, the result is the same: records in the order of the scored kind's file, children in
//! the order of theirs, linked records in the order of their own table.

use super::bind::Row;
use super::pairs::Pair;
use super::population::{Adjacency, Groups, Population, Scored, Table};
use super::told::{PairsLeft, nobodys_left};
use super::{Fault, Field, LinkId, Notice, RecordId, Reject, Rejects, Schema, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What was read: the joined records and all that is to be said of the others. Nothing is lost:
/// `read == population.count() + rejects.set_aside.len()`.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The good records, joined.
    pub population: Population,
    /// The bad ones, and what was left out.
    pub rejects: Rejects,
    /// What else there is to say of the files.
    pub notices: Vec<Notice>,
    /// How many records of the scored kind were read.
    pub read: usize,
}

/// The kinds that have a part in a run: the scored one, its children, and those that its links lead to.
pub(super) fn parts(schema: &Schema) -> Vec<RecordId> {
    let mut parts = vec![schema.scored];
    let linked = links(schema).map(|(_, _, kind)| kind);
    for kind in schema.children().chain(linked) {
        if !parts.contains(&kind) {
            parts.push(kind);
        }
    }
    parts
}

/// The kind that previously published scores are of, where nobody says it: the one kind that the scored kind's links
/// lead to; of several, the scored kind if it is among them.
pub fn previous_kind(schema: &Schema) -> Option<RecordId> {
    let kinds: BTreeSet<_> = links(schema).map(|(_, _, kind)| kind).collect();
    if kinds.len() == 1 { kinds.first().copied() } else { kinds.get(&schema.scored).copied() }
}

/// The links of the scored kind: which, whether it stands at the second end, and the kind at the other.
pub fn links(schema: &Schema) -> impl Iterator<Item = (LinkId, bool, RecordId)> + '_ {
    schema.links.iter().enumerate().filter_map(|(at, link)| {
        let id = LinkId(at as u32);
        if link.from == schema.scored {
            Some((id, false, link.to))
        } else if link.symmetric && link.to == schema.scored {
            Some((id, true, link.from))
        } else {
            None
        }
    })
}

/// Everything that was read, not yet joined.
#[derive(Default)]
pub(super) struct Input {
    /// Every kind of [`parts`].
    pub(super) tables: BTreeMap<RecordId, Rows>,
    pub(super) pairs: BTreeMap<LinkId, Pairs>,
    /// Previously published scores: of which kind, and by key.
    pub(super) previous: Option<(RecordId, HashMap<Value, Decimal>)>,
    /// Whether the records were given as values.
    pub(super) given: bool,
}

/// The rows of one kind.
pub(super) struct Rows {
    pub(super) file: Arc<str>,
    pub(super) rows: Vec<Row>,
}

/// The pairs of one link.
pub(super) struct Pairs {
    pub(super) file: Arc<str>,
    pub(super) pairs: Vec<Pair>,
}

/// Joins.
pub(super) fn join(schema: &Schema, today: Date, input: Input) -> Loaded {
    let mut join = Join { schema, staged: BTreeMap::new(), rejects: Rejects::default(), notices: Vec::new() };
    for (kind, rows) in input.tables {
        join.stage(kind, today, rows);
    }
    let Some(mut scored) = join.staged.remove(&schema.scored) else { return Loaded::default() };
    let mut children = BTreeMap::new();
    for kind in schema.children() {
        children.insert(kind, join.assign(kind, &mut scored, input.given));
    }
    let children_kinds: Vec<_> = schema.children().collect();
    for (kind, staged) in &join.staged {
        if !children_kinds.contains(kind) {
            join.rejects.ignored.extend(staged.bad(schema, *kind));
        }
    }
    join.rejects.set_aside.extend(scored.bad(schema, schema.scored));
    let read = scored.rows.len();
    join.staged.insert(schema.scored, scored);

    let places: BTreeMap<_, _> = join.staged.iter().map(|(kind, staged)| (*kind, staged.places())).collect();
    let mut population = join.population(&places, &children, input.previous.as_ref());
    population.links = vec![Adjacency::default(); schema.links.len()];
    let count = population.scored.as_ref().map_or(0, |scored| scored.keys.len());
    for (link, swapped, kind) in links(schema) {
        let pairs =
            input.pairs.get(&link).map_or_else(Vec::new, |pairs| join.pairs(link, swapped, pairs, &places));
        if let Some(slot) = population.links.get_mut(link.index()) {
            *slot = Adjacency { kind: Some(kind), groups: Groups::new(count, &pairs) };
        }
    }
    Loaded { population, rejects: join.rejects, notices: join.notices, read }
}

/// For each row its place among the good ones; `None` for a bad one.
type Places = Vec<Option<u32>>;

struct Join<'s> {
    schema: &'s Schema,
    staged: BTreeMap<RecordId, Staged>,
    rejects: Rejects,
    notices: Vec<Notice>,
}

/// The rows of one kind, and where each key first stands.
struct Staged {
    file: Arc<str>,
    rows: Vec<Row>,
    first: HashMap<Value, u32>,
}

impl Join<'_> {
    /// Takes the rows of a kind in. Every record whose key is given more than once is bad: none of them is to be
    /// trusted.
    fn stage(&mut self, kind: RecordId, today: Date, Rows { file, mut rows }: Rows) {
        let record = self.schema.record(kind);
        if let (Some(dated), Some(_)) = (record.dated, record.parent) {
            let date = &self.schema.field(kind, dated).name;
            // Not yet known on this day, so neither is what is wrong with it.
            let known = |row: &Row| {
                let later =
                    row.values.get(dated.index()).and_then(Value::as_date).is_some_and(|date| date > today);
                // A date that is itself no good says nothing, and a record that cannot be read is told of.
                let telling = |fault: &Fault| fault.field.as_ref().is_none_or(|field| *field == *date);
                !later || row.faults.is_empty() || row.faults.iter().any(telling)
            };
            rows.retain(known);
        }
        let mut first: HashMap<Value, u32> = HashMap::new();
        let mut again = Vec::new();
        if let Some(key) = record.key {
            for (at, row) in (0_u32..).zip(&rows) {
                let Some(value) = row.values.get(key.index()).filter(|value| !value.is_missing()) else {
                    continue;
                };
                match first.get(value) {
                    Some(before) => again.push((*before, at)),
                    None => {
                        first.insert(value.clone(), at);
                    }
                }
            }
            let mut told = BTreeSet::new();
            for (before, at) in again {
                self.add_key_fault(kind, &mut rows, at, before, false);
                if told.insert(before) {
                    self.add_key_fault(kind, &mut rows, before, at, true);
                }
            }
        }
        self.staged.insert(kind, Staged { file, rows, first });
    }

    fn add_key_fault(&self, kind: RecordId, rows: &mut [Row], at: u32, other: u32, is_first: bool) {
        let Some((row, other)) = rows.get(at as usize).zip(rows.get(other as usize)) else { return };
        let fault = row.key_repeated(self.schema, kind, is_first, (&other.file, other.line));
        if let Some(row) = rows.get_mut(at as usize) {
            row.faults.push(fault);
        }
    }

    /// Gives the children of a kind to their parents: pairs of a parent's row and a child's. A bad child makes its
    /// parent bad, as leaving it out would change the score in silence.
    fn assign(&mut self, kind: RecordId, scored: &mut Staged, given: bool) -> Vec<(u32, u32)> {
        let Some(staged) = self.staged.get(&kind) else { return Vec::new() };
        let mut pairs = Vec::new();
        let mut nobodys = 0;
        for (at, row) in (0_u32..).zip(&staged.rows) {
            let found = match row.parent(self.schema, kind) {
                Some(value) => scored.first.get(value).copied(),
                None => (given && scored.rows.len() == 1).then_some(0),
            };
            let Some(found) = found else {
                let mut reject = row.clone().reject(self.schema, kind);
                reject.faults.push(row.of_nobody(self.schema, kind));
                self.rejects.ignored.push(reject);
                nobodys += 1;
                continue;
            };
            if row.faults.is_empty() {
                pairs.push((found, at));
            } else if let Some(parent) = scored.rows.get_mut(found as usize) {
                parent.faults.extend(row.faults_of_child(self.schema, kind));
            }
        }
        self.notices.extend(nobodys_left(self.schema, kind, &staged.file, nobodys));
        pairs
    }

    /// The good rows, with the children that were assigned. `places` must be of all kinds.
    fn population(
        &mut self,
        places: &BTreeMap<RecordId, Places>,
        children: &BTreeMap<RecordId, Vec<(u32, u32)>>,
        previous: Option<&(RecordId, HashMap<Value, Decimal>)>,
    ) -> Population {
        let kinds = self.schema.records.len();
        let mut tables = vec![Table::default(); kinds];
        let place = |kind: RecordId, row: u32| places.get(&kind)?.get(row as usize).copied().flatten();
        let scored_kind = self.schema.scored();
        let (mut keys, mut positions) = (Vec::new(), HashMap::new());
        for (kind, staged) in &self.staged {
            let record = self.schema.record(*kind);
            let mut table = Table { width: record.fields.len(), ..Table::default() };
            for row in staged.rows.iter().filter(|row| row.faults.is_empty()) {
                if *kind == self.schema.scored {
                    let key = scored_kind.key.and_then(|key| row.values.get(key.index()));
                    let key = key.cloned().unwrap_or(Value::Missing(super::Why::OverNothing));
                    if !key.is_missing() {
                        positions.insert(key.clone(), keys.len() as u32);
                    }
                    keys.push(key);
                }
                if table.files.last().is_none_or(|(_, file)| *file != row.file) {
                    table.files.push((table.lines.len(), Arc::clone(&row.file)));
                }
                table.values.extend(row.values.iter().cloned());
                table.lines.push(row.line);
            }
            if let Some(slot) = tables.get_mut(kind.index()) {
                *slot = table;
            }
        }
        let mut groups = vec![Groups::default(); kinds];
        for (kind, pairs) in children {
            let moved = |(parent, child): &(u32, u32)| {
                Some((place(self.schema.scored, *parent)?, place(*kind, *child)?))
            };
            let pairs: Vec<_> = pairs.iter().filter_map(moved).collect();
            if let Some(slot) = groups.get_mut(kind.index()) {
                *slot = Groups::new(keys.len(), &pairs);
            }
        }
        let previous = previous.and_then(|(kind, scores)| {
            let (staged, key) = (self.staged.get(kind)?, self.schema.record(*kind).key?);
            let good = staged.rows.iter().filter(|row| row.faults.is_empty());
            let score = |row: &Row| scores.get(row.values.get(key.index())?).copied();
            Some((*kind, good.map(score).collect()))
        });
        let (kind, name) = (self.schema.scored, scored_kind.name.clone());
        let scored = Some(Scored { kind, name, positions, keys });
        Population { tables, scored, children: groups, links: Vec::new(), previous }
    }

    /// The pairs of a link by the places of their ends, each once, rising; a symmetric link's both ways.
    fn pairs(
        &mut self,
        id: LinkId,
        swapped: bool,
        pairs: &Pairs,
        places: &BTreeMap<RecordId, Places>,
    ) -> Vec<(u32, u32)> {
        let link = self.schema.link(id);
        let kinds = [link.from, link.to];
        let both_ways = link.symmetric && link.from == link.to;
        let (mut nobodys, mut selfs, mut set_aside) = (0, 0, 0);
        let mut good = Vec::new();
        for pair in &pairs.pairs {
            let row =
                |(kind, end): (&RecordId, &Value)| Some((*kind, *self.staged.get(kind)?.first.get(end)?));
            let ends: Vec<_> = kinds.iter().zip(&pair.ends).map(row).collect();
            let mut pair = pair.clone();
            let known = [0, 1].map(|end| ends.get(end).is_some_and(Option::is_some));
            if pair.check(self.schema, id, known) {
                selfs += 1;
            } else if !pair.faults.is_empty() {
                nobodys += 1;
            }
            if !pair.faults.is_empty() {
                self.rejects.ignored.push(pair.reject(self.schema, id));
                continue;
            }
            let place =
                |(kind, row): &(RecordId, u32)| places.get(kind)?.get(*row as usize).copied().flatten();
            match ends.iter().flatten().map(place).collect::<Option<Vec<_>>>().as_deref() {
                Some([from, to]) if swapped || (both_ways && to < from) => good.push((*to, *from)),
                Some([from, to]) => good.push((*from, *to)),
                Some(_) | None => set_aside += 1,
            }
        }
        let all = good.len();
        good.sort_unstable();
        good.dedup();
        let repeated = all - good.len();
        if both_ways {
            good.extend(good.clone().iter().map(|(from, to)| (*to, *from)));
            good.sort_unstable();
        }
        let left = PairsLeft { nobodys, selfs, set_aside, repeated };
        self.notices.extend(left.told(self.schema, id, &pairs.file));
        good
    }
}

impl Staged {
    /// For each row its place among the good ones.
    fn places(&self) -> Places {
        let mut next = 0_u32..;
        self.rows.iter().map(|row| if row.faults.is_empty() { next.next() } else { None }).collect()
    }

    /// The bad rows.
    fn bad<'a>(&'a self, schema: &'a Schema, kind: RecordId) -> impl Iterator<Item = Reject> + 'a {
        let bad = self.rows.iter().filter(|row| !row.faults.is_empty());
        bad.map(move |row| row.clone().reject(schema, kind))
    }
}

impl Schema {
    /// The field that is a kind's key.
    pub(super) fn key_field(&self, kind: RecordId) -> Option<&Field> {
        self.record(kind).key.map(|key| self.field(kind, key))
    }

    pub(super) fn spell_key(&self, kind: RecordId, key: &Value) -> Option<String> {
        Some(self.spell(self.key_field(kind)?.kind, key))
    }
}
