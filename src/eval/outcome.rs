//! What an interpreter says of a record.

use crate::data::Value;
use crate::decimal::Decimal;
use crate::policy::{ReasonId, TierId};

/// The result for one record that was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Whether it has a score, and if not why.
    pub status: Status,
    /// The score, after range, overrides and rounding; absent unless scored.
    pub score: Option<Decimal>,
    /// The tier, after tier overrides; absent unless scored, or where the policy has none.
    pub tier: Option<TierId>,
    /// The reasons, most important first, at most as many as the policy shows. Empty unless scored, save that an override
    /// that says `not scored` gives its own.
    pub reasons: Vec<GivenReason>,
    /// The points of each item, by position in `Policy::items`, after its weight and limits.
    pub points: Vec<Decimal>,
    /// The points of each influence, by position in `Policy::influences`.
    pub influences: Vec<Decimal>,
    /// The answer of each decision, by position in `Policy::decisions`; empty unless scored.
    pub decisions: Vec<Answer>,
    /// Whether each benefit or penalty is held, by position in `Policy::consequences`.
    pub consequences: Vec<bool>,
}

/// Whether a record has a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Status {
    /// It has.
    Scored,
    /// A rule or an override said `not scored`.
    #[default]
    NotScored,
    /// Participation is open and it does not take part.
    NotParticipating,
}

impl Status {
    /// As written in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scored => "scored",
            Self::NotScored => "not scored",
            Self::NotParticipating => "not participating",
        }
    }
}

/// A reason given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenReason {
    /// Which.
    pub reason: ReasonId,
    /// The points lost (or below or above the baseline) under this code; absent where an override alone gives it.
    pub lost: Option<Decimal>,
}

/// A decision's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it gives.
    pub value: Value,
    /// Why, where the row says so.
    pub reason: Option<ReasonId>,
}

/// Why a record could not be evaluated: a number too large on the way. The record is set aside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a number is too large in {what}")]
pub struct Overflow {
    /// The definition, item, influence or decision in which it happened: kind and name.
    pub what: String,
}
