//! Aggregates and per-event rules over linked records: what is asked is worked out once for every record of the kind that a
//! link leads to, and then taken together for each scored record.

use super::bind::{BindError, Binding};
use super::chunk::Chunk;
use super::event::EventPlan;
use super::gathered::Gathered;
use super::gathering::Gathering;
use super::network::Previous;
use super::period::PeriodEvent;
use super::plan::Plan;
use super::shard::{Shard, head_of};
use super::take::{Dated, MISSING, Taken};
use crate::data::{LinkId, Links, RecordId};
use crate::policy::Policy;
use arrow_schema::DataType;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is asked of the records that a link leads to: which of their columns are read, and what is kept of them for each
/// scored record.
#[derive(Debug, Clone)]
pub struct LinkPlan {
    pub(super) policy: Arc<Policy>,
    pub(super) events: Arc<EventPlan>,
    pub(super) link: LinkId,
    pub(super) reads_aggregates: bool,
}

/// What linked records answer, by slot, gathered from any thread and in any order.
#[derive(Debug)]
pub struct Answers {
    events: Arc<EventPlan>,
    slots: usize,
    noted: Mutex<Vec<Noted>>,
}

/// What one thread works answers out with; it can be used again.
#[derive(Debug, Default)]
pub struct AnswerScratch {
    taken: Taken,
}

/// The answers of records in a row.
#[derive(Debug, Default)]
struct Noted {
    first: usize,
    /// By group: for each record the bits of its conditions, then its words.
    entries: Vec<Vec<i64>>,
    /// Numbers that are no words: record, value, units.
    large: Vec<(usize, usize, i128)>,
    /// Records in which a number is too large, and whose.
    over: Vec<(usize, usize)>,
    /// By rule.
    dated: Vec<Vec<Dated>>,
}

/// The answers of all records.
struct All {
    /// By group and slot.
    entries: Vec<Vec<i64>>,
    /// By slot: the units of all values, where some are no words.
    large: FxHashMap<u32, Vec<Option<i128>>>,
    /// By slot: whose numbers are too large.
    over: FxHashMap<u32, Vec<u32>>,
    /// By rule: points in their periods, and by slot which of them are its own.
    dated: Vec<(Vec<Dated>, Vec<u32>)>,
}

/// No points in a period.
const NONE: u32 = u32::MAX;
/// So many entries are fed at a time.
const FULL: usize = 4096;

impl Plan {
    /// What is asked of linked records, in the order in which it can be answered. Links that only influences read are
    /// there too: it must be known which of the linked records are good.
    pub fn linked(&self) -> &[LinkPlan] {
        &self.linked
    }
}

impl LinkPlan {
    /// The link.
    pub fn link(&self) -> LinkId {
        self.link
    }

    /// The kind of record that is asked.
    pub fn kind(&self) -> RecordId {
        self.events.record
    }

    /// Whether any aggregate or per-event rule reads them: otherwise there is nothing to be answered.
    pub fn is_read(&self) -> bool {
        !self.events.aggregates.is_empty() || !self.events.rules.is_empty()
    }

    /// Whether the records' own aggregates are read: then chunks of them must have been filled with everything that was
    /// gathered of children, and of the links before this one.
    pub fn reads_aggregates(&self) -> bool {
        self.reads_aggregates
    }

    /// How their fields are read from columns of these types: for each field the position and the type of its column, or
    /// nothing where there is none.
    ///
    /// # Errors
    ///
    /// The first field whose column is absent though the field is not optional, or of a type that cannot hold its values.
    pub fn bind(&self, columns: &[Option<(usize, DataType)>]) -> Result<Binding, BindError> {
        Binding::new(&self.policy.schema, self.events.record, &self.events.program, columns)
    }

    /// As [`LinkPlan::bind`], each field by the name of its column.
    ///
    /// # Errors
    ///
    /// As [`LinkPlan::bind`].
    pub fn bind_by_name(&self, schema: &arrow_schema::Schema) -> Result<Binding, BindError> {
        self.bind(&super::bind::columns_of(self.policy.schema.record(self.kind()), schema))
    }
}

impl Answers {
    /// Of so many records.
    pub fn new(plan: &LinkPlan, slots: usize) -> Self {
        Self { events: Arc::clone(&plan.events), slots, noted: Mutex::default() }
    }

    /// Notes what the records of a chunk answer, the first of which has a slot. `previous` are previously published scores.
    pub fn note(
        &self,
        scratch: &mut AnswerScratch,
        first_slot: usize,
        chunk: &mut Chunk,
        previous: Option<&Previous>,
    ) {
        let plan = &*self.events;
        match previous.filter(|previous| previous.kind() == plan.record) {
            Some(previous) => previous.read(first_slot, chunk.rows(), &mut chunk.previous),
            None => chunk.previous.fill(chunk.rows(), None),
        }
        let taken = &mut scratch.taken;
        taken.take(plan, chunk, |_| true);
        let mut noted = Noted {
            first: first_slot,
            large: std::mem::take(&mut taken.large),
            over: std::mem::take(&mut taken.over),
            dated: taken.dated.iter_mut().map(std::mem::take).collect(),
            ..Noted::default()
        };
        for (group, bits) in plan.layout.groups.iter().zip(&taken.bits) {
            let words: Vec<&[i64]> = group
                .values
                .iter()
                .map(|value| taken.words.get(*value).map_or(&[][..], Vec::as_slice))
                .collect();
            let mut entries = Vec::with_capacity(bits.len() * group.words());
            for (row, bits) in bits.iter().enumerate() {
                entries.push(head_of(0, *bits));
                entries.extend(words.iter().map(|words| words.get(row).copied().unwrap_or(MISSING)));
            }
            noted.entries.push(entries);
        }
        if !noted.large.is_empty() {
            // The other values of such a record go the same way.
            let mut rows: Vec<usize> = noted.large.iter().map(|(row, ..)| *row).collect();
            rows.sort_unstable();
            rows.dedup();
            std::mem::swap(&mut taken.large, &mut noted.large);
            for row in rows {
                for value in 0..plan.layout.values.len() {
                    if let Some(units) = taken.units(plan, row, value) {
                        noted.large.push((row, value, units));
                    }
                }
            }
        }
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).push(noted);
    }

    /// Takes the answers together for each record that a link starts from, by the threads of the pool that this runs in.
    pub fn gather(self, links: &Links) -> Gathered {
        let Self { events, slots, noted } = self;
        let all = All::of(&events, slots, noted.into_inner().unwrap_or_else(PoisonError::into_inner));
        let gathering = Gathering::of(Arc::clone(&events), links.slots());
        let (shift, count) = (gathering.shift, gathering.shards.len());
        let shards: Vec<Shard> = (0..count)
            .into_par_iter()
            .map(|at| {
                let first = at << shift;
                let records = (links.slots() - first).min(1 << shift);
                let mut shard = Shard::default();
                shard.fill(&events.layout, records);
                all.feed(&events, links, first..first + records, &mut shard);
                shard.fold(&events);
                shard
            })
            .collect();
        Gathered::new(events, shards, shift)
    }
}

impl All {
    fn of(plan: &EventPlan, slots: usize, mut noted: Vec<Noted>) -> Self {
        noted.sort_unstable_by_key(|noted| noted.first);
        let entries = plan.layout.groups.iter().map(|group| vec![0; slots * group.words()]).collect();
        let dated =
            plan.rules.iter().map(|rule| (Vec::new(), vec![NONE; if rule.in_periods() { slots } else { 0 }]));
        let mut all =
            Self { entries, large: FxHashMap::default(), over: FxHashMap::default(), dated: dated.collect() };
        for noted in noted {
            for ((all, theirs), group) in all.entries.iter_mut().zip(noted.entries).zip(&plan.layout.groups) {
                let places = all.iter_mut().skip(noted.first * group.words());
                places.zip(theirs).for_each(|(place, word)| *place = word);
            }
            let slot = |row: usize| (noted.first + row) as u32;
            for (row, value, units) in noted.large {
                let values =
                    all.large.entry(slot(row)).or_insert_with(|| vec![None; plan.layout.values.len()]);
                values.iter_mut().skip(value).take(1).for_each(|place| *place = Some(units));
            }
            for (row, owner) in noted.over {
                all.over.entry(slot(row)).or_default().push(owner as u32);
            }
            for ((events, by_slot), theirs) in all.dated.iter_mut().zip(noted.dated) {
                for event in theirs {
                    if let Some(place) = by_slot.get_mut(noted.first + event.row) {
                        *place = events.len() as u32;
                    }
                    events.push(event);
                }
            }
        }
        all
    }

    /// Feeds a shard what the records answer that those of some slots are linked to.
    fn feed(&self, plan: &EventPlan, links: &Links, slots: std::ops::Range<usize>, shard: &mut Shard) {
        let records = || (0_u32..).zip(slots.clone());
        let mut entries: Vec<i64> = Vec::new();
        for (at, (group, all)) in plan.layout.groups.iter().zip(&self.entries).enumerate() {
            let words = group.words();
            for (record, slot) in records() {
                for member in links.of(slot) {
                    let start = *member as usize * words;
                    let Some([head, rest @ ..]) = all.get(start..start + words) else { continue };
                    let bits = (head >> 32) as u32;
                    if bits == 0 {
                        continue;
                    }
                    let large = if self.large.is_empty() { None } else { self.large.get(member) };
                    if let Some(values) = large {
                        let units: Vec<Option<i128>> =
                            group.values.iter().map(|value| values.get(*value).copied().flatten()).collect();
                        shard.feed_large(at, group, record, bits, &units);
                        continue;
                    }
                    entries.push(head_of(record, bits));
                    entries.extend_from_slice(rest);
                    if entries.len() >= FULL * words {
                        shard.feed(at, group, &entries);
                        entries.clear();
                    }
                }
            }
            shard.feed(at, group, &entries);
            entries.clear();
        }
        for (rule, (events, by_slot)) in self.dated.iter().enumerate().filter(|(_, (_, by))| !by.is_empty()) {
            let mut theirs: Vec<PeriodEvent> = Vec::new();
            for (record, slot) in records() {
                let members = links.of(slot).iter();
                let given = members.filter_map(|m| events.get(*by_slot.get(*m as usize)? as usize));
                theirs.extend(given.map(|event| PeriodEvent {
                    record,
                    day: event.day,
                    code: event.code,
                    points: event.points,
                }));
                if theirs.len() >= FULL {
                    shard.add_periods(rule, &theirs);
                    theirs.clear();
                }
            }
            shard.add_periods(rule, &theirs);
        }
        if !self.over.is_empty() {
            for (record, slot) in records() {
                for owner in links.of(slot).iter().filter_map(|member| self.over.get(member)).flatten() {
                    shard.mark(*owner, record);
                }
            }
        }
    }
}
