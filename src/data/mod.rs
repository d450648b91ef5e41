//! Schemas, values and tables of records. Knows nothing of the language's syntax.

mod describe;
mod schema;
mod set;
mod subject;
mod value;

pub use schema::*;
pub use set::Set;
pub(crate) use set::{limits, step};
pub use subject::{Linked, Records, Subject};
pub use value::{Type, Value, Why};
