//! Which data a number came from: the files of a run, each with the SHA-256 of its bytes.

use super::shown::shown;
use crate::data::{self, DataFile, DataFiles, RecordId, Schema, files_behind};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A file of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// The record or link that it holds, or `previous`.
    pub name: String,
    /// Its path, as the user would type it.
    pub path: PathBuf,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A file that has no fingerprint.
#[derive(Debug, thiserror::Error)]
pub enum NoFingerprint {
    /// The standard input, which cannot be read twice.
    #[error("what comes from the standard input cannot be named as a source")]
    StandardInput,
    /// It cannot be read.
    #[error("cannot read `{path}`: {cause}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

/// The files of a run, in the order of the schema: the scored records, their children, linked records, links, previous
/// scores.
///
/// # Errors
///
/// One that cannot be read, or not twice.
pub fn fingerprints(schema: &Schema, files: &DataFiles) -> Result<Vec<Fingerprint>, NoFingerprint> {
    let linked = data::links(schema).map(|(_, _, kind)| kind);
    let parts: BTreeSet<RecordId> = schema.children().chain(linked).chain([schema.scored]).collect();
    let mut found = Vec::new();
    for (kind, file) in files.records.iter().filter(|(kind, _)| parts.contains(kind)) {
        of_file(&schema.record(*kind).name, file, &mut found)?;
    }
    for (link, _, _) in data::links(schema) {
        if let Some(file) = files.links.get(&link) {
            of_file(&schema.link(link).name, file, &mut found)?;
        }
    }
    if let Some((kind, file)) = &files.previous
        && parts.contains(kind)
    {
        of_file("previous", file, &mut found)?;
    }
    Ok(found)
}

fn of_file(name: &str, file: &DataFile, found: &mut Vec<Fingerprint>) -> Result<(), NoFingerprint> {
    if file.is_standard_input() {
        return Err(NoFingerprint::StandardInput);
    }
    for path in files_behind(&file.path) {
        let sha256 = sha256(&path).map_err(|cause| NoFingerprint::Io { path: shown(&path), cause })?;
        found.push(Fingerprint { name: name.to_owned(), path: super::shown::tidy(&path), sha256 });
    }
    Ok(())
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The first digits of a text's hash: enough to tell versions of it apart.
pub(super) fn of_text(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
