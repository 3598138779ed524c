"""The database: one declarative base, one session, the column types that the house uses.

SQLite is the embedded default and PostgreSQL the choice beyond one machine. SQLAlchemy's SQLite
driver would open transactions lazily; here every transaction begins explicitly: `BEGIN IMMEDIATE`
when it may write (so two writers queue instead of failing half way) and `BEGIN` when it only reads.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Goes in as an aware datetime of any zone, comes out in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone: pass an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _json() -> JSON:
    """JSON, kept as JSONB on PostgreSQL. A type of its own each time: mutability hangs on it."""
    return JSON().with_variant(JSONB(), "postgresql")


JsonDict = MutableDict.as_mutable(_json())
JsonList = MutableList.as_mutable(_json())
ID_LENGTH = 36

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UtcDateTime(),
        date: Date(),
        int: BigInteger(),
        dict[str, Any]: JsonDict,
        list[Any]: JsonList,
    }


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


def new_id() -> str:
    """A fresh row id: a UUID as text, the same form that phones make offline."""
    return str(uuid.uuid4())


def foreign(target: str, **kwargs: Any) -> Any:
    """A column that holds the id of a row of another table, with an index."""
    kwargs.setdefault("index", True)
    return mapped_column(String(ID_LENGTH), ForeignKey(f"{target}.id"), **kwargs)


class Record:
    """What every row of an organisation has: an id, the tenant key, who made it and when."""

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))

    @declared_attr
    def organization_id(self) -> Mapped[str]:
        return mapped_column(String(ID_LENGTH), ForeignKey("organization.id"), index=True)


class External:
    """A row that another system may name: `external_id` is unique within table and organisation.

    A table that adds arguments of its own writes `*External.constraints()` into them.
    """

    external_id: Mapped[str | None] = mapped_column(String(120))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return External.constraints()

    @staticmethod
    def constraints() -> tuple[Any, ...]:
        return (UniqueConstraint("organization_id", "external_id"),)


class Synced:
    """Marks a table whose rows go to phones. Changes are recorded by session events (synced.py)."""


# --- Transactions -----------------------------------------------------------------------------

_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read: they take no write lock on SQLite."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def configure_engine(engine: Engine) -> None:
    """Sets full durability, foreign keys and explicit transactions on SQLite."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin by itself
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "cache_size=-64000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
