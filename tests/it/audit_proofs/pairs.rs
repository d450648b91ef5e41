//! Pairs of random records that differ in nothing but what a question is about.

use super::super::choices::Choices;
use super::people::{World, beside, keys_of, rank};
use super::question::{Question, inside};
use glassbox::audit::clause::{Input, Share};
use glassbox::cases::Trial;
use glassbox::data::{FieldId, LinkId, RecordId, Value, Why};
use glassbox::policy::Case;

impl Question {
    /// Two records that differ in nothing but what the question is about.
    pub(super) fn pair<'p>(
        &self,
        world: &World<'p>,
        base: &Trial<'p>,
        choices: &mut Choices,
    ) -> Option<(Trial<'p>, Trial<'p>)> {
        let (first, second) = match self {
            Self::Flow(from, _) | Self::Share(Share::Inputs(from), _) => {
                let mut other = base.case.clone();
                for input in from {
                    // Not always all of them.
                    if from.len() == 1 || choices.chance(70) {
                        change(world, &mut other, *input, choices);
                    }
                }
                (base.case.clone(), other)
            }
            Self::Share(Share::Item(_) | Share::Influences, _) => (base.case.clone(), world.case(choices)),
            Self::Monotone((record, field), _) => grown(world, &base.case, *record, *field, choices)?,
            Self::Shift(from, _) => shifted(world, &base.case, from, choices)?,
            Self::OneMore(link, _) | Self::OneMoreAtMost(link, _) => {
                one_more(world, &base.case, *link, choices)?
            }
            Self::NeverBelow((record, field), band) => {
                let at = some_row(&base.case, *record, world.policy.schema.scored, choices)?;
                let mut draw = || world.known(choices, *record, *field);
                let mut values: Vec<Value> = (0..8).map(|_| draw()).collect();
                values.extend(band.least(world.policy.schema.field(*record, *field).kind));
                let within = values.iter().rev().find(|value| inside(band, value))?;
                let other = values.iter().find(|value| !inside(band, value))?;
                (with(&base.case, at, *field, other), with(&base.case, at, *field, within))
            }
            Self::Forgotten(kinds, (count, unit)) => {
                let kind = choices.one(kinds);
                let dated = world.policy.schema.record(kind).dated?;
                let day = world.policy.today.ago(*count, *unit).plus_days(-1);
                let day = day.plus_days(-choices.one(&[0, 0, 1, 30, 4000]));
                let mut case = base.case.clone();
                for _ in 0..1 + choices.below(3) {
                    let mut row = world.record(choices, kind, 0);
                    row[dated.index()] = Value::Date(day);
                    let domain = &world.policy.schema.field(kind, dated).domain;
                    if domain.contains(&row[dated.index()]) {
                        case.records.push((kind, row));
                    }
                }
                (base.case.clone(), case)
            }
            Self::Step(of, _) => {
                let (record, field) = match of.as_slice() {
                    [] => choices.one(&super::question::fields(world)),
                    of => match choices.one(of) {
                        Input::Field(record, field) => (record, field),
                        Input::Record(_) | Input::Link(_) | Input::LinkedScore(_) => return None,
                    },
                };
                if Some(field) == world.identity(record) {
                    return None;
                }
                step(world, &base.case, (record, field), choices)?
            }
            // Of two people like each other but for one field.
            Self::HasReasons => {
                let (record, field) = choices.one(&super::question::fields(world));
                let row = some_row(&base.case, record, world.policy.schema.scored, choices)?;
                let value = world.value(choices, record, field);
                (base.case.clone(), with(&base.case, row, field, &value))
            }
            Self::Missing(..)
            | Self::RepeatedGain(_)
            | Self::OptingOut
            | Self::WaysUp
            | Self::Dead
            | Self::ReasonsAtMost(_) => return None,
        };
        Some((world.drawn(&first)?, world.drawn(&second)?))
    }
}

/// The case with another value in a row.
pub(super) fn with(case: &Case, row: usize, field: FieldId, value: &Value) -> Case {
    let mut case = case.clone();
    case.records[row].1[field.index()] = value.clone();
    case
}

/// A row of a kind; of the scored kind, the record itself.
pub(super) fn some_row(
    case: &Case,
    kind: RecordId,
    scored: RecordId,
    choices: &mut Choices,
) -> Option<usize> {
    if kind == scored {
        return Some(0);
    }
    let rows = rows_of(case, kind);
    (!rows.is_empty()).then(|| choices.one(&rows))
}

/// All rows of a kind.
fn rows_of(case: &Case, kind: RecordId) -> Vec<usize> {
    (0..case.records.len()).filter(|at| case.records[*at].0 == kind).collect()
}

/// The rows of a kind that are the record itself or its children, or of another kind.
fn own_rows(world: &World<'_>, case: &Case, kind: RecordId) -> Vec<usize> {
    let schema = &world.policy.schema;
    if kind == schema.scored {
        return vec![0];
    }
    let key = &case.records[0].1[schema.scored().key.unwrap().index()];
    let own = |at: &usize| {
        let (of, row) = &case.records[*at];
        *of == kind && schema.record(kind).parent.is_none_or(|(_, parent)| row[parent.index()] == *key)
    };
    (0..case.records.len()).filter(own).collect()
}

/// Changes an input of the first record.
fn change(world: &World<'_>, case: &mut Case, input: Input, choices: &mut Choices) {
    let schema = &world.policy.schema;
    match input {
        Input::Field(kind, field) => {
            let own = own_rows(world, case, kind);
            // Of those that a link leads to, too.
            let others = choices.chance(40);
            for row in 0..case.records.len() {
                let likely = match own.contains(&row) {
                    true if kind == schema.scored => 100,
                    true => 70,
                    false if others && case.records[row].0 == kind => 60,
                    false => 0,
                };
                if choices.chance(likely) {
                    case.records[row].1[field.index()] = world.value(choices, kind, field);
                }
            }
        }
        Input::Record(kind) => {
            if choices.chance(50) {
                let rows = if choices.chance(30) { rows_of(case, kind) } else { own_rows(world, case, kind) };
                for row in rows.into_iter().rev() {
                    if choices.chance(60) {
                        case.records.remove(row);
                    }
                }
            } else {
                let most = if choices.chance(20) { 12 } else { 3 };
                for _ in 0..1 + choices.below(most) {
                    case.records.push((kind, world.record(choices, kind, 0)));
                }
            }
        }
        Input::Link(link) => {
            if choices.chance(50) {
                remove_pairs(world, case, link, choices.one(&[60, 100]), choices);
            } else if let Some((_, more)) = one_more(world, case, link, choices) {
                *case = more;
            }
        }
        Input::LinkedScore(link) => {
            if reads_others(world) {
                // Only previous scores can be told apart from fields.
                change_previous(world, case, link, choices);
            } else if choices.chance(50) {
                change_previous(world, case, link, choices);
            } else {
                change_others(world, case, link, choices);
            }
        }
    }
}

/// Whether anything but influences reads those that a link leads to.
pub(super) fn reads_others(world: &World<'_>) -> bool {
    format!("{:?}", world.policy).contains("over: Link(")
}

fn change_previous(world: &World<'_>, case: &mut Case, link: LinkId, choices: &mut Choices) {
    let schema = &world.policy.schema;
    // Where several links lead to a kind, somebody may be linked by more than one.
    let to = other_end(world, link);
    let links = glassbox::data::links(schema).filter(|(_, _, kind)| *kind == to).count();
    if links > 1 || case.previous_of != Some(to) {
        return;
    }
    case.previous.clear();
    for key in keys_of(world, case, to) {
        if choices.chance(70) {
            case.previous.push((key, world.previous(choices)));
        }
    }
}

/// Changes what those that a link leads to are like: their settled scores.
fn change_others(world: &World<'_>, case: &mut Case, link: LinkId, choices: &mut Choices) {
    let schema = &world.policy.schema;
    let to = other_end(world, link);
    if to != schema.scored || glassbox::data::links(schema).count() > 1 {
        return;
    }
    let mine = linked(world, case, link);
    let key = schema.scored().key.unwrap().index();
    for row in 1..case.records.len() {
        if case.records[row].0 == to && mine.contains(&case.records[row].1[key]) {
            let field = FieldId(u32::try_from(choices.below(schema.scored().fields.len())).unwrap());
            if Some(field) != world.identity(to) {
                case.records[row].1[field.index()] = world.value(choices, to, field);
            }
        }
    }
}

/// The kind that a link leads to from the scored kind.
pub(super) fn other_end(world: &World<'_>, link: LinkId) -> RecordId {
    let of = world.policy.schema.link(link);
    if of.from == world.policy.schema.scored { of.to } else { of.from }
}

/// The keys of those that a link leads to from the first record.
pub(super) fn linked(world: &World<'_>, case: &Case, link: LinkId) -> Vec<Value> {
    let own = own_key(world, case);
    let of = world.policy.schema.link(link);
    let ends = case.pairs.iter().filter(|(id, ..)| *id == link).filter_map(|(_, from, to)| {
        let forwards = (*from == own && of.from == world.policy.schema.scored).then(|| to.clone());
        forwards.or_else(|| (*to == own && of.symmetric).then(|| from.clone()))
    });
    ends.collect()
}

pub(super) fn own_key(world: &World<'_>, case: &Case) -> Value {
    case.records[0].1[world.policy.schema.scored().key.unwrap().index()].clone()
}

fn remove_pairs(world: &World<'_>, case: &mut Case, link: LinkId, percent: usize, choices: &mut Choices) {
    let own = own_key(world, case);
    let of = world.policy.schema.link(link).clone();
    case.pairs.retain(|(id, from, to)| {
        let mine = *id == link && (*from == own || (of.symmetric && *to == own));
        !(mine && choices.chance(percent))
    });
}

/// The same record with one more pair of a link.
fn one_more(world: &World<'_>, case: &Case, link: LinkId, choices: &mut Choices) -> Option<(Case, Case)> {
    let to = other_end(world, link);
    let of = world.policy.schema.link(link);
    let mut without = case.clone();
    let (own, mine) = (own_key(world, case), linked(world, case, link));
    let mut others = keys_of(world, case, to);
    others.retain(|key| !mine.contains(key) && (*key != own || of.from != of.to));
    let other = if others.is_empty() || choices.chance(40) {
        world.newcomer(choices, &mut without, to)
    } else {
        choices.one(&others)
    };
    let mut more = without.clone();
    let backwards = of.symmetric && choices.chance(50);
    let (from, to) =
        if of.from != world.policy.schema.scored || backwards { (other, own) } else { (own, other) };
    more.pairs.push((link, from, to));
    Some((without, more))
}

/// Two records in which a field grows alone.
fn grown(
    world: &World<'_>,
    case: &Case,
    record: RecordId,
    field: FieldId,
    choices: &mut Choices,
) -> Option<(Case, Case)> {
    let row = some_row(case, record, world.policy.schema.scored, choices)?;
    let one = world.known(choices, record, field);
    let next = beside(world.policy.schema.field(record, field).kind, &one).pop();
    let domain = &world.policy.schema.field(record, field).domain;
    let other = match next {
        Some(next) if choices.chance(40) && domain.contains(&next) => next,
        _ => world.known(choices, record, field),
    };
    let (low, high) = if rank(&one)? < rank(&other)? { (one, other) } else { (other, one) };
    Some((with(case, row, field, &low), with(case, row, field, &high)))
}

/// A record without what is asked about, and with it.
fn shifted(world: &World<'_>, case: &Case, from: &[Input], choices: &mut Choices) -> Option<(Case, Case)> {
    let schema = &world.policy.schema;
    let fixed = |input: &Input| match input {
        Input::Field(kind, field) => {
            let of = schema.field(*kind, *field);
            !of.optional && !of.kind.is_ordered()
        }
        Input::Record(_) | Input::Link(_) | Input::LinkedScore(_) => false,
    };
    let (stay, go): (Vec<Input>, Vec<Input>) = from.iter().partition(|input| fixed(input));
    if !stay.is_empty() && (go.is_empty() || choices.chance(50)) {
        // A category that must be there cannot be taken away: any change of it counts.
        let Input::Field(kind, field) = choices.one(&stay) else { return None };
        let mut other = case.clone();
        for row in own_rows(world, case, kind) {
            other.records[row].1[field.index()] = world.known(choices, kind, field);
        }
        return Some((case.clone(), other));
    }
    let mut without = case.clone();
    let mut with = case.clone();
    for input in &go {
        match input {
            Input::Field(kind, field) => {
                let of = schema.field(*kind, *field);
                let nothing = if of.optional {
                    Value::Missing(Why::Field(*field))
                } else {
                    of.domain.least(of.kind)?
                };
                // Of others of the kind too: what is asked about is anybody's.
                let mut rows = own_rows(world, &without, *kind);
                if choices.chance(40) {
                    rows = rows_of(&without, *kind);
                }
                for row in &rows {
                    without.records[*row].1[field.index()] = nothing.clone();
                }
                // What is there with it.
                for row in rows {
                    if choices.chance(50) {
                        with.records[row].1[field.index()] = world.known(choices, *kind, *field);
                    }
                }
            }
            Input::Record(kind) => {
                for row in own_rows(world, &without, *kind).into_iter().rev() {
                    without.records.remove(row);
                }
            }
            Input::Link(link) => remove_pairs(world, &mut without, *link, 100, choices),
            Input::LinkedScore(link) => {
                let to = other_end(world, *link);
                let several = glassbox::data::links(schema).filter(|(_, _, kind)| *kind == to).count() > 1;
                if several || without.previous_of != Some(to) || go.len() > 1 {
                    return None;
                }
                without.previous.clear();
            }
        }
    }
    // Rows were changed by position: with fields of children and the children themselves taken away, both are as they
    // were but for what is asked about.
    Some((without, with))
}

/// One step of a field: of the record, of one child, of one of those that it is linked to.
fn step(
    world: &World<'_>,
    case: &Case,
    (record, field): (RecordId, FieldId),
    choices: &mut Choices,
) -> Option<(Case, Case)> {
    let mut row = some_row(case, record, world.policy.schema.scored, choices)?;
    let others: Vec<usize> = (1..case.records.len()).filter(|at| case.records[*at].0 == record).collect();
    if record == world.policy.schema.scored && !others.is_empty() && choices.chance(40) {
        row = choices.one(&others);
    }
    let of = world.policy.schema.field(record, field);
    let one = world.known(choices, record, field);
    let other = if of.optional && choices.chance(25) {
        Value::Missing(Why::Field(field))
    } else if of.kind.is_ordered() {
        let next = beside(of.kind, &one);
        next.into_iter().rfind(|value| of.domain.contains(value))?
    } else {
        world.known(choices, record, field)
    };
    let (a, b) = (with(case, row, field, &one), with(case, row, field, &other));
    Some(if choices.chance(50) { (a, b) } else { (b, a) })
}
