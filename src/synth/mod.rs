//! Synthetic records: what a schema says of its data, made up. The same seed gives the same files, byte for byte, on any
//! number of threads, on every machine.
//!
//! `knobs` is what the manifest says, `shape` and `ordered` make a distribution of it, `draw` a look-up table; `recipe`
//! puts the tables together, `table` makes their blocks, `lines` and `parquet` write them.

mod bits;
mod column;
mod draw;
mod field;
mod key;
mod knobs;
mod lines;
mod made;
mod math;
mod ordered;
mod pairs;
mod parquet;
mod recipe;
mod rows;
mod shape;
mod table;
mod texts;
mod write;

pub use knobs::{Distribution, End, FieldKnobs, Given, Knobs, Spread, TableKnobs};
pub use recipe::Recipe;
pub use table::Table;
pub use write::{Form, SynthError};

use crate::data::{RecordId, Schema};
use crate::date::Date;
use crate::decimal::Decimal;
use std::collections::BTreeMap;

/// What records are wished for.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// What they look like.
    pub schema: &'a Schema,
    /// The day up to which things happened.
    pub today: Date,
    /// How many records of the scored kind.
    pub records: u64,
    /// Which of all possible ones.
    pub seed: u64,
    /// What the manifest says of them.
    pub knobs: &'a Knobs,
    /// Whether the manifest is of one policy: then it may not speak of what the policy has not.
    pub one_policy: bool,
    /// How the files of record kinds and links are called and laid out, by their names.
    pub layouts: BTreeMap<String, Layout>,
    /// The file of previous scores, where the policy has one.
    pub previous: Option<Previous>,
}

/// What a manifest says of a data file.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The name of the file, without ending; empty where none is named.
    pub stem: String,
    /// Fields whose column has another name there.
    pub columns: Vec<(String, String)>,
    /// Spellings that mean missing.
    pub missing: Vec<String>,
    /// The field that holds the number of the row, and has no column.
    pub row_number: Option<String>,
}

/// Previously published scores.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Of which kind of record.
    pub record: RecordId,
    /// Their file.
    pub layout: Layout,
    /// The least and the greatest of them.
    pub between: (Decimal, Decimal),
    /// How many digits they have behind the point.
    pub decimals: u32,
}

impl Layout {
    /// The column of a field: as the file calls it, or else its own name for it.
    fn column<'a>(&'a self, field: &str, own: &'a str) -> &'a str {
        self.columns.iter().find(|(name, _)| name == field).map_or(own, |(_, column)| column)
    }
}
