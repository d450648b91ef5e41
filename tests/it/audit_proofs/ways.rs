//! Whether a record has a way up, by running every change of what its person controls or time brings.

use super::people::{World, ids, rank};
use glassbox::cases::Trial;
use glassbox::data::{Change, FieldId, Set, Value};
use glassbox::policy::TierId;

/// How many changed records are run.
const RUNS: usize = 400;

/// Whether some change leads a record below the top to it; `None` where there are too many to run each, or it is not below.
pub(super) fn leads_up(world: &World<'_>, trial: &Trial<'_>) -> Option<bool> {
    let policy = world.policy;
    let top = match policy.tiers.first() {
        Some(tier) => match &tier.scores {
            Set::Ranges(ranges) => ranges.first()?.0,
            Set::Codes(_) | Set::Texts { .. } => return None,
        },
        None => policy.range?.1.units(),
    };
    let is_up = |trial: &Trial<'_>| {
        let score = trial.outcome.score.map(|score| score.units());
        score.is_some_and(|score| score >= top || trial.outcome.tier == Some(TierId(0)))
    };
    if trial.outcome.score.is_none() || is_up(trial) {
        return None;
    }
    let scored = policy.schema.scored;
    let mut cases = vec![trial.case.clone()];
    for (field, of) in
        ids(policy.schema.scored().fields.len()).map(FieldId).zip(&policy.schema.scored().fields)
    {
        let only_up = match of.change {
            None | Some(Change::Immutable) => continue,
            Some(Change::OnlyUp) => true,
            Some(Change::Controllable { .. }) => false,
        };
        let now = &trial.case.records[0].1[field.index()];
        // What is missing stays so.
        if now.is_missing() {
            continue;
        }
        let mut values: Vec<Value> = world.all_known(scored, field)?;
        values.retain(|value| !only_up || rank(value) >= rank(now));
        if cases.len() * values.len() > RUNS {
            return None;
        }
        let changed = cases.iter().flat_map(|case| {
            values.iter().map(|value| {
                let mut case = case.clone();
                case.records[0].1[field.index()] = value.clone();
                case
            })
        });
        cases = changed.collect();
    }
    Some(cases.iter().filter_map(|case| world.run(case)).any(|trial| is_up(&trial)))
}
