//! Stability: how far the records of one file lie otherwise than those of another, bin by bin, as the population stability
//! index says it: the sum over the bins of (actual − expected) × ln(actual / expected), in shares.
//!
//! That is the symmetric divergence of S. Kullback and R. A. Leibler (*On information and sufficiency*, Annals of Mathematical
//! Statistics 22, 1951). Below 0.1 is called no shift, below 0.25 a moderate one, and what is greater a large one: a convention
//! of the trade (E. M. Lewis, *An Introduction to Credit Scoring*, 1994; N. Siddiqi, *Credit Risk Scorecards*, 2006), with no
//! theory behind it. Beside the index stands what chance alone gives on average: bins less one times (1/n + 1/m), as the index
//! of two samples of the same population follows a chi-square distribution with that scale (B. Yurdakul and J. Naranjo,
//! *Statistical properties of the population stability index*, Journal of Risk Model Validation 14, 2020).
//!
//! A bin that is empty in one of the files has no logarithm. It counts there as half a record, and is flagged: the correction
//! of J. B. S. Haldane (*The estimation and significance of the logarithm of a ratio of frequencies*, Annals of Human Genetics
//! 20, 1956). So the index is never infinite, and an empty bin weighs less the smaller the file.

use super::characteristics::Lines;
use crate::decimal::Decimal;
use crate::impact::Counts;
use crate::policy::Policy;
use std::collections::BTreeMap;

/// From here on a shift is called moderate.
pub const SMALL: f64 = 0.1;
/// From here on it is called large.
pub const MODERATE: f64 = 0.25;

/// How far two files lie apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// The bins.
    pub bins: Vec<Bin>,
    /// How many records there are in the file that is expected, and in the other.
    pub records: (u64, u64),
    /// The index; `None` where a file has no record.
    pub index: Option<f64>,
    /// What chance alone gives on average.
    pub by_chance: Option<f64>,
}

/// Records of both files.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// What they have in common, in the words of a policy.
    pub label: String,
    /// How many of the file that is expected.
    pub expected: u64,
    /// How many of the other.
    pub actual: u64,
    /// What it adds to the index.
    pub adds: f64,
    /// Whether it is empty in one of the files.
    pub filled: Option<Filled>,
}

/// In which file a bin is empty, and counts as half a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// Nobody was expected there: it is new.
    New,
    /// Nobody is there any more.
    Gone,
}

/// What an index is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Degree {
    /// Below 0.1.
    None,
    /// From 0.1 to below 0.25.
    Moderate,
    /// 0.25 or more.
    Large,
}

/// How scores are put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScoreBins {
    /// By the deciles of the file that is expected. Equal scores stay together, so there may be fewer than ten.
    #[default]
    Deciles,
    /// By the scores of the tiers.
    Tiers,
}

/// So many bins are made of numbers. As many different ones, or fewer, have a bin each.
const BINS: u64 = 10;

impl Degree {
    /// Of an index.
    pub fn of(index: f64) -> Self {
        if index < SMALL {
            Self::None
        } else if index < MODERATE {
            Self::Moderate
        } else {
            Self::Large
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "no shift",
            Self::Moderate => "moderate shift",
            Self::Large => "large shift",
        }
    }
}

impl Filled {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

impl Shift {
    /// Of counts by bin: what it is called, how many were expected, how many are there. Bins that are empty in both are none.
    pub fn of(counts: impl IntoIterator<Item = (String, u64, u64)>) -> Self {
        let counts: Vec<_> = counts.into_iter().filter(|(_, e, a)| *e > 0 || *a > 0).collect();
        let (n, m) = counts.iter().fold((0, 0), |(n, m), (_, e, a)| (n + e, m + a));
        let measured = n > 0 && m > 0;
        let share = |count: u64, of: u64| (if count == 0 { 0.5 } else { count as f64 }) / of as f64;
        let bins: Vec<Bin> = counts
            .into_iter()
            .map(|(label, expected, actual)| {
                let (e, a) = (share(expected, n), share(actual, m));
                // Shares that are equal give exactly 0.
                let same = u128::from(expected) * u128::from(m) == u128::from(actual) * u128::from(n);
                let adds = if measured && !same { (a - e) * (a / e).ln() } else { 0.0 };
                let filled = match (expected, actual) {
                    (0, _) => Some(Filled::New),
                    (_, 0) => Some(Filled::Gone),
                    (_, _) => None,
                };
                Bin { label, expected, actual, adds, filled }
            })
            .collect();
        let index = measured.then(|| bins.iter().map(|bin| bin.adds).sum());
        let free = bins.len().saturating_sub(1) as f64;
        let by_chance = measured.then(|| free * (1.0 / n as f64 + 1.0 / m as f64));
        Self { bins, records: (n, m), index, by_chance }
    }

    /// What the index is called.
    pub fn degree(&self) -> Option<Degree> {
        self.index.map(Degree::of)
    }

    /// How many bins are empty in one of the files.
    pub fn filled(&self) -> usize {
        self.bins.iter().filter(|bin| bin.filled.is_some()).count()
    }
}

/// How far the scores of two files lie apart.
pub fn score_shift(policy: &Policy, bins: ScoreBins, expected: &Counts, actual: &Counts) -> Shift {
    match bins {
        ScoreBins::Deciles => by_cuts(expected, actual),
        ScoreBins::Tiers => {
            let (expected, actual) = (expected.numbers(), actual.numbers());
            let of = |counts: &BTreeMap<Decimal, u64>, tier: usize| {
                let mine = counts
                    .iter()
                    .filter(|(score, _)| policy.tier_of(**score).is_some_and(|found| found.index() == tier));
                mine.map(|(_, count)| count).sum::<u64>()
            };
            let tiers = policy.tiers.iter().enumerate().rev();
            Shift::of(tiers.map(|(at, tier)| {
                (format!("{} ({})", tier.name, tier.text), of(&expected, at), of(&actual, at))
            }))
        }
    }
}

/// How far two files lie apart in a characteristic, a rule or an influence: by the rows of a table, else by points.
pub fn characteristic_shift(expected: &Lines, actual: &Lines) -> Shift {
    match (expected, actual) {
        (Lines::Rows(expected), Lines::Rows(actual)) => {
            let both = expected.iter().zip(actual);
            Shift::of(both.map(|((label, expected), (_, actual))| (label.clone(), *expected, *actual)))
        }
        (Lines::Points(expected), Lines::Points(actual)) => {
            let (e, a) = (expected.numbers(), actual.numbers());
            if e.len() as u64 > BINS {
                return by_cuts(expected, actual);
            }
            let of =
                |counts: &BTreeMap<Decimal, u64>, points: &Decimal| counts.get(points).copied().unwrap_or(0);
            let mut values: Vec<&Decimal> = e.keys().chain(a.keys()).collect();
            values.sort_unstable();
            values.dedup();
            Shift::of(
                values.into_iter().map(|points| (format!("{points:+}"), of(&e, points), of(&a, points))),
            )
        }
        (Lines::Rows(_), Lines::Points(_)) | (Lines::Points(_), Lines::Rows(_)) => Shift::of([]),
    }
}

/// In bins of about equally many of the numbers that are expected.
fn by_cuts(expected: &Counts, actual: &Counts) -> Shift {
    let (expected, actual) = (expected.numbers(), actual.numbers());
    let cuts = cuts(&expected);
    let in_bins = |counts: &BTreeMap<Decimal, u64>| {
        let mut bins = vec![0_u64; cuts.len() + 1];
        for (number, count) in counts {
            let bin = cuts.partition_point(|cut| cut <= number);
            bins.iter_mut().skip(bin).take(1).for_each(|all| *all += count);
        }
        bins
    };
    let labels = (0..=cuts.len()).map(|bin| {
        let low = bin.checked_sub(1).and_then(|before| cuts.get(before));
        match (low, cuts.get(bin)) {
            (None, None) => "any".to_owned(),
            (None, Some(high)) => format!("under {high}"),
            (Some(low), Some(high)) => format!("{low} to under {high}"),
            (Some(low), None) => format!("{low} or more"),
        }
    });
    let counts = in_bins(&expected).into_iter().zip(in_bins(&actual));
    Shift::of(labels.zip(counts).map(|(label, (expected, actual))| (label, expected, actual)))
}

/// Where bins begin, rising: at the least number that a tenth, two tenths … of all stay below.
fn cuts(counts: &BTreeMap<Decimal, u64>) -> Vec<Decimal> {
    let all = u128::from(counts.values().sum::<u64>());
    let mut cuts: Vec<Decimal> = Vec::new();
    let (mut below, mut tenth) = (0_u128, 1_u128);
    for (number, count) in counts {
        let mut cut = false;
        while tenth < u128::from(BINS) && below > 0 && below * u128::from(BINS) >= tenth * all {
            (tenth, cut) = (tenth + 1, true);
        }
        if cut {
            cuts.push(*number);
        }
        below += u128::from(*count);
    }
    cuts
}
