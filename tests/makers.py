"""A valid thing in one line. Each maker goes through the services and flushes; commit before a request is to see it.

company = make_organization()
boss = make_person(company, role="manager")
rep = make_person(company, manager=boss)
client = signed_in_client(app, rep)
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from app.core import clock
from app.core.actor import Actor, Role
from app.core.db import db
from app.org import access, service
from app.org.models import Organization, Person, Team

PASSWORD = "correct horse"
NOW = datetime(2026, 5, 18, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai

_numbers = itertools.count(1)


def number() -> int:
    """A number that no other maker has got."""
    return next(_numbers)


# --- org ------------------------------------------------------------------------------------------


def make_organization(now: datetime = NOW, **fields: Any) -> Organization:
    """A Chinese company: CNY, Asia/Shanghai, the CN calendar of last year, this year and the next."""
    given = {
        "code": f"org{number()}",
        "name": "杭州康桥医疗",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "calendar_code": "CN",
        "locale": "zh-CN",
    }
    return service.create_organization(now=now, **(given | fields))


def system(organization: Organization, now: datetime = NOW) -> Actor:
    """The actor of imports and jobs."""
    return Actor.system(organization.id, now, organization.locale)


def make_team(
    organization: Organization, *, manager: Person | None = None, parent: Team | None = None, now: datetime = NOW, **fields: Any
) -> Team:
    """A team, with a manager and below another team if given."""
    name = fields.pop("name", f"Team {number()}")
    actor = system(organization, now)
    return service.create_team(
        actor, name=name, manager_id=manager.id if manager else None, parent_id=parent.id if parent else None, **fields
    )


def make_person(
    organization: Organization,
    role: Role | str = Role.REP,
    *,
    manager: Person | None = None,
    team: Team | None = None,
    password: str | None = None,
    now: datetime = NOW,
    **fields: Any,
) -> Person:
    """A person, in a team or below a manager if given; without a password (see signed_in_client) unless given."""
    actor = system(organization, now)
    name = fields.pop("name", f"Person {number()}")
    person = service.create_person(actor, name=name, role=role, team_id=team.id if team else None, **fields)
    if manager:
        service.join_manager(actor, person_id=person.id, manager_id=manager.id)
    if password:
        access.set_password(actor, person_id=person.id, password=password)
    return person


def actor_of(person: Person, now: datetime = NOW, **fields: Any) -> Actor:
    """The person acting at a time."""
    return Actor(person.organization_id, person.id, Role(person.role), now, fields.pop("at", now), **fields)


class PersonalClient(FlaskClient):
    """A browser that says, like ours does, on whose behalf it sends."""

    person_id = ""
    device_id = ""
    device_secret = ""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        headers = Headers(kwargs.pop("headers", None))
        if self.person_id:
            headers.setdefault("Paceline-User", self.person_id)
        return super().open(*args, headers=headers, **kwargs)


def signed_in_client(app: Flask, person: Person) -> PersonalClient:
    """A browser where the person is signed in (now, by the clock). Commits. No password is needed, so none is hashed."""
    account = access.queries.account(person.id)
    assert account is not None
    new = access.open_session(account, "a test", clock.now())
    db.session.commit()
    client = _personal(app)
    client.person_id, client.device_id, client.device_secret = person.id, new.device.id, new.device_secret
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = new.session_id, True
    return client


def _personal(app: Flask) -> PersonalClient:
    """The application's own kind of test client, which also says who it is."""
    kind = app.test_client_class or FlaskClient
    mixed = type("PersonalTestClient", (PersonalClient, kind), {})
    client: PersonalClient = mixed(app, app.response_class, use_cookies=True)
    return client
