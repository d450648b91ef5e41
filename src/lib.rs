//! Glassbox: an open scoring-rule engine.
//!
//! A policy is a plain-text file; every score it gives can be explained down to the line of the rule.
//! The modules are layers: each uses only those below it (see `docs/architecture.md`).

extern crate alloc;

pub mod audit;
pub mod cases;
pub mod check;
pub mod cli;
pub mod data;
pub mod date;
pub mod decimal;
pub mod diagnostic;
pub mod diff;
pub mod engine;
pub mod eval;
pub mod explain;
pub mod format;
pub mod function;
pub mod impact;
pub mod lint;
pub mod measure;
pub mod output;
pub mod policy;
pub mod project;
pub mod run;
pub mod snapshot;
pub mod source;
pub mod starter;
pub mod syntax;
pub mod synth;

pub use engine::{Engine, Reload, Snapshot};
pub use eval::batch::one::{BadValue, Category, Given, Record, ScoreError, Scorer, Sheet};
