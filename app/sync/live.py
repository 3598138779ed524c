"""Pokes: "something changed for you, pull". No content travels here.

One thread in each process looks at the clocks of the organisations; when one moved it reads which
buckets and whose grants changed, and wakes the streams concerned. Because it goes through the
database it works for any number of processes. A stream holds no database connection while it waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from app.core import process
from app.core.db import db, reading
from app.core.synced import SyncBucket, SyncClock, SyncGrant

POLL_SECONDS = 0.1
CHECK_SECONDS = 2.0  # how often a stream looks whether its person is still signed in; it ends within 5 s
COMMENT_SECONDS = 15.0  # a line now and then keeps proxies from closing a quiet stream


@dataclass(eq=False)
class Stream:
    """One open app: whose it is, what it holds, and the number it was last woken with."""

    organization_id: str
    person_id: str
    buckets: set[str]
    seq: int
    wake: threading.Condition = field(default_factory=threading.Condition)

    def poke(self, seq: int) -> None:
        """Wakes whoever waits on the stream."""
        with self.wake:
            self.seq = max(self.seq, seq)
            self.wake.notify_all()

    def wait(self, after: int, seconds: float) -> int:
        """Waits until there is a number past `after`, at most so long; answers the latest."""
        with self.wake:
            if self.seq <= after:
                self.wake.wait(seconds)
            return self.seq


class Hub:
    """All streams of this process, and the thread that looks at the clocks while there are any."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.lock = threading.Lock()
        self.streams: set[Stream] = set()
        self.clocks: dict[str, int] = {}
        self.thread: threading.Thread | None = None

    def open(self, organization_id: str, person_id: str) -> Stream:
        """Adds a stream. What changed before this moment is for the pull that the phone makes now anyway."""
        with self.app.app_context(), reading():
            seq = db.session.scalar(select(SyncClock.seq).where(SyncClock.organization_id == organization_id)) or 0
            stream = Stream(organization_id, person_id, _buckets_of(person_id), seq)
        with self.lock:
            self.streams.add(stream)
            self.clocks.setdefault(organization_id, seq)
            if self.thread is None:
                self.thread = threading.Thread(target=self._watch, name="pokes", daemon=True)
                self.thread.start()
        return stream

    def close(self, stream: Stream) -> None:
        """Takes a stream out."""
        with self.lock:
            self.streams.discard(stream)

    def _watch(self) -> None:
        while not process.stopping.wait(POLL_SECONDS):
            with self.lock:
                if not self.streams:
                    self.thread = None
                    self.clocks.clear()
                    return
            try:
                self.look()
            except Exception:  # the database is away for a moment: phones poll meanwhile
                self.app.logger.warning("pokes could not read the clocks", exc_info=True)
                process.stopping.wait(1)

    def look(self) -> None:
        """Compares the clocks with the last look and wakes the streams concerned."""
        with self.app.app_context(), reading():
            clocks = {
                row.organization_id: row.seq for row in db.session.execute(select(SyncClock.organization_id, SyncClock.seq))
            }
            for organization_id, seq in clocks.items():
                last = self.clocks.get(organization_id)
                if last is not None and seq > last:
                    self._wake(organization_id, last, seq)
                    self.clocks[organization_id] = seq

    def _wake(self, organization_id: str, last: int, seq: int) -> None:
        with self.lock:
            streams = [stream for stream in self.streams if stream.organization_id == organization_id]
        if not streams:
            return
        regranted = set(
            db.session.scalars(
                select(SyncGrant.user_id).where(SyncGrant.organization_id == organization_id, SyncGrant.seq > last)
            )
        )
        changed = set(
            db.session.scalars(
                select(SyncBucket.bucket).where(SyncBucket.organization_id == organization_id, SyncBucket.last_seq > last)
            )
        )
        for stream in streams:
            if stream.person_id in regranted:
                stream.buckets = _buckets_of(stream.person_id)
                stream.poke(seq)
            elif not stream.buckets.isdisjoint(changed):
                stream.poke(seq)


def _buckets_of(person_id: str) -> set[str]:
    return set(db.session.scalars(select(SyncGrant.bucket).where(SyncGrant.user_id == person_id, SyncGrant.state == "on")))


_hubs_lock = threading.Lock()


def hub_of(app: Flask) -> Hub:
    """The hub of this application in this process."""
    with _hubs_lock:
        found: Hub = app.extensions.setdefault("sync_hub", Hub(app))
        return found


def events(hub: Hub, stream: Stream, is_alive: Callable[[], bool]) -> Iterator[str]:
    """The lines of a stream until its person signed out, the process stops, or the reader went away."""
    sent = stream.seq
    last_line = time.monotonic()
    try:
        yield f'retry: 3000\nevent: poke\ndata: {{"seq": {sent}}}\n\n'
        while not process.stopping.is_set():
            seq = stream.wait(sent, CHECK_SECONDS)
            if not is_alive():
                return
            if seq > sent:
                sent = seq
                last_line = time.monotonic()
                yield f'event: poke\ndata: {{"seq": {seq}}}\n\n'
            elif time.monotonic() - last_line > COMMENT_SECONDS:
                last_line = time.monotonic()
                yield ": still here\n\n"
    finally:
        hub.close(stream)
