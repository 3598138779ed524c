"""Tables of the engine: phones, mutations with their stored results, photos."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import ID_LENGTH, Base, Record, Synced


class SyncClient(Base):
    """One local database of one person: how far its numbers have been taken."""

    __tablename__ = "sync_client"

    client_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    last_n: Mapped[int]
    schema: Mapped[int]
    last_seen_at: Mapped[datetime]


class MutationRecord(Base):
    """A mutation and what became of it. Never pruned: it is what makes "exactly once" true.

    `status` is what phones are told: applied | merged | rejected | parked. `settled` says how a
    refused one ended: superseded | discarded | declined | admitted. `params` fill the sentence of
    `code`. `locale` and `role` are the writer's at the time, for admitting it later.
    """

    __tablename__ = "mutation"

    mid: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    person_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    client_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    n: Mapped[int]
    schema: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    args: Mapped[str] = mapped_column(Text)  # JSON, as it came
    deps: Mapped[str | None] = mapped_column(Text)  # JSON
    supersedes: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    superseded_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    status: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(80))
    params: Mapped[str | None] = mapped_column(Text)  # JSON
    fields: Mapped[str | None] = mapped_column(Text)  # JSON: codes by field (rejected), names (merged)
    settled: Mapped[str | None] = mapped_column(String(10))
    role: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    skew_ms: Mapped[int | None]
    is_skewed: Mapped[bool]
    received_at: Mapped[datetime]
    admitted_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))

    __table_args__ = (
        Index("ix_mutation_client_id_n", "client_id", "n"),
        Index("ix_mutation_organization_id_received_at", "organization_id", "received_at"),
        {"sqlite_with_rowid": False},
    )


class MutationSeen(Base):
    """Which mutation a phone sent under which number."""

    __tablename__ = "mutation_seen"

    client_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    mid: Mapped[str] = mapped_column(String(ID_LENGTH))

    __table_args__ = ({"sqlite_with_rowid": False},)


class MutationDependency(Base):
    """That a mutation waits for another one."""

    __tablename__ = "mutation_dependency"

    dep: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    mid: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)


class MutationTry(Base):
    """How often a mutation made its handler fail. Written in a transaction of its own."""

    __tablename__ = "mutation_try"

    mid: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    tries: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class MutationResult(Synced, Record, Base):
    """A refused mutation as phones list it, at the writer's and at those who may decide; `id` is its mid."""

    __tablename__ = "mutation_result"

    mid: Mapped[str] = mapped_column(String(ID_LENGTH))
    client_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    n: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    decider_ids: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(80))
    message: Mapped[str | None] = mapped_column(String(1000))
    fields: Mapped[Any] = mapped_column(JSON, nullable=True)
    args: Mapped[str] = mapped_column(Text)  # JSON, as it came
    settled: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(String(2000))  # what the writer asked or the decider answered
    at: Mapped[datetime]
    is_skewed: Mapped[bool]
    decided_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    decided_at: Mapped[datetime | None]


class Blob(Base):
    """The bytes of a photo or voice note, once for an organisation. They lie in files, named by their hash."""

    __tablename__ = "blob"

    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(80))
    stored_at: Mapped[datetime]


class BlobState(Synced, Record, Base):
    """How far one person's upload of a photo is: uploading | stored. A phone deletes its bytes only long after `stored`."""

    __tablename__ = "blob_state"

    sha256: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    state: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(80))
    stored_at: Mapped[datetime | None]
