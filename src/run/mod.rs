//! A population through a policy: files in, scores out, in columns, on several threads, in the order of the input.
//!
//! Before the first score the keys of all records must be known where children or links refer to them, as must whether one
//! is given twice. Then children are gathered into slots (a record's slot is its place in its table, from 0), links are
//! built, scores settle; and the records are read and scored in one pass. Memory grows with keys, children's aggregates and
//! links, and not with the records.
//!
//! What the column interpreter cannot do ([`Plan::fallbacks`]) goes record by record through the reference interpreter.

mod children;
mod failure;
mod good;
mod known;
mod links;
mod network;
mod pick;
mod pipeline;
mod places;
mod records;
mod reference;
mod rising;
mod scan;
mod tables;
mod tally;
mod visit;

pub use failure::Failure;
pub use pick::pick;
pub(crate) use pipeline::in_order;
pub use tally::Tally;

use crate::data::{DataFiles, Notice, Reject, Size};
use crate::eval::batch::Plan;
use crate::impact::Scores;
use crate::measure::Measures;
use crate::output::Form;
use crate::policy::{Definition, Policy};
use known::Known;
use network::Networks;
use records::{Pass, Stopped};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tables::Tables;

/// What is to be done.
pub struct Run<'r> {
    /// The policy, as it stands on the day of the run.
    pub policy: &'r Policy,
    /// Where the data are.
    pub files: &'r DataFiles,
    /// The form in which scores are written; of no matter where they are kept.
    pub form: Form,
    /// Whether each item's points are written too.
    pub contributions: bool,
    /// How many threads work.
    pub threads: usize,
    /// How many records are worked on at once by a thread.
    pub batch: usize,
    /// How far it is, and whether it is to be stopped.
    pub progress: &'r Progress,
}

impl Run<'_> {
    /// As many threads as the run may have, for what rayon divides among them.
    fn pool(&self) -> Result<rayon::ThreadPool, Failure> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.max(1)).build();
        pool.map_err(|error| Failure::Output(io::Error::other(error)))
    }
}

/// Where the scores go.
pub trait Output: Write + Send {
    /// Forgets what was written: all is done anew.
    ///
    /// # Errors
    ///
    /// It cannot be written to again.
    fn start_again(&mut self) -> io::Result<()>;

    /// Whether what was written can be forgotten. If not, nothing is written before all keys were looked at.
    fn can_start_again(&self) -> bool;
}

/// Where goes what is set aside or left out.
pub trait RejectSink {
    /// Forgets all: it is told anew.
    ///
    /// # Errors
    ///
    /// It cannot be written to again.
    fn start_again(&mut self) -> io::Result<()>;

    /// A record that has no score, in the order of the input.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn set_aside(&mut self, reject: Reject) -> io::Result<()>;

    /// A row of another table that was left out, table by table in the order of each.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn ignored(&mut self, reject: Reject) -> io::Result<()>;
}

/// How far a run is. Shared with whoever shows it, and with whoever stops it.
#[derive(Debug, Default)]
pub struct Progress {
    stage: Mutex<String>,
    records: AtomicU64,
    bytes: AtomicU64,
    all_bytes: AtomicU64,
    stop: AtomicBool,
}

/// How far a stage of a run is: one pass over one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What is done, in words.
    pub name: String,
    /// Records that were read in it.
    pub records: u64,
    /// Bytes that were read in it, and how many there are, as far as can be told; 0 where that is not known.
    pub bytes: (u64, u64),
}

impl Progress {
    /// How far the present stage is.
    pub fn stage(&self) -> Stage {
        let bytes = (self.bytes.load(Ordering::Relaxed), self.all_bytes.load(Ordering::Relaxed));
        Stage { name: self.name().clone(), records: self.records.load(Ordering::Relaxed), bytes }
    }

    /// Ends the run, with nothing left behind. Whether it had been asked to end before.
    pub fn stop(&self) -> bool {
        self.stop.swap(true, Ordering::Relaxed)
    }

    fn name(&self) -> MutexGuard<'_, String> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a stage.
    pub(crate) fn begin(&self, name: impl Into<String>, size: Size) {
        *self.name() = name.into();
        self.records.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
        self.all_bytes.store(size.bytes.unwrap_or(0), Ordering::Relaxed);
    }

    /// Notes that a piece was worked off.
    pub(crate) fn add(&self, records: u64, bytes: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether the run is to end.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Finished {
    /// How many records of the scored kind were read.
    pub read: u64,
    /// What they came to.
    pub tally: Tally,
    /// What there is to say of the files.
    pub notices: Vec<Notice>,
}

/// Where the scores go.
enum Target<'t> {
    /// To be written.
    Output(&'t mut dyn Output),
    /// To be kept in memory.
    Scores(&'t mut Scores),
    /// To be counted.
    Measures(&'t mut Measures),
}

impl Target<'_> {
    fn can_start_again(&self) -> bool {
        match self {
            Self::Output(output) => output.can_start_again(),
            Self::Scores(_) | Self::Measures(_) => true,
        }
    }

    fn start_again(&mut self) -> io::Result<()> {
        match self {
            Self::Output(output) => output.start_again(),
            Self::Scores(scores) => {
                **scores = scores.fresh();
                Ok(())
            }
            Self::Measures(measures) => {
                **measures = measures.empty();
                Ok(())
            }
        }
    }

    /// What is to be observed beside the scores.
    fn observed(&self) -> Vec<Definition> {
        match self {
            Self::Output(_) | Self::Scores(_) => Vec::new(),
            Self::Measures(measures) => measures.observed().to_vec(),
        }
    }
}

/// Scores the records of a run and writes the scores.
///
/// # Errors
///
/// Files that cannot be used, an output that cannot be written, or somebody who stopped it. Nothing that was written means
/// anything then.
pub fn score(
    run: &Run<'_>,
    output: &mut dyn Output,
    rejects: &mut dyn RejectSink,
) -> Result<Finished, Failure> {
    score_to(run, &mut Target::Output(output), rejects)
}

/// Scores the records of a run and keeps what they come to in `scores`, which are of nobody yet and of the policy of the run:
/// they say what is kept.
///
/// # Errors
///
/// Files that cannot be used, or somebody who stopped it.
pub fn scores(
    run: &Run<'_>,
    mut scores: Scores,
    rejects: &mut dyn RejectSink,
) -> Result<(Finished, Scores), Failure> {
    let finished = score_to(run, &mut Target::Scores(&mut scores), rejects)?;
    Ok((finished, scores))
}

/// Scores the records of a run and counts what is asked of them.
///
/// # Errors
///
/// Files that cannot be used, or somebody who stopped it. What was counted means nothing then.
pub fn measure(
    run: &Run<'_>,
    measures: &mut Measures,
    rejects: &mut dyn RejectSink,
) -> Result<Finished, Failure> {
    score_to(run, &mut Target::Measures(measures), rejects)
}

fn score_to(
    run: &Run<'_>,
    target: &mut Target<'_>,
    rejects: &mut dyn RejectSink,
) -> Result<Finished, Failure> {
    let plan = Plan::observing(run.policy, &target.observed());
    if !plan.fallbacks().is_empty() {
        return reference::score(run, target, rejects);
    }
    let tables = Tables::find(run)?;
    let pass = Pass { run, plan: &plan, tables: &tables };
    if !tables.refer_to_keys() && target.can_start_again() {
        match pass.score(None, target, rejects) {
            // Keys that do not rise may be given twice: they have to be looked at before the first score.
            Err(Stopped::KeysDoNotRise) => {
                target.start_again().map_err(Failure::Output)?;
                rejects.start_again().map_err(Failure::Rejects)?;
            }
            Err(Stopped::Failed(failure)) => return Err(failure),
            Ok(finished) => return Ok(finished),
        }
    }
    let mut known = Known::gather(run, &plan, &tables, rejects)?;
    let network;
    if !tables.links.is_empty() {
        let networks = Networks { run, plan: &plan, tables: &tables, pool: run.pool()? };
        let (built, everybody) = networks.build(&mut known, rejects)?;
        network = built;
        known.settling = Some(networks.settle(everybody, &network)?);
    }
    if known.unsure() {
        rejects.start_again().map_err(Failure::Rejects)?;
        return reference::score(run, target, rejects);
    }
    match pass.score(Some(&known), target, rejects) {
        Ok(finished) => Ok(finished),
        Err(Stopped::Failed(failure)) => Err(failure),
        Err(Stopped::KeysDoNotRise) => Err(Failure::Output(io::Error::other("keys were looked at in vain"))),
    }
}
