//! Taking a snapshot: the records scored by the reference interpreter, and some of them explained.

use super::{Head, Key, Places, Row, Snapshot};
use crate::data::{Loaded, Records, Type, Value};
use crate::eval::{self, BodySeen, Outcome, Recording, Scorer, Settled};
use crate::explain::{self, Explanation};
use crate::policy::{DecisionId, ItemBody, ItemId, Policy};
use crate::source::{Place, Sources};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The most records that a snapshot keeps. Of more it keeps those whose keys have the least SHA-256, so that a record's
/// place in the sample does not depend on the others.
pub const KEPT: usize = 10_000;

/// Takes a snapshot of data; `folder` is the policy's, which places are told without.
pub fn take(
    policy: &Policy,
    sources: &Sources,
    loaded: &Loaded,
    explained: &[String],
    folder: &str,
) -> Snapshot {
    let population = &loaded.population;
    let scorer = Scorer::new(policy);
    let settled = Settled::of(&scorer, population);
    let items: Vec<(ItemId, &str)> = (0..)
        .map(ItemId)
        .zip(&policy.items)
        .filter(|(_, item)| !matches!(item.body, ItemBody::Group(_)))
        .map(|(id, item)| (id, item.name.as_str()))
        .collect();
    let influences = policy.influences.iter().map(|influence| influence.name.as_str());
    let mut snapshot = Snapshot {
        head: Head {
            policy: policy.name.clone(),
            hash: policy.hash.to_string(),
            as_of: policy.today.to_string(),
            records: loaded.read,
        },
        decisions: policy.decisions.iter().map(|decision| decision.name.clone()).collect(),
        items: items.iter().map(|(_, name)| *name).chain(influences).map(str::to_owned).collect(),
        ..Snapshot::default()
    };
    let set_aside: Vec<&str> =
        loaded.rejects.set_aside.iter().filter_map(|reject| reject.key.as_deref()).collect();
    let key_of = |position: usize| {
        let key = policy.schema.scored().key?;
        let kind = policy.schema.field(policy.schema.scored, key).kind;
        Some(policy.schema.spell(kind, population.key(position)?))
    };
    let keys: Vec<String> =
        (0..population.count()).map(|position| key_of(position).unwrap_or_default()).collect();
    let kept = sample(keys.iter().map(String::as_str).chain(set_aside.iter().copied()));
    let is_kept = |key: &str| kept.as_ref().is_none_or(|kept| kept.contains(&hash(key)));
    let is_explained = |key: &str| explained.iter().any(|other| other == key);
    let nothing = nothing(&snapshot);
    for key in set_aside.into_iter().filter(|key| is_kept(key)) {
        snapshot.rows.insert(Key(key.to_owned()), nothing.clone());
    }
    for (position, key) in keys.into_iter().enumerate() {
        if !is_kept(&key) && !is_explained(&key) {
            continue;
        }
        let mut recording = Recording::new();
        let outcome = eval::score_one(&scorer, population, &settled, position, &mut recording);
        let Some(Ok(outcome)) = outcome else {
            if is_kept(&key) {
                snapshot.rows.insert(Key(key), nothing.clone());
            }
            continue;
        };
        if is_explained(&key)
            && let Some(subject) = population.subject(position)
            && let Ok(explanation) = explain::explain(policy, sources, &subject, &recording, &outcome)
        {
            let text = explain::text(&near(explanation, folder), false);
            // Its last line is the hash of the policy, which the snapshot's own first line has.
            let text = text.trim_end().rsplit_once('\n').map_or("", |(text, _)| text).trim_end();
            snapshot.explained.insert(key.clone(), format!("{text}\n"));
        }
        if is_kept(&key) {
            let of_items = items.iter().map(|(id, _)| place_of(policy, *id, &recording));
            let all = of_items.chain(policy.influences.iter().map(|influence| influence.place));
            let of_items = all.map(|place| told(sources, place, folder)).collect();
            let answers = (0..policy.decisions.len()).map(|at| {
                let place = place_of_answer(policy, at, &recording);
                place.map_or_else(String::new, |place| told(sources, place, folder))
            });
            snapshot.places.insert(Key(key.clone()), Places { answers: answers.collect(), items: of_items });
            snapshot.rows.insert(Key(key), row(policy, &outcome, &items));
        }
    }
    snapshot
}

fn row(policy: &Policy, outcome: &Outcome, items: &[(ItemId, &str)]) -> Row {
    let tier = outcome.tier.and_then(|tier| policy.tiers.get(tier.index()));
    let codes: Vec<&str> =
        outcome.reasons.iter().map(|given| policy.reason(given.reason).code.as_str()).collect();
    let has_score = outcome.score.is_some();
    let own = items.iter().map(|(id, _)| outcome.points.get(id.index()).copied());
    let answers = policy.decisions.iter().enumerate().map(|(at, decision)| {
        let answer = outcome.decisions.get(at);
        answer.map_or_else(String::new, |answer| spell(policy, decision.kind, &answer.value))
    });
    let held = |penalty: bool| {
        let all = policy.consequences.iter().zip(&outcome.consequences);
        let held = all.filter(|(consequence, held)| **held && consequence.penalty == penalty);
        held.map(|(consequence, _)| consequence.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    let points = own.chain(outcome.influences.iter().copied().map(Some));
    Row {
        status: outcome.status.name().to_owned(),
        score: outcome.score,
        tier: tier.map_or_else(String::new, |tier| tier.name.clone()),
        reasons: codes.join(" "),
        benefits: held(false),
        penalties: held(true),
        answers: answers.collect(),
        points: points.map(|points| points.filter(|_| has_score)).collect(),
    }
}

/// A record that was set aside.
fn nothing(snapshot: &Snapshot) -> Row {
    Row {
        status: "set aside".to_owned(),
        answers: vec![String::new(); snapshot.decisions.len()],
        points: vec![None; snapshot.items.len()],
        ..Row::default()
    }
}

/// An answer as an output has it.
fn spell(policy: &Policy, kind: Type, answer: &Value) -> String {
    match (kind, answer) {
        (Type::Tier, Value::Category(code)) => {
            policy.tiers.get(*code as usize).map_or_else(String::new, |tier| tier.name.clone())
        }
        _ => policy.schema.spell(kind, answer),
    }
}

/// The row of a table that gave an item's points, or its head.
fn place_of(policy: &Policy, id: ItemId, recording: &Recording) -> Place {
    let item = policy.item(id);
    let row = match (&item.body, recording.item(id).map(|seen| &seen.body)) {
        (ItemBody::Table { table, .. }, Some(BodySeen::Row(seen, _))) => seen.row_of(table),
        _ => None,
    };
    row.map_or(item.place, |row| row.place)
}

/// The row that gave the answer of a decision; `None` where there is no answer.
fn place_of_answer(policy: &Policy, at: usize, recording: &Recording) -> Option<Place> {
    let decision = policy.decisions.get(at)?;
    let of = |id: &DecisionId| id.index() == at;
    let (_, matched, _) = recording.decisions.iter().find(|(id, ..)| of(id))?;
    Some(matched.row_of(&decision.table).map_or(decision.place, |row| row.place))
}

/// `FILE:LINE`.
fn told(sources: &Sources, place: Place, folder: &str) -> String {
    let position = sources.position(place);
    position.map_or_else(String::new, |position| {
        format!("{}:{}", position.path.strip_prefix(folder).unwrap_or(position.path), position.line)
    })
}

/// An explanation that tells files as they are seen from the policy's folder, from wherever it is made.
fn near(mut explanation: Explanation, folder: &str) -> Explanation {
    let contributions = explanation.contributions.iter_mut().map(|one| &mut one.file);
    let adjustments = explanation.adjustments.iter_mut().map(|one| &mut one.file);
    let decisions = explanation.decisions.iter_mut().map(|one| &mut one.file);
    let benefits = explanation.benefits.iter_mut().map(|one| &mut one.file);
    let penalties = explanation.penalties.iter_mut().map(|one| &mut one.file);
    let groups = explanation.groups.iter_mut().map(|one| &mut one.file);
    let files = contributions.chain(adjustments).chain(decisions).chain(benefits).chain(penalties);
    for file in files.chain(groups).flatten() {
        if let Some(rest) = file.strip_prefix(folder) {
            *file = rest.to_owned();
        }
    }
    explanation
}

/// The hashes of the keys that are kept; `None` where all are.
fn sample<'k>(keys: impl Iterator<Item = &'k str>) -> Option<BTreeSet<[u8; 32]>> {
    let mut hashes: Vec<[u8; 32]> = keys.map(hash).collect();
    // A key that is there twice is kept once, so that a sample is always as large as it may be.
    hashes.sort_unstable();
    hashes.dedup();
    if hashes.len() <= KEPT {
        return None;
    }
    hashes.truncate(KEPT);
    Some(hashes.into_iter().collect())
}

/// By which a sample is taken.
pub(super) fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_records_the_same_ones_are_kept_whoever_else_is_there() {
        let keys: Vec<String> = (0..KEPT + 2_000).map(|n| format!("p{n}")).collect();
        let kept = |keys: &[String]| sample(keys.iter().map(String::as_str));
        assert_eq!(kept(keys.get(..KEPT).unwrap()), None, "as many as may be kept");
        let all = kept(&keys).unwrap();
        assert_eq!(all.len(), KEPT);
        let fewer = kept(keys.get(1_000..).unwrap()).unwrap();
        let still_there = all.iter().filter(|hash| !fewer.contains(*hash)).count();
        let gone = keys.iter().take(1_000).filter(|key| all.contains(&hash(key))).count();
        assert_eq!(still_there, gone, "only those that are gone left the sample");
    }
}
