//! What gives points: characteristics, rules, groups and influences, from the least to the most.

use super::Shown;
use super::effect::percent_at_most;
use super::range::{End, Range, Widths};
use crate::audit::{Audit, gives};
use crate::decimal::Decimal;
use crate::policy::{ItemKind, Policy};
use crate::source::Place;

/// Something that gives points.
#[derive(Debug, Clone, PartialEq)]
pub struct Giver {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: GiverKind,
    /// In how many groups it stands.
    pub depth: usize,
    /// The points that it gives, after its own weight and limits.
    pub points: Range,
    /// The most that it can change of the score, as a share of the range of scores, in percent: proved.
    pub share: Option<Decimal>,
    /// Where it stands.
    pub place: Place,
}

/// What gives points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiverKind {
    /// A characteristic.
    Characteristic,
    /// A rule.
    Rule,
    /// A group.
    Group,
    /// The influence of others' scores.
    Influence,
}

impl GiverKind {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Characteristic => "characteristic",
            Self::Rule => "rule",
            Self::Group => "group",
            Self::Influence => "influence",
        }
    }
}

/// Everything that gives points, in the order of the policy.
pub(super) fn givers(audit: &Audit<'_>, widths: &Widths) -> Vec<Giver> {
    let policy = audit.policy();
    let end = |end: gives::End| End {
        bound: end.bound,
        shown: end.shown.map(|(points, witness)| (points, Shown::of(audit, &witness))),
    };
    let range = |given: gives::Gives| {
        (Range { least: given.least.map(end), greatest: given.greatest.map(end) }, given.swing)
    };
    let share = |moved: Option<Decimal>| {
        // What is cut off at the ends of the range moves nobody's score.
        let swing = |swing: Decimal| widths.most.map_or(swing, |most| swing.min(most));
        // Of the range that records show: of a wider one it is less.
        moved.map(swing).and_then(|swing| percent_at_most(swing, widths.shown))
    };
    let items = policy.items.iter().zip(0..).filter_map(|(item, at)| {
        let (points, swing) = range(audit.gives(crate::policy::ItemId(at))?);
        let kind = match item.kind {
            ItemKind::Characteristic => GiverKind::Characteristic,
            ItemKind::Rule => GiverKind::Rule,
            ItemKind::Group => GiverKind::Group,
        };
        Some(Giver {
            name: item.name.clone(),
            title: item.title.clone(),
            kind,
            depth: depth(policy, item.group),
            points,
            share: share(swing),
            place: item.place,
        })
    });
    let influences = policy.influences.iter().zip(0..).filter_map(|(influence, at)| {
        let (points, swing) = range(audit.influence_gives(at)?);
        Some(Giver {
            name: influence.name.clone(),
            title: influence.title.clone(),
            kind: GiverKind::Influence,
            depth: 0,
            points,
            share: share(swing),
            place: influence.place,
        })
    });
    items.chain(influences).collect()
}

/// In how many groups something stands.
fn depth(policy: &Policy, group: Option<crate::policy::ItemId>) -> usize {
    std::iter::successors(group, |group| policy.item(*group).group).count()
}
