//! What the tests of this module share: a small schema, and tables as lines of text.

use super::*;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::source::{FileId, Place, Span};
use std::sync::Arc;

/// A place that does not matter.
fn nowhere() -> Place {
    Place::new(FileId::new(0), Span::NONE)
}

/// A field of any value of its type.
pub(super) fn field(name: &str, kind: Type) -> Field {
    let domain = match kind {
        Type::Number | Type::Integer | Type::Money | Type::Date => Set::Ranges(vec![(i128::MIN, i128::MAX)]),
        Type::Text => Set::Texts { values: std::collections::BTreeSet::new(), except: true },
        Type::YesNo => Set::Codes(vec![0, 1]),
        Type::Category(_) | Type::Tier => Set::Codes(vec![0, 1, 2]),
    };
    Field {
        name: name.to_owned(),
        label: None,
        kind,
        domain,
        domain_text: String::new(),
        optional: false,
        column: name.to_owned(),
        tags: Vec::new(),
        change: None,
        place: nowhere(),
    }
}

fn record(name: &str, fields: Vec<Field>) -> RecordType {
    RecordType {
        name: name.to_owned(),
        label: None,
        parent: None,
        key: None,
        dated: None,
        tags: Vec::new(),
        fields,
        place: nowhere(),
    }
}

fn link(name: &str, from: u32, to: u32, symmetric: bool) -> LinkType {
    LinkType {
        name: name.to_owned(),
        label: None,
        from: RecordId(from),
        to: RecordId(to),
        symmetric,
        tags: Vec::new(),
        place: nowhere(),
    }
}

/// `person` (scored: id, age 0 to 120, optional home), `inquiry` belonging to it (person, date, optional amount),
/// `company` (id, size); links `friends` between people, `follows` from person to person, `employers` from person to
/// company.
pub(super) fn schema() -> Schema {
    let age = Field {
        domain: Set::Ranges(vec![(0, 120_000_000_000)]),
        domain_text: "0 to 120".to_owned(),
        ..field("age", Type::Integer)
    };
    let home = Field { optional: true, ..field("home", Type::Category(CategoryTypeId(0))) };
    let amount = Field { optional: true, ..field("amount", Type::Money) };
    let person =
        RecordType { key: Some(FieldId(0)), ..record("person", vec![field("id", Type::Text), age, home]) };
    let inquiry = RecordType {
        parent: Some((RecordId(0), FieldId(0))),
        dated: Some(FieldId(1)),
        ..record("inquiry", vec![field("person", Type::Text), field("date", Type::Date), amount])
    };
    let company = RecordType {
        key: Some(FieldId(0)),
        ..record("company", vec![field("id", Type::Integer), field("size", Type::Integer)])
    };
    let spellings: Vec<Arc<str>> = ["own", "rent", "0 <= ... < 200 DM"].map(Arc::from).to_vec();
    let names: Vec<Arc<str>> = ["own", "rent", "low"].map(Arc::from).to_vec();
    Schema {
        scored: RecordId(0),
        records: vec![person, inquiry, company],
        links: vec![
            link("friends", 0, 0, true),
            link("follows", 0, 0, false),
            link("employers", 0, 2, false),
        ],
        tags: Vec::new(),
        categories: vec![CategoryType { names, spellings, open: false }],
    }
}

/// A day.
pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// The values of a `person` without a home.
pub(super) fn person(id: &str, age: i64) -> Vec<Value> {
    let home = Value::Missing(Why::Field(FieldId(2)));
    vec![Value::Text(id.into()), Value::Number(Decimal::from_int(age)), home]
}

/// The values of an `inquiry` without an amount.
pub(super) fn inquiry(person: &str, date: &str) -> Vec<Value> {
    let amount = Value::Missing(Why::Field(FieldId(2)));
    vec![Value::Text(person.into()), Value::Date(day(date)), amount]
}
