//! Mending: the fixes of warnings, written to the files where they change no meaning.
//!
//! Fixes are tried before anything is written. With the new texts every policy that reads the files must still be without
//! error. Where a fix only takes an unused declaration away, the trees must be the same but for that statement; else the
//! policies of every period must mean the same. What does not pass is left alone, and said.

use super::{AtomicFile, Broken, Project};
use crate::check::Ruleset;
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::same_meaning;
use crate::source::{FileId, Place, Source};
use crate::syntax::ast::Statement;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How often it is looked again, as one fix may make room for another.
const ROUNDS: usize = 10;

/// What was mended, and what was not although there is a fix.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    /// The fixes that were written, in the order in which they were.
    pub written: Vec<MendedAt>,
    /// The fixes that would have changed what a policy means.
    pub refused: Vec<MendedAt>,
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

/// A policy that has fixes, or that reads a file that has some.
struct Reader {
    ruleset: Ruleset,
    settings: Vec<(String, String)>,
    today: Date,
}

/// Writes the fixes of the warnings of policies (files or packs), as far as they change no meaning.
///
/// # Errors
///
/// A file cannot be written. Those before it are written, each of them whole.
pub fn mend(paths: &[PathBuf], today: &dyn Fn(&Project) -> Date) -> Result<Mended, CannotWrite> {
    let mut mended = Mended::default();
    for _ in 0..ROUNDS {
        let (readers, edits) = look(paths, today);
        // What is unused is taken away last: places of names move with it.
        let (removals, others): (Vec<_>, Vec<_>) =
            edits.into_iter().partition(|(_, edit)| edit.at.code == Code::W0302);
        let refused = |(_, edit): &(String, Edit)| !mended.refused.contains(&edit.at);
        let others: Vec<_> = others.into_iter().filter(refused).collect();
        let removals: Vec<_> = removals.into_iter().filter(refused).collect();
        let now = if others.is_empty() { removals } else { others };
        if now.is_empty() {
            break;
        }
        let mut by_file: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
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

/// Every policy, and every fix by the path of its file.
fn look(paths: &[PathBuf], today: &dyn Fn(&Project) -> Date) -> (Vec<Reader>, BTreeSet<(String, Edit)>) {
    let (mut readers, mut edits, mut packs) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for path in paths {
        for opened in super::open_each(path) {
            let Some((project, reader, warnings)) = read(opened, today) else { continue };
            edits.extend(warnings.iter().filter_map(|one| edit(one, &reader.ruleset)));
            if !project.manifest.policies.is_empty() {
                packs.insert(project.manifest.folder.clone());
            }
            readers.push(reader);
        }
    }
    // The pack's other policies may read the same files.
    for folder in packs {
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        let all = super::open_each(&folder).into_iter();
        readers.extend(all.filter_map(|opened| read(opened, today)).map(|(_, reader, _)| reader));
    }
    (readers, edits)
}

/// A policy with its warnings; nothing where it has errors.
fn read(
    opened: Result<Project, Broken>,
    today: &dyn Fn(&Project) -> Date,
) -> Option<(Project, Reader, Vec<Diagnostic>)> {
    let mut project = opened.ok()?;
    let checked = project.check();
    let ruleset = checked.ruleset?;
    let today = today(&project);
    let mut warnings = checked.diagnostics;
    warnings.extend(project.lint(&ruleset, today).diagnostics);
    let settings = project.manifest.params.clone();
    Some((project, Reader { ruleset, settings, today }, warnings))
}

fn edit(warning: &Diagnostic, ruleset: &Ruleset) -> Option<(String, Edit)> {
    let fix = warning.fix.as_ref().filter(|_| warning.code.is_warning())?;
    let source = ruleset.sources().get(fix.place.file)?;
    let range = source.whole(fix.place.span);
    let line = warning.place.and_then(|place| ruleset.sources().position(place)).map_or(0, |at| at.line);
    let at = MendedAt { path: source.path.clone(), line, code: warning.code, title: fix.title.clone() };
    let edit = Edit { start: range.start, end: range.end, replacement: fix.replacement.clone(), at };
    Some((source.path.clone(), edit))
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
fn mend_file(path: &str, edits: &[Edit], readers: &[Reader], mended: &mut Mended) -> Result<(), CannotWrite> {
    let Some(old) = readers.iter().find_map(|reader| Some(source(reader, path)?.1.text.clone())) else {
        return Ok(());
    };
    let good: Vec<&Edit> = if passes(path, &old, &edits.iter().collect::<Vec<_>>(), readers) {
        edits.iter().collect()
    } else {
        let (good, bad): (Vec<&Edit>, Vec<&Edit>) =
            edits.iter().partition(|edit| passes(path, &old, &[edit], readers));
        mended.refused.extend(bad.into_iter().map(|edit| edit.at.clone()));
        if !passes(path, &old, &good, readers) {
            mended.refused.extend(good.into_iter().map(|edit| edit.at.clone()));
            return Ok(());
        }
        good
    };
    if good.is_empty() {
        return Ok(());
    }
    replace(Path::new(path), &old, &applied(&old, &good))
        .map_err(|cause| CannotWrite { path: path.to_owned(), cause })?;
    mended.written.extend(good.into_iter().map(|edit| edit.at.clone()));
    Ok(())
}

/// Whether every policy that reads the file means the same with the edits.
fn passes(path: &str, old: &str, edits: &[&Edit], readers: &[Reader]) -> bool {
    let text = applied(old, edits);
    readers.iter().all(|reader| {
        let Some((file, _)) = source(reader, path) else { return true };
        let Ok(new) = reader.ruleset.with_texts(&BTreeMap::from([(file, text.clone())])) else {
            return false;
        };
        if edits.iter().all(|edit| edit.at.code == Code::W0302) {
            same_but_for(&reader.ruleset, &new, file, edits)
        } else {
            let days = reader.ruleset.days_after(Date::MIN).into_iter().map(|(day, _)| day);
            days.chain([reader.today]).all(|day| {
                let (a, b) = (reader.ruleset.on(day, &reader.settings), new.on(day, &reader.settings));
                matches!((a, b), (Ok(a), Ok(b)) if same_meaning(&a, &b))
            })
        }
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
        Statement::Reason(line) => Some(line.span),
        Statement::Param(line) => Some(line.span),
        Statement::Policy(_)
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

fn source<'r>(reader: &'r Reader, path: &str) -> Option<(FileId, &'r Source)> {
    reader.ruleset.sources().iter().find(|(_, source)| source.path == path)
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

/// Writes a text in place of another, unless somebody else has changed the file meanwhile.
fn replace(path: &Path, old: &str, new: &str) -> io::Result<()> {
    if std::fs::read(path)? != old.as_bytes() {
        return Err(io::Error::other("it was changed by somebody else meanwhile"));
    }
    let mut file = AtomicFile::create(path)?;
    file.write_all(new.as_bytes())?;
    file.commit()
}
