"""A PostgreSQL cluster of the tests' own: made in a temporary folder, gone at the end.

It listens on a Unix socket only, so runs never collide over a port. PostgreSQL refuses to run as
root: then another user of the machine runs it. What is missing fails the tests with the command
that installs it; nothing is skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

INSTALL = "sudo apt-get install postgresql"

# The disk may lag behind (these databases never outlive a test run); the order and the visibility of
# commits, which the tests are about, stay as in production.
SERVER_OPTIONS = (
    "-c", "listen_addresses=",
    "-c", "fsync=off",
    "-c", "full_page_writes=off",
    "-c", "synchronous_commit=on",
    "-c", "max_connections=300",
    "-c", "log_min_messages=fatal",
)  # fmt: skip


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`. Raises RuntimeError with the remedy."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = packaged[-1] if packaged else shutil.which("initdb")
    if not found:
        raise RuntimeError(f"The tests need PostgreSQL. Install it with: {INSTALL}")
    return Path(found).resolve().parent


def unprivileged_prefix() -> tuple[list[str], str | None]:
    """How to run a program as someone other than root, and who that is (None: as ourselves)."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig=INT"]
        return as_user, name
    raise RuntimeError(f"PostgreSQL does not run as root and there is no user postgres or nobody. Install it with: {INSTALL}")


class Cluster:
    """A running PostgreSQL server; `database()` makes databases in it."""

    def __init__(self, *options: str) -> None:
        binaries = find_binaries()
        prefix, user = unprivileged_prefix()
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        if user:
            shutil.chown(self.folder, user)
        subprocess.run(
            [*prefix, binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust",
             "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        self.process = subprocess.Popen(
            [*prefix, binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, *SERVER_OPTIONS, *options],
            cwd="/", stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._wait_until_it_answers(binaries)

    def _wait_until_it_answers(self, binaries: Path) -> None:
        for _ in range(60):
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended at once with code {self.process.returncode}")
            ready = [binaries / "pg_isready", "-q", "-h", self.folder, "-t", "1"]
            if subprocess.run(ready, cwd="/").returncode == 0:
                return
            try:
                self.process.wait(0.25)
            except subprocess.TimeoutExpired:
                continue
        raise RuntimeError("PostgreSQL did not answer within 15 seconds")

    @property
    def url(self) -> str:
        """The address of the server, to be completed by `database_url`."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def stop(self) -> None:
        """Stops the server and deletes its folder."""
        self.process.terminate()  # "smart" would wait for clients; the next signal does not
        self.process.send_signal(2)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def make_database(server_url: str, name: str, template: str = "template1") -> str:
    """Makes an empty database (dropping an old one of the name) and returns its address."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server_url.replace("/postgres?", f"/{name}?")
