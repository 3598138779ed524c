"""What visits do when something happens below them."""

from __future__ import annotations

from app.core.actor import Actor
from app.customers.events import CustomerReassigned
from app.org.events import OrganizationCreated
from app.visits import service


def give_visit_types(actor: Actor, fact: OrganizationCreated) -> None:
    """A new company starts with visit types that it may change."""
    service.publish_defaults(actor)


def call_off_visits(actor: Actor, fact: CustomerReassigned) -> None:
    """Who no longer looks after a customer no longer has it on the route. Visits made offline still count."""
    if fact.from_person_id:
        service.call_off(actor, customer_id=fact.customer_id, person_id=fact.from_person_id, on=fact.on)
