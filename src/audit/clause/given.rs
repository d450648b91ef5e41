//! What a clause gives to the slots of its pattern, as written: names are still names.

use super::pattern::SlotKind;
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::syntax::ast::{ClausePart, Name};

/// What stands in a slot.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    /// Which of several words.
    Choice(usize),
    /// Whether words that may be left out stand there.
    Flag(bool),
    /// Nothing: it was left out.
    Absent,
    /// Tags, fields, record kinds, links.
    Sources(Vec<SourceName>),
    /// The same, as a list of what may be.
    Allowed(Vec<SourceName>),
    /// What may be changed.
    Targets(Vec<Name>),
    /// A field, and whether it must have an order.
    Field {
        /// Its record kind.
        record: Name,
        /// Its name.
        field: Name,
        /// It must have an order.
        ordered: bool,
    },
    /// A link.
    Link(Name),
    /// Links.
    Links(Vec<Name>),
    /// A tier.
    Tier(Name),
    /// Contexts, by their names or texts.
    Contexts(Vec<Name>),
    /// Names of benefits and penalties.
    Names(Vec<Name>),
    /// What blocks may have.
    Things(Vec<Thing>),
    /// Values of a field.
    Band(Band),
    /// A number, or a share of 1.
    Number(Decimal),
    /// A whole number.
    Count(u32),
    /// A time.
    Duration(u32, Unit),
}

/// A source as written: one name, or two with a dot between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SourceName {
    /// The name, or what stands before the dot.
    pub(super) first: Name,
    /// What stands after the dot.
    pub(super) second: Option<Name>,
}

/// What a block may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    /// `reason`
    Reason,
    /// `source`
    Source,
    /// `owner`
    Owner,
    /// `note`
    Note,
    /// `basis`
    Basis,
    /// `context`
    Context,
    /// `grantor`
    Grantor,
    /// `announced`
    Announced,
}

impl Thing {
    /// Every thing with its word.
    pub(super) const ALL: [(&'static str, Self); 8] = [
        ("reason", Self::Reason),
        ("source", Self::Source),
        ("owner", Self::Owner),
        ("note", Self::Note),
        ("basis", Self::Basis),
        ("context", Self::Context),
        ("grantor", Self::Grantor),
        ("announced", Self::Announced),
    ];

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, thing)| *thing == self).map_or("", |(word, _)| word)
    }
}

/// Values of a field, as a cell has them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Band {
    /// These values: `a, b`, `3`, `yes`.
    Values(Vec<ClausePart>),
    /// `V or more`, `over V`, `on or after V`, `after V`; whether the end belongs to it.
    Above(ClausePart, bool),
    /// `V or less`, `under V`, `before V`; whether the end belongs to it.
    Below(ClausePart, bool),
    /// `A to B`, both in.
    Between(ClausePart, ClausePart),
    /// `before N years ago`
    Earlier(u32, Unit),
    /// `within N years`
    Within(u32, Unit),
}

/// What the parts begin with, and how many of them it takes; or which of them does not fit.
pub(super) fn take(kind: SlotKind, parts: &[ClausePart]) -> Result<(Given, usize), usize> {
    let one = |given: Option<Given>| given.map(|given| (given, 1)).ok_or(0);
    match kind {
        SlotKind::Sources => sources(parts).map(|(list, length)| (Given::Sources(list), length)),
        SlotKind::Allowed => sources(parts).map(|(list, length)| (Given::Allowed(list), length)),
        SlotKind::Targets => names(parts).map(|(list, length)| (Given::Targets(list), length)),
        SlotKind::Links => names(parts).map(|(list, length)| (Given::Links(list), length)),
        SlotKind::Names => names(parts).map(|(list, length)| (Given::Names(list), length)),
        SlotKind::Contexts => list(parts, name_or_text).map(|(list, length)| (Given::Contexts(list), length)),
        SlotKind::Things => list(parts, thing).map(|(list, length)| (Given::Things(list), length)),
        SlotKind::Field | SlotKind::Ordered => {
            let ordered = kind == SlotKind::Ordered;
            one(parts.first().and_then(|part| match part {
                ClausePart::Dotted(record, field) => {
                    Some(Given::Field { record: record.clone(), field: field.clone(), ordered })
                }
                ClausePart::Word(_)
                | ClausePart::Number(_)
                | ClausePart::Date(_)
                | ClausePart::Text(_)
                | ClausePart::Comma(_) => None,
            }))
        }
        SlotKind::Link => one(parts.first().and_then(name).map(Given::Link)),
        SlotKind::Tier => one(parts.first().and_then(name).map(Given::Tier)),
        SlotKind::Number => one(number(parts, false).filter(|n| *n >= Decimal::ZERO).map(Given::Number)),
        SlotKind::Percent => one(number(parts, true).filter(|n| *n >= Decimal::ZERO).map(Given::Number)),
        SlotKind::Count => one(count(parts).map(Given::Count)),
        SlotKind::Duration => {
            let count = count(parts).ok_or(0_usize)?;
            let unit = parts.get(1).and_then(unit).ok_or(1_usize)?;
            Ok((Given::Duration(count, unit), 2))
        }
        SlotKind::Band => band(parts).map(|(band, length)| (Given::Band(band), length)),
    }
}

/// Things with commas between them.
fn list<T>(parts: &[ClausePart], of: fn(&ClausePart) -> Option<T>) -> Result<(Vec<T>, usize), usize> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        found.push(parts.get(at).and_then(of).ok_or(at)?);
        at += 1;
        if !matches!(parts.get(at), Some(ClausePart::Comma(_))) {
            return Ok((found, at));
        }
        at += 1;
    }
}

fn sources(parts: &[ClausePart]) -> Result<(Vec<SourceName>, usize), usize> {
    list(parts, |part| match part {
        ClausePart::Word(name) => Some(SourceName { first: name.clone(), second: None }),
        ClausePart::Dotted(of, name) => Some(SourceName { first: of.clone(), second: Some(name.clone()) }),
        ClausePart::Number(_) | ClausePart::Date(_) | ClausePart::Text(_) | ClausePart::Comma(_) => None,
    })
}

fn names(parts: &[ClausePart]) -> Result<(Vec<Name>, usize), usize> {
    list(parts, name)
}

fn name(part: &ClausePart) -> Option<Name> {
    if let ClausePart::Word(name) = part { Some(name.clone()) } else { None }
}

fn name_or_text(part: &ClausePart) -> Option<Name> {
    match part {
        ClausePart::Word(name) => Some(name.clone()),
        ClausePart::Text(text) => Some(Name { text: text.text.clone(), span: text.span }),
        ClausePart::Dotted(..) | ClausePart::Number(_) | ClausePart::Date(_) | ClausePart::Comma(_) => None,
    }
}

fn thing(part: &ClausePart) -> Option<Thing> {
    let name = name(part)?;
    Thing::ALL.iter().find(|(word, _)| *word == name.text).map(|(_, thing)| *thing)
}

/// A number that is, or is not, a percentage.
fn number(parts: &[ClausePart], percent: bool) -> Option<Decimal> {
    match parts.first()? {
        ClausePart::Number(number) if number.text.ends_with('%') == percent => Some(number.value),
        ClausePart::Number(_)
        | ClausePart::Word(_)
        | ClausePart::Dotted(..)
        | ClausePart::Date(_)
        | ClausePart::Text(_)
        | ClausePart::Comma(_) => None,
    }
}

/// A whole number, 1 or more.
fn count(parts: &[ClausePart]) -> Option<u32> {
    let value = number(parts, false)?;
    let whole: u32 = value.to_string().parse().ok()?;
    (whole > 0).then_some(whole)
}

fn unit(part: &ClausePart) -> Option<Unit> {
    match word(Some(part))? {
        "day" | "days" => Some(Unit::Day),
        "month" | "months" => Some(Unit::Month),
        "year" | "years" => Some(Unit::Year),
        _ => None,
    }
}

fn word(part: Option<&ClausePart>) -> Option<&str> {
    if let Some(ClausePart::Word(name)) = part { Some(&name.text) } else { None }
}

/// Values as in a cell.
fn band(parts: &[ClausePart]) -> Result<(Band, usize), usize> {
    let value = |at: usize| parts.get(at).filter(|part| is_value(part)).cloned().ok_or(at);
    let says = |at: usize, wanted: &str| word(parts.get(at)) == Some(wanted);
    let window = |at: usize| Some((count(parts.get(at..)?)?, parts.get(at + 1).and_then(unit)?));
    let first = word(parts.first()).unwrap_or_default();
    match first {
        "within" => window(1).map(|(count, unit)| (Band::Within(count, unit), 3)).ok_or(1),
        "before" => match window(1).filter(|_| says(3, "ago")) {
            Some((count, unit)) => Ok((Band::Earlier(count, unit), 4)),
            None => Ok((Band::Below(value(1)?, false), 2)),
        },
        "under" => Ok((Band::Below(value(1)?, false), 2)),
        "over" | "after" => Ok((Band::Above(value(1)?, false), 2)),
        "on" if says(1, "or") && says(2, "after") => Ok((Band::Above(value(3)?, true), 4)),
        "on" if says(1, "or") && says(2, "before") => Ok((Band::Below(value(3)?, true), 4)),
        _ => {
            let start = value(0)?;
            if says(1, "or") && (says(2, "more") || says(2, "later")) {
                return Ok((Band::Above(start, true), 3));
            }
            if says(1, "or") && (says(2, "less") || says(2, "earlier")) {
                return Ok((Band::Below(start, true), 3));
            }
            if says(1, "to") {
                return Ok((Band::Between(start, value(2)?), 3));
            }
            list(parts, |part| is_value(part).then(|| part.clone()))
                .map(|(values, length)| (Band::Values(values), length))
        }
    }
}

/// Whether a part may be a value of a field.
const fn is_value(part: &ClausePart) -> bool {
    match part {
        ClausePart::Word(_) | ClausePart::Number(_) | ClausePart::Date(_) | ClausePart::Text(_) => true,
        ClausePart::Dotted(..) | ClausePart::Comma(_) => false,
    }
}
