"""The worker sees to the packages' chores once an hour."""

from __future__ import annotations

import logging
from datetime import datetime

import pytest
from flask import Flask

from app.core import clock
from app.notifications import registry
from app.notifications.worker import Worker

pytestmark = pytest.mark.one_database


def test_a_chore_that_fails_keeps_no_other_from_its_work(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[datetime] = []

    def broken(now: datetime) -> None:
        raise ValueError("broken chore")

    monkeypatch.setattr(registry, "_chores", [broken, done.append])
    worker = Worker(app, app.config["SETTINGS"])
    now = clock.now()
    with caplog.at_level(logging.ERROR):
        worker._do_chores(now)
        worker._do_chores(now)
    assert done == [now], "once an hour, not at each turn"
    assert "a chore failed" in caplog.text


def test_calendars_and_forgotten_check_outs_are_among_the_chores(app: Flask) -> None:
    assert {chore.__name__ for chore in registry.chores()} == {"keep_calendars", "close_days_that_ended"}
