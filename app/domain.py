"""What a package may offer. The factory collects one Domain from each, in ladder order.

Engines (sync, notifications) read these registries and never name a package.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal

from click import Command
from flask_smorest import Blueprint
from marshmallow import Schema

from app.core.actor import Actor
from app.core.db import Base
from app.core.events import Reaction
from app.core.words import Sentence


@dataclass(frozen=True)
class Entity:
    """A kind of row that phones hold.

    `buckets` is a pure function of the row: the names of the buckets it is in, such as
    `org:<id>`, `team:<id>`, `person:<id>`, `user:<id>`, `cust:<id>`. An empty answer takes the row
    off every phone. `indexes` are the fields by which the phone's database finds rows.
    """

    name: str
    model: type[Base]
    schema: type[Schema]
    buckets: Callable[[Any], Iterable[str]]
    indexes: Sequence[str] = ()


@dataclass(frozen=True)
class Mutation:
    """Something that a person can do offline: `name` is `package.verb_object`.

    `handler(actor, **args)` is the service function of the same name; `args` were loaded by
    `schema`. It returns None, or the names of the fields that lost in a merge. An *event* never
    conflicts, a *document* merges by field against `base_v`, a *decision* is checked against the
    version that the person saw and is never admitted on someone's behalf. `upcasts` maps a schema
    number to the function that turns arguments saved under it into those of the next number.
    """

    name: str
    schema: type[Schema]
    handler: Callable[..., Sequence[str] | None]
    kind: Literal["event", "document", "decision"] = "event"
    upcasts: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Grants:
    """Which buckets people hold, and whose grants a change of a row may touch.

    `for_people(organization_id, person_ids)` gives (person_id, bucket) pairs, complete for these
    people as far as this rule goes. `watches` maps a table to a function of (row, changed), where
    `changed` maps names of changed columns to their old values (empty for a new row): it answers
    the ids of the people whose grants must be worked out again.
    """

    for_people: Callable[[str, Sequence[str]], Iterable[tuple[str, str]]]
    watches: Mapping[type[Base], Callable[[Any, Mapping[str, Any]], Iterable[str]]]


@dataclass(frozen=True)
class Words:
    """What a notice says: a title and a body for a lock screen, and where a tap leads.

    `actions` are at most two buttons: {action, title} and, if tapping one writes something,
    {mutation, args}. Nothing essential lives only there: Safari shows none.
    """

    title: str
    body: str
    url: str
    actions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice: who is told of which event, in which words.

    `audience(actor, fact)` gives person ids; `compose(fact, person_id, locale)` the words;
    `dedupe(fact, person_id)` the key under which a person hears of it once. `urgent` notices pass
    quiet hours and the daily cap. `needs_answer` notices count in the app's badge until answered.
    `life_hours` is how long it is worth delivering. `answered_by` maps later events to the
    (person_id, dedupe key) pairs that they answer, wherever the answer was given.
    """

    kind: str
    event: type
    audience: Callable[[Actor, Any], Iterable[str]]
    compose: Callable[[Any, str, str], Words]
    dedupe: Callable[[Any, str], str]
    urgent: bool = False
    needs_answer: bool = False
    life_hours: int = 24
    answered_by: Mapping[type, Callable[[Any], Iterable[tuple[str, str]]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipient:
    """How a person is told: language, time zone, wishes. Wall times are in the person's zone."""

    person_id: str
    organization_id: str
    locale: str
    zone: str
    quiet_from: time
    quiet_to: time
    remind_at: time
    is_reminded: bool


@dataclass(frozen=True)
class Directory:
    """The people as notices need to know them; handed in by the package that keeps people.

    `find` answers for the active ones among the ids; `everyone` gives all active people of all
    organisations; `working_on` those among the ids who work on a day; `sees(actor)` the ids of the
    people whose deliveries the actor may look at.
    """

    find: Callable[[Iterable[str]], Mapping[str, Recipient]]
    everyone: Callable[[], Iterable[Recipient]]
    working_on: Callable[[Iterable[str], date], Collection[str]]
    sees: Callable[[Actor], Collection[str]]


@dataclass(frozen=True)
class Domain:
    """The table of contents of a package: everything it offers.

    `deciders(organization_id, person_id)` names who decides about that person's parked work.
    """

    name: str
    entities: Sequence[Entity] = ()
    mutations: Sequence[Mutation] = ()
    notices: Sequence[NoticeKind] = ()
    directory: Directory | None = None  # who people are, for the notices engine
    morning: Callable[[str, date, str], Words | None] | None = None  # the reminder of (person_id, day, locale)
    grants: Sequence[Grants] = ()
    reactions: Mapping[type, Sequence[Reaction]] = field(default_factory=dict)
    words: Mapping[str, Sentence] = field(default_factory=dict)
    blueprints: Sequence[Blueprint] = ()
    commands: Sequence[Command] = ()
    deciders: Callable[[str, str], Sequence[str]] | None = None
    chores: Sequence[Callable[[datetime], None]] = ()  # what the worker sees to every hour; doing it twice must be harmless
