//! The children of the scored records: what is asked of each kind of them.

use super::bind::{BindError, Binding};
use super::chunk::Chunk;
use super::event::EventPlan;
use super::lane::CodesRef;
use super::plan::Plan;
use crate::data::RecordId;
use crate::policy::Policy;
use arrow_schema::DataType;
use std::sync::Arc;

/// What is asked of one kind of children: which columns are read, and what is kept of them for each scored record.
///
/// A table of children is read once, in any order, by [`super::Gathering`].
#[derive(Debug, Clone)]
pub struct ChildPlan {
    pub(super) policy: Arc<Policy>,
    pub(super) events: Arc<EventPlan>,
}

impl Plan {
    /// What is asked of each kind of children, in the order of the schema. Those that nothing asks for are there too: a
    /// child that is no good makes its parent a bad record in any case.
    pub fn children(&self) -> &[ChildPlan] {
        &self.children
    }
}

impl ChildPlan {
    /// The kind.
    pub fn kind(&self) -> RecordId {
        self.events.record
    }

    /// Whether any aggregate or per-event rule reads them.
    pub fn is_read(&self) -> bool {
        !self.events.aggregates.is_empty() || !self.events.rules.is_empty()
    }

    /// How their fields are read from columns of these types: for each field the position and the type of its column, or
    /// nothing where there is none.
    ///
    /// # Errors
    ///
    /// The first field whose column is absent though the field is not optional, or of a type that cannot hold its values.
    pub fn bind(&self, columns: &[Option<(usize, DataType)>]) -> Result<Binding, BindError> {
        Binding::new(&self.policy.schema, self.events.record, &self.events.program, columns)
    }

    /// As [`ChildPlan::bind`], each field by the name of its column.
    ///
    /// # Errors
    ///
    /// As [`ChildPlan::bind`].
    pub fn bind_by_name(&self, schema: &arrow_schema::Schema) -> Result<Binding, BindError> {
        self.bind(&super::bind::columns_of(self.policy.schema.record(self.kind()), schema))
    }

    /// Whether a child is known today. One that is dated later is left out, whatever is wrong with it: it must not make its
    /// parent a bad record. A date that is itself no good hides nothing.
    pub fn is_known(&self, chunk: &Chunk, row: usize) -> bool {
        let Some((field, known)) = &self.events.known else { return true };
        let codes = chunk.columns.get(*field).map_or(CodesRef::Narrow(&[]), |column| column.codes.as_ref());
        known.get(usize::from(codes.get(row))).is_none_or(|known| *known == 1)
    }
}

#[cfg(test)]
mod tests;
