"""Pokes reach the streams that hold what changed, from any process, and end with the session."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

import pytest

from app.sync import live
from tests.devices import Phone
from tests.sync.conftest import World


class Reader:
    """Reads a stream in a thread of its own."""

    def __init__(self, world: World, name: str) -> None:
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.response = world.client(name).get("/api/live", headers={"Paceline-User": world.id(name)}, buffered=False)
        assert self.response.status_code == 200
        self.hub = live.hub_of(world.app)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        assert "event: poke" in str(self.next())

    def _read(self) -> None:
        for line in self.response.response:
            self.lines.put(line if isinstance(line, str) else line.decode())
            if self.done.is_set():
                break
        self.lines.put(None)
        self.response.close()

    def next(self, seconds: float = 8) -> str | None:
        return self.lines.get(timeout=seconds)

    def close(self) -> None:
        """Goes away, as a phone does: noticed at the next line."""
        self.done.set()
        for stream in list(self.hub.streams):
            stream.poke(stream.seq + 1)
        self.thread.join(10)


@pytest.fixture
def ann(world: World) -> Phone:
    phone = world.phone("ann")
    phone.save("notes.add_folder", {"id": "f1", "name": "One"})
    phone.sync()
    return phone


def test_a_change_pokes_those_who_hold_it_and_nobody_else(world: World, ann: Phone) -> None:
    readers = {name: Reader(world, name) for name in ("boss", "ben")}
    ann.save("notes.write_note", {"id": "n1", "folder_id": "f1", "title": "For the boss too"})
    ann.sync()
    assert '"seq"' in str(readers["boss"].next())
    ann.save("notes.share_folder", {"id": "f1", "to": world.id("ben")})
    ann.sync()
    # The first that ben hears of is the grant: the note before it was nothing to him.
    assert str(readers["ben"].next()).startswith("event: poke")
    assert readers["ben"].lines.empty()
    for reader in readers.values():
        reader.close()


def test_a_stream_ends_soon_after_signing_out(world: World, ann: Phone) -> None:
    reader = Reader(world, "ann")
    before = time.monotonic()
    assert world.client("ann").delete("/api/session").status_code in (200, 204)
    assert reader.next() is None
    assert time.monotonic() - before < 5


def test_a_stream_holds_no_connection_while_it_waits(world: World, ann: Phone) -> None:
    from app.core.db import db

    readers = [Reader(world, "ann") for _ in range(12)]  # more than the pool would have
    with world.app.app_context():
        live.hub_of(world.app).look()
        pool: Any = db.engine.pool
        deadline = time.monotonic() + 8
        while pool.checkedout() and time.monotonic() < deadline:
            threading.Event().wait(0.02)  # a look of the poller may be under way
        assert pool.checkedout() == 0
    for reader in readers:
        reader.close()
