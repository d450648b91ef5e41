//! The lints of a pack: `[lints]` in `glassbox.toml` (how much each warning counts, and what it is not to be told of), and
//! a policy looked at with them and with the pack's data.

use super::Project;
use super::manifest::Fault;
use crate::check::Ruleset;
use crate::data::DataFile;
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::lint::{self, Hits, Level, Levels, Question, Setting};
use crate::policy::Policy;
use crate::syntax::pieces;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;
use toml::{Spanned, Value};

/// How an entry is written.
const FORM: &str = "write a level, `\"allow\"`, `\"warn\"` or `\"deny\"`, or `{ except = [\"NAME\"] }` with the names of what is not meant";

/// A name that a warning is not to be told of, as a manifest has it.
#[derive(Debug, Clone)]
pub(super) struct Exception {
    pub(super) code: Code,
    pub(super) name: String,
    /// Where it stands in the manifest.
    pub(super) bytes: Range<usize>,
}

/// What the table says.
#[derive(Debug, Clone, Default)]
pub(super) struct Read {
    pub(super) levels: Levels,
    pub(super) exceptions: Vec<Exception>,
}

/// Reads the table of a manifest with this text; what cannot be read is a fault.
pub(super) fn read(
    written: &BTreeMap<Spanned<String>, Spanned<Value>>,
    text: &str,
    faults: &mut Vec<Fault>,
) -> Read {
    let mut read = Read::default();
    let mut set: BTreeMap<Code, &str> = BTreeMap::new();
    let mut written: Vec<_> = written.iter().collect();
    written.sort_by_key(|(name, _)| name.span().start);
    for (name, value) in written {
        let Some(code) = lint::find(name.get_ref()) else {
            let message = format!("there is no warning `{}`", name.get_ref());
            faults.push(Fault { bytes: name.span(), message, help: Some(lint::hint(name.get_ref())) });
            continue;
        };
        if let Some(before) = set.insert(code, name.get_ref()) {
            let message =
                format!("`{}` is set already: it is the warning that `{before}` is, too", name.get_ref());
            let help = Some("leave one of the two entries".to_owned());
            faults.push(Fault { bytes: name.span(), message, help });
            continue;
        }
        match setting(value.get_ref()) {
            Ok(setting) => {
                let exceptions = setting.except.iter().map(|name| {
                    let bytes = place_in(text, value.span(), name);
                    Exception { code, name: name.clone(), bytes }
                });
                read.exceptions.extend(exceptions);
                read.levels.set(code, setting);
            }
            Err((message, help)) => faults.push(Fault { bytes: value.span(), message, help: Some(help) }),
        }
    }
    read
}

/// Where a text in quotes stands in a part of the manifest; the whole part, where it is written in another way.
fn place_in(text: &str, part: Range<usize>, wanted: &str) -> Range<usize> {
    let written = text.get(part.clone()).unwrap_or_default();
    let found = ['"', '\''].into_iter().find_map(|quote| {
        let quoted = format!("{quote}{wanted}{quote}");
        written.find(&quoted).map(|at| part.start + at..part.start + at + quoted.len())
    });
    found.unwrap_or(part)
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

    /// Warns of exceptions in the pack's manifest for names that stand in none of its policies. A name that stands there is
    /// the name of something, as far as is known here.
    pub fn idle_exceptions(&self, rulesets: &[&Ruleset]) -> Vec<Diagnostic> {
        let mut words: BTreeSet<&str> = BTreeSet::new();
        for (_, source) in rulesets.iter().flat_map(|ruleset| ruleset.sources().iter()) {
            let pieces = pieces(&source.text).into_iter().filter(|piece| !piece.is_comment);
            words.extend(pieces.filter_map(|piece| source.text.get(source.whole(piece.span))));
        }
        // Of charters it is told that a name stands in no policy.
        let exceptions = self.manifest.exceptions.iter().filter(|(code, ..)| *code != Code::W0601);
        let idle = exceptions.filter(|(_, name, _)| !words.contains(name.as_str()));
        let told = idle.map(|(code, name, place)| {
            let message =
                format!("`{name}` is excepted from {code}, and no policy of the pack has such a name");
            let names = words.iter().copied().filter(|word| word.starts_with(char::is_alphabetic));
            let help = suggest::did_you_mean(name, names);
            Diagnostic::warning(Code::W0401, *place, message)
                .help(help.unwrap_or_else(|| "take it out of `except`: it hides nothing".to_owned()))
                .about(name)
        });
        told.collect()
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
