//! `glassbox fields`: the data dictionary of a policy, with what each field can change.

use super::audit::content::{facts, position};
use super::audit::json::{answer_of, place_of, scope_of};
use super::destination::Destination;
use super::open::{Opened, open};
use super::page::{self, Block, Cell, Page, Table, Tone};
use super::patience::Patience;
use super::{Exit, Stop, arguments};
use crate::audit::Audit;
use crate::audit::report::{Answer, Changes, Dictionary, Entry, Kind, Standing, Use};
use crate::date::Date;
use crate::source::Sources;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  glassbox fields rules/payments                     every field, and what it can change
  glassbox fields rules/payments --format csv > fields.csv
  glassbox fields rules/sesame/rumoured.score --format json | jq '.kinds[].fields[].name'

For each field of each kind of record: its type, values, tags, how it can change, where it is used
(itself or through definitions), and whether it can change the score, the tier, a benefit or
penalty. `no` is proved for all records that the schema allows; `yes` was shown by two records that
differ in nothing else; `undecided` is neither. `glassbox audit` says by how much, and shows the
records.";

/// List the fields of a policy and what each of them can change
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Fields {
    /// A pack (its first policy) or a policy
    #[arg(value_name = "PACK|POLICY")]
    path: PathBuf,

    /// The day on which the policy is looked at [default: `as_of` in glassbox.toml, else the system's date]
    #[arg(long, value_name = "DATE", value_parser = arguments::date)]
    as_of: Option<Date>,

    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write to FILE, which appears when all of it is there [default: `-`, the standard output]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The form of a dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object with everything (docs/schemas/fields.json)
    Json,
    /// Tables of Markdown
    Markdown,
    /// A line each
    Csv,
}

impl Fields {
    /// Works the dictionary out and writes it.
    pub(super) fn run(&self) -> Result<Exit, Stop> {
        let opened = open(&self.path, false)?;
        let policy = opened.policy_on(opened.day_or(self.as_of)?)?;
        let dictionary = {
            let _patience =
                Patience::saying(format!("working out what the fields of {} can change …", policy.name));
            Dictionary::of(&Audit::of(&policy))
        };
        let text = match self.format {
            Format::Text => {
                let text = page::text(&page(&dictionary, &opened), super::width(self.out.is_none()), false);
                if self.out.is_none() {
                    // Whether the escapes stay is the stream's affair.
                    write!(anstream::stdout().lock(), "{text}")?;
                    return Ok(Exit::Fine);
                }
                anstream::adapter::strip_str(&text).to_string()
            }
            Format::Markdown => page::markdown(&page(&dictionary, &opened), 2),
            Format::Csv => csv(&dictionary, &opened.sources),
            Format::Json => {
                let object = object(&dictionary, &opened.sources);
                let text = serde_json::to_string_pretty(&object);
                text.map_err(|error| Stop::failure(error.to_string(), None))? + "\n"
            }
        };
        let mut to = Destination::open(self.out.as_deref())?;
        to.write_all(text.as_bytes()).map_err(|error| to.failed(error))?;
        to.finish()?;
        Ok(Exit::Fine)
    }
}

/// What an input can change, in a word.
fn word(answer: &Answer) -> (&'static str, Tone) {
    match answer.standing {
        Standing::Proved => ("no", Tone::Dim),
        Standing::Refuted => ("yes", Tone::Strong),
        Standing::Undecided => ("undecided", Tone::Unsure),
    }
}

fn page(dictionary: &Dictionary, opened: &Opened) -> Page {
    let scope = &dictionary.scope;
    let title = format!("Fields of {}", scope.title);
    let mut page = Page { title, facts: facts(scope).into(), ..Page::default() };
    for kind in &dictionary.kinds {
        let Kind { name, label, role, tags, result, uses, entries, .. } = kind;
        let about =
            label.iter().cloned().chain((!tags.is_empty()).then(|| format!("tags: {}", tags.join(", "))));
        let about = about.collect::<Vec<_>>().join("; ");
        let mut blocks = Vec::new();
        if !about.is_empty() {
            blocks.push(Block::Text(about));
        }
        if let Some(Changes { score, tier, consequences }) = result {
            let used = used(uses, &opened.sources);
            let used = if used.is_empty() { "nothing".to_owned() } else { used.replace('\n', ", ") };
            blocks.push(Block::Text(format!(
                "That there are some, and how many, is used by {used}. It can change the score: {}; the tier: {}; a benefit \
                 or penalty: {}.",
                word(score).0,
                word(tier).0,
                word(consequences).0
            )));
        }
        let mut table =
            Table::new(["field", "type and values", "tags, change", "score", "tier", "benefit", "used by"]);
        for entry in entries {
            let mut about: Vec<String> = entry.tags.clone();
            about.extend(entry.change.clone());
            let [score, tier, benefit] = changes(entry).map(|(word, tone)| Cell::new(word, tone));
            table.row([
                match &entry.label {
                    Some(label) => format!("{}\n{label}", entry.name).into(),
                    None => entry.name.clone().into(),
                },
                kind_and_values(entry).into(),
                about.join(", ").into(),
                score,
                tier,
                benefit,
                Cell::new(used(&entry.uses, &opened.sources), Tone::Dim),
            ]);
        }
        blocks.extend(table.block());
        page.add(&format!("{name}: {role}"), blocks);
    }
    page
}

/// `a whole number, 18 to 100, may be missing`
fn kind_and_values(entry: &Entry) -> String {
    let values = (entry.domain != "any" && entry.kind != "yes or no").then(|| entry.domain.clone());
    let missing = entry.optional.then(|| "may be missing".to_owned());
    let all = std::iter::once(entry.kind.to_owned()).chain(values).chain(missing);
    all.collect::<Vec<_>>().join(", ")
}

/// Whether a field can change score, tier, benefits; nothing for keys.
fn changes(entry: &Entry) -> [(&'static str, Tone); 3] {
    match &entry.result {
        Some(Changes { score, tier, consequences }) => [word(score), word(tier), word(consequences)],
        None => [("", Tone::Dim); 3],
    }
}

/// What uses an input, a line each: `rule late (payments.score:34)`.
fn used(uses: &[Use], sources: &Sources) -> String {
    let line = |each: &Use| {
        let at = position(sources, each.place);
        let at = at.rsplit(['/', '\\']).next().unwrap_or_default();
        if each.kind == each.name {
            format!("{} ({at})", each.kind)
        } else {
            format!("{} {} ({at})", each.kind, each.name)
        }
    };
    uses.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One line a field, for spreadsheets.
fn csv(dictionary: &Dictionary, sources: &Sources) -> String {
    let mut out = String::from(
        "record,field,type,values,optional,column,tags,change,label,score,tier,benefit,used_by,declared\n",
    );
    for kind in &dictionary.kinds {
        for entry in &kind.entries {
            let [score, tier, benefit] = changes(entry).map(|(word, _)| word.to_owned());
            let cells = [
                kind.name.clone(),
                entry.name.clone(),
                entry.kind.to_owned(),
                entry.domain.clone(),
                if entry.optional { "yes" } else { "no" }.to_owned(),
                entry.column.clone().unwrap_or_else(|| entry.name.clone()),
                entry.tags.join(" "),
                entry.change.clone().unwrap_or_default(),
                entry.label.clone().unwrap_or_default(),
                score,
                tier,
                benefit,
                entry
                    .uses
                    .iter()
                    .map(|each| format!("{} {}", each.kind, each.name))
                    .collect::<Vec<_>>()
                    .join("; "),
                position(sources, entry.place),
            ];
            out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
            out.push('\n');
        }
    }
    out
}

/// A cell of CSV (RFC 4180).
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn object(dictionary: &Dictionary, sources: &Sources) -> Value {
    let uses = |uses: &[Use]| {
        let told = uses.iter().map(
            |each| json!({ "kind": each.kind, "name": each.name, "place": place_of(each.place, sources) }),
        );
        told.collect::<Vec<_>>()
    };
    let changes = |of: &Option<Changes>| {
        of.as_ref().map(|Changes { score, tier, consequences }| {
            json!({
                "score": answer_of(score, sources),
                "tier": answer_of(tier, sources),
                "consequences": answer_of(consequences, sources),
            })
        })
    };
    let entry = |entry: &Entry| {
        json!({
            "name": entry.name,
            "label": entry.label,
            "type": entry.kind,
            "values": entry.domain,
            "optional": entry.optional,
            "column": entry.column.as_ref().unwrap_or(&entry.name),
            "tags": entry.tags,
            "change": entry.change,
            "used_by": uses(&entry.uses),
            "changes_nothing_of": changes(&entry.result),
            "place": place_of(entry.place, sources),
        })
    };
    let kinds = dictionary.kinds.iter().map(|kind| {
        json!({
            "name": kind.name,
            "label": kind.label,
            "role": kind.role,
            "tags": kind.tags,
            "used_by": uses(&kind.uses),
            "changes_nothing_of": changes(&kind.result),
            "fields": kind.entries.iter().map(entry).collect::<Vec<_>>(),
            "place": place_of(kind.place, sources),
        })
    });
    json!({
        "schema": "glassbox.fields/1",
        "scope": scope_of(&dictionary.scope),
        "kinds": kinds.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(quoted("a b"), "a b");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
