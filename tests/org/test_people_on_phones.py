"""What phones hold of the organisation, and what they may write about it, through the real sync."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core.db import db, new_id
from app.org import access, service
from app.org.models import Account, Person
from tests.devices import Phone
from tests.makers import PASSWORD, make_organization, make_person, signed_in_client, system

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def phone(app: Flask) -> Callable[[Person], Phone]:
    """The phone of a person, with everything on it."""

    def make(person: Person) -> Phone:
        client = signed_in_client(app, person)

        def send(body: dict[str, Any]) -> tuple[int, Any]:
            answer = client.post("/api/sync", json=body)
            return answer.status_code, answer.json

        made = Phone(person.id, send)
        made.sync()
        return made

    return make


def test_leave_reaches_those_above_and_nobody_beside(phone: Callable[[Person], Phone]) -> None:
    company = make_organization()
    manager = make_person(company, "manager")
    rep, colleague = make_person(company, manager=manager), make_person(company, manager=manager)
    stranger = make_person(make_organization(), "admin")
    phones = {person.id: phone(person) for person in (manager, rep, colleague, stranger)}
    leave_id = new_id()
    args = {"id": leave_id, "person_id": rep.id, "from_on": "2026-05-21", "to_on": "2026-05-22", "reason": "探亲"}
    mid = phones[rep.id].save("org.add_leave", args)
    for each in (rep, manager, colleague, stranger):
        phones[each.id].sync()
    assert phones[rep.id].results[mid]["status"] == "applied"
    assert phones[rep.id].rows("leave")[leave_id]["share"] == 100
    assert phones[manager.id].rows("leave")[leave_id]["reason"] == "探亲"
    assert phones[colleague.id].rows("leave") == phones[stranger.id].rows("leave") == {}
    wrong = phones[colleague.id].save("org.remove_leave", {"id": leave_id})
    phones[colleague.id].sync()
    assert phones[colleague.id].results[wrong]["status"] in ("rejected", "parked")
    phones[rep.id].sync()
    assert leave_id in phones[rep.id].rows("leave")
    phones[manager.id].save("org.remove_leave", {"id": leave_id})
    for each in (manager, rep):
        phones[each.id].sync()
    assert phones[rep.id].rows("leave") == phones[manager.id].rows("leave") == {}


def test_preferences_are_ones_own_and_no_phone_ever_holds_a_password(phone: Callable[[Person], Phone]) -> None:
    company = make_organization()
    rep = make_person(company, email="li@example.com", password=PASSWORD)
    mine, admins = phone(rep), phone(make_person(company, "admin"))
    mid = mine.save("org.set_preferences", {"fields": {"theme": "dark", "remind_at": "07:30"}})
    bad = mine.save("org.set_preferences", {"fields": {"remind_at": "25:00"}})
    mine.sync()
    admins.sync()
    assert mine.results[mid]["status"] == "applied"
    assert mine.results[bad]["status"] == "rejected"
    (account,) = mine.rows("account").values()
    assert (account["theme"], account["remind_at"], account["email"]) == ("dark", "07:30", "li@example.com")
    assert not any("argon2" in str(row) or "password" in str(row) for _, row in mine.base.values())
    assert rep.id not in {row["person_id"] for row in admins.rows("account").values()}
    stored = db.session.query(Account).filter_by(person_id=rep.id).one()
    assert stored.password_hash is not None


def test_who_moves_to_another_manager_leaves_the_first_ones_phone(phone: Callable[[Person], Phone]) -> None:
    company = make_organization()
    first, second = make_person(company, "manager"), make_person(company, "manager")
    rep = make_person(company, manager=first)
    day = "2026-05-21"
    phones = [phone(first), phone(second), phone(rep)]
    phones[2].save("org.add_leave", {"id": new_id(), "person_id": rep.id, "from_on": day, "to_on": day})
    for each in (*reversed(phones), *phones):
        each.sync()
    assert [len(each.rows("leave")) for each in phones] == [1, 0, 1]
    service.join_manager(system(company), person_id=rep.id, manager_id=second.id)
    db.session.commit()
    for each in phones:
        each.sync()
    assert [len(each.rows("leave")) for each in phones] == [0, 1, 1]
    assert phones[0].rows("person")[rep.id]["manager_id"] == second.id, "colleagues' cards stay"


def test_the_whole_company_has_one_calendar_on_every_phone(phone: Callable[[Person], Phone]) -> None:
    company = make_organization()
    days = phone(make_person(company)).rows("calendar_day")
    kinds = {row["on"]: row["kind"] for row in days.values()}
    assert (kinds["2026-10-01"], kinds["2026-02-14"]) == ("holiday", "workday")


def test_a_device_secret_names_its_phone_even_after_the_person_was_disabled(app: Flask) -> None:
    company = make_organization()
    rep = make_person(company)
    client = signed_in_client(app, rep)
    service.set_person(system(company), person_id=rep.id, fields={"is_active": False})
    db.session.commit()
    device = access.device_of_secret(client.device_secret)
    assert device is not None
    assert (device.person_id, device.signed_out_at is not None) == (rep.id, True)
    assert access.device_of_secret("made-up") is None
