"""What happened to plans, requests and receipts of change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class AdjustmentRequested:
    """Someone asks for other targets; `approver_id` is to decide. Totals are of the cells touched."""

    adjustment_id: str
    requester_id: str
    requester_name: str
    approver_id: str
    line_name: str | None  # None: more than one product line, or all in one
    period_start: date
    period_end: date
    old_total: int
    new_total: int
    currency: str
    reason: str
    plan_version: int


@dataclass(frozen=True)
class AdjustmentDecided:
    """A request was approved, rejected, returned or undone (`decision`). `told_ids` have a receipt of change of it."""

    adjustment_id: str
    requester_id: str
    approver_id: str
    decided_by: str
    decided_by_name: str
    decision: str
    note: str | None
    told_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class AdjustmentWithdrawn:
    """The requester took the request back before anyone decided."""

    adjustment_id: str
    requester_id: str
    approver_id: str


@dataclass(frozen=True)
class PlanChanged:
    """One person's targets of one period changed. `on` is the first day that asks something else:
    today with what is needed (before and after), or a later day with what it asks; None: no such day."""

    receipt_id: str
    person_id: str
    decided_by: str
    period_start: date
    period_end: date
    currency: str
    old_total: int
    new_total: int
    on: date | None
    is_today: bool
    day_old: int
    day_new: int
    reason: str


@dataclass(frozen=True)
class ChangeAcknowledged:
    """A person has acknowledged a change."""

    receipt_id: str
    person_id: str
    decided_by: str


@dataclass(frozen=True)
class ChangeQuestioned:
    """A person asks the author of a change about it."""

    receipt_id: str
    person_id: str
    person_name: str
    decided_by: str
    period_start: date
    period_end: date
    question: str
