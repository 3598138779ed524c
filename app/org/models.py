"""Tables of organisations, people and their access."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import ID_LENGTH, Base, External, Record, Synced, foreign, new_id


class Organization(Synced, Base):
    """A company. Its id is the tenant key of every other row."""

    __tablename__ = "organization"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    created_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str] = mapped_column(String(60))
    calendar: Mapped[str] = mapped_column(String(10))  # a country of the `holidays` package, such as CN
    locale: Mapped[str] = mapped_column(String(10), default="zh-CN")
    workdays: Mapped[list[Any]]  # ISO weekdays that are worked, [1, 2, 3, 4, 5]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @property
    def organization_id(self) -> str:
        """The tenant key, under the name that every other row has it."""
        return self.id


class Team(External, Synced, Record, Base):
    """A team; teams form a tree. Its manager sees everyone in it and below it."""

    __tablename__ = "team"

    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[str | None] = foreign("team")
    manager_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), index=True)
    sort: Mapped[int] = mapped_column(default=0)


class Person(External, Synced, Record, Base):
    """Somebody who works there. What colleagues may see; the private part is the account.

    `manager_id` follows from the team tree and is kept by the service that changes the tree.
    """

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    team_id: Mapped[str | None] = foreign("team")
    manager_id: Mapped[str | None] = foreign("person")
    title: Mapped[str | None] = mapped_column(String(200))
    hired_on: Mapped[date | None]
    left_on: Mapped[date | None]
    is_active: Mapped[bool] = mapped_column(default=True)


class Account(Synced, Record, Base):
    """How a person signs in and wants to be told. Only the person's own phone sees it (without secrets)."""

    __tablename__ = "account"

    person_id: Mapped[str] = foreign("person", unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(10), default="zh-CN")
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    time_zone: Mapped[str | None] = mapped_column(String(60))  # None: the organisation's
    remind_at: Mapped[str] = mapped_column(String(5), default="08:00")
    is_reminded: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[str] = mapped_column(String(5), default="20:00")
    quiet_to: Mapped[str] = mapped_column(String(5), default="07:30")
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index("uq_account_email", func.lower(email), unique=True),)


class Leave(Synced, Record, Base):
    """Days on which a person does not work. `share` is how much of each day is off, in hundredths."""

    __tablename__ = "leave"

    person_id: Mapped[str] = foreign("person")
    from_on: Mapped[date]
    to_on: Mapped[date]
    share: Mapped[int] = mapped_column(default=100)
    reason: Mapped[str | None] = mapped_column(String(200))


class CalendarDay(Synced, Record, Base):
    """A day that differs from the weekly pattern: a public holiday or a make-up workday (调休).

    `is_override` marks what an admin decided; filling the calendar again leaves it alone.
    `is_provisional` marks days of a year whose official list is not out yet.
    """

    __tablename__ = "calendar_day"

    on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))  # holiday | workday
    name: Mapped[str] = mapped_column(String(120))
    is_provisional: Mapped[bool] = mapped_column(default=False)
    is_override: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("organization_id", "on"),)


class Device(Record, Base):
    """A signed-in browser: the server's side of a session. Signing one out ends it here."""

    __tablename__ = "device"

    person_id: Mapped[str] = foreign("person")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(400), default="")
    last_seen_at: Mapped[datetime]
    signed_out_at: Mapped[datetime | None]


class OneTimeLink(Record, Base):
    """A link that works once: to join (invite) or to set a new password (reset)."""

    __tablename__ = "one_time_link"

    person_id: Mapped[str] = foreign("person")
    purpose: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Record, Base):
    """A bearer token for a program. Shown once, kept as a hash."""

    __tablename__ = "api_token"

    person_id: Mapped[str] = foreign("person")
    name: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
