//! The keys of a whole table, looked at before its records are: who has which slot, and whose key is given again.

use super::pipeline::in_order;
use super::places::Places;
use super::tables::{KeyColumn, Source};
use super::{Failure, Run};
use crate::data::{
    Block, Fault, KeyIndex, KeyIndexBuilder, Keys, Piece, RecordPlace, Row, Unreadable, Value,
};
use std::ops::Range;
use std::sync::Arc;

/// The keys of a table. A record's slot is its place in the table, from 0, those counted that cannot be read.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) index: KeyIndex,
    places: Places,
}

/// The keys of a block, and where its records stand.
struct Part {
    file: Arc<str>,
    keys: Keys,
    places: Vec<RecordPlace>,
}

impl Scanned {
    /// Reads a table's keys.
    pub(super) fn read(run: &Run<'_>, source: &Source<'_>) -> Result<Self, Failure> {
        let Some(keys) = source.key().map(KeyColumn::alone) else { return Ok(Self::default()) };
        let mut table = keys.open(run.batch)?;
        run.progress.begin(format!("reading the keys of `{}`", source.name()), table.size());
        let mut builder = KeyIndexBuilder::default();
        let mut places = Places::default();
        let parts = |piece: Piece| -> Result<Vec<Part>, Failure> {
            let mut parts = Vec::new();
            run.progress.add(piece.records(), piece.bytes());
            for block in piece.blocks() {
                if run.progress.stopped() {
                    return Err(Failure::Stopped);
                }
                let block = block.map_err(|error| source.unreadable(&error))?;
                let mut found = Keys::default();
                keys.read(&block, &mut found);
                let places = block.in_order().map(|record| match record {
                    Ok(row) => block.place(row),
                    Err(bad) => bad.place,
                });
                parts.push(Part { file: Arc::clone(block.file()), keys: found, places: places.collect() });
            }
            Ok(parts)
        };
        in_order(
            run.threads,
            || source.next_piece(&mut table),
            || (),
            |(), piece| parts(piece),
            |parts| {
                for part in parts {
                    for (place, slot) in part.places.iter().zip(builder.slots()..) {
                        places.note(slot, &part.file, place.line);
                    }
                    builder.add(&part.keys);
                }
                Ok(())
            },
        )?;
        Ok(Self { index: builder.finish(), places })
    }

    /// That the key of the record of a slot is given more than once, if it is.
    pub(super) fn repeated(&self, source: &Source<'_>, slot: u32, row: &Row) -> Option<Fault> {
        let (first, second) = *self.index.repeated().get(&slot)?;
        let is_first = slot == first;
        let (file, line) = self.places.of(if is_first { second } else { first })?;
        Some(row.key_repeated(source.schema, source.kind, is_first, (file, line)))
    }

    /// The slot of the record whose key is a value.
    pub(super) fn slot_of_value(&self, value: &Value) -> Option<u32> {
        let mut keys = Keys::default();
        keys.push_value(value);
        self.index.slot(keys.get(0))
    }

    /// The slots among some whose key is given more than once.
    pub(super) fn repeated_in(&self, slots: Range<u32>) -> impl Iterator<Item = u32> + '_ {
        self.index.repeated().range(slots).map(|(slot, _)| *slot)
    }
}

/// The slots of a block's records, those counted that cannot be read.
pub(super) fn slots_of(block: &Block) -> Range<u32> {
    let first = slot(block.first());
    first..first.saturating_add(block.records() as u32)
}

/// The slot of a readable record.
pub(super) fn slot_of(block: &Block, row: usize) -> u32 {
    slot(block.place(row).number - 1)
}

/// The slot of any record.
pub(super) fn slot_of_record(block: &Block, record: Result<usize, &Unreadable>) -> u32 {
    record.map_or_else(|bad| slot(bad.place.number - 1), |row| slot_of(block, row))
}

/// The row of a record that is readable.
pub(super) fn row_of(block: &Block, slot: u32) -> Option<usize> {
    let rows = block.batch.num_rows();
    let before = |row: usize| slot_of(block, row) < slot;
    // Slots rise from row to row.
    let (mut low, mut high) = (0, rows);
    while low < high {
        let middle = usize::midpoint(low, high);
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    (low < rows && slot_of(block, low) == slot).then_some(low)
}

fn slot(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
