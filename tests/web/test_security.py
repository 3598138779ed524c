"""Headers, origins, the built frontend, and transactions that only read."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import db
from app.org.models import Person
from tests.makers import PASSWORD, make_organization, make_person, signed_in_client

INDEX = "<!doctype html><title>Paceline</title>"


@pytest.fixture
def rep(session) -> Person:  # type: ignore[no-untyped-def]
    person = make_person(make_organization(), email="li@example.com", password=PASSWORD)
    db.session.commit()
    return person


@pytest.fixture
def served(app_with: Callable[..., Flask], tmp_path: Path) -> FlaskClient:
    """A client of an application with a built frontend."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "sw.js").write_text("// worker")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "assets" / "index-a1b2.js").write_text("// " + "x" * 5000)
    (tmp_path / "secret.txt").write_text("secret")
    return app_with(frontend_dir=folder).test_client()


# --- Headers ---


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/", "/today", "/api/session", "/api/nothing", "/healthz", "/sw.js"])
def test_every_answer_forbids_inline_scripts_framing_and_sniffing(served: FlaskClient, path: str) -> None:
    headers = served.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["worker-src"] == policy["manifest-src"] == policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' blob: data:"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers  # over plain http it would mean nothing


def test_answers_of_the_api_are_kept_by_no_cache_and_name_the_person(app: Flask, rep: Person) -> None:
    client = signed_in_client(app, rep)
    headers = client.get("/api/people").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Paceline-User"] == rep.id
    assert "Paceline-User" not in app.test_client().get("/api/session").headers


# --- Origins ---


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers, is_ours",
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://localhost:81"}, False),
        ({"Origin": "https://localhost.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({}, True),
    ],
)
def test_unsafe_methods_come_from_our_own_pages_only(app: Flask, rep: Person, headers: dict[str, str], is_ours: bool) -> None:
    client = signed_in_client(app, rep)
    answer = client.delete("/api/session", headers=headers)
    assert answer.status_code == (204 if is_ours else 403)
    if not is_ours:
        assert answer.json["code"] == "cross_origin"
    assert client.get("/api/session", headers=headers).status_code == (401 if is_ours else 200)


def test_nobody_is_signed_in_by_another_site(client: FlaskClient, rep: Person) -> None:
    body = {"email": "li@example.com", "password": PASSWORD}
    answer = client.post("/api/session", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


# --- Proxies ---


@pytest.mark.one_database
def test_a_proxys_word_counts_only_if_it_is_trusted(app_with: Callable[..., Flask]) -> None:
    said = {"X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" not in app_with().test_client().get("/healthz", headers=said).headers


@pytest.mark.one_database
def test_a_trusted_proxys_word_counts(app_with: Callable[..., Flask]) -> None:
    said = {"X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" in app_with(trusted_proxies=1).test_client().get("/healthz", headers=said).headers


# --- Health, reading ---


def test_health_asks_the_database(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_a_request_that_reads_waits_for_no_writer(app: Flask, rep: Person, session) -> None:  # type: ignore[no-untyped-def]
    client = signed_in_client(app, rep)
    db.session.execute(db.text("UPDATE person SET title = 'writing' WHERE id = :id"), {"id": rep.id})  # a writer, not committed
    assert client.get("/api/people").status_code == 200


# --- The built frontend ---


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/", "/today", "/customers/5", "/join/abc"])
def test_addresses_of_the_phones_router_get_the_page_fresh(served: FlaskClient, path: str) -> None:
    answer = served.get(path)
    assert answer.text == INDEX
    assert answer.headers["Cache-Control"] == "no-cache"
    assert served.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.one_database
def test_hashed_files_are_kept_for_ever_and_the_worker_never(served: FlaskClient) -> None:
    asset = served.get("/assets/index-a1b2.js")
    assert "immutable" in asset.headers["Cache-Control"]
    assert asset.mimetype == "text/javascript"
    worker = served.get("/sw.js")
    assert (worker.headers["Cache-Control"], worker.headers["Service-Worker-Allowed"]) == ("no-cache", "/")
    assert served.get("/manifest.webmanifest").mimetype == "application/manifest+json"


@pytest.mark.one_database
def test_texts_are_sent_small_to_who_can_read_it(served: FlaskClient) -> None:
    small = served.get("/assets/index-a1b2.js", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < 200
    assert gzip.decompress(small.data) == served.get("/assets/index-a1b2.js").data
    assert "Accept-Encoding" in small.headers["Vary"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api",
        "/assets/old-hash.js",
        "/missing.png",
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
    ],
)
def test_what_is_not_there_is_404_and_nothing_outside_the_folder_is(served: FlaskClient, path: str) -> None:
    answer = served.get(path)
    assert answer.status_code == 404
    assert answer.json["code"] == "not_found"


@pytest.mark.one_database
def test_without_a_build_the_page_says_what_to_do(app_with: Callable[..., Flask], tmp_path: Path) -> None:
    answer = app_with(frontend_dir=tmp_path / "none").test_client().get("/", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "make run" in answer.json["message"]
