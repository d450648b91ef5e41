//! Random bits, and how they are shared out: the same seed gives the same bits on every machine, for ever.
//!
//! Every column of every block of records has a stream of its own, xoshiro256++ started from a hash of the seed, the
//! names of table and column, and the number of the block. So no draw depends on how many threads there are, and a field
//! that is added changes no other. What is drawn for one record alone (how many children it has, whom it is linked to)
//! comes from a hash of the record's number, so that it can be worked out again without the records before it.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The golden ratio in 64 bits: the step of SplitMix64.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// What a stream of bits starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seed(u64);

impl Seed {
    /// The user's seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x676C_6173_7362_6F78))
    }

    /// The seed of a part with a name: FNV-1a over its bytes.
    pub(super) fn named(self, name: &str) -> Self {
        let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Self(mix(self.0 ^ hash))
    }

    /// 64 bits of their own for a number.
    pub(super) fn at(self, number: u64) -> u64 {
        mix(self.0.wrapping_add(number.wrapping_mul(STEP)))
    }

    /// 64 bits of their own for two numbers.
    pub(super) fn at_both(self, one: u64, two: u64) -> u64 {
        mix(self.at(one).wrapping_add(two.wrapping_mul(STEP)))
    }

    /// The stream of a block.
    pub(super) fn stream(self, block: u64) -> Bits {
        let start = self.at(block);
        let mut bytes = [0; 32];
        for (word, chunk) in (1..).zip(bytes.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&mix(start.wrapping_add(STEP.wrapping_mul(word))).to_le_bytes());
        }
        Bits(Xoshiro256PlusPlus::from_seed(bytes))
    }
}

/// SplitMix64's finisher: every bit of the result hangs on every bit of `x`.
pub(super) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A number below `limit` from 64 bits: the upper half of their product.
pub(super) fn below(bits: u64, limit: u64) -> u64 {
    ((u128::from(bits) * u128::from(limit)) >> 64) as u64
}

/// A stream of random bits.
pub(super) struct Bits(Xoshiro256PlusPlus);

impl Bits {
    /// The next 64.
    pub(super) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// Something that happens with a probability, given in 2^32nds: told from the upper 32 of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chance(u64);

impl Chance {
    /// It never happens.
    pub(super) const NEVER: Self = Self(0);

    /// Of a share from 0 to 1.
    pub(super) fn of(share: f64) -> Self {
        Self((share.clamp(0.0, 1.0) * 4_294_967_296.0 + 0.5) as u64)
    }

    /// Whether it happens, by these bits.
    pub(super) fn happens(self, bits: u64) -> bool {
        bits >> 32 < self.0
    }

    /// Whether it can happen.
    pub(super) fn is_possible(self) -> bool {
        self.0 > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_are_those_of_ever() {
        let mut bits = Seed::new(1).named("person").named("age").stream(0);
        assert_eq!([bits.next(), bits.next()], GOLDEN);
        assert_eq!(Seed::new(1).at_both(2, 3), GOLDEN_HASH);
    }

    /// Worked out by another program, from the definitions of FNV-1a, SplitMix64 and xoshiro256++.
    const GOLDEN: [u64; 2] = [1_141_278_071_958_470_216, 3_149_638_064_371_749_531];
    const GOLDEN_HASH: u64 = 5_468_105_554_586_606_531;

    #[test]
    fn streams_differ() {
        let seed = Seed::new(7).named("a");
        assert_ne!(seed.stream(0).next(), seed.stream(1).next());
        assert_ne!(seed.at(0), Seed::new(8).named("a").at(0));
        assert_ne!(seed.at(0), Seed::new(7).named("b").at(0));
    }

    #[test]
    fn a_chance_is_its_share() {
        let seed = Seed::new(3);
        let often = |share| (0..100_000).filter(|n| Chance::of(share).happens(seed.at(*n))).count();
        assert_eq!((often(0.0), often(1.0)), (0, 100_000));
        assert!((29_000..31_000).contains(&often(0.3)));
        assert!(!Chance::NEVER.is_possible());
    }
}
