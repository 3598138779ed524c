"""What people do on their route. One function per verb; nobody here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.core import clock, events
from app.core.actor import Actor, Role
from app.core.db import db, new_id
from app.core.errors import AccessLost, Forbidden, Gone, Refusal
from app.core.geo import Datum, Point, metres
from app.customers import queries as customers
from app.customers.models import Customer
from app.org import queries as org
from app.visits import queries, rules
from app.visits.defaults import VISIT_TYPES
from app.visits.events import TaskCompleted, VisitCompleted, VisitStarted
from app.visits.models import Task, Visit, VisitType

LATE_AFTER_REASSIGN = "late_after_reassign"
CHECK_OUT_ESTIMATED = "check_out_estimated"


# --- Visit types -------------------------------------------------------------------------------


def publish_visit_type(
    actor: Actor,
    *,
    code: str,
    name: Mapping[str, str],
    steps: Sequence[Mapping[str, Any]],
    outcomes: Sequence[Mapping[str, Any]],
    next_steps: Sequence[Mapping[str, Any]] = (),
    off_site_reasons: Sequence[Mapping[str, Any]] = (),
    radius_m: int = 150,
) -> VisitType:
    """Publishes a new version of a visit type. Visits that have begun finish on the version they began on."""
    if actor.role is not Role.ADMIN:
        raise Forbidden()
    problem = rules.problem_of_steps(steps)
    if problem:
        raise Refusal(problem, fields={"steps": problem})
    if not outcomes:
        raise Refusal("visits.no_outcomes", fields={"outcomes": "visits.no_outcomes"})
    of_code = (VisitType.organization_id == actor.organization_id, VisitType.code == code)
    last = db.session.scalar(select(func.max(VisitType.version)).where(*of_code)) or 0
    for former in db.session.scalars(select(VisitType).where(*of_code, VisitType.is_live).order_by(VisitType.version)):
        former.is_live = False
    visit_type = VisitType(
        **_record(actor, new_id()),
        code=code,
        version=last + 1,
        name=dict(name),
        steps=[dict(step) for step in steps],
        outcomes=[dict(outcome) for outcome in outcomes],
        next_steps=[dict(step) for step in next_steps],
        off_site_reasons=[dict(reason) for reason in off_site_reasons],
        radius_m=radius_m,
        is_live=True,
    )
    db.session.add(visit_type)
    db.session.flush()
    return visit_type


def publish_defaults(actor: Actor) -> None:
    """Gives a company the visit types that it starts with, as far as it has none of the same code."""
    present = {known.code for known in queries.live_visit_types(actor)}
    for described in VISIT_TYPES:
        if described["code"] not in present:
            publish_visit_type(actor, **described)


# --- The route ---------------------------------------------------------------------------------


def plan_visit(
    actor: Actor,
    *,
    id: str,
    customer_id: str,
    planned_on: date,
    visit_type_id: str | None = None,
    planned_at: str | None = None,
    purpose: str | None = None,
    expected_amount: int | None = None,
    sort: int = 0,
) -> None:
    """Puts a stop on a day's route. `planned_at` is wall time, such as 09:30."""
    customer = customers.get(actor, customer_id)
    _check_free(Visit, id)
    if visit_type_id is not None:
        queries.visit_type(actor, visit_type_id)
    visit = _new_visit(actor, id, customer, planned_on, is_planned=True)
    visit.visit_type_id = visit_type_id
    visit.planned_at = planned_at
    visit.purpose = purpose
    visit.expected_amount = expected_amount
    visit.sort = sort
    db.session.flush()


def move_visit(actor: Actor, *, id: str, planned_on: date, planned_at: str | None = None, sort: int | None = None) -> None:
    """Puts a planned stop on another day, time or place in the route."""
    visit = _planned(actor, id)
    visit.planned_on = planned_on
    visit.planned_at = planned_at
    if sort is not None:
        visit.sort = sort


def cancel_visit(actor: Actor, *, id: str, reason: str | None = None) -> None:
    """Takes a planned stop off the route; the reason is kept."""
    visit = _planned(actor, id)
    visit.status = "cancelled"
    if reason:
        visit.note = reason


def call_off(actor: Actor, *, customer_id: str, person_id: str, on: date) -> None:
    """Takes the stops of someone who no longer looks after a customer off the route from a day on."""
    for visit in queries.planned_visits(actor.organization_id, person_id, customer_id):
        if visit.planned_on >= on:
            visit.status = "cancelled"
            _flag(visit, "customer_reassigned")


# --- The visit ---------------------------------------------------------------------------------


def check_in(
    actor: Actor,
    *,
    id: str,
    customer_id: str,
    visit_type_id: str,
    planned_on: date,
    position: Mapping[str, Any] | None = None,
    off_site_reason: str | None = None,
) -> None:
    """Starts a visit: a planned one, or with a new id an unplanned one.

    The distance grades the visit and never refuses it. The visit is on the local day of the
    corrected time, whatever day the phone believed it was.
    """
    customer, flags = _visitable(actor, customer_id)
    visit_type = queries.visit_type(actor, visit_type_id)
    visit = db.session.get(Visit, id)
    today = customers.today(actor)
    if visit is None:
        visit = _new_visit(actor, id, customer, today, is_planned=False)
    else:
        visit = _startable(actor, id, customer)
    _close_forgotten(actor, visit)
    visit.status = "open"
    visit.visit_type_id = visit_type.id
    visit.checked_in_at = actor.at
    visit.planned_on = today
    for flag in flags:
        _flag(visit, flag)
    if actor.is_skewed:
        _flag(visit, "clock_skewed")
    _locate(visit, customer, visit_type, position, off_site_reason)
    db.session.flush()
    events.announce(actor, VisitStarted(visit.id, visit.customer_id, visit.person_id, visit.grade or ""))


def finish(
    actor: Actor,
    *,
    id: str,
    outcome: str,
    answers: Mapping[str, Any],
    photos: Sequence[Mapping[str, Any]] = (),
    amount: int | None = None,
    note: str | None = None,
    next_step: Mapping[str, Any] | None = None,
) -> None:
    """Ends a visit with its outcome. A must-do step that is missing refuses it and names the step.

    `photos` name their bytes by SHA-256; the bytes may come later. A next step becomes a task.
    """
    visit = queries.own_visit(actor, id)
    if visit.status != "open" and CHECK_OUT_ESTIMATED not in visit.flags:
        raise Refusal("visits.not_open" if visit.status != "done" else "visits.already_finished", status=409)
    _check_content(actor, visit, outcome, answers, photos)
    is_later = visit.status == "done" and not _was_in_time(actor, visit)
    visit.status = "done"
    visit.flags = [flag for flag in visit.flags if flag != CHECK_OUT_ESTIMATED] + (["finished_later"] if is_later else [])
    if not is_later:
        visit.checked_out_at = actor.at
    visit.outcome = outcome
    visit.answers = dict(answers)
    visit.photos = [_plain(photo) for photo in photos]
    visit.amount = amount
    visit.note = note
    if next_step is not None:
        _add_task(
            actor,
            id=next_step["task_id"],
            title=next_step["title"],
            due_on=next_step["due_on"],
            customer_id=visit.customer_id,
            visit_id=visit.id,
            kind="next_step",
        )
    db.session.flush()
    events.announce(actor, VisitCompleted(visit.id, visit.customer_id, visit.person_id, outcome))


# --- Tasks -------------------------------------------------------------------------------------


def add_task(
    actor: Actor,
    *,
    id: str,
    title: str,
    customer_id: str | None = None,
    due_on: date | None = None,
    due_at: str | None = None,
) -> None:
    """Writes down something to do, for oneself."""
    if customer_id is not None:
        customer_id = customers.get(actor, customer_id).id
    _add_task(actor, id=id, title=title, customer_id=customer_id, due_on=due_on, due_at=due_at)
    db.session.flush()


def complete_task(actor: Actor, *, id: str) -> None:
    """Ticks a task off. Ticking twice is ticking once."""
    task = queries.own_task(actor, id)
    if task.status == "done":
        return
    task.status = "done"
    task.done_at = actor.at
    events.announce(actor, TaskCompleted(task.id, task.person_id))


def reopen_task(actor: Actor, *, id: str) -> None:
    """Takes the tick back."""
    task = queries.own_task(actor, id)
    task.status = "open"
    task.done_at = None


# --- Steps of the above ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where a check-in was, and what that says."""

    distance_m: int | None
    grade: rules.Grade


def _record(actor: Actor, id: str) -> dict[str, Any]:
    return {"id": id, "organization_id": actor.organization_id, "created_at": actor.at, "created_by": _author(actor)}


def _new_visit(actor: Actor, id: str, customer: Customer, planned_on: date, *, is_planned: bool) -> Visit:
    visit = Visit(
        **_record(actor, id),
        person_id=actor.person_id,
        customer_id=customer.id,
        status="planned",
        is_planned=is_planned,
        planned_on=planned_on,
        currency=org.organization(actor).currency,
        answers={},
        photos=[],
        flags=[],
    )
    db.session.add(visit)
    return visit


def _add_task(actor: Actor, *, id: str, title: str, **values: Any) -> None:
    _check_free(Task, id)
    db.session.add(Task(**_record(actor, id), person_id=actor.person_id, title=title.strip(), status="open", **values))


def _check_free(model: type[Visit] | type[Task], id: str) -> None:
    if db.session.get(model, id) is not None:
        raise Refusal("visits.id_taken")


def _planned(actor: Actor, visit_id: str) -> Visit:
    visit = queries.own_visit(actor, visit_id)
    if visit.status != "planned":
        raise Refusal("visits.not_planned", status=409)
    return visit


def _visitable(actor: Actor, customer_id: str) -> tuple[Customer, list[str]]:
    """The customer to visit, with what to mark. One given away meanwhile still counts for a while."""
    try:
        return customers.get(actor, customer_id), []
    except AccessLost:
        customer = customers.find(actor, customer_id)
        lost_at = customers.lost_at(actor, customer.id)
        if lost_at is None or not rules.is_late_but_counts(actor.at, lost_at):
            raise
        if customer.archived_at:
            raise Gone() from None
        return customer, [LATE_AFTER_REASSIGN]


def _startable(actor: Actor, visit_id: str, customer: Customer) -> Visit:
    visit = queries.own_visit(actor, visit_id)
    if visit.status in {"open", "done"}:
        raise Refusal("visits.already_checked_in", status=409)
    if customers.find(actor, visit.customer_id).id != customer.id:
        raise Refusal("visits.other_customer", fields={"customer_id": "visits.other_customer"})
    if visit.status == "cancelled":
        _flag(visit, "was_cancelled")
    return visit


def _close_forgotten(actor: Actor, starting: Visit) -> None:
    """A forgotten check-out blocks nobody: the next check-in ends the visit at an estimated, marked time."""
    for forgotten in queries.open_visits(actor):
        if forgotten is starting or forgotten.checked_in_at is None:
            continue
        forgotten.status = "done"
        forgotten.checked_out_at = rules.estimated_end(forgotten.checked_in_at, actor.at)
        _flag(forgotten, CHECK_OUT_ESTIMATED)


def _was_in_time(actor: Actor, visit: Visit) -> bool:
    """Whether a check-out that arrives after its estimate was made on the day itself, before the next check-in."""
    return visit.planned_on == customers.today(actor) and not queries.has_check_in_between(visit, actor.at)


def close_days_that_ended(now: datetime) -> None:
    """Ends the visits of earlier days that nobody checked out of, at an estimated, marked time.

    A check-out that was made in time and arrives later still counts as it was made: see `finish`.
    """
    for visit in queries.left_open():
        if visit.checked_in_at is None or visit.planned_on >= clock.local_day(now, org.zone(visit.person_id)):
            continue
        visit.status = "done"
        visit.checked_out_at = rules.estimated_end(visit.checked_in_at, now)
        _flag(visit, CHECK_OUT_ESTIMATED)
    db.session.flush()


def _locate(
    visit: Visit,
    customer: Customer,
    visit_type: VisitType,
    position: Mapping[str, Any] | None,
    off_site_reason: str | None,
) -> None:
    if position is not None:
        visit.lat, visit.lng, visit.datum = position["lat"], position["lng"], position["datum"]
        visit.accuracy_m, visit.fix_age_s = position.get("accuracy_m"), position.get("fix_age_s")
    place = _place(customer, position, visit_type.radius_m)
    visit.distance_m, visit.grade = place.distance_m, place.grade.value
    visit.off_site_reason = off_site_reason
    has_pin = customer.lat is not None
    if not has_pin:
        _flag(visit, "customer_without_pin")
    if rules.needs_reason(place.grade, has_pin) and not off_site_reason:
        _flag(visit, "reason_missing")


def _place(customer: Customer, position: Mapping[str, Any] | None, radius_m: int) -> _Place:
    distance = None
    if position is not None and customer.lat is not None and customer.lng is not None:
        pin = Point(customer.lat, customer.lng, Datum(customer.datum or Datum.WGS84))
        distance = round(metres(pin, Point(position["lat"], position["lng"], Datum(position["datum"]))))
    accuracy, age = (position.get("accuracy_m"), position.get("fix_age_s")) if position else (None, None)
    return _Place(distance, rules.grade(distance, accuracy, age, radius_m))


def _check_content(
    actor: Actor, visit: Visit, outcome: str, answers: Mapping[str, Any], photos: Sequence[Mapping[str, Any]]
) -> None:
    visit_type = queries.visit_type(actor, visit.visit_type_id or "")
    problems = rules.problems_of_answers(visit_type.steps, answers, photos)
    if outcome not in {known["key"] for known in visit_type.outcomes}:
        problems["outcome"] = "visits.unknown_outcome"
    if problems:
        raise Refusal("visits.incomplete", fields=problems)


def _plain(photo: Mapping[str, Any]) -> dict[str, Any]:
    """A photo's entry as JSON: the instant as text."""
    taken_at = photo.get("taken_at")
    return {**photo, "taken_at": taken_at.isoformat() if taken_at is not None else None}


def _flag(visit: Visit, flag: str) -> None:
    if flag not in visit.flags:
        visit.flags = [*visit.flags, flag]


def _author(actor: Actor) -> str | None:
    return None if actor.is_system else actor.person_id
