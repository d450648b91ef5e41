//! One policy and its records through both interpreters.

use super::choices::Choices;
use super::columns;
use arrow_array::RecordBatch;
use glassbox::data::{RecordId, Type, Value, Why, join_rows};
use glassbox::eval::batch::{Chunk, Plan, Scored, Scratch, Standing, Wanted};
use glassbox::eval::{Outcome, score_all};
use glassbox::policy::Policy;
use std::collections::HashMap;

/// What the reference says of each record: its outcome, or that it is bad, or too large.
fn reference(policy: &Policy, rows: &[Vec<Value>]) -> Vec<(Standing, Option<Outcome>)> {
    let records: Vec<(RecordId, Vec<Value>)> =
        rows.iter().map(|row| (policy.schema.scored, row.clone())).collect();
    let loaded = join_rows(&policy.schema, policy.today, &records, &[], (None, &[]));
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
fn plain(mut outcome: Outcome) -> Outcome {
    for answer in &mut outcome.decisions {
        if answer.value.is_missing() {
            answer.value = Value::Missing(Why::Undecided);
        }
    }
    outcome
}

/// Compares; the error says where they differ.
pub(super) fn check(policy: &Policy, rows: &[Vec<Value>], choices: &mut Choices) -> Result<(), String> {
    let plan = Plan::new(policy);
    if !plan.fallbacks().is_empty() {
        return Err(format!("not in columns: {:?}", plan.fallbacks()));
    }
    let expected = reference(policy, rows);
    let batch = columns::draw(choices, &policy.schema, policy.schema.scored, rows);
    let kinds: Vec<Type> = policy.decisions.iter().map(|decision| decision.kind).collect();
    let binding = plan.bind_by_name(&batch.schema()).map_err(|error| error.to_string())?;
    let (mut chunk, mut scratch, mut scored) = (Chunk::default(), Scratch::default(), Scored::default());
    for (start, part) in parts(&batch, choices) {
        binding.read(&part, &mut chunk);
        let wanted = Wanted { points: true, lost: true };
        plan.run(&chunk, wanted, &mut scratch, &mut scored);
        if scored.rows() != part.num_rows() {
            return Err(format!("{} rows of {}", scored.rows(), part.num_rows()));
        }
        for row in 0..part.num_rows() {
            let (standing, outcome) = &expected[start + row];
            let found = (scored.standings()[row], scored.outcome(row, &kinds).map(plain));
            if found != (*standing, outcome.clone()) {
                let types = batch
                    .schema()
                    .fields()
                    .iter()
                    .map(|f| format!("{}: {}", f.name(), f.data_type()))
                    .collect::<Vec<_>>();
                return Err(format!(
                    "record {}: {:?}\nreference {standing:?} {outcome:#?}\ncolumns {found:#?}\n{types:?}",
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
    Ok(())
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
fn parts(batch: &RecordBatch, choices: &mut Choices) -> Vec<(usize, RecordBatch)> {
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
