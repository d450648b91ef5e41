//! Projects: a policy on disk with the files it uses, its manifest `glassbox.toml`, and its data.
//!
//! A *pack* is a folder with a manifest. A policy's file may also stand alone; then nothing is known of its data.
//! `use` may reach any file inside the project: the pack's folder, or the folder above it that the manifest names
//! (`root = ".."`), so that packs beside each other may share definitions.

mod baselines;
mod charters;
mod data;
mod files;
mod fingerprint;
mod git;
mod intake;
mod lints;
mod manifest;
mod mend;
mod shown;
mod synth;
mod texts;
mod write;

pub use baselines::{Baseline, NotWritten, is_own, provenance, write_baselines};
pub use charters::{Member, apply_charters};
pub use fingerprint::{Fingerprint, NoFingerprint, fingerprints};
pub use git::{GitError, Repository, Revision};
pub use intake::Intake;
pub use lints::{DataLook, Linted};
pub use manifest::Manifest;
pub use mend::{CannotWrite, Mended, MendedAt, NotMended, mend};
pub use shown::{Names, tidy};
pub use texts::{TextFile, charters_in, is_charter, policy_texts, rule_files};
pub use write::AtomicFile;

use crate::audit::Charter;
use crate::check::{self, Checked, Ruleset, Unit};
use crate::data::{DataFiles, Loaded, Schema};
use crate::date::Date;
use crate::diagnostic::{self, Code, Diagnostic, suggest};
use crate::policy::Policy;
use crate::source::Sources;
use crate::syntax::MAX_FILE_BYTES;
use crate::syntax::ast::Statement;
use charters::Applied;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The name of a manifest.
pub const MANIFEST: &str = "glassbox.toml";

/// A policy with everything that its project says of it.
#[derive(Debug, Clone)]
pub struct Project {
    /// The policy's file, as the user would type it.
    pub path: PathBuf,
    /// What the manifest says; nothing where there is none.
    pub manifest: Manifest,
    /// The policy's file and those it uses, parsed; for the checker. The manifest's text is among its sources.
    pub unit: Unit,
    /// What is wrong with their syntax and with `use` lines, to be told together with what the checker finds.
    pub diagnostics: Vec<Diagnostic>,
    /// The charters that the pack applies.
    applied: Applied,
}

/// A project that cannot be opened.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The texts that the diagnostics speak of.
    pub sources: Sources,
    /// Why: one error at least.
    pub diagnostics: Vec<Diagnostic>,
}

/// Opens a pack (a folder, or its manifest) with its first policy, or the policy of a file.
///
/// # Errors
///
/// E0403, E0405, E0100: the manifest or the policy's file cannot be read at all. What is wrong inside the policy's files
/// is told by [`Project::diagnostics`].
pub fn open(path: &Path) -> Result<Project, Broken> {
    let mut intake = Intake::new();
    match find(path, &mut intake)? {
        Found::Pack { folder } => {
            let pack = Pack::read(&folder, &mut intake)?;
            let policy = pack.policies(&intake)?.into_iter().next();
            pack.open(policy.as_deref().unwrap_or(path), &mut intake)
        }
        Found::Policy { folder } => open_file(path, &folder, &mut intake),
    }
}

/// Opens every policy of a pack, in the order of its manifest, or the policy of a file.
pub fn open_each(path: &Path) -> Vec<Result<Project, Broken>> {
    take_in(path, &mut Intake::new())
}

/// As [`open_each`], from what the intake has read and reads.
pub fn take_in(path: &Path, intake: &mut Intake) -> Vec<Result<Project, Broken>> {
    let mut opened = || -> Result<Vec<_>, Broken> {
        match find(path, intake)? {
            Found::Policy { folder } => Ok(vec![open_file(path, &folder, intake)]),
            Found::Pack { folder } => {
                let pack = Pack::read(&folder, intake)?;
                Ok(pack.policies(intake)?.iter().map(|policy| pack.open(policy, intake)).collect())
            }
        }
    };
    opened().unwrap_or_else(|broken| vec![Err(broken)])
}

/// Opens the policy of a file, with the manifest of its folder if there is one.
fn open_file(path: &Path, folder: &Path, intake: &mut Intake) -> Result<Project, Broken> {
    match has_manifest(folder, intake) {
        true => Pack::read(folder, intake)?.open(path, intake),
        false => Pack::without_manifest(folder).open(path, intake),
    }
}

impl Project {
    /// The name and title of the policy that its file holds; absent where it holds none, as files of shared definitions do.
    #[must_use]
    pub fn policy_named(&self) -> Option<(&str, &str)> {
        let block = self.unit.files.first()?.statements.iter().find_map(|statement| {
            if let Statement::Policy(block) = statement { Some(block) } else { None }
        })?;
        let name = block.name.text.as_str();
        Some((name, block.title.as_ref().map_or(name, |title| &title.text)))
    }

    /// Checks the policy and says everything that is wrong with it, its syntax and its `use` lines included. With a mistake
    /// of those there is no ruleset, and no warning: what could not be read may be what was missed.
    ///
    /// The syntax trees go into the ruleset; the sources stay here for the messages.
    pub fn check(&mut self) -> Checked {
        let read = std::mem::take(&mut self.diagnostics);
        let sources = self.unit.sources.clone();
        let mut unit = std::mem::replace(&mut self.unit, Unit { sources, ..Unit::default() });
        let of_charters = std::mem::take(&mut self.applied.diagnostics);
        if read.iter().any(|diagnostic| diagnostic.code == Code::E0100) {
            let diagnostics = read.into_iter().chain(of_charters).collect();
            return Checked { ruleset: None, diagnostics };
        }
        unit.unreadable = read.iter().any(Diagnostic::is_error);
        let not_taken = names_not_taken(&unit);
        let mut checked = check::check(unit);
        if read.iter().any(Diagnostic::is_error) {
            checked.diagnostics.retain(|one| one.is_error() && !self.is_unknown(one, &not_taken));
        }
        checked.diagnostics.extend(read);
        self.check_charters(of_charters, &mut checked);
        self.manifest.lints.quieten(&mut checked.diagnostics);
        diagnostic::sort(&mut checked.diagnostics);
        checked
    }

    /// Takes in what is wrong with the charters. A policy is not to be used while nobody knows what it must not do.
    fn check_charters(&self, wrong: Vec<Diagnostic>, checked: &mut Checked) {
        let mut wrong = wrong;
        if let Some(ruleset) = &checked.ruleset {
            wrong.extend(charters::misfits(&self.applied.charters, ruleset, &self.manifest.params));
        }
        if wrong.iter().any(Diagnostic::is_error) {
            checked.ruleset = None;
        }
        checked.diagnostics.extend(wrong);
    }

    /// The charters that the pack applies to its policies, in the order of the manifest.
    #[must_use]
    pub fn charters(&self) -> &[Charter] {
        &self.applied.charters
    }

    /// What its pack says of it beside its own text, by label; charters by their names and the hashes of their texts. The
    /// sources are those of the unit.
    #[must_use]
    pub fn facts(&self, sources: &Sources) -> Vec<(String, String)> {
        let mut facts = self.manifest.facts();
        for charter in self.charters() {
            let text = sources.get(charter.place.file).map_or("", |source| &*source.text);
            facts.push((format!("charter {}", charter.name), fingerprint::of_text(text)));
        }
        facts
    }

    /// A checked policy of this project on a day of each of its periods of effect, with the manifest's parameters.
    #[must_use]
    pub fn on_each_day(&self, ruleset: &Ruleset) -> Vec<Policy> {
        charters::on_each_day(ruleset, &self.manifest.params)
    }

    /// Whether a diagnostic says that one of these names is unknown.
    fn is_unknown(&self, diagnostic: &Diagnostic, names: &BTreeSet<String>) -> bool {
        let named = || {
            let place = diagnostic.place?;
            let source = self.unit.sources.get(place.file)?;
            source.text.get(source.whole(place.span))
        };
        matches!(diagnostic.code, Code::E0201 | Code::E0202 | Code::E0203)
            && named().is_some_and(|name| names.contains(name))
    }

    /// The files that hold the data of a schema's records and links, and the previous scores. `overrides` (a record's or
    /// link's name, or `previous`, and a path) go before the manifest's.
    ///
    /// # Errors
    ///
    /// E0407 for an override of something that the policy has not, E0409 for a file of an unknown format.
    pub fn data_files(
        &self,
        schema: &Schema,
        overrides: &[(String, PathBuf)],
    ) -> Result<DataFiles, Vec<Diagnostic>> {
        self.manifest.data_files(schema, overrides)
    }

    /// Reads and joins the data of a run on a day.
    ///
    /// # Errors
    ///
    /// As [`Project::data_files`] and [`crate::data::load`].
    pub fn load(
        &self,
        schema: &Schema,
        today: Date,
        overrides: &[(String, PathBuf)],
    ) -> Result<Loaded, Vec<Diagnostic>> {
        self.manifest.load(schema, today, overrides)
    }
}

/// The names of `use` lines whose file could not be read, which was said: that they are unknown is no news.
fn names_not_taken(unit: &Unit) -> BTreeSet<String> {
    let lines = unit.files.iter().flat_map(|file| {
        file.statements.iter().filter_map(move |statement| match files::used(statement) {
            Some(line) if !unit.uses.contains_key(&(file.file, line.path.text.clone())) => Some(line),
            Some(_) | None => None,
        })
    });
    lines.flat_map(|line| &line.names).map(|name| name.text.clone()).collect()
}

/// What a path leads to.
enum Found {
    /// A folder with a manifest.
    Pack { folder: PathBuf },
    /// A policy's file, in this folder.
    Policy { folder: PathBuf },
}

fn find(path: &Path, intake: &mut Intake) -> Result<Found, Broken> {
    let folder = |path: &Path| path.parent().map(Path::to_owned).unwrap_or_default();
    if path.is_dir() {
        if has_manifest(path, intake) {
            return Ok(Found::Pack { folder: path.to_owned() });
        }
        let diagnostic =
            Diagnostic::general(Code::E0403, format!("no `{MANIFEST}` in `{}`", intake.shown(path)));
        let packs = packs_in(path, intake);
        let help = match packs.as_slice() {
            [] => format!("a pack is a folder with a `{MANIFEST}`; a policy can also be named by its file"),
            packs => format!("packs in this folder: {}", packs.join(", ")),
        };
        return Err(Broken::of(diagnostic.help(help)));
    }
    if !path.exists() {
        // Noted as absent, for those who wait for it: as a file, and as a pack.
        let _absent = (intake.has(path), intake.has(&path.join(MANIFEST)));
        let diagnostic =
            Diagnostic::general(Code::E0403, format!("no such file or folder: `{}`", intake.shown(path)));
        let neighbours = names_in(&folder(path));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let hint = suggest::closest(&name, neighbours.iter().map(String::as_str));
        let hint = hint.map(|name| format!("did you mean `{}`?", intake.shown(&folder(path).join(name))));
        return Err(Broken::of(hint.into_iter().fold(diagnostic, Diagnostic::help)));
    }
    if path.file_name().is_some_and(|name| name == MANIFEST) {
        return Ok(Found::Pack { folder: folder(path) });
    }
    if path.extension().is_none_or(|end| end != "score") {
        let message = format!("`{}` is no policy: the file of a policy ends in `.score`", intake.shown(path));
        let diagnostic = Diagnostic::general(Code::E0403, message);
        return Err(Broken::of(match is_charter(path) {
            true => diagnostic
                .help("it is a charter: a pack applies it by `charters = [\"…\"]` in its `glassbox.toml`"),
            false => diagnostic,
        }));
    }
    Ok(Found::Policy { folder: folder(path) })
}

/// Whether a folder is a pack; also where its manifest turns out to be unreadable, which is then said.
fn has_manifest(folder: &Path, intake: &mut Intake) -> bool {
    let path = folder.join(MANIFEST);
    intake.has(&path) || path.is_file()
}

/// The names in a folder, in order; none where it cannot be read.
fn names_in(folder: &Path) -> Vec<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn packs_in(folder: &Path, intake: &Intake) -> Vec<String> {
    let packs = names_in(folder).into_iter().map(|name| folder.join(name));
    packs
        .filter(|pack| pack.join(MANIFEST).is_file())
        .map(|pack| format!("`{}`", intake.shown(&pack)))
        .collect()
}

/// A folder with its manifest, before a policy is opened.
struct Pack {
    folder: PathBuf,
    /// The manifest and its text; `None` where there is none.
    manifest: Option<(manifest::Raw, String)>,
}

impl Pack {
    fn read(folder: &Path, intake: &mut Intake) -> Result<Self, Broken> {
        let path = folder.join(MANIFEST);
        let text = intake
            .read(&path)
            .and_then(|(_, bytes)| text(&bytes))
            .map_err(|error| Broken::of(cannot_read(Code::E0403, &intake.shown(&path), &error)))?;
        match manifest::parse(&text) {
            Ok(raw) => Ok(Self { folder: folder.to_owned(), manifest: Some((raw, text)) }),
            Err(faults) => {
                let mut sources = Sources::new();
                let file = sources.add(intake.shown(&path), text);
                let diagnostics = faults.into_iter().map(|fault| fault.at(file)).collect();
                Err(Broken { sources, diagnostics })
            }
        }
    }

    fn without_manifest(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), manifest: None }
    }

    /// The paths of the policies that the manifest lists.
    fn policies(&self, intake: &Intake) -> Result<Vec<PathBuf>, Broken> {
        let listed = self.manifest.iter().flat_map(|(raw, _)| raw.policies());
        let policies: Vec<_> = listed.map(|policy| self.folder.join(policy)).collect();
        if policies.is_empty() {
            let path = intake.shown(&self.folder.join(MANIFEST));
            let message = format!("`{path}` lists no policy");
            let there = names_in(&self.folder).into_iter().filter(|name| name.ends_with(".score"));
            let there: Vec<_> = there.map(|name| format!("\"{name}\"")).collect();
            let help = format!("write `policies = [{}]`", there.join(", "));
            return Err(Broken::of(Diagnostic::general(Code::E0405, message).help(help)));
        }
        Ok(policies)
    }

    /// Reads a policy and what it uses. Of the manifest only what it says of the data can still be wrong.
    fn open(&self, policy: &Path, intake: &mut Intake) -> Result<Project, Broken> {
        let above = self.manifest.as_ref().and_then(|(raw, _)| raw.root()).unwrap_or_default();
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder };
        let root = folder.join(above);
        let cannot_read = |error| Broken::of(cannot_read(Code::E0403, &intake.shown(&root), &error));
        let root = root.canonicalize().map_err(cannot_read)?;
        let (mut unit, diagnostics) = files::read(policy, &root, intake)?;
        let manifest = match &self.manifest {
            None => Manifest::default(),
            Some((raw, text)) => {
                let file = unit.sources.add(intake.shown(&self.folder.join(MANIFEST)), text.as_str());
                Manifest::new(raw, text, file, &self.folder, intake.names())
            }
        };
        let applied = charters::read(&manifest.charters, &self.folder, intake, &mut unit.sources);
        Ok(Project { path: shown::tidy(policy), manifest, unit, diagnostics, applied })
    }
}

impl Broken {
    fn of(diagnostic: Diagnostic) -> Self {
        Self { sources: Sources::new(), diagnostics: vec![diagnostic] }
    }
}

/// The text of a manifest.
fn text(bytes: &[u8]) -> io::Result<String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| io::Error::other("it is not UTF-8 text"))
}

fn cannot_read(code: Code, shown: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::general(code, format!("cannot read `{shown}`: {error}"))
}

#[cfg(test)]
mod tests;
