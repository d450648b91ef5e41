//! Keys of records, one by one and many in a row.

use super::{Type, Value, Why};
use crate::date::Date;
use crate::decimal::Decimal;

/// A key as it is compared: two records have the same key if and only if these are equal, the field of the key given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key<'k> {
    /// There is none, or none that is good.
    None,
    /// A whole number, or a day, a category, yes or no by its number.
    Whole(i64),
    /// A text, or a number with a fraction as it is spelt.
    Text(&'k str),
}

/// The keys of some records, in their order.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// As long as all are whole numbers.
    whole: Vec<i64>,
    /// All of them, once they are not.
    entries: Vec<Entry>,
    texts: String,
}

#[derive(Debug, Clone, Copy)]
enum Entry {
    None,
    Whole(i64),
    Text { start: u32, end: u32 },
}

impl Keys {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.whole.clear();
        self.entries.clear();
        self.texts.clear();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.whole.len() + self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key at a place.
    pub fn get(&self, at: usize) -> Key<'_> {
        match self.as_whole() {
            Some(whole) => whole.get(at).map_or(Key::None, |n| Key::Whole(*n)),
            None => self.entries.get(at).map_or(Key::None, |entry| self.key(*entry)),
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Key<'_>> + '_ {
        // One of the two is empty.
        let whole = self.whole.iter().map(|n| Key::Whole(*n));
        whole.chain(self.entries.iter().map(|entry| self.key(*entry)))
    }

    /// All of them, if all are whole numbers.
    pub fn as_whole(&self) -> Option<&[i64]> {
        self.entries.is_empty().then_some(self.whole.as_slice())
    }

    fn key(&self, entry: Entry) -> Key<'_> {
        match entry {
            Entry::None => Key::None,
            Entry::Whole(n) => Key::Whole(n),
            Entry::Text { start, end } => {
                Key::Text(self.texts.get(start as usize..end as usize).unwrap_or_default())
            }
        }
    }

    /// Adds one.
    pub fn push(&mut self, key: Key<'_>) {
        let entry = match key {
            Key::Whole(n) if self.entries.is_empty() => return self.whole.push(n),
            Key::None => Entry::None,
            Key::Whole(n) => Entry::Whole(n),
            Key::Text(text) => {
                let start = self.texts.len() as u32;
                self.texts.push_str(text);
                Entry::Text { start, end: self.texts.len() as u32 }
            }
        };
        self.entries.extend(self.whole.drain(..).map(Entry::Whole));
        self.entries.push(entry);
    }

    /// Adds whole numbers.
    pub fn extend_whole(&mut self, numbers: impl Iterator<Item = i64>) {
        if self.entries.is_empty() {
            self.whole.extend(numbers);
        } else {
            self.entries.extend(numbers.map(Entry::Whole));
        }
    }

    /// Adds others behind these.
    pub fn extend(&mut self, others: &Self) {
        match others.as_whole() {
            Some(whole) => self.extend_whole(whole.iter().copied()),
            None => others.iter().for_each(|key| self.push(key)),
        }
    }

    /// Adds that of a value; what is missing is none.
    pub fn push_value(&mut self, value: &Value) {
        match value {
            Value::Missing(_) => self.push(Key::None),
            Value::Number(n) => match whole(*n) {
                Some(n) => self.push(Key::Whole(n)),
                None => self.push(Key::Text(&n.to_string())),
            },
            Value::Date(date) => self.push(Key::Whole(date.days().into())),
            Value::YesNo(b) => self.push(Key::Whole(i64::from(*b))),
            Value::Category(code) => self.push(Key::Whole(i64::from(*code))),
            Value::Text(text) => self.push(Key::Text(text)),
        }
    }
}

impl Key<'_> {
    /// The value of a field of a type that has this key.
    pub fn value(self, kind: Type) -> Value {
        let unknown = || Value::Missing(Why::Undecided);
        match (self, kind) {
            (Key::None, _) => unknown(),
            (Key::Whole(n), Type::Date) => {
                i32::try_from(n).ok().and_then(Date::from_days).map_or_else(unknown, Value::Date)
            }
            (Key::Whole(n), Type::YesNo) => Value::YesNo(n != 0),
            (Key::Whole(n), Type::Category(_) | Type::Tier) => {
                u32::try_from(n).map_or_else(|_| unknown(), Value::Category)
            }
            (Key::Whole(n), Type::Number | Type::Integer | Type::Money | Type::Text) => {
                Value::Number(Decimal::from_int(n))
            }
            (Key::Text(text), Type::Number | Type::Integer | Type::Money) => {
                Decimal::parse(text).map_or_else(|_| unknown(), Value::Number)
            }
            (Key::Text(text), Type::Text | Type::Date | Type::YesNo | Type::Category(_) | Type::Tier) => {
                Value::Text(text.into())
            }
        }
    }
}

fn whole(n: Decimal) -> Option<i64> {
    let (units, one) = (n.units(), Decimal::ONE.units());
    if units % one == 0 { i64::try_from(units / one).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_its_value_back() {
        let number = |text: &str| Value::Number(Decimal::parse(text).unwrap());
        let category = crate::data::CategoryTypeId(0);
        for (value, kind) in [
            (number("-12"), Type::Integer),
            (number("0.5"), Type::Number),
            (number("100000000000000000000"), Type::Money),
            (Value::Date(Date::parse("2026-01-31").unwrap()), Type::Date),
            (Value::YesNo(true), Type::YesNo),
            (Value::Category(3), Type::Category(category)),
            (Value::Text("a b".into()), Type::Text),
            (Value::Missing(Why::Undecided), Type::Text),
        ] {
            let mut keys = Keys::default();
            keys.push_value(&value);
            assert_eq!(keys.get(0).value(kind), value);
        }
    }
}
