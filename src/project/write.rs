//! Output files that appear whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A file that appears in its place when it is whole. Dropped before that, it leaves nothing behind, and what stood in
/// its place stays.
///
/// Where the system can do so (Linux, on most file systems) it is written without a name, so that nothing is left behind
/// even by a process that is killed; elsewhere beside its place, under a hidden name. What is no ordinary file (a pipe, a
/// terminal, `/dev/null`) is written to directly.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    form: Form,
}

/// How a file comes to its place.
#[derive(Debug)]
enum Form {
    /// It is written to directly.
    There,
    /// It has no name yet; it is given the first one, and moved to the second.
    Nameless { beside: PathBuf, path: PathBuf },
    /// It is moved from the first name to the second.
    Beside { beside: PathBuf, path: PathBuf },
}

impl AtomicFile {
    /// Starts to write what will stand at a path. A symbolic link is followed.
    ///
    /// # Errors
    ///
    /// The folder does not exist or may not be written to, or the path is a folder.
    pub fn create(path: &Path) -> io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let there = fs::metadata(&path).ok();
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            return Ok(Self { file: OpenOptions::new().write(true).open(&path)?, form: Form::There });
        }
        let name = path.file_name().ok_or_else(|| io::Error::other("it is not the name of a file"))?;
        let mut beside = OsString::from(".");
        beside.push(name);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        beside.push(format!(".{}-{number}.partial", std::process::id()));
        let beside = path.with_file_name(beside);
        let written = match nameless(&path) {
            Some(file) => Self { file, form: Form::Nameless { beside, path } },
            None => {
                let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
                Self { file, form: Form::Beside { beside, path } }
            }
        };
        if let Some(there) = there {
            keep_owner(&written.file, &there);
            written.file.set_permissions(there.permissions())?;
        }
        Ok(written)
    }

    /// Puts a text in its place, whole or not at all, whatever stood there. A read-only file stays as it is.
    ///
    /// # Errors
    ///
    /// As [`AtomicFile::create`] and [`AtomicFile::commit`]; the file is read-only.
    pub fn put(path: &Path, text: &[u8]) -> io::Result<()> {
        Self::filled(path, text)?.commit()
    }

    /// Puts a text in the place of a file's, whole or not at all. `was` is what the file held when it was read: one that
    /// somebody else has changed since, or that may not be written to, stays as it is.
    ///
    /// # Errors
    ///
    /// As [`AtomicFile::create`] and [`AtomicFile::commit`]; the file is read-only, or holds something else.
    pub fn replace(path: &Path, was: &[u8], text: &[u8]) -> io::Result<()> {
        let file = Self::filled(path, text)?;
        if fs::read(path)? != was {
            return Err(io::Error::other("it was changed by somebody else meanwhile"));
        }
        file.commit()
    }

    /// A file that is not in its place yet, with its text.
    fn filled(path: &Path, text: &[u8]) -> io::Result<Self> {
        if fs::metadata(path).is_ok_and(|there| there.permissions().readonly()) {
            return Err(io::Error::other("it is read-only"));
        }
        let mut file = Self::create(path)?;
        file.write_all(text)?;
        Ok(file)
    }

    /// Whether what is written is there at once, as with a pipe.
    pub fn is_direct(&self) -> bool {
        matches!(self.form, Form::There)
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// The disk is full, or the file cannot be moved; then nothing is left behind.
    pub fn commit(mut self) -> io::Result<()> {
        self.file.flush()?;
        let (beside, path) = match std::mem::replace(&mut self.form, Form::There) {
            Form::There => return Ok(()),
            Form::Nameless { beside, path } => {
                self.file.sync_all()?;
                name_it(&self.file, &beside)?;
                (beside, path)
            }
            Form::Beside { beside, path } => {
                if let Err(error) = self.file.sync_all() {
                    self.form = Form::Beside { beside, path };
                    return Err(error);
                }
                (beside, path)
            }
        };
        // Nobody else is left to be told if the file beside cannot be removed either.
        fs::rename(&beside, &path).inspect_err(|_| drop(fs::remove_file(&beside)))
    }
}

/// Gives a new file the owner of the one that it takes the place of, as far as this process may.
#[cfg(unix)]
fn keep_owner(file: &File, there: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Ok(own) = file.metadata() else { return };
    let (user, group) = (there.uid(), there.gid());
    if (own.uid(), own.gid()) != (user, group) && fchown(file, Some(user), Some(group)).is_err() {
        // Who may not give it away may still share it with a group of theirs.
        drop(fchown(file, None, Some(group)));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// A file without a name in the folder where `path` is to stand; `None` where the system has no such files.
#[cfg(target_os = "linux")]
fn nameless(path: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Whoever made the new file by its name would leave the rest to the umask, too.
    let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH;
    let file = rustix::fs::open(folder, OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC, mode).ok()?;
    // A name is given to it through here.
    Path::new("/proc/self/fd").is_dir().then(|| File::from(file))
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path) -> Option<File> {
    None
}

/// Gives a file without a name one.
#[cfg(target_os = "linux")]
fn name_it(file: &File, name: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD};
    use std::os::fd::AsRawFd;
    let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(CWD, unnamed, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn name_it(_: &File, _: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Form::Beside { beside, .. } = &self.form {
            // Nobody is left to be told.
            drop(fs::remove_file(beside));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"a").unwrap();
        assert!(!path.exists());
        // Where files need no name, a process that is killed now leaves nothing behind.
        assert!(!cfg!(target_os = "linux") || names(folder.path()).is_empty());
        file.write_all(b"b").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "ab");

        let mut again = AtomicFile::create(&path).unwrap();
        again.write_all(b"half").unwrap();
        drop(again);
        assert_eq!(fs::read_to_string(&path).unwrap(), "ab");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn two_at_once_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let (mut one, mut two) = (AtomicFile::create(&path).unwrap(), AtomicFile::create(&path).unwrap());
        one.write_all(b"one").unwrap();
        two.write_all(b"two").unwrap();
        one.commit().unwrap();
        two.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn what_was_saved_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.score");
        fs::write(&path, "saved").unwrap();
        let error = AtomicFile::replace(&path, b"read", b"new").unwrap_err();
        assert_eq!(error.to_string(), "it was changed by somebody else meanwhile");
        assert_eq!(fs::read_to_string(&path).unwrap(), "saved");
        AtomicFile::replace(&path, b"saved", b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");

        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = AtomicFile::replace(&path, b"new", b"newer").unwrap_err();
        assert_eq!(error.to_string(), "it is read-only");
        let error = AtomicFile::put(&path, b"newer").unwrap_err();
        assert_eq!(error.to_string(), "it is read-only");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");

        AtomicFile::put(&folder.path().join("b.score"), b"first").unwrap();
        AtomicFile::put(&folder.path().join("b.score"), b"second").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("b.score")).unwrap(), "second");
        assert_eq!(names(folder.path()), ["a.score", "b.score"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(AtomicFile::create(&folder.path().join("no/out.csv")).is_err());
        assert!(AtomicFile::create(folder.path()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("out.csv"), folder.path().join("link.csv"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut file = AtomicFile::create(&link).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let mut null = AtomicFile::create(Path::new("/dev/null")).unwrap();
        null.write_all(b"gone").unwrap();
        null.commit().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
