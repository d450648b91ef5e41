//! How fast children are gathered: six aggregates with windows and categories, and a rule with points per event and caps,
//! over children in random order.
//!
//! `cargo bench --bench children`

#![allow(clippy::expect_used, reason = "a bench whose policy has a mistake is to stop")]

use arrow_array::UInt16Array;
use arrow_array::types::UInt16Type;
use arrow_array::{
    ArrayRef, Date32Array, Decimal64Array, DictionaryArray, Int64Array, RecordBatch, StringArray,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use glassbox::check::{Unit, check};
use glassbox::date::Date;
use glassbox::eval::batch::{Chunk, Gathering, Plan};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const RECORDS: &str = r#"
policy children {
  scores person
  start  300
}
record person {
  id integer key
}
record purchase belongs to person by person {
  person   integer
  date     date up to today
  category one of (groceries, gambling, electronics, travel, hotel, flights or anything else)
  amount   money 0 or more
}
reason R1 "What is bought"
"#;

const AGGREGATES: &str = r"
let a1 = sum(purchase.amount where purchase.category is groceries and purchase.date within 89 days)
let a2 = count(purchase where purchase.category is gambling and purchase.date within 364 days)
let a3 = sum(purchase.amount where purchase.date within 364 days)
let a4 = highest(purchase.amount where purchase.category is electronics and purchase.date within 364 days)
let a5 = count(purchase where purchase.category is one of (travel, hotel, flights) and purchase.date within 364 days)
let a6 = days_between(latest(purchase.date), today)
rule points {
  points a2 + a5 + amount(a1 + a3) + (amount(a4) otherwise 0) + (a6 otherwise 0) limited to 0 to 100
}
";

const EVENTS: &str = r"
rule bought {
  for each purchase where purchase.date within 12 months
  | purchase.category        | points each |
  | groceries                |          +3 |
  | gambling, electronics    |          -4 |
  | otherwise                |           0 |
  no more than 5 a day
  no more than 60 in total
  reason R1
}
";

/// Rows of a chunk, and of all.
const ROWS: usize = 16_384;
const ALL: usize = 5_000_000;
const CATEGORIES: usize = 30;

fn plan(rules: &str) -> Plan {
    let (unit, _) = Unit::of_text("children.score", &format!("{RECORDS}{rules}"));
    let ruleset = check(unit).ruleset.expect("a policy without mistakes");
    let policy = ruleset.on(today(), &[]).expect("a policy on that day");
    let plan = Plan::new(&policy);
    assert!(plan.fallbacks().is_empty(), "{:?}", plan.fallbacks());
    plan
}

fn today() -> Date {
    Date::from_ymd(2026, 1, 1).expect("a day")
}

/// A number that follows from another as if by chance.
fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Chunks of children, with whose each child is.
fn children(slots: usize) -> Vec<(RecordBatch, Vec<u32>)> {
    let names = ["groceries", "gambling", "electronics", "travel", "hotel", "flights"];
    let names =
        (0..CATEGORIES).map(|at| names.get(at).map_or_else(|| format!("other{at}"), ToString::to_string));
    let names: ArrayRef = Arc::new(names.map(Some).collect::<StringArray>());
    let chunk = |at: usize| {
        let random = |row: usize, of: u64| mixed((at * ROWS + row) as u64 * 4 + of) as usize;
        let rows = ROWS.min(ALL - at * ROWS);
        let slots: Vec<u32> = (0..rows).map(|row| (random(row, 0) % slots) as u32).collect();
        let person: Int64Array = slots.iter().map(|slot| Some(i64::from(*slot))).collect();
        let date: Date32Array =
            (0..rows).map(|row| Some(today().days() - (random(row, 1) % 730) as i32)).collect();
        let codes: UInt16Array = (0..rows).map(|row| Some((random(row, 2) % CATEGORIES) as u16)).collect();
        let category = DictionaryArray::<UInt16Type>::new(codes, Arc::clone(&names));
        let amount: Decimal64Array = (0..rows).map(|row| Some((random(row, 3) % 100_000) as i64)).collect();
        let amount = amount.with_precision_and_scale(10, 2).expect("cents");
        let columns: [(&str, ArrayRef); 4] = [
            ("person", Arc::new(person)),
            ("date", Arc::new(date)),
            ("category", Arc::new(category)),
            ("amount", Arc::new(amount)),
        ];
        (RecordBatch::try_from_iter(columns).expect("columns of one length"), slots)
    };
    (0..ALL.div_ceil(ROWS)).map(chunk).collect()
}

/// Gathers all children on so many threads.
fn gather(plan: &Plan, batches: &[(RecordBatch, Vec<u32>)], slots: usize, threads: usize) -> Gathering {
    let child = plan.children().first().expect("a kind of children");
    let schema = batches.first().expect("children").0.schema();
    let binding = child.bind_by_name(&schema).expect("columns that fit");
    let gathering = Gathering::new(child, slots);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (mut local, mut chunk) = (gathering.local(), Chunk::default());
                while let Some((batch, slots)) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                    binding.read(batch, &mut chunk);
                    gathering.add(&mut local, &chunk, slots);
                }
                gathering.flush(local);
            });
        }
    });
    gathering
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("children");
    group.throughput(Throughput::Elements(ALL as u64)).sample_size(10);
    for slots in [1_000_000, 10_000_000] {
        let batches = children(slots);
        let aggregates = plan(AGGREGATES);
        group.bench_function(format!("read, {slots} parents"), |bencher| {
            let child = aggregates.children().first().expect("a kind of children");
            let schema = batches.first().expect("children").0.schema();
            let binding = child.bind_by_name(&schema).expect("columns that fit");
            let mut chunk = Chunk::default();
            bencher.iter(|| batches.iter().for_each(|(batch, _)| binding.read(black_box(batch), &mut chunk)));
        });
        for threads in [1, 2] {
            group.bench_function(format!("six aggregates, {slots} parents, {threads} threads"), |bencher| {
                bencher.iter(|| gather(&aggregates, black_box(&batches), slots, threads));
            });
        }
        group.bench_function(format!("six aggregates filled in, {slots} parents"), |bencher| {
            let gathered = gather(&aggregates, &batches, slots, 2).finish();
            let mut chunk = Chunk::default();
            bencher.iter(|| {
                for start in (0..slots).step_by(ROWS) {
                    gathered.fill(start..slots.min(start + ROWS), black_box(&mut chunk));
                }
            });
        });
        let events = plan(EVENTS);
        group.bench_function(format!("points per event under caps, {slots} parents, 2 threads"), |bencher| {
            bencher.iter(|| gather(&events, black_box(&batches), slots, 2).finish());
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
