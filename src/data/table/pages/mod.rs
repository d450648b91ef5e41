//! Columns of Parquet files read straight from their pages: flat ones of numbers, days, truth values and texts in the plain
//! encoding or through a dictionary (Apache Parquet format, Data Pages and Encodings).
//!
//! What a policy reads is mostly such columns. A column that is in dictionaries throughout stays so, numbers too: what a
//! policy makes of a value is then worked out once for each entry. Everything else is for the reader of the parquet crate.

mod hybrid;
mod stored;
mod truths;

use self::hybrid::{Hybrid, damaged};
use self::stored::{Double, Int32, Int64, Stored};
use self::truths::Truths;
use super::error::Cause;
use super::input::Random;
use arrow_array::builder::BooleanBufferBuilder;
use arrow_array::types::{ArrowPrimitiveType, Date32Type, Decimal64Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{ArrayRef, DictionaryArray, PrimitiveArray, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use std::marker::PhantomData;
use std::sync::Arc;

/// A column of a row group, read as far as the last block.
pub(super) struct PageColumn {
    pages: SerializedPageReader<Random>,
    /// Whether values may be absent.
    optional: bool,
    /// Whether they are truth values.
    truths: bool,
    page: Option<DataPage>,
    values: Box<dyn Values>,
}

/// What is left of a page.
struct DataPage {
    /// How many records.
    left: usize,
    /// Which of them have a value; `None` where all have.
    known: Option<Hybrid>,
    body: Body,
}

/// The values of a page.
enum Body {
    /// One after the other, as they are stored.
    Plain(Bytes),
    /// Places in the dictionary, or truth values in runs.
    Runs(Hybrid),
}

/// What is made of values.
trait Values: Send {
    /// Takes the dictionary.
    fn set_dictionary(&mut self, stored: &[u8], count: usize) -> Result<(), Cause>;
    /// Takes the next `count` values of a page.
    fn take(&mut self, body: &mut Body, count: usize) -> Result<(), Cause>;
    /// Everything that was taken, as a column.
    fn array(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, Cause>;
    /// Forgets what was taken.
    fn clear(&mut self);
}

/// Whether a column can be read here in a type. That all of it is in dictionaries, where the type is one, is for the caller
/// to know.
pub(super) fn reads(groups: &[RowGroupMetaData], leaf: usize, kind: &DataType) -> bool {
    let plain = |chunk: &ColumnChunkMetaData| {
        let descriptor = chunk.column_descr();
        values(kind, chunk.column_type()).is_some()
            && descriptor.max_rep_level() == 0
            && descriptor.max_def_level() <= 1
            && chunk.encodings().all(is_known)
    };
    groups.iter().all(|group| group.columns().get(leaf).is_some_and(plain))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "there may be more encodings some day")]
fn is_known(encoding: Encoding) -> bool {
    match encoding {
        // Levels are in runs; nobody packs them into bits alone any more.
        Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY | Encoding::RLE => true,
        _ => false,
    }
}

/// What makes a column of a type of stored values.
fn values(kind: &DataType, stored: Physical) -> Option<Box<dyn Values>> {
    Some(match (kind, stored) {
        (DataType::Int32, Physical::INT32) => Numbers::<Int32Type, Int32>::boxed(kind),
        (DataType::Date32, Physical::INT32) => Numbers::<Date32Type, Int32>::boxed(kind),
        (DataType::Int64, Physical::INT64) => Numbers::<Int64Type, Int64>::boxed(kind),
        (DataType::Decimal64(..), Physical::INT32) => Numbers::<Decimal64Type, Int32>::boxed(kind),
        (DataType::Decimal64(..), Physical::INT64) => Numbers::<Decimal64Type, Int64>::boxed(kind),
        (DataType::Float64, Physical::DOUBLE) => Numbers::<Float64Type, Double>::boxed(kind),
        (DataType::Boolean, Physical::BOOLEAN) => Truths::boxed(),
        (DataType::Dictionary(keys, of), stored) if **keys == DataType::Int32 => match (&**of, stored) {
            (DataType::Utf8, Physical::BYTE_ARRAY) => Places::boxed(texts),
            (DataType::Int32, Physical::INT32) => Places::boxed(numbers::<Int32Type, Int32>(of)),
            (DataType::Date32, Physical::INT32) => Places::boxed(numbers::<Date32Type, Int32>(of)),
            (DataType::Int64, Physical::INT64) => Places::boxed(numbers::<Int64Type, Int64>(of)),
            (DataType::Decimal64(..), Physical::INT32) => Places::boxed(numbers::<Decimal64Type, Int32>(of)),
            (DataType::Decimal64(..), Physical::INT64) => Places::boxed(numbers::<Decimal64Type, Int64>(of)),
            (DataType::Float64, Physical::DOUBLE) => Places::boxed(numbers::<Float64Type, Double>(of)),
            _ => return None,
        },
        _ => return None,
    })
}

impl PageColumn {
    /// A column of a row group, from a record on.
    pub(super) fn open(
        input: &Random,
        group: &RowGroupMetaData,
        leaf: usize,
        kind: &DataType,
        skip: usize,
    ) -> Result<Self, Cause> {
        let chunk = group.columns().get(leaf).ok_or_else(|| damaged("a column is not there".to_owned()))?;
        let records = usize::try_from(group.num_rows()).unwrap_or_default();
        let pages = SerializedPageReader::new(Arc::new(input.clone()), chunk, records, None)?;
        let values =
            values(kind, chunk.column_type()).ok_or_else(|| damaged(format!("no column of {kind}")))?;
        let optional = chunk.column_descr().max_def_level() > 0;
        let truths = chunk.column_type() == Physical::BOOLEAN;
        let mut column = Self { pages, optional, truths, page: None, values };
        column.skip(skip)?;
        Ok(column)
    }

    /// The values of the next `rows` records.
    pub(super) fn read(&mut self, rows: usize) -> Result<ArrayRef, Cause> {
        let mut known = BooleanBufferBuilder::new(if self.optional { rows } else { 0 });
        let (mut left, mut ones) = (rows, 0);
        while left > 0 {
            let taken = self.page()?.left.min(left);
            ones += self.take(taken, &mut known)?;
            left -= taken;
        }
        let nulls = (ones < rows).then(|| NullBuffer::new(known.finish()));
        self.values.array(nulls)
    }

    /// Passes over records.
    fn skip(&mut self, mut rows: usize) -> Result<(), Cause> {
        while rows > 0 {
            if self.page.is_none()
                && let Some(next) = self.pages.peek_next_page()?
                && !next.is_dict
                && next.num_levels.is_some_and(|levels| levels <= rows)
            {
                rows -= next.num_levels.unwrap_or_default();
                self.pages.skip_next_page()?;
                continue;
            }
            let taken = self.page()?.left.min(rows);
            self.take(taken, &mut BooleanBufferBuilder::new(taken))?;
            self.values.clear();
            rows -= taken;
        }
        Ok(())
    }

    /// Takes the next records of the page at hand; says how many of them have a value.
    fn take(&mut self, rows: usize, known: &mut BooleanBufferBuilder) -> Result<usize, Cause> {
        let Some(page) = &mut self.page else { return Ok(0) };
        let ones = match &mut page.known {
            Some(levels) => levels.read_bits(rows, known)?,
            None => {
                if self.optional {
                    known.append_n(rows, true);
                }
                rows
            }
        };
        self.values.take(&mut page.body, ones)?;
        page.left -= rows;
        if page.left == 0 {
            self.page = None;
        }
        Ok(ones)
    }

    /// The page at hand, or else the next one.
    fn page(&mut self) -> Result<&mut DataPage, Cause> {
        while self.page.is_none() {
            let next = self.pages.get_next_page()?;
            let Some(next) = next else {
                return Err(damaged("a column ends before the records do".to_owned()).into());
            };
            self.page = self.open_page(next)?.filter(|page| page.left > 0);
        }
        self.page.as_mut().ok_or_else(|| damaged("a page is not there".to_owned()).into())
    }

    /// A page of data; a dictionary is taken.
    fn open_page(&mut self, page: Page) -> Result<Option<DataPage>, Cause> {
        let (buffer, count, encoding, levels) = match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                self.values.set_dictionary(&buf, num_values as usize)?;
                return Ok(None);
            }
            Page::DataPage { mut buf, num_values, encoding, def_level_encoding, .. } => {
                let mut levels = None;
                if self.optional {
                    if def_level_encoding != Encoding::RLE {
                        return Err(damaged(format!("levels in the encoding {def_level_encoding}")).into());
                    }
                    let length = cut(&mut buf, 4)?;
                    let length = length.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
                    levels = Some(cut(&mut buf, length as usize)?);
                }
                (buf, num_values, encoding, levels)
            }
            Page::DataPageV2 {
                mut buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                cut(&mut buf, rep_levels_byte_len as usize)?;
                let levels = cut(&mut buf, def_levels_byte_len as usize)?;
                // Without a single byte all values are there.
                (buf, num_values, encoding, Some(levels).filter(|levels| self.optional && !levels.is_empty()))
            }
        };
        let known = levels.map(|levels| Hybrid::new(levels, 1)).transpose()?;
        let body = Body::new(buffer, encoding, self.truths)?;
        Ok(Some(DataPage { left: count as usize, known, body }))
    }
}

impl Body {
    #[expect(clippy::wildcard_enum_match_arm, reason = "there may be more encodings some day")]
    fn new(mut bytes: Bytes, encoding: Encoding, truths: bool) -> Result<Self, ParquetError> {
        match encoding {
            Encoding::PLAIN if truths => Ok(Self::Runs(Hybrid::of_bits(bytes))),
            Encoding::PLAIN => Ok(Self::Plain(bytes)),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                // A page without a value may be without a width.
                let width = if bytes.is_empty() { Bytes::from_static(&[0]) } else { cut(&mut bytes, 1)? };
                Ok(Self::Runs(Hybrid::new(bytes, width.first().copied().unwrap_or_default())?))
            }
            // Only truth values are stored so: after their length, of one bit.
            Encoding::RLE if truths => {
                cut(&mut bytes, 4)?;
                Ok(Self::Runs(Hybrid::new(bytes, 1)?))
            }
            other => {
                Err(damaged(format!("values in the encoding {other}, of which the file does not speak")))
            }
        }
    }
}

/// Cuts bytes off the front.
fn cut(bytes: &mut Bytes, length: usize) -> Result<Bytes, ParquetError> {
    if length > bytes.len() {
        return Err(damaged("a page is shorter than it says".to_owned()));
    }
    Ok(bytes.split_to(length))
}

/// A column of numbers, as they are.
struct Numbers<A: ArrowPrimitiveType, S> {
    kind: DataType,
    dictionary: Vec<A::Native>,
    /// The values that are there, without gaps.
    values: Vec<A::Native>,
    places: Vec<i32>,
    stored: PhantomData<fn() -> S>,
}

impl<A: ArrowPrimitiveType, S: Stored<A::Native> + 'static> Numbers<A, S> {
    fn boxed(kind: &DataType) -> Box<dyn Values> {
        let (dictionary, values, places) = (Vec::new(), Vec::new(), Vec::new());
        Box::new(Self { kind: kind.clone(), dictionary, values, places, stored: PhantomData })
    }
}

impl<A: ArrowPrimitiveType, S: Stored<A::Native>> Values for Numbers<A, S> {
    fn set_dictionary(&mut self, stored: &[u8], count: usize) -> Result<(), Cause> {
        self.dictionary.clear();
        Ok(S::read(stored, count, &mut self.dictionary).map(drop)?)
    }

    fn take(&mut self, body: &mut Body, count: usize) -> Result<(), Cause> {
        match body {
            Body::Plain(bytes) => {
                let length = S::read(bytes, count, &mut self.values)?;
                cut(bytes, length)?;
            }
            Body::Runs(places) => {
                self.places.clear();
                places.read(count, &mut self.places)?;
                if !self.places.iter().all(|place| (place.cast_unsigned() as usize) < self.dictionary.len()) {
                    return Err(damaged(OUTSIDE.to_owned()).into());
                }
                let entry = |place: &i32| self.dictionary.get(place.cast_unsigned() as usize).copied();
                self.values.extend(self.places.iter().map(|place| entry(place).unwrap_or_default()));
            }
        }
        Ok(())
    }

    fn array(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, Cause> {
        let values = spread(std::mem::take(&mut self.values), nulls.as_ref());
        Ok(Arc::new(PrimitiveArray::<A>::try_new(values.into(), nulls)?.with_data_type(self.kind.clone())))
    }

    fn clear(&mut self) {
        self.values.clear();
    }
}

const OUTSIDE: &str = "a value outside the dictionary of its column";

/// A column that stays in its dictionary.
struct Places<M> {
    /// Makes a dictionary of stored values.
    make: M,
    dictionary: Option<ArrayRef>,
    /// The places of the values that are there, without gaps.
    places: Vec<i32>,
}

impl<M: Fn(&[u8], usize) -> Result<ArrayRef, Cause> + Send + 'static> Places<M> {
    fn boxed(make: M) -> Box<dyn Values> {
        Box::new(Self { make, dictionary: None, places: Vec::new() })
    }
}

impl<M: Fn(&[u8], usize) -> Result<ArrayRef, Cause> + Send> Values for Places<M> {
    fn set_dictionary(&mut self, stored: &[u8], count: usize) -> Result<(), Cause> {
        self.dictionary = Some((self.make)(stored, count)?);
        Ok(())
    }

    fn take(&mut self, body: &mut Body, count: usize) -> Result<(), Cause> {
        match body {
            Body::Runs(places) => Ok(places.read(count, &mut self.places)?),
            Body::Plain(_) if count == 0 => Ok(()),
            Body::Plain(_) => {
                Err(damaged("plain values, of which the file does not speak".to_owned()).into())
            }
        }
    }

    fn array(&mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, Cause> {
        let places = spread(std::mem::take(&mut self.places), nulls.as_ref());
        let dictionary = match &self.dictionary {
            Some(dictionary) => Arc::clone(dictionary),
            None => (self.make)(&[], 0)?,
        };
        let places = PrimitiveArray::<Int32Type>::try_new(places.into(), nulls)?;
        let column = DictionaryArray::try_new(places, dictionary);
        Ok(Arc::new(column.map_err(|_| damaged(OUTSIDE.to_owned()))?))
    }

    fn clear(&mut self) {
        self.places.clear();
    }
}

/// A dictionary of numbers.
fn numbers<A: ArrowPrimitiveType, S: Stored<A::Native>>(
    kind: &DataType,
) -> impl Fn(&[u8], usize) -> Result<ArrayRef, Cause> + Send + 'static {
    let kind = kind.clone();
    move |stored, count| {
        let mut values = Vec::new();
        S::read(stored, count, &mut values)?;
        Ok(Arc::new(PrimitiveArray::<A>::try_new(values.into(), None)?.with_data_type(kind.clone())))
    }
}

/// A dictionary of texts: each has its length before it, in four bytes.
fn texts(stored: &[u8], count: usize) -> Result<ArrayRef, Cause> {
    let (mut rest, mut bytes) = (stored, Vec::with_capacity(stored.len()));
    let mut ends = vec![0_i32];
    for _ in 0..count {
        let text = rest
            .split_first_chunk::<4>()
            .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize));
        let Some((text, behind)) = text else {
            return Err(damaged("a page is shorter than it says".to_owned()).into());
        };
        bytes.extend_from_slice(text);
        ends.push(
            i32::try_from(bytes.len()).map_err(|_| damaged("a dictionary of more than 2 GiB".to_owned()))?,
        );
        rest = behind;
    }
    Ok(Arc::new(StringArray::try_new(OffsetBuffer::new(ends.into()), Buffer::from_vec(bytes), None)?))
}

/// Values with gaps where there are nulls.
fn spread<T: Copy + Default>(values: Vec<T>, nulls: Option<&NullBuffer>) -> Vec<T> {
    let Some(nulls) = nulls else { return values };
    let mut spread = vec![T::default(); nulls.len()];
    let chunks = nulls.inner().bit_chunks();
    let mut at = 0;
    for (slots, known) in spread.chunks_mut(64).zip(chunks.iter().chain([chunks.remainder_bits()])) {
        // The next value stands in every slot up to its own: what stands where there is none does not matter, and so nothing
        // is decided from slot to slot.
        for (slot, bit) in slots.iter_mut().zip(0..) {
            *slot = values.get(at).copied().unwrap_or_default();
            at += (known >> bit & 1) as usize;
        }
    }
    spread
}

#[cfg(test)]
mod tests;
