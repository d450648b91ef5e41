//! The interpreter of columns: a policy made ready once, then many records at a time, with the results of the reference
//! interpreter bit for bit.
//!
//! [`Plan`] makes a policy ready: every field's values are split into the classes that the policy tells apart (`class`), and
//! whatever follows from classes alone becomes a look-up (`compile`, `table`, `item`). [`Binding`] decodes Arrow columns into
//! a [`Chunk`] of class codes, and exact numbers where those are needed (`read`, `native`). [`Plan::run`] sums look-ups in one
//! sweep (`sum`), works the rest out in lanes of exact numbers (`lane`, `arithmetic`, `evaluate`, `walk`), and fills
//! [`Scored`] in.
//!
//! Children are read once, in any order: [`ChildPlan`] says what aggregates and per-event rules ask of them (`event`,
//! `layout`), [`Gathering`] keeps for each scored record what they come to (`take`, `shard`, `period`), and [`Gathered`]
//! fills it in beside the scored records.
//!
//! Linked records are asked the same way, each of them once: [`LinkPlan`] says what ([`Plan::linked`]), [`Answers`] takes what
//! they answer together over the links of a [`Network`]. Scores that read others' scores settle: [`Everybody`] gathers what
//! records come to by themselves ([`Plan::own`]), [`Settling`] does the sweeps (`influence`) and hands chunks their points.

mod arithmetic;
mod bind;
mod children;
mod chunk;
mod class;
mod compile;
mod digits;
mod divisor;
mod evaluate;
mod event;
mod fetch;
mod fit;
mod fold;
mod gather;
mod gathered;
mod gathering;
mod index;
mod influence;
mod item;
mod kernel;
mod lane;
mod layout;
mod linked;
mod native;
mod nesting;
mod network;
mod node;
pub mod one;
mod outcomes;
mod overrule;
mod own;
mod period;
mod plan;
mod rank;
mod read;
mod reason;
mod run;
mod scope;
mod scored;
mod settle;
mod shard;
mod spelt;
mod sum;
mod table;
mod take;
mod tier;
mod walk;
mod words;

pub use bind::{BindError, Binding};
pub use children::ChildPlan;
pub use chunk::Chunk;
pub use gathered::Gathered;
pub use gathering::{Gathering, Local};
pub use lane::CodesRef;
pub use linked::{AnswerScratch, Answers, LinkPlan};
pub use network::{Network, Previous};
pub use own::Own;
pub use plan::Plan;
pub use run::Scratch;
pub use scored::{Column, Numbers, Scored, Standing, Wanted};
pub use settle::{Everybody, Settling};
