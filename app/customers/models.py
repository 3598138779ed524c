"""Tables of customers, contacts and territories."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, External, Record, Synced, foreign


class Territory(External, Synced, Record, Base):
    """A region; territories form a tree."""

    __tablename__ = "territory"

    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[str | None] = foreign("territory")
    country: Mapped[str | None] = mapped_column(String(80))


class TerritoryAssignment(Record, Base):
    """Who works a territory from when to when; `to_on` is the last day, None while it lasts."""

    __tablename__ = "territory_assignment"

    person_id: Mapped[str] = foreign("person")
    territory_id: Mapped[str] = foreign("territory")
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]


class Customer(External, Synced, Record, Base):
    """A customer. `initials` are the pinyin initials of the name, by which phones search."""

    __tablename__ = "customer"

    name: Mapped[str] = mapped_column(String(300))
    initials: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[str | None] = mapped_column(String(80))
    tier: Mapped[str | None] = mapped_column(String(4))
    owner_id: Mapped[str | None] = foreign("person")
    territory_id: Mapped[str | None] = foreign("territory")
    address: Mapped[str | None] = mapped_column(String(400))
    city: Mapped[str | None] = mapped_column(String(120))
    region: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(60))
    lat: Mapped[float | None] = mapped_column(Float(53))
    lng: Mapped[float | None] = mapped_column(Float(53))
    datum: Mapped[str | None] = mapped_column(String(10))  # wgs84 | gcj02 | bd09
    note: Mapped[str | None] = mapped_column(String(2000))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    flags: Mapped[list[Any]] = mapped_column(default=list)
    merged_into_id: Mapped[str | None] = foreign("customer")
    archived_at: Mapped[datetime | None]


class CustomerAssignment(Record, Base):
    """Who looked after a customer from when to when; `to_on` is the last day, None while it lasts.

    `ended_at` is the instant from which the former owner no longer had it: what was done offline
    is judged by it.
    """

    __tablename__ = "customer_assignment"

    customer_id: Mapped[str] = foreign("customer", index=False)
    person_id: Mapped[str] = foreign("person")
    kind: Mapped[str] = mapped_column(String(10), default="owner")
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_customer_assignment_customer_id_from_on", "customer_id", "from_on"),)


class Contact(External, Synced, Record, Base):
    """A person at a customer."""

    __tablename__ = "contact"

    customer_id: Mapped[str] = foreign("customer")
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    sort: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]
