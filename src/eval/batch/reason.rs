//! Which reasons records are given, and in what order.

use super::super::reasons::Plan as Codes;
use super::item::{Body, ItemPlan, Outcome};
use crate::decimal::Decimal;
use crate::policy::{ItemId, Policy, RankedBy, ReasonId};

/// How the reasons of a policy are found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReasonPlan {
    /// At most this many.
    pub(super) up_to: usize,
    /// By what.
    pub(super) by: RankedBy,
    /// All codes, in the order in which items first mention them.
    pub(super) order: Vec<ReasonId>,
    /// What the interpreter of single records knows of them.
    codes: Codes,
    /// Where all losses follow from look-ups and no two items share a code: the possible losses, ranked.
    pub(super) keys: Option<Keys>,
}

/// Losses by rank: key 0 is none, and of two keys the greater comes first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Keys {
    /// What each key stands for, from key 1.
    pub(super) losses: Vec<(ReasonId, Decimal)>,
    /// By item: the key of each of its codes.
    pub(super) of: Vec<Vec<u8>>,
}

impl ReasonPlan {
    /// Of a policy.
    pub(super) fn new(policy: &Policy, items: &[ItemPlan]) -> Self {
        let codes = Codes::new(policy);
        let mut order: Vec<ReasonId> = (0..policy.reasons.len() as u32).map(ReasonId).collect();
        order.sort_by_key(|reason| codes.first_mention(*reason));
        let up_to = policy.reasons_shown.up_to as usize;
        let by = policy.reasons_shown.by;
        let keys =
            if by == RankedBy::PointsLost && up_to > 0 { Keys::new(policy, items, &order) } else { None };
        Self { up_to, by, order, codes, keys }
    }

    /// What the interpreter of single records knows of the reasons.
    pub(super) fn codes_by_item(&self) -> &Codes {
        &self.codes
    }

    /// The codes that an item may give.
    pub(super) fn codes(&self, item: usize) -> &[ReasonId] {
        self.codes.codes(ItemId(item as u32))
    }
}

impl Keys {
    /// The items that may lose points under a reason.
    pub(super) fn items(&self) -> impl Iterator<Item = usize> + '_ {
        self.of.iter().enumerate().filter(|(_, keys)| keys.iter().any(|key| *key != 0)).map(|(item, _)| item)
    }

    fn new(policy: &Policy, items: &[ItemPlan], order: &[ReasonId]) -> Option<Self> {
        if policy.influences.iter().any(|influence| influence.reason.is_some()) {
            return None;
        }
        let mut losses: Vec<(ReasonId, Decimal)> = Vec::new();
        let mut owners: Vec<Option<usize>> = vec![None; policy.reasons.len()];
        for (at, item) in items.iter().enumerate() {
            for (reason, lost) in outcomes(policy, at, item)?.iter().filter_map(loss) {
                let owner = owners.get_mut(reason.index())?;
                if owner.is_some_and(|owner| owner != at) {
                    return None;
                }
                *owner = Some(at);
                if lost > Decimal::ZERO && !losses.contains(&(reason, lost)) {
                    losses.push((reason, lost));
                }
            }
        }
        if losses.len() >= usize::from(u8::MAX) {
            return None;
        }
        let place = |reason: &ReasonId| order.iter().position(|known| known == reason);
        losses.sort_by_key(|(reason, lost)| (*lost, std::cmp::Reverse(place(reason))));
        let key = |outcome: &Outcome| {
            let rank = loss(outcome).and_then(|loss| losses.iter().position(|known| *known == loss));
            rank.map_or(0, |rank| rank as u8 + 1)
        };
        let mut of = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            of.push(outcomes(policy, at, item)?.iter().map(key).collect());
        }
        Some(Self { losses, of })
    }
}

/// The outcomes of an item that is a look-up, none where it counts under no reason; `None` where its losses have to be
/// worked out.
fn outcomes<'i>(policy: &Policy, at: usize, item: &'i ItemPlan) -> Option<&'i [Outcome]> {
    let grouped = policy.items.get(at).is_some_and(|item| item.group.is_some());
    match &item.body {
        // A group reduces what its members lose.
        Body::LookUp(_, outcomes) if !grouped => Some(outcomes),
        Body::LookUp(_, outcomes) => outcomes.iter().all(|o| o.loss.is_none()).then_some(&[]),
        Body::Group(_) => Some(&[]),
        Body::Rows(rows) => rows.rows.iter().all(|row| row.reason.is_none()).then_some(&[]),
        Body::Formula(_) => item.reason.is_none().then_some(&[]),
        Body::Events(_) => None,
    }
}

fn loss(outcome: &Outcome) -> Option<(ReasonId, Decimal)> {
    let (reason, lost) = outcome.loss?;
    Some((reason, lost?))
}
