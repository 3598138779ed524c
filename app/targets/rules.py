"""The arithmetic of targets: splitting, day targets, pace, and what a change would do.

Values in, values out: no database, no clock, no binary floats. Money is an integer in minor units,
the weight of a day an integer in hundredths (100 is a whole working day, 50 half of one, 0 a day
off). The phone has the same functions in `frontend/src/targets/rules.ts`; generated examples in
`tests/protocol/pace.json` hold the two equal. `docs/pace.md` explains the numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Protocol, TypeVar

Days = Mapping[date, int]
Period = tuple[date, date]


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...
    def __hash__(self) -> int: ...


K = TypeVar("K", bound=_Ordered)


class State(StrEnum):
    """How a person stands. `none`: no target. `before`: not begun. `cannot`: part of the target has
    no working day to stand on. The other five are the table of experience.md, section 2."""

    NONE = "none"
    BEFORE = "before"
    CANNOT = "cannot"
    REACHED = "reached"
    AHEAD = "ahead"
    ON = "on"
    BEHIND = "behind"
    RISK = "risk"


@dataclass(frozen=True)
class Bounds:
    """From how many pace days on a state holds; a setting of the company."""

    ahead: Fraction = Fraction(1, 2)
    behind: Fraction = Fraction(-1, 2)
    risk: Fraction = Fraction(-2)


DEFAULT_BOUNDS = Bounds()
FORECAST_DAYS = 5  # with fewer closed working days there is too little to say
_PRIOR_PERIODS = 2  # how many periods of the team weigh as much as one's own (planning.md 1.5)


def split(total: int, weights: Mapping[K, int]) -> dict[K, int]:
    """Splits a total exactly, by largest remainder; ties go to the smaller key (planning.md 1.1).

    All weights zero: equal parts. A negative total is split as its amount and negated. Raises
    ValueError for no children and for a negative weight.
    """
    if not weights:
        raise ValueError("nothing to split over: give at least one weight")
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("a weight is negative: weights are zero or more")
    if total < 0:
        return {key: -part for key, part in split(-total, weights).items()}
    whole = sum(weights.values())
    if whole == 0:
        weights, whole = dict.fromkeys(weights, 1), len(weights)
    parts = {key: total * weight // whole for key, weight in weights.items()}
    left = total - sum(parts.values())
    for key in sorted(weights, key=lambda k: (-(total * weights[k] % whole), k))[:left]:
        parts[key] += 1
    return parts


# --- Day targets --------------------------------------------------------------------------------


def day_targets(value: int, frozen: Days, frozen_until: date | None, weights: Days, period: Period) -> dict[date, int]:
    """What each day of the period asks, in order of days.

    Days up to `frozen_until` keep what `frozen` says (0 where it says nothing). The rest of the value
    is split over the later days by weight. If none of them is worked, the rest stands on no day
    and the sum stays below the value: see `unplaced`.
    """
    in_period = sorted(day for day in weights if period[0] <= day <= period[1])
    kept = {day: amount for day, amount in frozen.items() if frozen_until is not None and day <= frozen_until}
    open_weights = {day: weights[day] for day in in_period if frozen_until is None or day > frozen_until}
    placed = split(value - sum(kept.values()), open_weights) if any(open_weights.values()) else {}
    days = {**dict.fromkeys(in_period, 0), **placed, **kept}
    return {day: days[day] for day in sorted(days)}


def unplaced(value: int, days: Days) -> int:
    """The part of a target that stands on no day, because no working day is left for it."""
    return value - sum(days.values())


def freeze(
    value: int, frozen: Days, frozen_until: date | None, weights: Days, period: Period, before: date
) -> tuple[dict[date, int], date | None]:
    """Fixes what the days before `before` ask: the new frozen map (without zeros) and its last day."""
    if before <= period[0]:
        return {}, None
    days = day_targets(value, frozen, frozen_until, weights, period)
    return {day: amount for day, amount in days.items() if day < before and amount}, min(before - timedelta(days=1), period[1])


def add_days(maps: Iterable[Days]) -> dict[date, int]:
    """Day by day the sum of several maps."""
    total: dict[date, int] = defaultdict(int)
    for days in maps:
        for day, amount in days.items():
            total[day] += amount
    return {day: total[day] for day in sorted(total)}


# --- Pace -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pace:
    """How a person stands in one period on one day. Money in minor units, weights in hundredths.

    `needed_today` and `catch_up` are None when something is missing and no working day is left:
    then the gap is shown. `pace_days` is exact and unrounded; None without a working day.
    """

    target: int
    actual: int
    expected: int
    gap: int
    booked_today: int
    plan_today: int
    needed_today: int | None
    catch_up: int | None
    day_value: Fraction | None
    pace_days: Fraction | None
    attainment: Fraction | None
    total_weight: int
    closed_weight: int
    remaining_weight: int
    unplaced: int
    state: State


def pace(
    target: int,
    days: Days,
    weights: Days,
    period: Period,
    before: int,
    booked_today: int,
    today: date,
    *,
    forecast_high: int | None = None,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Pace:
    """The pace of experience.md, section 2.

    `days` is what each day asks (`day_targets`, summed over the leaves), `before` what was credited
    in the period before today, `booked_today` what was credited today. Today is open: it counts in
    `expected` only when it has closed. When the period is over all of the target was expected.
    """
    start, end = period
    in_period = {day: weight for day, weight in weights.items() if start <= day <= end}
    closed_weight = sum(weight for day, weight in in_period.items() if day < today)
    open_weights = {day: weight for day, weight in in_period.items() if day >= today}
    remaining_weight = sum(open_weights.values())
    total_weight = closed_weight + remaining_weight
    actual = before + booked_today
    rest = unplaced(target, days)
    expected = target if today > end else sum(amount for day, amount in days.items() if day < today)
    plan_today = days.get(today, 0)
    needed = _needed(target - before, open_weights, booked_today, today, has_target=target > 0)
    day_value = Fraction(target * 100, total_weight) if total_weight and target > 0 else None
    pace_days = (actual - expected) / day_value if day_value else None
    return Pace(
        target=target,
        actual=actual,
        expected=expected,
        gap=max(0, target - actual),
        booked_today=booked_today,
        plan_today=plan_today,
        needed_today=needed,
        catch_up=None if needed is None else needed + booked_today - plan_today,
        day_value=day_value,
        pace_days=pace_days,
        attainment=Fraction(actual, target) if target > 0 else None,
        total_weight=total_weight,
        closed_weight=closed_weight,
        remaining_weight=remaining_weight,
        unplaced=rest,
        state=_state(target, actual, today < start, rest, pace_days, forecast_high, bounds),
    )


def _needed(missing: int, open_weights: Days, booked_today: int, today: date, *, has_target: bool) -> int | None:
    """Today's part of what was missing this morning, less what was booked; None: no day is left for it."""
    if not has_target:
        return 0
    if not any(open_weights.values()):
        return None if missing > booked_today else 0
    return max(0, split(missing, open_weights).get(today, 0) - booked_today)


def _state(
    target: int, actual: int, is_before: bool, rest: int, pace_days: Fraction | None, forecast_high: int | None, bounds: Bounds
) -> State:
    if target <= 0:
        return State.NONE
    if actual >= target:
        return State.REACHED
    if rest > 0 or pace_days is None:
        return State.CANNOT
    if is_before:
        return State.BEFORE
    if pace_days < bounds.risk or (forecast_high is not None and forecast_high * 10 < target * 9):
        return State.RISK
    if pace_days < bounds.behind:
        return State.BEHIND
    return State.AHEAD if pace_days > bounds.ahead else State.ON


def tenths(value: Fraction) -> int:
    """A number of days in tenths for display, halves away from zero: 1.45 days are 15."""
    size = (abs(value) * 20 + 1) // 2
    return int(size) if value >= 0 else -int(size)


def forecast(
    actual: int, closed_weight: int, total_weight: int, closed_days: int, own: Sequence[int], team: int | None, target: int
) -> int | None:
    """Where the period will end: F = A + (1 − σ)·M (planning.md 1.5); None with too little to say.

    σ is linear in working days. M is the mean of the person's own closed periods (`own`, at most the
    last 12 count), shrunk towards the `team` mean while there are few; without any history the target.
    """
    if closed_days < FORECAST_DAYS or total_weight == 0:
        return None
    own = own[-12:]
    if team is not None:
        prior = Fraction(sum(own) + _PRIOR_PERIODS * team, len(own) + _PRIOR_PERIODS)
    else:
        prior = Fraction(sum(own), len(own)) if own else Fraction(target)
    rest = prior * (total_weight - closed_weight) / total_weight
    return actual + int((rest * 2 + 1) // 2)


# --- What a change does ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """One person's target in one period and product line, as the rules see it.

    `id` is None for a leaf that does not exist yet; `replaces` names the leaf that a new one follows.
    """

    id: str | None
    person_id: str
    product_line_id: str | None
    period_start: date
    period_end: date
    value: int
    frozen: Days = field(default_factory=dict)
    frozen_until: date | None = None
    is_unassigned: bool = False
    replaces: str | None = None

    @property
    def period(self) -> Period:
        return self.period_start, self.period_end


@dataclass(frozen=True)
class Booked:
    """What a person was credited in a period: before today, and today."""

    person_id: str
    period_start: date
    period_end: date
    before: int
    today: int


@dataclass(frozen=True)
class CellChange:
    """One leaf, before and after. `target_id` is None for one that the change makes."""

    target_id: str | None
    person_id: str
    product_line_id: str | None
    period_start: date
    period_end: date
    old_value: int
    new_value: int
    is_unassigned: bool = False


@dataclass(frozen=True)
class DayChange:
    """What one open day asked, and will ask."""

    on: date
    old_value: int
    new_value: int


@dataclass(frozen=True)
class PersonEffect:
    """What a change means for one person in one period."""

    person_id: str
    period_start: date
    period_end: date
    old_total: int
    new_total: int
    cells: list[CellChange]
    days: list[DayChange]
    pace_before: Pace
    pace_after: Pace


@dataclass(frozen=True)
class PeriodTotal:
    """The sum of all given leaves of one period, before and after; `remainder` is the difference."""

    period_start: date
    period_end: date
    old_total: int
    new_total: int
    remainder: int


@dataclass(frozen=True)
class Effect:
    """All that a change does. The card shows it; the approval writes it."""

    effective_from: date
    leaves: list[Leaf]
    people: list[PersonEffect]
    unassigned: list[CellChange]
    totals: list[PeriodTotal]


def effect(
    leaves: Sequence[Leaf],
    changes: Mapping[str, int],
    holder_id: str,
    effective_from: date,
    today: date,
    weights: Mapping[str, Days],
    booked: Sequence[Booked] = (),
) -> Effect:
    """What changing leaves to new values does, from `effective_from` on, today at the earliest.

    `leaves` holds the present leaves: all of the persons touched, the unassigned ones of the holder, and whoever else
    the totals shall count. What people give up goes to the holder's unassigned leaf of the same period
    and product line, and what they take comes from it, so every total stays; below zero it is a stated
    over-assignment (上浮). Days before `effective_from` keep what they asked.
    """
    effective_from = max(effective_from, today)
    old = {_place(leaf): leaf for leaf in leaves}
    new = [
        _changed(old[place], value, effective_from, weights) if place in old else _made(place, value, effective_from)
        for place, value in _with_balance(leaves, changes, holder_id).items()
    ]
    return describe(leaves, new, effective_from, today, weights, booked)


def describe(
    leaves: Sequence[Leaf],
    new: Sequence[Leaf],
    effective_from: date,
    today: date,
    weights: Mapping[str, Days],
    booked: Sequence[Booked] = (),
) -> Effect:
    """What it means when these new leaves take the places of the old ones: per person, per period, in all."""
    old = {_place(leaf): leaf for leaf in leaves}
    by_place = {_place(leaf): leaf for leaf in new}
    after = [by_place.get(_place(leaf), leaf) for leaf in leaves] + [leaf for leaf in new if _place(leaf) not in old]
    cells = sorted((_cell(old.get(_place(leaf)), leaf) for leaf in new), key=_cell_order)
    touched = sorted({(c.person_id, c.period_start, c.period_end) for c in cells if not c.is_unassigned})
    facts = {(b.person_id, b.period_start, b.period_end): b for b in booked}
    return Effect(
        effective_from=effective_from,
        leaves=sorted(new, key=_order),
        people=[_person_effect(key, leaves, after, cells, effective_from, today, weights, facts.get(key)) for key in touched],
        unassigned=[c for c in cells if c.is_unassigned],
        totals=_totals(leaves, after),
    )


_Place = tuple[str, str | None, date, date, bool]


def _place(leaf: Leaf) -> _Place:
    return leaf.person_id, leaf.product_line_id, leaf.period_start, leaf.period_end, leaf.is_unassigned


def _order(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.period_start, leaf.period_end, leaf.person_id, leaf.is_unassigned, leaf.product_line_id or ""


def _cell_order(cell: CellChange) -> tuple[Any, ...]:
    return cell.period_start, cell.period_end, cell.person_id, cell.is_unassigned, cell.product_line_id or ""


def _with_balance(leaves: Sequence[Leaf], changes: Mapping[str, int], holder_id: str) -> dict[_Place, int]:
    """The new values by place, with what the holder's unassigned leaves give or take."""
    unknown = set(changes) - {leaf.id for leaf in leaves}
    if unknown:
        raise ValueError(f"no such leaf: {', '.join(sorted(unknown))}")
    new_values: dict[_Place, int] = {}
    balance: dict[_Place, int] = defaultdict(int)
    for leaf in leaves:
        if leaf.id is not None and changes.get(leaf.id, leaf.value) != leaf.value:
            new_values[_place(leaf)] = changes[leaf.id]
            balance[holder_id, leaf.product_line_id, leaf.period_start, leaf.period_end, True] += leaf.value - changes[leaf.id]
    present = {_place(leaf): leaf.value for leaf in leaves}
    for place, amount in balance.items():
        if amount:
            new_values[place] = new_values.get(place, present.get(place, 0)) + amount
    return new_values


def _changed(leaf: Leaf, value: int, effective_from: date, weights: Mapping[str, Days]) -> Leaf:
    frozen, until = freeze(
        leaf.value, leaf.frozen, leaf.frozen_until, weights.get(leaf.person_id, {}), leaf.period, effective_from
    )
    return replace(leaf, id=None, replaces=leaf.id, value=value, frozen=frozen, frozen_until=until)


def _made(place: _Place, value: int, effective_from: date) -> Leaf:
    person_id, line_id, start, end, is_unassigned = place
    until = min(effective_from - timedelta(days=1), end) if effective_from > start else None
    return Leaf(None, person_id, line_id, start, end, value, {}, until, is_unassigned)


def _cell(old: Leaf | None, new: Leaf) -> CellChange:
    return CellChange(
        new.replaces,
        new.person_id,
        new.product_line_id,
        new.period_start,
        new.period_end,
        old.value if old else 0,
        new.value,
        new.is_unassigned,
    )


def _person_effect(
    key: tuple[str, date, date],
    leaves: Sequence[Leaf],
    after: Sequence[Leaf],
    cells: Sequence[CellChange],
    effective_from: date,
    today: date,
    weights: Mapping[str, Days],
    booked: Booked | None,
) -> PersonEffect:
    person_id, start, end = key
    own_weights = weights.get(person_id, {})
    own = [_held(source, key) for source in (leaves, after)]
    totals = [sum(leaf.value for leaf in held) for held in own]
    days = [add_days(leaf_days(leaf, own_weights) for leaf in held) for held in own]
    before, booked_today = (booked.before, booked.today) if booked else (0, 0)
    paces = [pace(totals[i], days[i], own_weights, (start, end), before, booked_today, today) for i in (0, 1)]
    open_days = [
        day for day in sorted(days[1]) if day >= effective_from and (own_weights.get(day) or days[0].get(day) or days[1][day])
    ]
    return PersonEffect(
        person_id=person_id,
        period_start=start,
        period_end=end,
        old_total=totals[0],
        new_total=totals[1],
        cells=[c for c in cells if (c.person_id, c.period_start, c.period_end) == key and not c.is_unassigned],
        days=[DayChange(day, days[0].get(day, 0), days[1][day]) for day in open_days],
        pace_before=paces[0],
        pace_after=paces[1],
    )


def _held(leaves: Sequence[Leaf], key: tuple[str, date, date]) -> list[Leaf]:
    return [leaf for leaf in leaves if (leaf.person_id, leaf.period_start, leaf.period_end) == key and not leaf.is_unassigned]


def leaf_days(leaf: Leaf, weights: Days) -> dict[date, int]:
    """What each day of a leaf asks."""
    return day_targets(leaf.value, leaf.frozen, leaf.frozen_until, weights, leaf.period)


def _totals(leaves: Sequence[Leaf], after: Sequence[Leaf]) -> list[PeriodTotal]:
    sums: dict[Period, list[int]] = defaultdict(lambda: [0, 0])
    for index, source in enumerate((leaves, after)):
        for leaf in source:
            sums[leaf.period][index] += leaf.value
    return [PeriodTotal(start, end, old, new, new - old) for (start, end), (old, new) in sorted(sums.items())]


def first_difference(person: PersonEffect, today: date) -> tuple[date | None, bool, int, int]:
    """What a change means first: (day, is it today, before, after).

    Today counts with what is needed, as Today shows it; a later day with what it asks. None: no day changes.
    """
    before, after = person.pace_before.needed_today, person.pace_after.needed_today
    if before is not None and after is not None and before != after:
        return today, True, before, after
    first = next((day for day in person.days if day.old_value != day.new_value), None)
    return (first.on, False, first.old_value, first.new_value) if first else (None, False, 0, 0)
