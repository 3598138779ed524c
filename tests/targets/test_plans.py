"""Loading plans, versions as of a moment, closed days under leave, and how people stand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.db import db, new_id
from app.core.errors import Forbidden, NotFound, Refusal
from app.org import service as org_service
from app.targets import queries, rules, service
from app.targets.models import PlanVersion, Target
from tests.targets.conftest import END, START, TODAY, Planned, at, month_leaf

WAN = 1_0000_00


def load(planned: Planned, leaves: list[service.NewLeaf], day: date = TODAY, **changes: Any) -> service.Loaded:
    """Loads the plan P1 again, by the same loader, on a day."""
    given: dict[str, Any] = {
        "name": "2026 回款",
        "metric": "receipts",
        "currency": "CNY",
        "external_id": "P1",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
    } | changes
    return service.load_plan(at(planned.company.system, day), leaves=leaves, **given)


def leaves_of(planned: Planned) -> list[service.NewLeaf]:
    company, lines = planned.company, planned.lines
    return [
        month_leaf(company.rep, lines[0], 22 * WAN),
        month_leaf(company.rep, lines[1], 66 * WAN),
        month_leaf(company.colleague, lines[0], 20 * WAN),
        month_leaf(company.stranger, lines[0], 30 * WAN),
    ]


# --- loading ----------------------------------------------------------------------------------------


def test_loading_the_same_again_changes_nothing(planned: Planned) -> None:
    again = load(planned, leaves_of(planned))
    assert (again.plan.id, again.created, again.changed, again.unchanged) == (planned.plan.id, 0, 0, 4)
    assert planned.plan.version == 1


def test_loading_other_values_makes_a_version_and_leaves_closed_days_alone(planned: Planned) -> None:
    before = planned.days(planned.company.rep)
    leaves = leaves_of(planned)
    leaves[0]["value"] = 25 * WAN
    leaves.append(month_leaf(planned.company.colleague, planned.lines[1], 5 * WAN))
    result = load(planned, leaves)
    assert (result.created, result.changed, result.unchanged, planned.plan.version) == (1, 1, 3, 2)
    after = planned.days(planned.company.rep)
    assert sum(after.values()) == 25 * WAN
    assert [after[d] for d in after if d < TODAY] == [before[d] for d in before if d < TODAY]


def test_loading_again_does_not_take_an_adjustment_back(planned: Planned) -> None:
    planned.approve(planned.ask())
    result = load(planned, leaves_of(planned))
    assert (result.changed, planned.leaf(planned.company.rep).value) == (0, 18 * WAN)


def test_free_periods_and_a_thousand_leaves_load_with_flags(planned: Planned) -> None:
    company = planned.company
    start = date(2026, 1, 1)
    leaves = [
        month_leaf(
            [company.rep, company.colleague][i % 2],
            planned.lines[i % 2],
            i * 1001,
            period_kind="free",
            period_start=start + timedelta(days=i // 2),
            period_end=start + timedelta(days=i // 2 + 91),
            flags=["outlier"] if i == 999 else [],
        )
        for i in range(1000)
    ]
    result = load(planned, leaves, external_id="Q", name="Quotas", metric="revenue", ends_on=date(2028, 1, 1))
    assert (result.created, result.plan.version) == (1000, 1)
    total = db.session.scalar(select(func.sum(Target.value)).where(Target.plan_id == result.plan.id))
    assert total == sum(leaf["value"] for leaf in leaves)
    (flagged,) = (row for row in db.session.scalars(queries.current(result.plan.id)) if row.flags)
    assert (flagged.value, flagged.flags, flagged.period_kind) == (999 * 1001, ["outlier"], "free")


def test_a_leaf_that_cannot_be_is_refused_by_name(planned: Planned) -> None:
    company = planned.company
    twice = [month_leaf(company.rep, None, 1), month_leaf(company.rep, None, 2)]
    backwards = [month_leaf(company.rep, None, 1, period_start=END, period_end=START)]
    outside = [month_leaf(company.rep, None, 1, period_end=date(2027, 1, 31))]
    negative = [month_leaf(company.rep, None, -1)]
    for code, leaves in (("leaf_twice", twice), ("bad_period", backwards), ("bad_period", outside), ("value_negative", negative)):
        with pytest.raises(Refusal) as found:
            load(planned, leaves)
        assert found.value.code == f"targets.{code}"
    with pytest.raises(NotFound):
        load(planned, [month_leaf(company.rep, None, 1, person_id=new_id())])
    with pytest.raises(Refusal) as found:
        load(planned, [], external_id="X", metric="smiles")
    assert found.value.code == "targets.bad_metric"
    with pytest.raises(Forbidden):
        service.create_plan(company.manager, name="x", metric="revenue", currency="CNY", starts_on=START, ends_on=END)


# --- versions as of a moment --------------------------------------------------------------------------


def test_what_was_believed_at_a_moment_stays_an_answer(planned: Planned) -> None:
    rep = [planned.company.rep.person_id]
    planned.approve(planned.ask())
    assert sorted(t.value for t in queries.at_version(planned.plan.id, 1, rep)) == [22 * WAN, 66 * WAN]
    assert sorted(t.value for t in queries.at_version(planned.plan.id, 2, rep)) == [18 * WAN, 66 * WAN]
    decided = planned.receipts()[0].decided_at
    assert queries.version_known_at(planned.plan.id, decided - timedelta(seconds=1)) == 1
    assert queries.version_known_at(planned.plan.id, decided) == 2
    assert queries.version_known_at(planned.plan.id, decided - timedelta(days=300)) is None
    numbers = db.session.scalars(
        select(PlanVersion.number).where(PlanVersion.plan_id == planned.plan.id).order_by(PlanVersion.number)
    ).all()
    assert numbers == [1, 2]


def test_attainment_is_shown_against_the_original_and_the_current_plan(planned: Planned) -> None:
    rep = planned.company.rep
    planned.sell(rep, date(2026, 11, 10), 44 * WAN)
    planned.approve(planned.ask())
    found = queries.attainment(
        planned.company.manager, plan_id=planned.plan.id, person_id=rep.person_id, period_start=START, period_end=END, day=TODAY
    )
    assert (found.original, found.current) == (Fraction(44, 88), Fraction(44, 84))
    assert (found.original_target, found.current_target, found.actual) == (88 * WAN, 84 * WAN, 44 * WAN)
    with pytest.raises(NotFound):
        queries.attainment(
            planned.company.colleague,
            plan_id=planned.plan.id,
            person_id=rep.person_id,
            period_start=START,
            period_end=END,
            day=TODAY,
        )


# --- closed days ----------------------------------------------------------------------------------------


def test_leave_entered_today_re_splits_open_days_only(planned: Planned) -> None:
    rep = planned.company.rep
    before = planned.days(rep)
    org_service.add_leave(
        rep, id=new_id(), person_id=rep.person_id, from_on=TODAY + timedelta(days=1), to_on=TODAY + timedelta(days=1), share=50
    )
    after = planned.days(rep)
    assert planned.leaf(rep).frozen_until == TODAY - timedelta(days=1)
    assert [after[d] for d in after if d < TODAY] == [before[d] for d in before if d < TODAY]
    assert sum(after.values()) == sum(before.values()) == 22 * WAN
    full, half = after[TODAY], after[TODAY + timedelta(days=1)]
    assert abs(full - 2 * half) <= 2
    assert full > before[TODAY]


def test_leave_entered_late_never_rewrites_a_closed_day(planned: Planned) -> None:
    rep = planned.company.rep
    before = planned.days(rep)
    org_service.add_leave(rep, id=new_id(), person_id=rep.person_id, from_on=date(2026, 11, 16), to_on=date(2026, 11, 20))
    assert planned.days(rep) == before


def test_a_changed_calendar_re_splits_open_days_only(planned: Planned) -> None:
    rep = planned.company.rep
    before = planned.days(rep)
    org_service.set_calendar_day(planned.company.admin, on=date(2026, 11, 28), kind="workday", name="调休")
    org_service.set_calendar_day(planned.company.admin, on=date(2026, 11, 9), kind="holiday", name="补录")
    after = planned.days(rep)
    assert [after[d] for d in after if d < TODAY] == [before[d] for d in before if d < TODAY]
    assert after[date(2026, 11, 28)] > 0
    assert sum(after.values()) == 22 * WAN


def test_freezing_twice_freezes_once(planned: Planned) -> None:
    rep = planned.company.rep
    service.freeze_closed_days(rep, [rep.person_id])
    first = dict(planned.leaf(rep).frozen)
    service.freeze_closed_days(rep, [rep.person_id])
    assert planned.leaf(rep).frozen == first
    service.freeze_closed_days(at(rep, date(2026, 12, 20)), [rep.person_id])
    assert planned.leaf(rep).frozen_until == END
    assert sum(planned.leaf(rep).frozen.values()) == 22 * WAN


# --- how people stand -------------------------------------------------------------------------------------


def test_pace_counts_every_line_up_to_today_by_the_calendar_of_the_person(planned: Planned) -> None:
    rep = planned.company.rep
    planned.sell(rep, date(2026, 11, 3), 50 * WAN)
    planned.sell(rep, date(2026, 11, 20), 6 * WAN, line=1)
    planned.sell(rep, TODAY, 2 * WAN)
    planned.sell(planned.company.colleague, TODAY, 9 * WAN)
    standing = queries.standing(
        rep, plan_id=planned.plan.id, person_id=rep.person_id, period_start=START, period_end=END, day=TODAY
    )
    pace = standing.pace
    assert (pace.target, pace.actual, pace.booked_today, pace.closed_weight, pace.total_weight) == (
        88 * WAN,
        58 * WAN,
        2 * WAN,
        1500,
        2100,
    )
    by_line = [rules.split(value * WAN, dict.fromkeys(range(21), 1)) for value in (22, 66)]
    assert pace.expected == sum(parts[day] for parts in by_line for day in range(15))
    assert pace.needed_today == rules.split(32 * WAN, dict.fromkeys(range(6), 1))[0] - 2 * WAN
    yesterday = queries.standing(
        rep, plan_id=planned.plan.id, person_id=rep.person_id, period_start=START, period_end=END, day=date(2026, 11, 20)
    )
    assert yesterday.pace.actual == 56 * WAN  # what was sold later does not count yet


@pytest.mark.parametrize(
    "who,sees",
    [
        ("rep", True),
        ("manager", True),
        ("director", True),
        ("admin", True),
        ("colleague", False),
        ("stranger", False),
        ("other_manager", False),
        ("finance", False),
    ],
)
def test_a_standing_is_for_the_person_and_those_above(planned: Planned, who: str, sees: bool) -> None:
    def look() -> queries.Standing:
        return queries.standing(
            getattr(planned.company, who),
            plan_id=planned.plan.id,
            person_id=planned.company.rep.person_id,
            period_start=START,
            period_end=END,
            day=TODAY,
        )

    if sees:
        assert look().person_id == planned.company.rep.person_id
    else:
        with pytest.raises(NotFound):
            look()


def test_what_is_unassigned_is_nobodys_pace(planned: Planned) -> None:
    manager = planned.company.manager
    planned.approve(planned.ask())
    assert queries.standings(planned.plan, [manager.person_id], TODAY) == []
    assert queries.today(manager.person_id, TODAY).standing is None


def test_today_takes_the_shortest_period_that_holds_the_day(planned: Planned) -> None:
    rep = planned.company.rep
    load(
        planned,
        [
            *leaves_of(planned),
            month_leaf(rep, None, 900 * WAN, period_kind="year", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31)),
        ],
    )
    today = queries.today(rep.person_id, TODAY)
    assert today.standing is not None
    assert (today.standing.period_start, today.standing.period_end) == (START, END)
    assert (today.is_working_day, queries.today(rep.person_id, date(2026, 11, 22)).is_working_day) == (True, False)
    assert queries.today(planned.company.staff.person_id, TODAY).standing is None
