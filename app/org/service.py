"""What is done to organisations, teams, people and their working time. One function a verb."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import func, select

from app.core import calendar, words
from app.core.actor import Actor, Role
from app.core.db import db, new_id
from app.core.errors import Forbidden, Gone, NotFound, Refusal
from app.core.events import announce
from app.org import access, queries
from app.org.events import OrganizationCreated, PersonDisabled, WorkingTimeChanging
from app.org.models import Account, CalendarDay, Leave, Organization, Person, Team

MAX_LEAVE_DAYS = 366

# --- The organisation ---------------------------------------------------------------------------


def create_organization(
    *,
    now: datetime,
    code: str,
    name: str,
    currency: str,
    time_zone: str,
    calendar_code: str,
    locale: str = "zh-CN",
    workdays: Sequence[int] | None = None,
) -> Organization:
    """A company with its working calendar of last year, this year and the next. `workdays` are ISO weekdays.

    Nobody can act in a company that does not exist yet, so it takes the time instead of an actor.
    Raises Refusal naming the field: a taken code, an unknown currency, time zone or calendar.
    """
    _check_organization(code, currency, time_zone, calendar_code)
    organization = Organization(
        id=new_id(),
        created_at=now,
        code=code,
        name=name,
        currency=currency,
        time_zone=time_zone,
        calendar=calendar_code,
        locale=locale,
        workdays=list(workdays or calendar.weekly_pattern(calendar_code)),
        settings={},
    )
    db.session.add(organization)
    db.session.flush()
    year = now.astimezone(ZoneInfo(time_zone)).year
    actor = Actor.system(organization.id, now, locale)
    fill_calendar(actor, [year - 1, year, year + 1])
    announce(actor, OrganizationCreated(organization.id))
    return organization


def _check_organization(code: str, currency: str, time_zone: str, calendar_code: str) -> None:
    wrong: dict[str, str] = {}
    if not code or not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in code):
        wrong["code"] = "bad_code"
    elif db.session.scalar(select(Organization.id).where(func.lower(Organization.code) == code.lower())):
        wrong["code"] = "code_taken"
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        wrong["currency"] = "bad_currency"
    if not _is_zone(time_zone):
        wrong["time_zone"] = "bad_time_zone"
    try:
        calendar.check(calendar_code)
    except calendar.UnknownCalendar:
        wrong["calendar"] = "bad_calendar"
    if wrong:
        raise Refusal("invalid", fields=wrong, value=code)


def _is_zone(name: str) -> bool:
    return name in available_timezones()


# --- Teams and people ---------------------------------------------------------------------------


def create_team(
    actor: Actor,
    *,
    name: str,
    parent_id: str | None = None,
    manager_id: str | None = None,
    external_id: str | None = None,
    sort: int = 0,
    id: str | None = None,
) -> Team:
    """A team below another one. Its manager sees everyone in it and below it. Raises Forbidden, NotFound."""
    _only_admin(actor)
    if parent_id:
        queries.team(actor, parent_id)
    if manager_id:
        queries.person(actor, manager_id)
    team = Team(
        **_record(actor, id), name=name.strip(), parent_id=parent_id, manager_id=manager_id, external_id=external_id, sort=sort
    )
    db.session.add(team)
    db.session.flush()
    if manager_id:
        keep_managers(actor)
    return team


def set_team(actor: Actor, *, team_id: str, fields: Mapping[str, Any]) -> Team:
    """Changes name, parent_id, manager_id or sort of a team. Raises Refusal team_cycle if it would stand below itself."""
    _only_admin(actor)
    team = queries.team(actor, team_id)
    if fields.get("parent_id"):
        _refuse_cycle(actor, team, queries.team(actor, fields["parent_id"]))
    if fields.get("manager_id"):
        queries.person(actor, fields["manager_id"])
    _assign(team, fields, {"name", "parent_id", "manager_id", "sort"})
    db.session.flush()
    keep_managers(actor)
    return team


def _refuse_cycle(actor: Actor, team: Team, parent: Team) -> None:
    over: Team | None = parent
    while over is not None:
        if over.id == team.id:
            raise Refusal("invalid", fields={"parent_id": "team_cycle"})
        over = queries.team(actor, over.parent_id) if over.parent_id else None


def create_person(
    actor: Actor,
    *,
    name: str,
    role: Role | str,
    team_id: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    external_id: str | None = None,
    title: str | None = None,
    hired_on: date | None = None,
    left_on: date | None = None,
    locale: str | None = None,
    time_zone: str | None = None,
    id: str | None = None,
) -> Person:
    """A person with an account that has no password yet. Raises Forbidden, NotFound, Refusal email_taken."""
    _only_admin(actor)
    if team_id:
        queries.team(actor, team_id)
    email = access.plain_email(email)
    access.refuse_taken_email(email)
    access.refuse_taken_number(actor.organization_id, external_id)
    organization = queries.organization(actor)
    person = Person(
        **_record(actor, id),
        name=name.strip(),
        role=Role(role),
        team_id=team_id,
        external_id=external_id,
        title=title,
        hired_on=hired_on,
        left_on=left_on,
        is_active=True,
    )
    db.session.add(person)
    db.session.flush()
    account = Account(
        **_record(actor),
        person_id=person.id,
        email=email,
        phone=access.plain_phone(phone),
        locale=locale or organization.locale,
        time_zone=time_zone,
    )
    db.session.add(account)
    if team_id:
        _keep_manager(actor, [person])
    db.session.flush()
    return person


def set_person(actor: Actor, *, person_id: str, fields: Mapping[str, Any]) -> Person:
    """Changes name, role, team_id, title, external_id, hired_on, left_on or is_active of a person.

    Who is no longer active is signed out everywhere at once. The last admin stays one.
    """
    _only_admin(actor)
    person = queries.person(actor, person_id)
    if fields.get("team_id"):
        queries.team(actor, fields["team_id"])
    if fields.get("external_id") not in (None, person.external_id):
        access.refuse_taken_number(actor.organization_id, fields["external_id"])
    role, is_active = Role(fields.get("role", person.role)), fields.get("is_active", person.is_active)
    if queries.admins(actor.organization_id) == [person.id] and (role != Role.ADMIN or not is_active):
        raise Refusal("last_admin")
    if any(name in fields and fields[name] != getattr(person, name) for name in ("hired_on", "left_on")):
        announce(actor, WorkingTimeChanging((person.id,)))
    was_active = person.is_active
    _assign(person, fields, {"name", "role", "team_id", "title", "external_id", "hired_on", "left_on", "is_active"})
    db.session.flush()
    if was_active and not person.is_active:
        access.end_all(actor, person_id=person.id)
        announce(actor, PersonDisabled(person.id))
    keep_managers(actor)
    return person


def join_manager(actor: Actor, *, person_id: str, manager_id: str | None) -> Team | None:
    """Puts a person below a manager, for companies that name managers and no teams.

    The manager's team is the one they manage; if they manage none, one is made under the team that
    they belong to. None takes the person out of the tree.
    """
    _only_admin(actor)
    person = queries.person(actor, person_id)
    team = None
    if manager_id:
        manager = queries.person(actor, manager_id)
        if manager_id == person_id or queries.is_above(person_id, manager_id):
            raise Refusal("invalid", fields={"manager_id": "team_cycle"})
        team = _team_of_manager(actor, manager)
    own = _managed_by(person.id)
    if own is not None:  # the person's own team goes along
        own.parent_id = team.id if team else None
    person.team_id = team.id if team else None
    db.session.flush()
    keep_managers(actor)
    return team


def _managed_by(person_id: str) -> Team | None:
    return db.session.scalar(select(Team).where(Team.manager_id == person_id).order_by(Team.sort, Team.id).limit(1))


def _team_of_manager(actor: Actor, manager: Person) -> Team:
    found = _managed_by(manager.id)
    return found or create_team(actor, name=manager.name, parent_id=manager.team_id, manager_id=manager.id)


def keep_managers(actor: Actor) -> None:
    """Makes every person's manager follow from the team tree: the one place that writes `Person.manager_id`."""
    everyone = select(Person).where(Person.organization_id == actor.organization_id).order_by(Person.id)
    _keep_manager(actor, list(db.session.scalars(everyone)))
    db.session.flush()


def _keep_manager(actor: Actor, people: Iterable[Person]) -> None:
    teams = {
        team.id: team
        for team in db.session.scalars(select(Team).where(Team.organization_id == actor.organization_id).order_by(Team.id))
    }
    active = set(queries.active(actor.organization_id))
    for person in people:
        manager_id = manager_of(person, teams, active)
        if person.manager_id != manager_id:
            person.manager_id = manager_id


def manager_of(person: Person, teams: Mapping[str, Team], active: Collection[str]) -> str | None:
    """Who manages a person in a tree of teams: the nearest active manager upward from their own team.

    For somebody who manages teams the way begins above the highest of these. So a manager always stands
    higher than those below, and no circle can arise.
    """
    managed = [team for team in teams.values() if team.manager_id == person.id]
    highest = min(managed, key=lambda team: (_depth(team, teams), team.sort, team.id)) if managed else None
    team_id = highest.parent_id if highest else person.team_id
    while team_id:
        team = teams[team_id]
        if team.manager_id != person.id and team.manager_id in active:
            return team.manager_id
        team_id = team.parent_id
    return None


def _depth(team: Team, teams: Mapping[str, Team]) -> int:
    depth = 0
    parent_id = team.parent_id
    while parent_id:
        depth, parent_id = depth + 1, teams[parent_id].parent_id
    return depth


# --- What people set for themselves -------------------------------------------------------------


def set_preferences(actor: Actor, *, fields: Mapping[str, Any]) -> None:
    """Changes how the actor wants to be spoken to and reminded; `preferences` is merged key by key.

    Raises Refusal for an unknown time zone.
    """
    account = queries.account(actor.person_id)
    if account is None:
        raise NotFound()
    if fields.get("time_zone") and not _is_zone(fields["time_zone"]):
        raise Refusal("invalid", fields={"time_zone": "bad_time_zone"})
    changes = dict(fields)
    if "preferences" in changes:
        changes["preferences"] = {**account.preferences, **changes["preferences"]}
    own = {"locale", "theme", "time_zone", "remind_at", "is_reminded", "quiet_from", "quiet_to", "preferences"}
    _assign(account, changes, own)


def add_leave(
    actor: Actor, *, id: str, person_id: str, from_on: date, to_on: date, share: int = 100, reason: str | None = None
) -> None:
    """Leave of the actor or of somebody below them; `share` is how much of each day is off, in hundredths."""
    _only_for_own_people(actor, person_id)
    if to_on < from_on:
        raise Refusal("invalid", fields={"to_on": "ends_before_start"})
    if (to_on - from_on).days >= MAX_LEAVE_DAYS:
        raise Refusal("invalid", fields={"to_on": "leave_too_long"}, max=MAX_LEAVE_DAYS)
    if db.session.get(Leave, id) is not None:
        raise Refusal("already_exists")
    announce(actor, WorkingTimeChanging((person_id,)))
    db.session.add(Leave(**_record(actor, id), person_id=person_id, from_on=from_on, to_on=to_on, share=share, reason=reason))
    db.session.flush()


def remove_leave(actor: Actor, *, id: str) -> None:
    """Takes leave back. Raises Gone if it is not there any more."""
    leave = db.session.get(Leave, id)
    if leave is None or leave.organization_id != actor.organization_id:
        raise Gone()
    _only_for_own_people(actor, leave.person_id)
    announce(actor, WorkingTimeChanging((leave.person_id,)))
    db.session.delete(leave)
    db.session.flush()


def _only_for_own_people(actor: Actor, person_id: str) -> None:
    queries.person(actor, person_id)
    if not queries.may_see_work_of(actor, person_id):
        raise Forbidden()


# --- The working calendar -----------------------------------------------------------------------


def fill_calendar(actor: Actor, years: Iterable[int]) -> None:
    """Writes the public holidays and make-up workdays of some years, as far as they are not there yet.

    What an admin set stays. Days of a year whose list is not published are marked provisional and
    replaced by a later call. Nothing is announced or written where nothing differs.
    """
    organization = queries.organization(actor)
    language = words.language(organization.locale)
    for year in sorted(set(years)):
        is_provisional = not calendar.is_published(organization.calendar, year)
        wanted = {day.on: day for day in calendar.special_days(organization.calendar, year, language)}
        present = {
            row.on: row
            for row in db.session.scalars(
                select(CalendarDay).where(
                    CalendarDay.organization_id == organization.id, CalendarDay.on.between(date(year, 1, 1), date(year, 12, 31))
                )
            )
        }
        fixed = {on for on, row in present.items() if row.is_override}
        before = {on: row.kind for on, row in present.items() if on not in fixed}
        after = {on: day.kind for on, day in wanted.items() if on not in fixed}
        if before != after:
            announce(actor, WorkingTimeChanging(tuple(queries.active(organization.id))))
        for on in sorted(before.keys() - after.keys()):
            db.session.delete(present[on])
        for on in sorted(after):
            row = present.get(on)
            if row is None:
                row = CalendarDay(**_record(actor), on=on)
                db.session.add(row)
            changes = {"kind": wanted[on].kind, "name": wanted[on].name[:120], "is_provisional": is_provisional}
            _assign(row, changes, set(changes))
        db.session.flush()


def keep_calendars(now: datetime) -> None:
    """Brings this year's and the next year's days of every organisation up to date; made to be called daily."""
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)):
        year = now.astimezone(ZoneInfo(organization.time_zone)).year
        fill_calendar(Actor.system(organization.id, now, organization.locale), [year, year + 1])


def set_calendar_day(actor: Actor, *, on: date, kind: str, name: str) -> CalendarDay:
    """An admin makes a day a holiday or a workday for the whole organisation. It wins over the public list."""
    _only_admin(actor)
    announce(actor, WorkingTimeChanging(tuple(queries.active(actor.organization_id))))
    row = db.session.scalar(select(CalendarDay).where(CalendarDay.organization_id == actor.organization_id, CalendarDay.on == on))
    if row is None:
        row = CalendarDay(**_record(actor), on=on)
        db.session.add(row)
    changes = {"kind": kind, "name": name, "is_provisional": False, "is_override": True}
    _assign(row, changes, set(changes))
    db.session.flush()
    return row


# --- Shared -------------------------------------------------------------------------------------


def _only_admin(actor: Actor) -> None:
    if actor.role != Role.ADMIN:
        raise Forbidden()


def _record(actor: Actor, id: str | None = None) -> dict[str, Any]:
    """What every new row has: its id, its organisation, when it was made and by whom."""
    return {
        "id": id or new_id(),
        "organization_id": actor.organization_id,
        "created_at": actor.at,
        "created_by": None if actor.is_system else actor.person_id,
    }


def _assign(row: Any, values: Mapping[str, Any], allowed: set[str]) -> None:
    """Sets what differs, so that a row that stays the same is no change."""
    for name, value in values.items():
        if name in allowed and getattr(row, name) != value:
            setattr(row, name, value)
