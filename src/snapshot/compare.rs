//! Two snapshots against each other: who changed by how much, and through which rule.

use super::given::{self, AnswerShift, Given, HeldShift};
use super::take::{KEPT, hash};
use super::{Head, Key, Row, Snapshot};
use crate::decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// How a snapshot differs from the one that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the kept one is of.
    pub before: Head,
    /// What the new one is of.
    pub after: Head,
    /// How many records there are now.
    pub records: usize,
    /// The records that are not what they were, those whose scores moved most first.
    pub moved: Vec<Moved>,
    /// How many scores rose, and how many fell.
    pub up_and_down: (usize, usize),
    /// Records from one tier (or status) to another, and how many.
    pub migrated: BTreeMap<(String, String), usize>,
    /// The rules through which scores moved, those of most records first.
    pub through: Vec<Through>,
    /// Who went from which answer to which other.
    pub answers: Vec<AnswerShift>,
    /// Benefits and penalties that were gained or lost.
    pub held: Vec<HeldShift>,
    /// The explanations that read differently, by key.
    pub explained: Vec<Reworded>,
}

/// An explanation that reads differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reworded {
    /// The record's key.
    pub key: String,
    /// The first line that is another, as it was; absent where none was kept, or where there was no such line.
    pub before: Option<String>,
    /// The same as it is; absent where there is no such line any more.
    pub after: Option<String>,
}

/// A record that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its key.
    pub key: String,
    /// What it was; absent for a record that is new.
    pub before: Option<Row>,
    /// What it is; absent for a record that is gone.
    pub after: Option<Row>,
    /// By how much its score moved, where it has one before and after.
    pub by: Option<Decimal>,
    /// What moved it.
    pub through: Vec<Change>,
    /// What else it is given.
    pub given: Given,
}

/// What one item did to one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The characteristic, rule or influence.
    pub item: String,
    /// Its points then and now, each absent where the policy had or has no such item.
    pub points: (Option<Decimal>, Option<Decimal>),
    /// Where it now gets its points: `FILE:LINE`; empty where it is gone.
    pub place: String,
}

/// What one item did to all records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The characteristic, rule or influence.
    pub item: String,
    /// Where records that moved now get its points, in order.
    pub places: Vec<String>,
    /// How many records it moved.
    pub records: usize,
    /// The least and the greatest change.
    pub between: (Decimal, Decimal),
}

/// Compares what was kept with what is; `None` where no record and no explanation differs.
pub fn compare(before: &Snapshot, after: &Snapshot) -> Option<Difference> {
    let (old_reach, new_reach) = (reach(before), reach(after));
    let is_known = |key: &Key| {
        let reached = |reach: Option<[u8; 32]>| reach.is_none_or(|reach| hash(&key.0) <= reach);
        (before.rows.contains_key(key) || reached(old_reach))
            && (after.rows.contains_key(key) || reached(new_reach))
    };
    let keys: BTreeSet<&Key> =
        before.rows.keys().chain(after.rows.keys()).filter(|key| is_known(key)).collect();
    let mut moved: Vec<Moved> = keys.into_iter().filter_map(|key| moved(before, after, key)).collect();
    let keys: BTreeSet<&String> = before.explained.keys().chain(after.explained.keys()).collect();
    let explained: Vec<Reworded> = keys.into_iter().filter_map(|key| reworded(before, after, key)).collect();
    if moved.is_empty() && explained.is_empty() {
        return None;
    }
    let sign = |sign: fn(Decimal) -> bool| moved.iter().filter(|one| one.by.is_some_and(sign)).count();
    let up_and_down = (sign(|by| by > Decimal::ZERO), sign(|by| by < Decimal::ZERO));
    let mut migrated = BTreeMap::new();
    for one in &moved {
        let (from, to) = (place_in_tiers(one.before.as_ref()), place_in_tiers(one.after.as_ref()));
        if from != to {
            *migrated.entry((from, to)).or_insert(0) += 1;
        }
    }
    let through = through(&moved);
    let (answers, held) = (given::answers(&moved), given::held(&moved));
    // Stable: of those that moved as much, the first key first.
    moved.sort_by_key(|one| std::cmp::Reverse(one.by.map_or(Decimal::MAX, Decimal::abs)));
    let (before, records, after) = (before.head.clone(), after.rows.len(), after.head.clone());
    Some(Difference {
        before,
        after,
        records,
        moved,
        up_and_down,
        migrated,
        through,
        answers,
        held,
        explained,
    })
}

fn moved(before: &Snapshot, after: &Snapshot, key: &Key) -> Option<Moved> {
    let (was, is) = (before.rows.get(key), after.rows.get(key));
    let (through, given) = match (was, is) {
        (Some(was), Some(is)) => {
            (changes(before, after, key, was, is), Given::between(before, after, key, was, is))
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => Default::default(),
    };
    let same = |was: &Row, is: &Row| {
        (&was.status, was.score, &was.tier, &was.reasons) == (&is.status, is.score, &is.tier, &is.reasons)
    };
    if was.zip(is).is_some_and(|(was, is)| same(was, is)) && through.is_empty() && given.is_none() {
        return None;
    }
    let scores = was.and_then(|was| was.score).zip(is.and_then(|is| is.score));
    let by = scores.and_then(|(was, is)| is.checked_sub(was));
    Some(Moved { key: key.0.clone(), before: was.cloned(), after: is.cloned(), by, through, given })
}

/// The items whose points are not what they were, by name: those of the new policy in its order, then those that are gone.
fn changes(before: &Snapshot, after: &Snapshot, key: &Key, was: &Row, is: &Row) -> Vec<Change> {
    let old: BTreeMap<&str, Option<Decimal>> =
        before.items.iter().map(String::as_str).zip(was.points.iter().copied()).collect();
    let places = after.places.get(key);
    let mut changes = Vec::new();
    for (at, (item, points)) in after.items.iter().zip(&is.points).enumerate() {
        let points = (old.get(item.as_str()).copied().flatten(), *points);
        if points.0.unwrap_or_default() != points.1.unwrap_or_default() {
            let place = places.and_then(|places| places.items.get(at)).cloned().unwrap_or_default();
            changes.push(Change { item: item.clone(), points, place });
        }
    }
    for item in before.items.iter().filter(|item| !after.items.contains(item)) {
        let points = old.get(item.as_str()).copied().flatten();
        if points.is_some_and(|points| !points.is_zero()) {
            changes.push(Change { item: item.clone(), points: (points, None), place: String::new() });
        }
    }
    changes
}

fn through(moved: &[Moved]) -> Vec<Through> {
    let mut all: Vec<Through> = Vec::new();
    for change in moved.iter().filter(|one| one.by.is_some()).flat_map(|one| &one.through) {
        let Some(by) = change.by() else { continue };
        match all.iter_mut().find(|through| through.item == change.item) {
            Some(through) => {
                through.records += 1;
                through.between = (through.between.0.min(by), through.between.1.max(by));
                push_place(&mut through.places, &change.place);
            }
            None => {
                let mut places = Vec::new();
                push_place(&mut places, &change.place);
                all.push(Through { item: change.item.clone(), places, records: 1, between: (by, by) });
            }
        }
    }
    for through in &mut all {
        through.places.sort_by_key(|place| (place.len(), place.clone()));
    }
    all.sort_by_key(|through| std::cmp::Reverse(through.records));
    all
}

/// Adds a place that is not there yet; nothing is none.
pub(super) fn push_place(places: &mut Vec<String>, place: &String) {
    if !place.is_empty() && !places.contains(place) {
        places.push(place.clone());
    }
}

/// Where the keys are a sample, the greatest hash in it: whether there are records beyond it, it does not say.
fn reach(snapshot: &Snapshot) -> Option<[u8; 32]> {
    // The first form counted a key that stands twice as two of those that it kept.
    let may_be_fewer = snapshot.scores_only && snapshot.head.records > KEPT;
    let is_sample =
        snapshot.head.records > snapshot.rows.len() && (snapshot.rows.len() >= KEPT || may_be_fewer);
    snapshot.rows.keys().filter(|_| is_sample).map(|key| hash(&key.0)).max()
}

/// The tier of a record, or what stands for one.
fn place_in_tiers(row: Option<&Row>) -> String {
    match row {
        None => "not there".to_owned(),
        Some(row) if row.score.is_none() => row.status.clone(),
        Some(row) if row.tier.is_empty() => "no tier".to_owned(),
        Some(row) => row.tier.clone(),
    }
}

/// The first line in which two explanations differ: in which line of the policy a rule stands is no difference.
fn reworded(before: &Snapshot, after: &Snapshot, key: &str) -> Option<Reworded> {
    let lines = |snapshot: &Snapshot| -> Vec<String> {
        let text = snapshot.explained.get(key).map_or("", String::as_str);
        let words =
            |line: &str| line.split_whitespace().filter(|word| !is_place(word)).collect::<Vec<_>>().join(" ");
        text.lines().map(words).filter(|line| !line.is_empty()).collect()
    };
    let (was, is) = (lines(before), lines(after));
    let at = (0..was.len().max(is.len())).find(|at| was.get(*at) != is.get(*at))?;
    Some(Reworded { key: key.to_owned(), before: was.get(at).cloned(), after: is.get(at).cloned() })
}

/// `payments.score:112`.
fn is_place(word: &str) -> bool {
    word.rsplit_once(':').is_some_and(|(file, line)| {
        file.ends_with(".score") && line.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl Change {
    /// By how much.
    pub fn by(&self) -> Option<Decimal> {
        self.points.1.unwrap_or_default().checked_sub(self.points.0.unwrap_or_default())
    }
}
