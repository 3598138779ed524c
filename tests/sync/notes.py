"""A small package of the tests' own, so that the engine is tested without any real one.

Folders have an owner and members; who holds a folder's bucket sees its notes. A note is also in its
author's own bucket. A note with `archived` set is in no bucket at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import JSON, String, UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import fields as merging
from app.core.actor import Actor
from app.core.db import Synced, db
from app.core.errors import AccessLost, Gone, NotFound, Refusal
from app.core.words import register
from app.domain import Domain, Entity, Grants, Mutation


class TestBase(DeclarativeBase):
    """Tables of the tests: not in the application's metadata, so no migration hears of them."""

    __test__ = False


class Folder(Synced, TestBase):
    __tablename__ = "test_folder"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(100))
    owner_id: Mapped[str | None] = mapped_column(String(36))


class Member(TestBase):
    """Who else holds a folder; not synced itself, but watched."""

    __tablename__ = "test_member"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(36))
    folder_id: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[str] = mapped_column(String(36))


class Note(Synced, TestBase):
    __tablename__ = "test_note"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(36))
    folder_id: Mapped[str] = mapped_column(String(36))
    author_id: Mapped[str] = mapped_column(String(36))
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(String(200), default="")
    count: Mapped[int] = mapped_column(default=0)
    photos: Mapped[Any] = mapped_column(JSON, default=list)
    secret: Mapped[str] = mapped_column(String(40), default="")
    archived: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("folder_id", "title"),)


class FolderSchema(Schema):
    id = fields.String()
    name = fields.String()
    owner_id = fields.String(allow_none=True)


class NoteSchema(Schema):
    id = fields.String()
    folder_id = fields.String()
    author_id = fields.String()
    title = fields.Function(lambda note: title_of(note))
    body = fields.String()
    count = fields.Integer()
    photos = fields.List(fields.String())


def title_of(note: Note) -> str:
    if note.secret == "spoiled":
        raise Broken("a row that cannot be made into JSON")
    return note.title


def note_buckets(note: Note) -> list[str]:
    return [] if note.archived else [f"cust:{note.folder_id}", f"person:{note.author_id}"]


def holders(folder_id: str) -> set[str]:
    folder = db.session.get(Folder, folder_id)
    members = db.session.scalars(select(Member.person_id).where(Member.folder_id == folder_id))
    return {*members, *([folder.owner_id] if folder and folder.owner_id else [])}


def grants_for(organization_id: str, person_ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    for person_id in person_ids:
        yield person_id, f"user:{person_id}"
        yield person_id, f"person:{person_id}"
    people = list(person_ids)
    mine = (Folder.organization_id == organization_id, Folder.owner_id.in_(people))
    for folder in db.session.scalars(select(Folder).where(*mine)):
        yield folder.owner_id or "", f"cust:{folder.id}"
    for member in db.session.scalars(
        select(Member).where(Member.organization_id == organization_id, Member.person_id.in_(people))
    ):
        yield member.person_id, f"cust:{member.folder_id}"


# --- Services -----------------------------------------------------------------------------------


def add_folder(actor: Actor, id: str, name: str) -> None:
    db.session.add(Folder(id=id, organization_id=actor.organization_id, name=name, owner_id=actor.person_id))
    db.session.flush()


def give_folder(actor: Actor, id: str, to: str | None) -> None:
    _folder(actor, id).owner_id = to


def share_folder(actor: Actor, id: str, to: str) -> None:
    _folder(actor, id)
    if db.session.get(Member, f"{id}:{to}") is None:
        db.session.add(Member(id=f"{id}:{to}", organization_id=actor.organization_id, folder_id=id, person_id=to))


def unshare_folder(actor: Actor, id: str, to: str) -> None:
    _folder(actor, id)
    member = db.session.get(Member, f"{id}:{to}")
    if member:
        db.session.delete(member)


def write_note(actor: Actor, id: str, folder_id: str, title: str, body: str = "", photos: Sequence[str] = ()) -> None:
    _folder(actor, folder_id)
    if title == "forbidden":
        raise Refusal("test_forbidden", fields={"title": "test_forbidden"})
    db.session.add(
        Note(id=id, organization_id=actor.organization_id, folder_id=folder_id, author_id=actor.person_id, title=title, body=body,
             count=0, photos=list(photos), archived=False)
    )  # fmt: skip


def set_fields(actor: Actor, id: str, base_v: int, fields: dict[str, Any]) -> list[str]:
    return merging.merge(actor, _note(actor, id), base_v, fields)


def count_up(actor: Actor, id: str) -> None:
    _note(actor, id).count += 1


def archive_note(actor: Actor, id: str, archived: bool) -> None:
    _note(actor, id).archived = archived


def move_note(actor: Actor, id: str, folder_id: str) -> None:
    _folder(actor, folder_id)
    _note(actor, id).folder_id = folder_id


def delete_note(actor: Actor, id: str) -> None:
    db.session.delete(_note(actor, id))


def decide_note(actor: Actor, id: str) -> None:
    raise AccessLost()


class Broken(Exception):
    """What a defect raises."""


is_mended = False


def break_note(actor: Actor, id: str) -> None:
    """Writes first, then fails: nothing of it may stay."""
    note = _note(actor, id)
    note.count += 100
    db.session.flush()
    if not is_mended:
        raise Broken("a defect")


def spoil_note(actor: Actor, id: str) -> None:
    """Fails only when its row is turned into JSON, at the commit."""
    _note(actor, id).secret = "spoiled"


def _folder(actor: Actor, folder_id: str) -> Folder:
    folder = db.session.get(Folder, folder_id)
    if folder is None or folder.organization_id != actor.organization_id:
        raise NotFound()
    if actor.person_id not in holders(folder_id) and actor.admitted_by not in holders(folder_id):
        raise AccessLost()
    return folder


def _note(actor: Actor, note_id: str) -> Note:
    note = db.session.get(Note, note_id)
    if note is None:
        raise Gone()
    if note.author_id != actor.person_id:
        _folder(actor, note.folder_id)
    return note


def _args(**named: Any) -> type[Schema]:
    return Schema.from_dict(named)


_ID = {"id": fields.String(required=True)}
register({"test_forbidden": {"zh": "这个标题不行。", "en": "Not this title."}})

notes = Domain(
    name="notes",
    entities=[
        Entity("folder", Folder, FolderSchema, lambda folder: [f"cust:{folder.id}"]),
        Entity("note", Note, NoteSchema, note_buckets),
    ],
    mutations=[
        Mutation("notes.add_folder", _args(**_ID, name=fields.String(required=True)), add_folder),
        Mutation("notes.give_folder", _args(**_ID, to=fields.String(required=True, allow_none=True)), give_folder),
        Mutation("notes.share_folder", _args(**_ID, to=fields.String(required=True)), share_folder),
        Mutation("notes.unshare_folder", _args(**_ID, to=fields.String(required=True)), unshare_folder),
        Mutation(
            "notes.write_note",
            _args(**_ID, folder_id=fields.String(required=True), title=fields.String(required=True), body=fields.String(),
                  photos=fields.List(fields.String())),
            write_note,
        ),
        Mutation(
            "notes.set_fields",
            _args(**_ID, base_v=fields.Integer(required=True), fields=fields.Dict(required=True)),
            set_fields,
            kind="document",
        ),
        Mutation("notes.count_up", _args(**_ID), count_up),
        Mutation("notes.archive_note", _args(**_ID, archived=fields.Boolean(required=True)), archive_note),
        Mutation("notes.move_note", _args(**_ID, folder_id=fields.String(required=True)), move_note),
        Mutation("notes.delete_note", _args(**_ID), delete_note),
        Mutation("notes.decide_note", _args(**_ID), decide_note, kind="decision"),
        Mutation("notes.break_note", _args(**_ID), break_note),
        Mutation("notes.spoil_note", _args(**_ID), spoil_note),
    ],
    grants=[
        Grants(
            grants_for,
            {
                Folder: lambda folder, changed: [folder.owner_id, changed.get("owner_id")],
                Member: lambda member, changed: [member.person_id, changed.get("person_id")],
            },
        )
    ],
)  # fmt: skip
