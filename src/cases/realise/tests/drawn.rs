//! Records and policies drawn by chance: what one record shows to be possible is made of another.

use super::*;
use proptest::prelude::*;

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
