"""What a phone sends is taken exactly once, in order, and answered truthfully."""

from __future__ import annotations

import gzip
import json
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import synced
from app.core.db import db
from app.core.fields import FieldHistory
from app.sync.models import MutationRecord, MutationTry
from tests.devices import Phone
from tests.sync import notes
from tests.sync.conftest import World


@pytest.fixture
def ann(world: World) -> Phone:
    """Ann's phone, with a folder of hers in which there is one note."""
    phone = world.phone("ann")
    phone.save("notes.add_folder", {"id": "f1", "name": "One"})
    phone.save("notes.write_note", {"id": "n1", "folder_id": "f1", "title": "Hello"})
    phone.sync()
    return phone


def status(phone: Phone, mid: str) -> tuple[str, str | None]:
    result = phone.results[mid]
    return result["status"], result["code"]


def count_of(world: World, note_id: str) -> int:
    with world.app.app_context():
        return db.session.get_one(notes.Note, note_id).count


# --- Exactly once ---------------------------------------------------------------------------------


def test_a_mutation_comes_back_as_a_row(ann: Phone) -> None:
    assert [result["status"] for result in ann.results.values()] == ["applied", "applied"]
    assert ann.rows("note")["n1"]["title"] == "Hello"
    assert ann.outbox == []


def test_a_resend_after_a_lost_answer_has_no_second_effect(world: World, ann: Phone) -> None:
    mid = ann.save("notes.count_up", {"id": "n1"})
    request = ann.request()
    first = ann.send(request)[1]
    again = ann.send(request)[1]
    assert first["results"] == again["results"]
    assert again["results"][0]["mid"] == mid
    assert count_of(world, "n1") == 1


def test_a_request_delivered_twice_at_the_same_moment_applies_once(world: World, ann: Phone) -> None:
    for _ in range(20):
        ann.save("notes.count_up", {"id": "n1"})
    request, start, answers = ann.request(), threading.Barrier(3), []
    phones = [world.phone("ann") for _ in range(3)]
    cookie = ann.send

    def send() -> None:
        start.wait()
        answers.append(cookie(request))

    threads = [threading.Thread(target=send) for _ in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [code for code, _ in answers] == [200, 200, 200]
    assert {json.dumps(body["results"]) for _, body in answers} == {json.dumps(answers[0][1]["results"])}
    assert count_of(world, "n1") == 20


def test_a_gap_in_the_numbers_stops_the_batch_there(ann: Phone) -> None:
    ann.save("notes.count_up", {"id": "n1"})
    ann.save("notes.count_up", {"id": "n1"})
    ann.outbox[1]["n"] = 9
    answer = ann.send(ann.request())[1]
    assert answer["last_n"] == 3
    assert [result["n"] for result in answer["results"]] == [3]


def test_a_copied_database_is_told_so_and_loses_nothing(world: World, ann: Phone) -> None:
    copied = ann.copy()
    ann.save("notes.count_up", {"id": "n1"})
    copied.save("notes.count_up", {"id": "n1"})
    ann.sync()
    code, body = copied.send(copied.request())
    assert (code, body["code"]) == (409, "client_forked")
    copied.sync()  # takes a new id and sends all it has kept
    assert copied.outbox == []
    assert count_of(world, "n1") == 2
    assert len(copied.rows("note")) == 1


def test_a_known_mid_under_a_new_number_uses_the_number_up_without_effect(world: World, ann: Phone) -> None:
    mid = ann.save("notes.count_up", {"id": "n1"})
    ann.sync()
    other = world.phone("ann")
    other.save("notes.count_up", {"id": "n1"}, mid=mid)
    other.save("notes.count_up", {"id": "n1"})
    other.sync()
    assert status(other, mid) == ("applied", None)
    assert other.outbox == []
    assert count_of(world, "n1") == 2


def test_another_persons_mid_is_refused_and_its_result_not_told(world: World, ann: Phone) -> None:
    mid = ann.save("notes.write_note", {"id": "n2", "folder_id": "f1", "title": "forbidden"})
    ann.sync()
    ben = world.phone("ben")
    ben.save("notes.count_up", {"id": "n1"}, mid=mid)
    ben.sync()
    assert status(ben, mid) == ("rejected", "mid_taken")
    assert ben.results[mid]["fields"] is None


def test_somebody_elses_client_id_is_a_fork(world: World, ann: Phone) -> None:
    ben = world.phone("ben", client_id=ann.client_id)
    ben.save("notes.count_up", {"id": "n1"})
    assert ben.send(ben.request())[0] == 409


def test_a_tab_of_another_person_neither_reads_nor_writes(world: World, ann: Phone) -> None:
    ann.save("notes.count_up", {"id": "n1"})
    code, body = world.phone("ben").send(ann.request())
    assert (code, body["code"]) == (403, "wrong_user")
    assert count_of(world, "n1") == 0


def test_who_is_not_signed_in_keeps_the_outbox_and_drains_it_later(world: World, ann: Phone) -> None:
    ann.save("notes.count_up", {"id": "n1"})
    signed_in, ann.send = ann.send, Phone("x", lambda request: _post(world.app.test_client(), request)).send
    assert ann.send(ann.request())[0] == 401
    ann.send = signed_in
    ann.sync()
    assert (count_of(world, "n1"), ann.outbox) == (1, [])


# --- What goes wrong stays with the mutation that went wrong ----------------------------------------


def test_one_bad_mutation_does_not_hold_up_the_others(ann: Phone) -> None:
    bad = [
        ann.save("notes.no_such_thing", {}),
        ann.save("notes.count_up", {"id": "n1", "surplus": 1}),
        ann.save("notes.count_up", {}),
        ann.save("notes.write_note", {"id": "n9", "folder_id": "f1", "title": "forbidden"}),
        ann.save("notes.write_note", {"id": "n9", "folder_id": "f1", "title": "Hello"}),  # the database holds it to be unique
        ann.save("notes.count_up", {"id": "n1"}, at="yesterday"),
        ann.save("notes.count_up", {"id": "gone"}),
        ann.save("notes.write_note", {"id": "n9", "folder_id": "f1", "title": "\ud800"}),
    ]
    good = ann.save("notes.count_up", {"id": "n1"})
    ann.sync()
    assert [status(ann, mid) for mid in bad] == [
        ("rejected", "unknown_mutation"), ("rejected", "invalid"), ("rejected", "invalid"), ("rejected", "test_forbidden"),
        ("rejected", "contradicts"), ("rejected", "invalid"), ("rejected", "gone"), ("rejected", "invalid"),
    ]  # fmt: skip
    assert status(ann, good) == ("applied", None)
    assert set(ann.results[bad[1]]["fields"]) == {"surplus"}
    assert ann.results[bad[3]]["message"] == "这个标题不行。"
    assert ann.results[bad[3]]["fields"] == {"title": "这个标题不行。"}


def test_a_refused_mutation_is_listed_at_its_writer_only(world: World, ann: Phone) -> None:
    mid = ann.save("notes.write_note", {"id": "n9", "folder_id": "f1", "title": "forbidden"})
    ann.sync()
    row = ann.rows("mutation_result")[mid]
    assert (row["status"], row["code"], row["args"]["title"]) == ("rejected", "test_forbidden", "forbidden")
    boss = world.phone("boss")
    boss.sync()
    assert boss.rows("mutation_result") == {}


def test_a_handler_that_fails_is_tried_five_times_and_parked_while_the_rest_goes_on(world: World, ann: Phone) -> None:
    before = ann.save("notes.count_up", {"id": "n1"})
    poison = ann.save("notes.break_note", {"id": "n1"})
    waiting = ann.save("notes.count_up", {"id": "n1"}, deps=[poison])
    after = ann.save("notes.count_up", {"id": "n1"})
    for attempt in range(4):
        answer = ann.sync()
        assert answer["last_n"] == 3
        assert answer["retry_ms"] == 1000 * 2**attempt
        assert status(ann, before) == ("applied", None)
        assert ann.rows("note")["n1"]["count"] == 1  # pulls go on
    answer = ann.sync()
    assert answer["retry_ms"] is None
    assert status(ann, poison) == ("parked", "handler_failed")
    assert status(ann, waiting) == ("parked", "dependency_parked")
    assert status(ann, after) == ("applied", None)
    assert count_of(world, "n1") == 2
    with world.app.app_context():
        assert db.session.get_one(MutationTry, poison).tries == 4


def test_what_fails_only_at_the_commit_is_found_and_parked_too(world: World, ann: Phone) -> None:
    before = ann.save("notes.count_up", {"id": "n1"})
    poison = ann.save("notes.spoil_note", {"id": "n1"})
    after = ann.save("notes.count_up", {"id": "n1"})
    for _ in range(4):
        assert ann.sync()["last_n"] == 3
    ann.sync()
    assert [status(ann, mid)[0] for mid in (before, poison, after)] == ["applied", "parked", "applied"]
    assert count_of(world, "n1") == 2


def test_a_mended_defect_is_applied_at_a_later_try(world: World, ann: Phone) -> None:
    mid = ann.save("notes.break_note", {"id": "n1"})
    ann.sync()
    notes.is_mended = True
    ann.sync()
    assert status(ann, mid) == ("applied", None)
    assert count_of(world, "n1") == 100


def test_a_busy_database_answers_503_and_counts_no_try(world: World, ann: Phone) -> None:
    if world.app.config["SETTINGS"].database.startswith("postgresql"):
        lock = "LOCK TABLE sync_client IN ACCESS EXCLUSIVE MODE"
        patience = "SET lock_timeout = '50ms'"
    else:
        lock, patience = "SELECT 1", "PRAGMA busy_timeout = 50"
    ann.save("notes.count_up", {"id": "n1"})
    with world.app.app_context():
        other = db.engine.connect()  # on SQLite its BEGIN IMMEDIATE is the lock
        other.exec_driver_sql(lock)
        _with_patience(patience)
        try:
            code, body = ann.send(ann.request())
        finally:
            other.rollback()
            other.close()
            db.engine.dispose()
    assert (code, body["code"]) == (503, "unavailable")
    ann.sync()
    assert count_of(world, "n1") == 1
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MutationTry)) == 0


def _with_patience(statement: str) -> None:
    """Makes the connections of the pool give up soon."""
    from sqlalchemy import event

    def hurry(connection: Any, *_: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()

    event.listen(db.engine, "checkout", hurry)
    event.listen(db.engine, "engine_disposed", lambda engine: event.remove(engine, "checkout", hurry), once=True)


# --- Dependencies, edits, decisions ------------------------------------------------------------------


def test_edits_of_a_refused_creation_are_refused_with_it_and_run_once_it_is_mended(world: World, ann: Phone) -> None:
    create = ann.save("notes.write_note", {"id": "n2", "folder_id": "f1", "title": "forbidden"})
    first = ann.save("notes.count_up", {"id": "n2"}, deps=[create])
    second = ann.save("notes.count_up", {"id": "n2"}, deps=[first])
    ann.sync()
    assert status(ann, first) == status(ann, second) == ("rejected", "dependency_rejected")
    mended = ann.save("notes.write_note", {"id": "n2", "folder_id": "f1", "title": "Allowed"}, supersedes=create)
    ann.sync()
    assert status(ann, mended) == ("applied", None)
    assert count_of(world, "n2") == 2
    listed = ann.rows("mutation_result")
    assert create not in listed
    assert [listed[mid]["status"] for mid in (first, second)] == ["applied", "applied"]


def test_an_unknown_dependency_parks(ann: Phone) -> None:
    mid = ann.save("notes.count_up", {"id": "n1"}, deps=[str(uuid.uuid4())])
    ann.sync()
    assert status(ann, mid) == ("parked", "dependency_unknown")


def test_work_on_what_was_lost_meanwhile_is_parked_for_the_manager_who_lets_it_through(world: World, ann: Phone) -> None:
    ben = world.phone("ben")
    ann.save("notes.give_folder", {"id": "f1", "to": ben.user_id})
    ann.sync()
    ben.sync()
    ben.save("notes.write_note", {"id": "n2", "folder_id": "f1", "title": "Ben's"})
    ben.save("notes.share_folder", {"id": "f1", "to": world.id("boss")})
    ben.sync()
    mid = ann.save("notes.write_note", {"id": "n3", "folder_id": "f1", "title": "Ann's"})
    ann.sync()
    assert status(ann, mid) == ("parked", "access_lost")
    boss = world.phone("boss")
    boss.sync()
    assert boss.rows("mutation_result")[mid]["person_id"] == ann.user_id
    ben.save("sync.admit", {"mid": mid})
    ben.sync()
    assert "n3" not in ben.rows("note")  # ben may not decide
    admitted = boss.save("sync.admit", {"mid": mid})
    again = boss.save("sync.admit", {"mid": mid})
    boss.sync()
    assert status(boss, admitted) == ("applied", None)
    assert status(boss, again) == ("rejected", "already_settled")
    assert boss.rows("note")["n3"]["author_id"] == ann.user_id
    ann.sync()
    assert ann.rows("mutation_result")[mid]["status"] == "applied"


def test_decisions_are_never_admitted(world: World, ann: Phone) -> None:
    mid = ann.save("notes.decide_note", {"id": "n1"})
    ann.sync()
    boss = world.phone("boss")
    admit = boss.save("sync.admit", {"mid": mid})
    decline = boss.save("sync.decline", {"mid": mid, "note": "Do it yourself"})
    boss.sync()
    assert status(boss, admit) == ("rejected", "decision_not_admitted")
    assert status(boss, decline) == ("applied", None)
    ann.sync()
    row = ann.rows("mutation_result")[mid]
    assert (row["status"], row["code"], row["note"], row["decided_by"]) == (
        "rejected",
        "declined",
        "Do it yourself",
        boss.user_id,
    )


def test_a_writer_asks_for_a_decision_or_gives_up(world: World, ann: Phone) -> None:
    asked = ann.save("notes.write_note", {"id": "n2", "folder_id": "f1", "title": "forbidden"})
    dropped = ann.save("notes.write_note", {"id": "n3", "folder_id": "f1", "title": "forbidden"})
    ann.save("sync.ask", {"mid": asked, "note": "Please"})
    ann.save("sync.discard", {"mid": dropped})
    late = ann.save("sync.ask", {"mid": dropped})
    ann.sync()
    assert set(ann.rows("mutation_result")) == {asked, late}
    boss = world.phone("boss")
    boss.sync()
    assert boss.rows("mutation_result")[asked]["note"] == "Please"
    assert status(ann, late) == ("rejected", "already_settled")


# --- Merging by field -------------------------------------------------------------------------------


def v_of(phone: Phone, note_id: str) -> int:
    return phone.base["note", note_id][0]


def test_two_phones_editing_different_fields_offline_both_win(world: World, ann: Phone) -> None:
    other = world.phone("ann")
    other.sync()
    first = ann.save("notes.set_fields", {"id": "n1", "base_v": v_of(ann, "n1"), "fields": {"title": "Mine"}})
    second = other.save("notes.set_fields", {"id": "n1", "base_v": v_of(other, "n1"), "fields": {"body": "Theirs"}})
    ann.sync()
    other.sync()
    assert (status(ann, first)[0], status(other, second)[0]) == ("applied", "applied")
    assert (other.rows("note")["n1"]["title"], other.rows("note")["n1"]["body"]) == ("Mine", "Theirs")


def test_of_two_edits_of_one_field_the_later_wins_and_the_other_is_kept(world: World, ann: Phone) -> None:
    other = world.phone("ann")
    other.sync()
    ann.save("notes.set_fields", {"id": "n1", "base_v": v_of(ann, "n1"), "fields": {"title": "First", "body": "b"}})
    later = other.save("notes.set_fields", {"id": "n1", "base_v": v_of(other, "n1"), "fields": {"title": "Second"}})
    ann.sync()
    other.sync()
    assert status(other, later)[0] == "merged"
    assert other.results[later]["fields"] == ["title"]
    assert other.rows("note")["n1"]["title"] == "Second"
    with world.app.app_context():
        lost = db.session.scalars(select(FieldHistory)).one()
        assert (lost.field, json.loads(lost.value), lost.written_by, lost.mid) == ("title", "First", ann.user_id, later)


def test_ones_own_earlier_edits_are_no_conflict(ann: Phone) -> None:
    base_v = v_of(ann, "n1")
    mids = [ann.save("notes.set_fields", {"id": "n1", "base_v": base_v, "fields": {"title": f"Try {i}"}}) for i in range(3)]
    ann.sync()
    mids += [ann.save("notes.set_fields", {"id": "n1", "base_v": base_v, "fields": {"title": "Last"}})]
    ann.sync()
    assert [status(ann, mid)[0] for mid in mids] == ["applied"] * 4


# --- Time ---------------------------------------------------------------------------------------------


def test_the_corrected_time_is_never_later_than_receipt_and_a_wrong_clock_is_flagged(world: World, ann: Phone) -> None:
    real = datetime.now(UTC)

    def iso(moment: datetime) -> str:
        return moment.isoformat()

    hour = timedelta(hours=1)
    right = ann.save("notes.count_up", {"id": "n1"}, at=iso(real - hour), offset_ms=0)
    fast = ann.save("notes.count_up", {"id": "n1"}, at=iso(real + 2 * hour), offset_ms=0)
    known = ann.save("notes.count_up", {"id": "n1"}, at=iso(real + hour), offset_ms=-2 * 3600 * 1000)
    ann.send(ann.request(sent_at=iso(real)))
    ann.sync()
    with world.app.app_context():
        rows = {mid: db.session.get_one(MutationRecord, mid) for mid in (right, fast, known)}
    assert rows[right].at == real - hour
    assert rows[fast].at == rows[fast].received_at
    assert rows[known].at == real - hour
    assert [rows[mid].is_skewed for mid in (right, fast, known)] == [False, False, True]


# --- Limits ---------------------------------------------------------------------------------------------


def test_more_than_a_batch_or_too_large_arguments_answer_413(ann: Phone) -> None:
    item = {"mid": "m", "name": "notes.count_up", "args": {"id": "n1"}, "at": "2026-01-01T00:00:00Z"}
    assert ann.send(ann.request(push=[{**item, "n": n} for n in range(3, 204)]))[0] == 413
    assert ann.send(ann.request(push=[{**item, "n": 3, "args": {"id": "x" * 70_000}}]))[0] == 413


def test_what_is_withheld_is_recorded_as_too_large(ann: Phone) -> None:
    mid = ann.save("notes.count_up", {"id": "x" * 70_000})
    ann.outbox[0] = {**ann.outbox[0], "args": None, "withheld": {"bytes": 70_010, "sha256": "0" * 64}}
    ann.sync()
    assert status(ann, mid) == ("rejected", "too_large")
    assert ann.outbox == []


@pytest.mark.parametrize(
    "body, headers, answer",
    [
        (b"not json", {}, 400),
        (b'{"a": NaN}', {}, 400),
        (b'{"a": 1e400}', {}, 400),
        (b"[]", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"broken", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b'{"user_id": "x"}', mtime=0)[:-9], {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b" " * 9_000_000, mtime=0), {"Content-Encoding": "gzip"}, 413),
        (b" " * 1_100_000, {}, 413),
        (b"{}", {}, 403),
    ],
)
def test_a_broken_body_is_answered_with_what_is_wrong(world: World, body: bytes, headers: dict[str, str], answer: int) -> None:
    response = world.client("ann").post("/api/sync", data=body, content_type="application/json", headers=headers)
    assert response.status_code == answer
    assert set(response.json) == {"code", "message", "fields"}


def test_a_wrong_envelope_names_its_fields(ann: Phone) -> None:
    code, body = ann.send(ann.request(limit=2001, client_id=7, push=[{"n": "one"}]))
    assert code == 422
    assert set(body["fields"]) == {"limit", "client_id", "push.0.n", "push.0.mid", "push.0.name"}


def test_an_empty_object_is_no_mutation_and_uses_up_no_number(ann: Phone) -> None:
    before = ann.sync()["last_n"]
    code, body = ann.send(ann.request(push=[{}]))
    assert code == 422
    assert set(body["fields"]) == {"push.0.n", "push.0.mid", "push.0.name"}
    assert ann.sync()["last_n"] == before


@pytest.mark.parametrize(
    "wrong", [{"at": "0001-01-01T00:00:00+14:00"}, {"deps": ["\ud800"]}, {"deps": ["a\0b"]}, {"supersedes": "\ud800"}]
)
def test_what_no_database_can_hold_is_refused_and_holds_nothing_up(ann: Phone, wrong: dict[str, Any]) -> None:
    bad = ann.save("notes.count_up", {"id": "n1"}, **wrong)
    good = ann.save("notes.count_up", {"id": "n1"})
    ann.sync()
    assert status(ann, bad) == ("rejected", "invalid")
    assert set(ann.results[bad]["fields"]) == set(wrong)
    assert status(ann, good) == ("applied", None)


def test_what_a_schema_says_of_a_field_is_told_in_the_readers_language(ann: Phone) -> None:
    mid = ann.save("notes.count_up", {"id": "n1", "surplus": 1})
    ann.sync()
    assert ann.results[mid]["fields"] == {"surplus": "没有这个字段。"}


def test_an_old_app_may_still_push_but_must_update(world: World, ann: Phone) -> None:
    mid = ann.save("notes.count_up", {"id": "n1"})
    world.app.config["SYNC_MIN_SCHEMA"] = 2
    try:
        code, body = ann.send(ann.request())
    finally:
        del world.app.config["SYNC_MIN_SCHEMA"]
    assert (code, body["code"], body["last_n"], body["results"][0]["mid"]) == (426, "update_needed", 3, mid)
    assert "changes" not in body
    assert count_of(world, "n1") == 1


def test_bulk_sql_on_a_synced_table_is_refused_outside_its_door(world: World, ann: Phone) -> None:
    with world.app.app_context():
        with pytest.raises(RuntimeError, match=r"synced\.bulk"):
            db.session.execute(notes.Note.__table__.update().values(title="x"))
        synced.bulk().update(notes.Note, [{"id": "n1", "title": "By the door"}])
        db.session.commit()
    ann.sync()
    assert ann.rows("note")["n1"]["title"] == "By the door"


def _post(client: Any, request: dict[str, Any]) -> tuple[int, Any]:
    response = client.post("/api/sync", json=request)
    return response.status_code, response.json
