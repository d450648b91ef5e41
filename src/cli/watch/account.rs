//! What there is to tell of one policy after a change.

use super::super::moved::Mover;
use super::super::verdict::Difference;
use super::shell;
use crate::data::Notice;
use crate::diagnostic::Diagnostic;
use crate::impact::Impact;
use crate::source::Sources;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A policy after a change.
pub(super) struct Account {
    /// Its name.
    pub(super) policy: String,
    /// Its title.
    pub(super) title: String,
    /// Its file.
    pub(super) path: String,
    /// The hash before; absent at the first look.
    pub(super) before: Option<Arc<str>>,
    /// The hash now.
    pub(super) hash: Arc<str>,
    /// How many warnings there are.
    pub(super) warnings: usize,
    /// What the sample data came to.
    pub(super) sample: Sample,
    /// Its cases.
    pub(super) cases: Cases,
}

/// What the sample data came to.
pub(super) enum Sample {
    /// There are none.
    None,
    /// They cannot be used.
    Unusable { sources: Sources, diagnostics: Vec<Diagnostic> },
    /// They were scored.
    Scored(Box<Scored>),
}

/// Sample data that were scored.
pub(super) struct Scored {
    /// What a record is called.
    pub(super) record: String,
    pub(super) read: u64,
    pub(super) scored: usize,
    pub(super) set_aside: u64,
    /// What there is to say of the files.
    pub(super) notices: Vec<Notice>,
    /// Against the last version whose data could be scored; absent where there was none.
    pub(super) impact: Option<Impact>,
    /// Those that moved most.
    pub(super) movers: Vec<Mover>,
}

/// The cases of a policy.
#[derive(Default)]
pub(super) struct Cases {
    pub(super) all: usize,
    pub(super) differ: Vec<Differs>,
    /// How many differed before, and hold now.
    pub(super) mended: usize,
}

/// A case that differs.
pub(super) struct Differs {
    pub(super) title: String,
    pub(super) file: String,
    pub(super) line: usize,
    /// Whether it held before.
    pub(super) held: bool,
    pub(super) differences: Vec<Difference>,
}

impl Account {
    /// Whether the data can be used and the cases hold.
    pub(super) fn is_well(&self) -> bool {
        self.cases.differ.is_empty() && !matches!(self.sample, Sample::Unusable { .. })
    }

    /// Whether there is nothing to tell: it is the same, and so is everything that it gives.
    pub(super) fn is_same(&self) -> bool {
        let unmoved = match &self.sample {
            Sample::None => true,
            Sample::Unusable { .. } => false,
            Sample::Scored(scored) => scored.impact.as_ref().is_some_and(Impact::is_none),
        };
        self.before.as_ref() == Some(&self.hash) && unmoved && self.is_well() && self.cases.mended == 0
    }
}

/// A command that was run after a change.
pub(super) struct Command {
    pub(super) line: String,
    /// How it ended, or why it could not be run.
    pub(super) ended: io::Result<ExitStatus>,
    pub(super) took: Duration,
}

impl Command {
    /// Runs a line by the shell and waits for its end. What it prints may go to stderr, away from what is for programs.
    pub(super) fn run(line: &str, to_stderr: bool) -> Self {
        let started = Instant::now();
        let mut command = shell(line);
        command.stdin(Stdio::null());
        if to_stderr {
            command.stdout(io::stderr());
        }
        let ended = command.status();
        Self { line: line.to_owned(), ended, took: started.elapsed() }
    }

    /// Whether it ended well.
    pub(super) fn is_well(&self) -> bool {
        self.ended.as_ref().is_ok_and(ExitStatus::success)
    }

    /// The number of the signal that ended it, if one did.
    pub(super) fn signal(&self) -> Option<i32> {
        #[cfg(unix)]
        return std::os::unix::process::ExitStatusExt::signal(self.ended.as_ref().ok()?);
        #[cfg(not(unix))]
        None
    }
}
