//! Influence: its statistics, and scores that settle.

use super::super::sample::*;
use super::*;
use crate::data::Value;
use crate::policy::*;
use proptest::prelude::*;

fn points(influence: &Influence, scores: &[&str]) -> InfluenceSeen {
    points_of(influence, scores.len(), scores.iter().map(|score| n(score)).collect()).unwrap()
}

#[test]
fn statistics_and_smoothing() {
    use Statistic::{Average, Highest, Lowest, Median};
    for (statistic, smoothing, scores, x) in [
        (Average, 0, &["500", "700", "701"][..], "633.666666667"),
        (Average, 5, &["700"], "616.666666667"),
        (Median, 0, &["700", "500", "900"], "700"),
        (Median, 0, &["700", "500"], "600"),
        (Median, 0, &["700", "500.5"], "600.25"),
        (Median, 1, &["700", "500", "900"], "650"),
        (Median, 2, &["700", "500", "900"], "600"),
        (Median, 5, &["700"], "600"),
        (Median, 2_000_000_000, &["700", "900"], "600"),
        (Lowest, 0, &["700", "650"], "650"),
        (Lowest, 1, &["700", "650"], "600"),
        (Highest, 0, &["500", "550"], "550"),
        (Highest, 3, &["500", "550"], "600"),
    ] {
        let mut influence = influence("0.5");
        (influence.statistic, influence.smoothing, influence.against) = (statistic, smoothing, n("600"));
        let seen = points(&influence, scores);
        assert_eq!(seen.statistic, Some(n(x)), "{statistic:?} of {scores:?} and {smoothing}");
        let distance = n(x).checked_sub(n("600")).unwrap();
        assert_eq!(seen.points, distance.checked_mul(n("0.5")).unwrap());
    }
}

#[test]
fn limits_and_nobody() {
    let mut influence = influence("0.3");
    influence.against = n("600");
    influence.limits = Some((n("-90"), n("90")));
    assert_eq!(points(&influence, &["850"]).points, n("75"));
    assert_eq!(points(&influence, &["950"]).points, n("90"));
    assert_eq!(points(&influence, &["0"]).points, n("-90"));
    // Nobody changes nothing, whatever the limits and the smoothing.
    influence.limits = Some((n("10"), n("90")));
    influence.smoothing = 5;
    assert_eq!(points(&influence, &[]).points, n("0"));
}

#[test]
fn previous_scores_are_read_as_they_were_published() {
    let mut policy = policy();
    policy.add(gives("a", Expr::Field(A)));
    policy.influences.push(Influence { settled: false, against: n("600"), ..influence("0.5") });
    let mut people = People::one("100");
    people.add(num("1"), num("1"), Value::YesNo(true)).add(num("2"), num("1"), Value::YesNo(true));
    people.friends[0] = vec![1, 2];
    people.previous = vec![Some(n("1")), Some(n("700")), None];
    let (outcome, recording) = people.record(&policy, 0);
    assert_eq!((outcome.score, &outcome.influences[..]), (Some(n("150")), &[n("50")][..]));
    assert_eq!((recording.influences[0].linked, recording.influences[0].with_score), (2, 1));
    // A threshold on a previous score is allowed, and is missing for who had none.
    let mut counted = policy.clone();
    let filter = Expr::Otherwise(
        Box::new(at_least(Expr::PreviousScore, "650")),
        Box::new(Expr::Constant(Value::YesNo(false))),
    );
    let kind = crate::function::AggregateKind::Count;
    let count = Aggregate { kind, over: Over::Link(FRIENDS), value: None, filter: Some(filter) };
    counted.influences.clear();
    counted.add(gives("count", Expr::Aggregate(Box::new(count))));
    assert_eq!(people.outcome(&counted).score, Some(n("101")));
}

/// Two people who are each other's friends, and one alone.
fn pair() -> (Policy, People) {
    let mut policy = policy();
    policy.add(gives("a", Expr::Field(A)));
    policy.influences.push(Influence { against: n("600"), ..influence("0.5") });
    policy.sweeps = 60;
    let mut people = People::default();
    for a in ["500", "800", "300"] {
        people.add(num(a), num("1"), Value::YesNo(true));
    }
    people.friends = vec![vec![1], vec![0], vec![]];
    (policy, people)
}

fn scores(people: &People, policy: &Policy) -> Vec<Option<String>> {
    people.score(policy).into_iter().map(|o| o.unwrap().score.map(|s| s.to_string())).collect()
}

#[test]
fn scores_settle_at_the_fixed_point() {
    let (mut policy, mut people) = pair();
    people.values[1][1] = num("700");
    // x = 500 + (y - 600) / 2 and y = 700 + (x - 600) / 2.
    policy.round = n("0.000001");
    let settled = ["533.333333", "666.666667", "300"].map(|score| Some(score.to_owned()));
    assert_eq!(scores(&people, &policy), settled);
}

#[test]
fn each_sweep_reads_the_one_before() {
    let (mut policy, people) = pair();
    // From 500 and 800, the scores without influence.
    for (sweeps, x, y) in [(1, "600", "750"), (2, "575", "800"), (3, "600", "787.5"), (4, "593.75", "800")] {
        policy.sweeps = sweeps;
        let expected = [x, y, "300"].map(|score| Some(score.to_owned()));
        assert_eq!(scores(&people, &policy), expected, "{sweeps}");
    }
}

#[test]
fn others_see_the_score_in_range_and_overridden_but_not_rounded() {
    let (mut policy, mut people) = pair();
    (policy.sweeps, policy.round) = (1, n("100"));
    people.values[1][1] = num("749.5");
    assert_eq!(scores(&people, &policy)[0].as_deref(), Some("600"), "500 + 74.75, to hundreds");
    policy.round = n("0.01");
    assert_eq!(scores(&people, &policy)[0].as_deref(), Some("574.75"));
    policy.range = Some((n("300"), n("700")));
    assert_eq!(scores(&people, &policy)[0].as_deref(), Some("550"));
    let cap =
        Override { score_at_most: Some(n("640")), ..overriding("cap", at_least(Expr::Field(A), "700")) };
    policy.overrides.push(cap);
    assert_eq!(scores(&people, &policy)[0].as_deref(), Some("520"));
}

#[test]
fn who_is_not_scored_or_rejected_has_no_score_to_read() {
    let (mut policy, mut people) = pair();
    policy
        .overrides
        .push(Override { not_scored: true, ..overriding("out", at_least(Expr::Field(A), "700")) });
    assert_eq!(scores(&people, &policy), [Some("500".to_owned()), None, Some("300".to_owned())]);
    policy.overrides.clear();
    policy.definitions.clear();
    people.values[1][1] = num("99999999999999999999999999999");
    policy.add(gives("more", Expr::Field(A)));
    let outcomes = people.score(&policy);
    assert_eq!(outcomes[1].as_ref().unwrap_err().what, "the sum of the points");
    assert_eq!(outcomes[0].as_ref().unwrap().score, Some(n("1000")));
}

#[test]
fn a_sum_that_does_not_fit_in_a_sweep_rejects() {
    let (mut policy, mut people) = pair();
    policy.influences[0].weight = n("0.9");
    // The first sweep of the second person adds 0.9 times the score of the first.
    people.values[0][1] = num("60000000000000000000000000000");
    people.values[1][1] = num("60000000000000000000000000000");
    policy.sweeps = 3;
    assert!(
        people.score(&policy)[..2].iter().all(|o| o.as_ref().unwrap_err().what == "the sum of the points")
    );
}

#[test]
fn without_sweeps_nobody_is_influenced() {
    let (mut policy, people) = pair();
    policy.sweeps = 0;
    assert_eq!(scores(&people, &policy)[0].as_deref(), Some("500"));
}

/// Solves `m x = b` by Gauss's elimination with pivots.
fn solve(mut m: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let size = b.len();
    for column in 0..size {
        let pivot =
            (column..size).max_by(|i, j| m[*i][column].abs().total_cmp(&m[*j][column].abs())).unwrap();
        m.swap(column, pivot);
        b.swap(column, pivot);
        for row in 0..size {
            if row != column {
                let pivot = m[column].clone();
                let factor = m[row][column] / pivot[column];
                m[row].iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
                b[row] -= factor * b[column];
            }
        }
    }
    (0..size).map(|i| b[i] / m[i][i]).collect()
}

/// The least k with c^k × width ≤ 0.001.
fn sweeps_for(c: f64, width: f64) -> u32 {
    (0..).find(|k| c.powi(*k) * width <= 0.001).unwrap() as u32
}

proptest! {
    /// Where nothing clamps, settled scores solve x = own + weight × (mean of friends − against).
    #[test]
    fn settled_scores_solve_the_linear_system(
        own in proptest::collection::vec(400_i64..600, 2..9),
        pairs in proptest::collection::btree_set((0_usize..9, 0_usize..9), 0..30),
        smoothing in 0_u32..4,
    ) {
        let mut policy = policy();
        policy.add(gives("a", Expr::Field(A)));
        policy.influences.push(Influence { against: n("500"), smoothing, ..influence("0.3") });
        policy.range = Some((n("0"), n("1000")));
        policy.sweeps = sweeps_for(0.3, 1000.0);
        prop_assert_eq!(policy.sweeps, 12);
        let mut people = People::default();
        for a in &own {
            people.add(Value::Number(Decimal::from_int(*a)), num("0"), Value::YesNo(true));
        }
        let size = own.len();
        for (from, to) in pairs.into_iter().filter(|(from, to)| from != to && *from < size && *to < size) {
            people.friends[from].push(to);
        }
        let mut m = vec![vec![0.0; size]; size];
        let mut b: Vec<f64> = own.iter().map(|a| *a as f64).collect();
        for (i, friends) in people.friends.iter().enumerate() {
            m[i][i] = 1.0;
            if !friends.is_empty() {
                let members = (friends.len() + smoothing as usize) as f64;
                for friend in friends {
                    m[i][*friend] -= 0.3 / members;
                }
                b[i] -= 0.3 * (500.0 - f64::from(smoothing) * 500.0 / members);
            }
        }
        let exact = solve(m, b);
        for (outcome, exact) in people.score(&policy).into_iter().zip(exact) {
            let score: f64 = outcome.unwrap().score.unwrap().to_string().parse().unwrap();
            prop_assert!((score - exact).abs() <= 0.001, "{score} is not {exact}");
        }
    }

    /// The order of the records does not matter, to the last digit.
    #[test]
    fn the_order_of_records_and_links_does_not_matter(
        own in proptest::collection::vec(-1_000_000_000_000_i128..1_000_000_000_000, 3..7),
        weight in -900_i128..900,
    ) {
        let mut policy = policy();
        policy.add(gives("a", Expr::Field(A)));
        let weight = Decimal::from_units(weight * 1_000_000).unwrap();
        policy.influences.push(Influence { weight, ..influence("0") });
        policy.sweeps = 7;
        let size = own.len();
        let build = |order: &[usize]| {
            let mut people = People::default();
            for i in order {
                people.add(Value::Number(Decimal::from_units(own[*i]).unwrap()), num("0"), Value::YesNo(true));
            }
            for (at, i) in order.iter().enumerate() {
                // Everybody is a friend of everybody but of the next.
                let friends = order.iter().enumerate().filter(|(_, j)| **j != *i && **j != (*i + 1) % size);
                people.friends[at] = friends.map(|(at, _)| at).collect();
            }
            people
        };
        let forwards: Vec<usize> = (0..size).collect();
        let backwards: Vec<usize> = (0..size).rev().collect();
        let mut reversed = scores(&build(&backwards), &policy);
        reversed.reverse();
        prop_assert_eq!(scores(&build(&forwards), &policy), reversed);
    }
}
