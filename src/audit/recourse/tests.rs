use super::*;
mod brute;
use crate::check::{self, Ruleset, Unit};
use crate::data::{Set, step, value};
use crate::eval::{Settled, score_one};
use crate::policy::Case;
use proptest::prelude::*;
use std::fmt::Write as _;

fn policy(text: &str) -> Policy {
    checked(text).unwrap_or_else(|diagnostics| panic!("{diagnostics}\n{text}"))
}

/// A policy, or why the checker refuses it.
fn checked(text: &str) -> Result<Policy, String> {
    let (unit, mut diagnostics) = Unit::of_text("test.score", text);
    let checked = check::check(unit);
    diagnostics.extend(checked.diagnostics);
    let ruleset: Ruleset = checked.ruleset.ok_or_else(|| format!("{diagnostics:#?}"))?;
    Ok(ruleset.on(crate::date::Date::parse("2026-01-31").unwrap(), &[]).unwrap())
}

/// A record of a policy among no others, as the cases' maker gives it, with some fields set.
fn case(audit: &Audit<'_>, set: &[(&str, i64)]) -> Case {
    let mut case = audit.maker().plain();
    let fields = &audit.policy().schema.scored().fields;
    let own = &mut case.records[0].1;
    for (name, units) in set {
        let at = fields.iter().position(|field| field.name == *name).unwrap();
        let kind = fields[at].kind;
        own[at] = match kind {
            crate::data::Type::YesNo => Value::YesNo(*units != 0),
            crate::data::Type::Category(_) => Value::Category(*units as u32),
            crate::data::Type::Number
            | crate::data::Type::Integer
            | crate::data::Type::Money
            | crate::data::Type::Text
            | crate::data::Type::Date
            | crate::data::Type::Tier => {
                value(i128::from(*units) * step(kind).max(Decimal::ONE.units()), kind).unwrap()
            }
        };
    }
    case
}

/// What the planner finds for a case, and what brute force finds: every combination of every value, run.
fn both(policy: &Policy, set: &[(&str, i64)], aim: Aim) -> Option<(Recourse, Option<i128>)> {
    let audit = Audit::of(policy);
    let case = case(&audit, set);
    let population = crate::data::join_rows(
        &policy.schema,
        policy.today,
        &case.records,
        &case.pairs,
        (case.previous_of, &case.previous),
    )
    .population;
    let scorer = Scorer::new(policy);
    let settled = Settled::of(&scorer, &population);
    let outcome = score_one(&scorer, &population, &settled, 0, &mut ()).unwrap().unwrap();
    outcome.score?;
    let subject = population.subject(0).unwrap();
    let planner = audit.planner().unwrap();
    let recourse = planner.cheapest(&population, &subject, &outcome, aim).unwrap();
    let stand = Stand { records: &population, subject: &subject, outcome: &outcome };
    let every = every_way(policy, &scorer, &stand);
    let reached = every.iter().filter(|(_, score, tier)| Planner::reaches(aim, *score, *tier));
    let least = reached.map(|(cost, ..)| *cost).min();
    Some((recourse, least))
}

/// Every combination of every value of what can be changed at a price, run: what it costs, its score and its tier.
fn every_way(
    policy: &Policy,
    scorer: &Scorer<'_>,
    stand: &Stand<'_>,
) -> Vec<(i128, Decimal, Option<TierId>)> {
    let (levers, _) = Lever::all(&policy.schema);
    let mut ways: Vec<(i128, Vec<Value>)> = vec![(0, stand.subject.values.to_vec())];
    for lever in &levers {
        let now = stand.field(lever).unwrap().clone();
        let values: Vec<Value> = match &lever.domain {
            Set::Ranges(ranges) => ranges
                .iter()
                .flat_map(|(low, high)| {
                    (0..=(high - low) / step(lever.kind)).map(move |n| low + n * step(lever.kind))
                })
                .map(|units| value(units, lever.kind).unwrap())
                .collect(),
            Set::Codes(codes) if lever.kind == crate::data::Type::YesNo => {
                codes.iter().map(|code| Value::YesNo(*code != 0)).collect()
            }
            Set::Codes(codes) => codes.iter().map(|code| Value::Category(*code)).collect(),
            Set::Texts { .. } => Vec::new(),
        };
        ways = ways
            .iter()
            .flat_map(|(cost, record)| {
                let now = &now;
                values.iter().map(move |to| {
                    let mut record = record.clone();
                    record[lever.field.index()] = to.clone();
                    (cost + lever.price(lever.steps(now, to).unwrap()), record)
                })
            })
            .collect();
    }
    let run = ways.iter().filter_map(|(cost, record)| {
        let run = stand.run(scorer, record)?;
        Some((*cost, run.score?, run.tier))
    });
    run.collect()
}

const HEAD: &str = r#"
policy p "P" {
  scores  person
  start   100
  range   0 to 300
  round   to 1
}
record person {
  id     text  key
  fixed  integer 0 to 3  immutable
  a      integer 0 to 6  controllable by person at 3 per step
  b      integer 0 to 5  controllable by person at 2 per 2
  c      integer 0 to 4  controllable by person at 5 per step
  d      one of (red, green, blue)  controllable by person at 4 per step
  ok     yes/no  controllable by person at 0 per step
  age    integer 0 to 9  only up
}
tiers {
  top   150 or more
  good  120 to under 150
  fair  90 to under 120
  poor  under 90
}
"#;

/// Points of a table over a field with some edges.
fn table(out: &mut String, name: &str, field: &str, edges: &[i64], points: &[i64], extra: &str) {
    writeln!(out, "characteristic {name} \"{name}\" {extra} {{\n  | {field} | points |").unwrap();
    let mut from: Option<i64> = None;
    for (edge, points) in edges.iter().map(Some).chain([None]).zip(points) {
        let cell = match (from, edge) {
            (None, Some(edge)) => format!("under {edge}"),
            (Some(from), Some(edge)) => format!("{from} to under {edge}"),
            (Some(from), None) => format!("{from} or more"),
            (None, None) => "any".to_owned(),
        };
        writeln!(out, "  | {cell} | {points} |").unwrap();
        from = edge.copied();
    }
    writeln!(out, "}}").unwrap();
}

#[derive(Debug, Clone)]
struct Draw {
    points: Vec<i64>,
    form: u16,
    record: Vec<i64>,
    aim: u8,
}

fn draw() -> impl Strategy<Value = Draw> {
    let points = prop::collection::vec(-60_i64..=60, 24);
    let record = record();
    (points, any::<u16>(), record, 0..5_u8).prop_map(|(points, form, record, aim)| Draw {
        points,
        form,
        record,
        aim,
    })
}

/// The values of the fields, in order.
fn record() -> impl Strategy<Value = Vec<i64>> {
    let record = (0..=3_i64, 0..=6_i64, 0..=5_i64, 0..=4_i64, 0..=2_i64, 0..=1_i64, 0..=9_i64);
    record.prop_map(|r| vec![r.0, r.1, r.2, r.3, r.4, r.5, r.6])
}

const NAMES: [&str; 7] = ["fixed", "a", "b", "c", "d", "ok", "age"];

/// A small policy by chance: bands, a table of two fields, sums, a quotient, a group with limits and a weight, overrides.
fn text(draw: &Draw) -> String {
    let p = &draw.points;
    let has = |bit: u16| draw.form & (1 << bit) != 0;
    let mut out = HEAD.to_owned();
    table(&mut out, "fixed", "fixed", &[1, 3], &p[0..3], "");
    table(&mut out, "age", "age", &[4, 7], &p[3..6], "");
    if has(0) {
        let (weight, limits) =
            if has(1) { ("weight -0.5 ", "-40 to +25") } else { ("weight 1.5 ", "-30 to +45") };
        writeln!(out, "group g \"G\" {weight}limited to {limits} {{").unwrap();
    }
    table(&mut out, "a", "a", &[2, 4, 5], &p[6..10], "");
    if has(2) {
        table(&mut out, "b", "b", &[1, 3], &p[10..13], "");
    } else {
        writeln!(
            out,
            "rule b \"b\" {{\n  points {} * b + {} * c limited to -50 to +50\n}}",
            p[10] / 6,
            p[11] / 6
        )
        .unwrap();
    }
    if has(0) {
        writeln!(out, "}}").unwrap();
    }
    if has(3) {
        writeln!(out, "let q = (c + fixed) / 2").unwrap();
        table(&mut out, "q", "q", &[1, 2, 3], &p[13..17], "");
    } else {
        writeln!(out, "characteristic cd \"cd\" {{\n  | c | d | points |\n  | under 2 | red, blue | {} |\n  | under 2 | green | {} |\n  | 2 or more | any | {} |\n}}", p[13], p[14], p[15]).unwrap();
    }
    if has(4) {
        writeln!(
            out,
            "override o \"O\" {{\n  when a over 3 and ok is yes\n  score at most {}\n}}",
            130 + p[17]
        )
        .unwrap();
    } else {
        writeln!(out, "rule ok \"ok\" {{\n  when ok is yes and d is green\n  points {}\n}}", p[18]).unwrap();
    }
    if has(5) {
        writeln!(out, "override t \"T\" {{\n  when fixed is 2 and c over 1\n  tier at most fair\n}}")
            .unwrap();
    }
    if has(6) {
        writeln!(out, "override n \"N\" {{\n  when b is 5 and c is 0\n  not scored\n}}").unwrap();
    }
    if has(7) {
        writeln!(out, "rule plain \"plain\" {{\n  when ok\n  points {}\n}}", p[19]).unwrap();
    }
    // Missing at one value between others.
    if has(8) {
        writeln!(
            out,
            "let z = (fixed + 1) / (c - 2)\nrule z \"z\" {{\n  when z is missing\n  points {}\n}}",
            p[21]
        )
        .unwrap();
    }
    if has(9) {
        writeln!(out, "let y = {} / (b - 3)\nrule y \"y\" {{\n  points y otherwise {}\n}}", p[22], p[23])
            .unwrap();
    }
    if has(10) {
        writeln!(out, "override l \"L\" {{\n  when d is blue and a over 4\n  tier at least good\n}}")
            .unwrap();
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_cheapest_is_that_of_brute_force(draw in draw()) {
        let policy = checked(&text(&draw));
        // A tier that nobody can reach is refused.
        prop_assert!(policy.as_ref().err().is_none_or(|why| why.contains("no record can reach")), "{:?}", policy);
        prop_assume!(policy.is_ok());
        let policy = policy.unwrap();
        let set: Vec<(&str, i64)> = NAMES.iter().copied().zip(draw.record.iter().copied()).collect();
        let aim = match draw.aim {
            tier @ 0..=3 => Aim::Tier(TierId(u32::from(tier))),
            _ => Aim::Score(Decimal::from_int(100 + draw.points[20])),
        };
        if let Some((recourse, least)) = both(&policy, &set, aim) {
            prop_assert_eq!(&recourse.proof, &Ok(()));
            prop_assert_eq!(recourse.way.as_ref().map(|way| way.cost.units()), least, "{:?}\n{}", recourse, text(&draw));
            // The way that is told costs what its changes cost.
            if let Some(way) = &recourse.way {
                let sum: i128 = way.changes.iter().map(|c| c.each.unwrap().units() * c.steps).sum();
                prop_assert_eq!(sum, way.cost.units());
            }
        }
    }
}

#[test]
fn amounts_and_shares_are_cut_where_the_share_passes_an_edge() {
    let text = r#"
policy p "P" {
  scores  person
  start   0
}
record person {
  id       text  key
  balance  money 0 or more  controllable by person at 3 per 100
  limit    money 0 or more
}
let share = balance / limit
characteristic share "Share" {
  | share            | points |
  | under 10%        | 50     |
  | 10% to under 50% | 20     |
  | 50% or more      | 0      |
  | missing          | 5      |
}
tiers {
  top   50 or more
  good  20 to under 50
  poor  under 20
}
"#;
    let policy = policy(text);
    let audit = Audit::of(&policy);
    let planner = audit.planner().unwrap();
    assert_eq!(planner.levers.inexact, None);
    let found = |balance: i64, limit: i64, tier: u32| {
        let case = case(&audit, &[("balance", balance), ("limit", limit)]);
        let trial = audit.maker().run(&case).unwrap();
        let population =
            crate::data::join_rows(&policy.schema, policy.today, &case.records, &[], (None, &[])).population;
        let subject = population.subject(0).unwrap();
        planner.cheapest(&population, &subject, &trial.outcome, Aim::Tier(TierId(tier))).unwrap()
    };
    // Under 10% of 10,000 is 999.99: 4,000.01 less is 41 steps.
    let recourse = found(5_000, 10_000, 0);
    let way = recourse.way.unwrap();
    assert_eq!(recourse.proof, Ok(()));
    assert_eq!(way.changes[0].to, Value::Number(Decimal::parse("999.99").unwrap()));
    assert_eq!((way.changes[0].steps, way.cost), (41, Decimal::from_int(123)));
    // Without a limit the share is missing whatever the balance is.
    let none = found(5_000, 0, 0);
    assert_eq!((none.way, none.proof), (None, Ok(())));
}

#[test]
fn what_only_grows_is_told_apart_and_has_no_price() {
    let policy = policy(&format!(
        "{HEAD}\ncharacteristic age \"Age\" {{\n  | age | points |\n  | under 4 | -10 |\n  | 4 or more | 60 |\n}}\n\
         characteristic a \"A\" {{\n  | a | points |\n  | under 6 | -10 |\n  | 6 or more | 60 |\n}}\n"
    ));
    let (recourse, least) = both(&policy, &[("age", 1), ("a", 0)], Aim::Tier(TierId(0))).unwrap();
    assert_eq!(least, Some(18 * Decimal::ONE.units()));
    assert_eq!(recourse.way.unwrap().cost, Decimal::from_int(18));
    let by_time: Vec<(i128, Option<Decimal>)> = recourse.by_time.iter().map(|c| (c.steps, c.each)).collect();
    assert_eq!(by_time, [(3, None)]);
}

#[test]
fn a_policy_without_levers_has_a_certificate() {
    let text = HEAD.replace("controllable by person at 3 per step", "immutable");
    let policy = policy(&format!(
        "{text}\ncharacteristic a \"A\" {{\n  | a | points |\n  | under 6 | -40 |\n  | 6 or more | 60 |\n}}\n"
    ));
    let (recourse, least) = both(&policy, &[("a", 0), ("age", 0)], Aim::Tier(TierId(0))).unwrap();
    assert_eq!((least, recourse.way, recourse.proof, recourse.has_levers), (None, None, Ok(()), false));
}
