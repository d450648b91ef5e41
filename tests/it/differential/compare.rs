//! One policy and its records through both interpreters.

use super::choices::Choices;
use super::columns;
use arrow_array::RecordBatch;
use glassbox::data::{Loaded, RecordId, Type, Value, Why, join_rows};
use glassbox::eval::batch::{
    ChildPlan, Chunk, Gathered, Gathering, Local, Plan, Scored, Scratch, Standing, Wanted,
};
use glassbox::eval::{Outcome, score_all};
use glassbox::policy::Policy;
use std::collections::HashMap;

/// What the reference says of each record: its outcome, or that it is bad, or too large.
fn reference(
    policy: &Policy,
    rows: &[Vec<Value>],
    children: &[(RecordId, Vec<Vec<Value>>)],
) -> Vec<(Standing, Option<Outcome>)> {
    let scored = rows.iter().map(|row| (policy.schema.scored, row.clone()));
    let theirs = children.iter().flat_map(|(kind, rows)| rows.iter().map(|row| (*kind, row.clone())));
    let records: Vec<(RecordId, Vec<Value>)> = scored.chain(theirs).collect();
    let loaded = join_rows(&policy.schema, policy.today, &records, &[], (None, &[]));
    by_row(policy, rows, &loaded)
}

/// What the reference says of each row of the scored records that were loaded.
pub(super) fn by_row(
    policy: &Policy,
    rows: &[Vec<Value>],
    loaded: &Loaded,
) -> Vec<(Standing, Option<Outcome>)> {
    let outcomes = score_all(policy, &loaded.population);
    let key = policy.schema.scored().key.unwrap().index();
    let by_key: HashMap<&Value, usize> = rows.iter().enumerate().map(|(at, row)| (&row[key], at)).collect();
    let mut said = vec![(Standing::Bad, None); rows.len()];
    for (position, outcome) in outcomes.into_iter().enumerate() {
        let at = by_key[loaded.population.key(position).unwrap()];
        said[at] = match outcome {
            Err(_) => (Standing::TooLarge, None),
            Ok(outcome) => {
                let standing = match outcome.status {
                    glassbox::eval::Status::Scored => Standing::Scored,
                    glassbox::eval::Status::NotScored => Standing::NotScored,
                    glassbox::eval::Status::NotParticipating => Standing::NotParticipating,
                };
                (standing, Some(plain(outcome)))
            }
        };
    }
    said
}

/// Why a value is missing is for explanations, not for columns.
pub(super) fn plain(mut outcome: Outcome) -> Outcome {
    for answer in &mut outcome.decisions {
        if answer.value.is_missing() {
            answer.value = Value::Missing(Why::Undecided);
        }
    }
    outcome
}

/// What the children of a kind come to, fed in pieces by several hands; those that are no good are noted in `bad`.
pub(super) fn gathered(
    plan: &Plan,
    child: &ChildPlan,
    (rows, children): (&[Vec<Value>], &[Vec<Value>]),
    bad: &mut [bool],
    choices: &mut Choices,
) -> Result<Gathered, String> {
    let schema = &plan.policy().schema;
    let key = schema.scored().key.unwrap().index();
    let (_, parent) = schema.record(child.kind()).parent.unwrap();
    let slot_of: HashMap<&Value, u32> = (0..).zip(rows).map(|(at, row)| (&row[key], at)).collect();
    let slots: Vec<u32> =
        children.iter().map(|row| slot_of.get(&row[parent.index()]).copied().unwrap_or(u32::MAX)).collect();
    let batch = columns::draw(choices, schema, child.kind(), children);
    let binding = child.bind_by_name(&batch.schema()).map_err(|error| error.to_string())?;
    let gathering = Gathering::new(child, rows.len());
    let mut hands: Vec<Local> = (0..1 + choices.below(3)).map(|_| gathering.local()).collect();
    let mut chunk = Chunk::default();
    let mut pieces = parts(&batch, choices);
    if choices.chance(50) {
        pieces.reverse();
    }
    for (start, part) in pieces {
        binding.read(&part, &mut chunk);
        let slots = &slots[start..start + part.num_rows()];
        for (row, slot) in slots.iter().enumerate() {
            if let Some(bad) = bad.get_mut(*slot as usize) {
                *bad |= chunk.is_bad(row) && child.is_known(&chunk, row);
            }
        }
        let hand = choices.below(hands.len());
        gathering.add(&mut hands[hand], &chunk, slots);
    }
    hands.into_iter().for_each(|hand| gathering.flush(hand));
    Ok(gathering.finish())
}

/// Compares; the error says where they differ. Whether there was anything to compare.
pub(super) fn check(
    policy: &Policy,
    rows: &[Vec<Value>],
    children: &[(RecordId, Vec<Vec<Value>>)],
    choices: &mut Choices,
) -> Result<bool, String> {
    let plan = Plan::new(policy);
    if !plan.fallbacks().is_empty() {
        return Err(format!("not in columns: {:?}", plan.fallbacks()));
    }
    let expected = reference(policy, rows, children);
    let mut bad = vec![false; rows.len()];
    let mut gathered_of = Vec::new();
    for child in plan.children() {
        let theirs =
            children.iter().find(|(kind, _)| *kind == child.kind()).map_or(&[][..], |(_, rows)| rows);
        gathered_of.push(gathered(&plan, child, (rows, theirs), &mut bad, choices)?);
    }
    if gathered_of.iter().any(Gathered::unsure) {
        return Ok(false);
    }
    let batch = columns::draw(choices, &policy.schema, policy.schema.scored, rows);
    let kinds: Vec<Type> = policy.decisions.iter().map(|decision| decision.kind).collect();
    let binding = plan.bind_by_name(&batch.schema()).map_err(|error| error.to_string())?;
    let (mut chunk, mut scratch, mut scored) = (Chunk::default(), Scratch::default(), Scored::default());
    for (start, part) in parts(&batch, choices) {
        binding.read(&part, &mut chunk);
        gathered_of.iter().for_each(|gathered| gathered.fill(start..start + part.num_rows(), &mut chunk));
        let wanted = Wanted { points: true, lost: true };
        plan.run(&chunk, wanted, &mut scratch, &mut scored);
        if scored.rows() != part.num_rows() {
            return Err(format!("{} rows of {}", scored.rows(), part.num_rows()));
        }
        for row in 0..part.num_rows() {
            let (standing, outcome) = &expected[start + row];
            let mut found = (scored.standings()[row], scored.outcome(row, &kinds).map(plain));
            if bad[start + row] {
                found = (Standing::Bad, None);
            }
            if found != (*standing, outcome.clone()) {
                let types = batch
                    .schema()
                    .fields()
                    .iter()
                    .map(|f| format!("{}: {}", f.name(), f.data_type()))
                    .collect::<Vec<_>>();
                let key = policy.schema.scored().key.unwrap().index();
                let theirs = children.iter().map(|(kind, all)| {
                    let parent = policy.schema.record(*kind).parent.unwrap().1.index();
                    all.iter().filter(|child| child[parent] == rows[start + row][key]).collect::<Vec<_>>()
                });
                let theirs: Vec<_> = theirs.collect();
                return Err(format!(
                    "record {}: {:?}\nchildren {theirs:#?}\nreference {standing:?} {outcome:#?}\ncolumns {found:#?}\n{types:?}",
                    start + row,
                    rows[start + row],
                ));
            }
        }
        // Points and losses must not change what else is said.
        let said: Vec<_> = (0..part.num_rows()).map(|row| short(&scored, row, &kinds)).collect();
        plan.run(&chunk, Wanted::default(), &mut scratch, &mut scored);
        let again: Vec<_> = (0..part.num_rows()).map(|row| short(&scored, row, &kinds)).collect();
        if said != again {
            return Err(format!("without points and losses: {said:#?}\n{again:#?}"));
        }
    }
    Ok(true)
}

fn short(scored: &Scored, row: usize, kinds: &[Type]) -> String {
    let outcome = scored.outcome(row, kinds).map(|mut outcome| {
        outcome.points.clear();
        outcome.reasons.iter_mut().for_each(|reason| reason.lost = None);
        outcome
    });
    format!("{:?} {outcome:?}", scored.standings()[row])
}

/// The batch cut into pieces at random places, with where each starts.
pub(super) fn parts(batch: &RecordBatch, choices: &mut Choices) -> Vec<(usize, RecordBatch)> {
    let mut parts = Vec::new();
    let mut start = 0;
    while start < batch.num_rows() {
        let length = if choices.chance(50) { batch.num_rows() } else { 1 + choices.below(9) };
        let length = length.min(batch.num_rows() - start);
        parts.push((start, batch.slice(start, length)));
        start += length;
    }
    if parts.is_empty() {
        parts.push((0, batch.clone()));
    }
    parts
}
