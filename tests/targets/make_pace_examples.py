"""Writes tests/protocol/pace.json: examples of the rules that Python and TypeScript must both meet.

    python -m tests.targets.make_pace_examples

The examples come from a fixed seed and from the Python rules, which tests/targets/test_rules.py checks
against independent oracles. Periods are written as a first day and one weight per day, and amounts
per day as a list beside it, which keeps the file small.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.targets import rules

PATH = Path(__file__).resolve().parent.parent / "protocol" / "pace.json"
COUNTS = {"split": 600, "days": 500, "pace": 900, "forecast": 200, "effect": 250}
ABOUT = "Made by tests/targets/make_pace_examples.py from app/targets/rules.py; read by pytest and vitest. Do not edit."


def plain(value: Any) -> Any:
    """A result of the rules as JSON: days as text, fractions as "n/d"."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {plain(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def money(rng: random.Random) -> int:
    """Amounts of all sizes, some zero, some odd, some beyond what a float product can hold."""
    return rng.choice(
        [0, rng.randint(1, 50), rng.randint(1, 10**6), rng.randint(10**6, 10**9), 9600_0000, rng.randint(10**12, 4 * 10**15)]
    )


def calendar(rng: random.Random) -> tuple[date, list[int]]:
    """A period with its weights: months, quarters and free forms, leave, half days, make-up days, none at all."""
    start = date(2026, 1, 1) + timedelta(days=rng.randint(0, 400))
    length = rng.choice([1, 2, 5, 7, 14, rng.randint(20, 35), rng.randint(28, 31), 31])
    weights = [100 if (start + timedelta(days=i)).weekday() < 5 else 0 for i in range(length)]
    for i in range(length):
        if rng.random() < 0.12:
            weights[i] = rng.choice([0, 50, 100, 25, 75])
    if rng.random() < 0.06:
        weights = [0] * length
    if rng.random() < 0.08:
        half = rng.randint(0, length)
        weights[half:] = [0] * (length - half)
    return start, weights


def as_days(start: date, amounts: list[int]) -> dict[date, int]:
    return {start + timedelta(days=i): amount for i, amount in enumerate(amounts)}


def frozen(rng: random.Random, start: date, weights: list[int], value: int) -> tuple[list[int], str | None]:
    """What closed days asked under an earlier value, as a list from the first day on, and the last closed day."""
    if rng.random() < 0.5:
        return [], None
    until = rng.randint(0, len(weights) - 1)
    earlier = max(0, value + rng.randint(-value // 2 - 1, value // 2 + 1))
    days = rules.day_targets(earlier, {}, None, as_days(start, weights), (start, start + timedelta(days=len(weights) - 1)))
    return list(days.values())[: until + 1], (start + timedelta(days=until)).isoformat()


def leaf_days(start: date, weights: list[int], value: int, kept: list[int], until: str | None) -> dict[date, int]:
    end = start + timedelta(days=len(weights) - 1)
    return rules.day_targets(
        value, as_days(start, kept), date.fromisoformat(until) if until else None, as_days(start, weights), (start, end)
    )


def split_example(rng: random.Random) -> list[Any]:
    names = rng.sample([f"p{i:02}" for i in range(40)], rng.randint(1, 14))
    weights = [rng.choice([0, 1, 50, 100, rng.randint(0, 10**6), 7]) for _ in names]
    if rng.random() < 0.1:
        weights = [0] * len(names)
    total = money(rng) * rng.choice([1, 1, 1, -1])
    parts = rules.split(total, dict(zip(names, weights, strict=True)))
    return [total, names, weights, [parts[name] for name in names]]


def days_example(rng: random.Random) -> list[Any]:
    start, weights = calendar(rng)
    value = money(rng)
    kept, until = frozen(rng, start, weights, value)
    days = leaf_days(start, weights, value, kept, until)
    before = start + timedelta(days=rng.randint(-2, len(weights) + 2))
    end = start + timedelta(days=len(weights) - 1)
    fixed, last = rules.freeze(
        value, as_days(start, kept), date.fromisoformat(until) if until else None, as_days(start, weights), (start, end), before
    )
    return [
        start.isoformat(),
        weights,
        value,
        kept,
        until,
        list(days.values()),
        before.isoformat(),
        sum(fixed.values()),
        len(fixed),
        plain(last),
    ]


def pace_example(rng: random.Random) -> list[Any]:
    start, weights = calendar(rng)
    end = start + timedelta(days=len(weights) - 1)
    leaves = []
    for _ in range(rng.randint(1, 3)):
        value = money(rng)
        leaves.append([value, *frozen(rng, start, weights, value)])
    target = sum(leaf[0] for leaf in leaves)
    days = rules.add_days(leaf_days(start, weights, *leaf) for leaf in leaves)
    today = start + timedelta(days=rng.randint(-2, len(weights) + 2))
    before = (
        0 if today <= start else rng.choice([0, target, -rng.randint(0, target // 5 + 1), rng.randint(0, target * 6 // 5 + 1)])
    )
    near = sum(amount for day, amount in days.items() if day < today)
    if today > start and rng.random() < 0.6:  # near the plan, where states change
        before = near + rng.randint(-target // 6 - 1, target // 6 + 1)
    booked = 0 if today < start or today > end else rng.choice([0, 0, -5, rng.randint(0, target // 15 + 1)])
    high = rng.choice([None, None, None, rng.randint(0, target + 1)])
    result = rules.pace(target, days, as_days(start, weights), (start, end), before, booked, today, forecast_high=high)
    shown = plain(result)
    shown["tenths"] = None if result.pace_days is None else rules.tenths(result.pace_days)
    return [start.isoformat(), weights, leaves, before, booked, today.isoformat(), high, list(shown.values())]


def forecast_example(rng: random.Random) -> list[Any]:
    total = rng.choice([0, 2100, 2250, rng.randint(1, 6500)])
    closed = rng.randint(0, total)
    own = [money(rng) for _ in range(rng.choice([0, 0, 1, 5, 14]))]
    team = rng.choice([None, money(rng)])
    args = [money(rng) * rng.choice([1, 1, -1]), closed, total, rng.randint(3, 20), own, team, money(rng)]
    return [*args, rules.forecast(*args)]


def effect_example(rng: random.Random) -> dict[str, Any]:
    start, shared = calendar(rng)
    shared = shared[:14]
    end = start + timedelta(days=len(shared) - 1)
    people = ["p1", "p2", "boss"][: rng.randint(1, 3)]
    weights = {person: [rng.choice([w, w, w, w, 50, 0]) for w in shared] for person in people}
    leaves = []
    for person in people:
        for line in rng.sample(["l1", "l2", None], rng.randint(1, 2)):
            value = min(money(rng), 10**12)
            kept, until = frozen(rng, start, weights[person], value)
            leaves.append(
                rules.Leaf(
                    f"t{len(leaves)}",
                    person,
                    line,
                    start,
                    end,
                    value,
                    {d: a for d, a in as_days(start, kept).items() if a},
                    date.fromisoformat(until) if until else None,
                    person == "boss",
                )
            )
    changes = {
        str(leaf.id): max(0, leaf.value + rng.choice([0, 1, -1, 40000, -40000, -leaf.value, leaf.value // 7]))
        for leaf in leaves
        if rng.random() < 0.6
    }
    today = start + timedelta(days=rng.randint(-1, len(shared) - 1))
    from_day = today + timedelta(days=rng.choice([-1, 0, 0, 1, 3]))
    booked = [rules.Booked(person, start, end, rng.randint(0, 10**6), rng.randint(0, 10**5)) for person in people]
    result = rules.effect(leaves, changes, "boss", from_day, today, {p: as_days(start, w) for p, w in weights.items()}, booked)
    return {
        "start": start.isoformat(),
        "weights": weights,
        "leaves": [_leaf(leaf) for leaf in leaves],
        "changes": changes,
        "from": from_day.isoformat(),
        "today": today.isoformat(),
        "booked": [[b.person_id, b.before, b.today] for b in booked],
        "result": _effect(result),
    }


def _leaf(leaf: rules.Leaf) -> list[Any]:
    return [
        leaf.id,
        leaf.person_id,
        leaf.product_line_id,
        leaf.value,
        plain(leaf.frozen),
        plain(leaf.frozen_until),
        leaf.is_unassigned,
    ]


def _effect(result: rules.Effect) -> dict[str, Any]:
    """The parts of an effect that differ from example to example, in lists."""
    return {
        "from": plain(result.effective_from),
        "leaves": [[leaf.replaces, *_leaf(leaf)[1:]] for leaf in result.leaves],
        "people": [
            [
                p.person_id,
                p.old_total,
                p.new_total,
                [[c.target_id, c.old_value, c.new_value] for c in p.cells],
                [[d.on.isoformat(), d.old_value, d.new_value] for d in p.days],
            ]
            + [[x.state, x.needed_today, plain(x.pace_days)] for x in (p.pace_before, p.pace_after)]
            for p in result.people
        ],
        "unassigned": [[c.target_id, c.product_line_id, c.old_value, c.new_value] for c in result.unassigned],
        "totals": [[t.old_total, t.new_total, t.remainder] for t in result.totals],
    }


MAKERS: dict[str, Callable[[random.Random], Any]] = {
    "split": split_example,
    "days": days_example,
    "pace": pace_example,
    "forecast": forecast_example,
    "effect": effect_example,
}


def make() -> str:
    """The whole file as text, one example a line; the same at every call."""
    parts = [f'"about": {json.dumps(ABOUT)}']
    for name, maker in MAKERS.items():
        rng = random.Random(f"paceline {name}")
        lines = [json.dumps(maker(rng), separators=(",", ":")) for _ in range(COUNTS[name])]
        parts.append(f'"{name}": [\n' + ",\n".join(lines) + "\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(make())
