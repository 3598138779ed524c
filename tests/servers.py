"""The real server for tests that need one: `paceline serve` with its processes, on a free port."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent
GREETING = "Ctrl-C stops everything."
START_SECONDS = 90  # on a busy machine, the demo company included


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`paceline serve` in a data folder. Use it as a context manager, or call `start` and `stop`.

    `options` go to `paceline serve`, `environment` to every process of it.
    """

    def __init__(self, data_dir: Path, *options: str, port: int | None = None, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.output: list[str] = []
        self.environment = {**os.environ, "DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), **environment}
        self._options = options
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self.process: subprocess.Popen[str] | None = None

    def paceline(self, *words: str, stdin: str | None = None) -> str:
        """Runs one command of the command line on this server's data; answers what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words], cwd=ROOT, env=self.environment, text=True, capture_output=True, input=stdin
        )
        if done.returncode:
            raise RuntimeError(f"paceline {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self) -> Server:
        """Starts it and returns when it answers. Raises RuntimeError with its output if it ends instead."""
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port), *self._options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        Thread(target=self._read, args=[self.process], daemon=True).start()
        self.wait_for(GREETING)
        return self

    def _read(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, text: str) -> None:
        """Returns when a line with this text was printed."""
        while True:
            try:
                line = self._lines.get(timeout=START_SECONDS)
            except Empty:
                raise RuntimeError(f"no {text!r} within {START_SECONDS} s:\n{''.join(self.output)}") from None
            if line is None:
                raise RuntimeError(f"the server ended:\n{''.join(self.output)}")
            self.output.append(line)
            if text in line:
                return

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal to the supervisor and waits for its end; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
        return self.process.wait(60)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
