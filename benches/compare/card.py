"""The cards of benches/packs, read from the policies themselves, so that every engine scores by the same text."""

import re
from dataclasses import dataclass, field
from pathlib import Path

PACKS = Path(__file__).resolve().parent.parent / "packs"
TODAY = "2026-01-01"

CHARACTERISTIC = re.compile(r'^characteristic (\w+) "[^"]*" \{\n(.*?)^\}', re.M | re.S)
RULE = re.compile(r'^rule (\w+) "[^"]*" \{\n(.*?)^\}', re.M | re.S)


@dataclass
class Characteristic:
    """A table of one column: bands in rising order, or lists of categories."""

    name: str
    column: str
    reason: str | None
    # The first value past the band (None: no end), or the categories; and the points.
    bands: list = field(default_factory=list)
    otherwise: int | None = None
    missing: int | None = None

    @property
    def most(self):
        points = [points for _, points in self.bands] + [self.otherwise, self.missing]
        return max(p for p in points if p is not None)


@dataclass
class Card:
    start: int
    characteristics: list
    rules: list  # name, condition as SQL, points
    tiers: list  # name and least score, best first; the last has none
    limits: tuple | None


def number(text):
    text = text.replace("_", "")
    if text.endswith("%"):
        return int(text[:-1]) / 100
    return float(text) if "." in text else int(text)


def end_of(cell):
    """The first value past a band."""
    if match := re.fullmatch(r"(?:\S+ to )?before (\S+)", cell):
        return match[1]
    if match := re.fullmatch(r"(?:\S+ to )?under (\S+)", cell):
        return number(match[1])
    if cell.endswith(" or more") or cell.startswith("on or after "):
        return None
    # A whole number, or some of them.
    return number(cell.split(" to ")[-1]) + 1


def characteristic(name, body):
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in body.splitlines() if "|" in line]
    (column, _), rows = rows[0], rows[1:]
    reason = re.search(r"^  reason  (\w+)", body, re.M)
    found = Characteristic(name, column, reason[1] if reason else None)
    for cell, points in rows:
        points = int(points)
        if cell == "missing":
            found.missing = points
        elif cell == "otherwise":
            found.otherwise = points
        elif re.match(r"[a-z_]+(, |$)", cell) and not cell.startswith(("under", "before")):
            found.bands.append((cell.split(", "), points))
        else:
            found.bands.append((end_of(cell), points))
    return found


def condition(text):
    """A condition as SQL."""
    for pattern, sql in [
        (r"(\w+) is one of \(([^)]*)\)", lambda m: f"{m[1]} IN ({quoted(m[2].split(', '))})"),
        (r"(\w+) is no\b", r"\1 = FALSE"),
        (r"(\w+) is yes\b", r"\1 = TRUE"),
        (r"(\w+) is (\d+)", r"\1 = \2"),
        (r"(\w+) at least (\S+?)(?=[\s)]|$)", lambda m: f"{m[1]} >= {literal(number(m[2]))}"),
        (r"(\w+) at most (\d+)", r"\1 <= \2"),
        (r"(\w+) less than (\d+)", r"\1 < \2"),
        (r"(\w+) before (\d{4}-\d\d-\d\d)", r"\1 < DATE '\2'"),
    ]:
        text = re.sub(pattern, sql, text)
    return re.sub(r"\s+", " ", text.replace(" and ", " AND ").replace(" or ", " OR "))


def quoted(values):
    return ", ".join(f"'{value}'" for value in values)


def literal(value):
    if isinstance(value, float):
        return f"CAST({value} AS DOUBLE)"
    return f"DATE '{value}'" if isinstance(value, str) else str(value)


def read(pack):
    """The card of a pack."""
    text = (PACKS / pack / f"{pack}.score").read_text()
    limits = re.search(r"^  range +(\d+) to (\d+)", text, re.M)
    rules = []
    for name, body in RULE.findall(text):
        when = re.search(r"^  when +(.*?)^  points", body, re.M | re.S)
        points = re.search(r"^  points +([+-]\d+)", body, re.M)
        if when and points:
            rules.append((name, condition(when[1].strip()), int(points[1])))
    tiers = re.search(r"^tiers \{\n(.*?)^\}", text, re.M | re.S)
    tiers = re.findall(r'^  (\w+) +"[^"]*" +(?:(\d+) )?', tiers[1], re.M) if tiers else []
    return Card(
        start=int(re.search(r"^  start +(\d+)", text, re.M)[1]),
        characteristics=[characteristic(*found) for found in CHARACTERISTIC.findall(text)],
        rules=rules,
        tiers=[(name, int(least) if least else None) for name, least in tiers],
        limits=tuple(map(int, limits.groups())) if limits else None,
    )


def points_sql(c, column=None):
    """The points of a characteristic."""
    x = column or c.column
    sql = "CASE"
    if c.missing is not None:
        sql += f" WHEN {x} IS NULL THEN {c.missing}"
    last = c.otherwise
    for band, points in c.bands:
        if isinstance(band, list):
            test = f"{x} IN ({quoted(band)})" if len(band) > 1 else f"{x} = {quoted(band)}"
            sql += f" WHEN {test} THEN {points}"
        elif band is None:
            last = points
        else:
            sql += f" WHEN {x} < {literal(band)} THEN {points}"
    return f"{sql} ELSE {last} END"


def tier_sql(card, score="score"):
    sql = "CASE"
    for name, least in card.tiers[:-1]:
        sql += f" WHEN {score} >= {least} THEN '{name}'"
    return f"{sql} ELSE '{card.tiers[-1][0]}' END"


def columns(card):
    """The columns that the card of twenty characteristics reads, each once."""
    names = ["person_id", "loan_amount", "income"]
    for c in card.characteristics:
        names.append(c.column)
    for _, when, _ in card.rules:
        names += re.findall(r"\b([a-z][a-z_0-9]*)(?= (?:>=|<=|<|=|IN)\b| [<>=])", when)
    return [name for name in dict.fromkeys(names) if name != "loan_to_income"]


# Key of what is lost: the greater loses more, and of two that lose the same the earlier comes first.
KEYS = 32


def s20_sql(card, source, code):
    """Score, tier and four reasons. `code` writes the reason of a key in the engine's own words."""
    cs = card.characteristics
    read_ = f"SELECT {', '.join(columns(card))}, CAST(loan_amount AS DOUBLE) / CAST(income AS DOUBLE) AS loan_to_income FROM {source}"
    points = ", ".join(f"{points_sql(c)} AS p{i}" for i, c in enumerate(cs))
    rules = ", ".join(f"CASE WHEN {when} THEN {n} ELSE 0 END AS x{i}" for i, (_, when, n) in enumerate(card.rules))
    given = f"SELECT person_id, {points}, {rules} FROM ({read_}) AS t0"
    total = " + ".join([str(card.start)] + [f"p{i}" for i in range(len(cs))] + [f"x{i}" for i in range(len(card.rules))])
    low, high = card.limits
    keys = [f"({c.most} - p{i}) * {KEYS} + {KEYS - 1 - i}" for i, c in enumerate(cs)]
    names = ", ".join(f"k{i}" for i in range(len(cs)))
    sql = (
        f"SELECT person_id, CAST(LEAST({high}, GREATEST({low}, {total})) AS INTEGER) AS score, "
        + ", ".join(f"{key} AS k{i}" for i, key in enumerate(keys))
        + f" FROM ({given}) AS t1"
    )
    sql = f"SELECT person_id, score, {names}, GREATEST({names}) AS g1 FROM ({sql}) AS t2"
    kept = "g1"
    for place in range(2, 5):
        rest = ", ".join(f"CASE WHEN k{i} < g{place - 1} THEN k{i} ELSE 0 END" for i in range(len(cs)))
        sql = f"SELECT person_id, score, {names}, {kept}, GREATEST({rest}) AS g{place} FROM ({sql}) AS t{place + 1}"
        kept += f", g{place}"
    reasons = ", ".join(f"{code(f'g{place}', cs)} AS reason_{place}" for place in range(1, 5))
    return f"SELECT person_id, score, {tier_sql(card)} AS tier, {reasons} FROM ({sql}) AS t9"


# The facts of the card about purchases, as its `let` lines say them: `within 89 days` is after the 90th day before.
A6_FACTS = {
    "groceries": "SUM(amount) FILTER (WHERE category = 'groceries' AND date > DATE '2025-10-03')",
    "bets": "COUNT(*) FILTER (WHERE category = 'gambling' AND date > DATE '2025-01-01')",
    "spent": "SUM(amount) FILTER (WHERE date > DATE '2025-01-01')",
    "gadget": "MAX(amount) FILTER (WHERE category = 'electronics' AND date > DATE '2025-01-01')",
    "trips": "COUNT(*) FILTER (WHERE category IN ('travel', 'hotel', 'flights') AND date > DATE '2025-01-01')",
    "latest": "MAX(date)",
}
# Sums and counts over nothing are 0.
A6_NOTHING = {"groceries": 0, "bets": 0, "spent": 0, "trips": 0}


def a6_sql(card, people, purchases, days_quiet):
    """The score; `days_quiet` writes the days from `latest` to today in the engine's own words."""
    facts = ", ".join(f"{sql} AS {name}" for name, sql in A6_FACTS.items())
    total = str(card.start)
    for c in card.characteristics:
        column = f"COALESCE({c.column}, 0)" if c.column in A6_NOTHING else c.column
        total += f" + {points_sql(c, column)}"
    return (
        f"SELECT person_id, CAST({total} AS INTEGER) AS score FROM (SELECT p.person_id, f.*, {days_quiet} AS days_quiet "
        f"FROM {people} AS p LEFT JOIN (SELECT person_id AS buyer, {facts} FROM {purchases} GROUP BY person_id) AS f "
        f"ON p.person_id = f.buyer) AS t"
    )
