//! Paths as people know them: as they would type them, from where they stand.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// How the paths of a project are shown: those of a folder that stands for another place by the name of that place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// A folder, and what is written before the paths inside it in its stead.
    stands_for: Option<Arc<(PathBuf, String)>>,
}

impl Names {
    /// The files in a folder are shown as those of a revision: `HEAD~1:rules/loan.score`, as git writes it.
    #[must_use]
    pub fn of_revision(folder: &Path, revision: &str) -> Self {
        Self { stands_for: Some(Arc::new((folder.to_owned(), revision.to_owned()))) }
    }

    /// A path as text.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        let inside = self.stands_for.as_deref().and_then(|(folder, revision)| {
            let inside = tidy(path).strip_prefix(folder).ok()?.to_owned();
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            Some(format!("{revision}:{}", parts.join("/")))
        });
        inside.unwrap_or_else(|| shown(path))
    }
}

/// A path as text, [`tidy`].
pub(super) fn shown(path: &Path) -> String {
    tidy(path).display().to_string()
}

/// A path without `.` and without `..` behind a folder. Where a folder is a symbolic link, `..` behind it leads
/// elsewhere: only a real path stays the same.
#[must_use]
pub fn tidy(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.file_name().is_some_and(|name| name != "..") => {
                parts.pop();
            }
            Component::ParentDir => parts.push(".."),
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => parts.push(part),
        }
    }
    if parts.as_os_str().is_empty() { PathBuf::from(".") } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_short() {
        for (path, short) in [
            ("a/b.score", "a/b.score"),
            ("./a//./b.score", "a/b.score"),
            ("rules/p/../shared/x.score", "rules/shared/x.score"),
            ("../../x.score", "../../x.score"),
            ("a/../../x.score", "../x.score"),
            ("/a/../b", "/b"),
            (".", "."),
            ("a/..", "."),
            ("", "."),
        ] {
            assert_eq!(shown(Path::new(path)), short);
        }
    }
}
