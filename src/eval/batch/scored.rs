//! What a chunk of records came to, as columns.

use super::lane::{Codes, CodesRef, Lane};
use super::table::value;
use super::walk::NONE;
use crate::data::{Type, Value};
use crate::decimal::Decimal;
use crate::eval::{Answer, GivenReason, Outcome, Status};
use crate::policy::{ReasonId, TierId};
use std::sync::Arc;

/// What the records of a chunk came to. Its buffers are used again by the next run.
#[derive(Debug, Default)]
pub struct Scored {
    pub(super) standings: Vec<Standing>,
    /// Rounded; missing unless scored.
    pub(super) score: Lane,
    /// The position of the tier, one after the last where there is none.
    pub(super) tier: Codes,
    /// How many tiers there are.
    pub(super) tiers: u16,
    /// By place: the position of the reason, [`NONE`] where there is none.
    pub(super) reasons: Vec<Vec<u16>>,
    /// By place: the points under the reason in units, `None` where an override alone gives it. Filled if wanted.
    pub(super) lost: Vec<Vec<Option<i128>>>,
    /// By item: its points. Filled if wanted.
    pub(super) points: Vec<Lane>,
    /// The points of influences.
    pub(super) influences: Vec<Lane>,
    /// By decision.
    pub(super) decisions: Vec<DecisionColumn>,
    /// By benefit and penalty: 1 where it is held.
    pub(super) consequences: Vec<Vec<u8>>,
    /// What was observed beside the score.
    pub(super) observed: Vec<ObservedColumn>,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Standing {
    /// It has a score.
    #[default]
    Scored,
    /// A rule or an override said `not scored`.
    NotScored,
    /// Participation is open and it does not take part.
    NotParticipating,
    /// It is no good: a value outside its domain, or absent where it must not be. It is set aside.
    Bad,
    /// A number was too large on the way. It is set aside.
    TooLarge,
}

/// What is worked out beside scores, tiers, reasons, decisions and consequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The points of each item.
    pub points: bool,
    /// The points lost under each reason.
    pub lost: bool,
}

/// The answers of a decision.
#[derive(Debug, Default)]
pub(super) struct DecisionColumn {
    pub(super) values: Lane,
    /// What the numbers of texts mean, where it gives texts.
    pub(super) texts: Vec<Arc<str>>,
    pub(super) reasons: Vec<u16>,
}

/// What was observed.
#[derive(Debug, Default)]
pub(super) struct ObservedColumn {
    pub(super) values: Lane,
    /// What the numbers of texts mean, where it gives texts.
    pub(super) texts: Vec<Arc<str>>,
}

/// Numbers of many records as they are held: units of 1e-9.
#[derive(Debug, Clone, Copy)]
pub enum Numbers<'a> {
    /// Each times `unit`, a power of ten.
    Narrow {
        /// By record.
        values: &'a [i64],
        /// Units of 1e-9 in one.
        unit: i64,
    },
    /// In units of 1e-9.
    Wide(&'a [i128]),
}

/// Values of many records, some of them missing. Numbers are in units of 1e-9; days, categories and truth values are counted
/// in ones, and so are the numbers of texts.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// The values; what stands there for a record without one means nothing.
    pub numbers: Numbers<'a>,
    /// 1 for the records that have none. Empty where all have one.
    pub missing: &'a [u8],
}

impl Standing {
    /// The status of a record that was evaluated; `None` where it is set aside.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Scored => Some(Status::Scored),
            Self::NotScored => Some(Status::NotScored),
            Self::NotParticipating => Some(Status::NotParticipating),
            Self::Bad | Self::TooLarge => None,
        }
    }
}

impl Scored {
    /// Clears what records that are set aside came to.
    pub(super) fn set_aside(&mut self) {
        let aside = |standing: &Standing| standing.status().is_none();
        for (row, _) in self.standings.iter().enumerate().filter(|(_, standing)| aside(standing)) {
            if let Some(missing) = self.score.missing.get_mut(row) {
                *missing = 1;
            }
            self.tier.set(row, self.tiers);
            let reasons = self.reasons.iter_mut().filter_map(|place| place.get_mut(row));
            reasons.for_each(|slot| *slot = NONE);
            let held = self.consequences.iter_mut().filter_map(|held| held.get_mut(row));
            held.for_each(|slot| *slot = 0);
        }
    }

    /// How many records there are.
    pub fn rows(&self) -> usize {
        self.standings.len()
    }

    /// What became of each record.
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// The scores; what stands there for a record that has none means nothing.
    pub fn scores(&self) -> Numbers<'_> {
        self.score.numbers()
    }

    /// The scores, missing unless scored.
    pub fn score_column(&self) -> Column<'_> {
        self.score.column()
    }

    /// The positions of the tiers; how many tiers the policy has, or more, where a record has none.
    pub fn tier_codes(&self) -> CodesRef<'_> {
        self.tier.as_ref()
    }

    /// The points that an item gave, if they were wanted; they mean nothing for records that are not scored.
    pub fn points_column(&self, item: usize) -> Option<Column<'_>> {
        self.points.get(item).map(Lane::column)
    }

    /// The points that an influence gave; they mean nothing for records that are not scored.
    pub fn influence_column(&self, position: usize) -> Option<Column<'_>> {
        self.influences.get(position).map(Lane::column)
    }

    /// The answers of a decision, missing unless scored. They mean something where the record is not set aside.
    pub fn answers(&self, decision: usize) -> Option<Column<'_>> {
        self.decisions.get(decision).map(|decision| decision.values.column())
    }

    /// What the numbers of texts mean that a decision gives, if it gives texts.
    pub fn answer_texts(&self, decision: usize) -> &[Arc<str>] {
        self.decisions.get(decision).map_or(&[], |decision| &decision.texts)
    }

    /// What was observed of all records beside the score ([`Plan::observing`](super::Plan::observing)), by position. It means
    /// something where the record is not set aside, whether it is scored or not.
    pub fn observed(&self, position: usize) -> Option<Column<'_>> {
        self.observed.get(position).map(|observed| observed.values.column())
    }

    /// What the numbers of texts mean that were observed, if they were texts.
    pub fn observed_texts(&self, position: usize) -> &[Arc<str>] {
        self.observed.get(position).map_or(&[], |observed| &observed.texts)
    }

    /// The score of a record, after range, overrides and rounding; absent unless scored.
    pub fn score(&self, row: usize) -> Option<Decimal> {
        self.score.get(row).and_then(Decimal::from_units)
    }

    /// The tier of a record; absent unless scored, or where the policy has none.
    pub fn tier(&self, row: usize) -> Option<TierId> {
        let tier = self.tier.as_ref().get(row);
        (row < self.rows() && tier < self.tiers).then(|| TierId(tier.into()))
    }

    /// The positions of the reasons at a place, the most important at place 0; `u16::MAX` where there is none.
    pub fn reasons_at(&self, place: usize) -> &[u16] {
        self.reasons.get(place).map_or(&[], Vec::as_slice)
    }

    /// How many places for reasons there are.
    pub fn reason_places(&self) -> usize {
        self.reasons.len()
    }

    /// The reasons of a record, most important first.
    pub fn reasons(&self, row: usize) -> impl Iterator<Item = ReasonId> + '_ {
        let codes =
            self.reasons.iter().map_while(move |place| place.get(row).copied().filter(|code| *code != NONE));
        codes.map(|code| ReasonId(code.into()))
    }

    /// The points lost under each reason of a record, if they were wanted.
    pub fn lost(&self, row: usize) -> impl Iterator<Item = Option<Decimal>> + '_ {
        self.lost.iter().map(move |place| place.get(row).copied().flatten().and_then(Decimal::from_units))
    }

    /// The points that an item gave a record, if they were wanted.
    pub fn points(&self, item: usize, row: usize) -> Option<Decimal> {
        self.points.get(item)?.get(row).and_then(Decimal::from_units)
    }

    /// The answer of a decision, whose type is `kind`; absent unless scored.
    pub fn decision(&self, decision: usize, row: usize, kind: Type) -> Option<Answer> {
        if self.standings.get(row) != Some(&Standing::Scored) {
            return None;
        }
        let column = self.decisions.get(decision)?;
        let reason = column.reasons.get(row).copied().filter(|code| *code != NONE);
        let reason = reason.map(|code| ReasonId(code.into()));
        let units = column.values.get(row);
        let text = || units.and_then(|units| column.texts.get(usize::try_from(units).ok()?));
        let value = match (kind == Type::Text).then(text).flatten() {
            Some(text) => Value::Text(Arc::clone(text)),
            None => value(units, kind),
        };
        Some(Answer { value, reason })
    }

    /// Whether a record holds a benefit or suffers a penalty.
    pub fn consequence(&self, position: usize, row: usize) -> bool {
        self.consequences.get(position).and_then(|held| held.get(row)).is_some_and(|held| *held != 0)
    }

    /// Everything about a record, as the reference interpreter says it (save why a decision's answer is missing); `None`
    /// where it is set aside. Points of items and points lost are there only if they were wanted.
    pub fn outcome(&self, row: usize, decisions: &[Type]) -> Option<Outcome> {
        let status = self.standings.get(row)?.status()?;
        let lost = self.lost(row).map(Some).chain(std::iter::repeat(None));
        let reasons = self.reasons(row).zip(lost);
        let influences = self.influences.iter();
        Some(Outcome {
            status,
            score: self.score(row),
            tier: self.tier(row),
            reasons: reasons.map(|(reason, lost)| GivenReason { reason, lost: lost.flatten() }).collect(),
            points: self
                .points
                .iter()
                .filter_map(|lane| lane.get(row).and_then(Decimal::from_units))
                .collect(),
            influences: influences.filter_map(|lane| lane.get(row).and_then(Decimal::from_units)).collect(),
            decisions: decisions
                .iter()
                .enumerate()
                .filter_map(|(at, kind)| self.decision(at, row, *kind))
                .collect(),
            consequences: (0..self.consequences.len()).map(|at| self.consequence(at, row)).collect(),
        })
    }
}

impl Lane {
    /// As they are held, with which of them are missing.
    fn column(&self) -> Column<'_> {
        Column { numbers: self.numbers(), missing: &self.missing }
    }

    /// As they are held.
    pub(super) fn numbers(&self) -> Numbers<'_> {
        if self.is_wide {
            Numbers::Wide(&self.wide)
        } else {
            Numbers::Narrow { values: &self.narrow, unit: self.unit }
        }
    }
}
