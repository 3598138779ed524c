"""The arithmetic of orders, receipts and credits: values in, values out, money in minor units."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from app.core.money import exponent

Metric = Literal["revenue", "receipts"]
Source = Literal["order", "receipt"]

_CREDITS = uuid.UUID("5a7c3c1e-0c8b-4f0e-9d56-3f1a3b0e5c11")  # the namespace of credit ids


@dataclass(frozen=True)
class Share:
    """What a fact counts for one product line (None: for no line). `id` is the same at every reckoning."""

    id: str
    product_line_id: str | None
    amount: int


@dataclass(frozen=True)
class Fact:
    """An order or a receipt, as far as it counts. `base_amount` is in the base currency.

    `parts` are (product line, amount in the fact's own currency); what they leave of `amount`
    counts for no line.
    """

    source: Source
    source_id: str
    person_id: str
    customer_id: str
    on: date
    amount: int
    base_amount: int
    parts: tuple[tuple[str | None, int], ...] = ()
    counts: bool = True

    @property
    def metric(self) -> Metric:
        return "revenue" if self.source == "order" else "receipts"


def credits_of(fact: Fact) -> list[Share]:
    """What a fact counts for: the one place where an order or a receipt becomes credits.

    The shares add up to the fact's base amount to the last minor unit. A refused fact gives none.
    """
    if not fact.counts:
        return []
    by_line: dict[str | None, int] = {}
    for line, amount in fact.parts:
        by_line[line] = by_line.get(line, 0) + amount
    rest = fact.amount - sum(by_line.values())
    if rest or not by_line:
        by_line[None] = by_line.get(None, 0) + rest
    lines = sorted(by_line, key=lambda line: (line is None, line or ""))
    shares = proportional([by_line[line] for line in lines], fact.base_amount)
    return [
        Share(credit_id(fact.source, fact.source_id, line), line, share)
        for line, share in zip(lines, shares, strict=True)
        if share or len(lines) == 1
    ]


def credit_id(source: Source, source_id: str, product_line_id: str | None) -> str:
    """The id of a credit follows from what it is for, so that reckoning twice changes nothing."""
    return str(uuid.uuid5(_CREDITS, f"{source}:{source_id}:{product_line_id or ''}"))


def proportional(parts: Sequence[int], total: int) -> list[int]:
    """`total` split like `parts`, exactly: each floored, the remainder by largest fraction, ties to the first.

    If the parts add up to `total` they are the answer. If they add up to zero, the first gets all.
    """
    whole = sum(parts)
    if whole == total:
        return list(parts)
    if whole == 0:
        return [total] + [0] * (len(parts) - 1)
    floors = [part * total // whole for part in parts]
    left = total - sum(floors)
    by_fraction = sorted(range(len(parts)), key=lambda i: (floors[i] * whole - parts[i] * total) * (1 if whole > 0 else -1))
    for i in by_fraction[:left]:
        floors[i] += 1
    return floors


def convert(amount: int, currency: str, base: str, rate: Decimal) -> int:
    """Minor units of `currency` as minor units of `base`, where one unit is worth `rate`. Half rounds up."""
    worth = Decimal(amount).scaleb(exponent(base) - exponent(currency)) * rate
    return int(worth.quantize(Decimal(1), ROUND_HALF_UP))


def median(values: Iterable[int]) -> int:
    """The middle value, of two middles the lower; 0 of nothing."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else 0
