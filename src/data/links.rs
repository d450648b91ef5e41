//! Links of millions of records: pairs in any order, from several threads, become compressed rows.

use super::LinkType;
use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whom each record is linked to, by slot: a record's place among all of its kind.
///
/// Rows stand in shards of 65,536 slots each; the members of a row rise, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    slots: usize,
    shards: Vec<Shard>,
}

/// The members of row `i` stand from `starts[i]` to `starts[i + 1]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shard {
    starts: Vec<usize>,
    members: Vec<u32>,
}

/// So many slots make a shard: within one, 16 bits say which is meant.
const SHARD: usize = 1 << 16;
/// So many pairs at a time are dealt out to the shards.
const BLOCK: usize = 1 << 16;

/// Which records a link joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// Of two kinds.
    TwoKinds,
    /// Of one kind: a pair of a record with itself is left out.
    OneKind,
    /// Of one kind, and each pair counts both ways.
    BothWays,
}

impl Pairing {
    /// Of a link.
    pub fn of(link: &LinkType) -> Self {
        match (link.from == link.to, link.symmetric) {
            (false, _) => Self::TwoKinds,
            (true, false) => Self::OneKind,
            (true, true) => Self::BothWays,
        }
    }
}

/// How many pairs there are, and how many were left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairCounts {
    /// Different pairs that count.
    pub kept: usize,
    /// Given again: each pair counts once.
    pub repeated: usize,
    /// Left out: of a record with itself.
    pub selfs: usize,
    /// Left out: of nobody ([`LinksBuilder::NOBODY`]).
    pub nobodys: usize,
    /// Left out: of a record that was set aside.
    pub set_aside: usize,
}

/// Takes pairs in, in any order and from any thread.
#[derive(Debug)]
pub struct LinksBuilder {
    slots: usize,
    pairing: Pairing,
    /// Pairs by the slot that they start from.
    shards: Vec<Mutex<Pairs>>,
    /// Where the next to deal out begins, so that threads do not wait for each other.
    turn: AtomicUsize,
    selfs: AtomicUsize,
    nobodys: AtomicUsize,
}

/// The pairs of a shard: 6 bytes each.
#[derive(Debug, Default)]
struct Pairs {
    /// The slot in the shard that each starts from.
    from: Vec<u16>,
    /// The slot that it leads to.
    to: Vec<u32>,
}

/// What one thread deals pairs out with; it can be used again.
#[derive(Debug, Default)]
pub struct PairScratch {
    /// Where the pairs of each shard begin.
    begins: Vec<usize>,
    from: Vec<u16>,
    to: Vec<u32>,
}

impl LinksBuilder {
    /// The slot of an end that no record has.
    pub const NOBODY: u32 = u32::MAX;

    /// For links that start from `slots` records.
    pub fn new(slots: usize, pairing: Pairing) -> Self {
        let mut shards = Vec::new();
        shards.resize_with(slots.div_ceil(SHARD), Mutex::default);
        let none = AtomicUsize::default;
        Self { slots, pairing, shards, turn: none(), selfs: none(), nobodys: none() }
    }

    /// Takes pairs in: the slots that they start from, and those that they lead to. A symmetric link whose scored records
    /// stand at its second end is given the other way round.
    pub fn add(&self, scratch: &mut PairScratch, from: &[u32], to: &[u32]) {
        for (from, to) in from.chunks(BLOCK).zip(to.chunks(BLOCK)) {
            self.add_block(scratch, from, to);
        }
    }

    fn add_block(&self, scratch: &mut PairScratch, from: &[u32], to: &[u32]) {
        let (mut selfs, mut nobodys) = (0, 0);
        let PairScratch { begins, from: dealt_from, to: dealt_to } = scratch;
        begins.clear();
        begins.resize(self.shards.len() + 1, 0);
        let one_kind = self.pairing != Pairing::TwoKinds;
        // Whether it is of nobody, and whether of a record with itself.
        let good = |from: u32, to: u32| {
            let past = |slot: u32| slot as usize >= self.slots;
            let nobody = past(from) || to == Self::NOBODY || (one_kind && past(to));
            (nobody, !nobody && one_kind && from == to)
        };
        let both_ways = self.pairing == Pairing::BothWays;
        let shard = |slot: u32| slot as usize / SHARD;
        for (from, to) in from.iter().zip(to) {
            match good(*from, *to) {
                (true, _) => nobodys += 1,
                (_, true) => selfs += 1,
                (false, false) => {
                    count(begins, shard(*from));
                    if both_ways {
                        count(begins, shard(*to));
                    }
                }
            }
        }
        let mut total = 0;
        for begin in begins.iter_mut() {
            total += *begin;
            *begin = total - *begin;
        }
        dealt_from.resize(total, 0);
        dealt_to.resize(total, 0);
        let mut deal = |from: u32, to: u32| {
            let Some(place) = begins.get_mut(shard(from)) else { return };
            if let (Some(slot), Some(target)) = (dealt_from.get_mut(*place), dealt_to.get_mut(*place)) {
                *slot = from as u16;
                *target = to;
            }
            *place += 1;
        };
        for (from, to) in from.iter().zip(to) {
            if good(*from, *to) == (false, false) {
                deal(*from, *to);
                if both_ways {
                    deal(*to, *from);
                }
            }
        }
        // Each beginning has moved on to where the next one was.
        let ends = begins;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) * self.shards.len() / 4;
        for step in 0..self.shards.len() {
            let at = (turn + step) % self.shards.len();
            let begin = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
            let end = ends.get(at).copied().unwrap_or(begin);
            let given = dealt_from.get(begin..end).zip(dealt_to.get(begin..end));
            if let (Some((from, to)), Some(shard)) = (given.filter(|_| end > begin), self.shards.get(at)) {
                // Nothing panics while it holds a shard.
                let mut pairs = shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                pairs.from.extend_from_slice(from);
                pairs.to.extend_from_slice(to);
            }
        }
        self.selfs.fetch_add(selfs, Ordering::Relaxed);
        self.nobodys.fetch_add(nobodys, Ordering::Relaxed);
    }

    /// The links of those records that are kept, made by the threads of the pool that this runs in. What comes of it
    /// depends on neither the order of the pairs nor the threads.
    pub fn finish(
        self,
        keep_from: impl Fn(u32) -> bool + Sync,
        keep_to: impl Fn(u32) -> bool + Sync,
    ) -> (Links, PairCounts) {
        let slots = self.slots;
        let made: Vec<(Shard, PairCounts)> = self
            .shards
            .into_par_iter()
            .enumerate()
            .map(|(at, pairs)| {
                let pairs = pairs.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
                let first = at * SHARD;
                pairs.compress(first as u32, SHARD.min(slots - first), &keep_from, &keep_to)
            })
            .collect();
        let mut counts = PairCounts {
            selfs: self.selfs.into_inner(),
            nobodys: self.nobodys.into_inner(),
            ..PairCounts::default()
        };
        let mut shards = Vec::with_capacity(made.len());
        for (shard, of_shard) in made {
            counts.kept += of_shard.kept;
            counts.repeated += of_shard.repeated;
            counts.set_aside += of_shard.set_aside;
            shards.push(shard);
        }
        if self.pairing == Pairing::BothWays {
            // Each pair was counted at both of its ends.
            for number in [&mut counts.kept, &mut counts.repeated, &mut counts.set_aside] {
                *number /= 2;
            }
        }
        (Links { slots, shards }, counts)
    }
}

fn count(begins: &mut [usize], shard: usize) {
    if let Some(number) = begins.get_mut(shard) {
        *number += 1;
    }
}

impl Pairs {
    /// Rows of rising members, each once.
    fn compress(
        mut self,
        first: u32,
        rows: usize,
        keep_from: &impl Fn(u32) -> bool,
        keep_to: &impl Fn(u32) -> bool,
    ) -> (Shard, PairCounts) {
        let all = self.from.len();
        let mut kept = 0;
        for at in 0..all {
            let Some((from, to)) = self.from.get(at).zip(self.to.get(at)).map(|(f, t)| (*f, *t)) else {
                break;
            };
            if keep_from(first + u32::from(from)) && keep_to(to) {
                if let (Some(slot), Some(target)) = (self.from.get_mut(kept), self.to.get_mut(kept)) {
                    (*slot, *target) = (from, to);
                }
                kept += 1;
            }
        }
        self.from.truncate(kept);
        self.to.truncate(kept);

        // Counted, then put where they belong: each start moves on to where the next one was.
        let mut starts = vec![0_usize; rows + 1];
        self.from.iter().for_each(|from| count(&mut starts, usize::from(*from)));
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total - *start;
        }
        let mut members = vec![0_u32; kept];
        for (from, to) in self.from.iter().zip(&self.to) {
            let Some(place) = starts.get_mut(usize::from(*from)) else { continue };
            if let Some(member) = members.get_mut(*place) {
                *member = *to;
            }
            *place += 1;
        }
        drop(self);

        let (mut begin, mut written) = (0, 0);
        for start in starts.iter_mut() {
            let end = *start;
            *start = written;
            written = sort_row(&mut members, begin..end, written);
            begin = end;
        }
        members.truncate(written);
        if written < kept {
            members.shrink_to_fit();
        }
        let counts = PairCounts {
            kept: written,
            repeated: kept - written,
            set_aside: all - kept,
            ..PairCounts::default()
        };
        (Shard { starts, members }, counts)
    }
}

/// Sorts a row, and writes each of its members once where the rows before it end. Where it ends itself.
fn sort_row(members: &mut [u32], row: std::ops::Range<usize>, mut written: usize) -> usize {
    if let Some(row) = members.get_mut(row.clone()) {
        row.sort_unstable();
    }
    let mut last = None;
    for at in row {
        let member = members.get(at).copied();
        if member != last {
            if let (Some(member), Some(slot)) = (member, members.get_mut(written)) {
                *slot = member;
            }
            written += 1;
            last = member;
        }
    }
    written
}

impl Links {
    /// How many records there are that links may start from.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// Whom a record is linked to: rising, each once.
    #[inline]
    pub fn of(&self, slot: usize) -> &[u32] {
        let Some(shard) = self.shards.get(slot / SHARD) else { return &[] };
        let row = slot % SHARD;
        let range = shard.starts.get(row).zip(shard.starts.get(row + 1));
        range.and_then(|(start, end)| shard.members.get(*start..*end)).unwrap_or(&[])
    }
}

impl Links {
    /// The rows of the slots from one on, at most so many: where the members of each start in the list, then where the
    /// last one's end, and the list. Fewer where a shard ends; none past the last slot.
    #[inline]
    pub fn rows(&self, first: usize, most: usize) -> (&[usize], &[u32]) {
        let Some(shard) = self.shards.get(first / SHARD) else { return (&[], &[]) };
        let row = first % SHARD;
        let last = row.saturating_add(most).min(shard.starts.len().saturating_sub(1));
        (shard.starts.get(row..=last).unwrap_or(&[]), &shard.members)
    }
}

#[cfg(test)]
mod tests;
