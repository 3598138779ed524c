"""The unsent work of somebody who was disabled is kept for a manager, and applied only if the manager says so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.org.models import Person
from tests.devices import Phone
from tests.sync import notes
from tests.sync.conftest import World


def keep(world: World, phone: Phone, secret: str) -> Any:
    body = {**phone.request(), "device_secret": secret}
    return world.app.test_client().post("/api/sync/escrow", json=body)


def test_twelve_unsent_items_of_a_disabled_person_wait_for_the_manager(world: World) -> None:
    ann = world.phone("ann")
    ann.save("notes.add_folder", {"id": "f1", "name": "One"})
    ann.sync()
    with world.app.app_context():
        db.session.get_one(Person, ann.user_id).is_active = False
        db.session.commit()
    mids = [ann.save("notes.write_note", {"id": f"n{n}", "folder_id": "f1", "title": str(n)}) for n in range(12)]
    assert ann.send(ann.request())[0] == 401
    secret = world.client("ann").device_secret
    answer = keep(world, ann, secret)
    assert (answer.status_code, answer.data) == (204, b"")
    assert keep(world, ann, secret).status_code == 204  # again: kept once
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(notes.Note)) == 0
    boss = world.phone("boss")
    boss.sync()
    assert {mid: row["status"] for mid, row in boss.rows("mutation_result").items()} == dict.fromkeys(mids, "parked")
    admitted = boss.save("sync.admit", {"mid": mids[0]})
    boss.sync()
    assert boss.results[admitted]["status"] == "applied"
    with world.app.app_context():
        assert db.session.scalars(select(notes.Note.id)).all() == ["n0"]


def test_without_the_secret_of_the_device_nothing_is_kept(world: World) -> None:
    ann = world.phone("ann")
    ann.save("notes.add_folder", {"id": "f1", "name": "One"})
    assert keep(world, ann, "guess").status_code == 401
    assert keep(world, ann, world.client("ben").device_secret).status_code == 401
    assert keep(world, ann, "").status_code == 401
