//! Whether every row, rule, override, benefit and penalty matters to somebody.
//!
//! That something is dead is proved: no cell reaches it. That it is alive is shown: a record was run that gets there. Cells
//! that hold no record would be no proof of that, as what is worked out of the same fields goes together.

use super::Audit;
use super::condition::ConditionCells;
use super::model::{Gives, Model, PartOf};
use super::verdict::Verdict;
use crate::cases::{Goal, Looked, Part, Search, Target, Trial, Wish, goals};
use crate::data::{FieldId, Set, Value, Why};
use crate::policy::{Condition, Expr, ItemBody, ItemId, Override, Policy, Table};
use crate::source::Place;
use std::collections::BTreeMap;

/// How many records are tried for one row or rule that no wish leads to, and for all of them; and how many rows and rules are
/// gone through in doing so at most.
const TRIES: usize = 2_000;
const ALL_TRIES: usize = 10_000;
const GONE_THROUGH: usize = 10_000_000;
/// How many records are made that each reach a row of every table.
const ROUNDS: usize = 2_000;
/// How many names an answer tells.
const TOLD: usize = 6;

impl<'p> Audit<'p> {
    /// Whether everything can matter to somebody.
    pub(super) fn nothing_is_dead(&self) -> Verdict {
        let Ok(model) = &self.model else {
            return Verdict::undecided("the policy is too large to be taken apart");
        };
        let dead = self.all_dead(model);
        if !dead.is_empty() {
            let places = dead.iter().map(|(place, _)| *place).collect();
            let names: Vec<&str> = dead.iter().map(|(_, name)| name.as_str()).collect();
            return Verdict::refuted_at(format!("nobody can reach {}", names.join(", ")), places);
        }
        let idle: Vec<&Override> = self.policy.overrides.iter().filter(|each| self.is_idle(each)).collect();
        if !idle.is_empty() {
            let names: Vec<String> =
                idle.iter().map(|each| format!("the override `{}`", each.name)).collect();
            let places = idle.iter().map(|each| each.place).collect();
            return Verdict::refuted_at(format!("{} sets what scores are anyway", names.join(", ")), places);
        }
        let (alive, unknown) = self.shown_alive(model);
        match unknown.as_slice() {
            [] if alive == 1 => Verdict::proved("a record was found that reaches the one rule"),
            [] => Verdict::proved(format!("records were found that reach each of {alive} rows and rules")),
            names => {
                let more = names.len().saturating_sub(TOLD);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let names = names.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
                Verdict::undecided(format!(
                    "no record was found that reaches {names}{more}, and that none can is not proved"
                ))
            }
        }
    }

    /// What no cell reaches, each with its name.
    fn all_dead(&self, model: &Model<'p>) -> Vec<(Place, String)> {
        let mut dead = Vec::new();
        for (at, part) in model.parts.iter().enumerate() {
            match (&part.gives, part.of) {
                (Gives::Table(..), PartOf::Item(id)) => {
                    let ItemBody::Table { table, .. } = &self.policy.item(id).body else { continue };
                    let Some(taken) = super::block::rows_taken(model, part) else { continue };
                    let rows = table.rows.iter().enumerate().filter(|(row, _)| !taken.contains(row));
                    dead.extend(
                        rows.map(|(row, of)| (of.place, format!("row {} of {}", row + 1, model.name(at)))),
                    );
                }
                (Gives::Mark { mark, .. }, PartOf::Override(_)) => {
                    if model.hulls.get(at).is_some_and(|hull| hull.may & mark == 0) {
                        dead.extend(model.place(at).map(|place| (place, model.name(at))));
                    }
                }
                (Gives::Formula { .. } | Gives::Axis(_), PartOf::Item(id)) => {
                    if self.never_counts(id) {
                        dead.extend(model.place(at).map(|place| (place, model.name(at))));
                    }
                }
                (Gives::Table(..) | Gives::Formula { .. } | Gives::Axis(_) | Gives::Mark { .. }, _) => {}
            }
        }
        for each in &self.policy.consequences {
            if self.can_hold(&each.when) == Some(false) {
                let kind = if each.penalty { "penalty" } else { "benefit" };
                dead.push((each.place, format!("the {kind} `{}`", each.name)));
            }
        }
        dead
    }

    /// Whether a rule applies to no record, or counts no event: proved.
    fn never_counts(&self, id: ItemId) -> bool {
        match &self.policy.item(id).body {
            ItemBody::Formula(formula) => formula.when.as_ref().is_some_and(|when| {
                // Where the condition is undecided the rule gives points too, if it says so.
                let if_missing = formula.if_missing.is_some_and(|points| !points.is_zero());
                let when = Condition { when: when.clone(), if_missing, text: String::new() };
                self.can_hold(&when) == Some(false)
            }),
            ItemBody::Events(events) => {
                self.event_cells(id, events).is_some_and(|cells| cells.all().all(|(_, event)| !event.counted))
            }
            ItemBody::Table { .. } | ItemBody::Group(_) => false,
        }
    }

    /// Whether a condition holds in some cell of what it turns on, scores among them as far as they can be; `None` where
    /// there are too many. Where it says so a record may still be missing.
    fn can_hold(&self, condition: &Condition) -> Option<bool> {
        let cells = ConditionCells::of(self.policy, condition)?;
        let scores = self.model.as_ref().ok()?.scores();
        let reachable = |cell: usize| {
            cells.axes.iter().enumerate().all(|(position, axis)| {
                let class = axis.classes.get(cells.class(cell, position));
                match (axis.expr(), &scores, class) {
                    (Some(Expr::Score), Some((scores, _)), Some(class)) => {
                        let all = Set::Ranges(vec![(scores.low(), scores.high())]);
                        class.missing || !class.known.is_disjoint(&all)
                    }
                    _ => true,
                }
            })
        };
        Some((0..cells.len()).any(|cell| reachable(cell) && cells.truths(cell).0))
    }

    /// Whether an override sets what scores are anyway.
    fn is_idle(&self, each: &Override) -> bool {
        let Some((low, high)) = self.policy.range else { return false };
        let only = each.tier_at_least.is_none() && each.tier_at_most.is_none() && !each.not_scored;
        let sets = each.score_at_least.is_some() || each.score_at_most.is_some();
        // One that takes back what another sets is not idle.
        let others = self.policy.overrides.iter().filter(|other| !std::ptr::eq(*other, each));
        let inside = |score: crate::decimal::Decimal| low <= score && score <= high;
        let alone = others
            .flat_map(|other| other.score_at_least.iter().chain(&other.score_at_most))
            .all(|s| inside(*s));
        only && sets
            && alone
            && each.score_at_most.is_none_or(|most| most >= high)
            && each.score_at_least.is_none_or(|least| least <= low)
    }

    /// How many rows and rules records were found for, and the names of those for which none was.
    fn shown_alive(&self, model: &Model<'p>) -> (usize, Vec<String>) {
        let witnesses = self.witnesses(model);
        let wanted = goals(self.policy).into_iter().filter(|goal| {
            matches!(
                goal.target,
                Target::Row(..) | Target::Applies(_) | Target::Override(_) | Target::Consequence(_)
            ) && goal.part != Part::Branch
        });
        let mut left: Vec<Goal> = wanted.collect();
        let all = left.len();
        let matters =
            |goal: &Goal, trial: &Trial<'_>| goal.reached(trial) && self.makes_a_difference(goal, trial);
        let seen = |left: &mut Vec<Goal>, trial: &Trial<'_>| left.retain(|goal| !matters(goal, trial));
        let bases: Vec<Trial<'p>> =
            (0..witnesses.bases.len()).filter_map(|at| witnesses.made(at, &[])).collect();
        bases.iter().for_each(|trial| seen(&mut left, trial));
        // One record for a row of every table, then for the next of each.
        let tables = || {
            self.policy.items.iter().filter_map(|item| match &item.body {
                ItemBody::Table { table, .. } => Some(table),
                ItemBody::Formula(_) | ItemBody::Events(_) | ItemBody::Group(_) => None,
            })
        };
        let rounds = tables().map(|table| table.rows.len()).max().unwrap_or(0);
        for round in 0..rounds.min(ROUNDS) {
            if left.is_empty() {
                break;
            }
            let made = bases.first().and_then(|base| self.in_row(base, tables(), round));
            made.iter().for_each(|trial| seen(&mut left, trial));
        }
        // By wishes, from each base; what has no wish, or for which they come to nothing, is searched for.
        let most = ALL_TRIES.min(GONE_THROUGH / all.max(1));
        let (search, mut left_to_try, mut at) = (Search::new(self.policy), most, 0);
        while let Some(goal) = left.get(at).cloned() {
            let wishes = wishes_of(self.policy, &goal);
            let found = wishes.iter().find_map(|wish| {
                let mut made = (0..witnesses.bases.len())
                    .filter_map(|base| witnesses.made(base, std::slice::from_ref(wish)));
                made.find(|trial| matters(&goal, trial))
            });
            let found = found.or_else(|| {
                let made = search.reach_within(TRIES.min(left_to_try), &goal, witnesses.bases);
                left_to_try -= TRIES.min(left_to_try) - search.tries_left();
                made.filter(|trial| matters(&goal, trial))
            });
            match found {
                Some(trial) => seen(&mut left, &trial),
                None => at += 1,
            }
        }
        let unknown: Vec<String> = left.iter().map(|goal| named(self.policy, goal)).collect();
        (all - unknown.len(), unknown)
    }

    /// A record that is in the same row of every table, counted from the first, as far as tables are about fields of its own
    /// and not about the same: what fits the cells is written in. `None` where such a record cannot be scored.
    fn in_row<'t>(
        &self,
        base: &Trial<'p>,
        tables: impl Iterator<Item = &'t Table>,
        row: usize,
    ) -> Option<Trial<'p>> {
        let mut written: BTreeMap<FieldId, Value> = BTreeMap::new();
        for table in tables {
            let Some(of) = table.rows.get(row) else { continue };
            let mut wanted: Vec<(FieldId, Value)> = Vec::new();
            let fits = table.columns.iter().zip(&of.cells).all(|(column, cell)| {
                let Expr::Field(field) = column.subject else { return true };
                match written.get(&field) {
                    Some(Value::Missing(_)) => cell.missing,
                    Some(value) => cell.known.contains(value),
                    None => {
                        let missing = cell.missing.then_some(Value::Missing(Why::Field(field)));
                        let value = cell.known.least(column.kind).or(missing);
                        wanted.extend(value.map(|value| (field, value)));
                        true
                    }
                }
            });
            if fits {
                written.extend(wanted);
            }
        }
        let scored = self.policy.schema.scored;
        let mut case = base.case.clone();
        let (_, values) = case.records.iter_mut().find(|(kind, _)| *kind == scored)?;
        for (field, value) in written {
            *values.get_mut(field.index())? = value;
        }
        self.maker.run(&case)
    }

    /// Whether what a record reaches changes anything of its result: a rule gives points, an override another result.
    fn makes_a_difference(&self, goal: &Goal, trial: &Trial<'_>) -> bool {
        match goal.target {
            Target::Applies(id) => match &self.policy.item(id).body {
                ItemBody::Formula(_) => {
                    let points = trial.outcome.points.get(id.index());
                    points.is_some_and(|points| !points.is_zero())
                }
                ItemBody::Table { .. } | ItemBody::Events(_) | ItemBody::Group(_) => true,
            },
            Target::Override(at) => {
                let mut without: Policy = self.policy.clone();
                if at >= without.overrides.len() {
                    return false;
                }
                without.overrides.remove(at);
                let scorer = crate::eval::Scorer::new(&without);
                Trial::run(&scorer, &trial.case).is_some_and(|other| {
                    let of = |trial: &Trial<'_>| {
                        let outcome = &trial.outcome;
                        (outcome.score, outcome.tier, outcome.status)
                    };
                    of(&other) != of(trial)
                })
            }
            Target::Row(..)
            | Target::Cap(..)
            | Target::Influence(_)
            | Target::Tier(_)
            | Target::Consequence(_)
            | Target::Branch { .. } => true,
        }
    }
}

/// What may be wished for to reach a goal.
fn wishes_of(policy: &Policy, goal: &Goal) -> Vec<Wish> {
    use crate::cases::Amount;
    match goal.target {
        Target::Applies(id) => match &policy.item(id).body {
            ItemBody::Events(_) => vec![Wish::Points(id, Amount::Most), Wish::Points(id, Amount::Least)],
            ItemBody::Formula(formula) => formula.when.iter().map(Wish::holds).collect(),
            ItemBody::Table { .. } | ItemBody::Group(_) => Vec::new(),
        },
        Target::Override(at) => {
            policy.overrides.get(at).map(|each| Wish::holds(&each.when.when)).into_iter().collect()
        }
        Target::Consequence(at) => {
            policy.consequences.get(at).map(|each| Wish::holds(&each.when.when)).into_iter().collect()
        }
        Target::Row(..)
        | Target::Cap(..)
        | Target::Influence(_)
        | Target::Tier(_)
        | Target::Branch { .. } => Vec::new(),
    }
}

/// How to speak of a goal.
fn named(policy: &Policy, goal: &Goal) -> String {
    match goal.target {
        Target::Row(looked, row) => {
            let of = match looked {
                Looked::Item(id) => &policy.item(id).name,
                Looked::Definition(id) => &policy.definition(id).name,
                Looked::Decision(id) => match policy.decisions.get(id.index()) {
                    Some(decision) => &decision.name,
                    None => "",
                },
            };
            format!("row {} of `{of}`", row + 1)
        }
        Target::Applies(id) => format!("`{}`", policy.item(id).name),
        Target::Override(at) => {
            policy.overrides.get(at).map_or_else(String::new, |each| format!("`{}`", each.name))
        }
        Target::Consequence(at) => {
            policy.consequences.get(at).map_or_else(String::new, |each| format!("`{}`", each.name))
        }
        Target::Cap(id, _) => format!("the cap of `{}`", policy.item(id).name),
        Target::Influence(_) | Target::Tier(_) | Target::Branch { .. } => "a part of it".to_owned(),
    }
}
