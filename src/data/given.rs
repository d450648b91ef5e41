//! Records given as values, as the cases of a policy give them, joined as those of files are.

use super::bind::{Row, fault_of};
use super::join::{Input, Loaded, Pairs, Rows, join, parts, previous_kind};
use super::pairs::Pair;
use super::{Fault, LinkId, RecordId, Schema, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use std::sync::Arc;

/// Joins records that are given as values, as the cases of a policy give them: by the same rules as files, save that a
/// record may lack its key, and a child its parent where only one record is scored.
///
/// Previous scores are of a kind of record; where none is said, of the kind of [`previous_kind`].
///
/// Each record has a value for every field of its kind. The line of a record is its place in `records`, from 1.
pub fn join_rows(
    schema: &Schema,
    today: Date,
    records: &[(RecordId, Vec<Value>)],
    pairs: &[(LinkId, Value, Value)],
    (previous_of, previous): (Option<RecordId>, &[(Value, Decimal)]),
) -> Loaded {
    let file: Arc<str> = Arc::from("case");
    let mut input = Input { given: true, ..Input::default() };
    for kind in parts(schema) {
        input.tables.insert(kind, Rows { file: Arc::clone(&file), rows: Vec::new() });
    }
    for (line, (kind, values)) in (1..).zip(records) {
        if let Some(rows) = input.tables.get_mut(kind) {
            rows.rows.push(given_row(schema, *kind, values, Arc::clone(&file), line));
        }
    }
    for (line, (link, from, to)) in (1..).zip(pairs) {
        let pairs = || Pairs { file: Arc::clone(&file), pairs: Vec::new() };
        let pair =
            Pair { file: Arc::clone(&file), line, ends: [from.clone(), to.clone()], faults: Vec::new() };
        input.pairs.entry(*link).or_insert_with(pairs).pairs.push(pair);
    }
    input.previous =
        previous_of.or_else(|| previous_kind(schema)).map(|kind| (kind, previous.iter().cloned().collect()));
    join(schema, today, input)
}

fn given_row(schema: &Schema, kind: RecordId, values: &[Value], file: Arc<str>, line: u64) -> Row {
    let record = schema.record(kind);
    let may_lack = [record.key, record.parent.map(|(_, field)| field)];
    let mut faults = Vec::new();
    for (at, (field, value)) in record.fields.iter().zip(values).enumerate() {
        if value.is_missing() && may_lack.iter().flatten().any(|field| field.index() == at) {
            continue;
        }
        if let Some(reason) = fault_of(field, value) {
            let shown = (!value.is_missing()).then(|| schema.spell(field.kind, value));
            let file = Arc::clone(&file);
            faults.push(Fault { file, line, field: Some(field.name.clone()), value: shown, reason });
        }
    }
    Row { file, line, values: values.to_vec(), faults }
}

#[cfg(test)]
mod tests {
    use super::super::test_schema::{day, inquiry, person, schema};
    use super::super::{Records, Why};
    use super::*;

    const PERSON: RecordId = RecordId(0);
    const INQUIRY: RecordId = RecordId(1);

    #[test]
    fn a_case_joins_as_files_do() {
        let records = vec![
            (PERSON, person("a", 30)),
            (INQUIRY, inquiry("b", "2026-01-01")),
            (PERSON, person("b", 40)),
            (INQUIRY, inquiry("b", "2025-01-01")),
        ];
        let text = |key: &str| Value::Text(key.into());
        let pairs = [(LinkId(1), text("a"), text("b"))];
        let previous = [(text("b"), Decimal::from_int(640))];
        let loaded = join_rows(&schema(), day("2026-01-31"), &records, &pairs, (None, &previous));
        assert_eq!((loaded.read, loaded.population.count()), (2, 2));
        assert_eq!(loaded.rejects, super::super::Rejects::default());
        let subject = loaded.population.subject(0).unwrap();
        assert_eq!(subject.values, person("a", 30));
        assert!(subject.children(INQUIRY).is_empty());
        let [friend] = subject.linked(LinkId(1)) else { panic!("one friend") };
        assert_eq!((friend.position, friend.previous), (Some(1), Some(Decimal::from_int(640))));
        let children = loaded.population.subject(1).unwrap();
        assert_eq!(children.children(INQUIRY), [inquiry("b", "2026-01-01"), inquiry("b", "2025-01-01")]);
        assert!(children.linked(LinkId(1)).is_empty());
    }

    #[test]
    fn a_record_out_of_its_domain_is_rejected() {
        let loaded = join_rows(&schema(), day("2026-01-31"), &[(PERSON, person("a", 130))], &[], (None, &[]));
        let [reject] = loaded.rejects.set_aside.as_slice() else { panic!("one reject") };
        assert_eq!((reject.key.as_deref(), reject.line), (Some("a"), 1));
        let [fault] = reject.faults.as_slice() else { panic!("one fault") };
        assert_eq!(fault.reason, "outside its domain, `0 to 120`");
        assert_eq!((fault.field.as_deref(), fault.value.as_deref()), (Some("age"), Some("130")));
    }

    #[test]
    fn a_lone_record_needs_no_key() {
        let missing = Value::Missing(Why::Field(super::super::FieldId(0)));
        let (mut one, mut child) = (person("", 30), inquiry("", "2026-01-01"));
        one[0] = missing.clone();
        child[0] = missing;
        let loaded =
            join_rows(&schema(), day("2026-01-31"), &[(PERSON, one), (INQUIRY, child)], &[], (None, &[]));
        assert_eq!(loaded.population.count(), 1);
        assert_eq!(loaded.population.subject(0).unwrap().children(INQUIRY).len(), 1);
    }

    #[test]
    fn a_missing_value_must_be_optional() {
        let mut values = person("a", 30);
        values[1] = Value::Missing(Why::Field(super::super::FieldId(1)));
        values[2] = Value::Missing(Why::Field(super::super::FieldId(2)));
        let loaded = join_rows(&schema(), day("2026-01-31"), &[(PERSON, values)], &[], (None, &[]));
        let faults: Vec<_> = loaded.rejects.set_aside.iter().flat_map(|reject| &reject.faults).collect();
        let [fault] = faults.as_slice() else { panic!("one fault") };
        assert_eq!(
            (fault.field.as_deref(), fault.reason.as_str()),
            (Some("age"), "missing, and not optional")
        );
    }
}
