//! The audit core against the reference interpreter: random questions about random policies, and random records that try to
//! break every proof. Every witness is run, printed, read and run again.
//!
//! `GLASSBOX_CASES=20000 cargo test --release --test it audit_proofs -- --nocapture` runs as many policies as it says; the
//! end says how many questions of each kind were proved, refuted and left undecided. A failing case shrinks, as policy,
//! questions and records are made from one list of choices; with `GLASSBOX_FAILURES=FOLDER` all failing cases are written
//! to a folder instead, unshrunk, and the run goes on. Policies of which something wrong was said once are kept in
//! `tests/cases/audit`, each asked everything.

mod expected;
mod pairs;
mod people;
mod question;
mod small;
mod statement;
mod ways;
mod witness;

use super::choices::Choices;
use super::differential::case::{checked, mended};
use super::differential::policy::{Domains, Shape};
use super::differential::{network, policy};
use glassbox::audit::clause::{Input, Target};
use glassbox::audit::{Audit, Effect, End, Verdict};
use glassbox::decimal::Decimal;
use glassbox::policy::Policy;
use people::World;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use question::Question;
use statement::Range;
use std::collections::BTreeMap;
use std::io::Write as _;

/// How many questions a random policy is asked.
const QUESTIONS: usize = 8;
/// How many pairs of records try to break an answer.
const PAIRS: usize = 16;

/// What became of all questions.
#[derive(Debug, Default)]
struct Tally {
    policies: u32,
    refused: u32,
    /// Records, and pairs of them, that tried to break an answer.
    draws: usize,
    /// By kind of question: proved, refuted, undecided, and undecided where random records refute.
    kinds: BTreeMap<&'static str, [usize; 4]>,
    /// By kind of question and reason.
    reasons: BTreeMap<(&'static str, String), usize>,
    /// Ends of ranges: exact, and not.
    ends: [usize; 2],
}

impl Tally {
    fn told(&self) -> String {
        let sum = |at: usize| self.kinds.values().map(|counts| counts[at]).sum::<usize>();
        let (policies, draws) = (self.policies, self.draws);
        let mut text = format!(
            "{policies} policies, {} questions, {draws} draws of records; {} policies were not fit to run\n{:34} {:>7} {:>7} {:>9} {:>10}\n",
            sum(0) + sum(1) + sum(2),
            self.refused,
            "",
            "proved",
            "refuted",
            "undecided",
            "refutable"
        );
        let all = [sum(0), sum(1), sum(2), sum(3)];
        for (name, [proved, refuted, undecided, refutable]) in
            self.kinds.iter().map(|(name, counts)| (*name, counts)).chain([("all", &all)])
        {
            text += &format!("{name:34} {proved:>7} {refuted:>7} {undecided:>9} {refutable:>10}\n");
        }
        text += &format!("ends of ranges: {} exact, {} not\n", self.ends[0], self.ends[1]);
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for ((name, reason), count) in reasons.into_iter().take(30) {
            text += &format!("{count:>7} {name}: {reason}\n");
        }
        text
    }
}

/// A reason without names and numbers.
fn plain(reason: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for (at, part) in reason.split('`').enumerate() {
        words.push(if at % 2 == 1 { "…".to_owned() } else { part.to_owned() });
    }
    words.concat().replace(|c: char| c.is_ascii_digit(), "").replace(", the", "").chars().take(150).collect()
}

/// Asks one question and tries to break the answer.
fn put(
    audit: &Audit<'_>,
    world: &World<'_>,
    text: &str,
    (question, range, pairs): (&Question, Range, usize),
    choices: &mut Choices,
    tally: &mut Tally,
) -> Result<(), String> {
    let verdict = question.ask(audit);
    let counts = tally.kinds.entry(question.name()).or_default();
    let failed = |said: String| Err(format!("{question:?}\n{verdict:?}\n{said}"));
    match &verdict {
        Verdict::Proved { .. } => {
            counts[0] += 1;
            if *question == Question::Dead && text.contains(NEVER) {
                return failed("proved, but a rule is there that holds of nobody".to_owned());
            }
            for _ in 0..pairs {
                tally.draws += 1;
                if let Some(said) = question.attempt(world, range, choices) {
                    return failed(format!("proved, but {said}"));
                }
            }
        }
        Verdict::Refuted { witnesses, places, .. } => {
            counts[1] += 1;
            for witness in witnesses {
                tally.draws += 1;
                if let Err(said) = question.fault(world, range, text, witness) {
                    let shown: Vec<String> =
                        witness.cases.iter().map(|case| world.maker.text(case)).collect();
                    return failed(format!("a witness: {said}\n{}", shown.join("")));
                }
            }
            // What no row says a reason of is told by its line.
            if witnesses.is_empty() && *question != Question::HasReasons {
                if places.is_empty() {
                    return failed("refuted by nothing".to_owned());
                }
                for _ in 0..pairs {
                    tally.draws += 1;
                    if let Some(trial) = world.run(&world.case(choices))
                        && question.reaches(&trial, places)
                    {
                        return failed(format!("a record gets there:\n{}", world.maker.text(&trial.case)));
                    }
                }
            }
        }
        Verdict::Undecided { because } => {
            counts[2] += 1;
            let refutable = (0..pairs).any(|_| question.attempt(world, range, choices).is_some());
            counts[3] += usize::from(refutable);
            *tally.reasons.entry((question.name(), plain(because))).or_default() += 1;
        }
    }
    Ok(())
}

/// Checks what is said of how far inputs move the score.
fn effect(
    audit: &Audit<'_>,
    world: &World<'_>,
    inputs: &[Input],
    (pairs, choices): (usize, &mut Choices),
    tally: &mut Tally,
) -> Result<(), String> {
    let effect = audit.effect(inputs);
    let counts = tally.kinds.entry("effect").or_default();
    let bound = match &effect {
        Effect::None { .. } => {
            counts[0] += 1;
            Some(Decimal::ZERO)
        }
        Effect::Some { swing, .. } => {
            counts[1] += 1;
            if let (Some(bound), Some((shown, _))) = (swing.bound, &swing.shown)
                && *shown > bound
            {
                return Err(format!("{inputs:?}\n{effect:?}\nmore is shown than is possible"));
            }
            swing.bound
        }
        Effect::Undecided { bound, .. } => {
            counts[2] += 1;
            *bound
        }
    };
    let question = Question::Flow(inputs.to_vec(), Target::Score);
    for _ in 0..pairs {
        tally.draws += 1;
        let apart = question.apart(world, choices);
        if let (Some(bound), Some((apart, records))) = (bound, apart)
            && apart > bound
        {
            return Err(format!("{inputs:?}\n{effect:?}\n{apart} apart: {records}"));
        }
    }
    Ok(())
}

/// Checks what is said of the scores that can be reached; the range, where both ends are exact.
fn ranges(
    audit: &Audit<'_>,
    world: &World<'_>,
    text: &str,
    (pairs, choices): (usize, &mut Choices),
    tally: &mut Tally,
) -> Result<Range, String> {
    let (reach, tiers) = (audit.reach(), audit.tiers());
    let nobody = reach.as_ref().is_err_and(|said| said == "nobody can have a score");
    let inside = |reach: &glassbox::audit::Reach, score: Decimal| {
        reach.least.as_ref().is_none_or(|end| end.bound <= score)
            && reach.greatest.as_ref().is_none_or(|end| score <= end.bound)
    };
    let ends = reach.iter().chain(tiers.iter().filter_map(|tier| tier.reach.as_ref()));
    for end in ends.flat_map(|reach| [&reach.least, &reach.greatest]).flatten() {
        let End { shown, .. } = end;
        tally.ends[usize::from(!end.is_exact())] += 1;
        if let Some((score, witness)) = shown {
            let fault = Question::RepeatedGain(None).fault(world, None, text, witness);
            // One record, that breaks nothing.
            if fault.as_ref().is_err_and(|said| said != "the record does not break it") {
                return Err(format!("{end:?}\n{fault:?}"));
            }
            let ran = world.run(&witness.cases[0]).and_then(|trial| trial.outcome.score);
            if ran != Some(*score) {
                return Err(format!("{end:?}\nthe record has {ran:?}"));
            }
        }
    }
    for _ in 0..pairs {
        tally.draws += 1;
        let Some(trial) = world.run(&world.case(choices)) else { continue };
        let Some(score) = trial.outcome.score else { continue };
        let told = |said: &str| {
            let case = world.maker.confirmed(&trial.case, "outside").unwrap_or_else(|| trial.case.clone());
            Err(format!("{said}: {score}\n{reach:?}\n{}", world.maker.text(&case)))
        };
        if nobody || reach.as_ref().is_ok_and(|reach| !inside(reach, score)) {
            return told("a score out of reach");
        }
        if let Some(tier) = trial.outcome.tier {
            let said = tiers.iter().find(|of| of.tier == tier);
            if said.is_some_and(|said| said.reach.as_ref().is_none_or(|reach| !inside(reach, score))) {
                return told("a tier out of reach");
            }
        }
    }
    let range = reach.ok().and_then(|reach| {
        let (least, greatest) = (reach.least?, reach.greatest?);
        (least.is_exact() && greatest.is_exact()).then(|| greatest.bound.checked_sub(least.bound))?
    });
    Ok(range)
}

/// A random policy as text.
fn drawn(choices: &mut Choices) -> String {
    if choices.chance(30) {
        return mended(network::draw(choices));
    }
    if choices.chance(40) {
        return mended(small::draw(choices));
    }
    let domains = if choices.chance(75) { Domains::Narrow } else { Domains::Wide };
    let shape = Shape::draw(choices, domains);
    let text = mended(policy::draw(choices, &shape));
    if choices.chance(15) { with_a_rule_that_never_holds(&text) } else { text }
}

/// The name of a rule that holds of nobody.
const NEVER: &str = "rule never_holds";

/// A policy with a rule that holds of nobody: its condition contradicts itself.
fn with_a_rule_that_never_holds(text: &str) -> String {
    let number = text.lines().skip_while(|line| !line.starts_with("record person")).find_map(|line| {
        let mut words = line.split_whitespace();
        let (name, kind) = (words.next()?, words.next()?);
        (matches!(kind, "number" | "integer") && !line.contains(" key")).then(|| name.to_owned())
    });
    number.map_or(text.to_owned(), |field| {
        let when = format!("({field} at least 3 and {field} at most 2) otherwise no");
        format!("{text}\n{NEVER} {{\n  when {when}\n  points 7\n  reason R1\n}}\n")
    })
}

/// Which questions are asked.
fn wanted(choices: &mut Choices) -> Vec<(usize, usize)> {
    (0..QUESTIONS).map(|_| (choices.below(1000), choices.below(1000))).collect()
}

fn run(choices: Vec<u16>, tally: &mut Tally) -> Result<(), String> {
    let mut choices = Choices::new(choices);
    // Questions first: they are told apart by few choices.
    let wanted: Vec<(usize, usize)> =
        (0..QUESTIONS).map(|_| (choices.below(1000), choices.below(1000))).collect();
    let text = drawn(&mut choices);
    let Ok(policy) = checked(&text) else {
        tally.refused += 1;
        return Ok(());
    };
    tally.policies += 1;
    let audit = Audit::of(&policy);
    let world = World::of(&policy);
    let failed = |said: String| format!("{said}\n--- policy\n{text}");
    let range = ranges(&audit, &world, &text, (PAIRS, &mut choices), tally).map_err(failed)?;
    let groups = Question::all(&world, &mut choices);
    let mut inputs = None;
    for (kind, which) in wanted {
        let group = &groups[kind * groups.len() / 1000];
        let question = &group[which * group.len() / 1000];
        put(&audit, &world, &text, (question, range, PAIRS), &mut choices, tally).map_err(failed)?;
        if let (None, Question::Flow(asked, _) | Question::Shift(asked, _)) = (inputs, question) {
            inputs = Some(asked);
        }
    }
    if let Some(inputs) = inputs {
        effect(&audit, &world, inputs, (PAIRS, &mut choices), tally).map_err(failed)?;
    }
    Ok(())
}

#[test]
fn no_record_breaks_a_proof() {
    let asked = std::env::var("GLASSBOX_CASES").ok().and_then(|n| n.parse().ok());
    let cases = asked.unwrap_or(40);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    // A long run draws anew each time; the short one is the same for everybody who runs it.
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let tally = std::cell::RefCell::new(Tally::default());
    let failures = std::env::var_os("GLASSBOX_FAILURES").map(std::path::PathBuf::from);
    let failed = std::cell::Cell::new(0);
    let result = runner.run(&prop::collection::vec(any::<u16>(), 200..4000), |choices| {
        if failures.is_none() {
            return run(choices, &mut tally.borrow_mut()).map_err(TestCaseError::fail);
        }
        let again = choices.clone();
        let run = || run(choices, &mut tally.borrow_mut());
        let said = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|_| {
            let mut choices = Choices::new(again);
            wanted(&mut choices);
            Err(format!("panicked\n--- policy\n{}", drawn(&mut choices)))
        });
        match (said, &failures) {
            (Err(said), Some(folder)) => {
                failed.set(failed.get() + 1);
                std::fs::write(folder.join(format!("{}.txt", failed.get())), said).unwrap();
                Ok(())
            }
            (said, _) => said.map_err(TestCaseError::fail),
        }
    });
    assert_eq!(failed.get(), 0, "see {failures:?}\n{}", tally.borrow().told());
    let tally = tally.into_inner();
    let _ = write!(std::io::stderr(), "{}", tally.told());
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(tally.policies > cases / 2, "only {} of {cases} policies were fit to run", tally.policies);
    assert!(tally.draws > tally.policies as usize * 20, "too few records: {}", tally.draws);
}

/// Everything is asked of a policy, and answers are tried over and over.
fn ask_everything(text: &str, policy: &Policy, rounds: usize, tally: &mut Tally) -> Result<(), String> {
    let audit = Audit::of(policy);
    let world = World::of(policy);
    // The same numbers in every run.
    let mut seed = 88_172_645_463_325_252_u64;
    let mut numbers = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 20) as u16
    };
    let mut choices = || Choices::new((0..200_000).map(|_| numbers()).collect());
    let range = ranges(&audit, &world, text, (rounds * 4, &mut choices()), tally)?;
    let questions = Question::all(&world, &mut choices());
    for question in questions.iter().flatten() {
        put(&audit, &world, text, (question, range, rounds), &mut choices(), tally)?;
        if let Question::Flow(inputs, Target::Score) = question {
            effect(&audit, &world, inputs, (rounds / 4, &mut choices()), tally)?;
        }
    }
    Ok(())
}

#[test]
fn policies_that_were_answered_wrongly_are_answered_rightly() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/audit");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let wanted = std::env::var("GLASSBOX_CASE").unwrap_or_default();
    let mut tally = Tally::default();
    let mut said = Vec::new();
    for file in files.iter().filter(|file| file.to_string_lossy().contains(&wanted)) {
        let text = std::fs::read_to_string(file).unwrap();
        let policy = checked(&text).unwrap_or_else(|said| panic!("{}: {said}", file.display()));
        if let Err(failed) = ask_everything(&text, &policy, 60, &mut tally) {
            said.push(format!("{}: {failed}", file.display()));
        }
    }
    if !said.is_empty() {
        let _ = write!(std::io::stderr(), "{}", tally.told());
    }
    assert!(said.is_empty(), "{}", said.join("\n"));
}
