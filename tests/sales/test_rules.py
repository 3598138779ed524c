"""Credits add up to the last minor unit, whatever the lines and the rate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sales.rules import Fact, convert, credits_of, proportional

ORDER = Fact("order", "o1", "p1", "c1", date(2026, 11, 23), amount=1000, base_amount=1000)
amounts = st.integers(-(10**12), 10**12)
parts = st.lists(st.tuples(st.sampled_from([None, "a", "b", "c"]), amounts), max_size=8)


@given(amounts, amounts, parts)
def test_the_credits_of_an_order_add_up_to_its_base_amount(amount: int, base: int, lines: list[tuple[str | None, int]]) -> None:
    fact = replace(ORDER, amount=amount, base_amount=base, parts=tuple(lines))
    assert sum(share.amount for share in credits_of(fact)) == base


@given(amounts, parts)
def test_in_the_base_currency_each_line_gets_exactly_its_lines(amount: int, lines: list[tuple[str | None, int]]) -> None:
    shares = {
        share.product_line_id: share.amount
        for share in credits_of(replace(ORDER, amount=amount, base_amount=amount, parts=tuple(lines)))
    }
    for line in ("a", "b", "c"):
        assert shares.get(line, 0) == sum(part for name, part in lines if name == line)


@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(0, 10**12))
def test_a_proportional_split_is_exact_and_off_by_less_than_one_unit(weights: list[int], total: int) -> None:
    split = proportional(weights, total)
    assert sum(split) == total
    if sum(weights) not in (0, total):
        assert all(abs(part * sum(weights) - weight * total) < sum(weights) for part, weight in zip(split, weights, strict=True))


def test_what_the_lines_leave_counts_for_no_line() -> None:
    fact = replace(ORDER, parts=(("a", 300), ("b", 200), ("a", 100)))
    assert [(share.product_line_id, share.amount) for share in credits_of(fact)] == [("a", 400), ("b", 200), (None, 400)]


def test_reckoning_twice_gives_the_same_ids() -> None:
    fact = replace(ORDER, parts=(("a", 300),))
    assert credits_of(fact) == credits_of(fact)
    assert len({share.id for share in credits_of(fact)}) == 2


def test_a_refused_fact_counts_for_nothing() -> None:
    assert credits_of(replace(ORDER, counts=False)) == []


@pytest.mark.parametrize("amount, currency, base, rate, expected", [
    (100_00, "USD", "CNY", "7.1", 710_00),
    (1, "USD", "CNY", "7.15", 7),
    (100_00, "USD", "JPY", "150.255", 15026),
    (15000, "JPY", "USD", "0.0066", 99_00),
    (-100_00, "USD", "CNY", "7.1", -710_00),
])  # fmt: skip
def test_minor_units_are_converted_with_the_exponents_of_both_currencies(
    amount: int, currency: str, base: str, rate: str, expected: int
) -> None:
    assert convert(amount, currency, base, Decimal(rate)) == expected
