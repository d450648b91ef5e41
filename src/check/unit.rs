//! What the checker is given: the files of a policy, parsed, with their `use` lines resolved to files.

use crate::source::{FileId, Sources};
use crate::syntax::ast;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// The files of one policy.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The texts, for places in messages and explanations.
    pub sources: Sources,
    /// The parsed files; the first is the policy's own.
    pub files: Vec<ast::File>,
    /// Which file a `use` line means: by the file it stands in and its path as written. A path that could not be
    /// resolved is absent (and was reported by whoever read the files).
    pub uses: HashMap<(FileId, String), FileId>,
    /// The texts of the tables of cases that the policy's own file names, by its path as written; one that could not be
    /// read is absent (and was reported).
    pub tables: HashMap<String, FileId>,
    /// Whether a file could not be read whole. What seems absent or unused may then have stood in what was not read, and
    /// is not complained of.
    pub unreadable: bool,
}

impl Unit {
    /// A unit of one text without `use` lines, as tests and documentation have it, with what the parser says of it.
    pub fn of_text(path: &str, text: &str) -> (Self, Vec<crate::diagnostic::Diagnostic>) {
        let mut sources = Sources::new();
        let id = sources.add(path, text);
        let (file, diagnostics) = crate::syntax::parse(id, text);
        let unreadable = diagnostics.iter().any(crate::diagnostic::Diagnostic::is_error);
        (
            Self { sources, files: vec![file], uses: HashMap::new(), tables: HashMap::new(), unreadable },
            diagnostics,
        )
    }

    /// SHA-256 over the texts of the policy's files (line ends as LF) and the parameters set from outside, in hexadecimal.
    pub fn hash(&self, settings: &[(String, String)]) -> Arc<str> {
        let mut hasher = Sha256::new();
        // Not over all sources: the manifest is among them, and its data paths are no part of the policy.
        for source in self.files.iter().filter_map(|tree| self.sources.get(tree.file)) {
            hasher.update(source.text.replace("\r\n", "\n").as_bytes());
            hasher.update([0]);
        }
        for (name, value) in settings {
            hasher.update(format!("{name}={value}").as_bytes());
            hasher.update([0]);
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
    }

    /// A parsed file by its number.
    pub fn file(&self, id: FileId) -> Option<&ast::File> {
        self.files.iter().find(|f| f.file == id)
    }
}
