//! Whole numbers as differences, packed in as few bits as each group of them needs (Parquet's `DELTA_BINARY_PACKED`).

use super::hybrid::{count, varint};

/// Numbers in a block, which has a least difference of its own.
const BLOCK: usize = 128;
/// Numbers in a part of a block, which has a width of its own.
const PART: usize = 32;

/// How wide the column's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// 32 bits.
    Four,
    /// 64 bits.
    Eight,
}

impl Size {
    /// The difference as numbers of this size wrap around.
    #[inline]
    fn wrap(self, difference: i64) -> i64 {
        match self {
            Self::Four => i64::from(difference as i32),
            Self::Eight => difference,
        }
    }

    /// The same without a sign.
    #[inline]
    fn unsigned(self, difference: i64) -> u64 {
        match self {
            Self::Four => u64::from(difference as u32),
            Self::Eight => difference as u64,
        }
    }
}

/// Adds numbers, which must fit into the size.
pub(super) fn encode(numbers: &[i64], size: Size, to: &mut Vec<u8>) {
    count(BLOCK, to);
    count(BLOCK / PART, to);
    count(numbers.len(), to);
    let Some((first, rest)) = numbers.split_first() else { return varint(0, to) };
    zigzag(*first, to);
    let mut before = *first;
    for block in rest.chunks(BLOCK) {
        let mut differences = [0_i64; BLOCK];
        for (slot, number) in differences.iter_mut().zip(block) {
            *slot = size.wrap(number.wrapping_sub(before));
            before = *number;
        }
        let known = differences.get_mut(..block.len()).unwrap_or_default();
        let least = known.iter().copied().min().unwrap_or_default();
        for difference in known.iter_mut() {
            *difference = size.wrap(difference.wrapping_sub(least));
        }
        zigzag(least, to);
        let widths = to.len();
        to.extend([0; BLOCK / PART]);
        // What is past the end of the numbers is 0, and parts past it are left out.
        let (parts, _) = differences.as_chunks::<PART>();
        for (at, part) in parts.iter().enumerate().take(block.len().div_ceil(PART)) {
            let most = part.iter().fold(0, |most, difference| most | size.unsigned(*difference));
            let width = u64::BITS - most.leading_zeros();
            if let Some(slot) = to.get_mut(widths + at) {
                *slot = width as u8;
            }
            pack(part, width, size, to);
        }
    }
}

fn pack(part: &[i64; PART], width: u32, size: Size, to: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let (mut word, mut bits) = (0_u128, 0);
    for difference in part {
        word |= u128::from(size.unsigned(*difference)) << bits;
        bits += width;
        if bits >= 64 {
            to.extend_from_slice(&(word as u64).to_le_bytes());
            word >>= 64;
            bits -= 64;
        }
    }
    to.extend(word.to_le_bytes().into_iter().take((bits / 8) as usize));
}

fn zigzag(number: i64, to: &mut Vec<u8>) {
    varint(((number << 1) ^ (number >> 63)) as u64, to);
}

#[cfg(test)]
mod tests {
    use super::{Size, encode};
    use proptest::prelude::*;

    /// What the numbers say, read slowly.
    fn decode(bytes: &[u8], size: Size) -> Vec<i64> {
        let mut at = 0;
        let varint = |at: &mut usize| {
            let (mut number, mut shift) = (0_u64, 0);
            loop {
                let byte = bytes[*at];
                *at += 1;
                number |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    return number;
                }
            }
        };
        let signed = |number: u64| (number >> 1) as i64 ^ -((number & 1) as i64);
        assert_eq!((varint(&mut at), varint(&mut at)), (128, 4));
        let count = varint(&mut at) as usize;
        let mut numbers = vec![signed(varint(&mut at))];
        while numbers.len() < count {
            let least = signed(varint(&mut at));
            let widths = bytes[at..at + 4].to_vec();
            at += 4;
            for width in widths.iter().map(|width| usize::from(*width)) {
                if numbers.len() >= count {
                    assert_eq!(width, 0);
                    continue;
                }
                let bit = |bit: usize| u64::from(bytes[at + bit / 8] >> (bit % 8) & 1);
                for part in 0..32 {
                    let difference: u64 = (0..width).map(|i| bit(part * width + i) << i).sum();
                    let before = numbers[numbers.len() - 1];
                    numbers.push(size.wrap(before.wrapping_add(least).wrapping_add(difference as i64)));
                }
                at += 4 * width;
            }
        }
        assert_eq!(at, bytes.len());
        numbers.truncate(count);
        numbers
    }

    proptest! {
        #[test]
        fn numbers_read_back(numbers in prop::collection::vec((any::<i64>(), 0..64_u32), 0..400), small: bool) {
            let size = if small { Size::Four } else { Size::Eight };
            let numbers: Vec<i64> = numbers.iter().map(|(n, shift)| size.wrap(n >> shift)).collect();
            let mut bytes = Vec::new();
            encode(&numbers, size, &mut bytes);
            if !numbers.is_empty() {
                prop_assert_eq!(decode(&bytes, size), numbers);
            }
        }
    }
}
