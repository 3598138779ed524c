"""What people do with plans: load them, ask for other targets, decide, undo, acknowledge.

An approval is one transaction:

1. The request and the plan are locked; who may decide, and whether the cells are still those that were seen.
2. `rules.effect` works out what the change does: the function that the card showed.
3. A new plan version; the old leaves end, new ones begin with their closed days frozen; what people give
   up stands with the approver, so the team keeps its total.
4. A receipt of change for each person touched, and the events that the notices are made of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypedDict, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.core import clock, events
from app.core.actor import Actor
from app.core.db import db, new_id
from app.core.errors import Forbidden, NotFound, Refusal, StaleVersion
from app.core.words import say
from app.org import queries as org
from app.org.models import Person
from app.sales import queries as sales
from app.targets import queries, rules, words
from app.targets.events import (
    AdjustmentDecided,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    ChangeAcknowledged,
    ChangeQuestioned,
    PlanChanged,
)
from app.targets.models import Adjustment, ChangeReceipt, Plan, PlanVersion, Target

_Row = TypeVar("_Row", Plan, Adjustment)

METRICS = ("revenue", "receipts")
SHIFT_PERCENT = 10  # of a person's period total: up to here a manager's zero-sum shift takes effect by rule
UNDO_WINDOW = timedelta(minutes=10)
ACKNOWLEDGE_BY = time(18)  # local time of the next working day
_DUE_WITHIN = 60  # days in which a next working day is looked for


_Place = tuple[str, str | None, date, date, bool]


class NewLeaf(TypedDict, total=False):
    """A target to load. `product_line_id`, `flags`, `is_unassigned`, `floor_value` and `stretch_value` may be left out."""

    person_id: str
    period_kind: str
    period_start: date
    period_end: date
    product_line_id: str | None
    value: int
    floor_value: int | None
    stretch_value: int | None
    flags: list[str]
    is_unassigned: bool


class NewValue(TypedDict):
    """A leaf and what it shall become, in minor units."""

    target_id: str
    new_value: int


@dataclass(frozen=True)
class Loaded:
    """What loading a plan did, in leaves."""

    plan: Plan
    created: int
    changed: int
    unchanged: int


# --- Plans ----------------------------------------------------------------------------------------


def create_plan(
    actor: Actor,
    *,
    name: str,
    metric: str,
    currency: str,
    starts_on: date,
    ends_on: date,
    external_id: str | None = None,
    id: str | None = None,
) -> Plan:
    """Makes an empty plan at version 1, which governs from its first day. Admins and directors only."""
    _check_planner(actor)
    if metric not in METRICS:
        raise Refusal("targets.bad_metric", metric=metric, known=", ".join(METRICS))
    plan = Plan(
        id=id or new_id(),
        **_record(actor),
        name=name,
        metric=metric,
        currency=currency,
        starts_on=starts_on,
        ends_on=ends_on,
        external_id=external_id,
        version=1,
    )
    db.session.add(plan)
    db.session.flush()
    _add_version(actor, plan, effective_from=starts_on)
    return plan


def load_plan(
    actor: Actor,
    *,
    name: str,
    metric: str,
    currency: str,
    external_id: str | None,
    leaves: Sequence[NewLeaf],
    starts_on: date,
    ends_on: date,
) -> Loaded:
    """Makes a plan with its leaves, or brings a loaded one up to date. Admins and directors only.

    Loading the same again changes nothing. Leaves that are new or differ become the next version, from
    today on; closed days keep what they asked. Leaves that are not named stay. No receipts are made:
    this is how a plan gets in, not how it is changed among people.
    """
    _check_planner(actor)
    plan = _loaded_plan(actor, external_id) or create_plan(
        actor, name=name, metric=metric, currency=currency, starts_on=starts_on, ends_on=ends_on, external_id=external_id
    )
    plan.starts_on, plan.ends_on = min(plan.starts_on, starts_on), max(plan.ends_on, ends_on)
    _check_leaves(actor, plan, leaves)
    present = {_place_of(row): row for row in db.session.scalars(queries.current(plan.id))}
    loaded = _last_loaded(actor, plan)
    new = [leaf for leaf in leaves if _place(leaf) not in present]
    changed = [leaf for leaf in leaves if _place(leaf) in present and loaded.get(_place(leaf)) != leaf["value"]]
    if present and (new or changed):
        plan.version += 1
        _add_version(actor, plan, effective_from=_day_of_organization(actor))
    for leaf in changed:
        _replace_loaded(actor, plan, present[_place(leaf)], leaf)
    db.session.add_all(_loaded_target(actor, plan, leaf) for leaf in new)
    db.session.flush()
    return Loaded(plan, len(new), len(changed), len(leaves) - len(new) - len(changed))


def _last_loaded(actor: Actor, plan: Plan) -> dict[_Place, int]:
    """What was loaded last for each place. An adjustment since is no reason to load the old value again."""
    rows = db.session.scalars(
        select(Target)
        .where(Target.plan_id == plan.id, Target.created_by == actor.person_id)
        .order_by(Target.from_version, Target.id)
    )
    return {_place_of(row): row.value for row in rows}


def _replace_loaded(actor: Actor, plan: Plan, row: Target, leaf: NewLeaf) -> None:
    today = _today_of(actor, row.person_id)
    _freeze(row, org.day_weights(row.person_id, row.period_start, row.period_end), today)
    row.to_version = plan.version - 1
    new = replace(queries.to_leaf(row), id=None, replaces=row.id, value=leaf["value"])
    db.session.add(_target(actor, plan, new, today, row, flags=leaf.get("flags")))


def _day_of_organization(actor: Actor) -> date:
    return clock.local_day(actor.now, org.organization(actor).time_zone)


def _loaded_plan(actor: Actor, external_id: str | None) -> Plan | None:
    if external_id is None:
        return None
    return db.session.scalar(select(Plan).where(Plan.organization_id == actor.organization_id, Plan.external_id == external_id))


def _place(leaf: NewLeaf) -> _Place:
    return (
        leaf["person_id"],
        leaf.get("product_line_id"),
        leaf["period_start"],
        leaf["period_end"],
        leaf.get("is_unassigned", False),
    )


def _place_of(row: Target) -> _Place:
    return row.person_id, row.product_line_id, row.period_start, row.period_end, row.is_unassigned


def _check_leaves(actor: Actor, plan: Plan, leaves: Sequence[NewLeaf]) -> None:
    people = set(db.session.scalars(org.people(actor).with_only_columns(Person.id)))
    places = Counter(_place(leaf) for leaf in leaves)
    for leaf in leaves:
        about: dict[str, Any] = {"person": leaf["person_id"], "start": leaf["period_start"], "end": leaf["period_end"]}
        if leaf["person_id"] not in people:
            raise NotFound()
        if not plan.starts_on <= leaf["period_start"] <= leaf["period_end"] <= plan.ends_on:
            raise Refusal("targets.bad_period", **about, plan_start=plan.starts_on, plan_end=plan.ends_on)
        if places[_place(leaf)] > 1:
            raise Refusal("targets.leaf_twice", **about)
        if leaf["value"] < 0 and not leaf.get("is_unassigned"):
            raise Refusal("targets.value_negative")


def _loaded_target(actor: Actor, plan: Plan, leaf: NewLeaf) -> Target:
    return Target(
        **_record(actor),
        plan_id=plan.id,
        person_id=leaf["person_id"],
        period_kind=leaf["period_kind"],
        period_start=leaf["period_start"],
        period_end=leaf["period_end"],
        product_line_id=leaf.get("product_line_id"),
        value=leaf["value"],
        floor_value=leaf.get("floor_value"),
        stretch_value=leaf.get("stretch_value"),
        currency=plan.currency,
        from_version=plan.version,
        effective_from=leaf["period_start"],
        frozen={},
        is_unassigned=leaf.get("is_unassigned", False),
        flags=list(leaf.get("flags") or []),
    )


def publish_version(actor: Actor, *, plan_id: str, cells: Sequence[NewValue], reason: str, effective_from: date) -> PlanVersion:
    """Changes targets at once, without a request: for who plans for all, admins and directors.

    What people give up or take stands with the actor, or with the lowest manager of all of them
    when the actor is the system or an admin.
    """
    _check_planner(actor)
    plan = _locked(Plan, queries.plan(actor, plan_id).id)
    rows = _cells(actor, plan, cells)
    people = {row.person_id for row in rows}
    holder_id = actor.person_id if not actor.is_system and people <= set(org.below(actor.person_id)) else _common_manager(people)
    change = _Change(plan, {row.id: cell["new_value"] for row, cell in zip(rows, cells, strict=True)}, holder_id, effective_from)
    _check_open(actor, rows, effective_from, _today(actor, people))
    return _publish(actor, change, reason=_filled(reason, "targets.reason_missing"), adjustment=None, decided_by=actor.person_id)


def _common_manager(people: Iterable[str]) -> str:
    people = sorted(people)
    holder = queries.approver(people[0], people) if people else None
    if holder is None:
        raise Refusal("targets.no_approver")
    return holder


# --- Asking -----------------------------------------------------------------------------------------


def request_adjustment(
    actor: Actor,
    *,
    id: str,
    plan_id: str,
    seen_version: int,
    effective_from: date,
    reason: str,
    cells: Sequence[NewValue],
    photos: Sequence[str] = (),
) -> None:
    """Asks for other targets of one's own or of people below. It goes to the lowest manager above who has all of them below.

    What a manager only shifts among people below, by little, takes effect at once in the manager's name (planning.md 1.9).
    Refused: nothing changes, no reason, a day in the past, a period that is over, a locked target, nobody above.
    Raises StaleVersion if somebody changed one of the targets since `seen_version`.
    """
    if db.session.get(Adjustment, id) is not None:
        raise Refusal("targets.id_taken")
    reason = _filled(reason, "targets.reason_missing")
    plan = queries.plan(actor, plan_id)
    rows = _cells(actor, plan, cells)
    _check_seen(actor, plan, rows, seen_version)
    if all(row.value == cell["new_value"] for row, cell in zip(rows, cells, strict=True)):
        raise Refusal("targets.nothing_changes")
    asked_on = clock.local_day(actor.at, org.zone(actor.person_id))
    if effective_from < asked_on:
        raise Refusal("targets.effective_in_past", fields={"effective_from": "targets.effective_in_past"}, today=asked_on)
    _check_open(actor, rows, effective_from, asked_on)
    by_rule = _takes_effect_by_rule(actor, plan, rows, cells)
    approver_id = actor.person_id if by_rule else queries.approver(actor.person_id, {row.person_id for row in rows})
    if approver_id is None:
        raise Refusal("targets.no_approver")
    adjustment = Adjustment(
        id=id,
        **_record(actor),
        plan_id=plan.id,
        requester_id=actor.person_id,
        approver_id=approver_id,
        cells=[_requested_cell(row, cell["new_value"]) for row, cell in zip(rows, cells, strict=True)],
        reason=reason,
        photos=list(photos),
        effective_from=effective_from,
        seen_version=seen_version,
        status="submitted",
        submitted_at=actor.at,
    )
    db.session.add(adjustment)
    db.session.flush()
    if by_rule:
        _apply(actor, _locked(Plan, plan.id), adjustment, rows)
    else:
        events.announce(actor, _requested(actor, plan, adjustment))


def _takes_effect_by_rule(actor: Actor, plan: Plan, rows: Sequence[Target], cells: Sequence[NewValue]) -> bool:
    """Whether a change is a small shift among the people below: zero in sum in each period, nobody's total moved by more than a tenth.

    The manager's own unassigned leaf may take part. The share is the company's setting `shift_percent`.
    """
    below = set(org.below(actor.person_id))
    if not below or any(
        row.person_id not in below and not (row.is_unassigned and row.person_id == actor.person_id) for row in rows
    ):
        return False
    share = int(org.organization(actor).settings.get("shift_percent", SHIFT_PERCENT))
    moved: Counter[tuple[date, date]] = Counter()
    by_person: Counter[tuple[str, date, date]] = Counter()
    for row, cell in zip(rows, cells, strict=True):
        moved[row.period_start, row.period_end] += cell["new_value"] - row.value
        if not row.is_unassigned:
            by_person[row.person_id, row.period_start, row.period_end] += cell["new_value"] - row.value
    totals: Counter[tuple[str, date, date]] = Counter()
    for row in db.session.scalars(
        queries.current(plan.id, {row.person_id for row in rows}).where(Target.is_unassigned.is_(False))
    ):
        totals[row.person_id, row.period_start, row.period_end] += row.value
    return not any(moved.values()) and all(abs(delta) * 100 <= totals[place] * share for place, delta in by_person.items())


def _requested_cell(row: Target, new_value: int) -> dict[str, Any]:
    return {
        "target_id": row.id,
        "person_id": row.person_id,
        "product_line_id": row.product_line_id,
        "period_start": row.period_start.isoformat(),
        "period_end": row.period_end.isoformat(),
        "old_value": row.value,
        "new_value": new_value,
    }


def _requested(actor: Actor, plan: Plan, adjustment: Adjustment) -> AdjustmentRequested:
    lines = {cell["product_line_id"] for cell in adjustment.cells}
    only = lines.pop() if len(lines) == 1 else None
    return AdjustmentRequested(
        adjustment_id=adjustment.id,
        requester_id=actor.person_id,
        requester_name=org.person(actor, actor.person_id).name,
        approver_id=adjustment.approver_id,
        line_name=sales.line_names([only]).get(only) if only else None,
        period_start=min(date.fromisoformat(cell["period_start"]) for cell in adjustment.cells),
        period_end=max(date.fromisoformat(cell["period_end"]) for cell in adjustment.cells),
        old_total=sum(cell["old_value"] for cell in adjustment.cells),
        new_total=sum(cell["new_value"] for cell in adjustment.cells),
        currency=plan.currency,
        reason=adjustment.reason,
        plan_version=plan.version,
    )


def withdraw_adjustment(actor: Actor, *, id: str) -> None:
    """Takes one's own request back. Raises already_decided once somebody has decided."""
    adjustment = _open_adjustment(actor, id)
    if adjustment.requester_id != actor.person_id:
        raise Forbidden("targets.not_the_requester")
    adjustment.status = "withdrawn"
    events.announce(actor, AdjustmentWithdrawn(adjustment.id, adjustment.requester_id, adjustment.approver_id))


# --- Deciding ---------------------------------------------------------------------------------------


def approve_adjustment(actor: Actor, *, id: str, seen_version: int, note: str | None = None) -> None:
    """Approves a request: makes the new plan version, the receipts and the events, all in this transaction.

    A day of effect that has passed meanwhile becomes today. Raises already_decided, Forbidden for anyone
    but the approver and those above, StaleVersion if a target changed since `seen_version`.
    """
    adjustment = _to_decide(actor, id)
    plan = _locked(Plan, adjustment.plan_id)
    rows = _rows_of(adjustment)
    _check_seen(actor, plan, rows, seen_version)
    adjustment.approver_id = queries.present_approver(adjustment)
    _apply(actor, plan, adjustment, rows, note)


def _apply(actor: Actor, plan: Plan, adjustment: Adjustment, rows: Sequence[Target], note: str | None = None) -> None:
    """Lets a request take effect. What its people give up or take stands with `approver_id`."""
    people = {row.person_id for row in rows}
    today = _today(actor, people)
    effective_from = max(adjustment.effective_from, today)
    _check_open(actor, rows, effective_from, today)
    values = {row.id: cell["new_value"] for row, cell in zip(rows, adjustment.cells, strict=True)}
    _decide(actor, adjustment, "approved", note)
    change = _Change(plan, values, adjustment.approver_id, effective_from)
    version = _publish(actor, change, reason=adjustment.reason, adjustment=adjustment, decided_by=actor.person_id)
    adjustment.result_version = version.number
    _announce_decision(actor, adjustment, people)


def reject_adjustment(actor: Actor, *, id: str, seen_version: int, note: str) -> None:
    """Rejects a request; the note says why. It moves no number, so it holds whatever changed since `seen_version`."""
    _turn_down(actor, id, "rejected", note)


def return_adjustment(actor: Actor, *, id: str, seen_version: int, note: str) -> None:
    """Gives a request back to be revised; the note says what is missing. See `reject_adjustment` on `seen_version`."""
    _turn_down(actor, id, "returned", note)


def _turn_down(actor: Actor, id: str, status: str, note: str) -> None:
    adjustment = _to_decide(actor, id)
    _decide(actor, adjustment, status, _filled(note, "targets.reason_missing"))
    _announce_decision(actor, adjustment, ())


def undo_adjustment(actor: Actor, *, id: str) -> None:
    """Takes one's own approval back within ten minutes: a compensating version with receipts of its own.

    Refused once a later version has touched the same targets.
    """
    queries.adjustment(actor, id)
    adjustment = _locked(Adjustment, id)
    if adjustment.status == "undone":
        raise Refusal("already_decided", status=409)
    if adjustment.status != "approved" or adjustment.decided_at is None:
        raise Refusal("targets.not_approved")
    if adjustment.decided_by != actor.person_id:
        raise Forbidden("targets.undo_not_yours")
    if actor.at > adjustment.decided_at + UNDO_WINDOW:
        raise Refusal("targets.undo_too_late")
    plan = _locked(Plan, adjustment.plan_id)
    rows = _rows_of(adjustment)
    if any(row.from_version != adjustment.result_version for row in rows):
        raise Refusal("targets.undo_superseded", status=409)
    people = {row.person_id for row in rows}
    today = _today(actor, people)
    originals = {
        row.id: queries.to_leaf(db.session.get_one(Target, cell["target_id"]))
        for row, cell in zip(rows, adjustment.cells, strict=True)
    }
    values = {row.id: originals[row.id].value for row in rows}
    is_same_day = all(today <= row.effective_from for row in rows)
    change = _Change(plan, values, adjustment.approver_id, today, originals=originals if is_same_day else {})
    adjustment.status = "undone"
    reason = say("targets.undone_reason", actor.locale, reason=adjustment.reason)[:2000]
    _publish(actor, change, reason=reason, adjustment=adjustment, decided_by=actor.person_id)
    _announce_decision(actor, adjustment, people)


def _to_decide(actor: Actor, id: str) -> Adjustment:
    adjustment = queries.adjustment(actor, id)
    if not queries.may_decide(actor, adjustment):
        if adjustment.requester_id == actor.person_id:
            raise Forbidden("targets.own_request")
        raise Forbidden("targets.not_the_approver", name=org.person(actor, queries.present_approver(adjustment)).name)
    return _open_adjustment(actor, id)


def _open_adjustment(actor: Actor, id: str) -> Adjustment:
    """A request that nobody has decided yet, locked until the end of the transaction."""
    queries.adjustment(actor, id)
    adjustment = _locked(Adjustment, id)
    if adjustment.status != "submitted":
        raise Refusal("already_decided", status=409)
    return adjustment


def _decide(actor: Actor, adjustment: Adjustment, status: str, note: str | None) -> None:
    adjustment.status = status
    adjustment.decided_at = actor.now
    adjustment.decided_by = actor.person_id
    adjustment.decision_note = (note or "").strip() or None


def _announce_decision(actor: Actor, adjustment: Adjustment, told: Iterable[str]) -> None:
    events.announce(
        actor,
        AdjustmentDecided(
            adjustment_id=adjustment.id,
            requester_id=adjustment.requester_id,
            approver_id=adjustment.approver_id,
            decided_by=actor.person_id,
            decided_by_name=org.person(actor, actor.person_id).name,
            decision=adjustment.status,
            note=adjustment.decision_note,
            told_ids=tuple(sorted(told)),
        ),
    )


# --- Receipts of change -------------------------------------------------------------------------------


def see_change(actor: Actor, *, id: str) -> None:
    """Notes that a person has seen their receipt of change."""
    receipt = queries.own_receipt(actor, id)
    receipt.seen_at = receipt.seen_at or actor.at


def acknowledge_change(actor: Actor, *, id: str) -> None:
    """Acknowledges a change, at the time when the person did, and with it the earlier ones of the same period."""
    receipt = queries.own_receipt(actor, id)
    earlier = select(ChangeReceipt).where(
        ChangeReceipt.person_id == receipt.person_id,
        ChangeReceipt.plan_id == receipt.plan_id,
        ChangeReceipt.period_start == receipt.period_start,
        ChangeReceipt.period_end == receipt.period_end,
        ChangeReceipt.to_version <= receipt.to_version,
        ChangeReceipt.acknowledged_at.is_(None),
    )
    for row in db.session.scalars(earlier.order_by(ChangeReceipt.to_version, ChangeReceipt.id)).all():
        row.seen_at = row.seen_at or actor.at
        row.acknowledged_at = actor.at
        events.announce(actor, ChangeAcknowledged(row.id, row.person_id, row.decided_by))


def ask_about_change(actor: Actor, *, id: str, question: str) -> None:
    """Asks the author of a change about it. Counts as seen, not as acknowledged."""
    receipt = queries.own_receipt(actor, id)
    receipt.question = _filled(question, "targets.question_missing")
    receipt.asked_at = actor.at
    receipt.seen_at = receipt.seen_at or actor.at
    name = org.person(actor, actor.person_id).name
    fact = ChangeQuestioned(
        receipt.id, receipt.person_id, name, receipt.decided_by, receipt.period_start, receipt.period_end, receipt.question
    )
    events.announce(actor, fact)


# --- Closed days --------------------------------------------------------------------------------------


def freeze_closed_days(actor: Actor, person_ids: Iterable[str]) -> None:
    """Fixes what the closed days of these people asked, by the weights now in force.

    To be called before anything that changes their working days.
    """
    for person_id in sorted(set(person_ids)):
        today = _today_of(actor, person_id)
        wanted = select(Target).where(
            Target.person_id == person_id, Target.to_version.is_(None), Target.archived_at.is_(None), Target.period_start < today
        )
        rows = [
            row
            for row in db.session.scalars(wanted.order_by(Target.id))
            if row.frozen_until is None or row.frozen_until < row.period_end
        ]
        if not rows:
            continue
        weights = org.day_weights(person_id, min(row.period_start for row in rows), max(row.period_end for row in rows))
        for row in rows:
            _freeze(row, weights, today)


def _freeze(row: Target, weights: rules.Days, today: date) -> None:
    """Fixes the days of a leaf before today; days that are fixed already stay as they are."""
    if row.frozen_until is not None and row.frozen_until >= min(today - timedelta(days=1), row.period_end):
        return
    leaf = queries.to_leaf(row)
    frozen, until = rules.freeze(leaf.value, leaf.frozen, leaf.frozen_until, weights, leaf.period, today)
    row.frozen = _as_json(frozen)
    row.frozen_until = until


# --- One new version ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Change:
    """What shall become of which leaves. `originals` are leaves to be restored to the cent, by the id of the
    leaf that took their place: splitting anew after freezing could move odd cents between open days."""

    plan: Plan
    values: Mapping[str, int]
    holder_id: str
    effective_from: date
    originals: Mapping[str, rules.Leaf] = field(default_factory=dict)


def preview(actor: Actor, *, plan_id: str, values: Mapping[str, int], holder_id: str, effective_from: date) -> rules.Effect:
    """What changing these leaves would do; nothing is written. The caller may see the people touched."""
    plan = queries.plan(actor, plan_id)
    people = db.session.scalars(select(Target.person_id).where(Target.id.in_(list(values)))).all()
    if not all(queries.may_see(actor, person_id) for person_id in set(people)):
        raise NotFound()
    return _effect(actor, _Change(plan, values, holder_id, effective_from))


def _effect(actor: Actor, change: _Change) -> rules.Effect:
    """Gathers what the rules need, and asks them."""
    touched = db.session.scalars(queries.current(change.plan.id).where(Target.id.in_(list(change.values)))).all()
    periods = {(row.period_start, row.period_end) for row in touched}
    people = {row.person_id for row in touched}
    rows = [
        row
        for row in db.session.scalars(queries.current(change.plan.id, people | {change.holder_id}))
        if (row.period_start, row.period_end) in periods and (row.person_id in people or row.is_unassigned)
    ]
    leaves = [queries.to_leaf(row) for row in rows]
    everyone = sorted({leaf.person_id for leaf in leaves} | {change.holder_id})
    weights = org.day_weights_of(everyone, min(start for start, _ in periods), max(end for _, end in periods))
    today = _today(actor, people)
    places = {(start, end, person) for start, end in periods for person in people}
    booked = queries.booked(change.plan, places, dict.fromkeys(people, today))
    effect = rules.effect(leaves, change.values, change.holder_id, change.effective_from, today, weights, booked)
    if not change.originals:
        return effect
    kept = {id: (old.frozen, old.frozen_until) for id, old in change.originals.items()}
    restored = [
        replace(leaf, frozen=kept[leaf.replaces][0], frozen_until=kept[leaf.replaces][1]) if leaf.replaces in kept else leaf
        for leaf in effect.leaves
    ]
    return rules.describe(leaves, restored, effect.effective_from, today, weights, booked)


def _publish(actor: Actor, change: _Change, *, reason: str, adjustment: Adjustment | None, decided_by: str) -> PlanVersion:
    plan = change.plan
    effect = _effect(actor, change)
    if not effect.leaves:
        raise Refusal("targets.nothing_changes")
    plan.version += 1
    version = _add_version(actor, plan, effective_from=effect.effective_from, adjustment_id=adjustment.id if adjustment else None)
    old = {
        row.id: row
        for row in db.session.scalars(queries.current(plan.id).where(Target.id.in_([leaf.replaces for leaf in effect.leaves])))
    }
    kinds = {(row.period_start, row.period_end): row.period_kind for row in old.values()}
    for leaf in effect.leaves:
        before = old.get(leaf.replaces or "")
        if before is not None:
            before.to_version = plan.version - 1
        db.session.add(_target(actor, plan, leaf, effect.effective_from, before, kind=kinds[leaf.period]))
    db.session.flush()
    for person in effect.people:
        receipt = _receipt(actor, plan, effect, person, reason, adjustment, decided_by)
        db.session.add(receipt)
        db.session.flush()
        events.announce(actor, _changed(actor, receipt, person))
    return version


def _add_version(actor: Actor, plan: Plan, *, effective_from: date, adjustment_id: str | None = None) -> PlanVersion:
    version = PlanVersion(
        **(_record(actor) | {"created_at": actor.now}),  # when it became known, not when the phone was tapped
        plan_id=plan.id,
        number=plan.version,
        effective_from=effective_from,
        adjustment_id=adjustment_id,
        client_id=actor.client_id,
        n=actor.n,
    )
    db.session.add(version)
    db.session.flush()
    return version


def _target(
    actor: Actor,
    plan: Plan,
    leaf: rules.Leaf,
    effective_from: date,
    before: Target | None,
    *,
    kind: str = "free",
    flags: list[str] | None = None,
) -> Target:
    """The row of a new leaf. Floor and stretch give way where the new value passes them."""
    floor = before.floor_value if before else None
    stretch = before.stretch_value if before else None
    kept = [flag for flag in (flags if flags is not None else before.flags if before else []) if flag != "over_assigned"]
    return Target(
        **_record(actor),
        plan_id=plan.id,
        person_id=leaf.person_id,
        period_kind=before.period_kind if before else kind,
        period_start=leaf.period_start,
        period_end=leaf.period_end,
        product_line_id=leaf.product_line_id,
        value=leaf.value,
        floor_value=None if floor is None else min(floor, leaf.value),
        stretch_value=None if stretch is None else max(stretch, leaf.value),
        currency=plan.currency,
        from_version=plan.version,
        effective_from=max(effective_from, leaf.period_start),
        frozen=_as_json(leaf.frozen),
        frozen_until=leaf.frozen_until,
        is_unassigned=leaf.is_unassigned,
        flags=kept + (["over_assigned"] if leaf.is_unassigned and leaf.value < 0 else []),
    )


def _receipt(
    actor: Actor,
    plan: Plan,
    effect: rules.Effect,
    person: rules.PersonEffect,
    reason: str,
    adjustment: Adjustment | None,
    decided_by: str,
) -> ChangeReceipt:
    return ChangeReceipt(
        **_record(actor),
        person_id=person.person_id,
        plan_id=plan.id,
        adjustment_id=adjustment.id if adjustment else None,
        from_version=plan.version - 1,
        to_version=plan.version,
        effective_from=effect.effective_from,
        period_start=person.period_start,
        period_end=person.period_end,
        currency=plan.currency,
        old_total=person.old_total,
        new_total=person.new_total,
        cells=[{"product_line_id": c.product_line_id, "old_value": c.old_value, "new_value": c.new_value} for c in person.cells],
        days=[{"on": d.on.isoformat(), "old_value": d.old_value, "new_value": d.new_value} for d in person.days],
        reason=reason,
        decided_by=decided_by,
        decided_at=actor.now,
        due_at=due_at(person.person_id, actor.now),
    )


def due_at(person_id: str, now: datetime) -> datetime | None:
    """By when a change is to be acknowledged: 18:00 local time of the person's next working day."""
    zone = org.zone(person_id)
    first = clock.local_day(now, zone) + timedelta(days=1)
    weights = org.day_weights(person_id, first, first + timedelta(days=_DUE_WITHIN))
    day = next((day for day, weight in sorted(weights.items()) if weight), None)
    return datetime.combine(day, ACKNOWLEDGE_BY, ZoneInfo(zone)).astimezone(UTC) if day else None


def _changed(actor: Actor, receipt: ChangeReceipt, person: rules.PersonEffect) -> PlanChanged:
    on, is_today, old, new = rules.first_difference(person, _today_of(actor, person.person_id))
    return PlanChanged(
        receipt_id=receipt.id,
        person_id=receipt.person_id,
        decided_by=receipt.decided_by,
        period_start=receipt.period_start,
        period_end=receipt.period_end,
        currency=receipt.currency,
        old_total=receipt.old_total,
        new_total=receipt.new_total,
        on=on,
        is_today=is_today,
        day_old=old,
        day_new=new,
        reason=receipt.reason,
    )


# --- Checks -------------------------------------------------------------------------------------------


def _check_planner(actor: Actor) -> None:
    if not queries.sees_all(actor):
        raise Forbidden()


def _filled(text: str | None, code: str) -> str:
    text = (text or "").strip()
    if not text:
        raise Refusal(code)
    return text


def _cells(actor: Actor, plan: Plan, cells: Sequence[NewValue]) -> list[Target]:
    """The leaves that the cells mean today, in their order. A leaf replaced since stands for the one that took its place."""
    if len({cell["target_id"] for cell in cells}) < len(cells):
        raise Refusal("targets.cell_twice")
    if any(cell["new_value"] < 0 for cell in cells):
        raise Refusal("targets.value_negative")
    named = {
        row.id: row
        for row in db.session.scalars(
            select(Target).where(Target.plan_id == plan.id, Target.id.in_([c["target_id"] for c in cells]))
        )
    }
    if len(named) < len(cells) or not all(queries.may_see(actor, person) for person in {row.person_id for row in named.values()}):
        raise NotFound()
    return [_present(plan, _place_of(named[cell["target_id"]])) for cell in cells]


def _rows_of(adjustment: Adjustment) -> list[Target]:
    """The present leaves at the places that a request touches, in the order of its cells."""
    plan = db.session.get_one(Plan, adjustment.plan_id)
    return [_present(plan, _place_of(db.session.get_one(Target, cell["target_id"]))) for cell in adjustment.cells]


def _present(plan: Plan, place: _Place) -> Target:
    found = next((row for row in db.session.scalars(queries.current(plan.id, [place[0]])) if _place_of(row) == place), None)
    if found is None:
        raise NotFound()
    return found


def _check_seen(actor: Actor, plan: Plan, rows: Sequence[Target], seen_version: int) -> None:
    """Raises StaleVersion if one of these leaves is younger than what the person saw.

    What the same phone did earlier is no news to it (sync.md, section 1).
    """
    if seen_version > plan.version:
        raise StaleVersion()
    unseen = {row.from_version for row in rows if row.from_version > seen_version}
    if not unseen:
        return
    made = db.session.scalars(select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.number.in_(unseen)))
    if not all(_did_it_itself(actor, version) for version in made):
        raise StaleVersion()


def _did_it_itself(actor: Actor, version: PlanVersion) -> bool:
    if actor.client_id is None or actor.n is None or version.n is None:
        return False
    return version.client_id == actor.client_id and version.created_by == actor.person_id and version.n < actor.n


def _check_open(actor: Actor, rows: Sequence[Target], effective_from: date, today: date) -> None:
    for row in rows:
        period = words.period(row.period_start, row.period_end, actor.locale)
        if row.is_locked:
            raise Refusal("targets.target_locked")
        if row.period_end < today:
            raise Refusal("targets.period_closed", period=period)
        if effective_from > row.period_end:
            raise Refusal("targets.effective_after_period", period=period)


def _today(actor: Actor, person_ids: Iterable[str]) -> date:
    """The day that is open for all of these people: no closed day of anyone is touched."""
    return max(_today_of(actor, person_id) for person_id in sorted(person_ids))


def _today_of(actor: Actor, person_id: str) -> date:
    return clock.local_day(actor.now, org.zone(person_id))


def _locked(model: type[_Row], id: str) -> _Row:
    """A row read afresh and locked until the end of the transaction: two decisions queue up."""
    return db.session.get_one(model, id, with_for_update=True, populate_existing=True)


def _record(actor: Actor) -> dict[str, Any]:
    return {"organization_id": actor.organization_id, "created_at": actor.at, "created_by": actor.person_id}


def _as_json(days: rules.Days) -> dict[str, int]:
    return {day.isoformat(): amount for day, amount in sorted(days.items())}
