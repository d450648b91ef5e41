//! The tables that hold no records: pairs of a link, and previously published scores.

use super::column::{self, Given};
use super::findings::unfit;
use super::join::{Pair, Pairs};
use super::load::Load;
use super::table::{Block, Wanted};
use super::{DataFile, Fault, LinkId, RecordId, Schema, Type, Value, Why};
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
        let ends = [("from", link.from), ("to", link.to)];
        let two = Two {
            schema,
            file,
            wanted: ends.map(|(end, _)| wanted(file, end, end)),
            kinds: ends.map(|(_, kind)| schema.key_field(kind).map_or(Type::Text, |key| key.kind)),
        };
        let mut pairs = Vec::new();
        two.read(self, &format!("the link `{}`", link.name), |block, record| {
            let fault = |field: Option<&str>, value: Option<String>, reason: String| Fault {
                file: Arc::clone(block.file()),
                line: record.line,
                field: field.map(str::to_owned),
                value,
                reason,
            };
            let mut faults: Vec<_> =
                record.fault.iter().map(|why| fault(None, None, (*why).to_owned())).collect();
            let mut ends = ["from", "to"].into_iter().zip(record.values).map(|(name, value)| match value {
                Ok(Some(value)) => value,
                none => {
                    let (value, reason) = none.err().unwrap_or((None, "missing".to_owned()));
                    if record.fault.is_none() {
                        faults.push(fault(Some(name), value, reason));
                    }
                    Value::Missing(Why::OverNothing)
                }
            });
            let mut end = || ends.next().unwrap_or(Value::Missing(Why::OverNothing));
            let ends = [end(), end()];
            pairs.push(Pair { line: record.line, ends, faults });
        });
        Pairs { file: Arc::from(file.shown.as_str()), pairs }
    }

    /// Reads previously published scores of a kind, by key. A record without one has none; a line that cannot be understood
    /// stops the run, as it would change the scores of others in silence.
    pub(super) fn previous(&mut self, kind: RecordId, file: &DataFile) -> HashMap<Value, Decimal> {
        let schema = self.schema;
        let Some(key) = schema.key_field(kind) else { return HashMap::new() };
        self.check_names(file, "previous", &[&key.name, "score"]);
        let two = Two {
            schema,
            file,
            wanted: [wanted(file, &key.name, &key.column), wanted(file, "score", "score")],
            kinds: [key.kind, Type::Number],
        };
        let mut scores = HashMap::new();
        let mut wrong = None;
        let mut take = |[of, score]: Ends| {
            let told = |(value, reason): (Option<String>, String)| {
                format!("`{}` is {reason}", value.unwrap_or_default())
            };
            let of = of.map_err(told)?.ok_or_else(|| format!("`{}` is missing", key.name))?;
            let Some(Value::Number(score)) = score.map_err(told)? else { return Ok(()) };
            let shown = schema.spell(key.kind, &of);
            match scores.insert(of, score) {
                None => Ok(()),
                Some(_) => Err(format!("`{shown}` is given more than once")),
            }
        };
        two.read(self, "the previous scores", |block, record| {
            let result = record.fault.map_or_else(|| take(record.values), |reason| Err(reason.to_owned()));
            if let (Err(reason), None) = (result, &wrong) {
                wrong = Some(format!("{}:{}: {reason}", block.file(), record.line));
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

/// A table of two columns.
struct Two<'t> {
    schema: &'t Schema,
    file: &'t DataFile,
    wanted: [Wanted; 2],
    /// What is read from each.
    kinds: [Type; 2],
}

/// What stands in the two columns: a value, nothing, or what is shown of it and why it is none.
type Ends = [Result<Option<Value>, (Option<String>, String)>; 2];

/// A record of two columns.
struct Record<'c> {
    line: u64,
    values: Ends,
    /// Why it cannot be read.
    fault: Option<&'c str>,
}

impl Two<'_> {
    /// Reads the table, record by record, in the order of the file.
    fn read(&self, load: &mut Load<'_>, whose: &str, mut take: impl FnMut(&Block, Record<'_>)) {
        load.table(
            self.file,
            whose,
            &self.wanted,
            |table| {
                let columns = self.wanted.iter().zip(table.types()).zip(self.kinds);
                let bad = columns
                    .filter_map(|((wanted, found), kind)| unfit(self.file, wanted, kind, found.as_ref()?));
                bad.collect()
            },
            |block| {
                for record in block.in_order() {
                    match record {
                        Ok(row) => {
                            let given = |at: usize| column::given(block.batch.columns().get(at)?, row);
                            let values = [self.value(0, given(0)), self.value(1, given(1))];
                            take(block, Record { line: block.place(row).line, values, fault: None });
                        }
                        Err(bad) => {
                            let given = |at: usize| Some(Given::Text(bad.cells.get(at)?.as_deref()?.into()));
                            let values = [self.value(0, given(0)), self.value(1, given(1))];
                            let fault = Some(bad.reason.as_str());
                            take(block, Record { line: bad.place.line, values, fault });
                        }
                    }
                }
            },
        );
    }

    fn value(&self, at: usize, given: Option<Given<'_>>) -> Result<Option<Value>, (Option<String>, String)> {
        let (Some(given), Some(kind)) = (given, self.kinds.get(at)) else { return Ok(None) };
        if self.file.means_missing(&given.shown()) {
            return Ok(None);
        }
        given.read(self.schema, *kind).map(Some).map_err(|reason| (Some(given.shown()), reason))
    }
}
