"""Tables of notices, deliveries and push subscriptions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import ID_LENGTH, Base, Record, Synced, foreign


class Notice(Synced, Record, Base):
    """One thing that one person is told. It is in the inbox first; delivering it is a second matter.

    `dedupe_key` holds kind, object and version or local day, so a person hears of a thing once.
    """

    __tablename__ = "notice"

    person_id: Mapped[str] = foreign("person")
    kind: Mapped[str] = mapped_column(String(60))
    dedupe_key: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(1000))
    url: Mapped[str] = mapped_column(String(400))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    needs_answer: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("person_id", "dedupe_key"),)


class Delivery(Record, Base):
    """One way to bring a notice to a person over one channel: the outbox of the worker.

    `queued` until it is `sent`, or final otherwise: `failed` (our fault, or over the daily cap),
    `gone` (the phone is no longer reachable there), `expired`, `needless` (seen before it was sent).
    A worker holds a queued one for `lease_until`; a lease that ran out frees it. `may_wait` ones keep
    to quiet hours and the daily cap.
    """

    __tablename__ = "delivery"

    notice_id: Mapped[str] = foreign("notice")
    person_id: Mapped[str] = foreign("person")
    channel: Mapped[str] = mapped_column(String(20))  # push
    subscription_id: Mapped[str | None] = foreign("push_subscription")
    state: Mapped[str] = mapped_column(String(10))  # queued | sent | failed | gone | expired | needless
    is_urgent: Mapped[bool] = mapped_column(default=False)
    may_wait: Mapped[bool] = mapped_column(default=True)
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(60))
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        UniqueConstraint("notice_id", "channel", "subscription_id"),
        Index("ix_delivery_state_is_urgent_next_at", "state", "is_urgent", "next_at"),
    )


class PushSubscription(Record, Base):
    """Where a browser can be reached by web push."""

    __tablename__ = "push_subscription"

    person_id: Mapped[str] = foreign("person")
    device_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), index=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(40))
    vapid_key: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default="active")  # active | gone
    last_error: Mapped[str | None] = mapped_column(String(500))
    gone_at: Mapped[datetime | None]


class Reminder(Record, Base):
    """The morning reminder of one person on one local day: planned once, whoever plans it."""

    __tablename__ = "reminder"

    person_id: Mapped[str] = foreign("person", index=False)
    on: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    notice_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    state: Mapped[str] = mapped_column(String(10), default="planned")  # planned | sent | skipped | expired

    __table_args__ = (UniqueConstraint("person_id", "on"),)
