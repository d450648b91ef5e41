//! One scored record with everything that stands around it: what an interpreter reads, wherever the rows are kept.

use super::{LinkId, RecordId, Value};
use crate::decimal::Decimal;

/// The good records of the scored kind of a run, joined with their children and with those that they are linked to.
pub trait Records {
    /// How many records of the scored kind there are. Those set aside are not among them.
    fn count(&self) -> usize;

    /// The record at a position, from 0; `None` past the end.
    fn subject(&self, position: usize) -> Option<Subject<'_>>;
}

/// A record, its children and the records that its links lead to.
#[derive(Debug, Clone, Default)]
pub struct Subject<'a> {
    /// Its values, one for each field of its kind.
    pub values: &'a [Value],
    /// By child kind (`RecordId`): its children, in the order of the data, each with a value for every field. Also those
    /// dated later than the run's day: the interpreter leaves them out. May be shorter than the list of kinds.
    pub children: Vec<Vec<&'a [Value]>>,
    /// By link (`LinkId`): the records that it leads to, each once; a symmetric link's pairs both ways. Without records
    /// set aside, and without the record itself. May be shorter than the list of links.
    pub linked: Vec<Vec<Linked<'a>>>,
}

/// A record that a link leads to.
#[derive(Debug, Clone, Copy)]
pub struct Linked<'a> {
    /// Its values, one for each field of its kind.
    pub values: &'a [Value],
    /// Its position among the scored records (see [`Records::subject`]); `None` where it is of another kind.
    pub position: Option<usize>,
    /// Its previously published score, if it has one.
    pub previous: Option<Decimal>,
}

impl<'a> Subject<'a> {
    /// Its children of a kind.
    pub fn children(&self, kind: RecordId) -> &[&'a [Value]] {
        self.children.get(kind.index()).map_or(&[], Vec::as_slice)
    }

    /// The records that a link leads to.
    pub fn linked(&self, link: LinkId) -> &[Linked<'a>] {
        self.linked.get(link.index()).map_or(&[], Vec::as_slice)
    }
}
