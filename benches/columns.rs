//! The column interpreter on S20, in memory: columns to classes, classes to scores with reasons.
//!
//! `cargo bench --bench columns`

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench that finds no pack is to stop")]

#[path = "s20/mod.rs"]
#[allow(dead_code, reason = "single records are scored by the bench beside this one")]
mod s20;

use arrow_array::types::{Decimal128Type, Int32Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array,
    PrimitiveArray, RecordBatch,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use glassbox::eval::batch::{Chunk, Plan, Scored, Scratch, Wanted};
use s20::{AMOUNTS, ANSWERS, CATEGORIES, COUNTS, DAYS, People, Person, SHARES};
use std::hint::black_box;
use std::sync::Arc;

/// People as a Parquet file has them: whole numbers in 32 bits, amounts as decimals of two places, categories by
/// dictionary.
fn batch(people: &[Person]) -> RecordBatch {
    let policy = s20::policy();
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    let ids: Int64Array = people.iter().map(|person| Some(person.id)).collect();
    columns.push(("person_id".to_owned(), Arc::new(ids)));
    for (at, name) in COUNTS.iter().enumerate() {
        let values: Int32Array = people.iter().map(|person| person.counts[at]).collect();
        columns.push(((*name).to_owned(), Arc::new(values)));
    }
    for (at, name) in AMOUNTS.iter().enumerate() {
        let values: PrimitiveArray<Decimal128Type> =
            people.iter().map(|person| person.amounts[at].map(i128::from)).collect();
        let values = values.with_precision_and_scale(12, 2).expect("decimals of two places");
        columns.push(((*name).to_owned(), Arc::new(values)));
    }
    for (at, name) in DAYS.iter().enumerate() {
        let values: Date32Array =
            people.iter().map(|person| person.days[at].map(|days| policy.today.days() - days)).collect();
        columns.push(((*name).to_owned(), Arc::new(values)));
    }
    for (at, (name, list)) in CATEGORIES.iter().enumerate() {
        let values: DictionaryArray<Int32Type> =
            people.iter().map(|person| person.categories[at].map(|position| list[position])).collect();
        columns.push(((*name).to_owned(), Arc::new(values)));
    }
    for (at, name) in ANSWERS.iter().enumerate() {
        let values: BooleanArray = people.iter().map(|person| person.answers[at]).collect();
        columns.push(((*name).to_owned(), Arc::new(values)));
    }
    for (at, name) in SHARES.iter().enumerate() {
        let values: Float64Array = people.iter().map(|person| person.shares[at]).collect();
        columns.push(((*name).to_owned(), Arc::new(values)));
    }
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

fn columns(criterion: &mut Criterion) {
    let plan = Plan::new(&s20::policy());
    for rows in [1, 8_192, 65_536] {
        let people: Vec<Person> = People::new(3).take(rows).collect();
        let batch = batch(&people);
        let binding = plan.bind_by_name(&batch.schema()).expect("the columns of the card");
        let (mut chunk, mut scratch, mut scored) = (Chunk::default(), Scratch::default(), Scored::default());
        let mut group = criterion.benchmark_group("s20 in columns");
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(BenchmarkId::new("to classes", rows), |bencher| {
            bencher.iter(|| binding.read(black_box(&batch), &mut chunk));
        });
        binding.read(&batch, &mut chunk);
        group.bench_function(BenchmarkId::new("to scores and reasons", rows), |bencher| {
            bencher.iter(|| {
                plan.run(black_box(&chunk), Wanted::default(), &mut scratch, &mut scored);
                black_box(scored.rows());
            });
        });
        group.finish();
    }
}

criterion_group!(benches, columns);
criterion_main!(benches);
