"""Phones of made-up people on a package of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request

from app import web
from app.core import clock
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import Forbidden
from app.sync import registry
from tests.devices import Phone, over_http
from tests.sync import notes

registry.add(notes.notes)


@pytest.fixture
def notes_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with the tables of the notes package, empty."""

    def current_actor(user_id: str | None = None) -> Actor:
        person_id = request.headers["Test-Person"]
        if user_id is not None and user_id != person_id:
            raise Forbidden("wrong_user")
        now = clock.now()
        return Actor("org-1", person_id, Role.REP, now, now, request.headers.get("Test-Locale", "en"))

    monkeypatch.setattr(web, "current_actor", current_actor, raising=False)
    with app.app_context():
        notes.TestBase.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        notes.TestBase.metadata.drop_all(db.engine)


@pytest.fixture
def phone_of(notes_app: Flask) -> Callable[[str], Phone]:
    """A new phone of a person."""

    def make(person_id: str, *, zipped: bool = False) -> Phone:
        return Phone(person_id, over_http(notes_app.test_client(), {"Test-Person": person_id}, zipped=zipped))

    return make
