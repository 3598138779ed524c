"""A phone in a few lines: numbers what its owner does, sends it, applies what comes back, as sync.md's contract says.

It is a model of the contract, not of our app: simple enough to be right at sight.
"""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Answer = tuple[int, Any]  # status and decoded body
Send = Callable[[dict[str, Any]], Answer]
Key = tuple[str, str]


class Lost(Exception):
    """A message did not arrive, or not whole."""


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Phone:
    """One local database of one person. `send` brings a request to the server and its answer back."""

    user_id: str
    send: Send
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    limit: int = 1000
    last_saved: int = 0
    outbox: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)  # acknowledged: sent again after a restore
    results: dict[str, dict[str, Any]] = field(default_factory=dict)  # the last that was heard of each mid
    base: dict[Key, tuple[int, Any]] = field(default_factory=dict)
    buckets: dict[Key, set[str]] = field(default_factory=dict)
    cursor: str | None = None
    epoch: str | None = None

    def save(
        self, name: str, args: dict[str, Any], *, deps: list[str] | None = None, supersedes: str | None = None, **more: Any
    ) -> str:
        """What a tap on "save" does: the next number and a place in the outbox. Answers the mid."""
        self.last_saved += 1
        mid = more.pop("mid", None) or str(uuid.uuid4())
        item = {"n": self.last_saved, "mid": mid, "schema": 1, "name": name, "args": args, "deps": deps or [],
                "supersedes": supersedes, "at": now(), "offset_ms": 0, **more}  # fmt: skip
        self.outbox.append(item)
        return str(mid)

    def request(self, **changes: Any) -> dict[str, Any]:
        """The next request."""
        return {"user_id": self.user_id, "client_id": self.client_id, "schema": 1, "sent_at": now(), "cursor": self.cursor,
                "limit": self.limit, "refill": [], "push": copy.deepcopy(self.outbox[:200]), **changes}  # fmt: skip

    def sync(self) -> dict[str, Any]:
        """One round: pushes, pulls page by page, applies everything at the end. Answers the last page."""
        pages = []
        status, answer = self.send(self.request())
        if status == 409 and answer["code"] == "client_forked":
            self.take_new_id()
            status, answer = self.send(self.request())
        assert status == 200, (status, answer)
        pages.append(answer)
        while answer["more"]:
            status, answer = self.send(self.request(cursor=answer["cursor"], push=[]))
            assert status == 200, (status, answer)
            pages.append(answer)
        if self.epoch not in (None, answer["epoch"]):
            self.take_new_id()
        self.apply(pages)
        return answer

    def apply(self, pages: list[dict[str, Any]]) -> None:
        """One transaction of the phone: rows, drops, cursor and the end of outbox entries take effect together."""
        for page in pages:
            for bucket in page["drop"]:
                self.drop(bucket)
            for change in page["changes"]:
                self.change(change)
            for result in page["results"]:
                self.results[result["mid"]] = result
        self.cursor, self.epoch = pages[-1]["cursor"], pages[-1]["epoch"]
        self.kept += [item for item in self.outbox if item["n"] <= pages[-1]["last_n"]]
        self.outbox = [item for item in self.outbox if item["n"] > pages[-1]["last_n"]]

    def drop(self, bucket: str) -> None:
        for key in list(self.buckets):
            self.leave(key, self.buckets[key] if bucket == "*" else {bucket})

    def change(self, change: dict[str, Any]) -> None:
        key = (change["entity"], change["id"])
        if change["op"] == "remove":
            self.leave(key, {change["bucket"]})
            return
        self.base[key] = (change["v"], change["row"])
        self.buckets.setdefault(key, set()).add(change["bucket"])

    def leave(self, key: Key, buckets: set[str]) -> None:
        self.buckets[key] = self.buckets.get(key, set()) - buckets
        if not self.buckets[key]:
            self.base.pop(key, None)
            del self.buckets[key]

    def take_new_id(self) -> None:
        """A fork or a new epoch: what is still held is numbered from 1 under a new id; the mids stay."""
        self.client_id = str(uuid.uuid4())
        self.outbox = [{**item, "n": place} for place, item in enumerate([*self.kept, *self.outbox], 1)]
        self.kept, self.last_saved = [], len(self.outbox)

    def copy(self) -> Phone:
        """A profile copied to another phone."""
        send, self.send = self.send, None  # type: ignore[assignment]
        try:
            other = copy.deepcopy(self)
        finally:
            self.send = send
        other.send = send
        return other

    def rows(self, entity: str) -> dict[str, Any]:
        """The rows of an entity by id."""
        return {row_id: row for (name, row_id), (_, row) in sorted(self.base.items()) if name == entity}

    def digest(self) -> dict[str, tuple[int, str]]:
        """Per bucket the count and the hash of its `entity, id, v` lines, as the server works it out."""
        lines: dict[str, list[bytes]] = {}
        for (entity, row_id), buckets in self.buckets.items():
            for bucket in buckets:
                lines.setdefault(bucket, []).append(f"{entity}\t{row_id}\t{self.base[entity, row_id][0]}\n".encode())
        return {bucket: (len(found), hashlib.sha256(b"".join(sorted(found))).hexdigest()) for bucket, found in lines.items()}


@contextmanager
def same_after_sync(phone: Phone) -> Iterator[None]:
    """What the phone shows inside stays the same after a sync and a load of everything; fails if nothing changed at all."""
    before = copy.deepcopy(phone.base)
    yield
    phone.sync()
    assert phone.base != before, "nothing changed"
    fresh = Phone(phone.user_id, phone.send)
    fresh.sync()
    assert phone.base == fresh.base
    assert phone.buckets == fresh.buckets


def over_http(client: Any, *, zipped: bool = False) -> Send:
    """A `send` over a Flask test client, with or without gzip."""

    def send(request: dict[str, Any]) -> Answer:
        body = json.dumps(request).encode()
        headers = {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"} if zipped else {}
        data = gzip.compress(body) if zipped else body
        response = client.post("/api/sync", data=data, content_type="application/json", headers=headers)
        is_zipped = response.headers.get("Content-Encoding") == "gzip"
        return response.status_code, json.loads(gzip.decompress(response.data) if is_zipped else response.data)

    return send
