//! How a command ends before its time.

use super::{UNUSABLE, report};
use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use std::io::{self, Write};
use std::path::Path;

/// Why a command stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The reader of our output went away, which is no error.
    ClosedPipe,
    /// Diagnostics that were not printed yet, and the exit code.
    Diagnostics { sources: Sources, diagnostics: Vec<Diagnostic>, exit: u8 },
    /// Diagnostics were printed; the exit code remains.
    Said(u8),
    /// Something else: a message and perhaps a help.
    Failure { message: String, help: Option<String> },
}

impl Stop {
    /// A failure in words.
    pub(super) fn failure(message: impl Into<String>, help: Option<String>) -> Self {
        Self::Failure { message: message.into(), help }
    }

    /// Why a file could not be written.
    pub(super) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::failure(format!("cannot write `{}`: {error}", path.display()), None)
    }

    /// Says it on stderr and gives the exit code. A failure to say it changes nothing any more.
    pub(super) fn say(self) -> u8 {
        let mut stderr = anstream::stderr();
        match self {
            Self::ClosedPipe => 0,
            Self::Said(exit) => exit,
            Self::Diagnostics { sources, diagnostics, exit } => {
                drop(report::explain(&mut stderr, &diagnostics, &sources));
                exit
            }
            Self::Failure { message, help } => {
                drop(failure(&mut stderr, &message, help.as_deref()));
                UNUSABLE
            }
        }
    }
}

fn failure(to: &mut dyn Write, message: &str, help: Option<&str>) -> io::Result<()> {
    let (red, cyan) = (report::ERROR, report::HELP);
    writeln!(to, "{red}error{red:#}: {message}")?;
    help.map_or(Ok(()), |help| writeln!(to, "{cyan}help{cyan:#}: {help}"))
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() == io::ErrorKind::BrokenPipe {
            true => Self::ClosedPipe,
            false => Self::failure(format!("cannot write the output: {error}"), None),
        }
    }
}
