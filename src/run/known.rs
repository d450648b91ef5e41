//! What is known before the first score: whose key is given again, and what the children of each record come to.

use super::children;
use super::scan::Scanned;
use super::tables::Tables;
use super::{Failure, RejectSink, Run};
use crate::data::{Fault, Notice};
use crate::eval::batch::{Chunk, Gathered, Plan};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is known before the first score.
pub(super) struct Known {
    /// The keys of the scored records.
    pub(super) scanned: Scanned,
    /// What was gathered of children.
    gathered: Vec<Gathered>,
    /// What is wrong with children, by the slot of their parent.
    pub(super) faults: BTreeMap<u32, Vec<Fault>>,
    /// What there is to say of their files.
    pub(super) notices: Vec<Notice>,
}

impl Known {
    /// Reads the keys, and all children.
    pub(super) fn gather(
        run: &Run<'_>,
        plan: &Plan,
        tables: &Tables<'_>,
        rejects: &mut dyn RejectSink,
    ) -> Result<Self, Failure> {
        let scanned = Scanned::read(run, &tables.scored)?;
        let mut known = Self { scanned, gathered: Vec::new(), faults: BTreeMap::new(), notices: Vec::new() };
        for source in &tables.children {
            let Some(children) = plan.children().iter().find(|children| children.kind() == source.kind)
            else {
                continue;
            };
            let read = children::read(run, children, source, &known.scanned, rejects)?;
            for (slot, faults) in read.faults {
                known.faults.entry(slot).or_default().extend(faults);
            }
            known.notices.extend(read.notices);
            known.gathered.push(read.gathered);
        }
        Ok(known)
    }

    /// Whether only the order of the children tells if some number is too large.
    pub(super) fn unsure(&self) -> bool {
        self.gathered.iter().any(Gathered::unsure)
    }

    /// Whether anything is filled in beside the records.
    pub(super) fn fills(&self) -> bool {
        !self.gathered.is_empty()
    }

    /// Fills in what belongs to consecutive records, which the chunk holds.
    pub(super) fn fill(&self, slots: Range<u32>, chunk: &mut Chunk) {
        for gathered in &self.gathered {
            gathered.fill(slots.start as usize..slots.end as usize, chunk);
        }
    }

    /// The slots among some whose records are to be set aside.
    pub(super) fn set_aside(&self, slots: Range<u32>) -> impl Iterator<Item = u32> + '_ {
        let repeated = self.scanned.repeated_in(slots.clone());
        repeated.chain(self.faults.range(slots).map(|(slot, _)| *slot))
    }
}
