//! What is said of rows and pairs that do not join: the same words whichever interpreter the rows are joined for.

use super::bind::Row;
use super::{Fault, LinkId, Notice, RecordId, Reject, Schema, Value};
use std::sync::Arc;

/// Where else a key is given: the file, as shown to people, and the line.
pub type Elsewhere<'e> = (&'e Arc<str>, u64);

/// How many pairs of a link do not count as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairsLeft {
    /// Left out: an end is nobody's, or cannot be read.
    pub nobodys: usize,
    /// Left out: of a record with itself.
    pub selfs: usize,
    /// Left out: of a record that was set aside.
    pub set_aside: usize,
    /// Given again.
    pub repeated: usize,
}

impl Row {
    /// The row as a record that is bad.
    pub fn reject(self, schema: &Schema, kind: RecordId) -> Reject {
        Reject {
            record: schema.record(kind).name.clone(),
            key: self.key_text(schema, kind),
            file: self.file,
            line: self.line,
            faults: self.faults,
        }
    }

    /// That its key is given more than once: first here and again there, or here and before there.
    pub fn key_repeated(
        &self,
        schema: &Schema,
        kind: RecordId,
        is_first: bool,
        (file, line): Elsewhere<'_>,
    ) -> Fault {
        let word = if is_first { "again" } else { "before" };
        let elsewhere = if *file == self.file { String::new() } else { format!(" of {file}") };
        let field = schema.record(kind).key.map(|key| schema.field(kind, key).name.clone());
        let value = self.key_text(schema, kind);
        self.fault(field, value, format!("a key given {word}, in line {line}{elsewhere}"))
    }

    /// The key of the record that it belongs to.
    pub fn parent<'v>(&'v self, schema: &Schema, kind: RecordId) -> Option<&'v Value> {
        let (_, field) = schema.record(kind).parent?;
        self.values.get(field.index()).filter(|value| !value.is_missing())
    }

    /// That it belongs to nobody.
    pub fn of_nobody(&self, schema: &Schema, kind: RecordId) -> Fault {
        let field = schema.record(kind).parent.map(|(_, field)| schema.field(kind, field));
        let value = self.parent(schema, kind);
        let reason = match value {
            Some(_) => format!("belongs to nobody: there is no such `{}`", schema.scored().name),
            None => "belongs to nobody, or it cannot be told to whom".to_owned(),
        };
        let value = value.zip(field).map(|(value, field)| schema.spell(field.kind, value));
        self.fault(field.map(|field| field.name.clone()), value, reason)
    }

    /// What is wrong with it, as it is told of the record that it belongs to.
    pub fn faults_of_child(&self, schema: &Schema, kind: RecordId) -> impl Iterator<Item = Fault> {
        let name = &schema.record(kind).name;
        self.faults.iter().map(move |fault| Fault {
            field: Some(match &fault.field {
                Some(field) => format!("{name}.{field}"),
                None => name.clone(),
            }),
            ..fault.clone()
        })
    }

    /// Its key as the data writes it.
    fn key_text(&self, schema: &Schema, kind: RecordId) -> Option<String> {
        let key = schema.record(kind).key?;
        let value = self.values.get(key.index()).filter(|value| !value.is_missing())?;
        schema.spell_key(kind, value)
    }

    fn fault(&self, field: Option<String>, value: Option<String>, reason: String) -> Fault {
        Fault { file: Arc::clone(&self.file), line: self.line, field, value, reason }
    }
}

/// That so many records of a kind belong to nobody; nothing of none.
pub fn nobodys_left(schema: &Schema, kind: RecordId, file: &Arc<str>, many: usize) -> Option<Notice> {
    let text = format!("{} of `{}` left out: of nobody", count(many, "record"), schema.record(kind).name);
    (many > 0).then(|| Notice { file: Arc::clone(file), text })
}

impl PairsLeft {
    /// What is to be told of them.
    pub fn told(self, schema: &Schema, link: LinkId, file: &Arc<str>) -> impl Iterator<Item = Notice> {
        let name = &schema.link(link).name;
        let all = [
            (self.nobodys, "left out: of nobody"),
            (self.selfs, "left out: of a record with itself"),
            (self.set_aside, "left out: of a record that was set aside"),
            (self.repeated, "given again: each pair counts once"),
        ];
        all.into_iter().filter(|(many, _)| *many > 0).map(move |(many, what)| {
            let text = format!("{} of `{name}` {what}", count(many, "pair"));
            Notice { file: Arc::clone(file), text }
        })
    }
}

/// `1 record`, `2 records`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
