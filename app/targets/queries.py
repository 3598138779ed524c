"""Who may see which targets, where they travel, and how a person stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import Select, func, or_, select

from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import NotFound
from app.org import queries as org
from app.sales import queries as sales
from app.targets import rules
from app.targets.models import Adjustment, ChangeReceipt, Plan, PlanVersion, Target
from app.visits import queries as visits

# --- Buckets ------------------------------------------------------------------------------------


def organization_bucket(row: Plan | PlanVersion) -> list[str]:
    """Everyone knows that there is a plan and which version holds; what it asks of whom is elsewhere."""
    return [f"org:{row.organization_id}"]


def target_buckets(row: Target) -> list[str]:
    """A target is its person's, and of those above."""
    return [] if row.archived_at else [f"person:{row.person_id}"]


def adjustment_buckets(row: Adjustment) -> list[str]:
    """A request is the requester's (and of those above) and the approver's."""
    return [] if row.archived_at else [f"person:{row.requester_id}", f"user:{row.approver_id}"]


def receipt_buckets(row: ChangeReceipt) -> list[str]:
    """A receipt of change is its person's, and of those above, who see whether it landed."""
    return [] if row.archived_at else [f"person:{row.person_id}"]


# --- Scope ----------------------------------------------------------------------------------------


def plan(actor: Actor, plan_id: str) -> Plan:
    """A plan of the actor's organisation. Raises NotFound."""
    found = db.session.get(Plan, plan_id)
    if found is None or found.organization_id != actor.organization_id:
        raise NotFound()
    return found


def may_see(actor: Actor, person_id: str) -> bool:
    """Whether the actor may see a person's targets: the person, everyone above, admins."""
    return actor.is_system or org.may_see_work_of(actor, person_id)


def adjustment(actor: Actor, adjustment_id: str) -> Adjustment:
    """A request that the actor may see: one's own, one to decide, one of somebody below. Raises NotFound."""
    found = db.session.get(Adjustment, adjustment_id)
    if found is None or found.organization_id != actor.organization_id:
        raise NotFound()
    if actor.person_id != found.approver_id and not may_see(actor, found.requester_id):
        raise NotFound()
    return found


def own_receipt(actor: Actor, receipt_id: str) -> ChangeReceipt:
    """A receipt of change of the actor's own. Raises NotFound for anyone else's."""
    found = db.session.get(ChangeReceipt, receipt_id)
    if found is None or found.organization_id != actor.organization_id or found.person_id != actor.person_id:
        raise NotFound()
    return found


# --- Leaves ---------------------------------------------------------------------------------------


def current(plan_id: str, person_ids: Iterable[str] | None = None) -> Select[Target]:
    """The leaves of a plan that hold now, of these people or of all."""
    found = select(Target).where(Target.plan_id == plan_id, Target.to_version.is_(None))
    if person_ids is not None:
        found = found.where(Target.person_id.in_(list(person_ids)))
    return found.order_by(Target.period_start, Target.period_end, Target.person_id, Target.id)


def at_version(plan_id: str, version: int, person_ids: Iterable[str] | None = None) -> list[Target]:
    """The leaves as they stood in a version of a plan: an answer that never changes."""
    found = select(Target).where(
        Target.plan_id == plan_id, Target.from_version <= version, or_(Target.to_version.is_(None), Target.to_version >= version)
    )
    if person_ids is not None:
        found = found.where(Target.person_id.in_(list(person_ids)))
    return list(db.session.scalars(found.order_by(Target.period_start, Target.period_end, Target.person_id, Target.id)))


def version_known_at(plan_id: str, instant: datetime) -> int | None:
    """The number of the version that was the present one at an instant; None before the first."""
    return db.session.scalar(
        select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan_id, PlanVersion.created_at <= instant)
    )


def to_leaf(row: Target) -> rules.Leaf:
    """A row as the rules see it."""
    return rules.Leaf(
        id=row.id,
        person_id=row.person_id,
        product_line_id=row.product_line_id,
        period_start=row.period_start,
        period_end=row.period_end,
        value=row.value,
        frozen={date.fromisoformat(day): amount for day, amount in row.frozen.items()},
        frozen_until=row.frozen_until,
        is_unassigned=row.is_unassigned,
    )


# --- Pace -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How a person stands in one period of a plan, and on what it rests. Money in minor units of `currency`."""

    person_id: str
    plan_id: str
    plan_version: int
    currency: str
    period_start: date
    period_end: date
    pace: rules.Pace
    days: Mapping[date, int]


@dataclass(frozen=True)
class Attainment:
    """What was reached, against the plan as it was first made and as it is now. None: no target."""

    actual: int
    original_target: int
    current_target: int
    original: Fraction | None
    current: Fraction | None


@dataclass(frozen=True)
class Today:
    """What one day asks of a person; `standing` is None without a target for the day."""

    person_id: str
    day: date
    is_working_day: bool
    standing: Standing | None
    stops: int
    first_stop_at: str | None
    first_stop_name: str | None
    unconfirmed: int


def standings(plan_row: Plan, person_ids: Sequence[str], day: date) -> list[Standing]:
    """How these people stand on a day in the periods of a plan that hold it, ordered by period and person.

    What is unassigned is nobody's to sell and stays out. The caller has checked who may see it.
    """
    wanted = current(plan_row.id, person_ids).where(
        Target.period_start <= day, Target.period_end >= day, Target.is_unassigned.is_(False)
    )
    return _standings(plan_row, list(db.session.scalars(wanted)), day)


def standing(actor: Actor, *, plan_id: str, person_id: str, period_start: date, period_end: date, day: date) -> Standing:
    """How a person stands on a day in one period. Raises NotFound if the actor may not see it or there is no target."""
    plan_row = plan(actor, plan_id)
    if not may_see(actor, person_id):
        raise NotFound()
    wanted = current(plan_id, [person_id]).where(
        Target.period_start == period_start, Target.period_end == period_end, Target.is_unassigned.is_(False)
    )
    found = _standings(plan_row, list(db.session.scalars(wanted)), day)
    if not found:
        raise NotFound()
    return found[0]


def _standings(plan_row: Plan, rows: Sequence[Target], day: date) -> list[Standing]:
    groups: dict[tuple[date, date, str], list[Target]] = defaultdict(list)
    for row in rows:
        groups[row.period_start, row.period_end, row.person_id].append(row)
    if not groups:
        return []
    people = sorted({key[2] for key in groups})
    weights = org.day_weights_of(people, min(key[0] for key in groups), max(key[1] for key in groups))
    facts = {(b.person_id, b.period_start, b.period_end): b for b in booked(plan_row, groups, dict.fromkeys(people, day))}
    found = []
    for (start, end, person_id), held in sorted(groups.items()):
        days = rules.add_days(rules.leaf_days(to_leaf(row), weights[person_id]) for row in held)
        fact = facts[person_id, start, end]
        result = rules.pace(sum(row.value for row in held), days, weights[person_id], (start, end), fact.before, fact.today, day)
        found.append(Standing(person_id, plan_row.id, plan_row.version, plan_row.currency, start, end, result, days))
    return found


def booked(plan_row: Plan, places: Iterable[tuple[date, date, str]], today: Mapping[str, date]) -> list[rules.Booked]:
    """What people were credited in periods (start, end, person), before their today and on it; what comes later does not count yet."""
    places = sorted(set(places))
    if not places:
        return []
    people = sorted({person for _, _, person in places})
    first, last = min(place[0] for place in places), max(place[1] for place in places)
    credits = sales.credited(people, plan_row.metric, first, last)
    found = []
    for start, end, person_id in places:
        own = [(day, amount) for day, amount in credits.get(person_id, {}).items() if start <= day <= end]
        before = sum(amount for day, amount in own if day < today[person_id])
        found.append(rules.Booked(person_id, start, end, before, sum(amount for day, amount in own if day == today[person_id])))
    return found


def attainment(actor: Actor, *, plan_id: str, person_id: str, period_start: date, period_end: date, day: date) -> Attainment:
    """What a person reached in a period up to a day, against the first plan and against the present one."""
    if not may_see(actor, person_id):
        raise NotFound()
    plan_row = plan(actor, plan_id)
    wanted = select(Target).where(
        Target.plan_id == plan_id,
        Target.person_id == person_id,
        Target.period_start == period_start,
        Target.period_end == period_end,
        Target.is_unassigned.is_(False),
    )
    rows = list(db.session.scalars(wanted.order_by(Target.from_version, Target.id)))
    if not rows:
        raise NotFound()
    first = rows[0].from_version
    original = sum(row.value for row in rows if row.from_version == first)
    now = sum(row.value for row in rows if row.to_version is None)
    (fact,) = booked(plan_row, [(period_start, period_end, person_id)], {person_id: day})
    actual = fact.before + fact.today
    return Attainment(actual, original, now, *(Fraction(actual, target) if target > 0 else None for target in (original, now)))


def today(person_id: str, day: date) -> Today:
    """What a day asks of a person: the number of the shortest period that holds the day, the stops, the open changes.

    Of several plans the one made first counts. For the morning reminder; it asks no actor.
    """
    plans = db.session.scalars(
        select(Plan)
        .join(Target, Target.plan_id == Plan.id)
        .where(Target.person_id == person_id, Target.to_version.is_(None), Target.period_start <= day, Target.period_end >= day)
        .distinct()
        .order_by(Plan.created_at, Plan.id)
    ).all()
    found = [one for row in plans for one in standings(row, [person_id], day)]
    stops = visits.stops(person_id, day)
    first = stops[0] if stops else None
    return Today(
        person_id=person_id,
        day=day,
        is_working_day=org.is_working_day(person_id, day),
        standing=min(found, key=lambda one: one.period_end - one.period_start) if found else None,
        stops=len(stops),
        first_stop_at=first.planned_at if first else None,
        first_stop_name=first.customer_name if first else None,
        unconfirmed=unconfirmed(person_id),
    )


def unconfirmed(person_id: str) -> int:
    """How many changes of plan a person has not acknowledged."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(ChangeReceipt)
            .where(
                ChangeReceipt.person_id == person_id, ChangeReceipt.acknowledged_at.is_(None), ChangeReceipt.archived_at.is_(None)
            )
        )
        or 0
    )


# --- Who decides ------------------------------------------------------------------------------------


def approver(requester_id: str, person_ids: Iterable[str]) -> str | None:
    """Who decides a request: the lowest manager above the requester whose subtree holds every touched person.

    A manager stands in their own subtree, but nobody decides what touches themselves. None: there is no such person.
    """
    touched = set(person_ids)
    for manager_id in org.above(requester_id):
        if touched <= set(org.below(manager_id)):
            return manager_id
    return None


def present_approver(row: Adjustment) -> str:
    """Who decides a request as the tree stands now; whoever it was sent to if there is nobody above any more."""
    return approver(row.requester_id, {cell["person_id"] for cell in row.cells}) or row.approver_id


def may_decide(actor: Actor, row: Adjustment) -> bool:
    """Whether the actor may decide a request: the approver as the tree stands now, or someone above; never who asked."""
    if actor.person_id == row.requester_id:
        return False
    approver_id = present_approver(row)
    return actor.person_id == approver_id or org.is_above(actor.person_id, approver_id)


def sees_all(actor: Actor) -> bool:
    """Whether the actor plans for the whole organisation."""
    return actor.is_system or actor.role in {Role.ADMIN, Role.DIRECTOR}
