//! Scores of independent fields against brute force: every combination of some values is run by the interpreter, and counts
//! as often as its values do together.

use super::super::choices::Choices;
use super::super::differential::case::{checked, mended};
use super::super::differential::policy::{self, Domains, Shape};
use super::people::{World, ids};
use super::plain;
use glassbox::audit::{Audit, Distribution, Frequencies};
use glassbox::data::{FieldId, Records, Subject, Value, Why};
use glassbox::decimal::Decimal;
use glassbox::eval::{Outcome, Status, score_all};
use glassbox::policy::{Policy, Reads, TierId};
use num_bigint::BigUint;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

/// How many fields of a random policy have several values.
const SEVERAL: usize = 6;
/// How many choices are kept for the values of the fields.
const FOR_VALUES: usize = 500;

/// Records by themselves, without children and links.
struct Rows(Vec<Vec<Value>>);

impl Records for Rows {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn subject(&self, position: usize) -> Option<Subject<'_>> {
        self.0.get(position).map(|values| Subject { values, ..Subject::default() })
    }
}

/// Values of each field, with how often each occurs.
type Counted = Vec<Vec<(Value, u64)>>;

/// Every combination of values, with how often it occurs where fields are independent.
fn product(fields: &Counted) -> (Rows, Vec<BigUint>) {
    let mut all = vec![(Vec::new(), BigUint::from(1_u8))];
    for values in fields {
        all = all
            .iter()
            .flat_map(|(row, times)| {
                values.iter().map(move |(value, count)| {
                    ([row.as_slice(), std::slice::from_ref(value)].concat(), times * *count)
                })
            })
            .collect();
    }
    let (rows, times) = all.into_iter().unzip();
    (Rows(rows), times)
}

fn frequencies(fields: &Counted) -> Frequencies {
    let mut frequencies = Frequencies::default();
    for (field, values) in ids(fields.len()).map(FieldId).zip(fields) {
        values.iter().for_each(|(value, times)| frequencies.add(field, value, *times));
    }
    frequencies
}

/// What is expected, against what the interpreter says of every combination.
fn compared(
    policy: &Policy,
    said: &Distribution,
    outcomes: &[&Outcome],
    times: &[BigUint],
) -> Result<(), String> {
    let mut scores: BTreeMap<Decimal, BigUint> = BTreeMap::new();
    let mut tiers: BTreeMap<Option<TierId>, BigUint> = BTreeMap::new();
    let (mut not_scored, mut not_participating, mut total) = <(BigUint, BigUint, BigUint)>::default();
    for (outcome, times) in outcomes.iter().zip(times) {
        total += times;
        match outcome.status {
            Status::Scored => {
                *scores.entry(outcome.score.unwrap()).or_default() += times;
                *tiers.entry(outcome.tier).or_default() += times;
            }
            Status::NotScored => not_scored += times,
            Status::NotParticipating => not_participating += times,
        }
    }
    let differ = |what: &str, one: &dyn std::fmt::Debug, other: &dyn std::fmt::Debug| {
        Err(format!("{what}: expected {one:?}, but by brute force {other:?}"))
    };
    // Fields that nothing reads make more combinations of the same.
    let unread = &total / said.total();
    let times = |ways: &BigUint| ways * &unread;
    if times(said.total()) != total {
        return differ("all", said.total(), &total);
    }
    let expected: BTreeMap<Decimal, BigUint> =
        said.scores().iter().map(|(score, ways)| (*score, times(ways))).collect();
    if expected != scores {
        return differ("scores", &expected, &scores);
    }
    let all_tiers = ids(policy.tiers.len()).map(|at| Some(TierId(at))).chain([None]);
    for tier in all_tiers {
        let (expected, counted) = (times(&said.in_tier(tier)), tiers.get(&tier).cloned().unwrap_or_default());
        if expected != counted {
            return differ(&format!("tier {tier:?}"), &expected, &counted);
        }
    }
    let expected = (times(said.not_scored()), times(said.not_participating()));
    if expected != (not_scored.clone(), not_participating.clone()) {
        return differ("without a score", &expected, &(not_scored, not_participating));
    }
    for cut in scores.keys() {
        let counted: BigUint = scores.iter().filter(|(score, _)| *score >= cut).map(|(_, times)| times).sum();
        if times(&said.at_least(*cut)) != counted {
            return differ(&format!("at least {cut}"), &said.at_least(*cut), &counted);
        }
    }
    Ok(())
}

/// The fields that a score may turn on.
fn read(policy: &Policy) -> Vec<FieldId> {
    let items = policy.items.iter().map(|item| Reads::of_item(policy, item));
    let conditions = policy.overrides.iter().map(|each| &each.when.when);
    let conditions = conditions.chain(policy.participation.iter().map(|each| &each.needs.when));
    let reads = items.chain(conditions.map(|when| Reads::of_condition(policy, when)));
    let fields: BTreeSet<_> = reads.flat_map(|reads| reads.fields).collect();
    let scored = fields.into_iter().filter(|(kind, _)| *kind == policy.schema.scored);
    scored.map(|(_, field)| field).collect()
}

/// What became of all policies.
#[derive(Debug, Default)]
struct Tally {
    refused: u32,
    too_large: u32,
    exact: u32,
    /// Of those, with more than one score.
    spread: u32,
    without_score: u32,
    combinations: usize,
    reasons: BTreeMap<String, u32>,
}

fn run(choices: Vec<u16>, tally: &mut Tally) -> Result<(), String> {
    let (for_policy, for_values) = choices.split_at(choices.len().saturating_sub(FOR_VALUES));
    let mut choices = Choices::new(for_policy.to_vec());
    let domains = if choices.chance(60) { Domains::Narrow } else { Domains::Wide };
    let mut shape = Shape::draw(&mut choices, domains);
    if choices.chance(90) {
        shape = shape.without_children();
    }
    let text = mended(policy::draw(&mut choices, &shape));
    let Ok(policy) = checked(&text) else {
        tally.refused += 1;
        return Ok(());
    };
    let world = World::of(&policy);
    let scored = policy.schema.scored;
    let count = policy.schema.scored().fields.len();
    let mut choices = Choices::new(for_values.to_vec());
    let read = read(&policy);
    let several: Vec<FieldId> =
        (0..SEVERAL).filter_map(|_| read.get(choices.below(read.len().max(1)))).copied().collect();
    let mut fields: Counted = Vec::new();
    for field in ids(count).map(FieldId) {
        let different = if several.contains(&field) { 2 + choices.below(2) } else { 1 };
        let mut values: Vec<(Value, u64)> = Vec::new();
        for _ in 0..different {
            let value = world.value(&mut choices, scored, field);
            if values.iter().all(|(known, _)| *known != value) {
                // Some beyond what a machine's number holds once they are multiplied.
                let times = if choices.chance(20) { u64::MAX } else { 1 + choices.below(9) as u64 };
                values.push((value, times));
            }
        }
        fields.push(values);
    }
    let (rows, times) = product(&fields);
    let outcomes = score_all(&policy, &rows);
    let audit = Audit::of(&policy);
    let said = audit.expected(&frequencies(&fields));
    let Ok(outcomes) = outcomes.iter().map(Result::as_ref).collect::<Result<Vec<_>, _>>() else {
        tally.too_large += 1;
        return Ok(());
    };
    match said {
        Err(reason) => *tally.reasons.entry(plain(&reason)).or_default() += 1,
        Ok(said) => {
            tally.exact += 1;
            tally.combinations += times.len();
            tally.spread += u32::from(said.scores().len() > 1);
            tally.without_score += u32::from(said.scored() != *said.total());
            compared(&policy, &said, &outcomes, &times)
                .map_err(|said| format!("{said}\n--- policy\n{text}\n--- values\n{fields:?}"))?;
        }
    }
    Ok(())
}

#[test]
fn what_is_expected_is_what_every_combination_comes_to() {
    let asked = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok());
    let cases = asked.unwrap_or(40);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let tally = RefCell::new(Tally::default());
    let result = runner.run(&prop::collection::vec(any::<u16>(), 1000..4000), |choices| {
        run(choices, &mut tally.borrow_mut()).map_err(TestCaseError::fail)
    });
    let tally = tally.into_inner();
    let _ = writeln!(std::io::stderr(), "{tally:#?}");
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(tally.exact > cases / 2, "only {} of {cases} policies were answered exactly", tally.exact);
    assert!(tally.spread > tally.exact / 10, "too few have several scores: {tally:?}");
}

/// A group with a weight and limits, an override that stands across it, one that caps the score, `not scored`, missing values.
const BY_HAND: &str = "\
policy hand {
  scores person
  start 5
  range 0 to 20
  round to 1
}
record person {
  id   text key
  age  integer 0 to 9
  home one of (own, rent)
  late yes/no optional
}
characteristic age {
  | age       | points |
  | under 5   |     +2 |
  | 5 or more |     +4 |
}
group rest {
  characteristic home {
    | home | points |
    | own  |     +7 |
    | rent |     -1 |
  }
  characteristic late {
    | late    | points |
    | yes     |     -3 |
    | no      |     +1 |
    | missing |      0 |
  }
  weight 50%
  limited to 0 to +3
}
override oldest {
  when age at least 9
  score at most 7
}
override stopped {
  when late and home is rent
  if missing does not apply
  not scored
}
tiers {
  good 10 or more
  poor under 10
}
";

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn number(text: &str) -> Value {
    Value::Number(decimal(text))
}

fn missing(field: u32) -> Value {
    Value::Missing(Why::Field(FieldId(field)))
}

#[test]
fn numbers_worked_out_by_hand() {
    let policy = checked(BY_HAND).unwrap();
    let fields: Counted = vec![
        vec![(Value::Text("k".into()), 4)],
        vec![(number("3"), 1), (number("7"), 2), (number("9"), 1)],
        vec![(Value::Category(0), 2), (Value::Category(1), 1)],
        vec![(Value::YesNo(true), 1), (Value::YesNo(false), 1), (missing(3), 2)],
    ];
    let said = Audit::of(&policy).expected(&frequencies(&fields)).unwrap();
    // Of 4 x 3 x 4 = 48: the group gives 2 in 2 of 12 ways, 3 in 6, 0 in 3, and stops in 1; age gives 2 once, 4 twice, and
    // 4 under the cap of 7 once.
    let ways = [("7", 14_u8), ("9", 8), ("10", 6), ("11", 4), ("12", 12)];
    assert_eq!(*said.scores(), ways.map(|(score, ways)| (decimal(score), BigUint::from(ways))).into());
    assert_eq!(*said.total(), BigUint::from(48_u8));
    assert_eq!(*said.not_scored(), BigUint::from(4_u8));
    assert_eq!(said.scored(), BigUint::from(44_u8));
    assert_eq!(said.in_tier(Some(TierId(0))), BigUint::from(22_u8));
    assert_eq!(said.in_tier(Some(TierId(1))), BigUint::from(22_u8));
    assert_eq!(said.at_least(decimal("11")), BigUint::from(16_u8));
    assert_eq!(said.mean(), Some(decimal("9.5")));
    assert_eq!(said.percent(&said.in_tier(Some(TierId(0))), 9), Some(decimal("45.833333333")));
    assert_eq!(said.percent(&said.at_least(decimal("11")), 1), Some(decimal("33.3")));
    let none = Frequencies::default();
    assert_eq!(Audit::of(&policy).expected(&none), Err("there are no records".to_owned()));
    assert_eq!(Frequencies::of(&policy, std::iter::empty()).values(FieldId(0)), []);
}

/// A quotient of two fields, one of which is read by itself too, and a formula over a field of many values.
const WORKED_OUT: &str = "\
policy worked {
  scores person
  start 0
  round to 0.1
}
record person {
  id      text key
  balance money 0 or more
  limit   money 0 or more
  debts   number 0 to 1_000
}
let use = balance / limit
characteristic use {
  | use         | points |
  | under 50%   |    +10 |
  | 50% or more |     +1 |
  | missing     |     -5 |
}
characteristic limit {
  | limit     | points |
  | 0         |     -1 |
  | over 0    |      0 |
}
rule debts {
  points debts * -0.5
}
";

#[test]
fn what_is_worked_out_of_several_fields_is_taken_value_by_value() {
    let policy = checked(WORKED_OUT).unwrap();
    let mut fields: Counted = vec![
        vec![(Value::Text("k".into()), 1)],
        vec![(number("1"), 1), (number("2"), 1), (number("3"), 3)],
        vec![(number("0"), 1), (number("4"), 4)],
        vec![(number("0.2"), 1), (number("500"), 1)],
    ];
    let said = Audit::of(&policy).expected(&frequencies(&fields)).unwrap();
    // Without a limit -6, in 5 of 25 ways; 1 of 4 gives 10, in 4; 2 or 3 of 4 give 1, in 16. Debts take 0.1 or 250.
    let ways = [("-6.1", 5_u8), ("9.9", 4), ("0.9", 16), ("-256", 5), ("-240", 4), ("-249", 16)];
    assert_eq!(*said.scores(), ways.map(|(score, ways)| (decimal(score), BigUint::from(ways))).into());

    // Together they have more combinations than are tried.
    for at in [1, 2] {
        fields[at] = (1..=400).map(|n| (number(&n.to_string()), 1)).collect();
    }
    let said = Audit::of(&policy).expected(&frequencies(&fields)).unwrap_err();
    assert!(said.contains("`balance`, `limit` have more than 100000 combinations"), "{said}");
}

#[test]
fn what_is_no_field_of_the_record_is_told() {
    let text = "\
policy events {
  scores person
  start 0
}
record person {
  id text key
}
record late belongs to person by person {
  person text
  days   integer 0 to 90
}
rule late {
  for each late
  points -5 each
}
";
    let policy = checked(text).unwrap();
    let fields: Counted = vec![vec![(Value::Text("k".into()), 1)]];
    let said = Audit::of(&policy).expected(&frequencies(&fields)).unwrap_err();
    assert_eq!(said, "the rule `late` reads `late` records, and not fields of the record alone");
}

/// Sums that nothing makes fewer are counted up to a bound, and then no more.
#[test]
fn too_many_sums_are_told() {
    let mut text =
        "policy sums {\n  scores person\n  start 0\n  round to 0.000000001\n}\nrecord person {\n  id text key\n"
            .to_owned();
    for at in 0..20 {
        text += &format!("  y{at} yes/no\n");
    }
    text += "}\n";
    for at in 0..20 {
        text += &format!(
            "characteristic c{at} {{\n  | y{at} | points |\n  | yes | +{} |\n  | no | 0 |\n}}\n",
            1_u32 << at
        );
    }
    let policy = checked(&text).unwrap();
    let mut fields: Counted = vec![vec![(Value::Text("k".into()), 1)]];
    fields.extend((0..20).map(|_| vec![(Value::YesNo(true), 1), (Value::YesNo(false), 1)]));
    let said = Audit::of(&policy).expected(&frequencies(&fields)).unwrap_err();
    assert_eq!(said, "there are more than 100000 different sums on the way to the score");
    // With two values in one field only, that is two sums.
    fields.iter_mut().skip(2).for_each(|values| values.truncate(1));
    let said = Audit::of(&policy).expected(&frequencies(&fields)).unwrap();
    assert_eq!(said.scores().len(), 2);
}
