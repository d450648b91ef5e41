//! The impact on parts of a population: by a field of the scored record, or by a definition.
//!
//! What records are divided by is asked of the policy like an answer that it gives, so that both interpreters know it. Whoever
//! is scored by neither policy belongs to no part.

use super::kept::{ANSWERS, Answers};
use super::{Bands, Mover, Scores};
use crate::data::{FieldId, Type, Value};
use crate::decimal::Decimal;
use crate::policy::{Decision, DefinitionId, Expr, Policy, Row, RowOutcome, Table};
use crate::source::{FileId, Place, Span};

/// A population in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// The field or definition.
    pub by: String,
    /// The parts, in the order of their values.
    pub segments: Vec<Segment>,
}

/// What became of a part of a population.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// The value that its records share, or the band of values.
    pub label: String,
    /// How many records are in it.
    pub records: usize,
    /// How many have a greater score.
    pub up: usize,
    /// How many have a smaller one.
    pub down: usize,
    /// By how much scores moved on average, over all that have one before and now; rounded to two places.
    pub average: Decimal,
    /// The greatest rise; 0 where none rose.
    pub most_up: Decimal,
    /// The greatest fall, as a number without a sign.
    pub most_down: Decimal,
    /// How many came into a better tier.
    pub better: usize,
    /// How many came into a worse tier.
    pub worse: usize,
    /// How many had no score and have one.
    pub newly_scored: usize,
    /// How many had a score and have none.
    pub no_longer_scored: usize,
}

/// Why a population cannot be divided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDivided {
    /// Neither policy has such a field or definition.
    #[error("there is no field and no definition `{0}`")]
    Unknown(String),
    /// There are too many parts.
    #[error("`{0}` has more than {ANSWERS} different values")]
    TooMany(String),
    /// Its numbers are too far apart for bands.
    #[error("the numbers of `{0}` are too far apart to be put into bands")]
    TooFar(String),
}

/// More parts than this become bands; of texts the largest are told.
const PARTS: usize = 20;
/// What is before the name of an answer that only divides; no policy can have it in a name.
const MARK: &str = "by ";

/// Whether an answer is there only to divide by.
pub(super) fn is_division(name: &str) -> bool {
    name.starts_with(MARK)
}

/// The policy, asked also for what records are to be divided by: fields of the scored record and definitions that it has.
#[must_use]
pub fn divided(policy: &Policy, by: &[String]) -> Policy {
    let mut policy = policy.clone();
    for name in by {
        let fields = policy.schema.scored().fields.iter();
        let field = fields.zip(0..).find(|(field, _)| field.name == *name);
        let field = field.map(|(field, at)| (field.kind, Expr::Field(FieldId(at))));
        let definitions = policy.definitions.iter().zip(0..);
        let definition =
            definitions.filter(|(it, _)| it.of == policy.schema.scored).find(|(it, _)| it.name == *name);
        let definition = definition.map(|(it, at)| (it.kind, Expr::Definition(DefinitionId(at))));
        if let Some((kind, value)) = field.or(definition) {
            let decision = asks(name, kind, value);
            policy.decisions.push(decision);
        }
    }
    policy
}

fn asks(name: &str, kind: Type, value: Expr) -> Decision {
    let place = Place::new(FileId::new(0), Span::NONE);
    let row = Row {
        cells: Vec::new(),
        outcome: RowOutcome::Value(value),
        reason: None,
        baseline: None,
        source: String::new(),
        note: String::new(),
        place,
    };
    let table = Table { first_match: true, columns: Vec::new(), rows: vec![row] };
    let name = format!("{MARK}{name}");
    Decision { title: name.clone(), name, kind, table, sources: Vec::new(), notes: Vec::new(), place }
}

/// What became of each part. The scores are those of policies that were asked for it ([`divided`]).
///
/// # Errors
///
/// [`NotDivided`].
pub fn divide(old: &Scores, new: &Scores, by: &str) -> Result<Division, NotDivided> {
    let name = format!("{MARK}{by}");
    let find = |scores: &'_ Scores| -> Option<usize> {
        scores.kept()?.answers.iter().position(|answers| answers.name == name)
    };
    let was = find(old).and_then(|at| old.kept()?.answers.get(at));
    let is = find(new).and_then(|at| new.kept()?.answers.get(at));
    let sides = [was, is];
    if sides.iter().flatten().next().is_none() {
        return Err(NotDivided::Unknown(by.to_owned()));
    }
    if sides.iter().flatten().any(|answers| answers.codes.is_full()) {
        return Err(NotDivided::TooMany(by.to_owned()));
    }
    let parts = Parts::of(was, is).ok_or_else(|| NotDivided::TooFar(by.to_owned()))?;
    let mut segments: Vec<Segment> =
        parts.labels.iter().map(|label| Segment { label: label.clone(), ..Segment::default() }).collect();
    let mut sums: Vec<(i128, usize)> = vec![(0, 0); segments.len()];
    Scores::each_pair(old, new, |old_at, new_at| {
        let part = |answers: Option<&Answers>, parts: &[Option<usize>], at: usize| {
            answers.and_then(|answers| parts.get(answers.codes.code(at)?).copied().flatten())
        };
        let part = part(is, &parts.new, new_at).or_else(|| part(was, &parts.old, old_at));
        let Some((segment, sum)) = part.and_then(|at| segments.get_mut(at).zip(sums.get_mut(at))) else {
            return;
        };
        segment.records += 1;
        let (before, after) = (old.entry(old_at), new.entry(new_at));
        match (before.score, after.score) {
            (Some(was), Some(is)) => {
                let by = Mover { old: old_at, new: new_at, before: was, after: is }.by();
                sum.0 = sum.0.saturating_add(by.units());
                sum.1 += 1;
                segment.moved(by);
            }
            (None, Some(_)) => segment.newly_scored += 1,
            (Some(_), None) => segment.no_longer_scored += 1,
            (None, None) => {}
        }
        let name = |scores: &Scores, tier: usize| scores.tiers().get(tier).map(|(name, _)| name.clone());
        if let (Some(from), Some(to)) = (before.tier, after.tier)
            && (from != to || old.tiers() != new.tiers())
        {
            // Where the tier was stands in the new list, if it is still there.
            let from = name(old, from);
            let from = from.and_then(|from| new.tiers().iter().position(|(known, _)| *known == from));
            segment.better += usize::from(from.is_some_and(|from| to < from));
            segment.worse += usize::from(from.is_some_and(|from| to > from));
        }
    });
    for (segment, (sum, many)) in segments.iter_mut().zip(sums) {
        let mean =
            i128::try_from(many).ok().and_then(|many| sum.checked_div(many)).and_then(Decimal::from_units);
        segment.average = mean.and_then(|mean| mean.round_to(HUNDREDTH)).unwrap_or_default();
    }
    segments.retain(|segment| segment.records > 0);
    Ok(Division { by: by.to_owned(), segments })
}

const HUNDREDTH: Decimal = match Decimal::from_units(10_000_000) {
    Some(step) => step,
    None => Decimal::ONE,
};

impl Segment {
    fn moved(&mut self, by: Decimal) {
        if by > Decimal::ZERO {
            self.up += 1;
            self.most_up = self.most_up.max(by);
        } else if by < Decimal::ZERO {
            self.down += 1;
            self.most_down = self.most_down.max(by.abs());
        }
    }
}

/// Parts, and for each answer before and now its part; none for records without an answer.
struct Parts {
    labels: Vec<String>,
    old: Vec<Option<usize>>,
    new: Vec<Option<usize>>,
}

impl Parts {
    /// `None` where there are too many numbers, too far apart for bands.
    fn of(was: Option<&Answers>, is: Option<&Answers>) -> Option<Self> {
        let all = |answers: Option<&Answers>| answers.map_or_else(Vec::new, |it| it.codes.all.clone());
        let (old, new) = (all(was), all(is));
        let known = || old.iter().chain(&new).flatten();
        let mut different: Vec<&Value> = known().collect();
        different.sort_by_key(|value| format!("{value:?}"));
        different.dedup();
        let bands = if different.len() > PARTS { bands(&different)? } else { None };
        // Each value's place in the order, and its label.
        let part = |answers: Option<&Answers>, value: &Value| -> (i128, String) {
            let label = || answers.map_or_else(String::new, |answers| answers.label(value));
            match (number(value, bands.is_some()), &bands) {
                (Some(number), Some(bands)) => {
                    let band = bands.of(number);
                    (band as i128, bands.label(band))
                }
                (Some(number), None) => (number.units(), label()),
                (None, _) => match value {
                    Value::Missing(_) => (i128::MAX, "missing".to_owned()),
                    Value::Category(_) => {
                        let label = label();
                        let place = is.or(was).and_then(|it| it.names.iter().position(|name| *name == label));
                        (place.map_or(i128::MAX - 1, |place| place as i128), label)
                    }
                    Value::YesNo(truth) => (i128::from(*truth), label()),
                    Value::Number(_) | Value::Date(_) | Value::Text(_) => (0, label()),
                },
            }
        };
        let sides = [(was, &old), (is, &new)].map(|(answers, values)| -> Vec<Option<(i128, String)>> {
            values.iter().map(|value| value.as_ref().map(|value| part(answers, value))).collect()
        });
        let mut order: Vec<(i128, String)> = sides.iter().flatten().flatten().cloned().collect();
        order.sort();
        order.dedup();
        let place = |at: &Option<(i128, String)>| at.as_ref().and_then(|at| order.binary_search(at).ok());
        let [old, new] = sides.map(|side| side.iter().map(place).collect());
        Some(Self { labels: order.into_iter().map(|(_, label)| label).collect(), old, new })
    }
}

/// Bands over numbers, or over the years of days; none over what is neither. `None` where there cannot be any.
#[expect(clippy::option_option, reason = "no bands are needed, or none can be had")]
fn bands(different: &[&Value]) -> Option<Option<Bands>> {
    let numbers: Vec<Decimal> = different.iter().filter_map(|value| number(value, true)).collect();
    let Some((least, most)) = numbers.iter().min().zip(numbers.iter().max()) else { return Some(None) };
    let whole = numbers.iter().all(|number| number.is_integer());
    let step = if whole { Decimal::ONE } else { HUNDREDTH };
    Bands::over(*least, *most, step).map(Some)
}

/// The number that a value is ordered by: of days that are divided by bands their year.
fn number(value: &Value, by_year: bool) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Date(date) if by_year => Some(Decimal::from_int(date.year().into())),
        Value::Date(date) => Some(Decimal::from_int(date.days().into())),
        Value::Missing(_) | Value::YesNo(_) | Value::Text(_) | Value::Category(_) => None,
    }
}
