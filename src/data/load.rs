//! Loading: every file that a run needs is read, bound to its kind or link, and joined.

use super::bind::Binding;
use super::join::{self, Input, Loaded, Rows};
use super::table::{Chunk, DataFile, Format, ReadError, TableReader};
use super::{LinkId, Notice, RecordId, Schema, Type};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, suggest};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// What opens a data file.
pub type Open<'a> = dyn Fn(&DataFile) -> io::Result<Box<dyn Read>> + 'a;

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
    load_from(schema, today, files, &|file| Ok(Box::new(File::open(&file.path)?)))
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

/// What is read so far.
pub(super) struct Load<'s> {
    /// What records look like.
    pub(super) schema: &'s Schema,
    open: &'s Open<'s>,
    diagnostics: Vec<Diagnostic>,
    notices: Vec<Notice>,
}

/// A column that a field asks for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The field.
    pub(super) field: String,
    /// The column's name.
    pub(super) column: String,
    /// Whether the file may be without it.
    pub(super) optional: bool,
}

impl Load<'_> {
    fn supplied<'f>(&mut self, file: Option<&'f DataFile>, name: &str, what: &str) -> Option<&'f DataFile> {
        if file.is_none() {
            let message = format!("no data for the {what} `{name}`");
            let help = format!(
                "name its file in `glassbox.toml` under `[data.{name}]`, or give `--data {name}=FILE`"
            );
            self.diagnostics.push(Diagnostic::general(Code::E0407, message).help(help));
        }
        file
    }

    fn rows(&mut self, kind: RecordId, file: &DataFile) -> Rows {
        let record = self.schema.record(kind);
        let fields: Vec<_> = record.fields.iter().map(|field| field.name.as_str()).collect();
        self.check_names(file, &record.name, &fields);
        self.check_row_number(file, kind, &fields);
        let binding = Binding::new(self.schema, kind, file);
        let mut rows = Vec::new();
        self.table(file, &format!("`{}`", record.name), binding.wanted(), |chunk, columns| {
            binding.add(chunk, columns, &mut rows);
        });
        Rows { file: Arc::from(file.shown.as_str()), rows }
    }

    /// Reads a table, chunk by chunk; `take` is told which column of a chunk holds each wanted one.
    pub(super) fn table(
        &mut self,
        file: &DataFile,
        whose: &str,
        wanted: &[Wanted],
        mut take: impl FnMut(&Chunk, &[Option<usize>]),
    ) {
        let names: Vec<_> = wanted.iter().map(|wanted| wanted.column.clone()).collect();
        let mut read = || -> Result<_, ReadError> {
            let mut reader = TableReader::new((self.open)(file)?, file.format, &names)?;
            let columns = reader.columns();
            let mut records = 0;
            while let Some(chunk) = reader.next_chunk()? {
                records += chunk.places.len();
                take(&chunk, &columns);
            }
            Ok((reader, records))
        };
        match read() {
            Ok((reader, records)) => {
                // Without records, a format without a line of names tells nothing of its columns.
                if records > 0 || file.format == Format::Csv {
                    let present = reader.present();
                    let absent = wanted.iter().zip(present).filter(|(_, present)| !present);
                    absent.for_each(|(wanted, _)| self.absent(file, whose, wanted, reader.others()));
                }
                self.notice_others(file, reader.others());
            }
            Err(error) => self.refuse(file, &error),
        }
    }

    fn absent(&mut self, file: &DataFile, whose: &str, wanted: &Wanted, others: &[String]) {
        let Wanted { field, column, optional } = wanted;
        if *optional {
            let text = format!("no column `{column}`: `{field}` of {whose} is missing in every record");
            self.notices.push(Notice { file: Arc::from(file.shown.as_str()), text });
            return;
        }
        let message = format!("no column `{column}` in {}, which {whose} needs for `{field}`", file.shown);
        let mut diagnostic = self.about(file, Code::E0408, message);
        if let Some(hint) = suggest::did_you_mean(column, others.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(hint);
        }
        let lone = if let ([only], Format::Csv) = (others, file.format) { only } else { "" };
        if let Some(separator) = [';', '\t', '|'].into_iter().find(|separator| lone.contains(*separator)) {
            let separator = separator.escape_default();
            diagnostic =
                diagnostic.help(format!("its columns seem to be separated by `{separator}`: write commas"));
        }
        let help = format!(
            "if the column has another name, say so: `columns = {{ {field} = \"…\" }}` in `glassbox.toml`"
        );
        self.diagnostics.push(diagnostic.help(help));
    }

    /// Says once which columns nobody asked for.
    fn notice_others(&mut self, file: &DataFile, others: &[String]) {
        const SHOWN: usize = 20;
        if others.is_empty() {
            return;
        }
        let names: Vec<_> = others.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        let more = match others.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("columns not used: {}{more}", names.join(", "));
        self.notices.push(Notice { file: Arc::from(file.shown.as_str()), text });
    }

    fn refuse(&mut self, file: &DataFile, error: &ReadError) {
        let (code, message) = match error {
            ReadError::Io(error) => (Code::E0409, format!("cannot read {}: {error}", file.shown)),
            ReadError::Doubled(name) => {
                (Code::E0408, format!("the column `{name}` is in {} more than once", file.shown))
            }
            ReadError::Empty | ReadError::Header(_) | ReadError::Decode(_) | ReadError::Miscounted { .. } => {
                (Code::E0409, format!("cannot read {}: {error}", file.shown))
            }
        };
        self.refuse_with(file, code, message);
    }

    /// Refuses a file.
    pub(super) fn refuse_with(&mut self, file: &DataFile, code: Code, message: String) {
        let diagnostic = self.about(file, code, message);
        self.diagnostics.push(diagnostic);
    }

    /// Refuses names under `columns` that the kind or link has not.
    pub(super) fn check_names(&mut self, file: &DataFile, of: &str, names: &[&str]) {
        let unknown =
            file.columns.iter().map(|(field, _)| field.as_str()).filter(|field| !names.contains(field));
        for field in unknown.chain(file.row_number.as_deref().filter(|field| !names.contains(field))) {
            let message = format!("`{of}` has no field `{field}`");
            let diagnostic = self.about(file, Code::E0405, message);
            let hint = suggest::did_you_mean(field, names.iter().copied());
            self.diagnostics.push(hint.into_iter().fold(diagnostic, Diagnostic::help));
        }
    }

    /// Refuses a row number in a field that cannot hold one.
    fn check_row_number(&mut self, file: &DataFile, kind: RecordId, fields: &[&str]) {
        let at = file.row_number.as_deref().and_then(|name| fields.iter().position(|field| *field == name));
        let Some(field) = at.and_then(|at| self.schema.record(kind).fields.get(at)) else { return };
        if !matches!(field.kind, Type::Integer | Type::Number | Type::Text) {
            let message = format!("`{}` cannot hold a row number: it is no integer and no text", field.name);
            self.refuse_with(file, Code::E0405, message);
        }
    }

    fn about(&self, file: &DataFile, code: Code, message: String) -> Diagnostic {
        match file.place {
            Some(place) => Diagnostic::error(code, place, message),
            None => Diagnostic::general(code, message),
        }
    }

    /// Whether nothing was refused so far.
    pub(super) fn good(&self) -> bool {
        self.diagnostics.is_empty()
    }
}

#[cfg(test)]
mod tests;
