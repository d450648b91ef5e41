//! What follows the points: participation, overrides, decisions, benefits and penalties.

use super::{Expr, ReasonId, Table, TierId};
use crate::data::Type;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::source::Place;

/// A condition with what holds where it stays undecided.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The condition.
    pub when: Expr,
    /// What it counts as where it is missing.
    pub if_missing: bool,
    /// As written.
    pub text: String,
}

/// Who takes part while participation is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Participation {
    /// Records for which this is not yes are not scored.
    pub needs: Condition,
    /// Open before this day.
    pub before: Option<Date>,
    /// Where it stands.
    pub place: Place,
}

/// An override.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// Its name.
    pub name: String,
    /// Its title (the name where none was given).
    pub title: String,
    /// When it applies.
    pub when: Condition,
    /// `score at most N`.
    pub score_at_most: Option<Decimal>,
    /// `score at least N`.
    pub score_at_least: Option<Decimal>,
    /// `tier at most T`: nobody it applies to has a better tier.
    pub tier_at_most: Option<TierId>,
    /// `tier at least T`.
    pub tier_at_least: Option<TierId>,
    /// `not scored`.
    pub not_scored: bool,
    /// Its reason.
    pub reason: Option<ReasonId>,
    /// `source` lines.
    pub sources: Vec<String>,
    /// `note` lines.
    pub notes: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// A decision: an answer worked out from a table after the score. Given to scored records only.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Its name.
    pub name: String,
    /// Its title (the name where none was given).
    pub title: String,
    /// The type of its answer.
    pub kind: Type,
    /// The table; outcomes are values.
    pub table: Table,
    /// `source` lines.
    pub sources: Vec<String>,
    /// `note` lines.
    pub notes: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// A benefit or a penalty.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequence {
    /// A penalty, not a benefit.
    pub penalty: bool,
    /// Its name.
    pub name: String,
    /// Its title (the name where none was given).
    pub title: String,
    /// When it is held or suffered.
    pub when: Condition,
    /// Whether records that are not scored are asked too.
    pub not_scored_applies: bool,
    /// The context it has effect in.
    pub context: Option<String>,
    /// Who grants it.
    pub grantor: Option<String>,
    /// What it rests on.
    pub basis: Option<String>,
    /// When it was announced.
    pub announced: Option<Date>,
    /// In force from this day on.
    pub from: Option<Date>,
    /// Out of force from this day on.
    pub before: Option<Date>,
    /// Its reason.
    pub reason: Option<ReasonId>,
    /// `source` lines.
    pub sources: Vec<String>,
    /// `note` lines.
    pub notes: Vec<String>,
    /// Where it stands.
    pub place: Place,
}
