//! Which files hold the data of a policy: the manifest's, or those that the user names instead.

use super::Manifest;
use super::manifest::TableEntry;
use crate::data::{
    DataFile, DataFiles, Format, LinkId, Loaded, RecordId, Schema, format_of, load, previous_kind,
};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::source::Place;
use std::path::{Path, PathBuf};

/// The name under which previous scores are overridden.
const PREVIOUS: &str = "previous";

impl Manifest {
    /// The paths of all data that the manifest names, or that are named instead: files, folders, patterns.
    pub fn data_paths<'a>(
        &'a self,
        overrides: &'a [(String, PathBuf)],
    ) -> impl Iterator<Item = PathBuf> + 'a {
        let instead = overrides.iter().map(|(_, path)| split_format(path).1);
        let instead = instead.filter(|path| *path != Path::new("-")).map(Path::to_owned);
        self.own_data_paths(overrides).chain(instead)
    }

    /// The paths of the data that the manifest names, without those that others are named instead of.
    pub fn own_data_paths<'a>(
        &'a self,
        overrides: &'a [(String, PathBuf)],
    ) -> impl Iterator<Item = PathBuf> + 'a {
        let named = self.data.iter().map(|(name, entry)| (name.as_str(), entry));
        let named = named.chain(self.previous.iter().map(|entry| (PREVIOUS, entry)));
        let named = named.filter(|(name, _)| overrides.iter().all(|(of, _)| of != name));
        named.map(|(_, entry)| self.folder.join(&entry.file))
    }

    /// The files of a schema's data; see [`super::Project::data_files`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn data_files(
        &self,
        schema: &Schema,
        overrides: &[(String, PathBuf)],
    ) -> Result<DataFiles, Vec<Diagnostic>> {
        self.find_files(schema, overrides, true)
    }

    /// The same of a policy that is not the manifest's own but another version of it: what else the manifest or the user
    /// names is left alone.
    ///
    /// # Errors
    ///
    /// As there, save that nothing is said of what the policy has not.
    pub fn data_files_of_version(
        &self,
        schema: &Schema,
        overrides: &[(String, PathBuf)],
    ) -> Result<DataFiles, Vec<Diagnostic>> {
        self.find_files(schema, overrides, false)
    }

    fn find_files(
        &self,
        schema: &Schema,
        overrides: &[(String, PathBuf)],
        refuses_unknown: bool,
    ) -> Result<DataFiles, Vec<Diagnostic>> {
        let mut find = Find { manifest: self, overrides, diagnostics: Vec::new() };
        let mut files = DataFiles::default();
        for (at, record) in schema.records.iter().enumerate() {
            if let Some(file) = find.file(&record.name) {
                files.records.insert(RecordId(at as u32), file);
            }
        }
        for (at, link) in schema.links.iter().enumerate() {
            if let Some(file) = find.file(&link.name) {
                files.links.insert(LinkId(at as u32), file);
            }
        }
        files.previous = find.previous(schema);
        if refuses_unknown {
            find.unknown(schema);
        }
        find.one_standard_input(&files);
        if find.diagnostics.is_empty() { Ok(files) } else { Err(find.diagnostics) }
    }

    /// Reads and joins the data of a run on a day; see [`super::Project::load`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn load(
        &self,
        schema: &Schema,
        today: Date,
        overrides: &[(String, PathBuf)],
    ) -> Result<Loaded, Vec<Diagnostic>> {
        load(schema, today, &self.data_files(schema, overrides)?)
    }
}

struct Find<'a> {
    manifest: &'a Manifest,
    overrides: &'a [(String, PathBuf)],
    diagnostics: Vec<Diagnostic>,
}

impl Find<'_> {
    fn file(&mut self, name: &str) -> Option<DataFile> {
        let entry = self.manifest.data.iter().find(|(of, _)| of == name).map(|(_, entry)| entry);
        self.with_override(name, entry)
    }

    fn previous(&mut self, schema: &Schema) -> Option<(RecordId, DataFile)> {
        let entry = self.manifest.previous.as_ref();
        let named = entry.and_then(|entry| entry.record.as_ref());
        let kind = match named {
            Some(name) => record(schema, name),
            None => previous_kind(schema),
        };
        // Of a kind that this policy has no part in: another policy's.
        let kind = kind?;
        let file = if is_known(schema, PREVIOUS) {
            entry.and_then(|entry| self.entry(entry, self.manifest.folder.join(&entry.file), true))
        } else {
            self.with_override(PREVIOUS, entry)
        };
        Some((kind, file?))
    }

    fn with_override(&mut self, name: &str, entry: Option<&TableEntry>) -> Option<DataFile> {
        // The last one given counts, as with other options.
        let instead = self.overrides.iter().rfind(|(of, _)| of == name).map(|(_, path)| path);
        match (instead, entry) {
            (Some(path), Some(entry)) => self.entry(entry, path.clone(), false),
            (Some(path), None) => self.plain(path, None),
            (None, Some(entry)) => self.entry(entry, self.manifest.folder.join(&entry.file), true),
            (None, None) => None,
        }
    }

    /// The file at a path, read as an entry says.
    fn entry(&mut self, entry: &TableEntry, path: PathBuf, named_there: bool) -> Option<DataFile> {
        let file = self.plain(&path, named_there.then_some(entry.place))?;
        Some(DataFile {
            columns: entry.columns.clone(),
            missing: entry.missing.clone(),
            row_number: entry.row_number.clone(),
            ..file
        })
    }

    fn plain(&mut self, path: &Path, place: Option<Place>) -> Option<DataFile> {
        let (told, path) = split_format(path);
        let shown = if path == Path::new("-") {
            "the standard input".to_owned()
        } else {
            self.manifest.names.shown(path)
        };
        let refuse = |message: String| match place {
            Some(place) => Diagnostic::error(Code::E0409, place, message),
            None => Diagnostic::general(Code::E0409, message),
        };
        let format = match told.map_or_else(|| format_of(path), |format| Ok(Some(format))) {
            Ok(Some(format)) => format,
            Ok(None) => {
                let refused = refuse(format!("cannot read {shown}: its name does not say how"));
                let help = format!(
                    "files that end in `.csv`, `.ndjson`, `.jsonl` or `.parquet` can be read, the first three also \
                     with `.gz` or `.zst` behind it; for another name, write the format before it: `csv:{shown}`"
                );
                self.diagnostics.push(refused.help(help));
                return None;
            }
            Err(cause) => {
                self.diagnostics.push(refuse(format!("cannot read {shown}: {cause}")));
                return None;
            }
        };
        let (path, columns, missing) = (path.to_owned(), Vec::new(), Vec::new());
        Some(DataFile { path, shown, format, columns, missing, row_number: None, place })
    }

    /// Refuses the standard input for more than one table: it can be read but once.
    fn one_standard_input(&mut self, files: &DataFiles) {
        let tables = files.records.values().chain(files.links.values());
        let tables = tables.chain(files.previous.iter().map(|(_, file)| file));
        if tables.filter(|file| file.is_standard_input()).count() > 1 {
            let message = "the standard input can be the data of one record or link only".to_owned();
            self.diagnostics.push(Diagnostic::general(Code::E0409, message));
        }
    }

    /// Refuses data of what the policy has not. A manifest of several policies may have data of others.
    fn unknown(&mut self, schema: &Schema) {
        let names = || {
            let records = schema.records.iter().map(|record| record.name.as_str());
            records.chain(schema.links.iter().map(|link| link.name.as_str()))
        };
        let given = self.overrides.iter().map(|(name, _)| (name, None)).filter(|(name, _)| *name != PREVIOUS);
        let entries = self.manifest.data.iter().map(|(name, entry)| (name, Some(entry.place)));
        let entries = entries.filter(|_| self.manifest.policies.len() == 1);
        for (name, place) in given.chain(entries).filter(|(name, _)| !is_known(schema, name)) {
            let message = format!("data is given for `{name}`, but the policy has no such record or link");
            let diagnostic = match place {
                Some(place) => Diagnostic::error(Code::E0407, place, message),
                None => Diagnostic::general(Code::E0407, message),
            };
            let help = suggest::did_you_mean(name, names()).unwrap_or_else(|| {
                let names: Vec<_> = names().map(|name| format!("`{name}`")).collect();
                format!("it has {}", names.join(", "))
            });
            self.diagnostics.push(diagnostic.help(help));
        }
    }
}

/// A format that is written before a path: `ndjson:-`, `csv:export.txt`.
pub(crate) fn split_format(path: &Path) -> (Option<Format>, &Path) {
    let split = path.to_str().and_then(|text| text.split_once(':'));
    match split.and_then(|(format, path)| Some((Format::named(format)?, path))) {
        Some((format, path)) if !path.is_empty() => (Some(format), Path::new(path)),
        Some(_) | None => (None, path),
    }
}

fn record(schema: &Schema, name: &str) -> Option<RecordId> {
    schema.records.iter().position(|record| record.name == name).map(|at| RecordId(at as u32))
}

fn is_known(schema: &Schema, name: &str) -> bool {
    record(schema, name).is_some() || schema.links.iter().any(|link| link.name == name)
}
