//! A look at one line of NDJSON before it is decoded: is it one object, with one plain value for each wanted key?

use super::keys::Met;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// The keys that are asked for.
pub(super) struct Names {
    /// Each once.
    distinct: Vec<String>,
    /// For each wanted column, which of them it is.
    wanted: Vec<usize>,
}

/// What the look found.
#[derive(Default)]
pub(super) struct Look {
    /// What is wrong with the line.
    pub(super) fault: Option<String>,
    /// The values of the wanted keys, as far as they were found.
    values: Vec<Option<Value>>,
}

impl Names {
    /// Of the wanted columns. Two fields may want one.
    pub(super) fn new(wanted: &[&str]) -> Self {
        let mut distinct: Vec<String> = Vec::new();
        let place = |name: &&str| {
            let place = distinct.iter().position(|other| other == name);
            place.unwrap_or_else(|| {
                distinct.push((*name).to_owned());
                distinct.len() - 1
            })
        };
        let wanted = wanted.iter().map(place).collect();
        Self { distinct, wanted }
    }

    /// Which of the distinct ones a key is.
    pub(super) fn place(&self, key: &str) -> Option<usize> {
        self.distinct.iter().position(|name| name == key)
    }

    /// How many distinct ones there are.
    pub(super) fn count(&self) -> usize {
        self.distinct.len()
    }

    /// For each wanted column, which of the distinct ones it is.
    pub(super) fn wanted(&self) -> impl Iterator<Item = usize> {
        self.wanted.iter().copied()
    }

    /// Looks over one line.
    pub(super) fn look_over(&self, line: &[u8], number: u64, met: &mut Met) -> Look {
        let mut look = Look { fault: None, values: vec![None; self.count()] };
        let Ok(text) = std::str::from_utf8(line) else {
            look.fault = Some("its text is not UTF-8".to_owned());
            return look;
        };
        if !text.trim_start().starts_with('{') {
            look.fault = Some("not a JSON object".to_owned());
            return look;
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let object = ObjectSeed { names: self, look: &mut look, number, met };
        let result = object.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        if let Err(error) = result {
            look.fault = Some(format!("not readable as JSON: {}", plain(&error)));
        }
        look
    }
}

impl Look {
    /// The value of a wanted key as text; `None` where it is missing, or no plain value.
    pub(super) fn text(&self, at: usize) -> Option<String> {
        match self.values.get(at)?.as_ref()? {
            Value::Null | Value::Array(_) | Value::Object(_) => None,
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.clone()),
        }
    }
}

/// serde_json's message, which counts lines from the start of what it was given: one line.
fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.split_once(" at line ") {
        Some((what, _)) => format!("{what} at column {}", error.column()),
        None => message,
    }
}

struct ObjectSeed<'k> {
    names: &'k Names,
    look: &'k mut Look,
    number: u64,
    met: &'k mut Met,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(place) =
            map.next_key_seed(KeySeed { names: self.names, number: self.number, met: self.met })?
        {
            let Some(slot) = place.and_then(|at| self.look.values.get_mut(at)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value::<Value>()?;
            let name = || place.and_then(|at| self.names.distinct.get(at)).map_or("", String::as_str);
            let fault = if slot.is_some() {
                Some(format!("`{}` is given twice", name()))
            } else {
                match &value {
                    Value::Array(_) => {
                        Some(format!("`{}` holds a list, where one value is expected", name()))
                    }
                    Value::Object(_) => {
                        Some(format!("`{}` holds an object, where one value is expected", name()))
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
                }
            };
            slot.get_or_insert(value);
            if self.look.fault.is_none() {
                self.look.fault = fault;
            }
        }
        Ok(())
    }
}

struct KeySeed<'k> {
    names: &'k Names,
    number: u64,
    met: &'k mut Met,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        let place = self.names.place(key);
        match place {
            Some(place) => self.met.wanted(place),
            None => self.met.other(key, self.number),
        }
        Ok(place)
    }
}
