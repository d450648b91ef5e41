//! The grammar, compiled by pest.

use pest_derive::Parser;

/// The rules of `grammar/score.pest`.
#[derive(Parser)]
#[grammar = "../grammar/score.pest"]
pub(super) struct Grammar;
