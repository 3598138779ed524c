"""Runs one mutation inside a savepoint and says what became of it.

Content never breaks the envelope: what a rule refuses, what does not fit the schema and what the
database will not hold is an outcome. Only two things are raised: `Poison`, when the handler itself
failed, and errors of the database, which are nobody's fault and answer 503.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core import synced
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import AccessLost, Refusal
from app.domain import Mutation
from app.sync import registry

SCHEMA = 1  # of mutations and rows today
MIN_SCHEMA = 1  # older apps may still push, but must update before they pull


class Poison(Exception):
    """The handler failed in a way that no rule foresaw."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutation: a status of the wire, and why."""

    status: str
    code: str | None = None
    params: Mapping[str, Any] | None = None
    fields: Any = None  # names that lost (merged), or what is wrong by field (rejected)
    decider_ids: Sequence[str] = ()

    @property
    def is_done(self) -> bool:
        return self.status in ("applied", "merged")


def run(actor: Actor, name: str, args: Any, schema: int) -> Outcome:
    """Runs a mutation as this actor. Its changes are undone unless it was applied."""
    mutation = registry.mutations().get(name)
    if mutation is None:
        return Outcome("rejected", "unknown_mutation")
    try:
        with synced.writing(synced.Writer(actor.client_id, actor.n, actor.person_id)), db.session.begin_nested():
            lost = mutation.handler(actor, **_load(mutation, args, schema))
            db.session.flush()
    except Exception as error:
        return _refused(error)
    return Outcome("merged", fields=list(lost)) if lost else Outcome("applied")


def _load(mutation: Mutation, args: Any, schema: int) -> dict[str, Any]:
    """The arguments as the handler takes them; those saved under an older schema are brought up to date first."""
    if not isinstance(args, dict):
        raise ValidationError("not_an_object", "args")
    for old in range(schema, SCHEMA):
        if old in mutation.upcasts:
            args = mutation.upcasts[old](args)
    loaded: dict[str, Any] = _loader(mutation).load(args)
    return loaded


_loaders: dict[str, Any] = {}


def _loader(mutation: Mutation) -> Any:
    """One instance of a schema serves all: making one costs more than loading with it."""
    found = _loaders.get(mutation.name)
    if found is None or type(found) is not mutation.schema:
        found = _loaders[mutation.name] = mutation.schema()
    return found


def _refused(error: Exception) -> Outcome:
    if isinstance(error, AccessLost):
        return Outcome("parked", error.code, _plain(error.params), error.fields, error.params.get("decider_ids", ()))
    if isinstance(error, Refusal):
        return Outcome("rejected", error.code, _plain(error.params), error.fields)
    if isinstance(error, ValidationError):
        return Outcome("rejected", "invalid", None, flatten(error.normalized_messages()))
    if isinstance(error, IntegrityError):
        return Outcome("rejected", "contradicts")
    if isinstance(error, (DataError, OverflowError, UnicodeError)):
        return Outcome("rejected", "invalid")
    if is_database_away(error):
        raise error
    raise Poison(f"{type(error).__name__}: {error}") from error


def is_database_away(error: BaseException) -> bool:
    """Busy, locked, restarting, disk full, out of connections: another try may succeed."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EDQUOT)
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.OperationalError):  # a wrong statement is "operational" there, and is ours
        return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError, InternalError))


def flatten(messages: Any, path: tuple[str, ...] = ()) -> dict[str, str]:
    """Marshmallow's nested messages as {"contacts.0.name": "…"}."""
    if isinstance(messages, Mapping):
        found: dict[str, str] = {}
        for name, inner in messages.items():
            found.update(flatten(inner, path if name == "_schema" else (*path, str(name))))
        return found
    first = messages[0] if isinstance(messages, (list, tuple)) and messages else messages
    return {".".join(path) or "args": str(first)}


def _plain(params: Mapping[str, Any]) -> dict[str, Any] | None:
    """Parameters of a sentence as they can be kept in JSON."""
    kept = {
        name: value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
        for name, value in params.items()
        if name != "decider_ids"
    }
    return kept or None
