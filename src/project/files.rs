//! Reading a policy's file and, file by file, those that it uses.

use super::shown::tidy;
use super::{Broken, Intake, cannot_read};
use crate::check::Unit;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Place, Span};
use crate::syntax::ast::{Statement, Text, UseLine};
use crate::syntax::{MAX_FILE_BYTES, parse};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// How many files deep `use` may go.
const MAX_DEPTH: usize = 32;

/// Reads the file of a policy and those it uses; none of the latter outside `root`, which is a real path.
pub(super) fn read(
    policy: &Path,
    root: &Path,
    intake: &mut Intake,
) -> Result<(Unit, Vec<Diagnostic>), Broken> {
    let mut reader = Reader {
        unit: Unit::default(),
        diagnostics: Vec::new(),
        root,
        intake,
        known: HashMap::new(),
        open: Vec::new(),
    };
    match reader.read(policy, policy) {
        Ok(_) => Ok((reader.unit, reader.diagnostics)),
        Err(error) => {
            let shown = reader.intake.shown(policy);
            Err(Broken::of(cannot_read(Code::E0403, &shown, &error)))
        }
    }
}

struct Reader<'a> {
    unit: Unit,
    diagnostics: Vec<Diagnostic>,
    root: &'a Path,
    intake: &'a mut Intake,
    /// The files that were read, by their real paths.
    known: HashMap<PathBuf, FileId>,
    /// The files whose `use` lines are being followed, with their real paths.
    open: Vec<(FileId, PathBuf)>,
}

impl Reader<'_> {
    /// Reads a file, and what it uses. `path` is the one that leads there in the user's eyes.
    fn read(&mut self, from: &Path, path: &Path) -> io::Result<FileId> {
        let (real, bytes) = self.intake.read(from)?;
        let text = String::from_utf8_lossy(&bytes);
        let id = self.unit.sources.add(self.intake.shown(path), text.as_ref());
        let (tree, mut diagnostics) = parse(id, &text);
        if let Some(foreign) = not_utf8(id, &bytes) {
            // What the parser says of the marks that stand for the bad bytes would only be noise.
            diagnostics.clear();
            diagnostics.push(foreign);
        }
        self.diagnostics.extend(diagnostics);
        let uses: Vec<UseLine> = tree.statements.iter().filter_map(used).cloned().collect();
        // Cases are never taken from other files, so neither are their tables.
        let tables = tree.statements.iter().filter(|_| self.open.is_empty()).filter_map(table);
        let tables: Vec<Text> = tables.filter(|path| !path.text.is_empty()).cloned().collect();
        self.unit.files.push(tree);
        self.known.insert(real.clone(), id);
        self.open.push((id, real));
        for line in uses {
            self.follow(id, &line, path);
        }
        for table in tables {
            self.read_table(id, &table, path);
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

    /// Reads a table of cases that a file names.
    fn read_table(&mut self, from: FileId, written: &Text, from_path: &Path) {
        if self.unit.tables.contains_key(&written.text) {
            return;
        }
        let place = Place::new(from, written.span);
        let folder = from_path.parent().unwrap_or(Path::new(""));
        let shown = self.intake.shown(&folder.join(&written.text));
        let refuse = |cause: &dyn std::fmt::Display| {
            Diagnostic::error(Code::E0403, place, format!("cannot read `{shown}`: {cause}"))
        };
        let read = self.place_of(&written.text, from_path, place).and_then(|(from, _)| {
            let (_, bytes) = self.intake.read(&from).map_err(|error| refuse(&error))?;
            if bytes.len() > MAX_FILE_BYTES {
                return Err(refuse(&format!("it is longer than {} MiB", MAX_FILE_BYTES >> 20)).into());
            }
            String::from_utf8(bytes.to_vec())
                .map_err(|_| Box::new(refuse(&"it is not UTF-8 text").help("save the file as UTF-8")))
        });
        match read {
            Ok(text) => {
                let id = self.unit.sources.add(shown, text);
                self.unit.tables.insert(written.text.clone(), id);
            }
            Err(diagnostic) => self.diagnostics.push(*diagnostic),
        }
    }

    /// Where a file is that another one names, and where it really is, which is inside the project.
    fn place_of(
        &mut self,
        written: &str,
        from_path: &Path,
        place: Place,
    ) -> Result<(PathBuf, PathBuf), Box<Diagnostic>> {
        let folder = from_path.parent().unwrap_or(Path::new(""));
        let real_folder = self.open.last().and_then(|(_, real)| real.parent()).unwrap_or(self.root);
        let leaves = || {
            Diagnostic::error(Code::E0401, place, format!("`{written}` leaves the project"))
                .label("outside the project")
                .help("a project is the pack's folder; where packs share files in a folder above, name it in `glassbox.toml`: `root = \"..\"`")
        };
        if Path::new(written).is_absolute() || climbs_out(real_folder, written, self.root) {
            return Err(leaves().into());
        }
        let from = real_folder.join(written);
        let (real, _) = self.intake.read(&from).map_err(|error| {
            let path = self.intake.shown(&folder.join(written));
            Box::new(Diagnostic::error(Code::E0403, place, format!("cannot read `{path}`: {error}")))
        })?;
        if !real.starts_with(self.root) {
            return Err(leaves().label("a symbolic link that leads outside the project").into());
        }
        Ok((from, real))
    }

    fn resolve(&mut self, line: &UseLine, from_path: &Path, place: Place) -> Result<FileId, Box<Diagnostic>> {
        let written = &line.path.text;
        let (from, real) = self.place_of(written, from_path, place)?;
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
        let path = from_path.parent().unwrap_or(Path::new("")).join(written);
        self.read(&from, &path).map_err(|error| {
            let message = format!("cannot read `{}`: {error}", self.intake.shown(&path));
            Box::new(Diagnostic::error(Code::E0403, place, message))
        })
    }
}

/// Whether a relative path climbs out of the root by its `..` alone, whatever exists there.
fn climbs_out(folder: &Path, written: &str, root: &Path) -> bool {
    !tidy(&folder.join(written)).starts_with(root)
}

pub(super) fn used(statement: &Statement) -> Option<&UseLine> {
    if let Statement::Use(line) = statement { Some(line) } else { None }
}

/// The path of a table of cases.
pub(super) fn table(statement: &Statement) -> Option<&Text> {
    if let Statement::Cases(line) = statement { Some(&line.path) } else { None }
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
