"""The endpoints of sync. Each reads, calls, answers; the steps are in push.py and pull.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Response, current_app, request, send_file
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from app import web
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, reading
from app.core.errors import Refusal
from app.core.synced import dumps
from app.core.words import say
from app.sync import blobs, envelope, live, pull, push, run
from app.sync import cursor as cursors
from app.sync.rows import instant

RETRY_SECONDS = 2

blueprint = Blueprint("sync", "sync", url_prefix="/api", description="Push and pull, pokes, photos")


@contextmanager
def snapshot() -> Iterator[None]:
    """One consistent view of the database; nothing inside may write."""
    db.session.rollback()
    with reading():
        if db.engine.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            yield
        finally:
            db.session.rollback()


@blueprint.post("/sync")
@blueprint.doc(
    requestBody={"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SyncRequest"}}}},
    responses={
        "200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SyncAnswer"}}}}
    },
)
def sync() -> ResponseReturnValue:
    """Push and pull in one round trip."""
    body = envelope.read_body(request.get_data(cache=False), request.headers.get("Content-Encoding", "").lower())
    user_id = body.get("user_id")
    with snapshot():
        actor = web.current_actor(user_id if isinstance(user_id, str) else "")
        asked = envelope.read_request(body)
        head = pull.head(actor, asked.client_id)
        if head and not asked.push:
            return _answer(actor, asked, head, push.Pushed())
    if head is None:
        pull.start_clock(actor)
    try:
        pushed = push.push(actor, asked.client_id, asked.schema, asked.sent_at, asked.push)
    except push.DatabaseAway as error:
        current_app.logger.warning("a push waits for the database: %s", error)
        return _away()
    with snapshot():
        head = pull.head(actor, asked.client_id)
        assert head is not None
        return _answer(actor, asked, head, pushed)


def _answer(actor: Actor, asked: envelope.Request, head: pull.Head, pushed: push.Pushed) -> ResponseReturnValue:
    if asked.schema < _min_schema():
        return _update_needed(head, pushed, actor)
    key = current_app.config["SECRET_KEY"]
    at = cursors.read(asked.cursor, key, actor.person_id, head.epoch)
    page = pull.pull(actor, head, at, asked.limit, asked.refill)
    text = (
        f'{{"epoch":"{head.epoch}","last_n":{head.last_n},"retry_ms":{dumps(pushed.retry_ms)},"results":{dumps(pushed.results)},'
        f'"drop":{dumps(page.drop)},"changes":[{",".join(page.changes)}],'
        f'"cursor":"{cursors.write(page.cursor, key, actor.person_id, head.epoch)}","more":{dumps(page.more)},'
        f'"server_time":"{instant(actor.now)}","min_schema":{_min_schema()}}}'
    )
    return Response(text, mimetype="application/json")


def _update_needed(head: pull.Head, pushed: push.Pushed, actor: Actor) -> ResponseReturnValue:
    body: dict[str, Any] = web.error_body("update_needed", say("update_needed", actor.locale))
    body.update(epoch=head.epoch, last_n=head.last_n, results=pushed.results, retry_ms=pushed.retry_ms, min_schema=_min_schema())
    return Response(dumps(body), status=426, mimetype="application/json")


def _min_schema() -> int:
    return int(current_app.config.get("SYNC_MIN_SCHEMA", run.MIN_SCHEMA))


def _away() -> ResponseReturnValue:
    error = Refusal("unavailable", status=503)
    body = web.error_body(error.code, say("unavailable", web.current_locale()))
    return Response(dumps(body), status=503, mimetype="application/json", headers={"Retry-After": str(RETRY_SECONDS)})


@blueprint.post("/sync/escrow")
def escrow() -> ResponseReturnValue:
    """Keep the unsent work of somebody who cannot sign in, on the word of the device; a manager decides about it."""
    body = envelope.read_body(request.get_data(cache=False), request.headers.get("Content-Encoding", "").lower())
    asked = envelope.read_request(body)
    with snapshot():
        user = web.person_of_device(asked.user_id, str(body.get("device_secret") or ""))
        if user is None:
            raise Refusal("not_signed_in", status=401)
        moment = clock.now()
        actor = Actor(user.organization_id, user.person_id, user.role, moment, moment, user.locale)
    push.escrow(actor, asked.client_id, asked.sent_at, asked.push)
    return Response(status=204)


@blueprint.get("/sync/digest")
def digest() -> ResponseReturnValue:
    """What the phone should hold: per bucket the count of its rows and the hash of their versions, at a cursor."""
    with snapshot():
        actor = web.current_actor()
        head = pull.head(actor, None)
        buckets = pull.digest(actor)
        seq, epoch = (head.seq, head.epoch) if head else (0, "")
    cursor = cursors.write(cursors.Cursor(seq), current_app.config["SECRET_KEY"], actor.person_id, epoch)
    return Response(dumps({"cursor": cursor, "buckets": buckets}), mimetype="application/json")


# --- Pokes ----------------------------------------------------------------------------------------


@blueprint.get("/live")
def stream() -> ResponseReturnValue:
    """Server-sent events: `poke` whenever something changed that this person may see."""
    actor = web.current_actor()
    user = web.signed_in()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.rollback()
    hub = live.hub_of(app)
    opened = hub.open(actor.organization_id, actor.person_id)

    def is_alive() -> bool:
        with app.app_context(), reading():
            return user is not None and web.still_signed_in(user)

    lines = live.events(hub, opened, is_alive)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = Response(lines, mimetype="text/event-stream", headers=headers)
    response.call_on_close(partial(hub.close, opened))
    return response


# --- Photos ---------------------------------------------------------------------------------------


@blueprint.put("/blobs/<sha256>")
def begin_blob(sha256: str) -> ResponseReturnValue:
    """Announce a photo of `Upload-Length` bytes; answers `Upload-Offset`, from where to send."""
    actor = web.current_actor()
    length = _number("Upload-Length")
    progress = blobs.begin(actor, _folder(), sha256, length, request.mimetype or "")
    db.session.commit()
    return _progress(progress, 200 if progress.is_stored else 201)


@blueprint.patch("/blobs/<sha256>")
def append_blob(sha256: str) -> ResponseReturnValue:
    """Send a part at `Upload-Offset`, with its `Content-Digest`."""
    with snapshot():
        actor = web.current_actor()
        state = blobs.upload_of(actor, sha256)
    offset = _number("Upload-Offset")
    part = request.get_data(cache=False)
    try:
        progress = blobs.append(actor, _folder(), state, offset, part, request.headers.get("Content-Digest", ""))
    except blobs.OffsetMismatch as error:
        return _progress(error.progress, 409)
    db.session.commit()
    return _progress(progress, 204)


@blueprint.get("/blobs/<sha256>")
def read_blob(sha256: str) -> ResponseReturnValue:
    """The bytes, for whoever sees a row that names them. HEAD: how much of one's own upload has arrived."""
    actor = web.current_actor()
    if request.method == "HEAD":
        return _progress(blobs.progress(actor, _folder(), sha256), 200)
    blob = blobs.readable(actor, sha256)
    path = blobs.place(_folder(), actor.organization_id, sha256)
    response = send_file(path, mimetype=blob.media_type, etag=sha256, conditional=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = "inline"
    return response


def _folder() -> Any:
    return current_app.config["SETTINGS"].data_dir


def _number(name: str) -> int:
    value = request.headers.get(name, "")
    if not value.isdigit() or len(value) > 12:
        raise Refusal("invalid", fields={name: "missing_or_wrong"})
    return int(value)


def _progress(progress: blobs.Progress, status: int) -> Response:
    headers = {"Upload-Offset": str(progress.offset), "Upload-Length": str(progress.length), "Cache-Control": "no-store"}
    if status == 409:
        body = dumps(web.error_body("offset_mismatch", say("offset_mismatch", web.current_locale())))
        return Response(body, 409, headers, mimetype="application/json")
    return Response(status=status, headers=headers)
