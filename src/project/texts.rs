//! Policies' files one by one, for what works on their text alone: found and read.

use super::files::not_utf8;
use super::intake::read_bytes;
use super::shown::{shown, tidy};
use super::{Broken, Intake, MANIFEST, cannot_read, find};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Sources};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A text, with its name for messages.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// Nothing but this text.
    pub sources: Sources,
    /// Its number there.
    pub file: FileId,
}

/// Every file of a policy or of charters that a path leads to: itself, or those in a folder and in the folders inside it, in
/// the order of their names. Hidden folders and links to folders are left out.
///
/// # Errors
///
/// E0403: there is nothing of that name, it is no policy, or a folder cannot be read.
pub fn rule_files(path: &Path) -> Result<Vec<PathBuf>, Broken> {
    if !path.is_dir() {
        if path.file_name().is_some_and(|name| name == MANIFEST) {
            let message = format!("`{}` is a manifest, no policy", shown(path));
            return Err(Broken::of(Diagnostic::general(Code::E0403, message).help("name its folder")));
        }
        if !(is_charter(path) && path.is_file()) {
            find(path, &mut Intake::new())?;
        }
        return Ok(vec![tidy(path)]);
    }
    let mut files = Vec::new();
    gather(path, &|path| is_policy(path) || is_charter(path), &mut files)?;
    Ok(files)
}

/// The texts that say which policies there are in a folder and in those inside it: policies' files and manifests, as
/// [`rule_files`] finds them.
///
/// # Errors
///
/// E0403: a folder cannot be read.
pub fn policy_texts(folder: &Path) -> Result<Vec<PathBuf>, Broken> {
    let mut files = Vec::new();
    gather(
        folder,
        &|path| is_policy(path) || path.file_name().is_some_and(|name| name == MANIFEST),
        &mut files,
    )?;
    Ok(files)
}

fn is_policy(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "score")
}

fn gather(folder: &Path, is_wanted: &dyn Fn(&Path) -> bool, files: &mut Vec<PathBuf>) -> Result<(), Broken> {
    let failed = |error: io::Error| Broken::of(cannot_read(Code::E0403, &shown(folder), &error));
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        entries.push((entry.path(), entry.file_type().map_err(failed)?.is_dir()));
    }
    entries.sort();
    for (path, is_folder) in entries {
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_folder && !is_hidden {
            gather(&path, is_wanted, files)?;
        } else if !is_hidden && is_wanted(&path) && path.is_file() {
            files.push(tidy(&path));
        }
    }
    Ok(())
}

/// Whether a path is by its name that of a file of charters.
#[must_use]
pub fn is_charter(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "charter")
}

/// The files of charters in a folder that is no pack: `None` where it is a pack, or holds none.
#[must_use]
pub fn charters_in(folder: &Path) -> Option<Vec<PathBuf>> {
    if !folder.is_dir() || folder.join(MANIFEST).is_file() {
        return None;
    }
    let entries = std::fs::read_dir(folder).ok()?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_charter(path) && path.is_file())
        .collect();
    files.sort();
    (!files.is_empty()).then_some(files)
}

impl TextFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// E0403: it cannot be read. E0100: it is no text.
    pub fn read(path: &Path) -> Result<Self, Broken> {
        match read_bytes(path) {
            Ok(bytes) => Self::of(shown(path), &bytes),
            Err(error) => Err(Broken::of(cannot_read(Code::E0403, &shown(path), &error))),
        }
    }

    /// Takes what a stream holds, under a name.
    ///
    /// # Errors
    ///
    /// E0403: it cannot be read. E0100: it is no text.
    pub fn take(name: &str, stream: &mut dyn Read) -> Result<Self, Broken> {
        let mut bytes = Vec::new();
        let most = u64::try_from(crate::syntax::MAX_FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        match stream.take(most).read_to_end(&mut bytes) {
            Ok(_) => Self::of(name.to_owned(), &bytes),
            Err(error) => Err(Broken::of(cannot_read(Code::E0403, name, &error))),
        }
    }

    fn of(name: String, bytes: &[u8]) -> Result<Self, Broken> {
        let mut sources = Sources::new();
        let file = sources.add(name, String::from_utf8_lossy(bytes));
        match not_utf8(file, bytes) {
            Some(diagnostic) => Err(Broken { sources, diagnostics: vec![diagnostic] }),
            None => Ok(Self { sources, file }),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.sources.get(self.file).map(|source| source.text.as_str()).unwrap_or_default()
    }
}
