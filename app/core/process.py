"""What a process knows about its own end."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

# Set when this process was told to stop. What waits for long (a live stream) watches it and ends at once.
stopping = threading.Event()

SUPERVISOR = "PACELINE_SUPERVISOR"  # the process id of the supervisor that started us, if one did
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Asks the kernel to end this process when its supervisor is gone, even if that was killed -9 (Linux)."""
    supervisor = os.environ.get(SUPERVISOR)
    if not supervisor or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(supervisor):  # it ended before we asked
        os.kill(os.getpid(), signal.SIGTERM)
