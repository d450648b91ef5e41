#!/usr/bin/env python3
"""One run of one engine on one workload; prints the seconds that it took, its own start left out.

usage: peers.py WORKLOAD ENGINE --data DIR --out FILE [--threads N] [--people FILE]
"""

import argparse
import json
import os
import time

import card

WEIGHT = 0.4
# Peers stop when no score moves by this much.
STILL = 0.5


class Stopwatch:
    """Seconds on the wall and of the processor."""

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu


def reason_by_list(key, cs):
    codes = card.quoted([c.reason for c in cs])
    return f"CASE WHEN {key} >= {card.KEYS} THEN ([{codes}])[{card.KEYS} - ({key} % {card.KEYS})] END"


def reason_by_case(key, cs):
    whens = " ".join(f"WHEN {i} THEN '{c.reason}'" for i, c in enumerate(cs))
    return f"CASE WHEN {key} >= {card.KEYS} THEN CASE {card.KEYS - 1} - ({key} % {card.KEYS}) {whens} END END"


# The types of the columns, for the formats that do not tell them.
TYPES = {
    "person_id": "BIGINT", "full_name": "VARCHAR", "age": "INTEGER", "income": "DECIMAL(12,2)",
    "loan_amount": "DECIMAL(12,2)", "savings": "DECIMAL(12,2)", "account_opened": "DATE", "last_late_date": "DATE",
    "employment": "VARCHAR", "housing": "VARCHAR", "region": "VARCHAR", "purpose": "VARCHAR", "education": "VARCHAR",
    "has_phone": "BOOLEAN", "has_guarantor": "BOOLEAN", "existing_customer": "BOOLEAN", "dependants": "INTEGER",
    "months_at_address": "INTEGER", "months_at_job": "INTEGER", "open_accounts": "INTEGER", "inquiries_6m": "INTEGER",
    "late_30d_24m": "INTEGER", "utilization": "DOUBLE", "dti": "DOUBLE",
}  # fmt: skip


def duckdb_connection(threads):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    return connection


def duckdb_s20(people, out, threads):
    connection, s20 = duckdb_connection(threads), card.read("s20")
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items()) + "}"
    source = f"read_parquet('{people}')"
    if people.endswith(".csv"):
        source = f"read_csv('{people}', header = true, columns = {types})"
    elif people.endswith(".ndjson"):
        source = f"read_json('{people}', format = 'newline_delimited', columns = {types})"
    with Stopwatch() as watch:
        sql = card.s20_sql(s20, source, reason_by_list)
        connection.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION snappy)")
    return watch


def datafusion_s20(people, out, threads):
    from datafusion import SessionConfig, SessionContext

    context = SessionContext(SessionConfig().with_target_partitions(threads))
    context.register_parquet("people", people)
    with Stopwatch() as watch:
        sql = card.s20_sql(card.read("s20"), "people", reason_by_case)
        copy = f"COPY ({sql}) TO '{out}' STORED AS PARQUET OPTIONS ('format.compression' 'snappy')"
        context.sql(copy).collect()
    return watch


def polars_points(c, pl):
    """The points of a characteristic as a polars expression."""
    import datetime

    def value(x):
        if isinstance(x, str):
            return pl.lit(datetime.date.fromisoformat(x))
        if c.column in ("income", "loan_amount", "savings", "groceries", "spent", "gadget"):
            return pl.lit(x).cast(pl.Decimal(12, 2))
        return pl.lit(x)

    x, small = pl.col(c.column), lambda n: pl.lit(n, dtype=pl.Int32)
    chain = pl
    if c.missing is not None:
        chain = chain.when(x.is_null()).then(small(c.missing))
    last = c.otherwise
    for band, points in c.bands:
        if isinstance(band, list):
            chain = chain.when(x.is_in(band) if len(band) > 1 else x == band[0]).then(small(points))
        elif band is None:
            last = points
        else:
            chain = chain.when(x < value(band)).then(small(points))
    return chain.otherwise(small(last))


def polars_scan(people, pl):
    if people.endswith(".parquet"):
        return pl.scan_parquet(people)
    kinds = {
        "BIGINT": pl.Int64, "VARCHAR": pl.String, "INTEGER": pl.Int32, "DECIMAL(12,2)": pl.Decimal(12, 2),
        "DATE": pl.Date, "BOOLEAN": pl.Boolean, "DOUBLE": pl.Float64,
    }  # fmt: skip
    schema = {name: kinds[kind] for name, kind in TYPES.items()}
    if people.endswith(".csv"):
        return pl.scan_csv(people, schema=schema)
    # JSON has neither days nor decimals.
    plain = {pl.Date: pl.String, pl.Decimal(12, 2): pl.Float64}
    lazy = pl.scan_ndjson(people, schema={name: plain.get(kind, kind) for name, kind in schema.items()})
    dates = [pl.col(name).str.to_date() for name, kind in schema.items() if kind == pl.Date]
    return lazy.with_columns(dates + [pl.col(n).cast(k) for n, k in schema.items() if isinstance(k, pl.Decimal)])


def polars_s20(people, out, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    s20 = card.read("s20")
    cs, keys = s20.characteristics, card.KEYS
    with Stopwatch() as watch:
        lazy = polars_scan(people, pl).select(card.columns(s20))
        ratio = pl.col("loan_amount").cast(pl.Float64) / pl.col("income").cast(pl.Float64)
        lazy = lazy.with_columns(loan_to_income=ratio)
        rules = [
            pl.when(pl.sql_expr(when)).then(pl.lit(n, dtype=pl.Int32)).otherwise(pl.lit(0, dtype=pl.Int32)).alias(f"x{i}")
            for i, (_, when, n) in enumerate(s20.rules)
        ]
        lazy = lazy.select("person_id", *[polars_points(c, pl).alias(f"p{i}") for i, c in enumerate(cs)], *rules)
        parts = [f"p{i}" for i in range(len(cs))] + [f"x{i}" for i in range(len(rules))]
        score = (pl.sum_horizontal(parts) + s20.start).clip(*s20.limits).cast(pl.Int32).alias("score")
        lost = [((c.most - pl.col(f"p{i}")) * keys + (keys - 1 - i)).alias(f"k{i}") for i, c in enumerate(cs)]
        names = [f"k{i}" for i in range(len(cs))]
        lazy = lazy.select("person_id", score, *lost).with_columns(g1=pl.max_horizontal(names))
        for place in range(2, 5):
            rest = [pl.when(pl.col(k) < pl.col(f"g{place - 1}")).then(pl.col(k)).otherwise(0) for k in names]
            lazy = lazy.with_columns(pl.max_horizontal(rest).alias(f"g{place}"))

        def code(g):
            position = (keys - 1 - g % keys).replace_strict(
                list(range(len(cs))), [c.reason for c in cs], return_dtype=pl.String, default=None
            )
            return pl.when(g >= keys).then(position)

        tier = pl.sql_expr(card.tier_sql(s20)).alias("tier")
        reasons = [code(pl.col(f"g{place}")).alias(f"reason_{place}") for place in range(1, 5)]
        lazy.select("person_id", "score", tier, *reasons).sink_parquet(out, compression="snappy", engine="streaming")
    return watch


def duckdb_a6(data, out, threads):
    connection = duckdb_connection(threads)
    with Stopwatch() as watch:
        sql = card.a6_sql(
            card.read("a6"), f"'{data}/people.parquet'", f"'{data}/purchases.parquet'", f"DATE '{card.TODAY}' - latest"
        )
        connection.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION snappy)")
    return watch


def datafusion_a6(data, out, threads):
    from datafusion import SessionConfig, SessionContext

    context = SessionContext(SessionConfig().with_target_partitions(threads))
    context.register_parquet("people", f"{data}/people.parquet")
    context.register_parquet("purchases", f"{data}/purchases.parquet")
    with Stopwatch() as watch:
        days = "arrow_cast(arrow_cast(DATE '2026-01-01', 'Int32') - arrow_cast(latest, 'Int32'), 'Int64')"
        sql = card.a6_sql(card.read("a6"), "people", "purchases", days)
        context.sql(f"COPY ({sql}) TO '{out}' STORED AS PARQUET OPTIONS ('format.compression' 'snappy')").collect()
    return watch


def polars_a6(data, out, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import datetime

    import polars as pl

    a6, col = card.read("a6"), pl.col
    today = datetime.date.fromisoformat(card.TODAY)
    after = lambda days: col("date") > pl.lit(today - datetime.timedelta(days=days))
    with Stopwatch() as watch:
        facts = (
            pl.scan_parquet(f"{data}/purchases.parquet")
            .select(
                "person_id", "date",
                groceries=pl.when((col("category") == "groceries") & after(90)).then(col("amount")),
                bets=(col("category") == "gambling") & after(365),
                spent=pl.when(after(365)).then(col("amount")),
                gadget=pl.when((col("category") == "electronics") & after(365)).then(col("amount")),
                trips=col("category").is_in(["travel", "hotel", "flights"]) & after(365),
            )
            .group_by("person_id")
            .agg(
                col("groceries").sum(), col("bets").sum(), col("spent").sum(), col("gadget").max(), col("trips").sum(),
                latest=col("date").max(),
            )
        )  # fmt: skip
        lazy = pl.scan_parquet(f"{data}/people.parquet").select("person_id")
        lazy = lazy.join(facts, on="person_id", how="left", maintain_order="none")
        lazy = lazy.with_columns(
            *[col(name).fill_null(0) for name in card.A6_NOTHING],
            days_quiet=(pl.lit(today) - col("latest")).dt.total_days(),
        )
        points = [polars_points(c, pl) for c in a6.characteristics]
        score = (pl.sum_horizontal(points) + a6.start).cast(pl.Int32).alias("score")
        lazy.select("person_id", score).sink_parquet(out, compression="snappy", engine="streaming")
    return watch


def scipy_n1(data, out, threads):
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from scipy import sparse

    with Stopwatch() as watch:
        people = pq.read_table(f"{data}/own.parquet")
        own, count = people["score"].to_numpy().astype(np.float64), people.num_rows
        pairs = pq.read_table(f"{data}/edges.parquet")
        source, target = (pairs[name].to_numpy().astype(np.int32) - 1 for name in ("src", "dst"))
        friends = np.bincount(source, minlength=count)
        matrix = sparse.coo_matrix((np.ones(len(source), np.float32), (source, target)), shape=(count, count)).tocsr()
        matrix = matrix.astype(np.float64)
        matrix.data *= np.repeat(WEIGHT / np.maximum(friends, 1), np.diff(matrix.indptr))
        score = own
        while True:
            following = own + matrix @ score
            moved, score = np.abs(following - score).max(), following
            if moved < STILL:
                break
        pq.write_table(pa.table({"person_id": people["person_id"], "score": score}), out, compression="snappy")
    return watch


def duckdb_n1(data, out, threads):
    connection = duckdb_connection(threads)
    with Stopwatch() as watch:
        run = connection.execute
        run(f"CREATE TABLE own AS SELECT person_id AS id, score::DOUBLE AS own FROM '{data}/own.parquet'")
        run(f"CREATE TABLE friends AS SELECT src, dst FROM '{data}/edges.parquet'")
        run("CREATE TABLE now AS SELECT id, own AS score FROM own")
        while True:
            run(
                f"CREATE OR REPLACE TABLE following AS SELECT o.id, o.own + {WEIGHT} * COALESCE(m.mean, 0) AS score "
                "FROM own o LEFT JOIN (SELECT f.src, AVG(n.score) AS mean FROM friends f JOIN now n ON f.dst = n.id "
                "GROUP BY f.src) m ON m.src = o.id"
            )
            moved = run("SELECT MAX(ABS(n.score - f.score)) FROM now n JOIN following f USING (id)").fetchone()[0]
            run("DROP TABLE now")
            run("ALTER TABLE following RENAME TO now")
            if moved < STILL:
                break
        run(f"COPY (SELECT id AS person_id, score FROM now) TO '{out}' (FORMAT parquet, COMPRESSION snappy)")
    return watch


def polars_n1(data, out, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    with Stopwatch() as watch:
        own = pl.read_parquet(f"{data}/own.parquet").select(id="person_id", own=pl.col("score").cast(pl.Float64))
        friends = pl.read_parquet(f"{data}/edges.parquet")
        score = own.select("id", score="own")
        while True:
            means = friends.lazy().join(score.lazy(), left_on="dst", right_on="id").group_by("src")
            means = means.agg(mean=pl.col("score").mean())
            following = own.lazy().join(means, left_on="id", right_on="src", how="left", maintain_order="left")
            following = following.select("id", score=pl.col("own") + WEIGHT * pl.col("mean").fill_null(0))
            following = following.collect(engine="streaming")
            moved, score = (following["score"] - score["score"]).abs().max(), following
            if moved < STILL:
                break
        score.rename({"id": "person_id"}).write_parquet(out, compression="snappy")
    return watch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=["s20", "a6", "n1"])
    parser.add_argument("engine")
    parser.add_argument("--data", required=True)
    parser.add_argument("--people", default="people.parquet")
    parser.add_argument("--out", required=True)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    run = globals()[f"{given.engine}_{given.workload}"]
    source = f"{given.data}/{given.people}" if given.workload == "s20" else given.data
    watch = run(source, given.out, given.threads)
    print(json.dumps({"wall": watch.wall, "cpu": watch.cpu}))


if __name__ == "__main__":
    main()
