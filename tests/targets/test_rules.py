"""The arithmetic of targets against independent oracles and its invariants (planning.md 1.1, 1.3, 1.4)."""

from __future__ import annotations

import itertools
import json
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.targets import rules
from app.targets.rules import Booked, Leaf, State
from tests.targets import make_pace_examples

MONDAY = date(2026, 11, 2)
FULL = 100

amounts = st.integers(0, 10**13)
day_weights = st.lists(st.sampled_from([0, 0, 25, 50, 75, 100, 100, 100, 100]), min_size=1, max_size=40)
weight_maps = st.dictionaries(st.integers(0, 60), st.integers(0, 10**6), min_size=1, max_size=20)


def month(weights: list[int], start: date = MONDAY) -> tuple[dict[date, int], rules.Period]:
    return {start + timedelta(days=i): w for i, w in enumerate(weights)}, (start, start + timedelta(days=len(weights) - 1))


# --- splitting ----------------------------------------------------------------------------------


def largest_remainder_by_hand(total: int, weights: dict[int, int]) -> dict[int, int]:
    """Hands out one unit after the other to whoever is furthest below their exact share's remainder."""
    whole = sum(weights.values())
    exact = {k: Fraction(total * (w if whole else 1), whole or len(weights)) for k, w in weights.items()}
    parts = {k: q.numerator // q.denominator for k, q in exact.items()}
    waiting = sorted(weights)
    while sum(parts.values()) < total:
        best = max(waiting, key=lambda k: (exact[k] - parts[k], -k))
        parts[best] += 1
        waiting.remove(best)
    return parts


@given(amounts, weight_maps)
def test_a_split_is_the_largest_remainder_method(total: int, weights: dict[int, int]) -> None:
    assert rules.split(total, weights) == largest_remainder_by_hand(total, weights)


@given(st.integers(-(10**13), 10**13), weight_maps)
def test_a_split_keeps_the_sum_the_quota_and_the_zeros(total: int, weights: dict[int, int]) -> None:
    parts = rules.split(total, weights)
    whole = sum(weights.values())
    assert sum(parts.values()) == total
    assert set(parts) == set(weights)
    if whole:
        assert all(abs(parts[k] - Fraction(total * w, whole)) < 1 for k, w in weights.items())
        assert all(parts[k] == 0 for k, w in weights.items() if w == 0)
    if total == 0:
        assert set(parts.values()) == {0}


@given(amounts, weight_maps, st.integers(1, 1000), st.randoms())
def test_a_split_depends_on_shares_and_ids_alone(total: int, weights: dict[int, int], factor: int, rng) -> None:
    parts = rules.split(total, weights)
    assert rules.split(total, {k: w * factor for k, w in weights.items()}) == parts
    shuffled = list(weights.items())
    rng.shuffle(shuffled)
    assert rules.split(total, dict(shuffled)) == parts
    for a, b in itertools.combinations(sorted(weights), 2):
        if weights[a] == weights[b]:
            assert 0 <= parts[a] - parts[b] <= 1  # the tie goes to the smaller id
        elif weights[a] > weights[b]:
            assert parts[a] >= parts[b] or parts[b] - parts[a] <= 0


def test_three_parts_of_one_hundred_stand_the_same_in_any_order() -> None:
    assert rules.split(10000, {"b": 1, "a": 1, "c": 1}) == {"a": 3334, "b": 3333, "c": 3333}
    assert rules.split(-10000, {"a": 1, "b": 1, "c": 1}) == {"a": -3334, "b": -3333, "c": -3333}


@pytest.mark.parametrize("weights", [{}, {"a": 1, "b": -1}])
def test_a_split_over_nobody_or_a_negative_weight_is_refused(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"give|negative"):
        rules.split(100, weights)


# --- day targets ----------------------------------------------------------------------------------


@given(amounts, day_weights)
def test_days_sum_to_the_target_to_the_cent_and_days_off_ask_nothing(value: int, weights: list[int]) -> None:
    worked, period = month(weights)
    days = rules.day_targets(value, {}, None, worked, period)
    assert all(days[day] == 0 for day, weight in worked.items() if weight == 0)
    if any(weights):
        assert sum(days.values()) == value
        assert rules.unplaced(value, days) == 0
    else:
        assert rules.unplaced(value, days) == value  # whole, on no day, never lost


@given(amounts, amounts, day_weights, day_weights, st.data())
def test_closed_days_keep_their_old_target_whatever_comes_after(
    old: int, new: int, weights: list[int], later: list[int], data
) -> None:
    worked, period = month(weights)
    changed = {day: later[i % len(later)] for i, day in enumerate(worked)}
    today = data.draw(st.sampled_from(sorted(worked)))
    before = rules.day_targets(old, {}, None, worked, period)
    frozen, until = rules.freeze(old, {}, None, worked, period, today)
    after = rules.day_targets(new, frozen, until, changed, period)
    assert [after[d] for d in worked if d < today] == [before[d] for d in worked if d < today]
    if any(weight for day, weight in changed.items() if day >= today):
        assert sum(after.values()) == new


@given(amounts, day_weights, st.data())
def test_freezing_moves_at_most_odd_cents_among_the_open_days(value: int, weights: list[int], data) -> None:
    worked, period = month(weights)
    days = rules.day_targets(value, {}, None, worked, period)
    frozen, until = {}, None
    for stop in sorted(data.draw(st.lists(st.sampled_from(sorted(worked)), min_size=1, max_size=4))):
        frozen, until = rules.freeze(value, frozen, until, worked, period, stop)
        again = rules.day_targets(value, frozen, until, worked, period)
        assert [again[d] for d in worked if d < stop] == [days[d] for d in worked if d < stop]
        if any(weight for day, weight in worked.items() if day >= stop):
            assert sum(again.values()) == value
            assert all(abs(again[d] - days[d]) <= 1 for d in worked)
        days = again


@given(amounts, day_weights, st.data())
def test_a_holiday_moves_money_only_inside_its_period(value: int, weights: list[int], data) -> None:
    worked, period = month(weights)
    holiday = data.draw(st.sampled_from(sorted(worked)))
    without = rules.day_targets(value, {}, None, {**worked, holiday: 0}, period)
    assert without[holiday] == 0
    assert set(without) == set(worked)


# --- pace -------------------------------------------------------------------------------------------


def pace_on(today: date, before: int, booked: int = 0, target: int = 2100, weights: list[int] | None = None) -> rules.Pace:
    worked, period = month(weights or [FULL, FULL, FULL, FULL, FULL, 0, 0] * 3)
    days = rules.day_targets(target, {}, None, worked, period)
    return rules.pace(target, days, worked, period, before, booked, today)


@given(
    st.integers(1, 10**12),
    day_weights.filter(any),
    st.integers(-(10**6), 10**12),
    st.integers(-(10**6), 10**9),
    st.integers(-3, 45),
)
def test_pace_equals_a_loop_over_the_days(target: int, weights: list[int], before: int, booked: int, offset: int) -> None:
    worked, period = month(weights)
    today = MONDAY + timedelta(days=offset)
    days = rules.day_targets(target, {}, None, worked, period)
    result = rules.pace(target, days, worked, period, before, booked, today)
    expected = closed = left = 0
    for day in sorted(worked):
        if day < today:
            expected += days[day]
            closed += worked[day]
        else:
            left += worked[day]
    assert (result.expected, result.closed_weight, result.remaining_weight) == (expected, closed, left)
    assert result.pace_days == Fraction((before + booked - expected) * (closed + left), target * 100)
    assert result.attainment == Fraction(before + booked, target)
    assert result.gap == max(0, target - before - booked)
    if today > period[1]:
        assert result.expected == target
    if today <= period[0]:
        assert result.expected == 0


@given(st.integers(1, 10**12), day_weights.filter(any), st.integers(0, 10**12))
def test_selling_what_each_day_needs_ends_at_the_target(target: int, weights: list[int], head_start: int) -> None:
    worked, period = month(weights)
    days = rules.day_targets(target, {}, None, worked, period)
    sold = min(head_start, target)
    for day in sorted(worked):
        needed = rules.pace(target, days, worked, period, sold, 0, day).needed_today
        if needed is not None:
            sold += needed
    assert sold == target


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=5), day_weights.filter(any), st.integers(0, 39))
def test_a_team_expects_the_sum_of_its_members(values: list[int], weights: list[int], offset: int) -> None:
    worked, period = month(weights)
    today = MONDAY + timedelta(days=offset)
    each = [rules.day_targets(value, {}, None, worked, period) for value in values]
    together = rules.pace(sum(values), rules.add_days(each), worked, period, 0, 0, today)
    assert together.expected == sum(
        rules.pace(v, d, worked, period, 0, 0, today).expected for v, d in zip(values, each, strict=True)
    )


def test_needed_today_is_plan_plus_catch_up_less_what_is_booked() -> None:
    tuesday_week_2 = pace_on(date(2026, 11, 10), before=540, booked=40)
    assert tuesday_week_2.expected == 6 * 140
    assert tuesday_week_2.plan_today == 140
    assert tuesday_week_2.needed_today == -(-(2100 - 540) // 9) - 40  # 1560 over nine days, the odd cents to the earlier ones
    assert tuesday_week_2.catch_up == tuesday_week_2.needed_today + 40 - 140


@pytest.mark.parametrize(
    "actual,state",
    [
        (700 + 71, State.AHEAD),
        (700 + 70, State.ON),
        (700 - 70, State.ON),
        (700 - 71, State.BEHIND),
        (700 - 280, State.BEHIND),
        (700 - 281, State.RISK),
        (2100, State.REACHED),
        (2500, State.REACHED),
    ],
)
def test_a_state_turns_exactly_at_its_bound(actual: int, state: State) -> None:
    assert pace_on(date(2026, 11, 9), before=actual).state == state


def test_a_forecast_far_under_the_target_is_a_risk() -> None:
    worked, period = month([FULL] * 10)
    days = rules.day_targets(1000, {}, None, worked, period)
    states = [
        rules.pace(1000, days, worked, period, 500, 0, MONDAY + timedelta(days=5), forecast_high=high).state
        for high in (900, 899)
    ]
    assert states == [State.ON, State.RISK]


def test_zero_is_no_target_and_has_no_percentage() -> None:
    result = pace_on(date(2026, 11, 9), before=500, target=0)
    assert (result.state, result.attainment, result.day_value, result.pace_days, result.needed_today) == (
        State.NONE,
        None,
        None,
        None,
        0,
    )


def test_without_a_working_day_left_the_gap_is_shown() -> None:
    saturday = pace_on(date(2026, 11, 21), before=2000)
    assert (saturday.gap, saturday.needed_today, saturday.catch_up, saturday.remaining_weight) == (100, None, None, 0)
    assert pace_on(date(2026, 11, 21), before=2100).needed_today == 0
    assert pace_on(date(2026, 11, 30), before=2000).needed_today is None  # the period is over


def test_a_month_without_any_working_day_keeps_its_target_and_says_cannot() -> None:
    result = pace_on(date(2026, 11, 9), before=0, weights=[0] * 20)
    assert (result.target, result.unplaced, result.gap, result.state, result.needed_today) == (
        2100,
        2100,
        2100,
        State.CANNOT,
        None,
    )


def test_leave_for_the_rest_of_a_month_says_cannot() -> None:
    worked, period = month([FULL] * 10)
    frozen, until = rules.freeze(1000, {}, None, worked, period, MONDAY + timedelta(days=4))
    on_leave = {day: 0 if day >= MONDAY + timedelta(days=4) else FULL for day in worked}
    days = rules.day_targets(1000, frozen, until, on_leave, period)
    result = rules.pace(1000, days, on_leave, period, 400, 0, MONDAY + timedelta(days=4))
    assert (result.state, result.unplaced, result.expected) == (State.CANNOT, 600, 400)


def test_a_day_of_rest_needs_nothing_while_working_days_are_left() -> None:
    assert pace_on(date(2026, 11, 7), before=100).needed_today == 0


def test_before_the_first_day_nothing_is_expected_and_nothing_judged() -> None:
    result = pace_on(date(2026, 11, 1), before=0)
    assert (result.state, result.expected, result.needed_today) == (State.BEFORE, 0, 0)


def test_returns_make_the_actual_negative_and_the_need_larger() -> None:
    result = pace_on(date(2026, 11, 3), before=-100, booked=-50)
    assert (result.actual, result.gap) == (-150, 2250)
    assert result.needed_today == rules.split(2200, dict.fromkeys(range(14), 1))[0] + 50


def test_a_reached_target_needs_nothing_more() -> None:
    result = pace_on(date(2026, 11, 10), before=2200)
    assert (result.state, result.needed_today, result.gap) == (State.REACHED, 0, 0)


def test_half_a_day_asks_half() -> None:
    worked, period = month([100, 50, 100, 0])
    assert list(rules.day_targets(500, {}, None, worked, period).values()) == [200, 100, 200, 0]


@pytest.mark.parametrize(
    "value,shown", [(Fraction(29, 20), 15), (Fraction(-29, 20), -15), (Fraction(144, 100), 14), (Fraction(-1, 50), 0)]
)
def test_days_are_shown_in_tenths_halves_away_from_zero(value: Fraction, shown: int) -> None:
    assert rules.tenths(value) == shown


# --- forecast ---------------------------------------------------------------------------------------


def test_a_forecast_needs_five_closed_days_and_then_trusts_the_facts_more_and_more() -> None:
    assert rules.forecast(100, 400, 2000, 4, [], None, 1000) is None
    assert rules.forecast(100, 500, 2000, 5, [], None, 1000) == 100 + 750
    assert rules.forecast(100, 500, 2000, 5, [400, 800], None, 1000) == 100 + 450
    assert rules.forecast(100, 500, 2000, 5, [400, 800], 1000, 5000) == 100 + (1200 + 2000) // 4 * 3 // 4
    assert rules.forecast(730, 2000, 2000, 20, [400], 1000, 900) == 730  # at the end the forecast is the fact


@given(amounts, st.integers(0, 2000), st.lists(amounts, max_size=15), st.none() | amounts, amounts, st.integers(1, 50))
def test_a_forecast_grows_with_the_actual_and_is_never_below_it(
    actual: int, closed: int, own: list[int], team: int | None, target: int, more: int
) -> None:
    first = rules.forecast(actual, closed, 2000, 9, own, team, target)
    second = rules.forecast(actual + more, closed, 2000, 9, own, team, target)
    assert first is not None
    assert second is not None
    assert first >= actual
    assert second - first == more


# --- effects ------------------------------------------------------------------------------------------


def leaf(name: str, person: str, value: int, line: str | None = "l1", *, is_unassigned: bool = False) -> Leaf:
    return Leaf(name, person, line, MONDAY, MONDAY + timedelta(days=19), value, is_unassigned=is_unassigned)


WEIGHTS = {person: month([FULL] * 20)[0] for person in ("li", "wang", "sun")}


def test_what_one_gives_up_stands_with_the_manager_and_the_team_keeps_its_total() -> None:
    leaves = [leaf("t1", "li", 2000), leaf("t2", "li", 1000, "l2"), leaf("t3", "sun", 3000)]
    result = rules.effect(leaves, {"t1": 1600}, "wang", MONDAY + timedelta(days=10), MONDAY + timedelta(days=10), WEIGHTS)
    assert [(t.old_total, t.new_total, t.remainder) for t in result.totals] == [(6000, 6000, 0)]
    assert [(c.target_id, c.person_id, c.old_value, c.new_value) for c in result.unassigned] == [(None, "wang", 0, 400)]
    (person,) = result.people
    assert (person.person_id, person.old_total, person.new_total) == ("li", 3000, 2600)
    assert [(d.on, d.old_value, d.new_value) for d in person.days] == [
        (MONDAY + timedelta(days=i), 150, 110) for i in range(10, 20)
    ]


def test_a_raise_takes_from_the_unassigned_and_may_be_a_stated_over_assignment() -> None:
    leaves = [leaf("t1", "li", 2000), leaf("u1", "wang", 300, is_unassigned=True)]
    result = rules.effect(leaves, {"t1": 2500}, "wang", MONDAY, MONDAY, WEIGHTS)
    assert [(c.target_id, c.old_value, c.new_value) for c in result.unassigned] == [("u1", 300, -200)]
    assert result.totals[0].remainder == 0


def test_a_transfer_between_two_people_leaves_the_unassigned_alone() -> None:
    leaves = [leaf("t1", "li", 2000), leaf("t2", "sun", 1000)]
    result = rules.effect(leaves, {"t1": 1500, "t2": 1500}, "wang", MONDAY, MONDAY, WEIGHTS)
    assert result.unassigned == []
    assert [p.person_id for p in result.people] == ["li", "sun"]


def test_an_effective_day_in_the_past_is_moved_to_today() -> None:
    today = MONDAY + timedelta(days=5)
    result = rules.effect([leaf("t1", "li", 2000)], {"t1": 1000}, "wang", MONDAY, today, WEIGHTS)
    assert result.effective_from == today
    assert result.leaves[0].frozen == {MONDAY + timedelta(days=i): 100 for i in range(5)}


def test_a_change_from_a_later_day_on_leaves_the_days_until_then() -> None:
    today, later = MONDAY + timedelta(days=5), MONDAY + timedelta(days=10)
    result = rules.effect([leaf("t1", "li", 2000)], {"t1": 1500}, "wang", later, today, WEIGHTS)
    (new, _) = result.leaves
    assert list(rules.leaf_days(new, WEIGHTS["li"]).values()) == [100] * 10 + [50] * 10
    assert result.people[0].pace_before.plan_today == result.people[0].pace_after.plan_today == 100


def test_a_cell_that_keeps_its_value_touches_nobody() -> None:
    result = rules.effect([leaf("t1", "li", 2000)], {"t1": 2000}, "wang", MONDAY, MONDAY, WEIGHTS)
    assert (result.leaves, result.people, result.unassigned) == ([], [], [])


def test_an_unknown_leaf_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="t9"):
        rules.effect([leaf("t1", "li", 2000)], {"t9": 1}, "wang", MONDAY, MONDAY, WEIGHTS)


@settings(max_examples=60)
@given(st.data())
def test_no_change_ever_loses_money_or_rewrites_a_closed_day(data) -> None:
    people = ["li", "sun", "wang"]
    weights = {
        person: month(data.draw(st.lists(st.sampled_from([0, 50, 100]), min_size=20, max_size=20)))[0] for person in people
    }
    leaves = [
        leaf(f"{p}-{line}", p, data.draw(st.integers(0, 10**7)), line, is_unassigned=p == "wang")
        for p in people
        for line in ("l1", "l2")
    ]
    for step in range(3):
        today = MONDAY + timedelta(days=5 * step + data.draw(st.integers(0, 4)))
        changes = {str(one.id): data.draw(st.integers(0, 10**7)) for one in leaves if data.draw(st.booleans())}
        before = {one.id: rules.leaf_days(one, weights[one.person_id]) for one in leaves}
        result = rules.effect(
            leaves, changes, "wang", today, today, weights, [Booked("li", MONDAY, MONDAY + timedelta(days=19), 7, 1)]
        )
        assert all(total.remainder == 0 for total in result.totals)
        by_old = {one.replaces: one for one in result.leaves}
        for old in leaves:
            if old.id in by_old:
                after = rules.leaf_days(by_old[old.id], weights[old.person_id])
                assert [a for d, a in after.items() if d < today] == [a for d, a in before[old.id].items() if d < today]
        leaves = [Leaf(**{**vars(by_old.get(old.id, old)), "id": old.id, "replaces": None}) for old in leaves]


# --- the examples that the phone reads ------------------------------------------------------------------


def test_the_examples_for_the_phone_are_those_of_the_present_rules() -> None:
    text = make_pace_examples.make()
    assert make_pace_examples.PATH.read_text() == text, "run: python -m tests.targets.make_pace_examples"
    assert sum(len(part) for name, part in json.loads(text).items() if name != "about") >= 2000
