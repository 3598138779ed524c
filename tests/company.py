"""A small company for tests, made through the services: two teams, finance, an admin, one visit type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.core.actor import Actor, Role
from app.core.db import db, new_id
from app.customers import service as customers
from app.customers.models import Customer
from app.org import service as org
from app.org.models import Person
from app.sales import service as sales
from app.visits import service as visits
from app.visits.models import VisitType

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, a Monday

STEPS: list[dict[str, Any]] = [
    {"key": "photo", "kind": "photo", "label": {"zh": "照片", "en": "Photo"}, "is_required": True, "min": 1},
    {
        "key": "shelf",
        "kind": "choice",
        "label": {"zh": "在架", "en": "Shelf"},
        "is_required": True,
        "options": [{"key": "full", "label": {"zh": "齐全", "en": "Complete"}}],
    },
    {"key": "stock", "kind": "number", "label": {"zh": "库存", "en": "Stock"}, "min": 0, "max": 99},
]
OUTCOMES = [{"key": "ordered", "label": {"zh": "已下单", "en": "Ordered"}}]
PHOTO = {"sha256": "a" * 64, "step_key": "photo", "media_type": "image/jpeg", "size": 1000, "taken_at": None}


@dataclass(frozen=True)
class Company:
    """The people as actors: `rep` and `colleague` are below `manager`, `stranger` is in another team."""

    system: Actor
    director: Actor
    manager: Actor
    rep: Actor
    colleague: Actor
    other_manager: Actor
    stranger: Actor
    finance: Actor
    admin: Actor
    staff: Actor
    visit_type: VisitType

    def customer(self, owner: Actor | None = None, **values: Any) -> Customer:
        """A customer of the rep, or of another."""
        customer_id = new_id()
        customers.create(owner or self.rep, id=customer_id, **{"name": "仁济门诊", **values})
        db.session.flush()
        found = db.session.get(Customer, customer_id)
        assert found is not None
        return found

    def product(self, line_id: str | None = None) -> str:
        """The id of a product."""
        return sales.add_product(self.admin, id=new_id(), name="监护仪", product_line_id=line_id).id

    def line(self, name: str = "监护设备") -> str:
        """The id of a product line."""
        return sales.add_product_line(self.admin, id=new_id(), name=name).id


def at(actor: Actor, moment: datetime) -> Actor:
    """The same person at another time."""
    return replace(actor, now=moment, at=moment)


def make_company(code: str = "kq", time_zone: str = "Asia/Shanghai") -> Company:
    """Makes the company in the present session."""
    organization = org.create_organization(
        now=MORNING, code=code, name="康桥医疗", currency="CNY", time_zone=time_zone, calendar_code="CN"
    )
    system = Actor.system(organization.id, MORNING)

    def person(name: str, role: Role, manager: Person | None = None) -> Person:
        made = org.create_person(system, name=name, role=role)
        if manager:
            org.join_manager(system, person_id=made.id, manager_id=manager.id)
        return made

    def actor(made: Person) -> Actor:
        return Actor(organization.id, made.id, Role(made.role), MORNING, MORNING)

    director = person("陈明", Role.DIRECTOR)
    manager = person("王强", Role.MANAGER, director)
    other_manager = person("孙浩", Role.MANAGER, director)
    admin = actor(person("何洁", Role.ADMIN))
    visit_type = visits.publish_visit_type(
        admin, code="routine", name={"zh": "常规拜访", "en": "Routine visit"}, steps=STEPS, outcomes=OUTCOMES
    )
    return Company(
        system=system,
        director=actor(director),
        manager=actor(manager),
        rep=actor(person("李婷", Role.REP, manager)),
        colleague=actor(person("周敏", Role.REP, manager)),
        other_manager=actor(other_manager),
        stranger=actor(person("吴迪", Role.REP, other_manager)),
        finance=actor(person("刘芳", Role.FINANCE)),
        admin=admin,
        staff=actor(person("赵敏", Role.STAFF)),
        visit_type=visit_type,
    )
