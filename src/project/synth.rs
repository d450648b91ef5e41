//! `[synth]` of a manifest: what synthetic records are like, with the place of every entry.
//!
//! Read from TOML's own tree and not by serde, which would lose the places below a table whose names are the policy's.

use super::manifest::{Fault, span};
use super::{Manifest, Project};
use crate::data::{RecordId, Schema, previous_kind};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::suggest;
use crate::synth::{Distribution, End, FieldKnobs, Given, Knobs, Layout, Spread, TableKnobs};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Entries of `[synth]` that are no tables.
const GENERAL: [&str; 2] = ["missing", "years"];
const TABLE: [&str; 7] = ["records", "per_record", "prefix", "digits", "exponent", "repeats", "fields"];
const SPREAD: [&str; 8] = ["distribution", "mean", "sd", "least", "greatest", "zeros", "values", "weights"];
const FIELD: [&str; 7] = ["missing", "share", "habit", "years", "decimals", "times", "after"];

/// What a manifest's text says under `[synth]`.
pub(super) fn read(text: &str, faults: &mut Vec<Fault>) -> Knobs {
    let mut knobs = Knobs::default();
    // What is no TOML at all was told already.
    let Ok(manifest) = DeTable::parse(text) else { return knobs };
    let Some(synth) = entry(manifest.get_ref(), "synth") else { return knobs };
    let mut reader = Reader { faults };
    let Some(entries) = reader.table(synth) else { return knobs };
    for (name, value) in in_order(entries) {
        match (name.get_ref().as_ref(), value.get_ref()) {
            (_, DeValue::Table(table)) => {
                knobs.tables.push((named(name), reader.table_knobs(table)));
            }
            ("missing", _) => knobs.missing = reader.share(value),
            ("years", _) => knobs.years = reader.positive(value),
            _ => reader.unknown(name, &GENERAL, "; a record or link is a table, `[synth.NAME]`"),
        }
    }
    knobs
}

impl Project {
    /// How the files of a schema's data are called and laid out, by the names of record kinds and links.
    pub fn layouts(&self, schema: &Schema) -> BTreeMap<String, Layout> {
        let names = schema.records.iter().map(|record| &record.name);
        let names = names.chain(schema.links.iter().map(|link| &link.name));
        let layout = |name: &String| Some((name.clone(), self.manifest.layout(name)?));
        names.filter_map(layout).collect()
    }

    /// The kind of the previous scores and the layout of their file, where the manifest names one.
    pub fn previous_layout(&self, schema: &Schema) -> Option<(RecordId, Layout)> {
        let entry = self.manifest.previous.as_ref()?;
        let kind = match &entry.record {
            Some(name) => {
                let at = schema.records.iter().position(|record| record.name == *name)?;
                RecordId(at as u32)
            }
            None => previous_kind(schema)?,
        };
        Some((kind, layout(entry)))
    }
}

impl Manifest {
    fn layout(&self, name: &str) -> Option<Layout> {
        self.data.iter().find(|(of, _)| of == name).map(|(_, entry)| layout(entry))
    }
}

fn layout(entry: &super::manifest::TableEntry) -> Layout {
    Layout {
        stem: stem(&entry.file),
        columns: entry.columns.clone(),
        missing: entry.missing.clone(),
        row_number: entry.row_number.clone(),
    }
}

/// The name of a data file without its endings; nothing where it stands for many files.
fn stem(file: &str) -> String {
    let name =
        Path::new(file).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if name.contains(['*', '?', '[', ']']) {
        return String::new();
    }
    let ends = [".gz", ".zst", ".csv", ".ndjson", ".jsonl", ".parquet"];
    let cut = |name: String, end: &&str| name.strip_suffix(*end).map(str::to_owned).unwrap_or(name);
    let stem = ends.iter().fold(name.clone(), cut);
    // Without an ending it is a folder of files.
    if stem == name { String::new() } else { stem }
}

/// An entry of a table.
fn entry<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
}

/// The entries of a table in the order of the text.
fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

fn named(name: &Spanned<std::borrow::Cow<'_, str>>) -> Given<String> {
    Given { value: name.get_ref().clone().into_owned(), span: span(&name.span()) }
}

struct Reader<'f> {
    faults: &'f mut Vec<Fault>,
}

type Value<'t, 'i> = &'t Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn fault(&mut self, bytes: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.faults.push(Fault { bytes, message: message.into(), help });
    }

    fn unknown(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str], more: &str) {
        let help = suggest::did_you_mean(name.get_ref(), known.iter().copied()).unwrap_or_else(|| {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("known here: {}{more}", known.join(", "))
        });
        self.fault(name.span(), format!("unknown entry `{}`", name.get_ref()), Some(help));
    }

    fn expected(&mut self, value: Value<'_, '_>, what: &str) {
        self.fault(value.span(), format!("{what} is expected here"), None);
    }

    fn table<'t, 'i>(&mut self, value: Value<'t, 'i>) -> Option<&'t DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.expected(value, "a table of entries");
        None
    }

    fn table_knobs(&mut self, table: &DeTable<'_>) -> TableKnobs {
        let mut knobs = TableKnobs::default();
        for (name, value) in in_order(table) {
            match name.get_ref().as_ref() {
                "records" => knobs.records = self.count(value),
                "per_record" => knobs.per_record = self.per_record(value),
                "prefix" => knobs.prefix = self.text(value),
                "digits" => knobs.digits = self.count(value),
                "exponent" => knobs.exponent = self.positive(value),
                "repeats" => knobs.repeats = self.share(value),
                "fields" => {
                    for (name, value) in self.table(value).map_or_else(Vec::new, in_order) {
                        if let Some(table) = self.table(value) {
                            knobs.fields.push((named(name), self.field(table)));
                        }
                    }
                }
                _ => self.unknown(name, &TABLE, ""),
            }
        }
        knobs
    }

    /// How many there are: a mean, or a table that says more.
    fn per_record(&mut self, value: Value<'_, '_>) -> Option<Given<Spread>> {
        let mut spread = Spread::default();
        if let DeValue::Table(table) = value.get_ref() {
            for (name, value) in in_order(table) {
                if !self.spread(name.get_ref(), value, &mut spread) {
                    self.unknown(name, &SPREAD, "");
                }
            }
        } else {
            spread.mean = Some(self.number(value)?);
        }
        Some(Given { value: spread, span: span(&value.span()) })
    }

    fn field(&mut self, table: &DeTable<'_>) -> FieldKnobs {
        let mut knobs = FieldKnobs::default();
        for (name, value) in in_order(table) {
            let mut known = true;
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("missing", _) => knobs.missing = self.share(value),
                ("share", _) => knobs.share = self.share(value),
                ("habit", _) => knobs.habit = self.share(value),
                ("years", _) => knobs.years = self.positive(value),
                ("decimals", _) => knobs.decimals = self.count(value),
                ("times", _) => knobs.times = self.text(value),
                ("after", _) => knobs.after = self.text(value),
                ("weights", DeValue::Table(weights)) => {
                    let mut list = Vec::new();
                    for (name, weight) in in_order(weights) {
                        list.extend(self.not_negative(weight).map(|weight| (named(name), weight.value)));
                    }
                    knobs.weights = Some(Given { value: list, span: span(&value.span()) });
                }
                ("values", DeValue::Array(array)) if array.iter().all(is_plain_text) => {
                    let texts = array.iter().filter_map(|value| self.text(value)).collect();
                    knobs.texts = Some(Given { value: texts, span: span(&value.span()) });
                }
                (other, _) => known = self.spread(other, value, &mut knobs.spread),
            }
            if known {
                knobs.given.push(named(name));
            } else {
                let all: Vec<&str> = FIELD.iter().chain(&SPREAD).copied().collect();
                self.unknown(name, &all, "");
            }
        }
        knobs
    }

    /// Takes an entry of a spread; `false` when it is none.
    fn spread(&mut self, name: &str, value: Value<'_, '_>, spread: &mut Spread) -> bool {
        match name {
            "distribution" => spread.distribution = self.distribution(value),
            "mean" => spread.mean = self.number(value),
            "sd" => spread.sd = self.positive(value),
            "least" => spread.least = self.end(value),
            "greatest" => spread.greatest = self.end(value),
            "zeros" => spread.zeros = self.share(value),
            "values" => {
                if let DeValue::Array(array) = value.get_ref() {
                    let list = array.iter().filter_map(|value| self.end(value)).collect();
                    spread.values = Some(Given { value: list, span: span(&value.span()) });
                } else {
                    self.expected(value, "a list in brackets");
                }
            }
            "weights" => {
                if let DeValue::Array(array) = value.get_ref() {
                    let list =
                        array.iter().filter_map(|value| Some(self.not_negative(value)?.value)).collect();
                    spread.weights = Some(Given { value: list, span: span(&value.span()) });
                } else {
                    self.expected(value, "a list of numbers in brackets");
                }
            }
            _ => return false,
        }
        true
    }

    fn distribution(&mut self, value: Value<'_, '_>) -> Option<Given<Distribution>> {
        let name = self.text(value)?;
        let found = Distribution::ALL.iter().find(|(known, _)| *known == name.value);
        if found.is_none() {
            let names = || Distribution::ALL.iter().map(|(known, _)| *known);
            let help = suggest::did_you_mean(&name.value, names()).unwrap_or_else(|| {
                let names: Vec<_> = names().map(|name| format!("`{name}`")).collect();
                format!("there are {}", names.join(", "))
            });
            self.fault(value.span(), format!("unknown distribution `{}`", name.value), Some(help));
        }
        found.map(|(_, distribution)| Given { value: *distribution, span: name.span })
    }

    fn text(&mut self, value: Value<'_, '_>) -> Option<Given<String>> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(Given { value: text.clone().into_owned(), span: span(&value.span()) });
        }
        self.expected(value, "a text in quotes");
        None
    }

    fn number(&mut self, value: Value<'_, '_>) -> Option<Given<f64>> {
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(_)
            | DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        match number.filter(|number: &f64| number.is_finite()) {
            Some(number) => Some(Given { value: number, span: span(&value.span()) }),
            None => {
                self.expected(value, "a number");
                None
            }
        }
    }

    fn where_it(&mut self, value: Value<'_, '_>, is: &str, good: impl Fn(f64) -> bool) -> Option<Given<f64>> {
        let number = self.number(value)?;
        if good(number.value) {
            return Some(number);
        }
        self.expected(value, is);
        None
    }

    fn share(&mut self, value: Value<'_, '_>) -> Option<Given<f64>> {
        self.where_it(value, "a share from 0 to 1", |share| (0.0..=1.0).contains(&share))
    }

    fn positive(&mut self, value: Value<'_, '_>) -> Option<Given<f64>> {
        self.where_it(value, "a number greater than 0", |number| number > 0.0)
    }

    fn not_negative(&mut self, value: Value<'_, '_>) -> Option<Given<f64>> {
        self.where_it(value, "a number of 0 or more", |number| number >= 0.0)
    }

    fn count(&mut self, value: Value<'_, '_>) -> Option<Given<u64>> {
        let count = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        match count {
            Some(count) => Some(Given { value: count, span: span(&value.span()) }),
            None => {
                self.expected(value, "a whole number of 0 or more");
                None
            }
        }
    }

    /// A number or a day.
    fn end(&mut self, value: Value<'_, '_>) -> Option<Given<End>> {
        let end = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => {
                Decimal::parse(number.as_str()).ok().map(End::Number)
            }
            DeValue::Float(number) => Decimal::parse(number.as_str()).ok().map(End::Number),
            DeValue::String(text) => Date::parse(text).ok().map(End::Day),
            DeValue::Datetime(day) => Date::parse(&day.to_string()).ok().map(End::Day),
            DeValue::Integer(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => None,
        };
        match end {
            Some(end) => Some(Given { value: end, span: span(&value.span()) }),
            None => {
                self.expected(value, "a number, or a day like 2026-01-31,");
                None
            }
        }
    }
}

/// Whether a value is a text that is no day.
fn is_plain_text(value: &Spanned<DeValue<'_>>) -> bool {
    if let DeValue::String(text) = value.get_ref() { Date::parse(text).is_err() } else { false }
}
