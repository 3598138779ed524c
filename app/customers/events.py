"""What happened to customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CustomerCreated:
    """Somebody made a customer."""

    customer_id: str
    owner_id: str | None


@dataclass(frozen=True)
class CustomerReassigned:
    """A customer has another owner from a day on."""

    customer_id: str
    from_person_id: str | None
    to_person_id: str | None
    on: date
