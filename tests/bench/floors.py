"""What this machine can do at all: a durable commit, and an HTTP request that does nothing."""

from __future__ import annotations

import http.client
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from pathlib import Path

from tests.servers import ROOT, free_port


def sqlite_records_per_second(folder: Path, batch: int, seconds: float) -> float:
    """Records that SQLite takes at full durability, one commit a batch, with nothing around it."""
    connection = _open(folder / "floor-batch.sqlite3")
    written, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO record VALUES (?, ?)", [(str(uuid.uuid4()), "x" * 300) for _ in range(batch)])
        connection.execute("COMMIT")
        written += batch
    connection.close()
    return written / spent


def sqlite_commit_ms(folder: Path, times: int) -> list[float]:
    """Milliseconds of one insert and its durable commit, each time."""
    connection = _open(folder / "floor-single.sqlite3")
    found = []
    for _ in range(times):
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO record VALUES (?, ?)", (str(uuid.uuid4()), "x" * 300))
        connection.execute("COMMIT")
        found.append((time.perf_counter() - began) * 1000)
    connection.close()
    return found


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE record (id TEXT PRIMARY KEY, body TEXT)")
    return connection


def empty_endpoint_ms(times: int) -> list[float]:
    """Milliseconds of a request to a Flask endpoint that does nothing, under the same gunicorn."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "tests.bench.empty:app"], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        found = []
        for _ in range(times):
            began = time.perf_counter()
            connection.request("POST", "/", "{}", {"Content-Type": "application/json"})
            connection.getresponse().read()
            found.append((time.perf_counter() - began) * 1000)
        return found
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=10).connect()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError("the empty endpoint did not come up")
