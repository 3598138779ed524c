"""Facts about organisations and people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkingTimeChanging:
    """The working days of these people are about to change: announced before, so that closed days can be frozen as they were."""

    person_ids: tuple[str, ...]


@dataclass(frozen=True)
class OrganizationCreated:
    """A company exists; packages above give it what it starts with."""

    organization_id: str


@dataclass(frozen=True)
class PersonDisabled:
    """A person may no longer sign in; sessions, links and tokens have ended."""

    person_id: str


@dataclass(frozen=True)
class DevicesSignedOut:
    """These browsers were signed out, by the person, an admin or a new password."""

    person_id: str
    device_ids: tuple[str, ...]
