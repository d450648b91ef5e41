//! Records in groups: by a field, a definition, a condition, or the tier; and something counted for each group.

use crate::data::{FieldId, Type, Value, Why};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::eval::batch::{Numbers, Scored};
use crate::policy::{Definition, DefinitionBody, Expr, Policy};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What records are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// All are one group.
    Everybody,
    /// By the tier.
    Tier,
    /// By what is observed at a position (see [`Scored::observed`]), of this type.
    Observed(usize, Type),
}

/// A group; in the order in which groups are told: by number, day, or place among the categories, then texts, then those of
/// whom it is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// All.
    Everybody,
    /// A number in units of 1e-9, a day, the code of a category or tier; yes is 1.
    Value(i128),
    /// A text.
    Text(Arc<str>),
    /// Not known, or without a tier.
    Missing,
}

/// More groups than this are none: whoever groups by a key or an amount means something else.
pub const MOST_GROUPS: usize = 100;

/// Something counted for each group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByGroup<T> {
    grouping: Grouping,
    counted: BTreeMap<Group, T>,
    too_many: bool,
}

/// What can be counted for a group.
pub trait Counted: Default {
    /// Adds what others came to.
    fn merge(&mut self, other: &Self);
}

/// The value of a field of the scored record, to group by ([`Measures::group_by`](super::Measures::group_by)) where no
/// expression was written.
pub fn of_field(policy: &Policy, field: FieldId) -> Definition {
    let (record, of) = (policy.schema.scored(), policy.schema.field(policy.schema.scored, field));
    Definition {
        name: format!("{}.{}", record.name, of.name),
        label: of.label.clone(),
        of: policy.schema.scored,
        kind: of.kind,
        body: DefinitionBody::Expr(Expr::Field(field)),
        may_be_missing: of.optional,
        place: of.place,
        text: of.name.clone(),
    }
}

impl Grouping {
    /// What a group is called, in the words of the policy.
    pub fn name(self, group: &Group, policy: &Policy) -> String {
        let kind = match (self, group) {
            (_, Group::Everybody) => return "all".to_owned(),
            (Self::Tier, Group::Missing) => return "no tier".to_owned(),
            (_, Group::Missing) => return "missing".to_owned(),
            (_, Group::Text(text)) => return text.to_string(),
            (Self::Everybody | Self::Tier, Group::Value(_)) => Type::Tier,
            (Self::Observed(_, kind), Group::Value(_)) => kind,
        };
        let Group::Value(units) = group else { return String::new() };
        let code = || u32::try_from(*units).unwrap_or(u32::MAX);
        match kind {
            Type::Category(id) => policy.schema.category(id).name(code()).to_owned(),
            Type::Tier => {
                policy.tiers.get(code() as usize).map_or_else(String::new, |tier| tier.name.clone())
            }
            Type::Number | Type::Integer | Type::Money | Type::Date | Type::YesNo | Type::Text => {
                value(*units, kind).describe(&[])
            }
        }
    }

    /// The groups of the records of a chunk: those met, and by record the position of its own.
    fn of(self, scored: &Scored) -> (Vec<Group>, Vec<u32>) {
        let rows = scored.rows();
        let position = match self {
            Self::Everybody => return (vec![Group::Everybody], vec![0; rows]),
            Self::Tier => {
                let tier = |row: usize| scored.tier(row).map(|tier| tier.index() as i128);
                return distinct((0..rows).map(tier), &[]);
            }
            Self::Observed(position, _) => position,
        };
        let texts = scored.observed_texts(position);
        let Some(column) = scored.observed(position) else { return (vec![Group::Missing], vec![0; rows]) };
        let unit = |row: usize| match column.numbers {
            Numbers::Narrow { values, unit } => Some(i128::from(*values.get(row)?) * i128::from(unit)),
            Numbers::Wide(values) => values.get(row).copied(),
        };
        let known = |row: &usize| column.missing.get(*row).is_none_or(|missing| *missing == 0);
        distinct((0..rows).map(|row| Some(row).filter(known).and_then(unit)), texts)
    }
}

/// The different values of some records as groups. Where there are texts, values are their numbers.
fn distinct(values: impl Iterator<Item = Option<i128>>, texts: &[Arc<str>]) -> (Vec<Group>, Vec<u32>) {
    let mut groups = Vec::new();
    let mut places: FxHashMap<Option<i128>, u32> = FxHashMap::default();
    let of_rows = values.map(|value| {
        *places.entry(value).or_insert_with(|| {
            groups.push(match value {
                None => Group::Missing,
                Some(units) if texts.is_empty() => Group::Value(units),
                Some(number) => {
                    let text = usize::try_from(number).ok().and_then(|number| texts.get(number));
                    text.map_or(Group::Missing, |text| Group::Text(Arc::clone(text)))
                }
            });
            groups.len() as u32 - 1
        })
    });
    let of_rows = of_rows.collect();
    (groups, of_rows)
}

/// The value that some units stand for.
fn value(units: i128, kind: Type) -> Value {
    let known = match kind {
        Type::Date => i32::try_from(units).ok().and_then(Date::from_days).map(Value::Date),
        Type::YesNo => Some(Value::YesNo(units == 1)),
        Type::Number | Type::Integer | Type::Money => Decimal::from_units(units).map(Value::Number),
        Type::Text | Type::Category(_) | Type::Tier => None,
    };
    known.unwrap_or(Value::Missing(Why::Undecided))
}

impl<T: Counted> ByGroup<T> {
    /// Nothing counted yet.
    pub(super) fn new(grouping: Grouping) -> Self {
        Self { grouping, counted: BTreeMap::new(), too_many: false }
    }

    /// What the groups are of.
    pub fn grouping(&self) -> Grouping {
        self.grouping
    }

    /// What was counted, group by group.
    pub fn counted(&self) -> &BTreeMap<Group, T> {
        &self.counted
    }

    /// Whether there are more than [`MOST_GROUPS`] groups; then none is kept.
    pub fn too_many(&self) -> bool {
        self.too_many
    }

    /// Counts the records of a chunk, each for its group.
    pub(super) fn add(&mut self, scored: &Scored, mut count: impl FnMut(&mut T, usize)) {
        if self.too_many {
            return;
        }
        let (groups, of_rows) = self.grouping.of(scored);
        let mut counted: Vec<Option<T>> = groups.iter().map(|_| None).collect();
        for ((row, place), standing) in of_rows.iter().enumerate().zip(scored.standings()) {
            // Who is set aside has no group: what its values are is what is wrong with it.
            if let Some(counted) = counted.get_mut(*place as usize).filter(|_| standing.status().is_some()) {
                count(counted.get_or_insert_default(), row);
            }
        }
        for (group, counted) in groups.into_iter().zip(counted) {
            if let Some(counted) = counted {
                self.counted.entry(group).or_default().merge(&counted);
            }
        }
        self.limit();
    }

    /// Adds what others came to.
    pub(super) fn merge(&mut self, other: &Self) {
        self.too_many |= other.too_many;
        if !self.too_many {
            for (group, counted) in &other.counted {
                self.counted.entry(group.clone()).or_default().merge(counted);
            }
        }
        self.limit();
    }

    fn limit(&mut self) {
        self.too_many |= self.counted.len() > MOST_GROUPS;
        if self.too_many {
            self.counted.clear();
        }
    }
}
