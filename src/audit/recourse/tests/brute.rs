//! Counts of whole populations, long domains and too many combinations, against brute force.

use super::*;
use crate::audit::gaming::gaming;
use crate::data::{Population, RecordId};

/// Some records of a policy, each as the cases' maker gives it, with some fields set.
fn population(policy: &Policy, records: &[Vec<(&str, i64)>]) -> Population {
    let audit = Audit::of(policy);
    let rows: Vec<(RecordId, Vec<Value>)> = records
        .iter()
        .enumerate()
        .map(|(at, set)| {
            let (kind, mut own) = case(&audit, set).records.remove(0);
            own[0] = Value::Text(format!("r{at}").into());
            (kind, own)
        })
        .collect();
    crate::data::join_rows(&policy.schema, policy.today, &rows, &[], (None, &[])).population
}

/// What is counted of a population, and what brute force finds: by tier how many are below it, and the least prices of
/// those that can get there, sorted.
#[track_caller]
fn assert_counted(policy: &Policy, population: &Population, text: &str) {
    let audit = Audit::of(policy);
    let planner = audit.planner().unwrap();
    let found = gaming(&planner, population);
    assert_eq!(found.inexact, None, "{text}");
    let scorer = Scorer::new(policy);
    let settled = Settled::of(&scorer, population);
    let mut told: Vec<(u64, Vec<Decimal>)> = vec![(0, Vec::new()); policy.tiers.len() - 1];
    for position in 0..population.count() {
        let outcome = score_one(&scorer, population, &settled, position, &mut ()).unwrap().unwrap();
        let Some(TierId(own)) = outcome.tier else { continue };
        let subject = population.subject(position).unwrap();
        let stand = Stand { records: population, subject: &subject, outcome: &outcome };
        let every = every_way(policy, &scorer, &stand);
        for (at, (below, prices)) in told.iter_mut().enumerate().take(own as usize) {
            *below += 1;
            let aim = Aim::Tier(TierId(at as u32));
            let reached = every.iter().filter(|(_, score, tier)| Planner::reaches(aim, *score, *tier));
            prices.extend(reached.map(|(cost, ..)| *cost).min().and_then(Decimal::from_units));
        }
    }
    for (into, (below, mut prices)) in found.tiers.iter().zip(told) {
        prices.sort();
        let many = prices.len() as u64;
        assert_eq!((into.below, into.no_way, into.undecided.0), (below, below - many, 0), "{text}");
        let ends = (into.prices.least(), into.prices.greatest(), into.prices.count());
        assert_eq!(ends, (prices.first().copied(), prices.last().copied(), many), "{text}");
        let middle = (prices.len().max(1) - 1) / 2;
        assert_eq!(into.prices.median(), prices.get(middle).copied(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_count_is_that_of_brute_force(draw in draw(), records in prop::collection::vec(record(), 1..=4)) {
        let policy = checked(&text(&draw));
        prop_assume!(policy.is_ok());
        let policy = policy.unwrap();
        let records: Vec<Vec<(&str, i64)>> =
            records.into_iter().map(|record| NAMES.iter().copied().zip(record).collect()).collect();
        assert_counted(&policy, &population(&policy, &records), &text(&draw));
    }

    /// A field of more values than are tried each, that points grow or fall with.
    #[test]
    fn levels_are_those_of_brute_force(
        (step, each, by, falls) in (1..=40_i64, 1..=3_i64, 3..=60_i64, any::<bool>()),
        (edge, gain, limits, share) in (0..=1_199_i64, -30..=30_i64, (-20..=0_i64, 1..=40_i64), any::<bool>()),
        (income, a, top) in (0..=1_200_i64, 0..=3_i64, 95..=170_i64),
    ) {
        let (sign, weight) = if falls { ("-", "weight -1.5\n  ") } else { ("", "") };
        let share = if share {
            format!("let s = income / (a0 + 1)\ncharacteristic s \"S\" {{\n  | s | points |\n  | under 300 | 7 |\n  | 300 or more | -{} |\n}}\n", gain.abs())
        } else {
            String::new()
        };
        let text = format!(
            "policy p \"P\" {{\n  scores person\n  start 100\n  range 0 to 300\n}}\nrecord person {{\n  id text key\n  \
             a0 integer 0 to 4\n  income integer 0 to 1200 controllable by person at {each} per {step}\n  \
             a integer 0 to 3 controllable by person at 4 per step\n}}\n\
             rule r \"R\" {{\n  points {sign}income / {by}\n  {weight}limited to {} to +{}\n}}\n\
             characteristic e \"E\" {{\n  | income | points |\n  | under {} | {gain} |\n  | {} or more | 0 |\n}}\n\
             characteristic a \"A\" {{\n  | a | points |\n  | under 2 | 0 |\n  | 2 or more | 9 |\n}}\n{share}\
             tiers {{\n  top {top} or more\n  good 90 to under {top}\n  poor under 90\n}}\n",
            limits.0, limits.1, edge + 1, edge + 1,
        );
        let policy = checked(&text);
        prop_assert!(policy.as_ref().err().is_none_or(|why| why.contains("no record can reach")), "{:?}", policy);
        prop_assume!(policy.is_ok());
        let policy = policy.unwrap();
        let records = [vec![("a0", a), ("income", income), ("a", a)], vec![("a0", 0), ("income", 1_200 - income), ("a", 3 - a)]];
        assert_counted(&policy, &population(&policy, &records), &text);
    }
}

proptest! {
    // Fifty thousand records are run for each.
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    /// More combinations than are looked at: what is said to be proved is so, and the rest is said not to be.
    #[test]
    fn what_is_cut_short_is_not_proved(
        (a, b, c) in (0..=60_i64, 0..=60_i64, 0..=60_i64),
        costs in (1..=5_i64, 1..=5_i64, 1..=5_i64),
        wanted in 0..=216_000_i64,
    ) {
        let text = format!(
            "policy p \"P\" {{\n  scores person\n  start 0\n  range 0 to 300000\n}}\nrecord person {{\n  id text key\n  \
             a integer 0 to 60 controllable by person at {} per step\n  b integer 0 to 60 controllable by person at {} per step\n  \
             c integer 0 to 60 controllable by person at {} per step\n}}\nrule r \"R\" {{\n  points a * b * c\n}}\n\
             tiers {{\n  good {wanted} or more\n  poor under {wanted}\n}}\n",
            costs.0, costs.1, costs.2
        );
        let policy = checked(&text);
        prop_assume!(policy.is_ok());
        let policy = policy.unwrap();
        let population = population(&policy, &[vec![("a", a), ("b", b), ("c", c)]]);
        let audit = Audit::of(&policy);
        let found = gaming(&audit.planner().unwrap(), &population);
        prop_assume!(found.tiers[0].below == 1);
        let every = (0..=60).flat_map(|x| (0..=60).flat_map(move |y| (0..=60).map(move |z| (x, y, z))));
        let reached = every.filter(|(x, y, z)| x * y * z >= wanted);
        let cost = |(x, y, z): (i64, i64, i64)| {
            (x - a).abs() * costs.0 + (y - b).abs() * costs.1 + (z - c).abs() * costs.2
        };
        let least = Decimal::from_int(reached.map(cost).min().unwrap());
        let into = &found.tiers[0];
        prop_assert_eq!(into.no_way, 0);
        match (into.prices.least(), &found.inexact) {
            (Some(price), None) => prop_assert_eq!(price, least),
            (Some(price), Some(_)) => prop_assert!(price >= least),
            (None, why) => prop_assert!(why.is_some() && into.undecided.0 == 1),
        }
    }
}

#[test]
fn three_fields_with_many_choices_each_are_exact() {
    let fields = [("f0", "1", "1"), ("f1", "1.001", "1.0011"), ("f2", "1.01", "1.0103")];
    let mut text =
        "policy t \"T\" {\n  scores person\n  range -100000 to 100000\n  start 0\n  round to 1\n}\n"
            .to_owned();
    text += "record person {\n  id text key\n";
    for (name, cost, _) in fields {
        writeln!(text, "  {name} integer 0 to 60 controllable by person at {cost} per step").unwrap();
    }
    text += "}\n";
    for (name, _, points) in fields {
        writeln!(text, "rule r{name} \"R\" {{\n  points {name} * {points}\n}}").unwrap();
    }
    text += "tiers {\n  good 170 or more\n  poor under 170\n}\n";
    let policy = policy(&text);
    let population = population(&policy, &[vec![("f0", 3), ("f1", 0), ("f2", 5)]]);
    let audit = Audit::of(&policy);
    let found = gaming(&audit.planner().unwrap(), &population);
    let units = |text: &str| Decimal::parse(text).unwrap().units();
    let mut least = i128::MAX;
    for (x, y, z) in (0..=60_i128).flat_map(|x| (0..=60).flat_map(move |y| (0..=60).map(move |z| (x, y, z))))
    {
        let points = x * units("1") + y * units("1.0011") + z * units("1.0103");
        let cost = (x - 3).abs() * units("1") + y * units("1.001") + (z - 5).abs() * units("1.01");
        if points >= units("169.5") {
            least = least.min(cost);
        }
    }
    assert_eq!((found.inexact, found.tiers[0].prices.least()), (None, Decimal::from_units(least)));
}

#[test]
fn what_cannot_be_looked_at_whole_is_undecided_or_out_of_reach() {
    let mut text = "policy t \"T\" {\n  scores person\n  start 0\n  range 0 to 1000000\n}\nrecord person {\n  id text key\n".to_owned();
    for at in 0..8 {
        writeln!(
            text,
            "  f{at} integer 0 to 999 controllable by person at {}.{} per step",
            at + 1,
            37 * at + 11
        )
        .unwrap();
    }
    text += "}\n";
    for at in 0..8 {
        writeln!(text, "rule r{at} \"R\" {{\n  points f{at} * {}.{}\n}}", 9 - at, 53 * at + 7).unwrap();
    }
    text += "tiers {\n  top 40000 or more\n  good 20000 to under 40000\n  fair 50 to under 20000\n  poor under 50\n}\n";
    let policy = policy(&text);
    let zero = ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"].map(|name| (name, 0));
    let population = population(&policy, &[zero.to_vec()]);
    let audit = Audit::of(&policy);
    let planner = audit.planner().unwrap();
    let scorer = Scorer::new(&policy);
    let settled = Settled::of(&scorer, &population);
    let outcome = score_one(&scorer, &population, &settled, 0, &mut ()).unwrap().unwrap();
    let subject = population.subject(0).unwrap();
    let of = |aim| planner.cheapest(&population, &subject, &outcome, aim).unwrap();
    // What is near is proved, what is far may be found and is not proved, what is beyond everything is proved again.
    assert_eq!(of(Aim::Score(Decimal::from_int(50))).proof, Ok(()));
    let far = of(Aim::Score(Decimal::from_int(20_000)));
    assert!(far.proof.as_ref().is_err_and(|why| why.contains("too many combinations")), "{far:?}");
    let beyond = of(Aim::Score(Decimal::from_int(60_000)));
    assert_eq!((&beyond.way, &beyond.proof), (&None, &Ok(())));
    let because = planner.shown(&beyond).because;
    assert!(because[0].contains("does not go beyond"), "{because:?}");
}

#[test]
fn a_domain_without_an_end_and_a_price_beyond_numbers() {
    let text = "policy t \"T\" {\n  scores person\n  range 0 to 100\n  start 50\n}\nrecord person {\n  id text key\n  \
                income money -1000000 or more controllable by person at 1 per 100\n}\n\
                rule r \"R\" {\n  points amount(income) / 100 limited to -20 to 20\n}\n\
                tiers {\n  good 60 or more\n  poor under 60\n}\n";
    let of = |text: &str, field: &str, value: i64| {
        let policy = policy(text);
        let population = population(&policy, &[vec![(field, value)]]);
        let audit = Audit::of(&policy);
        gaming(&audit.planner().unwrap(), &population)
    };
    let found = of(text, "income", -500);
    // From -500 to 1,000: 15 steps.
    assert_eq!((found.inexact, found.tiers[0].prices.least()), (None, Some(Decimal::from_int(15))));
    let dear = text
        .replace(
            "income money -1000000 or more controllable by person at 1 per 100",
            "income integer 0 to 9 controllable by person at 99999999999999999999999999999 per step",
        )
        .replace("amount(income) / 100", "income * 5");
    let found = of(&dear, "income", 0);
    let into = &found.tiers[0];
    assert_eq!((into.prices.count(), into.no_way, into.undecided.0), (0, 0, 1));
    assert!(found.inexact.unwrap().contains("more than a number can hold"));
}

#[test]
fn what_holds_a_tier_down_is_named() {
    let text = "policy t \"T\" {\n  scores person\n  range 0 to 100\n  start 40\n}\nrecord person {\n  id text key\n  \
                a integer 0 to 9 controllable by person at 1 per step\n  late yes/no\n}\n\
                rule r \"R\" {\n  points a * 5\n}\noverride o \"Late\" {\n  when late\n  tier at most fair\n}\n\
                tiers {\n  good \"Good\" 60 or more\n  fair \"Fair\" 50 to under 60\n  poor \"Poor\" under 50\n}\n";
    let policy = policy(text);
    let (recourse, least) = both(&policy, &[("a", 0), ("late", 1)], Aim::Tier(TierId(0))).unwrap();
    assert_eq!((least, &recourse.way), (None, &None));
    let audit = Audit::of(&policy);
    let because = audit.planner().unwrap().shown(&recourse).because;
    assert!(because[0].contains("`o` keeps the tier at Fair or below"), "{because:?}");
}

/// What is counted around the cut-off of a policy that scores by one field, of records with these values of it.
fn around(text: &str, values: impl Iterator<Item = i64>) -> crate::audit::gaming::Gaming {
    let policy = policy(text);
    let records: Vec<Vec<(&str, i64)>> = values.map(|value| vec![("a", value)]).collect();
    let population = population(&policy, &records);
    let audit = Audit::of(&policy);
    gaming(&audit.planner().unwrap(), &population)
}

fn by_one_field(top: i64, points: &str, cut: i64) -> String {
    format!(
        "policy t \"T\" {{\n  scores person\n  range 0 to {top}\n  start 0\n}}\nrecord person {{\n  id text key\n  \
         a integer 0 to {top}\n}}\nrule r \"R\" {{\n  points {points}\n}}\n\
         tiers {{\n  good {cut} or more\n  poor under {cut}\n}}\n"
    )
}

#[test]
fn level_scores_do_not_bunch() {
    // Ten of each score, and scores ten apart: one can lie within a hundredth of the range above, and none below.
    let found = around(&by_one_field(200, "a * 10", 100), (0..210).map(|at| at % 21));
    assert_eq!((found.bunching.len(), found.not_compared.len()), (0, 1));
    // One of each: three scores can be below, of which one is the end of the range.
    let found = around(&by_one_field(1_000, "a", 3), 0..=1_000);
    let of = &found.bunching[0];
    assert_eq!((of.above, of.below, of.width), (2, 2, Decimal::from_int(2)));
    // Scores two apart from an odd one on.
    let found = around(&by_one_field(1_000, "2 * a + 1", 500), (0..500).chain(0..500));
    let of = &found.bunching[0];
    assert_eq!((of.above, of.below, of.width), (10, 10, Decimal::from_int(10)));
}

#[test]
fn a_jump_above_a_cut_off_is_seen() {
    let above = (600..610).cycle().take(200);
    let found = around(&by_one_field(1_000, "a", 600), above.chain((590..600).cycle().take(20)));
    let of = &found.bunching[0];
    assert_eq!((of.above, of.below), (200, 20));
    assert!(of.z().unwrap() > 10.0);
}
