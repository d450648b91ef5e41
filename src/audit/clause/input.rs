//! What results are made of, as the policy's text has it: everything that is read on the way to them.

use super::desk::{Input, Target};
use crate::policy::{DecisionId, ItemBody, ItemId, Policy, Reads, ResultRead, RowOutcome};
use crate::source::Place;
use std::collections::BTreeSet;

/// Every input that is read on the way to a result. What is not among them cannot change it; what is among them may still
/// make no difference.
pub(in crate::audit) fn inputs_of(policy: &Policy, target: Target) -> BTreeSet<Input> {
    let mut reached = Reached { policy, inputs: BTreeSet::new(), seen: BTreeSet::new() };
    match target {
        Target::Score => reached.result(ResultRead::Score),
        Target::Tier => reached.result(ResultRead::Tier),
        Target::Decision(id) => reached.result(ResultRead::Decision(id)),
        Target::Consequence(at) => {
            if let Some(consequence) = policy.consequences.get(at as usize) {
                reached.reads(&Reads::of_condition(policy, &consequence.when.when));
                if !consequence.not_scored_applies {
                    reached.status();
                }
            }
        }
    }
    reached.inputs
}

/// Every input that is read on the way to anything, and what leads to it.
pub(super) fn all_inputs(policy: &Policy) -> BTreeSet<Input> {
    let decisions = (0..).zip(&policy.decisions).map(|(at, _)| Target::Decision(DecisionId(at)));
    let consequences = (0..).zip(&policy.consequences).map(|(at, _)| Target::Consequence(at));
    let targets = [Target::Score, Target::Tier].into_iter().chain(decisions).chain(consequences);
    targets.flat_map(|target| inputs_of(policy, target)).collect()
}

/// What reads at once, and not through others.
pub(super) fn inputs_read(policy: &Policy, reads: &Reads<'_>) -> BTreeSet<Input> {
    let mut reached = Reached { policy, inputs: BTreeSet::new(), seen: BTreeSet::new() };
    reached.reads(reads);
    reached.inputs
}

struct Reached<'p> {
    policy: &'p Policy,
    inputs: BTreeSet<Input>,
    seen: BTreeSet<ResultRead>,
}

impl Reached<'_> {
    /// Takes in what is read, and what leads to the results that are.
    fn reads(&mut self, reads: &Reads<'_>) {
        self.inputs.extend(reads.fields.iter().map(|(kind, field)| Input::Field(*kind, *field)));
        self.inputs.extend(reads.records.iter().map(|kind| Input::Record(*kind)));
        self.inputs.extend(reads.links.iter().map(|link| Input::Link(*link)));
        self.inputs.extend(reads.scores.iter().map(|link| Input::LinkedScore(*link)));
        for result in &reads.results {
            self.result(*result);
        }
    }

    fn result(&mut self, result: ResultRead) {
        if !self.seen.insert(result) {
            return;
        }
        let policy = self.policy;
        match result {
            // A tier comes from the score and from overrides, which both are.
            ResultRead::Score | ResultRead::Tier => {
                policy.roots.iter().for_each(|root| self.item(*root));
                for each in &policy.overrides {
                    self.reads(&Reads::of_condition(policy, &each.when.when));
                }
                (0..).zip(&policy.influences).for_each(|(at, _)| self.influence(at));
                self.status();
            }
            ResultRead::Item(id) => self.item(id),
            ResultRead::Influence(at) => self.influence(at),
            ResultRead::Decision(id) => {
                if let Some(decision) = policy.decisions.get(id.index()) {
                    self.reads(&Reads::of_table(policy, &decision.table));
                }
                self.status();
            }
        }
    }

    fn item(&mut self, id: ItemId) {
        let policy = self.policy;
        let item = policy.item(id);
        self.reads(&Reads::of_item(policy, item));
        if let ItemBody::Group(members) = &item.body {
            members.iter().for_each(|member| self.item(*member));
        }
    }

    fn influence(&mut self, at: u32) {
        if let Some(influence) = self.policy.influences.get(at as usize) {
            self.inputs.extend([Input::Link(influence.link), Input::LinkedScore(influence.link)]);
        }
    }

    /// What decides whether there is a score at all.
    fn status(&mut self) {
        let policy = self.policy;
        if let Some(participation) = &policy.participation {
            self.reads(&Reads::of_condition(policy, &participation.needs.when));
        }
        for each in policy.overrides.iter().filter(|each| each.not_scored) {
            self.reads(&Reads::of_condition(policy, &each.when.when));
        }
        for item in &policy.items {
            let refuses = match &item.body {
                ItemBody::Table { table, .. } => {
                    table.rows.iter().any(|row| row.outcome == RowOutcome::NotScored)
                }
                ItemBody::Events(events) => events.can_unscore(),
                ItemBody::Formula(_) | ItemBody::Group(_) => false,
            };
            if refuses {
                self.reads(&Reads::of_item(policy, item));
            }
        }
    }
}

/// How to speak of an input.
pub(super) fn describe(policy: &Policy, input: Input) -> String {
    let schema = &policy.schema;
    match input {
        Input::Field(kind, field) => {
            format!("`{}.{}`", schema.record(kind).name, schema.field(kind, field).name)
        }
        Input::Record(kind) => format!("the records `{}`", schema.record(kind).name),
        Input::Link(link) => format!("the pairs of `{}`", schema.link(link).name),
        Input::LinkedScore(link) => format!("`{}.score`", schema.link(link).name),
    }
}

/// Several inputs in a list, the first few by name.
pub(super) fn describe_all<'a>(policy: &Policy, inputs: impl IntoIterator<Item = &'a Input>) -> String {
    const MOST: usize = 4;
    let mut told: Vec<String> = inputs.into_iter().map(|input| describe(policy, *input)).collect();
    let more = told.len().saturating_sub(MOST);
    if more > 0 {
        told.truncate(MOST);
        told.push(format!("{more} more"));
    }
    listed(&told)
}

/// Things in a list: `a, b and c`.
pub(super) fn listed(things: &[String]) -> String {
    match things.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Where an input is declared.
pub(super) fn declared(policy: &Policy, input: Input) -> Place {
    let schema = &policy.schema;
    match input {
        Input::Field(kind, field) => schema.field(kind, field).place,
        Input::Record(kind) => schema.record(kind).place,
        Input::Link(link) | Input::LinkedScore(link) => schema.link(link).place,
    }
}
