"""The migrations and the models say the same, on both databases, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import DateTime, inspect, text, update

from app import serve
from app.config import Settings
from app.core.db import Base, UtcDateTime, db
from app.core.synced import SyncRow
from app.factory import create_app
from tests import databases
from tests.makers import make_organization

pytestmark = pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database was made by the migrations alone."""
    app = create_app(Settings(data_dir=tmp_path, database_url=databases.NEW[request.param](tmp_path), secret_key="x"))
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def differences() -> list[object]:
    """What alembic sees between the database and the models, and the indexes that are not there."""

    def compare_type(_, __, ___, inspected, wanted):
        return not isinstance(inspected, DateTime) if isinstance(wanted, UtcDateTime) else None

    listed = {"sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'", "postgresql": "SELECT indexname FROM pg_indexes"}
    with db.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": compare_type}), Base.metadata)
        names = set(connection.scalars(text(listed[connection.dialect.name])))
    wanted = {str(index.name) for table in Base.metadata.tables.values() for index in table.indexes}
    return [*found, *sorted(wanted - names)]


def test_the_migrations_make_exactly_what_the_models_say(migrated: Flask) -> None:
    assert differences() == []


def test_every_migration_goes_both_ways(migrated: Flask) -> None:
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert differences() == []


def test_migrating_a_second_time_changes_nothing(migrated: Flask) -> None:
    upgrade()
    assert differences() == []


def test_what_phones_hold_is_compared_with_the_rows(migrated: Flask) -> None:
    make_organization()
    db.session.commit()
    assert not [problem for problem in serve.problems() if "phones hold" in problem]
    db.session.execute(update(SyncRow).where(SyncRow.entity == "organization").values(json="{}"))
    db.session.commit()
    assert [problem for problem in serve.problems() if "phones hold other values" in problem]
