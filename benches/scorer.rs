//! One record at a time, with reasons: how long it takes, and how long the slowest take.
//!
//! `cargo bench --bench scorer` measures with criterion; `cargo bench --bench scorer -- --latency` prints the median and the
//! 99th percentile over 100,000 different people; `-- --load` prints what each step from the text of the policy to what
//! scores takes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench is to stop, and to tell"
)]

#[path = "s20/mod.rs"]
mod s20;

use criterion::{Criterion, Throughput};
use glassbox::Scorer;
use glassbox::check::{self, Unit};
use glassbox::date::Date;
use s20::{Fields, People, Person};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many different people.
const PEOPLE: usize = 100_000;

fn main() {
    if std::env::args().any(|argument| argument == "--latency") {
        latencies();
        return;
    }
    if std::env::args().any(|argument| argument == "--load") {
        steps();
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();
}

fn measure(criterion: &mut Criterion) {
    let scorer = Scorer::new(&s20::policy());
    let fields = Fields::new(&scorer);
    let people: Vec<Person> = People::new(1).take(1000).collect();
    let mut group = criterion.benchmark_group("scorer");
    group.throughput(Throughput::Elements(people.len() as u64));
    let (mut record, mut sheet) = (scorer.record(), scorer.sheet());
    group.bench_function("values to score and reasons", |bencher| {
        bencher.iter(|| {
            for person in &people {
                fields.give(black_box(person), &mut record);
                black_box(scorer.score_into(&record, &mut sheet).expect("a score"));
            }
        });
    });
    let records: Vec<_> = people
        .iter()
        .map(|person| {
            let mut record = scorer.record();
            fields.give(person, &mut record);
            record
        })
        .collect();
    group.bench_function("record to score and reasons", |bencher| {
        bencher.iter(|| {
            for record in &records {
                black_box(scorer.score_into(black_box(record), &mut sheet).expect("a score"));
            }
        });
    });
    group.finish();
    let text = text();
    criterion
        .bench_function("text of the policy to scorer", |bencher| bencher.iter(|| ready(black_box(&text))));
}

/// The text of the policy.
fn text() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/packs/s20/s20.score"))
        .expect("the policy")
}

/// From the text of a policy to what scores.
fn ready(text: &str) -> Scorer {
    let (unit, _) = Unit::of_text("s20.score", text);
    ready_from(unit, &mut || {})
}

/// From a policy's syntax tree to what scores, told after each step.
fn ready_from(unit: Unit, after: &mut impl FnMut()) -> Scorer {
    let ruleset = check::check(unit).ruleset.expect("a policy without mistakes");
    after();
    let (year, month, day) = s20::DAY;
    let policy =
        ruleset.on(Date::from_ymd(year, month, day).expect("a day"), &[]).expect("a policy on that day");
    after();
    let scorer = Scorer::new(&policy);
    after();
    scorer
}

/// What each step of the way takes, the median of many times.
fn steps() {
    const STEPS: [&str; 4] =
        ["text to syntax tree", "checked", "on the day of the run", "made ready to score"];
    let text = text();
    let mut took: [Vec<Duration>; 4] = Default::default();
    for _ in 0..200 {
        let mut start = Instant::now();
        let mut step = 0;
        let mut after = || {
            took[step].push(start.elapsed());
            step += 1;
            start = Instant::now();
        };
        let (unit, _) = Unit::of_text("s20.score", black_box(&text));
        after();
        black_box(ready_from(unit, &mut after));
    }
    println!("| from the text of the policy | µs |");
    println!("|---|---|");
    for (step, took) in STEPS.iter().zip(&mut took) {
        println!("| {step} | {} |", percentile(took, 50).as_micros());
    }
}

/// From values to score and reasons, person by person. The clock's own time is within what is printed.
fn latencies() {
    let scorer = Scorer::new(&s20::policy());
    let fields = Fields::new(&scorer);
    let people: Vec<Person> = People::new(2).take(PEOPLE).collect();
    let (mut record, mut sheet) = (scorer.record(), scorer.sheet());
    let mut took = Vec::with_capacity(PEOPLE);
    // Once to warm up.
    for _ in 0..2 {
        took.clear();
        for person in &people {
            let start = Instant::now();
            fields.give(person, &mut record);
            let outcome = scorer.score_into(&record, &mut sheet).expect("a score");
            black_box(outcome);
            took.push(start.elapsed());
        }
    }
    let mut alone = Vec::with_capacity(PEOPLE);
    for person in &people {
        fields.give(person, &mut record);
        let start = Instant::now();
        black_box(scorer.score_into(black_box(&record), &mut sheet).expect("a score"));
        alone.push(start.elapsed());
    }
    let clock = {
        let mut clock: Vec<Duration> = (0..PEOPLE).map(|_| Instant::now().elapsed()).collect();
        percentile(&mut clock, 50)
    };
    let start = Instant::now();
    for person in &people {
        fields.give(person, &mut record);
        black_box(scorer.score_into(&record, &mut sheet).expect("a score"));
    }
    let each = start.elapsed() / PEOPLE as u32;
    println!("| one record | ns |");
    println!("|---|---|");
    println!("| half take at most | {} |", percentile(&mut took, 50).as_nanos());
    println!("| 99 of 100 take at most | {} |", percentile(&mut took, 99).as_nanos());
    println!("| mean, without the clock | {} |", each.as_nanos());
    println!(
        "| the score alone, of a record that was given: half | {} |",
        percentile(&mut alone, 50).as_nanos()
    );
    println!("| 99 of 100 | {} |", percentile(&mut alone, 99).as_nanos());
    println!("| the clock itself, in all but the mean | {} |", clock.as_nanos());
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}
