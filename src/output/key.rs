//! Keys on their way out: in the form of their type.

use super::cells::{Cells, NOTHING, Texts};
use crate::data::{Field, Key, Keys, Schema, Type, Value};
use crate::decimal::Decimal;
use crate::eval::batch::{CodesRef, Column, Numbers};
use std::sync::Arc;

/// The form of the keys of a policy's records.
#[derive(Debug, Clone)]
pub(super) struct KeyForm {
    schema: Arc<Schema>,
}

/// Keys in the form of their type.
#[derive(Debug, Default)]
pub(super) struct KeyBuffer {
    narrow: Vec<i64>,
    wide: Vec<i128>,
    missing: Vec<u8>,
    codes: Vec<u16>,
    texts: Texts,
    held: Held,
}

/// Which of the buffers hold the keys.
#[derive(Debug, Clone, Copy, Default)]
enum Held {
    #[default]
    Nothing,
    /// `narrow`, each so many units.
    Narrow(i64),
    Wide,
    Codes,
    Texts,
}

/// Units in one.
const ONE: i64 = 1_000_000_000;

impl KeyForm {
    /// For the key of the scored record.
    pub(super) fn new(schema: &Schema) -> Self {
        Self { schema: Arc::new(schema.clone()) }
    }

    /// The key's field.
    pub(super) fn field(&self) -> Option<&Field> {
        Some(self.schema.field(self.schema.scored, self.schema.scored().key?))
    }

    /// Brings keys into the form of their type.
    pub(super) fn fill(&self, keys: &Keys, to: &mut KeyBuffer) {
        to.clear();
        let Some(field) = self.field() else { return };
        match field.kind {
            Type::Number | Type::Integer | Type::Money => to.numbers(keys),
            Type::Date => to.whole(keys, 1),
            Type::YesNo => {
                to.held = Held::Codes;
                to.codes.extend(keys.iter().map(|key| whole(key).map_or(NOTHING, |truth| truth as u16)));
            }
            Type::Text => {
                to.held = Held::Texts;
                for key in keys.iter() {
                    to.texts.push(if let Key::Text(text) = key { Some(text.as_bytes()) } else { None });
                }
            }
            Type::Category(_) | Type::Tier => {
                to.held = Held::Texts;
                for key in keys.iter() {
                    let code = whole(key).and_then(|code| u32::try_from(code).ok());
                    let spelt = code.map(|code| self.schema.spell(field.kind, &Value::Category(code)));
                    to.texts.push(spelt.as_deref().map(str::as_bytes));
                }
            }
        }
    }
}

impl KeyBuffer {
    fn clear(&mut self) {
        self.narrow.clear();
        self.wide.clear();
        self.missing.clear();
        self.codes.clear();
        self.texts.clear();
        self.held = Held::Nothing;
    }

    /// The keys.
    pub(super) fn cells(&self) -> Cells<'_> {
        let numbers = match self.held {
            Held::Nothing => return Cells::Nothing,
            Held::Codes => return Cells::Codes(CodesRef::Broad(&self.codes)),
            Held::Texts => return Cells::Texts(&self.texts),
            Held::Narrow(unit) => Numbers::Narrow { values: &self.narrow, unit },
            Held::Wide => Numbers::Wide(&self.wide),
        };
        Cells::Numbers(Column { numbers, missing: &self.missing })
    }

    /// Numbers, held as whole numbers if they all are.
    fn numbers(&mut self, keys: &Keys) {
        if keys.as_whole().is_some() || !keys.iter().any(|key| matches!(key, Key::Text(_))) {
            return self.whole(keys, ONE);
        }
        self.held = Held::Wide;
        for key in keys.iter() {
            let units = match key {
                Key::None => None,
                Key::Whole(n) => Some(i128::from(n) * i128::from(ONE)),
                Key::Text(text) => Decimal::parse(text).ok().map(Decimal::units),
            };
            self.wide.push(units.unwrap_or_default());
            self.missing.push(u8::from(units.is_none()));
        }
    }

    /// Whole numbers, each of so many units.
    fn whole(&mut self, keys: &Keys, unit: i64) {
        self.held = Held::Narrow(unit);
        if let Some(whole) = keys.as_whole() {
            self.narrow.extend_from_slice(whole);
            self.missing.resize(whole.len(), 0);
            return;
        }
        for n in keys.iter().map(whole) {
            self.narrow.push(n.unwrap_or_default());
            self.missing.push(u8::from(n.is_none()));
        }
    }
}

fn whole(key: Key<'_>) -> Option<i64> {
    if let Key::Whole(n) = key { Some(n) } else { None }
}
