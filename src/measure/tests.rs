//! Numbers worked out by hand and elsewhere, and what holds whatever the numbers are.

use super::*;
use crate::check::{Unit, check};
use crate::data::{Type, Value, Why};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::eval::batch::{Scored, Standing};
use crate::eval::{GivenReason, Outcome, Status};
use crate::policy::{Policy, ReasonId, TierId};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-3), "{a} is not {b}");
}

fn d(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// The Physicians' Health Study: myocardial infarction under aspirin and under a placebo, a ratio of 0.55 with an interval from
/// 0.43 to 0.70 as textbooks have it; the digits by a program of its own in another language.
#[test]
fn katz_interval_of_a_published_example() {
    let (aspirin, placebo) = ((104, 11_037), (189, 11_034));
    let ratio = Ratio::new(aspirin, placebo).unwrap();
    assert_eq!(ratio.rounded(9), d("0.550114981"));
    let interval = ratio_interval(aspirin, placebo).unwrap();
    close(interval.low, 0.433_673_115_908_967_45);
    close(interval.high, 0.697_821_657_489_207_3);
    close(fisher(aspirin, placebo).unwrap(), 5.032_835_599_722_745e-7);
}

/// The example of the questions and answers on the Uniform Guidelines (44 FR 11996, question 12): 48 of 80 and 12 of 40 hired,
/// a ratio of one half.
#[test]
fn the_guidelines_own_example() {
    let (few, many) = ((12, 40), (48, 80));
    let ratio = Ratio::new(few, many).unwrap();
    assert_eq!(ratio.rounded(2), d("0.5"));
    assert!(!ratio.at_least(d("0.8")));
    assert!(ratio.at_least(d("0.5")));
    assert!(!ratio.at_least(d("0.500000001")));
    let interval = ratio_interval(few, many).unwrap();
    close(interval.low, 0.301_432_941_045_596_9);
    close(interval.high, 0.829_371_863_382_984_5);
    close(fisher(few, many).unwrap(), 0.003_409_221_767_849_182);
}

/// R. A. Fisher's lady who tastes tea: three of four cups told rightly.
#[test]
fn the_lady_tasting_tea() {
    close(fisher((3, 4), (1, 4)).unwrap(), 0.485_714_285_714_285_7);
    close(fisher((4, 4), (0, 4)).unwrap(), 2.0 / 70.0);
}

#[test]
fn zero_counts_have_an_interval_or_none() {
    let interval = ratio_interval((0, 20), (10, 20)).unwrap();
    close(interval.high, 0.760_085_082_684_302_4);
    assert!(interval.low.abs() < f64::EPSILON);
    assert_eq!(ratio_interval((5, 20), (0, 20)), None);
    assert_eq!(ratio_interval((20, 20), (20, 20)), None);
    assert_eq!(ratio_interval((0, 0), (1, 2)), None);
    assert_eq!(Ratio::new((1, 2), (0, 2)), None);
    assert_eq!(Ratio::new((0, 2), (1, 2)).unwrap().rounded(9), Decimal::ZERO);
    assert_eq!(fisher((0, 0), (1, 2)), None);
    close(fisher((0, 20), (10, 20)).unwrap(), 0.000_435_919_790_758_500_45);
}

fn screen(counts: &[(Group, u64, u64)], least_size: u64) -> Screen {
    let counts: BTreeMap<Group, Counts> = counts
        .iter()
        .map(|(group, scored, selected)| {
            (group.clone(), Counts { scored: *scored, selected: *selected, ..Counts::default() })
        })
        .collect();
    Screen::of(counts.iter(), least_size, |group| format!("{group:?}"))
}

#[test]
fn small_groups_are_shown_and_not_judged() {
    let groups = [
        (Group::Value(0), 100, 50),
        (Group::Value(1), 10, 9),
        (Group::Value(2), 60, 45),
        (Group::Missing, 40, 40),
    ];
    let found = screen(&groups, 30);
    assert_eq!(
        found.reference,
        Some(2),
        "neither the ten with the highest rate nor those of whom it is not known"
    );
    let (worst, ratio) = found.worst().unwrap();
    assert_eq!((worst.group.clone(), ratio.rounded(9)), (Group::Value(0), d("0.666666667")));
    assert_eq!(found.holds(d("0.66")), Some(true));
    assert_eq!(found.holds(d("0.8")), Some(false));
    let small = &found.groups[1];
    assert!(!small.judged && small.small_numbers);
    assert_eq!(small.ratio.unwrap().rounded(2), d("1.2"));
    // Nobody is large enough: the highest rate of all, and nothing is judged.
    let found = screen(&groups, 1000);
    assert_eq!((found.reference, found.holds(d("0.8"))), (Some(1), None));
}

#[test]
fn where_nobody_is_selected_there_is_no_ratio() {
    let found = screen(&[(Group::Value(0), 50, 0), (Group::Value(1), 50, 0)], 30);
    assert_eq!(found.reference, None);
    assert!(found.groups.iter().all(|rate| rate.ratio.is_none() && rate.interval.is_none()));
    assert_eq!(screen(&[], 30).reference, None);
}

/// Worked out by a program of its own in another language.
#[test]
fn the_index_of_two_samples() {
    let label = |at: usize| format!("bin {at}");
    let of = |counts: &[(u64, u64)]| {
        Shift::of(counts.iter().enumerate().map(|(at, (expected, actual))| (label(at), *expected, *actual)))
    };
    let shift = of(&[(100, 120), (200, 240), (300, 290), (250, 210), (150, 140)]);
    close(shift.index.unwrap(), 0.018_942_373_125_054_708);
    close(shift.bins[3].adds, 0.006_974_135_485_791_113);
    close(shift.by_chance.unwrap(), 4.0 * 0.002);
    assert_eq!(shift.degree(), Some(Degree::None));
    // Nobody was expected in the last: it counts as half a record there, and is flagged.
    let shift = of(&[(50, 40), (50, 50), (0, 10)]);
    close(shift.index.unwrap(), 0.306_908_921_119_050_1);
    assert_eq!(shift.degree(), Some(Degree::Large));
    assert_eq!(shift.bins.iter().map(|bin| bin.filled).collect::<Vec<_>>(), [None, None, Some(Filled::New)]);
    assert_eq!(
        of(&[(5, 0), (0, 7)]).bins.iter().map(|bin| bin.filled).collect::<Vec<_>>(),
        [Some(Filled::Gone), Some(Filled::New)]
    );
    assert_eq!(of(&[(0, 3)]).index, None);
    assert_eq!(of(&[]).index, None);
}

#[test]
fn the_conventions_are_met_at_their_ends() {
    let degrees = [0.0, 0.099, 0.1, 0.249, 0.25, 9.0].map(Degree::of);
    assert_eq!(
        degrees,
        [Degree::None, Degree::None, Degree::Moderate, Degree::Moderate, Degree::Large, Degree::Large]
    );
}

const POLICY: &str = "\
policy shop \"Shop\" {
  scores   person
  range    0 to 1000
  start    500
  reasons  up to 2 by points lost
}
record person {
  id    text  key
  home  one of (own, rent or anything else)  optional
  age   integer 18 to 120
}
reason R01 \"Home\"
reason R02 \"Age\"
characteristic home \"Home\" {
  reason  R01
  | home              | points |
  | own               |    +10 |
  | otherwise         |      0 |
  | missing           |      0 |
}
rule age \"Age\" {
  points  100 - 2 * age
  reason  R02
}
tiers {
  good  500 or more
  poor  under 500
}
";

fn policy() -> Policy {
    let (unit, mistakes) = Unit::of_text("shop.score", POLICY);
    let checked = check(unit);
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{mistakes:?} {:?}", checked.diagnostics));
    ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap()
}

/// All questions at once, by what is observed at position 0.
fn questions(policy: &Policy) -> Measures {
    let mut measures = Measures::new(policy);
    let grouping = Grouping::Observed(0, Type::Integer);
    for selection in [Selection::CutOff(d("500")), Selection::Tier(TierId(0))] {
        measures.ask_impact(selection, grouping);
    }
    measures.ask_reasons(Grouping::Everybody);
    measures.ask_reasons(Grouping::Tier);
    measures.ask_averages(policy, Over { at_or_above: Some(d("450")), within: Some(d("100")) });
    measures
}

/// What may become of a record: its outcome, and what is observed of it.
fn outcome() -> impl Strategy<Value = (Option<Outcome>, Option<i64>)> {
    let status = prop_oneof![
        6 => Just(Some(Status::Scored)),
        1 => Just(Some(Status::NotScored)),
        1 => Just(Some(Status::NotParticipating)),
        1 => Just(None),
    ];
    let reasons = prop::collection::vec(0..2_u32, 0..3);
    (status, 400..600_i64, reasons, -50..50_i64, prop::option::weighted(0.8, 0..5_i64)).prop_map(
        |(status, score, reasons, points, group)| {
            let outcome = status.map(|status| {
                let scored = status == Status::Scored;
                let given = reasons.into_iter().filter(|_| scored);
                Outcome {
                    status,
                    score: scored.then(|| Decimal::from_int(score)),
                    tier: scored.then_some(TierId(u32::from(score < 500))),
                    reasons: given
                        .map(|reason| GivenReason { reason: ReasonId(reason), lost: None })
                        .collect(),
                    points: vec![Decimal::from_int(points), Decimal::from_int(-points)],
                    ..Outcome::default()
                }
            });
            (outcome, group)
        },
    )
}

fn scored(policy: &Policy, records: &[(Option<Outcome>, Option<i64>)]) -> Scored {
    let outcomes = records.iter().map(|(outcome, _)| outcome.as_ref().ok_or(Standing::Bad));
    let mut scored = Scored::of_outcomes(policy, outcomes);
    let value = |group: &Option<i64>| {
        group.map_or(Value::Missing(Why::Undecided), |group| Value::Number(Decimal::from_int(group)))
    };
    let observed: Vec<Value> = records.iter().map(|(_, group)| value(group)).collect();
    scored.observe([observed.as_slice()]);
    scored
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However the records are cut into chunks, and in whatever order the parts are merged.
    #[test]
    fn parts_come_to_the_same(
        records in prop::collection::vec(outcome(), 0..80),
        cuts in prop::collection::vec(1..20_usize, 1..10),
        backwards: bool,
    ) {
        let policy = policy();
        let mut whole = questions(&policy);
        whole.add(&scored(&policy, &records));
        let mut parts = Vec::new();
        let mut rest = records.as_slice();
        for cut in cuts.iter().cycle() {
            let (part, behind) = rest.split_at((*cut).min(rest.len()));
            let mut measures = whole.empty();
            measures.add(&scored(&policy, part));
            parts.push(measures);
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        if backwards {
            parts.reverse();
        }
        let mut merged = whole.empty();
        parts.iter().for_each(|part| merged.merge(part));
        prop_assert_eq!(&merged, &whole);

        // And the counts are those of the records one by one.
        let impact = &whole.impacts[0];
        let counted: u64 = impact.counts().counted().values().map(|c| c.scored + c.not_scored + c.not_participating).sum();
        prop_assert_eq!(counted as usize, records.iter().filter(|(outcome, _)| outcome.is_some()).count());
        let selected = |(outcome, _): &&(Option<Outcome>, Option<i64>)| {
            outcome.as_ref().and_then(|outcome| outcome.score).is_some_and(|score| score >= d("500"))
        };
        let all: u64 = impact.counts().counted().values().map(|c| c.selected).sum();
        prop_assert_eq!(all as usize, records.iter().filter(selected).count());
        prop_assert_eq!(whole.impacts[1].counts().counted(), impact.counts().counted());
    }

    #[test]
    fn an_index_is_finite_and_never_negative(
        counts in prop::collection::vec((0..2_000_u64, 0..2_000_u64), 0..15),
        times in 1..9_u64,
    ) {
        let label = |(at, (e, a)): (usize, &(u64, u64))| (at.to_string(), *e, *a);
        let shift = Shift::of(counts.iter().enumerate().map(label));
        if let Some(index) = shift.index {
            prop_assert!(index.is_finite() && index >= 0.0, "{index}");
            prop_assert!(shift.bins.iter().all(|bin| bin.adds >= 0.0));
        }
        // The same shares in a file that is larger by any factor.
        let same = Shift::of(counts.iter().enumerate().map(|(at, (e, _))| (at.to_string(), *e, e * times)));
        prop_assert!(same.index.is_none_or(|index| index == 0.0), "{:?}", same.index);
        // Either file may be the one that is expected.
        let back = Shift::of(counts.iter().enumerate().map(|(at, (e, a))| (at.to_string(), *a, *e)));
        match (shift.index, back.index) {
            (Some(there), Some(back)) => prop_assert!((there - back).abs() < 1e-9),
            (there, back) => prop_assert_eq!(there.is_none(), back.is_none()),
        }
    }

    #[test]
    fn nothing_is_ever_not_a_number(a in 0..500_u64, n in 0..500_u64, b in 0..500_u64, m in 0..500_u64) {
        let (one, other) = ((a.min(n), n), (b.min(m), m));
        if let (Some(ratio), Some(interval)) = (Ratio::new(one, other), ratio_interval(one, other)) {
            let ratio = ratio.rounded(9).to_string().parse::<f64>().unwrap();
            prop_assert!(interval.low.is_finite() && interval.high.is_finite());
            prop_assert!(0.0 <= interval.low && interval.low <= ratio + 1e-9 && ratio <= interval.high + 1e-9);
        }
        if let Some(p) = fisher(one, other) {
            prop_assert!((0.0..=1.0).contains(&p), "{p}");
        }
        let screen = screen(&[(Group::Value(0), one.1, one.0), (Group::Value(1), other.1, other.0)], 30);
        for rate in &screen.groups {
            prop_assert!(rate.p_value.is_none_or(|p| p.is_finite()));
            prop_assert!(rate.interval.is_none_or(|i| i.low.is_finite() && i.high.is_finite()));
        }
    }

    /// Fisher's test by factorials of whole numbers, as far as they fit.
    #[test]
    fn fisher_is_that_of_the_definition(a in 0..12_u64, x in 0..12_u64, b in 0..12_u64, y in 0..12_u64) {
        let (n, m) = (a + x, b + y);
        prop_assume!(n > 0 && m > 0);
        let choose = |n: u64, k: u64| (0..k).fold(1_u128, |c, i| c * u128::from(n - i) / u128::from(i + 1));
        let ways = |k: u64| choose(n, k) * choose(m, a + b - k);
        let all = (a + b).saturating_sub(m)..=(a + b).min(n);
        let extreme: u128 = all.clone().map(ways).filter(|w| *w <= ways(a)).sum();
        let total: u128 = all.map(ways).sum();
        let expected = extreme as f64 / total as f64;
        prop_assert!((fisher((a, n), (b, m)).unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn ratios_are_ordered_as_numbers(a in 0..900_u64, n in 1..900_u64, b in 1..900_u64, m in 1..900_u64, c in 0..900_u64) {
        let (one, other) = (Ratio::new((a, n), (b, m)).unwrap(), Ratio::new((c, n), (b, m)).unwrap());
        prop_assert_eq!(one.cmp(&other), a.cmp(&c));
        let back = Ratio::new((b, m), (a.max(1), n)).unwrap();
        prop_assert_eq!(one >= back, u128::from(a * m) * u128::from(a.max(1) * m) >= u128::from(b * n) * u128::from(b * n));
    }
}

#[test]
fn a_field_is_a_grouping() {
    let policy = policy();
    let mut measures = Measures::new(&policy);
    let home = policy.schema.scored().fields.iter().position(|field| field.name == "home").unwrap();
    let grouping = measures.group_by(of_field(&policy, crate::data::FieldId(home as u32)));
    let names = [Group::Value(0), Group::Value(1), Group::Value(2), Group::Missing]
        .map(|group| grouping.name(&group, &policy));
    assert_eq!(names, ["own", "rent", "anything else", "missing"]);
    assert_eq!(measures.observed()[0].name, "person.home");
    assert_eq!(Grouping::Tier.name(&Group::Value(1), &policy), "poor");
    assert_eq!(Grouping::Observed(0, Type::YesNo).name(&Group::Value(1), &policy), "yes");
    assert_eq!(Grouping::Observed(0, Type::Date).name(&Group::Value(0), &policy), "1970-01-01");
}

#[test]
fn groups_of_a_key_are_none() {
    let policy = policy();
    let mut measures = questions(&policy);
    let records: Vec<_> = (0..=MOST_GROUPS as i64)
        .map(|group| {
            let scored = Outcome { status: Status::Scored, score: Some(d("500")), ..Outcome::default() };
            (Some(scored), Some(group))
        })
        .collect();
    let (front, back) = records.split_at(50);
    measures.add(&scored(&policy, front));
    assert!(!measures.impacts[0].counts().too_many());
    let mut others = measures.empty();
    others.add(&scored(&policy, back));
    measures.merge(&others);
    assert!(measures.impacts[0].counts().too_many());
    assert!(measures.impacts[0].counts().counted().is_empty());
}

/// The rows of a table, told apart by whether anything is missing and whether a category is a declared one.
#[test]
fn lines_of_a_characteristic() {
    let policy = policy();
    let mut observed = Vec::new();
    let all = Characteristics::new(&policy, &mut observed);
    let labels: Vec<Vec<String>> = all
        .all()
        .map(|(_, lines)| match lines {
            Lines::Rows(rows) => rows.iter().map(|(label, _)| label.clone()).collect(),
            Lines::Points(_) => Vec::new(),
        })
        .collect();
    assert_eq!(labels, [vec!["own", "otherwise", "otherwise (anything else)", "missing"], vec![]]);
    assert_eq!(observed.len(), 1);
}

#[test]
fn deciles_keep_equal_numbers_together() {
    use crate::eval::batch::Numbers;
    let of = |values: &[i64]| {
        let mut all = crate::impact::Counts::default();
        all.add_numbers(Numbers::Narrow { values, unit: 1_000_000_000 }, |_| true);
        all
    };
    let expected: Vec<i64> = (0..100).collect();
    let shift = score_shift(&policy(), ScoreBins::Deciles, &of(&expected), &of(&expected));
    let counts: Vec<(&str, u64)> = shift.bins.iter().map(|bin| (bin.label.as_str(), bin.expected)).collect();
    assert_eq!(counts.len(), 10);
    assert!(counts.iter().all(|(_, count)| *count == 10), "{counts:?}");
    assert_eq!((counts[0].0, counts[1].0, counts[9].0), ("under 10", "10 to under 20", "90 or more"));
    // Half of all have the same score.
    let half: Vec<i64> = (0..50).chain(std::iter::repeat_n(70, 50)).collect();
    let shift = score_shift(&policy(), ScoreBins::Deciles, &of(&half), &of(&[70, 71]));
    let counts: Vec<(&str, u64, u64)> =
        shift.bins.iter().map(|bin| (bin.label.as_str(), bin.expected, bin.actual)).collect();
    assert_eq!(counts.last(), Some(&("70 or more", 50, 2)));
    assert_eq!(counts.iter().map(|(_, count, _)| count).sum::<u64>(), 100);
    let tiers = score_shift(&policy(), ScoreBins::Tiers, &of(&[499, 500, 501]), &of(&[500]));
    let counts: Vec<(&str, u64, u64)> =
        tiers.bins.iter().map(|bin| (bin.label.as_str(), bin.expected, bin.actual)).collect();
    assert_eq!(counts, [("poor (under 500)", 1, 0), ("good (500 or more)", 2, 1)]);
}

#[test]
fn averages_are_quotients_of_the_language() {
    let policy = policy();
    let record = |score: i64, points: i64| {
        let points = vec![Decimal::from_int(points), Decimal::ZERO];
        let score = Some(Decimal::from_int(score));
        (Some(Outcome { status: Status::Scored, score, points, ..Outcome::default() }), Some(0))
    };
    let records = [record(449, 100), record(450, -1), record(500, 0), record(550, -1), record(551, 100)];
    let average = |over: Over| {
        let mut averages = Averages::new(&policy, over);
        averages.add(&scored(&policy, &records));
        (averages.records(), averages.of(0))
    };
    let over = Over { at_or_above: Some(d("450")), within: Some(d("100")) };
    assert_eq!(average(over), (3, Some(d("-0.666666667"))));
    assert_eq!(average(Over { within: None, ..over }), (4, Some(d("24.5"))));
    assert_eq!(average(Over::default()), (5, Some(d("39.6"))));
    assert_eq!(average(Over { at_or_above: Some(d("900")), within: None }), (0, None));
}
