//! A column of truth values.

use super::hybrid::damaged;
use super::{Body, Cause, Values};
use arrow_array::builder::BooleanBufferBuilder;
use arrow_array::{ArrayRef, BooleanArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use std::sync::Arc;

/// Truth values.
pub(super) struct Truths {
    /// Those that are there, without gaps.
    values: BooleanBufferBuilder,
}

impl Truths {
    pub(super) fn boxed() -> Box<dyn Values> {
        Box::new(Self { values: BooleanBufferBuilder::new(0) })
    }
}

impl Values for Truths {
    fn set_dictionary(&mut self, _: &[u8], _: usize) -> Result<(), Cause> {
        Err(damaged("a dictionary of truth values".to_owned()).into())
    }

    fn take(&mut self, body: &mut Body, count: usize) -> Result<(), Cause> {
        match body {
            Body::Runs(values) => Ok(values.read_bits(count, &mut self.values).map(drop)?),
            Body::Plain(_) => Err(damaged("truth values that are not stored as bits".to_owned()).into()),
        }
    }

    fn array(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, Cause> {
        let values = spread(self.values.finish(), nulls.as_ref());
        Ok(Arc::new(BooleanArray::new(values, nulls)))
    }

    fn clear(&mut self) {
        self.values.truncate(0);
    }
}

/// Values with gaps where there are nulls, 64 at a time.
fn spread(values: BooleanBuffer, nulls: Option<&NullBuffer>) -> BooleanBuffer {
    let Some(nulls) = nulls else { return values };
    let values: Vec<u64> = {
        let chunks = values.bit_chunks();
        chunks.iter().chain([chunks.remainder_bits()]).collect()
    };
    let chunks = nulls.inner().bit_chunks();
    let mut at = 0_usize;
    let words: Vec<u64> = chunks
        .iter()
        .chain([chunks.remainder_bits()])
        .map(|known| {
            (0..64).fold(0, |word, bit| {
                // The next value stands in every place up to its own: nothing is decided from bit to bit.
                let value = values.get(at / 64).copied().unwrap_or_default() >> (at % 64) & 1;
                at += (known >> bit & 1) as usize;
                word | value << bit
            })
        })
        .collect();
    BooleanBuffer::new(Buffer::from_vec(words), 0, nulls.len())
}
