//! `glassbox.toml`: what a pack says of its policies, parameters and data.

use super::shown::Names;
use super::{lints, synth};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::lint::Levels;
use crate::source::{FileId, Place, Span};
use crate::synth::Knobs;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use toml::{Spanned, Value};

/// What a manifest says, of a policy that was opened.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    /// The policies that the pack lists, as written: the first is the one that is meant by the pack.
    pub policies: Vec<String>,
    /// The day that is meant where none is given.
    pub as_of: Option<Date>,
    /// Values of parameters, by name, as `--set` would have them.
    pub params: Vec<(String, String)>,
    /// Where data is, by the name of a record or link.
    pub(super) data: Vec<(String, TableEntry)>,
    /// Where previously published scores are.
    pub(super) previous: Option<TableEntry>,
    /// The keys of the records whose explanations a snapshot keeps.
    pub explained: Vec<String>,
    /// What synthetic records are like.
    pub synth: Knobs,
    /// How much warnings count.
    pub lints: Levels,
    /// The names that a warning is not to be told of, and where each stands.
    pub(super) exceptions: Vec<(Code, String, Place)>,
    /// The files of the charters that are applied, as written, and where.
    pub(super) charters: Vec<(String, Place)>,
    /// The folder of the pack.
    pub(super) folder: PathBuf,
    /// How paths are shown.
    pub(super) names: Names,
}

/// What a manifest says of one data file.
#[derive(Debug, Clone)]
pub(super) struct TableEntry {
    pub(super) file: String,
    pub(super) row_number: Option<String>,
    pub(super) missing: Vec<String>,
    pub(super) columns: Vec<(String, String)>,
    /// Of previous scores: the kind of record that they are of.
    pub(super) record: Option<String>,
    /// Where the file is named.
    pub(super) place: Place,
}

/// The manifest as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    #[serde(default)]
    policies: Vec<Spanned<String>>,
    #[serde(default)]
    charters: Vec<Spanned<String>>,
    as_of: Option<Spanned<Value>>,
    root: Option<Spanned<String>>,
    #[serde(default)]
    params: BTreeMap<String, Spanned<Value>>,
    #[serde(default)]
    data: BTreeMap<String, RawTable>,
    previous: Option<RawPrevious>,
    #[serde(default)]
    snapshot: RawSnapshot,
    /// Read by [`synth::read`], which knows every place in it.
    #[serde(rename = "synth")]
    _synth: Option<IgnoredAny>,
    #[serde(skip)]
    knobs: Knobs,
    #[serde(default)]
    lints: BTreeMap<Spanned<String>, Spanned<Value>>,
    #[serde(skip)]
    lints_read: lints::Read,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    file: Spanned<String>,
    row_number: Option<String>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrevious {
    file: Spanned<String>,
    record: Option<String>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

/// What snapshots keep besides scores.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSnapshot {
    #[serde(default)]
    explain: Vec<String>,
}

/// A mistake in a manifest.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) bytes: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Reads a manifest.
pub(super) fn parse(text: &str) -> Result<Raw, Vec<Fault>> {
    let mut raw: Raw = toml::from_str(text).map_err(|error| vec![Fault::of(&error)])?;
    let mut faults = Vec::new();
    raw.knobs = synth::read(text, &mut faults);
    raw.lints_read = lints::read(&raw.lints, text, &mut faults);
    if let Some(as_of) = &raw.as_of
        && day(as_of.get_ref()).is_none()
    {
        let message = "`as_of` is no day".to_owned();
        let help = Some("write it as `as_of = \"2026-01-31\"`".to_owned());
        faults.push(Fault { bytes: as_of.span(), message, help });
    }
    if let Some(root) = &raw.root {
        let up = |part| matches!(part, Component::ParentDir | Component::CurDir);
        if !Path::new(root.get_ref()).components().all(up) {
            let message = "`root` is no folder above the pack".to_owned();
            let help = Some(
                "write `root = \"..\"` for the folder above, `\"../..\"` for the one above that".to_owned(),
            );
            faults.push(Fault { bytes: root.span(), message, help });
        }
    }
    for policy in &raw.policies {
        let path = Path::new(policy.get_ref());
        if path.extension().is_none_or(|end| end != "score") {
            let message =
                format!("`{}` is no policy: the file of a policy ends in `.score`", policy.get_ref());
            faults.push(Fault { bytes: policy.span(), message, help: None });
        }
    }
    for (at, charter) in raw.charters.iter().enumerate() {
        let written = charter.get_ref();
        if Path::new(written).extension().is_none_or(|end| end != "charter") {
            let message = format!("`{written}` is no charter: the file of a charter ends in `.charter`");
            faults.push(Fault { bytes: charter.span(), message, help: None });
        }
        if raw.charters.iter().take(at).any(|other| other.get_ref() == written) {
            let message = format!("the charter `{written}` is listed twice");
            faults.push(Fault { bytes: charter.span(), message, help: None });
        }
    }
    for (name, value) in &raw.params {
        if setting(value, text).is_none() {
            let message = format!("the parameter `{name}` is set to no plain value");
            let help = Some("write a number, a day or `true` or `false`, or a text in quotes".to_owned());
            faults.push(Fault { bytes: value.span(), message, help });
        }
    }
    if faults.is_empty() { Ok(raw) } else { Err(faults) }
}

impl Raw {
    /// The policies, as written.
    pub(super) fn policies(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(|policy| policy.get_ref().as_str())
    }

    /// The folder above that is the project, as written.
    pub(super) fn root(&self) -> Option<&str> {
        self.root.as_ref().map(|root| root.get_ref().as_str())
    }
}

impl Manifest {
    /// A manifest that is the text of a file, in a pack's folder.
    pub(super) fn new(raw: &Raw, text: &str, file: FileId, folder: &Path, names: &Names) -> Self {
        let place = |bytes: Range<usize>| Place::new(file, span(&bytes));
        let pairs = |columns: &BTreeMap<String, String>| {
            columns.iter().map(|(field, column)| (field.clone(), column.clone())).collect()
        };
        let table = |name: &String, table: &RawTable| {
            let entry = TableEntry {
                file: table.file.get_ref().clone(),
                row_number: table.row_number.clone(),
                missing: table.missing.clone(),
                columns: pairs(&table.columns),
                record: None,
                place: place(table.file.span()),
            };
            (name.clone(), entry)
        };
        let previous = |table: &RawPrevious| TableEntry {
            file: table.file.get_ref().clone(),
            row_number: None,
            missing: table.missing.clone(),
            columns: pairs(&table.columns),
            record: table.record.clone(),
            place: place(table.file.span()),
        };
        Self {
            policies: raw.policies().map(str::to_owned).collect(),
            as_of: raw.as_of.as_ref().and_then(|as_of| day(as_of.get_ref())),
            params: raw
                .params
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), setting(value, text)?)))
                .collect(),
            data: raw.data.iter().map(|(name, entry)| table(name, entry)).collect(),
            previous: raw.previous.as_ref().map(previous),
            explained: raw.snapshot.explain.clone(),
            synth: Knobs { file: Some(file), ..raw.knobs.clone() },
            lints: raw.lints_read.levels.clone(),
            exceptions: raw
                .lints_read
                .exceptions
                .iter()
                .map(|one| (one.code, one.name.clone(), place(one.bytes.clone())))
                .collect(),
            charters: raw
                .charters
                .iter()
                .map(|charter| (charter.get_ref().clone(), place(charter.span())))
                .collect(),
            folder: folder.to_owned(),
            names: names.clone(),
        }
    }
}

impl Manifest {
    /// What it says of how its policies are used, by label: the day, the data and what their columns mean, how much warnings
    /// count. Parameters are part of a policy's meaning, and are not among it.
    #[must_use]
    pub fn facts(&self) -> Vec<(String, String)> {
        let mut facts = Vec::new();
        facts.extend(self.as_of.map(|day| ("as_of".to_owned(), day.to_string())));
        let data = self.data.iter().map(|(name, entry)| (format!("data {name}"), entry));
        let previous = self.previous.iter().map(|entry| ("previous".to_owned(), entry));
        for (label, entry) in data.chain(previous) {
            facts.push((label.clone(), entry.file.clone()));
            let more =
                entry.columns.iter().map(|(field, column)| (format!("column of {field}"), column.clone()));
            let missing = entry.missing.iter().map(|spelling| format!("`{spelling}`")).collect::<Vec<_>>();
            let missing = (!missing.is_empty()).then(|| ("missing".to_owned(), missing.join(", ")));
            let row_number = entry.row_number.iter().map(|field| ("row_number".to_owned(), field.clone()));
            let record = entry.record.iter().map(|record| ("record".to_owned(), record.clone()));
            let more = more.chain(missing).chain(row_number).chain(record);
            facts.extend(more.map(|(what, says)| (format!("{label}, {what}"), says)));
        }
        facts.extend(self.lints.facts());
        facts
    }
}

impl Fault {
    /// What toml says, in plain words.
    fn of(error: &toml::de::Error) -> Self {
        let bytes = error.span().unwrap_or(0..0);
        let message = error.message().lines().next().unwrap_or_default().trim_end_matches('.');
        let mut quoted = message.split('`').skip(1).step_by(2);
        if message.starts_with("unknown field") {
            let unknown = quoted.next().unwrap_or_default().to_owned();
            let known: Vec<_> = quoted.collect();
            let hint = suggest::did_you_mean(&unknown, known.iter().copied()).unwrap_or_else(|| {
                let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
                format!("known here: {}", known.join(", "))
            });
            return Self { bytes, message: format!("unknown entry `{unknown}`"), help: Some(hint) };
        }
        if message.starts_with("missing field") {
            let missing = quoted.next().unwrap_or_default();
            return Self { bytes, message: format!("the entry `{missing}` is missing"), help: None };
        }
        if let Some((found, expected)) =
            message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
        {
            let expected = match expected {
                "a sequence" => "a list in brackets",
                "a string" => "a text in quotes",
                "a map" => "a table of entries",
                other if other.starts_with("struct ") => "a table of entries",
                other => other,
            };
            let found = found
                .replace("string \"", "the text \"")
                .replace("sequence", "a list")
                .replace("map", "a table");
            return Self { bytes, message: format!("{expected} is expected, not {found}"), help: None };
        }
        Self { bytes, message: format!("not readable as TOML: {message}"), help: None }
    }

    /// The mistake as a diagnostic of a file.
    pub(super) fn at(self, file: FileId) -> Diagnostic {
        let diagnostic = Diagnostic::error(Code::E0405, Place::new(file, span(&self.bytes)), self.message);
        self.help.into_iter().fold(diagnostic, Diagnostic::help)
    }
}

pub(super) fn span(bytes: &Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(bytes.start), offset(bytes.end))
}

/// A day, as a text or as TOML's own.
fn day(value: &Value) -> Option<Date> {
    match value {
        Value::String(text) => Date::parse(text).ok(),
        Value::Datetime(day) => Date::parse(&day.to_string()).ok(),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// A parameter's value as `--set` would have it; a number with the digits that were written, not those of a double.
fn setting(value: &Spanned<Value>, text: &str) -> Option<String> {
    match value.get_ref() {
        Value::String(text) => Some(text.clone()),
        Value::Integer(_) | Value::Float(_) => Some(text.get(value.span())?.to_owned()),
        Value::Boolean(truth) => Some(if *truth { "yes" } else { "no" }.to_owned()),
        Value::Datetime(day) => Some(day.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}
