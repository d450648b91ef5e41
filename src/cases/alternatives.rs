//! The values that a field is worth being given: those around every number that the policy tests it for, and some that what
//! is worked out of several fields may turn on.

use super::visit::Visit;
use crate::data::{Field, FieldId, RecordId, Set, Type, Value, Why, limits};
use crate::date::{Date, Unit};
use crate::decimal::Decimal;
use crate::policy::{Expr, Over, Policy};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A billionth is the unit of numbers.
const ONE: i128 = 1_000_000_000;
/// The unit of money, and the coarsest of numbers that are not whole.
const HUNDREDTH: i128 = ONE / 100;
/// Numbers that quotients and sums of others turn on.
const ROUND: [i64; 30] = [
    0, 1, 2, 3, 4, 5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 90, 100, 120, 150, 200, 300, 500, 1_000,
    2_000, 5_000, 10_000, 50_000, 100_000,
];
/// Days ago, and years.
const DAYS: [u32; 8] = [0, 1, 10, 30, 60, 90, 180, 300];
const YEARS: [u32; 20] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80];
/// How many of the same child record there may be.
const MANY: [usize; 10] = [1, 2, 3, 4, 5, 6, 8, 11, 16, 31];
/// How many of the same child record there may be on days apart, and how far.
const SPREAD: [(u32, Unit); 4] = [(6, Unit::Month), (12, Unit::Month), (24, Unit::Month), (30, Unit::Day)];
/// The most records of a kind that are tried, each as many times as [`MANY`] says.
const CHILDREN: usize = 60;

/// What a policy tests its fields for.
pub(super) struct Alternatives<'p> {
    policy: &'p Policy,
    tested: BTreeMap<(RecordId, FieldId), Vec<Set>>,
}

impl<'p> Alternatives<'p> {
    /// Gathers what every part of a policy tests.
    pub(super) fn of(policy: &'p Policy) -> Self {
        let scored = policy.schema.scored;
        let mut tested: BTreeMap<(RecordId, FieldId), Vec<Set>> = BTreeMap::new();
        Visit::new(policy).policy(&mut |expr, over| {
            if let Expr::Test(inner, set) = expr {
                let of = match (&**inner, over) {
                    (Expr::Field(field), _) => (scored, *field),
                    (Expr::EventField(field), Some(Over::Child(kind))) => (kind, *field),
                    _ => return,
                };
                let sets = tested.entry(of).or_default();
                if !sets.contains(set) {
                    sets.push(set.clone());
                }
            }
        });
        Self { policy, tested }
    }

    /// A record that is nothing special: of each field a value that is easy to read.
    pub(super) fn plain(&self, kind: RecordId) -> Vec<Value> {
        let record = self.policy.schema.record(kind);
        let parent = record.parent.map(|(_, by)| by);
        let value = |(at, field): (u32, &Field)| {
            let id = FieldId(at);
            if parent == Some(id) { missing(id) } else { self.plain_value(id, field) }
        };
        (0..).zip(&record.fields).map(value).collect()
    }

    fn plain_value(&self, id: FieldId, field: &Field) -> Value {
        let today = self.policy.today;
        let preferred = match field.kind {
            // An adult of forty where it may be one; what happened lately otherwise.
            Type::Date => vec![Value::Date(today.ago(40, Unit::Year)), Value::Date(today.ago(30, Unit::Day))],
            Type::Text => vec![Value::Text(Arc::from("a"))],
            Type::YesNo => vec![Value::YesNo(false)],
            Type::Category(_) => vec![Value::Category(0)],
            Type::Number | Type::Integer | Type::Money | Type::Tier => Vec::new(),
        };
        let preferred = preferred.into_iter().find(|value| field.domain.contains(value));
        preferred.or_else(|| field.domain.sample(field.kind)).unwrap_or_else(|| missing(id))
    }

    /// The values on both sides of every edge that a field is tested for or that its domain has, in the field's own unit,
    /// rising; of categories and the like all, and a missing one last.
    pub(super) fn edges(&self, kind: RecordId, id: FieldId) -> Vec<Value> {
        let Some(field) = self.policy.schema.record(kind).fields.get(id.index()) else { return Vec::new() };
        let sets = self.tested.get(&(kind, id)).map_or(&[][..], Vec::as_slice);
        let mut values = match field.kind {
            Type::Number | Type::Integer | Type::Money | Type::Date => {
                let unit = self.unit(kind, id);
                let (least, greatest) = limits(field.kind);
                let mut units = Vec::new();
                for set in sets.iter().chain([&field.domain]) {
                    let Set::Ranges(ranges) = set else { continue };
                    for (low, high) in ranges {
                        if *low > least {
                            let at = -(-low).div_euclid(unit) * unit;
                            units.extend([at - unit, at]);
                        }
                        if *high < greatest {
                            let at = high.div_euclid(unit) * unit;
                            units.extend([at, at + unit]);
                        }
                    }
                }
                units.sort_unstable();
                units.dedup();
                units.into_iter().filter_map(|units| of_units(units, field.kind)).collect()
            }
            Type::YesNo => vec![Value::YesNo(false), Value::YesNo(true)],
            Type::Category(of) => (0..self.policy.schema.category(of).codes()).map(Value::Category).collect(),
            Type::Text => {
                let named = sets.iter().flat_map(|set| match set {
                    Set::Texts { values, .. } => values.iter().cloned().collect(),
                    Set::Ranges(_) | Set::Codes(_) => Vec::new(),
                });
                let mut texts: Vec<Arc<str>> = named.collect();
                texts.sort();
                texts.dedup();
                // And one that is not named.
                let other = Arc::from("another text");
                if !texts.is_empty() && !texts.contains(&other) {
                    texts.push(other);
                }
                texts.into_iter().map(Value::Text).collect()
            }
            Type::Tier => Vec::new(),
        };
        values.retain(|value| field.domain.contains(value));
        if field.optional {
            values.push(missing(id));
        }
        values
    }

    /// The edges, and values that what is worked out of the field may turn on; a missing one last.
    pub(super) fn all(&self, kind: RecordId, id: FieldId) -> Vec<Value> {
        let Some(field) = self.policy.schema.record(kind).fields.get(id.index()) else { return Vec::new() };
        let mut values = self.edges(kind, id);
        let today = self.policy.today;
        match field.kind {
            Type::Number | Type::Integer | Type::Money => {
                let numbers =
                    ROUND.iter().flat_map(|n| [*n, -n]).map(|n| Value::Number(Decimal::from_int(n)));
                values.extend(numbers);
                if field.kind == Type::Number {
                    let hundredths = [1, 5, 10, 25, 50, 75, 90, 99];
                    values.extend(hundredths.into_iter().filter_map(|n| of_units(n * HUNDREDTH, field.kind)));
                }
            }
            Type::Date => {
                let days = DAYS.iter().map(|days| today.ago(*days, Unit::Day));
                let years = YEARS.iter().map(|years| today.ago(*years, Unit::Year));
                values.extend(days.chain(years).chain([today.plus_days(30)]).map(Value::Date));
            }
            Type::Text => values.push(Value::Text(Arc::from("a"))),
            Type::YesNo | Type::Category(_) | Type::Tier => {}
        }
        let mut seen = Vec::new();
        for value in values {
            if (value.is_missing() || field.domain.contains(&value)) && !seen.contains(&value) {
                seen.push(value);
            }
        }
        seen.sort_by_key(order);
        seen
    }

    /// Lists of child records of a kind that are worth being given: none, a plain one, one that differs in a field or two,
    /// and several of each.
    pub(super) fn children(&self, kind: RecordId) -> Vec<Vec<Vec<Value>>> {
        let record = self.policy.schema.record(kind);
        let plain = self.plain(kind);
        let mut each = vec![plain.clone()];
        let vary = |row: &[Value], id: FieldId| -> Vec<Vec<Value>> {
            let set = |value: Value| {
                let mut row = row.to_vec();
                if let Some(slot) = row.get_mut(id.index()) {
                    *slot = value;
                }
                row
            };
            self.all(kind, id).into_iter().map(set).collect()
        };
        let parent = record.parent.map(|(_, by)| by);
        let fields = (0..record.fields.len() as u32).map(FieldId).filter(|id| Some(*id) != parent);
        let tested: Vec<FieldId> = fields.filter(|id| self.tested.contains_key(&(kind, *id))).collect();
        for id in &tested {
            each.extend(vary(&plain, *id));
        }
        for (at, first) in tested.iter().enumerate() {
            for second in tested.iter().skip(at + 1) {
                let firsts = vary(&plain, *first);
                each.extend(firsts.iter().flat_map(|row| vary(row, *second)));
            }
        }
        let mut distinct: Vec<Vec<Value>> = Vec::new();
        for row in each {
            if !distinct.contains(&row) {
                distinct.push(row);
            }
        }
        let few = distinct.get(..CHILDREN).unwrap_or(&distinct);
        let several = MANY.iter().flat_map(|many| few.iter().map(|row| vec![row.clone(); *many]));
        let ones = distinct.iter().skip(CHILDREN).take(CHILDREN * 5).map(|row| vec![row.clone()]);
        let mut lists = vec![Vec::new()];
        lists.extend(several);
        // Caps count by day, month and year: the same again and again, further and further back.
        for (many, unit) in SPREAD.iter().filter(|_| record.dated.is_some()) {
            lists.extend(
                few.iter().map(|row| (0..*many).map(|n| self.back(row, record.dated, n, *unit)).collect()),
            );
        }
        lists.extend(ones);
        lists
    }

    /// A child record so much earlier.
    fn back(&self, row: &[Value], dated: Option<FieldId>, count: u32, unit: Unit) -> Vec<Value> {
        let mut row = row.to_vec();
        if let Some(slot) = dated.and_then(|dated| row.get_mut(dated.index())) {
            *slot = Value::Date(slot.as_date().unwrap_or(self.policy.today).ago(count, unit));
        }
        row
    }

    /// The unit in which a field is stepped: a day, 1, 0.01, or the last place that one of its edges has.
    pub(super) fn unit(&self, kind: RecordId, id: FieldId) -> i128 {
        let Some(field) = self.policy.schema.record(kind).fields.get(id.index()) else { return 1 };
        match field.kind {
            Type::Date => 1,
            Type::Integer => ONE,
            Type::Number | Type::Money => {
                let sets = self.tested.get(&(kind, id)).map_or(&[][..], Vec::as_slice).iter();
                let ends = sets.chain([&field.domain]).flat_map(|set| match set {
                    Set::Ranges(ranges) => ranges.clone(),
                    Set::Codes(_) | Set::Texts { .. } => Vec::new(),
                });
                let (least, greatest) = limits(field.kind);
                let ends =
                    ends.flat_map(|(low, high)| [low, high]).filter(|end| *end > least && *end < greatest);
                // `under 10` ends a billionth before 10: the edge is 10.
                ends.map(|end| place(end).max(place(end + 1)).max(place(end - 1))).fold(HUNDREDTH, i128::min)
            }
            Type::Text | Type::YesNo | Type::Category(_) | Type::Tier => 1,
        }
    }
}

/// The last decimal place of a number that is not 0.
fn place(units: i128) -> i128 {
    let mut place = 1;
    while place < HUNDREDTH && units % (place * 10) == 0 {
        place *= 10;
    }
    place
}

/// A missing value of a field.
pub(super) fn missing(id: FieldId) -> Value {
    Value::Missing(Why::Field(id))
}

/// The value of an ordered type from its units: billionths, or days.
pub(super) fn of_units(units: i128, kind: Type) -> Option<Value> {
    if kind == Type::Date {
        return Date::from_days(i32::try_from(units).ok()?).map(Value::Date);
    }
    Decimal::from_units(units).map(Value::Number)
}

/// The units of a value of an ordered type.
pub(super) fn units_of(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => Some(number.units()),
        Value::Date(day) => Some(day.days().into()),
        Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
    }
}

/// Values in order, missing ones last.
fn order(value: &Value) -> (bool, i128) {
    (value.is_missing(), units_of(value).unwrap_or_default())
}
