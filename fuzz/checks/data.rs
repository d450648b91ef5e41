//! What holds of any bytes that are given as data: nothing is lost, and what is good is good.
//!
//! The bytes are several files with NUL between them: a letter for their format (`c` CSV, `n` NDJSON) and the people,
//! then their inquiries, their friends, previous scores.

use glassbox::check::{Unit, check as check_policy};
use glassbox::data::{
    DataFile, DataFiles, Format, LinkId, RecordId, Records, Schema, Value, load_from, previous_kind,
};
use glassbox::date::Date;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::OnceLock;

const POLICY: &str = r#"
policy p {
  scores person
  start 500
}
record person {
  id text key
  born date up to today
  age integer 0 to 120
  income money 0 or more optional
  home one of (own, rent as "to let") optional column "the home"
  open one of (a, b, or anything else)
  ok yes/no
}
record inquiry belongs to person by person {
  person text
  date date
  amount number -1 to 1 optional
}
link friends between person and person
rule age {
  points age
}
"#;

const FILES: [&str; 4] = ["people", "inquiries", "friends", "previous"];

/// Reads the bytes as data and checks what came out; how many people are good, `None` where the data is refused.
pub(crate) fn check(bytes: &[u8]) -> Option<usize> {
    let schema = schema();
    let mut parts = bytes.split(|byte| *byte == 0);
    let (format, people) = match parts.next().and_then(|part| part.split_first()) {
        Some((b'n', people)) => (Format::NdJson, people),
        Some((_, people)) => (Format::Csv, people),
        None => return None,
    };
    let mut texts = vec![people.to_vec()];
    texts.extend(parts.map(<[u8]>::to_vec));
    texts.resize(FILES.len(), Vec::new());
    let file = |name: &str| DataFile {
        path: PathBuf::from(name),
        shown: name.to_owned(),
        format,
        columns: Vec::new(),
        missing: vec!["NA".to_owned()],
        row_number: None,
        place: None,
    };
    let mut files = DataFiles::default();
    files.records.insert(RecordId(0), file("people"));
    files.records.insert(RecordId(1), file("inquiries"));
    files.links.insert(LinkId(0), file("friends"));
    files.previous = previous_kind(schema).map(|kind| (kind, file("previous")));
    let open = |file: &DataFile| {
        let at = FILES.iter().position(|name| *name == file.shown).unwrap_or(0);
        Ok(Box::new(Cursor::new(texts[at].clone())) as Box<dyn std::io::Read + Send>)
    };
    let today = Date::parse("2026-01-31").expect("a day");
    let loaded = match load_from(schema, today, &files, &open) {
        Ok(loaded) => loaded,
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty());
            return None;
        }
    };
    let population = &loaded.population;
    assert_eq!(loaded.read, population.count() + loaded.rejects.set_aside.len());
    let rejects = loaded.rejects.set_aside.iter().chain(&loaded.rejects.ignored);
    assert!(rejects.into_iter().all(|reject| !reject.faults.is_empty() && reject.line > 0));
    for position in 0..population.count() {
        let subject = population.subject(position).expect("a position below the count");
        good(schema, RecordId(0), subject.values);
        let key = population.key(position).expect("a position below the count");
        assert_eq!(population.position_of(key), Some(position));
        for child in subject.children(RecordId(1)) {
            good(schema, RecordId(1), child);
            assert_eq!(&child[0], key);
        }
        for friend in subject.linked(LinkId(0)) {
            let other = friend.position.expect("people are linked to people");
            assert_ne!(other, position);
            let back = population.subject(other).expect("a position below the count");
            assert!(back.linked(LinkId(0)).iter().any(|friend| friend.position == Some(position)));
        }
    }
    Some(population.count())
}

fn good(schema: &Schema, kind: RecordId, values: &[Value]) {
    let fields = &schema.record(kind).fields;
    assert_eq!(values.len(), fields.len());
    for (field, value) in fields.iter().zip(values) {
        assert!(if value.is_missing() { field.optional } else { field.domain.contains(value) });
    }
}

fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let (unit, _) = Unit::of_text("p.score", POLICY);
        let checked = check_policy(unit);
        let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        let today = Date::parse("2026-01-31").expect("a day");
        ruleset.on(today, &[]).expect("the policy holds on any day").schema
    })
}
