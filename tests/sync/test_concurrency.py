"""Many writers at once, in threads and in processes: a reader's cursor misses nothing and nobody waits for ever."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from typing import Any

from sqlalchemy import event, func, select, text

from app.core import synced
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db, reading
from app.sync.models import MutationRecord
from tests.devices import Phone
from tests.sync import notes
from tests.sync.conftest import World

WRITERS = 16
EACH = 3


def with_folder(world: World) -> Phone:
    phone = world.phone("ann")
    phone.save("notes.add_folder", {"id": "f1", "name": "One"})
    phone.sync()
    return phone


def test_sixteen_writers_with_pauses_before_their_commit_hide_nothing_from_a_polling_reader(world: World) -> None:
    with_folder(world)
    reader = world.phone("ann")
    phones = [world.phone("ann") for _ in range(WRITERS)]
    writers = [Phone(phone.user_id, phone.send) for phone in phones]
    with world.app.app_context():
        engine = db.engine
    pause = random.Random(7)

    def wait_a_moment(connection: Any) -> None:
        threading.Event().wait(pause.random() * 0.01)

    failures: list[Any] = []

    def write(place: int) -> None:
        try:
            for n in range(EACH):
                writers[place].save("notes.write_note", {"id": f"n{place}-{n}", "folder_id": "f1", "title": f"{place} {n}"})
                while writers[place].outbox:
                    status, answer = writers[place].send(writers[place].request())
                    if status == 200:
                        writers[place].apply([answer]) if not answer["more"] else writers[place].sync()
                    else:
                        assert status == 503, answer
        except Exception as error:
            failures.append(error)

    event.listen(engine, "commit", wait_a_moment)
    threads = [threading.Thread(target=write, args=(place,)) for place in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        reader.sync()
    for thread in threads:
        thread.join()
    event.remove(engine, "commit", wait_a_moment)
    assert not failures
    reader.sync()
    assert len(reader.rows("note")) == WRITERS * EACH
    fresh = world.phone("ann")
    fresh.sync()
    assert fresh.base == reader.base


def test_a_transaction_rolled_back_after_taking_numbers_leaves_no_gap_and_no_phantom(world: World) -> None:
    ann = with_folder(world)
    cursor = ann.cursor
    with world.app.app_context():
        row = db.session.get_one(notes.Folder, "f1")
        row.name = "Never"
        synced.take_numbers(db.session(), row.organization_id, 5)
        db.session.flush()
        db.session.rollback()
    ann.sync()
    assert ann.cursor == cursor
    assert ann.rows("folder")["f1"]["name"] == "One"


def test_a_long_reader_elsewhere_holds_nobody_up(world: World) -> None:
    ann = with_folder(world)
    with world.app.app_context(), reading():
        other = db.engine.connect()
        other.execute(text("SELECT count(*) FROM sync_entry"))
        try:
            ann.save("notes.write_note", {"id": "n1", "folder_id": "f1", "title": "Meanwhile"})
            ann.sync()
        finally:
            other.close()
    assert set(ann.rows("note")) == {"n1"}


def test_an_open_writer_elsewhere_holds_no_pull_up(world: World) -> None:
    ann = with_folder(world)
    with world.app.app_context():
        row = db.session.get_one(notes.Folder, "f1")
        row.name = "Uncommitted"
        db.session.flush()
        ann.sync()
        fresh = world.phone("ann") if "ann" in world.clients else ann
        fresh.sync()
        db.session.rollback()
    assert fresh.rows("folder")["f1"]["name"] == "One"


def test_two_people_losing_and_winning_the_same_bucket_at_once_hold_what_the_rules_say(world: World) -> None:
    with_folder(world)
    people = [world.id(name) for name in ("ben", "cat", "boss")]
    failures: list[BaseException] = []

    def shuffle(seed: int) -> None:
        chance = random.Random(seed)
        with world.app.app_context():
            owner = Actor(db.session.get_one(notes.Folder, "f1").organization_id, world.id("ann"), Role.REP, now(), now())
            db.session.rollback()
            for _ in range(12):
                person = chance.choice(people)
                act = notes.share_folder if chance.random() < 0.5 else notes.unshare_folder
                try:
                    act(owner, "f1", person)
                    db.session.commit()
                except Exception as error:
                    db.session.rollback()
                    if "UNIQUE" not in str(error).upper() and "StaleData" not in type(error).__name__:
                        failures.append(error)

    threads = [threading.Thread(target=shuffle, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with world.app.app_context():
        wanted = notes.holders("f1")
        held = db.session.scalars(
            select(synced.SyncGrant.user_id).where(synced.SyncGrant.bucket == "cust:f1", synced.SyncGrant.state == "on")
        )
        assert set(held) == wanted


WRITER = """
import sys
from app.config import Settings
from app.factory import create_app
from app.core.db import db
from app.core.clock import now
from app.core.actor import Actor, Role
from app.sync import registry
from tests.sync import notes

folder, url, person, mark = sys.argv[1:]
from pathlib import Path
app = create_app(Settings(data_dir=Path(folder), database_url=url, secret_key="for tests only", testing=True))
registry.add(notes.notes)
with app.app_context():
    organization_id = db.session.get_one(notes.Folder, "f1").organization_id
    db.session.rollback()
    for n in range(15):
        actor = Actor(organization_id, person, Role.REP, now(), now())
        notes.write_note(actor, f"{mark}{n}", "f1", f"{mark} {n}")
        db.session.commit()
"""


def test_two_processes_writing_at_once_hide_nothing_from_a_polling_reader(world: World) -> None:
    reader = with_folder(world)
    settings = world.app.config["SETTINGS"]
    url = settings.database_url or settings.database
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(settings.data_dir), url, reader.user_id, mark]) for mark in ("a", "b")
    ]
    while any(process.poll() is None for process in processes):
        reader.sync()
        threading.Event().wait(0.05)  # leaves the writers room
    assert [process.returncode for process in processes] == [0, 0]
    reader.sync()
    assert len(reader.rows("note")) == 30
    fresh = world.phone("ann")
    fresh.sync()
    assert fresh.base == reader.base


def test_a_server_killed_in_the_middle_of_a_batch_has_none_of_it(world: World) -> None:
    ann = with_folder(world)
    for n in range(5):
        ann.save("notes.write_note", {"id": f"n{n}", "folder_id": "f1", "title": f"{n}"})
    request = ann.request()

    def die(*_: Any) -> None:
        raise SystemExit  # stands for the end of the process: nothing after it runs, the connection is lost

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "commit", die)
    try:
        world.client("ann").post("/api/sync", json=request)
    except SystemExit:
        pass
    finally:
        event.remove(engine, "commit", die)
    with world.app.app_context():
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(notes.Note)) == 0
        assert db.session.scalar(select(func.count()).where(MutationRecord.n > 1)) == 0
    ann.sync()
    assert len(ann.rows("note")) == 5
