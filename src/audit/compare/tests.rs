//! Random pairs of small policies: all that is said of everybody against everybody.
//!
//! The records have few fields with few values, so every record there is can be scored by both versions; where friends count,
//! the records are linked in a random way. `GLASSBOX_CASES=20000 cargo test --lib audit::compare -- --nocapture` draws so many
//! pairs and tells how many statements of each kind were proved, refuted and left undecided.

use super::*;
use crate::cases::Trial;
use crate::check::{Unit, check};
use crate::data::{Type, Value, Why, join_rows};
use crate::date::Date;
use crate::eval::{Outcome, Scorer, score_all};
use crate::policy::Case;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fmt::Write as _;
use std::io::Write as _;

/// Numbers that choose; where they have ended it is always the first of all options.
struct Choices(std::vec::IntoIter<u16>);

impl Choices {
    fn below(&mut self, options: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) * options / 65_536
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }
}

/// A version in pieces of text, so that another one can differ in some of them.
#[derive(Clone)]
struct Pieces(Vec<String>);

const POINTS: [&str; 16] = [
    "0", "+3", "-3", "+10", "-7", "+2.5", "-2.5", "+0.5", "-0.5", "+1.5", "+0.3", "+90", "+9", "-1", "+5",
    "-5",
];
const CONDITIONS: [&str; 7] = [
    "a at most 1",
    "a is 3",
    "home is rent",
    "x over 1",
    "x over 1 and a is 2",
    "home is own or x is 0",
    "x is missing",
];
const RANGES: [&str; 8] = [
    "",
    "",
    "",
    "range 0 to 100",
    "range -10 to 40",
    "range 20 to 30",
    "range 200 to 250",
    "range -50 to -5",
];

/// The pieces, each drawn anew or taken over.
fn draw(choices: &mut Choices, before: Option<&Pieces>) -> Pieces {
    let mut at = 0;
    let mut pieces = Vec::new();
    // Mostly one or two things change.
    let often = choices.one(&[10, 25, 50]);
    let mut piece = |choices: &mut Choices, percent: usize, draw: &dyn Fn(&mut Choices) -> String| {
        let known = before.map(|before| before.0[at].clone());
        at += 1;
        let text = match known {
            Some(known) if !choices.chance(often.min(percent)) => known,
            _ => draw(choices),
        };
        pieces.push(text);
    };
    let points = |choices: &mut Choices| choices.one(&POINTS);
    piece(choices, 100, &|c| format!("start {}", c.one(&["0", "0", "3", "-3", "50", "0.5"])));
    piece(choices, 10, &|c| format!("round to {}", c.one(&["1", "1", "0.1", "5", "0.5"])));
    piece(choices, 20, &|c| c.one(&RANGES).to_owned());
    piece(choices, 10, &|c| c.one(&["0 to 3", "0 to 3", "0 to 3", "0 to 4"]).to_owned());
    piece(choices, 10, &|c| c.one(&["optional", "optional", ""]).to_owned());
    piece(choices, 100, &|c| {
        let edge = c.one(&["1", "2"]);
        let (low, high) = (points(c), points(c));
        let high = if c.chance(15) { "not scored" } else { high };
        format!(
            "characteristic ca \"A\" {{\n| a | points |\n| under {edge} | {low} |\n| {edge} or more | {high} |\n}}"
        )
    });
    piece(choices, 100, &|c| {
        let limits = c.one(&["", "", "limited to -2 to +3"]);
        let weight = c.one(&["", "", "weight 50%", "weight -150%"]);
        let rows = ["own", "rent", "other", "missing"].map(|value| {
            let gives = if c.chance(6) { "not scored" } else { points(c) };
            format!("| {value} | {gives} |\n")
        });
        format!("characteristic ch \"H\" {{\n{weight}\n{limits}\n| home | points |\n{}}}", rows.concat())
    });
    piece(choices, 100, &|c| {
        if c.chance(50) {
            return String::new();
        }
        let formula = c.one(&["2 * x", "0.5 * x", "-1.1 * x", "x otherwise 3", "x otherwise 0"]);
        let if_missing = c.one(&["0", "5", "-9"]);
        let when = if c.chance(40) { format!("when {}\n", c.one(&CONDITIONS)) } else { String::new() };
        format!("rule r \"R\" {{\n{when}points {formula}\nif missing {if_missing}\n}}")
    });
    piece(choices, 40, &|c| {
        if c.chance(60) {
            return String::new();
        }
        let weight = c.one(&["100%", "50%", "-30%"]);
        format!("group g \"G\" weight {weight} {} {{", c.one(&["", "limited to -10 to +10"]))
    });
    piece(choices, 100, &|c| {
        format!(
            "{} | own | under 2 | {} |\n| own | 2 or more | {} |\n| not own | any | {} |\n| missing | any | {} |\n}}",
            "| home | a | points |\n",
            points(c),
            points(c),
            points(c),
            points(c)
        )
    });
    piece(choices, 60, &|c| {
        if c.chance(60) {
            return String::new();
        }
        let does = c.one(&[
            "score at most 20",
            "score at least 25",
            "not scored",
            "score at most 0",
            "score at least -5",
        ]);
        let if_missing = c.one(&["applies", "does not apply"]);
        format!("override o \"O\" {{\nwhen {}\n{does}\nif missing {if_missing}\n}}", c.one(&CONDITIONS))
    });
    piece(choices, 40, &|c| {
        if c.chance(75) {
            return String::new();
        }
        let if_missing = c.one(&["applies", "does not apply"]);
        format!("participation {{\nneeds {}\nif missing {if_missing}\n}}", c.one(&CONDITIONS))
    });
    // Averages settle only in a range.
    piece(choices, 5, &|c| {
        if c.chance(75) {
            return String::new();
        }
        let of = c.one(&["average", "lowest", "highest"]);
        let weight = c.one(&["0.3", "0.5", "0.9"]);
        let limits = c.one(&["", "limited to -7 to +7"]);
        format!(
            "influence friends \"Friends\" {{\n{of} of friends.score\nagainst 20\nweight {weight}\n{limits}\nreads settled scores\n}}"
        )
    });
    Pieces(pieces)
}

impl Pieces {
    fn text(&self) -> String {
        let [
            start,
            round,
            range,
            a,
            optional,
            ca,
            ch,
            rule,
            group,
            cha,
            overriding,
            participation,
            influence,
        ] = self.0.as_slice()
        else {
            panic!("so many pieces are drawn")
        };
        let member = "rule gr \"GR\" {\nwhen a at most 1\npoints +6\n}";
        let end = if group.is_empty() { "" } else { "}" };
        let blocks = [ca, ch, rule].map(|block| format!("{block}\n")).concat();
        let range = match (range.as_str(), influence.as_str()) {
            ("", "") => "",
            ("", _) => "range 0 to 100",
            (range, _) => range,
        };
        format!(
            "policy p \"P\" {{\nscores person\n{start}\n{round}\n{range}\n}}\nrecord person {{\nid text key\na integer {a}\n\
             home one of (own, rent, other) optional\nx integer 0 to 3 {optional}\n}}\nlink friends from person to person\n\
             {blocks}{group}\n{member}\ncharacteristic cha \"HA\" {{\n{cha}\n{end}\n{overriding}\n{participation}\n{influence}\n"
        )
    }
}

fn checked(text: &str) -> Result<Policy, String> {
    let (unit, wrong) = Unit::of_text("p.score", text);
    let sources = unit.sources.clone();
    let checked = check(unit);
    let ruleset = checked.ruleset.ok_or_else(|| {
        let all: Vec<_> = wrong.into_iter().chain(checked.diagnostics).collect();
        crate::diagnostic::render::short(&all, &sources)
    })?;
    ruleset.on(Date::parse("2026-01-31").unwrap(), &[]).map_err(|wrong| format!("{wrong:?}"))
}

/// Every record that both versions allow: the values of its fields, its key first.
fn everybody(old: &Policy, new: &Policy) -> Vec<Vec<Value>> {
    let missing = || Value::Missing(Why::Undecided);
    let mut all: Vec<Vec<Value>> = vec![Vec::new()];
    let fields = old.schema.scored().fields.iter().zip(&new.schema.scored().fields).skip(1);
    for (ours, theirs) in fields {
        let known: Vec<Value> = if let Type::Category(_) = ours.kind {
            (0..3).map(Value::Category).collect()
        } else {
            (0..6).map(|n| Value::Number(Decimal::from_int(n))).collect()
        };
        let is_allowed = |value: &Value| ours.domain.contains(value) && theirs.domain.contains(value);
        let mut values: Vec<Value> = known.into_iter().filter(is_allowed).collect();
        values.extend((ours.optional && theirs.optional).then(missing));
        all = all
            .into_iter()
            .flat_map(|start| {
                values
                    .iter()
                    .map(move |value| start.iter().cloned().chain([value.clone()]).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    let key = |at: usize| Value::Text(format!("k{at:03}").as_str().into());
    all.into_iter().enumerate().map(|(at, values)| [key(at)].into_iter().chain(values).collect()).collect()
}

/// What everybody comes to, by their position, linked in a random way where friends count.
fn scored(policies: [&Policy; 2], choices: &mut Choices) -> Vec<(Outcome, Outcome)> {
    let people = everybody(policies[0], policies[1]);
    let mut pairs = Vec::new();
    if !policies[0].influences.is_empty() && !people.is_empty() {
        // A few who are special are friends of many.
        let special: Vec<usize> = (0..4).map(|_| choices.below(people.len())).collect();
        for person in &people {
            for _ in 0..choices.below(3) {
                let friend =
                    if choices.chance(60) { choices.one(&special) } else { choices.below(people.len()) };
                pairs.push((crate::data::LinkId(0), person[0].clone(), people[friend][0].clone()));
            }
        }
    }
    let of = |policy: &Policy| {
        let rows: Vec<_> = people.iter().map(|values| (policy.schema.scored, values.clone())).collect();
        score_all(policy, &join_rows(&policy.schema, policy.today, &rows, &pairs, (None, &[])).population)
    };
    let (was, is) = (of(policies[0]), of(policies[1]));
    assert_eq!((was.len(), is.len()), (people.len(), people.len()));
    was.into_iter().zip(is).filter_map(|(was, is)| was.ok().zip(is.ok())).collect()
}

/// What became of all statements.
#[derive(Debug, Default)]
struct Tally {
    pairs: usize,
    refused: usize,
    records: usize,
    /// Of `equal`, `never lower`, `never higher`: proved, refuted, undecided, and undecided where a record refutes.
    verdicts: [[usize; 4]; 3],
    /// Of rise and fall: exact, a bound, none.
    bounds: [usize; 3],
}

fn run(choices: Vec<u16>, tally: &mut Tally) -> Result<(), String> {
    let mut choices = Choices(choices.into_iter());
    let first = draw(&mut choices, None);
    let second = draw(&mut choices, Some(&first));
    let texts = [first.text(), second.text()];
    let (old, new) = match (checked(&texts[0]), checked(&texts[1])) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(said), _) | (_, Err(said)) => {
            tally.refused += 1;
            if std::env::var_os("GLASSBOX_REFUSED").is_some() {
                let _ = writeln!(std::io::stderr(), "{said}");
            }
            return Ok(());
        }
    };
    tally.pairs += 1;
    let all = scored([&old, &new], &mut choices);
    tally.records += all.len();
    let audit = Audit::of(&new);
    let said = audit.compared_with(&old);
    let failed = |what: &str| {
        let mut text = format!("{what}\n{said:#?}\n");
        texts.iter().for_each(|of| writeln!(text, "---\n{of}").unwrap());
        Err(text)
    };
    let scores = |(was, is): &(Outcome, Outcome)| (was.score, is.score);
    let by = |pair: &(Outcome, Outcome)| {
        let (was, is) = scores(pair);
        was.zip(is).map_or(Decimal::ZERO, |(was, is)| is.checked_sub(was).unwrap())
    };
    let rise = all.iter().map(by).max().unwrap_or_default().max(Decimal::ZERO);
    let fall = -all.iter().map(by).min().unwrap_or_default().min(Decimal::ZERO);
    let differs = |(was, is): (Option<Decimal>, Option<Decimal>)| was != is;
    let holds = [!all.iter().any(|pair| differs(scores(pair))), fall.is_zero(), rise.is_zero()];
    let both = |case: &Case| {
        let was = Trial::run(&Scorer::new(&old), case)?.outcome.score;
        Some((was, Trial::run(&Scorer::new(&new), case)?.outcome.score))
    };
    let breaks: [&dyn Fn(Option<Decimal>, Option<Decimal>) -> bool; 3] =
        [&|was, is| was != is, &|was, is| was.zip(is).is_some_and(|(was, is)| is < was), &|was, is| {
            was.zip(is).is_some_and(|(was, is)| is > was)
        }];
    for (at, verdict) in [&said.equal, &said.never_lower, &said.never_higher].into_iter().enumerate() {
        match verdict {
            Verdict::Proved { .. } => {
                tally.verdicts[at][0] += 1;
                if !holds[at] {
                    return failed(&format!("statement {at} is proved, and a record breaks it"));
                }
            }
            Verdict::Refuted { witnesses, .. } => {
                tally.verdicts[at][1] += 1;
                let shown = witnesses.first().and_then(|witness| both(witness.cases.first()?));
                if !shown.is_some_and(|(was, is)| breaks[at](was, is)) {
                    return failed(&format!(
                        "statement {at} is refuted by a record that breaks nothing: {shown:?}"
                    ));
                }
            }
            Verdict::Undecided { .. } => {
                tally.verdicts[at][2] += 1;
                tally.verdicts[at][3] += usize::from(!holds[at]);
            }
        }
    }
    for (how, most, up) in [(&said.rise, rise, true), (&said.fall, fall, false)] {
        tally.bounds[if how.is_exact() { 0 } else { usize::from(how.bound.is_none()) + 1 }] += 1;
        if how.bound.is_some_and(|bound| most > bound) {
            return failed(&format!("a record goes {most}, which is above the bound"));
        }
        if let Some((by, witness)) = &how.shown {
            let shown = witness.cases.first().and_then(both);
            let moved = shown.and_then(|(was, is)| is?.checked_sub(was?));
            if moved != Some(if up { *by } else { -*by }) || how.bound.is_some_and(|bound| *by > bound) {
                return failed(&format!("shown by {by}, and it is {moved:?}"));
            }
        }
    }
    Ok(())
}

/// A pair of versions, `head` and `blocks` of each, of people with `a` of 0 to 3 and `savings` that may be missing.
fn said_of(old: (&str, &str), new: (&str, &str)) -> Comparison {
    let [old, new] = [old, new].map(|(head, blocks)| {
        let text = format!(
            "policy p \"P\" {{\nscores person\n{head}\n}}\nrecord person {{\nid text key\na integer 0 to 3\n\
             savings number 0 to 9 optional\n}}\n{blocks}\n"
        );
        checked(&text).unwrap_or_else(|said| panic!("{said}\n{text}"))
    });
    Audit::of(&new).compared_with(&old)
}

fn by_a(low: &str, high: &str) -> String {
    format!("characteristic c \"C\" {{\n| a | points |\n| 0 | {low} |\n| 1 or more | {high} |\n}}")
}

fn units(number: &str) -> Option<Decimal> {
    Decimal::parse(number).ok()
}

#[test]
fn rounding_across_zero_is_a_step_more() {
    let fall = |head: &str, from: &str, to: &str| {
        let head = &format!("start 0\n{head}");
        let said = said_of((head, &by_a(from, "+9")), (head, &by_a(to, "+9")));
        (said.fall.bound, said.fall.shown.map(|(by, _)| by))
    };
    assert_eq!(fall("round to 1", "+2.5", "-2.5"), (units("6"), units("6")));
    assert_eq!(fall("round to 0.1", "+0.25", "-0.25"), (units("0.6"), units("0.6")));
    assert_eq!(fall("round to 5", "+2.5", "-2.5"), (units("10"), units("10")));
    // Where all is in whole steps, or on one side of zero, it is none more.
    assert_eq!(fall("round to 1", "+3", "-2"), (units("5"), units("5")));
    assert_eq!(fall("round to 1\nrange 0 to 100", "+7.5", "+2.5"), (units("5"), units("5")));
}

#[test]
fn a_range_caps_what_goes_from_the_old_one_to_the_new_one() {
    let move_of = |from: &str, to: &str, points: (&str, &str)| {
        let blocks = by_a(points.0, points.1);
        let said = said_of((&format!("start 0\n{from}"), &blocks), (&format!("start 0\n{to}"), &blocks));
        (said.rise.bound, said.rise.shown.map(|(by, _)| by), said.fall.bound)
    };
    let far = move_of("range 0 to 100", "range 0 to 250", ("0", "+90"));
    assert_eq!(far, (units("250"), None, units("0")));
    let shifted = move_of("range 0 to 100", "range 200 to 250", ("0", "+90"));
    assert_eq!(shifted.0, units("250"));
    assert_eq!(shifted.1, units("200"));
    assert_eq!(move_of("", "range -10 to 40", ("-60", "+90")).2, None);
}

#[test]
fn who_is_not_scored_any_more_is_shown() {
    let said = said_of(("start 0", &by_a("0", "+9")), ("start 0", &by_a("not scored", "+9")));
    assert!(
        matches!(&said.equal, Verdict::Refuted { because, .. } if because == "who had the score 0 is not scored")
    );
    assert!(matches!(said.never_lower, Verdict::Proved { .. }));
    let rule =
        |if_missing: &str| format!("rule s \"S\" {{\npoints 0.1 * savings\nif missing {if_missing}\n}}");
    let said = said_of(("start 0", &rule("0")), ("start 0", &rule("50")));
    assert_eq!(said.rise.shown.map(|(by, _)| by), units("50"), "{:?}", said.equal);
}

#[test]
fn what_is_said_of_everybody_holds_of_everybody() {
    let asked = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok());
    let cases = asked.unwrap_or(150);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    // A long run draws anew each time; the short one is the same for everybody who runs it.
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let tally = std::cell::RefCell::new(Tally::default());
    let result = runner.run(&prop::collection::vec(any::<u16>(), 40..400), |choices| {
        run(choices, &mut tally.borrow_mut()).map_err(TestCaseError::fail)
    });
    let tally = tally.into_inner();
    let _ = writeln!(std::io::stderr(), "{tally:#?}");
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(tally.pairs * 2 > cases as usize, "only {} of {cases} pairs were fit to run", tally.pairs);
    assert!(tally.verdicts.iter().all(|counts| counts[0] > 5 && counts[1] > 5), "{tally:?}");
}
