"""From the outbox to the browser: what each answer of a push service leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from sqlalchemy import select, update

from app.core import events
from app.core.actor import Actor
from app.notifications import deliver, rules, service, worker
from app.notifications.channels import push
from app.notifications.models import Delivery, PushSubscription
from tests.notifications.company import TargetCut, VisitPraised, deliveries, make_company, make_person, notices, subscribe
from tests.push_service import HANG, PushService

Working = Callable[[], object]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def li(session) -> Actor:
    make_company()
    actor = make_person("li", quiet_from="00:00", quiet_to="00:00")
    session.commit()
    return actor


def tell(session, number: int = 1, people: tuple[str, ...] = ("li",), kind: type = TargetCut, at: datetime | None = None) -> None:
    events.announce(Actor.system("org-1", at or now()), kind(number, people))
    session.commit()


def state_of(session, person_id: str = "li") -> list[tuple[str, str | None]]:
    session.rollback()
    return [(delivery.state, delivery.last_error) for delivery in deliveries(person_id)]


def due_again(session) -> None:
    """Lets everything that waits be due now."""
    session.execute(update(Delivery).where(Delivery.state == "queued").values(next_at=now()))
    session.commit()


def test_a_push_reaches_the_browser_with_all_that_it_needs(session, li, push_service: PushService, vapid_key, working):
    subscribe(li, push_service.subscribe(vapid_key))
    tell(session)
    with working():
        (message,) = push_service.wait_for(1)
    session.rollback()
    (notice,) = notices()
    assert message.json["notification"]["title"] == "目标已调整"
    assert message.json["app_badge"] == 1
    assert message.json["notification"]["data"]["notice_id"] == notice.id
    assert (message.topic, message.urgency) == (rules.topic(notice.dedupe_key), "high")
    assert message.encrypted_size <= 4096
    assert timedelta(hours=23) < timedelta(seconds=message.ttl) <= timedelta(hours=24), "it lives as long as the notice"
    assert state_of(session) == [("sent", None)]


def test_an_ordinary_notice_has_normal_urgency(session, li, push_service, vapid_key, working):
    subscribe(li, push_service.subscribe(vapid_key))
    tell(session, kind=VisitPraised)
    with working():
        (message,) = push_service.wait_for(1)
    assert message.urgency == "normal"


def test_a_push_goes_out_without_anything_waking_the_worker(session, li, push_service, vapid_key, working):
    """The worker sees what is committed while it idles."""
    subscribe(li, push_service.subscribe(vapid_key))
    session.commit()
    with working():
        tell(session)
        push_service.wait_for(1, timeout=5)


def test_one_signed_header_serves_many_pushes(session, li, push_service, vapid_key, working):
    subscribe(li, push_service.subscribe(vapid_key))
    for number in range(5):
        tell(session, number)
    with working():
        messages = push_service.wait_for(5)
    assert len({message.headers["Authorization"] for message in messages}) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_counts_as_sent(session, li, push_service, vapid_key, working, status):
    subscribe(li, push_service.subscribe(vapid_key, status))
    tell(session)
    with working():
        push_service.wait_for(1)
    assert state_of(session) == [("sent", None)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_retired_and_asked_no_more(session, li, push_service, vapid_key, working, status):
    browser = push_service.subscribe(vapid_key, status)
    other = push_service.subscribe(vapid_key)
    for each in (browser, other):
        subscribe(li, each)
    tell(session)
    with working():
        push_service.wait_for_requests(browser, 1)
        push_service.wait_for(1)
    tell(session, 2)
    with working():
        push_service.wait_for(2)
    assert browser.requests == 1
    states = dict(session.execute(select(PushSubscription.endpoint, PushSubscription.state)).all())
    assert states == {browser.endpoint: "gone", other.endpoint: "active"}
    assert sorted(state_of(session)) == [("gone", f"http_{status}"), ("sent", None), ("sent", None)]


def test_whoever_subscribes_again_is_reached_again(session, li, push_service, vapid_key, working):
    browser = push_service.subscribe(vapid_key)
    browser.answers.append(410)
    subscribe(li, browser)
    tell(session)
    with working():
        push_service.wait_for_requests(browser, 1)
    subscribe(li, browser)
    tell(session, 2)
    with working():
        push_service.wait_for(1)


@pytest.mark.parametrize("status", [400, 413])
def test_what_is_our_fault_is_not_tried_again(session, li, push_service, vapid_key, working, status, caplog):
    browser = push_service.subscribe(vapid_key, status)
    subscribe(li, browser)
    tell(session)
    with working():
        push_service.wait_for_requests(browser, 1)
    due_again(session)
    assert not deliver.has_due(now())
    assert state_of(session) == [("failed", f"http_{status}")]
    assert "failed for good" in caplog.text


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(session, li, push_service, vapid_key, working, status):
    browser = push_service.subscribe(vapid_key, (status, {"Location": f"{push_service.origin}/elsewhere"}))
    subscribe(li, browser)
    tell(session)
    with working():
        push_service.wait_for_requests(browser, 1)
    assert push_service.redirected == 0
    assert state_of(session) == [("failed", f"http_{status}")]


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_that_refuses_our_key_is_left_alone_and_the_alarm_goes(
    session, li, push_service, vapid_key, working, status, caplog
):
    browser, other = push_service.subscribe(vapid_key, status), push_service.subscribe(vapid_key)
    subscribe(li, browser)
    tell(session)
    with working():
        push_service.wait_for_requests(browser, 1)
    assert "refuses our key" in caplog.text
    session.rollback()
    (delivery,) = deliveries()
    assert (delivery.state, delivery.last_error) == ("queued", f"http_{status}")
    assert delivery.next_at > now() + timedelta(minutes=50)
    assert session.scalars(select(PushSubscription.state)).all() == ["active"], "the subscription is kept"
    assert other.requests == 0


def test_429_makes_everything_for_that_service_wait(session, li, push_service, vapid_key, working):
    browser, other = push_service.subscribe(vapid_key, (429, {"Retry-After": "120"})), push_service.subscribe(vapid_key)
    subscribe(li, browser)
    tell(session)
    subscribe(make_person("wang"), other)
    events.announce(Actor.system("org-1", now()), TargetCut(2, ("wang",)))
    session.execute(update(Delivery).where(Delivery.person_id == "wang").values(next_at=now() + timedelta(seconds=60)))
    session.commit()
    with working():
        push_service.wait_for_requests(browser, 1)
    session.rollback()
    for delivery in deliveries("li") + deliveries("wang"):
        assert timedelta(seconds=100) < delivery.next_at - now() <= timedelta(seconds=120)
        assert delivery.state == "queued"
    browser.answer = 201
    due_again(session)
    with working():
        push_service.wait_for(2)


@pytest.mark.parametrize("answer", [500, 503, HANG])
def test_trouble_of_the_service_is_tried_again_later(session, li, push_service, vapid_key, working, answer, monkeypatch):
    monkeypatch.setattr(push, "TIMEOUT", aiohttp.ClientTimeout(total=0.5))
    browser = push_service.subscribe(vapid_key)
    browser.answers.append(answer)
    subscribe(li, browser)
    tell(session)
    with working():
        push_service.wait_for_requests(browser, 1)
    ((state, error),) = state_of(session)
    assert (state, error) == ("queued", "timeout" if answer == HANG else f"http_{answer}")
    (delivery,) = deliveries()
    assert now() < delivery.next_at < now() + timedelta(seconds=6)
    assert (delivery.attempts, delivery.lease_by) == (1, None)
    due_again(session)
    with working():
        push_service.wait_for(1)
    assert state_of(session) == [("sent", None)]


def test_a_service_that_is_not_there_is_tried_again_later(session, li, push_service, vapid_key, working):
    browser = push_service.subscribe(vapid_key)
    browser.endpoint = "http://127.0.0.1:9/nobody"
    subscribe(li, browser)
    tell(session)
    with working():
        waiting = select(Delivery.id).where(Delivery.attempts == 1, Delivery.lease_by.is_(None))
        for _ in range(200):
            has_failed = session.scalar(waiting)
            session.rollback()  # a read holds SQLite's write lock; the worker needs it
            if has_failed:
                break
            push_service._ready.wait(0.05)
    ((state, error),) = state_of(session)
    assert state == "queued"
    assert "ClientConnectorError" in (error or "")


def test_one_hanging_browser_does_not_hold_up_the_others(session, li, push_service, vapid_key, working, monkeypatch):
    monkeypatch.setattr(push, "TIMEOUT", aiohttp.ClientTimeout(total=3))
    subscribe(li, push_service.subscribe(vapid_key, HANG))
    subscribe(li, push_service.subscribe(vapid_key))
    tell(session)
    with working():
        push_service.wait_for(1, timeout=2)


def test_what_expired_while_it_waited_is_dropped(session, li, push_service, vapid_key, working):
    browser = push_service.subscribe(vapid_key)
    subscribe(li, browser)
    tell(session, at=now() - timedelta(hours=24))
    tell(session, 2)
    with working():
        push_service.wait_for(1)
    assert sorted(state_of(session)) == [("expired", "expired"), ("sent", None)]
    assert browser.requests == 1


def test_what_was_seen_meanwhile_is_not_pushed(session, li, push_service, vapid_key):
    subscribe(li, push_service.subscribe(vapid_key))
    tell(session)
    service.mark_seen(li, ids=[notices()[0].id])
    claimed = deliver.claim("w", now(), 10)
    assert deliver.prepare(claimed, now(), "https://paceline.example", vapid_key) == []
    assert [(d.state, d.last_error) for d in deliveries()] == [("needless", "seen")]


def test_quiet_hours_also_hold_for_what_comes_late(session, push_service, vapid_key):
    """The service was down in the evening; what comes back at night waits for the morning."""
    make_company()
    li = make_person("li")
    subscribe(li, push_service.subscribe(vapid_key))
    noon = datetime(2026, 11, 23, 4, tzinfo=UTC)
    tell(session, kind=VisitPraised, at=noon)
    night = noon + timedelta(hours=10)
    claimed = deliver.claim("w", night, 10)
    assert deliver.prepare(claimed, night, "https://paceline.example", vapid_key) == []
    (delivery,) = deliveries()
    assert (delivery.state, delivery.next_at.isoformat(), delivery.attempts) == ("queued", "2026-11-23T23:30:00+00:00", 0)


def test_a_subscription_of_an_older_key_of_ours_is_retired_unsent(session, li, push_service, vapid_key):
    subscribe(li, push_service.subscribe("an older key"))
    tell(session)
    assert deliver.prepare(deliver.claim("w", now(), 10), now(), "https://paceline.example", vapid_key) == []
    assert state_of(session) == [] or deliveries()[0].state in ("gone", "queued")


def test_two_claims_never_give_the_same_delivery(session, li, push_service, vapid_key):
    subscribe(li, push_service.subscribe(vapid_key))
    for number in range(10):
        tell(session, number, kind=VisitPraised if number % 2 else TargetCut)
    at = now()
    first = deliver.claim("a", at, 4)
    second = deliver.claim("b", at, 100)
    assert len(first) == 4
    assert not set(first) & set(second)
    assert deliver.claim("c", at, 100) == []
    urgent = set(session.scalars(select(Delivery.id).where(Delivery.is_urgent)))
    assert set(first) <= urgent, "urgent ones go first"


def test_a_lease_that_ran_out_frees_the_delivery_and_the_late_worker_writes_nothing(session, li, push_service, vapid_key):
    subscribe(li, push_service.subscribe(vapid_key))
    tell(session)
    at = now()
    claimed = deliver.claim("killed", at, 10)
    jobs = deliver.prepare(claimed, at, "https://paceline.example", vapid_key)
    assert deliver.claim("next", at + deliver.LEASE - timedelta(seconds=1), 10) == []
    assert deliver.claim("next", at + deliver.LEASE, 10) == claimed
    deliver.finish("killed", [(jobs[0], rules.Outcome("failed", error="http_400"))], at)
    assert [(d.state, d.lease_by) for d in deliveries()] == [("queued", "next")]
    deliver.finish("next", [(jobs[0], rules.Outcome("sent"))], at)
    assert [d.state for d in deliveries()] == ["sent"]


def test_a_lease_outlives_the_longest_attempt():
    assert deliver.LEASE.total_seconds() >= 2 * (push.TIMEOUT.total or 0)


def test_a_notice_that_cannot_be_composed_does_not_stop_the_others(session, li, push_service, vapid_key, working):
    subscribe(li, push_service.subscribe(vapid_key))
    tell(session, 1)
    broken = notices()[0]
    broken.data = {"locale": "zh-CN", "actions": [{"title": "no action"}]}
    session.commit()
    tell(session, 2)
    with working():
        push_service.wait_for(1)
    assert sorted(state_of(session)) == [("failed", "cannot_compose"), ("sent", None)]


def test_the_worker_says_at_its_start_that_its_contact_cannot_be_reached(session, app_with, caplog):
    import threading

    app = app_with(vapid_subject="mailto:admin@paceline.local")
    stop = threading.Event()
    stop.set()
    worker.run(app, stop)
    assert "VAPID_SUBJECT" in caplog.text
