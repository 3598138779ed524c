"""Tables of visit types, visits and tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Float, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import ID_LENGTH, Base, External, Record, Synced, foreign


class VisitType(Synced, Record, Base):
    """One version of a visit type: its steps and fields, outcomes and next steps, as data.

    `steps`: [{key, kind, label: {zh, en}, is_required, …}] with kind photo | choice | number |
    money | text; a choice has options [{key, label}], a number min, max, unit, a photo min (how
    many). `outcomes` and `next_steps`: [{key, label: {zh, en}, …}]. A visit names the version that
    it was started on, and finishes on it.
    """

    __tablename__ = "visit_type"

    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    name: Mapped[dict[str, Any]]
    steps: Mapped[list[Any]]
    outcomes: Mapped[list[Any]]
    next_steps: Mapped[list[Any]]
    off_site_reasons: Mapped[list[Any]]
    radius_m: Mapped[int] = mapped_column(default=150)
    is_live: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("organization_id", "code", "version"),)


class Visit(External, Synced, Record, Base):
    """A visit, from the stop on a day's route to its outcome.

    Times are corrected device times. `distance_m` is measured in one datum by the server. `grade`
    is verified | nearby | off_site | no_location; it never refuses a visit. `photos` are SHA-256
    names whose bytes may arrive later. Money is in minor units of `currency`.
    """

    __tablename__ = "visit"

    person_id: Mapped[str] = foreign("person", index=False)
    customer_id: Mapped[str] = foreign("customer")
    visit_type_id: Mapped[str | None] = foreign("visit_type")
    status: Mapped[str] = mapped_column(String(10))  # planned | open | done | cancelled
    is_planned: Mapped[bool]
    planned_on: Mapped[date]
    planned_at: Mapped[str | None] = mapped_column(String(5))  # wall time, "09:30"
    sort: Mapped[int] = mapped_column(default=0)
    purpose: Mapped[str | None] = mapped_column(String(300))
    expected_amount: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    lat: Mapped[float | None] = mapped_column(Float(53))
    lng: Mapped[float | None] = mapped_column(Float(53))
    datum: Mapped[str | None] = mapped_column(String(10))
    accuracy_m: Mapped[int | None]
    fix_age_s: Mapped[int | None]
    distance_m: Mapped[int | None]
    grade: Mapped[str | None] = mapped_column(String(12))
    off_site_reason: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[str | None] = mapped_column(String(60))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    photos: Mapped[list[Any]] = mapped_column(default=list)
    amount: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(String(4000))
    flags: Mapped[list[Any]] = mapped_column(default=list)
    archived_at: Mapped[datetime | None]

    __table_args__ = (*External.constraints(), Index("ix_visit_person_id_planned_on", "person_id", "planned_on"))


class Task(External, Synced, Record, Base):
    """Something to do, with a date. A next step agreed in a visit is one."""

    __tablename__ = "task"

    person_id: Mapped[str] = foreign("person", index=False)
    customer_id: Mapped[str | None] = foreign("customer")
    visit_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    kind: Mapped[str] = mapped_column(String(20), default="todo")  # todo | next_step
    title: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date | None]
    due_at: Mapped[str | None] = mapped_column(String(5))
    status: Mapped[str] = mapped_column(String(10), default="open")  # open | done
    done_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]

    __table_args__ = (*External.constraints(), Index("ix_task_person_id_due_on", "person_id", "due_on"))
