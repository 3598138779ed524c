"""The outbox: claiming what is due, and writing down what became of it.

At least once, and twice only for what was in flight when a worker was killed: a claim is committed
before anything is sent, its lease keeps other workers away, and a lease that ran out frees it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from app.core.db import db
from app.domain import Recipient
from app.notifications import compose, queries, registry, rules, service
from app.notifications.channels.push import Push
from app.notifications.models import Delivery, Notice, PushSubscription
from app.notifications.rules import Outcome

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # three times the longest attempt


@dataclass(frozen=True)
class Job:
    """A delivery that this worker holds, with what to send."""

    delivery_id: str
    subscription_id: str
    push: Push


def is_due(now: datetime) -> ColumnElement[bool]:
    """The condition of a delivery that a worker may take."""
    return (
        (Delivery.state == "queued")
        & (Delivery.next_at <= now)
        & or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    )


def has_due(now: datetime) -> bool:
    """Whether there is anything to claim: the cheap question that an idle worker asks."""
    return db.session.scalar(select(Delivery.id).where(is_due(now)).limit(1)) is not None


def claim(worker: str, now: datetime, limit: int) -> list[str]:
    """Takes up to `limit` due deliveries for this worker, urgent ones first. Commit before sending.

    One statement serves both databases: PostgreSQL skips rows that another worker is taking,
    SQLite leaves the lock clause out and lets one writer in at a time.
    """
    taken: list[str] = []
    for is_urgent in (True, False):
        if len(taken) < limit:
            due = (
                select(Delivery.id)
                .where(is_due(now), Delivery.is_urgent.is_(is_urgent))
                .order_by(Delivery.next_at)
                .limit(limit - len(taken))
                .with_for_update(skip_locked=True)
            )
            taken += db.session.scalars(
                update(Delivery)
                .where(Delivery.id.in_(due))
                .values(lease_until=now + LEASE, lease_by=worker, attempts=Delivery.attempts + 1)
                .returning(Delivery.id)
                .execution_options(synchronize_session=False)
            ).all()
    return taken


def prepare(delivery_ids: Sequence[str], now: datetime, public_url: str, vapid_key: str) -> list[Job]:
    """What to send for claimed deliveries. Those that must not or need not be sent now are settled here."""
    rows = db.session.execute(
        select(Delivery, Notice, PushSubscription)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(PushSubscription, PushSubscription.id == Delivery.subscription_id)
        .where(Delivery.id.in_(delivery_ids))
        .order_by(Delivery.is_urgent.desc(), Delivery.next_at, Delivery.id)
    ).all()
    people = registry.directory().find({delivery.person_id for delivery, _, _ in rows})
    badges = queries.badges(people)
    jobs = []
    for delivery, notice, subscription in rows:
        person = people.get(delivery.person_id)
        if _settled_unsent(delivery, notice, subscription, person, now, vapid_key):
            continue
        try:
            body = compose.payload(notice, badges.get(notice.person_id, 0), public_url)
        except Exception:  # one notice that cannot be put into words must not stop the others
            log.exception("notice %s cannot be sent", notice.id)
            _end(delivery, "failed", "cannot_compose")
            continue
        push = Push(
            endpoint=subscription.endpoint,
            p256dh=subscription.p256dh,
            auth=subscription.auth,
            body=body,
            topic=rules.topic(notice.dedupe_key),
            is_urgent=delivery.is_urgent,
            ttl=max(1, int((delivery.expires_at - now).total_seconds())),
            attempts=delivery.attempts,
        )
        jobs.append(Job(delivery.id, subscription.id, push))
    return jobs


def _settled_unsent(
    delivery: Delivery, notice: Notice, subscription: PushSubscription, person: Recipient | None, now: datetime, vapid_key: str
) -> bool:
    """Decides what needs no sending: expired, seen meanwhile, no longer this person's phone, quiet hours."""
    if delivery.expires_at <= now:
        _end(delivery, "expired", "expired")
    elif notice.seen_at or notice.acknowledged_at:
        _end(delivery, "needless", "seen")
    elif person is None or subscription.state != "active" or subscription.person_id != delivery.person_id:
        _end(delivery, "gone", "signed_out")
    elif subscription.vapid_key != vapid_key:
        # Made under another key of ours: the push service would refuse it. The phone subscribes anew at its next start.
        service.retire(subscription, now, "other_key")
        _end(delivery, "gone", "other_key")
    elif delivery.may_wait and (free := rules.quiet_until(now, person.zone, person.quiet_from, person.quiet_to)) > now:
        delivery.next_at, delivery.lease_until, delivery.lease_by = free, None, None
        delivery.attempts -= 1
    else:
        return False
    return True


def _end(delivery: Delivery, state: str, reason: str | None) -> None:
    delivery.state = state
    delivery.last_error = reason
    delivery.lease_until = delivery.lease_by = None


def finish(worker: str, results: Iterable[tuple[Job, Outcome]], now: datetime) -> None:
    """Writes down what became of jobs. A delivery whose lease went to another worker is left to that one."""
    results = list(results)
    ids = [job.delivery_id for job, _ in results]
    held = select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id).with_for_update()
    deliveries = {delivery.id: delivery for delivery in db.session.scalars(held)}
    for job, outcome in results:
        delivery = deliveries.get(job.delivery_id)
        if delivery is None or delivery.lease_by != worker or delivery.state != "queued":
            continue
        _write(delivery, outcome, now)
        if outcome.kind == "gone":
            subscription = db.session.get_one(PushSubscription, job.subscription_id)
            service.retire(subscription, now, outcome.error or "gone")
        elif outcome.kind in ("origin_later", "origin_stopped"):
            _hold_origin(rules.origin(job.push.endpoint), now + outcome.wait)
        _log(job, outcome)


def _write(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    if outcome.kind in ("sent", "gone", "failed"):
        _end(delivery, outcome.kind, outcome.error)
        delivery.sent_at = now if outcome.kind == "sent" else None
        return
    delivery.lease_until = delivery.lease_by = None
    delivery.last_error = outcome.error
    delivery.next_at = now + outcome.wait
    if delivery.next_at >= delivery.expires_at:
        _end(delivery, "expired", outcome.error)


def _hold_origin(origin: str, until: datetime) -> None:
    """Lets everything that waits for one push service wait, for all workers."""
    there = select(PushSubscription.id).where(PushSubscription.endpoint.startswith(origin + "/", autoescape=True))
    db.session.execute(
        update(Delivery)
        .where(Delivery.state == "queued", Delivery.next_at < until, Delivery.subscription_id.in_(there))
        .values(next_at=until)
        .execution_options(synchronize_session=False)
    )


def _log(job: Job, outcome: Outcome) -> None:
    host = rules.origin(job.push.endpoint)
    if outcome.kind == "origin_stopped":
        log.error("push service %s refuses our key (%s): check VAPID_SUBJECT and the key; waiting", host, outcome.error)
    elif outcome.kind == "failed":
        log.error("push to %s failed for good: %s", host, outcome.error)
    elif outcome.kind != "sent":
        log.info("push to %s: %s (%s)", host, outcome.kind, outcome.error)


def expire(now: datetime) -> int:
    """Ends what is no longer worth delivering. Says how many."""
    ended = db.session.execute(
        update(Delivery)
        .where(Delivery.state == "queued", Delivery.expires_at <= now)
        .values(state="expired", last_error="expired", lease_until=None, lease_by=None)
        .execution_options(synchronize_session=False)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]
