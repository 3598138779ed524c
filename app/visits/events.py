"""What happened on visits and to tasks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VisitStarted:
    """Somebody checked in at a customer."""

    visit_id: str
    customer_id: str
    person_id: str
    grade: str


@dataclass(frozen=True)
class VisitCompleted:
    """A visit has its outcome."""

    visit_id: str
    customer_id: str
    person_id: str
    outcome: str


@dataclass(frozen=True)
class TaskCompleted:
    """A task was done."""

    task_id: str
    person_id: str
