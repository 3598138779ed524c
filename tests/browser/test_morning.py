"""The morning reminder of the demo company, with two workers and one of them killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.browser.company import LI_TING, World, eventually, sign_in
from tests.browser.push import allow, deliver, subscribe_in
from tests.push_service import PushService
from tests.servers import ROOT

pytestmark = pytest.mark.browser

LOCAL = ZoneInfo("Asia/Shanghai")


def remind_everybody_at(world: World, wall: str) -> None:
    """Sets everybody's wish, as the company's people would before the day begins."""
    with closing(sqlite3.connect(world.facts.folder / "paceline.sqlite3", timeout=20)) as connection, connection:
        connection.execute("UPDATE account SET remind_at = ?, is_reminded = 1", [wall])


def start_worker(world: World) -> subprocess.Popen[bytes]:
    """One more worker beside that of the server."""
    environment = {**os.environ, **world.server.environment}
    return subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], cwd=ROOT, env=environment)


@pytest.fixture
def world_options() -> tuple[str, ...]:
    """The test starts the workers itself."""
    return ("--no-worker",)


def test_the_morning_reminder_comes_once_with_two_workers_and_one_of_them_killed(world: World, push_service: PushService) -> None:
    phone = world.phone()
    page = sign_in(phone, LI_TING)
    allow(page)
    subscribe_in(page, push_service)
    before = (datetime.now(UTC).astimezone(LOCAL) - timedelta(minutes=3)).strftime("%H:%M")
    remind_everybody_at(world, before)

    workers = [start_worker(world), start_worker(world)]
    try:
        push_service.wait_for(1, timeout=40)
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        eventually(lambda: world.facts.rows("SELECT 1 FROM reminder") and not planned(world), "every reminder is settled", 40)
        eventually(lambda: not queued(world), "every delivery is settled", 60)
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(40)

    told = world.facts.rows("SELECT person_id, COUNT(*) AS n FROM notice WHERE kind = 'notifications.morning' GROUP BY person_id")
    assert len(told) >= 24, "every rep has heard of today"
    assert {row["n"] for row in told} == {1}
    # A worker that is killed between the push service's answer and writing it down leaves that one push to be
    # sent again; the phone shows the two as one, by their tag.
    assert 1 <= len(push_service.messages) <= 2
    assert len({json.loads(message.body)["notification"]["tag"] for message in push_service.messages}) == 1

    notices = deliver(page, push_service.messages[0].body)
    assert any("今天" in notice["title"] for notice in notices)


def planned(world: World) -> int:
    return world.facts.count("SELECT COUNT(*) FROM reminder WHERE state = 'planned' AND due_at <= datetime('2026-11-25')")


def queued(world: World) -> int:
    return world.facts.count("SELECT COUNT(*) FROM delivery WHERE state = 'queued'")
