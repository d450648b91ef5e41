//! Why a run ends before its time.

use crate::diagnostic::Diagnostic;
use std::io;

/// Why a run ends before its time.
#[derive(Debug)]
pub enum Failure {
    /// Files that cannot be used.
    Data(Vec<Diagnostic>),
    /// The scores cannot be written.
    Output(io::Error),
    /// The list of rejects cannot be written.
    Rejects(io::Error),
    /// It was stopped from outside.
    Stopped,
}
