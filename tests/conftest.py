"""What all tests share. A test that asks for `database`, `app`, `session` or `client` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session
from werkzeug.test import TestResponse

from app.config import Settings
from app.core.db import db
from app.factory import create_app
from app.org import passwords
from tests import databases

hypothesis.settings.register_profile("default", deadline=None, max_examples=50)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "one_database: the rule does not depend on the database; runs on SQLite only")
    is_controller = not hasattr(config, "workerinput")
    if is_controller and getattr(config.option, "numprocesses", None):
        databases.postgres_server()  # before the workers start, so that they share it


def pytest_unconfigure(config: pytest.Config) -> None:
    databases.stop_postgres_server()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        kinds = ["sqlite"] if metafunc.definition.get_closest_marker("one_database") else ["sqlite", "postgresql"]
        metafunc.parametrize("database", kinds, indirect=True, scope="session")


CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords cost next to nothing here; the tests about their costs ask for `real_passwords`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", CHEAP)
        patch.setattr(passwords, "NOBODY", CHEAP.hash("a password that nobody has"))
        yield


@pytest.fixture
def real_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords at the costs of production."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of one sample company on one database go to one process, which loads it once (`--dist loadgroup`)."""
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if "loaded" in params:
            item.add_marker(pytest.mark.xdist_group(f"{params['loaded']} {params.get('database')}"))


@dataclass(frozen=True)
class Database:
    """A database with the schema in it, empty at the start of every test."""

    kind: str  # "sqlite" or "postgresql"
    settings: Settings
    app: Flask

    @property
    def url(self) -> str:
        return self.settings.database


class FreshContextClient(FlaskClient):
    """A client whose requests never see the test's own database session or signed-in person.

    Flask would let a request made inside an application context share that context; a real one never does.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def database_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Database]:
    """Makes the database of a kind at its first use; the tests of one process share it, one after the other."""
    made: dict[str, Database] = {}

    def get(kind: str) -> Database:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            settings = Settings(
                data_dir=folder,
                database_url=databases.NEW[kind](folder),
                secret_key="for tests only",
                public_url="http://localhost",
                push_hosts=("127.0.0.1", "localhost"),
                testing=True,
            )
            app = create_app(settings)
            app.test_client_class = FreshContextClient
            with app.app_context():
                db.create_all()
            made[kind] = Database(kind, settings, app)
        return made[kind]

    return get


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, database_of: Callable[[str], Database]) -> Database:
    """The database that this run of the test is on; see `app` for its emptying."""
    return database_of(request.param)


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    """The application on an empty database."""
    yield database.app
    with database.app.app_context():
        databases.empty(db.engine)


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """A database session in an application context of its own. Commit before a request is to see what was written."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies yet; `app.test_client()` makes another one."""
    return app.test_client()


@pytest.fixture
def app_with(database: Database, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes an application of other settings on a fresh database: `app_with(as_of=date(2013, 3, 1))`."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        fresh = replace(database.settings, data_dir=tmp_path, database_url=databases.NEW[database.kind](tmp_path))
        app = create_app(replace(fresh, **changes))
        app.test_client_class = FreshContextClient
        with app.app_context():
            db.create_all()
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
