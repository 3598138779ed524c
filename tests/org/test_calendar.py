"""Working days: public holidays, make-up workdays, an admin's changes, leave, joining and leaving."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import calendar, events
from app.core.actor import Actor
from app.core.db import db, new_id
from app.core.errors import Forbidden, Gone, NotFound, Refusal
from app.org import queries, service
from app.org.events import WorkingTimeChanging
from app.org.models import CalendarDay, Leave, Organization, Person
from tests.makers import NOW, actor_of, make_organization, make_person, system

# --- The rules, without a database ---


def published_year(code: str, year: int) -> dict[date, int]:
    """The weights of a year's days for somebody without leave."""
    special = {day.on: day.kind for day in calendar.special_days(code, year)}
    workdays = calendar.weekly_pattern(code)
    return calendar.weights(date(year, 1, 1), date(year, 12, 31), workdays=workdays, special=special)


# Days worked in China: a year from the State Council's notices, a month with the long October holiday.
@pytest.mark.parametrize(
    "start, end, expected",
    [
        (date(2025, 1, 1), date(2025, 12, 31), 248),
        (date(2025, 10, 1), date(2025, 10, 31), 18),
        (date(2024, 1, 1), date(2024, 12, 31), 251),
        (date(2026, 2, 1), date(2026, 2, 28), 16),
    ],
)
def test_china_works_as_many_days_as_its_state_council_says(start: date, end: date, expected: int) -> None:
    weights = published_year("CN", start.year)
    assert sum(weights[day] for day in calendar.days(start, end)) == expected * calendar.FULL


def test_a_sunday_made_up_for_is_worked_and_a_monday_in_the_holiday_is_not() -> None:
    weights = published_year("CN", 2025)
    assert weights[date(2025, 9, 28)] == weights[date(2025, 10, 11)] == 100
    assert weights[date(2025, 10, 6)] == weights[date(2025, 10, 5)] == 0


@given(st.sampled_from(["CN", "US", "DE", "GB", "JP", "US-CA", "DE-BY"]), st.dates(date(2010, 1, 1), date(2026, 12, 31)))
def test_a_day_is_worked_exactly_when_the_holidays_package_says_so(code: str, day: date) -> None:
    country, _, part = code.partition("-")
    oracle = holidays.country_holidays(country, subdiv=part or None)
    assert (published_year(code, day.year)[day] > 0) == oracle.is_working_day(day)


absences = st.builds(
    lambda start, length, share: calendar.Absence(start, start + timedelta(length), share),
    st.dates(date(2026, 4, 20), date(2026, 6, 10)),
    st.integers(0, 10),
    st.sampled_from([50, 100]),
)


@given(st.lists(absences, max_size=4), st.dates(date(2026, 4, 1), date(2026, 7, 1)), st.dates(date(2026, 4, 1), date(2026, 7, 1)))
def test_leave_only_takes_away_and_nobody_works_before_joining_or_after_leaving(
    gone: list[calendar.Absence], hired_on: date, left_on: date
) -> None:
    start, end = date(2026, 5, 1), date(2026, 5, 31)
    special = {day.on: day.kind for day in calendar.special_days("CN", 2026)}
    without = calendar.weights(start, end, workdays=[1, 2, 3, 4, 5], special=special)
    weights = calendar.weights(
        start, end, workdays=[1, 2, 3, 4, 5], special=special, absences=gone, hired_on=hired_on, left_on=left_on
    )
    assert list(weights) == list(calendar.days(start, end))
    for day, weight in weights.items():
        off = sum(absence.share for absence in gone if absence.from_on <= day <= absence.to_on)
        works_here = hired_on <= day <= left_on
        assert weight == (max(0, without[day] - off) if works_here and without[day] else 0)
        assert weight in (0, 50, 100)


def test_a_year_whose_list_is_not_out_yet_is_provisional() -> None:
    latest = max(
        year
        for year in range(2024, 2040)
        if holidays.country_holidays("CN", years=[year]).weekend_workdays
        & set(calendar.days(date(year, 1, 1), date(year, 12, 31)))
    )
    assert calendar.is_published("CN", latest)
    assert not calendar.is_published("CN", latest + 1)
    assert calendar.is_published("US", latest + 1)


@pytest.mark.parametrize("code", ["", "XX", "cn", "US-XX", "CN-SH"])
def test_a_calendar_that_does_not_exist_is_named(code: str) -> None:
    with pytest.raises(calendar.UnknownCalendar, match=r"no calendar"):
        calendar.check(code)


# --- In an organisation ---


@pytest.fixture(autouse=True)
def no_listener_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reactions that a test adds are gone after it."""
    monkeypatch.setitem(events._reactions, WorkingTimeChanging, list(events._reactions[WorkingTimeChanging]))


@pytest.fixture
def company(session) -> Organization:  # type: ignore[no-untyped-def]
    return make_organization()


def worked(person: Person, start: date, end: date) -> int:
    return sum(queries.day_weights(person.id, start, end).values())


def test_a_new_organisation_knows_last_year_this_year_and_the_next(company: Organization) -> None:
    rep = make_person(company)
    assert worked(rep, date(2025, 1, 1), date(2025, 12, 31)) == 24800
    assert {on.year for (on,) in db.session.query(CalendarDay.on)} == {2025, 2026, 2027}
    assert queries.is_working_day(rep.id, date(2025, 9, 28))
    assert not queries.is_working_day(rep.id, date(2025, 10, 1))


def test_the_names_of_holidays_are_in_the_companys_language() -> None:
    english = calendar.special_days("CN", 2025, "en")
    assert [day.name for day in english[:2]] == ["New Year's Day", "Make-up workday"]
    assert calendar.special_days("CN", 2025, "zh")[0].name == "元旦"


def test_an_admins_day_wins_and_stays_when_the_calendar_is_filled_again(company: Organization) -> None:
    admin, rep = make_person(company, "admin"), make_person(company)
    day = date(2026, 5, 18)
    service.set_calendar_day(actor_of(admin), on=day, kind="holiday", name="公司庆典")
    service.set_calendar_day(actor_of(admin), on=date(2026, 10, 1), kind="workday", name="展会")
    service.fill_calendar(system(company), [2026])
    assert not queries.is_working_day(rep.id, day)
    assert queries.is_working_day(rep.id, date(2026, 10, 1))
    with pytest.raises(Forbidden):
        service.set_calendar_day(actor_of(rep), on=day, kind="workday", name="x")


def test_a_provisional_year_becomes_the_published_one(company: Organization) -> None:
    """What was filled in before the list came out is replaced, without a trace of the old days."""
    rep = make_person(company)
    days = (
        db.session.query(CalendarDay)
        .filter(CalendarDay.on.between(date(2026, 1, 1), date(2026, 12, 31)))
        .order_by(CalendarDay.on)
    )
    published = [(row.on, row.kind, row.name, row.is_provisional) for row in days]
    first = days.first()
    assert first is not None
    db.session.delete(first)
    db.session.add(
        CalendarDay(**service._record(system(company)), on=date(2026, 3, 3), kind="holiday", name="?", is_provisional=True)
    )
    db.session.flush()
    heard = listen()
    service.fill_calendar(system(company), [2026])
    assert [(row.on, row.kind, row.name, row.is_provisional) for row in days] == published
    assert heard == [(rep.id,)]
    service.fill_calendar(system(company), [2026])
    assert heard == [(rep.id,)], "filling again changes nothing and tells nobody"


def test_when_a_year_ends_the_next_ones_days_are_there(company: Organization) -> None:
    make_organization(calendar_code="US", locale="en")
    service.keep_calendars(NOW + timedelta(days=365))
    found = {
        (code, on.year)
        for code, on in db.session.query(Organization.calendar, CalendarDay.on).join(
            CalendarDay, CalendarDay.organization_id == Organization.id
        )
    }
    assert {("CN", 2028), ("US", 2028)} <= found


def test_two_organisations_have_two_calendars(company: Organization) -> None:
    american = make_organization(calendar_code="US", time_zone="America/New_York", currency="USD", locale="en")
    here, there = make_person(company), make_person(american)
    thanksgiving, spring = date(2026, 11, 26), date(2026, 2, 17)
    assert (queries.is_working_day(here.id, thanksgiving), queries.is_working_day(there.id, thanksgiving)) == (True, False)
    assert (queries.is_working_day(here.id, spring), queries.is_working_day(there.id, spring)) == (False, True)
    both = queries.day_weights_of([here.id, there.id], thanksgiving, thanksgiving)
    assert both == {here.id: {thanksgiving: 100}, there.id: {thanksgiving: 0}}


def test_a_time_zone_of_ones_own_goes_before_the_companys(company: Organization) -> None:
    rep = make_person(company)
    assert queries.zone(rep.id) == "Asia/Shanghai"
    service.set_preferences(actor_of(rep), fields={"time_zone": "Asia/Tokyo"})
    assert queries.zone(rep.id) == "Asia/Tokyo"
    with pytest.raises(Refusal) as refused:
        service.set_preferences(actor_of(rep), fields={"time_zone": "Mars/Olympus"})
    assert refused.value.fields == {"time_zone": "bad_time_zone"}


def test_preferences_are_merged_key_by_key(company: Organization) -> None:
    rep = make_person(company)
    service.set_preferences(actor_of(rep), fields={"preferences": {"a": 1, "b": 2}, "theme": "dark"})
    service.set_preferences(actor_of(rep), fields={"preferences": {"b": 3}})
    account = queries.account(rep.id)
    assert account is not None
    assert (account.preferences, account.theme, account.locale) == ({"a": 1, "b": 3}, "dark", "zh-CN")


# --- Leave ---


def listen() -> list[tuple[str, ...]]:
    """Whose working time was announced to change, with what the calendar said at that moment left as it was."""
    heard: list[tuple[str, ...]] = []
    events.subscribe(WorkingTimeChanging, [lambda actor, fact: heard.append(fact.person_ids)])
    return heard


def leave(actor: Actor, person: Person, start: date, end: date, **more: object) -> str:
    row_id = new_id()
    service.add_leave(actor, id=row_id, person_id=person.id, from_on=start, to_on=end, **more)  # type: ignore[arg-type]
    return row_id


def test_leave_takes_working_days_away_and_taking_it_back_restores_them(company: Organization) -> None:
    rep = make_person(company)
    whole, half = date(2026, 5, 21), date(2026, 5, 22)
    first = leave(actor_of(rep), rep, whole, whole)
    second = leave(actor_of(rep), rep, half, half, share=50)
    assert queries.day_weights(rep.id, whole, half) == {whole: 0, half: 50}
    service.remove_leave(actor_of(rep), id=first)
    service.remove_leave(actor_of(rep), id=second)
    assert queries.day_weights(rep.id, whole, half) == {whole: 100, half: 100}
    with pytest.raises(Gone):
        service.remove_leave(actor_of(rep), id=first)


def test_closed_days_can_be_frozen_before_working_time_changes(company: Organization) -> None:
    rep = make_person(company)
    day = date(2026, 5, 21)
    seen: list[int] = []
    events.subscribe(
        WorkingTimeChanging,
        [lambda actor, fact: seen.append(queries.day_weights(rep.id, day, day)[day]) if fact.person_ids == (rep.id,) else None],
    )
    leave_id = leave(actor_of(rep), rep, day, day)
    service.remove_leave(actor_of(rep), id=leave_id)
    service.set_person(system(company), person_id=rep.id, fields={"left_on": day - timedelta(1)})
    assert seen == [100, 0, 100], "each time as it was before"
    assert queries.day_weights(rep.id, day, day) == {day: 0}


def test_leave_is_ones_own_or_of_somebody_below(company: Organization) -> None:
    manager = make_person(company, "manager")
    rep, colleague = make_person(company, manager=manager), make_person(company, manager=manager)
    stranger = make_person(make_organization(), "admin")
    day = date(2026, 5, 21)
    leave(actor_of(manager), rep, day, day)
    mine = leave(actor_of(rep), rep, day, day)
    for wrong, refusal in [(colleague, Forbidden), (stranger, NotFound)]:
        with pytest.raises(refusal):
            leave(actor_of(wrong), rep, day, day)
    with pytest.raises(Forbidden):
        leave(actor_of(rep), manager, day, day)
    with pytest.raises(Forbidden):
        service.remove_leave(actor_of(colleague), id=mine)
    with pytest.raises(Gone):
        service.remove_leave(actor_of(stranger), id=mine)
    assert db.session.query(Leave).count() == 2


@pytest.mark.parametrize(
    "start, end, field",
    [
        (date(2026, 5, 22), date(2026, 5, 21), "ends_before_start"),
        (date(2026, 1, 1), date(2027, 1, 2), "leave_too_long"),
    ],
)
def test_leave_that_cannot_be_is_refused(company: Organization, start: date, end: date, field: str) -> None:
    rep = make_person(company)
    with pytest.raises(Refusal) as refused:
        leave(actor_of(rep), rep, start, end)
    assert refused.value.fields == {"to_on": field}
