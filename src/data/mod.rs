//! Schemas, values and tables of records. Knows nothing of the language's syntax.

mod bind;
mod cell;
mod column;
mod describe;
mod file;
mod findings;
mod given;
mod join;
mod key_column;
mod key_index;
mod keys;
mod links;
mod load;
mod pairs;
mod population;
mod profile;
mod reject;
mod schema;
mod set;
mod subject;
mod table;
#[cfg(test)]
mod test_schema;
mod told;
mod value;

pub(crate) use bind::fault_of;
pub use bind::{Binding, Row};
pub(crate) use cell::{none_of, read as read_cell};
pub(crate) use column::{exact_value, per_day};
pub use file::{DataFile, Format};
pub use findings::Findings;
pub use given::join_rows;
pub use join::{Loaded, links, previous_kind};
pub use key_column::KeyReader;
pub use key_index::{KeyIndex, KeyIndexBuilder, NOBODY};
pub use keys::{Key, Keys};
pub use links::{Links, LinksBuilder, PairCounts, PairScratch, Pairing};
pub use load::{DataFiles, Open, load, load_from, pair_source, previous_scores, source};
pub use pairs::{Pair, PairBinding};
pub use population::Population;
pub use profile::{ColumnProfile, Dates, MARKS, MAX_SAMPLE, MAX_VALUES, Numbers, Profile, WEAK_MARKS};
pub use reject::{Fault, Notice, Reject, Rejects};
pub(crate) use schema::id;
pub use schema::*;
pub use set::Set;
pub(crate) use set::{limits, step, value};
pub use subject::{Linked, Records, Subject};
pub(crate) use table::is_pattern;
pub use table::{
    Block, Blocks, Cause, Columns, Piece, ReadError, RecordPlace, Sheet, SheetCell, SheetRow, Size, Table,
    Unreadable, Wanted, files_behind, format_of, is_decoding, separator_help,
};
pub use told::{Elsewhere, PairsLeft, nobodys_left};
pub use value::{Type, Value, Why};
