"""make bench: what sync costs on this machine, and how that compares with what the machine can do at all.

Everything runs in one go against the real gunicorn, since only ratios within one run mean something. The
clients share the two cores with the server, as they do in every such measurement; they are processes of their own.

1. Push: CLIENTS clients send batches of BATCH new tasks.
2. First load: a new phone of a rep with at least ROWS rows.
3. Delta: CHANGED of those rows changed, pulled by a phone that had everything.
4. Idle: a pull with nothing new.
5. Round trip: one mutation pushed and pulled, one after another.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.core import clock
from app.core.actor import Actor, Role
from app.core.db import db
from app.factory import create_app
from app.org import access, service
from app.serve import prepare_database
from tests import databases
from tests.bench import floors
from tests.bench.client import Client, SignIn
from tests.servers import Server

PASSWORD = "a long one for the bench"
REPS = 4
CLIENTS = 16
BATCH = 25
BATCHES = 8
ROWS = 5000
CHANGED = 20
ROUND_TRIPS = 300


@dataclass(frozen=True)
class Result:
    """What was measured on one database. Times in milliseconds."""

    pushed_per_second: float
    first_load_rows: int
    first_load_ms: float
    first_load_bytes: int
    delta_ms: list[float]
    delta_bytes: int
    idle_ms: list[float]
    idle_bytes: int
    round_trip_ms: list[float]


def spread(values: list[float]) -> str:
    """p50, p95 and p99 in milliseconds."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return f"p50 {cuts[49]:6.1f}   p95 {cuts[94]:6.1f}   p99 {cuts[98]:6.1f} ms"


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that this took."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def push_batches(sign_in: SignIn, batches: int, gate: object) -> None:
    """What one client process does: wait for the others, then send its batches."""
    client = Client(sign_in)
    client.pull_all()
    gate.wait()  # type: ignore[attr-defined]
    for batch in range(batches):
        client.sync([client.task(f"batch {batch}, task {n}") for n in range(BATCH)], limit=1)


def push_throughput(sign_ins: list[SignIn]) -> float:
    """Mutations a second from all clients together, first byte to last answer."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(CLIENTS + 1, timeout=120)  # a client that failed must not hold the rest for ever
    workers = [
        context.Process(target=push_batches, args=(sign_ins[number % len(sign_ins)], BATCHES, gate)) for number in range(CLIENTS)
    ]
    for worker in workers:
        worker.start()
    gate.wait()
    took = timed(lambda: [worker.join() for worker in workers])
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a client failed; see above")
    return CLIENTS * BATCHES * BATCH / took * 1000


def fill(client: Client, rows: int) -> None:
    """Gives the rep of this client at least so many rows."""
    client.pull_all()
    while len(client.rows) < rows:
        client.sync([client.task(f"row {len(client.rows)}") for _ in range(100)])


def measure(sign_ins: list[SignIn]) -> Result:
    pushed = push_throughput(sign_ins)
    writer = Client(sign_ins[0])
    fill(writer, ROWS)

    fresh = Client(sign_ins[0])
    first_load_ms = timed(fresh.pull_all)
    first_load_bytes, first_load_rows = fresh.bytes_received, len(fresh.rows)

    deltas = []
    for _ in range(20):
        writer.sync([writer.task("changed") for _ in range(CHANGED)])
        fresh.bytes_received = 0
        deltas.append(timed(fresh.pull_all))
    delta_bytes = fresh.bytes_received

    idles = []
    for _ in range(100):
        fresh.bytes_received = 0
        idles.append(timed(fresh.pull_all))
    idle_bytes = fresh.bytes_received

    trips = [timed(lambda: fresh.sync([fresh.task("one")])) for _ in range(ROUND_TRIPS)]
    return Result(pushed, first_load_rows, first_load_ms, first_load_bytes, deltas, delta_bytes, idles, idle_bytes, trips)


def run_on(kind: str) -> Result:
    """Starts a server on a database of this kind and measures it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        url = databases.NEW[kind](path)
        emails = make_company(Settings(data_dir=path, database_url=url))
        with Server(path, "--no-worker", DATABASE_URL=url, LOG_LEVEL="WARNING") as server:
            return measure([SignIn.make(server.url, email, PASSWORD) for email in emails])


def make_company(settings: Settings) -> list[str]:
    """A company with REPS reps; their e-mails."""
    now = clock.now()
    app = create_app(settings)
    with app.app_context():
        prepare_database()
        organization = service.create_organization(
            now=now, code="bench", name="Bench", currency="CNY", time_zone="Asia/Shanghai", calendar_code="CN", locale="en"
        )
        actor = Actor.system(organization.id, now, "en")
        emails = [f"rep{number}@bench.example" for number in range(REPS)]
        for email in emails:
            person = service.create_person(actor, name=email, role=Role.REP, email=email)
            access.set_password(actor, person_id=person.id, password=PASSWORD)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return emails


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers below are stopped too
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    kinds = {"both": ["sqlite", "postgresql"]}
    chosen = parser.parse_args().database
    try:
        with tempfile.TemporaryDirectory() as folder:
            records = floors.sqlite_records_per_second(Path(folder), BATCH, 3)
            commit = floors.sqlite_commit_ms(Path(folder), 500)
        empty = floors.empty_endpoint_ms(1000)
        print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
        print("\nFloors")
        print(f"  SQLite, synchronous=FULL, {BATCH} records a commit  {records:8.0f} records/s")
        print(f"  SQLite, synchronous=FULL, one record a commit   {spread(commit)}")
        print(f"  an empty Flask endpoint                         {spread(empty)}", flush=True)
        least = statistics.median(empty) + statistics.median(commit)
        for kind in kinds.get(chosen, [chosen]):
            show(kind, run_on(kind), records, least)
    finally:
        databases.stop_postgres_server()


def show(kind: str, result: Result, records: float, least_ms: float) -> None:
    trip = statistics.median(result.round_trip_ms)
    print(f"\n{kind}")
    print(f"  push, {CLIENTS} clients x {BATCHES} batches of {BATCH}   {result.pushed_per_second:8.0f} mutations/s")
    print(
        f"  first load of {result.first_load_rows} rows         {result.first_load_ms:8.0f} ms, {result.first_load_bytes / 1e6:.2f} MB"
    )
    print(f"  {CHANGED} changed of {result.first_load_rows}                {spread(result.delta_ms)}, {result.delta_bytes} bytes")
    print(f"  idle pull                        {spread(result.idle_ms)}, {result.idle_bytes} bytes")
    print(f"  one mutation there and back      {spread(result.round_trip_ms)}")
    print("  ratios")
    print(f"    push to the raw SQLite floor                 {result.pushed_per_second / records:6.2f}   (aim: 0.25 or more)")
    print(f"    round trip to empty endpoint plus one commit {trip / least_ms:6.2f}   (aim: 4 or less)", flush=True)
