//! Whom everybody is linked to, and what linked records' own policies published of them.

use super::influence::{NO_SCORE, Scores, TOO_LARGE};
use super::lane::Lane;
use crate::data::{LinkId, Links, RecordId};
use crate::decimal::Decimal;
use crate::policy::Policy;

/// The links of a population, and previously published scores.
#[derive(Debug, Default)]
pub struct Network {
    /// By link; absent where nobody asks for one, and where there are no pairs.
    pub links: Vec<Option<Links>>,
    /// Previously published scores, where there are any.
    pub previous: Option<Previous>,
}

/// Previously published scores of records of one kind, by slot.
#[derive(Debug, Clone)]
pub struct Previous {
    kind: RecordId,
    scores: Scores,
}

impl Previous {
    /// None yet, of a kind that has so many records.
    pub fn new(kind: RecordId, slots: usize) -> Self {
        Self { kind, scores: Scores::Narrow(vec![NO_SCORE; slots]) }
    }

    /// The score of the record at a slot.
    pub fn set(&mut self, slot: usize, score: Decimal) {
        if let Scores::Narrow(scores) = &mut self.scores {
            if score.units().abs() < TOO_LARGE {
                if let Some(place) = scores.get_mut(slot) {
                    *place = score.units() as i64;
                }
                return;
            }
            let slots = scores.len();
            self.scores = Scores::Wide((0..slots).map(|slot| self.scores.get(slot)).collect());
        }
        if let Scores::Wide(scores) = &mut self.scores
            && let Some(place) = scores.get_mut(slot)
        {
            *place = Some(score);
        }
    }

    /// The kind.
    pub(super) fn kind(&self) -> RecordId {
        self.kind
    }

    /// The scores of records in a row as a lane.
    pub(super) fn read(&self, first_slot: usize, rows: usize, lane: &mut Lane) {
        lane.reset(rows);
        for row in 0..rows {
            lane.put(row, self.scores.get(first_slot + row).map(Decimal::units));
        }
    }

    /// The size of the largest; `None` where that does not fit into 64 bits.
    pub(super) fn largest(&self) -> Option<i128> {
        match &self.scores {
            Scores::Narrow(scores) => {
                let known = scores.iter().filter(|score| **score != NO_SCORE);
                Some(known.map(|score| i128::from(*score).abs()).max().unwrap_or(0))
            }
            Scores::Wide(_) => None,
        }
    }
}

impl Network {
    /// The links of a kind of link.
    pub(super) fn links_of(&self, link: LinkId) -> Option<&Links> {
        self.links.get(link.index())?.as_ref()
    }

    /// The previous scores of the records that a link leads to.
    pub(super) fn previous_of(&self, policy: &Policy, link: LinkId) -> Option<&Scores> {
        let kind = super::scope::record_of(policy, crate::policy::Over::Link(link));
        self.previous.as_ref().filter(|previous| previous.kind == kind).map(|previous| &previous.scores)
    }
}
