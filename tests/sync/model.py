"""What should happen, in plain Python: the oracle of the state machine.

It knows nothing of buckets, grants, numbers or cursors. Who sees what is said a second time here, from
the people's point of view, so that the engine is not measured by its own yardstick.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

Args = dict[str, Any]


class No(Exception):
    """A rule said no: a status and a code."""


@dataclass
class Told:
    """What became of one mutation."""

    person: str
    client: str
    n: int
    name: str
    args: Args
    deps: list[str]
    status: str = ""
    code: str | None = None
    settled: str | None = None
    successor: str | None = None

    @property
    def is_done(self) -> bool:
        return self.status == "applied"


@dataclass
class Model:
    """The whole company's notes, and what became of every mutation."""

    above: dict[str, list[str]]  # person → managers
    folders: dict[str, Any] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    notes: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    last_n: dict[str, int] = field(default_factory=dict)
    seen: dict[tuple[str, int], str] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    effects: dict[str, int] = field(default_factory=dict)

    # --- What a person sees

    def holders(self, folder: str) -> set[str]:
        return {person for place, person in self.members if place == folder} | {self.folders[folder]["owner_id"]}

    def visible(self, person: str) -> dict[tuple[str, str], Any]:
        """The folders and notes that a person sees, as phones show them."""
        mine = {folder for folder in self.folders if person in self.holders(folder)}
        rows: dict[tuple[str, str], Any] = {("folder", folder): {"id": folder, **self.folders[folder]} for folder in mine}
        for note_id, note in self.notes.items():
            is_close = note["author_id"] == person or person in self.above.get(note["author_id"], ())
            if not note["archived"] and (note["folder_id"] in mine or is_close):
                rows["note", note_id] = {"id": note_id, **{key: value for key, value in note.items() if key != "archived"}}
        return rows

    # --- A batch

    def deliver(self, person: str, request: dict[str, Any]) -> int:
        """Takes a request that reached the server; answers the HTTP status."""
        client = request["client_id"]
        if any(self.seen.get((client, item["n"]), item["mid"]) != item["mid"] for item in request["push"]):
            return 409
        for item in request["push"]:
            last_n = self.last_n.get(client, 0)
            if item["n"] <= last_n:
                continue
            if item["n"] > last_n + 1:
                break
            if item["mid"] not in self.told and not self.take(person, client, item):
                break
            self.last_n[client] = item["n"]
            self.seen[client, item["n"]] = item["mid"]
        return 200

    def take(self, person: str, client: str, item: dict[str, Any]) -> bool:
        """One new mutation; False if its handler failed and is to be tried again."""
        told = Told(person, client, item["n"], item["name"], item["args"], item["deps"])
        old = self.told.get(item["supersedes"] or "")
        if item["supersedes"] and old is None:
            told.status, told.code = "parked", "dependency_unknown"
        elif old and (old.settled or old.is_done):
            told.status, told.code = "rejected", "already_settled"
        elif not self.try_to_run(told, item["mid"], counts=True):
            return False
        self.told[item["mid"]] = told
        if old and told.code != "already_settled":
            old.status, old.code, old.settled, old.successor = "rejected", "superseded", "superseded", item["mid"]
        self.run_waiting()
        return True

    def try_to_run(self, told: Told, mid: str, counts: bool = False) -> bool:
        """Settles a mutation as far as it can be; False if its handler failed and has tries left."""
        blocked = self.blocked(told)
        if blocked:
            told.status, told.code = blocked
            return True
        before = (copy.deepcopy(self.folders), set(self.members), copy.deepcopy(self.notes))
        try:
            getattr(self, told.name.replace(".", "_"))(told.person, **told.args)
            told.status, told.code = "applied", None
            self.effects[mid] = self.effects.get(mid, 0) + 1
        except No as no:
            told.status, told.code = no.args
        except ZeroDivisionError:
            self.tries[mid] = self.tries.get(mid, 0) + 1
            if counts and self.tries[mid] < 5:
                self.folders, self.members, self.notes = before
                return False
            told.status, told.code = "parked", "handler_failed"
        if not told.is_done:
            self.folders, self.members, self.notes = before
        return True

    def blocked(self, told: Told) -> tuple[str, str] | None:
        found = None
        for dep in told.deps:
            other = self.told.get(dep)
            while other and other.successor:
                other = self.told[other.successor]
            if other is None:
                found = found or ("parked", "dependency_unknown")
            elif other.status == "rejected":
                return ("rejected", "dependency_rejected")
            elif other.status == "parked":
                found = found or ("parked", "dependency_parked")
        return found

    def run_waiting(self) -> None:
        """Whatever waits for something that is there now runs, in the order of its phone."""
        is_moving = True
        while is_moving:
            is_moving = False
            for mid, told in sorted(self.told.items(), key=lambda pair: (pair[1].client, pair[1].n)):
                if told.settled or not (told.code or "").startswith("dependency_") or not told.deps:
                    continue
                before = (told.status, told.code)
                self.try_to_run(told, mid)
                is_moving = is_moving or before != (told.status, told.code)

    # --- The rules of the notes package

    def _folder(self, person: str, folder: str) -> None:
        if folder not in self.folders:
            raise No("rejected", "not_found")
        if person not in self.holders(folder):
            raise No("parked", "access_lost")

    def _note(self, person: str, note: str) -> Any:
        if note not in self.notes:
            raise No("rejected", "gone")
        if self.notes[note]["author_id"] != person:
            self._folder(person, self.notes[note]["folder_id"])
        return self.notes[note]

    def _must_be_unique(self) -> None:
        titles = [(note["folder_id"], note["title"]) for note in self.notes.values()]
        if len(titles) != len(set(titles)):
            raise No("rejected", "contradicts")

    def notes_add_folder(self, person: str, id: str, name: str) -> None:
        if id in self.folders:
            raise No("rejected", "contradicts")
        self.folders[id] = {"name": name, "owner_id": person}

    def notes_give_folder(self, person: str, id: str, to: str) -> None:
        self._folder(person, id)
        self.folders[id]["owner_id"] = to

    def notes_share_folder(self, person: str, id: str, to: str) -> None:
        self._folder(person, id)
        self.members.add((id, to))

    def notes_unshare_folder(self, person: str, id: str, to: str) -> None:
        self._folder(person, id)
        self.members.discard((id, to))

    def notes_write_note(self, person: str, id: str, folder_id: str, title: str) -> None:
        self._folder(person, folder_id)
        if title == "forbidden":
            raise No("rejected", "test_forbidden")
        if id in self.notes:
            raise No("rejected", "contradicts")
        self.notes[id] = {
            "folder_id": folder_id,
            "author_id": person,
            "title": title,
            "body": "",
            "count": 0,
            "photos": [],
            "archived": False,
        }
        self._must_be_unique()

    def notes_set_fields(self, person: str, id: str, base_v: int, fields: Args) -> None:
        self._note(person, id).update(fields)
        self._must_be_unique()

    def notes_count_up(self, person: str, id: str) -> None:
        self._note(person, id)["count"] += 1

    def notes_archive_note(self, person: str, id: str, archived: bool) -> None:
        self._note(person, id)["archived"] = archived

    def notes_move_note(self, person: str, id: str, folder_id: str) -> None:
        self._folder(person, folder_id)
        self._note(person, id)["folder_id"] = folder_id
        self._must_be_unique()

    def notes_delete_note(self, person: str, id: str) -> None:
        self._note(person, id)
        del self.notes[id]

    def notes_break_note(self, person: str, id: str) -> None:
        self._note(person, id)
        raise ZeroDivisionError

    def sync_discard(self, person: str, mid: str) -> None:
        told = self.told.get(mid)
        if told is None:
            raise No("rejected", "not_found")
        if told.settled or told.is_done:
            raise No("rejected", "already_settled")
        if told.person != person:
            raise No("rejected", "not_found")
        told.status, told.code, told.settled = "rejected", "discarded", "discarded"
