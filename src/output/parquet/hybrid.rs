//! Small whole numbers as Parquet's hybrid of runs and packed bits, from codes held side by side.
//!
//! Packing works on eight codes at once: as lanes of one or two words, pushed together by shifts.

/// Codes of one or two bytes.
pub(super) trait Code: Copy + Eq + Ord + Into<usize> + From<u8> + std::fmt::Debug + Send {
    /// The code where there is nothing: the greatest.
    const NOTHING: Self;

    /// A code; it must fit.
    fn of(position: usize) -> Self;

    /// Eight codes of `width` bits each, the first in the lowest bits.
    fn join(eight: &[Self; 8], width: u32) -> u128;
}

/// How many codes are looked at together for a run.
const BLOCK: usize = 64;

/// The bits that numbers up to this one need, at least one.
pub(super) fn width_for(most: usize) -> u32 {
    (usize::BITS - most.leading_zeros()).max(1)
}

/// Adds the codes, all less than `1 << width`, as runs where they stay the same and packed bits elsewhere.
pub(super) fn encode<C: Code>(codes: &[C], width: u32, to: &mut Vec<u8>) {
    let mut rest = codes;
    while !rest.is_empty() {
        let packed = rest.chunks(BLOCK).take_while(|block| !is_run(block)).map(<[C]>::len).sum();
        let (mixed, after) = rest.split_at(packed);
        if !mixed.is_empty() {
            count((mixed.len().div_ceil(8) << 1) | 1, to);
            pack(mixed, width, to);
        }
        let run: usize = after
            .chunks(BLOCK)
            .take_while(|block| is_run(block) && block.first() == after.first())
            .map(<[C]>::len)
            .sum();
        if let Some(code) = after.first().filter(|_| run > 0) {
            count(run << 1, to);
            let value: usize = (*code).into();
            to.extend(value.to_le_bytes().into_iter().take(width.div_ceil(8) as usize));
        }
        rest = after.split_at(run).1;
    }
}

/// Adds the codes as packed bits; the last byte is filled up with zeros, to eight codes.
pub(super) fn pack<C: Code>(codes: &[C], width: u32, to: &mut Vec<u8>) {
    const WORD: usize = 16;
    let bytes = width as usize;
    let (eights, rest) = codes.as_chunks::<8>();
    let mut at = to.len();
    // Each word is written whole; the next one covers what was too much.
    to.resize(at + eights.len() * bytes + WORD, 0);
    for eight in eights {
        if let Some(slot) = to.get_mut(at..at + WORD) {
            slot.copy_from_slice(&C::join(eight, width).to_le_bytes());
        }
        at += bytes;
    }
    to.truncate(at);
    if !rest.is_empty() {
        let mut last = [C::from(0); 8];
        last.iter_mut().zip(rest).for_each(|(slot, code)| *slot = *code);
        to.extend(C::join(&last, width).to_le_bytes().into_iter().take(bytes));
    }
}

/// Whether all codes of a block are the same.
fn is_run<C: Code>(block: &[C]) -> bool {
    block.first().is_none_or(|first| block.iter().fold(true, |same, code| same & (code == first)))
}

/// Adds a number as 7 bits a byte, the lowest first.
pub(super) fn count(number: usize, to: &mut Vec<u8>) {
    varint(number as u64, to);
}

/// As [`count`].
pub(super) fn varint(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push((number as u8) | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

impl Code for u8 {
    const NOTHING: Self = Self::MAX;

    fn of(position: usize) -> Self {
        position as Self
    }

    #[inline]
    fn join(eight: &[Self; 8], width: u32) -> u128 {
        let lanes = u64::from_le_bytes(*eight);
        let pairs = (lanes & 0x00ff_00ff_00ff_00ff) | ((lanes & 0xff00_ff00_ff00_ff00) >> (8 - width));
        let fours = (pairs & 0x0000_ffff_0000_ffff) | ((pairs & 0xffff_0000_ffff_0000) >> (16 - 2 * width));
        ((fours & 0xffff_ffff) | ((fours >> 32) << (4 * width))).into()
    }
}

impl Code for u16 {
    const NOTHING: Self = Self::MAX;

    fn of(position: usize) -> Self {
        position as Self
    }

    #[inline]
    fn join(eight: &[Self; 8], width: u32) -> u128 {
        let [a, b, c, d, e, f, g, h] = eight.map(u64::from);
        let four =
            |a: u64, b: u64, c: u64, d: u64| a | (b << width) | (c << (2 * width)) | (d << (3 * width));
        u128::from(four(a, b, c, d)) | (u128::from(four(e, f, g, h)) << (4 * width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the hybrid says, read slowly.
    fn decode(mut bytes: &[u8], width: u32, count: usize) -> Vec<usize> {
        let mut codes = Vec::new();
        while codes.len() < count {
            let mut header = 0;
            for shift in (0..).step_by(7) {
                header |= usize::from(bytes[0] & 0x7f) << shift;
                let more = bytes[0] & 0x80 != 0;
                bytes = &bytes[1..];
                if !more {
                    break;
                }
            }
            let width = width as usize;
            if header & 1 == 0 {
                let size = width.div_ceil(8);
                let value = bytes[..size].iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte));
                codes.extend(std::iter::repeat_n(value, header >> 1));
                bytes = &bytes[size..];
            } else {
                let size = (header >> 1) * width;
                let bit = |at: usize| usize::from(bytes[at / 8] >> (at % 8) & 1);
                codes.extend(
                    (0..(header >> 1) * 8)
                        .map(|at| (0..width).map(|i| bit(at * width + i) << i).sum::<usize>()),
                );
                bytes = &bytes[size..];
            }
        }
        assert!(bytes.is_empty());
        codes.truncate(count);
        codes
    }

    fn check<C: Code>(codes: &[usize], width: u32) {
        let of: Vec<C> = codes.iter().map(|code| C::of(*code)).collect();
        let mut bytes = Vec::new();
        encode(&of, width, &mut bytes);
        assert_eq!(decode(&bytes, width, codes.len()), codes);
    }

    #[test]
    fn widths() {
        assert_eq!([0, 1, 2, 3, 4, 255, 256].map(width_for), [1, 1, 2, 2, 3, 8, 9]);
    }

    proptest! {
        #[test]
        fn codes_read_back(
            pieces in prop::collection::vec((any::<u16>(), any::<bool>(), 0..200_usize), 0..8), width in 1..=16_u32,
        ) {
            let mut codes = Vec::new();
            for (seed, run, length) in pieces {
                let code = |at: usize| if run { seed.into() } else { usize::from(seed).wrapping_mul(at * at + 7) };
                codes.extend((0..length).map(|at| code(at) & ((1 << width) - 1)));
            }
            check::<u16>(&codes, width);
            if width <= 8 {
                check::<u8>(&codes, width);
            }
        }
    }
}
