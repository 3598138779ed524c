"""`paceline serve` starts everything, says where it is, and leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import select
import signal
import socket
import ssl
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.servers import ROOT, Server, free_port


def family_of(server: Server) -> list[int]:
    """The process ids below the supervisor."""
    assert server.process
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout.split("\n")[1:]
    pairs = [tuple(map(int, line.split())) for line in listed if line.strip()]
    found, parents = [], {server.process.pid}
    while parents:
        parents = {pid for pid, parent in pairs if parent in parents}
        found += parents
    return found


def wait_until_gone(pids: list[int]) -> None:
    """Returns when none of these processes is left; the kernel tells through a pidfd."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([handle], [], [], 20)[0], f"process {pid} is still there"
        finally:
            os.close(handle)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_terminate_stop_every_process(tmp_path: Path, number: int) -> None:
    server = Server(tmp_path).start()
    family = family_of(server)
    assert len(family) >= 4  # gunicorn, its two processes, the worker
    assert server.stop(number) == 0
    wait_until_gone(family)


def test_a_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    family = family_of(server)
    server.stop(signal.SIGKILL)
    wait_until_gone(family)


def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(RuntimeError, match=rf"Port {port} .*PORT={port + 10} make run"):
            Server(tmp_path, port=port).start()


def test_a_bad_setting_is_named_in_one_line(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(free_port()), "--as-of", "yesterday"],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "DATA_DIR": str(tmp_path)},
    )  # fmt: skip
    assert result.returncode == 2
    assert "AS_OF" in result.stderr
    assert "Traceback" not in result.stderr


def test_new_code_is_taken_in_without_refusing_a_request(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        assert server.process
        old = [pid for pid in family_of(server) if "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text()][1:]
        server.process.send_signal(signal.SIGHUP)
        answered = 0
        while answered < 20 or any(Path(f"/proc/{pid}").exists() for pid in old):
            connection = http.client.HTTPConnection("localhost", server.port, timeout=30)
            connection.request("GET", "/api/session")
            assert connection.getresponse().status < 500
            connection.close()
            answered += 1


def test_tls_serves_https_with_an_authority_of_our_own(tmp_path: Path) -> None:
    with Server(tmp_path, "--tls", "--host", "127.0.0.1") as server:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port + 1}/ca.crt") as answer:
            authority = answer.read().decode()
        trusted = ssl.create_default_context(cadata=authority)
        connection = http.client.HTTPSConnection("localhost", server.port, context=trusted)
        connection.request("GET", "/api/session")
        assert connection.getresponse().status in (401, 404)
        assert stat.S_IMODE((tmp_path / "tls" / "ca.key").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "tls" / "server.key").stat().st_mode) == 0o600
        assert any("█" in line or "▀" in line for line in server.output), "no QR code was printed"
