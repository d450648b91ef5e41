//! Reading a policy's file and, file by file, those that it uses.

use super::shown::{shown, tidy};
use super::{Broken, cannot_read};
use crate::check::Unit;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Statement, UseLine};
use crate::syntax::{MAX_FILE_BYTES, parse};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How many files deep `use` may go.
const MAX_DEPTH: usize = 32;

/// Reads the file of a policy and those it uses; none of the latter outside `root`, which is a real path.
pub(super) fn read(policy: &Path, root: &Path) -> Result<(Unit, Vec<Diagnostic>), Broken> {
    let mut reader = Reader {
        unit: Unit::default(),
        diagnostics: Vec::new(),
        root,
        known: HashMap::new(),
        open: Vec::new(),
    };
    let real = policy.canonicalize();
    match real.and_then(|real| reader.read(real, policy)) {
        Ok(_) => Ok((reader.unit, reader.diagnostics)),
        Err(error) => Err(Broken::of(cannot_read(Code::E0403, policy, &error))),
    }
}

struct Reader<'a> {
    unit: Unit,
    diagnostics: Vec<Diagnostic>,
    root: &'a Path,
    /// The files that were read, by their real paths.
    known: HashMap<PathBuf, FileId>,
    /// The files whose `use` lines are being followed, with their real paths.
    open: Vec<(FileId, PathBuf)>,
}

impl Reader<'_> {
    /// Reads a file by its real path, and what it uses. `path` is the one that leads there in the user's eyes.
    fn read(&mut self, real: PathBuf, path: &Path) -> io::Result<FileId> {
        let bytes = read_bytes(&real)?;
        let text = String::from_utf8_lossy(&bytes);
        let id = self.unit.sources.add(shown(path), text.as_ref());
        let (tree, mut diagnostics) = parse(id, &text);
        if let Some(foreign) = not_utf8(id, &bytes) {
            // What the parser says of the marks that stand for the bad bytes would only be noise.
            diagnostics.clear();
            diagnostics.push(foreign);
        }
        self.diagnostics.extend(diagnostics);
        let uses: Vec<UseLine> = tree.statements.iter().filter_map(used).cloned().collect();
        self.unit.files.push(tree);
        self.known.insert(real.clone(), id);
        self.open.push((id, real));
        for line in uses {
            self.follow(id, &line, path);
        }
        self.open.pop();
        Ok(id)
    }

    /// Follows a `use` line of a file.
    fn follow(&mut self, from: FileId, line: &UseLine, from_path: &Path) {
        let key = (from, line.path.text.clone());
        if self.unit.uses.contains_key(&key) {
            return;
        }
        let place = Place::new(from, line.path.span);
        match self.resolve(line, from_path, place) {
            Ok(file) => {
                self.unit.uses.insert(key, file);
            }
            Err(diagnostic) => self.diagnostics.push(*diagnostic),
        }
    }

    fn resolve(&mut self, line: &UseLine, from_path: &Path, place: Place) -> Result<FileId, Box<Diagnostic>> {
        let written = &line.path.text;
        let folder = from_path.parent().unwrap_or(Path::new(""));
        let real_folder = self.open.last().and_then(|(_, real)| real.parent()).unwrap_or(self.root);
        let leaves = || {
            Diagnostic::error(Code::E0401, place, format!("`{written}` leaves the project"))
                .label("outside the project")
                .help("a project is the pack's folder; where packs share files in a folder above, name it in `glassbox.toml`: `root = \"..\"`")
        };
        let unreadable = |error: &io::Error| {
            let path = shown(&folder.join(written));
            Diagnostic::error(Code::E0403, place, format!("cannot read `{path}`: {error}"))
        };
        if Path::new(written).is_absolute() || climbs_out(real_folder, written, self.root) {
            return Err(leaves().into());
        }
        let real = real_folder.join(written).canonicalize().map_err(|error| Box::new(unreadable(&error)))?;
        if !real.starts_with(self.root) {
            return Err(leaves().label("a symbolic link that leads outside the project").into());
        }
        if let Some(start) = self.open.iter().position(|(_, open)| *open == real) {
            let circle = self.open.iter().skip(start).filter_map(|(file, _)| self.unit.sources.get(*file));
            let names: Vec<_> = circle.map(|source| format!("`{}`", source.path)).collect();
            let message = match names.as_slice() {
                [one] => format!("{one} uses itself"),
                names => format!("files use each other in a circle: {}", names.join(", then ")),
            };
            let diagnostic = Diagnostic::error(Code::E0402, place, message);
            return Err(diagnostic.label("back to where it began").into());
        }
        if let Some(file) = self.known.get(&real) {
            return Ok(*file);
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("`use` goes more than {MAX_DEPTH} files deep");
            return Err(Diagnostic::error(Code::E0403, place, message).into());
        }
        self.read(real, &folder.join(written)).map_err(|error| Box::new(unreadable(&error)))
    }
}

/// Whether a relative path climbs out of the root by its `..` alone, whatever exists there.
fn climbs_out(folder: &Path, written: &str, root: &Path) -> bool {
    !tidy(&folder.join(written)).starts_with(root)
}

pub(super) fn used(statement: &Statement) -> Option<&UseLine> {
    if let Statement::Use(line) = statement { Some(line) } else { None }
}

/// What is wrong with bytes that are no text; those that are too many are for the parser to refuse.
pub(super) fn not_utf8(id: FileId, bytes: &[u8]) -> Option<Diagnostic> {
    let error = std::str::from_utf8(bytes).err().filter(|_| bytes.len() <= MAX_FILE_BYTES)?;
    let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
    let mark = u32::try_from(char::REPLACEMENT_CHARACTER.len_utf8()).unwrap_or(0);
    let place = Place::new(id, Span::new(start, start.saturating_add(mark)));
    let diagnostic = Diagnostic::error(Code::E0100, place, "this file is not UTF-8 text");
    Some(diagnostic.label("here it stops being so").help("save the file as UTF-8"))
}

/// The bytes of a file, up to one more than the parser takes.
pub(super) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
