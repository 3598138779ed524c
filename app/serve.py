"""Everything on one machine as one program: gunicorn, one worker and, with TLS, the certificate page.

1. Prepare: the data folder, the database at its newest version.
2. Start the children, each in a process group of its own, so that Ctrl-C reaches only the supervisor.
3. Wait for what happens: a child ends, a signal comes. A worker that ends is started again; without
   gunicorn there is nothing to serve and everything stops. SIGHUP takes in new code without refusing a request.
4. Stop: ask the children to finish, wait for them, end what does not. If the supervisor itself is killed,
   the kernel tells the children (process.end_with_parent).
"""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade

from app.config import ROOT
from app.core import process, synced
from app.core.db import db

log = structlog.stdlib.get_logger("serve")

STOP_SECONDS = 35  # a little longer than gunicorn gives its requests
WORKER_PAUSE_SECONDS = 2  # between the end of a worker and the next one


class PortTaken(Exception):
    """Another program listens at the address; the message says what to do."""


@dataclass(frozen=True)
class Plan:
    """What to start."""

    host: str
    port: int
    processes: int
    threads: int
    certificate: tuple[str, str] | None = None  # paths of the certificate and its key
    has_worker: bool = True

    def gunicorn(self) -> list[str]:
        """The command line of the web server."""
        command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--chdir", str(ROOT)]
        command += ["--bind", f"{_in_brackets(self.host)}:{self.port}"]
        command += ["--workers", str(self.processes), "--threads", str(self.threads)]
        if self.certificate:
            command += ["--certfile", self.certificate[0], "--keyfile", self.certificate[1]]
        return command

    def worker(self) -> list[str]:
        """The command line of the worker."""
        return [sys.executable, "-m", "app.cli", "worker"]


def prepare_database() -> None:
    """Brings the database to the newest version; returns at once when it is there already."""
    config = current_app.extensions["migrate"].migrate.get_config()
    newest = set(ScriptDirectory.from_config(config).get_heads())
    with db.engine.connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    if present != newest:
        upgrade()


def refuse_taken_port(host: str, port: int) -> None:
    """Raises PortTaken if something listens there; gunicorn would try again for a while and say less."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} at {host} cannot be used ({error.strerror}). "
                f"Choose another one, for example: PORT={port + 10} make run, or paceline serve --port {port + 10}"
            ) from None


class Supervisor:
    """Starts the programs of a plan, keeps them running, stops them together."""

    def __init__(self, plan: Plan, environment: Mapping[str, str]) -> None:
        self._plan = plan
        self._environment = {**environment, process.SUPERVISOR: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        self._happened: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
        self._web: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._is_stopping = False

    def run(self, when_ready: Callable[[], None]) -> int:
        """Runs until a signal or the end of the web server; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: self._happened.put(("signal", number)))
        try:
            self._start_web()
            if self._plan.has_worker:
                self._start_worker()
            return self._wait(when_ready)
        finally:
            self._stop()

    def _wait(self, when_ready: Callable[[], None]) -> int:
        while True:
            what, which = self._happened.get()
            if what == "ready":
                when_ready()
            elif what == "signal" and which == signal.SIGHUP:
                self._renew()
            elif what == "signal":
                return 0
            elif what == "restart":
                self._start_worker()
            elif which is self._web:
                log.error("the web server ended; stopping", code=self._web.returncode if self._web else None)
                return 1
            elif which is self._worker:
                self._again_soon()

    def _start_web(self) -> None:
        reader, writer = os.pipe()
        environment = {**self._environment, "PACELINE_READY_FD": str(writer)}
        self._web = subprocess.Popen(self._plan.gunicorn(), env=environment, cwd=ROOT, pass_fds=(writer,), start_new_session=True)
        os.close(writer)
        self._watch(self._web)

        def wait_until_ready() -> None:
            if os.read(reader, 1):
                self._happened.put(("ready", None))
            os.close(reader)

        threading.Thread(target=wait_until_ready, daemon=True).start()

    def _start_worker(self) -> None:
        if self._is_stopping:
            return
        self._worker = subprocess.Popen(self._plan.worker(), env=self._environment, cwd=ROOT, start_new_session=True)
        self._watch(self._worker)

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        def wait() -> None:
            child.wait()
            self._happened.put(("ended", child))

        threading.Thread(target=wait, daemon=True).start()

    def _again_soon(self) -> None:
        log.warning("the worker ended; starting it again", code=self._worker.returncode if self._worker else None)
        pause = threading.Timer(WORKER_PAUSE_SECONDS, self._happened.put, [("restart", None)])
        pause.daemon = True
        pause.start()

    def _renew(self) -> None:
        if self._web:
            self._web.send_signal(signal.SIGHUP)
        if self._worker:
            self._worker.terminate()  # it finishes what it is sending; `ended` starts the next one

    def _stop(self) -> None:
        self._is_stopping = True
        children = [child for child in (self._web, self._worker) if child and child.poll() is None]
        for child in children:
            child.terminate()
        # A second Ctrl-C means now.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: _kill(*children))
        for child in children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.error("a process did not stop by itself", pid=child.pid)
            _kill(child)


def _kill(*children: subprocess.Popen[bytes]) -> None:
    """Ends children and whatever they started (each leads a process group)."""
    for child in children:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def problems() -> list[str]:
    """What keeps this installation from serving well, each with its remedy."""
    found = []
    config = current_app.extensions["migrate"].migrate.get_config()
    newest = set(ScriptDirectory.from_config(config).get_heads())
    with db.engine.connect() as connection:
        if set(MigrationContext.configure(connection).get_current_heads()) != newest:
            return ["the database is not at its newest version; run: paceline db upgrade"]
        if connection.dialect.name == "postgresql":
            commit = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
            if commit not in ("on", "remote_apply", "remote_write"):
                found.append(f"PostgreSQL has synchronous_commit={commit}; set it to on, or an answered write may be lost")
    found += synced.audit(db.session())
    settings = current_app.config["SETTINGS"]
    if not (settings.frontend_dir / "index.html").exists():
        found.append(f"the phone's app is not built ({settings.frontend_dir}); run: make build")
    if not settings.is_secure and "//localhost" not in settings.public_url and "//127." not in settings.public_url:
        found.append("PUBLIC_URL is not https: phones can neither install the app nor get push; see README, for a company")
    return found
