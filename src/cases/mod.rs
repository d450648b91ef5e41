//! Cases as evidence: what of a policy they reach, why they do not reach the rest, and cases made up that would.
//!
//! A [`Trial`] is a case that was run, with everything that the reference interpreter told of it. [`goals`] lists what of a
//! policy can be reached: rows of tables, rules, branches of conditions. [`Coverage`] sets one against the other;
//! [`suggest()`] looks for a record that reaches what no case does, and [`edges`] makes a table of cases around every edge.
//! A [`Maker`] makes a record up of which wishes hold.

mod alternatives;
mod block;
mod coverage;
mod edges;
mod goal;
mod realise;
mod search;
mod suggest;
#[cfg(test)]
mod tests;
mod trial;
mod visit;
mod why;
mod words;

pub use coverage::{Count, Coverage, FileCoverage, Uncovered};
pub use edges::{Edges, NoEdges, edges};
pub use goal::{Goal, Looked, Part, Target, goals};
pub use realise::{Amount, Frozen, Maker, Possible, Wish, holds};
pub(crate) use search::Search;
pub use suggest::{Suggestion, suggest};
pub use trial::Trial;
