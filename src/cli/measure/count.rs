//! A population through a policy, counted.

use super::super::open::Opened;
use super::super::progress::Bar;
use super::super::{Stop, interrupt, rejects};
use crate::data::DataFiles;
use crate::measure::Measures;
use crate::output::{Form, Format};
use crate::policy::Policy;
use crate::run::{self, Failure, Finished, Progress};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// With what records are counted.
pub(in crate::cli) struct Counting<'c> {
    pub(in crate::cli) opened: &'c Opened,
    pub(in crate::cli) policy: &'c Policy,
    pub(in crate::cli) threads: Option<u16>,
    pub(in crate::cli) quiet: bool,
    /// Where the list of what is set aside goes.
    pub(in crate::cli) rejects: Option<&'c Path>,
    /// How far it is. One for all that is counted, as an interrupt stops but one.
    pub(in crate::cli) progress: Arc<Progress>,
}

/// So many records are worked on at once by a thread.
const BATCH: usize = 8192;

impl Counting<'_> {
    /// Something to follow, which an interrupt stops.
    pub(in crate::cli) fn progress() -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        interrupt::stops(&progress);
        progress
    }

    /// The files of data, `overrides` instead of the pack's.
    pub(in crate::cli) fn files(&self, overrides: &[(String, PathBuf)]) -> Result<DataFiles, Stop> {
        let files = self.opened.project().data_files(&self.policy.schema, overrides);
        files.map_err(|diagnostics| self.opened.unusable(diagnostics))
    }

    /// Counts the records of files, `overrides` instead of the pack's.
    pub(in crate::cli) fn count(
        &self,
        overrides: &[(String, PathBuf)],
        measures: &mut Measures,
        list: &mut rejects::List<'_>,
    ) -> Result<Finished, Stop> {
        let files = self.files(overrides)?;
        let bar = Bar::follow(Arc::clone(&self.progress), self.quiet);
        let there = || std::thread::available_parallelism().map_or(1, usize::from);
        let run = run::Run {
            policy: self.policy,
            files: &files,
            form: Form::from(Format::Csv),
            contributions: false,
            threads: self.threads.map_or_else(there, usize::from),
            batch: BATCH,
            progress: &self.progress,
        };
        let finished = run::measure(&run, measures, list);
        drop(bar);
        finished.map_err(|failure| match failure {
            Failure::Output(error) => error.into(),
            Failure::Rejects(error) => Stop::writing(self.rejects.unwrap_or(Path::new("-")), &error),
            Failure::Data(diagnostics) => self.opened.unusable(diagnostics),
            Failure::Stopped => Stop::Said(interrupt::INTERRUPTED),
        })
    }
}
