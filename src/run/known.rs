//! What is known before the first score: whose key is given again, and what the children of each record come to.

use super::children;
use super::scan::{Scanned, row_of, slot_of, slots_of};
use super::tables::Tables;
use super::{Failure, RejectSink, Run};
use crate::data::{Block, Fault, Notice};
use crate::eval::batch::{Chunk, Gathered, Plan, Settling};
use std::collections::BTreeMap;

/// What is known before the first score.
pub(super) struct Known<'n> {
    /// The keys of the scored records.
    pub(super) scanned: Scanned,
    /// What was gathered of children.
    gathered: Vec<Gathered>,
    /// What is wrong with children, by the slot of their parent.
    pub(super) faults: BTreeMap<u32, Vec<Fault>>,
    /// What there is to say of files, and of what was left out of them.
    pub(super) notices: Vec<Notice>,
    pub(super) told: Vec<Notice>,
    /// The influence of others.
    pub(super) settling: Option<Settling<'n>>,
}

impl Known<'_> {
    /// Reads the keys, and all children.
    pub(super) fn gather(
        run: &Run<'_>,
        plan: &Plan,
        tables: &Tables<'_>,
        rejects: &mut dyn RejectSink,
    ) -> Result<Self, Failure> {
        let scanned = Scanned::read(run, &tables.scored)?;
        let mut known = Self {
            scanned,
            gathered: Vec::new(),
            faults: BTreeMap::new(),
            notices: Vec::new(),
            told: Vec::new(),
            settling: None,
        };
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
            known.told.extend(read.told);
            known.gathered.push(read.gathered);
        }
        Ok(known)
    }

    /// Whether only the order of the children tells if some number is too large.
    pub(super) fn unsure(&self) -> bool {
        self.gathered.iter().any(Gathered::unsure)
    }

    /// Adds what was gathered of linked records.
    pub(super) fn add(&mut self, gathered: Gathered) {
        self.gathered.push(gathered);
    }

    /// Whether anything is filled in beside the records.
    pub(super) fn fills(&self) -> bool {
        !self.gathered.is_empty() || self.settling.is_some()
    }

    /// Makes the records of a block ready, which the chunk holds: sets those aside that are bad for what stands elsewhere,
    /// and fills in what belongs to them. They must follow one another, if anything is filled in.
    pub(super) fn prepare(&self, block: &Block, chunk: &mut Chunk) {
        let rows = block.batch.num_rows();
        if self.fills() && rows > 0 {
            let slots = slot_of(block, 0) as usize..slot_of(block, rows - 1) as usize + 1;
            for gathered in &self.gathered {
                gathered.fill(slots.clone(), chunk);
            }
            if let Some(settling) = &self.settling {
                settling.fill(slots.start, chunk);
            }
        }
        let slots = slots_of(block);
        let repeated = self.scanned.repeated_in(slots.clone());
        let aside = repeated.chain(self.faults.range(slots).map(|(slot, _)| *slot));
        aside.filter_map(|slot| row_of(block, slot)).for_each(|row| chunk.set_aside(row));
    }
}
