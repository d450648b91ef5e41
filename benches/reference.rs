//! How many records a second the reference interpreter scores and explains, on the card of `rules/german_credit`.
//!
//! `cargo bench --bench reference`

#![allow(clippy::expect_used, reason = "a bench that finds no pack is to stop")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use glassbox::data::{Population, Records};
use glassbox::date::Date;
use glassbox::eval::{Recording, Scorer, Settled, score_all, score_one};
use glassbox::policy::Policy;
use glassbox::source::Sources;
use glassbox::{check, explain, project};
use std::hint::black_box;
use std::path::Path;

/// The policy, the texts it was read from, and its 1,000 applicants.
fn german_credit() -> (Policy, Sources, Population) {
    let project =
        project::open(Path::new("rules/german_credit")).expect("the pack, from the project's folder");
    let ruleset = check::check(project.unit.clone()).ruleset.expect("a policy without mistakes");
    let policy = ruleset.on(Date::from_ymd(2026, 1, 31).expect("a day"), &[]).expect("a policy on that day");
    let loaded = project.load(&policy.schema, policy.today, &[]).expect("its data");
    (policy, project.unit.sources, loaded.population)
}

fn reference(criterion: &mut Criterion) {
    let (policy, sources, population) = german_credit();
    let mut group = criterion.benchmark_group("german_credit");
    group.throughput(Throughput::Elements(population.count() as u64));
    group.bench_function("score", |bencher| bencher.iter(|| score_all(&policy, black_box(&population))));
    group.bench_function("explain", |bencher| {
        let scorer = Scorer::new(&policy);
        let settled = Settled::of(&scorer, &population);
        bencher.iter(|| {
            for position in 0..population.count() {
                let mut recording = Recording::new();
                let outcome = score_one(&scorer, black_box(&population), &settled, position, &mut recording);
                if let (Some(Ok(outcome)), Some(subject)) = (outcome, population.subject(position)) {
                    black_box(explain::explain(&policy, &sources, &subject, &recording, &outcome).ok());
                }
            }
        });
    });
    group.finish();
}

criterion_group!(benches, reference);
criterion_main!(benches);
