//! The scores of the real card, worked out a second way: from `card.csv` and the applicants' file, not through the policy.

use super::command::{glassbox, stdout};
use std::collections::HashMap;
use std::path::Path;

/// A line of the card: which values it takes, and the points that it gives.
struct Bin {
    values: Values,
    points: i64,
}

/// The values of a bin.
enum Values {
    /// `[a,b)`, either end perhaps infinite.
    Range(f64, f64),
    /// Categories, spelt as in the file.
    Names(Vec<String>),
}

impl Values {
    fn read(text: &str) -> Self {
        match text.strip_prefix('[').and_then(|text| text.strip_suffix(')')) {
            Some(range) => {
                let (low, high) = range.split_once(',').unwrap();
                Self::Range(low.parse().unwrap(), high.parse().unwrap())
            }
            None => Self::Names(text.split("%,%").map(str::to_owned).collect()),
        }
    }

    fn take(&self, value: &str) -> bool {
        match self {
            Self::Range(low, high) => value.parse::<f64>().is_ok_and(|value| *low <= value && value < *high),
            Self::Names(names) => names.iter().any(|name| name == value),
        }
    }
}

/// The lines of a CSV file as cells; quotes as RFC 4180 has them, no cell runs over a line.
fn cells(path: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let split = |line: &str| {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => cells.last_mut().unwrap().push(c),
            }
        }
        cells
    };
    text.lines().map(split).collect()
}

/// The base, and the bins of each variable.
fn card() -> (i64, HashMap<String, Vec<Bin>>) {
    let mut base = 0;
    let mut bins: HashMap<String, Vec<Bin>> = HashMap::new();
    for line in cells("rules/german_credit/card.csv").into_iter().skip(1) {
        let [variable, bin, points] = line.try_into().unwrap();
        let points: i64 = points.strip_suffix(".0").unwrap().parse().unwrap();
        if variable == "basepoints" {
            base = points;
        } else {
            bins.entry(variable).or_default().push(Bin { values: Values::read(&bin), points });
        }
    }
    (base, bins)
}

/// The score of every applicant by the card: the base, and for each variable the points of the one bin that takes its value.
fn by_the_card() -> Vec<i64> {
    let (base, card) = card();
    assert_eq!((base, card.len()), (446, 13));
    let mut lines = cells("rules/german_credit/germancredit.csv").into_iter();
    let heading = lines.next().unwrap();
    assert!(card.keys().all(|variable| heading.contains(variable)));
    let points = |variable: &String, value: &String| {
        let bins = card.get(variable)?;
        let fitting: Vec<&Bin> = bins.iter().filter(|bin| bin.values.take(value)).collect();
        assert_eq!(fitting.len(), 1, "`{variable}` is `{value}`");
        Some(fitting[0].points)
    };
    lines
        .map(|line| {
            base + heading
                .iter()
                .zip(&line)
                .filter_map(|(variable, value)| points(variable, value))
                .sum::<i64>()
        })
        .collect()
}

#[test]
fn each_of_the_thousand_scores_is_the_base_and_the_points_of_the_card() {
    let expected = by_the_card();
    assert_eq!(expected.len(), 1000);
    let printed = stdout(glassbox(["score", "rules/german_credit", "--quiet"]));
    let mut lines = printed.lines();
    assert!(lines.next().unwrap().starts_with("applicant,score,"));
    let found: Vec<(usize, i64)> = lines
        .map(|line| {
            let mut cells = line.split(',');
            (cells.next().unwrap().parse().unwrap(), cells.next().unwrap().parse().unwrap())
        })
        .collect();
    let expected: Vec<(usize, i64)> = (1..).zip(expected).collect();
    assert_eq!(found, expected);
}

#[test]
fn contributions_and_the_base_sum_to_the_score() {
    let printed = stdout(glassbox(["score", "rules/german_credit", "--quiet", "--contributions"]));
    let mut lines = printed.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heading = lines.next().unwrap();
    let points: Vec<usize> = (0..heading.len()).filter(|at| heading[*at].starts_with("points_")).collect();
    assert_eq!(points.len(), 13);
    let mut many = 0;
    for line in lines {
        let sum: i64 = points.iter().map(|at| line[*at].parse::<i64>().unwrap()).sum();
        assert_eq!((446 + sum).to_string(), line[1], "applicant {}", line[0]);
        many += 1;
    }
    assert_eq!(many, 1000);
}
