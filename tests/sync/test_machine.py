"""Several phones, a network that loses, doubles and delays, and a plain model that says what should come of it.

Checked at every completed pull: the phone holds exactly what its owner may see (I5, I6, I7, I8), as one
whole (I9). At every answer: results are those of the model (I1, I2, I4) and numbers never fall (I3). At the
end, when everything has come to rest: nothing saved is lost or doubled, and no row of A is at B (I13).
"""

from __future__ import annotations

import copy
import itertools
import os
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.core import synced
from app.core.db import db
from app.org.models import Person
from tests import makers
from tests.devices import Phone, over_http
from tests.sync.conftest import World
from tests.sync.model import Model

numbers = itertools.count(1)
FAULTS = ["none", "none", "none", "request lost", "answer lost", "answer cut", "twice", "late"]


class Network(RuleBasedStateMachine):
    """Phones of ann (two), ben and boss."""

    app: Flask
    mids = Bundle("mids")

    @initialize()
    def begin(self) -> None:
        self.mark = f"{next(numbers)}-"
        with self.app.app_context():
            company = makers.make_organization()
            boss = makers.make_person(company, role="manager")
            self.people = {"boss": boss.id}
            for name in ("ann", "ben"):
                self.people[name] = makers.make_person(company, manager=boss).id
            db.session.commit()
            sends = {
                name: over_http(makers.signed_in_client(self.app, db.session.get_one(Person, person_id)), zipped=name == "ben")
                for name, person_id in self.people.items()
            }
        above = {self.people[name]: [self.people["boss"]] for name in ("ann", "ben")}
        self.model = Model(above)
        self.phones = [Phone(self.people[name], sends[name]) for name in ("ann", "ann", "ben", "boss")]
        self.pages: list[list[Any]] = [[] for _ in self.phones]
        self.late: list[tuple[Phone, dict[str, Any]]] = []
        self.saved: set[str] = set()
        self.is_restored = False
        self.highest: dict[str, int] = {}

    # --- What people do

    def save(self, which: int, name: str, /, **args: Any) -> Any:
        more = {key: args.pop(key) for key in ("deps", "supersedes") if key in args}
        mid = self.phones[which].save(name, args, **more)
        self.saved.add(mid)
        return mid

    def name(self, kind: str, number: int) -> str:
        return f"{self.mark}{kind}{number}"

    which = st.integers(0, 3)
    folder = st.integers(0, 2)
    note = st.integers(0, 4)
    person = st.sampled_from(["ann", "ben", "boss"])
    title = st.sampled_from(["a", "b", "c", "forbidden"])

    @rule(target=mids, which=which, folder=folder)
    def add_folder(self, which: int, folder: int) -> Any:
        return self.save(which, "notes.add_folder", id=self.name("f", folder), name="x")

    @rule(target=mids, which=which, folder=folder, to=person, how=st.sampled_from(["give", "share", "unshare"]))
    def pass_folder_on(self, which: int, folder: int, to: str, how: str) -> Any:
        return self.save(which, f"notes.{how}_folder", id=self.name("f", folder), to=self.people[to])

    @rule(target=mids, which=which, note=note, folder=folder, title=title)
    def write_note(self, which: int, note: int, folder: int, title: str) -> Any:
        return self.save(which, "notes.write_note", id=self.name("n", note), folder_id=self.name("f", folder), title=title)

    @rule(target=mids, which=which, note=note, field=st.sampled_from(["title", "body"]), value=st.sampled_from(["d", "e"]))
    def set_field(self, which: int, note: int, field: str, value: str) -> Any:
        note_id = self.name("n", note)
        base_v = self.phones[which].base.get(("note", note_id), (0, None))[0]
        return self.save(which, "notes.set_fields", id=note_id, base_v=base_v, fields={field: value})

    @rule(target=mids, which=which, note=note, how=st.sampled_from(["count_up", "count_up", "delete_note", "break_note"]))
    def do_to_note(self, which: int, note: int, how: str) -> Any:
        return self.save(which, f"notes.{how}", id=self.name("n", note))

    @rule(target=mids, which=which, note=note, archived=st.booleans())
    def archive(self, which: int, note: int, archived: bool) -> Any:
        return self.save(which, "notes.archive_note", id=self.name("n", note), archived=archived)

    @rule(target=mids, which=which, note=note, folder=folder)
    def move(self, which: int, note: int, folder: int) -> Any:
        return self.save(which, "notes.move_note", id=self.name("n", note), folder_id=self.name("f", folder))

    @rule(target=mids, which=which, note=note, dep=mids)
    def count_after(self, which: int, note: int, dep: str) -> Any:
        return self.save(which, "notes.count_up", id=self.name("n", note), deps=[dep] if self.writer(dep) == which else [])

    @rule(target=mids, which=which, note=note, folder=folder, old=consumes(mids))
    def write_instead(self, which: int, note: int, folder: int, old: str) -> Any:
        told = self.model.told.get(old)
        if told is None or told.person != self.phones[which].user_id:
            return multiple()
        return self.save(
            which, "notes.write_note", id=self.name("n", note), folder_id=self.name("f", folder), title="mended", supersedes=old
        )

    @rule(which=which, mid=mids)
    def discard(self, which: int, mid: str) -> None:
        self.save(which, "sync.discard", mid=mid)

    def writer(self, mid: str) -> int | None:
        for which, phone in enumerate(self.phones):
            if any(item["mid"] == mid for item in (*phone.outbox, *phone.kept)):
                return which
        return None

    # --- What the network does

    @rule(which=which, fault=st.sampled_from(FAULTS), limit=st.sampled_from([1, 2, 5, 1000]))
    def exchange(self, which: int, fault: str, limit: int) -> None:
        """One request: the first of a pull, with what waits; or the next page of one under way."""
        phone, pages = self.phones[which], self.pages[which]
        request = phone.request(limit=limit)
        if pages:
            request = phone.request(limit=limit, cursor=pages[-1]["cursor"], push=[])
        if fault == "request lost":
            return
        if fault == "late":
            self.late.append((phone, copy.deepcopy(request)))
            return
        status, answer = self.deliver(phone, request)
        if fault == "twice":
            self.deliver(phone, request)
        if fault in ("answer lost", "answer cut"):
            return
        if status == 409:
            phone.take_new_id()
            self.pages[which] = []
            return
        pages.append(answer)
        if not answer["more"]:
            self.finish(which)

    @rule(which=which)
    def round(self, which: int) -> None:
        """A whole round without faults."""
        for _ in range(8):
            self.exchange(which, "none", 1000)
            if not (self.pages[which] or self.phones[which].outbox):
                break

    @rule(which=which, limit=st.sampled_from([1, 2, 3]))
    def page(self, which: int, limit: int) -> None:
        """The next page of a pull, while others go on writing."""
        self.exchange(which, "none", limit)

    @rule(first=which, second=which)
    def rounds(self, first: int, second: int) -> None:
        """Two phones, one after the other."""
        self.round(first)
        self.round(second)

    @precondition(lambda self: self.late)
    @rule()
    def deliver_late(self) -> None:
        """A delayed request arrives after others; nobody hears the answer."""
        self.deliver(*self.late.pop())

    @rule(which=which)
    def kill_app(self, which: int) -> None:
        """What was not applied in one transaction is gone."""
        self.pages[which] = []

    @precondition(lambda self: not self.is_restored)
    @rule()
    def restore_a_backup_of_this_moment(self) -> None:
        self.is_restored = True
        with self.app.app_context():
            synced.renew_epochs(db.session())
            db.session.commit()

    @rule(which=which)
    def copy_profile(self, which: int) -> None:
        if len(self.phones) < 6:
            self.phones.append(self.phones[which].copy())
            self.pages.append([])

    def deliver(self, phone: Phone, request: dict[str, Any]) -> tuple[int, Any]:
        expected = self.model.deliver(phone.user_id, request)
        status, answer = phone.send(request)
        assert status == expected, answer
        if status == 200:
            client = request["client_id"]
            assert answer["last_n"] == self.model.last_n.get(client, 0)
            assert answer["last_n"] >= self.highest.get(client, 0)
            self.highest[client] = answer["last_n"]
            for result in answer["results"]:
                self.check_result(phone, result)
        return status, answer

    def check_result(self, phone: Phone, result: dict[str, Any]) -> None:
        told = self.model.told[result["mid"]]
        if told.person != phone.user_id:
            assert (result["status"], result["code"]) == ("rejected", "mid_taken")
            return
        status = "applied" if result["status"] == "merged" else result["status"]
        assert (status, result["code"]) == (told.status, told.code), (told, result)

    def finish(self, which: int) -> None:
        """A pull is complete: the phone applies it and holds exactly what its owner may see."""
        phone, pages = self.phones[which], self.pages[which]
        self.pages[which] = []
        is_new_epoch = phone.epoch not in (None, pages[-1]["epoch"])
        phone.apply(pages)
        if is_new_epoch:
            phone.take_new_id()
        held = {key: row for key, (_, row) in phone.base.items() if key[0] in ("folder", "note")}
        assert held == self.model.visible(phone.user_id)

    @invariant()
    def nothing_saved_is_anywhere_but_in_one_place(self) -> None:
        if not hasattr(self, "model"):
            return
        waiting = {item["mid"] for phone in self.phones for item in phone.outbox}
        late = {item["mid"] for _, request in self.late for item in request["push"]}
        assert self.saved <= waiting | late | set(self.model.told)
        assert all(count == 1 for count in self.model.effects.values())

    def teardown(self) -> None:
        """Everything comes to rest, and then all agree."""
        if not hasattr(self, "model"):
            return
        for which, phone in enumerate(self.phones):
            self.pages[which] = []
            for _ in range(60):
                self.exchange(which, "none", 1000)
                if not (phone.outbox or self.pages[which]):
                    break
            assert phone.outbox == []
        for which, phone in enumerate(self.phones):
            self.exchange(which, "none", 1000)
            fresh = Phone(phone.user_id, phone.send)
            fresh.sync()
            assert (phone.base, phone.buckets) == (fresh.base, fresh.buckets)
        assert self.saved <= set(self.model.told)


def play(app: Flask, examples: int, steps: int) -> None:
    machine = type("Machine", (Network,), {"app": app})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],  # shrinking takes minutes: run it by hand
        ),
    )  # fmt: skip
    with app.app_context():
        assert synced.audit(db.session()) == []


def test_phones_agree_with_the_model_whatever_the_network_does(world: World) -> None:
    play(world.app, examples=12, steps=40)


@pytest.mark.long
def test_phones_agree_with_the_model_for_long(world: World) -> None:
    play(world.app, examples=int(os.environ.get("MACHINE_EXAMPLES", "600")), steps=80)
