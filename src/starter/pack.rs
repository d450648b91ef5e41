//! The texts of a new pack, and their way to the disk: whole, or not at all.

use super::draft::{self, Subject};
use super::inferred::Inferred;
use super::name::{quoted, title};
use crate::data::{DataFile, Format, Profile, ReadError, files_behind, separator_help};
use crate::date::Date;
use crate::diagnostic::{in_shell, plural};
use crate::format::format;
use crate::project::MANIFEST;
use crate::source::FileId;
use crate::syntax::{is_reserved, name_like};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A pack that is not on the disk yet.
pub struct Pack {
    /// Its folder.
    folder: PathBuf,
    /// Names of files in it, with their texts.
    files: Vec<(String, String)>,
    /// A file that is copied into it, and its name there.
    copied: Option<(PathBuf, String)>,
    /// What it is made of, in words; and where the author goes on.
    pub about: About,
}

/// What there is to say of a new pack.
#[derive(Debug, Clone)]
pub struct About {
    /// The name of the policy's file.
    pub policy: String,
    /// What each file is: its name, and a few words.
    pub files: Vec<(String, String)>,
    /// The lines of the policy that wait to be filled in, from 1.
    pub to_fill: Vec<usize>,
    /// What an author should know of the data before all else.
    pub notes: Vec<String>,
    /// How many records were read of the data that it was made for.
    pub records: Option<u64>,
}

/// Data that a pack is made for.
#[derive(Debug, Clone)]
pub struct Data {
    /// Its file.
    pub path: PathBuf,
    /// What each of its records is.
    pub record: String,
}

/// Why there is no new pack.
#[derive(Debug, Error)]
pub enum StartError {
    /// Something stands in its place.
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    /// A name that is none.
    #[error("`{}` does not end in the name of a folder", .0.display())]
    NoName(PathBuf),
    /// A record's name that the language does not take.
    #[error("`{0}` cannot name a record: a name begins with a letter and has letters, digits and `_`")]
    Record(String),
    /// A record's name that is a word of the language.
    #[error("`{0}` cannot name a record: it is a word of the language and names nothing")]
    Reserved(String),
    /// A folder, a pattern, a pipe.
    #[error("`{}` is not one file", .0.display())]
    NotOneFile(PathBuf),
    /// No format.
    #[error("`{}` is no data file", .0.display())]
    Format(PathBuf),
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] ReadError),
    /// A table without a record.
    #[error("`{}` has no records: nothing can be seen in it", .0.display())]
    NoRecords(PathBuf),
    /// A table without a record that can be read.
    #[error(
        "`{}` has {}, and none can be read; the first, in line {line}: {reason}",
        path.display(),
        plural(records, "record")
    )]
    NoneReadable {
        /// Its file.
        path: PathBuf,
        /// How many there are.
        records: u64,
        /// Where the first begins.
        line: u64,
        /// Why it cannot be read.
        reason: String,
    },
    /// A sheet that was saved with another separator than commas.
    #[error("`{}` has but one column, `{}`", path.display(), column.escape_debug())]
    OneColumn {
        /// Its file.
        path: PathBuf,
        /// What stands in the line of names.
        column: String,
        /// How it should be.
        help: String,
    },
    /// The disk.
    #[error("cannot write `{}`: {error}", path.display())]
    Writing {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The texts that were made cannot be laid out: our own mistake.
    #[error("the policy that was made of it cannot be read")]
    Unreadable,
}

/// Data up to this size is copied into the pack.
const MAX_COPIED: u64 = 64 << 20;

const SAMPLE_POLICY: &str = include_str!("sample/policy.score");
const SAMPLE_DATA: &str = include_str!("sample/people.csv");

impl Pack {
    /// A pack in a folder that is not there yet: the sample, or one for some data.
    ///
    /// # Errors
    ///
    /// The folder is there, or the data cannot be read.
    pub fn new(folder: &Path, data: Option<&Data>, today: Date) -> Result<Self, StartError> {
        if fs::symlink_metadata(folder).is_ok() {
            return Err(StartError::Exists(folder.to_owned()));
        }
        let name = folder.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| StartError::NoName(folder.to_owned()))?;
        let title = title(name);
        let policy = name_like(name);
        match data {
            None => sample(folder, &policy, &title),
            Some(data) => drafted(folder, &policy, &title, data, today),
        }
    }

    /// Writes everything into a folder beside the pack's own, to be looked at before it takes its place.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn stage(&self) -> Result<Staged, StartError> {
        let parent = self.folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| StartError::Writing { path, error }
        };
        fs::create_dir_all(parent).map_err(failed(parent))?;
        let beside = tempfile::Builder::new().prefix(".glassbox-new-").tempdir_in(parent);
        let beside = beside.map_err(failed(&self.folder))?;
        // Made like any other folder: that for temporary files is closed to others.
        let folder = beside.path().join(self.folder.file_name().unwrap_or_default());
        fs::create_dir(&folder).map_err(failed(&folder))?;
        for (name, text) in &self.files {
            let path = folder.join(name);
            fs::write(&path, text).map_err(failed(&path))?;
        }
        if let Some((from, name)) = &self.copied {
            fs::copy(from, folder.join(name)).map_err(failed(&folder.join(name)))?;
        }
        Ok(Staged { beside, folder, place: self.folder.clone() })
    }
}

/// A pack on the disk that is not in its place yet. Dropped, it leaves nothing behind.
pub struct Staged {
    beside: tempfile::TempDir,
    folder: PathBuf,
    place: PathBuf,
}

impl Staged {
    /// Where it is now.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts it in its place.
    ///
    /// # Errors
    ///
    /// Something stands there now, or the disk does not want it.
    pub fn commit(self) -> Result<(), StartError> {
        if fs::symlink_metadata(&self.place).is_ok() {
            return Err(StartError::Exists(self.place));
        }
        let failed = |error| StartError::Writing { path: self.place.clone(), error };
        fs::rename(&self.folder, &self.place).map_err(failed)?;
        self.beside.close().map_err(failed)
    }
}

/// What a pack is called from the folder above it.
fn folder_name(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A text of a policy in its canonical layout.
fn laid_out(text: &str) -> Result<String, StartError> {
    format(FileId::new(0), text).map_err(|_| StartError::Unreadable)
}

/// The lines that have something to fill in.
fn to_fill(policy: &str) -> Vec<usize> {
    (1..)
        .zip(policy.lines())
        .filter(|(_, line)| line.contains("\"FILL IN"))
        .map(|(number, _)| number)
        .collect()
}

fn sample(folder: &Path, policy: &str, title: &str) -> Result<Pack, StartError> {
    let file = format!("{policy}.score");
    let pack = folder_name(folder);
    let text = SAMPLE_POLICY.replace("\"TITLE\"", &quoted(title));
    let text = laid_out(&text.replace("policy NAME", &format!("policy {policy}")).replace("PACK", &pack))?;
    let manifest = format!(
        "# Which data this pack is scored with, and for which day.\npolicies = [{file:?}]\nas_of    = \"2026-01-31\"\n\n\
         [data.person]\nfile = \"people.csv\"\n"
    );
    let files = vec![
        (file.clone(), "the policy, with two cases".to_owned()),
        (MANIFEST.to_owned(), "which data it is scored with, and for which day".to_owned()),
        ("people.csv".to_owned(), "five people to try it on".to_owned()),
        ("README.md".to_owned(), "what to do next".to_owned()),
    ];
    let (to_fill, notes) = (to_fill(&text), Vec::new());
    let about = About { policy: file.clone(), files, to_fill, notes, records: None };
    let readme = readme(
        title,
        &pack,
        &about,
        "Everything in it is invented: five people, and points that nobody measured.",
        "ann",
    );
    let files = vec![
        (file, text),
        (MANIFEST.to_owned(), manifest),
        ("people.csv".to_owned(), SAMPLE_DATA.to_owned()),
        ("README.md".to_owned(), readme),
    ];
    Ok(Pack { folder: folder.to_owned(), files, copied: None, about })
}

/// What is in a file, where something can be seen in it.
fn profile(path: &Path) -> Result<Profile, StartError> {
    let there = fs::metadata(path);
    let is_something = there.as_ref().map_or_else(|_| files_behind(path) != [path], |there| !there.is_file());
    if is_something {
        return Err(StartError::NotOneFile(path.to_owned()));
    }
    let format = Format::of(path).ok_or_else(|| StartError::Format(path.to_owned()))?;
    let (path, shown) = (path.to_owned(), path.display().to_string());
    let (columns, missing) = (Vec::new(), Vec::new());
    let source = DataFile { path, shown, format, columns, missing, row_number: None, place: None };
    let profile = Profile::read(&source)?;
    let path = source.path;
    if let [only] = profile.columns.as_slice()
        && format == Format::Csv
        && let Some(help) = separator_help(&only.name)
    {
        return Err(StartError::OneColumn { path, column: only.name.clone(), help });
    }
    match (profile.records, &profile.first_unreadable) {
        (0, Some((line, reason))) => {
            let (records, line, reason) = (profile.unreadable, *line, reason.clone());
            Err(StartError::NoneReadable { path, records, line, reason })
        }
        (0, None) => Err(StartError::NoRecords(path)),
        (_, _) => Ok(profile),
    }
}

fn drafted(folder: &Path, policy: &str, title: &str, data: &Data, today: Date) -> Result<Pack, StartError> {
    if is_reserved(&data.record) {
        return Err(StartError::Reserved(data.record.clone()));
    }
    if name_like(&data.record) != data.record {
        return Err(StartError::Record(data.record.clone()));
    }
    let profile = profile(&data.path)?;
    let name = data.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let inferred = Inferred::new(&profile, today);
    let subject = Subject { policy, title, record: &data.record, file: &name, today };
    let text = laid_out(&draft::policy(&subject, &inferred, &profile))?;
    let file = format!("{policy}.score");

    let size = fs::metadata(&data.path).map(|data| data.len()).unwrap_or(u64::MAX);
    let is_copied = size <= MAX_COPIED;
    let place = match is_copied {
        true => name.clone(),
        false => data.path.canonicalize().unwrap_or_else(|_| data.path.clone()).display().to_string(),
    };
    let manifest = manifest(&file, &place, &data.record, &inferred, today);
    let data_is =
        if is_copied { "the data, as it is" } else { "the data, where it was: it is too large to be copied" };
    let files = vec![
        (file.clone(), format!("the policy: {}, one case", plural(inferred.fields.len(), "field"))),
        (MANIFEST.to_owned(), "which data it is scored with, and for which day".to_owned()),
        (place, data_is.to_owned()),
        ("README.md".to_owned(), "what to do next".to_owned()),
    ];
    let notes = notes(&profile, &inferred);
    let about =
        About { policy: file.clone(), files, to_fill: to_fill(&text), notes, records: Some(profile.records) };
    let origin = format!(
        "It was drafted from `{name}`: {}, {}. The fields, their types and domains are what was seen there; the points are\n\
         placeholders that say nothing about anybody.",
        plural(profile.records, "record"),
        plural(profile.columns.len(), "column")
    );
    let pack = folder_name(folder);
    let key = first_key(&inferred);
    let readme = readme(title, &pack, &about, &origin, &key);
    Ok(Pack {
        folder: folder.to_owned(),
        files: vec![(file, text), (MANIFEST.to_owned(), manifest), ("README.md".to_owned(), readme)],
        copied: is_copied.then(|| (data.path.clone(), name)),
        about,
    })
}

/// The key of the first record, as a shell takes it.
fn first_key(inferred: &Inferred<'_>) -> String {
    let key = inferred.fields.iter().find(|field| field.role == super::inferred::Role::Key);
    in_shell(key.and_then(|key| key.profile.first.clone()).unwrap_or_else(|| "1".to_owned()))
}

fn manifest(policy: &str, file: &str, record: &str, inferred: &Inferred<'_>, today: Date) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut entries = vec![("file", text(file), "")];
    if let Some(name) = &inferred.row_number {
        entries.push(("row_number", text(name), "the file has no key: its first record is number 1"));
    }
    if !inferred.missing.is_empty() {
        let marks: Vec<String> = inferred.missing.iter().map(|mark| text(mark)).collect();
        entries.push(("missing", format!("[{}]", marks.join(", ")), "what stands there for a missing value"));
    }
    let widest =
        |part: fn(&(&str, String, &str)) -> usize| entries.iter().map(part).max().unwrap_or_default();
    let (names, values) = (widest(|entry| entry.0.len()), widest(|entry| entry.1.chars().count()));
    let mut manifest = format!(
        "# Which data this pack is scored with, and for which day.\npolicies = [{}]\nas_of    = \"{today}\"\n\n\
         [data.{record}]\n",
        text(policy)
    );
    for (name, value, remark) in &entries {
        let line = match remark.is_empty() {
            true => format!("{name:names$} = {value}"),
            false => format!("{name:names$} = {value:values$}  # {remark}"),
        };
        manifest.push_str(&(line + "\n"));
    }
    manifest
}

/// What an author should know of the data before all else.
fn notes(profile: &Profile, inferred: &Inferred<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(name) = &inferred.row_number {
        notes.push(format!("no column is complete and different in each record: `{name}` numbers them"));
    }
    if !inferred.missing.is_empty() {
        let marks: Vec<String> = inferred.missing.iter().map(|mark| format!("`{mark}`")).collect();
        notes.push(format!(
            "{} {} to mean missing, in all columns",
            marks.join(", "),
            if marks.len() == 1 { "is taken" } else { "are taken" }
        ));
    }
    if profile.unreadable > 0 {
        let first = profile.first_unreadable.as_ref();
        let why = first.map_or_else(String::new, |(line, reason)| format!(" (line {line}: {reason})"));
        let records = plural(profile.unreadable, "record");
        notes.push(format!("{records} cannot be read and will be set aside{why}"));
    }
    if !inferred.left_out.is_empty() {
        notes.push(format!("{} left out: they have no name", plural(inferred.left_out.len(), "column")));
    }
    notes
}

fn readme(title: &str, pack: &str, about: &About, origin: &str, key: &str) -> String {
    let pack = in_shell(pack);
    let explain = format!("explain {pack} {key}");
    let commands = [
        (format!("check {pack}"), "is anything wrong?"),
        (format!("test {pack}"), "do the cases hold?"),
        (format!("score {pack}"), "the scores, and a summary of them"),
        (explain, "why this record has its score"),
        (format!("fmt {pack}"), "puts tables in line again"),
    ];
    let widest = commands.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    let mut text = format!("# {title}\n\n```sh\n");
    for (command, what) in commands {
        let _ = writeln!(text, "glassbox {command:widest$}    # {what}");
    }
    let _ = write!(text, "```\n\n{origin}\n\n**What is here.**\n\n");
    for (file, what) in &about.files {
        let _ = writeln!(text, "- `{file}`: {what}.");
    }
    let _ = write!(
        text,
        "\n**What to do next.**\n\n\
         1. Fill in `purpose`, `owner` and `source` at the top of `{}`.\n\
         2. Read the record field by field. Narrow the domains, name the categories, tag what the law protects.\n\
         3. Write the tables: one for each fact that is to count, points that rest on something, a reason for each that can\n   \
         take points.\n\
         4. Work out cases by hand, for the edges that matter, before you look at what the program says.\n",
        about.policy
    );
    text
}
