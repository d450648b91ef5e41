//! Ordered fields: which way the score goes with each, and its largest step from one band to the next.

use super::{Claim, Shown};
use crate::audit::Audit;
use crate::audit::clause::{Desk, Way};
use crate::data::{FieldId, RecordId};
use crate::decimal::Decimal;

/// Whether the score turns on a field, as far as is known.
pub(super) type Moving<'m> = dyn Fn(RecordId, FieldId) -> bool + 'm;

/// Which way the score goes where a field grows.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    /// The field: `person.age`.
    pub name: String,
    /// Whether it never falls.
    pub falls: Claim,
    /// Whether it never rises.
    pub rises: Claim,
}

/// The largest step from one band to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The field.
    pub name: String,
    /// By how many points.
    pub points: Decimal,
    /// What is cut into bands, where that is not the field itself but worked out of it.
    pub of: Option<String>,
    /// From which band to which.
    pub bands: (String, String),
    /// No step of this field is larger: proved.
    pub largest: bool,
    /// Two records that show it.
    pub shown: Shown,
}

/// Ordered fields that the score turns on, of the scored record first.
fn ordered(audit: &Audit<'_>, moving: &Moving<'_>) -> Vec<(String, RecordId, FieldId)> {
    let policy = audit.policy();
    let fields = super::input::listed(policy).into_iter().filter_map(|(name, _, asked)| match asked {
        crate::audit::clause::Input::Field(record, field) => Some((name, record, field)),
        crate::audit::clause::Input::Record(_)
        | crate::audit::clause::Input::Link(_)
        | crate::audit::clause::Input::LinkedScore(_) => None,
    });
    let kind = |record, field| policy.schema.field(record, field).kind;
    fields
        .filter(|(_, record, field)| kind(*record, *field).is_ordered() && moving(*record, *field))
        .collect()
}

/// Which way the score goes with each.
pub(super) fn directions(audit: &Audit<'_>, moving: &Moving<'_>) -> Vec<Direction> {
    let fields = ordered(audit, moving).into_iter();
    let told = fields.map(|(name, record, field)| {
        let claim = |never, words| Claim::of(audit, &name, words, &audit.monotone((record, field), never));
        Direction {
            falls: claim(Way::Falls, "the score never falls where it grows"),
            rises: claim(Way::Rises, "the score never rises where it grows"),
            name: name.clone(),
        }
    });
    told.collect()
}

/// The largest step of each field of the scored record, the largest first.
pub(super) fn cliffs(audit: &Audit<'_>, moving: &Moving<'_>) -> Vec<Step> {
    let scored = audit.policy().schema.scored;
    let fields = ordered(audit, moving).into_iter().filter(|(_, record, _)| *record == scored);
    let mut steps: Vec<Step> = fields
        .filter_map(|(name, _, field)| {
            let cliff = audit.cliff(field)?;
            let (points, witness) = cliff.shown;
            let shown = Shown::of(audit, &witness);
            Some(Step { name, points, of: cliff.of, bands: cliff.bands, largest: cliff.largest, shown })
        })
        .collect();
    steps.sort_by_key(|step| std::cmp::Reverse(step.points));
    steps
}
