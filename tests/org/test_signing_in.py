"""Signing in, sessions, devices, passwords: who gets in, who does not, and what each is told."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.db import db
from app.org import access, passwords, service
from app.org.api import BY_ACCOUNT
from app.org.models import Account, Device, Organization, Person
from tests.makers import PASSWORD, actor_of, make_organization, make_person, signed_in_client, system

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def company() -> Organization:
    return make_organization(code="demo")


@pytest.fixture
def rep(company: Organization) -> Person:
    person = make_person(company, name="李婷", email="Li@Example.com", phone="138 0013 8000", external_id="7", password=PASSWORD)
    db.session.commit()
    return person


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that were verified."""
    seen: list[str] = []
    real = PasswordHasher.verify

    def counted(self: PasswordHasher, hash: str, password: str) -> bool:
        seen.append(hash)
        return real(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    return seen


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/api/session", json={"email": name, "password": password, **more})


# --- Getting in ---


@pytest.mark.parametrize("name", ["li@example.com", " LI@EXAMPLE.COM ", "7", "13800138000", "138-0013-8000"])
def test_a_person_signs_in_by_address_number_or_phone(client: FlaskClient, rep: Person, name: str) -> None:
    answer = sign_in(client, name)
    assert answer.status_code == 200, answer.text
    assert answer.json["user"]["id"] == rep.id
    assert answer.json["organization"]["code"] == "demo"
    assert len(answer.json["device_secret"]) >= 40
    again = client.get("/api/session")
    assert again.json["user"] == answer.json["user"]
    assert "device_secret" not in again.json
    assert "lock_key" not in again.json


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: FlaskClient, rep: Person) -> None:
    cookie = sign_in(client, "li@example.com").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


@pytest.mark.one_database
def test_over_https_the_cookie_is_secure_and_the_browser_told_to_stay(app_with, database) -> None:  # type: ignore[no-untyped-def]
    app = app_with(is_secure=True, public_url="https://localhost")
    with app.app_context():
        make_person(make_organization(), email="a@example.com", password=PASSWORD)
        db.session.commit()
    answer = app.test_client().post(
        "/api/session", json={"email": "a@example.com", "password": PASSWORD}, base_url="https://localhost"
    )
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "upgrade-insecure-requests" in answer.headers["Content-Security-Policy"]


def test_the_key_for_locked_work_is_the_same_at_each_sign_in_and_another_for_another_person(
    app: Flask, company: Organization, rep: Person
) -> None:
    make_person(company, email="other@example.com", password=PASSWORD)
    db.session.commit()
    keys = [sign_in(app.test_client(), name).json["lock_key"] for name in ("7", "li@example.com", "other@example.com")]
    assert keys[0] == keys[1] != keys[2]


# --- Not getting in ---


def test_everybody_who_may_not_in_gets_the_same_answer_after_one_verification(
    client: FlaskClient, company: Organization, rep: Person, verifications: list[str]
) -> None:
    make_person(company, email="no-password@example.com")
    left = make_person(company, email="left@example.com", password=PASSWORD)
    service.set_person(system(company), person_id=left.id, fields={"is_active": False})
    make_person(make_organization(code="other"), external_id="7", password=PASSWORD)
    db.session.commit()
    verifications.clear()
    attempts = [
        ("li@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("no-password@example.com", PASSWORD),
        ("left@example.com", PASSWORD),
        ("7", PASSWORD),  # now there are two, in two organisations
        ("99", PASSWORD),
    ]
    answers = [sign_in(client, name, password) for name, password in attempts]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json["code"] == "wrong_sign_in"
    assert len(verifications) == len(attempts)
    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_the_hash_of_nobody_costs_what_a_real_one_costs() -> None:
    fresh = "from app.org import passwords; print(passwords.is_dated(passwords.NOBODY), passwords.hashed('x'))"
    is_dated, hashed = subprocess.run([sys.executable, "-c", fresh], check=True, capture_output=True, text=True).stdout.split()
    assert is_dated == "False"
    assert not PasswordHasher().check_needs_rehash(hashed)


def test_who_is_known_in_two_organisations_names_one(client: FlaskClient, rep: Person) -> None:
    twin = make_person(make_organization(code="Other"), external_id="7", password="another horse")
    db.session.commit()
    assert sign_in(client, "7", organization="demo").json["user"]["id"] == rep.id
    assert sign_in(client, "7", "another horse", organization="OTHER").json["user"]["id"] == twin.id
    assert sign_in(client, "7", organization="other").status_code == 401


def test_ten_wrong_passwords_close_an_account_for_a_while_whatever_the_browser(
    app: Flask, rep: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(BY_ACCOUNT.attempts):
        assert sign_in(app.test_client(), "li@example.com", "wrong").status_code == 401
    closed = sign_in(app.test_client(), " Li@example.com")  # the right password does not help now
    assert closed.status_code == 429
    assert closed.json["code"] == "too_many_requests"
    assert 0 < int(closed.headers["Retry-After"]) <= BY_ACCOUNT.seconds + 1
    later = clock.now() + timedelta(seconds=BY_ACCOUNT.seconds + 5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert sign_in(app.test_client(), "li@example.com").status_code == 200


def test_right_passwords_never_count_against_the_limit(app: Flask, rep: Person) -> None:
    for _ in range(BY_ACCOUNT.attempts + 2):
        assert sign_in(app.test_client(), "7").status_code == 200


def test_an_address_that_tries_many_accounts_is_stopped(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.org.api.BY_ADDRESS", type(BY_ACCOUNT)("few", 3, 60))
    codes = [sign_in(client, f"nobody{n}@example.com").status_code for n in range(5)]
    assert codes == [401, 401, 401, 429, 429]


# --- Sessions end ---


def test_signing_out_ends_the_session_on_the_server_not_only_in_the_browser(app: Flask, rep: Person) -> None:
    client = signed_in_client(app, rep)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    assert client.delete("/api/session").status_code == 204
    with client.session_transaction() as cookie:
        cookie.update(kept)  # a thief who copied the cookie
    assert client.get("/api/session").status_code == 401


def test_signing_in_again_in_one_browser_leaves_one_session(client: FlaskClient, rep: Person) -> None:
    sign_in(client, "7")
    sign_in(client, "7")
    assert db.session.query(Device).filter_by(person_id=rep.id, signed_out_at=None).count() == 1


def test_one_may_sign_out_a_lost_phone_and_all_others(app: Flask, rep: Person) -> None:
    here, lost, old = (signed_in_client(app, rep) for _ in range(3))
    listed = here.get("/api/me/devices").json
    assert {row["id"] for row in listed} == {here.device_id, lost.device_id, old.device_id}
    assert [row["id"] for row in listed if row["is_current"]] == [here.device_id]
    assert here.delete(f"/api/me/devices/{lost.device_id}").status_code == 204
    assert lost.get("/api/me/devices").status_code == 401
    assert old.get("/api/me/devices").status_code == 200
    assert here.delete("/api/me/devices").json == {"count": 1}
    assert old.get("/api/me/devices").status_code == 401
    assert here.get("/api/me/devices").status_code == 200


def test_nobody_signs_out_the_device_of_somebody_else(app: Flask, company: Organization, rep: Person) -> None:
    admin = make_person(company, "admin")
    stranger = make_person(make_organization(), "admin")
    mine = signed_in_client(app, rep)
    for other in (admin, stranger):
        assert signed_in_client(app, other).delete(f"/api/me/devices/{mine.device_id}").status_code == 404
    assert mine.get("/api/session").status_code == 200


def test_a_disabled_person_is_out_everywhere_at_once(app: Flask, company: Organization, rep: Person) -> None:
    client = signed_in_client(app, rep)
    _, token = access.create_token(actor_of(rep), name="a script")
    service.set_person(system(company), person_id=rep.id, fields={"is_active": False})
    db.session.commit()
    assert client.get("/api/session").status_code == 401
    assert client.get("/api/people").status_code == 401
    assert app.test_client().get("/api/session", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert sign_in(app.test_client(), "7").status_code == 401


def test_a_session_that_was_idle_too_long_is_over(app: Flask, rep: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in_client(app, rep)
    later = clock.now() + timedelta(days=access.IDLE_DAYS, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/api/session").status_code == 401


def test_being_seen_is_written_at_most_once_an_hour(app: Flask, rep: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in_client(app, rep)

    def seen_after(minutes: int) -> datetime:
        moment = start + timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda: moment)
        client.get("/api/session")
        return seen_at()

    def seen_at() -> datetime:
        seen = db.session.get_one(Device, client.device_id, populate_existing=True).last_seen_at
        db.session.rollback()
        return seen

    start = seen_at()
    assert seen_after(59) == start
    assert seen_after(61) == start + timedelta(minutes=61)
    assert seen_after(90) == start + timedelta(minutes=61)


def test_a_stolen_database_opens_no_door(app: Flask, rep: Person) -> None:
    client = signed_in_client(app, rep)
    _, token = access.create_token(actor_of(rep), name="a script")
    _, link = access.create_link(system(db.session.get_one(Organization, rep.organization_id)), person_id=rep.id)
    db.session.commit()
    with client.session_transaction() as cookie:
        session_id = cookie["_user_id"]
    stored = " ".join(
        str(value)
        for table in ("device", "api_token", "one_time_link", "account")
        for row in db.session.execute(db.text(f"SELECT * FROM {table}"))
        for value in row
    )
    for secret in (session_id, client.device_secret, token, link, PASSWORD):
        assert secret not in stored


# --- Passwords ---


def test_a_new_password_ends_the_other_sessions_and_the_old_password(app: Flask, rep: Person) -> None:
    here, other = signed_in_client(app, rep), signed_in_client(app, rep)
    wrong = here.post("/api/session/password", json={"current": "wrong", "password": "a new password"})
    assert (wrong.status_code, list(wrong.json["fields"])) == (422, ["current"])
    short = here.post("/api/session/password", json={"current": PASSWORD, "password": "short"})
    assert (short.status_code, list(short.json["fields"])) == (422, ["password"])
    assert here.post("/api/session/password", json={"current": PASSWORD, "password": "a new password"}).status_code == 204
    assert here.get("/api/session").status_code == 200
    assert other.get("/api/session").status_code == 401
    assert sign_in(app.test_client(), "7").status_code == 401
    assert sign_in(app.test_client(), "7", "a new password").status_code == 200


def test_a_password_hashed_with_old_costs_is_hashed_anew_at_sign_in(
    client: FlaskClient, rep: Person, real_passwords: None
) -> None:
    account = db.session.query(Account).filter_by(person_id=rep.id).one()
    account.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    db.session.commit()
    assert sign_in(client, "7").status_code == 200
    db.session.refresh(account)
    assert not passwords.is_dated(account.password_hash or "")


# --- On whose behalf ---


def test_a_tab_whose_cookie_now_belongs_to_somebody_else_does_nothing(app: Flask, company: Organization, rep: Person) -> None:
    other = make_person(company)
    client = signed_in_client(app, rep)
    client.person_id = ""
    for headers, query in [
        ({"Paceline-User": other.id}, ""),
        ({}, f"?user={other.id}"),
        ({"Paceline-User": rep.id}, f"?user={other.id}"),
        ({}, ""),
    ]:
        answer = client.delete(f"/api/me/devices{query}", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "wrong_user")
    assert client.get(f"/api/me/devices?user={rep.id}").status_code == 200
