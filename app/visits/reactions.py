"""What visits do when something happens below them."""

from __future__ import annotations

from app.core.actor import Actor
from app.customers.events import CustomerReassigned
from app.visits import service


def call_off_visits(actor: Actor, fact: CustomerReassigned) -> None:
    """Who no longer looks after a customer no longer has it on the route. Visits made offline still count."""
    if fact.from_person_id:
        service.call_off(actor, customer_id=fact.customer_id, person_id=fact.from_person_id, on=fact.on)
