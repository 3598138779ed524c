"""Runs migrations on the application's own engine, each run in one transaction.

Two programs may start at once: on PostgreSQL an advisory lock, on SQLite the write lock of `BEGIN IMMEDIATE`
lets one migrate while the other waits and then finds nothing to do. SQLite changes a table by copying it; its
foreign keys are off meanwhile (else dropping the old copy would delete what refers to it) and checked at the end.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, DateTime
from sqlalchemy.engine import Connection

from app.core.db import Base, UtcDateTime, db

LOCK = 0x5041434C  # any number, the same for every program of this kind


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Writes our column types as the plain types they are stored as, so that old migrations never import new code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON) and "postgresql" in item._variant_mapping:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def compare_type(_: Any, __: Any, ___: Any, inspected: Any, wanted: Any) -> bool | None:
    """An instant is stored as a plain date and time: not a difference."""
    if isinstance(wanted, UtcDateTime):
        return not isinstance(inspected, DateTime)
    return None


def migrate(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=compare_type,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.run_migrations()
        if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"the migration left rows that refer to nothing: {broken[:5]}")


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            migrate(connection)
            connection.commit()
        finally:
            if is_sqlite:
                connection.rollback()
                driver.execute("PRAGMA foreign_keys=ON")


run()
