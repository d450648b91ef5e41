//! What was changed in the meaning of a policy: part by part and row by row, in the words of the field.
//!
//! Two checked policies are laid side by side ([`changes`]), each part as facts by names (`parts`, `portrait`, `spelt`), its
//! tables row by row (`rows`). [`compare`] does so in every period in which either is in force, and says from when to when a
//! change holds. What is told here holds for the text alone; what it does to records is `impact`'s affair.

mod cases;
mod parts;
mod portrait;
mod rows;
mod same;
mod spelt;
#[cfg(test)]
mod tests;
mod time;

pub use cases::{CaseChange, case_changes};
pub use time::{Comparison, Meaning, Span, Timed, Version, compare};

use crate::policy::{ItemKind, Policy};
use crate::source::Place;
use portrait::Portrait;
use spelt::Renames;

/// What a change is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The head of the policy: range, start, rounding, reasons, what it says of itself.
    Policy,
    /// Who takes part.
    Participation,
    /// A tag.
    Tag,
    /// A kind of record.
    Record,
    /// A field of a kind of record.
    Field,
    /// A link.
    Link,
    /// A parameter.
    Parameter,
    /// A definition.
    Definition,
    /// A reason code.
    Reason,
    /// A characteristic.
    Characteristic,
    /// A rule.
    Rule,
    /// A group.
    Group,
    /// An influence.
    Influence,
    /// An override.
    Override,
    /// A tier.
    Tier,
    /// A decision.
    Decision,
    /// A benefit.
    Benefit,
    /// A penalty.
    Penalty,
    /// The order in which parts stand.
    Order,
    /// What `glassbox.toml` says of the policy: its data, its day, what is demanded of it.
    Pack,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It is new.
    Added,
    /// It is no more.
    Removed,
    /// It says something else.
    Changed,
    /// It has another name, and perhaps says something else too.
    Renamed {
        /// What it was called.
        from: String,
    },
}

/// What became of something that a part says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is new.
    Added,
    /// It is no more.
    Removed,
    /// It is another.
    Changed,
    /// A row became several.
    Split,
    /// Several rows became one.
    Merged,
    /// A row takes other values: an edge moved.
    Moved,
}

/// A part of a policy that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub part: Part,
    /// Its name; empty where there is one of it only.
    pub name: String,
    /// Its title or label; empty where it has none.
    pub title: String,
    /// What became of it.
    pub became: Became,
    /// What it says or said, and what of that changed.
    pub details: Vec<Detail>,
    /// Where it stood, in the old policy's texts.
    pub old_place: Option<Place>,
    /// Where it stands, in the new policy's texts.
    pub new_place: Option<Place>,
}

/// One thing that a part says, and said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What it is: `weight`, `row under 10%`.
    pub label: String,
    /// What became of it.
    pub how: How,
    /// What it was; absent where there was nothing.
    pub old: Option<String>,
    /// What it is; absent where there is nothing.
    pub new: Option<String>,
    /// Whether it is only words, which no score, tier, reason or decision depends on.
    pub words: bool,
    /// Where it stood, if it has a line of its own.
    pub old_place: Option<Place>,
    /// Where it stands.
    pub new_place: Option<Place>,
}

impl Part {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Participation => "participation",
            Self::Tag => "tag",
            Self::Record => "record",
            Self::Field => "field",
            Self::Link => "link",
            Self::Parameter => "parameter",
            Self::Definition => "definition",
            Self::Reason => "reason",
            Self::Characteristic => "characteristic",
            Self::Rule => "rule",
            Self::Group => "group",
            Self::Influence => "influence",
            Self::Override => "override",
            Self::Tier => "tier",
            Self::Decision => "decision",
            Self::Benefit => "benefit",
            Self::Penalty => "penalty",
            Self::Order => "order",
            Self::Pack => "pack",
        }
    }

    fn of_item(kind: ItemKind) -> Self {
        match kind {
            ItemKind::Characteristic => Self::Characteristic,
            ItemKind::Rule => Self::Rule,
            ItemKind::Group => Self::Group,
        }
    }
}

impl Became {
    /// `added`, `removed`, `changed` or `renamed`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed { .. } => "renamed",
        }
    }
}

impl How {
    /// `added`, `removed`, `changed`, `split`, `merged` or `moved`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Moved => "moved",
        }
    }
}

impl Change {
    /// Whether only words changed, which no score, tier, reason or decision depends on.
    #[must_use]
    pub fn is_words(&self) -> bool {
        self.became == Became::Changed && self.details.iter().all(|detail| detail.words)
    }
}

impl Detail {
    /// What was and what is, of something that comes, goes or changes.
    #[must_use]
    pub fn new(label: &str, old: Option<&str>, new: Option<&str>) -> Self {
        let how = match (old, new) {
            (None, _) => How::Added,
            (Some(_), None) => How::Removed,
            (Some(_), Some(_)) => How::Changed,
        };
        Self::of(label, how, old, new)
    }

    fn of(label: &str, how: How, old: Option<&str>, new: Option<&str>) -> Self {
        let (old, new) = (old.map(str::to_owned), new.map(str::to_owned));
        Self { label: label.to_owned(), how, old, new, words: false, old_place: None, new_place: None }
    }
}

/// How a policy differs from what it was, both as they stand on a day: by kind of part, in the order of the new policy; what
/// is no more stands last of its kind.
///
/// It is empty only where both mean the same to every record and say the same words, whatever order things are declared in.
#[must_use]
pub fn changes(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut renames = Renames::default();
    let is = parts::of(new, &Renames::default());
    // What is renamed may be all that makes others look different, so these are looked at again.
    loop {
        let was = parts::of(old, &renames);
        let news = renamed(&was, &is);
        let mut any = false;
        for (before, after) in news {
            any |= renames.note(before.space, &before.name, &after.name);
        }
        if !any {
            return sides(&was, &is, (old, new));
        }
    }
}

/// Parts that are no more, each with one that is new and says the same.
fn renamed<'p>(was: &'p [Portrait], is: &'p [Portrait]) -> Vec<(&'p Portrait, &'p Portrait)> {
    let lacks = |these: &[Portrait], one: &Portrait| {
        !these.iter().any(|other| other.space == one.space && other.name == one.name)
    };
    let gone: Vec<&Portrait> = was.iter().filter(|one| lacks(is, one)).collect();
    let mut come: Vec<&Portrait> = is.iter().filter(|one| lacks(was, one)).collect();
    let mut found = Vec::new();
    for one in gone {
        if let Some(at) = come.iter().position(|other| one.is_as(other)) {
            found.push((one, come.remove(at)));
        }
    }
    found
}

fn sides(was: &[Portrait], is: &[Portrait], (old, new): (&Policy, &Policy)) -> Vec<Change> {
    let partner = |one: &Portrait, these: &[Portrait]| {
        these.iter().position(|other| other.space == one.space && other.name == one.name)
    };
    let mut changes = Vec::new();
    for after in is {
        let Some(before) = partner(after, was).and_then(|at| was.get(at)) else {
            changes.push(after.change(Became::Added, after.all(How::Added)));
            continue;
        };
        let details = before.details(after);
        let became = if before.own_name == after.own_name {
            Became::Changed
        } else {
            Became::Renamed { from: before.own_name.clone() }
        };
        if details.is_empty() && became == Became::Changed {
            continue;
        }
        changes.push(Change { old_place: before.place, ..after.change(became, details) });
    }
    for before in was.iter().filter(|before| partner(before, is).is_none()) {
        changes.push(before.change(Became::Removed, before.all(How::Removed)));
    }
    changes.extend(parts::order(was, is));
    // Nothing else is known to be left; if something is, it is not kept quiet.
    if changes.is_empty() && !same::same_meaning(old, new) && !parts::same_but_for_order(old, new) {
        let detail =
            Detail::of("declarations", How::Changed, None, Some("stand in another order, or say more"));
        changes.push(Change::of_order(vec![detail]));
    }
    changes.sort_by_key(|change| change.part);
    changes
}

impl Change {
    /// Of what stands beside a policy in its pack: what it says by label, before and now; `None` where it says the same.
    #[must_use]
    pub fn of_pack(name: &str, old: &[(String, String)], new: &[(String, String)]) -> Option<Self> {
        let find = |facts: &'_ [(String, String)], label: &str| {
            facts.iter().find(|(known, _)| known == label).map(|(_, says)| says.clone())
        };
        let gone = old.iter().filter(|(label, _)| find(new, label).is_none());
        let details: Vec<Detail> = new
            .iter()
            .chain(gone)
            .map(|(label, _)| (label, find(old, label), find(new, label)))
            .filter(|(_, old, new)| old != new)
            .map(|(label, old, new)| Detail::new(label, old.as_deref(), new.as_deref()))
            .collect();
        let change = Self { part: Part::Pack, name: name.to_owned(), ..Self::of_order(details) };
        (!change.details.is_empty()).then_some(change)
    }

    fn of_order(details: Vec<Detail>) -> Self {
        Self {
            part: Part::Order,
            name: String::new(),
            title: String::new(),
            became: Became::Changed,
            details,
            old_place: None,
            new_place: None,
        }
    }
}

impl Portrait {
    fn change(&self, became: Became, details: Vec<Detail>) -> Change {
        let gone = became == Became::Removed;
        Change {
            part: self.part,
            name: self.own_name.clone(),
            title: self.title.clone(),
            became,
            details,
            old_place: self.place.filter(|_| gone),
            new_place: self.place.filter(|_| !gone),
        }
    }
}
