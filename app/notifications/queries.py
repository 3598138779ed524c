"""What there is to tell a person, and how far the telling got."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app.core.actor import Actor
from app.core.db import db
from app.notifications.models import Delivery, Notice, PushSubscription


def badge(person_id: str) -> int:
    """Unseen notices that need an answer: the number on the app's icon."""
    return badges([person_id]).get(person_id, 0)


def badges(person_ids: Iterable[str]) -> dict[str, int]:
    """The badge of each of several people; those with nothing to answer are left out."""
    rows = db.session.execute(
        select(Notice.person_id, func.count())
        .where(Notice.person_id.in_(list(person_ids)), is_waiting())
        .group_by(Notice.person_id)
    )
    return {row[0]: row[1] for row in rows}


def is_waiting() -> ColumnElement[bool]:
    """The condition of a notice that the badge counts."""
    return Notice.needs_answer & Notice.seen_at.is_(None) & Notice.acknowledged_at.is_(None) & Notice.archived_at.is_(None)


def active_subscriptions(person_id: str) -> Sequence[PushSubscription]:
    """The browsers of a person that can be reached, oldest first."""
    return db.session.scalars(
        select(PushSubscription)
        .where(PushSubscription.person_id == person_id, PushSubscription.state == "active")
        .order_by(PushSubscription.created_at, PushSubscription.id)
    ).all()


def notice_buckets(row: Notice) -> list[str]:
    """Nobody but the person sees a notice; an archived one is on no phone."""
    return [] if row.archived_at else [f"user:{row.person_id}"]


@dataclass(frozen=True)
class Reach:
    """How far the telling of one person got: queued, sent, seen, confirmed, or inbox_only with the reason's code."""

    person_id: str
    notice_id: str
    state: str
    reason: str | None
    at: datetime | None


def reach(actor: Actor, dedupe_key: str, visible: Collection[str]) -> list[Reach]:
    """For everyone among `visible` who was told of one thing: how far it got, ordered by person."""
    notices = db.session.scalars(
        select(Notice)
        .where(
            Notice.organization_id == actor.organization_id, Notice.dedupe_key == dedupe_key, Notice.person_id.in_(list(visible))
        )
        .order_by(Notice.person_id)
    ).all()
    deliveries: dict[str, list[Delivery]] = defaultdict(list)
    found = (
        select(Delivery).where(Delivery.notice_id.in_([notice.id for notice in notices])).order_by(Delivery.sent_at, Delivery.id)
    )
    for delivery in db.session.scalars(found):
        deliveries[delivery.notice_id].append(delivery)
    return [_reach(notice, deliveries[notice.id]) for notice in notices]


def _reach(notice: Notice, deliveries: Sequence[Delivery]) -> Reach:
    def reached(state: str, at: datetime | None, reason: str | None = None) -> Reach:
        return Reach(notice.person_id, notice.id, state, reason, at)

    if notice.acknowledged_at:
        return reached("confirmed", notice.acknowledged_at)
    if notice.seen_at:
        return reached("seen", notice.seen_at)
    if sent := [delivery.sent_at for delivery in deliveries if delivery.state == "sent"]:
        return reached("sent", sent[0])
    if waiting := [delivery.next_at for delivery in deliveries if delivery.state == "queued"]:
        return reached("queued", min(waiting))
    return reached("inbox_only", notice.created_at, _why_no_push(deliveries))


def _why_no_push(deliveries: Sequence[Delivery]) -> str:
    if not deliveries:
        return "notices.cannot.no_device"
    if any(delivery.last_error == "daily_cap" for delivery in deliveries):
        return "notices.cannot.daily_cap"
    states = {delivery.state for delivery in deliveries}
    return next(f"notices.cannot.{state}" for state in ("expired", "failed", "gone") if state in states)
