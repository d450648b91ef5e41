//! How many scored records a second are encoded, in each format: a key, a score of some 500 values, six tiers, a status
//! and four reasons out of twenty, a row group of 250,000 records at a time.
//!
//! `cargo bench --bench output`; the sizes of the pieces are printed first.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a bench stops where it cannot go on, and says sizes"
)]

use arrow_schema::DataType;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use glassbox::check::{Unit, check};
use glassbox::data::{Key, Keys};
use glassbox::date::Date;
use glassbox::decimal::Decimal;
use glassbox::eval::batch::Scored;
use glassbox::eval::{GivenReason, Outcome, Status};
use glassbox::output::{About, Encoder, Form, Format, Packing, Sheet, Writer};
use glassbox::policy::{Policy, ReasonId};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::fmt::Write as _;
use std::hint::black_box;

const CHUNK: usize = 8_192;
const RECORDS: usize = 250_000;

fn policy() -> Policy {
    let mut text = "policy p {\n scores person\n range 300 to 850\n start 300\n round to 1\n reasons up to 4 by points \
                    lost\n}\nrecord person {\n id integer key\n x integer 0 to 600\n}\ntiers {\n A \"A\" 720 or more\n \
                    B \"B\" 660 to under 720\n C \"C\" 600 to under 660\n D \"D\" 540 to under 600\n E \"E\" 480 to \
                    under 540\n F \"F\" under 480\n}\n"
        .to_owned();
    for number in 1..=20 {
        write!(text, "reason R{number:02} \"Reason {number}\"\nrule r{number} {{\n points x / 20\n reason R{number:02}\n}}\n")
            .expect("memory");
    }
    let (unit, _) = Unit::of_text("bench.score", &text);
    let checked = check(unit);
    let said = format!("{:?}", checked.diagnostics);
    let ruleset = checked.ruleset.expect(&said);
    ruleset.on(Date::from_ymd(2026, 1, 31).expect("a day"), &[]).expect("a policy on that day")
}

/// What some records came to, made up.
fn scored(policy: &Policy, chance: &mut Xoshiro256PlusPlus, records: usize) -> Scored {
    let mut below = |most: u64| chance.next_u64() % most;
    let outcomes: Vec<Outcome> = (0..records)
        .map(|_| {
            let score = Decimal::from_int(330 + (0..4).map(|_| below(131) as i64).sum::<i64>());
            // Some reasons are more common than others.
            let mut reasons: Vec<u32> = Vec::new();
            let shown = if below(100) == 0 { 3 } else { 4 };
            while reasons.len() < shown {
                let reason = below(20).min(below(20)) as u32;
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
            let given = |reason| GivenReason { reason: ReasonId(reason), lost: None };
            Outcome {
                status: Status::Scored,
                score: Some(score),
                tier: policy.tier_of(score),
                reasons: reasons.into_iter().map(given).collect(),
                points: Vec::new(),
                influences: Vec::new(),
                decisions: Vec::new(),
                consequences: Vec::new(),
            }
        })
        .collect();
    Scored::of_outcomes(policy, outcomes.iter().map(Ok))
}

fn output(criterion: &mut Criterion) {
    let policy = policy();
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(1);
    let chunks: Vec<(Keys, Scored)> = (0..RECORDS)
        .step_by(CHUNK)
        .map(|start| {
            let count = CHUNK.min(RECORDS - start);
            let mut keys = Keys::default();
            (start..start + count).for_each(|key| keys.push(Key::Whole(key as i64)));
            (keys, scored(&policy, &mut chance, count))
        })
        .collect();
    let sheet = Sheet::new(&policy, Some(&DataType::Int64), false);
    let forms = [
        ("parquet", Form::from(Format::Parquet)),
        ("csv", Form::from(Format::Csv)),
        ("ndjson", Form::from(Format::Ndjson)),
        ("csv.zst", Form { format: Format::Csv, packing: Packing::Zstd }),
        ("csv.gz", Form { format: Format::Csv, packing: Packing::Gzip }),
    ];
    let piece = |encoder: &mut Encoder<'_>| {
        for (keys, scored) in &chunks {
            encoder.add(black_box(keys), black_box(scored)).expect("keys that fit");
        }
        encoder.take().expect("a piece")
    };
    for (name, form) in forms {
        let mut encoder = Encoder::new(&sheet, form).expect("columns");
        let mut writer = Writer::new(&sheet, form, &About::new(&policy), Vec::new()).expect("memory");
        writer.write(piece(&mut encoder)).expect("memory");
        let bytes = writer.finish().expect("memory");
        eprintln!("{name}: {:.2} bytes a record", bytes.len() as f64 / RECORDS as f64);
        if let Some(folder) = std::env::var_os("GLASSBOX_BENCH_OUT") {
            std::fs::write(std::path::Path::new(&folder).join(format!("bench.{name}")), bytes)
                .expect("a folder");
        }
    }
    let mut group = criterion.benchmark_group("output");
    group.throughput(Throughput::Elements(RECORDS as u64)).sample_size(20);
    for (name, form) in forms {
        let mut encoder = Encoder::new(&sheet, form).expect("columns");
        group.bench_function(name, |bencher| {
            bencher.iter_batched(|| (), |()| piece(&mut encoder), BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, output);
criterion_main!(benches);
