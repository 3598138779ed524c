"""What people do with their notices and their browsers' push subscriptions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.notifications.models import Delivery, Notice, PushSubscription


def mark_seen(actor: Actor, *, ids: Sequence[str]) -> None:
    """Marks notices of one's own as seen, at the time when the person saw them. Others are left alone."""
    for notice in db.session.scalars(select(Notice).where(Notice.person_id == actor.person_id, Notice.id.in_(list(ids)))):
        notice.seen_at = notice.seen_at or actor.at


def acknowledge(actor: Actor, *, id: str) -> None:
    """Answers a notice of one's own that asks for no more than "understood". NotFound for anyone else's."""
    notice = db.session.scalar(select(Notice).where(Notice.person_id == actor.person_id, Notice.id == id))
    if notice is None:
        raise NotFound
    _answer(notice, actor.at)


def settle(actor: Actor, *, person_id: str, dedupe_key: str) -> None:
    """Answers a notice because what it asks for was done on some screen. Without such a notice: nothing."""
    notice = db.session.scalar(
        select(Notice).where(
            Notice.organization_id == actor.organization_id, Notice.person_id == person_id, Notice.dedupe_key == dedupe_key
        )
    )
    if notice is not None:
        _answer(notice, actor.at)


def _answer(notice: Notice, at: datetime) -> None:
    notice.seen_at = notice.seen_at or at
    notice.acknowledged_at = notice.acknowledged_at or at


# --- Push subscriptions -------------------------------------------------------------------------


def subscribe(
    actor: Actor, *, device_id: str | None, endpoint: str, p256dh: str, auth: str, vapid_key: str, replaces: str | None = None
) -> PushSubscription:
    """Keeps where a browser can be reached. Posting the same again changes nothing.

    A browser has one endpoint, whoever is signed in: on a shared phone the last to subscribe gets
    it, and what still waited there for the one before is not sent. `replaces` is the endpoint that this browser had before.
    """
    if replaces and replaces != endpoint:
        unsubscribe(actor, endpoint=replaces)
    subscription = _by_endpoint(endpoint)
    if subscription is None:
        subscription = PushSubscription(
            organization_id=actor.organization_id,
            created_at=actor.now,
            created_by=actor.person_id,
            endpoint=endpoint,
            endpoint_hash=_hash(endpoint),
        )
        db.session.add(subscription)
    elif subscription.person_id != actor.person_id:
        _drop_waiting(subscription, "another_person")
        subscription.organization_id = actor.organization_id
        subscription.created_by = actor.person_id
    subscription.person_id = actor.person_id
    subscription.device_id = device_id
    subscription.p256dh, subscription.auth, subscription.vapid_key = p256dh, auth, vapid_key
    subscription.state, subscription.gone_at, subscription.last_error = "active", None, None
    db.session.flush()
    return subscription


def unsubscribe(actor: Actor, *, endpoint: str) -> None:
    """Ends a subscription of one's own. Ending what is not there is fine."""
    subscription = _by_endpoint(endpoint)
    if subscription is not None and subscription.person_id == actor.person_id:
        retire(subscription, actor.now, "unsubscribed")


def end_device(actor: Actor, *, device_id: str) -> None:
    """Ends the subscriptions of a device that was signed out: nothing more is pushed there."""
    for subscription in db.session.scalars(
        select(PushSubscription).where(PushSubscription.device_id == device_id, PushSubscription.state == "active")
    ):
        retire(subscription, actor.now, "signed_out")


def retire(subscription: PushSubscription, now: datetime, reason: str) -> None:
    """A subscription that no longer reaches anyone, and what still waited for it."""
    subscription.state = "gone"
    subscription.gone_at = now
    subscription.last_error = reason
    _drop_waiting(subscription, reason)


def _drop_waiting(subscription: PushSubscription, reason: str) -> None:
    db.session.execute(
        update(Delivery)
        .where(Delivery.subscription_id == subscription.id, Delivery.state == "queued")
        .values(state="gone", last_error=reason, lease_until=None, lease_by=None)
        .execution_options(synchronize_session="fetch")
    )


def _by_endpoint(endpoint: str) -> PushSubscription | None:
    return db.session.scalar(select(PushSubscription).where(PushSubscription.endpoint_hash == _hash(endpoint)))


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
