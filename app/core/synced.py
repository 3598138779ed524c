"""Records every change of a synced row, so that phones can ask "what changed since".

A package names its synced tables once (`register`), with a pure function that says in which buckets
a row is and one that turns it into JSON. From then on session events do the rest: at the commit the
rows that changed are compared with what phones were told last, and the differences are written as
numbered entries in the same transaction.

The steps at a commit, in this order:

1. Flush; read the touched rows again (another writer may have changed other columns of them).
2. Make their JSON, compare it and the buckets with `sync_row`.
3. Lock the clock of the organisation, as the last lock of the transaction, and take numbers.
4. Work out the grants of the people concerned, now that nobody else can change them.
5. Write rows, entries, buckets and grants.

Numbers rise in the order of commits and have no gaps, so "everything after my number" is complete.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import Index, String, Text, delete, event, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, SessionTransaction, UOWTransaction, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.db import ID_LENGTH, Base, Synced, db, new_id

BUCKET_LENGTH = 60
ENTITY_LENGTH = 40
CHUNK = 500  # rows a query; both databases take far more parameters
RESTORE_JUMP = 2**32  # added to the clock by a restore: no number is ever issued twice


# --- Tables -----------------------------------------------------------------------------------


class SyncClock(Base):
    """One counter for each organisation. Its row is the last lock of every writing transaction."""

    __tablename__ = "sync_clock"

    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(ID_LENGTH))
    seq: Mapped[int]


class SyncRow(Base):
    """A synced row as phones see it: its JSON, made once when it changes.

    `buckets` are the names, one a line. `fields` is JSON: field → [v, client_id, n, person_id] of its
    last change; the key "" stands for all fields that have not changed since the row was made.
    """

    __tablename__ = "sync_row"

    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    v: Mapped[int]
    buckets: Mapped[str] = mapped_column(Text)
    json: Mapped[str] = mapped_column(Text)
    fields: Mapped[str] = mapped_column(Text)


class SyncEntry(Base):
    """The latest change of a row in a bucket: `put` while it is in there, `remove` once it left."""

    __tablename__ = "sync_entry"

    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(BUCKET_LENGTH), primary_key=True)
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    seq: Mapped[int]
    op: Mapped[str] = mapped_column(String(6))
    v: Mapped[int]

    __table_args__ = (
        Index("ix_sync_entry_bucket_seq", "bucket", "seq"),
        Index("ix_sync_entry_entity_entity_id", "entity", "entity_id"),
        {"sqlite_with_rowid": False},
    )


class SyncBucket(Base):
    """When a bucket last changed: what a pull looks at first."""

    __tablename__ = "sync_bucket"

    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(BUCKET_LENGTH), primary_key=True)
    last_seq: Mapped[int]

    __table_args__ = (
        Index("ix_sync_bucket_organization_id_last_seq", "organization_id", "last_seq"),
        {"sqlite_with_rowid": False},
    )


class SyncGrant(Base):
    """That a person holds a bucket (`on`), or held it once (`off`), as of a number of the clock."""

    __tablename__ = "sync_grant"

    user_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(BUCKET_LENGTH), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(3))

    __table_args__ = (
        Index("ix_sync_grant_user_id_seq", "user_id", "seq"),
        Index("ix_sync_grant_organization_id_seq", "organization_id", "seq"),
        {"sqlite_with_rowid": False},
    )


class BlobName(Base):
    """That a synced row names the hash of a photo, and who made it do so."""

    __tablename__ = "blob_name"

    organization_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    entity: Mapped[str] = mapped_column(String(ENTITY_LENGTH), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    author_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)


# --- The registry -----------------------------------------------------------------------------

BucketsOf = Callable[[Any], Iterable[str]]
JsonOf = Callable[[Any], dict[str, Any]]
ForPeople = Callable[[str, Sequence[str]], Iterable[tuple[str, str]]]
Watch = Callable[[Any, Mapping[str, Any]], Iterable[str]]


class Kind(NamedTuple):
    """What is known of a synced table."""

    name: str
    model: type[Base]
    buckets: BucketsOf
    to_json: JsonOf


_kinds: dict[type, Kind] = {}
_rules: list[ForPeople] = []
_watches: dict[type, list[Watch]] = defaultdict(list)


def register(name: str, model: type[Base], buckets: BucketsOf, to_json: JsonOf) -> None:
    """Names a synced table. Registering the same table again changes nothing but the functions."""
    if not issubclass(model, Synced):
        raise TypeError(f"{model.__name__} is offered as {name!r} but is not marked Synced")
    _kinds[model] = Kind(name, model, buckets, to_json)


def register_grants(for_people: ForPeople, watches: Mapping[type[Base], Watch]) -> None:
    """Adds a rule that says which buckets people hold, and the tables that it depends on."""
    if for_people in _rules:
        return
    _rules.append(for_people)
    for model, watch in watches.items():
        if model not in _watches:
            _keep_old_values(model)
        _watches[model].append(watch)


def unregister(models: Iterable[type], rules: Iterable[ForPeople]) -> None:
    """Takes back what a package registered: for packages that only tests have."""
    for model in models:
        _kinds.pop(model, None)
    for rule in rules:
        if rule in _rules:
            _rules.remove(rule)


def unwatch(models: Iterable[type]) -> None:
    """Takes back the watches of tables that only tests have."""
    for model in models:
        _watches.pop(model, None)


def _keep_old_values(model: type[Base]) -> None:
    """Makes assignments remember the old value even where it was not loaded: a revocation needs it."""
    for attribute in model.__mapper__.column_attrs:
        event.listen(getattr(model, attribute.key), "set", _nothing, active_history=True)


def _nothing(*_: Any) -> None:
    """A listener only for the sake of active_history."""


def name_of(row: Any) -> str:
    """The name on the wire of a synced row."""
    return _kinds[type(row)].name


# --- Who writes -------------------------------------------------------------------------------


class Writer(NamedTuple):
    """On whose behalf rows change: the person, and phone and number if it came by sync."""

    client_id: str | None = None
    n: int | None = None
    person_id: str | None = None


NOBODY = Writer()
_writer: ContextVar[Writer] = ContextVar("writer", default=NOBODY)


@contextmanager
def writing(writer: Writer) -> Iterator[None]:
    """Changes flushed inside are put down to this writer."""
    token = _writer.set(writer)
    try:
        yield
    finally:
        _writer.reset(token)


# --- What a transaction touched -----------------------------------------------------------------


@dataclass
class _Touched:
    rows: dict[type, set[str]] = field(default_factory=lambda: defaultdict(set))
    writers: dict[tuple[str, str], dict[str, Writer]] = field(default_factory=lambda: defaultdict(dict))
    people: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


_KEY = "synced"


def _touched(session: Session) -> _Touched:
    found = session.info.get(_KEY)
    if found is None:
        found = session.info[_KEY] = _Touched()
    return found


def touch(row: Any) -> None:
    """Says that a row's JSON or buckets may have changed though its own columns did not (a line of an order)."""
    session = db.session()
    touched = _touched(session)
    touched.rows[type(row)].add(row.id)
    touched.writers[(name_of(row), row.id)].setdefault("", _writer.get())


def regrant(organization_id: str, person_ids: Iterable[str]) -> None:
    """Has the grants of people worked out again at the commit."""
    _touched(db.session()).people[organization_id].update(person_ids)


def pending_writers(row: Any) -> Mapping[str, Writer]:
    """Who changed which field of a row in this transaction, which has no number yet."""
    return _touched(db.session()).writers.get((name_of(row), row.id), {})


def _after_flush(session: Session, _: UOWTransaction) -> None:
    for row in session.new:
        _note(session, row, {}, is_new=True)
    for row in session.dirty:
        changed = _changed(row)
        if changed:
            _note(session, row, changed)
    for row in session.deleted:
        values = {attribute.key: getattr(row, attribute.key) for attribute in row.__mapper__.column_attrs}
        _note(session, row, values)


def _changed(row: Any) -> dict[str, Any]:
    """Names of the columns that this flush wrote, with their old values."""
    state = row.__mapper__.class_manager.state_getter()(row)
    old: dict[str, Any] = {}
    for attribute in row.__mapper__.column_attrs:
        if attribute.key in state.committed_state:
            history = state.get_history(attribute.key, 0)
            if history.added or history.deleted:
                old[attribute.key] = history.deleted[0] if history.deleted else None
    return old


def _note(session: Session, row: Any, changed: Mapping[str, Any], is_new: bool = False) -> None:
    model = type(row)
    kind = _kinds.get(model)
    if kind:
        touched = _touched(session)
        touched.rows[model].add(row.id)
        writer = _writer.get()
        fields = touched.writers[(kind.name, row.id)]
        if is_new:
            fields[""] = writer
        else:
            fields.update(dict.fromkeys(changed, writer))
    for watch in _watches.get(model, ()):
        _touched(session).people[row.organization_id].update(filter(None, watch(row, changed)))


# --- The commit ---------------------------------------------------------------------------------


class _Change(NamedTuple):
    entity: str
    entity_id: str
    organization_id: str
    json: str | None  # None: deleted
    buckets: frozenset[str]
    old: Any  # the SyncRow as it was, or None
    writers: Mapping[str, Writer]
    names: frozenset[str]  # fields whose JSON changed


def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return  # the release of a savepoint, not the commit
    session.flush()
    touched: _Touched | None = session.info.pop(_KEY, None)
    if touched is None:
        return
    changes: dict[str, list[_Change]] = defaultdict(list)
    for model, ids in touched.rows.items():
        for change in _differences(session, _kinds[model], sorted(ids), touched):
            changes[change.organization_id].append(change)
    for organization_id in sorted({*changes, *touched.people}):
        _write(session, organization_id, changes.get(organization_id, []), touched.people.get(organization_id, set()))


def _differences(session: Session, kind: Kind, ids: Sequence[str], touched: _Touched) -> Iterator[_Change]:
    """Steps 1 and 2: rows of one kind that look different from what phones were told last."""
    model: Any = kind.model
    for part in chunks(ids):
        rows = {
            row.id: row
            for row in session.scalars(
                select(model).where(model.id.in_(part)).with_for_update().execution_options(populate_existing=True)
            )
        }
        stored = {
            row.entity_id: row
            for row in session.execute(select(SyncRow.__table__).where(SyncRow.entity == kind.name, SyncRow.entity_id.in_(part)))
        }
        for row_id in part:
            writers = touched.writers.get((kind.name, row_id), {})
            change = _difference(kind, row_id, rows.get(row_id), stored.get(row_id), writers)
            if change:
                yield change


def _difference(kind: Kind, row_id: str, row: Any, old: Any, writers: Mapping[str, Writer]) -> _Change | None:
    if row is None:
        if old is None:
            return None
        return _Change(kind.name, row_id, old.organization_id, None, frozenset(), old, writers, frozenset())
    buckets = frozenset(kind.buckets(row))
    if old is None and not buckets:
        return None  # no phone has ever seen it
    values = kind.to_json(row)
    made = dumps(values)
    if old is not None and old.json == made and frozenset(old.buckets.split()) == buckets:
        return None
    names = frozenset[str]()
    if old is not None:
        before = json.loads(old.json)
        names = frozenset(name for name in {*values, *before} if values.get(name) != before.get(name))
        if not names and old.json != made:
            names = frozenset(values)
    return _Change(kind.name, row_id, row.organization_id, made, buckets, old, writers, names)


def dumps(value: Any) -> str:
    """JSON as it goes over the wire: UTF-8, no spaces, keys in the order of the schema.

    Half a surrogate pair, which UTF-8 cannot hold but a phone may send, stays escaped.
    """
    made = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        made.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return made


def _write(session: Session, organization_id: str, changes: list[_Change], people: set[str]) -> None:
    """Steps 3 to 5 for one organisation."""
    if not changes and not people:
        return
    plan = [(change, sorted(change.buckets), sorted(_old_buckets(change) - change.buckets)) for change in changes]
    count = sum(max(1, len(there) + len(gone)) for _, there, gone in plan)
    seq = take_numbers(session, organization_id, count) - count
    rows: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    last: dict[str, int] = {}
    for change, there, gone in plan:
        v = seq + 1
        for bucket, op in [*((name, "put") for name in there), *((name, "remove") for name in gone)]:
            seq += 1
            last[bucket] = seq
            entries.append(
                {"organization_id": organization_id, "bucket": bucket, "entity": change.entity,
                 "entity_id": change.entity_id, "seq": seq, "op": op, "v": v}
            )  # fmt: skip
        seq = max(seq, v)
        if change.json is not None:
            rows.append(
                {"entity": change.entity, "entity_id": change.entity_id, "organization_id": organization_id, "v": v,
                 "buckets": "\n".join(there), "json": change.json, "fields": _field_versions(change, v)}
            )  # fmt: skip
    _delete_rows(session, [change for change in changes if change.json is None])
    upsert(session, SyncRow, rows)
    upsert(session, SyncEntry, entries)
    upsert(session, SyncBucket, [{"organization_id": organization_id, "bucket": name, "last_seq": n} for name, n in last.items()])
    _write_blob_names(session, organization_id, changes)
    _write_grants(session, organization_id, people)


def _old_buckets(change: _Change) -> frozenset[str]:
    return frozenset(change.old.buckets.split()) if change.old is not None else frozenset()


def _field_versions(change: _Change, v: int) -> str:
    whole = change.writers.get("", NOBODY)
    if change.old is None:
        return dumps({"": [v, *whole]})
    fields: dict[str, Any] = json.loads(change.old.fields)
    for name in change.names:
        fields[name] = [v, *change.writers.get(name, whole)]
    return dumps(fields)


def _delete_rows(session: Session, gone: list[_Change]) -> None:
    for part in chunks(gone):
        keys = [(change.entity, change.entity_id) for change in part]
        _raw(session, delete(SyncRow).where(tuple_(SyncRow.entity, SyncRow.entity_id).in_(keys)))


_HASH = re.compile(r'"([0-9a-f]{64})"')


def _write_blob_names(session: Session, organization_id: str, changes: list[_Change]) -> None:
    """Remembers which rows name a photo. Names are only added: a row that names it no longer is checked at the reading."""
    names: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for change in changes:
        if change.json is None:
            continue
        hashes = set(_HASH.findall(change.json))
        if hashes and change.old is not None:
            hashes -= set(_HASH.findall(change.old.json))
        if not hashes:
            continue
        authors = {writer.person_id for writer in change.writers.values() if writer.person_id} or {""}
        for sha256 in hashes:
            for author in authors:
                names[(sha256, change.entity, change.entity_id, author)] = {
                    "organization_id": organization_id, "sha256": sha256, "entity": change.entity,
                    "entity_id": change.entity_id, "author_id": author,
                }  # fmt: skip
    upsert(session, BlobName, list(names.values()))


def _write_grants(session: Session, organization_id: str, people: set[str]) -> None:
    """Step 4: what the rules say now against what is written; the differences take numbers too."""
    changes: list[dict[str, Any]] = []
    for part in chunks(sorted(people)):
        wanted = {pair for rule in _rules for pair in rule(organization_id, part)}
        held = {
            (row.user_id, row.bucket)
            for row in session.execute(
                select(SyncGrant.user_id, SyncGrant.bucket).where(
                    SyncGrant.user_id.in_(part), SyncGrant.organization_id == organization_id, SyncGrant.state == "on"
                )
            )
        }
        for state, pairs in (("off", held - wanted), ("on", wanted - held)):
            changes += [
                {"user_id": user, "bucket": bucket, "organization_id": organization_id, "state": state}
                for user, bucket in sorted(pairs)
            ]
    if changes:
        first = take_numbers(session, organization_id, len(changes)) - len(changes) + 1
        upsert(session, SyncGrant, [{**change, "seq": first + place} for place, change in enumerate(changes)])


def take_numbers(session: Session, organization_id: str, count: int) -> int:
    """Locks the organisation's clock and moves it on by `count`; answers where it stands now."""
    statement = (
        update(SyncClock.__table__)  # type: ignore[arg-type]
        .where(SyncClock.organization_id == organization_id)
        .values(seq=SyncClock.seq + count)
        .returning(SyncClock.seq)
    )
    seq = _raw(session, statement).scalar()
    if seq is None:
        make_clock(session, organization_id)
        seq = _raw(session, statement).scalar_one()
    return int(seq)


def make_clock(session: Session, organization_id: str) -> None:
    """Makes the clock of an organisation, unless it has one."""
    values = {"organization_id": organization_id, "epoch": new_id(), "seq": 0}
    insert_missing(session, SyncClock, [values])


def renew_epochs(session: Session) -> None:
    """What a restore does: phones start anew, and no number that was ever issued comes again."""
    for organization_id in session.scalars(select(SyncClock.organization_id)).all():
        _raw(
            session,
            update(SyncClock.__table__)  # type: ignore[arg-type]
            .where(SyncClock.organization_id == organization_id)
            .values(epoch=new_id(), seq=SyncClock.seq + RESTORE_JUMP),
        )


# --- Bulk ---------------------------------------------------------------------------------------


class Bulk:
    """The named door for bulk SQL on synced tables: lists of rows go in, entries are written at the commit."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def insert(self, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Inserts rows given as columns; rows without an `id` get one (it is put into the dict)."""
        for row in rows:
            row.setdefault("id", new_id())
        for part in chunks(rows):
            _raw(self.session, insert(model), list(part))
        self._note(model, rows, {})

    def update(self, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Updates rows by their `id`; every dict of one call names the same columns."""
        old = self._old(model, [row["id"] for row in rows]) if model in _watches else {}
        for part in chunks(rows):
            _raw(self.session, update(model), list(part))
        self._note(model, rows, old)

    def delete(self, model: type[Base], ids: Sequence[str]) -> None:
        """Deletes rows by their ids."""
        old = self._old(model, ids) if model in _watches else {}
        table: Any = model
        for part in chunks(ids):
            _raw(self.session, delete(table).where(table.id.in_(part)).execution_options(synchronize_session=False))
        self._note(model, [old.get(row_id, {"id": row_id}) for row_id in ids], old)

    def _old(self, model: type[Base], ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        table: Any = model.__table__
        return {
            row["id"]: dict(row)
            for part in chunks(ids)
            for row in self.session.execute(select(table).where(table.c.id.in_(part))).mappings()
        }

    def _note(self, model: type[Base], rows: Sequence[dict[str, Any]], old: dict[str, dict[str, Any]]) -> None:
        touched = _touched(self.session)
        kind = _kinds.get(model)
        if kind:
            touched.rows[model].update(row["id"] for row in rows)
            writer = _writer.get()
            if writer is not NOBODY:
                for row in rows:
                    touched.writers[(kind.name, row["id"])].setdefault("", writer)
        empty = dict.fromkeys(column.key for column in model.__mapper__.column_attrs)
        for watch in _watches.get(model, ()):
            for row in rows:
                before = old.get(row["id"], {})
                now = SimpleNamespace(**{**empty, **before, **row})
                touched.people[now.organization_id].update(filter(None, watch(now, before)))


def bulk() -> Bulk:
    """Opens the door for bulk SQL on synced tables in the present transaction."""
    return Bulk(db.session())


_ALLOWED = "synced_bulk"


def _raw(session: Session, statement: Any, *args: Any) -> Any:
    """Runs a statement past the guard below."""
    return session.execute(statement, *args, execution_options={_ALLOWED: True})


def _guard(state: ORMExecuteState) -> None:
    """Refuses bulk SQL on synced and watched tables: phones would never hear of it."""
    statement: Any = state.statement
    if not getattr(statement, "is_dml", False) or state.execution_options.get(_ALLOWED):
        return
    table: Any = statement.table
    for model in (*_kinds, *_watches):
        if getattr(model, "__table__", None) is table:
            raise RuntimeError(f"bulk SQL on {model.__name__}: phones would not hear of it; use synced.bulk()")


def upsert(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows, or overwrites those with the same primary key."""
    if rows:
        _raw(session, _upsert_statement(model, _dialect(session)), list(rows))


@cache
def _upsert_statement(model: type[Base], dialect: Any) -> Any:
    table: Any = model.__table__
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    if others:
        return statement.on_conflict_do_update(index_elements=keys, set_=others)
    return statement.on_conflict_do_nothing(index_elements=keys)


def insert_missing(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows unless there are some with the same primary key."""
    table: Any = model.__table__
    _raw(session, _dialect(session).insert(table).on_conflict_do_nothing(), list(rows))


def _dialect(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql


def chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """A list in parts."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def audit(session: Session) -> list[str]:
    """Compares entries with `buckets(row)` and `sync_row` for all rows; answers what does not agree, one line each."""
    problems: list[str] = []
    for kind in _kinds.values():
        model: Any = kind.model
        seen: set[str] = set()
        for row in session.scalars(select(model).order_by(model.id)):
            seen.add(row.id)
            problems += _audit_row(session, kind, row)
        stored = session.scalars(select(SyncRow.entity_id).where(SyncRow.entity == kind.name))
        problems += [f"{kind.name} {row_id}: phones hold a row that is gone" for row_id in sorted(set(stored) - seen)]
    return problems


def _audit_row(session: Session, kind: Kind, row: Any) -> Iterator[str]:
    buckets = set(kind.buckets(row))
    stored = session.get(SyncRow, (kind.name, row.id))
    if stored is None:
        if buckets:
            yield f"{kind.name} {row.id}: no phone was told of it"
        return
    if stored.json != dumps(kind.to_json(row)):
        yield f"{kind.name} {row.id}: phones hold other values"
    entries = session.execute(
        select(SyncEntry.bucket, SyncEntry.v).where(
            SyncEntry.entity == kind.name, SyncEntry.entity_id == row.id, SyncEntry.op == "put"
        )
    ).all()
    if {entry.bucket for entry in entries} != buckets:
        yield f"{kind.name} {row.id}: in buckets {sorted(entry.bucket for entry in entries)}, should be in {sorted(buckets)}"
    if any(entry.v != stored.v for entry in entries):
        yield f"{kind.name} {row.id}: its entries have other versions"


# --- Wiring ---------------------------------------------------------------------------------------


def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # what a savepoint (or a flush in it) undid is found out by comparing at the commit
        session.info.pop(_KEY, None)


event.listen(db.session, "after_flush", _after_flush)
event.listen(db.session, "before_commit", _before_commit)
event.listen(db.session, "after_soft_rollback", _forget)
event.listen(db.session, "do_orm_execute", _guard)


class WeakDurability(Exception):
    """The database may forget a commit that it answered: a number could be issued twice."""


def refuse_weak_durability(engine: Engine) -> None:
    """Every new connection must have synchronous=FULL (SQLite) or synchronous_commit=on (PostgreSQL)."""
    is_sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous" if is_sqlite else "SHOW synchronous_commit")
        answer = cursor.fetchone()
        cursor.close()
        if not is_sqlite:
            connection.rollback()
        level = answer[0] if answer else None
        if level not in ((2, 3) if is_sqlite else ("on", "remote_apply", "remote_write")):
            raise WeakDurability(
                f"the database runs with {'synchronous' if is_sqlite else 'synchronous_commit'} = {level}; "
                f"set it to {'FULL' if is_sqlite else 'on'}: a forgotten commit would issue a number twice"
            )
