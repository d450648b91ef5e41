//! Random records of a policy's schema as cases: complete and valid, with values at and beside everything that the policy
//! cuts at, and ways to change them.

use super::super::choices::Choices;
use super::super::differential::{network, records};
use glassbox::cases::{Maker, Trial};
use glassbox::data::{FieldId, LinkId, RecordId, Set, Type, Value, Why, links, previous_kind};
use glassbox::date::Date;
use glassbox::decimal::Decimal;
use glassbox::eval::score_all;
use glassbox::policy::{Case, Policy};
use std::collections::BTreeMap;

/// A policy, and the values of each field that are worth trying.
pub(super) struct World<'p> {
    pub(super) policy: &'p Policy,
    pub(super) maker: Maker<'p>,
    values: BTreeMap<(RecordId, FieldId), Vec<Value>>,
}

impl<'p> World<'p> {
    pub(super) fn of(policy: &'p Policy) -> Self {
        let maker = Maker::new(policy);
        let mut values = BTreeMap::new();
        for (kind, record) in ids(policy.schema.records.len()).map(RecordId).zip(&policy.schema.records) {
            for (field, of) in ids(record.fields.len()).map(FieldId).zip(&record.fields) {
                let mut all: Vec<Value> = Vec::new();
                let found = maker.values(kind, field).into_iter();
                let ends = [of.domain.least(of.kind), of.domain.greatest(of.kind)].into_iter().flatten();
                for value in found.chain(ends) {
                    all.extend(beside(of.kind, &value));
                    all.push(value);
                }
                all.retain(|value| !value.is_missing() && of.domain.contains(value));
                values.insert((kind, field), all);
            }
        }
        Self { policy, maker, values }
    }

    pub(super) fn run(&self, case: &Case) -> Option<Trial<'p>> {
        self.maker.run(case)
    }

    /// Runs a drawn record; where scores settle, among others none of whom is set aside as a number is too large: answers are
    /// not about such a population.
    pub(super) fn drawn(&self, case: &Case) -> Option<Trial<'p>> {
        let trial = self.run(case)?;
        let settles = self.policy.influences.iter().any(|influence| influence.settled);
        let all_fit = !settles || {
            let (population, _) = trial.among()?;
            score_all(self.policy, population).iter().all(Result::is_ok)
        };
        all_fit.then_some(trial)
    }

    /// A known value of a field.
    pub(super) fn known(&self, choices: &mut Choices, kind: RecordId, field: FieldId) -> Value {
        let of = self.policy.schema.field(kind, field);
        let pool = &self.values[&(kind, field)];
        if !pool.is_empty() && choices.chance(75) {
            return choices.one(pool);
        }
        for _ in 0..6 {
            let value = records::value(choices, self.policy, of.kind);
            if of.domain.contains(&value) {
                return value;
            }
        }
        let sample = of.domain.least(of.kind).or_else(|| of.domain.greatest(of.kind));
        sample
            .or_else(|| pool.first().cloned())
            .unwrap_or_else(|| records::value(choices, self.policy, of.kind))
    }

    /// Every known value of a field, where they are few.
    pub(super) fn all_known(&self, kind: RecordId, field: FieldId) -> Option<Vec<Value>> {
        let of = self.policy.schema.field(kind, field);
        match (&of.domain, of.kind) {
            (Set::Codes(codes), Type::YesNo) => {
                Some(codes.iter().map(|code| Value::YesNo(*code == 1)).collect())
            }
            (Set::Codes(codes), _) => Some(codes.iter().map(|code| Value::Category(*code)).collect()),
            (Set::Ranges(ranges), Type::Integer) => {
                let one = Decimal::ONE.units();
                // A domain without ends is wider than a number of that size.
                let count = ranges.iter().try_fold(0_i128, |count, (low, high)| {
                    high.checked_sub(*low)?.checked_div(one)?.checked_add(1)?.checked_add(count)
                })?;
                let all = |(low, high): &(i128, i128)| {
                    let (low, count) = (*low, (high - low) / one + 1);
                    (0..count).map(move |at| Value::Number(Decimal::from_units(low + at * one).unwrap()))
                };
                (count <= 101).then(|| ranges.iter().flat_map(all).collect())
            }
            _ => None,
        }
    }

    /// A value of a field, missing among them where it may be.
    pub(super) fn value(&self, choices: &mut Choices, kind: RecordId, field: FieldId) -> Value {
        if self.policy.schema.field(kind, field).optional && choices.chance(25) {
            return Value::Missing(Why::Field(field));
        }
        self.known(choices, kind, field)
    }

    /// The field that says who a record is, or whose.
    pub(super) fn identity(&self, kind: RecordId) -> Option<FieldId> {
        let of = self.policy.schema.record(kind);
        of.parent.map_or(of.key, |(_, parent)| Some(parent))
    }

    /// A record whose key, or its parent's, is `at`.
    pub(super) fn record(&self, choices: &mut Choices, kind: RecordId, at: usize) -> Vec<Value> {
        let identity = self.identity(kind);
        let of = self.policy.schema.record(kind);
        let fields = ids(of.fields.len()).map(FieldId).zip(&of.fields);
        fields
            .map(
                |(field, of)| {
                    if Some(field) == identity {
                        key_of(of.kind, at)
                    } else {
                        self.value(choices, kind, field)
                    }
                },
            )
            .collect()
    }

    /// The key of a record of a kind that has keys.
    pub(super) fn key(&self, kind: RecordId, at: usize) -> Value {
        network::key(self.policy, kind, at)
    }

    /// A case: the record itself, its children, and, where there are links, others.
    pub(super) fn case(&self, choices: &mut Choices) -> Case {
        let schema = &self.policy.schema;
        let mut case = self.maker.plain();
        let peopled = links(schema).next().is_some();
        let people = 1 + if peopled { choices.below(4) } else { 0 };
        case.records.clear();
        for at in 0..people {
            case.records.push((schema.scored, self.record(choices, schema.scored, at)));
        }
        for kind in schema.children() {
            for at in 0..people {
                let most = if choices.chance(12) { 13 } else { 4 };
                for _ in 0..choices.below(most) {
                    case.records.push((kind, self.record(choices, kind, at)));
                }
            }
        }
        let mut others: Vec<RecordId> =
            links(schema).map(|(_, _, kind)| kind).filter(|kind| *kind != schema.scored).collect();
        others.sort_unstable();
        others.dedup();
        for kind in others {
            for at in 0..1 + choices.below(3) {
                case.records.push((kind, self.record(choices, kind, at)));
            }
        }
        for (link, of) in ids(schema.links.len()).map(LinkId).zip(&schema.links) {
            let (from, to) = (keys_of(self, &case, of.from), keys_of(self, &case, of.to));
            for one in &from {
                for other in &to {
                    if (one != other || of.from != of.to) && choices.chance(45) {
                        case.pairs.push((link, one.clone(), other.clone()));
                    }
                }
            }
        }
        if let Some(kind) = previous_kind(schema) {
            case.previous_of = Some(kind);
            for key in keys_of(self, &case, kind) {
                if choices.chance(70) {
                    case.previous.push((key, self.previous(choices)));
                }
            }
        }
        case
    }

    /// A previous score.
    pub(super) fn previous(&self, choices: &mut Choices) -> Decimal {
        let (low, high) = self.policy.range.unwrap_or((Decimal::from_int(-50), Decimal::from_int(300)));
        let known =
            ["5", "49.5", "120", "-3", "0", "10", "50", "9.999999999"].map(|n| Decimal::parse(n).unwrap());
        choices.one(&[&known[..], &[low, high]].concat())
    }

    /// Adds people, and what they are linked to is left to the caller: the key of the new one.
    pub(super) fn newcomer(&self, choices: &mut Choices, case: &mut Case, kind: RecordId) -> Value {
        let at = 50 + case.records.len();
        case.records.push((kind, self.record(choices, kind, at)));
        let key = self.key(kind, at);
        if case.previous_of == Some(kind) && choices.chance(70) {
            case.previous.push((key.clone(), self.previous(choices)));
        }
        key
    }
}

/// Positions as ids have them.
pub(super) fn ids(count: usize) -> impl Iterator<Item = u32> {
    0..u32::try_from(count).unwrap()
}

/// The keys of all records of a kind.
pub(super) fn keys_of(world: &World<'_>, case: &Case, kind: RecordId) -> Vec<Value> {
    let Some(key) = world.policy.schema.record(kind).key else { return Vec::new() };
    case.records.iter().filter(|(of, _)| *of == kind).map(|(_, values)| values[key.index()].clone()).collect()
}

fn key_of(kind: Type, at: usize) -> Value {
    if kind == Type::Text {
        Value::Text(format!("k{at}").into())
    } else {
        Value::Number(Decimal::from_int(at as i64 + 1))
    }
}

/// The next values of an ordered type.
pub(super) fn beside(kind: Type, value: &Value) -> Vec<Value> {
    let step = match kind {
        Type::Integer => Decimal::ONE.units(),
        Type::Number | Type::Money => 1,
        Type::Date | Type::YesNo | Type::Text | Type::Category(_) | Type::Tier => 0,
    };
    match value {
        Value::Number(number) => {
            let by = |step: i128| Decimal::from_units(number.units() + step).map(Value::Number);
            [by(-step), by(step)].into_iter().flatten().collect()
        }
        Value::Date(day) => {
            let by = |step: i32| Date::from_days(day.days() + step).map(Value::Date);
            [by(-1), by(1)].into_iter().flatten().collect()
        }
        Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => Vec::new(),
    }
}

/// A value of an ordered type as a number that keeps the order.
pub(super) fn rank(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => Some(number.units()),
        Value::Date(day) => Some(day.days().into()),
        Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
    }
}
