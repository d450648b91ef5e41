//! Cases: records given and results expected, checked against the policy of the case's day.

use super::{DecisionId, DefinitionId, ItemId, ReasonId, TierId};
use crate::data::{LinkId, RecordId, Value};
use crate::decimal::Decimal;
use crate::source::Place;

/// A case of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it shows.
    pub title: String,
    /// The records of each kind that it gives, in order; each has a value for every field of its kind (missing where
    /// none was given). The first record of the scored kind is the one the expectations speak of.
    pub records: Vec<(RecordId, Vec<Value>)>,
    /// The pairs that it gives: the keys of both ends.
    pub pairs: Vec<(LinkId, Value, Value)>,
    /// The kind of record whose previously published scores it gives; absent where it gives none.
    pub previous_of: Option<RecordId>,
    /// Previously published scores, by key.
    pub previous: Vec<(Value, Decimal)>,
    /// What it expects.
    pub expectations: Vec<(Expectation, Place)>,
    /// Where it stands.
    pub place: Place,
}

/// One expectation.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// This score.
    Score(Decimal),
    /// This tier.
    Tier(TierId),
    /// This status.
    Status(ExpectedStatus),
    /// Exactly these reasons, in this order.
    Reasons(Vec<ReasonId>),
    /// These points from an item.
    PointsOf(ItemId, Decimal),
    /// These points from an influence, by position.
    PointsOfInfluence(u32, Decimal),
    /// This answer of a decision.
    Decision(DecisionId, Value),
    /// This value of a definition.
    Definition(DefinitionId, Value),
    /// A benefit or penalty (by position in `Policy::consequences`) held, or not.
    Consequence(u32, bool),
}

/// A status that a case expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedStatus {
    /// It has a score.
    Scored,
    /// A rule or an override said `not scored`.
    NotScored,
    /// It does not take part.
    NotParticipating,
    /// It was rejected.
    Rejected,
}
