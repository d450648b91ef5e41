#!/usr/bin/env python3
"""Invented people, purchases and friends for the comparison, the same for every run.

usage: generate.py --out DIR [--people 10000000]

people.parquet       so many people, of whom about 8 in 100 values are not known
people_1m.parquet    the first million (or all), also as people.csv and people.ndjson
purchases.parquet    five times as many purchases, in no order; a few people buy much
edges.parquet        nearly five times as many pairs of the first half of the people, each once; a few are known to many
"""

import argparse

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SEED = 20260101
TODAY = np.datetime64("2026-01-01").astype("datetime64[D]").astype(np.int32)
ROWS = 250_000

# Categories with their weights.
CATEGORIES = {
    "employment": {
        "full_time": 46, "self_employed": 12, "part_time": 11, "retired": 12, "student": 7, "unemployed": 6, "contract": 6,
    },
    "housing": {"own": 20, "mortgage": 30, "rent": 31, "with_family": 12, "social": 4, "other": 3},
    "region": dict(zip(
        ["capital", "north", "south", "east", "west", "coast", "central", "metro_a", "north_east", "south_east",
         "north_west", "south_west", "metro_b", "valley", "highlands", "lakes", "delta", "plains", "islands", "border",
         "metro_c", "metro_d", "rural_n", "rural_s"],
        [1000 // place for place in range(2, 26)],
    )),
    "purpose": {
        "car": 20, "home_improvement": 13, "debt_consolidation": 25, "medical": 5, "education": 5, "wedding": 3,
        "holiday": 6, "business": 6, "moving": 4, "electronics": 6, "solar": 2, "other": 5,
    },
    "education": {
        "none": 4, "primary": 6, "secondary": 34, "vocational": 20, "bachelor": 24, "master": 10, "doctorate": 2,
    },
}  # fmt: skip

# What people buy, the most frequent first.
GOODS = [
    "groceries", "restaurants", "fuel", "clothing", "electronics", "pharmacy", "streaming", "transit", "books", "gambling",
    "rent", "utilities", "insurance", "travel", "hotel", "flights", "music", "sports", "toys", "garden", "furniture", "pets",
    "beauty", "jewellery", "tools", "charity", "education", "childcare", "taxi", "alcohol",
]  # fmt: skip


def decimals(cents, unknown=None, digits=12):
    """Whole cents as decimals of two places."""
    words = np.empty((len(cents), 2), np.int64)
    words[:, 0], words[:, 1] = cents, np.where(cents < 0, -1, 0)
    known = None if unknown is None else pa.array(~unknown).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(digits, 2), len(cents), [known, pa.py_buffer(words)])


def days(values, unknown=None):
    return pa.array(values.astype(np.int32), mask=unknown).cast(pa.date32())


def chosen(random, weights, rows):
    """Categories by their weights."""
    edges = np.cumsum(list(weights.values())) / sum(weights.values())
    codes = np.searchsorted(edges, random.random(rows)).clip(0, len(weights) - 1)
    return codes.astype(np.int32), pa.array(list(weights))


def people(part, rows):
    random = np.random.default_rng([SEED, 1, part])
    unknown = lambda share=0.08: random.random(rows, dtype=np.float32) < share
    whole = lambda values: pa.array(values.astype(np.int32), mask=unknown())
    first = part * ROWS + 1
    # A column that no rule reads.
    names = pa.array(["Ada", "Ben", "Chen", "Dara", "Emre", "Fay", "Gita", "Hugo"]).take(pa.array(random.integers(0, 8, rows)))
    columns = {
        "person_id": pa.array(np.arange(first, first + rows, dtype=np.int64)),
        "full_name": pc.binary_join_element_wise(names, pc.cast(pa.array(random.integers(0, 1 << 40, rows)), pa.string()), " "),
        "age": whole(random.normal(42, 15, rows).clip(18, 95)),
        "income": decimals(np.rint(random.lognormal(10.8, 0.6, rows) * 100).astype(np.int64), unknown()),
        "loan_amount": decimals(np.rint(random.lognormal(9.6, 0.8, rows) / 100).clip(5, 2000).astype(np.int64) * 10_000, unknown()),
        "savings": decimals(np.rint(random.lognormal(8, 2, rows).clip(0, 5e6) * 100).astype(np.int64), unknown()),
        "account_opened": days(TODAY - random.exponential(2200, rows).clip(0, 15_000), unknown()),
        "last_late_date": days(TODAY - random.integers(0, 2500, rows), unknown(0.6)),
    }
    for name, weights in CATEGORIES.items():
        codes, values = chosen(random, weights, rows)
        columns[name] = pa.DictionaryArray.from_arrays(pa.array(codes, mask=unknown()), values).cast(pa.string())
    for name, share in [("has_phone", 0.9), ("has_guarantor", 0.15), ("existing_customer", 0.4)]:
        columns[name] = pa.array(random.random(rows) < share, mask=unknown())
    columns |= {
        "dependants": whole(random.poisson(1.1, rows)),
        "months_at_address": whole(random.exponential(70, rows)),
        "months_at_job": whole(random.exponential(50, rows)),
        "open_accounts": whole(random.poisson(4.5, rows)),
        "inquiries_6m": whole(random.poisson(1.3, rows)),
        "late_30d_24m": whole(random.poisson(0.5, rows)),
        "utilization": pa.array(random.beta(2, 3, rows).round(4), mask=unknown()),
        "dti": pa.array(random.gamma(2, 0.15, rows).round(4), mask=unknown()),
    }
    return pa.table(columns)


def purchases(part, rows, count):
    random = np.random.default_rng([SEED, 2, part])
    # Who buys much has nothing to do with the number that they have.
    place = (count * random.random(rows) ** 1.6).astype(np.int64).clip(0, count - 1)
    codes, goods = chosen(random, {name: 1000 / (n + 3) ** 0.7 for n, name in enumerate(GOODS)}, rows)
    cents = np.rint(random.lognormal(3.2, 1.1, rows).clip(0.01, 90_000) * 100).astype(np.int64)
    return pa.table({
        "person_id": spread(place, count, 7_368_787),
        "date": days(TODAY - random.integers(0, 730, rows)),
        "category": pa.DictionaryArray.from_arrays(pa.array(codes), goods).cast(pa.string()),
        "amount": decimals(cents, digits=10),
    })  # fmt: skip


def spread(place, count, factor):
    """Numbers from 1 to `count`, every place another one."""
    while np.gcd(factor, count) != 1:
        factor += 2
    return (place * factor + 12_345) % count + 1


def edges(pairs, count):
    """Pairs, each once, in no order."""
    keys = []
    for part in range(-(-pairs // ROWS)):
        random = np.random.default_rng([SEED, 3, part])
        ends = [(count * random.random(ROWS) ** power).astype(np.int64).clip(0, count - 1) for power in (2, 3)]
        source, target = spread(ends[0], count, 3_676_783), spread(ends[1], count, 2_860_487)
        keys.append(source * (count + 1) + target)
    keys = np.unique(np.concatenate(keys))
    keys = keys[keys // (count + 1) != keys % (count + 1)]
    np.random.default_rng([SEED, 4]).shuffle(keys)
    return pa.table({"src": keys // (count + 1), "dst": keys % (count + 1)})


def write(path, tables):
    """Tables as one file, a row group each; plain types, as any program might have written them."""
    writer = None
    for table in tables:
        if writer is None:
            options = {"compression": "snappy", "store_schema": False, "store_decimal_as_integer": True}
            writer = pq.ParquetWriter(path, table.schema, **options)
        writer.write_table(table, row_group_size=2 * ROWS)
    writer.close()


def parts(count, rows):
    return [(part, min(rows, count - part * rows)) for part in range(-(-count // rows))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--people", type=int, default=10_000_000)
    given = parser.parse_args()
    out, count = given.out, given.people
    write(f"{out}/people.parquet", (people(part, rows) for part, rows in parts(count, ROWS)))
    write(f"{out}/purchases.parquet", (purchases(part, rows, count) for part, rows in parts(count * 5, 2 * ROWS)))
    write(f"{out}/edges.parquet", [edges(count * 5, count // 2)])
    import duckdb

    first = f"(SELECT * FROM '{out}/people.parquet' WHERE person_id <= 1000000 ORDER BY person_id)"
    duckdb.execute(f"COPY {first} TO '{out}/people_1m.parquet' (FORMAT parquet, ROW_GROUP_SIZE {ROWS})")
    duckdb.execute(f"COPY {first} TO '{out}/people.csv' (FORMAT csv, HEADER true)")
    duckdb.execute(f"COPY {first} TO '{out}/people.ndjson' (FORMAT json)")


if __name__ == "__main__":
    main()
