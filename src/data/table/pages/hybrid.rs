//! Runs of equal numbers and bit-packed numbers by turns: how Parquet stores levels and places in dictionaries
//! ("RLE/Bit-Packing Hybrid", Apache Parquet format, Encodings).

use arrow_buffer::BooleanBufferBuilder;
use arrow_buffer::bit_chunk_iterator::UnalignedBitChunk;
use bytes::Bytes;
use parquet::errors::ParquetError;

/// Numbers of a width in bits, read as far as `at`.
pub(super) struct Hybrid {
    bytes: Bytes,
    at: usize,
    width: usize,
    run: Run,
}

/// What is left of a run.
#[derive(Clone, Copy)]
enum Run {
    Equal {
        number: i32,
        left: usize,
    },
    /// In the bytes from `start` on; `done` of its numbers are behind us.
    Packed {
        start: usize,
        done: usize,
        left: usize,
    },
}

/// So many bytes are in sight where eight numbers are unpacked.
const SIGHT: usize = 40;

impl Hybrid {
    /// Of some bytes. Numbers have at most 31 bits.
    pub(super) fn new(bytes: Bytes, width: u8) -> Result<Self, ParquetError> {
        if width > 31 {
            return Err(damaged(format!("places of {width} bits in a dictionary")));
        }
        Ok(Self { bytes, at: 0, width: width.into(), run: Run::Equal { number: 0, left: 0 } })
    }

    /// Of bits without runs: numbers of one bit each.
    pub(super) fn of_bits(bytes: Bytes) -> Self {
        let run = Run::Packed { start: 0, done: 0, left: bytes.len().saturating_mul(8) };
        Self { at: bytes.len(), bytes, width: 1, run }
    }

    /// Adds the next `count` numbers.
    pub(super) fn read(&mut self, mut count: usize, to: &mut Vec<i32>) -> Result<(), ParquetError> {
        while count > 0 {
            match &mut self.run {
                Run::Equal { left: 0, .. } | Run::Packed { left: 0, .. } => self.next_run()?,
                Run::Equal { number, left } => {
                    let taken = count.min(*left);
                    to.resize(to.len() + taken, *number);
                    *left -= taken;
                    count -= taken;
                }
                Run::Packed { start, done, left } => {
                    let taken = count.min(*left);
                    let packed = self.bytes.get(*start..).unwrap_or_default();
                    unpack(packed, self.width, *done, taken, to);
                    *done += taken;
                    *left -= taken;
                    count -= taken;
                }
            }
        }
        Ok(())
    }

    /// Adds the next `count` numbers, which are 0 or 1, as bits; says how many are 1.
    pub(super) fn read_bits(
        &mut self,
        mut count: usize,
        to: &mut BooleanBufferBuilder,
    ) -> Result<usize, ParquetError> {
        let mut ones = 0;
        while count > 0 {
            match &mut self.run {
                Run::Equal { left: 0, .. } | Run::Packed { left: 0, .. } => self.next_run()?,
                Run::Equal { number, left } => {
                    let taken = count.min(*left);
                    to.append_n(taken, *number == 1);
                    ones += if *number == 1 { taken } else { 0 };
                    *left -= taken;
                    count -= taken;
                }
                Run::Packed { start, done, left } => {
                    let taken = count.min(*left);
                    let packed = self.bytes.get(*start..).unwrap_or_default();
                    to.append_packed_range(*done..*done + taken, packed);
                    ones += UnalignedBitChunk::new(packed, *done, taken).count_ones();
                    *done += taken;
                    *left -= taken;
                    count -= taken;
                }
            }
        }
        Ok(ones)
    }

    fn next_run(&mut self) -> Result<(), ParquetError> {
        let mut head = 0_u64;
        let mut shift = 0;
        loop {
            let Some(byte) = self.bytes.get(self.at).copied() else {
                return Err(damaged("a page ends before its values do".to_owned()));
            };
            self.at += 1;
            head |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 28 {
                return Err(damaged("a run of values without an end".to_owned()));
            }
        }
        let count = (head >> 1) as usize;
        let rest = self.bytes.len() - self.at;
        if head & 1 == 1 {
            // So many times eight numbers. What the last ones lack in bytes is not there.
            let bytes = count.saturating_mul(self.width).min(rest);
            let most = bytes.saturating_mul(8).checked_div(self.width).unwrap_or(usize::MAX);
            self.run = Run::Packed { start: self.at, done: 0, left: count.saturating_mul(8).min(most) };
            self.at += bytes;
        } else {
            let length = self.width.div_ceil(8);
            let Some(bytes) = self.bytes.get(self.at..self.at + length) else {
                return Err(damaged("a page ends before its values do".to_owned()));
            };
            let number = bytes.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
            self.run = Run::Equal { number: number.cast_signed(), left: count };
            self.at += length;
        }
        Ok(())
    }
}

/// What cannot be in a good file.
pub(super) fn damaged(what: String) -> ParquetError {
    ParquetError::General(what)
}

/// Adds `count` numbers from the `first` on. There are so many.
fn unpack(packed: &[u8], width: usize, first: usize, count: usize, to: &mut Vec<i32>) {
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                $($width => unpack_by::<$width>(packed, first, count, to),)*
                _ => to.resize(to.len() + count, 0),
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
}

fn unpack_by<const WIDTH: usize>(packed: &[u8], first: usize, count: usize, to: &mut Vec<i32>) {
    let (mut at, mut count) = (first / 8 * WIDTH, count);
    // Eight numbers start with a byte; of the first eight some may be behind us.
    let mut passed = first % 8;
    while count > 0 {
        let rest = packed.get(at..).unwrap_or_default();
        let eight = match rest.first_chunk::<SIGHT>() {
            Some(sight) => eight_of::<WIDTH>(sight),
            None => {
                let mut sight = [0; SIGHT];
                sight.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
                eight_of::<WIDTH>(&sight)
            }
        };
        let taken = count.min(8 - passed);
        if taken == 8 {
            to.extend_from_slice(&eight);
        } else {
            to.extend(eight.iter().skip(passed).take(taken));
        }
        at += WIDTH;
        count -= taken;
        passed = 0;
    }
}

/// The eight numbers that the bytes start with.
#[inline]
fn eight_of<const WIDTH: usize>(sight: &[u8; SIGHT]) -> [i32; 8] {
    std::array::from_fn(|at| {
        let bit = at * WIDTH;
        // Eight bytes from there on hold the number, wherever in the first of them it starts.
        let word = sight.get(bit / 8..).and_then(|rest| rest.first_chunk::<8>());
        let word = word.map_or(0, |word| u64::from_le_bytes(*word));
        (word >> (bit % 8) & ((1 << WIDTH) - 1)) as i32
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers as a run of each kind.
    fn written(runs: &[(bool, Vec<u32>)], width: usize) -> (Vec<u8>, Vec<i32>) {
        let (mut bytes, mut numbers) = (Vec::new(), Vec::new());
        let head = |bytes: &mut Vec<u8>, mut head: usize| {
            while head > 0x7f {
                bytes.push(head as u8 | 0x80);
                head >>= 7;
            }
            bytes.push(head as u8);
        };
        for (packed, of) in runs {
            let of: Vec<u32> = of.iter().map(|n| n & ((1_u64 << width) - 1) as u32).collect();
            if *packed {
                head(&mut bytes, of.len().div_ceil(8) << 1 | 1);
                let mut bits = vec![0_u8; of.len().div_ceil(8) * width];
                for (at, n) in of.iter().enumerate() {
                    for bit in (0..width).filter(|bit| n >> bit & 1 == 1) {
                        bits[(at * width + bit) / 8] |= 1 << ((at * width + bit) % 8);
                    }
                }
                bytes.extend(bits);
                numbers.extend(of.iter().map(|n| *n as i32));
            } else {
                head(&mut bytes, of.len() << 1);
                let n = of.first().copied().unwrap_or(0);
                bytes.extend(&n.to_le_bytes()[..width.div_ceil(8)]);
                numbers.extend(of.iter().map(|_| n as i32));
            }
        }
        (bytes, numbers)
    }

    proptest! {
        #[test]
        fn numbers_are_those_that_were_written(
            width in 0_usize..32,
            // Whole eights, so that what is written is what is read.
            runs in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u32>(), 0..12)), 1..8),
            steps in prop::collection::vec(1_usize..20, 1..40),
        ) {
            let runs: Vec<_> = runs.into_iter().map(|(packed, mut of)| {
                if packed { of.resize(of.len().next_multiple_of(8), 0); }
                (packed, of)
            }).collect();
            let (bytes, numbers) = written(&runs, width);
            let mut hybrid = Hybrid::new(bytes.clone().into(), width as u8).unwrap();
            let (mut read, mut steps) = (Vec::new(), steps.iter().cycle());
            while read.len() < numbers.len() {
                let step = (*steps.next().unwrap()).min(numbers.len() - read.len());
                hybrid.read(step, &mut read).unwrap();
            }
            prop_assert_eq!(&read, &numbers);
            prop_assert!(hybrid.read(1, &mut read).is_err(), "there are no more");
            if width == 1 {
                let mut hybrid = Hybrid::new(bytes.into(), 1).unwrap();
                let mut bits = BooleanBufferBuilder::new(0);
                let mut ones = 0;
                while bits.len() < numbers.len() {
                    let step = (*steps.next().unwrap()).min(numbers.len() - bits.len());
                    ones += hybrid.read_bits(step, &mut bits).unwrap();
                }
                let bits = bits.finish();
                prop_assert!(bits.iter().eq(numbers.iter().map(|n| *n == 1)));
                prop_assert_eq!(ones, numbers.iter().filter(|n| **n == 1).count());
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40), width in 0_u8..40) {
            let Ok(mut hybrid) = Hybrid::new(bytes.clone().into(), width) else { return Ok(()) };
            let (mut numbers, mut bits) = (Vec::new(), BooleanBufferBuilder::new(0));
            if hybrid.read(1000, &mut numbers).is_ok() {
                prop_assert_eq!(numbers.len(), 1000);
            }
            if let Ok(mut hybrid) = Hybrid::new(bytes.into(), 1) && hybrid.read_bits(1000, &mut bits).is_ok() {
                prop_assert_eq!(bits.len(), 1000);
            }
        }
    }
}
