"""Every error has one shape and speaks the reader's language; every code that is used has its sentences."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy.exc import OperationalError

from app.config import ROOT
from app.core import web_words, words
from app.core.errors import Refusal
from app.web import MAX_BODY_BYTES
from tests.makers import make_organization, make_person, signed_in_client

ZH = re.compile(r"[\u4e00-\u9fff]")
STATUSES = [
    400,
    401,
    403,
    404,
    405,
    406,
    408,
    409,
    410,
    411,
    413,
    414,
    415,
    416,
    417,
    418,
    422,
    423,
    428,
    429,
    431,
    500,
    501,
    502,
    503,
    504,
]


@pytest.fixture
def failing(database) -> FlaskClient:  # type: ignore[no-untyped-def]
    """A client of an application with an address for every failure; it answers 500 instead of raising."""
    from app.factory import create_app

    app = create_app(database.settings)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/api/fail/<int:status>")
    def fail(status: int) -> None:
        abort(status)

    @app.get("/api/raise")
    def raises() -> None:
        raise ZeroDivisionError("a secret detail")

    @app.get("/api/away")
    def away() -> None:
        raise OperationalError("SELECT secret", {}, Exception("database is locked"))

    @app.get("/api/refuse")
    def refuse() -> None:
        raise Refusal("invalid", fields={"code": "code_taken"}, value="demo")

    return app.test_client()


def check(answer, status: int, locale: str) -> dict:  # type: ignore[no-untyped-def,type-arg]
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"code", "message", "fields"}
    assert re.fullmatch(r"[a-z_]+", answer.json["code"])
    assert bool(ZH.search(answer.json["message"])) == (locale == "zh-CN"), answer.json
    assert "{" not in answer.json["message"]
    return answer.json


@pytest.mark.one_database
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_the_one_shape_in_the_readers_language(failing: FlaskClient, status: int, locale: str) -> None:
    check(failing.get(f"/api/fail/{status}", headers={"Accept-Language": locale}), status, locale)


@pytest.mark.one_database
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_a_defect_of_ours_tells_no_details(failing: FlaskClient, locale: str) -> None:
    body = check(failing.get("/api/raise", headers={"Accept-Language": locale}), 500, locale)
    assert body["code"] == "server_error"
    assert "secret" not in str(body)


@pytest.mark.one_database
def test_a_database_that_is_away_asks_to_come_again(failing: FlaskClient) -> None:
    answer = failing.get("/api/away", headers={"Accept-Language": "en"})
    assert check(answer, 503, "en")["code"] == "unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret" not in answer.text


@pytest.mark.one_database
@pytest.mark.parametrize("locale, word", [("zh-CN", "已被使用"), ("en", "already")])
def test_a_refusal_marks_its_fields_in_words(failing: FlaskClient, locale: str, word: str) -> None:
    body = check(failing.get("/api/refuse", headers={"Accept-Language": locale}), 422, locale)
    assert word in body["fields"]["code"]
    assert "demo" in body["fields"]["code"]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_real_requests_that_go_wrong(client: FlaskClient, locale: str) -> None:
    said = {"Accept-Language": f"{locale};q=0.9, fr;q=0.1"}
    assert check(client.get("/api/nothing/here", headers=said), 404, locale)["code"] == "not_found"
    assert check(client.put("/api/session", headers=said), 405, locale)["code"] == "method_not_allowed"
    assert check(client.get("/api/people", headers=said), 401, locale)["code"] == "not_signed_in"
    assert (
        check(client.post("/api/session", data="{broken", content_type="application/json", headers=said), 400, locale)["code"]
        == "bad_json"
    )
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""):
        assert (
            check(client.post("/api/session", data="email=a", content_type=kind, headers=said), 415, locale)["code"] == "not_json"
        )
    large = b'{"email": "' + b"a" * MAX_BODY_BYTES + b'"}'
    assert (
        check(client.post("/api/session", data=large, content_type="application/json", headers=said), 413, locale)["code"]
        == "too_large"
    )
    body = check(client.post("/api/session", json={"email": 5, "more": 1}, headers=said), 422, locale)
    assert body["code"] == "invalid"
    assert set(body["fields"]) == {"email", "password", "more"}
    assert all(bool(ZH.search(text)) == (locale == "zh-CN") for text in body["fields"].values())
    body = check(client.post("/api/session", json=[1], headers=said), 422, locale)
    assert set(body["fields"]) == {"body"}


def test_the_language_is_the_signed_in_persons_whatever_the_browser_says(app: Flask, session) -> None:  # type: ignore[no-untyped-def]
    person = make_person(make_organization(), locale="en")
    client = signed_in_client(app, person)
    answer = client.post("/api/links", json={}, headers={"Accept-Language": "zh-CN"})
    check(answer, 422, "en")


@pytest.mark.one_database
def test_an_unknown_endpoint_is_404_and_a_known_one_names_its_methods(client: FlaskClient) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        assert client.open("/api/nothing", method=method).status_code == 404
    refused = client.get("/api/links")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    refused = client.patch("/api/openapi.json")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]


@pytest.mark.parametrize("text", ["\x00", "a\x00@example.com", "\ud800", "１２３", "'; DROP TABLE person; --", "%", "😀" * 60])
def test_odd_characters_are_bad_input_and_no_defect(client: FlaskClient, text: str) -> None:
    body = json.dumps({"email": text, "password": text, "organization": text})
    answer = client.post("/api/session", data=body, content_type="application/json")
    assert answer.status_code in (401, 422), answer.text
    assert client.get(f"/api/links/{text.encode('utf-8', 'replace').hex()}%00").status_code == 410


# --- Sentences ---


@pytest.mark.one_database
def test_every_sentence_of_marshmallow_has_one_in_chinese(app: Flask) -> None:
    class Everything(Schema):
        a = fields.Integer(validate=validate.Range(1, 5))
        b = fields.String(validate=validate.Length(2, 3))
        c = fields.String(validate=validate.OneOf(["x", "y"]))
        d = fields.Date()
        e = fields.Email()
        f = fields.List(fields.String())
        g = fields.Boolean()
        h = fields.Dict()
        i = fields.UUID()
        j = fields.String(required=True)
        k = fields.String()
        l = fields.String(validate=validate.Length(max=2))  # noqa: E741
        m = fields.Integer(validate=validate.Range(min=1))
        n = fields.DateTime()
        o = fields.Nested(Schema.from_dict({"p": fields.String(required=True)}))
        q = fields.Float()
        r = fields.String(validate=validate.Regexp("x"))
        s = fields.String(validate=validate.Length(min=2))
        t = fields.String(validate=validate.Length(equal=2))

    bad = {
        "a": 9, "b": "x", "c": "z", "d": "1", "e": "1", "f": 1, "g": "maybe", "h": 1, "i": "1", "k": None, "l": "xxx",
        "m": 0, "n": "1", "o": {}, "q": "x", "r": "y", "s": "x", "t": "x", "unknown": 1,
    }  # fmt: skip
    with pytest.raises(ValidationError) as raised:
        Everything().load(bad)
    said: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        else:
            said.extend(value)  # type: ignore[arg-type]

    walk(raised.value.messages)
    assert len(said) == len(Everything().fields) + 1
    for sentence in said:
        chinese = web_words.translate(sentence, "zh-CN")
        assert ZH.search(chinese)
        assert chinese != "填写不对。", sentence
        assert web_words.translate(sentence, "en") == sentence


def codes_in(path: Path) -> Iterator[str]:
    """The codes that a file raises: Refusal("code"), Gone("code"), fields={"x": "code"}, error="code"."""
    raised = {"Refusal", "NotFound", "Gone", "AccessLost", "Forbidden", "StaleVersion", "say", "_answer"}
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in raised and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            yield node.args[0].value
        for keyword in node.keywords:
            if name in raised and keyword.arg == "fields" and isinstance(keyword.value, ast.Dict):
                yield from (value.value for value in keyword.value.values if isinstance(value, ast.Constant))  # type: ignore[misc]


@pytest.mark.one_database
def test_every_code_that_is_used_has_a_sentence_in_both_languages(app: Flask) -> None:
    used = {code: path for path in sorted((ROOT / "app").rglob("*.py")) for code in codes_in(path)}
    assert len(used) > 20
    missing = {code: str(path.relative_to(ROOT)) for code, path in used.items() if code not in words.known()}
    assert missing == {}


@pytest.mark.one_database
def test_both_languages_say_the_same_with_the_same_values(app: Flask) -> None:
    assert set(web_words.CODES.values()) <= set(words.known())
    for code, sentence in words.known().items():
        is_only_values = not re.sub(r"{.*?}|[\W\d_]", "", sentence["zh"])
        assert ZH.search(sentence["zh"]) or is_only_values, code
        assert not ZH.search(sentence["en"]), code
        # A month has a number in Chinese and a name in English.
        said = [{name.removesuffix("_name") for name in re.findall(r"{(\w+)", sentence[each])} for each in ("zh", "en")]
        assert said[0] == said[1], code
