"""The morning reminder: once per person and local working day, whichever worker is alive.

Planning inserts a row per person and day (ON CONFLICT DO NOTHING decides between workers). Sending
turns a due row into a notice and its deliveries in one transaction, with the numbers of that
moment: a worker killed half way has done nothing, and the next one does it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.actor import SYSTEM
from app.core.db import db, new_id
from app.domain import Recipient
from app.notifications import compose, registry, rules
from app.notifications.models import Notice, Reminder

Due = tuple[Recipient, date, datetime]  # who, on which local day, until when it is worth sending

log = logging.getLogger(__name__)

KIND = "notifications.morning"
PLAN_AHEAD = timedelta(minutes=2)  # short, so that a changed wish, leave or calendar still counts today
SPREAD = timedelta(seconds=90)  # over which many reminders of one instant are sent
SENDS_PER_SECOND = 100
BATCH = 100
RETRY = timedelta(minutes=1)


def plan(now: datetime) -> int:
    """Plans the reminders that fall due within the next minutes, or that were missed and are still worth sending.

    Says how many rows it tried to insert; those that exist stay as they are.
    """
    due: dict[datetime, list[Due]] = defaultdict(list)
    for person in registry.directory().everyone():
        if person.is_reminded:
            for day, due_at, expires_at in open_days(person, now):
                due[due_at].append((person, day, expires_at))
    rows = []
    for due_at, group in sorted(due.items()):
        rows += [_row(entry, due_at, position, now) for position, entry in enumerate(_to_plan(group))]
    _insert(rows)
    return len(rows)


def open_days(person: Recipient, now: datetime) -> Iterable[tuple[date, datetime, datetime]]:
    """The local days whose reminder is due soon or was due and has not expired: (day, due, expires)."""
    today = now.astimezone(ZoneInfo(person.zone)).date()
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        due_at, expires_at = rules.reminder_times(day, person.remind_at, person.zone)
        if due_at <= now + PLAN_AHEAD and now < expires_at:
            yield day, due_at, expires_at


def _to_plan(group: list[Due]) -> list[Due]:
    """Those of one instant who work that day and are not planned yet. It is the same day for all in their zones, or nearly."""
    found: list[Due] = []
    for day in sorted({day for _, day, _ in group}):
        planned = set(db.session.scalars(select(Reminder.person_id).where(Reminder.on == day)))
        candidates = {person.person_id for person, on, _ in group if on == day} - planned
        working = registry.directory().working_on(candidates, day) if candidates else ()
        found += [entry for entry in group if entry[1] == day and entry[0].person_id in working]
    return found


def _row(entry: Due, due_at: datetime, position: int, now: datetime) -> dict[str, object]:
    person, day, expires_at = entry
    return {
        "id": new_id(),
        "organization_id": person.organization_id,
        "created_at": now,
        "created_by": SYSTEM,
        "person_id": person.person_id,
        "on": day,
        "due_at": due_at + min(timedelta(seconds=position // SENDS_PER_SECOND), SPREAD),
        "expires_at": expires_at,
        "state": "planned",
    }


def _insert(rows: list[dict[str, object]]) -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(rows), 500):
        statement = insert(Reminder.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]
        db.session.execute(statement, rows[start : start + 500])


def has_due(now: datetime) -> bool:
    """Whether a planned reminder is due."""
    return db.session.scalar(_due(now).limit(1)) is not None


def send_due(now: datetime) -> int:
    """Writes the notices of due reminders, at most a batch of them. Says how many rows it settled.

    The rows are locked until the commit, which makes each the work of one worker.
    """
    due = db.session.scalars(_due(now).limit(BATCH).with_for_update(skip_locked=True)).all()
    people = registry.directory().find({reminder.person_id for reminder in due})
    working = {day: registry.directory().working_on(people, day) for day in {reminder.on for reminder in due}}
    for reminder in due:
        try:
            with db.session.begin_nested():
                person = people.get(reminder.person_id)
                _send(reminder, person if reminder.person_id in working[reminder.on] else None, now)
        except Exception:  # one person's numbers that cannot be worked out must not cost the others theirs
            log.exception("the reminder of %s on %s cannot be composed", reminder.person_id, reminder.on)
            reminder.due_at = now + RETRY
    return len(due)


def _due(now: datetime) -> Select[Reminder]:
    return select(Reminder).where(Reminder.state == "planned", Reminder.due_at <= now).order_by(Reminder.due_at, Reminder.id)


def _send(reminder: Reminder, person: Recipient | None, now: datetime) -> None:
    """Settles one due reminder. `person` is None for who left or does not work that day."""
    if now >= reminder.expires_at:
        reminder.state = "expired"
        return
    words = None
    if person and person.is_reminded:
        words = registry.morning(person.person_id, reminder.on, person.locale)
    if person is None or words is None:
        reminder.state = "skipped"
        return
    notice = Notice(
        organization_id=reminder.organization_id,
        created_at=now,
        created_by=SYSTEM,
        person_id=person.person_id,
        kind=KIND,
        dedupe_key=f"{KIND}:{reminder.on.isoformat()}",
        expires_at=reminder.expires_at,
        **compose.say(words, person.locale),
    )
    if compose.add_once(notice):
        compose.deliver(notice, person, now, may_wait=False)  # the person chose this time
        reminder.notice_id = notice.id
    reminder.state = "sent"
