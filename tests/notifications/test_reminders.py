"""The morning reminder: whose, when, once, and with which numbers."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import db
from app.domain import Domain, Words
from app.notifications import compose, reminders
from app.notifications.models import Delivery, Reminder
from app.org.models import Account, CalendarDay, Leave, Person
from tests.notifications.company import NOON, deliveries, make_company, make_person, notices, subscribe

EIGHT = datetime(2026, 11, 23, 0, tzinfo=UTC)  # a Monday, 08:00 in Shanghai


@pytest.fixture
def li(session):
    make_company()
    actor = make_person("li", is_reminded=True)
    session.flush()
    return actor


def plan_and_send(now: datetime) -> None:
    reminders.plan(now)
    reminders.send_due(now)
    db.session.commit()


def states() -> list[str]:
    return list(db.session.scalars(select(Reminder.state).order_by(Reminder.on, Reminder.person_id)))


def test_it_comes_at_eight_and_not_a_second_before(session, li):
    plan_and_send(EIGHT - timedelta(seconds=1))
    assert notices() == []
    plan_and_send(EIGHT)
    (notice,) = notices()
    assert (notice.title, notice.body, notice.url) == ("今天需要 ¥6.1万", "2026-11-23", "/today")
    assert notice.expires_at == datetime(2026, 11, 23, 10, tzinfo=UTC), "worth nothing after 18:00"


def test_it_comes_once_a_day_however_often_it_is_planned(session, li):
    for minute in range(0, 600, 7):
        plan_and_send(EIGHT + timedelta(minutes=minute))
    assert len(notices()) == 1
    plan_and_send(EIGHT + timedelta(days=1))
    assert [notice.body for notice in notices()] == ["2026-11-23", "2026-11-24"]


def test_each_person_has_their_own_zone_and_time(session, li):
    make_person("smith", is_reminded=True, time_zone="Europe/London", remind_at="07:15", locale="en-GB")
    plan_and_send(EIGHT)
    assert (len(notices("li")), len(notices("smith"))) == (1, 0)
    plan_and_send(datetime(2026, 11, 23, 7, 15, tzinfo=UTC))
    assert [notice.title for notice in notices("smith")] == ["Needed today: ¥61k"]


@pytest.mark.parametrize(
    "what",
    ["weekend", "holiday", "leave", "left", "unwanted"],
)
def test_it_stays_away_on_days_off(session, li, what):
    at = EIGHT
    common = {"organization_id": "org-1", "created_at": NOON}
    if what == "weekend":
        at = EIGHT - timedelta(days=1)
    elif what == "holiday":
        session.add(CalendarDay(on=date(2026, 11, 23), kind="holiday", name="厂庆", **common))
    elif what == "leave":
        session.add(Leave(person_id="li", from_on=date(2026, 11, 20), to_on=date(2026, 11, 23), **common))
    elif what == "left":
        session.get_one(Person, "li").is_active = False
    else:
        session.scalars(select(Account)).one().is_reminded = False
    session.flush()
    plan_and_send(at)
    assert notices() == []


def test_it_comes_on_a_make_up_workday(session, li):
    session.add(CalendarDay(on=date(2026, 11, 22), kind="workday", name="调休", organization_id="org-1", created_at=NOON))
    session.flush()
    plan_and_send(EIGHT - timedelta(days=1))
    assert [notice.body for notice in notices()] == ["2026-11-22"]


def test_leave_taken_after_it_was_planned_still_counts(session, li):
    reminders.plan(EIGHT - timedelta(minutes=1))
    session.add(
        Leave(person_id="li", from_on=date(2026, 11, 23), to_on=date(2026, 11, 23), organization_id="org-1", created_at=NOON)
    )
    session.flush()
    reminders.send_due(EIGHT)
    assert (notices(), states()) == ([], ["skipped"])


def test_when_all_workers_were_down_it_comes_late_but_never_in_the_evening(session, li):
    make_person("wang", is_reminded=True)
    plan_and_send(EIGHT + timedelta(hours=2))
    assert len(notices()) == 1
    reminders.plan(EIGHT + timedelta(days=1))
    reminders.send_due(EIGHT + timedelta(days=1, hours=10))
    reminders.plan(EIGHT + timedelta(days=2, hours=10))
    assert len(notices()) == 1
    assert states() == ["sent", "sent", "expired", "expired"]


def test_the_numbers_are_those_of_the_moment_of_sending(session, li):
    from app.factory import DOMAINS

    number = ["6.1"]
    said = Domain(name="numbers", morning=lambda person_id, day, locale: Words(f"今天需要 ¥{number[0]}万", "", "/today"))
    compose.listen([*DOMAINS, said])
    reminders.plan(EIGHT - timedelta(minutes=1))
    number[0] = "5.4"
    reminders.send_due(EIGHT)
    assert [notice.title for notice in notices()] == ["今天需要 ¥5.4万"]


def test_with_nothing_to_say_nothing_is_said(session, li):
    from app.factory import DOMAINS

    compose.listen([*DOMAINS, Domain(name="silent", morning=lambda person_id, day, locale: None)])
    plan_and_send(EIGHT)
    assert (notices(), states()) in (([], ["skipped"]),)


def test_one_persons_broken_numbers_do_not_cost_the_others_theirs(session, li, caplog):
    from app.factory import DOMAINS

    make_person("wang", is_reminded=True)

    def broken_for_li(person_id: str, day: date, locale: str) -> Words:
        if person_id == "li":
            raise ZeroDivisionError
        return Words("今天", "", "/today")

    compose.listen([*DOMAINS, Domain(name="broken", morning=broken_for_li)])
    plan_and_send(EIGHT)
    assert (len(notices("li")), len(notices("wang"))) == (0, 1)
    assert "cannot be composed" in caplog.text
    assert states() == ["planned", "sent"], "it is tried again"


def test_whoever_wants_it_before_seven_gets_it_then(session, push_service, vapid_key):
    """Quiet hours end at 07:30; the time of the reminder was chosen by the person."""
    make_company()
    subscribe(make_person("li", is_reminded=True, remind_at="06:30"), push_service.subscribe(vapid_key))
    early = EIGHT - timedelta(minutes=90)
    plan_and_send(early)
    (delivery,) = deliveries()
    assert (delivery.next_at, delivery.is_urgent, delivery.expires_at) == (early, False, EIGHT + timedelta(hours=10))


def test_many_reminders_of_one_instant_are_spread(session):
    make_company()
    for number in range(250):
        make_person(f"p{number:03}", is_reminded=True)
    reminders.plan(EIGHT)
    seconds = [(due_at - EIGHT).total_seconds() for due_at in session.scalars(select(Reminder.due_at).order_by(Reminder.due_at))]
    assert [seconds.count(second) for second in (0, 1, 2)] == [100, 100, 50]


def test_two_planners_and_two_senders_at_once_make_one_of_each(app, session):
    make_company()
    for number in range(40):
        make_person(f"p{number}", is_reminded=True)
    session.commit()
    barrier = threading.Barrier(2)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                barrier.wait()
                for _ in range(3):
                    plan_and_send(EIGHT)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert states() == ["sent"] * 40
    assert all(len(notices(f"p{number}")) == 1 for number in range(40))
    assert session.scalars(select(Delivery.id)).all() == []
