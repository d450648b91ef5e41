//! A search for a record that reaches a goal: a few fields at a time are given the values that the policy turns on.
//!
//! What a goal asks for is taken apart into aims (a cell of a row, a part of a condition), each with the fields that it
//! reads. Fields of one aim after the other are set so that the aim is met and those before it stay met. Whatever comes of
//! it is judged by running it: nothing is claimed that the interpreter does not confirm.

use super::alternatives::Alternatives;
use super::goal::{Goal, Looked, Target, is_scored, matches, table_of};
use super::trial::Trial;
use super::visit::Visit;
use crate::data::{FieldId, RecordId, Set, Value};
use crate::eval::Scorer;
use crate::policy::{Case, CellTest, Expr, ItemBody, Over, Policy};
use crate::source::Place;
use std::cell::Cell;

/// How many records are tried for one goal.
const TRIES: usize = 5_000;

/// A search among the records of a policy.
pub(crate) struct Search<'p> {
    scorer: Scorer<'p>,
    policy: &'p Policy,
    pub(super) alternatives: Alternatives<'p>,
    /// Of everything about a record that can be set: what it can be set to.
    settings: Vec<(Part, Vec<Setting>)>,
    left: Cell<usize>,
}

/// What a part is set to.
enum Setting {
    Value(Value),
    Children(Vec<Vec<Value>>),
}

/// Something about a record that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Field(FieldId),
    Children(RecordId),
}

/// A condition to be met, and what it reads.
struct Aim<'g> {
    parts: Vec<Part>,
    met: Box<dyn Fn(&Trial<'_>) -> bool + 'g>,
}

impl<'p> Search<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let alternatives = Alternatives::of(policy);
        let scored = policy.schema.scored;
        let fields = (0..policy.schema.scored().fields.len() as u32).map(FieldId).map(|id| {
            let values = alternatives.all(scored, id).into_iter().map(Setting::Value);
            (Part::Field(id), values.collect())
        });
        let children = policy.schema.children().map(|kind| {
            let lists = alternatives.children(kind).into_iter().map(Setting::Children);
            (Part::Children(kind), lists.collect())
        });
        let settings = fields.chain(children).collect();
        Self { scorer: Scorer::new(policy), policy, alternatives, settings, left: Cell::new(0) }
    }

    /// The policy.
    pub(super) fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// A case with a plain record, and nothing expected of it.
    pub(super) fn plain(&self) -> Case {
        let scored = self.policy.schema.scored;
        Case {
            title: String::new(),
            records: vec![(scored, self.alternatives.plain(scored))],
            pairs: Vec::new(),
            previous_of: None,
            previous: Vec::new(),
            expectations: Vec::new(),
            place: Place::new(crate::source::FileId::new(0), crate::source::Span::NONE),
        }
    }

    /// A case whose record has a key: a row of a table may lack it, a `case` block may not.
    pub(super) fn with_key(&self, case: Case) -> Case {
        let scored = self.policy.schema.scored;
        let Some(key) = self.policy.schema.scored().key else { return case };
        let own = case.records.iter().find(|(kind, _)| *kind == scored);
        if own.and_then(|(_, values)| values.get(key.index())).is_none_or(Value::is_missing) {
            let plain = self.alternatives.plain(scored).get(key.index()).cloned();
            return plain.map_or(case.clone(), |plain| set(&case, scored, key, plain));
        }
        case
    }

    /// Runs a case.
    pub(super) fn run(&self, case: &Case) -> Option<Trial<'p>> {
        Trial::run(&self.scorer, case)
    }

    /// A case that reaches a goal, from one of some others; `None` where none was found.
    pub(super) fn reach(&self, goal: &Goal, starts: &[Case]) -> Option<Trial<'p>> {
        self.reach_within(TRIES, goal, starts)
    }

    /// The same by so many tries.
    pub(crate) fn reach_within(&self, tries: usize, goal: &Goal, starts: &[Case]) -> Option<Trial<'p>> {
        self.left.set(tries);
        starts.iter().find_map(|start| {
            let trial = self.run(start)?;
            if goal.reached(&trial) {
                return Some(trial);
            }
            let by_score = score_wanted(self.policy, &goal.target);
            let climbed = by_score.and_then(|scores| self.climb(start, &scores, goal));
            climbed.or_else(|| self.meet(start, goal))
        })
    }

    /// How many of them were not made.
    pub(crate) fn tries_left(&self) -> usize {
        self.left.get()
    }

    /// Meets the aims of a goal one after the other.
    fn meet(&self, start: &Case, goal: &Goal) -> Option<Trial<'p>> {
        let mut aims = self.aims(goal);
        // Last, the goal itself: an earlier row may still take what fits all cells.
        let parts = all_parts(&aims);
        aims.push(Aim { parts, met: Box::new(|trial| goal.reached(trial)) });
        let mut case = start.clone();
        for (at, aim) in aims.iter().enumerate() {
            let so_far = aims.get(..=at).unwrap_or_default();
            let trial = self.first(&case, &aim.parts, |trial| so_far.iter().all(|aim| (aim.met)(trial)))?;
            if goal.reached(&trial) {
                return Some(trial);
            }
            case = trial.case;
        }
        None
    }

    /// The first case that satisfies: as it is, with one part set, with two.
    fn first(&self, case: &Case, parts: &[Part], good: impl Fn(&Trial<'p>) -> bool) -> Option<Trial<'p>> {
        let attempt = |case: Case| self.attempt(&case).filter(|trial| good(trial));
        let ones = || parts.iter().flat_map(|part| self.settings(case, *part));
        std::iter::once(case.clone()).chain(ones()).find_map(attempt).or_else(|| {
            let pairs = parts.iter().enumerate().flat_map(|(at, first)| {
                let others = parts.get(at + 1..).unwrap_or_default();
                self.settings(case, *first).flat_map(move |first| {
                    others.iter().flat_map(move |second| self.settings(&first, *second).collect::<Vec<_>>())
                })
            });
            pairs.take_while(|_| self.left.get() > 0).find_map(attempt)
        })
    }

    /// Moves the score towards a set, a part at a time, until the goal is reached or nothing helps.
    fn climb(&self, start: &Case, scores: &Set, goal: &Goal) -> Option<Trial<'p>> {
        let mut parts = Vec::new();
        Visit::new(self.policy).policy(&mut |expr, over| note(expr, over, &mut parts));
        let mut case = start.clone();
        let mut best = self.attempt(&case).map_or(i128::MAX, |trial| distance(&trial, scores));
        loop {
            let before = best;
            for part in &parts {
                for setting in self.settings(&case.clone(), *part) {
                    let Some(trial) = self.attempt(&setting) else { continue };
                    if goal.reached(&trial) {
                        return Some(trial);
                    }
                    let far = distance(&trial, scores);
                    if far < best {
                        (best, case) = (far, trial.case);
                    }
                }
            }
            if best == before {
                return None;
            }
        }
    }

    /// Runs a case while there are tries left.
    fn attempt(&self, case: &Case) -> Option<Trial<'p>> {
        let left = self.left.get().checked_sub(1)?;
        self.left.set(left);
        self.run(case)
    }

    /// A case with each setting of a part, while there are tries left.
    fn settings(&self, case: &Case, part: Part) -> impl Iterator<Item = Case> {
        let settings = self.settings.iter().find(|(of, _)| *of == part).map_or(&[][..], |(_, all)| all);
        let tried = settings.iter().take_while(|_| self.left.get() > 0);
        tried.map(move |setting| match (part, setting) {
            (Part::Field(id), Setting::Value(value)) => {
                set(case, self.policy.schema.scored, id, value.clone())
            }
            (Part::Children(kind), Setting::Children(rows)) => self.with_children(case, kind, rows),
            (Part::Field(_) | Part::Children(_), _) => case.clone(),
        })
    }

    /// A case whose record has these children of a kind, and no others.
    fn with_children(&self, case: &Case, kind: RecordId, rows: &[Vec<Value>]) -> Case {
        let schema = &self.policy.schema;
        let own = case.records.iter().find(|(of, _)| *of == schema.scored);
        let key = own.zip(schema.scored().key).and_then(|((_, values), key)| values.get(key.index()));
        let by = schema.record(kind).parent.map(|(_, by)| by);
        let belonging = |row: &Vec<Value>| {
            let mut row = row.clone();
            if let (Some(slot), Some(key)) = (by.and_then(|by| row.get_mut(by.index())), key) {
                *slot = key.clone();
            }
            (kind, row)
        };
        let mut with = case.clone();
        with.records.retain(|(of, _)| *of != kind);
        with.records.extend(rows.iter().map(belonging));
        with
    }

    /// What a goal asks for, part by part.
    fn aims<'g>(&self, goal: &'g Goal) -> Vec<Aim<'g>>
    where
        'p: 'g,
    {
        let policy = self.policy;
        match &goal.target {
            Target::Row(looked, row) => self.cells(*looked, *row),
            Target::Override(at) => policy
                .overrides
                .get(*at)
                .map_or_else(Vec::new, |each| self.conditions(&each.when.when, Some(true))),
            Target::Consequence(at) => {
                let each = policy.consequences.get(*at);
                each.map_or_else(Vec::new, |each| self.conditions(&each.when.when, Some(true)))
            }
            Target::Applies(id) => match &policy.item(*id).body {
                ItemBody::Formula(formula) => {
                    formula.when.as_ref().map_or_else(Vec::new, |when| self.conditions(when, Some(true)))
                }
                ItemBody::Events(_) | ItemBody::Table { .. } | ItemBody::Group(_) => self.item(goal, *id),
            },
            Target::Cap(id, _) => self.item(goal, *id),
            Target::Branch { of, over, wanted } => match over {
                None => vec![self.aim(of, *wanted)],
                Some(Over::Child(kind)) => {
                    vec![Aim {
                        parts: vec![Part::Children(*kind)],
                        met: Box::new(|trial| goal.reached(trial)),
                    }]
                }
                Some(Over::Link(_)) => Vec::new(),
            },
            Target::Tier(_) | Target::Influence(_) => Vec::new(),
        }
    }

    /// Everything that an item reads, to reach the goal at once.
    fn item<'g>(&self, goal: &'g Goal, id: crate::policy::ItemId) -> Vec<Aim<'g>> {
        let mut parts = Vec::new();
        Visit::new(self.policy).item(self.policy.item(id), &mut |expr, over| note(expr, over, &mut parts));
        vec![Aim { parts, met: Box::new(|trial| goal.reached(trial)) }]
    }

    /// The cells of a row.
    fn cells<'g>(&self, looked: Looked, at: usize) -> Vec<Aim<'g>>
    where
        'p: 'g,
    {
        let table = table_of(self.policy, looked);
        let Some((table, row)) = table.and_then(|table| Some((table, table.rows.get(at)?))) else {
            return Vec::new();
        };
        let over = match looked {
            Looked::Item(id) => match &self.policy.item(id).body {
                ItemBody::Events(events) => Some(events.over),
                ItemBody::Table { .. } | ItemBody::Formula(_) | ItemBody::Group(_) => None,
            },
            Looked::Definition(_) | Looked::Decision(_) => None,
        };
        let columns = table.columns.iter().zip(&row.cells).enumerate();
        columns
            .map(|(column, (of, cell))| {
                let mut parts = self.parts_of(&of.subject, over);
                if let Some(Over::Child(kind)) = over
                    && !parts.contains(&Part::Children(kind))
                {
                    parts.push(Part::Children(kind));
                }
                let cell: &'g CellTest = cell;
                let fits = move |trial: &Trial<'_>| {
                    let seen = matches(trial, looked);
                    seen.iter().any(|seen| seen.seen.get(column).is_some_and(|value| cell.fits(value)))
                };
                Aim { parts, met: Box::new(fits) }
            })
            .collect()
    }

    /// The parts that make a condition yes, no or missing.
    fn conditions<'g>(&self, condition: &'g Expr, wanted: Option<bool>) -> Vec<Aim<'g>> {
        match (condition, wanted) {
            (Expr::And(all), Some(true)) => {
                all.iter().flat_map(|each| self.conditions(each, wanted)).collect()
            }
            (Expr::Or(all), Some(false)) => {
                all.iter().flat_map(|each| self.conditions(each, wanted)).collect()
            }
            (Expr::Not(inner), Some(wanted)) => self.conditions(inner, Some(!wanted)),
            _ => vec![self.aim(condition, wanted)],
        }
    }

    fn aim<'g>(&self, condition: &'g Expr, wanted: Option<bool>) -> Aim<'g> {
        let is =
            move |trial: &Trial<'_>| trial.value(condition).is_some_and(|value| value.as_truth() == wanted);
        Aim { parts: self.parts_of(condition, None), met: Box::new(is) }
    }

    fn parts_of(&self, expr: &Expr, over: Option<Over>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut reads_score = false;
        Visit::new(self.policy).expr(expr, over, &mut |expr, over| {
            reads_score |= matches!(expr, Expr::Score | Expr::Tier);
            note(expr, over, &mut parts);
        });
        if reads_score {
            Visit::new(self.policy).policy(&mut |expr, over| note(expr, over, &mut parts));
        }
        parts
    }
}

/// Notes what an expression reads of a record.
fn note(expr: &Expr, over: Option<Over>, parts: &mut Vec<Part>) {
    let part = match (expr, over) {
        (Expr::Field(id), _) => Part::Field(*id),
        (Expr::EventField(_), Some(Over::Child(kind))) => Part::Children(kind),
        (Expr::Aggregate(aggregate), _) => match aggregate.over {
            Over::Child(kind) => Part::Children(kind),
            Over::Link(_) => return,
        },
        _ => return,
    };
    if !parts.contains(&part) {
        parts.push(part);
    }
}

fn all_parts(aims: &[Aim<'_>]) -> Vec<Part> {
    let mut parts = Vec::new();
    for part in aims.iter().flat_map(|aim| &aim.parts) {
        if !parts.contains(part) {
            parts.push(*part);
        }
    }
    parts
}

/// A case whose record has another value in a field.
pub(super) fn set(case: &Case, scored: RecordId, id: FieldId, value: Value) -> Case {
    let mut case = case.clone();
    if let Some((_, values)) = case.records.iter_mut().find(|(kind, _)| *kind == scored)
        && let Some(slot) = values.get_mut(id.index())
    {
        *slot = value;
    }
    case
}

/// The scores that a goal asks for, where it asks for any.
fn score_wanted(policy: &Policy, target: &Target) -> Option<Set> {
    let of_tiers = |codes: &[u32]| {
        let tiers = codes.iter().filter_map(|code| policy.tiers.get(*code as usize));
        let sets = tiers.map(|tier| tier.scores.clone());
        sets.reduce(|all, set| all.union(&set, crate::data::Type::Number))
    };
    let of_condition = |condition: &Expr| {
        let mut wanted = None;
        Visit::new(policy).expr(condition, None, &mut |expr, _| {
            if let Expr::Test(inner, set) = expr {
                match (&**inner, set) {
                    (Expr::Tier, Set::Codes(codes)) => wanted = of_tiers(codes),
                    (Expr::Score, Set::Ranges(_)) => wanted = Some(set.clone()),
                    _ => {}
                }
            }
        });
        wanted
    };
    match target {
        Target::Tier(tier) => of_tiers(&[tier.0]),
        Target::Consequence(at) => of_condition(&policy.consequences.get(*at)?.when.when),
        Target::Branch { of, wanted: Some(true), .. } => of_condition(of),
        Target::Row(Looked::Decision(id), row) => {
            let table = &policy.decisions.get(id.index())?.table;
            let cells = &table.rows.get(*row)?.cells;
            table.columns.iter().zip(cells).find_map(|(column, cell)| match (&column.subject, &cell.known) {
                (Expr::Tier, Set::Codes(codes)) => of_tiers(codes),
                (Expr::Score, set @ Set::Ranges(_)) => Some(set.clone()),
                _ => None,
            })
        }
        Target::Row(Looked::Item(_) | Looked::Definition(_), _)
        | Target::Applies(_)
        | Target::Cap(..)
        | Target::Influence(_)
        | Target::Override(_)
        | Target::Branch { .. } => None,
    }
}

/// How far a trial's score is from a set.
fn distance(trial: &Trial<'_>, scores: &Set) -> i128 {
    let (Some(score), true, Set::Ranges(ranges)) = (trial.outcome.score, is_scored(trial), scores) else {
        return i128::MAX;
    };
    let score = score.units();
    let far = ranges.iter().map(|(low, high)| (low - score).max(score - high).max(0));
    far.min().unwrap_or(i128::MAX)
}
