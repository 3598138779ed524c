"""Merging by field: two people changed the same row, and neither loses without a trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import synced
from app.core.actor import Actor
from app.core.db import ID_LENGTH, Base, db, new_id

UNNUMBERED = 2**62  # stands for the number that the present transaction will get


class FieldHistory(Base):
    """A value that lost against a later one: what it was, whose it was, who replaced it and when."""

    __tablename__ = "field_history"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    entity: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    field: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)  # JSON
    written_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    replaced_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    replaced_at: Mapped[datetime]
    mid: Mapped[str | None] = mapped_column(String(ID_LENGTH))

    __table_args__ = (Index("ix_field_history_entity_entity_id", "entity", "entity_id"),)


def merge(actor: Actor, row: Any, base_v: int, values: Mapping[str, Any]) -> list[str]:
    """Sets `values` on a synced row and answers the names of the fields where another value lost.

    The later arrival wins. A field counts as changed by somebody else if its last change is newer than
    `base_v` and was not made by an earlier mutation of the same phone. The value that lost is kept in
    `field_history`.
    """
    changes = _last_changes(row)
    lost: list[str] = []
    for name, value in values.items():
        present = getattr(row, name)
        if present == value:
            continue
        change = changes.get(name, changes.get(""))
        if change and is_conflict(actor, base_v, change):
            lost.append(name)
            db.session.add(_history(actor, row, name, present, change[3]))
        setattr(row, name, value)
    return lost


def changed_since(actor: Actor, row: Any, base_v: int) -> list[str]:
    """Names of the fields that somebody else changed since the version `base_v` (for decisions)."""
    changes = _last_changes(row)
    return sorted(name for name, change in changes.items() if name and is_conflict(actor, base_v, change))


def is_conflict(actor: Actor, base_v: int, change: list[Any]) -> bool:
    """Whether a change [v, client_id, n, person_id] came after `base_v` and not from the sender's own earlier mutations."""
    v, client_id, n, _ = change
    is_own = actor.client_id is not None and client_id == actor.client_id and (n or 0) < (actor.n or 0)
    return v > base_v and not is_own


def _last_changes(row: Any) -> dict[str, list[Any]]:
    """Field → [v, client_id, n, person_id] of its last change, those of the present transaction included."""
    db.session.flush()
    stored = db.session.get(synced.SyncRow, (synced.name_of(row), row.id), populate_existing=True)
    changes: dict[str, list[Any]] = json.loads(stored.fields) if stored else {}
    for name, writer in synced.pending_writers(row).items():
        changes[name] = [UNNUMBERED, *writer]
    return changes


def _history(actor: Actor, row: Any, name: str, value: Any, written_by: str | None) -> FieldHistory:
    return FieldHistory(
        organization_id=row.organization_id,
        entity=synced.name_of(row),
        entity_id=row.id,
        field=name,
        value=json.dumps(value, ensure_ascii=False, default=str),
        written_by=written_by,
        replaced_by=actor.person_id,
        replaced_at=actor.now,
        mid=actor.mid,
    )
