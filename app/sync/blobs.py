"""Photos and voice notes, named by the SHA-256 of their bytes, arriving apart from the record that names them.

Whole files lie in DATA_DIR/blobs/<organization>/, parts in DATA_DIR/partial/<organization>/<person>/: what
one person has begun to send is nobody else's to see or to continue. A part is written to the disk
before it is acknowledged; the size of the file is the offset.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from app.core import synced
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound, Refusal
from app.core.synced import BlobName, SyncEntry, SyncGrant, SyncRow
from app.sync.models import Blob, BlobState

MAX_BLOB_BYTES = 32 * 1024 * 1024
MEDIA_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/heic", "audio/webm", "audio/mp4", "audio/mpeg", "audio/ogg"}
)
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Progress:
    """How much of a blob is there."""

    offset: int
    length: int

    @property
    def is_stored(self) -> bool:
        return self.offset == self.length


def check_name(sha256: str) -> None:
    """Raises NotFound for anything that is not a hash; the name becomes part of a path."""
    if not _HASH.fullmatch(sha256):
        raise NotFound()


def begin(actor: Actor, folder: Path, sha256: str, length: int, media_type: str) -> Progress:
    """Announces an upload, or finds the one begun before."""
    check_name(sha256)
    if not 1 <= length <= MAX_BLOB_BYTES:
        raise Refusal("too_large", status=413)
    if media_type not in MEDIA_TYPES:
        media_type = "application/octet-stream"
    state = _state(actor, sha256)
    if state is None:
        state = BlobState(
            organization_id=actor.organization_id, created_at=actor.now, created_by=actor.person_id, sha256=sha256,
            person_id=actor.person_id, state="uploading", size=length, media_type=media_type, stored_at=None,
        )  # fmt: skip
        db.session.add(state)
    elif state.state == "stored":
        return Progress(state.size, state.size)
    state.size, state.media_type = length, media_type
    path = _partial(folder, actor, sha256)
    with _room(), _locked(path) as file:
        here = os.fstat(file).st_size
        if here >= length:  # begun under another length: only a last part finishes an upload
            os.ftruncate(file, here := 0)
    return Progress(here, length)


def progress(actor: Actor, folder: Path, sha256: str) -> Progress:
    """How much of one's own upload has arrived. Raises NotFound if there is none."""
    check_name(sha256)
    state = _state(actor, sha256)
    if state is None:
        raise NotFound()
    if state.state == "stored":
        return Progress(state.size, state.size)
    path = _partial(folder, actor, sha256)
    return Progress(path.stat().st_size if path.exists() else 0, state.size)


class OffsetMismatch(Exception):
    """A part for another place than where the upload stands."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(progress.offset)
        self.progress = progress


@dataclass(frozen=True)
class Upload:
    """One's own upload, as it was when the request began."""

    sha256: str
    size: int
    media_type: str
    is_stored: bool


def upload_of(actor: Actor, sha256: str) -> Upload:
    """One's own upload. Raises NotFound if there is none."""
    check_name(sha256)
    state = _state(actor, sha256)
    if state is None:
        raise NotFound()
    return Upload(sha256, state.size, state.media_type, state.state == "stored")


def append(actor: Actor, folder: Path, upload: Upload, offset: int, part: bytes, digest: str) -> Progress:
    """Adds a part. Raises OffsetMismatch, or Refusal digest_mismatch, hash_mismatch (both: send again).

    No transaction is open while the bytes are written; the last part begins one.
    """
    if upload.is_stored:
        raise OffsetMismatch(Progress(upload.size, upload.size))
    if not _is_intact(part, digest):
        raise Refusal("digest_mismatch", status=400)
    path = _partial(folder, actor, upload.sha256)
    with _room(), _locked(path) as file:
        here = os.fstat(file).st_size
        if here != offset or not part:
            raise OffsetMismatch(Progress(here, upload.size))
        if here + len(part) > upload.size:
            raise Refusal("too_large", status=413)
        try:
            _write(file, part)
        except OSError:
            os.ftruncate(file, here)
            raise
        done = Progress(here + len(part), upload.size)
        if done.is_stored:
            _finish(actor, folder, upload, path, file)
        return done


def _finish(actor: Actor, folder: Path, upload: Upload, path: Path, file: int) -> None:
    """All bytes are there: what hashes to its name is moved to its place, anything else begins anew."""
    os.lseek(file, 0, os.SEEK_SET)
    if _hash_of(file) != upload.sha256:
        os.ftruncate(file, 0)
        raise Refusal("hash_mismatch", status=422)
    target = place(folder, actor.organization_id, upload.sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, target)
    _sync_folder(target.parent)
    synced.insert_missing(
        db.session(), Blob,
        [{"organization_id": actor.organization_id, "sha256": upload.sha256, "size": upload.size,
          "media_type": upload.media_type, "stored_at": actor.now}],
    )  # fmt: skip
    state = _state(actor, upload.sha256)
    if state:
        state.state, state.stored_at = "stored", actor.now


def readable(actor: Actor, sha256: str) -> Blob:
    """A stored blob that the person may see. Raises NotFound otherwise.

    One's own upload; or a row that one may see names it, and whoever made the row name it uploaded
    the bytes or could see them elsewhere. So naming a guessed hash opens nothing.
    """
    check_name(sha256)
    blob = db.session.get(Blob, (actor.organization_id, sha256))
    if blob is None:
        raise NotFound()
    own = _state(actor, sha256)
    if own is not None and own.state == "stored":
        return blob
    for author_id in _authors(actor, sha256):
        if _has_uploaded(author_id, sha256) or _sees_elsewhere(actor.organization_id, author_id, sha256):
            return blob
    raise NotFound()


def _authors(actor: Actor, sha256: str) -> list[str]:
    """Who made the rows that this person sees name the hash."""
    return list(db.session.scalars(_naming(actor.organization_id, actor.person_id, sha256)))


def _sees_elsewhere(organization_id: str, person_id: str, sha256: str) -> bool:
    return any(_has_uploaded(author, sha256) for author in db.session.scalars(_naming(organization_id, person_id, sha256)))


def _naming(organization_id: str, person_id: str, sha256: str):  # type: ignore[no-untyped-def]
    """Authors of the rows that name the hash today and are in a bucket that the person holds."""
    entry, grant, row = aliased(SyncEntry), aliased(SyncGrant), aliased(SyncRow)
    return (
        select(BlobName.author_id)
        .join(row, (row.entity == BlobName.entity) & (row.entity_id == BlobName.entity_id))
        .where(
            BlobName.organization_id == organization_id,
            BlobName.sha256 == sha256,
            row.json.contains(sha256, autoescape=True),
            exists()
            .where(
                entry.organization_id == organization_id, entry.entity == BlobName.entity, entry.entity_id == BlobName.entity_id
            )
            .where(entry.op == "put", grant.user_id == person_id, grant.bucket == entry.bucket, grant.state == "on"),
        )
        .distinct()
        .order_by(BlobName.author_id)
    )


def _has_uploaded(person_id: str, sha256: str) -> bool:
    found = select(BlobState.id).where(BlobState.person_id == person_id, BlobState.sha256 == sha256, BlobState.state == "stored")
    return db.session.scalar(found.limit(1)) is not None


def place(folder: Path, organization_id: str, sha256: str) -> Path:
    """Where the bytes of a stored blob lie."""
    return folder / "blobs" / organization_id / sha256[:2] / sha256


def _partial(folder: Path, actor: Actor, sha256: str) -> Path:
    return folder / "partial" / actor.organization_id / actor.person_id / sha256


def _state(actor: Actor, sha256: str) -> BlobState | None:
    wanted = select(BlobState).where(
        BlobState.organization_id == actor.organization_id, BlobState.person_id == actor.person_id, BlobState.sha256 == sha256
    )
    return db.session.scalars(wanted.limit(1)).first()


def _is_intact(part: bytes, digest: str) -> bool:
    """Whether the bytes are those of a Content-Digest header (RFC 9530): sha-256=:base64:"""
    found = re.search(r"sha-256=:([A-Za-z0-9+/=]+):", digest)
    if not found:
        return False
    try:
        return b64decode(found[1], validate=True) == hashlib.sha256(part).digest()
    except BadBase64:
        return False


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file of an upload, opened for appending, with nobody else writing to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _write(file: int, part: bytes) -> None:
    view = memoryview(part)
    while view:
        view = view[os.write(file, view) :]
    os.fsync(file)


def _hash_of(file: int) -> str:
    found = hashlib.sha256()
    while block := os.read(file, 1 << 20):
        found.update(block)
    return found.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _room() -> Iterator[None]:
    """A full disk is told as such: the photo waits, the visit does not."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refusal("disk_full", status=507) from error
        raise
