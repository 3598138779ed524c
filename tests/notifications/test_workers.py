"""Two worker processes, one of them killed: nothing is lost, nothing comes twice but what was in flight."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core import events
from app.core.actor import Actor
from app.notifications.models import Delivery, Notice, Reminder
from tests.conftest import Database
from tests.notifications.company import TargetCut, make_company, make_person, subscribe
from tests.push_service import PushService

PEOPLE = 150
LEASE = 8.0  # longer than a push takes on a busy machine: a lease must not run out under a worker that lives


@pytest.fixture
def start_worker(database: Database) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a worker process on the test's database."""
    started: list[subprocess.Popen[bytes]] = []
    settings = database.settings
    env = {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": database.url,
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "PUSH_HOSTS": ",".join(settings.push_hosts),
    }

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "tests.notifications.run_worker", str(LEASE)], env=env)
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(20)


def eventually(condition: Callable[[], bool], what: str, timeout: float = 60) -> None:
    """Waits until something is true in the database."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.05)


def sent(session) -> int:
    """How many deliveries were sent. Leaves no transaction open, which on SQLite would hold up the workers."""
    count = session.scalar(select(func.count()).where(Delivery.state == "sent"))
    session.rollback()
    return count


def test_a_killed_worker_loses_nothing_and_doubles_only_what_was_in_flight(
    session, push_service: PushService, vapid_key: str, start_worker
):
    make_company()
    for number in range(PEOPLE):
        browser = push_service.subscribe(vapid_key)
        browser.delay = 0.3
        subscribe(make_person(f"p{number}"), browser)
    workers = [start_worker(), start_worker()]
    people = tuple(f"p{number}" for number in range(PEOPLE))
    events.announce(Actor.system("org-1", datetime.now(UTC)), TargetCut(1, people))
    session.commit()

    push_service.wait_for(20, timeout=60)
    held = select(Delivery.lease_by).where(Delivery.lease_by.is_not(None)).limit(1)
    victim_name = session.scalar(held) or ""
    session.rollback()
    victim = next((worker for worker in workers if f":{worker.pid}:" in victim_name), workers[0])
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    in_flight = set(
        session.scalars(
            select(Delivery.person_id).where(Delivery.lease_by.contains(f":{victim.pid}:"), Delivery.state == "queued")
        )
    )
    session.rollback()

    eventually(lambda: sent(session) == PEOPLE, "every push sent")
    got = Counter(message.browser.endpoint for message in push_service.messages)
    assert len(got) == PEOPLE, "nobody was left out"
    doubled = [message for message in push_service.messages if got[message.browser.endpoint] > 1]
    whose = dict(session.execute(select(Notice.id, Notice.person_id)).all())
    assert {whose[message.json["notification"]["data"]["notice_id"]] for message in doubled} <= in_flight
    assert max(got.values()) <= 2


def test_a_worker_that_is_asked_to_stop_finishes_what_is_in_flight(session, push_service, vapid_key, start_worker):
    make_company()
    browser = push_service.subscribe(vapid_key)
    browser.delay = 1
    subscribe(make_person("li"), browser)
    events.announce(Actor.system("org-1", datetime.now(UTC)), TargetCut(1, ("li",)))
    session.commit()
    worker = start_worker()
    push_service.wait_for(1, timeout=30)
    worker.terminate()
    assert worker.wait(20) == 0
    assert session.scalars(select(Delivery.state)).all() == ["sent"]


def test_the_morning_comes_once_with_two_workers_and_one_of_them_killed(session, push_service, vapid_key, start_worker):
    """Everyone is due at once; whichever worker lives reminds each person exactly once of this day."""
    at = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%H:%M")
    make_company(zone="UTC", workdays=[1, 2, 3, 4, 5, 6, 7])
    for number in range(PEOPLE):
        person = make_person(f"p{number}", is_reminded=True, remind_at=at)
        subscribe(person, push_service.subscribe(vapid_key))
    session.commit()
    workers = [start_worker(), start_worker()]
    push_service.wait_for(5, timeout=60)
    workers[0].send_signal(signal.SIGKILL)
    workers[0].wait()

    eventually(lambda: sent(session) == PEOPLE, "every reminder sent")
    assert session.scalar(select(func.count()).select_from(Notice)) == PEOPLE
    assert session.scalars(select(Reminder.state).distinct()).all() == ["sent"]
    assert {message.json["notification"]["title"] for message in push_service.messages} == {"今天需要 ¥6.1万"}
    assert {message.browser.endpoint for message in push_service.messages} == {b.endpoint for b in push_service.browsers}
