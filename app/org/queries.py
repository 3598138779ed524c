"""Who is above and below whom, whose days are worked, and what each may see of the organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from app.core import calendar
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import NotFound
from app.org.models import Account, ApiToken, CalendarDay, Device, Leave, Organization, Person, Team

Row = TypeVar("Row", Person, Team)

# --- People and the tree ------------------------------------------------------------------------


def below(person_id: str) -> list[str]:
    """Everyone below a person in the tree, not the person, those who left included; ordered by id."""
    tree = select(Person.id).where(Person.manager_id == person_id).cte("below", recursive=True)
    lower = aliased(Person)
    tree = tree.union(select(lower.id).where(lower.manager_id == tree.c.id))
    return [found for found in db.session.scalars(select(tree.c.id).order_by(tree.c.id)) if found != person_id]


def above(person_id: str) -> list[str]:
    """The managers above a person, nearest first."""
    found: list[str] = []
    manager_id = db.session.scalar(select(Person.manager_id).where(Person.id == person_id))
    while manager_id and manager_id not in found and manager_id != person_id:
        found.append(manager_id)
        manager_id = db.session.scalar(select(Person.manager_id).where(Person.id == manager_id))
    return found


def deciders(organization_id: str, person_id: str) -> list[str]:
    """Who decides about a person's parked work: the nearest active manager, else the admins."""
    for manager_id in above(person_id):
        if db.session.scalar(select(Person.is_active).where(Person.id == manager_id)):
            return [manager_id]
    admins = select(Person.id).where(
        Person.organization_id == organization_id, Person.role == Role.ADMIN, Person.is_active.is_(True), Person.id != person_id
    )
    return list(db.session.scalars(admins.order_by(Person.id)))


def is_above(manager_id: str, person_id: str) -> bool:
    """Whether the first stands above the second."""
    return manager_id in above(person_id)


def may_see_work_of(actor: Actor, person_id: str) -> bool:
    """Whether the actor may see a person's targets, visits and leave: the person, everyone above, admins, finance not."""
    if actor.person_id == person_id or is_above(actor.person_id, person_id):
        return True
    return actor.role == Role.ADMIN and organization_of(person_id) == actor.organization_id


def people(actor: Actor) -> Select[Person]:
    """Everyone in the actor's organisation: colleagues see each other's cards."""
    return select(Person).where(Person.organization_id == actor.organization_id).order_by(Person.name, Person.id)


def person(actor: Actor, person_id: str) -> Person:
    """A colleague. Raises NotFound if there is none in the actor's organisation."""
    return _mine(actor, Person, person_id)


def team(actor: Actor, team_id: str) -> Team:
    """A team. Raises NotFound if there is none in the actor's organisation."""
    return _mine(actor, Team, team_id)


def organization(actor: Actor) -> Organization:
    """The actor's organisation."""
    found = db.session.get(Organization, actor.organization_id)
    if found is None:
        raise NotFound()
    return found


def account(person_id: str) -> Account | None:
    """How a person signs in and wants to be told; None if there is no account yet."""
    return db.session.scalar(select(Account).where(Account.person_id == person_id))


def accounts(person_ids: Iterable[str]) -> dict[str, Account]:
    """The accounts of these people by person id."""
    found = db.session.scalars(select(Account).where(Account.person_id.in_(list(person_ids))))
    return {row.person_id: row for row in found}


def organization_of(person_id: str) -> str | None:
    """The id of the organisation that a person works in; None for an unknown person."""
    return db.session.scalar(select(Person.organization_id).where(Person.id == person_id))


def admins(organization_id: str) -> list[str]:
    """The active admins of an organisation, ordered by id."""
    return with_role(organization_id, Role.ADMIN)


def with_role(organization_id: str, role: Role, among: Sequence[str] | None = None) -> list[str]:
    """The active people of a role, ordered by id; `among` these if given."""
    wanted = select(Person.id).where(Person.organization_id == organization_id, Person.role == role, Person.is_active.is_(True))
    found = list(db.session.scalars(wanted.order_by(Person.id)))
    return found if among is None else sorted(set(found) & set(among))


def role(person_id: str) -> Role:
    """The role of a person. Raises NotFound."""
    found = db.session.scalar(select(Person.role).where(Person.id == person_id))
    if found is None:
        raise NotFound()
    return Role(found)


def is_active(organization_id: str, person_id: str) -> bool:
    """Whether this is somebody who works in the organisation now."""
    return person_id in active(organization_id)


def base_currency(organization_id: str) -> str:
    """The currency in which an organisation counts."""
    return db.session.get_one(Organization, organization_id).currency


def active(organization_id: str) -> list[str]:
    """All active people of an organisation, ordered by id."""
    wanted = select(Person.id).where(Person.organization_id == organization_id, Person.is_active.is_(True))
    return list(db.session.scalars(wanted.order_by(Person.id)))


def locale(person_id: str) -> str:
    """The language that a person reads."""
    found = db.session.execute(
        select(Account.locale, Organization.locale)
        .select_from(Person)
        .join(Organization, Organization.id == Person.organization_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id == person_id)
    ).first()
    return (found[0] or found[1]) if found else "zh-CN"


def zone(person_id: str) -> str:
    """The IANA time zone of a person: their own choice, else the organisation's."""
    found = db.session.execute(
        select(Account.time_zone, Organization.time_zone)
        .select_from(Person)
        .join(Organization, Organization.id == Person.organization_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id == person_id)
    ).first()
    if found is None:
        raise NotFound()
    return str(found[0] or found[1])


def _mine(actor: Actor, model: type[Row], row_id: str) -> Row:
    row = db.session.get(model, row_id)
    if row is None or row.organization_id != actor.organization_id:
        raise NotFound()
    return row


# --- Working days -------------------------------------------------------------------------------


def day_weights(person_id: str, start: date, end: date) -> dict[date, int]:
    """How much of each day from start to end a person works, in hundredths (0, 50, 100).

    Counts the weekly pattern, public holidays, make-up workdays, the admin's changes, leave, and the
    days of joining and leaving. Raises NotFound for an unknown person.
    """
    found = day_weights_of([person_id], start, end)
    if person_id not in found:
        raise NotFound()
    return found[person_id]


def day_weights_of(person_ids: Sequence[str], start: date, end: date) -> dict[str, dict[date, int]]:
    """`day_weights` for many people in three queries."""
    rows = db.session.execute(
        select(Person.id, Person.hired_on, Person.left_on, Organization.id, Organization.workdays)
        .join(Organization, Organization.id == Person.organization_id)
        .where(Person.id.in_(person_ids))
        .order_by(Person.id)
    ).all()
    special = _special_days({row[3] for row in rows}, start, end)
    absences = _absences(person_ids, start, end)
    return {
        person_id: calendar.weights(
            start,
            end,
            workdays=workdays,
            special=special[organization_id],
            absences=absences[person_id],
            hired_on=hired_on,
            left_on=left_on,
        )
        for person_id, hired_on, left_on, organization_id, workdays in rows
    }


def is_working_day(person_id: str, day: date) -> bool:
    """Whether a person works on a day, if only half of it."""
    return day_weights(person_id, day, day)[day] > 0


def _special_days(organization_ids: Iterable[str], start: date, end: date) -> Mapping[str, dict[date, str]]:
    found: dict[str, dict[date, str]] = defaultdict(dict)
    wanted = select(CalendarDay.organization_id, CalendarDay.on, CalendarDay.kind)
    wanted = wanted.where(CalendarDay.organization_id.in_(list(organization_ids)), CalendarDay.on.between(start, end))
    for organization_id, on, kind in db.session.execute(wanted):
        found[organization_id][on] = kind
    return found


def _absences(person_ids: Sequence[str], start: date, end: date) -> Mapping[str, list[calendar.Absence]]:
    found: dict[str, list[calendar.Absence]] = defaultdict(list)
    wanted = select(Leave.person_id, Leave.from_on, Leave.to_on, Leave.share)
    wanted = wanted.where(Leave.person_id.in_(person_ids), Leave.from_on <= end, Leave.to_on >= start)
    for person_id, from_on, to_on, share in db.session.execute(wanted):
        found[person_id].append(calendar.Absence(from_on, to_on, share))
    return found


# --- Access -------------------------------------------------------------------------------------


def devices(actor: Actor) -> list[Device]:
    """The browsers where the actor is signed in, last seen first."""
    return list(
        db.session.scalars(select(Device).where(*_is_open(actor.person_id)).order_by(Device.last_seen_at.desc(), Device.id))
    )


def _is_open(person_id: str) -> tuple[ColumnElement[bool], ...]:
    return (Device.person_id == person_id, Device.signed_out_at.is_(None))


def tokens(actor: Actor) -> list[ApiToken]:
    """The tokens of programs that the actor may see: an admin all of the organisation, others their own."""
    wanted = select(ApiToken).where(ApiToken.organization_id == actor.organization_id, ApiToken.revoked_at.is_(None))
    if actor.role != Role.ADMIN:
        wanted = wanted.where(ApiToken.person_id == actor.person_id)
    return list(db.session.scalars(wanted.order_by(ApiToken.created_at, ApiToken.id)))


# --- Buckets and grants -------------------------------------------------------------------------


def organization_buckets(row: Organization | Team | Person | CalendarDay) -> list[str]:
    """Everyone in the organisation sees it."""
    return [f"org:{row.organization_id}"]


def account_buckets(row: Account) -> list[str]:
    """Nobody but the person sees it."""
    return [f"user:{row.person_id}"]


def leave_buckets(row: Leave) -> list[str]:
    """The person and everyone above see it."""
    return [f"person:{row.person_id}"]


def grants(organization_id: str, person_ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Which buckets people hold by their place in the organisation. Who is disabled holds none."""
    everyone = db.session.execute(
        select(Person.id, Person.manager_id, Person.team_id, Person.role, Person.is_active)
        .where(Person.organization_id == organization_id)
        .order_by(Person.id)
    ).all()
    reports: dict[str, list[str]] = defaultdict(list)
    for each in everyone:
        if each.manager_id:
            reports[each.manager_id].append(each.id)
    wanted = set(person_ids)
    for each in everyone:
        if each.id not in wanted or not each.is_active:
            continue
        yield each.id, f"org:{organization_id}"
        yield each.id, f"user:{each.id}"
        if each.team_id:
            yield each.id, f"team:{each.team_id}"
        seen = [other.id for other in everyone] if each.role == Role.ADMIN else [each.id, *_all_below(each.id, reports)]
        for other_id in seen:
            yield each.id, f"person:{other_id}"


def _all_below(person_id: str, reports: Mapping[str, Sequence[str]]) -> list[str]:
    found: set[str] = set()
    waiting = list(reports.get(person_id, ()))
    while waiting:
        next_id = waiting.pop()
        if next_id not in found and next_id != person_id:
            found.add(next_id)
            waiting.extend(reports.get(next_id, ()))
    return sorted(found)


def touched_by_person(row: Person, changed: Mapping[str, Any]) -> Iterable[str]:
    """Whose grants a new or changed person touches: their own, and for a new place in the tree those above, before and now."""
    is_new = not changed
    touched = {row.id} if is_new or changed.keys() & {"team_id", "role", "is_active", "manager_id"} else set()
    if is_new:
        touched.update(admins(row.organization_id))
    if is_new or "manager_id" in changed:
        for manager_id in filter(None, (row.manager_id, changed.get("manager_id"))):
            touched.update([manager_id, *above(manager_id)])
    return sorted(touched)
