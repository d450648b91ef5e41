//! The tables that hold no records: pairs of a link, and previously published scores.

use super::column::{self, Given};
use super::findings::unfit;
use super::join::Pairs;
use super::load::Load;
use super::table::{Block, Table, Unreadable, Wanted};
use super::{DataFile, Fault, LinkId, RecordId, Reject, Schema, Type, Value, Why};
use crate::decimal::Decimal;
use crate::diagnostic::{Code, Diagnostic};
use arrow_schema::DataType;
use std::collections::HashMap;
use std::sync::Arc;

/// How the pairs of a link are made of the columns of a table.
pub struct PairBinding<'s> {
    two: Two<'s>,
    link: LinkId,
}

/// A pair of a link: the keys of both ends.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The file it stands in, as shown to people.
    pub file: Arc<str>,
    /// The line in which it stands, from 1.
    pub line: u64,
    /// The keys, missing where there is none that is good.
    pub ends: [Value; 2],
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// The names of the ends of a link, and of their columns.
pub(super) const ENDS: [&str; 2] = ["from", "to"];

impl<'s> PairBinding<'s> {
    /// For a link.
    pub(super) fn new(schema: &'s Schema, link: LinkId, file: &'s DataFile) -> Self {
        let of = schema.link(link);
        let kind = |kind| schema.key_field(kind).map_or(Type::Text, |key| key.kind);
        let two = Two {
            schema,
            file,
            wanted: ENDS.map(|end| wanted(file, end, end)),
            kinds: [kind(of.from), kind(of.to)],
        };
        Self { two, link }
    }

    /// The columns that are asked for: those of the two ends.
    pub fn wanted(&self) -> &[Wanted] {
        &self.two.wanted
    }

    /// The link in words.
    pub fn whose(&self) -> String {
        format!("the link `{}`", self.two.schema.link(self.link).name)
    }

    /// The columns that no keys can be read from, each told with how to mend it.
    pub fn unfit(&self, table: &Table) -> Vec<Diagnostic> {
        self.two.unfit(table)
    }

    /// A pair of a block: the row of a readable one, or another.
    pub fn pair(&self, block: &Block, record: Result<usize, &Unreadable>) -> Pair {
        let record = self.two.record(block, record);
        let fault = |field: Option<&str>, value: Option<String>, reason: String| Fault {
            file: Arc::clone(block.file()),
            line: record.line,
            field: field.map(str::to_owned),
            value,
            reason,
        };
        let mut faults: Vec<_> =
            record.fault.iter().map(|why| fault(None, None, (*why).to_owned())).collect();
        let mut ends = ENDS.into_iter().zip(record.values).map(|(name, value)| match value {
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
        Pair { file: Arc::clone(block.file()), line: record.line, ends, faults }
    }
}

impl Pair {
    /// Says what is wrong with the ends: that there is no such record (`known` tells for each end whether there is), or
    /// that it is a pair of a record with itself. Whether it is the latter.
    pub fn check(&mut self, schema: &Schema, link: LinkId, known: [bool; 2]) -> bool {
        let link = schema.link(link);
        let Self { file, line, ends, faults } = self;
        let mut fault = |kind: RecordId, end: &Value, name: &str, reason: String| {
            let (file, field) = (Arc::clone(file), Some(name.to_owned()));
            faults.push(Fault { file, line: *line, field, value: schema.spell_key(kind, end), reason });
        };
        let mut good = true;
        for (((kind, end), name), known) in [link.from, link.to].into_iter().zip(&*ends).zip(ENDS).zip(known)
        {
            if !known && !end.is_missing() {
                fault(kind, end, name, format!("there is no such `{}`", schema.record(kind).name));
            }
            good &= known;
        }
        let [from, to] = &*ends;
        let own = link.from == link.to && from == to && good;
        if own {
            fault(link.to, to, ENDS[1], "a pair of a record with itself".to_owned());
        }
        own
    }

    /// The pair as one that is left out.
    pub fn reject(self, schema: &Schema, link: LinkId) -> Reject {
        let record = schema.link(link).name.clone();
        Reject { record, file: self.file, line: self.line, key: None, faults: self.faults }
    }
}

impl Load<'_> {
    /// Reads the pairs of a link: the keys of both ends.
    pub(super) fn pairs(&mut self, id: LinkId, file: &DataFile) -> Pairs {
        self.check_names(file, &self.schema.link(id).name, &ENDS);
        let binding = PairBinding::new(self.schema, id, file);
        let mut pairs = Vec::new();
        let take = |block: &Block| {
            pairs.extend(block.in_order().map(|record| binding.pair(block, record)));
        };
        self.table(file, &binding.whose(), binding.wanted(), |table| binding.unfit(table), take);
        Pairs { file: file.name(), pairs }
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
    fn unfit(&self, table: &Table) -> Vec<Diagnostic> {
        let columns = self.wanted.iter().zip(table.types()).zip(self.kinds);
        let unfit = |((wanted, found), kind): ((&Wanted, &Option<DataType>), Type)| {
            unfit(self.file, wanted, kind, found.as_ref()?)
        };
        columns.filter_map(unfit).collect()
    }

    /// A record of a block.
    fn record<'c>(&self, block: &Block, record: Result<usize, &'c Unreadable>) -> Record<'c> {
        match record {
            Ok(row) => {
                let given = |at: usize| column::given(block.batch.columns().get(at)?, row);
                let values = [self.value(0, given(0)), self.value(1, given(1))];
                Record { line: block.place(row).line, values, fault: None }
            }
            Err(bad) => {
                let given = |at: usize| Some(Given::Text(bad.cells.get(at)?.as_deref()?.into()));
                let values = [self.value(0, given(0)), self.value(1, given(1))];
                Record { line: bad.place.line, values, fault: Some(bad.reason.as_str()) }
            }
        }
    }

    /// Reads the table, record by record, in the order of the file.
    fn read(&self, load: &mut Load<'_>, whose: &str, mut take: impl FnMut(&Block, Record<'_>)) {
        load.table(
            self.file,
            whose,
            &self.wanted,
            |table| self.unfit(table),
            |block| {
                for record in block.in_order() {
                    take(block, self.record(block, record));
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
