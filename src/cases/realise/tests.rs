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

/// How many categories or tiers a type has.
fn codes(policy: &Policy, kind: Type) -> u32 {
    match kind {
        Type::Category(id) => policy.schema.category(id).codes(),
        Type::Tier => policy.tiers.len() as u32,
        _ => 0,
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
            let domain = match &**of {
                // Of a child's definition: told of without saying whose.
                Expr::Definition(id) if policy.definition(*id).of != policy.schema.scored => continue,
                Expr::Constant(_) => continue,
                Expr::Definition(id) => {
                    let kind = policy.definition(*id).kind;
                    Set::universe(kind, codes(policy, kind))
                }
                Expr::Field(id) => {
                    let field = policy.schema.field(policy.schema.scored, *id);
                    field.domain.clone()
                }
                Expr::Tier => Set::universe(Type::Tier, codes(policy, Type::Tier)),
                _ => Set::universe(Type::Number, 0),
            };
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

/// Draws from a list of numbers; where it ends, the first of all.
struct Draws(std::vec::IntoIter<u16>);

impl Draws {
    fn below(&mut self, options: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) * options / 65_536
    }

    fn one<X: Clone>(&mut self, of: &[X]) -> Option<X> {
        if of.is_empty() { None } else { Some(of[self.below(of.len())].clone()) }
    }
}

fn draws(many: usize) -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), many)
}

/// A valid record drawn by chance, with children.
fn drawn(maker: &Maker<'_>, draws: &mut Draws) -> Case {
    let schema = &maker.policy.schema;
    let mut case = maker.plain();
    let values = |kind: RecordId, draws: &mut Draws| -> Vec<Value> {
        let record = schema.record(kind);
        let plain = maker.plain_values(kind);
        let of = |(at, field): (usize, &crate::data::Field)| {
            let id = FieldId(at as u32);
            let fixed = record.key == Some(id) || record.parent.is_some_and(|(_, by)| by == id);
            if fixed {
                return plain[at].clone();
            }
            let mut all = maker.values_of(kind, id, &Possible::known(field.domain.clone()));
            if field.optional {
                all.push(Value::Missing(crate::data::Why::Field(id)));
            }
            draws.one(&all).unwrap_or_else(|| plain[at].clone())
        };
        record.fields.iter().enumerate().map(of).collect()
    };
    case.records[0].1 = values(schema.scored, draws);
    let key = schema.scored().key.map(|key| case.records[0].1[key.index()].clone());
    for kind in schema.children() {
        for _ in 0..draws.below(5) {
            let mut row = values(kind, draws);
            if let (Some((_, by)), Some(key)) = (schema.record(kind).parent, &key) {
                row[by.index()] = key.clone();
            }
            case.records.push((kind, row));
        }
    }
    case
}

/// Of wishes that hold of a record drawn by chance, how many could be made to hold together of a plain one.
fn realised(policy: &Policy, numbers: Vec<u16>, tally: &std::cell::Cell<(u32, u32)>) {
    let maker = Maker::new(policy);
    let mut draws = Draws(numbers.into_iter());
    let drawn = drawn(&maker, &mut draws);
    let Some(trial) = maker.run(&drawn) else { return };
    let all: Vec<(String, Vec<Wish>)> = wishes_of(policy)
        .into_iter()
        .filter(|(_, wishes)| wishes.iter().all(|wish| holds(wish, &trial)))
        .collect();
    let some: Vec<(String, Vec<Wish>)> = (0..1 + draws.below(6)).filter_map(|_| draws.one(&all)).collect();
    let wishes: Vec<Wish> = some.iter().flat_map(|(_, wishes)| wishes.clone()).collect();
    let plain = maker.plain();
    let fields = policy.schema.scored().fields.len() as u32;
    // What the drawn record has in common with the plain one may be frozen too.
    let frozen = Frozen {
        fields: (0..fields)
            .map(FieldId)
            .filter(|id| {
                draws.below(4) == 0 && plain.records[0].1[id.index()] == drawn.records[0].1[id.index()]
            })
            .collect(),
        ..Frozen::default()
    };
    let made = maker.made(&plain, &wishes, &frozen);
    let (met, of) = tally.get();
    tally.set((met + u32::from(made.is_some()), of + 1));
    let Some(made) = made else {
        let what: Vec<&String> = some.iter().map(|(what, _)| what).collect();
        println!("unmet in {}: {what:#?}\n{}\n{frozen:?}", policy.name, maker.text(&drawn));
        return;
    };
    assert!(is_valid(policy, &made.case), "{}", maker.text(&made.case));
    for id in &frozen.fields {
        assert_eq!(made.case.records[0].1[id.index()], plain.records[0].1[id.index()]);
    }
    // As whoever is given the case would run it.
    let again = Trial::run(&Scorer::new(policy), &made.case).unwrap();
    assert!(wishes.iter().all(|wish| holds(wish, &again)));
    assert_eq!(again.outcome, made.outcome);
}

#[test]
fn wishes_that_hold_of_some_record_are_met_together() {
    let policies: Vec<Policy> = all().map(|(path, day)| load(&path, "").on(day, &[]).unwrap()).collect();
    let tally = std::cell::Cell::new((0, 0));
    let started = Instant::now();
    proptest!(ProptestConfig::with_cases(400), |(at in 0..policies.len(), numbers in draws(120))| {
        realised(&policies[at], numbers, &tally);
    });
    let (met, of) = tally.get();
    println!("{met} of {of} met, {:?}", started.elapsed());
    assert!(met * 100 >= of * 95, "{met} of {of}");
}

/// A policy drawn by chance: quotients, differences, counts, sums, windows and caps over the same few fields.
fn policy_text(draws: &mut Draws) -> String {
    let mut text = "policy p \"P\" {\n  scores person\n  range 0 to 1000\n  start 500\n}\n\
        record person {\n  id text key\n  a money 0 or more\n  b money 0 or more optional\n  c integer 0 to 20\n  \
        d date up to today\n  e date optional\n  f number -5 to 5\n  k one of (x, y, z) optional\n  g yes/no\n}\n\
        record event belongs to person by person {\n  person text\n  date date\n  size number 0 to 50\n  \
        kind one of (p, q, r)\n  of money optional\n}\n\
        let share = a / b\nlet left = amount(a) - 3 * c * f\nlet age = years_between(d, today)\nlet gone = days_between(e, d)\n\
        let many = count(event where event.kind is q and event.date within 12 months)\n\
        let sum = sum(event.size where event.date within 2 years)\n\
        let most = highest(event.size where event.kind is not r)\nlet paid = sum(event.of where event.of is known)\n\
        let mean = average(event.size)\nlet last = days_between(latest(event.date), today)\n\
        let worst = max(c, f * 2, 1)\nlet free = max(min(amount(a) / 100, 40) - c, 0)\n"
        .to_owned();
    let columns = [
        ("share", true),
        ("left", false),
        ("age", false),
        ("gone", true),
        ("many", false),
        ("sum", false),
        ("most", true),
        ("paid", false),
        ("mean", true),
        ("last", true),
        ("worst", false),
        ("free", false),
        ("a", false),
        ("b", true),
        ("c", false),
        ("f", false),
    ];
    for item in 0..3 + draws.below(5) {
        let (column, may_miss) = columns[draws.below(columns.len())];
        let cut = match column {
            "share" => ["0.3", "1", "2.5"][draws.below(3)],
            "c" | "worst" | "many" | "free" => ["2", "3", "7"][draws.below(3)],
            "f" => ["-2", "0", "1.5"][draws.below(3)],
            _ => ["1", "10", "33.3"][draws.below(3)],
        };
        let points = 5 + draws.below(60);
        let cut =
            if matches!(column, "age" | "gone" | "last") { cut.split('.').next().unwrap() } else { cut };
        let mut table = format!(
            "characteristic i{item} {{\n  | {column} | g | points |\n  | under {cut} | yes | {points} |\n  \
             | under {cut} | no | -7 |\n  | {cut} or more | any | -{points} |\n"
        );
        if may_miss {
            table.push_str("  | missing | any | 3 |\n");
        }
        text.push_str(&(table + "}\n"));
    }
    for rule in 0..draws.below(3) {
        let filter = [
            "event.date within 12 months",
            "event.kind is q",
            "event.size over 10",
            "event.size at most 3 and event.kind is p",
        ][draws.below(4)];
        let points = ["4", "-6", "event.size", "-0.5 * event.size"][draws.below(4)];
        let cap = [
            "",
            ", no more than 50 in total",
            ", no more than 9 a day, no more than 90 in total",
            ", no more than 20 a month",
        ][draws.below(4)];
        text.push_str(&format!(
            "rule r{rule} {{\n  for each event where {filter}\n  points {points} each{cap}\n}}\n"
        ));
    }
    for rule in 0..draws.below(3) {
        let when = [
            "share over 1",
            "a over 1000 and c under 5",
            "k is x or g",
            "not (f over 0 and c at least 3)",
            "e is missing or many at least 2",
        ][draws.below(5)];
        text.push_str(&format!(
            "rule w{rule} {{\n  when {when}\n  if missing 0\n  points {}\n}}\n",
            1 + draws.below(40)
        ));
    }
    text
}

#[test]
fn wishes_of_policies_drawn_by_chance_are_met() {
    let tally = std::cell::Cell::new((0, 0));
    let started = Instant::now();
    proptest!(ProptestConfig::with_cases(400), |(policy in draws(60), numbers in draws(100))| {
        let text = policy_text(&mut Draws(policy.into_iter()));
        let (unit, _) = Unit::of_text("p.score", &text);
        let checked = check::check(unit);
        let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:?}\n{text}", checked.diagnostics));
        let policy = ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).unwrap();
        realised(&policy, numbers, &tally);
    });
    let (met, of) = tally.get();
    println!("{met} of {of} met, {:?}", started.elapsed());
    assert!(met * 100 >= of * 95, "{met} of {of}");
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
            _ => None,
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
