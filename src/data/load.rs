//! Loading: every file that a run needs is read, bound to its kind or link, and joined.

use super::bind::Binding;
use super::findings::{Findings, about};
use super::join::{self, Input, Loaded, Rows};
use super::pairs::{ENDS, PairBinding};
use super::table::{Block, Columns, ReadError, Table, Wanted};
use super::{DataFile, LinkId, Notice, RecordId, Schema, Type, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic, suggest};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};

/// What gives the bytes of a data file.
pub type Open<'a> = dyn Fn(&DataFile) -> io::Result<Box<dyn Read + Send>> + 'a;

/// The files of a run.
#[derive(Debug, Clone, Default)]
pub struct DataFiles {
    /// By record kind. Those of kinds that have no part in the run are not read.
    pub records: BTreeMap<RecordId, DataFile>,
    /// By link: files of pairs, with the columns `from` and `to`.
    pub links: BTreeMap<LinkId, DataFile>,
    /// Previously published scores: of which kind (see [`super::previous_kind`]), and the file, with the column of the
    /// kind's key, and `score`.
    pub previous: Option<(RecordId, DataFile)>,
}

/// Reads and joins the files of a run on a day: the scored records, their children, their links, and the records that
/// the links lead to. A bad record is set aside; the run goes on.
///
/// # Errors
///
/// E0407 for a table that is not supplied, E0408 for a column that is not there, E0409 for a file that cannot be read,
/// E0405 for a field that the manifest names wrongly. All that are found.
pub fn load(schema: &Schema, today: Date, files: &DataFiles) -> Result<Loaded, Vec<Diagnostic>> {
    load_by(schema, today, files, None)
}

/// As [`load`], from wherever `open` finds the bytes of a file.
///
/// # Errors
///
/// As [`load`].
pub fn load_from(
    schema: &Schema,
    today: Date,
    files: &DataFiles,
    open: &Open<'_>,
) -> Result<Loaded, Vec<Diagnostic>> {
    load_by(schema, today, files, Some(open))
}

fn load_by(
    schema: &Schema,
    today: Date,
    files: &DataFiles,
    open: Option<&Open<'_>>,
) -> Result<Loaded, Vec<Diagnostic>> {
    let mut load = Load { schema, open, diagnostics: Vec::new(), notices: Vec::new() };
    let mut input = Input::default();
    for kind in join::parts(schema) {
        if let Some(file) = load.supplied(files.records.get(&kind), &schema.record(kind).name, "record") {
            input.tables.insert(kind, load.rows(kind, file));
        }
    }
    for (link, _, _) in join::links(schema) {
        if let Some(file) = load.supplied(files.links.get(&link), &schema.link(link).name, "link") {
            input.pairs.insert(link, load.pairs(link, file));
        }
    }
    if let Some((kind, file)) = &files.previous {
        input.previous = Some((*kind, load.previous(*kind, file)));
    }
    if !load.diagnostics.is_empty() {
        return Err(load.diagnostics);
    }
    let mut loaded = join::join(schema, today, input);
    loaded.notices.splice(0..0, load.notices);
    Ok(loaded)
}

/// So many records are decoded at once.
const BLOCK_RECORDS: usize = 4096;

/// What is read so far.
pub(super) struct Load<'s> {
    /// What records look like.
    pub(super) schema: &'s Schema,
    open: Option<&'s Open<'s>>,
    diagnostics: Vec<Diagnostic>,
    notices: Vec<Notice>,
}

/// The table of a kind's records, and how its columns make them.
///
/// # Errors
///
/// E0407 where it is not supplied, E0405 for a field that the manifest names wrongly.
pub fn source<'s>(
    schema: &'s Schema,
    kind: RecordId,
    files: &'s DataFiles,
) -> Result<(&'s DataFile, Binding<'s>), Vec<Diagnostic>> {
    let record = schema.record(kind);
    let file = supplied(files.records.get(&kind), &record.name, "record").map_err(|wrong| vec![*wrong])?;
    let fields: Vec<_> = record.fields.iter().map(|field| field.name.as_str()).collect();
    let mut wrong = wrong_names(file, &record.name, &fields);
    wrong.extend(wrong_row_number(schema, kind, file));
    if wrong.is_empty() { Ok((file, Binding::new(schema, kind, file))) } else { Err(wrong) }
}

/// The table of a link's pairs, and how its columns make them.
///
/// # Errors
///
/// E0407 where it is not supplied, E0405 for a name that the manifest has wrongly.
pub fn pair_source<'s>(
    schema: &'s Schema,
    link: LinkId,
    files: &'s DataFiles,
) -> Result<(&'s DataFile, PairBinding<'s>), Vec<Diagnostic>> {
    let name = &schema.link(link).name;
    let file = supplied(files.links.get(&link), name, "link").map_err(|wrong| vec![*wrong])?;
    let wrong = wrong_names(file, name, &ENDS);
    if wrong.is_empty() { Ok((file, PairBinding::new(schema, link, file))) } else { Err(wrong) }
}

/// Previously published scores by key, and what there is to say of their file.
pub(crate) type PreviousScores = (HashMap<Value, Decimal>, Vec<Notice>);

/// Reads previously published scores of a kind, key by key.
///
/// # Errors
///
/// A file that cannot be used, or a line of it: that would change the scores of others in silence.
pub fn previous_scores(
    schema: &Schema,
    kind: RecordId,
    file: &DataFile,
) -> Result<PreviousScores, Vec<Diagnostic>> {
    let mut load = Load { schema, open: None, diagnostics: Vec::new(), notices: Vec::new() };
    let scores = load.previous(kind, file);
    if load.diagnostics.is_empty() { Ok((scores, load.notices)) } else { Err(load.diagnostics) }
}

fn supplied<'f>(file: Option<&'f DataFile>, name: &str, what: &str) -> Result<&'f DataFile, Box<Diagnostic>> {
    file.ok_or_else(|| {
        let message = format!("no data for the {what} `{name}`");
        let help =
            format!("name its file in `glassbox.toml` under `[data.{name}]`, or give `--data {name}=FILE`");
        Box::new(Diagnostic::general(Code::E0407, message).help(help))
    })
}

/// Refuses names under `columns` that the kind or link has not.
fn wrong_names(file: &DataFile, of: &str, names: &[&str]) -> Vec<Diagnostic> {
    let unknown = file.columns.iter().map(|(field, _)| field.as_str()).filter(|field| !names.contains(field));
    let unknown = unknown.chain(file.row_number.as_deref().filter(|field| !names.contains(field)));
    let wrong = |field: &str| {
        let diagnostic = about(file, Code::E0405, format!("`{of}` has no field `{field}`"));
        let hint = suggest::did_you_mean(field, names.iter().copied());
        hint.into_iter().fold(diagnostic, Diagnostic::help)
    };
    unknown.map(wrong).collect()
}

/// Refuses a row number in a field that cannot hold one.
fn wrong_row_number(schema: &Schema, kind: RecordId, file: &DataFile) -> Option<Diagnostic> {
    let name = file.row_number.as_deref()?;
    let field = schema.record(kind).fields.iter().find(|field| field.name == name)?;
    if matches!(field.kind, Type::Integer | Type::Number | Type::Text) {
        return None;
    }
    let message = format!("`{}` cannot hold a row number: it is no integer and no text", field.name);
    Some(about(file, Code::E0405, message))
}

impl Load<'_> {
    fn supplied<'f>(&mut self, file: Option<&'f DataFile>, name: &str, what: &str) -> Option<&'f DataFile> {
        supplied(file, name, what).map_err(|wrong| self.diagnostics.push(*wrong)).ok()
    }

    fn rows(&mut self, kind: RecordId, file: &DataFile) -> Rows {
        let record = self.schema.record(kind);
        let fields: Vec<_> = record.fields.iter().map(|field| field.name.as_str()).collect();
        self.check_names(file, &record.name, &fields);
        self.diagnostics.extend(wrong_row_number(self.schema, kind, file));
        let binding = Binding::new(self.schema, kind, file);
        let mut rows = Vec::new();
        let whose = format!("`{}`", record.name);
        self.table(
            file,
            &whose,
            binding.wanted(),
            |table| binding.unfit(table),
            |block| {
                rows.extend(block.in_order().map(|record| match record {
                    Ok(row) => binding.row(block, row),
                    Err(bad) => binding.unreadable(block, bad),
                }));
            },
        );
        Rows { file: file.name(), rows }
    }

    /// Reads a table, block by block, unless `check` finds mistakes in its columns.
    pub(super) fn table(
        &mut self,
        file: &DataFile,
        whose: &str,
        wanted: &[Wanted],
        check: impl FnOnce(&Table) -> Vec<Diagnostic>,
        mut take: impl FnMut(&Block),
    ) {
        let read = || -> Result<Result<Columns, Vec<Diagnostic>>, ReadError> {
            let mut table = match self.open {
                None => Table::open(file, wanted, BLOCK_RECORDS)?,
                Some(open) => {
                    let stream = open(file).map_err(|error| ReadError::io(file, error))?;
                    Table::of_stream(file, stream, wanted, BLOCK_RECORDS)?
                }
            };
            let unfit = check(&table);
            if !unfit.is_empty() {
                return Ok(Err(unfit));
            }
            while let Some(piece) = table.next_piece()? {
                for block in piece.blocks() {
                    take(&block?);
                }
            }
            Ok(Ok(table.finish()))
        };
        match read() {
            Ok(Ok(columns)) => {
                let findings = Findings::new(file, whose, wanted, &columns);
                self.diagnostics.extend(findings.diagnostics);
                self.notices.extend(findings.notices);
            }
            Ok(Err(unfit)) => self.diagnostics.extend(unfit),
            Err(error) => self.diagnostics.push(error.diagnostic(file.place)),
        }
    }

    /// Refuses a file.
    pub(super) fn refuse_with(&mut self, file: &DataFile, code: Code, message: String) {
        self.diagnostics.push(about(file, code, message));
    }

    /// Refuses names under `columns` that the kind or link has not.
    pub(super) fn check_names(&mut self, file: &DataFile, of: &str, names: &[&str]) {
        self.diagnostics.extend(wrong_names(file, of, names));
    }

    /// Whether nothing was refused so far.
    pub(super) fn good(&self) -> bool {
        self.diagnostics.is_empty()
    }
}

#[cfg(test)]
mod tests;
