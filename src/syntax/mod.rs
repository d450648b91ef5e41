//! Text to syntax tree: the grammar, the parser with its recovery by line, and the tree itself.

pub mod ast;
