#![expect(clippy::print_stdout, reason = "times, and what was not met, are for who asks with `--nocapture`")]

mod drawn;

use super::super::visit::Visit;
use super::*;
use crate::check::{self, Ruleset, Unit};
use crate::data::{Set, Type, join_rows};
use crate::date::Date;
use crate::function::AggregateKind;
use crate::policy::{Aggregate, ItemBody, RowOutcome, Table};
use crate::source::Sources;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// The packs, and a day on which most of each is in force.
const PACKS: [(&str, &str); 7] = [
    ("payments/payments.score", "2026-01-31"),
    ("sesame/rumoured.score", "2016-06-30"),
    ("sesame/stated.score", "2016-06-30"),
    ("sesame/published.score", "2020-06-30"),
    ("sesame/company.score", "2016-06-30"),
    ("city/city.score", "2026-01-31"),
    ("german_credit/german_credit.score", "2026-01-31"),
];

/// The policies that show the language.
const LANGUAGE: [(&str, &str); 6] = [
    ("children.score", "2026-01-01"),
    ("people.score", "2018-06-01"),
    ("previous.score", "2026-01-01"),
    ("points.score", "2026-01-01"),
    ("payments.score", "2026-01-31"),
    ("days.score", "2026-01-31"),
];

/// A policy from its file, with more text at its end, and the files that it uses.
fn load(path: &Path, more: &str) -> Ruleset {
    let mut unit = Unit {
        sources: Sources::new(),
        files: Vec::new(),
        uses: HashMap::new(),
        tables: HashMap::new(),
        unreadable: false,
    };
    let mut left = vec![path.to_owned()];
    let mut ids = HashMap::new();
    let mut lines = Vec::new();
    while let Some(path) = left.pop() {
        let mut text = std::fs::read_to_string(&path).unwrap();
        if ids.is_empty() {
            text = text.replace("cases from", "# cases from");
            text.push_str(more);
        }
        let id = unit.sources.add(path.display().to_string(), &text);
        let (file, diagnostics) = crate::syntax::parse(id, &text);
        assert!(!diagnostics.iter().any(crate::diagnostic::Diagnostic::is_error), "{diagnostics:#?}\n{more}");
        unit.files.push(file);
        ids.insert(path.clone(), id);
        for line in text.lines().filter(|line| line.starts_with("use ")) {
            let Some((_, rest)) = line.split_once("from \"") else { continue };
            let name = rest.trim_end().trim_end_matches('"').to_owned();
            let used = path.parent().unwrap().join(&name);
            lines.push((id, name, used.clone()));
            if !ids.contains_key(&used) && !left.contains(&used) {
                left.push(used);
            }
        }
    }
    for (id, name, used) in lines {
        unit.uses.insert((id, name), ids[&used]);
    }
    let checked = check::check(unit);
    checked.ruleset.unwrap_or_else(|| panic!("{:#?}\n{more}", checked.diagnostics))
}

fn root(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

fn all() -> impl Iterator<Item = (std::path::PathBuf, Date)> {
    let packs = PACKS.iter().map(|(name, day)| (root("rules").join(name), *day));
    let language = LANGUAGE.iter().map(|(name, day)| (root("tests/cases/language").join(name), *day));
    packs.chain(language).map(|(path, day)| (path, Date::parse(day).unwrap()))
}

fn count(over: crate::policy::Over, filter: &Expr) -> Expr {
    let filter = Some(filter.clone());
    Expr::Aggregate(Box::new(Aggregate { kind: AggregateKind::Count, over, value: None, filter }))
}

fn number(n: i64) -> Decimal {
    Decimal::from_int(n)
}

fn truth(of: Expr, truth: bool) -> Wish {
    Wish::Expr { of, within: Possible::truth(truth) }
}

/// How many categories or tiers a type has.
fn codes(policy: &Policy, kind: Type) -> u32 {
    match kind {
        Type::Category(id) => policy.schema.category(id).codes(),
        Type::Tier => policy.tiers.len() as u32,
        Type::Number | Type::Integer | Type::Money | Type::Text | Type::YesNo | Type::Date => 0,
    }
}

/// What the cells of a row ask for.
fn row_wishes(table: &Table, at: usize) -> Vec<Wish> {
    let of = |(column, cell): (&crate::policy::Column, &crate::policy::CellTest)| Wish::Expr {
        of: column.subject.clone(),
        within: Possible { known: cell.known.clone(), missing: cell.missing },
    };
    table.columns.iter().zip(&table.rows[at].cells).map(of).collect()
}

/// Wishes that a policy gives rise to, each with what it is.
fn wishes_of(policy: &Policy) -> Vec<(String, Vec<Wish>)> {
    let mut all: Vec<(String, Vec<Wish>)> = Vec::new();
    for (at, item) in policy.items.iter().enumerate() {
        let id = ItemId(at as u32);
        let name = &item.name;
        match &item.body {
            ItemBody::Table { table, .. } => {
                for row in 0..table.rows.len() {
                    all.push((format!("{name} row {row}"), row_wishes(table, row)));
                }
            }
            ItemBody::Events(events) => {
                let one = Decimal::ONE;
                all.push((
                    format!("{name} an event"),
                    vec![Wish::Expr {
                        of: Expr::Aggregate(Box::new(Aggregate {
                            kind: AggregateKind::Count,
                            over: events.over,
                            value: None,
                            filter: events.filter.clone(),
                        })),
                        within: Possible::known(Set::from_interval(Some((one, true)), None, Type::Integer)),
                    }],
                ));
                if let crate::policy::EventPoints::Table(table) = &events.points {
                    for row in &table.rows {
                        if let RowOutcome::Value(Expr::Constant(Value::Number(points))) = row.outcome {
                            all.push((
                                format!("{name} gives {points}"),
                                vec![Wish::Points(id, Amount::Exactly(points))],
                            ));
                        }
                    }
                }
            }
            ItemBody::Formula(_) | ItemBody::Group(_) => {}
        }
        all.push((format!("{name} most"), vec![Wish::Points(id, Amount::Most)]));
        all.push((format!("{name} least"), vec![Wish::Points(id, Amount::Least)]));
        if let (Some(low), Some(high)) = item.bounds
            && !matches!(item.body, ItemBody::Group(_))
        {
            all.push((format!("{name} at most {low}"), vec![Wish::Points(id, Amount::AtMost(low))]));
            all.push((format!("{name} at least {high}"), vec![Wish::Points(id, Amount::AtLeast(high))]));
        }
    }
    for definition in policy.definitions.iter().filter(|d| d.of == policy.schema.scored) {
        if let crate::policy::DefinitionBody::Table(table) = &definition.body {
            for row in 0..table.rows.len() {
                all.push((format!("{} row {row}", definition.name), row_wishes(table, row)));
            }
        }
    }
    for decision in &policy.decisions {
        for row in 0..decision.table.rows.len() {
            all.push((format!("{} row {row}", decision.name), row_wishes(&decision.table, row)));
        }
    }
    let mut tests: Vec<(Expr, Option<crate::policy::Over>)> = Vec::new();
    Visit::new(policy).policy(&mut |expr, over| {
        if matches!(expr, Expr::Test(..) | Expr::Compare(..) | Expr::IsMissing(_))
            && !tests.contains(&(expr.clone(), over))
        {
            tests.push((expr.clone(), over));
        }
    });
    for (test, over) in tests {
        // Whether anything is inside, and anything outside.
        let (mut inside, mut outside) = (true, true);
        if let Expr::Test(of, set) = &test {
            inside = !set.is_empty();
            let mut domain = Set::universe(Type::Number, 0);
            if matches!(**of, Expr::Constant(_)) {
                continue;
            } else if let Expr::Definition(id) = **of {
                // Of a child's definition: told of without saying whose.
                if policy.definition(id).of != policy.schema.scored {
                    continue;
                }
                let kind = policy.definition(id).kind;
                domain = Set::universe(kind, codes(policy, kind));
            } else if let Expr::Field(id) = **of {
                domain = policy.schema.field(policy.schema.scored, id).domain.clone();
            } else if matches!(**of, Expr::Tier) {
                domain = Set::universe(Type::Tier, codes(policy, Type::Tier));
            }
            if matches!(domain, Set::Codes(_)) || matches!(**of, Expr::Field(_)) {
                outside = !domain.is_subset(set);
            }
        }
        match over {
            None => {
                if inside {
                    all.push((format!("{test:?} yes"), vec![truth(test.clone(), true)]));
                }
                if outside {
                    all.push((format!("{test:?} no"), vec![truth(test, false)]));
                }
            }
            Some(over) => {
                let within = Possible::known(Set::from_interval(
                    Some((number(3), true)),
                    Some((number(3), true)),
                    Type::Integer,
                ));
                all.push((format!("three of {test:?}"), vec![Wish::Expr { of: count(over, &test), within }]));
            }
        }
    }
    for at in 0..policy.influences.len() as u32 {
        for amount in [Amount::Most, Amount::Least, Amount::AtLeast(number(3)), Amount::AtMost(number(-3))] {
            all.push((format!("influence {at} {amount:?}"), vec![Wish::Influence(at, amount)]));
        }
    }
    for (at, tier) in policy.tiers.iter().enumerate() {
        let within = Possible::known(Set::of_codes([at as u32]));
        all.push((format!("tier {}", tier.name), vec![Wish::Expr { of: Expr::Tier, within }]));
    }
    all
}

/// Whether nothing of a case is rejected or ignored.
fn is_valid(policy: &Policy, case: &Case) -> bool {
    let previous = (case.previous_of, case.previous.as_slice());
    let loaded = join_rows(&policy.schema, policy.today, &case.records, &case.pairs, previous);
    loaded.rejects == crate::data::Rejects::default() && loaded.notices.is_empty()
}

/// Pastes cases into a policy, and runs them there: each is what it was said to be.
fn assert_pasted(path: &Path, maker: &Maker<'_>, cases: &[Case]) {
    let texts: String = cases.iter().map(|case| format!("\n{}", maker.text(case))).collect();
    let before = load(path, "").cases().len();
    let ruleset = load(path, &texts);
    let positions: Vec<usize> = (before..before + cases.len()).collect();
    for ((policy, pasted), case) in ruleset.some_cases(&positions).unwrap().iter().zip(cases) {
        let again = Maker::new(policy).confirmed(pasted, &case.title).unwrap();
        let of = |case: &Case| case.expectations.iter().map(|(e, _)| e.clone()).collect::<Vec<_>>();
        assert_eq!(of(pasted), of(&again), "{}", maker.text(case));
    }
}

#[test]
fn what_the_packs_turn_on_is_realised() {
    let mut unmet: Vec<String> = Vec::new();
    let (mut wished, mut spent) = (0, Duration::ZERO);
    for (path, day) in all() {
        let ruleset = load(&path, "");
        let policy = ruleset.on(day, &[]).unwrap();
        let maker = Maker::new(&policy);
        let plain = maker.plain();
        assert!(is_valid(&policy, &plain) && maker.run(&plain).is_some(), "{}", maker.text(&plain));
        let mut cases = Vec::new();
        let (mut of_policy, mut missed) = (0, 0);
        let started = Instant::now();
        let mut slowest = (Duration::ZERO, String::new());
        for (what, wishes) in wishes_of(&policy) {
            of_policy += 1;
            let begun = Instant::now();
            let made = maker.made(&plain, &wishes, &Frozen::default());
            let taken = begun.elapsed();
            if taken > slowest.0 {
                slowest = (taken, what.clone());
            }
            let Some(trial) = made else {
                missed += 1;
                unmet.push(format!("{} {what}", path.file_name().unwrap().display()));
                continue;
            };
            assert!(is_valid(&policy, &trial.case), "{what}\n{}", maker.text(&trial.case));
            assert!(wishes.iter().all(|wish| holds(wish, &trial)));
            // As far as something was shown to go, it is driven.
            if let [Wish::Points(id, amount @ (Amount::AtMost(end) | Amount::AtLeast(end)))] =
                wishes.as_slice()
            {
                let driven = if matches!(amount, Amount::AtMost(_)) { Amount::Least } else { Amount::Most };
                let driven = maker.made(&plain, &[Wish::Points(*id, driven)], &Frozen::default()).unwrap();
                assert_eq!(driven.outcome.points[id.index()], *end, "{what}");
            }
            cases.push(maker.confirmed(&trial.case, "made").unwrap());
        }
        let taken = started.elapsed();
        println!("{}: {of_policy} wishes, {missed} unmet, {taken:?}; slowest {slowest:?}", path.display());
        wished += of_policy;
        spent += taken;
        assert_pasted(&path, &maker, &cases);
    }
    println!("{wished} wishes, {:?} each", spent / wished);
    println!("unmet: {unmet:#?}");
    assert!(unmet.len() * 100 < wished as usize * 5, "{unmet:#?}");
}

#[test]
fn two_hundred_wishes_take_little_time() {
    let mut text = "policy p \"P\" {\n  scores person\n  range 0 to 10_000\n  start 500\n}\nrecord person {\n  id text key\n".to_owned();
    for field in 0..200 {
        text.push_str(&format!("  f{field} integer 0 to 100\n"));
    }
    text.push_str("}\n");
    for item in 0..200 {
        text.push_str(&format!(
            "characteristic c{item} {{\n  | f{item} | points |\n  | under 20 | 1 |\n  | 20 to under 50 | 5 |\n  | 50 or more | 9 |\n}}\n"
        ));
    }
    for item in 0..5 {
        let fields: Vec<String> = (0..4).map(|n| format!("f{}", item * 4 + n)).collect();
        text.push_str(&format!(
            "characteristic x{item} first match {{\n  | {} | points |\n  | under 10 | over 60 | 30 to 40 | any | 11 |\n  | any | any | any | any | 0 |\n}}\n",
            fields.join(" | ")
        ));
    }
    let (unit, _) = Unit::of_text("p.score", &text);
    let ruleset = check::check(unit).ruleset.unwrap();
    let policy = ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap();
    let maker = Maker::new(&policy);
    let rows = |row: usize| -> Vec<Wish> {
        let tables = policy.items.iter().take(200).filter_map(|item| match &item.body {
            ItemBody::Table { table, .. } => Some(row_wishes(table, row)),
            ItemBody::Formula(_) | ItemBody::Events(_) | ItemBody::Group(_) => None,
        });
        tables.flatten().collect()
    };
    let points = |item: u32| vec![Wish::Points(ItemId(item), Amount::Exactly(number(5)))];
    let started = Instant::now();
    for row in 0..3 {
        let trial = maker.made(&maker.plain(), &rows(row), &Frozen::default()).unwrap();
        assert_eq!(trial.outcome.points[7], number([1, 5, 9][row]));
    }
    println!("200 cells: {:?} each", started.elapsed() / 3);
    let started = Instant::now();
    for item in 0..200 {
        maker.made(&maker.plain(), &points(item), &Frozen::default()).unwrap();
    }
    println!("one item: {:?} each", started.elapsed() / 200);
    let started = Instant::now();
    let all: Vec<Wish> = (0..200).map(|item| Wish::Points(ItemId(item), Amount::Most)).collect();
    let best = maker.made(&maker.plain(), &all, &Frozen::default()).unwrap();
    println!("the most of all: {:?}", started.elapsed());
    assert!(best.outcome.score.unwrap() >= number(500 + 200 * 9));
}

/// The payments pack, on its day.
fn payments() -> Policy {
    let (path, day) = all().next().unwrap();
    load(&path, "").on(day, &[]).unwrap()
}

fn field(policy: &Policy, name: &str) -> FieldId {
    FieldId(policy.schema.scored().fields.iter().position(|field| field.name == name).unwrap() as u32)
}

fn definition(policy: &Policy, name: &str) -> Expr {
    let at = policy.definitions.iter().position(|definition| definition.name == name).unwrap();
    Expr::Definition(crate::policy::DefinitionId(at as u32))
}

fn between(of: Expr, low: &str, high: &str) -> Wish {
    let end = |text: &str| Some((Decimal::parse(text).unwrap(), true));
    Wish::Expr { of, within: Possible::known(Set::from_interval(end(low), end(high), Type::Number)) }
}

#[test]
fn what_is_frozen_stays() {
    let policy = payments();
    let maker = Maker::new(&policy);
    let limit = field(&policy, "card_limit");
    let base = maker
        .make(&maker.plain(), &[Wish::Field(limit, Value::Number(number(4_000)))], &Frozen::default())
        .unwrap();
    let share = between(definition(&policy, "card_share"), "0.3", "0.499");
    let frozen = Frozen { fields: vec![limit], ..Frozen::default() };
    let made = maker.make(&base, &[share.clone()], &frozen).unwrap();
    assert_eq!(made.records[0].1[limit.index()], Value::Number(number(4_000)));
    // The balance is all that is left to move, and a round one is taken.
    assert_eq!(
        made.records[0].1[field(&policy, "card_balance").index()],
        Value::Number(Decimal::from_int(1_500))
    );
    let both = Frozen { fields: vec![limit, field(&policy, "card_balance")], ..Frozen::default() };
    assert_eq!(maker.make(&base, &[share], &both), None);

    let applications = policy.schema.records.iter().position(|record| record.name == "application").unwrap();
    let frozen = Frozen { children: vec![RecordId(applications as u32)], ..Frozen::default() };
    let three = between(definition(&policy, "applications"), "3", "3");
    assert_eq!(maker.make(&base, &[three.clone()], &frozen), None);
    let made = maker.make(&base, &[three.clone()], &Frozen::default()).unwrap();
    let again = maker.make(&made, &[three, Wish::Points(ItemId(0), Amount::Least)], &frozen).unwrap();
    let of = |case: &Case| {
        case.records.iter().filter(|(kind, _)| kind.index() == applications).cloned().collect::<Vec<_>>()
    };
    assert_eq!(of(&made).len(), 3);
    assert_eq!(of(&made), of(&again));
}

#[test]
fn what_cannot_be_is_given_up_soon() {
    let policy = payments();
    let maker = Maker::new(&policy);
    let applications = definition(&policy, "applications");
    let share = definition(&policy, "card_share");
    for wishes in [
        vec![between(applications.clone(), "3", "3"), between(applications, "4", "4")],
        vec![between(share.clone(), "0.3", "0.4"), between(share.clone(), "2", "3")],
        vec![
            between(share, "2", "3"),
            Wish::Field(field(&policy, "card_limit"), Value::Number(Decimal::ZERO)),
        ],
        vec![Wish::Points(ItemId(1), Amount::AtLeast(number(10_000)))],
    ] {
        let started = Instant::now();
        assert_eq!(maker.make(&maker.plain(), &wishes, &Frozen::default()), None);
        println!("given up after {:?}", started.elapsed());
    }
}

#[test]
fn a_case_reads_like_one_that_somebody_wrote() {
    let policy = payments();
    let maker = Maker::new(&policy);
    let late = policy.items.iter().position(|item| item.name == "late_payments").unwrap() as u32;
    let wishes = [
        between(definition(&policy, "card_share"), "0.3", "0.499999999"),
        between(definition(&policy, "years_on_file"), "5", "9"),
        between(definition(&policy, "applications"), "3", "3"),
        Wish::Points(ItemId(late), Amount::Exactly(number(-100))),
    ];
    let made = maker.make(&maker.plain(), &wishes, &Frozen::default()).unwrap();
    insta::assert_snapshot!(maker.text(&maker.confirmed(&made, "three applications, late twice").unwrap()));
}

#[test]
fn friends_lift_and_drag_as_far_as_they_can() {
    let (path, day) = all().nth(1).unwrap();
    let policy = load(&path, "").on(day, &[]).unwrap();
    let maker = Maker::new(&policy);
    let made = |amount| {
        let trial = maker.made(&maker.plain(), &[Wish::Influence(0, amount)], &Frozen::default())?;
        Some(trial.outcome.influences[0])
    };
    // Friends have 60 + 90 points of their own at most, and what the person gives back to them.
    assert!(made(Amount::Most).unwrap() > number(45));
    assert!(made(Amount::Least).unwrap() < number(-45));
    assert!(made(Amount::AtLeast(number(20))).is_some());
    assert_eq!(made(Amount::AtLeast(number(91))), None);
    let base = maker.make(&maker.plain(), &[Wish::Influence(0, Amount::Most)], &Frozen::default()).unwrap();
    let without =
        maker.make(&base, &[Wish::Influence(0, Amount::Exactly(Decimal::ZERO))], &Frozen::default()).unwrap();
    assert_eq!((without.records.len(), without.pairs.len()), (1, 0));
}
