//! How often each value of each field of the scored record occurs.

use crate::data::{FieldId, Subject, Value};
use crate::policy::Policy;
use rustc_hash::FxHashMap;

/// Values with their counts, field by field; a missing value is one of them.
#[derive(Debug, Clone, Default)]
pub struct Frequencies {
    fields: Vec<Counts>,
}

/// The values of a field, in the order in which they were first met.
#[derive(Debug, Clone, Default)]
struct Counts {
    values: Vec<(Value, u128)>,
    places: FxHashMap<Value, usize>,
    missing: Option<usize>,
}

impl Frequencies {
    /// Counts records.
    pub fn of<'r>(policy: &Policy, records: impl Iterator<Item = Subject<'r>>) -> Self {
        let mut counted = Self { fields: vec![Counts::default(); policy.schema.scored().fields.len()] };
        for subject in records {
            for (counts, value) in counted.fields.iter_mut().zip(subject.values) {
                counts.add(value, 1);
            }
        }
        counted
    }

    /// Counts a value so many times more. Why it is missing makes no difference.
    pub fn add(&mut self, field: FieldId, value: &Value, times: u64) {
        if self.fields.len() <= field.index() {
            self.fields.resize_with(field.index() + 1, Counts::default);
        }
        if let Some(counts) = self.fields.get_mut(field.index()) {
            counts.add(value, times);
        }
    }

    /// The values of a field with their counts; none where it was never counted.
    pub fn values(&self, field: FieldId) -> &[(Value, u128)] {
        self.fields.get(field.index()).map_or(&[], |counts| &counts.values)
    }
}

impl Counts {
    fn add(&mut self, value: &Value, times: u64) {
        if times == 0 {
            return;
        }
        let known = if value.is_missing() { self.missing } else { self.places.get(value).copied() };
        let place = known.unwrap_or_else(|| {
            let place = self.values.len();
            self.values.push((value.clone(), 0));
            if value.is_missing() {
                self.missing = Some(place);
            } else {
                self.places.insert(value.clone(), place);
            }
            place
        });
        if let Some((_, count)) = self.values.get_mut(place) {
            *count += u128::from(times);
        }
    }
}
