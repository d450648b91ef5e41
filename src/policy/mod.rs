//! A policy as it stands on one day: names and types are gone, every reference is an id, every date of effect, parameter
//! and window has become a constant. Made by `check`, read by the interpreters, the explanation, the audit and exports.
//!
//! A `Policy` is valid by construction: expressions are well typed, tables are complete and (unless `first match`) without
//! overlap, whatever may be missing is dealt with, definitions and decisions stand in an order in which each reads only
//! those before it.

mod case;
mod expr;
mod item;
mod outcome;
mod reads;
mod words;

pub use case::*;
pub use expr::*;
pub use item::*;
pub use outcome::*;
pub use reads::{Reads, ResultRead};

use crate::data::{Schema, Set, Type};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::source::Place;
use std::sync::Arc;

/// A policy as in force on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its title (the name where none was given).
    pub title: String,
    /// Its `version` line, if any.
    pub version: Option<String>,
    /// SHA-256 over the texts of its files and the parameters set from outside, in hexadecimal.
    pub hash: Arc<str>,
    /// What it is for, who owns it, where it comes from.
    pub about: About,
    /// The day on which it is in force as given here.
    pub today: Date,
    /// Record kinds, fields, links, tags.
    pub schema: Schema,
    /// The parameters in force, for the explanation; expressions hold their values.
    pub params: Vec<Param>,
    /// Reason codes, in source order.
    pub reasons: Vec<Reason>,
    /// Definitions, each after those it reads.
    pub definitions: Vec<Definition>,
    /// Points that everyone starts with.
    pub start: Decimal,
    /// The least and the greatest score, if declared.
    pub range: Option<(Decimal, Decimal)>,
    /// The step that scores are rounded to.
    pub round: Decimal,
    /// How many reasons are given, and how they are ranked.
    pub reasons_shown: ReasonsShown,
    /// Everything that gives points, groups before their members; see [`Policy::roots`].
    pub items: Vec<Item>,
    /// The top-level items, in source order.
    pub roots: Vec<ItemId>,
    /// Influences of linked records.
    pub influences: Vec<Influence>,
    /// How many sweeps settle the scores, where an influence reads settled scores; 0 otherwise.
    pub sweeps: u32,
    /// The least and greatest score before overrides and rounding that interval arithmetic allows (clamped to `range`).
    pub reachable: (Decimal, Decimal),
    /// Who takes part, where participation is open on this day.
    pub participation: Option<Participation>,
    /// Overrides, in source order.
    pub overrides: Vec<Override>,
    /// Tiers, best first; empty where the policy has none.
    pub tiers: Vec<Tier>,
    /// Decisions, each after those it reads.
    pub decisions: Vec<Decision>,
    /// Benefits and penalties in force on this day, in source order.
    pub consequences: Vec<Consequence>,
}

/// The policy's own account of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// `purpose`.
    pub purpose: Option<String>,
    /// `origin`.
    pub origin: Option<String>,
    /// `owner`.
    pub owner: Option<String>,
    /// `source` lines.
    pub sources: Vec<String>,
}

/// A parameter on this day.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its label, if any.
    pub label: Option<String>,
    /// Its value on this day.
    pub value: crate::data::Value,
    /// Whether the value was set from outside (the manifest or `--set`).
    pub set: bool,
    /// Where it is declared.
    pub place: Place,
}

/// A reason code.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The code.
    pub code: String,
    /// What the scored person is told.
    pub text: String,
    /// Where it is declared.
    pub place: Place,
}

/// How reasons are ranked and how many are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReasonsShown {
    /// At most this many.
    pub up_to: u32,
    /// By what.
    pub by: RankedBy,
}

/// What reasons are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankedBy {
    /// The most that any record could get minus what was given.
    PointsLost,
    /// PMML's `pointsBelow`: baseline minus points.
    BelowBaseline,
    /// PMML's `pointsAbove`: points minus baseline.
    AboveBaseline,
}

/// A definition (`let`).
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its label, if any.
    pub label: Option<String>,
    /// The record kind that it belongs to.
    pub of: crate::data::RecordId,
    /// The type of its value.
    pub kind: Type,
    /// How it is worked out.
    pub body: DefinitionBody,
    /// Whether it can be missing.
    pub may_be_missing: bool,
    /// Where it is declared.
    pub place: Place,
    /// What it says, as written (`balance / limit`); empty for a table.
    pub text: String,
}

/// How a definition is worked out.
#[derive(Debug, Clone, PartialEq)]
pub enum DefinitionBody {
    /// By an expression.
    Expr(Expr),
    /// By a table; the rows' outcomes are [`RowOutcome::Value`].
    Table(Table),
}

/// A tier.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Its label (the name where none was given).
    pub label: String,
    /// The scores that have it.
    pub scores: Set,
    /// The cell as written.
    pub text: String,
    /// Where it is declared.
    pub place: Place,
}

impl Policy {
    /// An item by id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker that made the vector")]
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.index()]
    }

    /// A definition by id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker that made the vector")]
    pub fn definition(&self, id: DefinitionId) -> &Definition {
        &self.definitions[id.index()]
    }

    /// A reason by id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker that made the vector")]
    pub fn reason(&self, id: ReasonId) -> &Reason {
        &self.reasons[id.index()]
    }

    /// The tier of a rounded score, by position in [`Policy::tiers`].
    pub fn tier_of(&self, score: Decimal) -> Option<TierId> {
        let score = crate::data::Value::Number(score);
        self.tiers.iter().position(|t| t.scores.contains(&score)).map(|i| TierId(i as u32))
    }
}
