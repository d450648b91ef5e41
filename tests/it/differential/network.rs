//! Random networks through both interpreters: links of one kind and of two, directed and both ways, influences of every
//! sort, and aggregates and per-event rules over linked records.

use super::case::{checked, mended};
use super::choices::Choices;
use super::{columns, compare, records};
use glassbox::data::{
    LinkId, LinksBuilder, PairScratch, Pairing, RecordId, Type, Value, join_rows, previous_kind,
};
use glassbox::decimal::Decimal;
use glassbox::eval::batch::{
    AnswerScratch, Answers, Chunk, Everybody, Gathered, LinkPlan, Network, Own, Plan, Previous, Scored,
    Scratch, Standing, Wanted,
};
use glassbox::policy::Policy;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;

const RECORDS: &str = "
record person {
  id integer key
  a number
  b integer 0 to 100 optional
  c one of (own, rent, other) optional
  born date up to today optional
  vip yes/no
}
record purchase belongs to person by person {
  person integer
  amount number
  date date
}
record company {
  id text key
  size number 0 or more optional
  kind one of (own, rent) optional
  founded date optional
}
link friends from person to person
link peers between person and person
link owned from person to company
reason R1 \"One\"
reason R2 \"Two\"
reason R3 \"Three\"
let spent = sum(purchase.amount)
let rich = b + 1
let old = (born before 1980-01-01) otherwise no
let circle = count(friends)
let wide = average(friends.circle) otherwise 0
let theirs = sum(peers.spent) otherwise 0
let own_size = size otherwise 1
";

/// What became of a record.
type Found = (Standing, Option<glassbox::eval::Outcome>);

/// What a rule may give, and whether it has a condition.
const POINTS: &[&str] = &[
    "a",
    "count(friends)",
    "count(owned)",
    "count(peers where peers.c is own otherwise no)",
    "average(friends.a)",
    "sum(friends.b)",
    "sum(owned.size where (owned.kind is own otherwise no))",
    "highest(peers.a)",
    "lowest(peers.b)",
    "average(peers.rich where peers.old)",
    "count(friends where friends.spent over 20)",
    "wide",
    "theirs",
    "average(peers.wide)",
    "highest(friends.theirs)",
    "sum(friends.a * friends.a)",
    "average(owned.size)",
];
const PREVIOUS_POINTS: &[&str] = &[
    "count(LINK where (LINK.score at least 10 otherwise no))",
    "average(LINK.score)",
    "highest(LINK.score where (LINK.score under 50 otherwise yes))",
];
const EACH: &[&str] = &[
    "  for each friends where friends.vip\n  points  -5 each, no more than 7 in total\n",
    "  for each peers where (peers.b over 20 otherwise yes)\n  points  peers.a each\n  if missing 2\n",
    "  for each owned\n  points  owned.size each\n  if missing -1\n",
    "  for each owned where (owned.kind is own otherwise no)\n  | owned.size | points each | reason |\n  | under 10 | -3 | R2 |\n  | 10 or more | +4 | |\n  | missing | -1 | R3 |\n",
    "  for each friends\n  | friends.c | points each |\n  | own | -2 |\n  | rent, other | 3 |\n  | missing | not scored |\n",
    "  for each peers where peers.spent over 5\n  points -1.5 each\n",
];

/// The text of a policy.
pub(crate) fn draw(choices: &mut Choices) -> String {
    let mut text = String::from("policy random {\n  scores person\n");
    if choices.chance(60) {
        let (low, high) = choices.one(&[(0, 100), (-50, 300), (10, 15)]);
        let _ = writeln!(text, "  range {low} to {high}");
    }
    let _ = writeln!(text, "  start {}", choices.one(&["0", "50", "12.5", "-7"]));
    let _ = writeln!(text, "  round to {}", choices.one(&["1", "0.1", "0.000000001"]));
    if choices.chance(80) {
        let by = choices.one(&["lost", "lost", "below baseline"]);
        let _ = writeln!(text, "  reasons up to {} by points {by}", choices.one(&["3", "1", "0"]));
    }
    text.push_str("}\n");
    text.push_str(RECORDS);
    let mut previous: Vec<&str> = Vec::new();
    let mut influences: Vec<&str> = Vec::new();
    for link in ["friends", "peers", "owned"] {
        if choices.chance(45) {
            influences.push(link);
            let settled = link != "owned" && choices.chance(70);
            let _ = writeln!(text, "influence {link} {{");
            let _ = writeln!(
                text,
                "  {} of {link}.score",
                choices.one(&["average", "average", "median", "lowest", "highest"])
            );
            let _ = writeln!(text, "  against {}", choices.one(&["0", "50", "12.345678901", "-20"]));
            let _ = writeln!(text, "  weight {}", choices.one(&["0.4", "-0.3", "0.123456789", "0.45", "0"]));
            if choices.chance(40) {
                let _ = writeln!(text, "  smoothing {}", choices.one(&["1", "5", "1000000"]));
            }
            if choices.chance(30) {
                let _ =
                    writeln!(text, "  limited to {}", choices.one(&["-10 to +10", "0 to +5", "-100 to -1"]));
            }
            if !settled {
                previous.push(link);
                text.push_str("  reads previous scores\n");
            }
            if choices.chance(60) {
                let _ = writeln!(text, "  reason {}", choices.one(&["R1", "R2"]));
            }
            text.push_str("}\n");
        }
    }
    for at in 0..1 + choices.below(6) {
        let _ = writeln!(text, "rule item{at} {{");
        if choices.chance(25) {
            text.push_str(choices.one(EACH));
            if choices.chance(40) {
                let _ = writeln!(text, "  reason {}", choices.one(&["R1", "R3"]));
            }
        } else {
            let points = if !previous.is_empty() && choices.chance(30) {
                choices.one(PREVIOUS_POINTS).replace("LINK", previous[choices.below(previous.len())])
            } else {
                choices.one(POINTS).to_owned()
            };
            if choices.chance(20) {
                let _ = writeln!(text, "  when {}", choices.one(&["vip", "old", "circle over 2"]));
            }
            let _ = writeln!(text, "  points {points}\n  if missing {}", choices.one(&["0", "-3"]));
            if choices.chance(60) {
                let _ = writeln!(text, "  reason {}\n  baseline 5", choices.one(&["R1", "R2", "R3"]));
            }
        }
        if choices.chance(80) {
            let huge = "-50000000000000000000000000000 to 50000000000000000000000000000";
            let _ = writeln!(
                text,
                "  limited to {}",
                choices.one(&["-10 to +10", "-100 to 0", "-400 to +400", huge])
            );
        }
        text.push_str("}\n");
    }
    if choices.chance(50) {
        text.push_str("tiers {\n  good 60 or more\n  fair 20 to under 60\n  poor under 20\n}\n");
    }
    for at in 0..choices.below(3) {
        let when = choices.one(&["vip", "count(friends) over 3", "a over 60", "(b over 50) otherwise no"]);
        let what = choices.one(&["not scored", "score at most 40", "score at least 30"]);
        let reason = choices.one(&["", "  reason R3\n"]);
        let _ = writeln!(text, "override over{at} {{\n  when {when}\n  {what}\n{reason}}}");
    }
    if choices.chance(15) {
        text.push_str("participation {\n  needs vip or count(peers) over 1\n}\n");
    }
    if let (Some(link), true) = (influences.first(), choices.chance(50)) {
        let _ = writeln!(
            text,
            "decision pulled one of (down, up, none) {{\n  | points of {link} | gives |\n  | under 0 | down |\n  | 0 or more | up |\n  | missing | none |\n}}"
        );
    }
    text
}

/// Everything that is drawn for a policy.
struct Drawn {
    people: Vec<Vec<Value>>,
    companies: Vec<Vec<Value>>,
    purchases: Vec<Vec<Value>>,
    /// By link: the keys of both ends.
    pairs: Vec<Vec<[Value; 2]>>,
    /// Of which kind, by key.
    previous: (RecordId, Vec<(Value, Decimal)>),
}

impl Drawn {
    fn of(choices: &mut Choices, policy: &Policy) -> Self {
        let kind = |name: &str| kind_of(policy, name);
        let count = choices.below(30);
        let others = choices.below(8);
        let mut rows = |name: &str, count: usize, spread: Option<usize>| -> Vec<Vec<Value>> {
            (0..count)
                .map(|at| {
                    let at = spread.map_or(at, |among| choices.below(among + 1));
                    records::record(choices, policy, kind(name), at)
                })
                .collect()
        };
        let people = rows("person", count, None);
        let companies = rows("company", others, None);
        let purchases = rows("purchase", 2 * count, Some(count));
        let pairs = policy.schema.links.iter().map(|link| {
            let mut end = |kind: RecordId| {
                // One past the last is nobody.
                let among = if kind == policy.schema.scored { count } else { others };
                key(policy, kind, choices.below(among + 1))
            };
            let pairs = (0..4 * count).map(|_| [end(link.from), end(link.to)]);
            let mut pairs: Vec<_> = pairs.collect();
            let again = pairs.iter().step_by(7).cloned().collect::<Vec<_>>();
            pairs.extend(again);
            pairs
        });
        let pairs = pairs.collect();
        let of = previous_kind(&policy.schema).unwrap();
        let among = if of == policy.schema.scored { count } else { others };
        let scores = (0..among).filter(|at| at % 3 != 1).map(|at| {
            let score = if at % 11 == 10 {
                "70000000000000000000000000000"
            } else {
                ["5", "49.5", "120", "-3"][at % 4]
            };
            (key(policy, of, at), Decimal::parse(score).unwrap())
        });
        let scores = scores.collect();
        Self { people, companies, purchases, pairs, previous: (of, scores) }
    }

    fn rows(&self, policy: &Policy, kind: RecordId) -> &[Vec<Value>] {
        match policy.schema.record(kind).name.as_str() {
            "person" => &self.people,
            "company" => &self.companies,
            _ => &self.purchases,
        }
    }
}

fn kind_of(policy: &Policy, name: &str) -> RecordId {
    RecordId(policy.schema.records.iter().position(|record| record.name == name).unwrap() as u32)
}

/// The key of the record at a place; some have none.
pub(crate) fn key(policy: &Policy, kind: RecordId, at: usize) -> Value {
    let of = policy.schema.record(kind);
    match of.fields[of.key.unwrap().index()].kind {
        Type::Text => Value::Text(format!("k{at}").into()),
        Type::Number
        | Type::Integer
        | Type::Money
        | Type::YesNo
        | Type::Date
        | Type::Category(_)
        | Type::Tier => Value::Number(Decimal::from_int(at as i64 + 1)),
    }
}

/// The records of a chunk that are good.
fn note_good(chunk: &Chunk, first: usize, good: &mut [bool]) {
    for row in 0..chunk.rows() {
        good[first + row] &= !chunk.is_bad(row);
    }
}

/// The columns' account of everybody; `None` where it depends on the order of the records.
fn in_columns(policy: &Policy, drawn: &Drawn, choices: &mut Choices) -> Result<Option<Vec<Found>>, String> {
    let plan = Plan::new(policy);
    if !plan.fallbacks().is_empty() {
        return Err(format!("not in columns: {:?}", plan.fallbacks()));
    }
    let schema = &policy.schema;
    let count = drawn.people.len();
    let mut bad = vec![false; count];
    let mut gathered: Vec<Gathered> = Vec::new();
    for child in plan.children() {
        let rows = (drawn.people.as_slice(), drawn.rows(policy, child.kind()));
        gathered.push(compare::gathered(&plan, child, rows, &mut bad, choices)?);
    }
    let batch = columns::draw(choices, schema, schema.scored, &drawn.people);
    let binding = plan.bind_by_name(&batch.schema()).map_err(|error| error.to_string())?;
    let mut chunk = Chunk::default();
    let mut good: HashMap<RecordId, Vec<bool>> = HashMap::new();
    let mut people: Vec<bool> = bad.iter().map(|bad| !bad).collect();
    for (start, part) in compare::parts(&batch, choices) {
        binding.read(&part, &mut chunk);
        note_good(&chunk, start, &mut people);
    }
    good.insert(schema.scored, people);

    // Who is linked to whom.
    let batch_of: HashMap<RecordId, _> = plan
        .linked()
        .iter()
        .map(|linked| {
            (linked.kind(), columns::draw(choices, schema, linked.kind(), drawn.rows(policy, linked.kind())))
        })
        .collect();
    let bound = |linked: &LinkPlan| {
        linked.bind_by_name(&batch_of[&linked.kind()].schema()).map_err(|e| e.to_string())
    };
    for linked in plan.linked() {
        let mut theirs = good
            .remove(&linked.kind())
            .unwrap_or_else(|| vec![true; drawn.rows(policy, linked.kind()).len()]);
        bound(linked)?.read(&batch_of[&linked.kind()], &mut chunk);
        note_good(&chunk, 0, &mut theirs);
        good.insert(linked.kind(), theirs);
    }
    let mut network = Network::default();
    network.links.resize_with(schema.links.len(), || None);
    for linked in plan.linked() {
        let (of, at) = (schema.link(linked.link()), linked.link().index());
        let slots = |kind: RecordId, key: &Value| {
            let place = schema.record(kind).key.unwrap().index();
            drawn
                .rows(policy, kind)
                .iter()
                .position(|row| &row[place] == key)
                .map_or(LinksBuilder::NOBODY, |at| at as u32)
        };
        let builder = LinksBuilder::new(count, Pairing::of(of));
        let mut pairs = drawn.pairs[at].clone();
        if choices.chance(50) {
            pairs.reverse();
        }
        for pairs in pairs.chunks(1 + choices.below(40)) {
            let from: Vec<u32> = pairs.iter().map(|pair| slots(of.from, &pair[0])).collect();
            let to: Vec<u32> = pairs.iter().map(|pair| slots(of.to, &pair[1])).collect();
            builder.add(&mut PairScratch::default(), &from, &to);
        }
        let keep = |kind: RecordId| {
            let good = &good[&kind];
            move |slot: u32| good[slot as usize]
        };
        network.links[at] = Some(builder.finish(keep(schema.scored), keep(linked.kind())).0);
    }
    let (of, scores) = &drawn.previous;
    let mut previous = Previous::new(*of, drawn.rows(policy, *of).len());
    for (at, row) in drawn.rows(policy, *of).iter().enumerate() {
        let key = &row[schema.record(*of).key.unwrap().index()];
        if let Some((_, score)) = scores.iter().find(|(known, _)| known == key) {
            previous.set(at, *score);
        }
    }
    network.previous = Some(previous);

    // What is asked of linked records.
    for linked in plan.linked() {
        let batch = &batch_of[&linked.kind()];
        let binding = bound(linked)?;
        let answers = Answers::new(linked, batch.num_rows());
        let mut scratch = AnswerScratch::default();
        for (start, part) in compare::parts(batch, choices).into_iter().rev() {
            binding.read(&part, &mut chunk);
            if linked.reads_aggregates() {
                gathered
                    .iter()
                    .for_each(|gathered| gathered.fill(start..start + part.num_rows(), &mut chunk));
            }
            answers.note(&mut scratch, start, &mut chunk, network.previous.as_ref());
        }
        gathered.push(answers.gather(network.links[linked.link().index()].as_ref().unwrap()));
    }
    if gathered.iter().any(Gathered::unsure) {
        return Ok(None);
    }

    // Settled scores, and everybody's own.
    let (mut scratch, mut own, mut scored) = (Scratch::default(), Own::default(), Scored::default());
    let everybody = Everybody::new(&plan, count);
    if everybody.is_asked() {
        for (start, part) in compare::parts(&batch, choices).into_iter().rev() {
            binding.read(&part, &mut chunk);
            gathered.iter().for_each(|gathered| gathered.fill(start..start + part.num_rows(), &mut chunk));
            plan.own(&chunk, &mut scratch, &mut own);
            everybody.note(start, &own);
        }
    }
    let mut settling = everybody.settle(&network);
    settling.finish();
    let kinds: Vec<Type> = policy.decisions.iter().map(|decision| decision.kind).collect();
    let mut found = vec![(Standing::Bad, None); count];
    for (start, part) in compare::parts(&batch, choices) {
        binding.read(&part, &mut chunk);
        gathered.iter().for_each(|gathered| gathered.fill(start..start + part.num_rows(), &mut chunk));
        settling.fill(start, &mut chunk);
        plan.run(&chunk, Wanted { points: true, lost: true }, &mut scratch, &mut scored);
        for row in 0..part.num_rows() {
            if !bad[start + row] {
                found[start + row] =
                    (scored.standings()[row], scored.outcome(row, &kinds).map(compare::plain));
            }
        }
    }
    Ok(Some(found))
}

fn check(policy: &Policy, drawn: &Drawn, choices: &mut Choices) -> Result<bool, String> {
    let schema = &policy.schema;
    let of = |name: &str| {
        let kind = kind_of(policy, name);
        drawn.rows(policy, kind).iter().map(move |row| (kind, row.clone()))
    };
    let records: Vec<_> = of("person").chain(of("company")).chain(of("purchase")).collect();
    let pairs = drawn.pairs.iter().zip(0..);
    let pairs: Vec<_> = pairs
        .flat_map(|(pairs, link)| {
            pairs.iter().map(move |[from, to]| (LinkId(link), from.clone(), to.clone()))
        })
        .collect();
    let (kind, scores) = &drawn.previous;
    let loaded = join_rows(schema, policy.today, &records, &pairs, (Some(*kind), scores));
    let expected = compare::by_row(policy, &drawn.people, &loaded);
    let threads = 1 + choices.below(3);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let Some(found) = pool.install(|| in_columns(policy, drawn, choices))? else { return Ok(false) };
    for (at, (expected, found)) in expected.iter().zip(&found).enumerate() {
        if expected != found {
            return Err(format!(
                "record {at}: {:?}\nreference {expected:#?}\ncolumns {found:#?}",
                drawn.people[at]
            ));
        }
    }
    Ok(true)
}

#[test]
fn networks_come_to_what_single_records_come_to() {
    let cases = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(120);
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    });
    let (mut accepted, mut settled, mut unsure, mut refused) = (0_u32, 0_u32, 0_u32, Vec::new());
    let counts = std::cell::RefCell::new((&mut accepted, &mut settled, &mut unsure, &mut refused));
    let result = runner.run(&prop::collection::vec(any::<u16>(), 0..1500), |choices| {
        let mut choices = Choices::new(choices);
        let text = mended(draw(&mut choices));
        let mut counts = counts.borrow_mut();
        let policy = match checked(&text) {
            Ok(policy) => policy,
            Err(said) => {
                counts.3.push(said);
                return Ok(());
            }
        };
        *counts.0 += 1;
        *counts.1 += u32::from(policy.sweeps > 0);
        let drawn = Drawn::of(&mut choices, &policy);
        match check(&policy, &drawn, &mut choices) {
            Ok(compared) => {
                *counts.2 += u32::from(!compared);
                Ok(())
            }
            Err(said) => Err(TestCaseError::fail(format!("{said}\n--- policy\n{text}"))),
        }
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let _ = writeln!(
        std::io::stderr(),
        "{accepted} networks, {settled} of them settle: the same; {unsure} depend on the order"
    );
    assert!(
        accepted > cases / 2,
        "only {accepted} of {cases} policies were fit to run: {:?}",
        refused.first()
    );
    assert!(settled > cases / 5 && unsure < cases / 3, "{settled} settle, {unsure} are unsure");
}

/// A policy whose scores settle: the field `a` and so much of the mean of friends.
fn settling(weight: &str, range: &str) -> Policy {
    let text = format!(
        "policy settling {{\n  scores person\n  start 0\n  round to 0.000000001\n{range}}}\n{RECORDS}\
         rule own {{\n  points a\n  limited to -4000000000000000000000000000 to 4000000000000000000000000000\n}}\n\
         influence friends {{\n  average of friends.score\n  against 0\n  weight {weight}\n}}\n"
    );
    checked(&mended(text)).unwrap()
}

/// So many people, of whom each has a number, and who are friends of whom.
fn network(policy: &Policy, numbers: &[&str], friends: impl Iterator<Item = (usize, usize)>) -> Drawn {
    let missing = |field| Value::Missing(glassbox::data::Why::Field(glassbox::data::FieldId(field)));
    let people = numbers.iter().enumerate().map(|(at, a)| {
        let a = Value::Number(Decimal::parse(a).unwrap());
        vec![
            key(policy, policy.schema.scored, at),
            a,
            missing(2),
            missing(3),
            missing(4),
            Value::YesNo(false),
        ]
    });
    let mut pairs = vec![Vec::new(); policy.schema.links.len()];
    let of = |at| key(policy, policy.schema.scored, at);
    pairs[0] = friends.map(|(from, to)| [of(from), of(to)]).collect();
    let previous = (policy.schema.scored, Vec::new());
    Drawn { people: people.collect(), companies: Vec::new(), purchases: Vec::new(), pairs, previous }
}

#[test]
fn neither_threads_nor_the_order_of_pairs_matter() {
    let policy = settling("0.4", "  range 0 to 1000\n");
    let numbers: Vec<String> = (0..900).map(|at| ((at * 7919) % 551 + 300).to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let friends: Vec<(usize, usize)> =
        (0..6000).map(|n| ((n * 2971) % 900, (n * n * 31 + n) % 900)).collect();
    let forwards = network(&policy, &numbers, friends.iter().copied());
    let backwards = network(&policy, &numbers, friends.iter().rev().copied());
    let said = |drawn: &Drawn, threads: usize, choices: Vec<u16>| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| in_columns(&policy, drawn, &mut Choices::new(choices))).unwrap().unwrap()
    };
    let alone = said(&forwards, 1, Vec::new());
    assert!(alone.iter().all(|(standing, _)| *standing == Standing::Scored));
    for threads in [2, 3, 8] {
        let choices = (0..400).map(|n| (n * 40_503 + threads * 977) as u16).collect();
        assert!(said(&backwards, threads, choices) == alone, "{threads} threads");
    }
}

/// What is lost under a reason must fit, and losses by influences are losses: also where no reasons are shown, and however
/// small all losses by items are.
#[test]
fn what_influences_lose_counts_wherever_losses_are_looked_at() {
    let huge = "99999999999999999999999999999";
    let influence = |link: &str, weight: &str| {
        format!(
            "influence {link} {{\n  average of {link}.score\n  against 0\n  weight {weight}\n\
             \x20 reads previous scores\n  reason R1\n}}\n"
        )
    };
    let rule = |name: &str, most: &str| {
        format!("rule {name} {{\n  points a\n  limited to -10 to {most}\n  reason R1\n}}\n")
    };
    let almost_half = "49999999999999999999999999980";
    for (what, start, rules, previous) in [
        (
            "items lose almost too much",
            "0",
            rule("one", almost_half) + &rule("other", almost_half) + &influence("friends", "-0.4"),
            "120",
        ),
        ("an influence loses almost too much", "50", rule("one", "0") + &influence("friends", "-1"), huge),
        (
            "two influences lose too much",
            "50000000000000000000000000000",
            rule("one", "0") + &influence("friends", "-0.7") + &influence("peers", "-0.7"),
            huge,
        ),
    ] {
        for up_to in [0, 1] {
            let text = format!(
                "policy losing {{\n  scores person\n  start {start}\n  round to 1\n\
                 \x20 reasons up to {up_to} by points lost\n}}\n{RECORDS}{rules}"
            );
            let policy = checked(&mended(text)).unwrap();
            let mut drawn = network(&policy, &["-5", "-5"], std::iter::once((0, 1)));
            drawn.pairs[1] = drawn.pairs[0].clone();
            drawn.previous.1 =
                vec![(key(&policy, policy.schema.scored, 1), Decimal::parse(previous).unwrap())];
            let found = in_columns(&policy, &drawn, &mut Choices::new(Vec::new())).unwrap().unwrap();
            let standings: Vec<Standing> = found.iter().map(|(standing, _)| *standing).collect();
            assert_eq!(standings, [Standing::TooLarge, Standing::Scored], "{what}, up to {up_to}");
            assert_eq!(
                check(&policy, &drawn, &mut Choices::new(Vec::new())),
                Ok(true),
                "{what}, up to {up_to}"
            );
        }
    }
}
