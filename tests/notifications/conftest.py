"""What the tests of notices share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask

from app.notifications import compose, worker
from app.notifications.vapid import ensure_vapid_keys
from tests.notifications import company
from tests.push_service import PushService


@pytest.fixture(autouse=True)
def fair() -> Iterator[None]:
    """The notices of the tests' own package, beside those of the application."""
    from app.factory import DOMAINS

    company.listen()
    yield
    compose.listen(DOMAINS)


@pytest.fixture
def push_service() -> Iterator[PushService]:
    with PushService() as service:
        yield service


@pytest.fixture
def vapid_key(app: Flask) -> str:
    return ensure_vapid_keys(app.config["SETTINGS"]).public_key


@pytest.fixture
def working(app: Flask) -> Callable[[], AbstractContextManager[None]]:
    """`with working():` runs a worker in this process; leaving waits until it has written everything down."""

    @contextmanager
    def run() -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(app, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)
            assert not thread.is_alive()

    return run
