//! Children in any order to what is kept of them for each scored record, on several threads.
//!
//! What is kept stands in shards, by position of the scored record. A thread collects what stands for its children by shard,
//! and feeds a shard when it has enough for it: so a shard stays close to the processor while it is fed, and threads seldom
//! meet.

use super::children::ChildPlan;
use super::chunk::Chunk;
use super::event::EventPlan;
use super::gathered::Gathered;
use super::period::PeriodEvent;
use super::shard::{Shard, head_of};
use super::take::{MISSING, Taken};
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// What is kept of the children of one kind for each scored record, while they are read. Shared by all threads; each has a
/// [`Local`].
#[derive(Debug)]
pub struct Gathering {
    plan: Arc<EventPlan>,
    pub(super) shards: Vec<Mutex<Shard>>,
    /// A shard has two to the power of this many records.
    pub(super) shift: u32,
    slots: usize,
    /// By group: how many words a thread collects for a shard.
    full: Vec<usize>,
}

/// What one thread has collected.
#[derive(Debug)]
pub struct Local {
    taken: Taken,
    /// By group and shard: words of what stands for children.
    entries: Vec<Vec<Vec<i64>>>,
    /// By period rule and shard.
    periods: Vec<Vec<Vec<PeriodEvent>>>,
    units: Vec<Option<i128>>,
}

/// So many bytes of what is kept stay close to the processor.
const SHARD_BYTES: usize = 256 << 10;
/// More shards than this are not worth it.
const MOST_SHARDS: usize = 2048;
/// So many bytes a thread collects at most, about.
const LOCAL_BYTES: usize = 48 << 20;
/// So many events under caps a thread collects for a shard.
const FULL_PERIODS: usize = 256;

impl Gathering {
    /// For the children of a kind of so many scored records.
    pub fn new(children: &ChildPlan, slots: usize) -> Self {
        Self::of(Arc::clone(&children.events), slots)
    }

    /// For what is asked of some records.
    pub(super) fn of(plan: Arc<EventPlan>, slots: usize) -> Self {
        let groups = &plan.layout.groups;
        let bytes = groups.iter().map(|group| group.long * 8 + group.short * 4).sum::<usize>().max(1);
        let near = (SHARD_BYTES / bytes).max(1).min(slots.max(1));
        let most = near.max(slots.div_ceil(MOST_SHARDS)).next_power_of_two();
        let shift = most.trailing_zeros();
        let count = slots.div_ceil(most);
        let shards = (0..count).map(|_| Mutex::new(Shard::default())).collect();
        let full = groups.iter().map(|group| {
            let words = group.words();
            let entries = LOCAL_BYTES / (8 * words * count.max(1) * groups.len());
            words * entries.clamp(64, 4096)
        });
        let full = full.collect();
        Self { plan, shards, shift, slots, full }
    }

    /// What a thread collects in.
    pub fn local(&self) -> Local {
        let by_shard = |of: usize| (0..of).map(|_| vec![Vec::new(); self.shards.len()]).collect();
        Local {
            taken: Taken::default(),
            entries: by_shard(self.plan.layout.groups.len()),
            periods: (0..self.plan.rules.len()).map(|_| vec![Vec::new(); self.shards.len()]).collect(),
            units: Vec::new(),
        }
    }

    /// Takes the children of a chunk in. `slots` says whose each is, by position of the scored record; `u32::MAX` is
    /// nobody's. Children that are no good, and those dated later than today, are left out.
    pub fn add(&self, local: &mut Local, chunk: &Chunk, slots: &[u32]) {
        let owner = |row: usize| slots.get(row).copied().filter(|slot| (*slot as usize) < self.slots);
        let Local { taken, entries, periods, units } = local;
        taken.take(&self.plan, chunk, |row| owner(row).is_some());
        let within = (1_u32 << self.shift) - 1;
        for (at, (group, entries)) in self.plan.layout.groups.iter().zip(entries).enumerate() {
            let (Some(bits), Some(full)) = (taken.bits.get(at), self.full.get(at).copied()) else { continue };
            let words: Vec<&[i64]> = group
                .values
                .iter()
                .map(|value| taken.words.get(*value).map_or(&[][..], Vec::as_slice))
                .collect();
            let mut large = taken
                .large
                .iter()
                .filter(|(_, value, _)| group.values.contains(value))
                .map(|(row, ..)| *row)
                .collect::<Vec<_>>();
            large.sort_unstable();
            large.dedup();
            for (row, (bits, slot)) in bits.iter().zip(slots).enumerate().filter(|(_, (bits, _))| **bits != 0)
            {
                let (shard, record) = ((slot >> self.shift) as usize, slot & within);
                if !large.is_empty() && large.binary_search(&row).is_ok() {
                    units.clear();
                    units.extend(group.values.iter().map(|value| taken.units(&self.plan, row, *value)));
                    self.with(shard, |shard| shard.feed_large(at, group, record, *bits, units));
                    continue;
                }
                let Some(entries) = entries.get_mut(shard) else { continue };
                let (head, word) =
                    (head_of(record, *bits), |of: &&[i64]| of.get(row).copied().unwrap_or(MISSING));
                match words.as_slice() {
                    [] => entries.push(head),
                    [of] => entries.extend_from_slice(&[head, word(of)]),
                    [one, other] => entries.extend_from_slice(&[head, word(one), word(other)]),
                    all => {
                        entries.push(head);
                        entries.extend(all.iter().map(word));
                    }
                }
                if entries.len() >= full {
                    self.with(shard, |shard| shard.feed(at, group, entries));
                    entries.clear();
                }
            }
        }
        for (rule, (dated, periods)) in taken.dated.iter().zip(periods).enumerate() {
            for event in dated {
                let Some(slot) = owner(event.row) else { continue };
                let (shard, record) = ((slot >> self.shift) as usize, slot & within);
                let Some(events) = periods.get_mut(shard) else { continue };
                events.push(PeriodEvent { record, day: event.day, code: event.code, points: event.points });
                if events.len() >= FULL_PERIODS {
                    self.with(shard, |shard| shard.add_periods(rule, events));
                    events.clear();
                }
            }
        }
        for (row, owned) in &taken.over {
            if let Some(slot) = owner(*row) {
                self.with((slot >> self.shift) as usize, |shard| shard.mark(*owned as u32, slot & within));
            }
        }
    }

    /// Feeds what a thread has left.
    pub fn flush(&self, local: Local) {
        for (at, (group, entries)) in self.plan.layout.groups.iter().zip(local.entries).enumerate() {
            for (shard, entries) in entries.iter().enumerate().filter(|(_, entries)| !entries.is_empty()) {
                self.with(shard, |shard| shard.feed(at, group, entries));
            }
        }
        for (rule, events) in local.periods.iter().enumerate() {
            for (shard, events) in events.iter().enumerate().filter(|(_, events)| !events.is_empty()) {
                self.with(shard, |shard| shard.add_periods(rule, events));
            }
        }
    }

    /// What was gathered, once every thread has flushed. What is summed by period is summed by the threads of the pool that
    /// this runs in.
    pub fn finish(self) -> Gathered {
        let mut shards: Vec<Shard> = self
            .shards
            .into_iter()
            .map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        shards.par_iter_mut().for_each(|shard| shard.fold(&self.plan));
        Gathered::new(self.plan, shards, self.shift)
    }

    fn with(&self, at: usize, feed: impl FnOnce(&mut Shard)) {
        let Some(shard) = self.shards.get(at) else { return };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.fill(&self.plan.layout, (self.slots - (at << self.shift)).min(1 << self.shift));
        feed(&mut shard);
    }
}
