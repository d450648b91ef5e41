//! How fast links are built from pairs in random order, and how fast scores settle over them: a power-law network, each
//! score its own plus 0.4 times the mean of those that it is linked to.
//!
//! `cargo bench --bench influence`; `GLASSBOX_PEOPLE=5000000` says how many people there are (200,000 where it does not),
//! each of whom is linked to ten others in the mean.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that cannot be set up is to stop, and says what it measures"
)]

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use glassbox::check::{Unit, check};
use glassbox::data::{Links, LinksBuilder, PairCounts, PairScratch, Pairing};
use glassbox::date::Date;
use glassbox::eval::batch::{Chunk, Everybody, Network, Own, Plan, Scratch};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use std::hint::black_box;
use std::sync::Arc;

const POLICY: &str = "
policy network {
  scores person
  start 0
  round to 0.001
}
record person {
  id integer key
  own integer 300 to 850
}
link friends from person to person
rule own_points { points own }
influence friends {
  average of friends.score
  against 0
  weight 0.4
}
";

/// So many pairs are handed over at a time, and so many people.
const BATCH: usize = 65_536;

/// The ends of pairs.
type Pairs = (Vec<u32>, Vec<u32>);

/// Pairs by power laws of both ends, as `../shared/bench` makes them.
fn pairs(people: usize) -> Vec<Pairs> {
    let batches = (people * 10).div_ceil(BATCH);
    (0..batches)
        .into_par_iter()
        .map(|batch| {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(batch as u64);
            let mut chance = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            let many = people as f64;
            let place = |share: f64, times: u64, plus: u64| {
                let slot = ((many * share) as u64).min(people as u64 - 1);
                ((slot * times + plus) % people as u64) as u32
            };
            (0..BATCH)
                .map(|_| {
                    let (from, to) = (chance(), chance());
                    (place(from * from, 3_676_783, 777), place(to * to * to, 2_860_487, 99_991))
                })
                .unzip()
        })
        .collect()
}

fn build(people: usize, pairs: &[Pairs]) -> (Links, PairCounts) {
    let builder = LinksBuilder::new(people, Pairing::OneKind);
    pairs
        .par_iter()
        .for_each_init(PairScratch::default, |scratch, (from, to)| builder.add(scratch, from, to));
    builder.finish(|_| true, |_| true)
}

/// What everybody comes to by themselves.
fn gather(plan: &Plan, people: usize) -> Everybody {
    let everybody = Everybody::new(plan, people);
    let (mut chunk, mut scratch, mut own) = (Chunk::default(), Scratch::default(), Own::default());
    for first in (0..people).step_by(BATCH) {
        let slots = first..people.min(first + BATCH);
        let column =
            |of: fn(usize) -> i64| Arc::new(slots.clone().map(of).collect::<Int64Array>()) as ArrayRef;
        let columns = [
            ("id", column(|slot| slot as i64)),
            ("own", column(|slot| 300 + (slot.wrapping_mul(2_654_435_761) >> 7) as i64 % 551)),
        ];
        let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
        let binding = plan.bind_by_name(&batch.schema()).expect("columns that fit");
        binding.read(&batch, &mut chunk);
        plan.own(&chunk, &mut scratch, &mut own);
        everybody.note(first, &own);
    }
    everybody
}

fn influence(criterion: &mut Criterion) {
    let people = std::env::var("GLASSBOX_PEOPLE").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let (unit, _) = Unit::of_text("network.score", POLICY);
    let ruleset = check(unit).ruleset.expect("a policy without mistakes");
    let policy = ruleset.on(Date::from_ymd(2026, 1, 31).expect("a day"), &[]).expect("a policy on that day");
    let plan = Plan::new(&policy);
    let pairs = pairs(people);
    let (links, counts) = build(people, &pairs);

    let mut group = criterion.benchmark_group("influence");
    group.sample_size(10).throughput(Throughput::Elements(counts.kept as u64));
    group.bench_function("build", |bencher| bencher.iter(|| black_box(build(people, &pairs))));
    drop(pairs);
    let network = Network { links: vec![Some(links)], previous: None };
    group.bench_function("sweep", |bencher| {
        let settled = || gather(&plan, people).settle(&network);
        bencher.iter_batched(settled, |mut settling| settling.sweep(), BatchSize::PerIteration);
    });
    let mut settling = gather(&plan, people).settle(&network);
    println!("{counts:?}; {} sweeps before the scoring", settling.left());
    group.bench_function("settle", |bencher| {
        bencher.iter_batched(
            || gather(&plan, people).settle(&network),
            |mut settling| settling.finish(),
            BatchSize::PerIteration,
        );
    });
    settling.finish();
    group.finish();
}

criterion_group!(benches, influence);
criterion_main!(benches);
