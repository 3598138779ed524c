"""The worker: plans reminders, takes what is due from the outbox, sends it.

Run as many as you like; they share the work by claims in the database. Killing one loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime

from flask import Flask

from app.config import Settings
from app.core import clock
from app.core.db import db, new_id, reading
from app.notifications import deliver, registry, reminders
from app.notifications.channels.push import PushSender
from app.notifications.deliver import Job
from app.notifications.rules import Outcome
from app.notifications.vapid import ensure_vapid_keys, subject_warning

log = logging.getLogger(__name__)

CAPACITY = 128  # pushes in flight
GATHER = 0.02  # seconds in which more results may come, to be written down in one transaction
POLL = 0.5  # seconds between looks at an idle outbox: a push leaves well within a second of its commit
PLAN_EVERY = 20.0  # seconds
CHORES_EVERY = 3600.0  # seconds
TROUBLE_PAUSE = 2.0  # seconds after the database failed


def run(app: Flask, stop: threading.Event | None = None) -> None:
    """Works until SIGTERM or SIGINT, or until `stop` is set; then finishes what is in flight."""
    settings: Settings = app.config["SETTINGS"]
    if warning := subject_warning(settings.vapid_subject):
        log.warning(warning)
    asyncio.run(Worker(app, settings).work(stop or threading.Event()))


@contextlib.contextmanager
def transaction(app: Flask) -> Iterator[None]:
    """One application context and one transaction, committed at its end."""
    with app.app_context():
        yield
        db.session.commit()


class Worker:
    """One worker process: its name, what it has in flight, what has ended and is not written down yet."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.keys = ensure_vapid_keys(settings)
        self.name = f"{socket.gethostname()[:20]}:{os.getpid()}:{new_id()[:8]}"
        self._flying: set[asyncio.Task[None]] = set()
        self._ended: list[tuple[Job, Outcome]] = []
        self._wake = asyncio.Event()
        self._next_plan = 0.0
        self._next_chores = 0.0

    async def work(self, stop: threading.Event) -> None:
        """The loop. One turn writes down results, plans, claims and starts sending."""
        self._listen_for_signals(stop)
        log.info("worker %s started", self.name)
        async with PushSender(self.keys, self.settings.push_hosts) as sender:
            while not stop.is_set():
                try:
                    is_busy = self.turn(sender)
                except Exception:
                    # The database was away, or something of ours is broken: what works must go on.
                    # Leases and transactions keep everything whole.
                    log.exception("a turn of the worker failed; trying again")
                    await asyncio.sleep(TROUBLE_PAUSE)
                    continue
                await self._pause(is_busy)
            await self._finish_flying()
        log.info("worker %s stopped", self.name)

    def turn(self, sender: PushSender) -> bool:
        """One look at everything. Says whether there is likely more to do at once.

        The database is used in short transactions on this thread; only sending is concurrent.
        """
        self._write_down()
        now = clock.now()
        if time.monotonic() >= self._next_plan:
            self._next_plan = time.monotonic() + PLAN_EVERY
            with transaction(self.app):
                reminders.plan(now)
                deliver.expire(now)
        self._do_chores(now)
        with reading(), self.app.app_context():
            has_reminders, has_deliveries = reminders.has_due(now), deliver.has_due(now)
        settled = 0
        if has_reminders:
            with transaction(self.app):
                settled = reminders.send_due(now)
        started = self._start(sender) if has_deliveries or settled else 0
        return bool(settled or started)

    def _do_chores(self, now: datetime) -> None:
        """Once an hour what the packages ask for. One that fails is told of and keeps nothing else from its work."""
        if time.monotonic() < self._next_chores:
            return
        self._next_chores = time.monotonic() + CHORES_EVERY
        for chore in registry.chores():
            try:
                with transaction(self.app):
                    chore(now)
            except Exception:
                log.exception("a chore failed; it comes again in an hour")

    def _start(self, sender: PushSender) -> int:
        room = CAPACITY - len(self._flying)
        if room <= 0:
            return 0
        now = clock.now()
        with transaction(self.app):
            claimed = deliver.claim(self.name, now, room)
        if not claimed:
            return 0
        with transaction(self.app):
            jobs = deliver.prepare(claimed, now, self.settings.public_url, self.keys.public_key)
        for job in jobs:
            task = asyncio.get_running_loop().create_task(self._send(sender, job))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        return len(claimed)

    async def _send(self, sender: PushSender, job: Job) -> None:
        outcome = await sender.send(job.push)
        self._ended.append((job, outcome))
        self._wake.set()

    def _write_down(self) -> None:
        if not self._ended:
            return
        results = list(self._ended)
        with transaction(self.app):
            deliver.finish(self.name, results, clock.now())
        del self._ended[: len(results)]  # only now: a failed commit is tried again

    async def _pause(self, is_busy: bool) -> None:
        """Waits for a result or the next look; lets tasks run in any case."""
        self._wake.clear()
        if is_busy and len(self._flying) < CAPACITY:
            await asyncio.sleep(0)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), POLL)
            await asyncio.sleep(GATHER)

    async def _finish_flying(self) -> None:
        if self._flying:
            await asyncio.wait(set(self._flying))
        self._write_down()

    def _listen_for_signals(self, stop: threading.Event) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop, stop)

    def _stop(self, stop: threading.Event) -> None:
        stop.set()
        self._wake.set()
