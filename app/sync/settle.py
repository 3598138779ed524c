"""What becomes of mutations: their stored results, the list of refused ones, and how those end.

A mutation is settled once. A refused one (rejected or parked) may be edited (a new mutation
supersedes it), discarded by its writer, put to a manager (`sync.ask`), and then let through
(`sync.admit`) or declined. Whatever waited for it then runs again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from app.core import web_words, words
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import Forbidden, NotFound, Refusal
from app.core.synced import chunks, dumps
from app.sync import registry
from app.sync.models import MutationDependency, MutationRecord, MutationResult
from app.sync.run import Outcome, Poison, run

Record = dict[str, Any]  # a row of `mutation`
_table: Any = MutationRecord.__table__


# --- Reading ------------------------------------------------------------------------------------


def records(mids: Iterable[str], *, lock: bool = False) -> dict[str, Record]:
    """Stored mutations by mid; those that are not stored are missing."""
    found: dict[str, Record] = {}
    for part in chunks(sorted(set(mids))):
        statement = select(_table).where(_table.c.mid.in_(part)).order_by(_table.c.mid)
        if lock:
            statement = statement.with_for_update()
        found.update((row["mid"], dict(row)) for row in db.session.execute(statement).mappings())
    return found


def result(record: Record, n: int, person_id: str, locale: str) -> dict[str, Any]:
    """A result as the wire says it, in the reader's language."""
    if record["person_id"] != person_id:
        return {
            "n": n,
            "mid": record["mid"],
            "status": "rejected",
            "code": "mid_taken",
            "message": words.say("mid_taken", locale),
            "fields": None,
        }
    code = record["code"]
    return {
        "n": n,
        "mid": record["mid"],
        "status": record["status"],
        "code": code,
        "message": sentence(code, locale, record["params"]),
        "fields": field_sentences(json.loads(record["fields"]) if record["fields"] else None, locale, record["params"]),
    }


def sentence(code: str | None, locale: str, params: str | None = None) -> str | None:
    """The sentence of a code; the code itself should a package have forgotten its sentence."""
    if code is None:
        return None
    try:
        return words.say(code, locale, **(json.loads(params) if params else {}))
    except (KeyError, IndexError):
        return code


def field_sentences(fields: Any, locale: str, params: str | None = None) -> Any:
    """What is wrong by field, in the reader's language; names that lost stay names."""
    if not isinstance(fields, Mapping):
        return fields
    return {name: _field_sentence(str(code), locale, params) for name, code in fields.items()}


def _field_sentence(code: str, locale: str, params: str | None) -> str | None:
    """A rule says a code of the word lists; a schema may say it in its library's English."""
    return sentence(code, locale, params) if code in words.known() else web_words.translate(code, locale)


# --- Dependencies -------------------------------------------------------------------------------


def blocked(deps: Sequence[str], person_id: str, known: Mapping[str, Record]) -> Outcome | None:
    """What a mutation is to be because of those it waits for; None if it may run."""
    outcome: Outcome | None = None
    for dep in deps:
        record = _successor(dep, known)
        if record is None or record["person_id"] != person_id:
            outcome = outcome or Outcome("parked", "dependency_unknown")
        elif record["status"] == "rejected":
            return Outcome("rejected", "dependency_rejected")
        elif record["status"] == "parked":
            outcome = outcome or Outcome("parked", "dependency_parked")
    return outcome


def _successor(mid: str, known: Mapping[str, Record]) -> Record | None:
    """The mutation that stands in the place of this one today."""
    record = known.get(mid)
    seen = {mid}
    while record and record["superseded_by"] and record["superseded_by"] not in seen:
        mid = record["superseded_by"]
        seen.add(mid)
        record = known.get(mid) or records([mid]).get(mid)
    return record


def run_dependents(actor: Actor, mids: Iterable[str]) -> None:
    """Runs what waited for these mutations again, in order of (client_id, n), until nothing changes."""
    waiting = _dependents(set(mids))
    waiting.sort(key=lambda record: (record["client_id"], record["n"]))
    is_moving = True
    while is_moving:
        is_moving = False
        for record in list(waiting):
            deps = json.loads(record["deps"] or "[]")
            outcome = blocked(deps, record["person_id"], records(deps)) or _run_again(actor, record)
            if (outcome.status, outcome.code) != (record["status"], record["code"]):
                set_outcome(record, outcome)
                is_moving = True
            if outcome.is_done:
                waiting.remove(record)


def _dependents(mids: set[str]) -> list[Record]:
    """Everything that waits for these, directly or not, and is not settled."""
    found: dict[str, Record] = {}
    new = mids
    while new:
        statement = select(MutationDependency.mid).where(MutationDependency.dep.in_(sorted(new)))
        new = set(db.session.scalars(statement)) - set(found)
        found.update(records(new, lock=True))
    return [record for record in found.values() if (record["code"] or "").startswith("dependency_") and not record["settled"]]


def _run_again(actor: Actor, record: Record, admitted_by: str | None = None) -> Outcome:
    try:
        return run(writer_of(actor, record, admitted_by), record["name"], json.loads(record["args"]), record["schema"])
    except Poison:
        return Outcome("parked", "handler_failed")


def writer_of(actor: Actor, record: Record, admitted_by: str | None = None) -> Actor:
    """The person who wrote a stored mutation, as the actor of running it now."""
    return replace(
        actor, person_id=record["person_id"], role=Role(record["role"]), locale=record["locale"], at=record["at"],
        client_id=record["client_id"], mid=record["mid"], n=record["n"], schema=record["schema"],
        is_skewed=record["is_skewed"], admitted_by=admitted_by,
    )  # fmt: skip


# --- Writing ------------------------------------------------------------------------------------


def put_outcome(record: Record, outcome: Outcome) -> None:
    """Writes an outcome into a record that is not stored yet, and lists it if it was refused."""
    record.update(
        status=outcome.status,
        code=outcome.code,
        params=dumps(outcome.params) if outcome.params else None,
        fields=dumps(outcome.fields) if outcome.fields else None,
    )
    if not outcome.is_done:
        _list(record, outcome)


def set_outcome(record: Record, outcome: Outcome, *, settled: str | None = None, **changes: Any) -> None:
    """Changes the outcome of a stored mutation, in its record and on the lists of phones."""
    put_outcome(record, outcome)
    record.update(settled=settled, **changes)
    names = ("status", "code", "params", "fields", "settled", *changes)
    db.session.execute(update(_table).where(_table.c.mid == record["mid"]).values({name: record[name] for name in names}))
    listed = db.session.get(MutationResult, record["mid"])
    if listed:
        listed.status, listed.code, listed.settled = record["status"], record["code"], settled
        listed.message = sentence(record["code"], record["locale"], record["params"])


def _list(record: Record, outcome: Outcome) -> None:
    """Lists a refused mutation at its writer and at those who may decide."""
    listed = db.session.get(MutationResult, record["mid"])
    if listed is None:
        listed = MutationResult(
            id=record["mid"], mid=record["mid"], organization_id=record["organization_id"], created_at=record["received_at"],
            created_by=record["person_id"], client_id=record["client_id"], n=record["n"], name=record["name"],
            person_id=record["person_id"], args=record["args"], at=record["at"], is_skewed=record["is_skewed"], decider_ids=[],
        )  # fmt: skip
        db.session.add(listed)
    listed.status, listed.code = outcome.status, outcome.code
    listed.message = sentence(outcome.code, record["locale"], record["params"])
    listed.fields = field_sentences(outcome.fields, record["locale"], record["params"])
    if outcome.status == "parked" and not listed.decider_ids:
        listed.decider_ids = list(outcome.decider_ids) or registry.deciders(record["organization_id"], record["person_id"])


def result_buckets(row: MutationResult) -> list[str]:
    """A refused mutation is its writer's, and while it is parked also theirs who may decide."""
    if row.settled in ("superseded", "discarded"):
        return []
    deciders = row.decider_ids if row.status == "parked" and not row.settled else []
    return [f"user:{person_id}" for person_id in dict.fromkeys([row.person_id, *deciders])]


# --- The mutations of the engine itself -----------------------------------------------------------


def ask(actor: Actor, mid: str, note: str | None = None) -> None:
    """The writer of a rejected mutation puts it to a manager."""
    record = _open(actor, mid)
    if record["person_id"] != actor.person_id:
        raise NotFound()
    set_outcome(record, Outcome("parked", "asked"))
    _annotate(record, note)
    run_dependents(actor, [mid])


def discard(actor: Actor, mid: str, note: str | None = None) -> None:
    """The writer gives a refused mutation up. What waited for it is refused with it."""
    record = _open(actor, mid)
    if record["person_id"] != actor.person_id:
        raise NotFound()
    set_outcome(record, Outcome("rejected", "discarded"), settled="discarded")
    run_dependents(actor, [mid])


def decline(actor: Actor, mid: str, note: str | None = None) -> None:
    """Somebody who may decide says no to a parked mutation."""
    record = _open_for_decision(actor, mid)
    set_outcome(record, Outcome("rejected", "declined"), settled="declined")
    _annotate(record, note, actor)
    run_dependents(actor, [mid])


def admit(actor: Actor, mid: str, note: str | None = None) -> None:
    """Somebody who may decide lets a parked mutation through: it runs with its writer as actor.

    A rule that says no now refuses the admission, and the mutation stays parked.
    """
    record = _open_for_decision(actor, mid)
    mutation = registry.mutations().get(record["name"])
    if mutation is None or mutation.kind == "decision":
        raise Refusal("decision_not_admitted")
    deps = json.loads(record["deps"] or "[]")
    outcome = blocked(deps, record["person_id"], records(deps)) or _run_again(actor, record, actor.person_id)
    if not outcome.is_done:
        raise Refusal(outcome.code or "handler_failed", **(outcome.params or {}))
    set_outcome(record, outcome, settled="admitted", admitted_by=actor.person_id)
    _annotate(record, note, actor)
    run_dependents(actor, [mid])


def _open(actor: Actor, mid: str) -> Record:
    """A refused mutation that nobody has settled yet."""
    record = records([mid], lock=True).get(mid)
    if record is None or record["organization_id"] != actor.organization_id:
        raise NotFound()
    if record["settled"] or record["status"] in ("applied", "merged"):
        raise Refusal("already_settled")
    return record


def _open_for_decision(actor: Actor, mid: str) -> Record:
    listed = db.session.get(MutationResult, mid)
    if listed is None or listed.organization_id != actor.organization_id:
        raise NotFound()
    if actor.person_id not in listed.decider_ids and actor.role != Role.ADMIN:
        raise NotFound() if actor.person_id != listed.person_id else Forbidden()
    record = _open(actor, mid)
    if record["status"] != "parked":
        raise Refusal("already_settled")
    return record


def _annotate(record: Record, note: str | None, decider: Actor | None = None) -> None:
    listed = db.session.get(MutationResult, record["mid"])
    if listed is None:
        return
    if note:
        listed.note = note
    if decider:
        listed.decided_by, listed.decided_at = decider.person_id, decider.at
