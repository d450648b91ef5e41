//! The pass over a table of children: each is given to its parent, in any order.

use super::pipeline::in_order;
use super::scan::{Scanned, row_of, slot_of, slots_of};
use super::tables::Source;
use super::{Failure, RejectSink, Run};
use crate::data::{Block, Fault, Keys, NOBODY, Notice, Piece, Reject, nobodys_left};
use crate::eval::batch::{Binding, ChildPlan, Chunk, Gathered, Gathering, Local};
use std::collections::BTreeMap;

/// What a table of children came to.
pub(super) struct Children {
    pub(super) gathered: Gathered,
    /// What is wrong with children, by the slot of their parent, in the order of the table.
    pub(super) faults: BTreeMap<u32, Vec<Fault>>,
    pub(super) notices: Vec<Notice>,
    pub(super) told: Option<Notice>,
}

/// What a thread works with. What it has gathered is handed over when it ends.
struct Tools<'g> {
    gathering: &'g Gathering,
    local: Option<Local>,
    chunk: Chunk,
    keys: Keys,
    slots: Vec<u32>,
}

/// What was found in a piece.
#[derive(Default)]
struct Found {
    faults: Vec<(u32, Vec<Fault>)>,
    nobodys: Vec<Reject>,
}

/// A pass over the children of a kind.
struct Pass<'p> {
    run: &'p Run<'p>,
    children: &'p ChildPlan,
    source: &'p Source<'p>,
    parents: &'p Scanned,
    /// The children's own keys, where they have any.
    own: Option<Scanned>,
    binding: Binding,
}

/// Reads a table of children.
pub(super) fn read(
    run: &Run<'_>,
    children: &ChildPlan,
    source: &Source<'_>,
    parents: &Scanned,
    rejects: &mut dyn RejectSink,
) -> Result<Children, Failure> {
    let own = source.key().map(|_| Scanned::read(run, source)).transpose()?;
    let mut table = source.open(run.batch)?;
    run.progress.begin(format!("reading `{}`", source.name()), table.size());
    let binding = source.bind(&table, |columns| children.bind(columns))?;
    let pass = Pass { run, children, source, parents, own, binding };
    let gathering = Gathering::new(children, parents.index.slots() as usize);
    let mut faults: BTreeMap<u32, Vec<Fault>> = BTreeMap::new();
    let mut nobodys = 0_usize;
    in_order(
        run.threads,
        || source.next_piece(&mut table),
        || Tools::new(&gathering),
        |tools, piece| pass.piece(tools, piece),
        |found: Found| {
            for (slot, of_child) in found.faults {
                faults.entry(slot).or_default().extend(of_child);
            }
            nobodys += found.nobodys.len();
            found.nobodys.into_iter().try_for_each(|reject| rejects.ignored(reject)).map_err(Failure::Rejects)
        },
    )?;
    let notices = source.told(table)?;
    let told = nobodys_left(source.schema, source.kind, &source.file.name(), nobodys);
    let gathered = run.pool()?.install(|| gathering.finish());
    Ok(Children { gathered, faults, notices, told })
}

impl<'g> Tools<'g> {
    fn new(gathering: &'g Gathering) -> Self {
        let local = Some(gathering.local());
        Self { gathering, local, chunk: Chunk::default(), keys: Keys::default(), slots: Vec::new() }
    }
}

impl Drop for Tools<'_> {
    fn drop(&mut self) {
        if let Some(local) = self.local.take() {
            self.gathering.flush(local);
        }
    }
}

impl Pass<'_> {
    fn piece(&self, tools: &mut Tools<'_>, piece: Piece) -> Result<Found, Failure> {
        let (records, bytes) = (piece.records(), piece.bytes());
        let mut found = Found::default();
        for block in piece.blocks() {
            if self.run.progress.stopped() {
                return Err(Failure::Stopped);
            }
            self.block(tools, &block.map_err(|error| self.source.unreadable(&error))?, &mut found);
        }
        self.run.progress.add(records, bytes);
        Ok(found)
    }

    fn block(&self, tools: &mut Tools<'_>, block: &Block, found: &mut Found) {
        let Some(parent) = self.source.parent() else { return };
        let Tools { gathering, local, chunk, keys, slots } = tools;
        self.binding.read(&block.batch, chunk);
        keys.clear();
        parent.read_readable(block, keys);
        self.parents.index.slots_of(keys, slots);
        if let Some(own) = &self.own {
            for slot in own.repeated_in(slots_of(block)) {
                if let Some(row) = row_of(block, slot) {
                    chunk.set_aside(row);
                }
            }
        }
        let plain = block.unreadable.is_empty() && !chunk.has_bad() && !slots.contains(&NOBODY);
        if !plain {
            self.exceptions(chunk, block, slots, found);
        }
        if let Some(local) = local {
            gathering.add(local, chunk, slots);
        }
    }

    /// What is wrong in a block: bad children, and those of nobody.
    fn exceptions(&self, chunk: &Chunk, block: &Block, slots: &[u32], found: &mut Found) {
        let kind = self.source.kind;
        for record in block.in_order() {
            let known = match record {
                Ok(at) if chunk.is_bad(at) || slots.get(at) == Some(&NOBODY) => slots.get(at).copied(),
                Ok(_) => continue,
                Err(_) => None,
            };
            let (schema, source) = (self.source.schema, self.source);
            let (_, mut row) = source.row(None, block, record);
            // Of what is not yet known it is not known either that it is wrong.
            if let Ok(at) = record
                && !row.faults.is_empty()
                && !self.children.is_known(chunk, at)
            {
                continue;
            }
            let slot = match record {
                Ok(at) => {
                    let again =
                        self.own.as_ref().and_then(|own| own.repeated(source, slot_of(block, at), &row));
                    row.faults.extend(again);
                    known.filter(|slot| *slot != NOBODY)
                }
                Err(_) => row.parent(schema, kind).and_then(|value| self.parents.slot_of_value(value)),
            };
            match slot {
                Some(slot) => found.faults.push((slot, row.faults_of_child(schema, kind).collect())),
                None => {
                    let fault = row.of_nobody(schema, kind);
                    let mut reject = row.reject(schema, kind);
                    reject.faults.push(fault);
                    found.nobodys.push(reject);
                }
            }
        }
    }
}
