//! Mending: the fixes of warnings, written to the files where they change no meaning.
//!
//! Fixes are tried before anything is written. With the new texts every policy that reads the files must still be without
//! error, with what the manifest sets. Where a fix only takes an unused declaration away, the trees must be the same but for
//! that statement; else the policies of every period must mean the same. What does not pass is left alone, and why is said.
//!
//! A policy can be read by others than those that are named. Those of its pack are asked too, and those of the packs beside
//! it. A file outside the pack is not mended, as nobody knows all its readers.

use super::{AtomicFile, MANIFEST, Project, charters, names_in};
use crate::audit::Charter;
use crate::check::Ruleset;
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::same_meaning;
use crate::source::{FileId, Place};
use crate::syntax::ast::Statement;
use crate::syntax::comments;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// How often it is looked again, as one fix may make room for another.
const ROUNDS: usize = 10;

/// What was mended, and what was not although there is a fix.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    /// The fixes that were written, in the order in which they were.
    pub written: Vec<MendedAt>,
    /// The fixes that were not, in order.
    pub refused: Vec<NotMended>,
}

/// A fix that was not written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotMended {
    /// Which.
    pub at: MendedAt,
    /// Why.
    pub why: String,
}

/// A fix of a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MendedAt {
    /// The file, as shown to people.
    pub path: String,
    /// The line, as it was before.
    pub line: usize,
    /// The warning.
    pub code: Code,
    /// What the fix does.
    pub title: String,
}

/// A text that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{path}`: {cause}")]
pub struct CannotWrite {
    /// The file.
    pub path: String,
    /// Why.
    #[source]
    pub cause: io::Error,
}

/// A fix as it is applied to a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Edit {
    start: usize,
    end: usize,
    replacement: String,
    at: MendedAt,
}

/// A policy that may read what is mended.
struct Reader {
    /// Its file, as shown to people.
    path: String,
    /// Its files by where they really are.
    files: BTreeMap<PathBuf, FileId>,
    /// Absent where it has errors.
    good: Option<Good>,
}

/// A policy without errors, and what its pack says of it.
struct Good {
    ruleset: Ruleset,
    settings: Vec<(String, String)>,
    charters: Vec<Charter>,
    today: Date,
}

/// What there is to mend.
#[derive(Default)]
struct Look {
    readers: Vec<Reader>,
    /// The policies that are among the readers.
    read: BTreeSet<PathBuf>,
    /// The fixes by the file they are in, by where it really is.
    edits: BTreeMap<PathBuf, BTreeSet<Edit>>,
    /// How files are shown, the same for all their fixes.
    names: BTreeMap<PathBuf, String>,
    /// The folders in which files may be mended, and single files.
    own: BTreeSet<PathBuf>,
}

/// Writes the fixes of the warnings of policies (files or packs), as far as they change no meaning.
///
/// # Errors
///
/// A file cannot be written. Those before it are written, each of them whole.
pub fn mend(paths: &[PathBuf], today: &dyn Fn(&Project) -> Date) -> Result<Mended, CannotWrite> {
    let mut mended = Mended::default();
    for _ in 0..ROUNDS {
        let Look { readers, edits, own, .. } = Look::at(paths, today);
        let mut left = Vec::new();
        for (path, edits) in edits {
            let is_own = own.iter().any(|own| path.starts_with(own));
            for edit in edits {
                match (mended.refuses(&edit.at), is_own) {
                    (true, _) => {}
                    (false, true) => left.push((path.clone(), edit)),
                    (false, false) => mended.refuse(&edit, "other packs may read this file"),
                }
            }
        }
        // What is unused is taken away last: places of names move with it.
        let (removals, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(_, edit)| edit.at.code == Code::W0302);
        let now = if others.is_empty() { removals } else { others };
        if now.is_empty() {
            break;
        }
        let mut by_file: BTreeMap<PathBuf, Vec<Edit>> = BTreeMap::new();
        for (path, edit) in now {
            by_file.entry(path).or_default().push(edit);
        }
        for (path, edits) in by_file {
            mend_file(&path, &apart(edits), &readers, &mut mended)?;
        }
    }
    mended.refused.sort();
    mended.refused.dedup();
    Ok(mended)
}

impl Mended {
    fn refuses(&self, at: &MendedAt) -> bool {
        self.refused.iter().any(|one| one.at == *at)
    }

    fn refuse(&mut self, edit: &Edit, why: &str) {
        self.refused.push(NotMended { at: edit.at.clone(), why: why.to_owned() });
    }
}

impl Look {
    /// Every fix of these policies, and every policy that may read the files.
    fn at(paths: &[PathBuf], today: &dyn Fn(&Project) -> Date) -> Self {
        let mut look = Self::default();
        let mut packs = BTreeSet::new();
        for path in paths {
            for mut project in super::open_each(path).into_iter().flatten() {
                let pack = &project.manifest;
                if pack.policies.is_empty() {
                    look.own.extend(project.path.canonicalize());
                } else {
                    packs.extend(real(&pack.folder));
                }
                let warnings = look.ask(&mut project, today, true);
                look.take(&project, &warnings);
            }
        }
        look.own.extend(packs.iter().cloned());
        let folders: BTreeSet<PathBuf> = packs.into_iter().flat_map(|pack| beside(&pack)).collect();
        for folder in folders {
            for mut project in super::open_each(&folder).into_iter().flatten() {
                look.ask(&mut project, today, false);
            }
        }
        look
    }

    /// Adds a policy to the readers. Its warnings where it is to be mended and has no error, lints among them; else none.
    fn ask(
        &mut self,
        project: &mut Project,
        today: &dyn Fn(&Project) -> Date,
        is_to_be_mended: bool,
    ) -> Vec<Diagnostic> {
        let checked = project.check();
        let today = today(project);
        let (settings, charters) = (project.manifest.params.clone(), project.charters().to_vec());
        let mut warnings = Vec::new();
        let good = checked.ruleset.map(|ruleset| {
            if is_to_be_mended {
                warnings = checked.diagnostics;
                warnings.extend(project.lint(&ruleset, today).diagnostics);
            }
            Good { ruleset, settings, charters, today }
        });
        if project.path.canonicalize().is_ok_and(|path| self.read.insert(path)) {
            let sources = project.unit.sources.iter();
            let files = sources.filter_map(|(file, source)| Some((real(Path::new(&source.path))?, file)));
            self.readers.push(Reader { path: from_here(&project.path), files: files.collect(), good });
        }
        warnings
    }

    /// Takes the fixes of a policy.
    fn take(&mut self, project: &Project, warnings: &[Diagnostic]) {
        let sources = &project.unit.sources;
        for warning in warnings.iter().filter(|warning| warning.code.is_warning()) {
            let Some(fix) = &warning.fix else { continue };
            let Some((source, path)) =
                sources.get(fix.place.file).and_then(|source| Some((source, real(Path::new(&source.path))?)))
            else {
                continue;
            };
            let range = source.whole(fix.place.span);
            let line = warning.place.and_then(|place| sources.position(place)).map_or(0, |at| at.line);
            let shown = self.names.entry(path.clone()).or_insert_with(|| source.path.clone()).clone();
            let at = MendedAt { path: shown, line, code: warning.code, title: fix.title.clone() };
            let edit = Edit { start: range.start, end: range.end, replacement: fix.replacement.clone(), at };
            self.edits.entry(path).or_default().insert(edit);
        }
    }
}

/// Where a path really leads.
fn real(path: &Path) -> Option<PathBuf> {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }.canonicalize().ok()
}

/// A path as text; one inside the folder where the user stands from there.
fn from_here(path: &Path) -> String {
    let here = real(Path::new("")).and_then(|here| path.strip_prefix(here).ok());
    here.unwrap_or(path).display().to_string()
}

/// A pack and those in the same folder, by their real paths.
fn beside(pack: &Path) -> Vec<PathBuf> {
    let mut packs = vec![pack.to_owned()];
    if let Some(folder) = pack.parent() {
        let others = names_in(folder).into_iter().map(|name| folder.join(name));
        packs.extend(others.filter(|other| other.join(MANIFEST).is_file()));
    }
    packs
}

/// Edits that do not meet, in order; the others wait for another round.
fn apart(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort();
    let mut end = 0;
    edits.retain(|edit| {
        let free = edit.start >= end;
        if free {
            end = edit.end.max(edit.start + 1);
        }
        free
    });
    edits
}

/// Mends a file by all its edits, or else by those that pass alone.
fn mend_file(
    path: &Path,
    edits: &[Edit],
    readers: &[Reader],
    mended: &mut Mended,
) -> Result<(), CannotWrite> {
    let text = |reader: &Reader| {
        let file = reader.files.get(path)?;
        Some(reader.good.as_ref()?.ruleset.sources().get(*file)?.text.clone())
    };
    let Some(old) = readers.iter().find_map(text) else { return Ok(()) };
    let mut good: Vec<&Edit> = edits.iter().collect();
    if passes(path, &old, &good, readers).is_err() {
        good.retain(|edit| match passes(path, &old, &[*edit], readers) {
            Ok(()) => true,
            Err(why) => {
                mended.refuse(edit, &why);
                false
            }
        });
        if let Err(why) = passes(path, &old, &good, readers) {
            good.drain(..).for_each(|edit| mended.refuse(edit, &why));
        }
    }
    let Some(first) = good.first() else { return Ok(()) };
    AtomicFile::replace(path, old.as_bytes(), applied(&old, &good).as_bytes())
        .map_err(|cause| CannotWrite { path: first.at.path.clone(), cause })?;
    mended.written.extend(good.into_iter().map(|edit| edit.at.clone()));
    Ok(())
}

/// Whether every policy that reads the file means the same with the edits; else why not.
fn passes(path: &Path, old: &str, edits: &[&Edit], readers: &[Reader]) -> Result<(), String> {
    if edits.iter().any(|edit| takes_comment(old, edit)) {
        return Err("a comment would go with it".to_owned());
    }
    let text = applied(old, edits);
    for reader in readers {
        let Some(file) = reader.files.get(path) else { continue };
        let Some(good) = &reader.good else {
            return Err(format!("`{}` reads this file, and has errors", reader.path));
        };
        let new = good.ruleset.with_texts(&BTreeMap::from([(*file, text.clone())]));
        let new = new.map_err(|wrong| reader.would_be(&wrong))?;
        good.means_the_same(&new, *file, edits).map_err(|why| match why {
            Differs::Wrong(wrong) => reader.would_be(&wrong),
            Differs::Meaning => "the fix would change what the policy means".to_owned(),
        })?;
    }
    Ok(())
}

/// Why a fix does not pass.
enum Differs {
    /// There would be errors.
    Wrong(Vec<Diagnostic>),
    /// The policy would mean something else.
    Meaning,
}

impl Reader {
    /// That it would be wrong with a fix.
    fn would_be(&self, wrong: &[Diagnostic]) -> String {
        let why = wrong.iter().find(|one| one.is_error()).map_or("it has errors", |one| &one.message);
        format!("then `{}` would be wrong: {why}", self.path)
    }
}

impl Good {
    fn means_the_same(&self, new: &Ruleset, file: FileId, edits: &[&Edit]) -> Result<(), Differs> {
        let only_takes_away = edits.iter().all(|edit| edit.at.code == Code::W0302);
        if only_takes_away && !same_but_for(&self.ruleset, new, file, edits) {
            return Err(Differs::Meaning);
        }
        let wrong = charters::misfits(&self.charters, new, &self.settings);
        if wrong.iter().any(Diagnostic::is_error) {
            return Err(Differs::Wrong(wrong));
        }
        let days = self.ruleset.days_after(Date::MIN, &self.settings).into_iter().map(|(day, _)| day);
        for day in days.chain([self.today]) {
            let is = new.on(day, &self.settings).map_err(Differs::Wrong)?;
            let was = self.ruleset.on(day, &self.settings).map_err(Differs::Wrong)?;
            if !only_takes_away && !same_meaning(&was, &is) {
                return Err(Differs::Meaning);
            }
        }
        Ok(())
    }
}

/// Whether a comment stands in what an edit takes away.
fn takes_comment(text: &str, edit: &Edit) -> bool {
    comments(text).iter().any(|(span, _)| {
        let (start, end) = (span.start as usize, span.end as usize);
        edit.start < end && start < edit.end
    })
}

/// Whether the statements are the same but for those that the edits take away.
fn same_but_for(old: &Ruleset, new: &Ruleset, file: FileId, edits: &[&Edit]) -> bool {
    let taken = |place: Place| {
        let (start, end) = (place.span.start as usize, place.span.end as usize);
        place.file == file && edits.iter().any(|edit| edit.start <= start && end <= edit.end)
    };
    let left: Vec<&Statement> = old
        .statements()
        .into_iter()
        .filter(|(file, statement)| {
            !declaration(statement).is_some_and(|span| taken(Place::new(*file, span)))
        })
        .map(|(_, statement)| statement)
        .collect();
    let there: Vec<&Statement> = new.statements().into_iter().map(|(_, statement)| statement).collect();
    left == there
}

/// The whole span of a declaration that can be taken away.
fn declaration(statement: &Statement) -> Option<crate::source::Span> {
    match statement {
        Statement::Tag(line) => Some(line.span),
        Statement::List(line) => Some(line.span),
        Statement::Param(line) => Some(line.span),
        Statement::Policy(_)
        | Statement::Reason(_)
        | Statement::Record(_)
        | Statement::Link(_)
        | Statement::Let(_)
        | Statement::Item(_)
        | Statement::Override(_)
        | Statement::Tiers(_)
        | Statement::Decision(_)
        | Statement::Influence(_)
        | Statement::Participation(_)
        | Statement::Consequence(_)
        | Statement::Use(_)
        | Statement::Case(_)
        | Statement::Cases(_) => None,
    }
}

/// A text with edits, which stand in order and do not meet.
fn applied(text: &str, edits: &[&Edit]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(text.get(at..edit.start).unwrap_or_default());
        new.push_str(&edit.replacement);
        at = edit.end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}
