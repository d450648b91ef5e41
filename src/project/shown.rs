//! Paths as people know them: as they would type them, from where they stand.

use std::path::{Component, Path, PathBuf};

/// A path as text, [`tidy`].
pub(super) fn shown(path: &Path) -> String {
    tidy(path).display().to_string()
}

/// A path without `.` and without `..` behind a folder. Where a folder is a symbolic link, `..` behind it leads
/// elsewhere: only a real path stays the same.
pub(super) fn tidy(path: &Path) -> PathBuf {
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
