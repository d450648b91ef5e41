//! What came of a reload: a new snapshot, the old one, or the reason why what was saved is not put in force.

use super::Snapshot;
use crate::diagnostic::{Diagnostic, render};
use crate::project::Intake;
use crate::source::Sources;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What came of a reload.
#[derive(Debug, Clone)]
pub enum Reload {
    /// The files say what they said.
    Unchanged(Arc<Snapshot>),
    /// They say something else, which is in force from now on. Where only the manifest or the data changed, the hashes of old
    /// and new are the same.
    Swapped {
        /// What was in force before.
        old: Arc<Snapshot>,
        /// What is in force now.
        new: Arc<Snapshot>,
    },
    /// They are not good. What was in force stays.
    Rejected {
        /// What is in force still.
        kept: Arc<Snapshot>,
        /// Why.
        refusal: Box<Refusal>,
    },
}

/// Why what stands on the disk is not put in force.
#[derive(Debug, Clone)]
pub struct Refusal {
    path: PathBuf,
    why: Why,
    hash: Option<Arc<str>>,
    intake: Intake,
}

#[derive(Debug, Clone)]
enum Why {
    /// Mistakes, policy by policy.
    Wrong(Vec<Report>),
    /// It kept changing so long.
    Unsettled(Duration),
}

/// What is wrong with a policy, or with its project.
#[derive(Debug, Clone)]
pub struct Report {
    /// The texts that the diagnostics speak of.
    pub sources: Sources,
    /// What is wrong: one error at least.
    pub diagnostics: Vec<Diagnostic>,
    /// It could not be opened at all.
    pub unusable: bool,
}

impl Reload {
    /// What is in force after it.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        match self {
            Self::Unchanged(snapshot)
            | Self::Swapped { new: snapshot, .. }
            | Self::Rejected { kept: snapshot, .. } => snapshot,
        }
    }

    /// The hash of what was in force before it.
    #[must_use]
    pub fn old_hash(&self) -> &Arc<str> {
        match self {
            Self::Unchanged(old) | Self::Swapped { old, .. } | Self::Rejected { kept: old, .. } => old.hash(),
        }
    }

    /// The hash of what stands on the disk; absent where it could not be read.
    #[must_use]
    pub fn new_hash(&self) -> Option<&Arc<str>> {
        match self {
            Self::Unchanged(new) | Self::Swapped { new, .. } => Some(new.hash()),
            Self::Rejected { refusal, .. } => refusal.hash(),
        }
    }
}

impl fmt::Display for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchanged(snapshot) => write!(f, "unchanged: {}", snapshot.hash()),
            Self::Swapped { old, new } => write!(f, "swapped: {} for {}", new.hash(), old.hash()),
            Self::Rejected { kept, refusal } => write!(f, "rejected, {} stays: {refusal}", kept.hash()),
        }
    }
}

impl Refusal {
    pub(super) fn wrong(path: &Path, reports: Vec<Report>, hash: Option<Arc<str>>) -> Self {
        Self { path: path.to_owned(), why: Why::Wrong(reports), hash, intake: Intake::new() }
    }

    pub(super) fn unsettled(path: &Path, after: Duration) -> Self {
        Self { path: path.to_owned(), why: Why::Unsettled(after), hash: None, intake: Intake::new() }
    }

    pub(super) fn with(self, intake: Intake) -> Self {
        Self { intake, ..self }
    }

    /// The mistakes, policy by policy; none where the files kept changing.
    #[must_use]
    pub fn reports(&self) -> &[Report] {
        match &self.why {
            Why::Wrong(reports) => reports,
            Why::Unsettled(_) => &[],
        }
    }

    /// The hash of the texts that are refused; absent where they could not be read.
    #[must_use]
    pub fn hash(&self) -> Option<&Arc<str>> {
        self.hash.as_ref()
    }

    /// The files that were looked at.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.intake
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Unsettled(after) => write!(
                f,
                "the files of `{}` kept changing for {} seconds while they were read",
                self.path.display(),
                after.as_secs()
            ),
            Why::Wrong(reports) => {
                let errors = reports.iter().flat_map(|report| {
                    let errors = report.diagnostics.iter().filter(|one| one.is_error());
                    errors.map(|error| render::short(std::slice::from_ref(error), &report.sources))
                });
                write!(f, "{}", errors.collect::<String>().trim_end())
            }
        }
    }
}

impl std::error::Error for Refusal {}
