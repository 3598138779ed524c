"""What every entity owes to phones, whoever offers it: nobody sees what is not theirs, and versions and tombstones are right.

Who may see what is said here a second time, in the words of the product (who is above whom, who looks
after which customer) and from the tables, not from `buckets` and `grants`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, select

from app.core import synced
from app.core.actor import Role
from app.core.db import Base, UtcDateTime, db, new_id
from app.customers.models import Customer
from app.org.models import Account, Organization, Person
from app.sales.models import Receipt
from app.sync import registry
from app.targets.models import Adjustment
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
        (
            "organization",
            "team",
            "person",
            "calendar_day",
            "product_line",
            "product",
            "visit_type",
            "territory",
            "plan",
            "plan_version",
        ),
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
    """One row of every entity for every person and every customer. Loaded once: these tests only read."""
    from tests import databases

    app = database_of("sqlite").app
    with app.app_context():
        databases.empty(db.engine)
        _make_company()
        db.session.commit()
        people = {person.id: person for person in db.session.scalars(select(Person))}
        owners = {row.id: row.owner_id for row in db.session.execute(select(Customer.id, Customer.owner_id))}
        waiting = set(db.session.scalars(select(Receipt.customer_id).where(Receipt.status == "reported")))
        db.session.remove()
    yield Company(app, people, owners, waiting)
    with app.app_context():
        db.session.remove()
        databases.empty(db.engine)


def _make_company() -> None:
    """Reps in two teams below one director, one of each other role, and a company that is none of theirs."""
    ours = makers.make_organization()
    chief = makers.make_person(ours, role="director")
    bosses = [makers.make_person(ours, role="manager", manager=chief) for _ in range(2)]
    people = [chief, *bosses, *(makers.make_person(ours, manager=bosses[place % 2]) for place in range(3))]
    people += [makers.make_person(ours, role=role) for role in ("admin", "finance", "staff")]
    theirs = makers.make_organization()
    people.append(makers.make_person(theirs))
    for person in people:
        fill = _Filler(person)
        customer = fill.row(Customer, owner_id=person.id)
        for entity in registry.entities().values():
            if entity.model is not Organization and not fill.has(entity.model):
                fill.row(entity.model, customer_id=customer.id)
        for entity in registry.entities().values():
            if "person_id" in entity.model.__table__.columns and entity.model is not Account:
                for other in people[:4]:
                    if other.organization_id == person.organization_id:
                        fill.row(entity.model, customer_id=customer.id, person_id=other.id)
            elif "customer_id" in entity.model.__table__.columns:
                fill.row(entity.model, customer_id=customer.id)
        fill.row(Adjustment, requester_id=person.id, approver_id=person.manager_id or person.id)
        fill.row(Receipt, customer_id=customer.id, person_id=person.id, status="reported" if person is people[3] else "confirmed")


class _Filler:
    """Makes a row of any table: what must be there gets a value of its type."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def has(self, model: Any) -> bool:
        """Whether the person's company has a row of this kind."""
        wanted = select(model.id).where(model.organization_id == self.person.organization_id)
        return db.session.scalar(wanted.limit(1)) is not None

    def row(self, model: Any, **given: Any) -> Any:
        columns = model.__table__.columns
        values = {
            key: self.value(columns[key], model)
            for key in columns.keys()  # noqa: SIM118
            if key not in given and not columns[key].nullable and columns[key].default is None
        }
        values |= {key: value for key, value in given.items() if key in columns}
        row = model(id=new_id(), **{key: value for key, value in values.items() if key != "id"})
        db.session.add(row)
        db.session.flush()
        return row

    def value(self, column: Any, model: Any) -> Any:
        if column.name == "organization_id":
            return self.person.organization_id
        for key in column.foreign_keys:
            target = key.column.table
            if target.name == "person":
                return self.person.id
            found = db.session.scalar(select(target.c.id).where(target.c.organization_id == self.person.organization_id).limit(1))
            model = next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table is target)
            return found or self.row(model).id
        if column.name in ("requester_id", "approver_id", "decided_by"):
            return self.person.id
        kind = column.type.python_type
        if isinstance(column.type, UtcDateTime):
            return makers.NOW
        samples: dict[type, Any] = {int: makers.number(), bool: False, float: 1.0, Decimal: Decimal(1)}
        if kind in samples:
            return samples[kind]
        if kind is date:
            return makers.NOW.date() + timedelta(days=makers.number())
        if isinstance(column.type, JSON):
            return [] if "list" in str(model.__annotations__.get(column.name)) else {}
        return "{}" if column.name == "args" else new_id()[: column.type.length or 36]


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
            live = [row for row in rows if row.organization_id == me.organization_id and not getattr(row, "archived_at", None)]
            wanted = {row.id for row in live if MAY_SEE[name](company, me, row)}
            assert set(phone.rows(name)) == wanted, f"{role}: {name}"
            assert rows, f"no {name} to look at"


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
