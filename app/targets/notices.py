"""Who is told of which change, in words for a lock screen; and what the morning says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from app.core.actor import Actor
from app.core.money import show
from app.core.words import say
from app.domain import NoticeKind, Words
from app.targets import queries, rules
from app.targets.events import (
    AdjustmentDecided,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    ChangeAcknowledged,
    ChangeQuestioned,
    PlanChanged,
)
from app.targets.words import day, period

_VIEW = "targets.notice.view"


# --- A request, to who decides it -------------------------------------------------------------------


def _requested_key(adjustment_id: str) -> str:
    return f"targets.adjustment_requested:{adjustment_id}"


def _requested_words(fact: AdjustmentRequested, person_id: str, locale: str) -> Words:
    moved = fact.new_total - fact.old_total
    code = "lower" if moved < 0 else "raise" if moved > 0 else "move"
    what = fact.line_name or say("targets.notice.target_of", locale, period=period(fact.period_start, fact.period_end, locale))
    old, new = (show(amount, fact.currency, locale) for amount in (fact.old_total, fact.new_total))
    approve = {
        "action": "approve",
        "title": say("targets.notice.approve", locale),
        "mutation": "targets.approve_adjustment",
        "args": {"id": fact.adjustment_id, "seen_version": fact.plan_version, "note": None},
    }
    return Words(
        title=say(f"targets.notice.requested_{code}", locale, name=fact.requester_name, what=what, old=old, new=new),
        body=fact.reason,
        url=f"/approvals/{fact.adjustment_id}",
        actions=[approve, {"action": "view", "title": say(_VIEW, locale)}],
    )


def _requested_answers(fact: AdjustmentDecided | AdjustmentWithdrawn) -> Iterable[tuple[str, str]]:
    return [(fact.approver_id, _requested_key(fact.adjustment_id))]


adjustment_requested = NoticeKind(
    kind="targets.adjustment_requested",
    event=AdjustmentRequested,
    audience=lambda actor, fact: [fact.approver_id],
    compose=_requested_words,
    dedupe=lambda fact, person_id: _requested_key(fact.adjustment_id),
    urgent=True,
    needs_answer=True,
    life_hours=72,
    answered_by={AdjustmentDecided: _requested_answers, AdjustmentWithdrawn: _requested_answers},
)


# --- A decision, to who asked -----------------------------------------------------------------------


def _decided_audience(actor: Actor, fact: AdjustmentDecided) -> list[str]:
    """Who asked; unless they decided it themselves by rule, or the receipt of change tells them the same with the numbers."""
    return [] if fact.requester_id in {*fact.told_ids, fact.decided_by} else [fact.requester_id]


def _decided_words(fact: AdjustmentDecided, person_id: str, locale: str) -> Words:
    return Words(
        title=say(f"targets.notice.{fact.decision}", locale, name=fact.decided_by_name),
        body=fact.note or say("targets.notice.see_request", locale),
        url=f"/approvals/{fact.adjustment_id}",
        actions=[{"action": "view", "title": say(_VIEW, locale)}],
    )


adjustment_decided = NoticeKind(
    kind="targets.adjustment_decided",
    event=AdjustmentDecided,
    audience=_decided_audience,
    compose=_decided_words,
    dedupe=lambda fact, person_id: f"targets.adjustment_decided:{fact.adjustment_id}:{fact.decision}",
    life_hours=72,
)


# --- A change of plan, to each person touched -------------------------------------------------------


def _changed_key(receipt_id: str) -> str:
    return f"targets.plan_changed:{receipt_id}"


def _changed_words(fact: PlanChanged, person_id: str, locale: str) -> Words:
    def amount(value: int) -> str:
        return show(value, fact.currency, locale)

    label = period(fact.period_start, fact.period_end, locale)
    acknowledge = {
        "action": "acknowledge",
        "title": say("targets.notice.acknowledge", locale),
        "mutation": "targets.acknowledge_change",
        "args": {"id": fact.receipt_id},
    }
    body = fact.reason
    if fact.on is not None:
        code = "targets.notice.changed_today" if fact.is_today else "targets.notice.changed_day"
        body = say(code, locale, day=day(fact.on, locale), old=amount(fact.day_old), new=amount(fact.day_new), reason=fact.reason)
    return Words(
        title=say("targets.notice.changed", locale, period=label, old=amount(fact.old_total), new=amount(fact.new_total)),
        body=body,
        url=f"/changes/{fact.receipt_id}",
        actions=[acknowledge, {"action": "view", "title": say(_VIEW, locale)}],
    )


plan_changed = NoticeKind(
    kind="targets.plan_changed",
    event=PlanChanged,
    audience=lambda actor, fact: [fact.person_id],
    compose=_changed_words,
    dedupe=lambda fact, person_id: _changed_key(fact.receipt_id),
    urgent=True,
    needs_answer=True,
    life_hours=72,
    answered_by={ChangeAcknowledged: lambda fact: [(fact.person_id, _changed_key(fact.receipt_id))]},
)


# --- A question, to the author of the change --------------------------------------------------------


def _questioned_words(fact: ChangeQuestioned, person_id: str, locale: str) -> Words:
    return Words(
        title=say(
            "targets.notice.questioned", locale, name=fact.person_name, period=period(fact.period_start, fact.period_end, locale)
        ),
        body=fact.question,
        url=f"/changes/{fact.receipt_id}",
        actions=[{"action": "view", "title": say(_VIEW, locale)}],
    )


change_questioned = NoticeKind(
    kind="targets.change_questioned",
    event=ChangeQuestioned,
    audience=lambda actor, fact: [fact.decided_by],
    compose=_questioned_words,
    dedupe=lambda fact, person_id: (
        f"targets.change_questioned:{fact.receipt_id}:{sha256(fact.question.encode()).hexdigest()[:16]}"
    ),
    life_hours=72,
)


# --- The morning ------------------------------------------------------------------------------------


def morning(person_id: str, on: date, locale: str) -> Words | None:
    """What the morning reminder says: the number of the day, its arithmetic, the first stop, open changes. None: nothing to say."""
    today = queries.today(person_id, on)
    number = _number(today, locale)
    parts = [number[1], *_stops(today, locale)]
    if today.unconfirmed:
        parts.append(say("targets.morning.unconfirmed", locale, n=today.unconfirmed))
    body = " · ".join(part for part in parts if part)
    if not number[0] and not body:
        return None
    return Words(title=number[0] or say("targets.morning.none", locale), body=body, url="/today")


def _number(today: queries.Today, locale: str) -> tuple[str, str]:
    """The headline and the arithmetic behind it; empty without a target."""
    standing = today.standing
    if standing is None or standing.pace.state == rules.State.NONE:
        return "", ""
    pace = standing.pace

    def amount(value: int) -> str:
        return show(value, standing.currency, locale)

    label = period(standing.period_start, standing.period_end, locale)
    if pace.state == rules.State.REACHED:
        return say("targets.morning.reached", locale, period=label), ""
    if pace.needed_today is None or pace.catch_up is None:
        return say("targets.morning.gap", locale, period=label, gap=amount(pace.gap)), ""
    title = say("targets.morning.needed", locale, needed=amount(pace.needed_today))
    if pace.catch_up < 0:
        return title, say("targets.morning.split_ahead", locale, plan=amount(pace.plan_today), ahead=amount(-pace.catch_up))
    return title, say("targets.morning.split", locale, plan=amount(pace.plan_today), catch_up=amount(pace.catch_up))


def _stops(today: queries.Today, locale: str) -> list[str]:
    if not today.stops:
        return []
    at = f"{today.first_stop_at} " if today.first_stop_at else ""
    first = say("targets.morning.first", locale, at=at, name=today.first_stop_name) if today.first_stop_name else ""
    return [say("targets.morning.stops", locale, n=today.stops), first]
