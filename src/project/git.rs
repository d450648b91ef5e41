//! Policies as they were in a revision of a git repository, by the `git` command: nothing else here knows of git.
//!
//! A revision's files are put into a folder of their own: of texts all that a policy could read, of data what is asked for.
//! Nothing of the repository or its working tree is touched, and no hook is run.

use super::shown::{Names, tidy};
use super::{MANIFEST, files};
use crate::source::FileId;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// So many links on one path are followed; systems give up there too.
const LINKS: usize = 40;

/// A git repository with a working tree.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The real path of the working tree's top folder.
    root: PathBuf,
}

/// A revision's files, in a folder that goes when this does.
#[derive(Debug)]
pub struct Revision {
    repository: Repository,
    /// As it was named.
    name: String,
    commit: String,
    /// Holds `tree/`, and git's list of the revision's files.
    folder: TempDir,
    /// The real path of `tree/`.
    tree: PathBuf,
    /// The paths of all its files, in order.
    files: Vec<String>,
    /// The folders that are repositories of their own.
    modules: Vec<String>,
    taken: BTreeSet<String>,
}

/// Why a revision cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git.
    #[error("cannot run `git`: {0}")]
    NoGit(io::Error),
    /// A folder is in no repository.
    #[error("`{folder}` is in no git repository: {why}")]
    NoRepository {
        /// The folder.
        folder: String,
        /// What git says.
        why: String,
    },
    /// Nothing in the repository has this name.
    #[error("there is no revision `{0}`")]
    NoRevision(String),
    /// Two revisions have no common ancestor.
    #[error("`{0}` and `{1}` have no common ancestor")]
    Unrelated(String, String),
    /// A path leads out of the repository.
    #[error("`{path}` is not in the repository `{root}`")]
    Outside {
        /// The path.
        path: String,
        /// The repository's top folder.
        root: String,
    },
    /// Git failed.
    #[error("`git {command}` failed: {why}")]
    Failed {
        /// What it was to do.
        command: String,
        /// What it says.
        why: String,
    },
    /// The folder for the files cannot be written.
    #[error("cannot write the files of `{revision}` to a temporary folder: {error}")]
    Unwritten {
        /// The revision.
        revision: String,
        /// Why.
        error: io::Error,
    },
}

impl Repository {
    /// The repository that a folder is in.
    ///
    /// # Errors
    ///
    /// There is no git, or the folder is in no repository's working tree.
    pub fn around(folder: &Path) -> Result<Self, GitError> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let mut command = git(folder);
        command.args(["rev-parse", "--show-toplevel"]);
        let output = command.output().map_err(GitError::NoGit)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let root = Path::new(text.trim_end_matches(['\r', '\n']));
        match root.canonicalize() {
            Ok(root) if output.status.success() => Ok(Self { root }),
            Ok(_) | Err(_) => Err(GitError::NoRepository {
                folder: folder.display().to_string(),
                why: said(&output.stderr).trim_start_matches("fatal: ").to_owned(),
            }),
        }
    }

    /// The top folder of its working tree.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of its top folder as one would type it: `.`, or `../..`.
    ///
    /// # Errors
    ///
    /// Git fails.
    pub fn top_from_here(&self) -> Result<PathBuf, GitError> {
        let mut command = git(Path::new("."));
        let arguments = ["rev-parse", "--show-cdup"];
        command.args(arguments);
        let up = finish(command, &arguments, &[])?;
        Ok(tidy(Path::new(up.trim_end_matches(['\r', '\n']))))
    }

    /// A path from the top folder on, with `/` between its parts; empty for the top folder. It need not be there.
    ///
    /// # Errors
    ///
    /// It leads out of the repository.
    pub fn inside(&self, path: &Path) -> Result<String, GitError> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let absolute = tidy(&absolute);
        // What is not there any more has no real path, but a folder above it has.
        let real = absolute.ancestors().find_map(|above| {
            let rest = absolute.strip_prefix(above).ok()?;
            Some(above.canonicalize().ok()?.join(rest))
        });
        let inside = real.as_deref().and_then(|real| real.strip_prefix(&self.root).ok());
        let outside =
            || GitError::Outside { path: path.display().to_string(), root: self.root.display().to_string() };
        let parts = inside.ok_or_else(outside)?.iter().map(|part| part.to_string_lossy().into_owned());
        Ok(parts.collect::<Vec<_>>().join("/"))
    }

    /// The last revision that two have in common.
    ///
    /// # Errors
    ///
    /// There is none, or one of the two is not there.
    pub fn common(&self, one: &str, other: &str) -> Result<String, GitError> {
        let (a, b) = (self.commit(one)?, self.commit(other)?);
        let found = self.run(&["merge-base", &a, &b]).ok().map(|text| text.trim().to_owned());
        found.filter(|it| !it.is_empty()).ok_or_else(|| GitError::Unrelated(one.to_owned(), other.to_owned()))
    }

    /// Whether there is a revision of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.commit(name).is_ok()
    }

    /// The files of the working tree at or below a path, from the top folder on: what git knows, and what is new and not
    /// ignored. In order.
    ///
    /// # Errors
    ///
    /// Git fails.
    pub fn working_files(&self, under: &str) -> Result<Vec<String>, GitError> {
        let list = self.run(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        let mut files: Vec<String> =
            list.split('\0').filter(|path| is_under(path, under)).map(str::to_owned).collect();
        files.retain(|path| self.root.join(path).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn commit(&self, name: &str) -> Result<String, GitError> {
        let missing = || GitError::NoRevision(name.to_owned());
        // What begins with a dash is no revision, but would be an option.
        if name.is_empty() || name.starts_with('-') {
            return Err(missing());
        }
        let commit = self.run(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
        match commit {
            Ok(commit) if !commit.trim().is_empty() => Ok(commit.trim().to_owned()),
            Ok(_) | Err(GitError::Failed { .. }) => Err(missing()),
            Err(error) => Err(error),
        }
    }

    /// Runs git in the top folder; what it prints.
    fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        let mut command = git(&self.root);
        command.args(arguments);
        finish(command, arguments, &[])
    }
}

impl Revision {
    /// Takes the texts of a revision.
    ///
    /// # Errors
    ///
    /// There is no such revision, or git cannot write its files.
    pub fn take(repository: &Repository, name: &str) -> Result<Self, GitError> {
        let commit = repository.commit(name)?;
        let unwritten = |error| GitError::Unwritten { revision: name.to_owned(), error };
        let folder = tempfile::Builder::new().prefix("glassbox-").tempdir().map_err(unwritten)?;
        let tree = folder.path().join("tree");
        fs::create_dir(&tree).map_err(unwritten)?;
        let tree = tree.canonicalize().map_err(unwritten)?;
        let list = repository.run(&["ls-tree", "-r", "-z", "--full-tree", &commit])?;
        let entries: Vec<(&str, &str)> =
            list.split('\0').filter_map(|entry| entry.split_once('\t')).collect();
        // Of another repository's commits there are no files here.
        let of = |is_module: bool| -> Vec<String> {
            let entries = entries.iter().filter(|(about, _)| about.starts_with("160000") == is_module);
            entries.map(|(_, path)| (*path).to_owned()).collect()
        };
        let (files, modules) = (of(false), of(true));
        let links = entries.iter().filter(|(about, _)| about.starts_with("120000")).map(|(_, path)| *path);
        let links: Vec<String> = links.map(str::to_owned).collect();
        let mut revision = Self {
            repository: repository.clone(),
            name: name.to_owned(),
            commit,
            folder,
            tree,
            files,
            modules,
            taken: BTreeSet::new(),
        };
        revision.git(&["read-tree", &revision.commit], &[])?;
        let texts: Vec<String> =
            revision.files.iter().filter(|path| is_text(path)).chain(&links).cloned().collect();
        revision.write(texts)?;
        revision.keep_inside(&links)?;
        revision.take_tables()?;
        Ok(revision)
    }

    /// Its name, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its commit.
    #[must_use]
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The folder that holds its files.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.tree
    }

    /// How its files are shown.
    #[must_use]
    pub fn names(&self) -> Names {
        Names::of_revision(&self.tree, &self.name)
    }

    /// The files at or below a path, from the top folder on, in order.
    pub fn files<'r>(&'r self, under: &'r str) -> impl Iterator<Item = &'r str> {
        self.files.iter().map(String::as_str).filter(move |path| is_under(path, under))
    }

    /// Takes the files of data: each path in its folder is a file, a folder of files or a pattern. Others are left alone.
    ///
    /// # Errors
    ///
    /// Git cannot write them.
    pub fn take_data(&mut self, paths: impl IntoIterator<Item = PathBuf>) -> Result<(), GitError> {
        let mut wanted = Vec::new();
        for path in paths {
            let tidied = tidy(&path);
            let Ok(inside) = tidied.strip_prefix(&self.tree) else { continue };
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            let inside = parts.join("/");
            // Where links on the way lead: there the file is that is read.
            let landed = self.lands(&path).map(|landed| landed.to_string_lossy().replace('\\', "/"));
            let pattern = glob::Pattern::new(&inside).ok();
            let options =
                glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
            let is_meant = |file: &str| {
                is_under(file, &inside)
                    || landed.as_ref().is_some_and(|landed| is_under(file, landed))
                    || pattern.as_ref().is_some_and(|pattern| pattern.matches_with(file, options))
            };
            wanted.extend(self.files.iter().filter(|file| is_meant(file)).cloned());
        }
        self.write(wanted)
    }

    /// The submodule that a path, from the top folder on, is or lies in.
    #[must_use]
    pub fn module(&self, path: &str) -> Option<&str> {
        self.modules.iter().map(String::as_str).find(|module| is_under(path, module))
    }

    /// Whether a path leads to a place among the revision's files, whatever links it goes through.
    #[must_use]
    pub fn holds(&self, path: &Path) -> bool {
        self.lands(path).is_some()
    }

    /// Takes the tables of cases that its policies name.
    fn take_tables(&mut self) -> Result<(), GitError> {
        let mut wanted = Vec::new();
        for path in self.files.iter().filter(|path| path.ends_with(".score")) {
            let Ok(text) = fs::read_to_string(self.tree.join(path)) else { continue };
            // What is wrong with it is said where it is checked.
            let (tree, _) = crate::syntax::parse(FileId::new(0), &text);
            let folder = Path::new(path).parent().unwrap_or(Path::new(""));
            wanted.extend(
                tree.statements.iter().filter_map(files::table).map(|named| folder.join(&named.text)),
            );
        }
        let wanted = wanted.into_iter().map(|path| self.tree.join(path)).collect::<Vec<_>>();
        self.take_data(wanted)
    }

    /// Writes files of the revision that were not written yet.
    fn write(&mut self, paths: Vec<String>) -> Result<(), GitError> {
        let mut list = Vec::new();
        for path in paths {
            if !self.taken.contains(&path) {
                list.extend_from_slice(path.as_bytes());
                list.push(0);
                self.taken.insert(path);
            }
        }
        if list.is_empty() {
            return Ok(());
        }
        let into = format!("--prefix={}/", self.tree.display());
        self.git(&["checkout-index", "-z", "--stdin", "--force", "--quiet", &into], &list).map(drop)
    }

    /// Takes the symbolic links away that lead out of the revision: what is read is the revision's and nothing else. All of
    /// them are written by now, and what is written later is no link.
    fn keep_inside(&self, links: &[String]) -> Result<(), GitError> {
        let outside: Vec<PathBuf> =
            links.iter().map(|link| self.tree.join(link)).filter(|link| !self.holds(link)).collect();
        for link in outside {
            // Where it stood, reading through it fails.
            match fs::remove_file(&link) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // One that is left would be followed.
                Err(error) => return Err(GitError::Unwritten { revision: self.name.clone(), error }),
            }
        }
        Ok(())
    }

    /// Where in the tree a path in it leads, from the top on, whatever links it goes through: each part is followed as the
    /// system follows it, also where it is not there yet. What goes out on the way is out, even if it comes back.
    fn lands(&self, path: &Path) -> Option<PathBuf> {
        let inside = path.strip_prefix(&self.tree).ok()?;
        let parts = |path: &Path| -> Vec<PathBuf> {
            path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect()
        };
        let mut left = parts(inside);
        let (mut at, mut followed) = (PathBuf::new(), 0);
        while let Some(part) = left.pop() {
            match part.components().next() {
                None | Some(Component::CurDir) => {}
                Some(Component::ParentDir) => {
                    if !at.pop() {
                        return None;
                    }
                }
                Some(Component::RootDir | Component::Prefix(_)) => return None,
                Some(Component::Normal(name)) => {
                    at.push(name);
                    let Ok(target) = fs::read_link(self.tree.join(&at)) else { continue };
                    followed += 1;
                    if followed > LINKS {
                        return None;
                    }
                    at.pop();
                    left.extend(parts(&target));
                }
            }
        }
        Some(at)
    }

    /// Runs git with a list of files of its own.
    fn git(&self, arguments: &[&str], input: &[u8]) -> Result<String, GitError> {
        let mut command = git(&self.repository.root);
        command.env("GIT_INDEX_FILE", self.folder.path().join("index"));
        command.args(arguments);
        finish(command, arguments, input)
    }
}

/// Git, run in a folder, without hooks and without taking locks.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env("GIT_OPTIONAL_LOCKS", "0");
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false"]);
    command
}

/// Runs a command of git to its end; what it prints.
fn finish(mut command: Command, arguments: &[&str], input: &[u8]) -> Result<String, GitError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(GitError::NoGit)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A git that does not listen has something to say.
        drop(stdin.write_all(input));
    }
    let output = child.wait_with_output().map_err(GitError::NoGit)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let command = arguments.first().copied().unwrap_or_default().to_owned();
    Err(GitError::Failed { command, why: said(&output.stderr) })
}

/// What git says, in one line.
fn said(stderr: &[u8]) -> String {
    String::from_utf8_lossy(stderr).lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

/// Whether a policy could read a file as text.
fn is_text(path: &str) -> bool {
    let path = Path::new(path);
    let ends = |end: &str| path.extension() == Some(OsStr::new(end));
    ends("score") || ends("charter") || path.file_name() == Some(OsStr::new(MANIFEST))
}

/// Whether a path is another one or lies below it; all lie below the empty one.
fn is_under(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    !path.is_empty()
        && (above.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}
