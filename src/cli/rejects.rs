//! Records that were set aside: as NDJSON for `--rejects`, and the first few in words.

use super::report::{DIM, WARNING, plural};
use crate::data::{Fault, Reject, Rejects};
use serde_json::{Value, json};
use std::io::{self, Write};

/// How many are told of in words.
const IN_WORDS: usize = 5;

/// Writes a JSON object a line: `effect` (`rejected`: the record has no score; `ignored`: a child, pair or linked record that
/// was left out), `record`, `key`, and the first fault's `file`, `line`, `field`, `value`, `reason`; where there are more
/// faults they stand under `also`.
pub(super) fn write(rejects: &Rejects, to: &mut dyn Write) -> io::Result<()> {
    let rejected = rejects.set_aside.iter().map(|reject| ("rejected", reject));
    let ignored = rejects.ignored.iter().map(|reject| ("ignored", reject));
    for (effect, reject) in rejected.chain(ignored) {
        serde_json::to_writer(&mut *to, &object(effect, reject))?;
        to.write_all(b"\n")?;
    }
    Ok(())
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

/// Says what was set aside: the first few, and where the rest is.
pub(super) fn say(
    rejects: &Rejects,
    listed_in: Option<&std::path::Path>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let all = rejects.set_aside.len() + rejects.ignored.len();
    if all == 0 {
        return Ok(());
    }
    let kinds = [(&rejects.set_aside, "set aside, without a score"), (&rejects.ignored, "left out")];
    for (these, effect) in kinds.into_iter().filter(|(these, _)| !these.is_empty()) {
        writeln!(to, "{WARNING}{}{WARNING:#} {effect}", plural(these.len(), "record"))?;
        for reject in these.iter().take(IN_WORDS) {
            for fault in &reject.faults {
                writeln!(to, "  {DIM}{}:{}:{DIM:#} {}", fault.file, fault.line, words(fault))?;
            }
        }
        if these.len() > IN_WORDS {
            writeln!(
                to,
                "  and {}",
                plural(these.len() - IN_WORDS, "more record").replace("more records", "more")
            )?;
        }
    }
    match listed_in {
        Some(path) => writeln!(to, "{DIM}each of them is in {}{DIM:#}", path.display()),
        None => writeln!(to, "{DIM}`--rejects FILE` lists each of them with its reason{DIM:#}"),
    }
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
