"""Push subscriptions and how far a notice got, over HTTP: bad input, the wrong person, the shared phone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock, events
from app.core.actor import Actor
from app.notifications.models import Delivery, PushSubscription
from tests import makers
from tests.notifications.company import TargetCut, deliveries, notices
from tests.push_service import Browser, PushService, b64


@pytest.fixture
def company(session):
    return makers.make_organization()


@pytest.fixture
def li(company, session):
    person = makers.make_person(company)
    session.commit()
    return person


@pytest.fixture
def browser(push_service: PushService, vapid_key: str) -> Browser:
    return push_service.subscribe(vapid_key)


def body(browser: Browser, **changes: Any) -> dict[str, Any]:
    return {**browser.subscription(), "vapid_key": browser.vapid_key, **changes}


def subscriptions(session) -> list[tuple[str, str]]:
    """Who has which; leaves no transaction open, which on SQLite would hold up the next request."""
    found = select(PushSubscription.person_id, PushSubscription.state).order_by(PushSubscription.created_at)
    rows = [tuple(row) for row in session.execute(found)]
    session.rollback()
    return rows


def tell(session, company, *people: str, number: int = 1) -> None:
    events.announce(Actor.system(company.id, clock.now()), TargetCut(number, people))
    session.commit()


def test_a_browser_subscribes_with_the_servers_key_and_again_without_effect(app, session, li, browser):
    client = makers.signed_in_client(app, li)
    assert client.get("/api/push/key").json == {"public_key": browser.vapid_key}
    first = client.post("/api/push/subscriptions", json=body(browser))
    assert (first.status_code, first.json["state"]) == (200, "active")
    assert client.post("/api/push/subscriptions", json=body(browser)).json == first.json
    assert subscriptions(session) == [(li.id, "active")]


@pytest.mark.parametrize(
    "change, field",
    [
        ({"endpoint": "https://evil.example/x"}, "endpoint"),
        ({"endpoint": "http://169.254.169.254/latest/meta-data"}, "endpoint"),
        ({"keys": {"p256dh": b64(b"\x04" + b"\x01" * 64), "auth": b64(b"a" * 16)}}, "keys.p256dh"),  # not on the curve
        ({"keys": {"p256dh": b64(b"\x04" * 64), "auth": b64(b"a" * 16)}}, "keys.p256dh"),
        ({"keys": {"p256dh": "!!", "auth": b64(b"a" * 16)}}, "keys.p256dh"),
        ({"vapid_key": "an older key"}, "vapid_key"),
    ],
)
@pytest.mark.one_database
def test_bad_input_is_refused_and_the_field_named(app, session, li, browser, change, field):
    client = makers.signed_in_client(app, li)
    answer = client.post("/api/push/subscriptions", json=body(browser, **change))
    assert answer.status_code in (409, 422)
    assert list(answer.json["fields"]) == [field]
    assert answer.json["message"]
    assert subscriptions(session) == []


@pytest.mark.one_database
def test_a_secret_of_the_wrong_length_is_refused(app, session, li, browser):
    keys = {"p256dh": browser.p256dh, "auth": b64(b"a" * 15)}
    answer = makers.signed_in_client(app, li).post("/api/push/subscriptions", json=body(browser, keys=keys))
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["keys.auth"])


@pytest.mark.one_database
@pytest.mark.parametrize(
    "given", [{}, {"endpoint": 7}, {"endpoint": "x" * 2000}, {"endpoint": "https://fcm.googleapis.com/x", "keys": []}]
)
def test_a_body_of_another_shape_is_refused(app, li, given):
    assert makers.signed_in_client(app, li).post("/api/push/subscriptions", json=given).status_code == 422


def test_whoever_is_not_signed_in_gets_nothing(app, client, browser):
    assert client.get("/api/push/key").status_code == 401
    assert client.post("/api/push/subscriptions", json=body(browser)).status_code == 401
    assert client.post("/api/push/test").status_code == 401
    assert client.get("/api/notices/reach?key=x").status_code == 401


def test_on_a_shared_phone_nothing_meant_for_the_first_person_reaches_the_second(app, session, company, li, browser):
    wang = makers.make_person(company)
    makers.signed_in_client(app, li).post("/api/push/subscriptions", json=body(browser))
    tell(session, company, li.id)
    makers.signed_in_client(app, wang).post("/api/push/subscriptions", json=body(browser))
    assert subscriptions(session) == [(wang.id, "active")]
    assert [(d.state, d.last_error) for d in deliveries(li.id)] == [("gone", "another_person")]
    tell(session, company, li.id, wang.id, number=2)
    assert [len(deliveries(person.id)) for person in (li, wang)] == [1, 1]


def test_only_the_person_may_end_a_subscription(app, session, company, li, browser):
    me = li.id  # read once: a row that is read again opens a transaction
    client = makers.signed_in_client(app, li)
    client.post("/api/push/subscriptions", json=body(browser))
    other = makers.signed_in_client(app, makers.make_person(company))
    assert other.delete("/api/push/subscriptions", json={"endpoint": browser.endpoint}).status_code == 204
    assert subscriptions(session) == [(me, "active")]
    assert client.delete("/api/push/subscriptions", json={"endpoint": browser.endpoint}).status_code == 204
    assert subscriptions(session) == [(me, "gone")]


def test_signing_a_device_out_ends_its_pushes_and_leaves_the_others(app, session, company, li, push_service, vapid_key):
    here, there = makers.signed_in_client(app, li), makers.signed_in_client(app, li)
    for client in (here, there):
        client.post("/api/push/subscriptions", json=body(push_service.subscribe(vapid_key)))
    tell(session, company, li.id)
    assert here.delete("/api/session").status_code in (200, 204)
    assert sorted(state for _, state in subscriptions(session)) == ["active", "gone"]
    assert sorted(d.state for d in deliveries(li.id)) == ["gone", "queued"]


def test_a_new_endpoint_of_the_same_browser_replaces_the_old_one(app, session, li, push_service, vapid_key):
    client = makers.signed_in_client(app, li)
    old, new = push_service.subscribe(vapid_key), push_service.subscribe(vapid_key)
    client.post("/api/push/subscriptions", json=body(old))
    client.post("/api/push/subscriptions", json=body(new, replaces=old.endpoint))
    assert sorted(state for _, state in subscriptions(session)) == ["active", "gone"]


def test_send_me_one_now(app, session, li, push_service, browser, working):
    client = makers.signed_in_client(app, li)
    refused = client.post("/api/push/test")
    assert (refused.status_code, refused.json["code"]) == (409, "push_none")
    client.post("/api/push/subscriptions", json=body(browser))
    assert client.post("/api/push/test").json["devices"] == 1
    with working():
        (message,) = push_service.wait_for(1)
    assert message.json["notification"]["title"] == "这是一条测试通知"


def test_a_manager_sees_how_far_the_telling_got_of_their_own_people_only(app, session, company, push_service, vapid_key):
    boss, stranger = makers.make_person(company, role="manager"), makers.make_person(company, role="manager")
    reps = [makers.make_person(company, manager=boss) for _ in range(3)]
    other = makers.make_person(company, manager=stranger)
    session.commit()
    makers.signed_in_client(app, reps[0]).post("/api/push/subscriptions", json=body(push_service.subscribe(vapid_key)))
    tell(session, company, *(person.id for person in (*reps, other)))
    (told,) = notices(reps[1].id)
    from app.notifications import service

    actor = Actor(company.id, reps[1].id, "rep", clock.now(), clock.now())
    service.acknowledge(actor, id=told.id)
    session.commit()
    answer = makers.signed_in_client(app, boss).get("/api/notices/reach?key=fair.target_cut:1")
    states = {item["person_id"]: (item["state"], item["reason"]) for item in answer.json["items"]}
    assert states == {
        reps[0].id: ("queued", None),
        reps[1].id: ("confirmed", None),
        reps[2].id: ("inbox_only", "没有打开通知的设备"),
    }
    mine = makers.signed_in_client(app, other).get("/api/notices/reach?key=fair.target_cut:1").json["items"]
    assert [item["person_id"] for item in mine] == [other.id]


def test_notices_can_be_seen_and_answered_by_their_person_only(app, session, company, li):
    from app.core.errors import NotFound
    from app.notifications import service

    wang = makers.make_person(company)
    tell(session, company, li.id)
    (notice,) = notices(li.id)
    intruder = Actor(company.id, wang.id, "rep", clock.now(), clock.now())
    service.mark_seen(intruder, ids=[notice.id])
    with pytest.raises(NotFound):
        service.acknowledge(intruder, id=notice.id)
    assert (notice.seen_at, notice.acknowledged_at) == (None, None)
    assert session.scalars(select(Delivery.id)).all() == []
