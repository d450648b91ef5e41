//! Which two versions are compared: files, packs and folders, or revisions of a git repository; and which policies of one are
//! which of the other.

use super::super::{Stop, UNUSABLE};
use crate::project::{
    self, Broken, GitError, Intake, MANIFEST, Manifest, Names, Project, Repository, Revision, policy_texts,
    take_in,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How much of a commit's name is shown.
const SHORT: usize = 12;

/// Two versions of some policies.
pub(super) struct Versions {
    old: Tree,
    new: Tree,
    /// What is compared in each.
    scopes: Vec<Scope>,
}

/// Where a version's files are.
enum Tree {
    /// On disk.
    Disk,
    /// Taken from a revision.
    Revision(Revision),
}

/// A file or folder in both versions.
struct Scope {
    old: PathBuf,
    new: PathBuf,
    /// What git calls it; absent where git has nothing to do with it.
    inside: Option<String>,
    /// As the user would type it.
    shown: String,
}

/// A policy of either version.
pub(super) struct Found {
    /// Where it is in what is compared, the same in both versions.
    at: String,
    pub(super) project: Result<Project, Broken>,
}

/// A policy in both versions, or in one.
pub(super) struct Pair {
    pub(super) old: Option<Found>,
    pub(super) new: Option<Found>,
    /// The other version cannot be read where this one has the policy: whether it is there nobody knows.
    pub(super) unreadable: bool,
}

impl Versions {
    /// Finds what is meant.
    pub(super) fn open(versions: &[String], paths: &[PathBuf]) -> Result<Self, Stop> {
        match (versions, paths) {
            ([old, new], []) if Path::new(old).exists() && Path::new(new).exists() => {
                [old, new].into_iter().try_for_each(|name| is_no_revision(name))?;
                Self::of_paths(old, new)
            }
            ([old, new], []) if Path::new(new).exists() => {
                // As git takes it, where there is no doubt.
                is_no_revision(new)?;
                Self::of_range(old, &[PathBuf::from(new)]).map_err(|stop| neither(old, stop))
            }
            ([old, new], paths) => Self::of_revisions(old, Some(new), paths).map_err(|stop| {
                let is_path = |it: &str| it.contains(['/', '\\']) || it.ends_with(".score");
                if Path::new(old).exists() {
                    path_first(old, new, stop)
                } else if is_path(old) {
                    neither(old, stop)
                } else {
                    neither(new, stop)
                }
            }),
            ([one], []) if Path::new(one).exists() => {
                is_no_revision(one)?;
                let help = format!(
                    "name what to compare it with: `glassbox diff OLD {one}`, or a revision: `glassbox diff HEAD -- {one}`"
                );
                Err(Stop::failure(format!("`{one}` is one version, and two are compared"), Some(help)))
            }
            ([range], paths) => Self::of_range(range, paths),
            ([old, new, more, ..], _) => Err(Stop::failure(
                format!("two versions are compared, and `{more}` is a third name"),
                Some(format!("paths stand behind `--`: `glassbox diff {old} {new} -- {more}`")),
            )),
            ([], _) => Err(Stop::failure("two versions are compared", None)),
        }
    }

    /// A revision against the files as they are, or two in one word.
    fn of_range(range: &str, paths: &[PathBuf]) -> Result<Self, Stop> {
        match (range.split_once("..."), range.split_once("..")) {
            (Some((old, new)), _) => {
                let (old, new) = (or_head(old), or_head(new));
                let common = Repository::around(Path::new("."))?.common(old, new)?;
                // Any beginning of a commit's name that is long enough names it.
                let common: String = common.chars().take(SHORT).collect();
                Self::of_revisions(&common, Some(new), paths)
            }
            (None, Some((old, new))) => Self::of_revisions(or_head(old), Some(or_head(new)), paths),
            (None, None) => Self::of_revisions(range, None, paths),
        }
    }

    fn of_paths(old: &str, new: &str) -> Result<Self, Stop> {
        let (old, new) = (PathBuf::from(old), PathBuf::from(new));
        if old.is_dir() != new.is_dir() {
            let help = "compare a file with a file, or a folder with a folder".to_owned();
            let (old, new) = (old.display(), new.display());
            return Err(Stop::failure(format!("of `{old}` and `{new}` one is a folder"), Some(help)));
        }
        let shown = new.display().to_string();
        Ok(Self { old: Tree::Disk, new: Tree::Disk, scopes: vec![Scope { old, new, inside: None, shown }] })
    }

    fn of_revisions(old: &str, new: Option<&str>, paths: &[PathBuf]) -> Result<Self, Stop> {
        let repository = Repository::around(Path::new("."))?;
        let old = Revision::take(&repository, old)?;
        let new = new.map(|new| Revision::take(&repository, new)).transpose()?;
        let top = [repository.top_from_here()?];
        let paths = if paths.is_empty() { &top[..] } else { paths };
        let mut scopes = Vec::new();
        for path in paths {
            let inside = repository.inside(path)?;
            if let Some(module) =
                [Some(&old), new.as_ref()].into_iter().flatten().find_map(|of| of.module(&inside))
            {
                let help = format!("its revisions are its own: run `glassbox diff` in the folder `{module}`");
                return Err(Stop::failure(format!("`{}` is in a submodule", path.display()), Some(help)));
            }
            let on_disk = || path.clone();
            scopes.push(Scope {
                old: old.root().join(&inside),
                new: new.as_ref().map_or_else(on_disk, |new| new.root().join(&inside)),
                inside: Some(inside),
                shown: path.display().to_string(),
            });
        }
        Ok(Self { old: Tree::Revision(old), new: new.map_or(Tree::Disk, Tree::Revision), scopes })
    }

    /// What the versions are called.
    pub(super) fn names(&self) -> (String, String) {
        match (&self.old, &self.new) {
            (Tree::Disk, Tree::Disk) => {
                let shown = |path: fn(&Scope) -> &Path| {
                    self.scopes.first().map(|scope| path(scope).display().to_string()).unwrap_or_default()
                };
                (shown(|scope| &scope.old), shown(|scope| &scope.new))
            }
            (old, new) => (old.name(), new.name()),
        }
    }

    /// Takes data files from a revision, where they are of one.
    pub(super) fn take_data(&mut self, paths: Vec<PathBuf>) -> Result<(), Stop> {
        for tree in [&mut self.old, &mut self.new] {
            if let Tree::Revision(revision) = tree {
                revision.take_data(paths.clone())?;
            }
        }
        Ok(())
    }

    /// A file of data that the manifest of a revision names, and that is not in the revision; and whether it is the new
    /// version's. What the user names instead is read wherever it is.
    pub(super) fn data_outside(
        &self,
        (old, new): (&Manifest, &Manifest),
        given: &[(String, PathBuf)],
    ) -> Option<(bool, PathBuf)> {
        [(false, &self.old, old), (true, &self.new, new)].into_iter().find_map(|(is_new, tree, manifest)| {
            let Tree::Revision(revision) = tree else { return None };
            // Those of the manifest come first.
            let mut named: Vec<PathBuf> = manifest.data_paths(given).collect();
            named.truncate(named.len().saturating_sub(given.len()));
            named.into_iter().find(|path| !revision.holds(path)).map(|path| (is_new, path))
        })
    }

    /// The policies to compare, and how many others are the same.
    pub(super) fn pairs(&self) -> Result<(Vec<Pair>, usize), Stop> {
        let (mut pairs, mut unchanged) = (Vec::new(), 0);
        for scope in &self.scopes {
            let (old, new) =
                (self.found(scope, &self.old, &scope.old)?, self.found(scope, &self.new, &scope.new)?);
            if old.is_empty() && new.is_empty() {
                let (was, is) = self.names();
                let git = scope.inside.is_some();
                let is = if matches!(self.new, Tree::Disk) { is } else { format!("`{is}`") };
                let place = if git { format!(" in `{was}` or {is}") } else { String::new() };
                return Err(Stop::failure(
                    format!("there is no policy at `{}`{place}", scope.shown),
                    Some(if scope.shown.starts_with('-') {
                        "all that stands behind `--` is a path; options go before it".to_owned()
                    } else {
                        "name a pack, a folder with packs, or the file of a policy".to_owned()
                    }),
                ));
            }
            let unreadable = [unreadable(&old), unreadable(&new)];
            let mut found = paired(old, new);
            found.iter_mut().for_each(|pair| pair.note_unreadable(&unreadable));
            let named = found.len() == 1;
            for pair in found {
                if !named && pair.is_same() && !pair.has_moved() { unchanged += 1 } else { pairs.push(pair) }
            }
        }
        Ok((pairs, unchanged))
    }

    /// The policies at a path of a version.
    fn found(&self, scope: &Scope, tree: &Tree, path: &Path) -> Result<Vec<Found>, Stop> {
        let names = tree.names();
        // Relative to the path: what there is at or below it.
        let below = match (tree, &scope.inside) {
            (Tree::Revision(revision), Some(inside)) => {
                revision.files(inside).filter_map(|file| below(file, inside)).collect()
            }
            (Tree::Disk, Some(inside)) => {
                let files = Repository::around(Path::new("."))?.working_files(inside)?;
                files.iter().filter_map(|file| below(file, inside)).collect()
            }
            (_, None) if path.is_dir() => {
                let texts = policy_texts(path).map_err(broken)?;
                let inside = texts.iter().filter_map(|text| text.strip_prefix(project::tidy(path)).ok());
                inside.map(|text| text.to_string_lossy().replace('\\', "/")).collect()
            }
            (_, None) => vec![String::new()],
        };
        if below.iter().any(String::is_empty) {
            // It is a file.
            let projects = take_in(path, &mut Intake::with_names(names)).into_iter();
            return Ok(projects.map(|project| Found { at: String::new(), project }).collect());
        }
        let mut found: Vec<Found> = Vec::new();
        // What a policy of a pack uses is compared with it.
        let mut used: BTreeSet<String> = BTreeSet::new();
        let mut unreadable: Vec<&str> = Vec::new();
        let manifests = || below.iter().filter(|file| is_named(file, MANIFEST));
        for manifest in manifests() {
            let folder = path.join(folder_of(manifest));
            for project in take_in(&folder, &mut Intake::with_names(names.clone())) {
                let at = match &project {
                    Ok(project) => {
                        used.extend(project.unit.sources.iter().map(|(_, source)| source.path.clone()));
                        inside_of(&project.path, path)
                    }
                    Err(_) => {
                        unreadable.push(folder_of(manifest));
                        None
                    }
                };
                found.push(Found { at: at.unwrap_or_else(|| manifest.clone()), project });
            }
        }
        // Of a pack that cannot be read nobody knows which texts are its policies.
        let is_unreadable = |file: &str| {
            let folders =
                manifests().map(|manifest| folder_of(manifest)).filter(|folder| is_below(file, folder));
            folders.max_by_key(|folder| folder.len()).is_some_and(|nearest| unreadable.contains(&nearest))
        };
        let alone = below.iter().filter(|file| file.ends_with(".score") && !is_unreadable(file));
        for file in alone {
            let is_used = used.contains(&names.shown(&path.join(file)));
            if is_used || found.iter().any(|known| known.at == *file) {
                continue;
            }
            for project in take_in(&path.join(file), &mut Intake::with_names(names.clone())) {
                // Shared definitions are no policy.
                if project.as_ref().is_ok_and(|project| project.policy_named().is_some()) {
                    found.push(Found { at: file.clone(), project });
                }
            }
        }
        Ok(found)
    }
}

impl Tree {
    fn names(&self) -> Names {
        match self {
            Self::Disk => Names::default(),
            Self::Revision(revision) => revision.names(),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Disk => "the working tree".to_owned(),
            Self::Revision(revision) => revision.name().to_owned(),
        }
    }
}

impl Pair {
    /// Notes whether one of the folders, of the old and of the new version, that could not be read may hold what is missing.
    fn note_unreadable(&mut self, [old, new]: &[Vec<String>; 2]) {
        let (there, folders) = match (&self.old, &self.new) {
            (Some(there), None) => (there, new),
            (None, Some(there)) => (there, old),
            (Some(_), Some(_)) | (None, None) => return,
        };
        self.unreadable = there.project.is_ok() && folders.iter().any(|folder| is_below(&there.at, folder));
    }

    /// What could be read of it, the new version first.
    pub(super) fn project(&self) -> Option<&Project> {
        [&self.new, &self.old].into_iter().flatten().find_map(|found| found.project.as_ref().ok())
    }

    /// Whether the policy stands in another file than before.
    pub(super) fn has_moved(&self) -> bool {
        self.old.as_ref().zip(self.new.as_ref()).is_some_and(|(old, new)| old.at != new.at)
    }

    /// Whether both versions are the same to the letter.
    fn is_same(&self) -> bool {
        let hash = |found: &Option<Found>| {
            let project = found.as_ref()?.project.as_ref().ok()?;
            Some((project.unit.hash(&project.manifest.params), project.facts(&project.unit.sources)))
        };
        self.old.is_some()
            && self.new.is_some()
            && hash(&self.old).is_some()
            && hash(&self.old) == hash(&self.new)
    }
}

/// The folders of packs that cannot be read.
fn unreadable(found: &[Found]) -> Vec<String> {
    let broken = found.iter().filter(|found| found.project.is_err() && is_named(&found.at, MANIFEST));
    broken.map(|found| folder_of(&found.at).to_owned()).collect()
}

/// Puts policies beside each other: those at the same place, then those of the same name.
fn paired(old: Vec<Found>, new: Vec<Found>) -> Vec<Pair> {
    let mut old: Vec<Option<Found>> = old.into_iter().map(Some).collect();
    let name = |found: &Found| {
        found
            .project
            .as_ref()
            .ok()
            .and_then(|project| project.policy_named())
            .map(|(name, _)| name.to_owned())
    };
    let mut pairs: Vec<Pair> = Vec::new();
    for found in new {
        let same = old.iter_mut().find(|old| old.as_ref().is_some_and(|old| old.at == found.at));
        pairs.push(Pair { old: same.and_then(Option::take), new: Some(found), unreadable: false });
    }
    for pair in pairs.iter_mut().filter(|pair| pair.old.is_none()) {
        let wanted = pair.new.as_ref().and_then(name);
        let same = old.iter_mut().find(|old| wanted.is_some() && old.as_ref().and_then(name) == wanted);
        pair.old = same.and_then(Option::take);
    }
    let gone = old.into_iter().flatten();
    pairs.extend(gone.map(|found| Pair { old: Some(found), new: None, unreadable: false }));
    pairs
}

/// A file from a folder on; empty for the path itself.
fn below(file: &str, folder: &str) -> Option<String> {
    if folder.is_empty() {
        return Some(file.to_owned());
    }
    let rest = file.strip_prefix(folder)?;
    Some(rest.strip_prefix('/').unwrap_or(rest).to_owned())
}

fn inside_of(file: &Path, folder: &Path) -> Option<String> {
    let folder = project::tidy(folder);
    // The folder in which everything begins is not written before what is in it.
    let inside = if folder == Path::new(".") { file } else { file.strip_prefix(&folder).ok()? };
    Some(inside.to_string_lossy().replace('\\', "/"))
}

fn is_named(file: &str, name: &str) -> bool {
    file.rsplit('/').next() == Some(name)
}

/// Whether a file is in a folder, or in a folder in it.
fn is_below(file: &str, folder: &str) -> bool {
    folder.is_empty() || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A side of a range that is left out.
fn or_head(revision: &str) -> &str {
    if revision.is_empty() { "HEAD" } else { revision }
}

/// Refuses a name that is a path and a revision too, as nobody can tell which is meant.
fn is_no_revision(name: &str) -> Result<(), Stop> {
    let is_both = Repository::around(Path::new(".")).is_ok_and(|repository| repository.has(name));
    if !is_both {
        return Ok(());
    }
    let help = format!("write `./{name}` for what is on disk, or `refs/heads/{name}` for the branch");
    Err(Stop::failure(format!("`{name}` is a file or folder, and a revision too"), Some(help)))
}

/// That a path stands where a revision is expected, where that is why it cannot be used.
fn path_first(path: &str, other: &str, stop: Stop) -> Stop {
    match stop {
        Stop::Failure { message, .. } if message == GitError::NoRevision(path.to_owned()).to_string() => {
            let help = format!("a path stands behind the revisions: `glassbox diff {other} -- {path}`");
            Stop::failure(format!("`{path}` is a path, and no revision"), Some(help))
        }
        Stop::ClosedPipe | Stop::Diagnostics { .. } | Stop::Said(_) | Stop::Failure { .. } => {
            neither(other, stop)
        }
    }
}

/// That a name is neither a path nor a revision, where that is why it cannot be used.
fn neither(name: &str, stop: Stop) -> Stop {
    match stop {
        Stop::Failure { message, help } if message == GitError::NoRevision(name.to_owned()).to_string() => {
            Stop::failure(format!("there is no file or folder `{name}`, and no revision of that name"), help)
        }
        Stop::Failure { message, help } if message.contains("is in no git repository") => {
            let help = help.or(Some(format!("or is there no file or folder `{name}`?")));
            Stop::failure(message, help)
        }
        Stop::ClosedPipe | Stop::Diagnostics { .. } | Stop::Said(_) | Stop::Failure { .. } => stop,
    }
}

fn broken(broken: Broken) -> Stop {
    Stop::Diagnostics { sources: broken.sources, diagnostics: broken.diagnostics, exit: UNUSABLE }
}

impl From<GitError> for Stop {
    fn from(error: GitError) -> Self {
        let help = match &error {
            GitError::NoGit(_) => Some("revisions are read by `git`, which has to be installed".to_owned()),
            GitError::NoRevision(name) if name.contains(['/', '.']) => {
                Some(format!("a path stands behind `--`: `glassbox diff HEAD -- {name}`"))
            }
            GitError::NoRevision(_) => {
                Some("`git log --oneline` and `git branch --all` list revisions".to_owned())
            }
            GitError::NoRepository { .. } => {
                Some("files and folders can be compared without git: `glassbox diff OLD NEW`".to_owned())
            }
            GitError::Unrelated(..)
            | GitError::Outside { .. }
            | GitError::Failed { .. }
            | GitError::Unwritten { .. } => None,
        };
        Self::failure(error.to_string(), help)
    }
}
