//! Where scores go: to stdout, or to a file that is replaced once all are written.

use super::Stop;
use crate::project::AtomicFile;
use crate::run::Output;
use std::io::{self, BufWriter, IntoInnerError, Stdout, Write};
use std::path::{Path, PathBuf};

/// Where scores go.
pub(super) enum Destination {
    /// To stdout.
    Stdout(BufWriter<Stdout>),
    /// To a file.
    File { path: PathBuf, file: BufWriter<AtomicFile> },
}

/// How much is written at once.
const BUFFER: usize = 1 << 16;

impl Destination {
    /// A file, or stdout where none is named or its name is `-`.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Stop> {
        match path.filter(|path| *path != Path::new("-")) {
            None => Ok(Self::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()))),
            Some(path) => {
                let file = create(path).map_err(|error| Stop::writing(path, &error))?;
                Ok(Self::File { path: path.to_owned(), file })
            }
        }
    }

    /// All is written: a file is put in its place.
    pub(super) fn finish(self) -> Result<(), Stop> {
        match self {
            Self::Stdout(mut stdout) => Ok(stdout.flush()?),
            Self::File { path, file } => {
                let file = file.into_inner().map_err(IntoInnerError::into_error);
                file.and_then(AtomicFile::commit).map_err(|error| Stop::writing(&path, &error))
            }
        }
    }

    /// Why it could not be written.
    pub(super) fn failed(&self, error: io::Error) -> Stop {
        match self {
            Self::Stdout(_) => error.into(),
            Self::File { path, .. } => Stop::writing(path, &error),
        }
    }
}

fn create(path: &Path) -> io::Result<BufWriter<AtomicFile>> {
    Ok(BufWriter::with_capacity(BUFFER, AtomicFile::create(path)?))
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}

impl Output for Destination {
    fn start_again(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(_) => Ok(()),
            Self::File { path, file } => {
                // What is thrown away need not be written.
                let (old, _) = std::mem::replace(file, create(path)?).into_parts();
                drop(old);
                Ok(())
            }
        }
    }

    fn can_start_again(&self) -> bool {
        match self {
            Self::Stdout(_) => false,
            Self::File { file, .. } => !file.get_ref().is_direct(),
        }
    }
}
