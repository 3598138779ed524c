"""The endpoints of sync. Each reads, calls, answers; the steps are in push.py and pull.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from app import web
from app.core.actor import Actor
from app.core.db import db, reading
from app.core.errors import Refusal
from app.core.synced import dumps
from app.core.words import say
from app.sync import cursor as cursors
from app.sync import envelope, pull, push, run
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
