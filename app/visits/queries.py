"""Which visits and tasks a person may see, and where they travel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.customers.models import Customer
from app.visits.models import Task, Visit, VisitType


def organization_bucket(row: Any) -> list[str]:
    """Visit types are seen by everyone in the organisation."""
    return [f"org:{row.organization_id}"]


def visit_buckets(visit: Visit) -> list[str]:
    """A visit hangs off its customer, and stays with who makes it."""
    return [] if visit.archived_at else [f"cust:{visit.customer_id}", f"person:{visit.person_id}"]


def task_buckets(task: Task) -> list[str]:
    """A task is its person's, and hangs off its customer if it has one."""
    if task.archived_at:
        return []
    own = [f"person:{task.person_id}"]
    return [*own, f"cust:{task.customer_id}"] if task.customer_id else own


def own_visit(actor: Actor, visit_id: str) -> Visit:
    """The actor's visit of this id. Raises NotFound for anyone else's."""
    visit = db.session.get(Visit, visit_id)
    if visit is None or visit.organization_id != actor.organization_id or visit.person_id != actor.person_id:
        raise NotFound()
    return visit


def own_task(actor: Actor, task_id: str) -> Task:
    """The actor's task of this id. Raises NotFound for anyone else's."""
    task = db.session.get(Task, task_id)
    if task is None or task.organization_id != actor.organization_id or task.person_id != actor.person_id:
        raise NotFound()
    return task


def visit_type(actor: Actor, visit_type_id: str) -> VisitType:
    """A version of a visit type, live or not: a visit finishes on the version that it started on."""
    found = db.session.get(VisitType, visit_type_id)
    if found is None or found.organization_id != actor.organization_id:
        raise NotFound()
    return found


def live_visit_types(actor: Actor) -> list[VisitType]:
    """The versions that a new visit may start on, by code."""
    found = select(VisitType).where(VisitType.organization_id == actor.organization_id, VisitType.is_live)
    return list(db.session.scalars(found.order_by(VisitType.code)))


def open_visits(actor: Actor) -> list[Visit]:
    """The actor's visits that have a check-in and no check-out, oldest first."""
    found = select(Visit).where(
        Visit.organization_id == actor.organization_id, Visit.person_id == actor.person_id, Visit.status == "open"
    )
    return list(db.session.scalars(found.order_by(Visit.checked_in_at, Visit.id)))


def left_open() -> list[Visit]:
    """The visits of everybody in all organisations that have no check-out yet, oldest first; for the worker."""
    return list(db.session.scalars(select(Visit).where(Visit.status == "open").order_by(Visit.checked_in_at, Visit.id)))


def has_check_in_between(visit: Visit, end: datetime) -> bool:
    """Whether the person checked in elsewhere after this check-in and before `end`."""
    found = select(Visit.id).where(
        Visit.organization_id == visit.organization_id,
        Visit.person_id == visit.person_id,
        Visit.checked_in_at > visit.checked_in_at,
        Visit.checked_in_at <= end,
    )
    return db.session.scalars(found.limit(1)).first() is not None


def planned_visits(organization_id: str, person_id: str, customer_id: str) -> list[Visit]:
    """A person's visits to a customer that are planned and not begun, by day."""
    found = select(Visit).where(
        Visit.organization_id == organization_id,
        Visit.person_id == person_id,
        Visit.customer_id == customer_id,
        Visit.status == "planned",
    )
    return list(db.session.scalars(found.order_by(Visit.planned_on, Visit.id)))


def visits_of(actor: Actor, customer: Customer, limit: int = 200) -> list[Visit]:
    """The visits to a customer, newest first. The caller got the customer through customers.get."""
    found = select(Visit).where(Visit.organization_id == actor.organization_id, Visit.customer_id == customer.id)
    return list(db.session.scalars(found.order_by(Visit.planned_on.desc(), Visit.id).limit(limit)))


def tasks_of(actor: Actor, customer: Customer, limit: int = 200) -> list[Task]:
    """The tasks about a customer, by date. The caller got the customer through customers.get."""
    found = select(Task).where(Task.organization_id == actor.organization_id, Task.customer_id == customer.id)
    return list(db.session.scalars(found.order_by(Task.due_on, Task.id).limit(limit)))


@dataclass(frozen=True)
class Stop:
    """A planned visit as the morning names it. `planned_at` is wall time, "09:30"."""

    planned_at: str | None
    customer_name: str


def stops(person_id: str, day: date) -> list[Stop]:
    """The visits that a person has planned for a day and not begun, in the order of the route."""
    found = (
        select(Visit.planned_at, Customer.name)
        .join(Customer, Customer.id == Visit.customer_id)
        .where(Visit.person_id == person_id, Visit.planned_on == day, Visit.status == "planned", Visit.archived_at.is_(None))
    )
    order = found.order_by(Visit.sort, func.coalesce(Visit.planned_at, "99:99"), Visit.id)
    return [Stop(planned_at, name) for planned_at, name in db.session.execute(order)]
