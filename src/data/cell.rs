//! One cell: from the text of a file to a value of the field's type, and whether the field may hold it.

use super::{CategoryType, Field, Schema, Type, Value};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::diagnostic::suggest;
use std::sync::Arc;

/// The known value that a text stands for in a field, or why it stands for none. An empty text is no value; whoever
/// calls has dealt with missing cells.
///
/// Nothing is trimmed, nothing guessed: numbers are plain decimals, days `YYYY-MM-DD`, categories spelt as declared,
/// yes/no is any of `yes no true false 1 0` in any capitals.
pub(crate) fn read(schema: &Schema, field: &Field, text: &str) -> Result<Value, String> {
    read_as(schema, field.kind, text)
}

/// The same for a type.
pub(super) fn read_as(schema: &Schema, kind: Type, text: &str) -> Result<Value, String> {
    match kind {
        Type::Number | Type::Money => number(text).map(Value::Number),
        Type::Integer => {
            let number = number(text)?;
            if number.is_integer() { Ok(Value::Number(number)) } else { Err("not a whole number".to_owned()) }
        }
        Type::Text => Ok(Value::Text(Arc::from(text))),
        Type::YesNo => truth(text).map(Value::YesNo).ok_or_else(|| "neither yes nor no".to_owned()),
        Type::Date => Date::parse(text).map(Value::Date).map_err(|error| error.to_string()),
        Type::Category(id) => category(schema.category(id), text).map(Value::Category),
        // No field is of this type: tiers are the policy's own.
        Type::Tier => Err("a tier cannot be given".to_owned()),
    }
}

/// Why a field may not hold a known value; `None` when it may.
pub(super) fn outside(field: &Field, value: &Value) -> Option<String> {
    if field.domain.contains(value) {
        return None;
    }
    Some(match field.domain_text.as_str() {
        "" => "outside the field's domain".to_owned(),
        text => format!("outside its domain, `{text}`"),
    })
}

impl Schema {
    /// A known value as the data writes it (a category by its spelling there); empty for a missing one.
    pub fn spell(&self, kind: Type, value: &Value) -> String {
        match value {
            Value::Missing(_) => String::new(),
            Value::Number(number) => number.to_string(),
            Value::Date(date) => date.to_string(),
            Value::YesNo(truth) => if *truth { "yes" } else { "no" }.to_owned(),
            Value::Text(text) => text.to_string(),
            Value::Category(code) => match kind {
                Type::Category(id) => {
                    let spelling = self.category(id).spellings.get(*code as usize);
                    spelling.map_or("anything else", |spelling| spelling).to_owned()
                }
                Type::Number
                | Type::Integer
                | Type::Money
                | Type::Text
                | Type::YesNo
                | Type::Date
                | Type::Tier => code.to_string(),
            },
        }
    }
}

fn number(text: &str) -> Result<Decimal, String> {
    Decimal::parse(text).map_err(|error| error.to_string())
}

fn truth(text: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["yes", "true", "1"]) {
        Some(true)
    } else if is(["no", "false", "0"]) {
        Some(false)
    } else {
        None
    }
}

fn category(members: &CategoryType, text: &str) -> Result<u32, String> {
    members.code_of_spelling(text).ok_or_else(|| none_of(&members.spellings, text))
}

/// Why a text is none of some spellings.
pub(crate) fn none_of(spellings: &[Arc<str>], text: &str) -> String {
    const SHOWN: usize = 8;
    let all = || spellings.iter().map(|spelling| &**spelling);
    let mut list: Vec<_> = all().take(SHOWN).map(|spelling| format!("`{spelling}`")).collect();
    if spellings.len() > SHOWN {
        list.push("…".to_owned());
    }
    let trimmed = all().find(|spelling| *spelling == text.trim());
    let hint = trimmed
        .map(|spelling| format!("did you mean `{spelling}`, without blanks?"))
        .or_else(|| suggest::did_you_mean(text, all()));
    let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
    format!("not one of {}{hint}", list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::test_schema::{field, schema};
    use super::*;

    fn read_as(kind: Type, text: &str) -> Result<String, String> {
        let schema = schema();
        read(&schema, &field("x", kind), text).map(|value| schema.spell(kind, &value))
    }

    #[test]
    fn numbers_are_exact_and_plain() {
        assert_eq!(read_as(Type::Number, "0.1").unwrap(), "0.1");
        assert_eq!(read_as(Type::Number, "1e3").unwrap(), "1000");
        assert_eq!(read_as(Type::Money, "-12.50").unwrap(), "-12.5");
        assert_eq!(
            read_as(Type::Number, "12345678901234567890.123456789").unwrap(),
            "12345678901234567890.123456789"
        );
        for wrong in ["1,5", " 1", "1 ", "", "0x10", "NaN", "inf", "1_000", "€5"] {
            assert_eq!(read_as(Type::Number, wrong).unwrap_err(), "not a number", "{wrong}");
        }
        assert_eq!(read_as(Type::Number, "0.1234567891").unwrap_err(), "more than 9 decimals");
        assert_eq!(read_as(Type::Number, &"9".repeat(40)).unwrap_err(), "too large");
    }

    #[test]
    fn integers_are_whole() {
        assert_eq!(read_as(Type::Integer, "5.0").unwrap(), "5");
        assert_eq!(read_as(Type::Integer, "5.5").unwrap_err(), "not a whole number");
    }

    #[test]
    fn yes_and_no_have_three_spellings_each() {
        for (text, is) in
            [("yes", "yes"), ("TRUE", "yes"), ("1", "yes"), ("No", "no"), ("false", "no"), ("0", "no")]
        {
            assert_eq!(read_as(Type::YesNo, text).unwrap(), is);
        }
        for wrong in ["y", "2", " yes", "wahr"] {
            assert_eq!(read_as(Type::YesNo, wrong).unwrap_err(), "neither yes nor no");
        }
    }

    #[test]
    fn days_have_one_spelling() {
        assert_eq!(read_as(Type::Date, "2024-02-29").unwrap(), "2024-02-29");
        assert!(read_as(Type::Date, "2023-02-29").is_err());
        assert!(read_as(Type::Date, "29.02.2024").is_err());
        assert!(read_as(Type::Date, "2024-02-29T00:00:00Z").is_err());
    }

    #[test]
    fn categories_are_spelt_as_declared() {
        let kind = Type::Category(super::super::CategoryTypeId(0));
        assert_eq!(read_as(kind, "own").unwrap(), "own");
        assert_eq!(read_as(kind, "0 <= ... < 200 DM").unwrap(), "0 <= ... < 200 DM");
        assert_eq!(
            read_as(kind, "ownn").unwrap_err(),
            "not one of `own`, `rent`, `0 <= ... < 200 DM`; did you mean `own`?"
        );
        assert_eq!(
            read_as(kind, "own ").unwrap_err(),
            "not one of `own`, `rent`, `0 <= ... < 200 DM`; did you mean `own`, without blanks?"
        );
    }
}
