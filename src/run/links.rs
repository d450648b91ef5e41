//! The pass over a table of pairs: both ends become slots, in any order.

use super::pipeline::in_order;
use super::scan::Scanned;
use super::tables::LinkSource;
use super::{Failure, RejectSink, Run};
use crate::data::{Block, Keys, LinksBuilder, NOBODY, Notice, PairScratch, Pairing, Piece, Reject};

/// The pairs of a link, and what is to be told of them.
pub(super) struct Pairs {
    pub(super) builder: LinksBuilder,
    /// How many were left out because an end is nobody's, or cannot be read.
    pub(super) nobodys: usize,
    pub(super) selfs: usize,
    pub(super) notices: Vec<Notice>,
}

/// What a thread works with.
#[derive(Default)]
struct Tools {
    scratch: PairScratch,
    keys: Keys,
    slots: [Vec<u32>; 2],
}

/// What was found in a piece.
#[derive(Default)]
struct Found {
    left_out: Vec<Reject>,
    selfs: usize,
}

/// Reads the pairs of a link; `ends` are the keys of the records at either end.
pub(super) fn read(
    run: &Run<'_>,
    source: &LinkSource<'_>,
    ends: [&Scanned; 2],
    rejects: &mut dyn RejectSink,
) -> Result<Pairs, Failure> {
    let mut table = source.open(run.batch)?;
    run.progress.begin(format!("reading `{}`", source.link().name), table.size());
    let [from, to] = ends.map(|keys| keys.index.slots() as usize);
    let builder = LinksBuilder::new(if source.swapped { to } else { from }, Pairing::of(source.link()));
    let mut pairs = Pairs { builder, nobodys: 0, selfs: 0, notices: Vec::new() };
    let builder = &pairs.builder;
    let (mut left_out, mut selfs) = (0, 0);
    in_order(
        run.threads,
        || source.next_piece(&mut table),
        Tools::default,
        |tools, piece| read_piece(run, source, ends, builder, tools, piece),
        |found: Found| {
            left_out += found.left_out.len();
            selfs += found.selfs;
            let mut all = found.left_out.into_iter();
            all.try_for_each(|reject| rejects.ignored(reject)).map_err(Failure::Rejects)
        },
    )?;
    pairs.notices = source.told(table)?;
    (pairs.nobodys, pairs.selfs) = (left_out - selfs, selfs);
    Ok(pairs)
}

fn read_piece(
    run: &Run<'_>,
    source: &LinkSource<'_>,
    ends: [&Scanned; 2],
    builder: &LinksBuilder,
    tools: &mut Tools,
    piece: Piece,
) -> Result<Found, Failure> {
    let (records, bytes) = (piece.records(), piece.bytes());
    let mut found = Found::default();
    for block in piece.blocks() {
        if run.progress.stopped() {
            return Err(Failure::Stopped);
        }
        let block = block.map_err(|error| source.unreadable(&error))?;
        let Tools { scratch, keys, slots } = tools;
        for ((column, scanned), slots) in source.keys().iter().zip(ends).zip(&mut *slots) {
            keys.clear();
            column.read_readable(&block, keys);
            scanned.index.slots_of(keys, slots);
        }
        let [from, to] = &*slots;
        let one_kind = source.link().from == source.link().to;
        let odd = |(from, to): (&u32, &u32)| *from == NOBODY || *to == NOBODY || (one_kind && from == to);
        if !block.unreadable.is_empty() || from.iter().zip(to).any(odd) {
            exceptions(source, ends, &block, [from, to], &mut found);
        }
        let (from, to) = if source.swapped { (to, from) } else { (from, to) };
        builder.add(scratch, from, to);
    }
    run.progress.add(records, bytes);
    Ok(found)
}

/// The pairs of a block that are left out, with why.
fn exceptions(
    source: &LinkSource<'_>,
    ends: [&Scanned; 2],
    block: &Block,
    [from, to]: [&[u32]; 2],
    found: &mut Found,
) {
    let one_kind = source.link().from == source.link().to;
    for record in block.in_order() {
        let mut pair;
        let known = match record {
            Ok(row) => {
                let slot = |slots: &[u32]| slots.get(row).copied().unwrap_or(NOBODY);
                let (from, to) = (slot(from), slot(to));
                let known = [from != NOBODY, to != NOBODY];
                if known == [true, true] && !(one_kind && from == to) {
                    continue;
                }
                pair = source.binding.pair(block, Ok(row));
                known
            }
            Err(bad) => {
                pair = source.binding.pair(block, Err(bad));
                let known = |(keys, end): (&Scanned, usize)| {
                    pair.ends.get(end).is_some_and(|end| keys.slot_of_value(end).is_some())
                };
                let [from, to] = ends;
                [known((from, 0)), known((to, 1))]
            }
        };
        found.selfs += usize::from(pair.check(source.schema, source.id, known));
        found.left_out.push(pair.reject(source.schema, source.id));
    }
}
