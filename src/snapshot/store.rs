//! Where snapshots are kept: beside the policy.

use super::{Malformed, Snapshot};
use crate::project::AtomicFile;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder beside a policy.
const FOLDER: &str = "snapshots";

/// What is kept of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Nothing yet.
    Nothing,
    /// A snapshot.
    Snapshot(Box<Snapshot>),
}

/// Why a snapshot cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Unstored {
    /// The disk.
    #[error("cannot {verb} `{}`: {error}", path.display())]
    Io {
        /// `read` or `write`.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// What stands there is no snapshot.
    #[error("`{}` is no snapshot: {error}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        error: Malformed,
    },
}

/// The file of a policy's snapshot.
pub fn path_of(policy: &Path) -> PathBuf {
    let stem = policy.file_stem().unwrap_or_default();
    let mut name = stem.to_owned();
    name.push(".csv");
    folder(policy).join(name)
}

/// The file of a record's explanation. What no file name may have is written as `%` and its number.
pub fn explained_at(policy: &Path, key: &str) -> PathBuf {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name: String = key
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    folder(policy).join(policy.file_stem().unwrap_or_default()).join(format!("{name}.txt"))
}

/// What is kept of a policy.
///
/// # Errors
///
/// A file that cannot be read, or is no snapshot.
pub fn read(policy: &Path) -> Result<Stored, Unstored> {
    let path = path_of(policy);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Stored::Nothing),
        Err(error) => return Err(Unstored::Io { verb: "read", path, error }),
    };
    let mut snapshot =
        Snapshot::parse(&text).map_err(|error| Unstored::Malformed { path: path.clone(), error })?;
    for (key, path) in explained_files(policy)? {
        let text = fs::read_to_string(&path).map_err(|error| Unstored::Io { verb: "read", path, error })?;
        snapshot.explained.insert(key, text);
    }
    Ok(Stored::Snapshot(Box::new(snapshot)))
}

/// Keeps a snapshot in the place of what was kept.
///
/// # Errors
///
/// A file or folder that cannot be written.
pub fn write(policy: &Path, snapshot: &Snapshot) -> Result<(), Unstored> {
    let of = |path: &Path| {
        let path = path.to_owned();
        move |error| Unstored::Io { verb: "write", path, error }
    };
    let path = path_of(policy);
    fs::create_dir_all(folder(policy)).map_err(of(&folder(policy)))?;
    for (key, old) in explained_files(policy)? {
        if !snapshot.explained.contains_key(&key) {
            fs::remove_file(&old).map_err(of(&old))?;
        }
    }
    for (key, text) in &snapshot.explained {
        let path = explained_at(policy, key);
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(of(&path))?;
        put(&path, text).map_err(of(&path))?;
    }
    // Last, so that what the file says of the policy is true of the explanations too.
    put(&path, &snapshot.text()).map_err(of(&path))
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(text.as_bytes())?;
    file.commit()
}

fn folder(policy: &Path) -> PathBuf {
    policy.parent().unwrap_or(Path::new("")).join(FOLDER)
}

/// The explanations that are kept, by key.
fn explained_files(policy: &Path) -> Result<BTreeMap<String, PathBuf>, Unstored> {
    let folder = folder(policy).join(policy.file_stem().unwrap_or_default());
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(Unstored::Io { verb: "read", path: folder, error }),
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| Unstored::Io { verb: "read", path: folder.clone(), error })?.path();
        if path.extension().is_some_and(|end| end == "txt")
            && let Some(key) = path.file_stem().and_then(|name| key_of(name.to_str()?))
        {
            files.insert(key, path);
        }
    }
    Ok(files)
}

/// The key that the name of an explanation's file stands for.
fn key_of(name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}
