"""What every entity owes to phones, whoever offers it: nobody sees what is not theirs, and versions and tombstones are right.

Who may see what is said here a second time, in the words of the product (who is above whom, who looks
after which customer) and from the tables, not from `buckets` and `grants`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import synced
from app.core.actor import Role
from app.core.db import db
from app.customers.models import Customer
from app.demo import load as demo
from app.org.models import Person
from app.sales.models import Receipt
from app.sync import registry
from tests import makers
from tests.devices import Phone, over_http

SECRETS = ("password", "token", "secret_hash", "p256dh", "endpoint")


@dataclass
class Company:
    """The demo company as plain tables."""

    app: Flask
    people: dict[str, Person]
    owners: dict[str, str | None]  # customer → who looks after it
    to_confirm: set[str]  # customers with a receipt that finance has not confirmed yet

    def phone(self, person: Person) -> Phone:
        """A phone of the person that has loaded everything."""
        with self.app.app_context():
            client = makers.signed_in_client(self.app, db.session.get_one(Person, person.id))
        phone = Phone(person.id, over_http(client, zipped=True))
        phone.sync()
        return phone

    def is_above(self, manager: str, person_id: str) -> bool:
        at, seen = self.people[person_id].manager_id, set[str]()
        while at and at not in seen:
            if at == manager:
                return True
            seen.add(at)
            at = self.people[at].manager_id
        return False

    def follows(self, me: Person, person_id: str) -> bool:
        """Whether I am that person, stand above them, or am an admin."""
        return me.id == person_id or me.role == Role.ADMIN or self.is_above(me.id, person_id)

    def holds(self, me: Person, customer_id: str | None) -> bool:
        """Whether I look after the customer, or have money of theirs to confirm."""
        if customer_id is None:
            return False
        return self.owners[customer_id] == me.id or (me.role == Role.FINANCE and customer_id in self.to_confirm)


See = Callable[[Company, Person, Any], bool]

EVERYONE: See = lambda company, me, row: True  # noqa: E731
OF_PERSON: See = lambda company, me, row: company.follows(me, row.person_id)  # noqa: E731
OF_CUSTOMER: See = lambda company, me, row: company.holds(me, row.customer_id)  # noqa: E731
OF_BOTH: See = lambda company, me, row: OF_PERSON(company, me, row) or OF_CUSTOMER(company, me, row)  # noqa: E731
MINE: See = lambda company, me, row: row.person_id == me.id  # noqa: E731

MAY_SEE: dict[str, See] = {
    **dict.fromkeys(
        ("organization", "team", "person", "calendar_day", "product_line", "product", "visit_type", "territory", "plan", "plan_version"),
        EVERYONE,
    ),
    **dict.fromkeys(("account", "notice", "blob_state"), MINE),
    **dict.fromkeys(("leave", "credit", "target", "change_receipt"), OF_PERSON),
    **dict.fromkeys(("visit", "receipt", "task"), OF_BOTH),
    **dict.fromkeys(("contact", "order"), OF_CUSTOMER),
    "customer": lambda company, me, row: company.holds(me, row.id),
    "adjustment": lambda company, me, row: company.follows(me, row.requester_id) or row.approver_id == me.id,
    "mutation_result": lambda company, me, row: me.id == row.person_id or me.id in row.decider_ids,
}


@pytest.fixture(scope="module")
def company(database_of: Any) -> Iterator[Company]:
    """The demo company, loaded once: these tests only read."""
    from tests import databases

    app = database_of("sqlite").app
    with app.app_context():
        databases.empty(db.engine)
        demo.load(datetime.now(UTC))
        people = {person.id: person for person in db.session.scalars(select(Person))}
        owners = {row.id: row.owner_id for row in db.session.execute(select(Customer.id, Customer.owner_id))}
        waiting = set(db.session.scalars(select(Receipt.customer_id).where(Receipt.status == "reported")))
        db.session.remove()
    yield Company(app, people, owners, waiting)
    with app.app_context():
        db.session.remove()
        databases.empty(db.engine)


def test_the_oracle_knows_every_entity(company: Company) -> None:
    assert set(MAY_SEE) == set(registry.entities())


@pytest.mark.parametrize("role", list(Role))
def test_a_phone_of_every_role_holds_exactly_what_that_person_may_see(company: Company, role: Role) -> None:
    me = next(person for person in company.people.values() if person.role == role and person.is_active)
    phone = company.phone(me)
    with company.app.app_context():
        for name, entity in registry.entities().items():
            model: Any = entity.model
            rows = db.session.scalars(select(model)).all()
            wanted = {row.id for row in rows if not getattr(row, "archived_at", None) and MAY_SEE[name](company, me, row)}
            assert set(phone.rows(name)) == wanted, f"{role}: {name}"


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER])
def test_no_row_on_a_phone_carries_a_secret(company: Company, role: Role) -> None:
    me = next(person for person in company.people.values() if person.role == role)
    for (entity, _), (_, row) in company.phone(me).base.items():
        assert not [key for key in row if any(word in key for word in SECRETS)], entity


def test_what_phones_were_told_is_what_the_tables_say(company: Company) -> None:
    with company.app.app_context():
        assert synced.audit(db.session()) == []


def test_every_row_is_told_in_the_words_of_its_schema(company: Company) -> None:
    """The quick way from a row to JSON says what marshmallow would say, but for how an instant is written."""
    with company.app.app_context():
        for name, entity in registry.entities().items():
            model: Any = entity.model
            row = db.session.scalars(select(model).limit(1)).first()
            if row is None:
                continue
            stored = db.session.get(synced.SyncRow, (name, row.id))
            if stored is not None:
                assert list(json.loads(stored.json)) == list(json.loads(json.dumps(entity.schema().dump(row), default=str))), name
