//! The tables that hold no records: pairs of a link, and previously published scores.

use super::join::{Pair, Pairs};
use super::load::{Load, Wanted};
use super::table::{Chunk, DataFile, text_at};
use super::{Fault, Field, LinkId, RecordId, Value, Why, cell};
use crate::decimal::Decimal;
use crate::diagnostic::Code;
use std::collections::HashMap;
use std::sync::Arc;

impl Load<'_> {
    /// Reads the pairs of a link: the keys of both ends.
    pub(super) fn pairs(&mut self, id: LinkId, file: &DataFile) -> Pairs {
        let schema = self.schema;
        let link = schema.link(id);
        self.check_names(file, &link.name, &["from", "to"]);
        let keys = [schema.key_field(link.from), schema.key_field(link.to)];
        let wanted = ["from", "to"].map(|end| wanted(file, end, end));
        let shown: Arc<str> = Arc::from(file.shown.as_str());
        let mut pairs = Vec::new();
        self.table(file, &format!("the link `{}`", link.name), &wanted, |chunk, columns| {
            for record in records(file, chunk, columns) {
                let fault = |field: Option<&str>, value: Option<&str>, reason: String| Fault {
                    file: Arc::clone(&shown),
                    line: record.line,
                    field: field.map(str::to_owned),
                    value: value.map(str::to_owned),
                    reason,
                };
                let mut faults: Vec<_> =
                    record.fault.iter().map(|why| fault(None, None, (*why).to_owned())).collect();
                let mut end = |key: Option<&Field>, name: &str, text: Option<&str>| {
                    let value = match (key, text) {
                        (Some(key), Some(text)) => cell::read(schema, key, text),
                        (None, _) | (_, None) => Err("missing".to_owned()),
                    };
                    value.unwrap_or_else(|reason| {
                        if record.fault.is_none() {
                            faults.push(fault(Some(name), text, reason));
                        }
                        Value::Missing(Why::OverNothing)
                    })
                };
                let [from, to] = keys;
                let ends = [end(from, "from", record.texts[0]), end(to, "to", record.texts[1])];
                pairs.push(Pair { line: record.line, ends, faults });
            }
        });
        Pairs { file: shown, pairs }
    }

    /// Reads previously published scores of a kind, by key. A record without one has none; a line that cannot be understood
    /// stops the run, as it would change the scores of others in silence.
    pub(super) fn previous(&mut self, kind: RecordId, file: &DataFile) -> HashMap<Value, Decimal> {
        let schema = self.schema;
        let Some(key) = schema.key_field(kind) else { return HashMap::new() };
        self.check_names(file, "previous", &[&key.name, "score"]);
        let wanted = [wanted(file, &key.name, &key.column), wanted(file, "score", "score")];
        let mut scores = HashMap::new();
        let mut wrong = None;
        let mut take = |[of, score]: [Option<&str>; 2]| {
            let of = of.ok_or_else(|| format!("`{}` is missing", key.name))?;
            let value = cell::read(schema, key, of).map_err(|reason| format!("`{of}` is {reason}"))?;
            let Some(score) = score else { return Ok(()) };
            let score = Decimal::parse(score).map_err(|error| format!("`{score}` is {error}"))?;
            match scores.insert(value, score) {
                None => Ok(()),
                Some(_) => Err(format!("`{of}` is given more than once")),
            }
        };
        self.table(file, "the previous scores", &wanted, |chunk, columns| {
            for record in records(file, chunk, columns) {
                let result = record.fault.map_or_else(|| take(record.texts), |reason| Err(reason.to_owned()));
                if let (Err(reason), None) = (result, &wrong) {
                    wrong = Some(format!("{}:{}: {reason}", file.shown, record.line));
                }
            }
        });
        if let (Some(wrong), true) = (wrong, self.good()) {
            self.refuse_with(file, Code::E0409, format!("cannot read the previous scores: {wrong}"));
        }
        scores
    }
}

fn wanted(file: &DataFile, field: &str, column: &str) -> Wanted {
    Wanted { field: field.to_owned(), column: file.column(field, column).to_owned(), optional: false }
}

/// A record of two columns.
struct Record<'c> {
    line: u64,
    texts: [Option<&'c str>; 2],
    /// Why it cannot be read.
    fault: Option<&'c str>,
}

/// A chunk's records in the order of the file; missing texts are `None`.
fn records<'c>(file: &'c DataFile, chunk: &'c Chunk, columns: &[Option<usize>]) -> Vec<Record<'c>> {
    let known = |text: &&str| !file.means_missing(text);
    let texts = chunk.texts();
    let column = |wanted: usize| texts.get(columns.get(wanted).copied().flatten()?).copied().flatten();
    let columns = [column(0), column(1)];
    let readable = chunk.places.iter().enumerate().map(|(row, place)| {
        let texts = columns.map(|column| text_at(column?, row).filter(known));
        (place.number, Record { line: place.line, texts, fault: None })
    });
    let others = chunk.unreadable.iter().map(|bad| {
        let text = |at: usize| bad.cells.get(at)?.as_deref().filter(known);
        let record = Record { line: bad.place.line, texts: [text(0), text(1)], fault: Some(&bad.reason) };
        (bad.place.number, record)
    });
    let mut records: Vec<_> = readable.chain(others).collect();
    records.sort_by_key(|(number, _)| *number);
    records.into_iter().map(|(_, record)| record).collect()
}
