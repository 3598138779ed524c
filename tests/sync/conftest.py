"""Phones of people of one company, on a package of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.core.db import db
from app.org.models import Person
from app.sync import registry
from tests import makers
from tests.devices import Phone, over_http
from tests.sync import notes


@dataclass
class World:
    """A company: ann, ben and cat below boss, who is below chief; dan belongs to another company."""

    app: Flask
    people: dict[str, str]  # name → id
    clients: dict[str, Any]

    def id(self, name: str) -> str:
        return self.people[name]

    def client(self, name: str) -> Any:
        """A browser in which the person is signed in; one for each, made at its first use."""
        if name not in self.clients:
            with self.app.app_context():
                self.clients[name] = makers.signed_in_client(self.app, db.session.get_one(Person, self.people[name]))
        return self.clients[name]

    def phone(self, name: str, *, zipped: bool = False, **more: Any) -> Phone:
        """A new phone of the person."""
        return Phone(self.id(name), over_http(self.client(name), zipped=zipped), **more)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """The company, on the application with the tables of the notes package."""
    registry.add(notes.notes)
    with app.app_context():
        notes.TestBase.metadata.create_all(db.engine)
        people = make_people()
        db.session.commit()
    notes.is_mended = False
    yield World(app, people, {})
    with app.app_context():
        db.session.remove()
        notes.TestBase.metadata.drop_all(db.engine)
    registry.remove(notes.notes)


def make_people() -> dict[str, str]:
    company = makers.make_organization()
    chief = makers.make_person(company, role="director", name="chief")
    boss = makers.make_person(company, role="manager", name="boss", manager=chief)
    people = {"chief": chief.id, "boss": boss.id}
    for name in ("ann", "ben", "cat"):
        people[name] = makers.make_person(company, name=name, manager=boss).id
    people["dan"] = makers.make_person(makers.make_organization(), name="dan").id
    return people


@pytest.fixture
def phone_of(world: World) -> Callable[[str], Phone]:
    """A new phone of a person."""
    return world.phone
