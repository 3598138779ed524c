"""Takes a batch of mutations: each exactly once, in the order of its phone.

The steps, in the order of the protocol (docs/sync.md):

1. Lock the phone's row: two tabs, or one request delivered twice, queue up here.
2. A number that was used for another mutation means a copied database: nothing runs.
3. Each mutation in turn: a replay gets its present result, a known mid uses up its number, a gap ends
   the batch, a new one runs in a savepoint.
4. A handler that fails ends the batch; what came before is committed. The try is counted in a
   transaction of its own, and the fifth parks the mutation so that the rest goes on.
5. Results, numbers and effects are committed together; only then does a status leave.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core import synced
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Refusal
from app.core.synced import chunks, dumps
from app.sync import settle
from app.sync.models import MutationDependency, MutationRecord, MutationSeen, MutationTry, SyncClient
from app.sync.run import SCHEMA, Outcome, Poison, is_database_away, run

log = logging.getLogger(__name__)

MAX_MUTATIONS = 200
MAX_ARGS_BYTES = 64 * 1024
MAX_TRIES = 5
SKEW_LIMIT_MS = 5 * 60 * 1000
UNTOUCHABLE = ("sync.",)  # the engine's own mutations read and change stored results


@dataclass(frozen=True)
class Item:
    """One mutation of a batch, its envelope checked. `problem` says what is wrong with the rest of it."""

    n: int
    mid: str
    schema: int
    name: str
    args: Any
    args_json: str
    deps: list[str]
    supersedes: str | None
    at: datetime | None
    offset_ms: int
    is_withheld: bool = False
    problem: dict[str, str] | None = None


@dataclass
class Pushed:
    """What a push answers."""

    last_n: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)
    retry_ms: int | None = None


class DatabaseAway(Exception):
    """The database could not be written; the batch as a whole may be sent again."""


def push(actor: Actor, client_id: str, schema: int, sent_at: datetime | None, items: list[Item]) -> Pushed:
    """Takes a batch and commits. Raises Refusal client_forked, or DatabaseAway with nothing done."""
    try:
        return _push(actor, client_id, schema, sent_at, items)
    except Exception as error:
        db.session.rollback()
        if is_database_away(error) or isinstance(error, IntegrityError):
            # An IntegrityError here is the same mid arriving twice at this moment: the next try finds it stored.
            raise DatabaseAway(str(error)) from error
        raise
    finally:
        db.session.expunge_all()


def escrow(actor: Actor, client_id: str, sent_at: datetime | None, items: list[Item]) -> None:
    """Takes work into keeping for somebody who cannot sign in: parked for a manager, nothing applied, no number used."""
    batch = _Batch(actor, client_id, SCHEMA, sent_at, {})
    batch.keep(items)
    db.session.commit()


def _push(actor: Actor, client_id: str, schema: int, sent_at: datetime | None, items: list[Item]) -> Pushed:
    tries = _tries(items)
    batch = _Batch(actor, client_id, schema, sent_at, tries)
    try:
        batch.take(items)
        batch.commit()
    except Exception as error:
        if is_database_away(error) or isinstance(error, (Refusal, IntegrityError)):
            raise
        db.session.rollback()
        log.exception("a batch failed at its commit; its mutations are taken one by one")
        batch = _one_by_one(actor, client_id, schema, sent_at, items, tries)
    answer = batch.answer()
    if batch.failed:
        answer.retry_ms = _count_try(*batch.failed, actor.now)
    return answer


def _one_by_one(
    actor: Actor, client_id: str, schema: int, sent_at: datetime | None, items: list[Item], tries: dict[str, int]
) -> _Batch:
    """Finds the mutation whose effects cannot be committed: its transaction alone fails, and counts as its try."""
    whole = _Batch(actor, client_id, schema, sent_at, tries)
    for item in items:
        batch = _Batch(actor, client_id, schema, sent_at, tries)
        try:
            batch.take([item])
            batch.commit()
        except Exception as error:
            if is_database_away(error) or isinstance(error, (Refusal, IntegrityError)):
                raise
            db.session.rollback()
            batch = _Batch(actor, client_id, schema, sent_at, tries)
            if tries.get(item.mid, 0) + 1 < MAX_TRIES:
                batch.take([])
                batch.failed = (item.mid, repr(error))
            else:
                batch.take([item], park={item.mid})
            batch.commit()
        whole.last_n, whole.failed = batch.last_n, batch.failed
        whole.taken += batch.taken
        if batch.failed or not batch.taken:
            break
    return whole


class _Batch:
    """One transaction's worth of mutations of one phone."""

    def __init__(self, actor: Actor, client_id: str, schema: int, sent_at: datetime | None, tries: dict[str, int]) -> None:
        self.actor = actor
        self.client_id = client_id
        self.schema = schema
        self.sent_at = sent_at
        self.tries = tries
        self.last_n = 0
        self.known: dict[str, settle.Record] = {}
        self.unstored: list[settle.Record] = []
        self.new: list[settle.Record] = []
        self.seen: list[dict[str, Any]] = []
        self.taken: list[tuple[Item, settle.Record]] = []
        self.failed: tuple[str, str] | None = None  # mid and error

    def take(self, items: list[Item], park: Collection[str] = ()) -> None:
        """Steps 1 to 4."""
        self.last_n = self._lock_client()
        self._refuse_forks(items)
        self.known = settle.records({mid for item in items for mid in (item.mid, *item.deps, item.supersedes) if mid})
        for item in items:
            if item.n > self.last_n + 1:
                break
            if item.mid not in self.known:
                try:
                    self._take_new(item, item.mid in park)
                except Poison as error:
                    log.error("mutation %s (%s) failed: %s", item.mid, item.name, error, exc_info=error.__cause__)
                    self.failed = (item.mid, str(error))
                    break
            if item.n == self.last_n + 1:
                self.last_n += 1
                self.seen.append({"client_id": self.client_id, "n": item.n, "mid": item.mid})
            self.taken.append((item, self.known[item.mid]))
        self._release([record["mid"] for record in self.new])

    def _release(self, mids: list[str]) -> None:
        """Runs what came earlier (from another phone) and waits for something in this batch."""
        waiting = select(MutationDependency.dep).where(MutationDependency.dep.in_(mids)).distinct()
        if mids and (found := db.session.scalars(waiting).all()):
            self._store()
            settle.run_dependents(self.actor, found)
            self._refresh()

    def _refresh(self) -> None:
        """Reads again what the settling of other mutations may have changed."""
        self.known.update(settle.records(self.known))
        self.taken = [(item, self.known[item.mid]) for item, _ in self.taken]

    def keep(self, items: list[Item]) -> None:
        """Stores what is not known yet as parked."""
        known = settle.records(item.mid for item in items)
        for item in items:
            if item.mid not in known:
                record = known[item.mid] = self._record(item)
                is_lost = item.is_withheld or item.problem
                settle.put_outcome(
                    record,
                    Outcome("rejected", "too_large" if item.is_withheld else "invalid")
                    if is_lost
                    else Outcome("parked", "escrow"),
                )
                self.unstored.append(record)
        self._store()

    def commit(self) -> None:
        """Step 5."""
        self._store()
        synced.upsert(db.session(), MutationSeen, self.seen)
        db.session.execute(
            update(SyncClient)
            .where(SyncClient.client_id == self.client_id)
            .values(last_n=self.last_n, schema=self.schema, last_seen_at=self.actor.now)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()

    def answer(self) -> Pushed:
        """Results in the order of the request."""
        actor = self.actor
        results = [settle.result(record, item.n, actor.person_id, actor.locale) for item, record in self.taken]
        return Pushed(self.last_n, results)

    def _lock_client(self) -> int:
        statement = select(SyncClient.user_id, SyncClient.last_n).where(SyncClient.client_id == self.client_id).with_for_update()
        row = db.session.execute(statement).one_or_none()
        if row is None:
            values = {
                "client_id": self.client_id, "user_id": self.actor.person_id, "organization_id": self.actor.organization_id,
                "last_n": 0, "schema": self.schema, "last_seen_at": self.actor.now,
            }  # fmt: skip
            synced.insert_missing(db.session(), SyncClient, [values])
            row = db.session.execute(statement).one()
        if row.user_id != self.actor.person_id:
            raise Refusal("client_forked", status=409)
        return int(row.last_n)

    def _refuse_forks(self, items: list[Item]) -> None:
        numbers = {item.n: item.mid for item in items}
        used = [n for n in numbers if n <= self.last_n]
        for part in chunks(used):
            statement = select(MutationSeen.n, MutationSeen.mid).where(
                MutationSeen.client_id == self.client_id, MutationSeen.n.in_(part)
            )
            if any(numbers[row.n] != row.mid for row in db.session.execute(statement)):
                raise Refusal("client_forked", status=409)
        if any(numbers[item.n] != item.mid for item in items):
            raise Refusal("client_forked", status=409)

    def _take_new(self, item: Item, is_parked: bool) -> None:
        record = self._record(item)
        if item.supersedes or item.name.startswith(UNTOUCHABLE):
            self._store()
            self.known.update(settle.records([mid for mid in (*item.deps, item.supersedes) if mid]))
        old = self.known.get(item.supersedes) if item.supersedes else None
        outcome = self._outcome(item, record, old, is_parked)
        settle.put_outcome(record, outcome)
        self.known[item.mid] = record
        self.unstored.append(record)
        self.new.append(record)
        if old and outcome.code != "already_settled" and _is_open(old):
            self._store()
            settle.set_outcome(old, Outcome("rejected", "superseded"), settled="superseded", superseded_by=item.mid)
            settle.run_dependents(self.actor, [old["mid"], item.mid])
        if item.supersedes or item.name.startswith(UNTOUCHABLE):
            self._store()
            self._refresh()

    def _outcome(self, item: Item, record: settle.Record, old: settle.Record | None, is_parked: bool) -> Outcome:
        """What a new mutation comes to. Raises Poison while it has tries left."""
        if item.is_withheld:
            return Outcome("rejected", "too_large")
        if item.problem:
            return Outcome("rejected", "invalid", None, item.problem)
        if is_parked:
            return Outcome("parked", "handler_failed")
        if item.supersedes and old is None:
            return Outcome("parked", "dependency_unknown")
        if old and (old["person_id"] != self.actor.person_id or not _is_open(old)):
            return Outcome("rejected", "already_settled")
        waits = settle.blocked(item.deps, self.actor.person_id, self.known)
        if waits:
            return waits
        try:
            return run(settle.writer_of(self.actor, record), item.name, item.args, item.schema)
        except Poison:
            if self.tries.get(item.mid, 0) + 1 < MAX_TRIES:
                raise
            return Outcome("parked", "handler_failed")

    def _record(self, item: Item) -> settle.Record:
        actor = self.actor
        skew_ms = None
        if self.sent_at is not None:
            skew_ms = round((actor.now - self.sent_at).total_seconds() * 1000) - item.offset_ms
        return {
            "mid": item.mid, "organization_id": actor.organization_id, "person_id": actor.person_id, "client_id": self.client_id,
            "n": item.n, "schema": item.schema, "name": item.name, "args": item.args_json,
            "deps": dumps(item.deps) if item.deps else None, "supersedes": item.supersedes, "superseded_by": None,
            "status": "", "code": None, "params": None, "fields": None, "settled": None,
            "role": actor.role.value, "locale": actor.locale, "at": corrected(item.at, item.offset_ms, actor.now),
            "skew_ms": skew_ms, "is_skewed": skew_ms is not None and abs(skew_ms) > SKEW_LIMIT_MS,
            "received_at": actor.now, "admitted_by": None,
        }  # fmt: skip

    def _store(self) -> None:
        """Writes the records made so far, so that they can be read and changed."""
        deps = [{"dep": dep, "mid": record["mid"]} for record in self.unstored for dep in set(json.loads(record["deps"] or "[]"))]
        if self.unstored:
            db.session.execute(MutationRecord.__table__.insert(), self.unstored)  # type: ignore[attr-defined]
        synced.upsert(db.session(), MutationDependency, deps)
        self.unstored = []


def _is_open(record: settle.Record) -> bool:
    return record["settled"] is None and record["status"] in ("rejected", "parked")


def corrected(at: datetime | None, offset_ms: int, received: datetime) -> datetime:
    """When it was done by the server's clock: the phone's time plus its known offset, at most the time of receipt."""
    if at is None:
        return received
    try:
        return min(at + timedelta(milliseconds=offset_ms), received)
    except OverflowError:
        return received


def _tries(items: list[Item]) -> dict[str, int]:
    mids = [item.mid for item in items]
    statement = select(MutationTry.mid, MutationTry.tries).where(MutationTry.mid.in_(mids))
    return {row.mid: row.tries for row in db.session.execute(statement)}


def _count_try(mid: str, error: str, now: datetime) -> int:
    """Counts a failed try in a transaction of its own; answers after how many milliseconds to come again."""
    tries = (db.session.scalar(select(MutationTry.tries).where(MutationTry.mid == mid)) or 0) + 1
    synced.upsert(db.session(), MutationTry, [{"mid": mid, "tries": tries, "error": error[:2000], "at": now}])
    db.session.commit()
    return int(1000 * 2 ** (tries - 1))
