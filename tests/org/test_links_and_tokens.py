"""One-time links, inviting people, tokens of programs: who may make them, and how often they work."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask

from app.core import clock
from app.core.db import db
from app.org import access
from app.org.models import Organization, Person
from tests.makers import PASSWORD, actor_of, make_organization, make_person, signed_in_client

pytestmark = pytest.mark.usefixtures("session")


class Cast(NamedTuple):
    company: Organization
    admin: Person
    manager: Person
    rep: Person
    colleague: Person
    stranger: Person


@pytest.fixture
def cast() -> Cast:
    company = make_organization(name="杭州康桥医疗")
    manager = make_person(company, "manager", name="王强")
    made = Cast(
        company,
        make_person(company, "admin", name="何洁"),
        manager,
        make_person(company, "rep", name="李婷", manager=manager, external_id="7"),
        make_person(company, "rep", name="孙浩", manager=manager),
        make_person(make_organization(), "admin"),
    )
    db.session.commit()
    return made


def link_for(app: Flask, maker: Person, person: Person) -> str:
    """The path of a link made by somebody."""
    answer = signed_in_client(app, maker).post("/api/links", json={"person_id": person.id})
    assert answer.status_code == 201, answer.text
    return "/api/links/" + answer.json["url"].removeprefix("http://localhost/join/")


# --- Links ---


def test_a_link_invites_once_and_signs_in(app: Flask, cast: Cast) -> None:
    path = link_for(app, cast.manager, cast.rep)
    client = app.test_client()
    shown = client.get(path).json
    assert (shown["name"], shown["organization"], shown["purpose"], shown["external_id"]) == (
        "李婷",
        "杭州康桥医疗",
        "invite",
        "7",
    )
    assert client.post(path, json={"password": "short"}).status_code == 422
    joined = client.post(path, json={"password": PASSWORD})
    assert joined.status_code == 200, joined.text
    assert joined.json["user"]["id"] == cast.rep.id
    assert client.get("/api/session").json["user"]["id"] == cast.rep.id
    for again in (client.get(path), client.post(path, json={"password": "another one"})):
        assert (again.status_code, again.json["code"]) == (410, "link_over")
    assert app.test_client().post("/api/session", json={"email": "7", "password": PASSWORD}).status_code == 200


def test_a_link_expires(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    path = link_for(app, cast.admin, cast.rep)
    later = clock.now() + timedelta(days=access.INVITE_DAYS, seconds=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert app.test_client().get(path).status_code == 410
    assert app.test_client().post(path, json={"password": PASSWORD}).status_code == 410


def test_a_newer_link_ends_the_older_one_and_a_made_up_one_is_none(app: Flask, cast: Cast) -> None:
    old, new = link_for(app, cast.admin, cast.rep), link_for(app, cast.manager, cast.rep)
    assert app.test_client().get(old).status_code == 410
    assert app.test_client().get("/api/links/made-up").status_code == 410
    assert app.test_client().get(new).status_code == 200


def test_a_link_for_a_forgotten_password_ends_the_sessions_there_were(app: Flask, cast: Cast) -> None:
    access.set_password(actor_of(cast.admin), person_id=cast.rep.id, password=PASSWORD)
    thief = signed_in_client(app, cast.rep)
    path = link_for(app, cast.manager, cast.rep)
    assert app.test_client().get(path).json["purpose"] == "reset"
    assert app.test_client().post(path, json={"password": "my new password"}).status_code == 200
    assert thief.get("/api/session").status_code == 401


@pytest.mark.one_database
@pytest.mark.parametrize(
    "maker, person, status",
    [
        ("rep", "colleague", 403),
        ("rep", "manager", 403),
        ("rep", "rep", 403),
        ("manager", "admin", 403),
        ("manager", "stranger", 404),
        ("stranger", "rep", 404),
        ("admin", "manager", 201),
    ],
)
def test_only_an_admin_or_a_manager_above_makes_a_link(app: Flask, cast: Cast, maker: str, person: str, status: int) -> None:
    client = signed_in_client(app, getattr(cast, maker))
    assert client.post("/api/links", json={"person_id": getattr(cast, person).id}).status_code == status


def test_no_manager_takes_over_an_admin_below(app: Flask, cast: Cast) -> None:
    helper = make_person(cast.company, "admin", manager=cast.manager)
    client = signed_in_client(app, cast.manager)
    assert client.post("/api/links", json={"person_id": helper.id}).status_code == 403


# --- People ---


def test_an_admin_invites_a_person_who_then_joins(app: Flask, cast: Cast) -> None:
    client = signed_in_client(app, cast.admin)
    body = {"name": "钱多", "role": "rep", "team_id": cast.rep.team_id, "email": "Qian@Example.com"}
    answer = client.post("/api/people", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json["person"]["email"] == "qian@example.com"
    assert answer.json["person"]["manager_id"] == cast.manager.id
    path = "/api/links/" + answer.json["link"]["url"].rsplit("/", 1)[1]
    assert app.test_client().post(path, json={"password": PASSWORD}).json["user"]["name"] == "钱多"
    twice = client.post("/api/people", json=body)
    assert (twice.status_code, list(twice.json["fields"])) == (422, ["email"])


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_nobody_but_an_admin_adds_or_changes_people(app: Flask, cast: Cast, role: str) -> None:
    client = signed_in_client(app, getattr(cast, role))
    assert client.post("/api/people", json={"name": "x", "role": "admin"}).status_code == 403
    assert client.patch(f"/api/people/{cast.rep.id}", json={"role": "admin"}).status_code == 403


def test_an_admin_of_another_organisation_changes_nobody_here(app: Flask, cast: Cast) -> None:
    client = signed_in_client(app, cast.stranger)
    assert client.patch(f"/api/people/{cast.rep.id}", json={"is_active": False}).status_code == 404
    assert cast.rep.id not in {row["id"] for row in client.get("/api/people").json}
    assert client.post("/api/people", json={"name": "x", "role": "rep", "team_id": cast.rep.team_id}).status_code == 404


def test_colleagues_see_cards_and_only_those_above_see_how_to_reach_them(app: Flask, cast: Cast) -> None:
    def phones(viewer: Person) -> dict[str, object]:
        return {row["id"]: row["has_password"] for row in signed_in_client(app, viewer).get("/api/people").json}

    assert phones(cast.colleague)[cast.rep.id] is None
    assert phones(cast.manager)[cast.rep.id] is False
    assert phones(cast.admin)[cast.manager.id] is False
    assert phones(cast.manager)[cast.admin.id] is None


def test_the_last_admin_stays_one(app: Flask, cast: Cast) -> None:
    client = signed_in_client(app, cast.admin)
    for change in ({"role": "rep"}, {"is_active": False}):
        answer = client.patch(f"/api/people/{cast.admin.id}", json=change)
        assert (answer.status_code, answer.json["code"]) == (422, "last_admin")
    make_person(cast.company, "admin")
    db.session.commit()
    assert client.patch(f"/api/people/{cast.admin.id}", json={"role": "staff"}).status_code == 200


# --- Tokens ---


def test_a_program_acts_by_its_token_until_it_is_revoked(app: Flask, cast: Cast) -> None:
    mine = signed_in_client(app, cast.rep)
    made = mine.post("/api/tokens", json={"name": "nightly export"})
    assert made.status_code == 201
    program = app.test_client()
    headers = {"Authorization": f"Bearer {made.json['token']}"}
    assert program.get("/api/session", headers=headers).json["user"]["id"] == cast.rep.id
    assert program.get("/api/people", headers=headers).status_code == 200
    assert program.get("/api/people", headers=headers | {"Paceline-User": cast.manager.id}).status_code == 403
    assert "token" not in mine.get("/api/tokens").json[0]
    assert mine.get("/api/tokens").json[0]["last_used_at"] is not None
    assert mine.delete(f"/api/tokens/{made.json['id']}").status_code == 204
    assert program.get("/api/session", headers=headers).status_code == 401


def test_a_bad_token_is_not_saved_by_a_good_cookie(app: Flask, cast: Cast) -> None:
    client = signed_in_client(app, cast.rep)
    assert client.get("/api/session", headers={"Authorization": "Bearer made-up"}).status_code == 401


def test_tokens_of_others_are_an_admins_business(app: Flask, cast: Cast) -> None:
    rep, colleague, admin = (signed_in_client(app, who) for who in (cast.rep, cast.colleague, cast.admin))
    stranger = signed_in_client(app, cast.stranger)
    token_id = rep.post("/api/tokens", json={"name": "mine"}).json["id"]
    assert colleague.post("/api/tokens", json={"name": "x", "person_id": cast.rep.id}).status_code == 403
    assert stranger.post("/api/tokens", json={"name": "x", "person_id": cast.rep.id}).status_code == 404
    assert colleague.get("/api/tokens").json == stranger.get("/api/tokens").json == []
    assert colleague.delete(f"/api/tokens/{token_id}").status_code == 404
    assert stranger.delete(f"/api/tokens/{token_id}").status_code == 404
    assert [row["id"] for row in admin.get("/api/tokens").json] == [token_id]
    assert admin.delete(f"/api/tokens/{token_id}").status_code == 204
