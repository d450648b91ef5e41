//! Scores on their way out: the columns, the same in every format, and the formats.
//!
//! A [`Sheet`] says which columns there are. [`Encoder`]s, one on each thread, turn scored records into [`Encoded`] pieces;
//! a [`Writer`] puts the pieces into the file, in the order of the input. The bytes depend on where the pieces end (a row
//! group of a Parquet file is a piece) and on nothing else.

mod about;
mod cells;
mod encoder;
mod form;
mod key;
mod number;
mod parquet;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod writer;

pub use about::About;
pub use encoder::{Encoded, Encoder};
pub use form::{Form, Format, Packing};
pub use sheet::Sheet;
pub(crate) use text::{csv_text, json_text};
pub use writer::Writer;
