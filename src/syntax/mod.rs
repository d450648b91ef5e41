//! Text to syntax tree: the grammar, the parser with its recovery by line, and the tree itself.

pub mod ast;
mod parser;

pub use parser::{
    MAX_FILE_BYTES, MAX_NESTING, Piece, comments, is_reserved, name_like, parse, parse_charter, parse_clause,
    pieces,
};
