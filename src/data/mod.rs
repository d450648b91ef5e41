//! Schemas, values and tables of records. Knows nothing of the language's syntax.

mod schema;
mod set;
mod value;

pub use schema::*;
pub use set::Set;
pub use value::{Type, Value, Why};
