//! What a policy must be before it can run: names and types resolved, tables complete, every period of effect checked.
//!
//! [`check`] looks at a policy on one day of every period and gathers all mistakes; [`Ruleset::on`] gives the
//! [`Policy`](crate::policy::Policy) of a day, in which no name, date of effect or parameter is left.

mod call;
mod case;
mod case_table;
mod cell;
mod change;
mod clause;
mod context;
pub(crate) mod coverage;
mod definition;
mod event;
mod expression;
mod gap;
mod head;
mod imports;
mod influence;
mod item;
mod literal;
mod made_of;
mod name;
mod observed;
mod outcome;
mod pass;
#[cfg(test)]
mod period_tests;
mod periods;
mod predicate;
mod reason;
mod row;
mod ruleset;
mod schema;
mod scope;
mod table;
#[cfg(test)]
mod tests;
mod tier;
mod turns;
mod typed;
mod unit;
mod unused;

pub use case_table::CASE_COLUMNS;
pub use observed::NotObserved;
pub use ruleset::{CaseHead, Checked, Ruleset, check};
pub use unit::Unit;
