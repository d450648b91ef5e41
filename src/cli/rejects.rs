//! Records that were set aside: as NDJSON for `--rejects`, and the first few in words.

use super::Stop;
use super::report::{DIM, WARNING, plural};
use crate::data::{Fault, Reject};
use crate::project::AtomicFile;
use crate::run::RejectSink;
use serde_json::{Value, json};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use tempfile::SpooledTempFile;

/// How many are told of in words.
const IN_WORDS: usize = 5;

/// The list of rejects of a run: it goes to the file of `--rejects` as it grows, and its first few are kept to be told.
pub(super) struct List<'p> {
    path: Option<&'p Path>,
    /// How all of them would be listed, where no file was named.
    how: &'static str,
    /// The file, and what is to stand at its end: what was left out is met first and listed last.
    file: Option<(BufWriter<AtomicFile>, SpooledTempFile)>,
    told: Told,
}

/// What is told in words.
#[derive(Default)]
struct Told {
    set_aside: (u64, Vec<Reject>),
    ignored: (u64, Vec<Reject>),
}

/// What was left out is kept in memory up to so many bytes.
const IN_MEMORY: usize = 1 << 20;

impl<'p> List<'p> {
    /// An empty list.
    pub(super) fn new(path: Option<&'p Path>) -> Result<Self, Stop> {
        let how = "`--rejects FILE`";
        let mut list = Self { path, how, file: None, told: Told::default() };
        list.start().map_err(|error| match path {
            Some(path) => Stop::writing(path, &error),
            None => error.into(),
        })?;
        Ok(list)
    }

    /// Another way to list all of them.
    pub(super) fn listed_by(mut self, how: &'static str) -> Self {
        self.how = how;
        self
    }

    fn start(&mut self) -> io::Result<()> {
        self.told = Told::default();
        self.file = match self.path {
            None => None,
            Some(path) => Some((BufWriter::new(AtomicFile::create(path)?), SpooledTempFile::new(IN_MEMORY))),
        };
        Ok(())
    }

    /// Puts the list in its place, now that it is whole.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        let (Some((mut file, mut last)), Some(path)) = (self.file.take(), self.path) else { return Ok(()) };
        let mut finish = || -> io::Result<()> {
            last.seek(SeekFrom::Start(0))?;
            io::copy(&mut last, &mut file)?;
            file.flush()
        };
        let written =
            finish().and_then(|()| file.into_inner().map_err(io::IntoInnerError::into_error)?.commit());
        written.map_err(|error| Stop::writing(path, &error))
    }

    /// How many records were set aside.
    pub(super) fn set_aside(&self) -> u64 {
        self.told.set_aside.0
    }

    /// Whether nothing is on the list.
    pub(super) fn is_empty(&self) -> bool {
        self.told.set_aside.0 + self.told.ignored.0 == 0
    }

    /// Says what was set aside: the first few, and where the rest is.
    pub(super) fn say(&self, to: &mut dyn Write) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let kinds = [(&self.told.set_aside, "set aside, without a score"), (&self.told.ignored, "left out")];
        for ((count, first), effect) in kinds.into_iter().filter(|((count, _), _)| *count > 0) {
            writeln!(to, "{WARNING}{}{WARNING:#} {effect}", plural(count, "record"))?;
            for reject in first {
                for fault in &reject.faults {
                    writeln!(to, "  {DIM}{}:{}:{DIM:#} {}", fault.file, fault.line, words(fault))?;
                }
            }
            let more = count - first.len() as u64;
            if more > 0 {
                writeln!(to, "  and {}", plural(more, "more record").replace("more records", "more"))?;
            }
        }
        match self.path {
            Some(path) => writeln!(to, "{DIM}each of them is in {}{DIM:#}", path.display()),
            None => writeln!(to, "{DIM}{} lists each of them with its reason{DIM:#}", self.how),
        }
    }
}

impl RejectSink for List<'_> {
    fn start_again(&mut self) -> io::Result<()> {
        self.start()
    }

    fn set_aside(&mut self, reject: Reject) -> io::Result<()> {
        if let Some((file, _)) = &mut self.file {
            write_line("rejected", &reject, file)?;
        }
        keep(&mut self.told.set_aside, reject);
        Ok(())
    }

    fn ignored(&mut self, reject: Reject) -> io::Result<()> {
        if let Some((_, last)) = &mut self.file {
            write_line("ignored", &reject, last)?;
        }
        keep(&mut self.told.ignored, reject);
        Ok(())
    }
}

fn keep((count, first): &mut (u64, Vec<Reject>), reject: Reject) {
    *count += 1;
    if first.len() < IN_WORDS {
        first.push(reject);
    }
}

/// Writes a JSON object on a line: `effect` (`rejected`: the record has no score; `ignored`: a child, pair or linked record
/// that was left out), `record`, `key`, and the first fault's `file`, `line`, `field`, `value`, `reason`; where there are
/// more faults they stand under `also`.
fn write_line(effect: &str, reject: &Reject, to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *to, &object(effect, reject))?;
    to.write_all(b"\n")
}

fn object(effect: &str, reject: &Reject) -> Value {
    let mut object = json!({ "effect": effect, "record": reject.record, "key": reject.key });
    let mut faults = reject.faults.iter().map(fault);
    if let Some(fields) = object.as_object_mut() {
        if let Some(Value::Object(first)) = faults.next() {
            fields.extend(first);
        }
        let also: Vec<Value> = faults.collect();
        if !also.is_empty() {
            fields.insert("also".to_owned(), Value::Array(also));
        }
    }
    object
}

fn fault(fault: &Fault) -> Value {
    let Fault { file, line, field, value, reason } = fault;
    json!({ "file": &**file, "line": line, "field": field, "value": value, "reason": reason })
}

/// A fault in words: `age` is `abc`: not a number.
pub(super) fn words(fault: &Fault) -> String {
    match (&fault.field, &fault.value) {
        (Some(field), Some(value)) => format!("`{field}` is `{value}`: {}", fault.reason),
        (Some(field), None) => format!("`{field}`: {}", fault.reason),
        (None, Some(value)) => format!("`{value}`: {}", fault.reason),
        (None, None) => fault.reason.clone(),
    }
}

/// How many records were set aside.
#[derive(Debug, Default)]
pub(super) struct Aside(pub(super) u64);

impl RejectSink for Aside {
    fn start_again(&mut self) -> io::Result<()> {
        self.0 = 0;
        Ok(())
    }

    fn set_aside(&mut self, _: Reject) -> io::Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn ignored(&mut self, _: Reject) -> io::Result<()> {
        Ok(())
    }
}
