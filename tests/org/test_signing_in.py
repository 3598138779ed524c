"""Signing in, sessions, devices."""

from __future__ import annotations

from flask import Flask

from tests.makers import PASSWORD, make_organization, make_person, signed_in_client


def test_smoke(app: Flask, session) -> None:
    company = make_organization()
    boss = make_person(company, "manager", name="王强")
    rep = make_person(company, manager=boss, name="李婷", email="Li@Example.com", password=PASSWORD)
    session.commit()
    assert rep.manager_id == boss.id
    c = app.test_client()
    a = c.post("/api/session", json={"email": "li@example.com", "password": PASSWORD})
    assert a.status_code == 200, a.text
    print(a.json, a.headers)
    assert c.get("/api/session").json["user"]["id"] == rep.id
    d = signed_in_client(app, rep)
    x = d.get("/api/me/devices")
    print(x.json)
    assert len(x.json) == 2
    assert d.delete("/api/session").status_code == 204
    assert d.get("/api/session").status_code == 401
    print(d.get("/api/openapi.json").status_code, d.get("/api/nope").json, d.post("/api/session", json={}).json)
