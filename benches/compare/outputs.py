#!/usr/bin/env python3
"""What an output says, whoever wrote it.

usage: outputs.py digest FILE | outputs.py distance FILE FILE | outputs.py own FILE PEOPLE OUT
"""

import hashlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

TEXTS = ["tier", "reason_1", "reason_2", "reason_3", "reason_4"]


def columns(path, names):
    table = pq.read_table(path, columns=names)
    ids = table["person_id"].cast(pa.int64()).to_numpy()
    order = None if (np.diff(ids) > 0).all() else np.argsort(ids, kind="stable")
    return table, ids, order


def digest(path):
    """How many records, and a checksum over person, score, tier and reasons in the order of the persons."""
    known = [name for name in TEXTS if name in pq.read_schema(path).names]
    table, ids, order = columns(path, ["person_id", "score"] + known)
    sum_ = hashlib.sha256()

    def add(values):
        sum_.update(np.ascontiguousarray(values if order is None else values[order]).tobytes())

    add(ids)
    add(table["score"].cast(pa.float64()).to_numpy())
    for name in known:
        texts = table[name].cast(pa.string())
        # No tier and no reason are the same as an empty one; a column that nobody has is as good as none.
        if pc.all(pc.equal(pc.fill_null(texts, ""), "")).as_py():
            continue
        names = sorted(set(texts.unique().to_pylist()) - {None, ""})
        sum_.update(repr([name, names]).encode())
        add(pc.fill_null(pc.index_in(texts, pa.array(names, pa.string())), -1).to_numpy().astype(np.int8))
    return f"{len(ids)} {sum_.hexdigest()[:16]}"


def distance(one, other):
    """The greatest difference between the scores of the same persons."""
    scores = []
    for path in (one, other):
        table, ids, order = columns(path, ["person_id", "score"])
        values = table["score"].cast(pa.float64()).to_numpy()
        scores.append((ids, values) if order is None else (ids[order], values[order]))
    (ids, a), (others, b) = scores
    if not np.array_equal(ids, others):
        sys.exit(f"{one} and {other} are not about the same persons")
    return np.abs(a - b).max()


def own(path, people, out):
    """The first persons of an output with their scores: what a network starts from."""
    table = pq.read_table(path, columns=["person_id", "score"])
    table = table.filter(pc.less_equal(table["person_id"], int(people))).sort_by("person_id")
    score = table["score"].cast(pa.int32())
    pq.write_table(pa.table({"person_id": table["person_id"].cast(pa.int64()), "score": score}), out)
    return table.num_rows


if __name__ == "__main__":
    print({"digest": digest, "distance": distance, "own": own}[sys.argv[1]](*sys.argv[2:]))
