"""Who does something, when, and on what occasion. Every service function takes one first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person is in the organisation. The role decides the shell and the rights."""

    REP = "rep"
    MANAGER = "manager"
    DIRECTOR = "director"
    ADMIN = "admin"
    FINANCE = "finance"
    STAFF = "staff"


SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """A person (or the system) acting in one organisation.

    `now` is the server's time of receipt; `at` is when the person did it (the phone's clock
    corrected by its known offset, never later than `now`). Both are aware datetimes.
    `client_id` and `mid` name the phone and the mutation when the write came by sync.
    """

    organization_id: str
    person_id: str
    role: Role
    now: datetime
    at: datetime
    locale: str = "zh-CN"
    client_id: str | None = None
    mid: str | None = None
    n: int | None = None
    schema: int = 1
    is_skewed: bool = False
    admitted_by: str | None = None

    @classmethod
    def system(cls, organization_id: str, now: datetime, locale: str = "zh-CN") -> Actor:
        """The actor of imports, jobs and the command line."""
        return cls(organization_id, SYSTEM, Role.ADMIN, now, now, locale)

    @property
    def is_system(self) -> bool:
        return self.person_id == SYSTEM

    def later(self, now: datetime) -> Actor:
        """The same actor at another time."""
        return replace(self, now=now, at=now)
