"""Tables of plans, targets, adjustments and receipts of change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import ID_LENGTH, Base, External, Record, Synced, foreign


class Plan(External, Synced, Record, Base):
    """A plan for one metric over a span of days, such as a year's receipts."""

    __tablename__ = "plan"

    name: Mapped[str] = mapped_column(String(200))
    metric: Mapped[str] = mapped_column(String(20))  # revenue | receipts
    currency: Mapped[str] = mapped_column(String(3))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)  # the number of the present version


class PlanVersion(Synced, Record, Base):
    """One immutable version of a plan. `effective_from` is the first day that it governs;
    `created_at` is when it became known (the two times of planning.md 1.8). `client_id` and `n` name
    the mutation that made it: what a phone did itself is no news to its own later decisions."""

    __tablename__ = "plan_version"

    plan_id: Mapped[str] = foreign("plan", index=False)
    number: Mapped[int]
    effective_from: Mapped[date]
    adjustment_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    client_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    n: Mapped[int | None]

    __table_args__ = (UniqueConstraint("plan_id", "number"),)


class Target(Synced, Record, Base):
    """A leaf: what one person is to reach in one period, per product line or in all.

    Only leaves are stored; every total is a sum. A leaf holds from version `from_version` up to and
    with `to_version` (None: still) and governs the days from `effective_from` on. `frozen` maps closed
    days to what each asked (minor units): a later version, leave or calendar edit re-splits only
    the days after `frozen_until`. What nobody holds stands with the manager (`is_unassigned`).
    """

    __tablename__ = "target"

    plan_id: Mapped[str] = foreign("plan")
    person_id: Mapped[str] = foreign("person", index=False)
    period_kind: Mapped[str] = mapped_column(String(10))  # month | quarter | year | free
    period_start: Mapped[date]
    period_end: Mapped[date]
    product_line_id: Mapped[str | None] = foreign("product_line")
    value: Mapped[int]
    floor_value: Mapped[int | None]
    stretch_value: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    from_version: Mapped[int]
    to_version: Mapped[int | None]
    effective_from: Mapped[date]
    frozen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    frozen_until: Mapped[date | None]
    is_locked: Mapped[bool] = mapped_column(default=False)
    is_unassigned: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[Any]] = mapped_column(default=list)
    archived_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_target_person_id_period_start", "person_id", "period_start"),)


class Adjustment(Synced, Record, Base):
    """A request to change targets, and what was decided.

    `cells`: [{target_id, person_id, product_line_id, period_start, period_end, old_value,
    new_value}]. `seen_version` is the plan version that the requester saw. `status`: submitted |
    approved | rejected | returned | withdrawn | undone.
    """

    __tablename__ = "adjustment"

    plan_id: Mapped[str] = foreign("plan")
    requester_id: Mapped[str] = foreign("person")
    approver_id: Mapped[str] = foreign("person")
    cells: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(String(2000))
    photos: Mapped[list[Any]] = mapped_column(default=list)
    effective_from: Mapped[date]
    seen_version: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    decision_note: Mapped[str | None] = mapped_column(String(2000))
    result_version: Mapped[int | None]
    archived_at: Mapped[datetime | None]


class ChangeReceipt(Synced, Record, Base):
    """What one change of plan means for one person (目标变更回执), until they have acknowledged it.

    Each change has its own; acknowledging one acknowledges the earlier ones of the same plan and period too.

    `cells`: [{product_line_id, old_value, new_value}] of one period; `days`: [{on, old_value,
    new_value}] for the open days from the effective date on. `old_total` and `new_total` are the
    person's totals of the period.
    """

    __tablename__ = "change_receipt"

    person_id: Mapped[str] = foreign("person")
    plan_id: Mapped[str] = foreign("plan")
    adjustment_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), index=True)
    from_version: Mapped[int]
    to_version: Mapped[int]
    effective_from: Mapped[date]
    period_start: Mapped[date]
    period_end: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    old_total: Mapped[int]
    new_total: Mapped[int]
    cells: Mapped[list[Any]]
    days: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(String(2000))
    decided_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    decided_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    question: Mapped[str | None] = mapped_column(String(2000))
    asked_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("person_id", "plan_id", "to_version", "period_start"),)
