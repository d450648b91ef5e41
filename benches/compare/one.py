#!/usr/bin/env python3
"""One S20 record after the other through a rule engine made for single records, its policy compiled once.

GoRules Zen evaluates an expression: the sum of what each characteristic gives, brought into the range. Score only.
"""

import json
import random
import statistics
import time

import card
import zen

RECORDS = 5_000


def expression(s20):
    """The score as one expression."""
    parts = [str(s20.start)]
    for c in s20.characteristics:
        chain = ""
        if c.missing is not None:
            chain += f"{c.column} == null ? {c.missing} : "
        last = c.otherwise
        for band, points in c.bands:
            if isinstance(band, list):
                chain += f"{c.column} in {json.dumps(band)} ? {points} : "
            elif band is None:
                last = points
            elif isinstance(band, str):
                # Days are given as numbers: whole days since 1970.
                chain += f"{c.column} < {day(band)} ? {points} : "
            else:
                chain += f"{c.column} < {band} ? {points} : "
        parts.append(f"({chain}{last})")
    return f"min([{s20.limits[1]}, max([{s20.limits[0]}, {' + '.join(parts)}])])"


def day(text):
    import datetime

    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def records(s20):
    """Invented people; about one value in twelve is not known."""
    dice = random.Random(1)
    for _ in range(RECORDS):
        record = {}
        for c in s20.characteristics:
            if any(isinstance(band, list) for band, _ in c.bands):
                value = dice.choice([name for band, _ in c.bands if isinstance(band, list) for name in band])
            else:
                ends = [day(end) if isinstance(end, str) else end for end, _ in c.bands if end is not None]
                value = dice.uniform(0.5 * ends[0], 1.2 * ends[-1])
            record[c.column] = None if dice.random() < 1 / 12 else value
        yield record


def main():
    s20 = card.read("s20")
    compiled = zen.compile_expression(expression(s20))
    times = []
    for record in records(s20):
        start = time.perf_counter_ns()
        compiled.evaluate(record)
        times.append(time.perf_counter_ns() - start)
    times.sort()
    print(f"GoRules Zen (an expression, score only, called from Python): half take at most {statistics.median(times):,.0f} ns, ", end="")
    print(f"99 of 100 at most {times[len(times) * 99 // 100]:,} ns.")


if __name__ == "__main__":
    main()
