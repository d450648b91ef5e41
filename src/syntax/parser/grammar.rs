//! The grammar, compiled by pest.

use pest_derive::Parser;

/// The rules of `grammar/score.pest`, and those of `grammar/charter.pest`, which stand on them.
#[derive(Parser)]
#[grammar = "../grammar/score.pest"]
#[grammar = "../grammar/charter.pest"]
pub(super) struct Grammar;
