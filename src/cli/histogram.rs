//! Scores in bands of equal width, and bars drawn in text.

use crate::decimal::Decimal;
use crate::impact::Bands;
use std::collections::BTreeMap;

/// The longest bar, in characters.
const LONGEST: u64 = 40;
/// A band of scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Band {
    /// The band in the words of a policy: `550 to under 600`.
    pub(super) label: String,
    /// How many scores lie in it.
    pub(super) count: u64,
}

/// Sorts scores, with how many records have each, into at most 13 bands whose ends are round numbers; none for no scores.
/// `round` is the step between scores.
pub(super) fn bands(scores: &BTreeMap<Decimal, u64>, round: Decimal) -> Vec<Band> {
    let ends = scores.first_key_value().zip(scores.last_key_value());
    let Some(((least, _), (most, _))) = ends else { return Vec::new() };
    let Some(bands) = Bands::over(*least, *most, round) else {
        let count = scores.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
        return vec![Band { label: format!("{least} to {most}"), count }];
    };
    let mut counts = vec![0_u64; bands.many()];
    for (score, have_it) in scores {
        if let Some(count) = counts.get_mut(bands.of(*score)) {
            *count += have_it;
        }
    }
    counts.into_iter().enumerate().map(|(at, count)| Band { label: bands.label(at), count }).collect()
}

/// A bar of blocks for `count` where the longest is for `most`; anything at all has a mark.
pub(super) fn bar(count: u64, most: u64) -> String {
    const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    let eighths = (count * LONGEST * 8).checked_div(most).unwrap_or(0).max(u64::from(count > 0));
    let mut bar = "█".repeat((eighths / 8) as usize);
    bar.extend((eighths % 8).checked_sub(1).and_then(|part| EIGHTHS.get(part as usize)));
    bar
}

#[cfg(test)]
mod tests {
    use super::{Band, bands, bar};
    use crate::decimal::Decimal;
    use std::collections::BTreeMap;

    fn counted(scores: impl Iterator<Item = Decimal>) -> BTreeMap<Decimal, u64> {
        let mut counts = BTreeMap::new();
        scores.for_each(|score| *counts.entry(score).or_insert(0) += 1);
        counts
    }

    fn drawn(scores: &[&str], round: &str) -> Vec<String> {
        let number = |text: &&str| Decimal::parse(text).unwrap();
        let scores = counted(scores.iter().map(number));
        bands(&scores, number(&round))
            .into_iter()
            .map(|Band { label, count }| format!("{label}: {count}"))
            .collect()
    }

    #[test]
    fn bands_have_round_ends() {
        assert_eq!(drawn(&["300", "850"], "1").first().unwrap(), "300 to under 350: 1");
        assert_eq!(drawn(&["300", "850"], "1").last().unwrap(), "850 to under 900: 1");
        assert_eq!(drawn(&["7", "9", "9"], "1"), ["7: 1", "8: 0", "9: 2"]);
        assert_eq!(drawn(&["-12", "13"], "1").len(), 6);
        assert_eq!(drawn(&["0.1", "0.3"], "0.1"), ["0.1: 1", "0.2: 0", "0.3: 1"]);
        assert_eq!(drawn(&["500"], "5"), ["500: 1"]);
        assert!(drawn(&[], "1").is_empty());
    }

    #[test]
    fn no_score_is_lost() {
        let scores = counted((0..1000).map(|n| Decimal::from_int((n * 37) % 551 + 300)));
        for round in ["1", "0.001", "10"] {
            let bands = bands(&scores, Decimal::parse(round).unwrap());
            assert_eq!(bands.iter().map(|band| band.count).sum::<u64>(), 1000);
            assert!(bands.len() <= 13, "{}", bands.len());
        }
    }

    #[test]
    fn bars_keep_their_proportion() {
        assert_eq!(bar(0, 10), "");
        assert_eq!(bar(10, 10).chars().count(), 40);
        assert_eq!(bar(5, 10).chars().count(), 20);
        assert_eq!(bar(1, 100_000), "▏");
        assert_eq!(bar(3, 0), "▏");
    }
}
