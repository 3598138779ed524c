"""From an event to rows: a notice in each person's inbox and its deliveries, in the event's transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core import events
from app.core.actor import Actor
from app.core.db import db, new_id
from app.core.errors import Refusal
from app.core.words import say as sentence
from app.domain import Domain, NoticeKind, Recipient, Words
from app.notifications import queries, registry, rules, service
from app.notifications.models import Delivery, Notice

PUSH = "push"
TEST_KIND = "notifications.test"
MAX_PAYLOAD = 3993  # bytes that fit one aes128gcm record of a push message


def listen(domains: Sequence[Domain]) -> None:
    """Subscribes to the events of every kind of notice, and to those that answer one. May run again."""
    registry.init(domains)
    for kind in registry.kinds().values():
        events.subscribe(kind.event, [Tell(kind)])
        for event, answers in kind.answered_by.items():
            events.subscribe(event, [Settle(answers)])


@dataclass(frozen=True)
class Tell:
    """The reaction to an event that a kind of notice tells of. Equal ones are subscribed once."""

    kind: NoticeKind

    def __call__(self, actor: Actor, fact: Any) -> None:
        tell(self.kind, actor, fact)


@dataclass(frozen=True)
class Settle:
    """The reaction to an event that answers notices, on whatever screen the answer was given."""

    answers: Callable[[Any], Iterable[tuple[str, str]]]

    def __call__(self, actor: Actor, fact: Any) -> None:
        for person_id, dedupe_key in self.answers(fact):
            service.settle(actor, person_id=person_id, dedupe_key=dedupe_key)


def tell(kind: NoticeKind, actor: Actor, fact: Any) -> None:
    """Tells everyone whom the event concerns: each once, in their own language."""
    people = registry.directory().find(kind.audience(actor, fact))
    for person_id in sorted(people):
        person = people[person_id]
        notice = Notice(
            organization_id=person.organization_id,
            created_at=actor.now,
            created_by=actor.person_id,
            person_id=person_id,
            kind=kind.kind,
            dedupe_key=kind.dedupe(fact, person_id),
            is_urgent=kind.urgent,
            needs_answer=kind.needs_answer,
            expires_at=actor.now + timedelta(hours=kind.life_hours),
            **say(kind.compose(fact, person_id, person.locale), person.locale),
        )
        if add_once(notice):
            deliver(notice, person, actor.now, may_wait=not kind.urgent)


def send_test(actor: Actor) -> tuple[Notice, int]:
    """Sends the actor a push now, quiet hours or not: they asked for it. Says to how many devices.

    Raises Refusal push_none if no device of theirs can receive one.
    """
    devices = len(queries.active_subscriptions(actor.person_id))
    if not devices:
        raise Refusal("push_none", status=409)
    person = registry.directory().find([actor.person_id])[actor.person_id]
    text = Words(
        title=sentence("notices.test_title", person.locale), body=sentence("notices.test_body", person.locale), url="/me"
    )
    notice = Notice(
        id=new_id(),
        organization_id=actor.organization_id,
        created_at=actor.now,
        created_by=actor.person_id,
        person_id=actor.person_id,
        kind=TEST_KIND,
        expires_at=actor.now + timedelta(hours=1),
        **say(text, person.locale),
    )
    notice.dedupe_key = f"{TEST_KIND}:{notice.id}"
    db.session.add(notice)
    deliver(notice, person, actor.now, may_wait=False)
    return notice, devices


def say(words: Words, locale: str) -> dict[str, Any]:
    """The words as columns of a notice. `data` goes to the phone: the language and what buttons do."""
    actions = [dict(action) for action in words.actions[:2]]
    return {
        "title": words.title[:200],
        "body": words.body[:1000],
        "url": words.url,
        "data": {"locale": locale, "actions": actions},
    }


def add_once(notice: Notice) -> bool:
    """Puts a notice into the inbox unless the person has already been told. Says whether it is new.

    The unique key decides between two transactions; whoever comes second waits for the first
    and then adds nothing. It is added through the session (not by INSERT … ON CONFLICT), so that sync sees it.
    """
    known = select(Notice.id).where(Notice.person_id == notice.person_id, Notice.dedupe_key == notice.dedupe_key)
    if db.session.scalar(known):
        return False
    try:
        with db.session.begin_nested():
            db.session.add(notice)
    except IntegrityError:
        if db.session.scalar(known):
            return False
        raise
    return True


def deliver(notice: Notice, person: Recipient, now: datetime, *, may_wait: bool) -> None:
    """Queues a push to every browser of the person; what may wait keeps to quiet hours and the daily cap."""
    next_at = rules.quiet_until(now, person.zone, person.quiet_from, person.quiet_to) if may_wait else now
    is_over_cap = may_wait and _pushes_that_day(person, next_at) >= rules.DAILY_CAP
    for subscription in queries.active_subscriptions(notice.person_id):
        db.session.add(
            Delivery(
                organization_id=notice.organization_id,
                created_at=now,
                created_by=notice.created_by,
                notice_id=notice.id,
                person_id=notice.person_id,
                channel=PUSH,
                subscription_id=subscription.id,
                state="failed" if is_over_cap else "queued",
                last_error="daily_cap" if is_over_cap else None,
                is_urgent=notice.is_urgent,
                may_wait=may_wait,
                next_at=next_at,
                expires_at=notice.expires_at,
            )
        )


def _pushes_that_day(person: Recipient, at: datetime) -> int:
    start, end = rules.local_day(at, person.zone)
    return (
        db.session.scalar(
            select(func.count(Delivery.notice_id.distinct())).where(
                Delivery.person_id == person.person_id,
                Delivery.may_wait,
                Delivery.state.in_(("queued", "sent")),
                Delivery.next_at >= start,
                Delivery.next_at < end,
            )
        )
        or 0
    )


def payload(notice: Notice, badge: int, public_url: str) -> bytes:
    """The body of a push: Declarative Web Push JSON, which other browsers hand to the service worker.

    Every action names an address too, or Safari would drop the whole message. A long text is cut to
    what a push can carry; the inbox has all of it.
    """
    address = public_url + notice.url
    actions = notice.data.get("actions", [])
    message = {
        "web_push": 8030,
        "notification": {
            "title": notice.title,
            "body": notice.body,
            "navigate": address,
            "tag": rules.topic(notice.dedupe_key),
            "lang": notice.data.get("locale", ""),
            "data": {
                "notice_id": notice.id,
                "url": notice.url,
                "mutations": {a["action"]: {"name": a["mutation"], "args": a["args"]} for a in actions if "mutation" in a},
            },
            "actions": [{"action": a["action"], "title": a["title"], "navigate": address} for a in actions],
        },
        "app_badge": badge,
        "mutable": True,
    }
    return _fit(message)


def _fit(message: dict[str, Any]) -> bytes:
    notification = message["notification"]
    while len(body := json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()) > MAX_PAYLOAD:
        excess = len(body) - MAX_PAYLOAD
        text = notification["body"]
        if not text:
            raise ValueError("a notice does not fit a push even without its body")
        # Characters have up to four bytes (six where JSON escapes them), so this cuts too little rather than too much.
        notification["body"] = text[: -(excess // 6 + 2)].rstrip("…") + "…" if len(text) > excess // 6 + 2 else ""
    return body
