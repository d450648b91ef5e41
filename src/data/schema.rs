//! What records look like: kinds, fields, types, domains, links.

use super::{Set, Type};
use crate::decimal::Decimal;
use crate::source::Place;
use std::sync::Arc;

/// A position in a vector as a type of its own.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in its vector.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
pub(crate) use id;

id!(
    /// A record kind of a [`Schema`].
    RecordId
);
id!(
    /// A field of a [`RecordType`].
    FieldId
);
id!(
    /// A link of a [`Schema`].
    LinkId
);
id!(
    /// A tag of a [`Schema`].
    TagId
);
id!(
    /// A set of categories of a [`Schema`].
    CategoryTypeId
);

/// The record kinds and links that a policy knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The record kind that is scored.
    pub scored: RecordId,
    /// Record kinds, in source order.
    pub records: Vec<RecordType>,
    /// Links, in source order.
    pub links: Vec<LinkType>,
    /// Tags, in source order.
    pub tags: Vec<Tag>,
    /// The `one of (…)` types; two fields with the same members share one.
    pub categories: Vec<CategoryType>,
}

/// A tag: a kind of input (`protected`, `opinion`).
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// What it means.
    pub label: String,
    /// Where it is declared.
    pub place: Place,
}

/// A record kind.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordType {
    /// Its name.
    pub name: String,
    /// Its label, if any.
    pub label: Option<String>,
    /// The parent kind, and the field of this kind that holds the parent's key.
    pub parent: Option<(RecordId, FieldId)>,
    /// The field that is the key. The scored record always has one.
    pub key: Option<FieldId>,
    /// The field that dates a child record: the one named `date`, else its only date. Records dated later than the
    /// run's day are not yet known.
    pub dated: Option<FieldId>,
    /// Tags of the record itself.
    pub tags: Vec<TagId>,
    /// Its fields, in source order.
    pub fields: Vec<Field>,
    /// Where it is declared.
    pub place: Place,
}

/// A field of a record kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its label, if any.
    pub label: Option<String>,
    /// Its type.
    pub kind: Type,
    /// The known values that a good record may hold.
    pub domain: Set,
    /// The domain as the author wrote it (`0 to 24`), empty where none was written.
    pub domain_text: String,
    /// Whether it may be missing.
    pub optional: bool,
    /// The name of the data's column.
    pub column: String,
    /// Its tags.
    pub tags: Vec<TagId>,
    /// Whether and how the person can change it, where declared.
    pub change: Option<Change>,
    /// Where it is declared.
    pub place: Place,
}

/// Whether and how a person can change a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Never.
    Immutable,
    /// It can grow but not fall.
    OnlyUp,
    /// At a cost.
    Controllable {
        /// Who can change it.
        by: String,
        /// The cost of one step.
        cost: Decimal,
        /// The size of a step; `None` is the smallest of the type.
        step: Option<Decimal>,
    },
}

/// A link: pairs of records.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkType {
    /// Its name.
    pub name: String,
    /// Its label, if any.
    pub label: Option<String>,
    /// The record kind that it starts from.
    pub from: RecordId,
    /// The record kind that it leads to.
    pub to: RecordId,
    /// Whether each pair counts both ways.
    pub symmetric: bool,
    /// Tags of the link itself.
    pub tags: Vec<TagId>,
    /// Where it is declared.
    pub place: Place,
}

/// The members of a `one of (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryType {
    /// The names, in order: a category's code is its position.
    pub names: Vec<Arc<str>>,
    /// The data's spelling of each.
    pub spellings: Vec<Arc<str>>,
    /// Whether unseen values are admitted; they have the code `names.len()`.
    pub open: bool,
}

impl CategoryType {
    /// How many codes there are, "anything else" included.
    pub fn codes(&self) -> u32 {
        self.names.len() as u32 + u32::from(self.open)
    }

    /// The name of a code, `anything else` for the open one.
    pub fn name(&self, code: u32) -> &str {
        self.names.get(code as usize).map_or("anything else", |n| n)
    }

    /// The code of a name as policies write it.
    pub fn code(&self, name: &str) -> Option<u32> {
        self.names.iter().position(|n| &**n == name).map(|i| i as u32)
    }

    /// The code of a spelling as the data writes it; the open code where unseen values are admitted.
    pub fn code_of_spelling(&self, spelling: &str) -> Option<u32> {
        let found = self.spellings.iter().position(|s| &**s == spelling).map(|i| i as u32);
        found.or(if self.open { Some(self.names.len() as u32) } else { None })
    }
}

impl Schema {
    /// The scored record kind.
    pub fn scored(&self) -> &RecordType {
        self.record(self.scored)
    }

    /// A record kind by id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker that made the vector")]
    pub fn record(&self, id: RecordId) -> &RecordType {
        &self.records[id.index()]
    }

    /// A field by id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker that made the vector")]
    pub fn field(&self, record: RecordId, field: FieldId) -> &Field {
        &self.records[record.index()].fields[field.index()]
    }

    /// A link by id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker that made the vector")]
    pub fn link(&self, id: LinkId) -> &LinkType {
        &self.links[id.index()]
    }

    /// A set of categories by id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by the checker that made the vector")]
    pub fn category(&self, id: CategoryTypeId) -> &CategoryType {
        &self.categories[id.index()]
    }

    /// The child kinds of the scored record.
    pub fn children(&self) -> impl Iterator<Item = RecordId> + '_ {
        self.records
            .iter()
            .enumerate()
            .filter(|(_, r)| r.parent.is_some_and(|(parent, _)| parent == self.scored))
            .map(|(i, _)| RecordId(i as u32))
    }
}
