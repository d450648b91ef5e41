//! What was read of the disk for a project, and whether it still stands there.
//!
//! Each file is read once, so that all policies of a pack see the same text of what they share. Whoever looks a second time
//! ([`Intake::holds`]) knows that nothing was half-written or half-swapped when it was read.

use super::shown::Names;
use crate::data::files_behind;
use crate::syntax::MAX_FILE_BYTES;
use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The files that were looked at for a project, those that are not there among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// How paths are shown.
    names: Names,
    texts: BTreeMap<PathBuf, Text>,
    data: BTreeMap<PathBuf, Vec<Stamp>>,
}

/// A file whose text was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    /// Where it really is, symbolic links followed; absent where it cannot be read.
    real: Option<PathBuf>,
    bytes: Arc<[u8]>,
}

/// A data file, which is not read here: data may be large.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    real: PathBuf,
    bytes: u64,
    changed: Option<SystemTime>,
    /// On Unix, which file it is: one that takes another's name is another file.
    inode: u64,
}

impl Intake {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing yet; paths will be shown by these names.
    #[must_use]
    pub fn with_names(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// How paths are shown.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// A path as it is shown.
    pub(super) fn shown(&self, path: &Path) -> String {
        self.names.shown(path)
    }

    /// The text of a file, and where it really is. A second look gives the same.
    ///
    /// # Errors
    ///
    /// It is not there, is no file, or may not be read.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<(PathBuf, Arc<[u8]>)> {
        if let Some(Text { real: Some(real), bytes }) = self.texts.get(path) {
            return Ok((real.clone(), Arc::clone(bytes)));
        }
        let read = read(path);
        self.texts.insert(path.to_owned(), Text::of(read.as_ref().ok()));
        read
    }

    /// Whether a file is there.
    pub(super) fn has(&mut self, path: &Path) -> bool {
        self.read(path).is_ok()
    }

    /// Notes the files of a table: which there are, and when they were changed.
    pub(crate) fn note_data(&mut self, path: &Path) {
        self.data.entry(path.to_owned()).or_insert_with(|| stamps(path));
    }

    /// Whether a second look finds everything as it was.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.texts_hold() && self.data_hold()
    }

    /// Whether a second look finds the texts as they were.
    pub(crate) fn texts_hold(&self) -> bool {
        self.texts.iter().all(|(path, text)| Text::of(read(path).as_ref().ok()) == *text)
    }

    /// Whether a second look finds the data files as they were.
    pub(crate) fn data_hold(&self) -> bool {
        self.data.iter().all(|(path, noted)| stamps(path) == *noted)
    }

    /// The same files, as they are now.
    pub(crate) fn again(&self) -> Self {
        let texts = self.texts.keys().map(|path| (path.clone(), Text::of(read(path).as_ref().ok())));
        let data = self.data.keys().map(|path| (path.clone(), stamps(path)));
        Self { names: self.names.clone(), texts: texts.collect(), data: data.collect() }
    }

    /// Whether the texts are those of another intake, wherever they really are.
    pub(crate) fn same_texts(&self, other: &Self) -> bool {
        let said = |(path, text): (&PathBuf, &Text)| (path.clone(), text.real.is_some(), text.bytes.clone());
        self.texts.iter().map(said).eq(other.texts.iter().map(said))
    }

    /// Whether the manifests are those of another intake.
    pub(crate) fn same_manifest(&self, other: &Self) -> bool {
        let of = |intake: &Self| -> Vec<Text> {
            let manifests = intake.texts.iter().filter(|(path, _)| path.ends_with(super::MANIFEST));
            manifests.map(|(_, text)| text.clone()).collect()
        };
        of(self) == of(other)
    }

    /// Whether the data files are those of another intake.
    #[must_use]
    pub fn same_data(&self, other: &Self) -> bool {
        self.data == other.data
    }

    /// The files that were looked at for their text, as they are reached.
    pub fn texts(&self) -> impl Iterator<Item = &Path> {
        self.texts.keys().map(PathBuf::as_path)
    }

    /// The paths of data: files, folders and patterns.
    pub fn data(&self) -> impl Iterator<Item = &Path> {
        self.data.keys().map(PathBuf::as_path)
    }
}

impl Text {
    fn of(read: Option<&(PathBuf, Arc<[u8]>)>) -> Self {
        match read {
            Some((real, bytes)) => Self { real: Some(real.clone()), bytes: Arc::clone(bytes) },
            None => Self { real: None, bytes: Arc::from([]) },
        }
    }
}

/// The bytes of a file, up to one more than the parser takes, and where it really is.
fn read(path: &Path) -> io::Result<(PathBuf, Arc<[u8]>)> {
    let real = path.canonicalize()?;
    let bytes = read_bytes(&real)?;
    Ok((real, bytes.into()))
}

/// The bytes of a file, up to one more than the parser takes.
pub(super) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    // Before it is opened: a pipe would wait for somebody to write to it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The files behind a path of data. One that is not there has none.
fn stamps(path: &Path) -> Vec<Stamp> {
    let stamp = |path: PathBuf| {
        let real = path.canonicalize().ok()?;
        let about = fs::metadata(&real).ok()?;
        let (bytes, changed, inode) = (about.len(), about.modified().ok(), inode(&about));
        Some(Stamp { real, bytes, changed, inode })
    };
    files_behind(path).into_iter().filter_map(stamp).collect()
}

#[cfg(unix)]
fn inode(about: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_look_sees_what_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (text, none) = (folder.path().join("a.score"), folder.path().join("b.score"));
        fs::write(&text, "one").unwrap();
        let mut intake = Intake::new();
        assert_eq!(&*intake.read(&text).unwrap().1, b"one");
        assert!(!intake.has(&none));
        assert!(intake.holds());

        fs::write(&text, "two").unwrap();
        assert!(!intake.holds());
        assert_eq!(&*intake.read(&text).unwrap().1, b"one", "each file is read once");
        fs::write(&text, "one").unwrap();
        assert!(intake.holds());
        fs::write(&none, "").unwrap();
        assert!(!intake.holds(), "what was absent is there");
    }

    #[cfg(unix)]
    #[test]
    fn the_same_text_in_another_place_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for version in ["v1", "v2"] {
            fs::create_dir(at(version)).unwrap();
            fs::write(at(version).join("a.score"), "same").unwrap();
        }
        std::os::unix::fs::symlink("v1", at("current")).unwrap();
        let mut intake = Intake::new();
        intake.read(&at("current/a.score")).unwrap();
        assert!(intake.holds());
        fs::remove_file(at("current")).unwrap();
        std::os::unix::fs::symlink("v2", at("current")).unwrap();
        assert!(!intake.holds());
    }
}
