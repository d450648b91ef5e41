//! Schemas, values and tables of records. Knows nothing of the language's syntax.

mod bind;
mod cell;
mod csv;
mod describe;
mod given;
mod join;
mod json_line;
mod links;
mod load;
mod ndjson;
mod pairs;
mod population;
mod reject;
mod schema;
mod set;
mod subject;
mod table;
#[cfg(test)]
mod test_schema;
mod value;
mod window;

pub(crate) use cell::read as read_cell;
pub use given::join_rows;
pub use join::{Loaded, previous_kind};
pub use links::{Links, LinksBuilder, PairCounts, PairScratch, Pairing};
pub use load::{DataFiles, Open, load, load_from};
pub use population::Population;
pub use reject::{Fault, Notice, Reject, Rejects};
pub(crate) use schema::id;
pub use schema::*;
pub use set::Set;
pub(crate) use set::{limits, step};
pub use subject::{Linked, Records, Subject};
pub use table::{DataFile, Format};
pub use value::{Type, Value, Why};
