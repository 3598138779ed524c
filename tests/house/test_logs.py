"""A request can be followed by its id, and a log line never gives away what an address carried."""

from __future__ import annotations

import io
import json
import logging

import pytest
from flask import Flask

from app import logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What goes to standard error, as a program would read it."""
    stream = io.StringIO()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("INFO")
    return stream


@pytest.fixture
def small_app() -> Flask:
    app = Flask("small")
    logs.init_app(app)

    @app.get("/links/<token>")
    def link(token: str) -> str:
        logging.getLogger("anything").warning("seen")
        return token

    return app


def test_a_request_keeps_the_id_that_came_with_it(small_app: Flask, written: io.StringIO) -> None:
    answer = small_app.test_client().get("/links/x", headers={"X-Request-Id": "phone-0001"})
    assert answer.headers["X-Request-Id"] == "phone-0001"
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["request_id"] for line in lines] == ["phone-0001", "phone-0001"]


def test_an_id_that_could_forge_a_line_is_replaced(small_app: Flask, written: io.StringIO) -> None:
    answer = small_app.test_client().get("/links/x", headers={"X-Request-Id": 'a" status=200 evil'})
    assert len(answer.headers["X-Request-Id"]) == 32


def test_a_one_time_token_never_reaches_the_log(small_app: Flask, written: io.StringIO) -> None:
    small_app.test_client().get("/links/one-time-secret?password=another-secret")
    assert "secret" not in written.getvalue()
    assert "/links/<token>" in written.getvalue()
