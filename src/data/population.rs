//! The input of a run, joined: good records of the scored kind, their children, and whom they are linked to.

use super::{Fault, Linked, RecordId, Records, Reject, Schema, Subject, Value, cell};
use crate::decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;

/// The good records of the scored kind in the order of the input, joined with their children and links.
///
/// Made by [`super::load`] from files and by [`super::join_rows`] from values; the same code joins both.
#[derive(Debug, Clone, Default)]
pub struct Population {
    /// By `RecordId`; empty for the kinds that have no part in the run.
    pub(super) tables: Vec<Table>,
    /// The kind that is scored.
    pub(super) scored: Option<Scored>,
    /// By `RecordId`: for each scored record its rows of a child's table.
    pub(super) children: Vec<Groups>,
    /// By `LinkId`: for each scored record its rows of the table of the kind that the link leads to.
    pub(super) links: Vec<Adjacency>,
    /// Previously published scores: of which kind, and of each of its rows.
    pub(super) previous: Option<(RecordId, Vec<Option<Decimal>>)>,
}

/// The scored kind's own.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub(super) kind: RecordId,
    /// The name of the kind.
    pub(super) name: String,
    /// Where each key stands.
    pub(super) positions: HashMap<Value, u32>,
    /// The key of each record; missing in a case that gives none.
    pub(super) keys: Vec<Value>,
}

/// The good rows of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// The files they come from, each with its first row.
    pub(super) files: Vec<(usize, Arc<str>)>,
    /// How many fields a row has.
    pub(super) width: usize,
    /// The values, row after row.
    pub(super) values: Vec<Value>,
    /// The line of each row.
    pub(super) lines: Vec<u64>,
}

/// A link's neighbours and what kind they are.
#[derive(Debug, Clone, Default)]
pub(super) struct Adjacency {
    /// The kind that the link leads to.
    pub(super) kind: Option<RecordId>,
    /// The neighbours of each scored record, rising.
    pub(super) groups: Groups,
}

/// Rows grouped by scored record, as compressed rows: the members of group `i` stand from `starts[i]` to
/// `starts[i + 1]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    starts: Vec<usize>,
    members: Vec<u32>,
}

impl Population {
    /// The key of a record; missing past the end, and in a case that gives none.
    pub fn key(&self, position: usize) -> Option<&Value> {
        self.scored.as_ref()?.keys.get(position)
    }

    /// The position of the record with a key.
    pub fn position_of(&self, key: &Value) -> Option<usize> {
        self.scored.as_ref()?.positions.get(key).map(|position| *position as usize)
    }

    /// The position of the record with a key, which is given as the data writes it.
    pub fn find(&self, schema: &Schema, key: &str) -> Option<usize> {
        let field = schema.scored().key?;
        let value = cell::read(schema, schema.field(schema.scored, field), key).ok()?;
        self.position_of(&value)
    }

    /// The line in which a record starts, from 1; 0 past the end.
    pub fn line(&self, position: usize) -> u64 {
        self.scored_table().and_then(|table| table.lines.get(position)).copied().unwrap_or(0)
    }

    /// The file that a scored record comes from, as shown to people; empty past the end.
    pub fn file(&self, position: usize) -> Arc<str> {
        let files = self.scored_table().map_or(&[][..], |table| &table.files);
        let behind = files.partition_point(|(first, _)| *first <= position);
        let file = behind.checked_sub(1).and_then(|at| files.get(at));
        file.map_or_else(|| Arc::from(""), |(_, file)| Arc::clone(file))
    }

    /// A reject for a record that can only now be told to be a bad one: a number grew too large on the way.
    pub fn reject(&self, schema: &Schema, position: usize, reason: String) -> Reject {
        let (file, line) = (self.file(position), self.line(position));
        let key = self.key(position).filter(|key| !key.is_missing());
        Reject {
            record: self.scored.as_ref().map_or_else(String::new, |scored| scored.name.clone()),
            key: key
                .zip(schema.scored().key)
                .map(|(key, field)| schema.spell(schema.field(schema.scored, field).kind, key)),
            faults: vec![Fault { file: Arc::clone(&file), line, field: None, value: None, reason }],
            file,
            line,
        }
    }

    fn scored_table(&self) -> Option<&Table> {
        self.tables.get(self.scored.as_ref()?.kind.index())
    }
}

impl Records for Population {
    fn count(&self) -> usize {
        self.scored.as_ref().map_or(0, |scored| scored.keys.len())
    }

    fn subject(&self, position: usize) -> Option<Subject<'_>> {
        let values = self.scored_table()?.row(position)?;
        Some(Subject { values, children: self.children_of(position), linked: self.linked_of(position) })
    }
}

impl Population {
    fn children_of(&self, position: usize) -> Vec<Vec<&[Value]>> {
        let tables = self.tables.iter().zip(&self.children);
        tables.map(|(table, groups)| table.rows(groups.of(position)).collect()).collect()
    }

    fn linked_of(&self, position: usize) -> Vec<Vec<Linked<'_>>> {
        self.links.iter().map(|link| self.linked_by(link, position)).collect()
    }

    fn linked_by(&self, link: &Adjacency, position: usize) -> Vec<Linked<'_>> {
        let Some((kind, scored)) = link.kind.zip(self.scored.as_ref()) else { return Vec::new() };
        let Some(table) = self.tables.get(kind.index()) else { return Vec::new() };
        let previous = self.previous.as_ref().filter(|(of, _)| *of == kind).map(|(_, scores)| scores);
        let neighbour = |row: &u32| {
            let row = *row as usize;
            Some(Linked {
                values: table.row(row)?,
                position: (kind == scored.kind).then_some(row),
                previous: previous.and_then(|scores| scores.get(row).copied().flatten()),
            })
        };
        link.groups.of(position).iter().filter_map(neighbour).collect()
    }
}

impl Table {
    /// A row's values.
    pub(super) fn row(&self, row: usize) -> Option<&[Value]> {
        let start = row.checked_mul(self.width)?;
        self.values.get(start..start.checked_add(self.width)?)
    }

    /// Several rows' values.
    fn rows(&self, rows: &[u32]) -> impl Iterator<Item = &[Value]> {
        rows.iter().filter_map(|row| self.row(*row as usize))
    }
}

impl Groups {
    /// Groups pairs of a scored record's position and a row, whatever their order; those of one group keep it.
    pub(super) fn new(count: usize, pairs: &[(u32, u32)]) -> Self {
        let mut sorted = pairs.to_vec();
        sorted.sort_by_key(|(group, _)| *group);
        let start = |group: usize| sorted.partition_point(|(of, _)| (*of as usize) < group);
        Self {
            starts: (0..=count).map(start).collect(),
            members: sorted.iter().map(|(_, member)| *member).collect(),
        }
    }

    /// The rows of a group.
    fn of(&self, group: usize) -> &[u32] {
        let range = self.starts.get(group).zip(self.starts.get(group + 1));
        range.and_then(|(start, end)| self.members.get(*start..*end)).unwrap_or(&[])
    }
}
