//! How long the questions of an auditor take: of each pack, and of a card with 200 characteristics and 5 interactions of 4
//! fields with 6 bands each.
//!
//! `cargo bench --bench audit`; `-- --once` asks everything once and prints the time of each policy.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that finds no pack is to stop, and to be read"
)]

use criterion::{Criterion, criterion_group};
use glassbox::audit::Audit;
use glassbox::audit::report::Report;
use glassbox::date::Date;
use glassbox::policy::Policy;
use glassbox::{check, project};
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// How many characteristics of one field the large card has, and how many tables of four.
const CHARACTERISTICS: usize = 200;
const INTERACTIONS: usize = 5;
/// How many bands each field has.
const BANDS: usize = 6;

/// A policy of a pack, on a day.
fn pack(path: &str, day: (i32, u8, u8)) -> Policy {
    let project = project::open(&Path::new("rules").join(path)).expect("the pack, from the project's folder");
    let ruleset = check::check(project.unit).ruleset.expect("a policy without mistakes");
    ruleset.on(Date::from_ymd(day.0, day.1, day.2).expect("a day"), &[]).expect("a policy on that day")
}

/// The bands of a field from 0 to 99.
fn band(at: usize) -> String {
    let edges = [0, 15, 30, 45, 60, 75, 100];
    let (low, high) = (edges.get(at).copied().unwrap_or(0), edges.get(at + 1).copied().unwrap_or(100));
    format!("{low} to {}", high - 1)
}

/// The text of the large card.
fn large_card() -> String {
    let mut text = "policy large \"A large card\" {\n  scores person\n  range 0 to 10000\n  start 5000\n}\n\nrecord person {\n  id text key\n"
        .to_owned();
    for field in 0..CHARACTERISTICS + INTERACTIONS * 4 {
        writeln!(text, "  f{field} integer 0 to 99").expect("a text takes what is written");
    }
    text.push_str("}\n\nreason R01 \"A reason\"\n");
    for of in 0..CHARACTERISTICS {
        write!(text, "\ncharacteristic c{of} {{\n  reason R01\n  | f{of} | points |\n").expect("a text");
        for row in 0..BANDS {
            // Rising, falling and neither, by turns.
            let points = match of % 3 {
                0 => row * 7,
                1 => (BANDS - row) * 5,
                _ => (row * 11 + of) % 23,
            };
            writeln!(text, "  | {} | {points} |", band(row)).expect("a text");
        }
        text.push_str("}\n");
    }
    for of in 0..INTERACTIONS {
        let fields: Vec<String> = (0..4).map(|at| format!("f{}", CHARACTERISTICS + of * 4 + at)).collect();
        write!(text, "\ncharacteristic i{of} {{\n  reason R01\n  | {} | points |\n", fields.join(" | "))
            .expect("a text");
        for cell in 0..BANDS.pow(4) {
            let bands: Vec<String> = (0..4).map(|at| band(cell / BANDS.pow(at) % BANDS)).collect();
            writeln!(text, "  | {} | {} |", bands.join(" | "), (cell * 31 + of) % 97).expect("a text");
        }
        text.push_str("}\n");
    }
    text
}

fn large() -> Policy {
    let (unit, _) = check::Unit::of_text("large.score", &large_card());
    let ruleset = check::check(unit).ruleset.expect("a card without mistakes");
    ruleset.on(Date::from_ymd(2026, 1, 31).expect("a day"), &[]).expect("a policy on that day")
}

/// What is audited, by name.
fn policies() -> Vec<(&'static str, Policy)> {
    vec![
        ("german_credit", pack("german_credit", (2026, 1, 31))),
        ("payments", pack("payments", (2026, 1, 31))),
        ("city", pack("city", (2026, 1, 31))),
        ("rumoured", pack("sesame/rumoured.score", (2020, 6, 30))),
        ("stated", pack("sesame/stated.score", (2020, 6, 30))),
        ("published", pack("sesame/published.score", (2020, 6, 30))),
        ("company", pack("sesame/company.score", (2020, 6, 30))),
        ("large", large()),
    ]
}

fn audit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("audit");
    group.sample_size(10);
    for (name, policy) in &policies() {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(Report::of(&Audit::of(black_box(policy)))));
        });
    }
    group.finish();
}

criterion_group!(benches, audit);

fn main() {
    if std::env::args().any(|argument| argument == "--once") {
        for (name, policy) in &policies() {
            let start = Instant::now();
            black_box(Report::of(&Audit::of(policy)));
            println!("{name}: {:.3} s", start.elapsed().as_secs_f64());
        }
        return;
    }
    benches();
}
