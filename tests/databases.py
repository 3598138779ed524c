"""Empty databases for the tests: a SQLite file or a database in PostgreSQL, the schema made once."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from app.core.db import Base
from tests import postgres

SERVER_VARIABLE = "PACELINE_TEST_POSTGRES"  # the address of the cluster that a whole test run shares

_own_cluster: list[postgres.Cluster] = []


def postgres_server() -> str:
    """The address of the run's PostgreSQL server, which the first who needs it starts."""
    if SERVER_VARIABLE not in os.environ:
        cluster = postgres.Cluster()
        _own_cluster.append(cluster)
        os.environ[SERVER_VARIABLE] = cluster.url
    return os.environ[SERVER_VARIABLE]


def stop_postgres_server() -> None:
    """Stops the server if this process started it."""
    while _own_cluster:
        os.environ.pop(SERVER_VARIABLE, None)
        _own_cluster.pop().stop()


def new_sqlite(folder: Path) -> str:
    """The address of a SQLite file that does not exist yet."""
    return f"sqlite:///{folder / f'{uuid.uuid4().hex}.sqlite3'}"


def new_postgresql(folder: Path) -> str:
    """The address of a fresh, empty PostgreSQL database."""
    return postgres.make_database(postgres_server(), f"t_{uuid.uuid4().hex}")


NEW: dict[str, Callable[[Path], str]] = {"sqlite": new_sqlite, "postgresql": new_postgresql}


def empty(engine: Engine) -> None:
    """Deletes every row of every table; faster than making the schema again."""
    is_sqlite = engine.dialect.name == "sqlite"
    # Tables refer to each other in circles, so the checks are off while they are emptied.
    off, on = (
        ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
        if is_sqlite
        else ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
    )
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        for statement in (off, *(["BEGIN"] if is_sqlite else [])):
            cursor.execute(statement)
        for name in Base.metadata.tables:
            cursor.execute(f'DELETE FROM "{name}"')
        connection.commit()
        cursor.execute(on)
        connection.commit()
    finally:
        connection.close()
