"""A small company for the tests of notices, and a package that has something to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.actor import Actor, Role
from app.core.db import db
from app.domain import Domain, NoticeKind, Words
from app.notifications import compose, service
from app.notifications.models import Delivery, Notice, PushSubscription
from app.org.models import Account, Organization, Person
from tests.push_service import Browser

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # a Monday, 12:00 in Shanghai


@dataclass(frozen=True)
class TargetCut:
    """Something happened that people must hear of at once."""

    number: int
    people: tuple[str, ...]


@dataclass(frozen=True)
class VisitPraised:
    """Something happened that can wait for the morning."""

    number: int
    people: tuple[str, ...]


@dataclass(frozen=True)
class CutAccepted:
    """The answer to TargetCut, given on some screen."""

    number: int
    person_id: str


CUT = NoticeKind(
    kind="fair.target_cut",
    event=TargetCut,
    audience=lambda actor, fact: fact.people,
    compose=lambda fact, person_id, locale: Words(
        title="目标已调整" if locale.startswith("zh") else "Your target changed",
        body=f"60.0 → 55.0({fact.number})",
        url=f"/changes/{fact.number}",
        actions=[
            {"action": "acknowledge", "title": "确认", "mutation": "fair.accept", "args": {"id": str(fact.number)}},
            {"action": "open", "title": "查看"},
        ],
    ),
    dedupe=lambda fact, person_id: f"fair.target_cut:{fact.number}",
    urgent=True,
    needs_answer=True,
    answered_by={CutAccepted: lambda fact: [(fact.person_id, f"fair.target_cut:{fact.number}")]},
)
PRAISE = NoticeKind(
    kind="fair.visit_praised",
    event=VisitPraised,
    audience=lambda actor, fact: fact.people,
    compose=lambda fact, person_id, locale: Words(title="赞", body=f"第 {fact.number} 次拜访", url="/today"),
    dedupe=lambda fact, person_id: f"fair.visit_praised:{fact.number}",
)


def say_good_morning(person_id: str, day: date, locale: str) -> Words | None:
    """What this company says in the morning."""
    return Words(title="今天需要 ¥6.1万" if locale.startswith("zh") else "Needed today: ¥61k", body=f"{day}", url="/today")


FAIR = Domain(name="fair", notices=[CUT, PRAISE], morning=say_good_morning)


def make_company(zone: str = "Asia/Shanghai", **changes: Any) -> Organization:
    organization = Organization(
        id="org-1",
        created_at=NOON,
        code="fair",
        name="示例",
        currency="CNY",
        time_zone=zone,
        calendar="CN",
        workdays=[1, 2, 3, 4, 5],
    )
    for name, value in changes.items():
        setattr(organization, name, value)
    db.session.add(organization)
    db.session.flush()
    return organization


def make_person(person_id: str = "li", organization_id: str = "org-1", **account: Any) -> Actor:
    """A person with an account; answers them as an actor at noon."""
    common = {"organization_id": organization_id, "created_at": NOON}
    db.session.add(Person(id=person_id, name=person_id, role="rep", **common))
    db.session.flush()
    account = {"is_reminded": False, **account}
    db.session.add(Account(id=f"account-{person_id}", person_id=person_id, **account, **common))
    db.session.flush()
    return Actor(organization_id, person_id, Role.REP, NOON, NOON, account.get("locale", "zh-CN"))


def subscribe(actor: Actor, browser: Browser, device_id: str | None = None) -> PushSubscription:
    return service.subscribe(
        actor,
        device_id=device_id,
        endpoint=browser.endpoint,
        p256dh=browser.p256dh,
        auth=browser.auth,
        vapid_key=browser.vapid_key,
    )


def system(now: datetime) -> Actor:
    return Actor.system("org-1", now)


def listen() -> None:
    """Adds the fair's notices to those of the application."""
    from app.factory import DOMAINS

    compose.listen([*DOMAINS, FAIR])


def notices(person_id: str = "li") -> list[Notice]:
    found = db.session.query(Notice).filter_by(person_id=person_id).order_by(Notice.created_at, Notice.dedupe_key)
    return found.populate_existing().all()


def deliveries(person_id: str = "li") -> list[Delivery]:
    found = db.session.query(Delivery).filter_by(person_id=person_id).order_by(Delivery.created_at, Delivery.id)
    return found.populate_existing().all()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
