use super::super::visit::Visit;
use super::*;
use crate::check::{self, Ruleset, Unit};
use crate::data::{Set, Type, join_rows};
use crate::date::Date;
use crate::function::AggregateKind;
use crate::policy::{Aggregate, ItemBody, RowOutcome, Table};
use crate::source::Sources;
use proptest::prelude::*;
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
        let id = unit.sources.add(&path.display().to_string(), &text);
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
        match over {
            None => {
                all.push((format!("{test:?} yes"), vec![truth(test.clone(), true)]));
                all.push((format!("{test:?} no"), vec![truth(test, false)]));
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
