"""What people do with customers. One function per verb; nobody here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from app.core import events
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import Forbidden, NotFound, Refusal
from app.core.fields import merge
from app.customers import queries, rules
from app.customers.events import CustomerCreated, CustomerReassigned
from app.customers.models import Contact, Customer, CustomerAssignment, Territory
from app.org import queries as org

_SELLS = {Role.REP, Role.MANAGER, Role.DIRECTOR, Role.ADMIN}


def create(
    actor: Actor,
    *,
    id: str,
    name: str,
    contacts: Sequence[Mapping[str, Any]] = (),
    lat: float | None = None,
    lng: float | None = None,
    datum: str | None = None,
    owner_id: str | None = None,
    **values: Any,
) -> None:
    """Makes a customer; its owner is the actor unless one is named. `values` are further columns."""
    _check_seller(actor)
    _check_free(Customer, id)
    owner_id = owner_id or (None if actor.is_system else actor.person_id)
    customer = Customer(
        id=id,
        organization_id=actor.organization_id,
        created_at=actor.at,
        created_by=_author(actor),
        name=name.strip(),
        initials=rules.initials(name),
        owner_id=owner_id,
        **values,
    )
    _place(customer, lat, lng, datum)
    db.session.add(customer)
    db.session.flush()
    if owner_id:
        _assign(actor, customer.id, owner_id, queries.today(actor))
    for sort, contact in enumerate(contacts):
        _add_contact(actor, customer, sort=sort, **contact)
    events.announce(actor, CustomerCreated(customer.id, owner_id))


def set_fields(actor: Actor, *, id: str, base_v: int, fields: Mapping[str, Any]) -> Sequence[str]:
    """Changes fields of a customer, merged against what the writer saw. Returns the names that lost."""
    customer = _editable(actor, id)
    lost = merge(actor, customer, base_v, _with_position(customer, fields))
    customer.initials = rules.initials(customer.name)
    return lost


def add_contact(
    actor: Actor,
    *,
    id: str,
    customer_id: str,
    name: str,
    title: str | None = None,
    phone: str | None = None,
    email: str | None = None,
) -> None:
    """Adds a person at a customer, after those that are known."""
    customer = _editable(actor, customer_id)
    last = db.session.scalar(select(func.max(Contact.sort)).where(Contact.customer_id == customer.id))
    sort = 0 if last is None else last + 1
    _add_contact(actor, customer, id=id, name=name, title=title, phone=phone, email=email, sort=sort)


def set_contact_fields(actor: Actor, *, id: str, base_v: int, fields: Mapping[str, Any]) -> Sequence[str]:
    """Changes fields of a contact, merged like those of a customer."""
    contact = db.session.get(Contact, id)
    if contact is None or contact.organization_id != actor.organization_id:
        raise NotFound()
    _editable(actor, contact.customer_id)
    return merge(actor, contact, base_v, dict(fields))


def set_position(actor: Actor, *, id: str, lat: float, lng: float, datum: str, accuracy_m: int | None = None) -> None:
    """Puts the customer's pin where the actor stands. The former pin is kept in `facts`."""
    customer = _editable(actor, id)
    if customer.lat is not None:
        customer.facts["former_position"] = {
            "lat": customer.lat,
            "lng": customer.lng,
            "datum": customer.datum,
            "until": actor.at.isoformat(),
        }
    _place(customer, lat, lng, datum)
    if accuracy_m is not None:
        customer.facts["position_accuracy_m"] = accuracy_m


def reassign(actor: Actor, *, customer_id: str, owner_id: str | None, on: date | None = None) -> None:
    """Gives a customer to another owner from a day on (today unless given), or to nobody.

    For managers within their people, and for admins. History stays with who made it.
    """
    if actor.role not in {Role.MANAGER, Role.DIRECTOR, Role.ADMIN}:
        raise Forbidden()
    customer = queries.get(actor, customer_id)
    if owner_id is not None:
        _check_may_own(actor, owner_id)
    former = customer.owner_id
    if former == owner_id:
        return
    on = on or queries.today(actor)
    _end_assignment(actor, customer.id, on)
    customer.owner_id = owner_id
    if owner_id:
        _assign(actor, customer.id, owner_id, on)
    db.session.flush()
    events.announce(actor, CustomerReassigned(customer.id, former, owner_id, on))


def archive(actor: Actor, *, customer_id: str) -> None:
    """Takes a customer off every list and phone; its history stays on the server."""
    if actor.role not in {Role.MANAGER, Role.DIRECTOR, Role.ADMIN}:
        raise Forbidden()
    customer = queries.get(actor, customer_id)
    customer.archived_at = actor.at


def merge_into(actor: Actor, *, customer_id: str, into_id: str) -> None:
    """Says that two customers are one: work on the first goes to the second from now on."""
    if actor.role not in {Role.MANAGER, Role.DIRECTOR, Role.ADMIN}:
        raise Forbidden()
    one, other = queries.get(actor, customer_id), queries.get(actor, into_id)
    if one.id == other.id:
        raise Refusal("customers.merge_with_itself")
    one.merged_into_id = other.id


def add_territory(actor: Actor, *, id: str, name: str, parent_id: str | None = None, country: str | None = None) -> Territory:
    """Adds a territory below another one, or at the top."""
    if actor.role is not Role.ADMIN:
        raise Forbidden()
    territory = Territory(
        id=id,
        organization_id=actor.organization_id,
        created_at=actor.at,
        created_by=_author(actor),
        name=name,
        parent_id=parent_id,
        country=country,
    )
    db.session.add(territory)
    db.session.flush()
    return territory


def _check_seller(actor: Actor) -> None:
    if actor.role not in _SELLS:
        raise Forbidden()


def _check_free(model: type[Customer] | type[Contact], id: str) -> None:
    if db.session.get(model, id) is not None:
        raise Refusal("customers.id_taken")


def _check_may_own(actor: Actor, owner_id: str) -> None:
    is_below = actor.role is Role.ADMIN or owner_id in [actor.person_id, *org.below(actor.person_id)]
    if not is_below or not org.person(actor, owner_id).is_active:
        raise Refusal("customers.owner_not_yours", fields={"owner_id": "customers.owner_not_yours"})


def _editable(actor: Actor, customer_id: str) -> Customer:
    _check_seller(actor)
    return queries.get(actor, customer_id)


def _place(customer: Customer, lat: float | None, lng: float | None, datum: str | None) -> None:
    given = [value is not None for value in (lat, lng, datum)]
    if any(given) and not all(given):
        raise Refusal("customers.half_a_position", fields={"lat": "customers.half_a_position"})
    customer.lat, customer.lng, customer.datum = lat, lng, datum


def _with_position(customer: Customer, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields to merge. A position is one value in three columns: part of one is refused."""
    values = {name: value.strip() if name == "name" else value for name, value in fields.items()}
    parts = {"lat", "lng", "datum"}
    if parts & values.keys():
        whole = [values.get(part, getattr(customer, part)) for part in sorted(parts)]
        if any(value is None for value in whole) and any(value is not None for value in whole):
            raise Refusal("customers.half_a_position", fields={"lat": "customers.half_a_position"})
    return values


def _add_contact(actor: Actor, customer: Customer, *, id: str, name: str, sort: int, **values: Any) -> None:
    _check_free(Contact, id)
    db.session.add(
        Contact(
            id=id,
            organization_id=actor.organization_id,
            created_at=actor.at,
            created_by=_author(actor),
            customer_id=customer.id,
            name=name.strip(),
            sort=sort,
            **values,
        )
    )
    db.session.flush()


def _assign(actor: Actor, customer_id: str, person_id: str, on: date) -> None:
    db.session.add(
        CustomerAssignment(
            organization_id=actor.organization_id,
            created_at=actor.at,
            created_by=_author(actor),
            customer_id=customer_id,
            person_id=person_id,
            from_on=on,
        )
    )


def _end_assignment(actor: Actor, customer_id: str, on: date) -> None:
    """Ends who looks after the customer with the day before `on`."""
    for lasting in db.session.scalars(
        select(CustomerAssignment)
        .where(
            CustomerAssignment.organization_id == actor.organization_id,
            CustomerAssignment.customer_id == customer_id,
            CustomerAssignment.to_on.is_(None),
        )
        .order_by(CustomerAssignment.id)
    ):
        lasting.to_on = on - timedelta(days=1)
        lasting.ended_at = actor.now


def _author(actor: Actor) -> str | None:
    return None if actor.is_system else actor.person_id
