//! Random records for a policy's schema: values at and around the bounds that policies ask for, missing ones, bad ones.

use super::choices::Choices;
use glassbox::data::{FieldId, RecordId, Type, Value, Why};
use glassbox::date::Date;
use glassbox::decimal::Decimal;
use glassbox::policy::Policy;

/// Numbers that policies cut at, and their neighbours.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "5",
    "9",
    "10",
    "11",
    "20",
    "50",
    "99",
    "100",
    "2.5",
    "0.1",
    "0.3",
    "9.99",
    "10.01",
    "-1",
    "-3.5",
    "0.000000001",
    "33.333333333",
    "1234.56",
    "1000000",
    "12345678901",
    "99999999999999999999999999999",
    "-0.5",
];
const DATES: &[&str] = &[
    "2026-01-31",
    "2026-01-30",
    "2025-12-31",
    "2025-01-31",
    "2024-02-29",
    "2020-06-15",
    "2016-01-31",
    "2000-01-01",
    "1970-01-01",
    "1969-12-31",
    "1950-05-05",
    "2026-02-01",
    "2027-03-04",
];
const TEXTS: &[&str] = &["x", "y", "xy", "DE-1", "DE-2", "de", "Ä", "a b"];

/// Some records.
pub(super) fn draw(choices: &mut Choices, policy: &Policy) -> Vec<Vec<Value>> {
    let count = if choices.chance(10) { choices.below(2) } else { choices.below(40) };
    (0..count).map(|at| record(choices, policy, policy.schema.scored, at)).collect()
}

/// Some children of each kind, whose parents are among so many records, or are nobody.
pub(super) fn draw_children(
    choices: &mut Choices,
    policy: &Policy,
    parents: usize,
) -> Vec<(RecordId, Vec<Vec<Value>>)> {
    let kinds: Vec<RecordId> = policy.schema.children().collect();
    let mut drawn = Vec::new();
    for kind in kinds {
        let rows = (0..choices.below(150)).map(|_| {
            let parent = choices.below(parents + 1);
            record(choices, policy, kind, parent)
        });
        drawn.push((kind, rows.collect()));
    }
    drawn
}

/// A record. Its key, or its parent's, is `at`.
pub(crate) fn record(choices: &mut Choices, policy: &Policy, kind: RecordId, at: usize) -> Vec<Value> {
    let of = policy.schema.record(kind);
    let key = of.parent.map_or(of.key, |(_, parent)| Some(parent));
    let fields = of.fields.iter().enumerate();
    // A child that is no good takes its parent with it: few are.
    let (absent, bad) = if of.parent.is_some() { (0, 0) } else { (1, 3) };
    let spoilt = of.parent.is_some() && choices.chance(1);
    let (absent, bad) = if spoilt { (5, 15) } else { (absent, bad) };
    fields
        .map(|(place, field)| {
            let missing = Value::Missing(Why::Field(FieldId(place as u32)));
            if Some(FieldId(place as u32)) == key {
                return if field.kind == Type::Text {
                    Value::Text(format!("k{at}").into())
                } else {
                    Value::Number(Decimal::from_int(at as i64 + 1))
                };
            }
            if choices.chance(if field.optional { 20 } else { absent }) {
                return missing;
            }
            let value = value(choices, policy, field.kind);
            // Most records are good.
            if field.domain.contains(&value) || choices.chance(bad) {
                return value;
            }
            for _ in 0..6 {
                let again = self::value(choices, policy, field.kind);
                if field.domain.contains(&again) {
                    return again;
                }
            }
            match field.kind {
                Type::Number | Type::Integer | Type::Money => Value::Number(Decimal::ONE),
                Type::Date => Value::Date(Date::parse("2000-01-01").unwrap()),
                Type::Text | Type::YesNo | Type::Category(_) | Type::Tier => value,
            }
        })
        .collect()
}

pub(crate) fn value(choices: &mut Choices, policy: &Policy, kind: Type) -> Value {
    match kind {
        Type::Number | Type::Money => Value::Number(number(choices)),
        Type::Integer => Value::Number(number(choices).round_to(Decimal::ONE).unwrap_or_default()),
        Type::Text => Value::Text(choices.one(TEXTS).into()),
        Type::YesNo => Value::YesNo(choices.below(2) == 1),
        Type::Date => Value::Date(Date::parse(choices.one(DATES)).unwrap()),
        Type::Category(id) => {
            let codes = policy.schema.category(id).codes() as usize;
            Value::Category(choices.below(codes) as u32)
        }
        Type::Tier => unreachable!("no field is a tier"),
    }
}

fn number(choices: &mut Choices) -> Decimal {
    match choices.below(4) {
        0 => Decimal::parse(choices.one(NUMBERS)).unwrap(),
        1 => Decimal::from_int(choices.between(-3, 110)),
        2 => Decimal::from_units(i128::from(choices.between(0, 12_000)) * 10_000_000).unwrap(),
        _ => Decimal::from_int(choices.between(0, 30)),
    }
}
