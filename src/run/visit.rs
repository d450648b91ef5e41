//! A pass over the records of a kind that makes no output: to learn which are good, what they come to by themselves, and
//! what linked records answer.

use super::known::Known;
use super::pipeline::in_order;
use super::scan::{slot_of, slots_of};
use super::tables::Source;
use super::{Failure, Run};
use crate::data::{Block, Piece};
use crate::eval::batch::{Binding, Chunk};

/// A pass over the records of a kind.
pub(super) struct Visit<'v> {
    pub(super) run: &'v Run<'v>,
    pub(super) source: &'v Source<'v>,
    pub(super) binding: &'v Binding,
    /// What is known of the scored records, where they are the ones visited.
    pub(super) known: Option<&'v Known<'v>>,
}

impl Visit<'_> {
    /// Goes over all records in parts of readable records that follow one another. `visit` is told the slot of the first; it
    /// is called by several threads, in any order, each with tools of its own. What it returns comes in order to `take`.
    pub(super) fn all<T: Default, X: Send>(
        &self,
        visit: impl Fn(&mut T, usize, &mut Chunk, &Block) -> X + Sync,
        mut take: impl FnMut(X) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut table = self.source.open(self.run.batch)?;
        self.run.progress.begin(format!("reading `{}`", self.source.name()), table.size());
        in_order(
            self.run.threads,
            || self.source.next_piece(&mut table),
            <(Chunk, T)>::default,
            |(chunk, tools), piece| self.piece(chunk, tools, piece, &visit),
            |found: Vec<X>| found.into_iter().try_for_each(&mut take),
        )
    }

    fn piece<T, X>(
        &self,
        chunk: &mut Chunk,
        tools: &mut T,
        piece: Piece,
        visit: &impl Fn(&mut T, usize, &mut Chunk, &Block) -> X,
    ) -> Result<Vec<X>, Failure> {
        let (records, bytes) = (piece.records(), piece.bytes());
        let mut found = Vec::new();
        for block in piece.blocks() {
            if self.run.progress.stopped() {
                return Err(Failure::Stopped);
            }
            let block = block.map_err(|error| self.source.unreadable(&error))?;
            let parts = if block.unreadable.is_empty() { vec![block] } else { block.in_runs() };
            for part in parts {
                self.binding.read(&part.batch, chunk);
                let rows = part.batch.num_rows();
                let first = if rows > 0 { slot_of(&part, 0) } else { slots_of(&part).start };
                if let Some(known) = self.known {
                    known.prepare(&part, chunk);
                }
                found.push(visit(tools, first as usize, chunk, &part));
            }
        }
        self.run.progress.add(records, bytes);
        Ok(found)
    }
}
