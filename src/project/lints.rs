//! The lints of a pack: `[lints]` in `glassbox.toml` (how much each warning counts, and what it is not to be told of), and
//! a policy looked at with them and with the pack's data.

use super::Project;
use super::manifest::Fault;
use crate::check::Ruleset;
use crate::data::DataFile;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, suggest};
use crate::lint::{self, Hits, Level, Levels, Question, Setting};
use crate::policy::Policy;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use toml::{Spanned, Value};

/// How an entry is written.
const FORM: &str = "write a level, `\"allow\"`, `\"warn\"` or `\"deny\"`, or `{ except = [\"NAME\"] }` with the names of what is not meant";

/// Reads the table; what cannot be read is a fault.
pub(super) fn read(written: &BTreeMap<Spanned<String>, Spanned<Value>>, faults: &mut Vec<Fault>) -> Levels {
    let mut levels = Levels::default();
    for (name, value) in written {
        let Some(code) = lint::find(name.get_ref()) else {
            let message = format!("there is no warning `{}`", name.get_ref());
            faults.push(Fault { bytes: name.span(), message, help: Some(lint::hint(name.get_ref())) });
            continue;
        };
        match setting(value.get_ref()) {
            Ok(setting) => levels.set(code, setting),
            Err((message, help)) => faults.push(Fault { bytes: value.span(), message, help: Some(help) }),
        }
    }
    levels
}

/// What an entry says, or what is wrong with it and how it is written.
fn setting(value: &Value) -> Result<Setting, (String, String)> {
    let wrong = |message: &str| (message.to_owned(), FORM.to_owned());
    let mut setting = Setting::default();
    if let Value::String(word) = value {
        setting.level = level(word)?;
        return Ok(setting);
    }
    let Value::Table(entries) = value else { return Err(wrong("this is no level")) };
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("level", Value::String(word)) => setting.level = level(word)?,
            ("except", Value::Array(names)) => {
                for name in names {
                    let name = name.as_str().ok_or_else(|| wrong("`except` lists names in quotes"))?;
                    setting.except.insert(name.to_owned());
                }
            }
            (known @ ("level" | "except"), _) => return Err(wrong(&format!("`{known}` cannot be this"))),
            (unknown, _) => {
                let hint = suggest::did_you_mean(unknown, ["level", "except"]);
                return Err((format!("unknown entry `{unknown}`"), hint.unwrap_or_else(|| FORM.to_owned())));
            }
        }
    }
    Ok(setting)
}

fn level(word: &str) -> Result<Level, (String, String)> {
    Level::of_word(word).ok_or_else(|| {
        let hint = suggest::did_you_mean(word, Level::WORDS).unwrap_or_else(|| FORM.to_owned());
        (format!("there is no level `{word}`"), hint)
    })
}

/// What the lints made of a policy.
#[derive(Debug, Clone)]
pub struct Linted {
    /// What they found, at the level that the pack says; the errors of parameters that the pack sets wrongly among it.
    pub diagnostics: Vec<Diagnostic>,
    /// What was looked at of the pack's data.
    pub data: DataLook,
}

/// What was looked at of a pack's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataLook {
    /// There are none, or the lint that reads them is allowed.
    Nothing,
    /// So many records.
    Records(usize),
    /// Nothing, although there are data: why not.
    Skipped(String),
    /// They cannot be read: why not.
    Unreadable(String),
}

/// Up to how many bytes of data are looked at.
const MOST_BYTES: u64 = 100_000_000;

impl Project {
    /// Looks at a checked policy with every lint, as it stands on a day, and with the pack's data where there are some.
    pub fn lint(&self, ruleset: &Ruleset, today: Date) -> Linted {
        let settings = &self.manifest.params;
        let policy = match ruleset.on(today, settings) {
            Ok(policy) => policy,
            Err(diagnostics) => return Linted { diagnostics, data: DataLook::Nothing },
        };
        let (hits, data) = match self.hits(&policy) {
            Ok(Some(hits)) => {
                let records = hits.records;
                (Some(hits), DataLook::Records(records))
            }
            Ok(None) => (None, DataLook::Nothing),
            Err(look) => (None, look),
        };
        let question = Question { ruleset, policy: &policy, settings, hits: hits.as_ref() };
        let mut diagnostics = lint::run(&question);
        self.manifest.lints.apply(&mut diagnostics);
        Linted { diagnostics, data }
    }

    /// Scores the pack's data; nothing where there are none, or why it was not done.
    fn hits(&self, policy: &Policy) -> Result<Option<Hits>, DataLook> {
        if self.manifest.lints.of(lint::NEEDS_DATA) == Level::Allow {
            return Ok(None);
        }
        let unreadable = |found: Vec<Diagnostic>| {
            DataLook::Unreadable(found.into_iter().next().map_or_else(String::new, |d| d.message))
        };
        let files = self.data_files(&policy.schema, &[]).map_err(unreadable)?;
        if !files.records.contains_key(&policy.schema.scored) {
            return Ok(None);
        }
        let all = files.records.values().chain(files.links.values());
        if all.clone().any(DataFile::is_standard_input) {
            return Err(DataLook::Skipped("the standard input is left to runs".to_owned()));
        }
        if all.map(|file| bytes(&file.path)).sum::<u64>() > MOST_BYTES {
            let why = format!("they are larger than {} MB", MOST_BYTES / 1_000_000);
            return Err(DataLook::Skipped(why));
        }
        let loaded = crate::data::load(&policy.schema, policy.today, &files).map_err(unreadable)?;
        Ok(Some(Hits::of(policy, &loaded.population)))
    }
}

/// How large what a data path names is: a file, the files of a folder, or those of a pattern.
fn bytes(path: &Path) -> u64 {
    let size = |path: &Path| fs::metadata(path).map_or(0, |there| there.len());
    if path.is_dir() {
        return fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum();
    }
    if path.is_file() {
        return size(path);
    }
    let pattern = path.to_str().and_then(|pattern| glob::glob(pattern).ok());
    pattern.into_iter().flatten().flatten().map(|path| size(&path)).sum()
}
