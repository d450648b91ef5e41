//! A few records of a population, with their children: for those who want to look at them one by one.

use super::pipeline::in_order;
use super::tables::{KeyColumn, Source, Tables};
use super::{Failure, Run};
use crate::data::{self, Keys, Loaded, Piece, RecordId, Value};
use rustc_hash::FxHashSet;

/// Reads the records with these keys, and their children, of files of any size; `None` where links lead to other records,
/// since then a record cannot be looked at alone.
///
/// # Errors
///
/// Files that cannot be used, or somebody who stopped it.
pub fn pick(run: &Run<'_>, keys: &[Value]) -> Result<Option<Loaded>, Failure> {
    let schema = &run.policy.schema;
    if data::links(schema).next().is_some() {
        return Ok(None);
    }
    let tables = Tables::find(run)?;
    let mut wanted = Keys::default();
    keys.iter().for_each(|key| wanted.push_value(key));
    let mut records = rows(run, &tables.scored, tables.scored.key(), &wanted)?;
    for child in &tables.children {
        records.extend(rows(run, child, child.parent(), &wanted)?);
    }
    Ok(Some(data::join_rows(schema, run.policy.today, &records, &[], (None, &[]))))
}

/// The readable records of a table that have one of these keys, in the order of the table.
fn rows(
    run: &Run<'_>,
    source: &Source<'_>,
    key: Option<KeyColumn<'_>>,
    wanted: &Keys,
) -> Result<Vec<(RecordId, Vec<Value>)>, Failure> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let wanted: FxHashSet<_> = wanted.iter().collect();
    let mut table = source.open(run.batch)?;
    run.progress.begin(format!("looking for some of `{}`", source.name()), table.size());
    let mut found = Vec::new();
    in_order(
        run.threads,
        || source.next_piece(&mut table),
        Keys::default,
        |keys, piece: Piece| {
            let mut rows = Vec::new();
            run.progress.add(piece.records(), piece.bytes());
            for block in piece.blocks() {
                if run.progress.stopped() {
                    return Err(Failure::Stopped);
                }
                let block = block.map_err(|error| source.unreadable(&error))?;
                keys.clear();
                key.read_readable(&block, keys);
                let meant = keys.iter().zip(0..).filter(|(key, _)| wanted.contains(key));
                rows.extend(meant.map(|(_, at)| source.row(None, &block, Ok(at)).1.values));
            }
            Ok(rows)
        },
        |rows| {
            found.extend(rows.into_iter().map(|values| (source.kind, values)));
            Ok(())
        },
    )?;
    Ok(found)
}
