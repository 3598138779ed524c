"""The people as the notices engine needs to know them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor, Role
from app.core.db import db
from app.domain import Directory, Recipient
from app.org import queries
from app.org.models import Account, Organization, Person

IN_ONE_QUERY = 500  # ids; databases limit how many values a statement may have


def find(person_ids: Iterable[str]) -> Mapping[str, Recipient]:
    """How the active ones among these people want to be told."""
    wanted = sorted(set(person_ids))
    found: dict[str, Recipient] = {}
    for start in range(0, len(wanted), IN_ONE_QUERY):
        rows = db.session.execute(_recipients().where(Person.id.in_(wanted[start : start + IN_ONE_QUERY])))
        found.update({row.id: _recipient(row) for row in rows})
    return found


def everyone() -> list[Recipient]:
    """All active people who have an account, of all organisations, ordered by id."""
    return [_recipient(row) for row in db.session.execute(_recipients().where(Account.id.is_not(None)))]


def working_on(person_ids: Iterable[str], day: date) -> Collection[str]:
    """Those of these people who work on a day, if only half of it."""
    wanted = sorted(set(person_ids))
    found: set[str] = set()
    for start in range(0, len(wanted), IN_ONE_QUERY):
        weights = queries.day_weights_of(wanted[start : start + IN_ONE_QUERY], day, day)
        found.update(person_id for person_id, of_days in weights.items() if of_days[day] > 0)
    return found


def sees(actor: Actor) -> Collection[str]:
    """The actor and everyone below; for an admin everyone in the organisation."""
    if actor.role == Role.ADMIN:
        return set(queries.active(actor.organization_id)) | {actor.person_id}
    return {actor.person_id, *queries.below(actor.person_id)}


def _recipients() -> Any:
    return (
        select(
            Person.id,
            Person.organization_id,
            Organization.locale.label("default_locale"),
            Organization.time_zone.label("default_zone"),
            Account.locale,
            Account.time_zone,
            Account.quiet_from,
            Account.quiet_to,
            Account.remind_at,
            Account.is_reminded,
        )
        .join(Organization, Organization.id == Person.organization_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.is_active)
        .order_by(Person.id)
    )


def _recipient(row: Any) -> Recipient:
    return Recipient(
        person_id=row.id,
        organization_id=row.organization_id,
        locale=row.locale or row.default_locale,
        zone=row.time_zone or row.default_zone,
        quiet_from=time.fromisoformat(row.quiet_from or "20:00"),
        quiet_to=time.fromisoformat(row.quiet_to or "07:30"),
        remind_at=time.fromisoformat(row.remind_at or "08:00"),
        is_reminded=bool(row.is_reminded),
    )


DIRECTORY = Directory(find=find, everyone=everyone, working_on=working_on, sees=sees)
