"""From an event to the inbox and the outbox."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import events
from app.core.db import db
from app.notifications import compose, queries, rules, service
from app.notifications.models import Notice
from tests.notifications.company import (
    NOON,
    CutAccepted,
    TargetCut,
    VisitPraised,
    deliveries,
    make_company,
    make_person,
    notices,
    subscribe,
    system,
)
from tests.push_service import PushService


@pytest.fixture(autouse=True)
def people(session):
    make_company()
    make_person("li")
    make_person("smith", locale="en-GB", time_zone="Europe/London")
    session.commit()


def test_each_person_is_told_in_their_own_language(session):
    events.announce(system(NOON), TargetCut(1, ("li", "smith")))
    assert [(n.title, n.url, n.is_urgent, n.needs_answer) for n in notices("li")] == [("目标已调整", "/changes/1", True, True)]
    assert [n.title for n in notices("smith")] == ["Your target changed"]


def test_a_notice_undone_with_what_it_tells_was_never_there(session):
    events.announce(system(NOON), TargetCut(1, ("li",)))
    session.rollback()
    assert notices() == []


def test_a_person_hears_of_one_thing_once(session):
    for _ in range(3):
        events.announce(system(NOON), TargetCut(1, ("li", "li")))
        session.commit()
    assert len(notices()) == 1


def test_two_transactions_that_tell_the_same_make_one_notice(app: Flask, push_service: PushService, vapid_key: str, session):
    """Whoever comes second waits for the first and adds nothing; neither fails."""
    subscribe(make_person("wang"), push_service.subscribe(vapid_key))
    session.commit()
    barrier = threading.Barrier(2)
    failures: list[BaseException] = []

    def announce() -> None:
        try:
            with app.app_context():
                barrier.wait()
                for number in range(20):
                    events.announce(system(NOON), TargetCut(number, ("wang",)))
                    db.session.commit()
        except BaseException as error:
            failures.append(error)

    session.rollback()
    threads = [threading.Thread(target=announce) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(notices("wang")) == len(deliveries("wang")) == 20


def test_who_left_is_not_told(session):
    from app.org.models import Person

    session.get_one(Person, "smith").is_active = False
    events.announce(system(NOON), TargetCut(1, ("li", "smith", "nobody")))
    assert session.scalars(select(Notice.person_id)).all() == ["li"]


def test_every_browser_of_a_person_gets_a_delivery_and_nobody_elses(session, push_service, vapid_key):
    li = make_person("wang")
    for _ in range(2):
        subscribe(li, push_service.subscribe(vapid_key))
    subscribe(make_person("zhao"), push_service.subscribe(vapid_key))
    events.announce(system(NOON), TargetCut(1, ("wang",)))
    assert [(d.state, d.next_at, d.is_urgent) for d in deliveries("wang")] == [("queued", NOON, True)] * 2
    assert deliveries("zhao") == []


def test_quiet_hours_delay_what_is_not_urgent_in_the_persons_own_zone(session, push_service, vapid_key):
    li, smith = make_person("wang"), make_person("jones", time_zone="Europe/London")
    for actor in (li, smith):
        subscribe(actor, push_service.subscribe(vapid_key))
    evening = NOON + timedelta(hours=10)  # 22:00 in Shanghai, 14:00 in London
    events.announce(system(evening), VisitPraised(1, ("wang", "jones")))
    events.announce(system(evening), TargetCut(1, ("wang",)))
    (praise, cut) = sorted(deliveries("wang"), key=lambda d: d.is_urgent)
    assert praise.next_at == rules.instant(
        evening.date() + timedelta(days=1), compose.registry.directory().find(["wang"])["wang"].quiet_to, "Asia/Shanghai"
    )
    assert praise.next_at.isoformat() == "2026-11-23T23:30:00+00:00"
    assert cut.next_at == evening
    assert [d.next_at for d in deliveries("jones")] == [evening]


def test_no_more_than_five_pushes_a_day_but_plan_changes_always(session, push_service, vapid_key):
    subscribe(make_person("wang"), push_service.subscribe(vapid_key))
    for number in range(7):
        events.announce(system(NOON), VisitPraised(number, ("wang",)))
        events.announce(system(NOON), TargetCut(number, ("wang",)))
    pushed = [d for d in deliveries("wang") if d.state == "queued"]
    capped = [d for d in deliveries("wang") if d.state == "failed"]
    assert (len([d for d in pushed if d.is_urgent]), len([d for d in pushed if not d.is_urgent])) == (7, 5)
    assert {d.last_error for d in capped} == {"daily_cap"}
    assert len(notices("wang")) == 14, "the inbox has everything"
    events.announce(system(NOON + timedelta(days=1)), VisitPraised(8, ("wang",)))
    assert deliveries("wang")[-1].state == "queued", "the next day counts anew"


def test_the_badge_counts_unseen_notices_that_need_an_answer(session):
    li = make_person("wang")
    for number in range(3):
        events.announce(system(NOON), TargetCut(number, ("wang",)))
        events.announce(system(NOON), VisitPraised(number, ("wang",)))
    assert queries.badge("wang") == 3
    cuts = [n for n in notices("wang") if n.needs_answer]
    service.acknowledge(li, id=cuts[0].id)
    assert queries.badge("wang") == 2
    service.mark_seen(li, ids=[cuts[1].id])
    assert queries.badge("wang") == 1
    events.announce(system(NOON), CutAccepted(2, "wang"))
    assert queries.badge("wang") == 0


def test_an_answer_given_on_another_screen_answers_the_notice_of_that_person_only(session):
    events.announce(system(NOON), TargetCut(1, ("li", "smith")))
    events.announce(system(NOON), CutAccepted(1, "li"))
    assert notices("li")[0].acknowledged_at == NOON
    assert notices("smith")[0].acknowledged_at is None


def test_the_payload_is_declarative_and_every_address_absolute(session):
    events.announce(system(NOON), TargetCut(1, ("li",)))
    (notice,) = notices()
    message = json.loads(compose.payload(notice, 4, "https://paceline.example"))
    shown = message.pop("notification")
    assert message == {"web_push": 8030, "app_badge": 4, "mutable": True}
    assert shown["navigate"] == "https://paceline.example/changes/1"
    assert [(a["action"], a["navigate"]) for a in shown["actions"]] == [
        ("acknowledge", shown["navigate"]),
        ("open", shown["navigate"]),
    ]
    assert shown["data"] == {
        "notice_id": notice.id,
        "url": "/changes/1",
        "mutations": {"acknowledge": {"name": "fair.accept", "args": {"id": "1"}}},
    }
    assert (shown["title"], shown["lang"], len(shown["tag"])) == ("目标已调整", "zh-CN", 32)


@pytest.mark.parametrize("text", ["长" * 1000, "𠮷" * 1000, '"\\\n' * 333, "a" * 1000])
def test_a_long_text_is_cut_to_what_a_push_can_carry(session, text):
    notice = Notice(
        id="n", dedupe_key="k", title=text[:200], body=text, url="/changes/1", data={"locale": "zh-CN", "actions": []}
    )
    size = len(compose.payload(notice, 0, "https://paceline.example"))
    assert size <= compose.MAX_PAYLOAD
    assert (
        size > compose.MAX_PAYLOAD - 32
        or json.loads(compose.payload(notice, 0, "https://paceline.example"))["notification"]["body"] == text
    )
