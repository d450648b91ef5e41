//! Draws of one value from 64 random bits: from a curve, or from a list with weights. Both are a look-up in a table that
//! is made once, whatever the distribution.

use super::bits::Seed;

/// Which whole number 64 bits stand for. What a number means (cents, days ago) is the affair of whoever draws.
#[derive(Debug, Clone)]
pub(super) enum Draw {
    /// A distribution along a line.
    Curve(Box<Curve>),
    /// A list with weights.
    Choice(Choice),
}

impl Draw {
    /// The number that these bits stand for.
    #[inline]
    pub(super) fn of(&self, bits: u64) -> i64 {
        match self {
            Self::Curve(curve) => curve.of(bits),
            Self::Choice(choice) => choice.of(bits),
        }
    }

    /// The least and the greatest number that can come.
    pub(super) fn ends(&self) -> (i64, i64) {
        match self {
            Self::Curve(curve) => curve.ends,
            Self::Choice(choice) => choice.ends(),
        }
    }

    /// The same, but besides a number comes with a share of its own.
    pub(super) fn with_often(self, number: i64, share: f64) -> Self {
        match self {
            Self::Curve(curve) => Self::Curve(Box::new(curve.with_often(number, share))),
            Self::Choice(choice) => Self::Choice(choice.with_often(number, share)),
        }
    }

    /// The mean of what comes.
    pub(super) fn mean(&self) -> f64 {
        let parts = 1024_u64;
        let sum: f64 = (0..parts).map(|part| self.of((part << 54) | (1 << 53)) as f64).sum();
        match self {
            Self::Curve(_) => sum / parts as f64,
            Self::Choice(choice) => choice.mean(),
        }
    }
}

/// Steps in each table of a curve.
const STEPS: usize = 1024;

/// A distribution by its quantiles: 1,024 steps, and the first and the last of them 1,024 finer ones. Between two steps
/// it is a straight line.
///
/// Of the 64 bits the upper 10 say which step, the 32 below how far into it, and the last 22 whether it is the number
/// that comes more often than the curve would have it.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    body: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    ends: (i64, i64),
    /// A number with a share of its own, in 2^22nds.
    often: (u64, i64),
}

/// How near to 0 and 1 the quantiles go.
pub(super) const EDGE: f64 = 1.0 / 8_388_608.0;

impl Curve {
    /// A curve of numbers from `least` to `greatest`. `quantile` rises; it says which number the share `u` of all lies
    /// below, with `EDGE <= u <= 1 - EDGE`. Nothing when it never lies between the two.
    pub(super) fn new(quantile: impl Fn(f64) -> f64, least: i64, greatest: i64) -> Option<Self> {
        let (low_end, high_end) = (least as f64 - 0.5, greatest as f64 + 0.5);
        let from = share_below(&quantile, low_end);
        let to = share_below(&quantile, high_end);
        if least > greatest || from >= to {
            return None;
        }
        let at = |u: f64| {
            let u = (from + (to - from) * u).clamp(EDGE, 1.0 - EDGE);
            quantile(u).clamp(low_end, high_end)
        };
        let steps = STEPS as f64;
        let table =
            |start: f64, width: f64| (0..=STEPS).map(|n| at(start + width * n as f64 / steps)).collect();
        Some(Self {
            body: table(0.0, 1.0),
            low: table(0.0, 1.0 / steps),
            high: table(1.0 - 1.0 / steps, 1.0 / steps),
            ends: (least, greatest),
            often: (0, 0),
        })
    }

    /// The numbers from `least` to `greatest`, each as likely as the next.
    pub(super) fn even(least: i64, greatest: i64) -> Option<Self> {
        let (low_end, width) = (least as f64 - 0.5, greatest as f64 - least as f64 + 1.0);
        Self::new(|u| low_end + width * (u - EDGE) / (1.0 - 2.0 * EDGE), least, greatest)
    }

    /// The same, but a number comes with a share of its own.
    pub(super) fn with_often(mut self, number: i64, share: f64) -> Self {
        self.often = ((share.clamp(0.0, 1.0) * 4_194_304.0 + 0.5) as u64, number);
        self.ends = (self.ends.0.min(number), self.ends.1.max(number));
        self
    }

    /// The number that these bits stand for.
    #[inline]
    pub(super) fn of(&self, bits: u64) -> i64 {
        if bits & 0x3F_FFFF < self.often.0 {
            return self.often.1;
        }
        let step = (bits >> 54) as usize;
        let into = ((bits >> 22) & 0xFFFF_FFFF) as f64 / 4_294_967_296.0;
        let x = match step {
            0 => finer(&self.low, into),
            1023 => finer(&self.high, into),
            _ => line(&self.body, step, into),
        };
        // The ends keep the rounding of the last half step inside.
        (floor(x + 0.5)).clamp(self.ends.0, self.ends.1)
    }
}

/// In one of the finer tables.
fn finer(table: &[f64], into: f64) -> f64 {
    let at = into * STEPS as f64;
    line(table, at as usize, at - (at as usize) as f64)
}

#[inline]
fn line(table: &[f64], step: usize, into: f64) -> f64 {
    match table.get(step..step + 2) {
        Some([from, to]) => from + (to - from) * into,
        Some(_) | None => 0.0,
    }
}

#[inline]
fn floor(x: f64) -> i64 {
    let whole = x as i64;
    whole - i64::from(whole as f64 > x)
}

/// The share of all that lies below `x`.
fn share_below(quantile: &impl Fn(f64) -> f64, x: f64) -> f64 {
    let (mut low, mut high) = (EDGE, 1.0 - EDGE);
    if quantile(low) >= x {
        return low;
    }
    if quantile(high) <= x {
        return high;
    }
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if quantile(middle) < x { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// A list of numbers with weights, by Walker's and Vose's alias method: the upper 32 bits say which entry, the lower 32
/// whether it is that one or its alias.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    number: i64,
    instead: i64,
    /// In 2^32nds.
    keep: u64,
    weight: f64,
}

impl Choice {
    /// Numbers with weights; those without weight never come. Nothing when none has any.
    pub(super) fn new(of: impl IntoIterator<Item = (i64, f64)>) -> Option<Self> {
        let of: Vec<(i64, f64)> = of.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        let total: f64 = of.iter().map(|(_, weight)| weight).sum();
        if of.is_empty() || !total.is_finite() {
            return None;
        }
        let count = of.len() as f64;
        let mut entries: Vec<Entry> = of
            .iter()
            .map(|(number, weight)| Entry {
                number: *number,
                instead: *number,
                keep: 1 << 32,
                weight: weight / total,
            })
            .collect();
        let mut left: Vec<f64> = of.iter().map(|(_, weight)| weight * count / total).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..of.len()).partition(|at| left.get(*at).is_some_and(|share| *share < 1.0));
        while let (Some(less), Some(more)) = (small.pop(), large.pop()) {
            let share = left.get(less).copied().unwrap_or(1.0);
            let instead = of.get(more).map_or(0, |(number, _)| *number);
            if let Some(entry) = entries.get_mut(less) {
                entry.keep = (share * 4_294_967_296.0) as u64;
                entry.instead = instead;
            }
            if let Some(rest) = left.get_mut(more) {
                *rest -= 1.0 - share;
                if *rest < 1.0 { small.push(more) } else { large.push(more) }
            }
        }
        Some(Self { entries })
    }

    /// The same, but besides a number comes with a share of its own.
    fn with_often(self, number: i64, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let others = self.entries.iter().map(|entry| (entry.number, entry.weight * (1.0 - share)));
        Self::new(others.chain([(number, share)])).unwrap_or(self)
    }

    #[inline]
    fn of(&self, bits: u64) -> i64 {
        let at = ((bits >> 32) * self.entries.len() as u64) >> 32;
        let Some(entry) = self.entries.get(at as usize) else { return 0 };
        if bits & 0xFFFF_FFFF < entry.keep { entry.number } else { entry.instead }
    }

    fn ends(&self) -> (i64, i64) {
        let numbers = || self.entries.iter().map(|entry| entry.number);
        (numbers().min().unwrap_or(0), numbers().max().unwrap_or(0))
    }

    fn mean(&self) -> f64 {
        self.entries.iter().map(|entry| entry.number as f64 * entry.weight).sum()
    }
}

/// How many of something each record has: drawn from the record's number alone.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pub(super) draw: Draw,
    pub(super) seed: Seed,
}

impl Counts {
    /// How many record `number` has.
    #[inline]
    pub(super) fn of(&self, number: u64) -> u64 {
        self.draw.of(self.seed.at(number)).max(0) as u64
    }
}
