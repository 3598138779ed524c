"""Which customers a person may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from app.core import clock
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import AccessLost, Gone, NotFound
from app.customers.models import Contact, Customer, CustomerAssignment
from app.org import queries as org

_SEES_ALL = {Role.ADMIN, Role.FINANCE}
_SEES_BELOW = {Role.MANAGER, Role.DIRECTOR}
MOST_REDIRECTS = 10


# --- Buckets and grants ------------------------------------------------------------------------


def customer_buckets(customer: Customer) -> list[str]:
    """A customer is in its own bucket; its owner holds that."""
    return [] if customer.archived_at else [f"cust:{customer.id}"]


def contact_buckets(contact: Contact) -> list[str]:
    """A contact goes where its customer goes."""
    return [] if contact.archived_at else [f"cust:{contact.customer_id}"]


def organization_bucket(row: Any) -> list[str]:
    """What everyone in the organisation sees."""
    return [f"org:{row.organization_id}"]


def owner_grants(organization_id: str, person_ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    """An owner holds the buckets of the customers that they look after."""
    rows = db.session.execute(
        select(Customer.owner_id, Customer.id)
        .where(
            Customer.organization_id == organization_id,
            Customer.owner_id.in_(person_ids),
            Customer.archived_at.is_(None),
        )
        .order_by(Customer.id)
    )
    return [(owner_id, f"cust:{customer_id}") for owner_id, customer_id in rows if owner_id]


def touched_owners(customer: Customer, changed: Mapping[str, Any]) -> list[str]:
    """Whose grants a change of a customer may touch: the owner's, and the former owner's."""
    is_new = not changed
    if not is_new and not {"owner_id", "archived_at"} & changed.keys():
        return []
    return [person for person in (customer.owner_id, changed.get("owner_id")) if person]


# --- Scope -------------------------------------------------------------------------------------


def scope(actor: Actor) -> ColumnElement[bool]:
    """The condition that a customer is the actor's to see.

    A rep and staff see their own, managers and directors also those of everyone below them, admin
    and finance all of the organisation.
    """
    return scope_of(actor.person_id, actor.role)


def scope_of(person_id: str, role: Role | str) -> ColumnElement[bool]:
    """The same for a person who is not acting now, such as the one who admits another's work."""
    if role in _SEES_ALL:
        return true()
    if role in _SEES_BELOW:
        return Customer.owner_id.in_([person_id, *org.below(person_id)])
    return Customer.owner_id == person_id


def visible(actor: Actor) -> Select[Customer]:
    """The customers that the actor may see, without the archived ones, by name."""
    return (
        select(Customer)
        .where(Customer.organization_id == actor.organization_id, Customer.archived_at.is_(None), scope(actor))
        .order_by(Customer.name, Customer.id)
    )


def search(actor: Actor, q: str, limit: int) -> list[Customer]:
    """Visible customers whose name, initials or phone contain `q`; merged ones are left out."""
    found = visible(actor).where(Customer.merged_into_id.is_(None))
    text = q.strip()
    if text:
        found = found.where(
            or_(
                Customer.name.icontains(text, autoescape=True),
                Customer.initials.startswith(text.lower().replace(" ", ""), autoescape=True),
                Customer.phone.contains(text, autoescape=True),
            )
        )
    return list(db.session.scalars(found.limit(limit)))


def get(actor: Actor, customer_id: str) -> Customer:
    """The customer of this id, or the one it was merged into.

    Raises NotFound if there is none or it is not the actor's to see, Gone if it was deleted, and
    AccessLost if the actor looked after it before: that work is kept for a person who may decide.
    """
    customer = _following_merges(actor, customer_id)
    if not is_visible(actor, customer):
        if lost_at(actor, customer.id) is None:
            raise NotFound()
        if not _is_admitted(actor, customer):
            raise AccessLost()
    if customer.archived_at:
        raise Gone()
    return customer


def is_visible(actor: Actor, customer: Customer) -> bool:
    """Whether this customer is in the actor's scope now."""
    return _is_in(scope(actor), customer)


def find(actor: Actor, customer_id: str) -> Customer:
    """The customer of this id in the organisation, whoever looks after it. Raises NotFound.

    For rules that judge a lost customer themselves; it is no permission to show it.
    """
    return _following_merges(actor, customer_id)


def today(actor: Actor) -> date:
    """The local day on which the actor acts: in their own time zone, or the organisation's for the system."""
    zone = org.organization(actor).time_zone if actor.is_system else org.zone(actor.person_id)
    return clock.local_day(actor.at, zone)


def lost_at(actor: Actor, customer_id: str) -> datetime | None:
    """When the actor last stopped looking after the customer; None if they never did."""
    return db.session.scalar(
        select(func.max(CustomerAssignment.ended_at)).where(
            CustomerAssignment.organization_id == actor.organization_id,
            CustomerAssignment.customer_id == customer_id,
            CustomerAssignment.person_id == actor.person_id,
        )
    )


def contacts_of(customer: Customer) -> list[Contact]:
    """The contacts of a customer, in their order."""
    return list(
        db.session.scalars(
            select(Contact)
            .where(Contact.customer_id == customer.id, Contact.archived_at.is_(None))
            .order_by(Contact.sort, Contact.created_at, Contact.id)
        )
    )


def _following_merges(actor: Actor, customer_id: str) -> Customer:
    for _ in range(MOST_REDIRECTS):
        customer = db.session.get(Customer, customer_id)
        if customer is None or customer.organization_id != actor.organization_id:
            raise NotFound()
        if customer.merged_into_id is None:
            return customer
        customer_id = customer.merged_into_id
    raise NotFound()


def _is_admitted(actor: Actor, customer: Customer) -> bool:
    """Admitting work waives the access that the writer lost, as far as the admitting person has it."""
    if actor.admitted_by is None:
        return False
    admitting = org.person(actor, actor.admitted_by)
    return _is_in(scope_of(admitting.id, admitting.role), customer)


def _is_in(condition: ColumnElement[bool], customer: Customer) -> bool:
    found = select(Customer.id).where(Customer.id == customer.id, condition)
    return db.session.scalar(found) is not None
