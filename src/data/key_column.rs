//! A column of keys: from Arrow values of any type to [`Keys`].

use super::keys::{Key, Keys};
use super::{Field, Schema, Set, Type, Value, cell, column};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

/// Reads the keys of a field. A value that a good record cannot have is no key.
#[derive(Debug, Clone)]
pub struct KeyReader<'s> {
    schema: &'s Schema,
    field: &'s Field,
    /// Spellings that mean missing.
    missing: &'s [String],
    /// What those mean in a column that holds no texts.
    none: Vec<Value>,
    /// Whether any text is good.
    any_text: bool,
    /// The whole numbers that are good, if they are all of an interval.
    good: Option<(i64, i64)>,
}

impl<'s> KeyReader<'s> {
    /// For a field whose cells mean missing where they are spelt so.
    pub fn new(schema: &'s Schema, field: &'s Field, missing: &'s [String]) -> Self {
        let any_text = matches!(&field.domain, Set::Texts { values, except: true } if values.is_empty());
        let none: Vec<_> = missing.iter().filter_map(|text| cell::read(schema, field, text).ok()).collect();
        // Numbers that mean missing are told apart one by one.
        let good = interval(field).filter(|_| none.is_empty());
        Self { schema, field, missing, none, any_text, good }
    }

    /// Adds the keys of an array.
    pub fn read(&self, array: &ArrayRef, keys: &mut Keys) {
        match (array.data_type(), self.good) {
            (DataType::Int8, Some(good)) => whole::<Int8Type>(array, good, keys),
            (DataType::Int16, Some(good)) => whole::<Int16Type>(array, good, keys),
            (DataType::Int32, Some(good)) => whole::<Int32Type>(array, good, keys),
            (DataType::Int64, Some(good)) => whole::<Int64Type>(array, good, keys),
            (DataType::UInt8, Some(good)) => whole::<UInt8Type>(array, good, keys),
            (DataType::UInt16, Some(good)) => whole::<UInt16Type>(array, good, keys),
            (DataType::UInt32, Some(good)) => whole::<UInt32Type>(array, good, keys),
            (DataType::Utf8, _) => {
                let texts = array.as_string::<i32>();
                texts.iter().for_each(|text| self.text(text, keys));
            }
            (DataType::LargeUtf8, _) => {
                let texts = array.as_string::<i64>();
                texts.iter().for_each(|text| self.text(text, keys));
            }
            (DataType::Utf8View, _) => {
                let texts = array.as_string_view();
                texts.iter().for_each(|text| self.text(text, keys));
            }
            (DataType::Dictionary(_, _), _) => self.dictionary(array, keys),
            (_, _) => (0..array.len()).for_each(|row| self.cell(array, row, keys)),
        }
    }

    fn text(&self, text: Option<&str>, keys: &mut Keys) {
        match text.filter(|text| !text.is_empty() && !self.missing.iter().any(|missing| missing == text)) {
            Some(text) => self.read_text(text, keys),
            None => keys.push(Key::None),
        }
    }

    /// Adds the key that a text is.
    pub fn read_text(&self, text: &str, keys: &mut Keys) {
        if self.any_text && self.field.kind == Type::Text {
            return keys.push(Key::Text(text));
        }
        match self.good.zip(plain_number(text)) {
            Some(((least, greatest), n)) if (least..=greatest).contains(&n) => keys.push(Key::Whole(n)),
            Some(_) => keys.push(Key::None),
            None => self.value(cell::read(self.schema, self.field, text).ok(), keys),
        }
    }

    fn value(&self, value: Option<Value>, keys: &mut Keys) {
        match value.filter(|value| self.field.domain.contains(value)) {
            Some(value) => keys.push_value(&value),
            None => keys.push(Key::None),
        }
    }

    fn dictionary(&self, array: &ArrayRef, keys: &mut Keys) {
        let dictionary = array.as_any_dictionary();
        let mut entries = Keys::default();
        self.read(dictionary.values(), &mut entries);
        let codes = if dictionary.values().is_empty() { Vec::new() } else { dictionary.normalized_keys() };
        for row in 0..array.len() {
            let code = codes.get(row).filter(|_| dictionary.keys().is_valid(row));
            keys.push(code.map_or(Key::None, |code| entries.get(*code)));
        }
    }

    fn cell(&self, array: &ArrayRef, row: usize, keys: &mut Keys) {
        let given = column::given(array, row);
        let value = given.and_then(|given| given.read(self.schema, self.field.kind).ok());
        self.value(value.filter(|value| !self.none.contains(value)), keys);
    }
}

/// The whole numbers of a field that holds nothing else, if its domain is an interval.
fn interval(field: &Field) -> Option<(i64, i64)> {
    let Set::Ranges(ranges) = &field.domain else { return None };
    let ([(least, greatest)], true) = (ranges.as_slice(), field.kind.is_numeric()) else { return None };
    let one = crate::decimal::Decimal::ONE.units();
    let near = |n: i128| i64::try_from(n).unwrap_or(if n < 0 { i64::MIN } else { i64::MAX });
    // The first whole number that is not below, and the last that is not above.
    Some((near(-(-least).div_euclid(one)), near(greatest.div_euclid(one))))
}

/// A number of up to 18 digits without a sign.
fn plain_number(text: &str) -> Option<i64> {
    let digits = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn whole<T: ArrowPrimitiveType>(array: &ArrayRef, (least, greatest): (i64, i64), keys: &mut Keys)
where
    T::Native: Into<i64>,
{
    let array = array.as_primitive::<T>();
    let is_good = |n: i64| (least <= n) & (n <= greatest);
    let numbers = || array.values().iter().map(|n| (*n).into());
    if array.null_count() == 0 && numbers().fold(true, |all, n| all & is_good(n)) {
        return keys.extend_whole(numbers());
    }
    for n in array {
        let n = n.map(Into::into).filter(|n| is_good(*n));
        keys.push(n.map_or(Key::None, Key::Whole));
    }
}
