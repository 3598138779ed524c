"""Answers what changed since a cursor: never a row object, only stored JSON joined together.

Everything of one answer is read in one snapshot. A pull may take several pages (`limit`); they lead to
one position `hi`, fixed at the first page:

1. `drop` (first page): buckets whose grant changed since the cursor, and those to be refilled.
2. The scan: entries of the buckets held before, from `s` to `hi`, in order.
3. The fill: rows of the newly granted buckets as of `hi`, by bucket and id.

A row that moves past `hi` meanwhile is skipped and comes in the scan of the next round, so nothing is
missed and nothing comes twice. A grant that changes meanwhile has a number past `hi` too: its fill is
abandoned at once, and the next round drops it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, text

from app.core.actor import Actor
from app.core.db import db
from app.core.synced import dumps, make_clock
from app.sync.cursor import Cursor

MAX_LIMIT = 2000

_HEAD = text(
    """
    SELECT c.seq, c.epoch,
           (SELECT last_n FROM sync_client WHERE client_id = :client AND user_id = :user) AS last_n,
           (SELECT max(seq) FROM sync_grant WHERE user_id = :user) AS granted
    FROM sync_clock c WHERE c.organization_id = :org
    """
)
_GRANTS = text("SELECT bucket, seq, state FROM sync_grant WHERE user_id = :user AND seq > :lo AND seq <= :hi ORDER BY bucket")

# The order of the joins matters: from the few buckets that changed to the entries in them (CROSS JOIN fixes it in SQLite).
_SCAN = """
    SELECT e.bucket, e.entity, e.entity_id, e.op, e.v, r.json, e.seq
    FROM sync_bucket b
    CROSS JOIN sync_grant g
    CROSS JOIN sync_entry e
    LEFT JOIN sync_row r ON e.op = 'put' AND r.entity = e.entity AND r.entity_id = e.entity_id
    WHERE b.organization_id = :org AND b.last_seq > :s
      AND g.user_id = :user AND g.bucket = b.bucket AND g.state = 'on' AND g.seq <= :lo
      AND e.bucket = b.bucket AND e.organization_id = :org AND e.seq > :s AND e.seq <= :hi
      {refill}
    ORDER BY e.seq LIMIT :limit
    """
_SCAN_ALL = text(_SCAN.format(refill=""))
_SCAN_BUT = text(_SCAN.format(refill="AND e.bucket NOT IN :refill")).bindparams(bindparam("refill", expanding=True))

# `+seq` and `|| ''` keep SQLite from other indexes: read by primary key, rows come in the order asked for and a page costs a page.
_FILL = """
    SELECT e.bucket, e.entity, e.entity_id, e.op, e.v, r.json, e.seq
    FROM sync_grant g
    CROSS JOIN sync_entry e
    JOIN sync_row r ON r.entity = e.entity AND r.entity_id = e.entity_id
    WHERE g.user_id = :user AND g.state = 'on' AND +g.seq <= :hi AND {grants}
      AND e.organization_id = :org AND e.bucket = g.bucket || '' AND e.op = 'put' AND +e.seq <= :hi
      AND {place}
    ORDER BY {order} LIMIT :limit
    """
_NEW = "+g.seq > :lo"
_NEW_OR_REFILL = "(+g.seq > :lo OR g.bucket IN :refill)"
_SAME = {"place": "g.bucket = :bucket AND (e.entity, e.entity_id) > (:entity, :id)", "order": "e.entity, e.entity_id"}
_NEXT = {"place": "g.bucket > :bucket", "order": "g.bucket, e.entity, e.entity_id"}


def _fill_query(place: dict[str, str], is_refill: bool) -> Any:
    statement = text(_FILL.format(grants=_NEW_OR_REFILL if is_refill else _NEW, **place))
    return statement.bindparams(bindparam("refill", expanding=True)) if is_refill else statement


_FILLS = {(name, flag): _fill_query(place, flag) for name, place in (("same", _SAME), ("next", _NEXT)) for flag in (True, False)}


@dataclass(frozen=True)
class Head:
    """Where the organisation's clock stands, and how far this phone's numbers were taken."""

    seq: int
    epoch: str
    last_n: int
    granted: int


@dataclass(frozen=True)
class Page:
    """One page: the changes are JSON texts, ready to be joined."""

    drop: list[str]
    changes: list[str]
    cursor: Cursor
    more: bool


def head(actor: Actor, client_id: str | None) -> Head | None:
    """The state of clock and phone in the present snapshot; None before the organisation's first change."""
    params = {"client": client_id or "", "user": actor.person_id, "org": actor.organization_id}
    row = db.session.execute(_HEAD, params).one_or_none()
    return Head(row.seq, row.epoch, row.last_n or 0, row.granted or 0) if row else None


def start_clock(actor: Actor) -> None:
    """Makes the clock of an organisation in which nothing was written yet."""
    make_clock(db.session(), actor.organization_id)
    db.session.commit()


def pull(actor: Actor, at: Head, cursor: Cursor | None, limit: int, refill: Sequence[str] = ()) -> Page:
    """One page of changes after the cursor; everything anew for None."""
    drop: list[str] = []
    if cursor is None or max(cursor.s, cursor.hi) > at.seq:
        drop = ["*"]
        cursor = Cursor(s=at.seq, lo=-1, hi=at.seq)
    elif cursor.is_settled:
        if cursor.s == at.seq and not refill:
            return Page([], [], cursor, False)
        asked = tuple(sorted(set(refill)))
        cursor = Cursor(s=cursor.s, lo=cursor.s, hi=at.seq, refill=asked)
        drop = _dropped(actor, cursor, at)
    changes: list[str] = []
    cursor = _scan(actor, cursor, limit, changes)
    if cursor.s == cursor.hi:
        cursor, is_full = _fill(actor, cursor, at, limit, changes)
    else:
        is_full = True
    if is_full:
        return Page(drop, changes, cursor, True)
    # This round is done; if the clock went on meanwhile, the next page begins another round.
    return Page(drop, changes, Cursor(cursor.hi), cursor.hi < at.seq)


def _dropped(actor: Actor, cursor: Cursor, at: Head) -> list[str]:
    """Step 1."""
    names = set(cursor.refill)
    if at.granted > cursor.lo:
        rows = db.session.execute(_GRANTS, {"user": actor.person_id, "lo": cursor.lo, "hi": cursor.hi})
        names.update(row.bucket for row in rows)
    return sorted(names)


def _scan(actor: Actor, cursor: Cursor, limit: int, changes: list[str]) -> Cursor:
    """Step 2. The cursor answered stands at `hi` when the scan is done."""
    if cursor.s >= cursor.hi:
        return cursor
    params = {
        "org": actor.organization_id, "user": actor.person_id, "s": cursor.s, "lo": cursor.lo, "hi": cursor.hi, "limit": limit + 1,
    }  # fmt: skip
    if cursor.refill:
        rows = db.session.execute(_SCAN_BUT, {**params, "refill": list(cursor.refill)}).all()
    else:
        rows = db.session.execute(_SCAN_ALL, params).all()
    changes += _written(rows[:limit])
    return replace(cursor, s=rows[limit - 1].seq if len(rows) > limit else cursor.hi)


def _fill(actor: Actor, cursor: Cursor, at: Head, limit: int, changes: list[str]) -> tuple[Cursor, bool]:
    """Step 3. Answers the place reached, and whether there may be more."""
    if not cursor.refill and at.granted <= cursor.lo:
        return cursor, False
    params: dict[str, Any] = {
        "org": actor.organization_id, "user": actor.person_id, "lo": cursor.lo, "hi": cursor.hi,
        "bucket": cursor.bucket, "entity": cursor.entity, "id": cursor.entity_id,
    }  # fmt: skip
    if cursor.refill:
        params["refill"] = list(cursor.refill)
    for part in ("same", "next"):
        if part == "same" and not cursor.bucket:
            continue
        room = limit - len(changes)
        rows = db.session.execute(_FILLS[part, bool(cursor.refill)], {**params, "limit": room + 1}).all()
        changes += _written(rows[:room])
        if room and rows[:room]:
            last = rows[:room][-1]
            cursor = replace(cursor, bucket=last.bucket, entity=last.entity, entity_id=last.entity_id)
        if len(rows) > room:
            return cursor, True
    return cursor, False


def _written(rows: Iterable[Any]) -> list[str]:
    """Changes as the wire says them. Buckets, entities and ids are plain names; only the row was escaped, when it was made."""
    return [
        f'{{"bucket":"{bucket}","entity":"{entity}","id":{dumps(row_id)},"op":"{op}","v":{v},"row":{json or "null"}}}'
        for bucket, entity, row_id, op, v, json, _ in rows
    ]


_HELD = text(
    """
    SELECT e.bucket, e.entity, e.entity_id, e.v FROM sync_grant g CROSS JOIN sync_entry e
    WHERE g.user_id = :user AND g.state = 'on' AND e.organization_id = :org AND e.bucket = g.bucket AND e.op = 'put'
    """
)


def digest(actor: Actor) -> dict[str, dict[str, Any]]:
    """Per bucket the count of its rows and the SHA-256 of their lines `entity, id, v`, sorted bytewise."""
    lines: dict[str, list[bytes]] = {}
    for bucket, entity, entity_id, v in db.session.execute(_HELD, {"user": actor.person_id, "org": actor.organization_id}):
        lines.setdefault(bucket, []).append(f"{entity}\t{entity_id}\t{v}\n".encode())
    return {
        bucket: {"count": len(found), "sha256": hashlib.sha256(b"".join(sorted(found))).hexdigest()}
        for bucket, found in sorted(lines.items())
    }
