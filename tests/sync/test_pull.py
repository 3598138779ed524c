"""A phone holds exactly what its owner may see, whatever happened between two pulls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.core import synced
from app.core.db import db
from tests.devices import Phone, same_after_sync
from tests.sync import notes
from tests.sync.conftest import World


@pytest.fixture
def ann(world: World) -> Phone:
    """Ann's phone, with a folder of hers in which there are three notes."""
    phone = world.phone("ann")
    phone.save("notes.add_folder", {"id": "f1", "name": "One"})
    for n in range(3):
        phone.save("notes.write_note", {"id": f"n{n}", "folder_id": "f1", "title": f"Note {n}"})
    phone.sync()
    return phone


def is_whole(phone: Phone) -> bool:
    """Whether the phone holds what a new one would be sent, byte for byte, and what the digest says."""
    fresh = Phone(phone.user_id, phone.send)
    fresh.sync()
    return (phone.base, phone.buckets) == (fresh.base, fresh.buckets)


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What is asked of the database inside."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_an_idle_pull_is_small_and_writes_nothing(world: World, ann: Phone) -> None:
    ann.sync()
    with statements(world) as seen:
        response = world.client("ann").post("/api/sync", json=ann.request())
    asked = [statement for statement in seen if not statement.startswith(("BEGIN", "SAVEPOINT"))]
    assert len(asked) <= 3, asked
    assert all(statement.lstrip().upper().startswith("SELECT") for statement in asked)
    assert len(response.data) <= 400
    assert response.json["changes"] == []


def test_an_edit_keeps_what_the_phone_shows_equal_to_the_server(ann: Phone) -> None:
    with same_after_sync(ann):
        ann.save("notes.set_fields", {"id": "n1", "base_v": ann.base["note", "n1"][0], "fields": {"title": "New"}})


def test_a_given_up_bucket_leaves_and_comes_back_whole(world: World, ann: Phone) -> None:
    ben = world.phone("ben")
    ben.sync()
    ann.save("notes.share_folder", {"id": "f1", "to": ben.user_id})
    ann.sync()
    ben.sync()
    assert set(ben.rows("note")) == {"n0", "n1", "n2"}
    ann.save("notes.unshare_folder", {"id": "f1", "to": ben.user_id})
    ann.sync()
    ann.save("notes.delete_note", {"id": "n0"})
    ann.save("notes.set_fields", {"id": "n1", "base_v": 1, "fields": {"title": "Renamed"}})
    ann.save("notes.share_folder", {"id": "f1", "to": ben.user_id})
    ann.sync()
    answer = ben.sync()
    assert answer["drop"] == ["cust:f1"]
    assert {row["title"] for row in ben.rows("note").values()} == {"Renamed", "Note 2"}
    ann.save("notes.unshare_folder", {"id": "f1", "to": ben.user_id})
    ann.sync()
    ben.sync()
    assert ben.rows("note") == {}
    assert is_whole(ben)


def test_a_row_in_two_buckets_stays_when_one_of_them_goes(world: World, ann: Phone) -> None:
    ann.save("notes.give_folder", {"id": "f1", "to": world.id("ben")})
    ann.sync()
    assert ann.rows("folder") == {}
    assert set(ann.rows("note")) == {"n0", "n1", "n2"}  # hers still, as their author
    assert is_whole(ann)


def test_an_archived_row_leaves_phones_and_a_revived_one_comes_back(ann: Phone) -> None:
    ann.save("notes.archive_note", {"id": "n1", "archived": True})
    ann.sync()
    assert set(ann.rows("note")) == {"n0", "n2"}
    ann.save("notes.archive_note", {"id": "n1", "archived": False})
    ann.sync()
    assert set(ann.rows("note")) == {"n0", "n1", "n2"}
    assert is_whole(ann)


def test_a_row_that_moves_to_a_bucket_not_held_leaves(world: World, ann: Phone) -> None:
    ben = world.phone("ben")
    ann.save("notes.share_folder", {"id": "f1", "to": ben.user_id})
    ann.save("notes.add_folder", {"id": "f2", "name": "Two"})
    ann.sync()
    ben.sync()
    ann.save("notes.move_note", {"id": "n1", "folder_id": "f2"})
    ann.sync()
    ben.sync()
    assert set(ben.rows("note")) == {"n0", "n2"}


def test_what_nobody_of_the_company_may_see_is_not_sent_to_another(world: World, ann: Phone) -> None:
    dan = world.phone("dan")
    dan.sync()
    held = json.dumps([row for _, row in dan.base.values()])
    assert ann.user_id not in held
    assert not dan.rows("note")


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_a_pull_in_pages_gives_what_one_page_gives(world: World, ann: Phone, limit: int) -> None:
    ben = world.phone("ben", limit=limit)
    ben.sync()
    ann.save("notes.share_folder", {"id": "f1", "to": ben.user_id})
    ann.save("notes.archive_note", {"id": "n0", "archived": True})
    ann.sync()
    ben.sync()
    assert is_whole(ben)
    fresh = world.phone("ben", limit=limit)
    fresh.sync()
    assert fresh.base == ben.base


def pages_with(phone: Phone, between: list[Any]) -> None:
    """A pull page by page, where something happens after each page."""
    pages, cursor = [], phone.cursor
    while True:
        answer = phone.send(phone.request(cursor=cursor, push=[]))[1]
        pages.append(answer)
        cursor = answer["cursor"]
        if not answer["more"]:
            break
        if between:
            between.pop(0)()
    phone.apply(pages)


def test_a_grant_that_ends_in_the_middle_of_its_fill_leaves_nothing(world: World, ann: Phone) -> None:
    ann.save("notes.share_folder", {"id": "f1", "to": world.id("ben")})
    ann.sync()
    ben = world.phone("ben", limit=2)

    def unshare() -> None:
        ann.save("notes.unshare_folder", {"id": "f1", "to": ben.user_id})
        ann.sync()

    def edit() -> None:
        ann.save("notes.count_up", {"id": "n2"})
        ann.sync()

    pages_with(ben, [edit, unshare])
    assert ben.rows("note") == {}
    assert is_whole(ben)


def test_a_grant_that_ends_and_returns_in_the_middle_of_its_fill_is_complete(world: World, ann: Phone) -> None:
    ann.save("notes.share_folder", {"id": "f1", "to": world.id("ben")})
    ann.sync()
    ben = world.phone("ben", limit=1)

    def bounce() -> None:
        ann.save("notes.unshare_folder", {"id": "f1", "to": ben.user_id})
        ann.sync()
        ann.save("notes.delete_note", {"id": "n0"})
        ann.save("notes.share_folder", {"id": "f1", "to": ben.user_id})
        ann.sync()

    pages_with(ben, [lambda: None, bounce])
    assert set(ben.rows("note")) == {"n1", "n2"}
    assert is_whole(ben)


def test_edits_and_deletions_in_the_middle_of_a_fill_are_neither_missed_nor_doubled(world: World, ann: Phone) -> None:
    ann.save("notes.share_folder", {"id": "f1", "to": world.id("ben")})
    ann.sync()
    ben = world.phone("ben", limit=1)

    def change(name: str, **args: Any) -> Any:
        def run() -> None:
            ann.save(name, args)
            ann.sync()

        return run

    pages_with(
        ben,
        [change("notes.count_up", id="n2"), change("notes.delete_note", id="n1"), change("notes.count_up", id="n0"),
         change("notes.write_note", id="n9", folder_id="f1", title="Late")],
    )  # fmt: skip
    ben.sync()
    assert set(ben.rows("note")) == {"n0", "n2", "n9"}
    assert is_whole(ben)


@pytest.mark.parametrize("cursor", ["", "x", "W10.AAAA", "é", 7, {"a": 1}, "AAAA.BBBB.CCCC"])
def test_a_cursor_that_is_none_of_ours_gives_everything_anew(ann: Phone, cursor: object) -> None:
    answer = ann.send(ann.request(cursor=cursor, push=[]))[1]
    assert answer["drop"] == ["*"]


def test_another_persons_cursor_gives_everything_anew(world: World, ann: Phone) -> None:
    ben = world.phone("ben")
    answer = ben.send(ben.request(cursor=ann.cursor))[1]
    assert answer["drop"] == ["*"]
    assert all(change["entity"] != "note" for change in answer["changes"])


def test_after_a_restore_everything_comes_anew_and_the_outbox_is_untouched(world: World, ann: Phone) -> None:
    epoch = ann.epoch
    with world.app.app_context():
        synced.renew_epochs(db.session())
        db.session.commit()
    mid = ann.save("notes.count_up", {"id": "n1"})
    answer = ann.sync()
    assert (answer["drop"], answer["epoch"] != epoch) == (["*"], True)
    ann.sync()  # under a new id, with what was kept: every mid once
    assert ann.results[mid]["status"] == "applied"
    assert ann.rows("note")["n1"]["count"] == 1
    assert is_whole(ann)


def test_a_refilled_bucket_is_dropped_and_sent_whole(ann: Phone) -> None:
    del ann.base["note", "n1"], ann.buckets["note", "n1"]
    answer = ann.send(ann.request(refill=["cust:f1"]))[1]
    assert answer["drop"] == ["cust:f1"]
    ann.apply([answer])
    ann.apply([ann.send(ann.request(refill=[f"person:{ann.user_id}"]))[1]])
    assert is_whole(ann)


def test_refilling_what_is_not_held_sends_nothing(world: World, ann: Phone) -> None:
    ben = world.phone("ben")
    ben.sync()
    answer = ben.send(ben.request(refill=["cust:f1"]))[1]
    assert (answer["drop"], answer["changes"]) == (["cust:f1"], [])


def test_the_digest_agrees_with_what_the_phone_holds(world: World, ann: Phone) -> None:
    answer = world.client("ann").get("/api/sync/digest").json
    assert answer["cursor"] == ann.cursor
    assert {name: (found["count"], found["sha256"]) for name, found in answer["buckets"].items()} == ann.digest()


def test_rows_written_in_bulk_reach_phones_with_their_grants(world: World, ann: Phone) -> None:
    organization_id = ann_organization(world)
    with world.app.app_context():
        door = synced.bulk()
        door.insert(
            notes.Folder,
            [{"id": f"b{n}", "organization_id": organization_id, "name": str(n), "owner_id": ann.user_id} for n in range(5)],
        )
        door.insert(
            notes.Note,
            [{"id": f"m{n}", "organization_id": organization_id, "folder_id": f"b{n % 5}", "author_id": world.id("cat"),
              "title": f"Bulk {n}", "body": "", "count": 0, "photos": [], "secret": "", "archived": False} for n in range(1200)],
        )  # fmt: skip
        db.session.commit()
    ann.sync()
    assert len(ann.rows("note")) == 1203
    with world.app.app_context():
        door = synced.bulk()
        door.update(notes.Folder, [{"id": "b0", "owner_id": world.id("ben")}])
        door.delete(notes.Note, [f"m{n}" for n in range(1, 600)])
        db.session.commit()
        assert [line for line in synced.audit(db.session()) if "note" in line or "folder" in line] == []
    ann.sync()
    assert len(ann.rows("folder")) == 5
    assert is_whole(ann)


def ann_organization(world: World) -> str:
    from app.org.models import Person

    with world.app.app_context():
        return db.session.get_one(Person, world.id("ann")).organization_id


def test_a_transaction_that_changes_nothing_takes_no_number(world: World, ann: Phone) -> None:
    cursor = ann.cursor
    ann.save("notes.set_fields", {"id": "n1", "base_v": 1, "fields": {"title": "Note 1"}})
    ann.sync()
    assert ann.cursor == cursor
