//! What a clause gives to its pattern's slots, resolved for one policy: names have become ids.

use super::desk::{Input, Target};
use super::given::Thing;
use crate::data::{FieldId, LinkId, RecordId, Set};
use crate::date::Unit;
use crate::decimal::Decimal;
use crate::policy::TierId;
use std::collections::BTreeSet;

/// What stands in a slot, for one policy.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// Which of several words.
    Choice(usize),
    /// Whether words that may be left out stand there.
    Flag(bool),
    /// Nothing: it was left out.
    Absent,
    /// Inputs, those that the policy knows; never empty.
    Inputs(Vec<Input>),
    /// Inputs that may be read.
    Allowed(BTreeSet<Input>),
    /// What may be changed; never empty.
    Targets(Vec<Target>),
    /// A field.
    Field(RecordId, FieldId),
    /// A link.
    Link(LinkId),
    /// Links that may be followed.
    Links(Vec<LinkId>),
    /// A tier.
    Tier(TierId),
    /// Contexts or names, as written.
    Words(Vec<String>),
    /// What blocks may have.
    Things(Vec<Thing>),
    /// Values of the field before it.
    Band(Set),
    /// A number, or a share of 1.
    Number(Decimal),
    /// A whole number.
    Count(u32),
    /// A time.
    Duration(u32, Unit),
}

/// The slots of a clause in the order of its pattern. Each of the functions gives what stands in one of them, and `None`
/// where something else does: patterns and passes agree, and a test asks every pass.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slots(pub(super) Vec<Slot>);

macro_rules! slot {
    ($($(#[$doc:meta])* $name:ident: $pattern:pat => $value:expr, $kind:ty;)*) => {
        impl Slots {
            $(
                $(#[$doc])*
                pub(super) fn $name(&self, at: usize) -> Option<$kind> {
                    if let Some($pattern) = self.0.get(at) { Some($value) } else { None }
                }
            )*
        }
    };
}

slot! {
    /// Which of several words.
    choice: Slot::Choice(which) => *which, usize;
    /// Whether words that may be left out stand there.
    flag: Slot::Flag(there) => *there, bool;
    /// Inputs.
    inputs: Slot::Inputs(inputs) => inputs, &[Input];
    /// Inputs that may be read.
    allowed: Slot::Allowed(inputs) => inputs, &BTreeSet<Input>;
    /// What may be changed.
    targets: Slot::Targets(targets) => targets, &[Target];
    /// A field.
    field: Slot::Field(record, field) => (*record, *field), (RecordId, FieldId);
    /// A link.
    link: Slot::Link(link) => *link, LinkId;
    /// Links that may be followed.
    links: Slot::Links(links) => links, &[LinkId];
    /// A tier.
    tier: Slot::Tier(tier) => *tier, TierId;
    /// Contexts or names.
    words: Slot::Words(words) => words, &[String];
    /// What blocks may have.
    things: Slot::Things(things) => things, &[Thing];
    /// Values of a field.
    band: Slot::Band(set) => set, &Set;
    /// A number.
    number: Slot::Number(number) => *number, Decimal;
    /// A whole number.
    count: Slot::Count(count) => *count, u32;
    /// A time.
    duration: Slot::Duration(count, unit) => (*count, *unit), (u32, Unit);
}
