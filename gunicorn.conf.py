"""How gunicorn runs here. `paceline serve` passes the address, the certificate and the numbers.

Threads, because every open app holds one live stream (server-sent events) and a stream holds a thread that
sleeps nearly all the time; 2 processes, because one interpreter uses one core and because a process that
restarts must leave another one answering. 2 x 64 threads carry about a hundred open apps; more people: more
threads (memory) or more machines. `--threads` and `--processes` change it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from app import logs
from app.core import process

wsgi_app = "wsgi:app"
worker_class = "gthread"
workers = 2
threads = 64
worker_connections = 1000  # idle kept-alive connections wait without a thread
keepalive = 30
backlog = 2048

# A worker that is told to stop (restart, new code by SIGHUP, shutdown) first finishes the requests it has.
# Live streams do not count as work to finish: they watch `process.stopping` and end at once.
graceful_timeout = 30
timeout = 120
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

accesslog = None  # the application writes it, with the request's id and without addresses
control_socket_disable = True

logs.configure(os.environ.get("LOG_LEVEL") or "INFO")


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801  # the name of gunicorn's setting
    """Writes into the application's log instead of one of its own form."""

    def setup(self, cfg: Any) -> None:
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


def on_starting(server: Any) -> None:
    """The master ends with the supervisor, however that ended."""
    process.end_with_parent()


def post_worker_init(worker: Any) -> None:
    """Tells the supervisor that requests are answered from now on; makes streams end when the worker stops."""
    before = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: Any) -> None:
        process.stopping.set()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, stop)
    ready = os.environ.get("PACELINE_READY_FD")
    if ready:
        with contextlib.suppress(OSError):  # the supervisor listens for the first only
            os.write(int(ready), b".")
