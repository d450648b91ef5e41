//! Numbers as Parquet's plain encoding stores them: little-endian, one after the other.

use super::hybrid::damaged;
use parquet::errors::ParquetError;

/// A form in which numbers are stored.
pub(super) trait Stored<T> {
    /// Adds the first `count` numbers; says how many bytes they have.
    fn read(stored: &[u8], count: usize, to: &mut Vec<T>) -> Result<usize, ParquetError>;
}

/// Whole numbers of four bytes.
pub(super) struct Int32;

/// Whole numbers of eight bytes.
pub(super) struct Int64;

/// Floating point numbers of eight bytes.
pub(super) struct Double;

impl Stored<i32> for Int32 {
    fn read(stored: &[u8], count: usize, to: &mut Vec<i32>) -> Result<usize, ParquetError> {
        each(stored, count, to, i32::from_le_bytes)
    }
}

impl Stored<i64> for Int32 {
    fn read(stored: &[u8], count: usize, to: &mut Vec<i64>) -> Result<usize, ParquetError> {
        each(stored, count, to, |bytes| i32::from_le_bytes(bytes).into())
    }
}

impl Stored<i64> for Int64 {
    fn read(stored: &[u8], count: usize, to: &mut Vec<i64>) -> Result<usize, ParquetError> {
        each(stored, count, to, i64::from_le_bytes)
    }
}

impl Stored<f64> for Double {
    fn read(stored: &[u8], count: usize, to: &mut Vec<f64>) -> Result<usize, ParquetError> {
        each(stored, count, to, f64::from_le_bytes)
    }
}

fn each<T, const BYTES: usize>(
    stored: &[u8],
    count: usize,
    to: &mut Vec<T>,
    number: impl Fn([u8; BYTES]) -> T,
) -> Result<usize, ParquetError> {
    let (numbers, _) = stored.as_chunks::<BYTES>();
    let Some(numbers) = numbers.get(..count) else {
        return Err(damaged("a page is shorter than it says".to_owned()));
    };
    to.extend(numbers.iter().map(|bytes| number(*bytes)));
    Ok(count * BYTES)
}
