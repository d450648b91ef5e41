//! Where to look for changes of files: the folders on the way to them, and the names in those that matter.
//!
//! A file is reached through folders and symbolic links, and each of them can be put in another's place. So the folder of
//! each link on the way is looked at too, and the two folders above the file; of what is not there yet, the nearest folder
//! that is.

use crate::data::is_pattern;
use crate::project::Intake;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Folders, and what in them matters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    folders: BTreeMap<PathBuf, Names>,
}

/// What in a folder matters.
#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    named: BTreeSet<OsString>,
    /// Whether everything does that is not hidden.
    all: bool,
}

/// How many symbolic links are followed on the way to a file.
const MAX_LINKS: usize = 40;
/// How many names at the end of a way may be put in another's place unnoticed if they are not looked at: the file, its folder
/// and the folder above.
const LAST: usize = 3;

impl Places {
    /// Those of all files that were looked at.
    pub(super) fn of(intake: &Intake) -> Self {
        let mut places = Self::default();
        for path in intake.texts() {
            places.way(path);
        }
        for path in intake.data() {
            places.way(path);
            if let Some(folder) = folder_of_many(path) {
                places.folders.entry(folder).or_default().all = true;
            }
            for file in crate::data::files_behind(path) {
                places.way(&file);
            }
        }
        places
    }

    /// The folders to look at.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.keys().map(PathBuf::as_path)
    }

    /// Whether a change of a path matters.
    pub(super) fn concern(&self, path: &Path) -> bool {
        // Of the folder itself: it was moved away or deleted.
        let is_folder = self.folders.contains_key(path);
        let named = path.parent().zip(path.file_name()).is_some_and(|(folder, name)| {
            let is_hidden = || name.to_string_lossy().starts_with('.');
            self.folders.get(folder).is_some_and(|it| it.named.contains(name) || it.all && !is_hidden())
        });
        is_folder || named
    }

    /// Adds the way to a file.
    fn way(&mut self, path: &Path) {
        let Ok(path) = std::path::absolute(path) else { return };
        let mut links = 0;
        let mut at = PathBuf::new();
        let mut ahead: VecDeque<OsString> = parts(&path);
        while let Some(part) = ahead.pop_front() {
            let here = at.join(&part);
            if part == ".." {
                at.pop();
                continue;
            }
            let about = fs::symlink_metadata(&here);
            let is_link = about.as_ref().is_ok_and(fs::Metadata::is_symlink);
            if is_link || about.is_err() || ahead.len() < LAST {
                self.name(&at, &part);
            }
            if about.is_err() {
                return;
            }
            match fs::read_link(&here) {
                Ok(target) if is_link && links < MAX_LINKS => {
                    links += 1;
                    if target.is_absolute() {
                        at = PathBuf::new();
                    }
                    for part in parts(&target).into_iter().rev() {
                        ahead.push_front(part);
                    }
                }
                Ok(_) | Err(_) => at = here,
            }
        }
    }

    fn name(&mut self, folder: &Path, name: &OsStr) {
        // The root itself has no folder above it.
        if folder.as_os_str().is_empty() {
            return;
        }
        self.folders.entry(folder.to_owned()).or_default().named.insert(name.to_owned());
    }
}

/// The parts of a path; the root (and a drive) is one.
fn parts(path: &Path) -> VecDeque<OsString> {
    let mut parts = VecDeque::new();
    let mut root = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Prefix(_) | Component::RootDir => root.push(part),
            Component::CurDir => {}
            Component::ParentDir => parts.push_back("..".into()),
            Component::Normal(name) => parts.push_back(name.to_owned()),
        }
    }
    if !root.as_os_str().is_empty() {
        parts.push_front(root.into());
    }
    parts
}

/// The folder in which files may appear that belong to a path of data: a folder itself, or that of a pattern.
fn folder_of_many(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return path.canonicalize().ok();
    }
    if !is_pattern(path) || path.exists() {
        return None;
    }
    let folder = path.ancestors().skip(1).find(|folder| !is_pattern(folder))?;
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn every_link_on_the_way_is_looked_at() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let at = |name: &str| root.join(name);
        fs::create_dir_all(at("pack/..2026_01")).unwrap();
        fs::write(at("pack/..2026_01/a.score"), "").unwrap();
        symlink("..2026_01", at("pack/..data")).unwrap();
        symlink("..data/a.score", at("pack/a.score")).unwrap();
        let mut places = Places::default();
        places.way(&at("pack/a.score"));
        for path in ["pack", "pack/a.score", "pack/..data", "pack/..2026_01", "pack/..2026_01/a.score"] {
            assert!(places.concern(&at(path)), "{path}: {places:?}");
        }
        for path in ["pack/b.score", "pack/.a.score.swp", "pack/..data_tmp", "pack/..2026_01/b.score"] {
            assert!(!places.concern(&at(path)), "{path}: {places:?}");
        }
    }

    #[test]
    fn of_what_is_not_there_the_nearest_folder_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let mut places = Places::default();
        places.way(&root.join("pack/shared/a.score"));
        assert!(places.concern(&root.join("pack")));
        assert!(!places.concern(&root.join("other")));
        assert!(places.folders().all(Path::is_dir));
    }
}
