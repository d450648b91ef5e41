//! Columns as they are drawn, and what they are in Arrow. Text formats write them from here too.

use super::texts::Texts;
use crate::output::{csv_text, json_text};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal64Array, Decimal128Array, DictionaryArray, Int32Array,
    Int64Array, StringArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType};
use std::sync::Arc;

/// How a column is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kept {
    /// Whole numbers of at most 32 bits.
    Int32,
    /// Whole numbers.
    Int64,
    /// Numbers with so many digits behind the point, in 64 bits.
    Short { decimals: u32 },
    /// The same, in 128 bits.
    Wide { decimals: u32 },
    /// Days.
    Date,
    /// Yes or no.
    Truth,
    /// Texts of a list.
    Listed(Arc<Listed>),
    /// Texts.
    Text,
}

/// The texts of a list, as they are and as the text formats write them.
#[derive(Debug, PartialEq)]
pub(super) struct Listed {
    pub(super) csv: Vec<Box<[u8]>>,
    pub(super) json: Vec<Box<[u8]>>,
    array: Arc<StringArray>,
}

/// The values of a column in a block.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) values: Values,
    /// Which are there; all, where it is not said.
    pub(super) present: Option<Vec<bool>>,
}

/// The values, in the smallest unit of the column.
#[derive(Debug)]
pub(super) enum Values {
    Short(Vec<i64>),
    Wide(Vec<i128>),
    Days(Vec<i32>),
    Truths(Vec<bool>),
    Listed(Vec<i32>),
    Texts(Texts),
}

impl Listed {
    /// A list of texts.
    pub(super) fn new(plain: Vec<Arc<str>>) -> Self {
        let written = |write: fn(&[u8], &mut Vec<u8>)| {
            let cell = |text: &Arc<str>| {
                let mut bytes = Vec::new();
                write(text.as_bytes(), &mut bytes);
                bytes.into_boxed_slice()
            };
            plain.iter().map(cell).collect()
        };
        Self {
            csv: written(csv_text),
            json: written(json_text),
            array: Arc::new(StringArray::from_iter_values(&plain)),
        }
    }
}

impl Kept {
    /// Numbers with so many decimals from `least` to `greatest`, in smallest units.
    pub(super) fn numbers(decimals: u32, whole: bool, (least, greatest): (i128, i128)) -> Self {
        let in_32 = i32::try_from(least).is_ok() && i32::try_from(greatest).is_ok();
        // Eighteen digits are what a decimal of 64 bits holds.
        let in_64 = [least, greatest].iter().all(|end| end.unsigned_abs() < 10_u128.pow(18));
        match (whole, in_32, in_64) {
            (true, true, _) => Self::Int32,
            (true, false, true) => Self::Int64,
            (true, false, false) => Self::Wide { decimals: 0 },
            (false, _, true) => Self::Short { decimals },
            (false, _, false) => Self::Wide { decimals },
        }
    }

    /// The type of the column in Arrow, and so in Parquet.
    pub(super) fn arrow_type(&self) -> DataType {
        match self {
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Short { decimals } => DataType::Decimal64(18, *decimals as i8),
            Self::Wide { decimals } => DataType::Decimal128(38, *decimals as i8),
            Self::Date => DataType::Date32,
            Self::Truth => DataType::Boolean,
            Self::Listed(_) => DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into()),
            Self::Text => DataType::Utf8,
        }
    }
}

impl Column {
    /// Whether a value is missing.
    #[inline]
    pub(super) fn is_missing(&self, row: usize) -> bool {
        self.present.as_ref().is_some_and(|present| present.get(row) == Some(&false))
    }

    /// The column in Arrow.
    pub(super) fn into_arrow(self, kept: &Kept) -> Result<ArrayRef, ArrowError> {
        let nulls = self.present.map(|present| NullBuffer::new(bits(&present)));
        Ok(match (self.values, kept) {
            (Values::Short(values), Kept::Int32) => {
                let values: Vec<i32> = values.into_iter().map(|value| value as i32).collect();
                Arc::new(Int32Array::try_new(values.into(), nulls)?)
            }
            (Values::Short(values), Kept::Short { decimals }) => Arc::new(
                Decimal64Array::try_new(values.into(), nulls)?
                    .with_precision_and_scale(18, *decimals as i8)?,
            ),
            (Values::Short(values), _) => Arc::new(Int64Array::try_new(values.into(), nulls)?),
            (Values::Wide(values), Kept::Wide { decimals }) => Arc::new(
                Decimal128Array::try_new(values.into(), nulls)?
                    .with_precision_and_scale(38, *decimals as i8)?,
            ),
            (Values::Wide(values), _) => Arc::new(Decimal128Array::try_new(values.into(), nulls)?),
            (Values::Days(days), _) => Arc::new(Date32Array::try_new(days.into(), nulls)?),
            (Values::Truths(truths), _) => Arc::new(BooleanArray::new(bits(&truths), nulls)),
            (Values::Listed(codes), Kept::Listed(listed)) => {
                let codes = Int32Array::try_new(codes.into(), nulls)?;
                Arc::new(DictionaryArray::try_new(codes, Arc::clone(&listed.array) as ArrayRef)?)
            }
            (Values::Listed(codes), _) => Arc::new(Int32Array::try_new(codes.into(), nulls)?),
            (Values::Texts(texts), _) => {
                let (offsets, bytes) = texts.into_parts();
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls)?)
            }
        })
    }
}

#[expect(clippy::indexing_slicing, reason = "collect_bool asks for positions below the length it is given")]
fn bits(truths: &[bool]) -> BooleanBuffer {
    BooleanBuffer::collect_bool(truths.len(), |at| truths[at])
}
