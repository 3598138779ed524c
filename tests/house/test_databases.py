"""The ground that the other tests stand on."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from tests.conftest import Database


def test_sqlite_runs_at_full_durability(database: Database, app: Flask, session) -> None:
    if database.kind == "sqlite":
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    else:
        assert session.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_every_test_starts_with_an_empty_database(app: Flask, session) -> None:
    from app.core.db import Base

    counts = {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() for name in Base.metadata.tables}
    assert counts
    assert not any(counts.values())
